"""What happens to a message before the conversation sees it, in every channel.

1. A My Number or a PIN is masked, so that nothing stores, logs or echoes it.
2. A command (`/intent{…}`) counts only when the bot offered it as a button in this very
   conversation; otherwise it is text like any other.
3. A message that is empty or too long gets an intent of its own instead of a guess.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bot import calendars
from reading import masking

MAX_LENGTH = 1_000
"""Characters a message may have, in every channel."""

INTENTS = frozenset({"secret_typed", "empty_message", "message_too_long"})
"""What the door alone calls a message (with reading/, for a secret): nothing is to be learnt about them."""
_COMMAND = re.compile(r"/(\w+)(\{.*\})?", re.DOTALL)


@dataclass(frozen=True)
class Admitted:
    """A message as the conversation may see it.

    `intent` is set where no understanding is needed: a button, or something that is no message.
    """

    text: str
    intent: str | None = None
    entities: tuple[dict[str, Any], ...] = ()
    secret: bool = False
    begun_before: bool = False
    """Whether the person's message before holds, readable, the first part of a My Number."""


ASKS_FOR_FIGURES = frozenset(
    ["birthday", "expires_on", "issued_on", "reply_form_limit", "date_meant", "visit_date", "visit_time", "phone", "booking_code", "booking_last4", "booking_date", "booking_time", "cards"]
)
"""Questions (slots) that are answered with figures."""


def admit(
    text: str | None,
    offered: Iterable[str],
    pin_expected: bool,
    *,
    before: str = "",
    asked: str | None = None,
) -> Admitted:
    """Return the message made safe.

    `offered`: the payloads of all buttons that this conversation has shown, the latest first.
    `pin_expected`: the bot has just asked about PINs, so that bare digits are taken for one.
    `before`: the same person's message before, as it was kept. `asked`: the slot asked for.
    """
    text = _printable(text or "").strip()
    if text.startswith("/") and text in offered:
        return _command(text)
    text = re.sub(r"^[/\s]+", "", text)  # Rasa takes a leading slash for a command
    if not any(
        character.isalnum() or unicodedata.category(character) == "So" for character in text
    ):
        return Admitted(text[:MAX_LENGTH], "empty_message")
    # The last four of the phone are asked for beside a forgotten PIN: no guess then.
    before = "" if asked == "booking_last4" else before
    masked = masking.mask(
        text, pin_expected, before=before, figures_expected=asked in ASKS_FOR_FIGURES
    )
    secret, begun = bool(masked.found), masked.begun_before
    if len(masked.text) > MAX_LENGTH:
        return Admitted(masked.text[:MAX_LENGTH], "message_too_long", (), secret, begun)
    return Admitted(masked.text, secret=secret, begun_before=begun)


def offered_payloads(bot_messages: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield the payload of every button in the data of bot messages, inside cards too."""
    for message in bot_messages:
        yield from _payloads(message)


def _payloads(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if calendars.is_calendar(node):
            yield from (payload for payload, _ in calendars.offered(node))
        if isinstance(node.get("payload"), str):
            yield node["payload"]
        for value in node.values():
            yield from _payloads(value)
    elif isinstance(node, list):
        for value in node:
            yield from _payloads(value)


def _command(text: str) -> Admitted:
    match = _COMMAND.fullmatch(text)
    assert match, f"the bot offered a button that is no command: {text}"
    values = json.loads(match[2]) if match[2] else {}
    return Admitted(
        text,
        intent=match[1],
        entities=tuple({"entity": key, "value": value} for key, value in values.items()),
    )


def _printable(text: str) -> str:
    """Drop control and invisible formatting characters, except line ends (emoji joiners stay)."""
    return "".join(
        character
        for character in text
        if character in "\n\u200d"
        or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co")
    )
