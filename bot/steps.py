"""What a form's question says of itself besides its words: the field it wants, the way back, the way left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renewal import application, booking_change
from renewal.application import Application, Desk
from renewal.booking_change import Request

EXPECTS = {
    "reply_form_limit": "date",
    "expires_on": "date",
    "birthday": "birthday",
    "issued_on": "date",
    "visit_date": "visit",
    "visit_time": "visit",
    "name_kana": "name",
    "visitor_name": "name",
    "phone": "phone",
    "booking_code": "code",
    "booking_last4": "digits",
    "booking_date": "visit",
    "booking_time": "visit",
}
"""The questions that are answered by writing, and what is written: a channel offers the right keys."""
BACK = "/go_back"
_ASKING = (
    "utter_ask_application_form_", "utter_ask_booking_", "utter_ask_counter", "utter_ask_visit_", "utter_ask_confirmed",
)  # fmt: skip


def is_question(utter_action: str) -> bool:
    """Return whether this sentence is a form's question."""
    return utter_action.startswith(_ASKING)


def expected(asked: str) -> dict[str, str]:
    """Return what the question for this slot wants written, {} where a button may answer it."""
    return {"expects": EXPECTS[asked]} if asked in EXPECTS else {}


def left(asked: str, slots: Mapping[str, Any], desk: Desk) -> dict[str, int]:
    """Return about how many questions there are to the end, this one among them."""
    if asked.startswith("booking_"):
        return {}
    return {"left": application.questions_left(Application.from_slots(slots), desk, asked)}


def can_go_back(asked: str, slots: Mapping[str, Any], desk: Desk) -> bool:
    """Return whether there is an answer that can be taken back."""
    if asked.startswith("booking_"):
        request = Request.from_slots(slots)
        return booking_change.can_step_back(request, asked)
    a = Application.from_slots(slots)
    return application.step_back(a, desk, asked) != a
