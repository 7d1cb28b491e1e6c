"""What LINE allows, and how text is measured and cut to it.

Source: LINE Developers, Messaging API reference ("Message objects", "Action objects", "Rich menu
structure") and "Character counting in a text": labels and displayText count in graphemes, all other
text in UTF-16 code units.
"""

from __future__ import annotations

import json
from typing import Any

import regex

MESSAGES = 5
"""Messages in one reply or push."""
TEXT = 5000
ALT_TEXT = 400
QUICK_REPLIES = 13
LABEL = 20
"""Graphemes on a button or a quick reply."""
DISPLAY_TEXT = 300
POSTBACK = 300
BUBBLES = 12
BUBBLE_BYTES = 30_000
CAROUSEL_BYTES = 50_000
CLIPBOARD = 1000
URI = 1000
MENU_IMAGE_BYTES = 1_000_000


def units(text: str) -> int:
    """Return the length of a text in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def graphemes(text: str) -> list[str]:
    """Return what a reader sees as single characters."""
    return list(regex.findall(r"\X", text))


def clip(text: str, most: int) -> str:
    """Return a label of at most so many graphemes, with … where something is left out."""
    seen = graphemes(text)
    return text if len(seen) <= most else "".join(seen[: most - 1]) + "…"


def clip_units(text: str, most: int) -> str:
    """Return a text of at most so many UTF-16 units, cut between characters, with …."""
    if units(text) <= most:
        return text
    kept, length = [], 1
    for seen in graphemes(text):
        length += units(seen)
        if length > most:
            break
        kept.append(seen)
    return "".join(kept) + "…"


def split_units(text: str, most: int) -> list[str]:
    """Return the text in pieces of at most so many UTF-16 units, cut at ends of lines if possible."""
    pieces: list[str] = []
    for line in text.split("\n"):
        if pieces and units(pieces[-1]) + 1 + units(line) <= most:
            pieces[-1] += "\n" + line
            continue
        pieces.append("")
        for seen in graphemes(line):
            if units(pieces[-1]) + units(seen) > most:
                pieces.append("")
            pieces[-1] += seen
    return [piece for piece in pieces if piece.strip()]


def size(container: Any) -> int:
    """Return the bytes of a Flex container as it is sent (UTF-8, nothing escaped)."""
    return len(json.dumps(container, ensure_ascii=False).encode())
