"""Where a message is heard: what was asked, what is settled, and what must be known of the procedure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from reading.facts import Fact
from reading.heard import Form
from renewal.application import Application
from renewal.bookings import Booking


def _on_weekdays(day: date) -> bool:
    return day.weekday() < 5


@dataclass(frozen=True)
class Situation:
    """The moment of a conversation in which a message is heard.

    `asked` is the slot just asked for, None for a first message. `known` holds the slots that are
    settled. `now` is the calendar's now (Asia/Tokyo). `counters` has the words for each counter by
    its id, `bookable` the first and last day that can be booked, `is_working_day` says on which days
    counters open, `holder_on` whether somebody born on a day is under 15 on another: what reading needs
    of the procedure is handed in.
    """

    asked: str | None
    known: Mapping[str, Any]
    now: datetime
    counters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bookable: tuple[date, date] | None = None
    is_working_day: Callable[[date], bool] = _on_weekdays
    holder_on: Callable[[date, date], str] = lambda born, day: "general"

    def __getitem__(self, slot: str) -> Any:
        """Return what is settled for a slot, or None."""
        return self.known.get(slot)


@dataclass(frozen=True)
class State:
    """A conversation when a message comes, with what reading needs of the procedure handed in.

    `form` is the one that runs, `slots` holds every slot that has a value. `said` is the bot's last
    message: its buttons and, as `utter_action`, which response it was. `asked_too_soon` tells whether
    something that can turn a person away is still to be asked; `bookings` returns the visits to come
    that this conversation knows of, by start; `days_chosen` the days (ISO 8601) that were chosen in it. The others are those of Situation.
    """

    now: datetime
    form: Form | None = None
    slots: Mapping[str, Any] = field(default_factory=dict)
    said: Mapping[str, Any] = field(default_factory=dict)
    counters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bookable: tuple[date, date] | None = None
    is_working_day: Callable[[date], bool] = _on_weekdays
    holder_on: Callable[[date, date], str] = lambda born, day: "general"
    asked_too_soon: Callable[[Application], bool] = lambda _: False
    bookings: Callable[[], Sequence[Booking]] = tuple
    days_chosen: Callable[[], Sequence[str]] = tuple

    @property
    def booked(self) -> bool:
        """Whether something was booked in this conversation, or an earlier booking found."""
        return self.slots.get("last_booking") is not None

    def at(self, asked: str | None) -> Situation:
        """Return the moment after the question for this slot."""
        return Situation(
            asked, self.slots, self.now, self.counters, self.bookable, self.is_working_day,
            self.holder_on,
        )


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
