"""The classifier in Rasa's pipeline (bot/nlu/sentence_model.py is what it learns)."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot import faq, front_door, in_force, models
from bot.nlu.reader import with_parts
from bot.nlu.sentence_embedding import embed
from bot.nlu.sentence_model import SentenceModel
from reading.heard import EXACTLY
from renewal import city

LONGEST = 300
"""Characters of a text that are looked at: of a long one the rest makes any answer look sure."""


def ranked(probabilities: np.ndarray, labels: np.ndarray) -> list[dict[str, Any]]:
    """Return the ten likeliest labels with their probabilities, as Rasa ranks intents."""
    likeliest = np.argsort(-probabilities, kind="stable")[:10]
    return [{"name": str(labels[at]), "confidence": float(probabilities[at])} for at in likeliest]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SentenceClassifier(IntentClassifier, GraphComponent):
    """Gives each message its intent and the ten likeliest ones, with probabilities."""

    def __init__(
        self,
        settings: dict[str, float],
        model_storage: ModelStorage,
        resource: Resource,
        model: SentenceModel | None = None,
    ) -> None:
        self._settings, self._model = settings, model
        self._model_storage, self._resource = model_storage, resource

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"ridge": 0.3, "meaning": 2.0, "width": 2.0, "sharpness": 15.0}

    @classmethod
    def required_components(cls) -> list[type]:
        return []  # reads the text itself: no tokens, no features of other components

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceClassifier:
        return cls(_settings(config), model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SentenceClassifier:
        settings = _settings(config)
        with model_storage.read_from(resource) as folder:
            # Plain arrays: nothing in the file can run.
            arrays = dict(np.load(folder / "sentences.npz", allow_pickle=False))
        if str(arrays.get("faq")) != faq.fingerprint(city.load()):
            in_force.refuse(models.outdated())
        model = SentenceModel.from_arrays(arrays, **settings)
        embed([""])  # loads the encoder now: nobody should wait for it
        return cls(settings, model_storage, resource, model)

    def train(self, training_data: TrainingData) -> Resource:
        examples = [
            each
            for each in training_data.intent_examples
            if each.get(INTENT) and each.get(TEXT) and each.get(INTENT) not in {*front_door.INTENTS, EXACTLY}
        ]
        model = SentenceModel(**self._settings)
        model.fit([each.get(TEXT) for each in examples], [each.get(INTENT) for each in examples])
        with self._model_storage.write_to(self._resource) as folder:
            questions = np.array(faq.fingerprint(city.load()))
            np.savez(folder / "sentences.npz", faq=questions, **model.arrays())
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        model, every = self._model, with_parts(messages)
        said = [each for each in every if (each.get(TEXT) or "").strip()]
        for message in every:
            _set_ranking(message, [{"name": None, "confidence": 0.0}])
        if model and said:
            rows = model.probabilities([each.get(TEXT)[:LONGEST] for each in said])
            for message, row in zip(said, rows, strict=True):
                _set_ranking(message, ranked(row, model.labels))
        return messages

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        if any(value <= 0 for value in _settings(config).values()):
            raise ValueError(f"SentenceClassifier: every setting must be above 0: {config}")


def _set_ranking(message: Message, ranking: list[dict[str, Any]]) -> None:
    message.set("intent", ranking[0], add_to_output=True)
    message.set("intent_ranking", ranking, add_to_output=True)


def _settings(config: dict[str, Any]) -> dict[str, float]:
    return {name: float(config[name]) for name in SentenceClassifier.get_default_config()}
