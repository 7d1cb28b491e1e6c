"""The channel of the chat on the city's website, under /webhooks/web/.

    POST   conversation   begin or go on: the last 50 messages with the number of the `first` (with
                          ?before=NUMBER those before it), and the ticket (cookie or token)
    DELETE conversation   delete everything said
    POST   message        {"id", "text"} or {"id", "button"}: the answers, one JSON line each as
                          they become ready, and at last {"done", "kept", "text"}: whether the
                          conversation holds them, and the text as it was stored; "failed" when
                          nothing was done and the same message may be sent again
                          An old answer's button is asked about before it changes anything.
    POST   opinion        {"id", "topic", "helpful", "why"}: whether an answer that was given here helped
    GET    visit.ics      a booking made in this conversation, for the calendar

The server names the conversation, never the browser. What the browser may say is a text or the
id of a button that this conversation was shown; whatever else it sends is ignored. A message has
an id of the browser's making: one that comes again is answered again and not done again. A browser
that refuses cookies says so ({"cookies": false}) and gets a token, as another site's page does.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import logging
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from rasa.shared.core.events import BotUttered, Event
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Blueprint, Sanic, response
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from bot import database
from bot.channels import addresses, deletion, stored, web_tickets, web_transcript
from bot.channels.buttons import button_id
from bot.channels.limits import Buckets
from bot.channels.shared_limits import SharedBuckets
from bot.conversation_store import look_at
from bot.rasa_fixes import AlreadyDone
from bot.responses import CityResponses
from reading import masking
from renewal import calendar_file, city, clock, opinions, settings
from renewal.bookings import Bookings

log = logging.getLogger("bot.web")

LONGEST_BODY = 16_000
LONGEST_TEXT = 2_000
"""Characters handed on: the front door refuses more than 1,000, kindly, and need not read more."""
_SURROGATE = re.compile("[\ud800-\udfff]")
MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
PAGE_SECONDS = 10.0
"""How long a page that was shown is shown again as it is: its calendar may be as old as that."""
MOST_PAGES = 100
LONGEST_DELAY = 5.0
"""Seconds that a request from a busy address waits at most; what would wait longer is refused."""

WORDS = {
    "ended": "時間がたったため、このお話は終わりました。新しいお話を始めてください。",
    "origin": "このページからは利用できません。",
    "too_fast": "続けて送られたため、受け取れませんでした。"
    "{wait}秒ほど待って、もう一度お送りください。",
    "busy": "お使いの回線からの利用が多く、受け取れませんでした。"
    "{wait}秒ほど待って、もう一度お送りください。",
    "button": "そのボタンは使えなくなりました。もう一度選ぶか、文字で書いてください。",
    "old_button": "これは前の質問のボタンです。いまから「{title}」にしますか。",
    "old_yes": "「{title}」にする",
    "old_no": "しない",
    "two_cookies": "お使いのブラウザーに、このチャットの記録が2つあります。"
    "Cookieを消してから、もう一度お試しください。",
    "unreadable": "うまく受け取れませんでした。もう一度お送りください。",
    "no_booking": "その予約は見つかりませんでした。",
    "failed": "申し訳ありません。こちらの不具合でお答えできませんでした。"
    "少しあとでもう一度お試しいただくか、{phone}へお電話ください。",
}

_CHANGING = ("/inform", "/correct", "/go_back", "/stop", "/start_over")
_NOT_CHANGED = "not changed"
"""What the button says that leaves things as they are, after an old one was asked about."""

Answer = dict[str, Any]


class Refused(SanicException):
    """A request that is turned away, with a sentence for the person."""

    def __init__(self, status: int, error: str, **values: Any) -> None:
        super().__init__(error, status_code=status, quiet=True)
        self.body = {"error": error, "say": WORDS[error].format(**values), **values}


class WebChat(InputChannel):
    """The web channel; `allowed_origins` may embed the chat, `trusted_proxies` name addresses."""

    def __init__(self, allowed_origins: list[str], trusted_proxies: list[str]) -> None:
        self._allowed = {origin.rstrip("/") for origin in allowed_origins}
        self._proxies = [ipaddress.ip_network(each) for each in trusted_proxies]
        # How much was said then, when the page was made, and the page.
        self._pages: dict[str, tuple[tuple[int, float] | None, float, web_transcript.Page]] = {}
        self._turns: dict[tuple[str, str], Turn] = {}
        self._per_conversation = SharedBuckets("conversation", Buckets(burst=20, per_second=0.5))
        # What one conversation can fill of the disk in a day is bounded, too.
        self._a_day = SharedBuckets("day", Buckets(burst=600, per_second=600 / 86_400))
        self._openings = SharedBuckets("opening", Buckets(burst=20, per_second=0.2))
        self._per_address = SharedBuckets(
            "address", Buckets(burst=300, per_second=10, longest_wait=LONGEST_DELAY)
        )

    @classmethod
    def name(cls) -> str:
        return "web"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WebChat:
        given = credentials or {}
        return cls(given.get("allowed_origins") or [], given.get("trusted_proxies") or [])

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        web = Blueprint("web_chat")

        @web.post("/conversation")
        async def begin(request: Request) -> HTTPResponse:
            origin = self._origin(request)
            await self._slow_down(request)
            at = clock.real_now()
            conversation = self._conversation(request)
            if conversation and (wait := await self._openings.wait(conversation, at)):
                raise Refused(429, "too_fast", wait=int(wait) + 1)
            conversation = conversation or web_tickets.new_conversation()
            tracker = await look_at(request.app.ctx.agent, conversation)
            agent = request.app.ctx.agent
            events = list(tracker.events) if tracker else []
            page = await self._page(events, conversation, _before(request))
            body: dict[str, Any] = {
                "messages": page.messages,
                "first": page.first,
                "ended": bool(tracker and _has_ended(agent, tracker)),
                "desk": _call_centre_now(agent),
            }
            ticket = web_tickets.issue(conversation, at, origin)
            by_token = bool(origin) or _body(request).get("cookies") is False
            if by_token:
                body["token"] = ticket
            answer = response.json(body, ensure_ascii=False)
            if not by_token:
                _set_cookie(answer, ticket, int(web_tickets.LIFETIME.total_seconds()))
            return answer

        @web.delete("/conversation")
        async def delete(request: Request) -> HTTPResponse:
            await self._slow_down(request)
            conversation = self._conversation(request)
            answer = response.empty()
            if conversation:
                self._pages.pop(conversation, None)
                await deletion.delete(request.app.ctx.agent, conversation)
            _set_cookie(answer, "", 0)
            return answer

        @web.post("/message")
        async def message(request: Request) -> None:
            conversation = self._conversation(request)
            if conversation is None:
                raise Refused(401, "ended")
            said = _said(request)
            await self._slow_down(request)
            await self._count(conversation)
            source = addresses.source_of(self._address(request))
            turn = self._turn(request.app.ctx.agent, conversation, said, on_new_message, source)
            headers = {**self._headers(request), "X-Accel-Buffering": "no"}
            stream = await request.respond(content_type="application/x-ndjson", headers=headers)
            async for answer in turn.answers():
                await stream.send(json.dumps(answer, ensure_ascii=False) + "\n")
            await stream.eof()

        @web.post("/opinion")
        async def opinion(request: Request) -> HTTPResponse:
            await self._slow_down(request)
            conversation = self._conversation(request)
            if conversation is None:
                raise Refused(401, "ended")
            await self._count(conversation)
            tracker = await look_at(request.app.ctx.agent, conversation)
            _keep_opinion(conversation, _body(request), tracker.events if tracker else ())
            return response.empty()

        @web.get("/visit.ics")
        async def visit(request: Request) -> HTTPResponse:
            await self._slow_down(request)
            conversation = self._conversation(request)
            if conversation is None:
                raise Refused(401, "ended")
            return _calendar_file(conversation, str(request.args.get("code") or ""))

        async def preflight(request: Request) -> HTTPResponse | None:
            ours = request.method == "OPTIONS" and request.path.startswith("/webhooks/web/")
            return response.empty(headers=self._headers(request)) if ours else None

        @web.listener("before_server_start")
        async def answer_preflights_first(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
            # Rasa's own CORS middleware answers every OPTIONS request, and knows no origin.
            app.request_middleware.appendleft(preflight)

        @web.middleware("response")
        async def add_headers(request: Request, answer: HTTPResponse) -> None:
            answer.headers.update(self._headers(request))

        @web.exception(Refused)
        async def refuse(request: Request, error: Refused) -> HTTPResponse:
            headers = self._headers(request)
            if "wait" in error.body:
                headers["Retry-After"] = str(error.body["wait"])
            return response.json(error.body, error.status_code, headers, ensure_ascii=False)

        @web.exception(Exception)
        async def apologise(request: Request, error: Exception) -> HTTPResponse:
            if isinstance(error, SanicException):
                raise error
            log.error("a web request failed: %s", type(error).__name__)
            body = {"error": "failed", "say": WORDS["failed"].format(phone=_phone())}
            return response.json(body, 500, self._headers(request), ensure_ascii=False)

        return web

    async def _page(
        self, events: Sequence[Event], conversation: str, before: int | None
    ) -> web_transcript.Page:
        """Return a page of what was said; the same one again costs nothing for a few seconds."""
        as_of = (len(events), events[-1].timestamp if events else 0.0)
        known, made_at, page = self._pages.get(conversation, (None, 0.0, web_transcript.Page(0, [])))
        if before is None and known == as_of and time.monotonic() - made_at < PAGE_SECONDS:
            return page
        page = await asyncio.to_thread(web_transcript.page, events, conversation, before)
        if before is None:
            self._pages.pop(conversation, None)
            self._pages[conversation] = (as_of, time.monotonic(), page)
            while len(self._pages) > MOST_PAGES:
                self._pages.pop(next(iter(self._pages)))
        return page

    def _turn(
        self,
        agent: Agent,
        conversation: str,
        said: dict[str, str],
        on_new_message: Callable[[UserMessage], Awaitable[Any]],
        source: str,
    ) -> Turn:
        """Return the turn that this message is, begun now unless it is running already."""
        key = (conversation, said["id"])
        if key not in self._turns:
            turn = self._turns[key] = Turn(agent, conversation, said, on_new_message, source)
            turn.task.add_done_callback(lambda _: self._turns.pop(key, None))
        return self._turns[key]

    # Who is there ----------------------------------------------------------------------------

    def _origin(self, request: Request) -> str:
        """Return the origin of a site that embeds the chat, "" for our own; others are refused."""
        origin: str | None = request.headers.get("origin")
        if origin is None:
            if request.headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
                return ""
            raise Refused(403, "origin")
        if urlsplit(origin).netloc == request.host:
            return ""
        if origin in self._allowed:
            return origin
        raise Refused(403, "origin")

    def _conversation(self, request: Request) -> str | None:
        """Return the conversation that the request's cookie or token opens."""
        origin = self._origin(request)
        ticket = request.token if origin else request.token or _cookie(request)
        return web_tickets.conversation_of(ticket, clock.real_now(), origin)

    def _headers(self, request: Request) -> dict[str, str]:
        headers = {
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Vary": "Origin",
        }
        origin = request.headers.get("origin")
        if origin in self._allowed:
            headers["Access-Control-Allow-Origin"] = origin
            headers["Access-Control-Allow-Headers"] = "authorization, content-type"
            headers["Access-Control-Allow-Methods"] = "GET, POST, DELETE"
            headers["Access-Control-Max-Age"] = "600"
        return headers

    async def _count(self, conversation: str) -> None:
        """Count what a conversation sends and stores. Raises Refused (429) when it is too much."""
        now = clock.real_now()
        wait = max(
            await self._per_conversation.wait(conversation, now),
            await self._a_day.wait(conversation, now),
        )
        if wait:
            raise Refused(429, "too_fast", wait=int(wait) + 1)

    async def _slow_down(self, request: Request) -> None:
        """Wait when a lot comes from one address: carriers give one address to many people.

        Raises Refused (429) beyond a debt: slowed down without end, a flood would keep connections
        open and go on at the same pace.
        """
        network, now = addresses.network_of(self._address(request)), clock.real_now()
        wait = await self._per_address.wait(network, now)
        if wait > self._per_address.longest_wait:
            raise Refused(429, "busy", wait=int(wait - self._per_address.longest_wait) + 1)
        if wait:
            await asyncio.sleep(wait)

    def _address(self, request: Request) -> str:
        """Return where a request comes from; a proxy's word counts only from our own proxy."""
        passed = str(request.headers.get("x-forwarded-for") or "").split(",")
        address = request.ip
        while passed and self._is_proxy(address):
            address = passed.pop().strip() or address
        return address

    def _is_proxy(self, address: str) -> bool:
        try:
            return any(ipaddress.ip_address(address) in network for network in self._proxies)
        except ValueError:
            return False


class Turn(OutputChannel):
    """One message and its answers, as they become ready.

    It is a task of its own: a browser that goes away in the middle does not stop it, and one that
    sends the message again hears the same answers.
    """

    def __init__(
        self,
        agent: Agent,
        conversation: str,
        said: dict[str, str],
        on_new_message: Callable[[UserMessage], Awaitable[Any]],
        source: str | None = None,
    ) -> None:
        self.source = source
        """A keyed hash of the network address, for the bounds on bookings."""
        self._agent = agent
        self._conversation = conversation
        self._said = said
        self._on_new_message = on_new_message
        self.secret = False
        """Whether a secret was masked before the front door saw the message."""
        self._ready: list[Answer] = []
        self._news = asyncio.Event()
        self.task = asyncio.create_task(self._run())

    @classmethod
    def name(cls) -> str:
        return "web"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Take an answer from the bot."""
        self._add(web_transcript.shown(message, self._conversation))

    async def answers(self) -> AsyncIterator[Answer]:
        """Yield every answer as it becomes ready, and at last what was done with the message."""
        sent = 0
        while True:
            while sent < len(self._ready):
                yield self._ready[sent]
                sent += 1
                if "done" in self._ready[sent - 1]:
                    return
            await self._news.wait()

    def _add(self, answer: Answer) -> None:
        self._ready.append(answer)
        self._news.set()
        self._news = asyncio.Event()

    async def _run(self) -> None:
        done: Answer = {"done": True, "kept": False, "text": None}
        try:
            done["text"] = await self._take_in()
            # During a pause, or for a button that is none, nothing is.
            done["kept"] = stored.answers_to(await self._events(), self._said["id"]) is not None
        except Exception as error:
            # Not the error's message: it may hold a name or a phone.
            log.error("a web turn failed: %s", type(error).__name__)
            done["failed"] = True
        if not self._ready:
            self._add({"who": "bot", "text": WORDS["failed"].format(phone=_phone())})
        self._add(done)

    async def _take_in(self) -> str | None:
        """Answer the message, or again what was answered; return how the text was stored."""
        tracker = await look_at(self._agent, self._conversation)
        events = tracker.events if tracker else ()
        before = stored.answers_to(events, self._said["id"])
        if before is not None:
            for answer in before:
                self._add(web_transcript.shown(answer, self._conversation))
            said = web_transcript.page(events, self._conversation).messages
            return next((m["text"] for m in said if m.get("id") == self._said["id"]), None)
        button = self._said.get("button")
        if button == button_id(self._conversation, _NOT_CHANGED):
            for answer in web_transcript.latest_answers(events, self._conversation):
                self._add(answer)
            return None
        if button is not None:
            pressed = web_transcript.pressed(events, button, self._conversation)
            if tracker is None or pressed is None:
                self._add({"who": "bot", "text": WORDS["button"]})
                return None
            if not pressed.latest and _changes_something(pressed.payload, tracker):
                self._add(self._asked_first(pressed))
                return None
            text = pressed.payload
        else:
            # Typed text is never a command, whatever stands before its slash.
            text = re.sub(r"^[\W_]*/[\W_]*", "", self._cut(self._said["text"]))
        message = UserMessage(
            text, self, self._conversation, input_channel="web", message_id=self._said["id"]
        )
        try:
            await self._on_new_message(message)
        except AlreadyDone:  # while we looked, by another process that got it as well
            return await self._take_in()
        # The front door has masked what nobody should have written; the browser forgets it, too.
        return message.text if button is None else None

    def _asked_first(self, pressed: web_transcript.Pressed) -> Answer:
        sure = web_transcript.sure_id(self._conversation, pressed.payload)
        unchanged = button_id(self._conversation, _NOT_CHANGED)
        return {
            "who": "bot",
            "text": WORDS["old_button"].format(title=pressed.title),
            "buttons": [
                {"title": WORDS["old_yes"].format(title=pressed.title), "id": sure},
                {"title": WORDS["old_no"], "id": unchanged},
            ],
        }

    def _cut(self, text: str) -> str:
        """Return what is handed on; masked first, for half a My Number is not known for one."""
        if len(text) <= LONGEST_TEXT:
            return text
        masked = masking.mask(text)
        self.secret = bool(masked.found)
        return masked.text[:LONGEST_TEXT]

    async def _events(self) -> Sequence[Event]:
        tracker = await look_at(self._agent, self._conversation)
        return tracker.events if tracker else ()


def _changes_something(payload: str, tracker: DialogueStateTracker) -> bool:
    """Return whether a button of an earlier answer would change what was said since.

    A question or the menu of a booking may be pressed at any time, and so may what holds already.
    """
    if not payload.startswith(_CHANGING) and "booking_confirmed" not in payload:
        return False
    name, _, values = payload.partition("{")
    said = json.loads("{" + values) if values else {}
    if "start" in said:
        said["visit_date"], said["visit_time"] = said.pop("start").split("T")
    holds = {slot: tracker.get_slot(slot) for slot in said if slot in tracker.slots}
    return name != "/inform" or holds != said


def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.body) if len(request.body) <= LONGEST_BODY else {}
    except (ValueError, RecursionError):
        body = {}
    return body if isinstance(body, dict) else {}


def _said(request: Request) -> dict[str, str]:
    """Return the id and the text or button of a message; everything else in it is dropped."""
    body = _body(request)
    said = {key: body[key] for key in ("id", "text", "button") if isinstance(body.get(key), str)}
    if any(_SURROGATE.search(value) for value in said.values()):
        raise Refused(400, "unreadable")  # half a character is no text, and cannot be stored
    what = said.keys() - {"id"}
    if not MESSAGE_ID.fullmatch(said.get("id", "")) or len(what) != 1:
        raise Refused(400, "unreadable")
    return said


def cookie_name() -> str:
    """Return the cookie's name: in production one that no other host or path can set (RFC 6265bis)."""
    return "__Host-renewal_chat" if settings.in_production() else "renewal_chat"


def _cookie(request: Request) -> str | None:
    """Return the ticket's cookie. Raises Refused where there are two: one of them is somebody else's."""
    sent = "; ".join(request.headers.getall("cookie", []))
    mine = [part for part in sent.split(";") if part.partition("=")[0].strip() == cookie_name()]
    if len(mine) > 1:
        raise Refused(400, "two_cookies")
    ticket: str | None = request.cookies.get(cookie_name())
    return ticket


def _before(request: Request) -> int | None:
    """Return the number of the message before which the browser wants to see more, if it says so."""
    asked = str(request.args.get("before") or "")
    return int(asked) if re.fullmatch("[0-9]{1,6}", asked) else None


def _set_cookie(answer: HTTPResponse, ticket: str, seconds: int) -> None:
    name = cookie_name()
    answer.cookies[name] = ticket
    cookie = answer.cookies[name]
    cookie["httponly"] = True
    cookie["samesite"] = "Strict"
    cookie["secure"] = settings.in_production()
    cookie["path"] = "/"  # which __Host- asks for
    cookie["max-age"] = seconds


def _has_ended(agent: Agent, tracker: DialogueStateTracker) -> bool:
    return bool(agent.processor and agent.processor._has_session_expired(tracker))


def _keep_opinion(conversation: str, body: dict[str, Any], events: Sequence[Event]) -> None:
    """Keep what somebody thinks of an answer that they were given, without what leads to them."""
    id_, topic, helpful, why = (body.get(name) for name in ("id", "topic", "helpful", "why"))
    answered = {web_transcript.topic_of(e.message()) for e in events if isinstance(e, BotUttered)}
    known = isinstance(id_, str) and isinstance(helpful, bool) and topic in answered - {None}
    if not known or not MESSAGE_ID.fullmatch(str(id_)) or _SURROGATE.search(str(why)):
        raise Refused(400, "unreadable")
    masked = masking.mask(" ".join(why.split())).text if isinstance(why, str) else ""
    reason = "".join(masking.MASK if sign.isdigit() else sign for sign in masked)
    key = settings.keyed_hash(f"opinion:{conversation}:{id_}")
    opinions.give(database.engine(), key, str(topic), bool(helpful), reason, clock.now())


def _call_centre_now(agent: Agent) -> str:
    nlg = getattr(agent.processor, "nlg", None)
    return nlg.call_centre_now(clock.now()) if isinstance(nlg, CityResponses) else ""


def _bookings() -> Bookings:
    return Bookings(database.engine())


def _phone() -> str:
    return city.load().call_centre.phone


def _calendar_file(conversation: str, code: str) -> HTTPResponse:
    """Return a booking that this conversation made as a file for a calendar (RFC 5545)."""
    made = _bookings().find_in_conversation(settings.keyed_hash(conversation), clock.now())
    booking = next((each for each in made if each.code == code), None)
    if booking is None:
        raise Refused(404, "no_booking")
    file = calendar_file.visit_ics(booking, city.load(), clock.real_now())
    headers = {"Content-Disposition": 'attachment; filename="visit.ics"'}
    return response.raw(file, content_type=calendar_file.MEDIA_TYPE, headers=headers)
