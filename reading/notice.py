"""What the notice of expiry (the blue envelope) says: a certificate, the card itself, or that none has come."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from reading.clauses import Clause, Mood
from reading.facts import Fact, NoticeSays, Unsure
from reading.message import Message
from reading.situation import Command, Situation
from reading.wording import IS, LACKS, PREDICATES, asks_back, line, negated, negative, tags_of
from reading.words import Word

What = Literal["certificate", "card", "both", "none", "came"]
How = Literal["written", "said", "called", "loosely", "described", "lost", "other"]


def facts(m: Message) -> list[Fact]:
    """Return what the message says of notices: what is written there, whether one has come."""
    found: list[Fact] = []
    for clause in m.clauses:
        words = m.inside(clause)
        tags = tags_of(words)
        if any(word["form"] == "form" for word in words):
            continue  # the reply form came in the same envelope
        if asks_back(m, clause):
            continue
        found += _says(m, clause, words) if "notice" in tags else ()
        found += _described(m, clause, words) if tags & {"anew", "used_for"} else ()
        sees = any(word.lemma in _SEES for word in words)
        found += _came(m, clause, words) if sees or tags & {"is", "came", "letter"} else ()
    return found


def heard(facts: Sequence[Fact], m: Message, s: Situation) -> list[Command]:
    """Return what the speaker's (or holder's) own notice is about."""
    told = [fact for fact in facts if isinstance(fact, NoticeSays)]
    own = [fact for fact in told if _is_own(fact, s)]
    if not own and s.asked == "notice" and s["applicant"] is None and not any(_contrasts(m, fact) for fact in told):
        own = told  # nobody has been named yet: it is the notice in question
    value, fact = _asked(own, m, s) if s.asked == "notice" else _unasked(own, m, s)
    if value == "?" or (value is None and s.asked == "notice" and (told or _does_not_know(facts))):
        return [Command("clarify", "notice", fact=fact)]
    if value is None or (s["notice"] == value and s.asked != "notice"):
        return []
    if value == "none" and s.asked != "notice" and (s["notice"] or s.asked == "reply_form"):
        return []  # it said what it said, also where it is lost by now
    return [Command("set_slot" if s["notice"] in (None, value) else "correct_slot", "notice", value, fact)]


# What is written there -----------------------------------------------------------------------------

_TAGS = ("notice", "letter", "written", "thinks", "came")
_NAMED = re.compile("<(certificate|card|both)>")
_QUOTED = re.compile("[^、]*?(?:と|って|とか|とも|しか|だけ|に|が|は|も|、)?.*?<says>|.*?(?:と|って|とは|とも|ってのが)V")
_CALLED_OF = re.compile("(?:の|N|D|O)*の?<notice>(?:.*<came>|.*[VJ])")  # "カードの更新のお知らせが来た"
_FINAL = re.compile("(?:の|N|D|O|A|C(?!!)|と|か|も|って|<notice>|<card>|は|で)*(?:<thinks>|Nが?V)?[、。!！…ー~?？」』)）]*")
_BESIDE = re.compile("(?:の?N)*[はも](?:A|O|、)*(?:[NDJVC]|O、)")  # カードの期限はまだ先で
_OWNED = re.compile("[はがで]N(?:の|あて|宛て?)(?:[、。!で]|C|$)")  # カードは母の
_DENIED = re.compile("(?:のN)?(?:C!|では[VJ]!)")  # カードのほうではない
_WRITTEN_ABOVE = re.compile("<says>(?:の|N)*[はが]|<notice>には?")


def _says(m: Message, clause: Clause, words: Sequence[Word]) -> Iterator[NoticeSays]:
    """Yield what a clause names as the notice's matter."""
    said = line(words, *_TAGS)
    for match in _NAMED.finditer(said.text):
        at = said.word(match.start())
        before, rest = said.text[: match.start()], said.text[match.end() :]
        heads = not rest and clause.last < len(m.words) and m.words[clause.last]["notice"] == "certificate"
        if match[1] == "card" and (heads or re.match("の?<certificate>|<card>", rest) or _is_somebodys(words, at)):
            continue  # マイナンバーカードの電子証明書; カード本体; 夫のカード
        denied = negated(words, at) and "しか" not in rest
        if (denied and not _DENIED.match(rest)) or _was_thought(words[at + 1 :]):
            continue
        how = "said" if denied else _how(match[1], before, rest)
        if how in (None, "loosely") and _RENEWAL.match("".join(word.text for word in words[at + 1 :])) and _quoted_later(m, clause):
            how = "written"
        if how:
            start, end = m.folded.span(words[at].start, words[at].end)
            mood: Mood = "denied" if denied else "said" if clause.mood in ("past", "denied") or (clause.mood == "supposed" and "cond" not in clause.flags) else clause.mood
            yield NoticeSays(start, end, clause.at, mood, match[1], _owner_of(words, at), how)  # type: ignore[arg-type]


_CARD_ITSELF = re.compile(
    "<card>[^VJ]*?<anew>(?!!)"  # カードを作り直せ
    "|<new>(?:の?<card>|<card>を?).*<makes>(?!!)|<card>[^VJ]*<new><makes>(?!!)"  # 新しいカードを作る, カードを新しくする
    "|<photo>[をがのに]*(?:V|J|O|N(?=[V<、])|<[a-z]+>)(?!!)|<photo>[^!]*<(?:card|anew)>(?!!)"  # 顔写真をとって
)
_USED = re.compile("<used_for>(?:[^!]*<used>(?:V?N|の?<side>|!)|[^!]*<(?:side|ends)>)")


def _described(m: Message, clause: Clause, words: Sequence[Word]) -> Iterator[NoticeSays]:
    """Yield what is meant by what is to be done, or by what it is used for: カードを作り直せ, e-Taxで使うほう."""
    if clause.mood in ("asked", "supposed", "past"):
        return
    start, end = m.folded.span(clause.start, clause.end)
    if _CARD_ITSELF.search(line(words, "anew", "notice", "picks").text):
        yield NoticeSays(start, end, clause.at, "said", "card", _owner(words), "described")
    elif _USED.search(line(words, "used_for", "picks").text):
        yield NoticeSays(start, end, clause.at, "said", "certificate", _owner(words), "described")


def _how(what: str, before: str, rest: str) -> How | None:
    if _OWNED.match(rest):
        return "said"
    if _BESIDE.match(rest) and "<says>" not in rest and "<notice>" not in rest:
        return None
    if _CALLED_OF.match(rest) and "<says>" not in rest:
        return "called"
    if _QUOTED.match(rest) or (_WRITTEN_ABOVE.search(before) and _FINAL.fullmatch(rest)):
        return "written"
    if _FINAL.fullmatch(rest):
        return "said"
    return "loosely" if what == "certificate" else None


_RENEWAL = re.compile("の?(?:更新|手続き?)[はも]")


def _quoted_later(m: Message, clause: Clause) -> bool:
    """Return whether the sentence goes on and ends as what is written: 証明書の更新は窓口で、写真は要らないとあります."""
    for later in m.clauses[clause.at + 1 :]:
        words = m.inside(later)
        if m.clauses[later.at - 1].link == "end" or any(word["notice"] for word in words):
            return False
        for word, before in zip(words, (None, *words), strict=False):
            if word["written"] == "says" and (word.text.startswith("と") or (before and before.text in ("と", "って"))):
                return True
    return False


def _was_thought(after: Sequence[Word]) -> bool:
    """Return whether it was only thought, or answered before: "カードの更新と思って開けたら"."""
    for word in after:
        if word["thinks"] == "thinks":
            return bool(word.flags & {"past", "te", "cond", "but"})
        if word["thinks"] == "said":
            return "but" in word.flags
    return False


def _is_somebodys(words: Sequence[Word], at: int) -> bool:
    whose = at > 1 and words[at - 1].text == "の" and _person(words[at - 2])
    return bool(whose) and not any(word["notice"] or word["letter"] or word.text == "更新" for word in words[at + 1 :])


def _person(word: Word) -> str | None:
    """Return whose something is by this word."""
    if word["speaker"] or word["own"]:
        return "speaker"
    return "holder" if word["holder"] else word["person"]


def _owner_of(words: Sequence[Word], at: int) -> str | None:
    """Return whose the notice of this matter is: 母のがカード; カードは母の, カードで父の."""
    after = [word for word in words[at + 1 : at + 5] if word.text != "の" or word is not words[at + 1]]
    told = len(after) > 1 and after[0].text in ("は", "が", "で") and (len(after) < 3 or after[2].text in _OWNS)
    return (_person(after[1]) if told else None) or _owner(words[: at + 1])


def _owner(words: Sequence[Word]) -> str | None:
    """Return whose notice is spoken of: "夫のは", "私あては", "息子には"."""
    found = None
    for word, after in zip(words, [*words[1:], None], strict=True):
        if _person(word) and (after is None or after.text in _OWNS):
            found = _person(word)
    return found


_OWNS = {"の", "ん", "は", "あて", "宛", "宛て", "に", "には", "も", "だけ", "へ", "分", "宛先"}


# Whether it has come -------------------------------------------------------------------------------

_LOST_UNLESS = {"見当たる", "みあたる", "見あたる", "見つかる", "みつかる", "見かける", "みかける"}
_SEES = {"見る", "みる"}


def _came(m: Message, clause: Clause, words: Sequence[Word]) -> Iterator[NoticeSays]:
    """Yield that a notice has come, has not, is lost, or is another letter."""
    found = _arrival(words)
    if found is None or clause.mood == "asked" or clause.flags & {"want", "cond"}:
        return
    what, how = found
    start, end = m.folded.span(clause.start, clause.end)
    yield NoticeSays(start, end, clause.at, "said" if clause.mood != "heard" else "heard", what, _owner(words), how)


def _arrival(words: Sequence[Word]) -> tuple[What, How] | None:
    named = any(word["letter"] == "notice" for word in words)
    other = next((at for at, word in enumerate(words) if word["letter"] == "other"), None)
    is_it = [word for word in words if word.kind != "mark"][-1]["letter"] or words[-1].kind in ("copula", "mark")
    is_it = is_it or any(word["came"] or word["written"] or word.text in ("しか", "だけ") for word in words)
    if other is not None and is_it and not any(word["notice"] for word in words):
        return ("none", "other") if not negated(words, other) or any(word.text == "しか" for word in words) else None
    if any(word["came"] == "not_yet" and word.text.isascii() for word in words):
        return "none", "said"
    if named and any(word["away"] == "where" for word in words) and any(word["away"] == "gone" for word in words):
        return "none", "lost"  # 封筒ごとどこかへ行ってしまった
    for at in range(len(words) - 1, -1, -1):
        word = words[at]
        if word["came"] == "came" and not _comes_by_itself(words, at):
            return ("none" if negated(words, at) else "came"), "said"
        if word.lemma in _SEES and negated(words, at) and _only_theirs(words[:at]):
            return "none", "said"
        if word["came"] == "lost":
            if any(each["notice"] for each in words) and not named:
                return None  # a lost card is another matter
            gone = negated(words, at) == (word.lemma in _LOST_UNLESS)
            return ("none", "lost") if gone else ("came", "said")
    # "まだ5年先です" is said of a date.
    if any(word["came"] == "not_yet" for word in words) and not any(word.kind in ("verb", "adjective", "number") for word in words):
        return "none", "said"
    if named and any(word["written"] for word in words) and not any(word["notice"] for word in words):
        return "came", "said"  # "有効期限通知書としか書いてない" leaves it open
    return _existence(words, named)


def _only_theirs(before: Sequence[Word]) -> bool:
    """Return whether nothing is named before but whose letter it is, and that it is that one alone: わたしのだけ."""
    small = all(_person(word) or word["letter"] or word.kind in ("particle", "adverb", "mark", "other") for word in before)
    return small and any(map(_person, before)) and any(word.text == "だけ" for word in before)


def _existence(words: Sequence[Word], named: bool) -> tuple[What, How] | None:
    """Return what "ありません", "何もなかった" or "手元にあります" says of a notice."""
    last = next((word for word in reversed(words) if word.kind in PREDICATES), None)
    if last is None or last.lemma not in IS | LACKS:
        return None
    others = [
        word for word in words
        if word.kind in ("noun", "verb") and word is not last
        and not (word["letter"] or word["at_hand"] or word["nothing"] or _person(word) or word["manner"] or word["form"] == "paper")
    ]  # fmt: skip
    if others or any(word["written"] for word in words):
        return None
    return ("none" if negative(last) else "came"), "said"


def _comes_by_itself(words: Sequence[Word], at: int) -> bool:
    """Return whether it is a person that comes."""
    return at > 1 and words[at - 1].text in ("が", "も") and _person(words[at - 2]) is not None and words[at].text.startswith(("来", "き", "く"))


# What that means -----------------------------------------------------------------------------------

_RANK = {"written": 3, "said": 2, "called": 1, "described": 1, "loosely": 0}


def _is_own(fact: NoticeSays, s: Situation) -> bool:
    """Return whether it is the notice of the card in question."""
    if fact.of in (None, "holder"):
        return True
    mine = s["applicant"] in (None, "self")
    return (fact.of == "speaker") == mine


def _contrasts(m: Message, fact: NoticeSays) -> bool:
    """Return whether somebody's notice is told beside another: 妻のは電子証明書でした."""
    clause = m.clauses[fact.clause]
    line_of = line(m.inside(clause), "person").text
    return clause.link == "but" or bool(re.search(r"<[a-z_]+>(?:の(?:ほう|方|N)?)?は", line_of))


def _asked(own: Sequence[NoticeSays], m: Message, s: Situation) -> tuple[str | None, NoticeSays | None]:
    """Return what the notice is about where that was asked; "?" is asked back."""
    named = [fact for fact in own if fact.what in ("certificate", "card", "both") and fact.mood not in ("asked", "supposed", "denied")]
    none = [fact for fact in own if fact.what == "none"]
    missing = [fact for fact in none if fact.how == "said"]
    puzzled = any("neg" in clause.flags and any(word["asks"] or word["unsure"] == "what" for word in m.inside(clause)) for clause in m.clauses)
    if missing and not any(_RANK[fact.how] > 1 and fact.clause > missing[-1].clause for fact in named):
        return "none", missing[-1]
    if named and puzzled:
        return "?", named[-1]  # どっちの更新なのか見分けがつかない
    if named:
        value = _one(named, m, s)
        return ("?" if value == "card" and _loosely(named) else value), named[-1]
    if none:
        return ("?" if puzzled else "none"), none[-1]  # 捨てたので何だったか分からない
    return ("?" if own else None), None


def _loosely(named: Sequence[NoticeSays]) -> bool:
    return all(fact.how == "called" for fact in named)


def _one(named: Sequence[NoticeSays], m: Message, s: Situation) -> str:
    """Return the one thing that is named; what is written there counts before what it is called."""
    rank = max(_RANK[fact.how] for fact in named)
    best = [fact for fact in named if _RANK[fact.how] == rank]
    values = [fact.what for fact in best]
    if "both" in values or s["family"] or (s["cards"] or 1) != 1:
        return "card" if {"both", "card"} & set(values) else "certificate"
    if len(set(values)) == 1:
        return values[0]
    if len({fact.clause for fact in best}) == 1:
        return "card"  # 電子証明書とカード
    between = m.words[m.clauses[best[-2].clause].first : m.clauses[best[-1].clause].last]
    turned = any(word["thought"] == "back" or word.kind == "copula" and word.flags & {"past"} for word in between)
    return values[-1] if turned else "?"


_EARLY = (None, "cards", "applicant", "holder")


def _unasked(own: Sequence[NoticeSays], m: Message, s: Situation) -> tuple[str | None, NoticeSays | None]:
    """Return what a message says by itself: the notice is named, and what it says."""
    letter = any(word["letter"] == "notice" for word in m.words)
    if (turned := _turned(own, m, s)) is not None:
        return turned.what, turned
    for fact in reversed(own):
        here = m.inside(m.clauses[fact.clause])
        alone = s.asked in _EARLY and fact.what == "certificate" and fact.how == "said" and all(
            word["notice"] or word.kind in ("mark", "copula", "other", "particle") or word.text in ("方", "ほう", "やつ") for word in here
        )  # fmt: skip
        if fact.mood != "said" or not (letter or alone):
            continue
        if fact.what == "none" and fact.how in ("said", "lost") and any(word["letter"] == "notice" for word in here):
            return "none", fact
        named = fact.how == "said" and any(word["letter"] == "notice" for word in here)  # 通知は電子証明書で
        if fact.what == "certificate" and (alone or named or fact.how in ("written", "called") or _tells_letter(here)):
            return "certificate", fact
        if fact.what in ("card", "both") and (fact.how == "written" or (s["notice"] and _tells_letter(here))):
            return "card", fact
        if fact.what == "card" and fact.how == "called":
            return "?", fact
    return None, None


_NO_ENVELOPE = {"書類", "案内", "郵便", "便り", "手紙"}


def _turned(own: Sequence[NoticeSays], m: Message, s: Situation) -> NoticeSays | None:
    """Return what puts right what the notice was said to be about: "電子証明書じゃなくてカードの更新でした"."""
    told = [fact for fact in own if fact.what in ("card", "certificate") and fact.how in ("written", "said", "called") and fact.mood == "said"]
    if not told or s["notice"] in (None, "none", told[-1].what):
        return None
    here = m.inside(m.clauses[told[-1].clause])
    denied = any(fact.what == s["notice"] and fact.mood == "denied" for fact in own)
    said_before = any(
        word["thinks"] and "but" in word.flags and any(each["notice"] == s["notice"] for each in m.inside(clause))
        for clause in m.clauses for word in m.inside(clause)
    )  # fmt: skip
    paper = any((word["letter"] == "notice" and word.lemma not in _NO_ENVELOPE) or word.lemma in ("紙", "かみ") for word in m.words)
    found = any("past" in word.flags and (word.kind == "copula" or word["written"]) for word in here)
    return told[-1] if denied or said_before or (paper and found) else None


def _tells_letter(here: Sequence[Word]) -> bool:
    """Return whether a clause says what letter it is: "カードのほうの通知でした"."""
    last = [word for word in here if word.kind not in ("mark", "particle")][-2:]
    return len(last) == 2 and last[0]["letter"] == "notice" and last[1].kind == "copula"


def _does_not_know(facts: Sequence[Fact]) -> bool:
    return any(isinstance(fact, Unsure) and fact.kind_of == "unknown" for fact in facts)
