"""What the store takes and gives: plain values, and the ways in which it says no."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from renewal.clock import TOKYO


@dataclass(frozen=True)
class Place:
    """A start (Tokyo) and the number of seats, one for each card, taken there."""

    start: datetime
    seats: int


def places_of(starts: Iterable[datetime]) -> tuple[Place, ...]:
    """Return the starts, one for each seat, as places in order (Tokyo)."""
    counts: dict[datetime, int] = {}
    for start in starts:
        counts[start] = counts.get(start, 0) + 1
    return tuple(Place(start.astimezone(TOKYO), counts[start]) for start in sorted(counts))


@dataclass(frozen=True)
class Hold:
    """Seats kept for a person who is about to confirm, until `held_until` (real time, UTC)."""

    id: str
    counter: str
    places: tuple[Place, ...]
    held_until: datetime

    @property
    def start(self) -> datetime:
        """Return the first start (Tokyo)."""
        return self.places[0].start

    @property
    def seats(self) -> int:
        """Return the number of seats."""
        return sum(place.seats for place in self.places)


@dataclass(frozen=True)
class Card:
    """One card to renew: whose, and what follows from the case (values as in documents.Case)."""

    holder: str
    name_kana: str | None  # None once purged
    documents: tuple[str, ...] = ()
    same_household: bool = False
    honseki_in_city: bool = False
    forgotten_pins: tuple[str, ...] = ()
    certificates: str = "both"
    expires_on: date | None = None
    note: str | None = None
    applicant: str | None = None  # who comes for this card, where it is not as for the visit

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        return vars(self) | {
            "documents": list(self.documents),
            "forgotten_pins": list(self.forgotten_pins),
            "expires_on": self.expires_on.isoformat() if self.expires_on else None,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Card:
        """Return the card that `as_json` gave."""
        expires_on = value["expires_on"]
        more = {
            "documents": tuple(value["documents"]),
            "forgotten_pins": tuple(value["forgotten_pins"]),
            "expires_on": date.fromisoformat(expires_on) if expires_on else None,
        }
        return cls(**(value | more))


@dataclass(frozen=True)
class Visit:
    """Who comes, with which cards, and how to reach them. `conversation` is a keyed hash."""

    applicant: str
    cards: tuple[Card, ...]
    phone: str | None
    visitor_name: str | None = None
    channel: str = "web"
    conversation: str | None = None
    note: str | None = None

    def differences(self, other: Visit) -> list[str]:
        """Return the names of the details that another visit with as many cards has otherwise."""
        pairs: list[tuple[object, object]] = [(self, other), *zip(self.cards, other.cards)]  # noqa: B905
        return sorted(
            {
                name
                for one, another in pairs
                for name, value in vars(one).items()
                if name != "cards" and value != getattr(another, name)
            }
        )


@dataclass(frozen=True)
class Booking:
    """A booking. `status`: booked, cancelled, arrived, no_show. `start` is the first start (Tokyo).

    `places` is empty once cancelled. `phone` is digits only; personal data is None once purged.
    `version` counts its changes, so that who saw an older one can be told.
    """

    code: str
    status: str
    counter: str
    start: datetime
    places: tuple[Place, ...]
    visit: Visit
    created_at: datetime
    ended_at: datetime | None = None
    version: int = field(default=1, compare=False)

    @property
    def cards(self) -> tuple[Card, ...]:
        """Return the cards."""
        return self.visit.cards

    def applicant_for(self, card: Card) -> str:
        """Return who comes for that card."""
        return card.applicant or self.visit.applicant

    @property
    def phone(self) -> str | None:
        """Return the phone number, digits only."""
        return self.visit.phone

    def with_status(self, status: str, ended_at: datetime) -> Booking:
        """Return the booking with another status; a cancelled one has no places."""
        places = () if status == "cancelled" else self.places
        return replace(self, status=status, ended_at=ended_at, places=places)

    def as_json(self) -> dict[str, Any]:
        """Return what `renewal bookings list --json` prints, with `start` in +09:00."""
        visit = self.visit
        return {
            "code": self.code,
            "counter": self.counter,
            "start": self.start.isoformat(),
            "status": self.status,
            "applicant": visit.applicant,
            "cards": [card.as_json() for card in visit.cards],
            "phone": visit.phone,
            "visitor_name": visit.visitor_name,
            "channel": visit.channel,
            "places": [
                {"start": place.start.isoformat(), "seats": place.seats} for place in self.places
            ],
            "created_at": self.created_at.isoformat(),
            "note": visit.note,
        }


class BookingError(Exception):
    """The store says no. Nothing was changed."""


class SlotFull(BookingError):  # noqa: N818
    """No seat is left at that start; offer others (`slots.nearest`)."""


class HoldExpired(BookingError):  # noqa: N818
    """The hold has run out and its seats are taken, or it was released; choose again."""


class NotBookable(BookingError):  # noqa: N818
    """The start cannot be booked; `reason` as in `slots.why_not_bookable`, or "too_many_cards"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotChangeable(BookingError):  # noqa: N818
    """The booking cannot be changed or cancelled any more.

    `reason`: "unknown", "cancelled", "arrived", "no_show", "not_yet" (a no-show before the visit),
    "before_day" (an arrival before its day), "not_cancelled" or "not_today" (taking a cancellation back), or "too_late" (past `deadline`, Tokyo).
    """

    def __init__(self, reason: str, deadline: datetime | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.deadline = deadline


class ChangedMeanwhile(BookingError):  # noqa: N818
    """Somebody else has changed the booking since the version that was seen."""


class TooManyAttempts(BookingError):  # noqa: N818
    """Too many wrong codes or digits; the next try is possible from `until` (real time, UTC)."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until
