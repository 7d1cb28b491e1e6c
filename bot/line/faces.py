"""How the bot's messages look in LINE.

A message of Rasa becomes a text, a card (bot/line/cards.py) or both. Its buttons become quick
replies, which LINE shows under the last message only and not on a desktop; so they stand as numbered
choices in the text as well, and a typed number chooses (`choice`). What a card does not fit into
LINE's limits is said as text, which is complete by itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from linebot.v3.messaging import FlexMessage, Message, QuickReply, TextMessage

from bot.line import cards, limits
from bot.line.cards import Press
from bot.steps import BACK

Said = dict[str, Any]
"""A bot message as Rasa has it: text, buttons, custom."""

_TIME = re.compile(r"\d{1,2}:\d{2}")
_NUMBER = re.compile(r"\(?([1-9][0-9]?)\)?(?:番目?|つ目|\.)?(?:で(?:お願いします)?|です|を?お願いします)?[。.]?")
_MARK = re.compile(r"(?:・|\d+\. )")


@dataclass(frozen=True)
class Choice:
    """A choice that the text lists: its number, or None for a time, which is typed as it is."""

    number: int | None
    words: str
    payload: str


def render(
    messages: Sequence[Said], conversation: str, also: Sequence[dict[str, Any]] = ()
) -> list[Message]:
    """Return what LINE shows for one turn's bot messages: one to five messages.

    `also`: actions that are offered as quick replies after the messages' own buttons.
    """
    press = cards.press_in(conversation)
    listed = choices(messages)
    shown: list[Message] = []
    for message in messages:
        shown += _shown(message, [c for c, of in listed if of is message], press)
    shown = _at_most_five(shown)
    replies = _quick_replies(messages, press)
    replies += [{"type": "action", "action": action} for action in also]
    if shown and (replies := replies[: limits.QUICK_REPLIES]):
        shown[-1].quick_reply = QuickReply.from_dict({"items": replies})
    return shown


def calendar_page(message: Said, conversation: str, first: str) -> list[Message]:
    """Return the page of a message's calendar that begins on that day (ISO 8601)."""
    press = cards.press_in(conversation)
    page = cards.calendar(message["custom"], press, first)
    if page is None:
        return [TextMessage(text=cards.WORDS["none_free"])]
    shown = _flex(page, cards.spoken(message["custom"]))
    if replies := _quick_replies([message], press):
        shown[-1].quick_reply = QuickReply.from_dict({"items": replies})
    return shown


def choice(text: str, messages: Sequence[Said]) -> str | None:
    """Return the payload of the choice whose number was typed after these messages, or None.

    Full-width and circled numbers count, and "2番", "2でお願いします".
    """
    plain = unicodedata.normalize("NFKC", text).replace(" ", "").strip()
    typed = _NUMBER.fullmatch(plain)
    if not typed:
        return None
    found = (c.payload for c, _ in choices(messages) if c.number == int(typed[1]))
    return next(found, None)


def choices(messages: Sequence[Said]) -> list[tuple[Choice, Said]]:
    """Return every choice of a turn, numbered through, with the message that it belongs to.

    A time ("9:30") has no number: 9 would be the ninth choice to us, and nine o'clock to its reader.
    What stands as a button in the booking's card is not listed again, nor what the rows of a summary
    stand for; 戻る, which every question has, is only a quick reply.
    """
    found: list[tuple[Choice, Said]] = []
    number = 0
    for message in messages:
        if _type(message) == "booking_card":
            continue
        lines = [_MARK.sub("", line, count=1) for line in _text(message).split("\n")]
        buttons = [each for each in _buttons(message) if each["payload"] != BACK]
        times = any(_TIME.fullmatch(button["title"]) for button in buttons)
        for button in buttons:
            title = str(button["title"])
            words = next((line for line in lines if line.startswith(title)), title)
            if not times:
                number += 1
            found.append((Choice(None if times else number, words, button["payload"]), message))
    return found


def date_text(picked: str) -> str:
    """Return the day that the date picker gave (ISO 8601) as somebody would type it.

    A picker stays in the talk: the words say that it is the visit, whatever is being asked now.
    """
    day = date.fromisoformat(picked)
    return f"{day.year}年{day.month}月{day.day}日に行きます"


def _shown(message: Said, listed: list[Choice], press: Press) -> list[Message]:
    text, custom = _text(message), message.get("custom") or {}
    card: dict[str, Any] | None = None
    spoken = ""
    if custom.get("type") == "slot_calendar":
        card, spoken = cards.calendar(custom, press), cards.spoken(custom)
    elif custom.get("type") == "booking_card":
        card, spoken = cards.booking(custom, press), cards.spoken(custom)
        text = text.split("\n")[0] if card else text
    elif custom.get("type") == "summary":
        card, spoken = cards.summary(custom, press), text
        text = text.split("\n")[0] if card else text
    elif custom.get("type") == "document_checklist":
        card = cards.checklist(custom)
        spoken, first = text or cards.WORDS["bring"], text.split("\n")[0]
        if card:  # what it is stands over the card already, whose visit it is does not
            text = "" if first.startswith(cards.WORDS["bring"]) else first
    text = _with_choices(text, listed)
    said: list[Message] = [
        TextMessage(text=piece) for piece in limits.split_units(text, limits.TEXT)
    ]
    return said + (_flex(card, spoken) if card else [])


def _with_choices(text: str, listed: list[Choice]) -> str:
    """Return the text with its choices as the last lines; a line that is one already goes."""
    words = {choice.words for choice in listed}
    lines = [line for line in text.split("\n") if _MARK.sub("", line, count=1) not in words]
    for each in listed:
        # In a line of times the text names them all, and every one can be typed.
        if each.number is not None:
            lines.append(f"{each.number}. {each.words}")
    return "\n".join(lines).lstrip("\n")


def _flex(container: dict[str, Any], text: str) -> list[Message]:
    spoken = limits.clip_units(text.strip() or "ご案内です。", limits.ALT_TEXT)
    return [FlexMessage.from_dict({"type": "flex", "altText": spoken, "contents": container})]


def _quick_replies(messages: Sequence[Said], press: Press) -> list[dict[str, Any]]:
    """Return the buttons of the turn, those of the last message first: they answer what is asked."""
    replies: dict[str, dict[str, Any]] = {}
    for message in reversed(messages):
        for button in _buttons(message):
            action = press(str(button["title"]), str(button["payload"]))
            replies.setdefault(action["data"], {"type": "action", "action": action})
    found = list(replies.values())
    picker = next((p for m in reversed(messages) if (p := _date_picker(m))), None)
    if picker:
        found = [*found[: limits.QUICK_REPLIES - 1], {"type": "action", "action": picker}]
    return found[: limits.QUICK_REPLIES]


def _buttons(message: Said) -> list[dict[str, Any]]:
    """Return a message's buttons but for the one that the rows of its summary stand for."""
    stood_for = ((message.get("custom") or {}).get("instead_of") or {}).get("payload")
    return [each for each in message.get("buttons") or [] if each["payload"] != stood_for]


def _date_picker(message: Said) -> dict[str, Any] | None:
    """Return LINE's date picker over the days that can be booked, where a day is asked for."""
    offered = [str(button["payload"]) for button in message.get("buttons") or []]
    if _type(message) != "slot_calendar" or not any('"start"' in each for each in offered):
        return None
    return cards.date_picker(message["custom"])


def _at_most_five(shown: list[Message]) -> list[Message]:
    """Join texts that follow each other until five messages are left; then leave out the last."""
    while len(shown) > limits.MESSAGES:
        pairs = [
            at
            for at in range(len(shown) - 1)
            if isinstance(shown[at], TextMessage)
            and isinstance(shown[at + 1], TextMessage)
            and limits.units(shown[at].text + shown[at + 1].text) + 2 <= limits.TEXT
        ]
        if not pairs:
            return shown[: limits.MESSAGES]
        at = pairs[0]
        joined = TextMessage(text=f"{shown[at].text}\n\n{shown[at + 1].text}")
        shown = [*shown[:at], joined, *shown[at + 2 :]]
    return shown


def _text(message: Said) -> str:
    return str(message.get("text") or "").strip()


def _type(message: Said) -> str | None:
    return (message.get("custom") or {}).get("type")

