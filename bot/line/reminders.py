"""Sends what is due: reminders of tomorrow's visits, and closures that hit a booking.

Several processes may run this at once: each message is a row (renewal/notices.py) that one of them
holds at a time, and LINE takes a retry key once.
"""

from __future__ import annotations

import asyncio
import logging
import re
import threading
from collections import Counter
from pathlib import Path
from typing import Any

from linebot.v3.messaging import Message
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot import database
from bot.line import cards, faces, users
from bot.line.api import Line
from bot.responses import CityResponses
from reading.text import fold
from renewal import city, clock, notices
from renewal.application import Desk
from renewal.bookings import Booking, Bookings
from renewal.city import City
from renewal.notices import Notice

log = logging.getLogger("bot.line")

AT_ONCE = 10
"""Pushes under way at one time; LINE allows 2,000 a second."""
EVERY_SECONDS = 60

OFF = cards.postback("お知らせを止める", "r:off")
ON = cards.postback("お知らせを再開する", "r:on")

_THEM = (
    "(?:お知らせ|おしらせ|リマインド|リマインダー|前日の?(?:連絡|通知|メッセージ))"
    "(?:の?(?:送信|配信|通知|連絡))?(?:は|を|も)?(?:もう|全部|また)?"
)
_OFF = re.compile(
    f"{_THEM}(?:(?:止め|とめ|やめ)(?!な|た[らい]?[らと])|停止|オフ|送らない|しないで|解除"
    "|(?:不要|い[らり](?:ない|ません)|要[らり](?:ない|ません))(?!.*(?:[かの?]$|思|捨|なく)))"
)
_ON = re.compile(f"{_THEM}(?:再開|オン|送って|送信して|受け取|(?:欲|ほ)しい|(?:始|はじ)め)(?!.*[か?]$)")


def wants(text: str) -> bool | None:
    """Return whether somebody writes that they want reminders (True) or no more of them (False).

    None for everything else, also for questions about a notice: "お知らせのはがきは要りますか".
    """
    plain = fold(text).kept.rstrip("。!")
    if _OFF.search(plain):
        return False
    return True if _ON.search(plain) else None


def begin() -> None:
    """Send what is due every minute, in a thread of its own, until the process ends.

    Its queries would keep the bot's event loop waiting. It may be cut off anywhere: what it held is
    taken up by another process, or by the next one.
    """
    threading.Thread(target=lambda: asyncio.run(_for_ever()), name="reminders", daemon=True).start()


async def _for_ever() -> None:
    async with Line() as line:
        sender = Sender(line, Bookings(database.engine()), city.load())
        while True:
            try:
                await sender.send_due()
            except Exception as error:
                log.error("reminders failed: %s", type(error).__name__)
            await asyncio.sleep(EVERY_SECONDS)


class Sender:
    """Sends notices over one connection to LINE."""

    def __init__(self, line: Line, store: Bookings, the_city: City) -> None:
        self._line = line
        self._store = store
        self._city = the_city
        domain = Domain.load(Path(__file__).resolve().parents[2] / "domain.yml")
        self._sentences = CityResponses(EndpointConfig(), domain)
        self._nobody = DialogueStateTracker("notices", [])

    async def send_due(self) -> Counter[str]:
        """Send everything that is due now, and return how many ended how."""
        notices.plan(self._store, self._city, clock.now(), clock.real_now())
        ended: Counter[str] = Counter()
        while claimed := notices.claim(self._store.engine, clock.real_now(), AT_ONCE):
            ended.update(await asyncio.gather(*map(self._send, claimed)))
        return ended

    async def _send(self, notice: Notice) -> str:
        try:
            status = await self._push(notice)
        except Exception as error:
            # The row stays claimed, and is taken up again when the claim has run out.
            log.error("a notice was not sent: %s", type(error).__name__)
            return "failed"
        notices.finish(self._store.engine, notice, status, clock.real_now())
        return status

    async def _push(self, notice: Notice) -> str:
        desk = Desk(self._city, self._store, clock.now(), clock.real_now())
        booking = self._store.get(notice.code)
        if ended := notices.why_not_now(notice, booking, desk):
            return ended
        assert booking
        user = (
            users.who_booked(self._store.engine, booking.visit.conversation)
            if booking.visit.conversation
            else None
        )
        if user is None:
            return "no_line"
        if notice.kind == "reminder" and not user.reminders:
            return "switched_off"
        messages = await self._messages(notice, booking, desk, user)
        outcome = await self._line.push(user.user_id, messages, notice.retry_key)
        return outcome.value

    async def _messages(
        self, notice: Notice, booking: Booking, desk: Desk, user: users.LineUser
    ) -> list[Message]:
        remark = notices.remark(notice, booking, desk)
        said = await self._say(f"utter_{remark.name}", dict(remark.values))
        if remark.payload:
            said["custom"] = dict(remark.payload)
        also = (OFF,) if notice.kind == "reminder" else ()
        return faces.render([said], users.conversation_of(user.user_id), also)

    async def _say(self, name: str, values: dict[str, Any]) -> dict[str, Any]:
        spoken = await self._sentences.generate(name, self._nobody, "line", **values)
        assert spoken, name
        return {"text": spoken["text"], "buttons": values["buttons"]}
