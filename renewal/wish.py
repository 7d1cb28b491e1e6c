"""When somebody wishes to come: days, times and spans, as the procedure looks for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any, Literal

Reason = Literal[
    "no_such_day",  # 2月30日; candidates: the days around the end of that month
    "no_such_month",  # 13月; candidates: the day meant by 25/12, if that was it
    "no_such_time",  # 25時, 10時75分
    "am_pm_conflict",  # 午前15時
    "weekday_mismatch",  # 12月3日の水曜; candidates: the day as dated, the nearest such weekday
    "no_such_era_year",  # 昭和80年; candidates: the day if one counts on
    # Of a date that was asked for:
    "day_missing",  # 令和9年2月, where one day is asked for
    "birth_year_missing",  # 3月5日, asked for the date of birth
    "birthday_in_future",
    "issue_in_future",
    "era_missing",  # 5年3月5日 as a birthday; candidates: one for each era
]


@dataclass(frozen=True)
class Invalid:
    """Something that looks like a date or time and cannot be one, with what it may have meant."""

    reason: Reason
    text: str
    candidates: tuple[date, ...] = ()


@dataclass(frozen=True)
class Wish:
    """Everything that was said about when to come; empty means any, and an empty wish is falsy.

    `days` are single days, `first` to `last` a span (both included), `weekdays` 0 for Monday to
    6 for Sunday. `times` are starts named exactly, `from_time` to `until_time` a span of them.
    Named days and a span beside them are alternatives; so are named times and a span of times.
    Of all that fits `earliest` wants the first, `latest` the last.
    Where days have times of their own ("3日の午前か5日の午後"), or spans of times lie apart
    ("3日の午前か夕方"), there is a wish in `choices` for each; the fields for days then hold all of
    these days, and those for times are empty.
    """

    days: tuple[date, ...] = ()
    first: date | None = None
    last: date | None = None
    weekdays: frozenset[int] = frozenset()
    times: tuple[time, ...] = ()
    from_time: time | None = None
    until_time: time | None = None
    earliest: bool = False
    latest: bool = False
    anytime: bool = False
    not_days: tuple[date, ...] = ()
    invalid: tuple[Invalid, ...] = ()
    choices: tuple[Wish, ...] = ()

    def __bool__(self) -> bool:
        """Return whether anything was said."""
        return self != _NOTHING

    def allows(self, day: date, at: time) -> bool:
        """Return whether a start on that day at that time (Asia/Tokyo) fits."""
        if self.choices:
            return day not in self.not_days and any(
                choice.allows(day, at) for choice in self.choices
            )
        return self.allows_day(day) and self.allows_time(at)

    def allows_day(self, day: date) -> bool:
        """Return whether the day fits; a wish that names no day allows every day."""
        if day in self.not_days:
            return False
        if self.choices:
            return any(choice.allows_day(day) for choice in self.choices)
        if day in self.days:
            return True
        spanned = self.first is not None or self.last is not None or bool(self.weekdays)
        if not spanned:
            return not self.days
        return (
            (self.first is None or self.first <= day)
            and (self.last is None or day <= self.last)
            and (not self.weekdays or day.weekday() in self.weekdays)
        )

    def allows_time(self, at: time) -> bool:
        """Return whether a start at that time of day (Asia/Tokyo) fits, on some day at least."""
        if self.choices:
            return any(choice.allows_time(at) for choice in self.choices)
        if at in self.times:
            return True
        if self.from_time is None and self.until_time is None:
            return not self.times
        return (self.from_time is None or self.from_time <= at) and (
            self.until_time is None or at <= self.until_time
        )

    def on(self, day: date) -> Wish:
        """Return what is wished for that day, where days have times of their own."""
        chosen = tuple(choice for choice in self.choices if choice.allows_day(day))
        if len(chosen) > 1:
            return Wish(times=tuple(at for c in chosen for at in c.times), choices=chosen)
        return chosen[0] if chosen else self

    def merged_with(self, newer: Wish) -> Wish:
        """Return this wish with what is newly said in place of that part of it.

        A new day, span or weekday replaces the days; a new weekday keeps an older span ("来週",
        then "木曜") and a new span keeps older weekdays. New times replace the times. "いつでも"
        alone lifts every limit. Of days with times of their own, the one named again keeps its
        times. Invalid parts are those of the newer wish only.
        """
        if newer.anytime and newer == Wish(anytime=True):
            return newer
        older = self.on(newer.days[0]) if newer.days else self
        merged = replace(
            older,
            choices=(),
            earliest=newer.earliest or (self.earliest and not newer.latest),
            latest=newer.latest or (self.latest and not newer.earliest),
            anytime=newer.anytime,
            not_days=tuple(sorted({*self.not_days, *newer.not_days} - set(newer.days))),
            invalid=newer.invalid,
        )
        if newer.days:
            merged = replace(
                merged,
                days=newer.days,
                first=newer.first,
                last=newer.last,
                weekdays=newer.weekdays,
                earliest=newer.earliest,
                latest=newer.latest,
            )
        elif newer.first or newer.last:
            weekdays = newer.weekdays or self.weekdays
            merged = replace(merged, days=(), first=newer.first, last=newer.last, weekdays=weekdays)
        elif newer.weekdays:
            merged = replace(merged, days=(), weekdays=newer.weekdays)
        if newer.times or newer.from_time or newer.until_time:
            return merged._at_times_of(newer)
        return merged._with_choices(newer.choices or older.choices, narrowed=bool(newer.choices))

    def _at_times_of(self, other: Wish) -> Wish:
        times = (other.times, other.from_time, other.until_time)
        return replace(self, times=times[0], from_time=times[1], until_time=times[2])

    def _with_choices(self, choices: tuple[Wish, ...], narrowed: bool) -> Wish:
        """Return this wish with its days at the times of the choices, or with their own days."""
        timeless = self._at_times_of(_NOTHING)
        own_days = {(each.days, each.first, each.last, each.weekdays) for each in choices}
        if len(own_days) == 1:
            day = Wish(self.days, self.first, self.last, self.weekdays)
            return replace(timeless, choices=tuple(day._at_times_of(each) for each in choices))
        if not narrowed:
            return self
        own = tuple(
            each
            if each.days or each.first or each.last
            else replace(each, first=self.first, last=self.last)
            for each in choices
        )
        return replace(timeless, choices=own)

    def to_json(self) -> dict[str, Any]:
        """Return a plain dict (ISO 8601 strings, sorted lists) without the empty parts."""
        plain: dict[str, Any] = {
            "days": [day.isoformat() for day in self.days],
            "first": self.first and self.first.isoformat(),
            "last": self.last and self.last.isoformat(),
            "weekdays": sorted(self.weekdays),
            "times": [f"{at:%H:%M}" for at in self.times],
            "from_time": None if self.from_time is None else f"{self.from_time:%H:%M}",
            "until_time": None if self.until_time is None else f"{self.until_time:%H:%M}",
            "earliest": self.earliest,
            "latest": self.latest,
            "anytime": self.anytime,
            "not_days": [day.isoformat() for day in self.not_days],
            "invalid": [
                {
                    "reason": part.reason,
                    "text": part.text,
                    "candidates": [day.isoformat() for day in part.candidates],
                }
                for part in self.invalid
            ],
            "choices": [choice.to_json() for choice in self.choices],
        }
        return {key: value for key, value in plain.items() if value}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any] | None) -> Wish:
        """Return the wish that `to_json` wrote; None and {} give the empty wish."""
        plain = plain or {}

        def day(key: str) -> date | None:
            return date.fromisoformat(plain[key]) if plain.get(key) else None

        def at(key: str) -> time | None:
            return time.fromisoformat(plain[key]) if plain.get(key) else None

        return cls(
            days=_days(plain.get("days")),
            first=day("first"),
            last=day("last"),
            weekdays=frozenset(plain.get("weekdays") or ()),
            times=tuple(time.fromisoformat(text) for text in plain.get("times") or ()),
            from_time=at("from_time"),
            until_time=at("until_time"),
            earliest=bool(plain.get("earliest")),
            latest=bool(plain.get("latest")),
            anytime=bool(plain.get("anytime")),
            not_days=_days(plain.get("not_days")),
            invalid=tuple(
                Invalid(part["reason"], part["text"], _days(part.get("candidates")))
                for part in plain.get("invalid") or ()
            ),
            choices=tuple(cls.from_json(part) for part in plain.get("choices") or ()),
        )


_NOTHING = Wish()


def _days(texts: list[str] | None) -> tuple[date, ...]:
    return tuple(date.fromisoformat(text) for text in texts or ())
