"""The whole way in LINE: the real servers, and a stand-in for LINE's."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.line import redelivered
from tests.line.person import Person, line_and_bot
from tests.line.platform import Platform
from tests.server.servers import Servers

Site = tuple[Platform, Servers]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with line_and_bot(tmp_path_factory.mktemp("line")) as site:
        yield site
    assert site[0].complaints == []
    assert site[0].reused_tokens == []


def test_a_person_books_changes_and_cancels_in_line(site: Site) -> None:
    me = Person(site[0])
    for text in redelivered.booking(0):
        said = me.says(text)
    assert "予約できました" in said
    me.presses("予約の変更")
    me.says("12月4日の14時")
    assert "予約を変更しました" in me.says("はい")
    assert redelivered.booked(site[1]) == 1
    me.presses("予約の取り消し")
    assert "取り消しました" in me.says("はい")
    assert redelivered.booked(site[1]) == 0


def test_in_line_a_row_of_the_summary_is_told_anew_and_each_question_has_a_way_back(site: Site) -> None:
    me = Person(site[0])
    *answers, yes = redelivered.booking(1)
    for text in answers:
        me.says(text)
    assert "日時を変える" in str(me.latest) and "戻る" in str(me.latest)
    assert "お名前を変えるのですね" in me.presses("名前を変える")
    assert "来られる方" in me.says("サイトウ ハナコ")
    assert "サイトウ ハナコ" in str(me.latest)
    assert "電話番号" in me.presses("戻る")
    me.says("09012345678")
    assert "予約できました" in me.says(yes)


def test_who_types_a_secret_is_told_not_to(site: Site) -> None:
    for text in ("暗証番号は7395です", "マイナンバーは123456789018です"):
        assert "書かないで" in Person(site[0]).says(text)


def test_each_event_is_worked_once_when_the_bot_is_killed_among_redeliveries(site: Site) -> None:
    platform, servers = site
    events = redelivered.events_of(platform, people=4, each=5)
    redelivered.deliver_until_taken(platform, servers, events, 1, random.Random(6))
    ids = {event["webhookEventId"] for event in events}
    outcomes = redelivered.wait_until_done(servers, ids, 60)
    assert set(outcomes) <= {"replied", "sent"}, outcomes
    assert redelivered.what_is_wrong(platform, servers, events) == []
    assert redelivered.booked(servers) > 0
