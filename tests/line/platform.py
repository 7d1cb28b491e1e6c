"""A stand-in for LINE's servers: it checks what it receives, and sends signed webhooks.

Written from LINE's documentation (Messaging API reference: "Webhooks", "Message", "Retry failed API
requests", "Rich menu", "Webhook settings"), knowing nothing of our client. Limits on messages are
those of tests/line/documented.py. Everything it refuses stands in `complaints`, so that a test can
say that there were none.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import struct
import sys
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.line.documented import graphemes, problems, units

Event = dict[str, Any]
Answer = tuple[int, dict[str, Any]]


@dataclass
class Failure:
    """What the next requests to a path get; `accepted`: done all the same, the answer was lost."""

    path: str
    status: int
    times: int
    message: str = ""
    accepted: bool = False


@dataclass
class Platform:
    """LINE, as one channel of it sees it."""

    secret: str = "the channel's secret"
    token: str = "the channel's access token"
    token_seconds: float = 60.0
    reply_seconds: float = 0.0
    """How long a reply takes."""
    quota: int | None = None
    webhook: str = ""
    url: str = ""
    sent: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    """The messages that a user, group or room has got, in order."""
    calls: list[tuple[str, str]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    reused_tokens: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)
    loading: list[tuple[str, int]] = field(default_factory=list)
    pushes: int = 0
    replied: set[str] = field(default_factory=set)
    rich_menus: dict[str, dict[str, Any]] = field(default_factory=dict)
    images: dict[str, bytes] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    default_menu: str | None = None
    webhook_active: bool = True
    _tokens: dict[str, tuple[str, float]] = field(default_factory=dict)
    _retry_keys: dict[str, str] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _session: threading.local = field(default_factory=threading.local)

    # Webhooks ------------------------------------------------------------------------------------

    def event(self, kind: str, user: str, *, at: float | None = None, **more: Any) -> Event:
        """Return an event as LINE makes it; `user` begins with U, C (group) or R (room)."""
        source = {"U": "user", "C": "group", "R": "room"}[user[0]]
        event: Event = {
            "type": kind,
            "mode": "active",
            "timestamp": int((time.time() if at is None else at) * 1000),
            "source": {"type": source, f"{source}Id": user},
            "webhookEventId": uuid.uuid4().hex.upper()[:26],
            "deliveryContext": {"isRedelivery": False},
            **more,
        }
        if kind in ("message", "postback", "follow", "join"):
            event["replyToken"] = uuid.uuid4().hex
        return event

    def text(self, user: str, text: str, **more: Any) -> Event:
        message = {"id": str(uuid.uuid4().int)[:18], "type": "text", "text": text, "quoteToken": "q"}
        return self.event("message", user, message=message, **more)

    def postback(self, user: str, data: str, **more: Any) -> Event:
        params = {"params": more.pop("params")} if "params" in more else {}
        return self.event("postback", user, postback={"data": data, **params}, **more)

    def signature(self, body: bytes) -> str:
        mac = hmac.new(self.secret.encode(), body, hashlib.sha256)
        return base64.b64encode(mac.digest()).decode()

    def deliver(self, *events: Event, again: bool = False) -> requests.Response:
        """Send events in one webhook."""
        return self.post(*self.signed(*events, again=again))

    def signed(self, *events: Event, again: bool = False) -> tuple[bytes, str]:
        """Return a webhook's body and signature; a reply token lives from its first delivery on."""
        for event in events:
            event["deliveryContext"] = {"isRedelivery": again}
            if token := event.get("replyToken"):
                source = event["source"]
                to = source[f"{source['type']}Id"]
                with self._lock:
                    self._tokens.setdefault(token, (to, time.monotonic()))
        said = {"destination": "U" + "f" * 32, "events": events}
        body = json.dumps(said, ensure_ascii=False).encode()
        return body, self.signature(body)

    def post(self, body: bytes, signature: str | None) -> requests.Response:
        """Send this body with this signature, or with none."""
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if signature is not None:
            headers["X-Line-Signature"] = signature
        if not hasattr(self._session, "http"):
            self._session.http = requests.Session()
        return self._session.http.post(self.webhook, data=body, headers=headers, timeout=10)

    # What a test says and asks --------------------------------------------------------------------

    def fail(self, path: str, status: int, times: int = 1, **more: Any) -> None:
        """Let the next requests to a path that ends so fail."""
        self.failures.append(Failure(path, status, times, **more))

    def expire_tokens(self) -> None:
        with self._lock:
            self._tokens = {token: (to, float("-inf")) for token, (to, _) in self._tokens.items()}

    def said_to(self, user: str) -> str:
        """Return all words that a user has got."""
        return "\n".join(str(m.get("text") or m.get("altText")) for m in self.sent[user])

    def wait_for(self, user: str, count: int, seconds: float = 20) -> list[dict[str, Any]]:
        """Return a user's messages once there are so many; fails when they do not come."""
        deadline = time.monotonic() + seconds
        while len(self.sent[user]) < count:
            assert time.monotonic() < deadline, f"{len(self.sent[user])} messages: {self.said_to(user)}"
            time.sleep(0.02)
        return self.sent[user]

    # The endpoints --------------------------------------------------------------------------------

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> Answer:
        """Return the status and the JSON that LINE answers a request with."""
        with self._lock:
            self.calls.append((method, path))
            if headers.get("Authorization") != f"Bearer {self.token}":
                return self._refuse(401, "Authentication failed. Confirm that the access token ...")
            for failure in self.failures:
                if failure.times and path.endswith(failure.path):
                    failure.times -= 1
                    if failure.accepted:
                        self._answer(method, path, headers, body)
                    return failure.status, {"message": failure.message or "on demand"}
            return self._answer(method, path, headers, body)

    def _answer(self, method: str, path: str, headers: Any, body: bytes) -> Answer:
        if path.endswith("/content"):
            return self._image(path.split("/")[-2], headers, body)
        try:
            given = json.loads(body) if body else {}
        except ValueError:
            return self._refuse(400, "The request body is no JSON")
        known = {
            "POST /v2/bot/message/reply": self._reply,
            "POST /v2/bot/message/push": self._push,
            "POST /v2/bot/chat/loading/start": self._loading,
            "GET /v2/bot/message/quota": self._quota,
            "GET /v2/bot/message/quota/consumption": self._consumption,
            "GET /v2/bot/info": self._info,
            "PUT /v2/bot/channel/webhook/endpoint": self._set_webhook,
            "GET /v2/bot/channel/webhook/endpoint": self._get_webhook,
            "POST /v2/bot/channel/webhook/test": self._test_webhook,
        }.get(f"{method} {path}")
        return known(given, headers) if known else self._menus(method, path, given)

    def _refuse(self, status: int, message: str, details: list[str] | None = None) -> Answer:
        self.complaints.append(f"{status} {message} {details or ''}".strip())
        return status, {"message": message, "details": [{"message": d} for d in details or ()]}

    def _reply(self, given: dict[str, Any], headers: Any) -> Answer:
        token = given.get("replyToken")
        to, since = self._tokens.get(str(token), ("", float("-inf")))
        if token in self.replied:
            self.reused_tokens.append(str(token))
        if token in self.replied or time.monotonic() - since > self.token_seconds:
            return 400, {"message": "Invalid reply token"}
        if found := problems(given.get("messages") or []):
            return self._refuse(400, "The request body has errors", found)
        self.replied.add(str(token))
        return self._take(to, given["messages"])

    def _push(self, given: dict[str, Any], headers: Any) -> Answer:
        to, key = str(given.get("to")), headers.get("X-Line-Retry-Key")
        if not re.fullmatch("[UCR][0-9a-f]{32}", to):
            return self._refuse(400, "The property, 'to', in the request body is invalid")
        if key is not None:
            if not re.fullmatch("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", key):
                return self._refuse(400, "The retry key is invalid")
            if key in self._retry_keys:
                return 409, {"message": "The retry key is already accepted"}
        if to in self.blocked:
            return 400, {"message": "Failed to send messages"}
        if found := problems(given.get("messages") or []):
            return self._refuse(400, "The request body has errors", found)
        if self.quota is not None and self.pushes >= self.quota:
            return 429, {"message": "You have reached your monthly limit."}
        if key is not None:
            self._retry_keys[key] = to
        self.pushes += 1
        return self._take(to, given["messages"])

    def _take(self, to: str, messages: list[dict[str, Any]]) -> Answer:
        self.sent[to] += messages
        ids = [{"id": str(uuid.uuid4().int)[:18], "quoteToken": "q"} for _ in messages]
        return 200, {"sentMessages": ids}

    def _loading(self, given: dict[str, Any], headers: Any) -> Answer:
        chat, seconds = str(given.get("chatId")), given.get("loadingSeconds", 20)
        if not chat.startswith("U") or seconds not in range(5, 61, 5):
            return self._refuse(400, f"loading animation of {seconds} in {chat[:1]}")
        self.loading.append((chat, seconds))
        return 202, {}

    def _quota(self, given: dict[str, Any], headers: Any) -> Answer:
        return 200, {"type": "none"} if self.quota is None else {
            "type": "limited", "value": self.quota
        }  # fmt: skip

    def _consumption(self, given: dict[str, Any], headers: Any) -> Answer:
        return 200, {"totalUsage": self.pushes}

    def _info(self, given: dict[str, Any], headers: Any) -> Answer:
        return 200, {
            "userId": "U" + "f" * 32, "basicId": "@000aaaaa", "displayName": "更新の案内",
            "chatMode": "bot", "markAsReadMode": "auto",
        }  # fmt: skip

    def _set_webhook(self, given: dict[str, Any], headers: Any) -> Answer:
        address = str(given.get("endpoint"))
        if not address.startswith("https://") or len(address) > 500:
            return self._refuse(400, "Invalid webhook endpoint URL")
        self.webhook = address
        return 200, {}

    def _get_webhook(self, given: dict[str, Any], headers: Any) -> Answer:
        if not self.webhook:
            return 404, {"message": "Webhook endpoint not found"}
        return 200, {"endpoint": self.webhook, "active": self.webhook_active}

    def _test_webhook(self, given: dict[str, Any], headers: Any) -> Answer:
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        try:
            body = json.dumps({"destination": "U" + "f" * 32, "events": []}).encode()
            status = self.post(body, self.signature(body)).status_code
            reason = "OK" if status == 200 else "ERROR_STATUS_CODE"
        except requests.RequestException:
            status, reason = 0, "COULD_NOT_CONNECT"
        told = {"success": status == 200, "timestamp": at, "statusCode": status}
        return 200, {**told, "reason": reason, "detail": str(status)}

    # Rich menus -----------------------------------------------------------------------------------

    def _menus(self, method: str, path: str, given: dict[str, Any]) -> Answer:
        *before, last = path.removeprefix("/v2/bot/").split("/")
        match (method, "/".join(before), last):
            case ("POST", "", "richmenu"):
                if wrong := _menu_problems(given):
                    return self._refuse(400, "The request body has errors", wrong)
                if len(self.rich_menus) >= 1000:
                    return self._refuse(400, "rich menus: maximum count")
                menu = f"richmenu-{uuid.uuid4().hex}"
                self.rich_menus[menu] = given
                return 200, {"richMenuId": menu}
            case ("POST", "richmenu", "validate"):
                wrong = _menu_problems(given)
                return self._refuse(400, "invalid", wrong) if wrong else (200, {})
            case ("GET", "richmenu", "list"):
                menus = [{"richMenuId": id, **menu} for id, menu in self.rich_menus.items()]
                return 200, {"richmenus": menus}
            case ("GET", "user/all", "richmenu"):
                if self.default_menu is None:
                    return 404, {"message": "no default richmenu"}
                return 200, {"richMenuId": self.default_menu}
            case ("DELETE", "user/all", "richmenu"):
                self.default_menu = None
                return 200, {}
            case ("POST", "user/all/richmenu", menu):
                if menu not in self.rich_menus:
                    return self._refuse(404, "richmenu not found")
                if menu not in self.images:
                    return self._refuse(400, "richmenu has no image")
                self.default_menu = menu
                return 200, {}
            case ("POST", "richmenu", "alias"):
                alias, menu = str(given.get("richMenuAliasId")), str(given.get("richMenuId"))
                if not re.fullmatch("[a-z0-9_-]{1,32}", alias) or alias in self.aliases:
                    return self._refuse(400, "conflict richmenu alias id")
                if menu not in self.images:
                    return self._refuse(400, "richmenu not found")
                self.aliases[alias] = menu
                return 200, {}
            case ("GET", "richmenu/alias", "list"):
                pairs = self.aliases.items()
                listed = [{"richMenuAliasId": a, "richMenuId": m} for a, m in pairs]
                return 200, {"aliases": listed}
            case (_, "richmenu/alias", alias):
                if alias not in self.aliases:
                    return 404, {"message": "richmenu alias not found"}
                if method == "POST":
                    if given.get("richMenuId") not in self.images:
                        return self._refuse(400, "richmenu not found")
                    self.aliases[alias] = str(given["richMenuId"])
                elif method == "DELETE":
                    del self.aliases[alias]
                return 200, {"richMenuAliasId": alias, "richMenuId": self.aliases.get(alias)}
            case (_, "richmenu", menu):
                if menu not in self.rich_menus:
                    return 404, {"message": "richmenu not found"}
                if method == "DELETE":
                    del self.rich_menus[menu]
                    self.images.pop(menu, None)
                    return 200, {}
                return 200, {"richMenuId": menu, **self.rich_menus[menu]}
        return self._refuse(404, f"Not found: {method} {path}")

    def _image(self, menu: str, headers: Any, body: bytes) -> Answer:
        if menu not in self.rich_menus:
            return self._refuse(404, "richmenu not found")
        if menu in self.images:
            return self._refuse(400, "An image has already been uploaded to the richmenu")
        if headers.get("Content-Type") != "image/png" or body[:8] != b"\x89PNG\r\n\x1a\n":
            return self._refuse(400, "this stand-in reads PNG alone")
        size, given = self.rich_menus[menu]["size"], struct.unpack(">II", body[16:24])
        if len(body) > 1_000_000 or given != (size["width"], size["height"]):
            return self._refuse(400, f"an image of {len(body)} bytes, {given}")
        self.images[menu] = body
        return 200, {}


def _menu_problems(menu: dict[str, Any]) -> list[str]:
    found = []
    width, height = (menu.get("size", {}).get(name, 0) for name in ("width", "height"))
    if not 800 <= width <= 2500 or height < 250 or width / height < 1.45:
        found.append(f"size {width} × {height}")
    if not 1 <= units(menu.get("name", "")) <= 300:
        found.append("name")
    if not 1 <= graphemes(menu.get("chatBarText", "")) <= 14:
        found.append("chatBarText")
    if not isinstance(menu.get("selected"), bool):
        found.append("selected")
    areas = menu.get("areas", [])
    if not 1 <= len(areas) <= 20:
        found.append(f"{len(areas)} areas")
    for area in areas:
        x, y, w, h = (area["bounds"].get(name, -1) for name in ("x", "y", "width", "height"))
        if min(x, y, w, h) < 0 or x + w > width or y + h > height:
            found.append(f"bounds {area['bounds']}")
        action = area["action"]
        if action.get("type") == "postback" and not 1 <= units(action.get("data", "")) <= 300:
            found.append("data")
        if action.get("type") == "uri" and not re.match("(https?|line|tel):", action.get("uri", "")):
            found.append("uri")
        if graphemes(action.get("label", "")) > 20:
            found.append("label")
    return found


@contextmanager
def running(**settings: Any) -> Iterator[Platform]:
    """Serve a platform on a free port until the block ends."""
    platform = Platform(**settings)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            if len(body) < length:  # whoever asked died in the middle of it
                self.close_connection = True
                return
            path = urlsplit(self.path).path
            if path.endswith("/reply"):
                time.sleep(platform.reply_seconds)
            status, said = platform.answer(self.command, path, self.headers, body)
            payload = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("X-Line-Request-Id", uuid.uuid4().hex)
            self.send_header("Content-Length", str(len(payload)))
            with suppress(ConnectionError):  # it was taken, but nobody is there to hear so
                self.end_headers()
                self.wfile.write(payload)

        do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 128
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            if not isinstance(sys.exc_info()[1], ConnectionError):  # whoever asked is gone
                super().handle_error(request, client_address)

    server = Server(("127.0.0.1", 0), Handler)
    platform.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield platform
    finally:
        server.shutdown()
        server.server_close()
