"""The `renewal` command keeps its contracts: names, JSON shapes, exit codes, one sentence."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli import output
from cli.main import COMMANDS, main
from renewal.city import DEFAULT_PATH, DOCUMENT_IDS
from tests.cli.conftest import BOOK, Run, answer, changed, refused

ROOT = DEFAULT_PATH.parent


# The real command


def test_the_real_command_answers_on_stdout_and_refuses_on_stderr(
    environment: dict[str, str],
) -> None:
    def command(*args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "cli", *args],
            cwd=ROOT,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    fine = command(*BOOK, "--json")
    assert fine.returncode == 0
    assert fine.stderr == ""
    assert json.loads(fine.stdout)["start"] == "2026-12-03T17:30:00+09:00"
    wrong = command("eligibility", "--expires", "abc", "--json")
    assert wrong.returncode == 2
    assert wrong.stdout == ""
    assert wrong.stderr.count("\n") == 1


def test_the_list_of_commands_says_what_each_says_of_itself(run: Run) -> None:
    context = main.make_context("renewal", ["check"])
    for name, (_where, said) in COMMANDS.items():
        command = main.get_command(context, name)
        assert command is not None
        assert (command.help or "").splitlines()[0] == said
        assert said in run("--help").stdout


def test_a_command_loads_only_what_it_needs(environment: dict[str, str]) -> None:
    def loaded(*commands: list[str]) -> str:
        code = (
            "import sys\nfrom cli.main import main\n"
            f"for command in {commands!r}:\n"
            "  try: main(command)\n  except SystemExit: pass\n"
            "print('', *sys.modules, '')"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout

    light = loaded(["--help"], ["eligibility", "--expires", "2027-02-20", "--json"])
    assert " cli.eligibility " in light
    for heavy in (" sqlalchemy ", " pydantic ", " holidays ", " reading.dates "):
        assert heavy not in light
    booking = loaded(["bookings", "list"])
    assert " sqlalchemy " in booking
    for heavy in (" alembic ", " matplotlib ", " rasa ", " numpy "):
        assert heavy not in booking


# eligibility


@pytest.mark.parametrize(
    ("expires", "on", "renewable_from", "status"),
    [
        ("2022-01-01", "2021-10-01", "2021-10-02", "too_early"),
        ("2022-01-01", "2021-10-02", "2021-10-02", "inside"),
        ("2022-01-01", "2022-01-01", "2021-10-02", "inside"),
        ("2022-01-01", "2022-01-02", "2021-10-02", "expired"),
        ("令和9年2月20日", "2026年11月24日", "2026-11-21", "inside"),
        ("R9.2.20", "今日", "2026-11-21", "inside"),
        ("２０３１年５月１０日", "2026/11/24", "2031-02-11", "too_early"),
    ],
)
def test_eligibility_takes_iso_and_japanese_dates(
    run: Run, expires: str, on: str, renewable_from: str, status: str
) -> None:
    got = answer(run("eligibility", "--expires", expires, "--on", on, "--json"))
    assert set(got) == {"renewable_from", "expires_on", "status"}
    assert got["renewable_from"] == renewable_from
    assert got["status"] == status


def test_eligibility_is_about_today_unless_told_otherwise(run: Run) -> None:
    assert answer(run("eligibility", "--expires", "2027-02-20", "--json"))["status"] == "inside"
    said = run("eligibility", "--expires", "2027-02-20").stdout
    assert "令和8年11月21日（土）からです" in said
    assert "いま更新できます" in said


# documents


def documents(run: Run, *args: str) -> list[dict[str, Any]]:
    got: list[dict[str, Any]] = answer(run("documents", *args, "--json"))
    for item in got:
        assert set(item) == {"id", "label", "required", "waived", "reason", "source"}
        assert item["id"] in DOCUMENT_IDS
    return got


@pytest.mark.parametrize(
    ("args", "ids"),
    [
        ("self general", "card pin_juki pin_user pin_sign"),
        ("self general --certificates user", "card pin_juki pin_user"),
        ("self general --pin-forgotten", "card pin_reset_extra"),
        ("self general --pin-forgotten sign", "card pin_juki pin_user pin_reset_extra"),
        ("self general --pin-forgotten=juki,user", "card pin_sign pin_reset_extra"),
        ("self general --pin-forgotten=JUKI,User", "card pin_sign pin_reset_extra"),
        ("legal_representative under_15", "card pin_juki pin_user visitor_id_a rep_proof"),
        ("legal_representative adult_ward", "card pin_juki pin_user visitor_id_a rep_proof"),
        (
            "legal_representative under_15 --certificates none",
            "card pin_juki visitor_id_a rep_proof",
        ),
        ("other_proxy general", "card visitor_id_a inquiry_form"),
        (
            "other_proxy general --pin-forgotten",
            "card visitor_id_a inquiry_form pin_reset_extra",
        ),
    ],
)
def test_documents_lists_what_the_case_needs(run: Run, args: str, ids: str) -> None:
    applicant, holder, *more = args.split()
    found = documents(run, "--applicant", applicant, "--holder", holder, *more)
    assert [item["id"] for item in found] == ids.split()


@pytest.mark.parametrize("option", ["--same-household", "--honseki-in-city"])
def test_documents_marks_a_waived_proof(run: Run, option: str) -> None:
    args = ("--applicant", "legal_representative", "--holder", "under_15")
    (proof,) = (item for item in documents(run, *args, option) if item["id"] == "rep_proof")
    assert (proof["required"], proof["waived"]) == (False, True)
    assert "不要です" in run("documents", *args, option).stdout


@pytest.mark.parametrize(
    ("applicant", "holder", "who"),
    [
        ("self", "under_15", "法定代理人"),
        ("self", "adult_ward", "成年後見人"),
        ("legal_representative", "general", "照会書兼回答書"),
        ("other_proxy", "under_15", "法定代理人"),
        ("other_proxy", "adult_ward", "成年後見人"),
    ],
)
def test_an_impossible_case_is_refused_with_who_may_come(
    run: Run, applicant: str, holder: str, who: str
) -> None:
    case = ("--applicant", applicant, "--holder", holder)
    assert who in refused(run("documents", *case, "--json"))
    args = changed(BOOK, applicant=applicant, holder=holder)
    assert who in refused(run(*args))
    assert answer(run("bookings", "list", "--json")) == []


# slots


def test_slots_shows_every_start_that_can_be_booked(run: Run) -> None:
    got = answer(
        run("slots", "--counter=nishiguchi", "--from=2026-12-03", "--to=2026-12-04", "--json")
    )
    assert got[0] == {
        "start": "2026-12-03T11:00:00+09:00",
        "counter": "nishiguchi",
        "capacity": 1,
        "free": 1,
    }
    assert [item["start"][11:16] for item in got] == ["11:00", "11:30", "15:30"] * 2


def test_slots_knows_the_thursday_evening_and_its_gap(run: Run) -> None:
    got = answer(
        run("slots", "--counter", "honchosha", "--from", "12/3", "--to", "12月3日", "--json")
    )
    times = [item["start"][11:16] for item in got]
    assert times[-6:] == ["16:00", "16:30", "17:30", "18:00", "18:30", "19:00"]


@pytest.mark.parametrize(
    ("counter", "day"),
    [
        ("honchosha", "2026-12-05"),
        ("honchosha", "2027-01-01"),
        ("honchosha", "2026-11-24"),
        ("honchosha", "2027-02-24"),
        ("shisho", "2026-12-03"),
    ],
)
def test_a_day_that_cannot_be_booked_has_no_slots(run: Run, counter: str, day: str) -> None:
    args = ("slots", "--counter", counter, "--from", day, "--to", day)
    assert answer(run(*args, "--json")) == []
    assert "ありません" in run(*args).stdout


def test_a_taken_seat_is_counted_and_a_full_start_still_shown(run: Run) -> None:
    args = changed(BOOK, counter="nishiguchi", start="2026-12-03T11:00:00+09:00")
    answer(run(*args, "--json"))
    span = ("--from", "2026-12-03", "--to", "2026-12-03")
    got = answer(run("slots", "--counter", "nishiguchi", *span, "--json"))
    assert [item["free"] for item in got] == [0, 1, 1]
    assert "満席" in run("slots", "--counter", "nishiguchi", *span).stdout


# bookings


def test_a_booking_is_listed_as_it_was_made(run: Run) -> None:
    made = answer(run(*BOOK, "--json"))
    (listed,) = answer(run("bookings", "list", "--json"))
    assert listed == made
    assert re.fullmatch("[2-9A-Z]{5}-[2-9A-Z]{5}", listed["code"])
    assert listed["counter"] == "honchosha"
    assert listed["start"] == "2026-12-03T17:30:00+09:00"
    assert (listed["status"], listed["applicant"]) == ("booked", "self")
    assert listed["phone"] == "09012345678"
    (card,) = listed["cards"]
    assert card["holder"] == "general"
    assert card["name_kana"] == "サトウ ハナコ"
    assert card["documents"] == ["card", "pin_juki", "pin_user", "pin_sign"]


def test_a_childs_booking_keeps_the_case(run: Run) -> None:
    case = {"applicant": "legal_representative", "holder": "under_15", "name": "さとう いちろう"}
    more = ("--same-household", "--visitor-name", "サトウ ハナコ", "--pin-forgotten", "user")
    booking = answer(run(*changed(BOOK, **case), *more, "--json"))
    (card,) = booking["cards"]
    assert card["name_kana"] == "サトウ イチロウ"
    assert card["documents"] == ["card", "pin_juki", "visitor_id_a", "pin_reset_extra"]
    assert card["same_household"] is True
    assert card["forgotten_pins"] == ["user"]
    assert booking["visitor_name"] == "サトウ ハナコ"


def test_without_json_a_booking_is_told_in_japanese(run: Run) -> None:
    said = run(*BOOK).stdout
    assert "予約番号: " in said
    assert "令和8年12月3日（木） 17時30分" in said
    assert "マイナンバーカード手続コーナー" in said
    table = run("bookings", "list").stdout
    assert "サトウ ハナコ" in table
    assert "本庁舎1階" in table
    assert "予約はありません" in run("bookings", "list", "--date", "2026-12-04").stdout


def test_the_list_is_limited_to_a_day_or_a_counter(run: Run) -> None:
    for counter, start in (
        ("honchosha", "2026-12-03T09:00"),
        ("nishiguchi", "2026-12-03T11:00"),
        ("honchosha", "2026-12-04T09:00"),
    ):
        answer(run(*changed(BOOK, counter=counter, start=start), "--json"))

    def count(*args: str) -> int:
        return len(answer(run("bookings", "list", *args, "--json")))

    assert count() == 3
    assert count("--date", "12月3日") == 2
    assert count("--counter", "honchosha") == 2
    assert count("--counter", "honchosha", "--date", "2026-12-04") == 1


@pytest.mark.parametrize(
    ("typed", "start"),
    [
        ("12/3 17:30", "2026-12-03T17:30"),
        ("12/3T17:30", "2026-12-03T17:30"),
        ("１２月３日　１７：３０", "2026-12-03T17:30"),
        ("明日 10:00", "2026-11-25T10:00"),
        ("今日 10:30", "2026-11-24T10:30"),
        ("来週の木曜 9:00", "2026-12-03T09:00"),
        ("2026-12-03 17:30", "2026-12-03T17:30"),
        ("2026-12-03T08:30Z", "2026-12-03T17:30"),
    ],
)
def test_a_start_is_typed_as_a_date_of_the_guide_and_a_time(
    run: Run, typed: str, start: str
) -> None:
    booked = answer(run(*changed(BOOK, start=typed), "--json"))
    assert booked["start"] == f"{start}:00+09:00"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"start": "2026-12-03T17:10"}, "受付時刻ではありません"),
        ({"start": "2026-12-05T10:00"}, "土日"),
        ({"start": "2026-11-23T10:00"}, "祝日"),
        ({"start": "2026-12-29T10:00"}, "年末年始"),
        ({"start": "2026-11-20T10:00"}, "過ぎています"),
        ({"start": "2027-02-26T10:00"}, "から受け付けます"),
        ({"counter": "shisho"}, "予約できません"),
        ({"counter": "ekimae"}, "honchosha"),
        ({"start": "あした"}, "日時として読めません"),
        ({"start": "2026-12-03"}, "日時として読めません"),
        ({"start": "0001-01-01T00:00"}, "日時として読めません"),
        ({"start": "12/3 1775"}, "時刻として読めません"),
        ({"start": "そのうち 10:00"}, "日付として読めません"),
        ({"start": "11/20 10:00"}, "11月20日（金）10時は、もう過ぎています"),
        ({"name": "佐藤花子"}, "カタカナ"),
        ({"phone": "12345"}, "電話番号"),
        ({"applicant": "neighbour"}, "other_proxy"),
    ],
)
def test_a_booking_against_the_rules_is_refused(
    run: Run, options: dict[str, str], said: str
) -> None:
    sentence = refused(run(*changed(BOOK, **options), "--json"))
    if options.get("start") != "0001-01-01T00:00":  # either sentence is fine there
        assert said in sentence
    assert answer(run("bookings", "list", "--json")) == []


def test_an_expired_certificate_is_said_while_the_caller_is_on_the_phone(run: Run) -> None:
    assert "令和8年11月20日（金））が過ぎています" in run(*BOOK, "--expires", "2026-11-20").stderr
    assert "過ぎています" not in run(*BOOK, "--expires", "2027-02-20").stderr


def test_a_full_start_is_refused_with_the_nearest_free_ones(run: Run) -> None:
    for _ in range(3):
        answer(run(*BOOK, "--json"))
    sentence = refused(run(*BOOK))
    assert "満席" in sentence
    assert "18時" in sentence
    assert len(answer(run("bookings", "list", "--json"))) == 3


def test_a_visit_before_renewal_opens_is_refused(run: Run) -> None:
    assert "令和13年2月11日" in refused(run(*BOOK, "--expires", "2031-05-10"))
    answer(run(*BOOK, "--expires", "2027-02-20", "--json"))


def test_the_csv_opens_in_a_spreadsheet(environment: dict[str, str], run: Run) -> None:
    answer(run(*BOOK, "--json"))
    raw = run("bookings", "list", "--csv").stdout_bytes
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") == raw.count(b"\n") == 2
    (row,) = csv.DictReader(io.StringIO(raw.decode("utf-8-sig")))
    assert row["お名前"] == "サトウ ハナコ"
    assert row["持ち物"].startswith("更新する方のマイナンバーカード、住民基本台帳用の暗証番号")
    assert (row["窓口"], row["状態"], row["来る方"]) == ("本庁舎1階", "予約", "本人")
    assert row["日時"] == "2026-12-03 17:30"  # sorts, and Excel knows it
    assert row["来る方のお名前"] == ""
    assert row["電話"] == "090-1234-5678"  # digits alone would lose their first 0


@pytest.mark.parametrize(
    "cell", ["=1+1", "+81", "-1", "@A1", "\t=1", " =1", "\r=1", "\tx", "\rx", "＝1"]
)
def test_no_csv_cell_is_a_formula(cell: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    output.show_csv(["a"], [[cell]])
    (row,) = csv.DictReader(
        io.StringIO(capsysbinary.readouterr().out.decode("utf-8-sig"), newline="")
    )
    assert row["a"] == "'" + cell


# check, migrate, and what click itself says


def test_check_lists_what_is_unconfirmed(run: Run) -> None:
    got = answer(run("check", "--json"))
    paths = {item["path"]: item["value"] for item in got["unconfirmed"]}
    assert paths["booking.horizon_days"] == 60
    assert paths["department.phone"] is None
    assert got["problems"] == []
    assert got["schema"]["current"] == got["schema"]["newest"]
    assert "確かめていない値: " in run("check").stdout
    assert "counters.honchosha.seats" not in run("check").stdout
    said = run("check", "--all").stdout
    assert "counters.honchosha.seats" in said
    assert "問題はありません" in said


def test_the_database_is_made_by_migrate_or_when_it_is_first_needed(
    run: Run, tmp_path: Path
) -> None:
    new = f"sqlite:///{tmp_path}/new.db"
    assert run("migrate", DATABASE_URL=new).exit_code == 0
    assert run("migrate", DATABASE_URL=new).exit_code == 0
    other = f"sqlite:///{tmp_path}/other.db"
    assert answer(run("bookings", "list", "--json", DATABASE_URL=other)) == []


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["eligibility"], "--expires を指定"),
        (["eligibility", "--expires"], "値を1つ"),
        (["eligibility", "--expires", "abc"], "令和9年2月20日"),
        (["eligibility", "--expires", "2月30日"], "2月30日"),
        (["eligibility", "--expires", "2026-13-01"], "2026-13-01"),
        (["eligibility", "--expires", "0001-01-01"], "年を読み取れません"),
        (["eligibility", "--expires", ""], "読めません"),
        (["eligibility", "--expires", "2027-02-20", "--one", "2027-02-20"], "--one"),
        (["eligibility", "--expires", "2027-02-20", "more"], "more"),
        (["documents", "--applicant", "me", "--holder", "general"], "legal_representative"),
        (["documents", "--applicant", "self", "--holder", "x"], "under_15"),
        (["documents", "--applicant", "self", "--holder", "general", "--pin-forgotten=a"], "juki"),
        (["documents", "--applicant", "self", "--holder", "general", "--certificates=a"], "both"),
        (["slots", "--counter", "x", "--from", "12/3", "--to", "12/4"], "nishiguchi"),
        (["slots", "--counter", "honchosha", "--from", "12/4", "--to", "12/3"], "--from"),
        (["bookings", "list", "--json", "--csv"], "どちらか一方"),
        (["bookings", "list", "--counter", "x"], "honchosha"),
        (["nothing"], "eligibility"),
        (["bookings", "nothing"], "add、"),
    ],
)
def test_wrong_input_is_refused_in_one_japanese_sentence(
    run: Run, args: list[str], said: str
) -> None:
    assert said in refused(run(*args))


def test_help_is_shown_without_an_error(run: Run) -> None:
    for args in ([], ["--help"], ["bookings"], ["bookings", "add", "--help"]):
        result = run(*args)
        assert result.exit_code == 0
        assert re.search("[ぁ-ん]", result.stdout)


def test_a_wrong_environment_is_refused(run: Run, tmp_path: Path) -> None:
    wrong = tmp_path / "city.yml"
    wrong.write_text(DEFAULT_PATH.read_text(encoding="utf-8").replace("page: 5619", "page: x"))
    result = run("documents", "--applicant=self", "--holder=general", RENEWAL_CITY=str(wrong))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{wrong}:")
    now = run("eligibility", "--expires", "2027-02-20", RENEWAL_NOW="きのう")
    assert "RENEWAL_NOW" in refused(now)
    assert "DATABASE_URL" in refused(run("bookings", "list", DATABASE_URL="nonsense"))
    absent = run("bookings", "list", DATABASE_URL=f"sqlite:///{tmp_path}/city.yml")
    assert absent.exit_code == 1
    assert "データベース" in absent.stderr
