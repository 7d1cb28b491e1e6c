"""Runs the migrations on the connection it is given, or (the alembic command) on DATABASE_URL."""

import os

from alembic import context

import bot.line.tables  # noqa: F401  its tables are part of the metadata
from renewal.bookings.engine import create_engine_from, writing
from renewal.bookings.schema import metadata


def run(connection):
    """Migrate within the connection's own transaction."""
    context.configure(connection=connection, target_metadata=metadata)
    context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with writing(create_engine_from(os.environ.get("DATABASE_URL"))) as connection:
        run(connection)
