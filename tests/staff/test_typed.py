"""What clerks type into fields: examples and counter-examples beside each other."""

from __future__ import annotations

from datetime import date, time

import pytest

from staff import typed

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("さとう　はなこ", "サトウ ハナコ"),
        ("ｻﾄｳ ﾊﾅｺ", "サトウ ハナコ"),
        ("サトウ・ハナコ", "サトウ ハナコ"),
        ("らーめん じろう", "ラーメン ジロウ"),
        ("Nguyễn Văn An", "NGUYỄN VĂN AN"),
        ("O'Neil Mary-Ann", "O'NEIL MARY-ANN"),
        ("佐藤 花子", None),
        ("さとう 花子", None),
        ("1234", None),
        ("", None),
        ("...", None),
    ],
)
def test_a_name(text: str, name: str | None) -> None:
    assert typed.kana(text) == name


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("０９０－１２３４－５６７８", "09012345678"),
        ("024 505 0445", "0245050445"),
        ("(024)505-0445", "0245050445"),
        ("+81 90-1234-5678", "09012345678"),
        ("5678", None),
        ("090-1234-567", None),
        ("1234-5678-9018", None),
        ("でんわ 090-1234-5678", None),
        ("", None),
    ],
)
def test_a_telephone_number(text: str, digits: str | None) -> None:
    assert typed.phone(text) == digits


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("R9.2.20", date(2027, 2, 20)),
        ("令和9年2月20日", date(2027, 2, 20)),
        ("９．２．２０", date(2027, 2, 20)),
        ("令和9年2月20日（土）", date(2027, 2, 20)),  # as the page itself has it
        ("2027-02-20", date(2027, 2, 20)),
        ("2027/2/20", date(2027, 2, 20)),
        ("20270220", date(2027, 2, 20)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("H31.4.30", date(2019, 4, 30)),
        ("R9.2.30", None),
        ("2/20", None),  # a last day needs its year
        ("来年の2月", None),
    ],
)
def test_a_last_day(text: str, day: date | None) -> None:
    assert typed.full_date(text) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("12/3", date(2026, 12, 3)),
        ("12月3日", date(2026, 12, 3)),
        ("12月3日（木）", date(2026, 12, 3)),
        ("1/7", date(2027, 1, 7)),
        ("11/20", date(2026, 11, 20)),  # the nearest one, which is over
        ("明日", date(2026, 11, 25)),
        ("来週の火曜", date(2026, 12, 1)),
        ("再来週木曜日", date(2026, 12, 10)),
        ("木曜", date(2026, 11, 26)),
        ("月", None),
        ("火曜", None),  # today, or a week from now?
        ("今週の月曜", date(2026, 11, 23)),  # over
        ("30日", date(2026, 11, 30)),
        ("8日", date(2026, 12, 8)),
        ("31日", date(2026, 12, 31)),
        ("来月の火曜", None),
        ("2026-12-03", date(2026, 12, 3)),
        ("13/3", None),
        ("そのうち", None),
    ],
)
def test_a_day_of_a_visit(text: str, day: date | None) -> None:
    assert typed.day(text, TODAY) == day


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("10", time(10)), ("10:30", time(10, 30)), ("１７時半", time(17, 30)), ("9時5分", time(9, 5)),
        ("1030", time(10, 30)), ("午後2時半", time(14, 30)), ("午前9:30", time(9, 30)), ("午後14時", None), ("25", None), ("10:61", None), ("朝", None),
    ],
)  # fmt: skip
def test_a_time(text: str, at: time | None) -> None:
    assert typed.time_of_day(text) == at


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("車いすで来られます", False),
        ("折り返しは 090-1234-5678 へ", False),
        ("番号 1234-5678-9018", True),
        ("１２３４５６７８９０１８", True),
        ("暗証番号は1234", True),
        ("暗証番号を忘れた", False),
        ("あ" * 201, True),
    ],
)
def test_a_note_holds_no_number_that_nobody_may_keep(text: str, refused: bool) -> None:
    assert (typed.refused_words(text) is not None) == refused
