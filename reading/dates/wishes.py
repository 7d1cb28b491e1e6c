"""A wish: everything that a text says about when to come, summed up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from itertools import pairwise

from reading.dates.combine import DAY_KINDS, TIME_KINDS
from reading.dates.context import DAY, Context, Piece, span_of, times_of
from reading.dates.values import DateRange, Found, TimeRange
from renewal.wish import Invalid, Wish

# "3日に予約した佐藤です", and where something is to be changed or cancelled "3日の予約を…".
_BOOKED = re.compile(
    "(?:に|で)(?:取った|取ってい?る|取ってある|入れた)予約|(?:の|に|で)?[^、。]{0,8}?(?:予約|申し込み?)(?:して(?:い(?!ただ)|る|た(?!い)|ます?(?!か)|あ)|した(?!い)|済"
    "|を?お願いして(?:い?た(?!い)|い?る|い?ます|あ)|が(?:あり|ある|入って)|を(?:取った(?!い)|(?:取り|入れ|とり|いれ)ました|入れた(?!い)|取って(?:い(?!ただ)|あ|る)|して(?:い(?!ただ)|あ)|入れて(?:い(?!ただ)|あ)))"
)
# 予約は24日の10時なんですけど、25日に変えたい
_BOOKED_AT = (
    re.compile("予約(?:日|時間)?[はが][^、。]{0,14}$"),
    re.compile("[^、。]{0,8}?(?:です|でした|だ|だった|だったん)(?:が|けど|けれど)"),
)
# 木曜で取ったけど金曜に変えて
_TAKEN = re.compile("[にで](?:取っ|とっ|入れ|いれ|お願いし)(?:て(?:い?た|あっ?た?|い?ます)|ちゃった|た(?!い)|ました)")
_OLD_BOOKING = re.compile(
    "の件|の(?:[^、。]{0,6}の)?予約(?:を(?!取|とり|お願|したい|入れ)|が|の|だ|です|なん|分|は)"
)
_MOVED_TO = re.compile("(?:の(?:予約|枠|分|時間|ところ|とこ)?|だったの|でしたの)?を、?")
_MOVED = re.compile("(?:の(?:予約)?)?(?:から|を|だった|でした)")
_CHANGING = re.compile(
    "変更|変え|かえ|ずら|移|変わ|延ば|のば|早め|遅ら|別の|きゃんせる|取り消|取消"
    "|change|reschedul|move|instead|cancel"
)
_DATED = (*DAY_KINDS, "weekday")
_WANTED = (*_DATED, *TIME_KINDS, "preference")


def wish_of(context: Context, found: Sequence[tuple[Piece, Found]]) -> Wish:
    """Return the wish that these pieces of one text make together."""
    changing = _CHANGING.search(context.text)
    wanted: list[Piece] = []
    excluded = _Excluded()
    invalid: list[Invalid] = []
    preferred: set[str] = set()
    for at, (piece, item) in enumerate(found):
        later = [other for other, _ in found[at + 1 :]]
        place = _Place(context, piece, later, bool(changing))
        if piece.background or (not piece.for_visit and _is_background(place)):
            continue
        value = item.value
        if isinstance(value, Invalid):
            invalid.append(value)
        elif value in ("earliest", "latest"):
            preferred.add(str(value))
        elif item.kind in _WANTED:
            wanted.append(piece)
        elif item.kind == "not_weekday" and isinstance(value, frozenset):
            excluded.weekdays |= value
            excluded.weekdays_at = piece.start
        elif item.kind == "not_time" and isinstance(value, time):
            excluded.times.add(value)
        elif item.kind in ("not_date", "not_date_range"):
            span = span_of(piece)
            if span and span.first and span.last:
                count = min((span.last - span.first).days, 62)
                if piece.week and count < 6 and re.search("以外|除", context.text[piece.end - 2 : piece.end + 2]):
                    week = DateRange(max(piece.week, context.today), piece.week + DAY * 6)
                    wanted.append(Piece(piece.start, piece.end, "date_range", week))
                excluded.days += [span.first + DAY * step for step in range(count + 1)]
    wanted = _preferred(context, wanted)
    wish = _summed_up(wanted, excluded)
    choices = _choices(context, wish, wanted, excluded)
    if choices:
        wish = replace(
            wish, times=(), from_time=None, until_time=None, anytime=False, choices=choices
        )
    if preferred or invalid:
        wish = replace(
            wish,
            earliest="earliest" in preferred,
            latest="latest" in preferred,
            invalid=tuple(invalid),
        )
    return wish


_IF_POSSIBLE = re.compile("(?:できれば|できたら|出来れば|可能なら|なるべくなら|(?:どちら|どっち)か(?:と|って|っ)?(?:いえ|言え|い[うっ]|言[うっ]|つ[うー])(?:ば|と|たら|なら)|(?:強|し)いて(?:い|言|挙げ)(?:え|う|れ)?(?:ば|なら|と))、?$")
_RATHER = re.compile("の?(?:ほう|方)が(?!早|近)")  # 水曜か木曜、木曜のほうがいい


def _if_possible(c: Context, before: list[Piece], piece: Piece) -> bool:
    """Return whether one of several days is named as the better one: 8日か9日、できれば9日; 8日か9日、まあ9日."""
    kinds = {each.kind for each in before if (each.kind in TIME_KINDS) == (piece.kind in TIME_KINDS)}
    if kinds != {piece.kind} or piece.kind not in ("date", "time"):
        return False
    values = [each.value for each in before]
    again = piece.value in values and values[-1] != values[0] and not re.match("なら|だったら|は", c.text[piece.end :])
    return again or bool(_IF_POSSIBLE.search(c.text, 0, piece.start))


def _preferred(c: Context, wanted: list[Piece]) -> list[Piece]:
    """Return what is wanted without the days beside which another is preferred."""
    at = next((at for at, each in enumerate(wanted) if each.kind in (*_DATED, "time") and (_RATHER.match(c.text, each.end) or _if_possible(c, wanted[:at], each))), None)
    if at is None:
        return wanted
    chosen, said = wanted[at], c.text[wanted[at].start : wanted[at].end]
    if chosen.kind == "weekday" and (named := re.findall("[月火水木金土日](?=曜)", said)):
        chosen = replace(chosen, value=frozenset({"月火水木金土日".index(named[-1])}))
    return [*(each for each in wanted[:at] if (each.kind in TIME_KINDS) != (chosen.kind in TIME_KINDS)), chosen, *wanted[at + 1 :]]


@dataclass
class _Excluded:
    """What was ruled out."""

    days: list[date] = field(default_factory=list)
    weekdays: set[int] = field(default_factory=set)
    weekdays_at: int = 0  # where that was said
    times: set[time] = field(default_factory=set)


def _summed_up(wanted: list[Piece], excluded: _Excluded) -> Wish:
    days = [piece for piece in wanted if piece.kind in DAY_KINDS]
    times = [piece for piece in wanted if piece.kind in TIME_KINDS]
    said_weekdays = [piece for piece in wanted if piece.kind == "weekday"]
    named, first, last = _days(days, excluded.days)
    weekdays = _weekdays(said_weekdays, excluded)
    if named and not (first or last) and all(day.weekday() in weekdays for day in named):
        weekdays = frozenset()
    if named and excluded.weekdays and not said_weekdays:
        weekdays = frozenset()
    starts, from_time, until_time = _times(times, excluded.times)
    return Wish(
        days=named,
        first=first,
        last=last,
        weekdays=weekdays,
        times=starts,
        from_time=from_time,
        until_time=until_time,
        anytime=any(piece.kind == "preference" for piece in wanted),
        not_days=tuple(sorted(set(excluded.days) - set(named))),
    )


# Days with times of their own -----------------------------------------------------------------

_OR = re.compile("(?:か|または|もしくは|あるいは|それか|それとも|でなければ|or)[、 ]?$")
_LOOK_AHEAD = 62  # days; whether two wishes have a day in common shows within two months


def _choices(
    c: Context, wish: Wish, wanted: list[Piece], excluded: _Excluded
) -> tuple[Wish, ...]:
    """Return one wish for each day, where days are said with times of their own; else none.

    "3日の午前か5日の午後", "平日は17時以降、土日はいつでも", "午前なら3日、午後なら5日". What only
    narrows what was said before ("来週の午前、木曜の10時なら") is no choice of its own.
    """
    while wanted and wanted[0].kind == "preference":
        wanted = wanted[1:]
    if len(wanted) < 3 and not all(piece.kind == "time_range" for piece in wanted):
        return ()
    dated = [piece.kind in _DATED for piece in wanted]
    groups: list[list[Piece]] = []
    for at, piece in enumerate(wanted):
        if not at or (dated[at] == dated[0] != dated[at - 1]):
            groups.append([])
        groups[-1].append(piece)
    if len(groups) < 2:
        return _at_times_apart(wish, wanted)
    linked = [bool(_OR.search(c.text[: group[0].start][-8:])) for group in groups]
    if dated[0] == dated[-1] and not (dated[0] and linked[-1]):
        return ()  # a last group of times without a day, or of a day to which a time does not belong
    leading = [piece for piece in groups[0] if piece.kind in ("date_range", "month")]
    choices: list[Wish] = []
    for group, either in zip(groups, linked, strict=True):
        by_weekday = all(piece.kind not in DAY_KINDS for piece in group)
        new = _summed_up([*leading, *group] if by_weekday else group, excluded)
        if not either and any(_have_a_day_in_common(c, new, other) for other in choices):
            return ()
        choices.append(new)
    days = {(each.days, each.first, each.last, each.weekdays) for each in choices}
    times = {(each.times, each.from_time, each.until_time) for each in choices}
    return tuple(choices) if len(days) > 1 and len(times) > 1 else ()


def _at_times_apart(wish: Wish, wanted: list[Piece]) -> tuple[Wish, ...]:
    """Return one wish for each span of times, where they lie apart: 午前か夕方, 朝か夜."""
    pieces = [piece for piece in wanted if piece.kind == "time_range"]
    spans = [piece.value for piece in pieces if isinstance(piece.value, TimeRange)]
    if len(spans) < 2 or wish.times or not all(piece.or_before for piece in pieces[1:]):
        return ()
    spans.sort(key=lambda span: span.from_time or time.min)
    apart = all(
        one.until_time and other.from_time and one.until_time < other.from_time
        for one, other in pairwise(spans)
    )
    day = Wish(wish.days, wish.first, wish.last, wish.weekdays)
    return tuple(
        replace(day, from_time=span.from_time, until_time=span.until_time) for span in spans if apart
    )


def _have_a_day_in_common(c: Context, a: Wish, b: Wish) -> bool:
    days = {*a.days, *b.days, *(c.today + DAY * step for step in range(_LOOK_AHEAD))}
    return any(a.allows_day(day) and b.allows_day(day) for day in days)


@dataclass(frozen=True)
class _Place:
    """A piece among those that `later` stand behind it, as the rules below look at it."""

    c: Context
    piece: Piece
    later: list[Piece]
    changing: bool

    @property
    def lead(self) -> str:
        return self.c.text[max(0, self.piece.start - 12) : self.piece.start]

    @property
    def about_day(self) -> bool:
        return self.piece.kind in ("date", "month", "year", "date_range", "invalid", "not_date")

    @property
    def days_follow(self) -> bool:
        return any(other.kind in _DATED for other in self.later)

    @property
    def ends(self) -> list[int]:
        """Where the piece ends, and the time that belongs to it."""
        return [self.piece.end, *(each.end for each in self.later[:1] if each.kind == "time")]

    @property
    def same_kind_follows(self) -> bool:
        kind = self.piece.kind.replace("_range", "")
        return any(
            each.kind.replace("_range", "") == kind
            or (kind == "time" and each.kind in ("date", "weekday", "date_range"))
            for each in self.later
        )

    def goes_on(self, pattern: re.Pattern[str]) -> bool:
        return bool(pattern.match(self.c.text, self.piece.end))

    def reaches(self, pattern: re.Pattern[str], other: Piece | None) -> re.Match[str] | None:
        """Return the words up to another piece, if the pattern fits all of them."""
        return pattern.fullmatch(self.c.text, self.piece.end, other.start) if other else None


def _booked_before(p: _Place) -> bool:
    """木曜で取ったけど金曜に変えて."""
    return p.changing and p.days_follow and p.goes_on(_TAKEN)


def _weekday_moved(p: _Place) -> bool:
    """木曜の予約を金曜に."""
    to = next((each for each in p.later if each.kind in _DATED), None)
    return p.piece.kind == "weekday" and bool(p.reaches(_MOVED_TO, to))


def _has_a_booking(p: _Place) -> bool:
    """3日に予約した佐藤です; 3日の予約を…"""
    if p.piece.kind not in ("date", "time"):
        return False
    old = _BOOKED.match, *([_OLD_BOOKING.match] if p.changing else [])
    return any(matches(p.c.text, end) for matches in old for end in p.ends)


def _moved_from(p: _Place) -> bool:
    """3日を5日に; 予約は24日の10時なんですけど、25日に変えたい."""
    if p.piece.kind not in ("date", "time"):
        return False
    after = next((each for each in p.later if each.kind == p.piece.kind), None)
    if p.reaches(_MOVED_TO, after):
        return True
    if not (p.changing and p.same_kind_follows):
        return False
    told_before, told_after = _BOOKED_AT
    old = told_before.search(p.c.text, 0, p.piece.start)
    return any(
        _MOVED.match(p.c.text, end) or (old and told_after.match(p.c.text, end)) for end in p.ends
    )


_MOVES = (_booked_before, _weekday_moved, _has_a_booking, _moved_from)


def _is_background(place: _Place) -> bool:
    """Return whether a piece is what is booked already, and is moved."""
    return place.piece.kind != "preference" and any(rule(place) for rule in _MOVES)


def _days(
    pieces: list[Piece], excluded: list[date]
) -> tuple[tuple[date, ...], date | None, date | None]:
    """Return the single days and the span; several spans are narrowed, or covered if apart."""
    named: list[date] = []
    span: DateRange | None = None
    for piece in pieces:
        if isinstance(piece.value, date):
            if piece.value not in named:
                named.append(piece.value)
            continue
        new = span_of(piece)
        if new is None:
            continue
        span = _merged(span, new, piece.or_before) if span else new
    first, last = span or (None, None)
    inside = [
        day for day in named if (first is None or first <= day) and (last is None or day <= last)
    ]
    if named and inside and span:
        first = last = None  # 来週、できれば3日: the span only led up to the day
    return tuple(day for day in named if day not in excluded), first, last


def _merged(a: DateRange, b: DateRange, either: bool) -> DateRange:
    low, high = date.min, date.max
    a_first, a_last, b_first, b_last = (
        a.first or low, a.last or high, b.first or low, b.last or high,
    )  # fmt: skip
    if either or a_last < b_first or b_last < a_first:
        first, last = min(a_first, b_first), max(a_last, b_last)
    else:
        first, last = max(a_first, b_first), min(a_last, b_last)
    return DateRange(None if first == low else first, None if last == high else last)


def _weekdays(pieces: list[Piece], excluded: _Excluded) -> frozenset[int]:
    wanted: frozenset[int] = frozenset()
    for piece in pieces:
        assert isinstance(piece.value, frozenset)
        nested = piece.value < wanted or wanted < piece.value
        if wanted and nested and not piece.or_before:
            wanted = min(wanted, piece.value, key=len)  # 平日の木曜
        else:
            wanted |= piece.value
    left = (wanted or _EVERY_DAY) - excluded.weekdays
    if wanted and not left and all(piece.start < excluded.weekdays_at for piece in pieces):
        return _EVERY_DAY - excluded.weekdays  # 水曜に通院があるので水曜以外
    # 平日は難しく、木曜の夜なら: what is asked for by name counts, not the broad exclusion
    return (left or wanted) if excluded.weekdays else wanted


_EVERY_DAY = frozenset(range(7))


def _times(
    pieces: list[Piece], excluded: set[time]
) -> tuple[tuple[time, ...], time | None, time | None]:
    """Return the exact starts and the span of times; a start inside the span takes its place."""
    starts: list[time] = []
    span: TimeRange | None = None
    for piece in pieces:
        if isinstance(piece.value, time):
            if piece.value not in starts and piece.value not in excluded:
                starts.append(piece.value)
            continue
        new = times_of(piece)
        if new is None:
            continue
        span = _merged_times(span, new, piece.or_before) if span else new
    first, last = span or (None, None)
    if any((first is None or first <= at) and (last is None or at <= last) for at in starts):
        first = last = None
    return tuple(starts), first, last


def _merged_times(a: TimeRange, b: TimeRange, either: bool) -> TimeRange:
    low, high = time.min, time.max
    a_first, a_last, b_first, b_last = (
        a.from_time or low, a.until_time or high, b.from_time or low, b.until_time or high,
    )  # fmt: skip
    if either or a_last <= b_first or b_last <= a_first:
        first, last = min(a_first, b_first), max(a_last, b_last)
    else:
        first, last = max(a_first, b_first), min(a_last, b_last)
    return TimeRange(None if first == low else first, None if last == high else last)
