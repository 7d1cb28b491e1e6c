"""連絡が必要な方: one list of whom to phone and what to say; a call is one person's for a while."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from renewal import calls as calls_of
from renewal import clock
from renewal.calls import REASONS, Call
from renewal.calls import whom as whom_to_ask
from staff.access import allow
from staff.app import city, store, user
from staff.references import known, reference
from staff.spoken import to_say

pages = Blueprint("calls", __name__)


@pages.get("/calls")
@allow("call")
def listed() -> ResponseReturnValue:
    """Show whom to phone, who is being phoned, and, at the end, who has been."""
    found = _found()
    seen = [call.booking for call in found]
    store().record_view(user().name, "calls", seen, at=clock.real_now())
    waiting = calls_of.waiting(found)
    done = [call for call in found if call.told]
    just = known(request.args["told"]) if "told" in request.args else None
    return render_template("calls.html", waiting=waiting, done=done, say=to_say, reasons=REASONS, whom=whom_to_ask,
                           reference=reference, busy=_busy, just=just, about=request.args.get("about", ""))  # fmt: skip


@pages.post("/calls/<ref>")
@allow("call")
def act(ref: str) -> ResponseReturnValue:
    """Take a call, note that it was made or that nobody answered, or take back that it was made."""
    booking = known(ref)
    about = request.form.get("about", "")
    if request.form.get("do") == "untold":
        store().undo_told(booking, about, who=user().name, at=clock.real_now())
        flash("連絡済みを元に戻しました。")
        return redirect(url_for("calls.listed") + f"#c-{ref}", 303)
    call = next((each for each in _found() if each.booking.code == booking.code), None)
    if call is None or call.about != about or call.told:
        flash("この方への連絡は、もう済んでいるか、用件が変わっています。")
        return redirect(url_for("calls.listed"), 303)
    at, me = clock.real_now(), user().name
    do = request.form.get("do")
    if do not in ("claim", "told", "absent"):
        abort(400)
    if (other := store().claim_call(booking, about, who=me, at=at)) != me:
        flash(f"いま、{other}さんが電話しています。")
    elif do == "told":
        store().note_told(booking, about, who=me, at=at)
        return redirect(url_for("calls.listed", told=ref, about=about), 303)
    elif do == "absent":
        store().note_absent(booking, about, who=me, at=at)
        flash("不在と記録しました。一覧に残ります。")
    else:
        flash("10分のあいだ、この方への電話はあなたの担当です。")
    return redirect(url_for("calls.listed") + f"#c-{ref}", 303)


def _found() -> list[Call]:
    return [
        call
        for call in calls_of.calls_to_make(store(), city(), clock.now())
        if user().at(call.booking.counter)
    ]


def _busy(call: Call) -> str | None:
    """Return who else is phoning this person just now."""
    tries = call.tries
    if tries.until and tries.until > clock.real_now():
        return tries.who
    return None
