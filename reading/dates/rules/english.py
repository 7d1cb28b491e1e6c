"""Dates and months in English: Dec 3, 3rd of December, end of the month."""

from __future__ import annotations

import re
from datetime import date

from reading.dates.context import Context, Piece, add_months, month_span
from reading.dates.rules.months import month_part
from reading.dates.rules.words import (
    ENGLISH_MONTH,
    ENGLISH_NUMBER,
    ERA_IN_LATIN,
    HALF_AFTER,
    G,
    L,
    Match,
    R,
    RuleTable,
    english_month,
)
from reading.dates.values import YearMonth
from reading.text import ENGLISH_NUMBERS, number

rule = RuleTable()
_PAST = "half|a? ?quarter|five|ten|twenty|twenty-five|[1-5]?\\d"
_MINUTES = {
    "half": 30, "quarter": 15, "five": 5, "ten": 10, "twenty": 20, "twenty-five": 25,
    "thirty": 30, "fifteen": 15, "forty-five": 45, "forty five": 45, "o'clock": 0, "oclock": 0,
}  # fmt: skip


@rule(
    rf"{L}(?P<m>{_PAST})(?: minutes?)? (?P<w>past|after|to|before) (?P<h>{ENGLISH_NUMBER})"
    rf"(?:{HALF_AFTER})?{R}",
    rf"(?<![a-z\d:/.])(?P<h>{ENGLISH_NUMBER})(?:[ -](?P<m>thirty|fifteen|forty[- ]five)| ?(?P<c>o'?clock))"
    rf"(?:{HALF_AFTER})?{R}",
    rf"{L}(?P<h>{'|'.join(ENGLISH_NUMBERS)})(?:{HALF_AFTER})",
)
def english_time(c: Context, m: Match) -> list[Piece] | None:
    """half past five, quarter to eleven, ten thirty, ten o'clock, five in the afternoon."""
    groups = m.groupdict()
    hour, said = number(m["h"]), (groups.get("m") or "").removeprefix("a").strip()
    minute = int(said) if said.isdigit() else _MINUTES.get(said, 0)
    if groups.get("w") in ("to", "before") and minute:
        hour, minute = hour - 1 or 12, 60 - minute
    return [c.clock(m.start(), m.end(), str(hour), minute, groups["s"])]


_TH = "(?:st|nd|rd|th)?"


@rule(
    rf"(?P<m>{ENGLISH_MONTH}) ?(?:the )?(?P<d>\d{{1,2}}){_TH}(?![\d:時]| ?[ap]m)"
    r"(?:[、 ] ?(?P<y>(?:19|20)\d\d))?",
    rf"{G}(?P<y>(?:19|20)\d\d)[、 -] ?(?P<m>{ENGLISH_MONTH})[ -]?(?P<d>\d{{1,2}}){_TH}(?!\d)",
    rf"(?P<y>{ERA_IN_LATIN}(?:\d{{1,2}}|gannen))[、 ]*(?P<m>{ENGLISH_MONTH}) ?(?P<d>\d{{1,2}}){_TH}(?!\d)",
    rf"{G}(?:the )?(?P<d>\d{{1,2}}){_TH}[ -]?(?:of )?(?P<m>{ENGLISH_MONTH}){R}"
    rf"(?:[、 -]? ?(?P<y>(?:19|20)\d\d|{ERA_IN_LATIN}\d{{1,2}}))?",
)
def english_date(c: Context, m: Match) -> list[Piece] | None:
    """Dec 3, December 3rd, 3 Dec 2026, 3rd of December."""
    month, day = english_month(m["m"]), int(m["d"])
    years = c.years(m["y"].replace("gannen", "1"), month, day) if m["y"] else None
    return [c.dated(m.start(), m.end(), years, month, day)]


@rule(
    rf"{L}(?:(?:the )?(?P<p>early|mid|late|beginning|start|end|first half|second half"
    "|(?:first|second|third|fourth|last) week)(?: of| in)?[ -]?)?(?:in )?"
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
    if m["p"] and m["p"].endswith("week") and m["p"] != "last week":
        at = ["first", "second", "third", "fourth"].index(m["p"].split()[0])
        return [c.span(m.start(), m.end(), *month_span(month, at * 7 + 1, at * 7 + 7))]
    if m["p"]:
        return [c.span(m.start(), m.end(), *month_part(month, m["p"]))]
    return [Piece(m.start(), m.end(), "month", month)]


@rule(rf"{L}(?:before|by|within)(?: the)? end of (?:the|this) year")
def within_the_year(c: Context, m: Match) -> list[Piece] | None:
    """before the end of the year."""
    return [c.span(m.start(), m.end(), c.today, date(c.today.year, 12, 31))]
