"""Local accounts of the console: passwords, second factors, sessions.

Passwords are kept as argon2id, tokens and recovery codes as hashes, the second factor's secret
encrypted with a key made from RENEWAL_SECRET_KEY. Every failure to sign in has the same answer, and
takes as long. All times here are real ones.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import argon2
import pyotp
import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy.engine import Connection, Engine

from renewal import settings
from renewal.bookings import audit
from renewal.bookings.engine import reading, write
from renewal.bookings.schema import attempts, staff_sessions, staff_users
from staff.access import PERMISSIONS

IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=10)
"""How long a session lasts without use, and at most."""
LEAST_CHARACTERS = 12
RECOVERY_CODES = 10
TRIES, WINDOW = {"pair": 5, "name": 20, "address": 20}, timedelta(minutes=15)
"""Failures within WINDOW: at an account from an address, at an account, from an address."""

# OWASP's second choice: 19 MiB, so that a morning's sign-ins do not fill the memory.
_HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_NOBODY = _HASHER.hash(secrets.token_urlsafe())
_U, _S = staff_users.c, staff_sessions.c


class Refused(Exception):  # noqa: N818
    """What was asked for is refused; `str` is a sentence for staff. Nothing was changed."""


@dataclass(frozen=True)
class User:
    """A member of staff. `counters` None is all; `finished` with a password and factor of their own.
    """

    name: str
    roles: tuple[str, ...]
    counters: tuple[str, ...] | None
    enabled: bool
    demonstration: bool
    finished: bool
    made_at: datetime

    @property
    def permissions(self) -> frozenset[str]:
        """Return all that the roles allow."""
        return frozenset().union(*(PERMISSIONS[role] for role in self.roles))

    def at(self, counter: str) -> bool:
        """Return whether this counter is the user's business."""
        return self.counters is None or counter in self.counters


@dataclass(frozen=True)
class Session:
    """A session by the hash of its token, whose it is, and what was last searched for."""

    hash: str
    user: User
    kept: dict[str, Any]


# Users -------------------------------------------------------------------------------------------


def users(engine: Engine) -> list[User]:
    """Return all users by name."""
    with reading(engine) as connection:
        return [_user(row) for row in connection.execute(sa.select(staff_users).order_by(_U.name))]


def add(
    engine: Engine,
    name: str,
    roles: Collection[str],
    counters: Collection[str] | None,
    *,
    who: str,
    at: datetime,
    source: str | None = None,
) -> str:
    """Add a user and return the password with which they sign in for the first time.

    Raises Refused for a name that is taken or unfit, or without a role.
    """
    if not 1 <= len(name) <= 32 or not name.isprintable() or name != name.strip():
        raise Refused("名前は、1文字から32文字までにしてください。")
    password = _new_password()

    def work(connection: Connection) -> None:
        if connection.execute(sa.select(_U.name).where(_U.name == name)).first():
            raise Refused("その名前の利用者は、もういます。")
        _insert(connection, name, roles, counters, password, at, must_change=True)
        detail = {"user": name, "roles": _checked(roles), "counters": _listed(counters)}
        audit.note(connection, at, who, "user_add", detail=detail, source=source)

    audit.writing(engine, work)
    return password


def add_demonstration(engine: Engine, name: str, password: str, at: datetime) -> None:
    """Let the demonstration account be there, with this password and every role. Development only."""
    if settings.in_production():
        raise Refused("本番では、試すための利用者は使えません。")

    def work(connection: Connection) -> None:
        connection.execute(sa.delete(staff_users).where(_U.demonstration))
        _insert(connection, name, list(PERMISSIONS), None, password, at, demonstration=True)

    write(engine, work)


def has_demonstration(engine: Engine) -> bool:
    """Return whether the database has the demonstration account, which production refuses."""
    return any(user.demonstration for user in users(engine))


def change(
    engine: Engine,
    name: str,
    roles: Collection[str],
    counters: Collection[str] | None,
    *,
    who: str,
    at: datetime,
    source: str | None = None,
) -> None:
    """Give a user other roles and counters; their sessions end. Raises Refused for the last admin."""
    roles = _checked(roles)

    def work(connection: Connection) -> None:
        row = _locked(connection, name)
        values = {"roles": roles, "counters": _listed(counters)}
        connection.execute(sa.update(staff_users).where(_U.name == name).values(**values))
        _keep_an_admin(connection, row)
        connection.execute(sa.delete(staff_sessions).where(_S.name == name))
        audit.note(connection, at, who, "user_change", detail={"user": name, **values}, source=source)

    audit.writing(engine, work)


def enable(
    engine: Engine, name: str, on: bool, *, who: str, at: datetime, source: str | None = None
) -> None:
    """Let a user sign in again, or no more; then their sessions end. Raises Refused for the last admin.
    """

    def work(connection: Connection) -> None:
        row = _locked(connection, name)
        connection.execute(sa.update(staff_users).where(_U.name == name).values(enabled=on))
        _keep_an_admin(connection, row)
        connection.execute(sa.delete(staff_sessions).where(_S.name == name))
        what = "user_enable" if on else "user_disable"
        audit.note(connection, at, who, what, detail={"user": name}, source=source)

    audit.writing(engine, work)


def reset(engine: Engine, name: str, *, who: str, at: datetime, source: str | None = None) -> str:
    """Take a user's password and second factor away and return a password for the next sign-in."""
    password = _new_password()

    def work(connection: Connection) -> None:
        row = _locked(connection, name)
        if row.demonstration:
            raise Refused("試すための利用者のパスワードは、make run が表示します。")
        values = {"password": _HASHER.hash(password), "must_change": True, "totp": None, "recovery": []}
        connection.execute(sa.update(staff_users).where(_U.name == name).values(**values))
        connection.execute(sa.delete(staff_sessions).where(_S.name == name))
        audit.note(connection, at, who, "user_reset", detail={"user": name}, source=source)

    audit.writing(engine, work)
    return password


def end_sessions(
    engine: Engine, name: str, *, who: str, at: datetime, source: str | None = None
) -> None:
    """End all sessions of a user."""

    def work(connection: Connection) -> None:
        connection.execute(sa.delete(staff_sessions).where(_S.name == name))
        audit.note(connection, at, who, "user_end", detail={"user": name}, source=source)

    audit.writing(engine, work)


# A password and a second factor of one's own -----------------------------------------------------


def new_secret() -> str:
    """Return a new secret for a second factor (RFC 6238, base 32)."""
    return pyotp.random_base32()


def address_for_app(name: str, secret: str, city: str) -> str:
    """Return what the QR code says to the app that makes the codes."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=f"{city} 予約職員画面")


def finish(
    engine: Engine, name: str, password: str, secret: str, code: str, at: datetime, source: str | None
) -> list[str]:
    """Set a password and a second factor and return the recovery codes, which are shown once.

    Raises Refused for a weak password or a wrong code.
    """
    if reason := weakness(password, name):
        raise Refused(reason)
    step = _step(secret, code, at)
    if step is None:
        raise Refused("確認コードが違います。アプリに出ている6桁を、もう一度入れてください。")
    codes = [secrets.token_hex(5) for _ in range(RECOVERY_CODES)]

    def work(connection: Connection) -> None:
        values = {
            "password": _HASHER.hash(password), "must_change": False, "totp_step": step,
            "totp": _box().encrypt(secret.encode()).decode(),
            "recovery": [_hash(each) for each in codes],
        }  # fmt: skip
        connection.execute(sa.update(staff_users).where(_U.name == name).values(**values))
        audit.note(connection, at, name, "password", source=source)

    audit.writing(engine, work)
    return [f"{each[:5]}-{each[5:]}" for each in codes]


def weakness(password: str, name: str) -> str | None:
    """Return why a password is refused, or None."""
    if len(password) < LEAST_CHARACTERS:
        return f"パスワードは {LEAST_CHARACTERS}文字以上にしてください。"
    plain = password.casefold()
    if len(set(plain)) < 6 or name.casefold() in plain or any(word in plain for word in _GUESSED):
        return "そのパスワードは、思いつかれやすいので使えません。"
    return None


_GUESSED = ("password", "123456", "abcdef", "qwerty", "fukushima", "renewal", "mynumber")


# Signing in --------------------------------------------------------------------------------------


def sign_in(
    engine: Engine, name: str, password: str, code: str, source: str, at: datetime
) -> tuple[User, str] | None:
    """Return the user and the token of a new session; None for every kind of failure.

    None too after too many failures, whatever is given: who guesses learns nothing.
    """
    tried = _count(engine, name, source, at)
    with reading(engine) as connection:
        row = connection.execute(sa.select(staff_users).where(_U.name == name)).one_or_none()
    right = _verify(row.password if row else _NOBODY, password)
    fits = bool(tried and row and right and row.enabled)
    if fits and row.demonstration:
        fits = not settings.in_production()
    elif fits and row.totp:
        fits = _use_code(engine, row, code, at)
    if not fits:
        # Of a name that nobody has, nothing is kept: it may be a password in the wrong field.
        if tried:
            _note(engine, at, row.name if row else "（不明）", "sign_in_refused", source)
        return None
    token = secrets.token_urlsafe(32)

    def work(connection: Connection) -> None:
        _forget(connection, tried)
        old = sa.or_(_S.made_at <= at - LONGEST, _S.seen_at <= at - IDLE)
        connection.execute(sa.delete(staff_sessions).where(old))
        connection.execute(
            sa.insert(staff_sessions).values(
                hash=_hash(token), name=name, made_at=at, seen_at=at, kept={}
            )
        )
        audit.note(connection, at, name, "sign_in", source=source)

    audit.writing(engine, work)
    return _user(row), token


def session(engine: Engine, token: str, at: datetime, *, touch: bool = True) -> Session | None:
    """Return the session of a token while it lasts; with `touch` this counts as use of it."""
    query = sa.select(staff_users, _S.hash, _S.seen_at, _S.kept).join(
        staff_sessions, _S.name == _U.name
    )
    with reading(engine) as connection:
        row = connection.execute(
            query.where(
                _S.hash == _hash(token), _S.made_at > at - LONGEST, _S.seen_at > at - IDLE, _U.enabled
            )
        ).one_or_none()
    if row is None or (row.demonstration and settings.in_production()):
        return None
    if touch and at - row.seen_at > timedelta(minutes=1):
        keep(engine, row.hash, seen_at=at)
    return Session(row.hash, _user(row), row.kept)


def keep(engine: Engine, session_hash: str, **values: Any) -> None:
    """Keep something with a session: `kept`, `seen_at`."""
    of = sa.update(staff_sessions).where(_S.hash == session_hash)
    write(engine, lambda connection: connection.execute(of.values(**values)))


def sign_out(engine: Engine, given: Session, at: datetime, source: str) -> None:
    """End a session."""

    def work(connection: Connection) -> None:
        connection.execute(sa.delete(staff_sessions).where(_S.hash == given.hash))
        audit.note(connection, at, given.user.name, "sign_out", source=source)

    audit.writing(engine, work)


# Inside ------------------------------------------------------------------------------------------


def _insert(
    connection: Connection,
    name: str,
    roles: Collection[str],
    counters: Collection[str] | None,
    password: str,
    at: datetime,
    must_change: bool = False,
    demonstration: bool = False,
) -> None:
    connection.execute(
        sa.insert(staff_users).values(
            name=name, password=_HASHER.hash(password), must_change=must_change, totp_step=0,
            recovery=[], roles=_checked(roles), counters=_listed(counters), enabled=True,
            demonstration=demonstration, made_at=at,
        )
    )  # fmt: skip


def _checked(roles: Collection[str]) -> list[str]:
    if not roles or not set(roles) <= PERMISSIONS.keys():
        raise Refused("役割を、1つ以上選んでください。")
    return [role for role in PERMISSIONS if role in roles]


def _listed(counters: Collection[str] | None) -> list[str] | None:
    return sorted(counters) if counters else None


def _locked(connection: Connection, name: str) -> Any:
    # All of them, so that two admins cannot take each other's role at the same time.
    rows = connection.execute(sa.select(staff_users).with_for_update()).all()
    row = next((each for each in rows if each.name == name), None)
    if row is None:
        raise Refused("その利用者は、いません。")
    return row


def _keep_an_admin(connection: Connection, before: Any) -> None:
    """Raise Refused when there was an admin in this row before, and there is none left now."""
    if "admin" not in before.roles or not before.enabled:
        return
    rows = connection.execute(sa.select(_U.roles).where(_U.enabled)).all()
    if not any("admin" in row.roles for row in rows):
        raise Refused("「管理」の利用者が1人もいなくなりますので、できません。")


def _user(row: Any) -> User:
    finished = row.demonstration or (row.totp is not None and not row.must_change)
    counters = None if row.counters is None else tuple(row.counters)
    return User(
        row.name, tuple(row.roles), counters, row.enabled, row.demonstration, finished, row.made_at
    )


def _count(engine: Engine, name: str, source: str, at: datetime) -> list[int]:
    """Note a try, before it is looked at, and return its rows; [] when there have been too many."""
    of = {"pair": f"{name}\n{source}", "name": name, "address": source}
    subjects = {kind: _hash(f"staff {kind} {value}") for kind, value in of.items()}

    def note(connection: Connection) -> list[int]:
        rows = [sa.insert(attempts).values(subject=each, at=at) for each in subjects.values()]
        return [connection.execute(row).inserted_primary_key[0] for row in rows]

    # Committed before they are counted, so that many at once gain nothing.
    made = write(engine, note)
    with reading(engine) as connection:
        for kind, subject in subjects.items():
            count = sa.select(sa.func.count()).where(
                attempts.c.subject == subject, attempts.c.at > at - WINDOW
            )
            if connection.execute(count).scalar_one() > TRIES[kind]:
                break
        else:
            return made
    # One that was not even looked at does not count.
    write(engine, lambda connection: _forget(connection, made))
    return []


def _forget(connection: Connection, tried: list[int]) -> None:
    connection.execute(sa.delete(attempts).where(attempts.c.id.in_(tried)))


def _verify(known: str, password: str) -> bool:
    try:
        return _HASHER.verify(known, password)
    except argon2.exceptions.VerificationError:
        return False


def _use_code(engine: Engine, row: Any, code: str, at: datetime) -> bool:
    """Return whether a code of the app or a recovery code is right; it is used up by that."""
    code = code.replace("-", "").replace(" ", "").casefold()
    try:
        secret = _box().decrypt(row.totp.encode()).decode()
    except InvalidToken:  # RENEWAL_SECRET_KEY is another one now
        return False
    step = _step(secret, code, at)

    def work(connection: Connection) -> bool:
        table = sa.update(staff_users).where(_U.name == row.name)
        if step is not None:
            used = connection.execute(table.where(_U.totp_step < step).values(totp_step=step))
            return bool(used.rowcount)
        left = connection.execute(
            sa.select(_U.recovery).where(_U.name == row.name).with_for_update()
        ).scalar_one()
        if _hash(code) not in left:
            return False
        connection.execute(table.values(recovery=[each for each in left if each != _hash(code)]))
        return True

    return write(engine, work)


def _step(secret: str, code: str, at: datetime) -> int | None:
    """Return which half minute the code of an app is of, this one or a neighbour, or None."""
    totp, now = pyotp.TOTP(secret), int(at.timestamp()) // 30
    for step in (now, now - 1, now + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.strip().encode()):
            return step
    return None


def _note(engine: Engine, at: datetime, who: str, what: str, source: str) -> None:
    audit.writing(engine, lambda connection: audit.note(connection, at, who, what, source=source))


def _new_password() -> str:
    return "-".join(secrets.token_hex(3) for _ in range(3))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _box() -> Fernet:
    key = hashlib.blake2b(settings.secret_key(), digest_size=32, person=b"staff totp").digest()
    return Fernet(base64.urlsafe_b64encode(key))
