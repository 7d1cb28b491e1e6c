"""Signing in: one answer to every failure, codes that count once, sessions that end."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa

from renewal import clock
from renewal.bookings import schema
from staff import accounts
from staff.pages.sign_in import FAILED
from tests.staff.office import PASSWORD, Clerk, Office


def test_a_new_user_sets_a_password_and_a_second_factor_before_anything_else(office: Office) -> None:
    admin = office.hire("管理者", "admin")
    page = admin.post("/users", name="佐藤", roles=["desk", "telephone"]).text
    first = re.search(r"<code>([0-9a-f-]+)</code>", page)
    assert first
    clerk = Clerk(office.app.test_client(), "佐藤")
    assert office.sign_in(clerk, first[1], "").location == "/"
    page = clerk.get("/own-password").text
    secret = re.search(r"<code>([A-Z2-7]+)</code>", page)
    assert secret and "<svg" in page
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    code = pyotp.TOTP(secret[1]).now()
    for given, said in (
        ({"password": "mijikai", "again": "mijikai", "code": code}, "12文字以上"),
        ({"password": PASSWORD, "again": PASSWORD + "x", "code": code}, "2つのパスワード"),
        ({"password": "fukushima-2026", "again": "fukushima-2026", "code": code}, "思いつかれやすい"),
        ({"password": PASSWORD, "again": PASSWORD, "code": "000000"}, "確認コードが違います"),
    ):
        answer = clerk.post("/own-password", token=token[1], **given)
        assert answer.status_code == 422 and said in answer.text
    codes = re.findall(
        "<code>([0-9a-f-]+)</code>",
        clerk.post("/own-password", token=token[1], password=PASSWORD, again=PASSWORD, code=code).text,
    )
    assert len(codes) == 10
    assert clerk.get("/day").status_code == 200
    # The first password is nothing any more; a recovery code counts once.
    clerk.secret = secret[1]
    assert office.sign_in(clerk, first[1]).status_code == 401
    assert office.sign_in(clerk, code=codes[0]).status_code == 303
    assert office.sign_in(clerk, code=codes[0]).status_code == 401
    assert office.sign_in(clerk, code=codes[1].upper()).status_code == 303
    with office.engine.connect() as connection:
        row = connection.execute(sa.select(schema.staff_users).where(schema.staff_users.c.name == "佐藤")).one()
    assert row.password.startswith("$argon2id$") and secret[1] not in row.totp and codes[2] not in str(row.recovery)


def test_every_failure_has_the_same_answer(office: Office, desk: Clerk) -> None:
    office.hire("やめた人", "desk")
    accounts.enable(office.engine, "やめた人", False, who="test", at=clock.real_now())
    good = pyotp.TOTP(desk.secret).now()
    gone = Clerk(desk.client, "やめた人", office.clerks["やめた人"].secret)
    nobody = Clerk(desk.client, "だれでもない", desk.secret)
    answers = [
        office.sign_in(desk, "wrong-wrong-wrong"),
        office.sign_in(desk, PASSWORD, "123456"),
        office.sign_in(desk, PASSWORD, ""),
        office.sign_in(gone),
        office.sign_in(nobody, PASSWORD, good),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert {FAILED in answer.text for answer in answers} == {True}
    names = ("窓口太郎", "やめた人", "だれでもない")  # what was typed stays in its field
    alike = {re.sub("|".join(names), "", re.sub('"csrf_token" value="[^"]+"', "", each.text)) for each in answers}
    assert len(alike) == 1
    said = office.store.audit(what="sign_in_refused")
    assert [each["who"] for each in said][-1] == "（不明）"  # what was typed as a name is not kept


def test_a_code_counts_once(office: Office, desk: Clerk) -> None:
    code = pyotp.TOTP(desk.secret).now()
    office.forget_codes(desk)
    assert office.sign_in(desk, PASSWORD, code).status_code == 303
    assert office.sign_in(desk, PASSWORD, code).status_code == 401


def test_after_five_failures_not_even_the_right_answer_is_looked_at(office: Office, desk: Clerk) -> None:
    for _ in range(5):
        assert office.sign_in(desk, "wrong-wrong-wrong").status_code == 401
    assert office.sign_in(desk).status_code == 401
    # Somebody else at the same machine, and the same one a quarter of an hour later.
    other = office.hire("別の人", "desk")
    assert office.sign_in(other).status_code == 303
    office.forget_codes(desk)
    later = clock.real_now() + timedelta(minutes=15, seconds=1)
    code = pyotp.TOTP(desk.secret).at(later)
    assert accounts.sign_in(office.engine, desk.name, PASSWORD, code, "127.0.0.1", later)


def test_a_session_ends_without_use_and_after_a_day(office: Office, desk: Clerk) -> None:
    at = clock.real_now()
    office.forget_codes(desk)
    code = pyotp.TOTP(desk.secret).at(at)
    done = accounts.sign_in(office.engine, desk.name, PASSWORD, code, "", at)
    assert done
    _, token = done
    with office.engine.connect() as connection:
        assert token not in str(connection.execute(sa.select(schema.staff_sessions)).all())
    minutes = timedelta(minutes=29)
    for _ in range(15):
        at += minutes
        assert accounts.session(office.engine, token, at)
    assert accounts.session(office.engine, token, at + timedelta(minutes=31)) is None
    # Pages that refresh themselves do not keep it.
    assert accounts.session(office.engine, token, at + minutes, touch=False)
    assert accounts.session(office.engine, token, at + minutes * 2) is None
    while (at := at + minutes) < clock.real_now() + timedelta(hours=10):
        assert accounts.session(office.engine, token, at)
    assert accounts.session(office.engine, token, at) is None


@pytest.mark.parametrize("do", ["rights", "disable", "reset", "end", "sign-out"])
def test_a_session_ends_at_once_when_the_user_changes(office: Office, desk: Clerk, do: str) -> None:
    admin = office.hire("管理者", "admin")
    assert desk.get("/day").status_code == 200
    cookie = desk.client.get_cookie("renewal_staff")
    assert cookie
    if do == "sign-out":
        assert desk.post("/sign-out").status_code == 303
        desk.client.set_cookie("renewal_staff", cookie.value)  # and it cannot be used again
    else:
        assert admin.post("/users/change", user=desk.name, do=do, roles=["viewer"]).status_code in (200, 303)
    assert desk.get("/day").location == "/sign-in"


def test_the_last_administrator_cannot_be_removed(office: Office) -> None:
    admin = office.hire("管理者", "admin")
    for form in ({"do": "disable"}, {"do": "rights", "roles": ["desk"]}):
        answer = admin.post("/users/change", user="管理者", **form)
        assert answer.status_code == 422 and "1人もいなくなります" in answer.text
    office.hire("もう1人", "admin")
    assert admin.post("/users/change", user="もう1人", do="disable").status_code == 303
    assert [each.enabled for each in accounts.users(office.engine)] == [False, True]


def test_who_is_signed_out_in_the_middle_is_told_that_nothing_was_done(office: Office, desk: Clerk) -> None:
    booking = office.book()
    token = desk.token()
    accounts.end_sessions(office.engine, desk.name, who="test", at=clock.real_now())
    path = f"/booking/{office.ref(booking)}/cancel"
    assert desk.post(path, token=token, reason="twice", seen="1", key="k").location == "/sign-in"
    assert "いまの操作はしていません" in desk.get("/sign-in").text
    assert office.store.get(booking.code) == booking


def test_a_wrong_key_lets_nobody_in_but_the_command_line_makes_a_new_factor(
    office: Office, desk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts.settings, "secret_key", lambda: b"another key")
    office.forget_codes(desk)
    at = clock.real_now()
    assert accounts.sign_in(office.engine, desk.name, PASSWORD, pyotp.TOTP(desk.secret).at(at), "", at) is None
    first = accounts.reset(office.engine, desk.name, who="test", at=at)
    done = accounts.sign_in(office.engine, desk.name, first, "", "", at)
    assert done and not done[0].finished


