"""The chat on the city's page, in a real Chromium, through the real servers."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.person import PHONE, Person
from tests.server.servers import Servers

pytestmark = pytest.mark.server
MakePerson = Callable[..., Person]
TIME = re.compile(r"\d:\d\d (空きあり|残りわずか)")
CODE = re.compile(r"[0-9A-Z]{4,5}-[0-9A-Z]{4,5}")


def to_the_calendar(person: Person) -> None:
    """Answer everything up to the choice of the day."""
    person.says("予約する")
    person.taps("電子証明書")
    person.taps("カードの本人")
    person.says("R9.2.20")
    person.taps("覚えている")
    person.taps("本庁舎")


def gives_name_and_phone(person: Person) -> str:
    person.says("さとうはなこ")
    return person.says("09012345678")


def bookings_of(servers: Servers, phone: str = "09012345678") -> int:
    from renewal.bookings import Bookings, create_engine_from

    store = Bookings(create_engine_from(servers.environment["DATABASE_URL"]))
    return sum(1 for booking in store.list_bookings() if booking.visit.phone == phone)


# Whole bookings --------------------------------------------------------------------------------


def test_a_visit_is_booked_by_typing_alone(person: MakePerson) -> None:
    someone = person().opens()
    for text in ("予約したい", "電子証明書", "本人です", "R9.2.20", "覚えている"):
        someone.says(text)
    someone.says("本庁舎")
    someone.says("12月3日の18時")
    summary = gives_name_and_phone(someone)
    assert "サトウ" in summary
    assert CODE.search(someone.says("はい"))
    assert not someone.errors


def test_a_visit_is_booked_by_buttons_and_the_calendar_on_a_phone(person: MakePerson) -> None:
    someone = person(**PHONE).opens()
    someone.picture("phone-greeting")
    to_the_calendar(someone)
    someone.picture("phone-calendar")
    page = someone.page
    page.get_by_label("次の週").click()
    page.get_by_role("button", name="夜間").click()
    page.get_by_label("12月3日（木） 18:30 空きあり").click()
    someone.waits()
    assert "12月3日（木）" in someone.talk[-1] or "12月3日（木）" in someone.talk[-2]
    gives_name_and_phone(someone)
    assert CODE.search(someone.taps("予約する"))
    card = page.get_by_role("group", name="予約カード")
    assert "12月3日（木）18時30分" in card.inner_text()
    someone.picture("phone-booked")
    with page.expect_download() as download:
        card.get_by_text("カレンダーに入れる").click()
    assert "DTSTART;TZID=Asia/Tokyo:20261203T183000" in download.value.path().read_text()
    assert not someone.errors


def test_a_visit_is_booked_by_keyboard_alone(person: MakePerson) -> None:
    someone = person()
    page = someone.page

    def tab_to(name: str) -> None:
        for _ in range(60):
            if name in someone.focused():
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"Tab never reaches {name}")

    def press(name: str) -> None:
        page.keyboard.press("Shift+Tab")
        for _ in range(60):
            if name in someone.focused():
                break
            page.keyboard.press("Shift+Tab")
        page.keyboard.press("Enter")
        someone.waits()

    def write(text: str) -> None:
        tab_to("text")
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        someone.waits()

    tab_to("更新の予約・相談")
    page.keyboard.press("Enter")
    page.wait_for_selector(".turn.bot")
    someone.waits()
    assert someone.focused() == "text"
    press("予約する")
    for answer in ("電子証明書", "カードの本人"):
        tab_to("text")
        press(answer)
    write("R9.2.20")
    for answer in ("覚えている", "本庁舎"):
        press(answer)
        tab_to("text")
    # The calendar is one stop; arrow keys move inside it.
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        if TIME.search(someone.focused()):
            break
    first = someone.focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert someone.focused() != first
    page.keyboard.press("Enter")
    someone.waits()
    write("さとうはなこ")
    write("09012345678")
    press("予約する")
    assert CODE.search(someone.talk[-1])


# Writing Japanese ------------------------------------------------------------------------------


def test_enter_that_confirms_a_conversion_sends_nothing(person: MakePerson) -> None:
    someone = person().opens()
    session = someone.context.new_cdp_session(someone.page)
    someone.page.focus("textarea")
    before = len(someone.talk)
    half = {"text": "よや", "selectionStart": 2, "selectionEnd": 2}
    session.send("Input.imeSetComposition", half)
    session.send(
        "Input.dispatchKeyEvent",
        {"type": "keyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229},
    )
    assert len(someone.talk) == before
    session.send("Input.insertText", {"text": "予約したい"})
    assert len(someone.talk) == before
    someone.page.keyboard.press("Enter")
    someone.waits()
    assert "予約したい" in "".join(someone.talk)


# Coming back -----------------------------------------------------------------------------------


def test_a_reload_shows_the_same_conversation_and_it_goes_on(person: MakePerson) -> None:
    someone = person().opens()
    someone.says("予約する")
    before = someone.talk
    someone.reloads()
    someone.page.click("renewal-chat .launcher")
    someone.page.wait_for_selector(".turn.me")
    assert [re.sub(r"\d+:\d+", "", t) for t in someone.talk] == [
        re.sub(r"\d+:\d+", "", t) for t in before
    ]
    assert someone.announced == []
    assert "どなた" in someone.taps("電子証明書")


def test_a_second_tab_shows_the_same_conversation(person: MakePerson) -> None:
    someone = person().opens()
    someone.says("手数料は？")
    other = Person.__new__(Person)
    other.context, other.page = someone.context, someone.context.new_page()
    other.page.goto(f"{someone.url}/chat/")
    other.page.click("renewal-chat .launcher")
    other.page.wait_for_selector(".turn.me")
    assert "手数料は？" in "".join(other.talk)
    other.says("写真は要りますか")
    someone.page.wait_for_function(
        """() => document.querySelector("renewal-chat").shadowRoot
        .querySelectorAll(".me").length === 2"""
    )


def test_what_is_written_offline_is_kept_and_sent_when_asked(person: MakePerson) -> None:
    someone = person().opens()
    someone.context.set_offline(True)
    someone.page.fill("textarea", "手数料は？")
    someone.page.press("textarea", "Enter")
    someone.page.get_by_text("送れませんでした。").first.wait_for()
    assert "通信が切れています" in someone.page.locator(".banner").inner_text()
    assert "送れませんでした。" in someone.announced
    assert someone.violations() == []
    someone.picture("offline")
    someone.context.set_offline(False)
    someone.page.get_by_role("button", name="もう一度送る").click()
    someone.page.wait_for_function(
        "() => !document.querySelector('renewal-chat').shadowRoot.querySelector('.failed')"
    )
    someone.waits()
    assert "無料" in someone.talk[-1]
    assert someone.page.locator(".turn.me").count() == 1


def test_a_deleted_conversation_is_gone(person: MakePerson, servers: Servers) -> None:
    someone = person().opens()
    someone.says("手数料は？")
    someone.page.get_by_label("メニュー").click()
    someone.page.get_by_role("button", name="このお話を消す").click()
    someone.page.get_by_role("button", name="消す", exact=True).click()
    someone.page.get_by_text("お話を消しました。").first.wait_for()
    someone.waits()
    someone.reloads()
    someone.opens()
    assert "手数料" not in "".join(someone.talk)


# Whose conversation ----------------------------------------------------------------------------


def test_two_citizens_at_once_do_not_see_each_other(person: MakePerson) -> None:
    one, two = person().opens(), person().opens()
    one.says("手数料は？")
    two.says("写真は要りますか")
    assert "手数料" not in "".join(two.talk)
    assert "写真" not in "".join(one.talk)


def test_another_persons_button_and_command_do_nothing(person: MakePerson) -> None:
    one, two = person().opens(), person().opens()
    foreign = one.page.request.post(f"{one.url}/webhooks/web/conversation").json()
    button = foreign["messages"][-1]["buttons"][0]["id"]
    answer = two.page.request.post(
        f"{two.url}/webhooks/web/message",
        data=f'{{"id": "foreign-{button}", "button": "{button}"}}',
    )
    assert "使えなくなりました" in answer.text()
    assert "どなた" not in two.says('/book{"notice": "certificate"}')


def test_hostile_text_is_shown_as_text(person: MakePerson) -> None:
    someone = person().opens()
    text = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    someone.says(text)
    assert text in "".join(someone.talk)
    assert someone.page.locator(".log img, .log script").count() == 0
    assert not someone.errors


def test_a_pin_that_was_typed_leaves_the_screen_too(person: MakePerson) -> None:
    someone = person().opens()
    someone.says("暗証番号は4712です")
    assert "4712" not in someone.page.locator(".log").inner_text()


# For everybody ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("phone", PHONE),
        ("narrow", {"viewport": {"width": 320, "height": 640}}),
        ("dark", {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}),
        ("forced-colours", {"forced_colors": "active"}),
    ],
)
def test_no_step_has_an_accessibility_violation(
    person: MakePerson, name: str, options: dict[str, Any]
) -> None:
    someone = person(**options)
    assert someone.violations() == []
    someone.opens()
    assert someone.violations() == []
    to_the_calendar(someone)
    assert someone.violations() == []
    assert someone.scrolls_sideways() == []
    someone.picture(f"{name}-calendar")
    someone.page.get_by_role("button", name="一覧で見る").click()
    assert someone.violations() == []
    someone.page.get_by_role("button", name="表で見る").click()
    someone.page.get_by_label("空きあり").first.click()
    someone.waits()
    gives_name_and_phone(someone)
    someone.taps("予約する")
    assert someone.violations() == []
    assert someone.scrolls_sideways() == []
    someone.picture(f"{name}-booked")
    someone.page.get_by_label("メニュー").click()
    someone.page.get_by_role("button", name="ふりがなを付ける").click()
    assert someone.violations() == []
    someone.picture(f"{name}-furigana")


def test_twice_the_text_size_keeps_everything_in_reach(person: MakePerson) -> None:
    someone = person(viewport={"width": 390, "height": 844})
    someone.page.evaluate("document.documentElement.style.fontSize = '200%'")
    someone.opens()
    someone.picture("large-text")
    assert someone.scrolls_sideways() == []
    for part in ("textarea", ".send", ".contact a", "[aria-label=閉じる]"):
        box = someone.page.locator(f"renewal-chat {part}").bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 844


def test_a_screen_reader_hears_each_new_text_once_and_no_history(person: MakePerson) -> None:
    someone = person().opens()
    assert len(someone.announced) == 2
    someone.says("手数料は？")
    assert len(someone.announced) == 1
    assert "無料" in someone.announced[0]
    assert someone.focused() == "text"


def test_the_focus_goes_in_order_and_comes_back_to_the_launcher(person: MakePerson) -> None:
    someone = person().opens()
    assert someone.focused() == "text"
    order = []
    for _ in range(8):
        someone.page.keyboard.press("Shift+Tab")
        order.append(someone.focused())
    assert order[:4] == ["予約の確認・変更", "窓口と時間", "持ち物を知りたい", "予約する"]
    assert order[4:] == ["お話の記録", "024-505-0445", "閉じる", "メニュー"]
    someone.page.keyboard.press("Escape")
    assert "更新の予約・相談" in someone.focused()


def test_the_phone_number_is_on_the_page_without_javascript(
    person: MakePerson, chromium: Any, servers: Servers
) -> None:
    someone = person(java_script_enabled=False)
    assert someone.page.get_by_text("024-505-0445").first.is_visible()


def test_messages_arrive_without_moving_the_page_and_the_panel_opens_at_once(
    person: MakePerson,
) -> None:
    someone = person()
    someone.page.evaluate(
        """() => { window.shift = 0; new PerformanceObserver(list => {
        for (const e of list.getEntries()) if (!e.hadRecentInput) window.shift += e.value;
        }).observe({type: "layout-shift", buffered: true}); }"""
    )
    opened = someone.page.evaluate(
        """() => new Promise(done => { const from = performance.now();
        document.querySelector("renewal-chat").open();
        requestAnimationFrame(() => setTimeout(() => done(performance.now() - from))); })"""
    )
    assert opened < 200
    someone.waits()
    someone.says("予約する")
    someone.says("電子証明書")
    someone.page.wait_for_timeout(600)
    assert someone.page.evaluate("window.shift") == 0


# At the end, for it stops the server -----------------------------------------------------------


def test_the_server_is_killed_in_the_middle_and_one_booking_comes_of_it(
    person: MakePerson, servers: Servers
) -> None:
    someone = person().opens()
    to_the_calendar(someone)
    someone.page.get_by_label("空きあり").first.click()
    someone.waits()
    someone.says("さとうはなこ")
    someone.says("08011112222")
    servers.stop("rasa", signal.SIGKILL)
    try:
        someone.page.locator(".choice:not([aria-disabled=true])", has_text="予約する").last.click()
        retry = someone.page.get_by_role("button", name="もう一度送る")
        retry.wait_for(timeout=20_000)
        assert someone.violations() == []
    finally:
        servers.start("rasa")
        servers.wait_until_ready()
    retry.click()
    someone.page.get_by_role("group", name="予約カード").wait_for(timeout=30_000)
    someone.waits()
    assert bookings_of(servers, "08011112222") == 1
    assert CODE.search(someone.talk[-1])
