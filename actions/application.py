"""The application form: validate_application_form, its questions with live values, its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date, datetime
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import (
    IN_OTHER_WORDS,
    AssistantAction,
    Events,
    Turn,
    answers_to,
    desk,
    exact_answers,
    say,
)
from actions.free_times import say_free_times
from reading.heard import EXACTLY, NO_RULE
from renewal import application, calendar_view, party, settings
from renewal.application import Application, Desk, Remark
from renewal.bookings import BoundMet, Card, HoldExpired, NotBookable, SlotFull, TryAgain, Visit
from renewal.date_words import japanese_date, japanese_time, short_date
from renewal.documents import Document
from renewal.phone_numbers import hyphenated
from renewal.slots import Slot

PROPOSES_AFTER = 2
"""After so many answers that could not be read one time is proposed: nobody is asked for ever."""
MOST_COUNTERS = 8
"""Counters offered as buttons at once; with "any", "others" and "back" beside them LINE has room."""
MOST_BUTTONS = 11
"""Times offered as buttons, with "another day" after them: LINE shows 13 at most."""


class ValidateApplicationForm(AssistantAction):
    """Takes in what a message answers and decides what is asked next.

    It stands in for rasa_sdk's FormValidationAction: what one answer means depends on all others,
    so they are taken in together (renewal/application.py), not slot by slot.
    """

    def name(self) -> str:
        return "validate_application_form"

    def perform(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        turn, at_desk, before = Turn(tracker), desk(), Application.from_slots(tracker.slots)
        if turn.is_taken_in("application_form"):
            return _ask(tracker, before, "short" if turn.asked else None)
        if turn.intent == "go_back":
            reopened = tracker.get_slot("reopened")
            after = replace(before, **reopened) if reopened else application.step_back(before, at_desk, turn.asked)
            say(dispatcher, [Remark("back" if after != before else "nothing_to_go_back_to")])
            return _ask(tracker, after)
        if turn.intent == "secret_typed":
            say(dispatcher, [Remark("secret_typed")])
        if reply := turn.heard.left.get("reply"):
            say(dispatcher, [Remark(reply)])
            return _ask(tracker, before, "short")
        answers = turn.answers("application_form")
        card_meant = _is_inferred(turn, before, answers)
        if card_meant:
            answers.pop("notice")
        if answers.pop("same_phone", False):
            answers |= _earlier_phone(dispatcher, tracker, at_desk)
        answers |= _offer_taken(turn, before, at_desk) if not answers else {}
        if "correct" in answers:
            row = "cards" if _goes_with_the_number(before, answers["correct"]) else answers["correct"]
            say(dispatcher, [Remark("reopened", {"what": f"@row_{_ROWS.get(row, 'when')}"})])
            cleared = _cleared(before, answers["correct"])
            return [*_ask(tracker, cleared), SlotSet("reopened", before.changes_since(cleared))]
        starting = turn.asked is None
        if not answers and not starting and not card_meant:
            return _unanswered(dispatcher, turn, before)
        after, remarks = application.advance(
            replace(before, notice=None) if card_meant else before, answers, at_desk, turn.asked, key=f"hold:{turn.message_id}"
        )
        if starting and tracker.get_slot("stopped") and before != Application():
            remarks.insert(0, Remark("resumed"))
        elif starting:
            remarks = [*_told_before(before, remarks), *remarks]
        questions = turn.heard.questions
        asks_times = "ask_free_times" in (turn.intent, *questions)
        if asks_times and application.asked_too_soon(after, at_desk):
            remarks = [remark for remark in remarks if remark.name != "understood_wish"]
            if not say_free_times(dispatcher, turn, after, booking=True):
                after = replace(after, wish=before.wish)  # what is not there nobody wishes for
        say(dispatcher, _in_one(remarks))
        # Free times come with their own words, or with the form's question for the day.
        said = (remark.name for remark in remarks)
        say(dispatcher, answers_to(questions, "ask_free_times", EXACTLY, *said))
        say(dispatcher, exact_answers(turn, after, at_desk))
        if card_meant and after.notice is None and not after.outcome:
            return _ask(tracker, after, CARD_MEANT)
        if isinstance(answers.get(str(turn.asked)), dict):  # a date that cannot be
            return _asked_anew(tracker, after)
        bound_met = any(remark.name.startswith("bound_") for remark in remarks)
        return _ask(tracker, after, LATER if bound_met else None)


_ROWS = {
    "counter": "counter", "applicant": "comes", "holder": "holder", "cards": "people",
    "name_kana": "name", "phone": "phone",
}  # fmt: skip
"""The row of the summary that a correction is about, where it is not the time."""
_VISIT = ("visit_date", "visit_time")


LATER = "later"
"""How the time is asked for where no more can be held for now: no times are offered."""
CARD_MEANT = "card_meant"
"""How the notice is asked about where words seemed to mean the card itself."""


def _is_inferred(turn: Turn, a: Application, answers: Mapping[str, Any]) -> bool:
    """Return whether the card's own renewal, which cannot be booked here, rests on a reading alone.

    Nobody is turned away on a word: only a button, or an answer to the question about the notice, is one.
    """
    asked = turn.asked == "notice" or not turn.heard.spans or party.is_several(a)
    return answers.get("notice") == "card" and not asked and a.notice != "card"


def _earlier_phone(dispatcher: CollectingDispatcher, tracker: Tracker, at_desk: Desk) -> dict[str, str]:
    """Return the phone of what was booked in this conversation, or say that there is none any more."""
    booking = at_desk.bookings.get(str(tracker.get_slot("last_booking")))
    if booking and booking.phone:
        return {"phone": booking.phone}
    say(dispatcher, [Remark("no_earlier_phone")])
    return {}


def _offer_taken(turn: Turn, a: Application, at_desk: Desk) -> dict[str, Any]:
    """Return what was proposed, where it is taken with a plain yes: the one time that was offered ("じゃあそれで")."""
    if turn.intent != "affirm":
        return {}
    if turn.asked == "notice" and turn.tracker.get_slot("ask_how") == CARD_MEANT:
        return {"notice": "card"}
    if turn.asked not in _VISIT:
        return {}
    offered = _times_for(a, at_desk)
    if len(offered) != 1 and turn.tracker.get_slot("ask_how") != "proposed":
        return {}
    slot = offered[0]
    return {"visit_date": f"{slot.start:%Y-%m-%d}", "visit_time": f"{slot.start:%H:%M}", "counter": slot.counter}


def _times_for(a: Application, at_desk: Desk) -> list[Slot]:
    if a.visit_date:
        return application.free_on(a, at_desk, date.fromisoformat(a.visit_date))
    return application.offer(a, at_desk)


def _told_before(before: Application, remarks: list[Remark]) -> list[Remark]:
    """Say what was told in a question before the booking began, for it counts now."""
    if before.holder is None or any(remark.name in ("understood", "changed") for remark in remarks):
        return []
    whose = {"whose": f"@whose_{before.holder}"}
    if before.applicant == "self":
        return [Remark("who_comes", {"who": "@who_self"})]
    if before.applicant:
        return [Remark("understood", {**whose, "who": f"@who_{before.applicant}"})]
    return [Remark("understood_holder", whose)]


def _in_one(remarks: list[Remark]) -> list[Remark]:
    """Return the remarks with the case and the wish of one sentence said back in one, too."""
    said = {remark.name: remark for remark in remarks}
    if not said.keys() >= {"understood", "understood_wish"}:
        return remarks
    case, wish = said["understood"].values, said["understood_wish"].values
    values = {"whose": case["whose"], "who": case["who"], "wish": wish["wish"]}
    others = [r for r in remarks if r.name not in ("understood", "understood_wish")]
    return [Remark("understood_with_wish", values), *others]


def _unanswered(dispatcher: CollectingDispatcher, turn: Turn, a: Application) -> Events:
    if turn.intent not in NO_RULE["application_form"]:
        return []  # Rasa rejects the form, and the message's own rule answers
    if known := turn.heard.left.get("known"):
        # Understood, and said before; but a date may be that of the next card.
        if "expires_on" in known:
            say(dispatcher, [Remark("expiry_of_others_later")])
        return _asked_anew(turn.tracker, a)
    if questions := turn.heard.questions[:2]:
        say(dispatcher, answers_to(questions, "ask_free_times"))
        if "ask_free_times" in questions:
            say_free_times(dispatcher, turn, a)
        return _asked_anew(turn.tracker, a)
    failed = int(turn.tracker.get_slot("failed_answers") or 0)
    if turn.heard.answers.get("same_phone"):
        return _ask(turn.tracker, a, "example")
    if turn.asked == "notice" and turn.intent == "dont_know" and not failed:
        say(dispatcher, [Remark("notice_unknown")])
        return _asked_anew(turn.tracker, a)
    if turn.intent in ("secret_typed", "book", "resume") or (turn.intent == "affirm" and not failed):
        # Nothing was wrong with what was said ("わかりました"): it only was no answer.
        again = _ask(turn.tracker, a, "short")
        return [*again, SlotSet("failed_answers", failed + (turn.intent == "affirm"))]
    say(dispatcher, [Remark("answer_not_read")])
    return _asked_anew(turn.tracker, a)



def _asked_anew(tracker: Tracker, after: Application) -> Events:
    """Ask once more after an answer that did not serve, each time in other words."""
    failed = int(tracker.get_slot("failed_answers") or 0) + 1
    how = IN_OTHER_WORDS[(failed - 1) % 3]
    if how == tracker.get_slot("ask_how"):  # as the name of the second card is asked for from the first
        failed, how = failed + 1, IN_OTHER_WORDS[failed % 3]
    if failed == PROPOSES_AFTER and tracker.get_slot("requested_slot") in _VISIT and _times_for(after, desk()):
        how = "proposed"
    asked = _ask(tracker, after, how)
    return [*asked, SlotSet("failed_answers", failed)]


def _goes_with_the_number(a: Application, what: str) -> bool:
    """Return whether it is told anew with the number: whose several cards are, and who comes for each."""
    return what in ("applicant", "holder") and party.number(a) > 1


def _cleared(a: Application, what: str) -> Application:
    """Return the application with what a row of the summary says to be told anew."""
    if what == "counter" and len(desk().city.bookable_counters) == 1:
        return a
    if _goes_with_the_number(a, what):
        what = "cards"
    if what == "visit":
        return replace(a, visit_date=None, visit_time=None, wish=None, confirmed=None)
    if what == "applicant":
        return replace(a, applicant=None, visitor_name=None, confirmed=None)
    if what == "holder":
        return replace(party.of_another_holder(a), visitor_name=None, confirmed=None)
    if what == "name_kana":
        return party.without_names(replace(a, confirmed=None))
    if what == "cards":
        return Application(family=True, counter=a.counter, wish=a.wish, phone=a.phone, hold=a.hold)
    if what in {f.name for f in fields(Application)}:
        return replace(a, **{what: None, "confirmed": None})
    return a


def _ask(tracker: Tracker, after: Application, how: str | None = None) -> Events:
    """Return the changed slots and the next question; the form ends when there is none."""
    before = Application.from_slots(tracker.slots)
    fix = after.confirmed == "fix"
    if fix:
        after = replace(after, confirmed=None)
    question = application.next_question(after, desk())
    # Said twice, the question comes in other words; its old button may come at any other question.
    if fix and question == "confirmed" and tracker.get_slot("ask_how") != "fix":
        how = "fix"
    # Nothing is booked but what the last summary says: what has changed is summed up in full.
    summed_up = question == "confirmed" and replace(after, confirmed=None) != replace(before, confirmed=None)
    person = party.person(after, named=question == "name_kana")
    again = question == tracker.get_slot("requested_slot")
    # Whose card it is may be told only now, and corrected; some questions do not name it.
    same_card = len(before.done or ()) == len(after.done or ())
    if question == "name_kana":
        same_card = tracker.get_slot("person") in (person, None)
    alike = again and same_card and after.pins_each == before.pins_each and not summed_up
    # What names are for, and when they go, is said once.
    another_name = question == "name_kana" and any(c.get("name_kana") for c in after.done or ())
    if how is None and question and (alike or another_name):
        how = "short"
    if how == "short" and again and not another_name and tracker.get_slot("ask_how") == "short":
        how = None  # asked twice in the same words, it sounds like a machine
    changed = {
        **after.changes_since(before),
        **{"ask_how": how, "person": person, "several": person is not None},
        **{"stopped": None, "failed_answers": None, "requested_slot": question},
        # What a row said before it is told anew: 戻る brings it back.
        **({} if after == before else {"reopened": None}),
    }
    return [SlotSet(name, value) for name, value in changed.items()]


class ActionAskCounter(AssistantAction):
    """Asks for the counter; where there are more than fit, the others come with the next press."""

    def name(self) -> str:
        return "action_ask_counter"

    def perform(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        a, at_desk = Application.from_slots(tracker.slots), desk()
        counters = application.counters_in_order(a, at_desk)
        others = str(Turn(tracker).answers("application_form").get("correct") or "")
        page = int(others.removeprefix(_OTHERS)) if others.startswith(_OTHERS) else 0
        pages = -(-len(counters) // MOST_COUNTERS)
        shown = counters[page * MOST_COUNTERS : (page + 1) * MOST_COUNTERS]
        buttons = [
            {"title": counter.short_label, "payload": f'/inform{{"counter": "{counter.id}"}}'}
            for counter in shown
        ]
        buttons.append({"title": "@any_counter", "payload": '/inform{"counter": "any"}'})
        if pages > 1:
            buttons.append({"title": "@other_counter", "payload": _CORRECT % f"{_OTHERS}{(page + 1) % pages}"})
        other_way = tracker.get_slot("ask_how") == "other_way"  # which has buttons of its own
        dispatcher.utter_message(response="utter_ask_counter", buttons=[] if other_way else buttons)
        return []


_OTHERS = "counters_"
"""With a page's number: what is corrected is only which counters are shown."""


class ActionAskVisitDate(AssistantAction):
    """Asks for the day, offering the next free times; picking one answers the time as well."""

    def name(self) -> str:
        return "action_ask_visit_date"

    def about(self, tracker: Tracker) -> Application:
        """Return what is being booked."""
        return Application.from_slots(tracker.slots)

    def taken(self, tracker: Tracker) -> tuple[str, datetime] | None:
        """Return the counter and time that are the person's already: they are not offered again."""
        return None

    def perform(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        if tracker.get_slot("ask_how") == LATER:
            say(dispatcher, [Remark("ask_later")])
        else:
            _offer_days(dispatcher, self.about(tracker), self.taken(tracker))
        return []


def _offer_days(
    dispatcher: CollectingDispatcher, a: Application, taken: tuple[str, datetime] | None
) -> None:
    at_desk = desk()
    free = application.offer(a, at_desk, limit=5)
    offered = [slot for slot in free if (slot.counter, slot.start) != taken][:4]
    if not offered:
        first, last = application.bookable_days(a, at_desk)
        values = {"first_day": short_date(first), "last_day": short_date(last)}
        say(dispatcher, [Remark("ask_visit_date_none_free", values)])
        return
    several = a.counter in (None, "any")
    labels = [calendar_view.slot_label(s, at_desk.city if several else None) for s in offered]
    dispatcher.utter_message(
        response="utter_ask_visit_date",
        times="\n".join(f"・{label}" for label in labels),
        times_inline=calendar_view.slots_in_words(offered, at_desk.city if several else None),
        near="@late" if a.wished.latest else "@early",
        first=application.starts_in_words([offered[0].start]),
        buttons=[
            {"title": label, "payload": calendar_view.payload(slot)}
            for label, slot in zip(labels, offered, strict=True)
        ],
        json_message=calendar_view.slot_calendar(a, at_desk, taken),
    )


class ActionAskVisitTime(AssistantAction):
    """Asks for the time on the chosen day, with what is free then, or for another day if nothing is."""

    date_and_wish = ("visit_date", "wish")
    """The slots that the day stands in."""

    def name(self) -> str:
        return "action_ask_visit_time"

    def about(self, tracker: Tracker) -> Application:
        """Return what is being booked."""
        return Application.from_slots(tracker.slots)

    def perform(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        if tracker.get_slot("ask_how") == LATER:
            say(dispatcher, [Remark("ask_later")])
            return []
        a, at_desk = self.about(tracker), desk()
        day = date.fromisoformat(a.visit_date or "")
        free = application.free_on(a, at_desk, day)
        if not free:  # since it was chosen
            say(dispatcher, [Remark("day_full", {"day": short_date(day)})])
            _offer_days(dispatcher, replace(a, wish=None, visit_date=None), taken=None)
            cleared = [SlotSet(name, None) for name in self.date_and_wish]
            return [*cleared, SlotSet("requested_slot", self.date_and_wish[0])]
        several = a.counter in (None, "any")
        dispatcher.utter_message(
            response="utter_ask_visit_time",
            day=short_date(day),
            first=application.starts_in_words([free[0].start]),
            times_inline=calendar_view.times_by_counter(free, at_desk.city)
            if several
            else calendar_view.times_in_words([slot.start for slot in free]),
            buttons=[
                {
                    "title": calendar_view.time_label(slot, at_desk.city if several else None),
                    "payload": calendar_view.payload(slot),
                }
                for slot in calendar_view.some_of(free, MOST_BUTTONS)
            ]
            + [{"title": "@other_day", "payload": '/correct{"correct": "visit"}'}],
        )
        return []


class ActionAskConfirmed(AssistantAction):
    """Sums up and asks once."""

    def name(self) -> str:
        return "action_ask_confirmed"

    def perform(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        a, at_desk = Application.from_slots(tracker.slots), desk()
        assert a.start is not None
        people = application.checklists(a, at_desk)
        dispatcher.utter_message(
            response="utter_ask_confirmed",
            summary=_summary(a, at_desk),
            comes=[f"@who_{card.applicant}" for card in party.each(a)],
            visitor=f"（{a.visitor_name} 様）" if a.visitor_name else "",
            hyphenated_phone=hyphenated(a.phone),
            bring=application.people_text(people, notes=False)
            if len(people) > 1
            else application.documents_text(people[0][1], notes=False),
            when=f"{short_date(a.start.date())}{japanese_time(a.start.time())}",
            counter_label=at_desk.city.counters[str(a.counter)].short_label,
            # "Where is it wrong?" has buttons of its own.
            json_message=_rows(a, at_desk) if tracker.get_slot("ask_how") in _IN_FULL else None,
        )
        return []


_IN_FULL = (None, "short", "example")
"""How the last question is asked where the rows stand with it."""


def _rows(a: Application, at_desk: Desk) -> dict[str, Any]:
    """Return the summary as rows, each with the button that changes it (design: Messages)."""
    assert a.start is not None
    people = application.checklists(a, at_desk)
    cards = list(party.each(a))
    several = len(cards) > 1
    hold = at_desk.bookings.held(str(a.hold)) if several else None
    spread = hold.places if hold and len(hold.places) > 1 else ()
    starts = [f"（{application.places_in_words(spread)}）"] if spread else []
    # Whose several cards are, and who comes for each, is told anew with their number.
    whose = "cards" if several else "applicant" if a.applicant == "self" else "holder"
    visitor = [f"{a.visitor_name} 様"] if a.visitor_name else []
    one_of_many = len(at_desk.city.bookable_counters) > 1 or None
    rows = (
        ("when", [_when(a), *starts], "visit"),
        ("counter", [at_desk.city.counters[str(a.counter)].label], one_of_many and "counter"),
        ("holder", [f"@whose_{card.holder}" for card in cards], whose),
        ("comes", [f"@who_{card.applicant}" for card in cards] + visitor, "cards" if several else "applicant"),
        ("name", [f"{card.name_kana} 様" for card in cards], "name_kana"),
        ("phone", [hyphenated(a.phone)], "phone"),
        ("bring", _to_bring(people), None),
    )
    return {
        "type": "summary",
        "rows": [
            {
                "id": row,
                "label": f"@row_{row}",
                "values": list(dict.fromkeys(values)),
                "change": slot and {"title": f"@change_{slot}", "payload": _CORRECT % slot},
            }
            for row, values, slot in rows
        ],
        "primary": {"title": "@book_this", "payload": '/inform{"confirmed": "yes"}'},
        # What the rows' own buttons stand for: it is not offered beside them.
        "instead_of": {"title": "@fix", "payload": '/inform{"confirmed": "fix"}'},
    }


_CORRECT = '/correct{"correct": "%s"}'


def _to_bring(people: list[tuple[str | None, tuple[Document, ...]]]) -> list[str]:
    """Return what has to be at hand; the PINs, which are known by name from the list, in a word."""
    split = [application.split_documents(items) for _, items in people]
    things = [item.label for things, _ in split for item in things if not item.waived]
    return [*things, *(["@row_pins"] if any(pins for _, pins in split) else [])]


def _when(a: Application) -> str:
    assert a.start is not None
    return f"{japanese_date(a.start.date())}{japanese_time(a.start.time())}"


def _summary(a: Application, at_desk: Desk) -> str:
    """Return when, where and whose card, as lines of text."""
    hold = at_desk.bookings.held(str(a.hold)) if party.number(a) > 1 else None
    names = "、".join(f"{card.name_kana} 様" for card in party.each(a))
    lines = [
        f"日時　{_when(a)}",
        *([f"人数　{application.places_in_words(hold.places)}"] if hold else []),
        f"窓口　{at_desk.city.counters[str(a.counter)].label}",
        f"カードの持ち主　{names}",
    ]
    return "\n".join(lines)


class ActionFinishApplication(AssistantAction):
    """Books what was confirmed, or closes an application that ended before."""

    def name(self) -> str:
        return "action_finish_application"

    def perform(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        a, at_desk = Application.from_slots(tracker.slots), desk()
        if a.confirmed != "yes":
            say(dispatcher, [Remark("anything_else")])
            kept = [SlotSet("expires_on", a.expires_on)] if a.outcome == "too_early" else []  # it is asked about: いつからでしたっけ
            return [*forget_application(), *kept]
        try:
            booking = at_desk.bookings.confirm(
                str(a.hold),
                _visit(a, at_desk, tracker),
                key=f"confirm:{a.hold}",
                city=at_desk.city,
                now=at_desk.now,
                at=at_desk.at,
                origin=at_desk.origin,
            )
        except BoundMet as met:
            at_desk.bookings.release(str(a.hold))
            say(dispatcher, [application.bound_remark(met, at_desk)])
            return forget_application()
        except (HoldExpired, SlotFull, NotBookable, TryAgain):
            say(dispatcher, [Remark("time_lost")])
            lost = ("hold", "visit_time", "visit_date", "confirmed", "wish")
            return [*(SlotSet(name, None) for name in lost), FollowupAction("application_form")]
        dispatcher.utter_message(
            response="utter_booked",
            code=booking.code,
            when=calendar_view.when(booking),
            counter_label=at_desk.city.counters[booking.counter].label,
            buttons=calendar_view.booking_buttons(booking),
            json_message=calendar_view.booking_card(booking, at_desk),
        )
        return [*forget_application(), SlotSet("last_booking", booking.code)]


def _visit(a: Application, at_desk: Desk, tracker: Tracker) -> Visit:
    applicants = [str(card.applicant) for card in party.each(a)]
    applicant = "self" if "self" in applicants else applicants[0]
    return Visit(
        applicant=applicant,
        cards=tuple(_card(card, applicant, at_desk) for card in party.each(a)),
        phone=a.phone,
        visitor_name=a.visitor_name,
        channel=tracker.get_latest_input_channel() or "shell",
        conversation=settings.keyed_hash(tracker.sender_id),
    )


def _card(a: Application, visitor: str, at_desk: Desk) -> Card:
    return Card(
        holder=str(a.holder),
        name_kana=a.name_kana,
        documents=tuple(item.id for item in application.checklist(a, at_desk)),
        same_household=a.proof_waiver == "same_household",
        honseki_in_city=a.proof_waiver == "honseki_in_city",
        forgotten_pins=tuple(a.forgotten_pins or ()),
        certificates=a.certificates or "both",
        expires_on=a.expiry,
        applicant=None if a.applicant == visitor else a.applicant,
    )


def forget_application() -> Events:
    """Return the events that clear every answer, name and phone among them."""
    return [SlotSet(f.name, None) for f in fields(Application)]


class ActionStop(AssistantAction):
    """Stops the application: the seat is given back, the answers stay for 続きから."""

    def name(self) -> str:
        return "action_stop"

    def perform(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        a = Application.from_slots(tracker.slots)
        if a == Application() or not (tracker.get_slot("requested_slot") or application.is_begun(a)):
            say(dispatcher, [Remark("nothing_to_stop")])
            return []
        if a.hold:
            desk().bookings.release(a.hold)
        waits = tracker.get_slot("requested_slot") == "reissue_plan"  # "届いてからにする"
        stopped = "stopped" if a.hold else "stopped_without_seat"
        say(dispatcher, [Remark("come_back_with_form" if waits else stopped)])
        gone = ("hold", "visit_date", "visit_time", "confirmed", "requested_slot",
                "name_kana", "visitor_name", "phone")  # fmt: skip
        return [*(SlotSet(name, None) for name in gone), SlotSet("stopped", True)]


class ActionRestartApplication(AssistantAction):
    """Throws all answers away and gives the seat back."""

    def name(self) -> str:
        return "action_restart_application"

    def perform(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        a = Application.from_slots(tracker.slots)
        if a.hold:
            desk().bookings.release(a.hold)
        say(dispatcher, [Remark("restarted")])
        asked = tracker.get_slot("requested_slot")
        first = application.next_question(Application(), desk())
        # Who was at the first question is asked it again, in other words.
        again = SlotSet("requested_slot", asked if asked == first else None)
        return [*forget_application(), again, SlotSet("stopped", None)]
