"""Several cards in one booking: one visit, and a case of its own for each card.

An application asks about one card at a time. The cards that are finished stand in `done`, what is
known of those that follow in `to_come`, and the one that is being asked about is the application
itself. What is usually the same for all (what the notice says, whether PINs are remembered, the
household) is asked once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from renewal.application import Application

CARD_FIELDS = (
    "relation", "notice", "applicant", "holder", "near_fifteen", "proof_waiver", "reply_form",
    "reissue_plan", "reply_form_limit", "expires_on", "card_expires_on", "expiry_help", "birthday",
    "issued_on", "expiry_checked", "book_later", "pins", "forgotten_pins", "certificates",
    "name_kana",
)  # fmt: skip
_NONE: dict[str, Any] = dict.fromkeys(CARD_FIELDS)


def number(a: Application) -> int:
    """Return how many cards the application is for."""
    return max(a.cards or 1, len(a.done or ()) + 1)


def is_several(a: Application) -> bool:
    """Return whether it is for more than one card, or may turn out to be."""
    return number(a) > 1 or bool(a.family and a.cards is None)


def children(a: Application) -> list[int]:
    """Return the places of the cards that are known to be a child's."""
    cards = [known(a, at) for at in range(number(a))]
    return [
        at
        for at, card in enumerate(cards)
        if card.get("relation") == "child" or card.get("holder") == "under_15"
    ]


def each(a: Application) -> Iterator[Application]:
    """Yield the application as it is for each card begun so far, in order."""
    for card in a.done or ():
        yield replace(a, **{**_NONE, **card}, cards=None, done=None, to_come=None, family=None)
    yield replace(a, cards=None, done=None, to_come=None, family=None)


def visitor_is_a_holder(a: Application) -> bool:
    """Return whether nobody else comes: a child that comes along has the parent beside it."""
    own = [(card.applicant == "self", card.relation == "child") for card in each(a)]
    return all(comes for comes, _ in own) or any(comes and not child for comes, child in own)


def has_more(a: Application) -> bool:
    """Return whether cards follow that nothing has been asked about."""
    return len(a.done or ()) + 1 < number(a)


def begin(a: Application, people: list[dict[str, Any]]) -> Application:
    """Return an application for these people's cards; what is known of each may be empty."""
    first, *others = people
    return replace(a, **first, cards=max(len(people), a.cards or 1), to_come=others, family=True)


def next_card(a: Application) -> Application:
    """Return the application with this card finished and the next one begun."""
    coming = list(a.to_come or ())
    known = coming.pop(0) if coming else {}
    alike: dict[str, Any] = {"notice": a.notice}
    if not a.pins_each:
        alike |= {"pins": a.pins, "forgotten_pins": a.forgotten_pins}
    if known.get("applicant") == "self":
        known = {**known, "holder": "general"}
    return replace(
        a, **{**_NONE, **alike, **known}, done=[*(a.done or ()), _card(a)], to_come=coming
    )


def previous_card(a: Application) -> Application:
    """Return the application as it was before this card was begun."""
    done = list(a.done or ())
    last = done.pop()
    known = {name: getattr(a, name) for name in ("relation", "applicant", "holder")}
    coming = [{k: v for k, v in known.items() if v}, *(a.to_come or ())]
    return replace(a, **{**_NONE, **last}, done=done or None, to_come=coming)


def of_another_holder(a: Application) -> Application:
    """Return the application with all that is known of this card forgotten but what its notice says."""
    return replace(a, **{**_NONE, "notice": a.notice})


def turned_to(a: Application, place: int) -> Application:
    """Return the application with the card at that place as the one that is asked about.

    Those after it come again in their order; what is known of them stays known.
    """
    here = len(a.done or ())
    if place >= here:
        return a
    cards = [known(a, at) for at in range(number(a))]
    return replace(
        a, **{**_NONE, **cards[place]}, done=cards[:place] or None, to_come=cards[place + 1 :]
    )


def with_expiries(a: Application, told: dict[int, str]) -> Application:
    """Return the application with the expiry dates of other cards than the one asked about."""
    done = [dict(card) for card in a.done or ()]
    coming: list[dict[str, Any]] = [dict(card) for card in a.to_come or ()]
    coming += [{} for _ in range(number(a) - 1 - len(done) - len(coming))]
    for place, day in told.items():
        if place < len(done):
            done[place]["expires_on"] = day
        elif place > len(done):
            coming[place - len(done) - 1]["expires_on"] = day
    return replace(a, done=done or a.done, to_come=coming or a.to_come)


def known(a: Application, place: int) -> dict[str, Any]:
    """Return what is known of the card at that place."""
    cards = [*(a.done or ()), _card(a), *(a.to_come or ())]
    return cards[place] if place < len(cards) else {}


def without_this_card(a: Application) -> Application:
    """Return the application without the card that is being asked about."""
    left = number(a) - 1
    if a.to_come or len(a.done or ()) + 1 <= left:  # the next one takes its place
        before = a.done
        return replace(next_card(a), done=before, cards=left)
    return replace(previous_card(a), to_come=None, cards=left)


def without(a: Application, place: int) -> Application:
    """Return the application without the card at that place."""
    left, here = number(a) - 1, len(a.done or ())
    if place == here:
        return without_this_card(a)
    done = [card for at, card in enumerate(a.done or ()) if at != place]
    coming = [card for at, card in enumerate(a.to_come or (), start=here + 1) if at != place]
    return replace(a, done=done or None, to_come=coming or None, cards=left, family=left > 1)


def children_told(a: Application, holders: list[str | None]) -> Application:
    """Return the application with its children, in their order, as they were told of together."""
    here = len(a.done or ())
    coming = [known(a, at) for at in range(here + 1, number(a))]
    others = list(holders)
    if a.applicant != "self":
        a = replace(a, **_child(others.pop(0)))
    for at, card in enumerate(coming):
        if card.get("relation", "child") == "child" and card.get("applicant") != "self" and others:
            coming[at] = {**card, **_child(others.pop(0))}
    return replace(a, to_come=coming or a.to_come)


def _child(holder: str | None) -> dict[str, Any]:
    if holder == "near_fifteen":  # a child until the birthday is known
        return {**_child("under_15"), "near_fifteen": True}
    if holder == "under_15":
        return {"relation": "child", "applicant": "legal_representative", "holder": holder}
    return {"relation": "child", "applicant": None, "holder": holder}


def counted(a: Application, cards: int) -> Application:
    """Return the application for that many cards; those that were to come last are left out."""
    while len(a.done or ()) + 1 > cards:
        a = replace(previous_card(a), to_come=None)
    coming = (a.to_come or [])[: cards - 1 - len(a.done or ())]
    return replace(a, cards=cards, to_come=coming or None, family=cards > 1)


def with_name(a: Application, name: str) -> Application:
    """Return the application with the next name in it: the first card without one gets it."""
    done = [dict(card) for card in a.done or ()]
    if a.name_kana is not None:  # all are known: they are told anew, from the first one on
        a = without_names(a)
        done = [dict(card) for card in a.done or ()]
    for card in done:
        if not card.get("name_kana"):
            card["name_kana"] = name
            return replace(a, done=done)
    return replace(a, name_kana=name)


def with_name_at(a: Application, place: int, name: str) -> Application:
    """Return the application with the name of the card at that place put right."""
    done = [dict(card) for card in a.done or ()]
    if place >= len(done):
        return replace(a, name_kana=name)
    done[place]["name_kana"] = name
    return replace(a, done=done)


def without_names(a: Application) -> Application:
    """Return the application with all holders' names forgotten."""
    done = [{**card, "name_kana": None} for card in a.done or ()]
    return replace(a, done=done or None, name_kana=None)


def with_shared_proof(a: Application) -> Application:
    """Return the application with the household as it is for an earlier card of the same kind."""
    if a.applicant == "legal_representative" and a.proof_waiver is None:
        for card in a.done or ():
            alike = card.get("applicant") == a.applicant and card.get("holder") == a.holder
            # Who comes for themselves is not asked for it, but may have told it already.
            if alike or (card.get("applicant") == "self" and card.get("proof_waiver")):
                return replace(a, proof_waiver=card.get("proof_waiver"))
    return a


def person(a: Application, named: bool = False) -> str | None:
    """Return whose card is being asked about, None for a single card.

    `named`: the question is for names, which are asked for together, from the first card on.
    """
    if not is_several(a):
        return None
    done = list(a.done or ())
    unnamed = next((at for at, card in enumerate(done) if not card.get("name_kana")), None)
    if named and unnamed is not None:
        return label(unnamed, {**_NONE, **done[unnamed]})
    return label(len(done), _card(a))


def label(place: int, card: dict[str, Any]) -> str:
    """Return how a card's holder is called in lists: "2人目（お子さま）", or the name once told."""
    if card.get("name_kana"):
        return f"{card['name_kana']} 様"
    if card.get("holder") == "under_15" or card.get("relation") == "child":
        kind = "お子さま"
    elif card.get("holder") == "adult_ward":
        kind = "成年被後見人の方"
    elif card.get("applicant") == "self" and place == 0:  # who comes along is not who writes
        kind = "ご本人"
    elif card.get("applicant") == "other_proxy":
        kind = "代理の分"
    else:
        return f"{place + 1}人目の方"
    return f"{place + 1}人目（{kind}）"


def labels(a: Application) -> list[str]:
    """Return the label of each card begun so far, in order."""
    return [label(at, _card(card)) for at, card in enumerate(each(a))]


def _card(a: Application) -> dict[str, Any]:
    return {name: value for name in CARD_FIELDS if (value := getattr(a, name)) is not None}
