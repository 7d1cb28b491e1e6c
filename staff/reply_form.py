"""The 照会書兼回答書 of an ordinary proxy: what was said of it on the phone, kept as a card's note.

The sheet for the counter shows the note as it is; read-outs and forms read it back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from renewal.date_words import japanese_date
from staff import typed

STATES = {"written": "書いてある", "blank": "まだ書いていない", "missing": "手元にない"}
"""What may be said of it, in words."""

_NOTE = re.compile(rf"照会書兼回答書: ({'|'.join(STATES.values())})(?:、用紙の期限は(.+)まで)?")


@dataclass(frozen=True)
class ReplyForm:
    """Whether it is filled in (a key of STATES; None: not asked), and its own last day, where it was read."""

    state: str | None = None
    until: date | None = None

    @property
    def note(self) -> str | None:
        """Return the card's note."""
        if self.state is None:
            return None
        until = f"、用紙の期限は{japanese_date(self.until)}まで" if self.until else ""
        return f"照会書兼回答書: {STATES[self.state]}{until}"

    @classmethod
    def of(cls, note: str | None) -> ReplyForm:
        """Return what a card's note says of it."""
        found = _NOTE.fullmatch(note or "")
        if found is None:
            return cls()
        state = next(name for name, said in STATES.items() if said == found[1])
        return cls(state, typed.full_date(found[2]) if found[2] else None)

    def ends_before(self, visit: date) -> bool:
        """Return whether it is past its own limit on the day of the visit."""
        return self.until is not None and self.until < visit
