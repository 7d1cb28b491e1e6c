"""The action server, on loopback only: `python -m actions`."""

from __future__ import annotations

import logging
import os
import warnings


def main() -> None:
    """Serve the actions on ACTION_PORT (5055)."""
    with warnings.catch_warnings(record=True):  # those of libraries, for their own developers
        from rasa_sdk.endpoint import create_app

    from renewal import json_log, settings

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    app = create_app("actions", cors_origins=None)
    if settings.in_production():
        json_log.use()
    # Longer than the bot keeps an idle connection: who closes one while the other writes loses a call.
    app.config.KEEP_ALIVE_TIMEOUT = 75
    app.run("127.0.0.1", int(os.environ.get("ACTION_PORT", "5055")), access_log=False)


if __name__ == "__main__":
    main()
