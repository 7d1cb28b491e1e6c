"""Says which times are free, as they were asked for."""

from __future__ import annotations

from dataclasses import replace

from rasa_sdk.executor import CollectingDispatcher

from actions.base import Turn, desk, say
from renewal import application, calendar_view, free_times
from renewal.application import Application, Remark


def say_free_times(
    dispatcher: CollectingDispatcher, turn: Turn, a: Application, booking: bool = False
) -> bool:
    """Say the first free times that the question asks for, or why there are none and others.

    Returns whether there are any as asked. `booking`: an application is going on, which then asks
    for itself.
    """
    at_desk = desk()
    wanted = free_times.as_asked(a, turn.heard.left.get("free_times") or {}, at_desk)
    offered = application.offer(wanted, at_desk)
    words = free_times.in_words(wanted, at_desk)
    found = bool(offered)
    if not found and words:
        why = free_times.why_none(wanted, at_desk)
        say(dispatcher, why)
        if any(remark.name == "nothing_bookable_yet" for remark in why):
            return False
        wanted, words = replace(wanted, wish=None), ""
        offered = application.offer(wanted, at_desk)
    if not offered:
        yet = application.nothing_yet(wanted, at_desk)
        say(dispatcher, [yet or Remark("no_free_times")])
        return False
    labels = [calendar_view.slot_label(slot, at_desk.city) for slot in offered]
    values = {"wish": words, "times": "\n".join(f"・{label}" for label in labels)}
    calendar = calendar_view.slot_calendar(wanted, at_desk)
    said = Remark("free_times_as_asked" if words else "ask_free_times", values, calendar)
    book = {"title": "@intent_book", "payload": "/book"}
    say(dispatcher, [said], buttons=[] if booking else [book])
    return found
