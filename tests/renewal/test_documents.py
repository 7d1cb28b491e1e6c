"""What to bring, for every case, and who may come at all."""

from __future__ import annotations

from datetime import date
from itertools import chain, combinations, product

import pytest

from renewal.city import DOCUMENT_IDS, City
from renewal.documents import (
    Applicant,
    Case,
    Certificates,
    Document,
    Holder,
    ImpossibleCase,
    Pin,
    documents,
    holder_on,
)

POSSIBLE = {
    (Applicant.SELF, Holder.GENERAL),
    (Applicant.LEGAL_REPRESENTATIVE, Holder.UNDER_15),
    (Applicant.LEGAL_REPRESENTATIVE, Holder.ADULT_WARD),
    (Applicant.OTHER_PROXY, Holder.GENERAL),
}
PIN_SETS = [frozenset(pins) for pins in chain.from_iterable(combinations(Pin, n) for n in range(4))]
ALL_PINS = frozenset(Pin)


def ids(found: tuple[Document, ...]) -> list[str]:
    return [document.id for document in found]


def self_case(**facts: object) -> Case:
    return Case(Applicant.SELF, Holder.GENERAL, **facts)  # type: ignore[arg-type]


def child_case(**facts: object) -> Case:
    return Case(Applicant.LEGAL_REPRESENTATIVE, Holder.UNDER_15, **facts)  # type: ignore[arg-type]


def proxy_case(**facts: object) -> Case:
    return Case(Applicant.OTHER_PROXY, Holder.GENERAL, **facts)  # type: ignore[arg-type]


def test_an_adult_brings_the_card_and_knows_three_pins(city: City) -> None:
    assert ids(documents(self_case(), city)) == ["card", "pin_juki", "pin_user", "pin_sign"]


@pytest.mark.parametrize(
    ("certificates", "pins"),
    [
        (Certificates.BOTH, ["pin_juki", "pin_user", "pin_sign"]),
        (Certificates.USER, ["pin_juki", "pin_user"]),
        (Certificates.SIGN, ["pin_juki", "pin_sign"]),
        (Certificates.NONE, ["pin_juki"]),
    ],
)
def test_the_certificates_that_stay_decide_the_pins(
    city: City, certificates: Certificates, pins: list[str]
) -> None:
    assert ids(documents(self_case(certificates=certificates), city)) == ["card", *pins]


@pytest.mark.parametrize("holder", [Holder.UNDER_15, Holder.ADULT_WARD])
def test_a_childs_or_wards_card_lists_the_representatives_id_and_proof(
    city: City, holder: Holder
) -> None:
    found = documents(Case(Applicant.LEGAL_REPRESENTATIVE, holder), city)
    assert ids(found) == ["card", "pin_juki", "pin_user", "visitor_id_a", "rep_proof"]
    proof = found[-1]
    assert proof.required
    assert not proof.waived
    assert proof.may_be_left_out == "法定代理人が同一世帯又は本市本籍の場合"


@pytest.mark.parametrize("fact", ["same_household", "honseki_in_city"])
def test_the_proof_is_waived_in_the_same_household_or_with_honseki_in_the_city(
    city: City, fact: str
) -> None:
    found = documents(child_case(**{fact: True}), city)
    (proof,) = [document for document in found if document.id == "rep_proof"]
    assert proof.waived
    assert not proof.required
    assert all(document.required for document in found if document.id != "rep_proof")


def test_another_proxy_brings_the_reply_form_and_knows_no_pin(city: City) -> None:
    assert ids(documents(proxy_case(), city)) == ["card", "visitor_id_a", "inquiry_form"]


def test_forgotten_pins_leave_the_list_and_further_documents_join_it(city: City) -> None:
    assert ids(documents(self_case(forgotten_pins=ALL_PINS), city)) == ["card", "pin_reset_extra"]
    only_sign = self_case(forgotten_pins=frozenset({Pin.SIGN}))
    assert ids(documents(only_sign, city)) == ["card", "pin_juki", "pin_user", "pin_reset_extra"]
    assert ids(documents(child_case(forgotten_pins=ALL_PINS), city)) == [
        "card",
        "visitor_id_a",
        "rep_proof",
        "pin_reset_extra",
    ]
    assert ids(documents(proxy_case(forgotten_pins=ALL_PINS), city))[-1] == "pin_reset_extra"


def test_a_forgotten_pin_that_is_not_needed_changes_nothing(city: City) -> None:
    forgot_sign = frozenset({Pin.SIGN})
    assert documents(child_case(forgotten_pins=forgot_sign), city) == documents(child_case(), city)
    user = Certificates.USER
    assert documents(self_case(certificates=user, forgotten_pins=forgot_sign), city) == documents(
        self_case(certificates=user), city
    )


@pytest.mark.parametrize(
    ("applicant", "holder", "code", "who"),
    [
        (Applicant.SELF, Holder.UNDER_15, "child_alone", "法定代理人"),
        (Applicant.SELF, Holder.ADULT_WARD, "ward_alone", "成年後見人"),
        (
            Applicant.LEGAL_REPRESENTATIVE,
            Holder.GENERAL,
            "representative_of_capable_person",
            "照会書兼回答書",
        ),
        (Applicant.OTHER_PROXY, Holder.UNDER_15, "proxy_for_child", "法定代理人"),
        (Applicant.OTHER_PROXY, Holder.ADULT_WARD, "proxy_for_ward", "成年後見人"),
    ],
)
def test_an_impossible_case_says_who_may_come_instead(
    city: City, applicant: Applicant, holder: Holder, code: str, who: str
) -> None:
    with pytest.raises(ImpossibleCase) as caught:
        documents(Case(applicant, holder), city)
    assert caught.value.code == code
    message = str(caught.value)
    assert who in message
    assert message.count("。") == 1
    assert message.endswith("お越しください。")


def test_every_possible_case_has_a_list_that_makes_sense(city: City) -> None:
    for applicant, holder, household, honseki, pins, certificates in product(
        Applicant, Holder, (False, True), (False, True), PIN_SETS, Certificates
    ):
        case = Case(applicant, holder, household, honseki, pins, certificates)
        if (applicant, holder) not in POSSIBLE:
            with pytest.raises(ImpossibleCase):
                documents(case, city)
            continue
        found = documents(case, city)
        assert ids(found) == [name for name in DOCUMENT_IDS if name in ids(found)]
        assert ids(found)[0] == "card"
        assert all(item.label and item.reason and item.source for item in found)
        assert all(item.required != item.waived for item in found)
        for pin in pins:
            assert f"pin_{pin.value}" not in ids(found)
        if applicant is Applicant.LEGAL_REPRESENTATIVE:
            assert "pin_sign" not in ids(found)
        if Pin.JUKI in pins:
            assert "pin_reset_extra" in ids(found)
        if not pins:
            assert "pin_reset_extra" not in ids(found)


def test_whose_card_it_is_is_judged_on_the_day_of_the_visit() -> None:
    birthday = date(2011, 12, 3)
    assert holder_on(birthday, date(2026, 12, 2)) is Holder.UNDER_15
    assert holder_on(birthday, date(2026, 12, 3)) is Holder.GENERAL
    assert holder_on(birthday, date(2026, 12, 2), adult_ward=True) is Holder.UNDER_15
    assert holder_on(date(1950, 1, 1), date(2026, 12, 2), adult_ward=True) is Holder.ADULT_WARD
    with pytest.raises(ValueError, match="生年月日"):
        holder_on(date(2027, 1, 1), date(2026, 12, 2))
