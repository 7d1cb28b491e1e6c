"""For whoever runs the bot, never for the public: /healthz, /readyz and /metrics, on loopback.

/healthz says that the process lives; /readyz that it can serve a citizen, and if not, why.
A server that is being stopped turns new requests away (503, and the proxy asks another one) and
finishes the turns that are under way.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot import database, redis_server, watch
from bot.conversation_store import store_of
from bot.rasa_fixes.citizens import ACTION_URL
from renewal import json_log, settings
from renewal.bookings import bounds, schema_version

CHECK_SECONDS = 2.0
LEAST_FREE = 100_000_000
"""Bytes: below, the next bookings may not find room."""
LONGEST_STOP = 12.0
"""Seconds that running turns get before the process ends: an action takes 10 at most."""


class Operation(InputChannel):
    """A channel without messages: Rasa mounts what a channel serves."""

    @classmethod
    def name(cls) -> str:
        return "operation"

    def url_prefix(self) -> str:
        return "/"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        operation = Blueprint("operation")

        @operation.get("/healthz")
        async def lives(request: Request) -> HTTPResponse:
            return response.json({"alive": True})

        @operation.get("/readyz")
        async def ready(request: Request) -> HTTPResponse:
            checks = await readiness(request.app.ctx.agent)
            return response.json(checks, 200 if all(checks.values()) else 503)

        @operation.get("/metrics")
        async def metrics(request: Request) -> HTTPResponse:
            figures = await asyncio.to_thread(generate_latest)
            return response.raw(figures, content_type=CONTENT_TYPE_LATEST)

        @operation.middleware("request")
        async def only_from_this_machine(request: Request) -> HTTPResponse | None:
            passed_on = "x-forwarded-for" in request.headers or "forwarded" in request.headers
            return response.empty(404) if passed_on else None

        @operation.listener("before_server_start")
        async def begin(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
            watch.count_the_database()
            if settings.in_production():
                json_log.use()
            else:
                logging.getLogger("bot.turn").setLevel(logging.WARNING)

        @operation.listener("after_server_start")
        async def settle(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
            # The model and the libraries stay. To look through them for garbage now and then
            # would stop every conversation for half a second.
            gc.freeze()

        @operation.listener("before_server_stop")
        async def finish_turns(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
            app.request_middleware.appendleft(_turn_away)

            async def finished() -> None:
                while watch.running():
                    await asyncio.sleep(0.05)

            try:
                await asyncio.wait_for(finished(), LONGEST_STOP)
            except asyncio.TimeoutError:
                watch.error_in("stop")

        return operation


async def _turn_away(request: Request) -> HTTPResponse:
    return response.empty(503, {"Connection": "close", "Retry-After": "1"})


async def readiness(agent: Agent | None) -> dict[str, bool]:
    """Return which of the things that a turn needs answer, each within two seconds."""
    checks: dict[str, Awaitable[Any]] = {
        "model": _model(agent),
        "database": asyncio.to_thread(_bookings_database),
        "disk": asyncio.to_thread(_disk),
    }
    if agent is not None and agent.tracker_store is not None:
        checks["conversations"] = asyncio.to_thread(_conversations, agent)
        checks["actions"] = _actions(agent)
    if redis_server.client() is not None:
        checks["redis"] = redis_server.ping()
    answers = await asyncio.gather(*map(_in_time, checks.values()))
    return dict(zip(checks, answers, strict=True))


async def _in_time(check: Awaitable[Any]) -> bool:
    try:
        return bool(await asyncio.wait_for(check, CHECK_SECONDS))
    except Exception:
        return False


async def _model(agent: Agent | None) -> bool:
    return agent is not None and agent.is_ready()


def _bookings_database() -> bool:
    current, newest = schema_version(database.engine())
    return current == newest and bounds.can_write(database.engine())


def _conversations(agent: Agent) -> bool:
    return store_of(agent).can_write()


def _disk() -> bool:
    """Return whether there is room where this process writes: SQLite's files, or its own folder."""
    url = database.engine().url
    where = Path(url.database).parent if url.get_backend_name() == "sqlite" else Path.cwd()
    return shutil.disk_usage(where).free >= LEAST_FREE


async def _actions(agent: Agent) -> bool:
    told = agent.action_endpoint.url  # the port of the environment counts, also before the first action
    url = (settings.action_url() if told == ACTION_URL else told).rpartition("/")[0] + "/health"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status == 200
