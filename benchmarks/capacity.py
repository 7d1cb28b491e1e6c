"""How many machines a city, a prefecture and the country need, and what gives first.

    python -m benchmarks.capacity [--seconds 40] [--seed 1]

Measures what a turn and a booking cost in processor time, kind of process by kind, on the topology
of production (deploy/cluster.py), and works out from it, and from assumptions that stand below in
one place, what the busiest hour needs. The number of workers comes from a simulation of that hour:
each worker is a queue of its own, because a conversation stays at one worker.
"""

from __future__ import annotations

import argparse
import math
import random
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import psutil

from benchmarks import roomy_city
from benchmarks.bookings_common import CITY, machine
from benchmarks.cluster import NOW, under_fire, what_is_wrong
from deploy.cluster import Cluster, running
from renewal import opening_hours

# What we take as given. Cards and the five years: 100 million cards, one renewal in five years each.
CARDS = 100_000_000
PEOPLE = 124_000_000
YEARS = 5
AREAS = {"Fukushima City": 270_000, "Fukushima Prefecture": 1_760_000, "the whole country": PEOPLE}
# What we assume; nobody has measured it. Notices go out month by month and arrive on one day.
WAVES_A_YEAR = 12
LEAST_WAVE = 10_000  # a city may get several months' at once
USE_THE_CHAT = 0.30  # of those who got a notice
ON_THE_FIRST_DAY = 0.40  # of those
IN_THE_BUSIEST_HOUR = 0.20  # of that day
BOOK = 0.7  # of the conversations
# What we build with.
CORES = 8  # of a machine
AT_MOST_BUSY = 0.6  # of a core, so that one machine may fail, and for the garbage collector
P95_SECONDS = 1.0
WORKER_MEMORY_GB = 0.5
POSTGRES_CORES = 32  # of the largest machine that we would ask for
CONNECTIONS_A_PROCESS = 3  # used at once; a worker has one event loop
POSTGRES_CONNECTIONS = 500  # beyond this a pooler (PgBouncer) has to stand before it


@dataclass(frozen=True)
class Cost:
    """Processor seconds: a turn by kind of process, and turns of a booking from hello to code."""

    by_kind: dict[str, float]
    turns_a_booking: float


def _used(cluster: Cluster) -> Counter[str]:
    """Return the processor seconds that each kind of process has used so far."""
    used: Counter[str] = Counter()
    for name in cluster.names:
        process = psutil.Process(cluster.pid(name))
        for each in [process, *process.children(recursive=True)]:
            times = each.cpu_times()
            used[name.split("-")[0]] += (
                times.user + times.system + times.children_user + times.children_system
            )
    return used


def measure(seconds: float, seed: int) -> Cost:
    """Return what a turn costs, measured while eight people book as fast as they can."""
    with (
        tempfile.TemporaryDirectory(prefix="capacity", ignore_cleanup_errors=True) as folder,
        running(Path(folder), environment={"RENEWAL_NOW": NOW, "RENEWAL_CITY": roomy_city()}) as cluster,
    ):
        under_fire(cluster, 4, 5, every=1e6, seed=seed + 1, think=0.2)  # warm
        before = _used(cluster)
        seen = under_fire(cluster, 8, seconds, every=1e6, seed=seed, think=0.2)
        used = _used(cluster)
        assert not seen.wrong, seen.wrong
        assert not what_is_wrong(cluster, seen)
    each = {kind: (used[kind] - before[kind]) / seen.turns for kind in used}
    return Cost(each, seen.turns / len(seen.codes))


def p95(arrivals_a_second: float, service: float, choose: random.Random) -> float:
    """Return the 95th percentile of the time in one worker, over a simulated busiest hour."""
    at = free_at = 0.0
    took = []
    while at < 3600:
        at += choose.expovariate(arrivals_a_second)
        # A turn's length varies: a question is short, a list of free times long.
        begins = max(at, free_at)
        free_at = begins + service * choose.uniform(0.4, 1.6)
        took.append(free_at - at)
    took.sort()
    return took[int(len(took) * 0.95)] if took else 0.0


def workers_for(turns_a_second: float, service: float, seed: int) -> int:
    """Return the least number of workers that answers in time and is not too busy; at least two."""
    workers = max(2, math.ceil(turns_a_second * service / AT_MOST_BUSY))
    while p95(turns_a_second / workers, service, random.Random(seed)) > P95_SECONDS:
        workers += 1
    return workers


def plan(name: str, people: int, cost: Cost, seed: int) -> None:
    """Print what one area needs: in the hour that we expect, and if everybody came in one hour."""
    renewals = people / PEOPLE * CARDS / YEARS
    wave = max(renewals / WAVES_A_YEAR, LEAST_WAVE)
    print(
        f"\n{name} ({people:,} people): {renewals:,.0f} renewals a year, {wave:,.0f} notices a wave"
    )
    expected = wave * USE_THE_CHAT * ON_THE_FIRST_DAY * IN_THE_BUSIEST_HOUR
    for hour, talks in (("busiest hour", expected), ("all in one hour", wave * USE_THE_CHAT)):
        turns = talks * cost.turns_a_booking / 3600
        workers = workers_for(turns, cost.by_kind["worker"], seed)
        cores = {kind: turns * each / AT_MOST_BUSY for kind, each in cost.by_kind.items()}
        actions = max(2, math.ceil(cores["actions"]))
        machines = math.ceil((workers + actions + cores["proxy"] + cores["valkey"]) / CORES) + 1
        connections = (workers + actions) * CONNECTIONS_A_PROCESS
        print(
            f"  {hour}: {talks:,.0f} conversations, {turns:,.1f} turns and "
            f"{talks * BOOK / 3600:.1f} bookings a second\n"
            f"    {workers} workers ({workers * WORKER_MEMORY_GB:.0f} GB), {actions} action servers: "
            f"{machines} machines of {CORES} cores, one of them to spare\n"
            f"    PostgreSQL: {cores['postgres']:.1f} cores, {connections} connections"
        )
    print(f"  gives first: {first_to_give(name, renewals, cores['postgres'], connections)}")


def first_to_give(name: str, renewals: float, postgres: float, connections: int) -> str:
    """Return what an area runs out of first if everybody comes in one hour."""
    if postgres > POSTGRES_CORES:
        return (
            "the one PostgreSQL. Cities share no counters: give each prefecture or large city a "
            "database, and workers, of its own"
        )
    if connections > POSTGRES_CONNECTIONS:
        return "connections to PostgreSQL: put PgBouncer before it"
    if name == "Fukushima City":
        seats = seats_a_year()
        return (
            f"the counters, not the machines: {seats:,} seats a year in city.yml (unconfirmed) for "
            f"{renewals:,.0f} renewals ({seats / renewals:.0%})"
        )
    return "the counters; of the machines, the workers' processor time, which grows by adding some"


def seats_a_year() -> int:
    """Return the bookable seats of all counters in a year, as city.yml has them."""
    days = [date(2027, 1, 1) + timedelta(days=offset) for offset in range(365)]
    return sum(
        item.seats
        for counter in CITY.bookable_counters
        for day in days
        for item in opening_hours.starts(CITY, counter.id, day)
    )


def main() -> None:
    """Measure and print the plan."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(machine())
    cost = measure(options.seconds, options.seed)
    shares = ", ".join(f"{kind} {1000 * each:.1f} ms" for kind, each in cost.by_kind.items())
    print(f"processor time a turn: {shares}; {cost.turns_a_booking:.1f} turns a booking")
    for name, people in AREAS.items():
        plan(name, people, cost, options.seed)


if __name__ == "__main__":
    main()
