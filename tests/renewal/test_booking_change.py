"""What is read in messages about a booking that exists, and what it leads to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.nlu.state import state_of
from reading.bookings import told
from reading.reader import read
from renewal import booking_change
from renewal import city as city_module
from renewal.application import Desk
from renewal.booking_change import TYPO, Caller, Request, advance, next_question
from renewal.bookings import Booking, Bookings, Card, Visit, create_engine_from, migrate
from renewal.bookings.codes import ALPHABET, new_code
from renewal.clock import TOKYO

CITY = city_module.load(city_module.DEFAULT_PATH)
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=TOKYO)
AT = datetime(2026, 11, 24, 1, 0, tzinfo=timezone.utc)
START = datetime(2026, 12, 3, 18, 30, tzinfo=TOKYO)
CALLER = Caller("this conversation")
CODE = "K7PMA-4QXDM"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    engine = create_engine_from(f"sqlite:///{tmp_path_factory.mktemp('desk')}/renewal.db")
    migrate(engine)
    yield Desk(CITY, Bookings(engine), NOW, AT)
    engine.dispose()


@pytest.fixture(scope="module")
def booking(desk: Desk) -> Booking:
    """A booking of another conversation: 3 December 2026, 18:30, phone …5678."""
    visit = Visit("self", (Card("general", "サトウ ハナコ"),), "09012345678", conversation="other")
    hold = desk.bookings.hold("honchosha", START, key="a", city=CITY, now=NOW, at=AT)
    return desk.bookings.confirm(hold.id, visit, key="a", city=CITY, now=NOW, at=AT)


def said(text: str, asked: str | None, desk: Desk, action: str = "change") -> dict[str, Any]:
    return told(read(text, NOW), asked, Request(action=action), state_of(desk, {}))


@pytest.mark.parametrize(
    ("text", "digits"),
    [("5678", "5678"), ("５６７８です", "5678"), ("5 6 7 8", "5678"), ("下四桁は5678", "5678"),
     ("090-1234-5678", "5678"), ("+81 90 1234 5678", "5678"), ("56-78", "5678"),
     ("五六七八", "5678"), ("ご ろく なな はち", "5678"), ("ゴーロクナナハチです", "5678"),
     ("下四桁は五六七八です", "5678"), ("シモヨンケタは5678", "5678"), ("5678になります", "5678"),
     ("ゼロキューゼロ 1234 5678", "5678"), ("〇〇〇一", "0001"), ("5678か8765", None),
     ("567", None), ("56789", None), ("5678と1234", None),
     ("it ends with 5678", "5678"), ("the last four digits are 5678", "5678"), ("忘れました", None)],
)
def test_the_last_four_digits_are_read(text: str, digits: str | None, desk: Desk) -> None:
    assert said(text, "booking_last4", desk).get("last4") == digits


def test_digits_that_were_not_asked_for_count_only_beside_a_code(desk: Desk) -> None:
    code = new_code()
    assert "last4" not in said("予約を12月3日の1000に変えたい", None, desk)
    assert said(f"{code} 5678", None, desk) == {"code": code, "last4": "5678"}
    assert said(f"{code}、下4けた5678です", "booking_code", desk)["last4"] == "5678"


def test_words_are_not_taken_for_a_mistyped_code(desk: Desk) -> None:
    for text in ("I forgot it", "分かりません", "09012345678", "2026年12月3日", "R8.12.3",
                 "December 10 at 10am", "my phone number is 09012345678"):
        assert "code" not in said(text, "booking_code", desk)


@settings(derandomize=True, max_examples=150, deadline=None,
          suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_one_wrong_character_in_a_code_is_always_noticed(data: st.DataObject, desk: Desk) -> None:
    code = new_code().replace("-", "")
    place = data.draw(st.integers(0, 9))
    wrong = data.draw(st.sampled_from([c for c in ALPHABET + "01OIL" if c != code[place]]))
    typed = code[:place] + wrong + code[place + 1 :]
    assert said(typed, "booking_code", desk).get("code") in (TYPO, None)


@pytest.mark.parametrize(
    ("text", "counter"),
    [("西口から本庁舎に", "honchosha"), ("本庁で予約したけど西口に変えられますか", "nishiguchi"),
     ("本庁じゃなくて西口で", "nishiguchi"), ("西口で", "nishiguchi"), ("10時で", None)],
)
def test_the_new_counter_is_read_not_the_old_one(
    text: str, counter: str | None, desk: Desk
) -> None:
    assert said(text, "booking_date", desk).get("counter") == counter


@pytest.mark.parametrize(
    ("text", "action", "answer"),
    [("はい", "cancel", "yes"), ("キャンセルしてください", "cancel", "yes"),
     ("キャンセルしないでください", "cancel", "no"), ("いいえ", "cancel", "no"),
     ("変更でお願いします", "change", "yes"), ("変更しません", "change", "no"),
     ("変更するといくらかかりますか", "change", None), ("キャンセルできますか?", "cancel", None),
     ("キャンセルで", "change", None)],
)
def test_a_yes_is_a_clear_yes(text: str, action: str, answer: str | None, desk: Desk) -> None:
    assert said(text, "booking_confirmed", desk, action).get("confirmed") == answer


@settings(derandomize=True, max_examples=150, deadline=None,
          suppress_health_check=list(HealthCheck))
@given(text=st.text(max_size=60), asked=st.sampled_from((None, *booking_change.QUESTIONS)))
def test_any_text_is_read_and_asked_about_without_an_error(
    text: str, asked: str | None, desk: Desk
) -> None:
    after, _ = advance(Request("check"), said(text, asked, desk), desk, CALLER, "any")
    assert after.found is None
    assert next_question(after, desk, CALLER) in booking_change.QUESTIONS


def test_nothing_is_found_by_a_code_alone(desk: Desk, booking: Booking) -> None:
    after, remarks = advance(Request("cancel"), {"code": booking.code}, desk, CALLER, "k")
    assert (after.found, remarks) == (None, [])
    assert next_question(after, desk, CALLER) == "booking_last4"
    wrong, remarks = advance(after, {"last4": "8765"}, desk, CALLER, "k")
    assert [remark.name for remark in remarks] == ["booking_not_found"]
    assert (wrong.found, wrong.code, wrong.last4) == (None, booking.code, None)
    right, _ = advance(after, {"last4": "5678"}, desk, CALLER, "k")
    assert (right.found, right.last4) == (booking.code, None)


def test_what_the_conversation_has_shown_to_know_is_not_asked_again(
    desk: Desk, booking: Booking
) -> None:
    knowing = Caller("this conversation", known=(booking.code,))
    after, _ = advance(Request("cancel"), {}, desk, knowing, "k")
    assert after.found == booking.code


def test_a_time_said_before_the_booking_is_known_is_kept(desk: Desk, booking: Booking) -> None:
    first = said(f"{booking.code}を12月10日の18時に変えたい", None, desk)
    asked, _ = advance(Request("change"), first, desk, CALLER, "m1")
    after, remarks = advance(asked, {"last4": "5678"}, desk, CALLER, "m2")
    assert (after.date, after.time, after.hold) == ("2026-12-10", "18:00", "m2")
    assert next_question(after, desk, CALLER) == "booking_confirmed"
    assert remarks[-1].name == "held_with_note"
    booking_change.leave(after, desk)


def test_a_yes_before_anything_was_summed_up_confirms_nothing(
    desk: Desk, booking: Booking
) -> None:
    knowing = Caller("this conversation", known=(booking.code,))
    for action in ("change", "cancel"):
        said_at_once = {"action": action, "confirmed": "yes"}
        after, _ = advance(Request(), said_at_once, desk, knowing, "k")
        assert after.confirmed is None


def test_the_limits_are_those_of_city_yml(desk: Desk, booking: Booking) -> None:
    def refused(action: str, now: datetime) -> str | None:
        remark = booking_change.why_not(action, booking, Desk(CITY, desk.bookings, now, AT))
        return remark.name if remark else None

    day = START.replace(hour=0, minute=0)
    assert refused("change", day - timedelta(minutes=1)) is None
    assert refused("change", day) == "booking_change_too_late"
    assert refused("cancel", START - timedelta(minutes=1)) is None
    assert refused("cancel", START) == "booking_is_over"
