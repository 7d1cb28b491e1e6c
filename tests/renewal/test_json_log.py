"""What production logs, and what never gets into it."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

from renewal.json_log import JsonLines


def line(logger: str, message: str, **more: Any) -> dict[str, Any]:
    record = logging.LogRecord(logger, logging.ERROR, "/app/file.py", 7, message, None, None)
    vars(record).update(more)
    return dict(json.loads(JsonLines().format(record)))


def test_our_own_words_and_fields_are_logged() -> None:
    logged = line("bot.turn", "turn", fields={"conversation": "a1b2", "ms": 31})
    assert (logged["event"], logged["conversation"], logged["ms"]) == ("turn", "a1b2", 31)


def test_of_a_librarys_message_only_its_place_and_kind_of_error_are_logged() -> None:
    try:
        raise ValueError("サトウハナコ 09012345678")
    except ValueError:
        logged = line("rasa.core.processor", "said サトウハナコ", exc_info=sys.exc_info())
    assert (logged["place"], logged["error"]) == ("file.py:7", "ValueError")
    assert "サトウ" not in json.dumps(logged, ensure_ascii=False)
