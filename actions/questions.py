"""Answers to questions, and what is said when a message is not understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet, UserUtteranceReverted
from rasa_sdk.executor import CollectingDispatcher

from actions.base import AssistantAction, Events, Turn, answers_to, desk, exact_answers, say
from actions.bookings import caller_of
from actions.free_times import say_free_times
from reading.heard import EXACTLY
from renewal import application, booking_change, calendar_view
from renewal.application import Application, Remark
from renewal.documents import USUAL_CASES, documents

MOST_ANSWERS = 2
"""Questions answered in one turn: more than that nobody reads."""
NEAR = 0.03
"""From this confidence an intent is worth asking about (set by benchmarks/nlu_tuning.py)."""
MOST_BUTTONS = 3
NO_BUTTON = {
    "inform",
    "affirm",
    "deny",
    "dont_know",
    "greet",
    "thank",
    "goodbye",
    "chitchat",
    "nlu_fallback",
}


class ActionAnswerQuestion(AssistantAction):
    """Answers every question of the message; several in one message each get their answer."""

    def name(self) -> str:
        return "action_answer_question"

    def perform(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        turn = Turn(tracker)
        for question in (turn.heard.questions or (turn.intent,))[:MOST_ANSWERS]:
            if question == "ask_language" and turn.heard.left.get("language"):
                continue  # told in their own
            if question == EXACTLY:
                say(dispatcher, exact_answers(turn, _case(tracker), desk()))
            elif question == "ask_free_times":
                say_free_times(dispatcher, turn, Application.from_slots(tracker.slots))
            elif question == "ask_documents" and (own := _own_documents(tracker)):
                say(dispatcher, own)
            elif question == "ask_period" and (window := _window_of(turn, _case(tracker))):
                say(dispatcher, [window])
            elif question == "ask_foreign_resident" and (stay := turn.heard.answers.get("period_of_stay")):
                say(dispatcher, [Remark(f"period_of_stay_{stay}")])
            else:
                said = [
                    replace(each, payload=_checklist(question) or each.payload)
                    for each in answers_to([question])
                ]
                say(dispatcher, said)
        return [] if turn.asked else _kept(tracker, turn)


_OF_THE_CASE = ("relation", "applicant", "holder", "near_fifteen", "expires_on", "pins", "forgotten_pins",
            "counter", "wish")  # fmt: skip


def _kept(tracker: Tracker, turn: Turn) -> Events:
    """Return what was told with a question before a booking has begun: it counts when one begins."""
    told = {**turn.heard.left.get("free_times", {}), **turn.answers("application_form")}
    told = {name: told[name] for name in _OF_THE_CASE if name in told}
    before = Application.from_slots(tracker.slots)
    if not told or application.is_begun(before):
        return []
    after, _ = application.advance(before, told, desk(), None, "")
    return [] if after.outcome else [SlotSet(*each) for each in after.changes_since(before).items()]


_LISTS = {"ask_documents": "self", "ask_child_or_ward": "representative", "ask_proxy": "proxy"}
"""Whose list the answer to a question names."""


def _checklist(question: str) -> Mapping[str, Any] | None:
    if question not in _LISTS:
        return None
    items = documents(USUAL_CASES[_LISTS[question]], desk().city)
    return application.documents_remark([(None, items)]).payload


def _case(tracker: Tracker) -> Application:
    """Return the case that is being applied for, or that of the visit that is booked."""
    a = Application.from_slots(tracker.slots)
    booked = [] if application.is_begun(a) else booking_change.bookings_of(caller_of(tracker), desk())
    if len(booked) != 1:
        return a
    card = booked[0].cards[0]
    day = booked[0].start.date().isoformat()
    return replace(a, applicant=booked[0].applicant_for(card), holder=card.holder, visit_date=day)


def _own_documents(tracker: Tracker) -> list[Remark]:
    """Return what to bring in the case that is being applied for, or to the visit that is booked.

    A visit for which there is no seat any more is not spoken of as if it stood.
    """
    at_desk = desk()
    a = Application.from_slots(tracker.slots)
    if a != Application():
        # Whether PINs are remembered comes last; the list is asked for before that.
        people = application.checklists(replace(a, pins=a.pins or "remembered"), at_desk)
        return [application.documents_remark(people)] if all(items for _, items in people) else []
    for booking in booking_change.bookings_of(caller_of(tracker), at_desk):
        if lost := at_desk.bookings.why_without_seat(booking, at_desk.city, at_desk.now):
            return [booking_change.seat_lost(lost, at_desk), Remark("ask_documents")]
        values = {
            "when": booking_change.moment(booking.start),
            "items": calendar_view.documents_of(booking, at_desk.city),
        }
        people = calendar_view.booking_card(booking, at_desk)["people"]
        checklist = {"type": "document_checklist", "people": people}
        return [Remark("booking_documents", values, checklist)]
    return []


def _window_of(turn: Turn, a: Application) -> Remark | None:
    """Return what an expiry date means: that of the question, or the one told before."""
    at_desk = desk()
    _, remarks = application.advance(
        Application(notice="certificate"),
        {"expires_on": turn.heard.left.get("expires_on") or (a.expires_on if a.expiry else None)},
        at_desk,
        None,
        "",
    )
    return next((r for r in remarks if r.name.startswith("window_")), None)


class ActionDefaultFallback(AssistantAction):
    """Nearly understood: asks back with at most three buttons. Not at all: says what it can do."""

    def name(self) -> str:
        return "action_default_fallback"

    def perform(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        near = [
            each["name"]
            for each in Turn(tracker).ranking
            if each["name"] not in NO_BUTTON and each["confidence"] >= NEAR
        ][:MOST_BUTTONS]
        if not near:
            say(dispatcher, [Remark("not_understood")])
            return [UserUtteranceReverted()]
        buttons = [{"title": f"@intent_{name}", "payload": f"/{name}"} for name in near]
        name = "clarify_one" if len(near) == 1 else "clarify"
        say(dispatcher, [Remark(name, {"guess": f"@intent_{near[0]}"})], buttons=buttons)
        return []


class ActionSessionStart(AssistantAction):
    """Starts a session; tells a person who comes back that the earlier input is gone."""

    def name(self) -> str:
        return "action_session_start"

    def perform(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        from rasa_sdk.events import ActionExecuted, SessionStarted

        if application.is_begun(Application.from_slots(tracker.slots)):
            say(dispatcher, [Remark("session_expired")])
        return [SessionStarted(), ActionExecuted("action_listen")]
