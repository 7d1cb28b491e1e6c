"""`renewal city`: a city's file is checked before anything runs with it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from ruamel.yaml import YAML

from bot.nlu import built_in
from renewal.city import DEFAULT_PATH
from tests.cli.conftest import Run, refused

ROOT = DEFAULT_PATH.parent
FILES = [DEFAULT_PATH, *sorted((ROOT / "cities").glob("*.yml"))]
SCHEMA = json.loads((ROOT / "city.schema.json").read_text(encoding="utf-8"))


def without_questions(folder: Path) -> Path:
    """Write the shipped file without its questions: whether these collide is for tests/bot/test_faq.py."""
    path = folder / "city.yml"
    text = DEFAULT_PATH.read_text(encoding="utf-8")
    path.write_text(text[: text.index("\nfaq:\n") + 1], encoding="utf-8")
    return path


def test_a_good_file_is_said_to_be_good(run: Run, tmp_path: Path) -> None:
    result = run("city", "check", str(without_questions(tmp_path)))
    assert result.exit_code == 0
    assert "福島市のファイルは使えます。窓口: 本庁舎1階、西口行政サービスコーナー" in result.output
    assert "!unconfirmed" in result.output


def test_a_wrong_file_is_refused_with_its_lines_and_what_can_be_written(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "city.yml"
    text = DEFAULT_PATH.read_text(encoding="utf-8")
    line = text[: text.index("days: [thu]")].count("\n") + 1
    path.write_text(text.replace("days: [thu]", "days: [木]"), encoding="utf-8")
    result = run("city", "check", str(path))
    said = result.stderr
    assert result.exit_code == 2
    assert said.startswith(f"{path}:{line}: ")
    assert "mon、tue、wed、thu、fri、sat、sun" in said


def test_a_question_that_the_bot_answers_already_is_refused_with_its_line(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Fees:
        """A classifier that takes everything for a question about the fee."""

        labels = ("ask_fee",)

        def probabilities(self, texts: Sequence[str]) -> np.ndarray:
            return np.ones((len(texts), 1))

    monkeypatch.setattr(built_in, "model", Fees)
    path = without_questions(tmp_path)
    before = path.read_text(encoding="utf-8")
    path.write_text(f"{before}faq:\n  smoking:\n    phrasings:\n      - 喫煙所\n      - 灰皿\n      - 煙草\n    answer: 外です。\n", encoding="utf-8")
    result = run("city", "check", str(path))
    first = before.count("\n") + 4
    assert result.exit_code == 2
    assert [line.split(": ")[0] for line in result.stderr.splitlines()] == [f"{path}:{first + at}" for at in range(3)]
    assert "「喫煙所」は使えません。「ask_fee」の質問として" in result.stderr


def test_a_file_that_is_not_there_is_refused(run: Run, tmp_path: Path) -> None:
    assert "読めません" in refused(run("city", "check", str(tmp_path / "none.yml")))


# The JSON Schema ------------------------------------------------------------------------------


def as_an_editor_reads(path: Path) -> Any:
    """Read the file as an editor does: what is marked !unconfirmed like anything else, dates as text."""
    text = path.read_text(encoding="utf-8").replace("!unconfirmed", "")
    return json.loads(json.dumps(YAML(typ="safe").load(text), default=str))


def test_the_schema_in_the_repository_is_that_of_the_code(run: Run) -> None:
    assert json.loads(run("city", "schema").output) == SCHEMA


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_city_fits_the_schema(path: Path) -> None:
    jsonschema.validate(as_an_editor_reads(path), SCHEMA)


@pytest.mark.parametrize(
    ("where", "value"),
    [("seats", 0), ("hours", [{"days": ["xxx"]}]), ("hours", [{"days": ["mon"], "open": "25:00"}]),
     ("cutoff", "soon"), ("colour", "red")],
)  # fmt: skip
def test_what_the_schema_knows_it_refuses(where: str, value: Any) -> None:
    data = as_an_editor_reads(DEFAULT_PATH)
    data["counters"]["honchosha"][where] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, SCHEMA)
