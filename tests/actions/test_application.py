"""The application form's actions: each message taken in, the next question, booking, stopping."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from actions.application import (
    ActionAskConfirmed,
    ActionAskVisitDate,
    ActionAskVisitTime,
    ActionFinishApplication,
    ActionRestartApplication,
    ActionStop,
    ValidateApplicationForm,
)
from actions.base import the_city
from renewal import clock
from renewal.application import Application
from renewal.bookings import Bookings
from renewal.clock import TOKYO
from tests.actions.conftest import Talk

FORM = ValidateApplicationForm()
SLOTS = set(Application.__dataclass_fields__)


@pytest.fixture
def at_counter(talk: Talk) -> Talk:
    """An adult for themselves, everything known up to the counter."""
    talk.slots = {
        "notice": "certificate", "applicant": "self", "holder": "general",
        "expires_on": "2027-02-20", "pins": "remembered", "forgotten_pins": [],
        "requested_slot": "counter",
    }  # fmt: skip
    return talk


@pytest.fixture
def at_name(at_counter: Talk) -> Talk:
    """The same, with 3 December 17:30 at the head office held."""
    at_counter.presses(start="2026-12-03T17:30", counter="honchosha").runs(FORM)
    assert at_counter.asked == "name_kana"
    return at_counter


@pytest.fixture
def at_confirmation(at_name: Talk) -> Talk:
    """The same, with name and phone: only the yes is missing."""
    at_name.hears("さとうはなこ").runs(FORM)
    at_name.hears("090-1234-5678").runs(FORM)
    assert at_name.asked == "confirmed"
    return at_name


def free_at(bookings: Bookings, start: str = "2026-12-03T17:30") -> int:
    """Return how many of the three seats at the head office are free."""
    at = datetime.fromisoformat(start).replace(tzinfo=TOKYO)
    later = at + timedelta(minutes=1)
    return 3 - bookings.taken("honchosha", at, later, clock.real_now()).get(at, 0)


# Taking in ---------------------------------------------------------------------------------------


def test_the_form_begins_with_what_the_notice_says(talk: Talk) -> None:
    assert talk.hears("予約したい", "book").runs(FORM).asked == "notice"
    assert talk.names == []


def test_what_was_said_in_the_first_sentence_is_not_asked_again(talk: Talk) -> None:
    text = "来週の木曜の夕方に本庁舎で小3の娘の更新を。私は母親で同じ世帯です"
    talk.hears(text, "book").runs(FORM)
    assert talk.known | {"applicant": "legal_representative", "holder": "under_15",
                         "proof_waiver": "same_household", "counter": "honchosha"} == talk.known
    assert talk.asked == "notice"
    assert talk.names == ["understood_with_wish"]


def test_an_answer_is_kept_and_the_next_question_asked(talk: Talk) -> None:
    talk.hears("予約する", "book").runs(FORM)
    talk.hears("電子証明書").runs(FORM)
    assert (talk.slots["notice"], talk.asked) == ("certificate", "applicant")


def test_an_expiry_date_is_said_back_with_the_first_day(talk: Talk) -> None:
    talk.slots = {"notice": "certificate", "applicant": "self", "holder": "general",
                  "requested_slot": "expires_on"}
    talk.hears("R9.2.20").runs(FORM)
    assert talk.names == ["window_inside"]
    assert talk.said[0]["expires_on"] == "令和9年2月20日（土）"
    assert talk.said[0]["renewable_from"] == "令和8年11月21日（土）"
    assert talk.asked == "pins"


def test_a_day_that_was_not_yet_is_asked_for_anew_each_time_in_other_words(talk: Talk) -> None:
    talk.slots = {"notice": "certificate", "applicant": "self", "holder": "general",
                  "expires_on": "unknown", "expiry_help": "compute", "requested_slot": "birthday"}
    for how in ("short", "example", "other_way"):
        talk.hears("2027年3月5日").runs(FORM)
        assert talk.names == ["invalid_birthday_in_future"]
        assert (talk.asked, talk.slots["ask_how"]) == ("birthday", how)
    assert talk.slots.get("birthday") is None


def test_what_was_said_before_is_no_answer_that_could_not_be_read(talk: Talk) -> None:
    talk.slots = {"applicant": "other_proxy", "holder": "general", "requested_slot": "notice"}
    talk.hears("母は78歳です").runs(FORM)
    assert (talk.names, talk.asked, talk.slots["ask_how"]) == ([], "notice", "short")


def test_the_expiry_of_the_next_card_is_not_yet_taken(talk: Talk) -> None:
    talk.slots = {"family": True, "cards": 2, "several": True, "notice": "certificate",
                  "applicant": "self", "holder": "general", "expires_on": "2027-02-20",
                  "requested_slot": "pins"}
    talk.hears("令和9年3月1日").runs(FORM)
    assert talk.names == ["expiry_of_others_later"]
    assert (talk.slots["expires_on"], talk.asked) == ("2027-02-20", "pins")


def test_the_documents_are_listed_once_all_about_them_is_known(talk: Talk) -> None:
    talk.slots = {"notice": "certificate", "applicant": "self", "holder": "general",
                  "expires_on": "2027-02-20", "requested_slot": "pins"}
    talk.hears("覚えている").runs(FORM)
    assert talk.names == ["documents_and_pins"]
    items = talk.said[0]["custom"]["people"][0]["items"]
    assert [item["id"] for item in items] == ["card", "pin_juki", "pin_user", "pin_sign"]


def test_the_same_documents_are_not_listed_twice(at_counter: Talk) -> None:
    at_counter.hears("本庁舎で").runs(FORM)
    assert "documents_and_pins" in at_counter.names
    at_counter.hears("西口で").runs(FORM)
    assert "documents_and_pins" not in at_counter.names


def test_a_chosen_time_is_held(at_name: Talk, bookings: Bookings) -> None:
    assert at_name.names[0] == "held_with_note"
    assert free_at(bookings) == 2


def test_the_same_message_delivered_twice_holds_one_seat(
    at_counter: Talk, bookings: Bookings
) -> None:
    before = dict(at_counter.slots)
    at_counter.presses(start="2026-12-03T17:30", counter="honchosha").runs(FORM)
    at_counter.slots, at_counter.events = before, at_counter.events[:1]
    at_counter.runs(FORM)
    assert free_at(bookings) == 2


def test_another_time_gives_the_first_one_back(at_name: Talk, bookings: Bookings) -> None:
    at_name.presses(start="2026-12-03T18:00", counter="honchosha").runs(FORM)
    assert (free_at(bookings), free_at(bookings, "2026-12-03T18:00")) == (3, 2)


def test_name_and_phone_are_taken_and_the_summary_comes(at_confirmation: Talk) -> None:
    assert at_confirmation.slots["name_kana"] == "サトウハナコ"
    assert at_confirmation.slots["phone"] == "09012345678"
    assert at_confirmation.asked == "confirmed"


def test_the_form_ends_with_the_yes(at_confirmation: Talk) -> None:
    at_confirmation.hears("はい", "affirm").runs(FORM)
    assert (at_confirmation.slots["confirmed"], at_confirmation.asked) == ("yes", None)


def test_the_form_ends_where_nothing_can_be_booked(talk: Talk) -> None:
    talk.hears("予約する", "book").runs(FORM)
    talk.presses(notice="card").runs(FORM)
    assert talk.names == ["card_renewal"]
    assert talk.asked is None


# Asking again ------------------------------------------------------------------------------------


def test_a_question_in_the_middle_is_left_to_its_rule(at_counter: Talk) -> None:
    at_counter.hears("手数料はかかりますか", "ask_fee").runs(FORM)
    assert at_counter.names == []
    assert at_counter.asked == "counter"


def test_after_the_answer_to_a_question_the_form_asks_again_in_short(at_counter: Talk) -> None:
    at_counter.hears("手数料はかかりますか", "ask_fee").runs(FORM)
    at_counter.events.append({"event": "action", "name": "action_answer_question"})
    at_counter.runs(FORM)
    assert (at_counter.asked, at_counter.slots["ask_how"]) == ("counter", "short")


def test_an_answer_with_a_question_beside_it_gets_both(at_counter: Talk) -> None:
    at_counter.hears(
        "西口で。手数料はいくらですか",
        clauses=[("西口で。", "inform"), ("手数料はいくらですか", "ask_fee")],
    ).runs(FORM)
    assert at_counter.slots["counter"] == "nishiguchi"
    assert at_counter.names[-1] == "ask_fee"


def test_what_cannot_be_read_is_asked_in_short_then_by_example_then_another_way(
    at_counter: Talk,
) -> None:
    how = []
    for _ in range(4):
        at_counter.hears("ふがふが", "nlu_fallback", 0.2).runs(FORM)
        assert at_counter.names == ["answer_not_read"]
        how.append(at_counter.slots["ask_how"])
    assert how == ["short", "example", "other_way", "short"]


def test_a_readable_answer_forgives_the_failed_ones(at_counter: Talk) -> None:
    for _ in range(2):
        at_counter.hears("ふがふが", "nlu_fallback", 0.2).runs(FORM)
    at_counter.hears("本庁舎で").runs(FORM)
    assert (at_counter.asked, at_counter.slots["failed_answers"]) == ("visit_date", None)
    at_counter.hears("ふがふが", "nlu_fallback", 0.2).runs(FORM)
    assert at_counter.slots["ask_how"] == "short"


def test_saying_book_again_in_the_form_asks_again(at_counter: Talk) -> None:
    at_counter.hears("予約したい", "book").runs(FORM)
    assert (at_counter.asked, at_counter.slots["ask_how"]) == ("counter", "short")
    assert at_counter.names == []


def test_a_secret_is_refused_and_the_question_stays(at_counter: Talk) -> None:
    at_counter.slots["requested_slot"] = "pins"
    at_counter.slots["pins"] = None
    at_counter.hears("●●●●です", "secret_typed").runs(FORM)
    assert at_counter.names == ["secret_typed"]
    assert (at_counter.asked, at_counter.slots["pins"]) == ("pins", None)


# Back, correct, go on ----------------------------------------------------------------------------


def test_back_asks_the_last_question_again(at_counter: Talk) -> None:
    at_counter.hears("戻る", "go_back").runs(FORM)
    assert at_counter.names == ["back"]
    assert (at_counter.asked, at_counter.slots["pins"]) == ("pins", None)


def test_back_at_the_first_question_stays_there(talk: Talk) -> None:
    talk.hears("予約する", "book").runs(FORM)
    talk.hears("戻る", "go_back").runs(FORM)
    assert talk.names == ["nothing_to_go_back_to"]
    assert talk.asked == "notice"


@pytest.mark.parametrize(
    ("what", "asked"),
    [
        ("visit", "visit_date"),
        ("counter", "counter"),
        ("name_kana", "name_kana"),
        ("phone", "phone"),
    ],
)
def test_the_buttons_of_the_summary_open_one_answer_again(
    at_confirmation: Talk, what: str, asked: str
) -> None:
    at_confirmation.presses(confirmed="fix").runs(FORM)
    assert (at_confirmation.asked, at_confirmation.slots["ask_how"]) == ("confirmed", "fix")
    at_confirmation.presses(confirmed="fix").runs(FORM)
    assert (at_confirmation.asked, at_confirmation.slots["ask_how"]) == ("confirmed", "short")
    at_confirmation.presses("correct", correct=what).runs(FORM)
    assert at_confirmation.asked == asked


def test_a_correction_in_words_is_said_back_and_the_summary_comes_again(
    at_confirmation: Talk,
) -> None:
    at_confirmation.hears("電話番号は024-555-0123に変えてください", "correct").runs(FORM)
    assert at_confirmation.names == ["changed"]
    assert at_confirmation.slots["phone"] == "0245550123"
    assert at_confirmation.asked == "confirmed"


def test_who_goes_on_after_a_stop_is_told_so(at_counter: Talk) -> None:
    at_counter.hears("やめる", "stop").runs(ActionStop())
    at_counter.hears("続きから", "resume").runs(FORM)
    assert at_counter.names[0] == "resumed"
    assert (at_counter.asked, at_counter.slots["stopped"]) == ("counter", None)


# The questions with live values ------------------------------------------------------------------


def test_the_day_is_asked_with_the_next_free_times(at_counter: Talk) -> None:
    at_counter.hears("本庁舎で").runs(FORM).runs(ActionAskVisitDate())
    [question] = at_counter.said
    assert question["response"] == "utter_ask_visit_date"
    assert [button["title"] for button in question["buttons"]] == [
        "11月25日（水）8:30", "11月25日（水）9:00", "11月25日（水）9:30", "11月25日（水）10:00",
    ]  # fmt: skip
    first = question["buttons"][0]["payload"]
    assert first == '/inform{"start": "2026-11-25T08:30", "counter": "honchosha"}'
    assert question["custom"]["type"] == "slot_calendar"


def test_where_any_counter_will_do_each_time_says_its_counter(at_counter: Talk) -> None:
    at_counter.presses(counter="any").runs(FORM).runs(ActionAskVisitDate())
    assert at_counter.said[0]["buttons"][0]["title"] == "11月25日（水）8:30 本庁舎1階"


def test_the_calendar_knows_every_day_and_why_it_is_closed(at_counter: Talk) -> None:
    at_counter.hears("西口で").runs(FORM).runs(ActionAskVisitDate())
    calendar = at_counter.said[0]["custom"]
    assert (calendar["counter"], len(calendar["days"])) == ("nishiguchi", 28)
    days = {day["date"]: day for day in calendar["days"]}
    assert [slot["label"] for slot in days["2026-11-25"]["slots"]] == ["11:00", "11:30", "15:30"]
    assert days["2026-11-28"]["closed"] == "weekend"
    assert {slot["mark"] for slot in days["2026-11-25"]["slots"]} == {"○"}


def test_nothing_free_says_where_to_go_without_a_booking(
    at_counter: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("renewal.application.offer", lambda a, desk, limit=4: [])
    at_counter.hears("本庁舎で").runs(FORM).runs(ActionAskVisitDate())
    assert at_counter.names == ["ask_visit_date_none_free"]


def test_the_time_is_asked_with_what_is_free_that_day(at_counter: Talk) -> None:
    at_counter.hears("西口で").runs(FORM)
    at_counter.hears("12月3日").runs(FORM).runs(ActionAskVisitTime())
    [question] = at_counter.said
    assert question["day"] == "12月3日（木）"
    assert [button["title"] for button in question["buttons"]] == [
        "11:00", "11:30", "15:30", "@other_day",
    ]  # fmt: skip


def test_a_long_day_fits_the_buttons_that_line_can_show(at_counter: Talk) -> None:
    at_counter.hears("本庁舎で").runs(FORM)
    at_counter.hears("12月3日").runs(FORM).runs(ActionAskVisitTime())
    assert len(at_counter.said[0]["buttons"]) <= 13


def test_the_summary_is_rows_as_well_each_with_its_change(at_confirmation: Talk) -> None:
    card = at_confirmation.runs(ActionAskConfirmed()).said[0]["custom"]
    assert card["primary"]["payload"] == '/inform{"confirmed": "yes"}'
    assert {row["id"]: row["change"] and row["change"]["payload"] for row in card["rows"]} == {
        "when": '/correct{"correct": "visit"}',
        "counter": '/correct{"correct": "counter"}',
        "holder": '/correct{"correct": "applicant"}',
        "comes": '/correct{"correct": "applicant"}',
        "name": '/correct{"correct": "name_kana"}',
        "phone": '/correct{"correct": "phone"}',
        "bring": None,
    }
    values = {row["id"]: row["values"] for row in card["rows"]}
    assert values["comes"] == ["@who_self"]
    assert values["phone"][0].count("-") == 2


def test_the_summary_holds_everything_that_is_booked(at_confirmation: Talk) -> None:
    said = at_confirmation.runs(ActionAskConfirmed()).said[0]
    for part in ("令和8年12月3日（木）17時30分", "本庁舎1階 マイナンバーカード手続コーナー", "サトウハナコ"):
        assert part in said["summary"]
    assert (said["comes"], said["hyphenated_phone"]) == (["@who_self"], "090-1234-5678")
    assert "マイナンバーカード" in said["bring"] and "署名用の暗証番号" in said["bring"]


# The end -----------------------------------------------------------------------------------------


def confirm(talk: Talk) -> Talk:
    return talk.hears("はい", "affirm").runs(FORM).runs(ActionFinishApplication())


def test_what_was_confirmed_is_booked(at_confirmation: Talk, bookings: Bookings) -> None:
    confirm(at_confirmation)
    [booking] = bookings.list_bookings()
    assert booking.counter == "honchosha"
    assert booking.start.isoformat() == "2026-12-03T17:30:00+09:00"
    assert (booking.visit.applicant, booking.visit.channel) == ("self", "web")
    assert booking.phone == "09012345678"
    assert booking.cards[0].name_kana == "サトウハナコ"
    assert booking.cards[0].documents == ("card", "pin_juki", "pin_user", "pin_sign")


def test_the_person_gets_code_day_and_place_and_a_card(at_confirmation: Talk) -> None:
    [said] = confirm(at_confirmation).said
    assert said["response"] == "utter_booked"
    assert said["when"] == "令和8年12月3日（木）17時30分"
    assert said["code"] == said["custom"]["code"] == at_confirmation.slots["last_booking"]
    assert said["custom"]["type"] == "booking_card"


def test_after_booking_no_name_or_phone_is_left_in_the_conversation(at_confirmation: Talk) -> None:
    confirm(at_confirmation)
    assert not SLOTS & at_confirmation.known.keys()


def test_confirming_twice_books_once_and_gives_the_same_code(
    at_confirmation: Talk, bookings: Bookings
) -> None:
    at_confirmation.hears("はい", "affirm").runs(FORM)
    before = dict(at_confirmation.slots)
    first = at_confirmation.runs(ActionFinishApplication()).said[0]["code"]
    at_confirmation.slots = before
    assert at_confirmation.runs(ActionFinishApplication()).said[0]["code"] == first
    assert len(bookings.list_bookings()) == 1


def test_a_seat_that_was_lost_meanwhile_is_said_and_the_form_goes_on(
    at_confirmation: Talk, bookings: Bookings
) -> None:
    at_confirmation.hears("はい", "affirm").runs(FORM)
    bookings.release(at_confirmation.slots["hold"])
    at_confirmation.runs(ActionFinishApplication())
    assert at_confirmation.names == ["time_lost"]
    assert at_confirmation.events[-1] == {
        "event": "followup", "timestamp": None, "name": "application_form",
    }  # fmt: skip
    kept = at_confirmation.known
    assert kept["phone"] == "09012345678"
    assert not {"hold", "visit_date", "visit_time", "confirmed"} & kept.keys()


def test_an_application_that_ended_before_is_closed_without_a_booking(
    talk: Talk, bookings: Bookings
) -> None:
    talk.slots = {"notice": "card", "outcome": "card_renewal"}
    talk.hears("カード本体").runs(ActionFinishApplication())
    assert talk.names == ["anything_else"]
    assert not SLOTS & talk.known.keys()
    assert not bookings.list_bookings()


def test_a_childs_booking_names_the_parent_and_the_waiver(talk: Talk, bookings: Bookings) -> None:
    talk.slots = {
        "notice": "certificate", "applicant": "legal_representative", "holder": "under_15",
        "proof_waiver": "same_household", "expires_on": "2027-02-20", "pins": "remembered",
        "requested_slot": "counter",
    }  # fmt: skip
    talk.presses(start="2026-12-03T10:00", counter="honchosha").runs(FORM)
    for text in ("さとうみお", "さとうはなこ", "09012345678"):
        talk.hears(text).runs(FORM)
    said = talk.runs(ActionAskConfirmed()).said[0]
    assert (said["comes"], said["visitor"]) == (["@who_legal_representative"], "（サトウハナコ 様）")
    confirm(talk)
    [booking] = bookings.list_bookings()
    assert booking.visit.visitor_name == "サトウハナコ"
    assert booking.cards[0].same_household
    assert "rep_proof" in booking.cards[0].documents


# Stopping ----------------------------------------------------------------------------------------


def test_stopping_gives_the_seat_back_and_forgets_name_and_phone(
    at_confirmation: Talk, bookings: Bookings
) -> None:
    at_confirmation.hears("やめる", "stop").runs(ActionStop())
    assert at_confirmation.names == ["stopped"]
    assert free_at(bookings) == 3
    known = at_confirmation.known
    assert not {"hold", "name_kana", "phone", "visit_date", "requested_slot"} & known.keys()
    assert known["pins"] == "remembered"


def test_stopping_when_nothing_runs_says_so(talk: Talk) -> None:
    assert talk.hears("やめる", "stop").runs(ActionStop()).names == ["nothing_to_stop"]


def test_starting_over_gives_the_seat_back_and_forgets_everything(
    at_confirmation: Talk, bookings: Bookings
) -> None:
    at_confirmation.hears("最初から", "start_over").runs(ActionRestartApplication())
    assert at_confirmation.names == ["restarted"]
    assert free_at(bookings) == 3
    assert not SLOTS & at_confirmation.known.keys()
    at_confirmation.runs(FORM)
    assert at_confirmation.asked == "notice"


# The city decides --------------------------------------------------------------------------------


def without(rule: str) -> Any:
    city = the_city()
    return lambda: city.model_copy(
        update={"booking": city.booking.model_copy(update={rule: False})}
    )


def test_where_booking_needs_the_notice_a_person_without_it_is_sent_to_the_counter(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actions.base.the_city", without("bookable_without_notice"))
    talk.hears("予約する", "book").runs(FORM)
    talk.presses(notice="none").runs(FORM)
    assert talk.names == ["walk_in_without_notice"]
    assert talk.asked is None


def test_a_question_that_is_not_understood_is_said_to_be_so_and_the_form_goes_on(talk: Talk) -> None:
    talk.slots = {"notice": "certificate", "requested_slot": "applicant"}
    parts = [("本人です", "inform"), ("鯨は空を飛びますか", "chitchat")]
    talk.hears("本人です、鯨は空を飛びますか", "nlu_fallback", clauses=parts).runs(FORM)
    assert ("unclear_question" in talk.names, talk.slots["applicant"], talk.asked) == (True, "self", "expires_on")
    assert talk.hears("鯨は空を飛びますか", "nlu_fallback").runs(FORM).names == ["unclear_question"]
    assert talk.asked == "expires_on"
