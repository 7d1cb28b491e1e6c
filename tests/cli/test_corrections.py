"""Records that can be put right: a booking shown and corrected, days looked at, days settled."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from typing import Any

import pytest

from cli import output
from renewal.bookings.codes import new_code
from renewal.city import DEFAULT_PATH
from tests.cli.conftest import BOOK, Book, Run, answer, changed, refused

CHILD = {"applicant": "legal_representative", "holder": "under_15", "name": "サトウ イチロウ"}
AFTER = {"RENEWAL_NOW": "2026-12-04T09:00:00+09:00"}


def amend(run: Run, code: str, *args: str) -> dict[str, Any]:
    amended: dict[str, Any] = answer(run("bookings", "amend", code, *args, "--json"))
    return amended


# Amending


def test_a_name_and_a_phone_are_corrected_and_the_seat_stays(run: Run, book: Book) -> None:
    before = book()
    after = amend(run, before["code"], "--name", "サトウ ハナエ", "--phone", "024-505-0445")
    assert after["cards"][0]["name_kana"] == "サトウ ハナエ"
    assert after["phone"] == "0245050445"
    assert (after["start"], after["places"]) == (before["start"], before["places"])


def test_who_comes_is_corrected_and_what_to_bring_follows(run: Run, book: Book) -> None:
    code = book()["code"]
    after = amend(run, code, "--applicant", "other_proxy", "--visitor-name", "サトウ ジロウ")
    assert (after["applicant"], after["visitor_name"]) == ("other_proxy", "サトウ ジロウ")
    assert after["cards"][0]["documents"] == ["card", "visitor_id_a", "inquiry_form"]
    back = amend(run, code, "--applicant", "self", "--visitor-name", "")
    assert (back["applicant"], back["visitor_name"]) == ("self", None)
    assert "pin_sign" in back["cards"][0]["documents"]


def test_one_card_of_several_is_corrected_alone(run: Run, book: Book) -> None:
    code = book("--name", "サトウ ジロウ", **CHILD)["code"]
    after = amend(run, code, "--card", "2", "--pin-forgotten", "juki", "--expires", "2027-02-20")
    first, second = after["cards"]
    assert (first["forgotten_pins"], second["forgotten_pins"]) == ([], ["juki"])
    assert second["expires_on"] == "2027-02-20"
    assert amend(run, code, "--card", "2", "--pin-forgotten", "none")["cards"][1]["forgotten_pins"] == []
    assert "2枚です" in refused(run("bookings", "amend", code, "--card", "3", "--name", "アベ"))


def test_the_audit_log_says_which_details_were_corrected_and_not_what_they_are(
    run: Run, book: Book
) -> None:
    code = book()["code"]
    amend(run, code, "--name", "タナカ", "--note", "車いす", "--as", "田中")
    entry = answer(run("audit", "--code", code, "--json"))[-1]
    assert (entry["what"], entry["who"]) == ("amend", "田中")
    assert entry["detail"] == {"changed": ["name_kana", "note"]}
    assert "予約を訂正" in run("audit").stdout


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([], "いまと違う"),
        (["--name", "サトウ ハナコ"], "いまと違う"),
        (["--name", "佐藤"], "カタカナ"),
        (["--phone", "123"], "電話番号"),
        (["--applicant", "other_proxy"], "--visitor-name"),
        (["--applicant", "legal_representative"], "照会書兼回答書"),
        (["--holder", "under_15"], "法定代理人"),
        (["--expires", "2031-05-10"], "令和13年2月11日"),
        (["--note", "あ" * 201], "200文字"),
    ],
)
def test_a_correction_against_the_rules_changes_nothing(
    run: Run, book: Book, args: list[str], said: str
) -> None:
    before = book()
    assert said in refused(run("bookings", "amend", before["code"], *args))
    assert answer(run("bookings", "list", "--json")) == [before]


def test_what_is_cancelled_is_not_corrected(run: Run, book: Book) -> None:
    code = book()["code"]
    run("bookings", "cancel", code, "--told")
    assert "取り消されています" in refused(run("bookings", "amend", code, "--name", "アベ"))


# Showing


def test_a_booking_is_shown_with_all_that_is_known_of_it(run: Run, book: Book) -> None:
    code = book("--expires", "2026-12-10", "--note", "車いす", "--as", "田中")["code"]
    answer(run("closures", "add", "--date", "12/3", "--reason", "点検", "--confirm", "--json"))
    said = run("bookings", "show", code).stdout
    for words in (code, "令和8年12月3日（木） 17時30分", "090-1234-5678", "サトウ ハナコ", "車いす",
                  "有効期限が近い", "署名用の暗証番号", "席がありません: 点検（まだ連絡していません）",
                  "電話）", "田中 予約を登録"):  # fmt: skip
        assert words in said, words
    shown = answer(run("bookings", "show", code, "--json"))
    assert shown["without_seat"] == {"kind": "closure", "words": "点検", "told": None}
    assert [entry["what"] for entry in shown["history"]] == ["add"]
    assert "見つかりません" in refused(run("bookings", "show", new_code()))


# Ranges and searching


def test_days_are_looked_at_one_or_many(run: Run, book: Book) -> None:
    for start in ("2026-12-02T09:00", "2026-12-03T09:00", "2026-12-07T09:00"):
        book(start=start)

    def found(*args: str) -> list[str]:
        return [each["start"][8:10] for each in answer(run("bookings", *args, "--json"))]

    for command in ("list", "search"):
        assert found(command, "--from", "12/2", "--to", "12/3") == ["02", "03"]
        assert found(command, "--from", "12/3") == ["03", "07"]
        assert found(command, "--to", "12/3") == ["02", "03"]
        assert found(command, "--date", "12/3") == ["03"]
        assert "どちらか一方" in refused(run("bookings", command, "--date=12/3", "--from=12/3"))
        assert "--from" in refused(run("bookings", command, "--from=12/3", "--to=12/2"))


def test_the_day_sheets_of_a_week_come_together_without_its_empty_closed_days(
    run: Run, book: Book
) -> None:
    book(start="2026-12-03T09:00")
    week = answer(run("day", "--from", "12/3", "--to", "12/7", "--json"))
    assert [each["date"][8:] for each in week] == ["03", "04", "07"]
    assert "サトウ ハナコ" in run("day", "--from", "12/3", "--to", "12/7").stdout
    assert "31日分" in refused(run("day", "--from", "12/1", "--to", "2027-01-31"))
    assert "--from" in refused(run("day", "--to", "2026-11-20"))


@pytest.mark.parametrize(
    ("typed", "found"), [("Jose", 1), ("JOSÉ", 1), ("garcia", 1), ("Josef", 0), ("カル", 0), ("ガル", 1)]
)
def test_names_are_found_without_their_accents_but_kana_stay_apart(
    run: Run, book: Book, typed: str, found: int
) -> None:
    book(name="José García")
    book(name="ガルシア", phone="0245050445")
    assert len(answer(run("bookings", "search", "--name", typed, "--json"))) == found


@pytest.mark.parametrize(
    ("written", "day"),
    [("12/3", "2026-12-03"), ("12月4日", "2026-12-04"), ("12/7", "2026-12-07"), ("1/5", "2027-01-05"),
     ("昨日", "2026-12-03"), ("来年の12月3日", "2027-12-03"), ("2027-12-03", "2027-12-03")],
)  # fmt: skip
def test_a_day_without_a_year_is_the_nearest_one_where_days_that_are_over_are_looked_at(
    run: Run, written: str, day: str
) -> None:
    assert answer(run("day", "--date", written, "--json", **AFTER))["date"] == day


# Who did it


def test_a_member_of_staff_may_be_called_citizen_and_is_none(run: Run, book: Book) -> None:
    code = book("--as", "citizen")["code"]
    run("bookings", "cancel", code, "--told", "--as", "citizen")
    found = answer(run("audit", "--who", "citizen", "--json"))
    assert [(each["what"], each["role"]) for each in found] == [("add", "staff"), ("cancel", "staff")]
    assert "市民" not in run("audit").stdout


# Booking by staff


def test_staff_book_and_change_until_the_start_because_the_office_takes_walk_ins(
    run: Run, book: Book
) -> None:
    """Today at 10:00; citizens book from tomorrow on."""
    booking = book(start="2026-11-24T10:30")
    moved = answer(run("bookings", "change", booking["code"], "--told", "--start", "2026-11-24T11:00", "--json"))
    assert moved["start"] == "2026-11-24T11:00:00+09:00"
    assert "過ぎています" in refused(run(*changed(BOOK, start="2026-11-24T10:00")))
    today = ("slots", "--counter", "honchosha", "--from", "2026-11-24", "--to", "2026-11-24", "--json")
    assert answer(run(*today)) == []
    assert answer(run(*today, "--staff"))[0]["start"] == "2026-11-24T10:30:00+09:00"


def test_a_city_can_end_it_the_day_before_for_staff_too(run: Run, tmp_path: Any) -> None:
    text = DEFAULT_PATH.read_text(encoding="utf-8")
    path = tmp_path / "city.yml"
    path.write_text(
        text.replace("staff_cutoff: !unconfirmed start", "staff_cutoff: previous_working_day_end"),
        encoding="utf-8",
    )
    args = changed(BOOK, start="2026-11-24T15:00")
    assert "締め切られています" in refused(run(*args, RENEWAL_CITY=str(path)))


def test_a_proxy_is_booked_with_a_name(run: Run) -> None:
    args = changed(BOOK, applicant="other_proxy")
    assert "--visitor-name" in refused(run(*args))
    assert answer(run(*args, "--visitor-name", "アベ", "--json"))["visitor_name"] == "アベ"


def test_the_same_person_is_booked_again_but_not_without_a_word(run: Run, book: Book) -> None:
    code = book()["code"]
    again = run(*changed(BOOK, start="2026-12-04T09:00"))
    assert again.exit_code == 0
    assert f"同じ方の予約が、ほかに 1件あります: {code}" in again.stderr
    other = run(*changed(BOOK, start="2026-12-04T10:00", name="アベ"))  # of the same household
    assert other.stderr == ""


def test_what_only_a_representative_is_let_off_is_not_said_of_their_own_card(
    run: Run, book: Book
) -> None:
    book("--name", "サトウ イチロウ", "--holder", "under_15", "--same-household")
    ((own, child),) = [
        visit["cards"]
        for place in answer(run("day", "--date", "12/3", "--json"))["counters"]
        for visit in place["visits"]
    ]
    assert not any("続柄" in check for check in own["check"])
    assert any("続柄の証明は省略: 同一世帯か" in check for check in child["check"])
    assert "rep_proof" not in child["documents"]


# What became of it


def test_every_answer_about_one_booking_names_its_holders(run: Run) -> None:
    booked = run(*changed(BOOK, name="さとう はなこ"), "--name", "サトウ ジロウ").stdout
    named = "お名前: サトウ ハナコ、サトウ ジロウ\n"
    assert named in booked
    code = booked.partition("予約番号: ")[2].splitlines()[0]
    assert named in run("bookings", "change", code, "--told", "--start", "2026-12-03T16:30").stdout
    for args in (("arrived",), ("no-show",), ("no-show", "--undo"), ("show",), ("cancel", "--told", "--confirm")):
        said = run("bookings", *args, code, RENEWAL_NOW="2026-12-03T16:30:00+09:00").stdout
        assert named in said, args


def test_nobody_is_a_no_show_before_the_visit(run: Run, book: Book) -> None:
    code = book()["code"]
    assert "まだこれから" in refused(run("bookings", "no-show", code))
    assert answer(run("bookings", "no-show", code, "--json", **AFTER))["status"] == "no_show"


def test_nobody_has_arrived_before_the_day_of_the_visit(run: Run, book: Book) -> None:
    code = book()["code"]
    arrived = ("bookings", "arrived", code)
    eve, morning = "2026-12-02T23:59:00+09:00", "2026-12-03T00:00:00+09:00"
    assert "まだ来ていません" in refused(run(*arrived, RENEWAL_NOW=eve))
    (left,) = answer(run("bookings", "search", "--code", code, "--json"))
    assert left["status"] == "booked"
    assert answer(run(*arrived, "--json", RENEWAL_NOW=morning))["status"] == "arrived"
    assert answer(run(*arrived, "--undo", "--json", RENEWAL_NOW=eve))["status"] == "booked"


def test_a_visit_that_is_over_without_a_note_is_no_booking_to_come(run: Run, book: Book) -> None:
    code = book()["code"]
    assert "記録なし" not in run("bookings", "list").stdout
    assert "記録なし" in run("bookings", "list", **AFTER).stdout
    assert answer(run("check", "--json", **AFTER))["to_do"]["unmarked"] == 1
    assert "--unmarked" in run("check", **AFTER).stdout
    left = answer(run("bookings", "list", "--unmarked", "--json", **AFTER))
    assert [each["code"] for each in left] == [code]


@pytest.mark.parametrize(("at", "left"), [("17:29", 0), ("17:30", 1), ("18:30", 1)])
def test_in_the_evening_the_visits_of_the_day_are_missed_too(
    run: Run, book: Book, at: str, left: int
) -> None:
    book()
    now = {"RENEWAL_NOW": f"2026-12-03T{at}:00+09:00"}
    assert len(answer(run("bookings", "list", "--unmarked", "--json", **now))) == left
    assert answer(run("check", "--json", **now))["to_do"]["unmarked"] == left
    settle = ("bookings", "settle", "--date", "今日", "--rest", "arrived", "--json")
    assert len(answer(run(*settle, **now))) == left
    assert answer(run("check", "--json", **now))["to_do"]["unmarked"] == 0


def test_a_day_is_settled_at_once(run: Run, book: Book) -> None:
    gone, here = book()["code"], book(name="アベ")["code"]
    book(name="イノウエ", start="2026-12-04T15:00")
    answer(run("bookings", "no-show", gone, "--json", **AFTER))
    settle = ("bookings", "settle", "--date", "12/3", "--rest", "arrived", "--json")
    assert [each["code"] for each in answer(run(*settle, **AFTER))] == [here]
    assert answer(run(*settle, **AFTER)) == []
    assert answer(run("bookings", "list", "--unmarked", "--json", **AFTER)) == []
    later = changed([*settle], date="12/4")
    assert answer(run(*later, **AFTER)) == []  # it has not begun


def test_settling_a_day_says_whom_it_marked_by_counter(run: Run, book: Book) -> None:
    here = book()["code"]
    there = book(name="アベ", counter="nishiguchi", start="2026-12-03T11:00")["code"]
    settle = ("bookings", "settle", "--date", "12/3", "--rest", "arrived")
    assert run(*settle, **AFTER).stdout.splitlines() == [
        "令和8年12月3日（木）の 2件を「来庁済み」にしました。",
        "本庁舎1階: 1件",
        f"　17:30 {here} サトウ ハナコ",
        "西口行政サービスコーナー: 1件",
        f"　11:00 {there} アベ",
    ]


def test_a_day_that_has_not_come_is_not_settled(run: Run) -> None:
    settle = ("bookings", "settle", "--date", "12/5", "--rest", "arrived")
    assert "令和8年12月5日（土）は、まだ来ていません" in refused(run(*settle, **AFTER))


# The clock, the pause, the terminal


def test_a_clock_that_is_set_deletes_nobody_who_is_still_to_come(
    run: Run, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = datetime.fromisoformat("2026-11-24T01:00:00+00:00")
    monkeypatch.setattr("renewal.clock.real_now", lambda: real)
    book()
    later = {"RENEWAL_NOW": "2027-02-01T10:00:00+09:00"}
    assert "--set-clock" in refused(run("purge", "--confirm", **later))
    assert "サトウ" in run("bookings", "list").stdout
    assert answer(run("purge", "--dry-run", "--json", **later))["bookings"] == 1
    assert answer(run("purge", "--confirm", "--set-clock", "--json", **later))["bookings"] == 1


def test_a_visit_that_is_over_by_the_real_clock_is_deleted_without_asking(
    run: Run, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    book()
    real = datetime.fromisoformat("2027-02-01T01:00:00+00:00")
    monkeypatch.setattr("renewal.clock.real_now", lambda: real)
    later = {"RENEWAL_NOW": "2027-02-01T10:00:00+09:00"}
    assert answer(run("purge", "--confirm", "--json", **later))["bookings"] == 1


def test_check_says_that_the_chat_is_stopped(run: Run) -> None:
    assert answer(run("check", "--json"))["paused"] is None
    run("pause", "--reason", "点検")
    assert answer(run("check", "--json"))["paused"]["reason"] == "点検。"
    assert "止めてあります（点検。）" in run("check").stdout
    assert run("check").exit_code == 0
    run("resume")
    assert "止めて" not in run("check").stdout


def test_a_japanese_windows_terminal_gets_what_it_can_show(environment: dict[str, str]) -> None:
    def command(*args: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "cli", *args],
            cwd=DEFAULT_PATH.parent, capture_output=True, check=True,
            env=os.environ | environment | {"PYTHONIOENCODING": "cp932"},
        )  # fmt: skip
        assert done.stderr == b""
        return done.stdout.decode("cp932")

    command(*changed(BOOK, name="José"))
    part = ("--date", "12/3", "--from-time", "9:00", "--until-time", "10:00", "--reason", "点検")
    assert "9:00～10:00" in command("closures", "add", *part)
    assert "JOSE" in command("bookings", "list")


@pytest.mark.parametrize(
    ("text", "shown"), [("9〜10", "9～10"), ("Nguyễn", "Nguyen"), ("😀", "?"), ("ア−イ", "ア－イ")]
)
def test_what_a_terminal_does_not_have_is_written_as_what_is_nearest(text: str, shown: str) -> None:
    output.fit_to_terminal()
    assert text.encode("cp932", "nearest").decode("cp932") == shown
