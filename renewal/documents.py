"""What to bring for a case. The words are in city.yml; the rules are those of page 5619."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from renewal.certificate import age_on
from renewal.city import City


class Applicant(str, Enum):
    """Who comes to the counter."""

    SELF = "self"
    LEGAL_REPRESENTATIVE = "legal_representative"
    OTHER_PROXY = "other_proxy"


class Holder(str, Enum):
    """Whose card it is."""

    GENERAL = "general"
    UNDER_15 = "under_15"
    ADULT_WARD = "adult_ward"


class Pin(str, Enum):
    """The PINs of a card."""

    JUKI = "juki"
    USER = "user"
    SIGN = "sign"


class Certificates(str, Enum):
    """The certificates that are on the card and are to stay."""

    BOTH = "both"
    USER = "user"
    SIGN = "sign"
    NONE = "none"


@dataclass(frozen=True)
class Case:
    """Everything that decides what to bring for one card."""

    applicant: Applicant
    holder: Holder
    same_household: bool = False
    honseki_in_city: bool = False
    forgotten_pins: frozenset[Pin] = frozenset()
    certificates: Certificates = Certificates.BOTH


@dataclass(frozen=True)
class Document:
    """One thing to bring (or, for a PIN, to know), and why.

    `may_be_left_out` says when it is not needed; `waived` that this is so in this case.
    """

    id: str
    label: str
    required: bool
    waived: bool
    reason: str
    source: str
    may_be_left_out: str | None


USUAL_CASES = {
    "self": Case(Applicant.SELF, Holder.GENERAL),
    "representative": Case(Applicant.LEGAL_REPRESENTATIVE, Holder.UNDER_15),
    "proxy": Case(Applicant.OTHER_PROXY, Holder.GENERAL),
}
"""Whose lists are shown before anything is known of a person."""


class ImpossibleCase(ValueError):  # noqa: N818
    """Nobody may come like this; `str` says in Japanese who may come instead.

    `code` is "child_alone", "ward_alone", "representative_of_capable_person", "proxy_for_child" or
    "proxy_for_ward".
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


_WHO_INSTEAD = {
    (Applicant.SELF, Holder.UNDER_15): (
        "child_alone",
        "15歳未満の方は、ご本人だけでは手続きできませんので、親などの法定代理人がお越しください。",
    ),
    (Applicant.SELF, Holder.ADULT_WARD): (
        "ward_alone",
        "成年被後見人の方は、ご本人だけでは手続きできませんので、"
        "成年後見人（法定代理人）がお越しください。",
    ),
    (Applicant.LEGAL_REPRESENTATIVE, Holder.GENERAL): (
        "representative_of_capable_person",
        "15歳以上で成年被後見人でない方の手続きには、ご本人か、"
        "照会書兼回答書を持った代理の方（親も同じです）がお越しください。",
    ),
    (Applicant.OTHER_PROXY, Holder.UNDER_15): (
        "proxy_for_child",
        "15歳未満の方の手続きには、親などの法定代理人がお越しください。",
    ),
    (Applicant.OTHER_PROXY, Holder.ADULT_WARD): (
        "proxy_for_ward",
        "成年被後見人の方の手続きには、成年後見人（法定代理人）がお越しください。",
    ),
}


def documents(case: Case, city: City) -> tuple[Document, ...]:
    """Return what to bring, in the order of a checklist.

    A forgotten PIN leaves the list for the further documents that setting a new one needs (which
    ones is not known). Raises ImpossibleCase. Source: page 5619.
    """
    if impossible := _WHO_INSTEAD.get((case.applicant, case.holder)):
        raise ImpossibleCase(*impossible)
    pins = _pins_in_use(case)
    ids = ["card"]
    # Another proxy knows no PIN: the holder's own hand on the reply form takes their place.
    if case.applicant is not Applicant.OTHER_PROXY:
        ids += [f"pin_{pin.value}" for pin in pins if pin not in case.forgotten_pins]
    if case.applicant is not Applicant.SELF:
        ids.append("visitor_id_a")
    if case.applicant is Applicant.LEGAL_REPRESENTATIVE:
        ids.append("rep_proof")
    if case.applicant is Applicant.OTHER_PROXY:
        ids.append("inquiry_form")
    if case.forgotten_pins.intersection(pins):
        ids.append("pin_reset_extra")
    waived = case.same_household or case.honseki_in_city
    return tuple(
        replace(document, required=not waived, waived=waived)
        if document.id == "rep_proof"
        else document
        for document in (_document(document_id, city) for document_id in ids)
    )


def holder_on(birthday: date, visit: date, adult_ward: bool = False) -> Holder:
    """Return whose card it is on the day of the visit, which decides, not the day of booking.

    The 15th birthday itself counts as 15. Raises ValueError when the visit lies before the birth.
    """
    if age_on(birthday, visit) < 15:
        return Holder.UNDER_15
    return Holder.ADULT_WARD if adult_ward else Holder.GENERAL


def _pins_in_use(case: Case) -> list[Pin]:
    """The PINs that the procedure uses; a legal representative's case has no 署名用."""
    pins = [Pin.JUKI]
    if case.certificates in (Certificates.BOTH, Certificates.USER):
        pins.append(Pin.USER)
    if (
        case.certificates in (Certificates.BOTH, Certificates.SIGN)
        and case.applicant is not Applicant.LEGAL_REPRESENTATIVE
    ):
        pins.append(Pin.SIGN)
    return pins


def _document(document_id: str, city: City) -> Document:
    text = city.documents[document_id]
    return Document(
        id=document_id,
        label=text.label,
        required=True,
        waived=False,
        reason=text.reason,
        source=text.source,
        may_be_left_out=text.may_be_left_out,
    )
