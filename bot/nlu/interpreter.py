"""The end of the pipeline: what a message means in its conversation, for policies and actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.events import BotUttered, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import (
    ENTITIES,
    EXTRACTOR,
    INTENT,
    INTENT_RANKING_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot import database, in_force
from bot.nlu.reader import MASKED, PARTS, READING
from bot.nlu.state import state_of
from reading import interpretation
from reading.heard import Heard
from reading.intents import Intent, Intents, Part
from reading.interpretation import interpret
from reading.situation import State
from renewal import city, clock
from renewal.application import Desk
from renewal.bookings import Bookings

HEARD = "heard"
"""The key of what was heard, in a parsed message."""


# Trainable in name only: Rasa hands the conversation to no other component of a pipeline.
@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class Interpreter(GraphComponent):
    """Decides intent and answers where context does; answers are entities, all else is in `heard`."""

    def __init__(self, resource: Resource) -> None:
        self._resource = resource

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Interpreter:
        return cls(resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_more: Any,
    ) -> Interpreter:
        """Return it as a trained model has it; whoever loads one is about to answer somebody."""
        in_force.put()
        return cls(resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn nothing."""
        return self._resource

    def process(
        self, messages: list[Message], tracker: DialogueStateTracker | None = None
    ) -> list[Message]:
        state = conversation(tracker)
        for message in messages:
            asked = state.slots.get(REQUESTED_SLOT)
            heard = interpret(message.get(READING), state, asked, _intents(message))
            intent = {"name": heard.intent, "confidence": heard.confidence}
            message.set(INTENT, intent, add_to_output=True)
            entities = [
                {**each, EXTRACTOR: type(self).__name__}
                for each in heard.entities(message.get(TEXT) or "")
            ]
            message.set(ENTITIES, entities, add_to_output=True)
            message.set(HEARD, heard.to_json(), add_to_output=True)
        return messages


def pressed(intent: str, values: Mapping[str, Any], tracker: DialogueStateTracker) -> Heard:
    """Return what a button says, which needs no understanding."""
    state = conversation(tracker)
    return interpretation.pressed(intent, values, state, state.slots.get(REQUESTED_SLOT))


def conversation(tracker: DialogueStateTracker | None) -> State:
    """Return the state of a conversation; without one, of one that has just begun."""
    desk = Desk(city.load(), Bookings(database.engine()), clock.now(), clock.real_now())
    if tracker is None:
        return state_of(desk, {})
    last = next((each for each in reversed(tracker.events) if type(each) is BotUttered), None)
    said = {**last.data, **last.metadata} if last else {}
    slots = {name: value for name, value in tracker.current_slot_values().items() if value is not None}
    form: Any = tracker.active_loop_name
    state = state_of(desk, slots, form, said, tracker.sender_id)
    return replace(state, days_chosen=lambda: [
        str(each.value)
        for each in tracker.events
        if isinstance(each, SlotSet) and each.key in ("visit_date", "booking_date") and each.value
    ])  # fmt: skip


def _intents(message: Message) -> Intents:
    parts = tuple(_part(each) for each in message.get(PARTS) or ())
    masked = bool((message.get("metadata") or {}).get(MASKED))
    return Intents(_part(message), parts, masked)


def _part(message: Message) -> Part:
    ranking = message.get(INTENT_RANKING_KEY) or [message.get(INTENT)]
    named = (Intent(each["name"] or "", float(each["confidence"])) for each in ranking)
    return Part(message.get(TEXT) or "", tuple(named))
