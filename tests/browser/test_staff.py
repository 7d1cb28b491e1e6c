"""The clerks' console in a real Chromium: for everybody, by keyboard, on paper, without scripts."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks.staff_kill import NOW, Server
from benchmarks.staff_pages import full_day
from renewal import clock
from renewal.documents import Applicant, Case, Holder
from tests.browser.person import axe_source
from tests.staff import office as offices
from tests.staff.office import CITY, Office

pytestmark = pytest.mark.server
PICTURES = Path(__file__).absolute().parents[2] / "results" / "staff"
SCREENS = {
    "day": "/day", "telephone": "/telephone", "search": "/search", "calls": "/calls", "audit": "/audit",
    "users": "/users", "pause": "/pause", "help": "/help",
}  # fmt: skip
SIDEWAYS = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office on a full day of 51 bookings, with somebody to phone and something from last week."""
    os.environ["RENEWAL_NOW"] = NOW.isoformat()
    path = tmp_path_factory.mktemp("staff") / "renewal.db"
    with offices.office(f"sqlite:///{path}") as opened:
        full_day(opened, 45)  # at the one counter
        proxy, child = Case(Applicant.OTHER_PROXY, Holder.GENERAL), Case(Applicant.LEGAL_REPRESENTATIVE, Holder.UNDER_15, True)
        visits = [("16:00", "honchosha"), ("16:00", "honchosha"), ("16:30", "honchosha"),
                  ("11:00", "nishiguchi"), ("11:30", "nishiguchi"), ("15:30", "nishiguchi")]  # fmt: skip
        for n, (at, counter) in enumerate(visits):
            start = NOW.replace(hour=int(at[:2]), minute=int(at[3:]))
            case, more = (proxy, {"visitor_name": "タナカ ジロウ"}) if n % 2 else (child, {})
            opened.book(start, "ヤマダ ハル", f"0805555{n:04}", counter, case, **more)
        opened.book(NOW - timedelta(days=4, hours=1), "アベ マコト", "08066660000")
        called = opened.book(NOW + timedelta(days=1, hours=1), "オオタ リン", "08066661111")
        opened.store.cancel(called.code, key="k", city=CITY, now=NOW, at=clock.real_now(), who="test", call=True)
        yield opened
    del os.environ["RENEWAL_NOW"]


@pytest.fixture(scope="module")
def server(office: Office) -> Iterator[Server]:
    started = Server(str(office.engine.url))
    yield started
    started.stop()


MakePage = Callable[..., Any]


@pytest.fixture
def clerk(server: Server, chromium: Any) -> Iterator[MakePage]:
    """Sign somebody in, in a browser of their own; options as Playwright's."""
    contexts = []

    def make(**options: Any) -> Any:
        size = {"width": 1366, "height": 768}
        context = chromium.new_context(**{"viewport": size, "locale": "ja-JP", **options})
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.errors, page.foreign = [], []
        page.on("console", lambda said: page.errors.append(said.text) if said.type == "error" else None)
        page.on("request", lambda asked: None if asked.url.startswith(server.url) else page.foreign.append(asked.url))
        page.goto(f"{server.url}/")
        page.fill("#name", "demo")
        page.fill("#password", server.password)
        page.click("text=サインイン >> nth=-1")
        page.wait_for_selector("#board")
        return page

    yield make
    for context in contexts:
        context.close()


def violations(page: Any) -> list[str]:
    """Return what axe-core finds: no rule off, nothing left out."""
    page.evaluate(axe_source())
    found = page.evaluate(
        """async () => (await axe.run(document, {runOnly: {type: "tag", values: [
        "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}})).violations
        .map(v => `${v.id}: ${v.nodes.map(n => n.target).slice(0, 3)}`)"""
    )
    return list(found)


def every_screen(page: Any, url: str) -> Iterator[str]:
    """Go through all screens, those of one booking and those that answer too."""
    for name, path in SCREENS.items():
        page.goto(url + path)
        yield name
    page.goto(f"{url}/search")
    page.fill("#text", "さとう")
    page.click("text=探す")
    page.wait_for_selector("table")
    yield "found"
    page.click("tbody th a")
    page.wait_for_selector("text=予約の詳細")
    detail = page.url
    yield "detail"
    for part in ("change", "amend", "paper"):
        page.goto(f"{detail}/{part}")
        yield part
    page.goto(f"{url}/telephone")
    page.fill("#day", "11/26")
    page.click("#check")
    page.wait_for_selector("[role=alert]")
    yield "mistakes"
    page.goto(f"{url}/pause")
    page.fill("#reason", "点検のためです")
    page.click("text=見え方を確かめる")
    page.wait_for_selector("text=こう見えます")
    yield "preview"
    page.goto(f"{url}/day/print")
    yield "print"
    page.goto(f"{url}/nowhere")
    yield "failed"


def test_no_screen_has_an_accessibility_violation_or_asks_anybody_else(
    clerk: MakePage, server: Server
) -> None:
    page = clerk()
    for name in every_screen(page, server.url):
        assert (name, violations(page), page.evaluate(SIDEWAYS)) == (name, [], False)
    assert page.foreign == []
    assert [each for each in page.errors if "404" not in each and "422" not in each] == []
    page.context.clear_cookies()
    page.goto(f"{server.url}/sign-in")
    assert violations(page) == []


@pytest.mark.parametrize("look", ["200%", "narrow", "forced-colours"])
def test_every_screen_can_be_used_in_another_look(clerk: MakePage, server: Server, look: str) -> None:
    page = clerk(**({"forced_colors": "active"} if look == "forced-colours" else {}))
    if look == "narrow":
        page.set_viewport_size({"width": 320, "height": 640})
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name in every_screen(page, server.url):
        if look == "200%":
            page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert (name, page.evaluate(SIDEWAYS)) == (name, False)
        if name in ("day", "telephone", "detail"):
            page.screenshot(path=PICTURES / f"{look}-{name}.png")


def focused(page: Any, selector: str) -> None:
    """Wait until the focus is there: who types earlier types into nothing."""
    page.wait_for_function("s => document.activeElement.matches(s)", arg=selector)


class Keys:
    """Somebody who has only a keyboard: keys are counted, text that is typed is not."""

    def __init__(self, page: Any) -> None:
        self.page, self.pressed = page, 0

    def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.page.keyboard.press(key)
            self.pressed += 1

    def tab_to(self, selector: str) -> None:
        for _ in range(30):
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
            self.press("Tab")
        raise AssertionError(selector)


def test_a_booking_by_phone_takes_at_most_forty_keys_besides_the_text(
    clerk: MakePage, server: Server, office: Office
) -> None:
    page = clerk()
    page.goto(f"{server.url}/telephone")
    keys = Keys(page)
    focused(page, "[name=notice]")
    keys.press("Space")
    keys.tab_to("#expires-1")
    page.keyboard.type("R9.1.31")
    keys.tab_to("#day")
    page.wait_for_selector("text=いま更新できます")
    page.keyboard.type("11/27")
    keys.tab_to("#time")
    page.keyboard.type("10:30")
    keys.tab_to("#name-1")
    page.wait_for_selector("text=の席をおさえています")
    keys.tab_to("#name-1")
    page.keyboard.type("きいぼうど たろう")
    keys.tab_to("#phone")
    page.keyboard.type("08012345678")
    keys.tab_to("#check")
    keys.press("Enter")
    page.wait_for_selector("text=読み上げて確かめる")
    focused(page, "[value=book]")
    keys.press("Enter")
    page.wait_for_selector("text=予約番号は")
    assert len(office.store.list_bookings(name="キイボウド タロウ")) == 1
    print(f"keys: {keys.pressed}")
    assert keys.pressed <= 40


def test_marks_by_keys_show_at_another_desk_within_fifteen_seconds(
    clerk: MakePage, server: Server
) -> None:
    here, there = clerk(), clerk()
    there.clock.install()
    there.goto(f"{server.url}/day")
    there.locator("#board tr[id] >> nth=4").focus()
    focused = there.evaluate("document.activeElement.id")
    here.locator("#board tr[id] >> nth=1").focus()
    here.keyboard.press("j")
    row = f"#{here.evaluate('document.activeElement.id')}"
    here.keyboard.press("a")
    here.wait_for_selector(f"{row} .tag.arrived")
    assert "来庁済み" in here.inner_text("#said")
    assert here.evaluate("'#' + document.activeElement.id") == row
    there.clock.fast_forward(15_000)
    there.wait_for_selector(f"{row} .tag.arrived")
    assert there.evaluate("document.activeElement.id") == focused
    here.keyboard.press("u")
    here.wait_for_selector(f"{row} .tag.booked")
    here.keyboard.press("k")
    assert here.evaluate("'#' + document.activeElement.id") != row
    # Not while the focus is anywhere else, and not where they are switched off.
    here.locator("h1").click()
    here.evaluate("document.activeElement.blur()")
    here.keyboard.press("?")
    assert here.url.endswith("/day")
    here.goto(f"{server.url}/help")
    here.check("#keys-off")
    here.goto(f"{server.url}/day")
    here.locator(f"{row}").focus()
    here.keyboard.press("a")
    here.wait_for_timeout(300)
    assert here.locator(f"{row} .tag.booked").count() == 1
    assert here.errors == []


def test_a_full_day_is_two_sheets_of_paper_at_most(clerk: MakePage, server: Server) -> None:
    page = clerk()
    page.goto(f"{server.url}/day/print")
    assert page.locator(".sheet tbody tr").count() == 51
    PICTURES.mkdir(parents=True, exist_ok=True)
    paper = page.pdf(path=PICTURES / "day.pdf", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", paper)) <= 2
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 720, "height": 1040})
    page.screenshot(path=PICTURES / "print.png", full_page=True)


def test_everything_works_without_javascript(clerk: MakePage, server: Server, office: Office) -> None:
    page = clerk(java_script_enabled=False)
    page.goto(f"{server.url}/telephone")
    page.check("[name=notice][value=certificate]")
    page.fill("#expires-1", "R9.1.31")
    page.fill("#day", "11/27")
    page.fill("#time", "11:00")
    page.click("#look")
    page.wait_for_selector("text=の席をおさえています")
    page.fill("#name-1", "のう すくりぷと")
    page.fill("#phone", "08011112222")
    page.click("#check")
    page.click("button:has-text('予約する')")
    page.click("text=予約の詳細")
    page.click("text=日時・窓口を変える")
    page.fill("#day", "11/30")
    page.click("text=空きを見る")
    page.check("#s-11300930")
    page.click("text=変える内容を見る")
    page.check("[name=tell][value=now]")
    page.click("text=この日時に変える")
    page.click("summary:has-text('取り消す')")
    page.check("[name=reason][value=mistake]")
    page.check("[name=tell][value=now]")
    page.click("button.danger")
    page.click("text=取り消しを元に戻す")
    page.wait_for_selector("text=取り消しを元に戻しました")
    [booking] = office.store.list_bookings(name="ノウ スクリプト")
    assert f"{booking.start:%m-%d %H:%M}" == "11-30 09:30"
    page.goto(f"{server.url}/day")
    page.click("button:has-text('来庁済み') >> nth=0")
    page.wait_for_selector("text=「来庁済み」にしました")


@pytest.mark.parametrize("where", ["telephone", "change"])
def test_a_time_typed_anew_is_held_instead(clerk: MakePage, server: Server, office: Office, where: str) -> None:
    page = clerk()
    path = "/telephone"
    if where == "change":
        booking = office.book(NOW + timedelta(days=2), "ウチ ナオス", "08077771111")
        path = f"/booking/{office.ref(booking)}/change"
    page.goto(server.url + path)
    page.fill("#day", "12/2")
    page.fill("#time", "9:00")
    page.locator("#time").blur()
    page.wait_for_selector("text=12月2日（水）9時の席をおさえています")
    page.check("#s-12021500")
    page.wait_for_selector("text=12月2日（水）15時の席をおさえています")
    assert (page.input_value("#day"), page.input_value("#time")) == ("12/2", "15:00")
    page.fill("#time", "午後2時")
    page.locator("#time").blur()
    page.wait_for_selector("text=12月2日（水）14時の席をおさえています")
    assert page.is_checked("#s-12021400")


def test_enter_never_adds_a_card_and_in_a_time_it_looks(clerk: MakePage, server: Server) -> None:
    page = clerk()
    page.goto(f"{server.url}/telephone")
    for field in ("#expires-1", "#name-1", "#phone", "#note"):
        page.focus(field)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.locator("h2:has-text('2　カード')").count() == 1
        focused(page, "[role=alert]")
        assert page.evaluate("document.activeElement.innerText").startswith("直すところが")
    page.click("[role=alert] a[href='#phone']")
    focused(page, "#phone")
    page.goto(f"{server.url}/telephone")
    page.fill("#day", "12/2")
    page.fill("#time", "9時半")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_selector("text=12月2日（水）9時30分の席をおさえています")
    focused(page, "#time")
    assert page.locator("h2:has-text('2　カード')").count() == 1
    # Not while kana are being converted.
    page.evaluate(
        """() => { window.stayed = true; const field = document.getElementById("time");
        field.dispatchEvent(new CompositionEvent("compositionstart", {bubbles: true}));
        field.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true, cancelable: true})); }"""
    )
    page.wait_for_timeout(300)
    assert page.evaluate("window.stayed")


def test_what_spares_a_childs_representative_the_proof_is_asked_for_the_child(
    clerk: MakePage, server: Server
) -> None:
    page = clerk()
    page.goto(f"{server.url}/telephone")
    page.click("text=カードを足す")
    page.wait_for_selector("text=2　カード 2枚目")
    assert page.locator("[name=waiver-1]:visible, [name=waiver-2]:visible").count() == 0
    page.check("[name=holder-2][value=under_15]")
    assert page.locator("[name=waiver-2]:visible").count() == 4 and page.locator(".pin-sign:visible").count() == 1
    assert page.locator("[name=waiver-1]:visible, [name=form-1]:visible").count() == 0
    page.check("[name=applicant][value=other_proxy]")
    assert page.locator("[name=form-1]:visible").count() == 3


def test_the_card_itself_is_refused_as_soon_as_it_is_said(clerk: MakePage, server: Server) -> None:
    page = clerk()
    page.goto(f"{server.url}/telephone")
    page.check("[name=notice][value=card]")
    page.wait_for_selector("#notice-said:has-text('024-505-0445')")
    assert page.locator("#day:visible, #phone:visible, #check:visible").count() == 0
    page.check("[name=notice][value=certificate]")
    page.wait_for_selector("#day:visible")


def test_a_page_that_is_left_gives_its_seat_back_and_one_that_goes_on_does_not(
    clerk: MakePage, server: Server, office: Office
) -> None:
    page = clerk()
    start = (NOW + timedelta(days=9)).replace(hour=11, minute=30)

    def taken() -> int:
        found = office.store.taken("nishiguchi", start, start + timedelta(minutes=1), clock.real_now())
        return sum(found.values())

    page.goto(f"{server.url}/telephone")
    page.check("[name=notice][value=certificate]")
    page.check("[name=counter][value=nishiguchi]")
    page.fill("#name-1", "はなれる ひと")
    page.fill("#phone", "08012340000")
    page.fill("#day", f"{start.month}/{start.day}")
    page.fill("#time", "11:30")
    page.locator("#time").blur()
    page.wait_for_selector("text=の席をおさえています")
    page.click("#check")
    page.wait_for_selector("text=読み上げて確かめる")
    assert taken() == 1
    page.click("text=今日の窓口")
    page.wait_for_selector("#board")
    for _ in range(50):
        if taken() == 0:
            break
        page.wait_for_timeout(100)
    assert taken() == 0


def test_a_key_that_cannot_do_anything_yet_says_why(clerk: MakePage) -> None:
    page = clerk()
    row = "#board tr.booked[id]:has([data-key=n]:disabled) >> nth=-1"
    page.locator(row).focus()
    page.keyboard.press("n")
    page.wait_for_selector("#said:has-text('を過ぎるまで、「来庁なし」にはできません')")


def test_after_a_step_the_focus_is_at_what_was_said(clerk: MakePage, server: Server, office: Office) -> None:
    page = clerk()
    booking = office.book(NOW + timedelta(days=3), "ツギ スル", "08077772222")
    page.goto(f"{server.url}/booking/{office.ref(booking)}/amend")
    page.click("button.main")
    focused(page, "#said")
    page.keyboard.press("Tab")
    assert "読み上げ" in page.evaluate("document.activeElement.innerText")
    # A number is shown in its place, without another page.
    page.click("text=電話番号を見る")
    page.wait_for_selector("a[href='tel:08077772222']")


def test_a_second_search_is_typed_over_the_first(clerk: MakePage, server: Server) -> None:
    page = clerk()
    page.goto(f"{server.url}/search")
    for name in ("さとう", "あべ"):
        focused(page, "#text")
        page.wait_for_function("getSelection().toString() === document.getElementById('text').value")
        page.keyboard.type(name)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.input_value("#text") == name


def test_enter_that_ends_a_conversion_sends_nothing(clerk: MakePage, server: Server) -> None:
    page = clerk()
    page.goto(f"{server.url}/search")
    kept = page.evaluate(
        """() => { const field = document.getElementById("text");
        field.dispatchEvent(new CompositionEvent("compositionstart", {bubbles: true}));
        const enter = new KeyboardEvent("keydown", {key: "Enter", bubbles: true, cancelable: true, isComposing: true});
        field.dispatchEvent(enter); return enter.defaultPrevented; }"""
    )
    assert kept


def test_every_task_is_done_with_the_keyboard_alone(
    clerk: MakePage, server: Server, office: Office
) -> None:
    page = clerk()
    booking = office.book(NOW + timedelta(days=2), "クボ アキ", "08077770000")
    keys = Keys(page)

    def follow(text: str) -> None:
        """Go to what says this, and press it."""
        for _ in range(120):
            keys.press("Tab")
            there = page.evaluate("document.activeElement.closest('a, button, summary')?.innerText || ''")
            if text in "".join(there.split()):
                return keys.press("Enter")
        raise AssertionError(text)

    focused(page, "#board tr[id]")  # the board has the focus at once
    keys.press("/")
    page.wait_for_selector("#text")
    focused(page, "#text")
    page.keyboard.type("あき くぼ")
    keys.press("Enter")
    page.wait_for_selector("h2:has-text('1件')")
    follow("クボアキ")
    page.wait_for_selector("text=予約の詳細")
    follow("内容を訂正する")
    page.wait_for_selector("#note")
    keys.tab_to("#note")
    page.keyboard.type("くるまいす")
    follow("訂正する")
    page.wait_for_selector("text=訂正しました")
    follow("日時・窓口を変える")
    page.wait_for_selector("#day")
    keys.tab_to("#day")
    page.keyboard.type("11/30")
    keys.press("Tab")
    page.wait_for_selector(".days fieldset:first-child legend:has-text('11月30日')")
    keys.tab_to("[name=start]")
    keys.press("ArrowDown")
    page.wait_for_selector("text=の席をおさえています")
    follow("変える内容を見る")
    page.wait_for_selector("text=に変えます。")
    keys.tab_to("[name=tell]")
    keys.press("Space")
    follow("この日時に変える")
    page.wait_for_selector("text=に変えました")
    follow("取り消す")
    keys.tab_to("[name=reason]")
    keys.press("Space")
    keys.tab_to("[name=tell]")
    keys.press("ArrowDown")
    follow("取り消す")
    page.wait_for_selector("text=取り消しました")
    follow("連絡が必要な方")
    page.wait_for_selector("text=クボ アキ様")
    follow("これから電話する")
    page.wait_for_selector("text=あなたの担当です")
    follow("検索")
    page.wait_for_selector("#text")
    focused(page, "#text")
    page.keyboard.type("くぼ")
    keys.press("Enter")
    page.wait_for_selector("h2:has-text('1件')")
    follow("クボアキ")
    page.wait_for_selector("text=予約の詳細")
    follow("取り消しを元に戻す")
    page.wait_for_selector("text=取り消しを元に戻しました")
    follow("チャットの停止")
    page.wait_for_selector("#reason")
    keys.tab_to("#reason")
    page.keyboard.type("点検のためです")
    follow("見え方を確かめる")
    page.wait_for_selector("text=こう見えます")
    follow("サインアウト")
    page.wait_for_selector("text=サインアウトしました")
    now = office.store.get(booking.code)
    assert now and (now.status, now.visit.note) == ("booked", "くるまいす")
    assert f"{now.start:%m-%d}" == "11-30"
