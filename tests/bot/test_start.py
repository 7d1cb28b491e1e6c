"""What the bot refuses to start with, and what is put aside once it runs."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path

import pytest

from bot import start
from bot.channels.operation import Operation


@pytest.fixture(autouse=True)
def production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENEWAL_ENV", "production")
    monkeypatch.setenv("RENEWAL_SECRET_KEY", "a-key-of-this-test-alone")
    monkeypatch.setenv("SANIC_HOST", "127.0.0.1")


@pytest.fixture
def safe(tmp_path: Path) -> str:
    path = tmp_path / "credentials.yml"
    path.write_text("bot.channels.web.WebChat: {}\n")
    return str(path)


def test_production_starts_with_the_public_channels_alone(safe: str) -> None:
    assert start.refusals(["run", "--credentials", safe]) == []


def test_production_refuses_the_development_channel() -> None:
    assert any("rest" in reason for reason in start.refusals(["run"]))


def test_production_refuses_to_start_without_a_secret(
    safe: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RENEWAL_SECRET_KEY")
    assert any("RENEWAL_SECRET_KEY" in r for r in start.refusals(["run", "--credentials", safe]))


@pytest.mark.parametrize("arguments", [["--interface", "0.0.0.0"], ["--interface=0.0.0.0"]])
def test_production_refuses_to_listen_beyond_this_machine(safe: str, arguments: list[str]) -> None:
    reasons = start.refusals(["run", "--credentials", safe, *arguments])
    assert any("127.0.0.1" in reason for reason in reasons)


def test_production_refuses_rasas_own_api(safe: str) -> None:
    assert start.refusals(["run", "--credentials", safe, "--enable-api"])


def test_a_wrong_city_file_is_refused_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RENEWAL_ENV", "development")
    wrong = Path("city.yml").read_text(encoding="utf-8").replace('open: "8:30"', 'open: "8:75"', 1)
    path = tmp_path / "city.yml"
    path.write_text(wrong, encoding="utf-8")
    monkeypatch.setenv("RENEWAL_CITY", str(path))
    assert any(reason.startswith(f"{path}:") for reason in start.refusals(["run"]))


LINE = ("LINE_CHANNEL_SECRET", "LINE_CHANNEL_ACCESS_TOKEN")


@pytest.mark.parametrize(("given", "missing"), [LINE, LINE[::-1]])
def test_line_with_one_of_its_two_secrets_is_refused_in_development_too(
    given: str, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RENEWAL_ENV", "development")
    monkeypatch.setenv(given, "something")
    monkeypatch.setenv(missing, " ")
    [reason] = start.refusals(["run"])
    assert f"{missing} が空です" in reason


@pytest.mark.parametrize("value", ["", "something"])
def test_line_is_off_without_both_and_on_with_both(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RENEWAL_ENV", "development")
    for name in LINE:
        monkeypatch.setenv(name, value)
    assert start.refusals(["run"]) == []


def test_what_is_loaded_at_the_start_is_not_looked_through_for_garbage_again() -> None:
    blueprint = Operation().blueprint(lambda message: asyncio.sleep(0))
    settle = [each for each in blueprint._future_listeners if each.event == "after_server_start"]
    try:
        for each in settle:
            asyncio.run(each.listener(None, None))
        assert gc.get_freeze_count() > 10_000
    finally:
        gc.unfreeze()
