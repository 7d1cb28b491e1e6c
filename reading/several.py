"""Several cards in one booking: how many, whose, and what is told of one of them.

A count counts only where it counts cards, or people whose cards are renewed here: 2人分, 家族4人の予約, 私と
妻の分. Who is only there (夫と二人で暮らして, 子どもが二人いる) or comes along is no second card.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from reading import dates
from reading.ages import Age, ages
from reading.clauses import Clause, Mood
from reading.facts import Count, Fact, Name, No, OneCard, Yes
from reading.message import Message, Table
from reading.parties import SPEAKER, Party, parties
from reading.situation import Command, Situation
from reading.text import ENGLISH_NUMBERS, KANJI_DIGITS, number
from reading.words import Word

Person = tuple[str | None, str | None]
"""Who it is by kin, and the age group, each None where that is not told."""
CHILDREN = {"son", "daughter", "child", "baby", "pupil", "student_middle", "student_high", "step_child"}
MAYBE_YOUNG = {"grandchild", "nephew", "brother", "sister", "cousin", "relative", "family", "client"}

# Units: a message in people, counts and other words ---------------------------------------------------

NUMBER = f"[0-9]{{1,2}}|[{KANJI_DIGITS[2:]}]{{1,2}}"
_COUNT = re.compile(
    rf"(?<![0-9第])お?(?:(?P<n>{NUMBER})(?P<unit>人|名|にん|めい|枚|まい)|(?P<kana>ひとり|ふたり|さんにん|よにん|ごにん|ろくにん))"
    "(?P<share>分|ぶん)?(?:とも(?!だち))?(?![目前組様客部乗用掛称暮])"
    "|(?<![a-z0-9])(?:for )?(?:the )?(?P<english>[0-9]|one|two|three|four|five|six|both) "
    "(?:of us|people|persons?|(?P<cards>(?:my )?cards?|certificates?))"
)
_NTH = re.compile(f"(?P<n>[1-4{KANJI_DIGITS[2:6]}])[人枚番]目")
_KANA = {"ひとり": 1, "ふたり": 2, "さんにん": 3, "よにん": 4, "ごにん": 5, "ろくにん": 6, "both": 2}


@dataclass(frozen=True)
class _Unit:
    """People or a count, made one word; `size` is how many, `which` of several cards it names."""

    people: tuple[Person, ...] = ()
    size: int | Literal["several"] = 1
    which: str = ""


_TABLE = Table(
    "nth", "member", "people", "cards", "everyone", "which", "total", "drops", "adds", "joins", "called",
    "books", "card", "sends", "comes", "jointly", "along", "speaker",
)  # fmt: skip


class _Units:
    """A message in people, counts and other words; `shape` has one character for each."""

    def __init__(self, m: Message) -> None:
        self.m = m
        self.words: list[Word] = []
        self.units: dict[int, _Unit] = {}
        at = 0
        for first, last, tag, unit in sorted(_made(m), key=lambda each: (each[0], -each[1])):
            if first < at:
                continue
            self.words += m.words[at:first]
            self.units[len(self.words)] = unit
            start, end = m.words[first].start, m.words[last - 1].end
            self.words.append(Word(start, end, m.plain[start:end], "", "noun", {tag: tag}))
            at = last
        self.words += m.words[at:]
        self.shape = _TABLE.shape(self.words)

    def clause(self, at: int) -> Clause:
        """Return the clause of the word at this place."""
        found = self.m.clause_at(self.words[at].start)
        assert found is not None
        return found

    def place(self, first: int, last: int) -> tuple[int, int, int]:
        """Return where the words from first to before last stand in the text, and their clause."""
        span = self.m.folded.span(self.words[first].start, self.words[last - 1].end)
        return (*span, self.clause(last - 1).at)

    def mood(self, at: int) -> Mood:
        """Return how the clause of a word is said; to ask whether it can be done is to ask for it."""
        clause = self.clause(at)
        inside = self.m.inside(clause)
        if clause.mood == "asked" and "asks_what" not in clause.flags:
            asks_for = clause.flags & {"can", "let", "by", "want"} or any(word["may"] for word in inside)
            return "said" if asks_for else "asked"
        if clause.mood == "past" and next(word for word in reversed(inside) if word.kind != "mark").kind == "copula":
            return "said"  # 3人でした
        return clause.mood


def _made(m: Message) -> Iterator[tuple[int, int, str, _Unit]]:
    """Yield what is made one word: from and to before which word, and as what."""
    begins = {word.start: at for at, word in enumerate(m.words)}
    ends = {word.end: at + 1 for at, word in enumerate(m.words)}
    for match in _COUNT.finditer(m.plain):
        first, last = begins.get(match.start()), ends.get(match.end()) or ends.get(match.end() + 1)
        if first is not None and last and m.plain[match.end() : m.words[last - 1].end] in ("", "で"):
            shares = match["share"] or match["cards"] or match["unit"] in ("枚", "まい")
            yield first, last, "cards" if shares else "people", _Unit(size=_size(match))
    for match in _NTH.finditer(m.plain):
        first, last = begins.get(match.start()), ends.get(match.end())
        if first is not None and last:
            yield first, last, "nth", _Unit(which=str(number(match["n"])))
    named = parties(m)
    for party in named:
        if m.words[party.first].text != "my" or party.last > party.first + 1:
            yield _of_party(m, party, begins, ends)
    told = {party.age for party in named}
    for age in ages(m):
        first, last = begins.get(age.start), ends.get(age.end)
        if age not in told and first is not None and last:
            yield first, last, "member", _Unit(((None, age.group),))
    for at, word in enumerate(m.words):
        if word["group"] and not word["person"]:
            yield at, at + 1, "member", _grouped(word["group"], (None, None), "")


def _size(match: re.Match[str]) -> int:
    word = match["kana"] or match["english"]
    return _KANA.get(word) or ENGLISH_NUMBERS.get(word) or number(match["n"] or word)


def _of_party(
    m: Message, party: Party, begins: dict[int, int], ends: dict[int, int]
) -> tuple[int, int, str, _Unit]:
    """Return a person with their age as one word: 小2の息子, 孫（7歳）, 娘は16歳."""
    first, last = party.first, party.last
    words = m.words[first:last]
    if party.age and party.age.start >= 0:
        first = min(first, begins.get(party.age.start, first))
        last = max(last, ends.get(party.age.end, last))
    person = (party.who, _group(party.age))
    behind = m.words[party.last] if party.last < len(m.words) else None
    if behind and behind["group"] == "couple":  # 娘夫婦
        return first, party.last + 1, "member", _Unit((person, (None, "general")), 2)
    group = next((word["group"] for word in words if word["group"]), None)
    which = next((word["which"] for word in words if word["which"]), None)
    return first, last, "member", _grouped(group, person, which or party.who)


def _grouped(group: str | None, person: Person, which: str) -> _Unit:
    """Return the people that a word for one or some of them means."""
    if group == "couple":
        return _Unit(((SPEAKER, None), ("partner", None)), 2, which)
    if group == "several":
        return _Unit((person,), "several", which)
    size = {"two": 2, "three": 3}.get(group or "", 1)
    return _Unit((person,) * size, size, which)


def _group(age: Age | None) -> str | None:
    return age.group if age else None


# Facts ---------------------------------------------------------------------------------------------


def facts(m: Message) -> list[Fact]:
    """Return how many cards a message is about, whose they are, and what it tells of one of them."""
    units = _Units(m)
    if not _OF_INTEREST.search(units.shape):
        return []
    return [*_counts(units), *_changes(units), *_of_one(units)]


_OF_INTEREST = _TABLE.compiled("<nth|member|people|cards|everyone|which|jointly>")
# 私の分, 子ども2人, 2人の孫, 子どもが2人, 家族で4人, 全員の4人分
_ITEM = "(?:<people>の?)?(?:<member>|<everyone>)(?:の?<everyone>)?(?:の?[でがは]?、?<people|cards>)?(?:の<card>?)?"
# A comma alone joins people only where a count follows: 父、母、私の3人分.
_COMMA = "(?:(?<=<people|cards>)、|、(?=(?:<member>|<everyone>|<card>|[のとやも、])*(?:<total>で?)?<people|cards>))"
_JOIN = f"(?:(?:[とやも&+]|<joins>)、?|{_COMMA}|(?<=<people|cards>))(?:<joins>|<adds>)?、?"
_CHAIN = _TABLE.compiled(
    "(?P<sum>(?:<member>[をも]?)?<total>で?、?)(?P<alone><people|cards>)"
    f"|(?P<items>{_ITEM}(?:{_JOIN}{_ITEM})*)(?P<tail>[とも、の]*)(?:(?:<total>で?)?、?(?P<n><people|cards>))?"
    "|(?P<one><people|cards>)"
)
# What ties people to cards: 私と妻の更新, 3人で市役所に予約, 2人とも更新.
_LINK = _TABLE.compiled(
    "(?:の|[はもがをでとに]*(?:[もはでとを、にへ]|N|A|<jointly>|<along>|<everyone>|<adds>)*)(?:<card>|<books>|<sends>)"
)
_COMING = _TABLE.compiled("[はもがと]?(?:N|だ)?で?[もに、]?(?:N[にへ]|<along>)*<comes>")
_BECOMES = re.compile("に(?:し|な[りっる]|変|減|増|へら|ふや|訂正|かえ)")
_CARD_OF_ONE = _TABLE.compiled("(?<![とやも、])(?P<w><member>)の<card>(?!と|や|も|、<member>)")
_CARD = _TABLE.compiled("<card>")


def _counts(units: _Units) -> Iterator[Count]:
    one = any(units.units[match.start("w")].size == 1 for match in _CARD_OF_ONE.finditer(units.shape))
    for match in _CHAIN.finditer(units.shape):
        people, size = _sum(units, match)
        of = _counted_as(units, match, size)
        if of is None or (size == 1 and match["items"]) or (of == "coming" and one):
            continue
        known = tuple(people) if size == len(people) else ()
        if of == "coming" and match["n"]:
            known = ()  # 夫と二人で行きます does not say that both have a card to renew
        last = match.end("n") if match["n"] else match.end("items") if match["items"] else match.end()
        place, mood = units.place(match.start(), last), units.mood(last - 1)
        yield Count(*place, mood, size, people=known, of=of)
        if of == "cards" and _COMING.match(units.shape, last):
            yield Count(*place, mood, size, of="coming")  # 妻と私の2人分、二人で行きます
    for match in _JOINTLY.finditer(units.shape):
        yield Count(*units.place(*match.span()), units.mood(match.end() - 1), "several")


_JOINTLY = _TABLE.compiled("<jointly>[でにを、]?(?:<card>|<books>|<sends>)")


def _sum(units: _Units, match: re.Match[str]) -> tuple[list[Person], int | Literal["several"]]:
    """Return the people told of together and how many they are, from left to right."""
    if not match["items"]:
        return [], units.units[match.start("alone" if match["alone"] else "one")].size
    people: list[Person] = []
    total: int | Literal["several"] | None = None
    last: tuple[Person, ...] = ()
    before: int | None = None  # 2人の孫
    for at in range(*match.span("items")):
        unit, word = units.units.get(at), units.words[at]
        if word["member"] and unit:
            last = unit.people
            people += last
            total = "several" if unit.size == "several" else total
            if before:
                people, total = _with_count(people, last, before, total, shares=False)
            before = None
        elif word["everyone"]:
            total = total if people else "several"
        elif unit and isinstance(unit.size, int):
            follows = at > match.start("items") and last
            if follows or total:
                people, total = _with_count(people, last, unit.size, total, shares=bool(word["cards"]))
            else:
                before = unit.size
    people = _with_details(people)
    people = [each for at, each in enumerate(people) if each[0] != SPEAKER or at == people.index(each)]
    if match["n"]:
        total = units.units[match.start("n")].size
        if total == len(people) + 1 and "と" in match["tail"] and (SPEAKER, None) not in people:
            people = [(SPEAKER, None), *people]  # 主人と二人で
    return people, len(people) if total is None else total


def _with_count(
    people: list[Person], last: tuple[Person, ...], size: int, total: int | Literal["several"] | None, *, shares: bool
) -> tuple[list[Person], int | Literal["several"] | None]:
    """Return the people and their sum where a count stands with somebody: 子ども2人, 小2と高1の子ども2人分."""
    who = last[0][0] if last else None
    others, several = people[: len(people) - len(last)], total == "several" and len(people) == len(last)
    loose = [person for person in others if person[0] is None]
    if who == SPEAKER and len(last) == 1 or (several and who is None):
        return people, size  # うちは4人, みんなで4人
    if len(last) == size or (loose and len(loose) + len(last) == size):
        return people, None
    if size == len(people) and (shares or who not in CHILDREN | MAYBE_YOUNG):
        return people, "several" if who in CHILDREN and others else None  # 私と子ども2人分: two or three
    return [*others, *[last[0] if last else (None, None)] * size], None


def _with_details(people: list[Person]) -> list[Person]:
    """Return the people with the ages told behind them as theirs: 孫ふたり、小1と小3."""
    bare = [at for at, (who, age) in enumerate(people) if who in CHILDREN | MAYBE_YOUNG and age is None]
    loose = [age for who, age in people[bare[-1] :] if who is None and age] if bare else []
    if not loose or len(bare) > len(loose):
        return people
    who = people[bare[0]][0]
    others = [person for at, person in enumerate(people) if at not in bare and (person[0] or not person[1])]
    return [*others, *[(who, age) for age in loose]]


def _counted_as(
    units: _Units, match: re.Match[str], size: int | str
) -> Literal["cards", "people", "coming", "story"] | None:
    """Return what is counted, None where it is other things: 写真2枚, 2人分の荷物."""
    shape, end = units.shape, match.end()
    own = any(units.words[at]["cards"] for at in range(*match.span()))
    if own and (re.search("N[がはをも]?$", shape[: match.start()]) or re.match("のN", shape[end:])):
        return None
    plain = units.m.plain[units.words[end - 1].end :]
    if own or (_CARD.search(shape, match.start(), end) and size != 1) or _BECOMES.match(plain) or _LINK.match(shape, end):
        return "cards"
    if _COMING.match(shape, end):
        return "coming"
    return "people" if _ENDS.match(shape, end) else "story"


_ENDS = _TABLE.compiled("[でだと]?(?:<total>)?<c>?[んよねわな]?(?:[、。!O]|$)")
_MORE = _TABLE.compiled(
    "(?P<adds><adds>)[でを]?(?P<n><people|cards>)(?=[もをでは]?(?:<card>|<books>|<sends>|<adds>|<c>|[、。!OV]|$))"
    "|(?P<m><people|cards>)[をもはで]?(?:(?P<then><adds>)|(?P<drops><drops>))"
)


def _changes(units: _Units) -> Iterator[Count]:
    """Yield how many more or fewer cards: もう1人追加, 1人減らす."""
    for match in _MORE.finditer(units.shape):
        size = units.units[match.start("n") if match["n"] else match.start("m")].size
        drops = units.words[match.start("drops")] if match["drops"] else None
        adds = units.words[match.start("then")] if match["then"] else None
        if drops and (drops["drops"] == "need" or "neg" in drops.flags) or adds and adds["adds"] != "more":
            continue
        if isinstance(size, int):
            mood = units.mood(match.start())
            yield Count(*units.place(*match.span()), mood, None, -size if drops else size)


# One of several --------------------------------------------------------------------------------------

_HEAD = _TABLE.compiled(
    "(?:^|(?<=[、。!?OAVJCE|])|(?<=<adds>))(?P<w><member|which|nth|everyone>|<people>と|<people>N)"
    "(?P<of>(?:の?(?:<card>|<called>|N(?=[はがもをの]))|の(?=[はがもを]))*)(?P<p>[はがもをだ:]*)、?"
)
_STOPS = re.compile("[。!?]|$")


def _of_one(units: _Units) -> Iterator[OneCard]:
    """Yield what is told of one card: 下の子は2月14日, 妻の分はやめます, やっぱり夫は来られません."""
    heads = list(_HEAD.finditer(units.shape))
    for head, after in zip(heads, [*heads[1:], None], strict=False):
        stop = _STOPS.search(units.shape, head.end())
        assert stop is not None
        last = min(stop.start(), after.start() if after else len(units.shape))
        what = _told(units, head, units.words[head.end() : last])
        if what:
            end = max(last, head.end())
            yield OneCard(*units.place(head.start(), end), what[2], _which(units, head), what[0], what[1])


def _which(units: _Units, head: re.Match[str]) -> str:
    at = head.start("w")
    unit = units.units.get(at)
    if unit and unit.which:
        return unit.which
    return units.words[at]["which"] or "all"


_What = Literal["expires_on", "age", "comes", "stays", "out", "more", "name", "same"]


def _told(units: _Units, head: re.Match[str], rest: list[Word]) -> tuple[_What, date | str | None, Mood] | None:
    """Return what is told of the one that is named at the head, and how."""
    of = units.words[head.start("of") : head.end("of")]
    mood = units.mood(head.end() - 1)
    if any(word["called"] for word in of):
        return "name", None, mood
    unit, group = units.units.get(head.start("w")), None
    if unit and unit.people and unit.people[0][0] != SPEAKER:
        group = unit.people[0][1]
    if (behind := units.units.get(head.end())) and behind.people and behind.people[0][0] in (None, *CHILDREN):
        group = behind.people[0][1]
    if group:
        return "age", group, mood
    if day := _expiry(units, rest):
        return "expires_on", day, "said"
    for at, word in enumerate(rest):
        if word["drops"] and (of or head["p"]) or word["comes"] == "go" and re.search("[はがもだ]", head["p"]):
            return _done(word, rest[at + 1 : at + 2], units.m.clause_at(word.start), of=bool(of))
        if word["same"] and at == 0:
            return "same", None, mood
    added = "も" in head["p"] and (of or units.words[head.end("w") - 1].text == "の")
    wanted = not rest or any(word["along"] or word["books"] or word["sends"] or word["adds"] for word in rest)
    return ("more", None, mood) if added and wanted else None


def _done(
    word: Word, after: list[Word], clause: Clause | None, *, of: bool
) -> tuple[_What, None, Mood] | None:
    """Return whether the card is left out, or its holder comes or does not."""
    negative = "neg" in word.flags or bool(after and after[0].text.startswith(("なく", "ない", "無く", "ませ")))
    if clause is None or clause.mood in ("asked", "heard", "supposed", "taken_back"):
        return None
    if word["drops"]:
        out = not negative if word["drops"] != "need" else negative and of  # 妻はいません is no such thing
        return ("out", None, "said") if out else None
    if "past" in word.flags and not negative:
        return None
    return ("stays" if negative else "comes"), None, "said"


def _expiry(units: _Units, rest: list[Word]) -> date | None:
    """Return the expiry date told in these words, None where the date is another's or there is none."""
    if not rest or any(word["other_date"] or word["comes"] == "go" for word in rest):
        return None
    text = units.m.text[slice(*units.m.folded.span(rest[0].start, rest[-1].end))]
    day = dates.read_date(text, units.m.now, dates.Purpose.EXPIRY) if re.search("[0-9一二三四五六七八九十]", text) else None
    return day if isinstance(day, date) else None


# Here ----------------------------------------------------------------------------------------------

_Slots = dict[str, tuple[Any, Fact | None]]
SELF = {"applicant": "self", "holder": "general"}
PARENT = {"applicant": "legal_representative", "holder": "under_15"}
PROXY = {"applicant": "other_proxy", "holder": "general"}
_NO_PARENTS = {"grandmother", "grandfather", "grandparents", "uncle", "aunt", "friend", "helper"}
_BARE = re.compile(
    rf"(?:はい|ええと|えっと|えー|[、。])*(?P<n>{NUMBER}|[a-z]+)(?:です|だ|かな|つ|(?:で)?お願いします|[、。!])*"
    "|(?P<none>(?:誰も|だれも)?い(?:ない|ません)(?:です)?|なし|無し|ゼロ)[。、!]*"
)
"""A number by itself, where it was asked how many."""
_ONLY_ONE = re.compile("(?:私|わたし|僕|俺|自分|本人)(?:一人|1人|ひとり)?(?:の分|のカード)?(?:だけ|のみ)")
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
            return 1 if _ONLY_ONE.search(self.m.plain) and not self.counts else None
        if match["none"]:
            return 0
        known = match["n"] in ENGLISH_NUMBERS or not match["n"].isascii() or match["n"].isdigit()
        return number(match["n"]) if known else None

    def _count(self) -> Count | None:
        """Return the count that counts here; where two are told, the last one only as second thoughts."""
        held = [each for each in self.counts if each.mood == "said" and not each.more]
        sure = [each for each in held if each.of == "cards"]
        sure = [each for each in sure if each.cards != "several"] or sure
        if len({each.cards for each in sure if each.cards != 1}) > 1 and not self.again:
            self.doubt = sure[-1]
        if sure:
            return max(sure, key=lambda each: (len(each.people), each.start)) if not self.again else sure[-1]
        for decide in {"cards": (self._asked,), None: (self._unasked,)}.get(self.s.asked, (self._beside,)):
            return decide(held)
        return None

    def _asked(self, held: list[Count]) -> Count | None:
        """Return the count where it was asked how many cards: people count, too."""
        open_ = [each for each in self.counts if each.of != "story" or each.people]
        plain = [each for each in held if each.of != "story"]
        if not plain and open_ and not self.ones:
            self.doubt = open_[-1]
        return plain[-1] if plain else None

    def _unasked(self, held: list[Count]) -> Count | None:
        """Return the count in a first message: people alone, or those who come together."""
        for each in held:
            if each.of == "people" and each.cards != "several" and self._is_all(each):
                return each
            if each.of == "coming" and each.cards != 1:
                ours = any(who in (SPEAKER, "family", None) for who, _ in each.people)
                return each if ours else replace(each, cards="several", people=())
        return None

    def _beside(self, held: list[Count]) -> Count | None:
        """Return the count at another question: it may be one, which is asked."""
        for each in held:
            young = each.people and all(who in CHILDREN | MAYBE_YOUNG for who, _ in each.people)
            if each.of == "people" and each.cards not in ("several", self.cards.number) and self._is_all(each):
                if (young and self.s.asked in ("holder", "applicant")) or (each.cards == 1 and self.again):
                    return each
                if each.cards != 1 and not each.people:
                    self.doubt = each
            if each.of == "coming" and each.cards == 1 and self.again and self.cards.number > 1:
                self.doubt = each
        return None

    def _is_all(self, fact: Fact) -> bool:
        """Return whether the message says nothing else."""
        return all(
            word.kind in ("mark", "particle", "copula", "other", "adverb", "auxiliary") or word["sends"]
            for word in self.m.words
            if not fact.start <= self.m.folded.starts[word.start] < fact.end
        )

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
            return {}
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
            if each.what == "name" and len(places) == 1 and self.s.asked in ("phone", "confirmed"):
                name = next((name for name in self.facts if isinstance(name, Name) and name.start >= each.start), None)
                found |= {"name_of": ((places[0], name.name), name)} if name else {}
            if each.what in ("comes", "stays") and self.s.asked != "applicant":
                found |= self._comes_or_not(each, places)
        return found

    def _comes_or_not(self, fact: OneCard, places: list[int]) -> _Slots:
        """Return that a card's holder comes after all, or does not: 妻は来られなくなりました."""
        comes = fact.what == "comes"
        if not self.cards.several:
            other = self.s["applicant"] == "other_proxy" and fact.which != SPEAKER
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
        return {"expiries": (days, (dated or [same])[0])} if days else {}


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


def _card_of(person: Person, *, by_proxy: bool, together: bool, parent: bool) -> dict[str, Any]:
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
