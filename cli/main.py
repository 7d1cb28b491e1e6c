"""The commands of `renewal`. Each is loaded when it is called, so that it starts quickly."""

from __future__ import annotations

import click

from cli.refusal import LazyGroup

COMMANDS = {
    "eligibility": ("cli.eligibility:eligibility", "いつから更新できるか"),
    "documents": ("cli.documents:documents", "窓口に持ってくるもの"),
    "slots": ("cli.slots:free_slots", "予約できる日時と空き"),
    "day": ("cli.day:day_sheet", "1日の予約表（印刷用）"),
    "bookings": ("cli.bookings:bookings", "予約の一覧・検索・登録・変更・取り消し"),
    "closures": ("cli.closures:closures", "臨時の休み"),
    "capacity": ("cli.closures:capacity", "席の数の臨時の変更"),
    "calls": ("cli.closures:calls", "電話で連絡が必要な予約"),
    "line": ("cli.line:line", "LINE の用意と確認"),
    "statistics": ("cli.statistics:statistics", "週と窓口ごとの件数"),
    "opinions": ("cli.opinions:opinions", "チャットの答えが役に立ったか"),
    "pause": ("cli.pause:pause", "チャットを止めます"),
    "resume": ("cli.pause:resume", "止めたチャットを再開します"),
    "staff": ("cli.staff:staff", "職員画面の利用者"),
    "audit": ("cli.upkeep:audit", "だれがいつ何をしたかの記録"),
    "purge": ("cli.upkeep:purge_data", "期限の過ぎた個人情報の消去"),
    "backup": ("cli.upkeep:backup_data", "予約のバックアップ"),
    "restore": ("cli.upkeep:restore_data", "バックアップから戻す"),
    "check": ("cli.upkeep:check_all", "データベースの版、予約の整合、待っている仕事を確かめます"),
    "city": ("cli.city:city", "市のファイル（city.yml）の点検"),
    "read": ("cli.read:read", "文を、ボットがどう読むか（標準入力に JSON Lines）"),
    "migrate": ("cli.upkeep:migrate_database", "データベースを作り、最新の形にします"),
}
"""Name → where the command is, and what the list of commands says of it."""


@click.group("renewal", cls=LazyGroup, at=COMMANDS)
def main() -> None:
    """マイナンバーカードの電子証明書の更新: 案内と予約の管理"""
