"""What a counter has to know of a day: who comes, with what, and what is to be looked at."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from renewal import certificate, opening_hours
from renewal.bookings import Booking, Bookings, Card, Visit, WithoutSeat
from renewal.certificate import Status
from renewal.city import City
from renewal.date_words import japanese_date, short_date
from renewal.opening_hours import Closure
from renewal.words import PINS, WORDS

_NEAR_EXPIRY = timedelta(days=14)
"""With fewer days left there is hardly time for a second visit."""

_CLOSED = {
    "disabled": "この窓口は、まだここでは予約できません。",
    "year_end": "年末年始の休みです。",
    "weekend": "土日の休みです。",
    "no_hours": "受付のない日です。",
    "walk_in_only": "予約なしで受け付ける日です。",
}


@dataclass(frozen=True)
class Sheet:
    """A counter's day: why it is closed, if it is; its bookings by start; those without a seat.

    Those of whom nobody told this before their time was over are among them. `changes` says
    what is closed, or has another number of seats, for a part of the day. `again` are those who have
    a seat once more, and still believe that they have none.
    """

    day: date
    counter: str
    label: str
    closed: str | None
    bookings: tuple[Booking, ...]
    lost: dict[str, WithoutSeat]
    changes: tuple[str, ...] = ()
    again: frozenset[str] = frozenset()


def sheets(
    store: Bookings, city: City, day: date, now: datetime, counter: str | None = None
) -> list[Sheet]:
    """Return a sheet for the counter, or for each that can be booked or has bookings that day."""
    found = store.list_bookings(
        first=day, counter=counter, statuses=("booked", "arrived", "no_show")
    )
    found_lost = (
        *store.without_seat(city, now, first=day, last=day, counter=counter),
        *store.missed(city, now, first=day, last=day, counter=counter),
    )
    lost = {each.booking.code: each for each in found_lost}
    again = frozenset(booking.code for booking, _about in store.seats_again(city, now))
    closures = store.closures(day, day)
    wanted = [counter] if counter else [each.id for each in city.bookable_counters]
    # A counter that has been taken out of city.yml can still have visitors.
    wanted += sorted({booking.counter for booking in found} - set(wanted))
    return [
        Sheet(
            day,
            id_,
            city.counter_label(id_),
            closed_because(city, id_, day, closures),
            tuple(booking for booking in found if booking.counter == id_),
            lost,
            _changes(city, id_, day, closures),
            again,
        )
        for id_ in wanted
    ]


def _changes(
    city: City, counter_id: str, day: date, closures: Collection[Closure]
) -> tuple[str, ...]:
    """Return in sentences what differs from the usual hours and seats for a part of the day."""
    if counter_id not in city.counters or closed_because(city, counter_id, day, closures):
        return ()
    minutes = city.counters[counter_id].slot_minutes
    usual = opening_hours.starts(city, counter_id, day)
    said = []
    for each in sorted(closures, key=lambda each: (each.from_time or time.min, each.seats)):
        hit = [item.start for item in usual if each.hits(counter_id, item.start, minutes)]
        if hit:
            span = f"{hit[0]:%H:%M}" + (f"から{hit[-1]:%H:%M}" if len(hit) > 1 else "")
            what = f"{each.seats}席です" if each.seats else "休みです"
            said.append(f"{span}の枠は{what}（{each.reason.rstrip('。')}）。")
    return tuple(said)


def closed_because(
    city: City, counter_id: str, day: date, closures: Collection[Closure]
) -> str | None:
    """Return a sentence on why the counter has no start that day, or None when it has one."""
    if counter_id not in city.counters:
        return "この窓口は、city.yml にありません。"
    why = opening_hours.why_closed(city, counter_id, day, closures)
    if why == "holiday":
        return f"祝日（{opening_hours.is_holiday(day)}）の休みです。"
    if why == "closure":
        return f"臨時の休みです（{opening_hours.closed_because(city, counter_id, day, closures)}）。"
    return _CLOSED[why] if why else None


def who_comes(visit: Visit) -> str:
    """Return who comes for the cards, the name with whom it belongs to: "本人、その他の代理人 アベ"."""
    comes = list(dict.fromkeys(card.applicant or visit.applicant for card in visit.cards))
    named = next((each for each in ("other_proxy", "legal_representative") if each in comes), comes[0])
    name = f" {visit.visitor_name}" if visit.visitor_name else ""
    return "、".join(WORDS[each] + (name if each == named else "") for each in comes)


def proofs(card: Card, city: City) -> list[str]:
    """Return the proofs that come with this card, in few words; the rest is said by `checks`."""
    wanted = (item for item in card.documents if item in ("visitor_id_a", "rep_proof"))
    return [city.documents[item].label.split("（")[0] for item in wanted]


def checks(card: Card, booking: Booking) -> Iterator[str]:
    """Yield what the counter has to look at for this card, in Japanese."""
    if card.forgotten_pins:
        kinds = "・".join(name for pin, name in PINS.items() if pin in card.forgotten_pins)
        yield f"暗証番号を忘れている（{kinds}）"
    if "inquiry_form" in card.documents:
        yield "照会書兼回答書は、本人が書いたものか、用紙の期限のうちか"
    # Only a legal representative has anything to prove; who comes with their own card has not.
    if booking.applicant_for(card) == "legal_representative":
        if card.same_household:
            yield "続柄の証明は省略: 同一世帯か"
        if card.honseki_in_city:
            yield "続柄の証明は省略: 本市本籍か"
    if card.holder == "under_15":
        yield "来庁日に15歳未満か"
    yield from expiry_checks(card, booking.start.date())
    if card.note:
        yield card.note


def expiry_checks(card: Card, visit: date) -> Iterator[str]:
    """Yield what is to be looked at in the certificate's last day, given the day of the visit."""
    if card.expires_on is None:
        if card.name_kana is not None:  # with the name, the date is deleted too
            yield "有効期限を聞いていない"
        return
    window = certificate.renewal_window(card.expires_on)
    status, left = window.status(visit), card.expires_on - visit
    if status is Status.TOO_EARLY:
        yield f"まだ更新できない（{short_date(window.renewable_from)}から）"
    elif status is Status.EXPIRED:
        yield f"有効期限が過ぎている（{japanese_date(card.expires_on)}）"
    elif not left:
        yield f"有効期限は来庁日まで（{short_date(card.expires_on)}）"
    elif left <= _NEAR_EXPIRY:
        yield f"有効期限が近い（{short_date(card.expires_on)}、あと{left.days}日）"
