"""`renewal bookings`: the list, the search, and everything staff do with one booking."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

import click

from cli import arguments, flood, output
from cli.arguments import Day, Moment, counter_option, csv_option, json_option, who_option
from cli.case import (
    HOLDER_HELP,
    HOLDERS,
    case_of,
    case_options,
    documents_for,
    kana,
    phone_number,
)
from cli.database import open_store
from cli.eligibility import window_of
from cli.output import counter_label, moment
from cli.refusal import Group, Refused
from renewal import clock, opening_hours, slots
from renewal.bookings import (
    Booking,
    BookingError,
    Bookings,
    Card,
    NotBookable,
    NotChangeable,
    Visit,
    normalise_code,
)
from renewal.certificate import Status
from renewal.city import City, load
from renewal.date_words import japanese_date, japanese_time, short_date
from renewal.documents import Pin

T = TypeVar("T")

STATUSES = ("booked", "arrived", "no_show", "cancelled")
_LIVE = ("booked", "arrived")

_NOT_BOOKABLE = {
    "disabled": "この窓口は、まだここでは予約できません。",
    "year_end": "{day}は年末年始で、窓口は休みです。",
    "holiday": "{day}は祝日で、窓口は休みです。",
    "weekend": "{day}は土日で、窓口は休みです。",
    "no_hours": "{day}は、この窓口の受付がない曜日です。",
    "closure": "{day}{time}は、この窓口の臨時の休みです{reason}。",
    "not_a_start": "{time}は、この窓口の受付時刻ではありません。",
    "past": "{day}{time}は、もう過ぎています。",
    "too_late": "{day}の予約は、前の開庁日までに締め切られています。",
    "too_many_cards": "1回の予約で手続きできるカードは、{most}枚までです。",
}
_NOT_CHANGEABLE = {
    "unknown": "予約番号 {code} の予約は見つかりません。",
    "cancelled": "予約番号 {code} の予約は、すでに取り消されています。",
    "arrived": "予約番号 {code} の方は来庁済みですので、変更も取り消しもできません。",
    "no_show": "予約番号 {code} は「来庁なし」ですので、変更も取り消しもできません。",
}


class Code(click.ParamType[str]):
    """A booking code, as shown or however it was read out."""

    name = "予約番号"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        code = normalise_code(value)
        if code is None:
            raise Refused(f"「{value}」は予約番号ではありませんので、10文字を確かめてください。")
        return code


code_argument = click.argument("code", type=Code(), metavar="予約番号")


@click.group(cls=Group)
def bookings() -> None:
    """予約の一覧・検索・登録・変更・取り消し"""


bookings.add_command(flood.floods)


# Looking -------------------------------------------------------------------------------------


def _filters(command: Callable[..., T]) -> Callable[..., T]:
    """Add the options by which bookings are found, and those of how they are shown."""
    options = (
        click.option("--date", "day", type=Day(), help="来庁日"),
        counter_option,
        click.option("--name", metavar="カナ", help="お名前の一部（カードの持ち主か、来る方）"),
        click.option("--phone", metavar="数字", help="電話番号の一部（下4けたなど）"),
        click.option("--code", type=Code(), help="予約番号"),
        who_option,
        csv_option,
        json_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


@bookings.command("list")
@_filters
def list_bookings(**options: Any) -> None:
    """予約の一覧（取り消しと来庁なしは除く）"""
    _look("list", _LIVE, **options)


@bookings.command("search")
@_filters
def search(**options: Any) -> None:
    """予約の検索（取り消しと来庁なしも含む）"""
    if not any(options[name] for name in ("day", "counter", "name", "phone", "code")):
        raise Refused("--date、--counter、--name、--phone、--code のどれかを指定してください。")
    _look("search", STATUSES, **options)


def _look(
    what: str,
    statuses: Sequence[str],
    day: date | None,
    counter: str | None,
    name: str | None,
    phone: str | None,
    code: str | None,
    who: str,
    as_csv: bool,
    as_json: bool,
) -> None:
    output.refuse_both(as_json, as_csv)
    city, store = load(), open_store()
    if counter is not None:
        arguments.counter_of(city, counter)
    if phone is not None and sum(character.isdigit() for character in phone) < 4:
        raise Refused("--phone には、4けた以上の数字を書いてください。")
    found = store.list_bookings(
        first=day,
        counter=counter,
        name=kana(name, "--name") if name else None,
        phone=phone,
        code=code,
        statuses=statuses,
    )
    note_view(
        store, who, what, found, date=day and day.isoformat(), counter=counter,
        by=[key for key, value in (("name", name), ("phone", phone), ("code", code)) if value],
    )  # fmt: skip
    _show(found, calls_for(store, city, found), city, as_json, as_csv)


def note_view(
    store: Bookings, who: str, what: str, seen: Sequence[Booking], **detail: object
) -> None:
    """Write to the audit log whose personal data somebody saw: codes, never a name or number."""
    known = {key: value for key, value in detail.items() if value}
    codes = [booking.code for booking in seen]
    store.record(who, what, at=clock.real_now(), detail=known | {"codes": codes})


def calls_for(store: Bookings, city: City, found: Sequence[Booking]) -> dict[str, str]:
    """Return the reason of the closure that hits a booking, by code, for those that one hits."""
    today = arguments.now().date()
    if not any(booking.status == "booked" and booking.start.date() >= today for booking in found):
        return {}
    return {booking.code: closure.reason for booking, closure in store.call_list(city, today)}


def _show(
    found: Sequence[Booking], marked: dict[str, str], city: City, as_json: bool, as_csv: bool
) -> None:
    cards = [(booking, card) for booking in found for card in booking.cards]
    if as_csv:
        columns = ("code", "counter", "start", "status", "applicant")
        output.show_csv(
            (*columns, "holder", "name_kana", "documents", "phone", "visitor_name", "note", "call"),
            (
                (
                    *(booking.as_json()[column] for column in columns),
                    card.holder,
                    card.name_kana,
                    " ".join(card.documents),
                    output.phone(booking.phone),
                    booking.visit.visitor_name,
                    card.note or booking.visit.note,
                    marked.get(booking.code),
                )
                for booking, card in cards
            ),
        )
        return
    output.show(
        ("予約番号", "日時", "窓口", "来る方", "カード", "お名前", "電話", "状態"),
        [
            (
                booking.code,
                f"{short_date(booking.start.date())}{booking.start:%H:%M}",
                counter_label(city, booking.counter),
                output.WORDS[booking.applicant_for(card)],
                output.WORDS[card.holder],
                card.name_kana or "（消去済み）",
                output.phone(booking.phone),
                output.WORDS[booking.status] + ("（要連絡）" if booking.code in marked else ""),
            )
            for booking, card in cards
        ],
        [_as_json(booking, marked.get(booking.code)) for booking in found],
        as_json=as_json,
        nothing="予約はありません。",
    )


def _as_json(booking: Booking, call: str | None = None) -> dict[str, Any]:
    """Return the booking; `call` is why somebody has to phone this person, where somebody has."""
    return booking.as_json() | {"call": call}


# Booking -------------------------------------------------------------------------------------


@bookings.command("add")
@click.option("--counter", required=True, help="窓口")
@click.option("--start", type=Moment(), required=True, help="日時（2026-12-03T17:30）")
@case_options
@click.option("--holder", "holders", type=HOLDERS, required=True, multiple=True, help=HOLDER_HELP)
@click.option(
    "--name",
    "names",
    required=True,
    multiple=True,
    help="カードの持ち主のお名前（カタカナ）。何枚かあるときは、--name と --holder をくり返します",
)
@click.option("--visitor-name", help="窓口に来る方のお名前（代理のとき）")
@click.option("--phone", required=True, help="連絡のとれる電話番号")
@click.option(
    "--expires", type=Day(of_expiry=True), multiple=True, help="電子証明書の有効期限（1枚に1つ）"
)
@who_option
@json_option
def add_booking(
    counter: str,
    start: datetime,
    holders: tuple[str, ...],
    names: tuple[str, ...],
    visitor_name: str | None,
    phone: str,
    expires: tuple[date, ...],
    who: str,
    as_json: bool,
    **case: Any,
) -> None:
    """電話などで受けた予約の登録"""
    city, now = load(), arguments.now()
    arguments.counter_of(city, counter)
    cards = _cards(city, holders, names, expires, case)
    visit = Visit(
        applicant=case["applicant"],
        cards=cards,
        phone=phone_number(phone),
        visitor_name=kana(visitor_name, "--visitor-name") if visitor_name else None,
        channel="phone",
    )
    for day in expires:
        _refuse_wrong_time(city, day, start.date())
    store, key, at = open_store(), uuid.uuid4().hex, clock.real_now()
    _refuse_not_bookable(store, city, counter, start, now)
    try:
        hold = store.hold(counter, start, len(cards), key=key, city=city, now=now, at=at)
        booking = store.confirm(hold.id, visit, key=key, city=city, now=now, at=at)
    except BookingError as error:
        raise _refusal(error, store, city, counter, start, len(cards), now) from None
    where = {"counter": counter, "start": booking.start.isoformat(), "cards": len(cards)}
    store.record(who, "add", at=at, code=booking.code, detail=where)
    if as_json:
        output.show_json(_as_json(booking))
        return
    _tell(booking, city)
    for card in cards:
        if len(cards) > 1:
            click.echo(f"{card.name_kana}さんの分（{output.WORDS[card.holder]}）")
        for item in card.documents:
            click.echo(f"□ {city.documents[item].label}")


def _cards(
    city: City,
    holders: tuple[str, ...],
    names: tuple[str, ...],
    expires: tuple[date, ...],
    case: dict[str, Any],
) -> tuple[Card, ...]:
    """Return a card for each name. One holder for several cards is that of all of them."""
    if len(holders) not in (1, len(names)):
        raise Refused("--holder は1つだけか、--name と同じ数だけ指定してください。")
    if len(expires) not in (0, len(names)):
        raise Refused("--expires は、--name と同じ数だけ指定してください。")
    if len(names) > city.booking.max_cards:
        raise Refused(_NOT_BOOKABLE["too_many_cards"].format(most=city.booking.max_cards))
    cards = []
    for number, name in enumerate(names):
        holder = holders[number if len(holders) > 1 else 0]
        visitor = case["applicant"]
        if visitor == "self" and len(names) > 1 and holder != "general":
            visitor = "legal_representative"  # a parent with a card of their own, and a child's
        this = case_of(holder=holder, **{**case, "applicant": visitor})
        cards.append(
            Card(
                holder=this.holder.value,
                name_kana=kana(name, "--name"),
                documents=tuple(item.id for item in documents_for(this, city) if item.required),
                same_household=this.same_household,
                honseki_in_city=this.honseki_in_city,
                forgotten_pins=tuple(pin.value for pin in Pin if pin in this.forgotten_pins),
                certificates=this.certificates.value,
                expires_on=expires[number] if expires else None,
                applicant=None if visitor == case["applicant"] else visitor,
            )
        )
    return tuple(cards)


# Changing ------------------------------------------------------------------------------------


@bookings.command("change")
@code_argument
@click.option("--start", type=Moment(), help="新しい日時（省くといまの日時）")
@click.option("--counter", help="新しい窓口（省くといまの窓口）")
@who_option
@json_option
def change(
    code: str, start: datetime | None, counter: str | None, who: str, as_json: bool
) -> None:
    """日時か窓口の変更（職員は、期限のあとでもできます）"""
    city, store, now, at = load(), open_store(), arguments.now(), clock.real_now()
    booking = _known(store, code)
    start, counter = start or booking.start, counter or booking.counter
    arguments.counter_of(city, counter)
    if (start, counter) == (booking.start, booking.counter):
        raise Refused("いまと違う --start か --counter を指定してください。")
    for card in booking.cards:
        if card.expires_on:
            _refuse_wrong_time(city, card.expires_on, start.date())
    _refuse_not_bookable(store, city, counter, start, now)
    key, seats = uuid.uuid4().hex, len(booking.cards)
    try:
        hold = store.hold(counter, start, seats, key=key, city=city, now=now, at=at)
        changed = store.change(code, hold.id, key=key, city=city, now=now, at=at, who=who)
    except BookingError as error:
        store.release(key)
        raise _refusal(error, store, city, counter, start, seats, now, code) from None
    _answer(changed, city, as_json, "変更しました。")


@bookings.command("cancel")
@click.argument("code", type=Code(), metavar="予約番号", required=False)
@click.option("--phone", metavar="電話番号", help="この電話番号の、これからの予約すべて")
@click.option("--from-flood", "source", metavar="記号", help="bookings floods で出た記号の予約すべて")
@click.option("--confirm", is_flag=True, help="まとめての取り消しを、見るだけでなく実行する")
@who_option
@json_option
def cancel(
    code: str | None, phone: str | None, source: str | None, confirm: bool, who: str, as_json: bool
) -> None:
    """取り消し（席はすぐに空きます）

    --phone と --from-flood では、まず取り消すものを見せます。--confirm を付けると取り消します。
    """
    given = sum(each is not None for each in (code, phone, source))
    if not given:
        raise Refused("予約番号 を指定してください（まとめて取り消すときは --phone か --from-flood です）。")
    if given > 1:
        raise Refused("予約番号、--phone、--from-flood のどれか1つを指定してください。")
    if code is None:
        flood.cancel_many(phone, source, confirm, who, as_json)
        return
    city, store = load(), open_store()
    key, now, at = uuid.uuid4().hex, arguments.now(), clock.real_now()
    try:
        cancelled = store.cancel(code, key=key, city=city, now=now, at=at, who=who)
    except NotChangeable as error:
        raise Refused(_NOT_CHANGEABLE[error.reason].format(code=code)) from None
    _answer(cancelled, city, as_json, "取り消しました。")


@bookings.command("arrived")
@code_argument
@click.option("--undo", is_flag=True, help="まちがいだったので「予約」に戻す")
@who_option
@json_option
def arrived(code: str, undo: bool, who: str, as_json: bool) -> None:
    """来庁した方の記録"""
    _mark(code, "booked" if undo else "arrived", who, as_json)


@bookings.command("no-show")
@code_argument
@click.option("--undo", is_flag=True, help="まちがいだったので「予約」に戻す")
@who_option
@json_option
def no_show(code: str, undo: bool, who: str, as_json: bool) -> None:
    """来なかった方の記録"""
    _mark(code, "booked" if undo else "no_show", who, as_json)


def _mark(code: str, status: str, who: str, as_json: bool) -> None:
    city, store, now = load(), open_store(), arguments.now()
    try:
        booking = store.mark(code, status, who=who, now=now, at=clock.real_now())
    except NotChangeable as error:
        raise Refused(_NOT_CHANGEABLE[error.reason].format(code=code)) from None
    if status != "booked" and booking.start.date() > now.date():
        click.echo(f"ご注意: この予約は{moment(booking.start)}です。", err=True)
    _answer(booking, city, as_json, f"「{output.WORDS[status]}」にしました。")


# Shared --------------------------------------------------------------------------------------


def _known(store: Bookings, code: str) -> Booking:
    booking = store.get(code)
    reason = "unknown" if booking is None else booking.status
    if booking is None or reason != "booked":
        raise Refused(_NOT_CHANGEABLE[reason].format(code=code))
    return booking


def _answer(booking: Booking, city: City, as_json: bool, done: str) -> None:
    if as_json:
        output.show_json(_as_json(booking))
        return
    click.echo(done)
    _tell(booking, city)


def _tell(booking: Booking, city: City) -> None:
    click.echo(f"予約番号: {booking.code}")
    click.echo(f"日時: {japanese_date(booking.start.date())} {japanese_time(booking.start.time())}")
    for place in booking.places if len(booking.places) > 1 else ():
        click.echo(f"　　　{japanese_time(place.start.time())}から{place.seats}枚")
    counter = city.counters.get(booking.counter)
    click.echo(f"窓口: {counter.label if counter else booking.counter}")


def _refuse_wrong_time(city: City, expires: date, visit: date) -> None:
    window = window_of(expires)
    status = window.status(visit)
    if status is Status.TOO_EARLY:
        first = japanese_date(window.renewable_from)
        raise Refused(f"この有効期限では、{first}より前の日は予約できません。")
    if status is Status.EXPIRED and not city.booking.bookable_after_expiry:
        raise Refused("有効期限のあとの日は、予約できません。")


def _refuse_not_bookable(
    store: Bookings, city: City, counter: str, start: datetime, now: datetime
) -> None:
    closures = store.closures(start.date(), start.date())
    if reason := slots.why_not_bookable(city, counter, start, now, closures):
        raise Refused(_why_not(reason, store, city, counter, start))


def _refusal(
    error: BookingError,
    store: Bookings,
    city: City,
    counter: str,
    start: datetime,
    seats: int,
    now: datetime,
    code: str = "",
) -> Refused:
    """Return what is said when the store says no; when it is full, with the nearest free starts."""
    if isinstance(error, NotBookable):
        return Refused(_why_not(error.reason, store, city, counter, start))
    if isinstance(error, NotChangeable):
        return Refused(_NOT_CHANGEABLE[error.reason].format(code=code))
    near = slots.nearest(store, city, [counter], start, now, clock.real_now(), seats)
    others = "、".join(moment(slot.start) for slot in near)
    others = f"近い空きは {others} です" if others else "近い空きもありません"
    full = "満席" if seats == 1 else f"{seats}枚分の空きがない時刻"
    return Refused(f"{moment(start)}は{full}で、{others}。")


def _why_not(
    reason: str, store: Bookings, city: City, counter: str, start: datetime
) -> str:
    if reason == "too_far":
        opens = japanese_date(slots.opens_for_booking(city, start.date()))
        return f"{short_date(start.date())}の予約は、{opens}から受け付けます。"
    said = ""
    if reason == "closure":
        closures = store.closures(start.date(), start.date())
        said = opening_hours.closure_reason(city, counter, start, closures) or ""
    return _NOT_BOOKABLE.get(reason, "{day}{time}は、予約できません。").format(
        day=short_date(start.date()),
        time=japanese_time(start.time()),
        reason=f"（{said.rstrip('。')}）" if said else "",
        most=city.booking.max_cards,
    )
