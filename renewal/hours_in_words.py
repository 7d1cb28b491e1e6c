"""Hours, and until when something can be done, in the words of a sentence to citizens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, time

from renewal import opening_hours
from renewal.city import DAYS, City, Counter, Hours, Recurring, Week
from renewal.date_words import japanese_time, short_date
from renewal.opening_hours import Closure

_NAMES = dict(zip(DAYS, "月火水木金土日", strict=True))


def day_in_words(
    city: City,
    counters: Iterable[str],
    day: date,
    closures: Iterable[Closure] = (),
    after: time | None = None,
) -> str:
    """Return when these counters are open that day, or after a time of it, "" when all are closed."""
    closures = list(closures)
    said = []
    for counter in (city.counters[id_] for id_ in counters):
        spans = opening_hours.spans(city, counter.id, day, closures)
        singles = {at for hours in counter.hours for at in hours.starts}
        words = [
            japanese_time(begins) if begins in singles else f"{japanese_time(begins)}から{japanese_time(ends)}まで"
            for begins, ends in spans
            if after is None or ends > after
        ]
        joined = "と".join(words) if len(words) < 3 else "・".join(words)
        said += [f"{counter.short_label}は{joined}"] if words else []
    return "、".join(said)


def days_in_words(days: Iterable[str]) -> str:
    """Return days of the week as people say them: 平日, 毎日, 木曜, 土日."""
    given = set(days)
    named = [day for day in DAYS if day in given]
    if named == list(DAYS):
        return "毎日"
    words = ["平日"] if named[:5] == list(DAYS[:5]) else []
    rest = named[5:] if words else named
    if rest == ["sat", "sun"]:
        words.append("土日")
    elif rest:
        words.append("・".join(_NAMES[day] for day in rest) + "曜")
    return "と".join(words)


def recurring_in_words(entry: Recurring) -> str:
    """Return days that come again: 平日, 第2・第4土曜, 最後の金曜, 第3土曜のあとの日曜."""
    words = days_in_words(entry.days)
    if entry.after:
        words = f"{_week(entry.after.week)}{_NAMES[entry.after.day]}曜のあとの{words}"
    elif entry.weeks:
        words = "・".join(map(_week, entry.weeks)) + words
    if entry.valid_from and entry.valid_until:
        words += f"（{short_date(entry.valid_from)}から{short_date(entry.valid_until)}まで）"
    elif entry.valid_from:
        words += f"（{short_date(entry.valid_from)}から）"
    elif entry.valid_until:
        words += f"（{short_date(entry.valid_until)}まで）"
    return words


def _week(week: Week) -> str:
    return "最後の" if week == "last" else f"第{week}"


def times_in_words(hours: Hours) -> str:
    """Return the times of a day: 8:30〜12:00・13:00〜17:00, or 11:00、15:30（この時刻だけ）."""
    if not hours.spans:
        return "、".join(map(_clock, hours.starts)) + "（この時刻だけ）"
    return "・".join(f"{_clock(begin)}〜{_clock(end)}" for begin, end in hours.spans)


def _clock(moment: time) -> str:
    return f"{moment:%-H:%M}"


def hours_in_words(counter: Counter, hours: Hours) -> str:
    """Return one entry of a counter's hours with what differs in it: 平日 8:30〜17:15（予約は要りません）."""
    said = []
    if hours.last_start:
        said.append(f"受付は{_clock(hours.last_start)}まで")
    if not hours.bookable:
        said.append("予約は要りません")
    elif not counter.takes_walk_ins(hours) and any(map(counter.takes_walk_ins, counter.hours)):
        said.append("予約の方だけ")
    words = f"{recurring_in_words(hours)} {times_in_words(hours)}"
    return words + (f"（{'、'.join(said)}）" if said else "")


def counter_in_words(counter: Counter) -> str:
    """Return a line on a counter: its name and its hours."""
    return f"{counter.label}: {'、'.join(hours_in_words(counter, each) for each in counter.hours)}"


def closed_in_words(city: City) -> str:
    """Return on which days the counters are closed: 土曜、日曜、祝日と、12月29日から1月3日まで.

    Where a few of many are open all the same they are named: 土曜（北センターを除く）.
    """
    days = {f"{_NAMES[day]}曜": [c for c in city.open_counters if _open_on(c, day)] for day in DAYS}
    days["祝日"] = [c for c in city.open_counters if any(each.on_holidays for each in c.hours)]
    said = []
    for day, there in days.items():
        if not there:
            said.append(day)
        elif len(there) * 3 <= len(city.open_counters):
            said.append(f"{day}（{'・'.join(counter.short_label for counter in there)}を除く）")
    year_end = year_end_in_words(city)
    return f"{'、'.join(said)}と、{year_end}" if said else year_end


def _open_on(counter: Counter, day: str) -> bool:
    return any(day in each.days for each in counter.hours)


def year_end_in_words(city: City) -> str:
    """Return when the counters are closed at the year's end: 12月29日から1月3日まで."""
    return f"{_month_day(city.closed.year_end_from)}から{_month_day(city.closed.year_end_to)}まで"


def _month_day(value: str) -> str:
    month, day = value.split("-")
    return f"{int(month)}月{int(day)}日"


def exceptions_in_words(city: City) -> str:
    """Return what else there is to say of the hours: notes, and the days on which it is closed."""
    several = len(city.open_counters) > 1
    said = [f"{recurring_in_words(each)}は、{each.reason.rstrip('。')}のため休みです。" for each in city.closed.also]
    for counter in city.open_counters:
        where = f"{counter.short_label}は、" if several else ""
        said += [
            f"{where}{recurring_in_words(each)}が休みです（{each.reason.rstrip('。')}）。"
            for each in counter.closed
        ]
        said += [note_in_words(each) for each in counter.hours if each.note]
    return "".join(dict.fromkeys(said))


def note_in_words(hours: Hours) -> str:
    """Return what the file notes of some hours as a sentence: 木曜の夜間は、…."""
    when = recurring_in_words(hours) + ("の夜間" if hours.kind == "evening" else "")
    return f"{when}は、{str(hours.note).rstrip('。')}。"


def opening_in_words(city: City, counters: Iterable[str] | None = None) -> str:
    """Return on which days people are received, as sentences to who asked for another day.

    It is about these counters, or all that are open.
    """
    wanted = [each for each in city.open_counters if counters is None or each.id in counters]
    by_days: dict[str, list[str]] = {}
    for counter in wanted:
        plain = [each for each in counter.hours if each.kind == "regular" and not (each.weeks or each.after)]
        days = days_in_words(day for each in plain for day in each.days)
        by_days.setdefault(days, []).append(counter.short_label)
    most = max(by_days, key=lambda days: len(by_days[days]), default="")
    others = [other for counter in wanted for other in _other_days(counter)]
    alone = len(by_days) == 1 and most == "平日" and not any(how == "でも" for *_, how in others)
    said = [f"受付は{most}{'だけ' if alone else ''}です。"] if most else []
    said += [f"{'・'.join(places)}は{days}です。" for days, places in by_days.items() if days not in (most, "")]
    for when, how in dict.fromkeys((when, how) for when, _, how in others):
        places = "・".join(dict.fromkeys(each[1] for each in others if (each[0], each[2]) == (when, how)))
        said.append(f"{when}は{places}{how}受け付けています。")
    return "".join(said)


def _other_days(counter: Counter) -> Iterator[tuple[str, str, str]]:
    for hours in counter.hours:
        if hours.kind == "evening":
            yield recurring_in_words(hours), counter.short_label, "で夜間も"
        elif hours.weeks or hours.after:
            yield recurring_in_words(hours), counter.short_label, "でも"


def walk_in_times(counter: Counter) -> str:
    """Return in which hours people without a booking are received: 平日 8:30〜17:15、第2土曜 9:00〜12:00."""
    return _listed(each for each in counter.hours if counter.takes_walk_ins(each))


def booked_times(counter: Counter) -> str:
    """Return in which hours only people with a booking are received."""
    return _listed(each for each in counter.hours if not counter.takes_walk_ins(each))


def times_without_booking(counter: Counter) -> str:
    """Return the hours that cannot be booked, since people simply come."""
    return _listed(each for each in counter.hours if not each.bookable)


def _listed(hours: Iterable[Hours]) -> str:
    return "、".join(f"{recurring_in_words(each)} {times_in_words(each)}" for each in hours)


def horizon_in_words(city: City) -> str:
    """Return how far ahead can be booked: 60日先まで, 翌月の末日まで."""
    months = city.booking.horizon_months
    if months is None:
        return f"{city.booking.horizon_days}日先まで"
    return "翌月の末日まで" if months == 1 else f"{months}か月先の月の末日まで"


def limit_in_words(rule: str) -> str:
    """Return until when something can be done, before まで: 予約の前の開庁日, 予約の時刻, 前の日の17時15分."""
    if rule == "start":
        return "予約の時刻"
    if rule == "previous_working_day_end":
        return "予約の前の開庁日"
    number, *words = rule.split()
    if words[0] == "minutes":
        return f"予約の{number}分前"
    unit = "開庁日" if words[0] == "working" else "日"
    day = f"予約の前の{unit}" if number == "1" else f"予約の{number}{unit}前"
    if ":" not in words[-1]:
        return day
    hour, minute = map(int, words[-1].split(":"))
    return f"{day}の{japanese_time(time(hour, minute))}"
