"""What the clerks' guide and the README tell people to type is understood."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from cli.main import main
from renewal.city import DEFAULT_PATH
from tests.cli.conftest import Run

ROOT = DEFAULT_PATH.parent


def lines(name: str) -> list[str]:
    """Return every `renewal …` line in the code blocks of a page, its comment left out."""
    blocks = re.findall(r"```\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)
    joined = "\n".join(blocks).replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.startswith("renewal ")]


COMMANDS = [*lines("docs/staff.md"), *lines("docs/line.md"), *lines("README.md")]


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_of_the_guide_can_be_typed_as_it_stands(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RENEWAL_NOW", "2026-11-24T10:00:00+09:00")
    words = shlex.split(line.partition(" > ")[0], comments=True)[1:]
    if words == ["--help"]:
        return
    command: click.Command = main
    context = None
    while isinstance(command, click.Group):
        name = words.pop(0)
        context = click.Context(command, parent=context, info_name=name)
        found = command.get_command(context, name)
        assert found, name
        command = found
    command.make_context(str(command.name), words, parent=context)


def test_the_guide_has_every_command_of_the_staff() -> None:
    typed = " ".join(lines("docs/staff.md"))
    text = (ROOT / "docs/staff.md").read_text(encoding="utf-8")
    for name in main.list_commands(click.Context(main)):
        if name not in ("line", "read", "restore", "migrate"):  # for whoever runs it: operations.md, line.md
            assert f"renewal {name}" in typed + text, name


@pytest.mark.parametrize("command", ["bookings add", "bookings amend", "documents"])
def test_the_guide_and_the_help_name_each_pin(command: str, run: Run) -> None:
    guide = (ROOT / "docs/staff.md").read_text(encoding="utf-8")
    said = "".join(run(*command.split(), "--help").stdout.split())
    for pin, name in (("juki", "住民基本台帳用"), ("user", "利用者証明用"), ("sign", "署名用")):
        assert f"`{pin}`（{name}）" in guide
        assert f"{pin}{name}" in said
    assert "JUKI" not in said


def test_the_guide_says_once_what_each_command_of_the_week_is_for() -> None:
    text = (ROOT / "docs/staff.md").read_text(encoding="utf-8")
    week = text.partition("## 週の終わり")[2].partition("## ")[0]
    typed = re.findall(r"^renewal (\w+)", week, re.MULTILINE)
    told = re.findall(r"^- `(\w+)` ", week, re.MULTILINE)
    assert sorted(told) == sorted(set(typed))
    assert typed.count("opinions") == 1


@pytest.mark.parametrize("word", ["renewal audit --code", "renewal migrate", "RENEWAL_CITY", "DATABASE_URL"])
def test_the_guide_names_what_a_clerk_looked_for(word: str) -> None:
    assert word in (ROOT / "docs/staff.md").read_text(encoding="utf-8")
