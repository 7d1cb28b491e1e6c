"""A city's site of another origin, under a strict policy of its own, that embeds the chat."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGE = """<!doctype html>
<html lang="ja"><head><meta charset="utf-8"><title>別の市のページ</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>別の市のページ</h1></main>
<script type="module" src="{bot}/chat/renewal-chat.js" {attributes}></script></body></html>"""
POLICY = "default-src 'none'; script-src {bot}; connect-src {connect}; require-trusted-types-for 'script'"


class OtherSite:
    """Answers /?bot=ORIGIN&attributes=…&connect=ORIGIN with a page that embeds the bot's chat."""

    def __enter__(self) -> OtherSite:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()

    @property
    def url(self) -> str:
        """The site's origin; another host than the bot's, so that no cookie comes along."""
        return f"http://localhost:{self._server.server_port}"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # noqa: N802 — the library's name
        asked = parse_qs(urlsplit(self.path).query)
        bot = asked.get("bot", [""])[0]
        connect = asked.get("connect", [bot])[0]
        page = PAGE.format(bot=bot, attributes=asked.get("attributes", [""])[0]).encode()
        self.send_response(200 if bot else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", POLICY.format(bot=bot, connect=connect))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
