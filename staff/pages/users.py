"""利用者: who may use the console. No personal data of citizens here."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from staff import accounts
from staff.access import DOES, PERMISSIONS, allow
from staff.app import by_me, city, engine

pages = Blueprint("users", __name__)


@pages.get("/users")
@allow("users")
def listed() -> ResponseReturnValue:
    """Show all users."""
    return _page()


@pages.post("/users")
@allow("users")
def add() -> ResponseReturnValue:
    """Add a user; their first password is shown once, on the answer itself."""
    name = request.form.get("name", "").strip()
    try:
        password = accounts.add(engine(), name, *_rights(), **by_me())  # type: ignore[arg-type]
    except accounts.Refused as error:
        return _page(str(error)), 422
    return _page(first_password=(name, password))


@pages.post("/users/change")
@allow("users")
def change() -> ResponseReturnValue:
    """Change what a user may do, or end what they do."""
    name, do = request.form.get("user", ""), request.form.get("do")
    try:
        if do == "rights":
            accounts.change(engine(), name, *_rights(), **by_me())  # type: ignore[arg-type]
        elif do in ("enable", "disable"):
            accounts.enable(engine(), name, do == "enable", **by_me())  # type: ignore[arg-type]
        elif do == "end":
            accounts.end_sessions(engine(), name, **by_me())  # type: ignore[arg-type]
        elif do == "reset":
            return _page(first_password=(name, accounts.reset(engine(), name, **by_me())))  # type: ignore[arg-type]
        else:
            abort(400)
    except accounts.Refused as error:
        return _page(str(error)), 422
    flash("変えました。")
    return redirect(url_for("users.listed"), 303)


def _rights() -> tuple[list[str], list[str] | None]:
    chosen = [role for role in request.form.getlist("roles") if role in PERMISSIONS]
    counters = [each for each in request.form.getlist("counters") if each in city().counters]
    return chosen, counters or None


def _page(failed: str | None = None, first_password: tuple[str, str] | None = None) -> str:
    return render_template(
        "users.html", users=accounts.users(engine()), failed=failed, first_password=first_password,
        counters=city().bookable_counters, does=DOES,
    )  # fmt: skip
