"""The three bots that benchmarks/turns.py compares, and people who talk to them over HTTP.

    python -m benchmarks.turns_common run …     our bot on Rasa's stock settings
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks import roomy_city
from renewal.bookings import create_engine_from, migrate
from tests.server.servers import MODEL, ROOT, SECONDS_TO_START, free_port

CACHE = ROOT / "var" / "benchmarks"
BIN = Path(sys.executable).parent
ENVIRONMENT = {
    **os.environ,
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONWARNINGS": "ignore",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "SANIC_HOST": "127.0.0.1",
    "RENEWAL_NOW": "2026-11-24T10:00:00+09:00",
    "RENEWAL_CITY": roomy_city(),
}
STOCK_ENDPOINTS = """
action_endpoint:
  url: http://127.0.0.1:${ACTION_PORT}/webhook
tracker_store:
  type: SQL
  dialect: sqlite
  db: ${CONVERSATIONS_DB}
nlg:
  type: bot.responses.CityResponses
"""


@dataclass
class Bot:
    """A bot under measurement: its commands, its processes, what it is greeted with."""

    name: str
    hello: str
    commands: Callable[[Bot], list[list[str]]]
    directory: Path
    cwd: Path = ROOT
    port: int = field(default_factory=free_port)
    action_port: int = field(default_factory=free_port)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Return where its development channel listens."""
        return f"http://127.0.0.1:{self.port}/webhooks/rest/webhook"

    def start(self) -> float:
        """Start all its processes; return the seconds until it has answered a first message."""
        environment = {
            **ENVIRONMENT,
            "DATABASE_URL": f"sqlite:///{self.directory}/renewal.db",
            "CONVERSATIONS_DB": f"{self.directory}/conversations.db",
            "ACTION_PORT": str(self.action_port),
            "BOT_PORT": str(self.port),
            "PYTHONPATH": str(ROOT),
        }
        engine = create_engine_from(environment["DATABASE_URL"])
        migrate(engine)
        engine.dispose()
        began = time.perf_counter()
        for command in self.commands(self):
            log = (self.directory / "log").open("ab")
            self.processes.append(
                subprocess.Popen(
                    command, cwd=self.cwd, env=environment, stdout=log, stderr=log,
                    start_new_session=True,
                )
            )  # fmt: skip
        asyncio.run(self._first_answer(began))
        return time.perf_counter() - began

    async def _first_answer(self, began: float) -> None:
        async with aiohttp.ClientSession() as session:
            while time.perf_counter() < began + SECONDS_TO_START:
                try:
                    if await Person(session, self, "ready?").says(self.hello):
                        return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.05)
        raise TimeoutError(f"{self.name}: {(self.directory / 'log').read_text()[-2000:]}")

    def stop(self) -> None:
        """End all its processes."""
        for process in self.processes:
            os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        self.processes.clear()

    def megabytes(self) -> float:
        """Return the memory of all its processes; what they share is counted once (PSS)."""
        groups = {process.pid for process in self.processes}
        total = 0
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if os.getpgid(int(folder.name)) in groups:
                    rollup = (folder / "smaps_rollup").read_text()
                    total += int(re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)[1])  # type: ignore[index]
            except (OSError, ProcessLookupError):
                continue
        return total / 1024


def bots() -> tuple[Bot, Bot, Bot]:
    """Return ours, ours on stock settings, and the one that `rasa init` makes; none is started."""
    CACHE.mkdir(parents=True, exist_ok=True)

    def folder(name: str) -> Path:
        return Path(tempfile.mkdtemp(prefix=f"{name}-"))

    ours = Bot(
        "ours", "こんにちは",
        lambda bot: [
            [sys.executable, "-m", "actions"],
            [sys.executable, "-m", "bot", "run", "--model", str(MODEL), "--port", str(bot.port)],
        ],
        folder("ours"),
    )  # fmt: skip
    model = _stock_model()
    files = folder("stock")
    (files / "endpoints.yml").write_text(STOCK_ENDPOINTS)
    (files / "credentials.yml").write_text("rest:\n")
    stock = Bot(
        "stock settings", "こんにちは",
        lambda bot: [
            [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", str(bot.action_port)],
            [
                sys.executable, "-m", "benchmarks.turns_common", "run", "--model", str(model),
                "--endpoints", str(files / "endpoints.yml"), "--port", str(bot.port),
                "--credentials", str(files / "credentials.yml"), "--interface", "127.0.0.1",
            ],
        ],
        files,
    )  # fmt: skip
    init = Bot(
        "rasa init", "hello",
        lambda bot: [[str(BIN / "rasa"), "run", "--port", str(bot.port)]],
        folder("init"), cwd=_init_project(),
    )  # fmt: skip
    return ours, stock, init


def _stock_model() -> Path:
    """Return our model trained with Rasa's own RulePolicy; kept until what it is made of changes."""
    made = CACHE / "stock_settings.tar.gz"
    if not made.exists() or made.stat().st_mtime < MODEL.stat().st_mtime:
        print("training our bot on stock settings …", flush=True)
        config = CACHE / "config.yml"
        text = (ROOT / "config.yml").read_text()
        config.write_text(text.replace("bot.rule_policy.LatestTurnRulePolicy", "RulePolicy"))
        _quietly(
            [sys.executable, "-m", "bot", "train", "--force", "--config", str(config),
             "--fixed-model-name", made.name.removesuffix(".tar.gz"), "--out", str(CACHE)],
            ROOT,
        )  # fmt: skip
    return made


def _init_project() -> Path:
    """Return the folder of an untouched `rasa init` bot, made and trained once."""
    project = CACHE / "rasa_init"
    if not list(project.glob("models/*.tar.gz")):
        print("making and training a bot with rasa init …", flush=True)
        shutil.rmtree(project, ignore_errors=True)
        project.mkdir()
        _quietly([str(BIN / "rasa"), "init", "--no-prompt", "--init-dir", str(project)], CACHE)
    return project


def _quietly(command: list[str], cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}")


@dataclass
class Person:
    """Somebody who talks to a bot, and how long each answer took."""

    session: aiohttp.ClientSession
    bot: Bot
    sender: str
    buttons: list[dict[str, Any]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    async def says(self, text: str) -> str:
        """Send a message and return the answer; ［…］ presses the button that says this."""
        if text.startswith("［"):
            text = next(b["payload"] for b in self.buttons if text[1:-1] in b["title"])
        began = time.perf_counter()
        message = {"sender": self.sender, "message": text}
        async with self.session.post(self.bot.url, json=message) as response:
            answers = await response.json()
        self.seconds.append(time.perf_counter() - began)
        # The bot of `rasa init` guesses what to do next, and now and then that is nothing.
        assert answers or self.bot.name == "rasa init", f"{self.bot.name} does not answer {text!r}"
        self.buttons = [b for a in answers for b in a.get("buttons") or ()] or self.buttons
        return "\n".join(str(answer.get("text") or "") for answer in answers)


def main() -> None:
    """Run our bot on stock settings: what citizens are owed is in place, what saves time is not."""
    os.environ["RENEWAL_SAVE_TIME"] = "0"
    import rasa.__main__

    rasa.__main__.main()


if __name__ == "__main__":
    main()
