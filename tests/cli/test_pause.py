"""Stopping and resuming the chat on the command line."""

from __future__ import annotations

import pytest

from renewal import clock, pauses
from renewal.bookings import create_engine_from
from tests.cli.conftest import Run, answer, refused


def test_a_pause_keeps_its_reason_for_citizens_and_is_noted(
    run: Run, environment: dict[str, str]
) -> None:
    assert run("pause", "--reason", "システムの点検のためです").exit_code == 0
    pause = pauses.current(create_engine_from(environment["DATABASE_URL"]), clock.real_now())
    assert pause is not None
    assert pause.reason == "システムの点検のためです。"
    assert run("resume", "--as", "sato").exit_code == 0
    assert pauses.current(create_engine_from(environment["DATABASE_URL"]), clock.real_now()) is None
    noted = answer(run("audit", "--json"))
    assert [(each["what"], each["detail"]) for each in noted] == [
        ("pause", {"reason": "システムの点検のためです。"}),
        ("resume", None),
    ]


@pytest.mark.parametrize("reason", ["", " 。", "あ" * 101, "1234-5678-9018"])
def test_a_reason_that_citizens_should_not_see_is_refused(run: Run, reason: str) -> None:
    assert refused(run("pause", "--reason", reason))


def test_a_chat_that_is_open_cannot_be_resumed(run: Run) -> None:
    assert refused(run("resume")) == "チャットは止まっていません。"
