"""What a message tells of an application that is known, by example."""

from __future__ import annotations

from typing import Any

import pytest

from reading import told
from reading.situation import State
from reading.told import Purpose, Said
from renewal.application import Application

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


def said(text: str, asked: str | None, purpose: Purpose = "states") -> Said:
    return Said(text, text, asked, purpose)


# Told before it is asked, and after ------------------------------------------------------------


@pytest.mark.parametrize("asked", ["notice", "expires_on"])
def test_who_comes_is_kept_for_its_question(asked: str, state: State) -> None:
    assert told.read(Application(), said("母です", asked), state) == PARENT
    assert told.read(Application(), said("わたしは孫です", asked, "answers"), state) == PROXY


@pytest.mark.parametrize(
    ("asked", "text"),
    [("notice", "覚えてる"), ("applicant", "覚えています"), ("book_later", "覚えています"), ("counter", "やっぱり覚えてる")],
)
def test_pins_that_are_remembered_are_kept_for_their_question(
    asked: str, text: str, state: State
) -> None:
    assert told.read(Application(), said(text, asked), state) == REMEMBERED


@pytest.mark.parametrize("text", ["はい、覚えました", "覚えていないといけませんか"])
def test_neither_a_yes_nor_a_question_tells_anything_early(text: str, state: State) -> None:
    assert told.read(Application(), said(text, "notice"), state) == {}


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("notice", "母に聞いてみます"), ("applicant", "夫に相談してから決めます"), ("applicant", "妻に確認してきますね"),
        ("pins", "家族に聞かないとわからない"),
    ],
)  # fmt: skip
def test_who_is_asked_first_neither_comes_nor_has_forgotten(
    asked: str, text: str, state: State
) -> None:
    assert told.read(Application(), said(text, asked), state) == {}
    assert told.asks_to_wait(text)


def test_who_has_asked_somebody_answers(state: State) -> None:
    assert told.read(Application(), said("母に聞いてきました。母が行きます", "applicant"), state)


def test_what_was_told_before_is_understood_and_changes_nothing(state: State) -> None:
    a = Application(**PROXY, **GENERAL)
    assert told.read(a, said("母です", "notice"), state) == {}
    assert told.known(a, said("母です", "notice"), state) == {"applicant"}


def test_a_correction_changes_what_was_told_before(state: State) -> None:
    a = Application(**ALL_KNOWN)
    assert told.read(a, said("暗証番号は忘れました", "phone"), state) == {}
    assert told.read(a, said("暗証番号は忘れました", "phone", "corrects"), state)["pins"] == "forgotten"


def test_of_small_talk_only_the_answer_to_the_question_counts(state: State) -> None:
    assert told.read(Application(), said("本庁舎は寒いね", "notice", "aside"), state) == {}
    assert told.read(Application(**ALL_KNOWN), said("本庁舎は寒いね", "counter", "aside"), state) == {
        "counter": "honchosha"
    }


def test_a_day_completes_the_month_that_was_told(state: State) -> None:
    a = Application(notice="certificate", **SELF, **GENERAL, half_date="2月")
    assert told.read(a, said("20日です", "expires_on"), state) == {"expires_on": "2027-02-20"}


def test_a_reply_form_that_turns_up_is_there(state: State) -> None:
    a = Application(**PROXY, **GENERAL, reply_form="missing")
    assert told.read(a, said("回答書が出てきました", "counter"), state) == {"reply_form": "ready"}


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
    text: str, expected: dict[str, Any], state: State
) -> None:
    a = Application(**COUPLE, counter="any", visit_date="2026-12-03", visit_time="10:00",
                    name_kana="サトウ ユミ", phone="0245550123")  # fmt: skip
    found = told.read(a, said(text, "confirmed"), state)
    assert {name: found[name] for name in expected} == expected


def test_the_same_date_is_that_of_the_card_before(state: State) -> None:
    a = Application(**{**COUPLE, "expires_on": None})
    found = told.read(a, said("妻も同じです", "expires_on"), state)
    assert found["expiries"] == {1: "2027-02-20"}


@pytest.mark.parametrize(
    ("text", "applicant"),
    [("はい", "self"), ("一人で行きます", "self"), ("いいえ", "other_proxy"), ("私が行きます", "legal_representative")],
)
def test_whether_a_grown_child_comes_too(text: str, applicant: str, state: State) -> None:
    child = {**TWO_CHILDREN, "applicant": None, **GENERAL}
    assert told.read(Application(**child), said(text, "applicant"), state)["applicant"] == applicant


def test_children_told_of_together_are_told_of_one_by_one(state: State) -> None:
    a = Application(family=True, cards=2)
    assert told.read(a, said("下は小3、上は高1です", "notice"), state)["children"] == [
        "general", "under_15",
    ]  # fmt: skip
    assert told.read(a, said("2人とも小学生です", "applicant"), state)["children"] == ["under_15"] * 2


def test_the_card_of_the_younger_child_is_the_one_left_out(state: State) -> None:
    found = told.read(Application(**TWO_CHILDREN), said("下の子の分はやめます", "pins"), state)
    assert (found["cards_by"], found["without"]) == (-1, 1)


def test_a_date_is_no_number_of_people(state: State) -> None:
    a = Application(family=True)
    assert "cards" not in told.read(a, said("私は令和9年1月20日", "cards"), state)
    assert told.read(a, said("3人", "cards"), state) == {"cards": 3}


def test_some_notices_about_the_card_and_some_about_certificates(state: State) -> None:
    a = Application(family=True, cards=3)
    found = told.read(a, said("電子証明書の人とカードの人がいます", "notice"), state)
    assert found == {"notice": "card"}


# Words that are no answer ----------------------------------------------------------------------


def test_whose_honseki_counts_is_told_before_it_is_answered() -> None:
    reply = told.reply(Application(**PARENT), said("誰の本籍のことですか", "proof_waiver"))
    assert reply == "whose_honseki"
    assert told.reply(Application(**PARENT), said("本籍は福島市です", "proof_waiver")) is None


def test_a_parent_who_cannot_come_is_told_who_must() -> None:
    reply = told.reply(Application(**CHILD), said("親は仕事で行けません", "applicant"))
    assert reply == "representative_must_come"
    assert told.reply(Application(**GENERAL), said("親は仕事で行けません", "applicant")) is None


@pytest.mark.parametrize("text", ["ちょっと待ってください", "探してきます"])
def test_a_moment_may_be_asked_for(text: str) -> None:
    assert told.asks_to_wait(text) and not told.asks_to_wait("待たされました")
