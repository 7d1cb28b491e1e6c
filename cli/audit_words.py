"""The audit log in words."""

from __future__ import annotations

from typing import Any

WHAT = {
    "list": "一覧を見た",
    "search": "検索した",
    "show": "予約の内容を見た",
    "day": "予約表を見た",
    "hit": "休みにかかる予約を見た",
    "calls": "連絡の一覧を見た",
    "called": "連絡した",
    "add": "予約を登録",
    "change": "予約を変更",
    "cancel": "予約を取り消し",
    "amend": "予約を訂正",
    "arrived": "来庁済みにした",
    "no_show": "来庁なしにした",
    "booked": "予約に戻した",
    "closure_add": "休み・席数を登録",
    "closure_remove": "休み・席数をやめた",
    "pause": "チャットを止めた",
    "resume": "チャットを再開した",
    "purge": "個人情報を消去",
    "backup": "バックアップ",
    "restore": "バックアップから戻した",
}


def audit_what(entry: dict[str, Any]) -> str:
    """Return what an entry of the audit log says was done."""
    return WHAT.get(entry["what"], entry["what"])


def audit_who(entry: dict[str, Any]) -> str:
    """Return who did it; a citizen has no name there, whatever staff call themselves."""
    return "市民" if entry["role"] == "citizen" else str(entry["who"])
