"""Who comes and whose card it is, in strangers' words: written apart from the rules, judged as a clerk would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from reading import people
from reading.facts import CannotCome, CardOf, Comes
from reading.message import cut
from reading.situation import Situation
from tests.reading.corpus_rows import NOW, Row, rows, wrong
from tests.reading.lexicon_words import unnoticed

CORPUS = Path(__file__).parent / "corpus"
WORDS = tuple(rows("people_words"))


def strangers(name: str) -> list[dict[str, Any]]:
    """Return the rows of a corpus of whole sentences.

    `want` is what a clerk holds ("?": undecided), `never` what would be a wrong reading, and `may_ask`
    says that asking back is as good.
    """
    return list(yaml.safe_load((CORPUS / f"{name}.yml").read_text(encoding="utf-8")))


def judged(row: dict[str, Any]) -> tuple[bool, bool]:
    """Return whether a row is read rightly, and whether something is taken that must not be."""
    message = cut(row["text"], NOW)
    here = Situation(row.get("asked"), row.get("known", {}), NOW)
    commands = people.heard(people.facts(message), message, here)
    got = {each.slot: each.value for each in commands if each.kind != "clarify"}
    if got.get("near_fifteen"):
        del got["holder"]  # the birthday is asked for
    asks = any(each.kind == "clarify" for each in commands)
    harm = any(got.get(slot) in values for slot, values in row.get("never", {}).items())
    right = all(
        got.get(slot) is None if value == "?" else got.get(slot) == value
        for slot, value in row.get("want", {}).items()
    )
    may = row.get("may_ask", False)
    return not harm and ((right and (may or not asks)) or (may and asks)), harm


@pytest.mark.parametrize(("name", "least", "most_harm"), [("people_grid", 0.97, 0.01), ("people", 0.95, 0.01)])
def test_who_comes_and_whose_card_it_is(name: str, least: float, most_harm: float) -> None:
    results = [judged(row) for row in strangers(name)]
    assert sum(right for right, _ in results) / len(results) >= least
    assert sum(harm for _, harm in results) / len(results) <= most_harm


@pytest.mark.parametrize("row", WORDS, ids=lambda row: row.text)
def test_each_word_for_somebody_has_its_meaning(row: Row) -> None:
    assert wrong(row, people.facts, people.heard) == ""


def test_words_left_out_of_the_lexicon_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = unnoticed("people", WORDS, people.facts, people.heard, monkeypatch, few=40)
    assert len(missing) <= 4, missing


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("夫は仕事なので私が行きます", {("CannotCome", "husband"), ("Comes", "speaker")}),
        ("友人に車で送ってもらって私が行きます", {("Comes", "speaker")}),
        ("母に頼まれましたが私のカードで私が行きます", {("CardOf", "speaker"), ("Comes", "speaker")}),
        ("兄弟はいません", set()),
        ("親切にありがとう", set()),
        ("小学校で働いています。自分の更新を予約したい", {("CardOf", "speaker")}),
        ("孫の小学校が休みの日に、私の分を予約したい", {("CardOf", "speaker")}),
        ("16歳の娘の予約です。娘が一人で行きます", {("CardOf", "daughter"), ("Comes", "daughter")}),
        ("行くのは私じゃなくて妻です", {("Comes", "wife")}),
    ],
)  # fmt: skip
def test_what_is_said_of_whom(text: str, kinds: set[tuple[str, str]]) -> None:
    told = [each for each in people.facts(cut(text, NOW)) if isinstance(each, (Comes, CardOf, CannotCome))]
    assert {(each.kind, each.who) for each in told if each.holds} == kinds


def test_a_fact_stands_where_its_words_stand() -> None:
    text = "あの、ﾂﾏの　カードは  俺が 持っていく"
    found = {each.kind: text[each.start : each.end] for each in people.facts(cut(text, NOW))}
    assert found["CardOf"] == "ﾂﾏの　カード"
    assert found["Comes"] == "俺が 持っていく"
