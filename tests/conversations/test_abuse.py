"""What the trained bot itself does about people who take too much, or talk without end."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa.core.agent import Agent

from bot import database
from bot.channels import web_transcript
from bot.conversation_store import ConversationStore
from bot.rasa_fixes import citizens
from renewal.bookings import Bookings
from tests.conversations.driver import Person

CASE = (
    "予約したいです。本人です。電子証明書の通知が来ました。期限は令和9年2月20日、誕生日は昭和40年3月5日です",
    "暗証番号は覚えています",
    "本庁舎",
)


@pytest.fixture
def stored(agent: Agent, bookings: Bookings, tmp_path: Path) -> Iterator[ConversationStore]:
    """The conversations of this test, in a file."""
    memory = agent.tracker_store
    store = ConversationStore(agent.domain, db=f"{tmp_path}/conversations.db")
    agent.tracker_store = agent.processor.tracker_store = store
    database._engine.cache_clear()
    yield store
    database._engine.cache_clear()
    agent.tracker_store = agent.processor.tracker_store = memory
    store.engine.dispose()


def reaches(person: Person, slot: str) -> None:
    """Answer what is asked until this is asked."""
    answers = {
        "notice": "電子証明書です", "applicant": "本人です", "expires_on": "令和9年2月20日",
        "birthday": "昭和40年3月5日", "pins": "覚えています", "counter": "本庁舎",
        "visit_date": "12月3日の17時30分", "visit_time": "17時30分", "name_kana": "サトウハナコ",
        "phone": "090-1234-5678",
    }  # fmt: skip
    for _ in range(20):
        asked = person.slot("requested_slot")
        if asked == slot:
            return
        person.says(answers.get(str(asked), "はい"))
    raise AssertionError(f"{person.slot('requested_slot')} instead of {slot}")


def calendars(page: web_transcript.Page) -> list[dict[str, Any]]:
    cards = [message.get("card") or {} for message in page.messages]
    return [card for card in cards if card.get("type") == "slot_calendar"]


def rows(store: ConversationStore) -> list[tuple[str, int]]:
    with store.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT type_name, length(CAST(data AS BLOB)) FROM events ORDER BY id")
        return [(row[0], row[1]) for row in found]


def test_a_turn_with_a_calendar_is_stored_in_few_bytes_and_shown_in_full(
    person: Callable[[], Person], stored: ConversationStore
) -> None:
    me = person()
    me.says("予約したいです")
    reaches(me, "visit_date")
    before = len(rows(stored))
    me.says("空いている日は？")
    calendar = [each for each in me.payloads if each["type"] == "slot_calendar"][-1]
    free = [slot for day in calendar["days"] for slot in day["slots"] if slot["payload"]]
    assert len(json.dumps(calendar)) > 20_000
    turn = rows(stored)[before:]
    assert sum(size for _, size in turn) <= 4096, turn
    # A time on it is a button that this conversation was shown; nothing else of the kind is.
    assert "お取りしました" in me.says(free[3]["payload"]) or me.slot("hold")
    held = me.slot("hold")
    me.says('/inform{"start": "2031-01-01T09:00", "counter": "honchosha"}')
    assert me.slot("hold") == held


def test_a_conversation_is_opened_again_by_its_last_page_with_one_calendar(
    person: Callable[[], Person], stored: ConversationStore, loop: Any
) -> None:
    me = person()
    me.says("予約したいです")
    reaches(me, "visit_date")
    for _ in range(30):
        me.says("空いている日は？")
    tracker = loop.run_until_complete(stored._read(me.sender))
    begun = time.perf_counter()
    page = web_transcript.page(tracker.events, me.sender)
    assert time.perf_counter() - begun < 2
    assert len(page.messages) == web_transcript.PAGE
    [calendar] = calendars(page)
    assert calendar["days"]
    assert len(json.dumps(page.messages)) < 100_000
    earlier = web_transcript.page(tracker.events, me.sender, page.first)
    assert earlier.first + len(earlier.messages) == page.first
    assert calendars(earlier) == []


def test_a_conversation_without_end_begins_anew(
    person: Callable[[], Person], stored: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(citizens, "MOST_TURNS", 5)
    me = person()
    for _ in range(5):
        me.says("手数料は？")
    me.says("予約したいです")
    assert sum(kind == "session_started" for kind, _ in rows(stored)) == 2


def test_who_has_booked_twice_is_told_which_bookings_and_may_change_one(
    person: Callable[[], Person], stored: ConversationStore
) -> None:
    me = person()
    for _ in range(3):
        me.says("予約したいです")
        reaches(me, "visit_date")
        me.says("12月3日の17時30分" if not me.slot("last_booking") else "12月4日の10時")
        reaches(me, "confirmed")
        said = me.says("はい")
    assert "もう予約があります" in said
    assert said.count("・12月") + said.count("・11月") == 2
    assert "予約なしでも" in said
    assert [button["title"] for button in me.buttons] == ["予約の変更"]
    assert len(Bookings(database.engine()).list_bookings()) == 2
