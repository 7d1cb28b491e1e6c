"""`renewal closures`, `capacity` and `calls`: what differs from city.yml, and whom it hits."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from datetime import date, time, timedelta
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
from cli.bookings import Code, told_words
from cli.database import open_store
from cli.refusal import Command, Group, Refused
from renewal import calls as calls_of
from renewal import clock, closing, words
from renewal.bookings import Booking, Bookings, WithoutSeat
from renewal.calls import REASONS, calls_to_make, whom
from renewal.city import City, load
from renewal.date_words import japanese_date
from renewal.opening_hours import Closure
from renewal.phone_numbers import hyphenated
from renewal.words import moment

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
    # The nearest such day: one just past is refused, and not closed a year later.
    options = (
        counter_option,
        click.option("--date", "day", type=Day(past=True), help="1日だけのとき、その日"),
        click.option("--from", "first", type=Day(past=True), help="初めの日"),
        click.option("--to", "last", type=Day(past=True), help="終わりの日（この日を含む）"),
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
    before = {each.id for each in store.closures(first, last)}
    if confirm:
        closure = store.add_closure(closure, city=city, who=who, at=clock.real_now())
    known = closure.id in before
    # Looked for last: nobody can book there any more, so the list is complete.
    hit = closing.hit(store, city, now, closure)
    if hit:
        seen = [each.booking for each in hit]
        store.record_view(who, "hit", seen, at=clock.real_now(), closure=closure.id)
    starts = sum(1 for _ in closing.starts_of(closure, city))
    if as_json:
        listed = [_hit_json(each.booking) | _lost_json(each) for each in hit]
        output.show_json(
            _as_json(closure)
            | {"stored": confirm, "known": known, "starts": starts, "bookings": listed}
        )
        return
    click.echo(f"{_what(closure)}: {words.closure_days(closure)}　{words.closure_place(closure, city)}　{closure.reason}")
    click.echo(f"かかる受付時刻: {starts}　かかる予約: {len(hit)}件")
    if hit:
        _show_lost(hit, city)
    if known:
        click.echo(f"同じ理由の登録（番号 {closure.id}）に入っていますので、増やしていません。")
    elif confirm:
        click.echo(f"登録しました（番号 {closure.id}）。")
        if any(each.told is None for each in hit):
            click.echo("この方たちに連絡してください。一覧は renewal calls で見られます。")
    else:
        click.echo("まだ登録していません。登録するには、--confirm を付けてください。")


def _days(
    day: date | None, first: date | None, last: date | None, today: date
) -> tuple[date, date]:
    first, last = arguments.span(day, first, last)
    if first is None:
        raise Refused("--date か --from を指定してください。")
    last = last or first
    if last - first > timedelta(days=366):
        raise Refused("--from から --to までは、1年以内にしてください。")
    if last < today:
        raise Refused(f"{japanese_date(last)}は、もう過ぎていますので、来年のときは年も書いてください。")
    return first, last


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
            (each.id, words.closure_days(each), words.closure_place(each, city), each.seats or "休み", each.reason)
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
    now = arguments.now()
    if short := closing.lost_by_removing(store, city, now, known[number]):
        raise Refused(
            f"これをやめると {len(short)}件の予約の席が足りなくなりますので、"
            "先に予約を変更するか取り消してください。"
        )
    done = store.remove_closure(number, city=city, now=now, who=who, at=clock.real_now())
    if done is None:
        raise Refused(f"番号 {number} の登録はありませんので、list で確かめてください。")
    others = closing.still_closed_by(store, city, done.closure)
    told = [each for each in done.again if each.told]
    seen = [each.booking for each in (*told, *done.still)]
    if seen:
        store.record_view(who, "hit", seen, at=clock.real_now(), closure=number)
    if as_json:
        output.show_json(
            _as_json(known[number])
            | {
                "still_closed_by": [_as_json(each) for each in others],
                "still_without_seat": [
                    _hit_json(each.booking) | _lost_json(each) for each in done.still
                ],
                "told_and_open_again": [_hit_json(each.booking) for each in told],
            }
        )
        return
    click.echo(f"番号 {number} の登録をやめました。")
    for each in others:
        click.echo(
            f"番号 {each.id}（{each.reason}、{words.closure_days(each)}　{words.closure_place(each, city)}）で、休みのところが残っています。"
        )
    if done.still:
        click.echo("次の予約は、まだ席がありません。")
        _show_lost(done.still, city)
    if told:
        click.echo("次の方には、休みになると連絡してあります。また席がありますので、もう一度連絡してください（calls に出ています）。")
        output.show_table(_HIT_HEAD, [_hit_line(each.booking, city) for each in told])


# The call list -------------------------------------------------------------------------------


class LineAccount:
    """What the call list asks of LINE; only where the city has an account."""

    def __init__(self, store: Bookings) -> None:
        # Imported only here: most cities' calls need nothing of it.
        from bot.line import inbox, users

        self._engine, self._inbox, self._users = store.engine, inbox, users

    def unreached(self) -> Iterable[tuple[str, str]]:
        for conversation, event in self._inbox.unreached(self._engine):
            yield self._users.booked_as(conversation), event

    def reaches(self, conversation: str) -> bool:
        return self._users.who_booked(self._engine, conversation) is not None


def line_account(store: Bookings) -> LineAccount | None:
    """Return the city's LINE account, None where it has none."""
    has_one = os.environ.get("LINE_CHANNEL_ACCESS_TOKEN", "").strip()
    return LineAccount(store) if has_one else None


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

    席がなくなった予約、LINE のお知らせやお返事が届かなかった予約、LINE を使っている市では、次の開庁日までの LINE でお知らせできない予約です。
    連絡したら --done で記録します。予約を変更するか取り消すと、一覧から消えます。
    """
    output.refuse_both(as_json, as_csv)
    city, store, now = load(), open_store(), arguments.now()
    arguments.counter_with_bookings(city, store, counter)
    line = line_account(store)

    def wanted() -> list[calls_of.Call]:
        return [
            call
            for call in calls_to_make(store, city, now, line)
            if counter in (None, call.booking.counter) and reason in (None, call.reason)
        ]

    found = wanted()
    if done is not None:
        hit = [call for call in found if call.booking.code == done]
        if not hit:
            raise Refused(f"予約番号 {done} は、連絡が必要な予約ではありません。")
        store.note_told(hit[0].booking, hit[0].about, who=who, at=clock.real_now())
        found = wanted()
    seen = [call.booking for call in found]
    store.record_view(who, "calls", seen, at=clock.real_now(), counter=counter)
    output.show(
        (*_HIT_HEAD, "理由", "連絡"),
        [
            (*_hit_line(call.booking, city), call.words, told_words(call.told) or "まだ")
            for call in found
        ],
        [
            _hit_json(call.booking)
            | {
                "reason": call.words,
                "kind": call.reason,
                "called": told_words(call.told) or None,
            }
            for call in found
        ],
        as_json=as_json,
        as_csv=as_csv,
        nothing="連絡が必要な予約はありません。",
    )


# In words ------------------------------------------------------------------------------------

_HIT_HEAD = ("予約番号", "日時", "窓口", "お名前", "電話", "カード")


def _hit_line(booking: Booking, city: City) -> tuple[object, ...]:
    return (
        booking.code,
        moment(booking.start),
        city.counter_label(booking.counter, short=True),
        whom(booking),
        hyphenated(booking.phone),
        f"{len(booking.cards)}枚",
    )


def _hit_json(booking: Booking) -> dict[str, Any]:
    return {
        "code": booking.code,
        "start": booking.start.isoformat(),
        "counter": booking.counter,
        "name": whom(booking),
        "phone": booking.phone,
        "cards": len(booking.cards),
    }


def _lost_json(each: WithoutSeat) -> dict[str, Any]:
    return {"reason": each.cause.words, "called": told_words(each.told) or None}


def _show_lost(found: Sequence[WithoutSeat], city: City) -> None:
    output.show_table(
        (*_HIT_HEAD, "理由", "連絡"),
        [
            (*_hit_line(each.booking, city), each.cause.words, told_words(each.told) or "まだ")
            for each in found
        ],
    )


def _as_json(closure: Closure) -> dict[str, Any]:
    names = ("id", "counter", "first", "last", "from_time", "until_time", "reason", "seats")
    values = {name: getattr(closure, name) for name in names}
    return {
        name: value.isoformat() if isinstance(value, (date, time)) else value
        for name, value in values.items()
    }


def _what(closure: Closure) -> str:
    return f"{closure.seats}席" if closure.seats else "休み"
