"""What a message tells of an application that is known, by example."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from reading import told
from reading.told import Purpose, Said
from renewal.application import Application, Desk
from renewal.bookings import Bookings, create_engine_from
from renewal.city import City
from renewal.clock import TOKYO

NOW = datetime(2026, 11, 24, 10, tzinfo=TOKYO)  # a Tuesday
PARENT, PROXY = {"applicant": "legal_representative"}, {"applicant": "other_proxy"}
SELF, CHILD, GENERAL = {"applicant": "self"}, {"holder": "under_15"}, {"holder": "general"}
REMEMBERED = {"pins": "remembered", "forgotten_pins": []}
ALL_KNOWN: dict[str, Any] = {
    "notice": "certificate", **SELF, **GENERAL, "expires_on": "2027-02-20", **REMEMBERED,
}  # fmt: skip
COUPLE = {**ALL_KNOWN, "family": True, "cards": 2, "done": [{**ALL_KNOWN, "name_kana": "サトウ ケン"}]}
TWO_CHILDREN = {
    "family": True, "cards": 2, "notice": "certificate", "relation": "child", **PARENT, **CHILD,
    "to_come": [{"relation": "child", **PARENT, **CHILD}],
}  # fmt: skip


@pytest.fixture
def desk(city: City) -> Desk:
    """A desk whose bookings are not looked at: reading needs none."""
    return Desk(city, Bookings(create_engine_from("sqlite://")), NOW, NOW)


def said(text: str, asked: str | None, purpose: Purpose = "states") -> Said:
    return Said(text, text, asked, purpose)


# Told before it is asked, and after ------------------------------------------------------------


@pytest.mark.parametrize("asked", ["notice", "expires_on"])
def test_who_comes_is_kept_for_its_question(asked: str, desk: Desk) -> None:
    assert told.read(Application(), said("母です", asked), desk) == PARENT
    assert told.read(Application(), said("わたしは孫です", asked, "answers"), desk) == PROXY


@pytest.mark.parametrize(
    ("asked", "text"),
    [("notice", "覚えてる"), ("applicant", "覚えています"), ("book_later", "覚えています"), ("counter", "やっぱり覚えてる")],
)
def test_pins_that_are_remembered_are_kept_for_their_question(
    asked: str, text: str, desk: Desk
) -> None:
    assert told.read(Application(), said(text, asked), desk) == REMEMBERED


@pytest.mark.parametrize("text", ["はい、覚えました", "覚えていないといけませんか"])
def test_neither_a_yes_nor_a_question_tells_anything_early(text: str, desk: Desk) -> None:
    assert told.read(Application(), said(text, "notice"), desk) == {}


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("notice", "母に聞いてみます"), ("applicant", "夫に相談してから決めます"), ("applicant", "妻に確認してきますね"),
        ("pins", "家族に聞かないとわからない"),
    ],
)  # fmt: skip
def test_who_is_asked_first_neither_comes_nor_has_forgotten(
    asked: str, text: str, desk: Desk
) -> None:
    assert told.read(Application(), said(text, asked), desk) == {}
    assert told.asks_to_wait(text)


def test_who_has_asked_somebody_answers(desk: Desk) -> None:
    assert told.read(Application(), said("母に聞いてきました。母が行きます", "applicant"), desk)


def test_what_was_told_before_is_understood_and_changes_nothing(desk: Desk) -> None:
    a = Application(**PROXY, **GENERAL)
    assert told.read(a, said("母です", "notice"), desk) == {}
    assert told.known(a, said("母です", "notice"), desk) == {"applicant"}


def test_a_correction_changes_what_was_told_before(desk: Desk) -> None:
    a = Application(**ALL_KNOWN)
    assert told.read(a, said("暗証番号は忘れました", "phone"), desk) == {}
    assert told.read(a, said("暗証番号は忘れました", "phone", "corrects"), desk)["pins"] == "forgotten"


def test_of_small_talk_only_the_answer_to_the_question_counts(desk: Desk) -> None:
    assert told.read(Application(), said("本庁舎は寒いね", "notice", "aside"), desk) == {}
    assert told.read(Application(**ALL_KNOWN), said("本庁舎は寒いね", "counter", "aside"), desk) == {
        "counter": "honchosha"
    }


def test_a_day_completes_the_month_that_was_told(desk: Desk) -> None:
    a = Application(notice="certificate", **SELF, **GENERAL, half_date="2月")
    assert told.read(a, said("20日です", "expires_on"), desk) == {"expires_on": "2027-02-20"}


def test_a_reply_form_that_turns_up_is_there(desk: Desk) -> None:
    a = Application(**PROXY, **GENERAL, reply_form="missing")
    assert told.read(a, said("回答書が出てきました", "counter"), desk) == {"reply_form": "ready"}


# Several people --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("妻は令和9年2月13日でした", {"expiries": {1: "2027-02-13"}}),
        ("妻の名前はサトウ ユミコです", {"name_of": (1, "サトウ ユミコ")}),
        ("名前が違います。サトウ キヨコです", {"name_kana": "サトウ キヨコ"}),
        ("やっぱり妻は来られません", {"comes": (1, False)}),
    ],
)
def test_one_of_a_couple_is_put_right_alone(
    text: str, expected: dict[str, Any], desk: Desk
) -> None:
    a = Application(**COUPLE, counter="any", visit_date="2026-12-03", visit_time="10:00",
                    name_kana="サトウ ユミ", phone="0245550123")  # fmt: skip
    found = told.read(a, said(text, "confirmed"), desk)
    assert {name: found[name] for name in expected} == expected


def test_the_same_date_is_that_of_the_card_before(desk: Desk) -> None:
    a = Application(**{**COUPLE, "expires_on": None})
    found = told.read(a, said("妻も同じです", "expires_on"), desk)
    assert found["expiries"] == {1: "2027-02-20"}


@pytest.mark.parametrize(
    ("text", "applicant"),
    [("はい", "self"), ("一人で行きます", "self"), ("いいえ", "other_proxy"), ("私が行きます", "legal_representative")],
)
def test_whether_a_grown_child_comes_too(text: str, applicant: str, desk: Desk) -> None:
    child = {**TWO_CHILDREN, "applicant": None, **GENERAL}
    assert told.read(Application(**child), said(text, "applicant"), desk)["applicant"] == applicant


def test_children_told_of_together_are_told_of_one_by_one(desk: Desk) -> None:
    a = Application(family=True, cards=2)
    assert told.read(a, said("下は小3、上は高1です", "notice"), desk)["children"] == [
        "general", "under_15",
    ]  # fmt: skip
    assert told.read(a, said("2人とも小学生です", "applicant"), desk)["children"] == ["under_15"] * 2


def test_the_card_of_the_younger_child_is_the_one_left_out(desk: Desk) -> None:
    found = told.read(Application(**TWO_CHILDREN), said("下の子の分はやめます", "pins"), desk)
    assert (found["cards_by"], found["without"]) == (-1, 1)


def test_a_date_is_no_number_of_people(desk: Desk) -> None:
    a = Application(family=True)
    assert "cards" not in told.read(a, said("私は令和9年1月20日", "cards"), desk)
    assert told.read(a, said("3人", "cards"), desk) == {"cards": 3}


def test_some_notices_about_the_card_and_some_about_certificates(desk: Desk) -> None:
    a = Application(family=True, cards=3)
    found = told.read(a, said("電子証明書の人とカードの人がいます", "notice"), desk)
    assert found == {"notice": "card"}


# Words that are no answer ----------------------------------------------------------------------


def test_whose_honseki_counts_is_told_before_it_is_answered() -> None:
    reply = told.reply(Application(**PARENT), said("誰の本籍のことですか", "proof_waiver"))
    assert reply and reply.name == "whose_honseki"
    assert told.reply(Application(**PARENT), said("本籍は福島市です", "proof_waiver")) is None


def test_a_parent_who_cannot_come_is_told_who_must() -> None:
    reply = told.reply(Application(**CHILD), said("親は仕事で行けません", "applicant"))
    assert reply and reply.name == "representative_must_come"
    assert told.reply(Application(**GENERAL), said("親は仕事で行けません", "applicant")) is None


@pytest.mark.parametrize("text", ["ちょっと待ってください", "探してきます"])
def test_a_moment_may_be_asked_for(text: str) -> None:
    assert told.asks_to_wait(text) and not told.asks_to_wait("待たされました")
