"""Free times on a page: the days from a wanted one on, with their seats, and a hold on the chosen one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import request

from renewal import clock, opening_hours, slots, words
from renewal.bookings import BookingError, Hold, NotBookable
from renewal.slots import Slot
from renewal.words import moment
from staff import typed
from staff.app import city, store, user

DAYS = 5
"""How many days are shown at once."""
_LOOKED_AT = timedelta(days=21)


@dataclass(frozen=True)
class Wanted:
    """What is wanted: how many seats, where, from which day on, and which start was chosen.

    `hold_id` names the hold that the page has, `said` is what did not work.
    """

    seats: int
    counter: str
    day: date
    day_typed: str
    time_typed: str
    start: datetime | None
    hold_id: str
    key: str
    said: str | None = None


def wanted(seats: int, counter: str | None = None, day: date | None = None) -> Wanted:
    """Read what is wanted from the request; `counter` and `day` stand for what it does not say."""
    form, today = request.form, clock.now().date()
    ids = [each.id for each in city().bookable_counters if user().at(each.id)]
    asked = form.get("counter") or counter or (ids[0] if ids else "")
    day_typed, time_typed = form.get("day", "")[:20], form.get("time", "")[:10]
    said = None
    read = typed.day(day_typed, today) if day_typed.strip() else None
    if day_typed.strip() and read is None:
        said = "日を読めません。12/3 や 12月3日、明日 のように書いてください。"
    start = typed.moment(form.get("start", ""))
    new = Wanted(
        seats, asked if asked in ids else (ids[0] if ids else ""), max(read or day or today, today),
        day_typed, time_typed, start, form.get("hold", "")[:100],
        form.get("key", "")[:40] or uuid.uuid4().hex, said,
    )  # fmt: skip
    at = typed.time_of_day(time_typed) if time_typed.strip() else None
    if start is None and read and at:
        chosen = datetime.combine(new.day, at, clock.TOKYO)
        if any(slot.start == chosen and fits for slots_ in table(new).values() for slot, fits in slots_):
            return Wanted(**{**vars(new), "start": chosen})
        return Wanted(**{**vars(new), "said": f"{moment(chosen)}は空いていません。近い時刻から選んでください。"})
    return new


def table(wanted: Wanted) -> dict[date, list[tuple[Slot, bool]]]:
    """Return the starts of the days that are shown, each with whether all the cards find a seat."""
    here, now, at = city(), clock.now(), clock.real_now()
    if not wanted.counter:
        return {}
    last = wanted.day + _LOOKED_AT
    found = slots.slots(store(), here, wanted.counter, wanted.day, last, now, at, staff=True)
    own = _own_hold(wanted)
    mine = {place.start: place.seats for place in own.places} if own and own.counter == wanted.counter else {}
    free = {slot.start: slot.free + mine.get(slot.start, 0) for slot in found}
    step = timedelta(minutes=here.counters[wanted.counter].slot_minutes)
    days: dict[date, list[tuple[Slot, bool]]] = {}
    for slot in found:
        if slot.start.date() not in days and len(days) == DAYS:
            break
        run = (free.get(slot.start + step * n, 0) for n in range(wanted.seats))
        shown = Slot(slot.start, slot.counter, slot.capacity, free[slot.start], slot.kind)
        days.setdefault(slot.start.date(), []).append((shown, slots.fits(run, wanted.seats)))
    return days


def hold(wanted: Wanted, *, renew: bool = True) -> tuple[Hold | None, str]:
    """Hold the chosen start, or go on with the hold that the page has; return why it is not, if so.

    Without `renew` a hold that has run out stays so: a page that was left alone keeps no seat.
    """
    assert wanted.start is not None
    own = _own_hold(wanted)
    same = own and (own.counter, own.start, own.seats) == (wanted.counter, wanted.start, wanted.seats)
    if own and same and seconds_left(own):
        return own, ""
    if same and not renew:
        return None, "席をおさえる時間が過ぎました。もう一度、時刻を選んでください。"
    key = f"{_prefix(wanted)}{uuid.uuid4().hex[:8]}"
    try:
        return store().hold(
            wanted.counter, wanted.start, wanted.seats, key=key, city=city(), now=clock.now(),
            at=clock.real_now(), instead_of=own.id if own else None, staff=True,
        ), ""  # fmt: skip
    except NotBookable as error:
        closures = store().closures(wanted.start.date(), wanted.start.date())
        why = opening_hours.closure_reason(city(), wanted.counter, wanted.start, closures)
        return None, words.not_bookable(error.reason, city(), wanted.counter, wanted.start, why)
    except BookingError:
        return None, _full(wanted)


def seconds_left(hold: Hold) -> int:
    """Return how long a hold still keeps its seats for sure."""
    return max(0, int((hold.held_until - clock.real_now()).total_seconds()))


def split_words(hold: Hold) -> str:
    """Return how the cards are spread over several starts, and what to do about it."""
    parts = "、".join(f"{moment(place.start)}に{place.seats}枚" for place in hold.places)
    return f"1つの時刻には入りきらず、{parts}に分かれます。それでよいか確かめて、「分かれてもよい」に印を付けてください。"


def _full(wanted: Wanted) -> str:
    assert wanted.start is not None
    near = slots.nearest(
        store(), city(), [wanted.counter], wanted.start, clock.now(), clock.real_now(), wanted.seats,
        staff=True,
    )  # fmt: skip
    others = "、".join(moment(slot.start) for slot in near)
    said = f"近い空きは {others} です。" if others else "近い空きもありません。"
    return f"{moment(wanted.start)}の席は、いま埋まりました。{said}"


def _prefix(wanted: Wanted) -> str:
    # With the user's name in it, nobody can name another's hold.
    return f"staff:{user().name}:{wanted.key}:"


def _own_hold(wanted: Wanted) -> Hold | None:
    return store().held(wanted.hold_id) if wanted.hold_id.startswith(_prefix(wanted)) else None
