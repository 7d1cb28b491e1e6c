"""What a message means where the conversation stands: the one place where context decides.

What is said of the case itself comes from the topics (reading/reader.py) and, for what they do not
read yet, from told.py and booking_told.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reading import answers, booking_told, reader, told
from reading.heard import ABOUT_BOOKINGS, FALLBACK, NO_RULE, Form, Heard, Span
from reading.intents import Intent, Intents, Part, intent_of
from reading.reader import Reading
from reading.situation import State
from reading.told import Purpose, Said
from renewal.application import Application
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
    left = dict(_asked_for(turn, questions))
    given: dict[str, Any] = {}
    spans: dict[str, Span] = {}
    form: Form | None = None
    if state.form != "booking_form":
        form, given, more = "application_form", *_for_application(turn)
        left |= more
        _take_commands(reading, turn, given, spans, left)
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


def _asked_for(turn: _Turn, questions: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """Yield what the questions name: the times that would suit, a date."""
    every = {turn.intent.name, *questions}
    if "ask_free_times" in every:
        yield "free_times", answers.read(turn.text, turn.state.at("visit_date"))
    if "ask_period" in every:
        yield "expires_on", answers.read(turn.text, turn.state.at("expires_on")).get("expires_on")


# The application -----------------------------------------------------------------------------


def _for_application(turn: _Turn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the message answers of an application, and what is left for the actions."""
    state = turn.state
    a = Application.from_slots(state.slots)
    statement = _statement(turn)
    said = Said(turn.text, statement, turn.asked, _purpose(turn, statement))
    if name := told.reply(a, said):
        return {}, {"reply": name, "asks_back": name}
    found = told.read(a, said, state)
    if found == {"confirmed": "yes"} and state.slots.get("ask_how") == "fix":
        found = {}  # no answer to what is wrong
    if found or not turn.asked or turn.intent.name not in NO_RULE["application_form"]:
        return found, {}
    if known := told.known(a, said, state):  # said before; but a date may be that of the next card
        later = {"asks_back": "expiry_of_others_later"} if "expires_on" in known else {}
        return {}, {"known": sorted(known), **later}
    waits = not _nothing_wrong(turn) and told.asks_to_wait(turn.text)
    return {}, {"reply": "take_your_time"} if waits else {}


def _statement(turn: _Turn) -> str:
    """Return the text without its questions.

    Somebody who applies states facts in questions too: "祖母が代わりに行けますか。予約したいです"
    """
    return "".join(
        part.text
        for part in turn.parts
        if turn.intent.name == "book"
        or part.intent.name in ANSWERING
        or not _asks(part)
        # "10日の夜ってやってますか": the day that is asked about is the one that is wished.
        or (turn.asked in ("visit_date", "visit_time") and part.intent.name == "ask_hours_and_place")
    )


def _asks(part: Part) -> bool:
    name = part.intent.name
    return name.startswith(("ask_", "out_of_scope")) and answers.is_question(part.text)


def _purpose(turn: _Turn, statement: str) -> Purpose:
    intent = turn.intent.name
    if intent in ("inform", FALLBACK):
        return "states"
    if intent in ANSWERING:
        return "corrects" if intent == "correct" else "answers"
    if turn.asked in ("name_kana", "visitor_name"):
        in_katakana = re.fullmatch(r"[ァ-ヶー\s　・]+", statement.strip())
        command = turn.intent.confidence >= SURE and intent in COMMANDS
        return "away" if command and not in_katakana else "answers"
    if intent in LEAVING or not turn.asked:
        return "away"
    return "answers" if intent == "change_booking" else "aside"


def _nothing_wrong(turn: _Turn) -> bool:
    """Return whether a message without an answer was all right ("わかりました"): it only was none."""
    first_yes = turn.intent.name == "affirm" and not turn.state.slots.get("failed_answers")
    return first_yes or turn.intent.name in ("secret_typed", "book", "resume")


def _take_commands(
    reading: Reading,
    turn: _Turn,
    given: dict[str, Any],
    spans: dict[str, Span],
    left: dict[str, Any],
) -> None:
    """Put what the topics propose in the place of what is given."""
    situation = turn.state.at(turn.asked)
    for topic in reader.TOPICS:
        for command in topic.heard(reading.facts, reading.message, situation):
            if command.kind == "clarify":
                given.pop(command.slot, None)
                left["asks_back"] = f"ask_{command.slot}"
                continue
            given[command.slot] = command.value
            if command.fact:
                spans[command.slot] = (command.fact.start, command.fact.end)


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
