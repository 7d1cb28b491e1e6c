"""Who may do what: roles are sets of permissions, and every route names the one it asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])

ROLES = {
    "viewer": "閲覧",
    "desk": "窓口",
    "telephone": "電話",
    "chief": "係長",
    "auditor": "監査",
    "admin": "管理",
}
"""The roles, in words."""

PUBLIC, UNFINISHED, LEAVE, SIGNED_IN = "public", "unfinished", "leave", "signed_in"
"""What anybody may do; who has yet to set a password and a second factor; both; whoever is signed in.
"""

_SEES = {"see", "search"}
_TELEPHONES = _SEES | {"number", "book", "change", "call"}
_AT_THE_DESK = _TELEPHONES | {"mark", "print"}
PERMISSIONS: dict[str, frozenset[str]] = {
    "viewer": frozenset(_SEES),
    "desk": frozenset(_AT_THE_DESK),
    "telephone": frozenset(_TELEPHONES),
    "chief": frozenset(_AT_THE_DESK | {"export", "pause", "audit"}),
    "auditor": frozenset({"audit"}),
    "admin": frozenset({"users"}),
}
"""What each role may do. The administrator and the auditor see no personal data."""


def allow(permission: str) -> Callable[[View], View]:
    """Name the permission that a view asks for; without one the console does not start."""

    def name(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return name
