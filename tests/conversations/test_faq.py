"""What the city's file answers is answered wherever it is asked: first, in a booking, beside an answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rasa.core.agent import Agent

from bot.line import faces
from tests.conversations.driver import Person

NOT_KNOWN = "確認できていません"
PHONE = "024-505-0445"


@pytest.mark.parametrize(
    ("asked", "topic"),
    [
        ("車で行ったら停める所ってあります？", "駐車場"),
        ("足が悪いんですがエレベーターは使えますか", "エレベーター"),
        ("授乳できる場所はありますか", "授乳"),
        ("駅から歩くと何分かかりますか", "行き方"),
        ("郵便局に行けば更新できますか", "郵便局"),
    ],
)
def test_a_question_is_answered_at_once_with_the_phone(
    person: Callable[[], Person], asked: str, topic: str
) -> None:
    said = person().says(asked)
    assert topic in said and NOT_KNOWN in said and PHONE in said
    assert "{" not in said


def test_in_the_middle_of_a_booking_the_question_is_asked_again(person: Callable[[], Person]) -> None:
    talker = person()
    talker.says("予約したいです")
    said = talker.says("駐車場の料金を教えてほしいです")
    assert said.index("駐車場") < said.index("通知")
    assert talker.slot("requested_slot") == "notice"
    said = talker.says("電子証明書です。郵便局でもできますか")
    assert "郵便局" in said and talker.slot("notice") == "certificate"


def test_beside_an_answer_both_count(person: Callable[[], Person]) -> None:
    talker = person()
    for line in ("予約したい", "電子証明書", "本人です", "R9.2.20", "覚えている"):
        talker.says(line)
    said = talker.says("西口でお願いします。駐車場はありますか")
    assert talker.slot("counter") == "nishiguchi"
    assert "駐車場" in said and NOT_KNOWN in said


def test_buttons_lead_on_and_are_left_out_while_something_is_asked(person: Callable[[], Person]) -> None:
    talker = person()
    talker.says("車いすを借りられますか")
    assert "代理" in talker.taps("代理の人が行く場合")
    talker.says("予約したいです")
    talker.says("車いすを借りられますか")
    assert "代理の人が行く場合" not in [each["title"] for each in talker.buttons]


def test_a_link_and_buttons_are_seen_in_line_too(
    agent: Agent, person: Callable[[], Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    link = "https://www.example.lg.jp/parking?a=1#b"
    answer = {"text": f"地下にあります。{{city}}\n{link}", "buttons": [{"title": "予約", "payload": "/book"}]}
    monkeypatch.setitem(agent.domain.responses, "utter_ask_parking", [answer])
    talker = person()
    assert talker.says("駐車場はありますか") == f"地下にあります。福島市\n{link}"
    [shown] = faces.render([{"text": f"地下にあります。\n{link}", "buttons": talker.buttons}], talker.sender)
    plain = shown.to_dict()
    assert link in plain["text"]
    assert [item["action"]["label"] for item in plain["quickReply"]["items"]] == ["予約"]
    assert "通知" in talker.taps("予約")


@pytest.mark.parametrize("said", ["粗大ごみの収集日はいつですか", "ラーメン屋の駐車場はどこ", "今日の天気は"])
def test_what_is_none_of_our_business_stays_so(person: Callable[[], Person], said: str) -> None:
    assert NOT_KNOWN not in person().says(said)


def test_a_my_number_in_such_a_question_is_masked(person: Callable[[], Person]) -> None:
    talker = person()
    said = talker.says("駐車場はありますか。番号は123456789018です")
    assert "消しました" in said and "123456789018" not in "".join(line for who, line in talker.transcript if who == "bot")
