"""What the proxy says when no worker answers: a sentence and the phone, from city.yml.

    python -m deploy.sorry DIRECTORY

writes sorry.json (for the chat) and sorry.html (for the page) there; nginx.conf serves them.
"""

from __future__ import annotations

import html
import json
import sys
from pathlib import Path

from bot.channels.web import WORDS
from renewal import city


def sentence() -> str:
    """Return the apology with the call centre's number."""
    return WORDS["failed"].format(phone=city.load().call_centre.phone)


def write(folder: Path) -> None:
    """Write both files."""
    folder.mkdir(parents=True, exist_ok=True)
    body = json.dumps({"error": "failed", "say": sentence()}, ensure_ascii=False)
    (folder / "sorry.json").write_text(body, encoding="utf-8")
    page = (
        '<!doctype html><html lang="ja"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>ただいま利用できません</title>'
        f"<p>{html.escape(sentence())}</p></html>"
    )
    (folder / "sorry.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
