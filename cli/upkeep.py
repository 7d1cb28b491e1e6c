"""`renewal audit`, `purge`, `backup`, `restore`, `check`, `migrate`: the installation."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

import click

from bot.line import users
from cli import arguments, conversations, output
from cli.arguments import Day, csv_option, json_option, who_option
from cli.bookings import Code
from cli.closures import line_account
from cli.database import engine_of_address, open_engine, open_store
from cli.refusal import Command, Refused
from renewal import clock, pauses, settings, words
from renewal.bookings import (
    BackupError,
    Bookings,
    backup,
    check,
    migrate,
    purge,
    restore,
    schema_version,
    still_to_come,
    unmarked,
)
from renewal.calls import calls_to_make, waiting
from renewal.city import City, load
from renewal.clock import TOKYO
from renewal.date_words import short_date


@click.command(cls=Command)
@click.option("--code", type=Code(), help="この予約についての記録だけ")
@click.option("--who", "name", metavar="名前", help="この人の記録だけ")
@click.option("--from", "first", type=Day(past=True), help="初めの日")
@click.option("--to", "last", type=Day(past=True), help="終わりの日（この日を含む）")
@csv_option
@json_option
def audit(
    code: str | None,
    name: str | None,
    first: date | None,
    last: date | None,
    as_csv: bool,
    as_json: bool,
) -> None:
    """だれがいつ何をしたかの記録

    古い順です。名前や電話番号は記録に入りません。
    """
    city = load()
    found = [
        entry
        for entry in open_store().audit(first=first, last=last)
        if (code is None or code == entry["code"] or code in _seen(entry["detail"]))
        and (name is None or (entry["role"] == "staff" and name == entry["who"]))
    ]
    output.show(
        ("日時", "だれ", "何", "予約番号", "内容"),
        [
            (
                f"{entry['at']:%Y-%m-%d %H:%M:%S}",
                words.audit_who(entry),
                words.audit_what(entry),
                entry["code"],
                words.audit_detail(entry, city),
            )
            for entry in found
        ],
        [entry | {"at": entry["at"].isoformat()} for entry in found],
        as_json=as_json,
        as_csv=as_csv,
        nothing="記録はありません。",
    )


def _seen(detail: object) -> list[str]:
    """Return the codes of the bookings that an entry says were seen."""
    codes = detail.get("codes") if isinstance(detail, dict) else None
    return codes if isinstance(codes, list) else []


# Personal data -------------------------------------------------------------------------------


@click.command("purge", cls=Command)
@click.option("--dry-run", is_flag=True, help="数えるだけで、消しません（--confirm がないときと同じです）")
@click.option("--confirm", is_flag=True, help="見るだけでなく、消す")
@click.option(
    "--set-clock", is_flag=True, help="RENEWAL_NOW で進めた時計のとおりに消す（試すときだけ）"
)
@who_option
@json_option
def purge_data(dry_run: bool, confirm: bool, set_clock: bool, who: str, as_json: bool) -> None:
    """期限の過ぎた個人情報の消去

    まず、何を消すかを見せます。--confirm を付けると消します。これから来る予約は、決して消しません。

    来庁日から city.yml の delete_days_after_visit の日数がたった予約の名前と電話番号などと、
    最後の発言から同じ日数がたった会話を消します。件数は数えられるように残ります。
    予約がすべて消えた方の LINE の利用者IDも消します。
    """
    if settings.in_production() and os.environ.get("RENEWAL_NOW"):
        raise Refused("本番では、環境変数 RENEWAL_NOW を消してから実行してください。")
    dry_run = dry_run or not confirm
    city, at, engine = load(), clock.real_now(), open_engine()
    days = city.privacy.delete_days_after_visit
    coming = still_to_come(engine, _kept_from(city), at)
    if coming and not (dry_run or set_clock):
        raise Refused(
            f"RENEWAL_NOW で時計が進めてあり、本当の時計ではこれから来る方の予約 {coming}件も消えますので、"
            "RENEWAL_NOW を外すか、試すだけなら --set-clock を付けてください。"
        )
    count = purge(engine, _kept_from(city), at, now=arguments.now(), dry_run=dry_run)
    if not dry_run:
        users.forget_unneeded(engine)
    talks = conversations.delete_before(at - timedelta(days=days), dry_run)
    result = {
        "bookings": count,
        "conversations": talks.conversations,
        "events": talks.events,
    }
    if not dry_run:
        Bookings(engine).record(who, "purge", at=at, detail=result)
    if as_json:
        output.show_json({"dry_run": dry_run, **result})
        return
    done = "を消します（まだ消していません）。" if dry_run else "を消しました。"
    click.echo(f"予約 {count}件の個人情報と、会話 {talks.conversations}件{done}")
    if dry_run:
        last = short_date(_kept_from(city) - timedelta(days=1))
        click.echo(f"{last}までに来る予定だった予約と、{days}日のあいだ発言のない会話です。")
        click.echo("消すには --confirm を付けてください。消したものは元に戻せません。")


def _kept_from(city: City) -> date:
    """Return the first day of a visit whose personal data is still kept.

    Citizens are told that it is deleted so many days after the visit: on that very day.
    """
    return arguments.now().date() - timedelta(days=city.privacy.delete_days_after_visit - 1)


# Backup --------------------------------------------------------------------------------------


@click.command("backup", cls=Command)
@click.argument("file", type=click.Path(path_type=Path), metavar="ファイル")
@who_option
@json_option
def backup_data(file: Path, who: str, as_json: bool) -> None:
    """予約のバックアップ

    受け付けながらでもできます。名前が .gz で終わると圧縮します。個人情報が入りますので、しまう場所にご注意ください。
    """
    if file.is_file() and file.stat().st_size:
        raise Refused(f"{file} というファイルがもうありますので、別の名前にしてください。")
    engine, at = open_engine(), clock.real_now()
    # Noted first, so that the backup itself says so too.
    Bookings(engine).record(who, "backup", at=at, detail={"file": file.name})
    try:
        rows = backup(engine, file, at)
    except OSError as error:
        raise Refused(f"{file} に書けません（{error.strerror}）。") from None
    if as_json:
        output.show_json({"file": str(file), "rows": rows})
    else:
        click.echo(f"{file} に {rows}行を保存しました。")


@click.command("restore", cls=Command)
@click.argument("file", type=click.Path(path_type=Path), metavar="ファイル")
@who_option
@json_option
def restore_data(file: Path, who: str, as_json: bool) -> None:
    """バックアップから戻す

    空のデータベースにだけ戻せます。戻す先は DATABASE_URL です。SQLite のバックアップを PostgreSQL に戻すことも、その逆もできます。
    """
    if not file.is_file():
        raise Refused(f"{file} というファイルはありません。")
    engine = engine_of_address()
    try:
        rows = restore(engine, file)
    except BackupError as error:
        raise Refused(str(error)) from None
    detail = {"file": file.name, "rows": rows}
    Bookings(engine).record(who, "restore", at=clock.real_now(), detail=detail)
    if as_json:
        output.show_json({"file": str(file), "rows": rows})
    else:
        click.echo(f"{file} から {rows}行を戻しました。")


# Check ---------------------------------------------------------------------------------------


@click.command("check", cls=Command)
@click.option("--all", "every", is_flag=True, help="city.yml の、まだ確かめていない値もすべて出す")
@json_option
def check_all(every: bool, as_json: bool) -> None:
    """データベースの版、予約の整合、待っている仕事を確かめます

    問題があると、終了コードは 1 です。
    """
    city, engine, now, at = load(), open_engine(), arguments.now(), clock.real_now()
    version, newest = schema_version(engine)
    problems = check(engine, city, now, at)
    values = [(path, city.value_at(path)) for path in city.unconfirmed]
    # Not wrong, but waiting for somebody to do it. Without its tables there is nothing to count.
    to_do, pause = {}, None
    if version == newest:
        store, pause = Bookings(engine), pauses.current(engine, at)
        days = city.privacy.delete_days_after_visit
        to_do = {
            "calls": len(waiting(calls_to_make(store, city, now, line_account(store)))),
            "told": sum(each.told is not None for each in store.without_seat(city, now)),
            "unmarked": unmarked(engine, now),
            "purge_bookings": purge(engine, _kept_from(city), at, now=now, dry_run=True),
            "purge_conversations": conversations.delete_before(
                at - timedelta(days=days), dry_run=True
            ).conversations,
        }
    if as_json:
        output.show_json(
            {
                "unconfirmed": [{"path": path, "value": _plain(value)} for path, value in values],
                "schema": {"current": version, "newest": newest},
                "problems": problems,
                "to_do": to_do,
                "paused": pause
                and {"since": pause.since.isoformat(), "reason": pause.reason},
            }
        )
    else:
        if every:
            click.echo(f"city.yml で、まだ確かめていない値（{len(values)}件）:")
            output.show_table(("項目", "いまの値"), ((path, _shown(value)) for path, value in values))
            click.echo()
        elif values:
            click.echo(f"city.yml で、まだ確かめていない値: {len(values)}件（renewal check --all で一覧）")
        click.echo(f"表の版: {version}（最新は {newest}）")
        if pause:
            since = pause.since.astimezone(TOKYO)
            click.echo(
                f"チャットは {since:%Y-%m-%d %H:%M} から止めてあります（{pause.reason}）。"
                "再開するときは renewal resume です。"
            )
        for name, sentence in _TO_DO.items():
            if to_do.get(name):
                click.echo(sentence.format(to_do[name]))
        for problem in problems:
            click.echo(problem)
        # Last, as that is what a terminal still shows.
        click.echo(_verdict(len(problems), to_do))
    if problems:
        raise click.exceptions.Exit(1)


def _verdict(problems: int, to_do: dict[str, int]) -> str:
    """Return the last line: what is wrong, and what waits for somebody."""
    waits = [f"{name} {to_do[key]}件" for key, name in _WAITS.items() if to_do.get(key)]
    waiting = f"待っている仕事: {'、'.join(waits)}。" if waits else ""
    if problems:
        return f"データベースに問題が {problems}件あります。{waiting}"
    return f"データベースに問題はありませんが、{waiting}" if waiting else "データベースに問題はありません。"


# Deletion is no work of a morning: it runs by itself at night.
_WAITS = {
    "calls": "電話での連絡（renewal calls）",
    "told": "席がない方の変更か取り消し（renewal calls）",
    "unmarked": "来庁の記録（renewal bookings list --unmarked）",
}
_TO_DO = {
    "calls": "連絡が必要な予約が {}件あります（renewal calls）。",
    "told": "席がなく、連絡は済んでいて、変更か取り消しを待っている予約が {}件あります（renewal calls）。",
    "unmarked": "来庁したかどうかの記録がない、過ぎた予約が {}件あります（renewal bookings list --unmarked）。",
    "purge_bookings": "消去の期限が来た予約が {}件あります（renewal purge）。",
    "purge_conversations": "消去の期限が来た会話が {}件あります（renewal purge）。",
}


@click.command("migrate", cls=Command)
def migrate_database() -> None:
    """データベースを作り、最新の形にします"""
    engine = engine_of_address()
    migrate(engine)
    click.echo(f"データベースは最新です（版 {schema_version(engine)[0]}）。")


def _plain(value: object) -> object:
    """A value of city.yml as JSON has it."""
    return list(value) if isinstance(value, tuple) else value


def _shown(value: object) -> str:
    if value is None or value == ():
        return "（空）"
    if isinstance(value, tuple):
        return "、".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
