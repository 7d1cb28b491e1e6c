"""The database: SQLite in var/ or PostgreSQL by its address, its migrations, its transactions."""

from __future__ import annotations

import itertools
import json
import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

T = TypeVar("T")

ROOT = Path(__file__).resolve().parent.parent.parent
DEFAULT_PATH = ROOT / "var" / "renewal.db"

_LOCK = 824_501_905  # any number that nothing else locks: one migration at a time on PostgreSQL
_WAIT_SECONDS = 10.0  # for a lock, before the request counts as failed
_STATEMENT_SECONDS = 15.0  # for one statement; a booking's takes milliseconds
_FRESH_SECONDS = 0.25  # a connection that was in use so lately is not asked whether it lives
_TRIES = 8
_TRIES_TO_CONNECT = 4  # about half a second: somebody waits for the answer
# serialization_failure, deadlock_detected, lock_not_available, admin_shutdown, and what a race can
# break, so that the next try sees the winner: unique_violation (a key), foreign_key_violation (the
# capacity of a start has just been changed).
_AGAIN = {"40001", "40P01", "55P03", "57P01", "23505", "23503"}


class TryAgain(RuntimeError):  # noqa: N818
    """The database was too busy; nothing was changed, and the same request may be made again."""


def create_engine_from(url: str | None = None) -> Engine:
    """Return the engine for DATABASE_URL's value; without one, for SQLite under var/.

    `postgres://` is understood as well. The directory of a SQLite file is made.
    """
    if not url:
        url = f"sqlite:///{DEFAULT_PATH}"
    if url.startswith("postgres://"):
        url = "postgresql://" + url[len("postgres://"):]
    address = sa.engine.make_url(url)
    if address.get_backend_name() == "sqlite":
        return _sqlite(address)
    engine = sa.create_engine(
        address,
        future=True,
        json_serializer=_json,
        hide_parameters=True,  # no names or phone numbers in errors and logs
        pool_size=10,
        max_overflow=20,
        pool_timeout=_WAIT_SECONDS,
        pool_recycle=1800,
        connect_args={
            "connect_timeout": 2,  # seconds, the least that the driver takes
            "tcp_user_timeout": 3000,  # milliseconds until a host that is gone is given up
            "options": f"-c lock_timeout={int(_WAIT_SECONDS * 1000)} "
            f"-c statement_timeout={int(_STATEMENT_SECONDS * 1000)} -c timezone=UTC",
        },
    )
    _look_at_idle_connections(engine)
    return engine


def _look_at_idle_connections(engine: Engine) -> None:
    """After a restart of the server let no request meet a dead connection.

    As pool_pre_ping, but only after some idleness: under load the question costs a tenth of a
    booking, and a connection that has just served is as good as asked.
    """

    def given_back(_connection: Any, record: Any) -> None:
        record.info["idle_since"] = time.monotonic()

    def taken(connection: Any, record: Any, _proxy: Any) -> None:
        idle_since = record.info.get("idle_since")
        if idle_since is None or time.monotonic() - idle_since < _FRESH_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.dbapi.Error as error:
            raise sa.exc.DisconnectionError from error  # the pool then opens a new one

    sa.event.listen(engine, "checkin", given_back)
    sa.event.listen(engine, "checkout", taken)


def _json(value: Any) -> str:
    # Names stay readable, and can be searched for.
    return json.dumps(value, ensure_ascii=False)


def _sqlite(address: sa.engine.URL) -> Engine:
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(
        address,
        future=True,
        json_serializer=_json,
        hide_parameters=True,  # no names or phone numbers in errors and logs
        poolclass=sa.pool.QueuePool,
        pool_size=10,
        max_overflow=20,
        connect_args={"timeout": _WAIT_SECONDS, "check_same_thread": False},
    )

    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # BEGIN is ours, not the driver's
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")  # a confirmed booking outlives a power cut
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten, not just unlinked
        cursor.close()

    def begins(connection: Connection) -> None:
        # A writer takes the lock at once, or two readers that both go on to write would block
        # each other for good.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    sa.event.listen(engine, "connect", connected)
    sa.event.listen(engine, "begin", begins)
    return engine


def leave_no_trace(engine: Engine, *, compact: bool = False) -> bool:
    """Let nothing that was deleted live on in a database's files; return whether that succeeded.

    SQLite: the write-ahead log is written back and emptied; with `compact` the file is made anew as
    well. False when somebody reads an old state just now: then try again later. PostgreSQL: with
    `compact` the tables are vacuumed, so that dead rows can be overwritten; what its log and backups
    keep is not ours to reach (docs/security.md).
    """
    if engine.dialect.name == "postgresql":
        if compact:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as alone:
                alone.exec_driver_sql("SET statement_timeout = 0")
                for table in sa.inspect(engine).get_table_names():
                    alone.exec_driver_sql(f'VACUUM "{table}"')
                alone.invalidate()  # its settings are its own
        return True
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        if compact:
            cursor.execute("VACUUM")
        return not cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except engine.dialect.dbapi.OperationalError:
        return False
    finally:
        connection.close()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that only reads."""
    with engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that writes; committed at the end, undone when anything is raised."""
    with _writer(engine).connect() as connection, connection.begin():
        yield connection


@lru_cache
def _writer(engine: Engine) -> Engine:
    """Return the same engine, with the same pool, whose transactions write."""
    writer: Engine = engine.execution_options(writes=True)
    return writer


def write(
    engine: Engine, work: Callable[[Connection], T], before: Callable[[], T | None] = lambda: None
) -> T:
    """Return what `work` returns, run in one transaction, again when it lost to another.

    `before` gives the answer when the one it lost to was the same request. Raises TryAgain when it
    loses a bounded number of times, or when the database does not answer.
    """
    for attempt in range(_TRIES):
        if attempt:
            answer = before()
            if answer is not None:
                return answer
            time.sleep(random.uniform(0.005, 0.02) * 2**attempt)
        try:
            with writing(engine) as connection:
                return work(connection)
        except sa.exc.TimeoutError as error:  # no connection left in the pool
            raise TryAgain from error
        except sa.exc.DBAPIError as error:
            if not _worth_another_try(error):
                raise
            last = error
            if _not_connected(error) and attempt + 1 >= _TRIES_TO_CONNECT:
                break
    raise TryAgain from last


def _worth_another_try(error: sa.exc.DBAPIError) -> bool:
    if _not_connected(error) or getattr(error.orig, "pgcode", None) in _AGAIN:
        return True
    text = str(error.orig)
    return "database is locked" in text or "UNIQUE constraint failed" in text


def _not_connected(error: sa.exc.DBAPIError) -> bool:
    return bool(error.connection_invalidated) or (
        isinstance(error, sa.exc.OperationalError) and "connect" in str(error.orig)
    )


class Sql:
    """A statement for the driver itself, with :names for its values.

    For the few that every booking and every look at free times runs: SQLAlchemy's preparation and
    result would cost more than the statement. A connection to PostgreSQL prepares each of them
    once. Moments go in by `moment_in` and out by `moment_out`.
    """

    _count = itertools.count()

    def __init__(self, text: str, *, postgresql_before: str = "", then: Sql | None = None) -> None:
        self.text = text
        self.writes = not text.lstrip().startswith("SELECT")
        self._steps: list[Sql] = [self, *(then._steps if then else [])]  # sent together; the last one answers
        names = list(dict.fromkeys(re.findall(r":(\w+)", text)))
        numbered = re.sub(r":(\w+)", lambda match: f"${names.index(match[1]) + 1}", text)
        self._name = f"renewal_{next(self._count)}"
        self._prepare = f"PREPARE {self._name} AS {numbered}"
        values = ", ".join(f"%({name})s" for name in names)
        self._execute = f"{postgresql_before}EXECUTE {self._name} ({values})"
        if then:
            self._execute += f";{then._execute}"

    def __call__(self, connection: Connection, values: dict[str, Any]) -> list[Any]:
        """Run it in the connection's transaction and return its rows; raises as SQLAlchemy does."""
        dialect = connection.dialect
        cursor = connection.connection.cursor()
        try:
            if dialect.name == "sqlite":
                for step in self._steps:
                    cursor.execute(step.text, values)
            else:
                prepared = connection.info.setdefault("prepared", set())
                for step in self._steps:
                    if step._name not in prepared:
                        cursor.execute(step._prepare)
                        prepared.add(step._name)
                cursor.execute(self._execute, values)
            return list(cursor.fetchall())
        except dialect.dbapi.Error as error:
            lost = dialect.is_disconnect(error, connection.connection, cursor)
            if lost:
                connection.invalidate(error)
            raise sa.exc.DBAPIError.instance(
                self.text,
                None,  # no names or phone numbers in an error
                error,
                dialect.dbapi.Error,
                connection_invalidated=lost,
                dialect=dialect,
            ) from error
        finally:
            cursor.close()


def moment_in(connection: Connection, moment: datetime) -> Any:
    """Return an aware moment as the driver takes it; for SQLite as the text of schema.Utc."""
    if connection.dialect.name == "sqlite":
        return moment.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")
    return moment


def moment_out(value: Any) -> datetime:
    """Return a stored moment, as the driver gives it, aware and in UTC."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=timezone.utc)
    moment: datetime = value
    return moment


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the tables to the newest version, or `revision`; several processes may try at once."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def schema_version(engine: Engine) -> tuple[str | None, str]:
    """Return the version of the tables in the database and the newest one."""
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    newest = ScriptDirectory.from_config(config).get_current_head()
    with reading(engine) as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return current, newest or ""
