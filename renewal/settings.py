"""What the environment decides: which database, which key. Secrets come from there alone."""

from __future__ import annotations

import hashlib
import os
import secrets
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

VAR = Path(__file__).resolve().parent.parent / "var"


def database_url() -> str | None:
    """Return DATABASE_URL, or None for SQLite under var/."""
    return os.environ.get("DATABASE_URL") or None


def conversations_db() -> str:
    """Return where conversations are kept: CONVERSATIONS_DB, or a SQLite file under var/."""
    if given := os.environ.get("CONVERSATIONS_DB"):
        return given
    VAR.mkdir(exist_ok=True)
    return str(VAR / "conversations.db")


def action_port() -> int:
    """Return the action server's port: ACTION_PORT, or 5055."""
    return int(os.environ.get("ACTION_PORT") or 5055)


def action_url() -> str:
    """Return where the bot calls actions, on this machine."""
    return f"http://127.0.0.1:{action_port()}/webhook"


def saves_time() -> bool:
    """Return whether Rasa's insides are made fast: RENEWAL_SAVE_TIME=0 leaves them as they are."""
    return os.environ.get("RENEWAL_SAVE_TIME") != "0"


ENVIRONMENTS = ("development", "production")
"""What RENEWAL_ENV may say; without it, it is development."""

ACTION_HEADER = "X-Renewal-Actions"
"""The header that holds `action_secret`."""


def environment() -> str | None:
    """Return which of ENVIRONMENTS it is, or None when RENEWAL_ENV says something else."""
    said = os.environ.get("RENEWAL_ENV") or "development"
    return said if said in ENVIRONMENTS else None


def in_production() -> bool:
    """Return whether what is asked of production is asked here: also where the word is unknown."""
    return environment() != "development"


def weakness(key: str) -> str | None:
    """Return what makes a secret guessable, in Japanese, or None when nothing is seen.

    A key of `openssl rand -hex 32` never has any: 64 figures and letters by chance.
    """
    plain = key.strip().lower()
    if len(plain) < 32:
        return "短すぎます（32文字以上にしてください）"
    steps = [ord(b) - ord(a) for a, b in pairwise(plain)]
    repeated = any(plain == (plain[:n] * len(plain))[: len(plain)] for n in range(1, 17))
    in_a_row = max((steps.count(step) for step in (-1, 0, 1)), default=0) > len(steps) / 2
    if len(set(plain)) < 10 or repeated or in_a_row:
        return "同じ文字や並びのくり返しです"
    if any(word in plain for word in _GUESSED_FIRST):
        return "だれでも思いつく言葉が入っています"
    return None


_GUESSED_FIRST = (
    "password", "secret", "changeme", "change-me", "change_me", "example", "renewal", "fukushima",
    "mynumber", "qwerty", "letmein", "development", "production", "default", "0123456789",
    "1234567890", "abcdefgh",
)  # fmt: skip


def public_url() -> str | None:
    """Return RENEWAL_PUBLIC_URL, the https address under which the bot is reached from outside."""
    url = os.environ.get("RENEWAL_PUBLIC_URL", "").strip().rstrip("/")
    return url if url.startswith("https://") else None


@lru_cache(maxsize=1)
def secret_key() -> bytes:
    """Return RENEWAL_SECRET_KEY; in development one is made and kept in var/.

    Raises RuntimeError in production when it is not set.
    """
    given = os.environ.get("RENEWAL_SECRET_KEY")
    if given:
        return given.encode()
    if in_production():
        raise RuntimeError("RENEWAL_SECRET_KEY is not set")
    VAR.mkdir(exist_ok=True)
    kept = VAR / "secret.key"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_hex(32))
    return kept.read_text().strip().encode()


def action_secret() -> str:
    """Return what the bot shows the action server, made from the secret key that both have."""
    return keyed_hash("the action server's caller")


def keyed_hash(value: str) -> str:
    """Return a hash that only the holder of the secret key can compute (BLAKE2b, RFC 7693)."""
    key = hashlib.blake2b(secret_key()).digest()
    return hashlib.blake2b(value.encode(), key=key, digest_size=16).hexdigest()
