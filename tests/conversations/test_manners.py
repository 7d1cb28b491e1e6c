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


# When to come -------------------------------------------------------------------------------------

TO_THE_DAY = (*TO_THE_COUNTER, "［本庁舎］")


@pytest.mark.parametrize(
    ("wish", "back"),
    [
        ("12月28日まで", "12月28日（月）まで"),
        ("来週", "11月30日（月）から12月6日（日）まで"),
        ("来週の午前中", "11月30日（月）から12月6日（日）まで、午前中"),
        ("午前の終わりごろ", "午前中"),
    ],
)
def test_a_range_is_said_back_and_no_day_of_it_is_taken_in_silence(
    person: NewPerson, wish: str, back: str
) -> None:
    me, said = told(person, *TO_THE_DAY, wish)
    assert back in said.split("ですね。")[0]
    assert me.slot("visit_date") is None


@pytest.mark.parametrize("words", ["任せる", "いつでもいいです", "どっちでもいい", "おまかせで"])
def test_who_leaves_it_to_us_gets_the_first_free_time_and_hears_which(
    person: NewPerson, words: str
) -> None:
    me, said = told(person, *TO_THE_DAY, words)
    assert "いちばん早い日時でお取りします" in said and "11月25日（水）8時30分" in said
    assert me.slot("requested_slot") == "name_kana"


def test_on_a_chosen_day_the_first_free_time_of_it(person: NewPerson) -> None:
    _, said = told(person, *TO_THE_DAY, "12月3日", "任せます")
    assert "12月3日（木）8時30分、本庁舎1階ですね" in said


def test_the_one_time_that_is_offered_is_taken_with_a_yes(person: NewPerson) -> None:
    _, said = told(person, *TO_THE_COUNTER, "西口で", "12月3日の15時以降", "じゃあそれで")
    assert "12月3日（木）15時30分、西口行政サービスコーナーですね" in said


def test_of_several_times_a_yes_takes_none(person: NewPerson) -> None:
    me, _ = told(person, *TO_THE_DAY, "はい")
    assert me.slot("visit_date") is None


def test_a_question_that_stands_unanswered_twice_proposes_a_time(person: NewPerson) -> None:
    _, said = told(person, *TO_THE_DAY, "ぬるぽ", "ほげほげ")
    assert "11月25日（水）8時30分でお取りしますか" in said
    _, said = told(person, *TO_THE_DAY, "ぬるぽ", "ほげほげ", "はい")
    assert "11月25日（水）8時30分、本庁舎1階ですね" in said


@pytest.mark.parametrize(
    ("counter", "wish", "why"),
    [
        ("本庁舎", "12月3日の17時15分", "8時30分から17時までと17時30分から19時30分まで"),
        ("本庁舎", "12月3日の8時", "本庁舎1階は8時30分から"),
        ("本庁舎", "12月3日の10時10分", "予約は30分ごと"),
        ("西口", "12月3日の10時", "西口行政サービスコーナーは11時・11時30分・15時30分です"),
        ("本庁舎", "12月31日", "年末年始で、窓口が休みです"),
        ("本庁舎", "来年の5月10日", "3月11日（木）から受け付けます"),
    ],
)
def test_a_wish_that_cannot_be_hears_the_true_reason(
    person: NewPerson, counter: str, wish: str, why: str
) -> None:
    _, said = told(person, *TO_THE_COUNTER, counter, wish)
    assert why in said and "満席" not in said


def test_offers_after_a_refused_day_are_near_it(person: NewPerson) -> None:
    _, said = told(person, *TO_THE_DAY, "12月31日")
    assert "1月4日（月）8:30" in said and "11月25日" not in said


def test_a_closed_year_end_is_not_called_full(
    person: NewPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RENEWAL_NOW", "2026-12-28T18:00:00+09:00")
    said = person().says("年内に空いてる日はありますか")
    assert "受付は終わりました" in said and "12月29日から1月3日まで休みます" in said
    assert "見つかりません" not in said


def test_who_is_too_early_hears_from_when_and_is_offered_nothing(person: NewPerson) -> None:
    me, said = told(person, *TO_THE_COUNTER[:3], "2031年5月10日", "いつから予約できますか")
    assert said.startswith("まだ予約できません。更新できるのは令和13年2月11日（火）から")
    assert "空きがありません" not in said


# A way back, and answers that need a word -----------------------------------------------------------


@pytest.mark.parametrize("words", ["時間を変えたい", "日時を選び直す"])
@pytest.mark.parametrize("far", [TO_THE_NAME, (*TO_THE_NAME, "サトウ ハナコ"), TO_THE_SUMMARY])
def test_the_time_can_be_chosen_again_at_every_later_question(
    person: NewPerson, words: str, far: tuple[str, ...]
) -> None:
    me, said = told(person, *far, words)
    assert "日時を変えるのですね" in said and me.slot("requested_slot") == "visit_date"


def test_who_comes_can_be_changed_in_words(person: NewPerson) -> None:
    me, _ = told(person, *TO_THE_SUMMARY, "窓口に来る人を変えたい")
    assert me.slot("requested_slot") == "applicant"


def test_that_the_notice_came_is_no_answer_to_what_it_says(person: NewPerson) -> None:
    me, said = told(person, "予約する", "届いています")
    assert said.startswith("通知が届いているのですね") and me.slot("requested_slot") == "notice"
    _, said = told(person, "予約する", "わからない")
    assert "「まだ届いていない」でも進めます" in said


def test_the_same_phone_is_that_of_what_was_booked_here(person: NewPerson) -> None:
    _, said = told(person, *TO_THE_SUMMARY, "はい", *TO_THE_COUNTER, "12月4日の10時に本庁舎で", "サトウ ジロウ", "同じ番号で")
    assert "電話　090-1234-5678" in said
    _, said = told(person, *TO_THE_NAME, "サトウ ハナコ", "同じ番号で")
    assert "残っていません" in said


def test_forgotten_pins_told_with_a_question_are_not_asked_about_again(person: NewPerson) -> None:
    me, said = told(person, "暗証番号を忘れました。どうすればいいですか", "予約する", "電子証明書", "本人です", "R9.2.20")
    assert "覚えていますか" not in said and me.slot("requested_slot") == "counter"


# Nobody is turned away on a word, nothing is booked twice in silence, no language is met with silence --


def test_that_it_is_the_card_itself_is_asked_before_anybody_is_turned_away(person: NewPerson) -> None:
    me, said = told(person, "予約する", "電子証明書", "本人です", "通知にはマイナンバーカードと書いてありました")
    assert "カード本体の更新のことですか" in said and me.slot("requested_slot") == "notice"
    assert "ここでは予約できません" in me.says("はい")


def test_the_answer_to_the_question_itself_is_enough(person: NewPerson) -> None:
    _, said = told(person, "予約する", "マイナンバーカードと書いてあります")
    assert "ここでは予約できません" in said


def test_the_same_name_and_phone_at_another_time_is_pointed_out_before_it_is_booked_twice(
    person: NewPerson,
) -> None:
    again = (*TO_THE_COUNTER, "12月4日の10時に本庁舎で")
    _, said = told(person, *TO_THE_SUMMARY, "はい", *again, "サトウ ハナコ", "09012345678")
    assert "12月3日（木）10時のご予約がもうあります" in said.split("この内容で予約します")[0]
    _, said = told(person, *TO_THE_SUMMARY, "はい", *again, "サトウ ジロウ", "09012345678")
    assert "もうあります" not in said


@pytest.mark.parametrize(
    ("text", "theirs"),
    [
        ("I want to renew my certificate", "This is the booking assistant of 福島市"),
        ("请问怎么预约", "这里是福島市"),
        ("갱신 예약하고 싶어요", "福島市 마이넘버카드"),
        ("Tôi muốn đặt lịch", "của 福島市"),
        ("Quero renovar o certificado", "cidade de 福島市"),
        ("Gusto kong mag-renew ng certificate", "This is the booking assistant of 福島市"),
    ],
)
def test_who_writes_another_language_hears_once_in_it_what_works(
    person: NewPerson, text: str, theirs: str
) -> None:
    me = person()
    assert theirs in me.says(text)
    assert "024-505-0445" in me.transcript[1][1]
    assert theirs not in me.says(text)


@pytest.mark.parametrize("text", ["SATO HANAKO", "OK", "予約変更", "電子証明書 更新", "e-Taxで使うやつです"])
def test_japanese_and_a_name_in_capitals_are_no_other_language(person: NewPerson, text: str) -> None:
    me = person()
    me.says(text)
    assert me.slot("language") is None


def test_a_day_that_is_just_over_says_so_and_is_not_next_years(person: NewPerson) -> None:
    me, said = told(person, *TO_THE_DAY, "11月20日")
    assert said.startswith("11月20日（金）は過ぎています") and "11月25日" in said


def test_the_year_is_shown_where_it_is_not_the_one_expected(person: NewPerson) -> None:
    _, said = told(person, *TO_THE_DAY, "来年の5月10日")
    assert said.startswith("令和9年5月10日（月）の予約は、令和9年3月11日（木）から")


def test_that_the_holder_wrote_the_form_is_not_that_the_holder_comes(person: NewPerson) -> None:
    me, _ = told(person, *TO_THE_SUMMARY, "やっぱり本人じゃなくて妻が行きます", "ある（本人が記入）")
    assert me.slot("applicant") == "other_proxy"


# How much is asked ----------------------------------------------------------------------------------

ONE_BY_ONE = {
    "notice": "電子証明書です", "applicant": "わたしが行きます", "expires_on": "2027年2月20日", "pins": "覚えてます",
    "counter": "市役所で", "visit_date": "12月3日", "visit_time": "10時", "name_kana": "サトウ ハナコ",
    "visitor_name": "サトウ ケイコ", "phone": "090-1234-5678", "confirmed": "お願いします",
}  # fmt: skip


@pytest.mark.parametrize(
    ("opening", "most"),
    [
        ("更新の予約をしたいのですが", 11),
        ("電子証明書の更新の通知が来ました。期限は令和9年2月20日、暗証番号は分かります。12月3日の10時に市役所へ自分で行きます", 5),
        ("小3の娘の電子証明書の更新です。同じ世帯の母の私が行きます。通知も電子証明書でした。期限は2027/2/20、暗証番号は覚えています。12月3日10時に本庁舎で予約をお願いします", 5),
    ],
)  # fmt: skip
def test_a_booking_takes_few_answers_and_the_fewer_the_more_was_told(
    person: NewPerson, bookings: Bookings, opening: str, most: int
) -> None:
    me = person()
    me.says(opening)
    said = 1
    while (asked := me.slot("requested_slot")) and said <= most:
        me.says(ONE_BY_ONE[asked])
        said += 1
    [made] = bookings.list_bookings()
    assert made.start.isoformat() == "2026-12-03T10:00:00+09:00"
    assert said <= most
