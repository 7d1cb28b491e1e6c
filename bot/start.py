"""What is looked at before the bot starts: the city's file, and what production must have."""

from __future__ import annotations

import os
from pathlib import Path

from ruamel.yaml import YAML

from renewal import city, settings


def refusals(arguments: list[str]) -> list[str]:
    """Return why the bot must not start like this, each as a sentence for staff; empty if it may.

    `arguments` are those of Rasa's command line.
    """
    found = []
    try:
        city.load()
    except city.CityError as error:
        found += str(error).splitlines()
    found += _line_half_set()
    if not settings.in_production():
        return found
    credentials = YAML(typ="safe").load(
        Path(_option(arguments, "--credentials") or "credentials.yml")
    )
    if "rest" in (credentials or {}):
        found.append(
            "本番では credentials.yml の rest を消してください。だれの会話にも入れてしまいます。"
        )
    if not os.environ.get("RENEWAL_SECRET_KEY"):
        found.append("環境変数 RENEWAL_SECRET_KEY を設定してください。")
    if os.environ["SANIC_HOST"] != "127.0.0.1" or _option(arguments, "--interface") not in (
        None,
        "127.0.0.1",
    ):
        found.append("ボットは 127.0.0.1 だけで待ち受けます。外への窓口はプロキシにしてください。")
    if "--enable-api" in arguments or "--debug" in arguments:
        found.append("本番では --enable-api と --debug は使えません。")
    return found


def _line_half_set() -> list[str]:
    """Return what is missing where LINE is on with one of its two secrets only."""
    names = ("LINE_CHANNEL_SECRET", "LINE_CHANNEL_ACCESS_TOKEN")
    missing = [name for name in names if not os.environ.get(name, "").strip()]
    if len(missing) != 1:
        return []
    given = next(name for name in names if name not in missing)
    return [
        f"環境変数 {given} はありますが、{missing[0]} が空です。LINE には両方が要ります（docs/line.md の 3）。"
        "LINE を使わないときは、両方を空にしてください。"
    ]


def _option(arguments: list[str], name: str) -> str | None:
    for at, argument in enumerate(arguments):
        if argument == name and at + 1 < len(arguments):
            return arguments[at + 1]
        if argument.startswith(f"{name}="):
            return argument.split("=", 1)[1]
    return None
