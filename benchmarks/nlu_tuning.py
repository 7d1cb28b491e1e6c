"""Sets the classifier's settings and the bands, on cross-validation of data/nlu.yml alone.

    python -m benchmarks.nlu_tuning              the bands, for the settings of config.yml
    python -m benchmarks.nlu_tuning --settings   each setting one step down and up, too
    python -m benchmarks.nlu_tuning --spread     how much the held-out figures owe to chance

The held-out sets have no part in the first two. Each seed deals the sentences into five parts, each intent
evenly; each part is judged by a model that has learnt the others. Figures are means over the
seeds, with half the distance between the lowest and the highest. They are lower than those of the
held-out sets: the training data holds many sentences on the border between two intents.

Bands: of those that ask back for at most one sentence of our business in seven (a person who is
asked each time soon phones instead), the one where rightly answered or asked back, less falsely
accepted, is highest; of equal ones, the one that asks back least.

The classifier draws nothing by chance, so for the spread each seed leaves out a tenth of the training
sentences.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML
from sklearn.model_selection import StratifiedKFold

from bot import front_door
from bot.nlu import classifier, sentence_embedding, sentence_model
from bot.nlu.classifier import ranked
from bot.nlu.fallback import NEVER_ASKED_ABOUT
from bot.nlu.sentence_model import SentenceModel, shares
from tests.nlu.evaluate import FALLBACK, OUT_OF_SCOPE, Judged, figures, judge, read_set

ROOT = Path(__file__).parents[1]
FOLDS = 5
MOST_ASKED = 1 / 7
STEP = 1.5
THRESHOLDS = (0.5, 0.6, 0.65, 0.7, 0.73, 0.75, 0.8)
MOODS = (0.3, 0.4, 0.5, 0.7)
NEARS = (0.02, 0.03, 0.05)  # below, an honest "not understood" is hardly ever said
BUTTONS = (2, 3)
SHOWN = ("accuracy", "served", "accepted_falsely", "answered_wrongly", "not_understood")


@dataclass(frozen=True)
class Bands:
    """From what confidence the bot answers, what it offers otherwise, and how many of it.

    `moods` is the threshold of what cannot be asked about (bot/nlu/fallback.py).
    """

    threshold: float
    moods: float
    near: float
    buttons: int


@lru_cache(maxsize=1)
def examples() -> tuple[list[str], np.ndarray]:
    """Return the training sentences and their intents."""
    data = YAML(typ="safe").load(ROOT / "data" / "nlu.yml")["nlu"]
    pairs = [
        (line[2:].strip(), each["intent"])
        for each in data
        for line in each["examples"].splitlines()
        if line.strip()
    ]
    return [sentence for sentence, _ in pairs], np.array([intent for _, intent in pairs])


def config_settings() -> dict[str, float]:
    """Return the classifier's settings in config.yml."""
    pipeline = YAML(typ="safe").load(ROOT / "config.yml")["pipeline"]
    wanted = classifier.SentenceClassifier.get_default_config()
    [found] = [each for each in pipeline if each["name"].endswith("SentenceClassifier")]
    return {name: float(found[name]) for name in wanted}


def unseen_scores(settings: dict[str, float], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return each sentence's scores from a model that has not seen it, and the labels."""
    sentences, intents = examples()
    labels = np.unique(intents)
    scores = np.zeros((len(sentences), len(labels)), np.float32)
    deal = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for learnt, unseen in deal.split(np.zeros(len(sentences)), intents):
        model = SentenceModel(**settings).fit([sentences[at] for at in learnt], intents[learnt])
        scores[unseen] = model.scores([sentences[at] for at in unseen])
    return scores, labels


def rankings(
    scores: np.ndarray, labels: np.ndarray, sharpness: float
) -> list[list[dict[str, Any]]]:
    """Return each sentence's likeliest intents as Rasa ranks them."""
    return [ranked(row, labels) for row in shares(scores, sharpness)]


def judged(every: Sequence[list[dict[str, Any]]], bands: Bands) -> list[Judged]:
    """Return what the bot would do with each training sentence, had it not seen it."""
    return [
        in_bands(ranking, str(intent), bands)
        for ranking, intent in zip(every, examples()[1], strict=True)
    ]


def in_bands(ranking: list[dict[str, Any]], intent: str, bands: Bands) -> Judged:
    """Return what the bot would do with a sentence of that intent."""
    mood = ranking[0]["name"] in NEVER_ASKED_ABOUT
    sure = ranking[0]["confidence"] >= (bands.moods if mood else bands.threshold)
    parsed = {"intent": ranking[0] if sure else {"name": FALLBACK}, "intent_ranking": ranking}
    return judge(parsed, intent, bands.near, bands.buttons)


def judged_figures(every: Sequence[Judged]) -> dict[str, float]:
    """Return the figures of tests/nlu/evaluate.py, and how many of ours are asked back at all."""
    inside = [each for each in every if each.wanted != OUT_OF_SCOPE]
    outside = [each for each in every if each.wanted == OUT_OF_SCOPE]
    result = figures({"utterances": inside, "out_of_scope": outside})
    asked = sum(each.answered is None for each in inside) / len(inside)
    return {**result, "asked": asked}


def over_seeds(found: Sequence[dict[str, float]]) -> dict[str, tuple[float, float]]:
    """Return mean and half the range of each figure."""
    columns = {name: [each[name] for each in found] for name in found[0]}
    return {name: (float(np.mean(v)), (max(v) - min(v)) / 2) for name, v in columns.items()}


def log_loss(scores: np.ndarray, labels: np.ndarray, sharpness: float) -> float:
    """Return how badly the probabilities fit, the three outside intents apart."""
    own = np.searchsorted(labels, examples()[1])
    return float(-np.log(shares(scores, sharpness)[np.arange(len(own)), own] + 1e-9).mean())


def every_band() -> Iterator[Bands]:
    for values in itertools.product(THRESHOLDS, MOODS, NEARS, BUTTONS):
        yield Bands(*values)


def line(found: dict[str, tuple[float, float]]) -> str:
    return "  ".join(
        f"{name} {100 * found[name][0]:.1f} ± {100 * found[name][1]:.1f} %"
        for name in (*SHOWN, "asked")
    )


def try_settings(settings: dict[str, float], seeds: Sequence[int], bands: Bands) -> None:
    """Print the figures for each setting one step down and up."""
    tries = [settings] + [
        {**settings, name: value * step}
        for name, value in settings.items()
        for step in (1 / STEP, STEP)
        if name != "sharpness"
    ]
    for tried in tries:
        found = []
        for seed in seeds:
            scores, labels = unseen_scores(tried, seed)
            found.append(judged_figures(judged(rankings(scores, labels, tried["sharpness"]), bands)))
        print({name: round(value, 2) for name, value in tried.items()}, flush=True)
        print("  " + line(over_seeds(found)), flush=True)


def spread(settings: dict[str, float], seeds: Sequence[int], bands: Bands) -> None:
    """Print the held-out figures of models that have learnt nine tenths of the sentences each."""
    sentences, intents = examples()
    found = []
    for seed in seeds:
        drawn = np.random.default_rng(seed).permutation(len(sentences))
        learnt = drawn[: len(drawn) * 9 // 10]
        model = SentenceModel(**settings).fit([sentences[at] for at in learnt], intents[learnt])
        result = {}
        for name in ("utterances", "out_of_scope"):
            texts, wanted = zip(*read_set(name), strict=True)
            admitted = [front_door.admit(text, (), False).text for text in texts]
            every = rankings(model.scores(admitted), model.labels, settings["sharpness"])
            result[name] = [
                in_bands(ranking, intent, bands)
                for ranking, intent in zip(every, wanted, strict=True)
            ]
        found.append(figures(result))
    for name, (mean, half) in over_seeds(found).items():
        print(f"{name:20} {100 * mean:5.1f} ± {100 * half:.1f} %")


def main() -> None:
    """Print the settings' and the bands' figures, and the bands to take."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--settings", action="store_true")
    parser.add_argument("--spread", action="store_true")
    arguments = parser.parse_args()
    sentence_model.embed = _remembering(sentence_embedding.embed)  # each sentence is met many times
    settings = config_settings()
    if arguments.spread:
        spread(settings, arguments.seeds, Bands(0.73, 0.5, 0.03, 3))
        return
    if arguments.settings:
        try_settings(settings, arguments.seeds, Bands(0.73, 0.5, 0.03, 3))
        return
    dealt = [unseen_scores(settings, seed) for seed in arguments.seeds]
    print("sharpness: log loss")
    for sharpness in (8.0, 10.0, 12.0, 15.0, 18.0, 22.0):
        losses = [log_loss(scores, labels, sharpness) for scores, labels in dealt]
        print(f"  {sharpness:4.0f}: {np.mean(losses):.3f}")
    ranked_once = [rankings(scores, labels, settings["sharpness"]) for scores, labels in dealt]
    found = {
        bands: over_seeds([judged_figures(judged(each, bands)) for each in ranked_once])
        for bands in every_band()
    }
    bearable = [bands for bands in found if found[bands]["asked"][0] <= MOST_ASKED]
    best = sorted(
        bearable,
        key=lambda b: (
            -round(found[b]["served"][0] - found[b]["accepted_falsely"][0], 3),
            found[b]["asked"][0],
        ),
    )
    for bands in best[:8]:
        print(f"{bands}\n  {line(found[bands])}")
    print(f"\ntake {best[0]}")


def _remembering(embed: Callable[[Sequence[str]], np.ndarray]) -> Callable[..., np.ndarray]:
    known: dict[str, np.ndarray] = {}

    def embed_once(texts: Sequence[str]) -> np.ndarray:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known.update(zip(new, embed(new), strict=True))
        return np.stack([known[text] for text in texts])

    return embed_once


if __name__ == "__main__":
    main()
