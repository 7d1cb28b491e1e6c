"""What is understood well enough to be answered, and what is asked back."""

from __future__ import annotations

import pytest
from rasa.shared.nlu.training_data.message import Message

from actions.questions import NO_BUTTON
from bot.nlu.fallback import NEVER_ASKED_ABOUT, AskBackClassifier


@pytest.mark.parametrize(
    ("intent", "confidence", "answered"),
    [
        ("ask_fee", 0.71, True),
        ("ask_fee", 0.69, False),
        ("thank", 0.55, True),
        ("thank", 0.45, False),
        ("inform", 0.55, False),  # would begin an application
    ],
)
def test_small_words_are_guessed_and_questions_asked_back(
    intent: str, confidence: float, answered: bool
) -> None:
    classifier = AskBackClassifier(
        {"threshold": 0.7, "threshold_of_moods": 0.5, "ambiguity_threshold": 0.0}
    )
    likeliest = {"name": intent, "confidence": confidence}
    message = Message(data={"intent": likeliest, "intent_ranking": [likeliest]})
    [message] = classifier.process([message])
    assert message.get("intent")["name"] == (intent if answered else "nlu_fallback")


def test_only_what_has_no_button_is_guessed() -> None:
    assert NEVER_ASKED_ABOUT <= NO_BUTTON
