"""Where messages are read in these tests: the city's file as it ships, on a Tuesday morning."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.nlu.state import state_of
from reading import lexicon
from reading.situation import State
from renewal import city as city_module
from renewal.application import Desk
from renewal.bookings import Bookings, create_engine_from
from renewal.clock import TOKYO

NOW = datetime(2026, 11, 24, 10, tzinfo=TOKYO)
CITY = city_module.load(city_module.DEFAULT_PATH)
lexicon.here_is(CITY.names, CITY.prefecture)


@pytest.fixture(scope="session")
def desk() -> Desk:
    """A desk whose bookings are not looked at: reading needs none."""
    return Desk(CITY, Bookings(create_engine_from("sqlite://")), NOW, NOW)


@pytest.fixture(scope="session")
def state(desk: Desk) -> State:
    """A conversation in which nothing was said yet."""
    return state_of(desk, {})
