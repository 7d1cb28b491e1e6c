"""Telephone numbers, by the rows of corpus/phones.yml."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reading import phones
from reading.message import cut
from tests.reading.corpus_rows import NOW, Row, rows, wrong
from tests.reading.lexicon_words import deciding_nothing

ROWS = list(rows("phones"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.asked}: {row.text}")
def test_telephone_numbers_are_heard(row: Row) -> None:
    assert not wrong(row, phones.facts, phones.heard)


def test_words_decide_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    caches = (phones._rules, phones._corrections)
    assert deciding_nothing("phones", phones, ROWS, caches, monkeypatch) == []


SPOKEN = ("ゼロ", "イチ", "ニ", "サン", "ヨン", "ゴ", "ロク", "ナナ", "ハチ", "キュウ")
KANJI = "〇一二三四五六七八九"
WIDE = str.maketrans("0123456789-", "０１２３４５６７８９ー")


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.from_regex("0[789]0[0-9]{8}", fullmatch=True))
def test_every_mobile_number_reads_back_where_it_stands(number: str) -> None:
    parts = number[:3], number[3:7], number[7:]
    for written in (
        number,
        "-".join(parts),
        "-".join(parts).translate(WIDE),
        " ".join(number),
        "の".join(parts),
        f"+81 {number[1:3]}-{parts[1]}-{parts[2]}",
        "".join(KANJI[int(digit)] for digit in number),
        "".join(SPOKEN[int(digit)] for digit in number),
        " ".join("".join(SPOKEN[int(digit)] for digit in part) for part in parts),
    ):
        text = f"えっと、{written}です。"
        (fact,) = phones.facts(cut(text, NOW))
        assert fact.value == {"number": number}
        assert text[fact.start : fact.end].lstrip("+") == written.lstrip("+")
