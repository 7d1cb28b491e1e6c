"""Where conversations are kept: Rasa's SQL tracker store, without reading everything each turn."""

from __future__ import annotations

import json
from collections import OrderedDict
from itertools import islice
from typing import Any

import sqlalchemy as sa
from rasa.core.agent import Agent
from rasa.core.tracker_store import SQLTrackerStore
from rasa.nlu.constants import RESPONSE_SELECTOR_UTTER_ACTION_KEY as _RESPONSE
from rasa.shared.core.events import BotUttered, Event, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker

from bot import in_force
from renewal import settings
from renewal.bookings import create_engine_from

_STORED = ("intent", "entities", "text", "message_id", "metadata", "heard")
_SAID = (_RESPONSE, "expects", "left")
KEPT = 1000
"""Conversations kept in memory: the ones that are being held just now."""


class ConversationStore(SQLTrackerStore):
    """Keeps the latest conversations in memory as well, each checked against the database.

    Rasa reads and replays all events of a conversation at every turn. Here a conversation that was
    saved by this process is used again if the database holds nothing newer, so that another
    process, or a restart, never meets an old state. One that is in use is not in the memory.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        in_force.put()
        kwargs.setdefault("db", settings.conversations_db())
        super().__init__(*args, **kwargs)
        if "://" in str(kwargs.get("db")):
            # Rasa's engine, which has made the table, has no time limits.
            self.engine: Any = create_engine_from(kwargs["db"])
            self.sessionmaker = sa.orm.sessionmaker(bind=self.engine)
        elif self.engine.dialect.name == "sqlite" and self.engine.url.database:
            # SQLAlchemy would open the file anew for each transaction, and the last one to close
            # a write-ahead log writes all of it back, each time.
            self.engine = sa.create_engine(
                self.engine.url,
                poolclass=sa.pool.QueuePool,
                connect_args={"check_same_thread": False},
            )
            self.sessionmaker = sa.orm.sessionmaker(bind=self.engine)
        self._kept: OrderedDict[str, tuple[int, DialogueStateTracker]] = OrderedDict()
        table = self._table = self.SQLEvent.__table__
        of_sender = table.c.sender_id == sa.bindparam("sender_id")
        self._insert = sa.insert(table)
        self._newest_of = sa.select(sa.func.max(table.c.id)).where(of_sender)
        if self.engine.dialect.name == "sqlite":
            sa.event.listen(self.engine, "connect", _quick_and_safe)

    @staticmethod
    def get_db_url(dialect: str, host: Any, port: Any, db: str, *more: Any) -> Any:
        """Return the database's address: `db` is one already, or a SQLite file."""
        if "://" in db:
            return db.replace("postgres://", "postgresql://", 1)
        return SQLTrackerStore.get_db_url(dialect, host, port, db, *more)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the conversation for a turn, which changes it and then saves it."""
        kept, tracker = self._kept.pop(sender_id, (None, None))
        newest = self._newest(sender_id)
        if tracker is not None and kept == newest:
            return tracker
        return await self._read(sender_id) if newest else None

    async def look_at(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the conversation as it is, only to be read."""
        kept, tracker = self._kept.get(sender_id, (None, None))
        newest = self._newest(sender_id)
        if tracker is not None and kept == newest:
            return tracker
        tracker = await self._read(sender_id) if newest else None
        if tracker is not None:
            self._keep(newest, tracker)
        return tracker

    async def _read(self, sender_id: str) -> DialogueStateTracker | None:
        tracker = await super().retrieve(sender_id)
        if tracker is not None:
            tracker.events_saved = len(tracker.events)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        await self.stream_events(tracker)
        with self.engine.begin() as connection:
            rows = [_row(tracker.sender_id, event) for event in self._unsaved(tracker)]
            if rows:
                connection.execute(self._insert, rows)
            newest = connection.scalar(self._newest_of, {"sender_id": tracker.sender_id})
        if sum(type(event) is SessionStarted for event in tracker.events) > 1:
            return  # the database now gives back the latest session alone
        self._keep(newest, tracker)

    def _keep(self, newest: int, tracker: DialogueStateTracker) -> None:
        tracker.events_saved = len(tracker.events)
        self._kept[tracker.sender_id] = (newest, tracker)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def erase_text(self, sender_id: str, message_id: str) -> None:
        """Erase the words of one message of a person's, who has taken it back."""
        table = self._table
        theirs = sa.select(table.c.id, table.c.data).where(
            table.c.sender_id == sender_id, table.c.type_name == "user"
        )
        with self.engine.begin() as connection:
            for row in connection.execute(theirs).all():
                data = json.loads(row.data)
                if data.get("message_id") == message_id:
                    kept = {"intent": data.get("parse_data", {}).get("intent"), "entities": []}
                    data |= {"text": "", "parse_data": {**kept, "text": ""}}
                    change = sa.update(table).where(table.c.id == row.id)
                    connection.execute(change.values(data=_json(data)))
        self._kept.pop(sender_id, None)

    def can_write(self) -> bool:
        """Return whether the database takes and keeps a row; raises what it raises when it cannot."""
        row = {"sender_id": "", "type_name": "probe", "timestamp": 0.0, "data": "{}"}
        with self.engine.begin() as connection:
            connection.execute(sa.insert(self._table).values(**row))
            gone = connection.execute(
                sa.delete(self._table).where(
                    self._table.c.sender_id == "", self._table.c.type_name == "probe"
                )
            )
        return bool(gone.rowcount)

    def _unsaved(self, tracker: DialogueStateTracker) -> list[Event]:
        saved = getattr(tracker, "events_saved", None)
        if saved is None and not self._newest(tracker.sender_id):
            saved = 0  # a new conversation
        if saved is not None:
            return list(islice(tracker.events, saved, None))
        with self.session_scope() as session:
            return list(self._additional_events(session, tracker))

    def _newest(self, sender_id: str) -> int:
        with self.engine.connect() as connection:
            newest = connection.scalar(self._newest_of, {"sender_id": sender_id})
        return int(newest or 0)


def store_of(agent: Agent) -> Any:
    """Return where an agent keeps its conversations, without Rasa's wrapper around it."""
    return getattr(agent.tracker_store, "_tracker_store", agent.tracker_store)


async def look_at(agent: Agent, sender_id: str) -> DialogueStateTracker | None:
    """Return a conversation only to be read: it stays ready for its next turn."""
    store = store_of(agent)
    return await getattr(store, "look_at", store.retrieve)(sender_id)


def _row(sender_id: str, event: Event) -> dict[str, Any]:
    """Return an event as Rasa's SQL store keeps it."""
    data = event.as_dict()
    if isinstance(data.get("parse_data"), dict):
        # What else a message might have meant is needed in its own turn alone.
        data["parse_data"] = {k: v for k, v in data["parse_data"].items() if k in _STORED}
    metadata = data.get("metadata") or {}
    if isinstance(event, BotUttered):
        # The values that were put into a sentence stand in the sentence.
        metadata = {k: v for k, v in metadata.items() if k in _SAID}
        data["data"] = {k: v for k, v in data["data"].items() if v is not None}
    data["metadata"] = {k: v for k, v in metadata.items() if k not in ("model_id", "assistant_id")}
    return {
        "sender_id": sender_id,
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
        "action_name": data.get("name"),
        "data": _json(data),
    }


def _json(data: dict[str, Any]) -> str:
    # As UTF-8, Japanese takes half of what it takes escaped.
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _quick_and_safe(connection: Any, record: Any) -> None:
    # With a write-ahead log a commit need not wait for the disk: a power cut may lose the last
    # sentences of a conversation, never a booking, which is in another database.
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA secure_delete=ON")  # what is deleted or taken back is overwritten
    cursor.close()
