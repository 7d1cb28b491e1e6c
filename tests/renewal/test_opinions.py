"""Whether answers helped: kept once, counted by topic, the reasons forgotten in time."""

from __future__ import annotations

from datetime import date, datetime, timezone

from sqlalchemy.engine import Engine

from renewal import opinions
from renewal.bookings import purge
from renewal.opinions import Line

AT = datetime(2026, 11, 24, 1, tzinfo=timezone.utc)
DAY = date(2026, 11, 24)


def test_an_opinion_is_kept_once_and_its_reason_may_follow(engine: Engine) -> None:
    opinions.give(engine, "a", "ask_fee", True, None, AT)
    opinions.give(engine, "a", "ask_fee", True, "すぐ分かりました", AT)
    opinions.give(engine, "b", "ask_fee", False, "い" * 200, AT)
    opinions.give(engine, "c", "booked", True, "", AT)
    assert opinions.counted(engine, DAY, DAY) == [
        Line("ask_fee", 1, 1, ("い" * 100, "すぐ分かりました")),
        Line("booked", 1, 0, ()),
    ]
    assert opinions.counted(engine, date(2026, 11, 25), date(2026, 11, 30)) == []


def test_reasons_are_forgotten_with_the_visits_of_their_time(engine: Engine) -> None:
    opinions.give(engine, "a", "ask_fee", False, "山田さんが困っています", AT)
    purge(engine, date(2026, 11, 25), AT, dry_run=True)
    assert opinions.counted(engine, DAY, DAY)[0].why
    purge(engine, date(2026, 11, 25), AT)
    assert opinions.counted(engine, DAY, DAY) == [Line("ask_fee", 0, 1, ())]
