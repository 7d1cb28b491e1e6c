"""The topology of production on this machine: what dies, what a citizen sees, and what is left."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from benchmarks.cluster import NOW, under_fire, under_restarts, what_is_wrong
from deploy.cluster import Cluster, running
from tests.web.conftest import Browser, answers

PHONE = "024-505-0445"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    # Not in pytest's own folder: PostgreSQL, which runs as another user, has to get in again later.
    with (
        tempfile.TemporaryDirectory(prefix="cluster", ignore_cleanup_errors=True) as folder,
        running(Path(folder), environment={"RENEWAL_NOW": NOW}) as cluster,
    ):
        yield cluster


@pytest.fixture
def person(cluster: Cluster) -> Browser:
    """Somebody who is being asked who comes."""
    person = Browser(f"{cluster.url}/webhooks/web")
    person.begins()
    for text in ("予約する", "電子証明書"):
        person.says(text)
    return person


def text_of(messages: list[dict[str, object]]) -> str:
    return "\n".join(str(message.get("text") or "") for message in messages)


def quickly(ask: Callable[[], requests.Response]) -> requests.Response:
    """Return the answer, which has to come within three seconds."""
    begun = time.monotonic()
    answer = ask()
    assert time.monotonic() - begun < 3
    return answer


def goes_on(person: Browser, cluster: Cluster) -> bool:
    """Return whether the person, once everything is back, is asked what comes next."""
    for name in cluster.workers:
        cluster.wait_until_ready(name)
    return "期限" in text_of(person.says("本人です"))


def test_without_the_database_a_person_hears_so_and_goes_on_afterwards(
    cluster: Cluster, person: Browser
) -> None:
    with cluster.without("postgres"):
        answer = quickly(lambda: person.sends(text="本人です"))
        assert PHONE in text_of(answers(answer))
        assert '"failed": true' in answer.text
        ready = requests.get(f"http://127.0.0.1:{cluster.workers['worker-1']}/readyz", timeout=5)
        assert (ready.status_code, ready.json()["database"]) == (503, False)
    assert goes_on(person, cluster)


def test_without_the_action_servers_a_person_hears_so_and_goes_on_afterwards(
    cluster: Cluster, person: Browser
) -> None:
    stranger = Browser(person.url)
    stranger.begins()
    with cluster.without(*cluster.actions):
        assert PHONE in quickly(lambda: person.sends(text="本人です")).text
        assert PHONE in quickly(lambda: stranger.sends(text="予約する")).text
    assert goes_on(person, cluster)
    assert "通知" in text_of(stranger.says("予約する"))


def test_without_redis_nobody_notices(cluster: Cluster, person: Browser) -> None:
    with cluster.without("valkey"):
        assert "期限" in quickly(lambda: person.sends(text="本人です")).text


def test_without_any_worker_the_proxy_says_the_sentence_and_the_phone(
    cluster: Cluster, person: Browser
) -> None:
    with cluster.without(*cluster.workers):
        answer = quickly(lambda: person.sends(text="本人です"))
        assert answer.status_code == 503
        assert PHONE in answer.json()["say"]
    assert goes_on(person, cluster)


def test_an_upgrade_process_by_process_loses_no_message(cluster: Cluster) -> None:
    seen = under_restarts(cluster, people=2, names=["actions-1", "worker-1"], seed=9, think=1.0)
    assert seen.restarted == {"actions": 1, "worker": 1}
    assert seen.apologies == 0
    assert what_is_wrong(cluster, seen) == []


def test_people_who_book_while_processes_die_lose_nothing(cluster: Cluster) -> None:
    seen = under_fire(cluster, people=3, seconds=12, every=3, seed=4, think=0.3)
    assert sum(seen.killed.values()) >= 2
    assert seen.codes
    assert what_is_wrong(cluster, seen) == []
