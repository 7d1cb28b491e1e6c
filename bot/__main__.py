"""Rasa with our changes in place: `python -m bot run`, `python -m bot shell`, `… train`, `… test`."""

from __future__ import annotations

import os
import sys
import warnings

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("SANIC_HOST", "127.0.0.1")


def main() -> None:
    """Run Rasa's own command line; `run` and `shell` listen on loopback only."""
    from bot.in_force import ANSWERS

    command = sys.argv[1] if len(sys.argv) > 1 else ""
    serves = command in ("run", "shell")
    if command in ANSWERS:
        from bot import start

        if refused := start.refusals(sys.argv[1:]):
            sys.exit("\n".join(refused))
        # A turn is one short sentence: more threads would only take the other processes' cores.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with warnings.catch_warnings(record=True):
        import matplotlib  # noqa: F401  these two turn warnings for developers on
        import sanic.app  # noqa: F401
    warnings.simplefilter("ignore")
    if serves:
        from bot import without_tensorflow

        without_tensorflow.apply()
        if not any(each in ("actions", "-m") or each.startswith("--model") for each in sys.argv):
            from bot import models

            if not models.path().exists():
                sys.exit(models.missing())
            sys.argv += ["--model", str(models.path())]
        if sys.argv[1] == "run" and "--interface" not in sys.argv:
            sys.argv += ["--interface", "127.0.0.1"]
    import rasa.__main__

    rasa.__main__.main()


if __name__ == "__main__":
    main()
