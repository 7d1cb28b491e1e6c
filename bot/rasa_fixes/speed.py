"""What makes a turn cheap; the answers are the same without (benchmarks/turns.py)."""

from __future__ import annotations

import itertools
from copy import copy
from functools import cache
from types import SimpleNamespace
from typing import Any

import fastjsonschema
from rasa.core import processor as rasa_processor
from rasa.core.actions import forms
from rasa.core.actions.action import RemoteAction
from rasa.core.actions.forms import FormAction
from rasa.core.processor import MessageProcessor
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.schemas.events import EVENT_SCHEMA

from bot import watch

_check_event = {
    each["properties"]["event"]["const"]: fastjsonschema.compile({**EVENT_SCHEMA, "oneOf": [each]})
    for each in EVENT_SCHEMA["oneOf"]
}


_check_result = fastjsonschema.compile(
    {
        "type": "object",
        "properties": {
            "events": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"event": {"enum": list(_check_event)}},
                    "required": ["event"],
                },
            },
            "responses": {"type": "array", "items": {"type": "object"}},
        },
    }
)


def save_time() -> None:
    """Put in place what makes a turn cheap; the answers are the same without (benchmarks/turns.py)."""
    MessageProcessor.run_action_extract_slots = _extract_no_slots
    RemoteAction._validate_action_result = _validate_action_result
    RemoteAction._action_call_format = _action_call
    # Rasa searches all kinds of events for the one of a name, for every event that it reads.
    Event.resolve_by_type = staticmethod(cache(Event.resolve_by_type))
    DialogueStateTracker.copy = _copy
    DialogueStateTracker._set_slot = _slots_of_its_own(DialogueStateTracker._set_slot)
    DialogueStateTracker._reset_slots = _slots_of_its_own(DialogueStateTracker._reset_slots)
    DialogueStateTracker.applied_events = _applied_events
    DaskGraphRunner.run = _run_graph
    FormAction._temporary_tracker = _temporary_tracker
    rasa_processor.copy = forms.copy = _as_it_is


def _validate_action_result(self: RemoteAction, result: dict[str, Any]) -> bool:
    """Check the answer of the action server as Rasa does.

    Rasa checks the constant schema itself on every call, which takes most of a turn's time, and
    then every event against the schemas of all kinds of events; here against that of its own,
    with a check compiled once. Raises fastjsonschema.JsonSchemaValueException.
    """
    _check_result(result)
    for event in result.get("events") or ():
        _check_event[event["event"]](event)
    return True


def _action_call(
    self: RemoteAction, tracker: DialogueStateTracker, domain: Domain
) -> dict[str, Any]:
    """Send an action what it needs: the slots, the latest message, and this turn's events.

    Rasa sends every event of the conversation, which grows with each turn, and of a form's start
    all that was understood of the message.
    """
    turn: list[dict[str, Any]] = []
    for event in reversed(tracker.events):
        turn.append(event.as_dict())
        if isinstance(event, UserUttered):
            break
    loop = tracker.active_loop
    latest = tracker._latest_message_data()
    if (this := watch.this_turn()) is not None and this.source:
        # For the bounds on bookings only: the conversation does not store it.
        latest = {**latest, "metadata": {**(latest.get("metadata") or {}), "source": this.source}}
    return {
        "next_action": self._name,
        "sender_id": tracker.sender_id,
        "tracker": {
            "sender_id": tracker.sender_id,
            "slots": tracker.current_slot_values(),
            "latest_message": latest,
            "latest_event_time": tracker.events[-1].timestamp if tracker.events else None,
            "followup_action": tracker.followup_action,
            "paused": tracker.is_paused(),
            "events": turn[::-1],
            "latest_input_channel": tracker.get_latest_input_channel(),
            "active_loop": {"name": loop.name, "rejected": loop.rejected} if loop else {},
            "latest_action": tracker.latest_action,
            "latest_action_name": tracker.latest_action_name,
        },
        "version": "3.6.21",
    }


async def _extract_no_slots(
    self: MessageProcessor, output_channel: Any, tracker: DialogueStateTracker
) -> DialogueStateTracker:
    """Leave the slots to our actions: none has a mapping that Rasa itself would fill it by."""
    return tracker


def _run_graph(
    self: DaskGraphRunner,
    inputs: dict[str, Any] | None = None,
    targets: list[str] | None = None,
) -> dict[str, Any]:
    """Run the nodes that the targets need, one after the other.

    Rasa has Dask plan this anew for every message and every prediction, which takes as long as
    what is planned.
    """
    done = {name: (name, value) for name, value in (inputs or {}).items()}
    schema = self._graph_schema
    wanted = targets or schema.target_names

    def run(name: str) -> Any:
        if name not in done:
            needs = [run(need) for need in schema.nodes[name].needs.values()]
            done[name] = self._instantiated_nodes[name](*needs)
        return done[name]

    return dict(run(name) for name in wanted)


def _copy(self: DialogueStateTracker) -> DialogueStateTracker:
    """Copy a conversation as it stands; Rasa replays all of it, for every action that it runs.

    Both hold the same slots: whichever fills one takes a slot of its own for it.
    """
    twin = copy(self)
    twin.events = copy(self.events)
    twin.slots = copy(self.slots)
    twin.active_loop = copy(self.active_loop)
    return twin


def _slots_of_its_own(fill_slots: Any) -> Any:
    """Let a conversation change no slot that a copy of it may hold as well."""

    def fill(self: DialogueStateTracker, *key_and_value: Any) -> None:
        for key in key_and_value[:1] or tuple(self.slots):
            if key in self.slots:
                self.slots[key] = copy(self.slots[key])
        fill_slots(self, *key_and_value)

    return fill


def _applied_events(self: DialogueStateTracker) -> list[Event]:
    """Return the events that count, without those that were undone.

    Rasa goes through the whole conversation for it, several times a turn; here only what is new
    since the last time is gone through, in Rasa's way.
    """
    seen, loops, applied = vars(self).get("applied_so_far", (0, frozenset(), []))
    if seen == len(self.events):
        return list(applied)
    new = list(itertools.islice(self.events, seen, None))
    more = {event.name for event in new if type(event) is ActiveLoop and event.name}
    if seen > len(self.events) or not more <= loops:
        # A form that is new changes what its first execution, which came before, counts for.
        new, applied = list(self.events), []
        loops |= more
    applied = list(applied)  # the old one may be a copy's as well
    for event in new:
        kind = type(event)
        if kind in (Restarted, SessionStarted):
            applied = []
        elif kind is ActionReverted:
            self._undo_till_previous(ActionExecuted, applied)
        elif kind is UserUtteranceReverted:
            self._undo_till_previous(UserUttered, applied)
            self._undo_till_previous(ActionExecuted, applied)
        elif (
            kind is ActionExecuted
            and event.action_name in loops
            and not self._first_loop_execution_or_unhappy_path(event.action_name, applied)
        ):
            self._undo_till_previous_loop_execution(event.action_name, applied)
        else:
            applied.append(event)
    self.applied_so_far = len(self.events), loops, applied
    return list(applied)


def _temporary_tracker(
    self: FormAction,
    current_tracker: DialogueStateTracker,
    additional_events: list[Event],
    domain: Domain,
) -> DialogueStateTracker:
    """Return the conversation as it would be after these events, to check a form's answers on.

    Rasa replays the whole conversation for it, twice in every turn of a form.
    """
    twin = current_tracker.copy()
    asked = SlotSet(REQUESTED_SLOT, self.get_slot_to_fill(current_tracker))
    for event in [asked, ActionExecuted(self.name()), *additional_events]:
        twin.update(event)
    return twin


_as_it_is = SimpleNamespace(deepcopy=lambda logged: logged)
"""Stands for the module `copy` where Rasa copies what it would log, at whatever level it logs."""
