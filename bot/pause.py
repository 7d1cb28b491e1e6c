"""Whether staff have stopped the chat, looked up at most every two seconds."""

from __future__ import annotations

import asyncio
import logging
import time

from bot import database
from renewal import clock, pauses
from renewal.pauses import Pause

log = logging.getLogger("bot.pause")

FRESH_SECONDS = 2.0
LOOK_SECONDS = 1.0

_known: Pause | None = None
_looked_at = float("-inf")


async def current() -> Pause | None:
    """Return the pause that goes on, or None; without the database, what was known last."""
    global _known, _looked_at
    if time.monotonic() - _looked_at > FRESH_SECONDS:
        _looked_at = time.monotonic()
        try:
            looking = asyncio.to_thread(lambda: pauses.current(database.engine(), clock.real_now()))
            _known = await asyncio.wait_for(looking, LOOK_SECONDS)
        except Exception as error:  # the turn itself will say what is wrong
            log.warning("cannot see whether the chat is paused: %s", type(error).__name__)
    return _known
