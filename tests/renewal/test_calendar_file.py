"""The .ics file of a booking: what calendars read in it, and what is not in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from renewal import city as city_module
from renewal.bookings import Booking, Card, Place, Visit
from renewal.calendar_file import visit_ics
from renewal.clock import TOKYO

CITY = city_module.load(city_module.DEFAULT_PATH)
START = datetime(2026, 12, 3, 18, 30, tzinfo=TOKYO)
AT = datetime(2026, 11, 24, 1, 0, tzinfo=timezone.utc)
VISIT = Visit(
    "other_proxy",
    (Card("general", "サトウ ハナコ", ("card", "inquiry_form")),),
    "09012345678",
    visitor_name="サトウ タロウ",
    conversation="c0ffee",
)
BOOKING = Booking(
    "K7PMA-4QXD3", "booked", "honchosha", START, (Place(START, 1),), VISIT,
    datetime(2026, 11, 24, 10, 0, tzinfo=TOKYO),
)


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENEWAL_SECRET_KEY", "for the tests of the calendar file")


def event_of(booking: Booking, at: datetime = AT) -> Any:
    return Calendar.from_ical(visit_ics(booking, CITY, at)).walk("VEVENT")[0]


def test_the_visit_stands_in_the_calendar_in_tokyo_time() -> None:
    event = event_of(BOOKING)
    assert event["DTSTART"].params["TZID"] == "Asia/Tokyo"
    assert event["DTSTART"].dt == START
    assert event["DTEND"].dt == START + timedelta(minutes=30)
    assert "本庁舎1階" in event["LOCATION"]
    assert "電子証明書の更新" in event["SUMMARY"]


def test_the_file_defines_its_time_zone() -> None:
    zones = Calendar.from_ical(visit_ics(BOOKING, CITY, AT)).walk("VTIMEZONE")
    assert [str(zone["TZID"]) for zone in zones] == ["Asia/Tokyo"]


def test_it_reminds_at_the_citys_hour_on_the_day_before() -> None:
    (alarm,) = event_of(BOOKING).walk("VALARM")
    at = START + alarm["TRIGGER"].dt
    assert (at.date(), at.hour, at.minute) == (date(2026, 12, 2), 18, 0)


def test_several_cards_take_the_time_of_all_their_seats() -> None:
    half_an_hour = timedelta(minutes=30)
    places = (Place(START - half_an_hour, 3), Place(START, 1))
    event = event_of(replace(BOOKING, start=START - half_an_hour, places=places))
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (
        START - half_an_hour, START + half_an_hour)


def test_nothing_personal_is_in_it() -> None:
    text = visit_ics(BOOKING, CITY, AT).decode().replace("\r\n ", "")
    code, people, rest = ("K7PMA", "4QXD3"), ("サトウ", "ハナコ", "タロウ"), ("0901234", "c0ffee")
    for personal in (*code, *people, *rest, "照会書"):
        assert personal not in text


def test_a_changed_booking_is_the_same_event_and_the_newer_one() -> None:
    moved = START + timedelta(days=7)
    before = event_of(BOOKING)
    change = replace(BOOKING, start=moved, places=(Place(moved, 1),))
    after = event_of(change, AT + timedelta(hours=1))
    assert before["UID"] == after["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert event_of(replace(BOOKING, code="ANOTH-ER234"))["UID"] != before["UID"]


def test_a_cancelled_booking_is_cancelled_in_the_calendar_and_reminds_nobody() -> None:
    event = event_of(BOOKING.with_status("cancelled", AT))
    assert event["STATUS"] == "CANCELLED"
    assert not event.walk("VALARM")


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.datetimes(datetime(2026, 1, 1), datetime(2037, 12, 31)))
def test_every_start_survives_and_the_reminder_comes_the_day_before(naive: datetime) -> None:
    start = naive.replace(second=0, microsecond=0, tzinfo=TOKYO)
    event = event_of(replace(BOOKING, start=start, places=(Place(start, 1),)))
    assert event["DTSTART"].dt == start
    (alarm,) = event.walk("VALARM")
    assert (start + alarm["TRIGGER"].dt).date() == start.date() - timedelta(days=1)


def test_lines_are_as_long_and_end_as_the_standard_says() -> None:
    content = visit_ics(BOOKING, CITY, AT)
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
