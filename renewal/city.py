"""What the city decides: reads and checks city.yml.

Every mistake in the file is reported in Japanese with its line, what is wrong and what is
allowed. A value that the city has not confirmed carries the YAML tag `!unconfirmed`.
"""

from __future__ import annotations

import os
import re
import types
from collections.abc import Callable, Iterator
from datetime import date, time
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
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


def _url(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+\.[^\s]+", value):
        raise ValueError('アドレスではありません。"https://…" の形で書いてください。')
    return value


def _mail(value: str) -> str:
    if not re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+", value):
        raise ValueError('メールアドレスではありません。"name@example.jp" の形で書いてください。')
    return value


Text = Annotated[str, Field(min_length=1)]
Time = Annotated[time, BeforeValidator(_time)]
Phone = Annotated[str, AfterValidator(_phone)]
MonthDay = Annotated[str, AfterValidator(_month_day)]
Url = Annotated[str, AfterValidator(_url)]
Mail = Annotated[str, AfterValidator(_mail)]
Days = Annotated[tuple[Day, ...], Field(min_length=1)]


# The file ------------------------------------------------------------------------------------


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Department(_Model):
    """The department in charge."""

    name: Text
    phone: Phone | None


class Source(_Model):
    """The city's own page that the rules come from."""

    page: int = Field(ge=1)
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


class Closed(_Model):
    """The year's end, when every counter is closed; both days included, as MM-DD."""

    year_end_from: MonthDay
    year_end_to: MonthDay

    def is_year_end(self, day: date) -> bool:
        """Return whether the day falls into the year-end closure."""
        month_day = day.strftime("%m-%d")
        if self.year_end_from <= self.year_end_to:
            return self.year_end_from <= month_day <= self.year_end_to
        return month_day >= self.year_end_from or month_day <= self.year_end_to


class Hours(_Model):
    """Weekly hours: either from open to close, or only the given start times."""

    days: Days
    open: Time | None = None
    close: Time | None = None
    starts: tuple[Time, ...] = ()
    kind: Literal["regular", "evening"] = "regular"
    bookable: bool = True


class Counter(_Model):
    """A counter. One that is not enabled handles the procedure but cannot be booked here."""

    id: str
    label: Text
    short_label: Text
    place: Text | None = None
    address: Text | None = None
    map_url: Url | None = None
    aliases: tuple[Text, ...] = ()
    enabled: bool
    walk_in: bool
    seats: int = Field(ge=1, le=100)
    slot_minutes: int = Field(ge=5, le=240)
    hours: tuple[Hours, ...]


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
    """How bookings work. Presets where the city has published nothing."""

    horizon_days: int = Field(ge=1, le=366)
    cutoff: Literal["previous_working_day_end"]
    staff_cutoff: Literal["previous_working_day_end", "start"] = "start"
    hold_minutes: int = Field(ge=1, le=60)
    bookable_without_notice: bool
    bookable_after_expiry: bool
    max_cards: int = Field(ge=1, le=4)
    change_until: Literal["previous_working_day_end", "start"]
    cancel_until: Literal["previous_working_day_end", "start"]
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


class City(_Model):
    """All of city.yml."""

    name: Text
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

    _unconfirmed: tuple[str, ...] = PrivateAttr(default=())

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """Dotted paths of the values marked !unconfirmed, in the file's order."""
        return self._unconfirmed

    @property
    def bookable_counters(self) -> tuple[Counter, ...]:
        """The counters that can be booked, in the file's order."""
        return tuple(counter for counter in self.counters.values() if counter.enabled)

    def counter_label(self, counter_id: str, short: bool = False) -> str:
        """Return what a counter is called; of one that the file has no more, the name it had.

        Bookings can be left at such a counter. Its name comes from `former_counters`, or else it is
        its id.
        """
        counter = self.counters.get(counter_id)
        if counter is None:
            return self.former_counters.get(counter_id, counter_id)
        return counter.short_label if short else counter.label

    def value_at(self, path: str) -> object:
        """Return the value at a dotted path such as `counters.honchosha.aliases.2`."""
        value: Any = self
        for part in path.split("."):
            if isinstance(value, dict):
                value = value[part]
            else:
                value = value[int(part)] if isinstance(value, tuple) else getattr(value, part)
        return value


def load(path: Path | None = None) -> City:
    """Read and check the city's file.

    Without a path it is the file named by RENEWAL_CITY, or city.yml in the project's root.
    Raises CityError with one mistake a line.
    """
    if path is None:
        path = Path(os.environ.get("RENEWAL_CITY") or DEFAULT_PATH)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CityError(f"{path}:0: ファイルが読めません（{error.strerror}）。") from error
    except UnicodeDecodeError as error:
        raise CityError(f"{path}:0: 文字コードが違います。UTF-8で保存してください。") from error
    return _read(path, text)


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
        "less_than_equal": lambda: f"{context['le']} 以下の数を書いてください。",
        "int_type": lambda: "引用符のない整数を書いてください。",
        "bool_type": lambda: "true か false を書いてください。",
        "string_type": lambda: "文字で書いてください（数字だけのときは引用符で囲みます）。",
        "tuple_type": lambda: "[値, 値] の形で書いてください。",
        "too_short": lambda: "1つ以上書いてください。",
        "dict_type": lambda: "字下げした「項目: 値」の形で書いてください。",
        "model_type": lambda: "字下げした「項目: 値」の形で書いてください。",
    }
    what = messages[kind]() if kind in messages else "ここには書けない値です。"
    shown = "" if isinstance(given, (dict, tuple)) else f"の「{_shown(given)}」"
    return loc, f"「{name}」{shown}が正しくありません。{what}"


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)[:40]


def _choices(expected: str) -> str:
    return "、".join(re.findall(r"'([^']*)'", expected))


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
    if not city.bookable_counters:
        yield (
            ("counters",),
            "予約できる窓口がありません。1つ以上の窓口を enabled: true にしてください。",
        )
    for counter_id in city.former_counters:
        if counter_id in city.counters:
            message = f"「{counter_id}」は counters にもあります。いまの窓口は書かないでください。"
            yield ("former_counters", counter_id), message
    used: dict[str, str] = {}
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
        if counter.enabled and not counter.hours:
            yield (
                (*place, "hours"),
                "予約できる窓口には受付時間が要ります。「- days: …」の形で書いてください。",
            )
        yield from _hours_mistakes(counter)


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _hours_mistakes(counter: Counter) -> Iterator[tuple[Loc, str]]:
    """Check each entry, then that no two entries of the counter overlap on a day."""
    busy: dict[Day, list[tuple[int, int]]] = {day: [] for day in DAYS}
    for index, hours in enumerate(counter.hours):
        place = ("counters", counter.id, "hours", index)
        length = counter.slot_minutes
        if hours.starts and hours.open is None and hours.close is None:
            spans = [(_minutes(start), _minutes(start) + length) for start in hours.starts]
        elif not hours.starts and hours.open is not None and hours.close is not None:
            spans = [(_minutes(hours.open), _minutes(hours.close))]
            if hours.open >= hours.close:
                yield (*place, "close"), "「close」は「open」より後の時刻にしてください。"
                continue
            if (spans[0][1] - spans[0][0]) % length:
                span = f"{hours.open:%H:%M}から{hours.close:%H:%M}までの時間"
                yield place, f"{span}は、slot_minutes の{length}分で割り切れる長さにしてください。"
        else:
            yield (
                place,
                "受付時間は「open と close」か「starts」のどちらか一方で書いてください。",
            )
            continue
        clashing = []
        for day in dict.fromkeys(hours.days):
            for begin, end in spans:
                if any(begin < other_end and other < end for other, other_end in busy[day]):
                    clashing.append("月火水木金土日"[DAYS.index(day)])
                busy[day].append((begin, end))
        if clashing:
            weekdays = "・".join(dict.fromkeys(clashing))
            yield place, f"{weekdays}曜日の受付時間が重なっています。重ならないようにしてください。"
