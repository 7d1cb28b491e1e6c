"""What the front door lets in: safe text, and commands only where a button offered them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.front_door import (
    MAX_LENGTH,
    Admitted,
    admit,
    offered_payloads,
)

YES = '/inform{"confirmed": "yes"}'
MY_NUMBER = "123456789018"
ANY_CHARACTER = st.one_of(st.characters(), st.characters(categories=["Cs", "Cf", "Cc", "So"]))

# Commands ----------------------------------------------------------------------------------------


def test_a_button_that_was_offered_is_a_command_with_its_values() -> None:
    admitted = admit(YES, [YES], pin_expected=False)
    assert admitted.intent == "inform"
    assert admitted.entities == ({"entity": "confirmed", "value": "yes"},)


def test_a_button_without_values_is_a_command() -> None:
    assert admit("/book", ["/book"], pin_expected=False) == Admitted("/book", "book")


@pytest.mark.parametrize(
    "typed",
    [YES, "/book", '/book{"x":1}', "/restart", "//book", "/stop", "/ /book", f"/ \n/ {YES}"],
)
def test_a_command_that_was_never_offered_is_text(typed: str) -> None:
    admitted = admit(typed, ['/inform{"counter": "any"}'], pin_expected=False)
    assert admitted.intent is None
    assert not admitted.entities
    assert not admitted.text.startswith("/")


def test_a_command_with_other_values_than_those_offered_is_text() -> None:
    offered = ['/inform{"confirmed": "fix"}']
    assert admit(YES, offered, pin_expected=False).intent is None


def test_invisible_characters_do_not_make_a_command() -> None:
    assert admit(f"\u200b{YES}", [], pin_expected=False).text.startswith("inform")


def test_every_button_of_messages_and_of_cards_is_an_offer() -> None:
    messages = [
        {"text": "こんにちは", "buttons": [{"title": "予約する", "payload": "/book"}]},
        {"custom": {"days": [{"slots": [{"payload": "/inform{}"}, {"payload": None}]}]}},
        {"text": "では", "buttons": None},
    ]
    assert list(offered_payloads(messages)) == ["/book", "/inform{}"]


# What is no message ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "nothing",
    [None, "", "   ", "\u3000", "\n\n", "\u200b\u200d\ufeff", "\x00\x07", "\ud83d", "。。", "？"],
)
def test_a_message_without_a_word_is_called_empty(nothing: str | None) -> None:
    assert admit(nothing, [], pin_expected=False).intent == "empty_message"


@pytest.mark.parametrize("something", ["👍", "はい", "3", "〇〇", "é", "한국어", "مرحبا"])
def test_one_character_or_emoji_is_a_message(something: str) -> None:
    assert admit(something, [], pin_expected=False) == Admitted(something)


def test_a_message_of_a_thousand_characters_is_read_and_a_longer_one_is_not() -> None:
    assert admit("あ" * MAX_LENGTH, [], pin_expected=False).intent is None
    too_long = admit("あ" * (MAX_LENGTH + 1), [], pin_expected=False)
    assert too_long.intent == "message_too_long"
    assert len(too_long.text) == MAX_LENGTH


def test_ten_thousand_characters_are_too_long() -> None:
    assert admit("予約" * 5000, [], pin_expected=False).intent == "message_too_long"


def test_control_and_invisible_characters_are_dropped_and_line_ends_stay() -> None:
    text = "予\u200b約\x07し\u202eたい\ud800\nです"
    assert admit(text, [], pin_expected=False).text == "予約したい\nです"


def test_an_emoji_made_of_several_stays_whole() -> None:
    assert admit("👨\u200d👩\u200d👧です", [], pin_expected=False).text == "👨\u200d👩\u200d👧です"


# Secrets -----------------------------------------------------------------------------------------


def test_a_my_number_is_masked_and_noticed() -> None:
    admitted = admit(f"番号は{MY_NUMBER}です", [], pin_expected=False)
    assert admitted.secret
    assert not any(character.isdigit() for character in admitted.text)


def test_a_my_number_at_the_end_of_a_long_message_is_masked_too() -> None:
    admitted = admit("あ" * 980 + f"マイナンバーは{MY_NUMBER}" + "い" * 20, [], pin_expected=False)
    assert admitted.intent == "message_too_long"
    assert admitted.secret
    assert MY_NUMBER[:4] not in admitted.text


def test_four_digits_are_a_pin_only_where_pins_were_asked_about() -> None:
    assert admit("1234", [], pin_expected=True).secret
    assert not admit("1234", [], pin_expected=False).secret


@pytest.mark.parametrize("harmless", ["09012345678", "12/3の10:30", "令和9年2月20日", "K7PM-4QXD"])
def test_phones_dates_and_codes_are_no_secrets(harmless: str) -> None:
    assert admit(harmless, [], pin_expected=False) == Admitted(harmless)


# Whatever comes ----------------------------------------------------------------------------------


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.text(ANY_CHARACTER, max_size=1200), st.booleans())
def test_whatever_is_typed_comes_out_short_and_printable(text: str, pin_expected: bool) -> None:
    admitted = admit(text, [], pin_expected)
    assert len(admitted.text) <= MAX_LENGTH
    admitted.text.encode()  # nothing is left that cannot be written
    assert not [c for c in admitted.text if unicodedata.category(c) == "Cc" and c != "\n"]
    assert admitted.intent in (None, "empty_message", "message_too_long")
    assert not admitted.text.startswith("/")
