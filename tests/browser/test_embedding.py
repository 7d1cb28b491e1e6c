"""The chat on a site of another origin, under that site's own strict policy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.browser.other_site import OtherSite
from tests.browser.person import Person
from tests.server.servers import Servers

pytestmark = pytest.mark.server
MakePerson = Callable[..., Person]


def address(site: OtherSite, servers: Servers, **attributes: str) -> str:
    words = " ".join(f'data-{name}="{value}"' for name, value in attributes.items())
    return f"{site.url}/?{urlencode({'bot': servers.url, 'attributes': words})}"


def test_a_site_on_the_list_embeds_the_chat(
    person: MakePerson, servers: Servers, other_site: OtherSite
) -> None:
    someone = person(address(other_site, servers)).opens()
    someone.to_the_calendar()
    someone.takes_the_first_free_time()
    someone.gives_name_and_phone("09033334444")
    someone.taps("予約する")
    card = someone.page.get_by_role("group", name="予約カード")
    with someone.page.expect_download() as download:
        card.get_by_text("カレンダーに入れる").click()
    assert "BEGIN:VCALENDAR" in download.value.path().read_text()
    assert someone.context.cookies() == []
    assert someone.violations() == []
    someone.reopens()
    assert someone.page.get_by_role("group", name="予約カード").count() == 1
    other = someone.in_another_tab()
    other.page.click("renewal-chat .launcher")
    other.page.get_by_role("group", name="予約カード").wait_for()
    assert not someone.errors


def test_a_site_that_is_not_on_the_list_gets_nothing(
    person: MakePerson, servers: Servers, other_site: OtherSite
) -> None:
    with OtherSite() as stranger:
        someone = person(address(stranger, servers))
        someone.page.click("renewal-chat .launcher")
        someone.page.get_by_role("button", name="もう一度つなぐ").wait_for()
        assert someone.page.locator(".turn").count() == 0


@pytest.mark.parametrize(
    ("attributes", "opened", "title", "colour", "language"),
    [
        ({}, False, "電子証明書の更新", "rgb(0, 23, 193)", "ja"),
        (
            {"title": "カードの相談", "colour": "#1d4f91", "open": "true", "lang": "ja-JP"},
            True, "カードの相談", "rgb(29, 79, 145)", "ja-JP",
        ),
        ({"colour": "#ffff00", "open": "false"}, False, "電子証明書の更新", "rgb(0, 23, 193)", "ja"),
    ],
)  # fmt: skip
def test_attributes_set_title_colour_language_and_whether_it_is_open(
    person: MakePerson,
    servers: Servers,
    other_site: OtherSite,
    attributes: dict[str, str],
    opened: bool,
    title: str,
    colour: str,
    language: str,
) -> None:
    someone = person(address(other_site, servers, **attributes))
    page = someone.page
    page.wait_for_selector("renewal-chat", state="attached")
    dialog = page.locator("renewal-chat dialog")
    assert dialog.is_visible() == opened
    if not opened:
        page.click("renewal-chat .launcher")
    assert page.locator("renewal-chat h2").inner_text() == title
    assert dialog.get_attribute("lang") == language
    top: Any = page.locator("renewal-chat .top")
    assert top.evaluate("e => getComputedStyle(e).backgroundColor") == colour


def test_nothing_is_asked_of_anybody_else(person: MakePerson, servers: Servers) -> None:
    someone = person()
    asked: list[str] = []
    someone.page.on("request", lambda request: asked.append(request.url))
    someone.page.reload()
    someone.opens()
    assert asked and all(url.startswith(servers.url) for url in asked)


def test_a_copy_of_the_files_elsewhere_speaks_to_the_origin_it_is_given(
    person: MakePerson, servers: Servers, other_site: OtherSite
) -> None:
    elsewhere = servers.url.replace("127.0.0.1", "localhost")
    copied = {"bot": elsewhere, "connect": servers.url}
    attributes = f'data-origin="{servers.url}"'
    someone = person(f"{other_site.url}/?{urlencode({**copied, 'attributes': attributes})}")
    assert "無料" in someone.opens().says("手数料は？")
    assert not someone.errors
