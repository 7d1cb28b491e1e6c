"""How long certificates and cards are valid, and when a certificate can be renewed.

All dates are calendar dates in Japan. Sources: the city's page 5619 and J-LIS.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Literal

from dateutil.relativedelta import relativedelta

# Until the day before, an adult was 20 years old (Civil Code as amended).
_ADULT_AT_18_FROM = date(2022, 4, 1)

_NONE_ENDED_BEFORE = date(2019, 1, 1)


class Status(str, Enum):
    """Where a day stands to the renewal window."""

    TOO_EARLY = "too_early"
    INSIDE = "inside"
    EXPIRED = "expired"


@dataclass(frozen=True)
class RenewalWindow:
    """The days on which a certificate can be renewed before it ends; both included.

    After `expires_on` it can still be done, free of charge, as long as the card is valid.
    """

    renewable_from: date
    expires_on: date

    def status(self, on: date) -> Status:
        """Return where that day stands to the window."""
        if on < self.renewable_from:
            return Status.TOO_EARLY
        return Status.INSIDE if on <= self.expires_on else Status.EXPIRED


def renewal_window(expires_on: date) -> RenewalWindow:
    """Return the window: it opens on the day after the expiry date less three months.

    Source: page 5619 (2022-01-01 → 2021-10-02). Where that day does not exist three months before
    (31 May), the last day of that month stands for it: no published example, to be confirmed.
    Raises ValueError for a year out of reach of the calendar.
    """
    try:
        opens = expires_on - relativedelta(months=3) + timedelta(days=1)
    except (ValueError, OverflowError):
        raise ValueError("有効期限の年を読み取れません。") from None
    return RenewalWindow(opens, expires_on)


def birthday_after(day: date, birthday: date, count: int) -> date:
    """Return the `count`-th birthday after that day; a birthday on the day itself is not counted.

    Somebody born on 29 February has it on 28 February in common years: the rule for cards and
    certificates. Raises ValueError when the day lies before the birth.
    """
    if day < birthday:
        raise ValueError("生年月日より前の日です。")
    years = day.year - birthday.year
    if birthday + relativedelta(years=years) <= day:
        years += 1
    return birthday + relativedelta(years=years + count - 1)


def certificate_expiry(
    issued_on: date,
    birthday: date,
    card_expires_on: date | None = None,
    renewed_early: bool = False,
) -> date:
    """Return the day on which a certificate ends: the 5th birthday after issue, or with the card.

    `renewed_early`: it replaced one that had not ended yet, inside its renewal window. Then it is
    the 6th, so that nothing is lost by coming early. Raises ValueError when issued before birth.
    """
    expiry = birthday_after(issued_on, birthday, 6 if renewed_early else 5)
    return min(expiry, card_expires_on) if card_expires_on else expiry


def expiry_candidates(
    issued_year: int,
    birthday: date,
    card_expires_on: date | None = None,
    renewed_early: bool = False,
) -> tuple[date, ...]:
    """Return the one or two days, earlier first, on which a certificate of that year can end.

    It depends on whether it was issued before that year's birthday. Raises ValueError for a year
    before birth.
    """
    first = max(date(issued_year, 1, 1), birthday)
    days = {
        certificate_expiry(issued_on, birthday, card_expires_on, renewed_early)
        for issued_on in (first, date(issued_year, 12, 31))
    }
    return tuple(sorted(days))


def possible_expiries(
    issued: date | int, birthday: date, card_expires_on: date | None = None
) -> tuple[date, ...]:
    """Return the days, earlier first, on which a certificate made on that day or in that year may end.

    The 5th birthday after issue, or the 6th if it was renewed early (facts: NATIONAL); of a year those
    that a renewal inside its three months could give. Raises ValueError for one before birth.
    """
    if isinstance(issued, date):
        early = (False, True)
        days = {certificate_expiry(issued, birthday, card_expires_on, each) for each in early}
        return tuple(sorted(days))
    days = set(expiry_candidates(issued, birthday, card_expires_on))
    last = date(issued, 12, 31)
    for day in (max(date(issued, 1, 1), birthday), last):
        if renewal_window(birthday_after(day, birthday, 1)).renewable_from <= last:
            days.add(certificate_expiry(day, birthday, card_expires_on, renewed_early=True))
    return tuple(sorted(days))


def impossible_expiry(expires_on: date, today: date) -> Literal["too_old", "too_far"] | None:
    """Return why no certificate can end on that day, or None.

    None is older than January 2016, and each lasts until its fifth birthday, so none ended before 2019;
    one renewed today inside its period runs to the 6th birthday (facts: NATIONAL): what lies further
    ahead is another date, often the card's own.
    """
    if expires_on < _NONE_ENDED_BEFORE:
        return "too_old"
    return "too_far" if expires_on > today + relativedelta(years=6) else None


def age_on(birthday: date, day: date) -> int:
    """Return the age in full years on that day: it grows on the birthday (29 Feb: on 28 Feb).

    Raises ValueError when the day lies before the birth.
    """
    return birthday_after(day, birthday, 1).year - birthday.year - 1


def card_expiry(issued_on: date, birthday: date) -> date:
    """Return the day on which a card ends: the 10th birthday after issue, or the 5th for minors.

    Source: J-LIS. A minor was under 20 when the card was issued before 2022-04-01, under 18 since.
    Raises ValueError when issued before birth.
    """
    adult_at = 18 if issued_on >= _ADULT_AT_18_FROM else 20
    adult = age_on(birthday, issued_on) >= adult_at
    return birthday_after(issued_on, birthday, 10 if adult else 5)


def is_card_renewal(
    notice: Literal["certificate", "card"] | None,
    certificate_expires_on: date | None = None,
    card_expires_on: date | None = None,
) -> bool:
    """Return whether it is the card itself that must be renewed, which cannot be booked here.

    What the notice says decides. Without one it is so only if both dates are known and equal;
    neither age nor a second renewal is enough.
    """
    if notice is not None:
        return notice == "card"
    return certificate_expires_on is not None and certificate_expires_on == card_expires_on
