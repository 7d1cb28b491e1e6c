"""Rules are matched against the latest turn alone: what that relies on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.rule_policy import LatestTurnRulePolicy, _latest_turn
from tests.conversations.driver import load_agent

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(ROOT / "domain.yml"))


@pytest.fixture(scope="module")
def policy() -> RulePolicy:
    nodes = load_agent().processor.graph_runner._instantiated_nodes
    return next(
        node._component
        for node in nodes.values()
        if isinstance(node._component, LatestTurnRulePolicy)
    )


def test_no_rule_looks_back_past_the_message_that_is_answered(policy: RulePolicy) -> None:
    for kind in (RULES, RULES_FOR_LOOP_UNHAPPY_PATH):
        for rule in policy.lookup[kind]:
            waits = [
                at
                for at, state in enumerate(json.loads(rule))
                if state.get("prev_action", {}).get("action_name") == "action_listen"
                and "user" in state
            ]
            assert len(waits) <= 1 and all(at <= 1 for at in waits), rule


def test_no_rule_is_about_a_messages_very_words(policy: RulePolicy) -> None:
    for kind in (RULES, RULES_FOR_LOOP_UNHAPPY_PATH):
        for rule in policy.lookup[kind]:
            last = json.loads(rule)[-1]
            if last.get("prev_action", {}).get("action_name") == "action_listen":
                assert set(last["user"]) <= {"intent", "entities"}, rule


def test_no_slot_decides_a_rule(domain: Domain) -> None:
    assert not [slot.name for slot in domain.slots if slot.influence_conversation]


LISTEN = ActionExecuted("action_listen")
MIDDLES = [
    [],
    [ActionExecuted("action_greet"), LISTEN, UserUttered("はい", {"name": "affirm"})],
    [
        ActionExecuted("application_form"),
        ActiveLoop("application_form"),
        SlotSet("requested_slot", "notice"),
        LISTEN,
        UserUttered("手数料は", {"name": "ask_fee"}),
        ActionExecuted("action_answer"),
        ActionExecuted("application_form"),
        LISTEN,
        UserUttered("やめる", {"name": "stop"}),
    ],
]


@pytest.mark.parametrize("middle", MIDDLES, ids=["first turn", "second turn", "in a form"])
def test_the_latest_turn_ends_in_the_states_of_the_whole_conversation(
    domain: Domain, middle: list
) -> None:
    tracker = DialogueStateTracker("somebody", domain.slots)
    start = [LISTEN, UserUttered("予約", {"name": "book"})]
    tracker.update_with_events([*start, *middle, ActionExecuted("utter_stopped")], domain)
    whole = tracker.past_states(domain)
    latest = _latest_turn(tracker).past_states(domain)
    assert latest[-2:] == whole[-2:]
    assert bool(latest[-3]) == bool(whole[-3]), "a first turn is told from a later one"


@pytest.mark.parametrize("middle", MIDDLES, ids=["first turn", "second turn", "in a form"])
def test_what_a_turn_of_the_same_shape_led_to_is_what_the_rules_say(
    policy: LatestTurnRulePolicy, domain: Domain, middle: list
) -> None:
    for intent in domain.intents:
        found = []
        for text, find in (
            ("ひとつ", policy._find_action_from_rules),
            ("ふたつ", policy._find_action_from_rules),
            ("みっつ", super(LatestTurnRulePolicy, policy)._find_action_from_rules),
        ):
            tracker = DialogueStateTracker(text, domain.slots)
            said = [SlotSet("phone", text), LISTEN, UserUttered(text, {"name": intent})]
            tracker.update_with_events([LISTEN, *middle, *said], domain)
            found.append(find(tracker, domain, False))
        assert found[0] == found[1] == found[2], intent
