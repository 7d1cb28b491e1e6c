"""Whether a topic's examples notice each word of its file in reading/lexicon."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
import yaml

from reading import lexicon
from reading.facts import Fact
from reading.message import Message, cut
from tests.reading.corpus_rows import NOW, Heard, Row, without, wrong


def words_of(file: str) -> Iterator[tuple[str, str]]:
    """Yield each word of a file with its tag."""
    text = (lexicon.FOLDER / f"{file}.yml").read_text(encoding="utf-8")
    for tag, meanings in yaml.load(text, Loader=yaml.BaseLoader).items():
        for listed in meanings.values() if tag[0] != "_" else ():
            for word in listed.split():
                yield tag, lexicon.plain(word.replace("_", " "))


def deciding_nothing(
    file: str, topic: Any, rows: Sequence[Row], caches: Sequence[Any], patch: pytest.MonkeyPatch
) -> list[str]:
    """Return those of a few rows that are heard as before without their word.

    For topics that make their patterns from their file once, and keep them in `caches`.
    """
    found = []
    for row in random.Random(8).sample([row for row in rows if row.word], 60):
        with patch.context() as left_out:
            left_out.setattr(lexicon, "_read", without(file, row.word or ""))
            _forget(caches)
            if not wrong(row, topic.facts, topic.heard):
                found.append(row.text)
    _forget(caches)
    return found


def _forget(caches: Sequence[Any]) -> None:
    for cached in caches:
        cached.cache_clear()


def unnoticed(
    file: str,
    rows: Sequence[Row],
    facts: Callable[[Message], list[Fact]],
    heard: Heard,
    patch: pytest.MonkeyPatch,
    few: int | None = None,
) -> list[str]:
    """Return the words, or of a few of them, those without which every example is heard as before."""
    words = sorted(set(words_of(file)))
    chosen = random.Random(15).sample(words, few) if few else words
    inside = [(row, {word.lemma for word in cut(row.text, NOW).words}) for row in rows]
    found = []
    for tag, word in chosen:
        meanings = dict(lexicon.words()[word])
        del meanings[tag]
        with patch.context() as without:
            if meanings:
                without.setitem(lexicon.words(), word, meanings)
            else:
                without.delitem(lexicon.words(), word)
            if not any(wrong(row, facts, heard) for row, words in inside if word in words):
                found.append(f"{tag}: {word}")
    return found
