"""A question about free times: which ones it asks for, and why there are none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from renewal import application
from renewal.application import Application, Desk, Remark
from renewal.date_words import wish_in_words
from renewal.wish import Wish


def as_asked(a: Application, said: Mapping[str, Any], desk: Desk) -> Application:
    """Return the application with the days, times and counter that a question names (`said`)."""
    counter = said.get("counter", a.counter)
    if counter in desk.city.counters and not desk.city.counters[counter].bookable:
        counter = a.counter
    wish = replace(Wish.from_json(said.get("wish") or {}), invalid=())
    return replace(a, counter=counter, wish=a.wished.merged_with(wish).to_json())


def in_words(a: Application, desk: Desk) -> str:
    """Return what was asked for in words, "" for any day, time and counter."""
    parts = wish_in_words(a.wished)
    if a.counter in desk.city.counters:
        parts.append(desk.city.counters[str(a.counter)].short_label)
    return "、".join(parts)


def why_none(a: Application, desk: Desk) -> list[Remark]:
    """Return why none of the times asked for is free: what keeps the named day, or in general."""
    days = a.wished.days
    refused = application.why_not_on(a, desk, days[0]) if len(days) == 1 else None
    return [refused] if refused else application.why_nothing(a, desk)
