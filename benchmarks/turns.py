"""One turn of ours against stock Rasa, message by message in turn, over HTTP.

    python -m benchmarks.turns

An ordinary turn is compared with the bot that `rasa init` makes, untouched; a turn with a custom
action with the same model and action on stock Rasa (none of bot/rasa_fixes.py). Ours keeps its
conversations in the durable store that ships. Figures are ratios of medians from one run.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import requests

from tests.server.servers import MODEL, ROOT, SECONDS_TO_START, free_port, running

TURNS = 150
RASA = [str(Path(sys.executable).parent / "rasa")]


def serve_stock(
    arguments: list[str], cwd: Path, env: dict[str, str]
) -> tuple[str, subprocess.Popen]:
    """Start stock Rasa and return its address once it answers."""
    port = free_port()
    process = subprocess.Popen(
        [*RASA, "run", "--port", str(port), *arguments],
        cwd=cwd,
        env={**env, "SANIC_HOST": "127.0.0.1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        try:
            if say(url, "ready?", "hello"):
                return url, process
        except requests.RequestException:
            time.sleep(0.5)
    raise TimeoutError("stock Rasa does not answer")


_session = requests.Session()


def say(url: str, sender: str, message: str) -> list[dict[str, object]]:
    """Send one message and return the answers."""
    answer = _session.post(
        f"{url}/webhooks/rest/webhook", json={"sender": sender, "message": message}, timeout=60
    )
    return list(answer.json())


def paired(
    a: tuple[str, str], b: tuple[str, str], turns: int = TURNS
) -> tuple[list[float], list[float]]:
    """Return milliseconds for each turn of both, taken in turn; ten messages a conversation."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(-10, turns):
        for (url, message), kept in zip((a, b), times, strict=True):
            begin = time.perf_counter()
            assert say(url, f"turn-{turn // 10}", message), (url, message)
            if turn >= 0:
                kept.append((time.perf_counter() - begin) * 1000)
    return times


def report(what: str, ours: list[float], stock: list[float]) -> None:
    ratio = statistics.median(ours) / statistics.median(stock)
    print(
        f"{what}: {ratio:.2f} (ours p50 {statistics.median(ours):.1f} ms, "
        f"p95 {statistics.quantiles(ours, n=20)[-1]:.1f}; stock p50 {statistics.median(stock):.1f} ms)"
    )


def main() -> None:
    env = {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONWARNINGS": "ignore",
    }
    stocks: list[subprocess.Popen] = []
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as servers:
        try:
            init = Path(folder) / "init"
            init.mkdir()
            subprocess.run(
                [*RASA, "init", "--no-prompt", "--init-dir", str(init)],
                env=env,
                check=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            init_url, process = serve_stock(["--model", "models"], init, env)
            stocks.append(process)
            report(
                "ordinary turn, ours / rasa init",
                *paired((servers.url, "こんにちは"), (init_url, "hello")),
            )
            os.killpg(process.pid, signal.SIGKILL)
            credentials = Path(folder) / "credentials.yml"
            credentials.write_text("rest:\n")
            stock_env = {
                **servers.environment,
                "CONVERSATIONS_DB": f"{folder}/stock.db",
                "PYTHONPATH": str(ROOT),
                "RASA_TELEMETRY_ENABLED": "false",
            }
            own_url, process = serve_stock(
                [
                    "--model",
                    str(MODEL),
                    "--credentials",
                    str(credentials),
                    "--endpoints",
                    str(ROOT / "endpoints.yml"),
                ],
                ROOT,
                stock_env,
            )
            stocks.append(process)
            question = "手数料はいくらですか"
            report(
                "turn with a custom action, ours / stock",
                *paired((servers.url, question), (own_url, question)),
            )
        finally:
            for process in stocks:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
