"""Sentences as citizens get them: filled with the city's facts, with words, and with the time."""

from __future__ import annotations

import asyncio
import copy
import re
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActiveLoop, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.responses import CityResponses
from renewal import city

OPEN, LUNCH_ON_SUNDAY = "2026-11-24T10:00:00+09:00", "2026-11-29T12:00:00+09:00"


@pytest.fixture(autouse=True)
def the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENEWAL_NOW", OPEN)


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(Path(__file__).resolve().parents[2] / "domain.yml")


@pytest.fixture(scope="module")
def sentences(domain: Domain) -> CityResponses:
    return CityResponses(EndpointConfig(), domain)


@pytest.fixture
def said(domain: Domain, sentences: CityResponses) -> Any:
    """Say a sentence to somebody of whom these slots are known."""

    def say(name: str, slots: dict[str, Any] | None = None, **values: Any) -> dict[str, Any]:
        tracker = DialogueStateTracker("somebody", domain.slots)
        for slot, value in (slots or {}).items():
            tracker.update(SlotSet(slot, value))
        spoken = asyncio.run(sentences.generate(f"utter_{name}", tracker, "web", **values))
        assert spoken, f"there is no utter_{name}"
        return dict(spoken)

    return say


def gaps(variation: dict[str, Any]) -> set[str]:
    """Return the names in braces of a sentence and its buttons."""
    texts = [variation["text"], *(b["title"] for b in variation.get("buttons") or ())]
    return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}


# The city's facts --------------------------------------------------------------------------------


def test_a_telephone_number_comes_from_city_yml(said: Any) -> None:
    assert "024-505-0445" in said("ask_bot")["text"]
    assert "0120-95-0178" in said("ask_lost_card")["text"]


def test_the_counters_are_listed_with_their_hours(said: Any) -> None:
    text = said("ask_hours_and_place")["text"]
    assert "・本庁舎1階 マイナンバーカード手続コーナー: 平日 8:30〜17:00、木曜 17:30〜19:30" in text
    assert "・西口行政サービスコーナー: 平日 11:00、11:30、15:30（この時刻だけ）" in text
    assert "支所" not in text


def test_documents_are_listed_for_each_kind_of_visitor(said: Any) -> None:
    own, child, proxy = (said(f"ask_{n}")["text"] for n in ("documents", "child_or_ward", "proxy"))
    assert "署名用の暗証番号" in own and "本人確認書類" not in own
    assert "戸籍謄本" in child and "署名用" not in child
    assert "照会書兼回答書（ご本人が書いたもの" in proxy and "暗証番号" not in proxy


def test_who_cannot_phone_is_sent_to_the_citys_page_while_no_other_way_is_known(said: Any) -> None:
    assert "ページ番号5619" in said("talk_to_human")["text"]


def test_who_cannot_phone_may_write_where_the_city_says_so(
    domain: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = city.load()
    other = ours.alternative_contact.model_copy(update={"fax": "024-000-0000"})
    monkeypatch.setattr(
        "bot.responses.load", lambda: ours.model_copy(update={"alternative_contact": other})
    )
    tracker = DialogueStateTracker("somebody", domain.slots)
    spoken = asyncio.run(
        CityResponses(EndpointConfig(), domain).generate("utter_talk_to_human", tracker, "web")
    )
    assert spoken and "FAX 024-000-0000でもお尋ねになれます" in spoken["text"]


def test_every_sentence_that_needs_no_more_than_facts_is_filled_completely(
    domain: Domain, sentences: CityResponses, said: Any
) -> None:
    facts = {*sentences._fixed, "call_centre_now"}
    complete = [
        name[len("utter_") :]
        for name, variations in domain.responses.items()
        if not name.startswith("utter_word_") and not gaps(variations[-1]) - facts
    ]
    assert len(complete) > 80
    for name in complete:
        text = said(name)["text"]
        assert not re.search(r"[{}@]|None", text), f"{name}: {text}"


# The time ----------------------------------------------------------------------------------------


def test_while_the_call_centre_is_open_it_is_said_until_when(said: Any) -> None:
    assert "024-505-0445（ただいま受付中、17時まで）" in said("ask_bot")["text"]


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (LUNCH_ON_SUNDAY, "11月30日（月）9時"),
        ("2026-11-24T08:59:59+09:00", "今日9時"),
        ("2026-11-24T17:00:00+09:00", "11月25日（水）9時"),
        ("2026-12-28T18:00:00+09:00", "1月4日（月）9時"),
        ("2026-11-23T10:00:00+09:00", "11月24日（火）9時"),  # 勤労感謝の日
    ],
)
def test_while_it_is_closed_it_is_said_when_it_opens_next(
    said: Any, monkeypatch: pytest.MonkeyPatch, now: str, opens: str
) -> None:
    monkeypatch.setenv("RENEWAL_NOW", now)
    assert f"（次の受付は{opens}から）" in said("ask_bot")["text"]


# Words and variations ----------------------------------------------------------------------------


def test_a_value_may_name_a_word(said: Any) -> None:
    text = said("understood", whose="@whose_under_15", who="@who_legal_representative")["text"]
    assert text == "お子さま（15歳未満）の電子証明書の更新に、親など法定代理人の方が来られるのですね。"


def test_the_value_of_a_slot_may_name_a_word(said: Any) -> None:
    slots = {"ask_how": None, "person": "@who_self", "several": True}
    assert "ご本人の電子証明書の有効期限" in said("ask_application_form_expires_on", slots)["text"]


def test_a_value_may_be_several_words_in_a_row(said: Any) -> None:
    told = {"summary": "", "visitor": "", "hyphenated_phone": "", "bring": ""}
    text = said("ask_confirmed", comes=["@who_self", "@who_self", "@who_other_proxy"], **told)["text"]
    assert "来られる方　ご本人、代理の方\n" in text


def test_the_title_of_an_actions_button_may_name_a_word(said: Any) -> None:
    buttons = [{"title": "@intent_ask_fee", "payload": "/ask_fee"}]
    said("clarify", buttons=buttons)
    assert buttons == [{"title": "手数料", "payload": "/ask_fee"}]


def test_the_first_variation_whose_conditions_hold_is_taken(said: Any) -> None:
    def asked(**slots: Any) -> str:
        return str(said("ask_application_form_notice", slots)["text"])

    assert asked() == "青い封筒の通知には、何の更新と書かれていますか。"
    assert asked(holder="under_15").startswith("お子さまは")
    assert asked(holder="general") == asked()
    assert asked(ask_how="example", holder="under_15").startswith("通知の表に")
    assert asked(ask_how="short") == "通知には何の更新と書かれていますか。"
    assert asked(ask_how="other_way").startswith("別の方法もあります")


def test_what_is_said_does_not_depend_on_chance(said: Any) -> None:
    assert len({said("greet")["text"] for _ in range(20)}) == 1


def test_the_payload_of_a_button_stays_as_it_is(said: Any) -> None:
    buttons = said("ask_application_form_notice")["buttons"]
    assert [b["title"] for b in buttons][0] == "電子証明書"
    assert buttons[0]["payload"] == '/inform{"notice": "certificate"}'


def test_saying_a_sentence_leaves_the_domain_as_it_is(
    domain: Domain, said: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = copy.deepcopy(domain.responses)
    said("ask_application_form_notice")
    monkeypatch.setenv("RENEWAL_NOW", LUNCH_ON_SUNDAY)
    said("talk_to_human")
    assert domain.responses == before


def test_braces_that_a_person_wrote_are_left_alone(said: Any) -> None:
    assert "「{city}{x}」という日" in said("invalid_no_such_day", said="{city}{x}")["text"]


def test_a_sentence_that_does_not_exist_is_not_said(
    domain: Domain, sentences: CityResponses
) -> None:
    tracker = DialogueStateTracker("somebody", domain.slots)
    assert asyncio.run(sentences.generate("utter_nothing", tracker, "web")) is None


def test_an_answer_between_two_questions_brings_no_buttons_of_its_own(
    domain: Domain, sentences: CityResponses
) -> None:
    tracker = DialogueStateTracker("somebody", domain.slots)
    answer = asyncio.run(sentences.generate("utter_ask_documents", tracker, "web"))
    assert answer and answer["buttons"]
    tracker.update(ActiveLoop("application_form"))
    for name in ("ask_documents", "out_of_scope_city", "complain"):
        answer = asyncio.run(sentences.generate(f"utter_{name}", tracker, "web"))
        assert answer and not answer.get("buttons")
    question = asyncio.run(
        sentences.generate("utter_ask_application_form_pins", tracker, "web", person="")
    )
    assert question and question["buttons"]
