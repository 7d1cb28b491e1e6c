"""Who cannot answer: does not know, does not understand the question, or has to look or ask first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from reading.clauses import Clause
from reading.facts import Fact, Unsure
from reading.message import Message
from reading.situation import Command, Situation
from reading.wording import line, negated, negative
from reading.words import Word

Kind = Literal["unknown", "not_understood", "finding_out"]


def facts(m: Message) -> list[Fact]:
    """Return what the message says is not known, not understood or still to be found out."""
    return [*unsure_of(m)]


def no_answers(m: Message) -> set[int]:
    """Return the clauses that answer nothing yet: not understood, or to be found out."""
    unsure = [fact for fact in unsure_of(m) if fact.kind_of != "unknown"]
    found = {fact.clause for fact in unsure}
    for fact in unsure:
        at = fact.clause
        while fact.kind_of == "finding_out" and at and m.clauses[at - 1].link in ("and", "reason", "cond"):
            at -= 1
            found.add(at)  # 世帯は別で、夫に聞かないと
    return found | {at + 1 for at in found if m.clauses[at].link == "cond"}  # 聞かないと分からない


def unsure_of(m: Message) -> list[Unsure]:
    """Return the facts of this topic."""
    found: list[Unsure] = []
    for clause in m.clauses:
        kind = _kind(m.inside(clause), clause)
        if kind:
            start, end = m.folded.span(clause.start, clause.end)
            found.append(Unsure(start, end, clause.at, clause.mood, None, kind))
    return found


def heard(facts: Sequence[Fact], m: Message, s: Situation) -> list[Command]:
    """Return that the question is asked again where it was not understood or something is looked up.

    What "分からない" means is for the question asked to say: a PIN that is not known is forgotten.
    """
    for fact in facts:
        if s.asked and isinstance(fact, Unsure) and fact.kind_of != "unknown":
            return [Command("clarify", s.asked, fact=fact)]
    return []


# How it is said: patterns over a clause as a line of meanings ---------------------------------------

_PATTERNS: tuple[tuple[Kind, str], ...] = (
    ("not_understood", "<what>[^V]*<is_told>"),  # 何を聞かれているのか分からない
    ("not_understood", "<which>"),  # 何のことですか, どの番号
    ("not_understood", "(?:って|とは?)(?:[NO]、?)?<what>(?!だ?っけ)"),  # 署名用って何
    ("not_understood", "<what>の?(?:N|<[a-z]+>)(?:C|です)?か?[?？]"),  # 何の期限？
    ("not_understood", "(?<!V)(?:って|と)<is_told>"),  # 何の更新って聞かれても
    ("not_understood", "<hard>(?!!)"),
    ("not_understood", "<unclear>|<what>C?か?[?？]"),
    ("not_understood", "<(?:meaning|how)>(?:(?!<know>).)*<know>!"),  # 意味がわからない
    ("not_understood", "<choice>(?:C|か|が|も|のこと)*<know>!"),  # どれだか分からない
    ("unknown", "<unknown>"),
    ("unknown", "<know>!"),
)
_RULES = tuple((kind, re.compile(pattern)) for kind, pattern in _PATTERNS)
_UNKNOWN = re.compile("<unknown>(?!!)|<know>!")
_ASKED = re.compile("<(?:meaning|how)>")  # 書き方は？
_STARTLED = re.compile("(?:[えへん]+|は[あぁ]*)[っー]*[?？]")  # はあ？
# "聞いてみます", "見てから", "聞かないと", "聞いてみないことには"
_GOES = re.compile("[てで](?:み(?!た|まし)|き(?!た|まし)|来(?!た|まし)|く(?!れ|だ)|から|おく|おき)")
_MUST = re.compile("ない(?:と|こと|ば)|なきゃ|なけれ|ねえと|ねえば|ねばと|んと|なくちゃ|ずには")


def _kind(words: Sequence[Word], clause: Clause) -> Kind | None:
    for at, word in enumerate(words):
        if word["finds_out"] and _finds_out(words, at, clause):
            return "finding_out"
    text = "".join(word.text for word in words)
    if clause.link == "reason" and any(word["unsure"] == "is_told" for word in words):
        return None  # 自分で行けと言われたので
    if _STARTLED.fullmatch(text):
        return "not_understood"
    if any(map(_cannot, words)) and "ask" not in clause.flags:
        return "unknown"
    if not any(word["unsure"] for word in words):
        return None
    said = line(words, "unsure").text
    asks = "ask" in clause.flags
    if any(word["unsure"] and word["memory"] in ("keeps", "loses") for word in words):
        return None if asks or not _UNKNOWN.search(said) else "unknown"  # "どの番号か忘れました"
    if asks and _ASKED.search(said):
        return "not_understood"
    kind = next((kind for kind, rule in _RULES if rule.search(said)), None)
    return None if kind == "unknown" and asks else kind


def _cannot(word: Word) -> bool:
    """Return whether nothing can be looked at or told now: 今は見られません, いま答えられない."""
    can = bool(word.flags & {"can", "passive"}) or word.lemma.endswith("える") or word.lemma.endswith("できる")
    return (word["finds_out"] == "looks" or word["unsure"] == "tells") and can and negative(word)


def _finds_out(words: Sequence[Word], at: int, clause: Clause) -> bool:
    """Return whether something is to be looked at or asked about before there is an answer."""
    word, rest = words[at], words[at + 1 :]
    said = word.text + "".join(each.text for each in rest[:2])
    if _MUST.search(said):
        return True
    if "ask" in clause.flags or clause.flags & {"past"} or negated(words, at):
        return False
    if word["finds_out"] == "wait" and any(each["unsure"] for each in rest):
        return False  # ちょっと分かりません
    if word["finds_out"] == "wait" or word.text.isascii() or _GOES.search(said):
        return True
    if word["finds_out"] == "asks" or word.lemma in ("見る", "みる"):
        return False
    ends = all(each.kind in ("mark", "particle", "other") or each.lemma in ("する", "いたす", "致す", "中") for each in rest)
    return ends and not (word.flags & {"by", "want", "reason", "but"}) and (word.kind == "verb" or bool(rest))
