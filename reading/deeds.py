"""What is done, or is to be done, with a booking or with something else: booked, changed, cancelled, looked at.

A verb alone decides nothing: what else is named as its object makes it somebody's alarm or dentist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from reading import lexicon
from reading.clauses import Clause
from reading.facts import Deed, Fact
from reading.message import Message
from reading.situation import Command, Situation
from reading.wording import PREDICATES, negated
from reading.words import Word, name_parts


def facts(m: Message) -> list[Fact]:
    """Return what the message says is done, or to be done, with a booking or something else."""
    return [*_deeds(m)]


def heard(facts: Sequence[Fact], m: Message, s: Situation) -> list[Command]:
    """Return nothing: what is done with a booking answers no question of an application."""
    return []


@lru_cache(maxsize=8)
def table(tag: str) -> dict[str, str]:
    """Return the meanings under one of the tags of reading/lexicon/bookings.yml."""
    return lexicon.phrases("bookings", tag)


def means(word: Word, tag: str) -> str | None:
    """Return the meaning of a word under one of these tags."""
    listed = table(tag)
    return listed.get(word.lemma) or listed.get(word.text)


# A booking's code is cut into pieces that are no words.
_CODE = re.compile("(?<![0-9a-z])[0-9a-z]{2,10}(?:[-ー ][0-9a-z]{2,5})?(?![0-9a-z])")


def _words(m: Message, clause: Clause) -> list[Word]:
    """Return the words of a clause, with those of a code as figures."""
    coded = [each.span() for each in _CODE.finditer(m.plain) if re.search("[0-9]", each[0]) and len(each[0]) > 9]
    return [
        replace(word, kind="number") if any(start <= word.start < end for start, end in coded) else word
        for word in m.inside(clause)
    ]


def _deeds(m: Message) -> Iterator[Deed]:
    for clause in m.clauses:
        words = _words(m, clause)
        for at, word in enumerate(words):
            what = means(word, "deed")
            if means(word, "thing") == "booking" and at + 1 < len(words) and means(words[at + 1], "how") == "done":
                what = "book"  # 予約済み
            if what is None:
                continue
            head, of = _object(words, at)
            if what == "take" and not _takes(m, word, head):
                continue
            if what == "renew" and _is_no_wish(words, at):
                continue
            what = {"take": "book", "renew": "book"}.get(what, what)
            of = of or ("booking" if word.lemma.startswith("予約") else None)
            start, end = m.folded.span(word.start, word.end)
            yield Deed(start, end, clause.at, clause.mood, what, _how(words, at, clause), of)  # type: ignore[arg-type]


def _takes(m: Message, word: Word, head: str | None) -> bool:
    """Return whether taking or asking for something is booking: 予約を取る, 更新をお願いします."""
    if head == "ours":
        return word.text.startswith(("お願", "おね", "頼", "たの", "し"))
    if head is None and word.lemma in ("取る", "とる") and "want" in word.flags:
        return any(means(each, "thing") == "booking" for each in m.words)  # 予約を変えるのでなく、新しく取りたい
    return head == "booking"


def _is_no_wish(words: Sequence[Word], at: int) -> bool:
    """Return whether 更新 only says what something is for: 更新の通知, 更新に必要なもの; but not 更新に行く."""
    after = words[at + 1] if at + 1 < len(words) else None
    if words[at].kind != "noun" or after is None:
        return False
    said = next((word for word in words[at + 1 :] if word.kind in PREDICATES), None)
    goes = said is not None and bool(said["comes"]) and "持" not in said.text
    return after.text in ("の", "を") or after.kind == "noun" or (after.text == "に" and not goes)


def _how(words: Sequence[Word], at: int, clause: Clause) -> str:
    """Return how something is told to be done: wished, asked about, done, denied, supposed."""
    word, rest = words[at], words[at + 1 :]
    own = word.kind in PREDICATES and not (rest and rest[0].kind in PREDICATES and not word.flags)  # お願いできますか
    said = word if own else next((each for each in rest if each.kind in PREDICATES), None)
    flags = said.flags if said else frozenset[str]()
    asks = "ask" in flags or (said in (None, _last(words)) and "ask" in clause.flags)
    if "asks_what" in clause.flags or any(means(each, "how") == "way" for each in words):
        return "how"
    if word.text.isascii() and any(each.text in _NOT for each in words[max(at - 4, 0) : at]):
        return "denied"
    if negated(words, at) and not asks:
        return "denied"
    if any(means(each, "how") == "done" for each in rest[:1]):
        return "done"
    if (flags & {"past", "ing"}) and not flags & {"want", "let", "by"}:
        return "done"
    if flags & {"cond"} or any(each.text in _WHEN for each in rest[:2]):
        return "supposed"
    return "may" if asks and not flags & {"let", "by", "want"} else "wished"


_NOT = {"not", "don't", "didn't", "never", "no"}
_WHEN = {"とき", "時", "場合", "なら"}


def _last(words: Sequence[Word]) -> Word | None:
    return next((each for each in reversed(words) if each.kind in PREDICATES), None)


# To what it is done --------------------------------------------------------------------------------

_TO = ("に", "で", "へ", "から", "まで", "と", "より", "には", "では")
_KNOWN = {
    "person", "speaker", "holder", "card", "notice", "called", "proxy", "guardian", "age", "which", "group",
    "everyone", "total", "along", "same", "landmark", "certificate_of", "alone", "instead", "picks", "asks", "anywhere", "deed",
}  # fmt: skip


def _object(words: Sequence[Word], at: int) -> tuple[str | None, str | None]:
    """Return what the deed at this place is done to: the nearest noun, and all that is named with it.

    "booking", "part" (of a booking), "ours", "other" where anything is named that has nothing to do with
    a booking here ("歯医者の予約を"), and None where nothing is.
    """
    groups = list(_groups_after(words, at) if words[at].text.isascii() else _groups_before(words, at))
    if not groups:
        return None, None
    kinds = [kind for group in groups for kind in _kinds(group)]
    head = _kind(groups[0][-1])
    if "other" in kinds:
        return head, "other"
    return head, next((kind for kind in ("booking", "part", "ours") if kind in kinds), None)


def _kinds(group: Sequence[Word]) -> list[str]:
    """Return what the nouns of a group name; a code and what is counted (2回) say nothing of their own."""
    said = "".join(word.text for word in group)
    if said.isascii() and any(map(str.isdigit, said)):
        return ["own"]
    counted = [at and group[at - 1].kind == "number" for at in range(len(group))]
    return ["own" if by else _kind(word) for word, by in zip(group, counted, strict=True)]


def _groups_before(words: Sequence[Word], at: int) -> Iterator[list[Word]]:
    """Yield the object of a deed and what belongs to it (の), going back from the deed."""
    group: list[Word] = []
    particle, found, passed = "", False, False
    for word in [*reversed(words[:at]), None]:
        if word and word.kind in ("noun", "number") and not word["asks"]:
            group.insert(0, word)
            continue
        if group:
            if found and particle not in ("の", "を", *_TO):
                return
            passed = particle in _TO or (passed and particle in ("の", "が"))  # 成人の日に
            if not passed:
                yield group
                found |= any(kind != "own" for kind in _kinds(group))
            group = []
        elif found:
            return
        if word is None or word.kind in ("verb", "adjective") or (word.kind == "mark" and word.text not in "「」"):
            return
        if word.kind == "particle":
            particle = word.text
        elif word.kind != "adverb":
            particle = ""


def _groups_after(words: Sequence[Word], at: int) -> Iterator[list[Word]]:
    """Yield what stands behind an English verb: cancel my appointment."""
    group: list[Word] = []
    for word in words[at + 1 :]:
        if not word.text.isascii() or word.text in _ENGLISH_TO or word.kind == "mark":
            break
        group.append(word)
    if group:
        yield group


_ENGLISH_TO = {"for", "on", "at", "from", "to", "by", "until", "because", "since", "and", "but", "in", "with"}


_FIGURES = re.compile("[0-9]|^[一二三四五六七八九十]+人$")


def _kind(word: Word) -> str:
    """Return what a noun names: a booking, a part of one, what is ours, nothing of its own, or another thing."""
    named = means(word, "thing")
    if named:
        return named
    if word.kind == "number" or _KNOWN & word.meanings.keys() or means(word, "deed") or _FIGURES.search(word.text):
        return "own"
    parts = name_parts(word.text)
    return "own" if parts and all(part in ("family", "given", "name") for part in parts) else "other"
