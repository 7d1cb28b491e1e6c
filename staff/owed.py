"""Who has still to be phoned, on whatever page they are met: at the details, on the board, in the menu."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask import current_app, g

from renewal import calls, clock, words
from renewal.bookings import Booking, WithoutSeat, schema
from renewal.bookings.engine import reading
from renewal.calls import Call
from staff.app import city, engine, store, user

_MATTERS = ("change", "cancel", "reinstate", "amend", "called", "uncalled", "closure_add", "closure_remove", "purge")
KEPT = timedelta(seconds=15)
"""How long what was worked out is good: among 10,000 bookings it takes a tenth of a second. What is written
down in the audit log and decides about it counts at once; city.yml, notices and the clock within this time."""


def owed() -> dict[str, Call]:
    """Return the calls that nobody has made yet at this user's counters, by code."""
    if "owed" not in g:
        g.owed = {call.booking.code: call for call in _waiting() if user().at(call.booking.counter)}
    known: dict[str, Call] = g.owed
    return known


def status(booking: Booking, lost: WithoutSeat | None) -> str:
    """Return how a booking stands, as `words.status`, and whether a call is owed about anything else."""
    said = words.status(booking, lost, clock.now())
    return f"{said}（要連絡）" if lost is None and booking.code in owed() else said


def _waiting() -> list[Call]:
    log = schema.audit_log.c
    latest = sa.select(log.id).where(log.what.in_(_MATTERS)).order_by(log.id.desc()).limit(1)
    with reading(engine()) as connection:
        written = connection.scalar(latest)
    at = clock.real_now()
    kept = current_app.extensions.get("owed")
    if kept is None or kept[0] != written or not kept[1] <= at < kept[1] + KEPT:
        found = calls.waiting(calls.calls_to_make(store(), city(), clock.now()))
        current_app.extensions["owed"] = kept = (written, at, found)
    return list(kept[2])
