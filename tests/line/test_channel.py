"""What the webhook takes in, what it turns away, and what becomes of an event.

The bot answers by echo here: no model, no actions.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from prometheus_client import REGISTRY
from rasa.shared.core.events import BotUttered, UserUttered

from bot import database, watch
from bot.channels.line import LONGEST_BODY, LineChannel
from bot.conversation_store import ConversationStore
from bot.line import inbox, users, visit_link, worker
from bot.line.tables import line_events
from renewal import clock, settings
from renewal.bookings import Bookings, create_engine_from, migrate
from tests.line import platform as line_platform
from tests.line.forgeries import forgeries
from tests.line.person import Person, user_id
from tests.line.platform import Platform
from tests.line.test_reminders import book
from tests.web.conftest import BUTTONS, EchoBot, serving
from tests.web.odd_bodies import odd_events


@dataclass
class Site:
    platform: Platform
    bot: EchoBot

    def person(self) -> Person:
        return Person(self.platform)

    def settles(self) -> None:
        """Give a moment to answers that ought not to come."""
        time.sleep(0.6)


@pytest.fixture(scope="module")
def one_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with pytest.MonkeyPatch.context() as environment, line_platform.running() as platform:
        url = f"sqlite:///{tmp_path_factory.mktemp('line')}/renewal.db"
        environment.setenv("DATABASE_URL", url)
        environment.setenv("RENEWAL_SECRET_KEY", "not secret")
        environment.setenv("LINE_CHANNEL_SECRET", platform.secret)
        environment.setenv("LINE_API_ENDPOINT", platform.url)
        environment.setenv("LINE_CHANNEL_ACCESS_TOKEN", platform.token)
        migrate(create_engine_from(url))
        settings.secret_key.cache_clear()
        database._engine.cache_clear()
        bot = EchoBot()
        server = serving(LineChannel.from_credentials(None), bot)  # type: ignore[arg-type]
        with server as address:
            asyncio.run_coroutine_threadsafe(server._server.after_start(), server._loop).result(10)
            platform.webhook = f"{address}/webhook"
            yield Site(platform, bot)
            stop = asyncio.run_coroutine_threadsafe(server._server.before_stop(), server._loop)
            stop.result(20)
        database._engine.cache_clear()


@pytest.fixture
def site(one_site: Site) -> Iterator[Site]:
    one_site.bot.turns.clear()
    one_site.bot.seconds = 0.0
    yield one_site
    assert one_site.platform.complaints == []
    assert one_site.platform.reused_tokens == []


# The door ----------------------------------------------------------------------------------------


def test_a_signed_text_is_answered(site: Site) -> None:
    me = site.person()
    assert "echo こんにちは" in me.says("こんにちは")
    assert site.bot.turns[-1].input_channel == "line"
    assert site.bot.turns[-1].sender_id == users.conversation_of(me.id)


def test_forged_and_altered_webhooks_are_refused_and_the_true_one_works(site: Site) -> None:
    me = site.person()
    seconds = []
    for body, signature in forgeries(site.platform, me.id, 200, random.Random(6)):
        begun = time.perf_counter()
        assert 400 <= site.platform.post(body, signature).status_code < 500
        seconds.append(time.perf_counter() - begun)
    site.settles()
    assert site.bot.turns == []
    assert me.says("本物です") == "echo 本物です\n1. 予約する\n2. 持ち物"


def test_the_button_of_the_console_is_answered(site: Site) -> None:
    assert site.platform.deliver().status_code == 200


def test_a_body_that_is_no_list_of_events_is_refused(site: Site) -> None:
    for body in (b"", b"{", b"[]", b"null", b'{"events": 1}', b'{"events": ["a"]}', b"\xff"):
        assert site.platform.post(body, site.platform.signature(body)).status_code == 400


def test_a_body_of_the_greatest_length_is_read(site: Site) -> None:
    body = b'{"events": [], "more": "' + b"a" * (LONGEST_BODY - 26) + b'"}'
    assert len(body) == LONGEST_BODY
    assert site.platform.post(body, site.platform.signature(body)).status_code == 200


def test_without_the_secret_there_is_no_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LINE_CHANNEL_SECRET", raising=False)
    off = LineChannel.from_credentials({}).blueprint(EchoBot().handle)
    assert not off._future_routes


# Each event once -----------------------------------------------------------------------------------


def test_an_event_that_is_delivered_again_is_answered_once(site: Site) -> None:
    me = site.person()
    event = site.platform.text(me.id, "一度だけ")
    me.gets(event)
    for _ in range(3):
        assert site.platform.deliver(event, again=True).status_code == 200
    site.settles()
    assert len(site.platform.sent[me.id]) == 1
    assert len(site.bot.turns) == 1


def test_a_person_is_answered_in_order_and_several_at_the_same_time(site: Site) -> None:
    site.bot.seconds = 0.2
    people = [site.person() for _ in range(3)]
    now = time.time()
    events = [
        site.platform.text(me.id, text, at=now + number)
        for me in people
        for number, text in enumerate("あいう")
    ]
    assert site.platform.deliver(*reversed(events)).status_code == 200
    for me in people:
        site.platform.wait_for(me.id, 3)
        assert [m["text"].split("\n")[0] for m in site.platform.sent[me.id]] == [
            "echo あ", "echo い", "echo う",
        ]  # fmt: skip
    # Nobody waits until another's three turns are over.
    first_three = {turn.sender_id for turn in site.bot.turns[:3]}
    assert len(first_three) == 3


def test_an_old_reply_token_is_left_and_the_answer_is_pushed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "TOKEN_SECONDS", 0)
    pushes = site.platform.pushes
    me = site.person()
    assert "echo あとで" in me.says("あとで")
    assert site.platform.pushes == pushes + 1


@pytest.mark.parametrize("status", [400, 429, 500])
def test_a_reply_that_line_does_not_take_is_pushed(site: Site, status: int) -> None:
    site.platform.fail("/reply", status)
    assert "echo それでも" in site.person().says("それでも")


def test_what_line_dislikes_about_a_message_does_not_keep_its_words_back(site: Site) -> None:
    site.platform.fail("/reply", 400)
    site.platform.fail("/push", 400, message="Invalid action")
    me = site.person()
    assert "echo それでも" in me.says("それでも")
    assert "quickReply" not in me.latest[0]


def test_an_answer_that_line_no_longer_takes_is_counted_and_kept_in_mind(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "TOKEN_SECONDS", 0)
    monkeypatch.setattr(site.platform, "quota", 0)
    errors = REGISTRY.get_sample_value("renewal_errors_total", {"where": "line_quota_used_up"}) or 0
    me, other = site.person(), site.person()
    for who in (me, other):
        site.platform.deliver(site.platform.text(who.id, "こんにちは"))
    conversations = {users.conversation_of(who.id) for who in (me, other)}
    until(lambda: conversations <= {c for c, _ in inbox.unreached(database.engine())})
    assert REGISTRY.get_sample_value("renewal_errors_total", {"where": "line_quota_used_up"}) == errors + 2
    assert site.platform.sent[me.id] == []
    monkeypatch.undo()
    me.says("もう一度")
    until(lambda: users.conversation_of(me.id) not in dict(inbox.unreached(database.engine())))
    assert users.conversation_of(other.id) in dict(inbox.unreached(database.engine()))


def test_line_that_hangs_keeps_nobody_elses_turn_waiting(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site.platform, "reply_seconds", 2.0)
    people = [site.person() for _ in range(worker.TURNS + 1)]
    for who in people:
        site.platform.deliver(site.platform.text(who.id, "こんにちは"))
    until(lambda: len(site.bot.turns) == len(people), 1.5)
    for who in people:
        site.platform.wait_for(who.id, 1)


def test_line_does_not_wait_for_what_is_being_worked_off(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    spend = inbox.Inbox.spend_token

    def slowly(*of: Any) -> bool:
        time.sleep(1)
        return spend(*of)

    monkeypatch.setattr(inbox.Inbox, "spend_token", slowly)
    me, other = site.person(), site.person()
    site.platform.deliver(site.platform.text(me.id, "こんにちは"))
    until(lambda: bool(site.bot.turns))
    begun = time.monotonic()
    assert site.platform.deliver(site.platform.text(other.id, "私も")).status_code == 200
    assert time.monotonic() - begun < 0.8
    for who in (me, other):
        site.platform.wait_for(who.id, 1)


def test_events_that_wait_are_a_figure(site: Site) -> None:
    def waiting() -> float:
        return sum(m.samples[0].value for m in watch.FromTheDatabase().collect()
                   if m.name == "renewal_line_waiting")  # fmt: skip

    until(lambda: waiting() == 0)
    site.bot.seconds = 1.0
    me = site.person()
    site.platform.deliver(*(site.platform.text(me.id, text) for text in "あいう"))
    assert waiting() >= 2
    site.bot.seconds = 0.0
    site.platform.wait_for(me.id, 3)


def test_a_turn_that_takes_long_shows_the_loading_animation(site: Site) -> None:
    me = site.person()
    me.says("すぐに")
    assert me.id not in dict(site.platform.loading)
    site.bot.seconds = 1.5
    me.says("ゆっくり")
    assert dict(site.platform.loading)[me.id] % 5 == 0


# What may come ---------------------------------------------------------------------------------------


def test_who_adds_the_account_is_greeted(site: Site) -> None:
    me = site.person()
    said = me.gets(site.platform.event("follow", me.id))
    assert "echo こんにちは" in said
    assert "利用者ID" in said


@pytest.mark.parametrize("kind", ["sticker", "image", "video", "audio", "file", "location", "new"])
def test_what_cannot_be_read_is_kindly_declined_and_the_question_stands(
    site: Site, kind: str
) -> None:
    me = site.person()
    me.says("質問してください")
    event = site.platform.event("message", me.id, message={"id": "1", "type": kind})
    assert "文字で書いてください" in me.gets(event)
    me.presses("予約する")
    assert site.bot.turns[-1].text == "/book"


def test_numbers_stay_the_same_when_a_turn_is_asked_again(site: Site) -> None:
    me = site.person()
    me.says("質問してください")
    store, conversation = site.bot.tracker_store, users.conversation_of(me.id)
    tracker = asyncio.run(store.retrieve(conversation))
    assert tracker
    third = {"buttons": [{"title": "はい", "payload": "/affirm"}]}
    tracker.update(BotUttered("予約しますか", third))
    card = {"buttons": BUTTONS, "custom": {"type": "booking_card"}}
    tracker.update(BotUttered("予約できました", card))
    asyncio.run(store.save(tracker))
    said = me.gets(site.platform.event("message", me.id, message={"id": "1", "type": "sticker"}))
    assert "3. はい" in said and "予約できました" not in said
    me.says("3")
    assert site.bot.turns[-1].text == "/affirm"


@pytest.mark.parametrize("typed", ["2", "２", "②", "2番"])
def test_a_typed_number_chooses_what_was_last_shown(site: Site, typed: str) -> None:
    me = site.person()
    me.says("質問してください")
    me.says(typed)
    assert site.bot.turns[-1].text == "/ask_documents"


@pytest.mark.parametrize("text", ["/book", "\u3000/book", "//book"])
def test_typed_text_is_never_a_command(site: Site, text: str) -> None:
    me = site.person()
    me.says(text)
    assert site.bot.turns[-1].text == "book"


@pytest.mark.parametrize("data", ["b:unknown", "/book", "m:unknown", "d:visit", "c:yesterday", ""])
def test_a_button_that_was_not_shown_does_nothing(site: Site, data: str) -> None:
    me = site.person()
    assert "もう一度選ぶか" in me.gets(site.platform.postback(me.id, data))
    assert site.bot.turns == []


def test_a_picked_day_is_said_as_a_day_and_the_menu_as_its_command(site: Site) -> None:
    me = site.person()
    me.gets(site.platform.postback(me.id, "d:visit", params={"date": "2026-12-03"}))
    assert site.bot.turns[-1].text == "2026年12月3日に行きます"
    me.gets(site.platform.postback(me.id, "m:hours"))
    assert site.bot.turns[-1].text == "/ask_hours_and_place"
    assert site.bot.turns[-1].output_channel.offers == ("/ask_hours_and_place",)


def test_who_leaves_is_forgotten(site: Site) -> None:
    me = site.person()
    me.says("こんにちは")
    users.remember(database.engine(), me.id, clock.real_now())
    conversation = users.conversation_of(me.id)
    assert conversation in site.bot.tracker_store.store
    site.platform.deliver(site.platform.event("unfollow", me.id))
    until(lambda: conversation not in site.bot.tracker_store.store)
    until(lambda: users.find(database.engine(), conversation) is None)


def test_forgetting_is_tried_until_it_is_done(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PAUSE_SECONDS", 0.01)
    delete, failures = worker.deletion.delete, iter(range(worker.TRIES + 2))

    async def at_last(*of: Any) -> None:
        if next(failures, None) is not None:
            raise OSError
        await delete(*of)

    monkeypatch.setattr(worker.deletion, "delete", at_last)
    me = site.person()
    me.says("こんにちは")
    site.platform.deliver(site.platform.event("unfollow", me.id))
    until(lambda: users.conversation_of(me.id) not in site.bot.tracker_store.store)
    assert len(site.platform.sent[me.id]) == 1


def test_who_leaves_or_takes_back_while_another_desk_talks_is_heeded(site: Site) -> None:
    me = site.person()
    me.says("こんにちは")
    standby = {**site.platform.event("unfollow", me.id), "mode": "standby"}
    assert site.platform.deliver(standby).status_code == 200
    until(lambda: users.conversation_of(me.id) not in site.bot.tracker_store.store)


def test_words_that_are_taken_back_are_erased(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    store = ConversationStore(site.bot.domain, dialect="sqlite", db=str(tmp_path / "said.db"))
    monkeypatch.setattr(site.bot, "tracker_store", store)
    me = site.person()
    keep, back = (site.platform.text(me.id, text) for text in ("これは残す", "これは取り消す"))
    me.gets(keep)
    me.gets(back)
    unsent = {"unsend": {"messageId": back["message"]["id"]}}
    site.platform.deliver(site.platform.event("unsend", me.id, **unsent))
    conversation = users.conversation_of(me.id)

    def said() -> list[str | None]:
        tracker = asyncio.run(store.retrieve(conversation))
        assert tracker
        return [e.text for e in tracker.events if isinstance(e, UserUttered)]

    until(lambda: said() == ["これは残す", ""])
    assert "mine" in me.says("mine")  # and the talk goes on
    assert said() == ["これは残す", "", "mine"]
    assert len(site.platform.sent[me.id]) == 3


def test_reminders_are_stopped_and_begun_by_button_and_in_words(site: Site) -> None:
    me = site.person()
    assert "お知らせする予約はありません" in me.says("お知らせを止めて")
    users.remember(database.engine(), me.id, clock.real_now())

    def wanted() -> bool:
        known = users.find(database.engine(), users.conversation_of(me.id))
        assert known
        return known.reminders

    assert "止めました" in me.says("お知らせを止めて")
    assert not wanted()
    assert "またお送りします" in me.presses("お知らせを再開する")
    assert wanted()
    assert "止めました" in me.gets(site.platform.postback(me.id, "r:off"))
    assert not wanted()
    assert "またお送りします" in me.says("お知らせを再開してください")
    assert wanted()
    assert site.bot.turns == []


def test_the_question_stands_after_reminders_were_stopped(site: Site) -> None:
    me = site.person()
    me.says("質問してください")
    users.remember(database.engine(), me.id, clock.real_now())
    me.says("お知らせを止めて")
    me.presses("予約する")
    assert site.bot.turns[-1].text == "/book"


def test_a_booking_can_be_put_into_the_calendar_by_its_link(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RENEWAL_NOW", "2026-11-24T10:00:00+09:00")
    monkeypatch.setenv("RENEWAL_PUBLIC_URL", "https://bot.example.jp")
    booking = book(Bookings(database.engine()), user=None)
    link = visit_link.link(booking.code, booking.start.isoformat())
    assert link
    site_link = site.platform.webhook.removesuffix("/webhook") + "/visit.ics?" + link.partition("?")[2]
    file = requests.get(site_link, timeout=5)
    assert file.headers["Content-Type"].startswith("text/calendar")
    assert "DTSTART" in file.text
    for private in (booking.code, "サトウ", "09012345678"):
        assert private not in file.text
    assert requests.get(site_link[:-1] + "x", timeout=5).status_code == 404
    monkeypatch.setenv("RENEWAL_NOW", "2026-12-05T10:00:00+09:00")
    assert requests.get(site_link, timeout=5).status_code == 404


def test_in_a_group_it_says_once_that_it_works_one_to_one(site: Site) -> None:
    group = "C" + uuid.uuid4().hex
    site.platform.deliver(site.platform.event("join", group))
    site.platform.wait_for(group, 1)
    assert "1対1" in site.platform.said_to(group)
    site.platform.deliver(site.platform.text(group, "こんにちは"))
    site.settles()
    assert len(site.platform.sent[group]) == 1
    assert site.bot.turns == []


def test_it_is_silent_in_standby_and_about_what_it_does_not_know(site: Site) -> None:
    me = user_id()
    standby = {**site.platform.text(me, "ほかの係へ"), "mode": "standby"}
    odd: list[dict[str, Any]] = [
        standby,
        site.platform.event("beacon", me, beacon={"hwid": "d41d8cd98f"}),
        site.platform.event("somethingNew", me, novelty=[1, 2]),
        {"type": "message"},
        {**site.platform.text(me, "だれ"), "source": {}},
    ]
    assert site.platform.deliver(*odd[:3]).status_code == 200
    for event in odd[3:]:
        event.pop("replyToken", None)
        body = ('{"events": [' + json.dumps(event) + "]}").encode()
        assert site.platform.post(body, site.platform.signature(body)).status_code == 200
    site.settles()
    assert site.platform.sent[me] == []
    assert site.bot.turns == []


def test_a_my_number_is_not_even_stored(site: Site) -> None:
    me = site.person()
    me.says("番号は123456789018です")
    assert "123456789018" not in str(site.bot.turns[-1].text)


def until(condition: Any, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


# Limits --------------------------------------------------------------------------------------------


def test_who_writes_without_end_is_told_once_and_nobody_else_waits(site: Site) -> None:
    me, other = site.person(), site.person()
    at = time.time()
    flood = [site.platform.text(me.id, f"{n}", at=at + n / 1000) for n in range(40)]
    assert site.platform.deliver(*flood).status_code == 200
    assert "echo やあ" in other.says("やあ")
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not _all_done(flood):
        time.sleep(0.1)
    mine = [turn for turn in site.bot.turns if turn.sender_id == users.conversation_of(me.id)]
    assert 20 <= len(mine) <= 30
    told = [m for m in site.platform.sent[me.id] if "続けて送られた" in str(m.get("text"))]
    assert len(told) == 1


def _all_done(events: list[dict[str, Any]]) -> bool:
    ids = [event["webhookEventId"] for event in events]
    with database.engine().connect() as connection:
        query = sa.select(sa.func.count()).where(
            line_events.c.id.in_(ids), line_events.c.done_at.is_not(None)
        )
        return int(connection.scalar(query) or 0) == len(ids)


def test_an_event_of_last_week_is_not_answered_as_if_it_were_new(site: Site) -> None:
    me = site.person()
    old = site.platform.text(me.id, "先週の話", at=time.time() - 8 * 86400)
    assert site.platform.deliver(old).status_code == 200
    assert "echo 今日の話" in me.says("今日の話")
    assert [turn.text for turn in site.bot.turns] == ["今日の話"]


def test_texts_of_one_millisecond_are_answered_in_the_order_in_which_they_came(site: Site) -> None:
    me, at = site.person(), time.time()
    texts = list("いろはにほへ")
    events = [site.platform.text(me.id, text, at=at) for text in texts]
    # Their ids say nothing about the order.
    assert sorted(e["webhookEventId"] for e in events) != [e["webhookEventId"] for e in events]
    for event in (events[:4], events[4:]):
        assert site.platform.deliver(*event).status_code == 200
    site.platform.wait_for(me.id, 6)
    assert [turn.text for turn in site.bot.turns] == texts


def test_of_a_batch_with_odd_events_the_others_are_answered(site: Site) -> None:
    me = site.person()
    good = [site.platform.text(me.id, text, at=time.time() + n) for n, text in enumerate("いろは")]
    odd = list(odd_events(30, seed=7))
    batch = [*odd[:10], good[0], *odd[10:20], good[1], *odd[20:], good[2]]
    body = json.dumps({"destination": "U", "events": batch}).encode()
    assert site.platform.post(body, site.platform.signature(body)).status_code == 200
    site.platform.wait_for(me.id, 3)
    assert [turn.text for turn in site.bot.turns] == ["い", "ろ", "は"]
    for each in odd:
        alone = json.dumps({"destination": "U", "events": [each]}).encode()
        assert site.platform.post(alone, site.platform.signature(alone)).status_code == 400
    deep = b'{"events": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    assert site.platform.post(deep, site.platform.signature(deep)).status_code == 400
