"""The action server, on loopback only: `python -m actions`."""

from __future__ import annotations

import logging
import sys
import warnings


def main() -> None:
    """Serve the actions on ACTION_PORT (5055); leaves with a sentence where that is not safe."""
    from renewal import start

    if refused := start.refusals():
        sys.exit("\n".join(refused))
    with warnings.catch_warnings(record=True):  # those of libraries, for their own developers
        from rasa_sdk.endpoint import create_app

    from actions import door
    from renewal import json_log, settings

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    app = create_app("actions", cors_origins=None)
    door.guard(app)
    if settings.in_production():
        json_log.use()
    # Longer than the bot keeps an idle connection: who closes one while the other writes loses a call.
    app.config.KEEP_ALIVE_TIMEOUT = 75
    app.run("127.0.0.1", settings.action_port(), access_log=False)


if __name__ == "__main__":
    main()
