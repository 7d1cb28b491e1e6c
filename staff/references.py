"""How pages name a booking: by a reference that nobody can make up, so that no code is in an address.

AES-SIV (RFC 5297): the same booking has the same reference, and an altered one is no reference.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from flask import abort

from renewal import settings
from renewal.bookings import Booking
from staff.app import store, user


def reference(booking: Booking) -> str:
    """Return a booking's reference."""
    sealed = _box().encrypt(booking.code.encode(), None)
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def known(ref: str) -> Booking:
    """Return the booking of a reference; 404 for any other text, and for another's counter."""
    try:
        sealed = base64.urlsafe_b64decode(ref + "=" * (-len(ref) % 4))
        code = _box().decrypt(sealed, None).decode()
    except (binascii.Error, InvalidTag, ValueError):
        abort(404)
    booking = store().get(code)
    if booking is None or not user().at(booking.counter):
        abort(404)
    return booking


def _box() -> AESSIV:
    return AESSIV(hashlib.blake2b(settings.secret_key(), person=b"staff reference").digest()[:32])
