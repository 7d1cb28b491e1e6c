"""The audit log's chain, versions, and taking a cancellation back, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from renewal import calls, city, clock
from renewal.bookings import (
    Booking,
    Bookings,
    Card,
    ChangedMeanwhile,
    NotChangeable,
    SlotFull,
    Visit,
    audit,
    backup,
    create_engine_from,
    purge,
    restore,
    schema,
)

CITY = city.load(city.DEFAULT_PATH)
NOW = datetime.fromisoformat("2026-11-24T10:00:00+09:00")
START = datetime.fromisoformat("2026-12-03T11:00:00+09:00")
VISIT = Visit("self", (Card("general", "サトウ ハナコ", ("card",)),), "09012345678", channel="phone")


def book(store: Bookings, key: str, start: datetime = START, counter: str = "nishiguchi") -> Booking:
    common = {"city": CITY, "now": NOW, "at": clock.real_now()}
    hold = store.hold(counter, start, key=key, **common)  # type: ignore[arg-type]
    return store.confirm(hold.id, VISIT, key=key, who="tanaka", **common)  # type: ignore[arg-type]


def cancel(store: Bookings, code: str, key: str, **more: object) -> Booking:
    return store.cancel(
        code, key=key, city=CITY, now=NOW, at=clock.real_now(), who="tanaka", **more  # type: ignore[arg-type]
    )


def findings(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return audit.findings(connection)


def altered(engine: Engine, statement: object) -> list[str]:
    """Return what is found once a row is altered by hand, and put it back."""
    with engine.connect() as connection, connection.begin() as transaction:
        connection.execute(statement)  # type: ignore[arg-type]
        found = audit.findings(connection)
        transaction.rollback()
    assert findings(engine) == []
    return found


def test_an_entry_altered_or_deleted_by_hand_shows(engine: Engine) -> None:
    store = Bookings(engine)
    assert findings(engine) == []
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: store.record(f"u{n}", "list", at=clock.real_now()), range(40)))
    booking = book(store, "a")
    cancel(store, booking.code, "c", reason="by_citizen")
    log = schema.audit_log
    assert findings(engine) == []
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.max(log.c.number))) == 42
    for change in (
        sa.update(log).where(log.c.number == 7).values(who="suzuki"),
        sa.update(log).where(log.c.what == "cancel").values(detail={"reason": "by_office"}),
        sa.update(log).where(log.c.number == 42).values(hash="0" * 64),
        sa.delete(log).where(log.c.number == 12),
        sa.delete(log).where(log.c.number == 42),
        sa.delete(log),
    ):
        assert altered(engine, change)


def test_deleting_personal_data_leaves_the_chain_whole(engine: Engine) -> None:
    store = Bookings(engine)
    booking = book(store, "a")
    store.mark(booking.code, "arrived", who="tanaka", now=START, at=clock.real_now(), key="m")
    assert purge(engine, START.date() + timedelta(days=1), clock.real_now()) == 1
    assert findings(engine) == []


def test_a_restored_log_is_whole_and_goes_on(engine: Engine, tmp_path: Path) -> None:
    booking = book(Bookings(engine), "a")
    backup(engine, tmp_path / "all.gz", clock.real_now())
    other = create_engine_from(f"sqlite:///{tmp_path}/other.db")
    restore(other, tmp_path / "all.gz")
    assert findings(other) == []
    cancel(Bookings(other), booking.code, "c")
    assert findings(other) == []
    other.dispose()


def test_what_an_older_version_writes_meanwhile_is_chained_with_the_next_entry(engine: Engine) -> None:
    store = Bookings(engine)
    with engine.begin() as connection:
        connection.execute(sa.insert(schema.audit_log).values(at=NOW, who="tanaka", what="list"))
    store.record("sato", "list", at=clock.real_now())
    assert findings(engine) == []
    with engine.connect() as connection:
        numbers = sa.select(schema.audit_log.c.number).order_by(schema.audit_log.c.id)
        assert connection.scalars(numbers).all() == [1, 2]


def test_who_saw_an_older_version_changes_nothing(engine: Engine) -> None:
    store = Bookings(engine)
    booking = book(store, "a")
    assert booking.version == 1
    visit = replace(VISIT, phone="0245050445")
    common = {"who": "tanaka", "at": clock.real_now()}
    amended = store.amend(booking.code, visit, seen=1, key="k", **common)  # type: ignore[arg-type]
    assert amended.version == 2
    # The same request again is no conflict.
    assert store.amend(booking.code, visit, seen=1, key="k", **common) == amended  # type: ignore[arg-type]
    for act in (
        lambda: store.amend(booking.code, VISIT, seen=1, **common),  # type: ignore[arg-type]
        lambda: store.mark(booking.code, "arrived", seen=1, now=START, **common),  # type: ignore[arg-type]
        lambda: cancel(store, booking.code, "c", seen=1),
    ):
        with pytest.raises(ChangedMeanwhile):
            act()
    assert store.get(booking.code) == amended
    assert [entry["what"] for entry in store.audit()] == ["add", "amend"]


def test_a_cancellation_of_today_is_taken_back_while_there_is_a_seat(engine: Engine) -> None:
    store = Bookings(engine)
    booking = book(store, "a")
    common = {"city": CITY, "at": clock.real_now(), "who": "tanaka"}
    with pytest.raises(NotChangeable, match="not_cancelled"):
        store.reinstate(booking.code, key="r0", now=NOW, **common)  # type: ignore[arg-type]
    cancel(store, booking.code, "c")
    again = store.reinstate(booking.code, key="r", now=NOW, **common)  # type: ignore[arg-type]
    assert (again.status, again.places) == ("booked", booking.places)
    cancel(store, booking.code, "c2")
    with pytest.raises(NotChangeable, match="not_today"):
        tomorrow = NOW + timedelta(days=1)
        store.reinstate(booking.code, key="r2", now=tomorrow, **common)  # type: ignore[arg-type]
    book(store, "b")  # the only seat there
    with pytest.raises(SlotFull):
        store.reinstate(booking.code, key="r3", now=NOW, **common)  # type: ignore[arg-type]
    assert store.get(booking.code).status == "cancelled"  # type: ignore[union-attr]


def test_what_staff_will_phone_about_is_on_the_list_until_it_is_done(engine: Engine) -> None:
    store = Bookings(engine)
    quiet, loud = book(store, "a"), book(store, "b", counter="honchosha")
    cancel(store, quiet.code, "c")
    cancel(store, loud.code, "d", call=True)
    [call] = calls.calls_to_make(store, CITY, NOW)
    assert (call.booking.code, call.reason) == (loud.code, "cancelled")
    at = clock.real_now()
    assert store.claim_call(call.booking, call.about, who="sato", at=at) == "sato"
    assert store.claim_call(call.booking, call.about, who="tanaka", at=at) == "sato"
    store.note_absent(call.booking, call.about, who="sato", at=at)
    [call] = calls.calls_to_make(store, CITY, NOW)
    assert (call.tries.absences, call.tries.who) == (1, None)
    assert store.claim_call(call.booking, call.about, who="tanaka", at=at) == "tanaka"
    store.note_told(call.booking, call.about, who="tanaka", at=at)
    assert calls.waiting(calls.calls_to_make(store, CITY, NOW)) == []
