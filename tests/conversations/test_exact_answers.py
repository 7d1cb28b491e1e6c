"""A question with a day, an hour, a paper or a person in it is answered in the first sentence.

It is Tuesday, 24 November 2026, ten o'clock.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conversations.driver import Person

NewPerson = Callable[[], Person]


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("12月31日はやってますか", "12月31日（木）は休みです（12月29日から1月3日まで）。次に開くのは1月4日（月）8時30分です。"),
        ("1月4日は？", "1月4日（月）は開いています。"),
        ("日曜はやってますか", "日曜は窓口が休みです。"),
        ("土日に更新できますか", "土曜・日曜は窓口が休みです。受付は平日だけです。木曜は"),
        ("木曜の夜は何時まで", "11月26日（木）は開いています。本庁舎1階は17時30分から19時30分までです。"),
        ("今日は何時まで", "今日、11月24日（火）は開いています。本庁舎1階は8時30分から17時まで"),
        ("木曜の17時15分に行っても大丈夫ですか", "いいえ、11月26日（木）の17時15分は受け付けていません。"),
        ("木曜の19時は", "はい、11月26日（木）の19時は受け付けている時間です。"),
        ("当日予約できますか", "今日の予約は、ここでは締め切りました。予約は11月25日（水）から"),
        ("いつまで先が取れますか", "1月23日（土）まで予約できます（60日先まで）。"),
        ("印鑑いりますか", "ご本人が来られるときの持ち物に、印鑑は入っていません。"),
        ("通知書を持って行く必要はありますか", "通知（青い封筒）は、持ち物に入っていません。"),
        ("住民票はいりますか", "住民票は、持ち物に入っていません。"),
        ("免許証は必要ですか", "ご本人が来られるときは、運転免許証は持ち物に入っていません。"),
        ("子どもを連れて行ってもいいですか", "お子さま連れについての決まりは、市のページには書かれていません。"),
        ("カードを忘れたらどうなりますか", "カードを忘れると、手続きできません。"),
        ("確定申告に間に合いますか", "今日、11月24日（火）に更新すると、11月25日（水）には使えるようになります。"),
        ("それだと2回行かないといけないんですか", "何回行くかは、持ち物や暗証番号によって変わることがあります。"),
        ("来年4月に切れるけどもう予約できますか", "期限の日によります。4月1日なら令和9年1月2日（土）から"),
        ("来年8月に切れるけどもう予約できますか", "まだ予約できません。"),
        ("キャンセル待ちはできますか", "キャンセル待ちは承っていません。"),
        ("確認のメールは来ますか", "メールはお送りしません。"),
        ("前と同じ暗証番号でいいですか", "窓口では、いまお使いの暗証番号を入力していただきます。"),
        ("期限が今日までなんですけど間に合いますか", "はい、今日のうちは更新できます。"),
        ("孫（7歳）の更新、私が行ってもいいですか", "いいえ、15歳未満の方の手続きは、親権のある親か未成年後見人の方でないとできません。"),
        ("孫の更新に祖母の私が行けますか", "来られる日に15歳未満なら、"),
        ("永住者なんですけど更新できますか", "永住者などで在留期間のない方は、日本人の方と同じです。"),
        ("カードが割れてしまいました", "壊れたカードや、読み取れないカードのことは、024-505-0445"),
    ],
)
def test_the_first_sentence_answers(person: NewPerson, question: str, begins: str) -> None:
    assert person().says(question).startswith(begins)


@pytest.mark.parametrize(
    "said", ["12月31日に予約したいです", "木曜の17時30分でお願いします", "孫と一緒に自分の更新に行きます", "カードをなくしました"]
)
def test_what_asks_nothing_of_the_kind_is_heard_as_before(person: NewPerson, said: str) -> None:
    me = person()
    me.says(said)
    heard = me.loop.run_until_complete(me.agent.tracker_store.retrieve(me.sender)).latest_message
    assert heard.intent["name"] != "ask_exactly"


def test_in_a_form_the_question_is_answered_and_the_form_goes_on(person: NewPerson) -> None:
    me = person()
    me.says("予約する")
    said = me.says("12月31日はやってますか")
    assert said.startswith("12月31日（木）は休みです") and "通知には何の更新と" in said
    assert me.slot("requested_slot") == "notice"


def test_today_is_over_when_the_counter_has_closed(
    person: NewPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RENEWAL_NOW", "2026-12-01T17:20:00+09:00")
    me = person()
    assert me.says("今日は何時まで").startswith("今日の受付は終わりました。次に開くのは12月2日（水）8時30分です。")
    assert me.says("期限が今日なんですがどうすればいいですか").startswith("今日の窓口はもう開いていませんが、")


def test_the_call_centre_opens_today_not_on_a_date(
    person: NewPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RENEWAL_NOW", "2026-12-01T08:20:00+09:00")
    assert "次の受付は今日9時から" in person().says("人と話したい")
    monkeypatch.setenv("RENEWAL_NOW", "2026-12-01T17:20:00+09:00")
    assert "次の受付は12月2日（水）9時から" in person().says("人と話したい")


def test_what_was_told_in_a_question_counts_when_the_booking_begins(person: NewPerson) -> None:
    me = person()
    me.says("母は87歳で足が悪いです。代理でもいいですか")
    said = me.says("予約する")
    assert "15歳以上の方の電子証明書の更新に、代理の方が来られるのですね" in said
    assert (me.slot("applicant"), me.slot("holder")) == ("other_proxy", "general")


def test_the_same_answer_is_not_sent_a_third_time(person: NewPerson) -> None:
    me = person()
    first, second, third = (me.says("手数料はかかりますか") for _ in range(3))
    assert first == second != third
    assert "024-505-0445" in third


def test_foreign_residents_are_asked_for_a_period_of_stay_first(person: NewPerson) -> None:
    me = person()
    assert me.says("外国人でも更新できますか").startswith("在留期間はありますか")
    assert "そのお知らせは届きません" in me.taps("在留期間がある")
    me.says("外国人でも更新できますか")
    assert "日本人の方と同じです" in me.taps("在留期間はない")
    assert "通知には、何の更新と" in me.taps("予約する")


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("母のカードの更新を姉が行ってもいいですか", "15歳以上の方の手続きは、ご本人が来られなくても、代理の方でできます"),
        ("孫が7歳です。私が行ってもいいですか", "いいえ、15歳未満の方の手続きは"),
        ("12月は予約できますか", "12月1日（火）から12月31日（木）までなら"),
    ],
)
def test_who_may_come_and_what_is_free_depend_on_what_is_named(
    person: NewPerson, question: str, answer: str
) -> None:
    assert person().says(question).startswith(answer)


def test_who_may_come_is_answered_for_the_holder_that_is_known(person: NewPerson) -> None:
    me = person()
    for line in ("予約する", "電子証明書", "15歳未満の娘のカードで、母の私が行きます"):
        me.says(line)
    assert me.says("代理の人でもいいですか").startswith("15歳未満の方の手続きは、法定代理人")
