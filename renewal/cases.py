"""A card's case as staff tell it or correct it: what is stored of it, and whom it must name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from renewal import certificate
from renewal import documents as documents_of
from renewal.bookings import Booking, Card, Visit
from renewal.certificate import Status
from renewal.city import City
from renewal.date_words import japanese_date
from renewal.documents import Applicant, Case, Certificates, Holder, Pin


@dataclass(frozen=True)
class Correction:
    """What is to be corrected of a visit and of one of its cards; None stays as it is.

    An empty `visitor_name` or `note` deletes it. `card` counts from 1. Where somebody else comes, the
    name of who came before goes, unless they still come for another card or a new one is told.
    """

    card: int = 1
    name_kana: str | None = None
    expires_on: date | None = None
    holder: str | None = None
    applicant: str | None = None
    same_household: bool | None = None
    honseki_in_city: bool | None = None
    forgotten_pins: frozenset[Pin] | None = None
    certificates: str | None = None
    phone: str | None = None
    visitor_name: str | None = None
    note: str | None = None


def card_for(
    case: Case, city: City, name_kana: str | None, expires_on: date | None = None
) -> Card:
    """Return the card of that case with what to bring for it. Raises documents.ImpossibleCase.

    What only a legal representative can be let off is not noted of anybody else.
    """
    representative = case.applicant is Applicant.LEGAL_REPRESENTATIVE
    case = replace(
        case,
        same_household=case.same_household and representative,
        honseki_in_city=case.honseki_in_city and representative,
    )
    return Card(
        holder=case.holder.value,
        name_kana=name_kana,
        documents=tuple(
            item.id for item in documents_of.documents(case, city) if item.required
        ),
        same_household=case.same_household,
        honseki_in_city=case.honseki_in_city,
        forgotten_pins=tuple(pin.value for pin in Pin if pin in case.forgotten_pins),
        certificates=case.certificates.value,
        expires_on=expires_on,
    )


def corrected(booking: Booking, correction: Correction, city: City) -> Visit:
    """Return the visit with the correction in it, and what to bring worked out anew.

    Raises IndexError for a card that is not there, documents.ImpossibleCase.
    """
    c, visit = correction, booking.visit
    if not 1 <= c.card <= len(visit.cards):
        raise IndexError(c.card)
    old = visit.cards[c.card - 1]
    applicant = c.applicant or booking.applicant_for(old)
    case = Case(
        Applicant(applicant),
        Holder(c.holder or old.holder),
        old.same_household if c.same_household is None else c.same_household,
        old.honseki_in_city if c.honseki_in_city is None else c.honseki_in_city,
        frozenset(map(Pin, old.forgotten_pins)) if c.forgotten_pins is None else c.forgotten_pins,
        Certificates(c.certificates or old.certificates),
    )
    of_case = (c.holder, c.applicant, c.same_household, c.honseki_in_city, c.forgotten_pins,
               c.certificates)  # fmt: skip
    card = old
    if any(value is not None for value in of_case):
        card = replace(card_for(case, city, old.name_kana, old.expires_on), note=old.note)
    card = replace(
        card,
        name_kana=c.name_kana or old.name_kana,
        expires_on=c.expires_on or old.expires_on,
    )
    if len(visit.cards) == 1:
        visit, card = replace(visit, applicant=applicant), replace(card, applicant=None)
    else:
        card = replace(card, applicant=None if applicant == visit.applicant else applicant)
    cards = (*visit.cards[: c.card - 1], card, *visit.cards[c.card :])
    comes = [each.applicant or visit.applicant for each in cards]
    if visit.applicant not in comes:
        cards = tuple(
            replace(each, applicant=None if by == comes[0] else by)
            for each, by in zip(cards, comes, strict=True)
        )
        visit = replace(visit, applicant=comes[0])
    visitor_name = visit.visitor_name if c.visitor_name is None else c.visitor_name or None
    came = booking.applicant_for(old)
    if c.visitor_name is None and applicant != came:
        visitor_name = visit.visitor_name if came in comes else None
    return replace(
        visit,
        cards=cards,
        phone=c.phone or visit.phone,
        visitor_name=visitor_name,
        note=visit.note if c.note is None else c.note or None,
    )


def comes_for(applicant: str, holder: str, cards: int) -> str:
    """Return who comes for a card of that holder when `applicant` comes for the visit.

    Whoever comes for themselves with several cards comes for a child's as its representative.
    """
    if applicant == "self" and cards > 1 and holder != "general":
        return Applicant.LEGAL_REPRESENTATIVE.value
    return applicant


def same_representative(before: Visit, after: Visit) -> tuple[int, ...]:
    """Return the cards (from 1) whose legal representative somebody seems to become unasked.

    A visit has one name of who comes. When a proxy comes for one card and nobody for their own, the
    other cards' legal representative would be that proxy too: a grandfather is none, a father may be
    one (facts: 法定代理人).
    """
    def come_by(visit: Visit, applicant: str) -> set[int]:
        return {
            number
            for number, card in enumerate(visit.cards, 1)
            if (card.applicant or visit.applicant) == applicant
        }

    proxy, representative = Applicant.OTHER_PROXY.value, Applicant.LEGAL_REPRESENTATIVE.value
    if not come_by(after, proxy) - come_by(before, proxy) or come_by(after, Applicant.SELF.value):
        return ()
    return tuple(sorted(come_by(after, representative)))


def wrong_time(city: City, expires: date, visit: date) -> str | None:
    """Return why a card with that last day cannot be renewed on the day of the visit, in Japanese.

    None when it can. Raises ValueError for a year out of reach of the calendar.
    """
    window = certificate.renewal_window(expires)
    status = window.status(visit)
    if status is Status.TOO_EARLY:
        return f"この有効期限では、{japanese_date(window.renewable_from)}より前の日は予約できません。"
    if status is Status.EXPIRED and not city.booking.bookable_after_expiry:
        return "有効期限のあとの日は、予約できません。"
    return None


def lacks_visitor_name(visit: Visit) -> bool:
    """Return whether a proxy comes whose name nobody has told.

    A proxy is checked against a document of identity (list A, page 5619), so a name is needed; a
    legal representative's stands in the proof.
    """
    proxies = {card.applicant or visit.applicant for card in visit.cards}
    return Applicant.OTHER_PROXY.value in proxies and not visit.visitor_name
