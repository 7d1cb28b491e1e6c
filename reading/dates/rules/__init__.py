"""The table of rules: what a day or time looks like, and what it means.

Every rule is a pattern over folded text (see `text.fold`) and a function that resolves it. At each
place of a text the rules are tried in the order given here; the first that fits and resolves wins.
How pieces combine ("から", "以降", "以外") is in `combine`.
"""

from __future__ import annotations

from reading.dates.rules import (
    alone,
    beside,
    days,
    english,
    figures,
    lookalikes,
    months,
    named,
    preferences,
    times,
    weeks,
)
from reading.dates.rules.alone import bare_numbers
from reading.dates.rules.times import in_order
from reading.dates.rules.words import Match, Resolver, Rule

RULES: list[Rule] = [
    *beside.rule.rules,
    *lookalikes.rule.rules,
    *figures.rule.rules,
    *named.rule.rules,
    *months.rule.rules,
    *days.rule.rules,
    *weeks.rule.rules,
    *times.rule.rules,
    *preferences.rule.rules,
    *english.rule.rules,
    *alone.rule.rules,
]

__all__ = ["RULES", "Match", "Resolver", "Rule", "bare_numbers", "in_order"]
