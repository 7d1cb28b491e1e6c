"""What the environment decides: which database, which key. Secrets come from there alone."""

from __future__ import annotations

import hashlib
import os
import secrets
from functools import lru_cache
from pathlib import Path

VAR = Path(__file__).resolve().parent.parent / "var"


def database_url() -> str | None:
    """Return DATABASE_URL, or None for SQLite under var/."""
    return os.environ.get("DATABASE_URL") or None


def in_production() -> bool:
    """Return whether RENEWAL_ENV says production."""
    return os.environ.get("RENEWAL_ENV") == "production"


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


def keyed_hash(value: str) -> str:
    """Return a hash that only the holder of the secret key can compute (BLAKE2b, RFC 7693)."""
    key = hashlib.blake2b(secret_key()).digest()
    return hashlib.blake2b(value.encode(), key=key, digest_size=16).hexdigest()
