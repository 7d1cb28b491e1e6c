"""What the city decides is in city.yml, and a mistake in it is refused where it stands."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from renewal import clock
from renewal.city import DEFAULT_PATH, DOCUMENT_IDS, City, CityError, load

TEXT = DEFAULT_PATH.read_text(encoding="utf-8")


EVENING = 'close: "19:30"'
STARTS = 'starts: ["11:00", "11:30", "15:30"]'


def refused(tmp_path: Path, before: str, after: str) -> tuple[int, str]:
    """Change the real file in one place; return the line and the sentence of the only mistake."""
    assert TEXT.count(before) >= 1
    path = tmp_path / "other.yml"
    path.write_text(TEXT.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(CityError) as caught:
        load(path)
    lines = str(caught.value).splitlines()
    assert len(lines) == 1, lines
    name, line, message = lines[0].split(":", 2)
    assert name == str(path)
    return int(line), message.strip()


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


# The shipped file


def test_two_counters_can_be_booked(city: City) -> None:
    assert [counter.id for counter in city.bookable_counters] == ["honchosha", "nishiguchi"]
    assert [key for key, counter in city.counters.items() if not counter.enabled] == [
        "shisho",
        "moniwa",
    ]


def test_the_head_office_has_weekday_hours_and_a_thursday_evening(city: City) -> None:
    weekdays, evening = city.counters["honchosha"].hours
    assert (weekdays.open, weekdays.close, len(weekdays.days)) == (time(8, 30), time(17), 5)
    assert (evening.open, evening.close, evening.days) == (time(17, 30), time(19, 30), ("thu",))
    assert evening.kind == "evening"


def test_nishiguchi_has_three_starts(city: City) -> None:
    (hours,) = city.counters["nishiguchi"].hours
    assert hours.starts == (time(11), time(11, 30), time(15, 30))


def test_only_the_head_office_takes_people_without_a_booking(city: City) -> None:
    assert [key for key, counter in city.counters.items() if counter.walk_in] == ["honchosha"]


def test_published_values_are_confirmed_and_presets_are_not(city: City) -> None:
    presets = {"department.phone", "source.url", "booking.horizon_days", "id_list_a",
               "documents.visitor_id_a.label"}  # fmt: skip
    assert presets <= set(city.unconfirmed)
    published = ("call_centre", "national_line", "closed", "source.page", "documents.card")
    assert not [path for path in city.unconfirmed if path.startswith(published)]
    assert city.call_centre.phone == "024-505-0445"
    assert city.national_line.phone == "0120-95-0178"
    assert city.source.page == 5619
    assert city.department.phone is None


def test_every_unconfirmed_value_can_be_shown(city: City) -> None:
    assert city.value_at("booking.horizon_days") == 60
    assert city.value_at("counters.honchosha.seats") == 3
    for path in city.unconfirmed:
        city.value_at(path)


def test_every_document_has_its_words(city: City) -> None:
    assert tuple(city.documents) == DOCUMENT_IDS


def test_paper_health_insurance_cards_are_not_on_the_id_list(city: City) -> None:
    assert not [item for item in city.id_list_a if "保険証" in item]


def test_what_other_cities_accept_is_not_said_to_be_this_citys_list(city: City) -> None:
    assert "一覧A" in city.documents["visitor_id_a"].label
    assert "多くの市では" in city.documents["visitor_id_a"].label


def test_the_year_end_runs_from_29_december_to_3_january(city: City) -> None:
    days = [date(2026, 12, 20) + timedelta(days=n) for n in range(30)]
    closed = [day for day in days if city.closed.is_year_end(day)]
    assert (closed[0], closed[-1], len(closed)) == (date(2026, 12, 29), date(2027, 1, 3), 6)


def test_another_city_runs_with_its_own_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "other.yml"
    path.write_text(TEXT.replace("name: 福島市\n", "name: 別の市\n"), encoding="utf-8")
    monkeypatch.setenv("RENEWAL_CITY", str(path))
    assert load().name == "別の市"


# The city's own questions


def test_of_the_building_nothing_is_said_to_be_known(city: City) -> None:
    assert list(city.faq) == ["access", "parking", "wheelchair", "nursing_room", "post_office"]
    for id_, question in city.faq.items():
        assert f"faq.{id_}.answer" in city.unconfirmed
        assert "確認できていません" in question.answer and "{call_centre_phone}" in question.answer


FAQ = """faq:
  parking:
    phrasings: [駐車場はありますか, 車を停められますか, 駐車場]
    answer: 地下にあります。
    link: https://www.example.lg.jp/parking?a=1
    buttons: [book, {another}]
  smoking:
    label: 喫煙所
    phrasings:
      - たばこを吸えますか
      - 喫煙所
      - 灰皿はありますか
    answer: !unconfirmed "{call_centre_phone}（{call_centre_now}）でお尋ねください。"
""".replace("{another}", "smoking")


def with_faq(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "city.yml"
    path.write_text(TEXT[: TEXT.index("\nfaq:\n") + 1] + text, encoding="utf-8")
    return path


def test_a_question_has_ways_of_asking_an_answer_a_link_and_buttons(tmp_path: Path) -> None:
    city = load(with_faq(tmp_path, FAQ))
    parking, smoking = city.faq.values()
    assert (parking.called, smoking.called) == ("駐車場", "喫煙所")  # the shortest way of asking, or its label
    assert parking.buttons == ("book", "smoking")
    assert "faq.smoking.answer" in city.unconfirmed
    assert not load(with_faq(tmp_path, "")).faq


@pytest.mark.parametrize(
    ("before", "after", "at", "said"),
    [
        (", 車を停められますか, 駐車場]", "]", "phrasings: [駐", "3つ以上"),
        ("[駐車場はありますか, 車を停められますか, 駐車場]", "駐車場", "phrasings: 駐", "[値, 値]"),
        ("    answer: 地下にあります。\n", "", "parking:", "「answer」がありません"),
        ("地下にあります。", "", "answer:", "空です"),
        ("地下にあります。", '"{call_center_phone} へ"', "{call_center_phone}", "call_centre_phone"),
        ("地下にあります。", '"{city!r} です"', "{city!r}", "call_centre_phone"),
        ("地下にあります。", '"{ です"', '"{ です"', "call_centre_phone"),
        ("地下にあります。", "あ" * 501, "あああ", "500 文字まで"),
        ("https://www", "http://www", "http://www", "https://"),
        ("https://www.example.lg.jp/parking?a=1", "https://市.jp/", "https://市", "英数字と記号"),
        ("https://www.example.lg.jp/parking?a=1", '"https://a.jp/{city}"', "https://a.jp", "英数字と記号"),
        ("https://www.example.lg.jp/parking?a=1", "javascript:alert(1)", "javascript", "https://"),
        ("[book, smoking]", "[book, bicycle]", "[book, bicycle]", "book、check_booking"),
        ("[book, smoking]", "[parking]", "[parking]", "smoking"),
        ("[book, smoking]", "[book, book, book, book, book]", "[book, book", "4つまで"),
        ("    label: 喫煙所\n", "    label: 駐車場\n", "smoking:", "「駐車場」は「parking」の名前でもあります"),
        ("    label: 喫煙所\n", "    label: " + "長" * 21 + "\n", "label: 長", "20 文字まで"),
        ("  smoking:\n", "  Smoking:\n", "Smoking:", "英小文字"),
        ("      - 喫煙所\n", "      - 駐車場。\n", "      - 駐車場。", "「parking」にもあります"),
        ("      - 喫煙所\n", "      - ？\n", "      - ？", "ことばがありません"),
        ("      - 喫煙所\n", "      - 1\n", "      - 1", "文字で"),
        ("    label: 喫煙所\n", "    title: 喫煙所\n", "title:", "phrasings"),
    ],
)
def test_each_mistake_in_a_question_is_refused_with_its_line(
    tmp_path: Path, before: str, after: str, at: str, said: str
) -> None:
    assert before in FAQ
    text = FAQ.replace(before, after, 1)
    if before == "[book, smoking]" or after == "  Smoking:\n":
        text = text.replace("buttons: [book, smoking]", "buttons: [book]")
    path = with_faq(tmp_path, text)
    with pytest.raises(CityError) as caught:
        load(path)
    [line] = str(caught.value).splitlines()
    assert said in line
    assert line.startswith(f"{path}:{line_of(path.read_text(encoding='utf-8'), at)}: ")


# Mistakes


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("booking:\n", "former_counters:\n  honchosha: 本庁\nbooking:\n", ["honchosha", "counters にもあります"]),
        ("booking:\n", "former_counters:\n  old: 1\nbooking:\n", ["old", "文字で書いてください"]),
        ("  hold_minutes:", "  hold: 1\n  hold_minutes:", ["「hold」", "書ける項目は"]),
        ('open: "8:30"', 'open: "8:60"', ["8:60", "時刻ではありません", "23:59"]),
        ('open: "8:30"', "open: はちじ", ["はちじ", "時刻ではありません"]),
        ('open: "8:30"', "open: 830", ["830", "時刻ではありません"]),
        ('phone: "024-505-0445"', "phone: null", ["phone", "空です"]),
        ('phone: "024-505-0445"', 'phone: "505"', ["電話番号ではありません", "024-505-0445"]),
        ('close: "17:00"\n      - days', 'close: "18:00"\n      - days', ["木曜日", "重なって"]),
        ("slot_minutes: !unconfirmed 30", "slot_minutes: 40", ["40分", "割り切れる"]),
        ('"11:00", "11:30"', '"11:00", "11:15"', ["月・火・水・木・金曜日", "重なって"]),
        ("seats: !unconfirmed 3", "seats: 0", ["seats", "1 以上"]),
        ("seats: !unconfirmed 3", 'seats: "3"', ["seats", "整数"]),
        ("enabled: true", "enabled: yes", ["true か false"]),
        ("kind: evening", "kind: night", ["night", "regular、evening"]),
        ("days: [thu]", "days: [thr]", ["thr", "mon、tue"]),
        ("days: [thu]", "days: []", ["days", "1つ以上"]),
        ("!unconfirmed 3 ", "!unsure 3 ", ["!unsure", "!unconfirmed だけ"]),
        ('"12-29"', '"12-32"', ["12-32", "月日ではありません"]),
        ("      - 西口\n", "      - 市役所\n", ["市役所", "honchosha"]),
        ("  pin_reset_extra:", "  pin_reset:", None),
        ("        kind: evening", '        starts: ["18:00"]', ["どちらか一方"]),
        ('close: "19:30"', 'close: "17:00"', ["close", "より後"]),
        ("change_until: !unconfirmed previous_working_day_end", "change_until: later", ["start"]),
        ("url: !unconfirmed null", "url: page", ["アドレスではありません"]),
        ("name: 福島市\n", "name: 福島市\nname: 別の市\n", None),
        ("name: 福島市\n", "name: &a 福島市\n", ["使えません"]),
        ("name: 福島市\n", "name: [福島市\n", ["YAMLとして読めません"]),
        ("  honchosha:", "  本庁舎:", ["英小文字"]),
        ("  honchosha:", "  any:", ["any"]),
        ("hall: 市役所", "hall: 3", ["hall", "文字"]),
        (EVENING, f"{EVENING}\n        weeks: [6]", ["6", "1、2、3、4、5、last"]),
        (EVENING, f"{EVENING}\n        weeks: 3", ["weeks", "[値, 値]"]),
        (EVENING, f"{EVENING}\n        weeks: [third]", ["third", "last"]),
        (EVENING, f"{EVENING}\n        nth: [3]", ["「nth」", "書ける項目は days、weeks、after"]),
        (EVENING, f"{EVENING}\n        after: {{week: 3}}", ["「day」がありません"]),
        (EVENING, f"{EVENING}\n        after: {{week: 3, day: sta}}", ["sta", "mon、tue"]),
        (EVENING, f"{EVENING}\n        weeks: [3]\n        after: {{week: 3, day: sat}}", ["weeks", "一緒に書けません"]),
        (EVENING, f"{EVENING}\n        valid_from: 来年", ["来年", "日付ではありません", "2026-12-01"]),
        (EVENING, f"{EVENING}\n        valid_from: 2026-02-30", ["2026-02-30", "日付ではありません"]),
        (EVENING, f"{EVENING}\n        valid_from: 2027-01-01\n        valid_until: 2026-12-31", ["valid_until", "あとの日"]),
        (EVENING, f"{EVENING}\n        last_start: \"19:30\"", ["last_start", "close"]),
        (EVENING, f"{EVENING}\n        last_start: \"17:00\"", ["last_start", "open"]),
        (EVENING, f"{EVENING}\n        breaks: [{{begin: \"18:00\", end: \"18:00\"}}]", ["休み", "begin より後"]),
        (EVENING, f"{EVENING}\n        breaks: [{{begin: \"12:00\", end: \"13:00\"}}]", ["休み", "open"]),
        (EVENING, f"{EVENING}\n        breaks: [{{begin: \"18:00\"}}]", ["「end」がありません"]),
        (EVENING, f"{EVENING}\n        breaks: [{{begin: \"18:10\", end: \"18:30\"}}]", ["17:30から18:10", "割り切れる"]),
        (EVENING, f"{EVENING}\n        cutoff: yesterday", ["yesterday", "1 day before 17:15", "start"]),
        (EVENING, f"{EVENING}\n        cutoff: 1 day before 25:00", ["25:00", "時刻ではありません"]),
        ("bookable: !unconfirmed true\n", "bookable: false\n        cutoff: start\n", ["cutoff", "予約できる時間"]),
        ("bookable: !unconfirmed true\n", "bookable: false\n        walk_in: false\n", ["bookable", "walk_in"]),
        ("bookable: !unconfirmed true\n", "bookable: maybe\n", ["maybe", "true か false"]),
        ("bookable: !unconfirmed true\n", "on_holidays: 1\n", ["on_holidays", "true か false"]),
        (STARTS, f'{STARTS}\n        last_start: "15:30"', ["last_start", "starts", "一緒には"]),
        (STARTS, 'starts: ["11:00", "11:00"]', ["重なって"]),
        (STARTS, f'{STARTS}\n      - days: [fri]\n        weeks: [2]\n        starts: ["11:15"]', ["金曜日", "重なって"]),
        (STARTS, f"{STARTS}\n    closed:\n      - days: [wed]", ["「reason」がありません"]),
        (STARTS, f"{STARTS}\n    closed:\n      - days: [wedn]\n        reason: 定休日", ["wedn", "mon、tue"]),
        (STARTS, f"{STARTS}\n    horizon_days: 30\n    horizon_months: 1", ["horizon_days", "どちらか一方"]),
        (STARTS, f"{STARTS}\n    horizon_days: 0", ["horizon_days", "1 以上"]),
        (STARTS, f"{STARTS}\n    cutoff: 0 days before", ["0 days before", "書ける値は"]),
        ('  year_end_to: "01-03"', '  year_end_to: "01-03"\n  also:\n    - days: [sun]\n      after: {week: 3, day: sat}', ["reason"]),
        ("  horizon_days: !unconfirmed 60 ", "  horizon_months: 13 ", ["12 以下"]),
        ("  horizon_days: !unconfirmed 60 ", "  hold_hours: 60 ", None),
        ("    short_label: 西口行政サービスコーナー", "    short_label: 本庁舎1階", ["本庁舎1階", "honchosha", "別の名前"]),
    ],
)
def test_a_mistake_is_refused_with_its_line_and_what_is_allowed(
    tmp_path: Path, before: str, after: str, said: list[str] | None
) -> None:
    if said is None:
        path = tmp_path / "other.yml"
        path.write_text(TEXT.replace(before, after, 1), encoding="utf-8")
        with pytest.raises(CityError):
            load(path)
        return
    line, message = refused(tmp_path, before, after)
    for part in said:
        assert part in message
    assert message.endswith("。")
    if "YAML" not in message:
        first = line_of(TEXT, before)
        assert abs(line - first) <= 8


@pytest.mark.parametrize(
    "more",
    [
        "weeks: [1, 3]",
        "weeks: [last]",
        "after: {week: 3, day: wed}",
        "valid_from: 2026-12-01\n        valid_until: 2027-03-31",
        'last_start: "18:45"',
        'breaks: [{begin: "18:00", end: "18:30"}]',
        "cutoff: 1 day before 17:15",
        "cutoff: 60 minutes before",
        "walk_in: false",
        "on_holidays: true",
    ],
)
def test_hours_can_be_said_as_cities_have_them(tmp_path: Path, more: str) -> None:
    path = tmp_path / "other.yml"
    path.write_text(TEXT.replace(EVENING, f"{EVENING}\n        {more}"), encoding="utf-8")
    assert load(path).counters["honchosha"].hours[1].days == ("thu",)


def test_hours_of_different_weeks_and_of_different_times_of_the_year_do_not_overlap(tmp_path: Path) -> None:
    path = tmp_path / "other.yml"
    other_week = STARTS + "\n        weeks: [1, 3]\n      - days: [fri]\n        weeks: [2, last]\n        starts: [\"11:15\"]"
    next_year = STARTS + "\n        valid_until: 2026-12-31\n      - days: [fri]\n        valid_from: 2027-01-01\n        starts: [\"11:15\"]"
    for text in (other_week, next_year):
        path.write_text(TEXT.replace(STARTS, text), encoding="utf-8")
        assert len(load(path).counters["nishiguchi"].hours) == 2


def test_the_line_is_that_of_the_wrong_value(tmp_path: Path) -> None:
    before = "seats: !unconfirmed 3"
    assert refused(tmp_path, before, "seats: 0")[0] == line_of(TEXT, before)
    assert refused(tmp_path, "days: [thu]", "days: [thr]")[0] == line_of(TEXT, "days: [thu]")


def test_several_mistakes_are_told_at_once_in_the_files_order(tmp_path: Path) -> None:
    path = tmp_path / "other.yml"
    text = TEXT.replace("seats: !unconfirmed 3", "seats: 0").replace("page: 5619", "page: x")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CityError) as caught:
        load(path)
    first, second = str(caught.value).splitlines()
    assert "page" in first
    assert "seats" in second


@pytest.mark.parametrize("text", ["", "- a", "text", "name: \x00"])
def test_a_file_that_is_no_list_of_items_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CityError, match=":1: "):
        load(path)


def test_a_counter_that_the_file_has_no_more_is_still_called_something(
    city: City, tmp_path: Path
) -> None:
    path = tmp_path / "city.yml"
    path.write_text(
        TEXT.replace("booking:\n", "former_counters:\n  ekimae: 駅前窓口\nbooking:\n"), encoding="utf-8"
    )
    changed = load(path)
    assert changed.counter_label("ekimae") == "駅前窓口"
    assert city.counter_label("ekimae") == "ekimae"
    assert city.counter_label("honchosha") == "本庁舎1階 マイナンバーカード手続コーナー"
    assert city.counter_label("honchosha", short=True) == "本庁舎1階"


def test_staff_end_at_the_start_unless_the_file_says_otherwise(city: City, tmp_path: Path) -> None:
    assert city.booking.staff_cutoff == "start"
    path = tmp_path / "city.yml"
    lines = [line for line in TEXT.splitlines(keepends=True) if "staff_cutoff" not in line]
    path.write_text("".join(lines), encoding="utf-8")  # a file from before there was this value
    assert load(path).booking.staff_cutoff == "start"


def test_a_missing_file_and_a_wrong_encoding_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CityError, match="読めません"):
        load(tmp_path / "none.yml")
    path = tmp_path / "sjis.yml"
    path.write_bytes("name: 福島市".encode("cp932"))
    with pytest.raises(CityError, match="UTF-8"):
        load(path)


# The clock


def test_renewal_now_fixes_the_calendar_but_not_durations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENEWAL_NOW", "2026-11-24T01:00:00Z")
    assert clock.now().isoformat() == "2026-11-24T10:00:00+09:00"
    before = clock.real_now()
    assert before.utcoffset() == timedelta(0)
    assert clock.real_now() >= before
    monkeypatch.delenv("RENEWAL_NOW")
    assert abs(clock.now() - clock.real_now()) < timedelta(minutes=1)


@pytest.mark.parametrize("text", ["2026-11-24T10:00:00", "きのう", "10:00"])
def test_a_renewal_now_without_offset_is_refused(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("RENEWAL_NOW", text)
    with pytest.raises(ValueError, match="RENEWAL_NOW"):
        clock.now()


def test_now_is_a_datetime_in_tokyo() -> None:
    assert isinstance(clock.now(), datetime)
    assert clock.now().tzinfo is clock.TOKYO
