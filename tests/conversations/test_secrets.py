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
    lists = yaml.safe_load((SETS / f"{name}.yml").read_text(encoding="utf-8"))
    # Rasa's own format has a sentence a line, after "- ".
    texts = {line.removeprefix("- ") for text in _texts(lists) for line in text.splitlines()}
    masked = {text for text in texts if mask(text, pin_expected).found}
    assert len(texts) > 300
    assert masked == (TYPED_ON_PURPOSE if name == "conversations" else set())


def _masked(told: secrets.Told) -> str:
    """Return what is kept of a message and the one before, as the front door would have it."""
    first = mask(told.first).text
    now = mask(told.text, told.answers_the_pin_question, before=first)
    return now.text if now.begun_before else f"{first}\n{now.text}"


def test_no_form_in_which_a_secret_is_written_stays_readable() -> None:
    assert secrets.FORMS >= 120
    for told in secrets.messages(3000):
        kept = _masked(told)
        assert secrets.kept(kept.encode(), [told.secret]) == [], told
        assert "●" in kept


@pytest.mark.parametrize("pin_expected", [False, True])
@pytest.mark.parametrize("before", ["", "暗証番号を忘れました", "本人です", "マイナンバーカードの更新です"])
def test_harmless_numbers_are_left_alone(pin_expected: bool, before: str) -> None:
    for text in secrets.harmless(500):
        assert mask(text, pin_expected, before=before).text == text


def test_after_a_word_about_pins_what_was_asked_for_is_still_answered() -> None:
    for text in ("1030", "1225", "1030です", "09012345678", "12月3日", "20270220", "5678"):
        kept = mask(text, before="暗証番号を忘れました", figures_expected=True)
        assert kept.text == text
    guessed = mask("6284だったと思う", before="暗証番号を忘れました", figures_expected=True)
    assert guessed.text == "●●●●だったと思う"
    assert mask("6284", before="暗証番号は", figures_expected=True).text == "●●●●"


@pytest.mark.parametrize(
    ("before", "text", "kept"),
    [
        ("マイナンバーは●●●●●●", "789018", "●●●●●●"),
        ("123456", "789018", "●●●●●●"),
        ("マイナンバーは●●●●●●●●●●●●", "1030", "1030"),
        ("12月3日の10時", "1030", "1030"),
        ("20261203", "1030", "1030"),
        ("09012345678", "5", "5"),
        ('/inform{"pins": "forgotten"}', "1030", "1030"),
    ],
)
def test_a_my_number_in_two_messages(before: str, text: str, kept: str) -> None:
    assert mask(text, before=before).text == kept
