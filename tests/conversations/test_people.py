"""Whole conversations of people who do not say what a form expects: each gets what a good clerk gives.

It is Tuesday, 24 November 2026, ten o'clock; the database is empty.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker

from renewal.bookings import Booking, Bookings
from tests.conversations.driver import Person

NewPerson = Callable[[], Person]


def talks(person: NewPerson, *lines: str) -> tuple[Person, list[str]]:
    """Let a new person say these lines, and return all answers besides."""
    talker = person()
    return talker, [talker.says(line) for line in lines]


def only(bookings: Bookings) -> Booking:
    (made,) = bookings.list_bookings()
    return made


def test_a_widow_of_75_who_pauses_and_thanks(person: NewPerson, bookings: Bookings) -> None:
    talker, said = talks(
        person,
        "青い封筒が届きました。電子証明書と書いてあります。予約をお願いしたいのですが",
        "私が、自分で参ります",
        "令和9年の2月の、ええと、20日です",
        "たぶん覚えております",
        "市役所がよろしいです",
        "12月3日の、午前10時頃",
        "はい、それで",
        "さとう はなこと申します",
        "024-555-0142",
        "持ち物をもう一度教えてください",
        "はい、お願いします",
    )
    assert "令和9年2月20日（土）ですね" in said[2]
    assert "お名前をカタカナで" in said[6], "a nod is no name"
    assert "暗証番号（この更新でかならず使う、数字4けた）" in said[9] and "代理" not in said[9], "the list of her own case"
    booking = only(bookings)
    assert f"{booking.start:%m-%d %H:%M}" == "12-03 10:00"
    assert booking.cards[0].name_kana == "サトウ ハナコ"


def test_an_angry_man_who_knows_no_date(person: NewPerson, bookings: Bookings) -> None:
    _, said = talks(
        person,
        "電話何回かけてもつながらねえ",
        "早く予約取らせろ",
        "証明書だよ",
        "俺だよ",
        "知らねえよ期限なんて",
        "このまま進めろ",
        "覚えてるに決まってんだろ",
        "どこでもいいから早く",
        "一番早いの",
        "ヤマダ タロウ",
        "090 3333 4444",
        "予約",
    )
    assert "申し訳ありません" in said[0] and "024-505-0445" in said[0]
    assert only(bookings).start.isoformat() == "2026-11-25T08:30:00+09:00"


def test_a_mother_of_two_small_children_says_their_dates_in_passing(
    person: NewPerson, bookings: Bookings
) -> None:
    _, said = talks(
        person,
        "小2と年中の子ども2人分の更新をしたいです。母です",
        "2人とも電子証明書って書いてあります",
        "はい、同じ世帯です",
        "上の子は令和9年2月10日、下の子は2月20日です",
        "2人とも控えてあります",
        "2月20日です",
        "西口",
        "12月11日の11時",
        "さとう ゆい",
        "さとう れん",
        "さとう みか",
        "080-2222-1111",
        "はい",
    )
    assert "令和9年2月10日（水）ですね" in said[3]
    assert "ご希望は" not in "".join(said), "a child's date is no day to come on"
    booking = only(bookings)
    assert [card.holder for card in booking.cards] == ["under_15", "under_15"]
    assert (booking.counter, f"{booking.start:%m-%d %H:%M}") == ("nishiguchi", "12-11 11:00")
    assert booking.visit.visitor_name == "サトウ ミカ"


def test_second_thoughts_after_booking_are_about_the_booking(
    person: NewPerson, bookings: Bookings
) -> None:
    _, said = talks(
        person,
        "予約したい",
        "電子証明書",
        "本人",
        "R9.1.20",
        "大丈夫",
        "本庁舎",
        "12/9 11:00",
        "オオタ ミキ",
        "09098765432",
        "予約",
        "やっぱり時間変えたい",
        "午後3時にして",
        "はい",
        "あ、行けなくなったから取り消して",
        "はい",
    )
    assert "12月9日（水）11時" in said[10], "the booking that is meant, not a new application"
    assert "予約を変更しました。12月9日（水）15時" in said[12]
    assert "12月9日（水）15時の予約を取り消しました" in said[14]
    assert bookings.list_bookings() == []


def test_a_daughter_writes_for_her_mother_in_hospital(
    person: NewPerson, bookings: Bookings
) -> None:
    _, said = talks(
        person,
        "母が入院していて、代わりに私が更新に行けますか",
        "予約したいです",
        "電子証明書です",
        "娘の私です",
        "78歳です",
        "回答書は母が字を書けないので私が書きました",
        "1月31日",
        "2月10日",
        "暗証番号は母に聞きました",
        "本庁舎で",
        "来週の月曜の午後",
        "2時",
        "スズキ ヨシコ",
        "スズキ アキ",
        "09012340000",
        "お願いします",
    )
    assert "照会書兼回答書" in said[0]
    assert "代筆（続柄）" in said[5]
    booking = only(bookings)
    assert booking.visit.applicant == "other_proxy"
    assert f"{booking.start:%m-%d %H:%M}" == "11-30 14:00"


def test_who_reads_out_the_large_date_is_shown_the_right_one(person: NewPerson) -> None:
    talker, said = talks(
        person,
        "更新したいんですけど期限が2031年5月10日って書いてあって",
        "カードに大きく書いてある日付です",
        "通知には令和9年2月3日ってありました",
    )
    assert "カード本体の期限です" in said[1]
    assert "令和9年2月3日（水）ですね" in said[2]
    assert talker.slot("expires_on") == "2027-02-03"


def test_case_and_wish_of_one_sentence_are_said_back_in_one(person: NewPerson) -> None:
    talker, [said] = talks(
        person, "来週の木曜の夕方に本庁舎で、小3の娘の更新を予約したい。私は母親で同じ世帯です"
    )
    assert (
        "お子さま（15歳未満）の電子証明書の更新に、同じ世帯の、親など法定代理人の方が来られるのですね。"
        "ご希望は、12月3日（木）、15時から19時まで、本庁舎1階ですね。" in said
    )
    assert [who for who, _ in talker.transcript].count("bot") == 2


def test_an_old_man_who_dictates(person: NewPerson, bookings: Bookings) -> None:
    _, said = talks(
        person,
        "あ、青い封筒です",
        "電子証明書って書いてありますね",
        "私です、本人です",
        "えー令和九年の一月の三十一日ですね",
        "覚えてると思います、はい",
        "えーとじゃあ市役所のほうで",
        "十二月の十日の、えー、木曜の夜ってやってますか",
        "じゃあ六時でお願いします",
        "えー、わたなべまさおです",
        "えー、ゼロ九〇、一二三四、五六七八です",
        "はい、それでお願いします",
    )
    assert "12月10日（木）は 17:30" in said[6]
    booking = only(bookings)
    assert f"{booking.start:%m-%d %H:%M}" == "12-10 18:00"
    assert (booking.cards[0].name_kana, booking.visit.phone) == ("ワタナベマサオ", "09012345678")


def test_a_slip_is_put_right_and_an_evening_names_its_counter(
    person: NewPerson, bookings: Bookings
) -> None:
    _, said = talks(
        person,
        "本人の更新で予約したい",
        "電子証明書",
        "令和9年2月10日",
        "あ、まちがえた。1月10日でした",
        "覚えてる",
        "木曜の夜",
        "一番遅い時間",
        "19時",
        "ヤマモト リョウ",
        "08012345678",
        "人数を2人にしたい",
        "やっぱり1人で",
        "はい",
    )
    assert "有効期限を「令和9年1月10日（日）」に変えました" in said[3]
    assert "11月26日（木）" in said[5] and "どの窓口" not in said[5]
    booking = only(bookings)
    assert (booking.counter, f"{booking.start:%m-%d %H:%M}") == ("honchosha", "11-26 19:00")
    assert len(booking.cards) == 1


def test_who_has_not_got_the_number_of_the_booking_is_not_told_about_pins(
    person: NewPerson,
) -> None:
    _, said = talks(person, "予約してたか見てほしい", "番号忘れた")
    assert "暗証番号" not in said[1] and "「予約できました」というメッセージ" in said[1]


@pytest.mark.parametrize("before", [("夫の代わりに更新に行きたい", "電子証明書", "あります、本人が書きました"), ("予約を変更したい",)])
def test_free_times_asked_for_in_one_breath_with_a_wish_are_answered(
    person: NewPerson, before: tuple[str, ...]
) -> None:
    talker, said = talks(person, *before, "あしたって空いてますか～？午前中がいいな")
    assert "こちらの不具合" not in said[-1] and talker.slot("requested_slot")


def test_a_wrong_weekday_in_an_expiry_date_is_asked_about(person: NewPerson) -> None:
    _, said = talks(person, "予約する", "電子証明書", "本人です", "来月8日の水曜日の9時")
    assert "日付と曜日が合わない" in said[-1] and "12月8日（火）" in said[-1]


def test_an_expiry_read_out_at_the_question_for_the_form_is_taken(person: NewPerson) -> None:
    talker, said = talks(
        person, "母の代わりに予約したい", "電子証明書", "なくしました", "あ、令和9年2月20日", "はい、予約します"
    )
    assert "有効期限は令和9年2月20日（土）ですね" in said[3] and "ご希望は" not in said[3]
    assert talker.slot("requested_slot") == "pins", "it is not asked for again"


def test_a_date_with_its_year_that_could_be_either_is_asked_about(person: NewPerson) -> None:
    talker, said = talks(person, "予約する", "令和9年1月20日", "期限です")
    assert "有効期限ですか" in said[1] and "来られる日" in said[1]
    assert talker.slot("expires_on") == "2027-01-20"
    visitor, _ = talks(person, "予約する", "2026/12/9")
    assert "ご希望は、12月9日（水）ですね" in visitor.taps("来る日")


def test_who_reads_the_date_of_the_form_is_not_taken_at_the_certificates(
    person: NewPerson,
) -> None:
    talker, _ = talks(person, "母の代わりに予約したい", "電子証明書", "あります", "期限は1月31日です")
    assert talker.slot("reply_form_limit") == "2027-01-31"
    assert talker.slot("requested_slot") == "expires_on"


def test_a_birthday_to_come_is_asked_for_again_in_other_words(person: NewPerson) -> None:
    _, said = talks(
        person, "予約する", "電子証明書", "本人", "分からない", "計算する", "2027年3月5日", "R10.1.1", "S40.3.5"
    )
    assert "きょうよりあとの日付のようです" in said[5] and "生年月日" in said[5]
    assert "お確かめください" in said[6] and "たとえば" in said[6]
    assert "作った（前に更新した）のは何年ですか" in said[7]


def test_list_a_is_shown_with_the_word_that_it_is_the_citys_to_decide(person: NewPerson) -> None:
    for asked in ("一覧Aって何？", "本人確認書類は何？"):
        _, [said] = talks(person, asked)
        assert "一覧Aは市が決めています。多くの市では" in said and "・パスポート" in said
        assert "保険証" not in said and "024-505-0445" in said


@pytest.mark.parametrize(
    "said",
    [
        "車椅子なんですが大丈夫ですか", "耳が聞こえないので電話できません", "目が見えないのですが手続きできますか",
        "窓口で筆談できますか", "手が震えて暗証番号を押せません", "付き添いと一緒に入ってもいいですか",
    ],
)  # fmt: skip
def test_who_needs_help_at_the_counter_hears_that_it_can_be_done_and_whom_to_ask(
    person: NewPerson, said: str
) -> None:
    _, [answer] = talks(person, said)
    assert "お体の不自由な方も、ご本人が来られて手続きできます" in answer
    assert "024-505-0445" in answer and "お電話が使いにくい方は" in answer


@pytest.mark.parametrize(
    "said",
    [
        "父が寝たきりで窓口に行けません", "夫が入院中で更新に行けません", "祖母が特養に入所していて本人が行けない",
        "引きこもりで外に出られません", "体が不自由で窓口まで行けない人はどうしたらいいの",
    ],
)  # fmt: skip
def test_who_cannot_come_hears_that_somebody_else_may(person: NewPerson, said: str) -> None:
    _, [answer] = talks(person, said)
    assert "代理の方でできます" in answer and "照会書兼回答書" in answer


def test_whose_mother_lives_in_a_home_is_taken_for_her_proxy(person: NewPerson) -> None:
    talker, _ = talks(person, "予約したいです", "電子証明書", "母が施設に入っています")
    assert (talker.slot("applicant"), talker.slot("holder")) == ("other_proxy", "general")


def test_what_is_corrected_at_the_summary_is_corrected(
    person: NewPerson, bookings: Bookings
) -> None:
    _, said = talks(
        person, "予約する", "電子証明書", "本人", "R9.2.20", "覚えている", "本庁舎", "12/9 11:00", "オノ タケシ",
        "09099998888", "直す", "電話番号を090-9999-7777に", "はい",
    )  # fmt: skip
    assert "電話番号を「090-9999-7777」に変えました" in said[-2]
    assert only(bookings).visit.phone == "09099997777"


def test_a_month_and_then_a_day_make_a_date(person: NewPerson) -> None:
    talker, said = talks(person, "予約する", "電子証明書", "本人", "2月だよ", "20日")
    assert "何日かも" in said[3]
    assert "令和9年2月20日（土）" in said[4] and talker.slot("expires_on") == "2027-02-20"


def test_second_thoughts_about_a_booking_may_be_to_cancel_it(
    person: NewPerson, bookings: Bookings
) -> None:
    _, said = talks(
        person, "予約する", "電子証明書", "本人", "R9.2.20", "覚えている", "本庁舎", "12/9 11:00", "オノ タケシ",
        "09099998888", "はい", "やっぱり取り消したい", "はい",
    )  # fmt: skip
    assert "取り消します。よろしいですか" in said[-2]
    assert bookings.list_bookings() == []


def test_who_tells_of_the_notice_and_asks_what_to_do_is_led_on(person: NewPerson) -> None:
    talker, _ = talks(
        person, "うちに青い封筒が届いて、電子証明書の更新って書いてあるんですけど、どうしたらいいですか"
    )
    assert (talker.slot("notice"), talker.slot("requested_slot")) == ("certificate", "applicant")


def test_who_is_early_by_days_is_not_suspected_of_a_wrong_date(person: NewPerson) -> None:
    talker, said = talks(person, "予約する", "電子証明書", "本人", "令和9年3月1日", "はい")
    assert "令和8年12月2日（水）から" in said[3] and "カード本体の期限" not in said[3]
    assert talker.slot("requested_slot") == "pins"


def test_somebody_of_14_who_wants_to_come_alone_hears_who_has_to_come(person: NewPerson) -> None:
    talker, said = talks(person, "予約する", "電子証明書", "私が行きます", "14歳です", "H24.12.20", "母と行きます")
    assert "来られる日に15歳になっているかどうか" in said[3]
    assert "15歳未満の方は、お一人では手続きできません" in said[4]
    assert talker.slot("applicant") == "legal_representative"
    assert talker.slot("holder") == "under_15"


def test_who_wants_a_saturday_hears_at_once_that_it_is_closed(person: NewPerson) -> None:
    _, [said] = talks(person, "土曜に予約したい")
    assert "土曜日は窓口が休みです" in said and "お調べします" not in said


def test_who_cannot_phone_is_shown_another_way(person: NewPerson) -> None:
    _, said = talks(
        person, "予約する", "電子証明書", "本人", "R9.2.20", "覚えている", "本庁舎", "12/9 11:00", "オノ タケシ",
        "電話はありません",
    )  # fmt: skip
    assert "連絡のとれる方の番号でもかまいません" in said[-1] and "予約なしでも" in said[-1]


def test_who_asks_at_the_summary_how_to_cancel_hears_it_and_can_still_book(
    person: NewPerson, bookings: Bookings
) -> None:
    _, said = talks(
        person, "予約する", "電子証明書", "本人", "R9.2.20", "覚えている", "本庁舎", "12/9 11:00", "オノ タケシ",
        "09099998888", "キャンセルするときは？", "はい",
    )  # fmt: skip
    assert "取り消しは予約の時刻まで、ここでもできます" in said[-2]
    assert only(bookings)


def test_a_pin_remembered_after_all_changes_what_to_bring(person: NewPerson) -> None:
    talker, said = talks(
        person, "予約する", "電子証明書", "本人", "2月", "20", "忘れた", "やっぱり覚えてる"
    )
    assert talker.slot("expires_on") == "2027-02-20"
    assert "追加の書類" in said[5] and "追加の書類" not in said[6]
    assert "住民基本台帳用の暗証番号" in said[6]


def test_who_turns_15_before_the_visit_may_come_alone_and_not_before(person: NewPerson) -> None:
    talker, said = talks(
        person, "予約する", "電子証明書", "自分です", "中3です", "平成23年12月20日", "R9.2.20", "覚えてる", "本庁舎",
        "12月25日の10時", "やっぱり12月18日の10時で",
    )  # fmt: skip
    assert "一人では" not in "".join(said[:9]) and "お名前" in said[8]
    assert "まだ15歳になっていません" in said[9]
    assert talker.slot("requested_slot") == "applicant"


def test_who_asks_for_a_moment_gets_it(person: NewPerson) -> None:
    talker, said = talks(person, "予約する", "電子証明書", "本人", "ちょっと待って")
    assert "ごゆっくりどうぞ" in said[-1] and "読み取れません" not in said[-1]
    assert talker.slot("requested_slot") == "expires_on"


def test_a_guardian_of_another_kind_hears_it_once(person: NewPerson) -> None:
    talker, _ = talks(person, "父の保佐人です。更新したいです")
    told = [line for who, line in talker.transcript if who == "bot" and "保佐人" in line]
    assert len(told) == 1


@pytest.mark.parametrize(
    ("asked_back", "buttons", "answer"),
    [
        ("clarify_one", ["/ask_fee"], "無料です"),
        ("clarify", ["/ask_fee", "/ask_photo"], "分かりませんでした"),
    ],
)
def test_a_yes_after_something_was_asked_back_is_about_that(
    person: NewPerson, asked_back: str, buttons: list[str], answer: str
) -> None:
    talker = person()
    question = BotUttered(
        "のことですか。",
        data={"buttons": [{"title": each, "payload": each} for each in buttons]},
        metadata={"utter_action": f"utter_{asked_back}"},
    )
    before = [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen"), question]
    tracker = DialogueStateTracker.from_events(
        talker.sender, before, slots=talker.agent.domain.slots
    )
    talker.loop.run_until_complete(talker.agent.tracker_store.save(tracker))
    assert answer in talker.says("はい、そうです")
    assert talker.slot("requested_slot") is None


def test_answers_that_come_before_their_question_are_kept(person: NewPerson) -> None:
    talker, said = talks(
        person, "おばあちゃんの更新なんですけど", "回答書は封筒に入ってました", "わたしは孫です", "電子証明書",
        "令和9年1月15日",
    )  # fmt: skip
    assert "読み取れません" not in "".join(said), said
    assert "回答書に書かれた期限" in said[3]
    assert talker.slot("reply_form") == "ready"
    assert talker.slot("requested_slot") == "expires_on"


def test_a_no_with_a_date_at_the_next_question_corrects_the_date(person: NewPerson) -> None:
    talker, said = talks(person, "予約する", "電子証明書", "本人", "2/20", "いや2027年", "いいえ、2月21日です")
    assert talker.slot("pins") is None
    assert "2月21日（日）」に変えました" in said[-1]


def test_who_states_that_they_come_in_somebodys_place_applies(person: NewPerson) -> None:
    talker, said = talks(person, "母が入院してて行けないので、私が代わりに行きます")
    assert "代理の方が来られるのですね" in said[0]
    assert talker.slot("applicant") == "other_proxy" and talker.slot("holder") == "general"


def test_a_teenager_who_comes_after_all_needs_no_reply_form(person: NewPerson) -> None:
    talker, said = talks(person, "予約する", "電子証明書", "息子", "息子は15歳です", "息子が自分で行きます")
    assert "照会書兼回答書" in said[3] and "有効期限はいつですか" in said[4]
    assert talker.slot("applicant") == "self"


def test_all_of_it_in_one_hurried_line(person: NewPerson) -> None:
    talker, said = talks(person, "来週水曜11時西口、本人、電子証明書、R9.2.10", "覚えてる")
    assert talker.slot("requested_slot") == "name_kana"
    assert "12月2日（水）11時、西口行政サービスコーナーですね" in said[1]


CHOSEN = ["予約する", "電子証明書", "本人", "2/10", "覚えてる", "本庁舎", "12月4日の10時"]


@pytest.mark.parametrize("more", [[], ["サトウ ハナ"], ["サトウ ハナ", "09011112222"]])
def test_a_day_before_the_certificate_can_be_renewed_is_given_up_when_its_date_is_put_right(
    person: NewPerson, bookings: Bookings, more: list[str]
) -> None:
    talker, said = talks(person, *CHOSEN, *more, "やっぱり有効期限は令和9年3月31日でした", "はい")
    assert "更新できるのは令和9年1月1日（金）から" in said[-2]
    assert "いつがよろしいですか" in said[-1] and "12月4日" not in said[-1]
    assert talker.slot("hold") is None and not bookings.list_bookings()


def test_a_day_after_the_reply_forms_limit_is_given_up_when_the_limit_is_put_right(
    person: NewPerson,
) -> None:
    talker, said = talks(
        person, "妻の代わりに私が行きます。予約お願いします", "電子証明書", "あります", "1月31日", "2/10", "覚えてる",
        "本庁舎", "12月21日の10時", "回答書の期限は12月10日でした",
    )  # fmt: skip
    assert "12月10日（木）までの日" in said[-1] and "いつがよろしいですか" in said[-1]
    assert talker.slot("hold") is None


def test_who_stops_hears_of_a_seat_only_where_one_was_held(person: NewPerson) -> None:
    _, early = talks(person, "予約する", "電子証明書", "やめる")
    _, late = talks(person, *CHOSEN, "やめる")
    assert "止めました" in early[-1] and "お席" not in early[-1]
    assert "お席はお返ししました" in late[-1]


@pytest.mark.parametrize("said", ["娘もついてきていいですか", "友だちと行ってもいい？一緒に", "息子が連れて行ってくれるけど大丈夫？"])
def test_who_is_accompanied_hears_that_nothing_changes(person: NewPerson, said: str) -> None:
    someone, [answer] = talks(person, said)
    assert "付き添いの方がいっしょに来られてもかまいません" in answer
    assert someone.slot("applicant") is None


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("一人で行っても大丈夫？", "来られる日に15歳以上なら、ご本人だけで"),
        ("10歳の娘が一人で行っても大丈夫？", "15歳未満の方の手続きは"),
        ("17歳です。親なしでも行けますか", "はい、15歳以上の方は、ご本人だけで"),
    ],
)
def test_who_wants_to_come_alone_hears_whether_they_may(person: NewPerson, said: str, told: str) -> None:
    _, answers = talks(person, said)
    assert told in answers[0]


def test_a_pin_of_a_certificate_that_nobody_uses_is_not_needed(person: NewPerson) -> None:
    _, [answer] = talks(person, "署名用わすれたけど使わないのでいいですか")
    assert "その暗証番号はなくても更新できます" in answer and "住民基本台帳用の暗証番号は、かならず" in answer


def test_who_has_a_period_of_stay_is_asked_for_it_and_sent_to_the_call_centre(person: NewPerson) -> None:
    """Their certificates end with the stay; nothing can be booked for them here (facts.md, section 3)."""
    someone, answers = talks(person, "わたしはネパールじんです。こうしんしたいです", "ざいりゅう きかんは 2027ねん 3がつ までです")
    assert "在留期間はありますか" in answers[0] and "024-505-0445" in answers[1]
    assert someone.slot("requested_slot") is None
    someone, answers = talks(person, "更新したいです", "電子証明書", "私です", "在留カードの期限と同じです。2027年2月20日")
    assert "在留期間のある方" in answers[-1] and someone.slot("expires_on") is None
    someone, answers = talks(person, "中国人が多い地区に住んでいます。更新を予約したい")
    assert "在留期間" not in answers[0]


def test_who_is_too_early_hears_the_same_day_again(person: NewPerson) -> None:
    told = ["予約したい。期限は2027年6月10日です", "この日付で合っています", "確定申告に間に合いますか", "今日更新できるんですか", "いつから更新できるかもう一回教えて"]
    _, answers = talks(person, *told)
    assert all("令和9年3月11日（木）から" in answer for answer in answers[:1] + answers[2:])
    assert "令和9年6月10日（木）までe-Tax" in answers[2]


def test_a_notice_that_came_begins_the_application(person: NewPerson) -> None:
    for said in ("青い封筒きたんだげんちょ、なじょしたらいいべ", "封筒が届きました。どうすればいいですか"):
        _, [answer] = talks(person, said)
        assert "青い封筒の通知には、何の更新と" in answer
    _, [answer] = talks(person, "青い封筒がまだ来ないんですが、どうすればいいですか")
    assert "届かないときは" in answer


def test_what_a_question_about_free_times_names_is_kept_for_the_booking(person: NewPerson) -> None:
    someone, _ = talks(person, "西口で来週金曜の11時半空いてますか", "予約したい", "電子証明書", "本人です", "2027年2月3日", "覚えてる")
    assert (someone.slot("counter"), someone.slot("visit_time")) == ("nishiguchi", "11:30")


def test_two_who_ask_whether_they_can_book_together_are_two(person: NewPerson) -> None:
    someone, [answer] = talks(person, "夫婦二人で更新に行きたいのですが、二人いっしょに予約できますか")
    assert "2人分を、まとめて予約しますね" in answer and "分かりませんでした" not in answer
    _, [answer] = talks(person, "マイナカードの更新ってここで予約できる？15なんだけど")
    assert "分かりませんでした" not in answer
