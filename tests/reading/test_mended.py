"""Kinds of messages in which strangers were misread are read rightly, whatever their words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reading import case, reader
from reading.dated import visit_answers
from reading.situation import State
from renewal.wish import Wish
from tests.reading.corpus_rows import NOW, Row, rows

ROWS = [row for name in ("mended", "mended_dates", "mended_people") for row in rows(name)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.text}@{row.asked}")
def test_what_a_message_settles(row: Row, state: State) -> None:
    wish = Wish.from_json({"days": [row.known["visit_date"]] if "visit_date" in row.known else []})
    known = {**row.known, **({"wish": wish.to_json()} if wish else {})}
    situation = replace(state.at(row.asked), known=known)
    told = case.told(reader.read(row.text, NOW), situation)
    answers: dict[str, Any] = {**told.answers, **visit_answers(Wish.from_json(told.answers.get("wish")), situation)}
    assert {slot: answers.get(slot) for slot in row.want} == row.want, answers
    assert not {slot for slot in row.no if answers.get(slot) is not None}, answers
    assert row.asks is None or bool(told.asks) == row.asks
