"""チャットの停止: the switch that stops the chat, with what citizens will see."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from ruamel.yaml import YAML

from renewal import clock, pauses
from renewal.bookings.engine import ROOT
from renewal.words import moment
from staff import typed
from staff.access import allow
from staff.app import by_me, city, engine
from staff.spoken import centre_hours

pages = Blueprint("pause", __name__)

LONGEST_REASON = 100


@pages.get("/pause")
@allow("pause")
def form() -> ResponseReturnValue:
    """Show whether the chat is open, and the switch."""
    return _page()


@pages.post("/pause")
@allow("pause")
def act() -> ResponseReturnValue:
    """Show what citizens will see; stop the chat; open it again."""
    do = request.form.get("do")
    if do == "resume":
        done = pauses.end(engine(), clock.real_now(), **_by_me())
        flash("チャットを再開しました。" if done else "チャットは止まっていません。")
        return redirect(url_for("pause.form"), 303)
    reason = typed.folded(request.form.get("reason", "")).rstrip("。")
    until, failed = _until()
    if not reason:
        failed = "市民の方に見せる理由を書いてください。"
    failed = failed or typed.refused_words(reason, LONGEST_REASON)
    if failed:
        return _page(failed), 422
    sentence = f"{reason}。" + (f"{moment(until)}に再開する予定です。" if until else "")
    if do != "pause":
        return _page(preview=_seen_by_citizens(sentence))
    # The bot asks the real clock whether it is over.
    pauses.begin(engine(), sentence, clock.real_now(), until=until and _real(until), **_by_me())
    flash("チャットを止めました。数秒で、ウェブでも LINE でも止まります。")
    return redirect(url_for("pause.form"), 303)


def _real(moment: datetime) -> datetime:
    """Return a moment of the calendar as the real clock has it, to the second."""
    ahead = clock.now() - clock.real_now()  # none, unless the calendar is set for a demonstration
    return moment - timedelta(seconds=round(ahead.total_seconds()))


def _in_calendar(moment: datetime) -> datetime:
    """Return a moment of the real clock as the calendar has it, to the second."""
    ahead = clock.now() - clock.real_now()
    return moment.astimezone(clock.TOKYO) + timedelta(seconds=round(ahead.total_seconds()))


def _by_me() -> dict[str, str]:
    return {name: str(value) for name, value in by_me().items() if name != "at"}


def _until() -> tuple[datetime | None, str | None]:
    text = request.form.get("until", "").strip()
    if not text and request.form.get("day", "").strip():
        return None, "時刻も書いてください。15:00 のように。日も空にすると、再開するまで止まります。"
    if not text:
        return None, None
    now = clock.now()
    day = typed.day(request.form.get("day", "") or "今日", now.date())
    at = typed.time_of_day(text)
    later = at and typed.in_the_afternoon(text, at)
    if at and later and at < city().call_centre.open:
        at = later  # nobody opens again at 3 in the morning
    if day is None or at is None:
        return None, "いつまでかを読めません。15:00 のように書いてください。"
    until = datetime.combine(day, at, clock.TOKYO)
    return (until, None) if until > now else (None, "いつまでには、これからの時刻を書いてください。")


def _page(failed: str | None = None, preview: str | None = None) -> str:
    going_on = pauses.current(engine(), clock.real_now())
    return render_template("pause.html", going_on=going_on, failed=failed, preview=preview,
                           form=request.form, in_calendar=_in_calendar)  # fmt: skip


def _seen_by_citizens(reason: str) -> str:
    centre = city().call_centre
    gaps = {"reason": reason, "call_centre_name": centre.name, "call_centre_phone": centre.phone,
            "call_centre_now": centre_hours(city())}  # fmt: skip
    return _sentence().format(**gaps)


@lru_cache
def _sentence() -> str:
    """Return the sentence of domain.yml: what citizens are told has one place."""
    domain = YAML(typ="safe").load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    return str(domain["responses"]["utter_paused"][-1]["text"])
