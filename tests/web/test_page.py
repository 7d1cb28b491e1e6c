"""The sample page and the widget's files, as they are on disk."""

from __future__ import annotations

import gzip
import re
from datetime import datetime
from string import Template

import pytest

from bot.channels.page import POLICY, WEB, page_facts
from renewal import city
from renewal.bookings import Booking, Card, Place, Visit
from renewal.calendar_file import visit_ics
from renewal.clock import TOKYO

PAGES = ("index.html", "embed.html")
PARTS = (*PAGES, "header.html")


@pytest.mark.parametrize("name", PARTS)
def test_a_page_has_no_inline_script_or_style_and_asks_nobody_else(name: str) -> None:
    page = (WEB / name).read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*src)", page)
    assert not re.search(r'(src|href)="(https?:)?//', page)
    assert "unsafe" not in POLICY


@pytest.mark.parametrize("name", PAGES)
def test_phone_and_hours_of_a_page_come_from_city_yml(name: str) -> None:
    template = (WEB / name).read_text(encoding="utf-8")
    assert not re.search(r"\d{3}-\d{3}-\d{4}", template)
    facts = page_facts(city.load())
    page = Template(template).substitute({**facts, "origin": "http://localhost:5005"})
    assert "024-505-0445" in page
    assert "9時から17時まで" in page


@pytest.mark.parametrize("file", ["ome.yml", "togo.yml"])
def test_the_pages_and_the_calendar_file_of_another_city_name_no_other(file: str) -> None:
    here = city.load(city.DEFAULT_PATH.parent / "cities" / file)
    facts = page_facts(here)
    said = "".join(
        Template((WEB / name).read_text(encoding="utf-8")).substitute({**facts, "origin": "x"}) for name in PAGES
    ) + facts["module"]
    start = datetime(2026, 12, 3, 18, tzinfo=TOKYO)
    booking = Booking(
        "K7PMA-4QXDZ", "booked", here.open_counters[0].id, start, (Place(start, 1),),
        Visit("self", (Card("general", ("card",), "サトウ ハナコ"),), "09012345678"), start,
    )  # fmt: skip
    said += visit_ics(booking, here, start).decode()
    assert here.name in said and here.call_centre.phone in said and here.open_counters[0].label in said
    assert not re.search("福島|西口|本庁舎1階|024-505-0445|Fukushima", said)


def test_the_widget_is_at_most_30_kb_gzip() -> None:
    size = sum(len(gzip.compress(path.read_bytes(), 9)) for path in WEB.glob("*.js"))
    assert size <= 30_000


def test_the_widget_never_reads_text_as_html() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in WEB.glob("*.js"))
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", code)
