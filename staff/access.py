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

DOES = {
    "viewer": "今日の窓口、予約の詳細、検索を見る（電話番号と印刷はなし）",
    "desk": "電話の役割に加えて、来庁の記録と印刷",
    "telephone": "見ることに加えて、電話で予約、訂正、変更、取り消し、連絡",
    "chief": "窓口の役割に加えて、CSV の書き出し、記録、チャットの停止",
    "auditor": "記録だけ（お名前や電話番号は出ない）",
    "admin": "利用者だけ（予約は見えない）",
}
"""What each role may do, in words."""

SCREENS = {
    "day": "今日の窓口",
    "telephone": "電話で予約",
    "search": "検索",
    "calls": "連絡が必要な方",
    "audit": "記録",
    "users": "利用者",
    "pause": "チャットの停止",
    "booking": "予約の詳細",
}
"""The screens by their blueprints, in words."""

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
