"""Yes and no, by the rows of corpus/consent.yml."""

from __future__ import annotations

import pytest

from reading import consent
from reading.facts import Change, Fact, No, Stop, Unsure, Yes
from reading.lexicon import plain
from reading.message import Message, cut
from reading.reader import TOPICS
from tests.reading.corpus_rows import NOW, Row, rows, wrong

ROWS = list(rows("consent"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.asked}: {row.text}")
def test_answers_are_heard(row: Row) -> None:
    assert not wrong(row, facts, consent.heard)


def facts(m: Message) -> list[Fact]:
    """Return what all topics say: a yes or no goes on in what another one reads."""
    return [fact for topic in TOPICS for fact in topic.facts(m)]


def test_every_piece_decides_a_sentence() -> None:
    known, _ = consent._pieces()
    decided = {plain(row.word): row for row in ROWS if row.word}
    unnoticed = []
    for piece in list(known):
        kind = known.pop(piece)
        consent._cut.cache_clear()
        if piece not in decided or not wrong(decided[piece], consent.facts, consent.heard):
            unnoticed.append(piece)
        known[piece] = kind
    consent._cut.cache_clear()
    assert unnoticed == []


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("あのね、🙆🏻‍♀️それで！", Yes, "🙆🏻‍♀️それで"),
        ("はい、でも　日にちが違います", No, "でも　日にちが違います"),
        ("ｵｯｹｰです", Yes, "ｵｯｹｰです"),
        ("直したいです。", Change, "直したいです"),
        ("すみません やめます", Stop, "すみません やめます"),
        ("うーん…", Unsure, "うーん"),
    ],
)
def test_what_was_read_stands_in_the_text(text: str, kind: type, said: str) -> None:
    (fact,) = [each for each in consent.facts(cut(text, NOW)) if isinstance(each, kind)]
    assert text[fact.start : fact.end] == said


def test_nothing_is_heard_where_nothing_was_asked() -> None:
    assert not any(wrong(Row(text, None, no=("*",)), consent.facts, consent.heard) for text in ("はい", "やめます"))
