"""The action server answers the bot alone."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from actions import door
from renewal import settings

JSON = {"content-type": "application/json"}


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENEWAL_SECRET_KEY", "b7f1c09a5d3e4826917fe0cbd25a6843f9e17c60a2d845b3")
    settings.secret_key.cache_clear()
    yield
    settings.secret_key.cache_clear()


def call(method: str = "POST", path: str = "/webhook", ip: str = "127.0.0.1", **headers: str) -> bool:
    named = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    request = SimpleNamespace(ip=ip, method=method, path=path, headers=_Headers({"host": "127.0.0.1:5055", **named}))
    return door.admits(request)  # type: ignore[arg-type]


class _Headers(dict):  # type: ignore[type-arg]
    def get(self, name: str, default: object = None) -> object:
        return super().get(name.lower(), default)


def test_only_this_machine_calls_an_action() -> None:
    assert call(**JSON_NAMED)
    assert not call(ip="192.0.2.7", **JSON_NAMED)


def test_a_page_of_another_site_cannot_call_an_action() -> None:
    # It cancelled a booking once: a POST of text needs no permission of the server.
    assert not call(content_type="text/plain", origin="https://evil.example")
    assert not call(content_type="text/plain")
    assert not call(content_type="application/x-www-form-urlencoded")
    assert not call(**JSON_NAMED, origin="http://127.0.0.1:5055")
    assert not call(**JSON_NAMED, sec_fetch_site="cross-site")
    assert not call("GET", "/actions", origin="null")


JSON_NAMED = {"content_type": "application/json; charset=utf-8"}


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[", "10.0.0.1:5055"])
def test_a_name_that_was_pointed_at_this_machine_is_refused(host: str) -> None:
    assert not call(**JSON_NAMED, host=host)


def test_the_bot_is_answered_in_development_and_with_the_secret_in_production(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secret = settings.action_secret()
    for host in ("127.0.0.1:5055", "localhost:5055", "[::1]:5055"):
        assert call(**JSON_NAMED, host=host)
    assert not call(**JSON_NAMED, x_renewal_actions="guessed")
    monkeypatch.setenv("RENEWAL_ENV", "production")
    assert not call(**JSON_NAMED)
    assert not call(**JSON_NAMED, x_renewal_actions="guéssed")
    assert call(**JSON_NAMED, x_renewal_actions=secret)
    assert call("GET", "/health")
    assert not call("GET", "/actions")
