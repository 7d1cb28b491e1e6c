"""The reply form (照会書兼回答書), what proves the household, and which certificates are on the card."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from reading import unsure
from reading.clauses import Clause, Mood
from reading.facts import CertificatesOnCard, Fact, Form, Household, Unsure
from reading.message import Message
from reading.situation import Command, Situation
from reading.wording import IS, LACKS, PREDICATES, asks_back, line, negated, negative, tags_of
from reading.words import Word

FormState = Literal["ready", "other_hand", "missing", "open"]
HomeState = Literal["same_household", "honseki_in_city", "apart", "honseki_elsewhere", "neither", "open"]


_FORM_TAGS = {"is", "form", "pens", "has", "came", "expired", "proxy", "away", "holder"}
_HOME_TAGS = {"home", "home_of", "sameness"}
_ALL_TAGS = _FORM_TAGS | _HOME_TAGS | {"certificate_of"}


def facts(m: Message) -> list[Fact]:
    """Return what the message says of the reply form, the household and the certificates on the card."""
    not_now = unsure.no_answers(m)
    found: list[Fact] = []
    for clause in m.clauses:
        words = m.inside(clause)
        tags = tags_of(words)
        if not tags & _ALL_TAGS:
            continue
        start, end = m.folded.span(clause.start, clause.end)
        # どこにやったか分からなくなった: what asks within is told.
        tells = clause.mood == "asked" and "ask" not in clause.flags and any(map(negative, words))
        mood: Mood = "said" if tells or clause.mood in ("denied", "past") else clause.mood
        if tags & _FORM_TAGS and clause.at not in not_now and (form := _form(m, clause, words)):
            found.append(Form(start, end, clause.at, mood, form))
        if tags & _HOME_TAGS and clause.at not in not_now and not asks_back(m, clause):
            found += [Household(start, end, clause.at, mood, state) for state in _household(words)]
        if "certificate_of" in tags and (which := _certificates(words)):
            found.append(CertificatesOnCard(start, end, clause.at, mood, which))
    return found


def heard(facts: Sequence[Fact], m: Message, s: Situation) -> list[Command]:
    """Return what that means for the questions about these papers."""
    found = [*_form_heard(facts, m, s), *_limit_heard(facts, m, s), *_household_heard(facts, m, s)]
    for fact in facts:
        if isinstance(fact, CertificatesOnCard) and fact.holds and s["certificates"] != fact.which:
            kind: Literal["set_slot", "correct_slot"] = "correct_slot" if s["certificates"] else "set_slot"
            found.append(Command(kind, "certificates", fact.which, fact))
    return found


def _settle(s: Situation, slot: str, value: str, fact: Fact) -> list[Command]:
    if s[slot] == value and s.asked != slot:
        return []
    return [Command("set_slot" if s[slot] in (None, value) else "correct_slot", slot, value, fact)]


# The reply form ------------------------------------------------------------------------------------

_ELDERS = {
    "mother", "father", "parents", "parent", "grandmother", "grandfather", "grandparents", "in_law_mother",
    "in_law_father", "in_law_parents", "uncle", "aunt", "friend", "neighbour", "client",
}  # fmt: skip
_STAFF = {"helper", "lawyer", "official", "family", "relative", "colleague"}


def _form(m: Message, clause: Clause, words: Sequence[Word]) -> FormState | None:
    """Return in which state a clause says that the reply form is."""
    if any(word["unsure"] == "how" or word["letter"] == "other" for word in words) or clause.flags & {"cond"}:
        return None
    if any(word["pens"] == "for" or word["instead"] for word in words) and any(word["pens"] for word in words):
        at = next(at for at, word in enumerate(words) if word["pens"])
        return "ready" if negated(words, at) else "other_hand"
    if any(word["thinks"] and word.flags & {"past", "but", "te"} for word in words):
        return None  # あると思ったけど
    if any(word["proxy"] == "proxy" for word in words) and not any(word["comes"] for word in words):
        return "other_hand"
    for at in range(len(words) - 1, -1, -1):
        if words[at]["pens"] == "hand":
            return _in_the_hand(words, at, _denied_before(m, clause))
        if words[at]["pens"]:
            return _written(m, clause, words, at)
    return _at_hand(words)


def _written(m: Message, clause: Clause, words: Sequence[Word], at: int) -> FormState | None:
    """Return whose hand filled it in, or will."""
    word = words[at]
    said = word.text + "".join(each.text for each in words[at + 1 : at + 2])
    if any(each["notice"] or each["letter"] or each["dated"] == "blank" or each["nothing"] for each in words):
        return None
    can = "can" in word.flags or word.lemma == "書ける"
    if (can and negated(words, at)) or "want" in word.flags:
        return "open"  # 字が書けない
    if re.search("てあげ|てや[っりる]|たげ", said):
        return "other_hand"
    denied = _denied_before(m, clause)
    who = _writer(words[:at])
    if words[at + 1 : at + 2] and words[at + 1].text == "の":
        after = words[at + 2 + (words[at + 2 : at + 3] != () and words[at + 2].text in ("は", "って", "、")) :]
        who = _writer(after) or who  # 書いたのは私でした, 書いたの私です
        if who in ("holder", "elder") and any(map(negative, after)):
            return "other_hand"  # 書いたのは本人じゃなくて
    if who is None:
        existing = re.search("方$|かた$", said)
        return None if existing or _in_general(words, at) else "ready"
    if who == "holder":
        return "other_hand" if negated(words, at) and "ing" not in word.flags else "ready"
    if who in ("speaker", "staff") or denied:
        return "other_hand"
    return "ready" if who == "elder" else "open"


def _in_general(words: Sequence[Word], at: int) -> bool:
    """Return whether something is said of writing as such: 字を書くのは苦手だ."""
    plain = words[at].kind == "verb" and not words[at].flags & {"past", "ing"}
    after = [word.text for word in words[at + 1 : at + 3]]
    return plain and after in (["の", "は"], ["の", "が"], ["の", "も"], ["こと", "は"], ["こと", "が"])


def _in_the_hand(words: Sequence[Word], at: int, denied: bool) -> FormState | None:
    """Return whose hand it is in: 本人の字です, but not 母の字はきれい."""
    if words[at + 1 : at + 2] and words[at + 1].kind not in ("copula", "mark"):
        return None
    who = _writer(words[:at]) if at else "holder"
    if denied and who in ("elder", "other"):
        return "other_hand"
    return {"holder": "ready", "elder": "ready", "other": "open", None: None}.get(who, "other_hand")


def _writer(before: Sequence[Word]) -> Literal["holder", "speaker", "staff", "elder", "other"] | None:
    """Return who holds the pen: the last one named with が, に or は before it."""
    for at in range(len(before) - 1, -1, -1):
        word, after = before[at], before[at + 1].text if at + 1 < len(before) else ""
        if after not in ("が", "に", "は", "も", "で", "自身", "さん", "の") and at + 1 < len(before) and before[at + 1].kind != "copula":
            continue
        if word["speaker"]:
            return "speaker"
        if word["holder"] or word["own"]:
            return "holder"
        if word["person"]:
            return "elder" if word["person"] in _ELDERS else "staff" if word["person"] in _STAFF else "other"
    return None


def _denied_before(m: Message, clause: Clause) -> bool:
    """Return whether "本人じゃなくて", "母ではなく" or "本人が書いたと言ったけど" stands before."""
    for earlier in m.clauses[: clause.at]:
        thought = m.inside(earlier)
        if any(word["holder"] for word in thought) and any(word["thinks"] and word.flags & {"but", "past"} for word in thought):
            return True
    before = m.inside(m.clauses[clause.at - 1]) if clause.at else ()
    here = m.inside(clause)
    for words in (before, here):
        for at, word in enumerate(words):
            if (word["holder"] or word["person"] in _ELDERS) and any(map(negative, words[at + 1 : at + 4])):
                return True
    return False


_SEEN = {"見つかる", "みつかる", "見当たる", "みあたる", "見あたる"}


def _at_hand(words: Sequence[Word]) -> FormState | None:
    """Return whether the form is there."""
    named = any(word["form"] for word in words)
    if any(word["holder"] for word in words) and any(map(negative, words)) and words[-1].kind == "copula":
        return "other_hand"  # 本人じゃないです
    where = any(word["away"] == "where" for word in words)
    for at in range(len(words) - 1, -1, -1):
        word = words[at]
        lost_sight = where and word["unsure"] == "know" and negative(word)  # どこにやったか分からなくなった
        if lost_sight or (where and word["away"] == "gone"):
            return "missing"  # どっか行っちゃった
        if word["expired"] and not negated(words, at) and not any(each["letter"] or each["notice"] for each in words):
            return "missing"
        if word["came"] == "lost":
            if _is_else(words[:at], named):
                return None
            gone = negated(words, at) == (word.lemma in _SEEN)
            return "missing" if gone else "ready"
        if word["has"] and not word.flags & {"want", "by"} and not _is_else(words[:at], named):
            return "missing" if negated(words, at) else "ready"
        if word.lemma in IS | LACKS and word.kind in PREDICATES and not _is_else(words[:at], named):
            envelope = not named and any(each["letter"] for each in words[:at]) and not any(each["has"] for each in words[:at])
            return "missing" if negative(word) else "open" if envelope else "ready"
    return None


def _is_else(before: Sequence[Word], named: bool) -> bool:
    """Return whether something that is no form is there or not: "時間がない", "世帯ではありません"."""
    if [word.text for word in before[-2:]] in (["で", "は"], ["で", "も"]):
        return True
    if named or not before:
        return False
    for word, after in zip(before, [*before[1:], None], strict=True):
        marked = after is not None and after.text in ("が", "は", "も", "を", "の")
        if word.kind == "noun" and not word.text.isascii() and (marked or after is None) and not (
            word["at_hand"] or word["letter"] == "notice" or word["has"] or word["nothing"] or word["pens"]
            or word["holder"] or word["person"] or word["speaker"] or word["came"] or word["manner"] or word.lemma in _STANDS_FOR
        ):  # fmt: skip
            return True
    return False


_STANDS_FOR = {"それ", "これ", "あれ", "もの", "の", "やつ", "ある", "中", "なか", "中身", "ごと", "今", "全部", "ちゃんと", "方", "ほう", "分", "何"}


def _form_heard(facts: Sequence[Fact], m: Message, s: Situation) -> list[Command]:
    told = [fact for fact in facts if isinstance(fact, Form) and _is_about_form(fact, m, s)]
    holds = [fact for fact in told if fact.holds and not (fact.state == "missing" and _is_elsewhere(m))]
    best = [fact for fact in holds if fact.state != "open"]
    puzzled = any(isinstance(fact, Unsure) and fact.kind_of == "not_understood" for fact in facts)
    if best and not (puzzled and s.asked == "reply_form" and best[-1].state == "ready"):
        by_other = [fact for fact in best if fact.state == "other_hand"]
        last = by_other[-1] if by_other and best[-1].state == "ready" else best[-1]
        return _settle(s, "reply_form", last.state, last)
    if s.asked == "reply_form" and (holds or any(isinstance(fact, Unsure) for fact in facts)):
        return [Command("clarify", "reply_form")]
    return []


def _is_elsewhere(m: Message) -> bool:
    """Return whether the form is only not at hand where somebody is now: 出先で紙が手元にないです."""
    return any(word["not_here"] for word in m.words) and any(word["has"] and word["at_hand"] or word["form"] for word in m.words)


def _is_about_form(fact: Form, m: Message, s: Situation) -> bool:
    """Return whether the form is what is spoken of: asked about, named, or found again."""
    if s.asked == "reply_form":
        return True
    words = m.inside(m.clauses[fact.clause])
    if s.asked == "reply_form_limit" and fact.state == "other_hand" and not any(word.kind == "number" for word in m.words):
        return True  # whose hand it is in stands for no day
    before = m.words[: m.clauses[fact.clause].last]
    if any(word["form"] == "form" for word in before) or any(word["pens"] == "for" for word in words):
        return True
    paper = any(word["form"] for word in before)
    if paper and s["reply_form"] and any(word["pens"] for word in words):
        return True
    if s["reply_form"] == "missing" and fact.state == "ready":
        found = any(word.lemma in _SEEN or word["has"] and word.lemma.startswith("出て") for word in words)
        return paper or (found and not any(word["notice"] or word["letter"] or word["pin"] for word in words))
    lost_now = any(word["came"] == "lost" or word.lemma in IS | LACKS for word in words)
    return paper and s["reply_form"] is not None and fact.state == "missing" and lost_now


_DAY = {"日付", "日にち", "期日", "期限", "記載"}


def _limit_heard(facts: Sequence[Fact], m: Message, s: Situation) -> list[Command]:
    """Return that no date stands on the form, or nobody knows it, where that was asked."""
    if s.asked != "reply_form_limit" or any(each.kind == "number" for each in m.words):
        return []
    for clause in m.clauses:
        words = m.inside(clause)
        for at, word in enumerate(words):
            blank = word["written"] == "says" or word.lemma in _SEEN or word["dated"] == "blank"
            nothing = word.lemma in LACKS and (words[at - 1].text in _DAY or words[at - 1].kind == "particle")
            blank |= nothing and any(each.text == "どこ" or each.text in _DAY or each["dated"] for each in words)  # 日付らしきものはない
            if blank and "ask" not in clause.flags and (word["dated"] == "blank" or negated(words, at)):
                return [Command("set_slot", "reply_form_limit", "unknown")]
    kinds = {fact.kind_of for fact in facts if isinstance(fact, Unsure)}
    away = _is_elsewhere(m) and any(isinstance(fact, Form) and fact.state == "missing" for fact in facts)
    return [Command("set_slot", "reply_form_limit", "unknown")] if kinds == {"unknown"} or away else []


# Households ----------------------------------------------------------------------------------------

_SAME = re.compile("<(?:home|lives)>[^V]*<same>|<same>[^V]*<(?:home|lives)>")
_OTHER = re.compile("<(?:home|lives)>[^V]*<other>|<other>[^V]*<(?:home|lives)>")
_BARE = re.compile("(?:A|O|、|は|も|と|<(?:mother|father|child|son|daughter|me|holder)>)*<(same|other|neither|either)>(?:<other>|!|C|V|O|N(?=V!)|の|と|ね|よ|[、。!])*")
_HONSEKI = re.compile("<honseki>(?:地|N)?(?:の?(?:住所|ほう|方))?(?:は|が|も|って|なら|に|、|O|A|だけ)*")
_PLACE = re.compile("(?:N|<elsewhere>|<prefecture>N|の)+(?:に|で)?(?:C(?!!)|V|[。、]|$)")


def _household(words: Sequence[Word]) -> Iterator[HomeState]:
    """Yield what a clause says of the household and of the 本籍."""
    if any(word["thinks"] and "but" in word.flags for word in words):
        return  # "同じ世帯って答えたけど"
    said = line(_without_owners(words), "home", "home_of", "in_city", "sameness").text
    if "<honseki>" in said:
        state = _honseki(words, said)
        if state and state != "open":
            yield state
        if "<home>" not in said:
            if state == "open":
                yield state
            return
    at = next((at for at in range(len(words) - 1, -1, -1) if words[at]["home"]), None)
    if at is not None:
        if [word.text for word in words[at + 1 : at + 2]] == ["の"] and len(words) > at + 2:
            return  # 同居の叔父
        home = str(words[at]["home"])
        same = (home == "together") != negated(words, at)
        yield "open" if home == "away" else "same_household" if same else "apart"
        return
    for pattern, same in ((_SAME, True), (_OTHER, False)):
        if pattern.search(said):
            denied = "!" in said
            yield "same_household" if same != denied else "apart"
            return
    if (bare := _BARE.fullmatch(said)) and not any(word["unsure"] for word in words):
        yield from _bare(bare[1], "!" in said, "<other>" in said)


def _without_owners(words: Sequence[Word]) -> Sequence[Word]:
    """Return the words without those of whom all the same is said: 私も姉も, 父と私は."""
    kept: list[Word] = []
    owners = 0
    for at, word in enumerate(words):
        person = word["person"] or word["speaker"] or word["holder"] or word["own"]
        if person and words[at + 1 : at + 2] and words[at + 1].text in ("も", "と", "は"):
            owners += 1
        elif not (at and owners and words[at - 1] not in kept and word.text in ("も", "と", "は")):
            kept.append(word)
    return kept if owners > 1 else words


def _bare(word: str, denied: bool, differs: bool) -> Iterator[HomeState]:
    if word == "either" and differs:
        yield "neither"  # どっちも違います
    elif word in ("neither", "either"):
        yield "neither" if word == "neither" or denied else "same_household"
    else:
        yield "same_household" if (word == "same") != denied else "apart"


def _honseki(words: Sequence[Word], said: str) -> HomeState | None:
    if any(word["unsure"] or word["asks"] or word["memory"] for word in words):
        return None
    match = _HONSEKI.search(said)
    rest = said[match.end() :] if match else ""
    before = said[: match.start()] if match else ""
    if "<other>" in rest or re.search("<here>(?:N|<.*>)*(?:[^<]*)!|<same>.*!", rest):
        return "honseki_elsewhere"
    if "<elsewhere>" in rest or re.search("<prefecture>の?N", rest):
        return "honseki_elsewhere"
    if "<here>" in rest or "<here>" in before:
        return "honseki_in_city"
    if "<prefecture>" in rest or "<same>" in rest or not rest:
        return "open"
    if _PLACE.match(rest):
        return "honseki_elsewhere"
    return "honseki_elsewhere" if re.match("V!|C!", rest) else "open"


def _household_heard(facts: Sequence[Fact], m: Message, s: Situation) -> list[Command]:
    asked = s.asked == "proof_waiver"
    told = [fact for fact in facts if isinstance(fact, Household) and (asked or _is_explicit(fact, m))]
    if not asked and s["applicant"] in ("self", "other_proxy"):
        return []
    holds = [fact for fact in told if fact.holds]
    states = [fact.state for fact in holds]
    doubt = any(fact.mood in ("asked", "supposed") for fact in told)
    home = next((state for state in reversed(states) if state in ("same_household", "apart", "neither")), None)
    honseki = next((state for state in reversed(states) if state.startswith("honseki")), None)
    value = _waiver(home, honseki)
    named = any(word["home_of"] == "honseki" for word in m.words)
    if value == "neither" and named and honseki is None:
        value = "unknown" if any(isinstance(fact, Unsure) and fact.kind_of == "unknown" for fact in facts) else None  # it would decide
    if value and not (doubt and value == "same_household"):
        return _settle(s, "proof_waiver", value, holds[-1])
    if asked and told:
        return [Command("clarify", "proof_waiver", fact=told[-1])]
    kinds = {fact.kind_of for fact in facts if isinstance(fact, Unsure)}
    return [Command("set_slot", "proof_waiver", "unknown")] if asked and kinds == {"unknown"} else []


def _waiver(home: str | None, honseki: str | None) -> str | None:
    """Return by what the proof may be left out, or that it may not."""
    if home == "same_household":
        return home
    if honseki == "honseki_in_city":
        return honseki
    return "neither" if home or honseki else None


def _is_explicit(fact: Household, m: Message) -> bool:
    """Return whether a clause is about the household alone: no "一緒に住んでる彼女の", no "一緒に暮らして、…"."""
    words = m.inside(m.clauses[fact.clause])
    named = next((at for at, word in enumerate(words) if word["home"] or word["home_of"]), None)
    if named is None or not fact.holds:
        return False
    end = next((at for at in range(len(words) - 1, -1, -1) if words[at]["home"] or words[at]["home_of"] or words[at]["sameness"]), named)
    told_of = words[end].kind == "verb" and any(word.kind == "noun" for word in words[end + 1 :])
    return not told_of and "te" not in m.clauses[fact.clause].flags


# The certificates on the card ----------------------------------------------------------------------


def _certificates(words: Sequence[Word]) -> Literal["user", "sign"] | None:
    """Return the certificate that is left where the other is not there or not wanted."""
    of = next((word["certificate_of"] for word in words if word["certificate_of"]), None)
    at = next((at for at in range(len(words) - 1, -1, -1) if words[at]["unwanted"]), None)
    if of is None:
        return None
    other: Literal["user", "sign"] = "sign" if of == "user" else "user"
    if at is not None:
        needless = words[at].lemma in _NEEDLESS
        return other if negated(words, at) != needless else None
    return other if any(word.lemma in LACKS | {"なし"} for word in words) else None


_NEEDLESS = {"不要", "ふよう", "不必要"}
