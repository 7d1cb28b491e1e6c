"""Telephone numbers as people write, read aloud and put them right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from reading import lexicon
from reading.clauses import Mood
from reading.facts import Fact, Phone
from reading.message import Message
from reading.situation import Command, Situation


def facts(m: Message) -> list[Fact]:
    """Return the telephone numbers in the message; one that is put right at once is taken back."""
    numbers = list(_numbers(m))
    found: list[Fact] = []
    for at, (number, start, end) in enumerate(numbers):
        mood: Mood = "said"
        until = numbers[at + 1][1] if at + 1 < len(numbers) else len(m.plain)
        if _rules().taken_back.search(m.plain[end:until]) and at + 1 < len(numbers):
            mood = "taken_back"
        elif _rules().denied.match(m.plain, end):
            mood = "denied"
        elif _rules().call.match(m.plain, end):
            mood = "heard"  # a number that was called, not one to be called at
        clause = m.clause_at(start)
        found.append(Phone(*m.folded.span(start, end), clause.at if clause else 0, mood, number))
    return found


def heard(facts: Sequence[Fact], m: Message, s: Situation) -> list[Command]:
    """Return what becomes of the telephone number."""
    known = re.sub(r"\D", "", str(s["phone"] or ""))
    numbers = [each for each in facts if isinstance(each, Phone)]
    told = [each for each in numbers if each.holds]
    if told:
        phone = next((each for each in told if _preferred(m, each)), _of_its_kind(m, told) or told[0])
        number = _finished(m, phone)
        if s.asked == "phone" and not known:
            return [Command("set_slot", "phone", number, phone)]
        clause = m.clauses[phone.clause]
        asks = clause.mood in ("asked", "supposed") and not _ASKS_FOR_IT.search(m.plain, clause.start, clause.end)
        if number == known or (s.asked != "phone" and asks):
            return []
        return [Command("correct_slot" if known else "set_slot", "phone", number, phone)]
    corrected = _put_right(m.plain, known, s["phone"]) if known else None
    if corrected is not None:
        return [Command("correct_slot" if corrected else "clarify", "phone", corrected or None)]
    rules = _rules()
    if s.asked == "phone":
        if rules.none.search(m.plain):
            return [Command("set_slot", "no_phone", True)]
        if not numbers and any(_unfinished(run) for run in _runs(m.plain)):
            return [Command("clarify", "phone", {"invalid": "phone_length"})]
        return [Command("clarify", "phone")] if rules.forgotten.search(m.plain) else []
    return [Command("clarify", "phone")] if known and rules.wrong.search(m.plain) else []


def figures(plain: str) -> list[str]:
    """Return the digits that stand together in a folded text, written or spoken: ごろくななはち."""
    return ["".join(group[0] for group in groups) for groups in _runs(plain)]


# Numbers ---------------------------------------------------------------------------------------

_Group = tuple[str, int, int]
"""Some digits that stand together, and where."""
_SIGN = r"[\s\-~ー・.、,/_()の+「」。]"
_JAPANESE = re.compile("(?:00|010)?810?([1-9][0-9]{8,9})|(0[1-9][0-9]{8,9})")
_MOBILE = ("050", "060", "070", "080", "090")


@dataclass(frozen=True)
class _Rules:
    """What reading/lexicon/phones.yml says, compiled."""

    digits: dict[str, str]
    digit: str
    one: re.Pattern[str]
    run: re.Pattern[str]
    area: re.Pattern[str]
    taken_back: re.Pattern[str]
    denied: re.Pattern[str]
    preferred: re.Pattern[str]
    call: re.Pattern[str]
    none: re.Pattern[str]
    forgotten: re.Pattern[str]
    wrong: re.Pattern[str]
    words: dict[str, str]


def _any(phrases: Sequence[str]) -> str:
    return "|".join(map(re.escape, sorted(phrases, key=len, reverse=True)) or "(?!)")


@lru_cache(maxsize=1)
def _rules() -> _Rules:
    digits = lexicon.phrases("phones", "digits")
    w = {name: f"(?:{_any(listed)})" for name, listed in lexicon.groups("phones", "words").items()}
    letters = [each for each in digits if each.isascii()]
    others = f"(?:{_any([each for each in digits if not each.isascii()])})(?!(?<=[にしごく])[0-9])"
    # に, し, ご, く after a figure are words of their own (5678に); letters stand alone (O9O).
    digit = f"(?:[0-9]|(?<![0-9])(?:{others})|(?:{others})(?=(?:{others}){{2}})|[一二三四五六七八九〇零]|(?<![a-np-y])(?:{_any(letters)})(?![a-np-y]))"
    between = f"(?:{_SIGN}|{_any(list(lexicon.phrases('phones', 'between')))})"
    thing = f"{w['thing']}(?:番号)?"
    return _Rules(
        digits, digit, re.compile(digit), re.compile(f"{digit}(?:{between}{{0,6}}{digit})+"),
        re.compile(f"{w['area']}[はが:の]?(0[0-9]{{1,4}})(?![0-9])"),
        re.compile(f"{w['instead']}|いや|いえ|あ、|違|ちが|間違|訂正|やっぱ"),
        re.compile("(?:では?|じゃ)(?:なく|ない|あり|ね)|(?:は|も)(?:もう)?(?:使っ?[てえい]+な|使(?:え|い)ません|古い|解約)"),
        re.compile(w["preferred"]),
        re.compile(f"{w['call']}(?!て(?:くだ|下|ほし|欲し|もら|いただ|頂|ね|$|[、。]))"),
        re.compile(f"{thing}(?:とか|なんて?|って|を|は|が|も|に|の番号|[、?])*(?:もう|今|いま|まだ|一台も)?(?:{w['lacking']}|出られ(?:ない|ません))|{w['no_phone']}"),
        re.compile(f"{thing}(?:は|が|も|を|って)*(?:ちょっと|まだ)?{w['forgot']}"),
        re.compile(f"{thing}(?:は|が|も|を|の|、)*(?:方|ほう|{w['middle']}|{w['end']}|{w['head']})?(?:が|は)?(?:少し|ちょっと|一個|1個|1つ|一つ)?{w['wrong']}"),
        w,
    )  # fmt: skip


def _runs(plain: str) -> Iterator[list[_Group]]:
    """Yield the digits that may be one number, in the groups in which they stand."""
    rules = _rules()
    for run in rules.run.finditer(plain):
        if plain[run.start() - 1 : run.start()] == "〒":
            continue
        groups: list[_Group] = []
        for digit in rules.one.finditer(plain, *run.span()):
            value = rules.digits.get(digit[0], digit[0])
            if groups and groups[-1][2] == digit.start():
                groups[-1] = (groups[-1][0] + value, groups[-1][1], digit.end())
            else:
                groups.append((value, digit.start(), digit.end()))
        yield groups


def _numbers(m: Message) -> Iterator[tuple[str, int, int]]:
    """Yield the valid numbers with their places in the folded text."""
    runs = list(_runs(m.plain))
    area = _rules().area.search(m.plain)
    for groups in runs:
        if [len(group[0]) for group in groups] == [4, 4, 4]:
            continue  # a My Number
        at = 0
        while at < len(groups):
            number, count = _from(groups[at:])
            if number:
                yield number, groups[at][1], groups[at + count - 1][2]
            at += count
        local = "".join(group[0] for group in groups)
        if area and groups[0][1] != area.start(1) and 5 <= len(local) == 10 - len(area[1]):
            yield area[1] + local, groups[0][1], groups[-1][2]


def _from(groups: Sequence[_Group]) -> tuple[str | None, int]:
    """Return the number that begins the groups and of how many it is made; None, 1 if none does."""
    digits = ""
    for count, (more, _, _) in enumerate(groups, start=1):
        digits += more
        match = _JAPANESE.fullmatch(digits)
        if match:
            number = match[2] or "0" + match[1]
            if len(number) == (11 if number.startswith(_MOBILE) else 10):
                return number, count
    return None, 1


def _unfinished(groups: Sequence[_Group]) -> bool:
    """Return whether these look like a telephone number of a wrong length, or without area code."""
    digits = "".join(group[0] for group in groups)
    local = len(groups) == 2 and len(groups[1][0]) == 4 and 6 <= len(digits) <= 8
    my_number = len(digits) == 12 and (len(groups) == 1 or len(groups[0][0]) == 4)
    return local or (digits[0] == "0" and 7 <= len(digits) <= 13 and not my_number)


def _preferred(m: Message, phone: Phone) -> bool:
    """Return whether this is the one of several numbers that is wanted."""
    return bool(_rules().preferred.match(m.text, phone.end))


_ASKS_FOR_IT = re.compile("に(?:[^、。]{0,8})?て(?:もら|貰|いただ|頂|くれ|くだ)")  # …に差し替えてもらえますか
_KINDS = re.compile("携帯|けいたい|ケータイ|スマホ|自宅|家|いえ|固定|職場|会社|勤め先|勤務先|実家")


def _of_its_kind(m: Message, told: Sequence[Phone]) -> Phone | None:
    """Return the number whose kind is named once more behind them: "…、日中出るのは携帯です"."""
    ends = [0, *(each.end for each in told)]
    kinds = [set(_KINDS.findall(m.text[start : each.start])) for start, each in zip(ends, told, strict=False)]
    again = set(_KINDS.findall(m.text[ends[-1] :]))
    named = [each for each, kind in zip(told, kinds, strict=True) if kind & again]
    return named[0] if len(named) == 1 else None


def _finished(m: Message, phone: Phone) -> str:
    """Return the number with its end put right in the same breath: "…-5678、あ、5679です"."""
    after = [each for each in _AGAIN.finditer(m.plain) if m.folded.span(*each.span())[0] >= phone.end]
    return phone.number[:-4] + after[-1][1] if after else phone.number


_AGAIN = re.compile("(?:いや|いえ|あ|違う|違った|間違えた|じゃなくて)、?(?<![0-9])([0-9]{4})(?![0-9])")


# Put right -------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _corrections() -> tuple[tuple[re.Pattern[str], Callable[[str, list[int], str, str], str | None]], ...]:
    """Return the ways to put right a part: a pattern with the old and new digits, and what it does."""
    rules = _rules()
    w, some = rules.words, f"({rules.digit}{{1,5}})(?![0-9年月日時分歳枚人]|けた|桁)"
    of = "(?:の?(?:[1-5一二三四]?(?:桁|けた|ケタ|つ)|数字|番号|方|ほう|文字))*[はがのを、:]*(?:(?:間違|違|まちが|ちが)[いえっ](?:ます|てい?て|ました|て|た)?、?|(?:が|は)?(?:逆|反対|入れ違い)(?:だった|でした|になって[^0-9]{0,6}|で)?、?)?"
    instead = f"(?:{w['instead']}|[はが、])"
    swap = re.compile(f"{some}と{some}(?:が|は)?(?:逆|反対|入れ替|ひっくり)")
    return (
        (swap, _swapped),
        (re.compile(f"{w['end']}{of}{some}{instead}{some}"), _end),
        (re.compile(f"{w['middle']}{of}{some}{instead}{some}"), _middle),
        (re.compile(f"{w['head']}{of}{some}{instead}{some}"), _head),
        (re.compile(f"{some}(?:です|ます)?{w['instead']}{some}"), _anywhere),
        (re.compile(f"{w['head']}{of}{some}(?:に|と|で)?(?:な|書|言)[^0-9]{{0,8}}(?:が|けど|けれど|のを?)、?{some}"), _head),
        (re.compile(f"{w['thing']}(?:の?番号)?[はが]()(0[5-9]0)(?:で|の|じゃ)"), _head),
        (re.compile(f"{w['end']}{of}(){some}"), _end),
        (re.compile(f"{w['middle']}{of}(){some}"), _middle),
        (re.compile(f"(?:{w['head']}|{w['area']}){of}(){some}"), _head),
    )


def _put_right(plain: str, known: str, written: object) -> str | None:
    """Return the known number as the words put it right; "" where they do and it cannot be worked out."""
    parts = [len(part) for part in re.findall("[0-9]+", str(written))]
    if len(parts) != 3:
        parts = [3, 4, 4] if len(known) == 11 else [3, 3, 4]
    rules = _rules()
    about_phone = bool(re.search(rules.words["thing"], plain))
    for pattern, apply in _corrections():
        match = pattern.search(plain)
        if not match:
            continue
        old, new = ("".join(rules.digits.get(d, d) for d in rules.one.findall(each)) for each in match.groups())
        if not (about_phone or (len(new) > 2 if apply is _anywhere else old or re.search("桁|けた|末尾|局番", match[0]))):
            continue  # "30じゃなくて00": a time
        fixed = apply(known, parts, old, new) or ""
        fits = fixed != known and len(fixed) == len(known) and _JAPANESE.fullmatch(fixed)
        return fixed if fits else ""
    return None


def _end(known: str, parts: list[int], old: str, new: str) -> str | None:
    old = old or known[-len(new) :]
    return known[: -len(old)] + new if known.endswith(old) else None


def _middle(known: str, parts: list[int], old: str, new: str) -> str | None:
    middle = known[parts[0] : -parts[2]]
    old = old or middle
    right = middle.replace(old, new) if middle.count(old) == 1 else ""
    return known[: parts[0]] + right + known[-parts[2] :]


def _head(known: str, parts: list[int], old: str, new: str) -> str | None:
    old = old or known[: parts[0]]
    return new + known[len(old) :] if known.startswith(old) else None


def _anywhere(known: str, parts: list[int], old: str, new: str) -> str | None:
    first, last = parts[0], len(known) - parts[2]
    groups = [known[:first], known[first:last], known[last:]]
    if groups.count(old) == 1:  # 0000 of 090-0000-1234
        return "".join(new if each == old else each for each in groups)
    return known.replace(old, new) if known.count(old) == 1 else None


def _swapped(known: str, parts: list[int], old: str, new: str) -> str | None:
    both = [pair for pair in (old + new, new + old) if known.count(pair) == 1]
    return known.replace(both[0], both[0][len(both[0]) // 2 :] + both[0][: len(both[0]) // 2]) if len(both) == 1 else None
