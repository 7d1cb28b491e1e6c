"""Pictures of the chat in Chromium, from the real servers, to be looked at.

    python -m benchmarks.web_preview [--to results/web]

A booking step by step on a phone, on a narrow one, in the dark, with text of twice the size, with
readings and on a desktop; a family's on a phone. With `--to docs/pictures` only those that README.md shows are written.
"""

from __future__ import annotations

import argparse
import io
import random
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from benchmarks.bookings_common import CITY, COUNTER, NOW, VISIT, starts, store_at
from renewal import clock
from tests.browser import chromium
from tests.browser.person import PHONE, Person
from tests.server.servers import running

README = Path("docs/pictures")
SHOWN = {
    "phone-calendar": "phone.png",
    "phone-summary": "summary.png",
    "phone-booked": "booked.png",
    "narrow-calendar": "small.png",
    "twice-summary": "large-text.png",
    "dark-summary": "dark.png",
    "readings-expiry": "furigana.png",
    "family-summary": "family.png",
    "desktop-booked": "desktop.png",
}
NARROW = {**PHONE, "viewport": {"width": 320, "height": 640}}
LOOKS: dict[str, dict[str, Any]] = {
    "phone": {**PHONE, "device_scale_factor": 2},
    "narrow": NARROW,
    "dark": {**PHONE, "color_scheme": "dark"},
    "twice": PHONE,
    "readings": PHONE,
    "family": PHONE,
    "desktop": {"viewport": {"width": 1440, "height": 900}},
}


def take(someone: Person, look: str, to: Path) -> None:
    """Book in one look, with a picture of each step."""
    page = someone.page

    def picture(step: str) -> None:
        name = f"{look}-{step}"
        if to != README or name in SHOWN:
            path = to / (SHOWN[name] if to == README else f"{name}.png")
            Image.open(io.BytesIO(page.screenshot())).convert("RGB").save(path, optimize=True)

    if look == "twice":
        page.evaluate("document.documentElement.style.fontSize = '200%'")
    if look == "readings":
        page.evaluate("localStorage.setItem('renewal-chat-furigana', 'on')")
        page.reload()
    picture("page")
    someone.opens()
    picture("greeting")
    if look == "family":
        book_together(someone)
        picture("summary")
        someone.taps("予約する")
        picture("booked")
        return
    someone.says("予約する")
    someone.taps("電子証明書")
    someone.taps("カードの本人")
    someone.says("R9.2.20")
    picture("expiry")
    someone.taps("覚えている")
    picture("checklist")
    someone.taps("本庁舎")
    page.get_by_label("次の週").click()
    picture("calendar")
    if look == "twice":  # a list: a table has no room
        page.locator(".calendar .times .choice").first.click()
        someone.waits()
    else:
        someone.takes_the_first_free_time()
    someone.gives_name_and_phone()
    picture("summary")
    someone.taps("予約する")
    picture("booked")
    page.locator(".log").evaluate("e => e.scrollTop = e.scrollHeight")
    picture("booked-end")
    page.get_by_label("メニュー").click()
    picture("menu")


def book_together(someone: Person) -> None:
    """Say everything that a parent with two children is asked for."""
    someone.tells_of_a_family()
    someone.taps("本庁舎")
    someone.taps("いちばん早い空き")
    for line in ("サトウ ハナコ", "サトウ タロウ", "サトウ ジロウ", "09022223333"):
        someone.says(line)


def fill(url: str) -> None:
    """Take some seats of two weeks, so that the calendar has something to show."""
    store, choose = store_at(url), random.Random(7)
    when: dict[str, Any] = {"city": CITY, "now": NOW, "at": clock.real_now()}
    for start in starts(date(2026, 11, 25), 10):
        for seat in range(choose.choice((0, 0, 0, 0, 1, 2, 2, 3))):
            key = f"{start}-{seat}"
            hold = store.hold(COUNTER, start, 1, key=key, **when)
            store.confirm(hold.id, VISIT, key=f"{key}-booked", **when)
    store.engine.dispose()


def main() -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=Path("results/web"))
    to = parser.parse_args().to
    to.mkdir(parents=True, exist_ok=True)
    looks = {name.split("-")[0] for name in SHOWN} if to == README else LOOKS
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder)) as servers,
        sync_playwright() as playwright,
    ):
        fill(servers.environment["DATABASE_URL"])
        found, arguments = chromium.executable(), chromium.ARGUMENTS
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        for look in looks:
            context = browser.new_context(locale="ja-JP", reduced_motion="reduce", **LOOKS[look])
            take(Person(context, servers.url, to), look, to)
            context.close()
        browser.close()
    print(f"pictures in {to}")


if __name__ == "__main__":
    main()
