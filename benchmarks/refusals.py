"""Every wrong start of production that we know, as its own process: each refused with a sentence.

    python -m benchmarks.refusals
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bot.test_start import KEY
from tests.bot.wrong_starts import WEB, WRONG_STARTS
from tests.server.servers import ROOT

SECONDS = 20
"""A start that is not refused goes on; then it is ended, and counts as not refused."""


def main() -> int:
    refused = 0
    with tempfile.TemporaryDirectory() as folder:
        credentials = Path(folder) / "credentials.yml"
        for name, (arguments, environment, channels) in WRONG_STARTS.items():
            credentials.write_text(WEB if channels is None else channels, encoding="utf-8")
            command, *more = arguments
            safe = {"RENEWAL_ENV": "production", "RENEWAL_SECRET_KEY": KEY, "SANIC_HOST": "127.0.0.1"}
            known = {k: v for k, v in os.environ.items() if k not in ("RENEWAL_NOW", "LOG_LEVEL")}
            try:
                done = subprocess.run(
                    [sys.executable, "-m", "bot", command, "--credentials", str(credentials), *more],
                    cwd=ROOT, env={**known, **safe, **environment}, capture_output=True, text=True,
                    timeout=SECONDS, check=False,
                )  # fmt: skip
                said = done.stderr.strip().split("\n")[-1]
                ok = done.returncode == 1 and said.endswith("。")
            except subprocess.TimeoutExpired:
                said, ok = "it started", False
            refused += ok
            print(f"{'✓' if ok else '✗'} {name}: {said[:90]}")
    print(f"{refused} of {len(WRONG_STARTS)} refused with a sentence")
    return 0 if refused == len(WRONG_STARTS) else 1


if __name__ == "__main__":
    sys.exit(main())
