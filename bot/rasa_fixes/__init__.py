"""What we change inside Rasa 3.6.21, and nowhere else.

`citizens` is what protects people, `speed` only saves time: RENEWAL_SAVE_TIME=0 leaves it out. Each change
names what it is for. tests/bot/test_rasa_fixes.py fails when Rasa changes under it.
"""

from __future__ import annotations

from functools import cache

from bot.rasa_fixes import citizens, speed
from bot.rasa_fixes.citizens import AlreadyDone
from renewal import settings

__all__ = ["AlreadyDone", "apply", "citizens", "speed"]


@cache
def apply() -> None:
    """Put all changes in place, once in a process."""
    citizens.serve_citizens()
    if settings.saves_time():
        speed.save_time()
