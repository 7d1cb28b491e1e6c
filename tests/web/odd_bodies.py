"""Bodies that are no message, and must be refused as that: seeded, so that they come again."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator

ID = '"id": "0123456789abcdef"'


def _nested(chance: random.Random) -> bytes:
    depth = chance.choice((1000, 3000, 7000))
    opening, closing = chance.choice((("[", "]"), ('{"a":', "}")))
    whole = opening * depth + ("1" if opening != "[" else "") + closing * depth
    return (whole if chance.random() < 0.5 else opening * depth).encode()[:15_900]


def _surrogate(chance: random.Random) -> bytes:
    half = chance.choice((r"\ud800", r"\udc00", r"\udfff\ud800", r"あ\ud83d"))
    what = chance.choice(("text", "button"))
    return f'{{{ID}, "{what}": "{half}"}}'.encode()


def _wrong_type(chance: random.Random) -> bytes:
    value = chance.choice((None, 1, 1e308, True, [], {}, ["a"], {"a": "b"}))
    return json.dumps({"id": chance.choice(("0123456789abcdef", value)), "text": value}).encode()


def _no_object(chance: random.Random) -> bytes:
    return chance.choice((b"", b"null", b"[]", b'"text"', b"0", b"NaN", b"{", b"}", b"\xff\xfe", b"\x00"))


def _both_or_neither(chance: random.Random) -> bytes:
    return chance.choice(
        (f"{{{ID}}}", f'{{{ID}, "text": "a", "button": "b"}}', '{"text": "a"}', '{"id": "short", "text": "a"}')
    ).encode()


def _bytes(chance: random.Random) -> bytes:
    return chance.randbytes(chance.randrange(1, 400))


def _huge(chance: random.Random) -> bytes:
    return f'{{{ID}, "text": "{"a" * chance.choice((16_000, 40_000))}"}}'.encode()


KINDS: tuple[Callable[[random.Random], bytes], ...] = (
    _nested, _surrogate, _wrong_type, _no_object, _both_or_neither, _bytes, _huge,
)  # fmt: skip


def odd_bodies(count: int, seed: int) -> Iterator[bytes]:
    """Yield bodies of every kind in turn."""
    chance = random.Random(seed)
    for number in range(count):
        yield KINDS[number % len(KINDS)](chance)


def odd_events(count: int, seed: int) -> Iterator[object]:
    """Yield what is no event of LINE's; some of it is no JSON of any standard, but Python's."""
    chance = random.Random(seed)
    user = {"type": "user", "userId": "U" + "0" * 32}
    for _ in range(count):
        yield chance.choice(
            (
                None, 1, "event", [], [None],
                {"type": "message", "source": user, "webhookEventId": "a b\n"},
                {"type": "message", "source": "user", "webhookEventId": "x"},
                {"type": "message", "source": user, "webhookEventId": "s", "message": "text"},
                {
                    "type": "message", "source": user, "webhookEventId": f"h{chance.random()}",
                    "message": {"type": "text", "id": "1", "text": "\ud800"},
                },
                {"type": "postback", "source": user, "webhookEventId": "p", "postback": "x"},
            )
        )  # fmt: skip
