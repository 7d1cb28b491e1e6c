"""The words in which staff are told things, at a terminal or in the console: plain, polite Japanese.

What citizens are told stands in domain.yml.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from renewal.bookings import Booking, WithoutSeat
    from renewal.city import City

WORDS = {
    "self": "本人",
    "legal_representative": "法定代理人",
    "other_proxy": "その他の代理人",
    "general": "一般",
    "under_15": "15歳未満",
    "adult_ward": "成年被後見人",
    "booked": "予約",
    "arrived": "来庁済み",
    "no_show": "来庁なし",
    "cancelled": "取り消し",
    "web": "ウェブ",
    "line": "LINE",
    "phone": "電話",
}
"""Fixed values of bookings and cards in words."""

PINS = {"juki": "住民基本台帳用", "user": "利用者証明用", "sign": "署名用"}

_NOT_BOOKABLE = {
    "unknown_counter": "その窓口は city.yml にありません。",
    "disabled": "この窓口は、まだここでは予約できません。",
    "year_end": "{day}は年末年始で、窓口は休みです。",
    "holiday": "{day}は祝日で、窓口は休みです。",
    "weekend": "{day}は土日で、窓口は休みです。",
    "no_hours": "{day}は、この窓口の受付がない曜日です。",
    "closure": "{day}{time}は、この窓口の臨時の休みです{reason}。",
    "not_a_start": "{time}は、この窓口の受付時刻ではありません。",
    "past": "{day}{time}は、もう過ぎています。",
    "too_late": "{day}の予約は、前の開庁日までに締め切られています。",
    "too_many_cards": "1回の予約で手続きできるカードは、{most}枚までです。",
}
_NOT_CHANGEABLE = {
    "unknown": "予約番号 {code} の予約は見つかりません。",
    "cancelled": "予約番号 {code} の予約は、すでに取り消されています。",
    "arrived": "予約番号 {code} の方は来庁済みですので、変更も取り消しもできません。",
    "no_show": "予約番号 {code} は「来庁なし」ですので、変更も取り消しもできません。",
    "not_yet": "予約番号 {code} の予約はまだこれからですので、「来庁なし」にはできません。",
}


def not_bookable(
    reason: str, city: City, start: datetime, closure_reason: str | None = None
) -> str:
    """Return why a start (Tokyo) cannot be booked, for a reason of slots.why_not_bookable.

    "too_many_cards" is known too. `closure_reason` is the closure's own, where there is one.
    """
    from renewal import slots
    from renewal.japanese_dates import japanese_date, japanese_time, short_date

    if reason == "too_far":
        opens = japanese_date(slots.opens_for_booking(city, start.date()))
        return f"{short_date(start.date())}の予約は、{opens}から受け付けます。"
    said = (closure_reason or "").rstrip("。")
    return _NOT_BOOKABLE.get(reason, "{day}{time}は、予約できません。").format(
        day=short_date(start.date()),
        time=japanese_time(start.time()),
        reason=f"（{said}）" if said else "",
        most=city.booking.max_cards,
    )


def not_changeable(reason: str, code: str) -> str:
    """Return why a booking cannot be changed, for a reason of NotChangeable."""
    return _NOT_CHANGEABLE[reason].format(code=code)


def status(booking: Booking, lost: WithoutSeat | None, now: datetime) -> str:
    """Return how a booking stands: its status, whether it has a seat, whether that is told.

    A visit of an earlier day that nobody has noted as arrived or not is "記録なし".
    """
    if booking.status == "booked" and booking.start.date() < now.date():
        return "記録なし"
    said = WORDS[booking.status]
    if lost is None:
        return said
    return f"{said}（席なし・連絡済み）" if lost.told else f"{said}（要連絡）"


def moment(start: datetime) -> str:
    """Return a start as a sentence has it: "12月3日（木）17時30分"."""
    from renewal.japanese_dates import japanese_time, short_date

    return short_date(start.date()) + japanese_time(start.time())
