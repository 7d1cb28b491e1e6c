"""Bookings that staff have looked up, in words: one line a card, for a terminal, a screen, a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from renewal import words
from renewal.bookings import Booking, WithoutSeat
from renewal.city import City
from renewal.phone_numbers import hyphenated
from renewal.words import WORDS

COLUMNS = (
    "予約番号", "窓口", "日時", "状態", "来る方", "カード", "お名前", "持ち物", "電話",
    "来る方のお名前", "メモ", "席のない理由", "有効期限",
)  # fmt: skip
"""The heads of what `lines` gives."""


def is_unmarked(booking: Booking, now: datetime) -> bool:
    """Return whether the start of the visit is over and nobody has noted what became of it."""
    return booking.status == "booked" and booking.start <= now


def lines(
    found: Sequence[Booking], lost: dict[str, WithoutSeat], city: City, now: datetime
) -> Iterator[tuple[object, ...]]:
    """Yield a line for each card, as COLUMNS has it."""
    for booking in found:
        for card in booking.cards:
            yield (
                booking.code,
                city.counter_label(booking.counter, short=True),
                f"{booking.start:%Y-%m-%d %H:%M}",
                words.status(booking, lost.get(booking.code), now),
                WORDS[booking.applicant_for(card)],
                WORDS[card.holder],
                card.name_kana,
                "、".join(city.documents[item].label for item in card.documents),
                hyphenated(booking.phone),
                booking.visit.visitor_name,
                "。".join(each for each in (card.note, booking.visit.note) if each),
                lost[booking.code].cause.words if booking.code in lost else None,
                card.expires_on,
            )
