"""The `renewal` command, run in this process on a database of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.main import main
from renewal.bookings import create_engine_from, migrate

Run = Callable[..., Result]

BOOK = [
    *("bookings", "add", "--counter", "honchosha", "--start", "2026-12-03T17:30"),
    *("--applicant", "self", "--holder", "general"),
    *("--name", "サトウ ハナコ", "--phone", "090-1234-5678"),
]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of an empty, migrated SQLite database."""
    path = tmp_path_factory.mktemp("template") / "renewal.db"
    engine = create_engine_from(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path.read_bytes()


@pytest.fixture
def environment(tmp_path: Path, database: bytes) -> dict[str, str]:
    """A database of its own, on Tuesday 24 November 2026 at 10:00."""
    (tmp_path / "renewal.db").write_bytes(database)
    return {
        "DATABASE_URL": f"sqlite:///{tmp_path}/renewal.db",
        "RENEWAL_NOW": "2026-11-24T10:00:00+09:00",
        "RENEWAL_CITY": "",
        "CONVERSATIONS_DB": str(tmp_path / "conversations.db"),
    }


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    """Run the command in this process."""

    def run(*args: str, **more: str) -> Result:
        return CliRunner().invoke(main, args, env=environment | more)

    return run


Book = Callable[..., dict[str, Any]]


@pytest.fixture
def book(run: Run) -> Book:
    """Book by phone, with some options changed and others added."""

    def book(*more: str, **options: str) -> dict[str, Any]:
        booking: dict[str, Any] = answer(run(*changed(BOOK, **options), *more, "--json"))
        return booking

    return book


def answer(result: Result) -> Any:
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def refused(result: Result) -> str:
    """Return the one sentence with which the input was refused."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    sentence = result.stderr.rstrip("\n")
    assert "\n" not in sentence
    assert sentence.endswith("。")
    assert sentence.count("。") == 1
    assert re.search("[ぁ-ん]", sentence)
    return sentence


def changed(args: list[str], **options: str) -> list[str]:
    """Return the arguments with some options' values replaced."""
    args = list(args)
    for name, value in options.items():
        args[args.index("--" + name) + 1] = value
    return args
