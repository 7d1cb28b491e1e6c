"""A message in clauses: what is said, denied, asked, supposed or only heard, and how clauses hang together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from reading.text import Folded
from reading.words import Flags, Word

Mood = Literal["said", "denied", "asked", "supposed", "heard", "past", "taken_back"]
"""How something is said. `past` has happened, `heard` is what others say, `taken_back` is put right."""
Link = Literal["reason", "but", "cond", "and", "end"]
"""How a clause leads on to the next one."""


@dataclass(frozen=True)
class Clause:
    """Some words up to a predicate (or a mark), from `first` to before `last` in the message's words."""

    at: int
    first: int
    last: int
    start: int
    end: int
    mood: Mood
    link: Link
    flags: Flags


def clauses_of(words: Sequence[Word], folded: Folded) -> tuple[Clause, ...]:
    """Return the clauses of a message, in its order."""
    parts = [part for part in _parts(words, folded) if part[0] < part[1]]
    found: list[Clause] = []
    for at, (first, last) in enumerate(parts):
        inside = words[first:last]
        flags = _flags(inside)
        after = words[parts[at + 1][0] :] if at + 1 < len(parts) else ()
        found.append(
            Clause(
                at, first, last, inside[0].start, inside[-1].end,
                _mood(inside, flags, after), _link(inside, flags), flags,
            )
        )  # fmt: skip
    return tuple(found)


_ASKS = {"か", "の", "かな", "かい", "かね", "っけ", "かしら"}
_STOPS = set("。.!?\n…！？")
# A comma does not part these from their predicate.
_WAITS = {"は", "も", "が", "に", "を", "の", "へ", "と", "より", "まで", "には", "では", "って"}


def _parts(words: Sequence[Word], folded: Folded) -> Iterator[tuple[int, int]]:
    """Yield where each clause begins and ends."""
    first = 0
    for at, word in enumerate(words):
        before = words[at - 1] if at else None
        if before and word.start in folded.gaps and _apart(before, word):
            yield first, at
            first = at
        if word.kind == "mark":
            beside = folded.plain[max(0, word.start - 1) : word.start], folded.plain[word.end : word.end + 1]
            if word.text == "." and all(map(str.isdigit, beside)):
                continue  # 2026.12.28
            comma = word.text in "、・,"
            waits = before and (before.text in _WAITS or before["before"] or before.kind == "adverb")
            if word.text in _STOPS or (comma and not waits) or _is_face(words, at):
                yield first, at + 1
                first = at + 1
            continue
        if word.kind in ("verb", "adjective", "copula") and _leads_on(words, at):
            yield first, at + 1
            first = at + 1
    yield first, len(words)


def _is_face(words: Sequence[Word], at: int) -> bool:
    """Return whether an emoji stands where a full stop would: 忘れました💦 その場で変えられますか."""
    code = ord(words[at].text[0])
    said = at and words[at - 1].kind in ("verb", "adjective", "copula", "end")
    return bool(said) and (0x2600 <= code < 0x2800 or code >= 0x1F000)


_POLITE_ENDS = ("ます", "です", "ました", "でした", "ません")
_FORMAL = {"こと", "とき", "時", "方", "ほう", "者", "もの", "人", "ところ", "予定", "つもり", "ため", "場合", "よう", "件", "なら", "ので", "ん", "際", "前", "後", "日", "頃", "って", "と", "とおり", "通り", "でしょう", "だけ", "くらい", "かも", "っけ"}
"""Words that a polite predicate may stand before within its clause."""


def _apart(before: Word, word: Word) -> bool:
    """Return whether a space between these words parts clauses: "主人の予約　行くのは私"."""
    ends = before.kind in ("noun", "verb", "adjective", "copula") and before.text not in _WAITS
    return ends and word.kind not in ("particle", "copula", "mark", "auxiliary", "end")


def _leads_on(words: Sequence[Word], at: int) -> bool:
    """Return whether a new clause begins after this predicate."""
    word = words[at]
    after = words[at + 1] if at + 1 < len(words) else None
    if after is None or after.kind == "mark":
        return False  # the mark ends the clause
    if word.flags & {"reason", "but", "and"}:
        return True
    if "cond" in word.flags:
        return True
    if "te" in word.flags:
        return after.kind not in ("particle", "end")
    if word.text.endswith(_POLITE_ENDS) and after.kind in ("noun", "verb", "adjective", "adverb", "other"):
        return after.text not in _FORMAL  # without a mark, as it is spoken
    return after.kind in ("other",) and not word.flags  # はい、行きます そうです


def _flags(inside: Sequence[Word]) -> Flags:
    """Return how the clause's last predicate is said."""
    flags: Flags = frozenset()
    for word in inside:
        if word.kind in ("verb", "adjective", "copula"):
            flags = word.flags | (flags & {"want"} if word.kind == "copula" else frozenset())
        elif word["manner"]:
            flags = flags | {str(word["manner"])}
    last = [word for word in inside if word.kind != "mark"]
    if [word.text for word in last[-2:]] == ["よう", "な"]:  # 福島だったような
        flags |= {"maybe"}
    ends = [word.text for word in last[-2:] if word.kind == "end"]  # かかるの|か|い
    if inside[-1].text in ("?", "？") or "ask?" in flags or (ends and (ends[-1] in _ASKS or ends == ["か", "い"])):
        flags |= {"ask"}
    concedes = any(word.kind in ("verb", "adjective") and word.text.endswith(("ても", "でも")) for word in inside)
    if any(word["asks"] for word in inside) and not concedes:  # いつ行っても
        flags |= {"asks_what"}
    return flags


def _mood(inside: Sequence[Word], flags: Flags, after: Sequence[Word]) -> Mood:
    if after and _takes_back(inside, flags, after):
        return "taken_back"
    if "ask" in flags or "asks_what" in flags:
        return "asked"
    if "hearsay" in flags:
        return "heard"
    if flags & {"cond", "maybe"}:
        return "supposed"
    if "neg" in flags:
        return "denied"
    if "past" in flags:
        return "past"
    return "said"


def _takes_back(inside: Sequence[Word], flags: Flags, after: Sequence[Word]) -> bool:
    """Return whether what follows puts this right: "3日、いや4日", "母、じゃなくて父"."""
    head = [word for word in after if word.kind != "mark"][:2]
    return any(word["thought"] == "back" and "cond" not in word.flags for word in head)  # not 間違えたら


def _link(inside: Sequence[Word], flags: Flags) -> Link:
    if inside[-1].text in _STOPS:
        return "end"
    for link in ("reason", "but", "cond"):
        if link in flags:
            return link
    return "and"
