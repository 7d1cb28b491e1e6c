"""Whether the chat's answers helped, counted on the command line."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from renewal import opinions
from renewal.bookings import create_engine_from
from tests.cli.conftest import Run, answer


@pytest.mark.parametrize(
    ("first", "last", "counted"),
    [("12/1", "12/7", 1), ("12/1", "今日", 1), ("2026-12-01", "12/8", 1), ("12/2", "12/7", 0)],
)
def test_a_day_without_a_year_is_the_one_just_past(
    run: Run, environment: dict[str, str], first: str, last: str, counted: int
) -> None:
    engine = create_engine_from(environment["DATABASE_URL"])
    at = datetime(2026, 12, 1, 1, tzinfo=timezone.utc)
    opinions.give(engine, "a", "ask_fee", True, None, at)
    engine.dispose()
    now = {"RENEWAL_NOW": "2026-12-08T10:00:00+09:00"}
    assert len(answer(run("opinions", "--from", first, "--to", last, "--json", **now))) == counted
