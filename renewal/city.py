"""What the city decides: reads and checks city.yml.

Every mistake in the file is reported in Japanese with its line, what is wrong and what is
allowed. A value that the city has not confirmed carries the YAML tag `!unconfirmed`.
"""

from __future__ import annotations

import os
import re
import types
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    WithJsonSchema,
)
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

DEFAULT_PATH = Path(__file__).resolve().parent.parent / "city.yml"

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DOCUMENT_IDS = (
    "card",
    "pin_juki",
    "pin_user",
    "pin_sign",
    "visitor_id_a",
    "rep_proof",
    "inquiry_form",
    "pin_reset_extra",
)
BUTTONS = (
    "book", "check_booking", "change_booking", "cancel_booking", "talk_to_human", "ask_documents",
    "ask_period", "ask_free_times", "ask_hours_and_place", "ask_branch", "ask_walk_in", "ask_crowded",
    "ask_duration", "ask_fee", "ask_proxy", "ask_child_or_ward", "ask_reply_form", "ask_id_documents",
    "ask_notice", "ask_moved", "ask_expired", "ask_pin_forgotten", "ask_online", "ask_card_renewal",
    "ask_late", "ask_assistance",
)  # fmt: skip
"""What a button below one of the city's own answers may lead to, besides another of them."""
PLACEHOLDERS = (
    "city", "municipality", "hall", "department", "department_contact", "call_centre_name",
    "call_centre_phone", "call_centre_now", "call_centre_hours", "other_contact", "national_name",
    "national_phone", "closed_days", "hours_by_counter", "hours_exceptions", "horizon", "change_until",
    "cancel_until", "visit_minutes",
)  # fmt: skip
"""What one of the city's own answers may have filled in, as the sentences of domain.yml have it."""
Loc = tuple[str | int, ...]


class CityError(ValueError):
    """city.yml cannot be used. One mistake a line: file:line: what is wrong, what is allowed."""


# What a single value may be ------------------------------------------------------------------


def _time(value: object) -> object:
    if isinstance(value, time):
        return value
    match = re.fullmatch(r"(\d{1,2}):(\d{2})", value) if isinstance(value, str) else None
    if not match or int(match[1]) > 23 or int(match[2]) > 59:
        raise ValueError('時刻ではありません。"0:00" から "23:59" までの形で書いてください。')
    return time(int(match[1]), int(match[2]))


def _phone(value: str) -> str:
    if not re.fullmatch(r"0\d{1,4}-\d{1,4}-\d{3,4}", value) or not 12 <= len(value) <= 13:
        raise ValueError('電話番号ではありません。"024-505-0445" の形で書いてください。')
    return value


def _month_day(value: str) -> str:
    try:
        date.fromisoformat(f"2024-{value}")
    except ValueError:
        pass
    else:
        return value
    raise ValueError('月日ではありません。"12-29" の形で書いてください。')


def _calendar_day(value: object) -> object:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError('日付ではありません。"2026-12-01" の形で書いてください。') from None


_LIMIT = r"previous_working_day_end|start|[1-9]\d? (working )?days? before( \d{1,2}:\d{2})?|[1-9]\d{0,3} minutes before"


def _limit(value: str) -> str:
    if re.fullmatch(_LIMIT, value):
        if value.endswith("before") or ":" not in value:
            return value
        _time(value.rsplit(" ", 1)[1])
        return value
    raise ValueError(
        "書ける値は previous_working_day_end、start、1 day before 17:15、2 working days before 12:00、"
        "60 minutes before の形です（時刻を省くと、その日の終わりまで）。"
    )


def _url(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+\.[^\s]+", value):
        raise ValueError('アドレスではありません。"https://…" の形で書いてください。')
    return value


def _safe_url(value: str) -> str:
    if not re.fullmatch(_SAFE_URL, value):
        raise ValueError('アドレスではありません。"https://…" の形で、英数字と記号だけで書いてください。')
    return value


_SAFE_URL = r"https://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:\d+)?(/[A-Za-z0-9._~%!$&'()*+,;=:@/?#-]*)?"


def _answer(value: str) -> str:
    try:
        used = [(name, spec, how) for _, name, spec, how in Formatter().parse(value) if name is not None]
    except ValueError:
        used = [("{", "", "")]
    for name, spec, how in used:
        if name not in PLACEHOLDERS or spec or how:
            shown = "" if name == "{" else f"「{{{name}}}」は使えません。"
            raise ValueError(f"{shown}{{ }} の中に書けるのは {'、'.join(PLACEHOLDERS)} です。")
    return value


def _mail(value: str) -> str:
    if not re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+", value):
        raise ValueError('メールアドレスではありません。"name@example.jp" の形で書いてください。')
    return value


Text = Annotated[str, Field(min_length=1)]
def _text_like(pattern: str) -> WithJsonSchema:
    """Say in the JSON Schema how a value is written in the file."""
    return WithJsonSchema({"type": "string", "pattern": f"^(?:{pattern})$"})


Time = Annotated[time, BeforeValidator(_time), _text_like(r"([01]?\d|2[0-3]):[0-5]\d")]
CalendarDay = Annotated[date, BeforeValidator(_calendar_day), _text_like(r"\d{4}-\d{2}-\d{2}")]
Limit = Annotated[str, AfterValidator(_limit), _text_like(_LIMIT)]
"""Until when: a moment before the start of a visit; `slots.deadline` works it out."""
Phone = Annotated[str, AfterValidator(_phone)]
MonthDay = Annotated[str, AfterValidator(_month_day)]
Url = Annotated[str, AfterValidator(_url)]
SafeUrl = Annotated[str, AfterValidator(_safe_url), _text_like(_SAFE_URL)]
Mail = Annotated[str, AfterValidator(_mail)]
Days = Annotated[tuple[Day, ...], Field(min_length=1)]
Week = Literal[1, 2, 3, 4, 5, "last"]


# The file ------------------------------------------------------------------------------------


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Department(_Model):
    """The department in charge."""

    name: Text
    phone: Phone | None


class Source(_Model):
    """The city's own page that the rules come from."""

    page: int | None = Field(default=None, ge=1)
    url: Url | None = None


class CallCentre(_Model):
    """Where to phone; closed on holidays and at the year's end too."""

    name: Text
    phone: Phone
    days: Days
    open: Time
    close: Time


class NationalLine(_Model):
    """The national line for lost cards, day and night."""

    name: Text
    phone: Phone


class AlternativeContact(_Model):
    """For people who cannot phone."""

    fax: Phone | None = None
    mail: Mail | None = None


class After(_Model):
    """A weekday of each month that others are counted from: its first, second … or last one."""

    week: Week
    day: Day


class Recurring(_Model):
    """Days that come again: weekdays, perhaps only some of each month, perhaps only for a while.

    `weeks`: the month's first, second … such weekday. `after`: only in the seven days after another
    weekday ("the Sunday after the third Saturday"), which may lie in the next month. Both days of
    the validity are included.
    """

    days: Days
    weeks: tuple[Week, ...] = ()
    after: After | None = None
    valid_from: CalendarDay | None = None
    valid_until: CalendarDay | None = None

    def falls_on(self, day: date) -> bool:
        """Return whether the day is one of these."""
        if DAYS[day.weekday()] not in self.days:
            return False
        if (self.valid_from and day < self.valid_from) or (self.valid_until and day > self.valid_until):
            return False
        if self.after:
            back = (day.weekday() - DAYS.index(self.after.day)) % 7 or 7
            return _is_week(day - timedelta(days=back), (self.after.week,))
        return not self.weeks or _is_week(day, self.weeks)


def _is_week(day: date, weeks: tuple[Week, ...]) -> bool:
    """Return whether it is the first, second … or last such weekday of its month."""
    last = (day + timedelta(days=7)).month != day.month
    return (day.day + 6) // 7 in weeks or (last and "last" in weeks)


class ClosedDays(Recurring):
    """Days that come again on which a counter is closed; the reason is shown to citizens."""

    reason: Text


class Closed(_Model):
    """When every counter is closed: at the year's end (both days included, as MM-DD), and `also`."""

    year_end_from: MonthDay
    year_end_to: MonthDay
    also: tuple[ClosedDays, ...] = ()

    def is_year_end(self, day: date) -> bool:
        """Return whether the day falls into the year-end closure."""
        month_day = day.strftime("%m-%d")
        if self.year_end_from <= self.year_end_to:
            return self.year_end_from <= month_day <= self.year_end_to
        return month_day >= self.year_end_from or month_day <= self.year_end_to


class Break(_Model):
    """Within the hours, when nobody is received."""

    begin: Time
    end: Time


class Hours(Recurring):
    """Hours on days that come again: from open to close, or only the given start times.

    Not `bookable`: people come without a booking. `walk_in` False: only with one; None is as the
    counter says. Without `last_start` a visit ends by closing time; with it none begins later, either.
    `note` is said of these hours to citizens.
    """

    open: Time | None = None
    close: Time | None = None
    breaks: tuple[Break, ...] = ()
    last_start: Time | None = None
    starts: tuple[Time, ...] = ()
    kind: Literal["regular", "evening"] = "regular"
    bookable: bool = True
    walk_in: bool | None = None
    cutoff: Limit | None = None
    on_holidays: bool = False
    note: Text | None = None

    @property
    def spans(self) -> tuple[tuple[time, time], ...]:
        """The times from which until which people are received; () where only starts are given."""
        if self.open is None or self.close is None:
            return ()
        edges = [self.open, *(edge for each in self.breaks for edge in (each.begin, each.end)), self.close]
        return tuple(zip(edges[::2], edges[1::2], strict=True))


class Counter(_Model):
    """A counter. One that is not enabled handles the procedure but cannot be booked here.

    Its horizon and cut-off are those of `booking` unless it has its own.
    """

    id: str
    label: Text
    short_label: Annotated[str, Field(min_length=1, max_length=20)]  # a button of LINE holds no more
    place: Text | None = None
    address: Text | None = None
    map_url: Url | None = None
    aliases: tuple[Text, ...] = ()
    enabled: bool
    walk_in: bool
    booked_first: bool = False
    seats: int = Field(ge=1, le=100)
    slot_minutes: int = Field(ge=5, le=240)
    hours: tuple[Hours, ...]
    closed: tuple[ClosedDays, ...] = ()
    horizon_days: int | None = Field(default=None, ge=1, le=366)
    horizon_months: int | None = Field(default=None, ge=1, le=12)
    cutoff: Limit | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """All that it may be called, its id among them."""
        return (self.id, self.label, self.short_label, *self.aliases)

    @property
    def bookable(self) -> bool:
        """Whether visits can be booked here at all."""
        return self.enabled and any(hours.bookable for hours in self.hours)

    def takes_walk_ins(self, hours: Hours) -> bool:
        """Return whether people without a booking are received in these hours."""
        return self.walk_in if hours.walk_in is None else hours.walk_in

    @property
    def always_takes_walk_ins(self) -> bool:
        """Whether people without a booking are received whenever it is open."""
        return self.enabled and bool(self.hours) and all(map(self.takes_walk_ins, self.hours))


class Bounds(_Model):
    """How much one person, conversation or address may take; see renewal/bookings/bounds.py."""

    live_by_phone: int = Field(ge=1, le=100)
    live_by_name: int = Field(ge=1, le=100)
    day_by_conversation: int = Field(ge=1, le=1000)
    day_by_address: int = Field(ge=60, le=100_000)
    hour_holds: int = Field(ge=1, le=1000)
    usual_an_hour: int = Field(ge=1, le=100_000)
    flood_an_hour: int = Field(ge=1, le=100_000)
    hour_by_address_in_flood: int = Field(ge=1, le=1000)


class BookingRules(_Model):
    """How bookings work. Presets where the city has published nothing.

    A day can be booked from `horizon_days` before it on, or from the first of the month that is
    `horizon_months` before its own.
    """

    horizon_days: int | None = Field(default=None, ge=1, le=366)
    horizon_months: int | None = Field(default=None, ge=1, le=12)
    cutoff: Limit
    staff_cutoff: Limit = "start"
    hold_minutes: int = Field(ge=1, le=60)
    bookable_without_notice: bool
    bookable_after_expiry: bool
    max_cards: int = Field(ge=1, le=4)
    change_until: Limit
    cancel_until: Limit
    late_minutes: int = Field(ge=0, le=60)
    reminder_hour: int = Field(ge=0, le=23)
    bounds: Bounds


class Visit(_Model):
    """What a visit is like."""

    minutes: int = Field(ge=1, le=240)
    crowded: Text | None = None


class ReplyForm(_Model):
    """照会書兼回答書, which a proxy brings."""

    reissue_days: int = Field(ge=1, le=60)
    serves_after_expiry: bool


class Privacy(_Model):
    """How long personal data is kept, in days after the visit."""

    delete_days_after_visit: int = Field(ge=0, le=3650)


class DocumentText(_Model):
    """What is said about one thing to bring."""

    label: Text
    reason: Text
    source: Text
    may_be_left_out: Text | None = None


class Links(_Model):
    """Pages to point to; an empty one is not mentioned."""

    pin_forgotten: Url | None = None
    id_documents: Url | None = None
    notice: Url | None = None
    card_renewal: Url | None = None
    web_booking: Url | None = None
    privacy: Url | None = None


class Question(_Model):
    """One of the city's own questions, in some of the ways people ask it, and its answer.

    `label` is what a button calls it. `buttons` lead to what BUTTONS names, or to another question.
    """

    label: Annotated[str, Field(min_length=1, max_length=20)] | None = None
    phrasings: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = Field(min_length=3, max_length=100)
    answer: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_answer)]
    link: SafeUrl | None = None
    buttons: tuple[Text, ...] = Field(default=(), max_length=4)

    @property
    def called(self) -> str:
        """What a button calls it: without a label the shortest way of asking."""
        return self.label or min(self.phrasings, key=len)


class City(_Model):
    """All of city.yml."""

    name: Text
    aliases: tuple[Text, ...] = ()
    prefecture: tuple[Text, ...] = ()
    hall: Text
    department: Department
    source: Source
    call_centre: CallCentre
    national_line: NationalLine
    alternative_contact: AlternativeContact = AlternativeContact()
    closed: Closed
    counters: dict[str, Counter] = Field(min_length=1)
    former_counters: dict[str, Text] = Field(default_factory=dict)
    booking: BookingRules
    visit: Visit
    reply_form: ReplyForm
    privacy: Privacy
    documents: dict[str, DocumentText]
    id_list_a: tuple[Text, ...] = ()
    links: Links = Links()
    faq: dict[str, Question] = Field(default_factory=dict)

    _lines: dict[Loc, str] = PrivateAttr(default_factory=dict)
    _unconfirmed: tuple[str, ...] = PrivateAttr(default=())

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """Dotted paths of the values marked !unconfirmed, in the file's order."""
        return self._unconfirmed

    @property
    def open_counters(self) -> tuple[Counter, ...]:
        """The counters whose hours are known, bookable or not, in the file's order."""
        return tuple(counter for counter in self.counters.values() if counter.enabled)

    @property
    def bookable_counters(self) -> tuple[Counter, ...]:
        """The counters that can be booked, in the file's order, which is that of offering them."""
        return tuple(counter for counter in self.counters.values() if counter.bookable)

    @property
    def municipality(self) -> str:
        """What the city is: 市, or 区, 町, 村 where its name ends so."""
        return self.name[-1] if self.name[-1] in "市区町村" else "市"

    @property
    def names(self) -> tuple[str, ...]:
        """What the city is called, with and without 市."""
        return (self.name, self.name.removesuffix(self.municipality), *self.aliases)

    def is_confirmed(self, path: str) -> bool:
        """Return whether the city has confirmed the value at a dotted path."""
        return path not in self._unconfirmed

    def counter_label(self, counter_id: str, short: bool = False) -> str:
        """Return what a counter is called; of one that the file has no more, the name it had.

        Bookings can be left at such a counter. Its name comes from `former_counters`, or else it is
        its id.
        """
        counter = self.counters.get(counter_id)
        if counter is None:
            return self.former_counters.get(counter_id, counter_id)
        return counter.short_label if short else counter.label

    def line_of(self, *loc: str | int) -> str:
        """Return where a value stands, as "city.yml:12"."""
        return self._lines[loc]

    def value_at(self, path: str) -> object:
        """Return the value at a dotted path such as `counters.hall.aliases.2`."""
        value: Any = self
        for part in path.split("."):
            if isinstance(value, dict):
                value = value[part]
            else:
                value = value[int(part)] if isinstance(value, tuple) else getattr(value, part)
        return value


def file() -> Path:
    """Return the city's file: the one named by RENEWAL_CITY, or city.yml in the project's root."""
    return Path(os.environ.get("RENEWAL_CITY") or DEFAULT_PATH)


def load(path: Path | None = None) -> City:
    """Read and check the city's file.

    Without a path it is that of `file`. Raises CityError with one mistake a line.
    """
    path = path or file()
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        why = "というファイルがなく、読めません。" if missing else "を読めません。"
        raise CityError(f"{path} {why}") from error
    except UnicodeDecodeError as error:
        raise CityError(f"{path}:0: 文字コードが違います。UTF-8で保存してください。") from error
    return _read(path, text)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a city's file, with which editors complete and check it.

    It knows which items there are and what each may be, not what they say together: `load` does.
    """
    schema = City.model_json_schema()
    counter = schema["$defs"]["Counter"]
    del counter["properties"]["id"]  # the heading is the id
    counter["required"].remove("id")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


@lru_cache(maxsize=4)  # the same text gives the same city: reading YAML is slow
def _read(path: Path, text: str) -> City:
    document = _Document(path, text)
    city = None
    if not document.mistakes:
        try:
            city = City.model_validate(document.data)
        except ValidationError as error:
            details = error.errors()
            parents = {detail["loc"][:-1] for detail in details}
            for detail in details:
                # A wrong item also makes its list "too short": that would only mislead.
                if detail["type"] != "too_short" or detail["loc"] not in parents:
                    document.mistake(*_explain(detail))
    if city is not None:
        for loc, message in _inconsistencies(city):
            document.mistake(loc, message)
    if city is None or document.mistakes:
        lines = [f"{path}:{line}: {message}" for line, message in sorted(set(document.mistakes))]
        raise CityError("\n".join(lines))
    city._unconfirmed = tuple(document.unconfirmed)
    city._lines = {loc: f"{path}:{line}" for loc, line in document.lines.items()}
    return city


# YAML with line numbers ----------------------------------------------------------------------


class _Document:
    """The file as plain values, with the line of each and the paths marked unconfirmed."""

    def __init__(self, path: Path, text: str) -> None:
        self.data: Any = None
        self.lines: dict[Loc, int] = {(): 1}
        self.unconfirmed: list[str] = []
        self.mistakes: list[tuple[int, str]] = []
        try:
            node = YAML(typ="safe", pure=True).compose(text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            message = (
                "YAMLとして読めません。字下げ、コロン、引用符を確かめてください"
                f"（{error.problem or error.context}）。"
            )
            self.mistakes.append((mark.line + 1 if mark else 1, message))
            return
        except YAMLError:
            self.mistakes.append((1, "YAMLとして読めません。使えない文字が入っています。"))
            return
        if not isinstance(node, MappingNode):
            self.mistakes.append((1, "項目がありません。「name: 市の名前」のような形で書きます。"))
            return
        self.data = self._value(node, ())
        counters = self.data.get("counters")
        for key, counter in counters.items() if isinstance(counters, dict) else ():
            if isinstance(counter, dict):
                if "id" in counter:
                    self.mistake(
                        ("counters", key, "id"),
                        "「id」は書けません。窓口の名前（見出し）がそのまま id になります。",
                    )
                counter["id"] = key

    def mistake(self, loc: Loc, message: str) -> None:
        """Note a mistake at the line of the value, or of the nearest one above it."""
        while loc not in self.lines:
            loc = loc[:-1]
        self.mistakes.append((self.lines[loc], message))

    def _value(self, node: Node, loc: Loc) -> Any:
        self.lines.setdefault(loc, node.start_mark.line + 1)
        if node.anchor:
            self.mistake(loc, "「&」と「*」の書き方は使えません。値をそのまま書いてください。")
            return None
        tag = str(node.tag or "")
        if tag == "!unconfirmed":
            self.unconfirmed.append(".".join(map(str, loc)))
        elif not tag.startswith("tag:yaml.org,2002:"):
            self.mistake(loc, f"「{tag}」という印は使えません。使える印は !unconfirmed だけです。")
            return None
        if isinstance(node, MappingNode):
            mapping: dict[str, Any] = {}
            for key_node, value_node in node.value:
                key = str(key_node.value)
                line = key_node.start_mark.line + 1
                if key in mapping:
                    self.mistakes.append((line, f"「{key}」が2回あります。1つにしてください。"))
                here = (*loc, key)
                self.lines[here] = line
                mapping[key] = self._value(value_node, here)
            return mapping
        if isinstance(node, SequenceNode):
            return tuple(self._value(item, (*loc, i)) for i, item in enumerate(node.value))
        assert isinstance(node, ScalarNode)
        return _scalar(str(node.value), quoted=bool(node.style))


def _scalar(text: str, quoted: bool) -> str | int | bool | None:
    """Only text, whole numbers, true/false and nothing; no surprises such as 8:30 or yes."""
    if quoted:
        return text
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    return int(text) if re.fullmatch(r"-?\d{1,9}", text, re.ASCII) else text


# Mistakes in words ---------------------------------------------------------------------------


def _explain(detail: Any) -> tuple[Loc, str]:
    """Turn one pydantic error into the place and a Japanese sentence."""
    loc: Loc = tuple(detail["loc"])
    kind: str = detail["type"]
    context: dict[str, Any] = detail.get("ctx") or {}
    name = loc[-1] if loc else ""
    if isinstance(name, int) and len(loc) > 1:
        name = f"{loc[-2]}の{name + 1}つ目"
    given = detail.get("input")
    if kind == "extra_forbidden":
        allowed = "、".join(_fields(loc[:-1]))
        return loc, f"「{name}」という項目はありません。書ける項目は {allowed} です。"
    if kind == "missing":
        return loc, f"「{name}」がありません。「{name}」はかならず書いてください。"
    if given is None or kind == "string_too_short":
        return loc, f"「{name}」が空です。値を書いてください。"
    messages: dict[str, Callable[[], str]] = {
        "value_error": lambda: str(context.get("error", "")),
        "literal_error": lambda: f"書ける値は {_choices(str(context['expected']))} です。",
        "greater_than_equal": lambda: f"{context['ge']} 以上の数を書いてください。",
        "string_too_long": lambda: f"{context['max_length']} 文字までにしてください。",
        "less_than_equal": lambda: f"{context['le']} 以下の数を書いてください。",
        "int_type": lambda: "引用符のない整数を書いてください。",
        "bool_type": lambda: "true か false を書いてください。",
        "string_type": lambda: "文字で書いてください（数字だけのときは引用符で囲みます）。",
        "tuple_type": lambda: "[値, 値] の形で書いてください。",
        "too_short": lambda: f"{context['min_length']}つ以上書いてください。",
        "too_long": lambda: f"{context['max_length']}つまでにしてください。",
        "dict_type": lambda: "字下げした「項目: 値」の形で書いてください。",
        "model_type": lambda: "字下げした「項目: 値」の形で書いてください。",
    }
    what = messages[kind]() if kind in messages else "ここには書けない値です。"
    shown = "" if isinstance(given, (dict, tuple)) else f"の「{_shown(given)}」"
    return loc, f"「{name}」{shown}が正しくありません。{what}"


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)[:40]


def _choices(expected: str) -> str:
    return "、".join(re.findall(r"\d+|[a-z_]+", expected.replace(" or ", " ")))


def _fields(loc: Loc) -> Iterator[str]:
    """Yield the keys that the file may have at a place."""
    annotation: Any = City
    for part in loc:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            annotation = annotation.model_fields[str(part)].annotation
        elif get_origin(annotation) in (dict, tuple):
            annotation = [arg for arg in get_args(annotation) if arg is not Ellipsis][-1]
        if get_origin(annotation) in (Union, types.UnionType):
            annotation = get_args(annotation)[0]
    for field in annotation.model_fields:
        if field != "id":
            yield field


# What the values say together ----------------------------------------------------------------


def _inconsistencies(city: City) -> Iterator[tuple[Loc, str]]:
    if city.call_centre.open >= city.call_centre.close:
        yield (
            ("call_centre", "close"),
            "「close」は「open」より後の時刻にしてください。",
        )
    for document_id in city.documents:
        if document_id not in DOCUMENT_IDS:
            allowed = "、".join(DOCUMENT_IDS)
            message = f"「{document_id}」という持ち物はありません。書ける項目は {allowed} です。"
            yield ("documents", document_id), message
    for document_id in DOCUMENT_IDS:
        if document_id not in city.documents:
            yield ("documents",), f"「{document_id}」がありません。かならず書いてください。"
    if not city.open_counters:
        yield (
            ("counters",),
            "使える窓口がありません。1つ以上の窓口を enabled: true にしてください。",
        )
    yield from _horizon_mistakes(("booking",), city.booking, needed=True)
    for index, days in enumerate(city.closed.also):
        yield from _recurring_mistakes(("closed", "also", index), days)
    for counter_id in city.former_counters:
        if counter_id in city.counters:
            message = f"「{counter_id}」は counters にもあります。いまの窓口は書かないでください。"
            yield ("former_counters", counter_id), message
    used: dict[str, str] = {}
    labels: dict[str, str] = {}
    for counter in city.counters.values():
        place = ("counters", counter.id)
        if not re.fullmatch(r"[a-z][a-z0-9_]*", counter.id) or counter.id == "any":
            message = f"窓口の見出し「{counter.id}」は使えません。"
            yield place, f"{message}英小文字・数字・_ で書いてください（any は使えません）。"
        for index, alias in enumerate(counter.aliases):
            if alias in used:
                yield (
                    (*place, "aliases", index),
                    f"呼び名「{alias}」は「{used[alias]}」にもあります。どちらか1つにしてください。",
                )
            used.setdefault(alias, counter.id)
        for name in ("label", "short_label"):
            label = str(getattr(counter, name))
            if labels.setdefault(label, counter.id) != counter.id:
                message = f"「{label}」は「{labels[label]}」の名前でもあります。別の名前にしてください。"
                yield (*place, name), message
        if counter.enabled and not counter.hours:
            yield (
                (*place, "hours"),
                "予約できる窓口には受付時間が要ります。「- days: …」の形で書いてください。",
            )
        yield from _horizon_mistakes(place, counter, needed=False)
        for index, days in enumerate(counter.closed):
            yield from _recurring_mistakes((*place, "closed", index), days)
        yield from _hours_mistakes(counter)
    yield from _faq_mistakes(city)


def plain_form(text: str) -> str:
    """Return the text by which two ways of asking are the same: widths, capitals, marks and spaces aside."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).lower())


def _faq_mistakes(city: City) -> Iterator[tuple[Loc, str]]:
    asked: dict[str, str] = {}
    labels: dict[str, str] = {}
    for id_, question in city.faq.items():
        place = ("faq", id_)
        if not re.fullmatch(r"[a-z][a-z0-9_]*", id_):
            yield place, f"質問の見出し「{id_}」は使えません。英小文字・数字・_ で書いてください。"
        for index, phrasing in enumerate(question.phrasings):
            here, said = (*place, "phrasings", index), plain_form(phrasing)
            if not said:
                yield here, "ことばがありません。市民の方が尋ねることばを書いてください。"
            elif said in asked:
                yield here, f"「{phrasing}」は「{asked[said]}」にもあります。どちらか1つにしてください。"
            asked.setdefault(said, id_)
        if len(question.called) > 20:
            yield place, "「label」に、ボタンに出る名前を20文字までで書いてください。"
        elif labels.setdefault(question.called, id_) != id_:
            yield place, f"「{question.called}」は「{labels[question.called]}」の名前でもあります。「label」に別の名前を書いてください。"
        for index, button in enumerate(question.buttons):
            if button not in BUTTONS and (button not in city.faq or button == id_):
                others = [each for each in city.faq if each != id_]
                message = f"ボタン「{button}」は使えません。書ける値は {'、'.join((*BUTTONS, *others))} です。"
                yield (*place, "buttons", index), message


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _horizon_mistakes(place: Loc, rules: BookingRules | Counter, needed: bool) -> Iterator[tuple[Loc, str]]:
    given = [name for name in ("horizon_days", "horizon_months") if getattr(rules, name) is not None]
    if len(given) > 1 or (needed and not given):
        yield (
            (*place, *given[1:]),
            "horizon_days（何日先まで）か horizon_months（何か月前の1日から）の、どちらか一方を書いてください。",
        )


def _recurring_mistakes(place: Loc, entry: Recurring) -> Iterator[tuple[Loc, str]]:
    if entry.valid_from and entry.valid_until and entry.valid_from > entry.valid_until:
        yield (*place, "valid_until"), "「valid_until」は「valid_from」と同じ日か、あとの日にしてください。"
    if entry.weeks and entry.after:
        yield (*place, "after"), "「weeks」と「after」は一緒に書けません。どちらか一方にしてください。"


def _hours_mistakes(counter: Counter) -> Iterator[tuple[Loc, str]]:
    """Check each entry, then that no two entries of the counter overlap on a day."""
    sound: list[tuple[int, Hours, list[tuple[int, int]]]] = []
    for index, hours in enumerate(counter.hours):
        place = ("counters", counter.id, "hours", index)
        mistakes = [*_recurring_mistakes(place, hours), *_entry_mistakes(place, counter, hours)]
        yield from mistakes
        if not mistakes:
            length = counter.slot_minutes
            spans = [(_minutes(begin), _minutes(end)) for begin, end in hours.spans]
            spans += [(_minutes(start), _minutes(start) + length) for start in hours.starts]
            sound.append((index, hours, spans))
    for at, (index, hours, spans) in enumerate(sound):
        place = ("counters", counter.id, "hours", index)
        clashing = [day for _, other, taken in sound[:at] for day in _clashes(hours, spans, other, taken)]
        if _overlap(sorted(spans), sorted(spans), within=True):
            clashing += hours.days
        if clashing:
            weekdays = "・".join("月火水木金土日"[DAYS.index(day)] for day in DAYS if day in clashing)
            yield place, f"{weekdays}曜日の受付時間が重なっています。重ならないようにしてください。"


def _entry_mistakes(place: Loc, counter: Counter, hours: Hours) -> Iterator[tuple[Loc, str]]:
    length = counter.slot_minutes
    if not hours.bookable and not counter.takes_walk_ins(hours):
        message = "予約でも（bookable）予約なしでも（walk_in）受け付けない時間は書けません。どちらかを true にしてください。"
        yield place, message
    if hours.cutoff and not hours.bookable:
        yield (*place, "cutoff"), "「cutoff」は、予約できる時間（bookable: true）だけに書けます。"
    if hours.starts and hours.open is None and hours.close is None:
        for name in ("last_start", "breaks"):
            if getattr(hours, name):
                yield (*place, name), f"「{name}」は「starts」と一緒には書けません。「open と close」の受付時間だけに書けます。"
        return
    if hours.starts or hours.open is None or hours.close is None:
        yield place, "受付時間は「open と close」か「starts」のどちらか一方で書いてください。"
        return
    if hours.open >= hours.close:
        yield (*place, "close"), "「close」は「open」より後の時刻にしてください。"
        return
    for index, each in enumerate(hours.breaks):
        after = hours.breaks[index - 1].end if index else hours.open
        if not after < each.begin < each.end < hours.close:
            message = "休みは「open」より後、「close」より前に、早い順に、begin より後の end で書いてください。"
            yield (*place, "breaks", index), message
            return
    if hours.last_start and not hours.open <= hours.last_start < hours.close:
        yield (*place, "last_start"), "「last_start」は「open」から「close」までの時刻にしてください。"
    elif hours.bookable and not hours.last_start:
        for begin, end in hours.spans:
            if (_minutes(end) - _minutes(begin)) % length:
                span = f"{begin:%H:%M}から{end:%H:%M}までの時間"
                message = f"{span}は、slot_minutes の{length}分で割り切れる長さにしてください（または last_start を書いてください）。"
                yield place, message


def _clashes(
    a: Hours, spans: list[tuple[int, int]], b: Hours, taken: list[tuple[int, int]]
) -> Iterator[Day]:
    """Yield the weekdays on which two entries overlap, on some day of the years they are both valid."""
    shared = [day for day in DAYS if day in a.days and day in b.days]
    if not shared or not _overlap(spans, taken):
        return
    first = max(each.valid_from or date(2024, 1, 1) for each in (a, b))
    last = min(each.valid_until or date.max for each in (a, b))
    for offset in range(min((last - first).days + 1, 366 * 2)):  # every week of a month has come by then
        day = first + timedelta(days=offset)
        if DAYS[day.weekday()] in shared and a.falls_on(day) and b.falls_on(day):
            shared.remove(DAYS[day.weekday()])
            yield DAYS[day.weekday()]


def _overlap(spans: list[tuple[int, int]], others: list[tuple[int, int]], within: bool = False) -> bool:
    """Return whether any two overlap; `within` one list, each is not compared with itself."""
    return any(
        begin < other_end and other < end
        for at, (begin, end) in enumerate(spans)
        for other, other_end in (others[at + 1 :] if within else others)
    )
