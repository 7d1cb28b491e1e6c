"""記録: who did what, when, from where, to which booking; and whether the log is whole."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from renewal import clock, words
from renewal.bookings import audit as chain
from renewal.bookings import normalise_code
from renewal.bookings.engine import reading
from renewal.city import City
from renewal.csv_file import csv_file
from staff import typed
from staff.access import allow
from staff.app import city, engine, store, user

pages = Blueprint("audit", __name__)

LOOKS = frozenset({
    "list", "search", "floods", "show", "paper", "day", "hit", "calls", "phone", "board", "print", "export",
    "sign_in", "sign_in_refused", "sign_out", "refused", "backup",
})  # fmt: skip
"""What changes nothing: looks, exports, sign-ins, and what was refused."""
MOST = 200
"""How many entries are shown."""


@pages.route("/audit", methods=["GET", "POST"])
@allow("audit")
def log() -> ResponseReturnValue:
    """Show the entries of some days, the newest first. A code to look for comes as POST."""
    first, last, entries = _asked()
    unread = _unread()
    with reading(engine()) as connection:
        broken = chain.findings(connection)
    return render_template(
        "audit.html", first=first, last=last, entries=entries[:MOST], count=len(entries),
        broken=broken, unread=unread, what=words.audit_what, by=words.audit_who, detail=_detail, codes=_codes,
        code=request.form.get("code", ""), who=request.form.get("who", ""), most=MOST,
        changes="changes" in request.form,
    )  # fmt: skip


@pages.post("/audit/export")
@allow("audit")
def export() -> ResponseReturnValue:
    """Return the entries as CSV; noted as exported."""
    first, last, entries = _asked()
    store().record(user().name, "export", at=clock.real_now(),
                   detail={"what": "audit", "first": first.isoformat(), "last": last.isoformat()})  # fmt: skip
    here = city()
    lines = (
        (f"{each['at']:%Y-%m-%d %H:%M:%S}", words.audit_who(each), each["source"],
         words.audit_what(each), "・".join(_codes(each)), _detail(each, here))
        for each in reversed(entries)
    )  # fmt: skip
    return Response(
        csv_file(("日時", "だれ", "どこから", "何", "予約番号", "内容"), lines), mimetype="text/csv",
        headers={"Content-Disposition": "attachment; filename=audit.csv"},
    )  # fmt: skip


def _codes(entry: dict[str, Any]) -> list[str]:
    """Return the bookings that an entry is about."""
    return [entry["code"]] if entry["code"] else list((entry["detail"] or {}).get("codes") or ())


def _detail(entry: dict[str, Any], here: City) -> str:
    """Return the details of an entry, without the codes, which stand by themselves."""
    rest = {name: value for name, value in (entry["detail"] or {}).items() if name != "codes"}
    return words.audit_detail({**entry, "detail": rest}, here)


def _unread() -> list[str]:
    """Return the fields that say something that is not understood; then nothing is shown."""
    given, today = request.values, clock.real_now().astimezone(clock.TOKYO).date()
    read = {
        "初めの日": (given.get("first", ""), typed.day(given.get("first", ""), today)),
        "終わりの日": (given.get("last", ""), typed.day(given.get("last", ""), today)),
        "予約番号": (request.form.get("code", ""), normalise_code(request.form.get("code", ""))),
    }
    return [name for name, (text, found) in read.items() if text.strip() and not found]


def _asked() -> tuple[date, date, list[dict[str, Any]]]:
    values, today = request.values, clock.real_now().astimezone(clock.TOKYO).date()
    last = typed.day(values.get("last", ""), today) or today
    first = typed.day(values.get("first", ""), today) or last - timedelta(days=6)
    code = normalise_code(request.form.get("code", ""))
    who = request.form.get("who", "").strip()
    entries = [
        each
        for each in reversed([] if _unread() else store().audit(first=first, last=last))
        if (not code or code in _codes(each))
        and ("changes" not in request.form or each["what"] not in LOOKS)
        and (not who or who in (each["who"] or ""))
    ]
    return first, last, entries
