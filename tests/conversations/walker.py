"""Somebody who says anything: random buttons, new and old, answers, questions, and text that fits nothing.

Whatever is said, the bot answers in Japanese, does not ask the same thing twice running in the same
words, and can be left with やめる at any moment. What a turn changes it says, what it does not understand it
says too, and nothing is booked but what the last summary shows (silence.py). Some walkers hardly ever answer what they are asked;
others mostly do, so that they come to a summary, to a booking, and to changing and cancelling it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache

from ruamel.yaml import YAML

from renewal import clock
from renewal.date_words import japanese_date
from tests.conversations import silence
from tests.conversations.driver import Person
from tests.nlu.evaluate import SETS, read_set

NOWS = (
    "2026-11-24T10:00:00+09:00", "2026-11-26T18:10:00+09:00", "2026-11-29T21:30:00+09:00",
    "2026-12-28T16:59:00+09:00", "2026-12-31T09:00:00+09:00", "2027-02-19T08:00:00+09:00",
)  # fmt: skip
WORDS = [
    "やっぱり西口で", "やっぱり本庁舎で", "期限を間違えました。令和9年3月1日です", "名前が違います",
    "電話番号を変えたい", "戻る", "一つ前に戻って", "最初から", "続きから", "はい", "いいえ", "分からない",
    "えっ", "人と話したい", "もういい、話にならない", "何度も同じこと聞かないで", "予約したい",
    "予約を確認したい", "予約を取り消したい", "ちょっと待って", "それって本当？", "娘じゃなくて夫のです",
    "やっぱり自分のです", "日にちを変えたい", "他の時間は", "はいはい", "うん", "?", "…", "あああああ",
    "手数料は？", "何を持って行けばいいの", "予約する", "😀", "ok", "no", "hello", "I want to book",
]  # fmt: skip
ANSWERS = {
    "notice": ["電子証明書", "カード", "届いてない", "両方"],
    "applicant": ["本人です", "母です", "夫が行きます", "ヘルパーです", "後見人です"],
    "holder": ["小3です", "14歳", "大人です", "父です", "成年後見を受けています"],
    "expires_on": ["R9.2.20", "令和13年5月10日", "2026/10/1", "分からない", "2月30日", "来年の2月"],
    "birthday": ["昭和40年3月5日", "言いたくない", "2011/12/1"],
    "issued_on": ["2021年", "5年前", "覚えてない"],
    "pins": ["覚えている", "忘れました", "署名用だけ忘れた", "1234"],
    "proof_waiver": ["同じ世帯です", "どちらでもない", "分からない"],
    "reply_form": ["あります", "なくした", "私が代筆しました"],
    "reply_form_limit": ["令和9年1月31日", "分からない"],
    "counter": ["本庁舎", "西口", "どこでも", "信夫支所", "茂庭"],
    "visit_date": ["12/3", "来週の木曜", "明日", "日曜", "なるべく早く", "12月3日の水曜", "木曜以外"],
    "visit_time": ["10時", "夕方", "11時半ごろ", "25時", "何時でも"],
    "name_kana": ["サトウ ハナコ", "佐藤花子", "さとう"],
    "visitor_name": ["スズキ イチロウ", "鈴木"],
    "phone": ["09012345678", "090-1234", "5678"],
    "confirmed": ["はい", "直す", "やっぱり時間を変えたい"],
    "booking_choice": ["変更", "取り消し", "確認だけ"],
    "booking_code": ["K7PM-4QXD", "分かりません", "1234"],
    "booking_last4": ["5678", "忘れた", "0000"],
    "booking_date": ["12/8", "来週", "いつでも"],
    "booking_time": ["10時", "午後"],
    "booking_confirmed": ["はい", "やめておく"],
}  # fmt: skip
# Answers of the kind that is asked for. Dates depend on the day: `_date_for` writes them.
RIGHT = {
    "cards": ["1人分", "2人分です", "3人", "家族4人分"],
    "notice": ["電子証明書", "電子証明書って書いてあります", "まだ届いてない"],
    "applicant": ["本人です", "わたしです", "小3の娘で、私は母です", "夫の代わりに妻が行きます", "16歳の息子の母"],
    "holder": ["大人です", "15歳以上", "8歳です", "小学5年生"],
    "proof_waiver": ["同じ世帯です", "本籍が市内です", "どっちでもない", "わかりません"],
    "reply_form": ["あります、本人が書きました", "母の代わりに私が書きました", "なくしちゃった"],
    "reissue_plan": ["届いたあとの日で予約します", "予約する"],
    "expiry_help": ["計算して", "このまま進む"],
    "birthday": ["昭和40年3月5日", "S22.8.15", "1995/7/1", "平成24年1月20日"],
    "issued_on": ["2022年", "令和3年10月5日", "5年前"],
    "expiry_checked": ["この日付で合ってます", "欄が空いてる"],
    "book_later": ["はい、予約します"],
    "pins": ["覚えている", "全部わかります", "忘れた", "署名用だけ忘れました"],
    "counter": ["本庁舎", "市役所で", "西口がいい", "早く空いているところ"],
    "visit_date": ["なるべく早く", "来週の木曜", "いちばん早い日", "再来週"],
    "visit_time": ["10時", "11時", "一番早い時間で", "午後3時半"],
    "name_kana": ["サトウ ハナコ", "すずき いちろう", "ワタナベ　ケン", "Nguyen Van An"],
    "visitor_name": ["スズキ ヨシコ", "たかはし です"],
    "phone": ["09012345678", "024-555-0123", "080 1111 2222", "+81 90 1234 5678"],
    "confirmed": ["はい", "お願いします", "予約する"],
    "booking_choice": ["1", "1番", "最初の方"],
    "booking_date": ["なるべく早く", "再来週の火曜", "来週"],
    "booking_time": ["10時半", "11時", "早い時間"],
    "booking_confirmed": ["はい", "それでお願いします"],
}  # fmt: skip
OPENINGS = [
    "予約したい", "電子証明書の更新の予約をお願いします", "小3の娘の更新を予約したいです。母です", "家族3人分の予約",
    "夫の代わりに更新に行きたい", "木曜の夜に本庁舎で予約したい", "えっと、更新の予約なんですけど",
]  # fmt: skip
WITH_A_BOOKING = [
    "予約を変更したい", "予約の時間を変えたいです", "予約を取り消したい", "行けなくなったのでキャンセルします", "予約を確認したい",
]  # fmt: skip
REACHED = {
    "a summary": "この内容で予約します",
    "booked": "予約できました",
    "changed": "予約を変更しました",
    "cancelled": "の予約を取り消しました",
}
MOST_MESSAGES = 3
_CODE = re.compile(r"予約番号は ([0-9A-Z]{5}-[0-9A-Z]{5}) です")
_ID = re.compile(
    r"[a-z]+_[a-z_]+|@\w|\{\w|None|null|Traceback|nlu_fallback|\b(?:True|False)\b|\b(?:inform|affirm|deny)\b"
)
_QUESTION = re.compile("(?:か|ください|どうぞ)。?(?:（[^（）]*）)?$")


@lru_cache(maxsize=1)
def _texts() -> tuple[list[str], list[str]]:
    yaml = YAML(typ="safe")
    dates = [str(item["text"]) for item in yaml.load(SETS / "dates.yml")]
    sentences = [text for name in ("utterances", "out_of_scope") for text, _ in read_set(name)]
    return sentences, dates


@dataclass
class Walk:
    """One conversation of random turns, and what went wrong in it."""

    person: Person
    chance: random.Random
    willing: float = 0.0  # how likely a turn answers what was asked
    problems: list[str] = field(default_factory=list)
    turns: int = 0
    long_turns: int = 0  # with more messages than anybody reads
    seen: list[str] = field(default_factory=list)  # payloads of all buttons so far
    code: str | None = None  # of the booking made last
    phone: str = ""
    summaries: silence.Summaries = field(default_factory=silence.Summaries)

    def goes(self, turns: int) -> Walk:
        """Take so many turns, then say やめる until nothing is running (twice at most)."""
        before = ""
        for _ in range(turns):
            before = self._turn(self._message(), before)
        for _ in range(2):
            if self.person.slot("requested_slot") is None:
                break
            before = self._turn("やめる", before)
        if self.person.slot("requested_slot") is not None:
            self._problem("やめる", f"does not leave {self.person.slot('requested_slot')}")
        return self

    def _message(self) -> str:
        chance, roll = self.chance, self.chance.random()
        sentences, dates = _texts()
        asked = self.person.slot("requested_slot")
        if chance.random() < self.willing and (right := self._right(asked)):
            return right
        if roll < 0.22 and self.person.buttons:
            return chance.choice(self.person.buttons)["payload"]
        if roll < 0.27 and self.seen:
            return chance.choice(self.seen)
        if roll < 0.60 and asked in ANSWERS:
            return chance.choice(ANSWERS[asked])
        if roll < 0.68:
            return chance.choice(dates)
        if roll < 0.82:
            return chance.choice(WORDS)
        return chance.choice(sentences)

    def _right(self, asked: str | None) -> str | None:
        """Return what somebody says who wants to get on: an answer in words, or a button."""
        chance = self.chance
        if asked is None:
            return chance.choice(WITH_A_BOOKING if self.code else OPENINGS)
        if asked == "booking_code":
            return self.code
        if asked == "booking_last4":
            return self.phone[-4:] or None
        if asked in ("expires_on", "reply_form_limit"):
            return self._date_for(asked)
        # With other ways on, buttons are for leaving; 直す and やめる are pressed by the others.
        onward = [b["payload"] for b in self.person.buttons if b["payload"].startswith("/inform")]
        if onward and chance.random() < (0.8 if asked in ("visit_date", "visit_time") else 0.4):
            return chance.choice(onward)
        answer = chance.choice(RIGHT.get(asked) or [None])
        if asked == "phone":
            self.phone = re.sub(r"\D", "", answer)
        return answer

    def _date_for(self, asked: str) -> str:
        soon = asked == "reply_form_limit" or self.chance.random() < 0.8
        days = self.chance.randint(20, 80) if soon else self.chance.randint(-400, 900)
        day = (clock.now() + timedelta(days=days)).date()
        return self.chance.choice(
            [japanese_date(day), f"{day:%Y/%m/%d}", f"R{day.year - 2018}.{day.month}.{day.day}"]
        )

    @property
    def reached(self) -> list[str]:
        """How far this conversation came: keys of REACHED."""
        said = "\n".join(text for who, text in self.person.transcript if who == "bot")
        return [name for name, words in REACHED.items() if words in said]

    def _turn(self, message: str, before: str) -> str:
        """Send one message, look at the answer, and return the question that ends it, if any."""
        self.turns += 1
        began = silence.Moment.of(self.person.tracker())
        self.summaries.begin()
        asked = began.asked
        try:
            said = self.person.says(message)
        except Exception as error:
            self._problem(message, f"{type(error).__name__}: {error}")
            return ""
        for what in self._silent(began, said):
            self._problem(message, what)
        if not said and not self.person.payloads:
            self._problem(message, "no answer")
        shown = "\n".join([said, *(button["title"] for button in self.person.buttons)])
        if leak := _ID.search(shown):
            self._problem(message, f"an identifier is shown: {leak[0]}")
        if "こちらの不具合" in said:
            self._problem(message, "an action failed")
        if self._messages_of_the_turn() > MOST_MESSAGES:
            self.long_turns += 1
        if booked := _CODE.search(said):
            self.code = booked[1]
        self.seen += [button["payload"] for button in self.person.buttons]
        last = self.person.transcript[-1][1] if said else ""
        question = last if _QUESTION.search(last) else ""
        still = self.person.slot("requested_slot")
        if question and question == before and (still or asked):
            self._problem(message, f"asked twice running in the same words: {question[:60]}")
        return question

    def _silent(self, began: silence.Moment, said: str) -> list[str]:
        """Return what the turn decided without a word, and how a booking differs from its summary."""
        tracker = self.person.tracker()
        now = silence.Moment.of(tracker)
        found = silence.kept_silent(began, now, silence.Turn.of(tracker)) if tracker else []
        return [*found, *self.summaries.differ(self.person.payloads, said)]

    def _messages_of_the_turn(self) -> int:
        senders = [who for who, _ in reversed(self.person.transcript)]
        return senders.index("me") if "me" in senders else 0

    def _problem(self, message: str, what: str) -> None:
        self.problems.append(f"turn {self.turns}, {message[:60]!r}: {what[:200]}")


def walks(people: Iterator[Person], count: int, seed: int = 4) -> Iterator[tuple[str, Walk]]:
    """Yield so many walkers, each with the calendar's now at which it should walk."""
    chance = random.Random(seed)
    for number in range(count):
        own = random.Random(chance.random())
        # Half of them hardly answer what they are asked, the others mostly do.
        willing = own.choice([0.0, 0.3, 0.8, 0.95])
        yield NOWS[number % len(NOWS)], Walk(next(people), own, willing)
