"""People who type what they must never type, and a search for it in everything that was kept."""

from __future__ import annotations

import logging
import random
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import structlog

WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
KANJI = str.maketrans("0123456789", "〇一二三四五六七八九")
FULL = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
FROM_KANJI = str.maketrans("〇零一二三四五六七八九", "00123456789")

NUMBER_IN = (
    "{}",
    "マイナンバーは{}です",
    "個人番号 {} で予約をお願いします",
    "更新したいです。番号は{}、よろしくお願いします",
    "my number is {}",
    "あのー、{}なんですけど、期限はいつですか",
    "父の分です。カードの裏に{}と書いてあります。木曜に行けますか",
)
PIN_IN = (
    "暗証番号は{}です",
    "暗証番号{}であっていますか",
    "パスワードは{}だったと思います",
    "予約したいです。暗証番号は{}です",
    "署名用のパスワードが{}で、もう一つは忘れました",
    "my PIN is {}",
    "パスワード：{}",
    "{}が暗証番号です",
)
BARE_PIN = ("{}", "{}です", "たしか{}だったかな", "はい、{}", "{}と覚えています")
TO_THE_PIN_QUESTION = {
    "notice": "電子証明書と書いてあります",
    "applicant": "本人です",
    "birthday": "昭和40年3月5日",
    "expires_on": "令和9年2月20日",
}


class Person(Protocol):
    """Somebody who talks to the bot, over whatever."""

    says: Callable[[str], str]
    slot: Callable[[str], Any]


@dataclass(frozen=True)
class Told:
    """One message, the secret in it in plain digits and letters, and whether it answers the bot."""

    text: str
    secret: str
    answers_the_pin_question: bool


def messages(count: int, seed: int = 7) -> Iterator[Told]:
    """Yield messages with My Numbers and PINs as people write them, every one with its own secret."""
    chance = random.Random(seed)
    told: set[str] = set()
    while len(told) < count:
        kind = chance.choice(("number", "four", "letters"))
        secret = _my_number(chance) if kind == "number" else _pin(chance, kind)
        if secret in told:
            continue
        told.add(secret)
        bare = kind != "number" and chance.random() < 0.5
        frame = chance.choice(NUMBER_IN if kind == "number" else BARE_PIN if bare else PIN_IN)
        yield Told(frame.format(_written(chance, secret, kind)), secret, bare)


def _my_number(chance: random.Random) -> str:
    eleven = [chance.randrange(10) for _ in range(11)]
    rest = sum(digit * weight for digit, weight in zip(eleven, WEIGHTS, strict=True)) % 11
    return "".join(map(str, [*eleven, 0 if rest <= 1 else 11 - rest]))


def _pin(chance: random.Random, kind: str) -> str:
    if kind == "four":
        return str(chance.randrange(2100, 10000))  # a year would be found as a year
    letters = chance.choices("ABCDEFGHJKLMNPQRSTUVWXYZ", k=chance.randint(3, 8))
    return "".join([*letters, *chance.choices("0123456789", k=chance.randint(3, 8))])


def _written(chance: random.Random, secret: str, kind: str) -> str:
    size = {"number": chance.choice((3, 4, 6)), "four": chance.choice((1, 2))}.get(kind)
    form = chance.choice(("plain", "full", "spaced", "hyphenated", "kanji"))
    if form == "full":
        return secret.translate(FULL)
    if form == "kanji" and secret.isdigit():
        return secret.translate(KANJI)
    if form in ("spaced", "hyphenated") and size:
        between = chance.choice((" ", "　") if form == "spaced" else ("-", "－", "ー", "‐"))
        return between.join(secret[i : i + size] for i in range(0, len(secret), size))
    return secret


def tell(new_person: Callable[[], Person], told: Iterable[Told], each: int = 10) -> Iterator[str]:
    """Say the messages, some to a person, and yield every answer of the bot."""
    person = None
    for number, message in enumerate(told):
        if person is None or number % each == 0:
            person = new_person()
        if message.answers_the_pin_question and person.slot("requested_slot") != "pins":
            person = new_person()
            yield from _reach_the_pin_question(person)
        yield person.says(message.text)


def _reach_the_pin_question(person: Person) -> Iterator[str]:
    yield person.says("予約したいです")
    for _ in range(8):
        slot = person.slot("requested_slot")
        if slot == "pins":
            return
        yield person.says(TO_THE_PIN_QUESTION.get(slot, "はい"))
    raise AssertionError(f"no PIN question, but {person.slot('requested_slot')}")


def log_everything(path: Path) -> logging.Handler:
    """Write all that anything logs, debugging too, to a file; return the handler, to be removed."""
    handler = logging.FileHandler(path, encoding="utf-8")
    logging.root.addHandler(handler)
    logging.root.setLevel(logging.DEBUG)
    for name in ("rasa", "rasa_sdk", "bot", "actions", "renewal"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    # Statements with their values; at DEBUG also each row read, whose number may equal any PIN.
    logging.getLogger("sqlalchemy.engine").setLevel(logging.INFO)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    return handler


_BETWEEN = r"[\s\-ー－‐・、,.:の]{1,3}"
_LOOSE = re.compile(rf"(?<=[0-9A-Z]){_BETWEEN}(?=[0-9A-Z])")


def kept(data: bytes, secrets: Iterable[str]) -> list[str]:
    """Return the secrets that stand in these bytes: plain, full-width, kanji, split or escaped.

    Four digits count where they stand alone, or one by one: inside a longer number, a time or an
    identifier they are nobody's PIN.
    """
    text = data.decode("utf-8", errors="ignore")
    while "\\u" in text:
        text = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text).replace(
            "\\u", ""
        )
    text = unicodedata.normalize("NFKC", text).translate(FROM_KANJI).upper()
    joined = _LOOSE.sub("", text)
    fours = set(re.findall(r"(?<![0-9A-Z.:/+\-_])[0-9]{4}(?![0-9A-Z.:/\-_])", text))
    for size in (1, 2):
        part = rf"[0-9]{{{size}}}"
        split = rf"(?<![0-9A-Z.:/+\-_])(?={part}{_BETWEEN}{part})({part}(?:{_BETWEEN}{part}){{{4 // size - 1}}})(?![0-9A-Z.:/\-_])"
        fours |= {re.sub("[^0-9]", "", found) for found in re.findall(split, text)}
    return [each for each in secrets if (each in fours if len(each) == 4 else each in joined)]
