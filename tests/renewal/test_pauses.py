"""The switch that stops the chat, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from sqlalchemy.engine import Engine

from renewal import pauses

AT = datetime(2026, 11, 24, 1, 0, tzinfo=timezone.utc)


def test_the_chat_is_open_until_somebody_pauses_it_and_after_it_is_resumed(engine: Engine) -> None:
    assert pauses.current(engine) is None
    pauses.begin(engine, "点検のためです。", AT)
    assert pauses.current(engine) == pauses.Pause(AT, "点検のためです。")
    assert pauses.end(engine, AT + timedelta(minutes=5))
    assert pauses.current(engine) is None
    assert not pauses.end(engine, AT + timedelta(minutes=6))


def test_a_second_pause_gives_the_first_a_new_reason(engine: Engine) -> None:
    pauses.begin(engine, "点検のためです。", AT)
    pauses.begin(engine, "停電のためです。", AT + timedelta(minutes=1))
    pause = pauses.current(engine)
    assert pause is not None
    assert pause.reason == "停電のためです。"
    assert pauses.end(engine, AT + timedelta(minutes=2))
    assert pauses.current(engine) is None
