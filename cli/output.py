"""How the command shows things: tables, JSON, CSV, in whatever characters the terminal has."""

from __future__ import annotations

import codecs
import io
import json
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import click

from cli.refusal import Refused
from renewal.csv_file import csv_file

# What Japanese Windows writes with other characters than everybody else (Shift_JIS and CP932 map
# the same bytes to different ones).
_IN_CP932 = {"〜": "～", "−": "－", "—": "―", "‖": "∥", "–": "-", "‐": "-", "¥": "￥", "•": "・"}


def _nearest(error: UnicodeError) -> tuple[str, int]:
    """Return what stands for characters that the terminal does not have, and where to go on."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = ""
    for character in error.object[error.start : error.end]:
        base = unicodedata.normalize("NFKD", character)[0]  # é is written e
        for each in (_IN_CP932.get(character, character), base, "?"):
            try:
                each.encode(error.encoding)
            except UnicodeEncodeError:
                continue
            text += each
            break
    return text, error.end


def fit_to_terminal() -> None:
    """Write what a terminal does not have (cp932 knows no 〜) with what is nearest to it."""
    codecs.register_error("nearest", _nearest)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower() not in ("utf-8", "utf8"):
            stream.reconfigure(errors="nearest")


def show(
    head: Sequence[str],
    lines: Sequence[Sequence[object]],
    value: Any,
    *,
    as_json: bool,
    as_csv: bool = False,
    nothing: str,
) -> None:
    """Print the value as JSON, or the lines as CSV or as a table, or that there is nothing.

    Raises Refused when both JSON and CSV are wanted.
    """
    refuse_both(as_json, as_csv)
    if as_json:
        show_json(value)
    elif as_csv:
        show_csv(head, lines)
    elif lines:
        show_table(head, lines)
    else:
        click.echo(nothing)


def refuse_both(as_json: bool, as_csv: bool) -> None:
    """Raise Refused when both are wanted; called before anything is done or noted."""
    if as_csv and as_json:
        raise Refused("--json と --csv は、どちらか一方だけ指定してください。")


def show_json(value: Any) -> None:
    """Print JSON, readable and with Japanese as it is."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def show_table(head: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """Print a table whose columns line up in a terminal, where Japanese is two columns wide."""
    cells = [list(head)]
    cells += [[_cell(value) for value in line] for line in lines]
    widths = [max(_width(line[column]) for line in cells) for column in range(len(head))]
    for line in cells:
        padded = (
            cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)
        )
        click.echo("  ".join(padded).rstrip())


def show_csv(head: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """Print CSV as spreadsheets expect it."""
    click.echo(csv_file(head, lines), nl=False)


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(part) in "WFA" else 1 for part in text)
