"""Payloads that whole bookings do not come to: made by the bot's own code, for a day of our choice.

A week with a holiday, few seats and none; a family's documents; a counter with address and map.
"""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.channels import web_transcript
from renewal import application, calendar_view, city
from renewal.application import Application, Desk
from renewal.bookings import Bookings, Card, Visit, create_engine_from, migrate
from renewal.clock import TOKYO
from renewal.documents import Applicant, Case, Holder, documents

NOW = datetime(2027, 1, 6, 10, tzinfo=TOKYO)  # 11 January is a holiday
_ONE = Visit("self", (Card("general", "サトウ ハナコ"),), "09012345678")
_BOTH = dataclasses.replace(_ONE, cards=(*_ONE.cards, Card("general", "サトウ タロウ")))


def desk(directory: Path) -> Desk:
    """Return a counter with an address, where Friday's 11:00 is nearly full and 11:30 full."""
    engine = create_engine_from(f"sqlite:///{directory}/cards.db")
    migrate(engine)
    the_city = city.load()
    place = the_city.counters["honchosha"].model_copy(
        update={"address": "福島市（見本の住所）", "map_url": "https://map.example/honchosha"}
    )
    counters = {**the_city.counters, "honchosha": place}
    the_city = the_city.model_copy(update={"counters": counters})
    found = Desk(the_city, Bookings(engine), NOW, NOW)
    seats = place.seats
    for time, taken in (("11:00", seats - 1), ("11:30", seats)):
        for seat in range(taken):
            _book(found, f"2027-01-08T{time}+09:00", f"{time}-{seat}")
    return found


def _book(at: Desk, start: str, key: str, visit: Visit = _ONE) -> Any:
    when = {"key": key, "city": at.city, "now": at.now, "at": at.at}
    hold = at.bookings.hold("honchosha", datetime.fromisoformat(start), len(visit.cards), **when)
    return at.bookings.confirm(hold.id, visit, **{**when, "key": f"{key}-booked"})


def calendar(at: Desk) -> dict[str, Any]:
    return calendar_view.slot_calendar(Application(counter="honchosha"), at)


def card(at: Desk) -> dict[str, Any]:
    """Return the card of a family's booking."""
    return calendar_view.booking_card(_book(at, "2027-01-07T09:00+09:00", "family", _BOTH), at)


def checklist() -> dict[str, Any]:
    """Return the documents of a family of two: a parent with a child of eight."""
    cases = {
        "サトウ ハナコ": Case(Applicant.SELF, Holder.GENERAL),
        "サトウ メイ": Case(Applicant.LEGAL_REPRESENTATIVE, Holder.UNDER_15, same_household=True),
    }
    people = [
        {
            "name": name,
            "items": [application.document_item(i) for i in documents(case, city.load())],
        }
        for name, case in cases.items()
    ]
    return {"type": "document_checklist", "people": people}


def answer(text: str, card: dict[str, Any]) -> str:
    """Return what the channel would send for a message with this card."""
    shown = web_transcript.shown({"text": text, "custom": card}, "a conversation")
    done = {"done": True, "kept": True, "text": None}
    return "\n".join(map(json.dumps, (shown, done))) + "\n"
