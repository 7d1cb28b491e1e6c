"""Booking codes: ten characters shown as K7PMA-4QXD3, nine of them random, the last a check.

No 0, O, 1, I or L. The first is a letter and one at least is a digit, so a code is never taken for
a phone number, a PIN of digits or a word. 44 bits are random.
"""

from __future__ import annotations

import re
import secrets
import unicodedata

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_BASE = len(ALPHABET)  # 31 is prime: the weighted sum below then catches what it promises
_RANDOM = 9
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_DASHES = r"[-‐‑‒–—―−ー－\s]"
# Ten characters of the alphabet, however grouped, with nothing of the kind before or after.
_IN_TEXT = re.compile(
    rf"(?<![0-9A-Z])[A-Z](?:{_DASHES}?[2-9A-HJKMNP-Z]){{{_RANDOM}}}(?![0-9A-Z])"
)


def new_code() -> str:
    """Return a new random code as it is shown."""
    while True:
        number = secrets.randbelow(_BASE**_RANDOM)
        body = "".join(ALPHABET[number // _BASE**place % _BASE] for place in range(_RANDOM))
        code = body + _check(body)
        if _well_formed(code):
            return show_code(code)


def show_code(code: str) -> str:
    """Return the ten characters as they are shown: in two groups of five."""
    return f"{code[:5]}-{code[5:]}"


def normalise_code(text: str) -> str | None:
    """Return the code as shown, or None when the text is none.

    Lower case, full width, spaces and hyphens are accepted. One wrong character, or two neighbours
    that changed places, are found out by the check character.
    """
    plain = re.sub(_DASHES, "", unicodedata.normalize("NFKC", text)).upper()
    if len(plain) != _RANDOM + 1 or any(character not in _VALUE for character in plain):
        return None
    if not _well_formed(plain) or _check(plain[:_RANDOM]) != plain[_RANDOM]:
        return None
    return show_code(plain)


def find_code(text: str) -> str | None:
    """Return the first code, as shown, that occurs in a sentence, or None."""
    plain = unicodedata.normalize("NFKC", text).upper()
    found = (normalise_code(match.group()) for match in _IN_TEXT.finditer(plain))
    return next((code for code in found if code), None)


def _well_formed(code: str) -> bool:
    return code[0].isalpha() and any(character.isdigit() for character in code)


def _check(body: str) -> str:
    # Weights 1 … 9 and (for the check character) 30 = -1: neither a single change nor a swap of
    # two different neighbours leaves the sum as it was, because no weight and no difference of
    # neighbouring weights is a multiple of 31.
    total = sum(weight * _VALUE[character] for weight, character in enumerate(body, start=1))
    return ALPHABET[total % _BASE]
