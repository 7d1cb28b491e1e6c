"""The web channel on a real HTTP server, with a bot that answers by echo: no model, no actions."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import uuid
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Sanic
from sanic.touchup.service import TouchUp

from bot.channels.web import WebChat
from renewal import settings
from renewal.bookings import create_engine_from, migrate
from tests.web.attempts import SITES

CITY = SITES[0]
BUTTONS = [
    {"title": "予約する", "payload": "/book"},
    {"title": "持ち物", "payload": "/ask_documents"},
]


class EchoBot:
    """Stands in for Rasa's agent: it stores each message and says it back, with two buttons."""

    def __init__(self) -> None:
        self.domain = Domain.empty()
        self.tracker_store = InMemoryTrackerStore(self.domain)
        self.lock_store = InMemoryLockStore()
        self.turns: list[UserMessage] = []
        self.behaves()

    def behaves(
        self, answers: int = 1, seconds: float = 0.0, fails: bool = False, paused: bool = False,
        ended: bool = False,
    ) -> None:  # fmt: skip
        """Say how many answers a message gets, and how long each takes; at first one at once.

        A bot that fails has answered and forgets it all; a paused one keeps nothing, either.
        """
        self.answers, self.seconds, self.fails, self.paused = answers, seconds, fails, paused
        self.processor = self if ended else None
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    def _has_session_expired(self, tracker: DialogueStateTracker) -> bool:
        return True  # asked only where the conversation has ended

    async def handle(self, message: UserMessage) -> None:
        async with self.lock_store.lock(message.sender_id):
            self.turns.append(message)
            tracker = await self.tracker_store.get_or_create_tracker(message.sender_id)
            tracker.update(UserUttered(message.text, message_id=message.message_id))
            for number in range(self.answers):
                if number:
                    await self.may_go_on.wait()
                await asyncio.sleep(self.seconds)
                said = BotUttered(f"echo {message.text}", {"buttons": BUTTONS})
                tracker.update(said)
                await message.output_channel.send_response(message.sender_id, said.message())
            if self.fails:
                raise RuntimeError
            if not self.paused:
                await self.tracker_store.save(tracker)


@dataclass
class Browser:
    """A client that keeps its cookie, or its token when it comes from another origin."""

    url: str
    origin: str | None = None
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        if self.origin:
            self.session.headers["Origin"] = self.origin

    def begins(self) -> dict[str, Any]:
        answer = self.session.post(f"{self.url}/conversation", timeout=10)
        answer.raise_for_status()
        body = dict(answer.json())
        if "token" in body:
            self.session.headers["Authorization"] = f"Bearer {body['token']}"
        return body

    def sends(self, timeout: float = 10, **message: str) -> requests.Response:
        body = {"id": uuid.uuid4().hex, **message}
        return self.session.post(f"{self.url}/message", json=body, timeout=timeout)

    def says(self, text: str, **more: str) -> list[dict[str, Any]]:
        return answers(self.sends(text=text, **more))

    @property
    def ticket(self) -> str:
        return str(self.session.cookies["renewal_chat"])


def lines(response: requests.Response) -> list[dict[str, Any]]:
    """Return the answers in a response and the line that closes it."""
    said = [json.loads(line) for line in response.text.splitlines()]
    assert said[-1]["done"] is True
    return said


def answers(response: requests.Response) -> list[dict[str, Any]]:
    """Return the answers in a response."""
    return lines(response)[:-1]


@dataclass
class Site:
    url: str
    bot: EchoBot
    later: Callable[[Callable[[], None]], object]
    """Has something done on the server's loop."""

    def browser(self, origin: str | None = None) -> Browser:
        return Browser(self.url, origin)


@pytest.fixture(scope="session")
def one_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server for all tests, for Sanic starts once a process; city.example may embed it."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("RENEWAL_SECRET_KEY", "a key for tests")
        database = f"sqlite:///{tmp_path_factory.mktemp('web')}/renewal.db"
        environment.setenv("DATABASE_URL", database)
        environment.setenv("RENEWAL_NOW", "2026-11-24T10:00:00+09:00")
        migrate(create_engine_from(database))
        settings.secret_key.cache_clear()
        bot = EchoBot()
        server = serving(WebChat(list(SITES), []), bot)
        with server as url:
            yield Site(url, bot, server.later)
        settings.secret_key.cache_clear()


@pytest.fixture
def site(one_site: Site) -> Site:
    """The site with a bot that has heard nothing yet."""
    one_site.bot.turns.clear()
    one_site.bot.behaves()
    return one_site


class serving:  # noqa: N801 — reads as a statement: with serving(…)
    """Serve a channel on a free port in a thread, as long as the block lasts."""

    def __init__(self, channel: WebChat, bot: EchoBot) -> None:
        self._app = Sanic(f"web_{uuid.uuid4().hex}", configure_logging=False)
        self._app.ctx.agent = bot
        handler: Callable[[UserMessage], Awaitable[Any]] = bot.handle
        self._app.blueprint(channel.blueprint(handler), url_prefix="/webhooks/web")
        self._loop = asyncio.new_event_loop()

    def __enter__(self) -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        ready = threading.Event()

        def run() -> None:
            asyncio.set_event_loop(self._loop)
            starting = self._app.create_server("127.0.0.1", port, return_asyncio_server=True)
            self._server = self._loop.run_until_complete(starting)
            self._loop.run_until_complete(self._server.startup())
            # Starting, Sanic rewrites its own methods, which fails on the second app of a process.
            TouchUp._registry.clear()
            self._loop.run_until_complete(self._server.before_start())
            self._loop.run_until_complete(self._server.start_serving())
            ready.set()
            self._loop.run_forever()

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()
        assert ready.wait(10)
        return f"http://127.0.0.1:{port}/webhooks/web"

    def later(self, do: Callable[[], None]) -> object:
        return self._loop.call_soon_threadsafe(do)

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
