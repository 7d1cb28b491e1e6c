"""Rows of the corpora (corpus/*.yml): a message, what was asked and known, and what is heard in it.

A row has a `text`, or a `frame` with the `words` that stand in it one after the other ("_" is a space).
`want` is what is heard by slot, `not` the slots that must stay as they are ("*": all), and `asks` says
whether the message is asked back about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from reading.facts import Fact
from reading.message import Message, cut
from reading.situation import Command, Situation
from renewal.clock import TOKYO

NOW = datetime(2026, 11, 24, 10, tzinfo=TOKYO)
FOLDER = Path(__file__).parent / "corpus"
Heard = Callable[[Sequence[Fact], Message, Situation], list[Command]]


@dataclass(frozen=True)
class Row:
    """One message; `word` is the one of a frame's words that stands in it."""

    text: str
    asked: str | None
    known: dict[str, Any] = field(default_factory=dict)
    want: dict[str, Any] = field(default_factory=dict)
    no: tuple[str, ...] = ()
    asks: bool | None = None
    word: str | None = None


def rows(name: str) -> Iterator[Row]:
    """Yield the rows of a corpus."""
    for row in yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8")):
        words = [word.replace("_", " ") for word in row.get("words", "").split()]
        for word in words or [None]:
            yield Row(
                row["frame"].replace("{}", word) if word else row["text"],
                row.get("asked"), row.get("known", {}), row.get("want", {}),
                tuple(row.get("not", ())), row.get("asks"), word,
            )  # fmt: skip


def wrong(row: Row, facts: Callable[[Message], list[Fact]], heard: Heard) -> str:
    """Return what is heard otherwise than the row says, "" if nothing."""
    message = cut(row.text, NOW)
    commands = heard(facts(message), message, Situation(row.asked, row.known, NOW))
    got = {each.slot: each.value for each in commands if each.kind != "clarify"}
    asks = any(each.kind == "clarify" for each in commands)
    taken = [slot for slot in got if slot not in row.want and (slot in row.no or "*" in row.no)]
    missing = {slot: value for slot, value in row.want.items() if got.get(slot) != value}
    if taken or missing or (row.asks is not None and asks != row.asks):
        return f"{row.text!r} at {row.asked}: heard {got}, asks {asks}; wanted {row.want}, not {row.no}"
    return ""
