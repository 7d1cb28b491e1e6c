"""The database that DATABASE_URL names, made when it is first needed."""

from __future__ import annotations

from pathlib import Path

import click
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from cli.refusal import Refused
from renewal import settings
from renewal.bookings import Bookings, create_engine_from, migrate
from renewal.bookings.engine import DEFAULT_PATH


def engine_of_address() -> Engine:
    """Return the database, whatever is in it.

    Raises Refused when its file's folder is not there: a slip in the address would make an empty
    database there, and an empty one says that nobody needs to be phoned.
    """
    url = settings.database_url()
    if url and url.startswith("sqlite"):
        file = sa.engine.make_url(url).database
        if file and file != ":memory:":
            folder = Path(file).absolute().parent
            if not folder.is_dir() and folder != DEFAULT_PATH.parent:
                raise Refused(
                    f"DATABASE_URL の {file} を置くフォルダー（{folder}）がありませんので、アドレスを確かめてください。"
                )
    return create_engine_from(url)


def open_engine() -> Engine:
    """Return the database, made first, and announced, if it has no tables yet."""
    engine = engine_of_address()
    if not sa.inspect(engine).has_table("bookings"):
        migrate(engine)
        where = engine.url.render_as_string(hide_password=True)
        click.echo(f"予約の表がなかったので、新しく作りました: {where}", err=True)
    return engine


def open_store() -> Bookings:
    """Return the bookings in the database."""
    return Bookings(open_engine())
