"""The topics of papers, PINs and counters, heard together as in a message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reading import notice, papers, pins, places, unsure
from reading.facts import Fact
from reading.message import Message
from reading.situation import Command, Situation
from renewal import city as city_module

TOPICS = (unsure, notice, papers, pins, places)
COUNTERS = {
    counter.id: counter.names
    for counter in city_module.load(city_module.DEFAULT_PATH).counters.values()
}


def facts(m: Message) -> list[Fact]:
    """Return what a message says of these topics."""
    return [fact for topic in TOPICS for fact in topic.facts(m)]


def heard(found: Sequence[Fact], m: Message, s: Situation) -> list[Command]:
    """Return what that means; an answer to the question asked leaves nothing to ask back about it."""
    here = replace(s, counters=COUNTERS)
    commands = [command for topic in TOPICS for command in topic.heard(found, m, here)]
    answered = {each.slot for each in commands if each.kind != "clarify"}
    return [each for each in commands if each.kind != "clarify" or each.slot not in answered]
