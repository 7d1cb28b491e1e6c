"""The structured payloads as LINE's Flex Messages: bubbles and carousels, as plain JSON.

Every drawer keeps LINE's limits by what it makes, and returns None when something cannot be drawn
within them; the text of the message then says it all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from bot.channels.buttons import button_id
from bot.line import limits, visit_link

Flex = dict[str, Any]
Press = Callable[[str, str], Flex]
"""Makes the action of a button from its title and its payload."""

WORDS = {
    "bring": "お持ちいただくもの",
    "pins": "窓口で入力していただく番号",
    "pins_note": "番号は書かずに、覚えておいてください。",
    "waived": "今回は省けます",
    "may_be_left_out": "{}は省けます",
    "booking": "ご予約",
    "code": "予約番号",
    "when": "日時",
    "where": "窓口",
    "copy": "予約番号をコピー",
    "route": "地図を見る",
    "calendar": "カレンダーに入れる",
    "free_times": "{}の空いている時刻",
    "choose": "お時間を押してお選びください",
    "few": "△ は残りわずか",
    "more": "ほかの日",
    "more_note": "日にちを選ぶか、「12月3日」のように書いてください。",
    "later": "次の日を見る",
    "sooner": "前の日を見る",
    "pick": "カレンダーで選ぶ",
    "none_free": "この期間に空きはありません。",
    "continued": "つづき",
    "summary": "ご予約の内容",
    "change": "変える",
}

GREEN, DARK, INK, GREY, PALE, AMBER = (
    "#1F6B4F", "#14523B", "#1A1A1A", "#595959", "#EAF4EF", "#8A4B00",
)
TIMES_IN_A_ROW = 3
TIMES_IN_A_BUBBLE = 24
DAYS_ON_A_PAGE = 10


def press_in(conversation: str) -> Press:
    """Return the maker of buttons that mean something in this conversation only."""
    return lambda title, payload: postback(title, f"b:{button_id(conversation, payload)}")


def postback(title: str, data: str) -> Flex:
    """Return an action that sends data back, and shows the title as what the person said."""
    assert len(data) <= limits.POSTBACK
    return {
        "type": "postback",
        "label": limits.clip(title, limits.LABEL),
        "data": data,
        "displayText": limits.clip(title, limits.DISPLAY_TEXT),
    }


def spoken(custom: Flex) -> str:
    """Return a calendar or a booking in one line, for notifications and screen readers."""
    if custom["type"] == "slot_calendar":
        return WORDS["free_times"].format(custom["counter_label"])
    return f"{WORDS['booking']} {custom['code']} {custom['when']}"


# slot_calendar -----------------------------------------------------------------------------------


def calendar(custom: Flex, press: Press, first: str | None = None) -> Flex | None:
    """Return the free times from that day on (ISO 8601), a bubble a day, or None if none is free.

    As many days as a carousel takes; its last bubble leads to the days before and after, and to
    LINE's own date picker.
    """
    open_days = [day for day in custom["days"] if any(slot["payload"] for slot in day["slots"])]
    if not open_days:
        return None
    at = next((n for n, day in enumerate(open_days) if day["date"] >= (first or "")), 0)
    bubbles: list[Flex] = []
    bytes_left = limits.CAROUSEL_BYTES - 6_000  # for the last bubble, and what holds them together
    shown = 0
    for day in open_days[at : at + DAYS_ON_A_PAGE]:
        more = list(_day(day, str(custom["counter_label"]), press))
        weight = sum(limits.size(bubble) + 2 for bubble in more)
        if weight > bytes_left or len(bubbles) + len(more) >= limits.BUBBLES:
            break
        bubbles += more
        bytes_left -= weight
        shown += 1
    if not shown:
        return None
    after = open_days[at + shown]["date"] if at + shown < len(open_days) else None
    before = open_days[max(0, at - shown)]["date"] if at else None
    bubbles.append(_other_days(custom, before, after))
    return {"type": "carousel", "contents": bubbles}


def date_picker(custom: Flex) -> Flex:
    """Return LINE's date picker over the days that can be booked."""
    first, last = custom["bookable"]
    return {
        "type": "datetimepicker",
        "label": WORDS["pick"],
        "data": "d:visit",
        "mode": "date",
        "initial": first,
        "min": first,
        "max": last,
    }


def _day(day: Flex, counter: str, press: Press) -> Iterator[Flex]:
    """Yield the bubbles of a day: one, unless it has very many free times."""
    free = [slot for slot in day["slots"] if slot["payload"]]
    for begin in range(0, len(free), TIMES_IN_A_BUBBLE):
        part = free[begin : begin + TIMES_IN_A_BUBBLE]
        rows = [
            part[row : row + TIMES_IN_A_ROW] for row in range(0, len(part), TIMES_IN_A_ROW)
        ]
        title = limits.clip_units(str(day["label"]), 100)
        head = [_text(title, size="xl", weight="bold", color="#FFFFFF"), _text(
            limits.clip_units(counter, 100), size="xs", color="#FFFFFF", wrap=True)]
        if begin:
            head.insert(1, _text(WORDS["continued"], size="xs", color="#FFFFFF"))
        few = any(slot["mark"] == "△" for slot in part)
        note = WORDS["choose"] + (f"（{WORDS['few']}）" if few else "")
        grid = [_row([_time(day, slot, press) for slot in row]) for row in rows]
        yield _bubble(head, [_text(note, size="xs", color=GREY, wrap=True), *grid], size="kilo")


def _time(day: Flex, slot: Flex, press: Press) -> Flex:
    few = slot["mark"] == "△"
    label = limits.clip(str(slot["label"]) + ("△" if few else ""), limits.LABEL)
    return {
        "type": "box",
        "layout": "vertical",
        "flex": 1,
        "paddingAll": "10px",
        "paddingStart": "2px",
        "paddingEnd": "2px",
        "cornerRadius": "8px",
        "backgroundColor": "#FFF4E0" if few else PALE,
        "action": press(f"{day['label']}{slot['label']}", slot["payload"]),
        "contents": [
            _text(label, align="center", weight="bold", color=AMBER if few else DARK, scaling=True)
        ],
    }


def _row(cells: list[Flex]) -> Flex:
    empty: Flex = {"type": "box", "layout": "vertical", "flex": 1, "contents": []}
    filled = cells + [empty] * (TIMES_IN_A_ROW - len(cells))
    return {"type": "box", "layout": "horizontal", "spacing": "sm", "contents": filled}


def _other_days(custom: Flex, before: str | None, after: str | None) -> Flex:
    buttons = []
    if after:
        buttons.append(_button(postback(WORDS["later"], f"c:{after}"), first=True))
    if before:
        buttons.append(_button(postback(WORDS["sooner"], f"c:{before}")))
    buttons.append(_button(date_picker(custom)))
    head = [_text(WORDS["more"], size="xl", weight="bold", color="#FFFFFF")]
    note = _text(WORDS["more_note"], size="sm", color=INK, wrap=True)
    return _bubble(head, [note], buttons, size="kilo")


# document_checklist ------------------------------------------------------------------------------


def checklist(custom: Flex) -> Flex | None:
    """Return what to bring, a bubble for each person."""
    people = custom["people"]
    bubbles = [
        _bubble([_heading(person["name"])], _documents(person["items"], person["name"]))
        for person in people
    ]
    return _one_or_more(bubbles)


def _heading(name: str | None) -> Flex:
    return _text(
        limits.clip_units(name or WORDS["bring"], 200), size="lg", weight="bold", color="#FFFFFF", wrap=True
    )


def _documents(items: list[Flex], name: str | None) -> list[Flex]:
    pins = [item for item in items if is_pin(item)]
    things = [item for item in items if not is_pin(item)]
    found: list[Flex] = []
    if things and name:
        found.append(_small_heading(WORDS["bring"]))
    found += [_document(item) for item in things]
    if pins:
        found.append(_small_heading(WORDS["pins"]))
        found += [_document(item) for item in pins]
        found.append(_text(WORDS["pins_note"], size="sm", color=AMBER, wrap=True))
    return found


def is_pin(item: Flex) -> bool:
    """Return whether the item is a PIN, which nobody brings but enters at the counter."""
    return str(item["id"]).startswith("pin_") and item["id"] != "pin_reset_extra"


def _document(item: Flex) -> Flex:
    waived = bool(item["waived"])
    lines = [_text(_some(item["label"]), color=GREY if waived else INK, wrap=True, scaling=True)]
    if waived:
        lines.append(_text(WORDS["waived"], size="sm", color=AMBER, wrap=True))
    elif item["may_be_left_out"]:
        left_out = WORDS["may_be_left_out"].format(item["may_be_left_out"])
        lines.append(_text(_some(left_out), size="sm", color=GREY, wrap=True))
    mark = _text("－" if waived else "・" if is_pin(item) else "□", flex=0, color=GREY if waived else GREEN)
    column = {"type": "box", "layout": "vertical", "flex": 1, "contents": lines}
    return {"type": "box", "layout": "horizontal", "spacing": "sm", "contents": [mark, column]}


# summary -----------------------------------------------------------------------------------------


def summary(custom: Flex, press: Press) -> Flex | None:
    """Return what is about to be booked, each row with the button that tells it anew, and the last word."""
    rows: list[Flex] = []
    for row in custom["rows"]:
        rows += [*([{"type": "separator"}] if rows else []), _summed_up(row, press)]
    head = [_text(WORDS["summary"], size="lg", weight="bold", color="#FFFFFF", wrap=True)]
    last = press(str(custom["primary"]["title"]), str(custom["primary"]["payload"]))
    return _one_or_more([_bubble(head, rows, [_button(last, first=True)])])


def _summed_up(row: Flex, press: Press) -> Flex:
    values = [_text(_some(value), wrap=True, scaling=True) for value in row["values"]]
    field = _field(_some(row["label"]), values) | {"flex": 1}
    if row["change"] is None:
        return field
    action = press(str(row["change"]["title"]), str(row["change"]["payload"]))
    # The label is what a screen reader says: 日時を変える.
    change = _column(
        [_text(WORDS["change"], size="sm", color=DARK, weight="bold", align="center")],
        flex=0, paddingAll="10px", cornerRadius="8px", backgroundColor=PALE, action=action,
    )  # fmt: skip
    return {"type": "box", "layout": "horizontal", "spacing": "md", "alignItems": "center", "contents": [field, change]}


# booking_card ------------------------------------------------------------------------------------


def booking(custom: Flex, press: Press) -> Flex | None:
    """Return the booking with its code in large, and what to bring; buttons change and cancel it.

    With several people each has a bubble of their own, after the booking's.
    """
    where = [_text(_some(custom["counter_label"]), wrap=True, weight="bold", scaling=True)]
    if custom.get("address"):
        where.append(_text(_some(custom["address"]), size="sm", color=GREY, wrap=True))
    body = [
        _text(WORDS["code"], size="sm", color=GREY),
        _text(_some(custom["code"]), size="xxl", weight="bold", color=DARK, adjustMode="shrink-to-fit"),
        _field(WORDS["when"], [_text(_some(custom["when"]), wrap=True, weight="bold", scaling=True)]),
        _field(WORDS["where"], where),
    ]
    people = custom["people"]
    more: list[Flex] = []
    if len(people) == 1:
        body += [{"type": "separator", "margin": "lg"}, _small_heading(WORDS["bring"])]
        body += _documents(people[0]["items"], None)
    else:
        more = [
            _bubble([_heading(person["name"])], _documents(person["items"], person["name"]))
            for person in people
        ]
    head = [_text(custom.get("heading") or WORDS["booking"], size="lg", weight="bold",
                  color="#FFFFFF", wrap=True)]
    card = _bubble(head, body, [_button(action) for action in _booking_actions(custom, press)])
    return _one_or_more([card, *more])


def _booking_actions(custom: Flex, press: Press) -> Iterator[Flex]:
    link = visit_link.link(str(custom["code"]), str(custom["start"]))
    if link:
        yield {"type": "uri", "label": WORDS["calendar"], "uri": link}
    map_url = str(custom.get("map_url") or "")
    if map_url.startswith("https://") and limits.units(map_url) <= limits.URI:
        yield {"type": "uri", "label": WORDS["route"], "uri": map_url}
    yield {
        "type": "clipboard",
        "label": WORDS["copy"],
        "clipboardText": str(custom["code"])[: limits.CLIPBOARD],
    }
    for action in custom.get("actions") or []:
        yield press(str(action["title"]), str(action["payload"]))


# What they are made of ---------------------------------------------------------------------------


def _bubble(
    head: list[Flex], body: list[Flex], buttons: list[Flex] | None = None, size: str = "mega"
) -> Flex:
    bubble: Flex = {
        "type": "bubble",
        "size": size,
        "header": _column(head, backgroundColor=GREEN, paddingAll="16px"),
        "body": _column(body, spacing="md", paddingAll="16px"),
    }
    if buttons:
        bubble["footer"] = _column(buttons, spacing="sm", paddingAll="12px")
    return bubble


def _column(contents: list[Flex], **more: Any) -> Flex:
    return {"type": "box", "layout": "vertical", "contents": contents, **more}


def _text(text: str, **more: Any) -> Flex:
    return {"type": "text", "text": text or "－", **more}


def _small_heading(text: str) -> Flex:
    return _text(text, size="sm", weight="bold", color=DARK, margin="lg", wrap=True)


def _field(name: str, lines: list[Flex]) -> Flex:
    return _column([_text(name, size="sm", color=GREY), *lines])


def _button(action: Flex, first: bool = False) -> Flex:
    style = {"style": "primary", "color": GREEN} if first else {"style": "secondary"}
    return {"type": "button", "height": "sm", "action": action, **style}


def _some(text: object) -> str:
    return limits.clip_units(str(text), 2000)


def _one_or_more(bubbles: list[Flex]) -> Flex | None:
    """Return the bubbles as one container, or None when they are more than LINE takes."""
    container = bubbles[0] if len(bubbles) == 1 else {"type": "carousel", "contents": bubbles}
    if not bubbles or len(bubbles) > limits.BUBBLES:
        return None
    if any(limits.size(bubble) > limits.BUBBLE_BYTES for bubble in bubbles):
        return None
    if any(not bubble["body"]["contents"] for bubble in bubbles):
        return None
    return container if limits.size(container) <= limits.CAROUSEL_BYTES else None

