"""Whole bookings in a real Chromium: typed, by buttons, by calendar, by keyboard, cut in the middle."""

from __future__ import annotations

import re
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.browser.person import PHONE, Person
from tests.server.servers import Servers

pytestmark = pytest.mark.server
MakePerson = Callable[..., Person]
TIME = re.compile(r"\d:\d\d (空きあり|残りわずか)")
CODE = re.compile(r"[0-9A-Z]{5}-[0-9A-Z]{5}")


def bookings_of(servers: Servers, phone: str) -> int:
    from renewal.bookings import Bookings, create_engine_from

    store = Bookings(create_engine_from(servers.environment["DATABASE_URL"]))
    return sum(1 for booking in store.list_bookings() if booking.visit.phone == phone)


@contextmanager
def booked_but_not_remembered(someone: Person, servers: Servers, phone: str) -> Iterator[None]:
    """Press the last button; inside the block the booking is made and its turn is not yet over."""
    conversations = sqlite3.connect(servers.environment["CONVERSATIONS_DB"], isolation_level=None)
    conversations.execute("BEGIN IMMEDIATE")  # the turn cannot be stored
    someone.page.locator(".choice:not([aria-disabled=true])", has_text="予約する").last.click()
    deadline = time.monotonic() + 4
    while not bookings_of(servers, phone):
        assert time.monotonic() < deadline, "no booking was made"
    yield
    conversations.close()


def test_a_visit_is_booked_by_typing_alone(person: MakePerson) -> None:
    someone = person().opens()
    for text in ("予約したい", "電子証明書", "本人です", "R9.2.20", "覚えている", "本庁舎"):
        someone.says(text)
    assert "省けます" in "".join(someone.talk)
    someone.says("12月3日の18時")
    summary = someone.gives_name_and_phone()
    assert "サトウ" in summary and "更新する方のマイナンバーカード" in summary
    assert "省けます" not in summary  # said with the list: what is confirmed fits the screen
    someone.says("はい")
    assert CODE.search(someone.talk[-1])
    assert not someone.errors


def test_a_visit_is_booked_by_buttons_on_a_phone(person: MakePerson) -> None:
    someone = person(**PHONE).opens()
    someone.picture("phone-greeting")
    someone.taps("予約する")
    for title in ("電子証明書", "カードの本人"):
        someone.taps(title)
    someone.says("R9.2.20")  # the one date that only the notice can tell
    for title in ("覚えている", "本庁舎", "いちばん早い空き"):
        someone.taps(title)
    someone.gives_name_and_phone()
    someone.taps("予約する")
    assert CODE.search(someone.talk[-1])
    assert not someone.errors


def test_a_visit_is_booked_by_the_calendar_and_put_into_ones_own(person: MakePerson) -> None:
    someone = person(**PHONE).opens()
    someone.says("予約する")
    for title in ("電子証明書", "カードの本人"):
        someone.taps(title)
    someone.says("R9.2.20")
    for title in ("覚えている", "本庁舎"):
        someone.taps(title)
    page = someone.page
    page.get_by_label("次の週").click()
    assert someone.announced[-1] == "11月30日〜12月4日"
    page.get_by_role("button", name="夜間").click()
    page.get_by_label("12月3日（木） 18:30 空きあり").click()
    someone.waits()
    assert someone.page.locator(".me .text").last.inner_text() == "12月3日（木）18:30"
    someone.gives_name_and_phone()
    someone.taps("予約する")
    card = page.get_by_role("group", name="予約カード")
    assert "12月3日（木）\n18時30分" in card.inner_text()
    assert card.get_by_text("地図").count() == 0  # city.yml has none yet
    with page.expect_download() as download:
        card.get_by_text("カレンダーに入れる").click()
    assert "DTSTART;TZID=Asia/Tokyo:20261203T183000" in download.value.path().read_text()
    card.get_by_role("button", name="予約の変更").click()
    someone.waits()
    someone.says("12月4日の9時")
    someone.taps("変更する")
    before, now = card.all()
    assert "変更する前の予約です。" in before.inner_text()
    assert before.get_by_role("button", name="予約の取り消し").count() == 0
    assert "12月4日（金）\n9時" in now.inner_text()
    assert (someone.violations(), someone.scrolls_sideways()) == ([], [])
    someone.picture("card-changed")
    now.get_by_role("button", name="予約の取り消し").click()
    someone.waits()
    someone.says("はい")
    assert "取り消しました" in someone.talk[-1]
    assert "取り消した予約です。" in now.inner_text()
    assert now.get_by_text("カレンダーに入れる").count() == 0
    someone.reopens()
    assert "取り消した予約です。" in now.inner_text()
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


def test_two_citizens_after_the_same_time_get_a_booking_each(
    person: MakePerson, servers: Servers
) -> None:
    one, two = person().opens(), person().opens()
    for someone in (one, two):
        someone.to_the_calendar()
        someone.page.get_by_label("次の週").click()  # where no other test has been
        someone.page.get_by_role("button", name="午後").click()
    for someone, phone in ((one, "09011110001"), (two, "09011110002")):
        someone.takes_the_first_free_time()
        someone.gives_name_and_phone(phone)
    for someone in (one, two):
        someone.taps("予約する")
    codes = [CODE.search(someone.talk[-1]) for someone in (one, two)]
    assert codes[0] and codes[1] and codes[0][0] != codes[1][0]
    for someone, phones in ((one, "12"), (two, "21")):
        someone.reopens()
        talk = re.sub(r"\D", "", "".join(someone.talk))
        assert [f"0901111000{each}" in talk for each in phones] == [True, False]
    assert [bookings_of(servers, f"0901111000{each}") for each in (1, 2)] == [1, 1]


def test_a_connection_cut_in_the_middle_of_a_booking_leaves_one_booking_and_its_card(
    person: MakePerson, servers: Servers
) -> None:
    someone = person().opens()
    someone.to_the_calendar()
    someone.takes_the_first_free_time()
    someone.gives_name_and_phone("08011113333")
    with booked_but_not_remembered(someone, servers, "08011113333"):
        someone.page.goto("about:blank")
    someone.page.wait_for_timeout(500)
    someone.page.goto(f"{someone.url}/chat/")
    someone.page.get_by_role("group", name="予約カード").wait_for()
    assert bookings_of(servers, "08011113333") == 1


def test_the_server_is_killed_in_the_middle_and_one_booking_comes_of_it(
    person: MakePerson, servers: Servers
) -> None:
    someone = person().opens()
    someone.to_the_calendar()
    someone.takes_the_first_free_time()
    someone.gives_name_and_phone("08011112222")
    with booked_but_not_remembered(someone, servers, "08011112222"):
        servers.stop("rasa", signal.SIGKILL)
    servers.start("rasa")  # which takes longer than the chat tries by itself
    try:
        retry = someone.page.get_by_role("button", name="もう一度送る")
        retry.wait_for(timeout=20_000)
        assert someone.violations() == []
        someone.picture("server-gone")
    finally:
        servers.wait_until_ready()
    retry.click()
    someone.page.wait_for_function(
        "() => !document.querySelector('renewal-chat').shadowRoot.querySelector('.failed')"
    )
    someone.waits()
    assert someone.page.get_by_role("group", name="予約カード").count() == 1
    assert bookings_of(servers, "08011112222") == 1
    someone.reopens()
    assert someone.page.get_by_role("group", name="予約カード").count() == 1


def test_a_family_finds_one_list_for_all_and_books_together(person: MakePerson) -> None:
    someone = person(**PHONE).opens()
    someone.tells_of_a_family()
    family = someone.page.get_by_role("group", name="持ち物")
    names = [re.sub(r"\s", "", each) for each in family.locator("h3").all_inner_texts()]
    assert names == ["皆さん", "1人目（ご本人）", "2人目（お子さま）・3人目（お子さま）"]
    assert (someone.violations(), someone.scrolls_sideways()) == ([], [])
    someone.picture("family-checklist")
    someone.taps("本庁舎")
    someone.taps("いちばん早い空き")
    for line in ("さとうはなこ", "さとうたろう", "さとうじろう", "09022223333"):
        someone.says(line)
    someone.picture("family-summary")
    someone.taps("予約する")
    assert CODE.search(someone.talk[-1])
    assert (someone.violations(), someone.scrolls_sideways(), someone.errors) == ([], [], [])
    someone.picture("family-booked")
