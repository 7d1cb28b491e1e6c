"""Yes and no: assent, refusal, hesitation, and the wish to break off or to change something.

A clause is an answer only where every piece of it belongs to answers: "それで / 結構 / です". So a word
decides nothing by occurring in a sentence about something else ("大丈夫か心配で", "間違い電話が多くて").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from reading import lexicon
from reading.clauses import Mood
from reading.facts import (
    Change,
    Comes,
    DateOf,
    Fact,
    Form,
    Name,
    No,
    Phone,
    Pins,
    Place,
    Stop,
    Unsure,
    When,
    Yes,
)  # fmt: skip
from reading.message import Message
from reading.situation import Command, Situation


@dataclass(frozen=True)
class _Part:
    """A stretch of the message and its sense: None where it is no answer, "" where it says nothing."""

    start: int
    end: int
    sense: str | None
    asked: bool = False
    of_detail: bool = False
    figures: tuple[str, ...] = ()


def facts(m: Message) -> list[Fact]:
    """Return what the message agrees to, refuses, doubts or breaks off."""
    found: list[Fact] = []
    for part in _parts(m):
        clause = m.clause_at(part.start)
        mood: Mood = "asked" if part.asked else "said"
        at = (*m.folded.span(part.start, part.end), clause.at if clause else 0, mood)
        if part.sense in ("yes", "noted", "polite", "thanks", "as_is"):
            found.append(Yes(*at, or_no=part.sense in ("polite", "thanks")))
        elif part.sense in ("no", "weak"):
            found.append(No(*at))
        elif part.sense in ("hold", "unsure") and not part.figures:  # not "10時は早い"
            found.append(Unsure(*at, kind_of="finding_out" if part.sense == "hold" else "unknown"))
        elif part.sense in ("change", "stop"):
            found.append(Change(*at) if part.sense == "change" else Stop(*at))
    return found


def heard(facts: Sequence[Fact], m: Message, s: Situation) -> list[Command]:
    """Return what assent and refusal mean at the question asked."""
    parts = _parts(m)
    sense = _sense_of_all(m, parts)
    offered = _to_an_offer(m, facts, parts) if s.asked in _OFFERS else None
    sense = offered or sense
    if s.asked is None or not sense:
        return []
    kinds = (Yes, No, Unsure, Change, Stop)
    fact = next((each for each in facts if isinstance(each, kinds) and each.holds), None)
    keeps = s.asked in _KEEPS_STOP and not (s.asked == "birthday" and s["near_fifteen"])
    if sense == "stop" and not keeps:
        stands = not any(_puts_right(m, part) for part in parts if part.sense is None)
        return [Command("set_slot", "stop", True, fact)] if stands else []
    rest = [part for part in parts if (part.sense is None or part.of_detail) and not part.asked]
    answers = {}
    if s.asked == "confirmed":
        told = [figure for part in parts if not part.asked for figure in part.figures]
        answers = _confirmed(sense, rest, m) if _as_known(told, s) else {}
    elif s.asked == "booking_confirmed":
        answers = _ANSWERS["cancelled" if s["booking_action"] == "cancel" else "changed"]
        sense = "change" if sense == "stop" and _CANCELS.search(m.plain) else sense
    elif offered or (not rest and not _puzzled(facts)):
        answers = _ANSWERS.get(s.asked, {})
    elif _goes_on(m, facts, parts, s):  # else the rest is the answer, and others read it
        sense = str(parts[0].sense)
        answers = _ANSWERS.get(s.asked, {})
    return [
        Command("clarify", s.asked, None, fact) if told == "?" else _set(told, s.asked, fact)
        for told in answers.get(sense, "").split()
    ]


# What the topic of a question reads there; elsewhere a plain yes or no needs nothing beside it.
_READ_THERE = {"pins": Pins, "reply_form": Form, "expiry_checked": DateOf, "expiry_help": DateOf}

_TOLD_ELSE = (DateOf, When, Place, Phone, Comes, Name)


def _goes_on(m: Message, facts: Sequence[Fact], parts: Sequence[_Part], s: Situation) -> bool:
    """Return whether a plain yes or no goes on in the same sense: はい、いつも使ってますから."""
    own, after = _READ_THERE.get(str(s.asked)), parts[0].end
    apart = m.plain.startswith(("、", "。", "!"), after) or after in m.folded.gaps
    heads = ("yes", "no", "polite", "thanks") if s.asked == "expiry_help" else ("yes", "no")
    if own is None or not apart or parts[0].sense not in heads or _questions(m, parts):
        return False
    counter = any(lexicon.plain(name) in m.plain for names in s.counters.values() for name in names)
    turns = counter or parts[0].sense == "yes" and any(_puts_right(m, part) for part in parts[1:])
    return not (_puzzled(facts) or turns or any(isinstance(fact, (own, *_TOLD_ELSE)) for fact in facts))


def _puzzled(facts: Sequence[Fact]) -> bool:
    return any(isinstance(fact, Unsure) and fact.kind_of == "not_understood" for fact in facts)


def _questions(m: Message, parts: Sequence[_Part]) -> bool:
    links = [clause.link if (clause := m.clause_at(part.start)) else "" for part in parts]
    return any(part.asked and link != "cond" for part, link in zip(parts, links, strict=True))


_OFFERS = {"book_later", "reissue_plan"}


def _to_an_offer(m: Message, facts: Sequence[Fact], parts: Sequence[_Part]) -> str | None:
    """Return the answer to whether to book a day that lies further ahead: "はい、届いたあとの日で"."""
    said = lexicon.groups("consent", "offer")
    head = parts[0].sense if parts else None
    if _questions(m, parts):
        return None
    if head in ("no", "unsure", "hold"):
        return None if any(isinstance(fact, When) for fact in facts) else head
    day = any(each in m.plain for each in said["day"])
    if not day and any(each in m.plain for each in said["waits"]):
        return "later"
    if day or any(part.figures for part in parts) or any(each in m.plain for each in said["books"]):
        return "yes"
    return head if head == "yes" else None


def _set(told: str, asked: str, fact: Fact | None) -> Command:
    slot, _, value = told.rpartition("=")
    values: str | list[str] = value.split("+") if "+" in value else value
    return Command("set_slot", slot or asked, values, fact)


# What a bare answer is at each question; "?" asks back.
_KEEPS_STOP = {"booking_confirmed", "book_later", "reissue_plan", "expiry_help", "birthday", "issued_on"}
_FORGOTTEN = "forgotten forgotten_pins=juki+sign+user"
_SKIP = "expiry_help=skip"


def _table(**answers: str) -> dict[str, str]:
    """Return the answers by sense; what has none of its own is taken as the sense it is a kind of."""
    of = {"noted": "yes", "polite": "yes", "thanks": "polite", "as_is": "yes", "weak": "no", "unsure": "hold"}
    for sense, kind in of.items():
        answers.setdefault(sense, answers.get(kind, ""))
    return answers


_ANSWERS: dict[str, dict[str, str]] = {
    "pins": _table(yes="remembered", no=_FORGOTTEN, hold="?", noted="?"),
    "reply_form": _table(yes="ready", no="missing", hold="?", noted="?"),
    "proof_waiver": _table(yes="same_household", no="neither", hold="?", noted="?", polite="?"),
    "book_later": _table(yes="yes", no="no", hold="?", polite="no", later="no", stop="no"),
    "reissue_plan": _table(yes="book_after", no="later", hold="?", polite="later", later="later", stop="later"),
    "expiry_help": _table(yes="compute", compute="compute", no="skip", hold="?", polite="skip", later="skip",
                          stop="skip", as_is="skip", onward="skip", unsure="skip"),
    "expiry_checked": _table(yes="confirmed", no="recheck", change="recheck", hold="recheck", unsure="card"),
    "date_meant": _table(yes="?", no="?", hold="?"),
    "expires_on": {"as_is": f"unknown {_SKIP}", "onward": f"unknown {_SKIP}"},
    "birthday": dict.fromkeys(("onward", "as_is", "polite", "stop", "unsure"), _SKIP),
    "issued_on": dict.fromkeys(("onward", "as_is", "polite", "stop", "unsure"), _SKIP),
    "changed": _table(yes="yes", no="no", hold="?", stop="no", change="no", as_is="?", later="no"),
    "cancelled": _table(yes="yes", no="no", hold="?", stop="no", change="?", polite="?", as_is="?", later="no"),
}  # fmt: skip


def _confirmed(sense: str, rest: Sequence[_Part], m: Message) -> dict[str, str]:
    """Return the answers to the summary: a yes counts where nothing else is put right with it."""
    if sense in ("yes", "noted", "polite", "as_is") and any(_puts_right(m, part) for part in rest):
        return {}
    unclear = "" if rest else "?"
    return _table(yes="yes", no="fix", change="fix", hold=unclear, later=unclear, thanks=unclear)


def _as_known(figures: Sequence[str], s: Situation) -> bool:
    """Return whether figures that are said with a yes are those of the day and time settled."""
    if not figures:
        return True
    known = [int(each) for each in re.findall("[0-9]+", f"{s['visit_date']} {s['visit_time']}")]
    known += [each - 12 for each in known if 12 < each < 24]
    day = str(s["visit_date"] or "")
    weekday = "月火水木金土日"[date.fromisoformat(day).weekday()] if _ISO.fullmatch(day) else ""
    return all(int(re.sub("[^0-9]", "", each)) in known if each[0].isdigit() else each[0] == weekday for each in figures)


_ISO = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _puts_right(m: Message, part: _Part) -> bool:
    """Return whether a stretch that is no answer may put something right."""
    clause = m.clause_at(max(part.start - 1, 0))
    after_but = bool(clause and clause.link == "but" and clause.end <= part.start)
    said = m.plain[part.start : part.end]
    return after_but or bool(_RIGHT.search(said) or _OTHERWISE.search(said))


# Another day or time is wanted, if only by asking for it.
_OTHERWISE = re.compile(
    "[0-9時分半前後日曜方]に(?:は)?(?:でき|出来|なり|変|し[てたまろ])|(?:他|別(?!の用|の予定))の|ほかの|もう(?:少|すこ|ちょ)し?|もっと|遅[いくめ]|早め|早い[時日方ほ]|早く[しなに]|空[いき]"
)
_RIGHT = re.compile(
    "(?:じゃ|では?)なく(?!てもいい)|やっぱ|やはり|^(?:でも|ただ)|変[えわ]|かえ[てた]|変更|直[しすっ]|なお[しす]|訂正|修正|(?<!勘)違[いうっ]|ちが[いうっ]"
    "|間違|ずら|倒し|に(?:して|し(?:たい|ます|ろ))|追加|減ら|増や|抜い|(?:ほう|方)が(?:いい|良い)"
)


# Pieces ----------------------------------------------------------------------------------------

_MARKS = re.compile(r"[。、!?\n;:]+|\.{2,}|\.(?=\s|$)")
_LONGEST_ANSWER = 40
_FLIPPED = {"yes": "no", "polite": "no", "thanks": "no", "noted": "no", "as_is": "change", "no": "yes", "change": "yes"}


@lru_cache(maxsize=1)
def _pieces() -> tuple[dict[str, str], int]:
    known = lexicon.phrases("consent", "consent")
    return known, max(map(len, known))


@lru_cache(maxsize=1)
def _openers() -> re.Pattern[str]:
    listed = sorted(lexicon.phrases("consent", "openers"), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, listed)))


def _parts(m: Message) -> list[_Part]:
    """Return the message in stretches between marks, and between clauses where that says more."""
    found: list[_Part] = []
    at = 0
    for mark in [*_MARKS.finditer(m.plain), None]:
        end = mark.start() if mark else len(m.plain)
        if at < end:
            found += _stretch(m, at, end, asked=bool(mark) and "?" in mark[0] if mark else False)
        at = mark.end() if mark else end
    return found


def _stretch(m: Message, start: int, end: int, asked: bool) -> Iterator[_Part]:
    whole = _part(m, start, end, asked)
    if whole.sense is not None:
        yield whole
        return
    opener = _openers().match(m.plain, start, end)
    after = opener.end() if opener else start
    if start < after and any(w.start == after and w.kind != "particle" for w in m.words):
        yield _part(m, start, after, asked=False)
        start = after
    cuts = [c.start for c in m.clauses if start < c.start < end]
    for first, last in zip([start, *cuts], [*cuts, end], strict=True):
        part = _part(m, first, last, asked and last == end)
        clause = m.clause_at(first)
        if clause and clause.link == "cond":
            yield _Part(first, last, None, asked=True)
        else:
            yield part if part.sense is not None else _ending(m, part)


def _ending(m: Message, part: _Part) -> _Part:
    """Return the part with what its end refuses or changes: "妻の名前が / 違います"."""
    starts = [w.start for w in m.words if part.start < w.start < part.end]
    for at in starts[-4:]:
        because = m.plain.startswith(("から", "ので"), at - 2)
        if not because and m.plain[at - 1] not in "はがもをにで":
            continue
        end = _part(m, at, part.end, part.asked)
        if end.sense in ("no", "change") or (because and end.sense == "stop"):
            return _Part(at, part.end, end.sense, end.asked, of_detail=not because)
    return _Part(part.start, part.end, None, _asks(m, part))


def _asks(m: Message, part: _Part) -> bool:
    """Return whether a stretch only asks, or supposes: "変えてもらえますか" wants something."""
    clause = m.clause_at(part.start)
    if clause is None or m.plain[part.start : part.end].endswith("よね"):
        return clause is not None
    asked = part.asked or clause.mood in ("asked", "heard")
    wants = clause.flags & {"let", "by", "want"} or _OTHERWISE.search(m.plain[part.start : part.end])
    return clause.mood == "supposed" or (asked and not wants)


def _part(m: Message, start: int, end: int, asked: bool) -> _Part:
    kinds = _cut(_LONG.sub("ー", m.plain[start:end])) if end - start <= _LONGEST_ANSWER else None
    if not kinds:
        return _Part(start, end, None, asked)
    sense = _sense(kinds)
    friendly = any(kind == "friendly" for kind, _ in kinds)
    asked = not friendly and (asked or any(kind == "ask" for kind, _ in kinds))
    detail = any(kind == "detail" for kind, _ in kinds) and sense in ("no", "change", "stop")
    figures = tuple(text for kind, text in kinds if kind == "figure")
    if sense == "stop" and (detail or figures):
        sense = None  # "10時はやめます": another time, if anything
    return _Part(start, end, sense, asked, detail, figures)


_LONG = re.compile("ー{2,}")
_CANCELS = re.compile("きゃんせる|中止|中断|取りやめ|とりやめ|取り止め|白紙|cancel")
_FIGURE = re.compile("[0-9]+(?:月|日|時半?|分|人|名|:)?|[月火水木金土日]曜日?")


@lru_cache(maxsize=256)
def _cut(text: str) -> tuple[tuple[str, str], ...] | None:
    """Return the pieces of a text with their kinds, the longest that leave nothing over; else None."""
    known, longest = _pieces()
    best: list[int | None] = [None] * len(text) + [0]
    for at in range(len(text) - 1, -1, -1):
        for size in range(min(longest, len(text) - at), 0, -1):
            if best[at + size] is not None and text[at : at + size] in known:
                best[at] = size
                break
        else:
            figure = _FIGURE.match(text, at)
            if figure and best[figure.end()] is not None:
                best[at] = len(figure[0])
            elif best[at + 1] is not None and not text[at].isalnum():
                best[at] = 1  # a sign or an emoji that says nothing
    at, found = 0, []
    while at < len(text):
        size = best[at] or 0
        if not size:
            return None
        piece = text[at : at + size]
        found.append((known.get(piece) or ("figure" if piece[0].isalnum() else "sign"), piece))
        at += size
    return tuple(found)


def _sense(pieces: Sequence[tuple[str, str]]) -> str | None:
    """Return what the pieces say together."""
    said: list[str] = []
    proposed = False
    for before, (kind, text) in zip([("", ""), *pieces], pieces, strict=False):
        if kind == "that":
            proposed = True
            if text.endswith("で"):
                said.append("that")
        elif text == "ない" and before[1].endswith(_ENDS):
            continue  # 頼むない: a friendly ね
        elif kind in ("negation", "dont") or (kind == "nee" and _denies(before, said)):
            if said[-1:] == ["hold"] and any(other == "聞いて" for _, other in pieces):
                return None  # 私は聞いてません
            if said:
                said[-1] = _FLIPPED.get(said[-1], "no")
            elif kind == "dont" or proposed:
                said.append("no")
            else:
                return None  # "ないです": what is not there is no answer to yes or no
        elif kind in _SAYS and not (text in _SOFTENS and any(other == "unsure" for other, _ in pieces)):
            said.append(_SAYS[kind])
    if "again" in said:
        if "compute" in said:
            return None  # もう一度教えてください
        said[said.index("again")] = "hold" if "hold" in said else "change"
    if "that" in said and set(said) <= {"that", "polite", "thanks", "weak"}:
        return "yes"
    if proposed and {"polite", "thanks"} & set(said):
        said.append("yes")
    if "weak" in said and "yes" in said:
        said.remove("weak")
    words_only = {kind for kind, _ in pieces} <= {"whole", "detail", "tail", "ask", "sign", "that", "figure", "negation"}
    return next((sense for sense in _FIRST if sense in said), None if words_only else "")


_SOFTENS = {"ちょっと", "ちょい"}  # ちょっと分かりません
# What can end a sentence, so that ない behind it denies nothing.
_ENDS = ("す", "違う", "ちがう", "頼む", "たのむ", "願う", "よ", "から", "がら", "ねえ", "ねぇ")


def _denies(before: tuple[str, str], said: Sequence[str]) -> bool:
    """Return whether ねえ denies what stands before it: 合ってねえ, 問題ねえ, 直すとこなんかねえ, but いいねえ."""
    kind, text = before
    wrong = text in ("なんか", "なんぞ", "は", "も") and said[-1:] in (["no"], ["change"])
    return wrong or kind == "refusal" or (kind != "that" and text.endswith(("て", "じゃ")))


_SAYS = {
    "assent": "yes", "friendly": "yes", "noted": "noted", "polite": "polite", "thanks": "thanks", "as_is": "as_is", "refusal": "no", "weak": "weak",
    "change": "change", "again": "again", "hold": "hold", "unsure": "unsure", "later": "later", "stop": "stop", "onward": "onward",
    "compute": "compute",
}  # fmt: skip
_FIRST = (
    "stop", "no", "change", "hold", "unsure", "later", "onward", "weak", "as_is", "yes", "noted", "polite", "thanks", "compute",
)  # fmt: skip


def _sense_of_all(m: Message, parts: Sequence[_Part]) -> str | None:
    """Return what the parts say together: what is wrong or unclear counts before a yes."""
    told = [part for part in parts if part.sense and not part.asked]
    why = [part for part in told if part.sense == "unsure" and (clause := m.clause_at(part.start)) and clause.link == "reason"]
    said = [part.sense for part in told if part not in why or len(told) == len(why)]  # "分からないのでお願いします"
    if "yes" in said:
        said = [sense for sense in said if sense != "weak"]
    return next((sense for sense in _FIRST if sense in said), None)
