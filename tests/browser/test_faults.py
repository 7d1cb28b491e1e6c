"""What went wrong in the hands of those who use it, in a real Chromium: each of these was seen once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import ARGUMENTS, executable
from tests.browser.person import PHONE, Person
from tests.server.servers import Servers

pytestmark = pytest.mark.server
MakePerson = Callable[..., Person]

OLD_BUTTON = "これは前の質問のボタンです"


def booking_step_by_step(someone: Person) -> Any:
    """Yield after each step of a plain booking."""
    someone.opens()
    yield "greeting"
    for text in ("予約する", "電子証明書", "本人です", "R9.2.20", "覚えている", "本庁舎"):
        someone.says(text)
        yield text
    someone.taps("いちばん早い空き")
    yield "name"
    someone.says("さとうはなこ")
    yield "telephone"
    someone.says("09012345678")
    yield "summary"
    someone.taps("予約する")
    yield "booked"


# The panel -------------------------------------------------------------------------------------

DRAGGED = """() => {
  const root = document.querySelector("renewal-chat").shadowRoot, dialog = root.querySelector("dialog");
  const top = root.querySelector(".top"), before = top.getBoundingClientRect().top;
  for (const hidden of root.querySelectorAll("dialog .unseen, dialog caption")) hidden.scrollIntoView();
  for (const each of [dialog, ...dialog.querySelectorAll("div:not(.log, .log *)")]) each.scrollTop = 500;
  const moved = top.getBoundingClientRect().top - before;
  return [dialog.scrollHeight - dialog.clientHeight, dialog.scrollTop, moved]; }"""


@pytest.mark.parametrize("device", [PHONE, {}], ids=["phone", "desktop"])
def test_nothing_but_the_log_scrolls(person: MakePerson, device: dict[str, Any]) -> None:
    someone = person(**device)
    for step in booking_step_by_step(someone):
        assert (step, someone.page.evaluate(DRAGGED)) == (step, [0, 0, 0])


SMALL = """() => {
  const root = document.querySelector("renewal-chat").shadowRoot, found = [];
  const shown = e => e.checkVisibility() && e.getBoundingClientRect().width > 1;
  const walk = document.createTreeWalker(root.querySelector("dialog"), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !shown(e) || e.closest(".unseen")) continue;
    const note = e.closest(".note, .hint, .contact, .heading p, .way-left, small, dt, em, .day, rt");
    const size = parseFloat(getComputedStyle(e).fontSize);
    if (size < (note ? 14 : 16)) found.push(`${size} ${e.tagName} ${e.textContent}`);
  }
  return found; }"""
NARROW = """() => {
  const root = document.querySelector("renewal-chat").shadowRoot;
  return [...root.querySelectorAll("dialog :is(button, a, textarea, li label)")]
    .filter(e => e.checkVisibility() && !e.closest(".bubble"))
    .map(e => [e.getBoundingClientRect(), e.getAttribute("aria-label") || e.textContent])
    .filter(([box]) => box.width < 43.9 && box.width > 1 || box.height < 43.9)
    .map(([box, name]) => `${box.width}×${box.height} ${name}`); }"""


@pytest.mark.parametrize("size", ["62.5%", "100%"])
def test_a_pages_small_letters_do_not_make_the_chats_small(person: MakePerson, size: str) -> None:
    someone = person(viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True)
    someone.page.evaluate(f"document.documentElement.style.fontSize = '{size}'")
    for step in booking_step_by_step(someone):
        found = someone.page.evaluate(SMALL), someone.page.evaluate(NARROW)
        assert (step, *found) == (step, [], [])
        assert someone.scrolls_sideways() == []


SHARE = """() => {
  const root = document.querySelector("renewal-chat").shadowRoot;
  return root.querySelector(".log").clientHeight / root.querySelector("dialog").clientHeight; }"""


@pytest.mark.parametrize(
    ("width", "height", "text"),
    [(390, 508, "100%"), (320, 315, "100%"), (844, 390, "100%"), (844, 190, "100%"), (375, 667, "200%")],
    ids=["keyboard", "small keyboard", "landscape", "landscape keyboard", "large text"],
)  # fmt: skip
def test_where_there_is_little_room_most_of_it_is_conversation(
    person: MakePerson, width: int, height: int, text: str
) -> None:
    someone = person(viewport={"width": width, "height": height}, has_touch=True, is_mobile=True)
    someone.page.evaluate(f"document.documentElement.style.fontSize = '{text}'")
    for step in booking_step_by_step(someone):
        found = someone.violations(), someone.scrolls_sideways(), someone.page.evaluate(DRAGGED)
        assert (step, *found) == (step, [], [], [0, 0, 0])
        assert someone.page.evaluate(SHARE) >= 0.6
        for part in ("textarea", ".send", "[aria-label=閉じる]", "[aria-label=メニュー]"):
            box = someone.page.locator(f"renewal-chat {part}").bounding_box()
            assert box and box["y"] >= 0 and box["y"] + box["height"] <= height
    someone.picture(f"little-room-{width}-{height}")
    call = someone.page.locator("renewal-chat .call")
    assert call.get_attribute("href") == "tel:024-505-0445" and call.is_visible()
    someone.page.get_by_label("メニュー").click()
    assert (someone.violations(), someone.scrolls_sideways()) == ([], [])
    someone.picture(f"little-room-{width}-{height}-menu")


COVERED = """() => {
  const root = document.querySelector("renewal-chat").shadowRoot;
  const more = root.querySelector(".more").getBoundingClientRect();
  const log = root.querySelector(".log").getBoundingClientRect();
  return [...root.querySelectorAll(".log :is(button, a, input)")].filter(e => e.checkVisibility()).filter(e => {
    const box = e.getBoundingClientRect();
    return Math.min(box.bottom, log.bottom) > more.top && box.top < more.bottom && box.right > more.left && box.left < more.right;
  }).map(e => e.textContent); }"""


def test_what_leads_on_covers_nothing_that_can_be_pressed(person: MakePerson) -> None:
    someone = person(**PHONE)
    seen = 0
    for step in booking_step_by_step(someone):
        seen += someone.page.locator(".more").is_visible()
        for top in range(0, 600, 60):
            someone.page.locator(".log").evaluate("(e, top) => { e.scrollTop = top; }", top)
            assert (step, someone.page.evaluate(COVERED)) == (step, [])
    assert seen


# What was offered before -----------------------------------------------------------------------


def live(someone: Person) -> list[str]:
    """Return what can be pressed in the talk, but for what a booking's card offers."""
    buttons = someone.page.locator(".log button:not([aria-disabled=true]):visible")
    return [each.inner_text() for each in buttons.all()]


def test_after_a_reload_and_in_a_second_tab_what_was_offered_before_is_spent(
    person: MakePerson,
) -> None:
    someone = person().opens()
    someone.says("予約する")
    someone.taps("電子証明書")
    other = someone.in_another_tab()
    other.page.click("renewal-chat .launcher")
    other.page.wait_for_selector(".turn.me")
    someone.reopens()
    for each in (someone, other):
        assert live(each)[:3] == ["カードの本人", "親など法定代理人", "その他の代理の人"]
        assert "通知に書かれた" not in "".join(each.talk)
        chosen = each.page.locator(".choice.chosen")
        assert chosen.all_inner_texts() == ["予約する", "電子証明書"]
        before = each.page.locator(".turn").count()
        each.page.locator(".choice", has_text="まだ届いていない").click(force=True)
        each.waits()
        assert each.page.locator(".turn").count() == before


def test_a_used_calendar_folds_to_its_choice_and_stays_so(person: MakePerson) -> None:
    someone = person(**PHONE).opens()
    someone.to_the_calendar()
    first = someone.page.get_by_label(re.compile("空きあり")).first
    day, time, _ = str(first.get_attribute("aria-label")).split()
    first.click()
    someone.waits()
    for _ in range(2):
        calendar = someone.page.locator(".calendar")
        assert f"{day}{time}を選びました。" in calendar.inner_text()
        assert calendar.locator("button:visible").count() == 0
        assert someone.violations() == []
        someone.reopens()
    someone.page.get_by_role("button", name="戻る").last.click()
    someone.waits()
    someone.says("12月21日の11時")
    assert someone.page.locator(".calendar").last.locator("button:visible").count() == 0
    assert "使い終わりました" in someone.page.locator(".calendar").last.inner_text()


def test_a_button_of_an_earlier_answer_asks_before_it_changes_something(person: MakePerson) -> None:
    someone = person().opens()
    someone.says("予約する")
    behind = someone.in_another_tab()
    behind.page.evaluate("delete window.BroadcastChannel")  # it does not hear of the first tab
    behind.page.click("renewal-chat .launcher")
    behind.page.wait_for_selector(".turn.me")
    someone.taps("電子証明書")
    someone.taps("カードの本人")
    asked = behind.taps("マイナンバーカード（カード本体）")
    assert OLD_BUTTON in asked and "ここでは予約できません" not in asked
    assert behind.violations() == []
    assert "有効期限はいつですか" in behind.taps("しない")
    behind.says("R9.2.20")  # the talk goes on where it was
    assert "暗証番号は覚えていますか" in behind.talk[-1]


def test_an_earlier_answer_can_still_be_meant(person: MakePerson) -> None:
    someone = person().opens()
    someone.says("予約する")
    behind = someone.in_another_tab()
    behind.page.evaluate("delete window.BroadcastChannel")
    behind.page.click("renewal-chat .launcher")
    behind.page.wait_for_selector(".turn.me")
    someone.taps("電子証明書")
    assert OLD_BUTTON in behind.taps("マイナンバーカード（カード本体）")
    assert "カード本体の更新です" in behind.taps("「マイナンバーカード（カード本体）」にする")


def test_the_time_that_is_chosen_already_is_accepted(person: MakePerson) -> None:
    someone = person().opens()
    someone.says(
        "通知に電子証明書と書いてあります。期限は令和9年2月20日で、暗証番号は覚えています。"
        "本人が西口で予約したいです"
    )  # one seat a time there
    behind = someone.in_another_tab()
    behind.page.evaluate("delete window.BroadcastChannel")
    behind.page.click("renewal-chat .launcher")
    behind.page.wait_for_selector(".calendar")
    for each in (someone, behind):
        first = each.page.locator(".calendar .first")
        time = first.locator("strong").inner_text()
        first.click()
        each.waits()
        assert OLD_BUTTON not in each.talk[-1]
        assert "お名前をカタカナで" in each.talk[-1]
    someone.page.get_by_role("button", name="戻る").last.click()
    someone.waits()
    assert someone.page.locator(".calendar .first strong").last.inner_text() == time
    someone.page.locator(".calendar .first").last.click()
    someone.waits()
    assert "お席を取っておきます" in "".join(someone.talk[-2:])


def test_a_cancelled_booking_looks_cancelled(person: MakePerson) -> None:
    someone = person(**PHONE)
    list(booking_step_by_step(someone))
    someone.page.get_by_role("button", name="予約の取り消し").click()
    someone.waits()
    someone.taps("取り消す")
    card = someone.page.locator(".booking")
    assert card.inner_text().startswith("取り消した予約です。")
    for part in (".visit", ".code"):
        line = card.locator(part).evaluate("e => getComputedStyle(e).textDecorationLine")
        assert line == "line-through"
    assert card.locator("button, a, input").count() == 0
    assert someone.violations() == []
    someone.picture("card-cancelled")


# Keys, stores and connections ------------------------------------------------------------------


def test_escape_ends_a_conversion_then_the_menu_then_the_panel(person: MakePerson) -> None:
    for device in ({}, PHONE):
        someone = person(**device).opens()
        page, field = someone.page, someone.page.locator("renewal-chat textarea")
        dialog = page.locator("renewal-chat dialog")
        page.focus("textarea")
        # Safari ends the conversion before the key: then only the old key code tells.
        field.evaluate(
            """e => e.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape", keyCode: 229,
            bubbles: true, composed: true, cancelable: true}))"""
        )
        assert dialog.is_visible()
        session = someone.context.new_cdp_session(page)
        session.send("Input.imeSetComposition", {"text": "よや", "selectionStart": 2, "selectionEnd": 2})
        session.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": "Escape", "code": "Escape",
                                                "windowsVirtualKeyCode": 229})  # fmt: skip
        assert dialog.is_visible()
        session.send("Input.insertText", {"text": "予約"})
        page.get_by_label("メニュー").click()
        page.keyboard.press("Escape")
        assert dialog.is_visible() and page.locator("renewal-chat .menu").is_hidden()
        assert someone.focused() == "メニュー"
        page.get_by_label("メニュー").click()
        page.locator("renewal-chat .log").click(position={"x": 5, "y": 300})
        assert dialog.is_visible() and page.locator("renewal-chat .menu").is_hidden()
        page.keyboard.press("Escape")
        assert dialog.is_hidden()
        assert page.locator("renewal-chat .launcher").is_visible()
        assert not someone.errors


def test_a_browser_that_keeps_nothing_still_talks(
    chromium: Browser, servers: Servers, tmp_path: Path
) -> None:
    """Cookies are refused, and so is every other store: naming localStorage throws."""
    settings = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (tmp_path / "Default").mkdir()
    (tmp_path / "Default" / "Preferences").write_text(json.dumps(settings))
    context = chromium.browser_type.launch_persistent_context(
        str(tmp_path), executable_path=executable(), args=ARGUMENTS, locale="ja-JP"
    )
    try:
        someone = Person(context, servers.url, tmp_path)
        refused = "() => { try { localStorage.length; return false; } catch { return true; } }"
        assert someone.page.evaluate(refused)
        assert context.cookies() == []
        for _ in booking_step_by_step(someone):
            pass
        card = someone.page.get_by_role("group", name="予約カード")
        with someone.page.expect_download() as download:
            card.get_by_text("カレンダーに入れる").click()
        assert "BEGIN:VCALENDAR" in download.value.path().read_text()
        someone.page.get_by_label("メニュー").click()
        someone.page.get_by_role("button", name="文字を大きくする").click()
        assert context.cookies() == [] and not someone.errors
    finally:
        context.close()


def test_a_cookie_that_is_refused_without_a_word_does_not_end_the_talk(person: MakePerson) -> None:
    someone = person()
    someone.page.route(
        "**/webhooks/web/conversation",
        lambda route: (answer := route.fetch())
        and (someone.context.clear_cookies() or True)
        and route.fulfill(
            response=answer,
            headers={k: v for k, v in answer.headers.items() if k != "set-cookie"},
        ),
    )
    someone.opens()
    assert "無料" in someone.says("手数料は？")


def test_what_was_written_offline_goes_when_the_connection_is_back(person: MakePerson) -> None:
    someone = person().opens()
    someone.context.set_offline(True)
    for text in ("手数料は？", "写真は要りますか"):
        someone.page.fill("textarea", text)
        someone.page.press("textarea", "Enter")
    someone.page.locator(".log .note", has_text="まだ送れていません。").nth(1).wait_for()
    assert "まだ送れていません。つながったら、お送りします。" in someone.announced
    assert "つながったらお送りします" in someone.page.locator(".banner").inner_text()
    assert someone.violations() == []
    someone.picture("offline")
    someone.context.set_offline(False)
    someone.page.get_by_text("電子証明書の更新は無料です").first.wait_for()
    someone.page.get_by_text("ほかの市では写真は要りません").first.wait_for()
    someone.waits()
    assert someone.page.locator(".log :is(.failed, .note)").count() == 0
    assert someone.page.locator(".turn.me").count() == 2
    assert someone.page.locator(".banner").inner_text() == ""


def test_a_reload_opens_the_chat_where_it_was_and_a_closed_one_stays_closed(
    person: MakePerson,
) -> None:
    someone = person().opens()
    someone.says("予約する")
    someone.page.reload()
    someone.page.wait_for_selector(".turn.me")
    assert someone.page.locator("renewal-chat dialog").is_visible()
    someone.page.locator(".choice", has_text="まだ届いていない").wait_for()
    someone.page.keyboard.press("Escape")
    someone.page.reload()
    someone.page.wait_for_selector("renewal-chat .launcher")
    assert someone.page.locator("renewal-chat dialog").is_hidden()
