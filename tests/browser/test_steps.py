"""From question to question, the summary, the booked card and the calendar, in a real Chromium."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from renewal import opinions
from renewal.bookings import create_engine_from
from renewal.opinions import Line
from tests.browser import payloads
from tests.browser.person import PHONE, Person
from tests.server.servers import Servers

pytestmark = pytest.mark.server
MakePerson = Callable[..., Person]
DAY = date(2026, 11, 24)

STEPS = (
    ("予約する", "何の更新と", 8), ("電子証明書", "どなたが", 7), ("本人です", "有効期限はいつ", 6),
    ("R9.2.20", "暗証番号は覚えて", 5), ("覚えている", "どの窓口", 4), ("本庁舎", "いつがよろしい", 3),
    ("12月3日の11時", "カタカナ", 2), ("さとうはなこ", "電話番号", 1),
)  # fmt: skip
"""What is said, what is asked then, and about how many questions there are to the end."""


def to_the_summary(someone: Person) -> None:
    someone.opens().to_the_calendar()
    someone.taps("いちばん早い空き")
    someone.gives_name_and_phone()


# Step by step ----------------------------------------------------------------------------------


def test_every_question_says_how_far_it_is_and_leads_back(person: MakePerson) -> None:
    someone = person(**PHONE).opens()
    asked = ""
    for place, (said, question, left) in enumerate(STEPS):
        someone.says(said)
        assert question in someone.talk[-1]
        words = "これが最後です" if left == 1 else f"あと{left}つほどです"
        way = someone.page.locator(".step-back:visible")
        back = "" if said == "予約する" else "戻る"
        found = (said, way.count(), re.sub(r"\s", "", way.inner_text()))
        assert found == (said, 1, f"{back}質問は、{words}")
        if place % 2:  # not after each: who writes too fast has to wait
            assert asked in someone.taps_back()
            someone.says(said)
        asked = question
    someone.says("09012345678")
    assert "電話番号" in someone.taps_back()
    assert someone.violations() == []


def test_the_field_is_the_questions_own(person: MakePerson) -> None:
    someone = person(**PHONE).opens()
    field, hint = someone.page.locator("renewal-chat textarea"), someone.page.locator("renewal-chat #hint")

    def is_for(keys: str, filled_in: str, example: str) -> bool:
        found = (field.get_attribute("inputmode"), field.get_attribute("autocomplete"), hint.inner_text())
        return found[:2] == (keys, filled_in) and example in found[2]

    usual = ("text", "off", "持ち物は？")
    assert is_for(*usual)
    for said, example in (("予約する", usual[2]), ("電子証明書", usual[2]), ("本人です", "令和9年2月20日")):
        someone.says(said)
        assert is_for("text", "off", example)
    someone.says("R9.2.20")
    assert is_for(*usual)
    someone.says("覚えている")
    someone.says("本庁舎")
    assert is_for("text", "off", "来週の木曜")
    someone.taps("いちばん早い空き")
    assert is_for("text", "name", "サトウ ハナコ")
    someone.says("手数料は？")  # a question in the middle leaves the field what it was
    assert is_for("text", "name", "サトウ ハナコ")
    someone.says("さとうはなこ")
    assert is_for("tel", "tel", "090-1234-5678")
    someone.reopens()
    assert is_for("tel", "tel", "090-1234-5678")
    someone.says("09012345678")
    assert is_for(*usual)
    someone.says("やめる")
    someone.says("予約を確認したい")
    assert is_for("text", "off", "K7PMA-4QXD3")


def test_a_typed_number_chooses_the_button_in_that_place(person: MakePerson) -> None:
    someone = person().opens()
    assert "何の更新" in someone.says("1")
    assert "どなたが" in someone.says("１")
    assert someone.page.locator(".me .text").all_inner_texts() == ["予約する", "電子証明書"]
    someone.says("3")
    assert someone.page.locator(".me .text").last.inner_text() == "その他の代理の人"
    someone.says("7")  # there is none in that place
    assert someone.page.locator(".me .text").last.inner_text() == "7"
    someone.says("予約をやめる")
    someone.says("3人分予約したい")
    someone.says("2")
    assert "2人分" in "".join(someone.talk[-3:]) or someone.page.locator(".me .text").last.inner_text() == "2"


# The summary -----------------------------------------------------------------------------------


def row(someone: Person, name: str) -> str:
    """Return what a row of the latest summary says."""
    rows = someone.page.locator(".summary").last.locator("dl > div")
    return str(rows.filter(has_text=name).locator("dd").first.inner_text())


def test_the_summary_shows_all_that_decides_with_a_change_each_on_one_screen(
    person: MakePerson,
) -> None:
    someone = person(**PHONE)
    to_the_summary(someone)
    page, card = someone.page, someone.page.get_by_role("group", name="ご予約の内容")
    assert card.locator("dt").all_inner_texts() == [
        "日時", "窓口", "カードの持ち主", "来られる方", "お名前", "電話", "持ち物",
    ]  # fmt: skip
    assert re.fullmatch(r"令和8年11月\d+日（.）\d+時(30分)?", row(someone, "日時"))
    assert row(someone, "来られる方") == "ご本人"
    assert row(someone, "電話") == "090-1234-5678"
    assert "マイナンバーカード" in row(someone, "持ち物") and "暗証番号" in row(someone, "持ち物")
    changes = card.get_by_role("button", name="変える")
    assert [each.get_attribute("aria-label") for each in changes.all()] == [
        "日時を変える", "窓口を変える", "来られる方を変える", "来られる方を変える", "名前を変える",
        "電話番号を変える",
    ]  # fmt: skip
    log = page.locator("renewal-chat .log").bounding_box()
    for part in (card, card.locator(".filled")):
        box = part.bounding_box()
        assert log and box and box["y"] >= log["y"]
        assert box["y"] + box["height"] <= log["y"] + log["height"]
    assert page.locator(".filled").count() == 1
    assert someone.page.locator(".choice:visible:not([aria-disabled=true])").all_inner_texts() == [
        "予約する", "やめる",
    ]  # fmt: skip
    assert (someone.violations(), someone.scrolls_sideways()) == ([], [])
    someone.picture("summary")


def test_a_row_is_changed_and_the_summary_shown_in_full_again(person: MakePerson) -> None:
    someone = person(**PHONE)
    to_the_summary(someone)
    page = someone.page
    page.get_by_role("button", name="電話番号を変える").click()
    someone.waits()
    someone.says("024-555-0123")
    assert row(someone, "電話") == "024-555-0123"
    assert page.locator(".summary").count() == 2
    assert page.locator(".summary").first.get_by_role("button", name="変える").count() == 0
    page.get_by_role("button", name="来られる方を変える").last.click()
    someone.waits()
    someone.taps("その他の代理の人")
    someone.taps("ある（本人が記入）")
    someone.says("令和9年1月31日")
    for _ in range(4):  # what follows from it is asked, nothing else
        if page.locator(".summary").count() == 3:
            break
        someone.says("さとうたろう")
    assert row(someone, "来られる方") == "代理の方、サトウタロウ 様"
    assert "照会書兼回答書" in row(someone, "持ち物")
    someone.says("手数料は？")
    assert page.locator(".summary").count() == 4
    someone.taps("予約する")
    assert "予約できました" in someone.talk[-1]


# The booked card and what to bring -------------------------------------------------------------


def test_the_booked_card_says_the_day_first_and_fits_one_screen(person: MakePerson) -> None:
    someone = person(**PHONE)
    to_the_summary(someone)
    someone.taps("予約する")
    card = someone.page.get_by_role("group", name="予約カード")
    words = card.inner_text()
    order = [words.index(each) for each in ("令和8年", "時", "本庁舎1階", "サトウ", "予約番号")]
    assert order == sorted(order)
    sizes = card.locator(".visit strong, .visit .line, dd").evaluate_all(
        "all => all.map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert sizes[0] == sorted(sizes)[-2] and sizes[1] == max(sizes)
    log, box = (someone.page.locator(f"renewal-chat {each}").bounding_box() for each in (".log", ".booking dl"))
    assert log and box and box["y"] + box["height"] <= log["y"] + log["height"]
    assert (someone.violations(), someone.scrolls_sideways()) == ([], [])
    someone.picture("booked")
    code = card.locator(".code").inner_text()
    with someone.page.expect_download() as download:
        card.get_by_role("button", name="画像で保存").click()
    assert download.value.suggested_filename == f"{code}.png"
    picture = download.value.path().read_bytes()
    assert picture.startswith(b"\x89PNG") and len(picture) > 10_000
    (someone.pictures / "booked-picture.png").write_bytes(picture)
    assert card.get_by_role("button", name="送る・共有").count() == 0  # nothing to share with here


def test_the_booked_card_is_shared_where_a_browser_can(person: MakePerson, tmp_path: Path) -> None:
    someone = person(**PHONE)
    someone.page.evaluate(
        """() => { window.shared = []; navigator.canShare = () => true;
        navigator.share = async what => { window.shared.push([what.text, what.files[0].type]); }; }"""
    )
    someone.opens()
    answer = payloads.answer("予約できました。予約番号は…", payloads.card(payloads.desk(tmp_path)))
    someone.page.route("**/webhooks/web/message", lambda route: route.fulfill(body=answer))
    someone.says("予約する")
    card = someone.page.get_by_role("group", name="予約カード")
    assert "サトウ ハナコ 様、サトウ タロウ 様" in card.inner_text()
    assert card.inner_text().count("更新する方のマイナンバーカード") == 1  # once for both
    card.get_by_role("button", name="送る・共有").click()
    someone.page.wait_for_function("() => window.shared.length")
    [[text, kind]] = someone.page.evaluate("window.shared")
    assert "日時：令和9年1月7日（木）9時" in text and kind == "image/png"


def test_what_to_bring_is_a_checklist_before_anything_is_booked(person: MakePerson) -> None:
    someone = person(**PHONE).opens()
    for asked, thing, more in (
        ("持ち物は？", "更新する方のマイナンバーカード", "代理の方が来られるときは、ほかに書類が要ります"),
        ("子どもの更新には何が要りますか", "本人確認書類", "法定代理人"),
    ):
        answer = someone.says(asked)
        assert more in answer and "\n・" not in answer
        card = someone.page.get_by_role("group", name="持ち物").last
        card.get_by_label(re.compile(thing)).first.check()
        for tool in ("印刷", "コピー"):
            assert card.get_by_role("button", name=tool).is_visible()
    assert (someone.violations(), someone.scrolls_sideways()) == ([], [])
    someone.picture("checklist-before")


# The calendar ----------------------------------------------------------------------------------


def shown(someone: Person, calendar: dict[str, Any]) -> Any:
    """Have the bot answer with this calendar; return it as it is drawn."""
    answer = payloads.answer("空いている日時です。", calendar)
    someone.page.route("**/webhooks/web/message", lambda route: route.fulfill(body=answer))
    someone.says("いつ空いていますか")
    return someone.page.locator(".calendar").last


def test_closed_days_are_named_and_cells_can_be_pressed(person: MakePerson, tmp_path: Path) -> None:
    someone = person(**PHONE).opens()
    calendar = shown(someone, payloads.calendar(payloads.desk(tmp_path)))
    cell = calendar.get_by_label("1月7日（木） 8:30 空きあり")
    look = cell.evaluate("e => [getComputedStyle(e).borderStyle, getComputedStyle(e).backgroundColor]")
    assert look == ["solid", "rgb(232, 241, 254)"]
    assert calendar.locator(".word:visible").count() == 0
    someone.page.get_by_label("メニュー").click()
    someone.page.get_by_role("button", name="文字を大きくする").click()
    someone.page.keyboard.press("Escape")
    assert "空き" in cell.inner_text()
    assert "満席" in calendar.locator("td.full").first.inner_text()
    assert (someone.violations(), someone.scrolls_sideways()) == ([], [])
    someone.picture("calendar-words")
    calendar.get_by_label("次の週").click()
    assert "1月11日（月）は、成人の日のためお休みです。" in calendar.inner_text()


def test_a_full_week_leads_to_other_days_and_another_counter(person: MakePerson, tmp_path: Path) -> None:
    someone = person(**PHONE).opens()
    full = copy.deepcopy(payloads.calendar(payloads.desk(tmp_path)))
    for day in full["days"][:9]:
        for slot in day["slots"]:
            slot.update(payload=None, mark="×", free=0)
    full["next"] = None
    calendar = shown(someone, full)
    assert "この週に空きはありません。" in calendar.inner_text()
    assert (someone.violations(), someone.scrolls_sideways()) == ([], [])
    someone.picture("calendar-full")
    calendar.get_by_role("button", name="この窓口のほかの日").click()
    assert calendar.get_by_label(re.compile("空きあり")).count() > 0
    calendar.get_by_label("前の週").click()
    calendar.get_by_role("button", name="@other_counter").click()
    someone.waits()
    assert someone.page.locator(".me .text").last.inner_text() == "@other_counter"


def test_a_far_day_is_found_by_its_month(person: MakePerson) -> None:
    someone = person(**PHONE).opens()
    someone.to_the_calendar()
    calendar = someone.page.locator(".calendar").last
    calendar.get_by_role("button", name="月ごとに見る").click()
    assert [each.split()[0] for each in calendar.locator("h4").all_inner_texts()] == ["11月", "12月", "1月"]
    assert (someone.violations(), someone.scrolls_sideways()) == ([], [])
    someone.picture("calendar-months")
    calendar.get_by_role("button", name="12月3日（木）").click()
    assert "11月30日〜12月4日" in calendar.inner_text()
    calendar.get_by_role("button", name="月ごとに見る").click()
    calendar.get_by_role("button", name="1月15日（金）").click()
    someone.waits()
    assert someone.page.locator(".me .text").last.inner_text() == "1月15日（金）"
    assert "1月15日（金）は" in someone.talk[-1] and "何時になさいますか" in someone.talk[-1]


# Was this helpful? -----------------------------------------------------------------------------


def test_whether_an_answer_helped_is_asked_and_kept_for_the_office(
    person: MakePerson, servers: Servers
) -> None:
    someone = person(**PHONE).opens()
    page = someone.page
    someone.says("手数料は？")
    asked = page.get_by_role("group", name="役に立ちましたか")
    assert (asked.count(), someone.violations()) == (1, [])
    asked.get_by_role("button", name="いいえ").click()
    asked.get_by_label("理由をひとことで").fill("電話 090-1234-5678 に、かけてほしいです")
    assert someone.violations() == []
    someone.picture("helpful")
    asked.get_by_role("button", name="送る").click()
    assert asked.inner_text() == "お答えありがとうございます。"
    someone.says("予約する")  # a question follows: nothing is asked beside it
    assert asked.count() == 1
    assert "どういたしまして" in someone.says("役に立ちました")
    kept = opinions.counted(create_engine_from(servers.environment["DATABASE_URL"]), DAY, DAY)
    assert kept == [Line("ask_fee", 0, 1, ("電話 ●●●-●●●●-●●●● に、かけてほしいです",))]
    refused = page.request.post(
        f"{servers.url}/webhooks/web/opinion",
        data={"id": "of-nothing", "topic": "ask_privacy", "helpful": True},
    )
    assert refused.status == 400
