"""電話で予約: one page in the order of the talk, up to a text to read back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from renewal import certificate, clock, day_sheet
from renewal.bookings import Booking, BookingError, Card, Hold, Visit
from renewal.cases import card_for, comes_for, wrong_time
from renewal.date_words import japanese_date, japanese_time
from renewal.documents import Applicant, Case, Certificates, Holder, ImpossibleCase, documents
from renewal.words import PINS
from staff import times, typed
from staff.access import allow
from staff.app import city, polled, store, user
from staff.cards import CERTIFICATES, CardFields
from staff.references import reference
from staff.spoken import spoken
from staff.times import Wanted

pages = Blueprint("telephone", __name__)


@dataclass
class Talk:
    """What has been said on the phone so far, as it was typed and as it was understood."""

    form: MultiDict[str, str]
    applicant: str
    cards: list[CardFields]
    wanted: Wanted
    phone: str | None
    visitor: str | None
    note: str
    errors: dict[str, str] = field(default_factory=dict)
    judged: dict[int, str] = field(default_factory=dict)
    bring: dict[int, str] = field(default_factory=dict)
    visit: Visit | None = None
    hold: Hold | None = None
    others: list[Booking] = field(default_factory=list)


@pages.get("/telephone")
@allow("book")
def form() -> ResponseReturnValue:
    """Show the empty page."""
    return _render(_talk(MultiDict(), 1))


@pages.post("/telephone")
@allow("book")
def go_on() -> ResponseReturnValue:
    """Take what was typed one step further: judge, show times, hold, read back, book."""
    given, do = request.form, request.form.get("do", "look")
    count = int(given.get("cards", "1")) if given.get("cards", "").isdigit() else 1
    count += {"more": 1, "less": -1}.get(do, 0)
    if polled() and times.being_typed():
        return "", 204  # what is half typed decides nothing
    talk = _talk(given, min(max(count, 1), city().booking.max_cards))
    talk.wanted, talk.hold = times.held(talk.wanted, renew=not polled())
    if talk.wanted.said:
        talk.errors[talk.wanted.said_at] = talk.wanted.said
    if given.get("notice") == "card":
        centre = city().call_centre
        talk.errors["notice"] = (
            f"カード本体の更新は、ここでは予約できません。{centre.name} {centre.phone}"
            f"（{japanese_time(centre.open)}から{japanese_time(centre.close)}まで）をご案内してください。"
        )
    if do == "part":
        return render_template("_telephone_parts.html", **_context(talk))
    if do not in ("check", "book"):
        return _render(talk)
    _complete(talk)
    if talk.errors:
        return _render(talk), 422
    if do == "book" and (booking := _book(talk)):
        flash("予約しました。下の内容を読み上げてください。")
        return redirect(url_for("booking.paper", ref=reference(booking)), 303)
    if talk.errors:
        return _render(talk), 409
    return _render(talk, "telephone_check.html")


# Inside ------------------------------------------------------------------------------------------


def _talk(given: MultiDict[str, str], count: int) -> Talk:
    """Read the form, and judge each card's last day at once."""
    today = clock.now().date()
    applicants = [each.value for each in Applicant]
    said = given.get("applicant")
    talk = Talk(
        form=given,
        applicant=said if said in applicants else "self",
        cards=[CardFields.of(given, n, today) for n in range(1, count + 1)],
        wanted=times.wanted(count),
        phone=typed.phone(given.get("phone", "")),
        visitor=typed.kana(given.get("visitor", "")) if given.get("visitor", "").strip() else None,
        note=typed.folded(given.get("note", "")),
    )
    for card in talk.cards:
        talk.bring[card.n] = _bring(_case(talk, card))
        if why := card.errors.get(f"expires-{card.n}"):
            talk.errors[f"expires-{card.n}"] = why
        elif card.expires:
            talk.judged[card.n] = _judgement(card.expires, talk.wanted)
    return talk


def _case(talk: Talk, card: CardFields) -> Case:
    visitor = comes_for(talk.applicant, card.holder, len(talk.cards))
    return Case(
        Applicant(visitor), Holder(card.holder), card.same_household, card.honseki_in_city,
        card.forgotten, Certificates(card.certificates),
    )  # fmt: skip


def _bring(case: Case) -> str:
    """Return what to bring, for who phones only to ask, or why nobody can come like this."""
    try:
        return "持ち物: " + "／".join(spoken(each.id, city()) for each in documents(case, city()) if each.required)
    except ImpossibleCase as error:
        return str(error)


def _judgement(expires: date, wanted: Wanted) -> str:
    """Return what the last day means for a visit: when it can be renewed, or what to look at."""
    visit = wanted.start.date() if wanted.start else clock.now().date()
    window = certificate.renewal_window(expires)
    said = f"{japanese_date(expires)}まで。"
    if window.status(visit) is certificate.Status.TOO_EARLY:
        return f"{said}更新できるのは{japanese_date(window.renewable_from)}からです。"
    if window.status(visit) is certificate.Status.EXPIRED:
        return f"{said}期限が過ぎています。更新はできます。"
    return f"{said}いま更新できます。"


def _complete(talk: Talk) -> None:
    """Make the visit of what was said, or say what is missing."""
    for card in talk.cards:
        talk.errors |= card.errors
    if talk.form.get("notice") not in ("certificate", "none", "card"):
        talk.errors["notice"] = "届いた通知の名前をうかがってください。"
    if talk.phone is None:
        talk.errors["phone"] = "024-505-0445 のような、10けたか11けたの電話番号にしてください。"
    if talk.form.get("visitor", "").strip() and talk.visitor is None:
        talk.errors["visitor"] = typed.NO_NAME
    if why := typed.refused_words(talk.note):
        talk.errors["note"] = why
    if talk.hold is None and not talk.wanted.said:
        talk.wanted = replace(talk.wanted, said="日時を選んでください。")
        talk.errors["day"] = "日時を選んでください。"
    cards = _cards(talk)
    comers = {comes_for(talk.applicant, each.holder, len(talk.cards)) for each in talk.cards}
    if Applicant.OTHER_PROXY.value in comers and not talk.form.get("visitor", "").strip():
        talk.errors["visitor"] = "代理の方が来るときは、来る方のお名前が要ります。"
    if talk.errors or talk.hold is None:
        return
    talk.visit = Visit(
        talk.applicant, tuple(cards), talk.phone, talk.visitor, channel="phone", note=talk.note or None
    )
    talk.others = _others(talk.visit)


def _cards(talk: Talk) -> list[Card]:
    cards = []
    for each in talk.cards:
        case = _case(talk, each)
        visitor = case.applicant.value
        try:
            card = card_for(case, city(), each.name, each.expires)
        except ImpossibleCase as error:
            talk.errors[f"holder-{each.n}"] = str(error)
            continue
        if each.expires and talk.hold and (
            why := wrong_time(city(), each.expires, talk.hold.start.date())
        ):
            talk.errors[f"expires-{each.n}"] = why
        cards.append(replace(card, applicant=None if visitor == talk.applicant else visitor))
    return cards


def _others(visit: Visit) -> list[Booking]:
    """Return the visits to come with the same phone, or with one of the same names."""
    found = {each.code: each for each in store().list_bookings(phone=visit.phone)}
    for card in visit.cards:
        found |= {each.code: each for each in store().list_bookings(name=card.name_kana)}
    now = clock.now()
    return sorted((each for each in found.values() if each.start > now), key=lambda each: each.start)


def _book(talk: Talk) -> Booking | None:
    """Book; None when it was not done, with the reason among the errors."""
    assert talk.visit and talk.hold
    if len(talk.hold.places) > 1 and not talk.form.get("split"):
        talk.errors["split"] = times.split_words(talk.hold)
        return None
    try:
        return store().confirm(
            talk.hold.id, talk.visit, key=f"{user().name}:telephone:{talk.wanted.key}", city=city(),
            now=clock.now(), at=clock.real_now(), who=user().name,
        )  # fmt: skip
    except BookingError:
        talk.errors["day"] = "席をおさえる時間が過ぎて、ほかの方の予約が入りました。もう一度、時刻を選んでください。"
        talk.hold, talk.wanted = None, replace(talk.wanted, start=None, said=talk.errors["day"])
        return None


def _context(talk: Talk) -> dict[str, object]:
    return {
        "talk": talk, "wanted": talk.wanted, "hold": talk.hold, "seconds_left": times.seconds_left, "table": times.table(talk.wanted), "pins": PINS,
        "certificates": CERTIFICATES, "others": talk.others, "reference": reference,
        "checks": day_sheet.checks, "split": bool(talk.hold and len(talk.hold.places) > 1),
        "split_words": times.split_words,
    }  # fmt: skip


def _render(talk: Talk, template: str = "telephone.html") -> str:
    return render_template(template, **_context(talk))
