"""The words in which staff are told things, at a terminal or in the console: plain, polite Japanese.

What citizens are told stands in domain.yml.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from renewal.bookings import Booking, WithoutSeat
    from renewal.city import City
    from renewal.opening_hours import Closure

WORDS = {
    "self": "本人",
    "legal_representative": "法定代理人",
    "other_proxy": "その他の代理人",
    "general": "一般",
    "under_15": "15歳未満",
    "adult_ward": "成年被後見人",
    "booked": "予約",
    "arrived": "来庁済み",
    "no_show": "来庁なし",
    "cancelled": "取り消し",
    "web": "ウェブ",
    "line": "LINE",
    "phone": "電話",
}
"""Fixed values of bookings and cards in words."""

PINS = {"juki": "住民基本台帳用", "user": "利用者証明用", "sign": "署名用"}

_NOT_BOOKABLE = {
    "unknown_counter": "その窓口は city.yml にありません。",
    "disabled": "この窓口は、まだここでは予約できません。",
    "year_end": "{day}は年末年始で、窓口は休みです。",
    "holiday": "{day}は祝日で、窓口は休みです。",
    "weekend": "{day}は土日で、窓口は休みです。",
    "no_hours": "{day}は、この窓口の受付がない日です。",
    "closure": "{day}{time}は、この窓口の臨時の休みです{reason}。",
    "not_a_start": "{time}は、この窓口の受付時刻ではありません。",
    "past": "{day}{time}は、もう過ぎています。",
    "walk_in_only": "{day}{time}は、この窓口で予約なしで受け付けている時間です。予約は要りません。",
    "too_late": "{day}{time}の予約は、締め切られています。",
    "too_many_cards": "1回の予約で手続きできるカードは、{most}枚までです。",
}
_NOT_CHANGEABLE = {
    "unknown": "予約番号 {code} の予約は見つかりません。",
    "cancelled": "予約番号 {code} の予約は、すでに取り消されています。",
    "arrived": "予約番号 {code} の方は来庁済みですので、変更も取り消しもできません。",
    "no_show": "予約番号 {code} は「来庁なし」ですので、変更も取り消しもできません。",
    "not_yet": "予約番号 {code} の予約はまだこれからですので、「来庁なし」にはできません。",
    "before_day": "予約番号 {code} の予約の日はまだ来ていませんので、「来庁済み」にはできません。",
    "not_cancelled": "予約番号 {code} の予約は、取り消されていません。",
    "not_today": "予約番号 {code} の予約の取り消しは、きょうのものではありませんので、戻せません。",
}

_WHAT = {
    "list": "一覧を見た",
    "search": "検索した",
    "floods": "多すぎる予約を見た",
    "show": "予約の内容を見た",
    "day": "予約表を見た",
    "hit": "休みにかかる予約を見た",
    "calls": "連絡の一覧を見た",
    "called": "連絡した",
    "uncalled": "連絡済みを元に戻した",
    "absent": "電話したが不在",
    "phone": "電話番号を見た",
    "board": "今日の窓口を見た",
    "print": "予約表を印刷した",
    "paper": "読み上げ・印刷を開いた",
    "refused": "使えない画面や操作を断られた",
    "export": "一覧を書き出した",
    "sign_in": "サインインした",
    "sign_in_refused": "サインインできなかった",
    "sign_out": "サインアウトした",
    "password": "パスワードと確認コードを決めた",
    "user_add": "利用者を登録",
    "user_change": "利用者の役割を変えた",
    "user_disable": "利用者を止めた",
    "user_enable": "利用者を戻した",
    "user_reset": "利用者のパスワードを作り直した",
    "user_end": "利用者をサインアウトさせた",
    "add": "予約を登録",
    "change": "予約を変更",
    "cancel": "予約を取り消し",
    "reinstate": "取り消しを戻した",
    "amend": "予約を訂正",
    "arrived": "来庁済みにした",
    "no_show": "来庁なしにした",
    "booked": "予約に戻した",
    "closure_add": "休み・席数を登録",
    "closure_remove": "休み・席数をやめた",
    "pause": "チャットを止めた",
    "resume": "チャットを再開した",
    "purge": "個人情報を消去",
    "backup": "バックアップ",
    "restore": "バックアップから戻した",
}
_DETAILS = {
    "codes": "予約",
    "by": "探した項目",
    "date": "日",
    "first": "初めの日",
    "last": "終わりの日",
    "counter": "窓口",
    "start": "日時",
    "cards": "カードの枚数",
    "changed": "直した項目",
    "about": "用件",
    "believed": "先に伝えてあったこと",
    "from": "前",
    "to": "後",
    "closure": "休みの番号",
    "instead_of": "まとめた番号",
    "id": "番号",
    "from_time": "初めの時刻",
    "until_time": "終わりの時刻",
    "reason": "理由",
    "seats": "席",
    "bookings": "予約の件数",
    "conversations": "会話の件数",
    "call": "あとで電話",
    "until": "いつまで",
    "user": "利用者",
    "roles": "役割",
    "counters": "窓口",
    "count": "件数",
    "what": "何を",
    "screen": "画面",
    "addresses": "アドレスの件数",
    "events": "発言の件数",
    "file": "ファイル",
    "rows": "行数",
}
_FIELDS = {
    "name": "お名前",
    "name_kana": "お名前",
    "phone": "電話",
    "source": "アドレスの記号",
    "code": "予約番号",
    "visitor_name": "来る方のお名前",
    "applicant": "来る方",
    "holder": "カードの持ち主",
    "documents": "持ち物",
    "expires_on": "有効期限",
    "same_household": "同一世帯",
    "honseki_in_city": "本市本籍",
    "forgotten_pins": "忘れた暗証番号",
    "certificates": "電子証明書",
    "note": "メモ",
    "closed": "窓口の休み",
    "seats": "席の不足",
    "was_closed": "窓口の休み",
    "was_seats": "席の不足",
    "seat_again": "席が戻ったこと",
    "not_sent": "届かなかったお知らせ",
    "no_line": "前日のお知らせ",
    "moved": "日時の変更",
    "cancelled": "取り消し",
    "by_citizen": "お客さまのご都合",
    "by_office": "窓口の都合",
    "twice": "二重の予約",
    "mistake": "まちがい",
    "viewer": "閲覧",
    "desk": "窓口",
    "telephone": "電話",
    "chief": "係長",
    "auditor": "監査",
    "admin": "管理",
    "search": "検索",
    "audit": "記録",
    "text": "検索の欄",
    "first": "初めの日",
    "last": "終わりの日",
    "counter": "窓口",
    "status": "状態",
    "channel": "受付",
}


def field(name: str) -> str:
    """Return the name of a detail of a visit or a card."""
    return _FIELDS.get(name, name)


def audit_what(entry: dict[str, Any]) -> str:
    """Return what an entry of the audit log says was done."""
    return _WHAT.get(entry["what"], str(entry["what"]))


def audit_who(entry: dict[str, Any]) -> str:
    """Return who did it; a citizen has no name there, whatever staff call themselves."""
    return "市民" if entry["role"] == "citizen" else str(entry["who"])


def audit_detail(entry: dict[str, Any], city: City) -> str:
    """Return the details of an entry: "窓口: 本庁舎1階、日時: 2026-12-03 17:30"."""
    details = entry["detail"] or {}
    return "、".join(
        f"{_DETAILS.get(name, name)}: {_detail(value, city)}"
        for name, value in details.items()
        if value is not None
    )


def _detail(value: object, city: City) -> str:
    if isinstance(value, list):
        return "・".join(_detail(each, city) for each in value) or "なし"
    text = "はい" if value is True else str(value)
    if text in city.counters or text in city.former_counters:
        return city.counter_label(text, short=True)
    if text.endswith("+09:00"):  # a start
        return text[:16].replace("T", " ")
    return _FIELDS.get(text, "LINE のお返事" if text.startswith("not_answered:") else text)


def closure_days(closure: Closure) -> str:
    """Return on which days, and at which hours, a closure or a change of seats applies."""
    from renewal.date_words import japanese_date

    days = japanese_date(closure.first)
    if closure.last != closure.first:
        days += f"から{japanese_date(closure.last)}"
    if closure.from_time is None and closure.until_time is None:
        return days
    begins = f"{closure.from_time:%-H:%M}" if closure.from_time else ""
    ends = f"{closure.until_time:%-H:%M}" if closure.until_time else ""
    return f"{days} {begins}〜{ends}"


def closure_place(closure: Closure, city: City) -> str:
    """Return at which counter a closure applies."""
    return city.counter_label(closure.counter, short=True) if closure.counter else "すべての窓口"


def not_bookable(
    reason: str, city: City, counter: str, start: datetime, closure_reason: str | None = None
) -> str:
    """Return why a start (Tokyo) cannot be booked, for a reason of slots.why_not_bookable.

    "too_many_cards" is known too. `closure_reason` is the closure's own, where there is one.
    """
    from renewal import slots
    from renewal.date_words import japanese_date, japanese_time, short_date

    if reason == "too_far":
        opens = japanese_date(slots.opens_for_booking(city, counter, start.date()))
        return f"{short_date(start.date())}の予約は、{opens}から受け付けます。"
    said = (closure_reason or "").rstrip("。")
    return _NOT_BOOKABLE.get(reason, "{day}{time}は、予約できません。").format(
        day=short_date(start.date()),
        time=japanese_time(start.time()),
        reason=f"（{said}）" if said else "",
        most=city.booking.max_cards,
    )


def not_changeable(reason: str, code: str) -> str:
    """Return why a booking cannot be changed, for a reason of NotChangeable."""
    return _NOT_CHANGEABLE[reason].format(code=code)


def status(booking: Booking, lost: WithoutSeat | None, now: datetime) -> str:
    """Return how a booking stands: its status, whether it has a seat, whether that is told.

    A visit of an earlier day that nobody has noted as arrived or not is "記録なし"; `lost` of one whose
    time is over says that it had no seat (without_seat.missed).
    """
    if booking.status == "booked" and lost and not lost.told and booking.start <= now:
        return "席がないことを知らせないうちに過ぎた"
    if booking.status == "booked" and booking.start.date() < now.date():
        return "記録なし"
    said = WORDS[booking.status]
    if lost is None:
        return said
    return f"{said}（席なし・連絡済み）" if lost.told else f"{said}（要連絡）"


def moment(start: datetime) -> str:
    """Return a start as a sentence has it: "12月3日（木）17時30分"."""
    from renewal.date_words import japanese_time, short_date

    return short_date(start.date()) + japanese_time(start.time())
