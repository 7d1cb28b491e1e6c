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
from renewal.csv_file import csv_file
from staff import typed
from staff.access import allow
from staff.app import city, engine, store, user

pages = Blueprint("audit", __name__)

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
        broken=broken, unread=unread, what=words.audit_what, by=words.audit_who, detail=words.audit_detail,
        code=request.form.get("code", ""), who=request.form.get("who", ""), most=MOST,
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
         words.audit_what(each), each["code"], words.audit_detail(each, here))
        for each in reversed(entries)
    )  # fmt: skip
    return Response(
        csv_file(("日時", "だれ", "どこから", "何", "予約番号", "内容"), lines), mimetype="text/csv",
        headers={"Content-Disposition": "attachment; filename=audit.csv"},
    )  # fmt: skip


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
        if (not code or code == each["code"] or code in ((each["detail"] or {}).get("codes") or ()))
        and (not who or who in (each["who"] or ""))
    ]
    return first, last, entries
