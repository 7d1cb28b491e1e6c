"""Whom staff have to phone, and why: each person once, for the weightiest reason.

A lost seat; a message in LINE that did not arrive; an answer there that did not arrive, so that
somebody may not know what became of a booking; where LINE is in use, the visits up to the next
working day of those who cannot be reminded there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from renewal import notices, opening_hours
from renewal.bookings import Booking, Bookings, Told
from renewal.city import City

REASONS = {
    "no_seat": "席がなくなった",
    "not_sent": "お知らせが届かなかった",
    "not_answered": "LINE のお返事が届かなかった",
    "no_line": "前日のお知らせ（LINE なし）",
}
"""The reasons, the weightiest first, in words for staff."""


class Line(Protocol):
    """What is asked of the city's LINE account, where it has one."""

    def unreached(self) -> Iterable[tuple[str, str]]:
        """Return who (as bookings name a conversation) did not get an answer, and to which event.
        """

    def reaches(self, conversation: str) -> bool:
        """Return whether the person whose bookings have this conversation can be written to."""


@dataclass(frozen=True)
class Call:
    """Somebody to phone: why (a key of REASONS), in which words, and whether it has been done.

    `about` is what `told` notes: with the booking, its counter and its start it says that this
    person was told of this very thing.
    """

    booking: Booking
    reason: str
    about: str
    words: str
    told: Told | None = None


def calls_to_make(
    store: Bookings, city: City, now: datetime, line: Line | None = None
) -> list[Call]:
    """Return everybody to phone, each once, by start and counter; those already told too.

    `line` is None where the city has no LINE account.
    """
    lost = store.without_seat(city, now)
    found = [
        Call(each.booking, "no_seat", each.cause.about, each.cause.words, each.told)
        for each in lost
    ]
    for booking, notice in notices.to_phone(store, city, now):
        if notice.status in notices.FAILED:
            found.append(Call(booking, "not_sent", "not_sent", REASONS["not_sent"]))
    if line is not None:
        for conversation, event in line.unreached():
            for booking in store.find_in_conversation(conversation, now):
                found.append(
                    Call(
                        booking, "not_answered", f"not_answered:{event}"[:80],
                        REASONS["not_answered"],
                    )
                )  # fmt: skip
        tomorrow = now.date() + timedelta(days=1)
        until = opening_hours.working_day_from(city, tomorrow)
        for booking in store.list_bookings(first=tomorrow, last=until):
            by = booking.visit.conversation
            if not (by and line.reaches(by)):
                found.append(Call(booking, "no_line", "no_line", REASONS["no_line"]))
    first: dict[str, Call] = {}
    for call in found:
        first.setdefault(call.booking.code, call)
    told = store.told(first)
    known = [_with_told(call, told) for call in first.values()]
    return sorted(known, key=lambda call: (call.booking.start, call.booking.counter))


def waiting(calls: Iterable[Call]) -> list[Call]:
    """Return those of the calls that nobody has made yet."""
    return [call for call in calls if call.told is None]


def _with_told(call: Call, told: dict[tuple[object, ...], Told]) -> Call:
    booking = call.booking
    known = told.get((booking.code, booking.counter, booking.start, call.about))
    if call.told or known is None:
        return call
    return Call(booking, call.reason, call.about, call.words, known)


def whom(booking: Booking) -> str | None:
    """Return whom to ask for on the phone: who comes, or else the first card's holder."""
    return booking.visit.visitor_name or booking.cards[0].name_kana
