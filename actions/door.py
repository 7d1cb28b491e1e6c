"""Who may call the action server: the bot, with the secret they share, and no page in a browser.

An action does what its call says, in whatever conversation the call names. So a page of another
site, opened on the same machine, must not be able to send one.
"""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from renewal import settings

OURS = frozenset({"127.0.0.1", "localhost", "::1"})
"""Names by which the bot calls: a foreign one is a page whose name was pointed at this machine."""


def guard(app: Sanic) -> None:
    """Let the server refuse every call that is not the bot's (403, without saying why)."""

    @app.middleware("request")
    async def only_from_the_bot(request: Request) -> HTTPResponse | None:
        return None if admits(request) else response.empty(403)


def admits(request: Request) -> bool:
    """Return whether a request may be answered: in production only with the secret, but /health."""
    try:
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname
    except ValueError:
        return False
    if request.ip not in ("127.0.0.1", "::1"):
        return False
    # Browsers name the page's origin, or at least say that they are one.
    if host not in OURS or "origin" in request.headers or "sec-fetch-site" in request.headers:
        return False
    if request.path == "/health":
        return True
    # What a browser may send to another site without asking first is never JSON.
    kind = str(request.headers.get("content-type", "")).partition(";")[0].strip().lower()
    if request.method == "POST" and kind != "application/json":
        return False
    given = request.headers.get(settings.ACTION_HEADER)
    if given is None:
        return not settings.in_production()
    return hmac.compare_digest(given.encode(), settings.action_secret().encode())
