"""予約の詳細: all that is stored of a booking, its history, and what can be done with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from renewal import clock, day_sheet, words
from renewal.bookings import (
    Booking,
    BookingError,
    ChangedMeanwhile,
    Hold,
    NotBookable,
    NotChangeable,
    SlotFull,
    Visit,
)
from renewal.cases import Correction, corrected, lacks_visitor_name, wrong_time
from renewal.documents import ImpossibleCase
from renewal.phone_numbers import hyphenated
from renewal.words import PINS, moment
from staff import times, typed
from staff.access import allow
from staff.app import city, partly, store, user, when
from staff.cards import CERTIFICATES, WAIVERS, CardFields
from staff.owed import owed, status
from staff.pages.day import OTHER
from staff.references import known, reference
from staff.reply_form import STATES, ReplyForm

pages = Blueprint("booking", __name__)

REASONS = {
    "by_citizen": "お客さまのご都合",
    "by_office": "窓口の都合",
    "twice": "二重の予約",
    "mistake": "まちがい",
}
_START = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")
NOT_TOLD = "市民に知らせたかどうかを選んでください。"


@pages.get("/booking/<ref>")
@allow("see")
def detail(ref: str) -> ResponseReturnValue:
    """Show a booking."""
    booking = known(ref)
    store().record_view(user().name, "show", [booking], at=clock.real_now())
    return _page(booking)


@pages.get("/booking/<ref>/paper")
@allow("book")
def paper(ref: str) -> ResponseReturnValue:
    """Return what is read to somebody on the phone, for who prints to print too.

    Right after booking, when all has been read, only the number is new.
    """
    booking = known(ref)
    store().record_view(user().name, "paper", [booking], at=clock.real_now())
    return render_template("booking_paper.html", booking=booking, ref=ref, new="new" in request.args)


@pages.post("/booking/<ref>/cancel")
@allow("change")
def cancel(ref: str) -> ResponseReturnValue:
    """Cancel a booking, with a reason, and perhaps a call to make."""
    booking = known(ref)
    reason = request.form.get("reason", "")
    if reason not in REASONS:
        return _page(booking, "取り消す理由を選んでください。"), 422
    if not _told():
        return _page(booking, NOT_TOLD), 422

    def do() -> None:
        store().cancel(
            booking.code, key=_key("cancel"), city=city(), now=clock.now(), at=clock.real_now(),
            who=user().name, reason=reason, seen=_seen(), call=_call(),
        )  # fmt: skip

    return _done(booking, do, "取り消しました。席はもう空いています。きょうのうちは、この画面で元に戻せます。")


@pages.post("/booking/<ref>/reinstate")
@allow("change")
def reinstate(ref: str) -> ResponseReturnValue:
    """Take a cancellation of today back."""
    booking = known(ref)

    def do() -> None:
        store().reinstate(
            booking.code, key=_key("reinstate"), city=city(), now=clock.now(), at=clock.real_now(),
            who=user().name, seen=_seen(),
        )  # fmt: skip

    return _done(booking, do, "取り消しを元に戻しました。")


# Changing the time -------------------------------------------------------------------------------


@pages.route("/booking/<ref>/change", methods=["GET", "POST"])
@allow("change")
def change(ref: str) -> ResponseReturnValue:
    """Show free times; move the booking to the one that is chosen."""
    booking = known(ref)
    if booking.status != "booked":
        flash(words.not_changeable(booking.status, booking.code))
        return redirect(url_for("booking.detail", ref=ref), 303)
    wanted = times.wanted(len(booking.cards), booking.counter, booking.start.date())
    if why := _no_move(booking, wanted):
        wanted = replace(wanted, start=None, said=why)
    wanted, hold = times.held(wanted)
    do = request.form.get("do")
    going_on = do in ("check", "change")
    if going_on and hold is None and not wanted.said:
        wanted = replace(wanted, said="新しい日時を選んでください。")
    context = {
        "booking": booking, "ref": ref, "wanted": wanted, "hold": hold, "seconds_left": times.seconds_left,
        "none_free": times.none_free,
    }  # fmt: skip
    if going_on and hold:
        said = None
        # Only what was shown is done: a seat that had to be held anew is shown once more.
        if do == "change" and hold.id == request.form.get("hold"):
            said = _move(booking, hold)
            if said is None:
                flash(f"{moment(hold.start)}、{city().counter_label(hold.counter, short=True)}に変えました。")
                return redirect(url_for("booking.detail", ref=ref), 303)
        elif _seen() != booking.version:
            said = _why(ChangedMeanwhile(), booking)
        return render_template("change_check.html", failed=said, **context), 409 if said else 200
    context["table"] = times.table(wanted)
    if partly():
        return render_template("_times.html", **context)
    return render_template("change.html", **context), 409 if going_on else 200


def _no_move(booking: Booking, wanted: times.Wanted) -> str | None:
    """Return why a booking is not moved to what is wanted, whatever is free, or None."""
    if wanted.start is None:
        return None
    if (wanted.counter, wanted.start) == (booking.counter, booking.start):
        return "いまと同じ日時です。"
    found = (wrong_time(city(), card.expires_on, wanted.start.date()) for card in booking.cards if card.expires_on)
    return next((why for why in found if why), None)


def _move(booking: Booking, hold: Hold) -> str | None:
    """Move a booking to what is held; return why that was not done, or None."""
    if len(hold.places) > 1 and not request.form.get("split"):
        return times.split_words(hold)
    if not _told():
        return NOT_TOLD
    try:
        store().change(
            booking.code, hold.id, key=_key("change"), city=city(), now=clock.now(),
            at=clock.real_now(), who=user().name, seen=_seen(), call=_call(),
        )  # fmt: skip
    except BookingError as error:
        return _why(error, booking)
    return None


# Amending ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """What somebody else has stored, and what was typed."""

    label: str
    stored: str
    typed: str


@pages.route("/booking/<ref>/amend", methods=["GET", "POST"])
@allow("change")
def amend(ref: str) -> ResponseReturnValue:
    """Show what can be corrected, and correct it."""
    booking = known(ref)
    if booking.status == "cancelled":
        flash(words.not_changeable("cancelled", booking.code))
        return redirect(url_for("booking.detail", ref=ref), 303)
    form = request.form if request.method == "POST" else _as_form(booking)
    cards = [CardFields.of(form, n, clock.now().date()) for n in range(1, len(booking.cards) + 1)]
    errors: dict[str, str] = {}
    differences: list[Difference] = []
    if request.method == "POST":
        visit = _amended(booking, cards, errors)
        if visit is not None and not errors:
            try:
                store().amend(booking.code, visit, who=user().name, at=clock.real_now(),
                              key=_key("amend"), seen=_seen())  # fmt: skip
            except ChangedMeanwhile:
                booking = known(ref)
                errors["all"] = "先に変更されています。下のちがいを確かめてから、もう一度「訂正する」を押してください。"
                differences = _differences(_as_form(booking), form)
            except BookingError as error:
                errors["all"] = _why(error, booking)
            else:
                flash("訂正しました。持ち物が変わっていないか、確かめてください。")
                return redirect(url_for("booking.detail", ref=ref), 303)
    return render_template(
        "amend.html", booking=booking, ref=ref, form=form, cards=cards, errors=errors,
        differences=differences, history=_changes(booking) if differences else [],
        certificates=CERTIFICATES, waivers=WAIVERS, states=STATES, pins=PINS,
    ), (409 if differences else 422 if errors else 200)  # fmt: skip


def _amended(booking: Booking, cards: list[CardFields], errors: dict[str, str]) -> Visit | None:
    """Return the visit as it was typed; what does not fit goes into `errors`, by field."""
    for card, old in zip(cards, booking.cards):  # noqa: B905
        comes = card.applicant or booking.applicant_for(old)
        errors |= card.problems(comes, reply_form_asked=ReplyForm.of(old.note).state is not None)
    form = request.form
    phone = typed.phone(form.get("phone", ""))
    if why := typed.refused_phone(form.get("phone", "")):
        errors["phone"] = why
    visitor = form.get("visitor", "").strip()
    if visitor and typed.kana(visitor) is None:
        errors["visitor"] = typed.NO_NAME
    note = typed.folded(form.get("note", ""))
    if why := typed.refused_words(note):
        errors["note"] = why
    if errors:
        return None
    visit = booking.visit
    for n, card in enumerate(cards, 1):
        correction = Correction(
            card=n, name_kana=card.name, expires_on=card.expires, holder=card.holder,
            applicant=card.applicant, same_household=card.same_household,
            honseki_in_city=card.honseki_in_city, forgotten_pins=card.forgotten,
            certificates=card.certificates, phone=phone,
            visitor_name=typed.kana(visitor) or "", note=note,
        )  # fmt: skip
        try:
            visit = corrected(replace(booking, visit=visit), correction, city())
        except ImpossibleCase as error:
            errors[f"holder-{n}"] = str(error)
            return None
        visit = _with_reply_form(visit, n, card)
        if card.expires and (why := wrong_time(city(), card.expires, booking.start.date())):
            errors[f"expires-{n}"] = why
    if lacks_visitor_name(visit):
        errors["visitor"] = "代理の方が来るときは、来る方のお名前が要ります。"
    return visit


def _with_reply_form(visit: Visit, n: int, fields: CardFields) -> Visit:
    """Return the visit with what the fields of its n-th card say of the 照会書兼回答書."""
    card = visit.cards[n - 1]
    proxy = "inquiry_form" in card.documents
    if proxy and fields.reply_form.note:
        card = replace(card, note=fields.reply_form.note)
    elif not proxy and ReplyForm.of(card.note).state:
        card = replace(card, note=None)
    return replace(visit, cards=(*visit.cards[: n - 1], card, *visit.cards[n:]))


def _as_form(booking: Booking) -> dict[str, str]:
    """Return a booking as the form's fields."""
    visit = booking.visit
    form = {"phone": hyphenated(visit.phone), "visitor": visit.visitor_name or "", "note": visit.note or ""}
    for n, card in enumerate(booking.cards, 1):
        form |= CardFields.as_form(card, booking.applicant_for(card), n)
    return form


_LABELS = {"phone": "電話番号", "visitor": "来る方のお名前", "note": "メモ", "name": "お名前", "expires": "有効期限",
           "holder": "カードの持ち主", "applicant": "来る方", "certificates": "残す電子証明書", "pins": "忘れた暗証番号",
           "waiver": "同一世帯・本市本籍", "form": "照会書兼回答書", "until": "用紙の期限"}  # fmt: skip


def _differences(stored: dict[str, str], given: object) -> list[Difference]:
    found = []
    for name, value in stored.items():
        now = " ".join(request.form.getlist(name)) if name.startswith("pins-") else request.form.get(name, "")
        label, _, n = name.partition("-")
        if now != value:
            found.append(Difference(_LABELS[label] + (f"（{n}枚目）" if n else ""), value or "なし", now or "なし"))
    return found


# Shared ------------------------------------------------------------------------------------------


def _done(booking: Booking, do, said: str) -> ResponseReturnValue:  # type: ignore[no-untyped-def]
    try:
        do()
    except BookingError as error:
        return _page(known(reference(booking)), _why(error, booking)), 409
    flash(said)
    return redirect(url_for("booking.detail", ref=reference(booking)), 303)


def _why(error: BookingError, booking: Booking) -> str:
    """Return why the store said no."""
    if isinstance(error, ChangedMeanwhile):
        last = "".join(f"（{each}）" for each in _changes(booking)[-1:])
        return OTHER + last
    if isinstance(error, NotChangeable):
        return words.not_changeable(error.reason, booking.code)
    if isinstance(error, NotBookable):
        return words.not_bookable(error.reason, city(), booking.counter, booking.start)
    if isinstance(error, SlotFull):
        return "その時刻の席は、もう埋まっています。"
    return "席をおさえる時間が過ぎました。もう一度、時刻を選んでください。"


def _page(booking: Booking, failed: str | None = None) -> str:
    now, here = clock.now(), city()
    lost = store().why_without_seat(booking, here, now)
    today = booking.ended_at is not None and booking.ended_at.date() == now.date()
    return render_template(
        "booking.html", booking=booking, ref=reference(booking), lost=lost, failed=failed,
        history=_history(booking), checks=day_sheet.checks, status=status(booking, lost),
        owed_call=None if lost else owed().get(booking.code), waivers=WAIVERS,
        pins=PINS, certificates=CERTIFICATES, reasons=REASONS,
        may_undo=booking.status == "cancelled" and today and booking.start > now,
    )  # fmt: skip


def _history(booking: Booking) -> list[tuple[datetime, str]]:
    """Return what was done with a booking, in sentences, without who has looked at it."""
    here = city()
    taken = f"{words.WORDS.get(booking.visit.channel, booking.visit.channel)}で予約"
    lines = [(booking.created_at, taken)]
    for entry in store().audit(code=booking.code):
        if entry["what"] == "add" and entry["who"]:
            lines[0] = (booking.created_at, f"{words.audit_who(entry)}が{taken}")
        if entry["what"] in ("show", "paper", "phone", "add"):
            continue
        details = _START.sub(_as_elsewhere, words.audit_detail(entry, here))
        by = words.audit_who(entry)
        lines.append(
            (entry["at"], f"{by}が{words.audit_what(entry)}" + (f"（{details}）" if details else ""))
        )
    return lines


def _as_elsewhere(found: re.Match[str]) -> str:
    """Return a start of the log as every page writes it."""
    return when(datetime.fromisoformat(found[0]).replace(tzinfo=clock.TOKYO))


def _changes(booking: Booking) -> list[str]:
    return [f"{at:%H:%M} {said}" for at, said in _history(booking)[1:]]


def _key(what: str) -> str:
    """Return the key that was drawn with the page, told from others' by whose it is."""
    return f"{user().name}:{what}:{request.form.get('key', '')[:40]}"


def _seen() -> int:
    seen = request.form.get("seen", "")
    return int(seen) if seen.isdigit() and len(seen) < 9 else 0


def _told() -> bool:
    return request.form.get("tell") in ("now", "later")


def _call() -> bool:
    return request.form.get("tell") == "later"
