"""Yes and no, names, phones, numbers of people and codes, as people type and dictate them."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reading.answers import read
from reading.short_answers import declines, read_kana, read_phone, yes_or_no
from reading.situation import State
from renewal.bookings import codes


def words(text: str) -> list[str]:
    """Return the sentences of a list that are parted by slashes."""
    return [each.strip() for each in text.replace("\n", " / ").split(" / ") if each.strip()]


# Names ---------------------------------------------------------------------------------------

NAMES = {
    "さとうはなこ": "サトウハナコ",
    "サトウハナコ": "サトウハナコ",
    "ｻﾄｳﾊﾅｺ": "サトウハナコ",
    "ｻﾄｳ ﾊﾅｺ": "サトウ ハナコ",
    "サトウ　ハナコ": "サトウ ハナコ",
    "さとう・はなこ": "サトウ ハナコ",
    "さとう、はなこ": "サトウ ハナコ",
    "サトウ=ハナコ": "サトウ ハナコ",
    "サトウ  ハナコ": "サトウ ハナコ",
    "サトウ\nハナコ": "サトウ ハナコ",
    "サトウハナコと申します": "サトウハナコ",
    "サトウハナコといいます": "サトウハナコ",
    "サトウ ハナコ です。": "サトウ ハナコ",
    "サトウ ハナコになります": "サトウ ハナコ",
    "サトウハナコでございます": "サトウハナコ",
    "名前はサトウハナコ": "サトウハナコ",
    "なまえは さとうはなこ です": "サトウハナコ",
    "わたしは さとう はなこ です": "サトウ ハナコ",
    "氏名：サトウハナコ": "サトウハナコ",
    "氏名 サトウハナコ": "サトウハナコ",
    "フリガナ：サトウハナコ": "サトウハナコ",
    "お名前はサトウハナコです": "サトウハナコ",
    "母の名前はサトウハナコです": "サトウハナコ",
    "娘のサトウハナコです": "サトウハナコ",
    "本人はサトウハナコです": "サトウハナコ",
    "サトウハナコ（佐藤花子）": "サトウハナコ",
    "佐藤花子（サトウハナコ）": "サトウハナコ",
    "佐藤花子 サトウハナコ": "サトウハナコ",
    "佐藤 花子（さとう はなこ）です": "サトウ ハナコ",
    "佐藤花子、さとうはなこです": "サトウハナコ",
    "さとうはなこ 佐藤花子": "サトウハナコ",
    "佐藤花子(ｻﾄｳ ﾊﾅｺ)": "サトウ ハナコ",
    "サトウハナコ。": "サトウハナコ",
    "さとう はなこでお願いします": "サトウ ハナコ",
    "さとうはなこと言います": "サトウハナコ",
    "はい、サトウハナコです": "サトウハナコ",
    "えっと、サトウハナコです": "サトウハナコ",
    "あの、サトウハナコです": "サトウハナコ",
    "サトウハナコさん": "サトウハナコ",
    "サトウハナコ様": "サトウハナコ",
    "サトウハナコですけど": "サトウハナコ",
    "サトウハナコですが": "サトウハナコ",
    "カタカナで サトウハナコ": "サトウハナコ",
    "読み方はサトウハナコです": "サトウハナコ",
    "よみは さとうはなこ": "サトウハナコ",
    "さとうはなこだよ": "サトウハナコ",
    "さとうはなこっす": "サトウハナコ",
    "サトウ ハナコです、よろしくお願いします": "サトウ ハナコ",
    "さとうはなこです。よろしくおねがいします": "サトウハナコ",
    "さとうです": "サトウ",
    "おーのゆうこ": "オーノユウコ",
    "ヴァン・ダイク": "ヴァン ダイク",
    "グエン・ティ・ラン": "グエン ティ ラン",
    "キム ヨンヒ": "キム ヨンヒ",
    "サトウ カナ": "サトウ カナ",
    "さとう ます": "サトウ マス",
    "NGUYEN THI LAN": "NGUYEN THI LAN",
    "Nguyễn Thị Lan": "NGUYỄN THỊ LAN",
    "SATO Hanako": "SATO HANAKO",
    "ＳＡＴＯ　ＨＡＮＡＫＯ": "SATO HANAKO",
    "My name is Hanako Sato.": "HANAKO SATO",
    "Name: Hanako Sato": "HANAKO SATO",
    "I'm Hanako Sato": "HANAKO SATO",
    "This is Hanako Sato": "HANAKO SATO",
    "It is Hanako Sato": "HANAKO SATO",
    "Sato, Hanako": "SATO, HANAKO",
    "O'Brien Mary": "O'BRIEN MARY",
    "José García": "JOSÉ GARCÍA",
    "hanako sato desu": "HANAKO SATO",
}
NO_NAMES = """
ジョン・F・ケネディ / 佐藤花子 / 李明 / 12345 / サ / はい / いいえ / わかりません / わからない
やめる / やめます / もどる / キャンセル / おねがいします / よろしくおねがいします
ちょっとまって / ちょっとまってください / すみません / いいたくない / むり / いや / なんで
なぜ / どうして / ありがとう / こんにちは / OK / yes / no / help / cancel / stop / back / why
Why do you need my name / I don't want to say / not sure / sorry / what / なまえ / ヒミツ
ない / いいたくないです / どうすればいいですか / カタカナですか / ローマじでもいいですか
なまえはいいたくない / もういちど / もういっかい / さっきいった / まちがえました
ローマ字でもいい / かなですか / うん / ええと / えーと / thank you / go back / Do I have to
"""


@pytest.mark.parametrize(("text", "name"), NAMES.items())
def test_a_name_is_found_in_what_is_said_around_it(text: str, name: str) -> None:
    assert read_kana(text) == name


@pytest.mark.parametrize("text", ["", *words(NO_NAMES)])
def test_words_that_are_no_name_are_not_taken_for_one(text: str) -> None:
    assert read_kana(text) is None


@pytest.mark.parametrize(
    "name",
    [
        "ヤマシタ",
        "マシタ ケン",
        "フェルナンデス",
        "Can Yilmaz",
        "Do Thi My",
        "サトウ ユウコ",
        "オノ ヨウコ",
    ],
)
def test_names_that_look_like_other_words_stay_names(name: str) -> None:
    assert read_kana(name) == name.upper()


KANA = st.text("アイウエオカキクケコサシタテトナハマミヤユヨラリルンー", min_size=3, max_size=8)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(
    KANA,
    KANA,
    st.sampled_from(
        [
            "{}",
            "{}です",
            "えっと、{}です。",
            "名前は{}です",
            "{}と申します。よろしくお願いします",
            "佐藤花子（{}）",
        ]
    ),
)
def test_every_name_reads_back(family: str, given_name: str, sentence: str) -> None:
    name = f"サ{family} ハ{given_name}"
    assert read_kana(sentence.format(name)) == name


# Telephones ------------------------------------------------------------------------------------

PHONES = {
    "09012345678": "09012345678",
    "090-1234-5678": "09012345678",
    "０９０ー１２３４ー５６７８": "09012345678",
    "０９０－１２３４－５６７８": "09012345678",
    "090 1234 5678": "09012345678",
    "(090)1234-5678": "09012345678",
    "（０９０）１２３４－５６７８": "09012345678",
    "090.1234.5678": "09012345678",
    "090/1234/5678": "09012345678",
    "090_1234_5678": "09012345678",
    "090−1234−5678": "09012345678",
    "090～1234～5678": "09012345678",
    "090の1234の5678": "09012345678",
    "090－1234-5678です。": "09012345678",
    "090 - 1234 - 5678": "09012345678",
    "090・1234・5678": "09012345678",
    "090、1234、5678": "09012345678",
    "電話番号は09012345678です": "09012345678",
    "携帯は090-1234-5678": "09012345678",
    "家の電話は024-505-0445です": "0245050445",
    "０２４（５０５）０４４５": "0245050445",
    "024-505-0445": "0245050445",
    "0245050445": "0245050445",
    "+81-90-1234-5678": "09012345678",
    "+81 (0)90 1234 5678": "09012345678",
    "+819012345678": "09012345678",
    "81-90-1234-5678": "09012345678",
    "0081 90 1234 5678": "09012345678",
    "010-81-90-1234-5678": "09012345678",
    "＋81 90-1234-5678": "09012345678",
    "+81 24 505 0445": "0245050445",
    "ゼロキューゼロ いちにさんよん ごろくななはち": "09012345678",
    "ぜろきゅうぜろのいちにーさんよんのごーろくななはち": "09012345678",
    "ゼロキュウゼロ、イチニサンヨン、ゴロクナナハチ": "09012345678",
    "〇九〇一二三四五六七八": "09012345678",
    "零九零-一二三四-五六七八": "09012345678",
    "〇九〇ー一二三四ー五六七八": "09012345678",
    "090 いちにさんよん 5678": "09012345678",
    "マルキューマル イチニーサンヨン ゴーロクナナハチ": "09012345678",
    "れいきゅうれいのいちにさんしのごろくしちはち": "09012345678",
    "０90−12３4−５678": "09012345678",
    "ゼロ九ゼロ 1234 5678": "09012345678",
    "090-1234-5678か024-505-0445": "09012345678",
    "090-1234-5678（母）": "09012345678",
    "o90-1234-5678": "09012345678",
    "O9O-1234-5678": "09012345678",
    "TEL 090-1234-5678": "09012345678",
    "tel:090-1234-5678": "09012345678",
    "090 1234 5678 にお願いします": "09012345678",
    "昼間は090-1234-5678に": "09012345678",
    "0 9 0 1 2 3 4 5 6 7 8": "09012345678",
    "ハイフンなしで09012345678": "09012345678",
    "090ハイフン1234ハイフン5678": "09012345678",
    "My number is 090-1234-5678": "09012345678",
    "自宅024-505-0445、携帯090-1234-5678": "0245050445",
    "070-1234-5678": "07012345678",
    "050-1234-5678": "05012345678",
    "０１２０-95-0178": "0120950178",
}
NO_PHONES = """
9012345678 / 090-1234-567 / 090123456789 / 1234 / 5678 / 12月3日 / なし / ありません
電話は持っていません / 123456789012 / 2026-12-03 / 00000000000 / K7PMA-4QXD3 / 忘れました
いちにさん / 990-1234-5678 / 0901234-567
"""


@pytest.mark.parametrize(("text", "phone"), PHONES.items())
def test_a_telephone_number_is_read_however_it_is_written_or_spoken(text: str, phone: str) -> None:
    assert read_phone(text) == phone


@pytest.mark.parametrize("text", words(NO_PHONES))
def test_other_numbers_are_no_telephone(text: str) -> None:
    assert read_phone(text) is None


SPOKEN = ("ゼロ", "イチ", "ニ", "サン", "ヨン", "ゴ", "ロク", "ナナ", "ハチ", "キュウ")
KANJI = "〇一二三四五六七八九"


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.from_regex("0[789]0[0-9]{8}", fullmatch=True))
def test_every_mobile_number_reads_back(number: str) -> None:
    parts = number[:3], number[3:7], number[7:]
    wide = str.maketrans("0123456789-", "０１２３４５６７８９ー")
    for text in (
        number,
        "-".join(parts),
        "-".join(parts).translate(wide),
        " ".join(number),
        "の".join(parts) + "です",
        f"+81 {number[1:3]}-{parts[1]}-{parts[2]}",
        "".join(KANJI[int(digit)] for digit in number),
        "".join(SPOKEN[int(digit)] for digit in number),
        " ".join("".join(SPOKEN[int(digit)] for digit in part) for part in parts) + "です",
    ):
        assert read_phone(text) == number, text


# Yes and no --------------------------------------------------------------------------------------

YES = """
はい / うん / そうです / ええ / 大丈夫です / OK / お願いします / はーい / ハイ / はい。
はいはい / うんうん / おう / いいよ / いいですよ / そのとおり / その通りです / そうそう
合ってます / 合っています / あってます / 間違いないです / 間違いありません / それでお願い
よろしく / よろしくお願いします / 頼みます / たのむ / オーケー / おけ / おっけー / ok / Ok
yes / Yes please / Yep / y / sure / correct / right / that's right / looks good / 予約します
予約で / 確定 / 確定してください / これでいきます / 了解です / りょ / かしこまりました
問題ありません / 問題ないです / ばっちり / 👌 / 🙆‍♀️ / ○ / 〇 / まる / おねがいします
それで / それでいい / これでいい / これで予約して / よろしいです / はい、お願いします
はい大丈夫です / はい、間違いありません / うん、それで / ええ、結構です / それで結構です
はいっ / hai / ｏｋです / いいです / んだ / んだない / だいじょぶ / だいじょうぶです
いいと思います / はい、予約してください / では予約を / お願い / おねがい / どうぞ
承知しました / 確認しました / そうして / そうしてください
"""
NO = """
いいえ / いえ / いや / いや違う / 違います / ちがう / ちがいます / 違う / ダメ / だめです
駄目 / 嫌です / やめます / やめておきます / まだ / 直して / 直します / 日にちが違う
時間が違います / 名前が違う / 名前が間違っています / 修正したい / 訂正 / no / nope / wrong
not correct / × / バツ / 大丈夫じゃない / お願いしません / 予約しない / 予約しません
そうじゃない / そうではありません / 合ってない / 合ってません / あっていません / よくない
よくないです / いいえ、大丈夫です / いいえ結構です / はい、違います / うーん違う / NO
No thanks / いらない / 直したいところがあります / ううん / 違うよ / ちょっと違う
これじゃない
"""
NEITHER = """
ふむ / 結構です / なんで / いくら / どこ / 持ち物は / ちょっと待って / 待って
これでいいですか / 大丈夫ですか / 予約できますか / 本当に / えっと / さあ / わからない
はいって何
"""


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (text, answer)
        for texts, answer in ((YES, "yes"), (NO, "fix"), (NEITHER, None))
        for text in words(texts)
    ],
)
def test_a_summary_is_confirmed_only_by_a_clear_yes(
    text: str, answer: str | None, state: State
) -> None:
    assert read(text, state.at("confirmed")).get("confirmed") == answer


def test_thanks_turn_an_offer_down_and_agreement_takes_it() -> None:
    for text in ("結構です", "大丈夫です", "いいです", "いや、いいです", "今はいいです", "いいえ結構です"):
        assert declines(text), text
    for text in ("いいですね", "いいですよ", "はい、いいです", "それでいいです", "お願いします", "はい"):
        assert not declines(text), text


def test_a_no_counts_before_a_yes() -> None:
    assert yes_or_no("はい、でも日にちが違います") == "no"
    assert yes_or_no("予約しません") == "no"
    assert yes_or_no("問題ありません") == "yes"


OTHER_QUESTIONS: dict[str, dict[str, str | None]] = {
    "proof_waiver": {
        "はい": "same_household",
        "うん": "same_household",
        "ええ": "same_household",
        "そうです": "same_household",
        "はい、同じです": "same_household",
        "同じ": "same_household",
        "いいえ": "neither",
        "いや": "neither",
        "違います": "neither",
        "ちがいます": "neither",
        "いいえ、別です": "neither",
        "別です": "neither",
        "別々です": "neither",
        "no": "neither",
        "yes": "same_household",
    },
    "pins": {
        "はい": "remembered",
        "うん": "remembered",
        "ええ": "remembered",
        "大丈夫": "remembered",
        "OK": "remembered",
        "覚えてる": "remembered",
        "多分大丈夫": "remembered",
        "いいえ": "forgotten",
        "いや": "forgotten",
        "うーん、たぶん": None,
        "忘れちゃった": "forgotten",
        "ちょっと自信ない": "forgotten",
        "大丈夫じゃないです": "forgotten",
        "覚えてないかも": "forgotten",
        "メモしてあります": "remembered",
        "書いてあるから大丈夫": "remembered",
        "no": "forgotten",
        "yes": "remembered",
        "はい、覚えています": "remembered",
        "はい、忘れました": "forgotten",
        "なんだっけ": "forgotten",
        "どれのことかわからない": "forgotten",
    },
    "reply_form": {
        "はい": "ready",
        "うん": "ready",
        "ええ": "ready",
        "あるよ": "ready",
        "ありますよ": "ready",
        "はい、あります": "ready",
        "手元にある": "ready",
        "いいえ": "missing",
        "ない": "missing",
        "ないよ": "missing",
        "いや、ない": "missing",
        "持ってないです": "missing",
        "no": "missing",
        "yes": "ready",
        "そうです": "ready",
    },
    "book_later": {
        "はい": "yes",
        "うん": "yes",
        "ええ": "yes",
        "お願いします": "yes",
        "いいえ": "no",
        "いや": "no",
        "いいえ結構です": "no",
        "結構です": "no",
        "大丈夫です": "no",
        "しないでいい": "no",
        "今はいい": "no",
        "またにします": "no",
        "予約したい": "yes",
        "予約しません": "no",
        "そうします": "yes",
    },
    "reissue_plan": {
        "はい": "book_after",
        "うん": "book_after",
        "お願いします": "book_after",
        "いいえ": "later",
        "結構です": "later",
        "いや、あとで": "later",
        "予約したい": "book_after",
        "届いてから": "later",
        "予約しない": "later",
        "あとにします": "later",
    },
    "expiry_checked": {
        "はい": "confirmed",
        "うん": "confirmed",
        "合ってます": "confirmed",
        "そうです": "confirmed",
        "いいえ": "recheck",
        "違います": "recheck",
        "違うかも": "recheck",
        "空欄です": "blank",
        "合ってません": "recheck",
        "合っていません": "recheck",
        "もう一度見てみる": "recheck",
        "見てくる": "recheck",
        "間違いない": "confirmed",
        "間違えました": "recheck",
    },
    "expiry_help": {
        "はい": "compute",
        "うん": "compute",
        "お願いします": "compute",
        "いいえ": "skip",
        "結構です": "skip",
        "いいです": "skip",
        "計算して": "compute",
        "このまま": "skip",
        "大丈夫です": "skip",
        "教えて": "compute",
        "しなくていい": "skip",
    },
}


@pytest.mark.parametrize(
    ("asked", "text", "answer"),
    [
        (asked, text, answer)
        for asked, cases in OTHER_QUESTIONS.items()
        for text, answer in cases.items()
    ],
)
def test_short_answers_to_the_other_questions(
    asked: str, text: str, answer: str | None, state: State
) -> None:
    assert read(text, state.at(asked)).get(asked) == answer


# How many people -----------------------------------------------------------------------------------

CARDS: dict[str, int | None] = {
    "子ども2人と私の3人分": 3,
    "夫婦で": 2,
    "夫婦2人": 2,
    "夫婦で予約したい": 2,
    "家族4人": 4,
    "家族4人分": 4,
    "家族4人で行きます": 4,
    "家族四人": 4,
    "家族三人分お願いします": 3,
    "大人2人子ども2人": 4,
    "大人2人と子ども1人": 3,
    "大人二人と子供一人の予約": 3,
    "私と妻の分": 2,
    "私と妻の2人分": 2,
    "妻と私の二人分": 2,
    "私と子ども2人の分": 3,
    "父と母の分": 2,
    "両親の分": 2,
    "親子3人": 3,
    "親子で2人": 2,
    "3枚お願いします": 3,
    "全員で4人": 4,
    "2人分": 2,
    "二人分": 2,
    "ふたり分": 2,
    "ふたりぶん": 2,
    "2人とも更新": 2,
    "私と主人と子ども1人の分": 3,
    "三人分": 3,
    "さんにん分": 3,
    "3名分": 3,
    "3名で予約": 3,
    "2名様": None,
    "カード2枚の更新": 2,
    "2枚分": 2,
    "子ども2人の分": 2,
    "息子と娘の分": 2,
    "兄弟2人分": 2,
    "私と娘の分を一緒に": 2,
    "４人分": 4,
    "4人家族の分": 4,
    "みんなで4人": 4,
    "for two people": 2,
    "2 people": 2,
    "3 cards": 3,
    "主人と二人で予約したい": 2,
    "自分を入れて3人": 3,
    "私を含めて3人です": 3,
    "うちは4人です": 4,
    "1人分": None,
    "一人です": None,
    "2人の子がいます": None,
    "2人目の子": None,
    "一人で行きます": None,
}
CARDS_WHEN_ASKED = {
    "4人": 4,
    "4人です": 4,
    "四人": 4,
    "よにん": 4,
    "よにんです": 4,
    "さんにん": 3,
    "ふたり": 2,
    "二人です": 2,
    "ひとり": 1,
    "1人": 1,
    "一人だけ": 1,
    "3名": 3,
    "３": 3,
    "3": 3,
    "三": 3,
    "4名です": 4,
    "2枚": 2,
    "私だけ": 1,
    "自分だけです": 1,
    "本人だけ": 1,
    "私と妻": 2,
    "夫婦2人": 2,
    "子ども2人と私": 3,
    "大人2人と子ども2人": 4,
    "two": 2,
    "three people": 3,
    "5人": 5,
    "全部で3枚": 3,
    "3人分です": 3,
    "家族4人": 4,
    "いません": 0,
    "0": 0,
    "いない": 0,
    "親子2人": 2,
    "母と私の2人": 2,
    "2人とも": 2,
}


def cards(found: dict[str, Any]) -> int | None:
    """Return for how many cards the answers are."""
    return (
        len(found["people"]) if "people" in found and "cards" not in found else found.get("cards")
    )


@pytest.mark.parametrize(("text", "number"), CARDS.items())
def test_how_many_people_a_sentence_is_about(text: str, number: int | None, state: State) -> None:
    assert cards(read(text, state.at(None))) == number


@pytest.mark.parametrize(("text", "number"), CARDS_WHEN_ASKED.items())
def test_how_many_people_when_that_was_asked(text: str, number: int, state: State) -> None:
    assert cards(read(text, state.at("cards"))) == number


@pytest.mark.parametrize(
    "text", ["5分遅れます", "15分で終わりますか", "30分かかる", "3分くらい", "2人目です"]
)
def test_minutes_are_no_people(text: str, state: State) -> None:
    assert cards(read(text, state.at(None))) is None


# Booking codes -----------------------------------------------------------------------------------

ALOUD = dict(zip("ABCDEFGHJKMNPQRSTUVWXYZ", words(
    "エー / ビー / シー / ディー / イー / エフ / ジー / エイチ / ジェー / ケー / エム / エヌ / ピー / キュー / アール / エス / ティー"
    " / ユー / ブイ / ダブリュー / エックス / ワイ / ゼット"
), strict=True)) | dict(zip("23456789", words("ニ / サン / ヨン / ゴ / ロク / ナナ / ハチ / キュウ"), strict=True))  # fmt: skip


@pytest.fixture
def same_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Codes come from a fixed seed: the same ones in every run."""
    monkeypatch.setattr(codes.secrets, "randbelow", Random(8).randrange)


@pytest.mark.usefixtures("same_codes")
def test_a_code_is_read_however_it_is_written_or_read_aloud() -> None:
    for _ in range(200):
        code = codes.new_code()
        left, right = code.split("-")
        wide = "".join(chr(ord(character) + 0xFEE0) for character in code)
        for text in (code.lower(), wide, left + right, " ".join(left + right), f"{left}の{right}",
                     f"{left} - {right}", f"{left}、{right}", f"{left}ハイフン{right}",
                     f"予約番号は{code.lower()}です"):  # fmt: skip
            assert codes.find_code(text) == code, text


@pytest.mark.usefixtures("same_codes")
def test_a_code_read_aloud_is_understood_or_asked_again_but_never_taken_for_another() -> None:
    right = 0
    for _ in range(300):
        code = codes.new_code()
        heard = codes.find_code("、".join(ALOUD[character] for character in code.replace("-", "")))
        assert heard in (code, None)
        right += heard == code
    assert right >= 280
