"""One JSON object a line, for production. Only our own loggers' words go in.

Rasa and its libraries put texts of citizens into their messages; of theirs only where it was and
what kind of error is kept.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import datetime, timezone

OURS = ("bot", "actions", "renewal", "staff")


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        at = datetime.fromtimestamp(record.created, timezone.utc)
        line = {
            "at": at.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if record.name.split(".")[0] in OURS:
            line |= {"event": record.getMessage(), **getattr(record, "fields", {})}
        else:
            line["place"] = f"{record.filename}:{record.lineno}"
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False)


def use() -> None:
    """Let every logger of this process write JSON lines to standard output, and nothing else."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for name, logger in logging.root.manager.loggerDict.items():
        if isinstance(logger, logging.Logger):
            logger.handlers, logger.propagate = [], True
            if name.split(".")[0] not in OURS and logger.level < logging.WARNING:
                logger.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)
