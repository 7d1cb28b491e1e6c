"""A message cut for reading, once: its folded text, its words, its clauses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from reading.clauses import Clause, clauses_of
from reading.text import Folded, fold
from reading.words import Word, words_of


@dataclass(frozen=True)
class Message:
    """A text with its words and clauses; `now` (Asia/Tokyo) is what "明日" counts from."""

    text: str
    now: datetime
    folded: Folded
    words: tuple[Word, ...]
    clauses: tuple[Clause, ...]

    @property
    def plain(self) -> str:
        """The folded text, in which words and clauses have their places."""
        return self.folded.plain

    def inside(self, clause: Clause) -> tuple[Word, ...]:
        """Return the words of a clause."""
        return self.words[clause.first : clause.last]

    def clause_at(self, place: int) -> Clause | None:
        """Return the clause in which a place of the folded text lies."""
        return next((each for each in self.clauses if each.start <= place < each.end), None)


def cut(text: str, now: datetime) -> Message:
    """Return the message of a text."""
    folded = fold(text)
    words = words_of(folded)
    return Message(text, now, folded, words, clauses_of(words, folded))


# Patterns over words -----------------------------------------------------------------------------
#
# A pattern reads like the words it stands for: "<who>の<card>" is a word with the tag `who`, の, and a
# word with the tag `card`. Particles and marks stand for themselves; <n> is any other noun, <v> a
# verb, <j> an adjective, <c> です, <d> a number, <.> any word; <a|b> is one of several tags, and
# <comes:go> a tag with that meaning. What stands outside < > is a regular expression.

_KINDS = {
    "noun": "N", "verb": "V", "adjective": "J", "copula": "C", "number": "D", "adverb": "A",
    "other": "O", "auxiliary": "X", "nominal": "Z",
}  # fmt: skip
_ELSE = {"n": "N", "v": "V", "j": "J", "c": "C", "d": "D", ".": "."}


class Table:
    """The tags that a table of rules looks at; `search` finds its patterns among words.

    Where a word has several of the tags, the first of `tags` counts.
    """

    def __init__(self, *tags: str) -> None:
        self.tags = tags
        self._signs = {tag: chr(0xE000 + at) for at, tag in enumerate(tags)}

    def shape(self, words: Sequence[Word]) -> str:
        """Return one character for each word."""
        return "".join(map(self._sign, words))

    def _sign(self, word: Word) -> str:
        for tag in self.tags:
            if word.meanings and tag in word.meanings:
                return self._signs[tag]
        if word.kind == "copula" and "neg" in word.flags:
            return "E"
        if word.kind in ("particle", "mark", "end") and word.text:
            return _PARTICLES.get(word.text, word.text[0])
        return _KINDS.get(word.kind, "O")

    @cache  # noqa: B019  tables live as long as the process
    def compiled(self, pattern: str) -> re.Pattern[str]:
        """Return a pattern over shapes."""
        return re.compile(re.sub(r"(?<!\?P)<([a-z.|_]+)>", self._one_of, pattern))

    def _one_of(self, match: re.Match[str]) -> str:
        signs = [_ELSE.get(tag) or self._signs[tag] for tag in match[1].split("|")]
        return signs[0] if len(signs) == 1 else f"[{''.join(signs)}]"


_PARTICLES = {"じゃ": "C", "より": "よ", "から": "か", "まで": "ま", "って": "っ", "だけ": "だ", "でも": "で", "とも": "と", "では": "で"}
