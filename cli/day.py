"""`renewal day`: who comes to a counter on a day, what each brings, and what to check."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import click

from cli import arguments, output
from cli.arguments import counter_option, json_option, who_option
from cli.bookings import lost_json, told_words
from cli.database import open_store
from cli.refusal import Command, Refused
from renewal import clock
from renewal.bookings import Booking, WithoutSeat
from renewal.city import City, load
from renewal.date_words import japanese_date
from renewal.day_sheet import Sheet, checks, sheets, who_comes
from renewal.words import WORDS

_DAYS_AT_MOST = 31


@click.command("day", cls=Command)
@arguments.days_options
@counter_option
@who_option
@json_option
def day_sheet(
    day: date | None,
    first: date | None,
    last: date | None,
    counter: str | None,
    who: str,
    as_json: bool,
) -> None:
    """1日の予約表（印刷用）

    --from と --to で、何日分かをまとめて出せます。予約のない休みの日は省きます。
    電話番号は載せません。電話番号は bookings search で見られます。
    """
    city, now, store = load(), arguments.now(), open_store()
    arguments.counter_with_bookings(city, store, counter)
    range_wanted = day is None and (first or last)
    first, last = arguments.span(day, first, last)
    first = first or now.date()
    last = last or first
    if first > last:
        raise Refused("--from は --to と同じ日か、それより前の日にしてください。")
    if last - first >= timedelta(days=_DAYS_AT_MOST):
        raise Refused(f"1度に出せるのは {_DAYS_AT_MOST}日分までです。")
    days = []
    for offset in range((last - first).days + 1):
        this = first + timedelta(days=offset)
        found = sheets(store, city, this, now, counter)
        if range_wanted:
            found = [each for each in found if each.bookings or not each.closed]
        if found or not range_wanted:
            days.append((this, found))
    seen = [booking for _day, found in days for sheet in found for booking in sheet.bookings]
    store.record_view(
        who, "day", seen, at=clock.real_now(), date=first.isoformat(),
        last=last.isoformat() if last > first else None, counter=counter,
    )  # fmt: skip
    if as_json:
        listed = [_day_json(this, found) for this, found in days]
        output.show_json(listed if range_wanted else listed[0])
        return
    if not days:
        click.echo("その期間に、開いている窓口も予約もありません。")
    for _this, found in days:
        for sheet in found:
            _print_sheet(sheet, city, now)


def _day_json(day: date, found: list[Sheet]) -> dict[str, Any]:
    return {
        "date": day.isoformat(),
        "counters": [
            {
                "counter": sheet.counter,
                "label": sheet.label,
                "closed": sheet.closed,
                "changes": list(sheet.changes),
                "visits": [
                    _visit(booking, sheet.lost.get(booking.code)) for booking in sheet.bookings
                ],
            }
            for sheet in found
        ],
    }


def _visit(booking: Booking, lost: WithoutSeat | None) -> dict[str, Any]:
    """Return one line of the sheet: no phone number, nothing of the conversation."""
    visit = booking.visit
    return {
        "start": booking.start.isoformat(),
        "code": booking.code,
        "status": booking.status,
        "applicant": visit.applicant,
        "visitor_name": visit.visitor_name,
        "cards": [
            {
                "name_kana": card.name_kana,
                "holder": card.holder,
                "applicant": booking.applicant_for(card),
                "documents": list(card.documents),
                "check": list(checks(card, booking)),
            }
            for card in visit.cards
        ],
        "places": [
            {"start": place.start.isoformat(), "seats": place.seats} for place in booking.places
        ],
        "note": visit.note,
        "call": lost.cause.words if lost and not lost.told else None,
        "without_seat": lost_json(lost) if lost else None,
    }


# On paper ------------------------------------------------------------------------------------


def _print_sheet(sheet: Sheet, city: City, now: datetime) -> None:
    cards = sum(len(booking.cards) for booking in sheet.bookings)
    click.echo("━" * 36)
    click.echo(f"{japanese_date(sheet.day)}　{sheet.label}")
    click.echo(f"予約 {len(sheet.bookings)}件　カード {cards}枚　（{now:%m/%d %H:%M} 現在）")
    click.echo("━" * 36)
    if sheet.closed:
        click.echo(sheet.closed)
    for change in sheet.changes:
        click.echo(change)
    if not sheet.bookings:
        click.echo("予約はありません。")
    for booking in sheet.bookings:
        _print_visit(
            booking, sheet.lost.get(booking.code), booking.code in sheet.again, city, now
        )
    click.echo()


def _print_visit(
    booking: Booking, lost: WithoutSeat | None, is_again: bool, city: City, now: datetime
) -> None:
    visit = booking.visit
    who = who_comes(visit)
    status = "" if booking.status == "booked" else f"　【{WORDS[booking.status]}】"
    click.echo(f"\n{booking.start:%H:%M}　{booking.code}　来る方: {who}{status}")
    if lost and lost.told:
        click.echo(f"  席がありません: {lost.cause.words}（連絡済み {told_words(lost.told)}）")
    elif lost and booking.start <= now:
        click.echo(f"  ！席がないこと（{lost.cause.words}）を、知らせないうちに時刻が過ぎました。連絡が必要")
    elif lost:
        click.echo(f"  ！席がありません。連絡が必要: {lost.cause.words}")
    if is_again:
        click.echo("  ！席が戻りました。席がないと伝えてあるので、もう一度連絡が必要")
    if len(booking.places) > 1:
        split = (f"{place.start:%H:%M} {place.seats}枚" for place in booking.places)
        click.echo(f"  時刻の分かれ: {'、'.join(split)}")
    for card in visit.cards:
        name = card.name_kana or "（消去済み）"
        click.echo(f"  □ {name}（{WORDS[card.holder]}）")
        brings = (city.documents[item].label.split("（")[0] for item in card.documents)
        click.echo(f"     持ち物: {'、'.join(brings)}")
        for check in checks(card, booking):
            click.echo(f"     確認: {check}")
    if visit.note:
        click.echo(f"  メモ: {visit.note}")
