"""A clerk's day, screen by screen, as pages and forms: no script is needed for any of it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from renewal import clock, pauses
from renewal.bookings import Booking
from renewal.documents import Applicant, Case, Holder
from tests.staff.office import CITY, NOW, START, Clerk, Office

TODAY = "2026-11-24"
PROXY = Case(Applicant.OTHER_PROXY, Holder.GENERAL)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+09:00")


def row(page: str, ref: str) -> str:
    found = re.search(rf'<tr id="r-{ref}".*?</tr>', page, re.DOTALL)
    return found[0] if found else ""


# 今日の窓口 ---------------------------------------------------------------------------------------


def test_the_board_shows_who_comes_today_and_what_to_look_at(office: Office, desk: Clerk) -> None:
    plain = office.book(at("2026-11-24T11:00:00"))
    proxy = office.book(at("2026-11-24T13:00:00"), case=PROXY, visitor_name="タナカ ジロウ")
    late = office.book(at("2026-11-20T09:00:00"), name="アベ マコト")
    office.book(at("2026-11-25T09:00:00"), name="アシタ クル")
    page = desk.get("/day").text
    assert "1/3席" in page and "アシタ クル" not in page
    assert "照会書兼回答書" not in row(page, office.ref(plain))
    assert "タナカ ジロウ" in row(page, office.ref(proxy)) and "照会書兼回答書は" in row(page, office.ref(proxy))
    assert "きのうまでの、記録のない方（1件）" in page
    assert page.index("アベ マコト") < page.index("本庁舎1階 マイナンバーカード手続コーナー")
    assert "1234" not in page  # no telephone number before somebody asks
    del late


def test_one_click_marks_and_one_takes_it_back(office: Office, desk: Clerk) -> None:
    booking = office.book(at("2026-11-24T09:00:00"))
    ref = office.ref(booking)
    for status, version, shown in (("arrived", 1, "来庁済み"), ("booked", 2, "予約"), ("no_show", 3, "来庁なし")):
        answer = desk.post("/day/mark", do=f"{status} {ref} {version}", date=TODAY)
        assert answer.status_code == 303 and answer.location.endswith(f"#r-{ref}")
        page = desk.get("/day").text
        assert shown in row(page, ref)
        assert ("元に戻しました" if status == "booked" else f"「{shown}」にしました") in page
    [first, *_] = office.store.audit(code=booking.code, what="arrived")
    assert (first["who"], first["source"]) == ("窓口太郎", "127.0.0.1")


def test_the_same_mark_sent_twice_is_one_and_an_old_page_changes_nothing(office: Office, desk: Clerk) -> None:
    booking = office.book(at("2026-11-24T09:00:00"))
    ref = office.ref(booking)
    for _ in range(2):
        desk.post("/day/mark", do=f"arrived {ref} 1")
    assert len(office.store.audit(code=booking.code, what="arrived")) == 1
    desk.post("/day/mark", do=f"no_show {ref} 1")
    assert "先に変更されています" in desk.get("/day").text
    assert office.store.get(booking.code).status == "arrived"  # type: ignore[union-attr]


def test_the_board_is_sent_again_only_when_it_is_another(office: Office, desk: Clerk) -> None:
    office.book(at("2026-11-24T11:00:00"))
    state = re.search(r'id="state" name="state" value="(\w+)"', desk.get("/day").text)
    assert state
    assert desk.get(f"/day/board?state={state[1]}").status_code == 204
    office.book(at("2026-11-24T11:30:00"), name="アベ マコト")
    again = desk.get(f"/day/board?state={state[1]}")
    assert again.status_code == 200 and "アベ マコト" in again.text
    seen = office.store.audit(what="board")
    assert [len(each["detail"]["codes"]) for each in seen] == [1, 2]  # what was shown is noted once


def test_a_lost_seat_is_marked_until_somebody_has_called(office: Office, desk: Clerk) -> None:
    from renewal.opening_hours import Closure

    booking = office.book(at("2026-11-24T15:00:00"))
    day = booking.start.date()
    closure = Closure("honchosha", day, day, reason="停電のため")
    office.store.add_closure(closure, city=CITY, who="test", at=clock.real_now())
    assert "連絡が必要です" in desk.get("/day").text and "臨時の休みです（停電のため）" in desk.get("/day").text
    ref, page = office.ref(booking), desk.get("/calls").text
    assert "停電のため" in page and "090-1234-5678" in page
    desk.post(f"/calls/{ref}", about="closed", do="told")
    for path in ("/day", "/calls", f"/booking/{ref}"):
        assert "要連絡" not in desk.get(path).text and "連絡が必要です" not in desk.get(path).text
    assert "連絡した方" in desk.get("/calls").text


def test_a_part_of_the_day_that_is_closed_or_smaller_is_said(office: Office, desk: Clerk) -> None:
    from datetime import time

    from renewal.opening_hours import Closure

    day = NOW.date()
    for closure in (Closure("honchosha", day, day, time(15, 30), None, "停電のため"),
                    Closure("honchosha", day, day, None, time(9, 30), "応援のため。", seats=1)):  # fmt: skip
        office.store.add_closure(closure, city=CITY, who="test", at=clock.real_now())
    page = desk.get("/day").text
    assert "15:30から16:30の枠は休みです（停電のため）。" in page
    assert "08:30から09:00の枠は1席です（応援のため）。" in page
    assert page.count("の枠は") == 2  # nothing of it at the other counter


def test_a_telephone_number_is_shown_when_asked_for_and_that_is_noted(office: Office, desk: Clerk) -> None:
    booking = office.book(at("2026-11-24T11:00:00"))
    assert "090-1234-5678" in desk.post("/number", ref=office.ref(booking)).text
    assert [each["who"] for each in office.store.audit(code=booking.code, what="phone")] == ["窓口太郎"]


def test_the_printed_day_has_no_phones_and_is_noted(office: Office, desk: Clerk) -> None:
    office.book(at("2026-11-24T11:00:00"))
    office.book(at("2026-11-24T11:00:00"), counter="nishiguchi")
    page = desk.get("/day/print").text
    assert page.count('<section class="sheet">') == 2 and "5678" not in page
    assert len(office.store.audit(what="print")) == 1


def test_who_was_found_by_search_is_marked_on_the_details(office: Office, desk: Clerk) -> None:
    booking = office.book(at("2026-11-24T09:00:00"))
    path = f"/booking/{office.ref(booking)}"
    for status, version, shown in (("no_show", 1, "来庁なし"), ("booked", 2, "予約"), ("arrived", 3, "来庁済み")):
        assert f'value="{status} {office.ref(booking)} {version}"' in desk.get(path).text
        answer = desk.post("/day/mark", do=f"{status} {office.ref(booking)} {version}", back="detail")
        assert answer.location == path
        assert f'">{shown}</span>' in desk.get(path).text


def test_before_its_time_a_booking_is_not_marked_and_that_is_said(office: Office, desk: Clerk) -> None:
    viewer, telephone = office.hire("閲覧", "viewer"), office.hire("電話花子", "telephone")
    later, tomorrow = office.book(at("2026-11-24T15:00:00")), office.book(at("2026-11-25T15:00:00"))
    page = desk.get(f"/booking/{office.ref(later)}").text
    assert page.count(" disabled") == 1 and "「来庁なし」は、予約の時刻を過ぎてからです" in page
    page = desk.get(f"/booking/{office.ref(tomorrow)}").text
    assert page.count(" disabled") == 2 and "来庁の記録は、予約の日からできます" in page
    for other in (viewer, telephone):
        assert "/day/mark" not in other.get(f"/booking/{office.ref(later)}").text


def test_two_of_one_name_are_told_apart_by_time_and_number(office: Office, desk: Clerk) -> None:
    two = [office.book(at(f"2026-11-24T09:{m}:00"), "アベ ノリコ", f"090111100{m}") for m in ("00", "30")]
    for booking in two:
        half = booking.code.split("-")[0]
        assert half in row(desk.get("/day").text, office.ref(booking)) and half in desk.get("/day/print").text
        desk.post("/day/mark", do=f"no_show {office.ref(booking)} 1")
        assert f"アベ ノリコ様（{booking.start:%H:%M}、{booking.code}）を「来庁なし」にしました" in desk.get("/help").text


def test_a_call_that_is_owed_shows_wherever_the_person_is_met(office: Office, desk: Clerk) -> None:
    viewer = office.hire("閲覧", "viewer")
    booking = office.book(at("2026-11-24T15:00:00"))
    ref = office.ref(booking)
    assert 'class="count"' not in desk.get("/day").text
    form = {"counter": "honchosha", "day": "11/26", "time": "14:00", "key": "k", "seen": "1", "tell": "later"}
    page = desk.post(f"/booking/{ref}/change", **form, do="check").text
    desk.post(f"/booking/{ref}/change", **(form | hidden(page)), do="change")
    for clerk in (desk, viewer):
        detail, there = clerk.get(f"/booking/{ref}").text, clerk.get("/day?date=2026-11-26").text
        assert "予約（要連絡）" in detail and "まだ連絡していません: 11月24日（火）15時から" in detail
        assert "予約（要連絡）" in row(there, ref) and "まだ連絡していません" in row(there, ref)
        today = clerk.get("/day").text  # who comes at the old time
        assert "この日に来るかもしれない方" in today and booking.code[:5] in today
    desk.post("/search", text=booking.code[:5].lower())
    assert "要連絡" in desk.get("/search?found=1").text
    assert 'class="count">1<' in desk.get("/search").text and 'class="count"' not in viewer.get("/day").text
    desk.post(f"/calls/{ref}", about="moved", do="told")
    for path in (f"/booking/{ref}", "/day", "/day?date=2026-11-26", "/calls"):
        page = desk.get(path).text
        assert "要連絡" not in page and "まだ連絡していません" not in page and 'class="count"' not in page
    assert "この日に来るかもしれない方" not in desk.get("/day").text


def test_the_count_in_the_menu_comes_with_the_board(office: Office, desk: Clerk) -> None:
    booking = office.book(at("2026-11-26T15:00:00"))
    state = re.search(r'name="state" value="(\w+)"', desk.get("/day").text)
    assert state
    office.store.cancel(booking.code, key="k", city=CITY, now=NOW, at=clock.real_now(), who="test", call=True)
    part = desk.get(f"/day/board?state={state[1]}")
    assert part.status_code == 200 and 'hx-swap-oob="true"><span class="count">1<' in part.text


def test_who_may_not_see_numbers_sees_none_on_the_details_and_reads_nothing_out(office: Office, desk: Clerk) -> None:
    viewer, telephone = office.hire("閲覧", "viewer"), office.hire("電話花子", "telephone")
    path = f"/booking/{office.ref(office.book())}"
    for clerk in (viewer, telephone, desk):
        assert "5678" not in clerk.get(path).text
    assert "/paper" not in viewer.get(path).text and viewer.get(f"{path}/paper").status_code == 403
    assert viewer.post("/number", ref=path.split("/")[-1]).status_code == 403
    assert "090-1234-5678" in desk.post("/number", ref=path.split("/")[-1]).text
    # Who books on the phone has to read out; only whose role prints is offered to print.
    assert "data-print" not in telephone.get(f"{path}/paper").text
    assert "data-print" in desk.get(f"{path}/paper").text


def test_who_only_looks_has_no_empty_column(office: Office, desk: Clerk) -> None:
    office.book(at("2026-11-24T15:00:00"))
    assert ">記録</th>" not in office.hire("閲覧", "viewer").get("/day").text and ">記録</th>" in desk.get("/day").text


# 電話で予約 ---------------------------------------------------------------------------------------

FORM: dict[str, Any] = {
    "notice": "certificate", "applicant": "self", "holder_n1": "general", "expires_n1": "R9.1.31", "counter": "honchosha",
    "day": "11/25", "time": "10:30", "name_n1": "さとう はなこ", "phone": "０９０-1234-5678", "key": "k" * 32,
    "cards": "1",
}  # fmt: skip


def hidden(page: str) -> dict[str, str]:
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    return {name: value for name, value in found.items() if name != "csrf_token"}


def test_a_booking_by_phone_from_the_talk_to_its_code(office: Office, desk: Clerk) -> None:
    page = desk.post("/telephone", **FORM, do="look").text
    assert "令和9年1月31日（日）まで。いま更新できます。" in page
    assert "10時30分</strong>の席をおさえています" in page
    page = desk.post("/telephone", **(FORM | hidden(page)), do="check").text
    assert "サトウ ハナコ様の分" in page and "090-1234-5678" in page
    answer = desk.post("/telephone", **hidden(page), do="book")
    assert answer.status_code == 303
    [booking] = office.store.list_bookings()
    assert booking.code in desk.get(answer.location).text
    assert "窓口太郎が電話で予約" in desk.get(f"/booking/{office.ref(booking)}").text
    assert (booking.start, booking.visit.channel, booking.phone) == (at("2026-11-25T10:30:00"), "phone", "09012345678")
    assert [each["who"] for each in office.store.audit(code=booking.code, what="add")] == ["窓口太郎"]
    # The same form once more is the same booking.
    desk.post("/telephone", **hidden(page), do="book")
    assert office.store.list_bookings() == [booking]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"name_n1": "佐藤花子"}, "カタカナかローマ字"),
        ({"name_n1": ""}, "カタカナかローマ字"),
        ({"phone": "5678"}, "電話番号にしてください"),
        ({"expires_n1": "R9.2.30"}, "日付として読めません"),
        ({"expires_n1": "R10.2.20"}, "まだ更新できません。更新できるのは令和9年11月21日（日）からです。その日の予約は、"),
        ({"expires_n1": "R9.3.20", "day": "11/25"}, "より前の日は予約できません"),
        ({"expires_n1": "R18.2.20"}, "カード本体の有効期限ではないか"),
        ({"expires_n1": "S50.1.1"}, "日付として読めません"),
        ({"expires_n1": "2015-12-31"}, "生年月日など、ほかの日付ではないか"),
        ({"holder_n1": "under_15"}, "法定代理人がお越しください"),
        ({"applicant": "other_proxy"}, "来る方のお名前が要ります"),
        ({"notice": ""}, "届いた通知の名前をうかがってください"),
        ({"notice": "card"}, "カード本体の更新は、ここでは予約できません"),
        ({"note": "番号は1234 5678 9018です"}, "個人番号や暗証番号"),
        ({"note": "暗証番号は1234"}, "個人番号や暗証番号"),
        ({"day": "11/28"}, "土日で、窓口は休みです"),
        ({"day": "しばらく後"}, "日を読めません"),
    ],
)
def test_what_cannot_be_booked_is_said_at_its_field(
    office: Office, desk: Clerk, more: dict[str, str], said: str
) -> None:
    answer = desk.post("/telephone", **(FORM | more), do="check")
    assert answer.status_code == 422 and said in answer.text
    assert office.store.list_bookings() == []


def test_names_in_other_letters_are_kept_as_they_are(office: Office, desk: Clerk) -> None:
    for n, name in enumerate(("Nguyễn Văn An", "ｻﾄｳ ﾊﾅｺ", "José García")):
        form = FORM | {"name_n1": name, "key": f"key-{n}"}
        page = desk.post("/telephone", **form, do="check").text
        desk.post("/telephone", **hidden(page), twice="yes", do="book")
    names = [booking.cards[0].name_kana for booking in office.store.list_bookings()]
    assert sorted(map(str, names)) == ["JOSÉ GARCÍA", "NGUYỄN VĂN AN", "サトウ ハナコ"]


def test_who_has_a_booking_already_is_named(office: Office, desk: Clerk) -> None:
    office.book(START)
    office.book(START, name="アベ マコト", phone="09012345678")
    office.book(START, name="サトウ ハナコ", phone="0245050445", counter="nishiguchi")
    assert "ほかに 3件あります" in desk.post("/telephone", **FORM, do="check").text


def test_a_family_over_two_starts_is_shown_and_agreed_to(office: Office, desk: Clerk) -> None:
    for n in range(2):
        office.book(at("2026-11-25T10:30:00"), name="アベ マコト", phone=f"0901111111{n}")
    family = FORM | {"cards": "2", "holder_n2": "under_15", "waiver_n2": "household", "name_n2": "サトウ メイ",
                     "applicant": "self"}  # fmt: skip
    page = desk.post("/telephone", **family, do="check").text
    assert "10時30分に1枚、11月25日（水）11時に1枚" in page
    answer = desk.post("/telephone", **hidden(page), do="book")
    assert answer.status_code == 409 and "分かれます" in answer.text
    assert desk.post("/telephone", **hidden(page), split="yes", do="book").status_code == 303
    [booking] = office.store.list_bookings(name="サトウ メイ")
    assert [place.seats for place in booking.places] == [1, 1]
    assert booking.applicant_for(booking.cards[1]) == "legal_representative"


def test_at_the_last_seat_one_wins_and_the_others_are_told(office: Office, desk: Clerk) -> None:
    last = {"counter": "nishiguchi", "time": "11:00"}
    other = office.hire("電話花子", "telephone")
    mine = desk.post("/telephone", **(FORM | last), do="look").text
    assert "席をおさえています" in mine
    answer = other.post("/telephone", **(FORM | last | {"key": "o" * 32}), do="check")
    assert answer.status_code == 422 and "11月25日（水）11時の席は空いていません" in answer.text
    start = at("2026-11-25T11:00:00").isoformat()
    answer = other.post("/telephone", **(FORM | last | {"key": "o" * 32}), start=start, do="check")
    assert "席は空いていません。近い空きは" in answer.text
    page = desk.post("/telephone", **(FORM | last | hidden(mine)), do="check").text
    assert desk.post("/telephone", **hidden(page), do="book").status_code == 303
    # And one whose hold ran out while the bot gave the seat away.
    page = other.post("/telephone", **(FORM | last | {"key": "p" * 32, "time": "11:30"}), do="check").text
    hold = hidden(page)["hold"]
    office.store.release(hold)
    office.book(at("2026-11-25T11:30:00"), counter="nishiguchi")
    answer = other.post("/telephone", **hidden(page), do="book")
    assert answer.status_code == 422 and "席は空いていません" in answer.text
    assert len(office.store.list_bookings(counter="nishiguchi")) == 2


def test_a_page_left_alone_keeps_no_seat_for_longer_than_a_hold(office: Office, desk: Clerk) -> None:
    import sqlalchemy as sa

    from renewal.bookings import schema

    given = hidden(desk.post("/telephone", **FORM, do="look").text)
    form = {name.replace("_n", "-"): value for name, value in (FORM | given).items()}
    form |= {"start": at("2026-11-25T10:30:00").isoformat(), "do": "part", "csrf_token": desk.token()}

    def refreshed() -> str:
        headers = {"Origin": "http://localhost:5008", "X-Polled": "1"}
        return desk.client.post("/telephone", base_url="http://localhost:5008", data=form, headers=headers).text

    assert "の席をおさえています" in refreshed()
    with office.engine.begin() as connection:
        connection.execute(sa.update(schema.seats).values(held_until=clock.real_now()))
    assert "席をおさえる時間が過ぎました" in refreshed()
    taken = office.store.taken("honchosha", NOW, NOW + timedelta(days=9), clock.real_now())
    assert taken == {}
    # Who is there and goes on has it again, as long as nobody else took it.
    assert "の席をおさえています" in desk.post("/telephone", **(FORM | given), do="look").text


def test_nobody_can_give_up_or_take_the_hold_of_another(office: Office, desk: Clerk) -> None:
    other = office.hire("電話花子", "telephone")
    held = hidden(desk.post("/telephone", **FORM, do="look").text)["hold"]
    assert office.store.held(held)
    other.post("/telephone", **(FORM | {"hold": held, "time": "11:00"}), do="look")
    assert office.store.held(held)


@pytest.mark.parametrize(
    ("day", "time", "start"),
    [
        ("11/25", "14:00", "2026-11-25T14:00:00"),
        ("11/26", "10:30", "2026-11-26T10:30:00"),
        ("来週の火曜", "午後2時半", "2026-12-01T14:30:00"),
        ("11/25", "", None),
    ],
)
def test_what_is_typed_anew_is_what_is_held_and_booked(
    office: Office, desk: Clerk, day: str, time: str, start: str | None
) -> None:
    page = desk.post("/telephone", **FORM, do="look").text
    again = FORM | hidden(page) | {"start": at("2026-11-25T10:30:00").isoformat(), "day": day, "time": time}
    page = desk.post("/telephone", **again, do="look").text
    held = office.store.held(hidden(page)["hold"])
    assert (held and held.start) == (start and at(start))
    taken = office.store.taken("honchosha", NOW, NOW + timedelta(days=30), clock.real_now())
    assert list(taken) == ([at(start)] if start else [])  # the first seat is free again
    if start:
        page = desk.post("/telephone", **(again | hidden(page) | {"start": at(start).isoformat()}), do="check").text
        assert desk.post("/telephone", **hidden(page), do="book").status_code == 303
        assert [each.start for each in office.store.list_bookings()] == [at(start)]


def test_a_start_of_the_list_stands_in_the_fields(office: Office, desk: Clerk) -> None:
    page = desk.post("/telephone", **FORM, do="look").text
    chosen = FORM | hidden(page) | {"start": at("2026-11-26T09:30:00").isoformat()}
    page = desk.post("/telephone", **chosen, do="look").text
    assert 'name="day" value="11/26"' in page and 'name="time" value="09:30"' in page
    assert "11月26日（木）9時30分</strong>の席をおさえています" in page


@pytest.mark.parametrize(
    ("day", "time", "said"),
    [
        ("11/8", "9:00", "過ぎた日です"),
        ("11/23", "9:00", "過ぎた日です"),
        ("11/25", "朝", "時刻を読めません"),
        ("", "9:00", "ご希望の日も書いてください"),
        ("11/25", "10:17", "10時17分は、この窓口の受付時刻ではありません"),
        ("火曜", "9:00", "日を読めません"),  # said on a Tuesday: today, or a week from now?
    ],
)
def test_what_is_not_understood_is_said_and_holds_nothing(
    office: Office, desk: Clerk, day: str, time: str, said: str
) -> None:
    before = hidden(desk.post("/telephone", **FORM, do="look").text)
    changed = FORM | before | {"day": day, "time": time, "start": at("2026-11-25T10:30:00").isoformat()}
    page = desk.post("/telephone", **changed, do="look").text
    assert re.search(f'<p class="wrong" role="alert" id="e-(day|time)">[^<]*{said}', page), page
    assert "の席をおさえています" not in page
    assert office.store.taken("honchosha", NOW, NOW + timedelta(days=9), clock.real_now()) == {}


def test_the_card_itself_is_refused_at_once_with_the_number_to_call(desk: Clerk) -> None:
    page = desk.post("/telephone", notice="card", do="part").text
    assert "ここでは予約できません" in page and "024-505-0445（平日の9時から17時まで。祝日と年末年始は休み）" in page
    answer = desk.post("/telephone", **(FORM | {"notice": "card", "phone": ""}), do="check")
    assert answer.status_code == 422 and "直すところが 1か所" in answer.text
    assert "の席をおさえています" not in answer.text  # nothing is kept for who is sent elsewhere
    assert 'name="notice" value="certificate" checked' not in desk.get("/telephone").text


def test_all_mistakes_are_named_at_once_each_with_the_way_to_it(desk: Clerk) -> None:
    page = desk.post("/telephone", cards="1", applicant="other_proxy", expires_n1="x", do="check").text
    links = re.findall(r'<li><a href="#([^"]+)">', page)
    assert sorted(links) == ["day", "expires-1", "form-1", "name-1", "notice", "phone", "visitor"]
    for each in links:
        assert f'id="{each}"' in page
    assert page.count("autofocus") == 1 and 'role="alert" tabindex="-1" autofocus' in page


def test_what_to_bring_is_shown_before_anything_is_booked(desk: Clerk) -> None:
    page = desk.post("/telephone", applicant="other_proxy", do="part").text
    assert "持ち物: 更新する方のマイナンバーカード／" in page and "照会書兼回答書" in page
    child = {"applicant": "legal_representative", "holder_n1": "under_15"}
    assert "戸籍謄本" in desk.post("/telephone", **child, do="part").text
    assert "戸籍謄本" not in desk.post("/telephone", **child, waiver_n1="household", do="part").text
    assert "親などの法定代理人がお越しください" in desk.post("/telephone", holder_n1="under_15", do="part").text


@pytest.mark.parametrize(
    ("expires", "kind", "said"),
    [
        ("R9.1.31", "good", "いま更新できます"),
        ("R9.2.28", "warn", "まだ更新できません。更新できるのは令和8年11月29日（日）からです"),
        ("R9.10.15", "bad", "まだ更新できません。更新できるのは令和9年7月16日（金）からです。その日の予約は、令和9年5月17日（月）から受け付けます"),
        ("R5.8.3", "warn", "期限が過ぎています。カード本体の有効期限のうちなら、更新できます"),
        ("R18.2.20", "bad", "6年より先になることはありません"),
        ("R9.2.30", "bad", "日付として読めません"),
    ],
)
def test_what_a_last_day_means_is_shown_at_once_in_its_colour(
    office: Office, desk: Clerk, expires: str, kind: str, said: str
) -> None:
    page = desk.post("/telephone", expires_n1=expires, do="part").text
    assert re.search(f'class="judged {kind}"[^>]*>[^<]*{said}', page), page


def test_what_cannot_be_renewed_yet_holds_no_seat(office: Office, desk: Clerk) -> None:
    for expires in ("R9.10.15", "R9.3.20"):
        page = desk.post("/telephone", **(FORM | {"expires_n1": expires}), do="look").text
        assert "の席をおさえています" not in page and "直すところが" in page
    # Found out after a seat was held: it is given back.
    given = hidden(desk.post("/telephone", **FORM, do="look").text)
    assert office.store.taken("honchosha", NOW, NOW + timedelta(days=9), clock.real_now())
    desk.post("/telephone", **(FORM | given | {"expires_n1": "R9.10.15"}), do="part")
    assert office.store.taken("honchosha", NOW, NOW + timedelta(days=9), clock.real_now()) == {}
    # The days that are offered begin where it can be renewed.
    page = desk.post("/telephone", expires_n1="R9.2.28", counter="honchosha", do="look").text
    assert "<legend>11月30日（月）" in page and "<legend>11月25日（水）" not in page


def test_a_page_that_is_left_gives_its_seats_back(office: Office, desk: Clerk) -> None:
    given = hidden(desk.post("/telephone", **FORM, do="look").text)
    other = office.hire("電話花子", "telephone")
    assert other.post("/telephone/leave", **(FORM | given)).status_code == 204
    assert office.store.taken("honchosha", NOW, NOW + timedelta(days=9), clock.real_now())
    desk.post("/telephone/leave", **(FORM | given))
    assert office.store.taken("honchosha", NOW, NOW + timedelta(days=9), clock.real_now()) == {}


@pytest.mark.parametrize(
    ("day", "time", "start"),
    [
        ("11/25", "3時", "2026-11-25T15:00:00"),
        ("11/25", "3:30", "2026-11-25T15:30:00"),
        ("11/26", "7時", "2026-11-26T19:00:00"),  # open in the evening
        ("11/25", "10時", None),
        ("11/25", "午前3時", None),
        ("11/25", "8時", None),  # 20 o'clock is over too
        ("11/25", "7時", None),
    ],
)
def test_three_o_clock_is_in_the_afternoon_where_nobody_opens_at_three(
    office: Office, desk: Clerk, day: str, time: str, start: str | None
) -> None:
    page = desk.post("/telephone", **(FORM | {"day": day, "time": time}), do="look").text
    assert ("は、午後の" in page) == (start is not None)
    if start:
        held = office.store.held(hidden(page)["hold"])
        assert held and held.start == at(start)
        page = desk.post("/telephone", **(FORM | hidden(page) | {"day": day, "time": time}), do="check").text
        assert desk.post("/telephone", **hidden(page), do="book").status_code == 303
        assert [each.start for each in office.store.list_bookings()] == [at(start)]


def test_how_far_ahead_can_be_booked_is_said(desk: Clerk) -> None:
    for day, do in (("2/20", "look"), ("2/20", "check"), ("2/22", "look")):
        page = desk.post("/telephone", **(FORM | {"day": day, "expires_n1": ""}), do=do).text
        assert "令和9年1月23日（土）まで" in page
    assert "までです" not in desk.post("/telephone", **FORM, do="look").text


def test_a_number_of_the_right_length_is_not_said_to_be_too_short(desk: Clerk) -> None:
    from staff import typed

    assert "けたの数は合っています" in str(typed.refused_phone("0100-000-0000"))
    assert "10けたか11けた" in str(typed.refused_phone("5678"))
    assert typed.refused_phone("090-1234-5678") is None


CHILD = {"applicant": "legal_representative", "holder_n1": "under_15"}


def test_no_and_not_asked_of_the_household_are_different(office: Office, desk: Clerk) -> None:
    answer = desk.post("/telephone", **(FORM | CHILD), do="check")
    assert answer.status_code == 422 and "どちらでもないかを、うかがってください" in answer.text
    assert not re.search(r'name="waiver-1" value="\w+" checked', answer.text)
    page = desk.post("/telephone", **(FORM | CHILD | {"waiver_n1": "neither"}), do="check").text
    assert "<li>登記事項証明書または戸籍謄本。同じ世帯か本市本籍のときは要りませんので" in page
    for waiver, heard in (("household", "同じ世帯"), ("honseki", "本市本籍"), ("both", "同じ世帯で、本市本籍")):
        page = desk.post("/telephone", **(FORM | CHILD | hidden(page) | {"waiver_n1": waiver}), do="check").text
        assert f"{heard}とうかがいましたので、登記事項証明書または戸籍謄本は要りません" in page
        assert "<li>登記事項証明書" not in page
    desk.post("/telephone", **hidden(page), do="book")
    [booking] = office.store.list_bookings()
    assert (booking.cards[0].same_household, booking.cards[0].honseki_in_city) == (True, True)
    assert 'value="both" checked' in desk.get(f"/booking/{office.ref(booking)}/amend").text
    # Of who comes with their own card nothing of the kind is asked.
    assert desk.post("/telephone", **FORM, do="check").status_code == 200


PROXY_TALK = {"applicant": "other_proxy", "visitor": "たなか じろう"}


@pytest.mark.parametrize(
    ("form", "until", "said"),
    [
        ("written", "", "照会書兼回答書は、用紙に書かれた期限まで使えます。期限をお確かめください"),
        ("written", "R8.12.20", "照会書兼回答書の期限は、令和8年12月20日（日）です"),
        ("blank", "R8.12.20", "いらっしゃる日までに、カードのご本人に書いていただいて"),
        ("missing", "", "お手元にないとうかがいました。再発行を電話で頼んで"),
        ("written", "R8.11.24", "期限（令和8年11月24日（火））が、いらっしゃる日より前です。再発行を"),
    ],
)
def test_the_reply_form_and_its_own_limit_are_asked_and_read_out(
    office: Office, desk: Clerk, form: str, until: str, said: str
) -> None:
    answer = desk.post("/telephone", **(FORM | PROXY_TALK), do="check")
    assert answer.status_code == 422 and "照会書兼回答書のことを、うかがってください" in answer.text
    page = desk.post("/telephone", **(FORM | PROXY_TALK | {"form_n1": form, "until_n1": until}), do="check").text
    assert said in page and ("024-505-0445 でおたずねください" in page)
    desk.post("/telephone", **hidden(page), do="book")
    [booking] = office.store.list_bookings()
    ref = office.ref(booking)
    assert said in desk.get(f"/booking/{ref}/paper").text
    # It is on the sheet of the day, can be corrected, and goes with the proxy.
    assert booking.cards[0].note and booking.cards[0].note in desk.get("/day?date=2026-11-25").text
    page = desk.get(f"/booking/{ref}/amend").text
    assert f'name="form-1" value="{form}" checked' in page
    base = amendment(booking, applicant_n1="other_proxy", visitor="タナカ ジロウ", form_n1="blank", until_n1="R8.12.25")
    assert desk.post(f"/booking/{ref}/amend", **base).status_code == 303
    now = office.store.get(booking.code)
    assert now and now.cards[0].note == "照会書兼回答書: まだ書いていない、用紙の期限は令和8年12月25日（金）まで"
    assert desk.post(f"/booking/{ref}/amend", **amendment(now, key="l")).status_code == 303
    assert office.store.get(booking.code).cards[0].note is None  # type: ignore[union-attr]


def test_of_the_reply_form_nothing_is_asked_of_others_or_misread(desk: Clerk) -> None:
    page = desk.post("/telephone", **(FORM | {"until_n1": "いつか"}), do="check")
    assert page.status_code == 200 and "照会書兼回答書" not in page.text
    answer = desk.post("/telephone", **(FORM | PROXY_TALK | {"form_n1": "blank", "until_n1": "いつか"}), do="check")
    assert answer.status_code == 422 and 'href="#until-1"' in answer.text


def test_what_is_read_out_is_ready_to_be_read(office: Office, desk: Clerk) -> None:
    proxy = FORM | PROXY_TALK | {"pins_n1": "juki", "form_n1": "written"}
    page = desk.post("/telephone", **proxy, do="check").text
    spoken = re.search(r'class="readback">(.*?)</div>', page, re.DOTALL)
    assert spoken
    for words in ("窓口にいらっしゃるのは、タナカ ジロウ様ですね。サトウ ハナコ様のカードのお手続きです。",
                  "サトウ ハナコ様のマイナンバーカード", "タナカ ジロウ様の本人確認書類を1点。マイナンバーカード、運転免許証、パスポートなど",
                  "忘れた暗証番号（住民基本台帳用）を新しく決めるための追加の書類。何が要るかは、福島市マイナンバーカードコールセンター 024-505-0445",
                  "いらっしゃれなくなったときや、日時を変えたいときは、予約番号を"):  # fmt: skip
        assert words in spoken[1], words
    for words in ("読み上げません", "その他の代理人", "更新する方の", "一覧A", "多くの市", "特別永住者"):
        assert words not in spoken[1], words
    note = page[page.index("職員への注意") : page.index('class="readback"')]
    assert "この画面では分かりません" in note and "1日では終わりません" in note and "特別永住者証明書" in note
    page = desk.post("/telephone", **FORM, do="check").text
    assert "カードのご本人のサトウ ハナコ様ですね" in page and "職員への注意" not in page


def test_after_booking_only_the_number_is_new(desk: Clerk) -> None:
    page = desk.post("/telephone", **FORM, do="check").text
    page = desk.get(str(desk.post("/telephone", **hidden(page), do="book").location)).text
    assert page.index("あと、予約番号だけを") < page.index("くり返すとき") < page.index("お持ちいただくもの")


def test_details_and_read_out_name_the_same_papers(office: Office, desk: Clerk) -> None:
    booking = office.book(case=PROXY, visitor_name="タナカ ジロウ")
    pages = [desk.get(f"/booking/{office.ref(booking)}{path}").text for path in ("", "/paper")]
    for page in pages:
        assert "タナカ ジロウ様の本人確認書類を1点" in page and "多くの市" not in page


def test_before_a_notice_and_after_expiry_there_is_a_caution_to_see_and_to_say(desk: Clerk) -> None:
    part = desk.post("/telephone", notice="none", do="part").text
    assert "通知が届く前の方です。本庁舎1階に、予約なしで来ることもできます" in part
    assert "通知が届く前" not in desk.post("/telephone", notice="certificate", do="part").text
    page = desk.post("/telephone", **(FORM | {"notice": "none", "expires_n1": "R5.8.3"}), do="check").text
    assert "この予約では更新できませんので、福島市マイナンバーカードコールセンター" in page
    assert "カード本体の有効期限のうちなら更新できますので、カード本体の期限をお確かめください" in page


def test_a_second_booking_of_the_same_person_has_to_be_meant(office: Office, desk: Clerk) -> None:
    office.book()
    page = desk.post("/telephone", **FORM, do="check").text
    assert page.index("ほかに 1件あります") < page.index('class="readback"') and page.count("autofocus") == 1
    assert re.search(r'name="twice"[^>]*autofocus', page)
    answer = desk.post("/telephone", **hidden(page), do="book")
    assert answer.status_code == 409 and "「別の予約として取る」に印を" in answer.text
    assert len(office.store.list_bookings()) == 1
    assert desk.post("/telephone", **hidden(answer.text), twice="yes", do="book").status_code == 303


def test_a_form_sends_what_is_read_out_on_enter(desk: Clerk) -> None:
    """Browsers press a form's first button."""
    page = desk.get("/telephone").text
    first = re.search(r"<button[^>]*>", page[page.index('<form id="talk"') :])
    assert first and 'value="check"' in first[0]


# 予約の詳細 ---------------------------------------------------------------------------------------


def amendment(booking: Booking, **more: str) -> dict[str, Any]:
    card = booking.cards[0]
    return {"phone": "090-1234-5678", "name_n1": card.name_kana, "holder_n1": card.holder, "expires_n1": "",
            "applicant_n1": "self", "certificates_n1": "both", "seen": str(booking.version), "key": "k", **more}  # fmt: skip


def test_an_amendment_works_out_what_to_bring_anew(office: Office, desk: Clerk) -> None:
    booking = office.book()
    path = f"/booking/{office.ref(booking)}"
    form = amendment(booking, applicant_n1="other_proxy", visitor="たなか じろう", pins_n1="sign", expires_n1="令和9年1月31日")
    assert desk.post(f"{path}/amend", **form).location == path
    now = office.store.get(booking.code)
    assert now and now.visit.visitor_name == "タナカ ジロウ" and "inquiry_form" in now.cards[0].documents
    page = desk.get(path).text
    assert "窓口太郎が予約を訂正（直した項目: " in page and "照会書兼回答書" in page
    assert desk.post(f"{path}/amend", **amendment(now, applicant_n1="legal_representative")).status_code == 422


def test_a_form_sent_back_as_it_came_is_understood(office: Office, desk: Clerk) -> None:
    from dataclasses import replace
    from datetime import date
    from html import unescape

    booking = office.book(case=PROXY, visitor_name="タナカ ジロウ", note="車いす")
    card = replace(booking.cards[0], expires_on=date(2027, 2, 20), forgotten_pins=("sign",))
    visit = replace(booking.visit, cards=(card,))
    before = office.store.amend(booking.code, visit, who="test", at=clock.real_now())
    path = f"/booking/{office.ref(booking)}/amend"
    page = desk.get(path).text
    form = dict(re.findall(r'<input id="([^"]+)" name="[^"]+" value="([^"]*)"', page))
    form |= dict(re.findall(r'type="(?:radio|checkbox)" name="([^"]+)" value="([^"]*)" checked', page))
    form |= dict(re.findall(r'<select[^>]*name="([^"]+)".*?value="([^"]*)" selected', page, re.DOTALL)) | hidden(page)
    form = {name: unescape(value) for name, value in form.items()}
    assert desk.post(path, **form).status_code == 303
    after = office.store.get(booking.code)
    assert after and replace(after, visit=before.visit) == before
    assert [name for name in after.visit.differences(before.visit) if name != "documents"] == []


def test_two_clerks_on_one_booking_the_second_sees_the_difference(office: Office, desk: Clerk) -> None:
    other = office.hire("電話花子", "telephone")
    booking = office.book()
    path = f"/booking/{office.ref(booking)}/amend"
    assert desk.post(path, **amendment(booking, phone="024-505-0445")).status_code == 303
    answer = other.post(path, **amendment(booking, name_n1="サトウ ハナ", key="o"))
    assert answer.status_code == 409
    assert "先に変更されています" in answer.text and "窓口太郎が予約を訂正" in answer.text
    assert "024-505-0445" in answer.text and "090-1234-5678" in answer.text
    assert office.store.get(booking.code).cards[0].name_kana == "サトウ ハナコ"  # type: ignore[union-attr]
    # Having seen it, they may go on.
    assert other.post(path, **amendment(booking, name_n1="サトウ ハナ", seen="2", phone="024-505-0445", key="p")).status_code == 303


def test_a_change_of_time_and_a_cancellation_that_is_taken_back(office: Office, desk: Clerk) -> None:
    booking = office.book()
    path = f"/booking/{office.ref(booking)}"
    form = {"counter": "nishiguchi", "day": "11/26", "time": "11:30", "key": "k", "seen": "1", "tell": "later"}
    page = desk.post(f"{path}/change", **form, do="check").text
    assert desk.post(f"{path}/change", **(form | hidden(page)), do="change").location == path
    moved = office.store.get(booking.code)
    assert moved and (moved.counter, moved.start) == ("nishiguchi", at("2026-11-26T11:30:00"))
    assert "11時から11月26日（木）11時30分に変えた" in desk.get("/calls").text
    assert "前: 本庁舎1階・11月25日（水）11時、後: 西口行政サービスコーナー・11月26日（木）11時30分" in desk.get(path).text
    assert desk.post(f"{path}/cancel", seen="2", key="k", tell="now").status_code == 422  # why?
    assert desk.post(f"{path}/cancel", seen="2", key="k", reason="by_citizen", tell="now").status_code == 303
    page = desk.get(path).text
    assert "理由: お客さまのご都合" in page and "取り消しを元に戻す" in page
    assert "いま、連絡が必要な方はいません" in desk.get("/calls").text
    assert desk.post(f"{path}/reinstate", seen="3", key="k").status_code == 303
    again = office.store.get(booking.code)
    assert again and (again.status, again.places) == ("booked", moved.places)


def test_a_change_is_shown_before_it_is_made_and_is_what_was_typed_last(office: Office, desk: Clerk) -> None:
    booking = office.book()
    path = f"/booking/{office.ref(booking)}/change"
    form = {"counter": "honchosha", "day": "12/2", "time": "11:00", "key": "k", "seen": "1"}
    page = desk.post(path, **form, do="look").text
    assert "12月2日（水）11時</strong>の席をおさえています" in page
    again = form | hidden(page) | {"start": at("2026-12-02T11:00:00").isoformat(), "time": "14:00"}
    page = desk.post(path, **again, do="change", tell="now").text
    assert "12月2日（水）14時　本庁舎1階 マイナンバーカード手続コーナー に変えます" in page
    assert office.store.get(booking.code) == booking
    assert desk.post(path, **hidden(page), do="change", tell="now").status_code == 303
    assert office.store.get(booking.code).start == at("2026-12-02T14:00:00")  # type: ignore[union-attr]


def test_whether_somebody_was_told_has_to_be_said(office: Office, desk: Clerk) -> None:
    booking = office.book()
    path = f"/booking/{office.ref(booking)}"
    assert "checked" not in desk.get(path).text
    form = {"counter": "honchosha", "day": "12/2", "time": "14:00", "key": "k", "seen": "1"}
    shown = hidden(desk.post(f"{path}/change", **form, do="check").text)
    for answer in (desk.post(f"{path}/change", **shown, do="change"),
                   desk.post(f"{path}/cancel", seen="1", key="k", reason="twice")):  # fmt: skip
        assert answer.status_code in (409, 422) and "知らせたかどうかを選んでください" in answer.text
    assert office.store.get(booking.code) == booking


def test_a_start_that_is_full_is_refused_and_nothing_moves(office: Office, desk: Clerk) -> None:
    booking = office.book()
    office.book(at("2026-11-26T11:00:00"), counter="nishiguchi")
    form = {"counter": "nishiguchi", "start": at("2026-11-26T11:00:00").isoformat(), "key": "k", "seen": "1"}
    answer = desk.post(f"/booking/{office.ref(booking)}/change", **form, do="change")
    assert answer.status_code == 409 and "席は空いていません" in answer.text
    assert office.store.get(booking.code) == booking


# 検索 --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("はなこ さとう", "サトウ ハナコ"),
        ("ｻﾄｳ", "サトウ ハナコ"),
        ("nguyen an", "NGUYỄN VĂN AN"),
        ("5678", "サトウ ハナコ"),
        ("090-1234-5678", "サトウ ハナコ"),
        ("11月25日", "サトウ ハナコ"),
        ("567", ""),
        ("スズキ", ""),
    ],
)
def test_one_field_finds_by_whatever_is_typed(office: Office, desk: Clerk, text: str, found: str) -> None:
    office.book(name="サトウ ハナコ")
    office.book(START + timedelta(days=1), name="NGUYỄN VĂN AN", phone="08011112222")
    answer = desk.post("/search", text=text)
    assert answer.location == "/search?found=1"
    page = desk.get(answer.location).text
    shown = re.findall(r'<th scope="row"><a [^>]+>([^<]+)</a>', page)
    assert shown == ([found] if found else [])


def test_a_code_is_found_however_it_was_heard_and_filters_narrow(office: Office, desk: Clerk) -> None:
    booking = office.book()
    desk.post("/search", text=booking.code.lower().replace("-", " "))
    assert booking.code in desk.get("/search?found=1").text and "予約番号で探しました" in desk.get("/search?found=1").text
    for more, count in (({"status": "booked"}, 1), ({"status": "cancelled"}, 0), ({"channel": "line"}, 0),
                        ({"counter": "nishiguchi"}, 0), ({"first": "11/25", "last": "11/30"}, 1)):  # fmt: skip
        desk.post("/search", **more)
        assert f"<h2>{count}件" in desk.get("/search?found=1").text, more


def test_a_search_that_is_opened_anew_is_empty_and_looks_for_nothing(office: Office, desk: Clerk) -> None:
    office.book()
    desk.post("/search", text="さとう")
    assert "サトウ ハナコ" in desk.get("/search?found=1").text
    page = desk.get("/search").text
    assert "さとう" not in page and "サトウ" not in page
    assert len(office.store.audit(what="search")) == 1


def test_an_export_is_a_file_for_excel_and_is_noted(office: Office, chief: Clerk) -> None:
    office.book(name="=CMD", phone="08011112222")
    chief.post("/search", first="11/25", last="11/25")
    answer = chief.post("/search/export")
    assert answer.data.startswith(b"\xef\xbb\xbf") and "'=CMD" in answer.text and "取り消し" not in answer.text
    [noted] = office.store.audit(what="export")
    assert noted["who"] == "係長" and noted["detail"]["count"] == 1


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("04", "電話番号は、4けた以上を"),
        ("鈴木", "漢字ではなく"),
        ("すずき", "一部でも"),
    ],
)
def test_a_search_that_finds_nothing_says_what_to_try(desk: Clerk, text: str, advice: str) -> None:
    desk.post("/search", text=text)
    page = desk.get("/search?found=1").text
    assert re.search(f"見つかりません。[^<]*{advice}", page)
    assert "で探しますで" not in page


def test_the_first_half_of_a_number_finds_its_booking(office: Office, desk: Clerk) -> None:
    booking, other = office.book(), office.book(START + timedelta(days=1))
    desk.post("/search", text=booking.code[:5].lower())
    page = desk.get("/search?found=1").text
    assert booking.code in page and other.code not in page
    # What only looks like one is a name.
    office.book(START + timedelta(days=2), name="GREEN SUE")
    desk.post("/search", text="green")
    assert "GREEN SUE" in desk.get("/search?found=1").text


def test_only_counters_with_something_to_find_are_offered(desk: Clerk) -> None:
    page = desk.get("/search").text
    assert "本庁舎1階" in page and "支所" not in page and "茂庭" not in page


# 連絡、記録、停止 ---------------------------------------------------------------------------------


def test_a_call_is_one_persons_at_a_time(office: Office, desk: Clerk) -> None:
    other = office.hire("電話花子", "telephone")
    booking = office.book()
    office.store.cancel(booking.code, key="k", city=CITY, now=NOW, at=clock.real_now(), who="test", call=True)
    path = f"/calls/{office.ref(booking)}"
    desk.post(path, about="cancelled", do="claim")
    assert "窓口太郎さんが電話しています" in other.get("/calls").text
    other.post(path, about="cancelled", do="told")
    assert "窓口太郎さんが電話しています" in other.get("/calls").text
    desk.post(path, about="cancelled", do="absent")
    assert "1回（最後は" in other.get("/calls").text
    other.post(path, about="cancelled", do="told")
    assert "いま、連絡が必要な方はいません" in desk.get("/calls").text
    desk.post(path, about="cancelled", do="told")
    assert [each["who"] for each in office.store.audit(what="called")] == ["電話花子"]


@pytest.mark.parametrize("about", ["cancelled", "closed", "seat_again"])
def test_that_somebody_was_told_can_be_taken_back(office: Office, desk: Clerk, about: str) -> None:
    from renewal.opening_hours import Closure

    booking = office.book(at("2026-11-26T15:00:00"))
    real, path = clock.real_now(), f"/calls/{office.ref(booking)}"
    if about == "cancelled":
        office.store.cancel(booking.code, key="k", city=CITY, now=NOW, at=real, who="test", call=True)
    else:
        closure = Closure("honchosha", booking.start.date(), booking.start.date(), reason="停電のため")
        closure = office.store.add_closure(closure, city=CITY, who="test", at=real)
    if about == "seat_again":
        desk.post(path, about="closed", do="told")
        office.store.remove_closure(closure.id or 0, city=CITY, now=NOW, who="test", at=real)
    waits = "<h1>連絡が必要な方 <small>1件"
    assert waits in desk.get("/calls").text
    told = desk.post(path, about=about, do="told").location
    page = desk.get(str(told)).text
    assert waits not in page and 'value="untold"' in page
    desk.post(path, about=about, do="untold")
    assert waits in desk.get("/calls").text
    desk.post(path, about=about, do="untold")  # once more is nothing
    noted = [each["what"] for each in office.store.audit(code=booking.code, whats=("called", "uncalled"))]
    assert noted[-2:] == ["called", "uncalled"]
    assert "連絡済みを元に戻した" in desk.get(f"/booking/{office.ref(booking)}").text


def test_nobody_is_untold_what_they_were_never_told(office: Office, desk: Clerk) -> None:
    booking = office.book(at("2026-11-26T15:00:00"))
    for about in ("seat_again", "moved", ""):
        desk.post(f"/calls/{office.ref(booking)}", about=about, do="untold")
    assert office.store.told([booking.code]) == {} and office.store.audit(what="uncalled") == []


def test_what_is_to_be_said_is_a_sentence(office: Office, desk: Clerk) -> None:
    booking = office.book()
    form = {"counter": "nishiguchi", "day": "11/26", "time": "11:30", "key": "k", "seen": "1", "tell": "later"}
    page = desk.post(f"/booking/{office.ref(booking)}/change", **form, do="check").text
    desk.post(f"/booking/{office.ref(booking)}/change", **(form | hidden(page)), do="change")
    assert "新しいご予約は、11月26日（木）11時30分、西口行政サービスコーナーです。" in desk.get("/calls").text


def test_changes_are_found_among_the_looks_and_what_was_refused_is_kept(office: Office, chief: Clerk) -> None:
    viewer = office.hire("遠藤", "viewer")
    booking = office.book(at("2026-11-24T09:00:00"))
    ref = office.ref(booking)
    for path in ("/day", f"/booking/{ref}", "/pause", f"/booking/{ref}/paper"):
        viewer.get(path)
    viewer.post("/search", text=booking.code)
    viewer.get("/search?found=1")
    viewer.post("/pause", origin="https://evil.example", do="resume")
    chief.post("/day/mark", do=f"arrived {ref} 1")
    page = chief.get("/audit").text
    assert "使えない画面や操作を断られた" in page and "画面: チャットの停止" in page and "画面: 予約の詳細" in page
    assert len(office.store.audit(what="refused")) == 3
    assert "探した項目: 検索の欄" in page
    seen = re.search(r"予約の内容を見た</td><td class=\"code\">([^<]*)</td><td></td>", page)
    assert seen and seen[1] == booking.code  # where one looks for a number
    page = chief.post("/audit", changes="yes").text
    assert "来庁済みにした" in page and "を見た" not in page and "サインイン" not in page.split("<table")[1]
    assert "来庁済みにした" in chief.post("/audit/export", changes="yes").text


def test_the_log_says_who_did_what_from_where_and_that_it_is_whole(office: Office, desk: Clerk) -> None:
    import sqlalchemy as sa

    from renewal.bookings import schema

    auditor = office.hire("監査", "auditor")
    booking = office.book(at("2026-11-24T09:00:00"))
    desk.post("/day/mark", do=f"arrived {office.ref(booking)} 1")
    page = auditor.post("/audit", code=booking.code).text
    assert "異状はありません" in page and "来庁済みにした" in page and "127.0.0.1" in page
    assert "サトウ" not in page and "090" not in page
    assert "来庁済みにした" in auditor.post("/audit/export").text
    assert "来庁済みにした" in auditor.post("/audit", who="太郎").text
    for field, text in (("code", booking.code[:4]), ("first", "そのうち"), ("last", "13/1")):
        page = auditor.post("/audit", **{field: text}).text
        assert "を読めません" in page and "<h2>0件</h2>" in page
    with office.engine.begin() as connection:
        log = schema.audit_log
        connection.execute(sa.update(log).where(log.c.what == "arrived").values(who="だれか"))
    assert "つながりが切れています" in auditor.get("/audit").text


def test_the_chat_is_stopped_after_a_look_at_what_citizens_will_see(office: Office, chief: Clerk) -> None:
    page = chief.post("/pause", reason="システムの点検のためです", until="12:00", do="preview").text
    assert "お休みしています。システムの点検のためです。11月24日（火）12時に再開する予定です。" in page
    assert pauses.current(office.engine, clock.real_now()) is None
    chief.post("/pause", reason="システムの点検のためです", until="12:00", do="pause")
    now = clock.real_now()
    assert pauses.current(office.engine, now)
    assert pauses.current(office.engine, now + timedelta(hours=2, seconds=1)) is None
    page = chief.get("/pause").text
    assert "チャットは止まっています" in page and "、11月24日（火）12時まで" in page
    chief.post("/pause", do="resume")
    assert pauses.current(office.engine, clock.real_now()) is None
    answer = chief.post("/pause", reason="点検", day="12/2", until="", do="pause")
    assert answer.status_code == 422 and "時刻も書いてください" in answer.text
    assert "renewal closures" in chief.get("/pause").text
    preview = chief.post("/pause", reason="点検", until="3時", do="preview").text
    assert "15時に再開する予定です" in preview and "平日の9時から17時まで。祝日と年末年始は休み" in preview
    for reason in ("", "1234 5678 9018", "あ" * 101):
        assert chief.post("/pause", reason=reason, do="pause").status_code == 422
    assert [each["what"] for each in office.store.audit(whats=("pause", "resume"))] == ["pause", "resume"]
