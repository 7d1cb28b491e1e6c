"""検索: one field for a code, figures of a phone, names or a day; what is looked for is in no address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from renewal import clock, found_bookings
from renewal.bookings import Booking, first_half, normalise_code
from renewal.csv_file import csv_file
from renewal.weekly_figures import STATUSES
from staff import accounts, typed
from staff.access import allow
from staff.app import city, engine, store, user
from staff.owed import status
from staff.references import reference

pages = Blueprint("search", __name__)

MOST = 100
"""How many are shown."""


@dataclass(frozen=True)
class Looked:
    """What was looked for: in the one field, and by the filters."""

    text: str = ""
    first: str = ""
    last: str = ""
    counter: str = ""
    status: str = ""
    channel: str = ""

    def __bool__(self) -> bool:
        """Return whether anything is looked for."""
        return any(vars(self).values())


@pages.get("/search")
@allow("search")
def form() -> ResponseReturnValue:
    """Show the empty field; what was just looked for is shown to whom `look` sends here."""
    looked = _kept() if "found" in request.args else Looked()
    count, shown, why = _find(looked, MOST) if looked else (0, [], "")
    now, here = clock.now(), city()
    if looked:
        _note("search", shown, looked)
    lost = store().without_seat_among(shown, here, now)
    return render_template(
        "search.html", looked=looked, shown=shown, count=count, why=why, reference=reference,
        status=lambda each: status(each, lost.get(each.code)), statuses=STATUSES,
        counters=[each for each in here.counters if each in _counters()], advice=_advice(looked),
    )  # fmt: skip


@pages.post("/search")
@allow("search")
def look() -> ResponseReturnValue:
    """Keep what is looked for with the session, and go to the page that shows it."""
    given = {name: request.form.get(name, "").strip()[:80] for name in vars(Looked())}
    accounts.keep(engine(), g.session.hash, kept={**g.session.kept, "search": given})
    return redirect(url_for("search.form", found=1), 303)


@pages.post("/search/export")
@allow("export")
def export() -> ResponseReturnValue:
    """Return all that was found, for Excel; noted as exported."""
    looked = _kept()
    if not looked:
        flash("先に、書き出すものを検索してください。")
        return redirect(url_for("search.form"), 303)
    _, found, _ = _find(looked, 1_000_000)
    _note("export", found, looked)
    now, here = clock.now(), city()
    lost = store().without_seat_among(found, here, now)
    lines = found_bookings.lines(found, lost, here, now)
    return Response(
        csv_file(found_bookings.COLUMNS, lines), mimetype="text/csv",
        headers={"Content-Disposition": "attachment; filename=bookings.csv"},
    )  # fmt: skip


# Inside ------------------------------------------------------------------------------------------


def _kept() -> Looked:
    known = g.session.kept.get("search", {})
    return Looked(**{name: str(known.get(name, "")) for name in vars(Looked())})


def _find(looked: Looked, most: int) -> tuple[int, list[Booking], str]:
    """Return how many match, the first of them, and how the field was read."""
    today = clock.now().date()
    first = typed.day(looked.first, today) if looked.first else None
    last = typed.day(looked.last, today) if looked.last else None
    by: dict[str, object] = {}
    why = ""
    plain = typed.folded(looked.text)
    figures = plain.replace("-", "").replace(" ", "")
    if code := normalise_code(plain) if plain else None:
        by["code"], why = code, "予約番号"
    elif (day := typed.day(plain, today) if plain else None) and not figures.isdigit():
        first, last, why = day, day, "来庁日"
    elif figures.isdigit():
        if len(figures) < 4:
            return 0, [], ""
        by["phone"], why = figures, "電話番号"
    elif plain:
        by["name"], why = _as_stored(plain), "お名前"
        if (half := first_half(plain)) and store().list_bookings(code=half, statuses=STATUSES):
            by, why = {"code": half}, "予約番号の前の半分"
    if not by and not first and not last and not (looked.counter or looked.status or looked.channel):
        return 0, [], why
    counters = [each for each in _counters() if each in store().known_counters()]
    if looked.counter:
        counters = [each for each in counters if each == looked.counter]
    count, found = store().search(
        clock.now(), limit=most, counters=counters, channel=looked.channel or None,
        first=first or (date.min if last else None), last=last or (date.max if first else None),
        statuses=(looked.status,) if looked.status in STATUSES else STATUSES, **by,
    )  # fmt: skip
    return count, found, why


def _counters() -> list[str]:
    """Return the counters of this user that can be booked or have bookings."""
    ids = {each.id for each in city().bookable_counters} | store().known_counters()
    return [each for each in sorted(ids) if user().at(each)]


def _advice(looked: Looked) -> str:
    """Return what to try when nothing was found."""
    plain = typed.folded(looked.text)
    figures = plain.replace("-", "").replace(" ", "")
    if figures.isdigit() and len(figures) < 4:
        return "電話番号は、4けた以上を書いてください。来庁日は 12/3 のように書きます。"
    if any("\u4e00" <= each <= "\u9fff" for each in plain) and not typed.day(plain, clock.now().date()):
        return "お名前はカタカナで登録しています。漢字ではなく、ひらがなかカタカナで探してください。"
    return "お名前は一部でも、順番が違っても探せます。予約番号は、前の5文字でも探せます。"


def _as_stored(text: str) -> str:
    """Return words as names have them: hiragana as katakana; Latin ones stay."""
    return " ".join(typed.kana(word) or word for word in text.split())


def _note(what: str, found: Sequence[Booking], looked: Looked) -> None:
    by = [name for name in ("text", "first", "last", "counter", "status", "channel") if getattr(looked, name)]
    store().record_view(user().name, what, found, at=clock.real_now(), by=by,
                        count=len(found), counter=looked.counter)  # fmt: skip

