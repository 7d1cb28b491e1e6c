"""What staff are told of a booking, of a refusal and of the audit log, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import pytest

from renewal import words
from renewal.bookings import Booking, Card, Cause, Place, Told, Visit, WithoutSeat
from renewal.city import City
from renewal.opening_hours import Closure

START = datetime.fromisoformat("2026-12-03T17:30:00+09:00")
NOW = datetime.fromisoformat("2026-11-24T10:00:00+09:00")
BOOKING = Booking(
    "K7PMA-4QXDM", "booked", "honchosha", START, (Place(START, 1),),
    Visit("self", (Card("general", "サトウ"),), "09012345678"), NOW,
)  # fmt: skip
LOST = WithoutSeat(BOOKING, Cause("hours"), None)


@pytest.mark.parametrize(
    ("booking", "lost", "now", "said"),
    [
        (BOOKING, None, NOW, "予約"),
        (BOOKING, LOST, NOW, "予約（要連絡）"),
        (BOOKING, replace(LOST, told=Told(NOW, None)), NOW, "予約（席なし・連絡済み）"),
        (BOOKING, LOST, START.replace(hour=23), "席がないことを知らせないうちに過ぎた"),
        (BOOKING, LOST, START.replace(day=4), "席がないことを知らせないうちに過ぎた"),
        (BOOKING, replace(LOST, told=Told(NOW, None)), START.replace(day=4), "記録なし"),
        (BOOKING, None, START.replace(hour=23), "予約"),  # the day is not over yet
        (BOOKING, None, START.replace(day=4), "記録なし"),
        (replace(BOOKING, status="arrived"), None, START.replace(day=4), "来庁済み"),
        (replace(BOOKING, status="cancelled"), None, START.replace(day=4), "取り消し"),
    ],
)
def test_how_a_booking_stands_is_said_in_a_word(
    booking: Booking, lost: WithoutSeat | None, now: datetime, said: str
) -> None:
    assert words.status(booking, lost, now) == said


@pytest.mark.parametrize(
    ("reason", "closure", "said"),
    [
        ("closure", "点検。", "12月3日（木）17時30分は、この窓口の臨時の休みです（点検）。"),
        ("closure", None, "12月3日（木）17時30分は、この窓口の臨時の休みです。"),
        ("too_far", None, "12月3日（木）の予約は、令和8年10月4日（日）から受け付けます。"),
        ("too_many_cards", None, "1回の予約で手続きできるカードは、4枚までです。"),
        ("something new", None, "12月3日（木）17時30分は、予約できません。"),
    ],
)
def test_a_refusal_says_why(city: City, reason: str, closure: str | None, said: str) -> None:
    assert words.not_bookable(reason, city, "honchosha", START, closure) == said


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        (None, ""),
        ({"codes": ["K7PMA-4QXDM"], "by": ["name", "phone"]}, "予約: K7PMA-4QXDM、探した項目: お名前・電話"),
        ({"changed": ["name_kana", "note"]}, "直した項目: お名前・メモ"),
        (
            {"from": ["honchosha", "2026-12-03T17:30:00+09:00"], "to": ["nishi", "2026-12-04T11:00:00+09:00"]},
            "前: 本庁舎1階・2026-12-03 17:30、後: nishi・2026-12-04 11:00",
        ),
        ({"about": "closed", "counter": None}, "用件: 窓口の休み"),
        ({"about": "not_answered:01H"}, "用件: LINE のお返事"),
    ],
)  # fmt: skip
def test_the_audit_logs_details_are_in_japanese(city: City, detail: Any, said: str) -> None:
    assert words.audit_detail({"detail": detail}, city) == said


@pytest.mark.parametrize(
    ("closure", "said"),
    [
        (Closure(None, date(2026, 12, 3), date(2026, 12, 3)), "令和8年12月3日（木）"),
        (
            Closure(None, date(2026, 12, 3), date(2026, 12, 4), time(9), time(12)),
            "令和8年12月3日（木）から令和8年12月4日（金） 9:00〜12:00",
        ),
        (Closure(None, date(2026, 12, 3), date(2026, 12, 3), time(13)), "令和8年12月3日（木） 13:00〜"),
    ],
)
def test_a_closures_days_and_hours(closure: Closure, said: str) -> None:
    assert words.closure_days(closure) == said
