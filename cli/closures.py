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
from renewal.bookings import Booking, Bookings, Told, WithoutSeat
from renewal.calls import REASONS, calls_to_make, whom
from renewal.city import City, load
from renewal.date_words import japanese_date
from renewal.opening_hours import Closure
from renewal.phone_numbers import hyphenated
from renewal.words import moment

T = TypeVar("T")
_NAMED = 5
"""So many bookings are named in one sentence."""


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
    reason = arguments.free_text(reason, "--reason", 100)
    if not reason:
        raise Refused("--reason には、1文字から100文字までの理由を書いてください。")
    closure = Closure(counter, first, last, from_time, until_time, reason, seats)
    same = next((each for each in store.closures(first, last) if each.is_same(closure)), None)
    known = same is not None
    closure = same or closure
    starts = sum(1 for _ in closing.starts_of(closure, city))
    if confirm and not known:
        closure = store.add_closure(closure, city=city, who=who, at=clock.real_now(), now=now)
    others = closing.overlapping(store, city, closure)
    # Looked for last: nobody can book there any more, so the list is complete.
    hit = closing.hit(store, city, now, closure)
    if hit:
        seen = [each.booking for each in hit]
        store.record_view(who, "hit", seen, at=clock.real_now(), closure=closure.id)
    if as_json:
        listed = [_hit_json(each.booking) | _lost_json(each) for each in hit]
        output.show_json(
            _as_json(closure)
            | {
                "stored": confirm, "known": known, "starts": starts, "bookings": listed,
                "overlapping": [_as_json(each) for each in others],
            }
        )  # fmt: skip
        return
    click.echo(f"{_what(closure)}: {words.closure_days(closure)}　{words.closure_place(closure, city)}　{closure.reason}")
    click.echo(f"かかる受付時刻: {starts}　かかる予約: {len(hit)}件")
    if not starts:
        click.echo("予約の受付時刻には1つもかかりませんので、日と時刻を確かめてください。")
    if hit:
        _show_lost(hit, city)
    for each in others:
        click.echo(_overlap(closure, each, city))
    if known:
        click.echo(f"同じ登録（番号 {closure.id}）がありますので、増やしていません。")
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


def _remove_options(command: Callable[..., T]) -> Callable[..., T]:
    options = (
        click.argument("number", type=click.IntRange(1, 2**31 - 1), metavar="番号"),
        click.option("--confirm", is_flag=True, help="やめる（付けないと、調べるだけです）"),
        who_option,
        json_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


@closures.command("remove")
@_remove_options
def remove_closure(**options: Any) -> None:
    """臨時の休みをやめる（また予約できるようになります）

    --confirm を付けないと、やめるとどうなるかを表示するだけで、何も変わりません。
    """
    _remove(closed=True, **options)


@capacity.command("remove")
@_remove_options
def remove_capacity(**options: Any) -> None:
    """席の数の臨時の変更をやめる

    --confirm を付けないと、やめるとどうなるかを表示するだけで、何も変わりません。
    """
    _remove(closed=False, **options)


def _remove(number: int, closed: bool, confirm: bool, who: str, as_json: bool) -> None:
    city, store, now = load(), open_store(), arguments.now()
    unknown = Refused(f"番号 {number} の登録はありませんので、list で確かめてください。")
    closure = next((each for each in store.closures(date.min, date.max) if each.id == number), None)
    if closure is None or (closure.seats == 0) is not closed:
        raise unknown
    if short := closing.lost_by_removing(store, city, now, closure):
        raise Refused(_too_few(short, closure))
    if confirm:
        removed = store.remove_closure(number, city=city, now=now, who=who, at=clock.real_now())
        if removed is None:  # meanwhile by somebody else
            raise unknown
        done = removed
    else:
        done = closing.opened_by_removing(store, city, now, closure)
    others = closing.overlapping(store, city, closure)
    told = [each for each in done.again if each.told]
    seen = [each.booking for each in (*told, *done.still)]
    if seen:
        store.record_view(who, "hit", seen, at=clock.real_now(), closure=number)
    if as_json:
        output.show_json(
            _as_json(closure)
            | {
                "removed": confirm,
                "still_closed_by": [_as_json(each) for each in others if each.seats == 0],
                "overlapping": [_as_json(each) for each in others],
                "still_without_seat": [
                    _hit_json(each.booking) | _lost_json(each) for each in done.still
                ],
                "told_and_open_again": [_hit_json(each.booking) for each in told],
            }
        )
        return
    if confirm:
        click.echo(f"番号 {number} の登録をやめました。")
    else:
        click.echo(f"番号 {_named(closure, city)} をやめると:")
    for each in others:
        click.echo(f"番号 {_named(each, city)} は残ります。{_stays(each)}")
    if done.still:
        click.echo("次の予約は、まだ席がありません。" if confirm else "次の予約は、席のないままです。")
        _show_lost(done.still, city)
    if told:
        again = "席がないと連絡してあります。また席がありますので、もう一度連絡してください（calls に出ています）。"
        later = "席がないと連絡してあります。また席ができますので、もう一度連絡が要ります。"
        click.echo(f"次の方には、{again if confirm else later}")
        output.show_table(_HIT_HEAD, [_hit_line(each.booking, city) for each in told])
    if not confirm:
        click.echo("まだやめていません。やめるには、--confirm を付けてください。")


def _too_few(short: Sequence[WithoutSeat], closure: Closure) -> str:
    """Return why a change that gives more seats is not removed: whose they are, and the ways on."""
    named = "、".join(
        f"{each.booking.code}（{moment(each.booking.start)}）" for each in short[:_NAMED]
    )
    more = f"など {len(short)}件" if len(short) > _NAMED else ""
    return (
        f"これをやめると、予約 {named}{more}の席が足りなくなりますので、先に bookings change か cancel で"
        "予約を動かすか、その方たちに電話するときは、やめずに capacity add で少ない席の数を重ねて登録してください"
        "（calls に載ります）。"
    )


def _stays(closure: Closure) -> str:
    return f"席の数は {closure.seats}までです。" if closure.seats else "そこは休みのままです。"


def _overlap(new: Closure, old: Closure, city: City) -> str:
    """Return what it means that a stored closure or number of seats applies to the same starts."""
    said = f"重なる登録: 番号 {_named(old, city)}。"
    if new.seats and old.seats:
        fewest = min(new.seats, old.seats)
        return f"{said}重なるところでは、少ないほうの {fewest}席が効きます。"
    if new.seats or old.seats:
        return f"{said}重なるところは休みです。"
    if new.covers(old):
        return f"{said}この休みの中に入りますが、そのまま残ります。この休みをやめても、そこは休みのままです。"
    if old.covers(new):
        return f"{said}この休みは、その中に入りますが、別に残ります。番号 {old.id} をやめても、ここは休みのままです。"
    return f"{said}どちらかをやめても、もう一方は休みのままです。"


def _named(closure: Closure, city: City) -> str:
    where, when = words.closure_place(closure, city), words.closure_days(closure)
    return f"{closure.id}（{_what(closure)}、{closure.reason}、{when}　{where}）"


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
@click.option("--undo", type=Code(), help="この予約番号の方の「連絡した」が、まちがいだったとき")
@who_option
@csv_option
@json_option
def calls(
    counter: str | None,
    reason: str | None,
    done: str | None,
    undo: str | None,
    who: str,
    as_csv: bool,
    as_json: bool,
) -> None:
    """電話で連絡が必要な予約

    席がなくなった予約、LINE のお知らせやお返事が届かなかった予約、LINE を使っている市では、次の開庁日までの LINE でお知らせできない予約です。
    連絡したら --done で記録します。まちがえたときは --undo です。予約を変更するか取り消すと、一覧から消えます。
    """
    output.refuse_both(as_json, as_csv)
    if done and undo:
        raise Refused("--done と --undo は、どちらか一方だけ指定してください。")
    city, store, now = load(), open_store(), arguments.now()
    arguments.counter_with_bookings(city, store, counter)
    line = line_account(store)

    def wanted() -> list[calls_of.Call]:
        return [
            call
            for call in calls_to_make(store, city, now, line)
            if counter in (None, call.booking.counter) and reason in (None, call.reason)
        ]

    found, said = wanted(), None
    if done is not None:
        said = _note_told(store, found, done, who)
        found = wanted()
    if undo is not None:
        said = _undo_told(store, undo, who)
        found = wanted()
    seen = [call.booking for call in found]
    store.record_view(who, "calls", seen, at=clock.real_now(), counter=counter)
    if said and not (as_json or as_csv):
        click.echo(said)
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


def _note_told(store: Bookings, found: Sequence[calls_of.Call], code: str, who: str) -> str:
    """Note that somebody has been phoned and return a sentence on it. Raises Refused."""
    call = next((call for call in found if call.booking.code == code), None)
    before = call.told if call else None
    if call and not before and store.note_told(call.booking, call.about, who=who, at=clock.real_now()):
        return f"予約番号 {code} の方に連絡した、と記録しました。まちがいのときは calls --undo {code} です。"
    done = store.audit(code=code, whats=("called", "uncalled", "change", "cancel"))
    if before is None and done and done[-1]["what"] == "called":  # and so the list has it no more
        before = Told(done[-1]["at"], done[-1]["who"])
    if before:
        raise Refused(f"予約番号 {code} の方には連絡した、ともう記録してあります（{told_words(before)}）。")
    raise Refused(f"予約番号 {code} は、連絡が必要な予約ではありません。")


def _undo_told(store: Bookings, code: str, who: str) -> str:
    booking = store.get(code)
    if booking is None:
        raise Refused(words.not_changeable("unknown", code))
    if store.undo_told(booking, who=who, at=clock.real_now()) is None:
        raise Refused(f"予約番号 {code} には、職員が「連絡した」とした、戻せる記録がありません。")
    return f"予約番号 {code} の「連絡した」を取り消しました。"


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
