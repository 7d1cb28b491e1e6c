"""What a channel sends instead of a button's payload: an id that means something there alone."""

from __future__ import annotations

from renewal import settings


def button_id(conversation: str, payload: str) -> str:
    """Return the id of the button with this payload in this conversation."""
    return settings.keyed_hash(f"button:{conversation}:{payload}")[:16]
