"""Tells what a sentence wants: kernel ridge regression over its letters and its meaning.

Two sentences are alike when they share character n-grams (tf-idf, cosine) and when their
embeddings point the same way (Gaussian of the distance). The weights are the solution of one
system of linear equations, so training takes seconds and always gives the same model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import linalg, sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.faq import FEW, OUTSIDE
from bot.nlu.normal_form import letters as letters_of
from bot.nlu.normal_form import normal_form
from bot.nlu.sentence_embedding import embed

DIRECTIONS = 256
"""Of the embedding's 512, those in which the sentences differ most: the others cost time alone."""
LEAST_LIKE = 0.45
"""Cosine of the meanings from which a message may be what a few sentences say."""
ROOM, ROOM_OUTSIDE = 0.15, 0.2
"""By so much another intent's, or a sentence outside, may be nearer. All set by benchmarks/faq_tuning.py."""
SURE = 0.73
"""The equations' confidence in an intent from which its nearest sentence may not be farther (config.yml)."""
FEW_CONFIDENCE = 0.9
"""What a message is given to be what a few sentences say."""


class SentenceModel:
    """Sentences with their labels, and the weight of each sentence for each label.

    `ridge` smooths the weights; `meaning` weighs the embedding against the letters, `width` says
    how fast likeness of meaning falls off; `sharpness` turns scores into probabilities. All four
    are set on cross-validation of data/nlu.yml (benchmarks/nlu_tuning.py).
    """

    def __init__(self, ridge: float, meaning: float, width: float, sharpness: float) -> None:
        self.ridge, self.meaning, self.width, self.sharpness = ridge, meaning, width, sharpness

    def fit(self, sentences: Sequence[str], labels: Sequence[str]) -> SentenceModel:
        """Learn from sentences and their labels."""
        texts = [normal_form(sentence) for sentence in sentences]
        vectorizer = _vectorizer()
        self.letters, meanings = vectorizer.fit_transform(texts), embed(texts)
        self.directions = _main_directions(meanings)
        self.meanings = meanings @ self.directions
        self.ngrams = list(vectorizer.get_feature_names_out())
        self.idf = vectorizer.idf_.astype(np.float32)
        self.sentences = texts
        self.labels, self.columns = np.unique(np.asarray(labels, dtype=str), return_inverse=True)
        wanted = np.zeros((len(texts), len(self.labels)), np.float32)
        wanted[np.arange(len(texts)), self.columns] = 1
        likeness = self._likeness(self.letters, self.meanings)
        likeness[np.diag_indices_from(likeness)] += self.ridge
        self.weights = linalg.solve(
            likeness, wanted, assume_a="pos", overwrite_a=True, check_finite=False
        )
        self._ngram_weights = self.letters.T @ self.weights
        self._prepare()
        return self

    def probabilities(self, sentences: Sequence[str]) -> np.ndarray:
        """Return one row for each sentence, one column for each of `labels`; a row sums to 1."""
        scores, new, meanings = self._scored(sentences)
        rows = shares(scores, self.sharpness)
        if new and self._few.any():
            for at, column in zip(new, self._of_few(meanings, rows[new]), strict=True):
                if column >= 0:
                    rows[at] *= 1 - FEW_CONFIDENCE
                    rows[at, column] += FEW_CONFIDENCE
        return rows

    def scores(self, sentences: Sequence[str]) -> np.ndarray:
        """Return how near each sentence is to each of `labels`: about 1 for its own, else about 0."""
        return self._scored(sentences)[0]

    def _scored(self, sentences: Sequence[str]) -> tuple[np.ndarray, list[int], np.ndarray]:
        """Return the scores, the places of the sentences that were not learnt, and what those mean."""
        texts = [normal_form(sentence) for sentence in sentences]
        scores = np.empty((len(texts), len(self.labels)), np.float32)
        for at, text in enumerate(texts):
            if text in self._learnt:
                scores[at] = self._of_learnt(self._learnt[text])
        new = [at for at, text in enumerate(texts) if text not in self._learnt]
        meanings = np.empty((0, DIRECTIONS), np.float32)
        if new:
            meanings = embed([texts[at] for at in new]) @ self.directions
            scores[new] = self._of_new([texts[at] for at in new], meanings)
        return scores, new, meanings

    def _of_few(self, meanings: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return the column of the city's question that each message asks, -1 where it asks none.

        The equations favour what hundreds of sentences say. So the nearest of a question's few sentences is
        held against the nearest of all others, with some room.
        """
        cosines = meanings @ self.meanings.T
        few, others = cosines[:, self._few], cosines[:, ~self._few]
        outside = self._outside[~self._few]
        nearest = few.max(axis=1)
        likeliest = rows.argmax(axis=1)
        sure = (rows.max(axis=1) >= SURE) & ~np.isin(self.labels[likeliest], OUTSIDE)
        asks = (
            (nearest >= LEAST_LIKE)
            & (nearest >= others[:, ~outside].max(axis=1, initial=-1) - np.where(sure, 0, ROOM))
            & (nearest >= others[:, outside].max(axis=1, initial=-1) - ROOM_OUTSIDE)
        )
        return np.where(asks, self.columns[self._few][few.argmax(axis=1)], -1)

    def _of_learnt(self, place: int) -> np.ndarray:
        """Return what the equations, (likeness + ridge) · weights = wanted, say of a sentence itself."""
        scores = -self.ridge * self.weights[place]
        scores[self.columns[place]] += 1
        return np.asarray(scores)

    def _of_new(self, texts: Sequence[str], meanings: np.ndarray) -> np.ndarray:
        # Likeness of letters is linear, so the weights of all sentences add up for each n-gram.
        by_letters = np.stack([self._by_letters(text) for text in texts])
        return self._like_meanings(meanings) @ self.weights + by_letters

    def _by_letters(self, text: str) -> np.ndarray:
        """Do for one sentence what the vectorizer does for thousands, in a twentieth of its time."""
        known = map(self._column.get, self._ngrams_of(text))
        counts = Counter(column for column in known if column is not None)
        columns = np.fromiter(counts.keys(), int, len(counts))
        tfidf = (1 + np.log(np.fromiter(counts.values(), np.float32))) * self.idf[columns]
        tfidf /= np.sqrt(tfidf @ tfidf) or 1
        return np.asarray(tfidf @ self._ngram_weights[columns])

    def _prepare(self) -> None:
        self._learnt = {text: place for place, text in enumerate(self.sentences)}
        self._column = {ngram: column for column, ngram in enumerate(self.ngrams)}
        self._ngrams_of = _vectorizer().build_analyzer()
        self._few = np.char.startswith(self.labels, FEW)[self.columns]
        self._outside = np.isin(self.labels, OUTSIDE)[self.columns]

    def _likeness(self, letters: sparse.csr_matrix, meanings: np.ndarray) -> np.ndarray:
        """Return how much each of the given sentences is like each of those learnt."""
        likeness = self._like_meanings(meanings)
        for start in range(0, len(likeness), 500):  # all at once takes gigabytes
            rows = slice(start, start + 500)
            likeness[rows] += (letters[rows] @ self.letters.T).toarray()
        return likeness

    def _like_meanings(self, meanings: np.ndarray) -> np.ndarray:
        likeness = meanings @ self.meanings.T
        likeness -= 1
        likeness *= self.width
        np.exp(likeness, out=likeness)
        likeness *= self.meaning
        return likeness

    def arrays(self) -> dict[str, np.ndarray]:
        """Return what `from_arrays` needs to make this model again."""
        return {
            "labels": self.labels,
            "sentences": np.array("\n".join(self.sentences)),
            "columns": self.columns.astype(np.int16),
            "weights": self.weights.astype(np.float32),
            "directions": self.directions,
            "meanings": self.meanings.astype(np.float16),
            "ngram_weights": self._ngram_weights.astype(np.float32),
            "ngrams": np.array(self.ngrams, dtype=str),
            "idf": self.idf,
        }

    @classmethod
    def from_arrays(cls, arrays: Any, **settings: float) -> SentenceModel:
        """Return a model that `arrays` was taken from."""
        model = cls(**settings)
        model.labels, model.weights = arrays["labels"], arrays["weights"]
        model.sentences, model.columns = str(arrays["sentences"]).split("\n"), arrays["columns"]
        model.directions = arrays["directions"]
        model.meanings = arrays["meanings"].astype(np.float32)
        model.ngrams, model.idf = arrays["ngrams"].tolist(), arrays["idf"]
        model._ngram_weights = arrays["ngram_weights"]
        model._prepare()
        return model


def _main_directions(meanings: np.ndarray) -> np.ndarray:
    """Return the directions that hold most of these vectors' lengths, one a column."""
    count = meanings.shape[1]
    _, directions = linalg.eigh(meanings.T @ meanings, subset_by_index=(count - DIRECTIONS, count - 1))
    return np.ascontiguousarray(directions, np.float32)


def shares(scores: np.ndarray, sharpness: float) -> np.ndarray:
    """Return scores as probabilities: each row sums to 1."""
    likelihoods = np.exp(sharpness * (scores - scores.max(axis=1, keepdims=True)))
    return np.asarray(likelihoods / likelihoods.sum(axis=1, keepdims=True))


def _vectorizer() -> TfidfVectorizer:
    """N-grams seen once tell nothing about another sentence."""
    return TfidfVectorizer(
        preprocessor=letters_of,
        analyzer="char",
        ngram_range=(1, 3),
        min_df=2,
        sublinear_tf=True,
        dtype=np.float32,
    )
