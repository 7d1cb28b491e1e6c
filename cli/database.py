"""The database that DATABASE_URL names, made when it is first needed."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from renewal import settings
from renewal.bookings import Bookings, create_engine_from, migrate


def open_engine() -> Engine:
    """Return the database, made first if it has no tables yet."""
    engine = create_engine_from(settings.database_url())
    if not sa.inspect(engine).has_table("bookings"):
        migrate(engine)
    return engine


def open_store() -> Bookings:
    """Return the bookings in the database."""
    return Bookings(open_engine())
