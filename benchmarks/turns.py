"""What a turn costs: our bot, the same on Rasa's stock settings, and the bot of `rasa init`.

    python -m benchmarks.turns [--quick] [--profile]

All three run at once and are spoken to in turn, so that whatever else the machine does hits them
alike; figures are ratios of medians from one run. Stock settings: the same stories, actions and
classifier with Rasa's own RulePolicy, SQL tracker store and action server, without
`bot/rasa_fixes/speed.py`. The bot of `rasa init` is untouched, and keeps conversations in memory
only. Writes var/benchmarks/turns.json and benchmarks/turns.png.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import statistics
import time
from collections.abc import Sequence
from datetime import date
from typing import Any

import aiohttp

from benchmarks import roomy_city
from benchmarks.bookings_common import machine, starts
from benchmarks.turns_common import CACHE, Bot, Person, bots
from tests.server.servers import ROOT

PICTURE = ROOT / "benchmarks" / "turns.png"
Times = dict[str, list[float]]

# A person who takes their time: twenty messages from greeting to "thank you". Of the thirteen that
# are typed five stand in the training data, which costs less: as many as of real people's (30 % of
# what the personas of tests/nlu/conversations.yml say).
BOOKING = [
    "こんにちは", "［予約する］", "［電子証明書］", "手数料の額をお聞きしたいです", "［カードの本人］",
    "令和9年2月22日です", "写真は要りますか", "［覚えている］", "［本庁舎］", "{other_day}に行きたいです", "駐車場はありますか",
    "{other_time}", "何分くらいかかりますか", "サトウ ナツエ", "やっぱり{day}の{time}でお願いします",
    "09012340987", "遅れたらどうなりますか", "［予約する］", "ありがとう", "さようなら",
]  # fmt: skip
BOOKED = BOOKING.index("ありがとう") - 1
MOOD = ["hello", "I am sad", "no", "I am very happy", "are you a bot?", "bye"] * 4
# What is said in the middle of a long conversation, by kind, in words that were not learnt.
# "Ordinary": understood, and answered from domain.yml without an action of ours, as every turn of
# the `rasa init` bot is.
KINDS = {
    "ordinary": "どうも、こんにちはです",
    "question (an action)": "手数料の額をお聞きしたいです",
    "button (an action)": "［持ち物を知りたい］",
}
# Two of the three seats of every time can be booked; the third is for those who then change it.
STARTS = starts(date(2026, 11, 25), 55)
SEATS = list(itertools.product(STARTS, range(2)))
_seat = itertools.count()
_number = itertools.count()


def booking(number: int) -> list[str]:
    """Return the messages of one person, who wants a time that few others want, then another."""
    wish: dict[str, str] = {}
    start, _ = SEATS[number % len(SEATS)]
    for name, when in (("", start), ("other_", STARTS[-1 - number % len(STARTS)])):
        wish[f"{name}day"] = f"{when.month}月{when.day}日"
        wish[f"{name}time"] = f"{when.hour}時{'半' if when.minute else ''}"
    return [line.format(**wish) for line in BOOKING]


async def converse(person: Person, lines: Sequence[str]) -> Person:
    """Say all lines; raises AssertionError when a booking comes out without a code."""
    for place, line in enumerate(lines):
        said = await person.says(line)
        if lines[:1] == BOOKING[:1] and place == BOOKED:
            assert "予約できました" in said, said
    return person


def new_person(session: aiohttp.ClientSession, bot: Bot) -> Person:
    return Person(session, bot, f"person-{next(_number)}")


def script(bot: Bot) -> list[str]:
    return MOOD[: len(BOOKING)] if bot.name == "rasa init" else booking(next(_seat))


# Measures -----------------------------------------------------------------------------------------


def start_times(all_bots: Sequence[Bot], rounds: int) -> Times:
    """Return seconds from start to first answer of each bot, started one by one in turn."""
    seconds: Times = {bot.name: [] for bot in all_bots}
    for _ in range(rounds):
        for bot in all_bots:
            seconds[bot.name].append(bot.start())
            bot.stop()
    return seconds


async def whole_conversations(all_bots: Sequence[Bot], count: int) -> Times:
    """Return milliseconds a turn of whole bookings, and of as many small-talk turns with init's."""
    times: Times = {bot.name: [] for bot in all_bots}
    async with aiohttp.ClientSession() as session:
        for _ in range(count):
            scripts = [(new_person(session, bot), script(bot)) for bot in all_bots]
            for turn in range(len(BOOKING)):
                for person, lines in scripts:
                    await person.says(lines[turn])
            for person, _ in scripts:
                times[person.bot.name] += [each * 1000 for each in person.seconds]
    return times


async def by_length(all_bots: Sequence[Bot], samples: int) -> dict[str, Times]:
    """Return milliseconds of each kind of turn at turn 5 and at turn 200, "bot @ turn"."""
    found: dict[str, Times] = {kind: {} for kind in KINDS}
    async with aiohttp.ClientSession() as session:
        long = {bot.name: new_person(session, bot) for bot in all_bots}
        for person in long.values():
            await _chat(person, 199)
        CURVES.update({name: [s * 1000 for s in long[name].seconds] for name in long})
        for _ in range(samples):
            for kind in KINDS:
                for bot in all_bots:
                    if bot.name == "rasa init" and kind != "ordinary":
                        continue
                    fresh = new_person(session, bot)
                    await _chat(fresh, 4)
                    for turn, person in ((5, fresh), (200, long[bot.name])):
                        await person.says(MOOD[0] if bot.name == "rasa init" else KINDS[kind])
                        key = f"{bot.name} @ {turn}"
                        found[kind].setdefault(key, []).append(person.seconds[-1] * 1000)
    return found


CURVES: Times = {}


async def _chat(person: Person, turns: int) -> None:
    """Talk of this and that: greeting, question and button in turn, or init's small talk."""
    for turn in range(turns):
        if person.bot.name == "rasa init":
            await person.says(MOOD[turn % 6])
        else:
            await person.says(list(KINDS.values())[turn % len(KINDS)])


async def at_once(bot: Bot, people: int) -> tuple[float, list[float]]:
    """Let people book at once, none of whom waits between messages; every one has to succeed.

    Returns turns a second and the milliseconds of each turn.
    """
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=300)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        began = time.perf_counter()
        talks = (converse(new_person(session, bot), script(bot)) for _ in range(people))
        everyone = await asyncio.gather(*talks)
        seconds = time.perf_counter() - began
    times = [each * 1000 for person in everyone for each in person.seconds]
    return len(times) / seconds, times


# Results ------------------------------------------------------------------------------------------


def p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def ratio(a: Sequence[float], b: Sequence[float]) -> float:
    return statistics.median(a) / statistics.median(b)


def measure(quick: bool) -> dict[str, Any]:
    """Run everything; return what the picture and the table need, kept part by part."""
    ours, stock, init = all_bots = bots()
    result: dict[str, Any] = {"machine": machine()}

    def keep(part: str, found: Any) -> None:
        result[part] = found
        (CACHE / "turns.json").write_text(json.dumps(result))
        print(f"{part}: measured", flush=True)

    keep("start", start_times(all_bots, 1 if quick else 2))
    try:
        for bot in all_bots:
            bot.start()
        keep("conversation", asyncio.run(whole_conversations(all_bots, 3 if quick else 12)))
        keep("length", asyncio.run(by_length(all_bots, 6 if quick else 40)))
        keep("curve", CURVES)
        keep("memory", {bot.name: bot.megabytes() for bot in all_bots})
        crowd: dict[str, Any] = {}
        for _ in range(1 if quick else 2):
            for bot in (ours, stock):
                rate, times = asyncio.run(at_once(bot, 50))
                crowd.setdefault(f"{bot.name} rate", []).append(rate)
                crowd.setdefault(f"{bot.name} ms", []).extend(times)
        keep("50 at once", crowd)
        rate, times = asyncio.run(at_once(ours, 200))
        keep("200 at once", {"rate": rate, "ms": times})
    finally:
        for bot in all_bots:
            bot.stop()
    return result


def report(result: dict[str, Any]) -> None:
    """Print one line a claim: the ratio, what is wanted, and the bare figures."""
    print(result["machine"])
    length, talk = result["length"], result["conversation"]
    ordinary = length["ordinary"]
    action = length["question (an action)"]
    button = length["button (an action)"]

    def line(claim: str, wanted: str, found: float, a: float, b: float, unit: str) -> None:
        print(f"{claim:62} {found:5.2f}  wanted {wanted:6}  ({a:.4g} against {b:.4g} {unit})")

    def times(claim: str, wanted: str, a: Sequence[float], b: Sequence[float], unit: str) -> None:
        line(claim, wanted, ratio(a, b), statistics.median(a), statistics.median(b), unit)

    times("ordinary turn, ours / rasa init", "≤ 0.4", ordinary["ours @ 5"],
          ordinary["rasa init @ 5"], "ms")  # fmt: skip
    times("turn of a booking, ours / turn of small talk, rasa init", "", talk["ours"],
          talk["rasa init"], "ms")  # fmt: skip
    for name, kind in (("question", action), ("button", button)):
        times(f"turn with an action ({name}), ours / stock settings", "≤ 0.35",
              kind["ours @ 5"], kind["stock settings @ 5"], "ms")  # fmt: skip
    times("turn of a booking, ours / stock settings", "", talk["ours"], talk["stock settings"],
          "ms")  # fmt: skip
    for kind, found in length.items():
        times(f"{kind}: turn 200 / turn 5, ours", "≤ 1.2", found["ours @ 200"],
              found["ours @ 5"], "ms")  # fmt: skip
    stocks = length["question (an action)"]
    times("question: turn 200 / turn 5, stock settings", "", stocks["stock settings @ 200"],
          stocks["stock settings @ 5"], "ms")  # fmt: skip
    crowd = result["50 at once"]
    times("50 at once: turns a second, ours / stock settings", "≥ 3", crowd["ours rate"],
          crowd["stock settings rate"], "turns/s")  # fmt: skip
    print(f"50 at once: p95 {p95(crowd['ours ms']):.0f} ms (wanted < 1000), "
          f"stock settings {p95(crowd['stock settings ms']):.0f} ms")  # fmt: skip
    many = result["200 at once"]
    print(f"200 at once: p95 {p95(many['ms']):.0f} ms (wanted < 3000), {many['rate']:.0f} turns/s, "
          "every booking made")  # fmt: skip
    times("start to first answer, ours / rasa init", "≤ 0.5", result["start"]["ours"],
          result["start"]["rasa init"], "s")  # fmt: skip
    memory = result["memory"]
    line("memory of all processes, ours / rasa init", "≤ 1", memory["ours"] / memory["rasa init"],
         memory["ours"], memory["rasa init"], "MB")  # fmt: skip


def draw(result: dict[str, Any]) -> None:
    """Draw the cost of a turn over a conversation, and what a crowd meets."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    colours = {"ours": "#0b6e4f", "stock settings": "#c8553d", "rasa init": "#7d7d8a"}
    figure, (length, crowd, start) = pyplot.subplots(
        1, 3, figsize=(12, 3.8), gridspec_kw={"width_ratios": [2.2, 1.4, 1]}, constrained_layout=True
    )
    for name, times in result["curve"].items():
        smooth = [statistics.median(times[max(0, i - 7) : i + 8]) for i in range(len(times))]
        length.plot(range(1, len(smooth) + 1), smooth, label=name, color=colours[name])
    length.set(title="One turn, by length of the conversation", xlabel="turn", ylabel="ms")
    length.set_ylim(bottom=0)
    length.legend(frameon=False)
    for name in ("ours", "stock settings"):
        times = sorted(result["50 at once"][f"{name} ms"])
        share = [100 * place / len(times) for place in range(len(times))]
        crowd.plot([t / 1000 for t in times], share, label=name, color=colours[name])
    crowd.set(title="50 bookings at once", xlabel="seconds a turn", ylabel="% of turns answered")
    crowd.set_ylim(0, 100)
    names = list(colours)
    start.bar(range(3), [statistics.median(result["start"][name]) for name in names],
              color=[colours[name] for name in names])  # fmt: skip
    start.set_xticks(range(3), [name.replace(" ", "\n") for name in names])
    start.set(title="Start to first answer", ylabel="s")
    for axes in (length, crowd, start):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(PICTURE, dpi=110)


def profile() -> None:
    """Print where the time of a whole booking goes, in process, action server included."""
    import cProfile
    import os
    import pstats
    import tempfile

    from renewal.bookings import create_engine_from, migrate
    from tests.conversations import driver

    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(DATABASE_URL=f"sqlite:///{folder}/renewal.db",
                          RENEWAL_NOW="2026-11-24T10:00:00+09:00",
                          RENEWAL_CITY=roomy_city())  # fmt: skip
        migrate(create_engine_from(os.environ["DATABASE_URL"]))
        from bot.conversation_store import ConversationStore

        agent = driver.load_agent()
        store = ConversationStore(agent.domain, db=f"{folder}/conversations.db")
        agent.tracker_store = agent.processor.tracker_store = store
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)

        def book(number: int) -> None:
            person = driver.Person(agent, f"person-{number}", loop)
            for text in booking(number):
                person.taps(text[1:-1]) if text.startswith("［") else person.says(text)

        book(0)
        profiler = cProfile.Profile()
        profiler.enable()
        for number in range(1, 6):
            book(number)
        profiler.disable()
    stats = pstats.Stats(profiler)
    total = stats.total_tt  # type: ignore[attr-defined]
    print(f"{total / 5 / len(BOOKING) * 1000:.1f} ms a turn under the profiler; of it, % within:")
    for (file, _, name), (_, _, _, inside, _) in sorted(
        stats.stats.items(), key=lambda item: -item[1][3]  # type: ignore[attr-defined]
    ):
        if inside > total * 0.02 and "/asyncio/" not in file:
            print(f"{inside / total:6.1%}  {file.split('site-packages/')[-1].replace(str(ROOT) + '/', '')}:{name}")


def main() -> None:
    """Measure, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds: to see that it runs")
    parser.add_argument("--profile", action="store_true", help="where the time goes, nothing else")
    options = parser.parse_args()
    if options.profile:
        profile()
        return
    result = measure(options.quick)
    report(result)
    draw(result)


if __name__ == "__main__":
    main()
