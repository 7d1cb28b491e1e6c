"""A second thought is applied and said, or asked back about; all 450 cases: benchmarks/second_thoughts.py."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.conversations.driver import Person
from tests.conversations.second_thoughts import Case, cases, try_out

SOME = random.Random(22).sample(list(cases()), 12)


@pytest.mark.parametrize("case", SOME, ids=str)
def test_no_second_thought_is_dropped(person: Callable[[], Person], case: Case) -> None:
    assert not try_out(case, person())
