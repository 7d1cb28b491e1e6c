"""Dates, times and wishes of the held-out list are read as meant, from the right place in the text."""

from __future__ import annotations

from tests.nlu.evaluate_dates import judged

WANTED = 0.985
"""Just below what is reached; wanted is 0.98 (`python -m tests.nlu.evaluate_dates`)."""


def test_dates_of_the_held_out_list_are_read_with_their_spans() -> None:
    results = judged("dates")
    right = sum(each.value and each.span for each in results)
    assert right / len(results) >= WANTED


def test_sentences_by_which_the_reading_was_mended_stay_right() -> None:
    wrong = [each.item for each in judged("dates_mended") if not (each.value and each.span)]
    assert wrong == []
