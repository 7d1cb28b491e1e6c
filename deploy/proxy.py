"""The proxy of `make run-cluster`: what deploy/nginx.conf does, in a few lines, for one desk.

    python -m deploy.proxy SORRY.JSON PORT WORKER,WORKER ACTION_PORT ACTIONS,ACTIONS

A conversation goes to one worker as long as that answers, else to the next. A request that got no
answer is given to another: messages and actions carry ids, so that nothing is done twice.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
from aiohttp import web

PUBLIC = ("/chat/", "/webhooks/web/", "/webhooks/line/webhook", "/webhooks/line/visit.ics")
LONGEST_BODY = 1 << 20
TIMEOUT = aiohttp.ClientTimeout(connect=2, sock_read=60)
ONE_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}


def conversation_of(request: web.Request) -> str:
    """Return what names the conversation, the same in every request of it."""
    cookies = request.cookies
    ticket = cookies.get("__Host-renewal_chat") or cookies.get("renewal_chat")
    ticket = ticket or request.headers.get("Authorization", "")
    named = re.match(r"(?:Bearer )?([\w-]+)\.", ticket)
    return named[1] if named else ""


def in_turn(servers: list[str], key: str) -> list[str]:
    """Return the servers in the order in which this key tries them; it keeps when one is added."""
    return sorted(servers, key=lambda server: hashlib.sha256(f"{key} {server}".encode()).digest())


def handler(
    servers: list[str], key_of: Callable[[web.Request], str], public: tuple[str, ...]
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Return the handler that passes requests on."""

    async def pass_on(request: web.Request) -> web.StreamResponse:
        if not request.path.startswith(public):
            return web.Response(status=404)
        body = await request.read()
        headers = {k: v for k, v in request.headers.items() if k.lower() not in ONE_HOP}
        headers["Host"] = request.host
        if public != ("/",):
            headers["X-Forwarded-For"] = request.remote or ""
        for server in in_turn(servers, key_of(request)):
            url = f"http://127.0.0.1:{server}{request.raw_path}"
            try:
                async with request.app["session"].request(
                    request.method, url, headers=headers, data=body, allow_redirects=False
                ) as answer:
                    if answer.status != 503:
                        return await _stream(request, answer)
            except (aiohttp.ClientConnectionError, asyncio.TimeoutError):
                continue
        return web.Response(status=503, text=request.app["sorry"], content_type="application/json")

    return pass_on


async def _stream(request: web.Request, answer: aiohttp.ClientResponse) -> web.StreamResponse:
    passed = web.StreamResponse(status=answer.status)
    for name, value in answer.headers.items():
        if name.lower() not in ONE_HOP:
            passed.headers.add(name, value)
    await passed.prepare(request)
    try:
        async for part in answer.content.iter_any():
            await passed.write(part)
    except aiohttp.ClientError:
        # The worker died in the middle; so does this connection, and the browser sends it again.
        if request.transport:
            request.transport.close()
        return passed
    await passed.write_eof()
    return passed


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def serve(port: int, sorry: str, pass_on: Handler) -> None:
    """Begin to listen on loopback; `sorry` is said when nobody answers."""
    app = web.Application(client_max_size=LONGEST_BODY)
    app["sorry"] = sorry
    app["session"] = aiohttp.ClientSession(
        timeout=TIMEOUT, auto_decompress=False, connector=aiohttp.TCPConnector(limit=0)
    )
    app.router.add_route("*", "/{path:.*}", pass_on)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()


async def run(
    sorry: str, port: int, workers: list[str], action_port: int, actions: list[str]
) -> None:
    """Serve the public paths from the workers, and the action servers to the workers."""
    count = 0

    def next_one(request: web.Request) -> str:
        nonlocal count
        count += 1
        return str(count)

    await serve(port, sorry, handler(workers, conversation_of, PUBLIC))
    await serve(action_port, sorry, handler(actions, next_one, ("/",)))
    await asyncio.Event().wait()


if __name__ == "__main__":
    sorry_file, listen, workers_at, listen_for_actions, actions_at = sys.argv[1:]
    asyncio.run(
        run(
            Path(sorry_file).read_text(encoding="utf-8"),
            int(listen),
            workers_at.split(","),
            int(listen_for_actions),
            actions_at.split(","),
        )
    )
