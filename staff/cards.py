"""A card's fields on a page: as they were typed, what was understood of them, and what was not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from renewal.bookings import Card
from renewal.certificate import impossible_expiry
from renewal.date_words import japanese_date
from renewal.documents import Applicant, Certificates, Holder, Pin
from staff import typed
from staff.reply_form import STATES, ReplyForm

CERTIFICATES = {"both": "両方", "user": "利用者証明用だけ", "sign": "署名用だけ", "none": "なし"}
"""The certificates that are to stay on a card, in words."""
WAIVERS = {"household": "同一世帯", "honseki": "本市本籍", "both": "両方", "neither": "どちらでもない"}
"""What may be said of what spares a legal representative the proof."""
NOT_ASKED = {
    "waiver": "同一世帯か、本市本籍か、どちらでもないかを、うかがってください。",
    "form": "照会書兼回答書のことを、うかがってください。",
}
"""What is said where nothing was chosen of what decides about the papers."""
_IMPOSSIBLE = {
    "too_far": "電子証明書の期限が、6年より先になることはありません。カード本体の有効期限ではないか、確かめてください。",
    "too_old": "2016年より前に期限の来た電子証明書はありません。生年月日など、ほかの日付ではないか、確かめてください。",
}


@dataclass(frozen=True)
class CardFields:
    """One card's fields. `errors` are by the field's name; `applicant` None is as for the visit."""

    n: int
    name_typed: str
    name: str | None
    expires_typed: str
    expires: date | None
    holder: str
    applicant: str | None
    waiver: str | None
    reply_form: ReplyForm
    until_typed: str
    forgotten: frozenset[Pin]
    certificates: str
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def same_household(self) -> bool:
        """Return whether a legal representative lives in the holder's household."""
        return self.waiver in ("household", "both")

    @property
    def honseki_in_city(self) -> bool:
        """Return whether the 本籍 is in the city."""
        return self.waiver in ("honseki", "both")

    @classmethod
    def of(cls, form: Mapping[str, Any], n: int, today: date) -> CardFields:
        """Read the fields of the n-th card."""
        errors: dict[str, str] = {}
        name_typed = form.get(f"name-{n}", "")[:60]
        name = typed.kana(name_typed)
        if name is None:
            errors[f"name-{n}"] = typed.NO_NAME
        expires_typed = form.get(f"expires-{n}", "")[:20]
        expires = typed.full_date(expires_typed) if expires_typed.strip() else None
        if expires and (why := impossible_expiry(expires, today)):
            expires, errors[f"expires-{n}"] = None, _IMPOSSIBLE[why]
        elif expires_typed.strip() and expires is None:
            errors[f"expires-{n}"] = "日付として読めません。R9.2.20 や 2027-02-20 のように書いてください。"
        until_typed = form.get(f"until-{n}", "")[:20]
        until = typed.full_date(until_typed) if until_typed.strip() else None
        if until_typed.strip() and until is None:
            errors[f"until-{n}"] = "日付として読めません。R9.1.31 や 2027-01-31 のように書いてください。"
        pins = form.getlist(f"pins-{n}") if hasattr(form, "getlist") else form.get(f"pins-{n}", "").split()
        return cls(
            n, name_typed, name, expires_typed, expires,
            _one_of(form.get(f"holder-{n}"), Holder, "general"),
            _one_of(form.get(f"applicant-{n}"), Applicant, None),
            _one_of(form.get(f"waiver-{n}"), WAIVERS, None),
            ReplyForm(_one_of(form.get(f"form-{n}"), STATES, None), until),
            until_typed,
            frozenset(pin for pin in Pin if pin.value in pins),
            _one_of(form.get(f"certificates-{n}"), Certificates, "both"),
            errors,
        )  # fmt: skip

    def problems(self, comes: str, *, reply_form_asked: bool) -> dict[str, str]:
        """Return what is wrong with the fields when `comes` comes for the card, by the field's name.

        What was said of the 照会書兼回答書 is missed only where it is `reply_form_asked` at all.
        """
        proxy = comes == Applicant.OTHER_PROXY.value
        found = {name: said for name, said in self.errors.items() if proxy or not name.startswith("until")}
        if comes == Applicant.LEGAL_REPRESENTATIVE.value and self.waiver is None:
            found[f"waiver-{self.n}"] = NOT_ASKED["waiver"]
        if proxy and self.reply_form.state is None and (reply_form_asked or self.reply_form.until):
            found[f"form-{self.n}"] = NOT_ASKED["form"]
        return found

    @staticmethod
    def as_form(card: Card, applicant: str, n: int) -> dict[str, str]:
        """Return a stored card as the form's fields."""
        form = ReplyForm.of(card.note)
        return {
            f"name-{n}": card.name_kana or "",
            f"expires-{n}": japanese_date(card.expires_on) if card.expires_on else "",
            f"holder-{n}": card.holder,
            f"applicant-{n}": applicant,
            f"waiver-{n}": _waiver(card),
            f"form-{n}": form.state or "",
            f"until-{n}": japanese_date(form.until) if form.until else "",
            f"pins-{n}": " ".join(card.forgotten_pins),
            f"certificates-{n}": card.certificates,
        }


def _one_of(value: str | None, kinds: Any, otherwise: Any) -> Any:
    return value if value in [getattr(kind, "value", kind) for kind in kinds] else otherwise


def _waiver(card: Card) -> str:
    if card.same_household and card.honseki_in_city:
        return "both"
    return "household" if card.same_household else "honseki" if card.honseki_in_city else "neither"
