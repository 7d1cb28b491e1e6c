"""A card's fields on a page: as they were typed, what was understood of them, and what was not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from renewal.bookings import Card
from renewal.date_words import japanese_date
from renewal.documents import Applicant, Certificates, Holder, Pin
from staff import typed

CERTIFICATES = {"both": "両方", "user": "利用者証明用だけ", "sign": "署名用だけ", "none": "なし"}
"""The certificates that are to stay on a card, in words."""


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
    same_household: bool
    honseki_in_city: bool
    forgotten: frozenset[Pin]
    certificates: str
    errors: dict[str, str] = field(default_factory=dict)

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
        if expires_typed.strip() and (expires is None or not 2015 <= expires.year <= 2100):
            expires = None
            errors[f"expires-{n}"] = "日付として読めません。R9.2.20 や 2027-02-20 のように書いてください。"
        pins = form.getlist(f"pins-{n}") if hasattr(form, "getlist") else form.get(f"pins-{n}", "").split()
        return cls(
            n, name_typed, name, expires_typed, expires,
            _one_of(form.get(f"holder-{n}"), Holder, "general"),
            _one_of(form.get(f"applicant-{n}"), Applicant, None),
            form.get(f"household-{n}") == "yes",
            form.get(f"honseki-{n}") == "yes",
            frozenset(pin for pin in Pin if pin.value in pins),
            _one_of(form.get(f"certificates-{n}"), Certificates, "both"),
            errors,
        )  # fmt: skip

    @staticmethod
    def as_form(card: Card, applicant: str, n: int) -> dict[str, str]:
        """Return a stored card as the form's fields."""
        return {
            f"name-{n}": card.name_kana or "",
            f"expires-{n}": japanese_date(card.expires_on) if card.expires_on else "",
            f"holder-{n}": card.holder,
            f"applicant-{n}": applicant,
            f"household-{n}": "yes" if card.same_household else "",
            f"honseki-{n}": "yes" if card.honseki_in_city else "",
            f"pins-{n}": " ".join(card.forgotten_pins),
            f"certificates-{n}": card.certificates,
        }


def _one_of(value: str | None, kinds: Any, otherwise: Any) -> Any:
    return value if value in [kind.value for kind in kinds] else otherwise
