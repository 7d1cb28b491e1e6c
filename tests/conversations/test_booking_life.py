"""A booking after it was made: looked at, changed, cancelled, by those who may and nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from renewal import city as city_module
from renewal import clock, settings, slots
from renewal.bookings import Booking, Bookings, Card, SlotFull, Visit
from renewal.bookings.codes import new_code
from renewal.clock import TOKYO
from tests.conversations.driver import Person

CITY = city_module.load(city_module.DEFAULT_PATH)
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=TOKYO)
THURSDAY_EVENING = datetime(2026, 12, 3, 18, 30, tzinfo=TOKYO)
AT_WEST_EXIT = datetime(2026, 12, 9, 11, 0, tzinfo=TOKYO)
PHONE = "09012345678"
NOT_FOUND = "見つかりませんでした"

Make = Callable[..., Booking]


@pytest.fixture
def book(bookings: Bookings) -> Make:
    """Make bookings as if they had been made before, in this person's conversation or elsewhere."""
    made: list[Booking] = []

    def make(
        start: datetime = THURSDAY_EVENING,
        counter: str = "honchosha",
        by: Person | None = None,
        cards: int = 1,
    ) -> Booking:
        card = Card("general", "サトウ ハナコ", ("card", "pin_juki", "pin_user", "pin_sign"))
        conversation = settings.keyed_hash(by.sender) if by else "elsewhere"
        visit = Visit("self", (card,) * cards, PHONE, conversation=conversation)
        key, at = f"test-{len(made)}", clock.real_now()
        hold = bookings.hold(counter, start, cards, key=key, city=CITY, now=NOW, at=at)
        made.append(bookings.confirm(hold.id, visit, key=key, city=CITY, now=NOW, at=at))
        return made[-1]

    return make


def free(bookings: Bookings, start: datetime, counter: str = "honchosha") -> int:
    """Return how many seats are free at a start."""
    day = start.date()
    found = slots.slots(bookings, CITY, counter, day, day, NOW, clock.real_now())
    return next(slot.free for slot in found if slot.start == start)


def another_digit(code: str) -> str:
    """Return the code with its last character mistyped."""
    return code[:-1] + ("2" if code[-1] != "2" else "3")


def titles(person: Person) -> list[str]:
    return [button["title"] for button in person.buttons]


# Finding it --------------------------------------------------------------------------------------


def test_the_conversation_that_booked_sees_its_booking_without_code_or_digits(
    person: Callable[[], Person],
) -> None:
    me = person()
    for line in ("予約したい", "電子証明書", "本人です", "R9.2.20", "覚えている"):
        me.says(line)
    for line in ("12/3の18:30に市役所で", "サトウ ハナコ", PHONE):
        me.says(line)
    booked = me.taps("予約する")
    code = re.search(r"[A-Z2-9]{5}-[A-Z2-9]{5}", booked)
    assert code and titles(me) == ["予約の変更", "予約の取り消し"]
    answer = me.says("予約を確認したい")
    assert code.group() in answer
    assert "令和8年12月3日（木）18時30分" in answer and "本庁舎1階" in answer
    (card,) = me.payloads
    assert [action["title"] for action in card["actions"]] == ["予約の変更", "予約の取り消し"]
    assert [item["id"] for item in card["people"][0]["items"]][:2] == ["card", "pin_juki"]
    assert me.slot("requested_slot") is None


def test_elsewhere_it_takes_the_code_and_the_phones_last_four_digits(
    person: Callable[[], Person], book: Make
) -> None:
    me, booking = person(), book()
    assert "予約番号を教えてください" in me.says("予約を確認したい")
    asked = me.says(booking.code)
    assert "お電話番号の下4けた" in asked and "暗証番号ではありません" in asked
    answer = me.says("5678")
    assert "12月3日（木）18時30分" in answer and "サトウ ハナコ 様" in answer
    assert me.slot("booking_last4") is None


def test_a_code_and_digits_in_the_first_message_are_not_asked_for_again(
    person: Callable[[], Person], book: Make
) -> None:
    booking = book()
    with_code = person()
    assert "下4けた" in with_code.says(f"予約番号{booking.code}の予約をキャンセルしたいです")
    with_both = person()
    answer = with_both.says(f"{booking.code} 下4桁は5678です。内容を見せてください")
    assert "12月3日（木）18時30分" in answer


@pytest.mark.parametrize(
    "typed",
    [
        str.lower,
        lambda c: c.replace("-", ""),
        lambda c: c.replace("-", " "),
        lambda c: f"予約番号は{c}です",
        lambda c: " ".join(c.replace("-", "")).lower(),
        lambda c: c.translate({i: i + 0xFEE0 for i in range(0x21, 0x7F)}),
        lambda c: c.replace("-", "ー"),
    ],
    ids=["small", "no hyphen", "space", "in a sentence", "letter by letter", "full width", "ー"],
)
def test_a_code_may_be_typed_in_many_ways(
    typed: Callable[[str], str], person: Callable[[], Person], book: Make
) -> None:
    me, booking = person(), book()
    me.says("予約を確認したい")
    assert "下4けた" in me.says(typed(booking.code))
    assert booking.code in me.says("５６７８")


@pytest.mark.parametrize(
    "said",
    [
        "{code} 5678 きゃんせる",
        "予約番号 {code} 電話 090-1234-5678 予約をキャンセルしたい",
        "{code}の予約をキャンセルしたいです。下4桁は5678です",
    ],
)
def test_code_digits_and_wish_may_come_in_one_message(
    said: str, person: Callable[[], Person], book: Make
) -> None:
    me, booking = person(), book()
    assert "取り消します。よろしいですか" in me.says(said.format(code=booking.code))


def test_after_wrong_digits_twice_the_call_centre_is_named(
    person: Callable[[], Person], book: Make
) -> None:
    me, booking = person(), book()
    me.says(f"予約番号{booking.code}の確認")
    first, second = me.says("1111"), me.says("2222")
    assert not set(first.splitlines()) & set(second.splitlines())
    assert "見つかりませんでした" in second and "024-505-0445" in second


@pytest.mark.parametrize("said", ["窓口を西口に変えたい", "じゃあ金曜に変えて", "やっぱり取り消して"])
def test_a_booking_that_was_looked_at_is_the_one_that_is_meant_next(
    said: str, person: Callable[[], Person], book: Make
) -> None:
    me, booking = person(), book()
    me.says(f"予約番号{booking.code}の確認")
    me.says("5678")
    me.says(said)
    assert me.slot("booking_action") in ("change", "cancel")


def test_a_slip_in_the_code_is_noticed_and_is_no_attempt(
    person: Callable[[], Person], book: Make
) -> None:
    me, booking = person(), book()
    me.says("予約を確認したい")
    for _ in range(8):
        assert "もう一度お確かめください" in me.says(another_digit(booking.code))
    me.says(booking.code)
    assert booking.code in me.says("5678")


def test_a_wrong_code_and_wrong_digits_get_the_same_answer(
    person: Callable[[], Person], book: Make
) -> None:
    answers = []
    for code, digits in ((book().code, "1111"), (new_code(), "5678")):
        me = person()
        me.says("予約を変更したい")
        asked = me.says(code)
        answers.append((asked.replace(code, ""), me.says(digits)))
    assert answers[0] == answers[1]
    assert NOT_FOUND in answers[0][1] and "下4けたを教えてください" in answers[0][1]


def test_after_a_wrong_answer_the_digits_or_another_code_may_follow(
    person: Callable[[], Person], book: Make
) -> None:
    booking, other = book(), book(AT_WEST_EXIT, "nishiguchi")
    me = person()
    me.says("予約を確認したい")
    me.says(booking.code)
    assert NOT_FOUND in me.says("1111")
    assert booking.code in me.says("5678")
    me = person()
    me.says(f"予約番号{booking.code}の確認")
    assert NOT_FOUND in me.says("1111")
    assert "下4けた" in me.says(f"予約番号は{other.code}でした")
    assert other.code in me.says("5678")


def test_guessing_is_stopped_for_a_conversation_and_says_when_to_try_again(
    person: Callable[[], Person], book: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    me, booking = person(), book()
    me.says("予約を取り消したい")
    for _ in range(5):
        me.says(new_code())
        assert NOT_FOUND in me.says("5678")
    me.says(booking.code)
    refused = me.says("5678")
    assert "15分ほどあとで" in refused and "024-505-0445（ただいま受付中、17時まで）" in refused
    assert me.slot("requested_slot") is None
    later = clock.real_now() + timedelta(minutes=16)
    monkeypatch.setattr(clock, "real_now", lambda: later)
    me.says("予約を取り消したい")
    me.says(booking.code)
    assert "取り消します。よろしいですか" in me.says("5678")


def test_guessing_the_digits_of_one_code_is_stopped_and_its_owner_gets_in(
    person: Callable[[], Person], book: Make
) -> None:
    booking = book()
    for digits in ("1111", "2222", "3333", "4444", "5555"):
        me = person()
        me.says(f"予約番号{booking.code}の確認")
        assert NOT_FOUND in me.says(digits)
    # Whoever has guessed before waits; the owner, who has code and digits, does not.
    assert "分ほどあとで" in me.says("5678")
    owner = person()
    owner.says(f"予約番号{booking.code}の確認")
    assert "ご予約の内容です" in owner.says("5678")


def test_the_last_four_digits_survive_and_a_pin_does_not(
    person: Callable[[], Person], book: Make
) -> None:
    me, booking = person(), book()
    me.says("予約を確認したい")
    me.says(booking.code)
    answer = me.says("暗証番号は5678です")
    assert "暗証番号や個人番号は書かないでください" in answer and "下4けた" in answer
    assert booking.code in me.says("下4けたは5678です")


def test_the_whole_phone_number_serves_as_well(person: Callable[[], Person], book: Make) -> None:
    me, booking = person(), book()
    me.says("予約を確認したい")
    me.says(booking.code)
    assert booking.code in me.says("090-1234-5678")


def test_who_has_lost_the_code_is_told_whom_to_call(person: Callable[[], Person]) -> None:
    me = person()
    me.says("予約を確認したい")
    answer = me.taps("予約番号が分からない")
    assert "024-505-0445" in answer
    assert "新しく予約する" in titles(me)


@pytest.mark.parametrize(
    "said",
    [
        "予約番号なくした",
        "よやくばんごうわすれました",
        "予約変更したいのに番号がわがんねえ",
        "予約番号が書いてあったメールを消してしまったので取り消したいんですけど",
        "予約したのにメッセージが来ない",
        "予約番号どこで見れる？",
        "I lost my booking number",
    ],
)
def test_who_begins_with_having_lost_the_code_hears_the_way_on_at_once(
    said: str, person: Callable[[], Person]
) -> None:
    me = person()
    answer = me.says(said)
    assert "「予約できました」というメッセージ" in answer and "024-505-0445" in answer
    assert "新しく予約する" in titles(me)


def test_to_have_lost_the_code_is_no_matter_where_the_booking_was_made(
    person: Callable[[], Person], book: Make
) -> None:
    me = person()
    booking = book(by=me)
    assert booking.code in me.says("予約番号をなくしました")


def test_who_would_rather_call_is_let_go(person: Callable[[], Person]) -> None:
    me = person()
    me.says("予約番号なくした")
    assert "何も変わっていません" in me.says("じゃあ電話します")
    assert me.slot("requested_slot") is None


@pytest.mark.parametrize(
    ("said", "about"),
    [("暗証番号も忘れました", "決め直せます"), ("どこで手続きできますか", "西口"), ("手数料は？", "無料")],
)
def test_a_question_about_something_else_is_not_taken_for_a_lost_code(
    said: str, about: str, person: Callable[[], Person]
) -> None:
    me = person()
    me.says("予約を確認したい")
    answer = me.says(said)
    assert about in answer and "予約番号を教えてください" in answer


def test_who_says_again_not_to_have_the_code_hears_something_else(
    person: Callable[[], Person],
) -> None:
    me = person()
    first, second = me.says("予約番号なくした"), me.says("分からないです")
    assert not set(first.splitlines()) & set(second.splitlines())
    assert "両方がないと" in second and "024-505-0445" in second


@pytest.mark.parametrize(
    "said", [PHONE, "090-1234-5678でお願いします", "電話番号ならわかります", "名前じゃだめですか"]
)
def test_nothing_is_looked_up_by_phone_number_or_name_and_that_is_said(
    said: str, person: Callable[[], Person], book: Make
) -> None:
    me, booking = person(), book()
    me.says("予約を取り消したい")
    answer = me.says(said)
    assert "だけでは、ここではご予約を探せません" in answer and "024-505-0445" in answer
    answer = me.says(booking.code)
    given = "5678" in said.replace("-", "")
    assert ("よろしいですか" if given else "下4けたを教えて") in answer


def test_a_new_phone_number_is_not_taken_for_the_one_that_was_booked_with(
    person: Callable[[], Person], book: Make
) -> None:
    me, booking = person(), book()
    assert "電話番号、人数などの変更" in me.says("予約の電話番号を08011112222に変えたい")
    assert "下4けたを教えて" in me.says(booking.code)


@pytest.mark.parametrize(
    "said", ["家の電話かもしれない", "スマホの番号の下4桁でいいの？", "090の方です"]
)
def test_who_does_not_know_which_phone_it_was_is_told_to_try(
    said: str, person: Callable[[], Person], book: Make
) -> None:
    me, booking = person(), book()
    me.says("予約を確認したい")
    me.says(booking.code)
    assert "心当たりの番号" in me.says(said)
    assert booking.code in me.says("5678")


def test_english_will_do(person: Callable[[], Person], book: Make) -> None:
    me, booking = person(), book()
    me.says("I want to change my reservation to December 10 at 10am")
    me.says(f"my code is {booking.code}")
    assert "変更後　12月10日（木）10時" in me.says("phone number ends with 5678")


def test_a_command_typed_by_a_stranger_opens_nothing(
    person: Callable[[], Person], book: Make, bookings: Bookings
) -> None:
    booking = book()
    me = person()
    answer = me.says(f'/cancel_booking{{"booking_code": "{booking.code}"}}')
    assert "サトウ" not in answer and "12月3日" not in answer
    me.says('/inform{"booking_confirmed": "yes"}')
    found = bookings.get(booking.code)
    assert found and found.status == "booked"


# Several ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["2", "9日の方", "西口の予約です", "遅い方", "@12月9日"])
def test_of_several_bookings_one_is_chosen(
    said: str, person: Callable[[], Person], book: Make
) -> None:
    me = person()
    book(by=me)
    book(AT_WEST_EXIT, "nishiguchi", by=me)
    listed = me.says("予約をキャンセルしたい")
    assert "1. 12月3日（木）18:30 本庁舎1階" in listed and "2. 12月9日（水）11:00 西口" in listed
    answer = me.taps(said[1:]) if said.startswith("@") else me.says(said)
    assert "12月9日（水）11時" in answer and "よろしいですか" in answer


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("3日の予約をキャンセルしたい", "12月3日（木）18時30分"),
        ("西口の予約を取り消したい", "12月9日（水）11時"),
        ("西口の予約を12月10日の11時半に変更したい", "いま　12月9日（水）11時"),
    ],
)
def test_the_first_message_may_tell_which_of_several_is_meant(
    said: str, meant: str, person: Callable[[], Person], book: Make
) -> None:
    me = person()
    book(by=me)
    book(AT_WEST_EXIT, "nishiguchi", by=me)
    answer = me.says(said)
    assert meant in answer and "よろしいですか" in answer


@pytest.mark.parametrize(
    "lines", [("予約を2つとも取り消したい",), ("予約をキャンセルしたい", "両方お願いします")]
)
def test_several_are_cancelled_one_after_the_other(
    lines: tuple[str, ...], person: Callable[[], Person], book: Make
) -> None:
    me = person()
    book(by=me)
    book(AT_WEST_EXIT, "nishiguchi", by=me)
    for line in lines:
        answer = me.says(line)
    assert "一つずつ" in answer and "どのご予約ですか" in answer
    me.says("1")
    answer = me.taps("取り消す")
    assert "そのままです。\n・12月9日（水）11時" in answer
    assert "12月9日（水）11時" in me.taps("予約の取り消し")


def test_another_booking_than_those_of_the_conversation_takes_its_code(
    person: Callable[[], Person], book: Make
) -> None:
    me = person()
    book(by=me)
    book(AT_WEST_EXIT, "nishiguchi", by=me)
    other = book(datetime(2026, 12, 8, 10, 0, tzinfo=TOKYO))
    me.says("予約を確認したい")
    assert "予約番号を教えてください" in me.taps("ほかの予約")
    me.says(other.code)
    assert "12月8日（火）10時" in me.says("5678")


# Changing ----------------------------------------------------------------------------------------


def test_a_change_is_summed_up_asked_once_and_frees_the_old_seat(
    person: Callable[[], Person], book: Make, bookings: Bookings
) -> None:
    me = person()
    booking = book(by=me)
    assert "いまのご予約は、12月3日（木）18時30分、本庁舎1階です" in me.says("予約を変更したい")
    me.says("西口でお願いします")
    summary = me.says("12月9日の11時")
    assert "いま　12月3日（木）18時30分　本庁舎1階" in summary
    assert "変更後　12月9日（水）11時　西口行政サービスコーナー" in summary
    assert bookings.get(booking.code) == booking
    assert free(bookings, AT_WEST_EXIT, "nishiguchi") == 0
    answer = me.taps("変更する")
    assert "変更しました" in answer and booking.code in answer
    changed = bookings.get(booking.code)
    assert changed and (changed.start, changed.counter) == (AT_WEST_EXIT, "nishiguchi")
    assert changed.visit == booking.visit
    assert free(bookings, THURSDAY_EVENING) == 3


@pytest.mark.parametrize(
    ("said", "when"),
    [
        ("12月3日の予約を10日の18時に変えたい", "12月10日（木）18時"),
        ("予約を一週間延ばしたいです", "12月10日（木）18時30分"),
        ("予約を30分早くしたい", "12月3日（木）18時"),
        ("予約の時間を19時に変更したい", "12月3日（木）19時"),
        ("木曜の予約を金曜の11時に西口へ変更したい", "12月4日（金）11時　西口"),
        ("予約、12月10日の10時に西口から本庁に変更できますか", "12月10日（木）10時　本庁舎"),
        ("予約を翌週に変えたい", "12月10日（木）18時30分"),
        ("予約の次の日の11時にずらしたい", "12月4日（金）11時"),
        ("予約を12月10日に変えたい、時間はそのままで", "12月10日（木）18時30分"),
    ],
)
def test_a_change_said_in_one_sentence_needs_only_a_yes(
    said: str, when: str, person: Callable[[], Person], book: Make
) -> None:
    me = person()
    book(by=me)
    assert f"変更後　{when}" in me.says(said)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("12月5日", "窓口が休み"),
        ("12月31日", "年末年始"),
        ("昨日", "過ぎています"),
        ("2027年3月1日", "から受け付けます"),
        ("12/8の17:10", "受付がありません"),
    ],
)
def test_a_new_day_is_refused_for_the_same_reasons_as_the_first(
    said: str, why: str, person: Callable[[], Person], book: Make
) -> None:
    me = person()
    book(by=me)
    me.says("予約を変更したい")
    assert why in me.says(said)
    assert "よろしいですか" in me.says("12月8日の10時")


@pytest.mark.parametrize(
    ("said", "offered", "not_offered"),
    [
        ("予約の時間をもう少し遅くしたい", "19:00", "18:00"),
        ("予約の時間をもうちょっと早くできますか", "18:00", "19:00"),
    ],
)
def test_a_little_later_or_earlier_is_counted_from_the_booked_time(
    said: str, offered: str, not_offered: str, person: Callable[[], Person], book: Make
) -> None:
    me = person()
    book(by=me)
    assert "12月3日（木）は" in me.says(said)
    assert offered in titles(me) and not_offered not in titles(me)


def test_the_same_time_on_another_day_is_offered(
    person: Callable[[], Person], book: Make
) -> None:
    me = person()
    book(by=me)
    me.says("予約を変更したい")
    me.says("時間は同じで日にちだけ変えたい")
    assert "変更後　12月10日（木）18時30分" in me.says("12月10日")


@pytest.mark.parametrize("said", ["やっぱり元の時間で", "元のままでいいです", "やっぱり変えなくていいです"])
@pytest.mark.parametrize("before", [(), ("12月8日",), ("12月8日の10時",)])
def test_who_wants_the_old_time_after_all_keeps_the_booking(
    said: str,
    before: tuple[str, ...],
    person: Callable[[], Person],
    book: Make,
    bookings: Bookings,
) -> None:
    me = person()
    booking = book(by=me)
    for line in ("予約を変更したい", *before, said):
        answer = me.says(line)
    assert answer == "わかりました。ご予約は何も変わっていません。"
    assert me.slot("requested_slot") is None
    assert bookings.get(booking.code) == booking
    assert free(bookings, datetime(2026, 12, 8, 10, 0, tzinfo=TOKYO)) == 3


def test_what_is_free_on_the_chosen_day_is_answered_for_that_day(
    person: Callable[[], Person], book: Make
) -> None:
    me = person()
    book(by=me)
    me.says("予約を変更したい")
    me.says("12月8日")
    answer = me.says("何時があいてる")
    assert "12月8日（火）は" in answer and "11月25日" not in answer


def test_a_change_to_the_same_time_is_no_change(
    person: Callable[[], Person], book: Make, bookings: Bookings
) -> None:
    me = person()
    book(by=me)
    me.says("予約を変更したい")
    assert "いまのご予約と同じ" in me.says("12月3日の18時半")
    assert free(bookings, THURSDAY_EVENING) == 2


def test_a_seat_lost_while_deciding_leaves_the_booking_as_it_was(
    person: Callable[[], Person], book: Make, bookings: Bookings, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = person()
    booking = book(by=me)
    me.says("予約を変更したい")
    me.says("西口で12月9日の11時")
    later = clock.real_now() + timedelta(minutes=11)
    monkeypatch.setattr(clock, "real_now", lambda: later)
    book(AT_WEST_EXIT, "nishiguchi")
    answer = me.taps("変更する")
    assert "その時刻が埋まりました" in answer
    assert bookings.get(booking.code) == booking
    me.says("12月9日の11時半")
    assert "変更しました" in me.says("はい")


def test_no_is_not_a_yes_and_another_time_can_be_chosen(
    person: Callable[[], Person], book: Make, bookings: Bookings
) -> None:
    me = person()
    booking = book(by=me)
    me.says("予約を変更したい")
    me.says("12月8日の10時")
    assert "まだ変更していません" in me.says("いいえ、やっぱり変更しません")
    assert bookings.get(booking.code) == booking
    assert free(bookings, datetime(2026, 12, 8, 10, 0, tzinfo=TOKYO)) == 3
    assert "12月8日（火）11時" in me.says("12月8日の11時")


def test_a_button_pressed_too_late_confirms_nothing(
    person: Callable[[], Person], book: Make, bookings: Bookings
) -> None:
    me = person()
    booking = book(by=me)
    me.says("予約を変更したい")
    me.says("12月8日の10時")
    yes = next(button["payload"] for button in me.buttons if button["title"] == "変更する")
    me.taps("別の日時にする")
    me.says(yes)
    assert "よろしいですか" in me.says("12月8日の11時")
    assert bookings.get(booking.code) == booking


def test_after_the_limit_a_change_is_for_the_call_centre_and_cancelling_still_possible(
    person: Callable[[], Person], book: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = person()
    book(by=me)
    monkeypatch.setenv("RENEWAL_NOW", "2026-12-02T23:30:00+09:00")
    assert "いつがよろしいですか" in me.says("予約を変更したい")
    me.says("やめる")
    monkeypatch.setenv("RENEWAL_NOW", "2026-12-03T08:00:00+09:00")
    answer = me.says("予約を変更したい")
    assert "12月2日（水）まで" in answer
    assert "024-505-0445（次の受付は今日9時から）" in answer
    assert "よろしいですか" in me.taps("予約の取り消し")
    assert "取り消しました" in me.taps("取り消す")


def test_a_visit_of_several_cards_moves_with_all_its_seats(
    person: Callable[[], Person], book: Make, bookings: Bookings
) -> None:
    me = person()
    code = book(by=me, cards=2).code
    me.says("予約を変更したい")
    me.says("12月4日の10時")
    assert "変更しました" in me.taps("変更する")
    moved = bookings.get(code)
    assert moved and [place.seats for place in moved.places] == [2]
    assert moved.start.isoformat() == "2026-12-04T10:00:00+09:00"


@pytest.mark.parametrize("said", ["予約に登録した電話番号を変えたい", "予約の名前が間違ってた"])
def test_what_cannot_be_changed_here_is_said_first(
    said: str, person: Callable[[], Person], book: Make
) -> None:
    me = person()
    book(by=me)
    answer = me.says(said)
    assert "024-505-0445" in answer and "日時と窓口を変えられます" in answer


# Cancelling --------------------------------------------------------------------------------------


def test_a_cancelled_booking_frees_its_seat_at_once_and_a_new_one_is_offered(
    person: Callable[[], Person], book: Make, bookings: Bookings
) -> None:
    me = person()
    booking = book(AT_WEST_EXIT, "nishiguchi", by=me)
    question = me.says("予約をキャンセルしたい")
    assert "12月9日（水）11時　西口行政サービスコーナー" in question
    found = bookings.get(booking.code)
    assert found and found.status == "booked"
    with pytest.raises(SlotFull):
        book(AT_WEST_EXIT, "nishiguchi")
    assert "取り消しました" in me.taps("取り消す")
    found = bookings.get(booking.code)
    assert found and found.status == "cancelled"
    assert book(AT_WEST_EXIT, "nishiguchi").start == AT_WEST_EXIT
    me.taps("新しく予約する")
    assert me.slot("requested_slot") == "notice"


@pytest.mark.parametrize("said", ["はい", "お願いします", "キャンセルで", "取り消してください"])
def test_a_yes_in_ones_own_words_cancels(
    said: str, person: Callable[[], Person], book: Make
) -> None:
    me = person()
    book(by=me)
    me.says("予約をキャンセルしたい")
    assert "取り消しました" in me.says(said)


@pytest.mark.parametrize(
    "said",
    ["いいえ", "取り消さない", "やめる", "キャンセルしないで", "やっぱりそのままで", "やっぱり行きます",
     "行けることになりました", "ごめんなさい間違えました"],
)
def test_anything_like_a_no_keeps_the_booking(
    said: str, person: Callable[[], Person], book: Make, bookings: Bookings
) -> None:
    me = person()
    booking = book(by=me)
    me.says("予約をキャンセルしたい")
    answer = me.says(said)
    assert "取り消していません" in answer or "何も変わっていません" in answer
    assert bookings.get(booking.code) == booking
    assert me.slot("requested_slot") is None


@pytest.mark.parametrize("said", ["いや変更にする", "日にちを変えるだけでいい"])
def test_who_is_about_to_cancel_may_change_instead(
    said: str, person: Callable[[], Person], book: Make
) -> None:
    me = person()
    book(by=me)
    me.says("予約をキャンセルしたい")
    assert "いつがよろしいですか" in me.says(said)


def test_who_cancels_only_to_book_another_day_is_offered_a_change(
    person: Callable[[], Person], book: Make
) -> None:
    me = person()
    book(by=me)
    assert "いつがよろしいですか" in me.says("キャンセルして別の日に予約し直したい")


def test_who_has_cancelled_can_make_sure_of_it(person: Callable[[], Person], book: Make) -> None:
    me = person()
    book(by=me)
    me.says("予約をキャンセルしたい")
    me.says("はい")
    answer = me.says("予約を確認したい")
    assert "12月3日（木）18時30分のご予約は、取り消されています" in answer
    other = book(AT_WEST_EXIT, "nishiguchi")
    me.says(other.code)
    assert "12月9日（水）11時" in me.says("5678")


def test_a_button_pressed_twice_cancels_once_and_says_so(
    person: Callable[[], Person], book: Make, bookings: Bookings
) -> None:
    me = person()
    booking = book(by=me)
    me.says("予約をキャンセルしたい")
    yes = me.buttons[0]["payload"]
    assert "取り消しました" in me.says(yes)
    assert "取り消されています" in me.says(yes)
    assert [entry["what"] for entry in bookings.audit(code=booking.code)] == ["cancel"]


def test_until_when_is_answered_before_the_question(
    person: Callable[[], Person], book: Make
) -> None:
    me = person()
    book(by=me)
    answer = me.says("キャンセルはいつまでにすればいいですか")
    assert "取り消せるのは予約の時刻まで" in answer and "よろしいですか" in answer


def test_a_visit_that_is_over_can_be_neither_changed_nor_cancelled(
    person: Callable[[], Person], book: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = book()
    monkeypatch.setenv("RENEWAL_NOW", "2026-12-04T10:00:00+09:00")
    me = person()
    me.says(f"{booking.code}をキャンセルしたい")
    assert "過ぎています" in me.says("5678")
    assert "新しく予約する" in titles(me)


# In between --------------------------------------------------------------------------------------


def test_a_question_in_the_middle_is_answered_and_the_change_goes_on(
    person: Callable[[], Person], book: Make
) -> None:
    me = person()
    book(by=me)
    me.says("予約を変更したい")
    me.says("12月8日の10時")
    answer = me.says("手数料はかかりますか")
    assert "無料" in answer and "変更後　12月8日（火）10時" in answer
    assert "変更しました" in me.says("はい")


@pytest.mark.parametrize(
    "said", ["こんにちは", "ありがとう", "人と話したい", "粗大ごみの日は", "@@@", "😀"]
)
def test_whatever_is_said_the_question_comes_again(
    said: str, person: Callable[[], Person], book: Make
) -> None:
    me, booking = person(), book()
    me.says("予約を確認したい")
    assert "予約番号を教えてください" in me.says(said)
    me.says(booking.code)
    assert "下4けた" in me.says(said)
    assert booking.code in me.says("5678")


def test_three_answers_that_cannot_be_read_get_an_example_then_another_way(
    person: Callable[[], Person],
) -> None:
    me = person()
    me.says("予約を確認したい")
    me.says("12345")
    assert "たとえば「K7PMA-4QXD3」" in me.says("12345")
    assert "024-505-0445" in me.says("12345")


def test_stopping_gives_back_the_seat_and_leaves_the_booking(
    person: Callable[[], Person], book: Make, bookings: Bookings
) -> None:
    me = person()
    booking = book(by=me)
    me.says("予約を変更したい")
    me.says("西口で12月9日の11時")
    assert free(bookings, AT_WEST_EXIT, "nishiguchi") == 0
    assert "何も変わっていません" in me.says("やめる")
    assert free(bookings, AT_WEST_EXIT, "nishiguchi") == 1
    assert bookings.get(booking.code) == booking


def test_one_step_back_and_from_the_beginning(
    person: Callable[[], Person], book: Make, bookings: Bookings
) -> None:
    me = person()
    book(by=me)
    me.says("予約を変更したい")
    me.says("12月8日")
    assert me.slot("requested_slot") == "booking_time"
    me.says("戻る")
    assert me.slot("requested_slot") == "booking_date"
    me.says("12月8日の10時")
    assert "いまのご予約は" in me.says("最初から")
    assert me.slot("requested_slot") == "booking_date"
    assert free(bookings, datetime(2026, 12, 8, 10, 0, tzinfo=TOKYO)) == 3


def test_who_wants_to_change_may_cancel_instead(
    person: Callable[[], Person], book: Make, bookings: Bookings
) -> None:
    me = person()
    booking = book(by=me)
    me.says("予約を変更したい")
    me.says("12月8日の10時")
    assert "取り消しますか" in me.says("やっぱりキャンセルしたい")
    assert free(bookings, datetime(2026, 12, 8, 10, 0, tzinfo=TOKYO)) == 3
    me.says("はい")
    found = bookings.get(booking.code)
    assert found and found.status == "cancelled"


def test_looking_at_a_booking_in_the_middle_of_an_application_does_not_end_it(
    person: Callable[[], Person], book: Make
) -> None:
    me = person()
    book(by=me)
    for line in ("予約したい", "電子証明書", "本人です"):
        me.says(line)
    answer = me.says("予約を確認したい")
    assert "12月3日（木）18時30分" in answer
    me.taps("続きから")
    assert me.slot("requested_slot") == "expires_on"


def test_nobody_is_told_more_than_three_things_at_once(
    person: Callable[[], Person], book: Make
) -> None:
    me = person()
    book(by=me)
    for line in (
        "予約の名前を間違えたので直したい。手数料はかかりますか",
        "西口で12月9日の10時",
        "12月5日",
        "12月9日の11時",
        "やっぱりキャンセルしたい。料金は？",
    ):
        me.says(line)
        said = [who for who, _ in reversed(me.transcript)]
        assert said.index("me") <= 3, me.transcript[-6:]


def test_who_has_booked_hears_what_to_bring_to_that_visit(
    person: Callable[[], Person], book: Make
) -> None:
    me = person()
    book(by=me)
    answer = me.says("持ち物のリストをください")
    assert "12月3日（木）18時30分のご予約" in answer and "代理" not in answer
    (payload,) = me.payloads
    assert payload["type"] == "document_checklist"
    assert [item["id"] for item in payload["people"][0]["items"]][:2] == ["card", "pin_juki"]


def test_a_question_about_a_day_that_is_closed_leaves_no_wish(person: Callable[[], Person]) -> None:
    me = person()
    me.says("予約する")
    assert "平日だけ" in me.says("土曜は空いてますか")
    for line in ("電子証明書", "本人です", "R9.2.20", "覚えている"):
        me.says(line)
    assert "11月25日（水）は" in me.says("一番早く空いているところに")
    assert me.buttons[0]["title"] == "8:30 本庁舎1階"


def test_another_counter_alone_keeps_the_day_and_the_time_where_it_has_them(
    person: Callable[[], Person], book: Make
) -> None:
    me = person()
    book(by=me)
    me.says("予約を変更したい")
    me.says("12月9日の11時")
    me.says("はい")
    answer = me.says("予約の窓口を西口に変えたい")
    assert "変更後　12月9日（水）11時　西口行政サービスコーナー" in answer


@pytest.mark.parametrize("told", ["電話番号変わったんですけど", "行く人が変わりました"])
def test_what_cannot_be_changed_here_is_told_with_the_phone(
    person: Callable[[], Person], told: str
) -> None:
    said = person().says(told)
    assert "お電話ください" in said and "024-505-0445" in said


@pytest.mark.parametrize("told", ["もう行かない", "12月9日の予約をやめて12月3日だけに"])
def test_who_will_not_come_is_asked_which_booking(
    person: Callable[[], Person], told: str
) -> None:
    someone = person()
    assert "予約番号" in someone.says(told)
    assert someone.slot("booking_action") == "cancel"
