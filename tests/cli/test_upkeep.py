"""Deletion, backup and checks on the command line."""

from __future__ import annotations

import json
import re
import sqlite3
import stat
from pathlib import Path

import pytest

from renewal import clock
from tests.cli.conftest import BOOK, Run, answer, changed, refused

PERSONAL = ("サトウ ハナコ", "09012345678")
DAY = 86_400


def conversations(environment: dict[str, str], **ages: float) -> None:
    """Write Rasa's table with one conversation for each name, its latest event so many days old."""
    now = clock.real_now().timestamp()
    with sqlite3.connect(environment["CONVERSATIONS_DB"]) as connection:
        # As Rasa's SQL tracker store makes it.
        connection.execute(
            "CREATE TABLE events (id INTEGER NOT NULL PRIMARY KEY, sender_id VARCHAR(255) NOT NULL,"
            " type_name VARCHAR(255) NOT NULL, timestamp FLOAT, intent_name VARCHAR(255),"
            " action_name VARCHAR(255), data TEXT)"
        )
        for sender, age in ages.items():
            for more in (40, 0):
                connection.execute(
                    "INSERT INTO events (sender_id, type_name, timestamp, data)"
                    " VALUES (?, 'user', ?, ?)",
                    (sender, now - (age + more) * DAY, f"サトウ ハナコ {sender}"),
                )


def senders(environment: dict[str, str]) -> set[str]:
    with sqlite3.connect(environment["CONVERSATIONS_DB"]) as connection:
        return {row[0] for row in connection.execute("SELECT sender_id FROM events")}


# purge


@pytest.mark.parametrize(("today", "deleted"), [("2027-01-01", 0), ("2027-01-02", 1)])
def test_personal_data_goes_on_the_day_that_citizens_were_told(
    run: Run, today: str, deleted: int
) -> None:
    """A visit on 3 December, and 30 days: on 2 January."""
    answer(run(*BOOK, "--json"))
    now = f"{today}T00:30:00+09:00"
    assert answer(run("purge", "--dry-run", "--json", RENEWAL_NOW=now))["bookings"] == deleted
    assert answer(run("check", "--json", RENEWAL_NOW=now))["to_do"]["purge_bookings"] == deleted
    purge = ("purge", "--confirm", "--set-clock", "--json")
    assert answer(run(*purge, RENEWAL_NOW=now))["bookings"] == deleted
    assert answer(run(*purge, RENEWAL_NOW=now))["bookings"] == 0


def test_what_is_left_can_be_counted_but_has_no_name(
    run: Run, environment: dict[str, str], tmp_path: Path
) -> None:
    code = answer(run(*BOOK, "--json"))["code"]
    later = {"RENEWAL_NOW": "2027-02-01T10:00:00+09:00"}
    assert "予約 1件" in run("purge", "--dry-run", **later).stdout
    assert "サトウ" in run("bookings", "list", **later).stdout
    assert "消しました" in run("purge", "--confirm", "--set-clock", **later).stdout
    (booking,) = answer(run("bookings", "search", "--code", code, "--json", **later))
    assert (booking["phone"], booking["cards"][0]["name_kana"]) == (None, None)
    assert "消去済み" in run("bookings", "list", **later).stdout
    (line,) = [
        line
        for line in answer(run("statistics", "--from=2026-11-30", "--to=2026-12-04", "--json"))
        if line["booked"]
    ]
    assert (line["booked"], line["cards"]) == (1, 1)
    files = b"".join(file.read_bytes() for file in tmp_path.glob("renewal.db*"))
    assert not any(text.encode() in files for text in PERSONAL)
    assert "消去済み" in run("day", "--date", "2026-12-03", **later).stdout


def test_conversations_without_a_word_for_as_long_are_deleted_too(
    run: Run, environment: dict[str, str], tmp_path: Path
) -> None:
    conversations(environment, old=31, just=29, fresh=0)
    proposed = answer(run("purge", "--dry-run", "--json"))
    assert (proposed["dry_run"], proposed["conversations"], proposed["events"]) == (True, 1, 2)
    assert senders(environment) == {"old", "just", "fresh"}
    done = answer(run("purge", "--confirm", "--json"))
    assert (done["conversations"], done["events"]) == (1, 2)
    assert senders(environment) == {"just", "fresh"}
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("conversations.db*"))
    assert "サトウ ハナコ old".encode() not in kept
    assert "サトウ ハナコ just".encode() in kept
    (entry,) = answer(run("audit", "--json"))
    assert entry["detail"] == {"bookings": 0, "conversations": 1, "events": 2}


def test_without_conversations_nothing_is_made(run: Run, environment: dict[str, str]) -> None:
    assert answer(run("purge", "--confirm", "--json"))["conversations"] == 0
    assert not Path(environment["CONVERSATIONS_DB"]).exists()
    Path(environment["CONVERSATIONS_DB"]).touch()
    assert answer(run("purge", "--confirm", "--json"))["conversations"] == 0


# backup and restore


@pytest.mark.parametrize("name", ["renewal.backup", "renewal.backup.gz"])
def test_a_backup_is_restored_into_an_empty_database(run: Run, tmp_path: Path, name: str) -> None:
    answer(run(*BOOK, "--json"))
    answer(run("closures", "add", "--date=12/4", "--reason=点検", "--confirm", "--json"))
    before = answer(run("bookings", "list", "--json"))
    file = tmp_path / name
    saved = answer(run("backup", str(file), "--json"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    other = {"DATABASE_URL": f"sqlite:///{tmp_path}/other.db"}
    restored = answer(run("restore", str(file), "--json", **other))
    assert restored["rows"] == saved["rows"]
    assert answer(run("bookings", "list", "--json", **other)) == before
    assert len(answer(run("closures", "list", "--json", **other))) == 1
    assert answer(run("check", "--json", **other))["problems"] == []
    what = [entry["what"] for entry in answer(run("audit", "--json", **other))]
    assert what[-3:] == ["backup", "restore", "list"]
    assert "空ではありません" in refused(run("restore", str(file), **other))


def test_even_a_look_makes_a_database_that_is_not_empty(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    answer(run(*BOOK, "--json"))
    answer(run("backup", str(file), "--json"))
    other = {"DATABASE_URL": f"sqlite:///{tmp_path}/other.db"}
    answer(run("bookings", "list", "--json", **other))
    assert "空ではありません" in refused(run("restore", str(file), **other))


def test_what_is_no_backup_is_refused(run: Run, tmp_path: Path) -> None:
    empty = {"DATABASE_URL": f"sqlite:///{tmp_path}/other.db"}
    wrong = tmp_path / "wrong"
    assert "ありません" in refused(run("restore", str(wrong), **empty))
    for content in (b"", b"hello", b'{"renewal_backup": 2}', b"\xff\xfe"):
        wrong.write_bytes(content)
        assert "バックアップ" in refused(run("restore", str(wrong), **empty))
    head = {"renewal_backup": 1, "schema": "0000", "at": ""}
    wrong.write_text(json.dumps(head))
    assert "版" in refused(run("restore", str(wrong), **empty))
    assert "書けません" in refused(run("backup", str(tmp_path / "no" / "file")))
    assert "ファイル を指定" in refused(run("backup"))


# check


def test_check_finds_what_is_wrong_and_says_what_waits(
    run: Run, environment: dict[str, str], tmp_path: Path
) -> None:
    code = answer(run(*BOOK, "--json"))["code"]
    conversations(environment, old=31)
    fine = answer(run("check", "--json"))
    assert fine["problems"] == []
    assert fine["to_do"] == {
        "calls": 0, "told": 0, "unmarked": 0, "purge_bookings": 0, "purge_conversations": 1,
    }  # fmt: skip
    *_, waits, verdict = run("check").stdout.splitlines()
    assert "renewal purge" in waits
    assert verdict == "データベースに問題はありません。"
    with sqlite3.connect(tmp_path / "renewal.db") as database:
        database.execute("DELETE FROM seats")
    wrong = run("check")
    assert wrong.exit_code == 1
    *_, problem, verdict = wrong.stdout.splitlines()
    assert code in problem
    assert re.fullmatch(r"データベースに問題が \d件あります。", verdict)


def test_seats_above_the_capacity_and_old_holds_are_reported(run: Run, tmp_path: Path) -> None:
    answer(run(*changed(BOOK, counter="nishiguchi", start="2026-12-03T11:00"), "--json"))
    answer(run("closures", "add", "--date=12/3", "--reason=点検", "--confirm", "--json"))
    with sqlite3.connect(tmp_path / "renewal.db") as database:
        database.execute(
            "INSERT INTO starts (counter, start_at, capacity, usual)"
            " VALUES ('honchosha', '2026-12-04 00:00:00.000000', 3, 3)"
        )
        database.execute(
            "INSERT INTO seats (counter, start_at, seat_no, capacity, hold_id, part, held_until)"
            " VALUES ('honchosha', '2026-12-04 00:00:00.000000', 1, 3, 'h', 1,"
            " '2020-01-01 00:00:00.000000')"
        )
    result = run("check", "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert len(found["problems"]) == 2
    assert any("席がありません（点検）" in problem for problem in found["problems"])
    assert any("仮の席" in problem for problem in found["problems"])
    assert found["to_do"]["calls"] == 1


def test_check_of_an_old_version_counts_nothing_else(run: Run, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "renewal.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '0000'")
    result = run("check", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["to_do"] == {}
