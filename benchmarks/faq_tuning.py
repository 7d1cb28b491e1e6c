"""Sets how near a message must come to a city's few sentences: `python -m benchmarks.faq_tuning`.

Each intent of a question is taken for a city's in turn: five of its sentences are its ways of asking, the others are
forgotten, and the held-out sets are compared by meaning as bot/nlu/sentence_model.py does. "found": held-out
sentences of the intent; "ours", "outside": all the others that it would take from other intents and from nobody.
That is harder than a city's own question: these intents lie close to each other.
"""

from __future__ import annotations

import itertools
import re

import numpy as np

from bot.faq import OUTSIDE
from bot.nlu import built_in
from bot.nlu.normal_form import normal_form
from bot.nlu.sentence_embedding import embed
from tests.nlu.evaluate import read_set

WAYS, SEEDS, LONGEST = 5, 2, 22
LEAST, ROOMS, ROOMS_OUTSIDE = (0.4, 0.45, 0.5, 0.55, 0.6), (0.05, 0.1, 0.15, 0.2), (0.1, 0.15, 0.2, 0.3)


def main() -> None:
    """Print what each setting finds and takes away, the best first among those that take 1 % at most."""
    base = built_in.model()
    asked = [*read_set("utterances"), *read_set("faq"), *read_set("out_of_scope")]
    wanted = np.array([intent for _, intent in asked])
    not_ours = np.isin(wanted, OUTSIDE)
    cosines = embed([normal_form(text) for text, _ in asked]) @ base.directions @ base.meanings.T
    labels = base.labels[base.columns]
    outside = np.isin(labels, OUTSIDE)
    chance = np.random.default_rng(1)
    trials = []
    for _, intent in itertools.product(range(SEEDS), base.labels):
        plain = [at for at in np.flatnonzero(labels == intent) if len(base.sentences[at]) <= LONGEST and re.search("か$", base.sentences[at])]
        if intent.startswith("ask_") and len(plain) >= WAYS and (wanted == intent).sum() >= 8:
            few = cosines[:, chance.choice(plain, WAYS, replace=False)].max(axis=1)
            inside = cosines[:, ~outside & (labels != intent)].max(axis=1)
            trials.append((wanted == intent, few, inside, cosines[:, outside].max(axis=1)))
    rows = []
    for least, room, room_outside in itertools.product(LEAST, ROOMS, ROOMS_OUTSIDE):
        figures = []
        for own, few, inside, away in trials:
            taken = (few >= least) & (few >= inside - room) & (few >= away - room_outside)
            figures.append((taken[own].mean(), taken[~own & ~not_ours].mean(), taken[not_ours].mean()))
        rows.append((*np.mean(figures, axis=0), least, room, room_outside))
    print(f"{len(trials)} trials\nfound   ours    outside  least  room  room outside")
    for found, ours, away, *setting in sorted((row for row in rows if max(row[1:3]) <= 0.01), reverse=True)[:10]:
        print(f"{100 * found:4.1f} %  {100 * ours:4.2f} %  {100 * away:4.2f} %  {setting}")


if __name__ == "__main__":
    main()
