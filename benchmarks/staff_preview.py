"""Pictures of the clerks' console in Chromium, to be looked at; with `--to docs/pictures` the guide's.

    python -m benchmarks.staff_preview [--to results/staff]
"""

from __future__ import annotations

import argparse
import io
import os
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from benchmarks.bookings_common import sqlite
from benchmarks.staff_kill import NOW, Server
from renewal import clock
from renewal.bookings import Visit
from renewal.cases import card_for
from renewal.documents import Applicant, Case, Holder, Pin
from renewal.opening_hours import Closure
from tests.browser import chromium
from tests.staff import office as offices
from tests.staff.office import CITY, Office

GENERAL = Case(Applicant.SELF, Holder.GENERAL)
PROXY = Case(Applicant.OTHER_PROXY, Holder.GENERAL)
CHILD = Case(Applicant.LEGAL_REPRESENTATIVE, Holder.UNDER_15, same_household=True)
FORGOT = Case(Applicant.SELF, Holder.GENERAL, forgotten_pins=frozenset({Pin.SIGN}))
VISITS = [
    ("24 08:30", "サトウ ハナコ", GENERAL, 60), ("24 08:30", "スズキ メイ", CHILD, 40), ("24 09:00", "タカハシ ケンジ", FORGOT, 70),
    ("24 09:30", "NGUYỄN VĂN AN", GENERAL, 9), ("24 10:00", "ワタナベ サクラ", GENERAL, 50), ("24 10:00", "イトウ ヒロシ", PROXY, 30),
    ("24 10:30", "ヤマモト ユイ", CHILD, 80), ("24 11:00", "ナカムラ ソウタ", GENERAL, 45), ("24 15:30", "コバヤシ アオイ", GENERAL, 66),
    ("20 09:00", "カトウ ミサキ", GENERAL, 55), ("25 13:00", "ヨシダ リク", GENERAL, 60),
]  # fmt: skip


def fill(office: Office) -> None:
    """Book what a morning may look like, some of it marked; close the counter in the afternoon."""
    store, at = office.store, clock.real_now()
    for n, (when, name, case, left) in enumerate(VISITS):
        start = datetime.fromisoformat(f"2026-11-{when}:00+09:00")
        key, now = f"v{n}", start - timedelta(days=5)
        hold = store.hold("honchosha", start, key=key, city=CITY, now=now, at=at, staff=True)
        card = card_for(case, CITY, name, start.date() + timedelta(days=left))
        visitor = "タナカ ジロウ" if case is PROXY else None
        visit = Visit(case.applicant.value, (card,), f"0901234{n:04}", visitor, channel=("web", "line", "phone")[n % 3])
        booking = store.confirm(hold.id, visit, key=key, city=CITY, now=now, at=at, who="佐藤")
        if when < "24 09:30" and when > "24":
            store.mark(booking.code, "arrived", who="佐藤", now=NOW, at=at)
        if name.startswith("ヨシダ"):
            store.cancel(booking.code, key="c", city=CITY, now=NOW, at=at, who="佐藤", reason="by_office", call=True)
    day = date(2026, 11, 24)
    closure = Closure("honchosha", day, day, time(15, 30), None, "停電のため")
    store.add_closure(closure, city=CITY, who="佐藤", at=at)


def take(page: Any, url: str, to: Path) -> None:
    """Take the pictures."""

    def picture(name: str) -> None:
        image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        image.quantize(128).save(to / f"staff-{name}.png", optimize=True)

    picture("day")
    page.goto(f"{url}/calls")
    picture("calls")
    page.goto(f"{url}/search")
    page.fill("#text", "いとう")
    page.click("text=探す")
    page.click("tbody th a")
    page.wait_for_selector("text=予約の詳細")
    picture("booking")
    page.goto(f"{url}/telephone")
    page.set_viewport_size({"width": 1366, "height": 1500})
    page.check("[name=notice][value=certificate]")
    page.fill("#expires-1", "R9.2.20")
    page.fill("#day", "11/26")
    page.fill("#time", "10:30")
    page.keyboard.press("Tab")
    page.wait_for_selector("text=の席をおさえています")
    page.fill("#name-1", "さとう はなこ")
    page.evaluate("scrollTo(0, 0)")
    picture("telephone")


def main() -> None:
    """Fill an office and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=Path("results/staff"))
    to = parser.parse_args().to
    to.mkdir(parents=True, exist_ok=True)
    os.environ["RENEWAL_NOW"] = NOW.isoformat()
    with sqlite() as url, offices.office(url) as office:
        fill(office)
        server = Server(url)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium.executable(), args=chromium.ARGUMENTS
            )
            page = browser.new_page(viewport={"width": 1366, "height": 860}, locale="ja-JP")
            page.goto(server.url)
            page.fill("#name", "demo")
            page.fill("#password", server.password)
            page.keyboard.press("Enter")
            page.wait_for_selector("#board")
            take(page, server.url, to)
            browser.close()
        server.stop()
    print(f"pictures in {to}")


if __name__ == "__main__":
    main()
