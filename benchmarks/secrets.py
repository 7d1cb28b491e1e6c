"""2,000 messages with My Numbers and PINs in 120 forms; afterwards none is found anywhere.

    python -m benchmarks.secrets [COUNT [SEED]]

Plain, spaced, hyphenated, full-width and kanji digits; called by their name, bare, mistyped, in two
halves or two messages, and as the answer to the question about PINs. Then a quarter as many harmless
figures (times, days, phones, codes, ages), none of which may be masked. Through the real servers, logging at the level of debugging, by turns over
the website's channel, LINE (a stand-in for its servers) and the development channel. Afterwards every
file that the servers have written (both databases with their write-ahead logs, the logs) and every
answer is searched as bytes, for plain, full-width, kanji, split and escaped forms. Exit 1 when one is
found.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import sqlite3
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.conversations import secrets
from tests.line.person import Person as LinePerson
from tests.line.person import line_and_bot
from tests.line.platform import Platform
from tests.server.servers import Servers
from tests.web.conftest import Browser

COUNT, SEED = 2000, 7
_MASKED = "SELECT data FROM events WHERE type_name = 'user' AND id > ? AND data LIKE '%●%'"
_QUESTION = """SELECT id, data FROM events WHERE type_name = 'slot' AND action_name = 'requested_slot'
               AND id > ? ORDER BY id DESC LIMIT 1"""


class Person:
    """Somebody who talks over one of the channels, alone at the time."""

    def __init__(self, says: Callable[[str], str], conversations: Path) -> None:
        self.says = says
        self._conversations = sqlite3.connect(conversations)
        [(self._before,)] = self._conversations.execute("SELECT coalesce(max(id), 0) FROM events")

    def slot(self, name: str) -> str | None:
        """Return what the bot has asked last."""
        assert name == "requested_slot"
        found = self._conversations.execute(_QUESTION, (self._before,)).fetchone()
        return json.loads(found[1])["value"] if found else None

    def masked(self) -> list[str]:
        """Return what this person's messages have become that were masked."""
        found = self._conversations.execute(_MASKED, (self._before,)).fetchall()
        return [json.loads(data)["text"] for (data,) in found]


def people(servers: Servers, platform: Platform) -> Iterator[Person]:
    """Yield people of the three channels in turn."""

    def over_the_website() -> Callable[[str], str]:
        browser = Browser(f"{servers.url}/webhooks/web")
        browser.begins()
        return lambda text: json.dumps(browser.says(text), ensure_ascii=False)

    def over_the_development_channel() -> Callable[[str], str]:
        sender = uuid.uuid4().hex
        return lambda text: json.dumps(servers.says(sender, text), ensure_ascii=False)

    for channel in itertools.cycle(
        (over_the_website, lambda: LinePerson(platform).says, over_the_development_channel)
    ):
        yield Person(channel(), servers.directory / "conversations.db")


def harmless_ones_masked(
    everybody: Iterator[Person], told: list[str], count: int, seed: int
) -> list[str]:
    """Say harmless figures, ten to a person, and return how those were kept that were masked.

    None has the figures of a secret that was told: it would be found again as that one.
    """
    kept: list[str] = []
    others = (text for text in secrets.harmless(count * 2, seed) if not any(map(text.__contains__, told)))
    for number, text in enumerate(itertools.islice(others, count)):
        if number % 10 == 0:
            person = next(everybody)
        person.says(text)
        if number % 10 == 9 or number == count - 1:
            kept += person.masked()
    return kept


def columns(path: Path) -> bytes:
    """Return all texts that stand in a database, each as a line."""
    with sqlite3.connect(path) as connection:
        texts = (text for line in connection.iterdump() for text in re.findall("'((?:[^']|'')*)'", line))
        return "\n".join(texts).encode()


def main() -> int:
    """Print what was found where, and return 0 when it is nothing."""
    given = [int(word) for word in sys.argv[1:3]]
    count, seed = (*given, *(COUNT, SEED)[len(given) :])
    told = list(secrets.messages(count, seed))
    typed = {message.secret: message.text for message in told}
    os.environ["LOG_LEVEL"] = "DEBUG"
    found = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        began = time.perf_counter()
        with line_and_bot(folder) as (platform, servers):
            everybody = people(servers, platform)
            answers = "\n".join(secrets.tell(lambda: next(everybody), told))
            (folder / "answers").write_text(answers, encoding="utf-8")
            masked = harmless_ones_masked(everybody, list(typed), count // 4, seed)
            files = sorted(folder.iterdir())
            data = {path.name: path.read_bytes() for path in files}
            data |= {f"{path.name}, its columns": columns(path) for path in files if path.suffix == ".db"}
        seconds = time.perf_counter() - began
    for name, each in data.items():
        kept = secrets.kept(each, typed)
        found += len(kept)
        print(f"{name}: {len(each):,} bytes, {len(kept)} secrets")
        print(*(f"  ✗ {secret}: {typed[secret]}" for secret in kept[:20]), sep="\n", end="")
    print(*(f"  ✗ masked: {text}" for text in masked[:20]), sep="\n", end="")
    print(
        f"{count} messages in {secrets.FORMS} forms, {count // 4} harmless ones, {seconds:.0f} s; "
        f"{found} secrets found, {len(masked)} harmless ones masked"
    )
    return 1 if found or masked else 0


if __name__ == "__main__":
    sys.exit(main())
