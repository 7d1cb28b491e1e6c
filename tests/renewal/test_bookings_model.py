"""Random sequences of hold, confirm, change, cancel, expire and close, against a simple model.

The model keeps three dictionaries in memory and knows nothing of seat numbers, transactions or
databases. Whatever happens, both give the same answer, and the same seats are taken.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine
from sqlalchemy.engine import Engine

from renewal import city as city_module
from renewal import slots
from renewal.bookings import (
    Bookings,
    Card,
    HoldExpired,
    NotBookable,
    NotChangeable,
    SlotFull,
    Visit,
    check,
    create_engine_from,
    sweep,
)
from renewal.bookings.schema import metadata
from renewal.clock import TOKYO
from renewal.opening_hours import Closure, seats_at

CITY = city_module.load(city_module.DEFAULT_PATH)
NOW = datetime.fromisoformat("2026-11-24T10:00:00+09:00")
EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "12"))

# A few starts, so that people meet: two of a day that follow each other, and another one.
PLACES = [
    ("nishiguchi", datetime.fromisoformat("2026-12-03T11:00:00+09:00")),
    ("nishiguchi", datetime.fromisoformat("2026-12-03T11:30:00+09:00")),
    ("nishiguchi", datetime.fromisoformat("2026-12-03T15:30:00+09:00")),
    ("honchosha", datetime.fromisoformat("2026-12-04T16:00:00+09:00")),
    ("honchosha", datetime.fromisoformat("2026-12-04T16:30:00+09:00")),
]
STEP = timedelta(minutes=30)
Place = tuple[str, datetime]


@dataclass
class Model:
    """Who has how many seats where: holds with their end, bookings for good."""

    holds: dict[str, tuple[list[tuple[Place, int]], datetime]] = field(default_factory=dict)
    bookings: dict[str, list[tuple[Place, int]]] = field(default_factory=dict)
    closures: dict[int, Closure] = field(default_factory=dict)

    def seats(self, place: Place) -> int:
        return seats_at(CITY.counters[place[0]], place[1], self.closures.values())

    def booked(self, place: Place) -> int:
        return sum(n for taken in self.bookings.values() for at, n in taken if at == place)

    def taken(self, place: Place, at: datetime) -> int:
        held = sum(
            n for taken, until in self.holds.values() if until > at
            for where, n in taken if where == place
        )  # fmt: skip
        return held + self.booked(place)

    def hold(self, key: str, place: Place, cards: int, at: datetime) -> str:
        found, missing, here = [], cards, place
        while missing:
            if here not in PLACES:
                return "full"
            if self.seats(here) == 0:
                return "full" if found else "closed"
            free = min(missing, self.seats(here) - self.taken(here, at))
            if free <= 0:
                return "full"
            found.append((here, free))
            missing -= free
            here = (here[0], here[1] + STEP)
        self.holds[key] = (found, at + timedelta(minutes=CITY.booking.hold_minutes))
        return "ok"


class Machine(RuleBasedStateMachine):
    """One person after the other does something, and time goes on."""

    engine: Engine
    empty: Callable[[], None]

    def __init__(self) -> None:
        super().__init__()
        self.empty()
        self.store = Bookings(self.engine)
        self.model = Model()
        self.at = datetime.fromisoformat("2026-11-24T01:00:00+00:00")
        self.keys = 0

    def key(self) -> str:
        self.keys += 1
        return f"k{self.keys}"

    @rule(place=st.sampled_from(PLACES), cards=st.integers(1, 4))
    def hold(self, place: Place, cards: int) -> None:
        key = self.key()
        expected = self.model.hold(key, place, cards, self.at)
        try:
            hold = self.store.hold(
                place[0], place[1], cards, key=key, city=CITY, now=NOW, at=self.at
            )
        except SlotFull:
            assert expected == "full"
        except NotBookable as refused:
            assert (expected, refused.reason) == ("closed", "closure")
        else:
            assert expected == "ok"
            taken, until = self.model.holds[key]
            assert [((hold.counter, p.start), p.seats) for p in hold.places] == taken
            assert hold.held_until == until

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        hold_id = data.draw(st.sampled_from(sorted(self.model.holds)))
        taken, until = self.model.holds[hold_id]
        cards = sum(n for _place, n in taken)
        visit = Visit("self", (Card("general", "サトウ"),) * cards, "09012345678")
        live = until > self.at
        room = all(
            self.model.taken(place, self.at) + n <= max(self.model.seats(place), 0)
            for place, n in taken
        )
        try:
            booking = self.store.confirm(
                hold_id, visit, key=self.key(), city=CITY, now=NOW, at=self.at
            )
        except HoldExpired:  # late, and somebody has taken over one of its seats since
            assert not live
        else:
            assert live or room
            self.model.bookings[booking.code] = taken
            assert [((booking.counter, p.start), p.seats) for p in booking.places] == taken
        del self.model.holds[hold_id]
        self.store.release(hold_id)

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        hold_id = data.draw(st.sampled_from(sorted(self.model.holds)))
        self.store.release(hold_id)
        del self.model.holds[hold_id]

    @precondition(lambda self: self.model.holds and self.model.bookings)
    @rule(data=st.data())
    def change(self, data: st.DataObject) -> None:
        code = data.draw(st.sampled_from(sorted(self.model.bookings)))
        before = self.model.bookings[code]
        cards = sum(n for _place, n in before)
        fitting = [
            key for key, (taken, until) in self.model.holds.items()
            if sum(n for _place, n in taken) == cards and until > self.at
        ]  # fmt: skip
        if not fitting:
            return
        hold_id = data.draw(st.sampled_from(sorted(fitting)))
        changed = self.store.change(
            code, hold_id, key=self.key(), city=CITY, now=NOW, at=self.at
        )
        self.model.bookings[code] = self.model.holds.pop(hold_id)[0]
        assert [((changed.counter, p.start), p.seats) for p in changed.places] == (
            self.model.bookings[code]
        )

    @precondition(lambda self: self.model.holds and self.model.bookings)
    @rule(data=st.data())
    def change_to_a_hold_of_another_size(self, data: st.DataObject) -> None:
        code = data.draw(st.sampled_from(sorted(self.model.bookings)))
        cards = sum(n for _place, n in self.model.bookings[code])
        hold_id = data.draw(st.sampled_from(sorted(self.model.holds)))
        if sum(n for _place, n in self.model.holds[hold_id][0]) == cards:
            return
        with pytest.raises((HoldExpired, ValueError)):
            self.store.change(code, hold_id, key=self.key(), city=CITY, now=NOW, at=self.at)

    @precondition(lambda self: self.model.bookings)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        code = data.draw(st.sampled_from(sorted(self.model.bookings)))
        key = self.key()
        for _twice in range(2):
            booking = self.store.cancel(code, key=key, city=CITY, now=NOW, at=self.at)
            assert booking.status == "cancelled"
        del self.model.bookings[code]
        with pytest.raises(NotChangeable):
            self.store.cancel(code, key=self.key(), city=CITY, now=NOW, at=self.at)

    @rule(minutes=st.sampled_from([1, 9, 11, 60 * 25]))
    def wait(self, minutes: int) -> None:
        self.at += timedelta(minutes=minutes)
        for hold_id, (_taken, until) in list(self.model.holds.items()):
            if until <= self.at:  # what has run out counts for nothing: give it up or keep it
                self.store.release(hold_id)
                del self.model.holds[hold_id]

    @rule(minutes=st.sampled_from([11, 60 * 25]))
    def wait_and_leave_the_holds_where_they_are(self, minutes: int) -> None:
        self.at += timedelta(minutes=minutes)

    @rule()
    def sweep(self) -> None:
        sweep(self.engine, self.at)

    @rule(
        place=st.sampled_from(PLACES),
        seats=st.sampled_from([0, 0, 1, 2, 4]),
        whole_day=st.booleans(),
    )
    def close(self, place: Place, seats: int, whole_day: bool) -> None:
        counter, start = place
        begins = None if whole_day else start.time()
        ends = None if whole_day else (start + STEP).time()
        closure = self.store.add_closure(
            Closure(counter, start.date(), start.date(), begins, ends, "点検", seats),
            city=CITY, who="tanaka", at=self.at,
        )  # fmt: skip
        assert closure.id is not None
        self.model.closures[closure.id] = closure
        # Holds for which there is no room any more are lost; which ones, the store decides.
        for hold_id, (taken, until) in list(self.model.holds.items()):
            if until > self.at and self.held(hold_id) < sum(n for _place, n in taken):
                assert any(closure.hits(at[0], at[1], 30) for at, _n in taken)
                self.store.release(hold_id)
                del self.model.holds[hold_id]

    def held(self, hold_id: str) -> int:
        seats = metadata.tables["seats"]
        with self.engine.connect() as connection:
            count = sa.select(sa.func.count()).where(seats.c.hold_id == hold_id)
            return int(connection.execute(count).scalar_one())

    @precondition(lambda self: self.model.closures)
    @rule(data=st.data())
    def open_again(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.model.closures)))
        assert self.store.remove_closure(
            number, city=CITY, now=NOW, who="tanaka", at=self.at
        )
        del self.model.closures[number]

    @invariant()
    def the_same_seats_are_taken(self) -> None:
        first, last = datetime(2026, 12, 3, tzinfo=TOKYO), datetime(2026, 12, 5, tzinfo=TOKYO)
        for counter in ("honchosha", "nishiguchi"):
            expected = {
                place[1]: self.model.taken(place, self.at)
                for place in PLACES
                if place[0] == counter and self.model.taken(place, self.at)
            }
            assert self.store.taken(counter, first, last, self.at) == expected
        for day in (date(2026, 12, 3), date(2026, 12, 4)):
            for counter in ("honchosha", "nishiguchi"):
                for slot in slots.slots(self.store, CITY, counter, day, day, NOW, self.at):
                    place = (slot.counter, slot.start)
                    assert slot.capacity == self.model.seats(place) > 0
                    free = slot.capacity - self.model.taken(place, self.at)
                    assert slot.free == max(0, free)

    def teardown(self) -> None:
        """In the end the check finds just the bookings for which there is no seat any more."""
        sweep(self.engine, self.at)
        lost = {each.booking.code for each in self.store.without_seat(CITY, NOW)}
        assert len(check(self.engine, CITY, NOW, self.at)) == len(lost)
        left = {place: self.model.seats(place) for place in PLACES}
        for code in self.model.bookings.keys() - lost:
            for place, n in self.model.bookings[code]:
                left[place] -= n
        assert min(left.values()) >= 0
        for code in lost:
            assert any(n > left[place] for place, n in self.model.bookings[code])


@pytest.fixture(params=["sqlite", "postgresql"])
def machine(request: pytest.FixtureRequest) -> Iterator[type[Machine]]:
    """The machine on a database of its own, emptied before each sequence."""
    if request.param == "postgresql":
        engine: Engine = request.getfixturevalue("postgres_engine")
        yield _machine(engine, "TRUNCATE " + ", ".join(metadata.tables))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.db"
        path.write_bytes(request.getfixturevalue("sqlite_template"))
        engine = create_engine_from(f"sqlite:///{path}")
        yield _machine(
            engine, *(str(sa.delete(table)) for table in reversed(metadata.sorted_tables))
        )
        engine.dispose()


def _machine(engine: Engine, *emptying: str) -> type[Machine]:
    def empty() -> None:
        with engine.begin() as connection:
            for statement in emptying:
                connection.execute(sa.text(statement))

    return type("Machine", (Machine,), {"engine": engine, "empty": staticmethod(empty)})


def test_the_store_never_differs_from_a_simple_model(machine: type[Machine]) -> None:
    run_machine(
        machine,
        settings=settings(
            derandomize=True,
            max_examples=EXAMPLES,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
