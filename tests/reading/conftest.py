"""The city's file as it ships, for what is read of its counters."""

from __future__ import annotations

import pytest

from renewal import city as city_module
from renewal.city import City


@pytest.fixture(scope="session")
def city() -> City:
    return city_module.load(city_module.DEFAULT_PATH)
