"""What options take that many commands have: dates, times, who does it, how it is shown."""

from __future__ import annotations

import getpass
import os
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cli.refusal import Refused
from renewal import clock
from renewal.clock import TOKYO

if TYPE_CHECKING:
    from renewal.bookings import Bookings
    from renewal.city import City, Counter

T = TypeVar("T")
Decorator = Callable[[Callable[..., T]], Callable[..., T]]


class Day(click.ParamType[date]):
    """A date: ISO 8601 or as Japanese people write it, of a visit or of an expiry.

    Without a year it is the next such day; where days that are over are looked at (`past`), the
    nearest one: on 4 December "12/3" is yesterday.
    """

    name = "日付"

    def __init__(self, of_expiry: bool = False, past: bool = False) -> None:
        self.of_expiry = of_expiry
        self.past = past

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        day = value if isinstance(value, date) else self._read(value, param)
        if not self.of_expiry and not 2000 <= day.year <= 2200:
            raise Refused(f"{_option(param)} の「{value}」は、ここでは扱えない年です。")
        return day

    def _read(self, value: str, param: click.Parameter | None) -> date:
        try:
            return date.fromisoformat(value)
        except ValueError:
            # Imported only where needed: it takes half a second.
            from reading.dates import Purpose, read_date

            purpose = Purpose.EXPIRY if self.of_expiry else Purpose.BOOKING
            found = read_date(value, now(), purpose)
            half_a_year = timedelta(days=183)
            if self.past and isinstance(found, date) and found > now().date() + half_a_year:
                before = read_date(value, now() - half_a_year, purpose)
                found = before if isinstance(before, date) else found
        if isinstance(found, date):
            return found
        if found is not None:
            raise Refused(f"{_option(param)} の「{value}」は、暦にない日付か、あいまいな日付です。")
        raise Refused(
            f"{_option(param)} の「{value}」を日付として読めませんので、"
            "2027-02-20 か 令和9年2月20日 のように書いてください。"
        )


class Moment(click.ParamType[datetime]):
    """A date with a time: ISO 8601, or a Day and a TimeOfDay with a space between them.

    Without an offset it is in Asia/Tokyo; without a year it is the nearest such day.
    """

    name = "日時"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        text = unicodedata.normalize("NFKC", value).strip()
        parts = re.fullmatch(r"(.+?)[ T]+(\S+)", text)
        if parts is None:
            raise Refused(
                f"{_option(param)} の「{value}」を日時として読めませんので、"
                "「12/3 17:30」か 2026-12-03T17:30 のように書いてください。"
            )
        iso = text[:-1] + "+00:00" if text[-1] in "Zz" else text
        try:
            moment = datetime.fromisoformat(iso)
            return (moment if moment.tzinfo else moment.replace(tzinfo=TOKYO)).astimezone(TOKYO)
        except (ValueError, OverflowError):
            day = Day(past=True).convert(parts[1], param, ctx)
            return datetime.combine(day, TimeOfDay().convert(parts[2], param, ctx), TOKYO)


class TimeOfDay(click.ParamType[time]):
    """A time of day such as 9:00 or 午後2時半, on the clock in Asia/Tokyo."""

    name = "時刻"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> time:
        if isinstance(value, time):
            return value
        from staff import typed  # the same times as in the console's fields

        found = typed.time_of_day(value)
        if found is None:
            raise Refused(
                f"{_option(param)} の「{value}」を時刻として読めませんので、"
                "13:30 か 午後1時半 のように書いてください。"
            )
        return found


def _option(param: click.Parameter | None) -> str:
    return param.opts[0] if param else ""


def now() -> datetime:
    """Return the calendar's now. Raises Refused when RENEWAL_NOW cannot be read."""
    try:
        return clock.now()
    except ValueError as error:
        raise Refused(str(error)) from None


def free_text(text: str, option: str, most: int) -> str:
    """Return what somebody has written, in one line. Raises Refused.

    Notes and reasons are stored, shown and printed: My Numbers and PINs are taken nowhere.
    """
    # Imported only where needed.
    from reading import masking

    line = " ".join(text.split())
    if len(line) > most:
        raise Refused(f"{option} は {most}文字までにしてください。")
    if masking.mask(line).found:
        raise Refused(f"{option} に、個人番号や暗証番号のような数字は書かないでください。")
    return line


def counter_with_bookings(city: City, store: Bookings, counter_id: str | None) -> None:
    """Raise Refused for a counter that neither city.yml knows nor any booking."""
    if counter_id not in (None, *city.counters) and counter_id not in store.known_counters():
        counter_of(city, str(counter_id))


def span(
    day: date | None, first: date | None, last: date | None
) -> tuple[date | None, date | None]:
    """Return the first and the last day of --date, or of --from and --to. Raises Refused.

    None where there is no limit.
    """
    if day is not None and (first or last):
        raise Refused("--date か、--from と --to の、どちらか一方だけを指定してください。")
    if first and last and first > last:
        raise Refused("--from は --to と同じ日か、それより前の日にしてください。")
    return (day, day) if day else (first, last)


def counter_of(city: City, counter_id: str) -> Counter:
    """Return the counter with that id. Raises Refused."""
    if counter_id not in city.counters:
        known = "、".join(f"{each.id}（{each.short_label}）" for each in city.bookable_counters)
        raise Refused(f"「{counter_id}」という窓口はなく、指定できるのは {known} です。")
    return city.counters[counter_id]


def _who(_ctx: click.Context, _param: click.Parameter, given: str | None) -> str:
    if given is None:
        try:
            return getpass.getuser()
        except (KeyError, OSError):  # a user without a name, as in some containers
            return f"uid {os.getuid()}"
    if not 0 < len(given.strip()) <= 64:
        raise Refused("--as には、1文字から64文字までの名前を書いてください。")
    return given.strip()


def days_options(command: Callable[..., T]) -> Callable[..., T]:
    """Add --date, --from and --to: one day, or a range of days."""
    options = (
        click.option("--date", "day", type=Day(past=True), help="来庁日（1日だけのとき）"),
        click.option("--from", "first", type=Day(past=True), help="初めの日"),
        click.option("--to", "last", type=Day(past=True), help="終わりの日（この日を含む）"),
    )
    for option in reversed(options):
        command = option(command)
    return command


json_option: Decorator[Any] = click.option(
    "--json", "as_json", is_flag=True, help="JSONで表示します"
)
csv_option: Decorator[Any] = click.option(
    "--csv", "as_csv", is_flag=True, help="CSV（Excel用）で表示します"
)
who_option: Decorator[Any] = click.option(
    "--as", "who", metavar="名前", callback=_who, help="だれがしたかの記録（省くとログイン名）"
)
counter_option: Decorator[Any] = click.option(
    "--counter", metavar="窓口", help="窓口（city.yml の counters の見出し。省くとすべて）"
)
