"""Figures, each by a command of its own; `python -m benchmarks` runs them all."""

import re
import tempfile
from pathlib import Path

SKIPPED = 77
"""What a benchmark exits with when something it needs is not to be had on this machine."""


def roomy_city() -> str:
    """Return a city's file whose bounds nobody meets, for what is measured about something else.

    It is city.yml but for `booking.bounds`: a benchmark books by the hundred from one address.
    """
    text = (Path(__file__).resolve().parent.parent / "city.yml").read_text(encoding="utf-8")
    for name in ("live_by_phone", "live_by_name"):
        text = re.sub(rf"({name}: (?:!unconfirmed )?)\d+", r"\g<1>100", text)
    for name in ("day_by_conversation", "hour_holds", "hour_by_address_in_flood"):
        text = re.sub(rf"({name}: (?:!unconfirmed )?)\d+", r"\g<1>1000", text)
    for name in ("day_by_address", "usual_an_hour", "flood_an_hour"):
        text = re.sub(rf"({name}: (?:!unconfirmed )?)\d+", r"\g<1>100000", text)
    path = Path(tempfile.mkdtemp(prefix="city")) / "city.yml"
    path.write_text(text, encoding="utf-8")
    return str(path)
