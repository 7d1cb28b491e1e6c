"""`renewal closures`, `capacity` and `calls`: what differs from city.yml, and whom it hits."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
from renewal import clock, notices, opening_hours
from renewal.bookings import Booking, Bookings
from renewal.city import City, load
from renewal.date_words import japanese_date
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


REASONS = {
    "closure": "休み",
    "not_sent": "お知らせが届かなかった",
    "not_answered": "LINE のお返事が届かなかった",
    "no_line": "前日のお知らせ（LINE なし）",
}


@dataclass(frozen=True)
class Call:
    """Somebody to phone: why (a key of REASONS), and about what: "closure" with its number."""

    booking: Booking
    reason: str
    about: dict[str, Any]
    words: str


def calls_to_make(store: Bookings, city: City, now: datetime) -> list[Call]:
    """Return everybody whom somebody has to phone, each once, the weightiest reason first.

    A closure; a reminder that LINE did not take; an answer that did not arrive, so that somebody may
    not know what became of a booking; where LINE is in use, the visits up to the next working day of
    those who cannot be reminded there.
    """
    found = [
        Call(booking, "closure", {"closure": closure.id}, closure.reason)
        for booking, closure in store.call_list(city, now.date())
    ]
    for booking, notice in notices.to_phone(store, city, now):
        if notice.status in notices.FAILED:
            found.append(Call(booking, "not_sent", {"notice": notice.id}, REASONS["not_sent"]))
    if os.environ.get("LINE_CHANNEL_ACCESS_TOKEN", "").strip():
        from bot.line import inbox, users

        for conversation, event in inbox.unreached(store.engine):
            for booking in store.find_in_conversation(users.booked_as(conversation), now):
                found.append(Call(booking, "not_answered", {"event": event},
                                  REASONS["not_answered"]))  # fmt: skip
        until = opening_hours.working_day_from(city, now.date() + timedelta(days=1))
        for booking in store.list_bookings(first=now.date() + timedelta(days=1), last=until):
            by = booking.visit.conversation
            if not (by and users.who_booked(store.engine, by)):
                found.append(Call(booking, "no_line", {"visit": booking.start.isoformat()},
                                  REASONS["no_line"]))  # fmt: skip
    first: dict[str, Call] = {}
    for call in found:
        first.setdefault(call.booking.code, call)
    return sorted(first.values(), key=lambda call: (call.booking.start, call.booking.counter))


@click.command(cls=Command)
@counter_option
@click.option("--reason", type=click.Choice(list(REASONS)), help="この理由のものだけ")
@click.option("--done", type=Code(), help="この予約番号の方に連絡した、と記録します")
@who_option
@csv_option
@json_option
def calls(
    counter: str | None,
    reason: str | None,
    done: str | None,
    who: str,
    as_csv: bool,
    as_json: bool,
) -> None:
    """電話で連絡が必要な予約

    休みにかかった予約、LINE のお知らせやお返事が届かなかった予約、LINE を使っている市では、次の開庁日までの LINE でお知らせできない予約です。
    """
    output.refuse_both(as_json, as_csv)
    city, store = load(), open_store()
    if counter is not None:
        arguments.counter_of(city, counter)
    found = [
        call
        for call in calls_to_make(store, city, arguments.now())
        if counter in (None, call.booking.counter) and reason in (None, call.reason)
    ]
    if done is not None:
        hit = [call for call in found if call.booking.code == done]
        if not hit:
            raise Refused(f"予約番号 {done} は、連絡が必要な予約ではありません。")
        at = clock.real_now()
        store.record(who, "called", at=at, code=done, detail=hit[0].about)
    note_view(store, who, "calls", [call.booking for call in found], counter=counter)
    told = {
        notice.code: notice
        for notice in notices.about(store.engine, arguments.now())
        if notice.kind == "closure" and notice.status == notices.SENT
    }
    called = {call.booking.code: _called(store, call, told) for call in found}
    output.show(
        (*_HIT_HEAD, "理由", "連絡"),
        [
            (*_hit_line(call.booking, city), call.words, called[call.booking.code] or "まだ")
            for call in found
        ],
        [
            _hit_json(call.booking)
            | {"reason": call.words, "kind": call.reason, "called": called[call.booking.code]}
            for call in found
        ],
        as_json=as_json,
        as_csv=as_csv,
        nothing="連絡が必要な予約はありません。",
    )


def _called(store: Bookings, call: Call, told: dict[str, notices.Notice]) -> str | None:
    """Return when and by whom this person was told of this very thing, or None."""
    for entry in reversed(store.audit(code=call.booking.code)):
        if entry["what"] == "called" and entry["detail"] == call.about:
            at: datetime = entry["at"]
            return f"{at:%Y-%m-%d %H:%M} {entry['who']}"
    notice = told.get(call.booking.code) if call.reason == "closure" else None
    if notice and notice.ended_at and notice.closure_id == call.about["closure"]:
        return f"{notice.ended_at:%Y-%m-%d %H:%M} LINE"
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
