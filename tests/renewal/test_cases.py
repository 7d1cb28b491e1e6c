"""A card's case as staff tell and correct it: what is stored follows from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from renewal.bookings import Booking, Card, Place, Visit
from renewal.cases import Correction, card_for, corrected, lacks_visitor_name, same_representative
from renewal.city import City
from renewal.documents import Applicant, Case, Holder, ImpossibleCase, Pin

START = datetime.fromisoformat("2026-12-03T17:30:00+09:00")
OWN = Case(Applicant.SELF, Holder.GENERAL)
CHILDS = Case(Applicant.LEGAL_REPRESENTATIVE, Holder.UNDER_15)


def booking(city: City, *cases: Case, **visit: Any) -> Booking:
    cards = tuple(
        replace(card_for(case, city, "サトウ"), note=None, applicant=None if case.applicant.value ==
                cases[0].applicant.value else case.applicant.value)
        for case in cases
    )  # fmt: skip
    values = {"phone": "09012345678", **visit}
    return Booking(
        "K7PMA-4QXDM", "booked", "honchosha", START, (Place(START, len(cards)),),
        Visit(cases[0].applicant.value, cards, **values), START,
    )  # fmt: skip


def test_only_a_representative_is_let_off_the_proof(city: City) -> None:
    own = card_for(replace(OWN, same_household=True, honseki_in_city=True), city, "サトウ")
    assert (own.same_household, own.honseki_in_city) == (False, False)
    childs = card_for(replace(CHILDS, same_household=True), city, "サトウ")
    assert childs.same_household
    assert "rep_proof" not in childs.documents


def test_what_is_not_corrected_stays_as_it_is(city: City) -> None:
    before = booking(city, OWN, CHILDS, visitor_name="サトウ", note="車いす")
    assert corrected(before, Correction(), city) == before.visit
    after = corrected(before, Correction(card=2, expires_on=date(2027, 2, 20)), city)
    assert after == replace(
        before.visit,
        cards=(before.cards[0], replace(before.cards[1], expires_on=date(2027, 2, 20))),
    )


def test_of_one_card_who_comes_is_the_visits_of_several_the_cards(city: City) -> None:
    proxy = Correction(applicant="other_proxy")
    assert corrected(booking(city, OWN), proxy, city).applicant == "other_proxy"
    after = corrected(booking(city, OWN, OWN), replace(proxy, card=2), city)
    assert (after.applicant, [card.applicant for card in after.cards]) == (
        "self", [None, "other_proxy"],
    )  # fmt: skip


def test_what_to_bring_is_worked_out_anew(city: City) -> None:
    after = corrected(booking(city, OWN), Correction(forgotten_pins=frozenset(Pin)), city)
    assert after.cards[0].documents == ("card", "pin_reset_extra")
    none = corrected(booking(city, OWN), Correction(certificates="none"), city)
    assert none.cards[0].documents == ("card", "pin_juki")


def test_an_empty_text_deletes_and_nobody_comes_as_nobody_may(city: City) -> None:
    before = booking(city, OWN, visitor_name="サトウ", note="車いす")
    after = corrected(before, Correction(visitor_name="", note=""), city)
    assert (after.visitor_name, after.note) == (None, None)
    with pytest.raises(ImpossibleCase):
        corrected(before, Correction(holder="under_15"), city)
    with pytest.raises(IndexError):
        corrected(before, Correction(card=2), city)


@pytest.mark.parametrize(
    ("applicant", "of_card", "name", "lacks"),
    [
        ("other_proxy", None, None, True),
        ("self", "other_proxy", None, True),
        ("other_proxy", None, "アベ", False),
        ("legal_representative", None, None, False),
        ("self", None, None, False),
    ],
)
def test_a_proxy_has_a_name(
    applicant: str, of_card: str | None, name: str | None, lacks: bool
) -> None:
    visit = Visit(applicant, (Card("general", "サトウ", applicant=of_card),), "0", visitor_name=name)
    assert lacks_visitor_name(visit) is lacks


def test_the_name_of_who_came_goes_with_them_unless_they_come_for_another_card(city: City) -> None:
    proxy = replace(OWN, applicant=Applicant.OTHER_PROXY)
    own = Correction(applicant="self")
    one = booking(city, proxy, visitor_name="アベ")
    assert corrected(one, own, city).visitor_name is None
    assert corrected(one, replace(own, visitor_name="イトウ"), city).visitor_name == "イトウ"
    assert corrected(one, Correction(applicant="other_proxy"), city).visitor_name == "アベ"
    assert corrected(booking(city, proxy, proxy, visitor_name="アベ"), own, city).visitor_name == "アベ"


def test_who_comes_for_no_card_any_more_does_not_stay_who_comes(city: City) -> None:
    after = corrected(booking(city, OWN, CHILDS), Correction(applicant="other_proxy", visitor_name="アベ"), city)
    assert after.applicant == "other_proxy"
    assert [card.applicant for card in after.cards] == [None, "legal_representative"]


def test_a_proxy_is_asked_about_only_where_nobody_else_can_be_the_representative(city: City) -> None:
    proxy = Correction(applicant="other_proxy", visitor_name="アベ")
    mother = booking(city, OWN, CHILDS, OWN)
    assert same_representative(mother.visit, corrected(mother, replace(proxy, card=3), city)) == ()
    childs = booking(city, OWN, CHILDS, CHILDS)
    assert same_representative(childs.visit, corrected(childs, proxy, city)) == (2, 3)
    alone = booking(city, OWN)
    assert same_representative(alone.visit, corrected(alone, proxy, city)) == ()
    after = replace(childs, visit=corrected(childs, proxy, city))
    again = corrected(after, Correction(name_kana="イトウ"), city)
    assert same_representative(after.visit, again) == ()  # asked once, not at every correction
