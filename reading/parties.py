"""The people that a message names: "妻の私", "8歳の孫", "うちの母", "娘の夫" are one person each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from reading.ages import GENERAL, NEARLY_15, UNDER_15, Age, ages
from reading.clauses import Clause
from reading.message import Message, Table
from reading.text import KANJI_DIGITS, number
from reading.words import Word

SPEAKER, HOLDER = "speaker", "holder"


@dataclass(frozen=True)
class Party:
    """One person (or several alike); `first` to before `last` are places in the message's words.

    `who` as reading/lexicon/people.yml names people, or speaker or holder. `role` is what a speaker is
    to somebody: "妻の私" is the speaker, as a wife. `of` is whose relative it is: "孫の母親".
    """

    first: int
    last: int
    who: str
    role: str | None = None
    of: str | None = None
    age: Age | None = None


TABLE = Table("guardian", "person", "proxy", "speaker", "holder", "own")
_ONE = "<person|proxy|speaker|holder|own|guardian>"
# 妻の私, 母である私, 孫の自分, 親代わりの俺, 息子、つまり…; うちの娘; 利用者さんのおばあちゃん
# ケアマネをしている私; だんな（ブラジル人）の
_DOING = "(?:をV(?=<speaker>))"
_CHAIN = TABLE.compiled(f"{_ONE}(?:\\((?:<person|speaker>)\\))?(?:(?:の|(?<=<person|holder>)<c>(?=<speaker|own|person>)|(?=<speaker>)|(?=<holder>)|{_DOING}){_ONE})*")


def parties(m: Message) -> list[Party]:
    """Return the people that a message names, in its order."""
    aged = list(ages(m))
    shape = "".join(
        "|" if word.kind == "copula" and not word.text.startswith("であ") else one
        for word, one in zip(m.words, TABLE.shape(m.words), strict=True)
    )  # 妻である私 is one, 母親だってば、私の娘 are two
    found: list[Party] = []
    for match in _CHAIN.finditer(shape):
        if _GENERIC.search(m.plain, 0, m.words[match.start()].start):
            continue  # いまどきの小学生は背が高いねえ
        found += (replace(each, last=_past_side(m, each.last)) for each in _of_chain(m, match.start(), match.end()))
    known = {at for each in found for at in range(each.first, each.last)}
    found += (each for each in _sent_by_title(m) if each.first not in known)
    return [_with_stage(_with_age(m, party, aged)) for party in sorted(found, key=lambda each: each.first)]


SOMEBODY = {"さま", "様", "さん", "ちゃん", "くん", "君", "者", "もの", "もん", "人", "奴", "やつ"}
GOES_HIMSELF = re.compile("せて(?:も|い|頂)")


def _past_side(m: Message, last: int) -> int:
    """Return where a person's words end with the side that is theirs: パパのほう."""
    after = [word.text for word in m.words[last : last + 3]]
    side = after[:1] == ["の"] and after[1:2] in (["ほう"], ["方"]) and after[2:] != ["へ"]
    return last + 2 if side else last


def _sent_by_title(m: Message) -> Iterator[Party]:
    """Yield somebody unknown who is sent: パートさんに行かせます, 使いの者に持たせる."""
    for at, (word, to, verb) in enumerate(zip(m.words, m.words[1:], m.words[2:], strict=False)):
        if word.text not in SOMEBODY or to.text not in ("に", "を", "さ"):
            continue
        lets = verb["comes"] == "go" and "let" in verb.flags and verb.lemma not in ("来る", "くる")
        if verb["sends"] == "hands" or (lets and not GOES_HIMSELF.search(verb.text)):
            yield Party(at, at + 1, "proxy")


def _of_chain(m: Message, first: int, last: int) -> Iterator[Party]:
    """Yield the person that a chain of words for people names."""
    names = [(at, who) for at in range(first, last) if (who := who_of(m.words[at]))]
    at, who = names[-1]
    if who not in (SPEAKER, HOLDER) and len(names) > 1 and m.words[at - 1].kind == "copula":
        names, who = names[:-1], names[-2][1]  # 母親である娘
    before = names[-2][1] if len(names) > 1 else None
    if who == SPEAKER and before and before not in (SPEAKER, HOLDER):
        yield Party(first, last, SPEAKER, role=before)
    elif who == SPEAKER and before == HOLDER:
        yield Party(first, last, HOLDER)
    elif before is None or who == HOLDER == before or (before == SPEAKER and who == HOLDER):
        yield Party(first, last, who)
    elif before == SPEAKER:
        yield Party(first, last, who, of=before)
    elif who == HOLDER:
        yield Party(first, last, before if before in _AT_WORK else HOLDER, of=before)  # 理事長本人, 娘本人
    else:
        if who in _OWN:
            who = _CHILD_OF.get(before, "nephew")
        elif who in ("mother", "father", "parents") and before in ("husband", "wife"):
            who = f"in_law_{who}"
        yield Party(first, last, who, of=before)


_AT_WORK = {"colleague", "helper", "lawyer", "official"}
_GENERIC = re.compile("(?:今どき|いまどき|最近|近頃|ちかごろ|このごろ|この頃|昨今|昔|むかし|世の中|世間|よそ|近所|隣の家|となりの家)の$|(?:亡くなった|なくなった|亡き|死んだ|故)$")
_OWN = {"son", "daughter", "child", "baby"}
# Whose child it is: 娘の子 is a grandchild, 姉の子 a nephew or niece, 妻の子 not said to be one's own.
_CHILD_OF = {
    **dict.fromkeys(("son", "daughter"), "grandchild"),
    **dict.fromkeys(("child", "pupil", "baby", "student_middle", "student_high"), "child"),
    **dict.fromkeys(("husband", "wife", "partner", "lover"), "step_child"),
}


def who_of(word: Word) -> str | None:
    """Return whom a word names, None if nobody."""
    if word["guardian"]:
        return f"guardian_{word['guardian']}"
    if word["proxy"]:
        return str(word["proxy"])
    if word["person"]:
        return str(word["person"])
    if word["speaker"] or word["own"]:
        return SPEAKER
    return HOLDER if word["holder"] else None


def _with_age(m: Message, party: Party, aged: list[Age]) -> Party:
    """Return the person with the age that stands with them: "8歳の孫", "孫（7歳）", "娘は16歳"."""
    start, end = m.words[party.first].start, m.words[party.last - 1].end
    for age in aged:
        if age.end <= start and m.plain[age.end : start] in _BEFORE and start not in m.folded.gaps:
            return replace(party, age=age)
        if start <= age.start and age.end <= end:
            return replace(party, age=age)
        if age.start >= end and m.plain[end : age.start] in _AFTER:
            return replace(party, age=age, last=_past_bracket(m, party.last, age))
    return _with_bracket(m, _with_bare_age(m, party, start, end))


def _with_bracket(m: Message, party: Party) -> Party:
    """Return the person with what stands in brackets behind them: だんな（ブラジル人、永住者）."""
    if party.last >= len(m.words) or m.words[party.last].text != "(":
        return party
    close = next((at for at in range(party.last, len(m.words)) if m.words[at].text == ")"), None)
    return replace(party, last=close + 1) if close is not None and close - party.last < 9 else party


_N = rf"(?P<n>\d{{1,3}}|[{KANJI_DIGITS}]{{1,3}})"
_BARE_AFTER = re.compile(rf"(?:\({_N}\)|(?:は|も|が)?(?:まだ|もう|今|ことし|今年|現在)?{_N.replace('?P<n>', '?P<k>')}(?=で(?!す?か)|だ|です|、|。|$|じゃ|なん))")
_BARE_BEFORE = re.compile(rf"(?<![\d{KANJI_DIGITS}年月日時第/:-]){_N}(?:の|になる|になった|、)$")


def _with_bare_age(m: Message, party: Party, start: int, end: int) -> Party:
    """Return the person with a bare number beside them that is an age: "娘（25）", "二十三の孫"."""
    after = _BARE_AFTER.match(m.plain, end)
    before = _BARE_BEFORE.search(m.plain, max(0, start - 8), start)
    found = after or before
    if found is None or party.who in (SPEAKER, HOLDER) and not after:
        return party
    group = "n" if found["n"] else "k"
    age = Age(found.start(group), found.end(group), number(found[group]))
    if not 0 < int(age.age) <= 110:
        return party
    return replace(party, age=age, last=_past_bracket(m, party.last, age) if after else party.last)


def _past_bracket(m: Message, last: int, age: Age) -> int:
    """Return where a person's words end with an age in brackets behind them."""
    at = last
    while at < len(m.words) and m.words[at].start < age.end:
        at += 1
    after = m.words[at].text if at < len(m.words) else ""
    return at + 1 if after == ")" else at if after == "の" else last


_STAGES = {"baby": UNDER_15, "pupil": UNDER_15, "student_middle": NEARLY_15, "student_high": GENERAL, "student": GENERAL}


def _with_stage(party: Party) -> Party:
    """Return the person with the age that a word such as 小学生 or 赤ちゃん tells."""
    stage = _STAGES.get(party.who) or _STAGES.get(party.of or "")
    if party.age or not stage:
        return party
    return replace(party, age=Age(-1, -1, stage))


_BEFORE = {"の", "", "、", "になる", "になった", "で", "に なる", "年生の", "生の", "なる", "の男の", "の女の", "のうちの", "の私の", "の双子の", " ", "ある", "なりたての"}
_AFTER = {"(", "は", "が", "、", "も", "はまだ", "はもう", "が今", "は今", "はいま", "", "なんですが、", "ですが、", "は現在", "の年は", "の年齢は", "、まだ", "はことし", "は今年", "なんですけど"}


def clause_of(m: Message, party: Party) -> Clause:
    """Return the clause in which a person is named."""
    return next(each for each in m.clauses if each.first <= party.first < each.last)
