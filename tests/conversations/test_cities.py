"""The same bot in other cities: two real ones, and one that does not exist with twelve counters.

It is Tuesday, 24 November 2026, ten o'clock.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from rasa.core.agent import Agent
from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.utils.endpoints import EndpointConfig

from actions import base
from bot.line import faces
from renewal.bookings import Bookings
from renewal.city import DEFAULT_PATH, City, load
from renewal.clock import TOKYO
from tests.cities import NAMES, twelve_counters
from tests.conversations.driver import Person

CITIES = DEFAULT_PATH.parent / "cities"
TO_THE_DAY = ("予約する", "電子証明書", "本人です", "R9.2.20", "覚えている")
NOT_HERE = re.compile("福島|西口|本庁舎1階|024-505-0445|スマート窓口")


@dataclass
class Town:
    """A city that the bot speaks for, and how somebody there begins to talk."""

    city: City
    person: Callable[[], Person]
    bookings: Bookings

    def asks(self, *lines: str) -> tuple[Person, str]:
        """Let a new person say these lines; a line in ［］ presses that button."""
        talker, answer = self.person(), ""
        for line in lines:
            answer = talker.taps(line[1:-1]) if line.startswith("［") else talker.says(line)
        assert not NOT_HERE.search("\n".join(said for who, said in talker.transcript if who == "bot"))
        return talker, answer


@pytest.fixture
def town(
    agent: Agent, person: Callable[[], Person], bookings: Bookings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Path], Town]]:
    """Let the bot speak for the city of a file; afterwards it speaks for its own again."""

    def speak_for(path: Path) -> Town:
        monkeypatch.setenv("RENEWAL_CITY", str(path))
        _begin_anew(agent)
        return Town(load(), person, bookings)

    yield speak_for
    monkeypatch.undo()
    _begin_anew(agent)


def _begin_anew(agent: Agent) -> None:
    base.the_city.cache_clear()
    nlg = EndpointConfig.from_dict({"type": "bot.responses.CityResponses"})
    agent.nlg = agent.processor.nlg = NaturalLanguageGenerator.create(nlg, agent.domain)


def finish(talker: Person, name: str = "サトウ ハナコ", phone: str = "09012345678") -> str:
    """Give name and phone, say yes, and return what is said then."""
    for answer in (name, phone, "はい"):
        said = talker.says(answer)
    return said


# Every city ---------------------------------------------------------------------------------------

QUESTIONS = (
    "こんにちは", "窓口の時間は", "支所でもできますか", "予約なしでも行けますか", "混む時間は", "手数料は",
    "通知が届きません", "電話が通じない、どうなってるの", "人と話したい", "12月31日は開いてますか", "土曜はやってますか",
    "引っ越しました", "遅れそうです", "持ち物は", "粗大ごみの日は", "写真はいりますか", "何日前まで変更できますか",
)  # fmt: skip


@pytest.mark.parametrize("file", ["ome.yml", "togo.yml"])
def test_nothing_of_another_city_is_said_to_any_question(town: Callable[[Path], Town], file: str) -> None:
    here = town(CITIES / file)
    for question in QUESTIONS:
        _, said = here.asks(question)
        assert said
    _, said = here.asks("こんにちは")
    assert here.city.name in said
    _, said = here.asks("人と話したい")
    assert here.city.call_centre.phone in said


# 青梅市: by booking only, closed over lunch, late on Thursdays --------------------------------------


def test_a_city_with_one_counter_does_not_ask_which(town: Callable[[Path], Town]) -> None:
    here = town(CITIES / "ome.yml")
    _, said = here.asks("予約したいです")
    assert "青梅市役所" not in said
    talker, said = here.asks(*TO_THE_DAY)
    assert "どの窓口" not in said and "いつがよろしいですか" in said
    assert talker.payloads[-1]["counter_label"] == "青梅市役所 マイナンバーカード窓口"
    said = talker.says("来週の木曜の19時")
    assert "12月3日（木）19時、青梅市役所ですね" in said
    assert "予約できました" in finish(talker)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("12月2日の12時半", "12月2日（水）12時30分"),  # lunch
        ("12月3日の19時半", "12月3日（木）19時30分"),
        ("12月28日", "12月28日（月）の予約は、11月27日（金）から受け付けます"),  # 31 days
        ("12月5日", "12月5日（土）は窓口が休みです。受付は平日だけです。"),
    ],
)
def test_what_ome_does_not_offer_is_refused_with_the_reason(
    town: Callable[[Path], Town], said: str, answer: str
) -> None:
    _, answered = town(CITIES / "ome.yml").asks(*TO_THE_DAY, said)
    assert answer in answered


def test_ome_never_says_that_people_may_come_without_a_booking(town: Callable[[Path], Town]) -> None:
    here = town(CITIES / "ome.yml")
    for question in QUESTIONS:
        talker, said = here.asks(question)
        assert "予約なしでも" not in said
    _, said = here.asks("予約なしでも行けますか")
    assert "予約の方だけを受け付けています" in said


# 東郷町: nobody needs a booking by day; one evening a month is for bookings ------------------------


def test_who_wants_to_book_in_togo_learns_when_no_booking_is_needed(town: Callable[[Path], Town]) -> None:
    talker, said = town(CITIES / "togo.yml").asks(*TO_THE_DAY)
    assert "平日 8:30〜17:15、第2・第4土曜 9:00〜12:00は予約が要りません" in said
    assert "12月17日（木）17:15" in said
    said = talker.says("12月17日の19時45分")
    assert "12月17日（木）19時45分、東郷町役場ですね" in said
    assert "予約できました" in finish(talker)


@pytest.mark.parametrize("day", ["12月1日の10時", "12月12日", "土曜がいいです"])
def test_a_day_on_which_no_booking_is_needed_is_not_called_closed(
    town: Callable[[Path], Town], day: str
) -> None:
    _, said = town(CITIES / "togo.yml").asks(*TO_THE_DAY, day)
    assert "予約なしで受け付けています。予約は要りません" in said
    assert "休み" not in said


def test_a_saturday_that_is_none_of_the_two_is_closed_with_those_that_are_not(
    town: Callable[[Path], Town],
) -> None:
    _, said = town(CITIES / "togo.yml").asks(*TO_THE_DAY, "12月5日")
    assert "12月5日（土）は窓口が休みです" in said
    assert "第2・第4土曜は東郷町役場でも受け付けています" in said


def test_where_nothing_can_be_booked_the_documents_are_told_and_that_one_may_come(
    town: Callable[[Path], Town], tmp_path: Path
) -> None:
    path = tmp_path / "open_to_all.yml"
    text = (CITIES / "togo.yml").read_text(encoding="utf-8")
    evening = text[text.index("      - days: [thu]  ") : text.index("      - days: [sat]")]
    path.write_text(text.replace(evening, ""), encoding="utf-8")
    talker, said = town(path).asks(*TO_THE_DAY)
    assert "予約は要りません。窓口へそのままお越しください" in said
    assert "更新する方のマイナンバーカード" in said
    assert talker.slot("requested_slot") is None


# Twelve counters ----------------------------------------------------------------------------------

FREE = {
    "kita": "2026-12-01T18:30", "minami": "2026-12-09T18:00", "higashi": "2026-11-27T19:00",
    "sakura": "2026-12-13T10:30", "mall": "2026-11-29T11:30", "minato": "2026-12-02T11:30",
    "yama": "2026-12-02T15:00", "kawa": "2026-12-03T14:00", "numa": "2026-12-07T09:00",
    "hashi": "2026-11-24T15:00", "mori": "2026-12-04T09:30", "hama": "2026-12-04T15:30",
}  # fmt: skip
"""A time at each counter that only its own kind of hours has."""
TALK = itertools.count()


def in_words(start: str) -> str:
    at = datetime.fromisoformat(start)
    return f"{at.month}月{at.day}日の{at.hour}時" + (f"{at.minute}分" if at.minute else "")


def booked(town: Town, talker: Person) -> tuple[str, str]:
    """End the conversation and return where and when the booking is."""
    said = finish(talker, "ミナト タロウ", f"090123456{next(TALK):02}")
    code = re.search(r"予約番号は ([\w-]+)", said)
    assert code, said
    booking = town.bookings.get(code[1])
    assert booking
    return booking.counter, f"{booking.start.astimezone(TOKYO):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(("id_", "called"), [(id_, called) for id_, _, called in NAMES])
def test_each_of_twelve_counters_is_booked_by_its_name_and_by_its_button_until_it_is_full(
    town: Callable[[Path], Town], tmp_path: Path, id_: str, called: str
) -> None:
    here = town(twelve_counters(tmp_path))
    start = FREE[id_]
    talker, _ = here.asks(*TO_THE_DAY, f"{called}でお願いします", in_words(start))
    assert booked(here, talker) == (id_, start)
    talker, said = here.asks(*TO_THE_DAY)
    if not any(called == button["title"] for button in talker.buttons):
        talker.taps("ほかの窓口")
    talker.taps(called)
    talker.says(in_words(start))
    assert booked(here, talker) == (id_, start)
    talker, said = here.asks(*TO_THE_DAY, f"{called}で", in_words(start))
    assert "満席" in said  # it has two seats


@pytest.mark.parametrize(
    ("called", "day", "why"),
    [
        ("みどりモール", "12月2日", "定休日"),
        ("みどりモール", "12月20日", "システムの停止"),
        ("北センター", "12月5日", "受付は平日だけです。第1火曜は北センターで夜間も受け付けています"),
        ("さくらプラザ", "12月6日", "第2日曜はさくらプラザでも受け付けています"),
        ("大沼", "12月4日", "窓口が休みです"),
        ("川原", "12月2日", "受付は月・木曜です"),
        ("港湾センター", "12月31日", "年末年始"),
    ],
)
def test_a_closed_day_is_answered_with_its_reason(
    town: Callable[[Path], Town], tmp_path: Path, called: str, day: str, why: str
) -> None:
    _, said = town(twelve_counters(tmp_path)).asks(*TO_THE_DAY, f"{called}で", day)
    assert why in said


def test_more_counters_than_buttons_are_shown_a_part_at_a_time(
    town: Callable[[Path], Town], tmp_path: Path
) -> None:
    here = town(twelve_counters(tmp_path))
    talker, _ = here.asks(*TO_THE_DAY)
    first = [button["title"] for button in talker.buttons]
    assert first == [*(called for *_, called in NAMES[:8]), "早く空いているところ", "ほかの窓口"]
    talker.taps("ほかの窓口")
    assert [button["title"] for button in talker.buttons][:4] == [called for *_, called in NAMES[8:]]
    talker.taps("ほかの窓口")
    assert [button["title"] for button in talker.buttons] == first


def test_after_a_wish_the_counters_that_fit_come_first(town: Callable[[Path], Town], tmp_path: Path) -> None:
    here = town(twelve_counters(tmp_path))
    talker, _ = here.asks("日曜に予約したいです", *TO_THE_DAY[1:])
    assert [button["title"] for button in talker.buttons][:2] == ["みどりモール", "さくらプラザ"]


# A branch of the shipped city, opened in its file alone --------------------------------------------


def with_a_branch(folder: Path) -> Path:
    """Return the shipped file with its commented example of a branch uncommented."""
    lines = DEFAULT_PATH.read_text(encoding="utf-8").splitlines()
    first = lines.index("  # iizaka:")
    last = lines.index("", first)
    lines[first:last] = [line.replace("  # ", "  ", 1) for line in lines[first:last]]
    path = folder / "city.yml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_branch_that_is_opened_in_the_file_is_offered_by_button_by_name_and_in_line(
    town: Callable[[Path], Town], tmp_path: Path
) -> None:
    here = town(with_a_branch(tmp_path))
    talker = here.person()
    for line in TO_THE_DAY:
        talker.says(line)
    assert [button["title"] for button in talker.buttons][:3] == ["本庁舎1階", "西口行政サービスコーナー", "飯坂支所"]
    (shown,) = faces.render(
        [{"text": "どの窓口になさいますか。", "buttons": talker.buttons}], talker.sender
    )
    labels = [item["action"]["label"] for item in shown.to_dict()["quickReply"]["items"]]
    assert "飯坂支所" in labels
    talker.taps("飯坂支所")
    talker.says("12月12日の9時")
    assert booked(here, talker) == ("iizaka", "2026-12-12T09:00")
    other = here.person()
    for line in (*TO_THE_DAY, "いいざかでお願いします", "12月2日の13時"):
        other.says(line)
    assert booked(here, other) == ("iizaka", "2026-12-02T13:00")
    assert "飯坂支所です" in here.person().says("支所でもできますか")
    assert "飯坂支所: 平日 9:00〜12:00・13:00〜16:00、第2・最後の土曜 9:00〜12:00" in here.person().says("窓口の時間は")


def test_a_branch_that_is_not_open_here_is_named_with_the_phone(person: Callable[[], Person]) -> None:
    said = person().says("支所でもできますか")
    assert "各支所と茂庭出張所でも更新の手続きはできます。ただ、こちらではまだ予約できません" in said
    assert "024-505-0445" in said
