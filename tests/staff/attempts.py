"""Attempts at the console by who has no right to it, drawn from a seed; none may succeed.

`run` makes them and returns those that did something: a page with a name in it for who may not see
it, a session for who has no right to one, or any change to bookings, users, pauses or calls.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pyotp

from renewal import clock
from staff import accounts
from staff.access import PERMISSIONS
from tests.staff.office import PASSWORD, START, Clerk, Office

NAME = "サトウ ハナコ"
OTHER_SITES = ("https://evil.example", "null", "http://localhost:5009", "https://localhost:5008",
               "http://localhost:5008.evil.example", "http://localhost", None)  # fmt: skip


class Thief:
    """Who knows how the console works, and has what must not be enough."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office, self.rnd = office, random.Random(seed)
        self.booking = office.book(START, name=NAME)
        self.office.store.mark(self.booking.code, "arrived", who="test", now=START, at=clock.real_now())
        self.office.store.mark(self.booking.code, "booked", who="test", now=START, at=clock.real_now())
        self.ref = office.ref(self.booking)
        self.clerks = {role: office.hire(f"c-{role}", role) for role in PERMISSIONS}
        self.west = office.hire("c-west", "chief", counters=["nishiguchi"])
        self.tokens = {role: clerk.token() for role, clerk in self.clerks.items()}
        gone = office.hire("c-gone", "chief", "admin")
        cookie = gone.client.get_cookie("renewal_staff")
        assert cookie
        self.ended = cookie.value
        self.used = pyotp.TOTP(gone.secret).now()
        gone.post("/sign-out")
        self.kinds: list[Callable[[], bool]] = [
            self.no_session, self.other_role, self.forged_token, self.other_origin, self.old_version,
            self.altered_reference, self.replayed_code, self.ended_session,
        ]  # fmt: skip

    # What could be done, had one the right to it -------------------------------------------------

    def write(self) -> tuple[str, dict[str, object], str]:
        """Return one of `writes`."""
        return self.rnd.choice(self.writes())

    def writes(self) -> list[tuple[str, dict[str, object], str]]:
        """Return the address, the form and the permission of what would show or do something."""
        key, ref, seen = f"k{self.rnd.random()}", self.ref, self.seen
        return [
            ("/day/mark", {"do": f"arrived {ref} {seen}"}, "mark"),
            (f"/booking/{ref}/cancel", {"reason": "twice", "tell": "now", "seen": seen, "key": key}, "change"),
            (f"/booking/{ref}/amend", {"phone": "024-505-0445", "name_n1": "アベ", "applicant_n1": "self",
                                       "seen": seen, "key": key}, "change"),
            (f"/booking/{ref}/change", {"do": "change", "seen": seen, "key": key, "counter": "nishiguchi",
                                        "day": "11/26", "time": "11:30", "tell": "now"}, "change"),
            ("/telephone", {"do": "book", "name_n1": "アベ", "phone": "024-505-0445", "key": key, "day": "11/26",
                            "time": "9:30", "counter": "honchosha", "cards": "1", "notice": "none"}, "book"),
            ("/users", {"name": f"u{self.rnd.random()}"[:20], "roles": ["admin"]}, "users"),
            ("/users/change", {"user": "c-viewer", "do": "rights", "roles": ["admin"]}, "users"),
            ("/users/change", {"user": "c-admin", "do": "reset"}, "users"),
            ("/pause", {"do": "pause", "reason": "いたずら"}, "pause"),
            ("/number", {"ref": ref}, "number"),
            ("/search/export", {}, "export"),
        ]  # fmt: skip

    @property
    def seen(self) -> str:
        found = self.office.store.get(self.booking.code)
        return str(found.version if found else 0)

    def page(self) -> str:
        date = START.date().isoformat()
        return self.rnd.choice(
            [f"/day?date={date}", f"/booking/{self.ref}", f"/booking/{self.ref}/paper", f"/day/print?date={date}",
             "/search", "/calls", "/users", "/audit", f"/day/board?date={date}", f"/booking/{self.ref}/amend"]
        )  # fmt: skip

    # Attempts: each returns whether something was shown or given ---------------------------------

    def no_session(self) -> bool:
        nobody = Clerk(self.office.app.test_client(), "nobody")
        if self.rnd.random() < 0.5:
            return NAME in nobody.get(self.page()).text
        path, form, _ = self.write()
        return "5678" in nobody.post(path, token=self.rnd.choice(["", *self.tokens.values()]), **form).text

    def other_role(self) -> bool:
        path, form, permission = self.write()
        roles = [role for role, may in PERMISSIONS.items() if permission not in may]
        role = self.rnd.choice(roles)
        return self.clerks[role].post(path, token=self.tokens[role], **form).status_code != 403

    def forged_token(self) -> bool:
        path, form, permission = self.write()
        role = self.rnd.choice([role for role, may in PERMISSIONS.items() if permission in may])
        other = self.rnd.choice([each for each in PERMISSIONS if each != role])
        good = self.tokens[role]
        token = self.rnd.choice(["", "x", good[:-1], good.swapcase(), self.tokens[other]])
        return self.clerks[role].post(path, token=token, **form).status_code != 400

    def other_origin(self) -> bool:
        path, form, permission = self.write()
        role = self.rnd.choice([role for role, may in PERMISSIONS.items() if permission in may])
        origin = self.rnd.choice(OTHER_SITES)
        answer = self.clerks[role].post(path, token=self.tokens[role], origin=origin, **form)
        return answer.status_code != 403

    def old_version(self) -> bool:
        version = str(self.rnd.randrange(int(self.seen)))
        key = f"k{self.rnd.random()}"
        path, form = self.rnd.choice(
            [(f"/booking/{self.ref}/cancel", {"reason": "twice", "tell": "now"}),
             (f"/booking/{self.ref}/amend", {"phone": "024-505-0445", "name_n1": "アベ"}),
             (f"/booking/{self.ref}/change", {"do": "change", "counter": "nishiguchi", "day": "11/26", "time": "11:30"}),
             ("/day/mark", {"do": f"arrived {self.ref} {version}"})]
        )  # fmt: skip
        answer = self.clerks["chief"].post(path, token=self.tokens["chief"], seen=version, key=key, **form)
        return answer.status_code not in (409, 303)

    def altered_reference(self) -> bool:
        """Alter the reference, or name it as somebody of another counter."""
        ref, at = self.ref, self.rnd.randrange(len(self.ref))
        letter = self.rnd.choice("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
        altered = self.rnd.choice([ref[:at] + letter + ref[at + 1 :], ref[:at], ref + letter, self.booking.code])
        clerk, role = (self.clerks["chief"], "chief")
        if self.rnd.random() < 0.3:
            clerk, altered = self.west, ref
        elif altered == ref:
            return False
        path = self.rnd.choice(["", "/paper", "/amend", "/change"])
        shown = NAME in clerk.get(f"/booking/{altered}{path}").text
        token = clerk.token() if clerk is self.west else self.tokens[role]
        form = {"reason": "twice", "tell": "now", "seen": self.seen, "key": "k"}
        return shown or clerk.post(f"/booking/{altered}/cancel", token=token, **form).status_code != 404

    def replayed_code(self) -> bool:
        code = self.rnd.choice([self.used, f"{self.rnd.randrange(10**6):06}", "", self.used[::-1]])
        if pyotp.TOTP(self.office.clerks["c-gone"].secret).verify(code, valid_window=1) and code != self.used:
            return False  # guessed: one in half a million
        source = f"10.0.{self.rnd.randrange(256)}.{self.rnd.randrange(256)}"
        at = clock.real_now()
        return accounts.sign_in(self.office.engine, "c-gone", PASSWORD, code, source, at) is not None

    def ended_session(self) -> bool:
        client = self.office.app.test_client()
        value = self.rnd.choice([self.ended, self.ended[:-1], self.ended[::-1], "", "a" * 43])
        client.set_cookie("renewal_staff", value, domain="localhost")
        clerk = Clerk(client, "c-gone")
        if self.rnd.random() < 0.5:
            return NAME in clerk.get(self.page()).text
        path, form, _ = self.write()
        return clerk.post(path, token=self.tokens["chief"], **form).location != "/sign-in"


def run(office: Office, attempts: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Make so many attempts; return how many of each kind, and those that succeeded."""
    thief = Thief(office, seed)
    before, made, succeeded = office.all(), Counter[str](), []
    for number in range(attempts):
        kind = thief.kinds[number % len(thief.kinds)]
        made[kind.__name__] += 1
        if kind() or office.all() != before:
            succeeded.append(f"{number}: {kind.__name__}")
            before = office.all()
    return made, succeeded


