"""A link to a booking's calendar file that works without a cookie: signed, and good until the visit.

LINE opens links in a browser of its own, which knows nothing of the conversation, and cannot put a
file into the calendar: `openExternalBrowser=1` (LINE Developers, "LINE URL scheme") opens the phone's.
The file has no name, phone, code or document in it (renewal/calendar_file.py).
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from renewal import settings

_AFTER = timedelta(hours=12)
"""The link is good this long after the visit has begun."""


def link(code: str, start: str) -> str | None:
    """Return the address of the file, or None where no public address is configured.

    `start`: of the visit, ISO 8601 with its offset.
    """
    public = settings.public_url()
    if public is None:
        return None
    until = int((datetime.fromisoformat(start) + _AFTER).timestamp())
    return f"{public}/webhooks/line/visit.ics?openExternalBrowser=1&ticket={_signed(code, until)}"


def code_of(ticket: str | None, now: datetime) -> str | None:
    """Return the code that a ticket is good for, or None when it is altered or old."""
    code, _, rest = (ticket or "").partition(".")
    until = rest.partition(".")[0]
    if not until.isascii() or not until.isdecimal() or len(until) > 12:
        return None
    if not hmac.compare_digest(str(ticket).encode(), _signed(code, int(until)).encode()):
        return None
    return code if now.timestamp() <= int(until) else None


def _signed(code: str, until: int) -> str:
    key = hashlib.sha256(b"visit link:" + settings.secret_key()).digest()
    signature = hmac.new(key, f"{code}.{until}".encode(), hashlib.sha256).hexdigest()[:32]
    return f"{code}.{until}.{signature}"
