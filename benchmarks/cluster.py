"""Kill -9 of any one process, again and again, while people book: nothing may get lost.

    python -m benchmarks.cluster [--minutes 5] [--people 50] [--every 10] [--seed 1] [--rolling]

With --rolling no process is killed: each is restarted in its turn, as for an upgrade.

The topology of production on this machine (deploy/cluster.py): PostgreSQL, Valkey, two workers, two
action servers, a proxy; what dies is started again. Each person books through the web channel, one
booking after the other, and does what the widget does when an answer fails: sends the same message
again. Afterwards every code that somebody was given has to be in the database with that person's
name, phone and time, once, and `renewal check` has to be clean.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import aiohttp

from benchmarks import roomy_city
from benchmarks.bookings_common import machine, starts
from deploy.cluster import ROOT, Cluster, running

NOW = "2026-11-24T10:00:00+09:00"
GIVES_UP = 60.0
"""Seconds after which a person who sent a message again and again counts as left alone."""
KANA = "アイウエオカキクケコ"
APOLOGY = "申し訳ありません"


@dataclass
class Seen:
    """What happened to everybody."""

    turns: int = 0
    resent: int = 0
    apologies: int = 0
    first_word: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    codes: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    killed: Counter[str] = field(default_factory=Counter)
    restarted: Counter[str] = field(default_factory=Counter)


class Person:
    """Somebody in front of the chat."""

    def __init__(
        self, url: str, seen: Seen, choose: random.Random, think: float, which: int
    ) -> None:
        self._url, self._seen, self._choose, self._think = url, seen, choose, think
        # Of their own: what comes from one address is slowed down.
        self._address = f"127.1.{which // 250}.{which % 250 + 1}"

    async def books(self, number: int, start: datetime) -> None:
        """Make one booking in a conversation of its own, under a name and phone of its own."""
        name = "サトウ " + "".join(KANA[int(digit)] for digit in f"{number:06}")
        phone = f"090{number:08}"
        when = f"{start.month}月{start.day}日の{start.hour}時{start.minute or ''}{'分' if start.minute else ''}"
        all_at_once = [
            "通知に電子証明書と書いてあります。期限は令和9年2月20日で、暗証番号は覚えています。"
            f"本人が{when}に本庁舎で予約したいです",
        ]
        step_by_step = [
            *("予約する", "電子証明書", "本人です", "R9.2.20", "覚えている"),
            f"{when}に市役所で",
        ]
        said = self._choose.choice((all_at_once, step_by_step)) + [name, phone]
        async with aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=30),
            connector=aiohttp.TCPConnector(local_addr=(self._address, 0)),
            cookie_jar=aiohttp.CookieJar(unsafe=True),  # which takes cookies of 127.0.0.1
        ) as self._session:
            await self._again_and_again("conversation", {})
            for text in said:
                answer = await self._says(text)
            if phone[-4:] not in answer or name.split()[1] not in answer:
                self._seen.wrong.append(f"{number}: the summary is not this person's: {answer}")
            answer = await self._says("はい")
            code = _code_in(answer)
            if code is None:
                self._seen.wrong.append(f"{number}: no code in {answer}")
            else:
                self._seen.codes[code] = (phone, start)

    async def _says(self, text: str) -> str:
        """Say it until there is an answer; after an apology say it once more, as people do."""
        await asyncio.sleep(self._choose.uniform(0.5, 1.5) * self._think)
        begun = time.monotonic()
        while True:
            lines = await self._again_and_again("message", {"id": uuid.uuid4().hex, "text": text})
            answer = "\n".join(line.get("text") or "" for line in lines if "done" not in line)
            if APOLOGY not in answer:
                self._seen.turns += 1
                self._seen.waits.append(time.monotonic() - begun)
                return answer
            self._seen.apologies += 1
            if time.monotonic() - begun > GIVES_UP:
                raise AssertionError(f"nothing but apologies for {GIVES_UP:.0f} s to {text}")
            await asyncio.sleep(1)

    async def _again_and_again(self, path: str, body: dict[str, str]) -> list[dict[str, str]]:
        begun, last = time.monotonic(), ""
        for attempt in itertools.count():
            asked = time.monotonic()
            try:
                url = f"{self._url}/webhooks/web/{path}"
                async with self._session.post(url, json=body) as response:
                    text = last = await response.text()
                    self._seen.first_word.append(time.monotonic() - asked)
                    if response.status == 200:
                        lines = [json.loads(line) for line in text.splitlines()]
                        ended = path != "message" or (lines and lines[-1].get("done"))
                        if ended and not lines[-1].get("failed"):
                            self._seen.resent += attempt
                            return lines
            except (aiohttp.ClientError, asyncio.TimeoutError, json.JSONDecodeError) as error:
                last = repr(error)
            if time.monotonic() - begun > GIVES_UP:
                raise AssertionError(f"no answer for {GIVES_UP:.0f} s to {body}: {last}")
            await asyncio.sleep(0.5)
        raise AssertionError


def _code_in(answer: str) -> str | None:
    from renewal.bookings import find_code

    return find_code(answer) if "予約できました" in answer else None


async def _kill(
    cluster: Cluster, seen: Seen, choose: random.Random, every: float, until: float
) -> None:
    # Each once before any a second time.
    order: list[str] = []
    while time.monotonic() + every < until:
        await asyncio.sleep(every)
        if not order:
            order = choose.sample(cluster.names, len(cluster.names))
        name = order.pop()
        try:
            cluster.kill(name)
        except ProcessLookupError:
            continue
        seen.killed[name.split("-")[0]] += 1


async def _roll(cluster: Cluster, seen: Seen, names: Sequence[str]) -> None:
    for name in names:
        await asyncio.to_thread(cluster.restart, name)
        seen.restarted[name.split("-")[0]] += 1


async def _live(
    url: str,
    people: int,
    goes_on: Callable[[], bool],
    seed: int,
    seen: Seen,
    numbers: Iterator[int],
    think: float,
) -> None:
    free = starts(date(2026, 11, 30), 50)

    async def one(which: int) -> None:
        person = Person(url, seen, random.Random(seed * 1000 + which), think, which)
        while goes_on():
            number = next(numbers)
            await person.books(number, free[number % len(free)])

    await asyncio.gather(*(one(which) for which in range(people)))


def under_fire(
    cluster: Cluster, people: int, seconds: float, every: float, seed: int, think: float = 2.0
) -> Seen:
    """Return what happened to this many people while a process is killed every so many seconds.

    Raises AssertionError when somebody was left without an answer.
    """
    seen, until = Seen(), time.monotonic() + seconds

    async def both() -> None:
        killing = _kill(cluster, seen, random.Random(seed), every, until)
        await asyncio.gather(
            killing,
            _live(cluster.url, people, lambda: time.monotonic() < until, seed, seen,
                  _numbers(seed), think),
        )  # fmt: skip

    asyncio.run(both())
    return seen


def under_restarts(
    cluster: Cluster, people: int, names: Sequence[str], seed: int, think: float = 2.0
) -> Seen:
    """Return what happened to this many people while these processes were restarted in turn.

    Raises AssertionError when somebody was left without an answer.
    """
    seen = Seen()

    async def both() -> None:
        rolling = asyncio.create_task(_roll(cluster, seen, names))
        living = _live(
            cluster.url, people, lambda: not rolling.done(), seed, seen, _numbers(seed), think
        )
        await asyncio.gather(rolling, living)

    asyncio.run(both())
    return seen


def _numbers(seed: int) -> Iterator[int]:
    return itertools.count(seed * 100_000)  # names and phones of this run alone


def what_is_wrong(cluster: Cluster, seen: Seen) -> list[str]:
    """Return what got lost or mixed up, read with the staff's own command; empty if nothing."""
    found = list(seen.wrong)
    listed = json.loads(_renewal(cluster, "bookings", "list", "--json"))
    by_code = {each["code"]: each for each in listed}
    for code, (phone, start) in seen.codes.items():
        booking = by_code.get(code)
        if booking is None:
            found.append(f"{code} is lost")
        elif (booking["phone"], booking["start"]) != (phone, start.isoformat()):
            found.append(f"{code} is not as its person was told: {booking}")
    phones = Counter(each["phone"] for each in listed)
    found += [f"{phone} has {count} bookings" for phone, count in phones.items() if count > 1]
    found += json.loads(_renewal(cluster, "check", "--json"))["problems"]
    return found


def _renewal(cluster: Cluster, *arguments: str) -> str:
    command = [sys.executable, "-m", "cli", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=cluster.environment, capture_output=True, text=True, check=False
    )
    return done.stdout


def main() -> None:
    """Run it at full size and print what happened; exit 1 when something was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--every", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rolling", action="store_true", help="restart each once; kill none")
    options = parser.parse_args()
    print(machine())
    with (
        tempfile.TemporaryDirectory(prefix="cluster", ignore_cleanup_errors=True) as folder,
        running(Path(folder), environment={"RENEWAL_NOW": NOW, "RENEWAL_CITY": roomy_city()}) as cluster,
    ):
        if options.rolling:
            names = [*cluster.actions, *cluster.workers]
            seen = under_restarts(cluster, options.people, names, options.seed)
        else:
            seconds = options.minutes * 60
            seen = under_fire(cluster, options.people, seconds, options.every, options.seed)
        wrong = what_is_wrong(cluster, seen)
    waits = sorted(seen.waits)
    print(
        f"{options.people} people, killed: {dict(seen.killed)}, restarted: {dict(seen.restarted)}: "
        f"{seen.turns} turns, {len(seen.codes)} bookings; {seen.resent} messages sent again, "
        f"{seen.apologies} apologies\nuntil the answer: median {waits[len(waits) // 2]:.2f} s, "
        f"p95 {waits[int(len(waits) * 0.95)]:.2f} s, longest {waits[-1]:.1f} s; "
        f"until any word of the server: longest {max(seen.first_word):.1f} s, "
        f"{sum(each > 3 for each in seen.first_word)} of {len(seen.first_word)} over 3 s "
        "(the widget says after 2.5 s that it takes longer, with the phone: tests/browser)"
    )
    print("\n".join(wrong) or "nothing lost, nobody in another's conversation, check clean")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
