"""Bookings: the store on SQLite or PostgreSQL.

    engine = create_engine_from(os.environ.get("DATABASE_URL"))
    migrate(engine)
    store = Bookings(engine)
    hold = store.hold("counter", start, key=…, city=city, now=clock.now(), at=clock.real_now())
    booking = store.confirm(hold.id, Visit(…), key=…, city=city, now=…, at=…)
"""

from renewal.bookings.bounds import BoundMet, Origin
from renewal.bookings.codes import find_code, first_half, normalise_code
from renewal.bookings.engine import TryAgain, create_engine_from, migrate, schema_version
from renewal.bookings.model import (
    Booking,
    BookingError,
    Card,
    ChangedMeanwhile,
    Hold,
    HoldExpired,
    NotBookable,
    NotChangeable,
    Place,
    SlotFull,
    TooManyAttempts,
    Visit,
)
from renewal.bookings.store import Bookings, Reopened
from renewal.bookings.upkeep import (
    BackupError,
    backup,
    check,
    purge,
    restore,
    still_to_come,
    sweep,
    unmarked,
)
from renewal.bookings.without_seat import Cause, Told, Tries, WithoutSeat

__all__ = [
    "BackupError",
    "Booking",
    "BookingError",
    "BoundMet",
    "Bookings",
    "Card",
    "Cause",
    "ChangedMeanwhile",
    "Hold",
    "HoldExpired",
    "NotBookable",
    "NotChangeable",
    "Origin",
    "Place",
    "Reopened",
    "SlotFull",
    "Told",
    "TooManyAttempts",
    "Tries",
    "TryAgain",
    "Visit",
    "WithoutSeat",
    "backup",
    "check",
    "create_engine_from",
    "find_code",
    "first_half",
    "migrate",
    "normalise_code",
    "purge",
    "restore",
    "schema_version",
    "still_to_come",
    "sweep",
    "unmarked",
]
