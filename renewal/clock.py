"""What time it is. The only module of the project that reads the system clock."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")


def now() -> datetime:
    """Return the calendar's now, aware, in Asia/Tokyo.

    The environment variable RENEWAL_NOW (ISO 8601 with offset) fixes it, for demonstrations and
    tests. Raises ValueError, with a sentence for staff, when that variable cannot be read.
    """
    fixed = os.environ.get("RENEWAL_NOW", "").strip()
    if not fixed:
        return datetime.now(TOKYO)
    try:
        moment = datetime.fromisoformat(fixed[:-1] + "+00:00" if fixed[-1] in "zZ" else fixed)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(
            f"環境変数 RENEWAL_NOW の「{fixed}」を日時として読めませんので、"
            "2026-11-24T10:00:00+09:00 のように、時差を付けて書いてください。"
        )
    return moment.astimezone(TOKYO)


def real_now() -> datetime:
    """Return the real now, aware, in UTC; for durations (holds, limits, sessions), never fixed."""
    return datetime.now(timezone.utc)
