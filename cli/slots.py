"""`renewal slots`: what citizens can book now."""

from __future__ import annotations

from datetime import date

import click

from cli import arguments, output
from cli.arguments import Day, json_option
from cli.database import open_store
from cli.refusal import Command, Refused
from renewal import clock, day_sheet, slots, words
from renewal.city import City, load
from renewal.date_words import japanese_date, short_date


@click.command("slots", cls=Command)
@click.option("--counter", required=True, help="窓口（city.yml の counters の見出し）")
@click.option("--from", "first", type=Day(), help="初めの日（省くと予約できる最初の日）")
@click.option("--to", "last", type=Day(), help="終わりの日（省くと予約できる最後の日）")
@click.option("--staff", is_flag=True, help="職員が登録できる日時（当日も）")
@json_option
def free_slots(
    counter: str, first: date | None, last: date | None, staff: bool, as_json: bool
) -> None:
    """予約できる日時と空き"""
    city, now = load(), arguments.now()
    arguments.counter_of(city, counter)
    earliest, latest = slots.bookable_range(city, now, staff)
    first, last = first or earliest, last or latest
    if first > last:
        raise Refused("--from は --to と同じ日か、それより前の日にしてください。")
    found = slots.slots(
        open_store(), city, counter, first, last, now, clock.real_now(), staff
    )
    output.show(
        ("日", "時刻", "空き", "席"),
        [
            (
                short_date(slot.start.date()),
                f"{slot.start:%H:%M}",
                slot.free or "満席",
                slot.capacity,
            )
            for slot in found
        ],
        [
            {
                "start": slot.start.isoformat(),
                "counter": slot.counter,
                "capacity": slot.capacity,
                "free": slot.free,
            }
            for slot in found
        ],
        as_json=as_json,
        nothing=_nothing(city, counter, first, last, (earliest, latest)),
    )


def _nothing(
    city: City, counter: str, first: date, last: date, bookable: tuple[date, date]
) -> str:
    """Return that there is nothing to show, and why."""
    why: str | None = None
    if not city.counters[counter].bookable:
        why = words.not_bookable("disabled", city, counter, clock.now())
    elif last < bookable[0] or first > bookable[1]:
        days = f"{japanese_date(bookable[0])}から{japanese_date(bookable[1])}まで"
        why = f"いま予約できるのは、{days}です。"
    elif first == last:
        why = day_sheet.closed_because(city, counter, first, open_store().closures(first, last))
    said = "その期間に、予約できる日時はありません"
    return f"{said}（{why.rstrip('。')}）。" if why else f"{said}。"
