"""Booking codes: ten characters shown as K7PMA-4QXD3, nine of them random, the last a check.

No 0, O, 1, I or L. The first is a letter and one at least is a digit, so a code is never taken for
a phone number, a PIN of digits or a word. 44 bits are random.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterator

import jaconv

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_BASE = len(ALPHABET)  # 31 is prime: the weighted sum below then catches what it promises
_RANDOM = 9
HALF = 5
"""How many characters stand before the hyphen of a code that is shown."""
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_SEPARATORS = r"(?:[-‐‑‒–—―−ー－\s、,.・/_]|の|ハイフン)"
# Ten characters of the alphabet, however grouped, with nothing of the kind before or after.
_IN_TEXT = re.compile(
    rf"(?<![0-9A-Z])[A-Z](?:{_SEPARATORS}{{0,3}}[2-9A-HJKMNP-Z]){{{_RANDOM}}}(?![0-9A-Z])"
)


def new_code() -> str:
    """Return a new random code as it is shown."""
    while True:
        number = secrets.randbelow(_BASE**_RANDOM)
        body = "".join(ALPHABET[number // _BASE**place % _BASE] for place in range(_RANDOM))
        code = body + _check(body)
        # "PW6GBGH66C" reads as "my password is 6GBGH66C", which is masked.
        if _well_formed(code) and "PW" not in code and "PASS" not in code:
            return show_code(code)


def show_code(code: str) -> str:
    """Return the ten characters as they are shown: in two groups of five."""
    return f"{code[:HALF]}-{code[HALF:]}"


def first_half(text: str) -> str | None:
    """Return the first half of a code as shown, or None when the text cannot be one."""
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    known = len(plain) == HALF and all(character in _VALUE for character in plain)
    return plain if known and plain[0].isalpha() else None


def normalise_code(text: str) -> str | None:
    """Return the code as shown, or None when the text is none.

    Lower case, full width, spaces and hyphens are accepted. One wrong character, or two neighbours
    that changed places, are found out by the check character.
    """
    plain = re.sub(_SEPARATORS, "", unicodedata.normalize("NFKC", text)).upper()
    if len(plain) != _RANDOM + 1 or any(character not in _VALUE for character in plain):
        return None
    if not _well_formed(plain) or _check(plain[:_RANDOM]) != plain[_RANDOM]:
        return None
    return show_code(plain)


def find_code(text: str) -> str | None:
    """Return the first code, as shown, that occurs in a sentence, or None.

    A code read aloud ("ケー、ナナ、ピー…") counts if only one reading of it is right.
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    found = (normalise_code(match.group()) for match in _IN_TEXT.finditer(plain))
    code = next((code for code in found if code), None)
    if code or not re.search("[ぁ-んァ-ヶー]{2}", plain):
        return code
    spoken = re.sub(f"{_SEPARATORS}|はいふん", "", jaconv.kata2hira(plain.replace("ー", "~")))
    heard = {
        normalise_code(word)
        for run in _SPOKEN.finditer(spoken)
        for word in _heard(run[0], _RANDOM + 1)
    } - {None}
    return heard.pop() if len(heard) == 1 else None


# The names of letters and digits in hiragana, "~" for the long vowel.
_NAMES = {
    "え~": "A", "えい": "A", "び~": "B", "し~": "C4", "でぃ~": "D", "で~": "D", "い~": "E", "えふ": "F",
    "じ~": "G", "えいち": "H", "えっち": "H", "じぇ~": "J", "じぇい": "J", "け~": "K", "けい": "K", "えむ": "M",
    "えぬ": "N", "ぴ~": "P", "きゅ~": "Q9", "きゅう": "9Q", "あ~る": "R", "えす": "S", "てぃ~": "T", "て~": "T",
    "ゆ~": "U", "ぶい": "V", "ゔぃ~": "V", "だぶりゅ~": "W", "だぶる": "W", "えっくす": "X", "わい": "Y",
    "ぜっと": "Z", "に": "2", "に~": "2", "さん": "3", "よん": "4", "し": "4", "ご": "5", "ご~": "5", "ろく": "6",
    "なな": "7", "しち": "7", "せぶん": "7", "はち": "8", "く": "9",
} | {character: character for character in ALPHABET}  # fmt: skip
_SPOKEN = re.compile(f"(?:{'|'.join(sorted(_NAMES, key=len, reverse=True))})+")


def _heard(spoken: str, symbols: int) -> Iterator[str]:
    """Yield every code of so many symbols that the beginning of the words can spell."""
    if symbols == 0:
        yield ""
        return
    for name, meant in _NAMES.items():
        if spoken.startswith(name):
            for rest in _heard(spoken[len(name) :], symbols - 1):
                yield from (symbol + rest for symbol in meant)


def _well_formed(code: str) -> bool:
    return code[0].isalpha() and any(character.isdigit() for character in code)


def _check(body: str) -> str:
    # Weights 1 … 9 and (for the check character) 30 = -1: neither a single change nor a swap of
    # two different neighbours leaves the sum as it was, because no weight and no difference of
    # neighbouring weights is a multiple of 31.
    total = sum(weight * _VALUE[character] for weight, character in enumerate(body, start=1))
    return ALPHABET[total % _BASE]
