"""Whether a turn decided something silently: what changed in it, what it said, and what was booked.

After every message one of these holds: something changed and the turn says so; or nothing did, and the turn
says what was not understood, or why not, or answers a question. And no booking is made, moved or cancelled
that differs from the last summary shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from actions import base
from bot import steps
from renewal import calendar_view, city, party
from renewal.application import Application
from renewal.booking_change import Request
from renewal.bookings import Booking
from renewal.date_words import japanese_date, japanese_time, short_date, wish_in_words
from renewal.phone_numbers import hyphenated
from renewal.wish import Wish

NOT_TOLD = {"hold", "documents_shown", "confirmed", "outcome", "done", "to_come", "half_date"}
"""What people do not tell: kept for the machinery, or looked at card by card."""
_EMPTY = (None, [], {})
_PLAIN = {"affirm", "book", "resume", "thank", "greet", "deny", "go_back", "correct", "dont_know", "inform"}


@lru_cache(maxsize=1)
def _words() -> dict[str, str]:
    """Return the words utter_word_… of domain.yml by their names."""
    domain = yaml.safe_load((Path(__file__).parents[2] / "domain.yml").read_text(encoding="utf-8"))
    named = {name.removeprefix("utter_word_"): each for name, each in domain["responses"].items()}
    return {name: str(each[0]["text"]) for name, each in named.items()}


@dataclass(frozen=True)
class Moment:
    """A conversation between two messages."""

    application: Application
    request: Request
    asked: str | None

    @classmethod
    def of(cls, tracker: DialogueStateTracker | None) -> Moment:
        slots = tracker.current_slot_values() if tracker else {}
        asked = slots.get("requested_slot")
        return cls(Application.from_slots(slots), Request.from_slots(slots), asked)


@dataclass(frozen=True)
class Turn:
    """What the bot said to the latest message: the sentences by their names, and all their words."""

    sentences: tuple[str, ...]
    words: str
    intent: str

    @classmethod
    def of(cls, tracker: DialogueStateTracker) -> Turn:
        said: list[BotUttered] = []
        intent = ""
        for event in reversed(tracker.events):
            if isinstance(event, UserUttered):
                intent = str(event.intent_name)
                break
            if isinstance(event, BotUttered):
                said.insert(0, event)
        words = "\n".join(f"{each.text or ''} {_inside((each.data or {}).get('custom'))}" for each in said)
        return cls(tuple(str(each.metadata.get("utter_action") or "") for each in said), words, intent)

    @property
    def besides(self) -> list[str]:
        """What is said besides the form's question."""
        return [name for name in self.sentences if not steps.is_question(name)]


def _inside(custom: Any) -> str:
    """Return the words of a card, but for those of a calendar, in which everything stands."""
    if not isinstance(custom, dict) or custom.get("type") == "slot_calendar":
        return ""
    return str(custom)


def kept_silent(before: Moment, after: Moment, turn: Turn) -> list[str]:
    """Return what a turn decided, or did not understand, without a word."""
    if before.application != after.application and after.application == Application():
        return [] if turn.besides else ["all was forgotten"]  # booked, ended, or begun again
    if turn.intent == "stop" and turn.besides:
        return []  # all is given back, and that is said
    changed = dict(_changes(before, after))
    if not changed:
        return [] if _speaks(before, after, turn) else ["nothing changed, and nothing is said about it"]
    return [
        f"{name} became {value!r}"
        for name, value in changed.items()
        if not _is_said(name, value, before, after, turn)
    ]


def _changes(before: Moment, after: Moment) -> Iterator[tuple[str, Any]]:
    old, new = before.application, after.application
    if (len(old.done or ()), party.number(old)) != (len(new.done or ()), party.number(new)):
        cards = [[_known(a, at) for at in range(party.number(a))] for a in (old, new)]
        if cards[0] != cards[1]:
            yield "cards", party.number(new)
    else:
        for name, value in new.changes_since(old).items():
            same = value in _EMPTY and getattr(old, name) in _EMPTY
            if not same and name not in NOT_TOLD and not _as_before(name, value, new):
                yield name, value
    if after.request == Request():
        return  # done with, or left: the other business asks its own question
    for name, value in after.request.changes_since(before.request).items():
        if name not in ("booking_hold", "booking_confirmed", "booking_outcome", "booking_found", "booking_counter"):
            yield name, value


def _as_before(name: str, value: Any, a: Application) -> bool:
    """Return whether something is taken over from an earlier card: the household of the same visitor."""
    return name == "proof_waiver" and any(card.get(name) == value for card in a.done or ())


def _known(a: Application, place: int) -> dict[str, Any]:
    return {name: value for name, value in party.known(a, place).items() if value is not None}


def _speaks(before: Moment, after: Moment, turn: Turn) -> bool:
    """Return whether a turn that changed nothing says something: a reply, or the question to a plain word."""
    if turn.besides:
        return True
    return bool(turn.sentences) and (before.asked != after.asked or turn.intent in _PLAIN)


def _is_said(name: str, value: Any, before: Moment, after: Moment, turn: Turn) -> bool:
    if value is None and "utter_reopened" in turn.sentences:
        return True  # what goes with what is told anew
    answers = name == before.asked and value is not None
    if answers and after.asked != before.asked:
        return True  # it goes on from there
    if value is None and after.asked == name:
        return True  # it is asked about anew
    said = [each for each in _said_as(name, value, after) if each in turn.words]
    return bool(said)


def _said_as(name: str, value: Any, after: Moment) -> Iterator[str]:
    """Yield the words in which a change may be said."""
    known = city.load()
    slot = name.removeprefix("booking_")
    if slot in ("wish", "visit_date", "visit_time", "date", "time"):
        yield from _when(slot, value)
    elif slot == "counter":
        yield from [known.counters[value].short_label, known.counters[value].label] if value in known.counters else ["どこ", "窓口"]
    elif slot in ("name_kana", "visitor_name"):
        yield from [f"{value} 様"] if value else ["お名前"]
    elif slot == "phone":
        yield from [hyphenated(value)] if value else ["電話"]
    elif slot in ("expires_on", "birthday", "issued_on", "reply_form_limit", "card_expires_on", "unclear_date"):
        yield from _dates(value)
        yield from ("有効期限", "生年月日", "年か日付", "照会書", "日付", *(("ご希望",) if name == "unclear_date" else ()))
    else:
        yield from _OTHERS.get(slot, ())
        if isinstance(value, str) and f"slot_{slot}" in _words():
            yield _words()[f"slot_{slot}"]


_OTHERS: Mapping[str, tuple[str, ...]] = {
    "notice": ("電子証明書の更新", "カード本体", "通知"),
    "applicant": ("ご本人", "代理", "法定代理人", "来られ"),
    "holder": ("15歳", "お子さま", "成年被後見人", "カード", "ご本人"),
    "near_fifteen": ("15歳", "生年月日"),
    "relation": ("お子さま", "カード", "来られ", "人分"),
    "proof_waiver": ("同じ世帯", "戸籍謄本", "登記事項証明書", "本籍"),
    "reply_form": ("照会書兼回答書",),
    "reissue_plan": ("照会書", "用紙", "再発行"),
    "half_date": ("何日か",),
    "date_meant": ("期限", "日"),
    "expiry_help": ("期限",),
    "expiry_checked": ("期限", "更新できる"),
    "book_later": ("予約",),
    "pins": ("暗証番号",),
    "forgotten_pins": ("暗証番号",),
    "pins_each": ("暗証番号",),
    "certificates": ("電子証明書", "暗証番号"),
    "cards": ("人分", "何人", "1人目", "2人目", "3人目", "4人目"),
    "family": ("人分", "何人"),
    "action": ("予約",),
    "code": ("予約番号", "予約", "けた"),
    "last4": ("4けた", "予約"),
    "choice": ("予約",),
}


def _when(slot: str, value: Any) -> Iterator[str]:
    if not value:
        yield from ("日", "時")
    elif slot == "wish":
        wish = Wish.from_json(value)
        yield from wish_in_words(wish)
        yield from (short_date(day) for day in wish.days)
        yield from (japanese_time(at) for at in wish.times)
        yield from ("ご希望", "いちばん早い", "日", "時")
    elif slot in ("visit_date", "date"):
        yield short_date(date.fromisoformat(value))
    else:
        at = time.fromisoformat(value)
        yield from (japanese_time(at), f"{at:%-H:%M}")


def _dates(value: Any) -> Iterator[str]:
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        return
    yield from (japanese_date(day), short_date(day))


# What is booked -----------------------------------------------------------------------------------


@dataclass
class Summaries:
    """The last summary that a conversation was shown, and whether what is then booked is just that."""

    booked: dict[str, Booking] | None = None  # as they were before the latest turn
    rows: dict[str, list[str]] | None = None
    change: str = ""
    """What the last question before a change or a cancellation said."""

    def begin(self) -> None:
        """Note what others have booked before."""
        self.booked = _bookings()

    def differ(self, payloads: list[dict[str, Any]], said: str) -> list[str]:
        """Return how what was booked, moved or cancelled in a turn differs from what was summed up before."""
        now = _bookings()
        wrong: list[str] = []
        for code, booking in now.items():
            before = self.booked.get(code) if self.booked else None
            if before is None:
                wrong += _unlike_the_summary(booking, self.rows)
            elif before.status != booking.status:
                wrong += [] if _place(before) in self.change else [f"cancelled {_place(before)}, asked {self.change!r}"]
            elif _place(before) != _place(booking):
                wrong += [] if _place(booking) in self.change else [f"moved to {_place(booking)}, asked {self.change!r}"]
        self.booked = now
        for payload in payloads:
            if payload["type"] == "summary":
                self.rows = {row["id"]: row["values"] for row in payload["rows"]}
        if "変更後" in said or "取り消します。よろしいですか" in said or "取り消しますか" in said:
            self.change = said
        return wrong


def _bookings() -> dict[str, Booking]:
    return {each.code: each for each in base.bookings().list_bookings()}


def _place(booking: Booking) -> str:
    label = city.load().counter_label(booking.counter)
    return f"{short_date(booking.start.date())}{japanese_time(booking.start.time())}　{label}"


def _unlike_the_summary(booking: Booking, rows: Mapping[str, list[str]] | None) -> list[str]:
    """Return the rows of the summary that the booking does not bear out; written without the code that draws them."""
    if rows is None:
        return ["booked without a summary"]
    known = city.load()
    start = booking.start
    visitor = [f"{booking.visit.visitor_name} 様"] if booking.visit.visitor_name else []
    stored = {
        "when": [f"{japanese_date(start.date())}{japanese_time(start.time())}"],
        "counter": [known.counters[booking.counter].label],
        "holder": _each(_words()[f"whose_{card.holder}"] for card in booking.cards),
        "comes": _each(_words()[f"who_{booking.applicant_for(card)}"] for card in booking.cards) + visitor,
        "name": _each(f"{card.name_kana} 様" for card in booking.cards),
        "phone": [hyphenated(booking.phone)],
        "bring": _to_bring(booking),
    }
    shown = {**rows, "when": rows["when"][:1]}
    return [f"{row}: shown {shown[row]}, booked {value}" for row, value in stored.items() if shown[row] != value]


def _to_bring(booking: Booking) -> list[str]:
    card = calendar_view.booking_card(booking, base.desk())
    items = [item for person in card["people"] for item in person["items"]]
    things = [item["label"] for item in items if not item["waived"] and not _is_pin(item["id"])]
    return _each([*things, *([_words()["row_pins"]] if any(_is_pin(item["id"]) for item in items) else [])])


def _is_pin(id_: str) -> bool:
    return id_.startswith("pin_") and id_ != "pin_reset_extra"


def _each(values: Any) -> list[str]:
    return list(dict.fromkeys(values))
