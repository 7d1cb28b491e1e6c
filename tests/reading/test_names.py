"""Names, by the rows of corpus/names.yml."""

from __future__ import annotations

import jaconv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reading import names
from reading.message import cut
from tests.reading.corpus_rows import NOW, Row, rows, wrong
from tests.reading.lexicon_words import deciding_nothing

ROWS = list(rows("names"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.asked}: {row.text}")
def test_names_are_heard(row: Row) -> None:
    assert not wrong(row, names.facts, names.heard)


def test_words_decide_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    caches = (names._names, names._rules, names._right)
    assert deciding_nothing("names", names, ROWS, caches, monkeypatch) == []


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
