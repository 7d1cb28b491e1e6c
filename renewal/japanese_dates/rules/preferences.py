"""Preferences that name no day: なるべく早く, いつでも."""

from __future__ import annotations

from renewal.japanese_dates.context import Context, Piece
from renewal.japanese_dates.rules.words import L, Match, R, RuleTable, one_of

rule = RuleTable()
_VERY = one_of(
    "なるべく できるだけ 出来るだけ なるたけ とにかく 一番 いちばん もっとも 最も 可能な限り"
    " [1一]日でも [1一]日も 一刻も 少しでも できれば"
)


@rule(
    f"{_VERY}(?:すぐに?|早(?:く|め|い)|はや(?:く|め|い)|直近|近い(?:日(?!程|時))?)",
    one_of(
        "早い(?:日|うち|ほう|方|とこ|もの勝ち) 早急に 早く(?=予約|取|行|した|済ま|空い)"
        " 早めに?(?!の時間|に着|に行って|た|る|て|られ) はやめに はやい(?:ひ|うち|ほう) 早いに(?:越|こ)した 早ければ早いほど なる(?:はや|早)"
        " 最短 最速 至急 大至急 直近で? 今すぐ すぐに?(?:でも|(?=行き|予約|取り|お願い))"
        " (?:すぐに?|早く)$ 急いで(?!い?な) 急ぎ(?=で|たい|ます|$) いそいで"
        " 近いうち"
        " 空いている?(?:一番|いちばん)?早い"
    ),
    rf"{L}(?:asap|as (?:soon|early) as possible|earliest|soonest|right away){R}",
)
def earliest(c: Context, m: Match) -> list[Piece] | None:
    """なるべく早く, 最短, 至急, asap."""
    return [Piece(m.start(), m.end(), "preference", "earliest")]


@rule(
    "いつ(?:で|って|だって)も(?!なら|らえ)|いつだって"
    "|(?:何時|なんじ|何日|なんにち|どの日|何曜日?|なんようび|どの時間)でも",
    "(?:時間|日時|日にち|曜日|日付|日程)[はも]?(?:いつでも|何でも|なんでも|特に|とくに)?"
    "(?:問い?(?:ません|わない|わず)|こだわ(?:ら|り)(?:ない|ません)|おまかせ|お任せ"
    "|指定は?(?:なし|ない|あり))",
    "おまかせ|お任せ|(?:特に)?(?:希望|指定)は?(?:なし|ない|ありません|特にな)"
    "|(?:都合|空き)に(?:お?任せ|合わせ|おまかせ)|(?:そちら|そっち|市役所|窓口)(?:さん)?の(?:[ご御]?都合|空い)[^、。]{0,6}?(?:日|時|とき)"
    "|(?<!最)終日|[一1]日中(?=$|[、。でな]|空|あい|ok|大丈夫|だいじょうぶ|可|家に|い[けま]|行け)",
    rf"{L}(?:any ?(?:time|day)(?! but)|whenever|no preference|all day){R}",
)
def anytime(c: Context, m: Match) -> list[Piece] | None:
    """いつでも, 何時でも, お任せ, any time."""
    return [Piece(m.start(), m.end(), "preference", "anytime")]
