"""What the front door lets in: safe text, and commands only where a button offered them."""

from __future__ import annotations

import unicodedata
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.front_door import (
    MAX_LENGTH,
    Admitted,
    admit,
    clauses,
    intent_of_the_parts,
    offered_payloads,
    plain_intent,
    states_a_case,
)
from renewal.clock import TOKYO

NOW = datetime(2026, 11, 24, 10, tzinfo=TOKYO)
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


def test_a_message_of_three_hundred_characters_is_read_and_a_longer_one_is_not() -> None:
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
    admitted = admit("あ" * 280 + f"マイナンバーは{MY_NUMBER}" + "い" * 20, [], pin_expected=False)
    assert admitted.intent == "message_too_long"
    assert admitted.secret
    assert MY_NUMBER[:4] not in admitted.text


def test_four_digits_are_a_pin_only_where_pins_were_asked_about() -> None:
    assert admit("1234", [], pin_expected=True).secret
    assert not admit("1234", [], pin_expected=False).secret


@pytest.mark.parametrize("harmless", ["09012345678", "12/3の10:30", "令和9年2月20日", "K7PM-4QXD"])
def test_phones_dates_and_codes_are_no_secrets(harmless: str) -> None:
    assert admit(harmless, [], pin_expected=False) == Admitted(harmless)


# Clauses and cases -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("手数料はいくらですか。写真は要りますか", ["手数料はいくらですか。", "写真は要りますか"]),
        ("西口でお願いします！駐車場は？", ["西口でお願いします！", "駐車場は？"]),
        ("はい\n12月3日で", ["はい", "12月3日で"]),
        ("本人です、あと手数料は？", ["本人です", "あと手数料は？"]),
        ("父の代わりに、私が行きます", ["父の代わりに、私が行きます"]),
        ("予約したい", ["予約したい"]),
        ("はい。/book", ["はい。", "book"]),
        ("", []),
    ],
)
def test_a_message_falls_into_what_it_says_and_asks(text: str, parts: list[str]) -> None:
    assert clauses(text) == parts


def test_no_more_than_six_clauses_are_read() -> None:
    assert len(clauses("はい。" * 50)) == 6


@pytest.mark.parametrize(
    "case",
    [
        "予約したいです",
        "予約をお願いします",
        "更新をお願いしたい",
        "母の電子証明書を更新したいので来週行きたい",
        "高1の娘の更新に、母の私が行きます",
        "来週の木曜に本庁舎で",
        "12/3の10時に西口",
        "小3の息子の更新を同じ世帯の父親がします",
    ],
)
def test_a_wish_to_book_or_two_facts_are_an_application(case: str) -> None:
    assert states_a_case(case, NOW)


@pytest.mark.parametrize(
    "no_case",
    [
        "予約番号を忘れました",
        "予約を確認したい",
        "予約したけど変更したい",
        "予約のキャンセルをお願いします",
        "予約しなくてもいいですか",
        "予約したいときはどうすればいいですか",
        "予約なしで行けますか",
        "手数料はいくらですか",
        "こんにちは",
        "木曜の夜に本庁舎は開いていますか",
        "ありがとう",
        "必要なものは",
        "",
    ],
)
def test_a_question_or_an_existing_booking_is_no_application(no_case: str) -> None:
    assert not states_a_case(no_case, NOW)


# Whatever comes ----------------------------------------------------------------------------------


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.text(ANY_CHARACTER, max_size=400), st.booleans())
def test_whatever_is_typed_comes_out_short_and_printable(text: str, pin_expected: bool) -> None:
    admitted = admit(text, [], pin_expected)
    assert len(admitted.text) <= MAX_LENGTH
    admitted.text.encode()  # nothing is left that cannot be written
    assert not [c for c in admitted.text if unicodedata.category(c) == "Cc" and c != "\n"]
    assert admitted.intent in (None, "empty_message", "message_too_long")
    assert not any(part.startswith("/") for part in [admitted.text, *clauses(admitted.text)])
    assert len(clauses(admitted.text)) <= 6
    states_a_case(admitted.text, NOW)


@pytest.mark.parametrize("marks", ["💩🏛️🇵", "？？？", "…", "↩️"])
def test_marks_and_pictures_give_no_orders(marks: str) -> None:
    assert plain_intent(marks, "go_back", "application_form", NOW) == "nlu_fallback"
    assert plain_intent("👍", "affirm", "application_form", NOW) is None


def test_two_clear_questions_make_a_clear_message() -> None:
    unclear = {"name": "nlu_fallback", "confidence": 0.5}
    fee, photo = ({"intent": {"name": name, "confidence": 0.9}} for name in ("ask_fee", "ask_photo"))
    assert intent_of_the_parts(unclear, [fee, photo]) == fee["intent"]
    assert intent_of_the_parts(unclear, [fee, {"intent": unclear}]) == unclear
    assert intent_of_the_parts(unclear, []) == unclear


@pytest.mark.parametrize(
    "text",
    [
        "更新に一人で行きたいのですが、予約できますか",
        "封筒がまだ届きませんが、更新の予約できますか",
        "家族4人分お願いします",
        "80歳の父の分を、息子の私が代理で行きます。予約できますか？",
    ],
)
def test_a_wish_in_the_form_of_a_question_begins_an_application(text: str) -> None:
    assert states_a_case(text, NOW)


def test_a_question_before_coming_stays_a_question() -> None:
    assert not states_a_case("更新に行きたいのですが、予約しなくてもいいですか", NOW)
    assert not states_a_case("本庁舎は木曜の夜も予約できますか", NOW)


def test_a_second_thought_after_booking_is_about_the_booking() -> None:
    assert plain_intent("やっぱり西口", "correct", None, NOW, booked=True) == "change_booking"
    assert plain_intent("やっぱり西口", "correct", "application_form", NOW, booked=True) is None
    assert plain_intent("日にちを変えたい", "correct", None, NOW) == "change_booking"
    assert plain_intent("電話番号変わったんですけど", "correct", None, NOW) == "change_booking"
    assert plain_intent("行く人が変わりました", "correct", None, NOW) == "change_booking"
    assert plain_intent("やっぱり電子証明書でした", "correct", None, NOW) is None
    assert plain_intent("間違えて取り消したかも", "correct", None, NOW) == "check_booking"


def test_how_one_would_cancel_is_no_order_while_nothing_is_booked() -> None:
    asked = "キャンセルするときは？"
    assert plain_intent(asked, "cancel_booking", "application_form", NOW) == "ask_late"
    assert plain_intent(asked, "cancel_booking", "application_form", NOW, booked=True) is None
    assert plain_intent("予約を取り消してください", "cancel_booking", "application_form", NOW) is None
