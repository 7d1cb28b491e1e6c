"""Several cards in one booking: how many, whose, and what is told of one of them.

A count counts only where it counts cards, or people whose cards are renewed here: 2人分, 家族4人の予約, 私と
妻の分. Who is only there (夫と二人で暮らして, 子どもが二人いる) or comes along is no second card.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from reading import dates
from reading.ages import Age, ages
from reading.clauses import Clause, Mood
from reading.english import AS_WHOM
from reading.facts import Count, Fact, OneCard
from reading.how_many import CHILDREN, MAYBE_YOUNG, NUMBER
from reading.how_many import heard as heard
from reading.message import Message, Table
from reading.parties import SPEAKER, Party, parties
from reading.text import ENGLISH_NUMBERS, KANJI_DIGITS, number
from reading.words import Word

Person = tuple[str | None, str | None]
"""Who it is by kin, and the age group, each None where that is not told."""

# Units: a message in people, counts and other words ---------------------------------------------------

_COUNT = re.compile(
    rf"(?<![0-9第:])(?P<about>(?<![小中高])[1-9{KANJI_DIGITS[2:]}][、~・-])?お?(?:(?P<n>{NUMBER})(?P<unit>人|名|にん|めい|枚|まい)|(?P<kana>ひとり|ふたり|さんにん|よにん|ごにん|ろくにん))"
    "(?P<share>分|ぶん)?(?P<both>とも(?!だち))?(?![目前組様客部乗用掛称暮])"
    "|(?<![a-z0-9])(?:for )?(?:the )?(?P<english>[0-9]|one|two|three|four|five|six|both)"
    "(?: of us| people| persons?|(?= (?:kids|children|sons|daughters|parents))| (?P<cards>(?:my )?cards?|certificates?))"
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
    "books", "card", "sends", "comes", "jointly", "along", "speaker", "expired", "same", "occasion",
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
            which = "all" if match["both"] else ""
            yield first, last, "cards" if shares else "people", _Unit(size=_size(match), which=which)
    for match in _NTH.finditer(m.plain):
        first, last = begins.get(match.start()), ends.get(match.end())
        if first is not None and last:
            yield first, last, "nth", _Unit(which=str(number(match["n"])))
    named = parties(m)
    for party in named:
        behind = m.words[party.last] if party.last < len(m.words) else None
        if AS_WHOM.search(m.plain, 0, m.words[party.first].start):
            continue  # I'm her father and I'd like to book
        if m.words[party.first].text != "my" or party.last > party.first + 1 or (behind and behind["card"]):
            yield _of_party(m, party, begins, ends)
    told = {party.age for party in named}
    for age in ages(m):
        first, last = begins.get(age.start), ends.get(age.end)
        months = "月" in m.plain[age.start : age.end] and re.search("[歳才]と$", m.plain[: age.start])
        if age not in told and first is not None and last and not months:  # 14歳と11か月
            yield first, last, "member", _Unit(((None, age.group),))
    for at, word in enumerate(m.words):
        if word["group"] and not word["person"]:
            yield at, at + 1, "member", _grouped(word["group"], (None, None), "")


def _size(match: re.Match[str]) -> int | Literal["several"]:
    if match["about"]:
        return "several"  # 2、3人
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
        return first, party.last + 1, "member", _Unit(((party.who, "general"), ("partner", "general")), 2)
    which = next((word["which"] for word in words if word["which"]), None)
    group = next((word["group"] for word in words if word["group"] and not which), None)  # 双子の兄 is one
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
    changes = list(_changes(units))
    counts = [each for each in _counts(units) if not any(more.start < each.end and each.start < more.end for more in changes)]
    return [*counts, *changes, *_of_one(units)]


_OF_INTEREST = _TABLE.compiled("<nth|member|people|cards|everyone|which|jointly>")
# 私の分, 子ども2人, 2人の孫, 子どもが2人, 家族で4人, 全員の4人分
_ITEM = (
    "<speaker>?(?:<people>の?)?(?:<member>|<everyone>)(?:の?<everyone>)?(?:の?[でがは]?<people|cards>)?"
    "(?:の<card|books>?|<card>)?"
)
# A comma alone joins people only where a count follows: 父、母、私の3人分.
_COMMA = "(?:(?<=<people|cards>)、|、(?=(?:<member|everyone|card|books>|[のとやも、])*(?:<total>で?)?<people|cards>))"
_JOIN = f"(?:[とやも&+]、?|、?<joins|adds>に?、?|{_COMMA}|(?<=<people|cards>))(?:<joins>に?|<adds>)?、?"
_CHAIN = _TABLE.compiled(
    "(?P<sum>(?:<member>[をも]?)?<total>で?、?)(?P<alone><people|cards>)"
    f"|(?P<items>{_ITEM}(?:{_JOIN}{_ITEM})*)(?P<tail>[とも、の]*)(?:(?:<total>で?)?、?(?P<n><people|cards>))?"
    "|(?P<one><people|cards>)"
)
# What ties people to cards: 私と妻の更新, 3人で市役所に予約, 2人とも更新.
_LINK = _TABLE.compiled(
    "(?:の<card>|(?:の|[はもがをでとに]*(?:[もはでとを、にへ]|N|A|<jointly>|<along>|<everyone>|<adds>)*)<books|sends>|の?[がはも]?(?:[NODAにの、]|<same|along>)*(?P<ends><expired>))(?P<then><v>?)"
)
_BEFORE = _TABLE.compiled("<books|card>(?:N|<speaker>){0,2}$")
_COMING = _TABLE.compiled("[はもがと]?(?:N|だ)?で?[もに、]?(?:N[にへ]|<along>)*<comes>")
_BECOMES = re.compile("(?:だけ)?に(?:し|な[りっる]|変|減|増|へら|ふや|訂正|かえ)")
_CARD_OF_ONE = _TABLE.compiled(
    "(?<![とやも、])(?P<w><member>)の(?:<card|books>(?!と|や|も|、<member>)|だ)|(?<=<card|books>は)(?P<x><member>)の?(?:だ|<c>|$)"
)
_CARD = _TABLE.compiled("<card|books>")


def _counts(units: _Units) -> Iterator[Count]:
    one = any(units.units[match.start(match.lastgroup or 0)].size == 1 for match in _CARD_OF_ONE.finditer(units.shape))
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
        if mood == "past" and _BECOMES.match(units.m.plain, units.words[last - 1].end):
            mood = "said"  # 2人になりました
        yield Count(*place, mood, size, people=known, of=of)
        if of == "cards" and _COMING.match(units.shape, last):
            yield Count(*place, mood, size, of="coming")  # 妻と私の2人分、二人で行きます
    for match in _ONLY.finditer(units.shape):
        mine = units.units[match.start("w")].people[:1] in (((SPEAKER, None),), (("holder", None),))
        becomes = _BECOMES.match(units.m.plain, units.words[match.end() - 1].end)  # 私一人だけにしてください
        if mine and (becomes or units.words[match.end() - 1].text.endswith("だけ")):
            place, mood = units.place(*match.span()), units.mood(match.start())
            yield Count(*place, mood, 1, of="cards" if match["card"] or becomes else "people")
    for match in _WITH_SPOUSE.finditer(units.shape):
        if units.units[match.start("w")].people[0][0] in ("husband", "wife", "partner"):
            yield Count(*units.place(*match.span()), units.mood(match.end() - 1), "several")
    for match in _JOINTLY.finditer(units.shape):
        yield Count(*units.place(*match.span()), units.mood(match.end() - 1), "several")


_ONLY = _TABLE.compiled("(?P<w><member>)(?P<n><people|cards>)?(?P<card>の<card>?)?(?:だ|(?<=<card|people|cards>))")  # 私の分だけ
_WITH_SPOUSE = _TABLE.compiled("(?P<w><member>)(?:と<along>|と?<along>)に?、?(?:<card>を)?<books>(?!に<comes>|の?.?<comes>)")  # 夫と一緒に更新したい
_JOINTLY = _TABLE.compiled("<jointly>[でにを、]?(?:<card>|<books>|<sends>)")


_OF_LAST = _TABLE.compiled("(?:<member>|<everyone>)の?<everyone>?の?[でがは]?$")


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
            if _OF_LAST.search(units.shape, match.start("items"), at):
                people, total = _with_count(people, last, unit.size, total, shares=bool(word["cards"]))
            else:
                before = unit.size
    for at in range(len(people) - 1, 0, -1):  # 8歳と10歳の孫, 中2と小5の姉妹
        (who, age), (before_who, before_age) = people[at], people[at - 1]
        if who in CHILDREN | MAYBE_YOUNG and age and before_who is None and before_age:
            people[at - 1] = (who, before_age)
            total = None if total == "several" else total
    people = _with_details(people)
    people = [each for at, each in enumerate(people) if each[0] != SPEAKER or at == people.index(each)]
    if match["n"]:
        total = units.units[match.start("n")].size
        if isinstance(total, int) and len(people) == 1 and people[0][0] in CHILDREN | MAYBE_YOUNG:
            people *= 1 if "と" in match["tail"] else total  # 孫、2人の分
        if total == len(people) + 1 and "と" in match["tail"] and (SPEAKER, None) not in people:
            people = [(SPEAKER, None), *people]  # 主人と二人で
    return people, len(people) if total is None else total


def _with_count(
    people: list[Person], last: tuple[Person, ...], size: int, total: int | Literal["several"] | None, *, shares: bool
) -> tuple[list[Person], int | Literal["several"] | None]:
    """Return the people and their sum where a count stands with somebody: 子ども2人, 小2と高1の子ども2人分."""
    who = last[0][0] if last else None
    others = people[: len(people) - len(last)]
    loose = [person for person in others if person[0] is None]
    if (who == SPEAKER and len(last) == 1) or not last:
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
    link = _LINK.match(shape, end)
    if link and not link["ends"] and _is_no_link(units.words[link.end() - 1], shape[: link.end() - 1]):
        link = None
    theirs = match["items"] and size != "several" and shape[end - 1 : end + 1] == "のを"  # 両親ふたりのを
    english = match[0] and units.words[match.start()].text.startswith("for") and _BEFORE.search(shape[: match.start()])
    if own or link or theirs or english or _BECOMES.match(units.m.plain, units.words[end - 1].end) or (_CARD.search(shape, match.start(), end) and size != 1):
        return "cards"
    if _COMING.match(shape, end):
        return "coming"
    return "people" if _ENDS.match(shape, end) else "story"


def _is_no_link(word: Word, before: str) -> bool:
    """Return whether it is done already (みんな更新しているので), or others are asked (娘夫婦に頼まれて)."""
    asked = word["sends"] and (word["sends"] == "was_asked" or "passive" in word.flags or before.endswith("に"))
    return bool(asked or word.flags & {"ing", "past"})


_ENDS = _TABLE.compiled("[でだと]?(?:<total>)?<c>?[んよねわなかけが]*(?:[、。!O]|$)")
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
    "(?:^|(?<=[、。!?OAVJCEDで])|(?<=<adds|occasion>)|(?<=<occasion>[はも]))(?P<w><member|which|nth|everyone|people>)"
    "(?P<of>(?:の?(?:<card|books|called>|N(?=[はがもをの]))|の(?=[はがもを]))*)(?P<p>[はがもをだ:]*)、?"
)
_STOPS = re.compile("[。!?]|$")


def _of_one(units: _Units) -> Iterator[OneCard]:
    """Yield what is told of one card: 下の子は2月14日, 妻の分はやめます, やっぱり夫は来られません."""
    heads = [each for each in _HEAD.finditer(units.shape) if _which(units, each)]
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
    return units.words[at]["which"] or ("" if units.words[at]["people"] else "all")


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
        swallowed = word["drops"] == "swallowed" and word.text[0] == "は"
        if word["drops"] and (head["p"] or swallowed or of or at == 0 and word.kind == "noun") or word["comes"] == "go" and re.search("[はがもだ]", head["p"]):
            clause = units.m.clause_at(word.start)
            follows = next((each.mood for each in units.m.clauses[clause.at + 1 :]), None) if clause else None
            return _done(word, rest[at + 1 : at + 2], clause, follows, of=bool(of))
        if word["same"] and at == 0:
            return "same", None, mood
    books = any(word["books"] and word.flags & {"want", "by", "let"} or word["sends"] for word in rest)
    added = "も" in head["p"] and (of or books)
    wanted = not rest or books or any(word["along"] or word["books"] or word["adds"] for word in rest)
    return ("more", None, mood) if added and wanted else None


def _done(
    word: Word, after: list[Word], clause: Clause | None, follows: Mood | None, *, of: bool
) -> tuple[_What, None, Mood] | None:
    """Return whether the card is left out, or its holder comes or does not."""
    if clause is not None and "te" in clause.flags and follows == "asked":
        return None  # 娘も一緒に行っていいですか
    negative = "neg" in word.flags or bool(after and after[0].text.startswith(("なく", "ない", "無く", "ませ")))
    if clause is None or clause.mood in ("asked", "heard", "supposed", "taken_back"):
        return None
    if word["drops"]:
        out = negative and of if word["drops"] == "need" else not negative  # 妻はいません is no such thing
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
