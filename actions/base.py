"""What every action shares: never failing in silence, the desk, and one turn of a conversation."""

from __future__ import annotations

import logging
import re
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from renewal import answers, city, clock, settings
from renewal.application import Desk, Remark
from renewal.bookings import Bookings, create_engine_from

log = logging.getLogger("actions")

Events = list[dict[str, Any]]

# Intents whose words may answer the question that the form has just asked.
ANSWERING = {"inform", "book", "correct", "affirm", "deny", "dont_know", "ask_free_times", "resume"}
# Short words for these read like a name; a clear one is never taken for an answer.
COMMANDS = {
    "stop",
    "start_over",
    "go_back",
    "resume",
    "talk_to_human",
    "greet",
    "thank",
    "goodbye",
    "check_booking",
    "change_booking",
    "cancel_booking",
}
LEAVING = {"stop", "start_over", "go_back", "talk_to_human", "check_booking", "cancel_booking"}
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


def desk() -> Desk:
    """Return the desk as it is now."""
    return Desk(the_city(), bookings(), clock.now(), clock.real_now())


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
        return f"{self.tracker.sender_id}:{self._message.get('message_id')}"[:100]

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
            and (answers.is_question(text) or len(text) <= SHORT)
        ]
        asked = list(dict.fromkeys(asked))
        if len(asked) == 1 and self.intent.startswith("ask_") and self.confidence >= SURE:
            return [self.intent]  # "15歳です。自分で更新できますか": what was told first belongs to it
        return asked

    def answers(self) -> dict[str, Any] | None:
        """Return what the message answers, or None when it is something else to be dealt with."""
        if self.is_button:
            return _from_button(self._message)
        if self._statement is None:
            return None
        found = self._not_overwriting(self._told)
        if self.intent in ANSWERING or self.intent == "nlu_fallback":
            return found
        sure = self.confidence >= SURE
        if self.asked in ("name_kana", "visitor_name"):
            in_katakana = re.fullmatch(r"[ァ-ヶー\s　・]+", self._statement.strip())
            return None if sure and self.intent in COMMANDS and not in_katakana else found or None
        if self.intent in LEAVING or not self.asked:
            return None
        # A question's or small talk's words count only as the answer to what was asked.
        wanted = {self.asked, *({"wish"} if self.asked in ("visit_date", "visit_time") else ())}
        wanted |= {"no_phone"} if self.asked == "phone" else set()
        return found if wanted & found.keys() or self.intent == "change_booking" else None

    def left_as_it_was(self) -> set[str]:
        """Return the slots that the message says something about, but that an earlier answer keeps."""
        return self._told.keys() - self._not_overwriting(self._told).keys()

    @cached_property
    def _statement(self) -> str | None:
        """The parts of the message that are no questions; None when all of them are."""
        # Somebody who applies states facts in questions too: "祖母が代わりに行けますか。予約したいです"
        told = [
            p
            for p in self.clauses
            if self.intent == "book"
            or not _is_question(*p)
            # "10日の夜ってやってますか": the day that is asked about is the one that is wished.
            or (self.asked in ("visit_date", "visit_time") and p[1] == "ask_hours_and_place")
        ]
        return "".join(text for text, _, _ in told) if told else None

    @cached_property
    def _told(self) -> dict[str, Any]:
        """What these parts say."""
        d, asked, said = desk(), self.asked, self._statement or ""
        half = self.tracker.get_slot("half_date")
        if half and (day := _A_DAY.fullmatch(answers.normal(said))):
            said = f"{half}{day[1]}日"  # "20日" after "2月"
        if asked == "applicant" and self.tracker.get_slot("several"):
            asked = "whose"
        found = answers.read(said, asked, d.now, d.city)
        several = self.tracker.get_slot("several")
        if asked and asked not in _ABOUT_PEOPLE and not several and answers.tells_only_who_comes(said):
            found = {**answers.read(said, "applicant", d.now, d.city), **found}
        return found

    def _not_overwriting(self, found: dict[str, Any]) -> dict[str, Any]:
        """Return the answers without those that would change an earlier one in passing.

        "ご本人が書いたものがあります" answers what was asked; it does not change who comes.
        """
        slot, text = self.tracker.get_slot, self._statement or ""
        for_another = (
            slot("near_fifteen")
            or slot("holder") in ("under_15", "adult_ward")
            or (slot("applicant") in ("legal_representative", "other_proxy"))
        )
        if found.get("applicant") == "self" and for_another and not re.search("本人|自分", text):
            found = {name: value for name, value in found.items() if name != "applicant"}
        if self.asked == "confirmed":
            return found  # what was summed up is looked through for mistakes
        if self.intent == "correct" or _CORRECTS.search(answers.normal(text)):
            return found
        free = {self.asked, "wish", "counter", "cards", "cards_by", "people"}
        if self.asked == "counter":
            free |= {"pins", "forgotten_pins"}  # asked for just before
        if self.asked in ("expiry_checked", "birthday", "issued_on"):
            free |= {"expires_on", "expiry_help"}
        if slot("expires_on") == "unknown" or not slot("several"):
            free.add("expires_on")  # of several cards it may be the next one's
        if re.search("(?:自分|本人)(?:が|で|も)?(?:一緒に)?(?:行き|いき|伺い|来ます)", text):
            free |= {"applicant"}
        if found.get("holder") == "adult_ward" or "near_fifteen" in found:
            free |= {"holder", "near_fifteen"}  # nobody says that in passing
        return {
            name: value
            for name, value in found.items()
            if name in free or self.tracker.get_slot(name) is None
        }


# Questions at which "母です" means something of its own.
_ABOUT_PEOPLE = {"applicant", "whose", "holder", "proof_waiver", "cards", "relation", "name_kana", "visitor_name"}
_A_DAY = re.compile("[^0-9]{0,4}([0-9]{1,2})日?(?:です|だ|でした|だった|だよ|[。、])*")
_CORRECTS = re.compile(
    "やっぱ|やはり|間違|まちが|じゃなく|ではなく|でなく|変え|かえて|かわり|変更|訂正|修正|違い|違っ|ちがい|それなら|じゃあ|でした$|と(?:申し|もうし)ます|^(?:いや|いえ|いいえ)[、。]?.*[0-9]"
)


def _is_question(text: str, intent: str, confidence: float) -> bool:
    if intent in ANSWERING or not intent.startswith(("ask_", "out_of_scope")):
        return False
    return answers.is_question(text)


def _from_button(message: dict[str, Any]) -> dict[str, Any]:
    given = {entity["entity"]: entity["value"] for entity in message.get("entities") or []}
    if "start" in given:
        given["visit_date"], given["visit_time"] = given.pop("start").split("T")
    return given
