"""A real Chromium before the real servers: one pair of servers for all tests here."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks import roomy_city
from tests.browser.chromium import ARGUMENTS, MISSING, executable
from tests.browser.other_site import OtherSite
from tests.browser.person import Person
from tests.server.servers import Servers, running

PICTURES = Path(__file__).absolute().parents[2] / "results" / "browser"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get("NO_BROWSER"):
        here = Path(__file__).parent
        for item in items:
            if here in item.path.parents:
                item.add_marker(pytest.mark.skip(reason="NO_BROWSER is set"))


@pytest.fixture(scope="session")
def other_site() -> Iterator[OtherSite]:
    """A site of another origin that may embed the chat."""
    with OtherSite() as site:
        yield site


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory, other_site: OtherSite) -> Iterator[Servers]:
    # In these tests many book under one name and phone.
    city = {"RENEWAL_CITY": roomy_city()}
    with running(tmp_path_factory.mktemp("browser"), other_site.url, **city) as servers:
        yield servers


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    if not executable():
        skip = "ブラウザの検査を省くときは NO_BROWSER=1 を付けます。"
        pytest.fail(MISSING + skip, pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def at_rest() -> dict[str, list[Any]]:
    """Browser profiles of earlier tests, emptied, by their options: a new one costs half a second."""
    return {}


@pytest.fixture
def person(
    servers: Servers, chromium: Any, at_rest: dict[str, list[Any]]
) -> Iterator[Callable[..., Person]]:
    """Make a person with a browser of their own, on the city's page. Options as Playwright's."""
    in_use = []

    def make(page: str = "/chat/", **options: Any) -> Person:
        settings = {"locale": "ja-JP", "reduced_motion": "reduce", **options}
        kind = json.dumps(settings) + ("" if page.startswith("/") else page)
        if at_rest.get(kind):
            context = at_rest[kind].pop()
        else:
            size = {"width": 1280, "height": 860}
            context = chromium.new_context(**{"viewport": size, **settings})
            context.set_default_timeout(15_000)
        in_use.append((kind, context))
        PICTURES.mkdir(parents=True, exist_ok=True)
        return Person(context, servers.url, PICTURES, page)

    yield make
    for kind, context in in_use:
        if emptied(context, servers.url):
            at_rest.setdefault(kind, []).append(context)
        else:
            context.close()


def emptied(context: Any, url: str) -> bool:
    """Forget all that a person did; return whether the profile is as good as new."""
    page, *others = context.pages
    for other in others:
        other.close()
    if not page.url.startswith(url):
        return False  # somewhere else something may be kept as well
    context.set_offline(False)
    context.clear_permissions()
    page.unroute_all()
    page.evaluate("localStorage.clear(); sessionStorage.clear()")
    page.goto("about:blank")
    context.clear_cookies()
    return True
