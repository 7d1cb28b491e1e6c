"""Who comes to the counter, and whose card it is.

Words for people tell nothing by themselves: what they are follows from what is said of them. "夫は仕事なので
私が行きます" has a husband who cannot come and a speaker who does; "妻の分を" has a wife's card.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reading import english
from reading.ages import Age, ages, is_now
from reading.clauses import Clause, Mood
from reading.facts import (
    AgeOf,
    CannotCome,
    CardOf,
    Comes,
    ComesAlong,
    Fact,
    Guardian,
    Proxy,
    SpeaksAs,
)
from reading.message import Message, Table
from reading.parties import GOES_HIMSELF, HOLDER, SOMEBODY, SPEAKER, Party, parties
from reading.who_comes import heard as heard
from reading.words import SAYS, Word

_TABLE = Table(
    "who", "comes", "sends", "along", "instead", "alone", "hindered", "desk", "card", "named",
    "elsewhere", "writes", "asks", "addressed", "custody", "renewed", "unable", "expired",
)  # fmt: skip


@dataclass(frozen=True)
class _Units:
    """A message with each person as one unit, and "|" between its clauses."""

    message: Message
    units: tuple[Word, ...]
    people: tuple[Party, ...]
    shape: str

    def party(self, at: int) -> Party:
        return self.people[int(self.units[at].meanings["who"])]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return where units stand in the text."""
        inside = [unit for unit in self.units[first : last + 1] if unit.end > unit.start]
        return self.message.folded.span(inside[0].start, inside[-1].end)

    def clause_of(self, at: int) -> int:
        return self.shape.count("|", 0, at)

    def mood_at(self, at: int) -> Mood:
        """Return the mood of the clause there; what is told of a day before is over."""
        clause = self.message.clauses[self.clause_of(at)]
        inside = self.message.inside(clause)
        if any(word.lemma in SAYS and word.flags & {"past", "passive"} for word in inside):
            return "heard"
        over = any(word["before"] for word in inside)
        tells = clause.flags & {"past", "te"} or clause.mood == "past"
        return "past" if over and (tells or clause.mood == "said") else clause.mood


def _units(m: Message) -> _Units:
    people = tuple(parties(m))
    starts = {party.first: (at, party) for at, party in enumerate(people)}
    ends = {clause.last for clause in m.clauses}
    units: list[Word] = []
    place = 0
    while place < len(m.words):
        if place and place in ends:
            units.append(Word(0, 0, "|", "|", "mark"))
        if place in starts:
            at, party = starts[place]
            words = m.words[party.first : party.last]
            who = {"who": str(at)}
            units.append(Word(words[0].start, words[-1].end, "", "", "noun", who))
            place = party.last
            continue
        word = m.words[place]
        if "goes" in word.flags and not word.meanings.keys() & {"comes", "along"}:
            word = replace(word, meanings={**word.meanings, "comes": "go"})  # 休みを取って行きます
        units.append(word)
        place += 1
    return _Units(m, tuple(units), people, _TABLE.shape(units))


# Rules ---------------------------------------------------------------------------------------------

Made = Iterator[Fact]


@dataclass(frozen=True)
class _Found:
    """A rule's pattern found among the units: `who` is whom it names, `verb` the predicate."""

    units: _Units
    match: re.Match[str]

    def word(self, group: str) -> Word | None:
        at = self.match.start(group) if self.match.re.groupindex.get(group) else -1
        return self.units.units[at] if at >= 0 else None

    @property
    def party(self) -> Party:
        return self.units.party(self.match.start("w"))

    def place(self, group: str = "w") -> dict[str, Any]:
        """Return the span and the clause of a fact about this."""
        at = self.match.start("w") if "w" in self.match.re.groupindex else self.match.start()
        start, end = self.units.span(at, max(at, self.match.end() - 1))
        return {"start": start, "end": end, "clause": self.units.clause_of(at)}

    @property
    def mood(self) -> Mood:
        return self.units.mood_at(self.match.end() - 1)


@dataclass(frozen=True)
class Rule:
    """What is said of somebody: a pattern over units (`reading.message.Table`) and the facts it makes."""

    name: str
    pattern: str
    make: Callable[[_Found], Made]


def _coming(found: _Found) -> Made:
    verb = found.word("v")
    who, mood = found.party.who, found.mood
    after = found.units.units[found.match.end("w") : found.match.end("w") + 1]
    inside = found.units.units[found.match.end("w") : found.match.end()]
    together = any(unit["along"] == "together" for unit in inside)
    if (together or (after and after[0].text == "も")) and who not in (SPEAKER, HOLDER):
        yield ComesAlong(**found.place(), mood=mood, who=who)  # 祖母も来る
        return
    if verb is not None and verb["comes"]:
        if verb.flags & {"order", "ing"} and "let" not in verb.flags:
            return  # 行ってこいと言う; 来ている (of a letter)
        if "neg" in verb.flags and "ask" not in verb.flags:
            yield CannotCome(**found.place(), mood=_asserted(mood), who=who)
            return
        if (
            ("past" in verb.flags and not verb.flags & {"cond"})
            or mood == "past" and _is_over(found)
        ):
            return  # 昨日行った
        if verb["comes"] == "handle" and mood != "said":
            return
        if _at_times(found):
            return
        mood = _planned(mood, verb)
    elif mood in ("denied", "past"):
        mood = "said"  # 行くのは私ではなく長女, 夫じゃなくて妻になりました
    here = verb is not None and verb.lemma in ("来る", "くる")
    if who == SPEAKER and mood == "said" and (other := _says_of_themselves(found)):
        yield CardOf(**found.place(), mood="said", who=other)
        yield Comes(**found.place(), mood="said", who=other, alone=True)
        return
    yield Comes(**found.place(), mood=mood, who=who, here=here, mine=found.party.of == SPEAKER)


def _says_of_themselves(found: _Found) -> str | None:
    """Return who says that they come themselves: 孫は16で、自分で行くと言ってます."""
    at = found.match.start("w")
    clause = found.units.message.clauses[found.units.clause_of(found.match.end() - 1)]
    own = any(word["own"] for word in found.units.message.words[found.party.first : found.party.last])
    if not own or not any(word.lemma in SAYS and "past" not in word.flags for word in found.units.message.inside(clause)):
        return None
    before = [place for place in range(at) if found.units.units[place]["who"]]
    topic = next((place for place in reversed(before) if found.units.units[place + 1].text in ("は", "も", "が")), None)
    who = found.units.party(topic).who if topic is not None else None
    return None if who in (None, SPEAKER, HOLDER) else who


_AT_TIMES = {"こと", "場合", "とき", "時", "日"}


def _at_times(found: _Found) -> bool:
    """Return whether somebody is only said to come at times: 妻が出ることもあります."""
    after = found.units.units[found.match.end() : found.match.end() + 3]
    return len(after) == 3 and after[0].text in _AT_TIMES and after[1].text in ("も", "が") and after[2].lemma in ("ある", "有る", "多い")


def _books(found: _Found) -> Made:
    inside = found.units.units[found.match.end("w") : found.match.end()]
    if not any(unit["writes"] and not unit["books"] for unit in inside):  # 本人が書いたもの
        yield from _coming(found)


def _is_over(found: _Found) -> bool:
    """Return whether the clause tells of a day before."""
    clause = found.units.message.clauses[found.units.clause_of(found.match.end() - 1)]
    inside = found.units.message.inside(clause)
    told = any(word.lemma in SAYS and word.flags & {"past", "passive"} for word in inside)
    return told or any(word["before"] for word in inside)


def _takes(found: _Found) -> Made:
    verb = found.word("v")
    if verb is not None and verb["along"] == "takes" and not verb.flags & {"neg", "past", "let", "by"}:
        yield Comes(**found.place(), mood=_planned(found.mood, verb), who=found.party.who)


def _planned(mood: Mood, verb: Word) -> Mood:
    """Return the mood of coming: a clause may end in 思う or 決めた, and the plan is said all the same."""
    if mood in ("past", "denied") and not verb.flags & {"past", "neg"}:
        return "said"
    return mood


def _asserted(mood: Mood) -> Mood:
    return "said" if mood in ("denied", "past") else mood


_MUSES = re.compile("(?:うか|るか)な[ぁあー]*$(?<!えるかな)(?<!えるかなあ)(?<!えるかなぁ)")
"""妻に行ってもらおうかな, but not もらえるかな."""


def _sent(found: _Found) -> Made:
    verb = found.word("v")
    assert verb is not None
    if "passive" in verb.flags or verb["sends"] == "was_asked":
        if verb["sends"] and "let" not in verb.flags:
            yield Proxy(**found.place(), mood="said")  # 父に頼まれました
        return
    if verb["comes"] and "let" not in verb.flags or GOES_HIMSELF.search(verb.text):
        return  # 妻に行かせてもらう: it is the speaker who goes
    mood = "supposed" if verb.flags & {"will"} and found.mood == "past" else _planned(found.mood, verb)
    if _MUSES.search(verb.text) or verb["sends"] and mood == "past" and not _is_over(found):
        mood = "said"  # 後輩に頼みました: that is how it will be
    if verb["sends"] and found.mood == "denied":
        return
    yield Comes(**found.place(), mood=mood, who=found.party.who, sent=True)


def _card(found: _Found) -> Made:
    done = _is_done(found)  # 主人の分は済みました
    yield CardOf(**found.place(), mood="denied" if done else _asserted_card(found), who=_meant(found))


def _of_both(found: _Found) -> Made:
    if found.party.who in ("parents", "grandparents", "in_law_parents"):
        yield from _card(found)


def _card_wanted(found: _Found) -> Made:
    verb = found.word("v")
    renews = verb is not None and (verb["comes"] == "handle" or (verb["comes"] is None and found.word("c")))
    if renews and verb is not None and "want" in verb.flags:
        yield from _card(found)


def _is_done(found: _Found) -> bool:
    """Return whether a clause tells of a card that is renewed already."""
    clause = found.units.message.clauses[found.units.clause_of(found.match.end() - 1)]
    inside = found.units.message.inside(clause)
    return any(word["renewed"] and word.flags & {"past", "ing"} and "neg" not in word.flags for word in inside)


def _meant(found: _Found) -> str:
    """Return whom a person named stands for: その子 is the child spoken of before."""
    at = found.match.start("w")
    before = found.units.units[at - 1].text if at else ""
    if found.party.who == "child" and before in ("その", "この", "あの", "そん"):
        earlier = [found.units.party(place).who for place in range(at) if found.units.units[place]["who"]]
        return next((who for who in reversed(earlier) if who in _CHILDLIKE), "child")
    return found.party.who


_PARENTS = {"mother", "father", "parent", "parents"}
_CHILDLIKE = {"son", "daughter", "baby", "grandchild", "nephew", "brother", "sister", "cousin", "step_child"}


def _asserted_card(found: _Found) -> Mood:
    """Return the mood in which a card is somebody's: what is over is no card to renew."""
    after = found.units.units[found.match.end() :]
    clause = found.units.clause_of(found.match.start("w"))
    flags = found.units.message.clauses[clause].flags
    denied = next((unit for unit in after[:2] if unit.kind == "copula"), None)
    if denied and "neg" in denied.flags:
        return "denied"
    if found.units.mood_at(found.match.end() - 1) == "past" and _is_over(found):
        return "past"
    return "past" if "past" in flags and not flags & {"explains"} else found.mood


def _card_by_proxy(found: _Found) -> Made:
    verb = found.word("v")
    if verb is not None and verb.kind == "verb" and "te" not in verb.flags and "past" in verb.flags:
        yield Comes(**found.place(), mood="said", who=found.party.who)  # 兄から姉に代わりました
        return
    over = _is_over(found)
    yield CardOf(**found.place(), mood="past" if over else _asserted(found.mood), who=found.party.who)
    yield Proxy(**found.place(), mood="past" if over else found.mood)


def _by_proxy(found: _Found) -> Made:
    yield Comes(**found.place(), mood=found.mood, who=found.party.who)
    yield Proxy(**found.place(), mood=found.mood)


def _hindered(found: _Found) -> Made:
    verb = found.word("v")
    ill = verb is not None and verb["hindered"] == "ill"
    yield CannotCome(**found.place(), mood=_asserted(found.mood), who=found.party.who, ill=ill)


def _partner_hindered(found: _Found) -> Made:
    verb = found.word("v")
    if verb is not None and found.party.who == SPEAKER and verb["hindered"] == "ill":
        yield CannotCome(**found.place(), mood="said", who="partner", ill=True)


def _along(found: _Found) -> Made:
    verb = found.word("v")
    if verb is not None and "neg" in verb.flags:  # 母は連れて行けません: it is her card
        yield CardOf(**found.place(), mood="said", who=found.party.who)
        yield CannotCome(**found.place(), mood="said", who=found.party.who)
        return
    yield ComesAlong(**found.place(), mood=found.mood, who=found.party.who)


def _both_parents(found: _Found) -> Made:
    if found.party.who == "parents":
        yield Comes(**found.place(), mood=found.mood, who="parents")


def _identity(found: _Found) -> Made:
    party = found.party
    after = found.units.units[found.match.end("w") : found.match.end("w") + 1]
    denied = after and after[0].kind == "copula" and "neg" in after[0].flags
    mine = party.of == SPEAKER
    if mine and after and after[0].text == "、" and _is_small_talk(found):
        return
    yield SpeaksAs(
        **found.place(), mood="denied" if denied else found.mood, who=party.role or party.who, mine=mine,
        of=None if mine else party.of,
    )


_OF_A_VISIT = {"who", "comes", "sends", "instead", "hindered", "desk", "card", "unable"}


def _is_small_talk(found: _Found) -> bool:
    """Return whether the sentence goes on with nothing of a visit: うちのじいさん、朝から将棋ばっかり."""
    rest = found.units.units[found.match.end() + 1 :]
    stop = next((at for at, unit in enumerate(rest) if unit.text in ("。", ".", "!", "?")), len(rest))
    inside = [unit for unit in rest[:stop] if unit.kind not in ("particle", "mark", "other", "end")]
    return bool(inside) and not any(unit.meanings.keys() & _OF_A_VISIT for unit in inside)


def _postponed(found: _Found) -> Made:
    if found.units.party(found.match.start("h")).who == SPEAKER:
        yield SpeaksAs(**found.place(), mood=found.mood, who=found.party.who)


def _not_that(found: _Found) -> Made:
    verb, of = found.word("v"), found.match.start("h")
    if verb and "te" not in verb.flags and (of < 0 or found.units.party(of).who == SPEAKER):
        yield SpeaksAs(**found.place(), mood="denied", who=found.party.who)


def _unable(found: _Found) -> Made:
    """Yield that the counter is too much for somebody, from clause to clause: 母は元気ですが窓口は無理なので."""
    verb = found.word("v")
    if found.party.who != SPEAKER and verb is not None and verb["hindered"] != "busy":
        yield CannotCome(**found.place(), mood="said", who=found.party.who, ill=True)


_KEEPS = {"預かる", "あずかる"}


def _asked_by(found: _Found) -> Made:
    verb = found.word("v")
    given = verb is not None and not found.match["to"] and (verb["sends"] == "was_asked" or verb.kind == "noun")
    if verb is None or not verb["sends"] or not (given or "passive" in verb.flags):
        return  # 妻に預かってもらう
    if verb.lemma in _KEEPS and not found.word("c"):
        return  # 封筒は大家さんから預かりました
    if found.word("c"):
        yield CardOf(**found.place(), mood="said", who=found.party.who)  # 叔母からカードを預かりました
    yield Proxy(**found.place(), mood="said")


def _role(found: _Found) -> Made:
    verb = found.word("v")
    if verb is not None and verb.lemma in ("する", "為る"):
        yield from _identity(found)


def _with_a_parent(found: _Found) -> Made:
    """Yield that who speaks is no parent: その子の母親とつきあっている者です."""
    party, who = found.party, found.word("n")
    if party.of not in (None, SPEAKER, HOLDER) and party.who in _PARENTS and who and who.text in ("者", "もの", "もん", "人"):
        yield SpeaksAs(**found.place(), mood="said", who="relative")


def _asked_to(found: _Found) -> Made:
    verb = found.word("v")
    asker = found.word("n")
    if verb is not None and asker and (verb.lemma in _KEEPS or asker.text not in SOMEBODY | {"方"}):
        return  # 役所から頼まれて
    noun = verb is not None and asker and verb.kind == "noun"  # 入所者の方からの依頼で
    if verb is not None and ("let" in verb.flags or not verb["sends"]):
        return  # 妻にカードを預かってもらう
    if verb is not None and (verb["sends"] == "was_asked" or "passive" in verb.flags or noun):
        yield Proxy(**found.place("v"), mood="said")


def _custody(found: _Found) -> Made:
    party = found.party
    if party.who == SPEAKER or party.who == HOLDER:
        yield Guardian(**found.place(), mood="said", of="me")  # 親権者は私です
        return
    if not (party.role or "").startswith(("mother", "father", "parent")):
        yield Guardian(**found.place(), mood="said", of="not_me")


def _keeps_custody(found: _Found) -> Made:
    verb = found.word("v")
    if verb is not None and "neg" not in verb.flags and verb.lemma in ("持つ", "もつ", "ある", "取る", "とる"):
        yield from _custody(found)


def _has_custody(found: _Found) -> Made:
    who = found.units.party(found.match.start("h")).who
    if who == "parent" and "親権" in found.units.message.plain:
        yield from _custody(found)


def _proxy(found: _Found) -> Made:
    yield Proxy(**found.place(), mood=found.mood)


# Within a clause, without another subject or another verb.
_IN = "(?:(?!<who>[がはも])[^|VE])"
_END = "(?=[ねよなわさぞ]?(?:<c>|[、。!|…?]|$))"
# Whom it goes on about, clause after clause, until another is named.
_TOPIC = "(?P<w><who>)[は、](?:(?!<who>[がはも、]|<renewed>)[^。.!?])*?"
RULES = [
    # Coming
    Rule("母が行く", f"(?P<w><who>)(?:が|(?:[はだでま、]|も(?!{_IN}*<along>)|<alone>)(?!<card>)){_IN}*?(?P<v><comes>)", _coming),
    Rule("私が連れて行く", f"(?P<w><who>)[がは]{_IN}*?(?P<v><along>)", _takes),
    Rule("両親そろって行く", "(?P<w><who>)(?:<along>|の?(?:[ND]|DN)で)(?P<v><comes>)", _both_parents),
    Rule("旦那、行けるって", "(?P<w><who>)、\\|(?P<v><comes>)(?![のZN])", _coming),
    Rule("俺行く", "(?P<w><who>)(?P<v><comes>)", _coming),
    Rule("行くのは母", f"<comes|along>(?:[のんZ]+|<n>)[はがも、](?:<who>E、?\\|?)*(?:<card>の)?(?P<w><who>)(?!E|の)(?:<alone>|だ)?(?:{_END}|に)", _coming),
    Rule("パパかママが行く", "(?P<w><who>)か<n>?<who>(?:[^|]{0,8}\\|)?[^|]{0,6}(?P<v><comes>)", _coming),
    Rule("手続きは私がします", "<desk>[はも]、?(?P<w><who>)が[VN]", _coming),
    Rule("うちのは寝たきり", "(?P<w><who>)の[はが](?:(?!<who>[がは])[^|])*?(?P<v><hindered>)", _partner_hindered),
    Rule("行くのを妻に", "(?:<comes>[のZ]|<desk>|<comes>N)を、?(?P<w><who>)に", _coming),
    Rule("窓口は私", f"<desk>(?:に)?[はも]、?(?P<w><who>){_END}", _coming),
    Rule("母じゃなくて父に変更", "(?:^|\\||[はがも]|<comes>)(?:<who>)E、?\\|?(?P<w><who>)(?=[がに]|<c>|[、。|]|$)", _coming),
    Rule("…私が", "(?P<w><who>)(?:が|<alone>)(?=[、。!|…]*(?:\\||$))", _coming),
    Rule("俺が窓口に", "(?P<w><who>)が<desk>[にへ](?=[、。!|]|$)", _coming),
    Rule("母に頼む", "(?P<w><who>)(?:に|さ(?!、))(?:も|は|だ)?(?:(?!<who>)[^|])*?(?P<v><sends|comes>)", _sent),
    Rule("母から頼まれる", "(?P<w><who>)N?(?:[かよ]|(?P<to>に))(?:の|(?P<c><card>)を?)?N?(?P<v><sends|comes>)", _asked_by),
    Rule("妻を行かせる", "(?P<w><who>)をN?(?P<v><sends|comes>)", _sent),
    Rule("私が代理で", "(?P<w><who>)[がは]、?(?:<.>の)?(?P<v><instead>)", _by_proxy),
    Rule("息子が本人で行く", "(?P<w><who>)が<who>で<comes>", _card),
    # Whose card
    Rule("母のカード", "(?P<w><who>)の(?:(?!<who>)[^|はがをに、。]){0,3}?<card|desk>", _card),
    Rule("両親二人分", "(?P<w><who>)D?<n|named>?<card>", _card),
    Rule("父と母の両方のを", "(?P<w><who>)の?D?Nの(?=を)", _of_both),
    Rule("更新したいのは私", f"(?P<c><card|desk>[をがは]?)?(?P<v>V|<comes>)のは、?(?P<w><who>)(?:{_END}|で)", _card_wanted),
    Rule("切れるのは私", f"(?:<expired>|<card>が<.>)のは、?(?P<w><who>)(?:{_END}|で)", _card),
    Rule("私のを", "(?P<w><who>)の(?=[をでもはがだんZ]|<c>|E|[、。!|…]|$)", _card),
    Rule("カードは母の", f"<card>は、?(?P<w><who>)の?{_END}", _card),
    Rule("母の代わりに", "(?P<w><who>)[のにん](?P<v><instead>)", _card_by_proxy),
    Rule("カードの持ち主は私", f"(?P<h><who>)[はも]、?(?P<w><who>)(?:{_END}|(?=E))", _card),
    Rule("持ち主も行くのも私", f"(?P<h><who>)も、?(?:<desk>に)?<comes>のも、?(?P<w><who>){_END}", _card),
    Rule("本人が予約したい", f"(?P<w><who>)が(?:(?!<comes|hindered|sends|along|alone>){_IN})*(?=[、。!|…]*$)", _books),
    Rule("名前で来てる", "(?P<w><who>)の<named>で<comes>", _card),
    Rule("母あて", "(?P<w><who>)(?P<v><addressed>)", _card),
    # Hindrance and company
    Rule("夫は仕事なので", "(?P<w><who>)[がはも、](?:(?!<who>[がは])[^|])*?(?P<v><hindered>)", _hindered),
    Rule("母は元気だけど足が悪い", f"{_TOPIC}\\|(?:(?!<who>)[^|。.!?])*?(?P<v><hindered>)(?![^|]*<who>)", _unable),
    Rule("母は窓口は無理", f"{_TOPIC}(?<!<hindered>)(?:<desk>|<comes>の?)[Aにへまはがも]*(?P<v><unable>)(?![^|]*<who>)", _unable),
    Rule("母を連れて", f"(?P<w><who>)(?:[をもとにはで、]|<alone>){_IN}{{0,3}}?(?P<v><along>)", _along),
    Rule("母と行く", "(?P<w><who>)と(?P<v><comes>)", _along),
    # Who speaks
    Rule("母です", f"(?:^|\\|)(?:[^|]*V)?(?:<n|j|d|hindered|elsewhere|expired>[のなだ]?|[OA、。!])*(?:(?P<h><who>)は?、?)?(?P<w><who>)(?:{_END}|で(?=[、。!]*(?:<sends>|$)))", _identity),
    Rule("私です、孫の", f"(?P<h><who>)C、?\\|?(?P<w><who>)の{_END}", _postponed),
    Rule("俺は父じゃない", "(?:(?P<h><who>)[はが]?、?|^|\\|)(?P<w><who>)(?P<v>E)", _not_that),
    Rule("私は母で", "(?P<h><who>)は、?(?P<w><who>)で(?!<comes>)", _identity),
    Rule("里親をしています", "(?:^|\\|)O?(?P<w><who>)をV", _identity),
    Rule("母として", "(?P<w><who>)と(?P<v>V)", _role),
    Rule("その子の母親とつきあってる者", "(?P<w><who>)[とにか](?:V|<sends>)(?P<n>.)C", _with_a_parent),
    Rule("…本人です", "(?P<w><who>)(?=<c>[、。!|]*(?:$|\\|))", _identity),
    # Without saying who
    Rule("代わりに行く", "(?P<v><instead>)[ににで]?[^|]{0,3}?(?:<comes>|<desk>)", _proxy),
    Rule("近所の方に頼まれた", "(?P<n>N)[にかよ]の?N?(?P<v><sends|comes>)", _asked_to),
    Rule("更新を頼まれた", "<card>[をは]?(?:(?!<who>)[^|])?(?P<v><sends>)", _asked_to),
    Rule("親権は元夫に", "<custody>[はがも]、?(?:[NV]|<who>E、?\\|?)*(?P<w><who>)(?!E)", _custody),
    Rule("元妻が親権を持つ", "(?P<w><who>)[がは]、?<custody>[をが](?P<v>V)", _keeps_custody),
    Rule("親権者は私", f"(?P<h><who>)は、?(?P<w><who>)(?:{_END}|C)", _has_custody),
    Rule("親権を持つ私", "<custody>[をが]V?の?(?P<w><who>)", _custody),
]
_ONLY_HOLDER = {"持ち主も行くのも私", "カードの持ち主は私", "…本人です", "本人が予約したい"}


def facts(m: Message) -> list[Fact]:
    """Return who comes, whose card it is, who cannot come, and how old they are."""
    units = _units(m)
    found: list[Fact] = []
    for rule in RULES:
        for match in _TABLE.compiled(rule.pattern).finditer(units.shape):
            if _excluded(rule, units, match):
                continue
            found += [each for each in rule.make(_Found(units, match)) if each not in found]
    found += _unnamed_comers(units, found)
    found += _roles(units)
    found += _ages(m, units)
    found += _guardians(m, units)
    found += english.facts(m)
    return sorted(found, key=lambda each: (each.start, each.end))


def _excluded(rule: Rule, units: _Units, match: re.Match[str]) -> bool:
    """Return whether what looks like the rule is something else."""
    groups = match.re.groupindex
    if rule.name in _ONLY_HOLDER and units.party(match.start("h" if "h" in groups else "w")).who != HOLDER:
        return True
    inside = units.units[match.start() : match.end()]
    if rule.make in (_coming, _sent) and any(
        unit["elsewhere"] and after.text in ("に", "へ", "さ", "まで", "で", "の")
        for unit, after in zip(inside, inside[1:], strict=False)
    ):
        return not any(unit["comes"] == "handle" for unit in inside)
    if rule.name == "…私が":
        first = units.shape.rfind("|", 0, match.start()) + 1
        return any(unit["writes"] for unit in units.units[first : match.start()])
    if rule.name in ("母です", "私は母で"):
        return _subject_is_another(units, match)
    if rule.name == "私のを":  # 車は弟の
        if re.match("[はが](?:(?!<who>)[^|])*" + _TABLE.compiled("<hindered>").pattern, units.shape[match.end() :]):
            return True  # うちのは寝たきりで
        if re.search(_TABLE.compiled("<who>C、?\\|?$"), units.shape[: match.start()]):
            return True  # 私です、ケアマネジャーの
        bare = units.shape[match.end() : match.end() + 1] not in ("が", "を")
        other = re.search("[^|]*N[はも]、?$", units.shape[: match.start()])
        return bare and other is not None and units.units[match.start() - 2].text not in _THIS_TIME
    return False


_THIS_TIME = {"今回", "今度", "次", "今年", "次回"}


def _subject_is_another(units: _Units, match: re.Match[str]) -> bool:
    """Return whether a clause says of somebody else who they are: 持ち主は妻です."""
    word = units.units[match.start("w")]
    if units.message.plain[word.start : word.end].isascii():
        return True  # English has rules of its own
    if match.start("h") >= 0 and units.party(match.start("h")).who != SPEAKER:
        return True
    party = units.party(match.start("w"))
    after = units.units[match.end("w") : match.end("w") + 1]
    if party.of and party.who in _PARENTS:
        return False  # 中2の娘の母
    # むすこ 8さい tells an age, not who speaks
    return bool(party.age and party.age.start >= 0 and not (after and after[0].kind == "copula"))


def _unnamed_comers(units: _Units, found: Sequence[Fact]) -> Iterator[Fact]:
    """Yield who comes where a clause does not name them: 自分で行く, (夫が)行ってくれる."""
    for at, unit in enumerate(units.units):
        if unit["comes"] != "go" or unit.flags & {"past", "let", "order"}:
            continue
        start, end = units.span(at, at)
        first = units.shape.rfind("|", 0, at) + 1
        before = units.units[first:at]
        named = any(isinstance(each, (Comes, CannotCome)) and each.end >= end > each.start for each in found)
        after = units.shape[at + 1 : at + 2]
        if named or _in_company(units, found, at) or after in ("Z", "の", "E") or any(w["elsewhere"] or w.text == "が" for w in before):
            continue
        alone = any(word["alone"] for word in before)
        clause = units.clause_of(at)
        if "neg" in unit.flags:
            if alone:
                yield CannotCome(start, end, clause, "said", HOLDER)
            continue
        mood = _planned(units.mood_at(at), unit)
        subject = _carried_on(units, first)
        if subject and not alone:
            yield Comes(start, end, clause, mood, subject)
        elif "by" in unit.flags:
            if other := _named_before(units, at):
                yield Comes(start, end, clause, mood, other, sent=True)
        elif "ing" not in unit.flags and (alone or unit.flags & {"want"} or mood == "said"):
            yield Comes(start, end, clause, mood, SPEAKER, named=alone, alone=alone)


def _in_company(units: _Units, found: Sequence[Fact], at: int) -> bool:
    """Return whether it is a companion who is said or asked to come along: 俺も一緒に行ぐから, 娘も一緒に行っていいですか."""
    clause = units.message.clauses[units.clause_of(at)]
    after = units.message.clauses[clause.at + 1] if clause.at + 1 < len(units.message.clauses) else clause
    asked = clause.mood == "asked" or ("te" in clause.flags and after.mood == "asked")
    return any(
        isinstance(each, ComesAlong) and units.message.text[: each.end].endswith(("一緒", "いっしょ", "一緒に", "いっしょに", "ともに", "共に"))
        and clause.at - each.clause in (0, 1) and "も" in units.message.text[each.start : each.end] and (each.who == SPEAKER or asked)
        for each in found
    )


def _carried_on(units: _Units, first: int) -> str | None:
    """Return the subject of the clause before, where it goes on: 父が休みを取って行きます."""
    begin = units.shape.rfind("|", 0, max(first - 1, 0)) + 1
    before = units.units[begin : max(first - 1, 0)]
    if not before or "te" not in before[-1].flags or before[-1].flags & {"let", "by"}:
        return None
    for at, (unit, after) in enumerate(zip(before, before[1:], strict=False)):
        if unit.meanings.get("who") and after.text == "が":
            return units.party(begin + at).who
    return None


def _named_before(units: _Units, at: int) -> str | None:
    """Return the last person named before, who is not the speaker: 夫に聞いたら行ってくれる."""
    places = [place for place in range(at) if units.units[place].meanings.get("who")]
    others = [units.party(place).who for place in places if units.party(place).who not in (SPEAKER, HOLDER)]
    return others[-1] if others else None


def _roles(units: _Units) -> Iterator[Fact]:
    """Yield as what the speaker speaks: 妻の私."""
    places = [place for place, unit in enumerate(units.units) if unit["who"]]
    for party, at in zip(units.people, places, strict=False):  # two may stand in one unit
        start, end = units.span(at, at)
        if party.role and not party.role.startswith("guardian"):
            yield SpeaksAs(start, end, units.clause_of(at), "said", party.role)
        elif party.who == HOLDER and party.of not in (None, SPEAKER, HOLDER):
            yield CardOf(start, end, units.clause_of(at), "said", party.of)  # ばあちゃん本人は


_PUPILS = ("pupil", "student_middle")


def _ages(m: Message, units: _Units) -> Iterator[Fact]:
    of = {party.age: party for party in units.people if party.age}
    told = list(ages(m))
    for age, party in of.items():
        place = Age(m.words[party.first].start, m.words[party.last - 1].end, age.age)
        if age in told or _only_exists(m, party) or not is_now(m.plain, place):
            continue  # else a word for somebody that tells the age, or a bare number beside them
        named_in = next(c for c in m.clauses if c.first <= party.first < c.last)
        start, end = m.folded.span(place.start, place.end)
        value = age.age if isinstance(age.age, int) else age.group
        first = age.start < m.words[party.first].end and party.of not in (None, SPEAKER, HOLDER)
        who = party.of if first else party.role or party.who
        own = who in _PUPILS and _says_own(m, named_in, place)
        yield AgeOf(start, end, named_in.at, "said", SPEAKER if own else who, value)
    for age in told:
        clause = m.clause_at(age.start)
        if clause is None:
            continue
        told_of = _subject(m, units, age) or of.get(age)
        start, end = m.folded.span(age.start, age.end)
        value = age.age if isinstance(age.age, int) else age.group
        who = (told_of.role or told_of.who) if told_of else None
        if told_of and told_of.of not in (None, SPEAKER, HOLDER) and age.end <= m.words[told_of.first].start:
            who = told_of.of  # 2歳の子の母
        if told_of and _only_exists(m, told_of):
            continue  # 小学生の孫がいる年寄り
        if told_of and told_of.who.startswith("guardian"):
            who = told_of.of
        if (told_of is None or who in _PUPILS) and _says_own(m, clause, age):
            who = SPEAKER
        yield AgeOf(start, end, clause.at, _asserted(clause.mood), who, value)


def _subject(m: Message, units: _Units, age: Age) -> Party | None:
    """Return of whom an age is said: 母は80歳で私が行きます."""
    first = next((at for at, word in enumerate(m.words) if word.start >= age.start), 0)
    if first < 2 or m.words[first - 1].text not in ("は", "が", "も"):
        return None
    return next((party for party in units.people if party.last == first - 1), None)


def _says_own(m: Message, clause: Clause, age: Age) -> bool:
    """Return whether a clause only tells the age: 小6です."""
    return not re.sub("まだ|もう|今|いま|はい|[、。]|私|わたし|僕|ぼく|俺|おれ|自分|[はも]", "", m.plain[clause.start : age.start]) and bool(
        re.match("(?:の?(?:男子|女子))?(?:です|だ|なん|でした|で[、。]|、|。|$)", m.plain[age.end :])
    )


def _only_exists(m: Message, party: Party) -> bool:
    """Return whether somebody is only said to be there: 子がいます."""
    after = m.words[party.last : party.last + 2]
    return len(after) == 2 and after[0].text in ("が", "も") and after[1].lemma in ("いる", "居る", "おる")


_NO_GUARDIAN = re.compile(
    "後見(?:人|制度)?(?:さん|など|とか)?(?:に?は|が|も|を|の人は|じゃ|では)?(?:い(?:ま(?:せん|へん)|ない|ねえ|ね)|おりません|居(?:ない|ません)"
    "|(?:つい|付い|付け|つけ|立て|使っ)て(?:い)?(?:ない|ません|ね)|ありません|なし|無し|関係(?:ない|ありません)|ない)"
)


_ADOPTED = re.compile("養子(?:縁組み?)?(?:も|は|を|が|に)?(?:もう|すでに|既に|ちゃんと)?(?:済|すませ|すんで|して(?!い?な|ませ)|した|しま|組ん|結ん|入っ|なっ|とっ|迎え)(?!.{0,3}(?:ない|ません|ねえ))")
_NOT_ADOPTED = re.compile("養子(?:縁組み?)?(?:も|は|を|が|に)?(?:まだ)?(?:[^。]{0,4}(?:して(?:い?な|い?ませ|ねえ)|ません|まだ))|親権者?(?:は|が|も)(?:今|いま)?(?:向こう|むこう|あっち|あちら|相手|先方|な(?:い|く)|ありません|(?:取れ|とれ)(?:な|ませ|て(?:い?な|い?ませ)))")
_WHETHER = re.compile("[^、。]*?(?:かどうか|のか|んだか)")


def _guardians(m: Message, units: _Units) -> Iterator[Fact]:
    if (adopted := _ADOPTED.search(m.plain)) and (clause := m.clause_at(adopted.start())):
        yield Guardian(*m.folded.span(*adopted.span()), clause.at, "said", "adopted")
    elif (open_still := _NOT_ADOPTED.search(m.plain)) and (clause := m.clause_at(open_still.start())):
        yield Guardian(*m.folded.span(*open_still.span()), clause.at, "said", "not_me")
    none = _NO_GUARDIAN.search(m.plain)
    for party in units.people:
        for name in (party.who, party.role or "", party.of or ""):
            if not name.startswith("guardian_"):
                continue
            words = m.words[party.first : party.last]
            after = m.words[party.last : party.last + 3]
            works = [word for word in after if word.text.startswith(("仕事", "業務", "事務所", "制度"))]
            clause = m.clause_at(words[0].start)
            if works or clause is None:
                continue
            kind = name.removeprefix("guardian_")
            start, end = m.folded.span(words[0].start, words[-1].end)
            mood = "said" if clause.mood in ("past", "denied") else clause.mood
            if _WHETHER.match(m.plain, words[-1].end):
                continue  # 後見がついているのかどうか
            adjacent = none and none.start() < words[-1].end <= none.end() + 2
            denied = adjacent or (clause.mood == "denied" and kind != "other")
            of = "none" if denied else "adult" if kind == "ward" else kind
            yield Guardian(start, end, clause.at, mood, of)  # type: ignore[arg-type]
