"""Where the hyphens of a Japanese telephone number stand."""

from __future__ import annotations

import pytest

from renewal.phone_numbers import hyphenated


@pytest.mark.parametrize(
    ("digits", "shown"),
    [
        ("09012345678", "090-1234-5678"),
        ("05012345678", "050-1234-5678"),
        ("0245050445", "024-505-0445"),
        ("0242123456", "0242-12-3456"),
        ("0246123456", "0246-12-3456"),
        ("0312345678", "03-1234-5678"),
        ("0120950178", "0120-950-178"),
        ("0570123456", "0570-123-456"),
        ("08001234567", "0800-123-4567"),
        ("09000001234", "090-0000-1234"),
        ("08000001202", "080-0000-1202"),
        ("06012345678", "060-1234-5678"),
        ("09000000000", "090-0000-0000"),
    ],
)
def test_each_number_has_its_hyphens_where_its_area_code_ends(digits: str, shown: str) -> None:
    assert hyphenated(digits) == shown


@pytest.mark.parametrize("digits", ["0123", "0000000000", "00000000000", "1234567890", "090123456", "02400000000"])
def test_what_is_no_number_of_the_plan_stays_as_it_is(digits: str) -> None:
    assert hyphenated(digits) == digits


def test_a_number_that_was_deleted_is_empty() -> None:
    assert hyphenated(None) == ""
