"""The switch that stops the chat, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from sqlalchemy.engine import Engine

from renewal import pauses

AT = datetime(2026, 11, 24, 1, 0, tzinfo=timezone.utc)


def test_the_chat_is_open_until_somebody_pauses_it_and_after_it_is_resumed(engine: Engine) -> None:
    assert pauses.current(engine, AT) is None
    pauses.begin(engine, "点検のためです。", AT, who="tanaka")
    assert pauses.current(engine, AT) == pauses.Pause(AT, "点検のためです。")
    assert pauses.end(engine, AT + timedelta(minutes=5), who="tanaka")
    assert pauses.current(engine, AT) is None
    assert not pauses.end(engine, AT + timedelta(minutes=6), who="tanaka")


def test_a_second_pause_gives_the_first_a_new_reason(engine: Engine) -> None:
    pauses.begin(engine, "点検のためです。", AT, who="tanaka")
    pauses.begin(engine, "停電のためです。", AT + timedelta(minutes=1), who="tanaka")
    pause = pauses.current(engine, AT)
    assert pause is not None
    assert pause.reason == "停電のためです。"
    assert pauses.end(engine, AT + timedelta(minutes=2), who="tanaka")
    assert pauses.current(engine, AT) is None


def test_a_pause_with_an_end_is_over_by_itself(engine: Engine) -> None:
    until = AT + timedelta(hours=1)
    pauses.begin(engine, "点検のためです。", AT, who="tanaka", until=until)
    assert pauses.current(engine, until - timedelta(seconds=1)) is not None
    assert pauses.current(engine, until) is None
