"""What whoever runs the bot can see of it: figures for Prometheus, and one log line a turn.

Nothing personal: no texts, no names, and of a conversation only a keyed hash.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import sqlalchemy as sa
from prometheus_client import REGISTRY, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from rasa.nlu.constants import RESPONSE_SELECTOR_UTTER_ACTION_KEY as RESPONSE
from rasa.shared.core.events import BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot import database
from renewal import city, clock, settings
from renewal.bookings import bounds
from renewal.bookings.schema import bookings, seats

log = logging.getLogger("bot.turn")

_LINE_EVENTS = sa.table("line_events", sa.column("done_at"))

TURNS = Counter("renewal_turns", "Messages dealt with", ["channel", "outcome"])
SECONDS = Histogram(
    "renewal_turn_seconds",
    "From a message to its last answer",
    ["channel"],
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10),
)
INTENTS = Counter("renewal_intents", "What messages were understood as", ["intent", "band"])
FALLBACKS = Counter("renewal_fallbacks", "Messages that were asked back or not understood")
ERRORS = Counter("renewal_errors", "What went wrong inside", ["where"])


@dataclass
class Turn:
    """One message on its way through the bot."""

    conversation: str
    channel: str
    intent: str | None = None
    band: str | None = None
    outcome: str = "answered"
    lost: bool = False
    """Whether a call of an action got no answer; then nothing of the turn is kept."""
    source: str | None = None
    """A keyed hash of the network address; handed to actions, neither logged nor stored here."""


_turn: ContextVar[Turn | None] = ContextVar("turn", default=None)
_running = 0


def this_turn() -> Turn | None:
    """Return the turn that the caller works for, if there is one."""
    return _turn.get()


def running() -> int:
    """Return how many turns are under way in this process."""
    return _running


@contextmanager
def turn(conversation: str, channel: str, source: str | None = None) -> Iterator[Turn]:
    """Count, time and log one turn, whatever becomes of it."""
    global _running
    this = Turn(settings.keyed_hash(conversation)[:16], channel, source=source)
    token, begun = _turn.set(this), time.perf_counter()
    _running += 1
    try:
        yield this
    except BaseException as error:
        if this.outcome == "answered":
            this.outcome = "failed"
            error_in("turn")
            log.error("turn failed: %s", type(error).__name__)
        raise
    finally:
        _running -= 1
        _turn.reset(token)
        seconds = time.perf_counter() - begun
        TURNS.labels(channel, this.outcome).inc()
        SECONDS.labels(channel).observe(seconds)
        fields = {name: value for name, value in vars(this).items() if name != "source"}
        log.info("turn", extra={"fields": fields | {"ms": round(seconds * 1000)}})


def error_in(where: str) -> None:
    """Count an error; `where` is one of a few fixed words."""
    ERRORS.labels(where).inc()


def understood(tracker: DialogueStateTracker) -> None:
    """Count what the latest message was understood as, and errors of actions in its turn."""
    latest: list[Event] = []
    for event in reversed(tracker.events):
        latest.append(event)
        if isinstance(event, UserUttered):
            break
    else:
        return
    message = latest[-1]
    intent = message.intent.get("name") or "none"
    said = {event.metadata.get(RESPONSE) for event in latest if isinstance(event, BotUttered)}
    band = _band(message.text or "", said)
    INTENTS.labels(intent, band).inc()
    if band in ("asked_back", "not_understood"):
        FALLBACKS.inc()
    if any(isinstance(e, SlotSet) and e.key == "last_error" and e.value for e in latest):
        error_in("action")
    if (this := _turn.get()) is not None:
        this.intent, this.band = intent, band


def _band(text: str, said: set[str | None]) -> str:
    if text.startswith("/"):
        return "button"
    if said & {"utter_clarify", "utter_clarify_one"}:
        return "asked_back"
    return "not_understood" if "utter_not_understood" in said else "understood"


class FromTheDatabase(Collector):
    """Bookings, live holds and LINE's waiting events, counted when somebody looks."""

    def collect(self) -> Iterator[Metric]:
        """Yield the figures; none when the database does not answer, which is a figure itself."""
        up = GaugeMetricFamily("renewal_database_up", "Whether the database answers")
        try:
            with database.engine().connect() as connection:
                by_status = connection.execute(
                    sa.select(bookings.c.status, sa.func.count()).group_by(bookings.c.status)
                ).all()
                holds = connection.scalar(
                    sa.select(sa.func.count(sa.distinct(seats.c.hold_id))).where(
                        seats.c.code.is_(None), seats.c.held_until > clock.real_now()
                    )
                )
                lately = bounds.made_lately(connection, clock.real_now())
                waiting = None
                if sa.inspect(connection).has_table(_LINE_EVENTS.name):
                    undone = _LINE_EVENTS.c.done_at.is_(None)
                    waiting = connection.scalar(
                        sa.select(sa.func.count()).select_from(_LINE_EVENTS).where(undone)
                    )
        except sa.exc.SQLAlchemyError:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        made = GaugeMetricFamily("renewal_bookings", "Bookings in the database", labels=["status"])
        for status, count in by_status:
            made.add_metric([status], count)
        yield made
        yield GaugeMetricFamily("renewal_holds", "Seats held just now", value=holds or 0)
        most = city.load().booking.bounds.usual_an_hour
        yield GaugeMetricFamily(
            "renewal_bookings_last_hour", "Bookings by citizens within an hour", value=lately
        )
        yield GaugeMetricFamily(
            "renewal_flood", "Whether those are above their usual band", value=int(lately >= most)
        )
        if waiting is not None:
            yield GaugeMetricFamily("renewal_line_waiting", "LINE's events to do", value=waiting)


def count_the_database() -> None:
    """Add the figures of the database to those that are served; once a process."""
    REGISTRY.register(FromTheDatabase())
