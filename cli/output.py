"""How the command shows things: tables, JSON, CSV, and the Japanese words for the fixed values."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import click

WORDS = {
    "self": "本人",
    "legal_representative": "法定代理人",
    "other_proxy": "その他の代理人",
    "general": "一般",
    "under_15": "15歳未満",
    "adult_ward": "成年被後見人",
    "booked": "予約",
    "arrived": "来庁済み",
    "no_show": "来庁なし",
    "cancelled": "取り消し",
}


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
    """Print CSV as spreadsheets expect it: UTF-8 with a mark, CRLF; no cell can be a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(head)
    for line in lines:
        writer.writerow([_harmless(value) for value in line])
    click.echo(text.getvalue().encode("utf-8-sig"), nl=False)


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _harmless(value: object) -> str:
    # A spreadsheet would run what begins like this (OWASP, CSV injection).
    text = _cell(value)
    return "'" + text if text.lstrip().startswith(("=", "+", "-", "@")) else text


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(part) in "WFA" else 1 for part in text)
