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

from renewal.bookings.codes import new_code

WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
KANJI = str.maketrans("0123456789", "〇一二三四五六七八九")
FULL = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
FROM_KANJI = str.maketrans("〇零一二三四五六七八九", "00123456789")

# Each form is a frame for the secret, or two: what is said in the message before, and in this one.
Form = str | tuple[str, str]

NUMBER_IN: tuple[Form, ...] = (
    "{}",
    "マイナンバーは{}です",
    "個人番号 {} で予約をお願いします",
    "更新したいです。番号は{}、よろしくお願いします",
    "my number is {}",
    "あのー、{}なんですけど、期限はいつですか",
    "父の分です。カードの裏に{}と書いてあります。木曜に行けますか",
    "{}が私の個人番号です",
    "私のマイナンバー：{}",
    "マイナンバー（{}）",
    "{} これで合ってますか",
    "番号{}の者です",
    "娘は{}です",
    "No.{}",
    "マイナンバーは、えっと{}です",
    "個人番号「{}」",
    "My Number: {}",
    "カードには{}とあります",
    "{}、よろしく",
    "まいなんばーは{}",
    ("マイナンバーは", "{}"),
    ("個人番号を言いますね。マイナンバーは", "{}です"),
    ("私の個人番号は", "えっと、{}"),
    ("マイナンバーは", "{}で合ってますか"),
)
# With one digit wrong, a number is one where it is called so.
MISTYPED_IN: tuple[Form, ...] = (
    "マイナンバーは{}です",
    "個人番号は{}",
    "個人番号：{}",
    "{}が私のマイナンバーです",
    "マイナンバー {}",
    "my number is {}",
    "マイナンバーは、たしか{}です",
    ("マイナンバーは", "{}"),
)
# Halves, in one message or in two.
HALVES_IN: tuple[Form, ...] = (
    "{}と{}",
    "マイナンバーは{}と{}です",
    "{}と{}です",
    "個人番号は{}と{}",
    ("マイナンバーは{}", "{}"),
    ("マイナンバーは{}です", "続きは{}です"),
    ("個人番号は{}", "{}です"),
    ("個人番号、{}", "次が{}"),
    ("{}", "{}"),
    ("{}です", "残りが{}です"),
    ("前半が{}", "後半が{}"),
    ("{}、", "{}"),
)
PIN_IN: tuple[Form, ...] = (
    "暗証番号は{}です",
    "暗証番号{}であっていますか",
    "パスワードは{}だったと思います",
    "予約したいです。暗証番号は{}です",
    "署名用のパスワードが{}で、もう一つは忘れました",
    "my PIN is {}",
    "パスワード：{}",
    "{}が暗証番号です",
    "{}で合ってますか、暗証番号",
    "{}でいいんでしたっけ、暗証番号",
    "暗証番号、{}だっけ",
    "暗証番号ってたしか{}",
    "暗証は{}",
    "パスコードは{}です",
    "ピンは{}",
    "PIN {}",
    "password {}",
    "暗証番号「{}」",
    "暗証番号（{}）です",
    "{}という暗証番号です",
    "{} is my pin",
    "暗証番号 番号は{}",
    "あんしょうばんごうは{}です",
    "暗唱番号は{}です",
    "カードの暗証番号が{}です",
    "利用者証明用の暗証番号は{}です",
    "暗証番号を{}に変えたい",
    "暗証番号は前に{}にしました",
    "パスは{}",
    "pw:{}",
    ("暗証番号は", "{}"),
    ("暗証番号は", "{}です"),
    ("パスワードは", "{}です"),
    ("暗証番号ですが", "{}でした"),
    ("暗証番号を忘れました", "{}だったと思う"),
    ("暗証番号を忘れました", "{}だったかも"),
    ("暗証番号を忘れました", "たしか{}"),
    ("暗証番号がわからない", "{}だっけ"),
    ("パスワードを忘れた", "{}かな"),
    ("my pin is", "{}"),
)
BARE_PIN: tuple[Form, ...] = (
    "{}",
    "{}です",
    "たしか{}だったかな",
    "はい、{}",
    "{}と覚えています",
    "全部{}です",
    "{}だっけ",
    "{}ばんです",
    "番号は{}",
    "誕生日の{}です",
    "{}だったと思う",
    "{}で合ってますか",
    "{}でしたっけ",
    "どっちも{}",
    "{}にしています",
    "{}だったような気がします",
    "えーと{}",
    "{}かな",
    "{}だと思いますけど",
    "覚えてます。{}",
    "車のナンバーの{}です",
    "{}を使ってます",
    "{}番",
    "全部おなじで{}",
    "{}！",
    "{}であってる？",
    "むかしの番号で{}です",
    "{}だよ",
    "{}とかだった",
    "住基のは{}です",
    "たぶん{}",
    "{}、これでいいですか",
    "妻と同じ{}です",
    "メモに{}とあります",
    "{}らしいです",
    "はい覚えてます{}です",
)
FORMS = len(NUMBER_IN) + len(MISTYPED_IN) + len(HALVES_IN) + len(PIN_IN) + len(BARE_PIN)
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
    """One message, the secret in it in plain digits and letters, and whether it answers the bot.

    `first`: the same person's message before, which begins it.
    """

    text: str
    secret: str
    answers_the_pin_question: bool
    first: str = ""


def messages(count: int, seed: int = 7) -> Iterator[Told]:
    """Yield messages with My Numbers and PINs as people write them, every one with its own secret."""
    chance = random.Random(seed)
    told: set[str] = set()
    kinds = ("number", "number", "mistyped", "halves", "four", "four", "four", "letters", "letters")
    while len(told) < count:
        kind = chance.choice(kinds)
        number = kind in ("number", "mistyped", "halves")
        secret = _my_number(chance) if number else _pin(chance, kind)
        if kind == "mistyped":
            place = chance.randrange(12)
            wrong = str((int(secret[place]) + chance.randint(1, 9)) % 10)
            secret = secret[:place] + wrong + secret[place + 1 :]
        if secret in told:
            continue
        told.add(secret)
        bare = not number and chance.random() < 0.5
        forms = {"number": NUMBER_IN, "mistyped": MISTYPED_IN, "halves": HALVES_IN}.get(
            kind, BARE_PIN if bare else PIN_IN
        )
        form = chance.choice(forms)
        if kind == "halves":
            cut = chance.choice((4, 6, 8))
            parts = [secret[:cut], secret[cut:]]
            if chance.random() < 0.3:
                parts = [part.translate(FULL) for part in parts]
        else:
            parts = ["", _written(chance, secret, "number" if number else kind)]
        if isinstance(form, str):
            text = form.format(*(parts if kind == "halves" else parts[1:]))
            yield Told(text, secret, bare)
        else:
            yield Told(form[1].format(parts[1]), secret, bare, form[0].format(parts[0]))


HARMLESS_IN = (
    "{time}にお願いします", "{time}でお願いします", "{time}に行きたいです", "{day}の{time}に行けます",
    "{clock}", "{day}", "{day}にお願いします", "{birthday}", "{birthday}生まれです", "{phone}",
    "電話は{phone}です", "下4桁は{last}です", "電話番号の下4けたは{last}", "末尾は{last}です", "{code}",
    "予約番号は{code}です", "郵便番号は{post}です", "〒{post}", "{age}歳です", "母は{age}才です", "4桁ですか",
    "暗証番号は4桁ですか、6文字ですか", "期限は{birthday}です", "{year}年までです", "父は{year}年生まれ",
    "{count}人で行きます", "{count}枚あります", "{count}番目", "{age}番地", "手数料は{count}00円ですか",
    "{day}は空いてますか", "{clock}まで仕事です",
)  # fmt: skip


def harmless(count: int, seed: int = 7) -> Iterator[str]:
    """Yield messages with figures that are no secret: times, days, phones, codes, ages."""
    chance = random.Random(seed)
    for _ in range(count):
        month, day = chance.randint(1, 12), chance.randint(1, 28)
        hour, minute = chance.randint(8, 18), chance.choice((0, 10, 15, 30, 45))
        year, last = chance.randint(1930, 2035), chance.randint(0, 9999)
        text = chance.choice(HARMLESS_IN).format(
            time=f"{hour:02}{minute:02}",
            clock=chance.choice((f"{hour}:{minute:02}", f"{hour}時{minute}分", f"午後{hour % 12}時")),
            day=chance.choice((f"{month}/{day}", f"{month}月{day}日", f"2026-{month:02}-{day:02}")),
            birthday=chance.choice(
                (f"{year}年{month}月{day}日", f"{year}{month:02}{day:02}", f"昭和40年{month}月{day}日")
            ),
            phone=f"0{chance.choice((90, 80, 70))}-{chance.randint(1000, 9999)}-{last:04}",
            last=f"{last:04}",
            code=new_code(),
            post=f"960-8{chance.randint(0, 999):03}",
            age=chance.randint(14, 99),
            year=year,
            count=chance.randint(1, 9),
        )
        yield text.translate(FULL) if chance.random() < 0.2 else text


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
        if message.first:
            yield person.says(message.first)
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


def _in_binary(text: str, start: int, end: int) -> bool:
    beside = text[max(start - 1, 0) : start], text[end : end + 1]
    return all(each and each < " " and each not in "\n\r\t" for each in beside)


def kept(data: bytes, secrets: Iterable[str]) -> list[str]:
    """Return the secrets that stand in these bytes: plain, full-width, kanji, split or escaped.

    Four digits count where they stand alone, or one by one: inside a longer number, a time or an
    identifier they are nobody's PIN, and between two control characters they are a database's own
    bytes (what its columns hold is looked through as text).
    """
    text = data.decode("utf-8", errors="ignore")
    while "\\u" in text:
        text = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text).replace(
            "\\u", ""
        )
    text = unicodedata.normalize("NFKC", text).translate(FROM_KANJI).upper()
    joined = _LOOSE.sub("", text)
    alone = r"(?<![0-9A-Z.:/+\-_])[0-9]{4}(?![0-9A-Z.:/\-_])"
    fours = {found[0] for found in re.finditer(alone, text) if not _in_binary(text, *found.span())}
    for size in (1, 2):
        part = rf"[0-9]{{{size}}}"
        # "[35, 37]" is where a word stands.
        split = rf"(?<![0-9A-Z.:/+\-_\[])(?={part}{_BETWEEN}{part})({part}(?:{_BETWEEN}{part}){{{4 // size - 1}}})(?![0-9A-Z.:/\-_])"
        fours |= {re.sub("[^0-9]", "", found) for found in re.findall(split, text)}
    return [each for each in secrets if (each in fours if len(each) == 4 else each in joined)]
