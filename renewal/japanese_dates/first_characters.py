"""With which characters a pattern can begin, so that a scan tries few rules at each place."""

from __future__ import annotations

import sre_parse
from typing import Any


def first_characters(pattern: str) -> frozenset[str]:
    """Return every character that a match of the pattern can begin with.

    Raises ValueError for a pattern that can begin with anything or match nothing: it would be
    tried at every place. (The standard library's own parser reads the pattern.)
    """
    first, may_be_empty = _first(sre_parse.parse(pattern))
    if may_be_empty:
        raise ValueError(pattern)
    return frozenset(first)


def _first(items: Any) -> tuple[set[str], bool]:
    first: set[str] = set()
    for op, value in items:
        name = str(op)
        if name in ("AT", "ASSERT", "ASSERT_NOT"):
            continue
        if name == "LITERAL":
            return first | {chr(value)}, False
        if name == "IN":
            return first | _members(value), False
        if name == "BRANCH":
            found = [_first(branch) for branch in value[1]]
            empty = any(branch_empty for _, branch_empty in found)
            here = set().union(*(members for members, _ in found))
        elif name == "SUBPATTERN":
            here, empty = _first(value[3])
        elif name in ("MAX_REPEAT", "MIN_REPEAT"):
            here, empty = _first(value[2])
            empty = empty or value[0] == 0
        else:
            raise ValueError(name)
        first |= here
        if not empty:
            return first, False
    return first, True


def _members(items: Any) -> set[str]:
    members: set[str] = set()
    for op, value in items:
        if str(op) == "LITERAL":
            members.add(chr(value))
        elif str(op) == "RANGE":
            members |= {chr(code) for code in range(value[0], value[1] + 1)}
        elif str(op) == "CATEGORY" and str(value) == "CATEGORY_DIGIT":
            members |= set("0123456789")
        else:
            raise ValueError(str(op))
    return members
