"""A My Number or a PIN that somebody types is kept nowhere: not in a database, nor in any log."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
import yaml
from rasa.core.agent import Agent

from bot.conversation_store import ConversationStore
from reading.masking import mask
from renewal.bookings import Bookings
from tests.conversations import secrets
from tests.conversations.driver import Person

SETS = Path(__file__).parents[1] / "nlu"


@pytest.fixture
def kept_in_files(agent: Agent, tmp_path: Path) -> Iterator[Path]:
    """The folder of the databases and the log, where this test's conversations are kept."""
    memory, levels = agent.tracker_store, {"": logging.root.level}
    levels |= {n: logging.getLogger(n).level for n in logging.root.manager.loggerDict}
    store = ConversationStore(agent.domain, db=f"{tmp_path}/conversations.db")
    agent.tracker_store = agent.processor.tracker_store = store
    handler = secrets.log_everything(tmp_path / "everything.log")
    yield tmp_path
    logging.root.removeHandler(handler)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    agent.tracker_store = agent.processor.tracker_store = memory
    store.engine.dispose()


def test_no_my_number_and_no_pin_is_found_in_the_databases_and_logs(
    person: Callable[[], Person], bookings: Bookings, kept_in_files: Path
) -> None:
    told = list(secrets.messages(60))
    typed = [message.secret for message in told]
    said = "\n".join(secrets.tell(person, told))
    files = {path.name: path.read_bytes() for path in kept_in_files.iterdir()}
    assert "●".encode() in b"".join(files.values()) or rb"\u25cf" in b"".join(files.values())
    assert files.keys() >= {"renewal.db", "conversations.db", "everything.log"}
    assert {name: secrets.kept(data, typed) for name, data in files.items()} == dict.fromkeys(
        files, []
    )
    assert secrets.kept(said.encode(), typed) == []


@pytest.mark.parametrize("secret", ["123456789018", "8264", "ABC98765"])
@pytest.mark.parametrize(
    "written",
    [
        str,
        lambda s: s.translate(secrets.FULL),
        lambda s: s.translate(secrets.KANJI),
        lambda s: s.translate(secrets.FULL).encode("unicode_escape").decode(),
        lambda s: s.translate(secrets.KANJI).encode("unicode_escape").decode(),
        lambda s: "-".join(s),
        lambda s: "　".join(s),
        lambda s: " ".join(s[i : i + 2] for i in range(0, len(s), 2)),
    ],
)
def test_the_search_would_find_a_secret_however_it_was_kept(
    secret: str, written: Callable[[str], str]
) -> None:
    kept = b'\x00\xff{"text": "' + f"番号は{written(secret)}です".encode() + b'"}\x00'
    assert secrets.kept(kept, [secret, "999999999999", "7531"]) == [secret]


def _texts(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)


TYPED_ON_PURPOSE = {
    "更新の予約をしたいです。私の個人番号は1234 5678 9018です",
    "暗証番号は8264で、署名用はABC987です",
}


@pytest.mark.parametrize("pin_expected", [False, True])
@pytest.mark.parametrize("name", ["utterances", "out_of_scope", "conversations"])
def test_nothing_but_secrets_is_masked_in_the_held_out_sets(name: str, pin_expected: bool) -> None:
    texts = set(_texts(yaml.safe_load((SETS / f"{name}.yml").read_text(encoding="utf-8"))))
    masked = {text for text in texts if mask(text, pin_expected).found}
    assert len(texts) > 300
    assert masked == (TYPED_ON_PURPOSE if name == "conversations" else set())
