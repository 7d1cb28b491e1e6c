"""What happens to a message before the conversation sees it, in every channel.

1. A My Number or a PIN is masked, so that nothing stores, logs or echoes it.
2. A command (`/intent{…}`) counts only when the bot offered it as a button in this very
   conversation; otherwise it is text like any other.
3. A message that is empty or too long gets an intent of its own instead of a guess.
4. A message that asks several things is understood clause by clause.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import calendars
from reading import answers, masking
from renewal import bookings, city

MAX_LENGTH = 300
"""Characters a message may have: longer ones are classified with confidence 1.00, whatever they say."""

SHORT = 8
"""Characters of a message that says what to do, not to what."""

_COMMAND = re.compile(r"/(\w+)(\{.*\})?", re.DOTALL)
_WANTS = re.compile(
    "(?:予約|よやく)(?:を)?(?:(?:し|さし|させ)て(?:ほしい|ください|くんち|くんね|くんな|くれ|もらえ|もらいたい|いただ|頂|おきたい)|し(?:たい|ます)|お願い|おねがい|取りたい|とりたい|も(?:お願い|したい)|できますか)"
    "|更新(?:の手続き?)?(?:を|に|も)?(?:お願いし|し(?:たい|に行)|行きたい|いきたい|行きます)"
)
_WISHES_TO_COME = re.compile("更新(?:の手続き?)?に.{0,8}?(?:行き|いき|来)たい")
_IN_THEIR_PLACE = re.compile("が(?:代わり|かわり|代理)(?:に|で|として)?.{0,4}(?:行き|いき|伺い|うかがい|参り)ます")
_NOT_YET = re.compile(
    "予約(?:の)?(?:番号|確認|変更|取り?消|キャンセル)|予約(?:を|した|して).{0,8}(?:確認|変|取り?消|キャンセル|忘れ)"
)
_ABOUT_BOOKING = re.compile(
    "(?:予約|更新)(?:を)?し(?:たい|ます).{0,12}(?:どう|何|なに|いつから|どこで|どうすれば|必要ですか|要りますか)|"
    "できますか[?。]?$|しなくても|しないと|せずに|なしで"
)
_ASKS_HOW = re.compile("どう|何|なに|いつから|どこで|必要|要りますか|しなくて|なしで")
_MOVES = re.compile(
    "予約.{0,14}(?:(?:早|遅)く(?:し|で)|早め(?:た|て|ら)|遅ら|延ば|延期|ずら|前倒し)"
)
_OF_A_VISIT = re.compile(
    "日にち|日付|日程|日時|時間|時刻|曜日|予約|電話|携帯|名前|氏名|人数|(?:行く|いく|来る|くる|伺う)(?:人|方)"
)
_CLAUSE_END = re.compile(
    r"(?<=[。！？!?\n])\s*|、(?=あと|それと|それから|ちなみに|ところで|ついでに|その前に|まずは?)"
)


@dataclass(frozen=True)
class Admitted:
    """A message as the conversation may see it.

    `intent` is set where no understanding is needed: a button, or something that is no message.
    """

    text: str
    intent: str | None = None
    entities: tuple[dict[str, Any], ...] = ()
    secret: bool = False
    begun_before: bool = False
    """Whether the person's message before holds, readable, the first part of a My Number."""


ASKS_FOR_FIGURES = frozenset(
    ["birthday", "expires_on", "issued_on", "reply_form_limit", "date_meant", "visit_date", "visit_time", "phone", "booking_code", "booking_last4", "booking_date", "booking_time", "cards"]
)
"""Questions (slots) that are answered with figures."""


def admit(
    text: str | None,
    offered: Iterable[str],
    pin_expected: bool,
    *,
    before: str = "",
    asked: str | None = None,
) -> Admitted:
    """Return the message made safe.

    `offered`: the payloads of all buttons that this conversation has shown, the latest first.
    `pin_expected`: the bot has just asked about PINs, so that bare digits are taken for one.
    `before`: the same person's message before, as it was kept. `asked`: the slot asked for.
    """
    text = _printable(text or "").strip()
    if text.startswith("/") and text in offered:
        return _command(text)
    text = re.sub(r"^[/\s]+", "", text)  # Rasa takes a leading slash for a command
    if not any(
        character.isalnum() or unicodedata.category(character) == "So" for character in text
    ):
        return Admitted(text[:MAX_LENGTH], "empty_message")
    # The last four of the phone are asked for beside a forgotten PIN: no guess then.
    before = "" if asked == "booking_last4" else before
    masked = masking.mask(
        text, pin_expected, before=before, figures_expected=asked in ASKS_FOR_FIGURES
    )
    secret, begun = bool(masked.found), masked.begun_before
    if len(masked.text) > MAX_LENGTH:
        return Admitted(masked.text[:MAX_LENGTH], "message_too_long", (), secret, begun)
    return Admitted(masked.text, secret=secret, begun_before=begun)


def clauses(text: str) -> list[str]:
    """Return the parts of a message that may each ask or say something of their own."""
    return [part.strip(" /\n") for part in _CLAUSE_END.split(text) if part and part.strip(" /\n")][:6]


def intent_of_the_parts(
    whole: dict[str, Any], clauses: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the intent of a message: where two questions make the whole unclear, the first's."""
    parts = [clause["intent"] for clause in clauses]
    asks = [part for part in parts if str(part["name"]).startswith("ask_")]
    unclear = whole["name"] == "nlu_fallback"
    return asks[0] if unclear and asks and len(asks) == len(parts) else whole


def guess_of(said: dict[str, Any]) -> str | None:
    """Return what "はい" means after a bot message that asked back, else None.

    `said`: the message's data and `utter_action`. 「手数料」のことですか: that. どのことでしょうか:
    nothing that could be understood.
    """
    asked = said.get("utter_action")
    if asked == "utter_clarify_one":
        return str(said["buttons"][0]["payload"]).removeprefix("/")
    return "nlu_fallback" if asked == "utter_clarify" else None


_MOODS = ("affirm", "deny", "thank", "greet", "goodbye", "complain")


def plain_intent(
    text: str, intent: str | None, loop: str | None, now: datetime, booked: bool = False
) -> str | None:
    """Return the intent that the words plainly have where the conversation stands, else None.

    A bare "キャンセル" or "変更" in the middle of an application is about that application; where
    nothing is running, "時間を変えたい" is about a booking, and once it is `booked` here so is any
    second thought. Marks and pictures alone may please or displease, but they give no orders.
    """
    if intent not in _MOODS and not any(character.isalnum() for character in text):
        return "nlu_fallback"
    if loop == "application_form" and len(text) <= SHORT and not bookings.find_code(text):
        return {"cancel_booking": "stop", "change_booking": "correct"}.get(intent or "")
    if loop == "application_form" and intent in ("cancel_booking", "change_booking"):
        # Who has no booking yet asks how it would be done: "キャンセルするときは？"
        unbooked = not booked and not bookings.find_code(text)
        return "ask_late" if unbooked and answers.is_question(text) else None
    if loop:
        return None
    cancels = re.search("取り?消|とりけ|キャンセル", text)
    if booked and cancels and intent in ("correct", "nlu_fallback") and not answers.is_question(text):
        return "cancel_booking"
    if intent == "correct" and cancels:
        return "check_booking"  # "間違えて取り消したかも"
    if intent == "correct" and (booked or _OF_A_VISIT.search(text)):
        return "change_booking"
    return about_a_booking(text, intent) or ("book" if states_a_case(text, now) else None)


def states_a_case(text: str, now: datetime) -> bool:
    """Return whether a first message is somebody stating what they want done.

    "高1の娘の更新に、母の私が行きます" is full of words that questions are made of, yet it asks
    nothing: two facts of a case, or the wish to book or to come, make it an application.
    """
    plain = answers.normal(text)
    if _NOT_YET.search(plain):
        return False
    if _WANTS.search(plain) and not _ABOUT_BOOKING.search(plain):
        return True
    if _WISHES_TO_COME.search(plain) and "予約" in plain and not _ASKS_HOW.search(plain):
        return True
    said = answers.read(text, None, now, city.load())
    if said.get("notice") == "certificate" and re.search("どう(?:すれば|したら)|何をすれば", plain):
        return True  # "電子証明書の通知が届きました。どうしたらいいですか"
    several = said.keys() & {"people", "cards"} and re.search("予約|更新|お願い|おねがい", plain)
    whose = "notice" in said or said.keys() >= {"applicant", "holder"}
    if several or ("予約でき" in plain and whose):
        return True  # "2人まとめて予約できますか" is best answered by beginning
    facts = {"applicant", "holder", "proof_waiver", "counter", "wish"}
    if answers.CANNOT_COME.search(plain) and not _IN_THEIR_PLACE.search(plain):
        facts -= {"applicant", "holder"}  # that asks for help before it asks for a time
    return len(said.keys() & facts) >= 2 and not answers.is_question(text)


def about_a_booking(text: str, intent: str | None) -> str | None:
    """Return the intent of a first message that is about a booking which exists, else None.

    A booking's code says so whatever the other words are; without one the classifier decides.
    """
    if intent in ("check_booking", "change_booking", "cancel_booking"):
        return None if _WANTS.search(answers.normal(text)) else intent
    if _MOVES.search(answers.normal(text)):
        return "change_booking"
    if not bookings.find_code(text):
        return None
    if re.search("取り?消|とりけ|キャンセル", text):
        return "cancel_booking"
    return "change_booking" if re.search("変|ずら|移", text) else "check_booking"


def offered_payloads(bot_messages: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield the payload of every button in the data of bot messages, inside cards too."""
    for message in bot_messages:
        yield from _payloads(message)


def _payloads(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if calendars.is_calendar(node):
            yield from (payload for payload, _ in calendars.offered(node))
        if isinstance(node.get("payload"), str):
            yield node["payload"]
        for value in node.values():
            yield from _payloads(value)
    elif isinstance(node, list):
        for value in node:
            yield from _payloads(value)


def _command(text: str) -> Admitted:
    match = _COMMAND.fullmatch(text)
    assert match, f"the bot offered a button that is no command: {text}"
    values = json.loads(match[2]) if match[2] else {}
    return Admitted(
        text,
        intent=match[1],
        entities=tuple({"entity": key, "value": value} for key, value in values.items()),
    )


def _printable(text: str) -> str:
    """Drop control and invisible formatting characters, except line ends (emoji joiners stay)."""
    return "".join(
        character
        for character in text
        if character in "\n\u200d"
        or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co")
    )
