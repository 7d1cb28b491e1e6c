"""What a message is for: the classifier's word, and what the words plainly say where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reading import answers
from reading.heard import FALLBACK
from reading.situation import State
from renewal import bookings

SHORT = 8
"""Characters of a message that says what to do, not to what."""


@dataclass(frozen=True)
class Intent:
    """An intent with its confidence."""

    name: str
    confidence: float


@dataclass(frozen=True)
class Part:
    """A part of a message with its intents, the likeliest first."""

    text: str
    ranking: tuple[Intent, ...]

    @property
    def intent(self) -> Intent:
        """The likeliest."""
        return self.ranking[0] if self.ranking else Intent("", 0.0)


@dataclass(frozen=True)
class Intents:
    """What the classifier says of a message and, if it has several, of each of its parts.

    `masked`: the front door found a My Number or a PIN in it.
    """

    whole: Part
    parts: tuple[Part, ...] = ()
    masked: bool = False


def intent_of(intents: Intents, state: State) -> Intent:
    """Return the intent of a message where the conversation stands."""
    text, classified = intents.whole.text, _of_the_parts(intents)
    plainly = plain_intent(text, classified.name, state)
    if classified.name == "affirm":
        plainly = _guess_of(state) or plainly
    if intents.masked and (plainly or classified.name) != "book":
        plainly = "secret_typed"
    return Intent(plainly, 1.0) if plainly else classified


def _of_the_parts(intents: Intents) -> Intent:
    """Return the intent of a message: where two questions make the whole unclear, the first's."""
    whole, parts = intents.whole.intent, [part.intent for part in intents.parts]
    asks = parts and all(part.name.startswith("ask_") for part in parts)
    return parts[0] if whole.name == FALLBACK and asks else whole


def _guess_of(state: State) -> str | None:
    """Return what "はい" means after a bot message that asked back, else None.

    「手数料」のことですか: that. どのことでしょうか: nothing that could be understood.
    """
    asked = state.said.get("utter_action")
    if asked == "utter_clarify_one":
        return str(state.said["buttons"][0]["payload"]).removeprefix("/")
    return FALLBACK if asked == "utter_clarify" else None


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
_MOODS = ("affirm", "deny", "thank", "greet", "goodbye", "complain")


def plain_intent(text: str, intent: str, state: State) -> str | None:
    """Return the intent that the words plainly have where the conversation stands, else None.

    A bare "キャンセル" or "変更" in the middle of an application is about that application; where
    nothing is running, "時間を変えたい" is about a booking, and once something is booked here so is any
    second thought. Marks and pictures alone may please or displease, but they give no orders.
    """
    loop, booked = state.form, state.booked
    if intent not in _MOODS and not any(character.isalnum() for character in text):
        return FALLBACK
    if loop == "application_form" and len(text) <= SHORT and not bookings.find_code(text):
        return {"cancel_booking": "stop", "change_booking": "correct"}.get(intent)
    if loop == "application_form" and intent in ("cancel_booking", "change_booking"):
        # Who has no booking yet asks how it would be done: "キャンセルするときは？"
        unbooked = not booked and not bookings.find_code(text)
        return "ask_late" if unbooked and answers.is_question(text) else None
    if loop:
        return None
    cancels = re.search("取り?消|とりけ|キャンセル", text)
    if booked and cancels and intent in ("correct", FALLBACK) and not answers.is_question(text):
        return "cancel_booking"
    if intent == "correct" and cancels:
        return "check_booking"  # "間違えて取り消したかも"
    if intent == "correct" and (booked or _OF_A_VISIT.search(text)):
        return "change_booking"
    return about_a_booking(text, intent) or ("book" if states_a_case(text, state) else None)


def states_a_case(text: str, state: State) -> bool:
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
    said = answers.read(text, state.at(None))
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


def about_a_booking(text: str, intent: str) -> str | None:
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
