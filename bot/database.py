"""The connections that the bot itself has to the database of the bookings."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy.engine import Engine

from renewal import settings
from renewal.bookings import create_engine_from


def engine() -> Engine:
    """Return this process's connections to the database that the environment names."""
    return _engine(settings.database_url())


@lru_cache(maxsize=1)
def _engine(url: str | None) -> Engine:
    return create_engine_from(url)
