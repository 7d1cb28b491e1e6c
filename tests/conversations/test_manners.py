"""A clerk's manners: what is settled is said back, what changed is shown whole, and there is a way on.

It is Tuesday, 24 November 2026, ten o'clock.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from renewal.bookings import Bookings
from tests.conversations.driver import Person

NewPerson = Callable[[], Person]

TO_THE_COUNTER = ("予約する", "電子証明書", "本人です", "R9.2.20", "覚えている")
TO_THE_NAME = (*TO_THE_COUNTER, "12月3日の10時に本庁舎で")
TO_THE_SUMMARY = (*TO_THE_NAME, "サトウ ハナコ", "09012345678")
WHOLE = ("日時", "窓口", "カードの持ち主", "来られる方", "電話", "持ち物")


def told(person: NewPerson, *lines: str) -> tuple[Person, str]:
    me, answer = person(), ""
    for line in lines:
        answer = me.taps(line[1:-1]) if line.startswith("［") else me.says(line)
    return me, answer


# Said back ---------------------------------------------------------------------------------------


def test_who_comes_is_said_back_and_stands_in_the_summary(person: NewPerson) -> None:
    me, said = told(person, *TO_THE_COUNTER[:3])
    assert "ご本人が来られるのですね" in said
    _, summary = told(person, *TO_THE_SUMMARY)
    assert "来られる方　ご本人" in summary


def test_the_name_is_said_back(person: NewPerson) -> None:
    _, said = told(person, *TO_THE_NAME, "さとうはなこ")
    assert "サトウハナコ 様ですね" in said


@pytest.mark.parametrize(
    ("change", "said_first"),
    [
        ("サトウじゃなくてサイトウです", "「サイトウ ハナコ 様」に変えました"),
        ("電話の最後は9でした", "「090-1234-5679」に変えました"),
        ("時間を11時に", "12月3日（木）11時"),
    ],
)
def test_after_a_change_the_whole_summary_comes_again_with_the_change_first(
    person: NewPerson, change: str, said_first: str
) -> None:
    _, said = told(person, *TO_THE_SUMMARY, change)
    first, summary = said.split("この内容で予約します")
    assert said_first in first
    assert all(row in summary for row in WHOLE)


def test_a_question_at_the_summary_does_not_bring_it_all_again(person: NewPerson) -> None:
    _, said = told(person, *TO_THE_SUMMARY, "手数料はかかりますか")
    assert "12月3日（木）10時" in said and "持ち物" not in said


# Who comes and whose card it is are changed at the summary ----------------------------------------


def test_who_comes_is_changed_by_a_button(person: NewPerson, bookings: Bookings) -> None:
    me, said = told(
        person, *TO_THE_SUMMARY, "直す", "［来られる方を変える］", "［その他の代理の人］",
        "［ある（本人が記入）］", "分からない", "サトウ タロウ",
    )  # fmt: skip
    assert "来られる方　代理の方（サトウ タロウ 様）" in said
    assert "照会書兼回答書" in said
    me.taps("予約する")
    [made] = bookings.list_bookings()
    assert (made.visit.applicant, made.visit.visitor_name) == ("other_proxy", "サトウ タロウ")


def test_who_was_to_come_is_forgotten_when_the_holder_comes_after_all(
    person: NewPerson, bookings: Bookings
) -> None:
    me, said = told(
        person, "予約する", "電子証明書", "［その他の代理の人］", "15歳以上です", "［ある（本人が記入）］", "分からない", "R9.2.20",
        "覚えている", "12月3日の10時に本庁舎で", "サトウ ハナコ", "サトウ タロウ", "09012345678",
        "直す", "［来られる方を変える］", "［カードの本人］",
    )  # fmt: skip
    assert "来られる方　ご本人" in said and "タロウ" not in said.split("この内容で")[1]
    me.taps("予約する")
    assert bookings.list_bookings()[0].visit.visitor_name is None


def test_another_holder_is_asked_about_anew_and_the_seat_stays(person: NewPerson) -> None:
    _, said = told(
        person, *TO_THE_SUMMARY, "直す", "［カードの持ち主を変える］", "［親など法定代理人］", "［15歳未満］",
        "［同じ世帯］", "令和9年1月12日", "覚えている", "サトウ ミオ", "サトウ ハナコ",
    )  # fmt: skip
    assert "12月3日（木）10時" in said
    assert "カードの持ち主　サトウ ミオ 様" in said


# After something is finished ----------------------------------------------------------------------


@pytest.mark.parametrize("thanks", ["はい", "了解です", "承知しました", "OK", "👍", "わかりました"])
def test_after_a_booking_a_yes_is_thanks(person: NewPerson, thanks: str) -> None:
    me, _ = told(person, *TO_THE_SUMMARY, "はい")
    assert "何の更新" not in me.says(thanks)
    assert me.slot("requested_slot") is None


@pytest.mark.parametrize("words", ["あ、やっぱりやめときます", "やっぱりキャンセルで"])
def test_a_second_thought_after_a_booking_asks_to_cancel_it(person: NewPerson, words: str) -> None:
    me, said = told(person, *TO_THE_SUMMARY, "はい", words)
    assert "取り消します。よろしいですか" in said and "12月3日（木）10時" in said


@pytest.mark.parametrize("words", ["名前を変えたい", "人数を2人に"])
def test_what_cannot_be_changed_here_says_how_and_asks_no_new_day(
    person: NewPerson, words: str
) -> None:
    me, said = told(person, *TO_THE_SUMMARY, "はい", words)
    assert "024-505-0445" in said and "いつがよろしいですか" not in said
