"""What the bot says, as LINE shows it: within every limit, and with every choice."""

from __future__ import annotations

import asyncio
import re
from datetime import date, timedelta
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from linebot.v3.messaging import PushMessageRequest
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.line import faces, limits, visit_link, worker
from bot.nlu.state import state_of
from bot.responses import CityResponses
from reading import case, reader
from renewal import city, clock
from renewal.application import Desk
from renewal.bookings import Bookings, create_engine_from
from tests.line.documented import problems
from tests.line.person import actions as every_action

ME = "a-conversation"
KANA = st.text("サトウハナコ一丁目ー👨‍👩‍👧é9", min_size=1, max_size=60)
TEXT = st.text(st.sampled_from("あ漢9。\n👨‍👩‍👧𠮷"), max_size=400)
COMMAND = st.text("abcdef{}:\"/", min_size=1, max_size=400).map(lambda text: "/" + text)
BUTTONS = st.lists(st.fixed_dictionaries({"title": KANA, "payload": COMMAND}), max_size=30)


def sent(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the messages as they go over the wire, having passed the SDK's models and LINE's limits."""
    shown = faces.render(messages, ME)
    request = PushMessageRequest(to="U" + "0" * 32, messages=shown)
    wire = request.to_dict()["messages"]
    assert problems(wire) == []
    return list(wire)


@pytest.fixture(autouse=True)
def a_fixed_world(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENEWAL_NOW", "2026-11-24T10:00:00+09:00")
    monkeypatch.setenv("RENEWAL_SECRET_KEY", "not secret")
    monkeypatch.delenv("RENEWAL_PUBLIC_URL", raising=False)


# Everything the bot can say ----------------------------------------------------------------------


def test_every_sentence_of_the_domain_passes() -> None:
    domain = Domain.load(Path(__file__).resolve().parents[2] / "domain.yml")
    sentences = CityResponses(EndpointConfig(), domain)
    tracker = DialogueStateTracker("somebody", domain.slots)
    said = 0
    for variations in domain.responses.values():
        for variation in variations:
            texts = [variation["text"], *(b["title"] for b in variation.get("buttons") or ())]
            gaps = {gap for text in texts for _, gap, _, _ in Formatter().parse(text) if gap}
            facts = {**sentences._fixed, "call_centre_now": "ただいま受付中、17時まで"}
            values = {gap: facts.get(gap, "12月3日（木）17時30分、本庁舎1階") for gap in gaps}
            spoken = sentences._fill_response(
                {"text": variation["text"], "buttons": [dict(b) for b in variation.get("buttons") or ()]},
                {}, **values,
            )  # fmt: skip
            sent([spoken])
            said += 1
    assert said > 300
    asyncio.run(sentences.generate("utter_greet", tracker, "line"))


@pytest.mark.parametrize("words", worker.WORDS.values())
def test_the_channels_own_sentences_pass(words: str) -> None:
    sent([{"text": words.format(phone="024-505-0445", wait=3), "buttons": WHO["buttons"]}])


# The three payloads, of any size -----------------------------------------------------------------


@st.composite
def calendars(draw: st.DrawFn) -> dict[str, Any]:
    first = date(2026, 11, 25)
    days = []
    for offset in range(draw(st.integers(1, 40))):
        day = first + timedelta(days=offset)
        count = draw(st.sampled_from([0, 1, 3, 17, 21, 60]))
        slots = [
            {
                "start": f"{day}T09:00:00+09:00", "label": f"{8 + n // 6}:{n % 6}0", "free": 1,
                "capacity": 3, "mark": "△" if n % 3 else "○",
                "payload": f'/inform{{"start": "{day}T{n:02}"}}' if n % 4 else None,
            }
            for n in range(count)
        ]  # fmt: skip
        label = f"{day.month}月{day.day}日（月）"
        days.append({"date": day.isoformat(), "label": label, "closed": None, "holiday": None,
                     "slots": slots})  # fmt: skip
    return {
        "type": "slot_calendar", "counter": "honchosha", "counter_label": draw(KANA), "next": None,
        "bookable": [first.isoformat(), (first + timedelta(days=60)).isoformat()], "days": days,
    }  # fmt: skip


ITEM = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["card", "pin_juki", "pin_reset_extra", "rep_proof"]),
        "label": KANA, "reason": KANA, "required": st.booleans(), "waived": st.booleans(),
        "may_be_left_out": st.none() | KANA,
    }
)  # fmt: skip
PEOPLE = st.lists(
    st.fixed_dictionaries({"name": st.none() | KANA, "items": st.lists(ITEM, max_size=30)}),
    min_size=1, max_size=15,
)  # fmt: skip
CHECKLISTS = st.fixed_dictionaries({"type": st.just("document_checklist"), "people": PEOPLE})
BOOKINGS = st.fixed_dictionaries(
    {
        "type": st.just("booking_card"), "code": st.just("K7PMA-4QXD3"),
        "start": st.just("2026-12-03T17:30:00+09:00"), "when": KANA, "counter": st.just("honchosha"),
        "counter_label": KANA, "address": st.none() | TEXT,
        "map_url": st.none() | st.just("https://example.jp/") | st.just("javascript:1"),
        "people": PEOPLE,
        "actions": st.lists(st.fixed_dictionaries({"title": KANA, "payload": COMMAND}), max_size=4),
    }
)  # fmt: skip
SUMMARIES = st.fixed_dictionaries(
    {
        "type": st.just("summary"),
        "rows": st.lists(
            st.fixed_dictionaries(
                {"id": KANA, "label": KANA, "values": st.lists(TEXT, min_size=1, max_size=30),
                 "change": st.none() | st.fixed_dictionaries({"title": KANA, "payload": COMMAND})}
            ), min_size=1, max_size=12,
        ),
        "primary": st.fixed_dictionaries({"title": KANA, "payload": COMMAND}),
        "instead_of": st.fixed_dictionaries({"title": KANA, "payload": COMMAND}),
    }
)  # fmt: skip
MESSAGE = st.fixed_dictionaries(
    {"text": TEXT.map(lambda text: text * 15) | TEXT, "buttons": BUTTONS},
    optional={"custom": calendars() | CHECKLISTS | SUMMARIES | BOOKINGS | st.just({"type": "unknown"})},
)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.lists(MESSAGE, min_size=1, max_size=6))
def test_whatever_is_said_passes_the_models_and_the_documented_limits(
    messages: list[dict[str, Any]],
) -> None:
    messages[0]["text"] = messages[0]["text"].strip() or "はい。"
    sent(messages)


@settings(max_examples=8, deadline=None, derandomize=True, database=None)
@given(calendars())
def test_paging_comes_past_every_free_time_once(calendar: dict[str, Any]) -> None:
    message = {"text": "いつがよろしいですか。", "custom": calendar}
    free = {s["payload"] for day in calendar["days"] for s in day["slots"] if s["payload"]}
    data = {f"b:{faces.cards.button_id(ME, each)}" for each in free}
    seen: list[str] = []
    pages = faces.render([message], ME)
    while True:
        wire = [page.to_dict() for page in pages]
        assert problems(wire) == []
        found = re.findall(r"'data': '([bc]:[^']+)', 'displayText': '([^']*)'", str(wire))
        seen += [each for each, _ in found if each in data]
        later = [each for each, title in found if title == "次の日を見る"]
        if not later:
            break
        pages = faces.calendar_page(message, ME, later[0][2:])
    assert sorted(seen) == sorted(data)


# Choices -----------------------------------------------------------------------------------------

WHO = {
    "text": "窓口にはどなたが来られますか。",
    "buttons": [{"title": "カードの本人", "payload": "/self"}, {"title": "代理の人", "payload": "/proxy"}],
}
TIMES = {
    "text": "12月3日（木）は 9:00・9:30 が空いています。",
    "buttons": [{"title": "9:00", "payload": "/nine"}, {"title": "9:30", "payload": "/half"},
                {"title": "別の日", "payload": "/other"}],
}  # fmt: skip


def test_a_choice_is_a_quick_reply_and_stands_numbered_in_the_text() -> None:
    [message] = sent([WHO])
    assert message["text"].endswith("\n1. カードの本人\n2. 代理の人")
    labels = [item["action"]["label"] for item in message["quickReply"]["items"]]
    assert labels == ["カードの本人", "代理の人"]


@pytest.mark.parametrize("typed", ["2", "２", "②", "2番", "２番でお願いします", " 2 ", "2です。"])
def test_a_typed_number_chooses(typed: str) -> None:
    assert faces.choice(typed, [WHO]) == "/proxy"


@pytest.mark.parametrize("typed", ["0", "3", "12", "2人", "2時", "代理の人", "", "2027/2/20"])
def test_other_words_choose_nothing(typed: str) -> None:
    assert faces.choice(typed, [WHO]) is None


def test_numbers_run_through_a_turn_and_quick_replies_begin_with_the_question() -> None:
    first = {"text": "無料です。", "buttons": [{"title": "予約する", "payload": "/book"}]}
    messages = sent([first, WHO])
    assert messages[0]["text"].endswith("1. 予約する")
    assert messages[1]["text"].endswith("2. カードの本人\n3. 代理の人")
    assert faces.choice("3", [first, WHO]) == "/proxy"
    labels = [item["action"]["label"] for item in messages[-1]["quickReply"]["items"]]
    assert labels == ["カードの本人", "代理の人", "予約する"]


def test_times_have_no_numbers_because_nine_is_nine_oclock() -> None:
    [message] = sent([TIMES])
    assert message["text"] == TIMES["text"]
    assert faces.choice("9", [TIMES]) is None
    assert len(message["quickReply"]["items"]) == 3


def test_a_list_that_the_text_has_already_is_numbered_in_its_place() -> None:
    message = {
        "text": "いつがよろしいですか。\n・12/3（木）17:30 本庁舎1階\n・12/4（金）8:30 本庁舎1階",
        "buttons": [{"title": "12/3（木）17:30", "payload": "/a"}, {"title": "12/4（金）8:30", "payload": "/b"}],
    }
    [shown] = sent([message])
    assert shown["text"].split("\n")[1:] == [
        "1. 12/3（木）17:30 本庁舎1階", "2. 12/4（金）8:30 本庁舎1階",
    ]  # fmt: skip


def test_the_way_back_is_a_quick_reply_and_no_numbered_choice() -> None:
    back = {"title": "戻る", "payload": "/go_back"}
    [message] = sent([{**WHO, "buttons": [*WHO["buttons"], back]}])
    assert message["text"].endswith("\n1. カードの本人\n2. 代理の人")
    assert [item["action"]["label"] for item in message["quickReply"]["items"]][-1] == "戻る"
    [alone] = sent([{"text": "お名前を教えてください。", "buttons": [back]}])
    assert alone["text"] == "お名前を教えてください。" and len(alone["quickReply"]["items"]) == 1


# What the cards show -----------------------------------------------------------------------------


def _calendar(days: int = 3) -> dict[str, Any]:
    first = date(2026, 12, 3)
    return {
        "type": "slot_calendar", "counter": "honchosha", "counter_label": "本庁舎1階", "next": None,
        "bookable": ["2026-12-03", "2027-01-23"],
        "days": [
            {
                "date": (first + timedelta(days=n)).isoformat(), "label": f"12月{3 + n}日（木）",
                "closed": None, "holiday": None,
                "slots": [
                    {"start": "", "label": "9:00", "mark": "○", "payload": f'/inform{{"start": "{n}"}}'},
                    {"start": "", "label": "9:30", "mark": "×", "payload": None},
                ],
            }
            for n in range(days)
        ],
    }  # fmt: skip


def test_where_a_day_is_asked_the_date_picker_has_the_bookable_range() -> None:
    message = {
        "text": "いつがよろしいですか。",
        "buttons": [{"title": "12/3（木）9:00", "payload": '/inform{"start": "0"}'}],
        "custom": _calendar(),
    }
    shown = sent([message])
    picker = shown[-1]["quickReply"]["items"][-1]["action"]
    assert (picker["type"], picker["min"], picker["max"]) == ("datetimepicker", "2026-12-03", "2027-01-23")
    assert picker["data"] == "d:visit"


@pytest.mark.parametrize("asked", [None, "visit_date", "expires_on", "birthday", "issued_on", "confirmed"])
def test_a_picked_day_is_the_visits_whatever_is_asked_meanwhile(asked: str | None) -> None:
    desk = Desk(city.load(), Bookings(create_engine_from("sqlite://")), clock.now(), clock.now())
    reading = reader.read(faces.date_text("2027-01-05"), desk.now)
    assert case.told(reading, state_of(desk, {}).at(asked)).answers == {"wish": {"days": ["2027-01-05"]}}


def test_a_full_time_is_no_button() -> None:
    shown = str(sent([{"text": "空きです。", "custom": _calendar()}]))
    assert "9:00" in shown and "9:30" not in shown


def test_the_checklist_is_grouped_by_person_and_says_what_may_be_left_out() -> None:
    def item(id_: str, label: str, **more: Any) -> dict[str, Any]:
        return {"id": id_, "label": label, "reason": "", "required": True, "waived": False,
                "may_be_left_out": None, **more}  # fmt: skip

    people = [
        {"name": "サトウ ハナコ 様", "items": [item("card", "カード"), item("pin_juki", "暗証番号")]},
        {"name": "サトウ タロウ 様", "items": [item("rep_proof", "戸籍謄本", waived=True)]},
    ]
    [flex] = sent([{"text": "お持ちいただくものです。", "custom": {"type": "document_checklist", "people": people}}])
    first, second = flex["contents"]["contents"]
    assert "サトウ ハナコ 様" in str(first) and "窓口で入力していただく番号" in str(first)
    assert "様 様" not in str(first)
    assert "サトウ タロウ 様" in str(second) and "今回は省けます" in str(second)


def test_over_the_checklist_of_a_visit_it_says_of_which() -> None:
    item = {"id": "card", "label": "カード", "waived": False, "may_be_left_out": None}
    custom = {"type": "document_checklist", "people": [{"name": None, "items": [item]}]}
    which, card = sent([{"text": "12月3日（木）のご予約です。\n・カード", "custom": custom}])
    assert which["text"] == "12月3日（木）のご予約です。"
    assert card["altText"] == "12月3日（木）のご予約です。\n・カード"
    [alone] = sent([{"text": "お持ちいただくものです。\n・カード", "custom": custom}])
    assert alone["type"] == "flex"
    asks, _ = sent([{"text": "お持ちいただくものです。\n・カード", "custom": custom, "buttons": WHO["buttons"]}])
    assert asks["text"] == "1. カードの本人\n2. 代理の人"


def _summary() -> dict[str, Any]:
    def row(name: str, values: list[str], change: str | None) -> dict[str, Any]:
        button = change and {"title": f"{name}を変える", "payload": f'/correct{{"correct": "{change}"}}'}
        return {"id": name, "label": name, "values": values, "change": button}

    fix = {"title": "直す", "payload": '/inform{"confirmed": "fix"}'}
    yes = {"title": "予約する", "payload": '/inform{"confirmed": "yes"}'}
    return {
        "text": "この内容で予約します。よろしいですか。\n日時　12月3日（木）10時\n電話　090-1234-5678",
        "buttons": [yes, fix, {"title": "やめる", "payload": "/stop"}, {"title": "戻る", "payload": "/go_back"}],
        "custom": {
            "type": "summary", "primary": yes, "instead_of": fix,
            "rows": [
                row("日時", ["12月3日（木）10時"], "visit"), row("お名前", ["サトウ ハナコ 様", "サトウ タロウ 様"], "name_kana"),
                row("持ち物", ["カード"], None),
            ],
        },
    }  # fmt: skip


def test_each_row_of_the_summary_has_the_button_that_tells_it_anew_and_the_last_word_is_one() -> None:
    question, card = sent([_summary()])
    pressed = {action["displayText"]: action["data"] for action in every_action(card["contents"])}
    assert pressed == {
        title: f"b:{faces.cards.button_id(ME, payload)}"
        for title, payload in (
            ("日時を変える", '/correct{"correct": "visit"}'), ("お名前を変える", '/correct{"correct": "name_kana"}'),
            ("予約する", '/inform{"confirmed": "yes"}'),
        )
    }  # fmt: skip
    assert all(value in str(card) for value in ("12月3日（木）10時", "サトウ タロウ 様", "カード"))
    assert card["altText"] == _summary()["text"]  # whole for who cannot see the card
    assert question["text"] == "この内容で予約します。よろしいですか。\n1. 予約する\n2. やめる"


def test_beside_the_rows_the_quick_replies_do_not_offer_to_put_right_but_to_go_back() -> None:
    shown = sent([_summary()])
    assert [item["action"]["label"] for item in shown[-1]["quickReply"]["items"]] == ["予約する", "やめる", "戻る"]
    assert faces.choice("2", [_summary()]) == "/stop"


def test_a_summary_that_does_not_fit_a_card_is_said_whole() -> None:
    much = _summary()
    much["custom"]["rows"] *= 200
    [message] = sent([much])
    assert message["text"].startswith(much["text"])


def _booking(**more: Any) -> dict[str, Any]:
    return {
        "type": "booking_card", "code": "K7PMA-4QXD3", "start": "2026-12-03T17:30:00+09:00",
        "when": "令和8年12月3日（木）17時30分", "counter": "honchosha", "counter_label": "本庁舎1階",
        "address": None, "map_url": None, "people": [{"name": None, "items": []}],
        "actions": [{"title": "予約の変更", "payload": "/change_booking"},
                    {"title": "予約の取り消し", "payload": "/cancel_booking"}], **more,
    }  # fmt: skip


def actions(card: dict[str, Any]) -> list[tuple[str, str]]:
    shown = sent([{"text": "予約できました。", "custom": card}])
    return [
        (button["action"]["type"], button["action"]["label"])
        for button in shown[-1]["contents"]["footer"]["contents"]
    ]


def test_the_booking_card_has_change_and_cancel_and_no_dead_button() -> None:
    assert actions(_booking()) == [
        ("clipboard", "予約番号をコピー"), ("postback", "予約の変更"), ("postback", "予約の取り消し"),
    ]  # fmt: skip


def test_route_and_calendar_are_buttons_where_there_is_an_address_for_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RENEWAL_PUBLIC_URL", "https://bot.example.jp/")
    found = actions(_booking(map_url="https://maps.example.jp/1"))
    assert ("uri", "地図を見る") in found and ("uri", "カレンダーに入れる") in found


def test_a_calendar_link_is_good_for_its_booking_until_the_visit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from datetime import datetime

    monkeypatch.setenv("RENEWAL_PUBLIC_URL", "https://bot.example.jp")
    start = datetime.fromisoformat("2026-12-03T17:30:00+09:00")
    link = visit_link.link("K7PMA-4QXD3", start.isoformat())
    assert link and link.startswith("https://bot.example.jp/webhooks/line/visit.ics?")
    assert "openExternalBrowser=1" in link
    ticket = link.partition("ticket=")[2]
    assert visit_link.code_of(ticket, start) == "K7PMA-4QXD3"
    assert visit_link.code_of(ticket, start + timedelta(days=1)) is None
    assert visit_link.code_of(ticket.replace("K7PMA", "K7PMB"), start) is None
    for odd in (None, "", "..", "K7PMA-4QXD3.９.x", "é", ticket[:-1]):
        assert visit_link.code_of(odd, start) is None


def test_labels_are_cut_between_graphemes() -> None:
    family = "👨‍👩‍👧"
    assert limits.clip(family * 30, 20) == family * 19 + "…"
    assert limits.clip("予約する", 20) == "予約する"
