"""Everything of a city stands in its file: no other text that runs names one of its counters."""

from __future__ import annotations

import io
import json
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from renewal.city import DEFAULT_PATH, load

ROOT = DEFAULT_PATH.parent
FILES = [DEFAULT_PATH, *sorted((ROOT / "cities").glob("*.yml"))]
COMMON = {
    "市役所", "役所", "役場", "町役場", "市役所本庁", "市役所本庁舎", "本庁", "本庁舎", "支所", "出張所",
    "手続コーナー", "市役所1階", "役場1階", "サービスコーナー",
    "マイナンバーカード手続コーナー", "マイナンバーカード窓口", "west",
}  # fmt: skip
"""What such places are called in any municipality: words of the language."""


def names_of(path: Path) -> set[str]:
    city = load(path)
    named = {name for counter in city.counters.values() for name in (*counter.names, counter.place or "")}
    return {name for name in {*named, city.name, city.name[:-1]} - COMMON if name}


def without_comments(source: str) -> str:
    """Return a Python file without comments and docstrings: their examples change nothing."""
    kept, line_begins = [], True
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.NL):
            line_begins = True
            continue
        if token.type == tokenize.COMMENT or (token.type == tokenize.STRING and line_begins):
            continue
        kept.append(token.string)
        line_begins = False
    return "\n".join(kept)


def texts() -> Iterator[tuple[Path, str]]:
    """Yield what runs: code without its comments, data as it is loaded."""
    for folder in ("actions", "reading", "renewal", "bot", "cli"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix == ".py":
                yield path, without_comments(path.read_text(encoding="utf-8"))
            elif path.suffix in (".js", ".html", ".css", ".svg"):
                yield path, path.read_text(encoding="utf-8")
            elif path.suffix == ".yml":
                loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
                yield path, json.dumps(loaded, ensure_ascii=False)
    for name in ("domain.yml", "config.yml", "endpoints.yml", "credentials.yml", "data/rules.yml", "data/stories.yml"):
        if (ROOT / name).exists():
            yield ROOT / name, json.dumps(yaml.safe_load((ROOT / name).read_text("utf-8")), ensure_ascii=False)


@pytest.mark.parametrize("city", FILES, ids=lambda path: path.stem)
def test_no_counters_id_or_name_stands_anywhere_but_in_the_citys_file(city: Path) -> None:
    names = names_of(city)
    assert names
    found = [(path.name, name) for path, text in texts() for name in sorted(names) if name in text]
    assert found == []


def test_a_name_in_code_would_be_found() -> None:
    assert "nishiguchi" not in without_comments('"""nishiguchi"""\nx = 1  # nishiguchi\n')
    assert "nishiguchi" in without_comments('x = "nishiguchi"\n')
    assert {"honchosha", "本庁舎1階", "西口", "福島市", "茂庭"} <= names_of(DEFAULT_PATH)
