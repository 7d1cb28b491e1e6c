"""The audit log: written in the transaction of what it tells, and chained, so that a gap shows.

Each entry gets a number and the SHA-256 of itself and of the entry before it. `audit_head` keeps the
last number and hash, so that entries missing at the end show too. Who alters an entry has to alter
all that follow and the head, which every backup holds as they were.

Keys of requests are no part of it: they are deleted with the personal data of a booking.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from renewal.bookings import engine as database
from renewal.bookings import schema

T = TypeVar("T")

_INSERT = sa.text(
    """
    INSERT INTO audit_log (at, who, what, code, detail, key, role, source)
    VALUES (:at, :who, :what, :code, :detail, :key, :role, :source) ON CONFLICT (key) DO NOTHING
    """
).bindparams(
    sa.bindparam("at", type_=schema.Utc), sa.bindparam("detail", type_=sa.JSON(none_as_null=True))
)
_LOG, _HEAD = schema.audit_log, schema.audit_head
_SEALED = ("number", "at", "who", "what", "code", "detail", "role", "source")
_BATCH = 1000


def note(
    connection: Connection,
    at: datetime,
    who: str,
    what: str,
    *,
    code: str | None = None,
    detail: dict[str, Any] | None = None,
    key: str | None = None,
    role: str = "staff",
    source: str | None = None,
) -> bool:
    """Write an entry; return False when there is one with this key already.

    `source` is the network address of who did it at the console. The transaction is one of `writing`.
    """
    values = {"at": at, "who": who, "what": what, "code": code, "detail": detail, "key": key,
              "role": role, "source": source}  # fmt: skip
    connection.info["unsealed"] = True
    return bool(connection.execute(_INSERT, values).rowcount)


def writing(
    engine: Engine, work: Callable[[Connection], T], before: Callable[[], T | None] = lambda: None
) -> T:
    """Do as engine.write does, and chain what `work` wrote to the audit log.

    It is chained last, when the transaction has every other lock: who holds the head's waits for
    nobody.
    """

    def sealed(connection: Connection) -> T:
        result = work(connection)
        if connection.info.pop("unsealed", False):
            _seal(connection)
        return result

    return database.write(engine, sealed, before)


def findings(connection: Connection) -> list[str]:
    """Return in Japanese where the chain is broken, the first place only; [] when it is whole."""
    head = connection.execute(sa.select(_HEAD)).one_or_none()
    number, last = 0, ""
    columns = [_LOG.c.id, _LOG.c.hash, *(_LOG.c[name] for name in _SEALED)]
    rows = connection.execution_options(stream_results=True).execute(
        sa.select(*columns).where(_LOG.c.number.is_not(None)).order_by(_LOG.c.number)
    )
    for row in rows:
        if row.number != number + 1:
            return [f"記録の {number + 1} 番から {row.number - 1} 番がありません。"]
        number = row.number
        last = _hash(last, row)
        if row.hash != last:
            return [f"記録の {number} 番（{row.what}）か、その前後が書きかえられています。"]
    if (head.number, head.hash) != (number, last) if head else number:
        return [f"記録の {number} 番よりあとがありません。"]
    return []


def _seal(connection: Connection) -> None:
    head = _head(connection)
    if head is None:
        first = sa.text("INSERT INTO audit_head (id, number, hash) VALUES (1, 0, '') ON CONFLICT DO NOTHING")
        connection.execute(first)
        head = _head(connection)
        assert head is not None
    number, last = head.number, head.hash
    columns = [_LOG.c.id, *(_LOG.c[name] for name in _SEALED)]
    loose = sa.select(*columns).where(_LOG.c.number.is_(None)).order_by(_LOG.c.id).limit(_BATCH)
    while found := connection.execute(loose).all():
        values = []
        for row in found:
            number += 1
            last = _hash(last, row, number)
            values.append({"of": row.id, "n": number, "h": last})
        connection.execute(
            sa.update(_LOG)
            .where(_LOG.c.id == sa.bindparam("of"))
            .values(number=sa.bindparam("n"), hash=sa.bindparam("h")),
            values,
        )
    connection.execute(sa.update(_HEAD).values(number=number, hash=last))


def _head(connection: Connection) -> Any:
    return connection.execute(sa.select(_HEAD).with_for_update()).one_or_none()


def _hash(before: str, row: Any, number: int | None = None) -> str:
    values = [number or row.number, row.at.isoformat(), row.who, row.what, row.code, row.detail,
              row.role, row.source]  # fmt: skip
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{before}{text}".encode()).hexdigest()
