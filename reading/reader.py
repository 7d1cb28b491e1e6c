"""The only entry of reading: a text in, what it says out, read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from reading import (
    consent,
    dated,
    deeds,
    names,
    notice,
    papers,
    people,
    phones,
    pins,
    places,
    several,
    unsure,
)  # fmt: skip
from reading.clauses import Clause
from reading.facts import Fact
from reading.heard import Span
from reading.message import Message, cut
from reading.situation import Command, Situation

MOST_PARTS = 12
"""Parts of a message that are classified one by one; what follows belongs to the last of them."""


class Topic(Protocol):
    """What one module reads: people, papers, dates…"""

    def facts(self, m: Message) -> list[Fact]:
        """Return what the message says of it, each thing with its place in the text."""

    def heard(self, facts: Sequence[Fact], m: Message, s: Situation) -> list[Command]:
        """Return what that does to a conversation."""


TOPICS: tuple[Topic, ...] = (
    unsure, people, several, notice, papers, pins, places, dated, names, phones, consent, deeds,
)  # fmt: skip
"""Of two topics that fill the same slot the later one counts."""


@dataclass(frozen=True)
class Reading:
    """A message that was read: its facts, and the stretches of its text that nothing explains."""

    message: Message
    facts: tuple[Fact, ...] = ()
    rest: tuple[Span, ...] = ()

    @property
    def text(self) -> str:
        """The text that was read."""
        return self.message.text

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the text that may each ask or say something of their own."""
        return parts_of(self.message)


def read(text: str, now: datetime) -> Reading:
    """Return what a text says; `now` (Asia/Tokyo) is what "明日" counts from."""
    message = cut(text, now)
    facts = tuple(fact for topic in TOPICS for fact in topic.facts(message))
    return Reading(message, facts, _rest(message, facts))


_BESIDES = ("あと", "それと", "それから", "ちなみに", "ところで", "ついで", "その前に", "まず")
"""What begins something else after a comma."""


def parts_of(m: Message) -> tuple[str, ...]:
    """Return the parts of a text that may each ask or say something of their own.

    A part ends with its sentence, before "、あと…", and where telling gives way to asking or back.
    """
    starts = [m.folded.starts[m.clauses[at].start] for at in _first_clauses(m)]
    lines = [at + 1 for at, char in enumerate(m.text) if char == "\n"]
    cuts = sorted({0, *starts[1:], *lines, len(m.text)})
    found = [m.text[start:end].strip(" 、/\n\u3000") for start, end in zip(cuts, cuts[1:], strict=False)]
    found = [part for part in found if part]
    last = "".join(found[MOST_PARTS - 1 :])
    return (*found[: MOST_PARTS - 1], *([last] if last else []))


def _first_clauses(m: Message) -> list[int]:
    """Return the clauses with which the parts begin."""
    first: list[int] = []
    runs = _asked_from(m)
    for clause in m.clauses:
        before = m.clauses[clause.at - 1] if clause.at else None
        besides = before is not None and m.plain[before.end - 1] == "、" and m.plain.startswith(_BESIDES, clause.start)
        answers = before is not None and before.mood == "asked" and clause.mood in ("said", "past", "denied")
        if before is None or before.link == "end" or _said_politely(m, before, clause) or besides or clause.at in runs or (answers and not _led_to(m, clause.at)):
            first.append(clause.at)
    return first


def _said_politely(m: Message, before: Clause, clause: Clause) -> bool:
    """Return whether a sentence ends where only a space stands: "要るんです 来月15日でお願いします"."""
    return clause.start in m.folded.gaps and m.plain.endswith(("です", "ます", "でした", "ました", "ません"), 0, before.end)


def _asked_from(m: Message) -> set[int]:
    """Return where asking begins after telling: with what is supposed or given as its reason."""
    found = set()
    for clause in m.clauses:
        if clause.mood != "asked":
            continue
        at = clause.at
        while at and m.clauses[at - 1].link in ("cond", "reason") and m.clauses[at - 1].mood != "asked":
            at -= 1
        if at and m.clauses[at - 1].mood != "asked":
            found.add(at)
    return found


def _led_to(m: Message, at: int) -> bool:
    """Return whether a clause hangs on the one before: "いくらか / 教えてください", "何番か / 忘れました"."""
    before = m.clauses[at - 1]
    return before.link in ("cond", "reason", "but") or m.plain[before.end - 1] not in "、。!?？！\n"


_SMALL = {"particle", "mark", "copula", "auxiliary", "nominal"}


def _rest(message: Message, facts: Sequence[Fact]) -> tuple[Span, ...]:
    """Return where words stand that no fact rests on; words beside each other make one stretch."""
    found: list[Span] = []
    apart = True
    for word in message.words:
        start, end = message.folded.span(word.start, word.end)
        if any(fact.start < end and start < fact.end for fact in facts):
            apart = True
        elif word.kind not in _SMALL:
            found.append((start, end) if apart else (found.pop()[0], end))
            apart = False
    return tuple(found)
