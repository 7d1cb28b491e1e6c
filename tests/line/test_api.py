"""What becomes of a message that is sent to LINE, whatever LINE's servers do."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from linebot.v3.messaging import TextMessage

from bot.line.api import Line, Outcome, Quota
from tests.line import platform as line_platform
from tests.line.platform import Platform

ME = "U" + "1" * 32
HELLO = [TextMessage(text="こんにちは")]


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    with line_platform.running() as platform:
        monkeypatch.setenv("LINE_API_ENDPOINT", platform.url)
        monkeypatch.setenv("LINE_CHANNEL_ACCESS_TOKEN", platform.token)
        yield platform


def push(messages: list[Any] = HELLO, key: str | None = None) -> Outcome:
    async def send() -> Outcome:
        async with Line(pauses=(0.01, 0.01)) as line:
            return await line.push(ME, messages, key or str(uuid.uuid4()))

    return asyncio.run(send())


def test_a_push_arrives(platform: Platform) -> None:
    assert push() is Outcome.SENT
    assert platform.sent[ME] == [{"type": "text", "text": "こんにちは"}]
    assert platform.complaints == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_too_fast_and_errors_inside_line_are_tried_again(platform: Platform, status: int) -> None:
    platform.fail("/push", status, times=2)
    assert push() is Outcome.SENT
    assert len(platform.sent[ME]) == 1


def test_an_answer_that_is_lost_on_the_way_does_not_double_the_message(platform: Platform) -> None:
    platform.fail("/push", 500, accepted=True)
    assert push() is Outcome.SENT  # the second try gets 409
    assert len(platform.sent[ME]) == 1


def test_the_same_message_pushed_again_later_is_taken_as_sent(platform: Platform) -> None:
    key = str(uuid.uuid4())
    assert [push(key=key), push(key=key)] == [Outcome.SENT, Outcome.SENT]
    assert len(platform.sent[ME]) == 1


def test_after_the_last_try_it_is_given_up(platform: Platform) -> None:
    platform.fail("/push", 500, times=9)
    assert push() is Outcome.GIVEN_UP
    assert len(platform.calls) == 3


def test_a_used_up_quota_is_not_tried_again(platform: Platform) -> None:
    platform.quota = 0
    assert push() is Outcome.QUOTA_USED_UP
    assert len(platform.calls) == 1


def test_who_has_blocked_the_account_is_nobody_to_write_to(platform: Platform) -> None:
    platform.blocked.add(ME)
    assert push() is Outcome.UNKNOWN_USER
    assert len(platform.calls) == 1


def test_a_message_that_line_refuses_is_not_tried_again(platform: Platform) -> None:
    assert push([*HELLO * 6][:5]) is Outcome.SENT
    platform.fail("/push", 400)
    assert push() is Outcome.REFUSED
    platform.fail("/push", 401)
    assert push() is Outcome.GIVEN_UP


def test_without_line_at_all_it_is_given_up(platform: Platform, monkeypatch: Any) -> None:
    monkeypatch.setenv("LINE_API_ENDPOINT", "http://127.0.0.1:9")
    assert push() is Outcome.GIVEN_UP


def test_a_reply_is_tried_once(platform: Platform) -> None:
    async def reply() -> list[Outcome]:
        async with Line() as line:
            return [await line.reply("no-such-token", HELLO)]

    assert asyncio.run(reply()) == [Outcome.GIVEN_UP]
    assert platform.calls == [("POST", "/v2/bot/message/reply")]


def test_what_is_left_of_the_month(platform: Platform) -> None:
    async def ask() -> Quota:
        async with Line() as line:
            return await line.quota()

    assert asyncio.run(ask()).left is None
    platform.quota, platform.pushes = 200, 150
    assert asyncio.run(ask()).left == 50
