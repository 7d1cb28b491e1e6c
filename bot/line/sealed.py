"""Encryption of what is kept of LINE's users, with a key derived from RENEWAL_SECRET_KEY."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken

from renewal import settings


def seal(text: str) -> bytes:
    """Return the text encrypted and authenticated (Fernet: AES-128-CBC with HMAC-SHA256)."""
    return _fernet().encrypt(text.encode())


def unseal(sealed: bytes) -> str | None:
    """Return the text, or None when it was sealed with another key."""
    try:
        return _fernet().decrypt(bytes(sealed)).decode()
    except InvalidToken:
        return None


def _fernet() -> Fernet:
    key = hashlib.sha256(b"LINE users and events:" + settings.secret_key()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
