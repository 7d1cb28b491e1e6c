"""One sentence is weighed as thousands are, and a learnt one without the work."""

from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.normal_form import normal_form
from bot.nlu.sentence_embedding import embed
from bot.nlu.sentence_model import SentenceModel, _vectorizer

LEARNT = {
    "手数料はいくらですか": "ask_fee",
    "お金はかかりますか": "ask_fee",
    "手数料がいるのか教えて": "ask_fee",
    "予約したいです": "book",
    "窓口を予約したい": "book",
    "予約お願いします": "book",
}


@pytest.fixture(scope="module")
def model() -> SentenceModel:
    model = SentenceModel(ridge=0.3, meaning=2.0, width=2.0, sharpness=15.0)
    return model.fit(list(LEARNT), list(LEARNT.values()))


def test_a_learnt_sentence_gets_without_the_work_what_the_work_would_give(
    model: SentenceModel,
) -> None:
    texts = [normal_form(each) for each in LEARNT]
    np.testing.assert_allclose(model.scores(list(LEARNT)), model._of_new(texts, embed(texts) @ model.directions), atol=1e-4)


def test_learnt_and_new_sentences_keep_their_places(model: SentenceModel) -> None:
    mixed = ["いくらかかるの", "予約したいです", "予約を頼みたい", "手数料はいくらですか"]
    one_by_one = np.concatenate([model.scores([each]) for each in mixed])
    np.testing.assert_allclose(model.scores(mixed), one_by_one, atol=1e-4)


@pytest.mark.parametrize("text", [*LEARNT, "手数料手数料手数料", "hello", "😀", "1234567", ""])
def test_a_sentence_has_the_weights_that_the_vectorizer_gives_it(
    model: SentenceModel, text: str
) -> None:
    vectorizer = _vectorizer().fit([normal_form(each) for each in LEARNT])
    theirs = vectorizer.transform([normal_form(text)]) @ model._ngram_weights
    np.testing.assert_allclose(model._by_letters(normal_form(text)), theirs[0], atol=1e-5)
