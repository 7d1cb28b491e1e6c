"""The sample city page at /chat/ with the widget in it, and the word that the bot is ready.

Telephone numbers and hours in the pages come from city.yml; they are filled in at the start.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import html
import json
from collections.abc import Awaitable, Callable
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from renewal import city, hours_in_words, settings
from renewal.city import City, Counter
from renewal.date_words import japanese_time
from renewal.documents import USUAL_CASES, documents

WEB = Path(__file__).resolve().parent.parent / "web"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
)
"""Nothing from elsewhere, nothing inline, and no text ever read as HTML."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-cache",
}


class ChatPage(InputChannel):
    """Serves the pages and the widget's files; the widget speaks to the channel `web`."""

    @classmethod
    def name(cls) -> str:
        return "page"

    def url_prefix(self) -> str:
        return "/chat"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        page = Blueprint("chat_page")
        facts = page_facts(city.load())
        files = {p.name: p.read_bytes() for p in WEB.iterdir() if p.suffix in TYPES}
        files["city.js"] = facts["module"].encode()

        def filled(request: Request, name: str, **more: str) -> HTTPResponse:
            template = Template((WEB / name).read_text(encoding="utf-8"))
            return sent(request, template.substitute({**facts, **more}).encode(), ".html")

        @page.get("/")
        async def show(request: Request) -> HTTPResponse:
            return filled(request, "index.html")

        @page.get("/embed")
        async def embed(request: Request) -> HTTPResponse:
            scheme = "https" if settings.in_production() else request.scheme
            return filled(request, "embed.html", origin=html.escape(f"{scheme}://{request.host}"))

        @page.get(r"/<name:[a-z-]+\.[a-z]+>")
        async def asset(request: Request, name: str) -> HTTPResponse:
            if name not in files:
                return response.empty(status=404)
            return sent(request, files[name], Path(name).suffix)

        @page.listener("after_server_start")
        async def warm_up(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
            # The first sentence through the model takes seconds; nobody should wait for it.
            await app.ctx.agent.parse_message("更新の予約をしたい")
            port = app.state.port or 5005
            print(f"\n● 準備ができました。 http://localhost:{port}/chat/\n", flush=True)  # noqa: T201

        return page


def sent(request: Request, body: bytes, suffix: str) -> HTTPResponse:
    """Return a file as small as the browser can take it, or nothing when it has it already.

    Another site's page may load the widget's files as well.
    """
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**HEADERS, "ETag": tag, "Vary": "Accept-Encoding"}
    if suffix != ".html":
        headers["Access-Control-Allow-Origin"] = "*"
    if request.headers.get("if-none-match") == tag:
        return response.empty(304, headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        body, headers["Content-Encoding"] = _small(body), "gzip"
    kind = {".html": "text/html", **TYPES}[suffix]
    return response.raw(body, headers=headers, content_type=f"{kind}; charset=utf-8")


@lru_cache(maxsize=32)
def _small(body: bytes) -> bytes:
    return gzip.compress(body, 9)


def page_facts(the_city: City) -> dict[str, str]:
    """Return what the pages say of city.yml, as HTML, and the widget's module of it."""
    centre = the_city.call_centre
    days = hours_in_words.days_in_words(centre.days)
    hours = f"{days} {japanese_time(centre.open)}から{japanese_time(centre.close)}まで"
    contact = {"city": the_city.name, "name": centre.name, "phone": centre.phone, "hours": hours}
    facts = {
        "city": the_city.name,
        "department": the_city.department.name,
        "page_number": f"ページ番号 {the_city.source.page}" if the_city.source.page else "",
        "centre": centre.name,
        "phone": centre.phone,
        "phone_hours": hours,
        "national": the_city.national_line.name,
        "national_phone": the_city.national_line.phone,
        "closed": hours_in_words.closed_in_words(the_city),
        "exceptions": hours_in_words.exceptions_in_words(the_city),
        "horizon": hours_in_words.horizon_in_words(the_city),
    }
    escaped = {name: html.escape(value) for name, value in facts.items()}
    escaped["counters"] = "\n".join(_counter_row(each) for each in the_city.open_counters)
    for name, case in USUAL_CASES.items():
        items = documents(case, the_city)
        escaped[f"documents_{name}"] = "".join(f"<li>{html.escape(item.label)}</li>" for item in items)
    header = Template((WEB / "header.html").read_text(encoding="utf-8"))
    escaped["header"] = header.substitute(escaped)
    escaped["module"] = f"export default {json.dumps(contact, ensure_ascii=False)};\n"
    return escaped


def _counter_row(counter: Counter) -> str:
    times = [
        hours_in_words.hours_in_words(counter, hours) + ("（夜間の臨時窓口）" if hours.kind == "evening" else "")
        for hours in counter.hours
    ]
    rows = "<br>".join(html.escape(each) for each in times)
    return f'<tr><th scope="row">{html.escape(counter.label)}</th><td>{rows}</td></tr>'
