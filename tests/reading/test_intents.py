"""What a message is for where the conversation stands: the classifier's word, and plainer ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import models
from bot.listening import Listener
from reading import intents
from reading.intents import Intent, Intents, Part
from reading.reader import read
from reading.situation import State
from tests.reading.conftest import NOW


@pytest.fixture
def form(state: State) -> State:
    """An application is going on."""
    return replace(state, form="application_form")


def states_a_case(text: str, state: State) -> bool:
    return intents.states_a_case(read(text, NOW), state)


def plain_intent(text: str, intent: str, state: State) -> str | None:
    return intents.plain_intent(read(text, NOW), Intent(intent, 0.9), state)


def intent_of(said: Intents, state: State) -> Intent:
    return intents.intent_of(read(said.whole.text, NOW), said, state)


def booked(state: State) -> State:
    """Return the same conversation after something was booked."""
    return replace(state, slots={"last_booking": "K7PMA-4QXDM"})


# Clauses and cases -------------------------------------------------------------------------------


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
def test_a_wish_to_book_or_two_facts_are_an_application(case: str, state: State) -> None:
    assert states_a_case(case, state)


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
def test_a_question_or_an_existing_booking_is_no_application(no_case: str, state: State) -> None:
    assert not states_a_case(no_case, state)


# Plainer than the classifier ---------------------------------------------------------------------


@pytest.mark.parametrize("marks", ["💩🏛️🇵", "？？？", "…", "↩️"])
def test_marks_and_pictures_give_no_orders(marks: str, form: State) -> None:
    assert plain_intent(marks, "go_back", form) == "nlu_fallback"
    assert plain_intent("👍", "affirm", form) is None


def test_two_clear_questions_make_a_clear_message(state: State) -> None:
    unclear = Part("いくらで、写真は", (Intent("nlu_fallback", 0.5),))
    fee, photo = (Part("", (Intent(name, 0.9),)) for name in ("ask_fee", "ask_photo"))
    assert intent_of(Intents(unclear, (fee, photo)), state) == fee.intent
    assert intent_of(Intents(unclear, (fee, unclear)), state) == unclear.intent
    assert intent_of(Intents(unclear), state) == unclear.intent


def test_a_yes_to_a_guess_is_what_was_guessed(state: State) -> None:
    yes = Intents(Part("はい", (Intent("affirm", 0.9),)))
    guess = {"utter_action": "utter_clarify_one", "buttons": [{"payload": "/ask_fee"}]}
    assert intent_of(yes, replace(state, said=guess)).name == "ask_fee"
    which = {"utter_action": "utter_clarify", "buttons": [{"payload": "/ask_fee"}] * 2}
    assert intent_of(yes, replace(state, said=which)).name == "nlu_fallback"


def test_a_secret_is_refused_but_a_wish_to_book_goes_on(state: State) -> None:
    told = Intents(Part("●●●●です", (Intent("inform", 0.9),)), masked=True)
    assert intent_of(told, state).name == "secret_typed"
    wish = Intents(Part("予約したい。●●●●です", (Intent("book", 0.9),)), masked=True)
    assert intent_of(wish, state).name == "book"


@pytest.mark.parametrize(
    "text",
    [
        "更新に一人で行きたいのですが、予約できますか",
        "封筒がまだ届きませんが、更新の予約できますか",
        "家族4人分お願いします",
        "80歳の父の分を、息子の私が代理で行きます。予約できますか？",
    ],
)
def test_a_wish_in_the_form_of_a_question_begins_an_application(text: str, state: State) -> None:
    assert states_a_case(text, state)


def test_a_question_before_coming_stays_a_question(state: State) -> None:
    assert not states_a_case("更新に行きたいのですが、予約しなくてもいいですか", state)
    assert not states_a_case("本庁舎は木曜の夜も予約できますか", state)


def test_a_second_thought_after_booking_is_about_the_booking(state: State, form: State) -> None:
    assert plain_intent("やっぱり西口", "correct", booked(state)) == "change_booking"
    assert plain_intent("やっぱり西口", "correct", booked(form)) is None
    assert plain_intent("日にちを変えたい", "correct", state) == "change_booking"
    assert plain_intent("電話番号変わったんですけど", "correct", state) == "change_booking"
    assert plain_intent("行く人が変わりました", "correct", state) == "change_booking"
    assert plain_intent("やっぱり電子証明書でした", "correct", state) is None
    assert plain_intent("間違えて取り消したかも", "correct", state) == "check_booking"


def test_how_one_would_cancel_is_no_order_while_nothing_is_booked(form: State) -> None:
    asked = "キャンセルするときは？"
    assert plain_intent(asked, "cancel_booking", form) == "ask_late"
    assert plain_intent(asked, "cancel_booking", booked(form)) is None
    assert plain_intent("予約を取り消してください", "cancel_booking", form) is None


# First messages, with the trained model -----------------------------------------------------------

PURPOSES = yaml.safe_load((Path(__file__).parent / "corpus" / "purposes.yml").read_text(encoding="utf-8"))
BEGIN = {"book", "inform"}
"""Either begins the application."""
OF_BOOKINGS = {*BEGIN, "check_booking", "change_booking", "cancel_booking", "correct", "affirm", "resume"}


@pytest.fixture(scope="module")
def listener() -> Listener:
    """The trained model."""
    if not models.path().exists():
        pytest.skip("no trained model")
    return Listener()


@pytest.mark.parametrize("row", PURPOSES, ids=lambda row: row["text"])
def test_what_a_message_is_for(
    row: dict[str, Any], listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RENEWAL_NOW", NOW.isoformat())
    slots = {"last_booking": "K7PMA-4QXDM"} if row.get("state") == "booked" else {}
    heard = listener.hears(row["text"], "notice" if row.get("state") == "form" else None, slots)["heard"]
    said, wanted = heard["intent"], set(row["want"].split(" or "))
    wanted |= BEGIN if "book" in wanted else set()
    assert "any" in wanted or said in wanted or ("other" in wanted and said not in OF_BOOKINGS)
    if "asks" in row:
        assert row["asks"] in (*heard["questions"], said)
