"""How often somebody may write: a bucket of tokens for each conversation or address."""

from __future__ import annotations

from datetime import datetime

MOST_KEYS = 20_000
"""Buckets kept at a time; full ones are forgotten first, for they say nothing."""


class Buckets:
    """Each key has `burst` tokens, which come back at `per_second`. Kept in this process.

    Whoever finds none owes one, and waits for it, but for no longer than `longest_wait` (seconds):
    beyond that debt nothing is taken, and the caller turns the request away.
    """

    def __init__(self, burst: float, per_second: float, longest_wait: float = 0.0) -> None:
        self.burst = burst
        self.per_second = per_second
        self.longest_wait = longest_wait
        self._left: dict[str, tuple[float, datetime]] = {}

    def wait(self, key: str, at: datetime) -> float:
        """Take a token and return the seconds to wait before going on, 0.0 when there was one.

        More than `longest_wait` means that none was taken: the request is refused until then. `at`
        is the real now; a clock that was set back gives no tokens and takes none.
        """
        left, since = self._left.get(key, (self.burst, at))
        passed = max(0.0, (at - since).total_seconds())
        left = min(self.burst, left + passed * self.per_second)
        seconds = max(0.0, (1 - left) / self.per_second)
        if seconds <= self.longest_wait:
            left -= 1
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
