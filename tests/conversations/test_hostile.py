"""Whatever is sent in the middle of a booking is answered, and the booking completes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actions import base
from benchmarks import roomy_city
from renewal import city
from renewal.bookings import Bookings
from tests.conversations.driver import Person
from tests.conversations.hostile import messages, play


def test_hostile_messages_in_the_middle_are_answered_and_the_booking_completes(
    person: Callable[[], Person], bookings: Bookings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # All of them have one name and phone: without its bounds the city takes their bookings.
    monkeypatch.setenv("RENEWAL_CITY", roomy_city())
    monkeypatch.setattr(base, "the_city", city.load)
    talks = list(play((person() for _ in range(10)), bookings, messages(40)))
    assert sum(talk.sent for talk in talks) >= 40
    assert not [problem for talk in talks for problem in talk.problems]
    assert len(bookings.list_bookings()) == len(talks)
