"""Nobody empties the calendar: what one person, conversation or address may take."""

from __future__ import annotations

import itertools
import logging
import random
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
import sqlalchemy as sa

from renewal import opening_hours, slots
from renewal.bookings import (
    Booking,
    Bookings,
    BoundMet,
    Card,
    Origin,
    Visit,
    backup,
    bounds,
    restore,
    schema,
    sweep,
)
from renewal.bookings.engine import create_engine_from, writing
from renewal.city import City
from renewal.clock import TOKYO
from tests.renewal.test_bookings import AT, NOW

_numbers = itertools.count()


def free_starts(city: City) -> list[datetime]:
    """Return all starts of 本庁舎 that can be booked."""
    first, last = slots.bookable_range(city, NOW)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [
        item.start
        for day in days
        for item in opening_hours.starts(city, "honchosha", day)
        if slots.why_not_bookable(city, "honchosha", item.start, NOW) is None
    ]


def books(
    store: Bookings,
    city: City,
    start: datetime,
    *,
    name: str = "サトウ ハナコ",
    phone: str = "09012345678",
    origin: Origin | None = None,
    at: datetime = AT,
) -> Booking:
    key = f"k{next(_numbers)}"
    visit = Visit("self", (Card("general", name, ("card",)),), phone, conversation=origin and origin.conversation)
    hold = store.hold(
        "honchosha", start, key=key, city=city, now=NOW, at=at, origin=origin
    )
    return store.confirm(
        hold.id, visit, key=f"c{key}", city=city, now=NOW, at=at, origin=origin
    )


def test_one_name_and_phone_make_as_many_bookings_as_the_bound_says(
    store: Bookings, city: City
) -> None:
    starts = free_starts(city)
    made = []
    with pytest.raises(BoundMet) as met:
        for start in starts:
            made.append(books(store, city, start, origin=Origin("c1", "a1")))
    assert met.value.kind == "name"
    assert len(made) == city.booking.bounds.live_by_name
    assert set(met.value.codes) == {booking.code for booking in made}
    # Somebody else's conversation is not told which ones they are.
    with pytest.raises(BoundMet) as met:
        books(store, city, starts[-1], origin=Origin("c2", "a1"))
    assert met.value.codes == ()


def test_one_phone_serves_a_family_and_not_a_town(store: Bookings, city: City) -> None:
    made = 0
    with pytest.raises(BoundMet) as met:
        for number, start in enumerate(free_starts(city)):
            books(store, city, start, name=f"サトウ {'アイウエオカ'[number]}", origin=Origin(f"c{number}"))
            made += 1
    assert (met.value.kind, made) == ("phone", city.booking.bounds.live_by_phone)


def test_who_cancels_may_book_again(store: Bookings, city: City) -> None:
    starts = free_starts(city)
    first = books(store, city, starts[0], origin=Origin("c1"))
    books(store, city, starts[1], origin=Origin("c1"))
    store.cancel(first.code, key="k", city=city, now=NOW, at=AT)
    books(store, city, starts[2], origin=Origin("c1"))


def test_a_conversation_has_a_bound_a_day(store: Bookings, city: City) -> None:
    starts, most = free_starts(city), city.booking.bounds.day_by_conversation
    for number in range(most):
        books(store, city, starts[number], phone=f"0901234567{number}", origin=Origin("c1"))
    with pytest.raises(BoundMet) as met:
        books(store, city, starts[most], phone="0801", origin=Origin("c1"))
    assert met.value.kind == "conversation"
    books(store, city, starts[most], phone="0801", origin=Origin("c1"), at=AT + timedelta(days=1, seconds=1))


def test_an_address_gets_its_bound_whatever_it_calls_itself(store: Bookings, city: City) -> None:
    """An attack in miniature: new names, phones and conversations each time, and 50 families besides."""
    chance = random.Random(20)
    starts = [start for start in free_starts(city) for _ in range(3)]
    mine, families = 0, 0
    for attempt in range(city.booking.bounds.day_by_address + 25):
        try:
            books(
                store, city, starts[attempt], phone=f"090{chance.randrange(10**8):08}",
                name=f"カ{attempt}", origin=Origin(f"bad{attempt}", "attacker"),
                at=AT + timedelta(minutes=attempt),
            )  # fmt: skip
            mine += 1
        except BoundMet as met:
            assert met.kind == "address"
    assert mine == city.booking.bounds.day_by_address
    for family in range(50):  # in the very hour of the attack
        books(
            store, city, starts[-1 - family], phone=f"080{family:08}", name=f"ヤ{family}",
            origin=Origin(f"family{family}", "carrier"), at=AT + timedelta(minutes=family),
        )  # fmt: skip
        families += 1
    assert families == 50


def test_in_a_flood_each_address_is_slower_and_staff_are_told(
    store: Bookings, city: City, caplog: pytest.LogCaptureFixture
) -> None:
    rules = city.booking.bounds.model_copy(
        update={"usual_an_hour": 5, "flood_an_hour": 5, "hour_by_address_in_flood": 1}
    )
    small = city.model_copy(update={"booking": city.booking.model_copy(update={"bounds": rules})})
    starts = free_starts(city)
    with caplog.at_level(logging.WARNING, "renewal.bounds"):
        for number in range(5):
            books(store, small, starts[number], phone=f"0901{number}", origin=Origin(f"c{number}", f"a{number}"))
        assert [record.message for record in caplog.records] == [
            "bookings above their usual band: 5 within an hour, usual 5"
        ]
    with pytest.raises(BoundMet, match="address"):
        books(store, small, starts[6], phone="0902", origin=Origin("c9", "a0"))
    books(store, small, starts[6], phone="0902", origin=Origin("c9", "a9"))
    books(store, small, starts[7], phone="0903", origin=Origin("c0", "a0"), at=AT + timedelta(hours=2))


def test_a_conversation_holds_one_place_at_a_time_and_not_for_ever(
    store: Bookings, city: City
) -> None:
    starts, me = free_starts(city), Origin("c1", "a1")
    most = city.booking.bounds.hour_holds
    for number in range(most):
        store.hold("honchosha", starts[number], key=f"h{number}", city=city, now=NOW, at=AT, origin=me)
    taken = store.taken("honchosha", starts[0], starts[-1], AT)
    assert sum(taken.values()) == 1
    with pytest.raises(BoundMet, match="holds"):
        store.hold("honchosha", starts[20], key="more", city=city, now=NOW, at=AT, origin=me)
    assert store.held(f"h{most - 1}") is not None
    later = AT + timedelta(minutes=city.booking.hold_minutes, seconds=1)  # silent since
    assert store.taken("honchosha", starts[0], starts[-1], later) == {}


def test_an_address_holds_no_more_places_than_it_may_book(store: Bookings, city: City) -> None:
    starts, held = [start for start in free_starts(city) for _ in range(2)], 0
    for number, start in enumerate(starts[:80]):
        try:
            store.hold(
                "honchosha", start, key=f"h{number}", city=city, now=NOW, at=AT,
                origin=Origin(f"c{number}", "a1"),
            )  # fmt: skip
            held += 1
        except BoundMet as met:
            assert met.kind == "address"
    assert held == city.booking.bounds.day_by_address


def test_what_staff_book_is_not_bounded(store: Bookings, city: City) -> None:
    for start in free_starts(city)[:10]:
        books(store, city, start)


def test_a_repeated_request_gets_its_booking_though_the_bound_is_met(
    store: Bookings, city: City
) -> None:
    starts, me = free_starts(city), Origin("c1")
    visit = Visit("self", (Card("general", "サトウ ハナコ", ("card",)),), "09012345678", conversation="c1")
    first = books(store, city, starts[0], origin=me)
    hold = store.hold("honchosha", starts[1], key="h", city=city, now=NOW, at=AT, origin=me)
    told = [
        store.confirm(hold.id, visit, key="c", city=city, now=NOW, at=AT, origin=me).code
        for _ in range(3)
    ]
    assert len({*told, first.code}) == 2


def test_origins_are_known_for_less_than_a_week_and_not_backed_up(
    store: Bookings, city: City, tmp_path
) -> None:
    booking = books(store, city, free_starts(city)[0], origin=Origin("c1", "a1"))
    assert bounds.codes_from(store.engine, "a1") == [booking.code]
    [flood] = bounds.floods(store.engine, AT, 1)
    assert (flood.source, flood.made, flood.live) == ("a1", 1, 1)
    backup(store.engine, tmp_path / "b.jsonl", AT)
    new = create_engine_from(f"sqlite:///{tmp_path}/new.db")
    restore(new, tmp_path / "b.jsonl")
    assert Bookings(new).get(booking.code) is not None
    assert bounds.floods(new, AT, 1) == []
    sweep(store.engine, AT + timedelta(days=6, seconds=1))
    with writing(store.engine) as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.origins)) == 0


def test_a_visit_of_yesterday_counts_for_nothing(store: Bookings, city: City) -> None:
    starts = free_starts(city)
    for start in starts[:2]:
        books(store, city, start, origin=Origin("c1"))
    after = datetime.combine(starts[1].date(), time(23), TOKYO)
    key = "later"
    hold = store.hold("honchosha", starts[200], key=key, city=city, now=after, at=AT)
    visit = Visit("self", (Card("general", "サトウ ハナコ", ("card",)),), "09012345678")
    store.confirm(
        hold.id, replace(visit, conversation="c2"), key=key, city=city, now=after, at=AT,
        origin=Origin("c2"),
    )  # fmt: skip
