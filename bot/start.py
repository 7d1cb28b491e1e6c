"""What is looked at before the bot starts: the city's file, and what production must have."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from renewal import settings, start

CHANNELS = frozenset(
    {
        "bot.channels.web.WebChat",
        "bot.channels.page.ChatPage",
        "bot.channels.operation.Operation",
        "bot.channels.line.LineChannel",
    }
)
"""Channels that production may have."""
ARGUMENTS = frozenset({"--model", "-m", "--credentials", "--endpoints", "--port", "-p", "--interface"})
"""Arguments that production may have, spelled out, each with a value of its own."""
LOOPBACK = "127.0.0.1"


def refusals(arguments: list[str]) -> list[str]:
    """Return why the bot must not start like this, each as a sentence for staff; empty if it may.

    `arguments` are those of Rasa's command line, from its command (`run`) on.
    """
    found = [*start.refusals(), *_line_half_set()]
    if not settings.in_production():
        return found
    if arguments[:1] != ["run"]:
        return [*found, "本番で動かせるのは python -m bot run だけです。"]
    given, wrong = _read(arguments[1:])
    found += wrong
    found += _channels(Path(given.get("--credentials", "credentials.yml")))
    if os.environ.get("SANIC_HOST", LOOPBACK) != LOOPBACK or given.get("--interface", LOOPBACK) != LOOPBACK:
        found.append("ボットは 127.0.0.1 だけで待ち受けます。外への窓口はプロキシにしてください。")
    return found


def _read(arguments: list[str]) -> tuple[dict[str, str], list[str]]:
    """Return the arguments' values, and what is refused of them."""
    given: dict[str, str] = {}
    wrong = []
    words = iter(arguments)
    for word in words:
        name, equals, value = word.partition("=")
        if name not in ARGUMENTS:
            allowed = "、".join(sorted(each for each in ARGUMENTS if each.startswith("--")))
            wrong.append(f"本番では「{name}」は使えません。使えるのは {allowed} だけで、略さずに書いてください。")
        elif name in given:
            wrong.append(f"「{name}」が2つあります。1つにしてください。")
        else:
            given[name] = value if equals else next(words, "")
    return given, wrong


def _channels(path: Path) -> list[str]:
    """Return what is wrong with the channels of production."""
    try:
        channels = YAML(typ="safe").load(path) or {}
    except (OSError, YAMLError):
        return [f"{path} が読めません。"]
    if not isinstance(channels, dict) or not channels:
        return [f"{path} に窓口（チャネル）が書かれていません。"]
    found = [
        f"本番では {path.name} の {name} を消してください。だれの会話にも入れてしまうことがあります。"
        for name in channels
        if name not in CHANNELS
    ]
    web = channels.get("bot.channels.web.WebChat") or {}
    for origin in web.get("allowed_origins") or []:
        if not re.fullmatch(r"https://[^*/\s]+", str(origin)):
            found.append(
                f"{path.name} の allowed_origins の「{origin}」は使えません。https://www.example.lg.jp の形にしてください。"
            )
    for proxy in web.get("trusted_proxies") or []:
        if str(proxy) not in (LOOPBACK, "::1"):
            found.append(f"{path.name} の trusted_proxies は、この機械（127.0.0.1）だけにしてください。")
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
