"""Rules over the words of one clause: the clause as a line of meanings, and what in it is denied."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reading.clauses import Clause
from reading.message import Message
from reading.words import Word

PREDICATES = ("verb", "adjective", "copula")
IS = {"ある", "有る", "ござる", "ございます"}
LACKS = {"ない", "無い", "何もない"}
_NONE = LACKS | {"なし", "無し", "not", "no", "isn't", "never"}
TURNS = {"わけ", "訳", "はず", "筈", "こと", "ほど", "よう", "気配", "様子", "覚え", "おぼえ", "記憶"}
# 覚えてねえ and 届いてへん, which the forms of verbs do not hold.
_DIALECT = re.compile(
    "(?:(?<!まし)[てで](?:ね[えぇー]?|へん)|[らかげ]ね|[あかさなはまやらわがざばえけせれめべげきしちにみりび来見]ね[えぇー])(?:[なよわべんけ].*)?$"
)


@dataclass(frozen=True)
class Line:
    """Words written as a line for patterns: `<meaning>` of the tags looked at, particles and marks as
    they are, else one capital: N noun, V verb, J adjective, C です, D number, A adverb, O other.
    What denies by itself has "!" behind it.
    """

    text: str
    places: tuple[int, ...]

    def word(self, place: int) -> int:
        """Return which word stands at a place of the line."""
        return next((at for at, end in enumerate(self.places) if place < end), len(self.places) - 1)


def line(words: Sequence[Word], *tags: str) -> Line:
    """Return words as a line; of a word's meanings that under the first of `tags` counts."""
    parts: list[str] = []
    places: list[int] = []
    end = 0
    for word in words:
        meaning = next((word.meanings[tag] for tag in tags if tag in word.meanings), None) if word.meanings else None
        part = f"<{meaning}>" if meaning else _plain(word)
        part += "!" if word.kind not in ("particle", "mark") and negative(word) else ""
        parts.append(part)
        end += len(part)
        places.append(end)
    return Line("".join(parts), tuple(places))


def _plain(word: Word) -> str:
    if word.kind in ("particle", "mark"):
        return word.text
    return _LETTERS.get(word.kind, "O")


_LETTERS = {"noun": "N", "verb": "V", "adjective": "J", "copula": "C", "number": "D", "adverb": "A"}


def tags_of(words: Sequence[Word]) -> set[str]:
    """Return all tags of some words; "is" where one says that something is there or not."""
    tags = {tag for word in words for tag in word.meanings}
    return tags | {"is"} if any(word.lemma in IS or word.lemma in _NONE for word in words) else tags


def negative(word: Word) -> bool:
    """Return whether a word says no by itself: ない, ありません, 覚えてねえ."""
    spoken = word.kind == "verb" and "neg" not in word.flags and _DIALECT.search(word.text)
    return (word.lemma in _NONE) != ("neg" in word.flags or bool(spoken))


def negated(words: Sequence[Word], at: int) -> bool:
    """Return whether a clause denies the word at this place: 自信がない, 忘れたわけじゃない."""
    word, after = words[at], words[at + 1 :]
    own = word.kind in PREDICATES
    denied = negative(word) if own else any(map(negative, _predicate(after)))
    for place, turn in enumerate(after if own else ()):
        if turn.lemma in TURNS and any(map(negative, _predicate(after[place + 1 :]))):
            return not denied
    return denied


# "電子証明書はカードと違いますか", "一緒に住むことですか"
_ASKS_BACK = re.compile(
    "(?:(?:こと|意味|いみ)(?:なの|なんです|です|だべ|だっぺ)?(?:[かけ]い?)?|"
    "(?:違う|違います|ちがう|ちがいます)(?:ん?です|もんだべ|ん?だべ)?(?:[かけの]い?)|"
    "と(?:違う|ちがう)の|(?:おなじ|同じ|おんなじ|別々?|何|なん)(?:なの|なんです|です|もの|だべ|だっぺ)?(?:[かけ]い?)?)"
)

_STOP = re.compile("[。.!?！？]|(?<![はがもと])(?<!って)、")


def asks_back(m: Message, clause: Clause) -> bool:
    """Return whether the sentence around a clause asks what its words mean: no answer, whatever it names."""
    stops = [match.end() - 1 for match in _STOP.finditer(m.plain)]
    start = max((at + 1 for at in stops if at < clause.start), default=0)
    end = min((at for at in stops if at >= clause.end - 1), default=len(m.plain))
    last = m.clause_at(end - 1)
    said = m.plain[start:end]
    asked = m.plain[end : end + 1] in ("?", "？") or said.endswith("うの") or (last is not None and "ask" in last.flags)
    return asked and any(match.end() == len(said) for match in _ASKS_BACK.finditer(said))


def _predicate(words: Sequence[Word]) -> Sequence[Word]:
    """Return the first predicate (or なし) of the words, if there is one."""
    return next(([each] for each in words if each.kind in PREDICATES or each.lemma in _NONE), [])
