"""Whom staff have to phone, and why: each person once, for the weightiest reason.

A lost seat; one of which nobody told them before its time had come; a seat that is there again,
although its person was told otherwise; what staff have moved or cancelled and said that they would
phone about; a message in LINE that did not arrive; an answer there that did not arrive, so that
somebody may not know what became of a booking; where LINE is in use, the visits up to the next
working day of those who cannot be reminded there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from renewal import notices, opening_hours
from renewal.bookings import Booking, Bookings, Told, Tries
from renewal.city import City
from renewal.words import moment

REASONS = {
    "no_seat": "席がなくなった",
    "missed": "知らせないうちに、予約の時刻が過ぎた",
    "seat_again": "席がないと連絡したあと、席が戻った",
    "moved": "職員が日時を変えた",
    "cancelled": "職員が取り消した",
    "not_sent": "お知らせが届かなかった",
    "not_answered": "LINE のお返事が届かなかった",
    "no_line": "前日のお知らせ（LINE なし）",
}
"""The reasons, the weightiest first, in words for staff."""


_AGAIN = {
    "closed": "休みの連絡のあと、席が戻った",
    "seats": "席が減ったという連絡のあと、席が戻った",
}


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
    person was told of this very thing. `tries` is who is phoning now, and how often nobody answered.
    """

    booking: Booking
    reason: str
    about: str
    words: str
    told: Told | None = None
    tries: Tries = Tries()
    before: datetime | None = None  # when the visit was to be, where staff have moved it


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
    found += [
        Call(each.booking, "missed", each.cause.about, f"{REASONS['missed']}（{each.cause.words}）")
        for each in store.missed(city, now)
        if each.told is None
    ]
    found += [
        Call(booking, "seat_again", "seat_again", _AGAIN[about.removeprefix("was_")])
        for booking, about in store.seats_again(city, now)
    ]
    found += _by_staff(store, now)
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
    told, tries = store.told(first), store.call_tries(first)
    known = [
        replace(_with_told(call, told), tries=tries.get(_key(call), Tries()))
        for call in first.values()
    ]
    return sorted(known, key=lambda call: (call.booking.start, call.booking.counter))


def waiting(calls: Iterable[Call]) -> list[Call]:
    """Return those of the calls that nobody has made yet."""
    return [call for call in calls if call.told is None]


def _by_staff(store: Bookings, now: datetime) -> Iterator[Call]:
    """Yield the visits to come about whose change or cancellation a member of staff is to phone."""
    since = now.date() - timedelta(days=366)  # the longest horizon
    last = {
        entry["code"]: entry
        for entry in store.audit(whats=("change", "cancel", "reinstate"), first=since)
    }
    for entry in last.values():
        if not (entry["detail"] or {}).get("call"):
            continue
        booking = store.get(entry["code"])
        about = "cancelled" if entry["what"] == "cancel" else "moved"
        if booking and booking.start > now and booking.phone:
            if about == "moved" and booking.status == "booked":
                before, at = entry["detail"]["from"], booking.start
                was = datetime.fromisoformat(before[1])
                said = f"{moment(was)}から{moment(at)}に変えた"
                yield Call(booking, about, about, said, before=was)
            elif about == booking.status:
                yield Call(booking, about, about, REASONS[about])


def _key(call: Call) -> tuple[object, ...]:
    booking = call.booking
    return booking.code, booking.counter, booking.start, call.about


def _with_told(call: Call, told: dict[tuple[object, ...], Told]) -> Call:
    return call if call.told else replace(call, told=told.get(_key(call)))


def whom(booking: Booking) -> str | None:
    """Return whom to ask for on the phone: who comes, or else the first card's holder."""
    return booking.visit.visitor_name or booking.cards[0].name_kana
