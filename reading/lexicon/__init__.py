"""The words of the field by what they name. They stand in the .yml files beside this one.

A file maps tags to meanings, and each meaning to its words:

    person:
      mother: 母 母親 お母さん ママ

Words are parted by spaces ("_" stands for a space inside an English one) and compared in folded form
(`reading.text`), so that katakana counts as hiragana. A word is found as it stands, and a verb or
adjective in all its forms by the one that dictionaries have. One word may have a meaning under each of
several tags. A tag `~` holds words that only contain others (親切): they have no meaning, and because
the longest word wins they keep those out.

A tag that begins with "_" holds phrases that one topic looks for by itself (`phrases`): no words are made
of them, so that they change nothing for other topics.
"""

from __future__ import annotations

from collections.abc import Iterable
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
        for tag, meanings in _read(file).items():
            for meaning, listed in (meanings or {}).items() if tag[0] != "_" else ():
                for word in str(listed).split():
                    words.setdefault(plain(word.replace("_", " ")), {})[tag] = str(meaning)
    return words


def phrases(file: str, tag: str, folder: Path = FOLDER) -> dict[str, str]:
    """Return the meaning of each phrase under a topic's own tag, by its folded form."""
    listed = groups(file, tag, folder)
    return {phrase: meaning for meaning, phrases in listed.items() for phrase in phrases}


def groups(file: str, tag: str, folder: Path = FOLDER) -> dict[str, list[str]]:
    """Return the phrases of each meaning under a topic's own tag in folded form, the longest first."""
    meanings = _read(folder / f"{file}.yml")[f"_{tag}"]
    return {
        meaning: sorted((plain(each.replace("_", " ")) for each in listed.split()), key=len, reverse=True)
        for meaning, listed in meanings.items()
    }


def _read(file: Path) -> dict[str, dict[str, str]]:
    # The base loader takes all as text: "no" and "~" are words here, too.
    return yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader) or {}  # noqa: S506


@lru_cache(maxsize=65536)
def plain(word: str) -> str:
    """Return a word's folded form."""
    return fold(word).plain


@lru_cache(maxsize=1)
def words() -> dict[str, Meanings]:
    """Return the lexicon as it ships, loaded once."""
    return load()


def here_is(city: Iterable[str], prefecture: Iterable[str]) -> None:
    """Take in what the city and its prefecture are called: handed in, since no place stands here."""
    for meaning, names in (("here", city), ("prefecture", prefecture)):
        for name in names:
            words().setdefault(plain(name), {})["in_city"] = meaning
    reach.cache_clear()


@lru_cache(maxsize=1)
def reach() -> dict[str, int]:
    """Return how long the longest word is that begins with a character."""
    found: dict[str, int] = {}
    for word in words():
        found[word[:1]] = max(len(word), found.get(word[:1], 0))
    return found
