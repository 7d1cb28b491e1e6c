"""A real Chromium before the real servers: one pair of servers for all tests here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

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
    with running(tmp_path_factory.mktemp("browser"), other_site.url) as servers:
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


@pytest.fixture
def person(servers: Servers, chromium: Any) -> Iterator[Callable[..., Person]]:
    """Make a person with a browser of their own, on the city's page. Options as Playwright's."""
    contexts = []

    def make(page: str = "/chat/", **options: Any) -> Person:
        settings = {"locale": "ja-JP", "reduced_motion": "reduce", **options}
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 860}, **settings})
        context.set_default_timeout(15_000)
        contexts.append(context)
        PICTURES.mkdir(parents=True, exist_ok=True)
        return Person(context, servers.url, PICTURES, page)

    yield make
    for context in contexts:
        context.close()
