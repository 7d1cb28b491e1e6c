"""Names, by the rows of corpus/names.yml."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import jaconv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reading import lexicon, names
from reading.message import cut
from tests.reading.corpus_rows import NOW, Row, rows, without, wrong

ROWS = list(rows("names"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.asked}: {row.text}")
def test_names_are_heard(row: Row) -> None:
    assert not wrong(row, names.facts, names.heard)


@pytest.fixture
def forget() -> Iterator[None]:
    yield
    _forget()


def _forget() -> None:
    for cached in (names._names, names._rules, names._right):
        cached.cache_clear()


@pytest.mark.usefixtures("forget")
def test_words_decide_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    unnoticed = []
    for row in Random(8).sample([row for row in ROWS if row.word], 60):
        with monkeypatch.context() as patch:
            patch.setattr(lexicon, "_read", without("names", row.word or ""))
            _forget()
            if not wrong(row, names.facts, names.heard):
                unnoticed.append(row.text)
    assert unnoticed == []


KANA = st.text("アイウエオカキクケコサシタテトナハマミヤユヨラリルンー", min_size=3, max_size=8)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(
    KANA,
    KANA,
    st.sampled_from(["{}", "{}です", "えっと、{}です。", "名前は{}です", "{}と申します。よろしくお願いします", "佐藤花子（{}）"]),
)
def test_every_name_reads_back_where_it_stands(family: str, given_name: str, sentence: str) -> None:
    name = f"サ{family} ハ{given_name}"
    text = sentence.format(name)
    (fact,) = names.facts(cut(text, NOW))
    assert fact.value["name"] == name
    assert text[fact.start : fact.end] == name


@pytest.mark.parametrize("text", ["ﾔﾏﾀﾞ　ﾊﾅｺです", "はい、やまだ はなこ。", "山田花子（ヤマダ　ハナコ）"])
def test_what_was_read_stands_in_the_text(text: str) -> None:
    (fact,) = names.facts(cut(text, NOW))
    said = jaconv.h2z(text[fact.start : fact.end]).replace("　", " ")
    assert jaconv.hira2kata(said) == "ヤマダ ハナコ" == fact.value["name"]
