"""One token a character: Japanese has no spaces, and words found by a dictionary gain nothing here."""

from __future__ import annotations

import unicodedata
from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message


def normalise(text: str) -> str:
    """Return the text with full-width letters, half-width kana and capitals made one form."""
    return unicodedata.normalize("NFKC", text).lower()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class CharacterTokenizer(Tokenizer):
    """Splits a message into its characters, leaving out spaces.

    Offsets point into the message as written; each token's text is in normal form.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CharacterTokenizer:
        return cls(config)

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        text: str = message.get(attribute)
        tokens = [
            Token(normalise(character), at)
            for at, character in enumerate(text)
            if normalise(character).strip()
        ]
        # Rasa's featurizers fail on a message without tokens.
        return tokens or [Token("∅", 0, 0)]
