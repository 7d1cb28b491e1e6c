"""Decides whether a message is understood well enough to be answered."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.fallback_classifier import FallbackClassifier
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.built_in import NEVER_ASKED_ABOUT
from bot.nlu.reader import with_parts


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class AskBackClassifier(FallbackClassifier):
    """Rasa's FallbackClassifier, with a lower threshold for what cannot be asked about."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**FallbackClassifier.get_default_config(), "threshold_of_moods": 0.5}

    def process(self, messages: list[Message]) -> list[Message]:
        super().process(with_parts(messages))
        return messages

    def _should_fallback(self, message: Message) -> bool:
        intent = message.data[INTENT]
        if intent["name"] in NEVER_ASKED_ABOUT:
            return bool(intent["confidence"] < self.component_config["threshold_of_moods"])
        return bool(super()._should_fallback(message))
