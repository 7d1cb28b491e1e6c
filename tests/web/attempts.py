"""Attempts to read or write another person's conversation, by kind; used by benchmarks, too.

Each attempt tries something on the conversation of a victim who has a secret in it, and says
whether it got hold of the secret or left something there.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from typing import Any

import requests

SECRET = "むらさきの合言葉"
STRANGERS = (
    "https://evil.example",
    "null",
    "https://city.example.evil.example",
    "http://localhost",
)


class Victim:
    """Somebody with a conversation that nobody else may read or write."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.post(f"{url}/conversation", timeout=30)
        for text in ("こんにちは", SECRET):
            body = {"id": uuid.uuid4().hex, "text": text}
            self.session.post(f"{url}/message", json=body, timeout=30)
        self.before = self.transcript()
        self.ticket = self.session.cookies["renewal_chat"]
        self.buttons = [b["id"] for m in self.before for b in m.get("buttons", [])]

    def transcript(self) -> list[dict[str, Any]]:
        body = self.session.post(f"{self.url}/conversation", timeout=30).json()
        return list(body["messages"])


Try = Callable[[Victim, random.Random], requests.Response]


def _post(victim: Victim, path: str, chance: random.Random, **how: Any) -> requests.Response:
    """Read (`conversation`) or write (`message`) as a stranger."""
    body = how.pop("body", {"id": f"attempt-{chance.getrandbits(64):x}", "text": "書きこみ"})
    return requests.post(f"{victim.url}/{path}", json=body, timeout=30, **how)


def _cookie(ticket: str) -> dict[str, Any]:
    return {"headers": {"Cookie": f"renewal_chat={ticket}"}}


def _either(chance: random.Random) -> str:
    return chance.choice(("conversation", "message"))


def guessed(victim: Victim, chance: random.Random) -> requests.Response:
    name, issued, _ = victim.ticket.split(".")
    forged = f"{name}.{issued}.{chance.getrandbits(256):064x}"
    return _post(victim, _either(chance), chance, **_cookie(forged))


def altered(victim: Victim, chance: random.Random) -> requests.Response:
    at = chance.randrange(len(victim.ticket))
    other = chance.choice([c for c in "abcXYZ019.-_" if c != victim.ticket[at]])
    ticket = victim.ticket[:at] + other + victim.ticket[at + 1 :]
    return _post(victim, _either(chance), chance, **_cookie(ticket))


def expired(victim: Victim, chance: random.Random) -> requests.Response:
    """A ticket whose date was moved: an old one passed off as new, or a good one made older."""
    name, issued, signature = victim.ticket.split(".")
    moved = int(issued) + chance.choice((-1, 1)) * chance.randrange(1, 10**8)
    return _post(victim, _either(chance), chance, **_cookie(f"{name}.{moved}.{signature}"))


def bare_name(victim: Victim, chance: random.Random) -> requests.Response:
    name = victim.ticket.split(".")[0]
    ticket = chance.choice((name, f"{name}.", f"{name}..", f".{name}", f"{name}.1.é", "." * 5))
    body = {"id": f"attempt-{chance.getrandbits(64):x}", "text": "書きこみ", "sender": name}
    how = {"headers": {"Cookie": f"renewal_chat={ticket}".encode()}}
    return _post(victim, _either(chance), chance, body=body, **how)


def other_origin(victim: Victim, chance: random.Random) -> requests.Response:
    """The right cookie, sent by another site's page."""
    headers = {"Cookie": f"renewal_chat={victim.ticket}", "Origin": chance.choice(STRANGERS)}
    return _post(victim, _either(chance), chance, headers=headers)


def cookie_as_token(victim: Victim, chance: random.Random) -> requests.Response:
    headers = {
        "Authorization": f"Bearer {victim.ticket}",
        "Origin": chance.choice(("https://city.example", *STRANGERS)),
    }
    return _post(victim, _either(chance), chance, headers=headers)


def foreign_button(victim: Victim, chance: random.Random) -> requests.Response:
    """A button of the victim's, pressed in the stranger's own conversation."""
    own = requests.Session()
    own.post(f"{victim.url}/conversation", timeout=30)
    body = {"id": f"attempt-{chance.getrandbits(64):x}", "button": chance.choice(victim.buttons)}
    answer = own.post(f"{victim.url}/message", json=body, timeout=30)
    assert "使えなくなりました" in answer.text, "a foreign button was taken for one's own"
    return answer


def message_id(victim: Victim, chance: random.Random) -> requests.Response:
    """The victim's message id, sent again from the stranger's own conversation."""
    own = requests.Session()
    own.post(f"{victim.url}/conversation", timeout=30)
    known = [m["id"] for m in victim.before if "id" in m]
    body = {"id": chance.choice(known), "text": "読みたい"}
    return own.post(f"{victim.url}/message", json=body, timeout=30)


def command(victim: Victim, chance: random.Random) -> requests.Response:
    """Text that looks like a command, naming slots and conversations."""
    own = requests.Session()
    own.post(f"{victim.url}/conversation", timeout=30)
    name = victim.ticket.split(".")[0]
    text = chance.choice(
        (f'/inform{{"sender_id": "{name}"}}', "/book", "/session_start", "/restart",
         '/inform{"confirmed": "yes"}', "\u200b/back", f"EXTERNAL: {name}")
    )  # fmt: skip
    body = {"id": f"attempt-{chance.getrandbits(64):x}", "text": text, "sender": name}
    return own.post(f"{victim.url}/message", json=body, timeout=30)


def calendar(victim: Victim, chance: random.Random) -> requests.Response:
    """Another person's booking as a calendar file."""
    own = requests.Session()
    own.post(f"{victim.url}/conversation", timeout=30)
    code = f"{chance.getrandbits(20):X}-{chance.getrandbits(20):X}"
    return own.get(f"{victim.url}/visit.ics", params={"code": code}, timeout=30)


ATTEMPTS: dict[str, Try] = {
    each.__name__: each
    for each in (
        guessed, altered, expired, bare_name, other_origin, cookie_as_token, foreign_button,
        message_id, command, calendar,
    )
}  # fmt: skip


def attempts(url: str, kind: str, count: int, seed: int) -> tuple[int, list[str]]:
    """Try `count` times; return how often, and a line for each success (there must be none)."""
    chance = random.Random(f"{kind}:{seed}")
    victim = Victim(url)
    succeeded = []
    for _ in range(count):
        answer = ATTEMPTS[kind](victim, chance)
        read = SECRET in answer.content.decode("utf-8", "replace")
        if read or answer.status_code >= 500 or "BEGIN:VCALENDAR" in answer.text:
            succeeded.append(f"{answer.status_code} {answer.text[:80]}")
    if victim.transcript() != victim.before:
        succeeded.append("the victim's conversation has changed")
    return count, succeeded
