"""What the bot makes of a message, without a server: the same way in, on a conversation made for it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot import models
from reading.heard import Form
from reading.situation import State


class Listener:
    """A trained model that is asked for one message at a time."""

    def __init__(self, model: Path | None = None) -> None:
        # Whoever writes its answers to the standard output wants nothing else there.
        with warnings.catch_warnings(), contextlib.redirect_stdout(sys.stderr):
            warnings.simplefilter("ignore")
            import matplotlib  # noqa: F401  turns warnings for developers on
            import sanic.app  # noqa: F401  does so, too

            warnings.simplefilter("ignore")
            if "rasa" not in sys.modules:
                from bot import without_tensorflow

                without_tensorflow.apply()
            from rasa.core.agent import Agent
            from rasa.utils.log_utils import configure_structlog

            configure_structlog(logging.ERROR)  # else Rasa prints every message
            self._processor = Agent.load(str(model or models.path())).processor
        self._domain = self._processor.domain

    @property
    def state(self) -> State:
        """A conversation in which nothing was said yet, with what is handed in of the procedure."""
        from bot.nlu import interpreter

        return interpreter.conversation(None)

    def hears(self, text: str, asked: str | None, slots: Mapping[str, Any]) -> dict[str, Any]:
        """Return a message as the conversation keeps it, said after the question for a slot."""
        from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

        from bot.rasa_fixes import citizens

        tracker = conversation_at(self._domain, "nobody", asked, slots)
        message = UserMessage(text, CollectingOutputChannel(), tracker.sender_id)
        asyncio.run(citizens._receive(self._processor, message, tracker))
        latest = tracker.latest_message
        assert latest
        return dict(latest.parse_data)


def conversation_at(domain: Any, sender: str, asked: str | None, slots: Mapping[str, Any]) -> Any:
    """Return a conversation in which these slots are filled and one has just been asked for."""
    from rasa.shared.core import events
    from rasa.shared.core.trackers import DialogueStateTracker

    form: Form = "booking_form" if str(asked).startswith("booking_") else "application_form"
    said: list[Any] = [
        events.ActionExecuted("action_session_start"),
        events.SessionStarted(),
        events.ActionExecuted("action_listen"),
        *(events.SlotSet(name, value) for name, value in slots.items()),
    ]
    if asked:
        said += [
            events.UserUttered("", {"name": "book", "confidence": 1.0}),
            events.ActionExecuted(form),
            events.ActiveLoop(form),
            events.SlotSet("requested_slot", asked),
            events.ActionExecuted("action_listen"),
        ]
    return DialogueStateTracker.from_events(sender, said, domain.slots)
