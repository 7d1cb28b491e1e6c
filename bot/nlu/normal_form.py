"""One spelling for what people write in many: the form in which sentences are compared."""

from __future__ import annotations

import re
import unicodedata

from bot.nlu.spellings import SPELLINGS

_TO_HIRAGANA = {katakana: katakana - 0x60 for katakana in range(ord("ァ"), ord("ヶ") + 1)}
_SPACE_IN_JAPANESE = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")


def normal_form(text: str) -> str:
    """Return the text with widths, capitals, spaces and the field's words made one form.

    Words written in kana only, or with the wrong kanji, get the kanji that the meaning hangs on.
    """
    text = unicodedata.normalize("NFKC", text).lower().strip()
    text = _SPACE_IN_JAPANESE.sub("", " ".join(text.split()))
    parts, end = [], 0
    for word in _ANY_SPELLING.finditer(hiragana(text)):
        parts += [text[end : word.start()], _RIGHT[word[0]]]
        end = word.end()
    return "".join([*parts, text[end:]])


def hiragana(text: str) -> str:
    """Return the text with katakana made hiragana; no character is added or lost."""
    return text.translate(_TO_HIRAGANA)


def letters(text: str) -> str:
    """Return a normal form as n-grams are taken from it.

    Kana is one kind, long numbers are alike, and both ends of the sentence can be told.
    """
    return f"^{re.sub(r'[0-9]{3,}', '0', hiragana(text.replace(' ', '')))}$"


_RIGHT = {
    hiragana(spelling): right
    for right, *others in (line.split() for line in SPELLINGS.splitlines() if line.strip())
    for spelling in (right, *others)
}
_ANY_SPELLING = re.compile("|".join(map(re.escape, sorted(_RIGHT, key=len, reverse=True))))
