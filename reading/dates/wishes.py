"""A wish: everything that a text says about when to come, summed up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from reading.dates.combine import DAY_KINDS, TIME_KINDS
from reading.dates.context import DAY, Context, Known, Piece, span_of, times_of
from reading.dates.reader import Expecting, pieces_of, within
from reading.dates.values import DateRange, Found, Purpose, TimeRange, YearMonth
from renewal.wish import Invalid, Wish

# Dates that are not about coming.
_BACKGROUND_BEFORE = re.compile(
    "(?:予約(?:した(?:日|の)|して(?:い)?る(?:日|の)?)|有効期限|期限(?:切れ)?|満了日?|生年月日|誕生日|生まれ(?!、)|発行日?|交付日?|通知|expir\\w*|valid|birthday|born)"
    "(?:[はがのもで:]|日は|まで|on|is|until| |、)*$"
)
_BACKGROUND_AFTER = re.compile(
    "(?:でした(?:よね|っけ)|まで(?:が|の)?(?:有効|期限)|(?:に|で)?(?:有効)?期限(?:切れ|が|です|で|の)|(?:に|で)(?:[^、。]{0,4})?切れ|[がは](?:有効期限|期限|誕生日|結婚)"
    "|に?生まれ|うまれ|生(?:まれ|の|です|$)|に?(?:発行|交付|作成|作っ|取得)|に(?:通知|封筒|届|手紙|はがき)|で(?:\\d+|[一二三四五六七八九十]+)歳|に(?:\\d+|[一二三四五六七八九十]+)歳に(?:な|達))"
)
# "3日に予約した佐藤です", and where something is to be changed or cancelled "3日の予約を…".
_BOOKED = re.compile(
    "(?:に|で)(?:取った|取ってい?る|取ってある|入れた)予約|(?:の|に|で)?[^、。]{0,8}?(?:予約|申し込み?)(?:して(?:い(?!ただ)|る|た(?!い)|ます?(?!か)|あ)|した(?!い)|済"
    "|を?お願いして(?:い?た(?!い)|い?る|い?ます|あ)|が(?:あり|ある|入って)|を(?:取った(?!い)|(?:取り|入れ|とり|いれ)ました|入れた(?!い)|取って(?:い(?!ただ)|あ|る)|して(?:い(?!ただ)|あ)|入れて(?:い(?!ただ)|あ)))"
)
# 上旬は混みますか、中旬がいいです
_ASKED = re.compile(
    "は[^、。]{0,8}(?:ます|です|でしょう)か[、。?]|は[^、。\\d]{0,14}(?:よね|でしょう?)[ー~]?[、。?]"
    "|は(?:さすがに|もう|やっぱり)?(?:無理|だめ|駄目|休み|やってな|空いてな|いっぱい|埋ま)[^、。]{0,6}(?:よね|かな)[、。?]"
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
# 先週届きました, 昨日電話した: what lies behind is told, not wished for.
_TOLD = re.compile("[^、。\\d]{0,14}?(?:まし|し|[いっれけ])た(?!い|ら)|[^、。\\d]{0,14}?[んい]だ")
# 退院が12月5日なので
_REASON_BEFORE, _REASON_AFTER = (
    re.compile("[一-龥ーのすえりきみいん][がは]$"),
    re.compile("(?:着|発)?(?:な|だ|です)(?:ので|から|んで)|に(?:着[くいき]|つく|到着)[^、。]{0,6}(?:ので|から|んで)"),
)
# 4月は異動があるので3月に, 明日は用があるから明後日: the first day is only the reason.
_SO_THEN = re.compile(
    "(?:に?[はがも]|だと|では|じゃ|に(?=[^、。]{0,14}(?:迎え|送り|送っ|行か|行く|帰[らりるっ]|着[いくき]|出[なるか]|家|いた[いく])))(?P<why>[^、。\\d]{1,16}?)(?:ので|だから|から|んで|ため|だし|ですし)[、。]?(?:できれば|できたら|その)?"
)
_SUITS = re.compile("[空あ]い|行け|いけ|来れ|来られ|大丈夫|だいじょうぶ|都合が?(?:い|良|よ|つ)|暇|ok|可能|取れ|いい|良い")
# さきほど11時に電話しました
_DONE_AT = re.compile(
    "(?:ごろ|頃)?に[^、。\\d]{0,10}?(?:電話|めーる|連絡|行|来|伺|届)[^、。\\d]{0,6}?(?:ました|った|いた|した)(?!い|ら|く|し)"
)
_MOVED = re.compile("(?:の(?:予約)?)?(?:から|を|だった|でした)")
_CHANGING = re.compile(
    "変更|変え|かえ|ずら|移|変わ|延ば|のば|早め|遅ら|別の|きゃんせる|取り消|取消"
    "|change|reschedul|move|instead|cancel"
)
_LONG_AGO = timedelta(days=366)


_DATED = (*DAY_KINDS, "weekday")
_WANTED = (*_DATED, *TIME_KINDS, "preference")


def read_wish(
    text: str,
    now: datetime,
    expecting: Expecting | None = None,
    known: Known = Known(),  # noqa: B008  immutable
    leave_out: Sequence[tuple[int, int]] = (),
) -> Wish:
    """Return when the person wants to come, as far as the text says it; empty if it does not.

    Dates that are about something else (期限は2月20日, 昭和40年3月5日生まれ) are left out, and so
    is the old time where a booking is moved ("3日の予約を5日に変更", "3日と言いましたが5日の間違い"). "3日か5日" gives both days;
    "来週の木曜" its date, "来週、木曜" a span with a weekday. `expecting` is as in `read`; what is read in
    the spans of `leave_out` is something else (the day on which a card ends).
    """
    context, found = pieces_of(text, now, Purpose.BOOKING, expecting, known)
    return wish_of(context, [each for each in found if not within(each[1], leave_out)])


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


def _reason_for_another(p: _Place) -> bool:
    """明日は用があるから明後日."""
    if not p.later or p.piece.kind not in _WANTED:
        return False
    reason = p.reaches(_SO_THEN, p.later[0])
    alike = (p.piece.kind in TIME_KINDS) == (p.later[0].kind in (*TIME_KINDS, "not_time"))
    return bool(reason and alike and not _SUITS.search(reason["why"]))


def _booked_before(p: _Place) -> bool:
    """木曜で取ったけど金曜に変えて."""
    return p.changing and p.days_follow and p.goes_on(_TAKEN)


def _weekday_moved(p: _Place) -> bool:
    """木曜の予約を金曜に."""
    to = next((each for each in p.later if each.kind in _DATED), None)
    return p.piece.kind == "weekday" and bool(p.reaches(_MOVED_TO, to))


def _of_something_else(p: _Place) -> bool:
    """期限は2月20日; 昭和40年3月5日生まれ."""
    named = _BACKGROUND_BEFORE.search(p.lead) or p.goes_on(_BACKGROUND_AFTER)
    return p.about_day and bool(named)


def _past(p: _Place) -> bool:
    """先週の木曜に行ったら休みで、来週…"""
    span = span_of(p.piece) if p.about_day else None
    behind = span and span.last and span.last < p.c.today
    return bool(behind) and (p.days_follow or p.goes_on(_TOLD))


def _reason_in_itself(p: _Place) -> bool:
    """退院が12月5日なので…"""
    if p.piece.kind not in ("date", "time", "time_range"):
        return False
    if not (p.goes_on(_REASON_AFTER) and _REASON_BEFORE.search(p.lead)):
        return False
    return p.days_follow if p.about_day else any(each.kind in TIME_KINDS for each in p.later)


def _done(p: _Place) -> bool:
    """さきほど11時に電話しました; 12月に届きました."""
    told = {"time": _DONE_AT, "month": _TOLD}.get(p.piece.kind)
    return bool(told and p.goes_on(told))


def _asked_first(p: _Place) -> bool:
    """上旬は混みますか、中旬がいいです."""
    return p.about_day and p.days_follow and p.goes_on(_ASKED)


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


def _asked_whether_only(p: _Place) -> bool:
    """今日じゃなきゃだめってことはないよね."""
    return p.goes_on(_MUST_IT)


_MUST_IT = re.compile(
    "(?:じゃ|で)な(?:きゃ|いと|ければ|くちゃ|くては)、?(?:だめ|駄目|いけ|なら|無理)[^。]{0,8}?(?:か[な。?]|か$|よね|[?]|ことは?な|わけ|の$)"
)


def _long_ago(p: _Place) -> bool:
    """2021年に作りました."""
    value, today = p.piece.value, p.c.today
    if p.piece.kind == "year":
        return value not in (today.year, today.year + 1)
    if p.piece.kind == "month" and isinstance(value, YearMonth):
        value = date(*value, 1)
    return isinstance(value, date) and value < today - _LONG_AGO


_ABOUT_ANY = (_reason_for_another, _booked_before, _weekday_moved, _asked_whether_only)
_ABOUT_DAYS_AND_TIMES = (
    _of_something_else, _past, _reason_in_itself, _done, _asked_first, _has_a_booking, _moved_from,
    _long_ago,
)  # fmt: skip


def _is_background(place: _Place) -> bool:
    """Return whether a piece does not tell when to come."""
    by_weekday = place.piece.kind in ("preference", "weekday", "not_weekday")
    rules = _ABOUT_ANY if by_weekday else (*_ABOUT_ANY, *_ABOUT_DAYS_AND_TIMES)
    return any(rule(place) for rule in rules)


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
