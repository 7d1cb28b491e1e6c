"""The procedure: what is asked, in which order, and what each answer means for the rest.

What can turn a person away is asked before a time is (page 5619; the order of docs/procedure in
README). Nothing here knows who asks: the answers come as values, and what is to be said leaves
as remarks that name a sentence of domain.yml.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from renewal import certificate, hours_in_words, opening_hours, party, slots
from renewal.bookings import (
    Bookings,
    BoundMet,
    Hold,
    NotBookable,
    Origin,
    Place,
    SlotFull,
    TryAgain,
)
from renewal.certificate import Status
from renewal.city import DAYS, City, Counter
from renewal.clock import TOKYO
from renewal.date_words import japanese_date, japanese_time, short_date, wish_in_words
from renewal.documents import (
    Applicant,
    Case,
    Certificates,
    Document,
    Holder,
    Pin,
    documents,
    holder_on,
)
from renewal.opening_hours import Closure
from renewal.phone_numbers import hyphenated
from renewal.slots import Slot
from renewal.wish import Wish


@dataclass(frozen=True)
class Desk:
    """Where an application is worked on: the city's rules, the bookings, and the time.

    `now` is the calendar's now (Tokyo), `at` the real one, on which holds run. `origin` is whose
    case it is, None where nobody's bounds apply.
    """

    city: City
    bookings: Bookings
    now: datetime
    at: datetime
    origin: Origin | None = None

    @property
    def today(self) -> date:
        """The calendar's today in Tokyo."""
        return self.now.astimezone(TOKYO).date()


@dataclass(frozen=True)
class Remark:
    """Something to say: `name` is the sentence utter_<name> of domain.yml, `values` fill it."""

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    payload: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Application:
    """The answers so far; None is what is not known yet. Dates are ISO 8601, times HH:MM."""

    family: bool | None = None  # several cards, as far as is known
    cards: int | None = None  # how many, where that was said
    done: list[dict[str, Any]] | None = None  # cards finished (renewal/party.py)
    to_come: list[dict[str, Any]] | None = None  # what is known of those that follow
    pins_each: bool | None = None  # somebody has forgotten: each is asked
    relation: str | None = None
    notice: str | None = None
    applicant: str | None = None
    holder: str | None = None
    near_fifteen: bool | str | None = None
    proof_waiver: str | None = None
    reply_form: str | None = None
    reissue_plan: str | None = None
    reply_form_limit: str | None = None
    expires_on: str | None = None
    half_date: str | None = None  # "2月", whose day is still to be told
    unclear_date: str | None = None  # an expiry, or a day to come on: that is asked
    date_meant: str | None = None
    card_expires_on: str | None = None
    expiry_help: str | None = None
    birthday: str | None = None
    issued_on: str | None = None
    expiry_checked: str | None = None
    book_later: str | None = None
    pins: str | None = None
    forgotten_pins: list[str] | None = None
    certificates: str | None = None
    counter: str | None = None
    wish: dict[str, Any] | None = None
    visit_date: str | None = None
    visit_time: str | None = None
    name_kana: str | None = None
    visitor_name: str | None = None
    phone: str | None = None
    confirmed: str | None = None
    hold: str | None = None
    documents_shown: str | None = None
    outcome: str | None = None

    @classmethod
    def from_slots(cls, slots: Mapping[str, Any]) -> Application:
        """Return the application that the values of a conversation's slots make."""
        return cls(**{f.name: slots.get(f.name) for f in fields(cls)})

    def changes_since(self, before: Application) -> dict[str, Any]:
        """Return the values that differ from an earlier state."""
        return {
            f.name: getattr(self, f.name)
            for f in fields(self)
            if getattr(self, f.name) != getattr(before, f.name)
        }

    @property
    def expiry(self) -> date | None:
        """The certificate's expiry, where it is known."""
        if self.expires_on in (None, "unknown"):
            return None
        return date.fromisoformat(str(self.expires_on))

    @property
    def case(self) -> Case | None:
        """Who comes for whom with which papers, once that is complete."""
        if self.applicant is None or self.holder is None:
            return None
        return Case(
            Applicant(self.applicant),
            Holder(self.holder),
            same_household=self.proof_waiver == "same_household",
            honseki_in_city=self.proof_waiver == "honseki_in_city",
            forgotten_pins=frozenset(Pin(pin) for pin in self.forgotten_pins or ()),
            certificates=Certificates(self.certificates or "both"),
        )

    @property
    def start(self) -> datetime | None:
        """The chosen start (Tokyo), once day and time are chosen."""
        if self.visit_date is None or self.visit_time is None:
            return None
        day, at = date.fromisoformat(self.visit_date), time.fromisoformat(self.visit_time)
        return datetime.combine(day, at, TOKYO)

    @property
    def wished(self) -> Wish:
        """What was said about days and times so far."""
        return Wish.from_json(self.wish or {})


_QUESTIONS_A_CARD = 3
"""Whose it is, until when it is valid, and the name."""

@dataclass(frozen=True)
class _OwnSeatFree:
    """The bookings as somebody finds them whose own seat is held: it is not taken from them."""

    bookings: Bookings
    own: Hold

    def taken(
        self, counter: str, first: datetime, last: datetime, at: datetime
    ) -> dict[datetime, int]:
        found = self.bookings.taken(counter, first, last, at)
        if counter == self.own.counter and self.own.held_until > at:
            for place in self.own.places:
                if place.start in found:
                    found[place.start] -= place.seats
        return found

    def closures(self, first: date, last: date) -> list[Closure]:
        return self.bookings.closures(first, last)


def seats_for(a: Application, desk: Desk) -> slots.Store:
    """Return the bookings to look for free seats in; a time that is theirs already counts as free."""
    return seats_beside(a.hold, desk)


def seats_beside(hold: str | None, desk: Desk) -> slots.Store:
    """Return the bookings with the seats of this hold counted as free, as long as it holds them."""
    own = desk.bookings.held(hold) if hold else None
    return _OwnSeatFree(desk.bookings, own) if own else desk.bookings


# What is asked, in order -------------------------------------------------------------------


def questions(a: Application, desk: Desk) -> Iterator[str]:
    """Yield the slots that this application needs, in the order in which they are asked."""
    yield from _card_questions(a, desk)
    if len(desk.city.bookable_counters) > 1:
        yield "counter"
    yield "visit_date"
    yield "visit_time"
    yield "name_kana"
    if not party.visitor_is_a_holder(a):
        yield "visitor_name"
    yield "phone"
    yield "confirmed"


def _card_questions(a: Application, desk: Desk) -> Iterator[str]:
    if a.unclear_date:
        yield "date_meant"
    if a.family and a.cards is None:
        yield "cards"
    too_early = _status(a, desk) is Status.TOO_EARLY
    if too_early and a.notice is None:  # a date told first may end the matter: it goes first
        yield from _too_early_questions(a, desk)
    yield "notice"
    yield "applicant"
    if a.applicant != "self":
        yield "holder"
    if a.near_fifteen:
        yield "birthday"
    if a.applicant == "legal_representative":
        yield "proof_waiver"
    if a.applicant == "other_proxy":
        yield "reply_form"
        if a.reply_form == "missing":
            yield "reissue_plan"
        else:
            yield "reply_form_limit"
    yield "expires_on"
    if a.expires_on == "unknown":
        yield "expiry_help"
        if a.expiry_help == "compute":
            if not a.near_fifteen:
                yield "birthday"
            yield "issued_on"
    if too_early and a.notice is not None:
        yield from _too_early_questions(a, desk)
    yield "pins"


def _too_early_questions(a: Application, desk: Desk) -> Iterator[str]:
    """Yield what is asked of somebody who is early: whether the date is right, if early by far."""
    _, last = slots.bookable_range(desk.city, desk.now)
    if a.expiry and certificate.renewal_window(a.expiry).renewable_from > last:
        yield "expiry_checked"
    yield "book_later"


def is_begun(a: Application) -> bool:
    """Return whether questions of the application have been answered, not only something told before."""
    return bool(a.notice or a.family or a.done)


def next_question(a: Application, desk: Desk) -> str | None:
    """Return the slot to ask for next, or None when the application has ended or is complete."""
    if a.outcome:
        return None
    return _open(questions(a, desk), a)


def _open(slots_in_order: Iterable[str], a: Application) -> str | None:
    return next((slot for slot in slots_in_order if getattr(a, slot) is None), None)


def questions_left(a: Application, desk: Desk, asked: str) -> int:
    """Return about how many questions there are to the summary, with the one just asked."""
    order = list(questions(a, desk))
    after = order[order.index(asked) + 1 :] if asked in order else order
    # The day is mostly chosen with its time, most people come themselves, and the summary is no question.
    unlikely = {"visit_time", "confirmed"} | (set() if a.applicant else {"holder", "visitor_name"})
    open_ones = [slot for slot in after if getattr(a, slot) is None and slot not in unlikely]
    others = party.number(a) - len(a.done or ()) - 1
    return (asked != "confirmed") + len(open_ones) + others * _QUESTIONS_A_CARD


def step_back(a: Application, desk: Desk, asked: str | None) -> Application:
    """Return the application without the answer given last before the slot now asked for."""
    if asked == "date_meant":
        return replace(a, unclear_date=None)
    order = list(questions(a, desk))
    before = order[: order.index(asked)] if asked in order else order
    answered = [slot for slot in before if getattr(a, slot) is not None]
    if a.done and not set(answered) - {"notice", "pins", "proof_waiver"}:
        a = party.previous_card(a)
        before = list(_card_questions(a, desk))
        answered = [slot for slot in before if getattr(a, slot) is not None]
    if not answered:
        return a
    last = answered[-1]
    if last == "holder" and a.applicant == "self":
        last = "applicant"
    if last == "name_kana":
        return party.without_names(a)
    cleared = {last: None}
    if last in ("visit_date", "visit_time"):
        cleared = {"visit_date": None, "visit_time": None, "wish": None}
    return replace(a, **cleared)


# What an answer means ----------------------------------------------------------------------


def advance(
    a: Application, answers: Mapping[str, Any], desk: Desk, asked: str | None, key: str
) -> tuple[Application, list[Remark]]:
    """Return the application with these answers taken in, and what is to be said about them.

    `key` makes the hold of a seat happen once, however often the same message arrives.
    """
    answers = dict(answers)
    began = a
    remarks: list[Remark] = []
    if answers.pop("no_phone", False):
        remarks.append(Remark("no_phone"))
    if answers.pop("other_guardian", False):
        # 保佐人, 補助人, 任意後見人: never treated as legal representatives here (facts, OPEN).
        return replace(a, outcome="other_guardian"), [Remark("ask_other_guardian")]
    if answers.pop("period_of_stay", None) == "yes":
        # Card and certificates end with the stay, and no notice is sent for it (facts, section 3).
        return replace(a, outcome="call_centre"), [Remark("period_of_stay_yes")]
    answers = {"half_date": None, **_refuse_invalid(answers, remarks)}
    if asked == "reply_form" and answers.get("reply_form") and answers.get("applicant") == "self":
        del answers["applicant"]  # the holder wrote the form that a proxy brings: ある（本人が記入）
    a = _people_counted(a, answers, desk, remarks)
    a, anew = _thought_again(a, answers)
    if comes := answers.pop("comes", None):
        a = _comes_or_not(a, comes, answers)
    if children := answers.pop("children", None):
        a = party.children_told(a, children)
        answers = {k: v for k, v in answers.items() if k not in ("applicant", "holder")}
    a, noted = _expiries_told(a, answers)
    answers |= _what_a_date_means(a, answers, remarks)
    if name := answers.pop("name_of", None):
        a = party.with_name_at(a, *name)
    if answers.get("name_kana") and a.done:
        a = party.with_name(a, answers.pop("name_kana"))
        for name in answers.pop("more_names", ()):
            a = a if a.name_kana else party.with_name(a, name)
    taken = {name: value for name, value in answers.items() if name in _FIELDS}
    before = a
    if taken.get("pins") == "forgotten" and party.has_more(a) and not a.pins_each:
        # Who of them it is decides what each brings.
        taken = {**taken, "pins": None, "forgotten_pins": None, "pins_each": True}
    a = replace(a, **{name: value for name, value in taken.items() if name != "wish"})
    a = _reset_dependents(before, a)
    for step in (_notice, _age, _people, _reply_form, _expiry, _pins, _counter):
        a = step(before, a, desk, remarks)
    if not any(remark.name.startswith("impossible") for remark in remarks):
        remarks = _said_back(before, a, asked, desk) + _names_said_back(began, a) + remarks
    remarks = anew + remarks
    remarks += noted
    if a.outcome and party.number(a) > 1:
        a = party.without_this_card(replace(a, outcome=None))
        remarks.append(Remark("others_go_on", {"number": party.number(a)}))
    if a.outcome:
        return a, remarks
    a = party.with_shared_proof(a)
    while party.has_more(a) and not _open(_card_questions(a, desk), a):
        a = _begin_next_card(a, desk, remarks)
    counters = desk.city.bookable_counters
    if not counters and not _open(_card_questions(a, desk), a):
        a = _show_documents(a, desk, remarks)
        return replace(a, outcome="walk_in"), [*remarks, Remark("no_booking_needed")]
    if len(counters) == 1 and a.counter in (None, "any"):
        a = replace(a, counter=counters[0].id)
    a = _counter_for_all(a, desk, remarks)
    told_when = Wish.from_json(answers.get("wish"))
    if asked == "counter" and told_when or (_has_hour(a.wished.merged_with(told_when)) and not asked_too_soon(a, desk)):
        a = _counter_by_wish(a, told_when, desk)
    if asked_too_soon(a, desk):
        answers["wish"] = _without_hopeless_wish(a, answers.get("wish"), desk, remarks)
        remarks += _wish_said_back(before, a, answers, desk)
    elif a.counter is None:
        remarks += _wish_heard(wish_in_words(Wish.from_json(answers.get("wish"))))
    by_wish = a.counter if before.counter is None and "counter" not in answers else None
    a = _visit(before, a, answers, desk, asked, key, remarks)
    decided = _holder_on_the_day(before, a, remarks)
    if decided != a and not asked_too_soon(decided, desk):
        decided = _visit(before, decided, {}, desk, asked, key, remarks)
    a = decided
    if by_wish and by_wish == a.counter and not a.hold and len(counters) > 1:
        remarks.append(Remark("only_counter", {"counter": desk.city.counters[by_wish].short_label}))
    a = _show_documents(a, desk, remarks)
    return a, remarks + _booked_already(before, a, desk)


def _booked_already(before: Application, a: Application, desk: Desk) -> list[Remark]:
    """Point out, before it is booked twice, what this conversation has booked for the same name and phone."""
    if desk.origin is None or next_question(a, desk) != "confirmed" or a.phone is None:
        return []
    if (before.phone, before.name_kana) == (a.phone, a.name_kana):
        return []
    names = {card.name_kana for card in party.each(a)}
    booked = [
        booking
        for booking in desk.bookings.find_in_conversation(desk.origin.conversation, desk.now)
        if booking.phone == a.phone and names & {card.name_kana for card in booking.cards}
    ]
    return [Remark("booked_already", {"when": starts_in_words([each.start for each in booked])})] if booked else []


_FIELDS = {f.name for f in fields(Application)}


def _what_a_date_means(
    a: Application, answers: dict[str, Any], remarks: list[Remark]
) -> dict[str, Any]:
    """Return what is to be taken in of a date that may be an expiry or the day to come on."""
    pending = answers.get("unclear_date") or a.unclear_date
    if pending == a.expires_on:
        return {"unclear_date": None, "date_meant": None}  # said once more
    expiry_known = a.expiry or answers.get("expires_on")
    wish = Wish.from_json(answers.get("wish"))
    of_all = wish.earliest or wish.latest
    another_day = (wish.days or wish.weekdays or of_all) and pending not in [str(day) for day in wish.days]
    if another_day and not expiry_known:  # when they come is told now: the date was the other one
        answers["date_meant"] = "expires_on"
    meant = answers.get("date_meant") or ("visit" if expiry_known else None)
    if pending is None or meant is None:
        if pending and pending != a.unclear_date:
            remarks.append(Remark("date_heard", {"day": japanese_date(date.fromisoformat(pending))}))
        return {"date_meant": None}
    said: dict[str, Any] = {"expires_on": pending}
    if meant == "visit":
        said = {"wish": {**wish.to_json(), "days": [pending]}}
    return {**said, "unclear_date": None, "date_meant": None}


def _expiries_told(a: Application, answers: dict[str, Any]) -> tuple[Application, list[Remark]]:
    """Take in the expiry dates of several cards: this one's as its answer, the others' as known."""
    told = answers.pop("expiries", None)
    if not told:
        return a, []
    for name in ("expires_on", "unclear_date", "wish"):  # the same dates, not known whose
        answers.pop(name, None)
    if len(told) == 1 and min(told) < len(a.done or ()):  # put right
        a = party.turned_to(a, min(told))
    here = len(a.done or ())
    if here in told:
        answers["expires_on"] = told.pop(here)
    noted = [
        Remark(
            "expiry_noted",
            {
                "whose": party.label(place, party.known(a, place)),
                "expires_on": japanese_date(date.fromisoformat(day)),
            },
        )
        for place, day in sorted(told.items())
    ]
    return party.with_expiries(a, told), noted


def _thought_again(a: Application, answers: dict[str, Any]) -> tuple[Application, list[Remark]]:
    """Take in that the card is another's, or that another comes: what was told of the first stands for neither."""
    other_card, another_comes = answers.pop("other_card", False), answers.pop("another_comes", False)
    if other_card and party.number(a) == 1:
        return replace(party.of_another_holder(a), visitor_name=None), [Remark("reopened", {"what": "@row_holder"})]
    if another_comes and a.applicant in ("legal_representative", "other_proxy"):
        return replace(a, visitor_name=None), [Remark(f"another_comes_{a.applicant}")]
    return a, []


def _comes_or_not(
    a: Application, told: tuple[int, bool], answers: dict[str, Any]
) -> Application:
    """Take in that the holder of one of several cards comes along after all, or does not."""
    place, comes = told
    a = party.turned_to(a, place)
    answers["applicant"] = "self" if comes else "other_proxy"
    a = replace(a, reply_form=None, reply_form_limit=None, reissue_plan=None)
    return replace(a, visitor_name=None) if comes else a


def _begin_next_card(a: Application, desk: Desk, remarks: list[Remark]) -> Application:
    asked_before = party.known(a, len(a.done or ()) + 1).get("pins")
    a = party.with_shared_proof(party.next_card(a))
    if asked_before or _status(a, desk) in (None, Status.INSIDE):
        return a
    a = _expiry(replace(a, expires_on=None), a, desk, remarks)  # what was told of it before
    if a.outcome:
        a = party.without_this_card(replace(a, outcome=None))
        remarks.append(Remark("others_go_on", {"number": party.number(a)}))
    return a


def _people_counted(
    a: Application, answers: dict[str, Any], desk: Desk, remarks: list[Remark]
) -> Application:
    """Take in how many cards there are and whose they are, which decides what is asked at all."""
    people, cards = answers.pop("people", None), answers.pop("cards", None)
    by, without = answers.pop("cards_by", 0), answers.pop("without", None)
    before = party.number(a)
    if people and before == 1 and not a.done:
        a = party.begin(a, people)
    if by and a.cards is None and by < 0:
        by = 0  # of one card none can be left out
    if by and without is not None and before > 1:
        a, by = party.without(a, without), 0
    if cards is None and by:
        cards = max(1, before + by)
    if cards == "several":
        a = replace(a, family=True)
    elif cards == 0:
        remarks.append(Remark("card_renewal"))
        a = replace(a, cards=1, family=False, outcome="card_renewal")
    elif cards is not None:
        a = party.counted(a, int(cards))
    if party.number(a) > desk.city.booking.max_cards:
        remarks.append(Remark("too_many_cards", {"most": desk.city.booking.max_cards}))
        a = replace(party.counted(a, 1), cards=None, family=True)
    elif party.number(a) != before and party.number(a) > 1:
        remarks.append(Remark("understood_cards", {"number": party.number(a)}))
    elif party.number(a) != before and not a.outcome:
        whose = f"{a.name_kana} 様" if a.name_kana else f"@whose_{a.holder}" if a.holder else None
        remarks.append(Remark("understood_one_card_of", {"whose": whose}) if whose else Remark("understood_one_card"))
    if party.number(a) != before and a.hold:
        desk.bookings.release(a.hold)
        a = replace(a, hold=None)
    return a


def _refuse_invalid(answers: dict[str, Any], remarks: list[Remark]) -> dict[str, Any]:
    good: dict[str, Any] = {}
    for name, value in answers.items():
        # A wish tells what is impossible in it by itself, and may hold more that is good.
        if name != "wish" and isinstance(value, dict) and "invalid" in value:
            days = [short_date(date.fromisoformat(day)) for day in value.get("candidates", ())]
            values = {"said": value["text"], "candidates": "、".join(days)}
            remarks.append(Remark(f"invalid_{value['invalid']}", values))
            if value["invalid"] == "day_missing":
                good["half_date"] = value["text"]
        else:
            good[name] = value
    return good


def _reset_dependents(before: Application, a: Application) -> Application:
    if a.expires_on != before.expires_on and before.expires_on is not None:
        a = replace(a, expiry_checked=None, book_later=None)
    if a.reply_form != before.reply_form:
        a = replace(a, reissue_plan=None)
    if before.applicant and a.applicant != before.applicant and a.visitor_name == before.visitor_name:
        a = replace(a, visitor_name=None)  # that of another who was to come
    if before.confirmed is None and a.changes_since(before).keys() - {"confirmed"}:
        return replace(a, confirmed=None)  # a "yes" that changes something is not yet a yes
    return a


def _notice(before: Application, a: Application, desk: Desk, remarks: list[Remark]) -> Application:
    both_dates = (
        a.expiry
        and a.card_expires_on
        and certificate.is_card_renewal(None, a.expiry, date.fromisoformat(a.card_expires_on))
    )
    if a.notice == "card" and party.is_several(a) and not a.done:
        # Only those whose notice is about the certificate go on; how many, they know.
        remarks.append(Remark("card_renewal_some"))
        alone = replace(party.counted(a, 1), relation=None, applicant=None, holder=None)
        return replace(alone, notice="certificate", cards=None, family=True)
    if a.notice == "card" or both_dates:
        remarks.append(Remark("card_renewal"))
        return replace(a, outcome="card_renewal")
    if a.notice == "none" and before.notice != "none":
        if not desk.city.booking.bookable_without_notice:
            remarks.append(Remark("walk_in_without_notice"))
            return replace(a, outcome="walk_in")
        remarks.append(Remark("notice_not_come"))
    return a


def _age(before: Application, a: Application, desk: Desk, remarks: list[Remark]) -> Application:
    """Take the holder for a child where no day that can be booked is after the 15th birthday.

    Who may be 15 by then, and comes alone, is taken for that until a day is chosen.
    """
    if a.near_fifteen and a.birthday is None and a.expiry_help == "skip" != before.expiry_help:
        remarks.append(Remark("birthday_needed"))
        return replace(a, expiry_help=before.expiry_help)
    if not a.near_fifteen or (a.birthday is None and a.applicant != "self"):
        return a
    if a.birthday is None:
        return replace(a, holder="general")
    if a.birthday == before.birthday:
        return a
    _, last = slots.bookable_range(desk.city, desk.now)
    if holder_on(date.fromisoformat(str(a.birthday)), last).value == "under_15":
        return replace(a, holder="under_15")
    return replace(a, holder="general") if a.applicant == "self" else a


def _people(before: Application, a: Application, desk: Desk, remarks: list[Remark]) -> Application:
    if a.applicant == "self" and a.holder is None:
        return replace(a, holder="general")
    if a.applicant == "self" and a.holder != "general":
        if (a.applicant, a.holder) != (before.applicant, before.holder):
            remarks.append(Remark(f"impossible_self_{a.holder}"))
        return replace(a, applicant=None)
    if a.applicant == "legal_representative" and a.holder == "general":
        # A parent of somebody of 15 or older is an ordinary proxy (facts.md, section 2).
        remarks.append(Remark("representative_becomes_proxy"))
        # Should another day make the holder a child again, the parent is a representative again.
        near = "representative" if a.near_fifteen else a.near_fifteen
        return replace(a, applicant="other_proxy", near_fifteen=near)
    if a.applicant == "other_proxy" and a.holder in ("under_15", "adult_ward"):
        remarks.append(Remark(f"impossible_proxy_{a.holder}"))
        return replace(a, applicant=None)
    return a


def _reply_form(
    before: Application, a: Application, desk: Desk, remarks: list[Remark]
) -> Application:
    if a.applicant != "other_proxy":
        return a
    if a.reply_form == "missing" and before.reply_form != "missing":
        remarks.append(Remark("reply_form_missing"))
    if a.reply_form == "other_hand" and before.reply_form != "other_hand":
        remarks.append(Remark("reply_form_other_hand"))
    if a.reply_form_limit not in (None, "unknown", before.reply_form_limit):
        limit = date.fromisoformat(str(a.reply_form_limit))
        if limit < desk.today:
            remarks.append(Remark("reply_form_past_limit", {"limit": japanese_date(limit)}))
            return replace(a, reply_form="missing", reply_form_limit=None, reissue_plan=None)
    if a.reissue_plan == "later":
        remarks.append(Remark("come_back_with_form"))
        return replace(a, outcome="reissue_first")
    return a


def _status(a: Application, desk: Desk) -> Status | None:
    if a.expiry is None:
        return None
    return certificate.renewal_window(a.expiry).status(desk.today)


def _expiry(before: Application, a: Application, desk: Desk, remarks: list[Remark]) -> Application:
    if a.expires_on == "unknown" and a.birthday and a.issued_on and a.expiry_help == "compute":
        a = _computed_expiry(a, desk, remarks)
    if a.expiry_checked in ("recheck", "blank", "card") and a.expires_on == before.expires_on:
        if a.expiry_checked != "recheck":
            blank = a.expiry_checked == "blank"
            remarks.append(Remark("expiry_field_blank" if blank else "where_expiry_stands"))
        a = replace(a, expires_on=None, expiry_checked=None)
    if a.expires_on == "unknown" and before.expires_on != "unknown":
        remarks.append(Remark("where_expiry_stands"))
    skipped = a.expiry_help == "skip" and before.expiry_help != "skip"
    if a.expires_on == "unknown" and skipped and not a.issued_on:
        remarks.append(Remark("expiry_unknown_goes_on"))
    status = _status(a, desk)
    if status is None or a.expiry is None:
        return a
    window = certificate.renewal_window(a.expiry)
    words = {
        "expires_on": japanese_date(a.expiry),
        "renewable_from": japanese_date(window.renewable_from),
    }
    if status is Status.TOO_EARLY:
        return _too_early(before, a, window.renewable_from, words, desk, remarks)
    # Of another date inside the period it is enough to hear that it was changed.
    again_inside = status is Status.INSIDE and _status(before, desk) is status
    if a.expiry == desk.today and a.expires_on != before.expires_on:
        remarks.append(_last_day(words, desk))
    elif a.expires_on != before.expires_on and not again_inside:
        remarks.append(Remark(f"window_{status.value}", words))
    if status is Status.EXPIRED and not desk.city.booking.bookable_after_expiry:
        remarks.append(Remark("expired_not_bookable"))
        return replace(a, outcome="call_centre")
    return a


def _last_day(words: dict[str, str], desk: Desk) -> Remark:
    """Return what is said of a certificate that ends today: it can be renewed until the counter closes."""
    spans = open_today(desk)
    return Remark(
        "window_last_day" if spans else "window_last_day_closed",
        {**words, "open_today": spans},
    )


def open_today(desk: Desk) -> str:
    """Return until when those without a booking are still received today, and where, "" when no more."""
    closures = desk.bookings.closures(desk.today, desk.today)
    now = desk.now.astimezone(TOKYO).time()
    places = []
    for counter in desk.city.open_counters:
        walk_in = opening_hours.walk_in_hours(desk.city, counter.id, desk.today, closures)
        spans = [span for hours in walk_in for span in hours.spans if span[1] > now]
        times = "と".join(
            f"{japanese_time(begins)}から{japanese_time(ends)}まで" if begins > now else f"{japanese_time(ends)}まで"
            for begins, ends in spans
        )
        places += [f"{counter.short_label}は{times}"] if times else []
    return "、".join(places)


def _too_early(
    before: Application,
    a: Application,
    renewable_from: date,
    words: dict[str, str],
    desk: Desk,
    remarks: list[Remark],
) -> Application:
    _, last = slots.bookable_range(desk.city, desk.now)
    if a.expires_on != before.expires_on and a.expiry_checked != "confirmed":
        remarks.append(Remark("window_too_early", words))
    if a.expiry_checked == "confirmed" and renewable_from > last:
        opens = opens_for_booking(a, desk, renewable_from)
        remarks.append(Remark("too_early_to_book", {**words, "opens_on": japanese_date(opens)}))
        return replace(a, outcome="too_early")
    if a.book_later == "no":
        remarks.append(Remark("too_early_come_back", words))
        return replace(a, outcome="too_early")
    return a


def _computed_expiry(a: Application, desk: Desk, remarks: list[Remark]) -> Application:
    birthday, issued = date.fromisoformat(str(a.birthday)), str(a.issued_on)
    made = int(issued) if len(issued) == 4 else date.fromisoformat(issued)
    try:
        candidates = certificate.possible_expiries(made, birthday)
    except ValueError:
        remarks.append(Remark("issued_before_birth"))
        return replace(a, birthday=None, issued_on=None)
    days = "、または".join(japanese_date(day) for day in candidates)
    early = [
        certificate.renewal_window(day).status(desk.today) is Status.TOO_EARLY for day in candidates
    ]
    name = "expiry_computed_either" if any(early) else "expiry_computed_renewable"
    remarks.append(Remark(name, {"candidates": days}))
    if all(early):  # whichever it is
        return replace(a, expires_on=candidates[0].isoformat(), expiry_help="skip")
    return replace(a, expiry_help="skip")


def _pins(before: Application, a: Application, desk: Desk, remarks: list[Remark]) -> Application:
    unsaid = before.pins != "forgotten" or before.applicant != a.applicant
    if a.pins == "forgotten" and unsaid and a.applicant:
        remarks.append(Remark(f"pins_forgotten_{a.applicant}"))
    return a


def _counter(before: Application, a: Application, desk: Desk, remarks: list[Remark]) -> Application:
    if a.counter not in (None, "any", before.counter):
        counter = desk.city.counters[str(a.counter)]
        if not counter.bookable:
            name = "counter_without_booking" if counter.enabled else "counter_not_bookable"
            remarks.append(Remark(name, {"counter_label": counter.label}))
            return replace(a, counter=before.counter)
    return a


def _counter_for_all(a: Application, desk: Desk, remarks: list[Remark]) -> Application:
    """Leave a counter where so many cards never find a place at once, and name one where they do."""
    if party.number(a) == 1 or a.counter in (None, "any") or a.hold:
        return a
    alone = replace(a, wish=None)
    if offer(alone, desk, limit=1):
        return a
    elsewhere = offer(replace(alone, counter="any"), desk, limit=1)
    counters = desk.city.counters
    remarks.append(
        Remark(
            "counter_too_small" if elsewhere else "no_counter_large_enough",
            {
                "number": party.number(a),
                "counter_label": counters[str(a.counter)].short_label,
                "other_label": counters[elsewhere[0].counter].short_label if elsewhere else "",
            },
        )
    )
    return replace(a, counter=None, visit_date=None, visit_time=None)


def _has_hour(wish: Wish) -> bool:
    return bool(wish.times or wish.from_time or wish.until_time)


def _counter_by_wish(a: Application, said: Wish, desk: Desk) -> Application:
    """Return the application with the one counter that has what was wished ("木曜の夜")."""
    wish = a.wished.merged_with(said).to_json()
    if a.counter is not None:
        return a
    found = [
        id_
        for id_ in counters_wanted(a, desk)
        if offer(replace(a, counter=id_, wish=wish), desk, limit=1)
    ]
    return replace(a, counter=found[0]) if len(found) == 1 else a


_SAID_BACK = (
    "notice", "applicant", "holder", "proof_waiver", "birthday", "issued_on", "reply_form", "reply_form_limit",
    "expires_on", "counter", "pins", "name_kana", "visitor_name", "phone",
)  # fmt: skip


def _said_back(before: Application, a: Application, asked: str | None, desk: Desk) -> list[Remark]:
    """Say in a line what was understood: several answers at once, or an answer that changed."""
    changed = a.changes_since(before)
    corrected = [
        name
        for name in _SAID_BACK
        if name in changed
        and getattr(before, name) not in (None, "unknown")
        and getattr(a, name) is not None
        and not (name == "reply_form" and a.applicant == "other_proxy" and a.reply_form != "ready")
    ]
    if a.outcome:
        return []
    if asked is None and changed.keys() & _FIELDS == {"notice"} and a.notice == "certificate":
        return [Remark("understood_notice")]
    said = [Remark("changed", {"what": f"@slot_{name}", "value": word(name, a, desk)}) for name in corrected]
    noted = _noted(before, a, asked, desk)
    return said + (_people_said_back(before, a, asked) if not said else []) + noted


def _people_said_back(before: Application, a: Application, asked: str | None) -> list[Remark]:
    """Say whose card it is and who comes as soon as that is settled: nothing is decided silently."""
    whose, who = {"whose": f"@whose_{a.holder}"}, {"who": f"@who_{a.applicant}"}
    comes, holds = (getattr(before, name) is None and getattr(a, name) for name in ("applicant", "holder"))
    if party.number(a) > 1:
        place = len(a.done or ()) + 1
        return [Remark("who_comes_of", {"place": place, **whose, **who})] if comes and holds else []
    if a.applicant not in (None, "self") and holds and (comes or asked in (None, "notice")):
        if a.applicant == "legal_representative" and a.proof_waiver == "same_household":
            who = {"who": "@who_legal_representative_at_home"}
        return [Remark("understood", {**whose, **who})]
    if comes:
        return [Remark("who_comes", who)]
    return [Remark("understood_holder", whose)] if holds and asked != "holder" else []


_NOTED = ("notice", "proof_waiver", "pins", "birthday", "issued_on", "reply_form", "reply_form_limit", "phone")


def _noted(before: Application, a: Application, asked: str | None, desk: Desk) -> list[Remark]:
    """Say what was told without being asked for, where no sentence of its own says it."""
    told = [name for name in _NOTED if getattr(before, name) is None and getattr(a, name) and name != asked]
    own = {*({("proof_waiver", "same_household")} if before.holder is None and a.holder else ()), ("notice", "none"), ("pins", "forgotten")}
    own |= {("reply_form", "missing"), ("reply_form", "other_hand")} if a.applicant == "other_proxy" else set()
    items = [
        [f"@slot_{name}", "は「", word(name, a, desk), "」"]
        for name in told
        if (name, getattr(a, name)) not in own and getattr(a, name) != "unknown"
    ]
    return [Remark("heard", {"items": items})] if items else []


def _names_said_back(before: Application, a: Application) -> list[Remark]:
    """Say a name as soon as it is told; one put right is said as that (`_said_back`)."""
    if a.outcome:
        return []
    known = [name for card in party.each(before) for name in (card.name_kana, card.visitor_name) if name]
    told = [name for card in party.each(a) for name in (card.name_kana, card.visitor_name) if name]
    new = [name for name in dict.fromkeys(told) if name not in known]
    return [Remark("name_heard", {"name": name}) for name in new] if len(told) > len(known) else []


def _without_hopeless_wish(
    a: Application, said: dict[str, Any] | None, desk: Desk, remarks: list[Remark]
) -> dict[str, Any] | None:
    """Say at once that counters are closed when somebody wants to come, not at the end of all questions."""
    wish = Wish.from_json(said)
    if not wish or wish.invalid:
        return said
    if _never_open(wish, desk):
        remarks.append(_nothing_fits(wish, desk))
        return None
    whys = [why_not_on(a, desk, day) for day in wish.days]
    closed = [why for why in whys if why and why.name.startswith("day_closed")]
    if closed and len(closed) == len(whys):
        remarks.append(closed[0])
        return replace(wish, days=()).to_json() or None
    return said


def _never_open(wish: Wish, desk: Desk) -> bool:
    """Return whether only weekdays are wished on which no counter has bookable hours."""
    hours = [each for counter in desk.city.bookable_counters for each in counter.hours if each.bookable]
    wished = {DAYS[weekday] for weekday in wish.weekdays}
    return bool(wished) and not wish.days and not any(wished & set(each.days) for each in hours)


def _nothing_fits(wish: Wish, desk: Desk) -> Remark:
    if _never_open(wish, desk):
        days = wish_in_words(replace(Wish(), weekdays=wish.weekdays))
        wished = {DAYS[weekday] for weekday in wish.weekdays}
        hours = (each for counter in desk.city.open_counters for each in counter.hours)
        walk_in = any(wished & set(each.days) for each in hours)
        return Remark("day_closed_walk_in_only" if walk_in else "day_closed_weekend", {"day": days[0]})
    return Remark("nothing_fits_wish")


def _wish_said_back(
    before: Application, a: Application, answers: Mapping[str, Any], desk: Desk
) -> list[Remark]:
    """Say what was understood of day, time and counter while other questions come first."""
    parts = wish_in_words(Wish.from_json(answers.get("wish")))
    told = before.counter is None and len(desk.city.bookable_counters) > 1
    if told and a.counter in desk.city.counters:
        parts.append(desk.city.counters[str(a.counter)].short_label)
    if not parts and Wish.from_json(answers.get("wish")).anytime:
        return [Remark("understood_anytime")]
    return [Remark("understood_wish", {"wish": "、".join(parts)})] if parts else []


def _wish_heard(parts: list[str]) -> list[Remark]:
    return [Remark("wish_heard", {"wish": "、".join(parts)})] if parts else []


def word(name: str, a: Application, desk: Desk) -> str:
    """Return an answer as a person reads it; "@…" names a word of domain.yml."""
    value = str(getattr(a, name))
    if name == "counter" and value in desk.city.counters:
        return desk.city.counters[value].label
    if name == "expires_on" and a.expiry:
        return japanese_date(a.expiry)
    if name in ("birthday", "reply_form_limit") or (name == "issued_on" and len(value) > 4):
        return japanese_date(date.fromisoformat(value))
    if name == "issued_on":
        return f"{value}年"
    if name in ("name_kana", "visitor_name"):
        return f"{value} 様"
    if name == "phone":
        return hyphenated(value)
    return f"@{name}_{value}"


# Day and time ------------------------------------------------------------------------------


def not_before(a: Application, desk: Desk) -> date | None:
    """Return the first day these people may come: windows, and a form that must arrive first."""
    days = []
    for card in party.each(a):
        if card.expiry:
            days.append(certificate.renewal_window(card.expiry).renewable_from)
        if card.applicant == "other_proxy" and card.reply_form == "missing":
            days.append(desk.today + timedelta(days=desk.city.reply_form.reissue_days))
    return max(days, default=None)


def opens_for_booking(a: Application, desk: Desk, day: date) -> date:
    """Return from which day on this person can book a day."""
    return min(slots.opens_for_booking(desk.city, id_, day) for id_ in counters_wanted(a, desk))


def bookable_range(a: Application, desk: Desk) -> tuple[date, date]:
    """Return the first and the last day that can be booked now at the counters wanted."""
    return slots.bookable_range(desk.city, desk.now, counters=counters_wanted(a, desk))


def bookable_days(a: Application, desk: Desk) -> tuple[date, date]:
    """Return the first and the last day that this person can book now."""
    first, last = slots.bookable_range(desk.city, desk.now, counters=counters_wanted(a, desk))
    return max(first, not_before(a, desk) or first), last


def counters_wanted(a: Application, desk: Desk) -> list[str]:
    """Return the counters to search: the chosen one, or all that can be booked."""
    if a.counter in (None, "any"):
        return [counter.id for counter in desk.city.bookable_counters]
    return [str(a.counter)]


def counters_in_order(a: Application, desk: Desk) -> list[Counter]:
    """Return the counters to choose from, as the file has them; after a wish, the first to fit it first."""
    counters = list(desk.city.bookable_counters)
    if not a.wished:
        return counters
    fitting = [slot.counter for slot in offer(replace(a, counter="any"), desk, limit=1000)]
    return sorted(counters, key=lambda each: fitting.index(each.id) if each.id in fitting else len(fitting))


def offer(a: Application, desk: Desk, limit: int = 4) -> list[Slot]:
    """Return the next free starts that fit what the person wished, or the last, earliest first."""
    return slots.next_free(
        seats_for(a, desk),
        desk.city,
        counters_wanted(a, desk),
        _within_limit(a, a.wished),
        desk.now,
        desk.at,
        seats=party.number(a),
        not_before=not_before(a, desk),
        limit=limit,
        latest=a.wished.latest,
    )


def why_closed(a: Application, desk: Desk, day: date) -> str:
    """Return in words why no counter is open that day, as a word of domain.yml or a closure's reason."""
    closures = desk.bookings.closures(day, day)
    kind = opening_hours.why_closed(desk.city, counters_wanted(a, desk)[0], day, closures)
    if kind == "closure":
        reason = opening_hours.closed_because(desk.city, counters_wanted(a, desk)[0], day, closures)
        return reason.rstrip("。")
    return opening_hours.is_holiday(day) or "" if kind == "holiday" else f"@why_{kind}"


def free_on(a: Application, desk: Desk, day: date) -> list[Slot]:
    """Return the free starts of a day at the counters wanted, by the wished times if any fit."""
    found = list(
        slots.fitting(
            seats_for(a, desk),
            desk.city,
            counters_wanted(a, desk),
            day,
            day,
            desk.now,
            desk.at,
            seats=party.number(a),
        )
    )
    wished = [slot for slot in found if a.wished.on(day).allows_time(slot.start.time())]
    by_start = {slot.start: slot for slot in reversed(wished or found)}  # one counter a time
    return [by_start[start] for start in sorted(by_start)]


class _Bounded:
    """A wish, and a last day besides."""

    def __init__(self, wish: Wish, last: date) -> None:
        self._wish, self._last = wish, last

    def allows(self, day: date, at: time) -> bool:
        return day <= self._last and self._wish.allows(day, at)


def _within_limit(a: Application, wish: Wish) -> slots.Wish:
    limit = _form_limit(a)
    return _Bounded(wish, limit) if limit else wish


def _form_limit(a: Application) -> date | None:
    """Return the last day on which every reply form of these cards is good, where one is known."""
    limits = [
        date.fromisoformat(str(card.reply_form_limit))
        for card in party.each(a)
        if card.applicant == "other_proxy" and card.reply_form_limit not in (None, "unknown")
    ]
    return min(limits, default=None)


def _visit(
    before: Application,
    a: Application,
    answers: Mapping[str, Any],
    desk: Desk,
    asked: str | None,
    key: str,
    remarks: list[Remark],
) -> Application:
    said = Wish.from_json(answers["wish"]) if answers.get("wish") else None
    if said and a.counter == before.counter and _is_held(said, a, desk):
        said = None  # the time that is theirs already
    for invalid in said.invalid if said else ():
        remarks.append(_invalid_remark(invalid))
    if said and not said.invalid:
        a = replace(a, wish=a.wished.merged_with(said).to_json())
        of_all = (said.earliest or said.latest) and asked != "visit_time"
        if said.days or said.weekdays or said.first or of_all:
            a = replace(a, visit_date=None, visit_time=None)
        elif said.times or said.from_time or said.until_time:
            a = replace(a, visit_time=None)
    if "visit_date" in answers and "visit_time" not in answers:
        a = replace(a, visit_time=None)
    moved = (a.counter, a.visit_date, a.visit_time) != (
        before.counter,
        before.visit_date,
        before.visit_time,
    )
    if a.visit_date and a.visit_date == before.visit_date:
        a = _without_a_day_left_out(a, desk, remarks)
    if a.counter is None or (asked_too_soon(a, desk) and before.visit_time is None):
        return a
    if a.counter != before.counter and before.counter is not None and a.visit_date:
        a = replace(a, wish=_wish_for(a).to_json(), visit_date=None, visit_time=None)
    if a.visit_date is None:
        a = _choose_day(a, desk, said is not None, remarks)
    if a.visit_date and a.visit_time is None:
        a = _choose_time(a, desk, said or Wish(), asked, remarks)
    if a.start and (moved or a.hold is None or a.start != before.start):
        return _hold(a, desk, key, remarks)
    if a.start is None and a.hold:
        desk.bookings.release(a.hold)
        return replace(a, hold=None)
    return a


def _without_a_day_left_out(a: Application, desk: Desk, remarks: list[Remark]) -> Application:
    """Give the chosen day up where an answer put right since then leaves it out."""
    left_out = _left_out(a, desk, date.fromisoformat(str(a.visit_date)))
    if left_out is None:
        return a
    if not any(remark.name == "window_too_early" for remark in remarks):
        remarks.append(left_out)
    wish = replace(a.wished, days=(), choices=(), times=())
    return replace(a, wish=wish.to_json(), visit_date=None, visit_time=None, confirmed=None)


def _is_held(said: Wish, a: Application, desk: Desk) -> bool:
    """Return whether it names just the time that is held for this application."""
    hold = desk.bookings.held(a.hold) if a.hold else None
    if hold is None:
        return False
    start = hold.start.astimezone(TOKYO)
    return said in (Wish(times=(start.time(),)), Wish(days=(start.date(),), times=(start.time(),)))


def _holder_on_the_day(before: Application, a: Application, remarks: list[Remark]) -> Application:
    """Judge under 15 on the day of the visit, where the birthday is known (facts.md, section 2)."""
    wished = a.wished.days
    if a.visit_date is None and len(wished) != 1:
        return a
    on = date.fromisoformat(a.visit_date) if a.visit_date else wished[0]
    changed = [
        at
        for at, card in enumerate(party.each(a))
        if card.birthday
        and card.near_fifteen
        and holder_on(date.fromisoformat(card.birthday), on).value != card.holder
    ]
    if not changed:
        return a
    a = party.turned_to(a, changed[0])
    holder = holder_on(date.fromisoformat(str(a.birthday)), on).value
    if holder == "under_15":
        remarks.append(Remark("holder_under_15_by_visit"))
        of_a_child = a.applicant != "self" or a.relation == "child"
        parent = of_a_child and a.near_fifteen == "representative"
        return replace(a, holder=holder, applicant="legal_representative" if parent else None)
    remarks.append(Remark("holder_of_age_by_visit"))
    if a.applicant == "legal_representative":  # again one, should it be an earlier day after all
        a = replace(a, near_fifteen="representative")
    return replace(a, holder=holder, applicant="self" if a.applicant == "self" else None)


def asked_too_soon(a: Application, desk: Desk) -> bool:
    """Return whether something that can turn the person away is still unknown."""
    return next_question(a, desk) in set(_card_questions(a, desk))


def _wish_for(a: Application) -> Wish:
    """Return the chosen day and time as a wish, to look for them at another counter."""
    days = (date.fromisoformat(a.visit_date),) if a.visit_date else ()
    times = (time.fromisoformat(a.visit_time),) if a.visit_time else ()
    return a.wished.merged_with(Wish(days=days, times=times))


def _invalid_remark(invalid: Any) -> Remark:
    candidates = [short_date(day) for day in invalid.candidates]
    return Remark(
        f"invalid_{invalid.reason}", {"said": invalid.text, "candidates": "、".join(candidates)}
    )


def _choose_day(a: Application, desk: Desk, just_said: bool, remarks: list[Remark]) -> Application:
    wish = a.wished
    named = wish.choices and (just_said or wish.days)  # the first free of all, not of one day
    if named and (found := offer(a, desk, limit=1)):
        return replace(a, visit_date=found[0].start.date().isoformat())
    if wish.days:
        return _choose_named_day(a, wish.days, desk, remarks)
    # A weekday said long ago leaves a choice of weeks; said just now, the next one is meant.
    of_all = wish.times or wish.earliest or wish.latest
    narrow = just_said and (wish.weekdays or wish.first or wish.last or of_all)
    if not wish:
        return a
    found = offer(a, desk, limit=1)
    if not found:
        remarks += why_nothing(a, desk)
        return replace(a, wish=None)
    if just_said and wish.anytime:
        remarks.append(Remark("first_of_all"))
        return _at_first(a, found[0])
    if just_said and _leaves_the_day(wish):
        remarks += _wish_heard(wish_in_words(wish))
        return a
    if narrow:
        return replace(a, visit_date=found[0].start.date().isoformat())
    return a


def _at_first(a: Application, slot: Slot) -> Application:
    at = slot.start
    return replace(a, counter=slot.counter, visit_date=f"{at:%Y-%m-%d}", visit_time=f"{at:%H:%M}")


def _leaves_the_day(wish: Wish) -> bool:
    """Return whether a span of days, or hours alone, are named: that is said back, and they choose."""
    several = wish.first is None or wish.last is None or wish.first < wish.last
    of_days = bool(wish.first or wish.last) and several
    of_hours = not (wish.first or wish.last) and bool(wish.times or wish.from_time or wish.until_time)
    of_all = wish.earliest or wish.latest
    return (of_days or of_hours) and not (wish.days or wish.weekdays or of_all or wish.choices)


def why_nothing(a: Application, desk: Desk) -> list[Remark]:
    """Return why no time is free that was wished: too early, closed, or really full."""
    wish, days = a.wished, _days_wished(a, desk)
    if _never_open(wish, desk):
        return [_nothing_fits(wish, desk)]
    if early := nothing_yet(a, desk):
        return [early]
    whys = [why for day in days if (why := why_not_on(a, desk, day))]
    closed = [why for why in whys if why.name.startswith("day_closed")]
    others = [why for why in whys if why not in closed]
    if not days or len(whys) < len(days) or any(why.name == "day_full" for why in others):
        return [_nothing_fits(wish, desk)]
    if not others and len(days) > 1:
        telling = [why for why in closed if why.name != "day_closed_weekend"] or closed
        shut = {"first": short_date(days[0]), "last": short_date(days[-1])}
        return [Remark("days_all_closed", shut), telling[0]] if len(telling) < len(days) else telling[:1]
    if not closed and (next_day := why_not_on(a, desk, days[-1] + timedelta(days=1))):
        closed = [next_day] if next_day.name.startswith("day_closed") else []  # what follows at once
    special = [why for why in closed if why.name != "day_closed_weekend"]
    return [*others[:1], *special[:1]]


def _days_wished(a: Application, desk: Desk) -> list[date]:
    """Return the days that a wish with a last day, or with named days, is about; [] for an open one."""
    wish = a.wished
    if wish.days:
        return list(wish.days)
    if wish.last is None:
        return []
    first = max(wish.first or desk.today, desk.today)
    span = (first + timedelta(days=ahead) for ahead in range((wish.last - first).days + 1))
    return [day for day in span if wish.allows_day(day)]


def nothing_yet(a: Application, desk: Desk) -> Remark | None:
    """Return that nothing can be booked yet, and from when, for somebody who is far too early."""
    earliest = not_before(a, desk)
    _, last = slots.bookable_range(desk.city, desk.now)
    if earliest is None or earliest <= last:
        return None
    opens = opens_for_booking(a, desk, earliest)
    values = {"renewable_from": japanese_date(earliest), "opens_on": japanese_date(opens)}
    return Remark("nothing_bookable_yet", values)


def _choose_named_day(
    a: Application, days: tuple[date, ...], desk: Desk, remarks: list[Remark]
) -> Application:
    refused: list[Remark] = []
    for day in days:
        remark = why_not_on(a, desk, day)
        if remark is None:
            return replace(a, visit_date=day.isoformat())
        refused.append(remark)
    remarks.append(refused[0])
    # The time of day stays wished; offers now start near the day that was refused.
    wish = replace(a.wished, days=(), choices=())
    near = replace(wish, first=min(days))
    if not offer(replace(a, wish=near.to_json()), desk, limit=1):
        near = replace(wish, last=max(days), latest=True)
    free = refused[0].name != "day_past" and bool(offer(replace(a, wish=near.to_json()), desk, limit=1))
    return replace(a, wish=(near if free else wish).to_json())


def _left_out(a: Application, desk: Desk, day: date) -> Remark | None:
    """Return what in this person's own case leaves that day out, or None."""
    words = {"day": short_date(day)}
    earliest, limit = not_before(a, desk), _form_limit(a)
    if earliest and day < earliest:
        name = "day_before_form" if a.reply_form == "missing" else "day_before_window"
        return Remark(name, {**words, "first_day": short_date(earliest)})
    if limit and day > limit:
        return Remark("day_after_form_limit", {**words, "limit": short_date(limit)})
    return None


_LATELY = 60
"""Days: one told without its year that lies so shortly behind is a slip, not next year's."""


def _lately(day: date, desk: Desk) -> date | None:
    """Return the day a year before, where that was only just."""
    try:
        before = day.replace(year=day.year - 1)
    except ValueError:
        return None
    return before if timedelta(0) < desk.today - before <= timedelta(days=_LATELY) else None


def _with_its_year(day: date, desk: Desk) -> str:
    """Return a day with its year, where that is not this one."""
    return short_date(day) if day.year == desk.today.year else japanese_date(day)


def why_not_on(a: Application, desk: Desk, day: date) -> Remark | None:
    """Return what keeps this person from booking that day, or None."""
    first, last = slots.bookable_range(desk.city, desk.now, counters=counters_wanted(a, desk))
    if day < desk.today:
        return Remark("day_past", {"day": short_date(day)})
    if day > last and (past := _lately(day, desk)):
        return Remark("day_past", {"day": short_date(past)})
    words = {"day": _with_its_year(day, desk) if day > last else short_date(day)}
    if left_out := _left_out(a, desk, day):
        return left_out
    closures = desk.bookings.closures(day, day)
    wanted = counters_wanted(a, desk)
    reasons = [opening_hours.why_closed(desk.city, id_, day, closures) for id_ in wanted]
    if all(reasons):
        holiday = opening_hours.is_holiday(day) or ""
        return Remark(
            f"day_closed_{reasons[0]}",
            {
                **words,
                "holiday": holiday,
                "reason": opening_hours.closed_because(desk.city, wanted[0], day, closures),
                "opening": hours_in_words.opening_in_words(desk.city, wanted),
            },
        )
    if day < first:
        walk_in = day != desk.today or open_today(desk)
        return Remark("day_too_late" if walk_in else "day_over", words)
    if day > last:
        opens = opens_for_booking(a, desk, day)
        return Remark("day_too_far", {**words, "opens_on": _with_its_year(opens, desk)})
    if not free_on(a, desk, day):
        return Remark("day_full", words)
    return None


_FIRST_THING = time(9, 30)
"""Who wants to come until then comes first thing in the morning: 朝一で."""


def _choose_time(
    a: Application, desk: Desk, said: Wish, asked: str | None, remarks: list[Remark]
) -> Application:
    wish = a.wished
    day = date.fromisoformat(str(a.visit_date))
    if said.anytime and (left := free_on(a, desk, day)):
        remarks.append(Remark("first_of_all"))
        return replace(a, visit_time=f"{left[0].start:%H:%M}", counter=left[0].counter)
    of_the_hour = asked == "visit_time" or (said.latest and said.days)
    if (said.earliest or said.latest) and of_the_hour:
        only = replace(wish, times=()).to_json() if said.latest else None
        chosen = free_on(replace(a, wish=only), desk, day)[-1 if said.latest else 0]
        return replace(a, visit_time=f"{chosen.start:%H:%M}", counter=chosen.counter)
    times, until = wish.on(day).times, wish.on(day).until_time
    if not times and until and until <= _FIRST_THING and (left := free_on(a, desk, day)):
        return replace(a, visit_time=f"{left[0].start:%H:%M}", counter=left[0].counter)
    if not times:
        return a
    wanted = [datetime.combine(day, at, TOKYO) for at in times]
    free = {slot.start: slot for slot in free_on(replace(a, wish=None), desk, day)}
    for start in wanted:
        if start in free:
            slot = free[start]
            return replace(a, visit_time=f"{start:%H:%M}", counter=slot.counter)
    a = replace(a, wish=replace(wish, times=(), choices=()).to_json())
    known = {
        item.start
        for id_ in counters_wanted(a, desk)
        for item in opening_hours.starts(desk.city, id_, day)
    }
    name = "time_full" if wanted[0] in known else "time_not_a_start"
    remarks.append(_not_free(name, a, wanted[0], desk))
    return a


def _hours(a: Application, desk: Desk, day: date) -> str:
    """Return when the counters that would suit receive people that day, in words."""
    closures = desk.bookings.closures(day, day)
    return hours_in_words.day_in_words(desk.city, counters_wanted(a, desk), day, closures)


def _not_free(name: str, a: Application, start: datetime, desk: Desk) -> Remark:
    """Return that a start cannot be had, with others near it; a closed one is not called full."""
    if name == "time_not_a_start" and _is_received(a, desk, start):
        name = "time_between_starts"
    remark = _with_alternatives(name, a, start, desk)
    closed = _closed_at(a, desk, start)
    return remark if closed is None else Remark("time_closed", {**remark.values, "reason": closed})


def _is_received(a: Application, desk: Desk, at: datetime) -> bool:
    """Return whether a counter that would suit is open then: 10時10分 is only no start."""
    closures = desk.bookings.closures(at.date(), at.date())
    return any(
        begins <= at.time() < ends
        for id_ in counters_wanted(a, desk)
        if not any(hours.starts for hours in desk.city.counters[id_].hours)
        for begins, ends in opening_hours.spans(desk.city, id_, at.date(), closures)
    )


def _closed_at(a: Application, desk: Desk, start: datetime) -> str | None:
    """Return the reason of the closure that closes this start wherever it would suit, or None."""
    day = start.date()
    closures = desk.bookings.closures(day, day)
    reasons = [
        opening_hours.closure_reason(desk.city, id_, start, closures)
        for id_ in counters_wanted(a, desk)
        if any(item.start == start for item in opening_hours.starts(desk.city, id_, day))
    ]
    closed = [reason for reason in reasons if reason is not None]
    return closed[0].rstrip("。") if closed and len(closed) == len(reasons) else None


def _with_alternatives(name: str, a: Application, wanted: datetime, desk: Desk) -> Remark:
    near = slots.nearest(
        seats_for(a, desk),
        desk.city,
        counters_wanted(a, desk),
        wanted,
        desk.now,
        desk.at,
        seats=party.number(a),
        not_before=not_before(a, desk),
    )
    return Remark(
        name,
        {
            "wanted": f"{short_date(wanted.date())}{japanese_time(wanted.time())}",
            "hours": _hours(a, desk, wanted.date()),
            "minutes": min(desk.city.counters[id_].slot_minutes for id_ in counters_wanted(a, desk)),
            "alternatives": starts_in_words(slot.start for slot in near),
        },
    )


def slot_label(start: datetime) -> str:
    """Return a start as a button or a list shows it: 12月3日（木）17:30."""
    return f"{short_date(start.date())}{start:%-H:%M}"


def starts_in_words(starts: Iterable[datetime]) -> str:
    """Return starts as a sentence has them, each day once: "12月3日（木）17時30分・18時"."""
    by_day = groupby(starts, key=lambda start: start.date())
    return "、".join(
        short_date(day) + "・".join(japanese_time(start.time()) for start in group) for day, group in by_day
    )


def _hold(a: Application, desk: Desk, key: str, remarks: list[Remark]) -> Application:
    start = a.start
    assert start is not None
    counter = a.counter
    if counter == "any":
        day = free_on(replace(a, wish=None), desk, start.date())
        counter = next((slot.counter for slot in day if slot.start == start), counters_wanted(a, desk)[0])
        a = replace(a, counter=counter)
    try:
        hold = desk.bookings.hold(
            counter=str(counter),
            start=start,
            seats=party.number(a),
            key=key,
            city=desk.city,
            now=desk.now,
            at=desk.at,
            instead_of=a.hold,
            origin=desk.origin,
        )
    except BoundMet as met:
        remarks.append(bound_remark(met, desk))
        return replace(a, visit_time=None, wish=_forget_time(a))
    except SlotFull:
        remarks.append(_not_free("time_full", a, start, desk))
        return replace(a, visit_time=None, wish=_forget_time(a))
    except NotBookable:
        remarks.append(_not_free("time_not_a_start", a, start, desk))
        return replace(a, visit_time=None, wish=_forget_time(a))
    except TryAgain:
        remarks.append(Remark("choose_again"))
        return replace(a, visit_time=None, wish=_forget_time(a))
    remarks.append(_held_remark(hold, desk))
    expiries = [card.expiry for card in party.each(a) if card.expiry and card.expiry >= desk.today]
    if expiries and start.date() > min(expiries):
        remarks.append(Remark("visit_after_expiry", {"expires_on": short_date(min(expiries))}))
    return replace(a, hold=hold.id)


def bound_remark(met: BoundMet, desk: Desk) -> Remark:
    """Return what is said when a bound is met, with the person's own bookings that it counts."""
    own = [booking for code in met.codes if (booking := desk.bookings.get(code))]
    lines = [
        f"・{slot_label(booking.start)}　{desk.city.counters[booking.counter].short_label}"
        for booking in own
    ]
    # Whose the bookings are that this name and number have is not said to anybody else.
    kind = "phone" if met.kind == "name" and not own else met.kind
    return Remark(f"bound_{kind}", {"most": met.most, "bookings": "\n".join(lines)})


def _held_remark(hold: Hold, desk: Desk) -> Remark:
    start = hold.start
    words = {
        "when": f"{short_date(start.date())}{japanese_time(start.time())}",
        "counter_label": desk.city.counters[hold.counter].short_label,
    }
    if len(hold.places) > 1:
        return Remark("held_in_a_row", {**words, "places": places_in_words(hold.places)})
    hours = opening_hours.hours_at(desk.city, hold.counter, start)
    if hours and hours.note:
        return Remark("held_with_note", {**words, "note": hours_in_words.note_in_words(hours)})
    return Remark("held", words)


def places_in_words(places: Iterable[Place]) -> str:
    """Return the starts of one visit with the cards at each: "11時に1人、11時30分に1人"."""
    return "、".join(f"{japanese_time(p.start.time())}に{p.seats}人" for p in places)


def _forget_time(a: Application) -> dict[str, Any]:
    return replace(a.wished, times=(), choices=()).to_json()


# Documents ---------------------------------------------------------------------------------


def checklist(a: Application, desk: Desk) -> tuple[Document, ...]:
    """Return the documents of this card's case; empty while it is not complete."""
    return documents(a.case, desk.city) if a.case and a.pins else ()


def checklists(a: Application, desk: Desk) -> list[tuple[str | None, tuple[Document, ...]]]:
    """Return the documents of each card with its holder's label, None where there is one card."""
    named = party.labels(a) if party.number(a) > 1 else [None]
    return [(name, checklist(card, desk)) for name, card in zip(named, party.each(a), strict=True)]


def _show_documents(a: Application, desk: Desk, remarks: list[Remark]) -> Application:
    """Say what to bring as soon as nothing before the counter is open, and again if it changes."""
    if asked_too_soon(a, desk) or party.has_more(a):
        return a
    people = checklists(a, desk)
    shown = ";".join(
        ",".join(f"{item.id}{'-' if item.waived else ''}" for item in items) for _, items in people
    )
    if not all(items for _, items in people) or shown == a.documents_shown:
        return a
    remarks.append(documents_remark(people))
    return replace(a, documents_shown=shown)


def documents_remark(people: list[tuple[str | None, tuple[Document, ...]]]) -> Remark:
    """Return the list of what to bring as a remark, with its structured form for channels."""
    payload = {
        "type": "document_checklist",
        "people": [
            {"name": name, "items": [document_item(item) for item in items]}
            for name, items in people
        ],
    }
    if len(people) > 1:
        return Remark("documents_of_several", {"items": people_text(people)}, payload)
    to_bring, pins = split_documents(people[0][1])
    values = {"items": documents_text(to_bring), "pins": documents_text(pins)}
    return Remark("documents_and_pins" if pins else "documents", values, payload)


def people_text(
    people: Iterable[tuple[str | None, tuple[Document, ...]]], *, notes: bool = True
) -> str:
    """Return several people's lists as lines of text; who brings the same stands together."""
    alike: dict[tuple[Document, ...], list[str]] = {}
    for name, items in people:
        alike.setdefault(items, []).append(name or "")
    return "\n".join(
        f"【{'、'.join(names)}】\n{documents_text(items, notes=notes)}"
        for items, names in alike.items()
    )


def document_item(item: Document) -> dict[str, Any]:
    """Return a document as the checklists of channels have it."""
    return {
        "id": item.id,
        "label": item.label,
        "reason": item.reason,
        "required": item.required,
        "waived": item.waived,
        "may_be_left_out": item.may_be_left_out,
    }


def split_documents(
    items: tuple[Document, ...],
) -> tuple[tuple[Document, ...], tuple[Document, ...]]:
    """Return what is brought, and the PINs that are entered at the counter."""
    pins = tuple(
        item for item in items if item.id.startswith("pin_") and item.id != "pin_reset_extra"
    )
    return tuple(item for item in items if item not in pins), pins


def documents_text(items: Iterable[Document], *, notes: bool = True) -> str:
    """Return the list as lines of text, one item a line, with when it may be left out, once for several.

    What is not needed this time does not stand among them. Without `notes` only that is said: the
    list is known already.
    """
    items = list(items)
    lines = []
    for why, alike in groupby((item for item in items if not item.waived), _left_out_when(notes)):
        labels = [f"・{item.label}" for item in alike]
        if why:
            names = "と".join(label[1:].partition("（")[0] for label in labels)
            labels[-1] += f"（{why}は省けます）" if len(labels) == 1 else f"\n（{names}は、{why}は省けます）"
        lines += labels
    waived = "、".join(item.label for item in items if item.waived)
    return "\n".join([*lines, *([f"（{waived}は、今回は要りません）"] if waived else [])])


def _left_out_when(notes: bool) -> Callable[[Document], str | None]:
    return lambda item: item.may_be_left_out if notes else None
