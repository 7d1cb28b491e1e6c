"""A week at the counter: nobody is forgotten before a closed counter, and each record can be put right."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import BOOK, Book, Run, answer, changed, refused

DAY = "2026-12-03T"


def at(time: str, day: str = "2026-12-03") -> dict[str, str]:
    return {"RENEWAL_NOW": f"{day}T{time}:00+09:00"}


CLOSE = ("closures", "add", "--date", "2026-12-03", "--counter", "honchosha", "--confirm", "--json")


def listed(run: Run, **more: str) -> dict[str, dict[str, Any]]:
    return {each["code"]: each for each in answer(run("calls", "--json", **more))}


# Closed on the day, and somebody was not told in time -------------------------------------------


@pytest.fixture
def not_told(run: Run, book: Book) -> str:
    """Somebody at 17:30 of a counter that has closed at noon, whom nobody reached."""
    code = str(book()["code"])
    answer(run(*CLOSE, "--reason", "担当の急病のため", **at("12:00")))
    return code


@pytest.mark.parametrize("when", [at("17:31"), at("23:00"), at("08:30", "2026-12-04"), at("08:30", "2026-12-28")])
def test_who_was_not_told_before_the_time_stays_in_every_list(run: Run, not_told: str, when: dict[str, str]) -> None:
    call = listed(run, **when)[not_told]
    assert (call["kind"], call["called"]) == ("missed", None)
    assert "知らせないうちに" in call["reason"] and "担当の急病のため" in call["reason"]
    checked = run("check", **when)
    assert checked.exit_code == 1
    assert not_told in checked.stdout and "知らせないうちに" in checked.stdout
    assert "知らせないうちに" in run("day", "--date", "12/3", **when).stdout
    assert "知らせないうちに" in run("bookings", "show", not_told, **when).stdout
    assert "知らせないうちに" in run("bookings", "list", "--date", "12/3", **when).stdout


def test_after_the_time_the_call_can_still_be_noted(run: Run, not_told: str) -> None:
    late = at("17:40")
    said = run("calls", "--done", not_told, "--as", "田中", **late)
    assert said.exit_code == 0 and "記録しました" in said.stdout
    assert listed(run, **late) == {}
    assert run("check", **late).exit_code == 0
    answer(run("calls", "--undo", not_told, "--json", **late))
    assert not_told in listed(run, **late)


@pytest.mark.parametrize("rest", ["arrived", "no_show"])
@pytest.mark.parametrize("told", [False, True])
def test_nobody_before_a_closed_counter_is_settled_without_a_word(run: Run, book: Book, not_told: str, rest: str, told: bool) -> None:
    other = book(counter="nishiguchi", start=DAY + "11:00")["code"]
    late = at("18:30")
    if told:
        answer(run("calls", "--done", not_told, "--json", **late))
    said = run("bookings", "settle", "--date", "12/3", "--rest", rest, **late).stdout
    marked, _, aside = said.partition("次の 1件は、席がなかったので記録していません")
    assert other in marked and not_told in aside
    assert ("連絡済み" in aside) is told
    (found,) = answer(run("bookings", "search", "--code", not_told, "--json", **late))
    assert found["status"] == "booked"


@pytest.mark.parametrize("args", [("cancel",), ("change", "--start", "2026-12-04T09:00")])
def test_who_was_not_told_is_moved_or_cancelled_afterwards(run: Run, not_told: str, args: tuple[str, ...]) -> None:
    late = at("17:45")
    answer(run("bookings", *args, not_told, "--told", "--json", **late))
    assert listed(run, **late) == {}
    assert run("check", **late).exit_code == 0


@pytest.mark.parametrize("command", ["arrived", "no-show"])
def test_marking_one_says_that_there_was_no_seat(run: Run, not_told: str, command: str) -> None:
    said = run("bookings", command, not_told, **at("18:00"))
    assert said.exit_code == 0
    assert "席がなく（担当の急病のため）" in said.stderr and "知らせた記録もありません" in said.stderr
    assert listed(run, **at("18:00")) == {}


def test_who_had_come_before_the_counter_closed_had_a_seat(run: Run, book: Book) -> None:
    code = book(start=DAY + "09:00")["code"]
    answer(run(*CLOSE, "--reason", "急病", **at("12:00")))
    assert listed(run, **at("12:00")) == {}
    said = run("bookings", "settle", "--date=12/3", "--rest=arrived", **at("18:00")).stdout
    assert "1件を「来庁済み」" in said and code in said


def test_of_too_few_seats_it_is_the_last_one_who_had_none_whoever_came(run: Run) -> None:
    """Who booked first and stayed away did have a seat, though somebody else sat there."""
    codes = [
        answer(run(*changed(BOOK, start=DAY + "09:00", name=name), "--json", **at(made, "2026-11-24")))["code"]
        for made, name in (("10:00", "アベ"), ("11:00", "イトウ"))
    ]
    answer(run("capacity", "add", "--seats=1", "--counter=honchosha", "--date=12/3", "--reason=欠員",
               "--confirm", "--json"))  # fmt: skip
    assert set(listed(run, **at("09:10"))) == {codes[1]}
    answer(run("bookings", "arrived", codes[1], "--json", **at("09:10")))
    assert listed(run, **at("09:10")) == {}
    said = run("bookings", "settle", "--date=12/3", "--rest=no_show", **at("18:00")).stdout
    assert "1件を「来庁なし」" in said and codes[0] in said


def test_who_was_told_of_too_few_seats_and_let_come_is_settled_like_others(run: Run, book: Book) -> None:
    codes = sorted(book(start=DAY + "09:00", name=name)["code"] for name in ("アベ", "イトウ"))
    answer(run("capacity", "add", "--seats=1", "--counter=honchosha", "--date=12/3", "--reason=欠員",
               "--confirm", "--json"))  # fmt: skip
    answer(run("calls", "--done", codes[1], "--json"))
    assert "2件を「来庁済み」" in run("bookings", "settle", "--date=12/3", "--rest=arrived", **at("18:00")).stdout


# Closures that overlap ---------------------------------------------------------------------------


def test_a_wider_closure_by_mistake_leaves_the_first_one_as_it_was(run: Run, book: Book) -> None:
    early = book(start=DAY + "14:00")["code"]
    late = book(start=DAY + "15:00")["code"]
    of_chief = answer(run(*CLOSE, "--reason=工事のため", "--from-time=15:00"))["id"]
    args = [each for each in CLOSE if each != "--json"]
    said = run(*args, "--reason=工事のため", "--from-time=13:00").stdout
    assert f"重なる登録: 番号 {of_chief}（休み、工事のため、令和8年12月3日（木） 15:00〜" in said
    assert "この休みをやめても、そこは休みのままです" in said
    mistake = max(each["id"] for each in answer(run("closures", "list", "--json")))
    answer(run("calls", "--done", early, "--json"))
    preview = run("closures", "remove", str(mistake)).stdout
    assert "まだやめていません" in preview and early in preview and late in preview
    assert len(answer(run("closures", "list", "--json"))) == 2  # shown only
    done = run("closures", "remove", str(mistake), "--confirm").stdout
    assert f"番号 {of_chief}（" in done and "休みのままです" in done
    (left,) = answer(run("closures", "list", "--json"))
    assert (left["id"], left["from_time"], left["reason"]) == (of_chief, "15:00:00", "工事のため")
    calls = listed(run)
    assert (calls[late]["kind"], calls[early]["kind"]) == ("no_seat", "seat_again")


def test_one_inside_another_is_said_and_kept_too(run: Run) -> None:
    week = answer(run("closures", "add", "--from=12/1", "--to=12/7", "--reason=工事", "--confirm", "--json"))["id"]
    args = [each for each in CLOSE if each != "--json"]
    said = run(*args, "--reason=工事").stdout
    assert f"番号 {week} をやめても、ここは休みのままです" in said
    answer(run("closures", "remove", str(week), "--confirm", "--json"))
    assert "臨時の休み" in refused(run(*BOOK))


def test_a_number_on_paper_never_closes_something_else(run: Run) -> None:
    first = answer(run(*CLOSE, "--reason=点検"))["id"]
    answer(run("closures", "remove", str(first), "--confirm", "--json"))
    second = answer(run(*CLOSE, "--reason=工事"))["id"]
    assert second != first
    assert "ありません" in refused(run("closures", "remove", str(first), "--confirm"))


def test_of_overlapping_seats_it_is_said_which_count(run: Run) -> None:
    add = ("capacity", "add", "--counter", "honchosha", "--date", "12/3", "--confirm")
    answer(run(*add, "--seats=2", "--reason=欠員", "--json"))
    said = run(*add, "--seats=5", "--reason=応援").stdout
    assert "番号 1（2席、欠員" in said and "少ないほうの 2席が効きます" in said
    assert "番号 1（2席" in run("capacity", "remove", "2").stdout
    assert "重なるところは休みです" in run(*CLOSE[:-1], "--reason=停電").stdout


def test_who_was_told_of_fewer_seats_hears_of_them_again(run: Run, book: Book) -> None:
    """Also when a closure came in between, and each is told in its own words."""
    codes = sorted(book(start=DAY + "10:00", name=name, phone=phone)["code"]
                   for name, phone in (("アベ", "09011112222"), ("イトウ", "09011113333")))  # fmt: skip
    fewer = answer(run("capacity", "add", "--seats=1", "--counter=honchosha", "--date=12/3", "--reason=欠員",
                       "--confirm", "--json"))["id"]  # fmt: skip
    answer(run("calls", "--done", codes[1], "--json"))
    closed = answer(run(*CLOSE, "--reason=停電"))["id"]
    answer(run("capacity", "remove", str(fewer), "--confirm", "--json"))
    removed = run("closures", "remove", str(closed), "--confirm").stdout
    assert codes[1] in removed and "席がないと連絡してあります" in removed
    assert codes[0] not in removed
    assert listed(run)[codes[1]]["reason"] == "席が減ったという連絡のあと、席が戻った"


# Who tells them ----------------------------------------------------------------------------------


@pytest.mark.parametrize("args", [("change", "--start", "2026-12-04T09:00"), ("cancel",)])
@pytest.mark.parametrize("said", [(), ("--told", "--call")])
def test_nobody_is_moved_or_cancelled_without_saying_who_tells_them(
    run: Run, book: Book, args: tuple[str, ...], said: tuple[str, ...]
) -> None:
    booking = book()
    why = refused(run("bookings", *args, booking["code"], *said))
    assert "--told" in why and "--call" in why
    assert answer(run("bookings", "list", "--json")) == [booking]


def test_what_is_still_to_be_told_is_in_the_call_list(run: Run, book: Book) -> None:
    moved, gone, told = (book(start=f"{DAY}{hour}:00")["code"] for hour in ("09", "10", "11"))
    said = run("bookings", "change", moved, "--start", "2026-12-04T09:00", "--call").stdout
    assert "090-1234-5678 に電話" in said
    run("bookings", "cancel", gone, "--call")
    run("bookings", "cancel", told, "--told")
    assert {code: call["kind"] for code, call in listed(run).items()} == {moved: "moved", gone: "cancelled"}


def test_many_cancelled_at_once_are_to_be_told_too(run: Run, book: Book) -> None:
    code = book()["code"]
    many = ("bookings", "cancel", "--phone", "090-1234-5678", "--confirm")
    assert "--told" in refused(run(*many))
    answer(run(*many, "--call", "--json"))
    assert set(listed(run)) == {code}


# What can be taken back --------------------------------------------------------------------------


def test_a_cancellation_is_taken_back_the_same_day(run: Run, book: Book) -> None:
    booking = book()
    said = run("bookings", "cancel", booking["code"], "--told").stdout
    assert f"bookings reinstate {booking['code']}" in said
    again = answer(run("bookings", "reinstate", booking["code"], "--json"))
    assert (again["code"], again["start"], again["status"]) == (booking["code"], booking["start"], "booked")
    assert "取り消されていません" in refused(run("bookings", "reinstate", booking["code"]))
    run("bookings", "cancel", booking["code"], "--told")
    tomorrow = refused(run("bookings", "reinstate", booking["code"], **at("10:00", "2026-11-25")))
    assert "きょうのものではありません" in tomorrow


def test_a_cancellation_whose_seat_is_gone_is_not_taken_back(run: Run, book: Book) -> None:
    options = {"counter": "nishiguchi", "start": DAY + "11:00"}
    code = book(**options)["code"]
    run("bookings", "cancel", code, "--told")
    book(**options)
    assert "満席" in refused(run("bookings", "reinstate", code))


def test_a_booking_that_is_over_is_not_cancelled_without_a_word(run: Run, book: Book) -> None:
    code = book()["code"]
    late = at("17:37")
    why = refused(run("bookings", "cancel", code, "--told", **late))
    assert "no-show" in why and "--confirm" in why
    answer(run("bookings", "cancel", code, "--told", "--confirm", "--json", **late))
    answer(run("bookings", "reinstate", code, "--json", **late))  # who had come after all
    assert answer(run("bookings", "arrived", code, "--json", **late))["status"] == "arrived"


def test_a_call_noted_by_mistake_is_taken_back(run: Run, book: Book) -> None:
    code = book()["code"]
    answer(run(*CLOSE, "--reason=点検"))
    assert "記録がありません" in refused(run("calls", "--undo", code))
    answer(run("calls", "--done", code, "--as", "田中", "--json"))
    twice = refused(run("calls", "--done", code, "--as", "鈴木"))
    assert "もう記録してあります" in twice and "田中" in twice
    assert run("check").exit_code == 0
    assert "取り消しました" in run("calls", "--undo", code, "--as", "鈴木").stdout
    assert run("check").exit_code == 1
    assert listed(run)[code]["called"] is None
    assert "記録がありません" in refused(run("calls", "--undo", code))
    noted = [(each["what"], each["who"]) for each in answer(run("audit", "--code", code, "--json"))]
    assert [each for each in noted if each[0] in ("called", "uncalled")] == [("called", "田中"), ("uncalled", "鈴木")]


def test_what_was_told_of_a_seat_that_is_back_can_be_taken_back(run: Run, book: Book) -> None:
    code = book()["code"]
    number = answer(run(*CLOSE, "--reason=点検"))["id"]
    answer(run("calls", "--done", code, "--json"))
    answer(run("closures", "remove", str(number), "--confirm", "--json"))
    answer(run("calls", "--done", code, "--json"))
    assert listed(run) == {}
    assert "もう記録してあります" in refused(run("calls", "--done", code))
    answer(run("calls", "--undo", code, "--json"))
    assert listed(run)[code]["kind"] == "seat_again"


def test_what_was_noted_before_a_booking_moved_is_not_taken_back(run: Run, book: Book) -> None:
    code = book()["code"]
    answer(run(*CLOSE, "--reason=点検"))
    answer(run("calls", "--done", code, "--json"))
    answer(run("bookings", "change", code, "--told", "--start", "2026-12-04T09:00", "--json"))
    assert "記録がありません" in refused(run("calls", "--undo", code))


def test_a_mark_is_taken_back_by_its_own_name_and_made_once(run: Run, book: Book) -> None:
    code, late = book()["code"], at("18:00")
    answer(run("bookings", "arrived", code, "--json", **late))
    assert "もう「来庁済み」" in refused(run("bookings", "arrived", code, **late))
    assert "「来庁なし」ではなく「来庁済み」" in refused(run("bookings", "no-show", code, "--undo", **late))
    why = refused(run("bookings", "change", code, "--told", "--start", "2026-12-04T09:00", **late))
    assert "arrived --undo" in why
    assert answer(run("bookings", "arrived", code, "--undo", "--json", **late))["status"] == "booked"


# What is said at once ----------------------------------------------------------------------------


def test_the_sheet_says_what_is_closed_or_smaller_even_without_visitors(run: Run) -> None:
    answer(run(*CLOSE, "--reason=点検", "--from-time=17:15"))
    answer(run("capacity", "add", "--seats=1", "--counter=honchosha", "--date=12/3", "--until-time=9:30",
               "--reason=欠員", "--confirm", "--json"))  # fmt: skip
    said = run("day", "--date", "12/3").stdout
    assert "08:30から09:00の枠は1席です（欠員）。" in said
    assert "の枠は休みです（点検）。" in said
    assert said.count("の枠は") == 2  # nothing of it at the other counter
    whole = run(*CLOSE, "--reason=停電")
    assert whole.exit_code == 0
    said = run("day", "--date", "12/3").stdout
    assert "臨時の休みです" in said and "の枠は" not in said


EXPIRES = ("--expires", "2026-12-20")


def test_a_visit_after_the_expiry_is_said_while_somebody_is_on_the_phone(run: Run, book: Book) -> None:
    after = changed(BOOK, start="2027-01-06T14:00")
    now = at("10:00", "2026-12-01")
    said = run(*after, *EXPIRES, "--json", **now)
    assert "有効期限（令和8年12月20日（日））のあとです" in said.stderr
    code = answer(run(*BOOK, *EXPIRES, "--json", **now))["code"]
    change = ("bookings", "change", code, "--told", "--start")
    assert "のあとです" in run(*change, "2027-01-06T14:30", **now).stderr
    assert run(*change, "2026-12-18T09:00", **now).stderr == ""
    assert "のあとです" in run("bookings", "amend", code, "--expires", "2026-12-15", **now).stderr
    assert run("bookings", "amend", code, "--expires", "2026-12-18", **now).stderr == ""


@pytest.mark.parametrize("day", ["1985-06-20", "2018-12-31", "2036-11-25", "2199-01-01"])
def test_an_expiry_that_cannot_be_is_refused(run: Run, book: Book, day: str) -> None:
    assert "まちがえていないか" in refused(run(*BOOK, "--expires", day))
    code = book()["code"]
    assert "まちがえていないか" in refused(run("bookings", "amend", code, "--expires", day))


def test_the_last_line_of_the_check_says_what_waits(run: Run, book: Book) -> None:
    code = book()["code"]
    number = answer(run(*CLOSE, "--reason=点検"))["id"]
    answer(run("calls", "--done", code, "--json"))
    answer(run("closures", "remove", str(number), "--confirm", "--json"))
    checked = run("check")  # a seat is there again, and its person does not know
    assert checked.exit_code == 0
    assert "連絡（renewal calls） 1件" in checked.stdout.splitlines()[-1]
    for command in (("bookings", "list"), ("bookings", "show", code), ("day", "--date", "12/3")):
        assert "席が戻" in run(*command).stdout, command
    answer(run("calls", "--done", code, "--json"))
    assert run("check").stdout.splitlines()[-1] == "データベースに問題はありません。"
    assert "席が戻" not in run("bookings", "list").stdout + run("day", "--date", "12/3").stdout
    assert "来庁の記録" in run("check", **at("18:00")).stdout.splitlines()[-1]


# Who comes ---------------------------------------------------------------------------------------


def test_the_name_of_a_proxy_goes_with_the_proxy(run: Run, book: Book) -> None:
    code = book("--visitor-name", "アベ カズ", applicant="other_proxy")["code"]
    amended = answer(run("bookings", "amend", code, "--applicant", "self", "--json"))
    assert amended["visitor_name"] is None
    named = run("bookings", "amend", code, "--applicant=other_proxy", "--visitor-name=タナカ").stdout
    assert "来る方: その他の代理人 タナカ" in named
    assert "--visitor-name" in refused(
        run("bookings", "amend", book(start=DAY + "09:00")["code"], "--applicant", "other_proxy")
    )


def family(book: Book) -> str:
    """A mother with two children of hers."""
    options = ("--holder", "under_15", "--holder", "under_15", "--name", "タカハシ ソラ", "--name", "タカハシ ウミ")
    return str(book(*options, name="タカハシ ミキ")["code"])


def test_a_proxy_for_the_parent_is_not_the_childrens_representative_unasked(run: Run, book: Book) -> None:
    code = family(book)
    grandfather = ("bookings", "amend", code, "--applicant=other_proxy", "--visitor-name=タカハシ ソフ")
    why = refused(run(*grandfather))
    assert "2枚目と3枚目" in why and "--representative same" in why
    father = answer(run(*grandfather, "--representative", "same", "--json"))
    assert father["visitor_name"] == "タカハシ ソフ"
    sheet = run("day", "--date", "12/3").stdout
    assert "来る方: その他の代理人 タカハシ ソフ、法定代理人" in sheet
    assert "本人" not in sheet.partition("□")[0]


def test_while_the_parent_comes_too_nothing_is_asked(run: Run, book: Book) -> None:
    options = ("--holder", "under_15", "--holder", "general", "--name", "タカハシ ソラ", "--name", "タカハシ ケン")
    code = str(book(*options, name="タカハシ ミキ")["code"])
    proxy = ("bookings", "amend", code, "--card=3", "--applicant=other_proxy", "--visitor-name=タカハシ ソフ")
    answer(run(*proxy, "--json"))
    assert "本人、法定代理人、その他の代理人 タカハシ ソフ" in run("bookings", "show", code).stdout


# Refusals that say the way on --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counter", "start", "said"),
    [
        ("honchosha", "2026-12-03T17:05", "受付時刻ではありません（近い空きは 12月3日"),
        ("honchosha", "2026-12-05T10:00", "休みです（近い空きは 12月"),
        ("nishiguchi", "2026-12-03T10:00", "（近い空きは 12月3日（木）11時"),
    ],
)
def test_where_a_start_cannot_be_the_nearest_free_ones_are_said(run: Run, counter: str, start: str, said: str) -> None:
    assert said in refused(run(*changed(BOOK, counter=counter, start=start)))


def test_where_a_counter_is_too_small_the_other_one_is_said(run: Run) -> None:
    three = changed(BOOK, counter="nishiguchi", start="2026-12-03T11:00")
    why = refused(run(*three, "--name", "サトウ ジロウ", "--name", "サトウ ミキ"))
    assert "3枚分の空きがない" in why and "（本庁舎1階）" in why


def test_counters_are_named_and_only_those_that_can_be_booked(run: Run) -> None:
    why = refused(run(*changed(BOOK, counter="ekimae")))
    assert "honchosha（本庁舎1階）" in why and "shisho" not in why


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--from", "2026-11-20", "--to", "2026-11-20"), "いま予約できるのは、令和8年11月"),
        (("--from", "2027-03-01", "--to", "2027-03-02"), "いま予約できるのは、"),
        (("--from", "2026-12-05", "--to", "2026-12-05"), "土日の休みです"),
    ],
)
def test_where_no_start_is_free_it_is_said_why(run: Run, args: tuple[str, ...], said: str) -> None:
    shown = run("slots", "--counter", "honchosha", *args)
    assert said in shown.stdout + shown.stderr


def test_days_without_any_sheet_are_said(run: Run) -> None:
    assert "開いている窓口も予約もありません" in run("day", "--from", "2026-12-05", "--to", "2026-12-06").stdout


def test_a_time_is_written_as_in_the_console(run: Run, book: Book) -> None:
    assert book(start="12/3 午後2時半")["start"] == "2026-12-03T14:30:00+09:00"


def test_the_times_of_a_split_visit_stand_in_the_list(run: Run, book: Book) -> None:
    book("--name", "サトウ ジロウ", "--split", counter="nishiguchi", start="2026-12-03T11:00")
    assert "12月3日（木）11:00・11:30" in run("bookings", "list").stdout


def test_forgotten_pins_are_written_as_when_booking(run: Run, book: Book) -> None:
    code = book()["code"]
    amended = answer(run("bookings", "amend", code, "--pin-forgotten", "--as", "田中", "--json"))
    assert amended["cards"][0]["forgotten_pins"] == ["juki", "user", "sign"]


def test_a_backup_overwrites_none(run: Run, tmp_path: Path) -> None:
    run("backup", str(tmp_path / "a.gz"))
    before = (tmp_path / "a.gz").read_bytes()
    assert "別の名前" in refused(run("backup", str(tmp_path / "a.gz")))
    assert (tmp_path / "a.gz").read_bytes() == before


def test_a_citys_file_that_is_not_there_is_said_in_japanese(run: Run) -> None:
    why = refused(run("calls", RENEWAL_CITY="nai.yml"))
    assert why == "nai.yml というファイルがなく、読めません。"


# Where things are, and what is written -----------------------------------------------------------


@pytest.mark.parametrize("args", [("calls",), ("check",), ("migrate",), ("restore", "x.gz")])
def test_a_database_in_a_folder_that_is_not_there_is_refused(run: Run, tmp_path: Path, args: tuple[str, ...]) -> None:
    (tmp_path / "x.gz").write_bytes(b"")
    args = tuple(str(tmp_path / each) if each == "x.gz" else each for each in args)
    why = refused(run(*args, DATABASE_URL=f"sqlite:///{tmp_path}/none/a.db"))
    assert "フォルダー" in why and f"{tmp_path}/none" in why
    assert not (tmp_path / "none").exists()


def test_a_new_database_is_announced(run: Run, tmp_path: Path) -> None:
    new = f"sqlite:///{tmp_path}/new.db"
    first = run("calls", DATABASE_URL=new)
    assert "新しく作りました" in first.stderr and "new.db" in first.stderr
    assert run("calls", DATABASE_URL=new).stderr == ""


def test_tables_of_an_older_version_are_said_to_be_old(run: Run, environment: dict[str, str]) -> None:
    with sqlite3.connect(environment["DATABASE_URL"].removeprefix("sqlite:///")) as database:
        database.execute("ALTER TABLE closures DROP COLUMN made_at")
    said = run("calls")
    assert said.exit_code == 1
    assert "renewal migrate" in said.stderr


SECRETS = ["個人番号 123456789018", "1234 5678 9018", "暗証番号 1234", "暗証番号は１２３４です", "PIN: 4321"]


@pytest.mark.parametrize("text", SECRETS)
def test_no_note_and_no_reason_takes_a_my_number_or_a_pin(run: Run, book: Book, text: str) -> None:
    code = book()["code"]
    assert "--note に" in refused(run(*changed(BOOK, start=DAY + "09:00"), "--note", text))
    assert "--note に" in refused(run("bookings", "amend", code, "--note", text))
    assert "--reason に" in refused(run(*CLOSE, "--reason", text))
    assert "123456789018" not in run("bookings", "list", "--csv").stdout


@pytest.mark.parametrize("text", ["車いす", "暗証番号を3回まちがえてロック", "電話は 024-505-0445 へ", "12月3日に書類2通"])
def test_other_notes_are_taken(run: Run, book: Book, text: str) -> None:
    assert answer(run("bookings", "amend", book()["code"], "--note", text, "--json"))["note"] == text
