"""`renewal read`: rows in, rows out; what it shows of what was heard."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot import listening, models
from cli.main import main
from cli.read import answers_of, slots_of
from reading.heard import Heard
from reading.situation import Situation
from renewal import clock
from tests.cli.conftest import Run, refused

ASKED_WHO = {"text": "私が行きます", "asked": "applicant", "known": {"notice": "certificate"}}
MOMENT = Situation(None, {}, datetime(2026, 11, 24, 10, tzinfo=clock.TOKYO))


def rows(environment: dict[str, str], *lines: dict[str, Any]) -> list[dict[str, Any]]:
    said = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    result = CliRunner().invoke(main, ["read", "--json"], input=said, env=environment)
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_line_is_answered_by_a_line(environment: dict[str, str]) -> None:
    wish = {"text": "12月3日の17時半に、市役所で予約したいです。手数料はいくらですか", "asked": None}
    lost = {"text": "ふがふが", "asked": "notice", "known": {}}
    who, first, unread = rows(environment, ASKED_WHO, wish, lost)
    assert who["answers"] == {"applicant": "self"}
    assert (who["intent"], who["asks_back"], who["questions"]) == ("inform", False, [])
    assert first["answers"] == {
        "visit_date": "2026-12-03", "visit_time": "17:30", "counter": "honchosha", "purpose": "book",
    }  # fmt: skip
    assert first["questions"] == ["ask_fee"]
    assert (unread["answers"], unread["asks_back"], unread["rest"]) == ({}, True, [[0, 4]])
    assert set(who) == {"facts", "answers", "questions", "asks_back", "intent", "rest"}


def test_without_a_model_it_says_how_to_get_one(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(models, "path", lambda: models.ROOT / "models" / "none.tar.gz")
    assert "make train" in refused(run("read", "--json"))


def test_lines_of_another_form_are_refused_with_their_number(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "Listener", lambda: None)
    for wrong in ("予約したい", "[]", '{"asked": null}'):
        said = f"{json.dumps(ASKED_WHO)}\n\n{wrong}\n"
        result = CliRunner().invoke(main, ["read", "--json"], input=said, env=environment)
        assert "3行目" in refused(result)


def test_what_is_known_are_the_slots_of_an_application() -> None:
    assert slots_of({"phone": "090-0000-1234", "cards": 2, "visit_date": "2026-12-08"}) == {
        "phone": "09000001234", "cards": 2, "family": True,
        "visit_date": "2026-12-08", "wish": {"days": ["2026-12-08"]},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "shown"),
    [
        ({"cards": 2, "people": [{"applicant": "self"}, {}]}, {"cards": 2, "applicant": "self"}),
        ({"cards": "several"}, {}),
        ({"cards_by": 1}, {"cards": 3}),
        ({"children": ["under_15", None]}, {"cards": 2, "holder": "under_15"}),
        ({"expires_on": {"invalid": "day_missing", "text": "2月"}}, {}),
        ({"forgotten_pins": [], "pins": "remembered"}, {"pins": "remembered", "forgotten_pins": []}),
    ],
)
def test_helpers_of_the_procedure_are_shown_as_what_they_say(
    answers: dict[str, Any], shown: dict[str, Any]
) -> None:
    assert answers_of(Heard("inform", answers=answers), {"cards": 2}, MOMENT) == shown


@pytest.mark.parametrize(
    ("intent", "shown"),
    [("stop", {"stop": True}), ("check_booking", {"purpose": "look_up"}), ("inform", {})],
)
def test_what_a_message_is_for_is_shown(intent: str, shown: dict[str, Any]) -> None:
    assert answers_of(Heard(intent), {}, MOMENT) == shown
