"""Who may speak in which conversation: an unguessable id, signed by the server.

The city's own site keeps the ticket in an HttpOnly cookie. A site that embeds the chat from
another origin gets it as a token that is good for that origin alone.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta, timezone

from renewal import settings

LIFETIME = timedelta(hours=24)
"""A ticket that was not shown to the server for a day is no longer good."""


def new_conversation() -> str:
    """Return an id with 192 bits of chance."""
    return secrets.token_urlsafe(24)


def issue(conversation: str, at: datetime, origin: str = "") -> str:
    """Return a ticket for a conversation; `origin` binds a token, "" makes a cookie's value."""
    signed = f"{conversation}.{int(at.timestamp())}"
    return f"{signed}.{_signature(signed, origin)}"


def conversation_of(ticket: str | None, at: datetime, origin: str = "") -> str | None:
    """Return the conversation that a ticket opens, or None when it is altered, foreign or old."""
    signed, _, signature = (ticket or "").rpartition(".")
    # As bytes: compare_digest refuses text that is not ASCII, and a stranger may send any.
    if not hmac.compare_digest(signature.encode(), _signature(signed, origin).encode()):
        return None
    conversation, _, issued = signed.rpartition(".")
    age = at - datetime.fromtimestamp(int(issued), timezone.utc)
    return conversation if age <= LIFETIME else None


def _signature(signed: str, origin: str) -> str:
    key = hashlib.sha256(b"web ticket:" + settings.secret_key()).digest()
    return hmac.new(key, f"{origin}|{signed}".encode(), hashlib.sha256).hexdigest()
