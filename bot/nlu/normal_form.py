"""One spelling for what people write in many: the forms in which sentences are compared."""

from __future__ import annotations

import re
import unicodedata

_TO_HIRAGANA = {katakana: katakana - 0x60 for katakana in range(ord("ァ"), ord("ヶ") + 1)}


def normal_form(text: str) -> str:
    """Return the text with widths, half-width kana and capitals made one form."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def letters(text: str) -> str:
    """Return a normal form with spaces left out, kana made one kind and every number made 0."""
    return re.sub(r"\d+", "0", text.replace(" ", "")).translate(_TO_HIRAGANA)
