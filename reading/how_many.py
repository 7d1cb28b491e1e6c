"""How many cards there are to be, whose they are, and what changes about one of them, here.

What a message says of several cards (reading/several.py) beside what was asked and the cards that are
known. Two counts that differ, or somebody whose card is not among them, are asked about.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from reading.facts import Count, Deed, Fact, Name, No, OneCard, SpeaksAs, Yes
from reading.message import Message
from reading.parties import SPEAKER, parties
from reading.situation import Command, Situation
from reading.text import ENGLISH_NUMBERS, KANJI_DIGITS, number
from reading.words import Word

CHILDREN = {"son", "daughter", "child", "baby", "pupil", "student_middle", "student_high", "step_child"}
MAYBE_YOUNG = {"grandchild", "nephew", "brother", "sister", "cousin", "relative", "family", "client"}
NUMBER = f"[0-9]{{1,2}}|[{KANJI_DIGITS[2:]}]{{1,2}}"
_Slots = dict[str, tuple[Any, Fact | None]]
"""Values by their slots, each with the fact it rests on."""
SELF = {"applicant": "self", "holder": "general"}
PARENT = {"applicant": "legal_representative", "holder": "under_15"}
PROXY = {"applicant": "other_proxy", "holder": "general"}
_COUPLE = ((SPEAKER, None), ("partner", None))
_OURS = {SPEAKER, "partner", "family", None}
_NO_PARENTS = {"grandmother", "grandfather", "grandparents", "uncle", "aunt", "friend", "helper"}
_BARE = re.compile(
    rf"(?:はい|ええと|えっと|えー|[、。])*(?P<n>{NUMBER}|[a-z]+)(?:です|だ|かな|つ|(?:で)?お願いします|[、。!])*"
    "|(?P<none>(?:誰も|だれも)?い(?:ない|ません)(?:です)?|なし|無し|ゼロ)[。、!]*"
)
"""A number by itself, where it was asked how many."""
_ONLY_ONE = re.compile("(?:just|only) (?:me|myself|one|1)|(?:私|わたし|僕|俺|自分|本人)のみ")
_SECOND_THOUGHTS = re.compile("やっぱ|やはり|じゃなく|ではなく|変更|訂正|違")


class _Cards:
    """The cards of an application in their order: those finished, the one asked about, those to come."""

    def __init__(self, s: Situation) -> None:
        self.here = len(s["done"] or ())
        self.number = max(s["cards"] or 1, self.here + 1)
        self.several = self.number > 1 or bool(s["family"] and s["cards"] is None)
        this = {name: s[name] for name in ("applicant", "holder", "relation", "expires_on") if s[name]}
        cards = [*(s["done"] or ()), this, *(s["to_come"] or ())]
        self.cards: list[dict[str, Any]] = [*cards, *[{}] * self.number][: self.number]

    def places(self, which: str) -> list[int]:
        """Return the places of the cards of whom is spoken, none where that is not clear."""
        everywhere = list(range(self.number))
        mine = [at for at in everywhere if self.cards[at].get("applicant") == "self"][:1]
        children = [at for at in everywhere if _is_child(self.cards[at])]
        if which == "all":
            return everywhere
        if which.isdigit():
            return [int(which) - 1] if int(which) <= self.number else []
        if which in (SPEAKER, "holder"):
            return mine
        if which in ("husband", "wife", "partner"):
            return [at for at in everywhere if at not in mine] if mine and self.number == 2 else []
        if which in CHILDREN:
            return children if len(children) == 1 else []
        siblings = children if len(children) > 1 else [at for at in everywhere if at not in mine]
        if which == "middle":
            return siblings[1:2] if len(siblings) == 3 else []
        if len(siblings) < 2 or which not in ("older", "younger"):
            return []
        return siblings[:1] if which == "older" else siblings[-1:]


def _is_child(card: dict[str, Any]) -> bool:
    return card.get("relation") == "child" or card.get("holder") == "under_15"


def heard(facts: Sequence[Fact], m: Message, s: Situation) -> list[Command]:
    """Return how many cards there are to be, whose, and what changes about one of them.

    `facts` are all of the message: a name and a yes or no come from other topics.
    """
    here = _Here(facts, m, s)
    told = here.how_many()
    if told is None:
        return [Command("clarify", "cards", None, here.doubt)]
    told |= here.children(told) or here.whose()
    told |= here.of_one(told)
    return [_command(slot, value, fact, s) for slot, (value, fact) in told.items()]


def _command(slot: str, value: Any, fact: Fact | None, s: Situation) -> Command:
    changes = slot in ("cards_by", "without", "comes", "name_of") or s[slot] not in (None, value)
    return Command("correct_slot" if changes else "set_slot", slot, value, fact)


class _Here:
    """What the facts mean at this moment; `doubt` is what is asked about where `how_many` is None."""

    def __init__(self, facts: Sequence[Fact], m: Message, s: Situation) -> None:
        self.facts, self.m, self.s = facts, m, s
        self.cards = _Cards(s)
        self.counts = [each for each in facts if isinstance(each, Count)]
        self.ones = [each for each in facts if isinstance(each, OneCard) and each.mood in ("said", "denied")]
        self.taken: Count | None = None
        self.doubt: Fact | None = None
        self.again = bool(_SECOND_THOUGHTS.search(m.plain))

    # How many

    def how_many(self) -> _Slots | None:
        """Return the number of cards and whose they are; None where it is told and not clear."""
        if self.s.asked == "cards" and (bare := self._bare()) is not None:
            return {"cards": (bare, None)}
        found = self._count()
        if found and found.cards == "several" and self.s.asked == "cards":
            found, self.doubt = None, found
        if self.doubt:
            return None
        if found and found.cards is not None:
            self.taken = found
            return self._of_count(found)
        return self._changed()

    def _bare(self) -> int | None:
        """Return the answer to how many: a number alone, nobody, only me."""
        match = _BARE.fullmatch(self.m.plain)
        if match is None:
            return 1 if _ONLY_ONE.search(self.m.plain) else None
        if match["none"]:
            return 0
        known = match["n"] in ENGLISH_NUMBERS or not match["n"].isascii() or match["n"].isdigit()
        return number(match["n"]) if known else None

    def _count(self) -> Count | None:
        """Return the count that counts here; where two are told, the last one only as second thoughts."""
        held = [each for each in self.counts if each.mood == "said" and not each.more]
        sure = [each for each in held if each.of == "cards"]
        sure = [each for each in sure if each.cards != "several"] or sure
        if sure and sure[-1].cards == "several":  # 四人家族で、全員の更新を
            ours = [each for each in held if each.people and {who for who, _ in each.people} <= _OURS]
            sure = ours[:1] or sure
        if len({each.cards for each in sure if each.cards != 1}) > 1 and not self.again:
            self.doubt = sure[-1]
        denied = [each for each in self.counts if each.mood == "denied" and each.cards == self.cards.number > 1]
        if denied and not held:
            self.doubt = denied[0]  # 2人分じゃないです
        if sure:
            return max(sure, key=lambda each: (len(each.people), each.start)) if not self.again else sure[-1]
        for decide in {"cards": (self._asked,), None: (self._unasked,)}.get(self.s.asked, (self._beside,)):
            return decide(held)
        return None

    def _asked(self, held: list[Count]) -> Count | None:
        """Return the count where it was asked how many cards: people count, too."""
        open_ = [each for each in self.counts if each.of != "story" or each.people]
        hedged = [each for each in open_ if each.mood in ("asked", "supposed") and self._is_all(each)]
        plain = [each for each in held if each.of != "story"] or hedged
        numbers = {each.cards for each in self.counts if each.of != "story" or not each.people} - {"several"}
        plain = [each for each in plain if each.cards != "several"] or plain
        unclear = open_ if not plain and not self.ones else plain if len(numbers) > 1 else []
        if unclear and not self.again:
            self.doubt = unclear[-1]
        return plain[-1] if plain else None

    def _unasked(self, held: list[Count]) -> Count | None:
        """Return the count in a first message: people alone, or those who come together."""
        for each in held:
            if each.of == "people" and each.cards != "several" and (self._is_all(each) or self._is_wished(each)):
                return each
            if each.of == "coming" and each.cards != 1:
                ours = each.people and {who for who, _ in each.people} <= _OURS
                return each if ours else replace(each, cards="several", people=())
        return None

    def _beside(self, held: list[Count]) -> Count | None:
        """Return the count at another question: it may be one, which is asked."""
        for each in held:
            young = each.people and all(who in CHILDREN | MAYBE_YOUNG for who, _ in each.people)
            if each.of == "people" and each.cards not in ("several", self.cards.number) and self._is_all(each):
                if each.people and self.s.asked == "holder" or (young and self.s.asked == "applicant") or (each.cards == 1 and self.again):
                    return each
                if each.cards != 1 and not each.people:
                    self.doubt = each
            early = self.s.asked in ("notice", "applicant") and self.cards.number == 1 and not self.s["holder"]
            if early and each.of == "people" and self._is_wished(each):
                return each
            if early and each.of == "coming" and each.people == _COUPLE and self._is_all(each, [w for w in self.m.words if not w["comes"]]):
                return replace(each, cards="several", people=())  # 夫婦で行きたい: both may renew
            if each.of == "coming" and each.cards == 1 and self.again and self.cards.number > 1:
                self.doubt = each
        return None

    def _is_all(self, fact: Fact, words: Sequence[Word] | None = None) -> bool:
        """Return whether the message, or these words of it, say nothing else."""
        return all(
            word.kind in ("mark", "particle", "copula", "other", "adverb", "auxiliary") or word["sends"] or word.text == "for"
            for word in (self.m.words if words is None else words)
            if not fact.start <= self.m.folded.starts[word.start] < fact.end
        )

    def _is_wished(self, fact: Count) -> bool:
        """Return whether people are all that a clause tells, where a booking is wished: 予約したいです、私と妻です."""
        wished = any(isinstance(each, Deed) and each.what == "book" and each.how == "wished" for each in self.facts)
        others = any(not fact.start <= party_at < fact.end for party_at in self._people_at())
        return wished and fact.cards not in (1, "several") and not others and self._is_all(fact, self.m.inside(self.m.clauses[fact.clause]))

    def _people_at(self) -> list[int]:
        return [self.m.folded.starts[self.m.words[party.first].start] for party in parties(self.m)]

    def _of_count(self, found: Count) -> _Slots:
        cards, known = found.cards, self.cards.number
        if cards == 1 and self.s.asked != "cards" and known == 1:
            return {}
        if cards == "several":
            return {} if self.cards.several else {"cards": (cards, found)}
        told: _Slots = {} if cards == self.s["cards"] != self.s.asked else {"cards": (cards, found)}
        people = self._people(found)
        if any(people) and len(people) == cards and known == 1 and cards != 1:
            told["people"] = (people, found)
        left_out = [each for each in self.ones if each.what in ("out", "stays")]
        if cards == known - 1 and left_out and len(places := self.cards.places(left_out[0].which)) == 1:
            told |= {"cards_by": (-1, found), "without": (places[0], found)}
        return told

    def _people(self, found: Count) -> list[dict[str, Any]]:
        """Return what is known of each person's card, the visitor's own first."""
        people = found.people or next(
            (each.people for each in self.counts if each.cards == found.cards and each.people and _young(each)), ()
        )
        together = any(each.of == "coming" and each.cards != 1 and each.mood == "said" for each in self.counts)
        by_proxy = any(word["instead"] for word in self.m.words) or any(
            each.what == "stays" and each.which != SPEAKER for each in self.ones
        )
        named = {party.who for party in parties(self.m)} | {party.role for party in parties(self.m)}
        cards = [
            _card_of(each, by_proxy=by_proxy, together=together, parent=not named & _NO_PARENTS) for each in people
        ]
        return sorted(cards, key=lambda card: card != SELF or card.get("applicant") != "self")

    def _changed(self) -> _Slots | None:
        """Return one card more or less than before."""
        steps = [each for each in self.counts if each.more and each.mood == "said"]
        out = [each for each in self.ones if each.what == "out" and each.which != "all"]
        if out and self.cards.several:
            places = self.cards.places(out[-1].which)
            if len(places) == 1 and self.cards.number > 1:
                return {"cards_by": (-1, out[-1]), "without": (places[0], out[-1])}
            self.doubt = out[-1]
            return None
        if steps:
            by = steps[-1].more
            self.doubt = steps[-1] if by < 0 and self.cards.number + by < 1 < self.cards.number else None
            return None if self.doubt else {"cards_by": (by, steps[-1])} if by > 0 or self.cards.number > 1 else {}
        return self._one_more()

    def _one_more(self) -> _Slots:
        """Return the people where somebody's card comes to the one there is: 妻の分も一緒に."""
        more = [each for each in self.ones if each.what == "more" and each.mood == "said"]
        if not more or self.cards.several:
            added = more and any(word["adds"] == "more" for word in self.m.words)
            return {"cards_by": (1, more[0])} if added else {}
        mine = self.s["applicant"] in (None, "self")
        if more[0].which == SPEAKER and mine:
            return {}
        others = [_card_of((each.which, None), by_proxy=False, together=False, parent=True) for each in more]
        people = [SELF if mine else {}, *others]
        return {"cards": (len(people), more[0]), "people": (people, more[0])}

    # Who they are

    def children(self, told: _Slots) -> _Slots:
        """Return the children's ages in their order: 上が高2、下が小3, 2人とも小学生です."""
        cards = told.get("cards", (self.cards.number, None))[0]
        if self.s.asked not in (None, "cards", "notice", "applicant", "holder") or cards in ("several", 0, 1):
            return {}
        if self.taken and any(age for _, age in self.taken.people):
            return {}
        aged = [each for each in self.ones if each.what == "age"]
        groups = [str(each.told) for each in sorted(aged, key=lambda each: _RANK.get(each.which, 1))]
        together = [each for each in self.counts if len(each.people) > 1 and all(age for _, age in each.people)]
        alike = [each for each in aged if each.which == "all" and len(aged) == 1]
        if together:
            groups = [str(age) for _, age in together[0].people]
        elif alike and (self.counts or _ALIKE.search(self.m.plain)):
            groups = groups * int(cards)
        if len(groups) < 2:
            return {}
        parent = any(isinstance(each, SpeaksAs) and each.holds and each.who in _PARENTS for each in self.facts)
        if parent and not self.cards.several and "cards" in told:
            people = [_card_of(("child", each), by_proxy=False, together=False, parent=True) for each in groups]
            return {"people": (people, (together or aged)[0])}
        return {"children": ([_HOLDERS.get(each, each) for each in groups], (together or aged)[0])}

    def whose(self) -> _Slots:
        """Return whose card the one asked about is and who comes for it, where there are several."""
        s = self.s
        if s.asked != "applicant" or not self.cards.several:
            return {}
        fact = next(iter(self.ones), None)
        answer = self._whose()
        return {slot: (value, fact) for slot, value in answer.items()}

    def _whose(self) -> dict[str, Any]:
        named = [party.who for party in parties(self.m)]
        group = next((each.told for each in self.ones if each.what == "age"), None)
        if any(who in ("guardian_ward", "guardian_adult") for who in named):
            return {**PARENT, "holder": "adult_ward"}
        if group in ("under_15", "nearly_15"):
            return _card_of((next(iter(named), None), str(group)), by_proxy=False, together=False, parent=True)
        stays = [each for each in self.ones if each.what == "stays"]
        if stays or any(word["instead"] for word in self.m.words):
            return PROXY
        comes = {each.which for each in self.ones if each.what == "comes"}
        of_child = self.s["relation"] == "child" or self.s["holder"] == "under_15"
        who = comes or set(named)
        if who and who <= _PARENTS | {SPEAKER} and (of_child or self.s["holder"] == "general" or self._has_own()):
            return {"applicant": "legal_representative" if of_child else "other_proxy"}
        if comes or who & {SPEAKER, "holder"} or self._goes() or self._says(Yes):
            return SELF
        if self._says(No):
            return {"applicant": "other_proxy"}
        return {"relation": "child"} if who & CHILDREN else {"holder": "general"} if who else {}

    def _has_own(self) -> bool:
        return any(card.get("applicant") == "self" for card in self.cards.cards)

    def _goes(self) -> bool:
        return any(word["comes"] == "go" and not word.flags & {"neg", "ask", "past"} for word in self.m.words)

    def _says(self, kind: type[Fact]) -> bool:
        grown = self.s["relation"] == "child" and self.s["holder"] == "general"
        return grown and any(isinstance(each, kind) and each.mood == "said" for each in self.facts)

    # One of them

    def of_one(self, told: _Slots) -> _Slots:
        """Return what is told of one of the cards: its expiry, a name, that its holder comes or does not."""
        found = self._expiries(told)
        if self.s.asked == "notice" and self.cards.several and _both_kinds(self.m):
            found["notice"] = ("card", None)  # 電子証明書の人とカードの人がいます
        for each in self.ones if not told else ():
            places = self.cards.places(each.which)
            if each.what == "name" and self.cards.several and len(places) == 1 and self.s.asked in ("phone", "confirmed"):
                name = next((name for name in self.facts if isinstance(name, Name) and name.start >= each.start), None)
                found |= {"name_of": ((places[0], name.name), name)} if name else {}
            if each.what in ("comes", "stays") and self.s.asked != "applicant":
                found |= self._comes_or_not(each, places)
        return found

    def _comes_or_not(self, fact: OneCard, places: list[int]) -> _Slots:
        """Return that a card's holder comes after all, or does not: 妻は来られなくなりました."""
        comes = fact.what == "comes"
        if not self.cards.several:
            other = self.s["applicant"] == "other_proxy" and fact.which not in {SPEAKER, "friend", "grandchild", *CHILDREN}
            return {"comes": ((0, True), fact)} if other and comes and self.again_or_along(fact) else {}
        if len(places) != 1:
            return {}
        card = self.cards.cards[places[0]]
        before = ("other_proxy" if comes else "self", "general")
        return {"comes": ((places[0], comes), fact)} if (card.get("applicant"), card.get("holder")) == before else {}

    def again_or_along(self, fact: OneCard) -> bool:
        """Return whether the holder comes beside the proxy, or after all."""
        inside = [word for word in self.m.words if fact.start <= self.m.folded.starts[word.start] < fact.end]
        return self.again or any(word["along"] or word.text == "も" or "can" in word.flags for word in inside)

    def _expiries(self, told: _Slots) -> _Slots:
        """Return the expiry dates of several cards by their places: 上の子は1月20日、下は2月14日."""
        if "people" in told:
            self.cards.cards = told["people"][0]
            self.cards.number = len(self.cards.cards)
        if self.cards.number == 1 or self.s.asked in _OTHER_DAYS:
            return {}
        dated = [each for each in self.ones if each.what == "expires_on" and isinstance(each.told, date)]
        days: dict[int, str] = {}
        for each in dated:
            days |= {place: str(each.told) for place in self.cards.places(each.which)}
        if not days and len(dated) == self.cards.number - self.cards.here > 1:
            days = {self.cards.here + at: str(each.told) for at, each in enumerate(dated)}
        same = next((each for each in self.ones if each.what == "same"), None)
        if not days and same and self.s.asked == "expires_on" and self.s["done"]:
            days = {self.cards.here: day} if (day := self.s["done"][-1].get("expires_on")) else {}
        return {"expiries": (days, dated[0] if dated else same)} if days else {}


_PARENTS = {"mother", "father", "parent", "parents"}
_RANK = {"older": 0, "middle": 1, "younger": 2}
_HOLDERS = {"nearly_15": "near_fifteen"}
_ALIKE = re.compile("全員|みんな|皆|人とも|ふたりとも|どちらも|どっちも|両方")
_OTHER_DAYS = (
    "birthday", "issued_on", "reply_form_limit", "counter", "visit_date", "visit_time", "name_kana", "visitor_name",
)  # fmt: skip


def _young(count: Count) -> bool:
    return all(who in CHILDREN | MAYBE_YOUNG for who, _ in count.people)


def _both_kinds(m: Message) -> bool:
    cards = {word.lemma for word in m.words if word["card"] == "card"}
    return any("電子" in each for each in cards) and "かーど" in cards


def _card_of(person: tuple[str | None, str | None], *, by_proxy: bool, together: bool, parent: bool) -> dict[str, Any]:
    """Return what is known of somebody's card and who comes for it."""
    who, group = person
    if who == SPEAKER:
        return SELF
    if who in ("guardian_ward", "guardian_adult"):
        return {**PARENT, "holder": "adult_ward"}
    child: dict[str, Any] = {"relation": "child"} if who in CHILDREN or (who is None and group) else {}
    if group in ("under_15", "nearly_15"):
        known = PARENT if child and parent else {"holder": "under_15"}
        return {**child, **known, **({"near_fifteen": True} if group == "nearly_15" else {})}
    if child or who in MAYBE_YOUNG or who is None:
        return {**(child if group != "general" or who else {}), **({"holder": "general"} if group else {})}
    return PROXY if by_proxy else SELF if together else {"holder": "general"}
