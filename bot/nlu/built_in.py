"""The classifier as it is without any city: what it takes a city's own questions for decides about them."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from bot import models
from bot.nlu.sentence_model import SentenceModel

DATA = models.ROOT / "data" / "nlu.yml"
SETTINGS = ("ridge", "meaning", "width", "sharpness")
_CODE = ("sentence_model", "sentence_embedding", "normal_form", "spellings")


def model() -> SentenceModel:
    """Return the classifier that has learnt data/nlu.yml alone; learns it where that has changed."""
    known_as, settings = _fingerprint(), {name: float(_component("SentenceClassifier")[name]) for name in SETTINGS}
    kept = models.FOLDER / "built_in.npz"
    if kept.exists():
        arrays = dict(np.load(kept, allow_pickle=False))
        if str(arrays["known_as"]) == known_as:
            return SentenceModel.from_arrays(arrays, **settings)
    sys.stderr.write("● ことばの土台を学習しています（1分ほど。data/nlu.yml が変わるまで、1回だけ）\n")
    learnt = SentenceModel(**settings).fit(*examples())
    models.FOLDER.mkdir(exist_ok=True)
    begun = kept.with_name("built_in.new.npz")
    np.savez(begun, known_as=np.array(known_as), **learnt.arrays())
    begun.replace(kept)
    return learnt


def examples() -> tuple[list[str], list[str]]:
    """Return the sentences of data/nlu.yml and the intent of each."""
    pairs = [
        (line[2:].strip(), str(each["intent"]))
        for each in YAML(typ="safe").load(DATA)["nlu"]
        for line in each["examples"].splitlines()
        if line.strip()
    ]
    return [sentence for sentence, _ in pairs], [intent for _, intent in pairs]


def threshold(intent: str) -> float:
    """Return the confidence from which a message is answered as this intent (config.yml)."""
    bands = _component("AskBackClassifier")
    return float(bands["threshold_of_moods" if intent in NEVER_ASKED_ABOUT else "threshold"])


NEVER_ASKED_ABOUT = frozenset({"affirm", "deny", "dont_know", "greet", "thank", "goodbye"})
"""Intents without a button: nobody is asked "「ありがとう」のことですか", so a guess serves better."""


def _component(name: str) -> dict[str, Any]:
    """Return a component of the pipeline as config.yml has it."""
    pipeline = YAML(typ="safe").load(models.ROOT / "config.yml")["pipeline"]
    return next(each for each in pipeline if each["name"].endswith(name))


def _fingerprint() -> str:
    """Return what changes with the data, the settings or the code that the classifier is made of."""
    files = (DATA, *(Path(__file__).with_name(f"{name}.py") for name in _CODE))
    parts = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    return " ".join([*parts, *(str(_component("SentenceClassifier")[name]) for name in SETTINGS)])
