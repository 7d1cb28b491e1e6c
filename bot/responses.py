"""Fills the sentences of domain.yml with what stands in city.yml, and with words of domain.yml.

So a telephone number, an opening hour or a limit is written in one place, and a sentence can use
it as `{call_centre_phone}` whether a rule or an action utters it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cached_property
from typing import Any

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot import database, in_force, steps
from renewal import application, clock, hours_in_words, opening_hours
from renewal.application import Desk
from renewal.bookings import Bookings
from renewal.city import City, Counter, load
from renewal.date_words import japanese_time, short_date
from renewal.documents import USUAL_CASES, documents
from renewal.hours_in_words import days_in_words

_ASIDE = re.compile(
    r"utter_(?:ask_(?!application_form|booking|counter|visit|confirmed)\w+|out_of_scope_\w+|chitchat|complain)"
)
"""What is answered between two questions of a form."""
SAME_ANSWERS = 2
"""So often the same answer is given; then it is said that it was, with another way on."""


class CityResponses(TemplatedNaturalLanguageGenerator):
    """Rasa's own response generator, with the city's facts among the variables.

    A value "@name" stands for the word utter_word_name, a list for its parts in a row, a list in it for
    one part put together. Where a response has variations, the first
    one whose conditions hold is taken: what a citizen is told does not depend on chance.
    """

    def __init__(self, endpoint_config: EndpointConfig, domain: Domain) -> None:
        in_force.put()
        super().__init__(domain.responses)
        self._city = load()

    @cached_property
    def _fixed(self) -> dict[str, Any]:
        """What does not change with the time. Rasa hands over the domain only after it has made this."""

        def word(name: str, **values: str) -> str:
            return str(self.responses[f"utter_word_{name}"][0]["text"]).format(**values)

        return fixed_facts(self._city, word)

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: Any,
    ) -> dict[str, Any] | None:
        # Rasa adds an action's buttons and payload to the message as they are, after this.
        self._spell_out_inside(kwargs.get("buttons"))
        self._spell_out_inside(kwargs.get("custom"))
        now = self.call_centre_now(clock.now())
        values = {**self._fixed, "call_centre_now": now, "branches": self._branches(now), **kwargs}
        said = await super().generate(utter_action, tracker, output_channel, **values)
        if said and tracker.active_loop_name and _ASIDE.fullmatch(utter_action):
            said.pop("buttons", None)  # the form's own follow: "予約する" would mean two things
        if said and _ASIDE.fullmatch(utter_action) and _times_said(said["text"], tracker) >= SAME_ANSWERS:
            said = await super().generate("utter_same_again", tracker, output_channel, **values)
        asked = tracker.get_slot("requested_slot")
        if said and asked and output_channel in ("web", "line") and steps.is_question(utter_action):
            self._as_a_step(said, asked, tracker, kwargs.get("buttons"))
        return said

    def _as_a_step(
        self,
        said: dict[str, Any],
        asked: str,
        tracker: DialogueStateTracker,
        buttons: list[dict[str, str]] | None,
    ) -> None:
        """Add to a question what it expects, how many are left, and the button that goes back."""
        slots = tracker.current_slot_values()
        desk = Desk(self._city, Bookings(database.engine()), clock.now(), clock.real_now())
        said.update(steps.expected(asked) | steps.left(asked, slots, desk))
        if steps.can_go_back(asked, slots, desk):
            # An action's own buttons are added to the sentence's, after this.
            own = said.setdefault("buttons", []) if buttons is None else buttons
            own.append({"title": self._word("back"), "payload": steps.BACK})

    def _fill_response(
        self,
        response: dict[str, Any],
        filled_slots: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Fill text and button titles only: Rasa would take the braces of a payload for variables."""
        values = {
            name: self._spelt_out(value)
            for name, value in {**(filled_slots or {}), **kwargs}.items()
        }
        response["text"] = response["text"].format_map(values).rstrip()
        for button in response.get("buttons") or ():
            button["title"] = button["title"].format_map(values)
        return response

    def _spell_out_inside(self, node: Any) -> None:
        for key, value in _entries(node):
            if isinstance(value, str):
                node[key] = self._spelt_out(value)
            self._spell_out_inside(value)

    def _spelt_out(self, value: Any) -> Any:
        if isinstance(value, str) and value.startswith("@"):
            return self._word(value[1:])
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return "、".join(dict.fromkeys(str(self._spelt_out(each)) for each in value))
        if isinstance(value, list) and all(isinstance(each, list) for each in value):
            return "、".join("".join(str(self._spelt_out(each)) for each in part) for part in value)
        return value

    def _word(self, name: str, **values: str) -> str:
        text = str(self.responses[f"utter_word_{name}"][0]["text"])
        return text.format(**{**self._fixed, **values})

    def _branches(self, call_centre_now: str) -> str:
        """Return what is said of the counters that cannot be booked here."""
        not_here = [each.label for each in self._city.counters.values() if not each.enabled]
        if not_here:
            return self._word("branches", places=_and(not_here), call_centre_now=call_centre_now)
        return self._word("no_branches", call_centre_now=call_centre_now)

    def call_centre_now(self, now: datetime) -> str:
        """Return whether the call centre is open now, in words."""
        hours = opening_hours.call_centre_now(self._city, now)
        if hours.until:
            return self._word("open_now", until=japanese_time(hours.until.time()))
        today = hours.opens.date() == now.astimezone(clock.TOKYO).date()
        day = "今日" if today else short_date(hours.opens.date())
        opens = f"{day}{japanese_time(hours.opens.time())}"
        return self._word("closed_now", opens=opens)

    def _random_response_for(
        self, utter_action: str, output_channel: str, filled_slots: dict[str, Any]
    ) -> dict[str, Any] | None:
        for variation in self.responses.get(utter_action, ()):
            conditions = variation.get("condition") or ()
            if variation.get("channel") in (None, output_channel) and all(
                filled_slots.get(each["name"]) == each["value"] for each in conditions
            ):
                return variation
        return None


def _times_said(text: str, tracker: DialogueStateTracker) -> int:
    """Return how often the bot has said just this in the conversation."""
    return sum(isinstance(event, BotUttered) and event.text == text for event in tracker.events)


def _entries(node: Any) -> list[tuple[Any, Any]]:
    if isinstance(node, dict):
        return list(node.items())
    return list(enumerate(node)) if isinstance(node, list) else []


Word = Callable[..., str]
"""A word of domain.yml by its name (without utter_word_), with values put in."""


def fixed_facts(city: City, word: Word) -> dict[str, Any]:
    """Return what sentences may say of city.yml that does not change with the time."""
    centre, rules = city.call_centre, city.booking
    other = city.alternative_contact
    contact = "、".join(
        f"{kind} {value}" for kind, value in (("FAX", other.fax), ("メール", other.mail)) if value
    )
    page = "@contact_page" if city.source.page else "@contact_site"
    facts: dict[str, Any] = {
        "city": city.name,
        "municipality": city.municipality,
        "hall": city.hall,
        "page": city.source.page,
        "department": city.department.name,
        "call_centre_name": centre.name,
        "call_centre_phone": centre.phone,
        "call_centre_hours": f"{days_in_words(centre.days)}の{japanese_time(centre.open)}から{japanese_time(centre.close)}まで",
        "call_centre_open": f"{centre.open:%-H:%M}",
        "call_centre_close": f"{centre.close:%-H:%M}",
        "call_centre_hours_en": f"weekdays {centre.open:%H:%M}-{centre.close:%H:%M}",
        "national_name": city.national_line.name,
        "national_phone": city.national_line.phone,
        "department_contact": f"{city.department.name} {city.department.phone}"
        if city.department.phone
        else f"{centre.name} {centre.phone}",
        "other_contact": "@contact_fax_mail" if contact else page,
        "contact": contact,
        "hours_by_counter": "\n".join(f"・{hours_in_words.counter_in_words(c)}" for c in city.open_counters),
        "hours_exceptions": hours_in_words.exceptions_in_words(city),
        "closed_days": hours_in_words.closed_in_words(city),
        "year_end": hours_in_words.year_end_in_words(city),
        "opening": hours_in_words.opening_in_words(city),
        "counter_examples": "".join(f"「{_called(c)}で」" for c in city.bookable_counters[:2]),
        "id_list": "\n".join(f"・{item}" for item in city.id_list_a),
        "proof_left_out": city.documents["rep_proof"].may_be_left_out or "",
        "horizon": hours_in_words.horizon_in_words(city),
        "hold_minutes": rules.hold_minutes,
        "change_until": hours_in_words.limit_in_words(rules.change_until),
        "cancel_until": hours_in_words.limit_in_words(rules.cancel_until),
        "delete_days": city.privacy.delete_days_after_visit,
        "visit_minutes": city.visit.minutes,
    }
    for name, case in USUAL_CASES.items():
        facts[f"documents_{name}"] = application.documents_text(documents(case, city))
    return {**facts, **_claims(city, word)}


def _claims(city: City, word: Word) -> dict[str, str]:
    """Return the sentences that hold in some cities only; "" where they do not."""
    open_to_all = [each for each in city.open_counters if each.always_takes_walk_ins]
    at_times = [each for each in city.open_counters if hours_in_words.walk_in_times(each)]
    booked_first = [each.short_label for each in city.open_counters if each.booked_first]
    places = "・".join(each.short_label for each in open_to_all)
    if open_to_all:
        walk_in_too = word("walk_in_too", places=places)
    else:
        walk_in_too = "".join(_walk_in_at_times(each, each.short_label, word) for each in at_times[:2])
    bookable = [each.label for each in city.bookable_counters]
    crowded = city.visit.crowded
    return {
        "walk_in_too": walk_in_too,
        "walk_in_by_counter": "\n".join(_walk_in(each, city, word) for each in city.open_counters),
        "booked_first": word("booked_first", places="・".join(booked_first)) if booked_first else "",
        "before_notice": word("before_notice", places=places) if open_to_all else "",
        "book_before_notice": word("book_before_notice" if open_to_all else "book_before_notice_only"),
        "hours_without_booking": "".join(
            word("hours_without_booking", places=each.short_label, times=times)
            for each in city.bookable_counters
            if (times := hours_in_words.times_without_booking(each))
        ),
        "come_without_phone": word("come_without_phone", places=places) if open_to_all else "",
        "crowded_elsewhere": word("crowded_elsewhere", crowded=crowded) if crowded else "",
        "bookable_here": word("bookable_here", places=_and(bookable)) if bookable else "",
    }


def _walk_in(counter: Counter, city: City, word: Word) -> str:
    """Return whether a counter receives people without a booking, as far as the city has said."""
    label = counter.label
    if not counter.bookable:
        return word("no_booking_at", places=label)
    if counter.always_takes_walk_ins:
        first = word("booked_first", places=counter.short_label) if counter.booked_first else ""
        return word("walk_in_too", places=label) + first
    if hours_in_words.walk_in_times(counter):
        return _walk_in_at_times(counter, label, word)
    known = city.is_confirmed(f"counters.{counter.id}.walk_in")
    return word("booked_only" if known else "walk_in_unknown", places=label)


def _walk_in_at_times(counter: Counter, place: str, word: Word) -> str:
    open_to_all = word("walk_in_at_times", places=place, times=hours_in_words.walk_in_times(counter))
    return open_to_all + word("booked_only_at_times", times=hours_in_words.booked_times(counter))


def _called(counter: Counter) -> str:
    """Return how people call a counter: its first alias."""
    return counter.aliases[0] if counter.aliases else counter.short_label


def _and(names: Iterable[str]) -> str:
    *most, last = names
    return f"{'、'.join(most)}と{last}" if most else last
