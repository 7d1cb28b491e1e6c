"""`renewal day`: who comes to a counter on a day, what each brings, and what to check."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import click

from cli import arguments, output
from cli.arguments import Day, counter_option, json_option, who_option
from cli.bookings import calls_for, note_view
from cli.database import open_store
from cli.refusal import Command
from renewal import certificate, opening_hours
from renewal.bookings import Booking, Card
from renewal.certificate import Status
from renewal.city import City, load
from renewal.date_words import japanese_date, short_date

_NEAR_EXPIRY = timedelta(days=14)
"""With fewer days left there is hardly time for a second visit."""

_PINS = {"juki": "住民基本台帳用", "user": "利用者証明用", "sign": "署名用"}
_CLOSED = {
    "disabled": "この窓口は、まだここでは予約できません。",
    "year_end": "年末年始の休みです。",
    "weekend": "土日の休みです。",
    "no_hours": "受付のない曜日です。",
}


@click.command("day", cls=Command)
@click.option("--date", "day", type=Day(), help="来庁日（省くと今日）")
@counter_option
@who_option
@json_option
def day_sheet(day: date | None, counter: str | None, who: str, as_json: bool) -> None:
    """1日の予約表（印刷用）

    電話番号は載せません。電話番号は bookings search で見られます。
    """
    city, now, store = load(), arguments.now(), open_store()
    day = day or now.date()
    if counter is not None:
        arguments.counter_of(city, counter)
    found = store.list_bookings(
        first=day, counter=counter, statuses=("booked", "arrived", "no_show")
    )
    note_view(store, who, "day", found, date=day.isoformat(), counter=counter)
    calls = calls_for(store, city, found)
    closures = store.closures(day, day)
    wanted = [counter] if counter else [each.id for each in city.bookable_counters]
    # A counter that has been taken out of city.yml can still have visitors.
    wanted += sorted({booking.counter for booking in found} - set(wanted))
    sheet = [
        {
            "counter": id_,
            "label": city.counters[id_].label if id_ in city.counters else id_,
            "closed": closed_because(city, id_, day, closures),
            "visits": [
                _visit(booking, calls.get(booking.code))
                for booking in found
                if booking.counter == id_
            ],
        }
        for id_ in wanted
    ]
    if as_json:
        output.show_json({"date": day.isoformat(), "counters": sheet})
        return
    for place in sheet:
        _print_counter(place, city, day, now)


def closed_because(
    city: City, counter_id: str, day: date, closures: list[opening_hours.Closure]
) -> str | None:
    """Return a sentence on why the counter has no start that day, or None when it has one."""
    if counter_id not in city.counters:
        return "この窓口は、city.yml にありません。"
    why = opening_hours.why_closed(city, counter_id, day, closures)
    if why == "holiday":
        return f"祝日（{opening_hours.is_holiday(day)}）の休みです。"
    if why == "closure":
        reasons = [each.reason for each in closures if each.counter in (None, counter_id)]
        return f"臨時の休みです（{'、'.join(reasons)}）。"
    return _CLOSED[why] if why else None


def _visit(booking: Booking, call: str | None) -> dict[str, Any]:
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
        "call": call,
    }


def checks(card: Card, booking: Booking) -> Iterator[str]:
    """Yield what the counter has to look at for this card, in Japanese."""
    if card.forgotten_pins:
        kinds = "・".join(name for pin, name in _PINS.items() if pin in card.forgotten_pins)
        yield f"暗証番号を忘れている（{kinds}）"
    if "inquiry_form" in card.documents:
        yield "照会書兼回答書は、本人が書いたものか、用紙の期限のうちか"
    if card.same_household:
        yield "続柄の証明は省略: 同一世帯か"
    if card.honseki_in_city:
        yield "続柄の証明は省略: 本市本籍か"
    if card.holder == "under_15":
        yield "来庁日に15歳未満か"
    yield from expiry_checks(card, booking.start.date())
    if card.note:
        yield card.note


def expiry_checks(card: Card, visit: date) -> Iterator[str]:
    """Yield what is to be looked at in the certificate's last day, given the day of the visit."""
    if card.expires_on is None:
        if card.name_kana is not None:  # with the name, the date is deleted too
            yield "有効期限を聞いていない"
        return
    window = certificate.renewal_window(card.expires_on)
    status, left = window.status(visit), card.expires_on - visit
    if status is Status.TOO_EARLY:
        yield f"まだ更新できない（{short_date(window.renewable_from)}から）"
    elif status is Status.EXPIRED:
        yield f"有効期限が過ぎている（{japanese_date(card.expires_on)}）"
    elif left <= _NEAR_EXPIRY:
        yield f"有効期限が近い（{short_date(card.expires_on)}、あと{left.days}日）"


# On paper ------------------------------------------------------------------------------------


def _print_counter(place: dict[str, Any], city: City, day: date, now: datetime) -> None:
    visits = place["visits"]
    cards = sum(len(visit["cards"]) for visit in visits)
    click.echo("━" * 36)
    click.echo(f"{japanese_date(day)}　{place['label']}")
    click.echo(f"予約 {len(visits)}件　カード {cards}枚　（{now:%m/%d %H:%M} 現在）")
    click.echo("━" * 36)
    if place["closed"]:
        click.echo(place["closed"])
    if not visits:
        click.echo("予約はありません。")
    for visit in visits:
        _print_visit(visit, city)
    click.echo()


def _print_visit(visit: dict[str, Any], city: City) -> None:
    start = datetime.fromisoformat(visit["start"])
    who = output.WORDS[visit["applicant"]]
    if visit["visitor_name"]:
        who += f" {visit['visitor_name']}"
    status = "" if visit["status"] == "booked" else f"　【{output.WORDS[visit['status']]}】"
    click.echo(f"\n{start:%H:%M}　{visit['code']}　来る方: {who}{status}")
    if visit["call"]:
        click.echo(f"  ！連絡が必要: {visit['call']}")
    if len(visit["places"]) > 1:
        split = (
            f"{datetime.fromisoformat(part['start']):%H:%M} {part['seats']}枚"
            for part in visit["places"]
        )
        click.echo(f"  時刻の分かれ: {'、'.join(split)}")
    for card in visit["cards"]:
        name = card["name_kana"] or "（消去済み）"
        click.echo(f"  □ {name}（{output.WORDS[card['holder']]}）")
        brings = (city.documents[item].label.split("（")[0] for item in card["documents"])
        click.echo(f"     持ち物: {'、'.join(brings)}")
        for check in card["check"]:
            click.echo(f"     確認: {check}")
    if visit["note"]:
        click.echo(f"  メモ: {visit['note']}")
