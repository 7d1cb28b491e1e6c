"""`renewal read`: what the bot makes of messages, each said in a conversation that is given."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

import click

from cli.arguments import json_option
from cli.refusal import Command, Refused
from reading.dated import visit_answers
from reading.heard import EXACTLY, Heard
from reading.situation import Situation
from renewal.wish import Wish

PURPOSES = {
    "book": "book",
    "check_booking": "look_up",
    "change_booking": "change",
    "cancel_booking": "cancel",
}
# Slots that stand in answers under their own names.
_AS_THEY_ARE = (
    "notice", "applicant", "holder", "proof_waiver", "reply_form", "reply_form_limit", "expires_on",
    "birthday", "pins", "forgotten_pins", "counter", "name_kana", "visitor_name", "phone",
    "confirmed", "visit_date", "visit_time",
)  # fmt: skip


@click.command("read", cls=Command)
@json_option
def read(as_json: bool) -> None:
    """文を、ボットがどう読むか（標準入力に JSON Lines）"""
    if not as_json:
        raise Refused("読む文は標準入力に1行に1つのJSONで渡し、--json を付けてください。")
    from bot import listening, models

    if not models.path().exists():
        raise Refused(models.missing())
    lines = enumerate(sys.stdin, 1)
    rows = [_row(line, number) for number, line in lines if line.strip()]
    listener = listening.Listener()
    for text, asked, known in rows:
        parsed = listener.hears(text, asked, slots_of(known))
        situation = listener.state.at(asked)
        click.echo(json.dumps(shown(parsed, known, situation), ensure_ascii=False))


def _row(line: str, number: int) -> tuple[str, str | None, dict[str, Any]]:
    try:
        row = json.loads(line)
        return str(row["text"]), row.get("asked"), dict(row.get("known") or {})
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refused(
            f"{number}行目は、{{\"text\": \"…\", \"asked\": null, \"known\": {{}}}} の形のJSONにしてください。"
        ) from None


def slots_of(known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the slots of an application of which this is known."""
    slots = {name: known[name] for name in _AS_THEY_ARE if known.get(name) is not None}
    if "phone" in slots:
        slots["phone"] = "".join(each for each in str(slots["phone"]) if each.isdigit())
    if cards := known.get("cards"):
        slots |= {"cards": cards, "family": cards > 1}
    wish = Wish.from_json({"days": [known["visit_date"]] if known.get("visit_date") else []})
    return {**slots, **({"wish": wish.to_json()} if wish else {})}


def shown(parsed: Mapping[str, Any], known: Mapping[str, Any], s: Situation) -> dict[str, Any]:
    """Return a parsed message as the command shows it."""
    heard = Heard.from_json(parsed["heard"])
    asks = heard.intent.startswith("ask_") and not heard.questions
    return {
        "facts": parsed.get("facts", []),
        "answers": answers_of(heard, known, s),
        "questions": [heard.intent] if asks else [heard.intent if each == EXACTLY else each for each in heard.questions],
        "asks_back": heard.asks_back is not None,
        "intent": heard.intent,
        "rest": parsed.get("rest", []),
    }


def answers_of(heard: Heard, known: Mapping[str, Any], s: Situation) -> dict[str, Any]:
    """Return what was heard, by the names of the command."""
    found = {name: heard.answers[name] for name in _AS_THEY_ARE if _told(heard.answers.get(name))}
    if heard.answers.get("near_fifteen") and heard.asks_back:
        found.pop("holder", None)  # the day of the visit decides
    found |= _of_cards(heard.answers, known)
    found |= visit_answers(Wish.from_json(heard.answers.get("wish")), s)
    if heard.intent == "stop":
        found["stop"] = True
    if heard.intent in PURPOSES:
        found["purpose"] = PURPOSES[heard.intent]
    return found


def _told(value: Any) -> bool:
    return value is not None and not (isinstance(value, dict) and "invalid" in value)


def _of_cards(answers: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is told of several cards: how many, and whose the one is that is asked about."""
    found: dict[str, Any] = {}
    people = answers.get("people") or answers.get("children") or []
    count = answers.get("cards") or len(people)
    if by := answers.get("cards_by"):
        count = int(known.get("cards") or 1) + by
    if isinstance(count, int) and count > 0:
        found["cards"] = count
    if people:
        first = people[0] if isinstance(people[0], dict) else {"holder": people[0]}
        found |= {name: first[name] for name in ("applicant", "holder") if first.get(name)}
    if comes := answers.get("comes"):
        found["applicant"] = "self" if comes[1] else "other_proxy"
    if day := (answers.get("expiries") or {}).get(0):
        found["expires_on"] = day
    if named := answers.get("name_of"):
        found["name_kana"] = named[1]
    return found
