"""Fills the sentences of domain.yml with what stands in city.yml, and with words of domain.yml.

So a telephone number, an opening hour or a limit is written in one place, and a sentence can use
it as `{call_centre_phone}` whether a rule or an action utters it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot import database, steps
from renewal import application, clock, opening_hours
from renewal.application import Desk
from renewal.bookings import Bookings
from renewal.city import City, Counter, load
from renewal.date_words import japanese_time, short_date
from renewal.documents import USUAL_CASES, documents

WEEKDAYS = dict(
    zip(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "月火水木金土日", strict=True)
)
_ASIDE = re.compile(
    r"utter_(?:ask_(?!application_form|booking|visit|confirmed)\w+|out_of_scope_\w+|chitchat|complain)"
)
"""What is answered between two questions of a form."""
SAME_ANSWERS = 2
"""So often the same answer is given; then it is said that it was, with another way on."""


class CityResponses(TemplatedNaturalLanguageGenerator):
    """Rasa's own response generator, with the city's facts among the variables.

    A value "@name" stands for the word utter_word_name, a list for its parts in a row. Where a response has variations, the first
    one whose conditions hold is taken: what a citizen is told does not depend on chance.
    """

    def __init__(self, endpoint_config: EndpointConfig, domain: Domain) -> None:
        super().__init__(domain.responses)
        self._city = load()
        self._fixed = _fixed_facts(self._city)

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
        facts = {**self._fixed, "call_centre_now": self.call_centre_now(clock.now())}
        values = {**facts, **kwargs}
        said = await super().generate(utter_action, tracker, output_channel, **values)
        if said and tracker.active_loop_name and _ASIDE.fullmatch(utter_action):
            said.pop("buttons", None)  # the form's own follow: "予約する" would mean two things
        if said and _ASIDE.fullmatch(utter_action) and _times_said(said["text"], tracker) >= SAME_ANSWERS:
            said = await super().generate("utter_same_again", tracker, output_channel, **values)
        asked = tracker.get_slot("requested_slot")
        # In LINE a word typed does it: its numbered choices stay short.
        if said and asked and output_channel == "web" and steps.is_question(utter_action):
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
        response["text"] = response["text"].format_map(values)
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
        return value

    def _word(self, name: str, **values: str) -> str:
        text = str(self.responses[f"utter_word_{name}"][0]["text"])
        return text.format(**{**self._fixed, **values})

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


def _fixed_facts(city: City) -> dict[str, Any]:
    """Return what sentences may say of city.yml that does not change with the time."""
    centre, rules = city.call_centre, city.booking
    other = city.alternative_contact
    contact = "、".join(
        f"{kind} {value}" for kind, value in (("FAX", other.fax), ("メール", other.mail)) if value
    )
    facts: dict[str, Any] = {
        "city": city.name,
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
        "other_contact": "@contact_fax_mail" if contact else "@contact_page",
        "contact": contact,
        "hours_by_counter": "\n".join(_hours_line(c) for c in city.bookable_counters),
        "id_list": "\n".join(f"・{item}" for item in city.id_list_a),
        "horizon_days": rules.horizon_days,
        "hold_minutes": rules.hold_minutes,
        "change_until": f"@until_{rules.change_until}",
        "cancel_until": f"@until_{rules.cancel_until}",
        "delete_days": city.privacy.delete_days_after_visit,
        "visit_minutes": city.visit.minutes,
        "crowded": city.visit.crowded or "",
    }
    for short, counter_id in (("honcho", "honchosha"), ("nishiguchi", "nishiguchi")):
        facts[f"{short}_label"] = city.counters[counter_id].label
        facts[f"{short}_short"] = city.counters[counter_id].short_label
    for name, case in USUAL_CASES.items():
        facts[f"documents_{name}"] = application.documents_text(documents(case, city))
    return facts


def days_in_words(days: Sequence[str]) -> str:
    """Return days of the week as people say them: 平日, 木曜."""
    if list(days) == list(WEEKDAYS)[:5]:
        return "平日"
    return "".join(WEEKDAYS[day] for day in days) + "曜"


def _hours_line(counter: Counter) -> str:
    parts = []
    for hours in counter.hours:
        days = days_in_words(hours.days)
        if hours.open and hours.close:
            parts.append(f"{days} {hours.open:%-H:%M}〜{hours.close:%-H:%M}")
        else:
            parts.append(
                f"{days} {'、'.join(f'{start:%-H:%M}' for start in hours.starts)}（この時刻だけ）"
            )
    return f"・{counter.label}: {'、'.join(parts)}"
