"""CSV as spreadsheets expect it: UTF-8 with a mark, CRLF, and no cell that would be run."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence


def csv_file(head: Sequence[str], lines: Iterable[Sequence[object]]) -> bytes:
    """Return the file; None is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(head)
    for line in lines:
        writer.writerow([_harmless(value) for value in line])
    return text.getvalue().encode("utf-8-sig")


def _harmless(value: object) -> str:
    # A spreadsheet would run what begins like this, in full width too (OWASP, CSV injection).
    text = "" if value is None else str(value)
    first = unicodedata.normalize("NFKC", text.lstrip()[:1])
    return "'" + text if first in tuple("=+-@") or text[:1] in tuple("\t\r\n") else text
