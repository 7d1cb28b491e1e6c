"""What every citizen is owed, whichever way Rasa is started: a safe way in, and an answer each time."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import itertools
from functools import cache
from typing import Any

import aiohttp
import structlog
from rasa.core.actions import action as rasa_action
from rasa.core.actions.action import ActionBotResponse, RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels import console, rest
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    SessionStarted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from sanic.exceptions import Forbidden
from sanic.request import Request

from bot import calendars, front_door, pause, watch
from bot.nlu import interpreter, reader
from reading import masking
from renewal import settings

_sessions: dict[asyncio.AbstractEventLoop, aiohttp.ClientSession] = {}
ACTION_URL = "http://127.0.0.1:5055/webhook"
"""What endpoints.yml says; a value from the environment there would have to be set for Rasa's own commands."""
ACTION_SECONDS = 10
"""An action that takes longer is given up: a citizen waits for the answer."""
TURNS_AT_ONCE = 8
"""Turns that a process has under way: enough to keep it busy while actions are waited for."""
MOST_TURNS = 200
"""Messages of a session; a booking takes a dozen, a long talk fifty."""
PATIENCE_SECONDS = 5
"""Whoever has waited that long for their turn begins it all the same: those ahead may hang."""


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
    EndpointConfig.session = _kept_session
    rest.RestInput.get_metadata = _metadata_of_this_machine
    console._get_user_input = _ends_with_the_input(console._get_user_input)
    rasa_action.DEFAULT_REQUEST_TIMEOUT = ACTION_SECONDS
    # Of a turn that failed it would log what was typed, and every variable on the way there.
    rest.structlogger = structlog.wrap_logger(None, processors=[_drop])


def _metadata_of_this_machine(self: rest.RestInput, request: Request) -> None:
    """Let the channels that believe who their caller says to be (rest, the shell's) answer loopback only."""
    if request.ip not in ("127.0.0.1", "::1"):
        raise Forbidden("only for this machine")


def _drop(*_event: Any) -> Any:
    raise structlog.DropEvent


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
        metadata = {**(message.metadata or {}), reader.MASKED: secret}
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
        if self.action_endpoint and self.action_endpoint.url == ACTION_URL:
            self.action_endpoint.url = settings.action_url()
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
