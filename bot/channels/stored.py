"""What was answered to a message, for one that comes again: read from the events Rasa has stored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa.shared.core.events import BotUttered, Event, UserUttered

from bot import calendars


def answers_to(events: Iterable[Event], message_id: str) -> list[dict[str, Any]] | None:
    """Return what the bot answered (Rasa's form), or None when the message never came."""
    answers: list[BotUttered] = []
    for event in reversed(list(events)):
        if type(event) is BotUttered:
            answers.append(event)
        elif type(event) is UserUttered:
            if event.message_id == message_id:
                return [calendars.drawn(answer.message()) for answer in reversed(answers)]
            answers = []
    return None
