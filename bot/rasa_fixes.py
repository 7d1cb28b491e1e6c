"""What we change inside Rasa 3.6.21, and nowhere else.

Each change names what it is for. tests/bot/test_rasa_fixes.py fails when Rasa changes under it.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import itertools
from copy import copy
from functools import cache
from types import SimpleNamespace
from typing import Any

import aiohttp
import fastjsonschema
import structlog
from rasa.core import processor as rasa_processor
from rasa.core.actions import action as rasa_action
from rasa.core.actions import forms
from rasa.core.actions.action import ActionBotResponse, RemoteAction
from rasa.core.actions.forms import FormAction
from rasa.core.agent import Agent
from rasa.core.channels import console, rest
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.constants import ACTION_LISTEN_NAME, REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    BotUttered,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.schemas.events import EVENT_SCHEMA
from rasa.utils.endpoints import EndpointConfig

from bot import calendars, front_door, pause, watch
from bot.nlu import interpreter
from reading import masking
from renewal import settings

_sessions: dict[asyncio.AbstractEventLoop, aiohttp.ClientSession] = {}
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
ACTION_SECONDS = 10
"""An action that takes longer is given up: a citizen waits for the answer."""
TURNS_AT_ONCE = 8
"""Turns that a process has under way: enough to keep it busy while actions are waited for."""
MOST_TURNS = 200
"""Messages of a session; a booking takes a dozen, a long talk fifty."""
PATIENCE_SECONDS = 5
"""Whoever has waited that long for their turn begins it all the same: those ahead may hang."""


def apply() -> None:
    """Put all changes in place. Called once, before Rasa starts."""
    serve_citizens()
    save_time()
    console._get_user_input = _ends_with_the_input(console._get_user_input)


def _ends_with_the_input(get_user_input: Any) -> Any:
    """End the shell at Ctrl-D, or where its input ends, as at /stop; Rasa ends in a traceback."""

    async def get(previous_response: Any) -> str | None:
        try:
            answer: str | None = await get_user_input(previous_response)
        except EOFError:
            return None
        return answer

    return get


def serve_citizens() -> None:
    """Put in place what every citizen is owed: a safe way in, and an answer each time."""
    MessageProcessor._handle_message_with_tracker = _receive
    MessageProcessor._run_prediction_loop = _never_silent(MessageProcessor._run_prediction_loop)
    Agent.handle_message = _attended(Agent.handle_message)
    RemoteAction.run = _given_up_at_once(RemoteAction.run)
    MessageProcessor.handle_message = _first_come_first_served(MessageProcessor.handle_message)
    MessageProcessor._send_bot_messages = staticmethod(
        _sent_then_kept(MessageProcessor._send_bot_messages)
    )
    MessageProcessor._has_session_expired = _or_too_long(MessageProcessor._has_session_expired)
    MessageProcessor.save_tracker = _counted(MessageProcessor.save_tracker)
    FailSafeTrackerStore.retrieve = _retrieve
    FailSafeTrackerStore.save = _save
    rasa_action.DEFAULT_REQUEST_TIMEOUT = ACTION_SECONDS
    # Of a turn that failed it would log what was typed, and every variable on the way there.
    rest.structlogger = structlog.wrap_logger(None, processors=[_drop])


def _drop(*_event: Any) -> Any:
    raise structlog.DropEvent


def save_time() -> None:
    """Put in place what makes a turn cheap; the answers are the same without (benchmarks/turns.py)."""
    MessageProcessor.run_action_extract_slots = _extract_no_slots
    RemoteAction._validate_action_result = _validate_action_result
    RemoteAction._action_call_format = _action_call
    EndpointConfig.session = _kept_session
    # Rasa searches all kinds of events for the one of a name, for every event that it reads.
    Event.resolve_by_type = staticmethod(cache(Event.resolve_by_type))
    DialogueStateTracker.copy = _copy
    DialogueStateTracker._set_slot = _slots_of_its_own(DialogueStateTracker._set_slot)
    DialogueStateTracker._reset_slots = _slots_of_its_own(DialogueStateTracker._reset_slots)
    DialogueStateTracker.applied_events = _applied_events
    DaskGraphRunner.run = _run_graph
    FormAction._temporary_tracker = _temporary_tracker
    rasa_processor.copy = forms.copy = _as_it_is


async def _receive(
    self: MessageProcessor, message: UserMessage, tracker: DialogueStateTracker
) -> None:
    """Let every message through the front door before it is parsed, stored or logged.

    Raises AlreadyDone, with the conversation locked, when this very message was taken in before.
    """
    latest_first = list(reversed(tracker.events))
    if any(type(e) is UserUttered and e.message_id == message.message_id for e in latest_first):
        raise AlreadyDone
    said_before = next((event for event in latest_first if type(event) is UserUttered), None)
    asked = tracker.get_slot("requested_slot")
    bot_messages = (event.data for event in latest_first if type(event) is BotUttered)
    admitted = front_door.admit(
        message.text,
        itertools.chain(
            front_door.offered_payloads(bot_messages),
            # A menu or a card that outlives its conversation: the channel vouches for its button.
            getattr(message.output_channel, "offers", ()),
        ),
        pin_expected=asked == "pins",
        before=(said_before.text or "") if said_before else "",
        asked=asked,
    )
    # A channel that stores what comes has masked it already, and says so.
    secret = admitted.secret or getattr(message.output_channel, "secret", False)
    if admitted.begun_before and said_before:
        _erase(self, tracker, said_before)
    message.text = admitted.text
    if admitted.intent:
        parsed = _as_parsed(admitted.text, admitted.intent, list(admitted.entities), tracker)
    else:
        metadata = {**(message.metadata or {}), interpreter.MASKED: secret}
        parsed = self._parse_message_with_graph(UserMessage(message.text, metadata=metadata), tracker)
        await asyncio.sleep(0)  # that took a while: everybody else's requests come in first
    tracker.update(
        UserUttered(
            message.text,
            parsed["intent"],
            parsed["entities"],
            parsed,
            input_channel=message.input_channel,
            message_id=message.message_id,
            metadata=message.metadata,
        ),
        self.domain,
    )
    if secret and parsed["intent"]["name"] == "book":
        await _say(self, "utter_secret_typed", message.output_channel, tracker)


def _erase(self: MessageProcessor, tracker: DialogueStateTracker, said: UserUttered) -> None:
    """Erase a message that turned out to be the first part of a secret, stored and in memory."""
    said.text = masking.MASK
    said.parse_data = {"intent": said.intent, "entities": [], "text": said.text}
    said.entities = []
    store = getattr(self.tracker_store, "_tracker_store", self.tracker_store)
    if said.message_id and hasattr(store, "erase_text"):
        store.erase_text(tracker.sender_id, said.message_id)


def _attended(handle_message: Any) -> Any:
    """Answer that the chat is paused while it is, with no turn; count and time every other turn."""

    async def handle(self: Agent, message: UserMessage) -> Any:
        channel = message.output_channel
        source = getattr(channel, "source", None)
        with watch.turn(message.sender_id, channel.name(), source) as turn:
            stopped = await pause.current()
            if stopped is None:
                try:
                    return await handle_message(self, message)
                except AlreadyDone:
                    turn.outcome = "repeated"
                    raise
                except Exception:
                    await _say_plainly(self, message, "utter_system_error")
                    raise
            turn.outcome, remark = "paused", stopped.remark()
            await _say_plainly(self, message, f"utter_{remark.name}", **remark.values)
            return getattr(channel, "messages", None)

    return handle


def _first_come_first_served(handle_message: Any) -> Any:
    """Let turns begin in the order in which messages came, a few at a time.

    All at once, each would wait at every step of its own for a step of everybody else's; those
    with many steps would get their answer long after the others.
    """

    async def handle(self: MessageProcessor, message: UserMessage) -> Any:
        places = _places(asyncio.get_running_loop())
        try:
            await asyncio.wait_for(places.acquire(), PATIENCE_SECONDS)
        except asyncio.TimeoutError:
            return await handle_message(self, message)
        try:
            return await handle_message(self, message)
        finally:
            places.release()

    return handle


@cache
def _places(_loop: asyncio.AbstractEventLoop) -> asyncio.Semaphore:
    return asyncio.Semaphore(TURNS_AT_ONCE)


async def _say_plainly(agent: Agent, message: UserMessage, response: str, **values: Any) -> None:
    """Utter a response without its conversation, which may be out of reach."""
    channel, nobody = message.output_channel, DialogueStateTracker(message.sender_id, [])
    said = await agent.processor.nlg.generate(response, nobody, channel.name(), **values)
    await channel.send_response(message.sender_id, said)


class AlreadyDone(Exception):  # noqa: N818
    """The message came twice, at once to two processes; its answers are in the conversation."""


class ActionLost(Exception):  # noqa: N818
    """A call of an action got no answer: the turn has failed and nothing of it is kept."""


def _given_up_at_once(run: Any) -> Any:
    """Let a turn fail with the first action that gets no answer.

    Rasa goes on as if the action had done nothing, up to ten times, and leaves the conversation
    where it was never meant to be, or where it never listens again. Failed, it stays where it was.
    """

    async def call(self: RemoteAction, *args: Any, **kwargs: Any) -> Any:
        turn = watch.this_turn()
        if turn and turn.lost:
            raise ActionLost(self.name())
        try:
            return await run(self, *args, **kwargs)
        except rasa_action.ActionExecutionRejection:
            raise
        except Exception:
            if turn:
                turn.lost = True
            raise

    return call


def _sent_then_kept(send: Any) -> Any:
    """Send a calendar with its days, and store it without (bot/calendars.py)."""

    async def send_and_keep(events: Any, *args: Any, **kwargs: Any) -> None:
        await send(events, *args, **kwargs)
        for event in events:
            if isinstance(event, BotUttered):
                event.data = calendars.kept(event.data)

    return send_and_keep


def _or_too_long(has_expired: Any) -> Any:
    """Let a session end after MOST_TURNS messages, too: each turn costs more than the one before."""

    def ended(self: MessageProcessor, tracker: DialogueStateTracker) -> bool:
        if has_expired(self, tracker):
            return True
        turns = 0
        for event in reversed(tracker.events):
            if type(event) is SessionStarted:
                break
            turns += type(event) is UserUttered
        return turns >= MOST_TURNS

    return ended


def _counted(save_tracker: Any) -> Any:
    """Count what a turn was about when it has come to its end."""

    async def save(self: MessageProcessor, tracker: DialogueStateTracker) -> None:
        watch.understood(tracker)
        await save_tracker(self, tracker)

    return save


async def _retrieve(self: FailSafeTrackerStore, sender_id: str) -> DialogueStateTracker | None:
    """Fail when the database does; Rasa would begin a new conversation, as if nothing was said."""
    return await self._tracker_store.retrieve(sender_id)


async def _save(self: FailSafeTrackerStore, tracker: DialogueStateTracker) -> None:
    """Fail when the database does; Rasa would keep the turn in this process alone."""
    await self._tracker_store.save(tracker)


async def _say(
    processor: MessageProcessor, response: str, channel: Any, tracker: DialogueStateTracker
) -> None:
    """Utter a response outside of any action."""
    action = ActionBotResponse(response)
    said = await action.run(channel, processor.nlg, tracker, processor.domain)
    tracker.update_with_events(said, processor.domain)
    await processor._send_bot_messages(said, tracker, channel)


def _as_parsed(
    text: str, intent: str, entities: list[dict[str, Any]], tracker: DialogueStateTracker
) -> dict[str, Any]:
    """Return what a button says, as the pipeline returns what words say."""
    named = {"name": intent, "confidence": 1.0}
    values = {each["entity"]: each["value"] for each in entities}
    heard = interpreter.pressed(intent, values, tracker)
    parsed = {"text": text, "intent": named, "intent_ranking": [named], "entities": entities}
    return {**parsed, interpreter.HEARD: heard.to_json()}


def _never_silent(run_prediction_loop: Any) -> Any:
    """Answer with an apology and the phone when a turn has ended without a word.

    Rasa answers an error in an action with an empty list: to a citizen, silence.
    """

    async def run(
        self: MessageProcessor, output_channel: Any, tracker: DialogueStateTracker
    ) -> None:
        await run_prediction_loop(self, output_channel, tracker)
        if (turn := watch.this_turn()) and turn.lost:
            raise ActionLost
        if tracker.latest_action_name != ACTION_LISTEN_NAME:
            # Rasa has stopped after ten actions; without this it would never begin again.
            tracker.update(ActionExecuted(ACTION_LISTEN_NAME), self.domain)
        for event in reversed(tracker.events):
            if isinstance(event, BotUttered):
                return
            if isinstance(event, UserUttered):
                break
        await _say(self, "utter_system_error", output_channel, tracker)

    return run


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


def _kept_session(self: EndpointConfig) -> Any:
    """Keep one connection to the action server open; Rasa opens a new one for each call."""
    loop = asyncio.get_event_loop()
    session = _sessions.get(loop)
    if session is None or session.closed:
        session = _sessions[loop] = aiohttp.ClientSession(
            headers={**(self.headers or {}), settings.ACTION_HEADER: settings.action_secret()},
            timeout=aiohttp.ClientTimeout(total=ACTION_SECONDS),
            connector=aiohttp.TCPConnector(keepalive_timeout=30),  # the server's is longer
        )
        atexit.register(_let_go, session)
    return contextlib.nullcontext(session)


def _let_go(session: aiohttp.ClientSession) -> None:
    """Close the connection when the process ends; else its end is full of warnings in a terminal."""
    connector = session.connector
    session.detach()
    if connector:
        connector.close()
