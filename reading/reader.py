"""The only entry of reading: a text in, what it says out, read once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from reading import consent, dated, names, notice, papers, people, phones, pins, places, several, unsure
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
    unsure, people, several, notice, papers, pins, places, dated, names, phones, consent,
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
        return parts_of(self.text)


def read(text: str, now: datetime) -> Reading:
    """Return what a text says; `now` (Asia/Tokyo) is what "明日" counts from."""
    message = cut(text, now)
    facts = tuple(fact for topic in TOPICS for fact in topic.facts(message))
    return Reading(message, facts, _rest(message, facts))


_PART_END = re.compile(
    r"(?<=[。！？!?\n])\s*|、(?=あと|それと|それから|ちなみに|ところで|ついでに|その前に|まずは?)"
)


def parts_of(text: str) -> tuple[str, ...]:
    """Return the parts of a text that may each ask or say something of their own."""
    found = [part.strip(" /\n") for part in _PART_END.split(text)]
    found = [part for part in found if part]
    last = "".join(found[MOST_PARTS - 1 :])
    return (*found[: MOST_PARTS - 1], *([last] if last else []))


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
