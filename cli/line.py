"""`renewal line`: setting up the city's LINE account, and checking it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from cli.arguments import json_option
from cli.output import show_json
from cli.refusal import Group, Refused


@click.group(cls=Group)
def line() -> None:
    """LINE の用意と確認"""


@line.command("setup")
@click.option("--default", "make_default", is_flag=True, help="ほかのメニューがあっても取り替える")
@json_option
def set_up(make_default: bool, as_json: bool) -> None:
    """リッチメニューと Webhook の住所を登録します

    何度実行しても同じです。したことを表示します。
    """
    from bot.line import account, rich_menu
    from bot.line.api import Line

    _refuse_missing()

    async def run() -> list[str]:
        async with Line() as connection:
            return await account.set_up(connection, make_default)

    try:
        said = asyncio.run(run())
    except rich_menu.NoJapaneseFont as error:
        raise click.ClickException(str(error)) from None
    except Exception as error:
        raise click.ClickException(account.explain(error)) from None
    if as_json:
        show_json({"done": said})
    else:
        click.echo("\n".join(said))


@line.command("check")
@json_option
def check(as_json: bool) -> None:
    """LINE につながるか、何を直すか、今月あと何通送れるか

    直すところがあると、終了コードは 1 です。
    """
    from bot.line import account
    from bot.line.api import Line

    _refuse_missing()

    async def run() -> tuple[list[str], list[str]]:
        async with Line() as connection:
            return await account.check(connection)

    try:
        well, wrong = asyncio.run(run())
    except Exception as error:
        well, wrong = [], [account.explain(error)]
    if as_json:
        show_json({"well": well, "wrong": wrong})
    else:
        click.echo("\n".join([*(f"○ {each}" for each in well), *(f"× {each}" for each in wrong)]))
    if wrong:
        raise click.exceptions.Exit(1)


@line.command("menu")
@click.argument("file", type=click.Path(path_type=Path), metavar="ファイル")
def menu(file: Path) -> None:
    """リッチメニューの絵を保存します（PNG）"""
    from bot.line import rich_menu

    try:
        file.write_bytes(rich_menu.draw())
    except rich_menu.NoJapaneseFont as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise Refused(f"{file} に書けません（{error.strerror}）。") from None
    click.echo(f"{file} に保存しました。")


def _refuse_missing(only_to_send: bool = False) -> None:
    from bot.line import account

    if missing := account.missing(only_to_send):
        raise Refused("\n".join(missing))



@line.command("remind")
@json_option
def remind(as_json: bool) -> None:
    """いま送るべきお知らせを送ります

    ボットも1分ごとに送ります。両方が動いても、同じお知らせは1回だけです。
    """
    from bot.line import account
    from bot.line.api import Line
    from bot.line.reminders import Sender
    from cli.database import open_store
    from renewal import city

    _refuse_missing(only_to_send=True)
    store = open_store()

    async def run() -> dict[str, int]:
        async with Line() as connection:
            return dict(await Sender(connection, store, city.load()).send_due())

    try:
        ended = asyncio.run(run())
    except OSError as error:
        raise click.ClickException(account.explain(error)) from None
    if as_json:
        show_json(ended)
    else:
        said = [f"{_ENDED[status]}: {count}件" for status, count in ended.items()]
        click.echo("\n".join(said) or "いま送るお知らせはありません。")


_ENDED = {
    "sent": "送りました",
    "quota_used_up": "今月の上限のため、送れませんでした（renewal calls に載ります）",
    "given_up": "送れませんでした（renewal calls に載ります）",
    "refused": "LINE が受け取りませんでした（renewal calls に載ります）",
    "unknown_user": "相手に届きませんでした（renewal calls に載ります）",
    "no_line": "LINE での予約ではありません（renewal calls に載ります）",
    "switched_off": "お知らせを止めている方です",
    "overtaken": "予約が変わったか取り消されました",
    "too_late": "お知らせの時間を過ぎました",
    "failed": "うまくいかず、あとでもう一度送ります",
}
