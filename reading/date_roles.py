"""What each date of a message is for: the words beside it give it a role.

A role is a slot (expires_on, card_expires_on, reply_form_limit, birthday, issued_on), "visit" (a day to
come on), "written" (read off a paper), "person" (somebody's, not told what), "other" (no concern of
this procedure), or None where its own words leave it open.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from reading.clauses import Clause, Mood
from reading.dates.context import Piece
from reading.dates.values import Found, Purpose
from reading.message import Message
from reading.text import number
from reading.wording import line
from reading.words import Word

PURPOSES = {
    "expires_on": Purpose.EXPIRY, "card_expires_on": Purpose.EXPIRY, "reply_form_limit": Purpose.EXPIRY,
    "birthday": Purpose.BIRTHDAY, "issued_on": Purpose.ISSUE,
}  # fmt: skip
VISITS = (None, "visit")
TAGS = ("dated", "notice", "letter", "form", "elsewhere")
_DATES = ("date", "date_range", "month", "year", "invalid")
_NO_DATE = ("no_such_time", "am_pm_conflict")


@dataclass(frozen=True)
class Told:
    """A day or time: `role` is what it is for, None where its own words leave that open.

    `both`: it is a day to come on as well ("期限の12月20日に行きます"). `years`: so many years after birth.
    """

    piece: Piece
    item: Found
    clause: Clause
    role: str | None
    both: bool = False
    years: int = 0
    asked: bool = False

    @property
    def mood(self) -> Mood:
        """How it is said: a day named before its clause asks something is told."""
        return "said" if self.clause.mood == "asked" and not self.asked else self.clause.mood

    @property
    def span(self) -> tuple[int, int]:
        """Its place in the text."""
        return self.item.start, self.item.end

    @property
    def is_date(self) -> bool:
        """Whether it can be the day of something (no time, weekday or preference)."""
        reason = getattr(self.item.value, "reason", "")
        return self.item.kind in _DATES and reason not in _NO_DATE


def with_roles(m: Message, found: Sequence[tuple[Piece, Found]]) -> tuple[Told, ...]:
    """Return what was found in a message, each with its role."""
    told: list[Told] = []
    for at, (piece, item) in enumerate(found):
        before = found[at - 1][0].end if at else 0
        after = found[at + 1][0].start if at + 1 < len(found) else len(m.plain)
        new = _with_role(m, piece, item, before, after)
        if new.role in VISITS and told and _INSTEAD.fullmatch(m.plain, before, piece.start):
            new = replace(new, role=told[-1].role or new.role)  # 期限は20日じゃなくて21日
        if new.role is None and told and told[-1].role == "other" and item.kind == "time" and before == piece.start - 1:
            new = replace(new, role="other")  # 病院の予約が14日の10時なので
        told.append(new)
    return tuple(_pointed_at(m, told))


def in_line(m: Message, clause: Clause) -> str:
    """Return a clause as a line of meanings."""
    return line(m.inside(clause), *TAGS).text


# The words beside it -----------------------------------------------------------------------------

_INSTEAD = re.compile("(?:じゃ|では?)な(?:く|し|い)て?、?|から|、?(?:いや|やっぱり?|あっ?|間違い?|まちがえた|違う|もとい)[、。]?")
_LINKS = "(?:[はがものにで:→、とCOA]|って|<link>)*$"
_UP_TO = "(?:まで|って|付け?で|<link>|[にでがはもとの、CAO])*"
# Before it: "期限は…". The first that fits decides.
_LEADS = tuple(
    (role, re.compile(f"(?:{pattern}){_LINKS}"))
    for role, pattern in (
        ("other", "<(?:document|other)>(?:の(?:<[a-z]+>|N))*"),
        ("other", "<(?:issued|happens)>(?:N|<link>)*<notice>"),  # I got the notice on Nov 10
        ("reply_form_limit", "<(?:form|paper)>N?の<expires>"),
        ("card_expires_on", "<card>N?の<expires>"),
        ("expires_on", "<(?:expires|ends)>!?"),
        ("birthday", "<born>"),
        ("issued_on", "<issued>"),
        ("other", "<(?:event|elsewhere)>の<visit>"),  # 病院の予約が
        ("visit", "<visit>(?:の?N)?"),
    )
)  # fmt: skip
_OF_EVENT = re.compile("<(?:event|elsewhere|happens)>(?:の?N)?(?:のは|のが|って|[はがも:])[OA、]*$")
_WEAK_LEADS = tuple(
    (role, re.compile(f"(?:{pattern}){_LINKS}"))
    for role, pattern in (
        ("written", "<notice>(?:のN+)?には?"),
        ("reply_form_limit", "<form>"),
        ("card_expires_on", "<card>(?:の?N)?(?:には?|は|が)"),
        ("expires_on", "<certificate>(?:の?N)?|<notice>には?"),
    )
)
# Behind it: "…で切れます".
_TAILS = tuple(
    (role, re.compile(pattern))
    for role, pattern in (
        ("other", f"{_UP_TO}<(?:document|other)>(?:の|$)"),
        ("expires_on", f"{_UP_TO}(?:(?:<expires>[がの]?)?<ends>(?!!)|まで<expires>)"),
        ("expires_on", "に<expires>(?=が|に<stands>)"),
        ("expires_on", "(?:[がはでの、]|まで|まで[がの])?N?<expires>(?=$|C|[でとだ、。だ]|って|に<stands>)"),
        ("card_expires_on", "[(（]<card>[)）]"),
        ("expires_on", "[(（]<certificate>[)）]"),
        ("birthday", "[にがはの、]?<born>(?=$|C|[でのだ、。]|って)(?!の<)"),
        ("issued_on", "[にがはの、]?<issued>(?![のにの]?<visit>)"),
        ("written", "(?:まで)?(?:と|って)(?:[NC、]|<[a-z]+>と)*<(?:written|stands)>|までに<stands>"),
        ("visit", "(?:から|まで|[にでがはの、])*(?:N(?:[はがをに、])?)*<visit>"),
        ("other", "(?:[にはがも]|から|まで)A*<(?:event|elsewhere)>(?=$|[CV!をがで、。もか]|に<|し)"),
        ("other", "(?:[にはがも]|から|まで|ごろに?)*(?:N[をがはに])?<happens>"),
        ("other", "[はにも](?:(?:N|<[a-z]+>)の)*(?:N|<event>|<elsewhere>)が<stands>|でDN+に<stands>"),
    )
)  # fmt: skip
# "12月18日で15歳になります", "turns 15 on December 18".
_N = r"(?P<n>\d{1,3}|[一二三四五六七八九十]{1,4})"
_AGE_AFTER = re.compile(
    rf"(?:で|に|が|は|には|の?(?:時点|誕生日)で)?(?:ちょうど|やっと|ようやく|満|まん|、)*{_N}(?:(?:歳|才|さい)(?!の|以)|に(?:な|成|達))"
)
_AGE_BEFORE = re.compile(rf"(?:turn(?:s|ing)?|will be|becomes?) {_N}(?: years? old)? on (?:the )?$")
_ENDS_CLAUSE = ("verb", "adjective", "copula")


def _with_role(m: Message, piece: Piece, item: Found, before: int, after: int) -> Told:
    clause = m.clause_at(piece.start) or m.clauses[0]
    told = Told(piece, item, clause, None, asked=_is_asked(m, clause, piece))
    if item.kind == "preference":
        return told
    age = _AGE_AFTER.match(m.plain, piece.end) or _AGE_BEFORE.search(m.plain, 0, piece.start)
    if age:
        on = isinstance(item.value, date)
        born = isinstance(item.value, date) and item.value < m.now.date() - timedelta(days=400)
        return replace(told, role="birthday" if on else "other", years=0 if born or not on else number(age["n"]))
    lead, tail = _lead(m, clause, piece, before), _tail(m, clause, piece, after)
    leads, tails = line(lead, *TAGS).text, line(tail, *TAGS).text
    behind = _fits(_TAILS, tails, match=True)
    ahead = _fits(_LEADS, leads) or ("other" if _OF_EVENT.search(leads) else _carried(m, clause, lead))
    role = behind if behind not in (None, "visit", "written") else ahead or behind or _fits(_WEAK_LEADS, leads)
    if role == "other" and (item.kind == "time_range" or (item.kind == "weekday" and ahead != "other")):
        role = None  # 仕事が16時に終わる: free from then on
    if item.kind.startswith("not_"):
        return replace(told, role=role if role in PURPOSES else None)
    if role in PURPOSES and not told.is_date or (role == "birthday" and item.kind == "year"):
        role = None
    if role in (None, "visit") and _is_story(m, clause, tail):
        role = "other"
    if role is None and any(word["person"] for word in lead[-3:]):
        role = "person"
    opened = behind == "visit" or item.kind == "date_range"
    beside = (opened and leads.endswith("の")) or _SINCE.search(item.text)
    if beside and role in PURPOSES:
        return replace(told, piece=replace(piece, for_visit=True), role=role, both=True)
    return replace(told, role=role)


_SINCE = re.compile("(?:その|それ)[^。]{0,6}$")  # 期限は20日なので、その前に


def _is_asked(m: Message, clause: Clause, piece: Piece) -> bool:
    """Return whether the clause asks, and does not only wonder or name the day before it asks."""
    if clause.mood != "asked":
        return False
    last = [word for word in m.inside(clause) if word.kind != "mark" or word.text == "?"][-1:]
    if last and last[0].start < piece.end:
        return False  # 二月はつか
    pause = piece.end in m.folded.gaps or _SET_OFF.match(m.plain, piece.end)
    set_off = pause and not _between(m, clause.start, piece.start)
    return not (set_off or _WONDERS.search(m.plain, clause.start, clause.end))


_SET_OFF = re.compile("(?:まで|です|だ|で|に|って|なの|なん)*(?:けど|が)?、")
_WONDERS = re.compile("かなあ?|っけ|かも|かしら|ますかね|(?:ど[れこ]|いつ|どっち|どちら|何日|誰)か(?!ら)|でもいい")


def _fits(table: Sequence[tuple[str, re.Pattern[str]]], said: str, match: bool = False) -> str | None:
    return next((role for role, rule in table if (rule.match(said) if match else rule.search(said))), None)


def _between(m: Message, start: int, end: int) -> list[Word]:
    return [word for word in m.words if start <= word.start and word.end <= end]


def _parted(gap: list[Word]) -> int:
    """Return where the words between two dates of one clause go over from the first to the second."""
    ends = [at for at, word in enumerate(gap) if word.kind in _ENDS_CLAUSE or word.text == "で"]
    return ends[-1] + 1 if ends else 0


def _lead(m: Message, clause: Clause, piece: Piece, before: int) -> list[Word]:
    gap = _between(m, max(clause.start, before), piece.start)
    return gap[_parted(gap) :] if before > clause.start else gap


def _tail(m: Message, clause: Clause, piece: Piece, after: int) -> list[Word]:
    gap = _between(m, piece.end, min(clause.end, after))
    return gap[: _parted(gap)] if after < clause.end else gap


def _carried(m: Message, clause: Clause, lead: Sequence[Word]) -> str | None:
    """Return what a clause without a verb names just before: "有効期限、令和9年2月14日です"."""
    if clause.at == 0 or any(word.kind in ("noun", "verb", "adjective") for word in lead):
        return None
    before = m.clauses[clause.at - 1]
    words = m.inside(before)
    if "cond" in before.flags and _LOOKED_AT.search(in_line(m, before)):
        return "expires_on"
    if before.mood == "asked" or before.link in ("reason", "cond") or any(w.kind in ("verb", "adjective", "number") for w in words):
        return None
    role = _fits(_LEADS, in_line(m, before))
    return role if role in PURPOSES else None


_LOOKED_AT = re.compile("<expires>を[^<]*(?:<[a-z]+>)?$")  # 期限を見たら1月29日だった


def _is_story(m: Message, clause: Clause, tail: Sequence[Word]) -> bool:
    """Return whether a day or time is none to come on: weather, habits, what has happened or others do."""
    said, behind = in_line(m, clause), line(tail, *TAGS).text
    comes = re.search("<(?:visit|fine)>", said)
    if ("<habit>" in said or "<weather>" in behind) and not comes:
        return True
    if re.search("(?:と|って)<happens>", behind):
        return True  # …と聞きました
    done = any(
        word["dated"] == "visit"
        and not word.flags & {"cond", "want"}
        and not word.text.endswith("たし")
        and ("past" in word.flags or ("ing" in word.flags and word.lemma in _GOES))
        for word in tail
    )
    return done or any("hearsay" in word.flags for word in tail)


_GOES = ("来る", "くる", "行く", "いく")


def _pointed_at(m: Message, told: list[Told]) -> list[Told]:
    """Give the end of validity to the date that is pointed at: "…まんなかに2月19日、期限はまんなかのほうです"."""
    for clause in m.clauses:
        words = m.inside(clause)
        if not re.match("(?:<[a-z]+>の)?<expires>は", in_line(m, clause)) or any(each.clause == clause for each in told):
            continue
        places = {word.text for word in words if word.kind == "noun" and not word["dated"]} - {"ほう", "方"}
        for at, each in enumerate(told):
            start = told[at - 1].piece.end if at else 0
            label = {word.text for word in _between(m, start, each.piece.start)}
            role = "expires_on" if places & label else "other"
            told[at] = replace(each, role=role) if each.role in (None, "written") else each
    return told


