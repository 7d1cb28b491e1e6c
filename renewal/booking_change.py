"""A booking that exists: found again, shown, moved to another time, or cancelled.

In the conversation that made it a booking is simply known. Anywhere else it takes the code and the
phone's last four digits, and a wrong answer never tells which of the two was wrong. As in
renewal/application.py the answers come as values, and what is to be said leaves as remarks.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, time, timedelta
from typing import Any

from renewal import application, calendar_view, hours_in_words, slots
from renewal.application import Application, Desk, Remark
from renewal.bookings import (
    Booking,
    Card,
    TooManyAttempts,
    WithoutSeat,
)
from renewal.date_words import japanese_time, short_date
from renewal.wish import Wish

ANOTHER = "another"
"""Said instead of a code: none of the bookings that this conversation knows."""
TYPO = "typo"
"""Read instead of a code: something like one, but its check character is wrong."""


@dataclass(frozen=True)
class Caller:
    """Who asks: the conversation (a keyed hash) and the codes that it has shown to know."""

    conversation: str
    known: tuple[str, ...] = ()
    source: str | None = None


@dataclass(frozen=True)
class Request:
    """What is wanted with a booking; None is what is not known yet. Slots are booking_<name>."""

    action: str | None = None  # check, change, cancel
    code: str | None = None  # as it was given, or ANOTHER
    last4: str | None = None
    found: str | None = None  # the code of the booking that this person may deal with
    counter: str | None = None
    wish: dict[str, Any] | None = None
    date: str | None = None
    time: str | None = None
    hold: str | None = None
    confirmed: str | None = None
    outcome: str | None = None

    @classmethod
    def from_slots(cls, slots: Mapping[str, Any]) -> Request:
        """Return the request that the values of a conversation's slots make."""
        return cls(**{f.name: slots.get(f"booking_{f.name}") for f in fields(cls)})

    def changes_since(self, before: Request) -> dict[str, Any]:
        """Return the slots that differ from an earlier state, by their names."""
        return {
            f"booking_{f.name}": getattr(self, f.name)
            for f in fields(self)
            if getattr(self, f.name) != getattr(before, f.name)
        }


QUESTIONS = (
    "booking_choice", "booking_code", "booking_last4", "booking_date", "booking_time",
    "booking_confirmed",
)


def next_question(r: Request, desk: Desk, caller: Caller) -> str | None:
    """Return the slot to ask for next, or None when nothing is open."""
    if r.outcome:
        return None
    if r.found is None:
        if r.code in (None, ANOTHER):
            several = r.code is None and len(bookings_of(caller, desk)) > 1
            return "booking_choice" if several else "booking_code"
        return "booking_last4"
    if r.action == "change" and r.date is None:
        return "booking_date"
    if r.action == "change" and r.time is None:
        return "booking_time"
    return None if r.confirmed else "booking_confirmed"


def bookings_of(caller: Caller, desk: Desk) -> list[Booking]:
    """Return the visits to come that this conversation made or has shown to know, by start."""
    found = desk.bookings.find_in_conversation(caller.conversation, desk.now)
    codes = {booking.code for booking in found}
    for code in caller.known:
        booking = desk.bookings.get(code) if code not in codes else None
        if booking and booking.status == "booked" and booking.start > desk.now:
            found.append(booking)
    return sorted(found, key=lambda booking: (booking.start, booking.code))


def step_back(r: Request, asked: str | None, desk: Desk) -> Request:
    """Return the request without the answer given last before the slot now asked for."""
    if asked == "booking_last4":
        return replace(r, code=ANOTHER)
    if asked == "booking_time" or (asked == "booking_confirmed" and r.action == "change"):
        r = _let_go(r, desk)
        return replace(r, time=None) if r.time else replace(r, date=None, wish=None)
    return r


def can_step_back(r: Request, asked: str) -> bool:
    """Return whether `step_back` would take something back."""
    changing = asked == "booking_confirmed" and r.action == "change"
    return asked in ("booking_last4", "booking_time") or changing


def leave(r: Request, desk: Desk) -> None:
    """Give back the seat that was held for a change; the booking stays as it is."""
    _let_go(r, desk)


# What it means -----------------------------------------------------------------------------------


def advance(
    r: Request, said: Mapping[str, Any], desk: Desk, caller: Caller, key: str
) -> tuple[Request, list[Remark]]:
    """Return the request with this taken in, and what is to be said about it.

    `said` is what `read` returns, or what a button carries; with "action" another thing is wanted.
    `key` makes the hold of a new seat happen once, however often the same message arrives.
    """
    before, remarks = r, list[Remark]()
    if said.get("confirmed") == "keep":
        remarks.append(Remark("booking_left"))
        return replace(_let_go(r, desk), outcome="kept"), remarks
    if said.get("action") not in (None, r.action):
        r = replace(_let_go(r, desk), action=said["action"], confirmed=None)
    r = _identified(r, said, desk, caller, remarks)
    booking = desk.bookings.get(r.found) if r.found else None
    if said.get("lacks") and r.found is None and not remarks:
        remarks.append(Remark(str(said["lacks"])))
    if booking is None or r.outcome:
        # A time said too early is kept until it is known which booking is meant.
        kept = {name: said[name] for name in ("wish", "counter") if name in said}
        return replace(r, **kept), remarks
    if (r.found, r.action) != (before.found, before.action):
        r = _looked_at(replace(r, confirmed=None), booking, desk, remarks)
        kept = {name: getattr(r, name) for name in ("wish", "counter") if getattr(r, name)}
        r, said = replace(r, wish=None, counter=None), {**kept, **said}
    if r.outcome:
        return r, remarks
    moved = r
    if r.action == "change":
        moved = _moved(r, said, booking, desk, key, remarks)
    # A yes counts only for what was just summed up, not a button pressed later on.
    summed_up = r == before and next_question(before, desk, caller) == "booking_confirmed"
    if moved == r and summed_up and said.get("confirmed"):
        moved = _confirmed(r, str(said["confirmed"]), desk, remarks)
    return moved, remarks


def _identified(
    r: Request, said: Mapping[str, Any], desk: Desk, caller: Caller, remarks: list[Remark]
) -> Request:
    code = said.get("code")
    if code == TYPO:
        remarks.append(Remark("booking_code_typo"))
        return replace(r, code=ANOTHER)
    if code and code != r.found:
        told_before = r.last4 if r.code in (None, ANOTHER) else None
        r = replace(_let_go(r, desk), code=code, last4=told_before, found=None)
    r = replace(r, last4=said.get("last4") or r.last4)
    if r.found:
        return replace(r, last4=None)
    own = [booking.code for booking in bookings_of(caller, desk)]
    if r.code is None and len(own) == 1:
        return replace(r, found=own[0], last4=None)
    if r.code is None and not own and caller.known:
        return replace(r, found=caller.known[-1], last4=None)  # it is over, or cancelled
    if r.code in (*own, *caller.known):
        return replace(r, found=r.code, last4=None)
    if r.code in (None, ANOTHER) or not r.last4:
        return r
    return _looked_up(r, desk, caller, remarks)


def _looked_up(r: Request, desk: Desk, caller: Caller, remarks: list[Remark]) -> Request:
    try:
        booking = desk.bookings.find(
            str(r.code), str(r.last4),
            conversation=caller.conversation, at=desk.at, source=caller.source,
        )
    except TooManyAttempts as refused:
        minutes = max(1, math.ceil((refused.until - desk.at).total_seconds() / 60))
        remarks.append(Remark("booking_too_many_attempts", {"minutes": minutes}))
        return replace(r, code=None, last4=None, outcome="refused")
    if booking is None:
        # One answer, whichever was wrong: it must not tell that a code exists. The check character
        # has found mistyped codes before, so the digits are asked for again.
        remarks.append(Remark("booking_not_found", {"code": str(r.code)}))
        return replace(r, last4=None)
    return replace(r, found=booking.code, last4=None)


def _looked_at(r: Request, booking: Booking, desk: Desk, remarks: list[Remark]) -> Request:
    """Say what the booking is, or why nothing more can be done about it here."""
    words = {
        "when": moment(booking.start),
        "counter_label": desk.city.counter_label(booking.counter, short=True),
    }
    refusal = why_not(str(r.action), booking, desk)
    if refusal:
        remarks.append(refusal)
        return replace(r, outcome="refused")
    lost = desk.bookings.why_without_seat(booking, desk.city, desk.now)
    if r.action == "check" and lost:
        remarks.append(seat_lost(lost, desk))
        return replace(r, outcome="shown")
    if r.action == "change" and lost:
        remarks.append(Remark("booking_now_without_seat", {**words, **_why_lost(lost)}))
        return r
    if r.action == "check":
        card = calendar_view.booking_card(booking, desk)
        values = {
            "details": details(booking, desk),
            "buttons": calendar_view.booking_buttons(booking),
        }
        remarks.append(Remark("booking_details", values, card))
        return replace(r, outcome="shown")
    if r.action == "change":
        remarks.append(Remark("booking_now", words))
    return r


def why_not(action: str, booking: Booking, desk: Desk) -> Remark | None:
    """Return why this cannot be done with the booking here and now, or None."""
    if booking.status == "cancelled":
        return Remark("booking_was_cancelled", {"when": moment(booking.start)})
    if booking.status != "booked" or booking.start <= desk.now:
        return Remark("booking_is_over", {"when": moment(booking.start)})
    if action == "check":
        return None
    rules = desk.city.booking
    rule = rules.change_until if action == "change" else rules.cancel_until
    deadline = slots.deadline(desk.city, rule, booking.start)
    if desk.now >= deadline:
        return Remark(f"booking_{action}_too_late", {"until": _until(rule, deadline)})
    return None


def _until(rule: str, deadline: datetime) -> str:
    if rule == "start":
        return hours_in_words.limit_in_words(rule)
    if deadline.time() == time():  # midnight ends the last day on which it was possible
        return short_date((deadline - timedelta(seconds=1)).date())
    return moment(deadline)


def seat_lost(lost: WithoutSeat, desk: Desk) -> Remark:
    """Return what somebody is told whose booking has no seat any more: why, and the way on.

    The way is to choose again from the nearest free times, or the phone when it is too late here.
    """
    booking = lost.booking
    near = slots.nearest(
        desk.bookings,
        desk.city,
        [counter.id for counter in desk.city.bookable_counters],
        booking.start,
        desk.now,
        desk.at,
        seats=len(booking.cards),
    )
    values = {
        "when": moment(booking.start),
        "counter_label": desk.city.counter_label(booking.counter),
        **_why_lost(lost),
        "alternatives": "\n".join(
            f"・{calendar_view.slot_label(slot, desk.city)}" for slot in near
        ),
        "buttons": possible_buttons(booking, desk),
    }
    changeable = why_not("change", booking, desk) is None
    return Remark("seat_lost_choose_again" if near and changeable else "seat_lost_call", values)


def _why_lost(lost: WithoutSeat) -> dict[str, Any]:
    reason = lost.cause.reason.rstrip("。")
    return {"cause": f"@no_seat_{lost.cause.kind}", "reason": f"（{reason}）" if reason else ""}


def possible_buttons(booking: Booking, desk: Desk) -> list[dict[str, str]]:
    """Return the buttons for what can still be done with a booking here and now."""
    return [
        button
        for action, button in zip(
            ("change", "cancel"), calendar_view.booking_buttons(booking), strict=True
        )
        if why_not(action, booking, desk) is None
    ]


def _moved(
    r: Request,
    said: Mapping[str, Any],
    booking: Booking,
    desk: Desk,
    key: str,
    remarks: list[Remark],
) -> Request:
    """Take in what was said about the new day and time, as the application does, and hold it."""
    if said.get("correct") == "visit":
        return replace(_let_go(r, desk), date=None, time=None, wish=None)
    names = ("wish", "counter", "visit_date", "visit_time")
    told = {name: said[name] for name in names if name in said}
    if not told:
        return r
    if told.keys() == {"counter"} and told["counter"] != booking.counter and not (r.wish or r.date):
        at = booking.start  # only the counter is to change: the same day and time, if it has them
        told["wish"] = Wish(days=(at.date(),), times=(at.time(),)).to_json()
    elif "wish" in told:
        told["wish"] = _same_day(Wish.from_json(told["wish"]), r, booking).to_json()
    before = as_application(r, booking, desk)
    after, about = application.advance(before, told, desk, "visit_date", key)
    r = replace(
        r, counter=after.counter, wish=after.wish, date=after.visit_date, time=after.visit_time,
        hold=after.hold,
    )
    if after.hold and (after.start, after.counter) == (booking.start, booking.counter):
        remarks.append(Remark("booking_same_time"))
        return replace(_let_go(r, desk), date=None, time=None, wish=None)
    remarks += about
    return r


def _same_day(wish: Wish, r: Request, booking: Booking) -> Wish:
    """Return a wish for another time of day alone as one for the day that is booked."""
    earlier = Wish.from_json(r.wish or {})
    about_day = (wish.days, wish.weekdays, wish.first, wish.last, wish.earliest, wish.latest, wish.anytime)
    said_before = (earlier.days, earlier.weekdays, earlier.first, earlier.last, r.date)
    if any(about_day) or any(said_before) or wish.not_days:
        return wish
    return replace(wish, days=(booking.start.date(),))


def as_application(r: Request, booking: Booking, desk: Desk) -> Application:
    """Return the booking as an application in which only day, time and counter are open.

    So a new time is read, refused, offered and held by the same rules as the first one.
    """
    counter = r.counter or booking.counter
    if counter not in {each.id for each in desk.city.bookable_counters}:
        counter = "any"  # nobody can book there any more
    *others, last = [_settled(booking, card, desk) for card in booking.cards]
    settled = Application(**last, cards=len(booking.cards), done=others or None)
    # Its documents were listed when it was booked.
    settled, _ = application.advance(settled, {}, desk, "visit_date", "")
    return replace(
        settled,
        counter=counter,
        wish=r.wish,
        visit_date=r.date,
        visit_time=r.time,
        hold=r.hold,
        outcome=None,
    )


def _settled(booking: Booking, card: Card, desk: Desk) -> dict[str, Any]:
    """Return a booked card as one about which nothing is open."""
    known = card.expires_on is not None and card.expires_on >= desk.today
    return {
        "notice": "certificate",
        "applicant": booking.applicant_for(card),
        "holder": card.holder,
        "proof_waiver": "neither",
        "reply_form": "ready",
        "reply_form_limit": "unknown",
        "expires_on": card.expires_on.isoformat() if card.expires_on and known else "unknown",
        "expiry_help": "skip",
        "expiry_checked": "confirmed",
        "book_later": "yes",
        "pins": "remembered",
        "name_kana": card.name_kana,
    }


def _confirmed(r: Request, answer: str, desk: Desk, remarks: list[Remark]) -> Request:
    if answer == "yes":
        return replace(r, confirmed="yes")
    if r.action == "cancel":
        remarks.append(Remark("booking_kept"))
        return replace(r, outcome="kept")
    remarks.append(Remark("booking_choose_again"))
    return replace(_let_go(r, desk), date=None, time=None, wish=None)


def _let_go(r: Request, desk: Desk) -> Request:
    if r.hold:
        desk.bookings.release(r.hold)
    return replace(r, hold=None)


def carry_out(r: Request, desk: Desk) -> Booking:
    """Do what was confirmed, once, and return the booking as it is now.

    Raises NotChangeable, and for a change HoldExpired, SlotFull, NotBookable, TryAgain.
    """
    code = str(r.found)
    if r.action == "change":
        return desk.bookings.change(
            code, str(r.hold), key=str(r.hold), city=desk.city, now=desk.now, at=desk.at
        )
    return desk.bookings.cancel(code, key=code, city=desk.city, now=desk.now, at=desk.at)


def refusal(action: str, booking: Booking | None, desk: Desk) -> Remark:
    """Return what to say when the store refuses at the last moment."""
    remark = why_not(action, booking, desk) if booking else None
    return remark or Remark("booking_not_found")


def remark_besides(name: str, desk: Desk) -> Remark:
    """Return the remark on what somebody wants beyond the booking, such as until when it can change."""
    rules = desk.city.booking
    values = {
        "change": hours_in_words.limit_in_words(rules.change_until),
        "cancel": hours_in_words.limit_in_words(rules.cancel_until),
    }
    return Remark(name, values if name == "booking_rules" else {})


# How it reads ------------------------------------------------------------------------------------


def moment(start: datetime) -> str:
    """Return a start as it is said back: 12月3日（木）18時30分."""
    return f"{short_date(start.date())}{japanese_time(start.time())}"


def details(booking: Booking, desk: Desk) -> str:
    """Return a booking as lines of text: code, time, counter, whose cards, what to bring."""
    names = [f"{card.name_kana} 様" for card in booking.cards if card.name_kana]
    lines = [
        f"予約番号　{booking.code}",
        f"日時　{calendar_view.when(booking)}",
        f"窓口　{desk.city.counter_label(booking.counter)}",
        *([f"カードの持ち主　{'、'.join(names)}"] if names else []),
        calendar_view.documents_of(booking, desk.city),
    ]
    return "\n".join(lines)
