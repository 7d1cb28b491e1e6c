"""The booking form: a booking found again, shown, changed or cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.application import ActionAskVisitDate, ActionAskVisitTime
from actions.base import (
    IN_OTHER_WORDS,
    AssistantAction,
    Events,
    Turn,
    answers_to,
    desk,
    exact_answers,
    origin_of,
    say,
)
from reading.heard import ABOUT_BOOKINGS, EXACTLY, NO_RULE
from renewal import application, booking_change, calendar_view
from renewal.application import Application, Desk, Remark
from renewal.booking_change import Caller, Request
from renewal.bookings import Booking, HoldExpired, NotBookable, NotChangeable, SlotFull, TryAgain

_LACKING = (
    "booking_code_not_at_hand", "booking_last4_not_at_hand", "booking_not_by_phone",
    "booking_not_found",
)
_AGAIN = {"booking_not_found": "booking_not_found_again"}


def caller_of(tracker: Tracker) -> Caller:
    """Return who asks, as far as this conversation shows."""
    origin = origin_of(tracker)
    known = tuple(tracker.get_slot("booking_known") or ())
    return Caller(origin.conversation, known, origin.source)


class ValidateBookingForm(AssistantAction):
    """Takes in what a message says about a booking and decides what is asked next."""

    def name(self) -> str:
        return "validate_booking_form"

    def perform(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        turn, at_desk, caller = Turn(tracker), desk(), caller_of(tracker)
        asked = turn.asked if turn.asked in booking_change.QUESTIONS else None
        before = Request.from_slots(tracker.slots) if asked else Request()
        if turn.is_taken_in("application_form", "booking_form"):
            now = Request.from_slots(tracker.slots)
            return _ask(now, at_desk, caller, tracker, "short")
        if turn.intent == "go_back" and asked:
            after = booking_change.step_back(before, asked, at_desk)
            say(dispatcher, [Remark("back" if after != before else "nothing_to_go_back_to")])
            return _ask(after, at_desk, caller, tracker)
        if turn.intent == "secret_typed":
            say(dispatcher, [Remark("secret_typed")])
            return _ask(before, at_desk, caller, tracker, "short")
        said = turn.answers("booking_form")
        if not said:
            return _unanswered(dispatcher, turn, before, at_desk, caller, tracker)
        key = f"move:{turn.message_id}"[:100]
        after, remarks = booking_change.advance(before, said, at_desk, caller, key)
        # Free times come with the form's question for the day.
        besides = answers_to(turn.heard.questions, "ask_free_times", EXACTLY)
        besides += exact_answers(turn, Application(), at_desk)
        if name := turn.heard.left.get("besides"):
            besides.insert(0, booking_change.remark_besides(name, at_desk))
        lacks = next((each.name for each in remarks if each.name in _LACKING), None)
        if lacks:
            return _way_on(dispatcher, lacks, after, at_desk, caller, tracker, besides)
        # A question follows, and three messages a turn are enough.
        say(dispatcher, [*besides[:1], *remarks[-1:]] if besides else remarks[-2:])
        return _ask(after, at_desk, caller, tracker)


def _unanswered(
    dispatcher: CollectingDispatcher,
    turn: Turn,
    r: Request,
    at_desk: Desk,
    caller: Caller,
    tracker: Tracker,
) -> Events:
    if turn.intent == "ask_free_times" and turn.asked in ("booking_date", "booking_time"):
        return _ask(r, at_desk, caller, tracker, "short")  # the question names the free times
    if turn.intent not in NO_RULE["booking_form"]:
        return []  # Rasa rejects the form, and the message's own rule answers
    if turn.intent in ABOUT_BOOKINGS or turn.intent == "resume":
        return _ask(r, at_desk, caller, tracker, "short")
    if lacks := turn.heard.left.get("lacks"):
        return _way_on(dispatcher, lacks, r, at_desk, caller, tracker)
    failed = int(tracker.get_slot("failed_answers") or 0) + 1
    asked = answers_to(turn.heard.questions)
    say(dispatcher, asked[:2] or [Remark("answer_not_read")])
    how = IN_OTHER_WORDS[(failed - 1) % 3]
    return [*_ask(r, at_desk, caller, tracker, how), SlotSet("failed_answers", failed)]


def _way_on(
    dispatcher: CollectingDispatcher,
    lacks: str,
    r: Request,
    at_desk: Desk,
    caller: Caller,
    tracker: Tracker,
    besides: Sequence[Remark] = (),
) -> Events:
    """Tell somebody without the code or the digits how to go on; told that already, what else."""
    told = tracker.get_slot("ask_how") == lacks
    again = _AGAIN.get(lacks, "booking_not_without_it")
    say(dispatcher, [*besides[:1], Remark(again if told else lacks)])
    return _ask(r, at_desk, caller, tracker, "short" if told else lacks)


def _ask(
    after: Request,
    at_desk: Desk,
    caller: Caller,
    tracker: Tracker,
    how: str | None = None,
) -> Events:
    """Return the changed slots and the next question; the form ends when there is none."""
    question = booking_change.next_question(after, at_desk, caller)
    if how is None and question and question == tracker.get_slot("requested_slot"):
        how = "short"
    if how == "short" and question == tracker.get_slot("requested_slot") and tracker.get_slot("ask_how") == "short":
        how = None
    changed = after.changes_since(Request.from_slots(tracker.slots))
    return [
        *(SlotSet(name, value) for name, value in changed.items()),
        SlotSet("ask_how", how),
        SlotSet("failed_answers", None),
        SlotSet("booking_known", _known(after, caller)),
        # From here on "窓口を変えたい" is about this booking.
        *([SlotSet("last_booking", after.found)] if after.found else []),
        SlotSet("requested_slot", question),
    ]


def _known(r: Request, caller: Caller) -> list[str]:
    return list(dict.fromkeys([*caller.known, *([r.found] if r.found else [])]))


class ActionAskBookingChoice(AssistantAction):
    """Asks which of this conversation's bookings is meant."""

    def name(self) -> str:
        return "action_ask_booking_choice"

    def perform(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        at_desk, action = desk(), str(tracker.get_slot("booking_action"))
        listed = booking_change.bookings_of(caller_of(tracker), at_desk)
        lines = (
            f"{number}. {application.slot_label(booking.start)} "
            f"{at_desk.city.counter_label(booking.counter, short=True)}"
            for number, booking in enumerate(listed, 1)
        )
        choices = [
            (application.slot_label(booking.start), booking.code) for booking in listed[:10]
        ]
        dispatcher.utter_message(
            response="utter_ask_booking_choice",
            bookings="\n".join(lines),
            buttons=[
                {"title": title, "payload": calendar_view.booking_command(action, code)}
                for title, code in (*choices, ("@another_booking", booking_change.ANOTHER))
            ],
        )
        return []


class ActionAskBookingDate(ActionAskVisitDate):
    """Asks for the new day, as in the application."""

    def name(self) -> str:
        return "action_ask_booking_date"

    def about(self, tracker: Tracker) -> Application:
        return _about(tracker)


    def taken(self, tracker: Tracker) -> tuple[str, datetime] | None:
        booking = _booking(tracker)
        return booking.counter, booking.start


class ActionAskBookingTime(ActionAskVisitTime):
    """Asks for the new time on the chosen day, as in the application."""

    date_and_wish = ("booking_date", "booking_wish")

    def name(self) -> str:
        return "action_ask_booking_time"

    def about(self, tracker: Tracker) -> Application:
        return _about(tracker)


def _about(tracker: Tracker) -> Application:
    return booking_change.as_application(
        Request.from_slots(tracker.slots), _booking(tracker), desk()
    )


def _booking(tracker: Tracker) -> Booking:
    booking = desk().bookings.get(str(Request.from_slots(tracker.slots).found))
    assert booking is not None
    return booking


class ActionAskBookingConfirmed(AssistantAction):
    """Says what will be done, and asks once."""

    def name(self) -> str:
        return "action_ask_booking_confirmed"

    def perform(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        r, at_desk = Request.from_slots(tracker.slots), desk()
        booking = _booking(tracker)
        old = _place(booking.start, booking.counter, at_desk)
        yes, no = (
            calendar_view.booking_command(str(r.action), booking.code, confirmed)
            for confirmed in ("yes", "no")
        )
        if r.action == "cancel":
            dispatcher.utter_message(
                response="utter_ask_booking_cancel",
                old=old,
                buttons=[
                    {"title": "@cancel_yes", "payload": yes},
                    {"title": "@cancel_no", "payload": no},
                ],
            )
            return []
        start = booking_change.as_application(r, booking, at_desk).start
        dispatcher.utter_message(
            response="utter_ask_booking_change",
            old=old,
            new=_place(start, str(r.counter), at_desk),
            buttons=[
                {"title": "@change_yes", "payload": yes},
                {"title": "@change_no", "payload": no},
                {"title": "@intent_stop", "payload": "/stop"},
            ],
        )
        return []


def _place(start: Any, counter: str, at_desk: Desk) -> str:
    return f"{booking_change.moment(start)}　{at_desk.city.counter_label(counter)}"


class ActionFinishBooking(AssistantAction):
    """Changes or cancels what was confirmed; forgets what was asked for it."""

    def name(self) -> str:
        return "action_finish_booking"

    def perform(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        r, at_desk = Request.from_slots(tracker.slots), desk()
        if r.confirmed == "yes":
            try:
                _carry_out(dispatcher, r, at_desk, caller_of(tracker))
            except NotChangeable:
                booking = at_desk.bookings.get(str(r.found))
                say(dispatcher, [booking_change.refusal(str(r.action), booking, at_desk)])
            except (HoldExpired, SlotFull, NotBookable, TryAgain):
                failed = "time_lost" if r.action == "change" else "booking_try_again"
                say(dispatcher, [Remark(failed)])
                again = replace(r, date=None, time=None, wish=None, hold=None, confirmed=None)
                lost = again.changes_since(r).items()
                return [*(SlotSet(*each) for each in lost), FollowupAction("booking_form")]
        return [*_forget(), *_other_business(dispatcher, tracker)]


def _carry_out(
    dispatcher: CollectingDispatcher, r: Request, at_desk: Desk, caller: Caller
) -> None:
    booking = booking_change.carry_out(r, at_desk)
    if r.action == "change":
        dispatcher.utter_message(
            response="utter_booking_changed",
            when=booking_change.moment(booking.start),
            counter_label=at_desk.city.counter_label(booking.counter),
            code=booking.code,
            buttons=calendar_view.booking_buttons(booking),
            json_message=calendar_view.booking_card(booking, at_desk),
        )
    else:
        when = booking_change.moment(booking.start)
        dispatcher.utter_message(
            response="utter_booking_cancelled",
            when=when,
            json_message={"type": "booking_cancelled", "code": booking.code},
        )
        others = booking_change.bookings_of(caller, at_desk)
        if others:
            lines = (f"・{_place(each.start, each.counter, at_desk)}" for each in others)
            say(dispatcher, [Remark("booking_others_stay", {"bookings": "\n".join(lines)})])


def _forget() -> Events:
    names = [f"booking_{f.name}" for f in fields(Request)]
    return [SlotSet(name, None) for name in (*names, "requested_slot")]


def _other_business(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """Offer to go on with an application that was going on before."""
    if not application.is_begun(Application.from_slots(tracker.slots)) or tracker.get_slot("stopped"):
        return []
    say(dispatcher, [Remark("application_waits")])
    return [SlotSet("stopped", True)]


class ActionLeaveBooking(AssistantAction):
    """Stops in the middle: nothing about the booking has changed, and that is said."""

    def name(self) -> str:
        return "action_leave_booking"

    def perform(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        booking_change.leave(Request.from_slots(tracker.slots), desk())
        if Turn(tracker).intent == "book":
            return _forget()
        say(dispatcher, [Remark("booking_left")])
        return [*_forget(), *_other_business(dispatcher, tracker)]


class ActionRestartBooking(AssistantAction):
    """Begins again with the same request."""

    def name(self) -> str:
        return "action_restart_booking"

    def perform(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        r, at_desk, caller = Request.from_slots(tracker.slots), desk(), caller_of(tracker)
        booking_change.leave(r, at_desk)
        again = {"action": r.action}
        after, remarks = booking_change.advance(Request(), again, at_desk, caller, "")
        say(dispatcher, [Remark("restarted"), *remarks])
        return _ask(after, at_desk, caller, tracker)
