"""Events are stored once and worked off in order, by one process at a time, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.line.inbox import LEASE, Arrived, Inbox, Taken
from bot.line.tables import line_claims, line_events

AT = datetime(2026, 11, 24, 1, 0, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)


def event(id: str, second: int = 0, conversation: str = "hanako", **more: str) -> Arrived:
    kind = more.pop("kind", "message")
    content = {"to": "U1", "text": f"text of {id}"}
    return Arrived(id, conversation, AT + second * SECOND, kind, content, **more)


def taken(inbox: Inbox, conversation: str, at: datetime) -> Taken:
    event = inbox.take(conversation, at)
    assert event is not None
    return event


def worked_off(inbox: Inbox, conversation: str = "hanako") -> list[str]:
    done = []
    while event := inbox.take(conversation, AT):
        done.append(event.id)
        inbox.finish(event, "replied", AT)
    return done


def test_an_event_that_comes_again_is_not_new(engine: Engine) -> None:
    inbox = Inbox(engine, "one")
    assert [e.id for e in inbox.put([event("a"), event("a"), event("b")], AT)] == ["a", "b"]
    assert inbox.put([event("a")], AT) == []
    assert sorted(worked_off(inbox)) == ["a", "b"]
    assert inbox.put([event("b")], AT) == []
    assert inbox.waiting(AT) == []


def test_events_are_worked_off_in_the_order_in_which_they_happened(engine: Engine) -> None:
    inbox = Inbox(engine, "one")
    inbox.put([event("third", 3), event("first", 1)], AT)
    inbox.put([event("second", 2)], AT + SECOND)
    assert worked_off(inbox) == ["first", "second", "third"]


def test_one_event_ends_as_the_next_is_taken(engine: Engine) -> None:
    inbox = Inbox(engine, "one")
    inbox.put([event("a", 1), event("b", 2)], AT)
    a = taken(inbox, "hanako", AT)
    b = inbox.take("hanako", AT, (a, "replied"))
    assert b is not None and b.id == "b"
    assert inbox.take("hanako", AT, (b, "sent")) is None
    with engine.connect() as connection:
        rows = connection.execute(sa.select(line_events)).all()
        assert connection.execute(sa.select(line_claims)).all() == []
    assert {row.id: row.outcome for row in rows} == {"a": "replied", "b": "sent"}


def test_two_processes_never_work_on_one_conversation(engine: Engine) -> None:
    one, two = Inbox(engine, "one"), Inbox(engine, "two")
    one.put([event("a", 1), event("b", 2), event("c", conversation="taro")], AT)
    first = taken(one, "hanako", AT)
    assert two.take("hanako", AT) is None
    assert two.waiting(AT) == ["taro"]
    assert worked_off(two, "taro") == ["c"]
    one.finish(first, "replied", AT)
    assert two.take("hanako", AT) is None  # the first still has it, for the next event
    assert worked_off(one) == ["b"]


def test_what_a_dead_process_left_is_taken_up_again_and_its_token_is_not_used(
    engine: Engine,
) -> None:
    dead, next_one = Inbox(engine, "dead"), Inbox(engine, "next")
    dead.put([event("a")], AT)
    before = taken(dead, "hanako", AT)
    assert dead.spend_token(before)
    later = AT + LEASE + SECOND
    assert next_one.waiting(later) == ["hanako"]
    after = taken(next_one, "hanako", later)
    assert (after.id, after.tries, after.token_spent) == ("a", 2, True)
    assert not dead.spend_token(before)


def test_a_claim_that_is_renewed_is_not_taken_over(engine: Engine) -> None:
    one, two = Inbox(engine, "one"), Inbox(engine, "two")
    one.put([event("a")], AT)
    one.take("hanako", AT)
    one.renew(AT + LEASE)
    assert two.take("hanako", AT + LEASE + SECOND) is None


def test_what_was_said_is_not_readable_and_is_erased_when_it_is_done(engine: Engine) -> None:
    inbox = Inbox(engine, "one")
    inbox.put([event("a")], AT)
    with engine.connect() as connection:
        stored = connection.execute(sa.select(line_events)).one()
    assert b"text of a" not in bytes(stored.content)
    worked_off(inbox)
    with engine.connect() as connection:
        assert connection.execute(sa.select(line_events.c.content)).scalar_one() is None


def test_a_message_that_was_taken_back_is_over_in_whatever_order_it_comes(engine: Engine) -> None:
    inbox = Inbox(engine, "one")
    inbox.put([event("back", 2, kind="unsend", message_id="m1")], AT)
    worked_off(inbox)
    inbox.put([event("said", 1, message_id="m1"), event("other", 1, "taro", message_id="m2")], AT)
    said = taken(inbox, "hanako", AT)
    assert said.over
    assert not taken(inbox, "taro", AT).over
    assert inbox.event_of("hanako", "m1") == "said"


def test_what_was_said_before_somebody_left_does_not_begin_a_new_conversation(
    engine: Engine,
) -> None:
    inbox = Inbox(engine, "one")
    inbox.put([event("left", 5, kind="unfollow"), event("before", 1)], AT)
    before = taken(inbox, "hanako", AT)
    assert before.id == "before"
    assert before.over
    worked_off(inbox)
    inbox.put([event("back again", 9)], AT)
    assert not taken(inbox, "hanako", AT).over


def test_old_events_are_deleted(engine: Engine) -> None:
    inbox = Inbox(engine, "one")
    inbox.put([event("a")], AT)
    worked_off(inbox)
    inbox.sweep(AT + timedelta(days=6))
    assert inbox.put([event("a")], AT) == []
    inbox.sweep(AT + timedelta(days=8))
    assert len(inbox.put([event("a")], AT)) == 1
