"""Webhooks that LINE did not send: the wrong secret, a changed body, odd signatures, huge bodies."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

from tests.line.platform import Platform

HUGE = b"x" * 3_000_000
KINDS = ("wrong secret", "changed body", "empty", "none", "odd", "huge", "of another body")


def forgeries(
    platform: Platform, user: str, count: int, random: random.Random
) -> Iterator[tuple[bytes, str | None]]:
    """Yield bodies and signatures, all of which must be refused; huge ones are one in a hundred."""
    wrong = Platform(secret="another secret")
    for number in range(count):
        event = platform.text(user, f"偽物 {number}")
        body = json.dumps({"destination": user, "events": [event]}).encode()
        true = platform.signature(body)
        kind = "huge" if number % 100 == 50 else random.choice(KINDS[:5] + KINDS[6:])
        if kind == "wrong secret":
            yield body, wrong.signature(body)
        elif kind == "changed body":
            at = random.randrange(len(body))
            yield body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :], true
        elif kind == "empty":
            yield body, ""
        elif kind == "none":
            yield body, None
        elif kind == "odd":
            yield body, random.choice([
                true[:-1], true + "=", true.lower().swapcase(), "=" * 44, "A" * 100_00,
                true[::-1], "null", "sha256=" + true, true[:20],
            ])  # fmt: skip
        elif kind == "huge":
            yield HUGE, platform.signature(HUGE)
        else:
            yield body, platform.signature(body + b" ")
