"""What each date is for and when somebody would come, by example."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reading import date_roles, dated, unsure
from reading.facts import DateOf, Fact, When
from reading.message import Message, cut
from reading.situation import Command, Situation
from renewal.wish import Wish
from tests.reading.corpus_rows import NOW, Row, rows, wrong
from tests.reading.lexicon_words import unnoticed

ROWS = tuple(rows("dated"))


def facts(m: Message) -> list[Fact]:
    """Return the facts that are heard together: who does not know is told by another topic."""
    return [*dated.facts(m), *unsure.facts(m)]


def heard(facts: Sequence[Fact], m: Message, s: Situation) -> list[Command]:
    """Return what is heard, the wish as flat answers."""
    found: list[Command] = []
    for each in dated.heard(facts, m, s):
        if each.slot != "wish":
            found.append(each)
            continue
        wish = Wish.from_json(each.value)
        answers = [*dated.visit_answers(wish, s).items(), *(("invalid", part.reason) for part in wish.invalid)]
        found += [Command(each.kind, slot, value, each.fact) for slot, value in answers]
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.text}@{row.asked}")
def test_what_a_message_says_of_days_and_times(row: Row) -> None:
    assert wrong(row, facts, heard) == ""


def test_each_word_of_the_file_changes_what_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    assert unnoticed("dates", ROWS, facts, heard, monkeypatch) == []


def test_each_word_that_wishes_changes_what_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    of_frames = [row for row in ROWS if row.word]
    found = []
    for word in tuple(date_roles.NEAR):
        with monkeypatch.context() as without:
            without.delitem(date_roles.NEAR, word)
            if not any(wrong(row, facts, heard) for row in of_frames if word in cut(row.text, NOW).plain):
                found.append(word)
    assert found == []


# Facts, whatever was asked -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("有効期限は令和9年1月20日です", [("expires_on", "2027-01-20", "令和9年1月20日")]),
        ("昭和55年1月25日生まれ、期限も1月25日", [("birthday", "1980-01-25", "昭和55年1月25日"), ("expires_on", "2027-01-25", "1月25日")]),
        ("１２月１８日で１５歳になります", [("birthday", "2011-12-18", "１２月１８日")]),
        ("パスポートは2029年3月3日まで", [("other", None, "2029年3月3日まで")]),
        ("封筒の消印は11月2日でした", [("other", "2027-11-02", "11月2日")]),
        ("カードの期限は2031年5月10日", [("card_expires_on", "2031-05-10", "2031年5月10日")]),
        ("回答書の期限は1月10日", [("reply_form_limit", "2027-01-10", "1月10日")]),
    ],
)  # fmt: skip
def test_days_that_are_not_to_come_on_stand_in_their_place(
    text: str, told: list[tuple[str, str | None, str]]
) -> None:
    found = [each for each in dated.facts(cut(text, NOW)) if isinstance(each, DateOf)]
    assert [(each.what, each.value["day"], text[each.start : each.end]) for each in found] == told


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("期限が1月20日なので、12月18日の14時に西口で、だめなら15時", ["12月18日の14時", "15時"]),
        ("来週の木曜か金曜、午前中がいいです", ["来週の木曜か金曜、午前中"]),
        ("ｱｼﾀの　１０時", ["ｱｼﾀの　１０時"]),
    ],
)
def test_the_places_of_a_wish(text: str, parts: list[str]) -> None:
    found = [each for each in dated.facts(cut(text, NOW)) if isinstance(each, When)]
    assert [text[each.start : each.end] for each in found] == parts


# In context --------------------------------------------------------------------------------------


def situation(asked: str | None, **known: Any) -> Situation:
    return Situation(
        asked, known, NOW, bookable=(date(2026, 11, 25), date(2027, 1, 22)),
        is_working_day=lambda day: day.weekday() < 5 and day != date(2027, 1, 11),
    )  # fmt: skip


def one(text: str, s: Situation) -> Command:
    m = cut(text, NOW)
    (command,) = dated.heard(facts(m), m, s)
    return command


@pytest.mark.parametrize(
    ("text", "asked", "known", "kind"),
    [
        ("期限は1月21日でした", "confirmed", {"expires_on": "2027-01-20"}, "correct_slot"),
        ("1月21日", "expires_on", {}, "set_slot"),
        ("やっぱり11日で", "name_kana", {"visit_date": "2026-12-08", "visit_time": "10:00"}, "correct_slot"),
        ("12月11日", "visit_date", {}, "set_slot"),
        ("11時", "visit_time", {"visit_date": "2026-12-08"}, "set_slot"),
        ("1月20日ですか？", "expires_on", {}, "clarify"),
        ("来年です", "expires_on", {}, "clarify"),
    ],
)
def test_what_was_settled_is_corrected(text: str, asked: str, known: dict[str, str], kind: str) -> None:
    assert one(text, situation(asked, **known)).kind == kind


def test_what_is_known_already_changes_nothing() -> None:
    known = {"expires_on": "2027-01-20", "visit_date": "2026-12-08", "visit_time": "10:00"}
    m = cut("はい。期限が1月20日で12月8日の10時に行くなら間に合いますね", NOW)
    assert dated.heard(dated.facts(m), m, situation("confirmed", **known)) == []


def test_a_day_completes_the_month_that_was_told() -> None:
    assert one("20日です", situation("expires_on", half_date="2月")).value == "2027-02-20"


BARE = [
    ("notice", "2月20日", "expires_on"),
    ("notice", "令和8年10月1日", "expires_on"),
    ("notice", "令和9年1月9日", "expires_on"),  # a Saturday
    ("notice", "12月20日までです", "expires_on"),
    ("applicant", "平成23年12月20日", "birthday"),
    ("notice", "令和9年1月20日", "unclear_date"),
    ("notice", "12月9日", "wish"),
    ("notice", "12月20日までに行きたい", "wish"),
    ("expires_on", "12月9日の11時", "wish"),
    ("visit_date", "令和9年2月20日", "wish"),
    (None, "2027年1月20日、本庁舎で予約したい", "wish"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "text", "about"), BARE)
def test_a_date_said_in_passing_is_an_expiry_where_nobody_could_come_on_it(
    asked: str | None, text: str, about: str
) -> None:
    assert one(text, situation(asked)).slot == about


@pytest.mark.parametrize("asked", ["expires_on", None])
@pytest.mark.parametrize(
    "text",
    [
        "カードには2031年5月10日、電子証明書は2027年2月20日です",
        "電子証明書は令和9年2月20日、カードは令和13年5月10日",
        "カードの有効期限は2031年5月10日で電子証明書の有効期限は2027年2月20日",
    ],
)
def test_the_cards_own_date_is_not_taken_for_the_certificates(text: str, asked: str | None) -> None:
    m = cut(text, NOW)
    found = {each.slot: each.value for each in dated.heard(facts(m), m, situation(asked))}
    assert found == {"expires_on": "2027-02-20", "card_expires_on": "2031-05-10"}


# Plain answers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "answers"),
    [
        (Wish(days=(date(2026, 12, 3),)), {"visit_date": "2026-12-03"}),
        (Wish(first=date(2026, 11, 30), last=date(2026, 12, 6), weekdays=frozenset({3})), {"visit_date": "2026-12-03"}),
        (Wish(weekdays=frozenset({3})), {"visit_weekdays": ["thu"]}),
        (Wish(last=date(2026, 12, 28), latest=True), {"visit_until": "2026-12-28", "visit_pref": "latest"}),
        (Wish(anytime=True), {"visit_pref": "any"}),
        (Wish(first=date(2026, 12, 7), last=date(2026, 12, 10), not_days=(date(2026, 12, 8),)),
         {"visit_day_options": ["2026-12-07", "2026-12-09", "2026-12-10"]}),
        (Wish(), {}),
    ],
)  # fmt: skip
def test_a_wish_as_plain_answers(wish: Wish, answers: dict[str, Any]) -> None:
    assert dated.visit_answers(wish, situation("visit_date")) == answers


@pytest.mark.parametrize(
    ("said", "part"),
    [("朝イチ", "morning"), ("午後", "afternoon"), ("夕方", "evening"), ("木曜の夜", "evening"), ("10時以降", None)],
)
def test_the_part_of_the_day(said: str, part: str | None) -> None:
    m = cut(said, NOW)
    (command,) = dated.heard([], m, situation("visit_date"))
    assert dated.visit_answers(Wish.from_json(command.value), situation(None)).get("visit_part") == part


# Whatever comes ------------------------------------------------------------------------------------

SCRAPS = st.lists(
    st.sampled_from([row.text for row in ROWS] + ["、", "。", "？", "じゃなくて", "期限は", "に行く", "翌日", "30分遅く", "99", "\n"]),
    max_size=4,
).map("".join)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(text=st.one_of(SCRAPS, st.text(max_size=50)), row=st.sampled_from(ROWS))
def test_any_words_are_heard_without_an_error(text: str, row: Row) -> None:
    m = cut(text, NOW)
    found = facts(m)
    assert all(0 <= each.start < each.end <= len(text) for each in found)
    for each in heard(found, m, Situation(row.asked, row.known, NOW)):
        assert each.kind == "clarify" or each.value is not None
