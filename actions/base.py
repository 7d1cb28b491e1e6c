"""What every action shares: never failing in silence, the desk, and one turn of a conversation."""

from __future__ import annotations

import logging
import re
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from reading import told
from reading.answers import Answers, is_question
from reading.told import Purpose, Said
from renewal import city, clock, settings
from renewal.application import Application, Desk, Remark
from renewal.bookings import Bookings, Origin, create_engine_from

log = logging.getLogger("actions")

Events = list[dict[str, Any]]

# Intents whose words may answer the question that the form has just asked.
ANSWERING = {"inform", "book", "correct", "affirm", "deny", "dont_know", "ask_free_times", "resume"}
LEAVING = {"stop", "start_over", "go_back", "talk_to_human", "check_booking", "cancel_booking"}
# Short words for these read like a name; a clear one is never taken for an answer.
COMMANDS = {*LEAVING, "resume", "greet", "thank", "goodbye", "change_booking"}
IN_OTHER_WORDS = ("short", "example", "other_way")
"""How a question is asked again after answers that were not read, in turn."""
SHORT = 8
"""Characters up to which a question needs no question mark: "あと手数料"."""
SURE = 0.6
"""Confidence from which words that could also be a name are taken as a command or a question."""


class AssistantAction(Action, ABC):
    """An action that answers whatever happens.

    An error inside is logged with an id and without personal data; the citizen gets an apology
    with the call centre's number, and the conversation stays where it was.
    """

    @abstractmethod
    def perform(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Do the action's work."""

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        _origin.set(origin_of(tracker))
        try:
            return self.perform(dispatcher, tracker)
        except Exception as error:
            error_id = uuid.uuid4().hex[:8]
            # Neither the message of the error nor its arguments: they may hold a name or a phone.
            places = _places(error)
            log.error(
                "%s failed, id %s: %s at %s", self.name(), error_id, type(error).__name__, places
            )
            dispatcher.messages.clear()
            dispatcher.utter_message(response="utter_system_error")
            asked = tracker.get_slot("requested_slot")
            return [
                SlotSet("last_error", error_id),
                *([SlotSet("requested_slot", asked)] if asked else []),
            ]


def _places(error: BaseException) -> str:
    places, trace = [], error.__traceback__
    while trace:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " < ".join(reversed(places))


@lru_cache(maxsize=1)
def the_city() -> city.City:
    return city.load()


@lru_cache(maxsize=1)
def bookings() -> Bookings:
    return Bookings(create_engine_from(settings.database_url()))


_origin: ContextVar[Origin | None] = ContextVar("origin", default=None)


def origin_of(tracker: Tracker) -> Origin:
    """Return whose conversation it is, and the hash of the address that its channel has passed on."""
    metadata = (tracker.latest_message or {}).get("metadata") or {}
    source = metadata.get("source")
    return Origin(settings.keyed_hash(tracker.sender_id), str(source)[:32] if source else None)


def desk() -> Desk:
    """Return the desk as it is now, for the conversation whose action runs."""
    return Desk(the_city(), bookings(), clock.now(), clock.real_now(), _origin.get())


def say(dispatcher: CollectingDispatcher, remarks: Iterable[Remark], **kwargs: Any) -> None:
    """Utter remarks, each as utter_<name> of domain.yml."""
    for remark in remarks:
        dispatcher.utter_message(
            response=f"utter_{remark.name}",
            json_message=dict(remark.payload) if remark.payload else None,
            **remark.values,
            **kwargs,
        )


@dataclass(frozen=True)
class Turn:
    """What the person's latest message is, as far as it is understood."""

    tracker: Tracker

    @cached_property
    def _message(self) -> dict[str, Any]:
        return dict(self.tracker.latest_message or {})

    @property
    def text(self) -> str:
        """The message as it was let in."""
        return str(self._message.get("text") or "")

    @property
    def intent(self) -> str:
        """The intent of the whole message."""
        return str((self._message.get("intent") or {}).get("name") or "")

    @property
    def confidence(self) -> float:
        """How sure the classifier is of it."""
        return float((self._message.get("intent") or {}).get("confidence") or 0.0)

    @property
    def ranking(self) -> list[dict[str, Any]]:
        """All intents with their confidence, the most likely first."""
        return list(self._message.get("intent_ranking") or [])

    @property
    def is_button(self) -> bool:
        """Whether the person pressed a button that the bot had offered."""
        return self.text.startswith("/")

    @property
    def asked(self) -> str | None:
        """The slot that the form has just asked for."""
        return self.tracker.get_slot("requested_slot")

    @property
    def message_id(self) -> str:
        """An id that the same message keeps when it is delivered again."""
        # Hashed: it ends in the keys of holds, and a conversation's id opens it.
        return settings.keyed_hash(f"{self.tracker.sender_id}:{self._message.get('message_id')}")

    @cached_property
    def clauses(self) -> list[tuple[str, str, float]]:
        """The parts of the message: text, intent, confidence. One part when it says one thing."""
        parts = self._message.get("clauses") or []
        if len(parts) < 2:
            return [(self.text, self.intent, self.confidence)]
        return [
            (part["text"], part["intent"]["name"] or "", float(part["intent"]["confidence"]))
            for part in parts
        ]

    def questions(self) -> list[str]:
        """Return the intents of the questions that are plainly asked, in order, each once."""
        asked = [
            intent
            for text, intent, sure in self.clauses
            if intent.startswith("ask_")
            and sure >= SURE
            and (is_question(text) or len(text) <= SHORT)
        ]
        asked = list(dict.fromkeys(asked))
        if len(asked) == 1 and self.intent.startswith("ask_") and self.confidence >= SURE:
            return [self.intent]  # "15歳です。自分で更新できますか": what was told first belongs to it
        return asked

    def is_taken_in(self, *forms: str) -> bool:
        """Return whether the message was dealt with before: Rasa asks again after a question."""
        no_answer = {*forms, "action_extract_slots", "action_listen", "action_session_start"}
        for event in reversed(self.tracker.events):
            if event["event"] == "user":
                return False
            if event["event"] == "action" and event["name"] not in no_answer:
                return True
        return False

    def answers(self) -> Answers:
        """Return what the message answers, {} when it is something else to be dealt with."""
        if self.is_button:
            return _from_button(self._message)
        return told.read(Application.from_slots(self.tracker.slots), self.said, desk())

    @cached_property
    def said(self) -> Said:
        """The message as somebody who works on the application hears it."""
        # Somebody who applies states facts in questions too: "祖母が代わりに行けますか。予約したいです"
        statement = "".join(
            text
            for text, intent, _ in self.clauses
            if self.intent == "book"
            or intent in ANSWERING
            or not (intent.startswith(("ask_", "out_of_scope")) and is_question(text))
            # "10日の夜ってやってますか": the day that is asked about is the one that is wished.
            or (self.asked in ("visit_date", "visit_time") and intent == "ask_hours_and_place")
        )
        return Said(self.text, statement, self.asked, self._purpose(statement))

    def _purpose(self, statement: str) -> Purpose:
        if self.intent in ("inform", "nlu_fallback"):
            return "states"
        if self.intent in ANSWERING:
            return "corrects" if self.intent == "correct" else "answers"
        if self.asked in ("name_kana", "visitor_name"):
            in_katakana = re.fullmatch(r"[ァ-ヶー\s　・]+", statement.strip())
            command = self.confidence >= SURE and self.intent in COMMANDS
            return "away" if command and not in_katakana else "answers"
        if self.intent in LEAVING or not self.asked:
            return "away"
        return "answers" if self.intent == "change_booking" else "aside"


def _from_button(message: dict[str, Any]) -> dict[str, Any]:
    given = {entity["entity"]: entity["value"] for entity in message.get("entities") or []}
    if "start" in given:
        given["visit_date"], given["visit_time"] = given.pop("start").split("T")
    return given
