"""The machine's own Chromium, for tests and pictures."""

from __future__ import annotations

import os
import shutil

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
]
MISSING = (
    "Chromium が見つかりません。`sudo apt-get install chromium fonts-noto-cjk` で入れるか、"
    "環境変数 CHROMIUM に場所を書いてください。"
)


def executable() -> str | None:
    """Return where Chromium is, or None: MISSING says what to do then."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
