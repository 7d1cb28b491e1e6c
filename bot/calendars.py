"""Calendars in a conversation: stored as which one it is, drawn with what is free when it is shown.

Drawn and stored, each would be 60 KB of every question for a day, and out of date besides.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot import database
from renewal import calendar_view, city, clock
from renewal.application import Desk
from renewal.bookings import Bookings

Said = dict[str, Any]


def is_calendar(custom: Any) -> bool:
    """Return whether this is a calendar's payload."""
    return isinstance(custom, dict) and custom.get("type") == "slot_calendar"


def kept(data: Said) -> Said:
    """Return a bot message's data as it is stored."""
    custom = data.get("custom")
    if not isinstance(custom, dict) or not is_calendar(custom):
        return data
    return {**data, "custom": calendar_view.kept(custom)}


def drawn(message: Said) -> Said:
    """Return a bot message as it is shown: a stored calendar with its days as they are now."""
    custom = message.get("custom")
    if not is_calendar(custom) or "days" in message["custom"]:
        return message
    at = Desk(city.load(), Bookings(database.engine()), clock.now(), clock.real_now())
    return {**message, "custom": calendar_view.drawn(message["custom"], at)}


def offered(custom: Said) -> Iterator[tuple[str, str]]:
    """Yield the payload and the label of every time on a stored calendar."""
    if "days" not in custom and "shown" in custom:
        yield from calendar_view.offered(custom, city.load())
