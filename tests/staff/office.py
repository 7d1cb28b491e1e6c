"""An office at the console: its database, its staff with their browsers, and its bookings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pyotp
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine
from werkzeug.test import TestResponse

from renewal import city, clock
from renewal.bookings import Booking, Bookings, Visit, create_engine_from, migrate, schema
from renewal.cases import card_for
from renewal.documents import Applicant, Case, Holder
from staff import accounts, references
from staff.app import create_app

CITY = city.load(city.DEFAULT_PATH)
NOW = datetime.fromisoformat("2026-11-24T10:00:00+09:00")
START = datetime.fromisoformat("2026-11-25T11:00:00+09:00")
URL = "http://localhost:5008"
SELF = Case(Applicant.SELF, Holder.GENERAL)
PASSWORD = "aki-no-sora-2026"


@dataclass
class Clerk:
    """Somebody with a browser; `post` brings the token of the form, and says where it comes from."""

    client: FlaskClient
    name: str
    secret: str = ""

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, base_url=URL, **more)

    def token(self) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/help").text)
        return found[1] if found else ""

    def post(self, path: str, *, origin: str | None = URL, token: str | None = None, **form: Any) -> TestResponse:
        token = self.token() if token is None else token
        headers = {} if origin is None else {"Origin": origin}
        given = {"csrf_token": token, **{name.replace("_n", "-"): value for name, value in form.items()}}
        return self.client.post(path, base_url=URL, data=given, headers=headers)


@dataclass
class Office:
    """The console on a database."""

    engine: Engine
    app: Flask
    clerks: dict[str, Clerk] = field(default_factory=dict)
    number: Iterator[int] = field(default_factory=count)

    @property
    def store(self) -> Bookings:
        return Bookings(self.engine)

    def hire(self, name: str, *roles: str, counters: list[str] | None = None) -> Clerk:
        """Let somebody have an account that is finished, and be signed in."""
        if name not in self.clerks:
            at = clock.real_now()
            accounts.add(self.engine, name, roles, counters, who="test", at=at)
            secret = accounts.new_secret()
            code = pyotp.TOTP(secret).at(at - timedelta(seconds=30))
            accounts.finish(self.engine, name, PASSWORD, secret, code, at, None)
            self.clerks[name] = Clerk(self.app.test_client(), name, secret)
            assert self.sign_in(self.clerks[name]).status_code == 303
        return self.clerks[name]

    def sign_in(self, clerk: Clerk, password: str = PASSWORD, code: str | None = None) -> TestResponse:
        """Sign in with a browser that is new."""
        if code is None:
            self.forget_codes(clerk)
            code = pyotp.TOTP(clerk.secret).now()
        clerk.client = self.app.test_client()
        page = clerk.get("/sign-in").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        return clerk.post("/sign-in", token=token[1] if token else "", name=clerk.name,
                          password=password, code=code)  # fmt: skip

    def forget_codes(self, clerk: Clerk) -> None:
        """Let the code of this half minute count once more, as if it were another half minute."""
        with self.engine.begin() as connection:
            connection.execute(
                sa.update(schema.staff_users)
                .where(schema.staff_users.c.name == clerk.name)
                .values(totp_step=0)
            )

    def book(
        self, start: datetime = START, name: str = "サトウ ハナコ", phone: str = "09012345678",
        counter: str = "honchosha", case: Case = SELF, **more: Any,
    ) -> Booking:  # fmt: skip
        key = f"book-{next(self.number)}"
        visit = Visit(case.applicant.value, (card_for(case, CITY, name),), phone, channel="phone", **more)
        when = {"city": CITY, "now": min(NOW, start - timedelta(days=1)), "at": clock.real_now()}
        hold = self.store.hold(counter, start, key=key, staff=True, **when)  # type: ignore[arg-type]
        return self.store.confirm(hold.id, visit, key=key, who="test", **when)  # type: ignore[arg-type]

    def ref(self, booking: Booking) -> str:
        return references.reference(booking)

    def all(self) -> list[list[Any]]:
        """Return what must not change: the bookings, the users, the pauses."""
        tables = (schema.bookings, schema.staff_users, schema.pauses, schema.told, schema.call_tries)
        with self.engine.connect() as connection:
            return [connection.execute(sa.select(table)).all() for table in tables]


@contextmanager
def office(url: str) -> Iterator[Office]:
    """Open an office on the database of that address."""
    engine = create_engine_from(url)
    migrate(engine)
    yield Office(engine, create_app(engine, (URL,)))
    engine.dispose()
