"""What the bot refuses to start with, and what is put aside once it runs."""

from __future__ import annotations

import asyncio
import gc
import random
from pathlib import Path

import pytest

from bot import start
from bot.channels.operation import Operation
from renewal import settings
from tests.bot.wrong_starts import WRONG_STARTS

KEY = "b7f1c09a5d3e4826917fe0cbd25a6843f9e17c60a2d845b3"


@pytest.fixture(autouse=True)
def production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENEWAL_ENV", "production")
    monkeypatch.setenv("RENEWAL_SECRET_KEY", KEY)
    monkeypatch.setenv("SANIC_HOST", "127.0.0.1")
    monkeypatch.delenv("RENEWAL_NOW", raising=False)


@pytest.fixture
def safe(tmp_path: Path) -> str:
    path = tmp_path / "credentials.yml"
    path.write_text("bot.channels.web.WebChat: {}\n")
    return str(path)


def test_production_starts_as_the_units_and_containers_start_it() -> None:
    shipped = ["run", "--model", "m", "--credentials", "deploy/credentials.yml", "--port", "5011"]
    assert start.refusals(shipped) == []
    assert start.refusals([*shipped, "--interface", "127.0.0.1"]) == []


@pytest.mark.parametrize(
    ("arguments", "environment", "channels"), WRONG_STARTS.values(), ids=WRONG_STARTS
)
def test_production_refuses_each_wrong_start_with_a_sentence(
    arguments: list[str],
    environment: dict[str, str],
    channels: str | None,
    safe: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if channels is not None:
        Path(safe).write_text(channels, encoding="utf-8")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    command, *more = arguments
    reasons = start.refusals([command, "--credentials", safe, *more])
    assert reasons
    assert all(reason.endswith("。") for reason in reasons)


def test_30_wrong_starts_are_known() -> None:
    assert len(WRONG_STARTS) >= 30


def test_an_unknown_environment_is_no_development(monkeypatch: pytest.MonkeyPatch) -> None:
    for word in ("Production", "prod", "PRODUCTION", " production"):
        monkeypatch.setenv("RENEWAL_ENV", word)
        assert settings.in_production()
        assert any("RENEWAL_ENV" in reason for reason in start.refusals(["run"]))


def test_a_key_by_chance_is_never_called_weak() -> None:
    chance = random.Random(20)
    for _ in range(2000):
        assert settings.weakness(f"{chance.getrandbits(256):064x}") is None


def test_development_starts_as_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENEWAL_ENV", "development")
    monkeypatch.setenv("RENEWAL_SECRET_KEY", "a")
    monkeypatch.setenv("RENEWAL_NOW", "2026-11-24T10:00:00+09:00")
    assert start.refusals(["run", "--enable-api", "--debug"]) == []


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
