"""The chat for everybody: axe-core, screen readers, keyboards, sizes, colours, paper."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser import payloads
from tests.browser.person import PHONE, Person

pytestmark = pytest.mark.server
MakePerson = Callable[..., Person]


TWICE = "document.documentElement.style.fontSize = '200%'"


NARROW = {"width": 320, "height": 640}


@pytest.mark.parametrize(
    ("device", "options", "looks"),
    [
        ("phone", PHONE, {"narrow": {}, "dark": {"color_scheme": "dark"},
                          "contrast": {"contrast": "more"}}),
        ("desktop", {}, {"forced-colours": {"forced_colors": "active"}}),
    ],
)  # fmt: skip
def test_no_step_of_a_booking_has_an_accessibility_violation(
    person: MakePerson, device: str, options: dict[str, Any], looks: dict[str, dict[str, Any]]
) -> None:
    """Every step as the device shows it at first, and then in each of the other looks."""
    someone = person(**options)
    page = someone.page
    plain = {"color_scheme": "light", "forced_colors": "none", "contrast": "no-preference"}
    size = page.viewport_size

    def seen(step: str) -> None:
        for look, media in {device: {}, **looks}.items():
            page.emulate_media(**{**plain, **media})
            page.set_viewport_size(NARROW if look == "narrow" else size)
            found = (look, step, someone.violations(), someone.scrolls_sideways())
            assert found == (look, step, [], [])
            someone.picture(f"{look}-{step}")
        page.emulate_media(**plain)
        page.set_viewport_size(size)

    seen("page")
    someone.opens()
    seen("greeting")
    someone.says("予約する")
    seen("notice")
    someone.taps("電子証明書")
    seen("applicant")
    someone.taps("カードの本人")
    seen("expiry")
    someone.says("R9.2.20")
    seen("pins")
    someone.taps("覚えている")
    seen("checklist")
    someone.taps("本庁舎")
    seen("calendar")
    page.get_by_role("button", name="一覧で見る").click()
    seen("list")
    page.get_by_role("button", name="表で見る").click()
    someone.takes_the_first_free_time()
    seen("name")
    someone.says("さとうはなこ")
    seen("telephone")
    someone.says("09012345678")
    seen("summary")
    someone.taps("予約する")
    seen("booked")
    page.get_by_label("メニュー").click()
    for switch in ("文字を大きくする", "色をはっきりさせる", "ふりがなを付ける"):
        page.get_by_role("button", name=switch).click()
    seen("menu")
    page.get_by_label("メニュー").click()
    seen("furigana-large-contrast")
    assert not someone.errors


def test_every_kind_of_card_is_drawn_for_everybody(person: MakePerson, tmp_path: Path) -> None:
    """A holiday, few and no seats, a family, a place with a map."""
    at = payloads.desk(tmp_path)
    someone = person(**PHONE).opens()
    page = someone.page
    turns = [
        payloads.answer("空いている日時です。", payloads.calendar(at)),
        payloads.answer("お持ちいただくものです。", payloads.checklist()),
        payloads.answer("予約できました。予約番号は…", payloads.card(at)),
    ]
    page.route(
        "**/webhooks/web/message",
        lambda route: route.fulfill(
            body=turns.pop(0), headers={"Content-Type": "application/x-ndjson"}
        ),
    )
    someone.says("いつ空いていますか")
    first = page.get_by_role("button", name="いちばん早い空き")
    assert "1月7日（木）8:30" in first.inner_text()
    assert page.get_by_label("1月8日（金） 11:00 残りわずか").inner_text() == "△"
    assert "満席" in page.locator("td.full").first.inner_text()
    assert someone.violations() == []
    someone.picture("card-few-and-full")
    page.get_by_label("次の週").click()
    holiday = page.locator("thead th.rest")
    assert re.sub(r"\s", "", holiday.inner_text()) == "1/11月祝成人の日"
    assert page.locator("td.none", has_text="休").count() == 7
    assert someone.violations() == []
    someone.picture("card-holiday")

    someone.says("家族の持ち物は")
    family = page.get_by_role("group", name="持ち物")
    assert family.locator("h3").all_inner_texts() == ["皆さん", "サトウ ハナコ", "サトウ メイ"]
    family.get_by_label(re.compile("マイナンバーカード")).first.check()
    someone.context.grant_permissions(["clipboard-read", "clipboard-write"])
    family.get_by_role("button", name="コピー").click()
    page.locator(".banner").get_by_text("コピーしました").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert re.search(r"^皆さん\n・.*マイナンバーカード\n(・.*\n)+サトウ ハナコ\n・.*\nサトウ メイ\n・", copied)
    assert someone.violations() == []
    someone.picture("card-family")

    page.evaluate(
        """() => { window.print = () => { const paper = document.querySelector("renewal-chat")
        .shadowRoot.querySelector(".paper"); window.printed = [paper.innerText,
        paper.querySelectorAll(":checked").length]; }; }"""
    )
    button = family.get_by_role("button", name="印刷").element_handle()
    page.emulate_media(media="print")  # the paper is all that is shown: the button is out of sight
    button.evaluate("e => e.click()")
    page.emulate_media(media="screen")
    printed, ticked = page.evaluate("window.printed")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("renewal-chat .paper").inner_text() == ""
    assert (
        "サトウ メイ" in printed and "024-505-0445" in printed and "家族の持ち物は" not in printed
    )
    assert ticked == 1

    someone.says("予約する")
    booked = page.get_by_role("group", name="予約カード")
    assert booked.get_by_role("link", name="地図").get_attribute("href") == (
        "https://map.example/honchosha"
    )
    size = booked.locator(".code").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    assert size >= 20
    assert [each.inner_text() for each in booked.locator(".choice").all()] == [
        "予約の変更", "予約の取り消し",
    ]  # fmt: skip
    booked.get_by_role("button", name="コピー").click()
    page.locator(".banner").get_by_text("コピーしました").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    when, _, _, code, *_ = copied.split("\n")
    assert code == f"予約番号：{booked.locator('.code').inner_text()}"
    assert when == "日時：令和9年1月7日（木）9時"
    assert "\n・" in copied
    assert someone.violations() == []
    assert someone.scrolls_sideways() == []
    someone.picture("card-booking")


def test_arrow_keys_go_through_the_calendar_and_into_the_next_week(
    person: MakePerson, tmp_path: Path
) -> None:
    at = payloads.desk(tmp_path)
    someone = person().opens()
    page = someone.page
    body = payloads.answer("空いている日時です。", payloads.calendar(at))
    page.route("**/webhooks/web/message", lambda route: route.fulfill(body=body))
    someone.says("いつ空いていますか")
    assert page.locator("table th[scope=col]").count() == 3  # the time, Thursday, Friday
    assert page.locator("table th[scope=row]").count() > 3
    assert "1月7日〜1月8日" in page.locator("caption").inner_text()
    assert page.locator("td button[tabindex='0']").count() == 1
    page.get_by_label("1月7日（木） 8:30 空きあり").focus()
    for key, there in (
        ("ArrowRight", "1月8日（金） 8:30 空きあり"),
        ("ArrowDown", "1月8日（金） 9:00 空きあり"),
        ("ArrowLeft", "1月7日（木） 9:00 空きあり"),
        ("ArrowUp", "1月7日（木） 8:30 空きあり"),
        ("ArrowUp", "1月7日（木） 8:30 空きあり"),
        ("ArrowRight", "1月8日（金） 8:30 空きあり"),
        ("ArrowRight", "1月12日（火） 8:30 空きあり"),  # Monday is a holiday
        ("ArrowLeft", "1月7日（木） 11:30 空きあり"),  # the last of the week before
    ):
        page.keyboard.press(key)
        assert someone.focused() == there
    assert page.locator("td button[tabindex='0']").count() == 1


def test_twice_the_text_size_keeps_everything_in_reach(person: MakePerson) -> None:
    someone = person(viewport={"width": 375, "height": 667})
    someone.page.evaluate(TWICE)
    assert someone.scrolls_sideways() == []
    someone.opens()
    someone.picture("large-text")
    for part in ("textarea", ".send", ".call", "[aria-label=閉じる]"):
        box = someone.page.locator(f"renewal-chat {part}").bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 667
    talk = someone.page.locator("renewal-chat .log").bounding_box()
    assert talk and talk["height"] > 667 / 2  # most of the screen is what is said
    someone.to_the_calendar()
    assert (someone.violations(), someone.scrolls_sideways()) == ([], [])
    someone.picture("large-text-calendar")  # as a list: a table has no room
    someone.taps("いちばん早い空き")
    someone.gives_name_and_phone()
    someone.taps("予約する")
    assert (someone.violations(), someone.scrolls_sideways()) == ([], [])
    someone.picture("large-text-booked")


def test_size_colours_and_readings_are_kept_for_the_next_visit(person: MakePerson) -> None:
    someone = person().opens()
    page = someone.page
    title, bubble = page.locator("renewal-chat h2"), page.locator(".bubble").first
    size = "e => parseFloat(getComputedStyle(e).fontSize)"
    before = bubble.evaluate(size)
    page.get_by_label("メニュー").click()
    for switch in ("文字を大きくする", "色をはっきりさせる", "ふりがなを付ける"):
        page.get_by_role("button", name=switch).click()
    page.reload()
    page.wait_for_selector(".turn.bot")
    assert bubble.evaluate(size) == before * 1.25
    assert bubble.evaluate("e => getComputedStyle(e).borderColor") == "rgb(0, 0, 0)"
    assert title.locator("rt").all_inner_texts() == ["でんし", "しょうめいしょ", "こうしん"]


def test_a_screen_reader_hears_each_new_text_once_and_no_history(person: MakePerson) -> None:
    someone = person().opens()
    assert len(someone.announced) == 2
    assert someone.announced[1].endswith(
        "選べるもの：予約する、持ち物を知りたい、窓口と時間、予約の確認・変更"
    )
    someone.says("手数料は？")
    assert len(someone.announced) == 1
    assert "無料" in someone.announced[0]
    assert someone.focused() == "text"
    log = someone.page.get_by_role("log")
    assert log.get_attribute("aria-live") == "off"
    assert log.locator("time[datetime]").count() == someone.page.locator(".turn .bubble").count()
    someone.says("予約する")
    assert someone.page.locator(".choice[aria-disabled=true]").count() >= 4  # none is removed


def test_an_answer_to_a_closed_panel_is_shown_and_said_at_the_launcher(person: MakePerson) -> None:
    someone = person().opens()
    someone.page.route(
        "**/webhooks/web/message",
        lambda route: (someone.page.wait_for_timeout(300), route.continue_()),
    )
    someone.page.fill("textarea", "手数料は？")
    someone.page.press("textarea", "Enter")
    assert someone.page.locator(".typing.on").count() == 1
    someone.page.keyboard.press("Escape")
    launcher = someone.page.get_by_role("button", name="新しいお返事があります")
    launcher.wait_for()
    assert someone.page.locator("renewal-chat .dot").is_visible()
    assert someone.violations() == []
    someone.picture("unread")
    launcher.click()
    assert someone.page.locator("renewal-chat .dot").is_hidden()
    assert "無料" in someone.talk[-1]


def test_the_focus_goes_in_order_and_comes_back_to_the_launcher(person: MakePerson) -> None:
    someone = person().opens()
    page = someone.page
    assert someone.focused() == "text"
    order = []
    for _ in range(8):
        page.keyboard.press("Shift+Tab")
        order.append(someone.focused())
    assert order[:4] == ["予約の確認・変更", "窓口と時間", "持ち物を知りたい", "予約する"]
    assert order[4:] == ["お話の記録", "024-505-0445", "閉じる", "メニュー"]
    page.keyboard.press("Enter")
    order = []
    for _ in range(7):
        page.keyboard.press("Tab")
        order.append(someone.focused())
    assert order == [
        "閉じる", "文字を大きくする", "色をはっきりさせる", "ふりがなを付ける",
        "最初からやり直す", "このお話を印刷する", "このお話を消す",
    ]  # fmt: skip
    page.keyboard.press("Escape")  # the menu
    page.keyboard.press("Escape")
    assert "更新の予約・相談" in someone.focused()


def test_on_a_phone_the_page_behind_is_out_of_reach(person: MakePerson) -> None:
    someone = person(**PHONE).opens()
    assert someone.page.locator("dialog:modal").count() == 1
    for _ in range(25):
        someone.page.keyboard.press("Tab")
        assert someone.page.evaluate("document.activeElement.tagName") in ("RENEWAL-CHAT", "BODY")


def test_the_phone_and_its_hours_are_in_view_without_javascript(person: MakePerson) -> None:
    someone = person(**PHONE, java_script_enabled=False)
    for page in ("/chat/", "/chat/embed"):
        someone.page.goto(f"{someone.url}{page}")
        someone.page.mouse.wheel(0, 1500)
        line = someone.page.locator(".without")
        assert "024-505-0445（平日 9時から17時まで）" in line.inner_text()
        box = line.bounding_box()
        assert box and box["y"] + box["height"] == 844
    someone.picture("without-javascript")


def test_the_page_about_embedding_has_no_violation(person: MakePerson) -> None:
    someone = person("/chat/embed")
    assert f'src="{someone.url}/chat/renewal-chat.js"' in someone.page.inner_text("pre")
    assert (someone.violations(), someone.errors) == ([], [])


def test_the_panel_is_painted_at_once(person: MakePerson) -> None:
    someone = person()
    painted = someone.page.evaluate(
        """() => new Promise(done => {
        const launcher = document.querySelector("renewal-chat").shadowRoot.querySelector(".launcher");
        launcher.addEventListener("click", e => requestAnimationFrame(() => {
          const channel = new MessageChannel(); // after the frame is painted
          channel.port1.onmessage = () => done(performance.now() - e.timeStamp);
          channel.port2.postMessage(0);
        }));
        launcher.click(); })"""
    )
    assert painted < 200
    assert someone.page.locator("renewal-chat dialog").is_visible()


def test_messages_arrive_without_moving_anything(person: MakePerson) -> None:
    someone = person(viewport={"width": 390, "height": 844})
    page = someone.page
    page.evaluate(
        """() => { window.shifts = []; new PerformanceObserver(list => {
        for (const e of list.getEntries()) window.shifts.push(e.value);
        }).observe({type: "layout-shift", buffered: true}); }"""
    )
    someone.opens()
    # Said by script, not by keys: a shift just after somebody's input would be excused.
    for text in ("予約する", "電子証明書", "本人です", "R9.2.20", "覚えている", "本庁舎"):
        page.evaluate("text => document.querySelector('renewal-chat').say(text)", text)
        someone.waits()
    page.wait_for_timeout(300)
    assert page.evaluate("window.shifts") == []
    # And it would have been noticed: something put in above moves all that is below.
    page.evaluate(
        """() => { const log = document.querySelector("renewal-chat").shadowRoot.querySelector(".log");
        log.scrollTop = 0; log.style.overflowAnchor = "none"; const p = document.createElement("p");
        p.textContent = "動かす"; log.prepend(p); }"""
    )
    page.wait_for_timeout(300)
    assert page.evaluate("window.shifts.length") > 0
