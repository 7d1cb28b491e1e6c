"""Which counter somebody chooses. What counters are called is handed in: no place stands here.

A counter that is only spoken of ("西口にラーメン屋があった", "市役所の人に聞いた") is not chosen: one of the patterns
has to fit what follows its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Literal

from reading import lexicon
from reading.clauses import Clause
from reading.facts import Fact, Place
from reading.message import Message
from reading.situation import Command, Situation
from reading.wording import line
from reading.words import Word

_ANY = re.compile("<any>(?:の?<side>)?[でも]*(?:C|<good>|<does>|[、。!！]|$)(?!!)")


def facts(m: Message) -> list[Fact]:
    """Return that any counter will do, where the words say so of counters."""
    found: list[Fact] = []
    for clause in m.clauses:
        words = m.inside(clause)
        if any(word.kind == "number" for word in words):
            continue  # "9時から11時の間ならどこでも"
        named = any(word["anywhere"] == "any" for word in words)
        if named and clause.mood != "asked" and _ANY.search(line(words, "anywhere", "picks").text):
            found.append(Place(*m.folded.span(clause.start, clause.end), clause.at, "said", "any"))
    return found


def heard(facts: Sequence[Fact], m: Message, s: Situation) -> list[Command]:
    """Return the counter that is chosen; asks back where one is named and none chosen."""
    spans = _spans(m, s)
    named = [each for clause in m.clauses for each in _named(m, clause, s, spans)] if spans else []
    chosen = [each for each in named if each.how == "chosen"] or [
        each for each in named if each.how == "near" and s.asked == "counter"
    ]
    refused = {each.counter for each in named if each.how == "refused"}
    either = _either(m, named, s)
    any_ = next((fact for fact in facts if isinstance(fact, Place) and fact.counter == "any"), None)
    if s.asked in ("visit_date", "visit_time") and not any(word["picks"] == "side" for word in m.words):
        any_ = None  # any of the times
    if chosen and not either and chosen[-1].counter not in refused - {each.counter for each in chosen[-1:]}:
        return _command(m, s, chosen[-1].counter, chosen[-1])
    if refused and not chosen and any_:
        return [Command("clarify", "counter")] if s.asked == "counter" else []
    if any_ or either or (s.asked == "counter" and not chosen and _any_asked(m, refused)):
        return _command(m, s, "any", named[-1] if named else None)
    if s.asked == "counter" and any(m.clauses[each.clause].mood != "asked" for each in named):
        return [Command("clarify", "counter")]
    return []


def mentioned(m: Message, s: Situation) -> set[str]:
    """Return the counters that the message names, whatever it says of them."""
    return {counter for _, _, counter in _spans(m, s)}


def _command(m: Message, s: Situation, counter: str, rests_on: _Named | None) -> list[Command]:
    if s["counter"] == counter and s.asked != "counter":
        return []
    kind: Literal["set_slot", "correct_slot"] = "set_slot" if s["counter"] in (None, counter) else "correct_slot"
    start, end = (rests_on.start, rests_on.end) if rests_on else (0, len(m.plain))
    clause = rests_on.clause if rests_on else 0
    return [Command(kind, "counter", counter, Place(*m.folded.span(start, end), clause, "said", counter))]


# Names ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Named:
    counter: str
    how: Literal["chosen", "near", "refused", "mentioned"]
    start: int
    end: int
    clause: int


@lru_cache(maxsize=8)
def _names(counters: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[re.Pattern[str], dict[str, str]]:
    """Return the pattern of all counters' names, and whose they are."""
    ids = {lexicon.plain(word).replace(" ", ""): id_ for id_, words in counters for word in words}
    longest_first = sorted(ids, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)) or "(?!)"), ids


def _spans(m: Message, s: Situation) -> list[tuple[int, int, str]]:
    """Return the first and last word of each name of a counter, and whose it is."""
    pattern, ids = _names(tuple(s.counters.items()))
    spelt = [word.lemma if word.kind == "noun" else word.text for word in m.words]  # にしぐち is 西口
    ends = list(accumulate(map(len, spelt)))
    begins = {end - len(text): at for at, (text, end) in enumerate(zip(spelt, ends, strict=True))}
    found = []
    for match in pattern.finditer("".join(spelt)):
        if match.start() in begins and match.end() in ends:
            found.append((begins[match.start()], ends.index(match.end()), ids[match[0]]))
    for match in pattern.finditer(m.plain):
        # A name that the dictionary does not know is cut anywhere; two letters may be within any word.
        within = [n for n, word in enumerate(m.words) if word.start < match.end() and match.start() < word.end]
        if len(match[0]) > 2 and within and not any(first <= within[0] <= last for first, last, _ in found):
            found.append((within[0], within[-1], ids[match[0]]))
    taken = {at for first, last, _ in found for at in range(first, last + 1)}
    for at, word in enumerate(m.words):
        name = word["called"] or (word["landmark"] if s.asked == "counter" else None)
        if name and at not in taken and (id_ := _owner(name, ids, bool(word["called"]))):
            found.append((at, at, id_))
    found.sort()
    there = [at for at, word in enumerate(m.words) if word["picks"] == "there" and found and found[0][1] < at]
    return sorted([*found, *((at, at, [id_ for first, _, id_ in found if first < at][-1]) for at in there)])


def _owner(name: str, ids: Mapping[str, str], whole: bool) -> str | None:
    """Return whose a name is; part of a name only where it is of one counter alone."""
    name = lexicon.plain(name)
    if whole and name in ids:
        return ids[name]
    owners = {id_ for word, id_ in ids.items() if name in word}
    return owners.pop() if len(owners) == 1 else None


# What is done with them ----------------------------------------------------------------------------

_SIDE = "(?:の?(?:<side>|<near>)|(?:の?N)?にV<side>)*"  # 西口の窓口, 駅の中にあるほう
_STEP = "(?:(?!<not>|V|<P>)(?:<[a-z]+>|[^<]))*?"  # up to the next word that picks; no other verb between
# What follows a name, by the first that fits.
_RULES: tuple[tuple[Literal["chosen", "near", "refused"], str], ...] = (
    ("refused", "(?:で?は|じゃ|で|も|が)?(?:C!|<not>(?!!)|[JV]!)"),  # 西口じゃなくて, 西口はやめて
    ("refused", f"(?:だと|まで|に|へ|は|が|も){_STEP}(?:<not>(?!!)|<[a-z]+>!)"),  # 市役所まで行けないので
    ("near", f"(?:が|は|のほうが|のが|なら){_STEP}<near>(?!!)"),  # 市役所がいちばん近いので
    ("near", "の<near>(?:C|で)?$"),  # 駅の近く
    ("chosen", f"(?!から|の|と|や|か)(?:で|にて|に|へ|まで|が|なら|を|は|でも|だと|って)?{_STEP}<(?:does|changes|good)>(?!!)"),
    ("chosen", "(?:C|で|に|へ|を)?(?:[、。!！…~ーね]|O|と)*$"),  # 西口で。
)
_SAID_AGAIN = re.compile("(?:だ|です)?(?:って|と)(?:言|い)(?:った|って|いました|いましたよね)")  # 西口って言った
_TIME = re.compile("(?:さん)?(?:の?(?:[0-9]+(?::[0-9]+|月|日|時半?|分)|[月火水木金土日]曜日?|午前中?|午後|朝|お?昼|夕方|夜間?|頃|ごろ))+")
_AFTER = tuple((how, re.compile(_SIDE + pattern)) for how, pattern in _RULES)
_SUBJECT = re.compile("(?:N|<[a-z]+>)[がはも]$")  # "保育園が西口なので" tells where something is


def _named(m: Message, clause: Clause, s: Situation, all_: Sequence[tuple[int, int, str]]) -> Iterator[_Named]:
    """Yield the counters named in a clause, and what is said of each."""
    spans = [span for span in all_ if clause.first <= span[0] < clause.last]
    for place, (first, last, id_) in enumerate(spans):
        then = spans[place + 1][0] if place + 1 < len(spans) else clause.last
        how = _how(m, clause, s, first, last, then)
        yield _Named(id_, how, m.words[first].start, m.words[last].end, clause.at)


# "西口で12月9日の11時"
_WITH_A_TIME = re.compile("で(?:(?:二|三|2|3)人|夫婦|家族|親子|みんな)?(?:で|とも)?(?:一緒|いっしょ|揃って|そろって)に?、?|(?:で|に|へ)、?[0-9/:月火水木金土日曜時分半午前後朝夕方来再今週のに、~]+(?:頃|ごろ|以降|から|まで)?(?:で|です)?(?:本人|自分|私|(?:一|二|1|2)人)?[。!]*")


def _how(
    m: Message, clause: Clause, s: Situation, first: int, last: int, then: int
) -> Literal["chosen", "near", "refused", "mentioned"]:
    before = line(m.words[clause.first : first], "picks").text
    time = _TIME.match(m.plain, m.words[last].end)  # 西口の11時半に
    rest = [word for word in m.words[last + 1 : then] if not time or word.start >= time.end()]
    after = line(rest, "picks").text + ("<P>" if then < clause.last else "")
    how = next((how for how, pattern in _AFTER if pattern.match(after)), None)
    if how is None and clause.mood == "asked" and _INSTEAD.match("".join(word.text for word in rest)):
        how = "chosen"
    if (s.asked == "counter" or not before) and _SAID_AGAIN.match(m.plain, m.words[last].end):
        how = "chosen"
    if how is None and _WITH_A_TIME.fullmatch("".join(word.text for word in rest)):
        how = "chosen"
    if how is None and _TIME.match(m.plain, m.words[last].end + 1) and re.match("[でにへ].*Vから<does>(?!!)", after):
        how = "chosen"  # 市役所で夕方5時半とか、大学終わってから行けます
    if re.search("<(?:does|good)>N*$", before) and m.words[first].text.isascii():
        how = "chosen"  # "I prefer the west exit one"
    told_when = any(word.kind == "number" for word in m.inside(clause))
    if how == "chosen" and s.asked != "counter" and m.words[first].text.isascii() and before and not told_when and not re.search("<(?:does|good|changes)>", before):
        return "mentioned"  # a chatbot at city hall
    if how == "chosen" and (_tells_where(before, rest) or not _wants(m, clause, s, rest)):
        return "mentioned"
    bare = how is None or (how == "chosen" and all(word.kind == "copula" for word in rest))
    if bare and "cond" in clause.flags and clause.at + 1 < len(m.clauses):
        next_word = m.words[m.clauses[clause.at + 1].first]  # "市役所だと助かります"
        return "chosen" if next_word["picks"] == "good" else "mentioned"
    return how or "mentioned"


def _tells_where(before: str, rest: Sequence[Word]) -> bool:
    """Return whether the name only says where something is."""
    whole = not rest or rest[0].kind == "copula"
    return whole and bool(_SUBJECT.search(before)) and not re.search("<(?:side|good|does|near)>[がはも]$", before)


_PICKED = {"does", "changes", "good"}
_INSTEAD = re.compile("(?:の?(?:方|ほう|窓口|こーなー))?に(?:も)?(?:でき|して|変え|替え)")
_CONCEDES = re.compile("[てで]も$|たって$")


def _wants(m: Message, clause: Clause, s: Situation, rest: Sequence[Word]) -> bool:
    """Return whether the clause can choose: it is no story, and a question only where counters are asked for."""
    first = next((at for at, word in enumerate(rest) if word["picks"] in _PICKED and not _CONCEDES.search(word.text)), None)
    if first is None and any(word["picks"] in _PICKED for word in rest):
        return False  # いつ行っても混んでる
    if first and rest[first].lemma == "する" and rest[first - 1].kind == "noun" and not rest[first - 1]["picks"]:
        return False  # 勤務する, 買い物する
    if clause.mood == "asked":
        if _INSTEAD.match(m.plain, rest[0].start if rest else clause.end):
            return True  # 西口の方にできますか
        picks = {word["picks"] for word in rest} & _PICKED
        dated = any(word.kind == "number" for word in m.inside(clause)) and any(word["books"] for word in rest)  # 29日に本庁舎で予約は取れますか
        return bool(picks) and (s.asked == "counter" or dated or "changes" in picks or any(word["sends"] for word in rest))
    told = any(word["comes"] == "go" and "past" in word.flags for word in rest)
    return clause.mood != "heard" and not told


# Any counter ---------------------------------------------------------------------------------------

_WHICH = {"どっち", "どちら", "どれ", "どっちか", "どちらか"}


def _either(m: Message, named: Sequence[_Named], s: Situation) -> bool:
    """Return whether one of several is as good as another: "西口か市役所", "市役所でも西口でも"."""
    if s.asked != "counter" or len({each.counter for each in named}) < 2:
        return False
    if named[-1].how == "refused" or named[0].how == "refused":
        return False
    between = m.plain[named[0].end : named[-1].start]
    after = m.plain[named[-1].end :][:3]
    return between in ("か", "とか", "でも", "でも、", "か、") or after.startswith("でも") or any(word.text in _WHICH for word in m.words)


def _any_asked(m: Message, refused: set[str]) -> bool:
    """Return whether it is said, where counters are asked for, that the choice does not matter."""
    for clause in m.clauses:
        for word in m.inside(clause):
            if word["anywhere"] in ("asked", "first", "any") and clause.mood != "asked" and "neg" not in word.flags:
                return True
    return False
