"""How a match of a pattern can begin, so that a scan tries few rules at each place."""

from __future__ import annotations

import sre_parse
from collections.abc import Iterable
from typing import Any

ANY = "\uffff"  # stands for whatever character
_DEPTH = 2


def beginnings(pattern: str) -> frozenset[str]:
    """Return the first two characters with which a match can begin, or one where it may end there.

    ANY stands for a character that is not limited. Raises ValueError for a pattern that can match
    nothing at all: it would fit everywhere. (The standard library's own parser reads the pattern;
    assertions are passed over, so more is returned than can match, never less.)
    """
    found = _of_sequence(sre_parse.parse(pattern).data)
    if any(head in ("", ANY) or head[0] == ANY for head in found):
        raise ValueError(pattern)
    return frozenset(found)


def _of_sequence(items: Iterable[Any]) -> set[str]:
    heads = {""}
    for op, value in items:
        if str(op) in ("AT", "ASSERT", "ASSERT_NOT"):
            continue
        heads = _joined(heads, _of_item(str(op), value))
        if all(len(head) == _DEPTH for head in heads):
            break
    return heads


def _joined(heads: set[str], tails: set[str]) -> set[str]:
    full = {head for head in heads if len(head) == _DEPTH}
    return full | {(head + tail)[:_DEPTH] for head in heads - full for tail in tails}


def _of_item(op: str, value: Any) -> set[str]:
    if op == "LITERAL":
        return {chr(value)}
    if op == "IN":
        return _of_class(value)
    if op == "BRANCH":
        return set().union(*(_of_sequence(branch) for branch in value[1]))
    if op == "SUBPATTERN":
        return _of_sequence(value[3])
    if op in ("MAX_REPEAT", "MIN_REPEAT"):
        least, most, part = value
        once = _of_sequence(part)
        found: set[str] = {""} if least == 0 else set()
        heads = {""}
        for count in range(1, min(int(most), _DEPTH) + 1):
            heads = _joined(heads, once)
            if count >= min(int(least), _DEPTH):
                found |= heads
        return found
    return {ANY}


def _of_class(items: Iterable[Any]) -> set[str]:
    members: set[str] = set()
    for op, value in items:
        if str(op) == "LITERAL":
            members.add(chr(value))
        elif str(op) == "RANGE":
            members |= {chr(code) for code in range(value[0], value[1] + 1)}
        elif str(value) == "CATEGORY_DIGIT":
            members |= set("0123456789")
        elif str(value) == "CATEGORY_SPACE":
            members |= set(" \n\r\t\f\v")
        else:
            return {ANY}
    return members
