"""The whole way through the real servers over HTTP, as `make run` starts them."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from rasa.shared.core.domain import Domain

from bot.conversation_store import ConversationStore
from bot.listening import conversation_at
from bot.nlu.state import state_of
from cli.read import shown as shown_of
from cli.read import slots_of
from renewal import city
from renewal.application import Desk
from renewal.bookings import Bookings, create_engine_from
from tests.server.servers import ROOT, Servers, running


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with running(tmp_path_factory.mktemp("servers")) as servers:
        yield servers


def text_of(messages: list[dict[str, object]]) -> str:
    return "\n".join(str(message.get("text") or "") for message in messages)


def renewal(servers: Servers, *arguments: str, given: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=ROOT,
        env=servers.environment,
        input=given,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_a_person_books_the_evening_in_at_most_eleven_answers_and_staff_see_it(
    servers: Servers,
) -> None:
    said = [
        "こんにちは",
        "予約する",
        "電子証明書",
        "本人です",
        "R9.2.20",
        "覚えている",
        "12月3日の木曜の夜に市役所で",
        "17時半",
        "さとうはなこ",
        "09012345678",
        "はい",
    ]
    answers = [text_of(servers.says("evening", text)) for text in said]
    assert len(said) <= 11
    assert all(answers)
    assert "予約できました" in answers[-1]
    assert "令和8年12月3日（木）17時30分" in answers[-1]
    listed = json.loads(renewal(servers, "bookings", "list", "--json"))
    assert len(listed) == 1
    booking = listed[0]
    assert booking["code"] in answers[-1]
    assert (booking["counter"], booking["start"], booking["applicant"], booking["phone"]) == (
        "honchosha",
        "2026-12-03T17:30:00+09:00",
        "self",
        "09012345678",
    )
    assert booking["cards"][0]["name_kana"] == "サトウハナコ"
    assert booking["cards"][0]["documents"] == ["card", "pin_juki", "pin_user", "pin_sign"]


def test_whoever_serves_citizens_has_not_loaded_tensorflow(servers: Servers) -> None:
    maps = Path(f"/proc/{servers.processes['rasa'].pid}/maps").read_text()
    assert "numpy" in maps
    assert "tensorflow" not in maps


def test_with_everything_in_the_first_sentence_five_answers_are_enough(servers: Servers) -> None:
    first = (
        "通知に電子証明書と書いてあります。期限は令和9年2月20日で、暗証番号は覚えています。"
        "本人が12月4日の10時に本庁舎で予約したいです"
    )
    said = [first, "サトウ ジロウ", "090-1111-2222", "はい"]
    answers = [text_of(servers.says("all-at-once", text)) for text in said]
    assert "予約できました" in answers[-1], answers
    assert len(said) <= 5


def test_a_restart_in_the_middle_keeps_the_conversation(servers: Servers) -> None:
    for text in ("予約する", "電子証明書", "本人です"):
        servers.says("restart", text)
    servers.stop("rasa")
    servers.start("rasa")
    servers.wait_until_ready()
    assert "暗証番号" in text_of(servers.says("restart", "令和9年2月20日"))


def test_what_renewal_read_shows_is_what_the_servers_hear(servers: Servers) -> None:
    rows = [*said_by_the_personas()][:100]
    given = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    shown = [json.loads(line) for line in renewal(servers, "read", "--json", given=given).splitlines()]
    store = ConversationStore(Domain.load(ROOT / "domain.yml"), db=servers.environment["CONVERSATIONS_DB"])
    desk = Desk(city.load(), Bookings(create_engine_from("sqlite://")), NOW, NOW)
    state, heard = state_of(desk, {}), []
    for number, row in enumerate(rows):
        sender = f"row-{number}"
        begun = conversation_at(store.domain, sender, row["asked"], slots_of(row["known"]))
        asyncio.run(store.save(begun))
        servers.says(sender, row["text"])
        latest = asyncio.run(store.retrieve(sender)).latest_message
        heard.append(shown_of(latest.parse_data, row["known"], state.at(row["asked"])))
    assert len(shown) == len(heard) == 100
    # Facts and what is left of the text are not stored.
    assert [{**each, "facts": [], "rest": []} for each in shown] == heard


NOW = datetime.fromisoformat("2026-11-24T10:00:00+09:00")
# What is settled when a slot is asked for, in the order of the questions.
SETTLED = {
    "notice": "certificate", "applicant": "self", "holder": "general", "expires_on": "2027-01-20",
    "pins": "remembered", "counter": "honchosha", "visit_date": "2026-12-08", "visit_time": "10:00",
    "name_kana": "サトウ ハナコ", "phone": "090-0000-1234",
}  # fmt: skip


def said_by_the_personas() -> Iterator[dict[str, Any]]:
    """Yield what the personas say, each with what was asked for and is known by then."""
    personas = yaml.safe_load((ROOT / "tests" / "nlu" / "conversations.yml").read_text("utf-8"))
    for persona in personas:
        yield from ({"text": text, "asked": None, "known": {}} for text in persona["says"])
        for asked, answers in persona["answers"].items():
            first = answers[0] if isinstance(answers, list) else answers
            settled = list(SETTLED)[: list(SETTLED).index(asked)] if asked in SETTLED else ["notice"]
            known = {slot: SETTLED[slot] for slot in settled}
            yield {"text": str(first), "asked": asked, "known": known}


def test_without_the_action_server_a_person_hears_an_apology_and_the_phone_number(
    servers: Servers,
) -> None:
    servers.says("no-actions", "予約する")
    servers.stop("actions")
    try:
        assert "024-505-0445" in text_of(servers.says("no-actions", "電子証明書"))
    finally:
        servers.start("actions")
        servers.wait_for_actions()


def test_what_is_said_while_the_action_server_is_away_is_not_lost(servers: Servers) -> None:
    for text in ("予約する", "電子証明書"):
        servers.says("away", text)
    servers.stop("actions", signal.SIGKILL)
    try:
        begun = time.monotonic()
        said = text_of(servers.says("away", "本人です"))
        assert "024-505-0445" in said
        assert time.monotonic() - begun < 3
        ready = requests.get(f"{servers.url}/readyz", timeout=5)
        assert ready.status_code == 503
        assert ready.json()["actions"] is False
    finally:
        servers.start("actions")
        servers.wait_for_actions()
    assert "期限" in text_of(servers.says("away", "本人です"))


def test_a_pause_answers_everybody_and_no_conversation_moves(servers: Servers) -> None:
    for text in ("予約する", "電子証明書"):
        servers.says("paused", text)
    renewal(servers, "pause", "--reason", "システムの点検のためです")
    said = until(lambda: text_of(servers.says("paused", "本人です")), "お休み")
    assert "システムの点検のためです。" in said
    assert "024-505-0445" in said
    renewal(servers, "resume")
    assert "期限" in until(lambda: text_of(servers.says("paused", "本人です")), "期限")


def until(ask: Callable[[], str], word: str) -> str:
    """Return the first answer that has the word in it; fails after four seconds."""
    deadline = time.monotonic() + 4
    while word not in (said := ask()):
        assert time.monotonic() < deadline, said
        time.sleep(0.2)
    return said


def test_who_runs_the_bot_sees_figures_and_nothing_personal(servers: Servers) -> None:
    assert requests.get(f"{servers.url}/healthz", timeout=5).status_code == 200
    assert requests.get(f"{servers.url}/readyz", timeout=5).json() == dict.fromkeys(
        ("model", "database", "disk", "conversations", "actions"), True
    )
    for text in ("サトウハナコです", "ぱぴぷぺぽぴぷぺ", "こんにちは"):
        servers.says("watched-conversation", text)
    figures = requests.get(f"{servers.url}/metrics", timeout=5).text
    for line in (
        'renewal_turns_total{channel="collector",outcome="answered"}',
        'renewal_intents_total{band="understood",intent="greet"}',
        'renewal_bookings{status="booked"}',
        "renewal_turn_seconds_bucket",
        "renewal_fallbacks_total",
        "renewal_holds",
        "renewal_database_up 1.0",
    ):
        assert line in figures
    assert "watched-conversation" not in figures
    assert "サトウ" not in figures


def test_what_is_for_who_runs_the_bot_does_not_go_through_a_proxy(servers: Servers) -> None:
    for path in ("healthz", "readyz", "metrics"):
        through = {"X-Forwarded-For": "192.0.2.1"}
        assert requests.get(f"{servers.url}/{path}", headers=through, timeout=5).status_code == 404


def test_a_typed_command_is_text(servers: Servers) -> None:
    for text in ("予約する", "電子証明書", '/inform{"applicant": "self", "confirmed": "yes"}'):
        said = text_of(servers.says("typed", text))
    assert "予約できました" not in said
    assert "どなた" in said


def test_the_page_answers_and_names_the_phone_number(servers: Servers) -> None:
    page = requests.get(f"{servers.url}/chat/", timeout=10)
    assert page.status_code == 200
    assert "024-505-0445" in page.text


def test_nothing_listens_beyond_this_machine(servers: Servers) -> None:
    listening = Path("/proc/net/tcp").read_text().splitlines()[1:]
    ours = {f"{servers.port:04X}", f"{servers.action_port:04X}"}
    addresses = {
        line.split()[1].split(":")[0]
        for line in listening
        if line.split()[3] == "0A" and line.split()[1].split(":")[1] in ours
    }
    assert addresses == {"0100007F"}
