"""Rasa's own commands, typed as a Rasa developer types them: what protects people is in force.

Only ports and data are chosen here; otherwise the environment has none of our variables.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from bot import in_force
from renewal import settings
from renewal.bookings import create_engine_from, migrate
from tests.server.servers import MODEL, ROOT, SECONDS_TO_START, free_port

RASA = Path(sys.executable).parent / "rasa"
OURS = re.compile("RENEWAL_|ACTION_PORT|BOT_PORT|CONVERSATIONS_DB|DATABASE_URL|SANIC|RASA_")
MY_NUMBER = "123456789018"


def plain_environment(**more: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not OURS.match(name)} | more


@dataclass
class Plain:
    """A bot that `rasa run` and `rasa run actions` have started."""

    url: str
    data: Path
    sender: str = "somebody"

    def says(self, text: str, host: str = "127.0.0.1") -> requests.Response:
        url = f"{self.url.replace('127.0.0.1', host)}/webhooks/rest/webhook"
        return requests.post(url, json={"sender": self.sender, "message": text}, timeout=20)

    def answer(self, text: str) -> str:
        said: list[dict[str, Any]] = self.says(text).json()
        return "\n".join(str(each.get("text")) for each in said)

    def stored(self) -> bytes:
        """All that was kept, write-ahead logs included."""
        return b"".join(path.read_bytes() for path in self.data.iterdir() if path.is_file())


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plain]:
    data = tmp_path_factory.mktemp("plain")
    database = f"sqlite:///{data}/renewal.db"
    migrate(create_engine_from(database))
    port, action_port = free_port(), free_port()
    environment = plain_environment(
        ACTION_PORT=str(action_port), DATABASE_URL=database, CONVERSATIONS_DB=f"{data}/conversations.db",
        RENEWAL_NOW="2026-11-24T10:00:00+09:00", HOME=str(data),
    )  # fmt: skip
    commands = (["run", "actions", "-p", str(action_port)], ["run", "-p", str(port), "--model", str(MODEL)])
    started = [
        subprocess.Popen([RASA, *command], cwd=ROOT, env=environment, stdout=log, stderr=log)
        for command in commands
        for log in [(data / f"{command[1]}.log").open("wb")]
    ]
    bot = Plain(f"http://127.0.0.1:{port}", data)
    try:
        deadline = time.monotonic() + SECONDS_TO_START
        while True:
            assert time.monotonic() < deadline and all(each.poll() is None for each in started)
            try:
                if bot.answer("こんにちは"):
                    break
            except (requests.RequestException, ValueError):
                time.sleep(0.5)
        yield bot
    finally:
        for each in started:
            each.terminate()
        for each in started:
            each.wait(30)


def test_a_typed_my_number_is_nowhere_and_a_typed_command_is_text(plain: Plain) -> None:
    plain.answer("予約する")
    assert "番号は消しました" in plain.answer(f"私の番号は{MY_NUMBER}です")
    plain.answer("/stop")
    plain.answer('/inform{"counter": "honchosha"}')
    kept = plain.stored()
    assert MY_NUMBER.encode() not in kept
    texts = set(re.findall(rb'"text": ?"([^"]*)', kept))
    assert b"stop" in texts
    assert not [text for text in texts if text.startswith(b"/")]


def test_a_button_is_a_command(plain: Plain) -> None:
    plain.sender = "another"
    plain.answer("予約する")
    assert "どなたが来られますか" in plain.answer('/inform{"notice": "certificate"}')


def test_the_rest_channel_and_the_actions_answer_this_machine_alone(plain: Plain) -> None:
    own = {each[4][0] for each in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for host in own - {"127.0.0.1"}:
        assert plain.says("こんにちは", host).status_code == 403
    assert plain.says("こんにちは").status_code == 200


def test_what_endpoints_yml_says_needs_no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("endpoints.yml", "config.yml", "credentials.yml"):
        assert "$" not in (ROOT / name).read_text(encoding="utf-8")
    for name in ("ACTION_PORT", "CONVERSATIONS_DB"):
        monkeypatch.delenv(name, raising=False)
    assert settings.action_url() in (ROOT / "endpoints.yml").read_text(encoding="utf-8")
    assert settings.conversations_db() == str(ROOT / "var" / "conversations.db")


@pytest.mark.parametrize("program", [".venv/bin/rasa", "/usr/lib/rasa/__main__.py"])
def test_rasas_own_command_does_not_serve_in_production(
    program: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RENEWAL_ENV", "production")
    monkeypatch.setattr(sys, "argv", [program, "run"])

    def leave(code: int) -> None:
        raise SystemExit(code)

    monkeypatch.setattr(os, "_exit", leave)
    with pytest.raises(SystemExit):
        in_force.put.__wrapped__()
    said = capsys.readouterr().err
    assert "python -m bot run だけです" in said and "RENEWAL_SECRET_KEY" in said
