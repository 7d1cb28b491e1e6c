"""A booking that exists: what is done with it, and what is told of it, by the rows of corpus/bookings.yml."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from reading import bookings, deeds, lexicon
from reading.facts import Deed
from reading.message import cut
from reading.reader import read
from reading.situation import State
from renewal.booking_change import Request
from renewal.bookings import Booking, Visit
from renewal.clock import TOKYO
from tests.reading.conftest import NOW

CORPUS = yaml.safe_load((Path(__file__).parent / "corpus" / "bookings.yml").read_text(encoding="utf-8"))

LEXICON = yaml.load((lexicon.FOLDER / "bookings.yml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def booking(code: str, start: str, counter: str) -> Booking:
    at = datetime.fromisoformat(start).replace(tzinfo=TOKYO)
    return Booking(code, "booked", counter, at, (), Visit("self", (), None), NOW)


OWN = booking("A", "2026-12-03T18:30", "honchosha"), booking("B", "2026-12-09T11:00", "nishiguchi")


def rows(kind: str) -> Iterator[dict[str, Any]]:
    """Yield the rows, one for each word of a tag."""
    for row in CORPUS[kind]:
        if "tag" not in row:
            yield row
            continue
        tag, meaning = row["tag"].split(".", 1)
        for word in LEXICON[f"_{tag}"][meaning].split():
            yield {**row, "text": row["frame"].replace("{}", word), "word": (tag, lexicon.plain(word))}


def seen(row: dict[str, Any], state: State) -> Any:
    """Return what is read of a row, as the row says it."""
    if "want" in row:
        own = OWN[: {"one": 1, "two": 2}.get(row.get("booked", ""), 0)]
        r = Request(action=row.get("action", "change"))
        return bookings.told(read(row["text"], NOW), row.get("asked"), r, replace(state, bookings=lambda: own))
    found = [each for each in deeds.facts(cut(row["text"], NOW)) if isinstance(each, Deed)]
    if "booked" in row:
        return any(each.how == "done" for each in found)
    said = [f"{each.what} {each.how} {each.of or '-'}" for each in found]
    width = len(row.get("deed", "").split())
    return [" ".join(each.split()[:width]) for each in said]


def wanted(row: dict[str, Any]) -> Any:
    return row["want"] if "want" in row else row.get("booked", [row["deed"]] if "deed" in row else [])


@pytest.mark.parametrize("row", [*rows("deeds"), *rows("told")], ids=lambda row: f"{row.get('asked')}: {row['text']}")
def test_what_is_said_of_a_booking(row: dict[str, Any], state: State) -> None:
    assert seen(row, state) == wanted(row)


@pytest.mark.parametrize(
    "row",
    [row for row in [*rows("deeds"), *rows("told")] if "word" in row],
    ids=lambda row: ": ".join(row["word"]),
)
def test_every_word_decides_a_sentence(row: dict[str, Any], state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    tag, word = row["word"]
    monkeypatch.delitem(deeds.table(tag), word)
    bookings._beside.cache_clear()
    assert seen(row, state) != wanted(row)
    bookings._beside.cache_clear()
