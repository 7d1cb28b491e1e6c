"""Conversations in memory: never older than the database, whoever else writes to it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.conversation_store import ConversationStore

DOMAIN = Domain.from_dict(
    {"slots": {"counter": {"type": "text", "mappings": [{"type": "custom"}]}}}
)
BEGIN = [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]


class Process:
    """A process with a store of its own on the common database."""

    def __init__(self, database: Path) -> None:
        self.store = ConversationStore(DOMAIN, db=str(database))

    def turn(self, text: str, *, saved: bool = True) -> list[str]:
        """Take a message in and return all that was said so far."""
        tracker = asyncio.run(self.store.retrieve("somebody"))
        if tracker is None:
            tracker = DialogueStateTracker("somebody", DOMAIN.slots)
            tracker.update_with_events([*BEGIN], DOMAIN)
        listen = ActionExecuted("action_listen")
        tracker.update_with_events([UserUttered(text), SlotSet("counter", text), listen], DOMAIN)
        if saved:
            asyncio.run(self.store.save(tracker))
        return said(tracker)

    def sees(self) -> list[str]:
        """Return all that was said so far, without a turn."""
        tracker = asyncio.run(self.store.look_at("somebody"))
        assert tracker is not None
        assert tracker.get_slot("counter") == said(tracker)[-1]
        return said(tracker)


def said(tracker: DialogueStateTracker) -> list[str]:
    return [event.text or "" for event in tracker.events if isinstance(event, UserUttered)]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "conversations.db"


@pytest.fixture
def replays(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows by one each time that a conversation is read from the database as a whole."""
    seen: list[str] = []
    from_dict = DialogueStateTracker.from_dict

    def counted(sender_id: str, *args: object) -> DialogueStateTracker:
        seen.append(sender_id)
        return from_dict(sender_id, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(DialogueStateTracker, "from_dict", counted)
    return seen


def test_a_conversation_held_in_one_process_is_not_read_again(
    database: Path, replays: list[str]
) -> None:
    process = Process(database)
    for text in "abc":
        process.turn(text)
        process.sees()
    assert process.turn("d") == ["a", "b", "c", "d"]
    assert not replays


def test_two_processes_that_take_turns_see_each_others(database: Path) -> None:
    one, other = Process(database), Process(database)
    for number in range(6):
        talk = (one, other)[number % 2].turn(str(number))
        assert talk == [str(each) for each in range(number + 1)]
        assert one.sees() == other.sees() == talk


def test_a_turn_that_died_before_it_was_saved_leaves_nothing(database: Path) -> None:
    process = Process(database)
    process.turn("a")
    process.turn("lost", saved=False)
    assert process.sees() == ["a"]
    assert process.turn("b") == ["a", "b"] == Process(database).sees()


def test_a_look_in_the_middle_of_a_turn_sees_what_was_saved(database: Path) -> None:
    process = Process(database)
    process.turn("a")
    tracker = asyncio.run(process.store.retrieve("somebody"))
    assert tracker is not None
    tracker.update(UserUttered("b"))
    assert process.sees() == ["a"]
    tracker.update(SlotSet("counter", "b"))
    asyncio.run(process.store.save(tracker))
    assert process.sees() == ["a", "b"]
    assert Process(database).sees() == ["a", "b"]


def test_a_restart_goes_on_where_it_was(database: Path, replays: list[str]) -> None:
    Process(database).turn("a")
    again = Process(database)
    assert again.sees() == ["a"]
    assert again.turn("b") == ["a", "b"]
    assert len(replays) == 1


def test_a_new_session_begins_empty_in_every_process(database: Path) -> None:
    process = Process(database)
    process.turn("a")
    tracker = asyncio.run(process.store.retrieve("somebody"))
    assert tracker is not None
    events = [*BEGIN, UserUttered("b"), SlotSet("counter", "b")]
    tracker.update_with_events(events, DOMAIN)
    asyncio.run(process.store.save(tracker))
    assert process.sees() == Process(database).sees() == ["b"]


def test_what_a_question_says_of_itself_outlives_a_restart(database: Path) -> None:
    question = {"utter_action": "utter_ask_phone", "expects": "phone", "left": 2}
    tracker = DialogueStateTracker("somebody", DOMAIN.slots)
    heard = {"text": "はい", "heard": {"questions": []}, "intent_ranking": [{"name": "affirm"}]}
    said = UserUttered("はい", {"name": "affirm"}, [], heard)
    tracker.update_with_events([*BEGIN, said, BotUttered("お電話番号は", {}, {**question, "of": 1})], DOMAIN)
    asyncio.run(Process(database).store.save(tracker))
    read = asyncio.run(Process(database).store.retrieve("somebody"))
    assert read is not None
    assert read.events[-1].metadata == question
    assert "heard" in read.latest_message.parse_data
    assert "intent_ranking" not in read.latest_message.parse_data
