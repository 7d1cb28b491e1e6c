"""`renewal closures`, `capacity` and `calls`: what differs from city.yml, and whom it hits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

import click

from cli import arguments, output
from cli.arguments import (
    Day,
    TimeOfDay,
    counter_option,
    csv_option,
    json_option,
    who_option,
)
from cli.bookings import Code, note_view
from cli.database import open_store
from cli.output import counter_label, moment
from cli.refusal import Command, Group, Refused
from renewal import clock, opening_hours
from renewal.bookings import Booking, Bookings
from renewal.city import City, load
from renewal.japanese_dates import japanese_date
from renewal.opening_hours import Closure

T = TypeVar("T")


@click.group(cls=Group)
def closures() -> None:
    """臨時の休み"""


@click.group(cls=Group)
def capacity() -> None:
    """席の数の臨時の変更"""


# Adding --------------------------------------------------------------------------------------


def _span_options(command: Callable[..., T]) -> Callable[..., T]:
    """Add the options that say where and when, why, and whether it is really meant."""
    options = (
        counter_option,
        click.option("--date", "day", type=Day(), help="1日だけのとき、その日"),
        click.option("--from", "first", type=Day(), help="初めの日"),
        click.option("--to", "last", type=Day(), help="終わりの日（この日を含む）"),
        click.option("--from-time", type=TimeOfDay(), help="1日の一部のとき、初めの時刻（13:00）"),
        click.option("--until-time", type=TimeOfDay(), help="1日の一部のとき、終わりの時刻"),
        click.option("--reason", required=True, help="理由（市民の方に見えます）"),
        click.option("--confirm", is_flag=True, help="登録する（付けないと、調べるだけです）"),
        who_option,
        json_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


@closures.command("add")
@_span_options
def add_closure(**options: Any) -> None:
    """臨時の休みの登録

    --confirm を付けないと、かかる予約を表示するだけで、何も変わりません。
    """
    _add(seats=0, **options)


@capacity.command("add")
@click.option("--seats", type=click.IntRange(1, 100), required=True, help="その間の席の数")
@_span_options
def add_capacity(**options: Any) -> None:
    """席の数の臨時の変更の登録

    --confirm を付けないと、席のなくなる予約を表示するだけで、何も変わりません。
    """
    _add(**options)


def _add(
    seats: int,
    counter: str | None,
    day: date | None,
    first: date | None,
    last: date | None,
    from_time: time | None,
    until_time: time | None,
    reason: str,
    confirm: bool,
    who: str,
    as_json: bool,
) -> None:
    city, now, store = load(), arguments.now(), open_store()
    if counter is not None:
        arguments.counter_of(city, counter)
    first, last = _days(day, first, last, now.date())
    if from_time and until_time and from_time >= until_time:
        raise Refused("--from-time は --until-time より前の時刻にしてください。")
    reason = " ".join(reason.split())
    if not 1 <= len(reason) <= 100:
        raise Refused("--reason には、1文字から100文字までの理由を書いてください。")
    closure = Closure(counter, first, last, from_time, until_time, reason, seats)
    if confirm:
        closure = store.add_closure(closure, city=city, who=who, at=clock.real_now())
    # Looked for last: nobody can book there any more, so the list is complete.
    hit = [each for each in store.bookings_hit_by(closure, city) if each.start > now]
    if hit:
        note_view(store, who, "hit", hit, closure=closure.id)
    starts = sum(1 for _ in _starts(closure, city))
    if as_json:
        output.show_json(
            _as_json(closure)
            | {"stored": confirm, "starts": starts, "bookings": [_hit_json(each) for each in hit]}
        )
        return
    click.echo(f"{_what(closure)}: {_when(closure)}　{_where(closure, city)}　{closure.reason}")
    click.echo(f"かかる受付時刻: {starts}　かかる予約: {len(hit)}件")
    if hit:
        output.show_table(_HIT_HEAD, [_hit_line(each, city) for each in hit])
    if confirm:
        click.echo(f"登録しました（番号 {closure.id}）。")
        if hit:
            click.echo("この方たちに連絡してください。一覧は renewal calls で見られます。")
    else:
        click.echo("まだ登録していません。登録するには、--confirm を付けてください。")


def _days(
    day: date | None, first: date | None, last: date | None, today: date
) -> tuple[date, date]:
    if day is not None and (first or last):
        raise Refused("--date か、--from と --to の、どちらか一方だけを指定してください。")
    first = day or first
    if first is None:
        raise Refused("--date か --from を指定してください。")
    last = last or first
    if first > last:
        raise Refused("--from は --to と同じ日か、それより前の日にしてください。")
    if last - first > timedelta(days=366):
        raise Refused("--from から --to までは、1年以内にしてください。")
    if last < today:
        raise Refused(f"{japanese_date(last)}は、もう過ぎています。")
    return first, last


def _starts(closure: Closure, city: City) -> Iterator[opening_hours.Start]:
    """Yield every start of the weekly hours that the closure applies to."""
    for counter in city.bookable_counters:
        for offset in range((closure.last - closure.first).days + 1):
            for item in opening_hours.starts(
                city, counter.id, closure.first + timedelta(days=offset)
            ):
                if closure.hits(counter.id, item.start, counter.slot_minutes):
                    yield item


# Listing and removing ------------------------------------------------------------------------


@closures.command("list")
@click.option("--all", "past", is_flag=True, help="過ぎたものも表示します")
@json_option
def list_closures(past: bool, as_json: bool) -> None:
    """臨時の休みの一覧"""
    _list(closed=True, past=past, as_json=as_json)


@capacity.command("list")
@click.option("--all", "past", is_flag=True, help="過ぎたものも表示します")
@json_option
def list_capacity(past: bool, as_json: bool) -> None:
    """席の数の臨時の変更の一覧"""
    _list(closed=False, past=past, as_json=as_json)


def _list(closed: bool, past: bool, as_json: bool) -> None:
    city = load()
    first = date.min if past else arguments.now().date()
    found = [
        each for each in open_store().closures(first, date.max) if (each.seats == 0) is closed
    ]
    if not closed and not as_json:
        usual = (f"{each.short_label} {each.seats}席" for each in city.bookable_counters)
        click.echo(f"ふだんの席の数（city.yml）: {'、'.join(usual)}")
    output.show(
        ("番号", "いつ", "窓口", "席", "理由"),
        [
            (each.id, _when(each), _where(each, city), each.seats or "休み", each.reason)
            for each in found
        ],
        [_as_json(each) for each in found],
        as_json=as_json,
        nothing="登録はありません。",
    )


@closures.command("remove")
@click.argument("number", type=click.IntRange(1, 2**31 - 1), metavar="番号")
@who_option
@json_option
def remove_closure(number: int, who: str, as_json: bool) -> None:
    """臨時の休みをやめる（また予約できるようになります）"""
    _remove(number, True, who, as_json)


@capacity.command("remove")
@click.argument("number", type=click.IntRange(1, 2**31 - 1), metavar="番号")
@who_option
@json_option
def remove_capacity(number: int, who: str, as_json: bool) -> None:
    """席の数の臨時の変更をやめる"""
    _remove(number, False, who, as_json)


def _remove(number: int, closed: bool, who: str, as_json: bool) -> None:
    city, store = load(), open_store()
    known = {
        each.id: each for each in store.closures(date.min, date.max) if (each.seats == 0) is closed
    }
    if number not in known:
        raise Refused(f"番号 {number} の登録はありませんので、list で確かめてください。")
    if short := _too_many_for_usual(known[number], store, city):
        raise Refused(
            f"これをやめると {short}件の予約の席が足りなくなりますので、"
            "先に予約を変更するか取り消してください。"
        )
    store.remove_closure(number, city=city, who=who, at=clock.real_now())
    if as_json:
        output.show_json(_as_json(known[number]))
    else:
        click.echo(f"番号 {number} の登録をやめました。")


def _too_many_for_usual(closure: Closure, store: Bookings, city: City) -> int:
    """Return how many bookings to come have a seat only because the closure gives more."""
    now = arguments.now()
    hit: set[str] = set()
    for counter in city.counters.values():
        if closure.counter in (None, counter.id) and closure.seats > counter.seats:
            usual = Closure(
                counter.id, closure.first, closure.last, closure.from_time, closure.until_time,
                seats=counter.seats,
            )  # fmt: skip
            hit |= {each.code for each in store.bookings_hit_by(usual, city) if each.start > now}
    return len(hit)


# The call list -------------------------------------------------------------------------------


@click.command(cls=Command)
@counter_option
@click.option("--done", type=Code(), help="この予約番号の方に連絡した、と記録します")
@who_option
@csv_option
@json_option
def calls(
    counter: str | None, done: str | None, who: str, as_csv: bool, as_json: bool
) -> None:
    """休みなどで連絡が必要になった予約

    予約を変更するか取り消すと、一覧から消えます。
    """
    output.refuse_both(as_json, as_csv)
    city, store = load(), open_store()
    if counter is not None:
        arguments.counter_of(city, counter)
    found = [
        pair
        for pair in store.call_list(city, arguments.now().date())
        if counter in (None, pair[0].counter)
    ]
    if done is not None:
        hit = [closure for booking, closure in found if booking.code == done]
        if not hit:
            raise Refused(f"予約番号 {done} は、連絡が必要な予約ではありません。")
        at = clock.real_now()
        store.record(who, "called", at=at, code=done, detail={"closure": hit[0].id})
    note_view(store, who, "calls", [booking for booking, _ in found], counter=counter)
    called = {booking.code: _called(store, booking, closure) for booking, closure in found}
    output.show(
        (*_HIT_HEAD, "理由", "連絡"),
        [
            (*_hit_line(booking, city), closure.reason, called[booking.code] or "まだ")
            for booking, closure in found
        ],
        [
            _hit_json(booking) | {"reason": closure.reason, "called": called[booking.code]}
            for booking, closure in found
        ],
        as_json=as_json,
        as_csv=as_csv,
        nothing="連絡が必要な予約はありません。",
    )


def _called(store: Bookings, booking: Booking, closure: Closure) -> str | None:
    """Return when and by whom this person was told of this very closure, or None."""
    for entry in reversed(store.audit(code=booking.code)):
        if entry["what"] == "called" and entry["detail"] == {"closure": closure.id}:
            at: datetime = entry["at"]
            return f"{at:%Y-%m-%d %H:%M} {entry['who']}"
    return None


# In words ------------------------------------------------------------------------------------

_HIT_HEAD = ("予約番号", "日時", "窓口", "お名前", "電話", "カード")


def _hit_line(booking: Booking, city: City) -> tuple[object, ...]:
    return (
        booking.code,
        moment(booking.start),
        counter_label(city, booking.counter),
        _name(booking),
        output.phone(booking.phone),
        f"{len(booking.cards)}枚",
    )


def _hit_json(booking: Booking) -> dict[str, Any]:
    return {
        "code": booking.code,
        "start": booking.start.isoformat(),
        "counter": booking.counter,
        "name": _name(booking),
        "phone": booking.phone,
        "cards": len(booking.cards),
    }


def _name(booking: Booking) -> str | None:
    """Return whom to ask for on the phone."""
    return booking.visit.visitor_name or booking.cards[0].name_kana


def _as_json(closure: Closure) -> dict[str, Any]:
    names = ("id", "counter", "first", "last", "from_time", "until_time", "reason", "seats")
    values = {name: getattr(closure, name) for name in names}
    return {
        name: value.isoformat() if isinstance(value, (date, time)) else value
        for name, value in values.items()
    }


def _what(closure: Closure) -> str:
    return f"{closure.seats}席" if closure.seats else "休み"


def _where(closure: Closure, city: City) -> str:
    return counter_label(city, closure.counter) if closure.counter else "すべての窓口"


def _when(closure: Closure) -> str:
    days = japanese_date(closure.first)
    if closure.last != closure.first:
        days += f"から{japanese_date(closure.last)}"
    if closure.from_time is None and closure.until_time is None:
        return days
    begins = f"{closure.from_time:%-H:%M}" if closure.from_time else ""
    ends = f"{closure.until_time:%-H:%M}" if closure.until_time else ""
    return f"{days} {begins}〜{ends}"
