"""Writing, coming back, and whose conversation it is, in a real Chromium."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import Route

from tests.browser.person import Person
from tests.server.servers import Servers

pytestmark = pytest.mark.server
MakePerson = Callable[..., Person]


# Writing Japanese ------------------------------------------------------------------------------


def test_enter_that_confirms_a_conversion_sends_nothing(person: MakePerson) -> None:
    someone = person().opens()
    page = someone.page
    session = someone.context.new_cdp_session(page)
    page.evaluate(
        """() => { window.composing = []; addEventListener("keydown",
        e => window.composing.push(e.isComposing || e.keyCode === 229), true); }"""
    )
    page.focus("textarea")
    before = len(someone.talk)
    half = {"text": "よや", "selectionStart": 2, "selectionEnd": 2}
    session.send("Input.imeSetComposition", half)
    enter = {"type": "keyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    session.send("Input.dispatchKeyEvent", enter)
    assert page.evaluate("window.composing") == [True]
    session.send("Input.insertText", {"text": "予約したい"})
    page.wait_for_timeout(100)
    assert len(someone.talk) == before
    # Safari ends the composition before the key: then only the old key code tells.
    page.locator("textarea").evaluate(
        "e => e.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', keyCode: 229}))"
    )
    assert page.input_value("textarea") == "予約したい"
    page.keyboard.press("Shift+Enter")
    assert page.input_value("textarea") == "予約したい\n"
    page.keyboard.press("Enter")
    someone.waits()
    assert page.locator(".me .text").all_inner_texts() == ["予約したい"]


def test_a_text_that_is_too_long_stays_in_the_field(person: MakePerson) -> None:
    someone = person().opens()
    someone.page.fill("textarea", "あ" * 1001)
    someone.page.press("textarea", "Enter")
    assert someone.page.input_value("textarea") == "あ" * 1001
    assert someone.page.locator(".left").inner_text() == "1000文字までにしてください 1001/1000"
    assert someone.violations() == []
    someone.page.fill("textarea", "手数料は？")
    someone.page.press("textarea", "Enter")
    someone.waits()
    assert "無料" in someone.talk[-1]


# Coming back -----------------------------------------------------------------------------------


def test_a_reload_shows_the_same_conversation_and_it_goes_on(person: MakePerson) -> None:
    someone = person().opens()
    someone.says("予約する")
    before = [re.sub(r"\d+:\d+", "", each) for each in someone.talk]
    someone.reopens()
    assert [re.sub(r"\d+:\d+", "", each) for each in someone.talk] == before
    assert someone.announced == []
    assert "どなた" in someone.taps("電子証明書")


def test_a_second_tab_shows_the_same_conversation_and_disturbs_nothing(person: MakePerson) -> None:
    someone = person().opens()
    someone.says("本人の持ち物は")
    box = someone.page.locator(".checklist input").first
    ticked = box.count() and (box.check() or True)
    other = someone.in_another_tab()
    other.page.click("renewal-chat .launcher")
    other.page.wait_for_selector(".turn.me")
    assert "本人の持ち物は" in "".join(other.talk)
    other.says("写真は要りますか")
    someone.page.get_by_text("写真は要りますか").wait_for()
    assert someone.page.locator(".turn.me").count() == 2
    assert not ticked or box.is_checked()


def test_whoever_waits_for_an_answer_hears_within_three_seconds_whom_to_call(
    person: MakePerson,
) -> None:
    someone = person().opens()
    held: list[Route] = []
    someone.page.route("**/webhooks/web/message", lambda request: held.append(request), times=1)
    someone.page.fill("textarea", "手数料は？")
    someone.page.press("textarea", "Enter")
    banner = someone.page.locator(".banner")
    banner.get_by_text("お待たせしています").wait_for(timeout=3000)
    assert banner.get_by_role("link", name="024-505-0445").is_visible()
    assert someone.violations() == []
    someone.picture("slow")
    held[0].continue_()
    someone.waits()
    assert banner.inner_text() == ""
    assert "無料" in someone.talk[-1]


def answered_with(someone: Person, text: str, **done: bool) -> None:
    """Have the next message answered so, instead of by the bot."""
    lines = ({"who": "bot", "text": text}, {"done": True, "kept": False, "text": None, **done})
    body = "\n".join(map(json.dumps, lines)) + "\n"
    someone.page.route("**/webhooks/web/message", lambda r: r.fulfill(body=body), times=1)


def test_after_an_apology_the_message_can_be_sent_again_in_its_place(person: MakePerson) -> None:
    someone = person().opens()
    answered_with(someone, "申し訳ありません。024-505-0445へお電話ください。", failed=True)
    assert "申し訳ありません" in someone.says("手数料は？")
    assert len(someone.announced) == 1
    assert someone.violations() == []
    someone.picture("apology")
    someone.page.get_by_role("button", name="もう一度送る").click()
    someone.page.get_by_text("申し訳ありません").first.wait_for(state="detached")
    someone.waits()
    assert "無料" in someone.talk[-1]
    assert someone.page.locator(".turn.me").count() == 1
    assert someone.page.locator(".log :is(.failed, .note)").count() == 0


def test_what_the_conversation_does_not_hold_is_not_counted_as_said(person: MakePerson) -> None:
    someone = person().opens()
    answered_with(someone, "ただいまお休みしています。")
    someone.says("予約したい")
    other = someone.in_another_tab()
    other.page.click("renewal-chat .launcher")
    other.page.wait_for_selector(".turn.bot")
    assert "お休み" not in "".join(other.talk)
    other.says("写真は要りますか")
    someone.page.get_by_text("写真は要りますか").wait_for()


def test_whoever_opens_the_chat_offline_hears_so_and_is_connected_when_that_is_over(person: MakePerson) -> None:
    someone = person()
    someone.context.set_offline(True)
    someone.page.click("renewal-chat .launcher")
    someone.page.get_by_role("button", name="もう一度つなぐ").wait_for()
    assert "いま、つながりません" in someone.announced[-1]
    assert someone.page.get_by_text("024-505-0445").last.is_visible()
    assert someone.violations() == []
    someone.context.set_offline(False)
    someone.page.wait_for_selector(".turn.bot")
    assert someone.page.get_by_role("button", name="もう一度つなぐ").count() == 0


def test_whoever_writes_too_fast_is_told_how_long_to_wait(person: MakePerson) -> None:
    someone = person().opens()
    send = """async n => { for (let i = 0; i < n; i++) await fetch("/webhooks/web/message",
      {method: "POST", body: JSON.stringify({id: "too-fast-" + i, text: "あ"})}); }"""
    someone.page.evaluate(send, 21)
    someone.page.fill("textarea", "手数料は？")
    someone.page.press("textarea", "Enter")
    someone.page.get_by_text("秒ほど待って").first.wait_for()
    told = re.search(r"([1-3])秒ほど待って、もう一度お送りください。", someone.announced[-1])
    assert told
    assert someone.violations() == []
    someone.page.wait_for_timeout(1000 * int(told[1]))
    someone.page.get_by_role("button", name="もう一度送る").click()
    someone.waits()
    assert "無料" in someone.talk[-1]


def grow_old(servers: Servers, minutes: int) -> None:
    """Make every conversation so many minutes older than it is."""
    with sqlite3.connect(servers.environment["CONVERSATIONS_DB"]) as store:
        for row, data in store.execute("SELECT id, data FROM events").fetchall():
            event = json.loads(data)
            event["timestamp"] -= 60 * minutes
            changed = (json.dumps(event), event["timestamp"], row)
            store.execute("UPDATE events SET data = ?, timestamp = ? WHERE id = ?", changed)
        # The server keeps what it knows as long as nothing newer is there: a new number is newer.
        last = "id IN (SELECT max(id) FROM events GROUP BY sender_id)"
        [[newest]] = store.execute("SELECT max(id) FROM events").fetchall()
        store.execute(f"UPDATE events SET id = id + ? WHERE {last}", [newest])  # noqa: S608
    store.close()


def test_a_conversation_that_has_ended_says_so(person: MakePerson, servers: Servers) -> None:
    someone, still_open = person().opens(), person().opens()
    for each in (someone, still_open):
        each.says("予約する")
        each.taps("電子証明書")
    grow_old(servers, minutes=61)
    someone.reopens()
    assert "時間がたったため、前のお話は終わりました。" in someone.page.locator(".log").inner_text()
    assert someone.page.locator(".choice:not([aria-disabled=true])").count() == 0
    assert someone.violations() == []
    someone.picture("ended")
    # Where the panel stayed open, the next message says it, and nothing of before goes on.
    answer = still_open.taps("カードの本人")
    assert "前の入力は消えました" in answer
    assert "有効期限" not in answer


def test_a_ticket_that_has_run_out_says_so_and_keeps_what_was_written(person: MakePerson) -> None:
    someone = person().opens()
    someone.context.clear_cookies()
    someone.page.fill("textarea", "手数料は？")
    someone.page.press("textarea", "Enter")
    someone.page.get_by_role("button", name="新しく始める").wait_for()
    assert "終わりました" in someone.announced[-1]
    assert someone.violations() == []
    someone.page.get_by_role("button", name="新しく始める").click()
    someone.page.wait_for_selector(".turn.bot")
    someone.waits()
    assert someone.page.input_value("textarea") == "手数料は？"
    someone.page.press("textarea", "Enter")
    someone.waits()
    assert "無料" in someone.talk[-1]


def test_starting_again_forgets_what_was_answered(person: MakePerson) -> None:
    someone = person().opens()
    someone.says("予約する")
    someone.taps("電子証明書")
    someone.page.get_by_label("メニュー").click()
    someone.page.get_by_role("button", name="最初からやり直す").click()
    someone.waits()
    assert "電子証明書" in someone.says("予約する")
    someone.taps("電子証明書")
    assert "どなた" in someone.talk[-1]


def test_a_deleted_conversation_is_gone(person: MakePerson) -> None:
    someone = person().opens()
    someone.says("手数料は？")
    menu = someone.page.get_by_label("メニュー")
    menu.click()
    someone.page.get_by_role("button", name="このお話を消す").click()
    assert someone.focused() == "消す"
    assert someone.violations() == []
    someone.page.get_by_role("button", name="消す", exact=True).click()
    someone.page.get_by_text("お話を消しました。").first.wait_for()
    someone.waits()
    someone.page.reload()
    someone.page.wait_for_selector(".turn.bot")
    assert "手数料" not in "".join(someone.talk)


# Whose conversation ----------------------------------------------------------------------------


def test_another_persons_ids_and_commands_do_nothing(person: MakePerson) -> None:
    one, two = person().opens(), person().opens()
    one.says("ひみつの相談です")
    theirs = one.page.request.post(f"{one.url}/webhooks/web/conversation").json()["messages"]
    button = next(each["buttons"][0]["id"] for each in theirs if each.get("buttons"))
    known = next(each["id"] for each in theirs if each["who"] == "me")
    for body in ({"id": f"foreign-{button}", "button": button}, {"id": known, "text": "読む"}):
        answer = two.page.request.post(f"{two.url}/webhooks/web/message", data=json.dumps(body))
        assert "ひみつ" not in answer.text()
        assert "使えなくなりました" in answer.text() or "text" in body
    assert "どなた" not in two.says('/book{"notice": "certificate"}')
    one.reopens()
    assert "読む" not in "".join(one.talk)


def test_the_cookie_is_out_of_reach_and_an_altered_one_opens_nothing(person: MakePerson) -> None:
    someone = person().opens()
    someone.says("ひみつの相談です")
    assert someone.page.evaluate("document.cookie") == ""
    [cookie] = someone.context.cookies(f"{someone.url}/webhooks/web/")
    altered = cookie["value"][:-1] + ("0" if cookie["value"][-1] != "0" else "1")
    stranger = person()
    stranger.context.add_cookies([{**cookie, "value": altered}])
    stranger.opens()
    assert "ひみつ" not in "".join(stranger.talk)
    assert stranger.context.cookies(f"{someone.url}/webhooks/web/")[0]["value"] != altered
    plain = requests.post(f"{someone.url}/webhooks/web/message", json={}, timeout=10)
    assert plain.status_code == 401


HOSTILE = (
    "<img src=x onerror=alert(1)><script>alert(2)</script>", "javascript:alert(1)",
    "${alert(1)}{{7*7}}", "\u202e反転\u200b", "電話は 000-000-0000\"><b>",
)  # fmt: skip


def test_hostile_text_is_shown_as_text(person: MakePerson) -> None:
    someone = person().opens()
    for text in HOSTILE:
        someone.says(text)
        visible = re.sub("[\u200b\u202e]", "", text)
        assert visible in re.sub("[\u200b\u202e]", "", "".join(someone.talk))
    assert someone.page.locator(".log img, .log script, .log b, .me a").count() == 0
    assert not someone.errors


def test_a_pin_that_was_typed_leaves_the_screen_too(person: MakePerson) -> None:
    someone = person().opens()
    someone.says("暗証番号は4712です")
    assert "4712" not in someone.page.locator(".log").inner_text()


# Links in an answer ----------------------------------------------------------------------------


def test_an_address_in_an_answer_can_be_followed_and_nothing_else_becomes_a_link(person: MakePerson) -> None:
    page = person().opens().page
    links = """async text => { const {lines} = await import("/chat/dom.js");
        return lines(text).flatMap(line => [...line.querySelectorAll("a")])
            .map(a => [a.getAttribute("href"), a.textContent, a.rel]); }"""
    address = "https://www.example.lg.jp/parking?a=1#b"
    assert page.evaluate(links, f"地下にあります。\n{address}") == [[address, address, "noopener"]]
    assert page.evaluate(links, "024-505-0445 へ") == [["tel:024-505-0445", "024-505-0445", ""]]
    for text in ("http://www.example.jp/", "javascript:alert(1)", '<a href="https://">x</a>', "駐車場です"):
        assert page.evaluate(links, text) == []
