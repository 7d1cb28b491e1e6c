"""The staff's work on the command line: one booking, one day, closures, figures, the audit log."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from cli import statistics
from renewal.bookings import Card
from renewal.bookings.codes import new_code
from renewal.day_sheet import expiry_checks
from tests.cli.conftest import BOOK, Book, Run, answer, changed, refused

CHILD = {"applicant": "legal_representative", "holder": "under_15", "name": "サトウ イチロウ"}


def audit(run: Run, *args: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer(run("audit", *args, "--json"))
    return found


# Several cards


def test_a_family_is_booked_together(run: Run, book: Book) -> None:
    booking = book("--name", "サトウ ジロウ", **CHILD)
    assert [card["name_kana"] for card in booking["cards"]] == ["サトウ イチロウ", "サトウ ジロウ"]
    assert {card["holder"] for card in booking["cards"]} == {"under_15"}
    assert booking["places"] == [{"start": "2026-12-03T17:30:00+09:00", "seats": 2}]


def test_each_card_has_its_own_holder(book: Book) -> None:
    booking = book("--name", "サトウ ジロウ", "--holder", "adult_ward", **CHILD)
    assert [card["holder"] for card in booking["cards"]] == ["under_15", "adult_ward"]


def test_where_one_start_is_too_small_the_next_one_is_taken_too(run: Run, book: Book) -> None:
    at = {"counter": "nishiguchi", "start": "2026-12-03T11:00"}
    unasked = refused(run(*changed(BOOK, **at), "--name", "サトウ ジロウ"))
    assert "12月3日（木）11時に1枚、12月3日（木）11時30分に1枚" in unasked
    assert "--split" in unasked
    assert answer(run("bookings", "list", "--json")) == []
    booking = book("--name", "サトウ ジロウ", "--split", **at)
    assert [place["start"][11:16] for place in booking["places"]] == ["11:00", "11:30"]
    three = changed(BOOK, counter="nishiguchi", start="2026-12-04T11:00")
    sentence = refused(run(*three, "--name", "サトウ ジロウ", "--name", "サトウ ミキ", "--split"))
    assert "3枚分の空きがない" in sentence


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--name", "アベ"] * 4, "4枚まで"),
        (["--name", "アベ", "--holder", "general", "--holder", "general"], "--holder"),
        (["--name", "アベ", "--expires", "2027-02-20"], "--expires"),
    ],
)
def test_cards_that_do_not_fit_together_are_refused(run: Run, more: list[str], said: str) -> None:
    assert said in refused(run(*BOOK, *more))
    assert answer(run("bookings", "list", "--json")) == []


# Finding


@pytest.mark.parametrize(
    ("by", "found"),
    [
        (["--date", "12/3"], 2),
        (["--counter", "nishiguchi"], 1),
        (["--name", "サトウ"], 2),
        (["--name", "さとうはなこ"], 1),
        (["--name", "タナカ"], 1),
        (["--phone", "5678"], 1),
        (["--phone", "024-505-0445"], 2),
        (["--name", "サトウ", "--counter", "nishiguchi"], 1),
        (["--name", "アベ"], 0),
    ],
)
def test_a_booking_is_found_by_any_of_its_marks(
    run: Run, book: Book, by: list[str], found: int
) -> None:
    book()
    book(counter="nishiguchi", start="2026-12-03T11:00", phone="024-505-0445", **CHILD)
    book("--visitor-name", "タナカ", start="2026-12-04T09:00", name="アイ", phone="0245050445")
    assert len(answer(run("bookings", "search", *by, "--json"))) == found


def test_a_code_is_found_however_it_was_read_out(run: Run, book: Book) -> None:
    code = book()["code"]
    spoken = code.lower().replace("-", " ")
    (found,) = answer(run("bookings", "search", "--code", spoken, "--json"))
    assert found["code"] == code
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    assert "予約番号ではありません" in refused(run("bookings", "search", "--code", wrong))


def test_search_also_finds_what_is_cancelled_and_list_does_not(run: Run, book: Book) -> None:
    code = book()["code"]
    answer(run("bookings", "cancel", code, "--told", "--json"))
    assert answer(run("bookings", "list", "--json")) == []
    (found,) = answer(run("bookings", "search", "--code", code, "--json"))
    assert found["status"] == "cancelled"


@pytest.mark.parametrize(
    ("args", "said"), [([], "どれか"), (["--phone", "56"], "4けた"), (["--name", "佐藤"], "カナ")]
)
def test_a_search_for_nothing_is_refused(run: Run, args: list[str], said: str) -> None:
    assert said in refused(run("bookings", "search", *args))


# Changing


def test_staff_move_a_booking(run: Run, book: Book) -> None:
    code = book()["code"]
    args = ("bookings", "change", code, "--told", "--start", "2026-12-04T11:00", "--counter", "nishiguchi")
    after = answer(run(*args, "--json"))
    assert (after["code"], after["counter"]) == (code, "nishiguchi")
    assert after["start"] == "2026-12-04T11:00:00+09:00"
    span = ("--from", "2026-12-03", "--to", "2026-12-04", "--json")
    assert all(slot["free"] == 3 for slot in answer(run("slots", "--counter=honchosha", *span)))
    taken = [slot for slot in answer(run("slots", "--counter=nishiguchi", *span))
             if not slot["free"]]  # fmt: skip
    assert [slot["start"] for slot in taken] == ["2026-12-04T11:00:00+09:00"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--start", "2026-12-03T17:30"], "いまと違う"),
        ([], "いまと違う"),
        (["--start", "2026-12-05T10:00"], "土日"),
        (["--start", "2026-12-04T17:10"], "受付時刻ではありません"),
        (["--counter", "shisho"], "予約できません"),
        (["--start", "2026-12-04T11:00", "--counter", "nishiguchi"], "満席"),
        (["--start", "2026-11-26T10:00"], "令和8年11月27日"),
    ],
)
def test_a_change_against_the_rules_leaves_all_as_it_was(
    run: Run, book: Book, args: list[str], said: str
) -> None:
    book(counter="nishiguchi", start="2026-12-04T11:00")
    before = book("--expires", "2027-02-26")
    assert said in refused(run("bookings", "change", before["code"], "--told", *args))
    found = answer(run("bookings", "search", "--code", before["code"], "--json"))
    assert found == [before]
    (slot,) = (
        each
        for each in answer(
            run("slots", "--counter=honchosha", "--from=2026-12-03", "--to=2026-12-03", "--json")
        )
        if each["start"] == before["start"]
    )
    assert slot["free"] == 2


def test_a_cancelled_seat_is_free_at_once_and_cannot_be_cancelled_again(
    run: Run, book: Book
) -> None:
    at = {"counter": "nishiguchi", "start": "2026-12-03T11:00"}
    code = book(**at)["code"]
    assert "満席" in refused(run(*changed(BOOK, **at)))
    assert "取り消しました" in run("bookings", "cancel", code, "--told").stdout
    book(**at)
    assert "すでに取り消されています" in refused(run("bookings", "cancel", code, "--told"))
    change = ("bookings", "change", code, "--told", "--start", "2026-12-04T11:00")
    assert "すでに取り消されています" in refused(run(*change))
    assert "取り消されています" in refused(run("bookings", "arrived", code))


def test_staff_cancel_on_the_day_itself(run: Run, book: Book) -> None:
    code = book()["code"]
    late = run("bookings", "cancel", code, "--told", "--json", RENEWAL_NOW="2026-12-03T17:00:00+09:00")
    assert answer(late)["status"] == "cancelled"


def test_who_came_and_who_did_not_is_noted_and_can_be_taken_back(run: Run, book: Book) -> None:
    code = book()["code"]
    day = {"RENEWAL_NOW": "2026-12-03T17:40:00+09:00"}

    def status(*args: str) -> str:
        return str(answer(run("bookings", *args, "--json", **day))["status"])

    assert status("arrived", code) == "arrived"
    assert status("no-show", code) == "no_show"
    assert status("no-show", code, "--undo") == "booked"


@pytest.mark.parametrize("command", ["cancel", "arrived", "no-show"])
def test_an_unknown_code_is_refused(run: Run, command: str) -> None:
    code = new_code()
    assert "見つかりません" in refused(run("bookings", command, code))
    assert "予約番号ではありません" in refused(run("bookings", command, "X"))
    assert "予約番号 を指定" in refused(run("bookings", command))


# The day sheet


def test_the_day_sheet_says_who_comes_with_what_and_what_to_check(run: Run, book: Book) -> None:
    book("--pin-forgotten", "user", "--expires", "2026-12-10", start="2026-12-03T10:00")
    book("--same-household", "--visitor-name", "サトウ ミキ", start="2026-12-03T09:00", **CHILD)
    book("--visitor-name", "アベ", applicant="other_proxy", start="2026-12-03T09:30")
    book("--expires", "2026-12-02", counter="nishiguchi", start="2026-12-03T11:00")
    book(start="2026-12-04T09:00", name="ホカノヒ")
    sheet = answer(run("day", "--date", "12/3", "--json"))
    head, west = sheet["counters"]
    assert (head["counter"], west["counter"]) == ("honchosha", "nishiguchi")
    child, proxy, forgot = head["visits"]
    assert [visit["start"][11:16] for visit in head["visits"]] == ["09:00", "09:30", "10:00"]
    assert child["visitor_name"] == "サトウ ミキ"
    assert "続柄の証明は省略: 同一世帯か" in child["cards"][0]["check"]
    assert any("照会書兼回答書" in check for check in proxy["cards"][0]["check"])
    checks = forgot["cards"][0]["check"]
    assert "暗証番号を忘れている（利用者証明用）" in checks
    assert any("有効期限が近い" in check and "あと7日" in check for check in checks)
    assert any("過ぎている" in check for check in west["visits"][0]["cards"][0]["check"])
    printed = run("day", "--date", "12/3").stdout
    assert "17:30" not in printed
    assert "ホカノヒ" not in printed
    assert printed.index("サトウ イチロウ") < printed.index("有効期限が近い")
    assert "持ち物: 更新する方のマイナンバーカード" in printed


def test_the_day_sheet_has_no_phone_number(run: Run, book: Book) -> None:
    book()
    for args in ((), ("--json",)):
        shown = run("day", "--date", "12/3", *args).stdout
        assert "サトウ ハナコ" in shown
        assert "5678" not in shown


def test_the_day_sheet_of_a_closed_day_says_why(run: Run) -> None:
    assert "勤労感謝の日" in run("day", "--date", "2026-11-23").stdout
    assert "土日" in run("day", "--date", "2026-12-05", "--counter", "honchosha").stdout
    assert "予約はありません" in run("day").stdout
    assert "honchosha" in refused(run("day", "--counter", "ekimae"))


# Closures, capacity, calls

EVENING = ("--date", "2026-12-03", "--from-time", "17:00", "--reason", "システムの点検")


def test_a_closure_does_nothing_until_it_is_confirmed(run: Run, book: Book) -> None:
    code = book()["code"]
    book(start="2026-12-03T16:30")
    proposed = answer(run("closures", "add", *EVENING, "--json"))
    assert (proposed["stored"], proposed["id"], proposed["starts"]) == (False, None, 4)
    assert [hit["code"] for hit in proposed["bookings"]] == [code]
    assert answer(run("closures", "list", "--json")) == []
    assert answer(run("calls", "--json")) == []
    assert "まだ登録していません" in run("closures", "add", *EVENING).stdout
    book()


def test_a_confirmed_closure_closes_and_makes_a_call_list(run: Run, book: Book) -> None:
    code = book()["code"]
    stored = answer(run("closures", "add", *EVENING, "--confirm", "--json"))
    assert stored["stored"] is True
    sentence = refused(run(*BOOK))
    assert "システムの点検" in sentence
    (call,) = answer(run("calls", "--json"))
    assert (call["code"], call["phone"], call["reason"], call["called"]) == (
        code, "09012345678", "システムの点検", None,
    )  # fmt: skip
    (listed,) = answer(run("bookings", "list", "--json"))
    assert listed["call"] == "システムの点検"
    assert "要連絡" in run("bookings", "list").stdout
    assert "連絡が必要" in run("day", "--date", "12/3").stdout
    (called,) = answer(run("calls", "--done", code, "--as", "田中", "--json"))
    assert "田中" in called["called"]
    answer(run("bookings", "change", code, "--told", "--start", "2026-12-04T09:00", "--json"))
    assert answer(run("calls", "--json")) == []
    assert "連絡が必要な予約ではありません" in refused(run("calls", "--done", code))


def test_the_call_list_opens_in_a_spreadsheet(run: Run, book: Book) -> None:
    book()
    answer(run("closures", "add", *EVENING, "--confirm", "--json"))
    raw = run("calls", "--csv").stdout_bytes.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(raw))
    assert (row["電話"], row["お名前"], row["連絡"]) == ("090-1234-5678", "サトウ ハナコ", "まだ")


def test_a_removed_closure_can_be_booked_again(run: Run, book: Book) -> None:
    number = answer(run("closures", "add", *EVENING, "--confirm", "--json"))["id"]
    refused(run(*BOOK))
    assert "システムの点検" in run("closures", "list").stdout
    assert "ありません" in refused(run("capacity", "remove", str(number), "--confirm"))
    answer(run("closures", "remove", str(number), "--confirm", "--json"))
    assert "ありません" in refused(run("closures", "remove", str(number), "--confirm"))
    book()


def test_a_closure_is_for_one_counter_and_a_range_of_days(run: Run, book: Book) -> None:
    span = ("--counter", "nishiguchi", "--from", "12/3", "--to", "12/7", "--reason", "工事")
    assert answer(run("closures", "add", *span, "--confirm", "--json"))["starts"] == 9
    book()
    west = ("slots", "--counter", "nishiguchi", "--from", "12/3", "--to", "12/8", "--json")
    assert {slot["start"][:10] for slot in answer(run(*west))} == {"2026-12-08"}
    past = run("closures", "list", "--json", RENEWAL_NOW="2026-12-08T10:00:00+09:00")
    assert answer(past) == []


def test_fewer_seats_hit_those_who_booked_last(run: Run, book: Book) -> None:
    first = book()["code"]
    second = answer(
        run(*changed(BOOK, name="アベ"), "--json", RENEWAL_NOW="2026-11-24T10:05:00+09:00")
    )["code"]
    fewer = ("capacity", "add", "--seats", "1", "--counter", "honchosha", *EVENING)
    assert [hit["code"] for hit in answer(run(*fewer, "--json"))["bookings"]] == [second]
    assert "満席" not in run("slots", "--counter=honchosha", "--from=12/3", "--to=12/3").stdout
    answer(run(*fewer, "--confirm", "--json"))
    assert first not in {call["code"] for call in answer(run("calls", "--json"))}
    assert "満席" in refused(run(*BOOK))
    assert "本庁舎1階 3席" in run("capacity", "list").stdout
    assert [each["seats"] for each in answer(run("capacity", "list", "--json"))] == [1]
    assert answer(run("closures", "list", "--json")) == []


def test_more_seats_are_not_taken_away_from_those_who_have_them(run: Run, book: Book) -> None:
    more = ("capacity", "add", "--seats", "2", "--counter", "nishiguchi", "--date", "12/3")
    number = answer(run(*more, "--reason", "応援", "--confirm", "--json"))["id"]
    codes = [book(counter="nishiguchi", start="2026-12-03T11:00")["code"] for _ in range(2)]
    for confirm in ([], ["--confirm"]):
        why = refused(run("capacity", "remove", str(number), *confirm))
        last = max(codes)  # of two made at the same moment
        assert last in why and min(codes) not in why
        assert "12月3日（木）11時" in why and "capacity add" in why
    answer(run("bookings", "cancel", codes[1], "--told", "--json"))
    answer(run("capacity", "remove", str(number), "--confirm", "--json"))
    assert answer(run("check", "--json"))["problems"] == []


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--reason", "点検"], "--date か --from"),
        (["--date", "12/3"], "--reason"),
        (["--date", "12/3", "--reason", " "], "--reason"),
        (["--date", "12/3", "--to", "12/4", "--reason", "点検"], "どちらか一方"),
        (["--from", "12/4", "--to", "12/3", "--reason", "点検"], "--from"),
        (["--date", "2026-11-20", "--reason", "点検"], "過ぎています"),
        (["--from", "12/4", "--to", "2040-01-01", "--reason", "点検"], "1年以内"),
        (["--date", "2300-01-01", "--reason", "点検"], "扱えない年"),
        (["--date", "12/3", "--from-time", "25時", "--reason", "点検"], "時刻として"),
        (["--date", "12/3", "--from-time", "13:00", "--until-time", "12:00", "--reason", "点検"],
         "--from-time"),
        (["--counter", "x", "--date", "12/3", "--reason", "点検"], "honchosha"),
    ],
)  # fmt: skip
def test_a_closure_that_makes_no_sense_is_refused(run: Run, args: list[str], said: str) -> None:
    assert said in refused(run("closures", "add", *args, "--confirm"))
    assert answer(run("closures", "list", "--json")) == []


@pytest.mark.parametrize("what", [("closures", "add"), ("capacity", "add", "--seats", "1")])
def test_a_day_just_past_is_refused_and_not_taken_for_next_year(
    run: Run, what: tuple[str, ...]
) -> None:
    now = {"RENEWAL_NOW": "2026-12-08T10:00:00+09:00"}

    def add(*days: str) -> Result:
        return run(*what, *days, "--reason", "点検", "--confirm", "--json", **now)

    assert "令和8年12月1日（火）は、もう過ぎています" in refused(add("--date", "12/1"))
    assert "令和8年12月4日" in refused(add("--from", "12/3", "--to", "12/4"))
    assert answer(run(what[0], "list", "--all", "--json")) == []
    ahead = answer(add("--from", "12/28", "--to", "1/5"))
    assert (ahead["first"], ahead["last"]) == ("2026-12-28", "2027-01-05")


def test_a_capacity_has_at_least_one_seat(run: Run) -> None:
    assert "1 から 100" in refused(run("capacity", "add", "--seats", "0", *EVENING))
    assert "番号" in refused(run("closures", "remove", "x"))


# Statistics


def test_statistics_count_by_week_and_counter(run: Run, book: Book) -> None:
    moved = book()["code"]
    answer(run("bookings", "change", moved, "--told", "--start", "2026-12-04T09:00", "--json"))
    answer(run("bookings", "cancel", book()["code"], "--told", "--json"))
    after = {"RENEWAL_NOW": "2026-12-03T18:00:00+09:00"}
    answer(run("bookings", "no-show", book()["code"], "--json", **after))
    book("--name", "サトウ ジロウ", start="2026-12-10T09:00")
    book(counter="nishiguchi", start="2026-12-03T11:00")
    lines = answer(run("statistics", "--from", "11/30", "--to", "12/11", "--json"))
    by = {(line["week"], line["counter"]): line for line in lines}
    assert len(by) == 4
    first = by["2026-11-30", "honchosha"]
    counted = ("booked", "cards", "changed", "cancelled", "arrived", "no_show")
    assert [first[key] for key in counted] == [3, 3, 1, 1, 0, 1]
    # 17 starts a day and 4 more on Thursday, 3 seats each.
    assert (first["lead_days"], first["taken"], first["seats"]) == (9, 2, (17 * 5 + 4) * 3)
    assert first["fullness"] == round(2 / first["seats"], 4)
    assert by["2026-12-07", "honchosha"]["cards"] == 2
    assert by["2026-11-30", "nishiguchi"]["fullness"] == round(1 / 15, 4)
    assert "本庁舎1階" in run("statistics").stdout
    assert "サトウ" not in run("statistics", "--csv").stdout


@pytest.mark.parametrize("japanese", [True, False])
def test_statistics_are_drawn_with_and_without_a_japanese_font(
    run: Run, book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, japanese: bool
) -> None:
    if not japanese:
        monkeypatch.setattr(statistics, "_FONTS", ("No Such Font",))
    book()
    path = tmp_path / "weeks.png"
    said = run("statistics", "--from", "11/30", "--to", "12/11", "--plot", str(path))
    assert "weeks.png" in said.stdout
    assert "Glyph" not in said.stderr
    assert path.read_bytes().startswith(b"\x89PNG")
    assert path.stat().st_size > 5000


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--from", "12/4", "--to", "12/3"], "--from"),
        (["--from", "2000-01-01", "--to", "2026-01-01"], "週間以内"),
        (["--plot", "weeks.pdf"], ".png"),
        (["--plot", "/nonexistent/weeks.png"], "書けません"),
        (["--json", "--csv"], "どちらか一方"),
    ],
)
def test_statistics_that_cannot_be_made_are_refused(run: Run, args: list[str], said: str) -> None:
    assert said in refused(run("statistics", *args))


# The audit log


def test_every_change_and_every_look_at_personal_data_is_noted(run: Run, book: Book) -> None:
    code = book("--as", "田中")["code"]
    run("bookings", "list", "--as", "田中")
    run("bookings", "search", "--phone", "5678", "--as", "鈴木")
    run("day", "--date", "12/3")
    run("bookings", "change", code, "--told", "--start", "2026-12-04T09:00", "--as", "鈴木")
    run("bookings", "arrived", code, RENEWAL_NOW="2026-12-04T08:50:00+09:00")
    run("bookings", "arrived", code, "--undo")
    run("closures", "add", "--date", "2026-12-04", "--reason", "点検", "--confirm")
    run("calls")
    run("bookings", "cancel", code, "--told", "--as", "鈴木")
    found = audit(run)
    assert [entry["what"] for entry in found] == [
        "add", "list", "search", "day", "change", "arrived", "booked", "closure_add", "hit",
        "calls", "cancel",
    ]  # fmt: skip
    assert [found[0]["who"], found[2]["who"], found[10]["who"]] == ["田中", "鈴木", "鈴木"]
    assert found[1]["detail"] == {"codes": [code]}
    assert found[2]["detail"] == {"by": ["phone"], "codes": [code]}
    assert len(audit(run, "--code", code)) == 10  # all but the closure itself
    assert {entry["what"] for entry in audit(run, "--who", "鈴木")} == {
        "search", "change", "cancel",
    }  # fmt: skip
    assert audit(run, "--to", "2020-01-01") == []
    shown = run("audit").stdout
    assert "予約を変更" in shown
    assert "5678" not in json.dumps(found) + shown
    assert "サトウ" not in json.dumps(found, ensure_ascii=False) + shown


def test_without_as_it_is_the_login_name(
    run: Run, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "hanako")
    book()
    (entry,) = audit(run)
    assert entry["who"] == "hanako"
    for nobody in ("", " ", "あ" * 65):
        assert "--as" in refused(run("bookings", "list", "--as", nobody))


def test_a_refused_request_is_not_noted(run: Run) -> None:
    refused(run("bookings", "list", "--json", "--csv"))
    refused(run("calls", "--json", "--csv"))
    refused(run("bookings", "search"))
    assert audit(run) == []


# What a sheet checks, one by one


@pytest.mark.parametrize(
    ("expires", "said"),
    [
        ("2026-12-02", "過ぎている"),
        ("2026-12-03", "来庁日まで"),
        ("2026-12-17", "あと14日"),
        ("2026-12-18", None),
        ("2027-03-02", None),
        ("2027-03-03", "まだ更新できない"),
    ],
)
def test_an_expiry_is_checked_only_where_it_matters(expires: str, said: str | None) -> None:
    card = Card("general", "アベ", expires_on=date.fromisoformat(expires))
    checks = list(expiry_checks(card, date(2026, 12, 3)))
    assert len(checks) == (said is not None)
    assert said is None or said in checks[0]


def test_every_help_text_is_japanese(run: Run) -> None:
    for args in (
        ("day",), ("bookings", "change"), ("closures", "add"), ("capacity", "add"), ("calls",),
        ("statistics",), ("audit",), ("purge",), ("backup",), ("restore",), ("check",),
    ):  # fmt: skip
        text = run(*args, "--help").stdout
        assert "使い方: renewal " + " ".join(args) in text
        assert not re.search(r"Usage|Options:|Show this", text)
