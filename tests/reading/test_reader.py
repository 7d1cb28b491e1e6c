"""A message is read once: its parts, its facts, and what nothing explains."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reading import reader
from reading.facts import Fact, Phone
from reading.message import Message, cut
from reading.reader import MOST_PARTS, parts_of, read
from tests.reading.conftest import NOW


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("手数料はいくらですか。写真は要りますか", ("手数料はいくらですか。", "写真は要りますか")),
        ("西口でお願いします！駐車場は？", ("西口でお願いします！", "駐車場は？")),
        ("はい\n12月3日で", ("はい", "12月3日で")),
        ("本人です、あと手数料は？", ("本人です", "あと手数料は？")),
        ("本人です、駐車場はある？", ("本人です", "駐車場はある？")),
        ("覚えてるけど、窓口で入力するの？", ("覚えてるけど", "窓口で入力するの？")),
        ("9時でいいけど何分前に行けばいいの", ("9時でいいけど", "何分前に行けばいいの")),
        ("駐車場はありますか、西口です", ("駐車場はありますか", "西口です")),
        ("父の代わりに、私が行きます", ("父の代わりに、私が行きます",)),
        ("予約したい", ("予約したい",)),
        ("はい。/book", ("はい。", "book")),
        ("", ()),
    ],
)
def test_a_message_falls_into_what_it_says_and_asks(text: str, parts: tuple[str, ...]) -> None:
    assert parts_of(cut(text, NOW)) == parts


def test_of_many_parts_the_last_holds_the_rest() -> None:
    parts = parts_of(cut("はい。" * 50, NOW))
    assert len(parts) == MOST_PARTS
    assert "".join(parts) == "はい。" * 50


def test_without_facts_nothing_is_explained() -> None:
    assert read("電話は０９０です", NOW).rest == ((0, 6),)


@dataclass(frozen=True)
class Figures:
    """A topic that finds one number."""

    def facts(self, m: Message) -> list[Fact]:
        start = m.text.find("０")
        return [Phone(start, start + 3, 0, "said", "090")] if start >= 0 else []


def test_what_a_fact_rests_on_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "TOPICS", (Figures(),))
    reading = read("電話は０９０です", NOW)
    assert [reading.text[each.start : each.end] for each in reading.facts] == ["０９０"]
    assert reading.rest == ((0, 2),)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_whatever_comes_the_rest_lies_in_the_text(text: str) -> None:
    reading = read(text, NOW)
    assert all(0 <= start < end <= len(text) for start, end in reading.rest)
    assert list(reading.rest) == sorted(reading.rest)
