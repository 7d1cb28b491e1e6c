"""Deleting a conversation, in every channel that offers it."""

from __future__ import annotations

import asyncio

from rasa.core.agent import Agent

from bot import database
from bot.conversation_store import store_of
from renewal.bookings import Bookings
from renewal.bookings.engine import leave_no_trace


async def delete(agent: Agent, conversation: str) -> None:
    """Delete all that was said and give back a held seat. Bookings stay."""
    async with agent.lock_store.lock(conversation):
        tracker = await agent.tracker_store.retrieve(conversation)
        for hold in ("hold", "booking_hold"):
            if tracker and tracker.get_slot(hold):
                Bookings(database.engine()).release(str(tracker.get_slot(hold)))
        store = store_of(agent)
        if hasattr(store, "session_scope"):
            with store.session_scope() as session:
                session.query(store.SQLEvent).filter_by(sender_id=conversation).delete()
                session.commit()
            # Nor does it live on in a write-ahead log, here or with the seat that was held.
            for engine in (store.engine, database.engine()):
                await asyncio.to_thread(leave_no_trace, engine)
        else:
            store.store.pop(conversation, None)
