"""What a person's own words say about their case: who comes, whose card, where, which papers.

Plain Japanese in, values of the application out. Understanding what a message is *for* (a
question, a booking) is the classifier's work; here words are read that mean one thing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Literal

from reading import dates
from reading.dates import Purpose
from reading.short_answers import declines, read_kana, read_phone, without_fillers, yes_or_no
from reading.situation import Situation
from renewal.date_words import japanese_date

Answers = dict[str, Any]

# People ------------------------------------------------------------------------------------

_PARENT = "父親|母親|両親|保護者|親権者|ちち|はは|父|母|パパ|ママ|お父さん|お母さん|おとうさん|おかあさん|親"
_CHILD = (
    "うちの子|上の子|下の子|子ども|子供|こども|お子さん|お子様|息子|娘|むすこ|むすめ|長男|次男|三男|長女|次女|三女|"
    "赤ちゃん|赤ん坊|乳児|幼児|園児|小学生|中学生|高校生|ちびっ子|child|son|daughter|kid|baby"
)
_YOUNG = "赤ちゃん|赤ん坊|乳児|幼児|園児|年少|(?<![一1])年中(?!無休)|年長(?!者)|保育園|幼稚園|小学生|小学校|小学|baby|toddler"
_OTHER_ADULT = (
    "夫|主人|旦那|妻|家内|嫁|奥さん|配偶者|祖父|祖母|おじいちゃん|おばあちゃん|じいちゃん|ばあちゃん|"
    "じいさん|ばあさん|兄|弟|姉|妹|叔父|叔母|伯父|伯母|おじ|おば|義父|義母|義理の父|義理の母|"
    "友人|友達|知人|同僚|利用者さん|入居者|入所者|husband|wife|grandmother|grandfather|friend"
)
_OTHERS_STILL = (
    "ひ?孫|甥|姪|いとこ|従兄弟|従姉妹|親戚|親せき|親族|親類|身内|婿|パートナー|彼氏|彼女|婚約者|恋人|内縁|同居人|近所の者|"
    "隣の者|民生委員|上司|部下|世話人|支援員|相談員"
)  # who comes for somebody, and of whose own card nothing follows
_ENGLISH_ADULT = "husband|wife|mother|father|mom|dad|parents?|grandmother|grandfather|friend"
_HELPER = (
    "ヘルパー|ケアマネ|ケアマネジャー|施設の職員|施設職員|職員|介護士|弁護士|司法書士|行政書士|社協"
)
_ANY_PERSON = f"{_PARENT}|{_CHILD}|{_OTHER_ADULT}"
_HONORIFIC = "(?:さん|様|ちゃん|くん|君|たち|達)?"
_SELF = r"本人|自分|じぶん|ほんにん|私自身|わたし自身|自身|myself|my own|me\b"
_I = "私|わたし|おら|おいら|わし|わたくし|あたし|僕|ぼく|俺|おれ|うち|自分"
_GO = "行|い(?:き|く|け|って)|来|うかが|伺|参|まいり|窓口に|代理|手続き?し|代わりに|かわりに|代行"

_FOR_WHOM = re.compile(
    f"({_ANY_PERSON}){_HONORIFIC}の(?:分|ぶん|カード|マイナンバー|電子証明|更新|手続|代わり|かわり|代理|もの|やつ|期限|予約|なんです|なんだ|\\d|小|中|高)"
    f"|({_ANY_PERSON}){_HONORIFIC}(?:の)?(?:です)?(?:$|[。、])"
)
_WHOSE_CARD = re.compile(
    f"(?:{_ANY_PERSON}|{_SELF}|{_I}){_HONORIFIC}の(?:マイナンバー)?カード|\\bmy card"
)  # tells whose card it is, not what the notice says
_GUARDIAN = re.compile("成年後見|後見人|成年被後見|被後見")
_NO_GUARDIAN = re.compile(
    "(?:成年)?後見(?:人|制度)?(?:さん|など|とか)?(?:に?は|が|も|を|の人は)?(?:いま(?:せん|へん)|いない|おりません|居(?:ない|ません)"
    "|(?:つい|付い|付け|つけ|立て|使っ)て(?:い)?(?:ない|ません)|ありません|なし|無し|関係(?:ない|ありません))"
)
_OTHER_GUARDIAN = re.compile("保佐|補助人|任意後見")
# "母が施設に入っています": it is her card, and somebody else comes.
CANNOT_COME = re.compile(
    f"(?:{_OTHER_ADULT}|{_PARENT}){_HONORIFIC}(?:が|は|も)[^、。]{{0,6}}?"
    "(?:入院|寝たきり|施設|特養|(?:老人|介護)ホーム|入所|認知症)"
)
_HOLDER_CANNOT = re.compile(
    "(?:本人|当人|自分|私|わたし)(?:が|は|も|では?)?(?:行け|いけ|来られ|来れ|来(?=ない)|来(?=ません)|動け|歩け|外出でき|出られ|伺え)"
    "(?:ない|ません|ず|ね)"
)
_NEGATED = re.compile(
    r"[^、。\s]{1,12}?(?:じゃなく|ではなく|でなく|じゃあなく|じゃない|ではない|でない|(?:では|じゃあ?)(?:ありません|ございません|ないです)|やめて)(?:て|、|の)?[、,]?"
)


def normal(text: str) -> str:
    """Return the text in NFKC, lower case, without spaces between Japanese characters."""
    text = unicodedata.normalize("NFKC", text).lower().strip()
    text = re.sub(
        "だない", "です", re.sub("いいない", "いいですね", text)
    )  # 福島: 「いいない」 is 「いいですね」
    return re.sub(r"(?<=[^\x00-\x7f])[ \u3000]+(?=[^\x00-\x7f])", "", text)


def is_question(text: str) -> bool:
    """Return whether the words ask something rather than tell it."""
    return bool(
        re.search(
            r"[?]|(?:です|ます|でしょう|ました|ません|だろう)か(?:ね|な)?[。!]*$|(?:かな|かしら|っけ|の|るか|たか)[。!]*$|"
            r"(?:ですか|ますか|でしょうか|ませんか|ましたか)[。、]|"
            r"教えて|おしえて|知りたい|しりたい|って(?:何|なに|なん)|どうすれば|どうしたら|どうなる|"
            r"^(?:what|how|when|where|who|can|do|is|are|does|which)\b",
            normal(text),
        )
    )


def read(text: str, s: Situation) -> Answers:
    """Return what the text says, as slots of the application.

    What was just asked decides how short or ambiguous words are taken ("はい", "父です", "2月20日");
    "whose" is the question for the applicant where there are several cards. What a program writes
    says nothing, whatever words are in it.
    """
    answers: Answers = {}
    if re.search(r"[{}]", text):
        return answers
    first, *taken_back = _TAKEN_BACK.split(text)
    if taken_back and first:
        # "妻が行きます、いや、やっぱり私が": what comes last counts, where it says something. A date
        # may lean on what came before ("12月8日、やっぱり9日"), so that all of it is read.
        last = {k: v for k, v in read(taken_back[-1], s).items() if k not in _DATED}
        whole = _read(text, s)
        if "phone" in whole and (end := re.search(r"(?<!\d)\d{4}(?!\d)", normal(taken_back[-1]))):
            last.setdefault("phone", whole["phone"][:-4] + end[0])  # "…-5678、あ、5679です"
        return {**whole, **last}
    return _read(text, s)


_TAKEN_BACK = re.compile(
    r"[、。,\s…]+(?:あっ?[、,\s]*)?(?:(?:いや|いえ|(?:じゃ|では?)なくて?|やっぱり?|やはり|待って"
    r"|(?:間?違|ま?ちが)[いうえっ]*(?:て|た|ました|ます)?(?=[、。,\s]))[、。,\s]*)+|[、。,\s…]+あっ?[、,\s]+"
)
_DATED = ("expires_on", "card_expires_on", "reply_form_limit", "birthday", "issued_on", "wish")


def _read(text: str, s: Situation) -> Answers:
    answers: Answers = {}
    asked = s.asked
    plain = normal(text)
    for reader in _READERS:
        answers.update(reader(plain, asked, s))
    several = _several(plain, asked)
    if several.get("people") or asked == "whose":
        # Each person named is a holder; nobody is told to come for somebody else.
        answers = {k: v for k, v in answers.items() if k not in ("applicant", "holder")}
    if asked == "whose":
        answers.update(_whose(plain))
        if len(holders := _children_in_order(plain)) > 1:
            answers["children"] = holders
    answers.update(several)
    dated = without_fillers(text)
    if read_phone(text):
        dated = _PHONE.sub("", dated)
    answers.update(_dates(dated, plain, asked, s))
    if asked == "book_later" and "wish" in answers:
        answers["book_later"] = "yes"  # "年明けがいいです"
    if asked is not None and asked in _DIRECT:
        direct = _DIRECT[asked](text)
        if direct is not None:
            return {asked: direct} if asked != "phone" else {**answers, asked: direct}
    if asked is not None and (phone := read_phone(text)):
        answers["phone"] = phone
    if asked == "phone" and "phone" not in answers and _NO_PHONE.search(plain):
        answers["no_phone"] = True
    if asked in ("phone", "confirmed") and (name := _NAMED.search(text)):
        kana = read_kana(re.split("に(?:変え|直|訂正|修正)|で(?:す|し)|だ", name[1] or name[2])[0])
        if kana:
            answers["name_kana"] = kana
    return answers


_PHONE = re.compile(r"(?:\+?81[\s-]?|0)\d{1,4}[\s‐−ー-]?\d{1,4}[\s‐−ー-]?\d{4}(?!\d)")
_NO_PHONE = re.compile(
    "(?:電話|携帯|ケータイ|スマホ|番号|連絡先).{0,6}(?:ない|なし|ありません|持って(?:い)?(?:ない|ません)|もって(?:い)?(?:ない|ません)"
    "|使え(?:ない|ません)|出られ(?:ない|ません)|無い)|でも(?:いい|良い|よい|よろしい|大丈夫|かまい|構い|かまわ|構わ)|no phone|don't have a"
)
_NAMED = re.compile("名前(?:は|を|が|、)(.{2,20})|^(.{2,20}?)と(?:申し|もうし)ます")


# Several cards -----------------------------------------------------------------------------

_NUMBERS = {
    "ひとり": 1, "ふたり": 2, "さんにん": 3, "よにん": 4, "ごにん": 5, "two": 2, "three": 3, "four": 4,
}  # fmt: skip
_NUMBER = "(?<![0-9])(?:1[0-9]|[1-9]|[一二三四五六])"
_ENGLISH = f"(?:two|three|four|{_NUMBER}) (?:people|persons|cards)"
_PEOPLE = f"(?:{_NUMBER}(?:人|名|枚|にん)(?!目|前)|ひとり|ふたり|さんにん|よにん|ごにん|{_ENGLISH})"
_GROUP = "家族|夫婦|親子|子ども|子供|兄弟|姉妹"
_COUNTED = re.compile(
    f"({_PEOPLE})(?:分|ぶん)"
    f"|({_PEOPLE})(?:の(?:予約|更新|カード|手続)|まとめて|一緒に|いっしょに|とも.{{0,6}}(?:更新|予約)|家族の"
    "|で(?:予約|お願|おねが|更新|手続|行|伺|来|す|$)|に(?:変|減|増|し)|を(?:予約|お願|更新)|お願|予約)"
    f"|(?:{_GROUP})(?:が|は|で)?({_PEOPLE})"
    f"|(?:全員|みんな|皆|合わせて|あわせて|合計|全部|入れて|含めて)で?({_PEOPLE})"
    f"|({_ENGLISH})"
)
_GROWN_AND_YOUNG = re.compile(
    f"(?:大人|おとな)({_PEOPLE})(?:と|、|・)?(?:子ども|子供|こども|小人)({_PEOPLE})"
)
_BARE_COUNT = re.compile(
    f"(0|い(?:ない|ません)|なし|ゼロ)|((?:{_SELF}|{_I})(?:一人|1人|ひとり)?(?:だけ|のみ))"
    f"|{_PEOPLE}|{_NUMBER}|{'|'.join(_NUMBERS)}"
)
_SEVERAL = re.compile(
    "家族(?:全員|みんな|皆)|(?:家族|全員|みんな|皆)の?(?:分|ぶん)|(?:全員|みんな)で(?:予約|更新|行)|"
    "(?:子ども|子供)(?:たち|達)の|何人(?:か|分)|まとめて(?:予約|更新|手続)|whole family|my family"
)
_ONE_MORE = re.compile(
    "(?:もう|あと)(?:1|一|ひと)(?:人|り|名|枚)|(?:1|一|ひと)(?:人|り|名|枚)(?:を|分)?(?:追加|増や|ふや)"
)
_ONE_LESS = re.compile(
    f"(?:1|一|ひと)(?:人|り|名|枚)(?:を|分)?(?:減ら|へら)|(?:下の子|上の子|{_ANY_PERSON}){_HONORIFIC}"
    "(?:の分)?(?:は|を)(?:やめ|止め|抜き|外し|なし|取り?消|いらない|不要)"
)
_MEMBER = f"(?:{_ANY_PERSON}|{_I}){_HONORIFIC}(?:{_PEOPLE})?(?:の?(?:分|ぶん)|のカード)?"
_AND = "(?:(?:と|、|や|&|プラス|\\+)(?:あと|それと|それから)?)"
_MEMBERS = re.compile(f"{_MEMBER}(?:{_AND}{_MEMBER})+")
_TOGETHER = re.compile(
    "(?:2人|二人|ふたり|一緒|いっしょ|夫婦|揃って|そろって)で?.{0,6}(?:行|伺|来|窓口)"
)


def _several(text: str, asked: str | None) -> Answers:
    """Return that several cards are meant: how many, and whose as far as that is told."""
    answers: Answers = {}
    if _ONE_LESS.search(text):
        return {"cards_by": -1}
    if _ONE_MORE.search(text):
        return {"cards_by": 1}
    people = _members(text, asked)
    if len(people) > 1:
        answers["people"] = people
    both = _GROWN_AND_YOUNG.search(text)
    counted = _COUNTED.search(text)
    if both:
        answers["cards"] = _count(both[1]) + _count(both[2])
    elif counted:
        answers["cards"] = _count(next(group for group in counted.groups() if group))
        if counted[3] and people:  # "子ども2人と私の分": the two are some of them
            del answers["cards"]
        elif counted[3] and text.find("家族") < 0 and re.search("子ども|子供", counted[0]):
            answers["people"] = [_child(text)] * answers["cards"]
    elif asked == "cards" and (bare := _BARE_COUNT.search(text)):
        answers["cards"] = 0 if bare[1] else 1 if bare[2] else _count(bare[0])
    elif not people and _SEVERAL.search(text):
        answers["cards"] = "several"
    if answers.get("cards") == 1 and asked != "cards" and not re.search("やっぱ|やはり", text):
        del answers["cards"]
    if "people" in answers and answers.get("cards") not in (None, "several"):
        answers["people"] = answers["people"][: answers["cards"]]
    return answers


def _members(text: str, asked: str | None) -> list[dict[str, Any]]:
    """Return what is known of each person in "子ども2人と私の分", the visitor first."""
    named = _MEMBERS.search(text)
    by_proxy = {"applicant": "other_proxy", "holder": "general"} if _AWAY.search(text) else {}
    if not named:
        if re.search("(?:両親|祖父母)の?(?:2人|二人)?(?:の|分)", text):
            return [dict(by_proxy), dict(by_proxy)]
        both = re.search("夫婦(?:2人|二人|ふたり)?(?:で|の|とも|分)", text)
        if not both:
            return []
        spouse = {"applicant": "self", "holder": "general"} if _TOGETHER.search(text) else {}
        return [{"applicant": "self", "holder": "general"}, spouse]
    about = re.search("分|ぶん|更新|カード|予約|枚|手続|お願い|電子", text[named.start() :])
    if not about and asked != "cards":
        return []
    people: list[dict[str, Any]] = []
    child = _child(text)
    for word in re.split(_AND, named[0]):
        count = re.search(_PEOPLE, word)
        if re.match(f"(?!{_CHILD})(?:{_I})", word):
            people.insert(0, {"applicant": "self", "holder": "general"})
        else:
            known = by_proxy if not re.match(_CHILD, word) else child
            people += [dict(known) for _ in range(_count(count[0]) if count else 1)]
    return people


_OLDER = re.compile("中学?[3三]|高校|高[1-3一二三]|大学|1[4-9](?:歳|才)|15歳以上|二十歳")
_A_CHILD = re.compile(
    "[小中高](?:学校?|校)?[1-6一二三四五六](?:年生?)?|小学生|高校生|大学生|[0-9]{1,2}(?:歳|才)|保育園|幼稚園|園児|年[少中長]|赤ちゃん"
)


def _children_in_order(text: str) -> list[str | None]:
    """Return whose cards "上が高2、下が小3" are, one by one; None where that is to be asked."""
    count = re.search(f"({_PEOPLE})とも", text)
    each = [_holder(word, None) for word in _A_CHILD.findall(text)]
    if count and len(each) == 1:  # "2人とも小学生です"
        return each * _count(count[1])
    return each


def _child(text: str) -> dict[str, Any]:
    """Return what is known of each child, where all that are mentioned are plainly under 15."""
    young = _holder(text, None) == "under_15" and not _OLDER.search(text)
    return {"relation": "child"} | (_whose(text) if young else {})


_AWAY = re.compile(
    "来ない|来られ(?:ない|ません)|来れ(?:ない|ません)|行けない|行けません|代理|代わり|かわり"
)


def _whose(text: str) -> Answers:
    """Return whose card one of several is, and with that who comes for it."""
    holder = _holder(text, None)
    if holder in ("under_15", "adult_ward"):
        return {"applicant": "legal_representative", "holder": holder}
    if _AWAY.search(text):
        return {"applicant": "other_proxy", "holder": "general"}
    if re.search(f"{_SELF}|^(?:{_I})|行|来|一緒|いっしょ|同行", text):
        return {"applicant": "self", "holder": "general"}
    if re.search(_CHILD, text):
        return {"relation": "child"}
    return {"holder": holder} if holder else {}


def _count(people: str) -> int:
    """Return how many "3人", "三人", "さんにん", "three people" or a bare "3" are."""
    for word, number in _NUMBERS.items():
        if people.startswith(word):
            return number
    digits = re.match("[0-9]+", people)
    return int(digits[0]) if digits else "一二三四五六".index(people[0]) + 1


# Readers -----------------------------------------------------------------------------------


def _notice(text: str, asked: str | None, s: Situation) -> Answers:
    listed = [part for part in re.split(r"[、。,\s/・]+", text) if part]
    items = listed if len(listed) > 2 else [text]
    if any(_CERTIFICATE_ALONE.fullmatch(item) for item in items):
        return {"notice": "certificate"}  # alone, or one of a list: "来週の水曜、本人、電子証明書"
    about_notice = re.search(
        "通知|封筒|はがき|ハガキ|お知らせ|書いて|書かれて|かいて|届|とど|notice|envelope|letter",
        text,
    )
    if asked == "expiry_checked" and not re.search("通知|封筒|notice|envelope", text):
        return {}  # "カードに大きく書いてある日付です" is about the date
    if re.search("カード(?:本体)?(?:を|が|も|は)?(?:どこかに)?(?:な|無|失)く|紛失|盗", text):
        return {}  # a lost card is another matter
    if re.search("暗証|暗唱|パスワード", text) and not re.search("通知|封筒|はがき|お知らせ", text):
        return {}  # "暗証番号は自信がありません"
    if asked != "notice" and not (
        about_notice and re.search("通知|封筒|書|はがき|届|notice|envelope", text)
    ):
        return {}
    none = re.search(
        "(?:届|とど|き|来)(?:いて|て|き)?(?:い)?(?:ない|ません|なかった|てね|でね)|未着|まだ(?:です|だ|$|な)|もらってない|"
        "受け取ってない|なくし|無くし|失くし|捨て|(?<!では)(?<!じゃ)ありません|見当たら|手元に(?:は)?な|家に(?:あ|置)|持って(?:い)?(?:ない|ません)|not (?:yet|arrived|come)|haven't|no notice|didn't",
        text,
    )
    if asked == "notice" and not none and not is_question(text):
        # What is written there is not known: the card itself tells its date.
        none = re.search("^.{0,8}(?:忘れ|わすれ|見て(?:い)?(?:ない|ません)|覚えて(?:い)?(?:ない|ません)|(?:分か|わか)(?:ら|りま|ん))", text)
    if none and (asked == "notice" or about_notice):
        return {"notice": "none"}
    certificate = (asked == "notice" and re.search("電子|でんし", text)) or re.search(
        "電子(?:証明|症名|証名|しょうめい)|でんししょうめい|証明書|certificate", text
    )
    card = re.search(
        "カード(?:本体|自体|そのもの|の更新|の有効期限|の期限|の方|のほう|更新)|本体|両方|りょうほう|どちらも|どっちも|both",
        text,
    ) or (
        not certificate
        and re.search(
            "マイナンバーカード|まいなんばーかーど|カード|かーど|card",
            re.sub("(?:在留|ざいりゅう|さいりゅう)(?:カード|かーど)", "", _WHOSE_CARD.sub("", text)),
        )
    )
    if card:
        return {"notice": "card"}
    if certificate:
        return {"notice": "certificate"}
    return {}


_CERTIFICATE_ALONE = re.compile(
    "(?:はい|ええ|あ|えっと)?[、。,]?(?:電子証明書?|でんししょうめいしょ?|(?:electronic |digital )certificate)(?:の(?:方|ほう|やつ))?(?:です|で|だ|でした|だよ)?[。、!]*"
)


def _people(text: str, asked: str | None, s: Situation) -> Answers:
    if _OTHER_GUARDIAN.search(text):
        return {"other_guardian": True}
    told = re.sub("大丈夫|丈夫", "", _NO_GUARDIAN.sub("", _NEGATED.sub("", text)))
    answers: Answers = {}
    holder = _holder(told, asked)
    if (holder is None or "もうすぐ" in told) and nearly_fifteen(told):
        # The day of the visit decides: the birthday is asked for, and looked at once a day is chosen.
        answers["near_fifteen"] = True
        holder = "under_15"
    visitor = _visitor(told, asked, holder)
    if holder:
        answers["holder"] = holder
    if visitor:
        answers["applicant"] = visitor
    if asked == "holder" and "holder" not in answers:
        if _NO_GUARDIAN.search(text) or re.search(
            "ちがう|違い|いいえ|(?:では|じゃあ?|でも)(?:ない|ありません)|以上|大人|おとな|成人|adult", text
        ):
            answers["holder"] = "general"
        elif re.search("未満|(?<!息)子|未成年|under", told):
            answers["holder"] = "under_15"
    return answers


def _holder(text: str, asked: str | None) -> str | None:
    if re.search("未成年後見", text):
        return "under_15"
    if _GUARDIAN.search(text):
        return "adult_ward"
    age = _age(text)
    if age is not None:
        # Fourteen may be fifteen by the day of the visit: that is asked.
        return "under_15" if age < 14 else "general" if age >= 15 else None
    if re.search("15歳以上|十五歳以上", text):
        return "general"
    if re.search("15歳未満|十五歳未満", text) or re.search(_YOUNG, text):
        return "under_15"
    grade = re.search(
        r"(小学|小|中学|中|高校|高)\s?([1-6一二三四五六])(?:年|の|です|$|生|、)?", text
    )
    if grade:
        year = "一二三四五六".find(grade[2]) + 1 or int(grade[2])
        if grade[1].startswith("小") or (grade[1].startswith("中") and year <= 2):
            return "under_15"
        return "general" if grade[1].startswith("高") else None
    if re.search("高校生|大学生|専門学生|社会人|成人し", text):
        return "general"
    if re.search(f"\\bfor my (?:{_ENGLISH_ADULT})\\b", text):
        return "general"
    if CANNOT_COME.search(text) and not re.search(_CHILD, text):
        return "general"
    whose = _FOR_WHOM.search(text)
    if whose and (whose[1] or asked != "applicant"):  # "祖母です" is then who comes, not whose card
        person = whose[1] or whose[2]
        if re.fullmatch(_OTHER_ADULT, person) or (whose[1] and re.fullmatch(_PARENT, person)):
            return "general"
    return None


def nearly_fifteen(text: str) -> bool:
    """Return whether somebody told of may turn 15 before the visit; the text is `normal`."""
    return bool(
        re.search(
            r"中学?校?\s?[3三]|(?:14|十四)\s?(?:歳|才|さい|years? old|yo\b)(?!未満|以上|以下|まで|から)|もうすぐ(?:15|十五)歳?|(?:15|十五)歳?になる(?:前|予定|ところ)", text
        )
    )


def _age(text: str) -> int | None:
    match = re.search(
        r"(\d{1,3})\s?(?:歳|才|さい|years? old|yo\b)(?!未満|以上|以下|まで|から)", text
    )
    if match and int(match[1]) <= 120:
        return int(match[1])
    months = re.search(r"\d+\s?(?:か月|ヶ月|カ月|ヵ月)の(?:赤|子|娘|息子)", text)
    return 0 if months else None


def _visitor(text: str, asked: str | None, holder: str | None) -> str | None:
    if re.search("法定代理人|親権者|親など", text):
        return "legal_representative"
    if re.search(f"\\bfor my (?:{_ENGLISH_ADULT})\\b", text):
        return "other_proxy"
    if re.search("(?:成年|未成年)?後見人(?:です|をし|として|が|の(?:私|者)|に|を務|$)", text):
        return "legal_representative"
    if asked == "applicant" and re.search("その他|代理の人|代理人|かわりの|代わりの", text):
        return "other_proxy"
    if _HOLDER_CANNOT.search(text):
        return None if holder in ("under_15", "adult_ward") else "other_proxy"
    if re.search(
        "(?:本人|自分|当人)(?:が|で|も)?(?:一緒に)?(?:行|い(?:き|く|け)|伺|うかが|来)", text
    ) or re.search(f"(?:{_OTHER_ADULT}|{_PARENT}){_HONORIFIC}(?:を連れて|に付き添)", text):
        return "self"
    if re.search(_HELPER, text) and (
        asked == "applicant" or re.search(f"(?:{_HELPER})(?:です|が|の|をし|として)", text)
    ):
        return "other_proxy"
    goes = re.search(
        f"({_OTHER_ADULT}|{_PARENT}){_HONORIFIC}(?:が|に|です).{{0,6}}(?:行|伺|うかが|来|代わりに|頼|$)",
        text,
    )
    if goes and re.fullmatch(_OTHER_ADULT, goes[1]) and not re.search("の代わり|のかわり", text):
        return "other_proxy"
    for_whom = _FOR_WHOM.search(text)
    person = for_whom and (for_whom[1] or for_whom[2])
    parent_of_child = re.search(
        f"(?:{_I})(?:は|が)?[^。、]{{0,8}}?(?:{_PARENT})(?:です|で|だ|が|と|$|、)", text
    ) or re.search(f"(?:{_PARENT})(?:です|で、|である私|の私|として)|親の(?:私|僕)", text)
    child = re.search(_CHILD, text) or holder == "under_15"
    if child and (parent_of_child or re.search(f"(?:{_PARENT})(?:が|も)", text)):
        return "legal_representative" if holder != "general" else "other_proxy"
    if person and re.fullmatch(_CHILD, person) and asked != "applicant":
        grown = holder == "general"
        return "other_proxy" if grown else "legal_representative" if holder == "under_15" else None
    if person and for_whom and for_whom[1] and not re.fullmatch(_CHILD, person):
        return "other_proxy"
    if asked == "proof_waiver" and re.match(f"(?:{_PARENT})(?:です|だ|の私|$)", text):
        return "legal_representative"
    if holder == "general" and CANNOT_COME.search(text):
        return "other_proxy"
    if asked == "applicant":
        if not child and re.search(f"(?:{_I})が?(?:代わり|かわり|代理)", text):
            return "other_proxy"
        if re.search(f"(?:{_PARENT})", text) and not for_whom_parent(text):
            return "legal_representative"
        if re.search(f"{_OTHER_ADULT}|{_CHILD}|代理|家族|(?:{_OTHERS_STILL})(?:です|だ|が|で|$)", text):
            return "other_proxy"
        if re.search(f"^(?:{_I})は[^、。0-9人]{{1,8}}(?:です|だ|でした)(?:$|[。、])", text) and not re.search(
            _SELF, text
        ):
            return None  # somebody of whom we do not know what they are to the holder
        if re.search(
            f"{_SELF}|(?:{_I})(?:です|が|だ|で|$|一人|ひとり)|^(?:{_I})|^i\\b(?! (?:don't|do not|am not|have no))|it's me",
            text,
        ):
            return "self"
        return None
    if re.search(
        f"(?:{_SELF}|{_I})(?:が|で|の(?:電子|カード|マイナンバー|更新|分|ぶん|予約|証明|やつ|期限)|です|本人)"
        r"|本人です|本人が|(?:^|[、。,\s/])本人(?=$|[、。,\s/])|^本人|for myself|my (?:own )?(?:card|certificate|my number)",
        text,
    ) and not re.search(f"{_CHILD}|{_OTHER_ADULT}|代理|代わり|かわり|(?:{_PARENT})", text):
        return "self"
    return None


_ONLY_WHO = re.compile(
    f"(?:はい|ええ|あ)?[、。,]?(?:(?:{_I})は?[、,]?|i'?m |i am |as )?(?:(?:そ|こ)の子の|本人の)?"
    f"(?:{_ANY_PERSON}|{_OTHERS_STILL}|{_HELPER}|{_SELF}|{_I}|家族|代理人?)?"
    "(?:本人)?(?:です|だ|だよ|になります|でございます|が(?:代わりに?|かわりに?|代理(?:で|に)?)?(?:(?:行|い|来|伺|うかが|参|まい)[^、。]{1,5})?)?"
    "(?:けど|よ|ね)?[。、!]*"
)


def tells_only_who_comes(text: str) -> bool:
    """Return whether the words say who comes and nothing else, whatever was asked: 「母です」."""
    plain = normal(text)
    return bool(_ONLY_WHO.fullmatch(plain)) and bool(
        re.search(f"{_ANY_PERSON}|{_OTHERS_STILL}|{_HELPER}|{_SELF}|{_I}|家族|代理|\\bi\\b", plain)
    )


def for_whom_parent(text: str) -> bool:
    """Return whether a parent is the one whose card it is ("父の代わりに"), not the visitor."""
    return bool(
        re.search(
            f"(?:{_PARENT}){_HONORIFIC}の(?:分|代わり|かわり|代理|カード|更新|マイナ|電子)", text
        )
    )


def _proof(text: str, asked: str | None, s: Situation) -> Answers:
    about_household = re.search(
        "世帯|せたい|同居|別居|一緒に(?:住|暮|すん)|いっしょに(?:住|暮|すん)|住所(?:は|が|も)?同じ|同じ(?:住所|家|うち)|household|live together",
        text,
    )
    if about_household:
        apart = re.search(
            "別(?:の)?世帯|世帯(?:は|が)?(?:別|違|ちが)|別居|同じ世帯(?:では|じゃ)な|同じではな|ではありません|一緒に(?:は)?住んで(?:い)?(?:ない|ません)|not",
            text,
        )
        if apart:
            return {"proof_waiver": "honseki_in_city" if _honseki(text) else "neither"}
        return {"proof_waiver": "same_household"}
    if _honseki(text):
        return {"proof_waiver": "honseki_in_city"}
    if asked == "proof_waiver":
        if re.search("本籍(?:地)?(?:は|が).", text) and not re.search("[?]", text):
            return {"proof_waiver": "unknown" if _unsure(text) else "neither"}  # elsewhere
        if _unsure(text):
            return {"proof_waiver": "unknown"}
        if re.search(
            "本籍.*(?:違|ちが|ではな|じゃな|以外|市外)|どちらでも|どちらも(?:違|ちが|当て|ない)|いいえ|ない$|ちがい|違い|none|neither",
            text,
        ):
            return {"proof_waiver": "neither"}
        answer = yes_or_no(text)
        if answer == "no" or re.search("^別", text):
            return {"proof_waiver": "neither"}
        if answer == "yes" or re.search("^(?:同じ|一緒)", text):
            return {"proof_waiver": "same_household"}
    return {}


def _honseki(text: str) -> bool:
    """Return whether the 本籍 is said to be here, and not in a place of another name."""
    if not re.search("本籍", text) or re.search(
        "本籍.{0,8}(?:違|ちが|ではな|じゃな|以外|市外|ありません|ではありません|わから|分から|不明)",
        text,
    ):
        return False
    place = re.search("本籍(?:地)?(?:は|が|も)([^、。]{1,8}?)(?:です|だ|に(?:あ|な)|$|、|。)", text)
    return not place or bool(
        re.search("福島(?!県(?!福島))|市内|本市|[同一]|この?市|こちら|ここ|あり|ある", place[1])
    )


LOST = "[な無失]くし|紛失|捨て|見つから|lost"
"""What people say of a thing that is gone: the reply form, the number of a booking."""


def _reply_form(text: str, asked: str | None, s: Situation) -> Answers:
    text = _NO_GUARDIAN.sub("", text)
    about = re.search("照会書|回答書|委任", text)
    if not about and asked not in ("reply_form", "reissue_plan"):
        return {}
    if re.search(
        "代筆|(?:私|わたし|僕|俺|娘|息子|妻|夫|家族|代理人?|職員|ヘルパー)が(?:書|かき|かい|記入|代わり)|本人(?:以外|では|じゃ)|別の人",
        text,
    ):
        return {"reply_form": "other_hand"}
    if asked == "reissue_plan":
        return {}
    if re.search(
        "(?:父|母|祖父|祖母|じい|ばあ|おじ|おば|友人|友達|知人)(?:さん|ちゃん)?が(?:書|かき|かい|記入)",
        text,
    ):
        return {"reply_form": "ready"}  # the holder
    if re.search(
        "(?:書い|かい|記入し)て(?:い)?(?:ない|ません|なく)|これから(?:書|記入)|書いてもらいます|書かせます",
        text,
    ):
        return {"reply_form": "ready"}  # it is there, and will be written by then
    if re.search(
        f"{LOST}|[な無失]くな|届いて(?:い)?(?:ない|ません)|入って(?:い)?(?:ない|なか|ません)|付いて(?:い)?(?:ない|ません)|届かな|見あたら|(?<!じゃ)(?<!では)(?<![らわかさたばま])な(?:い|かった|さそう)|ありません|見当た|"
        "期限(?:が)?(?:切|過)|^いいえ|もって(?:い)?(?:ない|ません)|持って(?:い)?(?:ない|ません)|don't have|^no\\b",
        text,
    ):
        return {"reply_form": "missing"}
    if re.search(
        "あ(?:る|り|っ)|まで(?:使|有効|大丈夫|です|だ|$)|持って|もって|手元|てもと|届い|書いて(?:あ|もら|い)|本人(?:が|に)(?:書|記入)|記入|同封|入って(?:い)?(?:た|まし|ます|る)|^はい|大丈夫|have it|^yes",
        text,
    ):
        return {"reply_form": "ready"}
    answer = yes_or_no(text)
    return {"reply_form": {"yes": "ready", "no": "missing"}[answer]} if answer else {}


_FORGET = (
    "忘れ(?!て(?:い)?(?:ない|ません))|わすれ(?!て(?:い)?(?:ない|ません))|不安|ふあん|自信(?:が|は)?(?:な|ありません|ございません)|"
    "(?:覚え|おぼえ)て(?:い)?(?:ない|ません|ね)|分からな|わからな|分かりませ|わかりませ|分かん|わかん|ロック|"
    "思い出せ|おもいだせ|(?:なん|何|どれ)だっけ|知らない|知りません|怪し|あやし|微妙|びみょう|うろ覚え|たぶん違|"
    "forg|don't (?:know|remember)|not sure|locked|^いいえ|^no\\b"
)


def _pins(text: str, asked: str | None, s: Situation) -> Answers:
    about = re.search("暗証|暗唱|あんしょう|パスワード|ぱすわーど|pin|password|passcode", text)
    if not about and asked != "pins":
        return {}
    if not about and re.search("[0-9](?:年|月|日|/|\\.)", text) and not re.search("覚え|おぼえ|忘れ|わすれ", text):
        return {}  # "いや、2月21日でした" is about the answer before
    if re.search(_FORGET, text):
        forgotten = "".join(
            part
            for part in re.split("[、。]|けど|けれど|ですが|だが|が、", text)
            if re.search(_FORGET, part)
        )
        which = {
            name
            for name, words in (
                ("sign", "署名|6(?:けた|桁|文字)|英数|長い(?:方|ほう|の|やつ)|e-?tax"),
                ("user", "利用者|コンビニ"),
                ("juki", "住民(?:基本)?(?:台帳|票)|住基"),
            )
            if re.search(words, forgotten)
        }
        if re.search("4(?:けた|桁|ケタ)", forgotten) and not which & {"user", "juki"}:
            which |= {"user", "juki"}
        return {"pins": "forgotten", "forgotten_pins": sorted(which) or ["juki", "sign", "user"]}
    if re.search(
        "思い出(?:し|せた|せま)|聞いて(?:あ|い|お|き)|聞いた|聞きました|教わ|教えて(?:もら|くれ|あ|い)|教えまし|教えた|伝えて|伝えまし|覚えて|おぼえて|大丈夫(?!じゃ|では)|だいじょうぶ(?!じゃ|では)|書いて|記入|封を|封筒に|控え|(?:分か|わか|知)って|分かり(?!ません)|わかり(?!ません)|分かる|わかる|知って|控え|メモ|はい|ばっちり|問題な|ok|remember|know|^yes|told me|忘れて|わすれて|うん|ええ",
        text,
    ):
        return {"pins": "remembered", "forgotten_pins": []}
    of_one = re.search("署名|利用者|住基|住民", text)  # "署名用は使ってません"
    if asked == "pins" and yes_or_no(text) == "no" and not of_one:
        return {"pins": "forgotten", "forgotten_pins": ["juki", "sign", "user"]}
    return {}


def _counter(text: str, asked: str | None, s: Situation) -> Answers:
    told = _NEGATED.sub("", text)
    found = [
        (len(alias), counter)
        for counter, aliases in s.counters.items()
        for alias in aliases
        if normal(alias) in told
    ]
    if found:
        either = len({id_ for _, id_ in found}) > 1 and re.search("どっち|どちら|か", told)
        return {"counter": "any" if either else max(found)[1]}
    if re.search(
        "どこでも|どちらでも|どっちでも|場所は問|早く空いて|早い(?:方|ほう)|空いて(?:い)?(?:る|れば)(?:方|ほう|ところ|とこ)|any(?:where| counter)|earliest",
        told,
    ):
        return (
            {"counter": "any"}
            if asked == "counter" or "どこでも" in told or "ところ" in told or "とこ" in told
            else {}
        )
    if asked == "counter" and re.search(
        "おまかせ|任せ|まかせ|いつでも|なんでも|early|早く|はやく|早い", told
    ):
        return {"counter": "any"}
    if asked == "counter" and re.search("駅|えき|^西", told):
        return {"counter": "nishiguchi"}
    if asked == "counter" and re.search("city hall|main office|head office|本店|1階|一階", told):
        return {"counter": "honchosha"}
    if re.search("west exit|にしぐち|nishiguchi", told):
        return {"counter": "nishiguchi"}
    if re.search("ほんちょう|しやくしょ|city hall|honcho", told):
        return {"counter": "honchosha"}
    return {}


def _certificates(text: str, asked: str | None, s: Situation) -> Answers:
    if re.search(
        "署名用(?:は|の方は|電子証明書は).{0,6}(?:いらない|不要|使(?:わ|って(?:い)?)ない|使(?:い|って(?:い)?)ません|要りません|いりません|入って(?:い)?(?:ない|ません)|ない$)",
        text,
    ):
        return {"certificates": "user"}
    if re.search(
        "利用者(?:証明)?用(?:は|の方は|電子証明書は).{0,6}(?:いらない|不要|使(?:わ|って(?:い)?)ない|使(?:い|って(?:い)?)ません|要りません|いりません)",
        text,
    ):
        return {"certificates": "sign"}
    return {}


def _choices(text: str, asked: str | None, s: Situation) -> Answers:
    """Short answers that mean something only to the question just asked."""
    answer = None if is_question(text) else yes_or_no(text)
    yes = answer == "yes"
    if asked == "date_meant":
        if re.search("期限|有効|切れ|証明書|通知|封筒|expir", text):
            return {"date_meant": "expires_on"}
        return {"date_meant": "visit"} if _COMING.search(text) else {}
    if asked == "confirmed":
        return {"confirmed": {"yes": "yes", "no": "fix"}[answer]} if answer else {}
    if asked == "expiry_checked":
        if re.search(
            "空(?!いて(?:い)?る(?:ところ|とこ|日|時))|白紙|書いて(?:い)?ない|書かれて(?:い)?(?:ない|ません)|何も|なにも|blank", text
        ):
            return {"expiry_checked": "blank"}
        told = _NEGATED.sub("", text)
        if re.search(
            "大き[いく]|券面|カード(?:本体|自体|そのもの|の(?:期限|方|ほう|日付))", told
        ) or re.search("証明書.{0,6}(?:では|じゃ)(?:な|あり)", text):
            return {"expiry_checked": "card"}
        if _unsure(text):
            return {"expiry_checked": "card"}  # where it stands is said
        if yes_or_no(told or text) == "no" or re.search(
            "見て(?:み|き|く)|確認|確かめ|探|さがし|check", text
        ):
            return {"expiry_checked": "recheck"}
        if (
            re.search(
                "合って|あって|間違いな|まちがいな|この日付|その日付|通知(?:の|に)|手書き|電子証明書(?:の|で|だ|$)|で(?:いい|OK|ok)",
                told,
            )
            or yes
        ):
            return {"expiry_checked": "confirmed"}
        return {}
    if asked == "book_later":
        if declines(text) or re.search("しない|また|あとで|後で|今度", text):
            return {"book_later": "no"}
        return {"book_later": "yes"} if yes or re.search("予約", text) else {}
    if asked == "reissue_plan":
        if declines(text) or re.search("届いてから|また|あとで|後で|あとに|後に|later", text):
            return {"reissue_plan": "later"}
        return {"reissue_plan": "book_after"} if yes or re.search("予約", text) else {}
    if asked in ("birthday", "issued_on") and re.search(
        "飛ば|とば|スキップ|言いたくない|教えたくない|いいたくない|分から|わから|分かりませ|わかりませ|覚えて(?:い)?(?:ない|ません)|いいです|やめ|skip",
        text,
    ):
        return {"expiry_help": "skip"}
    if asked == "expires_on" and re.search("このまま|飛ば|とば|スキップ|先に進|skip", text):
        return {"expires_on": "unknown", "expiry_help": "skip"}
    if asked == "expiry_help":
        if declines(text) or re.search("このまま|先に|進|skip|分から|わから", text):
            return {"expiry_help": "skip"}
        if yes or re.search(
            "計算|生年月日|誕生日|調べ|教え|わかる|分かる|空(?:いて|欄|白)|calc", text
        ):
            return {"expiry_help": "compute"}
        return {}
    return {}


_READERS = (_notice, _people, _proof, _reply_form, _pins, _counter, _certificates, _choices)


def _unsure(text: str) -> bool:
    return bool(
        re.search(
            "分から|わから|分かりませ|わかりませ|分かん|わかん|わがん|不明|忘れ|わすれ|覚えて(?:い)?(?:ない|ません|ね)|知ら(?:ない|ね|ん)|知りません|しら(?:ない|ね|ん)|見当たら|見つから|書いて(?:い)?ない|don't know|not sure|unknown",
            text,
        )
    )


# Dates -------------------------------------------------------------------------------------

_ABOUT_DATE = (
    (
        "expires_on",
        Purpose.EXPIRY,
        re.compile(
            "期限(?!の前|より|前|が切れる前|内)|有効|切れ|きれ|(?:通知|封筒)に|expir|valid until"
            r"|(?:証明書|カード)(?:に|の(?:方|ほう))?は.{0,4}(?:令和|平成|[rh][0-9]|20[0-9]{2})"
        ),
    ),
    (
        "birthday",
        Purpose.BIRTHDAY,
        re.compile("生まれ|うまれ|生年月日|誕生日|生(?:$|の|で)|born|birthday"),
    ),
    ("issued_on", Purpose.ISSUE, re.compile("発行|作っ|つくっ|作成|受け取っ|交付|issued")),
)
_ASKED_PURPOSE = {
    "expires_on": Purpose.EXPIRY,
    "expiry_checked": Purpose.EXPIRY,
    "expiry_help": Purpose.EXPIRY,
    "reply_form_limit": Purpose.EXPIRY,
    "birthday": Purpose.BIRTHDAY,
    "issued_on": Purpose.ISSUE,
}
# Somebody's date that is no day to come on: "下の子は3月3日です", "1月20日で15になります".
_OF_A_PERSON = re.compile(
    f"^(?:{_ANY_PERSON}|{_I}|[0-9一二三]人目){_HONORIFIC}(?:の(?:分|方|ほう))?[はが][^行来伺]*日(?:です|だ|でした|$|[。、])"
    "|日で(?:満)?(?:1[0-9]|十[四五六])(?:歳|才)?に(?:な|成)"
)
# "いや2027年" puts something right that was said before; no day follows from it.
_YEAR_ALONE = re.compile("(?:いや|いえ|いいえ|違)?[^0-9]{0,4}(?:20[0-9]{2}|(?:令和|r)[0-9]{1,2})年?(?:です|だ|でした|だよ)?[。、!]*")
_VISIT = ("visit_date", "visit_time", "counter")
_AFTER_THE_VISIT = ("name_kana", "visitor_name", "phone", "confirmed")
# The reply form has a time limit of its own, which is asked for by the word 期限 as well.
_OF_THE_FORM = re.compile("(?:照会|回答書|用紙).*(?:期限|まで(?!に))")
_OF_THE_CERTIFICATE = re.compile("証明書|通知|封筒|カード")
# What makes a date a day to come on.
_COMING = re.compile(
    "予約|来週|行|い[きけく](?!つ)|伺|うかが|空[いき]|あい[てた]|参り|まいり|希望|(?:で|が)(?:いい|よい|良い)"
    "|願|ねがい|都合|窓口|来[らまれたるい]|訪|取[りっれ]"
)
_WITH_ITS_YEAR = re.compile("(?:令和|平成|[rh])\\.?[0-9元]|20[0-9]{2}")


_FIRST_OFFERED = re.compile("(?:一番|いちばん)上(?:の)?|(?:1|一|１)(?:つ|番)目(?:の)?|^最初の")
_OF_THE_CARD = re.compile("(?!.*証明書).*カード")


def _dates(text: str, plain: str, asked: str | None, s: Situation) -> Answers:
    answers: Answers = {}
    now = s.now
    about_visit: list[str] = []
    pending = None
    if re.search("カード", plain) and re.search(
        "証明書.{0,14}(?:同じ|どちらも|両方|とも)|(?:同じ|どちらも|両方|とも).{0,14}証明書", plain
    ):
        same = _one_date(text, now, Purpose.EXPIRY, "expires_on")
        if isinstance(same, str):
            return {"expires_on": same, "card_expires_on": same}
    for part in re.split(
        r"(?<=[。、!?\n])|(?<=ので)|(?<=けど)|(?<=で)(?=(?:電子)?証明書|カード)", text
    ):
        if asked not in (*_VISIT, *_ASKED_PURPOSE) and _YEAR_ALONE.fullmatch(normal(part)):
            continue
        of_a_person = asked not in _VISIT and _OF_A_PERSON.search(normal(part))
        if of_a_person and (asked not in _ASKED_PURPOSE or asked in answers):
            continue  # "私は2月14日、下の子は3月3日です": the others are asked about later
        slot = next((slot for slot, _, words in _ABOUT_DATE if words.search(normal(part))), None)
        slot = slot or pending
        pending = None
        if _about_the_form(normal(part), asked):
            slot = "reply_form_limit"
        if slot is None and asked == "pins" and re.search("間違|まちが|違っ|ちがっ", plain):
            slot = "expires_on"  # the answer before: "まちがえた、1月10日でした"
        kinds = {item.kind for item in dates.read(part, now)}
        if (
            slot is None
            and asked in _ASKED_PURPOSE
            and not re.search("予約|来週|再来週|行き|伺|空い|空き|あいて", part)
            and ("time" not in kinds or "invalid" in kinds)  # a time is for the visit
        ):
            slot = "expires_on" if asked in ("expiry_checked", "expiry_help") else asked
        slot = slot or _what_a_bare_date_is(part, plain, asked, s)
        if slot is None:
            about_visit.append(part)
            continue
        purpose = next((p for s, p, _ in _ABOUT_DATE if s == slot), Purpose.EXPIRY)
        found = _one_date(part, now, purpose, slot)
        if found is not None:
            if slot == "expires_on" and _OF_THE_CARD.match(normal(part)):
                slot = "card_expires_on"
            answers[slot] = found
        else:
            pending = slot  # "有効期限、令和9年2月14日でした": the date comes after the comma
            if asked != slot:
                about_visit.append(part)
    if "card_expires_on" in answers and "expires_on" not in answers:
        answers["expires_on"] = answers.pop("card_expires_on")  # read off for the one asked about
    about_pins = re.search("暗証|パスワード", plain)
    if asked in ("expires_on", "reply_form_limit") and asked not in answers and _unsure(plain) and not about_pins:
        answers[asked] = "unknown"
    if asked in ("name_kana", "visitor_name", "phone") and not re.search(
        "変え|かえ|やっぱ|やはり|間違|まちが|じゃなく|[0-9](?:月|日|時)|(?<![0-9])[0-9]{1,2}/[0-9]{1,2}(?![0-9])|[月火水木金土日]曜", plain
    ):
        return answers
    said = re.sub("いいない|だない", "です", "".join(about_visit))
    if asked in ("visit_date", "visit_time"):
        said = _FIRST_OFFERED.sub("一番早いの", said)
    expecting: Literal["day", "time"] | None = (
        "day" if asked == "visit_date" else "time" if asked == "visit_time" else None
    )
    wish = dates.read_wish(said, now, expecting)
    if wish and (asked not in _ASKED_PURPOSE or asked == "expiry_checked" or wish.days or wish.invalid):
        answers["wish"] = wish.to_json()
    return answers


def _about_the_form(part: str, asked: str | None) -> bool:
    """Return whether a date is the reply form's own limit, for which people say 期限 as well."""
    if _OF_THE_FORM.search(part):
        return True
    if asked == "reply_form_limit":
        return bool(re.search("期限|有効", part)) and not _OF_THE_CERTIFICATE.search(part)
    own_words = re.search("期限|日まで(?!に)", part) and not re.search("有効期限", part)
    return asked == "reply_form" and bool(own_words) and not _OF_THE_CERTIFICATE.search(part)


def _what_a_bare_date_is(
    part: str, plain: str, asked: str | None, s: Situation
) -> Literal["expires_on", "unclear_date", "birthday"] | None:
    """Return what a date is about that was said while something else was asked.

    No certificate of before 2019 is renewed: that is somebody's birthday. A day on which nobody can be booked, or said with "まで", is an expiry; one that is told with its
    year may be that or the day to come on; any other is the day to come on (None).
    """
    said = normal(part)
    if asked in (*_VISIT, *_AFTER_THE_VISIT) or _COMING.search(said):
        return None
    found = dates.read(part, s.now)
    if len(found) != 1 or found[0].kind not in ("date", "date_range"):
        return None  # a time beside it: a day to come on
    if found[0].kind == "date_range":
        until = re.search("[0-9]日まで(?:です|でした|だ|って|と|$|[。、])", said)
        return "expires_on" if until else None
    day = found[0].value
    assert isinstance(day, date)
    assert s.bookable
    first, last = s.bookable
    with_year = _WITH_ITS_YEAR.search(normal(found[0].text))
    if day > last:
        return "expires_on"
    if day.year < 2019:
        return "birthday"
    if not with_year or _COMING.search(plain):
        return None
    could_come = day >= first and s.is_working_day(day)
    return "unclear_date" if could_come else "expires_on"


def _one_date(text: str, now: datetime, purpose: Purpose, slot: str) -> Any:
    found = dates.read_date(text, now, purpose)
    if isinstance(found, date):
        unlikely = _unlikely(found, text, now, purpose)
        if unlikely:
            return {"invalid": unlikely, "text": japanese_date(found)}
        return found.isoformat()
    if found is not None:
        invalid: dict[str, Any] = {"invalid": found.reason, "text": found.text}
        if found.reason == "weekday_mismatch":  # which of the two is asked
            invalid["candidates"] = [day.isoformat() for day in found.candidates]
        return invalid
    for item in dates.read(text, now, purpose) if purpose is not Purpose.ISSUE else ():
        part = re.match(".*月(?=の?[末頭初半中上下])", item.text)  # "1月末"
        if item.kind == "month" or (item.kind == "date_range" and part):
            return {"invalid": "day_missing", "text": part[0] if part else item.text}
    if slot == "issued_on":
        year = dates.read_year(text, now)
        if year and year > now.year:
            return {"invalid": "issue_in_future", "text": f"{year}年"}
        return str(year) if year else None
    return None


def _unlikely(day: date, text: str, now: datetime, purpose: Purpose) -> str | None:
    """Return why this cannot be a day of birth or of issue, or None."""
    if purpose is Purpose.BIRTHDAY and not re.search("年|[mtshr]\\.?[0-9]|[0-9]{4}", normal(text)):
        return "birth_year_missing"
    if purpose in (Purpose.BIRTHDAY, Purpose.ISSUE) and day > now.date():
        return "birthday_in_future" if purpose is Purpose.BIRTHDAY else "issue_in_future"
    return None


_DIRECT: Mapping[str, Callable[[str], Any]] = {
    "name_kana": read_kana,
    "visitor_name": read_kana,
    "phone": read_phone,
}
