"""Free times on a page: the days from a wanted one on, with their seats, and a hold on the chosen one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from flask import request

from renewal import clock, opening_hours, slots, words
from renewal.bookings import BookingError, Hold, NotBookable
from renewal.date_words import japanese_date, japanese_time
from renewal.slots import Slot
from renewal.words import moment
from staff import typed
from staff.app import city, store, user

DAYS = 5
"""How many days are shown at once."""
_LOOKED_AT = timedelta(days=21)
_AGAIN = "もう一度、時刻を選ぶか、「空きを見る」を押してください。"


@dataclass(frozen=True)
class Wanted:
    """What is wanted: how many seats, where, the first day that is shown, and which start.

    `hold_id` names the hold that the page has, `said` is what did not work, at the field `said_at`;
    `taken_as` says how a time was understood that could be another.
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
    said_at: str = "day"
    taken_as: str = ""

    @property
    def typed(self) -> str:
        """Return what stands in the fields, by which the page's next request is told from this one."""
        return f"{self.day_typed}|{self.time_typed}"


def wanted(seats: int, counter: str | None = None, day: date | None = None) -> Wanted:
    """Read what is wanted from the request; `counter` and `day` stand for what it does not say.

    What was typed since the page was made wins over the start that is chosen in the list; a start from
    the list is put into the fields, so that they always say what is wanted.
    """
    form, today = request.form, clock.now().date()
    ids = [each.id for each in city().bookable_counters if user().at(each.id)]
    asked = form.get("counter") or counter or ""
    day_typed, time_typed = form.get("day", "")[:20], form.get("time", "")[:10]
    counter = asked if asked in ids else (ids[0] if ids else "")
    read, as_typed = typed.day(day_typed, today), typed.time_of_day(time_typed)
    at = _in_hours(counter, read, time_typed, as_typed)
    start, listed = None, typed.moment(form.get("start", ""))
    said, said_at = _unread(day_typed, time_typed, read, at, today)
    if said is None:
        start = datetime.combine(read, at, clock.TOKYO) if read and at else None
        if listed and not being_typed():
            start = listed.astimezone(clock.TOKYO)
    if start and (read, at) != (start.date(), start.time()):
        day_typed, time_typed = f"{start.month}/{start.day}", f"{start:%H:%M}"
    as_shown = (start is not None and start == listed) or not being_typed()
    shown = typed.full_date(form.get("from", "")) if as_shown else None
    return Wanted(
        seats, counter, max(shown or read or day or today, today),
        day_typed, time_typed, start, form.get("hold", "")[:100], form.get("key", "")[:40] or uuid.uuid4().hex,
        said, said_at, _taken_as(time_typed, start, as_typed),
    )  # fmt: skip


def _in_hours(counter: str, day: date | None, text: str, at: time | None) -> time | None:
    """Return the time that was typed; 3時 is 15時 where the counter opens later than 3 and is open at 15."""
    if not (day and at and counter):
        return at
    usual = [each.start.time() for each in opening_hours.starts(city(), counter, day)]
    later = typed.in_the_afternoon(text, at)
    return later if usual and later and at < usual[0] and later <= usual[-1] else at


def _taken_as(text: str, start: datetime | None, at: time | None) -> str:
    if start is None or at is None or typed.time_of_day(text) != at or start.time() == at:
        return ""
    return f"「{typed.folded(text)}」は、午後の{japanese_time(start.time())}としました。"


def being_typed() -> bool:
    """Return whether the fields say something else than when the page was made."""
    return request.form.get("typed", "|") != f"{request.form.get('day', '')}|{request.form.get('time', '')}"


def _unread(
    day_typed: str, time_typed: str, read: date | None, at: time | None, today: date
) -> tuple[str | None, str]:
    """Return what is wrong with the fields, or None, and at which of them."""
    if day_typed.strip() and read is None:
        return "日を読めません。12/3、12月3日、明日、来週の火曜 のように書いてください。", "day"
    if read and read < today:
        return f"{japanese_date(read)}は、過ぎた日です。きょうからあとの日を書いてください。", "day"
    if time_typed.strip() and at is None:
        return "時刻を読めません。10:30、17時半、午後2時半 のように書いてください。", "time"
    if time_typed.strip() and read is None:
        return "ご希望の日も書いてください。12/3、明日、来週の火曜 のように。", "day"
    return None, "day"


def held(wanted: Wanted, *, renew: bool = True) -> tuple[Wanted, Hold | None]:
    """Hold what is wanted and nothing else; why it is not held is said in what is returned.

    Without `renew` no new seat is held: a page that was left alone keeps none.
    """
    hold, why = _hold(wanted, renew=renew) if wanted.start else (None, wanted.said)
    if hold:
        return replace(wanted, hold_id=hold.id), hold
    give_back(wanted)
    at = "time" if wanted.start else wanted.said_at
    return replace(wanted, start=None, hold_id="", said=why, said_at=at), None


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


def seconds_left(hold: Hold) -> int:
    """Return how long a hold still keeps its seats for sure."""
    return max(0, int((hold.held_until - clock.real_now()).total_seconds()))


def split_words(hold: Hold) -> str:
    """Return how the cards are spread over several starts, and what to do about it."""
    parts = "、".join(f"{moment(place.start)}に{place.seats}枚" for place in hold.places)
    return f"1つの時刻には入りきらず、{parts}に分かれます。それでよいか確かめて、「分かれてもよい」に印を付けてください。"


def _hold(wanted: Wanted, *, renew: bool) -> tuple[Hold | None, str]:
    assert wanted.start is not None
    own = _own_hold(wanted)
    same = own and (own.counter, own.start, own.seats) == (wanted.counter, wanted.start, wanted.seats)
    if own and same and seconds_left(own):
        return own, ""
    if not renew and own:
        return None, f"席をおさえる時間が過ぎました。{_AGAIN}"
    if not renew:
        why = slots.why_not_bookable(city(), wanted.counter, wanted.start, clock.now(), staff=True)
        return None, _not_bookable(wanted, why) if why else f"この時刻の席は、おさえていません。{_AGAIN}"
    key = f"{_prefix(wanted)}{uuid.uuid4().hex[:8]}"
    try:
        return store().hold(
            wanted.counter, wanted.start, wanted.seats, key=key, city=city(), now=clock.now(),
            at=clock.real_now(), instead_of=own.id if own else None, staff=True,
        ), ""  # fmt: skip
    except NotBookable as error:
        return None, _not_bookable(wanted, error.reason)
    except BookingError:
        return None, _full(wanted)


def _not_bookable(wanted: Wanted, reason: str) -> str:
    assert wanted.start is not None
    closures = store().closures(wanted.start.date(), wanted.start.date())
    why = opening_hours.closure_reason(city(), wanted.counter, wanted.start, closures)
    said = words.not_bookable(reason, city(), wanted.counter, wanted.start, why)
    beyond = "" if reason == "too_far" or not _beyond(wanted) else f" {_beyond(wanted)}"
    return said + beyond


def _beyond(wanted: Wanted) -> str:
    """Return until when can be booked at all, where a day after that is wanted, or ""."""
    last = slots.last_day(city(), wanted.counter, clock.now().date())
    day = wanted.start.date() if wanted.start else wanted.day
    return f"いま予約できるのは、{japanese_date(last)}までです。" if day > last else ""


def none_free(wanted: Wanted) -> str:
    """Return why no day is shown."""
    if not wanted.counter:
        return "予約できる窓口がありません。"
    return _beyond(wanted) or "この日から3週間は、予約できる時刻がありません。"


def give_back(wanted: Wanted) -> None:
    """Free what a page holds that somebody has left."""
    if own := _own_hold(wanted):
        store().release(own.id)


def _full(wanted: Wanted) -> str:
    assert wanted.start is not None
    near = slots.nearest(
        store(), city(), [wanted.counter], wanted.start, clock.now(), clock.real_now(), wanted.seats,
        staff=True,
    )  # fmt: skip
    others = "、".join(moment(slot.start) for slot in near)
    said = f"近い空きは {others} です。" if others else "近い空きもありません。"
    return f"{moment(wanted.start)}の席は空いていません。{said}"


def _prefix(wanted: Wanted) -> str:
    # With the user's name in it, nobody can name another's hold.
    return f"staff:{user().name}:{wanted.key}:"


def _own_hold(wanted: Wanted) -> Hold | None:
    return store().held(wanted.hold_id) if wanted.hold_id.startswith(_prefix(wanted)) else None
