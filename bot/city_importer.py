"""Training data for Rasa: data/ and domain.yml, and what the city's file adds to them (`faq:`)."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.exceptions import RasaException
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot import faq
from renewal import city


class CityRefused(RasaException):
    """The city's questions cannot be learnt: one mistake a line."""


class CityImporter(RasaFileImporter):
    """What Rasa reads its files with, and the city's questions beside them; config.yml names it."""

    @cached_property
    def _taught(self) -> faq.Taught | None:
        try:
            here = city.load()
        except city.CityError as error:
            raise CityRefused(str(error)) from error
        if not here.faq:
            return None
        taught = faq.taught(here)
        if mistakes := taught.mistakes():
            raise CityRefused("\n".join(["", *mistakes]))
        return taught

    @cached_property
    def _domain(self) -> Domain:
        ours = super().get_domain()
        if ours.is_empty() or self._taught is None:
            return ours
        whole: dict[str, Any] = ours.as_dict()
        whole["intents"] += [{name: {"use_entities": []}} for name in self._taught.own_intents]
        whole["responses"] |= self._taught.responses(ours.responses)
        return Domain.from_dict(whole)

    def get_domain(self) -> Domain:
        return self._domain

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        data = super().get_nlu_data(language)
        if self._taught is None or not data.intent_examples:
            return data
        data = data.filter_training_examples(lambda each: each.get(INTENT) not in self._taught.split)
        return data.merge(TrainingData([Message.build(*each) for each in self._taught.sentences()]))

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        stories = super().get_stories(exclusion_percentage)
        if self._taught is None or not stories.story_steps:
            return stories
        rules = [
            {"rule": name, "steps": [{"intent": name}, {"action": "action_answer_question"}]}
            for name in self._taught.own_intents
        ]
        reader = YAMLStoryReader(self.get_domain())
        return stories.merge(StoryGraph(reader.read_from_parsed_yaml({"version": "3.1", "rules": rules})))
