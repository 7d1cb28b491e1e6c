"""`renewal city`: a city's file checked, and the JSON Schema of such files."""

from __future__ import annotations

import json
from pathlib import Path

import click

from cli.refusal import Command, Group
from renewal import city as city_module


@click.group("city", cls=Group)
def city() -> None:
    """市のファイル（city.yml）の点検"""


@city.command("check", cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """市のファイルを点検します

    書きまちがいがあれば、行の番号、どこがちがうか、何が書けるかを表示します。faq の尋ね方が、ボットが
    もう答えている質問と重なるときも、その質問の名前を示して断ります。
    """
    found = city_module.load(file)
    if found.faq:
        from bot import faq

        if mistakes := faq.taught(found).mistakes():
            raise city_module.CityError("\n".join(mistakes))
    counters = "、".join(counter.short_label for counter in found.open_counters)
    click.echo(f"{found.name}のファイルは使えます。窓口: {counters}")
    if found.faq:
        click.echo(f"質問と答え: {'、'.join(each.called for each in found.faq.values())}")
    if found.unconfirmed:
        click.echo(f"まだ確かめていない値（!unconfirmed）が {len(found.unconfirmed)} あります。")


@city.command("schema", cls=Command)
def schema() -> None:
    """エディター用の JSON Schema を表示します（city.schema.json）"""
    click.echo(json.dumps(city_module.json_schema(), ensure_ascii=False, indent=2))
