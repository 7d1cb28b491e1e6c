"""Somebody talks to the actions: no classifier, no server, but the real desk and database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import base
from actions.base import AssistantAction
from bot.nlu.state import state_of
from reading.heard import Form, Heard
from reading.intents import Intent, Intents, Part
from reading.interpretation import interpret, pressed
from reading.reader import read
from reading.situation import State
from renewal import clock
from renewal.application import Desk
from renewal.bookings import Bookings, create_engine_from, migrate

NOW = "2026-11-24T10:00:00+09:00"  # a Tuesday


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("empty") / "renewal.db"
    engine = create_engine_from(f"sqlite:///{path}")
    migrate(engine)
    with engine.connect() as connection:
        connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path.read_bytes()


@pytest.fixture
def bookings(
    empty_database: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bookings]:
    """The bookings of this test alone; it is Tuesday, 24 November 2026, ten o'clock."""
    path = tmp_path / "renewal.db"
    path.write_bytes(empty_database)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}")
    monkeypatch.setenv("RENEWAL_NOW", NOW)
    monkeypatch.setenv("RENEWAL_SECRET_KEY", "not secret")
    base.bookings.cache_clear()
    yield base.bookings()
    base.bookings().engine.dispose()
    base.bookings.cache_clear()


@dataclass
class Talk:
    """A conversation as the action server sees it: slots, the message, this turn's events."""

    slots: dict[str, Any] = field(default_factory=dict)
    said: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    message: dict[str, Any] = field(default_factory=dict)
    heard: int = 0

    def hears(
        self,
        text: str,
        intent: str = "inform",
        confidence: float = 0.95,
        clauses: list[tuple[str, str]] | None = None,
        ranking: list[tuple[str, float]] | None = None,
    ) -> Talk:
        """Begin a turn with this message, as the classifier takes it."""
        parts = tuple(Part(each, (Intent(name, confidence),)) for each, name in clauses or ())
        intents = Intents(Part(text, (Intent(intent, confidence),)), parts)
        heard = interpret(read(text, clock.now()), self.state, self.asked, intents)
        return self._hears(text, heard, ranking or [])

    def _hears(self, text: str, heard: Heard, ranking: list[tuple[str, float]]) -> Talk:
        self.heard += 1
        self.message = {
            "text": text,
            "intent": {"name": heard.intent, "confidence": heard.confidence},
            "intent_ranking": [{"name": n, "confidence": c} for n, c in ranking],
            "message_id": f"message-{self.heard}",
            "heard": json.loads(json.dumps(heard.to_json())),
        }
        self.events = [{"event": "user", "input_channel": "web"}]
        return self

    def presses(self, intent: str = "inform", **values: Any) -> Talk:
        """Begin a turn with a button that carries these values."""
        return self._hears(f"/{intent}", pressed(intent, values, self.state, self.asked), [])

    @property
    def state(self) -> State:
        """The conversation as the bot's pipeline is given it."""
        asked = self.asked or ""
        form: Form = "booking_form" if asked.startswith("booking_") else "application_form"
        at_desk = Desk(base.the_city(), base.bookings(), clock.now(), clock.real_now())
        return state_of(at_desk, self.known, form if asked else None, None, "somebody")

    def runs(self, action: AssistantAction) -> Talk:
        """Run an action: what it says is in `said`, and its slots are set."""
        dispatcher = CollectingDispatcher()
        tracker = Tracker("somebody", dict(self.slots), self.message, list(self.events), False,
                          None, {}, None)
        events = action.run(dispatcher, tracker, {})
        self.said = dispatcher.messages
        self.events += [{"event": "action", "name": action.name()}, *events]
        for event in events:
            if event["event"] == "slot":
                self.slots[event["name"]] = event["value"]
        return self

    @property
    def names(self) -> list[str]:
        """The sentences that were said, by name."""
        return [str(said["response"]).removeprefix("utter_") for said in self.said]

    @property
    def asked(self) -> str | None:
        """The slot that is asked for next."""
        return self.slots.get("requested_slot")

    @property
    def known(self) -> dict[str, Any]:
        """The slots that have a value."""
        return {name: value for name, value in self.slots.items() if value is not None}


@pytest.fixture
def talk(bookings: Bookings) -> Talk:
    """A conversation that has just begun."""
    return Talk()
