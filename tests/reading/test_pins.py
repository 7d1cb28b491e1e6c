"""Whether PINs are remembered, by example."""

from __future__ import annotations

import pytest

from reading import pins
from reading.facts import Pins
from reading.message import cut
from reading.situation import Situation
from tests.reading.corpus_rows import NOW, Row, rows, wrong
from tests.reading.lexicon_words import unnoticed
from tests.reading.paper_topics import facts, heard

ROWS = tuple(rows("pins"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.text}@{row.asked}")
def test_whether_pins_are_remembered(row: Row) -> None:
    assert wrong(row, facts, heard) == ""


def test_each_word_of_the_file_changes_what_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    assert unnoticed("pins", ROWS, facts, heard, monkeypatch) == []


@pytest.mark.parametrize(
    ("text", "read", "which"),
    [
        ("あの、署名用の　パスワードは忘れました", "署名用の　パスワードは忘れました", ("sign",)),
        ("４ｹﾀのほうは おぼえてます", "４ｹﾀのほうは おぼえてます", ("juki", "user")),
        ("暗証番号、わがんねえ", "わがんねえ", ()),
    ],
)
def test_the_place_of_what_was_read(text: str, read: str, which: tuple[str, ...]) -> None:
    (fact,) = pins.facts(cut(text, NOW))
    assert isinstance(fact, Pins)
    assert (text[fact.start : fact.end], fact.which) == (read, which)


def test_what_changes_is_a_correction() -> None:
    m = cut("やっぱり暗証番号は忘れました", NOW)
    here = Situation("phone", {"pins": "remembered"}, NOW)
    assert [each.kind for each in pins.heard(pins.facts(m), m, here)] == ["correct_slot"] * 2
