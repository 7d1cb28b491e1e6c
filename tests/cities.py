"""A city that does not exist, with twelve counters of all kinds, made from the shipped file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from renewal.city import DEFAULT_PATH

WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]
NAMES = [
    ("kita", "北部市民センター", "北センター"),
    ("minami", "南部市民センター", "南センター"),
    ("higashi", "東地区会館", "ひがし会館"),
    ("sakura", "さくらプラザ3階 市民窓口", "さくらプラザ"),
    ("mall", "みどりモール2階 行政コーナー", "みどりモール"),
    ("minato", "港湾センター1階 市民課分室", "港湾センター"),
    ("yama", "山手連絡所", "山手"),
    ("kawa", "川原連絡所", "川原"),
    ("numa", "大沼サービスセンター", "大沼"),
    ("hashi", "橋詰サービスセンター", "橋詰"),
    ("mori", "森の里出張窓口", "森の里"),
    ("hama", "浜通り交流館", "浜通り"),
]
"""Id, label and what people say."""


def day(**more: Any) -> dict[str, Any]:
    return {"days": WEEKDAYS, "open": "9:00", "close": "16:00", **more}


HOURS: dict[str, list[dict[str, Any]]] = {
    "kita": [day(), {"days": ["tue"], "weeks": [1], "open": "17:30", "close": "19:30", "kind": "evening"}],
    "minami": [day(), {"days": ["wed"], "weeks": [2, 4], "open": "17:30", "close": "19:30", "kind": "evening"}],
    "higashi": [day(), {"days": ["fri"], "weeks": ["last"], "open": "17:30", "close": "19:30", "kind": "evening"}],
    "sakura": [day(), {"days": ["sun"], "weeks": [2], "open": "9:00", "close": "12:00"}],
    "mall": [{"days": [*WEEKDAYS, "sat", "sun"], "open": "11:00", "close": "19:00", "on_holidays": True}],
    "minato": [day(breaks=[{"begin": "12:00", "end": "13:00"}])],
    "yama": [day(last_start="15:00")],
    "kawa": [{"days": ["mon", "thu"], "starts": ["10:00", "14:00"]}],
    "numa": [day(valid_from="2026-12-07")],
    "hashi": [day(cutoff="start")],
    "mori": [day()],
    "hama": [day(walk_in=False)],
}
CLOSED = {"mall": [{"days": ["wed"], "reason": "定休日"}, {"days": ["sun"], "after": {"week": 3, "day": "sat"}, "reason": "システムの停止"}]}
"""Three evenings by the week of the month, two counters open on Sundays, one with a lunch break."""


def twelve_counters(folder: Path) -> Path:
    """Write the city's file and return where it is: みなと市, Tuesdays to Sundays, all at once."""
    counters = {
        id_: {
            "label": label, "short_label": alias, "place": None, "address": None, "map_url": None,
            "aliases": [], "enabled": True, "walk_in": id_ == "kita", "seats": 2, "slot_minutes": 30,
            "hours": HOURS[id_], "closed": CLOSED.get(id_, []),
        }
        for id_, label, alias in NAMES
    }  # fmt: skip
    text = DEFAULT_PATH.read_text(encoding="utf-8")
    before, rest = text[: text.index("counters:\n")], text[text.index("# former_counters") :]
    before = before.replace("name: 福島市\n", "name: みなと市\n").replace("[福島県, ふくしまけん]", "[]")
    before = before.replace("[ふくしま, ふくしまし, fukushima]", "[]").replace("福島市マイナンバーカード", "みなと市")
    path = folder / "minato.yml"
    path.write_text(
        f"{before}counters: {json.dumps(counters, ensure_ascii=False)}\n{rest.replace('福島市ページ5619', '市のページ')}",
        encoding="utf-8",
    )
    return path
