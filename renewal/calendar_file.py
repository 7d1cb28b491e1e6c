"""A booking as an .ics file (RFC 5545), for the calendar of whoever comes."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from icalendar import Alarm, Calendar, Event

from renewal import settings
from renewal.bookings import Booking
from renewal.city import City
from renewal.clock import TOKYO

MEDIA_TYPE = "text/calendar; charset=utf-8"


def visit_ics(booking: Booking, city: City, at: datetime) -> bytes:
    """Return the visit in Asia/Tokyo, with a reminder on the day before at reminder_hour.

    No name, phone, code or document is in it: a calendar is often shared. The same booking keeps
    its id, so that the file fetched again after a change moves the event; `at` (the real now, UTC)
    says which file is the newer one. A cancelled booking is an event that is cancelled.
    """
    counter = city.counters.get(booking.counter)  # None: one that city.yml has no more
    minutes = counter.slot_minutes if counter else city.visit.minutes
    where = [city.counter_label(booking.counter), counter.address if counter else None]
    start = booking.start.astimezone(TOKYO)
    last = max((place.start for place in booking.places), default=start)
    event = Event()
    event.add("uid", f"{settings.keyed_hash('calendar:' + booking.code)}@renewal")
    event.add("dtstamp", at)
    event.add("sequence", int(at.timestamp()) // 60)
    event.add("dtstart", start)
    event.add("dtend", last.astimezone(TOKYO) + timedelta(minutes=minutes))
    event.add("summary", "マイナンバーカード電子証明書の更新")
    event.add("location", "、".join(part for part in where if part))
    event.add(
        "description",
        f"{city.name}の窓口です。持ち物は、予約のご案内をご確認ください。\n"
        f"お問い合わせ: {city.call_centre.name} {city.call_centre.phone}",
    )
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if booking.status == "cancelled" else "CONFIRMED")
    if booking.status != "cancelled":
        event.add_component(_reminder(start, city))
    calendar = Calendar()
    calendar.add("prodid", f"-//{city.name}//電子証明書の更新の予約//JA")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _reminder(start: datetime, city: City) -> Alarm:
    day_before = start.date() - timedelta(days=1)
    moment = datetime.combine(day_before, time(city.booking.reminder_hour), TOKYO)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", "明日は電子証明書の更新の日です。持ち物をご確認ください。")
    # As a distance from the start: when the event is moved by hand, the reminder goes along.
    alarm.add("trigger", moment - start)
    return alarm
