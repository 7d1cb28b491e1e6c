"""Whether a card's PINs are remembered, and which of them are not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from reading import unsure
from reading.clauses import Clause, Mood
from reading.facts import Fact, Pins
from reading.message import Message
from reading.situation import Command, Situation
from reading.wording import TURNS, line, negated, negative
from reading.words import Flags, Word

_ALL = ("juki", "sign", "user")
_OF = {"sign": {"sign"}, "user": {"user"}, "juki": {"juki"}, "four": {"juki", "user"}}
_OPPOSITE: dict[str, Literal["remembered", "forgotten"]] = {"remembered": "forgotten", "forgotten": "remembered"}


def facts(m: Message) -> list[Fact]:
    """Return what the message says is remembered or forgotten, as far as it can be PINs."""
    if not any(word["memory"] for word in m.words):
        return []
    not_now = unsure.no_answers(m)
    return [
        fact
        for clause in m.clauses
        if clause.at not in not_now and (fact := _fact(m, clause))
    ]


def heard(facts: Sequence[Fact], m: Message, s: Situation) -> list[Command]:
    """Return what that means for the PINs: asked about, named, or just spoken of before."""
    told = [fact for fact in facts if isinstance(fact, Pins) and _counts(fact, m, s)]
    all_told, told = told, _of_whom_is_asked(told, m, s)
    if all_told and not told and s.asked == "pins":
        return [Command("clarify", "pins", fact=all_told[-1])]
    states = _states([fact for fact in told if fact.holds])
    lost = sorted(pin for pin, state in states.items() if state == "forgotten")
    few = len(states) < len(_ALL) and not (
        s["holder"] in ("under_15", "adult_ward") and {"juki", "user"} <= states.keys()
    )
    if not lost and (few or not states):
        unclear = s.asked == "pins" and told
        return [Command("clarify", "pins", fact=told[-1])] if unclear else []
    value = "forgotten" if lost else "remembered"
    if not lost and s["pins"] == "forgotten" and s["applicant"] == "other_proxy" and not _by_heart(told, m):
        return []  # 回答書に書いて封をしてあるはず
    same = s["pins"] == value and (not lost or s["forgotten_pins"] in (None, lost))
    if same and s.asked != "pins":
        return []
    kind: Literal["set_slot", "correct_slot"] = "correct_slot" if s["pins"] not in (None, value) else "set_slot"
    return [Command(kind, "pins", value, told[-1]), Command(kind, "forgotten_pins", lost, told[-1])]


# What the words say --------------------------------------------------------------------------------

_KEEPS = {"keeps", "knows", "told", "notes", "sealed"}


def _fact(m: Message, clause: Clause) -> Pins | None:
    words = m.inside(clause)
    if _is_gone(m, clause, words):
        return Pins(*m.folded.span(clause.start, clause.end), clause.at, "said", "forgotten")
    at = next((at for at in range(len(words) - 1, -1, -1) if words[at]["memory"]), None)
    if at is None or _is_other(words, at) or (state := _state(m, clause, words, at)) is None:
        return None
    first = min((place for place, word in enumerate(words[:at]) if word["pin"] or word["pin_of"]), default=at)
    start, end = m.folded.span(words[first].start, words[at].end)
    return Pins(start, end, clause.at, _mood(clause, words, at, state), state, _which(m, clause, state))


def _state(
    m: Message, clause: Clause, words: Sequence[Word], at: int
) -> Literal["remembered", "forgotten"] | None:
    word = words[at]
    meaning = str(word["memory"])
    after = words[at + 1 :]
    purpose = next((place for place, each in enumerate(after) if each.lemma == "よう"), None)
    if purpose is not None and any(map(negative, after[purpose:])):
        purpose = None  # 忘れようがない, but 忘れないように
    done_for = {"by"} if meaning == "notes" and word.flags & {"past", "ing"} else set()  # 夫が書いといてくれました
    if word.flags & {"by", "want", "order", "cond"} - done_for or purpose is not None or _is_of_noun(word, after):
        return None
    if meaning == "thinks":
        return None if at and words[at - 1].text in ("って", "は") else "forgotten"
    no = negated(words, at)
    writes = word["pens"] and not no and "can" not in word.flags
    if writes and ("let" in clause.flags | word.flags or any(each["holder"] or each["person"] for each in words[:at])):
        return "remembered"  # 母に書いてもらいます
    if meaning == "sealed" or (meaning == "notes" and (word.kind == "verb" or words[at + 1 : at + 2] and words[at + 1].lemma == "する")):
        done = (clause.flags | word.flags | _led_to(m, clause)) & {"ing", "past"} or word.text.isascii() or any(each.lemma in ("ある", "済み", "ずみ") for each in after)
        return "remembered" if done and not no else None
    if meaning == "told" and not (clause.flags & {"ing", "past"} or word.text.isascii()):
        return None
    if meaning == "knows" and word.flags >= {"past"} and not no:
        return None  # 分かりました answers nothing
    state: Literal["remembered", "forgotten"] = "remembered" if meaning in _KEEPS else "forgotten"
    return _OPPOSITE[state] if no else state


def _led_to(m: Message, clause: Clause) -> Flags:
    """Return how what a …て leads to is said: メモして / 金庫に入れてあります."""
    after = m.clauses[clause.at + 1].flags if "te" in clause.flags and clause.at + 1 < len(m.clauses) else frozenset()
    return frozenset() if after & {"neg", "but"} else after


def _is_of_noun(word: Word, after: Sequence[Word]) -> bool:
    """Return whether a verb only tells what a noun is: "覚えることが多くて"."""
    plain = word.kind == "verb" and not word.flags & {"ing", "past", "neg", "can"}
    turned = after and after[0].lemma in TURNS and any(map(negative, after[1:4]))
    return plain and bool(after) and after[0].kind == "noun" and not turned and not after[0]["manner"]


# Where the note is, nobody knows: "紙に控えたけど、その紙がどこへ行ったか".
_GONE = re.compile("<where>(?:[にへがも]|かに)*(?:<gone>|<notes>|V|C|か?$)|<gone>|<notes>[がはも]?[JV]!")


def _is_gone(m: Message, clause: Clause, words: Sequence[Word]) -> bool:
    if not any(word["memory"] == "notes" for word in m.words[: clause.last]):
        return False
    found = _GONE.search(line(words, "away", "memory").text)
    gone = [at for at, word in enumerate(words) if word["away"] == "gone"]
    at = gone[-1] if gone else None
    put = at is None or words[at].lemma in _PUT
    if found and put and "where" not in found[0] and clause.at and "te" in m.clauses[clause.at - 1].flags:
        return False  # 書いて封筒に入れました
    seen = at is not None and words[at].lemma in _SEEN
    if found and "<notes>" in found[0] and "ask" in clause.flags and "past" not in clause.flags:
        return False  # どこに書くんですか
    return found is not None and (at is None or negated(words, at) == seen or "where" in found[0])


_PUT = {"行く", "いく", "やる", "しまう", "置く", "おく", "入れる"}
_SEEN = {"見つかる", "みつかる", "見当たる", "見あたる"}


_SOFTLY = re.compile("かな[ぁあー。…]*$|かも")


def _mood(clause: Clause, words: Sequence[Word], at: int, state: str) -> Mood:
    """Return how it is said; what is denied has become its opposite."""
    meaning, mood = words[at]["memory"], clause.mood
    if meaning == "thinks":
        return "said"
    if [word.text for word in words[at + 1 : at + 2]] == ["か"]:
        return "asked"  # 覚えているかどうか
    if state == "forgotten" and (mood == "supposed" or (mood == "asked" and "ask" not in clause.flags) or (mood == "asked" and _SOFTLY.search("".join(w.text for w in words)))):
        return "said"  # 忘れたかもしれない
    if meaning == "keeps" and {"past", "but"} <= clause.flags and state == "remembered":
        return "supposed"  # 覚えてたんだけど
    return "said" if mood in ("denied", "past") or (mood == "supposed" and meaning in ("knows", "keeps") and "cond" not in clause.flags and "neg" not in clause.flags) else mood


def _is_other(words: Sequence[Word], at: int) -> bool:
    """Return whether it is something else that is remembered or forgotten: "財布を忘れた"."""
    before = words[:at]
    if words[at]["memory"] == "sealed" or any(word["pin"] or word["pin_of"] for word in before):
        return False
    if before and before[-1].text == "と" and any(word["notice"] for word in before):
        return True  # 通知にはカードの更新と書いてありました
    for place, word in enumerate(before):
        after = words[place + 1].text
        of = after == "の" and any(each.lemma == "こと" for each in words[place + 2 : place + 3])  # 年金のことは忘れた
        if word.kind in ("noun", "number") and (after == "を" or of or (word["not_pin"] and after in ("が", "は", "も", "って"))):
            return not word["memory"] and word.lemma not in _STANDS_FOR
    return False


_STANDS_FOR = {"それ", "これ", "の", "もの", "やつ", "あれ", "ぜんぶ", "全部"}


def _which(m: Message, clause: Clause, state: str) -> tuple[str, ...]:
    """Return which PINs are meant: those named, or by "ほか" and "しか" those not named."""
    words = m.inside(clause)
    said = {word["pin_of"] for word in words if word["pin_of"]}
    if not said and clause.at and not any(
        word["memory"] or (word.kind in ("verb", "adjective") and not word["pin_of"]) for word in m.inside(m.clauses[clause.at - 1])
    ):
        said = {word["pin_of"] for word in m.inside(m.clauses[clause.at - 1]) if word["pin_of"]}  # "長いのが、忘れた"
    named: set[str] = set().union(*(_OF.get(str(each), set()) for each in said))
    if "user" in said and "four" in said:
        named = {"user"}
    if "rest" in said:
        earlier = [word["pin_of"] for word in m.words[: clause.last] if word["pin_of"]]
        named = set(_ALL) - set().union(*(_OF.get(str(each), set()) for each in earlier))
    elif named and any(word.text == "しか" for word in words):
        named = set(_ALL) - named if state == "forgotten" else named
    return tuple(pin for pin in _ALL if pin in named)


# What that means -----------------------------------------------------------------------------------

def _by_heart(told: Sequence[Pins], m: Message) -> bool:
    """Return whether somebody is said to remember, not only that something is written down."""
    return any(word["memory"] not in (None, "notes", "sealed") for fact in told for word in m.inside(m.clauses[fact.clause]))


_STRONG = {"keeps", "loses", "thinks"}
# Where "覚えています" alone can only be about the PINs, and where "忘れた" can.
_JUST_AFTER = {"counter", "book_later", "reissue_plan"}
_KEPT_AT = _JUST_AFTER | {"notice", "applicant", "holder", "visit_date"}


def _does_not_know(fact: Pins, m: Message) -> bool:
    words = m.inside(m.clauses[fact.clause])
    known = any(word.lemma in ("知る", "しる", "分かる", "わかる") or word["memory"] == "told" for word in words)
    return fact.state == "forgotten" and known


def _of_whom_is_asked(told: list[Pins], m: Message, s: Situation) -> list[Pins]:
    """Leave out what is said of somebody else's PINs, where several are told of: 私は覚えています。妻は忘れました."""
    owners = [next((word for word in m.inside(m.clauses[fact.clause]) if word["speaker"] or word["person"]), None) for fact in told]
    if s["applicant"] == "other_proxy":  # 私は知りません: the holder may know
        proxys = {id(fact) for fact, owner in zip(told, owners, strict=True) if owner and owner["speaker"] and _does_not_know(fact, m)}
        return [fact for fact in told if id(fact) not in proxys]
    if s["applicant"] not in (None, "self") or len({bool(owner["speaker"]) for owner in owners if owner}) < 2:
        return told
    return [fact for fact, owner in zip(told, owners, strict=True) if owner is None or owner["speaker"]]


def _counts(fact: Pins, m: Message, s: Situation) -> bool:
    """Return whether a fact is about the PINs here."""
    if s.asked == "pins":
        return True
    words = m.inside(m.clauses[fact.clause])
    if s["pins"] == "forgotten" and fact.state == "remembered" and any(word.lemma in ("思い出す", "おもいだす") for word in words):
        return True  # 思い出しました、全部わかります
    if not fact.holds:
        return False
    if any(word["pin"] == "pin" for word in (*m.words[: m.clauses[fact.clause].last], *_named_after(m, fact.clause))):
        return True
    strong = any(word["memory"] in _STRONG for word in words)
    if fact.state == "remembered" and strong and words[0]["pin"] == "number" and s.asked != "phone":
        return True  # 番号はおばが覚えてる
    named_before = m.inside(m.clauses[fact.clause - 1]) if fact.clause else ()  # 英数字のほう、思い出せない
    if strong and any(word["pin_of"] in ("sign", "juki") for word in (*named_before, *words)):
        return True
    places = _KEPT_AT if fact.state == "remembered" else _JUST_AFTER
    return s.asked in places and strong and len(m.clauses) < 3 and all(map(_is_light, words))


def _named_after(m: Message, at: int) -> Sequence[Word]:
    """Return the words of what only names something after a clause: 忘れました、暗証番号."""
    words = m.inside(m.clauses[at + 1]) if at + 1 < len(m.clauses) else ()
    return () if any(word.kind in ("verb", "adjective") for word in words) else words


def _is_light(word: Word) -> bool:
    """Return whether a word adds nothing that might be what is remembered."""
    light = word["memory"] in _STRONG or word["person"] or word["speaker"] or word["holder"] or word["thought"]
    return bool(light) or word.kind in ("particle", "mark", "adverb", "other", "copula") or word["pin_of"] == "all"


def _states(told: Sequence[Pins]) -> dict[str, str]:
    """Return the state of each PIN that is told of; what is said later counts, and tells which was meant."""
    states: dict[str, str] = {}
    for at, fact in enumerate(told):
        if not fact.which and any(later.which and later.state == fact.state for later in told[at + 1 :]):
            continue  # 一個あやしい、長いほうを忘れてる
        for pin in fact.which or _ALL:
            states[pin] = fact.state
    return states
