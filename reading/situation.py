"""Where a message is heard: what was asked, what is settled, and what must be known of the procedure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from reading.facts import Fact


@dataclass(frozen=True)
class Situation:
    """The moment of a conversation in which a message is heard.

    `asked` is the slot just asked for, None for a first message. `known` holds the slots that are
    settled. `now` is the calendar's now (Asia/Tokyo). `counters` has the words for each counter by
    its id, `bookable` the first and last day that can be booked, `is_working_day` says on which days
    counters open: what reading needs of the procedure is handed in.
    """

    asked: str | None
    known: Mapping[str, Any]
    now: datetime
    counters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bookable: tuple[date, date] | None = None
    is_working_day: Callable[[date], bool] = lambda day: day.weekday() < 5

    def __getitem__(self, slot: str) -> Any:
        """Return what is settled for a slot, or None."""
        return self.known.get(slot)


@dataclass(frozen=True)
class Command:
    """What a message does to the conversation, named as Rasa's CALM names it.

    set_slot fills what was open, correct_slot changes what was settled, clarify asks back about
    `slot` instead of deciding. `fact` is what it rests on.
    """

    kind: Literal["set_slot", "correct_slot", "clarify"]
    slot: str
    value: Any = None
    fact: Fact | None = None
