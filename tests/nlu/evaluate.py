"""How well the trained model understands sentences it has never seen: `python -m tests.nlu.evaluate`.

Only figures by intent are printed, never a sentence: who improves the training data must not
learn from the sets.

- right: the likeliest intent is the right one
- answered: the model was sure enough to answer; asked back: it offered buttons instead
- served: answered rightly, or the right intent among the buttons
- accepted falsely: none of our business, yet answered as if it were
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from actions.questions import MOST_BUTTONS, NEAR, NO_BUTTON
from bot import front_door, models

SETS = Path(__file__).parent
MODEL = models.path()
FALLBACK = "nlu_fallback"
OUT_OF_SCOPE = "out of scope"


@dataclass(frozen=True)
class Judged:
    """One sentence of a set, and what the model made of it (intents, the three outside as one)."""

    wanted: str
    likeliest: str
    answered: str | None
    buttons: tuple[str, ...]

    @property
    def right(self) -> bool:
        return self.likeliest == self.wanted

    @property
    def served(self) -> bool:
        return self.answered == self.wanted if self.answered else self.wanted in self.buttons


def read_set(name: str) -> list[tuple[str, str]]:
    """Return the sentences of a set in tests/nlu/ with their intents."""
    lists = YAML(typ="safe").load(SETS / f"{name}.yml")
    if "nlu" in lists:  # Rasa's own format: a line a sentence, after "- "
        lists = {each["intent"]: [line[2:] for line in each["examples"].splitlines()] for each in lists["nlu"]}
    return [(sentence, intent) for intent, sentences in lists.items() for sentence in sentences]


def one_outside(intent: str) -> str:
    """Return the intent, with the three kinds of out of scope made one."""
    outside = intent == "chitchat" or intent.startswith("out_of_scope")
    return OUT_OF_SCOPE if outside else intent


def judge(
    parsed: dict[str, Any], wanted: str, near: float = NEAR, most_buttons: int = MOST_BUTTONS
) -> Judged:
    """Return what the bot would do with a parsed message (actions/questions.py)."""
    ranking = [each for each in parsed["intent_ranking"] if each["name"] != FALLBACK]
    asked = [i["name"] for i in ranking if i["confidence"] >= near and i["name"] not in NO_BUTTON]
    said = parsed["intent"]["name"]
    return Judged(
        wanted=one_outside(wanted),
        likeliest=one_outside(ranking[0]["name"]),
        answered=None if said == FALLBACK else one_outside(said),
        buttons=tuple(one_outside(intent) for intent in asked[:most_buttons]),
    )


def judge_sets(model: Path, sets: Iterable[str]) -> dict[str, list[Judged]]:
    """Return the judgements of a trained model on each set."""
    from rasa.core.agent import Agent
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.ERROR)  # else Rasa prints every sentence
    agent = Agent.load(str(model))

    async def all_of(name: str) -> list[Judged]:
        return [
            judge(await agent.parse_message(front_door.admit(text, (), False).text), wanted)
            for text, wanted in read_set(name)
        ]

    return {name: asyncio.run(all_of(name)) for name in sets}


def share(counted: Iterable[bool]) -> float:
    """Return the share of true ones."""
    values = list(counted)
    return sum(values) / len(values)


def macro_f1(judged: list[Judged]) -> float:
    """Return the mean F1 over the intents that the set holds."""
    wanted = Counter(j.wanted for j in judged)
    given = Counter(j.likeliest for j in judged)
    hits = Counter(j.wanted for j in judged if j.right)
    return sum(2 * hits[i] / (wanted[i] + given[i]) for i in wanted) / len(wanted)


def figures(judged: dict[str, list[Judged]]) -> dict[str, float]:
    """Return the figures that README shows and that `make test` gates on."""
    inside, outside = judged["utterances"], judged["out_of_scope"]
    return {
        "accuracy": share(j.right for j in inside),
        "macro_f1": macro_f1(inside),
        "served": share(j.served for j in inside),
        "asked_back_rightly": share(j.answered is None and j.served for j in inside),
        "asked_back_wrongly": share(
            j.answered is None and not j.served and bool(j.buttons) for j in inside
        ),
        "not_understood": share(j.answered is None and not j.buttons for j in inside),
        "answered_wrongly": share(j.answered is not None and not j.served for j in inside),
        "accepted_falsely": share(j.answered not in (None, OUT_OF_SCOPE) for j in outside),
        "outside_recognised": share(j.right for j in outside),
    }


def recall(judged: list[Judged]) -> dict[str, float]:
    """Return the share of right ones for each intent, the worst first."""
    by_intent: dict[str, list[bool]] = defaultdict(list)
    for j in judged:
        by_intent[j.wanted].append(j.right)
    return dict(sorted(((i, share(r)) for i, r in by_intent.items()), key=lambda item: item[1]))


def main() -> None:
    """Print the figures of a trained model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    judged = judge_sets(arguments.model, ("utterances", "out_of_scope"))
    every = judged["utterances"] + judged["out_of_scope"]
    confused = Counter((j.wanted, j.likeliest) for j in every if not j.right)
    result = {
        **figures(judged),
        "sentences": {name: len(j) for name, j in judged.items()},
        "recall": recall(every),
        "confused": [[*pair, times] for pair, times in confused.most_common(40)],
    }
    if arguments.json:
        json.dump(result, sys.stdout, ensure_ascii=False, indent=1)
        return
    for name, value in figures(judged).items():
        print(f"{name:20} {100 * value:5.1f} %")
    print("\nweakest intents")
    for intent, value in list(recall(every).items())[:20]:
        print(f"  {intent:28} {100 * value:5.1f} %")
    print("\nwanted → taken for")
    for (wanted, taken), times in confused.most_common(25):
        print(f"  {times:3}  {wanted} → {taken}")


if __name__ == "__main__":
    main()
