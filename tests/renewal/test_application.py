"""The procedure: what is asked, in which order, and what each answer means for the rest."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reading.dated import read_wish
from renewal import application, calendar_view, clock, slots
from renewal.application import Application, Desk, Remark
from renewal.bookings import Bookings, TryAgain, create_engine_from
from renewal.certificate import renewal_window
from renewal.city import City
from renewal.clock import TOKYO
from renewal.opening_hours import Closure

NOW = datetime(2026, 11, 24, 10, tzinfo=TOKYO)  # a Tuesday; the last bookable day is 23 January
INSIDE, EXPIRED = "2027-02-20", "2026-10-01"
SOON, FAR = "2027-03-20", "2031-05-10"  # renewable from 21 December; from 11 February 2031


@pytest.fixture
def desk(city: City, sqlite_template: bytes, tmp_path: Path) -> Iterator[Desk]:
    """A desk with an empty database of its own."""
    path = tmp_path / "renewal.db"
    path.write_bytes(sqlite_template)
    engine = create_engine_from(f"sqlite:///{path}")
    yield Desk(city, Bookings(engine), NOW, clock.real_now())
    engine.dispose()


@dataclass
class Talk:
    """Somebody whose answers are taken in one after the other."""

    desk: Desk
    a: Application = field(default_factory=Application)
    remarks: list[Remark] = field(default_factory=list)
    turns: int = 0

    @property
    def asked(self) -> str | None:
        return application.next_question(self.a, self.desk)

    @property
    def said(self) -> list[str]:
        return [remark.name for remark in self.remarks]

    def says(self, **answers: Any) -> Talk:
        """Take in these answers; a wish may be given in words."""
        self.turns += 1
        if isinstance(answers.get("wish"), str):
            answers["wish"] = read_wish(answers["wish"], self.desk.now).to_json()
        key = f"hold:{id(self)}:{self.turns}"
        self.a, self.remarks = application.advance(self.a, answers, self.desk, self.asked, key)
        return self

    def value(self, name: str, value: str) -> Any:
        """Return a value of the remark with this name."""
        [remark] = [remark for remark in self.remarks if remark.name == name]
        return remark.values[value]


@pytest.fixture
def talk(desk: Desk) -> Talk:
    return Talk(desk)


@pytest.fixture
def adult(talk: Talk) -> Talk:
    """An adult for themselves, inside the period, PINs known: the counter is asked next."""
    return talk.says(notice="certificate", applicant="self", expires_on=INSIDE, pins="remembered")


@pytest.fixture
def proxy(talk: Talk) -> Talk:
    """Somebody who comes for an adult."""
    return talk.says(notice="certificate", applicant="other_proxy", holder="general")


def with_rules(desk: Desk, **rules: Any) -> Desk:
    """Return the desk of a city that decided otherwise."""
    booking = desk.city.booking.model_copy(update=rules)
    return replace(desk, city=desk.city.model_copy(update={"booking": booking}))


# What is asked, in order -------------------------------------------------------------------------

ASKED_OF_EVERYBODY = ["pins", "counter", "visit_date", "visit_time", "name_kana"]


def order(desk: Desk, **known: Any) -> list[str]:
    return list(application.questions(Application(**known), desk))


def test_a_plain_adult_answers_ten_questions(desk: Desk) -> None:
    asked = order(desk, applicant="self", holder="general")
    assert asked == ["notice", "applicant", "expires_on", *ASKED_OF_EVERYBODY, "phone", "confirmed"]
    assert len(asked) == 10  # with the greeting: 11 answers


def test_a_child_is_asked_for_the_household_and_the_visitors_name(desk: Desk) -> None:
    assert order(desk, applicant="legal_representative", holder="under_15") == [
        "notice", "applicant", "holder", "proof_waiver", "expires_on", *ASKED_OF_EVERYBODY,
        "visitor_name", "phone", "confirmed",
    ]  # fmt: skip


def test_another_proxy_is_asked_for_the_reply_form_and_its_limit(desk: Desk) -> None:
    asked = order(desk, applicant="other_proxy", holder="general", reply_form="ready")
    assert asked[3:6] == ["reply_form", "reply_form_limit", "expires_on"]
    assert "proof_waiver" not in asked


def test_a_missing_reply_form_is_asked_for_a_plan_and_no_limit(desk: Desk) -> None:
    asked = order(desk, applicant="other_proxy", holder="general", reply_form="missing")
    assert asked[3:6] == ["reply_form", "reissue_plan", "expires_on"]


def test_an_unknown_expiry_can_be_computed(desk: Desk) -> None:
    known: dict[str, Any] = {"applicant": "self", "holder": "general", "expires_on": "unknown"}
    assert order(desk, **known)[2:5] == ["expires_on", "expiry_help", "pins"]
    assert order(desk, **known, expiry_help="compute")[2:7] == [
        "expires_on", "expiry_help", "birthday", "issued_on", "pins",
    ]  # fmt: skip


def test_too_early_a_date_is_questioned_before_anything_else_is_asked(desk: Desk) -> None:
    known = {"applicant": "self", "holder": "general", "expires_on": FAR}
    asked = order(desk, notice="certificate", **known)
    assert asked[2:6] == ["expires_on", "expiry_checked", "book_later", "pins"]
    assert order(desk, **known)[:3] == ["expiry_checked", "book_later", "notice"]


def test_who_is_nearly_fifteen_is_asked_for_the_birthday_once(desk: Desk) -> None:
    known = {"applicant": "legal_representative", "holder": "under_15", "near_fifteen": True}
    asked = order(desk, **known, expires_on="unknown", expiry_help="compute")
    assert asked[2:4] == ["holder", "birthday"]
    assert asked.count("birthday") == 1


def test_what_can_turn_a_person_away_is_asked_before_a_time(desk: Desk) -> None:
    for known in ({"applicant": "self"}, {"applicant": "legal_representative"},
                  {"applicant": "other_proxy", "reply_form": "missing"}, {"expires_on": FAR}):
        asked = order(desk, **known)
        assert max(map(asked.index, {"notice", "applicant", "pins"})) < asked.index("counter")
        assert asked.index("counter") < asked.index("visit_date") < asked.index("name_kana")


def test_an_application_that_has_ended_asks_nothing(desk: Desk) -> None:
    assert application.next_question(Application(outcome="card_renewal"), desk) is None


# Back --------------------------------------------------------------------------------------------


def back(talk: Talk) -> str | None:
    talk.a = application.step_back(talk.a, talk.desk, talk.asked)
    return talk.asked


def test_back_goes_through_the_questions_one_by_one(adult: Talk) -> None:
    assert [back(adult) for _ in range(4)] == ["pins", "expires_on", "applicant", "notice"]
    assert adult.a.notice is None


def test_back_at_the_first_question_changes_nothing(talk: Talk) -> None:
    assert application.step_back(talk.a, talk.desk, "notice") == Application()


def test_back_from_the_time_asks_for_the_day_again(adult: Talk) -> None:
    adult.says(counter="honchosha").says(wish="12月3日")
    assert adult.asked == "visit_time"
    assert back(adult) == "visit_date"
    assert adult.a.wish is None


def test_back_from_the_name_asks_for_the_day_and_not_only_the_time(adult: Talk) -> None:
    adult.says(counter="honchosha", visit_date="2026-12-03", visit_time="10:00")
    assert adult.asked == "name_kana"
    assert back(adult) == "visit_date"


def test_back_to_the_counter_keeps_what_was_wished(adult: Talk) -> None:
    adult.says(counter="honchosha", wish="木曜がいい")
    adult.a = replace(adult.a, visit_date=None, visit_time=None)
    assert back(adult) == "counter"
    assert adult.a.wished.weekdays == {3}, "a day is not forgotten without a word"


def test_a_time_that_one_counter_has_settles_the_counter_and_says_so(adult: Talk) -> None:
    adult.says(wish="木曜の夜")
    assert adult.a.counter == "honchosha" and "only_counter" in adult.said


def test_a_day_alone_leaves_the_counter_open(adult: Talk) -> None:
    adult.says(wish="木曜がいい")
    assert adult.a.counter is None


def test_back_after_a_child_alone_asks_again_who_comes(talk: Talk) -> None:
    talk.says(notice="certificate", applicant="legal_representative", holder="under_15")
    assert back(talk) == "holder"
    assert back(talk) == "applicant"


# The notice --------------------------------------------------------------------------------------


def test_the_card_itself_ends_the_application_with_the_call_centre(talk: Talk) -> None:
    talk.says(notice="card")
    assert (talk.said, talk.a.outcome, talk.asked) == (["card_renewal"], "card_renewal", None)


def test_two_dates_on_the_same_day_are_a_card_renewal_where_the_notice_is_unknown(
    talk: Talk,
) -> None:
    talk.says(expires_on=INSIDE, card_expires_on=INSIDE)
    assert talk.a.outcome == "card_renewal"


def test_two_different_dates_go_on(talk: Talk) -> None:
    assert talk.says(expires_on=INSIDE, card_expires_on=FAR).a.outcome is None


def test_a_child_whose_notice_says_certificate_goes_on(talk: Talk) -> None:
    talk.says(notice="certificate", applicant="legal_representative", holder="under_15")
    assert (talk.a.outcome, talk.asked) == (None, "proof_waiver")


def test_without_the_notice_it_goes_on_and_the_counter_without_booking_is_named(talk: Talk) -> None:
    assert talk.says(notice="none").said == ["notice_not_come"]
    assert talk.asked == "applicant"


def test_a_city_that_books_only_with_the_notice_sends_to_the_counter(desk: Desk) -> None:
    talk = Talk(with_rules(desk, bookable_without_notice=False)).says(notice="none")
    assert (talk.said, talk.a.outcome) == (["walk_in_without_notice"], "walk_in")


# Who comes ---------------------------------------------------------------------------------------


def test_who_comes_for_themselves_is_not_asked_whose_card_it_is(talk: Talk) -> None:
    assert talk.says(notice="certificate", applicant="self").a.holder == "general"
    assert talk.asked == "expires_on"


@pytest.mark.parametrize("holder", ["under_15", "adult_ward"])
def test_a_child_or_ward_cannot_come_alone(talk: Talk, holder: str) -> None:
    talk.says(notice="certificate", applicant="self", holder=holder)
    assert talk.said == [f"impossible_self_{holder}"]
    assert talk.asked == "applicant"


@pytest.mark.parametrize("holder", ["under_15", "adult_ward"])
def test_another_proxy_cannot_come_for_a_child_or_ward(talk: Talk, holder: str) -> None:
    talk.says(notice="certificate", applicant="other_proxy", holder=holder)
    assert talk.said == [f"impossible_proxy_{holder}"]
    assert talk.asked == "applicant"


def test_a_parent_of_somebody_of_fifteen_or_older_is_an_ordinary_proxy(talk: Talk) -> None:
    talk.says(notice="certificate", applicant="legal_representative", holder="general")
    assert "representative_becomes_proxy" in talk.said
    assert (talk.a.applicant, talk.asked) == ("other_proxy", "reply_form")


def test_a_guardian_of_another_kind_is_handed_to_the_call_centre(talk: Talk) -> None:
    talk.says(other_guardian=True)
    assert (talk.said, talk.a.outcome) == (["ask_other_guardian"], "other_guardian")


def nearly_fifteen(talk: Talk, applicant: str) -> Talk:
    """Somebody who turns fifteen on 10 December 2026."""
    known = {"notice": "certificate", "applicant": applicant, "holder": "under_15"}
    talk.says(**known, near_fifteen=True)
    assert talk.asked == "birthday"
    return talk.says(
        birthday="2011-12-10", proof_waiver="same_household", expires_on=INSIDE, pins="remembered"
    )


def test_a_child_who_is_fifteen_by_the_visit_comes_alone_or_by_proxy(talk: Talk) -> None:
    nearly_fifteen(talk, "legal_representative").says(counter="honchosha", wish="12月11日の10時")
    assert "holder_of_age_by_visit" in talk.said
    assert (talk.a.holder, talk.asked) == ("general", "applicant")


def test_a_child_who_is_still_fourteen_at_the_visit_stays_a_child(talk: Talk) -> None:
    nearly_fifteen(talk, "legal_representative").says(counter="honchosha", wish="12月9日の10時")
    assert (talk.a.holder, talk.a.applicant) == ("under_15", "legal_representative")
    assert talk.a.hold


def test_the_fifteenth_birthday_itself_counts(talk: Talk) -> None:
    nearly_fifteen(talk, "legal_representative").says(counter="honchosha", wish="12月10日の10時")
    assert talk.a.holder == "general"


# The reply form ----------------------------------------------------------------------------------


def test_a_form_in_another_hand_is_explained_and_serves(proxy: Talk) -> None:
    assert proxy.says(reply_form="other_hand").said == ["reply_form_other_hand"]
    assert proxy.asked == "reply_form_limit"


def test_without_the_form_the_reissue_comes_first(proxy: Talk) -> None:
    assert proxy.says(reply_form="missing").said == ["reply_form_missing"]
    assert proxy.asked == "reissue_plan"


def test_who_waits_for_the_form_books_later(proxy: Talk) -> None:
    proxy.says(reply_form="missing").says(reissue_plan="later")
    assert (proxy.said, proxy.a.outcome) == (["come_back_with_form"], "reissue_first")


def test_no_day_is_offered_before_the_form_can_have_arrived(proxy: Talk) -> None:
    proxy.says(reply_form="missing").says(reissue_plan="book_after")
    proxy.says(expires_on=INSIDE, pins="remembered", counter="honchosha")
    arrives = NOW.date() + timedelta(days=proxy.desk.city.reply_form.reissue_days)
    assert application.offer(proxy.a, proxy.desk)[0].start.date() >= arrives
    proxy.says(wish="11月27日")
    assert "day_before_form" in proxy.said
    assert proxy.a.visit_date is None


def test_a_form_past_its_limit_is_a_missing_form(proxy: Talk) -> None:
    proxy.says(reply_form="ready").says(reply_form_limit="2026-11-20")
    assert proxy.said == ["reply_form_past_limit"]
    assert proxy.value("reply_form_past_limit", "limit") == "令和8年11月20日（金）"
    assert proxy.asked == "reissue_plan"


def test_a_form_is_good_on_the_day_of_its_limit(proxy: Talk) -> None:
    proxy.says(reply_form="ready").says(reply_form_limit="2026-11-24")
    assert proxy.a.reply_form == "ready"


def test_no_day_after_the_forms_limit_is_offered_or_taken(proxy: Talk) -> None:
    proxy.says(reply_form="ready", reply_form_limit="2026-11-27", expires_on=INSIDE)
    proxy.says(pins="remembered", counter="nishiguchi")
    offered = {slot.start.date() for slot in application.offer(proxy.a, proxy.desk, limit=99)}
    assert offered == {date(2026, 11, day) for day in (25, 26, 27)}
    assert "day_after_form_limit" in proxy.says(wish="11月30日").said


# The expiry date ---------------------------------------------------------------------------------


def test_inside_the_period_the_first_day_is_said_and_it_goes_on(talk: Talk) -> None:
    talk.says(notice="certificate", applicant="self").says(expires_on=INSIDE)
    assert talk.said == ["window_inside"]
    assert talk.value("window_inside", "renewable_from") == "令和8年11月21日（土）"
    assert talk.asked == "pins"


def test_after_the_expiry_it_is_said_what_has_stopped_and_it_goes_on(talk: Talk) -> None:
    talk.says(notice="certificate", applicant="self").says(expires_on=EXPIRED)
    assert (talk.said, talk.asked) == (["window_expired"], "pins")


def test_a_city_that_books_nobody_after_the_expiry_names_the_call_centre(desk: Desk) -> None:
    talk = Talk(with_rules(desk, bookable_after_expiry=False))
    talk.says(notice="certificate", applicant="self").says(expires_on=EXPIRED)
    assert talk.said == ["window_expired", "expired_not_bookable"]
    assert talk.a.outcome == "call_centre"


def test_too_early_a_date_is_questioned_once(talk: Talk) -> None:
    talk.says(notice="certificate", applicant="self").says(expires_on=FAR)
    assert (talk.said, talk.asked) == (["window_too_early"], "expiry_checked")


def test_who_looks_again_is_asked_for_the_date_again(talk: Talk) -> None:
    talk.says(notice="certificate", applicant="self", expires_on=FAR)
    assert talk.says(expiry_checked="recheck").asked == "expires_on"
    talk.says(expires_on=INSIDE)
    assert talk.asked == "pins"


def test_an_empty_field_is_explained(talk: Talk) -> None:
    talk.says(notice="certificate", applicant="self", expires_on=FAR)
    assert talk.says(expiry_checked="blank").said == ["expiry_field_blank"]
    assert talk.asked == "expires_on"


def test_a_date_past_the_horizon_ends_with_the_day_on_which_booking_opens(talk: Talk) -> None:
    talk.says(notice="certificate", applicant="self", expires_on=FAR)
    talk.says(expiry_checked="confirmed")
    assert (talk.said, talk.a.outcome) == (["too_early_to_book"], "too_early")
    assert talk.value("too_early_to_book", "renewable_from") == "令和13年2月11日（火）"
    assert talk.value("too_early_to_book", "opens_on") == "令和12年12月13日（金）"


def test_who_is_early_by_weeks_can_book_from_the_first_day_on(talk: Talk) -> None:
    talk.says(notice="certificate", applicant="self", expires_on=SOON)
    assert talk.says(expiry_checked="confirmed").asked == "book_later"
    talk.says(book_later="yes", pins="remembered", counter="honchosha")
    assert application.offer(talk.a, talk.desk)[0].start.date() == date(2026, 12, 21)
    talk.says(wish="12月18日")
    assert "day_before_window" in talk.said
    assert talk.value("day_before_window", "first_day") == "12月21日（月）"


def test_who_does_not_book_early_hears_when_to_come_back(talk: Talk) -> None:
    talk.says(notice="certificate", applicant="self", expires_on=SOON)
    talk.says(expiry_checked="confirmed").says(book_later="no")
    assert (talk.said, talk.a.outcome) == (["too_early_come_back"], "too_early")


def test_an_unknown_expiry_is_explained_and_may_be_skipped(talk: Talk) -> None:
    talk.says(notice="certificate", applicant="self")
    assert talk.says(expires_on="unknown").said == ["where_expiry_stands"]
    assert talk.says(expiry_help="skip").said == ["expiry_unknown_goes_on"]
    assert talk.asked == "pins"


def test_an_expiry_computed_from_the_day_of_issue_has_two_candidates_and_none_is_called_expired(
    talk: Talk,
) -> None:
    talk.says(notice="certificate", applicant="self", expires_on="unknown")
    talk.says(expiry_help="compute").says(birthday="1965-03-05").says(issued_on="2021-10-05")
    assert talk.said == ["expiry_computed_either"]
    assert talk.value("expiry_computed_either", "candidates") == (
        "令和8年3月5日（木）、または令和9年3月5日（金）"
    )
    assert (talk.a.expires_on, talk.asked) == ("unknown", "pins")


def test_who_renewed_lately_is_too_early_whichever_candidate_it_is(talk: Talk) -> None:
    talk.says(notice="certificate", applicant="self", expires_on="unknown")
    talk.says(expiry_help="compute").says(birthday="1965-03-05").says(issued_on="2025")
    assert talk.said == ["expiry_computed_either", "window_too_early"]
    assert talk.asked == "expiry_checked"


def test_on_the_last_day_it_is_told_until_when_one_may_come_today(talk: Talk) -> None:
    talk.says(notice="certificate", applicant="self", expires_on="2026-11-24")
    assert "window_last_day" in talk.said
    assert talk.value("window_last_day", "open_today") == "本庁舎1階は17時まで"


@pytest.mark.parametrize("issued_on", ["2021-10-05", "2021"])
def test_a_certificate_made_before_its_holder_was_born_is_asked_about_again(
    talk: Talk, issued_on: str
) -> None:
    talk.says(notice="certificate", applicant="self", expires_on="unknown")
    talk.says(expiry_help="compute").says(birthday="2025-12-03").says(issued_on=issued_on)
    assert talk.said == ["issued_before_birth"]
    assert talk.asked == "birthday"


def test_a_year_of_issue_alone_may_leave_two_days(talk: Talk) -> None:
    talk.says(notice="certificate", applicant="self", expires_on="unknown")
    talk.says(expiry_help="compute").says(birthday="1965-06-05").says(issued_on="2021")
    assert talk.said == ["expiry_computed_renewable"]
    assert talk.value("expiry_computed_renewable", "candidates") == (
        "令和7年6月5日（木）、または令和8年6月5日（金）"
    )
    assert talk.asked == "pins"


def test_two_possible_days_of_which_one_is_too_early_send_to_the_notice(talk: Talk) -> None:
    talk.says(notice="certificate", applicant="self", expires_on="unknown")
    talk.says(expiry_help="compute").says(birthday="1965-06-05").says(issued_on="2022")
    assert talk.said == ["expiry_computed_either"]
    assert talk.asked == "pins"


def test_the_large_date_on_the_card_is_no_expiry_of_the_certificate(talk: Talk) -> None:
    talk.says(notice="certificate", applicant="self", expires_on="2031-05-10")
    talk.says(expiry_checked="card")
    assert talk.said == ["where_expiry_stands"]
    assert (talk.asked, talk.a.expires_on) == ("expires_on", None)


def test_a_computed_date_is_not_called_a_change(talk: Talk) -> None:
    talk.says(notice="certificate", applicant="self", expires_on="unknown")
    talk.says(expiry_help="compute", birthday="1965-03-05", issued_on="2024-06-01")
    assert "changed" not in talk.said


def test_a_date_that_may_be_either_is_asked_about_first(talk: Talk) -> None:
    talk.says(unclear_date="2027-01-20")
    assert (talk.said, talk.asked) == (["date_heard"], "date_meant")
    assert talk.value("date_heard", "day") == "令和9年1月20日（水）"


def test_such_a_date_is_the_expiry_or_the_day_to_come_on(talk: Talk) -> None:
    expiry = Talk(talk.desk, Application()).says(unclear_date="2027-01-20").says(date_meant="expires_on")
    assert (expiry.a.expires_on, expiry.a.wish, expiry.asked) == ("2027-01-20", None, "notice")
    visit = Talk(talk.desk, Application()).says(unclear_date="2027-01-20").says(date_meant="visit")
    assert (visit.a.expires_on, visit.said) == (None, ["understood_wish"])
    assert visit.a.wished.days == (date(2027, 1, 20),)


def test_a_new_day_to_come_on_makes_such_a_date_the_expiry(talk: Talk) -> None:
    talk.says(unclear_date="2027-01-15").says(date_meant="visit", wish="来週の火曜の午前中")
    assert (talk.a.expires_on, talk.a.wished.days) == ("2027-01-15", (date(2026, 12, 1),))


def test_a_time_of_day_told_with_it_stays(talk: Talk) -> None:
    talk.says(unclear_date="2027-01-20").says(date_meant="visit", wish="午前中")
    assert talk.a.expires_on is None
    assert talk.a.wished.days == (date(2027, 1, 20),) and talk.a.wished.until_time is not None


CHILDREN = {"cards": 2, "people": [{"relation": "child"}, {"relation": "child"}]}


def test_the_expiry_of_a_card_that_follows_is_kept_until_its_turn(talk: Talk) -> None:
    talk.says(**CHILDREN, children=["under_15", "under_15"], notice="certificate")
    talk.says(proof_waiver="same_household", expires_on=INSIDE)
    talk.says(expiries={1: "2027-02-14"})
    assert (talk.said, talk.asked) == (["expiry_noted"], "pins")
    talk.says(pins="remembered")
    assert talk.asked == "counter", "it is not asked for again"
    assert [card.expires_on for card in application.party.each(talk.a)] == [INSIDE, "2027-02-14"]


def test_a_following_card_that_is_too_early_is_told_so_when_its_turn_comes(talk: Talk) -> None:
    talk.says(**CHILDREN, children=["under_15", "under_15"], notice="certificate")
    talk.says(proof_waiver="same_household", expiries={0: INSIDE, 1: SOON})
    talk.says(pins="remembered")
    assert ("window_too_early" in talk.said, talk.asked) == (True, "book_later")


def test_children_told_of_together_are_those_whose_cards_follow(talk: Talk) -> None:
    me = {"applicant": "self", "holder": "general"}
    talk.says(people=[me, {"relation": "child"}, {"relation": "child"}], notice="certificate")
    talk.says(children=["general", "under_15"])
    assert talk.a.applicant == "self", "the parent's own card stays the parent's"
    assert [card.get("holder") for card in talk.a.to_come or ()] == ["general", "under_15"]


def test_names_told_at_once_are_those_of_the_cards_in_their_order(talk: Talk) -> None:
    talk.says(**CHILDREN, children=["under_15", "under_15"], notice="certificate")
    talk.says(proof_waiver="same_household", expires_on=INSIDE).says(expires_on=INSIDE, pins="remembered")
    talk.says(pins="remembered", name_kana="ヤマダ リク", more_names=["ヤマダ ミク", "ヤマダ ソラ"])
    assert [card.name_kana for card in application.party.each(talk.a)] == ["ヤマダ リク", "ヤマダ ミク"]


def test_the_child_that_is_named_is_left_out_and_not_another(talk: Talk) -> None:
    talk.says(**CHILDREN, children=["general", "under_15"], notice="certificate")
    talk.says(applicant="self", expires_on=INSIDE, pins="remembered")
    talk.says(proof_waiver="neither", expires_on=INSIDE)
    assert talk.asked == "counter"
    talk.says(cards_by=-1, without=0)
    assert [card.holder for card in application.party.each(talk.a)] == ["under_15"]


def test_a_parent_is_the_representative_again_on_a_day_before_the_birthday(talk: Talk) -> None:
    talk.says(notice="certificate", applicant="legal_representative", near_fifteen=True)
    talk.says(birthday="2011-12-10", proof_waiver="same_household", expires_on=INSIDE)
    talk.says(pins="remembered").says(counter="honchosha").says(wish="12月15日")
    assert (talk.asked, talk.a.holder) == ("applicant", "general")
    talk.says(wish="12月3日")
    assert (talk.a.applicant, talk.a.holder) == ("legal_representative", "under_15")
    assert (talk.a.visit_date, talk.asked) == ("2026-12-03", "visit_time"), "the day stays chosen"


@pytest.fixture
def brothers(talk: Talk) -> Talk:
    """Two children in one booking, the older 15 on 5 January 2027; the counter is chosen."""
    talk.says(**CHILDREN, children=["near_fifteen", "under_15"], notice="certificate")
    assert talk.asked == "birthday"
    talk.says(birthday="2012-01-05", proof_waiver="same_household")
    talk.says(expiries={0: INSIDE, 1: INSIDE}, pins="remembered")
    return talk.says(counter="honchosha")


def test_one_of_several_children_may_be_fifteen_on_the_day(brothers: Talk) -> None:
    brothers.says(wish="1月6日")
    assert (brothers.asked, brothers.a.holder) == ("applicant", "general")
    assert application.party.person(brothers.a) == "1人目（お子さま）", "their order stays"
    brothers.says(applicant="self")
    cards = list(application.party.each(brothers.a))
    assert [(card.applicant, card.holder) for card in cards] == [
        ("self", "general"), ("legal_representative", "under_15"),
    ]  # fmt: skip
    bring = [items for _, items in application.checklists(brothers.a, brothers.desk)]
    assert ["rep_proof" in [item.id for item in items] for items in bring] == [False, True]
    assert brothers.asked == "visit_time"


def test_beside_a_child_that_comes_along_the_parents_name_is_asked(brothers: Talk) -> None:
    brothers.says(wish="1月6日の10時").says(applicant="self")
    brothers.says(name_kana="ヤマダ タロウ").says(name_kana="ヤマダ ジロウ")
    assert brothers.asked == "visitor_name"


def test_before_that_birthday_the_parent_comes_for_both_again(brothers: Talk) -> None:
    brothers.says(wish="1月6日").says(applicant="self").says(wish="12月14日")
    cards = list(application.party.each(brothers.a))
    assert {(card.applicant, card.holder) for card in cards} == {
        ("legal_representative", "under_15")
    }


def test_who_does_not_come_after_all_needs_the_reply_form(talk: Talk) -> None:
    me = {"applicant": "self", "holder": "general"}
    talk.says(people=[me, me], notice="certificate", expires_on=INSIDE, pins="remembered")
    talk.says(expires_on=INSIDE)
    talk.says(comes=(1, False))
    assert talk.asked == "reply_form"
    talk.says(reply_form="have", reply_form_limit="unknown")
    bring = [[item.id for item in items] for _, items in application.checklists(talk.a, talk.desk)]
    assert "inquiry_form" in bring[1] and "inquiry_form" not in bring[0]


def test_where_the_expiry_is_known_such_a_date_is_the_day_to_come_on(adult: Talk) -> None:
    adult.says(unclear_date="2027-01-20")
    assert (adult.asked, adult.a.wished.days) == ("counter", (date(2027, 1, 20),))


def test_the_known_expiry_said_once_more_is_no_day_to_come_on(talk: Talk) -> None:
    talk.says(notice="certificate", applicant="self", expires_on="2027-01-20")
    talk.says(unclear_date="2027-01-20")
    assert (talk.said, talk.a.wish, talk.asked) == ([], None, "pins")


def test_back_from_that_question_forgets_the_date(talk: Talk) -> None:
    talk.says(unclear_date="2027-01-20")
    talk.a = application.step_back(talk.a, talk.desk, talk.asked)
    assert talk.a == Application()


def test_the_household_told_at_ones_own_card_counts_for_the_childrens(talk: Talk) -> None:
    child = {"applicant": "legal_representative", "holder": "under_15"}
    talk.says(people=[{"applicant": "self", "holder": "general"}, child], notice="certificate")
    talk.says(proof_waiver="same_household", expires_on=INSIDE, pins="remembered")
    assert (talk.asked, talk.a.proof_waiver) == ("expires_on", "same_household")


def test_another_date_is_said_back_as_a_change(adult: Talk) -> None:
    adult.says(expires_on="2027-02-21")
    assert adult.said == ["changed"]
    assert adult.value("changed", "value") == "令和9年2月21日（日）"


# PINs and documents ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "known",
    [
        {"applicant": "self"},
        {"applicant": "legal_representative", "holder": "under_15", "proof_waiver": "neither"},
        {"applicant": "other_proxy", "holder": "general", "reply_form": "ready",
         "reply_form_limit": "unknown"},
    ],
    ids=lambda known: str(known["applicant"]),
)
def test_a_forgotten_pin_means_something_else_for_each_visitor(
    talk: Talk, known: Mapping[str, Any]
) -> None:
    talk.says(notice="certificate", expires_on=INSIDE, **known)
    talk.says(pins="forgotten", forgotten_pins=["juki", "sign", "user"])
    assert talk.said[0] == f"pins_forgotten_{known['applicant']}"
    assert "pin_reset_extra" in str(talk.a.documents_shown)


def test_the_list_leaves_out_the_proof_of_the_same_household(talk: Talk) -> None:
    talk.says(notice="certificate", applicant="legal_representative", holder="under_15")
    talk.says(proof_waiver="same_household", expires_on=INSIDE).says(pins="remembered")
    assert talk.said == ["documents_and_pins"]
    items = talk.value("documents_and_pins", "items")
    assert "・登記事項証明書または戸籍謄本" not in items
    assert "（登記事項証明書または戸籍謄本は、今回は要りません）" in items
    assert "署名用" not in talk.value("documents_and_pins", "pins")


def test_the_list_of_another_proxy_has_the_form_and_no_pins(proxy: Talk) -> None:
    proxy.says(reply_form="ready", reply_form_limit="unknown", expires_on=INSIDE)
    assert proxy.says(pins="remembered").said == ["documents"]
    assert "照会書兼回答書" in proxy.value("documents", "items")


def test_the_list_comes_again_only_when_it_changes(adult: Talk) -> None:
    assert "documents_and_pins" in adult.said
    assert "documents_and_pins" not in adult.says(counter="honchosha").said
    adult.says(pins="forgotten", forgotten_pins=["sign"])
    assert "documents_and_pins" in adult.said


# The counter -------------------------------------------------------------------------------------


@pytest.mark.parametrize("counter", ["shisho", "moniwa"])
def test_a_branch_that_cannot_be_booked_is_named_and_the_counter_asked_again(
    adult: Talk, counter: str
) -> None:
    assert adult.says(counter=counter).said == ["counter_not_bookable"]
    assert adult.asked == "counter"


def test_a_branch_said_later_leaves_the_chosen_counter(adult: Talk) -> None:
    adult.says(counter="honchosha").says(counter="shisho")
    assert adult.a.counter == "honchosha"


def test_another_counter_looks_for_the_same_day_and_time_there(adult: Talk) -> None:
    adult.says(counter="honchosha", visit_date="2026-12-03", visit_time="11:00")
    adult.says(counter="nishiguchi")
    assert (adult.a.counter, adult.a.visit_date, adult.a.visit_time) == (
        "nishiguchi", "2026-12-03", "11:00",
    )  # fmt: skip
    assert "held" in adult.said


def test_another_counter_without_that_time_offers_the_nearest(adult: Talk) -> None:
    adult.says(counter="honchosha", visit_date="2026-12-03", visit_time="14:00")
    adult.says(counter="nishiguchi")
    assert "time_not_a_start" in adult.said
    assert "15時30分" in adult.value("time_not_a_start", "alternatives")
    assert (adult.a.visit_time, adult.asked) == (None, "visit_time")
    assert adult.a.hold is None


# The day -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-11-20", "day_past"),
        ("2026-11-24", "day_too_late"),
        ("2026-11-28", "day_closed_weekend"),
        ("2027-01-11", "day_closed_holiday"),
        ("2026-12-29", "day_closed_year_end"),
        ("2027-01-03", "day_closed_year_end"),
        ("2027-01-25", "day_too_far"),
        ("2026-11-25", None),
        ("2027-01-22", None),
    ],
)
def test_a_day_is_refused_with_its_reason(adult: Talk, day: str, why: str | None) -> None:
    adult.says(counter="honchosha")
    remark = application.why_not_on(adult.a, adult.desk, date.fromisoformat(day))
    assert (remark.name if remark else None) == why


def test_the_name_of_the_holiday_is_said(adult: Talk) -> None:
    adult.says(counter="honchosha").says(wish="1月11日")
    assert adult.value("day_closed_holiday", "holiday") == "成人の日"


def test_a_closure_is_said_with_its_reason(adult: Talk) -> None:
    desk = adult.desk
    closure = Closure(None, date(2026, 12, 3), date(2026, 12, 3), reason="システムの点検")
    desk.bookings.add_closure(closure, city=desk.city, who="test", at=desk.at)
    adult.says(counter="honchosha").says(wish="12月3日")
    assert adult.value("day_closed_closure", "reason") == "システムの点検"
    assert adult.asked == "visit_date"


@pytest.mark.parametrize("by_button", [False, True])
def test_a_start_in_a_closed_part_of_the_day_is_closed_and_not_full(
    adult: Talk, by_button: bool
) -> None:
    desk = adult.desk
    closure = Closure(
        "honchosha", date(2026, 12, 3), date(2026, 12, 3), time(10), time(11), "会議。"
    )
    desk.bookings.add_closure(closure, city=desk.city, who="test", at=desk.at)
    if by_button:
        adult.says(counter="honchosha", visit_date="2026-12-03", visit_time="10:30")
    else:
        adult.says(counter="honchosha").says(wish="12月3日の10時半")
    assert "time_closed" in adult.said
    assert adult.value("time_closed", "reason") == "会議"
    assert "12月3日（木）9時30分・11時" in adult.value("time_closed", "alternatives")
    assert adult.says(wish="11時").said == ["held"]


def test_where_another_counter_is_open_then_the_start_is_full_and_not_closed(adult: Talk) -> None:
    """Both counters would do; one is closed at eleven, the other has no seat left."""
    desk = adult.desk
    closure = Closure("honchosha", date(2026, 12, 3), date(2026, 12, 3), time(11), time(12), "会議")
    desk.bookings.add_closure(closure, city=desk.city, who="test", at=desk.at)
    fill(desk, "nishiguchi", "2026-12-03T11:00", 1)
    adult.says(counter="any").says(wish="12月3日の11時")
    assert "time_full" in adult.said


def fill(desk: Desk, counter: str, start: str, seats: int) -> None:
    """Take seats at a start, Tokyo time."""
    moment = datetime.fromisoformat(start).replace(tzinfo=TOKYO)
    for n in range(seats):
        desk.bookings.hold(
            counter, moment, key=f"other:{start}:{n}", city=desk.city, now=desk.now, at=desk.at
        )


def test_a_full_day_is_refused(adult: Talk) -> None:
    for at in ("11:00", "11:30", "15:30"):
        fill(adult.desk, "nishiguchi", f"2026-12-03T{at}", 1)
    assert "day_full" in adult.says(counter="nishiguchi").says(wish="12月3日").said
    assert adult.asked == "visit_date"


def test_of_two_days_the_one_that_can_be_booked_is_taken(adult: Talk) -> None:
    adult.says(counter="honchosha").says(wish="11月28日か30日")
    assert adult.a.visit_date == "2026-11-30"


def test_a_wish_that_nothing_fits_is_said(adult: Talk) -> None:
    assert "nothing_fits_wish" in adult.says(counter="honchosha").says(wish="夜9時以降がいい").said
    assert adult.asked == "visit_date"


def test_at_the_weekend_everything_is_closed(adult: Talk) -> None:
    adult.says(counter="honchosha").says(wish="土日がいい")
    assert adult.said == ["day_closed_weekend"]
    assert adult.value("day_closed_weekend", "day") == "土・日曜日"


@pytest.mark.parametrize(
    ("wish", "why"), [("土曜がいい", "day_closed_weekend"), ("12月31日", "day_closed_year_end")]
)
def test_who_wishes_for_a_closed_day_hears_it_before_all_the_questions(
    talk: Talk, wish: str, why: str
) -> None:
    talk.says(wish=wish)
    assert (talk.said, talk.asked) == ([why], "notice")
    assert not talk.a.wished


def test_half_a_date_waits_for_its_other_half(talk: Talk) -> None:
    talk.says(notice="certificate", applicant="self")
    talk.says(expires_on={"invalid": "day_missing", "text": "2月"})
    assert (talk.asked, talk.a.half_date) == ("expires_on", "2月")
    assert talk.says(expires_on=INSIDE).a.half_date is None


def test_a_holder_who_is_a_child_on_every_bookable_day_does_not_come_alone(talk: Talk) -> None:
    talk.says(notice="certificate", applicant="self")
    talk.says(near_fifteen=True)
    talk.says(birthday="2012-12-20")
    assert (talk.said, talk.asked) == (["impossible_self_under_15"], "applicant")


def test_children_told_of_together_are_not_asked_about_one_by_one(talk: Talk) -> None:
    talk.says(people=[{"relation": "child"}, {"relation": "child"}], notice="certificate")
    talk.says(children=["under_15", "under_15"])
    talk.says(proof_waiver="same_household").says(expires_on=INSIDE).says(pins="remembered")
    assert (talk.asked, len(talk.a.done or ())) == ("expires_on", 1)


def test_of_an_older_child_it_is_asked_only_who_comes(talk: Talk) -> None:
    talk.says(people=[{"relation": "child"}, {"relation": "child"}], notice="certificate")
    talk.says(children=["general", "under_15"])
    assert (talk.a.holder, talk.asked) == ("general", "applicant")
    talk.says(applicant="self").says(expires_on=INSIDE).says(pins="remembered")
    assert (talk.a.holder, talk.asked) == ("under_15", "proof_waiver")


def test_the_time_that_is_held_said_once_more_stays_held(adult: Talk) -> None:
    adult.says(counter="nishiguchi").says(wish="12月9日の11時")
    held = adult.a.hold
    for said in ("11時", "12/9 11:00"):
        adult.says(wish=said)
        assert (adult.said, adult.a.hold, adult.asked) == ([], held, "name_kana")


def test_who_has_no_telephone_hears_of_other_ways_and_is_asked_again(adult: Talk) -> None:
    adult.says(counter="honchosha").says(wish="12月9日の11時").says(name_kana="サトウ")
    assert (adult.says(no_phone=True).said, adult.asked) == (["no_phone"], "phone")


def test_a_weekday_is_the_next_one_that_is_free(adult: Talk) -> None:
    assert adult.says(counter="honchosha").says(wish="木曜がいい").a.visit_date == "2026-11-26"


def test_as_early_as_possible_is_the_first_free_day(adult: Talk) -> None:
    assert adult.says(counter="honchosha").says(wish="なるべく早く").a.visit_date == "2026-11-25"


def test_the_last_day_and_the_last_time_can_be_asked_for(adult: Talk) -> None:
    talk = adult.says(counter="honchosha").says(wish="年内最後の日で")
    assert (talk.a.visit_date, talk.a.visit_time) == ("2026-12-28", None)
    assert talk.says(wish="いちばん遅い時間で").a.visit_time == "16:30"


def test_a_time_that_is_named_counts_after_the_last_day(adult: Talk) -> None:
    talk = adult.says(counter="honchosha").says(wish="年内最後").says(wish="10時で")
    assert (talk.a.visit_date, talk.a.visit_time) == ("2026-12-28", "10:00")


def test_the_last_time_of_a_named_day(adult: Talk) -> None:
    talk = adult.says(counter="honchosha").says(wish="12月3日の最後の枠")
    assert (talk.a.visit_date, talk.a.visit_time) == ("2026-12-03", "19:00")


# The time ----------------------------------------------------------------------------------------


def test_a_free_time_is_held_and_said_back(adult: Talk) -> None:
    adult.says(counter="honchosha").says(wish="12月2日の10時")
    assert adult.said == ["held"]
    assert adult.value("held", "when") == "12月2日（水）10時"
    assert adult.asked == "name_kana"


def test_a_thursday_evening_is_held_with_the_word_that_it_may_close(adult: Talk) -> None:
    assert adult.says(counter="honchosha").says(wish="12月3日の17時半").said == ["held_with_note"]


def test_a_full_time_comes_with_the_nearest_free_ones(adult: Talk) -> None:
    fill(adult.desk, "nishiguchi", "2026-12-09T11:00", 1)
    adult.says(counter="nishiguchi").says(wish="12月9日の11時")
    assert adult.said == ["time_full"]
    assert adult.value("time_full", "wanted") == "12月9日（水）11時"
    assert "12月9日（水）11時30分" in adult.value("time_full", "alternatives")
    assert adult.asked == "visit_time"


def test_a_time_between_the_starts_comes_with_the_nearest_ones(adult: Talk) -> None:
    adult.says(counter="honchosha").says(wish="12月3日の17時10分")
    assert adult.said == ["time_not_a_start"]


def test_a_button_whose_time_was_taken_meanwhile_offers_others(adult: Talk) -> None:
    fill(adult.desk, "honchosha", "2026-12-03T10:00", 3)
    adult.says(counter="honchosha", visit_date="2026-12-03", visit_time="10:00")
    assert "time_full" in adult.said
    assert adult.a.hold is None


def test_a_time_that_nobody_offered_is_not_held(adult: Talk) -> None:
    adult.says(counter="nishiguchi", visit_date="2026-12-06", visit_time="03:00")
    assert "time_not_a_start" in adult.said
    assert adult.a.hold is None


def test_any_counter_becomes_the_one_where_the_time_is_free(adult: Talk) -> None:
    adult.says(counter="any").says(wish="12月3日の17時半")
    assert adult.a.counter == "honchosha"
    assert adult.a.hold


def test_a_changed_mind_frees_the_first_seat(adult: Talk) -> None:
    adult.says(counter="honchosha").says(wish="12月2日の10時")
    adult.says(wish="やっぱり12月4日の10時")
    first, later = (datetime(2026, 12, day, 10, tzinfo=TOKYO) for day in (2, 4))
    taken = adult.desk.bookings.taken("honchosha", first, later + timedelta(1), adult.desk.at)
    assert taken == {later: 1}


def test_a_visit_after_the_expiry_is_said(adult: Talk) -> None:
    adult.says(expires_on="2026-12-01", counter="honchosha", wish="12月2日の10時")
    assert "visit_after_expiry" in adult.said
    assert adult.a.hold


def test_when_the_database_is_too_busy_another_try_is_asked_for(adult: Talk) -> None:
    class Busy(Bookings):
        def hold(self, *args: Any, **kwargs: Any) -> Any:
            raise TryAgain

    adult.desk = replace(adult.desk, bookings=Busy(adult.desk.bookings.engine))
    assert "choose_again" in adult.says(counter="honchosha").says(wish="12月2日の10時").said
    assert adult.asked == "visit_time"


@pytest.mark.parametrize("reason", ["no_such_day", "no_such_month", "no_such_era_year"])
def test_a_date_that_does_not_exist_is_said_back_and_asked_again(talk: Talk, reason: str) -> None:
    talk.says(notice="certificate", applicant="self")
    talk.says(expires_on={"invalid": reason, "text": "2月30日"})
    assert (talk.said, talk.asked) == ([f"invalid_{reason}"], "expires_on")
    assert talk.value(f"invalid_{reason}", "said") == "2月30日"


# Everything at once, and the last yes ------------------------------------------------------------


def test_facts_in_the_first_sentence_are_said_back_in_a_line(talk: Talk) -> None:
    talk.says(applicant="legal_representative", holder="under_15", counter="honchosha", wish="木曜")
    assert talk.said == ["understood", "understood_wish"]
    assert talk.value("understood_wish", "wish") == "木曜日、本庁舎1階"
    assert talk.asked == "notice"


def test_a_wish_told_too_soon_is_said_back(talk: Talk) -> None:
    talk.says(notice="certificate", applicant="self").says(wish="12/9の11時")
    assert talk.said == ["understood_wish"]
    assert talk.value("understood_wish", "wish") == "12月9日（水）、11時"


def test_of_days_with_times_of_their_own_the_first_that_is_free_is_taken(adult: Talk) -> None:
    adult.says(counter="honchosha").says(wish="12月3日の20時か12月4日の15時")
    assert adult.a.start == datetime(2026, 12, 4, 15, tzinfo=TOKYO)
    adult.says(correct="visit").says(wish="12月3日の10時か12月4日の15時")
    assert adult.a.start == datetime(2026, 12, 3, 10, tzinfo=TOKYO)


def test_no_seat_is_held_before_it_is_known_that_the_person_may_come(talk: Talk) -> None:
    talk.says(applicant="self", counter="honchosha", wish="12月3日の10時")
    assert talk.a.hold is None
    talk.says(notice="certificate", expires_on=INSIDE)
    assert talk.a.hold is None
    talk.says(pins="remembered")
    assert talk.a.hold
    assert talk.asked == "name_kana"


def test_a_yes_that_changes_something_is_not_yet_a_yes(adult: Talk) -> None:
    adult.says(counter="honchosha").says(wish="12月2日の10時")
    adult.says(name_kana="サトウ ハナコ").says(phone="09012345678")
    adult.says(confirmed="yes", phone="0245550123")
    assert adult.asked == "confirmed"
    assert adult.says(confirmed="yes").asked is None


def test_a_label_of_every_answer_that_is_said_back_is_a_word_of_the_domain(desk: Desk) -> None:
    responses = DOMAIN["responses"]
    for name in application._SAID_BACK:
        assert f"utter_word_slot_{name}" in responses
    values = {
        "notice": ["certificate", "card", "none"], "expires_on": ["unknown"], "counter": ["any"],
        "applicant": ["self", "legal_representative", "other_proxy"],
        "holder": ["general", "under_15", "adult_ward"], "pins": ["remembered", "forgotten"],
    }  # fmt: skip
    for name, each in values.items():
        for value in each:
            word = application.word(name, Application(**{name: value}), desk)
            assert f"utter_word_{word[1:]}" in responses


# Whatever comes ----------------------------------------------------------------------------------

DOMAIN = yaml.safe_load((Path(__file__).resolve().parents[2] / "domain.yml").read_text("utf-8"))
# Shrinking an example of many turns takes minutes and helps little: its draws are readable.
ONCE = settings(
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
WISHES = ["12月3日", "12月3日の10時", "木曜の夜", "なるべく早く", "来週", "土日", "11時",
          "昨日", "3日か4日", "3日の10時か4日の午後", "午前中", "12月29日", "来年の5月1日"]
DATES = [INSIDE, EXPIRED, SOON, FAR, "unknown", "2026-11-24", "2026-12-02", "2027-01-15"]
VALUES: dict[str, list[Any]] = {
    "notice": ["certificate", "certificate", "certificate", "none", "card"],
    "applicant": ["self", "legal_representative", "other_proxy"],
    "holder": ["general", "under_15", "adult_ward"],
    "near_fifteen": [True],
    "proof_waiver": ["same_household", "honseki_in_city", "neither", "unknown"],
    "reply_form": ["ready", "other_hand", "missing"],
    "reissue_plan": ["book_after", "book_after", "later"],
    "reply_form_limit": DATES,
    "unclear_date": DATES[:4],
    "date_meant": ["expires_on", "visit"],
    "expires_on": [*DATES, {"invalid": "no_such_day", "text": "2月30日"}],
    "card_expires_on": DATES[:4],
    "expiry_help": ["compute", "skip"],
    "birthday": ["1965-03-05", "2011-12-10", "2015-02-28", "2024-02-29"],
    "issued_on": ["2024", "2025", "2024-06-01", "2026-11-01"],
    "expiry_checked": ["confirmed", "recheck", "blank"],
    "book_later": ["yes", "yes", "no"],
    "pins": ["remembered", "forgotten"],
    "forgotten_pins": [[], ["sign"], ["juki", "sign", "user"]],
    "certificates": ["both", "user", "sign", "none"],
    "counter": ["honchosha", "nishiguchi", "any", "shisho"],
    "wish": [read_wish(words, NOW).to_json() for words in WISHES],
    "visit_date": ["2026-12-03", "2026-12-05", "2026-11-24", "2027-01-22"],
    "visit_time": ["10:00", "11:00", "17:30", "03:00"],
    "name_kana": ["サトウ ハナコ"],
    "visitor_name": ["サトウ タロウ"],
    "phone": ["09012345678"],
    "confirmed": ["yes", "yes", "fix"],
}


def answers_to(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={n: st.sampled_from(VALUES[n]) for n in names})


@pytest.fixture(scope="module")
def facts(city: City) -> set[str]:
    from bot.responses import fixed_facts

    return {*fixed_facts(city, lambda name, **values: ""), "call_centre_now", "branches"}


@pytest.fixture(scope="module")
def shared_desk(
    city: City, sqlite_template: bytes, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """A desk whose seats fill up as examples go by."""
    path = tmp_path_factory.mktemp("shared") / "renewal.db"
    path.write_bytes(sqlite_template)
    engine = create_engine_from(f"sqlite:///{path}")
    yield Desk(city, Bookings(engine), NOW, clock.real_now())
    engine.dispose()


def check_remarks(remarks: list[Remark], facts: set[str]) -> None:
    """Every remark has a sentence, and a value for each of its gaps."""
    for remark in remarks:
        for variation in DOMAIN["responses"][f"utter_{remark.name}"]:
            gaps = {name for _, name, _, _ in string.Formatter().parse(variation["text"]) if name}
            assert gaps <= remark.values.keys() | facts, f"utter_{remark.name} lacks {gaps}"


def check_state(a: Application, desk: Desk) -> None:
    """What is always so, whatever has been answered."""
    asked = application.next_question(a, desk)
    assert asked is None or getattr(a, asked) is None
    assert a.outcome is None or asked is None
    application.step_back(a, desk, asked)
    if a.hold:
        assert a.start is not None
        assert slots.why_not_bookable(desk.city, str(a.counter), a.start, desk.now) is None


def test_a_stored_calendar_is_drawn_as_it_was_with_ones_own_seat_free(adult: Talk) -> None:
    adult.says(counter="honchosha", visit_date="2026-12-03", visit_time="17:30")
    assert adult.a.hold
    drawn = calendar_view.slot_calendar(adult.a, adult.desk)
    kept = calendar_view.kept(drawn)
    assert not kept.keys() & {"days", "later"}
    assert calendar_view.drawn(kept, adult.desk) == drawn
    others = calendar_view.drawn({**kept, "hold": None}, adult.desk)
    assert others["days"] != drawn["days"]
    adult.desk.bookings.release(adult.a.hold)
    assert calendar_view.drawn(kept, adult.desk) == drawn


@settings(ONCE, max_examples=60)
@given(data=st.data())
def test_any_answers_to_any_application_are_taken_in_without_an_error(
    data: st.DataObject, shared_desk: Desk, facts: set[str]
) -> None:
    known = data.draw(answers_to(*(name for name in VALUES if name != "near_fifteen")))
    known = {name: value for name, value in known.items() if not isinstance(value, dict)}
    known.pop("counter", None) if known.get("counter") == "shisho" else None
    talk = Talk(shared_desk, Application(**known))
    answers = data.draw(answers_to(*VALUES))
    talk.says(**answers)
    check_remarks(talk.remarks, facts)
    check_state(talk.a, talk.desk)
    application.offer(talk.a, talk.desk)
    calendar_view.slot_calendar(talk.a, talk.desk)
    assert {f.name for f in fields(Application)} >= talk.a.changes_since(Application()).keys()


@settings(ONCE, max_examples=25)
@given(data=st.data())
def test_whoever_answers_what_is_asked_gets_to_an_end(
    data: st.DataObject, shared_desk: Desk, facts: set[str]
) -> None:
    talk = Talk(shared_desk)
    asked_last: str | None = None
    for _ in range(60):
        asked = talk.asked
        if asked is None:
            break
        besides = data.draw(answers_to("counter", "wish")) if asked_last != asked else {}
        # Asked for day or time, the person takes one of those offered.
        if asked in ("visit_date", "visit_time"):
            offered = application.offer(replace(talk.a, wish=None), talk.desk, limit=1)
            if not offered:
                break
            [slot] = offered
            talk.says(visit_date=f"{slot.start:%Y-%m-%d}", visit_time=f"{slot.start:%H:%M}",
                      counter=slot.counter)
        else:
            talk.says(**{**besides, asked: data.draw(st.sampled_from(VALUES[asked]))})
        asked_last = asked
        check_remarks(talk.remarks, facts)
        check_state(talk.a, talk.desk)
    assert talk.asked in (None, "expires_on", "applicant", "expiry_checked", "visit_date")
    if talk.asked is None and not talk.a.outcome:
        assert talk.a.hold and talk.a.start
        assert application.checklist(talk.a, talk.desk)
        if talk.a.expiry:
            assert talk.a.start.date() >= renewal_window(talk.a.expiry).renewable_from
    if talk.a.hold:
        talk.desk.bookings.release(talk.a.hold)


@pytest.mark.parametrize(
    ("said", "remark"),
    [
        ("2月30日", "invalid_no_such_day"),
        ("13月5日", "invalid_no_such_month"),
        ("12月3日の水曜", "invalid_weekday_mismatch"),
        ("14時75分", "invalid_no_such_time"),
    ],
)
def test_a_wish_that_cannot_be_is_said_kindly_at_any_moment(
    desk: Desk, said: str, remark: str
) -> None:
    wish = read_wish(said, NOW).to_json()
    a, remarks = application.advance(Application(), {"wish": wish}, desk, None, "hold:1")
    assert [each.name for each in remarks] == [remark]
    assert application.next_question(a, desk) == "notice"
