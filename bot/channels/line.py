"""The channel of LINE, under /webhooks/line/.

    POST   webhook     LINE's events: signed, stored, answered with 200, and worked off afterwards
    GET    visit.ics   a booking for the calendar, by a signed link

Without LINE_CHANNEL_SECRET the channel is off. A LINE user's conversation is named by a keyed hash
of the user id; the id itself stands, encrypted, in the stored event until it is worked off.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import os
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot import database, watch
from bot.line import users, visit_link
from bot.line.inbox import Arrived
from bot.line.worker import Worker
from reading import masking
from renewal import calendar_file, city, clock
from renewal.bookings import Bookings

log = logging.getLogger("bot.line")

LONGEST_BODY = 1_000_000
MOST_THROWN_AWAY = 16_000_000
LONGEST_TEXT = 2_000
"""Characters kept of a text: the front door refuses more than 1,000, kindly."""
_ID = re.compile(r"[!-~]{1,256}")
_SIGNATURE = re.compile(r"[A-Za-z0-9+/]{43}=")
"""Base64 of a SHA-256."""


class LineChannel(InputChannel):
    """LINE's webhook; `secret` is the channel's, "" leaves the channel off."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    @classmethod
    def name(cls) -> str:
        return "line"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> LineChannel:
        return cls(os.environ.get("LINE_CHANNEL_SECRET", "").strip())

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        line = Blueprint("line_channel")
        if not self._secret:
            return line
        worker = Worker(on_new_message)

        @line.listener("after_server_start")
        async def begin(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
            worker.start(lambda: app.ctx.agent)

        @line.listener("before_server_stop")
        async def end(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
            await worker.stop()

        @line.post("/webhook", stream=True)
        async def webhook(request: Request) -> HTTPResponse:
            body = await self._signed_body(request)
            if isinstance(body, HTTPResponse):
                return body
            try:
                events = list(json.loads(body)["events"])
            except (ValueError, KeyError, TypeError, RecursionError):
                return _refused(400)
            arrived, unreadable = _arrivals(events)
            if unreadable:
                watch.error_in("line_unreadable")
            if unreadable == len(events) > 0:
                return _refused(400)
            if arrived:
                await worker.put(arrived)  # an error here is a 500: LINE delivers them again
            return response.empty(200)

        @line.get("/visit.ics")
        async def visit(request: Request) -> HTTPResponse:
            code = visit_link.code_of(request.args.get("ticket"), clock.now())
            booking = Bookings(database.engine()).get(code) if code else None
            if booking is None:
                return response.empty(404)
            file = calendar_file.visit_ics(booking, city.load(), clock.real_now())
            headers = {"Content-Disposition": 'attachment; filename="visit.ics"'}
            return response.raw(file, content_type=calendar_file.MEDIA_TYPE, headers=headers)

        return line

    async def _signed_body(self, request: Request) -> bytes | HTTPResponse:
        """Return the body that LINE has signed, or the refusal; a huge one is not even read."""
        stream = request.stream
        assert stream is not None
        signature = str(request.headers.get("x-line-signature") or "")
        length = str(request.headers.get("content-length") or "0")
        # Sanic reads on, and throws away, so that the refusal arrives; then it hangs up.
        stream.request_max_size = MOST_THROWN_AWAY
        if not length.isdecimal() or int(length) > LONGEST_BODY:
            return _refused(413)
        if not _SIGNATURE.fullmatch(signature):
            return _refused(403)
        body = bytearray()
        while (piece := await stream.read()) is not None:
            body += piece
            if len(body) > LONGEST_BODY:
                return _refused(413)
        expected = base64.b64encode(hmac.new(self._secret, body, hashlib.sha256).digest())
        if not hmac.compare_digest(expected, signature.encode()):
            return _refused(403)
        return bytes(body)


def _arrivals(events: list[Any]) -> tuple[list[Arrived], int]:
    """Return what is to be stored, and how many events could not be read: they stop no other."""
    arrived, unreadable = [], 0
    for event in events:
        try:
            json.dumps(event, ensure_ascii=False).encode()  # half a character cannot be stored
            if each := arrival(event):
                arrived.append(each)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            unreadable += 1
    return arrived, unreadable


def arrival(event: dict[str, Any]) -> Arrived | None:
    """Return what is to be stored of an event, or None for one that is not for us.

    Silent: in standby (another system has the conversation; what is taken back is erased all the
    same), in groups and rooms except on joining, and for kinds of events that we do not know.
    """
    kind, source = event.get("type"), event.get("source") or {}
    person = source.get("type") == "user"
    to = source.get(f"{source.get('type')}Id")
    silent = event.get("mode") == "standby" and kind not in ("unsend", "unfollow")
    if silent or not isinstance(to, str):
        return None
    if not isinstance(event.get("webhookEventId"), str):
        return None
    if not _ID.fullmatch(event["webhookEventId"]):
        raise ValueError("an event's id that is none")
    content: dict[str, Any] = {"to": to}
    if isinstance(event.get("replyToken"), str):
        content["reply_token"] = event["replyToken"]
    message_id = None
    if kind == "message" and person:
        message = event.get("message") or {}
        message_id = _plain_id(message.get("id"))
        if message.get("type") == "text":
            # Masked whole, then cut: half a My Number would not be known for one.
            masked = masking.mask(str(message.get("text") or ""))
            content["text"] = masked.text[:LONGEST_TEXT]
            if masked.found:
                content["secret"] = True  # of the text that is stored nobody could tell any more
    elif kind == "postback" and person:
        postback = event.get("postback") or {}
        content["data"] = str(postback.get("data") or "")[:300]
        content["date"] = str((postback.get("params") or {}).get("date") or "")[:10]
    elif kind == "unsend" and person:
        message_id = _plain_id((event.get("unsend") or {}).get("messageId"))
    elif not (kind in ("follow", "unfollow") and person or kind == "join" and not person):
        return None
    return Arrived(
        id=event["webhookEventId"][:64],
        conversation=users.conversation_of(to),
        happened_at=_moment(event.get("timestamp")),
        kind=str(kind),
        content=content,
        message_id=message_id and message_id[:64],
    )


def _plain_id(given: Any) -> str | None:
    """Return a message's id, or None for what is none."""
    return str(given) if given and _ID.fullmatch(str(given)) else None


def _moment(timestamp: Any) -> datetime:
    """Return LINE's milliseconds as a moment, and now for what is none."""
    try:
        return datetime.fromtimestamp(int(timestamp) / 1000, timezone.utc)
    except (TypeError, ValueError, OverflowError, OSError):
        return clock.real_now()


def _refused(status: int) -> HTTPResponse:
    return response.empty(status)
