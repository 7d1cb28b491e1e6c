"""A city with five questions of its own that nobody else has: how well unseen ways of asking are answered.

    python -m benchmarks.faq

The questions, a few ways of asking each that are learnt, and twenty that are not stand in faq_city.yml; they
were written before anything was trained. They are learnt beside all of data/nlu.yml and what city.yml has,
as `make train` does, and the held-out sets are judged with and without them.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot import faq
from bot.nlu import built_in
from bot.nlu.sentence_model import SentenceModel
from renewal.city import City, Question, load
from tests.nlu.evaluate import one_outside, read_set

LEAST = 0.85


def own_questions() -> dict[str, dict[str, Any]]:
    """Return the questions with their unseen ways of asking."""
    return dict(YAML(typ="safe").load(Path(__file__).with_name("faq_city.yml")))


def with_questions(city: City, more: dict[str, dict[str, Any]]) -> City:
    """Return the city with more questions."""
    new = {  # their lines are of another file
        id_: Question(label=each["label"], phrasings=tuple(each["phrasings"]), answer=each["answer"])
        for id_, each in more.items()
    }
    return city.model_copy(update={"faq": {**city.faq, **new}})


def learnt(base: SentenceModel, taught: faq.Taught) -> SentenceModel:
    """Return a classifier that has learnt data/nlu.yml and the city's questions."""
    settings = {name: getattr(base, name) for name in built_in.SETTINGS}
    pairs = [*zip(*built_in.examples(), strict=True), *taught.sentences()]
    pairs = [(text, intent) for text, intent in pairs if intent not in taught.split]
    return SentenceModel(**settings).fit([text for text, _ in pairs], [intent for _, intent in pairs])


def answered(model: SentenceModel, texts: Sequence[str]) -> list[tuple[str, bool]]:
    """Return the likeliest intent of each text, and whether it is answered without asking back."""
    rows = model.probabilities(texts)
    best = [(str(model.labels[row.argmax()]), float(row.max())) for row in rows]
    return [(intent, confidence >= built_in.threshold(intent)) for intent, confidence in best]


def main() -> None:
    """Print the figures; fail where fewer than 85 % of all the unseen ways are understood rightly."""
    questions = own_questions()
    base = built_in.model()
    taught = faq.Taught(with_questions(load(), questions), base)
    if mistakes := taught.mistakes():
        sys.exit("\n".join(mistakes))
    model = learnt(base, taught)
    right = plainly = every = 0
    print(f"{'':16}likeliest  answered at once  (of 20)")
    for id_, each in questions.items():
        found = answered(model, each["unseen"])
        hits = [sure for intent, sure in found if intent in taught.intents(id_)]
        right, plainly, every = right + len(hits), plainly + sum(hits), every + len(found)
        print(f"{id_:16}{len(hits):9}{sum(hits):18}")
    print(f"{'all':16}{100 * right / every:8.0f} %{100 * plainly / every:15.0f} %")
    for name in ("utterances", "out_of_scope", "faq"):
        texts = read_set(name)
        for called, judge in (("without", base), ("with", model)):
            found = answered(judge, [text for text, _ in texts])
            hits = [one_outside(i) == one_outside(wanted) for (i, _), (_, wanted) in zip(found, texts, strict=True)]
            print(f"{name:16}{called:8}{100 * sum(hits) / len(hits):6.1f} % likeliest right")
    if right < LEAST * every:
        sys.exit("fewer than 85 % understood")


if __name__ == "__main__":
    main()
