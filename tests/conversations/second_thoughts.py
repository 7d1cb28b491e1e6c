"""25 second thoughts at each of the last eight questions and after booking, and what a clerk makes of them.

What is right was written down before any was tried. A thought is applied and said, or asked back about;
it is never dropped, and nothing else changes. It is Tuesday, 24 November 2026, ten o'clock.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from actions import base
from renewal.application import Application
from renewal.wish import Wish
from tests.conversations.driver import Person

POINTS = (
    "pins", "counter", "visit_date", "visit_time", "name_kana", "visitor_name", "phone", "confirmed", "booked",
)  # fmt: skip
"""The question that is open when the thought comes; the second wording of the first comes at expires_on."""
_ORDER = ("expires_on", *POINTS)
PHONE = "024-505-0445"

# Who speaks: what they open with, and their answer to each question, in turn where it is asked again.
SPEAKERS: Mapping[str, tuple[str, Mapping[str, str | tuple[str, ...]]]] = {
    "holder": (
        "予約したいです",
        {"applicant": "本人です", "name_kana": "サトウ ハナコ"},
    ),
    "mother": (
        "予約したいです",
        {
            "applicant": "小3の娘の分で、私は母です", "proof_waiver": "同じ世帯です",
            "name_kana": "サトウ ミオ", "visitor_name": "サトウ ハナコ",
        },
    ),
    "wife": (
        "予約したいです",
        {
            "applicant": "［その他の代理の人］", "holder": "15歳以上です", "reply_form": "［ある（本人が記入）］",
            "reply_form_limit": "分からない", "name_kana": "サトウ タロウ", "visitor_name": "サトウ ハナコ",
        },
    ),
    "couple": (
        "夫と私の2人分を予約したいです。2人とも行きます",
        {"applicant": "［カードの本人］", "name_kana": ("サトウ ハナコ", "サトウ タロウ")},
    ),
    "parent": (
        "小1と小3の子ども2人の分を予約したいです。私は母です",
        {
            "applicant": "［親など法定代理人］", "holder": "［15歳未満］", "proof_waiver": "同じ世帯です",
            "name_kana": ("サトウ ミオ", "サトウ ユイ"), "visitor_name": "サトウ ハナコ",
        },
    ),
}  # fmt: skip
ANSWERS: Mapping[str, str | tuple[str, ...]] = {
    "notice": "電子証明書", "expires_on": ("R9.2.20", "R9.2.21"), "pins": "覚えています", "counter": "本庁舎",
    "visit_date": "12月3日", "visit_time": "10時", "phone": "09012345678", "confirmed": "はい",
}  # fmt: skip
_NEVER_ASKED = {("holder", "visitor_name"), ("couple", "visitor_name")}


@dataclass(frozen=True)
class Where:
    """Who thinks again, and which question is open; `booked` when none is any more."""

    speaker: str
    point: str

    def knows(self, slot: str) -> bool:
        """Whether that question has been answered."""
        return _ORDER.index(slot) < _ORDER.index(self.point)

    @property
    def booked(self) -> bool:
        return self.point == "booked"


@dataclass(frozen=True)
class Right:
    """A right outcome: slots with these values, words that are said, the question that follows.

    A value that is a pattern, or a function, has to fit. `may`: slots that may change beside them.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    said: str = ""
    asked: str = ""
    may: tuple[str, ...] = ()


@dataclass(frozen=True)
class Thought:
    name: str
    words: tuple[tuple[str, str], ...]  # speaker, what they say
    right: Callable[[Where], list[Right]]
    before: str = ""  # what they say when the time is asked for, before they think again
    beforehand: str = ""  # the question at which `before` is said


@dataclass(frozen=True)
class Case:
    """One second thought of one speaker at one question."""

    thought: Thought
    where: Where
    words: str

    def __str__(self) -> str:
        return f"{self.thought.name} at {self.where.point} ({self.where.speaker}): {self.words}"


# What is right ------------------------------------------------------------------------------------

CARD = (
    "relation", "near_fifteen", "proof_waiver", "reply_form", "reply_form_limit", "reissue_plan", "expires_on",
    "expiry_help", "expiry_checked", "birthday", "issued_on", "pins", "forgotten_pins", "certificates",
    "name_kana", "visitor_name", "applicant", "holder", "notice", "book_later",
)  # fmt: skip
FORM = ("reply_form", "reply_form_limit", "reissue_plan", "proof_waiver", "visitor_name")
VISIT = ("visit_date", "visit_time", "wish")
COUNT = ("cards", "done", "to_come", "family", "pins_each", *CARD, *VISIT)
_BY_PHONE = [Right(said=PHONE)]


def wishes(**parts: Any) -> Callable[[Any], bool]:
    """Return whether a wish has these parts."""
    return lambda plain: all(
        {str(one)[:10 if name == "days" else 5] for one in getattr(Wish.from_json(plain or {}), name)} == {value}
        for name, value in parts.items()
    )


def _another_comes(w: Where) -> list[Right]:
    if w.booked:
        return _BY_PHONE
    if w.speaker == "holder":
        return [Right({"applicant": "other_proxy"}, "代理", may=FORM), Right({"applicant": None}, "", "applicant", FORM)]
    if w.speaker == "wife":
        return [Right({"applicant": "self"}, "本人", may=FORM)]
    if w.knows("visitor_name"):
        return [Right({"visitor_name": None}, "来られる方|代わ", "visitor_name", ("confirmed",))]
    return [Right({}, "法定代理人|お父さま|父")]


def _other_holder(w: Where) -> list[Right]:
    """The card is another's: date and name of the first must not stand for it."""
    if w.booked:
        return _BY_PHONE
    holder = {"mother": "under_15"}.get(w.speaker, "general")
    gone = {"expires_on": None, "name_kana": None}
    return [
        Right({**gone, "holder": holder}, "カード|更新|来られ", may=(*CARD, *VISIT)),
        Right({**gone}, "カード|更新|来られ", "applicant|holder", (*CARD, *VISIT)),
    ]


def _other_day(day: str, said: str) -> Callable[[Where], list[Right]]:
    def right(w: Where) -> list[Right]:
        if w.booked:
            return [Right(said=said, asked="booking_confirmed|booking_time")]
        if w.knows("visit_date") or w.point == "visit_date":
            return [Right({"visit_date": day}, said, may=VISIT)]
        return [Right({"wish": wishes(days=day)}, said), Right({"visit_date": day}, said, may=VISIT)]

    return right


def _other_time(at: str, said: str) -> Callable[[Where], list[Right]]:
    def right(w: Where) -> list[Right]:
        if w.booked:
            return [Right(said=f"12月3日（木）{said}", asked="booking_confirmed")]
        if w.knows("visit_date"):
            return [Right({"visit_date": "2026-12-03", "visit_time": at}, said, may=VISIT)]
        by_it = Right({"wish": wishes(times=at), "counter": "honchosha"}, f"{said}.*本庁舎")
        return [Right({"wish": wishes(times=at)}, said), Right({"visit_time": at}, said, may=VISIT), by_it]

    return right


def _both(day: str, at: str, said_day: str, said_time: str) -> Callable[[Where], list[Right]]:
    said = f"{said_day}.*{said_time}"

    def right(w: Where) -> list[Right]:
        if w.booked:
            return [Right(said=said, asked="booking_confirmed")]
        if w.point in ("expires_on", "pins", "counter"):
            return [Right({"wish": wishes(days=day, times=at)}, said), Right({"visit_date": day}, said, may=(*VISIT, "counter"))]
        return [Right({"visit_date": day, "visit_time": at}, said, may=VISIT)]

    return right


def _other_counter(w: Where) -> list[Right]:
    if w.booked:
        return [Right(said="西口", asked="booking_confirmed|booking_time|booking_date")]
    said = "" if w.point == "counter" else "西口"  # there it is the answer
    return [Right({"counter": "nishiguchi"}, said, may=VISIT)]


def _expiry(day: str, said: str) -> Callable[[Where], list[Right]]:
    # Once booked it decides nothing any more: no new application begins, and the date is not dropped.
    return lambda w: (
        [Right(said=f"{said}|{PHONE}", asked="-")]
        if w.booked
        else [Right({"expires_on": day}, said, may=("expiry_help", "expiry_checked"))]
    )


def _pins(which: list[str] | None) -> Callable[[Where], list[Right]]:
    def right(w: Where) -> list[Right]:
        if w.booked:
            return [Right(said=f"決め直|{PHONE}")]
        named = {"forgotten_pins": which} if which else {}
        return [Right({"pins": "forgotten", **named}, "決め直", may=("forgotten_pins", "confirmed"))]

    return right


def _one_more(w: Where) -> list[Right]:
    if w.booked:
        return [Right(said=f"{PHONE}|通知|2人")]
    kept = {"visit_date": "2026-12-03"} if w.knows("visit_date") else {}
    return [Right({"cards": 2, **kept}, "2人分", may=COUNT), Right({}, "何人|人数", "cards", COUNT)]


def _one_fewer(w: Where) -> list[Right]:
    if w.booked:
        return _BY_PHONE
    kept = {"visit_date": "2026-12-03"} if w.knows("visit_date") else {}
    whose = {"couple": {"holder": "general", "applicant": "self"}}.get(w.speaker, {})
    return [Right({"cards": 1, **kept, **whose}, "1人分", may=COUNT), Right({}, "どなた|何人", "", COUNT)]


def _name(name: str) -> Callable[[Where], list[Right]]:
    def right(w: Where) -> list[Right]:
        if w.booked:
            return _BY_PHONE
        if w.knows("name_kana") or w.point == "name_kana":
            taken = Right({"name_kana": re.compile(name)}, f"{name}.*様")
            return [taken, Right({}, "お名前", "name_kana")]
        return [Right({"name_kana": re.compile(name)}, f"{name}.*様"), Right({}, "お名前.*うかがいます")]

    return right


def _phone(number: str, said: str) -> Callable[[Where], list[Right]]:
    def right(w: Where) -> list[Right]:
        if w.booked:
            return _BY_PHONE
        if w.knows("phone") or number != "09012345679":
            return [Right({"phone": number}, said)]
        return [Right({}, "電話")]

    return right


def _card_itself(w: Where) -> list[Right]:
    if w.booked:
        return [Right(said=f"カード本体.*{PHONE}")]
    asked = Right({"notice": None}, "カード本体の更新のことですか", "notice")
    return [asked, Right({}, f"カード本体の更新です.*{PHONE}", "-", tuple(f.name for f in fields(Application)))]


def _whose(holder: str, applicant: str) -> Callable[[Where], list[Right]]:
    def right(w: Where) -> list[Right]:
        if w.booked:
            return _BY_PHONE
        gone = {"expires_on": None, "name_kana": None, "holder": holder}
        said = "お子さま|15歳未満" if holder == "under_15" else "成年被後見人" if holder == "adult_ward" else "ご本人|カード"
        may = (*CARD, *VISIT)
        return [Right({**gone, "applicant": applicant}, said, may=may), Right(gone, said, "applicant", may)]

    return right


def _same_is_a_ward(w: Where) -> list[Right]:
    if w.booked:
        return _BY_PHONE
    ward, may = {"holder": "adult_ward"}, (*CARD, *VISIT)
    comes = Right({**ward, "applicant": "legal_representative"}, "成年被後見人", may=may)
    return [comes, Right({**ward, "applicant": None}, "成年被後見人", "applicant", may)]


def _ward(w: Where) -> list[Right]:
    return _same_is_a_ward(w) if w.speaker == "wife" else _whose("adult_ward", "legal_representative")(w)


def _start_over(w: Where) -> list[Right]:
    if w.booked:
        return [Right(said="最初から|予約")]
    return [Right(dict.fromkeys(_FIELDS), "最初から", "notice")]


_LAST = {
    "pins": "expires_on", "counter": "pins", "visit_date": "counter", "visit_time": "visit_date",
    "name_kana": "visit_date|visit_time", "visitor_name": "name_kana", "confirmed": "phone",
}  # fmt: skip


def _back(w: Where) -> list[Right]:
    if w.booked:
        return [Right(said="予約|変更")]
    before = {"mother": "proof_waiver", "wife": "reply_form_limit", "holder": "applicant"}[w.speaker]
    own = "name_kana" if w.speaker == "holder" else "visitor_name"
    last = {**_LAST, "expires_on": before, "phone": own}[w.point]
    may = ("holder", "forgotten_pins", "certificates", *(VISIT if "visit" in last else ("wish",)))
    return [Right({last.split("|")[0]: None}, "戻り", last, may)]


def _stop(w: Where) -> list[Right]:
    if w.booked:
        return [Right(said="取り消します。よろしいですか", asked="booking_confirmed")]
    gone = ("visit_date", "visit_time", "name_kana", "visitor_name", "phone")
    return [Right({}, "止めました", "-", gone)]


def _earlier_day(w: Where) -> list[Right]:
    if w.booked:
        return [Right(said="日", asked="booking_confirmed|booking_date|booking_time")]
    if w.knows("visit_date"):
        return [
            Right({"visit_date": "2026-12-03"}, "12月3日", may=VISIT),
            Right({"visit_date": None}, "どの日|日にち|日を", "visit_date", VISIT),
        ]
    return [Right({}, "")]  # none has been named yet


def _relative_day(day: str, said: str) -> Callable[[Where], list[Right]]:
    def right(w: Where) -> list[Right]:
        if w.booked:
            return [Right(said=said, asked="booking_confirmed|booking_time")]
        if w.knows("visit_date"):
            return [Right({"visit_date": day}, said, may=VISIT)]
        return [Right({}, "")]  # after no day: it is asked, nothing is made of it

    return right


def _half_an_hour(w: Where) -> list[Right]:
    if w.booked:
        return [Right(said="12月3日（木）10時30分", asked="booking_confirmed")]
    if w.knows("visit_time"):
        return [Right({"visit_date": "2026-12-03", "visit_time": "10:30"}, "10時30分", may=VISIT)]
    if w.speaker == "wife":  # she names the time, too
        return [Right({}, "10時30分", may=(*VISIT, "counter"))]
    return [Right({}, "")]


def _papers(w: Where) -> list[Right]:
    return [Right({}, "マイナンバーカード")]


def _mishap(w: Where) -> list[Right]:
    return [Right({}, "", "-" if w.booked else w.point)]


def _mistaken(w: Where) -> list[Right]:
    return [Right({}, "変更|どこ|どれ|どの|何を|どちら")]


def _staff(w: Where) -> list[Right]:
    return [Right({}, PHONE, "-" if w.booked else w.point)]


def _by_speaker(**each: Callable[[Where], list[Right]]) -> Callable[[Where], list[Right]]:
    return lambda w: each[w.speaker](w)


def _said_by(holder: str, mother: str, wife: str) -> tuple[tuple[str, str], ...]:
    return (("holder", holder), ("mother", mother), ("wife", wife))


THOUGHTS = (
    Thought(
        "another comes",
        _said_by("やっぱり私じゃなくて妻が行くことになりました", "すみません、私が行けなくなって、父親のほうが行きます", "夫が自分で行けることになりました"),
        _another_comes,
    ),
    Thought(
        "another holder",
        _said_by("ごめんなさい、私のじゃなくて夫のカードでした", "この子じゃなくて、5歳の弟のほうのカードでした", "夫のじゃなくて、母のカードなんです"),
        _other_holder,
    ),
    Thought(
        "another day",
        _said_by("あ、すみません、やっぱり12月7日にしてください", "やっぱり9日の水曜でお願いしたいです", "12/10のほうが都合がよくなりました"),
        _by_speaker(
            holder=_other_day("2026-12-07", "12月7日"), mother=_other_day("2026-12-09", "12月9日"),
            wife=_other_day("2026-12-10", "12月10日"),
        ),
    ),
    Thought(
        "another time",
        _said_by("時間、11時に変えてもらえますか", "やっぱり午後2時がいいです", "14時半のほうが助かります"),
        _by_speaker(
            holder=_other_time("11:00", "11時"), mother=_other_time("14:00", "14時"), wife=_other_time("14:30", "14時30分"),
        ),
    ),
    Thought(
        "another day and time",
        _said_by("12月8日の13時に変えます", "日にちも時間も変えたいです。10日の9時半で", "やっぱり4日の15時にします"),
        _by_speaker(
            holder=_both("2026-12-08", "13:00", "12月8日", "13時"), mother=_both("2026-12-10", "09:30", "12月10日", "9時30分"),
            wife=_both("2026-12-04", "15:00", "12月4日", "15時"),
        ),
    ),
    Thought(
        "another counter",
        _said_by("やっぱり西口の窓口にします", "西口のほうが近いので、そちらに変えてください", "駅の西口の方にできますか"),
        _other_counter,
    ),
    Thought(
        "the expiry was wrong",
        _said_by("有効期限を見間違えました。令和9年1月15日です", "期限、2027年2月3日の間違いでした", "さっきの有効期限ちがいます、R9.1.28でした"),
        _by_speaker(
            holder=_expiry("2027-01-15", "令和9年1月15日"), mother=_expiry("2027-02-03", "令和9年2月3日"),
            wife=_expiry("2027-01-28", "令和9年1月28日"),
        ),
    ),
    Thought(
        "PINs forgotten after all",
        _said_by("考えてみたら、暗証番号を忘れていました", "暗証番号、利用者証明用の4桁だけ忘れてました", "夫が署名用の暗証番号だけ思い出せないそうです"),
        _by_speaker(holder=_pins(None), mother=_pins(["user"]), wife=_pins(["sign"])),
    ),
    Thought(
        "one card more",
        _said_by("妻の分も一緒にお願いできますか", "下の子の分も追加したいです", "私の分も一緒に更新したいです"),
        _one_more,
    ),
    Thought(
        "one card fewer",
        (("couple", "やっぱり夫の分はなしで、私のだけにします"), ("parent", "下の子の分はやめておきます"), ("parent", "2人じゃなくて1人分だけにします")),
        _one_fewer,
    ),
    Thought(
        "the name was misspelt",
        _said_by("名前が違いました。サイトウ ハナコです", "娘の名前、ミオじゃなくてミヨでした", "すみません、夫の名前はサトウ ジロウです"),
        _by_speaker(holder=_name("サイトウ ?ハナコ"), mother=_name("サトウ ?ミヨ"), wife=_name("サトウ ?ジロウ")),
    ),
    Thought(
        "the phone was wrong",
        _said_by("電話番号が違いました。080-1111-2222です", "電話の下4桁、5678じゃなくて5679でした", "連絡先は024-555-0123に変えてください"),
        _by_speaker(
            holder=_phone("08011112222", "080-1111-2222"), mother=_phone("09012345679", "090-1234-5679"),
            wife=_phone("0245550123", "024-555-0123"),
        ),
    ),
    Thought(
        "the notice was about the card",
        _said_by("よく見たら、通知にはマイナンバーカードの更新と書いてありました", "通知を見直したらカード本体のほうでした", "電子証明書じゃなくてカード自体の更新でした"),
        _card_itself,
    ),
    Thought(
        "it is a child's card",
        _said_by("私のじゃなくて、8歳の息子のカードでした", "娘のじゃなくて、私のカードでした", "夫のじゃなくて小5の娘のカードでした。私は母です"),
        _by_speaker(
            holder=_whose("under_15", "legal_representative"), mother=_whose("general", "self"),
            wife=_whose("under_15", "legal_representative"),
        ),
    ),
    Thought(
        "it is an adult ward's card",
        _said_by("すみません、自分のではなくて、後見している叔父のカードです。私は成年後見人です", "実は娘のではなくて、成年被後見人の父の分でした", "夫は成年後見を受けていて、私が成年後見人です"),
        _ward,
    ),
    Thought("start over", _said_by("最初からやり直したいです", "全部消してはじめからお願いします", "もう一回、最初から入力します"), _start_over),
    Thought("go back", _said_by("一つ前に戻ってください", "前の質問に戻りたいです", "ひとつ戻る"), _back),
    Thought("stop", _said_by("やっぱり予約するのやめます", "すみません、今回はやめておきます", "キャンセルで"), _stop),
    Thought(
        "the earlier day after all",
        _said_by("やっぱりさっきの日で", "やっぱり前の日にちに戻してください", "最初に言った日のほうでお願いします"),
        _earlier_day, before="やっぱり12月7日にします", beforehand="visit_time",
    ),
    Thought(
        "a day later",
        _said_by("やっぱり一日あとにしてください", "次の日に変えられますか", "1週間後の同じ曜日がいいです"),
        _by_speaker(
            holder=_relative_day("2026-12-04", "12月4日"), mother=_relative_day("2026-12-04", "12月4日"),
            wife=_relative_day("2026-12-10", "12月10日"),
        ),
    ),
    Thought(
        "half an hour later",
        _said_by("30分あとにしてもらえますか", "もう30分遅くしたいです", "30分ずらして10時半にできますか"),
        _half_an_hour,
    ),
    Thought(
        "what to bring, again",
        _said_by("持っていくもの、もう一度教えて", "必要な書類って何でしたっけ", "持ち物をもう一回確認したいです"),
        _papers,
    ),
    Thought(
        "a private mishap",
        _said_by("さっきコーヒーをこぼしちゃいました、すみません", "子どもがぐずっていて、お待たせしました", "昨日転んで膝を痛めてしまって大変でした"),
        _mishap,
    ),
    Thought("a mistake, which is not said", _said_by("まちがえた", "あ、間違えました", "間違えちゃった"), _mistaken),
    Thought("somebody to talk to", _said_by("職員の方と話せますか", "人に代わってもらえませんか", "電話で直接聞きたいです"), _staff),
)  # fmt: skip


# Trying them --------------------------------------------------------------------------------------


def cases() -> Iterator[Case]:
    """Yield each second thought at each point in two wordings: 450."""
    for number, thought in enumerate(THOUGHTS):
        for place, point in enumerate(POINTS):
            able = [each for each in thought.words if (each[0], point) not in _NEVER_ASKED]
            first, *others = able
            second = others[(number + place) % len(others)]
            for at, (speaker, words) in enumerate((first, second)):
                asked = "expires_on" if (at, point) == (1, "pins") else point
                yield Case(thought, Where(speaker, asked), words)


_NOT_JUDGED = {"hold", "documents_shown", "half_date", "date_meant", "confirmed", "outcome", "relation"}
_FIELDS = [f.name for f in fields(Application) if f.name not in _NOT_JUDGED]


def try_out(case: Case, person: Person) -> str | None:
    """Let somebody think again, and return what is wrong with the answer, None where nothing is."""
    _come_to(case, person)
    before, bookings = _slots(person), _booked()
    said = person.says(case.words)
    after, asked = _slots(person), person.slot("requested_slot")
    shown = said + " ".join(str(each) for each in person.payloads if each["type"] != "slot_calendar")
    if not said:
        return "no answer"
    if _booked() != bookings:
        return "a booking changed"
    changed = {name for name in _FIELDS if before[name] != after[name]}
    return _judged(case, changed, after, asked, shown)


def _judged(case: Case, changed: set[str], after: Mapping[str, Any], asked: str | None, shown: str) -> str | None:
    wrong = []
    for right in case.thought.right(case.where):
        off = [f"{name} is {after[name]!r}" for name, value in right.values.items() if not _fits(value, after[name])]
        more = changed - right.values.keys() - set(right.may) - ({"wish"} if "counter" in right.values else set())
        off += [f"{name} changed to {after[name]!r}" for name in sorted(more)] if not case.where.booked else []
        if right.said and not re.search(right.said, shown, re.DOTALL):
            off.append(f"{right.said!r} is not said")
        if right.asked and (asked or "-") not in right.asked.split("|"):
            off.append(f"{asked} is asked for")
        if not off:
            return None
        wrong.append(", ".join(off))
    return min(wrong, key=len)


def _fits(value: Any, found: Any) -> bool:
    if isinstance(value, re.Pattern):
        return bool(value.search(str(found)))
    return bool(value(found)) if callable(value) else value == found


def _come_to(case: Case, person: Person) -> None:
    """Answer what is asked until the question is open at which the speaker thinks again."""
    opening, own = SPEAKERS[case.where.speaker]
    turn: dict[str, int] = {}
    before = case.thought.before
    person.says(opening)
    for _ in range(24):
        asked = person.slot("requested_slot")
        if before and asked == case.thought.beforehand:
            before = ""
            person.says(case.thought.before)
            continue
        if (asked or "booked") == case.where.point:
            return
        answers = own.get(asked) or ANSWERS[asked]
        turn[asked] = turn.get(asked, 0) + 1
        answer = answers if isinstance(answers, str) else answers[min(turn[asked], len(answers)) - 1]
        person.taps(answer[1:-1]) if answer.startswith("［") else person.says(answer)
    raise AssertionError(f"{case.where} is never reached: {person.transcript[-4:]}")


def _slots(person: Person) -> dict[str, Any]:
    return {name: person.slot(name) for name in _FIELDS}


def _booked() -> list[Any]:
    return [(each.code, each.start, each.counter, each.status, each.cards) for each in base.bookings().list_bookings()]
