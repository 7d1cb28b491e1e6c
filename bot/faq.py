"""The city's own questions (`faq:` of its file) as Rasa learns them: intents, sentences, answers.

Each question is an intent of its own, `ask_faq_<id>`. What many cities are asked has an intent already
(OPEN), with sentences of its own in data/nlu.yml: the question whose ways of asking are taken for it
gives it the city's answer, and is understood by those sentences too.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from renewal.city import City, CityError, Question, load

if TYPE_CHECKING:
    from bot.nlu.sentence_model import SentenceModel

OPEN = ("ask_access", "ask_parking", "ask_wheelchair", "ask_nursing_room", "ask_post_office")
"""Intents that are the city's to answer: without its answer the bot says that it does not know."""
OUTSIDE = ("out_of_scope_city", "out_of_scope_card", "chitchat")
"""What is none of the bot's business, until a city makes it so."""


FEW = "ask_faq_"
"""How the intents begin that have no sentences but the city's few (bot/nlu/sentence_model.py)."""


def fingerprint(city: City) -> str:
    """Return what changes with the city's questions: a model goes with one of these."""
    text = "\n".join(f"{id_} {question.model_dump_json()}" for id_, question in city.faq.items())
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Taught:
    """A city's questions, and what the classifier without them takes their ways of asking for."""

    city: City
    built_in: SentenceModel

    @cached_property
    def taken_for(self) -> dict[str, list[tuple[str, float]]]:
        """For each question the intent of each of its ways of asking, with the confidence."""
        found = {}
        for id_, question in self.city.faq.items():
            rows = self.built_in.probabilities(question.phrasings)
            found[id_] = [(str(self.built_in.labels[row.argmax()]), float(row.max())) for row in rows]
        return found

    @cached_property
    def meant(self) -> dict[str, tuple[str, ...]]:
        """For each question the open intents that half of its ways of asking, or more, are taken for."""
        return {
            id_: tuple(
                topic for topic in OPEN if 2 * sum(intent == topic for intent, _ in taken) >= len(taken)
            )
            for id_, taken in self.taken_for.items()
        }

    @cached_property
    def split(self) -> frozenset[str]:
        """The open intents that several questions share: there each is known by its own sentences alone."""
        every = [topic for topics in self.meant.values() for topic in topics]
        return frozenset(topic for topic in every if every.count(topic) > 1)

    def intents(self, id_: str) -> tuple[str, ...]:
        """Return the intents that a question answers."""
        return tuple(topic for topic in self.meant[id_] if topic not in self.split) or (f"{FEW}{id_}",)

    @property
    def own_intents(self) -> list[str]:
        """The intents that only this city has."""
        every = [intent for id_ in self.city.faq for intent in self.intents(id_)]
        return [intent for intent in every if intent.startswith(FEW)]

    def sentences(self) -> list[tuple[str, str]]:
        """Return the ways of asking, each with the intent that it is learnt for."""
        found = []
        for id_, question in self.city.faq.items():
            first, *_ = intents = self.intents(id_)
            for phrasing, (intent, _) in zip(question.phrasings, self.taken_for[id_], strict=True):
                found.append((phrasing, intent if intent in intents else first))
        return found

    def mistakes(self) -> list[str]:
        """Return a line of what is wrong for each way of asking that the bot would answer otherwise."""
        from bot.nlu import built_in

        found = []
        for id_, question in self.city.faq.items():
            for index, (intent, confidence) in enumerate(self.taken_for[id_]):
                if intent in (*self.meant[id_], *OUTSIDE) or confidence < built_in.threshold(intent):
                    continue
                where, said = self.city.line_of("faq", id_, "phrasings", index), question.phrasings[index]
                found.append(f"{where}: 「{said}」は使えません。「{intent}」の質問として、もう答えています。{self._way_out(id_, intent)}")
        return found

    def _way_out(self, id_: str, intent: str) -> str:
        other = next((each for each, topics in self.meant.items() if each != id_ and intent in topics), None)
        if other:
            return f"faq の {other} に移すか、言い方を変えるか、この行を消してください。"
        if intent in OPEN:
            return "このことだけの質問を faq に別に作るか、この行を消してください。"
        return "言い方を変えるか、この行を消してください。"

    def responses(self, words: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
        """Return the answers, and what buttons call the questions, as responses of the domain.

        `words` are the domain's responses, with the names of what buttons lead to.
        """
        found: dict[str, list[dict[str, Any]]] = {}
        for id_, question in self.city.faq.items():
            for intent in self.intents(id_):
                found[f"utter_{intent}"] = [self._answer(question, words)]
                if question.label or intent not in OPEN:
                    found[f"utter_word_intent_{intent}"] = [{"text": _as_it_is(question.called)}]
        return found

    def _answer(self, question: Question, words: Mapping[str, Any]) -> dict[str, Any]:
        text = question.answer.rstrip() + (f"\n{question.link}" if question.link else "")
        buttons = []
        for name in question.buttons:
            intent = self.intents(name)[0] if name in self.city.faq else name
            label = _as_it_is(self.city.faq[name].called) if name in self.city.faq else words[f"utter_word_intent_{name}"][0]["text"]
            buttons.append({"title": label, "payload": f"/{intent}"})
        return {"text": text, **({"buttons": buttons} if buttons else {})}


def _as_it_is(text: str) -> str:
    """Return a text that stays the same where sentences are filled in."""
    return text.replace("{", "{{").replace("}", "}}")


def taught(city: City) -> Taught:
    """Return a city's questions beside what the classifier knows without them."""
    from bot.nlu import built_in

    return Taught(city, built_in.model())


def main() -> None:
    """Print the fingerprint of the city's questions: the Makefile trains again when it changes."""
    try:
        sys.stdout.write(f"{fingerprint(load())}\n")
    except CityError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
