"""Our changes inside Rasa: they still fit the Rasa that is installed, and do what they are for."""

from __future__ import annotations

import ast
import asyncio
import hashlib
import importlib
import importlib.util
import inspect
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dask
import jsonschema
import pytest
from aiohttp import web
from fastjsonschema import JsonSchemaValueException
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import ValidationError
from rasa.core import processor as rasa_processor
from rasa.core.actions import action as rasa_action
from rasa.core.actions import forms
from rasa.core.actions.action import RemoteAction
from rasa.core.actions.forms import FormAction
from rasa.core.channels import console, rest
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.processor import MessageProcessor
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.resource import Resource
from rasa.graph_components.converters.nlu_message_converter import NLUMessageConverter
from rasa.shared.core.constants import DEFAULT_SLOT_NAMES
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    BotUttered,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message
from rasa.utils.endpoints import EndpointConfig

from bot import rasa_fixes
from bot.nlu.interpreter import Interpreter
from bot.nlu.reader import MessageReader, with_parts
from bot.rasa_fixes import citizens, speed
from bot.rasa_fixes.speed import _applied_events, _copy
from bot.responses import CityResponses
from tests.conversations.driver import load_agent

DOMAIN_FILE = Path(__file__).resolve().parents[2] / "domain.yml"
# SHA-256 of the methods that we replace or that call what we replace, in Rasa 3.6.21. When one
# differs, read what Rasa changed before you write the new figure here.
RASA = {
    "core.agent:Agent.handle_message": "05c7d977a721e664",
    "core.processor:MessageProcessor.handle_message": "a96904e7796d7bf9",
    "shared.core.trackers:DialogueStateTracker._set_slot": "ce3d7cf1fff12216",
    "shared.core.trackers:DialogueStateTracker._reset_slots": "8b2e58093e359869",
    "shared.core.trackers:DialogueStateTracker.current_state": "653e065543ece9c9",
    "core.processor:MessageProcessor.save_tracker": "e095ffbca650b72e",
    "core.channels.rest:RestInput.blueprint": "adab74a107316c52",
    "shared.core.trackers:DialogueStateTracker.applied_events": "78464fb46cdecd20",
    "shared.core.trackers:DialogueStateTracker.copy": "ee85e538659b5a76",
    "engine.runner.dask:DaskGraphRunner.run": "ce0438b9b8e79330",
    "core.tracker_store:FailSafeTrackerStore.retrieve": "3a893008fbafc668",
    "core.tracker_store:FailSafeTrackerStore.save": "d181047ec2fddedc",
    "core.processor:MessageProcessor._handle_message_with_tracker": "52ddf94017c2cb84",
    "core.processor:MessageProcessor._run_prediction_loop": "008710b6abefaadf",
    "core.processor:MessageProcessor.run_action_extract_slots": "7a525383cfcd7e37",
    "core.processor:MessageProcessor._parse_message_with_graph": "72d339a8c2cf1b85",
    "core.processor:MessageProcessor._send_bot_messages": "a02b63be94a13f7b",
    "core.actions.action:RemoteAction._action_call_format": "b8da18ca9f78d3ae",
    "core.actions.action:RemoteAction._validate_action_result": "24da0f6bdeb2d44f",
    "core.actions.action:RemoteAction.run": "b530fc5a6789c82f",
    "core.actions.action:ActionBotResponse.run": "7f04aec1adef963c",
    "core.nlg.response:TemplatedNaturalLanguageGenerator.generate": "d12478aff64fb37c",
    "core.nlg.response:TemplatedNaturalLanguageGenerator.generate_from_slots": "c143f5710d4f083f",
    "core.nlg.response:TemplatedNaturalLanguageGenerator._random_response_for": "cb4586c3a2856311",
    "core.nlg.response:TemplatedNaturalLanguageGenerator._fill_response": "d2cf76443c4ae963",
    "core.actions.forms:FormAction._temporary_tracker": "01ff5ba740924b1c",
    "utils.endpoints:EndpointConfig.session": "f6136492eac7ede3",
    "utils.endpoints:EndpointConfig.request": "bc49eb77a158ac1e",
}


@pytest.fixture(autouse=True)
def the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENEWAL_NOW", "2026-11-24T10:00:00+09:00")


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(DOMAIN_FILE)


@pytest.fixture
def tracker(domain: Domain) -> DialogueStateTracker:
    return DialogueStateTracker("somebody", domain.slots)


# Rasa is as we know it ---------------------------------------------------------------------------


def as_rasa_has_it(method: str) -> tuple[str, Any]:
    """Return a method's source and its syntax as they stand in Rasa, whatever replaced it here."""
    module, _, name = method.partition(":")
    owner, attribute = name.split(".")
    text = inspect.getsource(importlib.import_module(f"rasa.{module}"))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef) and node.name == owner:
            for each in node.body:
                if getattr(each, "name", None) == attribute:
                    return str(ast.get_source_segment(text, each)), each
    raise AssertionError(f"Rasa has no {method}")


@pytest.mark.parametrize("method", RASA)
def test_rasas_method_is_the_one_that_we_know(method: str) -> None:
    source, _ = as_rasa_has_it(method)
    assert hashlib.sha256(source.encode()).hexdigest()[:16] == RASA[method]


@pytest.mark.parametrize(
    ("ours", "method"),
    [
        (citizens._receive, "core.processor:MessageProcessor._handle_message_with_tracker"),
        (speed._validate_action_result,
         "core.actions.action:RemoteAction._validate_action_result"),
        (speed._action_call, "core.actions.action:RemoteAction._action_call_format"),
        (speed._extract_no_slots,
         "core.processor:MessageProcessor.run_action_extract_slots"),
        (speed._run_graph, "engine.runner.dask:DaskGraphRunner.run"),
        (speed._applied_events, "shared.core.trackers:DialogueStateTracker.applied_events"),
        (citizens._retrieve, "core.tracker_store:FailSafeTrackerStore.retrieve"),
        (citizens._save, "core.tracker_store:FailSafeTrackerStore.save"),
        (speed._temporary_tracker, "core.actions.forms:FormAction._temporary_tracker"),
        (citizens._kept_session, "utils.endpoints:EndpointConfig.session"),
    ],
)
def test_what_takes_the_place_of_a_method_is_called_alike(ours: Any, method: str) -> None:
    _, theirs = as_rasa_has_it(method)
    assert list(inspect.signature(ours).parameters) == [arg.arg for arg in theirs.args.args]
    assert inspect.iscoroutinefunction(ours) == isinstance(theirs, ast.AsyncFunctionDef)


# The action server -------------------------------------------------------------------------------


@asynccontextmanager
async def action_server(answer: Callable[[web.Request], Any]) -> AsyncIterator[str]:
    """Serve actions on loopback; yields the address."""
    app = web.Application()
    app.router.add_post("/webhook", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/webhook"
    finally:
        session = citizens._sessions.pop(asyncio.get_running_loop(), None)
        if session:
            await session.close()
        await runner.cleanup()


def test_one_connection_to_the_action_server_serves_every_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(EndpointConfig, "session", citizens._kept_session)
    connections = set()

    async def answer(request: web.Request) -> web.Response:
        connections.add(request.transport.get_extra_info("peername"))
        return web.json_response({"events": [], "responses": []})

    async def call_often() -> list[Any]:
        async with action_server(answer) as url:
            endpoint = EndpointConfig(url)
            return [await endpoint.request(json={}) for _ in range(5)]

    assert asyncio.run(call_often()) == [{"events": [], "responses": []}] * 5
    assert len(connections) == 1


def test_a_closed_connection_is_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EndpointConfig, "session", citizens._kept_session)

    async def answer(request: web.Request) -> web.Response:
        return web.json_response({"events": []})

    async def call_twice() -> Any:
        async with action_server(answer) as url:
            await EndpointConfig(url).request(json={})
            await citizens._sessions[asyncio.get_running_loop()].close()
            return await EndpointConfig(url).request(json={})

    assert asyncio.run(call_twice()) == {"events": []}


def test_an_action_gets_the_slots_the_message_and_this_turns_events_only(
    domain: Domain, tracker: DialogueStateTracker
) -> None:
    sizes = []
    for turn in range(30):
        tracker.update(UserUttered(f"その{turn}", {"name": "inform", "confidence": 1.0}))
        tracker.update(SlotSet("counter", "honchosha"))
        tracker.update(ActionExecuted("application_form"))
        call = speed._action_call(RemoteAction("action_stop", None), tracker, domain)
        tracker.update(BotUttered("はい"))
        sizes.append(len(json.dumps(call)))
    assert call["next_action"] == "action_stop"
    assert call["sender_id"] == "somebody"
    assert call["tracker"]["slots"]["counter"] == "honchosha"
    assert call["tracker"]["latest_message"]["text"] == "その29"
    assert call["tracker"].keys() == tracker.current_state().keys()
    assert [event["event"] for event in call["tracker"]["events"]] == ["user", "slot", "action"]
    assert "domain" not in call
    assert max(sizes) - min(sizes) < 100


def test_an_answer_of_the_action_server_is_checked() -> None:
    action = RemoteAction("action_stop", None)
    good = {"events": [{"event": "slot", "name": "hold", "value": None}], "responses": []}
    assert speed._validate_action_result(action, good) is True
    nameless = {"event": "slot", "name": 7}
    for bad in (
        {"events": "none"},
        {"events": [{"no": "event"}]},
        {"events": [{"event": "unheard of"}]},
        {"events": [nameless]},
        {"responses": {}},
    ):
        for check in (speed._validate_action_result, _as_rasa_checks):
            with pytest.raises((ValidationError, JsonSchemaValueException)):
                check(action, bad)


def _as_rasa_checks(action: RemoteAction, result: Any) -> None:
    jsonschema.validate(result, action.action_response_format_spec())


def test_an_action_that_takes_too_long_is_given_up(
    domain: Domain, tracker: DialogueStateTracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(citizens, "ACTION_SECONDS", 0.3)
    put_in_place(monkeypatch)
    tracker.update(UserUttered("予約したい"))

    async def answer(request: web.Request) -> web.Response:
        await asyncio.sleep(2)
        return web.json_response({"events": [], "responses": []})

    async def call() -> None:
        async with action_server(answer) as url:
            action = RemoteAction("action_stop", EndpointConfig(url))
            await action.run(CollectingOutputChannel(), None, tracker, domain)

    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(call())


# A message on its way in -------------------------------------------------------------------------


class Processor:
    """What a MessageProcessor is to our changes: it understands everything as small talk."""

    def __init__(self, domain: Domain, understands: str = "chitchat") -> None:
        self.domain = domain
        self.nlg = CityResponses(EndpointConfig(), domain)
        self.parsed: list[str] = []
        self.graph_runner, self.model_metadata = self, SimpleNamespace(nlu_target="nlu")
        self._understands = understands

    _parse_message_with_graph = MessageProcessor._parse_message_with_graph

    def run(self, inputs: dict[str, Any], targets: list[str]) -> dict[str, list[Message]]:
        messages = NLUMessageConverter().convert_user_message(inputs[PLACEHOLDER_MESSAGE])
        for each in with_parts(MessageReader().process(messages)):
            self.parsed.append(each.get("text"))
            each.set("intent_ranking", [{"name": self._understands, "confidence": 0.9}])
        tracker = inputs[PLACEHOLDER_TRACKER]
        return {"nlu": Interpreter(Resource("interpreter")).process(messages, tracker)}

    async def _send_bot_messages(self, events: Any, tracker: Any, channel: Any) -> None:
        await MessageProcessor._send_bot_messages(events, tracker, channel)


def receive(
    processor: Processor, tracker: DialogueStateTracker, text: str | None
) -> tuple[UserUttered, list[str]]:
    """Let a message in; return it as the conversation has it, and what was said at once."""
    channel = CollectingOutputChannel()
    message = UserMessage(text, channel, "somebody")
    asyncio.run(citizens._receive(processor, message, tracker))
    latest = tracker.latest_message
    assert latest
    return latest, [said["text"] for said in channel.messages]


def test_a_pin_is_masked_before_anything_understands_or_keeps_it(
    domain: Domain, tracker: DialogueStateTracker
) -> None:
    processor = Processor(domain)
    tracker.update(SlotSet("requested_slot", "pins"))
    message, _ = receive(processor, tracker, "暗証番号は4711です")
    assert message.intent["name"] == "secret_typed"
    kept = [{**e.as_dict(), "timestamp": 0, "message_id": ""} for e in tracker.events]
    assert "4711" not in json.dumps(kept) + str(processor.parsed)


def test_an_application_with_a_pin_in_it_goes_on_and_the_person_is_warned(
    domain: Domain, tracker: DialogueStateTracker
) -> None:
    message, said = receive(Processor(domain, "book"), tracker, "予約したい。暗証番号は4711です")
    assert message.intent["name"] == "book"
    assert said and "書かないでください" in said[0]


def test_a_button_needs_no_understanding(domain: Domain, tracker: DialogueStateTracker) -> None:
    processor = Processor(domain)
    button = '/inform{"counter": "any"}'
    tracker.update(BotUttered("どの窓口", {"buttons": [{"title": "早い方", "payload": button}]}))
    message, _ = receive(processor, tracker, button)
    assert message.intent == {"name": "inform", "confidence": 1.0}
    assert message.entities == [{"entity": "counter", "value": "any"}]
    assert message.parse_data["heard"]["answers"] == {"counter": "any"}
    assert not processor.parsed


def test_a_command_that_nobody_offered_is_understood_as_text(
    domain: Domain, tracker: DialogueStateTracker
) -> None:
    processor = Processor(domain)
    message, _ = receive(processor, tracker, '/inform{"confirmed": "yes"}')
    assert message.intent["name"] == "chitchat"
    assert not message.entities
    assert processor.parsed[0] == 'inform{"confirmed": "yes"}'


@pytest.mark.parametrize("nothing", [None, "", "\u200b"])
def test_an_empty_message_needs_no_understanding(
    domain: Domain, tracker: DialogueStateTracker, nothing: str | None
) -> None:
    processor = Processor(domain)
    assert receive(processor, tracker, nothing)[0].intent["name"] == "empty_message"
    assert not processor.parsed


def test_every_clause_of_a_message_is_understood_by_itself(
    domain: Domain, tracker: DialogueStateTracker
) -> None:
    processor = Processor(domain, "ask_fee")
    message, _ = receive(processor, tracker, "手数料はいくらですか。写真は要りますか")
    assert processor.parsed[1:] == ["手数料はいくらですか。", "写真は要りますか"]
    assert message.parse_data["heard"]["questions"] == ["ask_fee"]


def test_a_message_that_says_one_thing_is_understood_once(
    domain: Domain, tracker: DialogueStateTracker
) -> None:
    processor = Processor(domain, "ask_fee")
    message, _ = receive(processor, tracker, "手数料はいくらですか")
    assert processor.parsed == ["手数料はいくらですか"]
    assert message.parse_data["heard"]["questions"] == []


def test_a_first_message_that_states_a_case_is_an_application(
    domain: Domain, tracker: DialogueStateTracker
) -> None:
    text = "高1の娘の更新に、母の私が行きます"
    assert receive(Processor(domain, "ask_teenager"), tracker, text)[0].intent["name"] == "book"


# A turn without an answer ------------------------------------------------------------------------


def turn(domain: Domain, tracker: DialogueStateTracker, answers: list[str]) -> list[str]:
    """Return what a person hears when the bot's actions say this."""
    channel = CollectingOutputChannel()

    async def actions(self: Any, output_channel: Any, tracker: DialogueStateTracker) -> None:
        for text in answers:
            tracker.update(BotUttered(text))

    never_silent = citizens._never_silent(actions)
    asyncio.run(never_silent(Processor(domain), channel, tracker))
    return [said["text"] for said in channel.messages]


def test_a_turn_without_a_word_ends_with_an_apology_and_the_phone(
    domain: Domain, tracker: DialogueStateTracker
) -> None:
    tracker.update(BotUttered("前の答え"))
    tracker.update(UserUttered("予約したい"))
    [apology] = turn(domain, tracker, [])
    assert "申し訳ありません" in apology
    assert "024-505-0445" in apology
    assert isinstance(tracker.events[-1], BotUttered)


def test_a_turn_with_an_answer_ends_with_it(domain: Domain, tracker: DialogueStateTracker) -> None:
    tracker.update(UserUttered("予約したい"))
    assert turn(domain, tracker, ["はい"]) == []


def test_a_copy_of_a_conversation_is_equal_and_apart(
    domain: Domain, tracker: DialogueStateTracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [ActiveLoop("application_form"), SlotSet("counter", "honchosha")]
    tracker.update_with_events([UserUttered("予約", {"name": "book"}), *events], domain)
    replayed = tracker.copy()
    put_in_place(monkeypatch)
    twin = tracker.copy()
    assert twin == replayed and twin.current_state() == replayed.current_state()
    twin.update_with_events([ActiveLoop(None), SlotSet("counter", "nishiguchi")], domain)
    assert tracker == replayed and tracker.current_state() == replayed.current_state()


def test_a_form_checks_answers_on_the_conversation_that_rasa_would_replay(
    domain: Domain, tracker: DialogueStateTracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = FormAction("application_form", None)
    said = UserUttered("予約", {"name": "book"})
    events = [said, ActionExecuted("application_form"), ActiveLoop("application_form")]
    tracker.update_with_events([*events, SlotSet("requested_slot", "counter")], domain)
    answer = [SlotSet("counter", "honchosha")]
    replayed = form._temporary_tracker(tracker, answer, domain)
    before = tracker.current_state()
    put_in_place(monkeypatch)
    twin = form._temporary_tracker(tracker, answer, domain)
    assert twin.current_state() == replayed.current_state()
    assert [type(event) for event in twin.events] == [type(event) for event in replayed.events]
    assert tracker.current_state() == before


def test_a_conversation_that_forgets_its_slots_leaves_a_copy_as_it_was(
    tracker: DialogueStateTracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in_place(monkeypatch)
    tracker.update(SlotSet("counter", "honchosha"))
    twin = tracker.copy()
    tracker.update(Restarted())
    assert tracker.get_slot("counter") is None
    assert twin.get_slot("counter") == "honchosha"


def test_turns_begin_in_the_order_in_which_messages_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(citizens, "TURNS_AT_ONCE", 2)
    begun, under_way, most = [], 0, 0

    async def turn(_: Any, message: UserMessage) -> None:
        nonlocal under_way, most
        begun.append(message.text)
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.01)
        under_way -= 1

    async def crowd() -> None:
        handle = citizens._first_come_first_served(turn)
        await asyncio.gather(*(handle(None, UserMessage(text)) for text in "abcdefgh"))

    asyncio.run(crowd())
    assert begun == list("abcdefgh") and most == 2


def test_nobody_waits_for_ever_behind_turns_that_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(citizens, "TURNS_AT_ONCE", 1)
    monkeypatch.setattr(citizens, "PATIENCE_SECONDS", 0.01)
    finished = []

    async def turn(_: Any, message: UserMessage) -> None:
        await asyncio.sleep(0.3 if message.text == "hangs" else 0)
        finished.append(message.text)

    async def crowd() -> None:
        handle = citizens._first_come_first_served(turn)
        await asyncio.gather(*(handle(None, UserMessage(text)) for text in ("hangs", "b", "c")))

    asyncio.run(crowd())
    assert finished == ["b", "c", "hangs"]


def rasas_tracker() -> Any:
    """Return Rasa's class of conversations as it stands in its file, whatever was replaced."""
    spec = importlib.util.find_spec("rasa.shared.core.trackers")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.DialogueStateTracker


FORMS = st.sampled_from(["application_form", "booking_form"])
EVENTS = st.lists(
    st.one_of(
        st.just(ActionExecuted("action_listen")),
        st.builds(ActionExecuted, st.one_of(FORMS, st.sampled_from(["action_greet", "utter_ask"]))),
        st.builds(UserUttered, st.sampled_from(["はい", "予約"])),
        st.builds(ActiveLoop, st.one_of(st.none(), FORMS)),
        st.builds(SlotSet, st.just("counter"), st.sampled_from(["honchosha", None])),
        st.builds(ActionExecutionRejected, FORMS),
        st.builds(BotUttered, st.just("どの窓口ですか")),
        st.sampled_from([UserUtteranceReverted(), ActionReverted(), Restarted(), SessionStarted()]),
    ),
    max_size=40,
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(parts=st.lists(EVENTS, min_size=1, max_size=4))
def test_the_events_that_count_are_those_that_rasa_would_find(parts: list[list[Event]]) -> None:
    ours = DialogueStateTracker("somebody", [])
    theirs = rasas_tracker()("somebody", [])
    for part in parts:
        ours.events.extend(part)
        theirs.events.extend(part)
        twin = _copy(ours)
        assert _applied_events(ours) == theirs.applied_events() == _applied_events(twin)
        twin.events.append(UserUtteranceReverted())
        _applied_events(twin)
        assert _applied_events(ours) == theirs.applied_events()


def test_the_graph_gives_what_dask_would_give(domain: Domain) -> None:
    processor = load_agent().processor
    runner, target = processor.graph_runner, processor.model_metadata.nlu_target
    for text in ("手数料はいくらですか", "あ", "予約したい"):
        nobody = DialogueStateTracker("somebody", domain.slots)
        inputs = {PLACEHOLDER_MESSAGE: [UserMessage(text)], PLACEHOLDER_TRACKER: nobody}
        planned = dask.get(
            {**runner._build_dask_graph(runner._graph_schema.minimal_graph_schema([target])),
             **{name: (name, value) for name, value in inputs.items()}},
            [target],
        )  # fmt: skip
        [[_, [theirs]]] = planned
        [ours] = speed._run_graph(runner, inputs, [target])[target]
        assert ours.as_dict() == theirs.as_dict()


def test_no_slot_is_filled_by_rasa_itself(domain: Domain) -> None:
    ours = [slot for slot in domain.slots if slot.name not in DEFAULT_SLOT_NAMES]
    assert ours and all(slot.mappings == [{"type": "custom"}] for slot in ours)
    assert "action_validate_slot_mappings" not in domain.action_names_or_texts


def test_a_failed_turn_does_not_write_into_the_log_what_was_typed(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    citizens.serve_citizens()
    rest.structlogger.exception("rest.message.received.failure", text="1234")
    assert "1234" not in caplog.text + "".join(capfd.readouterr())


@pytest.mark.parametrize("module", [rasa_processor, forms])
def test_rasa_copies_in_these_modules_only_what_it_is_about_to_log(module: Any) -> None:
    tree = ast.parse(inspect.getsource(module))
    logged = [
        ast.unparse(node)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "structlogger.debug"
        for node in ast.walk(call)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "copy"
    ]
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "copy"]
    assert logged and set(logged) == {"copy.deepcopy"}
    assert len(logged) == len(names)


# The shell ---------------------------------------------------------------------------------------


def test_ctrl_d_ends_the_shell_as_stop_does() -> None:
    def answer(said: Any) -> str | None:
        async def get_user_input(_previous: Any) -> Any:
            if isinstance(said, BaseException):
                raise said
            return said

        return asyncio.run(citizens._ends_with_the_input(get_user_input)(None))

    assert answer("こんにちは") == "こんにちは"
    assert answer(EOFError()) is None
    # Rasa asks by this name, and ends at None.
    source = inspect.getsource(console.record_messages)
    assert "text = await _get_user_input(previous_response)" in source
    assert "if text == exit_text or text is None:\n            break" in source


# All of them -------------------------------------------------------------------------------------


def put_in_place(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, str]]:
    """Change Rasa as the server does, until the test ends; return what was changed."""
    places = [
        (MessageProcessor, "handle_message"),
        (MessageProcessor, "_handle_message_with_tracker"),
        (MessageProcessor, "_run_prediction_loop"),
        (MessageProcessor, "run_action_extract_slots"),
        (RemoteAction, "_validate_action_result"),
        (RemoteAction, "_action_call_format"),
        (EndpointConfig, "session"),
        (DialogueStateTracker, "copy"),
        (DialogueStateTracker, "_set_slot"),
        (DialogueStateTracker, "_reset_slots"),
        (DialogueStateTracker, "applied_events"),
        (DaskGraphRunner, "run"),
        (FormAction, "_temporary_tracker"),
    ]
    modules = [(rasa_processor, "copy"), (forms, "copy")]
    for owner, name in [*places, *modules, (rasa_action, "DEFAULT_REQUEST_TIMEOUT")]:
        monkeypatch.setattr(owner, name, getattr(owner, name))
    citizens.serve_citizens()
    speed.save_time()
    return places


def test_every_change_is_put_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    places = put_in_place(monkeypatch)
    assert all(getattr(owner, name).__module__.startswith("bot.rasa_fixes.") for owner, name in places)
    assert rasa_processor.copy is forms.copy is speed._as_it_is
    assert rasa_action.DEFAULT_REQUEST_TIMEOUT == citizens.ACTION_SECONDS <= 10


def test_a_message_that_another_process_has_taken_in_is_not_taken_in_again(
    tracker: DialogueStateTracker,
) -> None:
    tracker.update(UserUttered("本人です", message_id="the-same"))
    again = UserMessage("本人です", message_id="the-same")
    with pytest.raises(rasa_fixes.AlreadyDone):
        asyncio.run(citizens._receive(None, again, tracker))  # type: ignore[arg-type]
    assert len(tracker.events) == 1
