"""Attempts to read or write another person's conversation, by kind; used by benchmarks, too.

Each attempt tries something on the conversation of a victim who has a secret in it and a booking,
and says whether it got hold of either or left something there. Whatever the attempts need of the
victim's is first shown to be genuine: it opens the door for whom it was made.

They run beside the server, with its database, key and calendar in their environment.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import requests

from bot import database
from bot.channels import web_tickets
from renewal import application, city, clock, settings
from renewal.application import Application, Desk
from renewal.bookings import Bookings, Card, Visit

SITES = ("https://city.example", "https://ward.example")
"""Sites that may embed the chat, each with tokens of its own."""
SECRET = "むらさきの合言葉"
STRANGERS = (
    "https://evil.example",
    "null",
    "https://city.example.evil.example",
    "http://localhost",
)


class Victim:
    """Somebody with a conversation and a booking that nobody else may read or write."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.post(f"{url}/conversation", timeout=30)
        for text in ("こんにちは", SECRET):
            body = {"id": uuid.uuid4().hex, "text": text}
            self.session.post(f"{url}/message", json=body, timeout=30)
        self.before = self.transcript()
        self.ticket = self.session.cookies["renewal_chat"]
        self.conversation, issued, _ = self.ticket.split(".")
        self.buttons = [b["id"] for m in self.before for b in m.get("buttons", [])]
        at = datetime.fromtimestamp(int(issued), timezone.utc)
        assert web_tickets.issue(self.conversation, at) == self.ticket, "not the server's key"
        self.token = web_tickets.issue(self.conversation, at, SITES[0])
        headers = {"Authorization": f"Bearer {self.token}", "Origin": SITES[0]}
        embedded = requests.post(f"{url}/conversation", headers=headers, timeout=30)
        assert SECRET in embedded.text, "the token opens nothing where it was issued"
        self.code = _book(self.conversation)
        own = self.session.get(f"{url}/visit.ics", params={"code": self.code}, timeout=30)
        assert "BEGIN:VCALENDAR" in own.text, "one's own booking is not found"

    def transcript(self) -> list[dict[str, Any]]:
        body = self.session.post(f"{self.url}/conversation", timeout=30).json()
        return list(body["messages"])


def _book(conversation: str) -> str:
    """Book the next free counter from a conversation; return the booking's code."""
    desk = Desk(city.load(), Bookings(database.engine()), clock.now(), clock.real_now())
    when: dict[str, Any] = {"city": desk.city, "now": desk.now, "at": desk.at}
    [slot] = application.offer(Application(counter="any"), desk, limit=1)
    key = uuid.uuid4().hex
    hold = desk.bookings.hold(slot.counter, slot.start, 1, key=key, **when)
    card = Card("general", "サトウ ハナコ")
    visit = Visit("self", (card,), "09012345678", conversation=settings.keyed_hash(conversation))
    return desk.bookings.confirm(hold.id, visit, key=f"{key}-booked", **when).code


Try = Callable[[Victim, random.Random], requests.Response]


def _post(victim: Victim, path: str, chance: random.Random, **how: Any) -> requests.Response:
    """Read (`conversation`) or write (`message`) as a stranger."""
    body = how.pop("body", {"id": f"attempt-{chance.getrandbits(64):x}", "text": "書きこみ"})
    return requests.post(f"{victim.url}/{path}", json=body, timeout=30, **how)


def _cookie(ticket: str) -> dict[str, Any]:
    return {"headers": {"Cookie": f"renewal_chat={ticket}"}}


def _stranger(victim: Victim) -> requests.Session:
    """Return somebody else with a conversation of their own."""
    own = requests.Session()
    own.post(f"{victim.url}/conversation", timeout=30)
    return own


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
    """The server's own ticket of more than a day ago, as the cookie or as the token it was."""
    age = web_tickets.LIFETIME + timedelta(seconds=chance.randrange(5, 10**7))
    origin = chance.choice(("", SITES[0]))
    ticket = web_tickets.issue(victim.conversation, clock.real_now() - age, origin)
    token = {"Authorization": f"Bearer {ticket}", "Origin": origin}
    how = {"headers": token} if origin else _cookie(ticket)
    return _post(victim, _either(chance), chance, **how)


def moved_date(victim: Victim, chance: random.Random) -> requests.Response:
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
        "Origin": chance.choice((*SITES, *STRANGERS)),
    }
    return _post(victim, _either(chance), chance, headers=headers)


def _not_the_tokens_own(victim: Victim, chance: random.Random) -> dict[str, Any]:
    """Return headers that bring the victim's token from where it was not issued."""
    host = victim.url.partition("/webhooks")[0]
    origin = chance.choice((SITES[1], host, None, *STRANGERS))
    bearer = {"Authorization": f"Bearer {victim.token}", "Origin": origin}
    cookie = {"Cookie": f"renewal_chat={victim.token}", "Origin": origin}
    return chance.choice((bearer, cookie, {**bearer, **cookie}))


def token_elsewhere(victim: Victim, chance: random.Random) -> requests.Response:
    """A good token of a site that may embed the chat, sent from another site or from our own."""
    headers = _not_the_tokens_own(victim, chance)
    return _post(victim, _either(chance), chance, headers=headers)


def deletion(victim: Victim, chance: random.Random) -> requests.Response:
    """Delete the victim's conversation, with all the keys that do not fit it."""
    name, issued, signature = victim.ticket.split(".")
    old = clock.real_now() - web_tickets.LIFETIME - timedelta(seconds=chance.randrange(5, 10**7))
    own = _stranger(victim).cookies["renewal_chat"]
    cookies = (
        f"{name}.{issued}.{chance.getrandbits(256):064x}",
        f"{name}.{int(issued) + 1}.{signature}",
        web_tickets.issue(name, old),
        own,  # with the victim's name in the body
        name,
    )
    headers = chance.choice(
        (
            {"Cookie": f"renewal_chat={chance.choice(cookies)}"},
            {"Cookie": f"renewal_chat={victim.ticket}", "Origin": chance.choice(STRANGERS)},
            {"Authorization": f"Bearer {victim.ticket}", "Origin": SITES[0]},
            _not_the_tokens_own(victim, chance),
        )
    )
    body = {"sender": name, "conversation": name, "id": name}
    url = f"{victim.url}/conversation"
    return requests.delete(url, headers=headers, json=body, params=body, timeout=30)


def foreign_button(victim: Victim, chance: random.Random) -> requests.Response:
    """A button of the victim's, pressed in the stranger's own conversation."""
    own = _stranger(victim)
    body = {"id": f"attempt-{chance.getrandbits(64):x}", "button": chance.choice(victim.buttons)}
    answer = own.post(f"{victim.url}/message", json=body, timeout=30)
    assert "使えなくなりました" in answer.text, "a foreign button was taken for one's own"
    return answer


def message_id(victim: Victim, chance: random.Random) -> requests.Response:
    """The victim's message id, sent again from the stranger's own conversation."""
    own = _stranger(victim)
    known = [m["id"] for m in victim.before if "id" in m]
    body = {"id": chance.choice(known), "text": "読みたい"}
    return own.post(f"{victim.url}/message", json=body, timeout=30)


def command(victim: Victim, chance: random.Random) -> requests.Response:
    """Text that looks like a command, naming slots and conversations."""
    own = _stranger(victim)
    name = victim.ticket.split(".")[0]
    text = chance.choice(
        (f'/inform{{"sender_id": "{name}"}}', "/book", "/session_start", "/restart",
         '/inform{"confirmed": "yes"}', "\u200b/back", f"EXTERNAL: {name}")
    )  # fmt: skip
    body = {"id": f"attempt-{chance.getrandbits(64):x}", "text": text, "sender": name}
    return own.post(f"{victim.url}/message", json=body, timeout=30)


def calendar(victim: Victim, chance: random.Random) -> requests.Response:
    """The victim's booking as a calendar file, by its very code, or by one that was guessed."""
    guess = f"{chance.getrandbits(20):X}-{chance.getrandbits(20):X}"
    code = chance.choice((victim.code, victim.code, guess))
    url, how = f"{victim.url}/visit.ics", {"params": {"code": code}, "timeout": 30}
    old = web_tickets.issue(victim.conversation, clock.real_now() - 2 * web_tickets.LIFETIME)
    return chance.choice(
        (
            lambda: _stranger(victim).get(url, **how),
            lambda: requests.get(url, **_cookie(old), **how),
            lambda: requests.get(url, headers=_not_the_tokens_own(victim, chance), **how),
        )
    )()


ATTEMPTS: dict[str, Try] = {
    each.__name__: each
    for each in (
        guessed, altered, expired, moved_date, bare_name, other_origin, cookie_as_token,
        token_elsewhere, foreign_button, message_id, command, calendar, deletion,
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
