"""Nobody before a closed counter: each way in which a booking loses its seat, and who says so.

One function knows it; `check`, `calls`, the day sheet, the bot and the notices ask it, and agree.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine
from sqlalchemy.engine import Engine

from renewal import booking_change, calls, closing, day_sheet, notices, opening_hours, slots
from renewal import city as city_module
from renewal.application import Desk, Remark
from renewal.booking_change import Caller, Request
from renewal.bookings import (
    Booking,
    Bookings,
    Card,
    Cause,
    HoldExpired,
    NotBookable,
    SlotFull,
    Visit,
    WithoutSeat,
    check,
)
from renewal.bookings.schema import metadata
from renewal.bookings.without_seat import KINDS
from renewal.city import City
from renewal.opening_hours import Closure
from renewal.slots import Slot

CITY = city_module.load(city_module.DEFAULT_PATH)
DOMAIN = yaml.safe_load((Path(__file__).parents[2] / "domain.yml").read_text(encoding="utf-8"))
NOW = datetime.fromisoformat("2026-11-24T10:00:00+09:00")
AT = datetime.fromisoformat("2026-11-24T01:00:00+00:00")
DAY = date(2026, 12, 3)
MORNING, EVENING = (
    datetime.fromisoformat(f"2026-12-03T{at}:00+09:00") for at in ("09:30", "17:30")
)
LATE = datetime.fromisoformat("2026-12-03T16:30:00+09:00")
EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "12"))


class Office:
    """The store and the city as they are now, and everybody who says whom it concerns."""

    def __init__(self, store: Bookings, city: City = CITY) -> None:
        self.store, self.city, self.keys = store, city, 0

    def key(self) -> str:
        self.keys += 1
        return f"k{self.keys}"

    def book(
        self, start: datetime, counter: str = "honchosha", cards: int = 1, **more: Any
    ) -> Booking:
        values = {"now": NOW, "at": AT, **more}
        visit = Visit("self", (Card("general", "サトウ"),) * cards, "09012345678", channel="line",
                      conversation=f"c{self.keys}")  # fmt: skip
        hold = self.store.hold(counter, start, cards, key=self.key(), city=self.city, **values)
        return self.store.confirm(hold.id, visit, key=self.key(), city=self.city, **values)

    def free(self, seats: int = 1) -> Slot:
        """The first free start at the first counter."""
        counter = self.city.bookable_counters[0].id
        return slots.next_free(self.store, self.city, [counter], None, NOW, AT, seats)[0]

    def move(self, booking: Booking) -> Booking:
        seats, values = len(booking.cards), {"city": self.city, "now": NOW, "at": AT}
        slot = self.free(seats)
        hold = self.store.hold(slot.counter, slot.start, seats, key=self.key(), **values)
        return self.store.change(booking.code, hold.id, key=self.key(), who="tanaka", **values)

    def cancel(self, booking: Booking) -> None:
        self.store.cancel(
            booking.code, key=self.key(), city=self.city, now=NOW, at=AT, who="tanaka"
        )

    def close(self, first: date = DAY, last: date | None = None, **more: Any) -> Closure:
        closure = Closure(
            more.pop("counter", "honchosha"), first, last or first,
            **{"reason": "システムの点検", **more},
        )  # fmt: skip
        return self.store.add_closure(closure, city=self.city, who="tanaka", at=AT)

    def open(self, closure: Closure) -> None:
        assert closure.id
        self.store.remove_closure(closure.id, city=self.city, now=NOW, who="tanaka", at=AT)

    def tell(self, booking: Booking) -> None:
        (call,) = [each for each in self.calls() if each.booking.code == booking.code]
        self.store.note_told(booking, call.about, who="tanaka", at=AT)

    # Who says whom it concerns -----------------------------------------------------------------

    @property
    def desk(self) -> Desk:
        return Desk(self.city, self.store, NOW, AT)

    def lost(self) -> dict[str, WithoutSeat]:
        return {each.booking.code: each for each in self.store.without_seat(self.city, NOW)}

    def check(self) -> set[str]:
        """Whom `renewal check` reports."""
        found = check(self.store.engine, self.city, NOW, AT)
        assert all("席がありません" in finding for finding in found)
        return {finding.split("（")[0].removeprefix("予約 ") for finding in found}

    def calls(self) -> list[calls.Call]:
        return calls.calls_to_make(self.store, self.city, NOW)

    def to_call(self) -> dict[str, str]:
        """Whom `renewal calls` still lists to be phoned, with why."""
        return {each.booking.code: each.words for each in calls.waiting(self.calls())}

    def day(self, day: date = DAY) -> dict[str, str]:
        """Whom the day sheets mark as without a seat, with why."""
        return {
            booking.code: sheet.lost[booking.code].cause.words
            for sheet in day_sheet.sheets(self.store, self.city, day, NOW)
            for booking in sheet.bookings
            if booking.code in sheet.lost
        }

    def bot(self, booking: Booking) -> Remark:
        """What 予約の確認 answers."""
        caller = Caller(str(booking.visit.conversation))
        _, (*_, remark) = booking_change.advance(
            Request(action="check"), {}, self.desk, caller, "key"
        )
        return remark

    def pushes(self) -> dict[str, Remark]:
        """What LINE is to send about lost seats, by code."""
        notices.plan(self.store, self.city, NOW, AT)
        found = {}
        for notice in notices.about(self.store.engine, NOW):
            booking = self.store.get(notice.code)
            waits = notice.kind == "no_seat" and notice.status == notices.WAITING
            if waits and notices.why_not_now(notice, booking, self.desk) is None:
                assert booking
                found[notice.code] = notices.remark(notice, booking, self.desk)
        return found


@pytest.fixture
def office(store: Bookings) -> Office:
    return Office(store)


def counter_with(city: City, id_: str = "honchosha", **update: Any) -> City:
    counter = city.counters[id_].model_copy(update=update)
    return city.model_copy(update={"counters": {**city.counters, id_: counter}})


def hours_with(city: City, number: int, **update: Any) -> City:
    hours = list(city.counters["honchosha"].hours)
    hours[number] = hours[number].model_copy(update=update)
    return counter_with(city, hours=tuple(hours))


def without_counter(city: City, id_: str = "honchosha", new_id: str | None = None) -> City:
    counters = {key: value for key, value in city.counters.items() if key != id_}
    if new_id:
        counters[new_id] = city.counters[id_].model_copy(update={"id": new_id})
    return city.model_copy(update={"counters": counters})


def year_end_from(city: City, month_day: str) -> City:
    closed = city.closed.model_copy(update={"year_end_from": month_day})
    return city.model_copy(update={"closed": closed})


# The table -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Way:
    """A way to lose a seat: where somebody booked, what happens, the cause, and how it is undone.

    `happens` changes the office and returns what undoes it. `others` have booked there before.
    """

    start: datetime
    cause: Cause
    happens: Callable[[Office], Callable[[], None]]
    others: int = 0


def city_becomes(change: Callable[[City], City]) -> Callable[[Office], Callable[[], None]]:
    def happens(office: Office) -> Callable[[], None]:
        before = office.city
        office.city = change(before)
        return lambda: setattr(office, "city", before)

    return happens


def closed(**more: Any) -> Callable[[Office], Callable[[], None]]:
    def happens(office: Office) -> Callable[[], None]:
        closure = office.close(**more)
        return lambda: office.open(closure)

    return happens


def closed_twice(office: Office) -> Callable[[], None]:
    first, second = office.close(), office.close()
    assert first == second  # stored once
    return lambda: office.open(first)


def closed_by_two_and_one_removed(office: Office) -> Callable[[], None]:
    works, check = office.close(reason="工事"), office.close(from_time=time(9))
    office.open(check)
    assert closing.overlapping(office.store, office.city, check) == [works]
    return lambda: office.open(works)


CHECK = Cause("closure", "システムの点検")
WAYS = {
    "closed all day": Way(MORNING, CHECK, closed()),
    "closed for a part of the day": Way(EVENING, CHECK, closed(from_time=time(17))),
    "closed at every counter": Way(MORNING, CHECK, closed(counter=None)),
    "the same closure twice": Way(MORNING, CHECK, closed_twice),
    "two closures, one removed": Way(
        MORNING, Cause("closure", "工事"), closed_by_two_and_one_removed
    ),
    "hours shortened": Way(
        LATE, Cause("hours"), city_becomes(lambda city: hours_with(city, 0, close=time(16)))
    ),
    "no longer on Thursdays": Way(
        MORNING, Cause("hours"),
        city_becomes(lambda city: hours_with(city, 0, days=("mon", "tue", "wed", "fri"))),
    ),
    "the evening off": Way(
        EVENING, Cause("hours"), city_becomes(lambda city: hours_with(city, 1, bookable=False))
    ),
    "the year's end widened": Way(
        MORNING, Cause("year_end"), city_becomes(lambda city: year_end_from(city, "12-03"))
    ),
    "slots of another length": Way(
        MORNING, Cause("hours"), city_becomes(lambda city: counter_with(city, slot_minutes=40))
    ),
    "fewer seats in the file": Way(
        MORNING, Cause("seats"), city_becomes(lambda city: counter_with(city, seats=1)), others=1
    ),
    "fewer seats for a day": Way(
        MORNING, Cause("seats", "応援"), closed(seats=1, reason="応援"), others=1
    ),
    "the counter disabled": Way(
        MORNING, Cause("counter_disabled"),
        city_becomes(lambda city: counter_with(city, enabled=False)),
    ),
    "the counter removed": Way(MORNING, Cause("counter_removed"), city_becomes(without_counter)),
    "the counter renamed": Way(
        MORNING, Cause("counter_removed"),
        city_becomes(lambda city: without_counter(city, new_id="madoguchi")),
    ),
}  # fmt: skip


def lose(office: Office, way: Way) -> tuple[Booking, Callable[[], None]]:
    """Book, let it happen, and return the booking that loses its seat, and what undoes it."""
    for number in range(way.others):
        office.book(way.start, now=NOW - timedelta(hours=number + 1))
    booking = office.book(way.start)
    assert said_by_all(office, booking) == []
    return booking, way.happens(office)


def said_by_all(office: Office, booking: Booking) -> list[str]:
    """Return who says that somebody has to be told that the booking has no seat, if anybody."""
    bot = office.bot(booking)
    said = {
        "check": booking.code in office.check(),
        "calls": booking.code in office.to_call(),
        "day": booking.code in office.day(),
        "bot": bot.name.startswith("seat_lost"),
        "notices": booking.code in office.pushes(),
    }
    assert said["bot"] or bot.name == "booking_details"
    return [who for who, says in said.items() if says]


ALL = ["check", "calls", "day", "bot", "notices"]


@pytest.mark.parametrize("name", WAYS)
def test_who_loses_a_seat_is_found_by_all_of_them_with_the_cause(office: Office, name: str) -> None:
    way = WAYS[name]
    booking, undo = lose(office, way)
    assert said_by_all(office, booking) == ALL
    assert {code: each.cause for code, each in office.lost().items()} == {booking.code: way.cause}
    assert office.to_call() == office.day() == {booking.code: way.cause.words}
    for remark in (office.bot(booking), office.pushes()[booking.code]):
        assert remark.values["cause"] == f"@no_seat_{way.cause.kind}"
        assert remark.values["reason"] == (f"（{way.cause.reason}）" if way.cause.reason else "")
    undo()
    assert said_by_all(office, booking) == []


@pytest.mark.parametrize("name", WAYS)
def test_who_has_moved_or_cancelled_is_found_by_none_of_them(office: Office, name: str) -> None:
    booking, _undo = lose(office, WAYS[name])
    moved = office.move(booking)
    assert said_by_all(office, moved) == []
    office.cancel(moved)
    assert office.check() == set()
    assert office.calls() == []


@pytest.mark.parametrize("name", WAYS)
def test_who_has_been_told_is_told_no_more_but_still_sees_it(office: Office, name: str) -> None:
    booking, _undo = lose(office, WAYS[name])
    office.tell(booking)
    assert said_by_all(office, booking) == ["day", "bot"]
    (call,) = office.calls()
    assert call.told
    assert call.told.who == "tanaka"


def test_the_bot_says_why_and_offers_the_nearest_times(office: Office) -> None:
    booking, _undo = lose(office, WAYS["closed all day"])
    remark = office.bot(booking)
    said = DOMAIN["responses"][f"utter_{remark.name}"][0]["text"].format(
        **{**remark.values, "cause": DOMAIN["responses"]["utter_word_no_seat_closure"][0]["text"]}
    )
    assert said.startswith("申し訳ありません。12月3日（木）9時30分のご予約（本庁舎1階")
    assert "窓口が休みになったため（システムの点検）、お受けできなくなりました" in said
    assert "・12月4日（金）9:30" in said
    assert [button["title"] for button in remark.values["buttons"]] == [
        "@intent_change_booking", "@intent_cancel_booking",
    ]  # fmt: skip


def test_when_it_is_too_late_to_choose_again_the_bot_gives_the_phone(office: Office) -> None:
    booking, _undo = lose(office, WAYS["closed all day"])
    lost = office.store.why_without_seat(booking, CITY, NOW)
    assert lost
    on_the_day = replace(office.desk, now=MORNING - timedelta(hours=1))
    assert booking_change.seat_lost(lost, on_the_day).name == "seat_lost_call"


@pytest.mark.parametrize("name", WAYS)
def test_whoever_lost_a_seat_can_choose_another_in_the_chat(office: Office, name: str) -> None:
    booking, _undo = lose(office, WAYS[name])
    caller = Caller(str(booking.visit.conversation))
    request, (remark, *_) = booking_change.advance(
        Request(action="change"), {}, office.desk, caller, "key"
    )
    assert remark.name == "booking_now_without_seat"
    assert booking_change.next_question(request, office.desk, caller) == "booking_date"
    free = office.free()
    said = {"visit_date": free.start.date().isoformat(), "visit_time": f"{free.start:%H:%M}"}
    request, _ = booking_change.advance(
        request, {**said, "counter": free.counter}, office.desk, caller, "other key"
    )
    assert request.hold
    assert booking_change.as_application(request, booking, office.desk).start == free.start


@pytest.mark.parametrize("kind", KINDS)
def test_every_cause_has_words_for_citizens_and_for_staff(kind: Any) -> None:
    assert DOMAIN["responses"][f"utter_word_no_seat_{kind}"][0]["text"].endswith("ため")
    assert Cause(kind, "点検").words


# Calls ----------------------------------------------------------------------------------------


def test_a_call_stays_made_when_the_closure_is_stored_anew(office: Office) -> None:
    booking = office.book(MORNING)
    first, second = office.close(), office.close(reason="工事")
    office.tell(booking)
    office.open(first)
    assert office.to_call() == {}
    assert office.lost()[booking.code].cause == Cause("closure", "工事")
    office.close()
    assert office.to_call() == {}
    office.open(second)
    assert office.to_call() == {}


def test_who_was_told_and_has_a_seat_again_is_told_anew_when_it_closes_again(
    office: Office,
) -> None:
    booking = office.book(MORNING)
    closure = office.close()
    office.tell(booking)
    office.open(closure)
    assert office.lost() == {}
    office.close()
    assert booking.code in office.to_call()


def test_who_was_told_of_a_closure_that_is_removed_is_phoned_once_more(office: Office) -> None:
    told, untold = office.book(MORNING), office.book(MORNING)
    closure = office.close()
    office.tell(told)
    office.open(closure)
    assert set(office.to_call()) == {told.code} != {untold.code}
    office.tell(told)
    assert office.to_call() == {}
    again = office.close()
    assert set(office.to_call()) == {told.code, untold.code}
    office.tell(told)
    office.open(again)
    assert set(office.to_call()) == {told.code}


def test_hours_that_come_back_are_told_to_who_heard_that_they_were_gone(office: Office) -> None:
    booking, before = office.book(MORNING), office.city
    office.city = before.model_copy(update={"counters": {}})
    office.tell(booking)
    assert office.to_call() == {}
    office.city = before
    assert set(office.to_call()) == {booking.code}


def test_who_was_told_of_fewer_seats_is_told_again_when_the_counter_closes(office: Office) -> None:
    office.book(MORNING, now=NOW - timedelta(hours=1))
    booking = office.book(MORNING)
    office.close(seats=1, reason="応援")
    office.tell(booking)
    assert office.to_call() == {}
    office.close()
    assert set(office.to_call()) == set(office.lost()) == office.check()
    assert booking.code in office.to_call()


def test_a_call_about_one_visit_is_none_about_where_it_has_moved(office: Office) -> None:
    booking = office.book(MORNING)
    office.close()
    office.tell(booking)
    moved = office.move(booking)
    office.close(moved.start.date())
    assert office.to_call() == {moved.code: "システムの点検"}


def test_what_line_has_told_nobody_phones_about(office: Office) -> None:
    booking, _undo = lose(office, WAYS["closed all day"])
    assert booking.code in office.pushes()
    (notice,) = notices.claim(office.store.engine, AT, 10)
    notices.finish(office.store.engine, notice, notices.SENT, AT)
    notices.finish(office.store.engine, notice, notices.SENT, AT)
    (call,) = office.calls()
    assert call.told
    assert call.told.who is None
    assert office.check() == set()
    assert office.pushes() == {}


def test_who_has_no_seat_is_not_reminded_to_come(office: Office) -> None:
    booking = office.book(MORNING)
    evening = datetime.fromisoformat("2026-12-02T18:30:00+09:00")
    assert notices.due_reminders(office.store, CITY, evening) == [booking]
    office.close()
    assert notices.due_reminders(office.store, CITY, evening) == []


# Which ones lose theirs ----------------------------------------------------------------------


def test_where_there_are_fewer_seats_who_booked_first_keeps_one(office: Office) -> None:
    bookings = [office.book(MORNING, now=NOW + timedelta(minutes=n)) for n in range(3)]
    office.city = counter_with(CITY, seats=1)
    assert set(office.lost()) == {booking.code for booking in bookings[1:]}


def test_who_is_there_already_keeps_the_seat(office: Office) -> None:
    first = office.book(MORNING, now=NOW - timedelta(hours=1))
    second = office.book(MORNING)
    office.store.mark(second.code, "arrived", who="tanaka", now=MORNING, at=AT)
    office.city = counter_with(CITY, seats=1)
    assert set(office.lost()) == {first.code}


def test_who_has_no_seat_takes_none_from_the_others(office: Office) -> None:
    family = office.book(MORNING, cards=3, now=NOW - timedelta(hours=1))
    office.city = counter_with(CITY, seats=2)
    assert set(office.lost()) == {family.code}
    office.city = CITY
    office.cancel(family)
    two = office.book(MORNING, cards=2)
    one = office.book(MORNING, now=NOW + timedelta(hours=1))
    office.city = counter_with(CITY, seats=1)
    assert set(office.lost()) == {two.code}
    assert one.code not in office.lost()


def test_a_family_over_two_starts_has_no_seat_when_one_of_them_closes(office: Office) -> None:
    start = datetime.fromisoformat("2026-12-03T11:00:00+09:00")
    family = office.book(start, counter="nishiguchi", cards=2)
    office.close(counter="nishiguchi", from_time=time(11, 30), until_time=time(12))
    assert set(office.lost()) == {family.code}


def test_a_visit_that_is_over_is_nobodys_call(office: Office) -> None:
    booking = office.book(MORNING)
    office.close()
    assert office.store.without_seat(CITY, MORNING) == []
    assert office.store.why_without_seat(booking, CITY, MORNING) is None


# Over, and nobody told them ------------------------------------------------------------------


def missed(office: Office, now: datetime) -> dict[str, WithoutSeat]:
    return {each.booking.code: each for each in office.store.missed(office.city, now)}


@pytest.mark.parametrize("name", WAYS)
def test_who_was_not_told_before_the_time_is_still_to_be_phoned(office: Office, name: str) -> None:
    way = WAYS[name]
    booking, undo = lose(office, way)
    assert missed(office, way.start - timedelta(minutes=1)) == {}
    over = way.start + timedelta(minutes=1)
    assert {code: each.cause for code, each in missed(office, over).items()} == {booking.code: way.cause}
    (call,) = calls.waiting(calls.calls_to_make(office.store, office.city, over))
    assert (call.booking.code, call.reason) == (booking.code, "missed")
    assert any(booking.code in each for each in check(office.store.engine, office.city, over, AT))
    (sheet,) = day_sheet.sheets(office.store, office.city, DAY, over, "honchosha")
    assert set(sheet.lost) == {booking.code}
    office.store.note_told(call.booking, call.about, who="tanaka", at=AT)
    assert calls.waiting(calls.calls_to_make(office.store, office.city, over)) == []
    undo()
    assert missed(office, over) == {}


def test_who_was_marked_moved_or_cancelled_is_missed_no_more(office: Office) -> None:
    arrived, moved, cancelled = office.book(MORNING), office.book(EVENING), office.book(LATE)
    office.close()
    assert len(missed(office, EVENING)) == 3
    office.store.mark(arrived.code, "arrived", who="tanaka", now=EVENING, at=AT)
    office.move(moved)
    office.cancel(cancelled)
    assert missed(office, EVENING) == {}


def test_what_is_closed_later_took_no_seat_from_who_had_come(office: Office) -> None:
    office.book(MORNING)
    late = office.book(LATE)
    closure = Closure("honchosha", DAY, DAY, reason="急病")
    office.store.add_closure(
        closure, city=CITY, who="tanaka", at=AT, now=MORNING + timedelta(hours=1)
    )
    assert set(missed(office, LATE)) == {late.code}


def test_of_an_earlier_day_only_stored_closures_are_known(office: Office) -> None:
    office.book(MORNING)
    next_day = MORNING + timedelta(days=1)
    office.city = hours_with(CITY, 0, close=time(9))
    assert len(missed(office, MORNING)) == 1
    assert missed(office, next_day) == {}
    office.city = CITY
    office.close()
    assert len(missed(office, next_day)) == 1
    assert len(missed(office, MORNING + timedelta(days=31))) == 1
    assert missed(office, MORNING + timedelta(days=32)) == {}


@pytest.mark.parametrize("about", ["closed", "seat_again"])
def test_a_call_that_was_not_made_is_taken_back_once(office: Office, about: str) -> None:
    booking = office.book(MORNING)
    closure = office.close()
    office.tell(booking)
    if about == "seat_again":
        office.open(closure)
        office.tell(booking)
    assert office.to_call() == {}
    undo = [office.store.undo_told(booking, who="suzuki", at=AT) for _ in range(2)]
    assert undo == [about, None]
    assert set(office.to_call()) == {booking.code}


def test_what_line_has_told_no_member_of_staff_takes_back(office: Office) -> None:
    booking = office.book(MORNING)
    office.close()
    assert office.store.note_told(booking, "closed", who=None, at=AT)
    assert not office.store.note_told(booking, "closed", who="tanaka", at=AT)
    assert office.store.undo_told(booking, who="tanaka", at=AT) is None
    assert office.to_call() == {}


# Closures ------------------------------------------------------------------------------------


def stored(office: Office) -> list[Closure]:
    return office.store.closures(date.min, date.max)


def test_the_same_closure_is_stored_once(office: Office) -> None:
    afternoon = office.close(DAY, from_time=time(13))
    assert office.close(DAY, from_time=time(13)) == afternoon
    assert stored(office) == [afternoon]


@pytest.mark.parametrize("wide_first", [True, False])
def test_removing_a_closure_opens_nothing_that_one_inside_it_closes(
    office: Office, wide_first: bool
) -> None:
    """Whichever came first, each keeps its own hours."""
    early, late = office.book(MORNING), office.book(LATE)
    wide, inside = {"counter": None}, {"from_time": time(15)}
    first, second = (wide, inside) if wide_first else (inside, wide)
    closures = [office.close(DAY, **first), office.close(DAY, **second)]
    assert len(stored(office)) == 2
    whole, afternoon = closures if wide_first else reversed(closures)
    assert closing.overlapping(office.store, CITY, whole) == [afternoon]
    office.tell(late)
    office.open(whole)
    assert set(office.lost()) == {late.code}
    assert office.lost()[late.code].told  # the call is kept
    assert early.code not in office.to_call()


def test_the_number_of_a_removed_closure_is_never_given_again(office: Office) -> None:
    first = office.close(DAY)
    office.open(first)
    second = office.close(DAY, reason="工事")
    assert (second.id or 0) > (first.id or 0)
    office.open(second)
    assert (office.close(DAY).id or 0) > (second.id or 0)


@pytest.mark.parametrize(
    "other",
    [{"reason": "工事"}, {"seats": 1}, {"counter": None}, {"last": DAY + timedelta(days=1)},
     {"first": DAY + timedelta(days=1)}],
)  # fmt: skip
def test_what_says_anything_else_is_kept_beside_it(office: Office, other: dict[str, Any]) -> None:
    """With another reason it is another closure: it stays when the first one is removed."""
    office.close(DAY, from_time=time(13), until_time=time(15))
    office.close(**{"first": DAY, "from_time": time(14), "until_time": time(16), **other})
    assert len(stored(office)) == 2


def test_removing_says_who_has_a_seat_again_and_who_still_has_none(office: Office) -> None:
    early, late = office.book(MORNING), office.book(LATE)
    whole, afternoon = office.close(), office.close(from_time=time(13), reason="工事")
    done = office.store.remove_closure(
        whole.id or 0, city=CITY, now=NOW, who="tanaka", at=AT
    )
    assert done
    assert [each.booking for each in done.again] == [early]
    assert [each.booking for each in done.still] == [late]
    assert closing.overlapping(office.store, CITY, whole) == [afternoon]


# Whatever happens ----------------------------------------------------------------------------

FEW = [
    ("honchosha", MORNING), ("honchosha", MORNING + timedelta(minutes=30)), ("honchosha", EVENING),
    ("nishiguchi", datetime.fromisoformat("2026-12-03T11:00:00+09:00")),
    ("nishiguchi", datetime.fromisoformat("2026-12-04T11:00:00+09:00")),
]  # fmt: skip
CHANGES: list[Callable[[City], City]] = [
    lambda _city: CITY,
    lambda city: counter_with(city, seats=1),
    lambda city: counter_with(city, seats=5),
    lambda city: counter_with(city, enabled=False),
    lambda city: counter_with(city, slot_minutes=60),
    lambda city: hours_with(city, 0, close=time(9, 30)),
    lambda city: hours_with(city, 1, bookable=False),
    lambda city: year_end_from(city, "12-04"),
    lambda city: without_counter(city, "nishiguchi"),
    lambda city: without_counter(city, "nishiguchi", new_id="nishi"),
]


Spot = tuple[str, str, datetime]


def spot(booking: Booking) -> Spot:
    return booking.code, booking.counter, booking.start


class AnyWeek(RuleBasedStateMachine):
    """People book, move and cancel; staff close, open and phone; the city changes its file."""

    engine: Engine
    empty: Callable[[], None]

    def __init__(self) -> None:
        super().__init__()
        self.empty()
        self.office = Office(Bookings(self.engine))
        self.minutes = 0
        self.believing: set[Spot] = set()  # who heard of which visit that it has no seat

    def live(self) -> list[Booking]:
        return self.office.store.list_bookings()

    @rule(place=st.sampled_from(FEW), cards=st.integers(1, 3))
    def book(self, place: tuple[str, datetime], cards: int) -> None:
        self.minutes += 1
        with suppress(SlotFull, NotBookable, HoldExpired):
            self.office.book(
                place[1], place[0], cards, now=NOW - timedelta(days=1, minutes=-self.minutes)
            )

    @precondition(lambda self: self.live())
    @rule(data=st.data(), cancel=st.booleans())
    def move_or_cancel(self, data: st.DataObject, cancel: bool) -> None:
        booking = data.draw(st.sampled_from(self.live()))
        if cancel:
            self.office.cancel(booking)
        else:
            self.office.move(booking)

    @rule(
        place=st.sampled_from(FEW),
        seats=st.sampled_from([0, 0, 1, 2]),
        whole=st.booleans(),
        everywhere=st.booleans(),
        reason=st.sampled_from(["点検", "工事"]),
    )
    def close(
        self, place: tuple[str, datetime], seats: int, whole: bool, everywhere: bool, reason: str
    ) -> None:
        start = place[1].time()
        self.office.close(
            place[1].date(), counter=None if everywhere else place[0], seats=seats, reason=reason,
            from_time=None if whole else start,
        )  # fmt: skip

    @precondition(lambda self: stored(self.office))
    @rule(data=st.data())
    def open(self, data: st.DataObject) -> None:
        self.office.open(data.draw(st.sampled_from(stored(self.office))))

    @rule(change=st.sampled_from(CHANGES))
    def the_city_changes_its_file(self, change: Callable[[City], City]) -> None:
        self.office.city = change(CITY)

    @precondition(lambda self: self.office.to_call())
    @rule(data=st.data())
    def phone(self, data: st.DataObject) -> None:
        code = data.draw(st.sampled_from(sorted(self.office.to_call())))
        booking = self.office.store.get(code)
        assert booking
        (self.believing.add if code in self.office.lost() else self.believing.remove)(spot(booking))
        self.office.tell(booking)
        assert code not in self.office.to_call()

    @rule()
    def line_tells(self) -> None:
        for code in self.office.pushes():
            assert code in self.office.to_call()
        for notice in notices.claim(self.engine, AT, 100):
            booking = self.office.store.get(notice.code)
            ended = notices.why_not_now(notice, booking, self.office.desk)
            notices.finish(self.engine, notice, ended or notices.SENT, AT)
            if booking and ended is None and notice.kind == "no_seat":
                self.believing.add(spot(booking))

    @invariant()
    def nobody_is_in_two_lists_and_nobody_in_none(self) -> None:
        office = self.office
        lost = office.lost()
        to_call, reported = set(office.to_call()), office.check()
        told = {code for code, each in lost.items() if each.told}
        seated = {booking.code: booking for booking in self.live() if booking.code not in lost}
        again = {code for code, booking in seated.items() if spot(booking) in self.believing}
        assert reported == lost.keys() - told
        assert to_call == reported | again
        days = {booking.start.date() for booking in self.live()}
        assert set().union(*(office.day(day) for day in days)) == lost.keys()
        for booking in self.live():
            alone = office.store.why_without_seat(booking, office.city, NOW)
            assert alone == lost.get(booking.code)

    @invariant()
    def who_keeps_a_seat_is_who_comes_first_where_there_is_one(self) -> None:
        """The same, worked out from the starts that can be booked."""
        office, kept = self.office, set()
        left: dict[tuple[str, datetime], int] = {}
        for booking in sorted(self.live(), key=lambda booking: booking.created_at):
            day = booking.start.date()
            if booking.counter not in office.city.counters:
                continue
            closures = office.store.closures(day, day)
            for start in opening_hours.starts(office.city, booking.counter, day, closures):
                left.setdefault((booking.counter, start.start), start.seats)
            spots = [((booking.counter, place.start), place.seats) for place in booking.places]
            if all(left.get(spot, 0) >= seats for spot, seats in spots):
                kept.add(booking.code)
                for spot, seats in spots:
                    left[spot] -= seats
        assert kept == {booking.code for booking in self.live()} - office.lost().keys()


@pytest.fixture
def week(engine: Engine) -> type[AnyWeek]:
    """The machine on either database, emptied before each sequence."""
    delete = "DELETE FROM {}" if engine.dialect.name == "sqlite" else "TRUNCATE {} CASCADE"

    def empty() -> None:
        with engine.begin() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(sa.text(delete.format(table.name)))

    return type("Week", (AnyWeek,), {"engine": engine, "empty": staticmethod(empty)})


def test_whatever_happens_each_booking_has_a_seat_or_somebody_to_tell(
    week: type[AnyWeek],
) -> None:
    run_machine(
        week,
        settings=settings(
            derandomize=True, max_examples=EXAMPLES, stateful_step_count=20, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
