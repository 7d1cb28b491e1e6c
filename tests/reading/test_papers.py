"""The notice, the reply form, the household and the certificates on the card, by example."""

from __future__ import annotations

import pytest

from reading import papers
from reading.facts import Fact
from reading.message import cut
from tests.reading.corpus_rows import NOW, Row, rows, wrong
from tests.reading.lexicon_words import unnoticed
from tests.reading.paper_topics import facts, heard

ROWS = tuple(rows("papers"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.text}@{row.asked}")
def test_what_a_message_says_of_papers(row: Row) -> None:
    assert wrong(row, facts, heard) == ""


def test_each_word_of_the_file_changes_what_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    assert unnoticed("papers", ROWS, facts, heard, monkeypatch) == []


@pytest.mark.parametrize(
    ("text", "read", "value"),
    [
        ("どうも。回答書は なくしました", "回答書は なくしました", {"state": "missing"}),
        ("封筒は来ました。中に電子証明書と書いてあります", "電子証明書", {"what": "certificate", "of": None, "how": "written"}),
        ("私は母です。住所は　おなじです", "住所は　おなじです", {"state": "same_household"}),
        ("署名用は、使っていません", "署名用は、使っていません", {"which": "user"}),
    ],
)  # fmt: skip
def test_the_place_of_what_was_read(text: str, read: str, value: dict[str, object]) -> None:
    found = [(text[each.start : each.end], each.value) for each in facts(cut(text, NOW))]
    assert (read, value) in found


def test_how_it_is_said() -> None:
    def moods(text: str) -> list[str]:
        return [fact.mood for fact in papers.facts(cut(text, NOW)) if isinstance(fact, Fact)]

    assert moods("同じ世帯ですか") == ["asked"]
    assert moods("同じ世帯ではありません") == ["said"]  # its opposite is told
    assert moods("同じ世帯らしい") == ["heard"]
