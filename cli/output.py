"""How the command shows things: tables, JSON, CSV, and the Japanese words for the fixed values."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from cli.refusal import Refused

if TYPE_CHECKING:
    from renewal.city import City

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
    """Print CSV as spreadsheets expect it: UTF-8 with a mark, CRLF; no cell can be a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(head)
    for line in lines:
        writer.writerow([_harmless(value) for value in line])
    click.echo(text.getvalue().encode("utf-8-sig"), nl=False)


def phone(digits: str | None) -> str:
    """Return a phone number with hyphens, which a spreadsheet leaves alone: 090-1234-5678.

    Digits alone would lose their first 0 there. Area codes have two to five digits; those that
    this does not know are written like the city's own, 024.
    """
    if not digits or not digits.startswith("0") or len(digits) not in (10, 11):
        return digits or ""
    if len(digits) == 11:
        first, second = 3, 7
    elif digits.startswith(("0120", "0570", "0800", "0990")):
        first, second = 4, 7
    else:
        first, second = (2, 6) if digits[:2] in ("03", "06") else (3, 6)
    return f"{digits[:first]}-{digits[first:second]}-{digits[second:]}"


def moment(start: datetime) -> str:
    """Return a start as a sentence has it: "12月3日（木）17時30分"."""
    from renewal.date_words import japanese_time, short_date

    return short_date(start.date()) + japanese_time(start.time())


def counter_label(city: City, counter_id: str) -> str:
    """Return the counter's short name; of one that city.yml has no more, its id."""
    counter = city.counters.get(counter_id)
    return counter.short_label if counter else counter_id


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _harmless(value: object) -> str:
    # A spreadsheet would run what begins like this, in full width too (OWASP, CSV injection).
    text = _cell(value)
    first = unicodedata.normalize("NFKC", text.lstrip()[:1])
    return "'" + text if first in tuple("=+-@") or text[:1] in tuple("\t\r\n") else text


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(part) in "WFA" else 1 for part in text)
