"""What is read to somebody on the phone, and what only the clerk is told beside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from renewal.bookings import Card, Visit
from renewal.calls import Call
from renewal.certificate import Status, renewal_window
from renewal.city import City
from renewal.date_words import japanese_date, japanese_time
from renewal.hours_in_words import days_in_words
from renewal.words import PINS, moment
from staff.reply_form import ReplyForm


def centre_hours(city: City) -> str:
    """Return when the call centre answers, as city.yml has it."""
    centre = city.call_centre
    span = f"{japanese_time(centre.open)}から{japanese_time(centre.close)}まで"
    return f"{days_in_words(centre.days)}の{span}。祝日と年末年始は休み"


def call_centre(city: City) -> str:
    """Return the call centre with its number and its hours."""
    return f"{city.call_centre.name} {city.call_centre.phone}（{centre_hours(city)}）"


def who_comes(visit: Visit) -> str:
    """Return who comes for whom, in a sentence to the one who phones."""
    own = "、".join(_holder(card) for card in visit.cards if _comes(card, visit) == "self")
    others = "、".join(_holder(card) for card in visit.cards if _comes(card, visit) != "self")
    if own:
        said = f"窓口にいらっしゃるのは、カードのご本人の{own}ですね。"
        return said + (f"{others}の分も、いっしょにお手続きします。" if others else "")
    kind = "法定代理人の方" if visit.applicant == "legal_representative" else "代理の方"
    if visit.visitor_name:
        return f"窓口にいらっしゃるのは、{visit.visitor_name}様ですね。{others}のカードのお手続きです。"
    return f"窓口にいらっしゃるのは、{others}の{kind}ですね。"


def things(card: Card, visit: Visit, city: City) -> list[str]:
    """Return what to bring for a card, each in words that can be heard."""
    return [_thing(each, card, visit, city) for each in card.documents]


def _thing(document: str, card: Card, visit: Visit, city: City) -> str:
    label = city.documents[document].label
    if document == "card":
        return f"{card.name_kana}様のマイナンバーカード" if card.name_kana else label
    if document == "visitor_id_a" and city.id_list_a:
        comer = f"{visit.visitor_name}様" if visit.visitor_name else "窓口に来る方"
        some = [each for each in city.id_list_a if "（" not in each][:3]
        return f"{comer}の本人確認書類を1点。{'、'.join(some)}など"
    if document == "rep_proof":
        return f"{label}。同じ世帯か本市本籍のときは要りませんので、お知らせください"
    if document == "pin_reset_extra":
        kinds = "と".join(name for pin, name in PINS.items() if pin in card.forgotten_pins)
        centre = city.call_centre
        where = f"{centre.name} {centre.phone} におたずねください"
        return f"忘れた暗証番号（{kinds}）を新しく決めるための追加の書類。何が要るかは、{where}"
    return label


def sentences(card: Card, visit: Visit, day: date, city: City) -> Iterator[str]:
    """Yield what else is said about a card, given the day of the visit."""
    if _comes(card, visit) == "legal_representative" and "rep_proof" not in card.documents:
        both = [(card.same_household, "同じ世帯"), (card.honseki_in_city, "本市本籍")]
        heard = "で、".join(words for said, words in both if said)
        proof = city.documents["rep_proof"].label
        yield f"{heard}とうかがいましたので、{proof}は要りません。違うときは、お知らせください。"
    if "inquiry_form" in card.documents:
        yield from _reply_form(ReplyForm.of(card.note), day, city)
    if card.expires_on and renewal_window(card.expires_on).status(day) is Status.EXPIRED:
        yield (
            f"電子証明書の有効期限（{japanese_date(card.expires_on)}）が過ぎての更新です。"
            "カード本体の有効期限のうちなら更新できますので、カード本体の期限をお確かめください。"
        )


def _reply_form(form: ReplyForm, day: date, city: City) -> Iterator[str]:
    centre = city.call_centre
    again = (
        f"再発行を電話で頼んでいただきます。頼み先は、{centre.name} {centre.phone} でおたずねください。"
        "用紙は、カードのご本人の住所に郵送されます。"
    )
    if form.state == "missing":
        yield f"照会書兼回答書は、お手元にないとうかがいました。{again}"
    elif form.ends_before(day):
        assert form.until
        yield f"照会書兼回答書の期限（{japanese_date(form.until)}）が、いらっしゃる日より前です。{again}"
    else:
        if form.state == "blank":
            yield "照会書兼回答書は、いらっしゃる日までに、カードのご本人に書いていただいてください。"
        limit = "照会書兼回答書は、用紙に書かれた期限まで使えます。期限をお確かめください。"
        if form.until:
            limit = f"照会書兼回答書の期限は、{japanese_date(form.until)}です。"
        yield f"{limit}過ぎたり、なくしたりしたときは、{again}"


def cannot_come(city: City) -> str:
    """Return what is said for the case that somebody cannot come."""
    return (
        "いらっしゃれなくなったときや、日時を変えたいときは、予約番号をご用意のうえ、"
        f"{call_centre(city)}へお電話ください。"
    )


def before_notice(city: City) -> str:
    """Return what is said to who books before a notice has come."""
    centre = city.call_centre
    return (
        "通知は、まだか、お分かりにならないとうかがいました。届いた通知が「カード本体」のものでしたら、"
        f"この予約では更新できませんので、{centre.name} {centre.phone} へお電話ください。"
    )


def for_the_clerk(visit: Visit, city: City) -> Iterator[str]:
    """Yield what the clerk has to know before reading, and does not read out."""
    department = city.department
    if any("pin_reset_extra" in card.documents for card in visit.cards):
        yield (
            "忘れた暗証番号の追加の書類は、この画面では分かりません。"
            f"{department.name}で確かめられるときは、確かめてからお伝えください。"
        )
    if any(_comes(card, visit) == "other_proxy" and card.forgotten_pins for card in visit.cards):
        yield (
            "ほかの市では、代理の方が忘れた暗証番号を決め直すとき、1日では終わりません（先に照会の書類を郵送）。"
            f"{city.name}の扱いは、{department.name}で確かめてください。"
        )
    if any("visitor_id_a" in card.documents for card in visit.cards) and city.id_list_a:
        unsure = "（まだ市に確かめていない一覧です）" if "id_list_a" in city.unconfirmed else ""
        yield f"本人確認書類に使えるもの{unsure}: {'、'.join(city.id_list_a)}。"


def to_say(call: Call, city: City) -> str:
    """Return what is said on the phone for a call that is owed."""
    booking = call.booking
    visit = f"{moment(booking.start)}、{city.counter_label(booking.counter, short=True)}"
    return {
        "no_seat": f"{visit}のご予約は、お受けできなくなりました（{call.words}）。新しい日時のご希望をうかがいます。",
        "missed": f"{visit}にお受けできないことを、お知らせできませんでした。申し訳ありません（{call.words}）。新しい日時のご希望をうかがいます。",
        "seat_again": f"お受けできないとご連絡しましたが、{visit}で、ご予約のとおりお待ちしています。",
        "moved": f"ご予約の日時か窓口が変わりました。新しいご予約は、{visit}です。",
        "cancelled": f"{visit}のご予約を取り消しました。取り直すときは、ご希望の日時をうかがいます。",
        "not_sent": f"{visit}のご予約のお知らせが届かなかったので、お電話しました。日時はこのとおりでよろしいですか。",
        "not_answered": f"LINE のお返事が届きませんでした。ご予約は、いま {visit} です。",
        "no_line": f"{visit}のご予約の、前日のご案内です。",
    }[call.reason]


def _holder(card: Card) -> str:
    return f"{card.name_kana or '（消去済み）'}様"


def _comes(card: Card, visit: Visit) -> str:
    return card.applicant or visit.applicant
