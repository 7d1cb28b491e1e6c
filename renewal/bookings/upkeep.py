"""Looking after the database: deletion of personal data, backup and restore, checks."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from renewal.bookings import audit, bounds, without_seat
from renewal.bookings.engine import (
    leave_no_trace,
    migrate,
    reading,
    schema_version,
    write,
    writing,
)
from renewal.bookings.schema import (
    Utc,
    attempts,
    audit_log,
    bookings,
    call_tries,
    metadata,
    opinions,
    origins,
    seats,
    staff_sessions,
    told,
)
from renewal.city import City
from renewal.clock import TOKYO

# Holds and attempts count for nothing long before; until then they still answer a repeated request.
_KEPT = timedelta(days=1)

_BATCH = 1000


class BackupError(ValueError):
    """A backup cannot be restored here; the text says why, in Japanese."""


def sweep(engine: Engine, at: datetime) -> None:
    """Delete holds, attempts and sessions that ended long before `at` (real time). Only tidies."""

    def work(connection: Connection) -> None:
        old = at - _KEPT
        connection.execute(sa.delete(seats).where(seats.c.code.is_(None), seats.c.held_until < old))
        connection.execute(sa.delete(attempts).where(attempts.c.at < old))
        connection.execute(sa.delete(staff_sessions).where(staff_sessions.c.made_at < old))
        bounds.delete_old(connection, at)

    write(engine, work)


def purge(
    engine: Engine,
    before: date,
    at: datetime,
    *,
    now: datetime | None = None,
    dry_run: bool = False,
) -> int:
    """Delete the personal data of visits before that day, and return how many bookings it is.

    `now` is the calendar's: with it no visit still to come is touched, whatever day is given.

    Names, phone, conversation, notes and expiry dates go, and so do the keys of requests. Counter,
    time, status, kind of case and documents stay, so that it can be counted. With `dry_run` nothing
    is deleted.
    """
    until = datetime.combine(before, time(), TOKYO)
    if now is not None:
        until = min(until, now)
    due = sa.and_(bookings.c.start_at < until, bookings.c.purged_at.is_(None))

    def work(connection: Connection) -> int:
        columns = (bookings.c.code, bookings.c.hold_id, bookings.c.cards)
        found = connection.execute(sa.select(*columns).where(due)).all()
        if not dry_run:  # what somebody wrote may name people
            connection.execute(sa.update(opinions).where(opinions.c.at < until).values(why=None))
        if dry_run or not found:
            return len(found)
        nothing = dict.fromkeys(("visitor_name", "names", "phone", "conversation", "note"))
        nameless = {"name_kana": None, "expires_on": None, "note": None}
        code = sa.bindparam("of")
        values = [
            {"of": row.code, "had": row.hold_id, "cards": [card | nameless for card in row.cards]}
            for row in found
        ]
        connection.execute(
            sa.update(bookings)
            .where(bookings.c.code == code)
            .values(**nothing, hold_id=code, confirm_key=code, purged_at=at),
            values,
        )
        connection.execute(
            sa.update(seats).where(seats.c.hold_id == sa.bindparam("had")).values(hold_id=code),
            values,
        )
        connection.execute(
            sa.update(audit_log).where(audit_log.c.code == code).values(key=None), values
        )
        for table in (told, call_tries):
            connection.execute(sa.delete(table).where(table.c.code == code), values)
        return len(found)

    purged = write(engine, work)
    if not dry_run:
        sweep(engine, at)
        leave_no_trace(engine, compact=True)
    return purged


def still_to_come(engine: Engine, before: date, at: datetime) -> int:
    """Return how many visits before that day are still to come by the real clock (`at`).

    More than none only where the calendar's clock is set (RENEWAL_NOW): purging them would delete
    the names of people who are going to come.
    """
    until = datetime.combine(before, time(), TOKYO)
    count = sa.select(sa.func.count()).where(
        bookings.c.start_at < until,
        bookings.c.start_at > at,
        bookings.c.status == "booked",
        bookings.c.purged_at.is_(None),
    )
    with reading(engine) as connection:
        return int(connection.execute(count).scalar_one())


def unmarked(engine: Engine, now: datetime) -> int:
    """Return how many visits whose start is over nobody has noted as arrived or as a no-show."""
    count = sa.select(sa.func.count()).where(
        bookings.c.status == "booked", bookings.c.start_at <= now, bookings.c.purged_at.is_(None)
    )
    with reading(engine) as connection:
        return int(connection.execute(count).scalar_one())


def backup(engine: Engine, path: Path, at: datetime) -> int:
    """Write all tables, as of one moment, to a file that only its owner can read; return its rows.

    JSON Lines, compressed when the name ends in .gz. The booking goes on meanwhile. What was saved
    from SQLite can be restored to PostgreSQL, and the other way round.
    """
    version, _newest = schema_version(engine)
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    count = 0
    with engine.connect() as connection, _open(part, path.suffix == ".gz", "w") as file:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        header = {"renewal_backup": 1, "schema": version, "at": at.isoformat()}
        file.write(json.dumps(header) + "\n")
        for table in metadata.sorted_tables:
            if table in (origins, staff_sessions):
                continue  # a backup is kept for longer than they are
            found = connection.execution_options(stream_results=True).execute(sa.select(table))
            for row in found:
                values = [_plain(value) for value in row]
                file.write(json.dumps([table.name, values], ensure_ascii=False) + "\n")
                count += 1
    part.replace(path)
    return count


def restore(engine: Engine, path: Path) -> int:
    """Read a backup into an empty database, made if need be, and return the number of its rows.

    All or nothing. Raises BackupError when the database is not empty or the file does not fit.
    """
    migrate(engine)
    version, _newest = schema_version(engine)
    try:
        with _open(path, path.suffix == ".gz", "r") as file:
            header = json.loads(file.readline())
            if header.get("renewal_backup") != 1:
                raise BackupError(f"{path}: このしくみのバックアップではありません。")
            if header["schema"] != version:
                raise BackupError(
                    f"{path}: 表の版（{header['schema']}）が、いまの版（{version}）と違いますので、"
                    "同じ版のプログラムで戻してください。"
                )
            lines = (json.loads(line) for line in file)
            with writing(engine) as connection:
                return _restore(connection, lines)
    except (ValueError, KeyError, AttributeError, EOFError, OSError) as error:
        if isinstance(error, BackupError):
            raise
        raise BackupError(f"{path}: バックアップとして読めません（{error}）。") from error


def check(engine: Engine, city: City, now: datetime, at: datetime) -> list[str]:
    """Return what is wrong with the database, in Japanese; [] when all is well."""
    version, newest = schema_version(engine)
    if version != newest:
        return [f"表の版が {version} です。最新は {newest} です。make run で新しくなります。"]
    findings: list[str] = []
    with reading(engine) as connection:
        if engine.dialect.name == "sqlite":
            result = connection.exec_driver_sql("PRAGMA quick_check").scalar_one()
            if result != "ok":
                findings.append(f"データベースのファイルがこわれています（{result}）。")
            if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                findings.append("表どうしのつながりが切れています。")
        for finding in (_seat_counts, _elsewhere, _without_seat, _old_holds):
            findings += finding(connection, city, now, at)
        findings += audit.findings(connection)
    return findings


def _seat_counts(
    connection: Connection, _city: City, _now: datetime, _at: datetime
) -> Iterator[str]:
    """Stored against computed: a live booking has a seat for each card, a cancelled one none."""
    count = (
        sa.select(
            seats.c.code,
            sa.func.count().label("n"),
            sa.func.min(seats.c.start_at).label("first"),
        )
        .where(seats.c.code.is_not(None))
        .group_by(seats.c.code)
        .subquery()
    )
    n_cards = sa.func.json_array_length(bookings.c.cards)
    n_seats = sa.func.coalesce(count.c.n, 0)
    live = bookings.c.status != "cancelled"
    found = connection.execute(
        sa.select(bookings.c.code, bookings.c.status, n_cards, n_seats)
        .outerjoin(count, count.c.code == bookings.c.code)
        .where(
            sa.or_(
                sa.and_(live, n_seats != n_cards),
                sa.and_(~live, n_seats > 0),
                sa.and_(live, count.c.first != bookings.c.start_at),
            )
        )
        .order_by(bookings.c.code)
    )
    for code, status, of_cards, of_seats in found:
        yield f"予約 {code}（{status}）: カード {of_cards} 枚に対して席が {of_seats} です。"


def _elsewhere(
    connection: Connection, _city: City, _now: datetime, _at: datetime
) -> Iterator[str]:
    """A booked seat and its booking are at the same counter."""
    found = connection.execute(
        sa.select(seats.c.code, seats.c.counter, bookings.c.counter)
        .join(bookings, bookings.c.code == seats.c.code)
        .where(bookings.c.counter != seats.c.counter)
    )
    for code, there, booked in found:
        yield f"予約 {code}: 席は {there}、予約は {booked} です。"


def _without_seat(
    connection: Connection, city: City, now: datetime, _at: datetime
) -> Iterator[str]:
    """Visits that have no seat, or had none when their time came, and nobody has been told."""
    for each in without_seat.find(connection, city, now):
        if each.told is None:
            booking = each.booking
            yield (
                f"予約 {booking.code}（{city.counter_label(booking.counter, short=True)} "
                f"{booking.start:%Y-%m-%d %H:%M}）: 席がありません（{each.cause.words}）。"
                "来庁される方へのご連絡が必要です。"
            )
    for each in without_seat.missed(connection, city, now):
        if each.told is None:
            booking = each.booking
            yield (
                f"予約 {booking.code}（{city.counter_label(booking.counter, short=True)} "
                f"{booking.start:%Y-%m-%d %H:%M}）: 席がなかった（{each.cause.words}）のに、"
                "知らせないうちに予約の時刻が過ぎました。ご連絡が必要です。"
            )


def _old_holds(
    connection: Connection, _city: City, _now: datetime, at: datetime
) -> Iterator[str]:
    """Holds that ended long ago and that no sweep has tidied away; they take no seat."""
    count = connection.execute(
        sa.select(sa.func.count())
        .select_from(seats)
        .where(seats.c.code.is_(None), seats.c.held_until < at - _KEPT)
    ).scalar_one()
    if count:
        yield f"期限を過ぎた仮の席が {count} 残っています（予約のじゃまにはなりません）。"


# Rows in and out of a backup ---------------------------------------------------------------------


def _open(path: Path, compressed: bool, mode: str) -> Any:
    if compressed:
        return gzip.open(path, f"{mode}t", encoding="utf-8")
    return path.open(mode, encoding="utf-8")


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, (datetime, date, time)) else value


def _reader(column: sa.Column[Any]) -> Callable[[Any], Any]:
    if isinstance(column.type, Utc):
        return datetime.fromisoformat
    if isinstance(column.type, sa.Date):
        return date.fromisoformat
    if isinstance(column.type, sa.Time):
        return time.fromisoformat
    if isinstance(column.type, sa.LargeBinary):
        return base64.b64decode
    return lambda value: value


def _restore(connection: Connection, lines: Iterable[Any]) -> int:
    for table in metadata.sorted_tables:
        if connection.execute(sa.select(table).limit(1)).first():
            raise BackupError(
                "データベースが空ではありませんので、空のデータベースに戻してください。"
            )
    count = 0
    name: str | None = None
    batch: list[dict[str, Any]] = []
    for to, values in lines:
        if batch and (to != name or len(batch) == _BATCH):
            connection.execute(sa.insert(metadata.tables[str(name)]), batch)
            batch = []
        name = to
        columns = metadata.tables[to].columns
        batch.append(
            {
                column.name: None if value is None else _reader(column)(value)
                for column, value in zip(columns, values, strict=True)
            }
        )
        count += 1
    if batch:
        connection.execute(sa.insert(metadata.tables[str(name)]), batch)
    if connection.dialect.name == "postgresql":
        for table in metadata.sorted_tables:
            if "id" in table.columns and isinstance(table.c.id.type, sa.Integer):
                connection.execute(
                    sa.text(
                        f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'),"  # noqa: S608
                        f" (SELECT coalesce(max(id), 0) + 1 FROM {table.name}), false)"
                    )
                )
    return count
