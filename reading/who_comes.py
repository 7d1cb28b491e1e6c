"""Who comes and whose card it is, here: what a message's people mean for what was asked and is known.

The rule behind it (facts.md, section 2): for a holder under 15 or an adult ward the legal
representative comes, that is a parent with parental authority or a guardian; anybody else's proxy is an
ordinary one. Grandparents, uncles, brothers and step-parents are no representatives of a child: of them
it is asked, not taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
_SPOUSES = {"husband", "wife", "partner"}
_PROXIES = {"proxy"}
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
        return [each for each in facts if type(each) is kind and each.mood in _COUNTS[kind]]

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
    s = _as_if_asked(facts, m, s)
    told = _sorted(facts, s)
    if told.guardian and told.guardian.of == "other" and s.asked not in ("name_kana", "visitor_name"):
        return [Command("set_slot", "other_guardian", True, told.guardian)]
    holder, whose = _holder(told, s, facts)
    visitor = _visitor(told, holder, s, facts)
    return [*_of_holder(holder, whose, s), *_of_visitor(visitor, holder, told, s)]


_NOT_ABOUT_PEOPLE = {None, "applicant", "holder", "proof_waiver", "cards", "name_kana", "visitor_name", "confirmed"}


def _as_if_asked(facts: Sequence[Fact], m: Message, s: Situation) -> Situation:
    """Return the situation, with who comes as the question where a message says nothing but that.

    "母です" before it is asked, or after: whatever was asked, it tells who comes.
    """
    about_people = [each for each in facts if isinstance(each, (SpeaksAs, Comes)) and each.holds]
    if s.asked in _NOT_ABOUT_PEOPLE or not about_people:
        return s
    small = {"particle", "copula", "mark", "other", "auxiliary", "end"}
    for word in m.words:
        start, end = m.folded.span(word.start, word.end)
        if word.kind not in small and not any(f.start <= start and end <= f.end for f in about_people):
            return s
    return replace(s, asked="applicant")


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
    """Return whether somebody who cannot come is only why another does."""
    return any(each.who != SPEAKER and each.who != who for each in told.comes)


def _age_of_holder(told: _Told, s: Situation) -> AgeOf | None:
    """Return the age that is the holder's: told with the card's owner, or the only one where it was asked."""
    card, ages = told.card, told.ages
    owner = card.who if card else None
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
    return next((age for age in ages if age.who and s["holder"] == _group(age)), None)


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


def _visitor(told: _Told, holder: str | None, s: Situation, facts: Sequence[Fact]) -> tuple[str, Fact] | None:
    """Return who comes with what tells it, "?" where that is to be asked, None where nothing is told."""
    comer, card = told.comer, told.card
    owner = card.who if card else None
    if owner is None and s["applicant"] == SELF:
        owner = SPEAKER  # settled before
    known = holder or s["holder"]
    if comer is None and s.asked == "applicant":
        comer = _hypothetical(told, facts)
    for decide in (_by_company, _by_comer, _by_role, _by_hindrance):
        found = decide(told, comer, owner, known, s)
        if found:
            return found
    if s.asked == "applicant" and card and card.who == SPEAKER:
        return SELF, card
    if s.asked is None and card and card.who == SPEAKER and not told.comes:
        return SELF, card
    if s.asked == "applicant" and card and known == "general" and not told.comes:
        return OTHER, card
    return None


def _hypothetical(told: _Told, facts: Sequence[Fact]) -> Comes | None:
    """Return who would come, where somebody asks whether that is right: うちが行けばいい？"""
    own = told.card is not None and told.card.who == SPEAKER
    asked = [each for each in facts if isinstance(each, Comes) and each.mood in ("asked", "supposed")]
    return next((each for each in asked if own and each.who == SPEAKER), None)


Decided = tuple[str, Fact] | None


def _by_company(told: _Told, comer: Comes | None, owner: str | None, known: str | None, s: Situation) -> Decided:
    """The holder is taken along, or brings somebody."""
    for each in told.along:
        theirs = owner in (each.who, HOLDER) or (owner is None and s.asked in ("applicant", None))
        if not theirs or (comer and comer.who not in (SPEAKER, HOLDER, each.who)):
            continue
        if comer and comer.who == HOLDER:
            return SELF, comer
        if each.who in _MAYBE_YOUNG or known in ("under_15", "adult_ward"):
            if known == "under_15":
                return _of_young(told, s, each)
            continue
        if each.who in ("helper", "friend", *_SPOUSES) and owner is None:
            continue
        return SELF, each
    return None


def _by_comer(told: _Told, comer: Comes | None, owner: str | None, known: str | None, s: Situation) -> Decided:
    if comer is None:
        return None
    who = comer.who
    if who == HOLDER or (owner is not None and who == owner and who != SPEAKER):
        return SELF, comer
    if who == SPEAKER:
        return _speaker_comes(told, comer, owner, known, s)
    if who.startswith("guardian") or (told.guardian and told.guardian.of in ("adult", "minor")):
        return REPRESENTATIVE, comer
    if who == "representative":
        return REPRESENTATIVE, comer
    if known in ("under_15", "adult_ward"):
        if known == "under_15" and who in _CHILDREN and _is_grandchild(told):
            return REPRESENTATIVE, comer  # 孫の母である娘
        if known == "under_15" and who in (_PARENTS | (_SPOUSES if owner in _CHILDREN else set())):
            return REPRESENTATIVE, comer
        return _ASK, comer
    if owner in _CHILDREN and known is None and who in (_PARENTS | _SPOUSES):
        return REPRESENTATIVE, comer
    if owner == SPEAKER or comer.sent or s.asked == "applicant":
        adult = any(_group(age) == "general" for age in told.ages)
        parent = who in _PARENTS and not comer.sent and owner is None and known is None and not adult
        return (REPRESENTATIVE if parent else OTHER), comer
    if owner is not None and known == "general":
        return OTHER, comer
    return None


def _is_grandchild(told: _Told) -> bool:
    return "grandchild" in {*(each.who for each in told.cards), *(each.who for each in told.ages)}


def _speaker_comes(told: _Told, comer: Comes, owner: str | None, known: str | None, s: Situation) -> Decided:
    role = told.speaks_as
    if told.guardian and told.guardian.of == "not_me":
        return _ASK, comer
    if told.guardian and told.guardian.of in ("adult", "minor") and owner != SPEAKER:
        return REPRESENTATIVE, comer
    if owner == SPEAKER:
        return SELF, comer
    if told.proxy and owner is None and known in (None, "general") and not role:
        return OTHER, comer
    if owner is None and role is None and known in (None, "general"):
        cannot = [each for each in told.cannot if each.who == HOLDER or each.ill]
        if cannot:
            return OTHER, comer
        first = s.asked == "applicant" and (comer.named or not s["holder"])
        return (SELF, comer) if first else None
    if known in ("under_15", "nearly_15"):
        return _of_young(told, s, comer)
    if known == "adult_ward":
        return _ASK, comer
    if known == "general" or (owner is not None and owner not in _MAYBE_YOUNG):
        return OTHER, comer
    if owner not in _CHILDREN and owner is not None:
        return OTHER, comer  # a grandchild, a brother: their age is asked for next
    if owner is None and role in _PARENTS:
        return REPRESENTATIVE, comer
    if owner is None and role is not None:
        return (OTHER, comer) if role not in _CHILDREN or told.proxy else (OTHER, comer)
    return None  # a child's card, of an age that is to be asked


def _of_young(told: _Told, s: Situation, fact: Fact) -> Decided:
    """Return who comes for a child where the speaker does: a parent by what is said, else to be asked."""
    role, owner = told.speaks_as, told.card.who if told.card else None
    kin = owner or next((age.who for age in told.ages if age.who in _MAYBE_YOUNG), None)
    if told.guardian and told.guardian.of == "not_me":
        return _ASK, fact
    if role in _PARENTS:
        return REPRESENTATIVE, fact
    if role is None and kin in _CHILDREN:
        return REPRESENTATIVE, fact
    if role in _SPOUSES and kin in _CHILDREN:
        return REPRESENTATIVE, fact
    return _ASK, fact


def _by_role(told: _Told, comer: Comes | None, owner: str | None, known: str | None, s: Situation) -> Decided:
    """Return who comes where somebody only says who they are: 本人です, 母です, 妻です."""
    if s.asked != "applicant" and not (told.card or told.guardian or s.asked in ("holder", None)):
        return None
    if told.guardian and told.guardian.of in ("adult", "minor") and owner != SPEAKER and s.asked != "holder":
        return REPRESENTATIVE, told.guardian
    for each in sorted(told.as_whom, key=lambda each: each.who not in _PARENTS):
        if each.who.startswith("guardian"):
            return REPRESENTATIVE, each
        if each.who == "representative":
            return REPRESENTATIVE, each
        decided = _named(told, each, comer, owner, known, s)
        if decided:
            return decided
    return None


def _named(told: _Told, each: SpeaksAs, comer: Comes | None, owner: str | None, known: str | None, s: Situation) -> Decided:
    who = each.who
    if each.mine and comer is None:
        return (OTHER, each) if s.asked == "applicant" and known in (None, "general") else None
    if who in (HOLDER, SPEAKER):
        if s.asked != "applicant":
            return (SELF, each) if who == HOLDER and s.asked is None else None
        if who == SPEAKER and known in ("under_15", "adult_ward"):
            return _ASK, each
        return SELF, each
    if who in _PARENTS and (known == "under_15" or (known is None and (owner is None or owner in _MAYBE_YOUNG))):
        if s.asked == "applicant" or known == "under_15" or owner in _CHILDREN:
            return REPRESENTATIVE, each
        return None
    if known in ("under_15", "nearly_15", "adult_ward"):
        return (_ASK, each) if s.asked in ("applicant", None) else None
    if s.asked == "applicant" and who not in ("client", "student", "student_high"):
        return OTHER, each
    if s.asked is None and owner not in (None, SPEAKER) and known == "general":
        return OTHER, each
    return None


def _by_hindrance(told: _Told, comer: Comes | None, owner: str | None, known: str | None, s: Situation) -> Decided:
    """Return that a proxy comes where the holder cannot."""
    if comer is not None or s.asked not in (None, "applicant") or known in ("under_15", "adult_ward"):
        return None
    for each in told.cannot:
        holder = each.who in (owner, HOLDER) or (each.who == SPEAKER and owner in (None, SPEAKER))
        if holder or (owner is None and each.who not in (*_MAYBE_YOUNG, SPEAKER)):
            return OTHER, each
    if told.proxy and (owner not in (None, SPEAKER) or s.asked == "applicant") and known != "nearly_15":
        young = owner in _CHILDREN and known is None
        return None if young else (OTHER, told.proxy)
    return None


def _of_visitor(visitor: Decided, holder: str | None, told: _Told, s: Situation) -> Iterator[Command]:
    if visitor is None:
        return
    who, fact = visitor
    settled = s["applicant"]
    if who == _ASK:
        if s.asked in ("applicant", None) or settled is None:
            yield Command("clarify", "applicant", None, fact)
        return
    if s.asked not in (*_ABOUT_PEOPLE, None, "notice") and settled is not None and not _plain(told, fact):
        return
    kind = "correct_slot" if settled not in (None, who) else "set_slot"
    yield Command(kind, "applicant", who, fact)  # type: ignore[arg-type]


def _plain(told: _Told, fact: Fact) -> bool:
    """Return whether a later message says plainly that somebody else comes."""
    return isinstance(fact, Comes) and fact.named
