"""Who has still to be phoned, on whatever page they are met: at the details, on the board, in the menu."""

from __future__ import annotations

from flask import g

from renewal import calls, clock, words
from renewal.bookings import Booking, WithoutSeat
from renewal.calls import Call
from staff.app import city, store, user


def owed() -> dict[str, Call]:
    """Return the calls that nobody has made yet at this user's counters, by code."""
    if "owed" not in g:
        found = calls.waiting(calls.calls_to_make(store(), city(), clock.now()))
        g.owed = {call.booking.code: call for call in found if user().at(call.booking.counter)}
    known: dict[str, Call] = g.owed
    return known


def status(booking: Booking, lost: WithoutSeat | None) -> str:
    """Return how a booking stands, as `words.status`, and whether a call is owed about anything else."""
    said = words.status(booking, lost, clock.now())
    return f"{said}（要連絡）" if lost is None and booking.code in owed() else said
