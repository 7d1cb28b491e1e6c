"""People's names in kana or Latin letters, and how they are put right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import lru_cache

import jaconv

from reading import lexicon
from reading.facts import Fact, Name
from reading.message import Message
from reading.parties import SPEAKER
from reading.situation import Command, Situation
from reading.text import fold, hiragana
from reading.words import name_parts

_SLOTS = ("name_kana", "visitor_name")


@dataclass(frozen=True)
class _Told:
    """A name in the spaced text; `full` is False for a family or given name alone."""

    start: int
    end: int
    name: str
    full: bool
    role: str | None = None
    of: str | None = None
    introduced: bool = False
    part: str | None = None


def facts(m: Message) -> list[Fact]:
    """Return the names that the message tells, each as a whole clause or clearly introduced."""
    return [fact for fact, _ in _told(m)]


def heard(facts: Sequence[Fact], m: Message, s: Situation) -> list[Command]:
    """Return what becomes of the names: of whose card it is, and of who comes."""
    told = _told(m)
    both = _of_both(m, told, s)
    right = both or (_put_right(m, s) if any(s[slot] for slot in _SLOTS) else [])
    if right:
        return right
    if s.asked in _SLOTS:
        return _answers(m, told, s.asked, s)
    found = []
    for fact, each in told:
        slot = _slot_of(each, s)
        if each.introduced and each.full and slot and s[slot] != each.name:
            found.append(_taken(slot, each.name, s, fact))
    return found


def bare(text: str) -> str | None:
    """Return the name that stands alone in a text, in katakana or Latin capitals, if only half of one."""
    folded = fold(text)
    spaced, _ = _spaced(folded.kept, folded.gaps)
    told = _name(spaced, 0, len(spaced))
    if told:
        return told.name
    kana = jaconv.hira2kata(spaced)
    if _ONLY_KANA.fullmatch(kana):
        return kana
    return spaced.upper() if _ONLY_LATIN.fullmatch(spaced) else None


_ONLY_KANA = re.compile("[ァ-ヺー]+(?: [ァ-ヺー]+)*")
_ONLY_LATIN = re.compile("[a-z][a-z .,'-]{1,49}")


def _answers(
    m: Message, told: Sequence[tuple[Name, _Told]], asked: str, s: Situation
) -> list[Command]:
    """Return what names mean where one was asked for; half a name, a Latin or a kanji one asks back."""
    other = _SLOTS[1 - _SLOTS.index(asked)]
    found: dict[str, Command] = {}
    again = [each for _, each in told if each.name.replace(" ", "") == str(s[other] or "").replace(" ", "")]
    if asked == "visitor_name" and again and len(told) == 1:
        return [Command("clarify", asked)]  # コバヤシ カズコです。私は小林茂です
    if s[other] and _SAME_FAMILY.search(m.plain) and len(told) == 1 and not told[0][1].full:
        return [Command("set_slot", asked, f"{str(s[other]).split()[0]} {told[0][1].name}", told[0][0])]
    several = len(told) > 1 and int(s["cards"] or 1) > 1
    if several:  # of one's own card first, as the cards stand
        told = sorted(told, key=lambda one: one[1].of not in (None, SPEAKER))
    elif len(told) == 2 and (unclear := _of_one_of_two(m, told, asked, s)):
        return unclear
    for (fact, each), slot in zip(told, _each_whose(m, told, asked, s), strict=True):
        if several and slot in found:
            if slot == "name_kana" and found[slot].kind != "clarify" and _will_do(each, 0):
                before = found["more_names"].value if "more_names" in found else []
                found["more_names"] = Command("set_slot", "more_names", [*before, each.name], fact)
            continue  # ソウタとハナ: of which there is half a name is asked about in its turn
        if _will_do(each, int(s["failed_answers"] or 0)):
            found[slot] = _taken(slot, each.name, s, fact)
        elif slot == asked and (slot not in found or found[slot].kind == "clarify"):
            found[slot] = Command("clarify", slot, each.name, fact)
    if not found and (kanji := _KANJI_NAME.fullmatch(m.plain)) and set(name_parts(kanji[1])) <= _PEOPLE:
        return [Command("clarify", asked)]
    return list(found.values())


def _each_whose(m: Message, told: Sequence[tuple[Name, _Told]], asked: str, s: Situation) -> list[str]:
    """Return whose name each one is, where one was asked for."""
    slots = [_whose(each, asked, s) for _, each in told]
    if len(told) == 1:
        each = told[0][1]
        return slots if each.role or _puts_right_anothers(m, each, asked, s) else [asked]
    kin = [at for at, (_, each) in enumerate(told) if each.of]
    if len(told) == 2 and slots == ["name_kana"] * 2 and len(kin) == 1 and s["applicant"] in ("legal_representative", "other_proxy"):
        slots[1 - kin[0]] = "visitor_name"  # ホシ マサエです。主人はホシ イサオ
    return slots


def _puts_right_anothers(m: Message, each: _Told, asked: str, s: Situation) -> bool:
    """Return whether who was asked for the visitor's name puts the holder's right: すみません、夫の名前はサトウ ジロウです."""
    anothers = each.of not in (None, SPEAKER) and asked == "visitor_name" and s["name_kana"]
    return bool(anothers and _PUTS_RIGHT.search(m.plain))


_PUTS_RIGHT = re.compile("すみません|すいません|ごめん|訂正|違|間違|まちが|じゃな")


def _whose(each: _Told, asked: str, s: Situation) -> str:
    """Return whose name one of two is: 主人はニシムラ タダシ、私はニシムラ カズコです."""
    if each.role:
        return each.role
    if each.of and s["applicant"] in ("legal_representative", "other_proxy"):
        parent = each.of in _PARENTS and s["holder"] == "under_15"  # 孫はサトウ ハルト、母親はサトウ ミホ
        return "visitor_name" if each.of == SPEAKER or parent else "name_kana"
    return asked


_PARENTS = {"mother", "father", "parent"}


def _of_both(m: Message, told: Sequence[tuple[Name, _Told]], s: Situation) -> list[Command]:
    """Return the names of holder and visitor where a message tells whose each of two is."""
    by_proxy = s["applicant"] in ("legal_representative", "other_proxy") and int(s["cards"] or 1) == 1
    plain = all((each.role or each.of) and each.full and not _latin(each.name) for _, each in told)
    slots = [_whose(each, "", s) for _, each in told]
    if not by_proxy or not plain or sorted(slots) != sorted(_SLOTS) or re.search(_right()["instead"], m.plain):
        return []
    return [_taken(slot, each.name, s, fact) for slot, (fact, each) in zip(slots, told, strict=True) if s[slot] != each.name]


def _of_one_of_two(m: Message, told: Sequence[tuple[Name, _Told]], asked: str, s: Situation) -> list[Command]:
    """Return whose of two names it is where one card is meant: 弟はサトウ ユウ、私はサトウ サキ; ユイとユウト asks."""
    (first, one), (second, other) = told[0], told[-1]
    between = m.text[first.end : second.start]
    if asked == "name_kana" and s["applicant"] == "self" and one.of != other.of and {one.of, other.of} - {None, SPEAKER} and not (one.role or other.role):
        # Whose visit it is, is told first, and then who else speaks or is there.
        return [_taken(asked, one.name, s, first) if one.of != SPEAKER and _will_do(one, 0) else Command("clarify", asked)]
    alike = one.full and other.full and (one.role, one.of) == (other.role, other.of)
    return [Command("clarify", asked)] if alike and re.fullmatch(r"[\s　]*と[\s　、]*", between) else []


def _will_do(each: _Told, failed: int) -> bool:
    """Return whether a name is taken: a Latin one when it is said again, half of one when that has not helped."""
    return failed > 1 or (each.full and (failed > 0 or not _latin(each.name)))


def _taken(slot: str, name: str, s: Situation, fact: Fact) -> Command:
    anew = s[slot] and s[slot] != name
    return Command("correct_slot" if anew else "set_slot", slot, name, fact)


_SAME_FAMILY = re.compile("同じ(?:名字|苗字|姓)|(?:名字|苗字|姓)(?:は|も|が)?(?:同じ|一緒|いっしょ|おなじ)")


def _slot_of(each: _Told, s: Situation) -> str | None:
    """Return whose name somebody tells of their own accord."""
    by_proxy = s["applicant"] in ("legal_representative", "other_proxy")
    if each.role or each.of:
        return each.role or (_whose(each, "name_kana", s) if s["applicant"] else None)
    if s["applicant"] == "self" or (s["name_kana"] and not s["visitor_name"]):
        return "name_kana"
    late = s.asked in ("phone", "confirmed")
    return None if by_proxy or not (late or s["applicant"]) else "name_kana"


def _latin(name: str) -> bool:
    return not re.search("[ァ-ヺ]", name)


# The text with its spaces ------------------------------------------------------------------------


@lru_cache(maxsize=8)
def _spaced(kept: str, gaps: frozenset[int]) -> tuple[str, tuple[int, ...]]:
    """Return the folded text with spaces and long marks as typed, and where each character was."""
    out: list[str] = []
    places: list[int] = []
    for at, char in enumerate(kept):
        if at in gaps and out:
            out.append(" ")
            places.append(at)
        if char in "-~一" and out and _KANA.match(out[-1]) and (char != "一" or _KANA.match(kept[at + 1 : at + 2])):
            char = "ー"
        out.append(" " if char in "・=" else char)
        places.append(at)
    return "".join(out), tuple(places)


_KANA = re.compile("[ぁ-ゖァ-ヺー]")
_MARK = re.compile(r" ?(?:電話|携帯|連絡先|でんわ|けいたい|tel|phone|mobile)(?:電話)?(?:番号| ?number)?(?: is)?[はが:.、 ]*(?=0\d)| ?(?=0\d{1,4}[- ]?\d{2,4}[- ]?\d{3,4})|[^\w\s・=ー'.:\-]+|(?<=[ァ-ヺー]) ?と ?(?=、|[ァ-ヺ]|[一-龥ぁ-ん]{1,6}[はの][ァ-ヺー]+ [ァ-ヺ])|\.(?=\s|$)|\n|(?<=[ぁ-ゖァ-ヺー])で ?(?=(?:下の ?)?(?:名前|なまえ|名字|苗字|みょうじ|姓|名)[はが])|(?<=だよ|です) |(?<!の) (?=(?:下の ?|した ?の ?)?(?:名前|なまえ)(?:[はがも: ]|[ァ-ヺ]))")
_KANJI = "[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff々〆ヶ]"
_KANJI_NAME = re.compile(f"({_KANJI}(?:{_KANJI}|[ぁ-ゖー]){{1,7}}?)(?:です|と申します|といいます|と言います)?。?")


def _any(phrases: Sequence[str]) -> str:
    return "|".join(map(re.escape, phrases)) or "(?!)"


@dataclass(frozen=True)
class _Rules:
    """What reading/lexicon/names.yml says, compiled."""

    lead: re.Pattern[str]
    filler: re.Pattern[str]
    name: re.Pattern[str]
    beside: re.Pattern[str]
    words: frozenset[str]
    begins: frozenset[str]
    ending: re.Pattern[str]
    subject: re.Pattern[str]
    english: re.Pattern[str]


@lru_cache(maxsize=1)
def _rules() -> _Rules:
    around = lexicon.groups("names", "around")
    last = _any([each for each in around["tail"] if not each.endswith("~")])
    fillers = _any(around["filler"])
    more = _any([each[:-1] for each in around["tail"] if each.endswith("~")])
    right = _right()
    part = f"(?:(?P<family>{right['family']})|(?P<given>{right['given'].replace('の', 'の ?')}))(?:の名前)?(?:だけ)?(?:[はがも、:]|(?P<bare>(?<=[字前])))"
    person = f"(?P<of>{_any(around['person'])})(?:の名前は|の名前が|のほうは|の方は|の|は|が|、|(?P<being>で))"
    nth = "(?:[1-4一二三四][人枚番]|ひとり|ふたり)[目め][はがの:、 ]?"
    lead = f"(?P<lead>{_any(around['lead'])}|{nth})"
    latin = r"[a-zà-ɏḁ-ỿ](?:[a-zà-ɏḁ-ỿ '.\-]*?[a-zà-ɏḁ-ỿ.])"
    kana = "[ぁ-ゖァ-ヺー]+?(?: [ぁ-ゖァ-ヺー]+?)*?"
    name = f"(?:{_KANJI}+ ){{0,2}}(?P<name>{kana}|{latin})"
    tail = f"(?P<tail>(?:(?<=[ァ-ヺー])の)?(?:(?: ?(?:{last}))*| ?(?:{more}).*))"
    beside = f"(?:(?:{_KANJI}+ )?{_KANJI}{{1,6}}|(?:{_KANJI}+ )*(?:[a-zà-ɏḁ-ỿ'.:\\-]+ ){{1,5}})(?P<name>{kana})"
    return _Rules(
        re.compile(f"(?:{fillers})?(?:{lead}(?:ですね|ですか)?|{part}|{person})[ :]*"),
        re.compile(f"(?:{fillers})(?: |(?<=ー)|(?<=っと))"),
        re.compile(f"{name}{tail}(?: {_KANJI}+){{0,2}}"),
        re.compile(f"{beside}{tail}"),
        frozenset(around["word"]),
        frozenset(around["begins"]),
        re.compile(f"(?:{_any(around['ending'])})$"),
        re.compile(f"(?:{_any(around['subject'])})(?:[にはがをでのもとか]|って)"),
        re.compile(f"(?:{_any(around['english'])})\\b"),
    )  # fmt: skip


# Names -----------------------------------------------------------------------------------------


def _told(m: Message) -> list[tuple[Name, _Told]]:
    """Return the names with their facts; two halves beside each other are one name."""
    text, places = _spaced(m.folded.kept, m.folded.gaps)
    ends = {c.end for c in m.clauses if m.words[c.last - 1].kind in ("verb", "adjective", "copula")}
    told = []
    for each in _names(text, tuple(places.index(end) for end in sorted(ends.intersection(places)))):
        start, end = places[each.start], places[each.end - 1] + 1
        clause, span = m.clause_at(start), m.folded.span(start, end)
        if _rules().english.match(each.name.lower()) and not m.text[slice(*span)].istitle():
            continue  # "Do I have to", but "Do Thi My"
        told.append((Name(*span, clause.at if clause else 0, "said", each.name, each.of), each))
    return told


def _joined(text: str, first: _Told, last: _Told) -> _Told | None:
    """Return two halves as one name: さとう、はなこ; 読みはカンノ、下はサトル; 下はイト、名字がクマサカ."""
    if first.full or last.full or (first.part and first.part == last.part):
        return None
    read = _READING.search(text, 0, first.start)  # 読みはスゲノ、名前はリョウタ
    named = last.introduced and not last.part and (read or not first.introduced) and _said_as(last.name) != "family"
    parted = bool(first.part or last.part) or named
    between = re.sub(f"{_KANJI}+(?=[(（])", "", text[first.end : last.start])  # 佐々木（ささき）良平（りょうへい）
    beside = not re.search(r"\w", between) and "。" not in text[first.end : last.start]
    kinds = _said_as(first.name), _said_as(last.name)
    if not parted and (not beside or kinds[0] == "given" or kinds[1] == "family" or first.introduced or last.introduced):
        return None
    names = (last, first) if first.part == "given" or last.part == "family" else (first, last)
    name = " ".join(each.name for each in names)
    return _Told(first.start, last.end, name, True, first.role, first.of, first.introduced)


@lru_cache(maxsize=8)
def _names(text: str, clauses: tuple[int, ...]) -> tuple[_Told, ...]:
    """Return the names in the stretches between marks, or in their clauses."""
    read_as = _READ_AS.search(text)
    reading = _name(text, read_as.end(), len(text)) if read_as else None
    if reading and reading.full and not _latin(reading.name):
        return (replace(reading, introduced=True),)  # Nguyen Van An です。カタカナで グエン ヴァン アン
    found: list[_Told] = []
    at, part = 0, None
    for mark in [*_MARK.finditer(text), None]:
        end = mark.start() if mark else len(text)
        if text[at:end].strip():
            whole = _name(text, at, end, before_given=(mark is not None and mark[0] == " ") or part is not None)
            if whole and part:
                whole = replace(whole, part=part)
            found += [whole] if whole else _within(text, at, end, clauses)
            part = _part_alone(text[at:end])
        at = mark.end() if mark else end
    if len(found) == 2 and (joined := _joined(text, *found)):
        return (joined,)
    return tuple(_led_up_to(text, each) for each in found)


_READING = re.compile("(?:読み|よみ|フリガナ|ふりがな|カナ)[はが: ]?$")
_READ_AS = re.compile("(?:カタカナ|かたかな|片仮名|カナ表記|フリガナ|ふりがな|読み方?)(?:で(?:書くと)?|は|だと|なら)[:、 ]*(?=[ァ-ヺ])")


def _part_alone(text: str) -> str | None:
    """Return which part of a name is announced by a stretch that holds nothing else: みょうじが『きくち』."""
    lead = _rules().lead.fullmatch(hiragana(text).strip())
    return "family" if lead and lead["family"] else "given" if lead and lead["given"] else None


def _led_up_to(text: str, told: _Told) -> _Told:
    """Return the name with what is told beside it: "来る人が変わりました。モリ カズエです"."""
    if not told.role and re.search(_right()["visitor"], text[: told.start]):
        return replace(told, introduced=True, role="visitor_name")
    return replace(told, introduced=told.introduced or (told.full and bool(re.search("名前|なまえ|氏名", text))))


def _within(text: str, start: int, end: int, clauses: Sequence[int]) -> Iterator[_Told]:
    """Yield the names in the clauses of a stretch, or one in katakana that stands out in it."""
    found = []
    cuts = [cut for cut in clauses if start < cut < end]
    for first, last in zip([start, *cuts], [*cuts, end], strict=True) if cuts else ():
        part = _name(text, first, last)
        if part and (last == end or part.end < last or _KANA_TYPED.match(text, part.start)):
            found.append(part)  # hiragana in the middle is rather a sentence: "きのう きた…"
    if not any(each.full for each in found):
        for match in _KATAKANA.finditer(text, start, end):
            written = _written(match[0])
            known = {kind for word in match[0].split() for kind in name_parts(word)}
            if written and written[1] and known <= {*_PEOPLE, ""}:
                found = [_Told(*match.span(), *written)]
                break
    yield from found


_KANA_TYPED = re.compile("[ァ-ヺ]")
_KATAKANA = re.compile("(?<![ァ-ヺー])(?:[ァ-ヺー]{2,}(?: [ァ-ヺー]{2,}){1,3}|[ァ-ヺー]{4,})(?![ァ-ヺー]|[ 、]*(?:じゃ|では|駅|病院|支店|薬局|ビル))")


def _name(text: str, start: int, end: int, before_given: bool = False) -> _Told | None:
    """Return the name that a stretch is, with what stands around it."""
    rules = _rules()
    plain = hiragana(text)
    role = of = part = None
    introduced = False
    end = start + len(text[start:end].rstrip())
    while True:
        start = end - len(text[start:end].lstrip())
        lead = rules.lead.match(plain, start, end)
        if not lead or lead.end() == end or ((lead["bare"] == "" or lead["being"]) and not _KANA_TYPED.match(text, lead.end())):
            break
        role = _role(lead["lead"] or "") or role
        introduced |= bool(lead["lead"]) or "名前" in lead[0]
        of = of or lead["of"]  # 私は弁護士の…
        part = "family" if lead["family"] else "given" if lead["given"] else part
        start = lead.end()
    if part == "family" and (same := re.compile("(?:同じ|おなじ) ?").match(plain, start, end)):
        start = same.end()  # 名字はおなじサトウで
    filler = rules.filler.match(plain, start, end)
    if filler and (filler[0][-1] != " " or filler[0].strip() in _NEVER_NAMES or plain.count(" ", filler.end(), end)):
        start = filler.end()
    match = rules.name.fullmatch(text, start, end) or rules.name.fullmatch(plain, start, end)
    beside = None if match else rules.beside.fullmatch(text, start, end)
    match = match or beside
    if not match:
        return None
    tail = match["tail"].strip()
    first, last = match.span("name")
    name, last = _without_title(text[first:last], last, tail)
    read = _KANA_TYPED.match(text, first) and _READING.search(text, 0, first)
    written = _written(name) or (_half(name) if part or before_given or read else None)
    if written is None or tail.startswith("ですか") or (beside and not _is_whole(name) and not (_FULL_KATAKANA.fullmatch(name) and text[start : start + 1].isascii())):
        return None
    introduced |= bool(re.search("申|言|いい|間違|まちが|直|なお|変|訂|修|になりました", tail))
    meanings = lexicon.words().get(of or "", {})
    who = SPEAKER if "speaker" in meanings else meanings.get("person")
    return _Told(first, last, written[0], written[1], role, who, introduced, part)


_FULL_KATAKANA = re.compile("[ァ-ヺー]+(?: [ァ-ヺー]+)+")
_NEVER_NAMES = {"はい", "えっと", "ええと", "ええっと", "えーと", "えー", "うん", "あっ", "んーと", "うーんと"}


def _half(name: str) -> tuple[str, bool] | None:
    """Return a part of a name that is called one: 名字はくまさか."""
    said, rules = hiragana(name), _rules()
    no_name = said in rules.words or rules.ending.search(said) or not re.fullmatch("[ぁ-ゖー]{2,6}", said)
    return None if no_name else (jaconv.hira2kata(name), False)


def _is_whole(name: str) -> bool:
    """Return whether kana right behind other letters say how these are read: 遠藤花江えんどうはなえ."""
    words = name.split()
    if len(words) > 1:
        return _said_as(words[0]) == "family"
    kinds = name_parts(jaconv.hira2kata(name)), name_parts(hiragana(name))
    return any(kind[0] == "family" and kind[-1] in _PEOPLE and len(kind) > 1 for kind in kinds)


def _role(lead: str) -> str | None:
    if re.search("行|いく|来る|伺|うかが|参|来庁|代理", lead):
        return "visitor_name"
    return "name_kana" if re.search("カード|かーど|持ち主|所有|更新|対象|名義|本人", lead) else None


def _without_title(name: str, end: int, tail: str) -> tuple[str, int]:
    """Return the name without さん, ちゃん, くん in hiragana ("ヴァン サン" is a name) or だ after it."""
    title = re.search("(?<=[ぁ-ゖァ-ヺー]{2})(?:さん|ちゃん|くん|さま)$", name)
    if title:
        return name[: title.start()], end - len(title[0])
    if name.endswith(("だ", "で")) and len(name) > 2:
        words = name[:-1].split()
        if re.search("[ァ-ヺ].$", name) or (len(words) > 1 and _said_as(words[-1]) == "given"):
            return name[:-1], end - 1
    return name, end


def _written(name: str) -> tuple[str, bool] | None:
    """Return a name as it is kept, and whether it is a full one; None for what is no name."""
    rules = _rules()
    words = name.split()
    said = hiragana(name)
    if not re.search("[ァ-ヺぁ-ゖ]", name):
        if said.strip(".") in rules.words or len(said) < 3:
            return None
        return re.sub("[ ,]+", " ", name).upper().strip(), len(words) > 1
    kana = jaconv.hira2kata(" ".join(words))
    if said.replace(" ", "") in rules.words or rules.ending.search(said) or len(kana) < 2:
        return None
    if len(words) > 1:
        first = hiragana(words[0])
        if first in rules.begins or rules.subject.fullmatch(first) or _is_sentence(said.split()):
            return None
        return kana, True
    return _in_one(name, kana)


def _is_sentence(words: Sequence[str]) -> bool:
    """Return whether words in kana are none of a name: "ふうとう ない", "えき いく"."""
    if words[-1] in _rules().words or any(len(w) == 1 and w in "はがをにでも" for w in words[1:]):
        return True
    kinds = [name_parts(word) for word in words]
    return not any(map(_said_as, words)) and kinds[0] in (("名詞",), ("副詞",)) and kinds[-1] in (("動詞",), ("形容詞",))


def _in_one(name: str, kana: str) -> tuple[str, bool] | None:
    """Return a name written without a space: サトウハナコ is one, さとう half of one, わかる none."""
    as_typed = name_parts(hiragana(name))
    kinds = [name_parts(kana), as_typed]
    known = any(name_parts(kana[:at]) == ("family",) for at in (3, 4) if len(kana) > at + 1)
    if known or any(kind[0] == "family" and kind[1:] and kind[-1] == "given" for kind in kinds):
        return kana, any(len(kind) > 1 for kind in kinds)
    if any(kind[0] in _PEOPLE and len(kind) == 1 for kind in kinds):
        return kana, False
    if re.fullmatch("[ァ-ヺー]+", name):
        return (kana, len(kana) > 5) if {"", *_PEOPLE} & set(kinds[0]) else None
    if as_typed[-1] in _PEOPLE:
        return kana, len(kana) > 5
    if any(kind[0] == "family" for kind in kinds) or as_typed[-1] in ("名詞", ""):
        return kana, False
    return None


_PEOPLE = {"family", "given", "name"}


def _said_as(word: str) -> str:
    """Return whether the dictionary has a word as a "family" or "given" name."""
    for written in (jaconv.hira2kata(word), hiragana(word)):
        kinds = name_parts(written)
        if len(kinds) == 1 and kinds[0] in _PEOPLE:
            return kinds[0]
    return ""


# Put right -------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _right() -> Mapping[str, str]:
    """Return the words for putting a name right, each meaning as one pattern."""
    groups = lexicon.groups("names", "put_right")
    # 上, 下, 名 alone are words for a name's part only where nothing leads up to them (いちばん下).
    return {
        name: f"(?:{_any([w for w in listed if len(w) > 1])}|(?<![一-龥のん])(?:{_any([w for w in listed if len(w) == 1])}))"
        for name, listed in groups.items()
    }


def _put_right(m: Message, s: Situation) -> list[Command]:
    """Return the known names as the words put them right; clarify where that cannot be worked out."""
    w = _right()
    text = hiragana(_spaced(m.folded.kept, m.folded.gaps)[0])
    known = {slot: str(s[slot]) for slot in _SLOTS if s[slot] and slot != s.asked}
    meant = _meant(text, m, known)
    anew = any(each.full and each.introduced and each.of and _whose(each, "", s) == "visitor_name" for _, each in _told(m))
    if not known or (anew and "visitor_name" not in known):
        return []
    meant = ["visitor_name"] if anew else meant
    if re.search(w["swapped"], text) and (told := _swapped(text, known, meant)):
        return told
    found = {slot: name for slot in meant if (name := _corrected(text, m, known[slot], s.asked in _SLOTS)) is not None}
    worked_out = [slot for slot in found if found[slot]]
    if len(worked_out) > 1:  # whose it is like
        likeness = {slot: SequenceMatcher(None, known[slot], str(found[slot])).ratio() for slot in worked_out}
        best = sorted(worked_out, key=lambda slot: -likeness[slot])
        worked_out = best[:1] if likeness[best[0]] - likeness[best[1]] > _CLEARLY else best
    if len(worked_out) == 1:
        slot = worked_out[0]
        return [Command("correct_slot", slot, found[slot])] if found[slot] != known[slot] else []
    if any(each.full and each.introduced for _, each in _told(m)):
        return []  # told anew
    about = f"(?:{w['whole']}|{w['family']}|{w['given']}(?:の名前))"
    wrong = f"{about}(?:だけ|の(?:方|ほう|漢字|カナ|読み)|が|は|も|を|に|、|,| )*(?:ちょっと|少し|全然)?{w['wrong']}"
    if found or (s.asked not in _SLOTS and re.search(wrong, text)):
        return [Command("clarify", meant[0])]
    return []


def _of_somebody(m: Message) -> bool:
    """Return whether it is the name of a person who is named: 娘の名前."""
    trios = zip(m.words, m.words[1:], m.words[2:], strict=False)
    return any(one["person"] and of.text == "の" and name.text in ("名前", "氏名", "なまえ") for one, of, name in trios)


def _meant(text: str, m: Message, known: Mapping[str, str]) -> list[str]:
    """Return of whose name is spoken, as far as that is told."""
    if len(known) > 1 and re.search(_right()["visitor"], text):
        return ["visitor_name"]
    if len(known) > 1 and (re.search(_right()["holder"], text) or _of_somebody(m)):
        return ["name_kana"]
    return list(known)


def _swapped(text: str, known: Mapping[str, str], meant: Sequence[str]) -> list[Command]:
    w = _right()
    parts = re.search(f"{w['family']}|{w['given']}", text) and not re.search("名前と", text)
    if len(known) > 1 and not parts:
        return [Command("correct_slot", slot, known[other]) for slot, other in zip(_SLOTS, reversed(_SLOTS), strict=True)]
    if not parts and not re.search(w["whole"], text):
        return []
    words = known[meant[0]].split()
    if len(meant) > 1 or len(words) != 2:
        return [Command("clarify", meant[0])]
    return [Command("correct_slot", meant[0], " ".join(reversed(words)))]


def _corrected(text: str, m: Message, known: str, asking: bool) -> str | None:
    """Return a known name put right, "" where it is to be put right and how is not plain, else None."""
    for rule in (_instead,) if asking else (_instead, _anew, _part, _voice, _alike):
        name = rule(text, m, known)
        if name is not None:
            return name
    return None


def _instead(text: str, m: Message, known: str) -> str | None:
    """サトウじゃなくてサイトウです, ザじゃなくサ, スズキをススキに."""
    w, old = _right(), hiragana(known)
    match = re.search(f"([ぁ-ゖー]+(?: [ぁ-ゖー]+)?)(?P<how>{w['instead']}|{w['into']})(?!て(?:[^ぁ-ゖー]|$))[、 ]*(?:{w['now']})?{_NEW}", text)
    if not match:
        return None
    new = jaconv.hira2kata(match["new"])
    family, _, given = known.partition(" ")
    if given and match[1].replace(" ", "").endswith(old.replace(" ", "")) and len(new) > len(family) + 1 and new.startswith(family):
        return f"{family} {new[len(family):].strip()}"  # カンノフミじゃなくてカンノフミエ
    wrong = next((match[1][at:] for at in range(len(match[1])) if match[1][at:] in old), "")
    if wrong not in (match[1], *old.split()) and not match[1].removesuffix(wrong).endswith("の"):
        wrong = ""
    if not wrong and not re.fullmatch(w["instead"], match["how"]):
        return None
    if len(wrong) == 1 and len(new) > 2:
        return None
    if " " in new:
        return new
    if wrong and (wrong in old.split() or old.count(wrong) == 1):
        return _replaced(known, wrong, new)
    return _most_alike(known, new) if not wrong else ""


_NEW = "(?P<new>[ぁ-ゖー]+?(?: [ぁ-ゖー]+?)??)(?=です|でした|だ[よわねなべ]| ?だ(?:$|[、。])|のまま|で(?:お願|$|[、。])|に(?:し|変|直|なお|かえ|なり|訂|修)|なん|[^ぁ-ゖー ]|$)"
"""What is right, up to how it is said."""


def _anew(text: str, m: Message, known: str) -> str | None:
    """サトウ キヨコです, where it is introduced, or like the known name and that is wrong."""
    for _, each in _told(m):
        alike = SequenceMatcher(None, _bare(known), _bare(each.name)).ratio() > _ALIKE
        if each.full and not _latin(each.name) and (each.introduced or (alike and re.search(_right()["wrong"], text))):
            return each.name
    return None


_ALIKE = 0.6
_CLEARLY = 0.2


def _part(text: str, m: Message, known: str) -> str | None:
    """苗字だけワタナベに, 下はキョウコです; 名字はそのままで、下はハルカで."""
    w, words = _right(), known.split()
    if len(words) != 2:
        return None
    for match in re.finditer(
        f"(?P<part>(?P<family>{w['family']})|{w['given']})(?P<named>の名前)?(?:の(?:方|ほう))?(?=だけ|[がはを、 ])(?:だけ|[、 ])*[がはを]?(?:だけ|[、 ])*(?:変わって|結婚して|間違[えい]て?て?|違って|{w['now']}|、)*{_NEW}", text
    ):  # fmt: skip
        new = jaconv.hira2kata(match["new"])
        typed = _KANA_TYPED.match(_spaced(m.folded.kept, m.folded.gaps)[0], match.start("new"))
        told = (match["named"] or len(match["part"]) > 1) and re.match("です|でした|に|だ", text[match.end() :])
        if len(new) > 1 and (_said_as(new) or typed or told):
            return f"{new} {words[1]}" if match["family"] else f"{words[0]} {new}"
    return None


def _voice(text: str, m: Message, known: str) -> str | None:
    """うちは濁らないナカシマです; 濁りません, where one letter only can be meant."""
    w = _right()
    if not re.search(f"{w['unvoiced']}|{w['voiced']}", text):
        return None
    for part in re.findall("[ァ-ヺー]{2,}|(?<=[いるのんは])[ぁ-ゖー]{3,}?(?=です|でした|$)", _spaced(m.folded.kept, m.folded.gaps)[0]):
        if (name := _most_alike(known, jaconv.hira2kata(part))) and name != known:
            return name
    if re.search(w["unvoiced"], text):
        voiced = [at for at, char in enumerate(known) if char in _VOICED]
        if len(voiced) == 1:
            return known[: voiced[0]] + _VOICED[known[voiced[0]]] + known[voiced[0] + 1 :]
    return ""


def _alike(text: str, m: Message, known: str) -> str | None:
    """名前がフクジマでした, フクジマです: the part that is most like it; a full name that was introduced."""
    for _, each in _told(m):
        if each.full or _latin(each.name):
            continue
        name = _most_alike(known, each.name)
        if name or (each.introduced and (_said_as(each.name) or each.name in m.folded.kept)):
            return name or ("" if each.name not in known.split() else known)
    for part in re.findall("(?:^|[、。])([ァ-ヺー]{2,})(?=です|だ|でした|$|[、。])", _spaced(m.folded.kept, m.folded.gaps)[0]):
        if part not in known.split() and (name := _most_alike(known, part)):
            return name
    found = re.search(f"名前(?:が|は|を|も|、| )*{_NEW}", text)
    new = jaconv.hira2kata(found["new"]) if found and len(found["new"]) > 1 else ""
    alike = _most_alike(known, new) if new else None
    return alike or ("" if new and _said_as(new) else None)


def _replaced(known: str, wrong: str, new: str) -> str:
    old = hiragana(known)
    at = old.index(wrong) if wrong not in old.split() else next(
        match.start() for match in re.finditer(re.escape(wrong), old) if f" {old} "[match.start() : match.end() + 2] == f" {wrong} "
    )  # fmt: skip
    return known[:at] + new + known[at + len(wrong) :]


def _most_alike(known: str, new: str) -> str | None:
    """Return the known name with the part that is most like the new one replaced; None if none is."""
    words = known.split()
    likeness = [SequenceMatcher(None, _bare(word), _bare(new)).ratio() for word in words]
    best = max(likeness)
    if best < _ALIKE or likeness.count(best) > 1:
        return None
    words[likeness.index(best)] = new
    return " ".join(words)


_VOICED = dict(zip("ガギグゲゴザジズゼゾダヂヅデドバビブベボパピプペポ", "カキクケコサシスセソタチツテトハヒフヘホハヒフヘホ", strict=True))


def _bare(kana: str) -> str:
    return "".join(_VOICED.get(char, char) for char in kana)
