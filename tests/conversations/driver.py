"""Talks to the bot in process: the trained model, the real actions, a real database, no sockets."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor

from bot import models, rasa_fixes
from bot.line import faces
from tests.line.documented import problems

MODEL = models.path()


class InProcessActions(EndpointConfig):
    """The action server without the server."""

    def __init__(self) -> None:
        super().__init__(url="http://in.process")
        self._executor = ActionExecutor()
        self._executor.register_package("actions")

    async def request(self, **kwargs: Any) -> Any:
        call = json.loads(json.dumps(kwargs["json"]))
        return json.loads(json.dumps(await self._executor.run(call)))


def load_agent(model: Path = MODEL) -> Agent:
    """Return the agent as the server has it, with conversations kept in memory."""
    # Unconfigured, structlog prints every message a person writes.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    rasa_fixes.apply()
    agent = Agent(action_endpoint=InProcessActions())
    agent.load_model(str(model))
    nlg = EndpointConfig.from_dict({"type": "bot.responses.CityResponses"})
    agent.nlg = NaturalLanguageGenerator.create(nlg, agent.domain)
    agent.tracker_store = InMemoryTrackerStore(agent.domain)
    agent.processor.nlg = agent.nlg
    agent.processor.tracker_store = agent.tracker_store
    return agent


class Heard(CollectingOutputChannel):
    """Takes what the bot says; `whole` has each message as the bot made it, with its card."""

    def __init__(self) -> None:
        super().__init__()
        self.whole: list[dict[str, Any]] = []

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        self.whole.append(message)
        await super().send_response(recipient_id, message)


@dataclass
class Person:
    """Somebody who talks to the bot and sees its answers."""

    agent: Agent
    sender: str
    loop: asyncio.AbstractEventLoop
    transcript: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[dict[str, str]] = field(default_factory=list)
    payloads: list[dict[str, Any]] = field(default_factory=list)

    def says(self, text: str) -> str:
        """Send a message and return everything the bot answers, one message a line.

        Whatever is answered has to be within LINE's limits, too.
        """
        channel = Heard()
        message = UserMessage(text, channel, self.sender, input_channel="test")
        answers = self.loop.run_until_complete(self.agent.handle_message(message)) or []
        in_line = [shown.to_dict() for shown in faces.render(channel.whole, self.sender)]
        assert not in_line or problems(in_line) == [], in_line
        self.transcript.append(("me", text))
        said = [str(answer["text"]) for answer in answers if answer.get("text")]
        self.transcript += [("bot", line) for line in said]
        self.buttons = [b for answer in answers for b in answer.get("buttons") or []]
        self.payloads = [answer["custom"] for answer in answers if answer.get("custom")]
        return "\n".join(said)

    def taps(self, title: str) -> str:
        """Press the first button of the last answer whose title contains this."""
        for button in self.buttons:
            if title in button["title"]:
                return self.says(button["payload"])
        raise AssertionError(f"no button {title!r} among {[b['title'] for b in self.buttons]}")

    def tracker(self) -> DialogueStateTracker | None:
        """Return the conversation so far."""
        return self.loop.run_until_complete(self.agent.tracker_store.retrieve(self.sender))

    def slot(self, name: str) -> Any:
        """Return a slot's value."""
        tracker = self.tracker()
        return tracker.get_slot(name) if tracker else None
