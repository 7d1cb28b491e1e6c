"""What a message means where the conversation stands: the one place where context decides.

What is said of the case itself comes from the topics (reading/reader.py) and, for what they do not
read yet, from told.py and booking_told.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reading import answers, booking_told, case
from reading.facts import CannotCome
from reading.heard import ABOUT_BOOKINGS, FALLBACK, NO_RULE, Form, Heard, Span
from reading.intents import Intent, Intents, Part, intent_of
from reading.reader import Reading
from reading.situation import State
from renewal.booking_change import QUESTIONS, Request
from renewal.wish import Wish

# Intents whose words may answer the question that the form has just asked.
ANSWERING = {"inform", "book", "correct", "affirm", "deny", "dont_know", "ask_free_times", "resume"}
LEAVING = {"stop", "start_over", "go_back", "talk_to_human", "check_booking", "cancel_booking"}
# Short words for these read like a name; a clear one is never taken for an answer.
COMMANDS = {*LEAVING, "resume", "greet", "thank", "goodbye", "change_booking"}
SHORT = 8
"""Characters up to which a question needs no question mark: "あと手数料"."""
SURE = 0.6
"""Confidence from which words that could also be a name are taken as a command or a question."""


def pressed(intent: str, values: Mapping[str, Any], state: State, asked: str | None) -> Heard:
    """Return what a button says that carries these values."""
    given = dict(values)
    if "start" in given:
        given["visit_date"], given["visit_time"] = given.pop("start").split("T")
    if intent not in ABOUT_BOOKINGS and state.form != "booking_form":
        return Heard(intent, form="application_form", answers=given)
    given = {name.removeprefix("booking_"): value for name, value in given.items()}
    turn = _Turn("", state, asked, Intent(intent, 1.0), ())
    given = _with_action(turn, given)
    return Heard(intent, form="booking_form", answers=given, left=_lacks(turn, given))


def interpret(reading: Reading, state: State, asked: str | None, intents: Intents) -> Heard:
    """Return what a message means after the question for the slot `asked`, None if there was none."""
    intent = intent_of(intents, state)
    parts = intents.parts or (Part(reading.text, (intent,)),)
    turn = _Turn(reading.text, state, asked, intent, parts)
    questions = _questions(turn) if intents.parts else ()
    left = dict(_asked_for(reading, turn, questions))
    given: dict[str, Any] = {}
    spans: dict[str, Span] = {}
    form: Form | None = None
    if state.form != "booking_form":
        form, given, spans, more = "application_form", *_for_application(reading, turn)
        left |= more
    if form is None or (not given and intent.name in ABOUT_BOOKINGS):
        form, given, more = "booking_form", *_for_booking(turn)
        left |= more
    asks_back = left.pop("asks_back", None) or _open_in(given) or _not_read(turn, given, left)
    return Heard(
        intent.name, intent.confidence, form, given, questions, asks_back, left, spans
    )


@dataclass(frozen=True)
class _Turn:
    """A message where it came; one part where it says one thing."""

    text: str
    state: State
    asked: str | None
    intent: Intent
    parts: tuple[Part, ...]


# Questions -----------------------------------------------------------------------------------


def _questions(turn: _Turn) -> tuple[str, ...]:
    """Return the intents of the questions that are plainly asked, in order, each once."""
    asked = [
        part.intent.name
        for part in turn.parts
        if part.intent.name.startswith("ask_")
        and part.intent.confidence >= SURE
        and (answers.is_question(part.text) or len(part.text) <= SHORT)
    ]
    asked = list(dict.fromkeys(asked))
    if len(asked) == 1 and turn.intent.name.startswith("ask_") and turn.intent.confidence >= SURE:
        return (turn.intent.name,)  # "15歳です。自分で更新できますか": what was told first belongs to it
    return tuple(asked)


def _asked_for(
    reading: Reading, turn: _Turn, questions: tuple[str, ...]
) -> Iterator[tuple[str, Any]]:
    """Yield what the questions name: the times that would suit, a date."""
    every = {turn.intent.name, *questions}
    if "ask_free_times" in every:
        yield "free_times", case.told(reading, turn.state.at("visit_date")).answers
    if "ask_period" in every:
        yield "expires_on", case.told(reading, turn.state.at("expires_on")).answers.get("expires_on")


# The application -----------------------------------------------------------------------------


def _for_application(
    reading: Reading, turn: _Turn
) -> tuple[dict[str, Any], dict[str, Span], dict[str, Any]]:
    """Return what the message answers of an application, where, and what is left for the actions."""
    told = case.told(reading, turn.state.at(turn.asked))
    given = {} if _leaves(turn, told) else dict(told.answers)
    if given == {"confirmed": "yes"} and turn.state.slots.get("ask_how") == "fix":
        given = {}  # no answer to what is wrong
    known = sorted(slot for slot, value in given.items() if _said_before(turn, slot, value))
    given = {slot: value for slot, value in given.items() if slot not in known}
    spans = {slot: span for slot, span in told.spans.items() if slot in given}
    if given:
        return given, spans, {}
    if name := _reply(reading, turn, told):
        return {}, {}, {"reply": name, "asks_back": name}
    doubt = {"asks_back": f"ask_{told.asks}"} if told.asks else {}
    if not turn.asked or turn.intent.name not in NO_RULE["application_form"]:
        return {}, {}, doubt
    if known:
        return {}, {}, {"known": known, **doubt}
    waits = told.waits and not _nothing_wrong(turn)
    return {}, {}, {"reply": "take_your_time"} if waits else doubt


def _asks(part: Part) -> bool:
    name = part.intent.name
    return name.startswith(("ask_", "out_of_scope")) and answers.is_question(part.text)


def _leaves(turn: _Turn, told: case.Case) -> bool:
    """Return whether the message is about something else than the answers that its words hold."""
    wanted = {turn.asked, *case.ANSWERS_TO.get(str(turn.asked), ())}
    if wanted & told.answers.keys() or told.corrects:
        return False
    return turn.intent.name in LEAVING and turn.intent.confidence >= SURE


def _said_before(turn: _Turn, slot: str, value: Any) -> bool:
    """Return whether something is said once more that is settled, and was not asked for."""
    wanted = {turn.asked, *case.ANSWERS_TO.get(str(turn.asked), ())}
    return slot not in wanted and value is not None and turn.state.slots.get(slot) == value


_REPRESENTATIVES = {"mother", "father", "parent", "parents", "guardian_adult", "guardian_minor"}
_WHOSE = {"誰", "だれ", "どなた", "どっち", "どちら"}


def _reply(reading: Reading, turn: _Turn, told: case.Case) -> str | None:
    """Return the name of the remark to words that need a reply before the question can be answered."""
    words = {word.text for word in reading.message.words}
    if turn.asked and words & _WHOSE and any(text.startswith("本籍") for text in words):
        return "whose_honseki"
    needs_one = turn.asked == "applicant" and turn.state.slots.get("holder") in ("under_15", "adult_ward")
    cannot = [fact for fact in reading.facts if isinstance(fact, CannotCome)]
    if needs_one and any(fact.who in _REPRESENTATIVES for fact in cannot):
        return "representative_must_come"
    return None


def _nothing_wrong(turn: _Turn) -> bool:
    """Return whether a message without an answer was all right ("わかりました"): it only was none."""
    first_yes = turn.intent.name == "affirm" and not turn.state.slots.get("failed_answers")
    return first_yes or turn.intent.name in ("secret_typed", "book", "resume")


# A booking that exists -----------------------------------------------------------------------


def _for_booking(turn: _Turn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the message says of a booking, and what is left for the actions."""
    asked = turn.asked if turn.asked in QUESTIONS else None
    said = _said_of_booking(turn, asked)
    if asked:
        return said, _lacks(turn, said)
    said.setdefault("action", "check")
    besides = booking_told.asked_besides(turn.text, said["action"])
    return said, {"besides": besides} if besides else {}


def _lacks(turn: _Turn, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the remark for who has not got what was asked for, where nothing else is said."""
    intent = turn.intent.name
    if said or turn.asked not in _UNKNOWN or intent not in NO_RULE["booking_form"]:
        return {}
    lacks = intent in ("dont_know", "deny") or booking_told.looks_for_it(turn.text, turn.asked)
    return {"lacks": booking_told.lacking(turn.asked)} if lacks else {}


_UNKNOWN = ("booking_choice", "booking_code", "booking_last4")


def _said_of_booking(turn: _Turn, asked: str | None) -> dict[str, Any]:
    r = Request.from_slots(turn.state.slots) if asked else Request()
    if asked and turn.intent.name in ("stop", "start_over"):
        return {}
    stated = "".join(
        part.text
        for part in turn.parts
        if part.intent.name == "ask_free_times" or not _asks(part)  # "10日は空いてますか" names a day
    )
    if asked in _UNKNOWN:
        stated = turn.text  # "電話番号じゃだめですか" answers, too
    said = booking_told.read(stated, asked, r, turn.state)
    action = booking_told.action_meant(ABOUT_BOOKINGS.get(turn.intent.name), turn.text)
    # At the last question "キャンセルで" is a yes to cancelling, not another wish.
    return said if said.get("confirmed") and r.action == action else _with_action(turn, said)


def _with_action(turn: _Turn, said: dict[str, Any]) -> dict[str, Any]:
    """Return what is said with what is wanted, where that is something else than before."""
    action = booking_told.action_meant(ABOUT_BOOKINGS.get(turn.intent.name), turn.text)
    before = turn.state.slots.get("booking_action") if turn.asked in QUESTIONS else None
    return {**({"action": action} if action and action != before else {}), **said}


# Asking back ---------------------------------------------------------------------------------


def _open_in(given: Mapping[str, Any]) -> str | None:
    """Return the remark on what an answer leaves open: a date that cannot be, or may be another's."""
    for value in given.values():
        if isinstance(value, dict) and "invalid" in value and isinstance(value["invalid"], str):
            return f"invalid_{value['invalid']}"
    for part in Wish.from_json(given.get("wish")).invalid:
        return f"invalid_{part.reason}"
    return "date_heard" if "unclear_date" in given else None


def _not_read(turn: _Turn, given: Mapping[str, Any], left: Mapping[str, Any]) -> str | None:
    """Return the remark on a message of which nothing could be read."""
    form, intent = turn.state.form, turn.intent.name
    if form is None:
        return "clarify" if intent == FALLBACK else None
    if given or left.keys() & {"reply", "known", "lacks"} or intent not in NO_RULE[form]:
        return None
    if form == "application_form":
        return None if _nothing_wrong(turn) else "answer_not_read"
    return None if intent in ABOUT_BOOKINGS or intent in ("resume", "go_back") else "answer_not_read"
