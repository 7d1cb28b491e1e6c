"""What a message means where the conversation stands: the one place where context decides.

What is said of the case itself comes from the topics (reading/case.py), what is said of a booking that
exists from reading/bookings.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reading import asked_about, bookings, case, languages, second_thoughts
from reading.facts import CannotCome, Deed, When
from reading.heard import ABOUT_BOOKINGS, EXACTLY, FALLBACK, NO_RULE, UNCLEAR, Form, Heard, Span
from reading.intents import (
    FAIRLY,
    SURE,
    TALK,
    Intent,
    Intents,
    Part,
    clauses_in,
    intent_of,
    question_of,
    tells_it_came,
    what_to_do,
)
from reading.reader import Reading
from reading.situation import State
from reading.wording import IS, LACKS
from reading.words import Word
from renewal.booking_change import QUESTIONS, Request
from renewal.wish import Wish

LEAVING = {"stop", "start_over", "go_back", "talk_to_human", "check_booking", "cancel_booking"}
# Short words for these read like a name; a clear one is never taken for an answer.
COMMANDS = {*LEAVING, "resume", "greet", "thank", "goodbye", "change_booking"}


def pressed(intent: str, values: Mapping[str, Any], state: State, asked: str | None) -> Heard:
    """Return what a button says that carries these values."""
    given = dict(values)
    if "start" in given:
        given["visit_date"], given["visit_time"] = given.pop("start").split("T")
    if intent not in ABOUT_BOOKINGS and state.form != "booking_form":
        return Heard(intent, form="application_form", answers=given)
    given = {name.removeprefix("booking_"): value for name, value in given.items()}
    turn = _Turn(state, asked, Intent(intent, 1.0), ())
    given = _with_action(turn, ABOUT_BOOKINGS.get(intent), given)
    return Heard(intent, form="booking_form", answers=given, left=_lacks(turn, given, None))


def interpret(reading: Reading, state: State, asked: str | None, intents: Intents) -> Heard:
    """Return what a message means after the question for the slot `asked`, None if there was none."""
    if stay := asked_about.period_of_stay(reading, state):
        return Heard("ask_foreign_resident", form="application_form", answers={"period_of_stay": stay})
    if state.form != "booking_form" and not state.booked and bookings.comes_without(reading):
        return Heard("ask_walk_in", form=state.form)
    intent = intent_of(reading, intents, state)
    if intent.name == FALLBACK and state.form is None and (asked_about.asks_for_times(reading) or _only_asks_when(reading)):
        intent = Intent("ask_free_times", 1.0)
    turn = _Turn(state, asked, intent, intents.parts or (intents.whole,), intents.whole.likely)
    given: dict[str, Any] = {}
    spans: dict[str, Span] = {}
    left: dict[str, Any] = {}
    form: Form | None = None
    if state.form != "booking_form":
        form, given, spans, left = "application_form", *_for_application(reading, turn)
        row = asked_about.reopens(reading, state) if state.form and not given.keys() - {"confirmed"} else None
        if row and state.slots.get({"visit": "visit_date"}.get(row, row)) is not None:
            given, spans, left = {"correct": row}, {}, {}
        elif state.form and not given:
            given = asked_about.instead(reading, asked)
            left = {"reply": "notice_came"} if asked_about.notice_came(reading, asked) else {} if given else left
    if form is None or (intent.name in ABOUT_BOOKINGS and not (given and state.form)):
        form, given, left = "booking_form", *_for_booking(reading, turn)
        spans = {}
    if state.form is None and intent.name == FALLBACK and given.keys() & _OF_A_CASE and asked_about.of_ours(reading):
        intent = Intent("book", 1.0)  # "免許が7日にあるから、マイナンバーのほうは8日で頼むよ"
        turn = replace(turn, intent=intent)
    came = state.form is None and intent.name == "inform" and tells_it_came(reading)
    questions = () if came else _questions(reading, turn, given, spans)
    exactly = _asked_exactly(reading, turn, intents)
    if exactly and exactly["kind"] == "stays" and state.form == "application_form":
        return Heard("inform", form=state.form, answers={"period_of_stay": "yes"})
    if given.get("other_guardian") and ({intent.name, *questions} & _OF_A_PROXY or (exactly and exactly["kind"] == "relative")):
        intent, exactly, questions = Intent("ask_other_guardian", 1.0), None, ()  # 保佐人 are no ordinary proxies
    if exactly:
        begins = state.form is None and asked_about.wants_to_book(reading) and exactly["kind"] not in asked_about.BEFORE_ALL
        topic = intent.name if intent.name.startswith("ask_") else EXACTLY  # the classifier's word
        intent = Intent("book" if begins else topic, 1.0)
        left = {name: told for name, told in left.items() if name not in ("lacks", "reply", "known")}
        questions, left = (EXACTLY,), {**left, "about": exactly}
        asked_for = {"wish"} if exactly["kind"] == "open" else _OF_PEOPLE if exactly["kind"] in asked_about.PEOPLE_ASKED else set()
        given = {name: told for name, told in given.items() if name not in asked_for - {asked}}
    left = {**dict(_asked_for(reading, turn, questions)), **left}
    if language := languages.of(reading.text):
        left = {**left, "language": language}
    asks_back = left.pop("asks_back", None) or _open_in(given) or _not_read(turn, given, left, questions)
    return Heard(
        intent.name, intent.confidence, form, given, questions, asks_back, left, spans
    )


_OF_A_PROXY = {"ask_proxy", "ask_documents", "ask_child_or_ward"}
"""Questions whose answers tell the papers of those who are told apart from other guardians."""


@dataclass(frozen=True)
class _Turn:
    """A message where it came; one part where it says one thing."""

    state: State
    asked: str | None
    intent: Intent
    parts: tuple[Part, ...]
    likely: Intent = Intent("", 0.0)
    """What the classifier takes the whole message for, however unsure."""


_OF_PEOPLE = {"applicant", "holder", "relation", "proof_waiver", "cards", "family", "comes", "children", "people", "reply_form", "other_card", "another_comes"}
_OF_A_CASE = {"wish", "applicant", "holder", "expires_on"}
"""What a first message tells where the classifier is unsure of it: it begins a booking."""


# Questions -----------------------------------------------------------------------------------


_ABOUT_PEOPLE = ("ask_child_or_ward", "ask_teenager", "ask_proxy", "ask_documents")


def _asked_exactly(reading: Reading, turn: _Turn, intents: Intents) -> dict[str, Any] | None:
    """Return what is asked exactly, None where it is not, or of another office: 今日やってる休日当番医どこ."""
    if intents.masked:
        return None
    exactly = asked_about.about(reading, turn.state, turn.asked)
    fairly = turn.likely.confidence >= FAIRLY
    elsewhere = turn.likely.name.startswith("out_of_scope") and fairly
    of_its_own = turn.likely.name.startswith("ask_") and fairly and turn.likely.name not in _ABOUT_PEOPLE
    if exactly and of_its_own and exactly["kind"] in asked_about.PEOPLE_ASKED:
        return None  # 付き添いと一緒に入ってもいいですか: of help at the counter
    return None if exactly and elsewhere and exactly["kind"] in asked_about.ELSEWHERE_TOO else exactly


def _questions(
    reading: Reading, turn: _Turn, given: Mapping[str, Any], spans: Mapping[str, Span]
) -> tuple[str, ...]:
    """Return the intents of the questions that are plainly asked, in order, each once.

    Beside what is understood a plain question that is not is "unclear"; one whose words answer what was
    asked ("母でもいいですか") is none.
    """
    m, sure = reading.message, turn.intent.name.startswith("ask_") and turn.intent.confidence >= SURE
    if len(turn.parts) == 1 and (sure or turn.state.form is None or turn.intent.name not in NO_RULE[turn.state.form]):
        return ()  # it has a rule of its own
    found = []
    for part, places in zip(turn.parts, clauses_in(m, turn.parts), strict=True):
        clauses = [m.clauses[at] for at in places]
        asked = any(clause.mood == "asked" for clause in clauses)
        name = question_of(part, asked)
        asking = [m.folded.span(clause.start, clause.end) for clause in clauses if clause.mood == "asked"]
        # "090-0000-2765 予約番号は届くんですか": what is set off by a space is not what is asked.
        within = [at for at, last in spans.values() if not m.text[last : last + 1].isspace()]
        answers = any(start <= at < end for at in within for start, end in asking) or (given and (not spans or _repeats(reading, places, spans)))
        asks_what_to_do = name == "ask_capabilities" or any(what_to_do(m, at) for at in places)
        books = turn.intent.name == "book" and any(isinstance(each, Deed) and each.what == "book" and each.clause in places for each in reading.facts)
        begins = turn.state.form is None and ((bool(given) and asks_what_to_do) or (books and name == UNCLEAR))  # どうすれば; ここで予約できる？
        if name and not begins and not (name == UNCLEAR and answers):
            found.append(name)
    if len(found) == 1 and turn.likely.name.startswith("ask_") and turn.likely.confidence >= SURE:
        found = [turn.likely.name]
    known = sure or (turn.state.form is None and turn.intent.name == FALLBACK)  # that is asked back about
    asked_for = [name for name in dict.fromkeys(found) if not (known and name == UNCLEAR)]
    if len(asked_for) == 1 and sure:
        return (turn.intent.name,)  # "15歳です。自分で更新できますか": what was told first belongs to it
    return tuple(asked_for)


def _only_asks_when(reading: Reading) -> bool:
    """Return whether it is asked of a day whether one can come then, and of nothing else: 木曜の夜いける？."""
    m, whens = reading.message, [fact for fact in reading.facts if isinstance(fact, When)]
    if not whens or not all(fact.wish.days or fact.wish.weekdays or fact.wish.first or fact.wish.last for fact in whens[:1]):
        return False
    rest = [word for word in m.words if not any(start < m.folded.span(word.start, word.end)[1] and m.folded.span(word.start, word.end)[0] < end for start, end in ((fact.start, fact.end) for fact in whens))]
    goes = [word for word in rest if word["comes"] == "go" or word["dated"] == "fine"]
    return bool(goes) and m.clauses[-1].mood == "asked" and not any(_has_weight(word) for word in rest if word not in goes)


def _repeats(reading: Reading, places: Sequence[int], spans: Mapping[str, Span]) -> bool:
    """Return whether clauses only say once more what was asked, before the answer: 娘の名前ですか？ササキ ユイです."""
    m = reading.message
    end = m.folded.span(0, m.clauses[places[-1]].end)[1] if places else 0
    return all(start >= end for start, _ in spans.values()) and all(
        word.meanings or not _has_weight(word)
        for at in places
        for word in m.inside(m.clauses[at])
    )


def _asked_for(
    reading: Reading, turn: _Turn, questions: tuple[str, ...]
) -> Iterator[tuple[str, Any]]:
    """Yield what the questions name: the times that would suit, a date."""
    every = {turn.intent.name, *questions}
    if "ask_free_times" in every:
        yield "free_times", case.named(reading, turn.state.at("visit_date"))
    if "ask_period" in every:
        yield "expires_on", case.named(reading, turn.state.at("expires_on")).get("expires_on")


# The application -----------------------------------------------------------------------------


def _for_application(
    reading: Reading, turn: _Turn
) -> tuple[dict[str, Any], dict[str, Span], dict[str, Any]]:
    """Return what the message answers of an application, where, and what is left for the actions."""
    told = case.told(reading, turn.state.at(turn.asked))
    given = {} if _leaves(turn, told) or _only_talks(reading, turn, told) else dict(told.answers)
    if turn.state.form and (given or not _leaves(turn, told)):
        given = second_thoughts.heard(reading, turn.state, given)
    if given == {"confirmed": "yes"} and turn.state.slots.get("ask_how") == "fix":
        given = {}  # no answer to what is wrong
    later = "expires_on" in told.corrects and turn.asked == "pins" and case.several(turn.state.slots)
    if later:  # it may be the next card's
        return {}, {}, {"known": ["expires_on"], "asks_back": "expiry_of_others_later"}
    anew = "other_card" in given
    known = sorted(slot for slot, value in given.items() if not anew and _said_before(turn, slot, value))
    given = {slot: value for slot, value in given.items() if slot not in known}
    spans = {slot: span for slot, span in told.spans.items() if slot in given}
    doubt = {"asks_back": f"ask_{told.asks}"} if told.asks else {}
    if given:
        return given, spans, doubt
    if name := _reply(reading, turn, told):
        return {}, {}, {"reply": name, "asks_back": name}
    if not turn.asked or turn.intent.name not in NO_RULE["application_form"]:
        return {}, {}, doubt
    if known:
        return {}, {}, {"known": known, **doubt}
    waits = told.waits and not _nothing_wrong(turn)
    return {}, {}, {"reply": "take_your_time"} if waits else doubt


def _leaves(turn: _Turn, told: case.Case) -> bool:
    """Return whether the message is about something else than the answers that its words hold."""
    wanted = {turn.asked, *case.ANSWERS_TO.get(str(turn.asked), ())}
    if told.answers == {"confirmed": "fix"}:
        wanted = set()  # 最初からやり直したいです
    if wanted & told.answers.keys() or told.corrects:
        return False
    return turn.intent.name in LEAVING and turn.intent.confidence >= SURE


_TALKS = 0.2
"""Confidence from which a message may be small talk that only mentions what is asked about."""
_PLAIN_ANSWERS = {"name_kana", "visitor_name", "phone", "confirmed"}


def _only_talks(reading: Reading, turn: _Turn, told: case.Case) -> bool:
    """Return whether what would be an answer is only mentioned: 木曜のドラマ、うちじゅうで見てるの.

    Two witnesses are needed: the classifier takes the message for small talk, and each clause with an
    answer in it says something (by its last word) that no topic here explains.
    """
    if turn.asked in (None, *_PLAIN_ANSWERS) or not told.spans or turn.likely.confidence < _TALKS:
        return False
    return turn.likely.name.startswith(TALK) and not any(
        _is_explained(reading, at, told) for at in _clauses_of(reading, told)
    )


def _clauses_of(reading: Reading, told: case.Case) -> list[int]:
    m = reading.message
    spans = {clause.at: m.folded.span(clause.start, clause.end) for clause in m.clauses}
    return [at for at, (first, last) in spans.items() if any(first < end and start < last for start, end in told.spans.values())]


_SMALL_WORDS = {"particle", "mark", "copula", "auxiliary", "nominal", "other", "end", "adverb"}


def _has_weight(word: Word) -> bool:
    return word.kind not in _SMALL_WORDS and (len(word.text) > 1 or word.text >= "一")


def _is_explained(reading: Reading, at: int, told: case.Case) -> bool:
    """Return whether the last word of weight in a clause is one of a topic, or the answer itself."""
    m = reading.message
    words = [word for word in m.inside(m.clauses[at]) if _has_weight(word)]
    if not words or words[-1].meanings or (len(words) == 1 and words[0].lemma in IS | LACKS):
        return True  # ございます, without what is no small talk
    first, last = m.folded.span(words[-1].start, words[-1].end)
    whole = m.folded.span(m.clauses[at].start, m.clauses[at].end)
    says = any(word.kind in ("verb", "adjective", "copula") for word in m.inside(m.clauses[at]))
    # a fact that rests on a whole sentence does not tell which of its words explains it: 書くのが商売でした
    return any(first < end and start < last and not (says and (start, end) == whole) for start, end in told.spans.values())


def _said_before(turn: _Turn, slot: str, value: Any) -> bool:
    """Return whether something is said once more that is settled, and was not asked for."""
    wanted = {turn.asked, *case.ANSWERS_TO.get(str(turn.asked), ())}
    return slot not in wanted and value is not None and turn.state.slots.get(slot) == value


_REPRESENTATIVES = {"mother", "father", "parent", "parents", "guardian_adult", "guardian_minor"}
_WHOSE = {"誰", "だれ", "どなた", "どっち", "どちら"}


def _reply(reading: Reading, turn: _Turn, told: case.Case) -> str | None:
    """Return the name of the remark to words that need a reply before the question can be answered."""
    words = {word.text for word in reading.message.words}
    if turn.asked and words & _WHOSE and any(text.startswith("本籍") for text in words):
        return "whose_honseki"
    whose = told.answers.get("holder") or turn.state.slots.get("holder")
    if told.asks == "applicant" and whose in ("under_15", "adult_ward"):
        return f"impossible_proxy_{whose}"  # 祖母です, of a child's card
    needs_one = turn.asked == "applicant" and turn.state.slots.get("holder") in ("under_15", "adult_ward")
    cannot = [fact for fact in reading.facts if isinstance(fact, CannotCome)]
    if needs_one and any(fact.who in _REPRESENTATIVES for fact in cannot):
        return "representative_must_come"
    return second_thoughts.reply(reading, turn.state) if turn.state.form == "application_form" else None


def _nothing_wrong(turn: _Turn) -> bool:
    """Return whether a message without an answer was all right ("わかりました"): it only was none."""
    first_yes = turn.intent.name == "affirm" and not turn.state.slots.get("failed_answers")
    return first_yes or turn.intent.name in ("secret_typed", "book", "resume")


# A booking that exists -----------------------------------------------------------------------


def _for_booking(reading: Reading, turn: _Turn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the message says of a booking, and what is left for the actions."""
    asked = turn.asked if turn.asked in QUESTIONS else None
    said = _said_of_booking(reading, turn, asked)
    if asked:
        return said, _lacks(turn, said, reading)
    said.setdefault("action", "check")
    if said["action"] == "check":  # たしか来週の、何曜日でしたかね: no wish for another time
        said = {name: told for name, told in said.items() if name not in ("wish", "counter")}
    besides = bookings.asked_besides(reading, said["action"])
    return said, {"besides": besides} if besides else {}


def _lacks(turn: _Turn, said: Mapping[str, Any], reading: Reading | None) -> dict[str, Any]:
    """Return the remark for who has not got what was asked for, where nothing else is said."""
    intent = turn.intent.name
    if said or turn.asked not in _UNKNOWN or intent not in NO_RULE["booking_form"]:
        return {}
    lacks = intent in ("dont_know", "deny") or (reading and bookings.looks_for_it(reading, turn.asked))
    return {"lacks": bookings.lacking(turn.asked)} if lacks else {}


_UNKNOWN = ("booking_choice", "booking_code", "booking_last4")


def _said_of_booking(reading: Reading, turn: _Turn, asked: str | None) -> dict[str, Any]:
    r = Request.from_slots(turn.state.slots) if asked else Request()
    if asked and turn.intent.name in ("stop", "start_over"):
        return {}
    said = bookings.told(reading, asked, r, turn.state)
    action = bookings.action_meant(ABOUT_BOOKINGS.get(turn.intent.name), reading)
    # At the last question "キャンセルで" is a yes to cancelling, not another wish.
    return said if said.get("confirmed") and r.action == action else _with_action(turn, action, said)


def _with_action(turn: _Turn, action: str | None, said: dict[str, Any]) -> dict[str, Any]:
    """Return what is said with what is wanted, where that is something else than before."""
    before = turn.state.slots.get("booking_action") if turn.asked in QUESTIONS else None
    return {**({"action": action} if action and action != before else {}), **said}


# Asking back ---------------------------------------------------------------------------------


def _open_in(given: Mapping[str, Any]) -> str | None:
    """Return the remark on what an answer leaves open: a date that cannot be, or may be another's."""
    for value in given.values():
        if isinstance(value, dict) and "invalid" in value and isinstance(value["invalid"], str):
            return f"invalid_{value['invalid']}"
    for part in Wish.from_json(given.get("wish")).invalid:
        return f"invalid_{part.reason}"
    return "date_heard" if "unclear_date" in given else None


def _not_read(
    turn: _Turn, given: Mapping[str, Any], left: Mapping[str, Any], questions: Sequence[str]
) -> str | None:
    """Return the remark on a message of which nothing could be read."""
    form, intent = turn.state.form, turn.intent.name
    if form is None:
        return "clarify" if intent == FALLBACK else None
    if given or left.keys() & {"reply", "known", "lacks"} or intent not in NO_RULE[form]:
        return None
    if questions:
        return "unclear_question" if questions == (UNCLEAR,) else None
    if form == "application_form":
        return None if _nothing_wrong(turn) else "answer_not_read"
    return None if intent in ABOUT_BOOKINGS or intent in ("resume", "go_back") else "answer_not_read"
