"""Pictures of what the bot sends to LINE, to be looked at: the cards and the rich menu.

    python -m benchmarks.line_preview [--to results/line]

An HTML page of our own draws the Flex Messages as LINE does (blocks, boxes, sizes, margins), as far
as we use them; Chromium takes the pictures.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from dataclasses import replace
from datetime import timedelta
from html import escape
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FONT = {"xxs": 11, "xs": 13, "sm": 14, "md": 16, "lg": 19, "xl": 22, "xxl": 29, "3xl": 35}
SPACE = {"none": 0, "xs": 2, "sm": 4, "md": 8, "lg": 12, "xl": 16, "xxl": 20}
WIDTH = {"micro": 160, "kilo": 260, "mega": 300, "giga": 500}
PAGE = """<!doctype html><meta charset="utf-8"><style>
body{margin:0;padding:16px;background:#8CABD9;font-family:"Noto Sans CJK JP",sans-serif;color:#111}
.said{display:inline-block;max-width:330px;background:#fff;border-radius:16px;padding:10px 14px;
 margin:6px 0;white-space:pre-wrap;font-size:16px;line-height:1.45}
.strip{display:flex;gap:8px;align-items:stretch;margin:6px 0;width:max-content}
.bubble{background:#fff;border-radius:16px;overflow:hidden;display:flex;flex-direction:column}
.bubble>.body{flex:1}.box{display:flex;min-width:0;box-sizing:border-box}
.text{min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;line-height:1.4}
.wrap{white-space:pre-wrap;overflow-wrap:anywhere}
.button{height:40px;border-radius:8px;display:flex;align-items:center;justify-content:center;font-size:16px}
.replies{display:flex;gap:6px;flex-wrap:wrap;margin:10px 0 26px}
.reply{background:#fff;border:1px solid #999;border-radius:20px;padding:6px 14px;font-size:14px}
</style>"""


def page(turns: list[list[dict[str, Any]]]) -> str:
    """Return the page that shows these turns, messages as they go over the wire."""
    return PAGE + "".join(_message(message) for turn in turns for message in turn)


def _message(message: dict[str, Any]) -> str:
    if message["type"] == "text":
        shown = f'<div><div class="said">{escape(message["text"])}</div></div>'
    else:
        container = message["contents"]
        bubbles = container["contents"] if container["type"] == "carousel" else [container]
        shown = f'<div class="strip">{"".join(map(_bubble, bubbles))}</div>'
    replies = message.get("quickReply", {}).get("items", [])
    if not replies:
        return shown
    labels = "".join(f'<span class="reply">{escape(r["action"]["label"])}</span>' for r in replies)
    return f'{shown}<div class="replies">{labels}</div>'


def _bubble(bubble: dict[str, Any]) -> str:
    parts = "".join(
        f'<div class="{name}">{_part(bubble[name])}</div>'
        for name in ("header", "body", "footer")
        if name in bubble
    )
    return f'<div class="bubble" style="width:{WIDTH[bubble.get("size", "mega")]}px">{parts}</div>'


def _part(part: dict[str, Any], across: bool = False, gap: str = "none") -> str:
    flex = part.get("flex", 1 if across else None)
    style = f"flex:{flex} {flex} {'0' if flex else 'auto'};" if across else ""
    if part["type"] == "box":
        row = part["layout"] != "vertical"
        style += f"flex-direction:{'row' if row else 'column'};padding:{part.get('paddingAll', 0)};"
        if "paddingStart" in part:
            style += f"padding-inline:{part['paddingStart']};"
        style += f"background:{part.get('backgroundColor', 'none')};"
        style += f"border-radius:{part.get('cornerRadius', 0)};margin-top:{_space(part)}px;"
        style += f"gap:{SPACE[part.get('spacing', 'none')]}px"
        inner = "".join(_part(each, row) for each in part["contents"])
        return f'<div class="box" style="{style}">{inner}</div>'
    if part["type"] == "text":
        style += f"font-size:{FONT[part.get('size', 'md')]}px;color:{part.get('color', '#111')};"
        style += f"font-weight:{700 if part.get('weight') == 'bold' else 400};"
        style += f"text-align:{part.get('align', 'start')};margin-top:{_space(part)}px"
        wrap = " wrap" if part.get("wrap") else ""
        return f'<div class="text{wrap}" style="{style}">{escape(part["text"])}</div>'
    if part["type"] == "button":
        first = part["style"] == "primary"
        style += f"background:{part.get('color', '#17c950') if first else '#dcdfe5'};"
        style += f"color:{'#fff' if first else '#111'}"
        return f'<div class="button" style="{style}">{escape(part["action"]["label"])}</div>'
    if part["type"] == "separator":
        return f'<div style="border-top:1px solid #d4d6da;margin-top:{_space(part)}px"></div>'
    return f'<div style="{style}"></div>'


def _space(part: dict[str, Any]) -> int:
    return SPACE[part.get("margin", "none")]


def turns() -> list[list[dict[str, Any]]]:
    """Return turns with every kind of card, from the real procedure over an empty database."""
    from benchmarks.bookings_common import CITY, NOW, VISIT, sqlite, store_at
    from bot.line import faces
    from renewal import application, calendar_view, clock, notices
    from renewal.application import Application, Desk
    from renewal.bookings import Card, Visit
    from renewal.documents import Applicant, Case, Holder, documents
    from renewal.notices import Notice
    from renewal.opening_hours import Closure

    domain = YAML(typ="safe").load(Path("domain.yml"))["responses"]
    sentences = {name.removeprefix("utter_"): each[-1]["text"] for name, each in domain.items()}

    with sqlite() as url:
        desk = Desk(CITY, store_at(url), NOW, clock.real_now())
        a = Application(counter="honchosha")
        offered = application.offer(a, desk, limit=4)
        calendar = calendar_view.slot_calendar(a, desk)
        for number, slot in enumerate(calendar["days"][1]["slots"]):
            slot.update({"mark": "△"} if number % 4 == 0 else {})
        ask = {
            "text": "いつがよろしいですか。早いところでは、次の日時が空いています。\n"
            + "\n".join(f"・{calendar_view.slot_label(slot)}" for slot in offered),
            "buttons": [
                {"title": calendar_view.slot_label(s), "payload": calendar_view.payload(s)}
                for s in offered
            ],
            "custom": calendar,
        }
        case = Case(Applicant.LEGAL_REPRESENTATIVE, Holder.UNDER_15, same_household=True)
        remark = application.documents_remark(
            [(None, documents(case, CITY))]
        )
        brings = {"text": "お持ちいただくものです。", "custom": remark.payload}
        pins = {
            "text": "カードの暗証番号は覚えていますか。番号そのものは書かないでください。",
            "buttons": [{"title": t, "payload": f"/{t}"} for t in ("覚えている", "忘れた・不安")],
        }
        cards = (Card("under_15", "サトウ ハナコ", (), same_household=True), Card("under_15", "サトウ タロウ", ()))
        booked = []
        visits = (VISIT, Visit("legal_representative", cards, "09012345678", "サトウ ケイコ"))
        for key, visit in enumerate(visits):
            hold = desk.bookings.hold(
                "honchosha", offered[0].start + timedelta(days=7), len(visit.cards),
                key=f"preview{key}", city=CITY, now=NOW, at=desk.at,
            )  # fmt: skip
            booking = desk.bookings.confirm(hold.id, visit, key=f"c{key}", city=CITY, now=NOW, at=desk.at)
            card = calendar_view.booking_card(booking, desk) | {"map_url": "https://example.jp/map"}
            text = f"予約できました。予約番号は {booking.code} です。"
            booked.append({"text": text, "custom": card, "buttons": card["actions"]})
        evening = replace(desk, now=booking.start - timedelta(hours=15))
        day = booking.start.date()
        closure = Closure("honchosha", day, day, reason="システムの点検")
        desk.bookings.add_closure(closure, city=CITY, who="preview", at=desk.at)
        told = []
        for kind, then in (("reminder", evening), ("no_seat", desk)):
            notice = Notice(
                "", kind, booking.code, booking.start, booking.counter, "closed", "", "waiting"
            )
            remark = notices.remark(notice, booking, then)
            words = sentences[remark.name].format(
                **{**remark.values, "cause": "窓口が休みになったため"}, call_centre_phone="024-505-0445", call_centre_now="ただいま受付中"
            )
            buttons = [
                {"title": title, "payload": button["payload"]}
                for title, button in zip(
                    ("予約の変更", "予約の取り消し"), remark.values["buttons"], strict=False
                )
            ]
            told.append({"text": words, "buttons": buttons, "custom": remark.payload})
        said = [[ask], [brings, pins], *([each] for each in (*booked, *told))]
        desk.bookings.engine.dispose()
        return [[shown.to_dict() for shown in faces.render(turn, "preview")] for turn in said]


def main() -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=Path("results/line"))
    to = parser.parse_args().to
    to.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("RENEWAL_SECRET_KEY", "preview")
    os.environ.setdefault("RENEWAL_PUBLIC_URL", "https://bot.example.jp")
    from playwright.sync_api import sync_playwright

    from bot.line import rich_menu
    from tests.browser import chromium

    (to / "rich_menu.png").write_bytes(rich_menu.draw())
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium.executable(), args=["--no-sandbox"])
        for number, turn in enumerate(turns(), 1):
            file = Path(folder) / "page.html"
            file.write_text(page([turn]), encoding="utf-8")
            shown = browser.new_page(viewport={"width": 1300, "height": 400}, device_scale_factor=1)
            shown.goto(file.as_uri())
            shown.screenshot(path=to / f"turn_{number}.png", full_page=True)
        browser.close()
    print(f"pictures in {to}")


if __name__ == "__main__":
    main()
