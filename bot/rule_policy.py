"""Rasa's RulePolicy, looking no further back than its rules do."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True
)
class LatestTurnRulePolicy(RulePolicy):
    """Predicts what RulePolicy predicts, at the same cost in the first turn and in the last.

    RulePolicy replays the whole conversation for every action that it predicts. No rule of ours
    looks back past the message that is being answered, and no slot decides a rule
    (tests/bot/test_rule_policy.py), so the latest turn is enough, and turns of one shape end alike.
    """

    _found: dict[tuple[Any, ...], tuple[str | None, str | None, bool]] | None = None

    @classmethod
    def load(cls, *args: Any, **kwargs: Any) -> LatestTurnRulePolicy:
        policy = super().load(*args, **kwargs)
        policy._found = {}  # the rules are learnt: what follows from them stays
        return policy

    def _find_action_from_rules(
        self, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> tuple[str | None, str | None, bool]:
        if self._found is None:
            return super()._find_action_from_rules(tracker, domain, use_text_for_last_user_input)
        if use_text_for_last_user_input:
            return None, None, False  # no rule of ours is about a message's very words
        turn = _latest_turn(tracker)
        shape = tuple(map(_shape, turn.events))
        if shape not in self._found:
            self._found[shape] = super()._find_action_from_rules(turn, domain, False)
        return self._found[shape]

    def _prediction_states(
        self, tracker: DialogueStateTracker, domain: Domain, *args: Any, **kwargs: Any
    ) -> list[State]:
        return super()._prediction_states(_latest_turn(tracker), domain, *args, **kwargs)

    def _get_possible_keys(self, lookup: dict[str, str], states: list[State]) -> set[str]:
        # Few of the hundreds of rules end as the turn does; only those are matched in full.
        if states:
            action = states[-1].get("prev_action", {}).get("action_name")
            intents = {None, states[-1].get("user", {}).get("intent")}
            near = {rule: does for rule, does in lookup.items() if _end(rule)[0] == action}
            lookup = {rule: does for rule, does in near.items() if _end(rule)[1] in intents}
        return super()._get_possible_keys(lookup, states)


def _shape(event: Event) -> tuple[Any, ...]:
    """Return what a rule can tell of an event."""
    entities = tuple(each["entity"] for each in getattr(event, "entities", ()))
    return type(event), entities, *(getattr(event, name, None) for name in _TOLD_APART_BY)


_TOLD_APART_BY = ("intent_name", "action_name", "name", "is_interrupted", "use_text_for_featurization")


@cache
def _end(rule: str) -> tuple[str | None, str | None]:
    """Return the action and the intent with which a rule ends."""
    state = json.loads(rule)[-1]
    return state.get("prev_action", {}).get("action_name"), state.get("user", {}).get("intent")


class _Turn(DialogueStateTracker):
    """A tracker of one turn, whose events have been applied already."""

    def applied_events(self) -> list[Event]:
        return list(self.events)


def _latest_turn(tracker: DialogueStateTracker) -> DialogueStateTracker:
    """Return the latest message with what followed, and the two actions before it.

    The two are the wait for the message, and one more that tells this turn from the first one of
    a conversation. A running form stays a running form.
    """
    events = tracker.applied_events()
    start = next(
        (at for at in reversed(range(len(events))) if isinstance(events[at], UserUttered)), 0
    )
    for _ in range(2):
        start = next(
            (at for at in reversed(range(start)) if isinstance(events[at], ActionExecuted)), 0
        )
    loop = [next((e for e in reversed(events[:start]) if type(e) is ActiveLoop), None)]
    turn = _Turn(tracker.sender_id, slots=(), is_rule_tracker=tracker.is_rule_tracker)
    for event in [*filter(None, loop), *events[start:]]:
        if type(event) is not SlotSet:
            turn.update(event)
    return turn
