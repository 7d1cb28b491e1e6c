"""What a message says of an application: what the topics propose, weighed against each other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from reading import dated, places
from reading.facts import Fact, Unsure
from reading.reader import TOPICS, Reading
from reading.situation import Command, Situation
from renewal.wish import Wish

# Slots that answer a question besides its own.
ANSWERS_TO: dict[str, set[str]] = {
    "visit_date": {"wish"},
    "visit_time": {"wish"},
    "phone": {"no_phone"},
    "expires_on": {"expires_on", "expiry_help", "half_date", "expiries", "card_expires_on"},
    "expiry_checked": {"expires_on"},
    "expiry_help": {"expires_on", "birthday", "issued_on"},
    "birthday": {"expiry_help", "expires_on"},
    "issued_on": {"expiry_help", "expires_on"},
    "applicant": {"other_guardian", "holder", "near_fifteen", "people", "children", "comes"},
    "holder": {"other_guardian", "near_fifteen", "children", "birthday"},
    "cards": {"cards_by", "people", "children"},
    "counter": {"wish"},
    "name_kana": {"name_of", "more_names"},
    "date_meant": {"expires_on", "wish"},
}
# Whose card it is and who comes are told for each of several cards.
_OF_ONE = {"applicant", "holder", "near_fifteen", "relation"}
_WRITTEN_BY_A_MACHINE = re.compile(r"/?\w+\s*\{\s*\"")
"""A button's payload that was never offered here: the days and times in it are nobody's wish."""
_SOUND_LIKE_WORDS = {"name_kana", "visitor_name", "phone"}


@dataclass(frozen=True)
class Case:
    """What a message settles: answers as renewal.application.advance takes them, with their places.

    `asks` is a slot about which the words leave a doubt: it is asked back about.
    """

    answers: dict[str, Any] = field(default_factory=dict)
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)
    corrects: frozenset[str] = frozenset()
    asks: str | None = None
    waits: bool = False


def told(reading: Reading, s: Situation) -> Case:
    """Return what a message settles of an application in this situation."""
    if _WRITTEN_BY_A_MACHINE.match(reading.text):
        return Case()
    commands = [
        command
        for topic in TOPICS
        for command in topic.heard(reading.facts, reading.message, s)
    ]
    wanted = {str(s.asked), *ANSWERS_TO.get(str(s.asked), ())} if s.asked else set()
    proposed = [each for each in commands if each.kind != "clarify" and not _half_a_date(each, wanted)]
    kept = _without_rivals(proposed, wanted)
    answers: dict[str, Any] = {}
    spans: dict[str, tuple[int, int]] = {}
    for each in kept:
        answers[each.slot] = each.value
        if each.fact:
            spans[each.slot] = (each.fact.start, each.fact.end)
    if answers.get("applicant") == "other_proxy" and isinstance(answers.get("people"), list):
        proxy = {"applicant": "other_proxy"}
        answers["people"] = [{**proxy, **each} for each in answers["people"]]
    if answers.keys() & {"people", "children", "comes"}:
        answers = {slot: value for slot, value in answers.items() if slot not in _OF_ONE}
    answers |= _age(answers, s)
    if answers.get("pins") == "remembered":
        answers["forgotten_pins"] = []
    corrects = frozenset(each.slot for each in kept if each.kind == "correct_slot" and each.slot in answers)
    doubts = [each for each in commands if each.kind == "clarify"]
    open_age = answers.get("near_fifteen") and not _settles_age(answers)
    asks = "birthday" if open_age else _doubt(doubts, answers, wanted)
    return Case(answers, spans, corrects, asks, _waits(reading.facts, answers))


def several(known: Mapping[str, Any]) -> bool:
    """Return whether the application is for several cards, as far as is known."""
    return bool(known.get("family")) or int(known.get("cards") or 1) > 1


def named(reading: Reading, s: Situation) -> dict[str, Any]:
    """Return the days, times and counter that a question names: "来週の西口は空いていますか"."""
    said = tuple(replace(each, mood="said", flags=each.flags - {"ask"}) for each in reading.message.clauses)
    message = replace(reading.message, clauses=said)
    commands = dated.heard(dated.facts(message), message, s)
    counters = places.mentioned(message, s)
    found = {each.slot: each.value for each in commands if each.kind != "clarify"}
    return {**found, **({"counter": counters.pop()} if len(counters) == 1 else {})}


def _age(answers: dict[str, Any], s: Situation) -> dict[str, Any]:
    """Return whose card it is by a birthday told: under 15 is judged on the day of the visit."""
    told = answers.get("birthday")
    asked = s.asked == "holder" or "near_fifteen" in answers or "holder" in answers
    young = s.asked is None and isinstance(told, str) and date.fromisoformat(told).year >= s.now.year - 16
    if not isinstance(told, str) or not (asked or young) or s.bookable is None:
        return {}
    born, days = date.fromisoformat(told), Wish.from_json(answers.get("wish")).days
    groups = {s.holder_on(born, day) for day in s.bookable}
    if len(groups) == 1:
        return {"holder": groups.pop(), "near_fifteen": None}
    return {"holder": s.holder_on(born, days[0]) if len(days) == 1 else "under_15", "near_fifteen": True}


def _settles_age(answers: dict[str, Any]) -> bool:
    """Return whether the birthday and the one day of the visit are both told."""
    return bool(answers.get("birthday")) and len(Wish.from_json(answers.get("wish")).days) == 1


def _half_a_date(command: Command, wanted: set[str]) -> bool:
    """Return whether a date is told that cannot be one, at another question: it is asked for in its turn."""
    invalid = isinstance(command.value, dict) and "invalid" in command.value
    return invalid and command.slot != "wish" and command.slot not in wanted


def _without_rivals(commands: Sequence[Command], wanted: set[str]) -> list[Command]:
    """Return the proposals that stand beside each other.

    Words that answer the question asked are not read as something else too: at a question for the
    name あねざき is no elder sister. A yes to the summary with something put right is not yet a yes.
    """
    names = [each for each in commands if each.slot in wanted & _SOUND_LIKE_WORDS and each.fact]
    kept = [
        each
        for each in commands
        if each.slot in wanted or not any(_overlap(each.fact, other.fact) for other in names)
    ]
    others = {each.slot for each in kept} - {"confirmed", "stop"}
    if others:
        kept = [each for each in kept if each.slot not in ("confirmed", "stop")]
    if any(each.slot == "name_of" for each in kept):
        kept = [each for each in kept if each.slot not in ("name_kana", "visitor_name")]
    return kept


def _overlap(one: Fact | None, other: Fact | None) -> bool:
    return bool(one and other and one is not other and one.start < other.end and other.start < one.end)


def _doubt(doubts: Sequence[Command], answers: dict[str, Any], wanted: set[str]) -> str | None:
    """Return the slot to ask back about: the one asked for, or one of a first message."""
    if wanted & answers.keys():
        return None
    if answers:  # "ちょっと待って、西口じゃなくて本庁舎": the question is put again in any case
        doubts = [each for each in doubts if not (isinstance(each.fact, Unsure) and each.fact.kind_of == "finding_out")]
    for each in doubts:
        if each.slot in wanted or not wanted:
            return each.slot if each.slot not in answers else None
    return None


def _waits(facts: Sequence[Fact], answers: dict[str, Any]) -> bool:
    """Return whether somebody needs a moment: "ちょっと待って", "母に聞いてみます"."""
    return not answers and any(isinstance(f, Unsure) and f.kind_of == "finding_out" for f in facts)
