"""`renewal bookings floods` and the undoing of one: many bookings by one phone or from one address."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import click

from cli import arguments, output
from cli.arguments import json_option, who_option
from cli.database import open_store
from cli.refusal import Command, Refused
from renewal import clock
from renewal.bookings import Booking, Bookings, NotChangeable, bounds
from renewal.city import City, load
from renewal.clock import TOKYO
from renewal.date_words import short_date
from renewal.phone_numbers import hyphenated

SHORT = 8
"""Characters of an address's hash by which staff name it."""


@click.command("floods", cls=Command)
@click.option("--least", type=click.IntRange(1), default=10, show_default=True, help="何件から出すか")
@who_option
@json_option
def floods(least: int, who: str, as_json: bool) -> None:
    """同じアドレスからの予約が多いものの一覧（この6日間）

    アドレスそのものは残していません。左の記号を bookings cancel --from-flood に書くと、まとめて取り消せます。
    """
    store, at = open_store(), clock.real_now()
    found = bounds.floods(store.engine, at, least)
    store.record(who, "floods", at=at, detail={"addresses": len(found)})
    output.show(
        ("アドレスの記号", "予約", "うち有効", "最初", "最後"),
        [
            (
                flood.source[:SHORT],
                str(flood.made),
                str(flood.live),
                f"{flood.first.astimezone(TOKYO):%m-%d %H:%M}",
                f"{flood.last.astimezone(TOKYO):%m-%d %H:%M}",
            )
            for flood in found
        ],
        [
            {
                "source": flood.source[:SHORT], "made": flood.made, "live": flood.live,
                "first": flood.first.astimezone(TOKYO).isoformat(),
                "last": flood.last.astimezone(TOKYO).isoformat(),
            }
            for flood in found
        ],
        as_json=as_json,
        nothing="多すぎる予約はありません。",
    )  # fmt: skip


def cancel_many(
    phone: str | None, source: str | None, confirm: bool, call: bool, who: str, as_json: bool
) -> None:
    """Cancel every live booking to come of a phone number or from an address; without `confirm` show them.

    `call`: somebody is to phone about it.
    """
    city, store = load(), open_store()
    found = _found(store, phone, source)
    if not found:
        raise Refused("あてはまる、これからの予約はありません。")
    if not confirm:
        by = ["phone"] if phone is not None else ["source"]
        store.record_view(who, "list", found, at=clock.real_now(), by=by)
        _show(found, city, as_json, done=False)
        if not as_json:
            click.echo(f"{len(found)}件あります。取り消すには、同じ指定に --confirm と、--told か --call を付けてください。")
        return
    cancelled = [booking for booking in found if _cancelled(store, booking, city, call, who)]
    _show(cancelled, city, as_json, done=True)
    if not as_json:
        click.echo(f"{len(cancelled)}件を取り消しました。")


def _found(store: Bookings, phone: str | None, source: str | None) -> list[Booking]:
    now = arguments.now()
    if phone is not None:
        digits = "".join(filter(str.isdigit, phone))
        if len(digits) < 10:
            raise Refused("--phone には、電話番号をすべて書いてください。")
        found = [each for each in store.list_bookings(phone=digits) if each.phone == digits]
    else:
        if len(str(source)) < SHORT:
            raise Refused("--from-flood には、bookings floods で出る記号を書いてください。")
        codes = set(bounds.codes_from(store.engine, str(source)))
        found = [each for each in store.list_bookings() if each.code in codes]
    return [each for each in found if each.status == "booked" and each.start > now]


def _cancelled(store: Bookings, booking: Booking, city: City, call: bool, who: str) -> bool:
    try:
        store.cancel(
            booking.code, key=uuid.uuid4().hex, city=city, now=arguments.now(),
            at=clock.real_now(), who=who, call=call,
        )  # fmt: skip
    except NotChangeable:  # meanwhile cancelled by somebody else
        return False
    return True


def _show(found: Sequence[Booking], city: City, as_json: bool, *, done: bool) -> None:
    output.show(
        ("予約番号", "日時", "窓口", "お名前", "電話", "登録"),
        [
            (
                booking.code,
                f"{short_date(booking.start.date())}{booking.start:%H:%M}",
                city.counter_label(booking.counter, short=True),
                "、".join(card.name_kana or "" for card in booking.cards),
                hyphenated(booking.phone),
                f"{booking.created_at:%m-%d %H:%M}",
            )
            for booking in found
        ],
        [booking.as_json() | {"cancelled": done} for booking in found],
        as_json=as_json,
        nothing="予約はありません。",
    )
