"""Rasa with our changes in place: `python -m bot run`, `python -m bot shell`, `… train`, `… test`."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("SANIC_HOST", "127.0.0.1")


def main() -> None:
    """Run Rasa's own command line; `run` and `shell` listen on loopback only."""
    import rasa.__main__

    if len(sys.argv) > 1 and sys.argv[1] in ("run", "shell"):
        from bot import rasa_fixes

        rasa_fixes.apply()
        sys.argv += ["--interface", "127.0.0.1"] if sys.argv[1] == "run" else []
    rasa.__main__.main()


if __name__ == "__main__":
    main()
