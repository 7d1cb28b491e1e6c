"""A person who talks to the bot in LINE, and both ends of the line for them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.line import platform as line_platform
from tests.line.platform import Platform
from tests.server.servers import Servers, running


def user_id() -> str:
    """Return a user id as LINE makes them."""
    return "U" + uuid.uuid4().hex


@dataclass
class Person:
    """Somebody with a phone: writes, presses what the latest answer shows, and reads."""

    platform: Platform
    id: str = field(default_factory=user_id)

    def gets(self, event: dict[str, Any]) -> str:
        """Let an event happen and return the words of the answer, once it is there."""
        before = len(self.platform.sent[self.id])
        assert self.platform.deliver(event).status_code == 200
        self.platform.wait_for(self.id, before + 1)
        self.latest = self.platform.sent[self.id][before:]
        return "\n".join(str(each.get("text") or each.get("altText")) for each in self.latest)

    def says(self, text: str) -> str:
        return self.gets(self.platform.text(self.id, text))

    def presses(self, label: str) -> str:
        """Press the button with this label in the latest answer."""
        found = [a for a in actions(self.latest) if a.get("label") == label]
        assert found, f"no {label} among {[a.get('label') for a in actions(self.latest)]}"
        return self.gets(self.platform.postback(self.id, found[-1]["data"]))


def actions(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every action in messages, inside cards too."""
    if isinstance(node, list):
        for each in node:
            yield from actions(each)
    elif isinstance(node, dict):
        if isinstance(node.get("action"), dict):
            yield node["action"]
        for value in node.values():
            yield from actions(value)


@contextmanager
def line_and_bot(directory: Path, **settings: Any) -> Iterator[tuple[Platform, Servers]]:
    """Run a stand-in for LINE and the real servers, connected with each other."""
    with (
        line_platform.running(**settings) as platform,
        running(
            directory,
            LINE_CHANNEL_SECRET=platform.secret,
            LINE_CHANNEL_ACCESS_TOKEN=platform.token,
            LINE_API_ENDPOINT=platform.url,
            RENEWAL_SECRET_KEY="not secret",
        ) as servers,
    ):
        platform.webhook = f"{servers.url}/webhooks/line/webhook"
        yield platform, servers
