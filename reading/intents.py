"""What a message is for: the classifier's word, and what the words plainly say where it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reading import case, second_thoughts
from reading.bookings import gives_up, stays
from reading.deeds import means
from reading.facts import CannotCome, CardOf, Comes, DateOf, Deed, NoticeSays, When
from reading.heard import FALLBACK, UNCLEAR
from reading.message import Message
from reading.reader import Reading
from reading.situation import State
from renewal import bookings

SHORT = 8
"""Characters of a message that says what to do, not to what."""
SURE = 0.6
"""Confidence from which words that could also be a name are taken as a command or a question."""


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

    @property
    def likely(self) -> Intent:
        """The likeliest that means something, however unsure."""
        return next((each for each in self.ranking if each.name != FALLBACK), Intent("", 0.0))


@dataclass(frozen=True)
class Intents:
    """What the classifier says of a message and, if it has several, of each of its parts.

    `masked`: the front door found a My Number or a PIN in it.
    """

    whole: Part
    parts: tuple[Part, ...] = ()
    masked: bool = False


def intent_of(reading: Reading, intents: Intents, state: State) -> Intent:
    """Return the intent of a message where the conversation stands."""
    classified = intents.whole.intent
    plainly = plain_intent(reading, classified, state, intents.whole.likely)
    if classified.name == "affirm":
        plainly = _guess_of(state) or plainly or ("thank" if state.booked and state.form is None else None)
    if state.form is None:
        if state.booked and (stays(reading) or gives_up(reading, state)):
            plainly = "check_booking" if stays(reading) else "cancel_booking"
        plainly = _takes_offer(reading, state) or plainly
        plainly = plainly or ("inform" if classified.name in (FALLBACK, "ask_notice") and tells_it_came(reading) else None)
    if state.form == "application_form" and _books_not(reading):
        plainly = "stop"
    if classified.name == "stop" and state.booked and state.form is None and state.bookings():
        plainly = "cancel_booking"  # what was just booked
    if intents.masked and (plainly or classified.name) != "book":
        plainly = "secret_typed"
    return Intent(plainly, 1.0) if plainly else _of_the_parts(reading, intents, state)


_TELLS = 0.9
"""Confidence from which one part of a first message that tells of the case is what the message is for."""


def _of_the_parts(reading: Reading, intents: Intents, state: State) -> Intent:
    """Return the intent of a message; what several parts make unclear is what they ask, where they agree.

    "ローンの契約で要るんです。来月15日でお願いします": why is small talk to the classifier, when is not.
    """
    tells = [part.intent for part in intents.parts if part.intent.name in ("book", "inform") and part.intent.confidence >= _TELLS]
    of_the_case = any(isinstance(fact, (When, DateOf, Comes, CardOf)) for fact in reading.facts)
    if intents.whole.intent.name == FALLBACK and state.form is None and tells and of_the_case and not asks(reading.message):
        return tells[-1]
    asked = [part.intent for part in intents.parts if part.intent.name.startswith("ask_")]
    agree = len(asked) == len(intents.parts) or intents.whole.likely.name in {each.name for each in asked}
    return asked[0] if intents.whole.intent.name == FALLBACK and asked and agree else intents.whole.intent


def _books_not(reading: Reading) -> bool:
    """Return whether nothing is to be booked now: 今日は予約しません."""
    denied = any(each.what == "book" and each.how == "denied" for each in _deeds(reading))
    return denied and not asks(reading.message)


def tells_it_came(reading: Reading) -> bool:
    """Return whether it is told that the notice came, and nothing else but what to do now: 青い封筒きた、どうすれば."""
    came = [fact for fact in reading.facts if isinstance(fact, NoticeSays) and fact.what == "came" and fact.mood == "said"]
    m = reading.message
    if not came or m.clauses[came[0].clause].mood == "asked":
        return False
    rest = m.plain[m.clauses[came[0].clause].end :]
    now = _WHAT_NOW.match(rest)
    return bool(now and _WELL.fullmatch(rest, now.end())) if rest else len(m.clauses) == 1 and m.clauses[0].link != "but"


_WHAT_NOW = re.compile("(?:これ|まず|次|私|わたし|俺)?[はって、]{0,3}(?:どう|どげん|なじょ|なぞ|何|なに|なん)[をぞ]?に?(?:すれ|した|しだ|すっ|する|やれ|やった|せ)(?:ば|ら|と|ど|っと|るの|たら)?")
_WELL = re.compile("、?(?:いい|良い|よい|よろしい|ええ)?(?:んだ|の|です|でしょう|だろう)?(?:べ|ん|か|かな|っぺ|が|ね|の)*(?:教え(?:て)?(?:ください)?)?[?。!、]*")


def _takes_offer(reading: Reading, state: State) -> str | None:
    """Return what a bare する takes up: the booking that the last message offered."""
    offers = any(str(each.get("payload", "")).startswith("/book") for each in state.said.get("buttons") or ())
    return "book" if offers and _DO.fullmatch(reading.message.plain) else None


_DO = re.compile("(?:予約|更新)?(?:を)?(?:する|します|したい(?:です)?|して|頼む|頼みます|お願い(?:します)?)[。!]*")


def _guess_of(state: State) -> str | None:
    """Return what "はい" means after a bot message that asked back, else None.

    「手数料」のことですか: that. どのことでしょうか: nothing that could be understood.
    """
    asked = state.said.get("utter_action")
    if asked == "utter_clarify_one":
        return str(state.said["buttons"][0]["payload"]).removeprefix("/")
    return FALLBACK if asked == "utter_clarify" else None


# Plainer than the classifier ------------------------------------------------------------------------

_MOODS = ("affirm", "deny", "thank", "greet", "goodbye", "complain")
_OF_BOOKINGS = {"check": "check_booking", "change": "change_booking", "cancel": "cancel_booking"}
_BOOKS = {"book", *_OF_BOOKINGS.values()}
_UNSURE = {"book", "inform", "correct", FALLBACK}


def plain_intent(reading: Reading, classified: Intent, state: State, likely: Intent | None = None) -> str | None:
    """Return the intent that the words plainly have where the conversation stands, else None.

    A bare "キャンセル" or "変更" in the middle of an application is about that application; where
    nothing is running, "時間を変えたい" is about a booking, and once something is booked here so is any
    second thought. Marks and pictures alone may please or displease, but they give no orders.
    """
    text, intent = reading.text, classified.name
    if intent not in _MOODS and not any(character.isalnum() for character in text):
        return FALLBACK
    if state.form == "application_form":
        return _in_the_application(reading, intent, state)
    if state.form:
        return None
    if _of_something_else(reading):
        return FALLBACK if intent in {*_BOOKS, "correct", "inform"} else None
    if plainly := _of_what_was_booked(reading, intent, state) or _of_a_booking(reading, classified, state):
        return plainly
    likely = likely or classified
    if intent != "inform" and states_a_case(reading, state, likely):
        return "inform" if likely.name == "inform" else "book"  # either begins the application
    return _by_its_facts(reading, state, likely) if intent == FALLBACK else None


def _by_its_facts(reading: Reading, state: State, likely: Intent) -> str | None:
    """Return what a message of which the classifier is unsure is for, by what is told in it.

    What is told of somebody's card begins the application, or is a second thought about what was booked
    here; a question beside it is taken as what it most likely asks.
    """
    m = reading.message
    when = any(isinstance(each, When) and each.holds for each in reading.facts)
    ours = when and any(word["card"] == "card" and word["notice"] for word in m.words)
    if likely.name.startswith(TALK) and likely.confidence >= FAIRLY / 2 and not ours:
        return None
    shifts = any(means(word, "shift") in ("later", "sooner") for word in m.words)
    if state.booked and re.search("(?:合って|あって)い?ますよね|(?:でした|です)(?:よね|っけ)", m.plain):
        return "check_booking"  # 12月7日で合ってますよね
    if state.booked and (when or shifts) and not _questions(likely):
        return "change_booking"
    if state.booked and any(word["comes"] == "go" and "neg" in word.flags for word in m.words):
        return "check_booking"  # 行けなくなった
    said = {slot for slot in _OF_A_CASE if case.told(reading, state.at(None)).answers.get(slot) not in (None, "none")}
    if said == {"wish"} and any(word["books"] for word in m.words) and not any(word["notice"] or word["comes"] for word in m.words):
        return None  # タクシーを10時に予約
    ends = any(isinstance(each, DateOf) and each.what == "expires_on" for each in reading.facts)
    comes = _comes(reading) and any(word["card"] == "card" for word in m.words)
    if not (said or ends or comes or any(each.what == "book" and each.how == "wished" for each in _deeds(reading))):
        return None
    if likely.name == "ask_free_times" and "wish" in said:
        return "book"
    if likely.name.startswith("ask_"):
        return likely.name if likely.confidence >= 0.5 else None
    if likely.name in _OF_BOOKINGS.values() or (likely.name == "correct" and not comes):
        return None
    return "inform" if likely.name == "inform" else "book"


def _of_what_was_booked(reading: Reading, intent: str, state: State) -> str | None:
    """Return what a second thought after a booking is about: its time, its expiry date, its notice.

    14時半のほうが助かります; 有効期限を見間違えました。令和9年1月15日です.
    """
    if not state.booked or any(each.what in ("book", "cancel") for each in _deeds(reading)):
        return None
    if second_thoughts.is_shifted(reading):
        return "change_booking"
    told = case.told(reading, state.at(None)).answers
    notice = any(isinstance(each, NoticeSays) and each.what == "card" and each.mood != "denied" for each in reading.facts)
    if notice or told.get("notice") == "card":
        return "ask_card_renewal"
    if told.keys() == {"counter"}:
        return "change_booking"  # 西口の方にできますか
    if intent not in {*_UNSURE, "change_booking"}:
        return None
    if "expires_on" in told and told.keys() <= {"expires_on", "unclear_date"}:
        return "ask_period"
    return "change_booking" if told.keys() and told.keys() <= {"wish", "counter"} and (_requests(reading) or not asks(reading.message)) else None


def _requests(reading: Reading) -> bool:
    """Return whether another time is asked for as one asks a favour: 5日に変えてもらうわけにはいきませんか, 5日でも大丈夫ですか."""
    when = any(isinstance(each, When) for each in reading.facts)
    return when and bool(_FAVOUR.search(reading.message.plain))


_FAVOUR = re.compile(
    "(?:に|へ|を)(?:して|変え|かえ|替え|ずら|移|直|早め|遅らせ|延ば)[^。]{0,6}?(?:もら|貰|いただ|頂|くれ|くださ|でき|可能|欲し|ほし)"
    "|(?:でも|に(?:して|変え|かえ|替え)て?も)、?(?:いい|良い|よい|よろし|大丈夫|だいじょうぶ|平気|構[いわ]|かま[いわ]|可能|行け|いけ)|に(?:でき|なり)ます"
)


TALK = ("chitchat", "complain", "out_of_scope")


def _in_the_application(reading: Reading, intent: str, state: State) -> str | None:
    if second_thoughts.goes_back_to_a_day(reading, state):
        return "correct"
    coded = bookings.find_code(reading.text)
    if len(reading.text) <= SHORT and not coded:
        return {"cancel_booking": "stop", "change_booking": "correct"}.get(intent)
    if intent in ("cancel_booking", "change_booking"):
        # Who has no booking yet asks how it would be done: "キャンセルするときは？"
        if state.booked or coded or not asks(reading.message):
            return None
        return "correct" if intent == "change_booking" and _requests(reading) else "ask_late"
    if intent in ("complain", "goodbye", FALLBACK) and _breaks_off(reading, state):
        return "stop"
    return None


def _breaks_off(reading: Reading, state: State) -> bool:
    """Return whether it is all broken off, whatever it sounds like: もういい、話にならない; 帰ります."""
    told = case.told(reading, state.at(state.slots.get("requested_slot"))).answers
    return bool(told.get("stop")) and told.keys() <= {"stop"}


def asks(m: Message) -> bool:
    """Return whether a message asks something, or wants to be told it."""
    return any(clause.mood == "asked" for clause in m.clauses) or any(
        means(word, "how") == "tell" and word.flags & {"by", "want", "order"} for word in m.words
    )


def _deeds(reading: Reading) -> list[Deed]:
    return [each for each in reading.facts if isinstance(each, Deed)]


def _of_something_else(reading: Reading) -> bool:
    """Return whether what is to be done is done to other things: an alarm, a dentist's appointment."""
    deeds = [each for each in _deeds(reading) if each.how != "denied"]
    if bookings.find_code(reading.text):
        return False
    wished = [each for each in deeds if each.how != "done"]
    return any(each.of == "other" for each in wished) and not any(each.of in ("booking", "ours") for each in deeds)


def _of_a_booking(reading: Reading, classified: Intent, state: State) -> str | None:
    """Return the intent of a message that is about a booking which exists, else None.

    What is wished last counts; a wish without its object is one only where the classifier, or a booking
    made in this conversation, says so too.
    """
    intent, deeds = classified.name, _deeds(reading)
    wished = [each for each in deeds if each.how in ("wished", "may") and each.of != "other"]
    old = [each for each in wished if each.what != "book"]
    named = [each for each in old if each.of in ("booking", "part")]
    booked = _has_booked(reading)
    books = any(each.what == "book" and each.how == "wished" for each in wished)
    if bookings.find_code(reading.text):
        return _OF_BOOKINGS[old[-1].what] if old else "check_booking"
    if intent == "correct" and any(each.what == "cancel" and each.how == "done" for each in deeds):
        return "check_booking"  # "間違えて取り消したかも"
    if intent == "correct" and (state.booked or _of_a_visit(reading)):
        cancels = any(each.what == "cancel" for each in old)
        return "cancel_booking" if cancels else "change_booking"
    if state.booked and old and not asks(reading.message) and intent == FALLBACK:
        return _OF_BOOKINGS[old[-1].what]
    if intent in {_OF_BOOKINGS[each.what] for each in old}:
        return intent
    if old and (booked or any(each.of == "booking" for each in named)) and not _questions(classified):
        return _OF_BOOKINGS[old[-1].what]
    if intent in _OF_BOOKINGS.values():
        return "book" if books and not booked and not old else intent  # 変更ではなく、新しく取りたい
    if booked and not books and intent in _UNSURE:
        return "change_booking" if _another_time(reading, booked) else "check_booking"
    return None


def _questions(classified: Intent) -> bool:
    return classified.name.startswith("ask_") and classified.confidence >= SURE


def _has_booked(reading: Reading) -> Deed | None:
    done = (each for each in _deeds(reading) if each.what == "book" and each.how == "done")
    return next((each for each in done if each.of == "booking"), None)


def _of_a_visit(reading: Reading) -> bool:
    return any(means(word, "thing") in ("booking", "part") for word in reading.message.words)


def _another_time(reading: Reading, booked: Deed) -> bool:
    """Return whether who has booked wants it otherwise: "10時を11時にできますか", "早い時間にしてほしい"."""
    m = reading.message
    return any(
        m.clauses[each.clause].flags & {"let", "want", "by", "ask"}
        for each in reading.facts
        if each.clause > booked.clause and isinstance(each, When)
    ) or any(
        means(word, "how") == "again" or means(word, "shift") in ("later", "sooner")
        for clause in m.clauses[booked.clause + 1 :]
        for word in m.inside(clause)
        if clause.flags & {"let", "want", "by"}
    )


# A case ---------------------------------------------------------------------------------------------

_OF_A_CASE = ("applicant", "holder", "proof_waiver", "counter", "wish", "expires_on", "people", "cards", "notice")


def states_a_case(reading: Reading, state: State, likely: Intent | None = None) -> bool:
    """Return whether a first message is somebody stating what they want done.

    "高1の娘の更新に、母の私が行きます" is full of words that questions are made of, yet it asks
    nothing: two facts of a case, or the wish to book or to come, make it an application.
    """
    m, deeds = reading.message, _deeds(reading)
    if any(each.what != "book" and each.of in ("booking", "part") and each.how != "denied" for each in deeds):
        return False
    if _has_booked(reading) or _of_something_else(reading) or _without_booking(m):
        return False
    told = case.told(reading, state.at(None)).answers
    said = {slot for slot in _OF_A_CASE if told.get(slot) not in (None, "none")}
    books = [each for each in deeds if each.what == "book" and each.how == "wished"]
    likely = likely if likely and likely.confidence >= SURE else Intent("", 0.0)
    ours = {"booking"} if likely.name.startswith("out_of_scope") else {"booking", "ours"}
    if likely.name.startswith(("chitchat", "out_of_scope")) and not any(each.of in ours for each in books):
        return False
    if books:
        own = books[-1].clause > 0 and m.clauses[books[-1].clause - 1].link == "end" and not asks(m) and likely.name != "ask_foreign_resident"  # 暗証番号を忘れました。予約したいです
        question = (likely.name.startswith("ask_") and not own) or _asked_after(m, books[-1], deeds)
        return not question or bool(said & {"counter", "wish"}) or (len(said) >= 2 and not asks(m))
    if told.get("notice") == "certificate" and any(each.mood == "asked" and what_to_do(m, each.at) for each in m.clauses):
        return True  # "電子証明書の通知が届きました。どうしたらいいですか"
    number = said <= {"cards", "people"} and likely.name.startswith("ask_")  # a question that names how many, too
    if not number and any(each.what == "book" and each.how == "may" for each in deeds) and ("notice" in told or said & {"people", "cards", "applicant", "expires_on"}):
        return True  # "2人まとめて予約できますか" is best answered by beginning
    if any(each.how == "may" and each.of == "booking" and _told_before(m, each) for each in deeds):
        return True  # "期限が切れてるんですけど予約できますか"
    if any(isinstance(each, CannotCome) for each in reading.facts) and not _comes(reading):
        said -= {"applicant", "holder"}  # that asks for help before it asks for a time
    if _only_asks(reading):
        return False
    if _asks_for_a_time(reading) or _wants_to_come(reading):
        return True
    plain = len(said) >= 2 or _names_a_card(reading)
    return plain and (not likely.name.startswith("ask_") or _tells_who_comes(said, reading))


def _told_before(m: Message, deed: Deed) -> bool:
    """Return whether something is told first, and the wish follows from it."""
    return deed.clause > 0 and m.clauses[deed.clause - 1].link == "but"


def _tells_who_comes(said: set[str], reading: Reading) -> bool:
    """Return whether nothing is asked and it is told who comes for whom: 母の更新を、娘の私がします."""
    return bool({"applicant", "holder"} <= said or "people" in said) and not asks(reading.message)


def _comes(reading: Reading) -> bool:
    return any(isinstance(each, Comes) and each.holds for each in reading.facts)


def _wants_to_come(reading: Reading) -> bool:
    """Return whether somebody wants to come for a renewal: 母の更新に行きたいです."""
    m = reading.message
    return any(
        word["comes"] == "go" and "want" in word.flags and any(other["card"] for other in m.inside(clause))
        for clause in m.clauses
        if clause.mood != "asked"
        for word in m.inside(clause)
    )


def _names_a_card(reading: Reading) -> bool:
    """Return whether somebody's card is named and nothing asked: おばあちゃんの更新なんですけど."""
    return any(isinstance(each, CardOf) and each.holds for each in reading.facts)


def _asks_for_a_time(reading: Reading) -> bool:
    """Return whether a time is asked for: "来週金曜の午前で頼む", "あさっての朝9時に行きたいです"."""
    m = reading.message
    for fact in reading.facts:
        if isinstance(fact, When) and fact.holds:
            words = m.inside(m.clauses[fact.clause])
            wants = any(word["comes"] == "go" and word.flags & {"want", "let"} for word in words)
            takes = any(means(word, "deed") == "take" and word.lemma not in ("する", "できる") for word in words)
            if (wants or takes) and not any(word["elsewhere"] for word in words):
                return True
    return False


def _without_booking(m: Message) -> bool:
    """Return whether it is asked about coming without a booking: 予約なしで, 予約しなくても."""
    return bool(_NO_BOOKING.search(m.plain))


_NO_BOOKING = re.compile("予約(?:が|を|は)?(?:なし|無し|なく|無く|しな|せず|してな|取らな|とらな)")


def _asked_after(m: Message, deed: Deed, deeds: Sequence[Deed]) -> bool:
    """Return whether a question follows the wish, or a question has the wish for its reason."""
    books = {each.clause for each in deeds if each.what == "book"}  # 予約できますか
    return any(clause.mood == "asked" and clause.at not in books for clause in m.clauses[deed.clause + 1 :]) or (
        m.clauses[deed.clause].mood == "asked" and "asks_what" in m.clauses[deed.clause].flags
    )


def what_to_do(m: Message, at: int) -> bool:
    said = "".join(m.plain[clause.start : clause.end] for clause in m.clauses[at:])
    return bool(_WHAT_NOW.match(said))


def _only_asks(reading: Reading) -> bool:
    """Return whether the message has a question that is no wish to come at a time."""
    m = reading.message
    wishes = {each.clause for each in reading.facts if isinstance(each, When | DateOf)}
    return any(clause.mood == "asked" and clause.at not in wishes for clause in m.clauses)


# Questions ------------------------------------------------------------------------------------------

FAIRLY = 0.4
"""Confidence from which a plain question beside an answer is taken as what it most likely is."""
# What these are in a question is no answer to it.
_NO_QUESTION = {
    FALLBACK, "check_booking", "inform", "chitchat", "out_of_scope_city", "out_of_scope_card", "deny", "affirm", "correct", "dont_know",
}  # fmt: skip


def question_of(part: Part, asked: bool) -> str | None:
    """Return what a part of a message asks: an intent, UNCLEAR, None where it asks nothing."""
    likely, least = part.likely, FAIRLY if asked else SURE
    if likely.name.startswith("ask_") and likely.confidence >= least and (asked or len(part.text) <= SHORT):
        return likely.name
    return UNCLEAR if asked and part.intent.name in _NO_QUESTION else None


def clauses_in(m: Message, parts: Sequence[Part]) -> list[list[int]]:
    """Return the clauses of each part of a message."""
    found: list[list[int]] = []
    at = 0
    for part in parts:
        start = m.text.find(part.text, at)
        if start < 0:
            found.append([])
            continue
        at = start + len(part.text)
        starts = [m.folded.starts[clause.start] for clause in m.clauses]
        found.append([index for index, place in enumerate(starts) if start <= place < at])
    return found
