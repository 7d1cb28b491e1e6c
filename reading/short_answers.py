"""Answers taken as they stand: yes and no, a name, a telephone number, how many people.

They come as people type and dictate them: half-width kana, spaces, digits read aloud, a name in
kanji beside its kana, thanks and fillers around them.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

import jaconv

_FILLER = re.compile(
    "[、,\\s]*(?:えーっと|ええっと|えーと|ええと|えっと|えー(?=[、,])|うーんと|うーん|んーと|あのー|あのう|そのー)[、,ー…\\s]*"
)


def without_fillers(text: str) -> str:
    """Return the text without what only fills a pause: "2月の、ええと、20日" is one date."""
    return re.sub("の[、,]", "の", _FILLER.sub("", text))


# Yes and no ----------------------------------------------------------------------------------

_ALL_RIGHT = re.compile(
    "(?:問題|間違い?|まちがい|異存|異議|不都合|差し支え|相違)(?:は|も|が)?(?:ない|なし|な(?=$|[、。いさそ])|ありません|ございません)"
    "|(?:かま|構)(?:いません|わない)|no problem"
)
_NO = re.compile(
    "^(?:いいえ|いえ|いや|ううん|違|ちが|だめ|ダメ|駄目|嫌|イヤ|いら(?:ない|ん)|要らない|まだ|×|✕|✖|❌|🙅|ばつ|バツ"
    "|no\\b|nope|nah\\b|not\\b|wrong|incorrect)"
    "|(?:じゃ|では?)(?:な[いくか]|あり|ね[えぇ])|[しりいてせけ]ません|(?:合|あ)って(?:い)?な|(?:よ|良)く(?:は)?な|ok(?:じゃ|では)"
    "|しない|し(?:たく|なく)|いら(?:ない|ん)|いりません|(?:違|ちが)(?:う|い|って|く)"
    "|直|なお[すし]|訂正|修正|間違[えっ]|まちが[えっ]|やめ(?:て|ます|る|た|と)|やりなお|やり直"
)
_YES = re.compile(
    "^(?:はい|は[ーぁ~]+い|ハイ|うん|ええ|おう|そう|(?:さよう|左様)で|その(?:とお|通)り|お?願い|おねがい|頼|たの[むみ]|よろし|宜し"
    "|o\\.?k|おk|おけ|オケ|おっけ|オッケ|おーけ|オーケ|大丈夫|だいじょ[うぶ]|いいです|いいよ|いいと思|いいでしょう|良い|それ(?:で|が)|これで|合って|合います"
    "|あって(?:い)?ます|ばっちり|バッチリ|完璧|確定|確認(?:し|でき)ました|予約(?:する|して|します|で|を?お願|[。!]?$)|では予約|どうぞ"
    "|まる|マル|○|〇|◯|👌|🙆|👍|んだ|んです$|りょ(?:$|うかい)"
    "|y(?:es|ep|eah|up)?\\b|sure|please|right|correct|exactly|that's|looks (?:good|right|fine)|fine|hai\\b)"
    "|了解|承知|かしこまり|問題ない|大丈夫(?:です)?$|👍|🙆"
)
_POLITELY_NO = re.compile(
    "(?:いえ|いや|あ)?[、。]?(?:今|いま|もう|それ)?は?"
    "(?:(?:結構|けっこう|大丈夫|だいじょうぶ|遠慮)(?:です|だ|し(?:て?おき)?ます)?(?:よ|ね)?|いい(?:です)?)[。!]*"
)


def yes_or_no(plain: str) -> Literal["yes", "no"] | None:
    """Return what a short answer in normal form (`answers.normal`) says to "is that right?".

    A no anywhere counts before a yes ("はい、でも日にちが違います", "予約しません"), but not one
    that affirms ("問題ありません").
    """
    text = _ALL_RIGHT.sub("大丈夫", plain)
    if _NO.search(text):
        return "no"
    return "yes" if _YES.search(text) else None


def declines(plain: str) -> bool:
    """Return whether it turns an offer down, if only politely: "結構です", "大丈夫です", "いいです"."""
    return bool(_POLITELY_NO.fullmatch(plain)) or yes_or_no(plain) == "no"


# Digits --------------------------------------------------------------------------------------

_DIGITS = {
    "ぜろ": 0, "れい": 0, "まる": 0, "零": 0, "〇": 0, "○": 0, "◯": 0, "いち": 1, "にー": 2, "に": 2,
    "さん": 3, "よん": 4, "しち": 7, "しー": 4, "し": 4, "ごー": 5, "ご": 5, "ろく": 6, "なな": 7,
    "はち": 8, "きゅう": 9, "きゅー": 9, "くー": 9, "く": 9,
}  # fmt: skip
_DIGITS |= {digit: value for value, digit in enumerate("一二三四五六七八九", start=1)}
# に, し, ご and く after a figure are words of their own: 5678に, 5678しか.
_DIGIT = re.compile(
    f"(?<![0-9])(?:{'|'.join(_DIGITS)})|[一二三四五六七八九〇零]|[0-9]|(?<=[0-9])o|o(?=[0-9])"
)
_BETWEEN = r"(?:[\s\-‐‑‒–—―−ー~〜・.、,/_()の]|はいふん|のばし){0,4}"
_READ_ALOUD = re.compile(f"(?:{_DIGIT.pattern})(?:{_BETWEEN}(?:{_DIGIT.pattern}))+")


def with_digits(text: str) -> str:
    """Return the text in hiragana and lower case, with runs of digits in kanji or as spoken as figures.

    "ゼロキューゼロの1234の五六七八" becomes "09012345678"; a single "よん" stays.
    """
    plain = jaconv.kata2hira(unicodedata.normalize("NFKC", text)).lower()
    return _READ_ALOUD.sub(
        lambda run: "".join(
            "0" if word == "o" else str(_DIGITS.get(word, word))
            for word in _DIGIT.findall(re.sub("はいふん|のばし", "-", run[0]))
        ),
        plain,
    )


def read_phone(text: str) -> str | None:
    """Return a Japanese telephone number as digits (+81 becomes 0), or None."""
    plain = unicodedata.normalize("NFKC", text)
    return _phone(plain) or _phone(with_digits(text))


def _phone(text: str) -> str | None:
    digits = re.sub(r"[\s()\-‐-―−ー~〜.・の、,/_]", "", text)
    match = re.search(r"(?<!\d)(?:(?:\+|00|010)?810?([1-9]\d{8,9})|(0[1-9]\d{8,9}))(?!\d)", digits)
    if not match:
        return None
    number = match[2] or "0" + match[1]
    mobile = number[:3] in ("050", "060", "070", "080", "090")
    return number if len(number) == (11 if mobile else 10) else None


# Names ---------------------------------------------------------------------------------------

_RELATIVE = "母|父|夫|妻|主人|娘|息子|子ども|子供|長男|次男|長女|次女|祖父|祖母|兄|弟|姉|妹|本人|私|わたし|わたくし|僕|ぼく"
_LEAD = re.compile(
    "(?:えと|あの|はい|では|すみません|すいません|ごめんなさい)[、,\\s]*"
    "|(?:お?名前|なまえ|氏名|読み(?:方|仮名|がな)?|よみ(?:かた|がな)?|ふりがな|フリガナ)(?:は|が|を|:|\\s)+"
    f"|(?:{_RELATIVE})(?:の(?:お?名前(?:は|が)?)?|は|が)\\s*"
    "|(?:カタカナ|かたかな|ひらがな|カナ)(?:で(?!す)は?|:)\\s*"
    "|(?:my name is|(?:full )?name ?:|i am|i'm|it's|it is|this is)\\s+",
    re.IGNORECASE,
)
_TAIL = re.compile(
    "(?:[、。,.\\s]*(?:どうぞ)?(?:よろしく|宜しく)(?:お?願い?|おねがい)?(?:いた|致)?(?:しま)?す?"
    "|(?:と|って)(?:申し|もうし|いい|言い)ます|になります|でございます|で(?:お願い|おねがい)(?:いた)?(?:し)?ます"
    "|でした|です(?:けど|けれども?|が|ね)?|だよ|っす|\\s(?:desu|to (?:moo?shi|ii)masu))+[。.!、\\s]*$",
    re.IGNORECASE,
)
_KANA = "[ァ-ヺー][ァ-ヺー ]{1,39}"
_LONG_KANA = "[ァ-ヺー][ァ-ヺー ]{3,39}"
_KANJI = "[一-龥々〆 ]"
_LATIN = "[A-Za-zÀ-ɏḀ-ỿ]"
# 佐藤花子（サトウハナコ）; without brackets only where the kanji are clearly a whole name.
_BESIDE_KANJI = re.compile(
    f"{_KANJI}{{1,12}}[(「](?P<a>{_KANA})[)」]|(?P<b>{_KANA})[(「]{_KANJI}{{1,12}}[)」]"
    f"|{_KANJI}{{3,12}}[ 、](?P<c>{_LONG_KANA})|(?P<d>{_LONG_KANA})[ 、]{_KANJI}{{3,12}}"
)
_NO_NAME = re.compile(
    "ハイ|イイエ|イエ|イヤ|ウン|エエト?|エット|ヤメ(?:ル|マス|タイ|タ)|モド(?:ル|リタイ|ッテ|シテ)|キャンセル|ストップ|スキップ|ムリ|ナイ|ナシ|ヒミツ"
    "|ナンデ|ナゼ|ドウシテ|ワカラ(?:ナイ|ン)|イイデス|ケッコウ(?:デス)?|アリガトウ|コンニチハ|スミマセン|マッテ|チョットマッテ"
    "|[ソコ]レ(?:デ(?:イイ|ヨイ|ケッコウ|オネガイ.*)?)?|ソウ|イイ|ダイジョウブ|ワカリマシタ|(?:リョウカイ|ショウチ|ヨヤク).*|ドウモ"
    "|チガ(?:ウ|イマス)|マダ|ナニ|エッ|(?:ヨロシク)?オネガイ.*|ヨロシク|オ?ナマエ|ツギ|ソノマエニ|モウ(?:イチド|イッカイ|イイ)|サッキイッタ|マチガエ(?:タ|マシタ)|トバ(?:ス|シテ)"
    "|.*(?:マセン|クダサイ|デスカ|マスカ|タクナイ|テモイイ|シタイ)"
)
_NO_LATIN_NAME = re.compile(
    r"(?:yes|no|ok|okay|sure|why|what|how|when|where|who|help|cancel|stop|back|go back|skip|sorry|none|nothing|hello|hi"
    r"|thanks|thank you|please|not sure|again|english|name|japanese)[ .!]*|(?:i|why|what|how|when|where|who|do i|can i|don't|not|is it|please) .*",
    re.IGNORECASE,
)


def read_kana(text: str) -> str | None:
    """Return a name in katakana, or in Latin capitals; None if it is no such name.

    Of a name in kanji with its kana beside it the kana are taken. Fillers, "です" and さん are left
    out, and words that answer something else ("わかりません") are no name.
    """
    name = _FILLER.sub("", unicodedata.normalize("NFKC", text))
    name = re.sub(r"\s+", " ", name).strip()
    while lead := _LEAD.match(name):
        name = name[lead.end() :]
    name = jaconv.hira2kata(_TAIL.sub("", name))
    name = re.sub("様$|(?<=[ァ-ヺー]{4})(?:サン|サマ)$", "", re.sub("[・=]", " ", name)).strip(
        " 、。,."
    )
    beside = _BESIDE_KANJI.fullmatch(name)
    if beside:
        name = next(part for part in beside.groups() if part)
    name = re.sub("[ 、]+", " ", name).strip() if not name.isascii() else name
    if re.fullmatch(_KANA, name):
        return None if _NO_NAME.fullmatch(name.replace(" ", "")) else name
    if re.fullmatch(f"{_LATIN}(?:{_LATIN}|[ .,'-]){{1,49}}", name):
        return None if _NO_LATIN_NAME.fullmatch(name) else name.upper()
    return None
