"""One sentence is weighed as the vectorizer weighs thousands."""

from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.classifier import SentenceModel, _vectorizer
from bot.nlu.normal_form import normal_form

LEARNT = {
    "手数料はいくらですか": "ask_fee",
    "お金はかかりますか": "ask_fee",
    "手数料がいるのか教えて": "ask_fee",
    "予約したいです": "book",
    "窓口を予約したい": "book",
    "予約お願いします": "book",
}


@pytest.mark.parametrize("text", [*LEARNT, "手数料手数料手数料", "hello", "😀", "1234567", ""])
def test_a_sentence_has_the_weights_that_the_vectorizer_gives_it(text: str) -> None:
    model = SentenceModel(ridge=0.3, meaning=2.0, width=2.0, sharpness=15.0)
    model.fit(list(LEARNT), list(LEARNT.values()))
    vectorizer = _vectorizer().fit([normal_form(each) for each in LEARNT])
    theirs = vectorizer.transform([normal_form(text)]) @ model._ngram_weights
    np.testing.assert_allclose(model._by_letters(normal_form(text)), theirs[0], atol=1e-5)
