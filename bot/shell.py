"""`make shell`: the same bot in the terminal, with its own action server, beside a running one."""

from __future__ import annotations

import os
import subprocess
import sys


def main() -> None:
    """Start an action server and Rasa's shell; end both together."""
    actions = subprocess.Popen([sys.executable, "-m", "actions"])
    try:
        port = os.environ.get("BOT_PORT", "5006")
        subprocess.run([sys.executable, "-m", "bot", "shell", "--port", port])
    except KeyboardInterrupt:
        pass
    finally:
        actions.terminate()


if __name__ == "__main__":
    main()
