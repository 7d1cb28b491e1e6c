"""Who cannot answer yet, by example."""

from __future__ import annotations

import pytest

from tests.reading.corpus_rows import Row, rows, wrong
from tests.reading.lexicon_words import unnoticed
from tests.reading.paper_topics import facts, heard

ROWS = tuple(rows("unsure"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.text}@{row.asked}")
def test_what_cannot_be_answered_yet(row: Row) -> None:
    assert wrong(row, facts, heard) == ""


def test_each_word_of_the_file_changes_what_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    assert unnoticed("unsure", ROWS, facts, heard, monkeypatch) == []
