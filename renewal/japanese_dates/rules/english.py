"""Dates and months in English: Dec 3, 3rd of December, end of the month."""

from __future__ import annotations

import re

from renewal.japanese_dates.context import Context, Piece, add_months
from renewal.japanese_dates.rules.months import month_part
from renewal.japanese_dates.rules.words import (
    ENGLISH_MONTH,
    G,
    L,
    Match,
    R,
    RuleTable,
    english_month,
)
from renewal.japanese_dates.values import YearMonth

rule = RuleTable()
_TH = "(?:st|nd|rd|th)?"


@rule(
    rf"(?P<m>{ENGLISH_MONTH}) ?(?:the )?(?P<d>\d{{1,2}}){_TH}(?![\d:時]| ?[ap]m)"
    r"(?:[、 ] ?(?P<y>(?:19|20)\d\d))?",
    rf"{G}(?P<d>\d{{1,2}}){_TH} ?(?:of )?(?P<m>{ENGLISH_MONTH}){R}"
    r"(?:[、 ]? ?(?P<y>(?:19|20)\d\d))?",
)
def english_date(c: Context, m: Match) -> list[Piece] | None:
    """Dec 3, December 3rd, 3 Dec 2026, 3rd of December."""
    years = [int(m["y"])] if m["y"] else None
    return [c.dated(m.start(), m.end(), years, english_month(m["m"]), int(m["d"]))]


@rule(
    rf"{L}(?:the )?(?P<p>early|mid|late|beginning|start|end|first half|second half)?"
    "(?: of)?[ -]?(?:in )?"
    rf"(?P<m>{ENGLISH_MONTH}|(?:this|next|the) month){R}(?: (?P<y>20\d\d))?",
)
def english_month_or_part(c: Context, m: Match) -> list[Piece] | None:
    """in December, early December, end of the month."""
    if re.match("(?:may|mar|sep|jan|dec)$", m["m"]) and not (m["p"] or "in " in m[0] or m["y"]):
        return None
    if m["m"] == "the month" and not m["p"]:
        return []
    this = YearMonth(c.today.year, c.today.month)
    if m["m"].endswith("month"):
        month = add_months(this, m["m"].startswith("next"))
    else:
        at = english_month(m["m"])
        month = YearMonth(int(m["y"] or 0) or c.near_month(at), at)
    if m["p"]:
        return [c.span(m.start(), m.end(), *month_part(month, m["p"]))]
    return [Piece(m.start(), m.end(), "month", month)]
