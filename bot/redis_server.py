"""Redis (or Valkey) at REDIS_URL: what the bot's processes share for a moment. May be missing.

Nothing that lasts is kept there. When it does not answer, it is left alone for two seconds and each
process goes on by itself: the proxy keeps a conversation at one process anyway.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Awaitable
from typing import TypeVar

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot import watch

log = logging.getLogger("bot.redis")

T = TypeVar("T")

ANSWER_SECONDS = 1.0
LEFT_ALONE_SECONDS = 2.0

_clients: dict[str, Redis] = {}
_left_alone_until = float("-inf")


def client() -> Redis | None:
    """Return the connection of this process, or None without REDIS_URL."""
    url = os.environ.get("REDIS_URL")
    if not url:
        return None
    if url not in _clients:
        _clients[url] = Redis.from_url(
            url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS
        )
    return _clients[url]


async def ping() -> bool:
    """Return whether it answers; raises RedisError when it does not."""
    redis = client()
    return redis is not None and bool(await redis.ping())


def usable() -> Redis | None:
    """Return the connection unless there is none, or it has just failed."""
    return client() if time.monotonic() >= _left_alone_until else None


async def ask(question: Awaitable[T]) -> T | None:
    """Return the answer, or None when Redis gives none."""
    global _left_alone_until
    try:
        return await question
    except (RedisError, OSError) as error:
        _left_alone_until = time.monotonic() + LEFT_ALONE_SECONDS
        watch.error_in("redis")
        log.error("Redis does not answer: %s", type(error).__name__)
        return None
