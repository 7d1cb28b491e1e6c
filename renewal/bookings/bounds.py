"""How much one person, conversation or address may take, so that nobody empties the calendar.

The numbers are the city's (`booking.bounds` in city.yml). What staff book by telephone is not
bounded. Everything here is inside a transaction of the store; times are real ones.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from renewal.bookings import schema
from renewal.bookings.engine import reading, write
from renewal.bookings.model import BookingError, Visit
from renewal.city import City

log = logging.getLogger("renewal.bounds")

Kind = Literal["phone", "name", "conversation", "address", "holds"]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KEPT = timedelta(days=6)
"""How long origins are kept; deleted once a day, so that none is older than the seven promised."""

_O, _B, _S = schema.origins.c, schema.bookings.c, schema.seats.c


@dataclass(frozen=True)
class Origin:
    """Whose request it is: keyed hashes of the conversation and, where there is one, the address."""

    conversation: str
    source: str | None = None


class BoundMet(BookingError):  # noqa: N818
    """The person, conversation or address has as much as one may have; nothing was changed.

    `kind` says which bound; `most` is its number; `codes` are live bookings that it counts and that
    this very conversation made, so that they may be named to whoever asks.
    """

    def __init__(self, kind: Kind, most: int, codes: tuple[str, ...] = ()) -> None:
        super().__init__(kind)
        self.kind = kind
        self.most = most
        self.codes = codes


@dataclass(frozen=True)
class Flood:
    """What one address booked lately: how many, how many of them are live, and when (real time)."""

    source: str
    made: int
    live: int
    first: datetime
    last: datetime


def check_booking(
    connection: Connection, city: City, visit: Visit, origin: Origin, now: datetime, at: datetime
) -> None:
    """Raise BoundMet when this visit would be one too many.

    `now` is the calendar's, by which a booking is live; `visit.phone` holds digits only.
    """
    bounds = city.booking.bounds
    _one_at_a_time(connection, visit.phone, origin)
    mine = _live_of(connection, visit.phone, now) if visit.phone else []
    own = [row for row in mine if row.conversation == origin.conversation]
    names = {_plain(card.name_kana) for card in visit.cards}
    alike = [row for row in mine if names & {_plain(card["name_kana"]) for card in row.cards}]
    if len(alike) >= bounds.live_by_name:
        codes = tuple(row.code for row in alike if row in own)
        raise BoundMet("name", bounds.live_by_name, codes)
    if len(mine) >= bounds.live_by_phone:
        raise BoundMet("phone", bounds.live_by_phone, tuple(row.code for row in own))
    if _count(connection, at - DAY, conversation=origin.conversation) >= bounds.day_by_conversation:
        raise BoundMet("conversation", bounds.day_by_conversation)
    if origin.source is None:
        return
    if _count(connection, at - DAY, source=origin.source) >= bounds.day_by_address:
        raise BoundMet("address", bounds.day_by_address)
    if made_lately(connection, at) >= bounds.flood_an_hour:
        # The slower lane: everybody may still book, nobody by the hundred. It begins above what one
        # address may take in all, or one attacker alone would slow down a carrier's families.
        most = bounds.hour_by_address_in_flood
        if _count(connection, at - HOUR, source=origin.source) >= most:
            raise BoundMet("address", most)


def check_hold(
    connection: Connection, city: City, origin: Origin, key: str, at: datetime
) -> None:
    """Let a conversation hold one place at a time; raise BoundMet when it or its address has enough.

    A hold is not made longer by what is written afterwards: who goes silent loses it after
    `booking.hold_minutes`, and the bound on holds an hour says how often it can be had again.
    """
    bounds = city.booking.bounds
    _one_at_a_time(connection, None, origin)
    if _count(connection, at - HOUR, "hold", conversation=origin.conversation) >= bounds.hour_holds:
        raise BoundMet("holds", bounds.hour_holds)
    if origin.source is not None:
        live = sa.select(sa.func.count(sa.distinct(_S.hold_id))).where(
            _S.hold_id.in_(
                sa.select(_O.hold_id).where(
                    _O.kind == "hold",
                    _O.source == origin.source,
                    _O.conversation != origin.conversation,
                    _O.at > at - HOUR,
                )
            ),
            _S.code.is_(None),
            _S.held_until > at,
        )
        made = _count(connection, at - DAY, source=origin.source)
        if made + int(connection.scalar(live) or 0) >= bounds.day_by_address:
            raise BoundMet("address", bounds.day_by_address)
    others = sa.select(_O.hold_id).where(
        _O.kind == "hold", _O.conversation == origin.conversation, _O.at > at - HOUR,
        _O.hold_id != key,
    )  # fmt: skip
    connection.execute(
        sa.delete(schema.seats).where(_S.code.is_(None), _S.hold_id.in_(others))
    )


def note(
    connection: Connection, origin: Origin, at: datetime, hold_id: str, code: str | None = None
) -> None:
    """Note a hold, or with its code a booking, for the bounds."""
    connection.execute(
        sa.insert(schema.origins).values(
            at=at, kind="booking" if code else "hold", hold_id=hold_id, code=code,
            conversation=origin.conversation, source=origin.source,
        )
    )  # fmt: skip


def made_lately(connection: Connection, at: datetime) -> int:
    """Return how many bookings citizens have made within the hour before `at`."""
    return _count(connection, at - HOUR)


def warn(city: City, made: int) -> None:
    """Write a line to the log, with no personal data, when an hour's bookings leave their band."""
    most = city.booking.bounds.usual_an_hour
    if made >= most:
        log.warning("bookings above their usual band: %d within an hour, usual %d", made, most)


def floods(engine: Engine, at: datetime, least: int) -> list[Flood]:
    """Return the addresses that made at least so many bookings within KEPT, most first."""
    query = (
        sa.select(
            _O.source, sa.func.count(), sa.func.min(_O.at), sa.func.max(_O.at),
            sa.func.sum(sa.case((_B.status == "booked", 1), else_=0)),
        )
        .join(schema.bookings, _B.code == _O.code)
        .where(_O.kind == "booking", _O.source.is_not(None), _O.at > at - KEPT)
        .group_by(_O.source)
        .having(sa.func.count() >= least)
    )  # fmt: skip
    with reading(engine) as connection:
        found = [
            Flood(source, made, int(live or 0), first, last)
            for source, made, first, last, live in connection.execute(query)
        ]
    return sorted(found, key=lambda flood: (-flood.made, flood.source))


def codes_from(engine: Engine, source: str) -> list[str]:
    """Return the codes of the bookings made from an address; `source` is its hash or a beginning.

    Empty also where the beginning fits several addresses.
    """
    query = sa.select(_O.source, _O.code).where(
        _O.kind == "booking", _O.source.startswith(source, autoescape=True)
    )
    with reading(engine) as connection:
        found = connection.execute(query).all()
    return sorted(row.code for row in found) if len({row.source for row in found}) == 1 else []


def can_write(engine: Engine) -> bool:
    """Return whether the database takes and keeps a row; it is gone again at once.

    Raises what the database raises when it cannot (a full disk, a file that is read-only).
    """

    def work(connection: Connection) -> bool:
        made = sa.insert(schema.origins).values(
            at=datetime.fromtimestamp(0, timezone.utc), kind="probe", hold_id="", conversation=""
        )
        number = connection.execute(made).inserted_primary_key[0]
        gone = connection.execute(sa.delete(schema.origins).where(_O.id == number))
        return bool(gone.rowcount)

    return write(engine, work)


def delete_old(connection: Connection, at: datetime) -> None:
    """Delete what is older than KEPT."""
    connection.execute(sa.delete(schema.origins).where(_O.at < at - KEPT))


def _live_of(connection: Connection, phone: str, now: datetime) -> list[sa.engine.Row]:
    live = sa.select(_B.code, _B.cards, _B.conversation).where(
        _B.phone == phone, _B.status == "booked", _B.start_at > now
    )
    return list(connection.execute(live))


def _count(
    connection: Connection, since: datetime, kind: str = "booking", **of: str
) -> int:
    where = [_O[name] == value for name, value in of.items()]
    query = sa.select(sa.func.count()).select_from(schema.origins)
    return int(connection.scalar(query.where(_O.kind == kind, _O.at > since, *where)) or 0)


def _one_at_a_time(connection: Connection, phone: str | None, origin: Origin) -> None:
    """Let nobody else count the same at the same time (SQLite has one writer anyway)."""
    if connection.dialect.name == "postgresql":
        for subject in sorted(filter(None, {phone, origin.conversation, origin.source})):
            connection.execute(
                sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:subject, 20))"),
                {"subject": subject},
            )


def _plain(name: str | None) -> str:
    return (name or "").replace(" ", "").replace("　", "")
