"""How well dates, times and wishes are read, with their places in the text: `python -m tests.nlu.evaluate_dates`.

What is equal is said at the head of tests/nlu/dates.yml. With `--show` the items read wrongly are printed.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from reading.dated import read_wish
from reading.dates import DateRange, Purpose, YearMonth, read, read_date
from renewal.wish import Invalid, Wish

SETS = Path(__file__).parent
LISTS = ("dates",)
NOW = "2026-11-24T10:00:00+09:00"
AHEAD = 500
"""Days after now on which two readings are compared."""
_KINDS = {
    "no_such_day": "impossible_date", "no_such_month": "impossible_date",
    "no_such_era_year": "impossible_date", "no_such_time": "impossible_time",
    "am_pm_conflict": "impossible_time", "weekday_mismatch": "weekday_conflict",
}  # fmt: skip
# What a found span may have more, or less, than the smallest stretch that carries the meaning.
_LOOSE = re.compile(
    "(?:[のにでがはをもとへやか、。,.・()（）\\s~〜～\\-]|から|まで|ごろ|頃|くらい|ぐらい|あたり|なら|だけ|の間|の日|のところ|とか"
    "|だったら|だと|前後|ちょうど|空いている|空いてる|いつでも|のうち|のどこか|のどっか|以外|希望|または|それか|あるいは|もしくは|できれば|ぴったり"
    "|on|at|the|or|and|in|from)*"
)


@dataclass(frozen=True)
class Judged:
    """One item of a list: what was read, and whether the value and the place are right."""

    item: dict[str, Any]
    read: str
    value: bool
    span: bool


def judge(item: dict[str, Any]) -> Judged:
    """Return what is made of an item."""
    now = datetime.fromisoformat(item.get("now", NOW))
    purpose, text = Purpose(item["purpose"]), str(item["text"])
    found = read(text, now, purpose)
    if purpose is Purpose.BOOKING:
        wish = read_wish(text, now)
        if not wish and not item.get("nothing"):  # "3" is a day only where a day is asked for
            wish, found = read_wish(text, now, "day"), read(text, now, purpose, "day")
        value, shown = _same_wish(item, wish, now.date()), str(wish.to_json())
    else:
        one = read_date(text, now, purpose)
        found = read(text, now, purpose, "day")
        value, shown = _same_date(item, one, [each.value for each in found]), str(one)
    span = bool(item.get("nothing")) or _same_span(item, text, [(f.start, f.end) for f in found])
    return Judged(item, shown, value, span)


def _same_wish(item: dict[str, Any], wish: Wish, today: date) -> bool:
    if item.get("nothing"):
        return not wish
    if item.get("invalid"):
        return any(_same_invalid(item, part) for part in wish.invalid)
    if wish.invalid or len(item.get("choices", ())) != len(wish.choices):
        return False
    if wish.choices:
        pairs = zip(item["choices"], wish.choices, strict=True)
        return all(_same_wish(part, choice, today) for part, choice in pairs)
    days = tuple(item.get("days", ()))
    wanted = Wish(
        days=days,
        first=item.get("first"),
        last=item.get("last"),
        weekdays=frozenset(item.get("weekdays", ())),
        not_days=tuple(item.get("not_days", ())),
    )
    window = [today + timedelta(days=step) for step in range(AHEAD)]
    past = {day for day in days if day < today} == {day for day in wish.days if day < today}
    if not past or any(wish.allows_day(day) != wanted.allows_day(day) for day in window):
        return False
    if wish.earliest != bool(item.get("earliest")) or wish.latest != bool(item.get("latest")):
        return False
    times = [time.fromisoformat(at) for at in item.get("times", ())]
    limits = [item.get("from_time"), item.get("until_time")]
    if times:
        if set(times) != set(wish.times):
            return False
    else:
        found = [at and f"{at:%H:%M}" for at in (wish.from_time, wish.until_time)]
        noon = ("12:00", "13:00")
        if wish.times or found[1] != limits[1]:
            return False
        if found[0] != limits[0] and not (found[0] in noon and limits[0] in noon):
            return False
    if item.get("anytime") and not (days or wanted.weekdays or wanted.first or wanted.last):
        return wish.anytime
    return True


def _same_date(item: dict[str, Any], one: date | Invalid | None, values: list[Any]) -> bool:
    if item.get("nothing"):
        return one is None and not values
    if item.get("invalid"):
        return isinstance(one, Invalid) and _same_invalid(item, one)
    if "days" in item:
        return one in item["days"]
    for value in values:
        if isinstance(value, YearMonth):
            first = date(*value, 1)
            value = DateRange(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))
        if isinstance(value, int):
            value = DateRange(date(value, 1, 1), date(value, 12, 31))
        if isinstance(value, DateRange) and value == (item.get("first"), item.get("last")):
            return True
    return False


def _same_invalid(item: dict[str, Any], part: Invalid) -> bool:
    wanted = item.get("candidates")
    return _KINDS.get(part.reason, part.reason) == item["invalid"] and (
        wanted is None or set(wanted) == set(part.candidates)
    )


def _same_span(item: dict[str, Any], text: str, found: list[tuple[int, int]]) -> bool:
    parts = item["span"] if isinstance(item["span"], list) else [item["span"]]
    wanted: set[int] = set()
    for part in parts:
        at = text.find(str(part), max(wanted, default=-1) + 1)
        assert at >= 0, f"{part} is not in {text}"
        wanted |= set(range(at, at + len(str(part))))
    covered = {
        place for start, end in found if wanted & set(range(start, end)) for place in range(start, end)
    }

    def loose(places: set[int]) -> bool:
        runs = "".join(text[at] if at in places else "\0" for at in range(len(text))).split("\0")
        return all(_LOOSE.fullmatch(run) for run in runs)

    return bool(covered) and loose(wanted - covered) and loose(covered - wanted)


def judged(name: str) -> list[Judged]:
    """Return what is made of every item of a list in tests/nlu/."""
    return [judge(item) for item in YAML(typ="safe").load(SETS / f"{name}.yml")]


def main() -> int:
    """Print the figures; with --show the items read wrongly too."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--show", action="store_true")
    parser.add_argument("lists", nargs="*", default=LISTS)
    options = parser.parse_args()
    for name in options.lists:
        results = judged(name)
        right = sum(each.value and each.span for each in results)
        values, spans = sum(each.value for each in results), sum(each.span for each in results)
        print(
            f"{name}: {right} of {len(results)} right with their span ({right / len(results):.1%}); "
            f"values {values / len(results):.1%}, spans {spans / len(results):.1%}"
        )
        wrong = Counter(each.item["purpose"] for each in results if not (each.value and each.span))
        print("  wrong by purpose:", dict(wrong))
        for each in results if options.show else ():
            if not (each.value and each.span):
                marks = f"{'' if each.value else 'value '}{'' if each.span else 'span'}"
                print(f"  ✗ {marks}: {each.item}\n      read {each.read}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
