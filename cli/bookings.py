"""`renewal bookings`: the list, the search, and everything staff do with one booking."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, TypeVar

import click

from cli import arguments, flood, output
from cli.arguments import Day, Moment, counter_option, csv_option, json_option, who_option
from cli.case import (
    APPLICANTS,
    CERTIFICATES,
    HOLDER_HELP,
    HOLDERS,
    PINS_HELP,
    Pins,
    card_from,
    case_of,
    case_options,
    kana,
    phone_number,
)
from cli.database import open_store
from cli.refusal import Group, Refused
from renewal import clock, day_sheet, opening_hours, slots, words
from renewal.bookings import (
    Booking,
    BookingError,
    Bookings,
    Card,
    Hold,
    NotBookable,
    NotChangeable,
    Told,
    Visit,
    WithoutSeat,
    normalise_code,
)
from renewal.cases import (
    Correction,
    comes_for,
    corrected,
    lacks_visitor_name,
    same_representative,
    wrong_time,
)
from renewal.certificate import impossible_expiry
from renewal.city import City, load
from renewal.date_words import japanese_date, japanese_time, short_date
from renewal.documents import ImpossibleCase, Pin
from renewal.found_bookings import COLUMNS, is_unmarked, lines
from renewal.phone_numbers import hyphenated
from renewal.weekly_figures import STATUSES
from renewal.words import WORDS, moment

T = TypeVar("T")

_LIVE = ("booked", "arrived")
_AGAIN = "（席が戻った・要連絡）"


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
        arguments.days_options,
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
@click.option("--unmarked", is_flag=True, help="時刻を過ぎたのに、来庁の記録がない予約だけ（今日の分も）")
def list_bookings(unmarked: bool, **options: Any) -> None:
    """予約の一覧（取り消しと来庁なしは除く）"""
    _look("list", _LIVE, unmarked=unmarked, **options)


@bookings.command("search")
@_filters
def search(**options: Any) -> None:
    """予約の検索（取り消しと来庁なしも含む）"""
    by = ("day", "first", "last", "counter", "name", "phone", "code")
    if not any(options[name] for name in by):
        raise Refused(
            "--date、--from、--to、--counter、--name、--phone、--code のどれかを指定してください。"
        )
    _look("search", STATUSES, **options)


def _look(
    what: str,
    statuses: Sequence[str],
    day: date | None,
    first: date | None,
    last: date | None,
    counter: str | None,
    name: str | None,
    phone: str | None,
    code: str | None,
    who: str,
    as_csv: bool,
    as_json: bool,
    unmarked: bool = False,
) -> None:
    output.refuse_both(as_json, as_csv)
    city, store, now = load(), open_store(), arguments.now()
    arguments.counter_with_bookings(city, store, counter)
    first, last = arguments.span(day, first, last)
    if phone is not None and sum(character.isdigit() for character in phone) < 4:
        raise Refused("--phone には、4けた以上の数字を書いてください。")
    found = store.list_bookings(
        first=first,
        last=last or (date.max if first else None),
        counter=counter,
        name=kana(name, "--name") if name else None,
        phone=phone,
        code=code,
        statuses=statuses,
    )
    if unmarked:
        found = [each for each in found if is_unmarked(each, now)]
    store.record_view(
        who, what, found, at=clock.real_now(), date=day and day.isoformat(),
        first=None if day else first and first.isoformat(),
        last=None if day else last and last.isoformat(), counter=counter,
        by=[key for key, value in (("name", name), ("phone", phone), ("code", code)) if value],
    )  # fmt: skip
    lost = store.without_seat_among(found, city, now) | _missed(store, city, now)
    again = {booking.code for booking, _about in store.seats_again(city, now)}
    _show(found, lost, again, city, now, as_json, as_csv)


def _show(
    found: Sequence[Booking],
    lost: dict[str, WithoutSeat],
    again: Collection[str],
    city: City,
    now: datetime,
    as_json: bool,
    as_csv: bool,
) -> None:
    if as_csv:
        output.show_csv(COLUMNS, lines(found, lost, city, now))
        return
    cards = [(booking, card) for booking in found for card in booking.cards]
    output.show(
        ("予約番号", "日時", "窓口", "来る方", "カード", "お名前", "電話", "状態"),
        [
            (
                booking.code,
                _when(booking),
                city.counter_label(booking.counter, short=True),
                WORDS[booking.applicant_for(card)],
                WORDS[card.holder],
                card.name_kana or "（消去済み）",
                hyphenated(booking.phone),
                words.status(booking, lost.get(booking.code), now)
                + (_AGAIN if booking.code in again else ""),
            )
            for booking, card in cards
        ],
        [_as_json(booking, lost.get(booking.code)) for booking in found],
        as_json=as_json,
        nothing="予約はありません。",
    )


def _when(booking: Booking) -> str:
    """Return day and time, of a visit that is split each of its times: "12月3日（木）17:30・18:00"."""
    times = "・".join(f"{place.start:%H:%M}" for place in booking.places) or f"{booking.start:%H:%M}"
    return short_date(booking.start.date()) + times


def _missed(store: Bookings, city: City, now: datetime) -> dict[str, WithoutSeat]:
    """Return the visits that are over and had no seat, by code."""
    return {each.booking.code: each for each in store.missed(city, now)}


def _as_json(booking: Booking, lost: WithoutSeat | None = None) -> dict[str, Any]:
    """Return the booking; `call` is why somebody still has to phone this person.

    `without_seat` is why it has no seat, whether or not this person has been told.
    """
    return booking.as_json() | {
        "call": lost.cause.words if lost and not lost.told else None,
        "without_seat": lost_json(lost) if lost else None,
    }


def lost_json(lost: WithoutSeat) -> dict[str, Any]:
    """Return why a booking has no seat, and who told this person when."""
    told = lost.told
    return {
        "kind": lost.cause.kind,
        "words": lost.cause.words,
        "told": told and {"at": told.at.isoformat(), "who": told.who},
    }


@bookings.command("show")
@code_argument
@who_option
@json_option
def show(code: str, who: str, as_json: bool) -> None:
    """1件の予約のすべて（持ち物、席、連絡、これまでの記録）"""
    city, store, now = load(), open_store(), arguments.now()
    booking = store.get(code)
    if booking is None:
        raise Refused(words.not_changeable("unknown", code))
    lost = store.why_without_seat(booking, city, now) or _missed(store, city, now).get(code)
    history = [each for each in store.audit(code=code) if each["what"] != "show"]
    store.record_view(who, "show", [booking], at=clock.real_now())
    if as_json:
        entries = [each | {"at": each["at"].isoformat()} for each in history]
        output.show_json(_as_json(booking, lost) | {"history": entries})
        return
    _tell(booking, city)
    is_again = any(each.code == code for each, _about in store.seats_again(city, now))
    click.echo(f"状態: {words.status(booking, lost, now)}{_AGAIN if is_again else ''}")
    if lost:
        told = f"（連絡済み {told_words(lost.told)}）" if lost.told else "（まだ連絡していません）"
        click.echo(f"席がありません: {lost.cause.words}{told}")
    visit = booking.visit
    for number, card in enumerate(booking.cards, 1):
        click.echo(
            f"カード{number}: {card.name_kana or '（消去済み）'}（{WORDS[card.holder]}）"
            f"　来る方: {WORDS[booking.applicant_for(card)]}"
        )
        if card.expires_on:
            click.echo(f"　有効期限: {japanese_date(card.expires_on)}")
        brings = "、".join(city.documents[item].label for item in card.documents)
        click.echo(f"　持ち物: {brings}")
        for check in day_sheet.checks(card, booking):
            click.echo(f"　確認: {check}")
    if visit.note:
        click.echo(f"メモ: {visit.note}")
    by = WORDS.get(visit.channel, visit.channel)
    click.echo(f"受付: {booking.created_at:%Y-%m-%d %H:%M}（{by}）")
    for entry in history:
        click.echo(f"　{entry['at']:%Y-%m-%d %H:%M} {words.audit_who(entry)} {words.audit_what(entry)}")


def told_words(told: Told | None) -> str:
    """Return when and by whom somebody was told, "" when not."""
    return f"{told.at:%Y-%m-%d %H:%M} {told.who or 'LINE'}" if told else ""


# Booking -------------------------------------------------------------------------------------


_split_option = click.option(
    "--split", is_flag=True, help="1つの時刻に入りきらないとき、続く時刻に分けてもよい"
)


@bookings.command("add")
@click.option("--counter", required=True, help="窓口")
@click.option("--start", type=Moment(), required=True, help="日時（「12/3 17:30」や 2026-12-03T17:30）")
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
@click.option("--note", help="窓口へのメモ")
@_split_option
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
    note: str | None,
    split: bool,
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
        note=_note(note),
    )
    if lacks_visitor_name(visit):
        raise Refused("代理の方が来るときは、--visitor-name にその方のお名前を書いてください。")
    for day in expires:
        _refuse_wrong_time(city, day, start.date(), now)
    store, key, at = open_store(), uuid.uuid4().hex, clock.real_now()
    _refuse_not_bookable(store, city, counter, start, now, len(cards))
    try:
        hold = store.hold(
            counter, start, len(cards), key=key, city=city, now=now, at=at, staff=True
        )
        _refuse_unasked_split(store, hold, split)
        others = store.of_same_person(visit, now)
        booking = store.confirm(hold.id, visit, key=key, city=city, now=now, at=at, who=who)
    except BookingError as error:
        raise _refusal(error, store, city, counter, start, len(cards), now) from None
    if others:
        known = "、".join(f"{each.code}（{moment(each.start)}）" for each in others)
        click.echo(f"ご注意: 同じ方の予約が、ほかに {len(others)}件あります: {known}", err=True)
    _warn_of_expiry(booking, now)
    if as_json:
        output.show_json(_as_json(booking))
        return
    _tell(booking, city)
    for card in cards:
        if len(cards) > 1:
            click.echo(f"{card.name_kana}さんの分（{WORDS[card.holder]}）")
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
        raise Refused(
            f"1回の予約で手続きできるカードは、{city.booking.max_cards}枚までです。"
        )
    cards = []
    for number, name in enumerate(names):
        holder = holders[number if len(holders) > 1 else 0]
        visitor = comes_for(case["applicant"], holder, len(names))
        card = card_from(
            case_of(holder=holder, **{**case, "applicant": visitor}), city,
            kana(name, "--name"), expires[number] if expires else None,
        )  # fmt: skip
        cards.append(replace(card, applicant=None if visitor == case["applicant"] else visitor))
    return tuple(cards)


# Changing ------------------------------------------------------------------------------------


def _tell_options(command: Callable[..., T]) -> Callable[..., T]:
    """Add --told and --call: who tells a person that staff have moved or cancelled their visit."""
    told = click.option("--told", is_flag=True, help="相手にもう伝えた（いたずらで、伝える相手がいないときも）")
    call = click.option("--call", is_flag=True, help="あとで電話する（renewal calls に載ります）")
    return told(call(command))


def _is_to_be_called(told: bool, call: bool) -> bool:
    """Return whether somebody still has to phone. Raises Refused when that was not said."""
    if told == call:
        raise Refused(
            "相手に知らせたかどうかを、--told（もう伝えた）か --call（あとで電話する）の、どちらか1つで書いてください。"
        )
    return call


def _say_who_tells(booking: Booking, call: bool, as_json: bool) -> None:
    if call and not as_json:
        click.echo(f"{hyphenated(booking.phone)} に電話してお伝えください（renewal calls に載せました）。")


@bookings.command("change")
@code_argument
@click.option("--start", type=Moment(), help="新しい日時（省くといまの日時）")
@click.option("--counter", help="新しい窓口（省くといまの窓口）")
@_split_option
@_tell_options
@who_option
@json_option
def change(
    code: str,
    start: datetime | None,
    counter: str | None,
    split: bool,
    told: bool,
    call: bool,
    who: str,
    as_json: bool,
) -> None:
    """日時か窓口の変更（職員は、期限のあとでもできます）

    変えたことを、だれが相手に知らせるかを、--told（もう伝えた）か --call（あとで電話する）で書きます。
    """
    city, store, now, at = load(), open_store(), arguments.now(), clock.real_now()
    booking = _known(store, code)
    start, counter = start or booking.start, counter or booking.counter
    arguments.counter_of(city, counter)
    if (start, counter) == (booking.start, booking.counter):
        raise Refused("いまと違う --start か --counter を指定してください。")
    for card in booking.cards:
        if card.expires_on and (reason := wrong_time(city, card.expires_on, start.date())):
            raise Refused(reason)
    key, seats = uuid.uuid4().hex, len(booking.cards)
    _refuse_not_bookable(store, city, counter, start, now, seats)
    call = _is_to_be_called(told, call)
    try:
        hold = store.hold(counter, start, seats, key=key, city=city, now=now, at=at, staff=True)
        _refuse_unasked_split(store, hold, split)
        changed = store.change(
            code, hold.id, key=key, city=city, now=now, at=at, who=who, call=call
        )
    except BookingError as error:
        store.release(key)
        raise _refusal(error, store, city, counter, start, seats, now, code) from None
    _warn_of_expiry(changed, now)
    _answer(changed, city, as_json, "変更しました。")
    _say_who_tells(changed, call, as_json)


@bookings.command("amend")
@code_argument
@click.option("--card", type=click.IntRange(1, 4), default=1, help="何枚目のカードか（省くと1枚目）")
@click.option("--name", metavar="カナ", help="カードの持ち主のお名前")
@click.option("--expires", type=Day(of_expiry=True), help="電子証明書の有効期限")
@click.option("--holder", type=HOLDERS, help=HOLDER_HELP)
@click.option("--applicant", type=APPLICANTS, help="そのカードのために窓口に来る方")
@click.option("--same-household/--no-same-household", default=None, help="法定代理人が同一世帯")
@click.option("--honseki-in-city/--no-honseki-in-city", default=None, help="本市本籍")
@click.option(
    "--pin-forgotten",
    type=Pins(),
    metavar=Pins.name,
    is_flag=False,
    flag_value=",".join(pin.value for pin in Pin),
    help=f"忘れた暗証番号（{PINS_HELP}。値を付けないと3つとも、なしは none）",
)
@click.option("--certificates", type=CERTIFICATES, help="カードに残す電子証明書")
@click.option("--phone", help="電話番号")
@click.option("--visitor-name", help="窓口に来る方のお名前（空にすると消す）")
@click.option(
    "--representative",
    type=click.Choice(["same", "other"]),
    help="ほかのカードの法定代理人は、代理で来る方と同じ人（same）か、別に来る人（other）か",
)
@click.option("--note", help="窓口へのメモ（空にすると消す）")
@who_option
@json_option
def amend(
    code: str,
    card: int,
    name: str | None,
    expires: date | None,
    phone: str | None,
    visitor_name: str | None,
    pin_forgotten: frozenset[Pin] | None,
    representative: str | None,
    note: str | None,
    who: str,
    as_json: bool,
    **of_case: Any,
) -> None:
    """予約の訂正（お名前、電話番号、期限、だれが来るかなど。日時と窓口は change）

    持ち物は、訂正したあとの内容で決め直します。記録には、どの項目を直したかだけが残ります。
    """
    city, store, now = load(), open_store(), arguments.now()
    booking = store.get(code)
    if booking is None or booking.status == "cancelled":
        raise Refused(words.not_changeable(booking.status if booking else "unknown", code))
    correction = Correction(
        card=card,
        name_kana=kana(name, "--name") if name else None,
        expires_on=expires,
        forgotten_pins=pin_forgotten,
        phone=phone_number(phone) if phone else None,
        visitor_name=kana(visitor_name, "--visitor-name") if visitor_name else visitor_name,
        note=_note(note),
        **of_case,
    )
    try:
        visit = corrected(booking, correction, city)
    except IndexError:
        raise Refused(f"この予約のカードは {len(booking.cards)}枚です。") from None
    except ImpossibleCase as error:
        raise Refused(str(error)) from None
    if visit == booking.visit:
        raise Refused("いまと違う内容を、1つ以上指定してください。")
    if lacks_visitor_name(visit):
        raise Refused("代理の方が来るときは、--visitor-name にその方のお名前を書いてください。")
    others = () if representative else same_representative(booking.visit, visit)
    if others:
        cards = "と".join(f"{number}枚目" for number in others)
        raise Refused(
            f"{cards}のカードには法定代理人が来ることになっていますので、代理の方がその法定代理人でもあるときは "
            "--representative same を、法定代理人は別に来るときは --representative other を付けてください。"
        )
    if expires:
        _refuse_wrong_time(city, expires, booking.start.date(), now)
    try:
        amended = store.amend(code, visit, who=who, at=clock.real_now())
    except NotChangeable as error:
        raise Refused(words.not_changeable(error.reason, code)) from None
    _warn_of_expiry(amended, now)
    changed = "、".join(words.field(name) for name in booking.visit.differences(amended.visit))
    _answer(amended, city, as_json, f"訂正しました（{changed}）。")
    if not as_json:
        for each in amended.cards:
            click.echo(f"{each.name_kana}（{WORDS[each.holder]}）")
            for item in each.documents:
                click.echo(f"□ {city.documents[item].label}")


@bookings.command("cancel")
@click.argument("code", type=Code(), metavar="予約番号", required=False)
@click.option("--phone", metavar="電話番号", help="この電話番号の、これからの予約すべて")
@click.option("--from-flood", "source", metavar="記号", help="bookings floods で出た記号の予約すべて")
@click.option(
    "--confirm", is_flag=True, help="まとめての取り消しや、時刻の過ぎた予約の取り消しを、実行する"
)
@_tell_options
@who_option
@json_option
def cancel(
    code: str | None,
    phone: str | None,
    source: str | None,
    confirm: bool,
    told: bool,
    call: bool,
    who: str,
    as_json: bool,
) -> None:
    """取り消し（席はすぐに空きます。その日のうちは reinstate で戻せます）

    取り消したことを、だれが相手に知らせるかを、--told（もう伝えた）か --call（あとで電話する）で書きます。
    --phone と --from-flood では、まず取り消すものを見せます。--confirm を付けると取り消します。
    """
    given = sum(each is not None for each in (code, phone, source))
    if not given:
        raise Refused("予約番号 を指定してください（まとめて取り消すときは --phone か --from-flood です）。")
    if given > 1:
        raise Refused("予約番号、--phone、--from-flood のどれか1つを指定してください。")
    if code is None:
        call = confirm and _is_to_be_called(told, call)
        flood.cancel_many(phone, source, confirm, call, who, as_json)
        return
    city, store = load(), open_store()
    key, now, at = uuid.uuid4().hex, arguments.now(), clock.real_now()
    booking = _known(store, code)
    # Of a visit that had no seat a cancellation is what becomes of it.
    if booking.start <= now and not confirm and code not in _missed(store, city, now):
        raise Refused(
            f"{moment(booking.start)}の予約は時刻が過ぎていますので、来なかった方は no-show で記録し、"
            "それでも取り消すときは --confirm を付けてください。"
        )
    call = _is_to_be_called(told, call)
    try:
        cancelled = store.cancel(code, key=key, city=city, now=now, at=at, who=who, call=call)
    except NotChangeable as error:
        raise Refused(words.not_changeable(error.reason, code)) from None
    _answer(cancelled, city, as_json, "取り消しました。")
    if not as_json:
        click.echo(f"まちがいのときは、きょうのうちは bookings reinstate {code} で戻せます。")
    _say_who_tells(cancelled, call, as_json)


@bookings.command("reinstate")
@code_argument
@who_option
@json_option
def reinstate(code: str, who: str, as_json: bool) -> None:
    """取り消しを元に戻す（取り消した日のうちで、席が空いていれば）"""
    city, store = load(), open_store()
    key, now, at = uuid.uuid4().hex, arguments.now(), clock.real_now()
    booking = store.get(code)
    if booking is None:
        raise Refused(words.not_changeable("unknown", code))
    try:
        again = store.reinstate(code, key=key, city=city, now=now, at=at, who=who)
    except BookingError as error:
        raise _refusal(
            error, store, city, booking.counter, booking.start, len(booking.cards), now, code
        ) from None
    _answer(again, city, as_json, "取り消しを元に戻しました。")
    if not as_json:
        click.echo("取り消したと伝えてあるときは、もう一度お伝えください。")


@bookings.command("arrived")
@code_argument
@click.option("--undo", is_flag=True, help="まちがいだったので「予約」に戻す")
@who_option
@json_option
def arrived(code: str, undo: bool, who: str, as_json: bool) -> None:
    """来庁した方の記録（予約の日から）"""
    _mark(code, "arrived", undo, who, as_json)


@bookings.command("no-show")
@code_argument
@click.option("--undo", is_flag=True, help="まちがいだったので「予約」に戻す")
@who_option
@json_option
def no_show(code: str, undo: bool, who: str, as_json: bool) -> None:
    """来なかった方の記録（予約の時刻を過ぎてから）"""
    _mark(code, "no_show", undo, who, as_json)


@bookings.command("settle")
@click.option("--date", "day", type=Day(past=True), required=True, help="来庁日")
@click.option(
    "--rest",
    type=click.Choice(["arrived", "no_show"]),
    required=True,
    help="まだ記録のない予約を、来庁済み（arrived）か来庁なし（no_show）にする",
)
@counter_option
@who_option
@json_option
def settle(day: date, rest: str, counter: str | None, who: str, as_json: bool) -> None:
    """1日のしめくくり: まだ記録のない予約をまとめて記録します

    来なかった方だけを no-show で記録してから、--rest arrived とすると早く終わります。
    """
    city, store, now = load(), open_store(), arguments.now()
    arguments.counter_with_bookings(city, store, counter)
    if day > now.date():
        raise Refused(f"{japanese_date(day)}は、まだ来ていません。")
    left = [
        each for each in store.list_bookings(first=day, counter=counter) if each.start <= now
    ]
    # Before a closed counter nobody has arrived, and nobody has stayed away; of too few seats
    # whoever was told may have been let come.
    aside = {
        each.booking.code: each
        for each in store.missed(city, now, first=day, last=day, counter=counter)
        if each.told is None or each.cause.about == "closed"
    }
    marked = [
        store.mark(each.code, rest, who=who, now=now, at=clock.real_now())
        for each in left
        if each.code not in aside
    ]
    if as_json:
        output.show_json([_as_json(each) for each in marked])
        return
    click.echo(f"{japanese_date(day)}の {len(marked)}件を「{WORDS[rest]}」にしました。")
    for each_counter in sorted({each.counter for each in marked}):
        there = [each for each in marked if each.counter == each_counter]
        click.echo(f"{city.counter_label(each_counter, short=True)}: {len(there)}件")
        for each in there:
            click.echo(f"　{each.start:%H:%M} {each.code} {_names(each)}")
    if aside:
        click.echo(
            f"次の {len(aside)}件は、席がなかったので記録していません。"
            "来た方は arrived で記録し、知らせていない方には電話して、change か cancel をしてください。"
        )
    for lost in aside.values():
        told = f"連絡済み {told_words(lost.told)}" if lost.told else "知らせていません"
        each = lost.booking
        click.echo(f"　{each.start:%H:%M} {each.code} {_names(each)}（{lost.cause.words}。{told}）")


def _mark(code: str, noted: str, undo: bool, who: str, as_json: bool) -> None:
    city, store, now = load(), open_store(), arguments.now()
    status = "booked" if undo else noted
    before = store.get(code)
    if before is not None and undo and before.status != noted:
        raise Refused(f"予約番号 {code} は「{WORDS[noted]}」ではなく「{WORDS[before.status]}」です。")
    if before is not None and not undo and before.status == noted:
        raise Refused(f"予約番号 {code} は、もう「{WORDS[noted]}」です。")
    lost = _missed(store, city, now).get(code)
    try:
        booking = store.mark(code, status, who=who, now=now, at=clock.real_now())
    except NotChangeable as error:
        raise Refused(words.not_changeable(error.reason, code)) from None
    if lost and status != "booked":
        told = "" if lost.told else "、そのことを知らせた記録もありません"
        click.echo(f"ご注意: この予約には席がなく（{lost.cause.words}）{told}。", err=True)
    _answer(booking, city, as_json, f"「{WORDS[status]}」にしました。")


# Shared --------------------------------------------------------------------------------------


def _known(store: Bookings, code: str) -> Booking:
    booking = store.get(code)
    reason = "unknown" if booking is None else booking.status
    if booking is None or reason != "booked":
        why = words.not_changeable(reason, code)
        if reason in ("arrived", "no_show"):
            command = reason.replace("_", "-")
            why = f"{why.rstrip('。')}（まちがいのときは {command} --undo で戻せます）。"
        raise Refused(why)
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
    click.echo(f"窓口: {city.counter_label(booking.counter)}")
    click.echo(f"お名前: {_names(booking)}")
    click.echo(f"来る方: {day_sheet.who_comes(booking.visit)}")
    click.echo(f"電話: {hyphenated(booking.phone) or '（消去済み）'}")


def _names(booking: Booking) -> str:
    return "、".join(card.name_kana or "（消去済み）" for card in booking.cards)


def _refuse_wrong_time(city: City, expires: date, visit: date, now: datetime) -> None:
    if impossible_expiry(expires, now.date()):
        raise Refused(
            f"有効期限が{japanese_date(expires)}の電子証明書はありませんので、生年月日などとまちがえていないか、確かめてください。"
        )
    if reason := wrong_time(city, expires, visit):
        raise Refused(reason)


def _warn_of_expiry(booking: Booking, now: datetime) -> None:
    """Say which cards end before the visit, while somebody is still on the phone."""
    for day in sorted({card.expires_on for card in booking.cards if card.expires_on}):
        if day < now.date():
            click.echo(f"ご注意: 有効期限（{japanese_date(day)}）が過ぎています。まちがいがないか、お確かめください。", err=True)
        elif day < booking.start.date():
            click.echo(
                f"ご注意: 来庁日（{japanese_date(booking.start.date())}）は、有効期限（{japanese_date(day)}）のあとです。"
                "それでよいか、お確かめください。",
                err=True,
            )


def _refuse_not_bookable(
    store: Bookings, city: City, counter: str, start: datetime, now: datetime, seats: int
) -> None:
    closures = store.closures(start.date(), start.date())
    if reason := slots.why_not_bookable(city, counter, start, now, closures, staff=True):
        why = _why_not(reason, store, city, counter, start).rstrip("。")
        raise Refused(f"{why}（{_near(store, city, counter, start, seats, now)}）。")


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
        return Refused(words.not_changeable(error.reason, code))
    others = _near(store, city, counter, start, seats, now)
    full = "満席" if seats == 1 else f"{seats}枚分の空きがない時刻"
    return Refused(f"{moment(start)}は{full}で、{others}。")


def _near(
    store: Bookings, city: City, counter: str, start: datetime, seats: int, now: datetime
) -> str:
    """Return the nearest free starts in words, at the other counters where this one has none."""
    bookable = [each.id for each in city.bookable_counters]
    for counters in ([counter], bookable):
        here = [each for each in counters if each in bookable]
        near = here and slots.nearest(
            store, city, here, start, now, clock.real_now(), seats, staff=True
        )
        if near:
            named = (
                moment(slot.start)
                + ("" if slot.counter == counter else f"（{city.counter_label(slot.counter, short=True)}）")
                for slot in near
            )
            return f"近い空きは {'、'.join(named)} です"
    return "近い空きもありません"


def _why_not(
    reason: str, store: Bookings, city: City, counter: str, start: datetime
) -> str:
    said = None
    if reason == "closure":
        closures = store.closures(start.date(), start.date())
        said = opening_hours.closure_reason(city, counter, start, closures)
        said = said or opening_hours.closed_because(city, counter, start.date())
    return words.not_bookable(reason, city, counter, start, said)


def _refuse_unasked_split(store: Bookings, hold: Hold, split: bool) -> None:
    """Raise Refused, with how it would be, when the cards do not fit one start. The hold goes."""
    if len(hold.places) > 1 and not split:
        store.release(hold.id)
        parts = "、".join(f"{moment(place.start)}に{place.seats}枚" for place in hold.places)
        raise Refused(
            f"1つの時刻には入りきらず、{parts}に分かれますので、それでよければ --split を付けてください。"
        )


def _note(text: str | None) -> str | None:
    """Return a note without line breaks, None for none. Raises Refused."""
    return None if text is None else arguments.free_text(text, "--note", 200)
