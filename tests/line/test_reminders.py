"""Who is reminded, when, and only once; what is offered then; who is phoned instead."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy.engine import Engine

from benchmarks import line_reminders
from bot.line import inbox, reminders, users
from bot.line.api import Line
from cli.main import main
from renewal import city as city_module
from renewal import clock, notices
from renewal.bookings import Booking, Bookings, Card, Visit
from renewal.opening_hours import Closure
from tests.line.platform import Platform, running

CITY = city_module.load(city_module.DEFAULT_PATH)
BOOKED = datetime.fromisoformat("2026-11-24T10:00:00+09:00")
THURSDAY = datetime.fromisoformat("2026-12-03T17:30:00+09:00")
MONDAY = datetime.fromisoformat("2026-12-07T09:00:00+09:00")
ME = "U" + "1" * 32


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-12-{text}:00+09:00")


@pytest.fixture
def store(engine: Engine) -> Bookings:
    return Bookings(engine)


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    with running() as platform:
        monkeypatch.setenv("LINE_API_ENDPOINT", platform.url)
        monkeypatch.setenv("LINE_CHANNEL_SECRET", platform.secret)
        monkeypatch.setenv("LINE_CHANNEL_ACCESS_TOKEN", platform.token)
        monkeypatch.delenv("RENEWAL_PUBLIC_URL", raising=False)
        yield platform


def book(
    store: Bookings, start: datetime = THURSDAY, user: str | None = ME, now: datetime = BOOKED
) -> Booking:
    conversation = users.booked_as(users.conversation_of(user)) if user else None
    if user:
        users.remember(store.engine, user, now)
    key = f"{start:%d%H%M}-{user}"[:90]
    visit = Visit("self", (Card("general", "サトウ ハナコ", ("card",)),), "09012345678",
                  channel="line" if user else "web", conversation=conversation)  # fmt: skip
    common: dict[str, Any] = {"city": CITY, "now": now, "at": clock.real_now()}
    hold = store.hold("honchosha", start, key=key, **common)
    return store.confirm(hold.id, visit, key=f"c{key}", **common)


def send(store: Bookings, now: str, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    monkeypatch.setenv("RENEWAL_NOW", at(now).isoformat())

    async def work() -> Counter[str]:
        async with Line(pauses=(0.01,)) as line:
            return await reminders.Sender(line, store, CITY).send_due()

    return asyncio.run(work())


def titles(message: dict[str, Any]) -> str:
    return json.dumps(message, ensure_ascii=False)


def test_the_evening_before_one_reminder_comes_with_what_to_bring(
    store: Bookings, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = book(store)
    assert send(store, "02T17:59", monkeypatch) == {}
    assert send(store, "02T18:00", monkeypatch) == {"sent": 1}
    assert send(store, "02T18:01", monkeypatch) == {}
    text, card = platform.sent[ME]
    assert text["text"].startswith("明日のご予約のお知らせです。12月3日（木）17時30分に、本庁舎1階")
    for words in (booking.code, "更新する方のマイナンバーカード", "予約の変更", "予約の取り消し", "お知らせを止める"):
        assert words in titles(card)
    assert platform.complaints == []


def test_what_is_no_longer_possible_is_not_offered(
    store: Bookings, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    book(store, MONDAY)
    assert send(store, "06T18:00", monkeypatch) == {"sent": 1}  # Sunday: changes ended on Friday
    assert "予約の変更" not in titles(platform.sent[ME])
    assert "予約の取り消し" in titles(platform.sent[ME])


def test_who_booked_after_the_hour_has_just_been_told_and_is_not_reminded(
    store: Bookings, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    book(store, now=at("02T18:00"))
    assert send(store, "02T19:00", monkeypatch) == {}


def test_who_moved_the_visit_after_the_hour_is_not_reminded_either(store: Bookings) -> None:
    booking = book(store, MONDAY)
    common: dict[str, Any] = {"city": CITY, "now": at("02T18:30"), "at": at("02T18:30")}
    hold = store.hold("honchosha", THURSDAY, key="other", **common)
    store.change(booking.code, hold.id, key="move", **common)
    assert notices.due_reminders(store, CITY, at("02T19:00")) == []


@pytest.mark.parametrize("now", ["02T22:00", "03T08:00", "01T18:00"])
def test_nobody_is_woken_and_nobody_reminded_on_another_day(store: Bookings, now: str) -> None:
    book(store)
    assert notices.due_reminders(store, CITY, at(now)) == []


def test_who_stopped_reminders_gets_none_and_is_not_phoned(
    store: Bookings, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    book(store)
    users.switch_reminders(store.engine, users.conversation_of(ME), False)
    assert send(store, "02T18:00", monkeypatch) == {"switched_off": 1}
    assert list(notices.to_phone(store, CITY, at("02T18:10"))) == []


@pytest.mark.parametrize(
    "words",
    ["お知らせを止めて", "リマインドはいりません", "前日の通知は不要です", "お知らせ停止", "お知らせを止める",
     "お知らせを止めてもらえますか", "お知らせはもういらない。", "前日のメッセージを送らないでください"],
)  # fmt: skip
def test_reminders_can_be_stopped_in_words(words: str) -> None:
    assert reminders.wants(words) is False


@pytest.mark.parametrize("words", ["お知らせを再開", "お知らせを再開する", "リマインドをまた送ってください"])
def test_reminders_can_be_had_again_in_words(words: str) -> None:
    assert reminders.wants(words) is True


@pytest.mark.parametrize(
    "words",
    ["お知らせが届かない", "予約をやめたい", "通知が届きました", "お知らせのはがきは要りますか",
     "お知らせは要りますか", "お知らせはいりませんか", "お知らせを止めないでください",
     "お知らせは不要だと思って捨てました", "お知らせを止めたらどうなりますか", "お知らせを受け取りましたか"],
)  # fmt: skip
def test_other_words_do_neither(words: str) -> None:
    assert reminders.wants(words) is None


def test_a_cancelled_booking_is_not_reminded_of(
    store: Bookings, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = book(store)
    notices.plan(store, CITY, at("02T18:00"), clock.real_now())
    store.cancel(booking.code, key="x", city=CITY, now=at("02T18:00"), at=clock.real_now())
    assert send(store, "02T18:00", monkeypatch) == {"overtaken": 1}
    assert platform.sent[ME] == []


def test_a_push_whose_answer_was_lost_is_sent_again_with_its_key_and_counts_once(
    store: Bookings, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    book(store)
    monkeypatch.setenv("RENEWAL_NOW", at("02T18:00").isoformat())
    notices.plan(store, CITY, at("02T18:00"), clock.real_now())
    [lost] = notices.claim(store.engine, clock.real_now(), 10)  # sent, then the sender died
    user = users.find(store.engine, users.conversation_of(ME))
    assert user

    async def push() -> None:
        async with Line() as line:
            said = reminders.faces.render([{"text": "お知らせ"}], "c")
            await line.push(user.user_id, said, lost.retry_key)

    asyncio.run(push())
    assert send(store, "02T18:01", monkeypatch) == {}  # still claimed
    monkeypatch.setattr(notices, "CLAIM", timedelta(0))
    later = clock.real_now() + timedelta(minutes=6)
    monkeypatch.setattr("bot.line.reminders.clock.real_now", lambda: later)
    assert send(store, "02T18:07", monkeypatch) == {"sent": 1}
    assert platform.pushes == 1


def test_a_used_up_quota_puts_people_on_the_call_list(
    store: Bookings, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = book(store)
    platform.quota = 0
    assert send(store, "02T18:00", monkeypatch) == {"quota_used_up": 1}
    [(listed, notice)] = notices.to_phone(store, CITY, at("02T18:10"))
    assert (listed.code, notice.status) == (booking.code, "quota_used_up")


def test_a_closure_says_choose_again_with_new_times_and_by_day(
    store: Bookings, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    book(store)
    day = date(2026, 12, 3)
    closure = Closure("honchosha", day, day, reason="システムの点検")
    store.add_closure(closure, city=CITY, who="staff", at=clock.real_now())
    assert send(store, "01T07:59", monkeypatch) == {}
    assert send(store, "01T08:00", monkeypatch) == {"sent": 1}
    assert send(store, "01T08:01", monkeypatch) == {}
    [message] = platform.sent[ME]
    assert "窓口が休みになったため（システムの点検）" in message["text"]
    assert "予約の変更" in titles(message)
    assert "12月4日（金）" in message["text"] or "12月2日（水）" in message["text"]


def test_a_closure_that_was_taken_back_is_not_told(
    store: Bookings, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    book(store)
    day = date(2026, 12, 3)
    closure = Closure("honchosha", day, day, reason="システムの点検")
    stored = store.add_closure(closure, city=CITY, who="staff", at=clock.real_now())
    notices.plan(store, CITY, at("01T09:00"), clock.real_now())
    store.remove_closure(
        stored.id or 0, city=CITY, now=at("01T09:00"), who="staff", at=clock.real_now()
    )
    assert send(store, "01T09:00", monkeypatch) == {"overtaken": 1}
    assert platform.pushes == 0


def by_staff(store: Bookings, booking: Booking, to: datetime | None, who: str | None = "tanaka") -> None:
    """Move the booking, or (to None) cancel it; by nobody of the staff: by the citizen."""
    common: dict[str, Any] = {"city": CITY, "now": BOOKED, "at": clock.real_now()}
    if to is None:
        store.cancel(booking.code, key="cancel", who=who, **common)
        return
    hold = store.hold("honchosha", to, key=f"hold {to}", **common)
    store.change(booking.code, hold.id, key=f"move {to}", who=who, **common)


def test_who_booked_in_line_is_told_there_what_staff_have_changed(
    store: Bookings, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = book(store)
    by_staff(store, booking, MONDAY)
    assert send(store, "01T07:59", monkeypatch) == {}
    assert send(store, "01T08:00", monkeypatch) == {"sent": 1}
    assert send(store, "01T08:01", monkeypatch) == {}
    [message] = platform.sent[ME]
    assert "窓口の職員が、ご予約を変更しました。12月7日（月）9時に、本庁舎1階" in titles(message)
    assert booking.code in titles(message)
    assert "024-505-0445" in titles(message)
    assert platform.complaints == []


def test_who_booked_in_line_is_told_there_that_staff_have_cancelled(
    store: Bookings, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_staff(store, book(store), None)
    assert send(store, "01T08:00", monkeypatch) == {"sent": 1}
    [message] = platform.sent[ME]
    assert "窓口の職員が、12月3日（木）17時30分のご予約" in titles(message)
    assert "取り消しました" in titles(message)


def test_two_changes_are_told_once_as_it_is_now(
    store: Bookings, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = book(store)
    by_staff(store, booking, MONDAY)
    by_staff(store, booking, MONDAY + timedelta(hours=1))
    assert send(store, "01T08:00", monkeypatch) == {"sent": 1}
    [message] = platform.sent[ME]
    assert "12月7日（月）10時" in titles(message)


@pytest.mark.parametrize("to", [MONDAY, None])
def test_what_somebody_has_changed_alone_is_not_told(store: Bookings, to: datetime | None) -> None:
    booking = book(store)
    by_staff(store, booking, MONDAY + timedelta(hours=2))
    by_staff(store, booking, to, who=None)
    assert notices.plan(store, CITY, at("01T09:00"), clock.real_now()) == 0


def test_who_did_not_book_in_line_is_not_written_to(store: Bookings) -> None:
    by_staff(store, book(store, user=None), MONDAY)
    assert notices.plan(store, CITY, at("01T09:00"), clock.real_now()) == 0


def test_a_change_that_did_not_arrive_is_phoned(
    store: Bookings, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = book(store)
    by_staff(store, booking, MONDAY)
    platform.quota = 0
    assert send(store, "01T08:00", monkeypatch) == {"quota_used_up": 1}
    [(listed, _notice)] = notices.to_phone(store, CITY, at("01T08:10"))
    assert listed.code == booking.code


def test_who_has_been_phoned_about_a_closure_gets_no_message_too(
    store: Bookings, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = book(store)
    day = date(2026, 12, 3)
    store.add_closure(
        Closure("honchosha", day, day, reason="点検"), city=CITY, who="staff", at=clock.real_now()
    )
    notices.plan(store, CITY, at("01T09:00"), clock.real_now())
    store.note_told(booking, "closed", who="tanaka", at=clock.real_now())
    assert send(store, "01T09:00", monkeypatch) == {"overtaken": 1}
    assert platform.pushes == 0


def test_what_line_no_longer_knows_the_key_of_is_not_sent_again(
    store: Bookings, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    book(store)
    day = date(2026, 12, 3)
    closure = Closure("honchosha", day, day, reason="システムの点検")
    store.add_closure(closure, city=CITY, who="staff", at=clock.real_now())
    notices.plan(store, CITY, at("01T09:00"), clock.real_now() - timedelta(hours=24))
    assert send(store, "01T09:00", monkeypatch) == {"given_up": 1}
    assert platform.pushes == 0


def test_one_call_list_has_every_reason(
    store: Bookings, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    if store.engine.dialect.name != "sqlite":
        pytest.skip("the command is the same on both")
    failed, web = book(store), book(store, THURSDAY - timedelta(hours=2), user=None)
    left = book(store, THURSDAY - timedelta(hours=3), user="U" + "2" * 32)
    users.forget(store.engine, users.conversation_of("U" + "2" * 32))
    platform.quota = 0
    send(store, "02T18:00", monkeypatch)
    monkeypatch.setenv("DATABASE_URL", str(store.engine.url))
    assert CliRunner().invoke(main, ["line", "remind"]).output == "いま送るお知らせはありません。\n"
    result = CliRunner().invoke(main, ["calls", "--json"])
    listed = {each["code"]: each["kind"] for each in json.loads(result.stdout)}
    assert listed == {failed.code: "not_sent", web.code: "no_line", left.code: "no_line"}
    assert CliRunner().invoke(main, ["calls", "--done", web.code]).exit_code == 0
    again = json.loads(CliRunner().invoke(main, ["calls", "--json", "--reason", "no_line"]).stdout)
    assert {each["code"]: bool(each["called"]) for each in again} == {web.code: True, left.code: False}


def test_who_booked_and_did_not_get_the_answer_is_phoned_until_one_arrives(
    store: Bookings, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    if store.engine.dialect.name != "sqlite":
        pytest.skip("the command is the same on both")
    booking = book(store)
    monkeypatch.setenv("RENEWAL_NOW", BOOKED.isoformat())
    monkeypatch.setenv("DATABASE_URL", str(store.engine.url))
    events = inbox.Inbox(store.engine, "one")

    def ends(id: str, outcome: str, user: str = ME) -> None:
        conversation = users.conversation_of(user)
        arrived = inbox.Arrived(id, conversation, clock.real_now(), "message", {"to": user})
        events.put([arrived], clock.real_now())
        taken = events.take(conversation, clock.real_now())
        assert taken
        events.finish(taken, outcome, clock.real_now())

    def listed() -> list[dict[str, Any]]:
        return list(json.loads(CliRunner().invoke(main, ["calls", "--json"]).stdout))

    ends("said", "replied")
    ends("without a booking", "quota_used_up", user="U" + "2" * 32)
    assert listed() == []
    ends("booked", "quota_used_up")
    [call] = listed()
    assert (call["code"], call["kind"], call["called"]) == (booking.code, "not_answered", None)
    assert CliRunner().invoke(main, ["calls", "--done", booking.code]).exit_code == 0
    assert listed()[0]["called"]
    ends("asked again", "sent")
    assert listed() == []


def test_the_bot_sends_what_is_due_by_itself(
    store: Bookings, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    if store.engine.dialect.name != "sqlite":
        pytest.skip("the thread is the same on both")
    book(store)
    monkeypatch.setenv("RENEWAL_NOW", at("02T18:00").isoformat())
    monkeypatch.setenv("DATABASE_URL", str(store.engine.url))
    reminders.begin()
    deadline = time.monotonic() + 30
    while not platform.pushes and time.monotonic() < deadline:
        time.sleep(0.05)
    assert platform.pushes == 1


def test_two_senders_one_killed_each_person_gets_one_reminder(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_reminders, "CLAIM", timedelta(seconds=2))
    for name in ("RENEWAL_NOW", "LINE_API_ENDPOINT", "LINE_CHANNEL_ACCESS_TOKEN"):
        monkeypatch.setenv(name, "")  # put back afterwards
    with line_reminders.sqlite() as url:
        ended, _ = line_reminders.run(url, 120, seed=1)
    assert ended == {"sent": 120}
