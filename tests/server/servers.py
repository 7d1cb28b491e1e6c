"""Starts the action server and Rasa as `make run` does, on ports of their own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from bot import models
from renewal.bookings import create_engine_from, migrate

ROOT = Path(__file__).resolve().parents[2]
MODEL = models.path()
SECONDS_TO_START = 240


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Servers:
    """A running bot: its address, its data, and its processes.

    `embedding` are the origins of other sites that may embed the chat.
    """

    directory: Path
    embedding: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    action_port: int = field(default_factory=free_port)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    """More for the environment."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{self.directory}/renewal.db",
            "CONVERSATIONS_DB": str(self.directory / "conversations.db"),
            "RENEWAL_NOW": "2026-11-24T10:00:00+09:00",
            "ACTION_PORT": str(self.action_port),
            "BOT_PORT": str(self.port),
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "PYTHONWARNINGS": "ignore",
            **self.settings,
        }

    def start(self, name: str) -> None:
        """Start the process "actions" or "rasa"."""
        command = {
            "actions": ["-m", "actions"],
            "rasa": ["-m", "bot", "run", "--model", str(MODEL), "--port", str(self.port)],
        }[name]
        if name == "rasa" and self.embedding:
            command += ["--credentials", str(self._credentials())]
        log = (self.directory / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=self.environment, stdout=log, stderr=log
        )

    def _credentials(self) -> Path:
        """Write the credentials that ship, with the sites that may embed the chat."""
        ours = (ROOT / "credentials.yml").read_text(encoding="utf-8")
        none, some = "allowed_origins: []", f"allowed_origins: {json.dumps(self.embedding)}"
        assert none in ours
        path = self.directory / "credentials.yml"
        path.write_text(ours.replace(none, some), encoding="utf-8")
        return path

    def wait_for_actions(self) -> None:
        """Return once the action server answers."""
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline:
            try:
                if requests.get(f"http://127.0.0.1:{self.action_port}/health", timeout=5).ok:
                    return
            except requests.RequestException:
                time.sleep(0.2)
        raise TimeoutError("the action server does not answer")

    def stop(self, name: str, how: int = signal.SIGTERM) -> None:
        """End a process and wait for it."""
        self.processes[name].send_signal(how)
        self.processes[name].wait(30)

    def wait_until_ready(self) -> None:
        """Return once the bot answers a message."""
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline:
            try:
                if self.says("ready?", "こんにちは"):
                    return
            except requests.RequestException:
                pass
            time.sleep(0.5)
        raise TimeoutError((self.directory / "rasa.log").read_text()[-2000:])

    def says(self, sender: str, message: str) -> list[dict[str, object]]:
        """Send a message to the development channel and return the bot's messages."""
        answer = requests.post(
            f"{self.url}/webhooks/rest/webhook",
            json={"sender": sender, "message": message},
            timeout=30,
        )
        answer.raise_for_status()
        return list(answer.json())


@contextmanager
def running(directory: Path, *embedding: str, **settings: str) -> Iterator[Servers]:
    """Run both servers with data in this directory until the block ends."""
    servers = Servers(directory, embedding, settings=settings)
    engine = create_engine_from(servers.environment["DATABASE_URL"])
    migrate(engine)
    engine.dispose()
    try:
        servers.start("actions")
        servers.start("rasa")
        servers.wait_until_ready()
        yield servers
    finally:
        for process in servers.processes.values():
            process.kill()
