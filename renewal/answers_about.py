"""The exact answer to a question with something in it: a day, an hour, a paper, a person, a period.

What is asked comes as plain values (reading/asked_about.py); the first sentence answers it, from the same
rules as everything else. What is to be said leaves as remarks, as in renewal/application.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from typing import Any

from renewal import application, certificate, hours_in_words, opening_hours, party
from renewal.application import Application, Desk, Remark
from renewal.date_words import WEEKDAYS, japanese_date, japanese_time, short_date
from renewal.wish import Wish


def answer(about: Mapping[str, Any], a: Application, desk: Desk) -> list[Remark]:
    """Return the remarks that answer what is asked, for this application as far as it is known."""
    return _ANSWERS[about["kind"]](about, a, desk)


# Days and hours --------------------------------------------------------------------------------


def _open(about: Mapping[str, Any], a: Application, desk: Desk) -> list[Remark]:
    wish = Wish.from_json(about["wish"])
    if wish.weekdays and wish.weekdays <= {5, 6} and not wish.days:
        return [Remark("day_closed_weekend", {"day": "・".join(f"{WEEKDAYS[day]}曜" for day in sorted(wish.weekdays))})]
    day = wish.days[0] if wish.days else _next_of(wish, desk)
    if day < desk.today:
        return [Remark("day_past", {"day": short_date(day)})]
    if about.get("renews") and (early := _too_early(a, day)):
        return [early]
    values = {"day": _day(day, desk), "hours": _hours(day, desk, wish.from_time)}
    if not _hours(day, desk):
        why = application.why_closed(a, desk, day)
        return [Remark("closed_on", {**values, "why": why, "opens": next_open(day, desk)})]
    if wish.times:
        return [_at(day, wish.times[0], values, desk)]
    if day == desk.today and not application.open_today(desk):
        return [Remark("closed_for_today", {"opens": next_open(day, desk)})]
    if not values["hours"]:
        return [_at(day, wish.from_time or time(), {**values, "hours": _hours(day, desk)}, desk)]
    return [Remark("open_on", values)]


def _too_early(a: Application, on: date) -> Remark | None:
    """Return from when the certificate can be renewed, where that day is before it."""
    window = certificate.renewal_window(a.expiry) if a.expiry else None
    if window is None or window.renewable_from <= on:
        return None
    words = {"expires_on": japanese_date(window.expires_on), "renewable_from": japanese_date(window.renewable_from)}
    return Remark("window_too_early", words)


def _at(day: date, at: time, values: Mapping[str, Any], desk: Desk) -> Remark:
    """Return whether somebody may come at that time without or with a booking."""
    closures = desk.bookings.closures(day, day)
    received = any(
        begins <= at < ends
        for counter in desk.city.open_counters
        for begins, ends in opening_hours.spans(desk.city, counter.id, day, closures)
    )
    return Remark("open_at" if received else "not_open_at", {**values, "at": japanese_time(at)})


def _next_of(wish: Wish, desk: Desk) -> date:
    """Return the next such weekday on which no holiday is, from today on."""
    days = (desk.today + timedelta(days=ahead) for ahead in range(60))
    fitting = [day for day in days if day.weekday() in wish.weekdays]
    return next((day for day in fitting if _hours(day, desk)), fitting[0])


def _hours(day: date, desk: Desk, after: time | None = None) -> str:
    counters = [counter.id for counter in desk.city.open_counters]
    closures = desk.bookings.closures(day, day)
    return hours_in_words.day_in_words(desk.city, counters, day, closures, after)


def next_open(after: date, desk: Desk) -> str:
    """Return the next day after that one on which a counter opens, and when: "1月4日（月）8時30分"."""
    for ahead in range(1, 400):
        day = after + timedelta(days=ahead)
        closures = desk.bookings.closures(day, day)
        begins = [
            span[0]
            for counter in desk.city.open_counters
            for span in opening_hours.spans(desk.city, counter.id, day, closures)
        ]
        if begins:
            return f"{short_date(day)}{japanese_time(min(begins))}"
    return ""


def _day(day: date, desk: Desk) -> str:
    return f"今日、{short_date(day)}" if day == desk.today else short_date(day)


def _same_day(about: Mapping[str, Any], a: Application, desk: Desk) -> list[Remark]:
    first, _ = application.bookable_days(a, desk)
    if first == desk.today:
        return [Remark("same_day_bookable")]
    spans = application.open_today(desk)
    values = {"first_day": short_date(first), "open_today": spans}
    return [Remark("same_day_walk_in" if spans else "same_day_closed", values)]


def _horizon(about: Mapping[str, Any], a: Application, desk: Desk) -> list[Remark]:
    _, last = application.bookable_range(a, desk)
    return [Remark("horizon", {"last_day": short_date(last)})]


def _expires_today(about: Mapping[str, Any], a: Application, desk: Desk) -> list[Remark]:
    spans = application.open_today(desk)
    name = "still_in_time" if spans else "in_time_no_more"
    return [Remark(name, {"open_today": spans, "opens": next_open(desk.today, desk)})]


def _expires_in_month(about: Mapping[str, Any], a: Application, desk: Desk) -> list[Remark]:
    """Return from when somebody can renew and book whose expiry is told to the month ("来年4月")."""
    month = _month(str(about["said"]), desk.today)
    if month is None:
        return [Remark("ask_period")]
    following = (month + timedelta(days=32)).replace(day=1)
    first = certificate.renewal_window(month).renewable_from
    last = certificate.renewal_window(following - timedelta(days=1)).renewable_from
    opens = application.opens_for_booking(a, desk, first)
    _, bookable = application.bookable_range(a, desk)
    values = {
        "first": short_date(month)[:-3],
        "last": short_date(following - timedelta(days=1))[:-3],
        "bookable": short_date(bookable),
        "first_day": japanese_date(first),
        "last_day": japanese_date(last),
        "opens_on": japanese_date(opens),
    }
    return [Remark("month_not_yet" if opens > desk.today else "month_bookable", values)]


def _month(said: str, today: date) -> date | None:
    digits = "".join(each for each in said.split("月")[0] if each.isdigit() or each == "年")
    number = digits.rsplit("年", 1)[-1]
    if not number or not 1 <= int(number) <= 12:
        return None
    month = date(today.year, int(number), 1)
    return month if month >= today.replace(day=1) else month.replace(year=today.year + 1)


def _tax_return(about: Mapping[str, Any], a: Application, desk: Desk) -> list[Remark]:
    if early := _too_early(a, desk.today):
        return [early, Remark("usable_until_then", early.values)]
    if a.visit_date:
        visit = date.fromisoformat(a.visit_date)
    elif application.open_today(desk):
        visit = desk.today
    else:
        visit = opening_hours.working_day_from(desk.city, desk.today + timedelta(days=1))
    values = {"visit": _day(visit, desk), "usable": short_date(visit + timedelta(days=1))}
    return [Remark("usable_from", values)]


# Papers, people, the booking -----------------------------------------------------------------------


def _paper(about: Mapping[str, Any], a: Application, desk: Desk) -> list[Remark]:
    name = {"免許": "運転免許証", "免許証": "運転免許証", "戸籍": "戸籍謄本", "在留かーど": "在留カード",
            "ぱすぽーと": "パスポート"}.get(about["paper"], about["paper"])  # fmt: skip
    if name == "戸籍謄本":
        return [Remark("paper_of_representatives")]
    as_identity = any(name in item for item in desk.city.id_list_a)
    return [Remark("paper_as_identity" if as_identity else "paper_not_needed", {"paper": name})]


def _twice(about: Mapping[str, Any], a: Application, desk: Desk) -> list[Remark]:
    proxies = [card for card in party.each(a) if card.applicant == "other_proxy"]
    if any(card.pins == "forgotten" for card in proxies):
        return [Remark("pins_forgotten_other_proxy")]
    return [Remark("once_or_twice")]


def _relative(about: Mapping[str, Any], a: Application, desk: Desk) -> list[Remark]:
    names = {"under_15": "relative_of_child", "general": "ask_proxy"}
    holder = a.holder if about["holder"] == "unknown" else about["holder"]
    return [Remark(names.get(str(holder), "relative_by_age"))]


def _along(about: Mapping[str, Any], a: Application, desk: Desk) -> list[Remark]:
    """Return what somebody has to know who comes along with whoever comes for the card."""
    return [Remark("along_with", {"who": f"@who_{a.applicant}"}) if a.applicant else Remark("along")]


def _alone(about: Mapping[str, Any], a: Application, desk: Desk) -> list[Remark]:
    return [Remark({"under_15": "relative_of_child", "general": "alone_of_age"}.get(str(about["holder"] or a.holder), "alone_by_age"))]


def _holder_along(about: Mapping[str, Any], a: Application, desk: Desk) -> list[Remark]:
    names = {"other_proxy": "proxy_without_holder", "legal_representative": "representative_without_holder"}
    return [Remark(names.get(str(a.applicant), "along"))]


def _plainly(name: str) -> Callable[[Mapping[str, Any], Application, Desk], list[Remark]]:
    return lambda about, a, desk: [Remark(name)]


_ANSWERS: dict[str, Callable[[Mapping[str, Any], Application, Desk], list[Remark]]] = {
    "open": _open,
    "same_day": _same_day,
    "horizon": _horizon,
    "expires_today": _expires_today,
    "expires_in_month": _expires_in_month,
    "tax_return": _tax_return,
    "other_paper": _paper,
    "seal": _plainly("seal"),
    "notice_paper": _plainly("notice_paper"),
    "card_left": _plainly("card_left"),
    "child_along": _plainly("child_along"),
    "along": _along,
    "alone": _alone,
    "holder_along": _holder_along,
    "pin_unused": _plainly("pin_unused"),
    "twice": _twice,
    "relative": _relative,
    "broken": _plainly("card_broken"),
    "permanent": _plainly("period_of_stay_no"),
    "stays": _plainly("period_of_stay_yes"),
    "foreign": _plainly("ask_foreign_resident"),
    "waitlist": _plainly("no_waitlist"),
    "confirmation": _plainly("no_mail"),
    "same_pins": _plainly("same_pins"),
    "change_by_phone": _plainly("booking_other_change"),
}
