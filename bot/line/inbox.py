"""LINE's events: stored first, each once, then worked off in order by one process at a time.

An event is taken with its conversation's claim, a lease that its process renews; when the process
dies, another one (or the same one, started again) takes the conversation over. What must not happen
twice is guarded by the event's own row: the reply token is spent before it is used.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.line.sealed import seal, unseal
from bot.line.tables import line_claims, line_events
from renewal.bookings.engine import reading, write

LEASE = timedelta(seconds=12)
"""How long a claim lasts that is not renewed: a process that died holds up nobody for longer."""
KEPT = timedelta(days=7)
"""How long an event is known that LINE delivers again."""

REACHED = ("replied", "sent")
"""How an event ends whose answer arrived."""
UNREACHED = ("quota_used_up", "given_up", "refused", "unknown_user", "failed")
"""How one ends whose answer did not, or was an apology."""

_E, _C = line_events.c, line_claims.c


@dataclass(frozen=True)
class Arrived:
    """An event as it came: `content` is what is needed to work it off."""

    id: str
    conversation: str
    happened_at: datetime
    kind: str
    content: dict[str, Any]
    message_id: str | None = None


@dataclass(frozen=True)
class Taken:
    """An event to be worked off now.

    `tries` counts this one; `content` is {} when unreadable; `over`: the message was taken back, or
    the person left, after it happened.
    """

    id: str
    conversation: str
    happened_at: datetime
    received_at: datetime
    kind: str
    content: dict[str, Any]
    message_id: str | None
    tries: int
    token_spent: bool
    over: bool


class Inbox:
    """The events of all conversations; `worker` names this process. Times are real ones."""

    def __init__(self, engine: Engine, worker: str) -> None:
        self._engine = engine
        self._worker = worker

    def put(self, events: Iterable[Arrived], at: datetime) -> list[Arrived]:
        """Store events and return those that had not come before."""
        unique = {event.id: event for event in events}

        def work(connection: Connection) -> list[Arrived]:
            known = sa.select(_E.id).where(_E.id.in_(list(unique)))
            before = set(connection.scalars(known))
            new = [event for id, event in unique.items() if id not in before]
            if new:
                connection.execute(
                    sa.insert(line_events), [_row(event, at, place) for place, event in enumerate(new)]
                )
            return new

        return write(self._engine, work) if unique else []

    def waiting(self, at: datetime) -> list[str]:
        """Return the conversations with events that no process is working on."""
        held = sa.exists().where(
            _C.conversation == _E.conversation, _C.worker != self._worker, _C.until > at
        )
        wanted = sa.select(_E.conversation).where(_E.done_at.is_(None), ~held).distinct()
        with reading(self._engine) as connection:
            return list(connection.scalars(wanted))

    def take(
        self, conversation: str, at: datetime, ended: tuple[Taken, str] | None = None
    ) -> Taken | None:
        """Claim the conversation and return its first waiting event.

        None when there is none, which gives the claim back, or when another process has it.
        `ended` is an event that is over now, with its outcome.
        """
        waits = sa.select(line_events).where(_E.conversation == conversation, _E.done_at.is_(None))
        first = waits.order_by(_E.happened_at, _E.received_at, _E.place, _E.id).limit(1)

        def work(connection: Connection) -> Taken | None:
            if ended:
                connection.execute(_finished(*ended, at))
            # Read under the claim only: whoever had it before may have finished the event.
            if not self._claim(connection, conversation, at):
                return None
            row = connection.execute(first).first()
            if row is None:
                mine = sa.and_(_C.conversation == conversation, _C.worker == self._worker)
                connection.execute(sa.delete(line_claims).where(mine))
                return None
            tries = row.tries + 1
            connection.execute(
                sa.update(line_events).where(_E.id == row.id).values(tries=tries)
            )
            content = json.loads(unseal(row.content) or "{}") if row.content else {}
            return Taken(
                row.id, conversation, row.happened_at, row.received_at, row.kind, content,
                row.message_id, tries, row.token_spent, _is_over(connection, row),
            )  # fmt: skip

        return write(self._engine, work)

    def _claim(self, connection: Connection, conversation: str, at: datetime) -> bool:
        values = {"worker": self._worker, "until": at + LEASE}
        holder = sa.select(_C.worker, _C.until).where(_C.conversation == conversation)
        held = connection.execute(holder).first()
        if held is None:
            connection.execute(
                sa.insert(line_claims).values(conversation=conversation, **values)
            )
            return True
        free = sa.or_(_C.worker == self._worker, _C.until <= at)
        change = sa.update(line_claims).where(_C.conversation == conversation, free)
        return bool(connection.execute(change.values(**values)).rowcount)

    def renew(self, at: datetime) -> None:
        """Keep the claims of this process for another while."""
        mine = sa.update(line_claims).where(_C.worker == self._worker)
        write(self._engine, lambda c: c.execute(mine.values(until=at + LEASE)) and None)

    def give_back(self) -> None:
        """Give back every claim of this process, when it stops."""
        mine = sa.delete(line_claims).where(_C.worker == self._worker)
        write(self._engine, lambda c: c.execute(mine) and None)

    def spend_token(self, event: Taken) -> bool:
        """Note that the reply token is used now; False when this process no longer has the event."""
        claimed = sa.exists().where(
            _C.conversation == event.conversation, _C.worker == self._worker
        )
        spend = sa.update(line_events).where(
            _E.id == event.id, _E.done_at.is_(None), _E.token_spent.is_(False), claimed
        )
        spent = spend.values(token_spent=True)
        return write(self._engine, lambda c: bool(c.execute(spent).rowcount))

    def finish(self, event: Taken, outcome: str, at: datetime) -> None:
        """Note what became of an event, and erase what it said."""
        write(self._engine, lambda c: c.execute(_finished(event, outcome, at)) and None)

    def event_of(self, conversation: str, message_id: str) -> str | None:
        """Return the id of the event that brought a message."""
        wanted = sa.select(_E.id).where(
            _E.conversation == conversation, _E.message_id == message_id, _E.kind == "message"
        )
        with reading(self._engine) as connection:
            return connection.scalar(wanted)

    def sweep(self, at: datetime) -> None:
        """Delete what LINE will not deliver again any more."""
        old = sa.delete(line_events).where(_E.done_at < at - KEPT)
        write(self._engine, lambda c: c.execute(old) and None)


def _row(event: Arrived, at: datetime, place: int) -> dict[str, Any]:
    return {
        "id": event.id,
        "conversation": event.conversation,
        "happened_at": event.happened_at,
        "received_at": at,
        "place": place,
        "kind": event.kind,
        "message_id": event.message_id,
        "content": seal(json.dumps(event.content, ensure_ascii=False)),
        "tries": 0,
        "token_spent": False,
    }


def _finished(event: Taken, outcome: str, at: datetime) -> sa.sql.Update:
    done = sa.update(line_events).where(_E.id == event.id, _E.done_at.is_(None))
    return done.values(done_at=at, outcome=outcome, content=None)


def _is_over(connection: Connection, event: sa.engine.Row) -> bool:
    later = sa.and_(_E.kind == "unfollow", _E.happened_at > event.happened_at)
    taken_back = sa.and_(_E.kind == "unsend", _E.message_id == event.message_id)
    either = sa.or_(later, taken_back) if event.message_id else later
    same = _E.conversation == event.conversation
    found = sa.select(_E.id).where(same, _E.id != event.id, either)
    return connection.execute(found).first() is not None


def unreached(engine: Engine) -> list[tuple[str, str]]:
    """Return conversation and event of every latest answer that did not arrive, within KEPT."""
    later = line_events.alias()
    arrived = sa.exists().where(
        later.c.conversation == _E.conversation,
        later.c.outcome.in_(REACHED),
        later.c.done_at > _E.done_at,
    )
    wanted = sa.select(_E.conversation, _E.id).where(_E.outcome.in_(UNREACHED), ~arrived)
    with reading(engine) as connection:
        found = connection.execute(wanted.order_by(_E.done_at)).all()
    return [(row.conversation, row.id) for row in found]
