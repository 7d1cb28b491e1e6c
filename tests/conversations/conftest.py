"""One trained agent for all conversations; a fresh database and a fixed calendar for each."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rasa.core.agent import Agent

from actions import base
from renewal.bookings import Bookings, create_engine_from, migrate
from tests.conversations.driver import Person, load_agent

NOW = "2026-11-24T10:00:00+09:00"
_senders = itertools.count()


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield loop
    loop.close()


@pytest.fixture(scope="session")
def agent(loop: asyncio.AbstractEventLoop) -> Agent:
    return load_agent()


@pytest.fixture
def bookings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bookings]:
    """The bookings of this test alone; it is Tuesday, 24 November 2026, ten o'clock."""
    url = f"sqlite:///{tmp_path}/renewal.db"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("RENEWAL_NOW", NOW)
    engine = create_engine_from(url)
    migrate(engine)
    base.bookings.cache_clear()
    yield Bookings(engine)
    base.bookings.cache_clear()
    engine.dispose()


@pytest.fixture
def person(
    agent: Agent, bookings: Bookings, loop: asyncio.AbstractEventLoop
) -> Callable[[], Person]:
    """Make a new person who has never talked to the bot."""
    return lambda: Person(agent, f"person-{next(_senders)}", loop)
