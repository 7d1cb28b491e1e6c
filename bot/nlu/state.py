"""What the interpretation is given of a conversation and of the procedure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from reading.heard import Form
from reading.situation import State
from renewal import application, booking_change, documents, opening_hours, settings, slots
from renewal.application import Desk
from renewal.booking_change import Caller
from renewal.bookings import Booking


def state_of(
    desk: Desk,
    values: Mapping[str, Any],
    form: Form | None = None,
    said: Mapping[str, Any] | None = None,
    conversation: str = "",
) -> State:
    """Return the state of a conversation with these slots; its bookings are looked for when needed."""
    city = desk.city

    @cache
    def bookings() -> tuple[Booking, ...]:
        known = tuple(values.get("booking_known") or ())
        caller = Caller(settings.keyed_hash(conversation), known)
        try:
            return tuple(booking_change.bookings_of(caller, desk))
        except SQLAlchemyError:
            return ()  # the action will say that it cannot be looked up

    return State(
        now=desk.now,
        form=form,
        slots=values,
        said=said or {},
        counters={each.id: each.names for each in city.counters.values()},
        bookable=slots.bookable_range(city, desk.now),
        is_working_day=lambda day: opening_hours.is_working_day(city, day),
        holder_on=lambda born, day: documents.holder_on(born, day).value,
        asked_too_soon=lambda a: application.asked_too_soon(a, desk),
        bookings=bookings,
    )
