"""What the command's options take: dates, times, PINs, names, phone numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

import click

from cli.refusal import Refused
from renewal import answers, clock
from renewal.city import City, Counter
from renewal.clock import TOKYO
from renewal.documents import Applicant, Certificates, Holder, Pin
from renewal.japanese_dates import Purpose, read_date

T = TypeVar("T")
Decorator = Callable[[Callable[..., T]], Callable[..., T]]


class Day(click.ParamType[date]):
    """A date: ISO 8601 or as Japanese people write it."""

    name = "日付"

    def __init__(self, purpose: Purpose) -> None:
        self.purpose = purpose

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            found = read_date(value, now(), self.purpose)
        if isinstance(found, date):
            return found
        option = param.opts[0] if param else self.name
        if found is not None:
            raise Refused(f"{option} の「{value}」は、暦にない日付か、あいまいな日付です。")
        raise Refused(
            f"{option} の「{value}」を日付として読めませんので、"
            "2027-02-20 か 令和9年2月20日 のように書いてください。"
        )


class Moment(click.ParamType[datetime]):
    """A date with a time, ISO 8601; without an offset it is in Asia/Tokyo."""

    name = "日時"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        text = value[:-1] + "+00:00" if value[-1:] in ("Z", "z") else value
        try:
            moment = datetime.fromisoformat(text)
            if len(text) <= len("2026-12-03"):
                raise ValueError
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=TOKYO)
            return moment.astimezone(TOKYO)
        except (ValueError, OverflowError):
            option = param.opts[0] if param else self.name
            raise Refused(
                f"{option} の「{value}」を日時として読めませんので、"
                "2026-12-03T17:30 のように書いてください。"
            ) from None


class Pins(click.ParamType["frozenset[Pin]"]):
    """The forgotten PINs, with commas between them."""

    name = "juki,user,sign"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> frozenset[Pin]:
        if isinstance(value, frozenset):
            return value
        try:
            return frozenset(Pin(part.strip()) for part in value.split(","))
        except ValueError:
            raise Refused(
                f"--pin-forgotten の「{value}」は、juki,user,sign のように書いてください。"
            ) from None


def now() -> datetime:
    """Return the calendar's now. Raises Refused when RENEWAL_NOW cannot be read."""
    try:
        return clock.now()
    except ValueError as error:
        raise Refused(str(error)) from None


def counter_of(city: City, counter_id: str) -> Counter:
    """Return the counter with that id. Raises Refused."""
    if counter_id not in city.counters:
        known = "、".join(city.counters)
        raise Refused(f"「{counter_id}」という窓口はなく、指定できるのは {known} です。")
    return city.counters[counter_id]


def kana(text: str, option: str) -> str:
    """Return the name in katakana or Latin letters. Raises Refused."""
    name = answers.read_kana(text)
    if name is None:
        raise Refused(f"{option} のお名前は、カタカナかローマ字で書いてください。")
    return name


def phone_number(text: str) -> str:
    """Return the digits of a phone number. Raises Refused."""
    number = answers.read_phone(text)
    if number is None:
        raise Refused("--phone は、024-505-0445 のような10けたか11けたの電話番号にしてください。")
    return number


def case_options(command: Callable[..., T]) -> Callable[..., T]:
    """Add the options that make a documents.Case."""
    options = (
        click.option(
            "--applicant",
            type=click.Choice([applicant.value for applicant in Applicant]),
            required=True,
            help="窓口に来る方（本人、法定代理人、その他の代理人）",
        ),
        click.option(
            "--holder",
            type=click.Choice([holder.value for holder in Holder]),
            required=True,
            help="カードの持ち主（一般、15歳未満、成年被後見人）",
        ),
        click.option("--same-household", is_flag=True, help="法定代理人が同一世帯"),
        click.option("--honseki-in-city", is_flag=True, help="本市本籍"),
        click.option(
            "--pin-forgotten",
            type=Pins(),
            is_flag=False,
            flag_value=",".join(pin.value for pin in Pin),
            default=frozenset(),
            help="忘れた暗証番号（値を付けないと3つとも）",
        ),
        click.option(
            "--certificates",
            type=click.Choice([kind.value for kind in Certificates]),
            default=Certificates.BOTH.value,
            help="カードに残す電子証明書（省くと both）",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


json_option: Decorator[Any] = click.option(
    "--json", "as_json", is_flag=True, help="JSONで表示します"
)
