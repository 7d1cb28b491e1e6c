"""How long certificates and cards are valid, and when a certificate can be renewed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renewal.certificate import (
    Status,
    age_on,
    birthday_after,
    card_expiry,
    certificate_expiry,
    expiry_candidates,
    impossible_expiry,
    is_card_renewal,
    possible_expiries,
    renewal_window,
)

days = st.dates(date(2016, 1, 1), date(2060, 12, 31))
birthdays = st.dates(date(1920, 1, 1), date(2015, 12, 31))


# When


@pytest.mark.parametrize(
    ("expires_on", "renewable_from"),
    [
        # The city's and the national bodies' own examples
        ("2022-01-01", "2021-10-02"),
        ("2025-05-01", "2025-02-02"),
        ("2025-05-05", "2025-02-06"),
        ("2025-07-15", "2025-04-16"),
        ("2025-07-17", "2025-04-18"),
        ("2025-08-01", "2025-05-02"),
        ("2020-04-25", "2020-01-26"),
        ("2027-02-20", "2026-11-21"),
        ("2031-05-10", "2031-02-11"),
        # Month ends and leap years: the last day of that month, then the next day
        ("2027-05-31", "2027-03-01"),
        ("2027-05-30", "2027-03-01"),
        ("2027-05-29", "2027-03-01"),
        ("2027-05-28", "2027-03-01"),
        ("2028-05-31", "2028-03-01"),
        ("2028-05-29", "2028-03-01"),
        ("2028-05-28", "2028-02-29"),
        ("2027-07-31", "2027-05-01"),
        ("2027-12-31", "2027-10-01"),
        ("2028-02-29", "2027-11-30"),
        ("2027-02-28", "2026-11-29"),
    ],
)
def test_renewal_opens_the_day_after_three_months_before_expiry(
    expires_on: str, renewable_from: str
) -> None:
    window = renewal_window(date.fromisoformat(expires_on))
    assert window.renewable_from == date.fromisoformat(renewable_from)
    assert window.expires_on == date.fromisoformat(expires_on)


def test_the_status_changes_on_the_first_day_and_after_the_last() -> None:
    window = renewal_window(date(2027, 2, 20))
    assert window.status(date(2026, 11, 20)) is Status.TOO_EARLY
    assert window.status(date(2026, 11, 21)) is Status.INSIDE
    assert window.status(date(2027, 2, 20)) is Status.INSIDE
    assert window.status(date(2027, 2, 21)) is Status.EXPIRED


@settings(derandomize=True)
@given(days, days)
def test_a_later_expiry_never_opens_earlier(one: date, other: date) -> None:
    early, late = sorted((one, other))
    assert renewal_window(early).renewable_from <= renewal_window(late).renewable_from


@settings(derandomize=True)
@given(days)
def test_the_window_is_about_three_months_long(expires_on: date) -> None:
    window = renewal_window(expires_on)
    assert 88 <= (window.expires_on - window.renewable_from).days <= 91
    assert window.status(window.renewable_from) is Status.INSIDE
    assert window.status(window.renewable_from - timedelta(days=1)) is Status.TOO_EARLY


@pytest.mark.parametrize("expires_on", [date.min, date(1, 3, 31)])
def test_a_year_out_of_reach_is_refused(expires_on: date) -> None:
    with pytest.raises(ValueError, match="有効期限"):
        renewal_window(expires_on)


# How long


@pytest.mark.parametrize(
    ("issued_on", "birthday", "expires_on"),
    [
        ("2022-01-10", "1965-03-05", "2026-03-05"),
        ("2022-03-04", "1965-03-05", "2026-03-05"),
        ("2022-03-05", "1965-03-05", "2027-03-05"),
        ("2022-03-06", "1965-03-05", "2027-03-05"),
        # Born on 29 February: 28 February in common years
        ("2022-03-01", "2000-02-29", "2027-02-28"),
        ("2022-02-28", "2000-02-29", "2027-02-28"),
        ("2022-02-27", "2000-02-29", "2026-02-28"),
        ("2023-06-01", "2000-02-29", "2028-02-29"),
    ],
)
def test_a_certificate_ends_on_the_fifth_birthday_after_issue(
    issued_on: str, birthday: str, expires_on: str
) -> None:
    got = certificate_expiry(date.fromisoformat(issued_on), date.fromisoformat(birthday))
    assert got == date.fromisoformat(expires_on)


def test_a_certificate_ends_with_its_card_if_that_is_earlier() -> None:
    issued_on, birthday = date(2024, 6, 1), date(1965, 3, 5)
    assert certificate_expiry(issued_on, birthday, date(2026, 3, 5)) == date(2026, 3, 5)
    assert certificate_expiry(issued_on, birthday, date(2033, 3, 5)) == date(2029, 3, 5)


@settings(derandomize=True)
@given(birthdays, st.integers(2017, 2050), st.integers(0, 91))
def test_nothing_is_lost_by_renewing_early(birthday: date, year: int, late: int) -> None:
    expires_on = birthday_after(date(year, 1, 1), birthday, 1)
    window = renewal_window(expires_on)
    visit = min(window.renewable_from + timedelta(days=late), expires_on - timedelta(days=1))
    renewed = certificate_expiry(visit, birthday, renewed_early=True)
    assert renewed == birthday_after(expires_on, birthday, 5)
    assert renewed.year == expires_on.year + 5


@settings(derandomize=True)
@given(days, birthdays)
def test_validity_is_between_four_and_five_years(issued_on: date, birthday: date) -> None:
    years = (certificate_expiry(issued_on, birthday) - issued_on).days / 365.25
    assert 3.99 < years < 5.01


@settings(derandomize=True)
@given(days, birthdays)
def test_the_year_of_issue_leaves_at_most_two_days(issued_on: date, birthday: date) -> None:
    candidates = expiry_candidates(issued_on.year, birthday)
    assert certificate_expiry(issued_on, birthday) in candidates
    assert 1 <= len(candidates) <= 2
    assert list(candidates) == sorted(candidates)


def test_the_year_of_issue_can_be_enough() -> None:
    assert expiry_candidates(2022, date(1965, 1, 1)) == (date(2027, 1, 1),)
    assert expiry_candidates(2022, date(1965, 3, 5)) == (date(2026, 3, 5), date(2027, 3, 5))
    assert expiry_candidates(2022, date(1965, 3, 5), date(2025, 3, 5)) == (date(2025, 3, 5),)
    assert expiry_candidates(2022, date(2022, 8, 1)) == (date(2027, 8, 1),)


def test_nothing_is_issued_before_birth() -> None:
    with pytest.raises(ValueError, match="生年月日"):
        certificate_expiry(date(2020, 1, 1), date(2020, 1, 2))
    with pytest.raises(ValueError, match="生年月日"):
        expiry_candidates(2019, date(2020, 1, 2))


@pytest.mark.parametrize(
    ("issued_on", "birthday", "expires_on"),
    [
        # Since 2022-04-01 an adult is 18 …
        ("2022-04-01", "2004-04-01", "2032-04-01"),
        ("2022-04-01", "2004-04-02", "2026-04-02"),
        # … before, 20
        ("2022-03-31", "2003-04-01", "2026-04-01"),
        ("2022-03-31", "2002-03-31", "2032-03-31"),
        ("2022-03-31", "2002-04-01", "2026-04-01"),
        ("2020-06-01", "1965-03-05", "2030-03-05"),
    ],
)
def test_a_card_ends_on_the_tenth_birthday_or_for_minors_on_the_fifth(
    issued_on: str, birthday: str, expires_on: str
) -> None:
    got = card_expiry(date.fromisoformat(issued_on), date.fromisoformat(birthday))
    assert got == date.fromisoformat(expires_on)


def test_age_grows_on_the_birthday() -> None:
    assert age_on(date(2011, 12, 3), date(2026, 12, 2)) == 14
    assert age_on(date(2011, 12, 3), date(2026, 12, 3)) == 15
    assert age_on(date(2012, 2, 29), date(2027, 2, 27)) == 14
    assert age_on(date(2012, 2, 29), date(2027, 2, 28)) == 15


# Card or certificate


def test_the_notice_decides_whether_it_is_the_card() -> None:
    same = (date(2027, 3, 5), date(2027, 3, 5))
    assert is_card_renewal("card")
    assert not is_card_renewal("certificate")
    assert not is_card_renewal("certificate", *same)


def test_without_a_notice_it_is_the_card_only_when_both_dates_are_equal() -> None:
    assert is_card_renewal(None, date(2027, 3, 5), date(2027, 3, 5))
    assert not is_card_renewal(None, date(2027, 3, 5), date(2032, 3, 5))
    assert not is_card_renewal(None, date(2027, 3, 5), None)
    assert not is_card_renewal(None, None, None)


def test_who_renewed_early_may_have_until_the_6th_birthday() -> None:
    """Both are named: only the notice or the card's field knows (facts, section 3)."""
    born = date(1965, 3, 5)
    assert possible_expiries(date(2021, 10, 5), born) == (date(2026, 3, 5), date(2027, 3, 5))
    assert possible_expiries(2021, date(1965, 6, 5)) == (date(2025, 6, 5), date(2026, 6, 5))
    # In December one may have renewed early for the March that follows.
    assert possible_expiries(2021, born) == (date(2025, 3, 5), date(2026, 3, 5), date(2027, 3, 5))


def test_no_certificate_ends_before_2019_or_more_than_six_years_ahead() -> None:
    today = date(2026, 11, 24)
    for day, why in ((date(2018, 12, 31), "too_old"), (date(2019, 1, 1), None), (date(2032, 11, 24), None),
                     (date(2032, 11, 25), "too_far"), (date(2036, 2, 20), "too_far")):  # fmt: skip
        assert impossible_expiry(day, today) == why
