"""What was heard of a message: what the actions go by, which know nothing of how it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from renewal.application import Application
from renewal.booking_change import Request

Form = Literal["application_form", "booking_form"]
Span = tuple[int, int]
FALLBACK = "nlu_fallback"
EXACTLY = "ask_exactly"
"""The intent of a question with something in it that is answered from the rules (`left`: about)."""
UNCLEAR = "unclear"
"""Among the questions of a message: one that is plainly asked and not understood."""
ABOUT_BOOKINGS = {"check_booking": "check", "change_booking": "change", "cancel_booking": "cancel"}
# What these say in a form is an answer or nothing; every other intent has a rule of its own.
NO_RULE: dict[Form, set[str]] = {
    "application_form": {
        "inform", "affirm", "deny", "dont_know", "correct", "book", FALLBACK, "secret_typed",
        "resume", "chitchat",
    },
    "booking_form": {
        *ABOUT_BOOKINGS, "inform", "affirm", "deny", "dont_know", "correct", "resume", "go_back",
        FALLBACK, "secret_typed",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Heard:
    """What a message means, for the actions: they read no text.

    `answers` are those of `form`, as renewal.application.advance or renewal.booking_change.advance
    takes them. `questions` are asked besides, in their order. `asks_back` names the remark with which
    the next turn comes back to this very message. `left` holds what else the actions go by:

    - reply: a remark that the words need before anything else
    - known: slots that are spoken of and left as they are
    - lacks: a remark for who has not got the code or the digits that were asked for
    - besides: a remark on what is wanted beyond the booking itself
    - language: another one than Japanese, in which it is written
    - about: what is asked exactly (reading/asked_about.py)
    - free_times, expires_on: what a question for free times or for the period names
    """

    intent: str
    confidence: float = 1.0
    form: Form | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    questions: tuple[str, ...] = ()
    asks_back: str | None = None
    left: Mapping[str, Any] = field(default_factory=dict)
    spans: Mapping[str, Span] = field(default_factory=dict)
    """Where in the text the answers stand, as far as that is known."""

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {**vars(self), "questions": list(self.questions)}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Heard:
        """Return what `to_json` wrote."""
        answers = dict(plain["answers"])
        if "expiries" in answers:  # by the place of the card; JSON has made words of the figures
            answers["expiries"] = {int(at): day for at, day in answers["expiries"].items()}
        spans = {slot: tuple(span) for slot, span in plain["spans"].items()}
        questions = tuple(plain["questions"])
        return cls(**{**plain, "answers": answers, "questions": questions, "spans": spans})

    def entities(self, text: str) -> list[dict[str, Any]]:
        """Return the answers as Rasa's entities; one whose place is not known spans the text."""
        prefix, own = ("booking_", Request) if self.form == "booking_form" else ("", Application)
        names = {each.name for each in fields(own)}
        return [
            {"entity": f"{prefix}{slot}", "value": value, "start": start, "end": end}
            for slot, value in self.answers.items()
            if slot in names
            for start, end in [self.spans.get(slot, (0, len(text)))]
        ]
