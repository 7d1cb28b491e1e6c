"""What every action shares: it answers whatever happens, and reads a turn the same way."""

from __future__ import annotations

import importlib
import logging
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

import actions
from actions.base import AssistantAction, Events, Turn
from tests.actions.conftest import Talk

DOMAIN = yaml.safe_load((Path(__file__).resolve().parents[2] / "domain.yml").read_text("utf-8"))


def every_action() -> Iterator[type[AssistantAction]]:
    for module in pkgutil.iter_modules(actions.__path__, "actions."):
        if module.name != "actions.__main__":
            importlib.import_module(module.name)
    waiting = list(AssistantAction.__subclasses__())
    while waiting:
        each = waiting.pop()
        waiting += each.__subclasses__()
        if each.__module__.startswith("actions."):
            yield each


ACTIONS = sorted(set(every_action()), key=lambda each: each.__name__)


def test_every_action_of_the_domain_is_one_that_never_fails_in_silence() -> None:
    assert sorted(each().name() for each in ACTIONS) == sorted(DOMAIN["actions"])


# Errors ------------------------------------------------------------------------------------------


class Broken(AssistantAction):
    """An action that says something and then fails over somebody's name and phone."""

    def name(self) -> str:
        return "action_broken"

    def perform(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        dispatcher.utter_message(response="utter_booked")
        phone, text = tracker.get_slot("phone"), (tracker.latest_message or {})["text"]
        raise ValueError(f"cannot book for サトウ ハナコ, {phone}: {text}")


def test_an_action_that_fails_apologises_and_says_nothing_else(talk: Talk) -> None:
    assert talk.hears("予約したい", "book").runs(Broken()).names == ["system_error"]


def test_after_a_failure_the_same_question_is_open(talk: Talk) -> None:
    talk.slots = {"requested_slot": "phone", "phone": None, "name_kana": "サトウ ハナコ"}
    talk.hears("09012345678").runs(Broken())
    assert talk.asked == "phone"
    assert talk.slots["name_kana"] == "サトウ ハナコ"


def test_the_log_of_a_failure_has_an_id_and_a_place_but_nothing_personal(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    talk.slots = {"phone": "09012345678"}
    with caplog.at_level(logging.DEBUG):
        talk.hears("さとうはなこの予約").runs(Broken())
    error_id = talk.slots["last_error"]
    assert f"action_broken failed, id {error_id}: ValueError at test_base.py:" in caplog.text
    assert not [w for w in ("サトウ", "さとう", "09012345678", "cannot book") if w in caplog.text]
    assert not any(record.exc_info for record in caplog.records)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: str(action.__name__))
def test_every_action_answers_while_the_database_is_away(
    action: type[AssistantAction], talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> Any:
        raise ConnectionError("postgresql://renewal:password@db/renewal")

    for module in ("base", "application", "questions", "bookings"):
        monkeypatch.setattr(f"actions.{module}.desk", away)
    talk.slots = {"notice": "certificate", "hold": "hold:1", "requested_slot": "counter"}
    talk.hears("空いている日は", "ask_free_times").runs(action())
    assert all(isinstance(said["response"], str) for said in talk.said)


# A turn ------------------------------------------------------------------------------------------


def turn(talk: Talk) -> Turn:
    return Turn(Tracker("somebody", talk.slots, talk.message, talk.events, False, None, {}, None))


def test_a_button_answers_with_its_values(talk: Talk) -> None:
    assert turn(talk.presses(counter="honchosha")).answers("application_form") == {"counter": "honchosha"}


def test_the_button_of_a_free_time_gives_day_and_time(talk: Talk) -> None:
    answers = turn(talk.presses(start="2026-12-03T17:30", counter="honchosha")).answers("application_form")
    assert answers == {
        "visit_date": "2026-12-03", "visit_time": "17:30", "counter": "honchosha",
    }  # fmt: skip


def test_words_answer_what_was_asked(talk: Talk) -> None:
    talk.slots = {"requested_slot": "pins"}
    assert turn(talk.hears("はい")).answers("application_form") == {"pins": "remembered", "forgotten_pins": []}


def test_a_question_is_no_answer(talk: Talk) -> None:
    talk.slots = {"requested_slot": "visit_date"}
    assert turn(talk.hears("手数料はいくらですか", "ask_fee")).answers("application_form") == {}


def test_an_answer_in_the_shape_of_a_question_counts(talk: Talk) -> None:
    talk.slots = {"requested_slot": "visit_date"}
    answers = turn(talk.hears("12月3日は空いていますか", "ask_free_times")).answers("application_form")
    assert answers and answers["wish"]["days"] == ["2026-12-03"]


def test_the_part_that_asks_does_not_answer(talk: Talk) -> None:
    talk.slots = {"requested_slot": "counter"}
    talk.hears(
        "本庁舎で。西口に駐車場はありますか",
        clauses=[("本庁舎で。", "inform"), ("西口に駐車場はありますか", "ask_access")],
    )
    assert turn(talk).answers("application_form") == {"counter": "honchosha"}
    assert turn(talk).heard.questions == ("ask_access",)


def test_a_question_that_is_asked_twice_is_answered_once(talk: Talk) -> None:
    parts = [("手数料は？", "ask_fee"), ("いくらですか", "ask_fee"), ("写真は？", "ask_photo")]
    assert turn(talk.hears("…", "ask_fee", clauses=parts)).heard.questions == ("ask_fee", "ask_photo")


def test_an_unsure_question_is_not_taken_for_one(talk: Talk) -> None:
    assert turn(talk.hears("手数料は？", "ask_fee", confidence=0.4)).heard.questions == ()


def test_a_name_that_sounds_like_a_greeting_is_a_name(talk: Talk) -> None:
    talk.slots = {"requested_slot": "name_kana"}
    assert turn(talk.hears("さよ なみ", "goodbye", 0.4)).answers("application_form") == {"name_kana": "サヨ ナミ"}
    assert turn(talk.hears("サヨ ナミ", "goodbye", 0.9)).answers("application_form") == {"name_kana": "サヨ ナミ"}
    assert turn(talk.hears("さようなら", "goodbye", 0.9)).answers("application_form") == {}


def test_stopping_is_no_answer(talk: Talk) -> None:
    talk.slots = {"requested_slot": "counter"}
    assert turn(talk.hears("もう予約はやめます", "stop")).answers("application_form") == {}


def test_a_fact_told_in_passing_does_not_change_an_earlier_answer(talk: Talk) -> None:
    talk.slots = {"requested_slot": "reply_form", "applicant": "other_proxy", "holder": "general"}
    assert turn(talk.hears("本人が書いたものがあります")).answers("application_form") == {"reply_form": "ready"}


def test_a_correction_changes_an_earlier_answer(talk: Talk) -> None:
    talk.slots = {"requested_slot": "phone", "applicant": "self", "pins": "remembered"}
    answers = turn(talk.hears("やっぱり暗証番号は忘れました", "correct")).answers("application_form")
    assert answers and answers["pins"] == "forgotten"


def test_the_counter_may_be_changed_at_any_time(talk: Talk) -> None:
    talk.slots = {"requested_slot": "visit_date", "counter": "honchosha"}
    assert turn(talk.hears("西口で")).answers("application_form") == {"counter": "nishiguchi"}


def test_the_same_message_delivered_again_has_the_same_id(talk: Talk) -> None:
    first = turn(talk.hears("6時半")).message_id
    assert turn(talk).message_id == first
    assert turn(talk.hears("6時半")).message_id != first
