"""How often somebody may write: a bucket of tokens for each conversation or address."""

from __future__ import annotations

import math
from datetime import datetime

MOST_KEYS = 20_000
"""Buckets kept at a time; full ones are forgotten first, for they say nothing."""


class Buckets:
    """Each key has `burst` tokens, which come back at `per_second`. Kept in this process."""

    def __init__(self, burst: float, per_second: float, longest_wait: float = math.inf) -> None:
        self.burst = burst
        self.per_second = per_second
        self.least = -longest_wait * per_second
        self._left: dict[str, tuple[float, datetime]] = {}

    def wait(self, key: str, at: datetime, *, refuse: bool) -> float:
        """Take a token and return the seconds to wait before going on, 0.0 when there was one.

        `at` is the real now. With `refuse` an empty bucket stays as it is, for the caller turns
        the message away; otherwise it goes into debt, so that a flood waits longer, up to the
        longest wait: whoever comes after the flood has soon made up for it.
        """
        left, since = self._left.get(key, (self.burst, at))
        left = min(self.burst, left + (at - since).total_seconds() * self.per_second) - 1
        left = max(left, self.least)
        seconds = max(0.0, -left / self.per_second)
        if refuse and left < 0:
            left += 1
        if key not in self._left and len(self._left) >= MOST_KEYS:
            self._forget_full(at)
        self._left[key] = (left, at)
        return seconds

    def _forget_full(self, at: datetime) -> None:
        self._left = {
            key: (left, since)
            for key, (left, since) in self._left.items()
            if left + (at - since).total_seconds() * self.per_second < self.burst
        }
