"""A process that serves citizens never loads TensorFlow, and understands all the same."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.server.servers import MODEL, ROOT

UNDERSTANDS = f"""
from bot import without_tensorflow
without_tensorflow.apply()
import asyncio, sys
from rasa.core.agent import Agent
import bot.rasa_fixes, rasa.cli.run, rasa.server, rasa.core.run
agent = Agent.load({str(MODEL)!r})
print(asyncio.run(agent.parse_message("手数料はいくらですか"))["intent"]["name"])
print([name for name in sys.modules if name.partition(".")[0] in ("tensorflow", "keras")])
"""


def test_a_process_that_serves_understands_without_tensorflow() -> None:
    done = subprocess.run(
        [sys.executable, "-c", UNDERSTANDS], cwd=ROOT, env=os.environ, capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-2:] == ["ask_fee", "[]"], done.stderr[-2000:]
