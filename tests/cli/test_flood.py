"""Undoing a flood of bookings: first shown, then done."""

from __future__ import annotations

from renewal import city as city_module
from renewal import clock
from renewal.bookings import Bookings, Origin, create_engine_from
from tests.cli.conftest import BOOK, Run, answer, changed, refused
from tests.renewal.test_bounds import books, free_starts


def test_a_flood_is_shown_before_it_is_undone(run: Run, environment: dict[str, str]) -> None:
    city, engine = city_module.load(), create_engine_from(environment["DATABASE_URL"])
    store, starts = Bookings(engine), free_starts(city_module.load())
    at = clock.real_now()
    for number in range(12):
        books(
            store, city, starts[number], phone=f"090000000{number:02}", name=f"カ{number}",
            origin=Origin(f"c{number}", "f" * 32), at=at,
        )  # fmt: skip
    other = books(store, city, starts[20], phone="08000000000", origin=Origin("c", "a" * 32), at=at)
    [flood] = answer(run("bookings", "floods", "--json"))
    assert (flood["source"], flood["made"], flood["live"]) == ("f" * 8, 12, 12)
    shown = run("bookings", "cancel", "--from-flood", flood["source"]).stdout
    assert "12件あります" in shown and "--confirm" in shown
    assert len(answer(run("bookings", "list", "--json"))) == 13
    done = answer(run("bookings", "cancel", "--from-flood", "f" * 8, "--confirm", "--told", "--json"))
    assert len(done) == 12 and all(each["cancelled"] for each in done)
    [left] = answer(run("bookings", "list", "--json"))
    assert left["code"] == other.code


def test_all_bookings_of_a_phone_number_are_cancelled(run: Run) -> None:
    for start in ("2026-12-03T17:30", "2026-12-04T09:00"):
        answer(run(*changed(BOOK, start=start), "--json"))
    answer(run(*changed(BOOK, start="2026-12-04T09:30", phone="090-9999-5678"), "--json"))
    assert len(answer(run("bookings", "cancel", "--phone", "090-1234-5678", "--json"))) == 2
    answer(run("bookings", "cancel", "--phone", "090-1234-5678", "--confirm", "--told", "--json"))
    assert len(answer(run("bookings", "list", "--json"))) == 1
    entries = answer(run("audit", "--json"))
    assert sum(entry["what"] == "cancel" for entry in entries) == 2


def test_what_to_cancel_is_said_in_one_way(run: Run) -> None:
    assert "予約番号 を指定" in refused(run("bookings", "cancel"))
    assert "どれか1つ" in refused(run("bookings", "cancel", "--phone", "1", "--from-flood", "2"))
    assert "すべて" in refused(run("bookings", "cancel", "--phone", "5678"))
    assert "あてはまる" in refused(run("bookings", "cancel", "--from-flood", "12345678"))
