"""Answers to questions, and what is said when a message is not understood."""

from __future__ import annotations

import pytest

from actions.questions import ActionAnswerQuestion, ActionDefaultFallback, ActionSessionStart
from tests.actions.conftest import Talk

ANSWER, FALLBACK = ActionAnswerQuestion(), ActionDefaultFallback()

# Questions ---------------------------------------------------------------------------------------


def test_a_question_gets_its_answer(talk: Talk) -> None:
    assert talk.hears("手数料は？", "ask_fee").runs(ANSWER).names == ["ask_fee"]


def test_two_questions_in_one_message_get_both_answers(talk: Talk) -> None:
    parts = [("手数料はいくらですか。", "ask_fee"), ("写真は要りますか", "ask_photo")]
    talk.hears("".join(text for text, _ in parts), "ask_fee", clauses=parts).runs(ANSWER)
    assert talk.names == ["ask_fee", "ask_photo"]


def test_a_question_is_understood_with_what_was_told_before_it(talk: Talk) -> None:
    parts = [("15歳です。", "inform"), ("自分で更新できますか", "ask_online")]
    talk.hears("15歳です。自分で更新できますか", "ask_teenager", clauses=parts).runs(ANSWER)
    assert talk.names == ["ask_teenager"]


def test_of_many_questions_two_are_answered(talk: Talk) -> None:
    parts = [("手数料は？", "ask_fee"), ("写真は？", "ask_photo"), ("場所は？", "ask_access")]
    assert len(talk.hears("…", "ask_fee", clauses=parts).runs(ANSWER).names) == 2


def test_what_to_bring_is_a_card_as_soon_as_it_is_known_who_comes_for_whom(talk: Talk) -> None:
    talk.slots = {"applicant": "other_proxy", "holder": "general", "requested_slot": "reply_form"}
    [said] = talk.hears("持ち物は？", "ask_documents").runs(ANSWER).said
    assert said["custom"]["type"] == "document_checklist"
    [person] = said["custom"]["people"]
    assert [item["id"] for item in person["items"]] == ["card", "visitor_id_a", "inquiry_form"]
    assert "照会書兼回答書" in said["items"]


def test_a_question_changes_nothing_in_the_form(talk: Talk) -> None:
    talk.slots = {"notice": "certificate", "requested_slot": "pins"}
    before = dict(talk.slots)
    talk.hears("期限が切れたらどうなりますか", "ask_expired").runs(ANSWER)
    assert talk.slots == before


def test_free_times_are_named_with_their_counter(talk: Talk) -> None:
    talk.hears("いつ空いていますか", "ask_free_times").runs(ANSWER)
    [said] = talk.said
    assert said["response"] == "utter_ask_free_times"
    assert said["times"].splitlines()[0] == "・11月25日（水）8:30 本庁舎1階"
    assert said["buttons"] == [{"title": "@intent_book", "payload": "/book"}]
    assert said["custom"]["type"] == "slot_calendar"


def test_free_times_are_those_of_the_counter_that_was_chosen(talk: Talk) -> None:
    talk.slots = {"counter": "nishiguchi"}
    talk.hears("いつ空いていますか", "ask_free_times").runs(ANSWER)
    assert talk.said[0]["custom"]["counter"] == "nishiguchi"
    assert "本庁舎" not in talk.said[0]["times"]


@pytest.mark.parametrize(
    ("asked", "first", "response"),
    [
        ("夕方は空いていますか", "・11月25日（水）15:00 本庁舎1階", "utter_free_times_as_asked"),
        (
            "西口は来週空いていますか",
            "・11月30日（月）11:00 西口行政サービスコーナー",
            "utter_free_times_as_asked",
        ),
        ("仕事帰りに行ける日は", "・11月26日（木）17:30 本庁舎1階", "utter_free_times_as_asked"),
        (
            "一番早く空いているところはどこですか",
            "・11月25日（水）8:30 本庁舎1階",
            "utter_ask_free_times",
        ),
    ],
)
def test_free_times_are_those_that_were_asked_for(
    talk: Talk, asked: str, first: str, response: str
) -> None:
    [said] = talk.hears(asked, "ask_free_times").runs(ANSWER).said
    assert (said["times"].splitlines()[0], said["response"]) == (first, response)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("土曜日は空いていますか", "day_closed_weekend"),
        ("今日は空いていますか", "day_too_late"),
        ("12月31日は空いていますか", "day_closed_year_end"),
    ],
)
def test_why_none_of_the_times_asked_for_is_free_is_said_with_others(
    talk: Talk, asked: str, why: str
) -> None:
    assert talk.hears(asked, "ask_free_times").runs(ANSWER).names == [why, "ask_free_times"]


def test_no_free_time_is_said_with_the_way_on(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("renewal.application.offer", lambda a, desk, limit=4: [])
    assert talk.hears("空きは？", "ask_free_times").runs(ANSWER).names == ["no_free_times"]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("有効期限が令和9年2月20日だといつから更新できますか", "window_inside"),
        ("期限が2031年5月10日なら、もう更新できますか", "window_too_early"),
        ("有効期限が令和8年10月1日でも更新できますか", "window_expired"),
        ("いつから更新できますか", "ask_period"),
    ],
)
def test_a_date_in_the_question_is_answered_with_what_it_means(
    talk: Talk, text: str, answer: str
) -> None:
    assert talk.hears(text, "ask_period").runs(ANSWER).names == [answer]


# Not understood ----------------------------------------------------------------------------------


def test_what_is_nearly_understood_is_asked_back_with_at_most_three_buttons(talk: Talk) -> None:
    ranking = [("ask_fee", 0.3), ("book", 0.25), ("ask_photo", 0.2), ("ask_access", 0.15)]
    talk.hears("証明書のやつ", "nlu_fallback", 0.3, ranking=ranking).runs(FALLBACK)
    assert talk.names == ["clarify"]
    assert talk.said[0]["buttons"] == [
        {"title": "@intent_ask_fee", "payload": "/ask_fee"},
        {"title": "@intent_book", "payload": "/book"},
        {"title": "@intent_ask_photo", "payload": "/ask_photo"},
    ]


def test_one_likely_meaning_is_asked_by_its_name(talk: Talk) -> None:
    ranking = [("nlu_fallback", 0.6), ("inform", 0.3), ("ask_fee", 0.2), ("book", 0.02)]
    talk.hears("お金", "nlu_fallback", 0.3, ranking=ranking).runs(FALLBACK)
    assert talk.names == ["clarify_one"]
    assert talk.said[0]["guess"] == "@intent_ask_fee"


def test_what_is_not_understood_at_all_gets_what_can_be_done_here(talk: Talk) -> None:
    talk.hears("ふがふが", "nlu_fallback", 0.2, ranking=[("ask_fee", 0.02)]).runs(FALLBACK)
    assert talk.names == ["not_understood"]


# A session ---------------------------------------------------------------------------------------


def test_a_new_conversation_begins_without_a_word(talk: Talk) -> None:
    talk.runs(ActionSessionStart())
    assert talk.names == []
    assert [event["event"] for event in talk.events[1:]] == ["session_started", "action"]


def test_who_comes_back_too_late_hears_that_the_earlier_input_is_gone(talk: Talk) -> None:
    talk.slots = {"notice": "certificate", "requested_slot": "applicant"}
    assert talk.runs(ActionSessionStart()).names == ["session_expired"]
