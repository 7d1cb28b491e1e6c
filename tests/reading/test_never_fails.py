"""Whatever is written, reading it ends: words of the lexicon and of ordinary speech, put together anyhow."""

from __future__ import annotations

import random

import pytest

from reading import case, lexicon, reader
from reading.situation import State
from tests.reading.corpus_rows import NOW

_BETWEEN = [
    "", "", "は", "が", "の", "を", "に", "で", "と", "も", "、", "。", "です", "でした", "じゃなくて", "ます", "ません",
    "ので", "けど", "なら", "たら", "か？", "って", "だ", " ", "\n", "3", "12月", "20日", "2027年", "R9.2.10", "10時", "来週", "私", "…",
]  # fmt: skip
_ASKED = (
    None, "notice", "applicant", "holder", "birthday", "proof_waiver", "reply_form", "reply_form_limit", "expires_on",
    "pins", "forgotten_pins", "counter", "visit_date", "visit_time", "cards", "name_kana", "visitor_name", "phone", "confirmed",
)  # fmt: skip


def put_together(chance: random.Random, words: list[str]) -> str:
    parts = [chance.choice(words if at % 2 == 0 else _BETWEEN) for at in range(chance.randint(1, 14))]
    return "".join(parts)


@pytest.mark.parametrize("seed", range(4))
def test_any_words_in_any_order_are_read_to_the_end(seed: int, state: State) -> None:
    chance = random.Random(seed)
    words = sorted(lexicon.words())
    for _ in range(80):
        text = put_together(chance, words)
        try:
            case.told(reader.read(text, NOW), state.at(chance.choice(_ASKED)))
        except Exception as error:  # the sentence is what one needs to know
            pytest.fail(f"{text!r}: {error!r}")
