"""How the pieces of one text belong together: spans, "以降", "以外", what is ruled out.

The pieces come in the order of the text. Neighbours are joined first ("3日" から "5日"), then each
takes the words that follow it ("以降", "ごろ"), then negations are read ("木曜は無理").
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from reading.dates.context import (
    ALTERNATIVE,
    DAY,
    Context,
    Piece,
    is_day_off,
    span_of,
    times_of,
)
from reading.dates.rules import in_order
from reading.dates.rules.weeks import part_of_week
from reading.dates.rules.words import DAY_STEPS, K, one_of
from reading.dates.values import DateRange, Kind, Purpose, TimeRange, Value, YearMonth
from reading.text import number

_RANGE_GAP = re.compile(
    "(?:(?:ごろ|頃|くらい|ぐらい)?(?:から|より|~|-)| to | until | till | through )の?、?"
)
_AND_GAP = re.compile(" and ")
_OR_GAP = re.compile("、?(?:または|もしくは|あるいは|それか|とか|か)、?|[とやも、・/]| or |or")
# What takes back what was said before it: 3日、いや4日; 3日と言いましたが4日; 3日→4日.
_TAKEN_BACK = re.compile(
    "[^、。]{0,6}(?:→|->|⇒)|かあ?[、。]?(?:じゃあ?|では|なら)、?"
    "|(?:の[^、。]{1,4})?(?:と|って)[^、。]{0,4}(?:言|い[いっ]|書(?!いて(?:あ|い))|入力|送|伝え|申)[^、。]{0,8}?(?:が|けれ?ども?|のは|を)、?"
    "(?:[^、。]{0,6}で)?"
    "|.{0,14}?(?:(?<![ぁ-ん])(?:あ[っ、ー]*)?(?:やっぱり?|やはり|いやいや|いや|あっ)"
    "|もとい|訂正|間違[いえっ]|まちが[いえっ]|(?<!都合が)違[いうっ]|ちが[いうっ]|(?:じゃ|では)なかった"
    "|(?:no |oh )?wait|sorry|i mean|actually)[^\\d]{0,10}"
)
_OR_THAT = re.compile("[^、。]{0,4}でも(?:い|よ|良|大丈夫|ok|可|かま|結構)")
_CHANGE_TO = re.compile(
    "(?!の(?:間|あいだ))(?:の[^、。]{0,6})?(?:[にへで]、?(?:予約を?)?(?:変|かえ|へんこう|ずら|移|して|した)|[にへ]お願い)"
)
_CHANGE_FROM = re.compile(r"(?:chang|mov|reschedul|switch)\w* [^.]{0,30}from $")
_WORKING = re.compile(r"(?:work|working|busy|school|class) (?:from .{1,9})?$")
_WEEKDAY_BESIDE = re.compile("[前次]の(?!週)")
_SAME_DAY_GAP = re.compile(r"[の、( ]?")

# What may follow a day or time.
_ABOUT = re.compile(
    one_of(
        "ごろ 頃 ころ(?!な) くらい ぐらい あたり 辺り 前後 ちょうど 丁度 じゃすと きっかり ぴったり"
    )
)
_CLOSED = re.compile("まで(?:に|の間)?|迄|の(?:間|あいだ)に?|間に|にかけて|のうち")
# 移行 and 意向 are how 以降 is often converted by mistake. "10時からでお願いします" is a start.
_FROM = re.compile(
    "以降|以後|いこう|移行(?!し|す|期)|意向|より後|よりあと|よりも?遅(?:い(?:時間帯?)?|く|め)?|から先|から後"
    "|からあと|から(?!で(?:お|す|は?予|$)|に(?:し|変|直|なお|でき|お願)|の(?:予約|枠|回|部|やつ|分|こま)|お願|予約|変更|変え|ずら|きゃん)"
    r"|~(?=$|[^\d一-龥ぁ-ん]|[がの希]|[でに](?!お|す|し|予))|を過ぎ(?:て|れば|たら)|になってから"
)
_A_LITTLE = "(?:少し|ちょっと|ちょい|すこし)"
_AFTER = re.compile(f"{_A_LITTLE}?(?:過ぎ|すぎ)(?!て(?:し|い)|る)")
_UNTIL = re.compile("(?:より|の)?前までに?|まで(?:に|の間)?(?!も)|迄に?|以前|いぜん")
_BEFORE = re.compile(
    f"より(?:も)?(?:手前|前)|よりも?早|の?{_A_LITTLE}?前(?!半|後|回|日|の日|もって|に予)(?:に|まで)?"
)
_BUSY = "(?:仕事|しごと|会社|学校|授業|勤務|ぱーと|ばいと|用事|会議|病院|通院|透析|歯医者|習い事|塾|部活|保育園?|働)"
_BUSY_BEFORE = re.compile(f"{_BUSY}[がは](?:だいたい|大体)?$")
_BUSY_UNTIL = re.compile(
    f"まで(?:は)?{_BUSY}"
    f"|(?:ごろ|頃)?[にで]?{_BUSY}?[がは]?(?:終わ|おわ|上が|あが[るりれ]|退勤|定時)"
)
_LASTING = re.compile(f"から(\\d{{1,2}}|[{K}]{{1,2}})(?:日(?:間|ほど)|(週間))")
_STEP = re.compile(
    f"(?:から|のある|がある|の入る|の入った|を含む)?の?(?P<w>{'|'.join(DAY_STEPS)}|翌週|次の週|(?:後|あと)の週|前の?週|週(?!末|間)(?:の?(?P<p>前半|後半|半ば|頭|終わり))?)"
)

# バスが10時20分に着くので、それ以降で
_SINCE_THEN = re.compile(
    "[^、。\\d]{0,12}、?(?:(?:それ|その(?:時間|日|時))"
    "(?P<w>以降|より(?:後|あと|遅く)|の(?:後|あと)|から後|まで(?:に|なら)|より前|以前)に?"
    "|その(?P<s>前|後|あと)(?:までに|[にでが]|なら))"
)

# What rules a day or time out.
_CANNOT = (
    "(?:行け|(?<!ては)(?<!ちゃ)(?<!と)(?<!ば)(?<!きゃ)いけ|行かれ|うかがえ|伺え|来られ|来れ|出られ|出れ|参れ|抜けられ|抜けれ|休め|動け|通え|取れ)"
    "(?:な(?!が)|ません)"
)
_NEGATIVE_WORDS = one_of(
    f"{_CANNOT} 無理 むり だめ 駄目 ng(?![a-z]) 不可"
    " 都合[がは]?(?:悪|わる|つか|あわ|合わ|(?:よく|良く)な(?!り|っ|る)) 避け 除 やめ 止め 間に合わ(?!せ)"
    " [早遅]すぎ [早遅]過ぎ はやすぎ (?<=[はとゃも])(?:[早遅]|はや|おそ)[いえ](?!ほう|方|うち|時|日|枠|とこ) きつ[いか] しんど[いか] つら[いか] 困 厳し きびし 難し むずかし 埋ま ふさが"
    " [空あ]いてい?(?:な|ません) × 外し(?:て|たい) 以外 いがい 合わな (?<=[はがも])いや(?=$|[、。でだな]) 嫌 用事?があ 予定が(?:あ|い) (?:時間|余裕|暇)が(?:な|[取と]れな)"
    " ちょっと(?=$|[。、!]|\\.\\.|ね) ぱす(?!ぽ|わ)"
    " 休みじゃな 休みではな (?<![てでい])い(?:ない|ません) 居な 居ません 留守 不在 出張"
    " 堪忍 かんにん 勘弁 かんべん 旅行 忙し いそがし 苦手 入院 帰省"
)
_PARTICLE = (
    "(?:の(?:日|方|ほう|時間帯?|枠)|とか|あたり|だけ|のみ)?"
    "(?:には|にも|だと|では|って|は、|[はがもにでを])?"
)
_NEGATION = re.compile(
    f"{_PARTICLE}[^、。!?\\n]{{0,10}}?(?<!な[いくけ]と)(?<!なきゃ)(?<!なければ)(?<!なくては)"
    f"(?P<n>{_NEGATIVE_WORDS}(?:ない|ません|たい|い|る|ります|って(?:い(?:る|ます))?)?)"
    "(?!か(?:ね|な|い|しら)?(?:$|[。?、]))(?![^、。]{0,8}(?:ですか|ますか|でしょうか|せんか|かな|よね|[^わ分]?でも|\\?))"
    # 3日が無理なら10日, 空いていなければ10日: the 3rd first
    "(?![ぁ-ん]{0,4}?(?:なら|たら|れば|場合|とき))"
)
# Being busy rules a day out unless a time follows (平日は仕事なので夕方).
_WEAK_NEGATION = re.compile(
    "(?:は|が|も|って)、?(?:ずっと|いつも|ちょっと|だいたい)?"
    + one_of(
        "仕事(?![始納初]|が?休|を休|が?な[いく]|[はが]?入って(?:い|は)?な|が?早) しごと 学校 授業 勤務 出勤 ぱーと ばいと 予定が(?!な) 用事(?!が?な[いく]) 用が(?!な) 病院(?!の) 通院 透析 りはびり 検査 習い事 塾 研修 会議 当番 夜勤 働 勤め でいさーびす 祝日(?:だ|な)"
    )
)
_BUSY_ON = re.compile(f"(?:{_BUSY}|透析|通院|りはびり|塾|習い事|でいさーびす)[がは]$")
_SO = re.compile("(?:な|だ|です)(?:ので|から|んで|も[のん]で|も[のん]だから)")
# 塾の送りが月木だもんで、それ以外だと助かる
_OTHERS = re.compile(r"[^。\d月火水木金土日らば]{0,16}?(?P<o>(?:それ|そこ|これ|その日)以外|(?:その)?(?:ほか|他))の?(?:曜日?|日|とき|時)?(?:[でに](?![もは])|が(?:い|よ|助|良)|だと|なら|を)")
# 13日は日曜で休みか、じゃあ14日
_TOLD_CLOSED = re.compile("(?:は|って|…|、|。)*(?:もう)?(?:[土日]曜日?|祝日|(?:役所|市役所|窓口)?が?休み)(?:だ|で|か|な|です|じゃ|$)")
_EXCEPT = re.compile("の?日?(?:以外|いがい|を?避けて|(?:だけ|のみ)?[はを]?(?:除(?:いて|く|き)|抜き|ぬき|抜かし|抜いて|飛ばし|とばし|な[しく](?=で|て|、|。|$)))")
_NOT_THIS = re.compile(
    "[.、]{0,6}(?:の(?:予約|方|ほう))?(?:じゃ|では?|ぢゃ)な(?:く|し|い|かった(?![か?]))|やめて|をやめ|から(?:に)?変更"
)
# 金曜でなければいつでも
_UNLESS = re.compile("(?:じゃ|で)なければ、?(?=いつ|何|なん|どの|どこ|ok|大丈夫|平気|行け)")
_NEED_NOT = re.compile("(?:じゃ|では?)なく(?:て|と)も")
_ONLY = re.compile(
    "(?:じゃ|で)な(?:いと|ければ|きゃ)"
    "|の?[^、。\\d]{0,4}?(?:しか|だけ(?!ど)|のみ)(?![はをが]?(?:堪忍|勘弁|かんべん|無理|だめ|駄目|ng|都合|避け|外|やめ|困|行け(?:な|ま)))"
)
_LINKED = re.compile("(?:および|及び|[とかやも、・/]| or | and )?")
_LEADING = re.compile(
    "(?:(?P<neg>except(?: for)?|(?:any ?(?:day|time)|weekdays?) but|not|avoid|other than|unavailable|busy|no"
    "|(?:can't|can ?not|won't)(?: come| go| make it)?)"
    "|(?P<from>after|from|since|starting|(?:早|はや)く(?:と|て)も|早くて)"
    "|(?P<until>before|by|until|till|(?:遅|おそ)く(?:と|て)も|(?:遅|おそ)くて))"
    "(?: (?:on|the|at|in))? ?$"
)

DAY_KINDS = ("date", "date_range", "month", "year")
TIME_KINDS = ("time", "time_range")


def combine(c: Context) -> list[Piece]:
    """Return the pieces joined, qualified and negated; they do not overlap."""
    joined: list[Piece] = []
    for piece in c.pieces:
        before = joined[-1] if joined else None
        together = _join(c, before, piece) if before else None
        if together and before:
            together.or_before = before.or_before
            joined[-1] = together
            continue
        if (
            before
            and before.week
            and piece.week
            and _OR_GAP.fullmatch(c.text, before.end, piece.start)
            and before.kind == "date_range"
            and isinstance(piece.value, date)
        ):
            # 来週か再来週の木曜: the weekday is said of both weeks
            on = before.week + DAY * piece.value.weekday()
            joined[-1] = replace(before, kind="date", value=on)
        if before and _OR_GAP.fullmatch(c.text, before.end, piece.start):
            piece.or_before = True
        joined.append(piece)
    for at, piece in enumerate(joined):
        limit = joined[at + 1].start if at + 1 < len(joined) else len(c.text)
        joined[at] = _qualified(c, piece, limit)
    _negate(c, joined)
    _leave_out_closed(c, joined)
    _take_back(c, joined)
    return joined


def _leave_out_closed(c: Context, pieces: list[Piece]) -> None:
    """Rule out a day that is told to be a day off, and the weekday that says so, where another is named."""
    for at, piece in enumerate(pieces):
        later = [other.value for other in pieces[at + 1 :] if other.kind == "date"]
        off = piece.kind == "date" and isinstance(piece.value, date) and is_day_off(piece.value)
        if off and later and piece.value not in later and (closed := _TOLD_CLOSED.match(c.text, piece.end)):
            pieces[at] = replace(piece, kind="not_date")
            for other in pieces[at + 1 :]:
                other.background = other.background or (other.kind == "weekday" and other.start < closed.end())


_RATHER_THAN = re.compile(" instead of ")
_RATHER = re.compile("よりも?、?")
_IS_BETTER = re.compile("(?:の?(?:ほう|方))?が(?:い[いー]|良|よ|助|都合)")


def _take_back(c: Context, pieces: list[Piece]) -> None:
    """Put what was corrected in the same breath in the background; a narrower day keeps a span."""
    corrected = 0  # the first piece that was said after a correction
    for one, other in zip(pieces, pieces[1:], strict=False):
        if _RATHER_THAN.fullmatch(c.text, one.end, other.start):
            other.background = True
        elif _RATHER.fullmatch(c.text, one.end, other.start) and _IS_BETTER.match(c.text, other.end):
            one.background = True
    for at, piece in enumerate(pieces):
        if (
            at
            and _TAKEN_BACK.fullmatch(c.text, pieces[at - 1].end, piece.start)
            and not _OR_THAT.match(c.text, piece.end)
        ):
            corrected = at
        for other in pieces[:corrected] if not piece.kind.startswith("not_") else ():
            narrowed = other.kind in ("date_range", "month") and piece.kind == "weekday"
            positive = not other.kind.startswith("not_")
            if positive and _group(other) == _group(piece) in ("day", "time") and not narrowed:
                other.background = True


def _join(c: Context, a: Piece, b: Piece) -> Piece | None:
    """Return two neighbours as one, where the words between them make one of them."""
    gap = c.text[a.end : b.start]
    if len(gap) > 9:
        return None
    for joined in _NEIGHBOURS:
        if together := joined(c, a, b, gap):
            return together
    between = _AND_GAP.fullmatch(gap) and c.text[: a.start].endswith("between ")
    if not (_RANGE_GAP.fullmatch(gap) or between):
        return None
    if gap.startswith("より") and _IS_BETTER.match(c.text, b.end):
        return None
    changed = gap == "から" and _CHANGE_TO.match(c.text, b.end)
    if changed or (gap == " to " and _CHANGE_FROM.search(c.text[: a.start])):
        a.background = True
        return None
    begin = a.start - len("between ") * bool(between)
    for spanned in _SPANS:
        if value := spanned(c, a, b):
            kind, span = value
            half = b.half if a.kind == b.kind == "time" else None
            return Piece(begin, _closed_end(c, b.end), kind, span, half=half)
    return None


def _weekday_beside(c: Context, a: Piece, b: Piece, gap: str) -> Piece | None:
    """成人の日の前の金曜."""
    beside = _WEEKDAY_BESIDE.match(c.text, b.start) if gap == "の" and not b.week else None
    if not (beside and isinstance(a.value, date) and isinstance(b.value, date)):
        return None
    ahead = (b.value - a.value).days % 7 or 7
    on = a.value + DAY * (ahead if beside[0] == "次の" else ahead - 7 or -7)
    return Piece(a.start, b.end, "date", on)


def _one_day_named_twice(c: Context, a: Piece, b: Piece, gap: str) -> Piece | None:
    return _one_day(c, a, b) if _same_day(c, a, b, gap) else None


def _week_after(c: Context, a: Piece, b: Piece, gap: str) -> Piece | None:
    """12月3日の翌週."""
    after = gap == "の" and c.text.startswith(("翌週", "次の週"), b.start)
    if not (after and isinstance(a.value, date)):
        return None
    monday = a.value - DAY * a.value.weekday() + timedelta(weeks=1)
    return c.span(a.start, b.end, monday, monday + DAY * 6)


_NEIGHBOURS = (_weekday_beside, _one_day_named_twice, _week_after)


def _times_through(c: Context, a: Piece, b: Piece) -> tuple[Kind, Value] | None:
    """10時から12時, 朝から10時半."""
    if a.kind not in TIME_KINDS or b.kind not in TIME_KINDS:
        return None
    if a.kind == b.kind == "time":
        return "time_range", TimeRange(*in_order(a, b))
    before, after = times_of(a), times_of(b)
    if not (before and after):
        return None
    started = before.from_time or (time(8, 30) if a.named else None)
    if started is None or after.until_time is None and after.from_time is None:
        return None
    return "time_range", TimeRange(started, after.until_time or after.from_time or started)


def _weekdays_through(c: Context, a: Piece, b: Piece) -> tuple[Kind, Value] | None:
    """月曜から水曜."""
    if not (a.kind == b.kind == "weekday" and a.value and b.value):
        return None
    assert isinstance(a.value, frozenset) and isinstance(b.value, frozenset)
    start, stop = min(a.value), min(b.value)
    return "weekday", frozenset(day % 7 for day in range(start, stop + 1 + 7 * (stop < start)))


def _days_through(c: Context, a: Piece, b: Piece) -> tuple[Kind, Value] | None:
    """12月3日から来週の金曜."""
    spans = span_of(a), span_of(b)
    if c.purpose is not Purpose.BOOKING or not (spans[0] and spans[1]) or a.kind == "year":
        return None
    first_day, last_day = spans[0].first, spans[1].last
    if not (first_day and last_day and first_day <= last_day):
        return None
    return "date_range", DateRange(first_day, last_day)


_SPANS = (_times_through, _weekdays_through, _days_through)


def _closed_end(c: Context, end: int) -> int:
    about = _ABOUT.match(c.text, end)
    end = about.end() if about else end
    closed = _CLOSED.match(c.text, end)
    return closed.end() if closed else end


def _same_day(c: Context, a: Piece, b: Piece, gap: str) -> bool:
    """Return whether both name one day: 木曜の12月3日, 来週木曜(12/3), 明日12/3."""
    if b.kind not in ("date", "weekday") or not _SAME_DAY_GAP.fullmatch(gap):
        return False
    # 来週の木曜、12月4日: one day, wrongly named; 来週の木曜、12月4日でも: two
    together = gap != "、" or not ALTERNATIVE.match(c.text, b.end)
    if a.kind == "weekday" and b.kind == "date":
        single = isinstance(a.value, frozenset) and len(a.value) == 1
        fits = isinstance(b.value, date) and b.value.weekday() in a.value  # type: ignore[operator]
        return single and not b.week and not b.relative and (fits or together)
    if a.kind == "date" and b.kind == "date" and not b.or_before:
        week_or_word = bool(a.week or b.week) or (a.relative != b.relative)
        return week_or_word and (a.value == b.value or together)
    return False


def _one_day(c: Context, a: Piece, b: Piece) -> Piece:
    end = b.end + (c.text[b.start - 1 : b.start] + c.text[b.end : b.end + 1] == "()")
    assert isinstance(b.value, date)
    if isinstance(a.value, frozenset):
        return c.with_weekday(a.start, end, b.value, min(a.value), end, False)
    assert isinstance(a.value, date)
    if (a.value.month, a.value.day) == (b.value.month, b.value.day):
        return replace(a, end=end, relative=False)  # 2014年7月7日の七夕
    if c.text[a.start : a.start + 2] == "その" and "月" in c.text[b.start : b.end]:
        return replace(b, start=a.start, end=end)  # 同窓会が17日で、その翌日の1月18日
    return c.invalid(a.start, end, "weekday_mismatch", (b.value, a.value))


# What follows a piece -------------------------------------------------------------------------


def _qualified(c: Context, piece: Piece, limit: int) -> Piece:
    """Return a piece with the words that follow it (before `limit`) or lead to it taken in."""
    if piece.kind in ("invalid", "preference") or piece.background:
        return piece
    if led := _led(c, piece):
        return led
    piece = _about(c, _counted_on(c, piece, limit), limit)
    if c.purpose is not Purpose.BOOKING and piece.kind in DAY_KINDS:
        return piece  # a day of birth, issue or expiry is not opened into a span
    for qualifier in _QUALIFIERS:
        if found := qualifier(c, piece, limit):
            return found
    return piece


def _led(c: Context, piece: Piece) -> Piece | None:
    """from Dec 3, until noon, 早くて3日."""
    leading = _LEADING.search(c.text, max(0, piece.start - 24), piece.start)
    if not leading or leading["neg"] or piece.kind not in (*TIME_KINDS, *DAY_KINDS, "weekday"):
        return None
    if _RANGE_GAP.search(c.text, piece.start, piece.end):
        return replace(piece, start=leading.start())  # from Dec 3 to Dec 10
    if c.purpose is not Purpose.BOOKING and piece.kind in DAY_KINDS:
        return replace(piece, start=leading.start())  # valid until 6 December
    working = leading["until"] and _WORKING.search(c.text[: leading.start()])
    from_it = bool(leading["from"] or working)
    inclusive = leading["until"] != "before" and not (leading["from"] == "after" and piece.kind not in TIME_KINDS)
    opened = _opened(c, piece, from_it, inclusive)
    if not opened:
        return None
    follow = (_FROM if from_it else _UNTIL).match(c.text, piece.end)
    return replace(opened, start=leading.start(), end=follow.end() if follow else piece.end)


def _counted_on(c: Context, piece: Piece, limit: int) -> Piece:
    """12月3日の翌日, 木曜の前日."""
    step = _STEP.match(c.text, piece.end)
    if step and step.end() <= limit and isinstance(piece.value, date):
        return _stepped(c, piece, step)
    if step and step["w"] in DAY_STEPS and piece.kind == "weekday":
        assert isinstance(piece.value, frozenset)
        shifted = frozenset((day + DAY_STEPS[step["w"]]) % 7 for day in piece.value)
        return replace(piece, value=shifted, end=step.end())
    return piece


def _about(c: Context, piece: Piece, limit: int) -> Piece:
    about = _ABOUT.match(c.text, piece.end)
    return replace(piece, end=about.end()) if about and about.end() <= limit else piece


def _since_then(c: Context, piece: Piece, limit: int) -> Piece | None:
    """バスが10時20分に着くので、それ以降."""
    since = _SINCE_THEN.match(c.text, piece.end) if "そ" in c.text else None
    if not since or since.end() > limit or piece.kind not in ("date", "time", "date_range"):
        return None
    if piece.week and isinstance(piece.value, DateRange) and "いっぱい" in c.text[piece.start : piece.end]:
        piece = replace(piece, value=DateRange(piece.value.first, piece.week + DAY * 4))  # a week of work
    said = since["w"] or since["s"]
    before = said.startswith(("まで", "より前", "以前", "前"))
    if before and said != "まで" and isinstance(piece.value, DateRange) and piece.value.first:
        piece = replace(piece, kind="date", value=piece.value.first)  # 25日から31日まで旅行なので、その前に
    opened = _opened(c, piece, from_it=not before, inclusive=not (since["s"] or said == "より前"))
    return replace(opened, end=since.end()) if opened else piece


def _lasting(c: Context, piece: Piece, limit: int) -> Piece | None:
    """3日から一週間."""
    lasting = _LASTING.match(c.text, piece.end)
    if not (lasting and piece.kind == "date" and isinstance(piece.value, date)):
        return None
    count = number(lasting[1]) * (7 if lasting[2] else 1)
    days = DateRange(piece.value, piece.value + DAY * (count - 1))
    return replace(piece, kind="date_range", value=days, end=lasting.end())


def _free_from(c: Context, piece: Piece, limit: int) -> Piece | None:
    """仕事が17時に終わる, 13時まで仕事: from then on."""
    if piece.kind != "time":
        return None
    work = _BUSY_UNTIL.match(c.text, piece.end)
    busy = _BUSY_BEFORE.search(c.text, max(0, piece.start - 8), piece.start)
    if not work and not (busy and _UNTIL.match(c.text, piece.end)):
        return None
    return replace(piece, kind="time_range", value=TimeRange(_time(piece), None), for_visit=True)


def _that_hour(c: Context, piece: Piece, limit: int) -> Piece | None:
    """10時台."""
    if piece.kind != "time" or not c.text.startswith("台", piece.end):
        return None
    hour = TimeRange(_time(piece).replace(minute=0), _time(piece).replace(minute=59))
    return replace(piece, kind="time_range", value=hour, end=piece.end + 1)


def _a_little_after(c: Context, piece: Piece, limit: int) -> Piece | None:
    """10時過ぎ; 10時過ぎ以降."""
    match = _AFTER.match(c.text, piece.end)
    if not match or match.end() > limit or piece.kind != "time":
        return None
    follow = _FROM.match(c.text, match.end())
    hour_on = datetime.combine(c.today, _time(piece)) + timedelta(hours=1)
    value = TimeRange(_time(piece), None if follow else hour_on.time())
    return replace(piece, kind="time_range", value=value, end=(follow or match).end())


def _open_ended(c: Context, piece: Piece, limit: int) -> Piece | None:
    """3日以降, 10時過ぎ, 20日まで, 20日より前."""
    for pattern, from_it, inclusive in _OPENING:
        match = pattern.match(c.text, piece.end)
        if match and match.end() <= limit:
            exclusive = match[0].startswith(("の前", "より後", "よりあと"))
            opened = _opened(c, piece, from_it, inclusive and not exclusive)
            if opened:
                return replace(opened, end=match.end())
    return None


_OPENING = (
    (_FROM, True, True), (_AFTER, True, True), (_UNTIL, False, True), (_BEFORE, False, False),
)  # fmt: skip


def _until_written_before(c: Context, piece: Piece, limit: int) -> Piece | None:
    """~12時."""
    if piece.kind not in TIME_KINDS or c.text[max(0, piece.start - 1) : piece.start] != "~":
        return None
    opened = _opened(c, piece, from_it=False, inclusive=True)
    return replace(opened, start=piece.start - 1) if opened else piece


def _closed(c: Context, piece: Piece, limit: int) -> Piece | None:
    """来週の間に."""
    closed = _CLOSED.match(c.text, piece.end)
    if not closed or closed.end() > limit or piece.kind not in ("date_range", "time_range"):
        return None
    return replace(piece, end=closed.end())


# The first that fits is taken.
_QUALIFIERS = (
    _since_then, _lasting, _free_from, _that_hour, _a_little_after, _open_ended, _until_written_before, _closed,
)  # fmt: skip


def _time(piece: Piece) -> time:
    assert isinstance(piece.value, time)
    return piece.value


def _stepped(c: Context, piece: Piece, step: re.Match[str]) -> Piece:
    assert isinstance(piece.value, date)
    word, end = step["w"], step.end()
    if word in DAY_STEPS:
        return replace(piece, value=piece.value + DAY * DAY_STEPS[word], end=end)
    monday = piece.value - DAY * piece.value.weekday()
    if step[0].startswith("から") and piece.value.weekday() > 4:
        monday += timedelta(weeks=1)  # from a Sunday on
    if not word.startswith("週"):
        monday += timedelta(weeks=-1 if word.startswith("前") else 1)
    first, last = part_of_week(step["p"])
    return c.span(piece.start, end, monday + DAY * first, monday + DAY * last)


_SET_APART = re.compile("(夕方|ゆうがた|夕|午後|ごご)、")  # 夕方、5時より前


def _opened(c: Context, piece: Piece, from_it: bool, inclusive: bool) -> Piece | None:
    """Return what 以降 or まで makes of it; None where it changes nothing (a closed span + まで).

    午前まで lasts to its end, 昼まで and 夕方まで to where that part of the day begins.
    """
    if piece.kind in TIME_KINDS:
        times = times_of(piece)
        if times is None:
            return None
        first, last = times
        if from_it:
            value = TimeRange(first, None)
            return replace(piece, kind="time_range", value=value) if first else None
        until = (first or last) if piece.named or piece.kind == "time" else last
        if not piece.named and piece.kind == "time_range":
            return None
        apart = _SET_APART.match(c.text, piece.start) if piece.kind == "time" else None
        begin = time(12 if apart[1] in ("午後", "ごご") else 15) if apart else None
        return replace(piece, kind="time_range", value=TimeRange(begin, until))
    if piece.kind == "weekday" and isinstance(piece.value, frozenset) and len(piece.value) == 1:
        on = c.next_weekday(min(piece.value))
        days: DateRange | None = DateRange(on, on)
    else:
        days = span_of(piece)
    if days is None or piece.kind == "weekday" and len(piece.value) != 1:  # type: ignore[arg-type]
        return None
    if from_it:
        first_day = days.first if inclusive else days.last and days.last + DAY
        if first_day is None:
            return None
        return replace(piece, kind="date_range", value=DateRange(first_day, None))
    ahead = days.first and days.first > c.today and not piece.week
    if piece.kind == "date_range" and inclusive and ahead:
        return replace(piece, value=DateRange(None, days.last))
    end = days.last if inclusive else days.first and days.first - DAY
    return replace(piece, kind="date_range", value=DateRange(None, end)) if end else None


# What is ruled out ----------------------------------------------------------------------------


def _negate(c: Context, pieces: list[Piece]) -> None:
    """Turn what is ruled out into not_…, or into what remains (午前は無理 → from noon)."""
    following_negated = False
    for at in reversed(range(len(pieces))):
        piece = pieces[at]
        after = pieces[at + 1] if at + 1 < len(pieces) else None
        limit = after.start if after else len(c.text)
        linked = (
            after is not None
            and following_negated
            and _group(piece) == _group(after)
            and bool(_LINKED.fullmatch(c.text, piece.end, after.start))
            and (piece.kind == after.kind.replace("not_", "") or c.text[piece.end] != "、")
        )
        if piece.kind in ("invalid", "preference"):
            following_negated = False
            continue
        start = piece.start
        end = _negation_end(c, piece, after, limit)
        if linked or end is not None:
            pieces[at] = _negated(c, piece, end or piece.end)
        led = piece.start != start  # the 18th, not the 8th
        following_negated = linked or (end is not None and not led)


def _group(piece: Piece) -> str:
    kind = piece.kind.replace("not_", "")
    return "time" if kind in TIME_KINDS else "day" if kind in (*DAY_KINDS, "weekday") else kind


def _negation_end(c: Context, piece: Piece, after: Piece | None, limit: int) -> int | None:
    """Return where the piece ends if it is ruled out (taking 以外 in), else None."""
    text = c.text
    english = _LEADING.search(text, max(0, piece.start - 24), piece.start)
    if english and english["neg"] and piece.kind in (*DAY_KINDS, *TIME_KINDS, "weekday"):
        piece.start = english.start()
        return piece.end
    excepted = _EXCEPT.match(text, piece.end)
    if excepted:
        return piece.end + len(re.match("の?日?(?:以外|いがい)?", text[piece.end :])[0])  # type: ignore[index]
    others = _OTHERS.match(text, piece.end, limit) if piece.kind in ("weekday", "date") else None
    if others:
        return others.end("o")
    unless = _UNLESS.match(text, piece.end)
    if unless:
        return piece.end
    if _ONLY.match(text, piece.end, limit):
        return None
    if _NEED_NOT.match(text, piece.end):
        piece.background = True
        return None
    not_this = _NOT_THIS.match(text, piece.end)
    if not_this:
        return piece.end
    negation = _NEGATION.match(text, piece.end)
    if (
        negation
        and negation.end("n") <= limit
        and not re.search(
            "しか|予約し(?:た|て)|予約が|(?<!避け)(?<!やめ)たい|なら|けど", negation[0]
        )
    ):
        return negation.end("n")
    weak = _WEAK_NEGATION.match(text, piece.end)
    if piece.kind == "weekday" and _BUSY_ON.search(text, 0, piece.start):
        weak = weak or _SO.match(text, piece.end)  # 透析が月水金なので
    if piece.kind == "time_range" and text.endswith("まで", 0, piece.end):
        weak = weak or re.compile(_BUSY).match(text, piece.end)  # 9時から5時まで仕事
    times_follow = after is not None and after.kind in TIME_KINDS
    closed = isinstance(piece.value, TimeRange) and None not in piece.value
    ruled_out = times_follow or closed if piece.kind in TIME_KINDS else not times_follow
    return piece.end if weak and ruled_out else None


def _negated(c: Context, piece: Piece, end: int) -> Piece:
    value = piece.value
    if piece.kind == "date":
        return replace(piece, kind="not_date", end=end)
    if piece.kind == "weekday":
        return replace(piece, kind="not_weekday", end=end)
    if piece.kind == "time":
        return replace(piece, kind="not_time", end=end)
    if isinstance(value, TimeRange):
        remaining = _complement(value)
        if remaining:
            return replace(piece, value=remaining, end=end, for_visit=True)
        return replace(piece, kind="not_time_range", end=end)
    if isinstance(value, DateRange | YearMonth) or piece.kind == "year":
        days = span_of(piece)
        if days and days.first is None and days.last:
            return replace(piece, value=DateRange(days.last + DAY, None), end=end)
        if days and days.last is None and days.first:
            return replace(piece, value=DateRange(None, days.first - DAY), end=end)
        if days:
            return replace(piece, kind="not_date_range", value=days, end=end)
    return piece


def _complement(times: TimeRange) -> TimeRange | None:
    if times.from_time is None and times.until_time:
        return TimeRange(times.until_time, None)
    if times.from_time and (times.until_time is None or times.until_time >= time(19)):
        return TimeRange(None, times.from_time)
    if times.from_time and times.from_time <= time(9, 30):
        return TimeRange(times.until_time, None)  # 9時から17時は仕事
    if times.from_time == time(10) and times.until_time == time(16):
        return TimeRange(time(17), None)  # 日中は無理: after work
    return None
