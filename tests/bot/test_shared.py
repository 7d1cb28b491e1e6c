"""Locks and limits over several processes, on a real Valkey."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime, timezone

import pytest

from bot import redis_server
from bot.channels.limits import Buckets
from bot.channels.shared_limits import SharedBuckets
from bot.lock_store import ConversationLocks
from deploy.cluster import VALKEY, free_port

AT = datetime(2026, 11, 24, tzinfo=timezone.utc)


@pytest.fixture
def valkey(monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[bytes]]:
    port = free_port()
    command = [str(VALKEY), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{port}/0")
    monkeypatch.setattr(redis_server, "_left_alone_until", float("-inf"))
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            if asyncio.run(_ping()):
                break
        except Exception:
            time.sleep(0.05)
    yield process
    process.kill()
    process.wait()


async def _ping() -> bool:
    redis_server._clients.clear()  # a client belongs to the event loop that made it
    return await redis_server.ping()


def test_two_processes_take_from_one_bucket(valkey: subprocess.Popen[bytes]) -> None:
    async def waits() -> list[float]:
        redis_server._clients.clear()
        two = [SharedBuckets("test", Buckets(burst=3, per_second=0.1)) for _ in range(2)]
        return [await two[n % 2].wait("somebody", AT) for n in range(5)]

    first, second, third, fourth, fifth = asyncio.run(waits())
    assert (first, second, third) == (0, 0, 0)
    assert 9 < fourth <= 10
    assert 9 < fifth <= 10, "what was turned away owes nothing"


def test_two_processes_hold_a_conversation_one_after_the_other(
    valkey: subprocess.Popen[bytes],
) -> None:
    held: list[str] = []

    async def hold(store: ConversationLocks, name: str) -> None:
        async with store.lock("conversation"):
            held.append(f"{name} in")
            await asyncio.sleep(0.1)
            held.append(f"{name} out")

    async def both() -> None:
        redis_server._clients.clear()
        await asyncio.gather(hold(ConversationLocks(), "a"), hold(ConversationLocks(), "b"))

    asyncio.run(both())
    assert sorted(held[:2]) == sorted([held[0], held[0].replace("in", "out")]), held
    assert len(held) == 4


def test_the_lock_of_a_process_that_died_is_free_after_its_lease(
    valkey: subprocess.Popen[bytes],
) -> None:
    async def after_a_death() -> float:
        redis_server._clients.clear()
        redis = redis_server.client()
        assert redis is not None
        from renewal import settings

        await redis.set(f"renewal:lock:{settings.keyed_hash('c')}", "the dead one", px=3000)
        begun = time.monotonic()
        async with ConversationLocks().lock("c"):
            return time.monotonic() - begun

    assert 2 < asyncio.run(after_a_death()) < 4


def test_without_redis_locks_and_limits_go_on_in_the_process(
    valkey: subprocess.Popen[bytes],
) -> None:
    valkey.kill()
    valkey.wait()

    async def go_on() -> list[float]:
        redis_server._clients.clear()
        bucket = SharedBuckets("test", Buckets(burst=1, per_second=1))
        begun = time.monotonic()
        async with ConversationLocks().lock("conversation"):
            waits = [await bucket.wait("somebody", AT) for _ in range(2)]
        assert time.monotonic() - begun < 1.5
        return waits

    assert asyncio.run(go_on()) == [0, 1]
