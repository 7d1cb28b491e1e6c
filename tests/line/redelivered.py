"""Many people's messages, delivered again and out of order, while the bot is killed."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime

import requests
import sqlalchemy as sa

from bot.line.tables import line_events
from renewal import city, clock
from renewal.bookings import check, create_engine_from
from renewal.bookings.schema import bookings
from tests.line.person import user_id
from tests.line.platform import Event, Platform
from tests.server.servers import Servers

WHOLE = (
    "通知に電子証明書と書いてあります。期限は令和9年2月20日で、暗証番号は覚えています。"
    "本人が12月{day}日の{hour}時に本庁舎で予約したいです",
    "サトウ ジロウ",
    "090{number:08}",
    "はい",
)
QUESTIONS = ("手数料はかかりますか", "予約の確認", "駐車場はありますか")
DAYS, HOURS = (3, 4, 7, 8, 9, 10, 11), (9, 10, 11, 13, 14, 15)


def booking(number: int) -> list[str]:
    """Return what somebody types to book a time that few others want."""
    day, hour = DAYS[number % len(DAYS)], HOURS[number // len(DAYS) % len(HOURS)]
    return [line.format(day=day, hour=hour, number=number) for line in WHOLE]


def events_of(platform: Platform, people: int, each: int) -> list[Event]:
    """Return the events of so many people, `each` a person; whoever has four or more books."""
    now = time.time()
    said = [[*booking(number), *QUESTIONS * each][:each] for number in range(people)]
    users = [user_id() for _ in range(people)]
    return [
        platform.text(user, said[number][at], at=now + at / 1000)
        for at in range(each)
        for number, user in enumerate(users)
    ]


def deliver_until_taken(
    platform: Platform, servers: Servers, events: list[Event], kills: int, choose: random.Random
) -> int:
    """Deliver all, 30 % a second time, shuffled, with kills in between; return how many deliveries.

    Each comes up to a quarter of all too late, so that people's own messages change places and
    some bookings still come about. What gets no 200 is delivered again, as LINE does.
    """
    again = choose.sample(range(len(events)), len(events) * 3 // 10)
    late = [(at + choose.uniform(0, len(events) / 4), at, False) for at in range(len(events))]
    late += [(at + choose.uniform(0, len(events) / 4), at, True) for at in again]
    deliveries = [(events[at], redelivered) for _, at, redelivered in sorted(late)]
    step = len(deliveries) // (kills + 1) + 1

    def send(delivery: tuple[Event, bool]) -> None:
        event, redelivered = delivery
        while True:
            try:
                if platform.deliver(dict(event), again=redelivered).status_code == 200:
                    return
            except requests.RequestException:
                pass
            redelivered = True
            time.sleep(0.3)

    with ThreadPoolExecutor(8) as pool:
        for at in range(0, len(deliveries), step):
            sent = [pool.submit(send, each) for each in deliveries[at : at + step]]
            if at + step < len(deliveries):
                time.sleep(choose.uniform(0.3, 1.5))
                servers.stop("rasa", signal.SIGKILL)
                servers.start("rasa")
            for each in sent:
                each.result()
    return len(deliveries)


def wait_until_done(servers: Servers, ids: set[str], seconds: float) -> Counter[str]:
    """Return how these events ended, once all of them have."""
    engine = create_engine_from(servers.environment["DATABASE_URL"])
    deadline = time.monotonic() + seconds
    try:
        while True:
            with engine.connect() as connection:
                done = connection.execute(
                    sa.select(line_events.c.id, line_events.c.outcome).where(
                        line_events.c.done_at.is_not(None)
                    )
                ).all()
            outcomes = [str(row.outcome) for row in done if row.id in ids]
            if len(outcomes) == len(ids):
                return Counter(outcomes)
            assert time.monotonic() < deadline, f"{len(outcomes)} of {len(ids)} events are done"
            time.sleep(0.3)
    finally:
        engine.dispose()


def what_is_wrong(platform: Platform, servers: Servers, events: list[Event]) -> list[str]:
    """Return what was worked twice, left out or doubled; empty if nothing was."""
    found = [f"reply token used twice: {token}" for token in platform.reused_tokens]
    found += platform.complaints
    users = {event["source"]["userId"] for event in events}
    found += [f"{user} has no answer" for user in users if not platform.sent[user]]
    found += _turns_not_once(servers, {event["webhookEventId"] for event in events})
    engine = create_engine_from(servers.environment["DATABASE_URL"])
    try:
        with engine.connect() as connection:
            live = sa.select(bookings.c.phone).where(bookings.c.status == "booked")
            phones = Counter(connection.scalars(live))
        found += [f"{count} bookings under one phone" for count in phones.values() if count > 1]
        now = datetime.fromisoformat(servers.environment["RENEWAL_NOW"])
        found += [str(each) for each in check(engine, city.load(), now, clock.real_now())]
    finally:
        engine.dispose()
    return found


def booked(servers: Servers) -> int:
    """Return how many bookings stand."""
    engine = create_engine_from(servers.environment["DATABASE_URL"])
    try:
        with engine.connect() as connection:
            live = sa.select(sa.func.count()).where(bookings.c.status == "booked")
            return int(connection.scalar(live) or 0)
    finally:
        engine.dispose()


def _turns_not_once(servers: Servers, ids: set[str]) -> list[str]:
    """Return which events the conversations hold not at all, or more than once."""
    with closing(sqlite3.connect(servers.environment["CONVERSATIONS_DB"])) as connection:
        rows = connection.execute("SELECT data FROM events WHERE type_name = 'user'").fetchall()
    turns = Counter(json.loads(data).get("message_id") for (data,) in rows)
    return [f"{id} was worked {turns[id]} times" for id in sorted(ids) if turns[id] != 1]
