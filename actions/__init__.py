"""Rasa's custom actions: slots in, `renewal` called, sentences and events out.

Loaded by `rasa run actions`, the server gets the same door and the same refusals as with
`python -m actions`: rasa_sdk has made it before it loads these.
"""

from __future__ import annotations

import sys

from sanic import Sanic
from sanic.exceptions import SanicException

from actions import door
from renewal import start

try:
    _server = Sanic.get_app("rasa_sdk")
except SanicException:  # no server: somebody looks at one of the actions
    pass
else:
    if _refused := start.refusals():
        sys.exit("\n".join(_refused))
    door.guard(_server)
