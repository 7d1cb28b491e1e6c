"""Rasa without TensorFlow, which no part of our pipeline uses: half of the start and of the memory.

Rasa imports it, whatever the pipeline, for its own classifiers and policies and for training. Here
one module on the way there is loaded only when something in it is asked for, and of one that the
plan of the training in the model names, only the name is there. To be called before Rasa is
imported, and where nothing is trained.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

WHEN_ASKED_FOR = "rasa.utils.train_utils"
NAMED_ONLY = "rasa.graph_components.validators.default_recipe_validator", "DefaultV1RecipeValidator"


def apply() -> None:
    """Keep TensorFlow out of this process (tests/server/test_whole_way.py)."""
    _load_when_asked_for(WHEN_ASKED_FOR)
    module, name = NAMED_ONLY
    _put(module, **{name: type(name, (), {})})


def _load_when_asked_for(name: str) -> None:
    def of_the_real_one(attribute: str) -> Any:
        if attribute.startswith("__"):  # what Python itself asks for when it is imported
            raise AttributeError(attribute)
        if sys.modules.get(name) is stand_in:
            del sys.modules[name]
        return getattr(importlib.import_module(name), attribute)

    stand_in = _put(name, __getattr__=of_the_real_one)


def _put(name: str, **attributes: Any) -> ModuleType:
    """Put a module in the place of the one of this name."""
    parent, _, child = name.rpartition(".")
    module = sys.modules[name] = ModuleType(name)
    vars(module).update(attributes)
    setattr(importlib.import_module(parent), child, module)
    return module
