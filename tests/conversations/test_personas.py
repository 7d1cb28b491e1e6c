"""Whole conversations of tests/nlu/conversations.yml: each person reaches what is right for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from renewal.bookings import Bookings
from tests.conversations.driver import Person

PERSONAS = yaml.safe_load(
    (Path(__file__).parents[1] / "nlu" / "conversations.yml").read_text(encoding="utf-8")
)
MOST_TURNS = 40
# What the bot must have said when a conversation ends without a booking.
SAID = {
    "card_renewal": "カード本体の更新",
    "too_early": "更新できるのは",
    "reissue_first": "再発行",
    "impossible": "法定代理人",
    "call_centre": "024-505-0445",
    "stopped": "",
    "walk_in": "予約なし",
}


# Questions that the bot learnt after the personas were written.
_LATER_QUESTIONS = {
    True: {"reissue_plan": "はい、届いたあとの日で予約します"},
    False: {"reissue_plan": "届いてからにします"},
}


def _as_list(value: Any) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list) else [str(value)]


def play(persona: dict[str, Any], person: Person) -> None:
    """Let the person say their part until nothing more is asked or to be said."""
    times_asked: dict[str, int] = {}
    for opening in persona["says"]:
        person.says(opening)
    for answered in range(1, MOST_TURNS):
        asked = person.slot("requested_slot")
        answers = {
            **_LATER_QUESTIONS[persona["expect"]["outcome"] == "booked"],
            **persona["answers"],
        }
        if asked is None or asked not in answers:
            return
        wanted = _as_list(answers[asked])
        nth = times_asked.get(asked, 0)
        times_asked[asked] = nth + 1
        person.says(wanted[min(nth, len(wanted) - 1)])
        for said in _as_list((persona.get("interjections") or {}).get(answered, [])):
            person.says(said)


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona["name"])
def test_each_person_reaches_what_is_right_for_them(
    persona: dict[str, Any],
    person: Callable[[], Person],
    bookings: Bookings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RENEWAL_NOW", persona["now"])
    talker = person()
    play(persona, talker)
    problems = differences(persona["expect"], talker, bookings)
    transcript = "\n".join(f"{who:>4} {text}" for who, text in talker.transcript)
    assert not problems, f"{problems}\n{transcript}"


def differences(expect: dict[str, Any], talker: Person, bookings: Bookings) -> list[str]:
    """Return what is not as expected, in words."""
    said = "\n".join(text for who, text in talker.transcript if who == "bot")
    problems = [f"never said {text!r}" for text in expect.get("says", []) if text not in said]
    made = bookings.list_bookings()
    if expect["outcome"] != "booked":
        if made:
            problems.append(f"booked {made[0].start}")
        if SAID[expect["outcome"]] not in said:
            problems.append(f"never said {SAID[expect['outcome']]!r}")
        return problems
    if len(made) != 1:
        return [*problems, f"{len(made)} bookings; asked for {talker.slot('requested_slot')}"]
    booking, card = made[0], made[0].cards[0]
    facts = {
        "counter": booking.counter,
        "start": booking.start.strftime("%Y-%m-%dT%H:%M+09:00"),
        "day": booking.start.date().isoformat(),
        "applicant": booking.visit.applicant,
        "holder": card.holder,
    }
    problems += [
        f"{name} is {facts[name]}, not {expect[name]}"
        for name in facts
        if name in expect and str(expect[name]) != facts[name]
    ]
    problems += [
        f"{id_} not listed" for id_ in expect.get("documents", []) if id_ not in card.documents
    ]
    problems += [
        f"{id_} listed" for id_ in expect.get("not_documents", []) if id_ in card.documents
    ]
    return problems
