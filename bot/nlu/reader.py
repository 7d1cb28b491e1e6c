"""reading/ in Rasa's pipeline: the message is read once, and cut for whoever comes after."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import TEXT, TEXT_TOKENS
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from reading import lexicon, masking, reader
from renewal import city, clock

READING, PARTS = "reading", "parts"
"""What the reader leaves in a message: what it read, and a message for each part if it has several."""
MASKED = "masked"
"""In a message's metadata: it has come through the front door; whether something was masked there."""
FACTS, REST = "facts", "rest"
"""The same for whoever looks at a parsed message: plain facts, and where nothing is explained."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class MessageReader(GraphComponent):
    """Reads a message: its facts, its words as tokens, and its parts, which are classified too."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MessageReader:
        here = city.load()
        lexicon.here_is(here.names, here.prefecture)
        return cls()

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Return what makes an earlier training out of date besides data: how messages are read."""
        files = (*Path(lexicon.FOLDER.parent).rglob("*"), *Path(__file__).parent.glob("*.py"))
        code = hashlib.sha256()
        for file in sorted(each for each in files if each.suffix in (".py", ".yml")):
            code.update(file.read_bytes())
        return code.hexdigest()

    def process(self, messages: list[Message]) -> list[Message]:
        now = clock.now()
        for message in messages:
            if MASKED not in (message.get("metadata") or {}):
                # It has not come through the front door: `rasa shell nlu`, `rasa test nlu`.
                message.set(TEXT, masking.mask(message.get(TEXT) or "").text)
            reading = reader.read(message.get(TEXT) or "", now)
            message.set(READING, reading)
            message.set(TEXT_TOKENS, list(_tokens(reading)))
            message.set(FACTS, [each.to_json() for each in reading.facts], add_to_output=True)
            message.set(REST, [list(span) for span in reading.rest], add_to_output=True)
            if len(reading.parts) > 1:
                message.set(PARTS, [Message({TEXT: part}) for part in reading.parts])
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave the examples as they are: what is learnt from is their text."""
        return training_data


def with_parts(messages: Iterable[Message]) -> list[Message]:
    """Return the messages with the parts of each: all that is to be classified."""
    return [each for message in messages for each in (message, *(message.get(PARTS) or ()))]


def _tokens(reading: reader.Reading) -> Iterator[Token]:
    """Yield the words; Rasa wants one at least."""
    text, folded = reading.text, reading.message.folded
    end = 0
    for word in reading.message.words:
        start, last = folded.span(word.start, word.end)
        if start >= end and last > start:
            yield Token(text[start:last], start)
            end = last
    if not end:
        yield Token(text, 0)
