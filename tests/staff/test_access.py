"""Who may do what: every route with every role; what every answer carries; that Rasa is not needed."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from staff.access import PERMISSIONS, PUBLIC
from staff.app import create_app
from tests.staff.office import URL, Clerk, Office

ROOT = Path(__file__).resolve().parents[2]
SEES, TELEPHONES = "viewer desk telephone chief", "desk telephone chief"
ALLOWED = {
    "day.board": SEES,
    "day.part": SEES,
    "day.mark": "desk chief",
    "day.paper": "desk chief",
    "day.number": TELEPHONES,
    "booking.detail": SEES,
    "booking.paper": TELEPHONES,
    "booking.cancel": TELEPHONES,
    "booking.reinstate": TELEPHONES,
    "booking.change": TELEPHONES,
    "booking.amend": TELEPHONES,
    "telephone.form": TELEPHONES,
    "telephone.go_on": TELEPHONES,
    "telephone.leave": TELEPHONES,
    "search.form": SEES,
    "search.look": SEES,
    "search.export": "chief",
    "calls.listed": TELEPHONES,
    "calls.act": TELEPHONES,
    "audit.log": "chief auditor",
    "audit.export": "chief auditor",
    "users.listed": "admin",
    "users.add": "admin",
    "users.change": "admin",
    "pause.form": "chief",
    "pause.act": "chief",
    "sign_in.how": " ".join(PERMISSIONS),
}
"""Which roles each route is for, written down once more, away from where it is decided."""
OPEN = {"static", "_healthz", "sign_in.home", "sign_in.sign_in", "sign_in.do_sign_in"}
UNFINISHED = {"sign_in.own_password", "sign_in.set_own_password", "sign_in.sign_out"}


def routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Yield the endpoint, the method and the path of every route."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            yield rule.endpoint, method, rule.rule


def test_every_route_is_named_here(office: Office) -> None:
    assert {each[0] for each in routes(office.app)} == {*ALLOWED, *OPEN, *UNFINISHED}
    public = {name for name, view in office.app.view_functions.items() if view.permission == PUBLIC}
    assert public == OPEN


@pytest.mark.parametrize("role", PERMISSIONS)
def test_a_role_may_do_exactly_what_is_its_business(office: Office, role: str) -> None:
    clerk = office.hire(f"somebody-{role}", role)
    ref = office.ref(office.book())
    token = clerk.token()
    found = {}
    for endpoint, method, rule in routes(office.app):
        if endpoint in ALLOWED:
            path = rule.replace("<ref>", ref)
            answer = clerk.get(path) if method == "GET" else clerk.post(path, token=token)
            assert answer.location is None or "/sign-in" not in answer.location
            found[endpoint, method] = answer.status_code != 403
            assert answer.status_code < 500
    assert found == {
        (endpoint, method): role in ALLOWED[endpoint].split()
        for endpoint, method, _ in routes(office.app)
        if endpoint in ALLOWED
    }


def test_without_a_session_every_route_leads_to_the_sign_in(office: Office) -> None:
    nobody = Clerk(office.app.test_client(), "nobody")
    ref = office.ref(office.book())
    for endpoint, method, rule in routes(office.app):
        if endpoint not in OPEN:
            path = rule.replace("<ref>", ref)
            answer = nobody.get(path) if method == "GET" else nobody.post(path, token="")
            assert (answer.status_code, answer.location) == (303, "/sign-in"), endpoint
            assert "サトウ" not in answer.text


def test_a_view_without_a_permission_keeps_the_console_from_starting(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from staff.pages import day

    monkeypatch.delattr(day.board, "permission")
    with pytest.raises(RuntimeError, match=r"day\.board"):
        create_app(office.engine, (URL,))


def test_who_has_no_password_of_their_own_yet_gets_no_further(office: Office) -> None:
    from staff import accounts
    from tests.staff.office import clock

    password = accounts.add(office.engine, "sato", ["desk"], None, who="test", at=clock.real_now())
    clerk = Clerk(office.app.test_client(), "sato")
    assert office.sign_in(clerk, password, "").status_code == 303
    for path in ("/day", "/search", "/help"):
        assert clerk.get(path).location == "/own-password"


def test_a_user_of_one_counter_sees_nothing_of_another(office: Office) -> None:
    west = office.hire("nishi", "chief", counters=["nishiguchi"])
    here = office.book(name="スズキ ハル", counter="nishiguchi")
    there = office.book(name="サトウ ハナコ")
    date = here.start.date().isoformat()
    assert west.get(f"/booking/{office.ref(here)}").status_code == 200
    assert west.get(f"/booking/{office.ref(there)}").status_code == 404
    west.post("/search", text="11/25")
    for page in (f"/day?date={date}", f"/day?date={date}&counter=honchosha", "/search?found=1", f"/day/print?date={date}"):
        text = west.get(page).text
        assert "スズキ ハル" in text and "サトウ" not in text, page
    assert "サトウ" not in west.post("/search/export").text
    refused = west.post(f"/booking/{office.ref(there)}/cancel", reason="twice", seen="1", key="k")
    assert refused.status_code == 404
    assert office.store.get(there.code) == there


def test_every_answer_forbids_what_a_page_does_not_need(office: Office, chief: Clerk) -> None:
    ref = office.ref(office.book())
    for path in ("/day", f"/booking/{ref}", "/search", "/nowhere", "/static/staff.css", "/sign-in"):
        headers = chief.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert ("no-store" in headers["Cache-Control"]) == ("static" not in path)


def test_under_another_name_it_answers_nothing(office: Office) -> None:
    for host in ("http://evil.example:5008", "http://localhost.evil.example"):
        answer = office.app.test_client().get("/sign-in", base_url=host)
        assert (answer.status_code, "Set-Cookie" in answer.headers) == (400, False)
        assert "csrf" not in answer.text


def test_no_page_asks_anybody_else_for_anything_or_runs_a_script_of_its_own(
    office: Office, chief: Clerk
) -> None:
    ref = office.ref(office.book())
    for path in ("/day", f"/booking/{ref}", "/telephone", "/search", "/calls", "/audit", "/pause", "/help"):
        page = chief.get(path).text
        assert not re.findall(r'(?:src|href|action)="(?!/|#|tel:)[^"]+', page), path
        assert not re.findall(r"<script>|<style| on[a-z]+=| style=", page), path


def test_no_name_phone_or_code_is_in_an_address(office: Office, chief: Clerk) -> None:
    booking = office.book()
    chief.post("/search", text=booking.code)
    addresses = re.findall(r'(?:href|action)="([^"]+)', chief.get("/search?found=1").text)
    addresses += re.findall(r'(?:href|action)="([^"]+)', chief.get(f"/booking/{office.ref(booking)}").text)
    assert any("/booking/" in each for each in addresses)
    for each in addresses:
        assert booking.code not in each and booking.code.replace("-", "") not in each and "5678" not in each


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(
    office: Office, chief: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_ = "; ".join(office.sign_in(chief).headers.getlist("Set-Cookie"))
    assert "renewal_staff=" in set_ and "HttpOnly" in set_ and "SameSite=Lax" in set_
    monkeypatch.setenv("RENEWAL_ENV", "production")
    monkeypatch.setenv("RENEWAL_SECRET_KEY", "b3a9f0c48d7e4f21a6c0915e7d3b82f4")
    app = create_app(office.engine, ("https://staff.example.lg.jp",))
    assert app.config["SESSION_COOKIE_NAME"] == "__Host-renewal_form" and app.config["SESSION_COOKIE_SECURE"]
    from staff.app import cookie_name

    assert cookie_name() == "__Host-renewal_staff"


WITHOUT_RASA = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"rasa", "rasa_sdk", "sanic", "linebot", "tensorflow", "redis", "sudachipy",
                                  "actions", "bot", "reading", "cli"}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Refuse())
from renewal.bookings import create_engine_from
from staff.app import create_app
client = create_app(create_engine_from(sys.argv[1]), ("http://localhost:5008",)).test_client()
print(client.get("/sign-in", base_url="http://localhost:5008").status_code, client.get("/healthz", base_url="http://localhost:5008").status_code)
"""


def test_it_starts_where_there_is_no_rasa(office: Office) -> None:
    url = str(office.engine.url)
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_RASA, url], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.split() == ["200", "200"], done.stderr


KEY = {"RENEWAL_SECRET_KEY": "b3a9f0c48d7e4f21a6c0915e7d3b82f4", "RENEWAL_ENV": "production"}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (KEY, "STAFF_URL"),
        (KEY | {"STAFF_URL": "http://staff.example.lg.jp"}, "STAFF_URL"),
        (KEY | {"STAFF_URL": "https://staff.example.lg.jp"}, "試すための利用者"),
        ({"RENEWAL_ENV": "production", "STAFF_URL": "https://staff.example.lg.jp"}, "RENEWAL_SECRET_KEY"),
        ({"RENEWAL_ENV": "staging"}, "RENEWAL_ENV"),
    ],
)
def test_it_does_not_start_where_that_is_not_safe(
    office: Office, monkeypatch: pytest.MonkeyPatch, more: dict[str, str], said: str
) -> None:
    from staff import __main__ as server
    from staff import accounts
    from tests.staff.office import clock

    accounts.add_demonstration(office.engine, "demo", "tameshi-tameshi", clock.real_now())
    monkeypatch.delenv("RENEWAL_NOW")
    for name, value in {"DATABASE_URL": str(office.engine.url), "STAFF_PORT": "0", **more}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(server.waitress, "serve", lambda *_args, **_more: pytest.fail("it started"))
    with pytest.raises(SystemExit, match=said):
        server.main()


def test_it_does_not_start_on_tables_of_another_version(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from staff import __main__ as server

    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/empty.db")
    with pytest.raises(SystemExit, match="renewal migrate"):
        server.main()


def test_the_demonstration_account_cannot_sign_in_in_production(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from staff import accounts
    from tests.staff.office import clock

    at = clock.real_now()
    accounts.add_demonstration(office.engine, "demo", "tameshi-tameshi", at)
    done = accounts.sign_in(office.engine, "demo", "tameshi-tameshi", "", "127.0.0.1", at)
    assert done
    monkeypatch.setenv("RENEWAL_ENV", "production")
    assert accounts.session(office.engine, done[1], at) is None
    assert accounts.sign_in(office.engine, "demo", "tameshi-tameshi", "", "127.0.0.1", at) is None
    with pytest.raises(accounts.Refused):
        accounts.add_demonstration(office.engine, "demo", "tameshi-tameshi", at)


