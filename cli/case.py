"""What options take that describe a case: whose card, which PINs, names, a phone number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cli.refusal import Refused
from reading.facts import Phone
from renewal import clock
from renewal import documents as documents_of
from renewal.city import City
from renewal.documents import Applicant, Case, Certificates, Document, Holder, ImpossibleCase, Pin

if TYPE_CHECKING:
    from renewal.bookings import Card

T = TypeVar("T")

HOLDERS = click.Choice([holder.value for holder in Holder])
APPLICANTS = click.Choice([applicant.value for applicant in Applicant])
CERTIFICATES = click.Choice([kind.value for kind in Certificates])
PINS_HELP = "juki 住民基本台帳用、user 利用者証明用、sign 署名用"
HOLDER_HELP = "カードの持ち主（一般、15歳未満、成年被後見人）"


class Pins(click.ParamType["frozenset[Pin]"]):
    """The forgotten PINs, with commas between them."""

    name = "juki,user,sign"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> frozenset[Pin]:
        if isinstance(value, frozenset):
            return value
        if value.strip().lower() == "none":
            return frozenset()
        try:
            return frozenset(Pin(part.strip().lower()) for part in value.split(","))
        except ValueError:
            raise Refused(
                f"--pin-forgotten の「{value}」は、juki,user,sign のように書いてください。"
            ) from None


def case_options(command: Callable[..., T]) -> Callable[..., T]:
    """Add the options that make a documents.Case, but for the holder."""
    options = (
        click.option(
            "--applicant",
            type=APPLICANTS,
            required=True,
            help="窓口に来る方（本人、法定代理人、その他の代理人）",
        ),
        click.option("--same-household", is_flag=True, help="法定代理人が同一世帯"),
        click.option("--honseki-in-city", is_flag=True, help="本市本籍"),
        click.option(
            "--pin-forgotten",
            type=Pins(),
            metavar=Pins.name,
            is_flag=False,
            flag_value=",".join(pin.value for pin in Pin),
            default=frozenset(),
            help=f"忘れた暗証番号（{PINS_HELP}。値を付けないと3つとも）",
        ),
        click.option(
            "--certificates",
            type=CERTIFICATES,
            default=Certificates.BOTH.value,
            help="カードに残す電子証明書（省くと both）",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def case_of(
    applicant: str,
    holder: str,
    same_household: bool,
    honseki_in_city: bool,
    pin_forgotten: frozenset[Pin],
    certificates: str,
) -> Case:
    """Return the case that the options describe."""
    return Case(
        Applicant(applicant),
        Holder(holder),
        same_household,
        honseki_in_city,
        pin_forgotten,
        Certificates(certificates),
    )


def documents_for(case: Case, city: City) -> tuple[Document, ...]:
    """Return what to bring. Raises Refused when nobody may come like this."""
    try:
        return documents_of.documents(case, city)
    except ImpossibleCase as error:
        raise Refused(str(error)) from None


def card_from(case: Case, city: City, name_kana: str, expires_on: date | None) -> Card:
    """Return the card with what to bring. Raises Refused when nobody may come like this."""
    from renewal import cases  # it needs the database's modules, which `documents` does not

    try:
        return cases.card_for(case, city, name_kana, expires_on)
    except ImpossibleCase as error:
        raise Refused(str(error)) from None


def kana(text: str, option: str) -> str:
    """Return the name in katakana or Latin letters. Raises Refused."""
    from reading import names

    name = names.bare(text)
    if name is None:
        raise Refused(f"{option} のお名前は、カタカナかローマ字で書いてください。")
    return name


def phone_number(text: str) -> str:
    """Return the digits of a phone number. Raises Refused."""
    from reading import phones
    from reading.message import cut

    told = [fact.number for fact in phones.facts(cut(text, clock.now())) if isinstance(fact, Phone)]
    if len(told) != 1:
        raise Refused("--phone は、024-505-0445 のような10けたか11けたの電話番号にしてください。")
    return told[0]

