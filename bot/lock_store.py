"""One turn at a time in a conversation, in this process and, with Redis, in all of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from rasa.core.lock_store import LockError, LockStore
from redis.exceptions import RedisError

from bot import redis_server
from renewal import settings

LEASE_SECONDS = 3.0
"""How long the lock of a process that died stays; one that lives renews it every second."""
LONGEST_WAIT = 15.0
LOOK_AGAIN_SECONDS = 0.05


class ConversationLocks(LockStore):
    """Locks that are waited for without polling in one process, and leased in Redis for the rest.

    Rasa's own look again only every second, live for a minute after a process has died, and its
    Redis store can give one ticket to two (its issue 9213). Without an answer of Redis the lock
    holds in this process, where the proxy keeps the conversation anyway; what must never happen
    twice is refused by the database.
    """

    def __init__(self, endpoint_config: Any = None) -> None:
        self._here: dict[str, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def lock(self, conversation_id: str, *_: Any, **__: Any) -> AsyncIterator[None]:
        """Hold the conversation; raises Rasa's LockError after waiting for 15 s."""
        async with self._in_this_process(conversation_id), _in_all(conversation_id):
            yield

    @asynccontextmanager
    async def _in_this_process(self, conversation: str) -> AsyncIterator[None]:
        lock, users = self._here.get(conversation, (asyncio.Lock(), 0))
        self._here[conversation] = (lock, users + 1)
        try:
            try:
                await asyncio.wait_for(lock.acquire(), LONGEST_WAIT)
            except asyncio.TimeoutError:
                raise LockError("a conversation stayed locked in this process") from None
            try:
                yield
            finally:
                lock.release()
        finally:
            lock, users = self._here.pop(conversation)
            if users > 1:
                self._here[conversation] = (lock, users - 1)


@asynccontextmanager
async def _in_all(conversation: str) -> AsyncIterator[None]:
    redis = redis_server.usable()
    if redis is None:
        yield
        return
    lease = redis.lock(
        f"renewal:lock:{settings.keyed_hash(conversation)}",
        timeout=LEASE_SECONDS,
        sleep=LOOK_AGAIN_SECONDS,
        blocking_timeout=LONGEST_WAIT,
        thread_local=False,
    )
    taken = await redis_server.ask(lease.acquire())
    if taken is False:
        raise LockError("a conversation stayed locked in another process")
    if taken is None:
        yield
        return
    renewing = asyncio.create_task(_renew(lease))
    try:
        yield
    finally:
        renewing.cancel()
        with contextlib.suppress(RedisError, OSError):  # it ends by itself
            await lease.release()


async def _renew(lease: Any) -> None:
    while True:
        await asyncio.sleep(LEASE_SECONDS / 3)
        with contextlib.suppress(RedisError, OSError):
            await lease.extend(LEASE_SECONDS, replace_ttl=True)
