"""The trained pipeline: what a parsed message shows, and that it is read once, in the bot alone."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.core.agent import Agent
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.classifier import LONGEST, SentenceClassifier
from bot.nlu.reader import MessageReader
from reading import reader
from tests.conversations.conftest import agent, bookings, loop, person  # noqa: F401  fixtures
from tests.conversations.driver import Person

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are cut for reading."""
    cut_texts: list[str] = []
    cut = reader.cut

    def counted(text: str, *more: Any) -> Any:
        cut_texts.append(text)
        return cut(text, *more)

    monkeypatch.setattr(reader, "cut", counted)
    return cut_texts


def test_a_message_without_a_conversation_is_that_of_a_new_one(
    agent: Agent, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:
    monkeypatch.setenv("RENEWAL_NOW", "2026-11-24T10:00:00+09:00")
    text = "母の更新を、12月3日に予約したいです。手数料はいくらですか"
    parsed = loop.run_until_complete(agent.parse_message(text))
    heard = {each["entity"]: each for each in parsed["entities"]}
    assert heard["wish"]["value"] == {"days": ["2026-12-03"]}
    assert text[heard["wish"]["start"] : heard["wish"]["end"]]
    assert heard["wish"]["extractor"] == "Interpreter"
    assert parsed["heard"]["questions"] == ["ask_fee"]
    assert "".join(text[start:end] for start, end in parsed["text_tokens"]) == text
    assert all(0 <= start < end <= len(text) for start, end in parsed["rest"])


def test_a_message_is_read_once_and_a_button_not_at_all(
    person: Callable[[], Person], readings: list[str]  # noqa: F811
) -> None:
    me = person()
    typed = ["予約したい。手数料はいくらですか", "電子証明書", "本人です", "令和9年2月20日です"]
    for text in typed:
        me.says(text)
    assert readings == typed
    me.taps("覚えている")
    assert readings == typed


def test_what_reads_text_is_not_even_loaded_where_actions_run() -> None:
    code = (
        "import sys, actions.application, actions.bookings, actions.questions\n"
        "print(*(name for name in sys.modules if name.startswith(('reading.', 'sudachipy'))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["reading.heard"]


def test_whole_and_parts_are_classified_at_once_by_their_beginning() -> None:
    asked: list[list[str]] = []

    class Model:
        labels = np.array(["inform"])

        def probabilities(self, texts: list[str]) -> Any:
            asked.append(list(texts))
            return np.ones((len(texts), 1))

    classifier = SentenceClassifier({}, None, None, Model())  # type: ignore[arg-type]
    text = "あ" * LONGEST + "。" + "い" * 400
    classifier.process(MessageReader().process([Message({"text": text})]))
    assert asked == [[text[:LONGEST], text[:LONGEST], "い" * LONGEST]]


def test_what_a_long_message_says_at_its_end_is_heard(person: Callable[[], Person]) -> None:  # noqa: F811
    me = person()
    story = "最近は寒くなってきて、朝起きるのもつらいですし、畑の野菜も終わりです。" * 12
    me.says(f"電子証明書の更新の予約をしたいです。{story}本庁舎で12月3日の17時半に、本人が行きます。")
    assert (me.slot("applicant"), me.slot("counter")) == ("self", "honchosha")
    assert me.slot("wish")["days"] == ["2026-12-03"]
