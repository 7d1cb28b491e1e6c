"""Nobody before a closed counter, at the terminal: who is found, marked, told, and found no more."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from renewal.city import DEFAULT_PATH
from tests.cli.conftest import Book, Run, answer, refused

CLOSE = ("closures", "add", "--date", "12/3", "--confirm")

# What becomes of city.yml, where somebody is booked, and what staff read.
CHANGES = {
    "hours shortened": (('close: "17:00"', 'close: "16:00"'), "16:30", "受付時間が変わった"),
    "the evening off": (("bookable: !unconfirmed true", "bookable: false"), "17:30", "受付時間"),
    "the year's end widened": (
        ('year_end_from: "12-29"', 'year_end_from: "12-03"'), "17:30", "年末年始",
    ),
    "the counter disabled": (
        ("enabled: true\n    walk_in: true", "enabled: false\n    walk_in: true"), "17:30",
        "受け付けなくなった",
    ),
    "the counter renamed": (("  honchosha:\n", "  honcho:\n"), "17:30", "city.yml にない"),
}  # fmt: skip


@pytest.fixture
def city_with(tmp_path: Path) -> Callable[[str, str], dict[str, str]]:
    """Write a city.yml in which something is otherwise, and return the environment for it."""

    def city_with(old: str, new: str) -> dict[str, str]:
        text = DEFAULT_PATH.read_text(encoding="utf-8")
        # The end of the call centre's day stays as it is.
        head, mark, rest = text.partition("counters:\n")
        changed = (head + mark + rest.replace(old, new, 1)) if old in rest else text.replace(old, new)
        assert changed != text
        path = tmp_path / "changed.yml"
        path.write_text(changed, encoding="utf-8")
        return {"RENEWAL_CITY": str(path)}

    return city_with


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_the_citys_file_is_found_by_every_command(
    run: Run, book: Book, city_with: Callable[[str, str], dict[str, str]], name: str
) -> None:
    (old, new), at, words = CHANGES[name]
    code = book(start=f"2026-12-03T{at}")["code"]
    assert run("check").exit_code == 0
    city = city_with(old, new)
    checked = run("check", "--json", **city)
    assert checked.exit_code == 1
    (problem,) = json.loads(checked.stdout)["problems"]
    assert code in problem
    assert words in problem
    (call,) = answer(run("calls", "--json", **city))
    assert (call["code"], call["kind"], call["called"]) == (code, "no_seat", None)
    assert words in call["reason"]
    (listed,) = answer(run("bookings", "list", "--json", **city))
    assert words in listed["call"]
    assert "要連絡" in run("bookings", "list", **city).stdout
    assert "！席がありません。連絡が必要" in run("day", "--date", "12/3", **city).stdout
    # A counter that the file has no more can be asked for as long as it has bookings.
    for command in (("bookings", "list"), ("bookings", "search"), ("day", "--date", "12/3"), ("calls",)):
        shown = run(*command, "--counter", "honchosha", **city)
        assert code in shown.stdout, command
    assert "ekimae" in refused(run("calls", "--counter", "ekimae", **city))


def test_after_the_call_nothing_asks_for_it_any_more(run: Run, book: Book) -> None:
    code = book()["code"]
    answer(run(*CLOSE, "--reason", "点検", "--json"))
    assert run("check").exit_code == 1
    answer(run("calls", "--done", code, "--as", "田中", "--json"))
    assert run("check").exit_code == 0
    assert answer(run("check", "--json"))["to_do"]["calls"] == 0
    assert answer(run("check", "--json"))["to_do"]["told"] == 1  # until it has moved
    assert "変更か取り消しを待っている" in run("check").stdout
    listed = run("bookings", "list").stdout
    assert "要連絡" not in listed
    assert "席なし・連絡済み" in listed
    sheet = run("day", "--date", "12/3").stdout
    assert "！" not in sheet
    assert "連絡済み" in sheet
    assert "田中" in sheet
    (booking,) = answer(run("bookings", "list", "--json"))
    assert booking["call"] is None
    assert booking["without_seat"]["told"]["who"] == "田中"
    (call,) = answer(run("calls", "--json"))
    assert "田中" in call["called"]


def test_the_same_closure_twice_is_one(run: Run, book: Book) -> None:
    code = book()["code"]
    first = answer(run(*CLOSE, "--reason", "点検", "--json"))
    answer(run("calls", "--done", code, "--json"))
    second = answer(run(*CLOSE, "--reason", "点検", "--json"))
    assert (second["id"], second["known"]) == (first["id"], True)
    assert "増やしていません" in run(*CLOSE, "--reason", "点検").stdout
    assert len(answer(run("closures", "list", "--json"))) == 1
    assert run("check").exit_code == 0


def test_removing_one_of_two_says_what_still_closes_and_keeps_the_calls(
    run: Run, book: Book
) -> None:
    code = book()["code"]
    first = answer(run(*CLOSE, "--reason", "点検", "--json"))["id"]
    second = answer(run(*CLOSE, "--reason", "工事", "--json"))["id"]
    answer(run("calls", "--done", code, "--json"))
    said = run("closures", "remove", str(first), "--confirm").stdout
    assert f"番号 {second}（休み、工事" in said
    assert "まだ席がありません" in said
    assert code in said
    assert run("check").exit_code == 0
    opened = answer(run("closures", "remove", str(second), "--confirm", "--json"))
    assert opened["still_closed_by"] == []
    assert [each["code"] for each in opened["told_and_open_again"]] == [code]
    (again,) = answer(run("calls", "--json"))  # they believe that the counter is closed
    assert (again["code"], again["reason"], again["called"]) == (code, "休みの連絡のあと、席が戻った", None)
    answer(run("calls", "--done", code, "--json"))
    assert answer(run("calls", "--json")) == []
    answer(run(*CLOSE, "--reason", "点検", "--json"))
    assert answer(run("calls", "--json"))[0]["called"] is None


def test_a_start_in_a_closed_part_of_the_day_is_closed_and_not_full(run: Run) -> None:
    part = ("--from-time", "10:00", "--until-time", "11:00", "--reason", "会議")
    answer(run(*CLOSE, *part, "--json"))
    for more in ((), ("--name", "アベ ジロウ")):
        sentence = refused(
            run("bookings", "add", "--counter=honchosha", "--start=2026-12-03T10:30",
                "--applicant=self", "--holder=general", "--name=アベ", "--phone=09012345678", *more)
        )  # fmt: skip
        assert "臨時の休みです（会議）" in sentence
        assert "満席" not in sentence
