"""What clerks type into fields: names, telephone numbers, days, times, notes. None is what does not fit.

This reads fields, not sentences: what people write in a chat is read in reading/, which the console
does without.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta

import jaconv

from renewal.date_words import WEEKDAYS
from renewal.phone_numbers import hyphenated

_ERAS = {"R": 2018, "令和": 2018, "H": 1988, "平成": 1988, "": 2018}
_DAY = re.compile(
    r"(?:(?P<era>R|令和|H|平成|)(?P<n>\d{1,2}|元)|(?P<y>\d{4}))[年./-](?P<m>\d{1,2})[月./-](?P<d>\d{1,2})日?"
)
_WEEKDAY = re.compile(r"\([月火水木金土日]\)$")  # as our own pages write a day
_SHORT_DAY = re.compile(r"(\d{1,2})[月./-](\d{1,2})日?")
_RELATIVE = {"今日": 0, "きょう": 0, "本日": 0, "明日": 1, "あした": 1, "あす": 1, "明後日": 2, "あさって": 2}
_WEEK = {"今週": 0, "来週": 7, "再来週": 14}
_OF_A_WEEK = re.compile("(?:(再来週|来週|今週)の?)?([月火水木金土日])曜日?")
_OF_A_MONTH = re.compile(r"(\d{1,2})日")
_TIME = re.compile(r"(午前|午後)?(\d{1,2})(?::(\d{2})|時(?:(\d{1,2})分|(半))?)?")
NO_NAME = "お名前を、ひらがな、カタカナかローマ字で書いてください。"
"""What is said of a name that `kana` does not take."""
_LONG_NUMBER = re.compile(r"(?:\d[ .-]?){11}\d")  # a My Number has twelve figures
_SECRET = re.compile(r"暗証|パスワード|PIN", re.IGNORECASE)


def folded(text: str) -> str:
    """Return the text without the differences that keyboards make: full width, spaces around."""
    return " ".join(unicodedata.normalize("NFKC", text).replace("−", "-").replace("ー-", "-").split())


def kana(text: str) -> str | None:
    """Return a name in katakana or in Latin letters, as it is stored."""
    name = jaconv.hira2kata(folded(text))
    if re.fullmatch("[ァ-ヺー]+(?:[ ・][ァ-ヺー]+)*", name):
        return name.replace("・", " ")
    plain = name.replace(" ", "")
    latin = all(unicodedata.name(each, "").startswith("LATIN ") or each in ".,'-" for each in plain)
    return name.upper() if latin and any(each.isalpha() for each in plain) and len(name) <= 50 else None


def phone(text: str) -> str | None:
    """Return the digits of a Japanese telephone number."""
    digits = re.sub("[^0-9]", "", re.sub(r"^\+81 ?", "0", folded(text)))
    known = set(folded(text)) <= set("0123456789+-() .")
    return digits if known and "-" in hyphenated(digits) else None


def refused_phone(text: str) -> str | None:
    """Return why `phone` does not take what was typed, or None."""
    if phone(text):
        return None
    digits = re.sub("[^0-9]", "", folded(text))
    if len(digits) in (10, 11) and digits.startswith("0"):
        return "けたの数は合っていますが、日本の電話番号の決まりにない番号です。もう一度うかがってください。"
    return "024-505-0445 のような、10けたか11けたの電話番号にしてください。"


def full_date(text: str) -> date | None:
    """Return a date with its year: 令和9年2月20日, R9.2.20, 9.2.20 (Reiwa), 2027-02-20, 20270220."""
    plain = _WEEKDAY.sub("", folded(text).replace(" ", "").upper())
    if re.fullmatch(r"\d{8}", plain):
        plain = f"{plain[:4]}-{plain[4:6]}-{plain[6:]}"
    found = _DAY.fullmatch(plain)
    if found is None:
        return None
    n = 1 if found["n"] == "元" else int(found["n"] or 0)
    year = int(found["y"]) if found["y"] else _ERAS[found["era"]] + n
    return _date(year, int(found["m"]), int(found["d"]))


def day(text: str, today: date) -> date | None:
    """Return a day of a visit: 12/3, 12月3日, 8日, 明日, 来週の火曜 too.

    Without a year it is the one nearest to today; without a month or a week, the next one. A weekday
    alone is not read on that weekday: it may be today or a week from now.
    """
    plain = _WEEKDAY.sub("", folded(text).replace(" ", ""))
    if plain in _RELATIVE:
        return today + timedelta(days=_RELATIVE[plain])
    if found := _OF_A_WEEK.fullmatch(plain):
        ahead = WEEKDAYS.index(found[2]) - today.weekday()
        if found[1]:
            return today + timedelta(days=ahead + _WEEK[found[1]])
        return today + timedelta(days=ahead % 7) if ahead else None
    if found := _OF_A_MONTH.fullmatch(plain):
        months = (today.replace(day=1), today.replace(day=1) + timedelta(days=31))
        coming = (_date(month.year, month.month, int(found[1])) for month in months)
        return next((each for each in coming if each and each >= today), None)
    if found := _SHORT_DAY.fullmatch(plain):
        near = [
            each
            for year in (today.year - 1, today.year, today.year + 1)
            if (each := _date(year, int(found[1]), int(found[2])))
        ]
        return min(near, key=lambda each: abs(each - today), default=None)
    return full_date(plain)


def time_of_day(text: str) -> time | None:
    """Return a time: 10, 10:30, 10時, 10時半, 10時30分, 1030, 午後2時半."""
    plain = folded(text).replace(" ", "")
    if re.fullmatch(r"\d{3,4}", plain):
        plain = f"{plain[:-2]}:{plain[-2:]}"
    found = _TIME.fullmatch(plain)
    if found is None:
        return None
    hour, minute = int(found[2]), 30 if found[5] else int(found[3] or found[4] or 0)
    if hour >= (12 if found[1] else 24) or minute >= 60:
        return None
    return time(hour + 12 if found[1] == "午後" else hour, minute)


def in_the_afternoon(text: str, at: time) -> time | None:
    """Return the time twelve hours later, where what was typed can mean it: 3時, 3:30; not 午前3時, 03:00."""
    plain = folded(text).replace(" ", "")
    open_ = 1 <= at.hour < 12 and not plain.startswith(("午", "0"))
    return at.replace(hour=at.hour + 12) if open_ else None


def moment(text: str) -> datetime | None:
    """Return a start as pages hand it back to us, with its zone."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return None
    return value if value.tzinfo else None


def refused_words(text: str, most: int = 200) -> str | None:
    """Return why a note or a reason is refused, or None: My Numbers and PINs are kept nowhere."""
    plain = folded(text)
    if len(plain) > most:
        return f"{most}文字までにしてください。"
    if _LONG_NUMBER.search(plain) or (_SECRET.search(plain) and re.search(r"\d{4}", plain)):
        return "個人番号や暗証番号のような数字は、書かないでください。"
    return None


def _date(year: int, month: int, day_: int) -> date | None:
    try:
        return date(year, month, day_)
    except ValueError:
        return None
