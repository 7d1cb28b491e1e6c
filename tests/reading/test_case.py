"""What people's own words say about their case, all topics together, by example."""

from __future__ import annotations

import json
import re
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reading import case, reader
from reading.intents import asks
from reading.message import cut
from reading.situation import Situation, State
from renewal.clock import TOKYO

NOW = datetime(2026, 11, 24, 10, tzinfo=TOKYO)  # a Tuesday
CHILD, WARD, GENERAL = {"holder": "under_15"}, {"holder": "adult_ward"}, {"holder": "general"}
SELF = {"applicant": "self"}
PARENT = {"applicant": "legal_representative"}
PROXY = {"applicant": "other_proxy"}


def read(text: str, s: Situation) -> dict[str, Any]:
    return case.told(reader.read(text, s.now), s).answers


def check(text: str, asked: str | None, expected: dict[str, Any], state: State) -> None:
    """The words say at least this; None: nothing about that slot."""
    found = read(text, state.at(asked))
    said = {name: found.get(name) for name in expected}
    assert said == expected, f"{text!r} asked for {asked}: {found}"


# What the notice says --------------------------------------------------------------------------

NOTICE = [
    ("電子証明書", "certificate"),
    ("電子証明書って書いてあります", "certificate"),
    ("でんししょうめいしょです", "certificate"),
    ("電子症名書と書いてある", "certificate"),
    ("証明書の方です", "certificate"),
    ("certificate", "certificate"),
    ("電子証明書の更新のお知らせです", "certificate"),
    ("マイナンバーカード", "card"),
    ("カード本体です", "card"),
    ("カードの更新と書いてあります", "card"),
    ("カードの有効期限のお知らせでした", "card"),
    ("カードではありません、電子証明書です", "certificate"),
    ("両方書いてある", "card"),
    ("どちらもです", "card"),
    ("本体の方", "card"),
    ("まだ届いていません", "none"),
    ("まだです", "none"),
    ("届いてない", "none"),
    ("来てません", "none"),
    ("とどいてねえ", "none"),
    ("もう捨てちゃった", "none"),
    ("なくしました", "none"),
    ("not yet", "none"),
    ("見当たらないです", "none"),
    ("うーん", None),
    ("こんにちは", None),
]


@pytest.mark.parametrize(("text", "notice"), NOTICE)
def test_what_the_notice_says(text: str, notice: str | None, state: State) -> None:
    check(text, "notice", {"notice": notice}, state)


@pytest.mark.parametrize(
    ("text", "notice"),
    [
        ("青い封筒が届いて、電子証明書の更新と書いてあります。予約したいです", "certificate"),
        ("通知がまだ届いていないけど予約できますか", "none"),
        ("封筒にはマイナンバーカードの更新と書いてある", "card"),
        ("電子証明書の更新を予約したい", None),
        ("マイナンバーカードの更新をしたい", None),
    ],
)
def test_the_notice_counts_in_a_first_sentence_only_when_it_is_named(
    text: str, notice: str | None, state: State
) -> None:
    check(text, None, {"notice": notice}, state)


# Who comes, for whom ---------------------------------------------------------------------------

PEOPLE = [
    # asked who comes
    ("applicant", "本人です", SELF),
    ("applicant", "私です", SELF),
    ("applicant", "自分で行きます", SELF),
    ("applicant", "わたしが行く", SELF),
    ("applicant", "俺", SELF),
    ("applicant", "カードの本人", SELF),
    ("applicant", "本人が行けます", SELF),
    ("applicant", "親です", PARENT),
    ("applicant", "母親の私です", PARENT),
    ("applicant", "父親が行きます", PARENT),
    ("applicant", "法定代理人です", PARENT),
    ("applicant", "親権者です", PARENT),
    ("applicant", "後見人です", PARENT | WARD),
    ("applicant", "妻が行きます", PROXY),
    ("applicant", "夫の代わりに私が行きます", PROXY | GENERAL),
    ("applicant", "娘です", PROXY),
    ("applicant", "祖母です", PROXY),
    ("applicant", "友人に頼みます", PROXY),
    ("applicant", "代理の人", PROXY),
    ("applicant", "その他の代理の人です", PROXY),
    ("applicant", "ヘルパーさん", PROXY),
    ("applicant", "施設の職員です", PROXY),
    ("applicant", "家族が行きます", PROXY),
    ("applicant", "父の代わりに私が行きます", PROXY | GENERAL),
    ("applicant", "本人じゃなくて妻が行きます", PROXY),
    ("applicant", "myself", SELF),
    ("applicant", "分かりません", {"applicant": None}),
    # who cannot come, and who comes along
    (None, "母が施設に入っています", PROXY | GENERAL),
    ("applicant", "父は寝たきりです", PROXY | GENERAL),
    (None, "祖母が認知症で、成年後見人です", PARENT | WARD),
    (None, "母が入院していて、小3の娘の更新を父の私がします", PARENT | CHILD),
    (None, "祖母が特養に入所していて本人が行けない", PROXY | GENERAL),
    ("applicant", "本人が行けないので私が行きます", PROXY),
    ("applicant", "自分では行けません", PROXY),
    ("applicant", "私の母です、私が代わりに", PROXY),
    ("applicant", "車椅子の母を連れて行きます", SELF),
    ("applicant", "ヘルパーさんと一緒に本人が行きます", SELF),
    # asked whose card
    ("holder", "15歳未満です", CHILD),
    ("holder", "8歳です", CHILD),
    ("holder", "0歳", CHILD),
    ("holder", "小学生です", CHILD),
    ("holder", "小3です", CHILD),
    ("holder", "小学校3年生", CHILD),
    ("holder", "中2の娘です", CHILD),
    ("holder", "10か月の赤ちゃんです", CHILD),
    ("holder", "子どもです", CHILD),
    ("holder", "15歳以上", GENERAL),
    ("holder", "どちらでもありません", GENERAL),
    ("holder", "被後見人ではありません", GENERAL),
    ("holder", "後見人とかいないです", GENERAL),
    (None, "母のカードで、後見人は立ててないです。私が行きます", PROXY | GENERAL),
    ("reply_form", "母は15歳以上です。後見人はいません、私が行きます", GENERAL | {"reply_form": None}),
    ("holder", "16歳です", GENERAL),
    ("holder", "高校生です", GENERAL),
    ("holder", "高1です", GENERAL),
    ("holder", "大人です", GENERAL),
    ("holder", "夫です", GENERAL),
    ("holder", "どちらでもないです", GENERAL),
    ("holder", "いいえ、違います", GENERAL),
    ("holder", "成年被後見人です", WARD),
    ("holder", "後見人がついています", WARD),
    ("holder", "14歳です", CHILD | {"near_fifteen": True}),
    ("holder", "中3です", CHILD | {"near_fifteen": True}),
    ("holder", "もうすぐ15歳です", CHILD | {"near_fifteen": True}),
    # said in a first sentence
    (None, "小3の娘の更新を予約したい。私は母親です", PARENT | CHILD),
    (None, "5歳の息子の電子証明書を更新したい。父親です", PARENT | CHILD),
    (None, "父の代わりに更新に行きたい", PROXY | GENERAL),
    (None, "祖母のカードの更新を頼まれました", PROXY | GENERAL),
    (None, "夫のマイナンバーの更新に妻の私が行きます", PROXY | GENERAL),
    (None, "自分のカードの更新を予約したい", SELF),
    (None, "私の電子証明書を更新したいです", SELF),
    (None, "成年後見人です。本人の更新をしたい", PARENT | WARD),
    (None, "高1の娘の更新に、母の私が行きます", PROXY | GENERAL),
    (None, "高2の息子が本人で行きます", SELF | GENERAL),
    (None, "更新したい", {"applicant": None, "holder": None}),
    (None, "大丈夫です", {"applicant": None, "holder": None}),
    (None, "木曜の夜に市役所で", {"applicant": None, "holder": None}),
]


@pytest.mark.parametrize(("asked", "text", "expected"), PEOPLE)
def test_who_comes_and_whose_card_it_is(
    asked: str | None, text: str, expected: dict[str, Any], state: State
) -> None:
    check(text, asked, expected, state)


@pytest.mark.parametrize("text", ["保佐人です", "補助人をしています", "任意後見人です"])
def test_guardians_of_other_kinds_are_recognised_as_such(text: str, state: State) -> None:
    check(text, "applicant", {"other_guardian": True, "applicant": None, "holder": None}, state)


# Household and 本籍 ----------------------------------------------------------------------------

PROOF = [
    ("同じ世帯です", "same_household"),
    ("はい、同じ世帯です", "same_household"),
    ("一緒に住んでいます", "same_household"),
    ("同居してます", "same_household"),
    ("住所は同じです", "same_household"),
    ("はい", "same_household"),
    ("世帯は別ですが、本籍は福島市です", "honseki_in_city"),
    ("本籍が福島市です", "honseki_in_city"),
    ("本籍が市内", "honseki_in_city"),
    ("別世帯です", "neither"),
    ("同じ世帯ではありません", "neither"),
    ("別居中です", "neither"),
    ("一緒に住んでいません", "neither"),
    ("どちらでもありません", "neither"),
    ("どちらでもない", "neither"),
    ("いいえ", "neither"),
    ("単身赴任中で世帯は別です。本籍も福島市ではありません", "neither"),
    ("本籍は市外です", "neither"),
    ("分からない", "unknown"),
    ("わかりません", "unknown"),
    ("本籍は山形です", "neither"),
    ("本籍は福島県郡山市です", "neither"),
    ("本籍地は福島市にあります", "honseki_in_city"),
    ("本籍が福島です", "honseki_in_city"),
]


@pytest.mark.parametrize(("text", "proof"), PROOF)
def test_the_household_and_the_honseki(text: str, proof: str, state: State) -> None:
    check(text, "proof_waiver", {"proof_waiver": proof}, state)


# The reply form --------------------------------------------------------------------------------

REPLY_FORM = [
    ("あります", "ready"),
    ("はい", "ready"),
    ("手元にあります", "ready"),
    ("本人が書いたものがあります", "ready"),
    ("照会書兼回答書は本人に書いてもらいました", "ready"),
    ("届いています", "ready"),
    ("持ってます", "ready"),
    ("私が書きました", "other_hand"),
    ("代筆です", "other_hand"),
    ("本人じゃなくて娘が書きました", "other_hand"),
    ("ありません", "missing"),
    ("ないです", "missing"),
    ("なくしました", "missing"),
    ("紛失しました", "missing"),
    ("捨ててしまいました", "missing"),
    ("入っていませんでした", "missing"),
    ("見当たりません", "missing"),
    ("持っていません", "missing"),
    ("いいえ", "missing"),
    ("期限が切れてました", "missing"),
]


@pytest.mark.parametrize(("text", "form"), REPLY_FORM)
def test_the_reply_form(text: str, form: str, state: State) -> None:
    check(text, "reply_form", {"reply_form": form}, state)


@pytest.mark.parametrize("text", ["もういい、話にならない", "くだらない", "もう知らない"])
def test_a_complaint_is_no_missing_reply_form(text: str, state: State) -> None:
    assert "reply_form" not in read(text, state.at("reply_form"))


# PINs ------------------------------------------------------------------------------------------

ALL_PINS = ["juki", "sign", "user"]
PINS = [
    ("覚えている", "remembered", []),
    ("はい", "remembered", []),
    ("全部覚えてます", "remembered", []),
    ("大丈夫です", "remembered", []),
    ("控えてあります", "remembered", []),
    ("忘れていません", "remembered", []),
    ("忘れてないです", "remembered", []),
    ("わかります", "remembered", []),
    ("忘れた", "forgotten", ALL_PINS),
    ("忘れました", "forgotten", ALL_PINS),
    ("いいえ", "forgotten", ALL_PINS),
    ("覚えていません", "forgotten", ALL_PINS),
    ("覚えてねえ", "forgotten", ALL_PINS),
    ("自信がない", "forgotten", ALL_PINS),
    ("ちょっと不安です", "forgotten", ALL_PINS),
    ("わかんない", "forgotten", ALL_PINS),
    ("ロックがかかってます", "forgotten", ALL_PINS),
    ("うろ覚えです", "forgotten", ALL_PINS),
    ("署名用だけ忘れました", "forgotten", ["sign"]),
    ("4桁は覚えてるけど、6桁の方は忘れました", "forgotten", ["sign"]),
    ("コンビニで使うのを忘れた", "forgotten", ["user"]),
    ("住民基本台帳用が分からない", "forgotten", ["juki"]),
    ("4桁の方がわかりません", "forgotten", ["juki", "user"]),
    ("I forgot", "forgotten", ALL_PINS),
]


@pytest.mark.parametrize(("text", "pins", "which"), PINS)
def test_the_pins(text: str, pins: str, which: list[str], state: State) -> None:
    check(text, "pins", {"pins": pins, "forgotten_pins": which}, state)


def test_pins_count_before_they_are_asked_about_when_they_are_named(state: State) -> None:
    check("予約したい。暗証番号は忘れました", None, {"pins": "forgotten"}, state)
    check("忘れました", None, {"pins": None}, state)


# Counters --------------------------------------------------------------------------------------

COUNTERS = [
    ("本庁舎で", "honchosha"),
    ("本庁舎1階", "honchosha"),
    ("市役所", "honchosha"),
    ("しやくしょ", "honchosha"),
    ("福島市役所でお願いします", "honchosha"),
    ("西口", "nishiguchi"),
    ("西口がいいです", "nishiguchi"),
    ("駅の西口で", "nishiguchi"),
    ("西口行政サービスコーナー", "nishiguchi"),
    ("にしぐち", "nishiguchi"),
    ("支所で", "shisho"),
    ("茂庭", "moniwa"),
    ("どこでもいい", "any"),
    ("どちらでも", "any"),
    ("早く空いているところ", "any"),
    ("早い方で", "any"),
    ("おまかせします", "any"),
    ("本庁舎じゃなくて西口", "nishiguchi"),
    ("西口ではなく市役所で", "honchosha"),
    ("city hall", "honchosha"),
    ("うーん", None),
]


@pytest.mark.parametrize(("text", "counter"), COUNTERS)
def test_the_counter(text: str, counter: str | None, state: State) -> None:
    check(text, "counter", {"counter": counter}, state)


# Dates -----------------------------------------------------------------------------------------

DATES = [
    ("expires_on", "R9.2.20", {"expires_on": "2027-02-20"}),
    ("expires_on", "令和9年2月20日", {"expires_on": "2027-02-20"}),
    ("expires_on", "2027/2/20です", {"expires_on": "2027-02-20"}),
    ("expires_on", "２０２７年２月２０日", {"expires_on": "2027-02-20"}),
    ("expires_on", "二月二十日", {"expires_on": "2027-02-20"}),
    ("expires_on", "有効期限、令和9年2月14日でした", {"expires_on": "2027-02-14"}),
    ("expires_on", "分かりません", {"expires_on": "unknown"}),
    ("expires_on", "わかんない", {"expires_on": "unknown"}),
    ("expires_on", "見当たらない", {"expires_on": "unknown"}),
    ("expires_on", "What is the meaning of life?", {"expires_on": None}),
    ("expires_on", "2月30日", {"expires_on": {"invalid": "no_such_day", "text": "2月30日"}}),
    ("expires_on", "令和9年13月1日", {"expires_on": {"invalid": "no_such_month",
                                                    "text": "令和9年13月1日"}}),
    ("birthday", "昭和40年3月5日", {"birthday": "1965-03-05"}),
    ("birthday", "S40.3.5", {"birthday": "1965-03-05"}),
    ("birthday", "平成30年2月20日生まれです", {"birthday": "2018-02-20"}),
    ("birthday", "言いたくない", {"expiry_help": "skip"}),
    ("issued_on", "2021年", {"issued_on": "2021"}),
    ("issued_on", "令和3年です", {"issued_on": "2021"}),
    ("issued_on", "令和3年10月5日", {"issued_on": "2021-10-05"}),
    ("issued_on", "飛ばす", {"expiry_help": "skip"}),
    ("reply_form_limit", "令和9年1月31日", {"reply_form_limit": "2027-01-31"}),
    ("reply_form_limit", "書いてない", {"reply_form_limit": "unknown"}),
    (None, "期限は2027年2月20日です。予約したい", {"expires_on": "2027-02-20", "wish": None}),
    (None, "昭和40年3月5日生まれです", {"birthday": "1965-03-05", "wish": None}),
]


@pytest.mark.parametrize(("asked", "text", "expected"), DATES)
def test_dates_are_taken_for_what_was_asked_or_named(
    asked: str | None, text: str, expected: dict[str, Any], state: State
) -> None:
    check(text, asked, expected, state)


# A date said while something else is asked: the last day that can be booked is 23 January.
BARE_DATES = [
    ("reply_form", "あ、令和9年2月20日", "expires_on"),
    ("reissue_plan", "あ、令和9年2月20日", "expires_on"),
    ("proof_waiver", "R9.2.20", "expires_on"),
    ("notice", "2月20日", "expires_on"),
    ("notice", "令和8年10月1日", "expires_on"),
    ("notice", "令和9年1月9日", "expires_on"),  # a Saturday
    ("notice", "12月20日までです", "expires_on"),
    ("expiry_help", "あった、令和9年2月20日でした", "expires_on"),
    (None, "電子証明書です。令和9年2月20日です", "expires_on"),
    ("applicant", "平成23年12月20日", "birthday"),
    ("notice", "令和9年1月20日", "unclear_date"),
    ("notice", "2026/12/9", "unclear_date"),
    ("notice", "12月9日", "wish"),
    ("notice", "3月15日の午後", "wish"),
    ("notice", "3月15日に行きたい", "wish"),
    ("notice", "12月20日までに行きたい", "wish"),
    ("expires_on", "12月9日の11時", "wish"),
    ("visit_date", "令和9年2月20日", "wish"),
    ("confirmed", "令和9年2月20日", "wish"),
    (None, "2027年1月20日、本庁舎で予約したい", "wish"),
]


@pytest.mark.parametrize(("asked", "text", "about"), BARE_DATES)
def test_a_date_said_in_passing_is_an_expiry_where_nobody_could_come_on_it(
    asked: str | None, text: str, about: str, state: State
) -> None:
    found = read(text, state.at(asked))
    assert found.keys() & {"expires_on", "unclear_date", "birthday", "wish"} == {about}, found


@pytest.mark.parametrize(
    ("asked", "text", "expected"),
    [
        ("reply_form_limit", "期限は1月31日です", {"reply_form_limit": "2027-01-31"}),
        ("reply_form_limit", "R9.1.31まで有効", {"reply_form_limit": "2027-01-31"}),
        ("reply_form", "1月31日まで使えます", {"reply_form": "ready", "reply_form_limit": "2027-01-31"}),
        ("pins", "回答書の期限は1月31日でした", {"reply_form_limit": "2027-01-31"}),
        ("reply_form", "有効期限は令和9年2月20日です", {"expires_on": "2027-02-20"}),
        ("reply_form_limit", "証明書の期限は2月20日です", {"expires_on": "2027-02-20"}),
    ],
)  # fmt: skip
def test_the_limit_of_the_reply_form_is_not_the_certificates_expiry(
    asked: str, text: str, expected: dict[str, Any], state: State
) -> None:
    assert read(text, state.at(asked)) == expected


@pytest.mark.parametrize(
    ("asked", "text", "why"),
    [
        ("birthday", "2027年3月5日", "birthday_in_future"),
        ("birthday", "R9.3.5", "birthday_in_future"),
        ("birthday", "3月5日", "birth_year_missing"),
        ("issued_on", "令和12年", "issue_in_future"),
        ("issued_on", "2030年1月1日", "issue_in_future"),
    ],
)
def test_a_birth_or_an_issue_lies_in_the_past(
    asked: str, text: str, why: str, state: State
) -> None:
    assert read(text, state.at(asked))[asked]["invalid"] == why


@pytest.mark.parametrize(
    ("asked", "text", "meant"),
    [
        ("date_meant", "期限です", "expires_on"),
        ("date_meant", "電子証明書の有効期限", "expires_on"),
        ("date_meant", "その日に行きたいです", "visit"),
        ("date_meant", "予約の希望日です", "visit"),
        ("date_meant", "ふむ", None),
    ],
)
def test_which_of_the_two_a_date_is(
    asked: str, text: str, meant: str | None, state: State
) -> None:
    check(text, asked, {"date_meant": meant}, state)


WISHES = [
    ("visit_date", "12月3日", {"days": ["2026-12-03"]}),
    ("visit_date", "12/3", {"days": ["2026-12-03"]}),
    ("visit_date", "あさって", {"days": ["2026-11-26"]}),
    ("visit_date", "来週の木曜", {"days": ["2026-12-03"]}),
    ("visit_date", "木曜がいい", {"weekdays": [3]}),
    ("visit_date", "なるべく早く", {"earliest": True}),
    ("visit_date", "12月3日の17時半", {"days": ["2026-12-03"], "times": ["17:30:00"]}),
    ("visit_time", "11時", {"times": ["11:00:00"]}),
    ("visit_time", "午後2時半", {"times": ["14:30:00"]}),
    ("visit_time", "6時半", {"times": ["18:30:00"]}),
    (None, "12月3日に予約したい", {"days": ["2026-12-03"]}),
]


@pytest.mark.parametrize(("asked", "text", "wish"), WISHES)
def test_when_somebody_wants_to_come(
    asked: str | None, text: str, wish: dict[str, Any], state: State
) -> None:
    found = read(text, state.at(asked)).get("wish") or {}
    said = {name: found.get(name) for name in wish}
    if "times" in said:
        said["times"] = [f"{each}:00"[:8] for each in said["times"] or ()]
    assert said == wish, found


@pytest.mark.parametrize(
    ("asked", "text", "expected"),
    [
        ("applicant", "妻が行きます、いややっぱり私が行きます", SELF),
        ("notice", "マイナンバーカード、あ違う、電子証明書だった", {"notice": "certificate"}),
        ("notice", "電子証明書、違います、カードでした", {"notice": "card"}),
        ("pins", "忘れた、あ、メモがあったので大丈夫です", {"pins": "remembered"}),
        ("counter", "西口、いや本庁舎で", {"counter": "honchosha"}),
        ("reply_form", "なくしました、あ、ありました", {"reply_form": "ready"}),
        ("name_kana", "アベ タロウ、じゃなくてアベ ジロウ", {"name_kana": "アベ ジロウ"}),
        ("phone", "090-1234-5678、いや090-1234-5679です", {"phone": "09012345679"}),
        ("phone", "090-1234-5678、あ、5679です", {"phone": "09012345679"}),
        ("expires_on", "令和9年2月20日、間違えた、2月2日です", {"expires_on": "2027-02-02"}),
    ],
)
def test_of_what_is_taken_back_in_the_same_breath_the_last_counts(
    asked: str, text: str, expected: dict[str, Any], state: State
) -> None:
    check(text, asked, expected, state)


@pytest.mark.parametrize(
    ("asked", "text", "expected"),
    [
        ("notice", "暗証番号は、手帳に書いたけど自信がありません",
         {"notice": None, "pins": "forgotten"}),
        ("notice", "在留カードと同じ日です", {"notice": None}),
        ("visit_time", "では一番上のでお願いします", {"wish": {"earliest": True}}),
        ("expires_on", "上の子が令和9年2月3日、下の子が2月14日", {"expires_on": "2027-02-03"}),
        ("expiry_checked", "早く空いているところ", {"expiry_checked": None}),
        ("expiry_checked", "わからない", {"expiry_checked": "card"}),
        ("name_kana", "12/10 10:00", {"wish": {"days": ["2026-12-10"], "times": ["10:00"]}}),
        ("phone", "電話はありません", {"no_phone": True}),
        ("reply_form_limit", "1月末", {"reply_form_limit": {"invalid": "day_missing", "text": "1月"}}),
        ("counter", "西口と本庁舎どっちが早い", {"counter": "any"}),
        ("pins", "4けたは覚えてるけど長いのは忘れた", {"forgotten_pins": ["sign"]}),
        ("pins", "思い出した", {"pins": "remembered"}),
        ("phone", "妻の電話でもいいですか", {"no_phone": True}),
        ("notice", "カードをなくしました", {"notice": None}),
        ("holder", "息子は字が書けません", {"holder": None}),
        ("applicant", "おらだ", {"applicant": "self"}),
        ("pins", "妻に教えました", {"pins": "remembered"}),
    ],
)  # fmt: skip
def test_words_that_were_taken_for_something_else(
    asked: str, text: str, expected: dict[str, Any], state: State
) -> None:
    check(text, asked, expected, state)


# Short answers ---------------------------------------------------------------------------------

CHOICES = [
    ("confirmed", "はい", "yes"),
    ("confirmed", "お願いします", "yes"),
    ("confirmed", "予約してください", "yes"),
    ("confirmed", "これで大丈夫です", "yes"),
    ("confirmed", "OKです", "yes"),
    ("confirmed", "それでいいです", "yes"),
    ("confirmed", "んだ", "yes"),
    ("confirmed", "いいない", "yes"),
    ("confirmed", "👍", "yes"),
    ("confirmed", "いいえ", "fix"),
    ("confirmed", "違います", "fix"),
    ("confirmed", "直したい", "fix"),
    ("confirmed", "ふむ", None),
    ("expiry_checked", "この日付で合っています", "confirmed"),
    ("expiry_checked", "電子証明書の欄の日付です", "confirmed"),
    ("expiry_checked", "見てみます", "recheck"),
    ("expiry_checked", "確認します", "recheck"),
    ("expiry_checked", "欄が空いています", "blank"),
    ("expiry_checked", "何も書いてない", "blank"),
    ("expiry_help", "計算してください", "compute"),
    ("expiry_help", "はい", "compute"),
    ("expiry_help", "欄が空いてる", "compute"),
    ("expiry_help", "このまま進む", "skip"),
    ("book_later", "予約する", "yes"),
    ("book_later", "はい", "yes"),
    ("book_later", "いいえ", "no"),
    ("book_later", "また今度にします", "no"),
    ("reissue_plan", "届いたあとの日で予約する", "book_after"),
    ("reissue_plan", "はい", "book_after"),
    ("reissue_plan", "届いてからにします", "later"),
    ("reissue_plan", "また後で", "later"),
]


def test_whose_card_it_is_says_nothing_about_the_notice(state: State) -> None:
    assert "notice" not in read("夫のカードです", state.at("notice"))
    assert "notice" not in read("自分のマイナンバーカードです", state.at("notice"))
    assert read("マイナンバーカードです", state.at("notice")) == {"notice": "card"}


@pytest.mark.parametrize("asked", ["expires_on", None])
@pytest.mark.parametrize(
    "text",
    [
        "カードには2031年5月10日、電子証明書は2027年2月20日です",
        "電子証明書は令和9年2月20日、カードは令和13年5月10日",
        "カードの有効期限は2031年5月10日で電子証明書の有効期限は2027年2月20日",
        "電子証明書の有効期限は2027年2月20日、カードの有効期限は2031年5月10日",
    ],
)
def test_the_cards_own_date_is_not_taken_for_the_certificates(
    text: str, asked: str | None, state: State
) -> None:
    found = read(text, state.at(asked))
    assert found == {"expires_on": "2027-02-20", "card_expires_on": "2031-05-10"}


def test_the_cards_own_date_alone_is_the_answer_that_was_given(state: State) -> None:
    found = read("カードは2031年5月10日まで", state.at("expires_on"))
    assert found == {"expires_on": "2031-05-10"}


def test_a_month_alone_is_no_date_of_expiry(state: State) -> None:
    found = read("令和9年2月", state.at("expires_on"))
    assert found == {"expires_on": {"invalid": "day_missing", "text": "令和9年2月"}}
    assert read("忘れた", state.at("expires_on")) == {"expires_on": "unknown"}


@pytest.mark.parametrize(("asked", "text", "value"), CHOICES)
def test_short_answers_mean_something_to_the_question_asked(
    asked: str, text: str, value: str | None, state: State
) -> None:
    check(text, asked, {asked: value}, state)


def buttons_of_the_questions() -> list[tuple[str, str, dict[str, Any]]]:
    """Return slot, title and values of every button with which a question can be answered."""
    domain = yaml.safe_load((Path(__file__).resolve().parents[2] / "domain.yml").read_text("utf-8"))
    found = []
    for name, variations in domain["responses"].items():
        asked = re.fullmatch("utter_ask_application_form_(.+)", name)
        for button in chain.from_iterable(each.get("buttons") or () for each in variations):
            values = re.fullmatch(r"/inform(\{.*\})", button["payload"])
            if asked and values and (asked[1], button["title"], values[1]) not in found:
                found.append((asked[1], button["title"], values[1]))
    return [(slot, title, json.loads(values)) for slot, title, values in found]


@pytest.mark.parametrize(("asked", "title", "values"), buttons_of_the_questions())
def test_writing_what_a_button_says_is_as_good_as_tapping_it(
    asked: str, title: str, values: dict[str, Any], state: State
) -> None:
    check(title.format(municipality="市"), asked, values, state)


def test_writing_any_name_of_a_counter_is_as_good_as_tapping_it(state: State) -> None:
    for counter, names in state.counters.items():
        for name in names:
            check(name, "counter", {"counter": counter}, state)


@pytest.mark.parametrize("asked", ["visit_date", "expires_on", "name_kana", "confirmed"])
def test_a_forged_button_settles_nothing(asked: str, state: State) -> None:
    assert read('inform{"start": "2031-01-01T09:00", "counter": "honchosha"}', state.at(asked)) == {}


def test_a_name_that_could_be_told_of_somebody_is_asked_for_again(state: State) -> None:
    assert read("ちばなお", state.at("name_kana")) == {"name_kana": "チバナオ"}
    assert read("ちばはは", state.at("name_kana")) == {}


# Questions -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "手数料はいくらですか",
        "予約できますか？",
        "写真は要るの",
        "いつから更新できる？",
        "必要なものを教えてください",
        "どうすればいい",
        "電子証明書って何",
        "駐車場あるかな",
        "when can I renew",
        "西口は土曜もやっていますか。行きたいです",
    ],
)
def test_these_ask_something(text: str) -> None:
    assert asks(cut(text, NOW))


@pytest.mark.parametrize(
    "text",
    ["本人です", "12月3日でお願いします", "はい", "覚えています", "西口で", "予約したい", "ハナコ"],
)
def test_these_tell_something(text: str) -> None:
    assert not asks(cut(text, NOW))


# Whatever comes --------------------------------------------------------------------------------

ASKED = st.sampled_from(
    [None, "notice", "applicant", "holder", "proof_waiver", "reply_form", "reissue_plan",
     "reply_form_limit", "expires_on", "date_meant", "expiry_help", "birthday", "issued_on", "expiry_checked",
     "book_later", "pins", "counter", "visit_date", "visit_time", "name_kana", "visitor_name",
     "phone", "confirmed"]
)  # fmt: skip
WORDS = st.lists(
    st.sampled_from(
        [text for text, *_ in (*NOTICE, *PROOF, *REPLY_FORM, *PINS, *COUNTERS)]
        + [text for _, text, _ in (*PEOPLE, *DATES, *BARE_DATES, *WISHES, *CHOICES)]
        + ["、", "。", "？", "じゃなくて", "やっぱり", "99", "/", "\n"]
    ),
    max_size=5,
).map("".join)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(text=st.one_of(WORDS, st.text(max_size=60)), asked=ASKED)
def test_any_words_are_read_without_an_error(text: str, asked: str | None, state: State) -> None:
    found = read(text, state.at(asked))
    assert all(value is not None for value in found.values())


# As people write when nobody corrects them ------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "text", "expected"),
    [
        ("expires_on", "令和9年の2月の、ええと、20日です", {"expires_on": "2027-02-20"}),
        ("expires_on", "知らねえよ期限なんて", {"expires_on": "unknown"}),
        ("expires_on", "このまま進めて", {"expires_on": "unknown", "expiry_help": "skip"}),
        ("expires_on", "夫は令和9年2月1日、私は2月14日です", {"expires_on": "2027-02-14"}),
        ("notice", "通知には令和9年2月3日ってありました", {"expires_on": "2027-02-03", "wish": None}),
        ("notice", "電子なんとかって書いてあんな", {"notice": "certificate"}),
        ("pins", "下の子は2月20日です", {"wish": None}),
        ("pins", "番号は母に聞きました", {"pins": "remembered"}),
        (None, "中3の息子の更新です。1月20日で15になります", {"near_fifteen": True, "wish": None}),
        (None, "小2と年中の子ども2人分の更新をしたいです", {"people": [{"relation": "child", **PARENT, **CHILD}] * 2}),
        (None, "小2と高1の子ども2人分の更新をしたいです",
         {"cards": 2, "people": [PARENT | CHILD | {"relation": "child"}, GENERAL | {"relation": "child"}]}),
        (None, "小2と年中の子ども2人分と私の更新をしたいです",
         {"people": [{**SELF, **GENERAL}, *[{"relation": "child", **PARENT, **CHILD}] * 2]}),
        ("counter", "えきの ちかく", {"counter": "nishiguchi"}),
        ("visit_date", "080-2222-1111", {"phone": "08022221111", "wish": None}),
        ("expiry_checked", "カードに大きく書いてある日付です", {"expiry_checked": "card", "notice": None}),
        ("expiry_checked", "電子証明書のです", {"expiry_checked": "confirmed"}),
        ("reply_form_limit", "あしたって空いてますか", {"reply_form_limit": None}),
        ("expiry_checked", "電子証明書の期限ではありませんでした", {"expiry_checked": "card"}),
        ("expiry_checked", "カードの期限じゃないです、合ってます", {"expiry_checked": "confirmed"}),
        ("name_kana", "はい、それで", {"name_kana": None}),
        ("name_kana", "はい、それでお願いします", {"name_kana": None}),
        ("name_kana", "えー、わたなべまさおです", {"name_kana": "ワタナベマサオ"}),
        ("phone", "えー、ゼロ九〇、一二三四、五六七八です", {"phone": "09012345678"}),
        ("pins", "あ、まちがえた。1月10日でした", {"expires_on": "2027-01-10", "wish": None}),
        ("applicant", "I don't know", {"applicant": None}),
        (None, "I want to book for my husband", {"holder": "general"}),
        ("pins", "He told me his PIN", {"pins": "remembered"}),
        ("reply_form", "紙は父が書きました", {"reply_form": "ready"}),
        ("counter", "nishiguchi", {"counter": "nishiguchi"}),
        ("book_later", "年明けがいいです", {"book_later": "yes"}),
        ("book_later", "今はいいです", {"book_later": "no"}),
        ("name_kana", "そうま ゆい", {"name_kana": "ソウマ ユイ"}),
        ("phone", "さとう はなこと申します", {"name_kana": "サトウ ハナコ"}),
        ("phone", "さっきの名前、オオタ ミカでした", {"name_kana": "オオタ ミカ"}),
        ("confirmed", "予約", {"confirmed": "yes"}),
    ],
)  # fmt: skip
def test_words_that_nobody_tidied(
    asked: str | None, text: str, expected: dict[str, Any], state: State
) -> None:
    check(text, asked, expected, state)


@pytest.mark.parametrize(
    ("asked", "text", "expected"),
    [
        ("applicant", "わたしは孫です", {"applicant": "other_proxy"}),
        ("applicant", "甥が行きます", {"applicant": "other_proxy"}),
        ("applicant", "私は世話役です", {}),
        ("pins", "いや2027年", {}),
        ("pins", "いいえ、2月21日です", {"expires_on": "2027-02-21"}),
        ("pins", "いや", {"pins": "forgotten", "forgotten_pins": ["juki", "sign", "user"]}),
        ("expires_on", "祖母は暗証番号が分かりません",
         {"pins": "forgotten", "forgotten_pins": ["juki", "sign", "user"]}),
        ("notice", "回答書は封筒に入ってました", {"reply_form": "ready"}),
        ("pins", "署名用は使ってません", {"certificates": "user"}),
        ("reply_form", "まだ書いてない", {"reply_form": "ready"}),
        ("notice", "同じ住所です", {"proof_waiver": "same_household"}),
        (None, "でんししょうめいしょ です", {"notice": "certificate"}),
        (None, "本人、電子証明書、西口", {"notice": "certificate", "applicant": "self", "counter": "nishiguchi"}),
        (None, "両親の分を代わりに行きます",
         {"cards": 2, "people": [{"applicant": "other_proxy", "holder": "general"}] * 2}),
        ("holder", "年中です", {"holder": "under_15"}),
        (None, "旦那のなんですけど", {"holder": "general"}),
        ("confirmed", "さようでございます", {"confirmed": "yes"}),
    ],
)  # fmt: skip
def test_what_is_told_out_of_turn_is_taken_for_what_it_is(
    asked: str | None, text: str, expected: dict[str, Any], state: State
) -> None:
    assert read(text, state.at(asked)) == expected
