"""What only looks like a date or time: passed over as a whole, so that no part of it is read."""

from __future__ import annotations

import re

from reading.dates.context import Context, Piece
from reading.dates.rules.words import LATER, G, K, Match, N, R, RuleTable, one_of

rule = RuleTable()
_UNIT = one_of(
    "人 名(?!前) 枚 通(?!り) 件 個 円 回 本(?!日) 番(?!早|はや|近|最|空|遅|おそ|後|うしろ) 階 号 丁目 世帯"
    " 桁 けた 文字 種類 点 度(?!目の) 級 倍 割 台(?!風) % kg cm km つ目 つ(?!いたち)"
    " 日目 年目 年以内 年以上"
)
_ENGLISH_DAY_OR_MONTH = (
    "(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|tom|tod)"
)


@rule(
    # telephone
    r"\+?81[- ]?\(?0?\)?\d[\d -]{6,12}\d(?!\d)",
    r"(?<!\d)\(?0\d{1,4}[-) ]{1,2}\d{1,4}[- ]\d{3,4}(?!\d)",
    # My Number, postal code
    r"(?<!\d)\d{4}[- ]\d{4}[- ]\d{4}(?!\d)",
    r"〒?(?<!\d)(?<![a-z])\d{3}-\d{4}(?!\d)",
    # booking code: K7PM-4QXD, also without its hyphen; but 10am-12pm and mon12345 are times
    r"(?<![a-z\d])(?!\d{1,2}[ap]m)(?=[a-z\d-]*[a-z])(?=[a-z\d-]*\d)"
    r"[a-z\d]{4}-[a-z\d]{4}(?![a-z\d])",
    rf"(?<![a-z\d])(?!{_ENGLISH_DAY_OR_MONTH})(?=\d*[a-z]+\d+[a-z\d])[a-z\d]{{8}}(?![a-z\d])",
    # other long numbers
    r"(?<!\d)(?:\d{9,}|\d{5,7}(?!\d))",
    rf"[{K}]{{5,}}(?!年)",
    # ages and school years
    rf"(?:{N}|百{N}?|\d{{3}})(?:歳|才|さい(?!し)|代(?!わ|理)|years?.?old|yo{R})",
    r"(?<![週月年日午夜途最集\d])(?:小|中|高|大)(?:学校?|校)?の?[1-6一二三四五六](?:年(?:生)?)?"
    rf"(?![\d{K}日時月/])",
    rf"{G}{N}年生",
    # how long, how often, how many
    rf"{G}(?:\d{{1,3}}|[{K}半]{{1,3}}|数)(?:時間|分間|年間|泊)半?(?:前|以内|ほど|くらい)?(?!後)",
    rf"{G}(?:\d{{1,3}}|[{K}数]{{1,3}})(?:[かヶヵけ箇]月|か年|週間|日間|営業日)(?!{LATER}|以内)前?",
    rf"(?<=あと){N}日(?!後)",
    rf"{G}\d{{1,2}}(?:、|~|-|か)\d{{1,2}}(?:人|名|枚|分(?!で)|年)",
    rf"{G}(?:\d{{1,4}}|[{K}]{{1,3}}){_UNIT}",
    rf"{G}\d{{1,3}}(?:年(?=$|[でとはをが。、])|ねん(?=かん))",
    r"24/7|週に?[1-7一二三四五六七]日?|\d\.\d+(?=[万千億円%割gmk倍点])",
    r"(?:android|ios|windows|ver|ばーじょん)[. ]*\d[\d.]*",
    "四十九日|49日(?!間)|初七日|百[かヶ箇]?日(?!間)",
    "(?:土日|週末|[三四五]?連休|祝日|休日)を?(?:挟|はさ)んで",
    # words
    "(?:生年|年)月日|(?:日にち|日付|日時|日程)(?![はもに]{0,2}(?:いつでも|[何な]ん?でも|特に|とくに|問|こだわ|お任せ|おまかせ|指定))|^(?:今日は|こんにちは)(?=$|[!。])",
)
def looks_alike(c: Context, m: Match) -> list[Piece] | None:
    """Numbers that are no dates are passed over as a whole; 8年2月20日 is not one."""
    year = re.match(rf"{N}年(?=の?{N}月)", m[0] + c.text[m.end() : m.end() + 5])
    return None if year else []
