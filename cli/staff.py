"""`renewal staff`: who may use the clerks' console; the first of them can be added only here."""

from __future__ import annotations

import click

from cli.arguments import who_option
from cli.database import open_engine
from cli.refusal import Command, Group, Refused
from renewal import clock
from renewal.city import load
from staff import accounts
from staff.access import ROLES

ROLE = click.Choice(list(ROLES))


@click.group(cls=Group)
def staff() -> None:
    """職員画面の利用者"""


@staff.command("add", cls=Command)
@click.argument("name", metavar="名前")
@click.option("--role", "roles", type=ROLE, multiple=True, required=True,
              help="役割（閲覧、窓口、電話、係長、監査、管理）。くり返せます")  # fmt: skip
@click.option("--counter", "counters", multiple=True, help="この窓口だけ（省くとすべて）。くり返せます")
@who_option
def add(name: str, roles: tuple[str, ...], counters: tuple[str, ...], who: str) -> None:
    """職員画面の利用者を登録し、最初のパスワードを表示します

    本人がはじめてサインインするとき、パスワードと確認コードを決めます。
    """
    if unknown := [each for each in counters if each not in load().counters]:
        raise Refused(f"「{unknown[0]}」という窓口はありません。")
    try:
        password = accounts.add(
            open_engine(), name, roles, counters or None, who=who, at=clock.real_now()
        )
    except accounts.Refused as error:
        raise Refused(str(error)) from None
    click.echo(f"{name} さんを登録しました。最初のパスワード: {password}")


@staff.command("reset", cls=Command)
@click.argument("name", metavar="名前")
@who_option
def reset(name: str, who: str) -> None:
    """パスワードと確認コードを作り直します（「管理」の人が入れなくなったとき）"""
    try:
        password = accounts.reset(open_engine(), name, who=who, at=clock.real_now())
    except accounts.Refused as error:
        raise Refused(str(error)) from None
    click.echo(f"{name} さんの最初のパスワード: {password}")
