"""Whole dates in figures: 20261203, R8.12.3, 2026/12/3."""

from __future__ import annotations

from reading.dates.context import Context, Piece, valid
from reading.dates.rules.words import ERA, G, Match, N, RuleTable
from reading.dates.values import Purpose, YearMonth

rule = RuleTable()


@rule(r"(?<![a-z\d])((?:19|20)\d\d)(\d\d)(\d\d)(?!\d)")
def eight_figures(c: Context, m: Match) -> list[Piece] | None:
    """20261203."""
    return [c.dated(m.start(), m.end(), [int(m[1])], int(m[2]), int(m[3]))]


@rule(r"(?<!\d)\d{8}(?!\d)")
def other_eight_figures(c: Context, m: Match) -> list[Piece] | None:
    """Any other number of eight figures."""
    return []


@rule(rf"({ERA})(\d\d)(\d\d)(\d\d)(?!\d)")
def era_and_figures(c: Context, m: Match) -> list[Piece] | None:
    """R081203."""
    month, day = int(m[3]), int(m[4])
    if not valid(2000, month, day):
        return None
    return [c.dated(m.start(), m.end(), c.years(m[1] + m[2], month, day), month, day)]


@rule(
    rf"(?:({ERA})の?({N}|元)|{G}((?:1[89]|2[01])\d\d))年?"
    r"[./、・ の-] ?(\d{1,2})[./、・ の-] ?(\d{1,2})日?(?![\d/]|[人名枚時])",
)
def year_month_day_figures(c: Context, m: Match) -> list[Piece] | None:
    """R8.12.3, 令和8/12/3, 2026/12/3, 2026-12-03."""
    month, day = int(m[4]), int(m[5])
    years = [int(m[3])] if m[3] else c.years(m[1] + m[2], month, day)
    return [c.dated(m.start(), m.end(), years, month, day)]


@rule(r"(?<![\d/.-])(\d{1,2})[/.-](\d{1,2})[/.-]((?:19|20)\d\d)(?![\d/])")
def figures_year_last(c: Context, m: Match) -> list[Piece] | None:
    """12/3/2026 as in America, 25/12/2026 as in Europe where the first cannot be a month."""
    month, day, year = int(m[1]), int(m[2]), int(m[3])
    if month > 12 >= day:
        month, day = day, month
    return [c.dated(m.start(), m.end(), [year], month, day)]


@rule(
    r"(?<![\d/.a-z-])'?(\d{2}|[1-9])(/)(\d{1,2})/(\d{1,2})(?![\d/.-])",
    r"(?<![\d/.a-z-])(\d{2}|[1-9])(\.)(\d{1,2})\.(\d{1,2})(?![\d/.-])",
    r"(?<![\d/.a-z-])(\d{1,2})(-)(\d{1,2})-(\d{1,2})(?![\d/.-])",
)
def short_year_figures(c: Context, m: Match) -> list[Piece] | None:
    """8.12.3, 26/12/03, 40.3.5: an era or the western year shortened."""
    count, month, day = int(m[1]), int(m[3]), int(m[4])
    if m[2] == "-" and len(m[0]) < 8 and (c.purpose is Purpose.BOOKING or m.start()):
        return None  # 27-2-20 is an address, unless a date was asked for
    if not (valid(2000, month, day) or month <= 12):
        if not (m[2] == "/" and valid(2000, count, month)):
            return None
        years, month, day = c.short_years(day), count, month  # 2/20/27
        return [c.dated(m.start(), m.end(), years, month, day)]
    western = m[1].startswith("0") and m[2] != "." or (m[2] != "." and count > 64)
    if western and c.purpose is Purpose.BIRTHDAY:
        years = [2000 + count if 2000 + count <= c.today.year else 1900 + count]
    else:
        years = c.short_years(count)
    return [c.dated(m.start(), m.end(), years, month, day)]


@rule(rf"(?:({ERA})({N}|元)年?|{G}((?:19|20)\d\d)年?)[./・-](\d{{1,2}})(?:月|(?![\d/.-]))")
def year_month_figures(c: Context, m: Match) -> list[Piece] | None:
    """2026/12, R8.12."""
    month = int(m[4])
    years = [int(m[3])] if m[3] else c.years(m[1] + m[2], month)
    if not isinstance(years, list) or not 1 <= month <= 12:
        return None
    return [Piece(m.start(), m.end(), "month", YearMonth(years[0], month))]
