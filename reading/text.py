"""Text made uniform for reading, with the way back to where each character came from; numbers."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_SIGNS = str.maketrans(
    {
        **dict.fromkeys("〜~∼〰～", "~"),
        **dict.fromkeys("-‐‑‒–—―−ｰ─━", "-"),
        **dict.fromkeys("／⁄∕", "/"),
        **dict.fromkeys("，,", "、"),
        "’": "'",
        "曰": "日",
        "后": "後",
        **dict.fromkeys("壱壹", "一"),
        "弐": "二",
        "拾": "十",
        "廿": "二十",
        "卅": "三十",
    }
)
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufe00-\ufe0f\u20e3\ufeff\u00ad]")
_CIRCLED = re.compile("[①-⒛⓪-⓿❶-➓]")  # numbers of a list, not of a date
_LETTER_IN_NUMBER = re.compile(
    "(?<=[0-9])(?:[oli](?=[0-9年月日時分/])|o(?=$|[、。で]))"
)  # 2月2O日, 1l月
_THREE = re.compile("(?<![持])参(?=[年月日時分十])|(?<=[十二])参(?=[年月日時分])")  # not 参る
_BY_SMALL_KANA = (
    "らいしゅう こんしゅう まいしゅう しゅうまつ ごぜんちゅう しょうめいしょ あんしょうばんごう しやくしょ しょうかいしょ かいとうしょ しゅじん"
    " たんじょうび いっしょ だいじょうぶ しょめい じゅうじ きゅうじ りょうほう しゅっちょう きょうだい"
)
_LARGE = {word.translate(str.maketrans("ゃゅょっ", "やゆよつ")): word for word in _BY_SMALL_KANA.split()}
_WRITTEN_LARGE = re.compile("|".join(_LARGE) + "|(?<![ぁ-ん一-龠])きよう(?=[のはにでもい、。]|$)")  # らいしゆう, as the old write it
_MARKS = re.compile("[\uff9e\uff9f\u3099\u309a]")  # (half-width) voicing marks…
_MARKED = re.compile(f"(?s:.){_MARKS.pattern}*")  # …join the kana before them


@dataclass(frozen=True)
class Folded:
    """A text in its one form, with the way back.

    `plain` is NFKC in lower case with katakana as hiragana, one sign for each kind of dash, tilde
    and comma, and no spaces except between two Latin letters or digits ("1. 12/3" keeps its own
    too). `kept` is the same with katakana kept; both have the same length. `starts` and `ends` say
    where each of its characters stands in `text`; `gaps` are the places where a space was left out.
    """

    text: str
    plain: str
    kept: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    gaps: frozenset[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where the characters from `start` to `end` of `plain` stand in the text."""
        return self.starts[start], self.ends[end - 1]


@lru_cache(maxsize=64)
def fold(text: str) -> Folded:
    """Return the text in its one form; never raises."""
    kept: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    gaps: set[int] = set()
    end = 0
    for piece in _MARKED.findall(text) if _MARKS.search(text) else text:
        at, end = end, end + len(piece)
        parts = piece in "…‥" and "".join(kept[-2:]) in ("から", "ので", "けど")  # 学校だから…17日は？
        for char in "、" if parts else _folded(piece):
            if char == " ":
                if not kept or not (_latin(kept[-1]) or kept[-1] == "."):
                    gaps.add(len(kept))
                    continue
            elif kept and kept[-1] == " " and not _latin(char):
                del kept[-1], starts[-1], ends[-1]
                gaps.add(len(kept))
            elif char == "ー" and kept and kept[-1] in "0123456789":
                char = "-"  # 12ー3: the long-vowel key typed for a hyphen
            kept.append(char)
            starts.append(at)
            ends.append(end)
    joined = "".join(kept)
    if _LETTER_IN_NUMBER.search(joined):
        joined = _LETTER_IN_NUMBER.sub(lambda found: "0" if found[0] == "o" else "1", joined)
    if "参" in joined:
        joined = _THREE.sub("三", joined)
    if "よ" in joined or "ゆ" in joined:
        joined = _WRITTEN_LARGE.sub(lambda found: _LARGE.get(found[0], "きょう"), joined)
    return Folded(text, hiragana(joined), joined, tuple(starts), tuple(ends), frozenset(gaps))


def hiragana(text: str) -> str:
    """Return the text with katakana made hiragana; no character is added or lost."""
    return text.translate(_TO_HIRAGANA)


_TO_HIRAGANA = {katakana: katakana - 0x60 for katakana in range(ord("ァ"), ord("ヴ") + 1)}


@lru_cache(maxsize=4096)
def _folded(piece: str) -> str:
    if _CIRCLED.match(piece):
        return "。"
    plain = unicodedata.normalize("NFKC", piece).translate(_SIGNS).lower()
    return _UNSEEN.sub("", re.sub(r"[ \t\u3000]+", " ", plain))


def _latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


KANJI_DIGITS = "〇零一二三四五六七八九十"
_KANJI = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {"零": 0}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_KANA_ONES = {
    "いち": 1, "いっ": 1, "に": 2, "さん": 3, "よん": 4, "よ": 4, "し": 4, "ご": 5, "ろく": 6,
    "ろっ": 6, "なな": 7, "しち": 7, "はち": 8, "はっ": 8, "きゅう": 9, "きゅー": 9, "く": 9,
}  # fmt: skip
# The days of the month that have a name of their own.
KANA_DAYS = {
    "ついたち": 1, "ふつか": 2, "みっか": 3, "みつか": 3, "よっか": 4, "よつか": 4, "いつか": 5,
    "むいか": 6, "なのか": 7, "なぬか": 7, "ようか": 8, "ここのか": 9, "とおか": 10, "とうか": 10,
    "じゅうよっか": 14, "はつか": 20, "にじゅうよっか": 24,
}  # fmt: skip
ENGLISH_NUMBERS = {
    word: at
    for at, word in enumerate(
        [
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ],
        start=1,
    )
}
KANA_NUMBER = (
    "(?:(?:(?:に|さん|よん|ご)?じ[ゅゆ][うっ])?"
    "(?:いち|いっ|に|さん|よん|よ|し|ご|ろく|ろっ|なな|しち|はち|はっ|きゅう|く)"
    "|(?:に|さん|よん|ご)?じ[ゅゆ][うっ])"
)


def number(text: str) -> int:
    """Return the number at the start of a piece such as "12", "十二", "元", "じゅうにがつ", "ten".

    What follows the number (月, 日, にち…) is passed over. Raises ValueError if there is none.
    """
    digits = re.match(r"\d+", text)
    if digits:
        return int(digits[0])
    if text[:1] == "元" or text.startswith("がん"):
        return 1
    if text[:1] in _KANJI or text[:1] in _UNITS:
        return _kanji_number(text)
    if text in ENGLISH_NUMBERS:
        return ENGLISH_NUMBERS[text]
    for name in sorted(KANA_DAYS, key=len, reverse=True):
        if text.startswith(name):
            return KANA_DAYS[name]
    text = text.removesuffix("にち") or text  # さんじゅうにち is the 30th
    tens = re.match("(に|さん|よん|ご)?じ[ゅゆ][うっ]", text)
    total = (_KANA_ONES[tens[1]] if tens[1] else 1) * 10 if tens else 0
    rest = text[tens.end() :] if tens else text
    for name in sorted(_KANA_ONES, key=len, reverse=True):
        if rest.startswith(name):
            return total + _KANA_ONES[name]
    if total:
        return total
    raise ValueError(text)


def _kanji_number(text: str) -> int:
    total = digits = 0
    for char in text:
        if char in _KANJI:
            digits = digits * 10 + _KANJI[char]  # 二〇二六 is read by position
        elif char in _UNITS:
            total += (digits or 1) * _UNITS[char]
            digits = 0
        else:
            break
    return total + digits
