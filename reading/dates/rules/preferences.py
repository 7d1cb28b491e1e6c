"""Preferences that name no day: なるべく早く, いつでも."""

from __future__ import annotations

import re
from datetime import date

from reading.dates.context import DAY, Context, Piece, is_day_off
from reading.dates.rules.words import L, Match, R, RuleTable, one_of

rule = RuleTable()
_VERY = one_of(
    "なるべく できるだけ 出来るだけ なるたけ とにかく 一番 いちばん いっとう もっとも 最も 可能な限り"
    " [1一]日でも [1一]日も 一刻も 少しでも できれば"
)


@rule(
    f"{_VERY}(?:すぐに?|早(?:く|め|い)|はや(?:く|め|い)|直近|近い(?:日(?!程|時|に(?!して|お願い|おねがい|取|とっ|予約))|うち|(?=日程|日時|日にち|枠|時間|予約)))",
    one_of(
        "早い(?:日|うち|ほう|方|とこ|もの勝ち) 早急に 早く(?=予約|取|行|した|済ま|空い)"
        " 早めに?(?!の時間|に着|に行って|た|る|て|られ) はやめに はやい(?:ひ|うち|ほう) 早いに(?:越|こ)した (?:早|はや)(?:ければ|けりゃ|きゃ)、?(?:早|はや)いほど なる(?:はや|早)"
        " 最短 最速 至急 大至急 直近で? 今すぐ すぐに?(?:でも|(?=行き|予約|取り|お願い))"
        " (?:すぐに?|早く)$ 急いで(?!は?い?(?:な|ませ|ね[えぇー]|へん)) 急ぎ(?=で|たい|ます|$) いそいで"
        " 近いうち"
        " 空いている?(?:一番|いちばん)?早い"
    ),
    rf"{L}the sooner(?: it is)?(?:、| )*the better|{L}(?:asap|as (?:soon|early) as possible|earliest|soonest|right away){R}",
)
def earliest(c: Context, m: Match) -> list[Piece] | None:
    """なるべく早く, 最短, 至急, asap."""
    return [Piece(m.start(), m.end(), "preference", "earliest")]


_LAST = (
    "(?:遅|おそ)(?:い(?:日|時間帯?|時刻|枠|回|とこ(?:ろ)?|の|ほう|方)?|く)|うしろの(?:日|時間|枠)|後(?:ろ|の(?:ほう|方))?の(?:日|時間|枠)|あとの(?:日|時間|枠)"
    "|最後(?:の(?:日|時間帯?|枠|回)|に[空あ]い(?:てる|ている)(?:日|時間|とこ)|(?=$|[でにがを、。]))|ぎりぎりの?(?:日|時間|枠)?"
)
_OF_THEM = "(?:日|枠|時間帯?|時刻|回|予約|スロット)"


@rule(
    f"(?:一番|いちばん|いっとう|一等|もっとも|最も|なるべく|できるだけ|出来るだけ|可能な限り)(?:{_LAST})",
    f"(?:最後|最終|らすと)の?{_OF_THEM}(?!的)|(?<=年内)の?(?:最後|最終|らすと)(?!の?(?:開庁|営業))|(?<=[月週年]の)(?:最後|最終|らすと)(?!の?(?:開庁|営業))|最後に(?:[空開あ]い|やっ)てい?る(?:日|とこ(?:ろ)?|時間)|(?:閉まる|閉める|終わる|閉[庁館所店]|終了|しまい)(?:の?時[間刻])?の?(?:ぎりぎり|間際|まぎわ|寸前|すれすれ)の?(?:時間|枠|時刻|頃|ころ)?",
    "(?<!月の)(?<!月)の?(?:最終|最後の|らすとの?)(?:開庁日|営業日)|開庁最終日",
    rf"{L}(?:(?:at )?the )?(?:latest|as late as possible|last (?:possible|available|free)?(?: ?(?:day|slot|time|appointment|one))){R}",
)
def latest(c: Context, m: Match) -> list[Piece] | None:
    """いちばん遅い日, 年内最後, 最終の枠, as late as possible; 年内最後の日 is the last working day of the year."""
    before = m.string[: m.start()]
    before = before.removesuffix("で") if m[0].startswith("最後に") else before  # 年内で最後に開いてる日
    of_the_year = before.endswith(("年内", "年内の", "今年", "今年の")) or (c.today.month >= 11 and _BEFORE_IT_CLOSES.match(m[0]))
    if m[0].endswith("日") and of_the_year:
        on = date(c.today.year, 12, 31)
        while is_day_off(on):
            on -= DAY
        return [c.relative_day(m.start(), m.end(), on)]
    return [Piece(m.start(), m.end(), "preference", "latest")]


_BEFORE_IT_CLOSES = re.compile("最後に(?:開い|やっ)て|.*(?:開庁|営業)")  # 最後に開いてる日, said in December


@rule(
    "い[つづ](?:で|って|だって)も(?!なら|らえ)|い[つづ]なりと|い[つづ]だって|なん[どと][きぎ]でも"
    "|(?:何時|なんじ|何日|なんにち|どの日|何曜日?|なんようび|どの時間帯?)でも",
    "毎日(?=行け|暇|ひま|大丈夫|だいじょうぶ|空い|あい|家に|うちに)"
    "|[空あ]いてい?る(?:日|時間|時|とこ(?:ろ)?)(?:なら|で)?(?:どこ|いつ|何時|どれ)でも"
    "|(?:都合は|そちらに|日程は|日にちは)合わせ",
    r"(?:時間帯?|日時|日にち|曜日|日付|日程|(?<![\d〇一-龥])日)[はもに]{0,2}(?:いつでも|何でも|なんでも|特に|とくに)?"
    "(?:問い?(?:ません|わない|わず)|こだわ(?:ら|り)(?:ない|ません)|おまかせ|お任せ"
    "|指定は?(?:なし|ない|あり))",
    "適当に(?:入れ|取|とっ|選|決め|見繕)|おまかせ|お任せ|(?:^|[、。])(?:全部|すべて|ぜんぶ|もう)?(?:任せ|まかせ)(?:る|ます|た)(?=[よわねっ。、!]|$)|(?:特に)?(?:希望|指定)は?(?:なし|ない|ありません|特にな)"
    "|(?:都合|空き)に(?:お?任せ|合わせ|おまかせ)|(?:そちら|そっち|市役所|窓口)(?:さん)?の(?:[ご御]?都合|空い)[^、。]{0,6}?(?:日|時|とき)"
    "|(?<!最)終日|[一1]日中(?=$|[、。でな]|空|あい|ok|大丈夫|だいじょうぶ|可|家に|い[けま]|行け)",
    rf"{L}(?:any ?(?:time|day)(?! but)|whenever|no preference|all day){R}",
)
def anytime(c: Context, m: Match) -> list[Piece] | None:
    """いつでも, 何時でも, お任せ, any time."""
    return [Piece(m.start(), m.end(), "preference", "anytime")]
