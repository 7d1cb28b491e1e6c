"""What each date of a message is for: the words beside it give it a role.

A role is a slot (expires_on, card_expires_on, reply_form_limit, birthday, issued_on), "visit" (a day to
come on), "written" (read off a paper), "person" (somebody's, not told what), "other" (no concern of
this procedure), or None where its own words leave it open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from reading import lexicon
from reading.clauses import Clause, Mood
from reading.dates.context import Piece, span_of
from reading.dates.values import DateRange, Found, Purpose
from reading.message import Message
from reading.text import number
from reading.wording import line, negative
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
    `wishes`: its clause wishes, or only names it; what stands with another predicate belongs to a story.
    """

    piece: Piece
    item: Found
    clause: Clause
    role: str | None
    both: bool = False
    years: int = 0
    asked: bool = False
    wishes: bool = True

    @property
    def mood(self) -> Mood:
        """How it is said: a day named before its clause asks something is told."""
        return "said" if self.clause.mood == "asked" and not self.asked else self.clause.mood

    @property
    def span(self) -> tuple[int, int]:
        """Its place in the text."""
        return self.item.start, self.item.end

    @property
    def to_come(self) -> bool:
        """Whether it is a wish for when to come."""
        return self.both or (self.wishes and self.role in VISITS)

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
        if new.role in VISITS and told and INSTEAD.fullmatch(m.plain, before, piece.start):
            new = replace(new, role=told[-1].role or new.role)  # 期限は20日じゃなくて21日
        if new.role in VISITS and told and told[-1].role == "other" and m.plain[before : piece.start] in ("と", "、", "・", "や"):
            new = replace(new, role="other")  # 法事が13日と20日なもので
        if new.role is None and told and told[-1].role == "other" and item.kind == "time" and before == piece.start - 1:
            new = replace(new, role="other")  # 病院の予約が14日の10時なので
        told.append(new)
    for at, each in enumerate(told):
        span = span_of(each.piece) if each.item.kind in ("month", "date_range") else None
        later = any(other.role in VISITS and other.is_date for other in told[at + 1 :])
        if each.role in VISITS and span and later and _BEFORE_AN_EVENT.match(m.plain, each.piece.end):
            told[at] = replace(each, role="other")
    return tuple(_with_wishes(m, _of_owners(m, _pointed_at(m, _referred_to(m, told)))))


def in_line(m: Message, clause: Clause) -> str:
    """Return a clause as a line of meanings."""
    return line(m.inside(clause), *TAGS).text


# The words beside it -----------------------------------------------------------------------------

SORRY = "(?:です|でした|かな|かも|だ|で)?[、。.…!]*(?:(?:あ|あれ|えっと|ん|おっと|いや|違う|違います|違った|ちがう)[っー]*[、。.…]*)*(?:すみません|すいません|ごめん(?:なさい)?|失礼(?:しました)?|間違え(?:ました|た)|違(?:います|う|った)|ちがう)[、。]?"
"""Between a day and the one that stands instead of it."""
INSTEAD = re.compile("(?:じゃ|では?|ぢゃ)な(?:く|し|い|かった)(?:って|て)?、?|から|、?(?:いや|やっぱり?|あっ?|間違い?|まちがえた|違う|もとい)[、。]?|" + SORRY + "|(?:と|って)(?:言っ|いっ)(?:ちゃっ)?(?:た|てた|ていた)(?:けど|けれど|が|んだけど|んですが|のは?)、?[^0-9。]{0,10}?(?:たら|違って|間違い?で|よく見ると)、?")
_LINKS = "(?:[はわがものにで:→、とCOA(（「『]|って|なら|<link>)*$"
_UP_TO = "(?:まで|って|付け?で|<link>|[にでがはもとの、CAO])*"
# Before it: "期限は…". The first that fits decides.
_LEADS = tuple(
    (role, re.compile(f"(?:{pattern}){_LINKS}"))
    for role, pattern in (
        ("other", "<(?:document|other)>(?:の(?:<[a-z]+>|N))*"),
        ("other", "<(?:issued|happens)>(?:N|<link>)*<notice>"),  # I got the notice on Nov 10
        ("reply_form_limit", "<(?:form|paper)>N?の<expires>"),
        ("card_expires_on", "<card>N?の<expires>"),
        ("expires_on", "<(?:expires|ends)>!?(?:のN)?|<ends>N[はが]"),
        ("birthday", "<born>"),
        ("issued_on", "<issued>"),
        ("other", "<(?:event|elsewhere)>の<visit>"),  # 病院の予約が
        ("other", "<event>(?:N|<link>)*<link>"),  # I fly home on Dec 19
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
        ("expires_on", "<certificate>(?:の?[NOA]+)?|<notice>には?"),
    )
)
# Behind it: "…で切れます".
_TAILS = tuple(
    (role, re.compile(pattern))
    for role, pattern in (
        ("expires_on", f"(?:の<born>)?{_UP_TO}(?:(?:<expires>[がの]?)?<ends>(?!!)|まで<expires>)"),
        ("expires_on", "に<expires>(?=が|に<stands>)"),
        ("expires_on", "(?:[がはでの、]|まで|まで[がの])?(?:(?:N|<(?:notice|certificate)>)の?)?<expires>(?=$|C|[でとだ、。だ]|って|に<stands>)"),
        ("card_expires_on", "[(（]<card>[)）]"),
        ("expires_on", "[(（]<certificate>[)）]"),
        ("birthday", "[にがはの、]?<born>(?=$|C|[でのだ、。]|って)(?!の<)"),
        ("issued_on", "[にがはの、]?<issued>(?![のにの]?<visit>)"),
        ("written", "[」』、]*(?:まで)?[」』、]*(?:と|って)(?:[NC、]|<[a-z]+>[とに])*<(?:written|stands)>|までに<stands>"),
        ("written", "[」』、]*(?:まで)?[」』、]*(?:と|って)N?<(?:notice|letter)>[にの。、]*$"),
        ("visit", "(?:から|まで|[にでがはの、])*(?:N(?:[はがをに、])?)*<visit>"),
        ("other", "A*<event>[をが]V"),  # 年が明けたら手術を受ける
        ("other", "(?:[にはがも]|から|まで)A*<(?:event|elsewhere)>(?=$|[CV!で、。もか]|が(?!V!)|に<|し)"),
        ("other", "(?:[にはがも]|から|まで|ごろに?)*(?:N[をがはに])?<happens>"),
    )
)  # fmt: skip
# "12月18日で15歳になります", "turns 15 on December 18".
_N = r"(?P<n>\d{1,3}|[一二三四五六七八九十]{1,4})"
_AGE_AFTER = re.compile(
    rf"(?:で|に|が|は|には|の?(?:時点|誕生日)で|が(?:来|き)たら)?(?:ちょうど|やっと|ようやく|満|まん|、)*{_N}(?:(?:歳|才|さい)(?!の|以)|に(?:な|成|達)|[歳才]?の(?:お)?誕生日)"
)
_AGES_BEFORE = (
    re.compile(rf"(?:turn(?:s|ing)?|will be|becomes?) {_N}(?: years? old)? on (?:the )?$"),
    re.compile(rf"{_N}(?:[歳才]|さい)?(?:に(?:な|成|達)[^、。\d]{{0,3}}|の)お?(?:日|誕生日|の)(?:は|が|って|、)*$"),
    re.compile(rf"もうすぐ{_N}[歳才]?(?:です|で)?[、。]$"),
)
_ENDS_CLAUSE = ("verb", "adjective", "copula")


def _with_role(m: Message, piece: Piece, item: Found, before: int, after: int) -> Told:
    clause = m.clause_at(piece.start) or m.clauses[0]
    told = Told(piece, item, clause, None, asked=_is_asked(m, clause, piece))
    if item.kind == "preference":
        return told
    ahead_of_it = (pattern.search(m.plain, 0, piece.start) for pattern in _AGES_BEFORE)
    age = _AGE_AFTER.match(m.plain, piece.end) or next(filter(None, ahead_of_it), None)
    if age:
        on = isinstance(item.value, date)
        born = isinstance(item.value, date) and item.value < m.now.date() - timedelta(days=400)
        return replace(told, role="birthday" if on else "other", years=0 if born or not on else number(age["n"]))
    lead, tail = _lead(m, clause, piece, before), _tail(m, clause, piece, after)
    leads, tails = line(lead, *TAGS).text, line(tail, *TAGS).text
    behind = _fits(_TAILS, tails, match=True) or ("written" if _QUOTED.match(m.plain, piece.end) else None)
    ahead = _fits(_LEADS, leads) or ("other" if _OF_EVENT.search(leads) else _carried(m, clause, lead))
    weak = None if "<visit>" in leads else _fits(_WEAK_LEADS, leads)
    role = behind if behind not in (None, "visit", "written") else ahead or (behind != "visit" and weak) or behind or None
    if role == "other" and m.plain.endswith("都合で", 0, piece.start):
        role = None  # 仕事の都合で水曜しか
    busy_from = item.kind == "time_range" and ahead == "other" and item.text.endswith("から")  # 仕事は昼から
    if role == "other" and not busy_from and (item.kind == "time_range" or (item.kind == "weekday" and ahead != "other")):
        role = None  # 仕事が16時に終わる: free from then on
    if role is None and _SINCE.search(item.text):
        within = [word for word in _between(m, piece.start, piece.end) if word.kind not in ("number", "noun", "mark") or word["dated"]]
        role = _fits(_TAILS, line(within, *TAGS).text, match=True)  # 20日に切れるから、その前に
    if item.kind.startswith("not_"):
        return replace(told, role=role if role in PURPOSES else None)
    if role in PURPOSES and not told.is_date or (role == "birthday" and item.kind == "year"):
        role = None
    if role == "expires_on" and (_ends_otherwise(m, clause, piece) or _OF_THING_ELSE.search(line(m.inside(clause), *TAGS, "person", "speaker", "holder", "own").text) or re.search("<document>(?:[はがも、]|って)+$", leads)):
        role = "other"
    if role in (None, "visit") and _was_the_end(m, clause, tail, item.value if isinstance(item.value, date) else None):
        role = "expires_on"
    if role in (None, "visit") and _is_story(m, clause, tail):
        role = "other"
    if role is None and any(word["person"] for word in lead[-3:]):
        role = "person"
    if role == "other" and _SAID_AGAIN.match(m.plain, piece.end) and not any(map(_is_person, lead)):
        role = None  # 28日の10時って言いましたよね
    if role in (None, "written", "expires_on") and "written" in (behind, weak, role) and _OF_A_SHEET.search(m.plain, clause.start, clause.end):
        role = "other"
    if _MUSED.match(m.plain, piece.end) or _NOT_YET.match(m.plain, piece.end) or _TAKEN_UP.match(m.plain, piece.end):
        role = "other"
    opened = behind == "visit" or item.kind == "date_range"
    if role in PURPOSES and _BEFORE_IT.search(m.plain, 0, piece.start):
        role = "visit"
    beside = (opened and leads.endswith("の")) or _SINCE.search(item.text)
    if beside and role in PURPOSES:
        return replace(told, piece=replace(piece, for_visit=True), role=role, both=True)
    return replace(told, role=role)


_SAID = "(?:と|って)(?:(?:言|い)(?:った|い(?:まし|ました))|申し(?:上げ)?まし|伝え(?:まし|た))"
_SAID_AGAIN = re.compile(f"[の0-9:時半分日曜午前後ごろ頃に]*{_SAID}")
_OF_A_SHEET = re.compile("[ちチ][らラ][しシ]|[ぽポ][すス][たタ]ー|広報|[ほホ]ー[むム][ぺペ]ー[じジ]|[さサ][いイ][とト]|[めメ]ー[るル](?!アドレス)|新聞|回覧|掲示|看板|貼り?紙|[にニ]ュー[すス]|[てテ][れレ][びビ]|[かカ][れレ][んン][だダ]ー")
"""Where a day is written that is nobody's expiry."""
_BEFORE_AN_EVENT = re.compile("の[^、。0-9]{1,8}?(?:の)?(?:前|まえ)(?:に|まで|で|、)")  # 1月の確定申告前に、年末までに
_QUOTED = re.compile("[」』、]*と(?:あり|あっ|ある|なっ|なり)")  # 「…まで」とありました
_OF_THING_ELSE = re.compile("^(?:[AO、]|<[a-z]+>の)*Nの<expires>")  # 牛乳の期限なら今日
_NOT_YET = re.compile(r"(?:が(?:来|く)る|に(?:な|成)る)まで(?:は|。|$)|は(?:まだ)?\d{1,2}(?:歳|才|です|だ|$)")  # 2月19日が来るまでは14歳
_MUSED = re.compile("か[あぁー]+(?![ぁ-ん])")  # もう11月24日かあ
# 3日…あ、その日会議か
_TAKEN_UP = re.compile(r"[^\d。]{0,6}?(?:あ|えっと|うーん)、?(?:その日|それ)(?:は|って)?(?!で|に|が[いえよ])[^\d。]{0,8}(?:か|だ|だった|ある|あった|が入って[^。]{0,4}|無理|だめ)[。、ー]")


def _ends_otherwise(m: Message, clause: Clause, piece: Piece) -> bool:
    """Return whether it is something else that ends or runs out: 血圧の薬が切れる, 賞味期限."""
    words = m.inside(clause)
    for one, after, verb in zip(words, words[1:], words[2:], strict=False):
        if verb["dated"] != "ends" or after.text not in ("が", "は", "も") or one.kind != "noun":
            continue
        plain = not one.meanings and not (piece.start <= one.start < piece.end)
        return plain and one.text not in _IT and not one.text.isascii()
    return False


_IT = {"これ", "それ", "あれ", "やつ", "もの", "こちら", "そちら", "そっち", "日", "月", "年", "の", "ん"}
_BEFORE_IT = re.compile("(?:前|まえ|手前|あと|後)の$")  # 期限の前の12月2日
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
    if m.plain.endswith(("っけ", "っけ?", "っけか", "っけか?"), clause.start, clause.end) and any(word.kind == "verb" for word in _between(m, piece.end, clause.end)):
        return not set_off  # 28日までやってるんだっけ
    return not (set_off or _WONDERS.search(m.plain, clause.start, clause.end))


_SET_OFF = re.compile("(?:まで|です|だ|で|に|って|なの|なん)*(?:けど|が)?、")
_WONDERS = re.compile("(?:早め|遅らせ|ずらし|延ばし|戻し|直し|変え|見つくろっ|見繕っ)て[^。]*(?:もらえ|貰え|いただけ|頂け|くれ|くださ)|に(?:して|変え|かえ|ずらし|直し|移し)[^。]*(?:もら[えうっ]|貰[えうっ]|いただ[けくい]|頂[けくい]|くれ|くださ|でき|可能)|かなあ?|っけ|かも|かしら|ますかね|(?:ど[れこ]|いつ|どっち|どちら|何日|誰)か(?!ら)|でもいい")


def _fits(table: Sequence[tuple[str, re.Pattern[str]]], said: str, match: bool = False) -> str | None:
    return next((role for role, rule in table if (rule.match(said) if match else rule.search(said))), None)


def _between(m: Message, start: int, end: int) -> list[Word]:
    return [word for word in m.words if start <= word.start and word.end <= end]


def _parted(gap: list[Word]) -> int:
    """Return where the words between two dates of one clause go over from the first to the second."""
    if len(gap) > 1 and gap[0]["dated"] in ("issued", "born") and gap[1].text in ("の", "に", "で", "、"):
        return 2  # 2022.1.5発行の2027.1.5まで
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
    if clause.at == 0 or any(word.kind in ("noun", "verb", "adjective") and word["dated"] != "right" for word in lead):
        return None
    before = m.clauses[clause.at - 1]
    words, said = m.inside(before), in_line(m, before)
    looks = "cond" in before.flags and any(word.lemma in ("見る", "みる", "確認", "確認する", "調べる") for word in words)
    if looks and (_LOOKED_AT.search(said) or (clause.at > 1 and "<expires>" in in_line(m, m.clauses[clause.at - 2]))):
        return "expires_on"
    if _put_right(m, clause):
        return "expires_on"
    if len(words) > 1 and words[-1].text == "なら" and words[-1].kind == "copula" and words[-2]["dated"]:
        thing = line(words, *TAGS, "person", "speaker", "holder", "own").text
        return "other" if _OF_THING_ELSE.search(thing) else _fits(_LEADS, said)  # 定期なら来月の20日まで, 牛乳の期限なら今日
    if before.mood == "asked" or before.link in ("reason", "cond") or any(w.kind in ("verb", "adjective", "number") for w in words):
        return None
    role = _fits(_LEADS, said)
    headed = role == "other" and clause.start in m.folded.gaps  # パスポート 2028年7月9日
    return role if role in PURPOSES or headed else None


_PUT_RIGHT = re.compile("違|ちが|間違|まちが")


def _put_right(m: Message, clause: Clause) -> bool:
    """Return whether the clauses before say that the expiry date was wrong: さっきの期限ですが、見まちがえました。2月3日でした."""
    wrong = False
    for each in reversed(m.clauses[: clause.at]):
        wrong = wrong or bool(_PUT_RIGHT.search(m.plain, each.start, each.end))
        if "<expires>" in in_line(m, each):
            return wrong
        if re.search("[0-9](?:月|日|時|/)", m.plain[each.start : each.end]):
            return False
    return False


def _was_the_end(m: Message, clause: Clause, tail: Sequence[Word], day: date | None) -> bool:
    """期限切れちまった。11月20日までだった."""
    was = any(word.kind == "copula" and "past" in word.flags for word in tail)
    over = day is not None and day < m.now.date()  # 期限すぎちゃった、先週の金曜で
    before = m.clauses[clause.at - 1] if (was or over) and clause.at else None
    return before is not None and bool(re.search("<(?:ends|expires)>(?!!)", in_line(m, before)))


_LOOKED_AT = re.compile("<expires>を[^<]*(?:<[a-z]+>)?$")  # 期限を見たら1月29日だった


def _is_story(m: Message, clause: Clause, tail: Sequence[Word]) -> bool:
    """Return whether a day or time is none to come on: what has happened, or is only heard."""
    behind = line(tail, *TAGS).text
    if re.search("(?:と|って)<happens>", behind):
        return True  # …と聞きました
    done = any(
        word["dated"] == "visit"
        and not word.flags & {"cond", "want"}
        and not word.text.endswith("たし")
        and (("past" in word.flags and "ask" not in word.flags) or ("ing" in word.flags and word.lemma in _GOES))
        for word in tail
    )
    others = [word for word in m.inside(clause) if word["person"] and not word["speaker"]]
    comes_home = others and any(word.lemma in ("来る", "くる", "帰る", "泊まる") and word["dated"] for word in tail)
    return bool(done or comes_home) or any("hearsay" in word.flags for word in tail)


_GOES = ("来る", "くる", "行く", "いく")


_ONE_OF_THEM = re.compile("(?:その|この)(?:どっち|どちら|どれ|いずれ|中の?どれ|2日|二日|日)か?(?:で|に|が|なら|を)")


def _referred_to(m: Message, told: list[Told]) -> list[Told]:
    """Wish for the days of a story that are pointed to: "夜勤明けが火曜と金曜なんです、そのどっちかで"."""
    for at, each in enumerate(told):
        last = at + 1 == len(told)
        pointed = last and each.role == "other" and each.item.kind in ("weekday", "date", "date_range") and _ONE_OF_THEM.search(m.plain, each.piece.end)
        if pointed:
            told[at] = replace(each, role="visit", both=True)
    return told


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


def _is_person(word: Word) -> bool:
    return bool(word["person"] or word["speaker"])


def _of_owners(m: Message, told: list[Told]) -> list[Told]:
    """Leave somebody else's date out where one's own stands beside it: "母のは2月14日、私のは1月14日が期限"."""
    owners: list[str | None] = []
    for at, each in enumerate(told):
        gap = _between(m, told[at - 1].piece.end if at else 0, each.piece.start)
        ahead = "".join("P" if _is_person(word) else word.text for word in gap)
        owner = _owner(reversed(gap)) if _OWNED.search(ahead) else None
        rest = _between(m, each.piece.end, each.clause.end)
        behind = "".join("P" if _is_person(word) else word.text for word in rest)
        if owner is None and _OF_WHOM.match(behind):
            owner = _owner(rest)  # 1月14日で切れるのが夫ので
        owners.append(owner if each.is_date and each.role != "visit" else None)
    if "me" not in owners or not set(owners) - {"me", None}:
        return told
    role = "expires_on" if any(each.role == "expires_on" for each, owner in zip(told, owners, strict=True) if owner) else None
    return [replace(each, role=role if owner == "me" else "other") if owner else each for each, owner in zip(told, owners, strict=True)]


def _owner(words: Iterable[Word]) -> str | None:
    return next((word["speaker"] or word["person"] for word in words if _is_person(word)), None)


_OF_WHOM = re.compile(r"[^P\d]{1,12}の[がは](?:うちの)?Pの(?:ほう|方|分)?(?:$|で|だ|、|。)")
_OWNED = re.compile("P(?:の(?:ほう|方|期限|有効期限|証明書|カード|分)?)?(?:[はが、]|[はが][^P]{0,4}切れ[^P]{0,4})$")


# Whether it is wished for ----------------------------------------------------------------------------

# Behind it nothing but particles and words for a place in the calendar: "12月9日の午前とかで".
_BARE = re.compile("(?:[^NVJ<]|<(?:slot|link)>)*$")
_THERE = re.compile("(?:[^NVJ<はがも]|<(?:slot|link)>)*NN?(?:の(?:N|<slot>))?(?:に|で|C|、)*$")  # 12月9日に西口で
_WISHES = re.compile("<(?:visit|over|fine|free|plans|open|right)>|^(?:[はがもでにの]|と|って)*<does>|しか")
_ABOUT_IT = re.compile("に(?:<card>の)?<(?:certificate|card)>(?:の?N)?を?$")  # 14時に電子証明書の更新を
_ELSEWHERE = re.compile("<(?:event|elsewhere|document)>(?:に|へ|まで|さ|を|の)?(?:<visit>|<over>(?!から|<))|Vに<visit>")  # 夕方、大学終わってから行けます
_OF_THING = re.compile("(?:N|<(?:event|elsewhere)>)[をが](?:A|<does>)*V")  # ラーメンを食べたい
# Before it: "負けたのは先週の日曜", "仕事始めが4日で".
_LED_BY = re.compile("(?:V|J|<(?:happens|event|elsewhere|does)>)のN?[はが]$|(?:N|<(?:event|elsewhere)>)が$")
_TURNS = re.compile("(?:^|[、。!?])(?:そん?なら|それなら|それでは|そしたら|したら|んだら|んじゃあ?|じゃあ?|では|なら|だったら)、?$")


def _with_wishes(m: Message, told: Sequence[Told]) -> list[Told]:
    """Say of each day and time whether it is wished for, by its own clause and by what is said later."""
    found = [replace(each, wishes=_is_wished(m, each, told)) for each in told]
    for at, (one, other) in enumerate(zip(found, found[1:], strict=False)):
        if other.wishes and not one.wishes and _is_day_of(m, one, other):
            found[at] = replace(one, wishes=True)
    for at, each in enumerate(found):
        if not each.wishes or each.role not in VISITS:
            continue
        before = [place for place in range(at) if _rival(m, found[place], each)]
        turned = bool(_TURNS.search(m.plain, max(0, each.piece.start - 6), each.piece.start))
        for place in before:
            if turned or _names_again(m, found[place], each) or _leads_to_another(m, found[place], each):
                found[place] = replace(found[place], wishes=False)
    return found


def _is_day_of(m: Message, day: Told, hour: Told) -> bool:
    """平日9時まで働いてます; 平日は学校があるから放課後で."""
    if day.item.kind in _HOURS or hour.item.kind not in _HOURS or _is_past(m, day):
        return False
    reason = day.clause.link == "reason" and hour.clause.at == day.clause.at + 1 and m.plain.startswith("は", day.piece.end)
    return reason or bool(re.fullmatch("[のは、 ]?", m.plain[day.piece.end : hour.piece.start]))


_HOURS = ("time", "time_range")


def _is_past(m: Message, told: Told) -> bool:
    span = span_of(told.piece)
    return span is not None and span.last is not None and span.last < m.now.date()


def _rival(m: Message, earlier: Told, later: Told) -> bool:
    """Return whether a later day or time can stand instead of an earlier one."""
    kinds = [each.item.kind.replace("weekday", "date") for each in (earlier, later)]
    if isinstance(earlier.item.value, frozenset) and len(earlier.item.value) > 2:
        return False  # 平日は学校があるから放課後か土曜
    if earlier.asked or _GIVEN_UP.match(m.plain, earlier.piece.end):
        kinds[0] = kinds[0].removesuffix("_range")  # 上旬は混みますか、中旬がいいです
    if earlier.item.kind in ("date_range", "month") and _apart(span_of(earlier.piece), span_of(later.piece)):
        kinds[0] = "date"  # 年末調整で使うから、あさって
    return kinds[0] in ("date", "time") and kinds[1].startswith(kinds[0]) and earlier.clause != later.clause


def _apart(one: DateRange | None, other: DateRange | None) -> bool:
    """Return whether two spans have no day in common."""
    if one is None or other is None:
        return False
    first, last = max(one.first or date.min, other.first or date.min), min(one.last or date.max, other.last or date.max)
    return first > last


def _names_again(m: Message, earlier: Told, later: Told) -> bool:
    """28日に行きたい、12月の28日: the month comes later."""
    days = [each.item.value for each in (earlier, later)]
    same = isinstance(days[0], date) and isinstance(days[1], date) and days[0].day == days[1].day
    return same and "月" in later.item.text and not re.search("[月/]", earlier.item.text)


def _leads_to_another(m: Message, earlier: Told, later: Told) -> bool:
    """11時の電車に乗りたいから10時で; 15日に行こうと思ったけど16日で."""
    clauses = m.clauses[earlier.clause.at : later.clause.at]
    if _GIVEN_UP.match(m.plain, earlier.piece.end):
        return True
    if earlier.asked and not re.search("<(?:visit|fine)>", in_line(m, earlier.clause)):
        return True
    if re.fullmatch(SORRY, m.plain[earlier.piece.end : later.piece.start]):
        return True  # 8日かな…すみません、9日で
    if any(each.link == "end" for each in clauses[:-1]):
        return False
    flags = frozenset(flag for each in clauses for flag in each.flags)
    thought = "but" in flags and ("past" in flags or "will" in flags)
    if earlier.item.value == m.now.date() and _BOOKS.match(m.plain, earlier.piece.end):
        return True
    after_that = _AFTER_THAT.search(m.plain, earlier.piece.end, later.piece.start)  # 正月の片付けが済んでから、10日で
    return any(each.link == "reason" for each in clauses) or thought or bool(after_that)


_AFTER_THAT = re.compile("[てで]から、|[うくぐすつぬぶむる]前に、")
# 今日行くつもりがやめた; 11時にしたけど会議が入った
_GIVEN_UP = re.compile(
    r"[^。\d]*?(?:(?:つもり|予定|はず)(?:が|だった|でし?た|でい(?:た|まし))|(?:だ|かと?)?と(?:ばかり)?思っ(?:たら|て(?:い)?たら)|[およこそとのほもろごぞどぼ]う(?:かな?)?と(?:思って|思った|した|して(?:い?た))"
    r"|[にで](?:した|し[てと]い?た|してもら(?:った|って)|決めた|お願いした|予約した|取った)(?:のに|(?:ん(?:だ|です)|の)?(?:けど|けれど|が|げん[ちと])))"
)
# 今日じゃなきゃだめってことはないよね
_MUST_IT = re.compile("(?:じゃ|で)な(?:きゃ|いと|ければ|くちゃ|くては)、?(?:だめ|駄目|いけ|なら|無理)[^。]{0,8}?(?:か[な。?]|か$|よね|[?]|ことは?な|わけ|の$)")
_DIALECT = re.compile("[^、。]{0,4}(?:す(?:っぺ|べ)|で[きぎ]っ(?:か|ぺ|べ)|[行い]ぎて[えぇ]|いがす)")  # 火曜にすっぺ
_BOOKS = re.compile("に?(?:予約|申し?込)")  # 今日予約したいのは、12月14日です


_OF_WAY = re.compile("(?<![日間枠方時])(?<!ほう)[がは]$")


def _is_wished(m: Message, each: Told, told: Sequence[Told]) -> bool:
    """Return whether the clause of a day or time wishes, or names it without another predicate."""
    pieces = [other.piece for other in told]
    at = pieces.index(each.piece)
    beside = pieces[at + 1] if at + 1 < len(pieces) else None
    if (plain := _plainly(m, each, told, beside)) is not None:
        return plain
    words = [word for word in _between(m, each.clause.start, each.clause.end) if not _inside(word, pieces)]
    lead = [word for word in words if word.end <= each.piece.start]
    tail = _of_its_own(m, each, beside, words) or [*words, *_chained(m, each, pieces)]
    tail = [word for word in tail if word.start >= each.piece.end and not (_is_person(word) or _foreign(word))]
    while tail and tail[-1].kind == "mark":
        tail.pop()
    return _wishes_with(m, each, lead, tail)


def _plainly(m: Message, each: Told, told: Sequence[Told], beside: Piece | None) -> bool | None:
    """Return whether a day or time is wished for by what it is, None where its clause has to tell."""
    if _is_past(m, each):
        return len(told) == len(m.clauses) == 1 and not _between(m, each.piece.end, len(m.plain))  # 昨日: refused with its reason
    if each.item.kind == "preference" and _OF_WAY.search(m.plain, 0, each.piece.start) and re.match("んです|です|だ|よ", m.plain[each.piece.end :]):
        return False  # 飯坂線がいちばん早いんですよ
    if each.item.kind == "preference" or each.item.kind.startswith("not_") or each.piece.for_visit:
        return True
    if beside and each.item.kind == "date" and beside.kind in ("date", "date_range") and m.plain[each.piece.end : beside.start] == "の":
        return False  # 成人の日の連休明け
    later = any(other.piece.start > each.piece.end and other.piece.kind == "date" for other in told)
    if each.item.value == m.now.date() and m.plain.startswith("は", each.piece.end) and later:
        return False  # 今日は私の分だけ12月21日に
    return None


def _wishes_with(m: Message, each: Told, lead: Sequence[Word], tail: Sequence[Word]) -> bool:
    """Return whether the words around a day or time wish for it."""
    ahead, behind = line(lead, *TAGS).text, _behind(tail)
    against = _MUST_IT.match(m.plain, each.piece.end) or _ELSEWHERE.search(behind) or _tells_of_the_past(lead, ahead, tail)
    if against or _cannot(m, each, tail):
        return False
    if _fits(_LEADS, ahead) == "visit" or _SINCE.search(each.item.text) or _WISHES.search(behind) or _ABOUT_IT.search(behind) or _DIALECT.match(m.plain, each.piece.end) or _asks_for(tail, behind):
        return True
    was = each.item.kind == "time" and any(word.kind == "copula" and "past" in word.flags for word in tail)
    if was and each.clause.at and m.clauses[each.clause.at - 1].link == "cond":
        return False  # 昼寝してたら3時だった
    if m.plain.endswith(("もう", "今", "いま"), each.clause.start, each.piece.start):
        return False  # もう12月ですね
    if _ONLY.match(m.plain, each.piece.end) and any(NEAR.get(word.lemma) == "free" for word in lead):
        return True  # 仕事が休めるのは木曜だけ
    named = _LED_BY.search(ahead) and not any(map(_is_person, lead[-2:]))
    there = _THERE.match(behind) and each.clause.link != "reason" and (tail[-1].kind == "noun" or tail[-1].text in ("で", "に", "、"))
    return bool(_BARE.match(behind) or there or each.asked) and not named and each.item.kind != "year"


def _foreign(word: Word) -> bool:
    """Return whether it is an English word of no meaning here: "Dec 9 in case"."""
    return word.text.isascii() and word.text.replace(" ", "").isalpha() and not word["dated"]


def _cannot(m: Message, each: Told, tail: Sequence[Word]) -> bool:
    """3日は母のデイサービスが休みで家を空けられません."""
    last = next((word for word in reversed(tail) if word.kind in ("verb", "adjective")), None)
    denied = last is not None and "neg" in last.flags and bool(last.flags & {"can", "passive"})
    return denied and not each.asked and each.clause.mood != "asked" and not _ONLY.match(m.plain, each.piece.end) and m.plain.startswith("は", each.piece.end)


_ONLY = re.compile("(?:しか|だけ|のみ)")
_SAID_SO = re.compile(f"{_SAID}|(?:と|って)(?:言|い)っ(?:た|て[たる])(?:はず|のに|つもり|んだ|です|けど|だけ|だげ)|はず(?:です|だ|な|$)")  # 9日って言ったはず


def _asks_for(tail: Sequence[Word], behind: str) -> bool:
    """Return whether the predicate wishes or asks for something, and for nothing else by name."""
    flags = frozenset(flag for word in tail for flag in word.flags)
    if _SAID_SO.search("".join(word.text for word in tail)):
        return True
    if tail and tail[0].text == "に" and any(word.lemma in ("なる", "成る") for word in tail[1:2]):
        return not flags & {"cond", "past"}  # 17時半になります
    return bool(flags & {"by", "order", "goes"}) or {"let", "can"} <= flags or ("past" not in flags and bool(flags & {"want", "let"}) and not _OF_THING.search(behind))


def _tells_of_the_past(lead: Sequence[Word], ahead: str, tail: Sequence[Word]) -> bool:
    """負けたのは先週; 予約した日は12月3日; 予約は12月3日でしたよね."""
    before = re.search("(?:の|N)+[はが]$", ahead) and any("past" in word.flags for word in lead[-4:])
    booked = _fits(_LEADS, ahead) == "visit" and any(word.kind == "copula" and "past" in word.flags for word in tail[:1])
    return bool(before or booked)


def _of_its_own(m: Message, each: Told, beside: Piece | None, words: Sequence[Word]) -> list[Word]:
    """Return the words up to a predicate that parts a day or time from the next: 7日は棚卸しだもんで8日に."""
    if beside is None or beside.start >= each.clause.end:
        return []
    gap = [word for word in words if each.piece.end <= word.start < beside.start]
    return gap[: _parted(gap)] if len(gap) > 1 else []


def _behind(words: Sequence[Word]) -> str:
    """Return the words behind a day or time as a line, with what common words mean there."""
    signs = (NEAR.get(word.lemma) or NEAR.get(word.text) for word in words)
    return "".join(
        f"<{near}>" + "!" * negative(word) if near and not word["dated"] else line([word], *TAGS).text
        for word, near in zip(words, signs, strict=True)
    )


NEAR = lexicon.phrases("dates", "near")


def _inside(word: Word, pieces: Sequence[Piece]) -> bool:
    return any(piece.start <= word.start < piece.end for piece in pieces)


def _chained(m: Message, each: Told, pieces: Sequence[Piece]) -> list[Word]:
    """Return the words with which the clause goes on: "9日に仕事を休んで / 行きます"."""
    found: list[Word] = []
    clause = each.clause
    topic = m.plain.startswith(("は", "も", "なら"), each.piece.end)
    while clause.at + 1 < len(m.clauses) and ("te" in clause.flags or (topic and clause.link == "reason")):
        clause = m.clauses[clause.at + 1]
        words = m.inside(clause)
        if any(_inside(word, pieces) for word in words):
            break
        found += words
    return found
