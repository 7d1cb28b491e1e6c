"""What a message means where it comes: answers, questions besides, and what is left for the actions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

import pytest

from reading import case, reader
from reading.facts import Fact, Place
from reading.heard import Form, Heard
from reading.intents import Intent, Intents, Part
from reading.interpretation import interpret, pressed
from reading.message import Message
from reading.reader import read
from reading.situation import Command, Situation, State
from renewal.bookings import Booking, Visit
from renewal.clock import TOKYO
from tests.reading.conftest import NOW


def hear(
    state: State,
    text: str,
    intent: str = "inform",
    parts: Sequence[tuple[str, str]] = (),
    asked: str | None = None,
    **slots: Any,
) -> Heard:
    """Return what is heard of a message in a conversation with these slots."""
    form: Form = "booking_form" if str(asked).startswith("booking_") else "application_form"
    state = replace(state, form=form if asked else None, slots=slots)
    classified = tuple(Part(each, (Intent(name, 0.9),)) for each, name in parts)
    return interpret(read(text, NOW), state, asked, Intents(Part(text, (Intent(intent, 0.9),)), classified))


# Answers and questions ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["姉の保佐人です。姉の更新に、私が行って手続きできますでしょうか", "父の補助人です。父の更新に代わりに行けますか", "任意後見人ですが何を持って行けばいいですか"],
)
@pytest.mark.parametrize("intent", ["ask_proxy", "ask_documents", "ask_other_guardian"])
def test_other_guardians_are_not_told_the_papers_of_a_proxy(state: State, text: str, intent: str) -> None:
    heard = hear(state, text, intent, [(text, intent)])
    assert (heard.intent, heard.answers.get("other_guardian")) == ("ask_other_guardian", True)
    assert "about" not in heard.left and not {"ask_proxy", "ask_documents"} & set(heard.questions)


@pytest.mark.parametrize(
    "text",
    [
        "予約は結構です。これから窓口へ直接うかがいます", "予約取らんでいいわ、このまま行ってみる", "予約いらね、今から行ぐ",
        "今から行くから予約はもういいや", "もういいです、直接行きます", "予約なしで行って並びます",
    ],
)
@pytest.mark.parametrize("asked", [None, "applicant", "pins", "visit_date", "confirmed"])
def test_who_comes_without_a_booking_wishes_for_none(state: State, text: str, asked: str | None) -> None:
    heard = hear(state, text, "nlu_fallback", asked=asked, holder="general")
    assert (heard.intent, heard.answers, heard.asks_back) == ("ask_walk_in", {}, None)


@pytest.mark.parametrize(
    "text", ["今から行きたいので予約したい", "予約なしで行ったら混んでたから、予約を取りたい", "予約なしだと待つよね、9日に行きます", "予約はいい日に取りたい"]
)
def test_who_would_rather_book_is_no_walk_in(state: State, text: str) -> None:
    assert hear(state, text, "inform", asked="visit_date", holder="general").intent == "inform"


@pytest.mark.parametrize(
    ("text", "intent"),
    [("木曜の夜いける？", "ask_free_times"), ("あしたの午後大丈夫ですか？", "ask_free_times"), ("12月7日って行けますか", "ask_free_times"), ("木曜の祭り行ける？", "nlu_fallback")],
)
def test_a_day_asked_about_alone_asks_for_its_free_times(state: State, text: str, intent: str) -> None:
    unsure = Part(text, (Intent("nlu_fallback", 0.7), Intent("ask_hours_and_place", 0.3)))
    assert interpret(read(text, NOW), replace(state, form=None), None, Intents(unsure)).intent == intent


@pytest.mark.parametrize("text", ["1月5日でも大丈夫ですか", "1月5日の午前中にしていただけますでしょうか", "木曜の夕方にしてもらっても構いませんか"])
def test_another_day_asked_for_as_a_favour_changes_what_was_booked(state: State, text: str) -> None:
    heard = hear(replace(state, slots={"last_booking": "x"}), text, "nlu_fallback", last_booking="x")
    assert (heard.intent, heard.answers["action"]) == ("change_booking", "change")


def test_another_day_asked_for_at_the_end_is_put_right_there(state: State) -> None:
    heard = hear(state, "1月5日に変えてもらうわけにはいきませんか", "change_booking", asked="confirmed", visit_date="2026-12-08", visit_time="10:00")
    assert (heard.intent, heard.answers["wish"]["days"]) == ("correct", ["2027-01-05"])
    assert hear(state, "キャンセルするときは？", "cancel_booking", asked="confirmed", visit_date="2026-12-08").intent != "correct"


@pytest.mark.parametrize(
    "text",
    ["予約はさっきのでいいです", "予約、変わってませんよね？", "さっきの予約のままでお願いします", "予約は変えないでいいです", "変更はなしで", "予約の時間変わっちゃったんですか？"],
)
@pytest.mark.parametrize("intent", ["nlu_fallback", "change_booking", "deny"])
def test_a_booking_that_stays_is_only_shown(state: State, text: str, intent: str) -> None:
    assert hear(state, text, intent, last_booking="x").intent == "check_booking"


@pytest.mark.parametrize("text", ["予約を変えたいです", "変更しないといけないので、10日にしてください", "名前は変えないで、日だけ変えたい"])
def test_a_booking_that_is_to_change_does_not_stay(state: State, text: str) -> None:
    assert hear(state, text, "change_booking", last_booking="x").intent == "change_booking"


@pytest.mark.parametrize(("text", "intent"), [("7日のやつ、やめときます", "cancel_booking"), ("9日のやつ、やめときます", "inform")])
def test_a_booked_day_given_up_is_cancelled(state: State, text: str, intent: str) -> None:
    booked = Booking("A", "booked", "honchosha", datetime(2026, 12, 7, 10, tzinfo=TOKYO), (), Visit("self", (), None), NOW)
    assert hear(replace(state, bookings=lambda: (booked,)), text, "inform", last_booking="x").intent == intent


@pytest.mark.parametrize("text", ["変更はしません", "やっぱり変えなくていいです", "変更なしで"])
def test_a_change_that_is_not_made_keeps_the_booking(state: State, text: str) -> None:
    heard = hear(state, text, "deny", asked="booking_date", booking_action="change", booking_found="x")
    assert heard.answers.get("confirmed") == "keep"


@pytest.mark.parametrize(
    ("text", "asked", "answers"),
    [
        ("小2です。本人も連れて行かないといけませんか", "holder", {"holder": "under_15"}),
        ("本人ですけど、付き添いの人がいてもいいですか", "applicant", {"applicant": "self"}),
        ("妹は当日連れて行かなくていいんですよね", None, {}),
    ],
)
def test_what_is_told_before_a_question_of_company_is_kept(state: State, text: str, asked: str | None, answers: dict[str, str]) -> None:
    heard = hear(state, text, "nlu_fallback", asked=asked)
    assert {slot: told for slot, told in heard.answers.items() if slot in ("holder", "applicant")} == answers
    assert heard.questions


def test_an_answer_is_that_of_the_form_that_runs(state: State) -> None:
    heard = hear(state, "西口で", asked="counter")
    assert (heard.form, heard.answers) == ("application_form", {"counter": "nishiguchi"})
    assert heard.entities("西口で") == [
        {"entity": "counter", "value": "nishiguchi", "start": 0, "end": 2}
    ]


def test_what_is_said_of_a_booking_has_that_forms_slots(state: State) -> None:
    text = "K7PMA-4QXDMを取り消したい"
    heard = hear(state, text, "cancel_booking")
    assert heard.form == "booking_form"
    assert heard.answers["action"] == "cancel"
    assert {each["entity"] for each in heard.entities(text)} >= {"booking_action"}


def test_a_question_beside_an_answer_is_asked_besides(state: State) -> None:
    parts = [("西口で。", "inform"), ("手数料はいくらですか", "ask_fee")]
    heard = hear(state, "西口で。手数料はいくらですか", parts=parts, asked="counter")
    assert (heard.answers, heard.questions) == ({"counter": "nishiguchi"}, ("ask_fee",))


def test_a_plain_question_that_nobody_understands_is_unclear(state: State) -> None:
    text = "西口で、鯨は空を飛びますか"
    parts = [("西口で", "inform"), ("鯨は空を飛びますか", "chitchat")]
    heard = hear(state, text, "nlu_fallback", parts, asked="counter")
    assert (heard.answers, heard.questions, heard.asks_back) == ({"counter": "nishiguchi"}, ("unclear",), None)
    alone = hear(state, "鯨は空を飛びますか", "nlu_fallback", asked="counter")
    assert (alone.answers, alone.questions, alone.asks_back) == ({}, ("unclear",), "unclear_question")


def test_a_question_of_which_the_classifier_is_fairly_sure_is_asked_besides(state: State) -> None:
    unsure = (Intent("nlu_fallback", 0.73), Intent("ask_access", 0.5))
    parts = (Part("西口で", (Intent("inform", 0.9),)), Part("車はどこに", unsure))
    form = replace(state, form="application_form", slots={})
    whole = Part("西口で、車はどこに", (Intent("nlu_fallback", 0.73),))
    assert interpret(read(whole.text, NOW), form, "counter", Intents(whole, parts)).questions == ("ask_access",)


def test_an_answer_in_the_form_of_a_question_asks_nothing(state: State) -> None:
    heard = hear(state, "西口でもいいですか", "nlu_fallback", asked="counter")
    assert (heard.answers, heard.questions) == ({"counter": "nishiguchi"}, ())


def test_a_question_alone_is_the_intent(state: State) -> None:
    heard = hear(state, "手数料はいくらですか", "ask_fee", asked="counter")
    assert (heard.intent, heard.answers, heard.questions) == ("ask_fee", {}, ())


def test_what_a_question_names_is_left_for_its_answer(state: State) -> None:
    times = hear(state, "12月3日は空いていますか", "ask_free_times").left["free_times"]
    assert times["wish"]["days"] == ["2026-12-03"]
    period = hear(state, "期限が令和9年2月20日だといつからですか", "ask_period")
    assert period.left["expires_on"] == "2027-02-20"


# What is left ------------------------------------------------------------------------------------


def test_words_that_need_a_reply_get_one_before_anything_else(state: State) -> None:
    heard = hear(state, "誰の本籍のことですか", asked="proof_waiver")
    assert (heard.answers, heard.left["reply"]) == ({}, "whose_honseki")
    assert hear(state, "探してきます", asked="expires_on").left == {"reply": "take_your_time"}


def test_what_was_told_before_is_known(state: State) -> None:
    heard = hear(state, "母は78歳です", asked="notice", applicant="other_proxy", holder="general")
    assert (heard.left["known"], heard.asks_back) == (["holder"], None)


def test_who_has_not_got_the_code_lacks_it(state: State) -> None:
    heard = hear(state, "どこに書いてありますか", "dont_know", asked="booking_code")
    assert heard.left["lacks"] == "booking_code_not_at_hand"
    button = replace(state, form="booking_form", slots={})
    assert pressed("dont_know", {}, button, "booking_code").left == heard.left


def test_a_change_of_the_name_is_besides_the_booking(state: State) -> None:
    heard = hear(state, "予約した名前を変えたい", "change_booking")
    assert heard.left["besides"] == "booking_other_change"


# Asking back -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "intent", "asked", "why"),
    [
        ("ふがふが", "nlu_fallback", "counter", "answer_not_read"),
        ("ふがふが", "nlu_fallback", None, "clarify"),
        ("ふがふが", "nlu_fallback", "booking_date", "answer_not_read"),
        ("2月30日", "inform", "visit_date", "invalid_no_such_day"),
        ("令和9年2月", "inform", "expires_on", "invalid_day_missing"),
        ("親は仕事で行けません", "inform", "applicant", "representative_must_come"),
        ("わかりました", "affirm", "expires_on", None),
        ("電子証明書", "inform", "notice", None),
        ("ありがとう", "thank", "notice", None),
        ("予約したい", "book", None, None),
    ],
)
def test_the_next_turn_comes_back_to_what_was_not_understood(
    state: State, text: str, intent: str, asked: str | None, why: str | None
) -> None:
    assert hear(state, text, intent, asked=asked, holder="under_15").asks_back == why


# Buttons -----------------------------------------------------------------------------------------


def test_the_button_of_a_free_time_gives_day_and_time(state: State) -> None:
    heard = pressed("inform", {"start": "2026-12-03T17:30", "counter": "honchosha"}, state, None)
    assert heard.answers == {
        "counter": "honchosha", "visit_date": "2026-12-03", "visit_time": "17:30",
    }  # fmt: skip


def test_the_button_of_a_booking_is_about_that_booking_whatever_runs(state: State) -> None:
    running = replace(state, form="application_form")
    heard = pressed("change_booking", {"booking_code": "K7PMA-4QXDM"}, running, "notice")
    assert heard.form == "booking_form"
    assert heard.answers == {"action": "change", "code": "K7PMA-4QXDM"}


# On their way to the actions ---------------------------------------------------------------------


def test_what_was_heard_comes_back_from_json() -> None:
    heard = Heard(
        "inform", 0.9, "application_form", {"expiries": {0: "2027-01-20", 1: "2027-02-20"}},
        ("ask_fee",), "date_heard", {"known": ["holder"]}, {"counter": (0, 2)},
    )  # fmt: skip
    assert Heard.from_json(json.loads(json.dumps(heard.to_json()))) == heard


# Topics ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Counters:
    """A topic that hears of one counter."""

    kind: Literal["set_slot", "clarify"] = "set_slot"

    def facts(self, m: Message) -> list[Fact]:
        return [Place(0, 2, 0, "said", "honchosha")]

    def heard(self, facts: Sequence[Fact], m: Message, s: Situation) -> list[Command]:
        assert s.asked == "counter"
        return [Command(self.kind, "counter", "honchosha", facts[0])]


def test_what_a_topic_proposes_takes_the_place_of_what_was_read_before(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "TOPICS", (Counters(),))
    monkeypatch.setattr(case, "TOPICS", (Counters(),))
    heard = hear(state, "西口で", asked="counter")
    assert heard.answers == {"counter": "honchosha"}
    assert heard.entities("西口で") == [
        {"entity": "counter", "value": "honchosha", "start": 0, "end": 2}
    ]


def test_what_a_topic_would_rather_ask_is_not_taken(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "TOPICS", (Counters("clarify"),))
    monkeypatch.setattr(case, "TOPICS", (Counters("clarify"),))
    heard = hear(state, "西口で", asked="counter")
    assert (heard.answers, heard.asks_back) == ({}, "ask_counter")
