"""The rich menu: six fields under the talk, drawn here at LINE's size.

LINE takes a PNG of 2500 × 1686 with at most 1 MB (Messaging API reference, "Requirements for rich
menu image"). The letters come from a Japanese font of this machine.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from bot.line import cards, limits

SIZE = (2500, 1686)
ALIAS = "renewal-menu"
CHAT_BAR = "メニュー"
NAME = "電子証明書の更新"

FIELDS = (
    ("book", "予約する", "空いている時刻から"),
    ("manage", "予約の確認・変更", "取り消しもできます"),
    ("documents", "必要なもの", "持ち物のご案内"),
    ("hours", "窓口と時間", "場所と受付の時間"),
    ("faq", "よくある質問", "手数料・暗証番号など"),
    ("phone", "電話", "コールセンター"),
)
"""Name (postback m:<name>), title, and what it says below: two rows of three."""

COMMANDS = {
    "book": "/book",
    "manage": "/check_booking",
    "documents": "/ask_documents",
    "hours": "/ask_hours_and_place",
    "faq": "/ask_capabilities",
    "phone": "/talk_to_human",
}
"""What each field of the menu stands for, as the payload of a button."""

_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc",
    "/System/Library/Fonts/ヒラギノ角ゴシック W6.ttc",
)
_LINE, _SOFT = 14, "#D5E6DD"


class NoJapaneseFont(RuntimeError):  # noqa: N818
    """No font of this machine has Japanese letters; the text says what to do, in Japanese."""

    def __init__(self) -> None:
        super().__init__(
            "日本語の文字の形（フォント）がこの機械に見つからないため、メニューの絵を描けません。"
            "`sudo apt-get install fonts-noto-cjk` で入れてから、もう一度実行してください。"
        )


def areas() -> list[dict[str, Any]]:
    """Return the six fields with their places and what they send."""
    width, height = SIZE[0] // 3, SIZE[1] // 2
    found = []
    for number, (name, title, _) in enumerate(FIELDS):
        row, column = divmod(number, 3)
        right = SIZE[0] if column == 2 else (column + 1) * width
        bounds = {"x": column * width, "y": row * height, "width": right - column * width,
                  "height": height}  # fmt: skip
        found.append({"bounds": bounds, "action": cards.postback(title, f"m:{name}")})
    return found


def definition(image: bytes) -> dict[str, Any]:
    """Return the menu as LINE stores it; its name changes with the picture and the fields."""
    fields = areas()
    version = hashlib.sha256(image + repr(fields).encode()).hexdigest()[:10]
    return {
        "size": {"width": SIZE[0], "height": SIZE[1]},
        "selected": True,
        "name": f"{ALIAS} {version}",
        "chatBarText": CHAT_BAR,
        "areas": fields,
    }


def draw() -> bytes:
    """Return the picture as a PNG. Raises NoJapaneseFont."""
    font = _font()
    picture = Image.new("RGB", SIZE, "#FFFFFF")
    pen = ImageDraw.Draw(picture)
    titles, notes = ImageFont.truetype(font, 104), ImageFont.truetype(font, 62)
    narrow = ImageFont.truetype(font, 92)
    for (name, title, note), area in zip(FIELDS, areas(), strict=True):
        place = area["bounds"]
        left, top = place["x"], place["y"]
        first = name == "book"
        ink, paper, soft = (
            ("#FFFFFF", cards.GREEN, "#FFFFFF") if first else (cards.INK, "#FFFFFF", cards.GREY)
        )
        pen.rectangle((left, top, left + place["width"], top + place["height"]), paper, _SOFT, 6)
        middle = left + place["width"] // 2
        _ICONS[name](pen, middle, top + 260, "#FFFFFF" if first else cards.GREEN)
        letters = titles if pen.textlength(title, titles) < place["width"] - 80 else narrow
        pen.text((middle, top + 530), title, ink, letters, anchor="mm")
        pen.text((middle, top + 670), note, soft, notes, anchor="mm")
    file = io.BytesIO()
    picture.quantize(64, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    assert len(file.getvalue()) <= limits.MENU_IMAGE_BYTES
    return file.getvalue()


def _font() -> str:
    found = next((path for path in _FONTS if Path(path).is_file()), None)
    if found:
        return found
    try:
        asked = ["fc-match", "-f", "%{file}\n%{lang}", "sans:lang=ja:bold"]
        file, _, languages = subprocess.run(
            asked, capture_output=True, text=True, check=True, timeout=10
        ).stdout.partition("\n")
    except (OSError, subprocess.SubprocessError):
        raise NoJapaneseFont from None
    if "ja" not in languages.split("|") or not Path(file).is_file():
        raise NoJapaneseFont
    return file


# The pictures: plain lines, 300 pixels high ------------------------------------------------------

_Pen = ImageDraw.ImageDraw


def _calendar(pen: _Pen, x: int, y: int, color: str) -> None:
    pen.rounded_rectangle((x - 140, y - 110, x + 140, y + 140), 28, outline=color, width=_LINE)
    pen.line((x - 140, y - 30, x + 140, y - 30), color, _LINE)
    for at in (-70, 70):
        pen.line((x + at, y - 150, x + at, y - 75), color, 20)
    pen.line((x - 60, y + 55, x - 10, y + 100, x + 70, y + 15), color, 22, "curve")


def _pencil(pen: _Pen, x: int, y: int, color: str) -> None:
    pen.rounded_rectangle((x - 120, y - 140, x + 80, y + 140), 24, outline=color, width=_LINE)
    for at in (-70, -5, 60):
        pen.line((x - 75, y + at, x + 30, y + at), color, _LINE)
    pen.line((x + 40, y + 120, x + 150, y - 20), color, 34)
    pen.polygon([(x + 20, y + 148), (x + 26, y + 104), (x + 62, y + 130)], color)


def _checklist(pen: _Pen, x: int, y: int, color: str) -> None:
    for at in (-100, 0, 100):
        pen.rounded_rectangle((x - 145, y + at - 32, x - 81, y + at + 32), 12, outline=color, width=_LINE)
        pen.line((x - 30, y + at, x + 150, y + at), color, 20)
    pen.line((x - 130, y - 102, x - 112, y - 84, x - 70, y - 136), color, 16, "curve")


def _clock(pen: _Pen, x: int, y: int, color: str) -> None:
    pen.ellipse((x - 140, y - 140, x + 140, y + 140), outline=color, width=_LINE)
    pen.line((x, y - 85, x, y, x + 65, y + 45), color, 20, "curve")


def _question(pen: _Pen, x: int, y: int, color: str) -> None:
    pen.rounded_rectangle((x - 150, y - 130, x + 150, y + 85), 50, outline=color, width=_LINE)
    pen.polygon([(x - 60, y + 80), (x + 20, y + 80), (x - 75, y + 150)], color)
    pen.arc((x - 45, y - 95, x + 45, y - 5), 180, 90, color, 20)
    pen.line((x, y - 8, x, y + 16), color, 20)
    pen.ellipse((x - 13, y + 34, x + 13, y + 60), color)


def _phone(pen: _Pen, x: int, y: int, color: str) -> None:
    pen.arc((x - 240, y - 230, x + 120, y + 130), 20, 110, color, 62)
    pen.ellipse((x + 40, y - 40, x + 136, y + 56), color)
    pen.ellipse((x - 150, y + 60, x - 54, y + 156), color)
    for radius in (55, 105):
        pen.arc((x - radius, y - 50 - radius, x + radius, y - 50 + radius), 200, 340, color, _LINE)


_ICONS: dict[str, Callable[[_Pen, int, int, str], None]] = {
    "book": _calendar,
    "manage": _pencil,
    "documents": _checklist,
    "hours": _clock,
    "faq": _question,
    "phone": _phone,
}
