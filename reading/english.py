"""Who comes and whose card it is, told in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from reading import lexicon
from reading.facts import AgeOf, CardOf, Comes, ComesAlong, Fact, Proxy, SpeaksAs
from reading.message import Message
from reading.parties import SPEAKER


@lru_cache(maxsize=1)
def _kin() -> str:
    words = [word for word, tags in lexicon.words().items() if "person" in tags and word.isascii()]
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True) if not word.endswith("'s"))


@lru_cache(maxsize=1)
def _rules() -> list[tuple[re.Pattern[str], type[Fact]]]:
    kin, my = f"(?P<k>{_kin()})", "(?:my|our|his|her|their|the)"
    card = "(?:card|certificate|renewal|number card|my number|appointment)"
    will = "(?:will|can|is going to|would|shall|'ll|is coming|wants to|has to|is)"
    return [
        (re.compile(rf"(?<!because )(?:for|on behalf of|of) {my} (?:[\w-]+ )?{kin}(?!'|\w)"), CardOf),
        (re.compile(rf"{my} (?:\w+ )?{kin}'?s? (?:\w+ ){{0,3}}?{card}"), CardOf),
        (re.compile(rf"\bmy (?:own |my number |number |new )*{card}|\bfor (?:me|myself)\b|\bmine\b|my (?:own )?turn|instead of me|on my behalf"), CardOf),
        (re.compile(rf"{my} (?:\w+ )?{kin} {will} (?:be )?(?:come|go|coming|going|do|bring)"), Comes),
        (re.compile(r"\bi(?:'ll| will| can|'m going to| am going to| want to| would like to|'d like to| am|'m)? (?:come|go|visit|coming|going|pick)"), Comes),
        (re.compile(rf"\b(?:i'm|i am|as|it's|this is) (?:the |a |his |her |their )?(?:\w+ )?{kin}(?!'|\w)"), SpeaksAs),
        (re.compile(r"(?:it's|it is|that's|just|only|,|^) ?me\b(?! and)|\bmyself\b|the card ?holder"), SpeaksAs),
        (re.compile(rf"(?:bring|with|take|taking|bringing) (?:(?:{my} )?{kin}\b|(?P<they>him|her|them)\b(?! (?:own )?(?:\w+ )?{card}))"), ComesAlong),
        (re.compile(rf"\b(?P<they>his|her) (?:own |new )?{card}"), CardOf),
        (re.compile(r"instead of (?:me|him|her)|on (?:my|his|her|their) behalf|on behalf of"), Proxy),
        (re.compile(rf"{my} (?:\w+ )?{kin} is (?:only |just |already )?(?P<age>\d{{1,3}})(?! ?(?:pm|am|o'))"), AgeOf),
        (re.compile(rf"{my} (?:\w+ )?{kin} ?[、(] ?(?:age |aged )?(?P<age>\d{{1,2}})(?=[、.)!]|$| years| and )"), AgeOf),
    ]


def _named_before(text: str) -> str | None:
    """Return whom "her" means: who was named last, but for what the speaker is to them (I'm her father)."""
    words = [match["k"] for match in re.finditer(rf"\b(?:my|our|a) (?:\w+ )?(?P<k>{_kin()})\b", text)
             if not AS_WHOM.search(text, 0, match.start("k"))]
    return lexicon.words()[words[-1]]["person"] if words else None


AS_WHOM = re.compile(r"\b(?:i'm|i am|as|it's|this is) (?:the |a |his |her |their |my )?(?:\w+ )?$")
"""Before what the speaker says they are: I'm her father."""


def facts(m: Message) -> Iterator[Fact]:
    """Yield what an English message says of people; nothing where there is no English."""
    if not re.search("[a-z]{2}", m.plain):
        return
    known = lexicon.words()
    for pattern, kind in _rules():
        for match in pattern.finditer(m.plain):
            groups = match.groupdict()
            kin = groups.get("k")
            who = known.get(kin, {}).get("person") if kin else SPEAKER
            if groups.get("they"):
                who = _named_before(m.plain[: match.start()]) or (SPEAKER if kind is ComesAlong else None)
            if who is None:
                continue
            start, end = m.folded.span(match.start(), match.end())
            clause = m.clause_at(match.start())
            place: dict[str, Any] = {"start": start, "end": end, "clause": clause.at if clause else 0, "mood": "said"}
            denied = m.plain[max(0, match.start() - 5) : match.start()].endswith(("not ", "n't "))
            if denied:
                continue
            if kind is AgeOf:
                yield AgeOf(**place, who=who, age=int(groups["age"]))
            elif kind is Proxy:
                yield Proxy(**place)
            elif kind is Comes:
                yield Comes(**place, who=who, sent=who != SPEAKER)
            else:
                yield kind(**place, who=who)  # type: ignore[call-arg]
