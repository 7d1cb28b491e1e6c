"""The commands of `renewal`. Every one that shows something has --json."""

from __future__ import annotations

import getpass
import uuid
from datetime import date, datetime
from typing import Any

import click
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from cli import arguments, output
from cli.arguments import Day, Moment, case_options, json_option
from cli.refusal import Group, Refused
from renewal import certificate, clock, settings, slots
from renewal import documents as documents_of
from renewal.bookings import (
    Bookings,
    Card,
    HoldExpired,
    NotBookable,
    SlotFull,
    Visit,
    check,
    create_engine_from,
    migrate,
    schema_version,
)
from renewal.certificate import Status
from renewal.city import City, load
from renewal.documents import Applicant, Case, Certificates, Document, Holder, ImpossibleCase, Pin
from renewal.japanese_dates import Purpose, japanese_date, japanese_time, short_date

_STATUS = {
    Status.TOO_EARLY: "まだ更新できません。",
    Status.INSIDE: "いま更新できます。",
    Status.EXPIRED: "有効期限が過ぎていますが、カードが有効なら、いまも無料で手続きできます。",
}
_NOT_BOOKABLE = {
    "disabled": "この窓口は、まだここでは予約できません。",
    "year_end": "{day}は年末年始で、窓口は休みです。",
    "holiday": "{day}は祝日で、窓口は休みです。",
    "weekend": "{day}は土日で、窓口は休みです。",
    "no_hours": "{day}は、この窓口の受付がない曜日です。",
    "closure": "{day}{time}は、この窓口の臨時の休みです。",
    "not_a_start": "{time}は、この窓口の受付時刻ではありません。",
    "past": "{day}{time}は、もう過ぎています。",
    "too_late": "{day}の予約は、前の開庁日までに締め切られています。",
}


@click.group("renewal", cls=Group)
def main() -> None:
    """マイナンバーカードの電子証明書の更新: 案内と予約の管理"""


# The procedure -------------------------------------------------------------------------------


@main.command()
@click.option("--expires", type=Day(Purpose.EXPIRY), required=True, help="電子証明書の有効期限")
@click.option("--on", "on", type=Day(Purpose.BOOKING), help="いつの時点で見るか（省くと今日）")
@json_option
def eligibility(expires: date, on: date | None, as_json: bool) -> None:
    """いつから更新できるか"""
    window = _window(expires)
    status = window.status(on or arguments.now().date())
    if as_json:
        output.show_json(
            {
                "renewable_from": window.renewable_from.isoformat(),
                "expires_on": window.expires_on.isoformat(),
                "status": status.value,
            }
        )
        return
    click.echo(f"有効期限は、{japanese_date(window.expires_on)}です。")
    click.echo(f"更新できるのは、{japanese_date(window.renewable_from)}からです。")
    if on:
        click.echo(f"{japanese_date(on)}の時点: {_STATUS[status].replace('いま', '')}")
    else:
        click.echo(_STATUS[status])


@main.command()
@case_options
@json_option
def documents(as_json: bool, **case: Any) -> None:
    """窓口に持ってくるもの"""
    found = _documents(_case(**case), load())
    if as_json:
        keys = ("id", "label", "required", "waived", "reason", "source")
        output.show_json([{key: getattr(item, key) for key in keys} for item in found])
        return
    for item in found:
        box = "－" if item.waived else "□"
        click.echo(f"{box} {item.label}{'（今回は不要です）' if item.waived else ''}")
        click.echo(f"   {item.reason}［{item.source}］")
        if item.may_be_left_out and not item.waived:
            click.echo(f"   不要なとき: {item.may_be_left_out}")


@main.command("slots")
@click.option("--counter", required=True, help="窓口（honchosha、nishiguchi など）")
@click.option(
    "--from", "first", type=Day(Purpose.BOOKING), help="初めの日（省くと予約できる最初の日）"
)
@click.option(
    "--to", "last", type=Day(Purpose.BOOKING), help="終わりの日（省くと予約できる最後の日）"
)
@json_option
def free_slots(counter: str, first: date | None, last: date | None, as_json: bool) -> None:
    """予約できる日時と空き"""
    city, now = load(), arguments.now()
    arguments.counter_of(city, counter)
    earliest, latest = slots.bookable_range(city, now)
    first, last = first or earliest, last or latest
    if first > last:
        raise Refused("--from は --to と同じ日か、それより前の日にしてください。")
    found = slots.slots(Bookings(_engine()), city, counter, first, last, now, clock.real_now())
    if as_json:
        output.show_json(
            [
                {
                    "start": slot.start.isoformat(),
                    "counter": slot.counter,
                    "capacity": slot.capacity,
                    "free": slot.free,
                }
                for slot in found
            ]
        )
    elif found:
        output.show_table(
            ("日", "時刻", "空き", "席"),
            (
                (
                    short_date(slot.start.date()),
                    f"{slot.start:%H:%M}",
                    slot.free or "満席",
                    slot.capacity,
                )
                for slot in found
            ),
        )
    else:
        click.echo("その期間に、予約できる日時はありません。")


# Bookings ------------------------------------------------------------------------------------


@main.group(cls=Group)
def bookings() -> None:
    """予約の一覧と登録"""


@bookings.command("list")
@click.option("--date", "day", type=Day(Purpose.BOOKING), help="来庁日")
@click.option("--counter", help="窓口")
@click.option("--as", "who", help="だれが見たかの記録（省くとログイン名）")
@click.option("--csv", "as_csv", is_flag=True, help="CSV（Excel用）で表示します")
@json_option
def list_bookings(
    day: date | None, counter: str | None, who: str | None, as_csv: bool, as_json: bool
) -> None:
    """予約の一覧"""
    if as_csv and as_json:
        raise Refused("--json と --csv は、どちらか一方だけ指定してください。")
    city = load()
    if counter is not None:
        arguments.counter_of(city, counter)
    store = Bookings(_engine())
    found = store.list_bookings(first=day, counter=counter, statuses=("booked", "arrived"))
    shown = {"date": day and day.isoformat(), "counter": counter, "bookings": len(found)}
    store.record(who or getpass.getuser(), "list", at=clock.real_now(), detail=shown)
    if as_json:
        output.show_json([booking.as_json() for booking in found])
        return
    cards = [(booking, card) for booking in found for card in booking.cards]
    if as_csv:
        columns = ("code", "counter", "start", "status", "applicant")
        output.show_csv(
            (*columns, "holder", "name_kana", "documents", "phone", "visitor_name", "note"),
            (
                (
                    *(booking.as_json()[column] for column in columns),
                    card.holder,
                    card.name_kana,
                    " ".join(card.documents),
                    booking.phone,
                    booking.visit.visitor_name,
                    card.note or booking.visit.note,
                )
                for booking, card in cards
            ),
        )
    elif found:
        output.show_table(
            ("予約番号", "日時", "窓口", "来る方", "カード", "お名前", "電話", "状態"),
            (
                (
                    booking.code,
                    f"{short_date(booking.start.date())}{booking.start:%H:%M}",
                    _counter_label(city, booking.counter),
                    output.WORDS[booking.visit.applicant],
                    output.WORDS[card.holder],
                    card.name_kana or "（消去済み）",
                    booking.phone,
                    output.WORDS[booking.status],
                )
                for booking, card in cards
            ),
        )
    else:
        click.echo("予約はありません。")


@bookings.command("add")
@click.option("--counter", required=True, help="窓口")
@click.option("--start", type=Moment(), required=True, help="日時（2026-12-03T17:30）")
@case_options
@click.option("--name", required=True, help="カードの持ち主のお名前（カタカナ）")
@click.option("--visitor-name", help="窓口に来る方のお名前（代理のとき）")
@click.option("--phone", required=True, help="連絡のとれる電話番号")
@click.option("--expires", type=Day(Purpose.EXPIRY), help="電子証明書の有効期限")
@json_option
def add_booking(
    counter: str,
    start: datetime,
    name: str,
    visitor_name: str | None,
    phone: str,
    expires: date | None,
    as_json: bool,
    **options: Any,
) -> None:
    """電話などで受けた予約の登録"""
    city, now = load(), arguments.now()
    arguments.counter_of(city, counter)
    case = _case(**options)
    card = Card(
        holder=case.holder.value,
        name_kana=arguments.kana(name, "--name"),
        documents=tuple(item.id for item in _documents(case, city) if item.required),
        same_household=case.same_household,
        honseki_in_city=case.honseki_in_city,
        forgotten_pins=tuple(pin.value for pin in Pin if pin in case.forgotten_pins),
        certificates=case.certificates.value,
        expires_on=expires,
    )
    visit = Visit(
        applicant=case.applicant.value,
        cards=(card,),
        phone=arguments.phone_number(phone),
        visitor_name=arguments.kana(visitor_name, "--visitor-name") if visitor_name else None,
        channel="phone",
    )
    if expires is not None:
        _refuse_wrong_time(city, expires, start.date())
    store, key = Bookings(_engine()), uuid.uuid4().hex
    at = clock.real_now()
    if reason := slots.why_not_bookable(
        city, counter, start, now, store.closures(start.date(), start.date())
    ):
        raise Refused(_why_not(reason, city, start))
    try:
        hold = store.hold(counter, start, key=key, city=city, now=now, at=at)
        booking = store.confirm(hold.id, visit, key=key, city=city, now=now, at=at)
    except NotBookable as error:
        raise Refused(_why_not(error.reason, city, start)) from None
    except (SlotFull, HoldExpired):
        near = slots.nearest(store, city, [counter], start, now, at)
        others = "、".join(_moment(slot.start) for slot in near)
        others = f"近い空きは {others} です" if others else "近い空きもありません"
        raise Refused(f"{_moment(start)}は満席で、{others}。") from None
    if as_json:
        output.show_json(booking.as_json())
        return
    click.echo(f"予約番号: {booking.code}")
    click.echo(f"日時: {japanese_date(booking.start.date())} {japanese_time(booking.start.time())}")
    click.echo(f"窓口: {city.counters[counter].label}")
    for item in _documents(case, city):
        if item.required:
            click.echo(f"□ {item.label}")


# The installation ----------------------------------------------------------------------------


@main.command("check")
@json_option
def check_all(as_json: bool) -> None:
    """未確認の値、データベースの版、予約の整合を確かめます"""
    city, engine = load(), _engine()
    version, newest = schema_version(engine)
    problems = check(engine, city, arguments.now(), clock.real_now())
    values = [(path, city.value_at(path)) for path in city.unconfirmed]
    if as_json:
        output.show_json(
            {
                "unconfirmed": [{"path": path, "value": _plain(value)} for path, value in values],
                "schema": {"current": version, "newest": newest},
                "problems": problems,
            }
        )
    else:
        click.echo(f"表の版: {version}（最新は {newest}）")
        for problem in problems or ["データベースに問題はありません。"]:
            click.echo(problem)
        click.echo(f"\ncity.yml で、まだ確かめていない値（{len(values)}件）:")
        output.show_table(("項目", "いまの値"), ((path, _shown(value)) for path, value in values))
    if problems:
        raise click.exceptions.Exit(1)


@main.command("migrate")
def migrate_database() -> None:
    """データベースを作り、最新の形にします"""
    engine = create_engine_from(settings.database_url())
    migrate(engine)
    click.echo(f"データベースは最新です（版 {schema_version(engine)[0]}）。")


# Shared --------------------------------------------------------------------------------------


def _engine() -> Engine:
    """Return the database, made first if it has no tables yet."""
    engine = create_engine_from(settings.database_url())
    if not sa.inspect(engine).has_table("bookings"):
        migrate(engine)
    return engine


def _case(
    applicant: str,
    holder: str,
    same_household: bool,
    honseki_in_city: bool,
    pin_forgotten: frozenset[Pin],
    certificates: str,
) -> Case:
    return Case(
        Applicant(applicant),
        Holder(holder),
        same_household,
        honseki_in_city,
        pin_forgotten,
        Certificates(certificates),
    )


def _documents(case: Case, city: City) -> tuple[Document, ...]:
    try:
        return documents_of.documents(case, city)
    except ImpossibleCase as error:
        raise Refused(str(error)) from None


def _window(expires: date) -> certificate.RenewalWindow:
    try:
        return certificate.renewal_window(expires)
    except ValueError as error:
        raise Refused(str(error)) from None


def _refuse_wrong_time(city: City, expires: date, visit: date) -> None:
    window = _window(expires)
    status = window.status(visit)
    if status is Status.TOO_EARLY:
        first = japanese_date(window.renewable_from)
        raise Refused(f"この有効期限では、{first}より前の日は予約できません。")
    if status is Status.EXPIRED and not city.booking.bookable_after_expiry:
        raise Refused("有効期限のあとの日は、予約できません。")


def _why_not(reason: str, city: City, start: datetime) -> str:
    if reason == "too_far":
        opens = japanese_date(slots.opens_for_booking(city, start.date()))
        return f"{short_date(start.date())}の予約は、{opens}から受け付けます。"
    sentence = _NOT_BOOKABLE.get(reason, "{day}{time}は、予約できません。")
    return sentence.format(day=short_date(start.date()), time=japanese_time(start.time()))


def _moment(start: datetime) -> str:
    return short_date(start.date()) + japanese_time(start.time())


def _counter_label(city: City, counter_id: str) -> str:
    counter = city.counters.get(counter_id)
    return counter.short_label if counter else counter_id


def _plain(value: object) -> object:
    """A value of city.yml as JSON has it."""
    return list(value) if isinstance(value, tuple) else value


def _shown(value: object) -> str:
    if value is None or value == ():
        return "（空）"
    if isinstance(value, tuple):
        return "、".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
