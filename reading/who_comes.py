"""Who comes and whose card it is, here: what a message's people mean for what was asked and is known.

The rule behind it (facts.md, section 2): for a holder under 15 or an adult ward the legal
representative comes, that is a parent with parental authority or a guardian; anybody else's proxy is an
ordinary one. Grandparents, uncles, brothers and step-parents are no representatives of a child: of them
it is asked, not taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from reading.facts import (
    AgeOf,
    CannotCome,
    CardOf,
    Comes,
    ComesAlong,
    Fact,
    Guardian,
    No,
    Proxy,
    SpeaksAs,
    Unsure,
)
from reading.message import Message
from reading.parties import HOLDER, SPEAKER
from reading.situation import Command, Situation

T = TypeVar("T")
SELF, REPRESENTATIVE, OTHER = "self", "legal_representative", "other_proxy"
# What a person can be to the holder of a card.
_PARENTS = {"mother", "father", "parent", "parents"}
_CHILDREN = {"son", "daughter", "child", "baby"}
_MAYBE_YOUNG = {*_CHILDREN, "grandchild", "nephew", "brother", "sister", "cousin", "pupil", "step_child",
                "student_middle"}  # fmt: skip
_PUPILS = {"pupil", "student_middle"}
_SPOUSES = {"husband", "wife", "partner"}
_ABOUT_PEOPLE = ("applicant", "holder", "proof_waiver")


@dataclass(frozen=True)
class _Told:
    """What a message tells of people, sorted."""

    cards: list[CardOf]
    comes: list[Comes]
    cannot: list[CannotCome]
    along: list[ComesAlong]
    as_whom: list[SpeaksAs]
    ages: list[AgeOf]
    guardian: Guardian | None
    proxy: Proxy | None
    not_parent: SpeaksAs | None
    not_mine: bool
    """Whether the speaker says that it is not their own card."""

    @property
    def card(self) -> CardOf | None:
        """Whose card it is; what is told last counts, and what is over only by itself."""
        now = [each for each in self.cards if each.mood != "past"]
        return _last(now or self.cards)

    @property
    def comer(self) -> Comes | None:
        """Who comes, by name if anybody is named."""
        named = [each for each in self.comes if each.named]
        return _last(named or self.comes)

    @property
    def speaks_as(self) -> str | None:
        """What the speaker is to somebody."""
        roles = [each.who for each in self.as_whom if each.who not in (SPEAKER, HOLDER) and not each.mine]
        return roles[0] if roles else None


def _last(told: Sequence[T]) -> T | None:
    return told[-1] if told else None


def _sorted(facts: Sequence[Fact], s: Situation) -> _Told:
    def held(kind: type[Fact]) -> list[Fact]:
        told_by = ("heard",) if kind is Comes and s.asked == "applicant" else ()  # 父が寄るそうです
        return [each for each in facts if type(each) is kind and each.mood in (*_COUNTS[kind], *told_by)]

    guardians = [each for each in held(Guardian) if isinstance(each, Guardian)]
    proxies = [each for each in held(Proxy) if isinstance(each, Proxy)]
    return _Told(
        [each for each in held(CardOf) if isinstance(each, CardOf)],
        [each for each in held(Comes) if isinstance(each, Comes)],
        [each for each in held(CannotCome) if isinstance(each, CannotCome)],
        [each for each in held(ComesAlong) if isinstance(each, ComesAlong)],
        [each for each in held(SpeaksAs) if isinstance(each, SpeaksAs)],
        [each for each in held(AgeOf) if isinstance(each, AgeOf)],
        guardians[0] if guardians else None,
        proxies[0] if proxies else None,
        next((f for f in facts if isinstance(f, SpeaksAs) and f.mood == "denied" and f.who in _PARENTS), None),
        any(isinstance(f, CardOf) and f.mood == "denied" and f.who == SPEAKER for f in facts),
    )


_COUNTS: dict[type[Fact], tuple[str, ...]] = {
    CardOf: ("said", "asked", "supposed", "past"),
    Comes: ("said",),
    CannotCome: ("said", "supposed"),
    ComesAlong: ("said", "asked"),
    SpeaksAs: ("said",),
    AgeOf: ("said", "past", "asked", "supposed"),
    Guardian: ("said",),
    Proxy: ("said", "asked"),
}


def heard(facts: Sequence[Fact], m: Message, s: Situation) -> list[Command]:
    """Return whose card it is and who comes, as far as the words and the conversation tell."""
    facts = [each for each in facts if not (s.asked == "phone" and _answers_phone(each, m))]
    s = _as_if_asked(facts, m, s)
    told = _sorted(facts, s)
    if told.guardian and told.guardian.of == "other" and s.asked not in ("name_kana", "visitor_name"):
        return [Command("set_slot", "other_guardian", True, told.guardian)]
    holder, whose = _holder(told, s, facts)
    visitor = _visitor(told, holder, s, facts, m) or _by_themselves(told, facts, m, s)
    return [*_of_holder(holder, whose, s), *_of_visitor(visitor, holder, told, s)]


def _answers_phone(fact: Fact, m: Message) -> bool:
    """Return whether somebody is said to answer the phone: 昼は妻が出ます."""
    return isinstance(fact, Comes) and any(word.lemma in ("出る", "でる") for word in m.inside(m.clauses[fact.clause]))


_NOT_ABOUT_PEOPLE = {None, "applicant", "holder", "proof_waiver", "cards", "name_kana", "visitor_name", "confirmed"}


_OF_WHO_COMES = {
    "person", "speaker", "holder", "own", "proxy", "guardian", "comes", "sends", "instead", "along", "alone",
    "desk", "card", "age",
}  # fmt: skip


def _as_if_asked(facts: Sequence[Fact], m: Message, s: Situation) -> Situation:
    """Return the situation, with who comes as the question where a message says nothing but that.

    "母です" before it is asked, or after: whatever was asked, it tells who comes.
    """
    about_people = [each for each in facts if isinstance(each, (SpeaksAs, Comes)) and each.holds]
    if s.asked not in _ASKED_OF_PEOPLE and any(_is_another(each, m, s) or _after_all(each, m, s) for each in about_people):
        return replace(s, asked="applicant")
    if s.asked in _NOT_ABOUT_PEOPLE or not about_people:
        return s
    mine = all(isinstance(each, Comes) and each.who == SPEAKER for each in about_people)
    if mine and s["applicant"] not in (None, SELF):
        return s  # who speaks is the one who was to come already
    small = {"particle", "copula", "mark", "other", "auxiliary", "end"}
    for word in m.words:
        start, end = m.folded.span(word.start, word.end)
        heavy = word.kind in ("number", "verb", "noun") and not word.meanings.keys() & _OF_WHO_COMES
        inside = not heavy and any(f.start <= start and end <= f.end for f in about_people)
        if word.kind not in small and not word["speaker"] and not inside:
            return s  # 8日の夕方に休みを取って行きます
    return replace(s, asked="applicant")


_ASKED_OF_PEOPLE = (None, "applicant", "holder", "cards", "name_kana", "visitor_name")
_AFTER_ALL = re.compile("だから|いや|いいえ|やっぱ|やはり|結局")


def _is_another(fact: Fact, m: Message, s: Situation) -> bool:
    """Return whether a sentence only asks for somebody to come: 妻でお願いします."""
    words = [word for word in m.inside(m.clauses[fact.clause]) if word.kind not in ("mark", "end")]
    asks = len(words) > 1 and words[-1]["sends"] == "entrusts" and words[-2].text == "で"
    one = isinstance(fact, SpeaksAs) and not s["family"] and (s["cards"] or 1) == 1
    return one and asks and all(word.kind in ("adverb", "other") or word["person"] or word["thought"] or word["card"] == "share" for word in words[:-2])


def _after_all(fact: Fact, m: Message, s: Situation) -> bool:
    """Return whether the holder comes themselves after all: やっぱり自分で行きます."""
    if s["applicant"] != "other_proxy" or not isinstance(fact, Comes) or fact.who != SPEAKER:
        return False
    words = m.inside(m.clauses[fact.clause])
    before = m.words[: m.clauses[fact.clause].last]
    themselves = any(word["own"] for word in words) and not any(word["speaker"] for word in words)  # a proxy says 私が
    return themselves and any(_AFTER_ALL.match(word.text) for word in before)


# Whose card ----------------------------------------------------------------------------------------


def _holder(told: _Told, s: Situation, facts: Sequence[Fact]) -> tuple[str | None, Fact | None]:
    """Return under_15, nearly_15, adult_ward or general, with what tells it; None if nothing does."""
    guardian = told.guardian
    if guardian and guardian.of == "adult" and not (told.card and told.card.who == SPEAKER):
        return "adult_ward", guardian
    if guardian and guardian.of == "minor":
        return "under_15", guardian
    age = _age_of_holder(told, s)
    if age:
        return _group(age), age
    if guardian and guardian.of == "none" and (s.asked == "holder" or told.card):
        return "general", guardian
    card = told.card
    if card and card.who not in (SPEAKER, HOLDER) and card.who not in _MAYBE_YOUNG:
        return "general", card
    if s.asked == "holder":
        return _answered_holder(told, s, facts)
    adult = next((each for each in told.cannot if not s["holder"] and each.who not in _MAYBE_YOUNG and each.who not in (SPEAKER, HOLDER)), None)
    if adult and not card and s.asked in (None, "applicant") and not _comes_for_another(told, adult.who):
        return "general", adult
    return None, None


def _comes_for_another(told: _Told, who: str) -> bool:
    """Return whether somebody who cannot come is only why another does, not the holder.

    A grandmother who is ill is; a parent or a spouse may be the one who would have come with a child.
    """
    ill = any(each.who == who and each.ill for each in told.cannot) and who not in _PARENTS | _SPOUSES
    return not ill and any(each.who != SPEAKER and each.who != who for each in told.comes)


def _age_of_holder(told: _Told, s: Situation) -> AgeOf | None:
    """Return the age that is the holder's: told with the card's owner, or the only one where it was asked."""
    card, ages = told.card, told.ages
    owner = card.who if card else None
    own = [age for age in ages if age.who in (SPEAKER, HOLDER)]
    if own and (s["applicant"] == SELF or (own[0].who == HOLDER and s.asked == "applicant")):
        return own[0]  # 14歳です, 12歳の本人です
    young = [age for age in ages if age.who == SPEAKER and age.mood == "said" and _group(age) != "general"]
    if young and s.asked not in ("applicant", "holder") and not s["holder"] and not _of_others(told):
        return young[0]  # 14歳です、予約したい: who is so young comes with a card of their own
    for age in ages:
        if owner not in (None, SPEAKER) and age.who == owner:
            return age
    if owner == SPEAKER or _speaker_is_holder(told, s):
        own = [age for age in ages if age.who == SPEAKER or (age.who is None and s.asked == "applicant")]
        return own[0] if own and s.asked in (None, "applicant") else None
    kin = [age for age in ages if age.who in _MAYBE_YOUNG]
    alone = [age for age in ages if age.who in (None, SPEAKER)]
    if s.asked == "holder":
        named = {each.who for each in told.as_whom}
        kin = [age for age in ages if age.who in named] or kin or [age for age in ages if age.who]
        alone = [] if kin and kin[0].who in named else alone
        return None if _adult_answer(told) else next(iter(alone or kin or ages), None)
    if owner in _MAYBE_YOUNG and (alone or len(kin) == 1):
        return (alone or kin)[0]
    if owner is None and s.asked in ("applicant", None):
        if s["holder"] or (s.asked is None and not (told.comes or told.proxy or told.along)):
            return None  # the visitor's age, or somebody's in a story
        return next(iter(kin or (alone if s.asked == "applicant" or told.speaks_as else [])), None)
    if s.asked in ("proof_waiver", "holder") and s["holder"] and alone:
        return alone[0]
    # 母は78歳です, of a card whose holder is known to be grown up
    return next((a for a in ages if owner is None and a.who not in (None, SPEAKER) and s["holder"] in (None, _group(a))), None)


def _of_others(told: _Told) -> bool:
    """Return whether anybody but the speaker is told of."""
    named: list[CardOf | Comes | ComesAlong | SpeaksAs | AgeOf]
    named = [*told.cards, *told.comes, *told.along, *told.as_whom, *told.ages]
    themselves = {SPEAKER, HOLDER, None, *_PUPILS}
    return bool(told.cards or told.guardian or told.proxy) or any(each.who not in themselves for each in named)


def _adult_answer(told: _Told) -> bool:
    """Return whether a grown-up is named as the holder: 妻です、小学生の子がいます."""
    first = told.as_whom[0] if told.as_whom else None
    return bool(first and first.who not in (SPEAKER, HOLDER) and first.who not in _MAYBE_YOUNG)


def _speaker_is_holder(told: _Told, s: Situation) -> bool:
    sent = any(each.sent for each in told.comes)
    identity = any(each.who in (SPEAKER, HOLDER) for each in told.as_whom)
    return not told.card and not told.speaks_as and s.asked == "applicant" and (sent or identity) and not s["holder"]


def _group(age: AgeOf) -> str:
    if isinstance(age.age, str):
        return age.age
    return "under_15" if age.age < 14 else "nearly_15" if age.age == 14 else "general"


def _answered_holder(told: _Told, s: Situation, facts: Sequence[Fact]) -> tuple[str | None, Fact | None]:
    """Return what somebody named tells, where it was asked whose card it is: 夫です, 子どもです."""
    named: list[SpeaksAs | CardOf] = [*told.as_whom, *told.cards]
    for each in named:
        if each.who in (SPEAKER, HOLDER, "proxy", "representative"):
            continue
        if each.who in ("child", "baby", "pupil"):
            return "under_15", each
        if each.who not in _MAYBE_YOUNG:
            return "general", each
    refused = next((each for each in facts if isinstance(each, No)), None)
    return ("general", refused) if refused else (None, None)


def _of_holder(holder: str | None, fact: Fact | None, s: Situation) -> Iterator[Command]:
    if holder is None:
        return
    kind = "correct_slot" if s["holder"] not in (None, holder) else "set_slot"
    if holder == "nearly_15":
        yield Command("set_slot", "near_fifteen", True, fact)
        yield Command(kind, "holder", "under_15", fact)  # type: ignore[arg-type]
        return
    yield Command(kind, "holder", holder, fact)  # type: ignore[arg-type]


# Who comes -----------------------------------------------------------------------------------------

_ASK = "?"
Decided = tuple[str, Fact] | None


@dataclass(frozen=True)
class _Case:
    """One who may come (`who`), beside whose card it is and how old they are."""

    told: _Told
    s: Situation
    owner: str | None
    known: str | None
    comer: Comes | None
    who: str = ""
    by: Fact | None = None

    @property
    def asked(self) -> bool:
        """Whether it was asked who comes."""
        return self.s.asked == "applicant"

    @property
    def guardian(self) -> bool:
        """Whether the holder has a guardian, and somebody else's card is meant."""
        of = self.told.guardian.of if self.told.guardian else None
        return of in ("adult", "minor") and self.owner != SPEAKER

    @property
    def custody_elsewhere(self) -> bool:
        """Whether another than the speaker is said to have custody."""
        return bool(self.told.guardian and self.told.guardian.of == "not_me")

    @property
    def custody(self) -> bool:
        """Whether the speaker is said to have custody, or to have adopted the child."""
        return bool(self.told.guardian and self.told.guardian.of in ("me", "adopted"))

    @property
    def step_parent(self) -> bool:
        """Whether the parent's spouse comes, and it is said whether they have adopted the child."""
        said = self.told.guardian and self.told.guardian.of in ("adopted", "not_me")
        return bool(said and self.who in _SPOUSES)

    @property
    def young(self) -> bool:
        """Whether the holder is under 15, or may be."""
        return self.known in ("under_15", "nearly_15")

    @property
    def speaker_is_parent(self) -> bool:
        """Whether the speaker is a parent of the child: by what they say, or as it is their own."""
        role, kin = self.told.speaks_as, self.owner
        kin = kin or next((age.who for age in self.told.ages if age.who in _MAYBE_YOUNG), None)
        if self.told.not_parent:
            return False
        return role in _PARENTS or (kin in _CHILDREN and (role is None or role in _SPOUSES))

    @property
    def parent_of_holder(self) -> bool:
        """Whether who comes is a parent: by the word, as the speaker's spouse, or as a grandchild's."""
        named = {*(each.who for each in self.told.cards), *(each.who for each in self.told.ages)}
        if self.told_as_parent:
            return True
        if self.who in _CHILDREN:
            return "grandchild" in named  # 孫の母である娘
        if self.comer is not None and self.comer.mine and self.told.speaks_as in _PARENTS:
            return False  # 子の父ですが、わたしの母が行きます
        return self.who in _PARENTS or (self.owner in _CHILDREN and self.who in _SPOUSES)

    @property
    def told_as_parent(self) -> bool:
        """Whether who comes is told to be the child's parent: 娘に行ってもらいます。あの子の母親です."""
        after = [each for each in self.told.as_whom if self.comer and each.start > self.comer.start]
        return any(each.who in _PARENTS and each.of in (*_MAYBE_YOUNG, "relative", HOLDER) for each in after)

    @property
    def mine(self) -> bool:
        """Whether who speaks names one of theirs, and nobody is said to come: うちの妻です."""
        return isinstance(self.by, SpeaksAs) and self.by.mine and self.comer is None

    @property
    def by_word(self) -> bool:
        """Whether who comes is said to come, not sent by the speaker: 母が行きます."""
        return self.comer is not None and not self.comer.sent

    @property
    def nothing_known(self) -> bool:
        """Whether nothing is known of the holder, and nobody is said to be grown up."""
        grown = any(_group(age) == "general" for age in self.told.ages)
        return self.owner is None and self.known is None and not grown

    @property
    def cannot(self) -> bool:
        """Whether the holder is said not to be able to come."""
        return any(each.who == HOLDER or each.ill for each in self.told.cannot)

    @property
    def nobody_else(self) -> bool:
        """Whether nothing is said of another's card, or of what the speaker is to somebody."""
        return self.owner is None and not self.told.speaks_as and self.known in (None, "general")


# The first rule that holds decides; None leaves it open, to be asked in its turn.
_Rules = tuple[tuple[str, Callable[[_Case], object], "str | None"], ...]
_OF_THE_SPEAKER: _Rules = (
    ("custody is another's", lambda c: c.custody_elsewhere, _ASK),
    ("親権者は私です", lambda c: c.custody and c.owner != SPEAKER, REPRESENTATIVE),
    ("the guardian", lambda c: c.guardian, REPRESENTATIVE),
    ("for their own card", lambda c: c.owner == SPEAKER, SELF),
    ("私のじゃない", lambda c: c.nobody_else and c.told.not_mine, _ASK),
    ("代理で", lambda c: c.nobody_else and c.told.proxy, OTHER),
    ("自分で行きます", lambda c: c.nobody_else and c.comer and c.comer.alone and c.asked, SELF),
    ("本人は行けないので私が", lambda c: c.nobody_else and c.cannot, OTHER),
    ("私が行きます", lambda c: c.nobody_else and c.asked and (c.comer and c.comer.named or not c.s["holder"]), SELF),
    ("of whom nothing else is said", lambda c: c.nobody_else, None),
    ("a parent with their child", lambda c: c.young and c.speaker_is_parent, REPRESENTATIVE),
    ("a grandmother, an uncle with a child", lambda c: c.young or c.known == "adult_ward", _ASK),
    ("for somebody grown up", lambda c: c.known == "general", OTHER),
    ("for a sibling, a grandchild", lambda c: c.owner is not None and c.owner not in _CHILDREN, OTHER),
    ("母です", lambda c: c.owner is None and c.told.speaks_as in _PARENTS, REPRESENTATIVE),
    ("妻です", lambda c: c.owner is None, OTHER),
)  # fmt: skip
_OF_ANOTHER: _Rules = (
    ("the guardian", lambda c: c.guardian or c.who == "representative" or c.who.startswith("guardian"), REPRESENTATIVE),
    ("a spouse who has adopted the child", lambda c: c.step_parent and c.custody, REPRESENTATIVE),
    ("a spouse who has not", lambda c: c.step_parent, _ASK),
    ("a parent of the child", lambda c: c.known == "under_15" and c.parent_of_holder, REPRESENTATIVE),
    ("another with a child", lambda c: c.known in ("under_15", "adult_ward"), _ASK),
    ("a parent of the child, of what age ever", lambda c: (c.owner in _CHILDREN or c.told_as_parent) and c.known is None and c.parent_of_holder, REPRESENTATIVE),
    ("母が行きます", lambda c: c.asked and c.who in _PARENTS and c.by_word and c.nothing_known, REPRESENTATIVE),
    ("for the speaker", lambda c: c.owner == SPEAKER or c.asked or (c.comer and c.comer.sent), OTHER),
    ("for somebody grown up", lambda c: c.owner is not None and c.known == "general", OTHER),
)  # fmt: skip
_BY_NAME: _Rules = (
    ("うちの妻です", lambda c: c.mine and c.asked and c.known in (None, "general"), OTHER),
    ("うちの妻です, of a child's card", lambda c: c.mine, None),
    ("本人です", lambda c: c.who == HOLDER and (c.asked or c.s.asked is None), SELF),
    ("私です, of a child's card", lambda c: c.who == SPEAKER and c.asked and c.known in ("under_15", "adult_ward"), _ASK),
    ("私です", lambda c: c.who == SPEAKER and c.asked, SELF),
    ("of the holder or the speaker alone", lambda c: c.who in (HOLDER, SPEAKER), None),
    ("a guardian", lambda c: c.who == "representative" or c.who.startswith("guardian"), REPRESENTATIVE),
    ("母です, of a child's card", lambda c: c.who in _PARENTS and c.known == "under_15", REPRESENTATIVE),
    ("母です", lambda c: c.who in _PARENTS and c.asked and c.known is None and c.owner in (None, *_MAYBE_YOUNG), REPRESENTATIVE),
    ("母です, of their own child", lambda c: c.who in _PARENTS and c.known is None and c.owner in _CHILDREN, REPRESENTATIVE),
    ("祖母です, of a child's card", lambda c: c.young or c.known == "adult_ward", _ASK),
    ("利用者です", lambda c: c.who in ("client", "student", "student_high"), None),
    ("妻です", lambda c: c.asked, OTHER),
    ("妻です, of somebody's card", lambda c: c.s.asked is None and c.owner not in (None, SPEAKER) and c.known == "general", OTHER),
)  # fmt: skip


def _visitor(told: _Told, holder: str | None, s: Situation, facts: Sequence[Fact], m: Message) -> Decided:
    """Return who comes with what tells it, "?" where that is to be asked, None where nothing is told."""
    comer, card = told.comer, told.card
    if _puzzled(facts, s) and comer is None:
        return None
    if comer is None and s.asked == "applicant" and (holder or s["holder"]) not in ("under_15", "nearly_15"):
        comer = _hypothetical(told, facts)
    if comer is None and s.asked == "applicant":
        comer = _wished_for(facts, m)
    owner = card.who if card else SPEAKER if s["applicant"] == SELF else None
    case = _Case(told, s, owner, holder or s["holder"], comer)
    for decide in (_by_company, _by_comer, _by_role, _by_hindrance, _by_card):
        found = decide(case)
        if found:
            return found
    return None


def _by_themselves(told: _Told, facts: Sequence[Fact], m: Message, s: Situation) -> Decided:
    """Return the holder where who tells that they are 15 or older asks to come alone: 15歳です。一人で行けますか."""
    own = {SPEAKER, "student_high"} if told.speaks_as == "student_high" else {SPEAKER}
    grown = any(each.who in own and each.mood == "said" and _group(each) == "general" for each in told.ages)
    others = told.proxy or told.guardian or any(each.who != SPEAKER for each in told.cards)
    if s.asked not in (None, "applicant") or not grown or others or not any(word["own"] or word["alone"] for word in m.words):
        return None
    return next(((SELF, each) for each in facts if isinstance(each, Comes) and each.who == SPEAKER), None)


def _puzzled(facts: Sequence[Fact], s: Situation) -> bool:
    """Return whether a word of the question is not understood: 法定代理人、むずかしくてわからない."""
    return s.asked == "applicant" and any(isinstance(fact, Unsure) and fact.kind_of == "not_understood" for fact in facts)


def _wished_for(facts: Sequence[Fact], m: Message) -> Comes | None:
    """Return who would come, where that is asked and then wished for: 行ってもらえますか、できるならそうしたい."""
    asked = next((each for each in facts if isinstance(each, Comes) and each.mood == "asked" and each.sent), None)
    for clause in m.clauses[asked.clause + 1 :] if asked else ():
        words = m.inside(clause)
        if clause.mood == "said" and any(one.text == "そう" and then.lemma in ("する", "為る") for one, then in zip(words, words[1:], strict=False)):
            return asked
    return None


def _hypothetical(told: _Told, facts: Sequence[Fact]) -> Comes | None:
    """Return who would come, where somebody asks whether that is right: うちが行けばいい？"""
    own = told.card is not None and told.card.who == SPEAKER
    asked = [each for each in facts if isinstance(each, Comes) and each.mood in ("asked", "supposed")]
    return next((each for each in asked if own and each.who == SPEAKER), None)


def _decided(rules: _Rules, case: _Case, by: Fact) -> Decided:
    who = next((who for _, holds, who in rules if holds(case)), None)
    return (who, by) if who else None


def _by_company(c: _Case) -> Decided:
    """The holder is taken along, or brings somebody."""
    for each in c.told.along:
        theirs = c.owner in (each.who, HOLDER) or (c.owner is None and c.s.asked in ("applicant", None))
        if each.who == SPEAKER and c.comer is None:
            continue  # 私も一緒に行きます: beside the one who comes
        if not theirs or (c.comer and c.comer.who not in (SPEAKER, HOLDER, each.who)):
            continue
        if c.comer and c.comer.who == HOLDER:
            return SELF, c.comer
        if c.known == "under_15":
            parent = c.speaker_is_parent or (c.owner is None and each.who in _PARENTS)  # 母と行きます
            return (REPRESENTATIVE if parent and not c.custody_elsewhere else _ASK), each
        helps = each.who in ("helper", "friend", *_SPOUSES) and c.owner is None
        if not helps and each.who not in _MAYBE_YOUNG and c.known != "adult_ward":
            return SELF, each
    return None


def _by_comer(c: _Case) -> Decided:
    """Somebody is said to come."""
    if c.comer is None:
        return None
    who = c.comer.who
    own_child = (c.s["relation"] == "child" or c.s["near_fifteen"]) and who in _MAYBE_YOUNG and c.owner in (None, who)
    if who == HOLDER or (who == c.owner and who != SPEAKER) or own_child:
        return SELF, c.comer
    rules = _OF_THE_SPEAKER if who == SPEAKER else _OF_ANOTHER
    return _decided(rules, replace(c, who=who), c.comer)


def _by_role(c: _Case) -> Decided:
    """Somebody only says who they are: 本人です, 母です, 妻です."""
    told = c.told
    if not c.asked and not (told.card or told.guardian or c.s.asked in ("holder", None)):
        return None
    if c.custody_elsewhere and told.guardian:
        return _ASK, told.guardian
    if c.guardian and told.guardian and c.s.asked != "holder":
        return REPRESENTATIVE, told.guardian
    if c.asked and told.not_parent and c.young and not told.as_whom:
        return _ASK, told.not_parent  # 父じゃないけど大丈夫？
    for each in sorted(told.as_whom, key=lambda each: each.who not in _PARENTS):
        if each.who == SPEAKER and told.speaks_as:
            continue  # 私です、ケアマネジャーの
        if found := _decided(_BY_NAME, replace(c, who=each.who, by=each), each):
            return found
    return None


def _by_hindrance(c: _Case) -> Decided:
    """A proxy comes where the holder cannot, or where that is all that is said."""
    if c.comer is not None or c.s.asked not in (None, "applicant") or c.known in ("under_15", "adult_ward"):
        return None
    for each in c.told.cannot:
        holder = each.who in (c.owner, HOLDER) or (each.who == SPEAKER and c.owner in (None, SPEAKER))
        if holder or (c.owner is None and each.who not in (*_MAYBE_YOUNG, SPEAKER)):
            return OTHER, each
    child = c.owner in _CHILDREN and c.known is None
    if c.told.proxy and (c.owner not in (None, SPEAKER) or c.asked) and c.known != "nearly_15" and not child:
        return OTHER, c.told.proxy
    return None


def _by_card(c: _Case) -> Decided:
    """Only whose card it is is said: where it was asked who comes, that tells it too."""
    card = c.told.card
    if c.young and card and card.who == SPEAKER:
        return None  # 14歳です。自分のカードだけど一人で行ってもいい？
    if card and card.who in (SPEAKER, HOLDER) and (c.asked or (c.s.asked is None and not c.told.comes)):
        return SELF, card
    return (OTHER, card) if card and c.asked and c.known == "general" and not c.told.comes else None


def _of_visitor(visitor: Decided, holder: str | None, told: _Told, s: Situation) -> Iterator[Command]:
    if visitor is None:
        return
    who, fact = visitor
    settled = s["applicant"]
    if who == _ASK:
        if s.asked in ("applicant", None) or settled is None:
            yield Command("clarify", "applicant", None, fact)
        return
    visits = isinstance(fact, Comes) and fact.here and fact.who not in (SPEAKER, HOLDER)
    if visits and s.asked not in (*_ABOUT_PEOPLE, None, "confirmed", "visitor_name"):
        return  # 25日は孫が来るから
    plain = isinstance(fact, Comes) and fact.named
    if s.asked not in (*_ABOUT_PEOPLE, None, "notice") and settled is not None and not plain:
        return
    kind = "correct_slot" if settled not in (None, who) else "set_slot"
    yield Command(kind, "applicant", who, fact)  # type: ignore[arg-type]
