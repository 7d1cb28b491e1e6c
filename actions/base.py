"""What every action shares: never failing in silence, the desk, and one turn of a conversation."""

from __future__ import annotations

import logging
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

from reading.heard import UNCLEAR, Form, Heard
from renewal import answers_about, city, clock, settings
from renewal.application import Application, Desk, Remark
from renewal.bookings import Bookings, Origin, create_engine_from

log = logging.getLogger("actions")

Events = list[dict[str, Any]]

IN_OTHER_WORDS = ("short", "example", "other_way")
"""How a question is asked again after answers that were not read, in turn."""


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
            spoken = CollectingDispatcher()
            events = self.perform(spoken, tracker)
            if self.name().startswith("validate_") and not (events or spoken.messages):
                return []  # a form leaves the message to its own rule, whose answer an event would prevent
            told = _in_their_language(dispatcher, tracker)
            dispatcher.messages += spoken.messages
            return [*told, *events]
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


def _in_their_language(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """Say once, to who does not write Japanese, what this is and that buttons and figures work."""
    language = Turn(tracker).heard.left.get("language")
    if not language or tracker.get_slot("language") == language:
        return []
    say(dispatcher, [Remark(f"language_{language}")])
    return [SlotSet("language", language)]


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


def answers_to(questions: Iterable[str], *without: str) -> list[Remark]:
    """Return the remarks that answer questions, but for those that are answered otherwise."""
    asked = (name for name in questions if name not in without)
    return [Remark("unclear_question" if name == UNCLEAR else name) for name in asked]


def exact_answers(turn: Turn, a: Application, at_desk: Desk) -> list[Remark]:
    """Return the remarks that answer what the message asks exactly, [] where it asks nothing so."""
    about = turn.heard.left.get("about")
    return answers_about.answer(about, a, at_desk) if about else []


@dataclass(frozen=True)
class Turn:
    """What the person's latest message is: what the bot's pipeline has made of it."""

    tracker: Tracker

    @cached_property
    def _message(self) -> dict[str, Any]:
        return dict(self.tracker.latest_message or {})

    @cached_property
    def heard(self) -> Heard:
        """What the message means where it came (bot/nlu/interpreter.py)."""
        plain = self._message.get("heard")
        return Heard.from_json(plain) if plain else Heard(self.intent)

    @property
    def intent(self) -> str:
        """The intent of the whole message."""
        return str((self._message.get("intent") or {}).get("name") or "")

    @property
    def ranking(self) -> list[dict[str, Any]]:
        """All intents with their confidence, the most likely first."""
        return list(self._message.get("intent_ranking") or [])

    @property
    def asked(self) -> str | None:
        """The slot that the form has just asked for."""
        return self.tracker.get_slot("requested_slot")

    @property
    def message_id(self) -> str:
        """An id that the same message keeps when it is delivered again."""
        # Hashed: it ends in the keys of holds, and a conversation's id opens it.
        return settings.keyed_hash(f"{self.tracker.sender_id}:{self._message.get('message_id')}")

    def answers(self, form: Form) -> dict[str, Any]:
        """Return what the message answers in this form, {} when it is something else."""
        return dict(self.heard.answers) if self.heard.form == form else {}

    def is_taken_in(self, *forms: str) -> bool:
        """Return whether the message was dealt with before: Rasa asks again after a question."""
        no_answer = {*forms, "action_extract_slots", "action_listen", "action_session_start"}
        for event in reversed(self.tracker.events):
            if event["event"] == "user":
                return False
            if event["event"] == "action" and event["name"] not in no_answer:
                return True
        return False
