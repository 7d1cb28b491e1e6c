"""The real servers, as `make run` starts them, with a database and a calendar of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from renewal.bookings import create_engine_from, migrate

ROOT = Path(__file__).absolute().parents[2]
NOW = "2026-11-24T10:00:00+09:00"
READY_SECONDS = 180


@dataclass
class Servers:
    """An action server and a Rasa server that talk to each other."""

    folder: Path
    port: int
    credentials: Path = ROOT / "credentials.yml"
    model: Path = ROOT / "models" / "assistant.tar.gz"
    actions: subprocess.Popen[bytes] | None = None
    rasa: subprocess.Popen[bytes] | None = None
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.database_url = f"sqlite:///{self.folder}/renewal.db"
        migrate(create_engine_from(self.database_url))
        self.environment = {
            **os.environ,
            "RASA_TELEMETRY_ENABLED": "false",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "PYTHONWARNINGS": "ignore",
            "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
            "ACTION_PORT": str(self.port + 50),
            "CONVERSATIONS_DB": str(self.folder / "conversations.db"),
            "DATABASE_URL": self.database_url,
            "RENEWAL_NOW": NOW,
            **self.environment,
        }

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        """Start what is not running, and return when it answers."""
        self.actions = self.actions or self._start("actions")
        self.rasa = self.rasa or self._start(
            "bot", "run", "--port", str(self.port), "--model", str(self.model),
            "--credentials", str(self.credentials),
        )
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        give_up = time.monotonic() + READY_SECONDS
        for url in (f"http://localhost:{self.port + 50}/health", f"{self.url}/chat/"):
            while not _answers(url):
                for process in (self.actions, self.rasa):
                    if process and process.poll() is not None or time.monotonic() > give_up:
                        raise RuntimeError(f"a server did not start; see {self.folder}/*.log")
                time.sleep(0.2)

    def kill_rasa(self) -> None:
        """End the Rasa server as a power cut would."""
        if self.rasa:
            self.rasa.send_signal(signal.SIGKILL)
            self.rasa.wait()
            self.rasa = None

    def stop(self) -> None:
        for process in (self.rasa, self.actions):
            if process:
                process.send_signal(signal.SIGKILL)
                process.wait()
        self.rasa = self.actions = None

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        log = (self.folder / f"{arguments[0]}.log").open("ab")
        return subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=log,
            stderr=log,
        )


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def running(folder: Path, port: int, **options: object) -> Iterator[Servers]:
    """Start both servers, and end them whatever happens."""
    servers = Servers(folder, port, **options)  # type: ignore[arg-type]
    try:
        servers.start()
        yield servers
    finally:
        servers.stop()
