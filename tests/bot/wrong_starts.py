"""Ways to start production that must be refused: arguments, environment, credentials.yml."""

from __future__ import annotations

WEB = "bot.channels.web.WebChat: {}\n"
Start = tuple[list[str], dict[str, str], str | None]


def _argued(*arguments: str) -> Start:
    return ["run", *arguments], {}, None


def _in(**environment: str) -> Start:
    return ["run"], environment, None


def _with(channels: str) -> Start:
    return ["run"], {}, channels


WRONG_STARTS: dict[str, Start] = {
    "no key": _in(RENEWAL_SECRET_KEY=""),
    "a letter for a key": _in(RENEWAL_SECRET_KEY="a"),
    "a short key": _in(RENEWAL_SECRET_KEY="b7f1c09a5d3e4826"),
    "one letter 64 times": _in(RENEWAL_SECRET_KEY="a" * 64),
    "a word again and again": _in(RENEWAL_SECRET_KEY="k3!x" * 12),
    "letters in their order": _in(RENEWAL_SECRET_KEY="abcdefghijklmnopqrstuvwxyzabcdefghijkl"),
    "the example": _in(RENEWAL_SECRET_KEY="changeme-changeme-please-0192837465"),
    "a sentence with password": _in(RENEWAL_SECRET_KEY="the-password-of-our-lovely-city-2026-x"),
    "the city's name": _in(RENEWAL_SECRET_KEY="fukushima-7h3k2j1l0q9w8e7r6t5y4u3i2o1p"),
    "Production": _in(RENEWAL_ENV="Production"),
    "prod": _in(RENEWAL_ENV="prod"),
    "staging": _in(RENEWAL_ENV="staging"),
    "a clock that stands": _in(RENEWAL_NOW="2026-11-24T10:00:00+09:00"),
    "logging of everything": _in(LOG_LEVEL="debug"),
    "LINE half set": _in(LINE_CHANNEL_SECRET="c" * 32, LINE_CHANNEL_ACCESS_TOKEN=""),
    "Sanic on all addresses": _in(SANIC_HOST="0.0.0.0"),
    "--enable-api": _argued("--enable-api"),
    "--enable-ap": _argued("--enable-ap"),
    "--debug": _argued("--debug"),
    "-vv": _argued("-vv"),
    "--verbose": _argued("--verbose"),
    "--cors *": _argued("--cors", "*"),
    "--cors=*": _argued("--cors=*"),
    "--interface 0.0.0.0": _argued("--interface", "0.0.0.0"),
    "--interface=0.0.0.0": _argued("--interface=0.0.0.0"),
    "-i0.0.0.0": _argued("-i0.0.0.0"),
    "--interf": _argued("--interf", "0.0.0.0"),
    "two --interface": _argued("--interface", "127.0.0.1", "--interface", "0.0.0.0"),
    "two --credentials": _argued("--credentials", "credentials.yml"),
    "--auth-token": _argued("--auth-token", "x"),
    "--connector": _argued("--connector", "rest"),
    "--remote-storage": _argued("--remote-storage", "aws"),
    "run actions": _argued("actions"),
    "a model by its place": _argued("models/other.tar.gz"),
    "shell": (["shell"], {}, None),
    "interactive": (["interactive"], {}, None),
    "rest": _with(WEB + "rest:\n"),
    "socketio": _with(WEB + "socketio: {}\n"),
    "callback": _with(WEB + "callback: {url: http://localhost}\n"),
    "another module": _with(WEB + "somebody.else.Channel:\n"),
    "any site may embed": _with("bot.channels.web.WebChat: {allowed_origins: ['*']}\n"),
    "a site without TLS": _with("bot.channels.web.WebChat: {allowed_origins: ['http://a.jp']}\n"),
    "every proxy is believed": _with("bot.channels.web.WebChat: {trusted_proxies: ['0.0.0.0/0']}\n"),
    "no channel": _with("{}\n"),
    "no YAML": _with("a: [\n"),
}
