"""Whatever is said, in whatever order, the bot answers and never traps anybody."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from renewal.bookings import Bookings
from tests.conversations.driver import Person
from tests.conversations.walker import walks


def test_random_conversations_are_answered_and_can_be_left(
    person: Callable[[], Person], bookings: Bookings, monkeypatch: pytest.MonkeyPatch
) -> None:
    problems, reached = [], set()
    for now, walk in walks((person() for _ in count()), 12):
        monkeypatch.setenv("RENEWAL_NOW", now)
        problems += walk.goes(20 if walk.willing > 0.5 else 8).problems
        reached.update(walk.reached)
    assert not problems
    assert {"a summary", "booked"} <= reached, "the walkers come far enough to prove something"
