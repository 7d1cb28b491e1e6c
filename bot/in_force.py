"""What holds however Rasa is started: `rasa run`, `rasa shell`, `rasa interactive`, `make run`.

config.yml and endpoints.yml name classes of ours, which Rasa makes before it answers anybody; each calls
`put`. So nothing of what protects people depends on the command that was typed.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path


@cache
def put() -> None:
    """Put our changes inside Rasa in place, once; end the process where it must not start like this."""
    from bot import rasa_fixes, start

    # `python -m bot` has looked at how it was started already.
    if _typed_rasa() and (refused := start.refusals(["rasa", *sys.argv[1:]])):
        refuse("\n".join(refused))
    rasa_fixes.apply()
    _report_nothing()


def refuse(why: str) -> None:
    """Do not go on: raises RuntimeError, and ends the process of a server, which would catch that."""
    if _serves():
        sys.stderr.write(f"{why}\n")
        sys.stderr.flush()
        os._exit(1)
    raise RuntimeError(why)


def _serves() -> bool:
    """Return whether this process answers somebody: `rasa run`, `python -m bot shell`, …"""
    ours = Path(sys.argv[0]).parts[-2:] == ("bot", "__main__.py")
    return (ours or _typed_rasa()) and sys.argv[1:2] != [] and sys.argv[1] in ANSWERS


ANSWERS = ("run", "shell", "interactive", "x")
"""Commands that answer somebody."""


def _report_nothing() -> None:
    """Tell Rasa's makers nothing of what happens here: no figures, no tracebacks."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    if "sentry_sdk" in sys.modules:
        import sentry_sdk

        sentry_sdk.init(dsn="")


def _typed_rasa() -> bool:
    """Return whether it was Rasa's own command that was typed."""
    program = Path(sys.argv[0])
    return program.name == "rasa" or program.parts[-2:] == ("rasa", "__main__.py")
