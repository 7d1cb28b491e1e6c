"""`renewal statistics`: counts by the week of the visit and by counter, and a picture of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import click

from cli import arguments, output
from cli.arguments import Day, csv_option, json_option
from cli.database import open_store
from cli.refusal import Command, Refused
from renewal import slots
from renewal.city import City, load
from renewal.weekly_figures import WEEK, Line, lines_of, monday

_WEEKS_BACK = 4
_WEEKS_AT_MOST = 520


@click.command(cls=Command)
@click.option("--from", "first", type=Day(past=True), help=f"初めの日（省くと{_WEEKS_BACK}週間前から）")
@click.option("--to", "last", type=Day(past=True), help="終わりの日（省くと予約できる最後の日まで）")
@click.option(
    "--plot", type=click.Path(path_type=Path), metavar="ファイル.png", help="図を PNG で保存します"
)
@csv_option
@json_option
def statistics(
    first: date | None, last: date | None, plot: Path | None, as_csv: bool, as_json: bool
) -> None:
    """週と窓口ごとの件数

    来庁日の週で数えます。変更は回数、埋まりは、その週に受け付ける席のうち予約のある席です。
    """
    output.refuse_both(as_json, as_csv)
    city, now = load(), arguments.now()
    first = first or monday(now.date()) - _WEEKS_BACK * WEEK
    last = last or max(first, slots.bookable_range(city, now)[1])
    if first > last:
        raise Refused("--from は --to と同じ日か、それより前の日にしてください。")
    if last - first > _WEEKS_AT_MOST * WEEK:
        raise Refused(f"--from から --to までは、{_WEEKS_AT_MOST}週間以内にしてください。")
    if plot is not None and plot.suffix.lower() != ".png":
        raise Refused("--plot のファイルの名前は、.png で終わるようにしてください。")
    lines = lines_of(open_store(), city, first, last)
    if plot is not None:
        try:
            draw(lines, city, plot)
        except OSError as error:
            raise Refused(f"{plot} に書けません（{error.strerror}）。") from None
    output.show(
        ("週（月曜日）", "窓口", "予約", "カード", "変更", "取り消し", "来庁", "来庁なし",
         "予約から来庁まで", "席", "埋まり"),
        [
            (
                line.week,
                city.counter_label(line.counter, short=True),
                line.booked,
                line.cards,
                line.changed,
                line.cancelled,
                line.arrived,
                line.no_show,
                "" if line.lead_days is None else f"{line.lead_days:g}日",
                f"{line.taken}/{line.seats}",
                "" if line.fullness is None else f"{line.fullness:.0%}",
            )
            for line in lines
        ],
        [asdict(line) for line in lines],
        as_json=as_json,
        as_csv=as_csv,
        nothing="その期間に、窓口の開く日も予約もありません。",
    )  # fmt: skip
    if plot is not None and not (as_json or as_csv):
        click.echo(f"{plot} に図を保存しました。")


# The picture ---------------------------------------------------------------------------------

_FONTS = ("Noto Sans CJK JP", "Noto Sans JP", "IPAexGothic", "IPAGothic", "TakaoGothic",
          "VL Gothic", "Yu Gothic", "Meiryo", "Hiragino Sans", "MS Gothic",
          "Noto Serif CJK JP")  # fmt: skip
_LABELS = {
    "planned": ("予約・来庁", "Booked or arrived"),
    "no_show": ("来庁なし", "No-show"),
    "cancelled": ("取り消し", "Cancelled"),
    "bookings": ("予約（件）", "Bookings"),
    "fullness": ("席の埋まり（％）", "Seats taken (%)"),
    "week": ("来庁日の週（月曜日）", "Week of the visit (Monday)"),
}


def draw(lines: Sequence[Line], city: City, path: Path) -> None:
    """Draw bookings by week, and below them how full each counter is, as PNG.

    The labels are English, and the counters go by their ids, where there is no Japanese font.
    Raises OSError.
    """
    # Imported only now: it takes seconds, and only --plot needs it. No window, no pyplot.
    from matplotlib import font_manager, rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    installed = {font.name for font in font_manager.fontManager.ttflist}
    font = next((name for name in _FONTS if name in installed), None)
    said = {key: words[0 if font else 1] for key, words in _LABELS.items()}
    weeks = sorted({line.week for line in lines})
    place = {week: number for number, week in enumerate(weeks)}
    with rc_context({"font.family": font or "DejaVu Sans", "axes.unicode_minus": False}):
        figure = Figure(figsize=(max(8, 2 + len(weeks) * 0.6), 7))
        canvas = FigureCanvasAgg(figure)
        above, below = figure.subplots(2, 1, sharex=True)
        floor = [0] * len(weeks)
        for key, colour in (("planned", "#2b6cb0"), ("no_show", "#dd6b20"),
                            ("cancelled", "#a0aec0")):  # fmt: skip
            heights = [0] * len(weeks)
            for line in lines:
                count: dict[str, int] = {
                    "no_show": line.no_show,
                    "cancelled": line.cancelled,
                    "planned": line.booked - line.no_show - line.cancelled,
                }
                heights[place[line.week]] += count[key]
            above.bar(range(len(weeks)), heights, bottom=floor, color=colour, label=said[key])
            floor = [low + more for low, more in zip(floor, heights, strict=True)]
        _draw_fullness(below, lines, place, city, bool(font))
        above.set_ylabel(said["bookings"])
        above.yaxis.get_major_locator().set_params(integer=True)
        above.legend()
        below.set_ylabel(said["fullness"])
        below.set_ylim(0, 105)
        below.set_xlabel(said["week"])
        below.set_xticks(range(len(weeks)))
        below.set_xticklabels(weeks, rotation=45, ha="right")
        if lines:
            below.legend()
        figure.tight_layout()
        canvas.print_png(str(path))


def _draw_fullness(
    axes: Any, lines: Sequence[Line], place: dict[str, int], city: City, japanese: bool
) -> None:
    for counter in dict.fromkeys(line.counter for line in lines):
        known = [
            (place[line.week], line.fullness * 100)
            for line in lines
            if line.counter == counter and line.fullness is not None
        ]
        label = city.counter_label(counter, short=True) if japanese else counter
        axes.plot([x for x, _ in known], [y for _, y in known], marker="o", label=label)
