"""The words of the field by what they name. They stand in the .yml files beside this one.

A file maps tags to meanings, and each meaning to its words:

    person:
      mother: 母 母親 お母さん ママ

Words are parted by spaces ("_" stands for a space inside an English one) and compared in folded form
(`reading.text`), so that katakana counts as hiragana. A word is found as it stands, and a verb or
adjective in all its forms by the one that dictionaries have. One word may have a meaning under each of
several tags. A tag `~` holds words that only contain others (親切): they have no meaning, and because
the longest word wins they keep those out.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml

from reading.text import fold

FOLDER = Path(__file__).parent
Meanings = dict[str, str]
"""The meaning of a word under each of its tags."""


def load(folder: Path = FOLDER) -> dict[str, Meanings]:
    """Return the meanings of every word, by its folded form."""
    words: dict[str, Meanings] = {}
    for file in sorted(folder.glob("*.yml")):
        for tag, meanings in yaml.safe_load(file.read_text(encoding="utf-8")).items():
            for meaning, listed in meanings.items():
                for word in str(listed).split():
                    words.setdefault(plain(word.replace("_", " ")), {})[tag] = str(meaning)
    return words


@lru_cache(maxsize=65536)
def plain(word: str) -> str:
    """Return a word's folded form."""
    return fold(word).plain


@lru_cache(maxsize=1)
def words() -> dict[str, Meanings]:
    """Return the lexicon as it ships, loaded once."""
    return load()


@lru_cache(maxsize=1)
def longest() -> int:
    """Return the length of the longest word."""
    return max(map(len, words()))
