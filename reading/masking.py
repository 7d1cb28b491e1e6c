"""Finds My Numbers and PINs in what a person writes, and masks them.

Dates, times, phone numbers, the phone's last four digits and booking codes are left alone. Source:
the rules on what a chat must never take or keep; J-LIS for the formats.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from renewal.bookings.codes import normalise_code

Kind = Literal["my_number", "pin"]
Span = tuple[int, int]

MASK = "●"


@dataclass(frozen=True)
class Masked:
    """The text with ● for every digit and letter that must not be kept, and what was found.

    `begun_before`: the person's message before holds the first part of what was found.
    """

    text: str
    found: frozenset[Kind]
    begun_before: bool = False


def mask(
    text: str, pin_expected: bool = False, *, before: str = "", figures_expected: bool = False
) -> Masked:
    """Return the text with My Numbers and PINs masked.

    `pin_expected`: the bot has just asked about PINs, so that figures are one unless the words
    around them say what else they are. `before`: what the same person wrote just before, as it was
    kept; a secret may have begun there. `figures_expected`: the bot has just asked for a day, a
    time, a phone number or a code, so that figures after a word about PINs may well answer that.
    """
    plain, origin = _plain(text)
    kept = list(_protected(plain))
    numbers = list(_my_numbers(plain, _Spans([*kept, *_codes(plain)])))
    begun = _Begun(before, figures_expected) if before and not before.startswith("/") else None
    rest = begun.rest_of_my_number(plain, kept) if begun and not numbers else None
    numbers += [rest] if rest else []
    # What is called a PIN is one, even if it happens to be right as a booking code.
    others = _Spans([*kept, *_codes(plain, "-"), *numbers])
    pin_expected = pin_expected or bool(begun and begun.announces_a_pin)
    pins = list(_pins(plain, others, pin_expected))
    if begun and begun.names_a_pin and not pin_expected:
        pins += begun.pins(plain, others)
    hidden = list(text)
    for begin, end in (*numbers, *pins):
        for position in range(begin, end):
            if plain[position].isalnum():
                first, last = origin[position]
                hidden[first:last] = MASK * (last - first)
    found: set[Kind] = set()
    if numbers:
        found.add("my_number")
    if pins:
        found.add("pin")
    return Masked("".join(hidden), frozenset(found), bool(rest and begun and begun.part_is_readable))


# Reading -------------------------------------------------------------------------------------

_DIGITS = str.maketrans("零一壱二弐三参四五六七八九", "0112233456789")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−─━〜~", "-"))
# 〇 is a zero among digits, but 〇〇 alone stands for "so and so".
_BETWEEN = r"(?:[^\w○◯]|[のー]){0,3}"
_CIRCLES = re.compile(rf"[〇○◯](?:{_BETWEEN}[〇○◯])*")
_DIGIT_BEFORE = re.compile(rf"[0-9]{_BETWEEN}$")
_DIGIT_AFTER = re.compile(rf"{_BETWEEN}[0-9]")


# Digits as they are said. Four in a row are a number, two are half of a word (しごと, にし).
_SPOKEN = {
    "ぜろ": "0", "れい": "0", "まる": "0", "いち": "1", "に": "2", "さん": "3", "よん": "4",
    "にー": "2", "よー": "4", "しー": "4", "ごー": "5", "くー": "9",
    "し": "4", "ご": "5", "ろく": "6", "なな": "7", "しち": "7", "はち": "8", "きゅう": "9",
    "きゅー": "9", "く": "9",
}  # fmt: skip
_SPOKEN_DIGIT = re.compile("|".join(sorted(_SPOKEN, key=len, reverse=True)))
_SPOKEN_NUMBER = re.compile(rf"(?:(?:{_SPOKEN_DIGIT.pattern})[\s、,.・\-]{{0,2}}){{4,}}")
_TO_HIRAGANA = {katakana: katakana - 0x60 for katakana in range(ord("ァ"), ord("ヶ") + 1)}


def _plain(text: str) -> tuple[str, list[Span]]:
    """Return the text in plain width with plain digits, and where each character came from."""
    characters: list[str] = []
    origin: list[Span] = []
    for index, character in enumerate(text):
        for part in unicodedata.normalize("NFKC", character):
            if part in "\u3099\u309a" and characters:  # voicing marks of half-width kana
                characters[-1] = unicodedata.normalize("NFC", characters[-1] + part)[0]
            elif unicodedata.category(part) not in ("Cf", "Mn", "Me"):
                digit = unicodedata.decimal(part, None)
                characters.append(part if digit is None else str(digit))
                origin.append((index, index + 1))
    plain = "".join(characters).translate(_DIGITS).translate(_DASHES)
    plain = _CIRCLES.sub(lambda match: _zeros(match, plain), plain)
    return _in_figures(plain, origin)


def _in_figures(plain: str, origin: list[Span]) -> tuple[str, list[Span]]:
    """Return the same with numbers that were said digit by digit, in kana, as figures."""
    aloud = plain.translate(_TO_HIRAGANA)
    for number in reversed(list(_SPOKEN_NUMBER.finditer(aloud))):
        for word in reversed(list(_SPOKEN_DIGIT.finditer(aloud, *number.span()))):
            begin, end = word.span()
            plain = plain[:begin] + _SPOKEN[word[0]] + plain[end:]
            origin = [*origin[:begin], (origin[begin][0], origin[end - 1][1]), *origin[end:]]
    return plain, origin


def _zeros(match: re.Match[str], plain: str) -> str:
    begin, end = match.span()
    if _DIGIT_BEFORE.search(plain[max(begin - 4, 0) : begin]) or _DIGIT_AFTER.match(plain, end):
        return re.sub("[〇○◯]", "0", match.group())
    return match.group()


class _Spans:
    """Places in the text that may overlap each other, to be asked about quickly."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self.begins: list[int] = []
        self.ends: list[int] = []
        for begin, end in sorted(spans):
            if self.ends and begin <= self.ends[-1]:
                self.ends[-1] = max(self.ends[-1], end)
            else:
                self.begins.append(begin)
                self.ends.append(end)

    def __iter__(self) -> Iterator[Span]:
        return iter(zip(self.begins, self.ends, strict=True))

    def touch(self, begin: int, end: int) -> bool:
        """Return whether any of them overlaps begin … end."""
        index = bisect_right(self.begins, end - 1)
        return index > 0 and self.ends[index - 1] > begin


# What must be left alone ---------------------------------------------------------------------

_MONTH = r"(?:1[0-2]|0?[1-9])"
_DAY = r"(?:3[01]|[12][0-9]|0?[1-9])"
_KEEP = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # 20261203, 1965/03/05, 2026-12, 2026年
        r"(?<![0-9A-Z])(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?![0-9A-Z])",
        rf"(?<![0-9])(?:18|19|20)[0-9]{{2}}\s?[/.\-]\s?{_MONTH}(?:\s?[/.\-]\s?{_DAY})?"
        r"(?![0-9]|[/.\-][0-9])",
        r"(?<![0-9])[0-9]{1,4}\s?(?:年度?|月|日|時|分|秒|円|人|名|枚|歳|才|階|回|番地|丁目)",
        rf"(?<![0-9])(?<![0-9]\s)(?:19|20)[0-9]{{2}}\s{_MONTH}\s{_DAY}(?!\s?[0-9])",
        # 令和9年2月20日, R9.2.20
        rf"(?:令和|平成|昭和|大正|明治|(?<![A-Z])[RHSTM])\.?\s?(?:[0-9]{{1,2}}|元)\s?[年./\-]\s?"
        rf"{_MONTH}\s?[月./\-]\s?{_DAY}(?![0-9])",
        # 12/3, 12-03
        rf"(?<![0-9/.\-]){_MONTH}[/.\-]{_DAY}(?![0-9]|[/.\-][0-9])",
        # 10:30, 10:30:00
        r"(?<![0-9:])[0-9]{1,2}:[0-5][0-9](?::[0-5][0-9])?(?![0-9:])",
        # 09012345678; +81 90-1234-5678
        r"(?<![0-9])(?<![0-9]-)0[0-9]{9,10}(?![0-9])",
        r"(?<![0-9])(?<![0-9][\s\-の・.])0(?:[\s\-の・.]?[0-9]){9,10}(?![\s\-の・.]?[0-9])",
        r"(?:\+\s?|(?<![0-9])(?:010|00)[\s\-]?|(?:電話|携帯|tel|phone)[^0-9。]{0,10})"
        r"81(?:[\s\-()の・.]{0,3}[0-9]){9,11}(?![0-9])",
        # 960-8601
        r"(?<![0-9\-])[0-9]{3}-[0-9]{4}(?![0-9\-])",
        # 下4けたは5678, 電話の5678
        r"(?:下|末尾|最後の?|ラスト|しも|last)\s?(?:4|よん|four)[^0-9]{0,14}"
        r"[0-9](?:[\s\-・]?[0-9]){3}(?![0-9])",
        r"(?:電話|携帯|tel)(?:番号|の|は|が|です|:|\s|、)*[0-9]{4}(?![0-9])",
        # a booking code after its name
        r"予約の?(?:番号|コード)(?:は|が|の|を|です|:|\s|「|、)*[0-9A-Z]{4,5}[\s\-]?[0-9A-Z]{4,5}"
        r"(?![0-9A-Z])",
    )
)
# 090-1234-5678, (024)505-0445: ten or eleven digits
_PHONE_GROUPS = re.compile(
    r"(?<![0-9])(?<![0-9][\-の・.])\(?0[0-9]{1,4}[\s\-()の・.]{1,2}[0-9]{1,4}[\s\-()の・.]{1,2}[0-9]{3,4}"
    r"(?![0-9]|-[0-9])"
)
_CODE = re.compile(r"(?<![0-9A-Z])[2-9A-Z]{4,5}(-?)[2-9A-Z]{4,5}(?![0-9A-Z])", re.IGNORECASE)


def _protected(plain: str) -> Iterator[Span]:
    for pattern in _KEEP:
        for match in pattern.finditer(plain):
            yield match.span()
    for match in _PHONE_GROUPS.finditer(plain):
        if sum(character.isdigit() for character in match.group()) in (10, 11):
            yield match.span()


def _codes(plain: str, between: str = "") -> Iterator[Span]:
    """Yield the booking codes; with `between` only those that are written with it in the middle."""
    for match in _CODE.finditer(plain):
        if between not in match[1]:
            continue
        if (match[1] and _mixed(match.group())) or normalise_code(match.group()):
            yield match.span()


def _mixed(token: str) -> bool:
    return bool(re.search("[0-9]", token) and re.search("[A-Za-z]", token))


# My Numbers ----------------------------------------------------------------------------------

_DIGIT_RUN = re.compile("[0-9]+")
_MY_NUMBER = re.compile(r"個人番号|マイナンバー|まいなんばー|my\s?number", re.IGNORECASE)


_CALLED_BEFORE = re.compile(
    # Not マイナンバーカード, and not マイナンバーの予約は: what follows must be the number itself.
    r"(?:個人番号|マイナンバー|まいなんばー|my\s?number)(?!カード)"
    r"(?:番号|は|が|の|を|も|です|:|=|is|は?ええ?と|えっと|あの|たしか|確か|多分|前半|最初|はじめ|始め|[\s、。・「(\-])*$",
    re.IGNORECASE,
)
_PART_OF_ONE = range(4, 14)
"""Digits that are a My Number or a part of it where they are called one, mistyped or not yet whole."""


def _my_numbers(plain: str, protected: _Spans) -> Iterator[Span]:
    """Yield every group of digits, twelve together, that is a My Number or is called one."""
    for span in _runs(plain, protected):
        if sum(map(str.isdigit, plain[slice(*span)])) in _PART_OF_ONE and _CALLED_BEFORE.search(
            plain, max(span[0] - 30, 0), span[0]
        ):
            yield span
    run: list[Span] = []
    for match in _DIGIT_RUN.finditer(plain):
        begin, end = match.span()
        if run and not _separates(plain[run[-1][1] : begin]):
            run = []
        if protected.touch(begin, end):
            run = []
            continue
        run.append((begin, end))
        # The tokens that end here and make twelve digits together, if any.
        total = 0
        for first in range(len(run) - 1, -1, -1):
            total += run[first][1] - run[first][0]
            if total >= 12:
                span = (run[first][0], end)
                digits = re.sub("[^0-9]", "", plain[slice(*span)])
                if total == 12 and (_valid(digits) or _called_my_number(plain, *span)):
                    yield span
                break


def _runs(plain: str, protected: _Spans) -> Iterator[Span]:
    """Yield every row of digits with nothing but separators in between, protected ones apart."""
    run: Span | None = None
    for match in _DIGIT_RUN.finditer(plain):
        begin, end = match.span()
        if protected.touch(begin, end):
            if run:
                yield run
            run = None
        elif run and _separates(plain[run[1] : begin]):
            run = (run[0], end)
        else:
            if run:
                yield run
            run = (begin, end)
    if run:
        yield run


def _separates(gap: str) -> bool:
    return len(gap) <= 3 and all(not part.isalnum() or part in "のーと" for part in gap)


def _valid(digits: str) -> bool:
    """Return whether the last of twelve digits is its check digit (平成26年総務省令85号5条)."""
    weights = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    rest = sum(int(digit) * weight for digit, weight in zip(digits[:11], weights, strict=True))
    rest %= 11
    return int(digits[11]) == (0 if rest <= 1 else 11 - rest)


def _called_my_number(plain: str, begin: int, end: int) -> bool:
    before = re.split("[0-9。]", plain[max(begin - 25, 0) : begin])[-1]
    after = re.split("[0-9。]", plain[end : end + 15])[0]
    return bool(_MY_NUMBER.search(before) or _MY_NUMBER.search(after))


# PINs ----------------------------------------------------------------------------------------

_NAME = (
    r"(?:暗証|暗唱番号|暗号番号|暗しょう|あんしょう|アンショウ"
    r"|パス(?:ワード|コード|番号)|パス(?![ァ-ヶー])|ぱすわーど|ピン(?:コード|ナンバー|番号)"
    r"|ピン(?=[はがを:\s])|passw(?:or)?d|passcode|(?<![a-z])(?:pass|pin|pw)(?![a-z]))"
)
_PIN_NAME = re.compile(_NAME + r"(?!(?:番号|コード)?(?:では|じゃ)(?:な|あり))", re.IGNORECASE)
# Words that name a PIN only when the number follows at once.
_WHICH = r"(?:署名用?|利用者(?:証明)?用?|住基用?|住民基本台帳用?)"
_FOUR = r"(?<!下)(?<!しも)(?<!末尾)(?<!最後の)(?<!最後)4(?:けた|桁|ケタ)の?(?:番号|数字)"
_REMEMBERED = r"(?<!期限は)(?<!期限を)(?<!期限も)(?:覚え|おぼえ)て(?:い)?(?:る|ます)(?:よ|ね|から|けど)?"
_PIN_KIND = re.compile(
    rf"(?:{_WHICH}|{_FOUR}|{_REMEMBERED})(?:の|は|が|も|:|=|\s|[、。]|電子証明書|番号|数字)*(?=[0-9A-Za-z])"
)
_SEPARATOR = r"[\s\-・,、.ー]"
_SECRETS = (
    re.compile(r"[0-9A-Za-z]+"),
    re.compile(  # 1 2 3 4, 12-34
        rf"(?<![0-9A-Za-z])(?:[0-9](?:{_SEPARATOR}{{1,2}}[0-9]){{3}}|[0-9]{{2}}{_SEPARATOR}[0-9]{{2}})"
        rf"(?![0-9A-Za-z]|{_SEPARATOR}[0-9])"
    ),
    re.compile(  # ABC 123, A B C 1 2 3
        r"(?<![0-9A-Za-z])[0-9A-Z]{1,4}(?:[\s\-][0-9A-Z]{1,4})+(?![0-9A-Za-z])"
    ),
)
_UNRELATED = re.compile(
    r"忘|わから|分から|わかん|分かん|不明|知ら|ロック|電話|予約|来庁|行き|行け|窓口|郵便|住所|期限"
    r"|有効|ページ|マイナンバーは|個人番号は|forg|lost|lock|phone|book|reserv|\bat\b|\bon\b|\bby\b",
    re.IGNORECASE,
)
_GUESS_BEFORE = re.compile(r"(?:たしか|確か|多分|たぶん|きっと|もしかして|maybe|think)\W*$")
_GUESS_AFTER = re.compile(r"\W*(?:だった(?:と|か|よう)|だと思|かも)")
_VISIT_AFTER = re.compile(r"(?:に|で|から|まで|ごろ|頃)*(?:行|来|予約|伺|うかが|お願|希望|ごろ|頃)")
_AND = re.compile(
    rf"(?:[\s、,。・/&\-ー]|と|や|で|です|が|は|の|も|and|{_WHICH}|{_NAME}|もう|片方|番号|英数字)*",
    re.IGNORECASE,
)
_CALLED_AFTER = re.compile(
    r"[\s、,]*(?:が|は|って|という|っていう|の|is|was|=)\s*"
    rf"(?:my|the|この|私の|わたしの|(?:マイナンバー|ナンバー)?カードの|{_WHICH}の?|4(?:けた|桁)の|\s)*"
    + _NAME,
    re.IGNORECASE,
)
# 7395で合ってますか、暗証番号
_ASKED_AFTER = re.compile(
    r"(?:です|だった|だ|で|って|が|は|なら|じゃ)*"
    r"(?:合って|あって|正し|間違|まちが|違|良|よ|い|大丈夫|通|使|入|だっけ|っけ|かな|と思)"
    r"[^0-9]{0,12}[、。?!\s]" + _NAME + r"(?!(?:番号|コード)?[はがをも]?(?:忘|わから|分から|わかん|分かん|不明))",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"(?:[^0-9A-Za-z\w]|です|でした|だよ|だと思います|だった|だ|と|で|は|が|も|の|かな|かも|たぶん|多分"
    r"|たしか|確か|はい|ええと|えっと|えー|覚えてる|覚えています|覚えてます|番号|数字|英数字|これ|よ|ね"
    rf"|{_WHICH}|{_NAME}|yes|ok|is|it|my)*",
    re.IGNORECASE,
)


# What says that figures are something else than the PIN that was asked for.
_OTHERWISE_BEFORE = re.compile(
    r"(?:期限|有効|西暦|予約|郵便|〒|住所|番地|電話|携帯|末尾|円|料|時刻|時間|午前|午後|朝|夕方|バス|電車"
    r"|月曜|火曜|水曜|木曜|金曜|土曜|日曜|明日|あした|明後日|あさって|今日|来週|再来週)[^0-9。]{0,8}$"
)
_LAST_FOUR = re.compile(
    r"(?:(?:下|しも|最後の?|ラスト|last)\s?(?:4|よん|four)|末尾)[^。]{0,24}$", re.IGNORECASE
)
_ENGLISH_DAY = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?\s?(?:[0-3]?[0-9](?:st|nd|rd|th)?,?\s)?$",
    re.IGNORECASE,
)
_OTHERWISE_AFTER = re.compile(
    r"(?:までに?|以降|より|から|以前|年|円|号室|号|番地|丁目|系|便|台|形式|文字|人分|バス|電車)"
)
# 1030 or 1225 with what is said of a time or a day.
_HOUR_OR_DAY = re.compile(
    r"(?:0?[6-9]|1[0-9]|2[01])[0-5][05]$|(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])$"
)
_OF_A_VISIT = re.compile(
    r"(?:に|で|から|まで|ごろ|頃|なら|が|は|の)*"
    r"(?:行|来|着|予約|伺|うかが|お願|おねが|希望|ごろ|頃|いい|良|よい|空|あい|大丈夫|どう|都合|変|し(?:て|たい|ます))"
)


def _told_pins(plain: str, protected: _Spans) -> Iterator[Span]:
    """Yield every PIN in an answer about PINs, whatever else the message says."""
    for begin, end in _secrets(plain, 0, len(plain), protected):
        token = re.sub("[^0-9A-Za-z]", "", plain[begin:end])
        if token.isdigit() and (
            len(token) != 4
            or _OTHERWISE_BEFORE.search(plain, max(begin - 14, 0), begin)
            or _OTHERWISE_AFTER.match(plain, end)
            or _LAST_FOUR.search(plain, max(begin - 34, 0), begin)
            or _ENGLISH_DAY.search(plain, max(begin - 20, 0), begin)
            or (_HOUR_OR_DAY.match(token) and _OF_A_VISIT.match(plain, end))
        ):
            continue
        # TR1234567 is a passport's, K7PM a code's: those stand beside their own names.
        if not token.isdigit() and re.search(r"(?:パスポート|旅券|免許|在留)[^。]{0,6}$", plain[:begin]):
            continue
        yield begin, end


class _Begun:
    """What the message before may have begun."""

    def __init__(self, before: str, figures_expected: bool) -> None:
        self.plain, _ = _plain(before)
        self.figures_expected = figures_expected
        names = list(_PIN_NAME.finditer(self.plain))
        self.names_a_pin = bool(names)
        # "暗証番号は", and nothing after it.
        self.announces_a_pin = bool(
            names and _ANNOUNCES.fullmatch(self.plain, names[-1].end())
        )
        digits = list(_runs(self.plain, _Spans(_protected(self.plain))))
        last = digits[-1] if digits else None
        self._part = ""
        if last and _AND_THEN.fullmatch(self.plain, last[1]):
            self._part = re.sub("[^0-9]", "", self.plain[slice(*last)])
        self.part_is_readable = bool(self._part)

    def rest_of_my_number(self, plain: str, kept: list[Span]) -> Span | None:
        """Return the digits that make twelve with those before, or stand where those should."""
        runs = list(_runs(plain, _Spans(kept)))
        if not runs or not _AND_THEN.fullmatch(plain, 0, runs[0][0]):
            return None
        span = runs[0]
        digits = re.sub("[^0-9]", "", plain[slice(*span)])
        called = list(_CALLED_BEFORE_ANYWHERE.finditer(self.plain))
        if called:
            hidden = self.plain.count(MASK, called[-1].end())
            open_end = _CALLED_BEFORE.search(self.plain)
            if open_end and len(digits) in _PART_OF_ONE:
                return span
            if 0 < hidden < 12 and 11 <= hidden + len(digits) <= 13:
                return span
        both = self._part + digits
        whole = len(self._part) >= 3 and len(digits) >= 3 and len(both) == 12
        return span if whole and (called or (_valid(both) and not self.figures_expected)) else None

    def pins(self, plain: str, others: _Spans) -> Iterator[Span]:
        """Yield the PINs of a message that follows one about PINs."""
        for begin, end in _told_pins(plain, others):
            token = re.sub("[^0-9A-Za-z]", "", plain[begin:end])
            if self.figures_expected and (
                _HOUR_OR_DAY.match(token) or not _GUESSED.match(plain, end)
            ):
                continue
            yield begin, end


_CALLED_BEFORE_ANYWHERE = re.compile(_MY_NUMBER.pattern + "(?!カード)", re.IGNORECASE)
_ANNOUNCES = re.compile(
    r"(?:番号|コード|は|が|って|を|の|:|=|言います|書きます|送ります|いいます|これ|次|です|ですが|ですけど"
    r"|えっと|ええと|たしか|確か|多分|たぶん|[\s、。…・!.])*"
)
_AND_THEN = re.compile(
    r"(?:です|で|と|の|から|まで|続き|つづき|つぎ|次|残り|のこり|後半|後ろ|それから|あと|は|が|ね|えっと|\W|ー|前半|最初)*"
)
_GUESSED = re.compile(r"\W*(?:だった|だと思|かも|だっけ|でした|で合って|であって|かな)")


def _pins(plain: str, protected: _Spans, pin_expected: bool) -> Iterator[Span]:
    if pin_expected:
        yield from _bare_pins(plain, protected)
        yield from _told_pins(plain, protected)
    names = list(_PIN_NAME.finditer(plain))
    for match in names:
        yield from _after_name(plain, match.end(), protected)
    if names:
        for begin, end in _secrets(plain, 0, len(plain), protected):
            if _CALLED_AFTER.match(plain, end, end + 40) or _ASKED_AFTER.match(plain, end, end + 40):
                yield begin, end
    for match in _PIN_KIND.finditer(plain):
        for begin, end in _secrets(plain, match.end(), match.end() + 32, protected):
            if begin == match.end():
                yield begin, end


def _after_name(plain: str, name_end: int, protected: _Spans) -> Iterator[Span]:
    """Yield what is said to be the PIN after the word for it, and others joined to it by "and"."""
    last = -1
    for begin, end in _secrets(plain, name_end, name_end + 70, protected):
        if last >= 0:
            joined = begin >= last and _AND.fullmatch(plain, last, begin)
            if not joined or _VISIT_AFTER.match(plain, end):
                continue
        else:
            gap = plain[name_end:begin]
            if len(gap) > (12 if re.search("[。!?\n]", gap) else 28):
                guessed = len(gap) <= 40 and _GUESS_BEFORE.search(gap)
                if not guessed:
                    return
            guess = _GUESS_BEFORE.search(gap) or _GUESS_AFTER.match(plain, end)
            if _UNRELATED.search(gap) and not guess:
                continue
        last = end
        yield begin, end


def _bare_pins(plain: str, protected: _Spans) -> Iterator[Span]:
    """Yield everything that looks like a PIN when the message says hardly anything else."""
    found = list(_secrets(plain, 0, len(plain), protected, loose=True))
    rest, last = [], 0
    for begin, end in found:
        rest.append(plain[last:begin])
        last = end
    rest.append(plain[last:])
    if found and len(plain) <= 80 and _FILLER.fullmatch("".join(rest)):
        yield from found


def _secrets(
    plain: str, first: int, last: int, protected: _Spans, loose: bool = False
) -> Iterator[Span]:
    """Yield, in order and without overlap, what has the shape of a PIN."""
    spans = []
    for pattern in _SECRETS:
        for match in pattern.finditer(plain, first, last + 40):
            if match.start() >= last:
                break
            if _looks_like_pin(match.group(), loose):
                spans.append(match.span())
    reached = first
    for begin, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if begin >= reached and not protected.touch(begin, end):
            reached = end
            yield begin, end


def _looks_like_pin(text: str, loose: bool) -> bool:
    token = re.sub("[^0-9A-Za-z]", "", text)
    if token.isdigit():
        return len(token) == 4 or (text == token and 4 <= len(token) <= 16)
    if _mixed(token):
        # "4digits", "2nd", "10am" are words; two to four characters such as A4 or R9 are no PIN.
        word = re.fullmatch(r"[0-9]{1,2}[a-z]{2,}", token)
        return 5 <= len(token) <= 16 and not word and (text == token or len(token) >= 6)
    # Letters alone are words, unless they are shouted where only a PIN was asked for.
    return loose and text == token and token.isupper() and 6 <= len(token) <= 16
