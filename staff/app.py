"""The application: who may come in, from where, and what every answer carries."""

from __future__ import annotations

import logging
import uuid
from datetime import datetime
from typing import NoReturn
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask, abort, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.engine import Engine
from werkzeug.exceptions import SecurityError

from renewal import city as city_of
from renewal import clock, settings, words
from renewal.bookings import Bookings, TryAgain
from renewal.city import City
from renewal.date_words import japanese_date, japanese_time, short_date
from renewal.phone_numbers import hyphenated
from staff import accounts
from staff.access import LEAVE, PUBLIC, ROLES, SCREENS, SIGNED_IN, UNFINISHED, allow
from staff.accounts import User

log = logging.getLogger("staff")

PAGES = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
HEADERS = {
    "Content-Security-Policy": PAGES + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: with that, browsers send no Origin with a form.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
READ_ONLY = ("GET", "HEAD", "OPTIONS")
LARGEST_FORM = 64 * 1024


def create_app(engine: Engine, origins: tuple[str, ...]) -> Flask:
    """Return the console for a database; `origins` are the addresses under which it is opened.

    Raises RuntimeError when a view does not name the permission that it asks for.
    """
    from staff.pages import audit, booking, calls, day, pause, search, sign_in, telephone, users

    app = Flask(__name__)
    production = settings.in_production()
    app.config.update(
        SECRET_KEY=settings.keyed_hash("the console's forms"),
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        MAX_FORM_PARTS=200,
        TRUSTED_HOSTS=[str(urlsplit(origin).hostname) for origin in origins],
        SESSION_COOKIE_NAME="__Host-renewal_form" if production else "renewal_form",
        SESSION_COOKIE_SECURE=production,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # it ends with the session
        WTF_CSRF_SSL_STRICT=False,  # the Origin is looked at, below
        ENGINE=engine,
        ORIGINS=origins,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.before_request(_let_in)
    CSRFProtect(app)
    app.after_request(_headers)
    app.context_processor(_for_pages)
    for module in (sign_in, day, booking, telephone, search, calls, audit, users, pause):
        app.register_blueprint(module.pages)
    app.add_url_rule("/healthz", view_func=_healthz)
    allow(PUBLIC)(app.view_functions["static"])
    for code in (400, 403, 404, 405, 413, 500):
        app.register_error_handler(code, _failed)
    app.register_error_handler(CSRFError, _failed)
    app.register_error_handler(SecurityError, _other_name)
    app.register_error_handler(TryAgain, _busy)
    app.register_error_handler(sa.exc.DBAPIError, _busy)
    unnamed = [name for name, view in app.view_functions.items() if not hasattr(view, "permission")]
    if unnamed:
        raise RuntimeError(f"views without a permission: {', '.join(unnamed)}")
    return app


# Coming in ---------------------------------------------------------------------------------------


def cookie_name() -> str:
    """Return the name of the cookie with the session's token."""
    return "__Host-renewal_staff" if settings.in_production() else "renewal_staff"


def _let_in() -> ResponseReturnValue | None:
    g.session = None
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None:
        return None  # 404 or 405
    permission = str(getattr(view, "permission"))  # noqa: B009
    if request.endpoint == "static":
        return None
    from_here = request.method in READ_ONLY or _from_here()
    token, touch = request.cookies.get(cookie_name(), ""), from_here and not polled()
    g.session = accounts.session(engine(), token, clock.real_now(), touch=touch) if token else None
    if not from_here:
        _refuse("ほかのページから送られたので、受け付けませんでした。")
    if permission == PUBLIC:
        return None
    if g.session is None:
        return _to_sign_in()
    if not g.session.user.finished and permission not in (UNFINISHED, LEAVE):
        return redirect(url_for("sign_in.own_password"), 303)
    if permission not in (SIGNED_IN, UNFINISHED, LEAVE) and permission not in user().permissions:
        _refuse("この画面は、あなたの役割では使えません。")
    return None


def _refuse(said: str) -> NoReturn:
    """Answer 403, and note whom it was said to."""
    if g.session:
        screen = SCREENS.get(request.blueprint or "")
        store().record(user().name, "refused", at=clock.real_now(), detail={"screen": screen})
    abort(403, said)


def _from_here() -> bool:
    origin = request.headers.get("Origin")
    if origin is None:  # old browsers, of the same site
        referrer = urlsplit(request.headers.get("Referer", ""))
        origin = f"{referrer.scheme}://{referrer.netloc}"
    return origin in current_app.config["ORIGINS"]


def _to_sign_in() -> ResponseReturnValue:
    if request.headers.get("HX-Request"):
        return "", 401, {"HX-Redirect": url_for("sign_in.sign_in")}
    if request.method not in READ_ONLY:
        flash("サインインが切れていたので、いまの操作はしていません。もう一度サインインしてください。")
    return redirect(url_for("sign_in.sign_in"), 303)


# What views ask for ------------------------------------------------------------------------------


def engine() -> Engine:
    """Return the database."""
    found: Engine = current_app.config["ENGINE"]
    return found


def store() -> Bookings:
    """Return the bookings; what is done with them is noted with this request's address."""
    return Bookings(engine(), source=source())


def source() -> str:
    """Return the network address of the request."""
    return request.remote_addr or ""


def user() -> User:
    """Return who is signed in."""
    found: User = g.session.user
    return found


def city() -> City:
    """Return city.yml as it is now."""
    return city_of.load()


def by_me() -> dict[str, str | datetime]:
    """Return who does it and when, as the writes of `accounts` and `pauses` ask for it."""
    return {"who": user().name, "at": clock.real_now(), "source": source()}


def partly() -> bool:
    """Return whether only a part of the page is asked for, by htmx."""
    return request.headers.get("HX-Request") == "true"


def polled() -> bool:
    """Return whether a page asks by itself: no sign of somebody being there."""
    return request.headers.get("X-Polled") == "1"


# What every answer carries -----------------------------------------------------------------------


def _for_pages() -> dict[str, object]:
    from staff import owed, spoken

    return {
        "me": g.session.user if g.get("session") else None,
        "now": clock.now(),
        "city": city(),
        "new_key": lambda: uuid.uuid4().hex,
        "words": words.WORDS,
        "roles": ROLES,
        "hyphenated": hyphenated,
        "japanese_date": japanese_date,
        "japanese_time": japanese_time,
        "short_date": short_date,
        "moment": words.moment,
        "when": when,
        "screens": SCREENS,
        "owed": owed.owed,
        "spoken": spoken,
    }


def when(at: datetime) -> str:
    """Return a moment as every page writes it: 12月3日（木）17時30分, with its year if it is another."""
    day = at.astimezone(clock.TOKYO)
    return words.moment(day) if day.year == clock.now().year else japanese_date(day.date()) + japanese_time(day.time())


def _headers(response):  # type: ignore[no-untyped-def]
    response.headers.update(HEADERS)
    if request.endpoint == "static":
        response.headers["Cache-Control"] = "max-age=3600"
    else:
        response.headers["Cache-Control"] = "no-store"
    return response


@allow(PUBLIC)
def _healthz() -> ResponseReturnValue:
    """Say that the process lives and has its database."""
    with engine().connect() as connection:
        connection.execute(sa.text("SELECT 1"))
    return {"status": "ok"}


_SAID = {
    400: "ページが古くなったので、受け付けませんでした。開き直して、もう一度お試しください。",
    403: "この操作は、あなたの役割ではできません。",
    404: "このページはありません。",
    405: "このページは、その形では開けません。",
    413: "送られたものが大きすぎます。",
    500: "しくみの中でまちがいが起きました。何も変わっていません。くり返すときは、担当の技術者へお知らせください。",
}


def _failed(error) -> ResponseReturnValue:  # type: ignore[no-untyped-def]
    g.owed = {}  # the menu of this page asks the database for nothing
    code = getattr(error, "code", 500) or 500
    ours = code == 403 and not str(error.description).isascii()
    said = error.description if ours else _SAID[code]
    if code == 500:
        log.error("failed: %s", request.endpoint, exc_info=getattr(error, "original_exception", error))
    return render_template("failed.html", said=said, code=code), code


def _other_name(error: Exception) -> ResponseReturnValue:
    """Answer to a request under a name that is not ours, for which nothing is worked out."""
    return "このアドレスでは開けません。\n", 400, {"Content-Type": "text/plain; charset=utf-8"}


def _busy(error: Exception) -> ResponseReturnValue:
    g.owed = {}
    log.error("database: %s %s", request.endpoint, type(error).__name__)
    said = "データベースが混み合っているか、止まっています。何も変わっていません。少し待って、もう一度お試しください。"
    return render_template("failed.html", said=said, code=503), 503
