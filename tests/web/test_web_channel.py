"""What the web channel promises: whose conversation it is, each message once, never silence."""

from __future__ import annotations

import json
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest
import requests

from bot.channels import addresses, web_tickets
from bot.channels.limits import Buckets
from bot.channels.web import LONGEST_DELAY, WebChat
from tests.web.attempts import ATTEMPTS, attempts
from tests.web.conftest import CITY, EchoBot, Site, answers, lines, serving
from tests.web.odd_bodies import odd_bodies

AT = datetime(2026, 11, 24, 1, 0, tzinfo=timezone.utc)


# Each message once -----------------------------------------------------------------------------


def test_a_message_sent_five_times_with_the_same_id_is_one_turn(site: Site) -> None:
    browser = site.browser()
    browser.begins()
    five = [browser.says("手数料は？", id="the-same-id") for _ in range(5)]
    assert len(site.bot.turns) == 1
    assert all([each["text"] for each in got] == ["echo 手数料は？"] for got in five)


def test_the_same_id_five_times_at_once_is_one_turn_and_five_answers(site: Site) -> None:
    site.bot.behaves(seconds=0.3)
    browser = site.browser()
    browser.begins()
    got: list[list[str]] = []

    def send() -> None:
        got.append([each["text"] for each in browser.says("一度だけ", id="at-the-same-time")])

    threads = [threading.Thread(target=send) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(site.bot.turns) == 1
    assert got == [["echo 一度だけ"]] * 5


def test_a_turn_goes_on_when_the_browser_goes_away(site: Site) -> None:
    site.bot.behaves(seconds=0.5)
    browser = site.browser()
    browser.begins()
    with pytest.raises(requests.RequestException):
        # The connection is cut long before the answer.
        browser.sends(text="予約を確定", id="cut-in-the-middle", timeout=0.15)
    said = browser.says("予約を確定", id="cut-in-the-middle")
    assert [each["text"] for each in said] == ["echo 予約を確定"]
    assert len(site.bot.turns) == 1


def test_a_turn_without_a_word_is_answered_with_an_apology_and_the_phone(site: Site) -> None:
    site.bot.behaves(answers=0)
    browser = site.browser()
    browser.begins()
    assert "024-505-0445" in browser.says("こんにちは")[0]["text"]


def test_a_turn_that_fails_says_that_it_may_be_sent_again_and_then_is_done(site: Site) -> None:
    browser = site.browser()
    browser.begins()
    site.bot.behaves(fails=True)
    [*_, done] = lines(browser.sends(text="予約を確定", id="fails-at-first"))
    assert (done["failed"], done["kept"]) == (True, False)
    site.bot.behaves()
    [answer, done] = lines(browser.sends(text="予約を確定", id="fails-at-first"))
    assert (answer["text"], done["kept"]) == ("echo 予約を確定", True)
    assert "failed" not in done
    assert len(browser.begins()["messages"]) == 2


def test_what_is_answered_during_a_pause_is_not_taken_for_a_part_of_the_conversation(
    site: Site,
) -> None:
    site.bot.behaves(paused=True)
    browser = site.browser()
    browser.begins()
    [answer, done] = lines(browser.sends(text="予約したい"))
    assert (answer["text"], done["kept"]) == ("echo 予約したい", False)
    assert browser.begins()["messages"] == []


def test_the_first_of_several_answers_arrives_while_the_bot_is_still_at_the_others(
    site: Site,
) -> None:
    site.bot.behaves(answers=3)
    site.bot.may_go_on.clear()
    browser = site.browser()
    browser.begins()
    body = {"id": "several-answers", "text": "予約したい"}
    with browser.session.post(f"{site.url}/message", json=body, stream=True, timeout=5) as answer:
        arriving = answer.iter_lines()
        assert json.loads(next(arriving))["text"] == "echo 予約したい"
        # The bot waits for us: had the server kept the first answer, we would still wait for it.
        site.later(site.bot.may_go_on.set)
        assert [json.loads(each).get("text") for each in arriving] == ["echo 予約したい"] * 2 + [
            "予約したい"
        ]


# What a browser may say ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["/book", " /book", "\u200b/book", "//book", "/ /book", "\u3000/book"]
)
def test_typed_text_is_never_a_command(site: Site, text: str) -> None:
    browser = site.browser()
    browser.begins()
    browser.says("こんにちは")  # shows the button /book
    browser.says(text)
    assert site.bot.turns[-1].text == "book"


def test_a_button_is_pressed_by_its_id_and_its_payload_never_leaves(site: Site) -> None:
    browser = site.browser()
    browser.begins()
    shown = browser.sends(text="こんにちは")
    assert "/book" not in shown.text
    button = answers(shown)[0]["buttons"][0]
    browser.sends(button=button["id"])
    assert site.bot.turns[-1].text == "/book"
    assert [m["text"] for m in browser.begins()["messages"] if m["who"] == "me"][-1] == "予約する"


def test_metadata_and_channel_from_the_browser_are_dropped(site: Site) -> None:
    browser = site.browser()
    browser.begins()
    more = {"metadata": {"a": 1}, "input_channel": "line", "sender": "x"}
    body = {"id": "with-metadata", "text": "こんにちは", **more}
    browser.session.post(f"{site.url}/message", json=body, timeout=10)
    turn = site.bot.turns[-1]
    assert (turn.metadata, turn.input_channel) == (None, "web")
    assert turn.sender_id == browser.ticket.split(".")[0]


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "null", '{"id": "short", "text": "a"}', '{"id": "no-text-at-all"}',
     '{"id": "text-and-button", "text": "a", "button": "b"}', '{"id": 12345678, "text": "a"}',
     '{"id": "much-too-long", "text": "' + "あ" * 20_000 + '"}'],
)  # fmt: skip
def test_what_is_no_message_is_refused_with_a_sentence(site: Site, body: str) -> None:
    browser = site.browser()
    browser.begins()
    answer = browser.session.post(f"{site.url}/message", data=body.encode(), timeout=10)
    assert answer.status_code == 400
    assert "もう一度" in answer.json()["say"]
    assert site.bot.turns == []


def test_a_button_that_was_never_shown_here_gets_a_sentence_and_does_nothing(site: Site) -> None:
    other, browser = site.browser(), site.browser()
    other.begins(), browser.begins()
    foreign = other.says("やあ")[0]["buttons"][0]["id"]
    site.bot.turns.clear()
    for button in (foreign, "/book", "0" * 16, ""):
        [answer, done] = lines(browser.sends(button=button))
        assert answer["text"].startswith("そのボタンは使えなくなりました。もう一度選ぶか、")
        assert done["kept"] is False
    assert site.bot.turns == []
    assert browser.begins()["messages"] == []


# Whose conversation ----------------------------------------------------------------------------


def test_without_a_ticket_that_is_good_the_conversation_is_said_to_have_ended(site: Site) -> None:
    browser = site.browser()
    for url in ("message", "visit.ics"):
        for ticket in (None, "made.up.ticket", web_tickets.issue("someone", AT)):
            browser.session.cookies.clear()
            if ticket:
                browser.session.cookies["renewal_chat"] = ticket
            method = browser.session.get if url == "visit.ics" else browser.session.post
            body = {"id": "without-ticket", "text": "こんにちは"}
            answer = method(f"{site.url}/{url}", json=body, timeout=10)
            assert (answer.status_code, answer.json()["error"]) == (401, "ended")
            assert "新しいお話を始めてください" in answer.json()["say"]
    assert site.bot.turns == []


def test_a_conversation_whose_session_has_ended_says_so_with_what_was_said(site: Site) -> None:
    browser = site.browser()
    assert browser.begins() == {"messages": [], "first": 0, "ended": False, "desk": ""}
    browser.says("こんにちは")
    assert browser.begins()["ended"] is False
    site.bot.behaves(ended=True)
    again = browser.begins()
    assert (again["ended"], len(again["messages"])) == (True, 2)


def test_a_browser_that_refuses_cookies_gets_a_token_instead(site: Site) -> None:
    answer = requests.post(f"{site.url}/conversation", json={"cookies": False}, timeout=10)
    assert "Set-Cookie" not in answer.headers
    headers = {"Authorization": f"Bearer {answer.json()['token']}"}
    body = {"id": "by-token-1", "text": "やあ"}
    said = requests.post(f"{site.url}/message", json=body, headers=headers, timeout=10)
    assert lines(said)[0]["text"] == "echo やあ"
    body = {"id": "by-nothing", "text": "やあ"}
    assert requests.post(f"{site.url}/message", json=body, timeout=10).status_code == 401


def test_a_button_of_an_earlier_answer_asks_first_and_means_it_when_pressed_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = [{"title": "やめる", "payload": "/stop"}]
    monkeypatch.setattr("tests.web.conftest.BUTTONS", stop)
    browser = site.browser()
    browser.begins()
    old = browser.says("やあ")[0]["buttons"][0]["id"]
    monkeypatch.setattr("tests.web.conftest.BUTTONS", [{"title": "はい", "payload": "/affirm"}])
    browser.says("まだです")
    for _ in range(2):
        [asked, done] = lines(browser.sends(button=old))
        assert "「やめる」にしますか" in asked["text"] and done["kept"] is False
    sure, unchanged = (each["id"] for each in asked["buttons"])
    [again, done] = lines(browser.sends(button=unchanged))
    assert again["text"] == "echo まだです" and again["buttons"] and done["kept"] is False
    assert [turn.text for turn in site.bot.turns] == ["やあ", "まだです"]
    [answer, _] = lines(browser.sends(button=sure))
    assert answer["text"] == "echo /stop"


def test_the_cookie_is_httponly_and_for_this_site_alone(site: Site) -> None:
    answer = requests.post(f"{site.url}/conversation", timeout=10)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert cookie.startswith("renewal_chat=")  # __Host- asks for TLS, which development has not


def test_a_site_on_the_list_embeds_the_chat_with_a_token(site: Site) -> None:
    browser = site.browser(CITY)
    assert browser.begins()["messages"] == []
    assert browser.says("こんにちは")[0]["text"] == "echo こんにちは"
    assert browser.session.cookies.get("renewal_chat") is None
    preflight = requests.options(f"{site.url}/message", headers={"Origin": CITY}, timeout=10)
    assert preflight.headers["Access-Control-Allow-Origin"] == CITY
    assert "authorization" in preflight.headers["Access-Control-Allow-Headers"]


def test_two_conversations_have_different_ids_and_different_button_ids(site: Site) -> None:
    one, two = site.browser(), site.browser()
    one.begins(), two.begins()
    buttons = [browser.says("やあ")[0]["buttons"][0]["id"] for browser in (one, two)]
    assert buttons[0] != buttons[1]


def test_a_ticket_is_good_for_a_day_for_one_conversation_and_one_origin() -> None:
    ticket = web_tickets.issue("someone", AT, CITY)
    day = web_tickets.LIFETIME
    assert web_tickets.conversation_of(ticket, AT + day, CITY) == "someone"
    assert web_tickets.conversation_of(ticket, AT + day + timedelta(seconds=1), CITY) is None
    assert web_tickets.conversation_of(ticket, AT, "") is None
    assert web_tickets.conversation_of(ticket.replace("someone", "another"), AT, CITY) is None


@pytest.mark.parametrize("kind", sorted(ATTEMPTS))
def test_no_attempt_on_another_conversation_succeeds(site: Site, kind: str) -> None:
    tried, succeeded = attempts(site.url, kind, count=5, seed=5)
    assert (tried, succeeded) == (5, [])


def test_a_deleted_conversation_leaves_nothing(site: Site) -> None:
    browser = site.browser()
    browser.begins()
    browser.says("こんにちは")
    old = browser.ticket
    browser.session.delete(f"{site.url}/conversation", timeout=10)
    again = requests.post(f"{site.url}/conversation", cookies={"renewal_chat": old}, timeout=10)
    assert again.json()["messages"] == []


# How often -------------------------------------------------------------------------------------


def test_whoever_writes_too_fast_hears_how_long_to_wait(site: Site) -> None:
    browser = site.browser()
    browser.begins()
    refused = [each for each in (browser.sends(text="a") for _ in range(25)) if not each.ok]
    assert refused[0].status_code == 429
    assert refused[0].json()["wait"] == int(refused[0].headers["Retry-After"]) <= 3
    assert "秒" in refused[0].json()["say"]


def test_a_busy_address_is_only_slowed_down() -> None:
    """Carriers give one address to many people: each of these is somebody else."""
    with serving(WebChat([], ["127.0.0.1"]), EchoBot()) as url:

        def comes(address: str) -> tuple[int, float]:
            began = time.monotonic()
            passed_on = {"X-Forwarded-For": address}
            answer = requests.post(f"{url}/conversation", headers=passed_on, timeout=30)
            return answer.status_code, time.monotonic() - began

        with ThreadPoolExecutor(16) as crowd:
            # 300 at once are free, and 10 a second: on a slow machine some of the 50 others are too.
            came = list(crowd.map(comes, ["198.51.100.1"] * 350))
        waits = [seconds for _, seconds in came]
        assert {status for status, _ in came} <= {200, 429}
        assert [status for status, _ in came].count(200) >= 345
        assert statistics.median(waits[:200]) < 0.5 < max(waits) < LONGEST_DELAY + 1
        assert comes("198.51.100.2")[1] < 0.5  # nobody else waits


def test_an_address_waits_longer_the_more_it_is_in_debt() -> None:
    buckets = Buckets(burst=2, per_second=1, longest_wait=3)
    waits = [buckets.wait("carrier", AT) for _ in range(7)]
    assert waits == [0, 0, 1, 2, 3, 4, 4], "beyond the debt nothing is taken"
    assert buckets.wait("carrier", AT + timedelta(seconds=1)) == 3


def test_150_connections_of_one_address_get_no_more_than_its_pace() -> None:
    """The attack in miniature: each goes on as soon as it is answered, for a minute."""
    buckets = Buckets(burst=300, per_second=10, longest_wait=5)
    waiting, served = [AT] * 150, 0
    while (now := min(waiting)) < AT + timedelta(seconds=60):
        wait = buckets.wait("attacker", now)
        served += wait <= 5
        waiting[waiting.index(now)] = now + timedelta(seconds=max(wait, 0.01) if wait <= 5 else 0.5)
    assert served <= 300 + 60 * 10 + 5 * 10


def test_a_clock_that_is_set_back_keeps_nobody_out() -> None:
    buckets = Buckets(burst=2, per_second=0.5)
    assert [buckets.wait("c", AT) for _ in range(2)] == [0, 0]
    back = AT - timedelta(minutes=10)
    assert buckets.wait("c", back) == 2
    assert buckets.wait("c", back + timedelta(seconds=2)) == 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb:cccc:dddd:eeee", "2001:db8:1:2::/64"),
        ("2001:db8::1", "2001:db8::/64"),
        ("unknown", "unknown"),
    ],
)
def test_an_ipv6_subscriber_is_one_whatever_address_it_takes(address: str, network: str) -> None:
    assert addresses.network_of(address) == network
    assert address not in addresses.source_of(address)


@pytest.mark.parametrize(
    ("proxies", "peer", "passed", "address"),
    [
        ([], "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        (["10.0.0.0/8"], "10.0.0.1", "198.51.100.1", "198.51.100.1"),
        (["10.0.0.0/8"], "10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.7", "198.51.100.1"),
        (["10.0.0.0/8"], "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        (["10.0.0.0/8"], "10.0.0.1", "", "10.0.0.1"),
    ],
)
def test_an_address_header_counts_only_from_our_own_proxy(
    proxies: list[str], peer: str, passed: str, address: str
) -> None:
    class Request:
        ip = peer
        headers = {"x-forwarded-for": passed}

    assert WebChat([], proxies)._address(Request()) == address  # type: ignore[arg-type]


def test_a_long_conversation_is_opened_page_by_page(site: Site) -> None:
    site.bot.behaves(answers=4)
    browser = site.browser()
    browser.begins()
    for number in range(16):
        browser.says(f"{number}")
    opened = browser.begins()
    assert (opened["first"], len(opened["messages"])) == (30, 50)
    earlier = browser.session.post(f"{browser.url}/conversation?before=30", timeout=10).json()
    assert (earlier["first"], len(earlier["messages"])) == (0, 30)
    assert earlier["messages"][0]["text"] == "0"


def test_a_conversation_is_not_opened_without_end(site: Site) -> None:
    browser = site.browser()
    browser.begins()
    came = [browser.session.post(f"{browser.url}/conversation", timeout=10) for _ in range(25)]
    assert [answer.status_code for answer in came].count(429) >= 2
    assert "秒" in came[-1].json()["say"]
    other = site.browser()
    other.begins()


def test_opinions_are_not_taken_without_end(site: Site) -> None:
    browser = site.browser()
    browser.begins()
    said = {"id": "opinion-1", "topic": "ask_fee", "helpful": False, "why": "\ud800"}
    came = [
        browser.session.post(f"{browser.url}/opinion", data=json.dumps(said), timeout=10)
        for _ in range(25)
    ]
    assert {answer.status_code for answer in came} == {400, 429}
    assert "秒" in came[-1].json()["say"]


# The cookie ------------------------------------------------------------------------------------


def test_two_tickets_of_one_name_are_refused(site: Site) -> None:
    mine, foreign = site.browser(), site.browser()
    mine.begins()
    foreign.begins()
    both = f"renewal_chat={mine.ticket}; renewal_chat={foreign.ticket}"
    answer = requests.post(f"{site.url}/conversation", headers={"Cookie": both}, timeout=10)
    assert (answer.status_code, answer.json()["error"]) == (400, "two_cookies")


def test_in_production_no_other_host_or_path_can_set_the_cookie(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RENEWAL_ENV", "production")
    answer = requests.post(f"{site.url}/conversation", timeout=10)
    set_cookie = answer.headers["Set-Cookie"]
    assert set_cookie.startswith("__Host-renewal_chat=")
    assert {"Path=/", "Secure", "HttpOnly", "SameSite=Strict"} <= set(set_cookie.split("; "))
    assert "Domain" not in set_cookie


# Odd bodies ------------------------------------------------------------------------------------


def test_odd_bodies_are_refused_and_the_next_message_is_answered(site: Site) -> None:
    browser = site.browser()
    browser.begins()
    ticket = {"Cookie": f"renewal_chat={browser.ticket}"}
    statuses = set()
    for body in odd_bodies(60, seed=20):
        answer = requests.post(f"{site.url}/message", data=body, headers=ticket, timeout=10)
        statuses.add(answer.status_code)
        assert answer.json()["say"]
    assert statuses == {400}
    assert site.bot.turns == []
    assert browser.says("こんにちは")[0]["text"] == "echo こんにちは"
