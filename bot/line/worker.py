"""Works off LINE's events: a person's in their order, several people's at the same time.

A turn of Rasa has the event's id for its message id, so that an event taken up again after a crash is
answered from what the conversation has stored, and not run a second time.
"""

from __future__ import annotations

import asyncio
import logging
import re
import uuid
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from linebot.v3.messaging import Message, TextMessage
from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.shared.core.events import BotUttered, Event, UserUttered

from bot import database, front_door, watch
from bot.calendars import drawn
from bot.channels import deletion, stored
from bot.channels.buttons import button_id
from bot.channels.limits import Buckets
from bot.channels.shared_limits import SharedBuckets
from bot.conversation_store import look_at, store_of
from bot.line import faces, reminders, users
from bot.line.api import Line, Outcome
from bot.line.inbox import REACHED, Arrived, Inbox, Taken
from bot.line.rich_menu import COMMANDS
from bot.rasa_fixes import AlreadyDone
from renewal import calendar_view, city, clock
from renewal.bookings import Bookings

log = logging.getLogger("bot.line")

T = TypeVar("T")
Said = dict[str, Any]

TURNS = 2
"""Turns at a time, one computing while another's action runs: more would only wait for each other,
and keep LINE waiting for its 200."""
TRIES = 3
"""How often an answer is tried; what is to be deleted is tried until it is."""
PAUSE_SECONDS = 1.0
LOOK_SECONDS = 1.0
"""How often a process looks for events that another one stored and left."""
RENEW_SECONDS = 3.0
SWEEP_SECONDS = 3600.0
TOKEN_SECONDS = 50
"""A reply token is good for about a minute; this leaves time for the way."""
PATIENCE_SECONDS = 1.0
"""After so long the loading animation says that an answer is on its way."""
LOADING_SECONDS = 20
LONGEST_STOP = 12.0
OLDEST = timedelta(days=1)
"""An event that happened longer ago is not answered as if it were new: it was delivered again, or
waited until nobody expects an answer."""
GREETING = "こんにちは"
"""What somebody who has just added the account is taken to say."""
_RETRY_KEYS = uuid.UUID("5f0b5f7c-6c3b-4b52-9a0e-3f7b8a4c1d20")

WORDS = {
    "declined": "ありがとうございます。スタンプや写真、音声などは読み取れません。"
    "お手数ですが、文字で書いてください。",
    "group": "招待ありがとうございます。予約には個人の情報が要るため、1対1のトークだけで"
    "ご案内しています。私を友だちに追加して、そちらでお話しください。",
    "button": "そのボタンは使えなくなりました。もう一度選ぶか、文字で書いてください。",
    "user_id": "ここで予約された方には、前の日にお知らせします。そのために、LINEの利用者IDを暗号にして保管します。"
    "ブロックされると消します。",
    "reminders_off": "前日のお知らせを止めました。予約はそのまま残っています。",
    "reminders_on": "前日のお知らせを、またお送りします。",
    "no_reminders": "いま、お知らせする予約はありません。",
    "too_fast": "続けて送られたため、受け取れませんでした。"
    "{wait}秒ほど待って、もう一度お送りください。",
    "failed": "申し訳ありません。こちらの不具合でお答えできませんでした。"
    "少しあとでもう一度お試しいただくか、{phone}へお電話ください。",
}


class Worker:
    """One process's share of the work."""

    def __init__(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> None:
        self._on_new_message = on_new_message
        self._inbox = Inbox(database.engine(), uuid.uuid4().hex)
        # One thread: several would only wait for SQLite's one writer. Another stores what arrives,
        # for LINE waits for that.
        self._database = ThreadPoolExecutor(1, "line-events")
        self._arrivals = ThreadPoolExecutor(1, "line-arrivals")
        # As on the web: somebody with a finger on the key is slowed down, and told so now and then.
        self._per_person = SharedBuckets("line", Buckets(burst=20, per_second=0.5))
        self._per_person_told = SharedBuckets("line_told", Buckets(burst=1, per_second=1 / 30))
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._stopping = False

    def start(self, agent: Callable[[], Agent]) -> None:
        """Begin, in the running event loop; `agent` gives Rasa's agent as it is then."""
        self._agent = agent
        self._line = Line()
        self._turns = asyncio.Semaphore(TURNS)
        reminders.begin()
        self._clockwork = [
            asyncio.create_task(self._every(LOOK_SECONDS, self._look)),
            asyncio.create_task(self._every(RENEW_SECONDS, self._renew)),
            asyncio.create_task(self._every(SWEEP_SECONDS, self._sweep)),
        ]

    async def stop(self) -> None:
        """Finish the events that are being worked on; the others wait for the next process."""
        self._stopping = True
        if self._busy:
            await asyncio.wait(list(self._busy.values()), timeout=LONGEST_STOP)
        for task in self._clockwork:
            task.cancel()
        await self._db(self._inbox.give_back)
        await self._line.close()

    async def put(self, events: Sequence[Arrived]) -> None:
        """Store events, then begin to work them off; raises when they could not be stored."""
        loop, store = asyncio.get_running_loop(), self._inbox.put
        new = await loop.run_in_executor(self._arrivals, store, events, clock.real_now())
        for conversation in dict.fromkeys(event.conversation for event in new):
            self._begin(conversation)

    # The clockwork --------------------------------------------------------------------------------

    async def _db(self, work: Callable[..., T], *arguments: Any) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._database, partial(work, *arguments))

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except Exception as error:
                watch.error_in("line_database")
                log.error("LINE's events cannot be looked at: %s", type(error).__name__)
            await asyncio.sleep(seconds)

    async def _look(self) -> None:
        for conversation in await self._db(self._inbox.waiting, clock.real_now()):
            if conversation not in self._busy:
                self._begin(conversation)

    async def _renew(self) -> None:
        if self._busy:
            await self._db(self._inbox.renew, clock.real_now())

    async def _sweep(self) -> None:
        await self._db(self._inbox.sweep, clock.real_now())

    def _begin(self, conversation: str) -> None:
        if self._stopping:
            return
        if conversation in self._busy:
            self._again.add(conversation)
            return
        task = asyncio.create_task(self._work(conversation))
        self._busy[conversation] = task
        task.add_done_callback(lambda _: self._busy.pop(conversation, None))

    async def _work(self, conversation: str) -> None:
        """Work off a conversation's events until none waits."""
        ended: tuple[Taken, str] | None = None
        try:
            while not self._stopping:
                self._again.discard(conversation)
                event = await self._db(self._inbox.take, conversation, clock.real_now(), ended)
                ended = None
                if event is not None and (outcome := await self._work_off(event)):
                    ended = event, outcome
                elif event is None and conversation not in self._again:
                    return
            if ended:
                await self._db(self._inbox.finish, *ended, clock.real_now())
        except Exception as error:
            # It is still stored: the next look takes it up again.
            watch.error_in("line_event")
            log.error("a LINE event was left: %s", type(error).__name__)

    # One event ------------------------------------------------------------------------------------

    async def _work_off(self, event: Taken) -> str | None:
        """Return how an event ended, or None when it has not."""
        patience = asyncio.create_task(self._patience(event))
        try:
            return await self._outcome(event)
        except Exception as error:
            # Not the error's message: it may hold a name or a phone.
            watch.error_in("line_event")
            log.error("a LINE event failed, try %d: %s", event.tries, type(error).__name__)
            if event.tries < TRIES or event.kind in ("unfollow", "unsend"):
                await asyncio.sleep(PAUSE_SECONDS * min(event.tries, 10))
                return None  # the conversation's next event is this one again
            outcome = await self._send(event, self._shown(event, []))
            return "failed" if outcome in REACHED else outcome
        finally:
            patience.cancel()

    async def _patience(self, event: Taken) -> None:
        to = str(event.content.get("to") or "")
        if event.kind in ("message", "postback") and to:
            await asyncio.sleep(PATIENCE_SECONDS)
            await self._line.loading(to, LOADING_SECONDS)

    async def _outcome(self, event: Taken) -> str | None:
        """Do what an event asks and return how it ended; None when it is another process's now."""
        if event.kind == "unfollow":
            await self._forget(event)
            return "forgotten"
        if event.kind == "unsend":
            await self._erase(event)
            return "erased"
        if not event.content:
            return "unreadable"
        if event.over:
            return "over"
        now = clock.real_now()
        if now - event.happened_at > OLDEST:
            watch.error_in("line_too_old")
            return "too_old"
        if event.kind in ("message", "postback") and event.tries == 1:
            wait = await self._per_person.wait(event.conversation, now)
            if wait:
                return await self._slowed_down(event, int(wait) + 1)
        return await self._send(event, await self._answers(event))

    async def _slowed_down(self, event: Taken, wait: int) -> str | None:
        """Say so once in a while, by the reply token alone: a push would count."""
        token = event.content.get("reply_token")
        told = await self._per_person_told.wait(event.conversation, clock.real_now())
        if told or not token or not await self._db(self._inbox.spend_token, event):
            return "too_fast"
        said = WORDS["too_fast"].format(wait=wait)
        await self._line.reply(token, self._shown(event, [{"text": said}]))
        return "too_fast"

    async def _answers(self, event: Taken) -> list[Message]:
        if event.kind == "join":
            return self._shown(event, [{"text": WORDS["group"]}])
        if event.kind == "follow":
            said = await self._turn(event, GREETING)
            return self._shown(event, [*said[:1], {"text": WORDS["user_id"]}, *said[1:]])
        if event.kind == "postback":
            return await self._pressed(event)
        text = event.content.get("text")
        if text is None:
            # Quick replies are gone once another message comes: what was asked is asked again.
            return self._shown(event, [{"text": WORDS["declined"]}, *await self._asked(event)])
        if (wanted := reminders.wants(text)) is not None:
            return await self._switch_reminders(event, wanted)
        if _may_choose(text):
            said = list(_latest(await self._events(event)))
            if payload := faces.choice(text, said):
                return self._shown(event, await self._turn(event, payload, pressed=True))
        # Typed text is never a command, whatever stands before its slash.
        text = re.sub(r"^[\W_]*/[\W_]*", "", text)
        return self._shown(event, await self._turn(event, text))

    async def _pressed(self, event: Taken) -> list[Message]:
        """Return the answer to a button, a picked day, a page of the calendar or a menu's place."""
        kind, _, what = str(event.content.get("data") or "").partition(":")
        if kind == "m" and what in COMMANDS:
            return self._shown(event, await self._turn(event, COMMANDS[what], pressed=True))
        if kind == "b" and (payload := await self._payload(event, what)):
            return self._shown(event, await self._turn(event, payload, pressed=True))
        if kind == "d" and (day := _day(event.content.get("date"))):
            return self._shown(event, await self._turn(event, day))
        if kind == "c":
            calendars = [said for said in _said(await self._events(event)) if _is(said, "slot_calendar")]
            if calendars and _day(what):
                newest = await asyncio.to_thread(drawn, calendars[-1])
                return faces.calendar_page(newest, event.conversation, what)
        if kind == "r" and what in ("on", "off"):
            return await self._switch_reminders(event, what == "on")
        return self._shown(event, [{"text": WORDS["button"]}, *await self._asked(event)])

    async def _switch_reminders(self, event: Taken, on: bool) -> list[Message]:
        switch = users.switch_reminders
        known = await self._db(switch, database.engine(), event.conversation, on)
        words = "no_reminders" if not known else "reminders_on" if on else "reminders_off"
        said = [{"text": WORDS[words]}, *await self._asked(event)]
        also = [] if not known else [reminders.OFF if on else reminders.ON]
        return faces.render(said, event.conversation, also)

    async def _payload(self, event: Taken, button: str) -> str | None:
        """Return what a button stands for that this conversation was shown.

        A card stays in the chat for ever: those of the person's own bookings go on working when
        their conversation is long over.
        """
        for payload in front_door.offered_payloads(_said(await self._events(event))):
            if button_id(event.conversation, payload) == button:
                return payload
        booked_as = users.booked_as(event.conversation)
        find = Bookings(database.engine()).find_in_conversation
        for booking in await self._db(find, booked_as, clock.now()):
            for action in ("change", "cancel"):
                payload = calendar_view.booking_command(action, booking.code)
                if button_id(event.conversation, payload) == button:
                    return payload
        return None

    async def _turn(self, event: Taken, text: str, *, pressed: bool = False) -> list[Said]:
        """Return what the bot says to a message, or has said when it has had it before."""
        turn = Turn((text,) if pressed else (), secret=bool(event.content.get("secret")))
        message = UserMessage(
            text, turn, event.conversation, input_channel="line", message_id=event.id
        )
        try:
            before = await self._events(event) if event.tries > 1 else []
            said = stored.answers_to(before, event.id)
            if not said:
                async with self._turns:
                    await self._on_new_message(message)
                said = turn.messages
        except AlreadyDone:
            said = stored.answers_to(await self._events(event), event.id) or []
        if any(_is(message, "booking_card") for message in said):
            await self._db(self._remember, event)
        return said

    def _remember(self, event: Taken) -> None:
        """Keep the id of somebody who booked here, for they will be reminded here."""
        booked_as = users.booked_as(event.conversation)
        if Bookings(database.engine()).find_in_conversation(booked_as, clock.now()):
            users.remember(database.engine(), event.content["to"], clock.real_now())

    async def _send(self, event: Taken, messages: list[Message]) -> str | None:
        """Reply, or push when the token is old or was tried; return how it ended."""
        token = event.content.get("reply_token")
        age = (clock.real_now() - event.received_at).total_seconds()
        if token and not event.token_spent and age < TOKEN_SECONDS:
            # Noted first: after a crash in between nobody knows whether it arrived, and a push
            # says it at worst once more. The token is never used twice.
            if not await self._db(self._inbox.spend_token, event):
                return None
            if await self._line.reply(token, messages) is Outcome.SENT:
                return "replied"
        to, key = str(event.content["to"]), uuid.uuid5(_RETRY_KEYS, event.id)
        outcome = await self._line.push(to, messages, str(key))
        if outcome is Outcome.REFUSED:
            # LINE dislikes something about a card or a button: the words alone are complete.
            words: list[Message] = [TextMessage(text=_words(message)) for message in messages]
            outcome = await self._line.push(to, words, str(uuid.uuid5(key, "words")))
        return outcome.value

    def _shown(self, event: Taken, said: Sequence[Said]) -> list[Message]:
        if not said:
            said = [{"text": WORDS["failed"].format(phone=city.load().call_centre.phone)}]
        return faces.render(said, event.conversation)

    # What the conversation has stored ---------------------------------------------------------------

    async def _events(self, event: Taken) -> Sequence[Event]:
        tracker = await look_at(self._agent(), event.conversation)
        return list(tracker.events) if tracker else []

    async def _asked(self, event: Taken) -> list[Said]:
        """Return what the latest turn asked with buttons: all of it, or its numbers would change."""
        latest = _latest(await self._events(event))
        asked = [said for said in latest if said.get("buttons") and not _is(said, "booking_card")]
        return [drawn(said) for said in asked]

    async def _forget(self, event: Taken) -> None:
        """Delete the conversation and the user id. A booking stays: staff will have to phone."""
        await deletion.delete(self._agent(), event.conversation)
        await self._db(users.forget, database.engine(), event.conversation)

    async def _erase(self, event: Taken) -> None:
        """Erase the words of a message that was taken back."""
        brought_by = event.message_id and await self._db(
            self._inbox.event_of, event.conversation, event.message_id
        )
        agent = self._agent()
        store = store_of(agent)
        if brought_by and hasattr(store, "erase_text"):
            async with agent.lock_store.lock(event.conversation):
                store.erase_text(event.conversation, brought_by)


class Turn(OutputChannel):
    """Collects what the bot says; `offers` are payloads that the channel vouches for.

    `secret`: a My Number or a PIN was masked in the message when it arrived.
    """

    def __init__(self, offers: Iterable[str] = (), *, secret: bool = False) -> None:
        self.offers = tuple(offers)
        self.secret = secret
        self.messages: list[Said] = []

    @classmethod
    def name(cls) -> str:
        return "line"

    async def send_response(self, recipient_id: str, message: Said) -> None:
        """Take an answer from the bot."""
        self.messages.append(message)


def _said(events: Iterable[Event]) -> list[Said]:
    return [event.message() for event in events if isinstance(event, BotUttered)]


def _latest(events: Sequence[Event]) -> list[Said]:
    """Return the bot's messages of the latest turn that had any."""
    found: list[Said] = []
    for event in reversed(events):
        if isinstance(event, BotUttered):
            found.append(event.message())
        elif isinstance(event, UserUttered) and found:
            break
    return found[::-1]


def _words(message: Message) -> str:
    return str(message.text if isinstance(message, TextMessage) else message.alt_text)


def _may_choose(text: str) -> bool:
    return len(text) <= 20 and any(character.isnumeric() for character in text)


def _is(said: Said, kind: str) -> bool:
    return bool((said.get("custom") or {}).get("type") == kind)


def _day(date: Any) -> str | None:
    """Return a picked day (ISO 8601) as somebody would type it, or None for what is no day."""
    try:
        return faces.date_text(str(date))
    except ValueError:
        return None
