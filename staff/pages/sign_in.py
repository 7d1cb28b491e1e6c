"""Signing in and out, and setting a password and a second factor of one's own."""

from __future__ import annotations

import segno
from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from renewal import clock, settings
from staff import accounts
from staff.access import LEAVE, PUBLIC, SIGNED_IN, UNFINISHED, allow
from staff.app import city, cookie_name, engine, source, user

pages = Blueprint("sign_in", __name__)

FAILED = (
    "サインインできませんでした。名前、パスワード、確認コードのどれかが違います。"
    "5回まちがえると、15分のあいだは正しくてもサインインできません。"
)
"""The one answer to every failure."""


@pages.get("/")
@allow(PUBLIC)
def home() -> ResponseReturnValue:
    """Go to the first screen that this user may see."""
    if g.session is None:
        return redirect(url_for("sign_in.sign_in"))
    first = {"see": "day.board", "audit": "audit.log", "users": "users.listed"}
    may = g.session.user.permissions
    return redirect(url_for(next(first[each] for each in first if each in may)))


@pages.get("/sign-in")
@allow(PUBLIC)
def sign_in() -> ResponseReturnValue:
    """Show the form."""
    return redirect(url_for("sign_in.home")) if g.session else render_template("sign_in.html")


@pages.post("/sign-in")
@allow(PUBLIC)
def do_sign_in() -> ResponseReturnValue:
    """Begin a session; a new token, whatever came with the request."""
    given = (request.form.get(name, "")[:200] for name in ("name", "password", "code"))
    name, password, code = given
    done = accounts.sign_in(engine(), name.strip(), password, code, source(), clock.real_now())
    if done is None:
        return render_template("sign_in.html", failed=FAILED, name=name[:32]), 401
    session.clear()
    response = redirect(url_for("sign_in.home"), 303)
    response.set_cookie(
        cookie_name(), done[1], httponly=True, samesite="Lax", secure=settings.in_production()
    )
    return response


@pages.post("/sign-out")
@allow(LEAVE)
def sign_out() -> ResponseReturnValue:
    """End the session."""
    accounts.sign_out(engine(), g.session, clock.real_now(), source())
    session.clear()
    flash("サインアウトしました。")
    response = redirect(url_for("sign_in.sign_in"), 303)
    response.delete_cookie(cookie_name(), secure=settings.in_production(), httponly=True)
    return response


@pages.get("/own-password")
@allow(UNFINISHED)
def own_password() -> ResponseReturnValue:
    """Show the form for a password and a second factor, with a secret that is new for the session."""
    if user().finished:
        return redirect(url_for("sign_in.home"))
    return _form()


@pages.post("/own-password")
@allow(UNFINISHED)
def set_own_password() -> ResponseReturnValue:
    """Set them, and show the recovery codes, once."""
    if user().finished:
        return redirect(url_for("sign_in.home"), 303)
    password, again = request.form.get("password", ""), request.form.get("again", "")
    if password != again:
        return _form("2つのパスワードが違います。"), 422
    try:
        codes = accounts.finish(
            engine(), user().name, password, str(g.session.kept.get("secret")),
            request.form.get("code", ""), clock.real_now(), source(),
        )  # fmt: skip
    except accounts.Refused as error:
        return _form(str(error)), 422
    accounts.keep(engine(), g.session.hash, kept={})
    return render_template("recovery.html", codes=codes)


@pages.get("/help")
@allow(SIGNED_IN)
def how() -> ResponseReturnValue:
    """Say what the keys do and what the words mean."""
    return render_template("help.html")


def _form(failed: str | None = None) -> str:
    secret = g.session.kept.get("secret")
    if not secret:
        secret = accounts.new_secret()
        accounts.keep(engine(), g.session.hash, kept={"secret": secret})
    code = segno.make(accounts.address_for_app(user().name, secret, city().name), micro=False)
    picture = Markup(code.svg_inline(scale=4, border=4, light="white", title="確認コードを作るアプリで読む QR コード"))
    return render_template("own_password.html", failed=failed, picture=picture, secret=secret)
