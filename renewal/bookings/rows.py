"""Bookings, cards and closures as rows, in and out. Everything here is inside a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ColumnElement

from renewal.bookings import schema
from renewal.bookings.model import Booking, Card, Visit
from renewal.bookings.seating import places_of
from renewal.clock import TOKYO
from renewal.opening_hours import Closure


def insert_cards(connection: Connection, code: str, cards: Sequence[Card]) -> None:
    """Write the cards of a booking."""
    connection.execute(
        sa.insert(schema.booking_cards),
        [
            {
                "code": code,
                "card_no": number,
                "holder": card.holder,
                "name_kana": card.name_kana,
                "documents": list(card.documents),
                "facts": {
                    "same_household": card.same_household,
                    "honseki_in_city": card.honseki_in_city,
                    "forgotten_pins": list(card.forgotten_pins),
                    "certificates": card.certificates,
                },
                "expires_on": card.expires_on,
                "note": card.note,
            }
            for number, card in enumerate(cards, start=1)
        ],
    )


def load(connection: Connection, *where: ColumnElement[Any]) -> list[Booking]:
    """Return the bookings that match, with cards and places, by start, counter and creation."""
    table = schema.bookings
    rows = connection.execute(
        sa.select(table)
        .where(*where)
        .order_by(table.c.start_at, table.c.counter, table.c.created_at, table.c.code)
    ).all()
    cards: dict[str, list[Card]] = {}
    starts: dict[str, list[datetime]] = {}
    for first in range(0, len(rows), 500):
        some = [row.code for row in rows[first : first + 500]]
        of_cards, of_seats = schema.booking_cards.c, schema.seats.c
        for row in connection.execute(
            sa.select(schema.booking_cards)
            .where(of_cards.code.in_(some))
            .order_by(of_cards.code, of_cards.card_no)
        ):
            facts = dict(row.facts)
            facts["forgotten_pins"] = tuple(facts["forgotten_pins"])
            cards.setdefault(row.code, []).append(
                Card(
                    holder=row.holder,
                    name_kana=row.name_kana,
                    documents=tuple(row.documents),
                    expires_on=row.expires_on,
                    note=row.note,
                    **facts,
                )
            )
        for row in connection.execute(
            sa.select(of_seats.code, of_seats.start_at).where(of_seats.code.in_(some))
        ):
            starts.setdefault(row.code, []).append(row.start_at)
    return [
        Booking(
            code=row.code,
            status=row.status,
            counter=row.counter,
            start=row.start_at.astimezone(TOKYO),
            places=places_of(starts.get(row.code, ())),
            visit=Visit(
                applicant=row.applicant,
                cards=tuple(cards.get(row.code, ())),
                phone=row.phone,
                visitor_name=row.visitor_name,
                channel=row.channel,
                conversation=row.conversation,
                note=row.note,
            ),
            created_at=row.created_at.astimezone(TOKYO),
            ended_at=row.ended_at.astimezone(TOKYO) if row.ended_at else None,
        )
        for row in rows
    ]


def closures(connection: Connection, first: date, last: date) -> list[Closure]:
    """Return the closures that touch those days, both included, in the order of their days."""
    table = schema.closures.c
    rows = connection.execute(
        sa.select(schema.closures)
        .where(table.first <= last, table.last >= first)
        .order_by(table.first, table.id)
    )
    return [Closure(**row._mapping) for row in rows]


