"""`renewal opinions`: whether the chat's answers helped, by topic."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta

import click

from cli import arguments, output
from cli.arguments import Day, csv_option, json_option
from cli.database import open_engine
from cli.refusal import Command, Refused
from renewal import opinions as given

_DAYS_BACK = 28


@click.command("opinions", cls=Command)
@click.option("--from", "first", type=Day(past=True), help=f"初めの日（省くと{_DAYS_BACK}日前から）")
@click.option("--to", "last", type=Day(past=True), help="終わりの日（省くと今日まで）")
@csv_option
@json_option
def opinions(first: date | None, last: date | None, as_csv: bool, as_json: bool) -> None:
    """チャットの答えが役に立ったか

    「役に立ちましたか」に押された数と、書かれた理由です。番号は伏せてあります。
    """
    output.refuse_both(as_json, as_csv)
    last = last or arguments.now().date()
    first = first or last - timedelta(days=_DAYS_BACK)
    if first > last:
        raise Refused("--from は --to と同じ日か、それより前の日にしてください。")
    lines = given.counted(open_engine(), first, last)
    output.show(
        ("答え", "はい", "いいえ", "理由"),
        [(line.topic, line.yes, line.no, " / ".join(line.why)) for line in lines],
        [asdict(line) for line in lines],
        as_json=as_json,
        as_csv=as_csv,
        nothing="その期間に、押された方はいません。",
    )
