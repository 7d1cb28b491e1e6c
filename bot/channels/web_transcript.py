"""A conversation as a browser may see it, made from the events that Rasa has stored.

Nothing else is stored: what was answered to a message, which buttons were shown and what they
stand for all follow from the events. Payloads stay here; the browser gets an id for each button,
which means something in this one conversation only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from rasa.shared.core.events import BotUttered, Event, UserUttered

from bot import calendars, steps
from bot.channels.buttons import button_id

PAGE = 50
"""Messages that are shown at once; who wants to see more pages back."""
HELLO = "hello-"
"""Message ids that begin so are the widget's own greeting, which nobody typed."""


def shown(message: dict[str, Any], conversation: str) -> dict[str, Any]:
    """Return a bot message (Rasa's form) as the browser gets it."""
    message = calendars.drawn(message)
    result: dict[str, Any] = {"who": "bot", "text": message.get("text") or ""}
    buttons = message.get("buttons") or []
    back = [each for each in buttons if each.get("payload") == steps.BACK]
    if buttons != back:
        others = [each for each in buttons if each not in back]
        result["buttons"] = _without_payloads(others, conversation)
    if back:
        result["back"] = _without_payloads(back[0], conversation)
    result.update({name: message[name] for name in ("expects", "left") if name in message})
    if topic := topic_of(message):
        result["topic"] = topic
    if message.get("custom"):
        result["card"] = _without_payloads(message["custom"], conversation)
    if message.get("timestamp"):
        result["time"] = _iso(message["timestamp"])
    return result


@dataclass(frozen=True)
class Page:
    """A part of what was said, in order; `first` is the number of its first message, from 0."""

    first: int
    messages: list[dict[str, Any]]


def page(events: Iterable[Event], conversation: str, before: int | None = None) -> Page:
    """Return the last PAGE messages, or the last before that number, as the browser shows them.

    Of the calendars only the newest of the conversation is drawn: the others are over.
    """
    said = [
        event
        for event in events
        if isinstance(event, BotUttered) or (isinstance(event, UserUttered) and not _is_hello(event))
    ]
    newest = next((event for event in reversed(said) if _has_calendar(event)), None)
    last = len(said) if before is None else max(0, min(before, len(said)))
    first = max(0, last - PAGE)
    messages = []
    for number in range(first, last):
        event = said[number]
        if isinstance(event, BotUttered):
            message = event.message()
            if event is not newest and _has_calendar(event):
                message = {name: value for name, value in message.items() if name != "custom"}
            messages.append(shown(message, conversation))
        else:
            messages.append(
                {
                    "who": "me",
                    "id": event.message_id,
                    "text": _called(event.text or "", said[:number]),
                    "time": _iso(event.timestamp),
                }
            )
    return Page(first, messages)


def _has_calendar(event: Event) -> bool:
    return isinstance(event, BotUttered) and calendars.is_calendar(event.data.get("custom"))


def _called(text: str, before: Sequence[Event]) -> str:
    """Return what was typed, or the title of the button that was pressed."""
    if text.startswith("/"):
        for event in reversed(before):
            if isinstance(event, BotUttered) and (title := _titles(event.data).get(text)):
                return title
    return text


def topic_of(message: dict[str, Any]) -> str | None:
    """Return what a message answers, where one may ask whether that helped."""
    name = str(message.get("utter_action") or "").removeprefix("utter_")
    answers = name.startswith("ask_") and not steps.is_question(f"utter_{name}")
    return name if answers and name not in _NO_TOPIC or name in _FINISHED else None


_NO_TOPIC = ("ask_capabilities", "ask_bot", "ask_language")
_FINISHED = ("booked", "booking_changed", "free_times_as_asked", "booking_documents")


@dataclass(frozen=True)
class Pressed:
    """A button that was shown in this conversation; `latest`: with the answer given last."""

    payload: str
    title: str
    latest: bool


def pressed(events: Iterable[Event], button: str, conversation: str) -> Pressed | None:
    """Return the button with this id, or None where none such was shown.

    The id of a button that was asked about first, and pressed again, counts as a latest one's.
    """
    latest = True
    for event in reversed(list(events)):
        if type(event) is UserUttered:
            latest = False
        elif type(event) is BotUttered:
            for payload, title in _titles(event.data).items():
                if button in (button_id(conversation, payload), sure_id(conversation, payload)):
                    sure = button == sure_id(conversation, payload)
                    return Pressed(payload, title, latest or sure)
    return None


def sure_id(conversation: str, payload: str) -> str:
    """Return the id of the button that means an old button's answer all the same."""
    return button_id(conversation, f"sure:{payload}")


def latest_answers(events: Iterable[Event], conversation: str) -> list[dict[str, Any]]:
    """Return what was answered last, as the browser shows it."""
    found: list[dict[str, Any]] = []
    for event in reversed(list(events)):
        if type(event) is UserUttered and found:
            break
        if type(event) is BotUttered:
            found.append(shown(event.message(), conversation))
    return found[::-1]


def _is_hello(event: UserUttered) -> bool:
    return str(event.message_id).startswith(HELLO)


def _without_payloads(node: Any, conversation: str) -> Any:
    if isinstance(node, list):
        return [_without_payloads(each, conversation) for each in node]
    if not isinstance(node, dict):
        return node
    result = {}
    for key, value in node.items():
        if key in ("payload", "next") and isinstance(value, str):
            result["id" if key == "payload" else key] = button_id(conversation, value)
        elif key not in ("payload", "hold"):
            result[key] = _without_payloads(value, conversation)
    return result


def _titles(node: Any, day: str = "") -> dict[str, str]:
    """Return what the buttons inside a bot message's data are called, by payload."""
    return dict(_named(node, day))


def _named(node: Any, day: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, list):
        for each in node:
            yield from _named(each, day)
    elif isinstance(node, dict):
        if calendars.is_calendar(node):
            yield from calendars.offered(node)
        label = str(node.get("title") or node.get("label") or "")
        if isinstance(node.get("payload"), str):
            yield node["payload"], day + label
        # A calendar's time is called by its day and time: 12/3（木）18:30.
        inner = label if "date" in node else day
        for value in node.values():
            if isinstance(value, (dict, list)):
                yield from _named(value, inner)


def _iso(timestamp: float) -> str:
    return datetime.fromtimestamp(timestamp, timezone.utc).isoformat(timespec="seconds")
