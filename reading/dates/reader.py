"""Reading a text: the rules are tried at each place, the pieces combined and mapped back."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from typing import Literal

from reading.dates.beginnings import ANY, beginnings
from reading.dates.combine import combine
from reading.dates.context import Context, Known, Piece
from reading.dates.rules import RULES, Match, Resolver, bare_numbers
from reading.dates.values import Found, Purpose, YearMonth
from reading.text import fold
from renewal.wish import Invalid

Expecting = Literal["day", "time"]

_Tried = tuple[Callable[[str, int], Match | None], Resolver]
_RULES_BY_FIRST: dict[str, list[tuple[frozenset[str], _Tried]]] = {}
for _rule in RULES:
    _seconds: dict[str, set[str]] = {}
    for _head in beginnings(_rule.pattern.pattern):
        _seconds.setdefault(_head[0], set()).add(_head[1:] or ANY)
    for _first, _second in _seconds.items():
        _RULES_BY_FIRST.setdefault(_first, []).append(
            (frozenset(_second), (_rule.pattern.match, _rule.resolve))
        )


@lru_cache(maxsize=8192)
def _rules_for(pair: str) -> tuple[_Tried, ...]:
    """Return the rules that can begin with these two characters, in their order."""
    return tuple(
        tried
        for seconds, tried in _RULES_BY_FIRST.get(pair[0], ())
        if ANY in seconds or pair[1:] in seconds
    )


def read(
    text: str,
    now: datetime,
    purpose: Purpose = Purpose.BOOKING,
    expecting: Expecting | None = None,
) -> tuple[Found, ...]:
    """Return everything read, in the order of the text; the spans index the text as given.

    `expecting` says what was just asked for, so that a bare "3" or "1430" can be a day or a time.
    Never raises on any text; what is impossible comes as kind "invalid".
    """
    _, found = pieces_of(text, now, purpose, expecting)
    return tuple(item for _, item in found)


def pieces_of(
    text: str,
    now: datetime,
    purpose: Purpose,
    expecting: Expecting | None = None,
    known: Known = Known(),  # noqa: B008  immutable
) -> tuple[Context, list[tuple[Piece, Found]]]:
    """Return the pieces with what `read` makes of them, and the folded text they lie in."""
    folded = fold(text)
    context = Context(folded.plain, now, purpose, expecting, known)
    _scan(context)
    if not context.pieces and expecting:
        context.pieces = bare_numbers(context)
    found = []
    for piece in combine(context):
        start, end = folded.span(piece.start, piece.end)
        said = text[start:end]
        value = piece.value
        if isinstance(value, Invalid):
            value = replace(value, text=said)
        found.append((piece, Found(start, end, said, piece.kind, value)))
    return context, found


def _scan(c: Context) -> None:
    at, text = 0, c.text
    while at < len(text):
        for fits, resolve in _rules_for(text[at : at + 2]):
            match = fits(text, at)
            if match is None or match.end() == at:
                continue
            pieces = resolve(c, match)
            if pieces is not None:
                c.pieces += pieces
                at = max([match.end(), *(piece.end for piece in pieces)])
                break
        else:
            at += 1


def within(item: Found, spans: Sequence[tuple[int, int]]) -> bool:
    """Return whether something lies in, or reaches into, one of these stretches of the text."""
    return any(start < item.end and item.start < end for start, end in spans)


# One date -----------------------------------------------------------------------------------

_CUES = {
    Purpose.EXPIRY: ("期限|有効|満了|expir|valid", "まで|に?切れ|が期限|期限|で切れ|に満了"),
    Purpose.BIRTHDAY: (
        "生年月日|誕生日|生まれ|うまれ|birth|born",
        "に?生まれ|うまれ|生(?:$|[のでま。])|が誕生日",
    ),
    Purpose.ISSUE: ("発行|交付|作成|取得|issued", "に?(?:発行|交付|作|つく|取|受け取|もら)"),
}


_OF_CERTIFICATE = re.compile("証明書?(?!の?(?:発行|交付|作))[^、。\\d]*$")


def read_date(
    text: str,
    now: datetime,
    purpose: Purpose,
    leave_out: Sequence[tuple[int, int]] = (),
    known: Known = Known(),  # noqa: B008  immutable
) -> date | Invalid | None:
    """Return the one date meant, an Invalid with its reason, or None if no day is named.

    Of several dates the one that the words point to counts ("期限は…", "…生まれ"), else the first. What is
    read in the spans of `leave_out` is something else.
    """
    context, found = pieces_of(text, now, purpose, "day", known)
    found = [each for each in found if not within(each[1], leave_out)]
    dates = [
        (piece, item.value)
        for piece, item in found
        if isinstance(item.value, date | Invalid)
        and not piece.background
        and item.kind in ("date", "invalid")
        and getattr(item.value, "reason", "") not in ("no_such_time", "am_pm_conflict")
    ]
    if not dates:
        return None
    dates = _of_this_purpose(context, dates, purpose) or dates
    if len(dates) > 1 and purpose is Purpose.EXPIRY:
        for piece, value in dates:  # カードの期限は2032年…、電子証明書は2027年…
            if _OF_CERTIFICATE.search(context.text[max(0, piece.start - 20) : piece.start]):
                return value
    if len(dates) > 1 and purpose in _CUES:
        before, after = _CUES[purpose]
        for piece, value in dates:
            lead = re.split("[。\n]", context.text[max(0, piece.start - 14) : piece.start])[-1]
            cue = re.search(f"(?:{before})[^\\d]*$", lead)
            if cue or re.match(after, context.text[piece.end : piece.end + 8]):
                return value
    return dates[0][1]


def _of_this_purpose(
    c: Context, dates: list[tuple[Piece, date | Invalid]], purpose: Purpose
) -> list[tuple[Piece, date | Invalid]]:
    """Return those that are not said of something else, nor (an expiry) of the card itself."""
    others = "|".join(after for each, (_, after) in _CUES.items() if each is not purpose)
    beyond = date(c.today.year + 6, 1, 1)  # a certificate lasts five years
    return [
        (piece, value)
        for piece, value in dates
        if not re.match(others, c.text[piece.end : piece.end + 8])
        and not (purpose is Purpose.EXPIRY and isinstance(value, date) and value >= beyond)
    ]


def read_year(text: str, now: datetime) -> int | None:
    """Return the year of issue meant ("2021年ごろ", "令和3年", "5年前"), or None."""
    for item in read(text, now, Purpose.ISSUE):
        if item.kind == "year" and isinstance(item.value, int):
            return item.value
        said = re.search(r"年|\d{4}|^[a-z]|[/.-].*[/.-]", fold(item.text).plain)
        if said and isinstance(item.value, YearMonth | date):
            return item.value.year
    folded = fold(text).plain
    bare = re.match(r"\D{0,8}((?:19|20)\d\d)(?!\d)", folded)
    if bare:
        return int(bare[1])
    short = re.match(r"(\d{1,2}|元)年(?:$|[ごくのに頃で])", folded)
    if short:
        return Context(folded, now, Purpose.ISSUE).short_years(
            1 if short[1] == "元" else int(short[1])
        )[0]
    return None


def read_year_month(text: str, now: datetime) -> YearMonth | None:
    """Return the year and month of issue meant ("2021年3月", "R3.3", "去年の5月"), or None."""
    for item in read(text, now, Purpose.ISSUE):
        if isinstance(item.value, YearMonth):
            return item.value
        if item.kind == "date" and isinstance(item.value, date):
            return YearMonth(item.value.year, item.value.month)
    return None
