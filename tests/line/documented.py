"""LINE's published limits on messages, as a checker that knows nothing of our code.

Written from the Messaging API reference (developers.line.biz): "Message objects", "Flex Message",
"Quick reply", "Action objects". Lengths of labels and displayText are in graphemes, the others in
UTF-16 code units ("Character counting in a text").
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import regex

SIZES = {"nano", "micro", "deca", "hecto", "kilo", "mega", "giga"}
FONT = {"xxs", "xs", "sm", "md", "lg", "xl", "xxl", "3xl", "4xl", "5xl"}
SPACES = {"none", "xs", "sm", "md", "lg", "xl", "xxl"}
LAYOUTS = {"horizontal", "vertical", "baseline"}


def problems(messages: list[dict[str, Any]]) -> list[str]:
    """Return what LINE would refuse in a reply or push with these messages."""
    found = [] if 1 <= len(messages) <= 5 else [f"{len(messages)} messages"]
    for number, message in enumerate(messages):
        found += [f"messages[{number}]{problem}" for problem in _message(message)]
    return found


def graphemes(text: str) -> int:
    return len(regex.findall(r"\X", text))


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8"))


def _message(message: dict[str, Any]) -> Iterator[str]:
    kind = message.get("type")
    if kind == "text":
        text = message.get("text", "")
        if not 1 <= units(text) <= 5000 or not text.strip():
            yield f".text has {units(text)} units"
    elif kind == "flex":
        if not 1 <= units(message.get("altText", "")) <= 400:
            yield f".altText has {units(message.get('altText', ''))} units"
        yield from _container(message["contents"])
    else:
        yield f".type is {kind}"
    items = message.get("quickReply", {}).get("items")
    if items is not None and not 1 <= len(items) <= 13:
        yield f".quickReply has {len(items)} items"
    for item in items or []:
        if item.get("type") != "action":
            yield ".quickReply item is no action"
        yield from _action(item["action"], 20)


def _container(container: dict[str, Any]) -> Iterator[str]:
    if container["type"] == "bubble":
        yield from _bubble(container)
    elif container["type"] == "carousel":
        bubbles = container["contents"]
        if not 1 <= len(bubbles) <= 12:
            yield f": {len(bubbles)} bubbles"
        if size(container) > 50_000:
            yield f": a carousel of {size(container)} bytes"
        if len({bubble.get("size", "mega") for bubble in bubbles}) > 1:
            yield ": bubbles of different sizes in a carousel"
        for bubble in bubbles:
            yield from _bubble(bubble)
    else:
        yield f": container {container['type']}"


def _bubble(bubble: dict[str, Any]) -> Iterator[str]:
    if size(bubble) > 30_000:
        yield f": a bubble of {size(bubble)} bytes"
    if bubble.get("size", "mega") not in SIZES:
        yield f": bubble size {bubble['size']}"
    for part in ("header", "body", "footer"):
        if part in bubble:
            yield from _component(bubble[part], 1)


def _component(part: dict[str, Any], depth: int) -> Iterator[str]:
    kind = part["type"]
    if depth > 10:
        yield ": boxes in boxes more than ten deep"
    if kind == "box":
        if part.get("layout") not in LAYOUTS:
            yield f": layout {part.get('layout')}"
        if depth == 1 and not part["contents"]:
            yield ": an empty box"
        for inner in part["contents"]:
            yield from _component(inner, depth + 1)
    elif kind == "text":
        if not part.get("text") or units(part["text"]) > 2000:
            yield f": a text of {units(part.get('text', ''))} units"
        if part.get("size", "md") not in FONT:
            yield f": font size {part['size']}"
    elif kind == "button":
        if "action" not in part or part.get("style", "link") not in ("primary", "secondary", "link"):
            yield ": a button without action or of unknown style"
    elif kind not in ("separator", "filler"):
        yield f": component {kind}"
    if part.get("margin", "none") not in SPACES or part.get("spacing", "none") not in SPACES:
        yield f": margin {part.get('margin')} or spacing {part.get('spacing')}"
    for name in ("color", "backgroundColor"):
        if name in part and not re.fullmatch("#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?", part[name]):
            yield f": {name} {part[name]}"
    if "action" in part:
        # A button's label is shown, a box's action has none to show; 20 is the stricter limit.
        yield from _action(part["action"], 20)


def _action(action: dict[str, Any], label: int) -> Iterator[str]:
    kind = action["type"]
    if not 1 <= graphemes(action.get("label", "")) <= label:
        yield f": the label {action.get('label')!r} has {graphemes(action.get('label', ''))}"
    if kind in ("postback", "datetimepicker") and not 1 <= units(action.get("data", "")) <= 300:
        yield f": postback data of {units(action.get('data', ''))}"
    if kind == "postback" and not 1 <= graphemes(action.get("displayText", "")) <= 300:
        yield f": displayText of {graphemes(action.get('displayText', ''))}"
    if kind == "datetimepicker":
        days = [date.fromisoformat(action[name]) for name in ("min", "initial", "max")]
        if action.get("mode") != "date" or days != sorted(days):
            yield f": date picker {action}"
    if kind == "uri" and not re.match("(https|tel):", action.get("uri", "")):
        yield f": address {action.get('uri')}"
    if kind == "uri" and not 1 <= units(action.get("uri", "")) <= 1000:
        yield ": a long address"
    if kind == "clipboard" and not 1 <= units(action.get("clipboardText", "")) <= 1000:
        yield ": clipboard text"
    if kind not in ("postback", "datetimepicker", "uri", "clipboard", "message"):
        yield f": action {kind}"
