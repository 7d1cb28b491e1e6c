"""A message as words: each with what it names, predicates with how they are said.

SudachiPy cuts the text and knows the forms of verbs; the lexicon says what words name. A verb or
adjective and what follows it ("行ってもらえませんか") is one word here, with its manner in `flags`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from sudachipy import Dictionary, SplitMode

from reading import lexicon
from reading.text import Folded, hiragana

Flags = frozenset[str]


@dataclass(frozen=True)
class Word:
    """A word; `start` and `end` are places in the folded text.

    `kind`: noun, verb, adjective, copula (です), particle, number, mark (punctuation), other.
    `flags` of predicates: neg, past, te (…て), want (たい), can (potential), let (causative or
    …てもらう), passive, cond (…たら, …ば, …なら, …と), ask (…か), maybe (かも, だろう), hearsay (らしい,
    …って言う), will (つもり, 予定, …よう), reason (ので, から), but (けど, が), ing (…ている), goes (…て行く).
    """

    start: int
    end: int
    text: str
    lemma: str
    kind: str
    meanings: lexicon.Meanings = field(default_factory=dict)
    flags: Flags = frozenset()

    def __getitem__(self, tag: str) -> str | None:
        """Return what the word means under this tag, None if nothing."""
        return self.meanings.get(tag)


@dataclass(frozen=True)
class _Morph:
    start: int
    end: int
    text: str
    lemma: str
    normal: str
    pos: str
    form: str


@lru_cache(maxsize=1)
def _tokenizer() -> Any:
    return Dictionary(dict="small").tokenizer(mode=SplitMode.C)


def words_of(folded: Folded) -> tuple[Word, ...]:
    """Return the words of a text, in its order."""
    found = [word for word in _with_meanings(_morphs(folded), folded) if word.text != "ー"]  # 本人ー
    return tuple(_predicates(found, folded))


# Cutting ---------------------------------------------------------------------------------------


def _morphs(folded: Folded) -> list[_Morph]:
    """Return the smallest parts of the text; words never cross a space that was left out."""
    cuts = [0, *sorted(gap for gap in folded.gaps if 0 < gap < len(folded.kept)), len(folded.kept)]
    found: list[_Morph] = []
    for first, last in zip(cuts, cuts[1:], strict=False):
        chunk, places = _spelt(folded.kept[first:last])
        for each in _tokenizer().tokenize(chunk):
            start, end = places[each.begin()] + first, places[each.end()] + first
            part = each.part_of_speech()
            if part[0] == "空白" or start >= end:
                continue
            found.append(
                _Morph(
                    start, end, each.surface(), each.dictionary_form(), each.normalized_form(),
                    "-".join(part[:2]), part[5],
                )
            )  # fmt: skip
    return found


def _spelt(text: str) -> tuple[str, list[int]]:
    """Return the text with the field's words in their usual spelling, and where each place was."""
    out: list[str] = []
    places: list[int] = []
    at = 0
    for match in _spellings().finditer(hiragana(text)):
        right = _RIGHT[match[0]]
        out += text[at : match.start()]
        places += range(at, match.start())
        out += right
        last = match.end() - match.start() - 1
        places += [match.start() + min(place, last) for place in range(len(right))]
        at = match.end()
    out += text[at:]
    places += [*range(at, len(text)), len(text)]
    return "".join(out), places


_RIGHT = lexicon.phrases("spellings", "spelling")
"""Spellings, wrong conversions and dialect, and the words they stand for."""


@lru_cache(maxsize=1)
def _spellings() -> re.Pattern[str]:
    """Return the pattern of the spellings that stand for another word of the field."""
    longest_first = sorted(_RIGHT, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)) or "(?!)")


def name_parts(kana: str) -> tuple[str, ...]:
    """Return what the dictionary takes each part of some kana for.

    "family", "given" and "name" are names of people, "" is a word it does not know, and any other
    the kind of a word.
    """
    return tuple(
        _NAMES.get(each.part_of_speech()[3], "name")
        if each.part_of_speech()[2] == "人名"
        else ("" if each.is_oov() else each.part_of_speech()[0])
        for each in _tokenizer().tokenize(kana)
    )


_NAMES = {"姓": "family", "名": "given"}


# Meanings --------------------------------------------------------------------------------------

_LONGEST = 9
"""Parts that a word of the lexicon may have."""


def _with_meanings(morphs: list[_Morph], folded: Folded) -> list[Word]:
    """Return the parts as words; the longest words of the lexicon win, from the left."""
    found: list[Word] = []
    spelt = [lexicon.plain(each.text) for each in morphs]  # as each is usually spelt
    for at, (one, after) in enumerate(zip(morphs, morphs[1:], strict=False), start=1):
        if after.start > one.end:
            spelt[at] = folded.plain[one.end : after.start] + spelt[at]
    at = 0
    while at < len(morphs):
        word, count = _longest(morphs, spelt, at, folded)
        found.append(word)
        at += count
    return found


def _longest(
    morphs: list[_Morph], spelt: list[str], at: int, folded: Folded
) -> tuple[Word, int]:
    known = lexicon.words()
    first = morphs[at]
    begin = lexicon.plain(first.text)
    # No word begins in the middle of a predicate: 行けなく|なった
    most = 1 if first.pos.startswith("助動詞") else min(_LONGEST, len(morphs) - at)
    reach = lexicon.reach().get(begin[:1], 0)
    for count in range(most, 0, -1):
        last = morphs[at + count - 1]
        if count > 1 and last.start - first.start >= reach:
            continue
        said = begin + "".join(spelt[at + 1 : at + count])
        head = said.removesuffix(lexicon.plain(last.text))
        stem = count == 1 and first.form.endswith("音便")  # あっ in あった is no あっ
        for form in ("" if stem else said, *(head + lexicon.plain(each) for each in (last.lemma, last.normal))):
            meanings = known.get(form)
            if meanings:
                kind = _kind(last) if count == 1 or form != said else "noun"
                if kind == "auxiliary" and _kind(first) in ("verb", "adjective"):
                    kind = _kind(first)  # 済ま|せ, 言わ|れ
                if count > 1 and form == said and _kind(last) in ("verb", "adjective"):
                    kind = _kind(last)
                return _word(first, last, folded, form, kind, meanings), count
    return _word(first, first, folded, lexicon.plain(first.lemma), _kind(first), {}), 1


def _word(
    first: _Morph, last: _Morph, folded: Folded, lemma: str, kind: str, meanings: lexicon.Meanings
) -> Word:
    flags = {flag for name, flag in _FORMS.items() if last.form.startswith(name)}
    if last.pos.startswith("動詞") and last.lemma != last.normal and last.lemma.endswith(_CAN):
        flags.add("can")  # 行ける is 行く
    text = folded.plain[first.start : last.end]
    return Word(first.start, last.end, text, lemma, kind, meanings, frozenset(flags))


_FORMS = {"仮定形": "cond", "命令形": "order", "意志推量形": "will"}
_CAN = ("ける", "せる", "てる", "ねる", "べる", "める", "れる", "える", "げる")


def _kind(morph: _Morph) -> str:
    for begin, kind in _KINDS.items():
        if morph.pos.startswith(begin):
            return kind
    return "other"


_KINDS = {
    "名詞-数詞": "number", "名詞": "noun", "代名詞": "noun", "接尾辞": "noun", "接頭辞": "noun",
    "形状詞": "noun", "動詞": "verb", "形容詞": "adjective", "助動詞": "auxiliary",
    "助詞-準体助詞": "nominal", "助詞-接続助詞": "link", "助詞-終助詞": "end", "助詞": "particle",
    "補助記号": "mark", "記号": "mark", "感動詞": "other", "副詞": "adverb", "連体詞": "other",
}  # fmt: skip


# Predicates ------------------------------------------------------------------------------------

_COPULAS = {"だ", "です", "や", "じゃ", "っす"}
# What goes on with a predicate, by its dictionary form, and how that is said.
_GOES_ON: dict[str, str | None] = {
    "ます": None, "た": "past", "だ": None, "です": None, "ない": "neg", "ぬ": "neg", "ん": "neg",
    "まい": "neg", "たい": "want", "たがる": "want", "てる": "ing", "でる": "ing", "とる": "ing",
    "ちゃう": None, "せる": "let", "させる": "let", "れる": "passive", "られる": "passive",
    "らしい": "hearsay", "みたい": "hearsay", "そう": "hearsay", "べし": None, "う": "will", "よう": "will",
    "じゃう": None, "とく": None, "てく": None,
}  # fmt: skip
# After …て: helpers, and how they are said.
_HELPERS: dict[str, str | None] = {
    "いる": "ing", "居る": "ing", "おる": "ing", "いらっしゃる": "ing", "みえる": "ing", "ある": "ing", "もらう": "let", "貰う": "let", "いただく": "let",
    "頂く": "let", "もらえる": "let", "いただける": "let", "くれる": "by", "くださる": "by", "ください": "by",
    "下さい": "by", "ほしい": "let", "欲しい": "let", "みる": None, "しまう": None, "おく": None, "くる": None, "来る": None,
    "いく": "goes", "行く": "goes", "やる": None, "あげる": None, "まいる": "goes", "参る": "goes", "ちょうだい": "by", "頂戴": "by",
}  # fmt: skip
_LINKS = {
    "ので": "reason", "から": "reason", "けど": "but", "けれど": "but", "けども": "but", "けれども": "but",
    "が": "but", "のに": "but", "し": "and", "ば": "cond", "と": "cond", "なら": "cond", "ながら": "and",
    "つつ": "and", "んで": "reason", "もんで": "reason", "げんちょ": "but", "げんと": "but", "だげんちょ": "but",
    "っけ": "ask",
}  # fmt: skip
_ENDS = {"か": "ask", "かな": "ask", "かしら": "ask", "かい": "ask", "っけ": "ask", "の": "ask?", "かね": "ask", "だい": "ask"}


def _predicates(found: list[Word], folded: Folded) -> Iterator[Word]:
    """Yield the words with each predicate and what goes on with it made one word."""
    at = 0
    while at < len(found):
        word = found[at]
        if _denies(found, at):
            end, flags = _chain(found, at + 2, folded)
            text = folded.plain[word.start : found[end - 1].end]
            yield replace(word, end=found[end - 1].end, text=text, lemma="だ", kind="copula", flags=frozenset(flags | {"neg"}))
            at = end
            continue
        begins = word.kind in ("verb", "adjective") or (
            word.kind == "auxiliary" and word.lemma in _COPULAS
        )
        if not begins:
            if word.kind == "auxiliary" and word.lemma in ("ない", "ぬ"):
                yield replace(word, kind="adjective", flags=word.flags | {"neg"})
            else:
                yield _particle(word)
            at += 1
            continue
        end, flags = _chain(found, at, folded)
        kind = "copula" if word.kind == "auxiliary" else word.kind
        yield replace(
            word, end=found[end - 1].end, text=folded.plain[word.start : found[end - 1].end],
            kind=kind, flags=word.flags | flags,
        )  # fmt: skip
        at = end


def _denies(found: list[Word], at: int) -> bool:
    """Return whether particles begin a denial: で は ない, where they were not taken for a form of だ."""
    head = [word.text for word in found[at : at + 2]]
    after = found[at + 2] if at + 2 < len(found) else None
    return head == ["で", "は"] and bool(after and after.kind == "adjective" and after.lemma in ("ない", "無い"))


def _particle(word: Word) -> Word:
    if word.kind in ("link", "nominal"):
        return replace(word, kind="particle")
    return word


def _chain(found: list[Word], at: int, folded: Folded) -> tuple[int, set[str]]:
    """Return where the predicate that begins here ends, and the manner in which it is said."""
    flags: set[str] = set()
    end = at + 1
    after_te = False
    copula = found[at].kind == "auxiliary"
    while end < len(found):
        word = found[end]
        explains = _explains(found, end)
        if explains:
            flags |= explains
            end += 2
            continue
        flag = _goes_on(word, after_te, copula, found[end - 1])
        if flag is None:
            break
        if flag == "cond" and word.text == "と" and _quotes(found, end + 1):
            flag = ""
        flags |= word.flags & {"cond", "will", "order"}
        if flag:
            flags.symmetric_difference_update({flag}) if flag == "neg" else flags.add(flag)
        after_te = word.kind == "link" and word.text in ("て", "で", "ちゃ", "じゃ")
        if after_te:
            flags.add("te")
        else:
            flags.discard("te")
        end += 1
    return end, flags


SAYS = {"言う", "いう", "申す", "もうす", "思う", "おもう", "考える", "聞く", "きく", "伝える", "話す", "存ずる", "存じる"}


def _quotes(found: list[Word], end: int) -> bool:
    """Return whether と ends a quotation, or (in the west) the sentence: 行くと申しております, 行くと。"""
    after = found[end] if end < len(found) else None
    return after is None or after.kind in ("mark", "auxiliary") or after.lemma in SAYS


def _explains(found: list[Word], at: int) -> set[str] | None:
    """Return the manner of "のです", "んだ", "ので" after a predicate; None where it goes on otherwise."""
    if at + 1 >= len(found) or found[at].kind != "nominal" or found[at + 1].lemma not in ("だ", "です"):
        return None
    then, after = found[at + 1], found[at + 2].text if at + 2 < len(found) else ""
    if then.text == "で" and after not in ("は", "も", "しょう"):
        return {"reason"}
    return None if after == "は" else {"explains"}


@dataclass(frozen=True)
class _Next:
    """A word behind a predicate: whether it goes on with it."""

    word: Word
    before: Word
    after_te: bool
    copula: bool

    @property
    def own(self) -> bool:
        """Whether the word has a meaning of its own, and begins something new."""
        helps = self.word.kind in ("auxiliary", "link") or self.after_te
        return bool(self.word.meanings) and not helps

    @property
    def bound(self) -> bool:
        """Whether what stands before wants a word behind it: では, 行って, 早く."""
        return self.copula or self.after_te or self.before.text.endswith("く")

    @property
    def friendly(self) -> bool:
        """Whether ない is a friendly ね, as in 福島: 頼むない, 覚えてるない. Learners deny with it: 使うない."""
        before = self.before
        ends = before.kind == "auxiliary" and before.text in (before.lemma, "ない", "ね")
        return self.word.text == "ない" and (ends or before.lemma in ("頼む", "たのむ", "願う"))


_TE = {"て", "で", "ちゃ", "じゃ", "たり", "だり"}
# The first that fits says how the word goes on with the predicate; None: it does not.
_NEXT: tuple[tuple[Callable[[_Next], object], Callable[[Word], str | None]], ...] = (
    (lambda n: n.copula and n.word.lemma in ("ある", "ござる", "ございます"), lambda w: ""),
    (lambda n: n.own, lambda w: None),
    (lambda n: n.word.kind == "link" and n.word.text in _TE, lambda w: ""),
    (lambda n: n.word.kind == "link" and n.before.kind != "mark", lambda w: _LINKS.get(w.text)),
    (lambda n: n.word.lemma in ("だ", "です") and n.before.kind == "particle", lambda w: None),
    (lambda n: n.word.kind == "auxiliary" and n.friendly, lambda w: ""),
    (lambda n: n.word.kind == "auxiliary", lambda w: _GOES_ON.get(w.lemma) or ""),
    (lambda n: n.word.text in ("ねえ", "ねぇ", "ねー") and n.before.kind == "verb" and n.before.text != n.before.lemma, lambda w: "neg"),
    (lambda n: n.word.kind == "end", lambda w: _ENDS.get(w.text, "")),
    (lambda n: n.after_te and n.word.lemma in _HELPERS and n.word.kind in ("verb", "adjective"),
     lambda w: _HELPERS[w.lemma] or ""),
    (lambda n: n.word.lemma in ("なる", "成る") and n.before.text.endswith("く"), lambda w: ""),  # 行けなくなった
    (lambda n: n.word.lemma in ("ない", "無い") and n.word.kind == "adjective" and n.bound, lambda w: "neg"),
    (lambda n: n.word.text in ("は", "も") and n.bound, lambda w: ""),
)  # fmt: skip


def _goes_on(word: Word, after_te: bool, copula: bool, before: Word) -> str | None:
    """Return how a word goes on with the predicate ("" without a manner of its own), or None."""
    after = _Next(word, before, after_te, copula)
    return next((flag(word) for holds, flag in _NEXT if holds(after)), None)
