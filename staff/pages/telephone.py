"""電話で予約: one page in the order of the talk, up to a text to read back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from renewal import certificate, clock, slots
from renewal.bookings import Booking, BookingError, Card, Hold, Visit
from renewal.cases import card_for, comes_for, wrong_time
from renewal.date_words import japanese_date
from renewal.documents import Applicant, Case, Certificates, Holder, ImpossibleCase, documents
from renewal.words import PINS
from staff import spoken, times, typed
from staff.access import allow
from staff.app import city, polled, store, user
from staff.cards import CERTIFICATES, WAIVERS, CardFields
from staff.references import reference
from staff.reply_form import STATES
from staff.times import Wanted

pages = Blueprint("telephone", __name__)


@dataclass(frozen=True)
class Judgement:
    """What a certificate's last day means: "good", "warn" (look at this first), "bad" (no booking)."""

    kind: str
    said: str


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
    judged: dict[int, Judgement] = field(default_factory=dict)
    refused: bool = False
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
    if why := _not_here(given.get("notice")):
        # Nothing else matters any more, and no seat is kept.
        talk.errors, talk.wanted = {"notice": why}, replace(talk.wanted, start=None, said=None)
    talk.wanted, talk.hold = times.held(talk.wanted, renew=not polled())
    if talk.wanted.said:
        talk.errors[talk.wanted.said_at] = talk.wanted.said
    if do == "part":
        return render_template("_telephone_parts.html", **_context(talk))
    if do not in ("check", "book"):
        return _render(talk)
    if given.get("notice") != "card":
        _complete(talk)
    if talk.errors:
        return _render(talk), 422
    if do == "book" and (booking := _book(talk)):
        flash("予約しました。")
        return redirect(url_for("booking.paper", ref=reference(booking), new=1), 303)
    status = 409 if talk.errors else 200
    return _render(talk, "telephone_check.html" if talk.hold else "telephone.html"), status


@pages.post("/telephone/leave")
@allow("book")
def leave() -> ResponseReturnValue:
    """Free the seats that a page holds which somebody has left."""
    times.give_back(times.wanted(1))
    return "", 204


# Inside ------------------------------------------------------------------------------------------


def _talk(given: MultiDict[str, str], count: int) -> Talk:
    """Read the form, and judge each card's last day at once."""
    today = clock.now().date()
    applicants = [each.value for each in Applicant]
    said = given.get("applicant")
    cards = [CardFields.of(given, n, today) for n in range(1, count + 1)]
    opens = [certificate.renewal_window(each.expires).renewable_from for each in cards if each.expires]
    talk = Talk(
        form=given,
        applicant=said if said in applicants else "self",
        cards=cards,
        wanted=times.wanted(count, day=max(opens, default=None)),
        phone=typed.phone(given.get("phone", "")),
        visitor=typed.kana(given.get("visitor", "")) if given.get("visitor", "").strip() else None,
        note=typed.folded(given.get("note", "")),
    )
    for card in talk.cards:
        talk.bring[card.n] = _bring(talk, card)
        if why := card.errors.get(f"expires-{card.n}"):
            talk.judged[card.n] = Judgement("bad", why)
            talk.errors[f"expires-{card.n}"] = why
        elif card.expires:
            talk.judged[card.n] = found = _judgement(card.expires, talk.wanted)
            if found.kind == "bad":
                talk.errors[f"expires-{card.n}"] = found.said
                talk.refused = True
    if talk.refused:  # what cannot be booked keeps no seat
        talk.wanted = replace(talk.wanted, start=None, said=None)
    return talk


def _not_here(notice: str | None) -> str | None:
    """Return why somebody with that notice cannot be booked here, and whom they are to ask."""
    centre = spoken.call_centre(city())
    if notice == "card":
        return f"カード本体の更新は、ここでは予約できません。{centre}をご案内してください。"
    if notice == "none" and not city().booking.bookable_without_notice:
        return "通知が届いてからでないと、予約できません。"
    return None


def _case(talk: Talk, card: CardFields) -> Case:
    visitor = comes_for(talk.applicant, card.holder, len(talk.cards))
    return Case(
        Applicant(visitor), Holder(card.holder), card.same_household, card.honseki_in_city,
        card.forgotten, Certificates(card.certificates),
    )  # fmt: skip


def _bring(talk: Talk, card: CardFields) -> str:
    """Return what to bring, for who phones only to ask, or why nobody can come like this."""
    case = _case(talk, card)
    try:
        needed = [each.id for each in documents(case, city()) if each.required]
    except ImpossibleCase as error:
        return str(error)
    shown = Card(case.holder.value, card.name, tuple(needed), forgotten_pins=tuple(case.forgotten_pins))
    visit = Visit(case.applicant.value, (shown,), None, talk.visitor)
    return "持ち物: " + "／".join(spoken.things(shown, visit, city()))


def _judgement(expires: date, wanted: Wanted) -> Judgement:
    """Return what the last day means for the visit that is wanted, or else for one of today."""
    today = clock.now().date()
    visit = wanted.start.date() if wanted.start else today
    window = certificate.renewal_window(expires)
    said = f"{japanese_date(expires)}まで。"
    if window.status(visit) is certificate.Status.TOO_EARLY:
        said = f"{said}まだ更新できません。更新できるのは{japanese_date(window.renewable_from)}からです。"
        if wanted.counter and window.renewable_from > slots.last_day(city(), wanted.counter, today):
            opens = slots.opens_for_booking(city(), wanted.counter, window.renewable_from)
            return Judgement("bad", f"{said}その日の予約は、{japanese_date(opens)}から受け付けます。")
        if wanted.start is None:
            return Judgement("warn", f"{said}その日からあとの日時を選んでください。")
        return Judgement("bad", f"{said}{wrong_time(city(), expires, visit)}")
    if window.status(visit) is certificate.Status.INSIDE:
        return Judgement("good", f"{said}{'いま' if window.status(today) is certificate.Status.INSIDE else 'その日には'}更新できます。")
    if why := wrong_time(city(), expires, visit):
        return Judgement("bad", said + why)
    over = "期限が過ぎています" if expires < today else "来る日には、期限が過ぎています"
    return Judgement(
        "warn", f"{said}{over}。カード本体の有効期限のうちなら、更新できます。カード本体の期限を確かめてもらってください。"
    )


def _complete(talk: Talk) -> None:
    """Make the visit of what was said, or say what is missing."""
    for card in talk.cards:
        comes = comes_for(talk.applicant, card.holder, len(talk.cards))
        # What was judged already is said with more.
        talk.errors = card.problems(comes, reply_form_asked=True) | talk.errors
    if talk.form.get("notice") not in ("certificate", "none", "card"):
        talk.errors["notice"] = "届いた通知の名前をうかがってください。"
    if why := typed.refused_phone(talk.form.get("phone", "")):
        talk.errors["phone"] = why
    if talk.form.get("visitor", "").strip() and talk.visitor is None:
        talk.errors["visitor"] = typed.NO_NAME
    if why := typed.refused_words(talk.note):
        talk.errors["note"] = why
    if talk.hold is None and not talk.wanted.said and not talk.refused:
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
        note = each.reply_form.note if visitor == Applicant.OTHER_PROXY.value else None
        cards.append(replace(card, applicant=None if visitor == talk.applicant else visitor, note=note))
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
    if talk.others and not talk.form.get("twice"):
        talk.errors["twice"] = "ほかの予約を確かめて、「別の予約として取る」に印を付けてください。"
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
        "talk": talk, "wanted": talk.wanted, "hold": talk.hold, "seconds_left": times.seconds_left,
        "table": times.table(talk.wanted), "none_free": times.none_free, "pins": PINS,
        "certificates": CERTIFICATES, "waivers": WAIVERS, "states": STATES, "others": talk.others,
        "reference": reference, "cautions": _cautions(talk), "split": bool(talk.hold and len(talk.hold.places) > 1),
        "split_words": times.split_words,
    }  # fmt: skip


def _cautions(talk: Talk) -> list[str]:
    """Return what is to be looked at before somebody without a notice is booked."""
    if talk.form.get("notice") != "none" or talk.errors.get("notice"):
        return []
    without = [each.short_label for each in city().bookable_counters if each.walk_in]
    place = f"{'・'.join(without)}に、予約なしで来ることもできます。" if without else ""
    return [
        f"通知が届く前の方です。{place}カードに書かれた電子証明書の有効期限を、確かめてもらってください。",
        "届いた通知が「カード本体」のものなら、この予約では更新できません。",
    ]


def _render(talk: Talk, template: str = "telephone.html") -> str:
    return render_template(template, **_context(talk))
