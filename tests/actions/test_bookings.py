"""The booking form's actions: a booking found again, shown, moved, cancelled, or left alone."""

from __future__ import annotations

from datetime import datetime

import pytest

from actions.base import the_city
from actions.bookings import (
    ActionAskBookingChoice,
    ActionAskBookingConfirmed,
    ActionAskBookingDate,
    ActionAskBookingTime,
    ActionFinishBooking,
    ActionLeaveBooking,
    ActionRestartBooking,
    ValidateBookingForm,
)
from actions.questions import ActionAnswerQuestion
from renewal import clock, settings
from renewal.bookings import Booking, Bookings, Card, Visit
from renewal.clock import TOKYO
from renewal.opening_hours import Closure
from tests.actions.conftest import Talk

FORM = ValidateBookingForm()


def book(bookings: Bookings, start: str, conversation: str = "somebody") -> Booking:
    """Book a start at the head office, in the conversation of that name."""
    common = {"city": the_city(), "now": clock.now(), "at": clock.real_now()}
    moment = datetime.fromisoformat(start).replace(tzinfo=TOKYO)
    hold = bookings.hold("honchosha", moment, key=f"hold:{start}", **common)
    card = Card(holder="general", name_kana="サトウ ハナコ", documents=("card",))
    visit = Visit(
        "self", (card,), "09012345678", conversation=settings.keyed_hash(conversation)
    )
    return bookings.confirm(hold.id, visit, key=f"confirm:{start}", **common)


@pytest.fixture
def own(bookings: Bookings) -> Booking:
    """A booking that this conversation made."""
    return book(bookings, "2026-12-03T10:00")


@pytest.fixture
def elsewhere(bookings: Bookings) -> Booking:
    """A booking that another conversation made."""
    return book(bookings, "2026-12-04T10:00", "somebody else")


def starts(bookings: Bookings) -> list[str]:
    return [f"{booking.start:%m-%dT%H:%M}" for booking in bookings.list_bookings()]


# Found -------------------------------------------------------------------------------------------


def test_the_booking_of_this_conversation_is_shown_at_once(talk: Talk, own: Booking) -> None:
    talk.hears("予約を確認したい", "check_booking").runs(FORM)
    assert talk.names == ["booking_details"]
    assert talk.said[0]["custom"]["code"] == own.code
    assert talk.asked is None


def test_a_booking_made_elsewhere_takes_the_code_and_four_digits(
    talk: Talk, elsewhere: Booking
) -> None:
    talk.hears("予約を確認したい", "check_booking").runs(FORM)
    assert talk.asked == "booking_code"
    talk.hears(elsewhere.code).runs(FORM)
    assert (talk.names, talk.asked) == ([], "booking_last4")
    assert talk.hears("5678").runs(FORM).names == ["booking_details"]


def test_a_wrong_code_and_wrong_digits_get_the_same_answer(talk: Talk, elsewhere: Booking) -> None:
    answers = []
    for digits in ("0000", "1111"):
        talk.slots = {}
        talk.hears("予約を確認したい", "check_booking").runs(FORM)
        talk.hears(elsewhere.code).runs(FORM)
        answers.append((talk.hears(digits).runs(FORM).names, talk.asked))
    assert answers == [(["booking_not_found"], "booking_last4")] * 2


def test_of_several_bookings_one_is_chosen_by_a_button_or_by_its_day(
    talk: Talk, own: Booking, bookings: Bookings
) -> None:
    book(bookings, "2026-12-10T11:00")
    talk.hears("予約を確認したい", "check_booking").runs(FORM).runs(ActionAskBookingChoice())
    assert talk.asked == "booking_choice"
    titles = [button["title"] for button in talk.said[0]["buttons"]]
    assert len(titles) == 3 and titles[-1] == "@another_booking"
    talk.hears("12月3日の方").runs(FORM)
    assert talk.said[0]["custom"]["code"] == own.code


# Without a seat ----------------------------------------------------------------------------------


@pytest.fixture
def closed(bookings: Bookings, own: Booking) -> Booking:
    """The booking that this conversation made, on a day that is closed since."""
    day = own.start.date()
    closure = Closure("honchosha", day, day, reason="システムの点検")
    bookings.add_closure(closure, city=the_city(), who="staff", at=clock.real_now())
    return own


def test_a_booking_before_a_closed_counter_is_not_shown_as_if_it_stood(
    talk: Talk, closed: Booking
) -> None:
    talk.hears("予約を確認したい", "check_booking").runs(FORM)
    assert talk.names == ["seat_lost_choose_again"]
    (said,) = talk.said
    assert (said["cause"], said["reason"]) == ("@no_seat_closure", "（システムの点検）")
    assert [button["title"] for button in said["buttons"]] == [
        "@intent_change_booking", "@intent_cancel_booking",
    ]  # fmt: skip
    assert "booking_card" not in str(said)


def test_it_is_moved_with_a_word_on_why(talk: Talk, closed: Booking, bookings: Bookings) -> None:
    talk.hears("予約を変更したい", "change_booking").runs(FORM)
    assert (talk.names, talk.asked) == (["booking_now_without_seat"], "booking_date")
    talk.hears("12月10日").runs(FORM)
    talk.hears("11時").runs(FORM).runs(ActionAskBookingConfirmed())
    assert talk.names == ["ask_booking_change"]
    talk.hears("はい", "affirm").runs(FORM).runs(ActionFinishBooking())
    assert starts(bookings) == ["12-10T11:00"]
    talk.hears("予約を確認したい", "check_booking").runs(FORM)
    assert talk.names == ["booking_details"]


def test_what_to_bring_to_it_is_not_said_as_if_it_stood(talk: Talk, closed: Booking) -> None:
    talk.hears("持ち物は？", "ask_documents").runs(ActionAnswerQuestion())
    assert talk.names == ["seat_lost_choose_again", "ask_documents"]


def test_what_to_bring_to_a_booking_that_stands_is_said_of_that_one(
    talk: Talk, own: Booking
) -> None:
    talk.hears("持ち物は？", "ask_documents").runs(ActionAnswerQuestion())
    assert talk.names == ["booking_documents"]


# Changed -----------------------------------------------------------------------------------------


def test_a_booking_is_moved_after_one_last_yes(
    talk: Talk, own: Booking, bookings: Bookings
) -> None:
    talk.hears("予約を変更したい", "change_booking").runs(FORM)
    assert talk.asked == "booking_date"
    assert talk.runs(ActionAskBookingDate()).said[0]["buttons"]
    talk.hears("12月10日").runs(FORM).runs(ActionAskBookingTime())
    assert talk.said[0]["day"] == "12月10日（木）"
    talk.hears("11時").runs(FORM).runs(ActionAskBookingConfirmed())
    assert talk.names == ["ask_booking_change"]
    assert starts(bookings) == ["12-03T10:00"]
    talk.hears("はい", "affirm").runs(FORM).runs(ActionFinishBooking())
    assert (talk.names, starts(bookings)) == (["booking_changed"], ["12-10T11:00"])
    assert talk.said[0]["code"] == own.code
    assert not [name for name in talk.known if name.startswith("booking_") and name != "booking_known"]


def test_the_time_that_is_booked_is_not_offered_for_a_change(
    talk: Talk, bookings: Bookings
) -> None:
    book(bookings, "2026-11-25T08:30")
    talk.hears("予約を変更したい", "change_booking").runs(FORM).runs(ActionAskBookingDate())
    calendar = talk.said[0]["custom"]
    assert [each["title"] for each in talk.said[0]["buttons"]][0] == "11月25日（水）9:00"
    assert calendar["days"][0]["slots"][0]["label"] == "9:00"
    assert calendar["next"] == calendar["days"][0]["slots"][0]["payload"]


def test_a_seat_lost_at_the_last_moment_leaves_the_booking_as_it_was(
    talk: Talk, own: Booking, bookings: Bookings
) -> None:
    talk.hears("12月10日の11時に変更したい", "change_booking").runs(FORM)
    talk.hears("はい", "affirm").runs(FORM)
    bookings.release(talk.slots["booking_hold"])
    talk.runs(ActionFinishBooking())
    assert (talk.names, starts(bookings)) == (["time_lost"], ["12-03T10:00"])
    assert talk.events[-1]["name"] == "booking_form"


# Cancelled, left, begun again ----------------------------------------------------------------------


def test_a_booking_is_cancelled_only_after_a_yes(
    talk: Talk, own: Booking, bookings: Bookings
) -> None:
    talk.hears("予約を取り消したい", "cancel_booking").runs(FORM).runs(ActionAskBookingConfirmed())
    assert (talk.names, starts(bookings)) == (["ask_booking_cancel"], ["12-03T10:00"])
    talk.hears("はい", "affirm").runs(FORM).runs(ActionFinishBooking())
    assert (talk.names, starts(bookings)) == (["booking_cancelled"], [])


def test_a_no_keeps_the_booking(talk: Talk, own: Booking, bookings: Bookings) -> None:
    talk.hears("予約を取り消したい", "cancel_booking").runs(FORM)
    assert talk.hears("いいえ", "deny").runs(FORM).names == ["booking_kept"]
    talk.runs(ActionFinishBooking())
    assert starts(bookings) == ["12-03T10:00"]


def test_leaving_gives_the_new_seat_back_and_says_that_nothing_changed(
    talk: Talk, own: Booking, bookings: Bookings
) -> None:
    talk.hears("12月10日の11時に変更したい", "change_booking").runs(FORM)
    moment = datetime(2026, 12, 10, 11, tzinfo=TOKYO)
    assert bookings.taken("honchosha", moment, moment.replace(minute=1), clock.real_now())
    talk.hears("やめる", "stop").runs(ActionLeaveBooking())
    assert (talk.names, starts(bookings)) == (["booking_left"], ["12-03T10:00"])
    assert not bookings.taken("honchosha", moment, moment.replace(minute=1), clock.real_now())


def test_leaving_for_a_new_booking_goes_on_without_a_word(talk: Talk, own: Booking) -> None:
    talk.hears("予約を取り消したい", "cancel_booking").runs(FORM)
    assert talk.hears("予約したい", "book").runs(ActionLeaveBooking()).names == []


def test_starting_over_asks_again_for_the_same_thing(talk: Talk, own: Booking) -> None:
    talk.hears("12月10日の11時に変更したい", "change_booking").runs(FORM)
    talk.hears("最初から", "start_over").runs(ActionRestartBooking())
    assert talk.names[0] == "restarted"
    assert (talk.slots["booking_action"], talk.asked) == ("change", "booking_date")


def test_a_question_that_is_not_understood_is_said_to_be_so(talk: Talk, elsewhere: Booking) -> None:
    talk.hears("予約を確認したい", "check_booking").runs(FORM)
    assert talk.hears("鯨は空を飛びますか", "nlu_fallback").runs(FORM).names == ["unclear_question"]
    assert talk.asked == "booking_code"
