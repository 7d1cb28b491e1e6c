"""My Numbers and PINs are masked before anything keeps them; nothing else is."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reading.masking import mask
from renewal.bookings.codes import new_code

WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
KANJI = str.maketrans("0123456789", "〇一二三四五六七八九")


def check_digit(eleven: str) -> str:
    rest = sum(int(digit) * weight for digit, weight in zip(eleven, WEIGHTS, strict=True)) % 11
    return str(0 if rest <= 1 else 11 - rest)


my_numbers = st.text("0123456789", min_size=11, max_size=11).map(lambda n: n + check_digit(n))
four_digits = st.text("0123456789", min_size=4, max_size=4)
sign_pins = st.text("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", min_size=6, max_size=16).filter(
    lambda pin: any(c.isdigit() for c in pin) and any(c.isalpha() for c in pin)
)


def groups(number: str, size: int, between: str) -> str:
    return between.join(number[i : i + size] for i in range(0, len(number), size))


def digits_left(text: str) -> list[str]:
    return [character for character in text if character.isnumeric()]


# My Numbers


@settings(derandomize=True, max_examples=300)
@given(
    number=my_numbers,
    size=st.sampled_from([1, 2, 3, 4, 6, 12]),
    between=st.sampled_from(["", " ", "-", "　", "－", "ー", "・", "、", ", ", "\n", "の", "​"]),
    digits=st.sampled_from([{}, FULL_WIDTH, KANJI]),
    words=st.sampled_from(["{}", "個人番号は{}です", "番号{}、よろしく", "{}", "No.{} を使って"]),
)
def test_a_my_number_is_masked_however_it_is_written(
    number: str, size: int, between: str, digits: dict[int, str], words: str
) -> None:
    # Twelve zeros in kanji are circles that stand for anything.
    assume(number.strip("0"))
    text = words.format(groups(number, size, between).translate(digits))
    masked = mask(text)
    assert "my_number" in masked.found
    assert not digits_left(masked.text)
    assert len(masked.text) == len(text)


@settings(derandomize=True)
@given(number=my_numbers, wrong=st.integers(1, 9))
def test_twelve_digits_with_a_wrong_check_digit_count_only_when_called_a_my_number(
    number: str, wrong: int
) -> None:
    number = number[:11] + str((int(number[11]) + wrong) % 10)
    assert mask(f"受付は{number}です").found == frozenset()
    for text in (
        f"マイナンバーは{number}です",
        f"個人番号：{groups(number, 4, ' ')}",
        f"My number is {number}",
        f"{number}が私の個人番号",
    ):
        assert mask(text).found == {"my_number"}
        assert not digits_left(mask(text).text)


ALOUD = dict(
    zip(
        "0123456789",
        ["ぜろ", "いち", "に", "さん", "よん", "ご", "ろく", "なな", "はち", "きゅう"],
        strict=True,
    )
)


@settings(derandomize=True, max_examples=100)
@given(number=my_numbers, between=st.sampled_from(["", " ", "、", "　"]), katakana=st.booleans())
def test_a_my_number_said_aloud_is_masked(number: str, between: str, katakana: bool) -> None:
    said = between.join(ALOUD[digit] for digit in number)
    if katakana:
        said = "".join(chr(ord(each) + 0x60) if "ぁ" <= each <= "ゖ" else each for each in said)
    masked = mask(f"番号は{said}です")
    assert masked.found == {"my_number"}
    assert set(masked.text[3:-2]) <= {"●", *between}
    assert len(masked.text) == len(said) + 5


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("暗証番号はいちにさんよんです", "暗証番号は●●●●●●●です"),
        ("ぜろきゅうぜろいちにさんよんごろくななはち", None),
        ("しごとのあと、さんにんで にしぐちに いきます", None),
        ("ごくろうさまです", None),
    ],
)
def test_digits_said_aloud_are_figures_only_in_a_row(text: str, masked: str | None) -> None:
    assert mask(text).text == (masked or text)


def test_the_words_around_a_my_number_stay() -> None:
    assert mask("番号は1234-5678-9018で合ってますか").text == "番号は●●●●-●●●●-●●●●で合ってますか"


# PINs


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("暗証番号は1234です", "暗証番号は●●●●です"),
        ("パスワードABC123", "パスワード●●●●●●"),
        ("PINは 1 2 3 4", "PINは ● ● ● ●"),
        ("ナンバーカードの暗証が4649", "ナンバーカードの暗証が●●●●"),
        ("pass: Abc12345", "pass: ●●●●●●●●"),
        ("暗証番号：１２３４", "暗証番号：●●●●"),
        ("ﾊﾟｽﾜｰﾄﾞ ＡＢＣ１２３", "ﾊﾟｽﾜｰﾄﾞ ●●●●●●"),
        ("あんしょうばんごうは一二三四", "あんしょうばんごうは●●●●"),
        ("PIN1234", "PIN●●●●"),
        ("My PIN is 1234, and the password is ABCDEF12.", None),
        ("パスワードは大文字でABC123です", "パスワードは大文字で●●●●●●です"),
        ("暗証番号は4けたで1234です", "暗証番号は4けたで●●●●です"),
        ("暗証番号は、署名用がABC123で利用者用が1234です", None),
        ("暗証番号は1234と5678", "暗証番号は●●●●と●●●●"),
        ("1234が暗証番号です", "●●●●が暗証番号です"),
        ("1234 is my pin", "●●●● is my pin"),
        ("住基の番号は1234です", "住基の番号は●●●●です"),
        ("署名用 ABC123", "署名用 ●●●●●●"),
        ("暗証番号を忘れました。たしか1234だったと思います", None),
        ("暗証番号は娘の誕生日で0512にしています", "暗証番号は娘の誕生日で●●●●にしています"),
        ("暗証番号を1234に変えたい", "暗証番号を●●●●に変えたい"),
        ("パスワード ABC 123 です", "パスワード ●●● ●●● です"),
        ("暗証番号\n1234", "暗証番号\n●●●●"),
        ("暗証は12-34", "暗証は●●-●●"),
        ("4桁の数字は1234です", "4桁の数字は●●●●です"),
        ("覚えてます、1234です", "覚えてます、●●●●です"),
    ],
)
def test_a_pin_named_as_one_is_masked(text: str, masked: str | None) -> None:
    got = mask(text)
    assert got.found == {"pin"}
    if masked is not None:
        assert got.text == masked
    for secret in ("1234", "5678", "ABC123", "ABCDEF12"):
        assert secret not in got.text


@pytest.mark.parametrize(
    "text", ["覚えてます。R9.2.20", "期限は覚えてます、20270220", "覚えてますよ。12月3日の1030で", "覚えてます、09012345678"]
)
def test_what_else_is_remembered_stays(text: str) -> None:
    assert mask(text).text == text


@settings(derandomize=True, max_examples=200)
@given(
    pin=st.one_of(four_digits, sign_pins),
    words=st.sampled_from(
        ["暗証番号は{}です", "パスワード:{}", "PIN {}", "暗証番号「{}」でしたっけ", "pin is {} ok?"]
    ),
    digits=st.sampled_from([{}, FULL_WIDTH]),
)
def test_any_pin_in_context_is_masked(pin: str, words: str, digits: dict[int, str]) -> None:
    assume(not (len(pin) == 10 and pin in new_code()))
    masked = mask(words.format(pin.translate(digits)))
    assert "pin" in masked.found
    assert "●" * len(pin) in masked.text


@settings(derandomize=True)
@given(
    pin=st.one_of(four_digits, sign_pins), end=st.sampled_from(["", "です", " ！", "だと思います"])
)
def test_a_bare_answer_about_pins_is_masked_only_then(pin: str, end: str) -> None:
    assert mask(pin + end).found == frozenset()
    masked = mask(pin + end, pin_expected=True)
    assert masked.found == {"pin"}
    assert masked.text == "●" * len(pin) + end


@pytest.mark.parametrize(
    "text", ["１２３４", "一二三四", "1 2 3 4", "1234と5678", "ABC123です", "はい、1234", "PASSWD"]
)
def test_other_bare_answers_about_pins_are_masked(text: str) -> None:
    assert mask(text, pin_expected=True).found == {"pin"}
    assert not digits_left(mask(text, pin_expected=True).text)


# What must stay

LEFT_ALONE = [
    "10:30",
    "20261203",
    "令和9年2月20日",
    "R9.2.20",
    "1965/03/05",
    "2026-12-03 10:30",
    "12/3の10時30分",
    "令和八年十二月三日の午後二時",
    "昭和40年3月5日",
    "09012345678",
    "024-505-0445",
    "０２４－５０５－０４４５",
    "090-1234-5678",
    "090 1234 5678",
    "(024)505-0445",
    "0120-95-0178",
    "+819012345678",
    "+81 90-1234-5678",
    "+81-24-505-0445",
    "電話は819012345670です",
    "2027 02 11",
    "〒960-8601",
    "K7PM-4QXD",
    "k7pm-4qxd",
    "予約番号はK7PM4QXDです",
    "下4けたは5678です",
    "下四桁は五六七八です",
    "電話番号の下4けた（暗証番号ではありません）は5678",
    "the last four digits are 5678",
]


@pytest.mark.parametrize("pin_expected", [False, True])
@pytest.mark.parametrize("text", LEFT_ALONE)
def test_dates_times_phones_and_codes_are_left_alone(text: str, pin_expected: bool) -> None:
    masked = mask(text, pin_expected)
    assert masked.text == text
    assert masked.found == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "暗証番号を忘れました",
        "暗証番号は4けたですか、それとも6文字ですか",
        "暗証番号は4けたの数字、署名用は6文字から16文字ですよね",
        "暗証番号を忘れたので12月3日の10時30分に行きます",
        "暗証番号を忘れました。電話は09012345678です",
        "暗証番号を忘れました。予約番号はK7PM-4QXDです",
        "暗証番号が分からないので1030に行きたい",
        "パスポートTR1234567は使えますか",
        "暗証番号は〇〇〇〇です",
        "暗証番号は●●●●です",
        "PIN forgotten, can I come at 1030?",
        "is the pin 4digits or 6characters?",
        "マイナンバーカードコールセンターは024-505-0445ですか",
        "マイナンバーカードの更新を2026年12月3日10時30分に",
        "12/3 11:30 09012345678 サトウハナコ",
        "1965年3月5日生まれ、2031年3月5日まで",
        "バスで1030に着きます",
        "1030でお願いします",
        "署名用の有効期限は20310305です",
        "960-8601 福島市",
        "",
    ],
)
def test_ordinary_sentences_are_left_alone(text: str) -> None:
    assert mask(text).text == text
    assert mask(text).found == frozenset()


@settings(derandomize=True, max_examples=200)
@given(
    day=st.dates(date(1925, 1, 1), date(2045, 12, 31)),
    at=st.times(),
    shape=st.sampled_from(
        ["%Y%m%d", "%Y/%m/%d", "%Y-%m-%d", "%Y年%m月%d日", "%m/%d", "%m月%d日", "%Y.%m.%d"]
    ),
    time_shape=st.sampled_from(["%H:%M", "%H時%M分", "%H:%M:%S"]),
    pin_expected=st.booleans(),
    digits=st.sampled_from([{}, FULL_WIDTH]),
)
def test_any_date_and_time_is_left_alone(
    day: date, at: time, shape: str, time_shape: str, pin_expected: bool, digits: dict[int, str]
) -> None:
    text = f"{day.strftime(shape)} {at.strftime(time_shape)}".translate(digits)
    assert mask(text, pin_expected).text == text


@settings(derandomize=True, max_examples=200)
@given(
    rest=st.text("0123456789", min_size=8, max_size=8),
    start=st.sampled_from(["090", "080", "070", "050"]),
    between=st.sampled_from(["", "-", " ", "の"]),
    abroad=st.booleans(),
    pin_expected=st.booleans(),
)
def test_any_phone_number_is_left_alone(
    rest: str, start: str, between: str, abroad: bool, pin_expected: bool
) -> None:
    number = between.join((start, rest[:4], rest[4:]))
    if abroad:
        number = "+81" + between.replace("の", "-") + number[1:]
    assert mask(number, pin_expected).text == number
    assert mask(f"電話番号は{number}です", pin_expected).found == frozenset()


@pytest.mark.parametrize("pin_expected", [False, True])
def test_booking_codes_are_left_alone(pin_expected: bool) -> None:
    for _ in range(50):
        code = new_code()
        plain = code.replace("-", "")
        for text in (code, code.lower(), f"予約番号は{code}です", f"予約番号 {plain}"):
            assert mask(text, pin_expected).text == text
        assert mask(plain).text == plain


def test_a_pin_that_happens_to_be_right_as_a_booking_code_is_masked() -> None:
    # One in thirty of all PINs with ten characters is.
    code = new_code().replace("-", "")
    for text in (f"暗証番号は{code}です", f"パスワード：{code}", f"my PIN is {code}"):
        assert mask(text).found == {"pin"}
        assert code not in mask(text).text
    assert mask(code, pin_expected=True).found == {"pin"}


def test_a_pin_with_digits_that_could_be_a_day_is_masked() -> None:
    assert mask("パスワードはGATSGV20480930です").text == "パスワードは●●●●●●●●●●●●●●です"


# Any text at all


@settings(derandomize=True, max_examples=300)
@given(st.text(), st.booleans())
def test_the_length_stays_and_only_found_things_change(text: str, pin_expected: bool) -> None:
    masked = mask(text, pin_expected)
    assert len(masked.text) == len(text)
    assert (masked.text == text) == (not masked.found)
    assert mask(masked.text, pin_expected).text == masked.text


@pytest.mark.parametrize(
    "unit", ["1", "1 ", "暗証番号", "〇", "A1 ", "0-", "パス1", "4桁の番号は", "1/"]
)
def test_a_very_long_message_takes_no_long_time(unit: str) -> None:
    text = unit * (10_000 // len(unit))
    before = time.perf_counter()
    mask(text, pin_expected=True)
    assert time.perf_counter() - before < 1.0
