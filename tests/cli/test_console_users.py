"""Users of the clerks' console on the command line: the first administrator comes from here."""

from __future__ import annotations

import re

from renewal.bookings import create_engine_from
from staff import accounts
from tests.cli.conftest import Run, answer, refused


def test_the_first_administrator_is_added_with_a_password_for_once(
    run: Run, environment: dict[str, str]
) -> None:
    said = run("staff", "add", "佐藤", "--role", "admin", "--as", "tanaka").stdout
    assert re.search(r"最初のパスワード: [0-9a-f-]{20}$", said.strip())
    [user] = accounts.users(create_engine_from(environment["DATABASE_URL"]))
    assert (user.name, user.roles, user.counters, user.finished) == ("佐藤", ("admin",), None, False)
    again = run("staff", "reset", "佐藤", "--as", "tanaka").stdout
    assert again.split()[-1] != said.split()[-1]
    noted = answer(run("audit", "--json"))
    assert [(each["what"], each["who"]) for each in noted] == [("user_add", "tanaka"), ("user_reset", "tanaka")]
    assert said.split()[-1] not in str(noted)


def test_what_makes_no_sense_is_refused(run: Run) -> None:
    assert refused(run("staff", "add", "佐藤", "--role", "desk", "--counter", "nowhere"))
    assert refused(run("staff", "add", "佐藤", "--role", "king"))
    assert refused(run("staff", "add", "あ" * 33, "--role", "desk"))
    assert refused(run("staff", "reset", "だれか"))
    run("staff", "add", "佐藤", "--role", "desk")
    assert refused(run("staff", "add", "佐藤", "--role", "desk"))
