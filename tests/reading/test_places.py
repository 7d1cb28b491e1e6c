"""Which counter is chosen, by example."""

from __future__ import annotations

import pytest

from reading import places
from reading.message import cut
from reading.situation import Situation
from tests.reading.corpus_rows import NOW, Row, rows, wrong
from tests.reading.lexicon_words import unnoticed
from tests.reading.paper_topics import facts, heard

ROWS = tuple(rows("places"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.text}@{row.asked}")
def test_which_counter_is_chosen(row: Row) -> None:
    assert wrong(row, facts, heard) == ""


def test_each_word_of_the_file_changes_what_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    assert unnoticed("places", ROWS, facts, heard, monkeypatch) == []


@pytest.mark.parametrize(
    ("text", "read"),
    [("えっと、駅の 西口で お願いします", "駅の 西口"), ("にしぐち、で", "にしぐち"), ("Ｃｉｔｙ Ｈａｌｌ please", "Ｃｉｔｙ Ｈａｌｌ")],
)
def test_the_place_of_what_was_read(text: str, read: str) -> None:
    m = cut(text, NOW)
    (command,) = heard(facts(m), m, Situation("counter", {}, NOW))
    assert command.fact and text[command.fact.start : command.fact.end] == read


def test_no_counter_is_known_that_is_not_handed_in() -> None:
    m = cut("西口でお願いします", NOW)
    assert places.heard(places.facts(m), m, Situation("counter", {}, NOW)) == []
    other = {"east": ("東口センター", "東口"), "town": ("町民会館",)}
    m = cut("東口でお願いします", NOW)
    (command,) = places.heard([], m, Situation("counter", {"counter": "town"}, NOW, other))
    assert (command.kind, command.value) == ("correct_slot", "east")
