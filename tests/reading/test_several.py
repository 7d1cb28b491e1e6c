"""Several cards in one booking, by example: how many, whose, and what is told of one of them."""

from __future__ import annotations

from typing import Any

import pytest

from reading import consent, names, several
from reading.facts import Count, Fact, OneCard
from reading.message import Message, cut
from tests.reading.corpus_rows import NOW, Row, rows, wrong
from tests.reading.lexicon_words import unnoticed

ROWS = tuple(rows("several"))


def facts(m: Message) -> list[Fact]:
    """Return the facts that are heard together: a name and a yes come from other topics."""
    return [*several.facts(m), *names.facts(m), *consent.facts(m)]


def heard(*args: Any) -> Any:
    """Return what is heard, pairs as lists as the corpus has them."""
    return [
        each if not isinstance(each.value, tuple) else type(each)(each.kind, each.slot, list(each.value), each.fact)
        for each in several.heard(*args)
    ]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.text}@{row.asked}")
def test_what_a_message_says_of_several_cards(row: Row) -> None:
    assert wrong(row, facts, heard) == ""


def test_each_word_of_the_file_changes_what_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    assert unnoticed("several", ROWS, facts, heard, monkeypatch) == []


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("えー、２人分でお願いします", "２人分"),
        ("妻の分と わたしの分、おねがい", "妻の分と わたしの分"),
        ("すみません、もう一人追加で", "もう一人"),
        ("下の子は令和9年2月14日です", "下の子は令和9年2月14日です"),
    ],
)
def test_the_place_of_what_was_read(text: str, read: str) -> None:
    found = several.facts(cut(text, NOW))
    assert [text[each.start : each.end] for each in found] == [read]


@pytest.mark.parametrize(
    ("text", "mood"),
    [("2人分じゃない", "denied"), ("2人分ですか", "asked"), ("2人分なら", "supposed"), ("2人分です", "said"), ("2人分でした", "said")],
)
def test_how_a_count_is_said(text: str, mood: str) -> None:
    assert [(each.mood, each.kind) for each in several.facts(cut(text, NOW))] == [(mood, "Count")]


def test_facts_know_neither_question_nor_case() -> None:
    [count] = several.facts(cut("私と妻の分", NOW))
    assert isinstance(count, Count)
    assert (count.cards, count.people, count.of) == (2, (("speaker", None), ("wife", None)), "cards")
    [one] = several.facts(cut("妻は来られません", NOW))
    assert isinstance(one, OneCard)
    assert (one.which, one.what) == ("wife", "stays")
