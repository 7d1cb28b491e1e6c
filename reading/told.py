"""What a message tells of an application: words read beside what is known and what was asked.

reading/answers.py reads words by themselves. Here "私です", "下の子も同じ日です" and "一人で行きます" are
read by somebody who knows the application they are about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from reading import answers, party_told
from reading.answers import Answers, normal
from reading.short_answers import read_kana, yes_or_no
from reading.situation import State
from renewal import party
from renewal.application import Application

Purpose = Literal["states", "corrects", "answers", "aside", "away"]


@dataclass(frozen=True)
class Said:
    """A message: `asked` is the slot that was asked for, `statement` the text without its questions.

    `purpose`: it states something, puts it right, or answers in another way ("はい"); "aside" from
    the application only the answer to what was asked counts, "away" from it nothing.
    """

    text: str
    statement: str
    asked: str | None
    purpose: Purpose


def read(a: Application, said: Said, state: State) -> Answers:
    """Return what the message answers, for `application.advance`; {} where it is no answer."""
    found = _not_overwriting(a, said, _told(a, said, state))
    if said.purpose == "away" or (said.purpose == "aside" and not _wanted(said) & found.keys()):
        found = {}
    if expiries := _expiries(a, said, state):
        found["expiries"] = expiries
    found = _name_put_right(a, said) or found
    # Who comes is settled, and may change: with one card or several.
    if not state.asked_too_soon(a) and (comes := party_told.comes_or_not(a, said.text)):
        found = {"comes": comes}
    found = _at_this_question(a, said, found) or _of_several(a, said, found, state)
    if not found and a.reply_form == "missing" and _FORM_FOUND.search(said.text):
        return {"reply_form": "ready"}
    return found


def known(a: Application, said: Said, state: State) -> set[str]:
    """Return the slots that are spoken of and left as they are: told before, or asked for later."""
    told = _told(a, said, state)
    kept = told.keys() - _not_overwriting(a, said, told).keys()
    if party.has_child(a) and _PARENT_COMES.match(said.text):
        kept.add("applicant")
    of_somebody = party.is_several(a) and party_told.tells_of_somebody(said.text, state.now)
    if of_somebody and state.asked_too_soon(a):
        kept.add("expires_on")
    return kept


def reply(a: Application, said: Said) -> str | None:
    """Return the name of the remark to words that need a reply before the question can be answered."""
    plain = normal(said.text)
    if said.asked and _ASKS_WHOSE_HONSEKI.search(plain):
        return "whose_honseki"
    needs_one = said.asked == "applicant" and a.holder in ("under_15", "adult_ward")
    if needs_one and _REPRESENTATIVE_CANNOT.search(plain):
        return "representative_must_come"
    return None


def asks_to_wait(text: str) -> bool:
    """Return whether somebody needs a moment: "ちょっと待って", "探してきます", "母に聞いてみます"."""
    return bool(_WAIT.search(text) or _ASKS_SOMEBODY.search(text))


_ASKS_WHOSE_HONSEKI = re.compile("(?:誰|だれ|どなた|どっち|どちら|どの人)の本籍|本籍(?:って|とは|は|というのは)?(?:誰|だれ|どなた|どっち|どちら)の")
_REPRESENTATIVE_CANNOT = re.compile(
    "(?:親|父|母|両親|保護者|後見人|パパ|ママ)(?:さん|の方)?(?:は|が|も).*(?:行け|いけ|来られ|来れ)(?:ない|ません|なく)"
)
# "母に聞いてみます": neither does she come nor is anything forgotten yet.
_ASKS_SOMEBODY = re.compile(
    "(?:聞い|訊い|きい|相談し|確認し|確かめ|たしかめ)て(?:み(?:ます|る|ない|て)|から|き(?:ます|て)|来(?:ます|る))"
    "|(?:聞|訊)か(?:ない|なきゃ|なけれ)|相談(?:しま(?:す|しょう)|しない|中)"
)
_WAIT = re.compile("(?:待って|まって|お待ち|待ち)(?:ね|よ|て)?(?:ください|下さい|くださいね)?[。、!！…]*$|(?:探|さが)し(?:て(?:き|来|み)|に)")
_FORM_FOUND = re.compile("(?:回答書|照会書|用紙|紙).*(?:見つか|みつか|出て(?:き|来)|ありました|あった)")
_PARENT_COMES = re.compile(
    "(?:親の|母の|父の)?(?:私|わたし|僕|俺|おれ|母|父|ママ|パパ|親|両親|保護者|お母さん|お父さん)(?:親)?(?:たち|だけ)?(?:が|で|です)"
)
_COMES_ALONG = re.compile("一緒に|いっしょに|一人で|ひとりで|自分で|本人が|連れて|行き(?!ません)|来ます")


# What counts -------------------------------------------------------------------------------


def _told(a: Application, said: Said, state: State) -> Answers:
    """Return all that the statement says."""
    statement, asked = said.statement, said.asked
    if a.half_date and (day := _A_DAY.fullmatch(normal(statement))):
        statement = f"{a.half_date}{day[1]}日"  # "20日" after "2月"
    if asked == "applicant" and party.is_several(a):
        asked = "whose"
    found = answers.read(statement, state.at(asked))
    found = {**_out_of_turn(a, said, found, state), **found}
    if _ASKS_SOMEBODY.search(statement):
        return {name: value for name, value in found.items() if name not in _TO_BE_ASKED}
    return found


_TO_BE_ASKED = {"applicant", "holder", "relation", "people", "whose", "pins", "forgotten_pins"}


def _out_of_turn(a: Application, said: Said, found: Answers, state: State) -> Answers:
    """Return what answers a question that is still to come, or was before: "母です", "覚えています"."""
    asked, plain = said.asked, normal(said.statement)
    alone = (  # nothing else is told, and nothing asked
        asked is not None
        and said.purpose == "states"
        and state.asked_too_soon(a)
        and not _not_overwriting(a, said, found)
        and not answers.is_question(plain)
        and not yes_or_no(plain)
    )
    who = answers.tells_only_who_comes(plain) or (alone and a.applicant is None)
    pins = asked in _PINS_AT and re.search(_PINS_AT[asked], plain)
    pins = pins or (alone and a.pins is None and re.search("覚え|おぼえ", plain))
    for question, besides, may_be in (
        ("applicant", "holder", who and asked not in _ABOUT_PEOPLE and not party.is_several(a)),
        ("pins", "forgotten_pins", pins and asked != "pins"),
    ):
        told = answers.read(said.statement, state.at(question)) if may_be else {}
        if question in told:
            return {name: told[name] for name in (question, besides) if name in told}
    return {}


# Questions at which "母です" means something of its own.
_ABOUT_PEOPLE = {None, "applicant", "holder", "proof_waiver", "cards", "name_kana", "visitor_name"}
# Beside another answer, too; after the question for them as second thoughts: "やっぱり覚えてる".
_PINS_AT: dict[str | None, str] = {
    **dict.fromkeys(("counter", "book_later", "reissue_plan"), "覚え|おぼえ|思い出|忘れ|わすれ"),
    "notice": "(?:覚え|おぼえ)て(?:い)?(?:る|ます)",
}
_A_DAY = re.compile("[^0-9]{0,4}([0-9]{1,2})日?(?:です|だ|でした|だった|だよ|[。、])*")


def _not_overwriting(a: Application, said: Said, found: Answers) -> Answers:
    """Return the answers without those that would change an earlier one in passing.

    "ご本人が書いたものがあります" answers what was asked; it does not change who comes.
    """
    text = said.statement
    for_another = (
        a.near_fifteen
        or a.holder in ("under_15", "adult_ward")
        or a.applicant in ("legal_representative", "other_proxy")
    )
    if found.get("applicant") == "self" and for_another and not re.search("本人|自分", text):
        found = {name: value for name, value in found.items() if name != "applicant"}
    if said.asked == "confirmed":
        return found  # what was summed up is looked through for mistakes
    if said.purpose == "corrects" or _CORRECTS.search(normal(text)):
        return found
    free = {said.asked, "wish", "counter", "cards", "cards_by", "people"}
    if said.asked == "counter":
        free |= {"pins", "forgotten_pins"}  # asked for just before
    if said.asked in ("expiry_checked", "birthday", "issued_on"):
        free |= {"expires_on", "expiry_help"}
    if a.expires_on == "unknown" or not party.is_several(a):
        free.add("expires_on")  # of several cards it may be the next one's
    if re.search("(?:自分|本人)(?:が|で|も)?(?:一緒に)?(?:行き|いき|伺い|来ます)", text):
        free |= {"applicant"}
    if found.get("holder") == "adult_ward" or "near_fifteen" in found:
        free |= {"holder", "near_fifteen"}  # nobody says that in passing
    return {
        name: value
        for name, value in found.items()
        if name in free or getattr(a, name, None) is None
    }


_CORRECTS = re.compile(
    "やっぱ|やはり|間違|まちが|じゃなく|ではなく|でなく|変え|かえて|かわり|変更|訂正|修正|違い|違っ|ちがい|それなら|じゃあ|でした$|と(?:申し|もうし)ます|^(?:いや|いえ|いいえ)[、。]?.*[0-9]"
)


def _wanted(said: Said) -> set[str]:
    """Return the slots that answer what was asked."""
    besides = {"visit_date": "wish", "visit_time": "wish", "phone": "no_phone"}
    return {str(said.asked), besides.get(str(said.asked), "")}


# What only the application makes plain -----------------------------------------------------


def _expiries(a: Application, said: Said, state: State) -> dict[int, str]:
    """Return the expiry dates of several people's cards, where the message tells whose they are."""
    about_cards = said.asked in ("phone", "confirmed") or (
        state.asked_too_soon(a)
        and said.asked not in ("birthday", "issued_on", "reply_form_limit")
    )
    if party.number(a) == 1 or not about_cards:
        return {}
    told = party_told.expiries_told(a, said.text, state.now)
    if not told and a.done and said.asked == "expires_on" and re.search("同じ|おなじ", said.text):
        day = a.done[-1].get("expires_on")
        return {len(a.done): day} if day else {}  # "下の子も同じ日です"
    return told


def _name_put_right(a: Application, said: Said) -> Answers:
    """Return the name that is put right once all are told: "妻の名前はサトウ ユミコです"."""
    if said.asked not in ("phone", "confirmed"):
        return {}
    *before, last = [part for part in re.split("[。、!！\n]", said.text) if part.strip()] or [""]
    wrong = said.asked == "confirmed" and re.search("名前.*(?:違|ちが|間違|まちが)", "".join(before))
    if wrong and (name := read_kana(last)):  # "名前が違います。サトウ キヨコです"
        return {"visitor_name" if "来" in said.text else "name_kana": name}
    told = re.search("名前は(.+)", said.text) if party.number(a) > 1 else None
    places = party_told.places_told(a, said.text) if told else []
    if told and len(places) == 1 and (name := read_kana(told[1])):
        return {"name_of": (places[0], name)}
    return {}


def _at_this_question(a: Application, said: Said, found: Answers) -> Answers:
    """Return what words mean that are taken otherwise of several cards, or of a child's."""
    grown_child = a.relation == "child" and a.holder == "general"
    parent_comes = _PARENT_COMES.match(said.text)
    if said.asked == "applicant" and party.is_several(a) and grown_child:
        along = not parent_comes and _COMES_ALONG.search(said.text)
        comes = yes_or_no(normal(said.text)) or ("yes" if along else None)
        if comes and not found.get("applicant"):
            return {**found, "applicant": "self" if comes == "yes" else "other_proxy"}
    both = re.search("カード", said.text.replace("電子証明書", "")) and "電子" in said.text
    if said.asked == "notice" and party.is_several(a) and both:
        return {"notice": "card"}  # "上の子は電子証明書で、下の子はカードです"
    of_a_child = a.relation == "child" or a.holder == "under_15"
    of_a_child |= a.near_fifteen == "representative"
    if said.asked == "applicant" and of_a_child and parent_comes:
        told = {name: value for name, value in found.items() if name != "holder"}
        return {**told, "applicant": "legal_representative"}
    return {}


def _of_several(a: Application, said: Said, found: Answers, state: State) -> Answers:
    """Return the answers with what is told of several cards, and of the children among them."""
    asked, text = said.asked, said.text
    if asked == "cards" and "cards" in found and _NO_COUNT.search(text):
        found = {name: value for name, value in found.items() if name != "cards"}
    if not found:
        return found
    if found.get("cards_by") == -1 and len(which := party_told.places_told(a, text)) == 1:
        return {**found, "without": which[0]}
    count = found.get("cards") or a.cards or len(found.get("people") or ()) or 1
    several = count == "several" or int(count) > 1
    alike = re.search("全員|みんな|皆|人とも", text) and found.get("holder") == "under_15"
    if several and alike and not found.get("people") and not a.applicant and count != "several":
        return {**found, "children": ["under_15"] * int(count)}  # "3人とも小学生です"
    children = several and answers.read(text, state.at("whose")).get("children")
    if children and asked in (None, "cards", "notice", "applicant", "holder"):
        about_one = ("applicant", "holder", "near_fifteen")
        told = {name: value for name, value in found.items() if name not in about_one}
        if answers.nearly_fifteen(normal(text)):
            children = [holder or "near_fifteen" for holder in children]
        return {**told, "children": party_told.oldest_first(children, text)}
    if asked == "applicant" and party.is_several(a) and found.get("near_fifteen"):
        return {"applicant": "legal_representative", "holder": "under_15", **found}
    return found


_NO_COUNT = re.compile("^(?!.*(?:人|名|枚|分)).*(?:年|月|/)")  # "令和9年": no nine people
