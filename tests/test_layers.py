"""The shape of the project, read from its source: who may know whom, and that words have a home."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from itertools import chain
from pathlib import Path
from string import Formatter
from typing import Any, get_args

import pytest
import yaml

from actions.questions import NO_BUTTON
from bot import front_door
from bot.responses import fixed_facts
from renewal import city
from renewal.application import Application
from renewal.booking_change import Request
from renewal.bookings.without_seat import KINDS
from renewal.certificate import Status
from renewal.documents import Applicant, Holder
from renewal.wish import Reason

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("renewal", "reading", "actions", "bot", "cli", "staff")
MAY_IMPORT = {
    "renewal": set(),
    "reading": {"renewal"},
    "actions": {"reading", "renewal"},
    "bot": {"reading", "renewal"},
    "cli": {"reading", "renewal", "bot", "staff"},
    "staff": {"renewal"},
}
FRAMEWORKS = {"rasa", "rasa_sdk", "sanic", "linebot"}
MAY_USE = {"renewal": set(), "reading": set(), "actions": {"rasa_sdk", "sanic"}, "bot": FRAMEWORKS, "cli": set(), "staff": set()}
CLOCKS = {
    *(f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")),
    "datetime.date.today",
    *(f"time.{name}" for name in ("time", "time_ns", "localtime", "gmtime", "ctime", "strftime")),
}
NEVER_CLASSIFIED = {*front_door.INTENTS, "ask_exactly"}
# What a name that is put together in the source can be made of.
PARTS = {
    "applicant": [each.value for each in Applicant],
    "holder": [each.value for each in Holder],
    "status": [each.value for each in Status],
    "reason": list(get_args(Reason)),
    "closed": ["weekend", "holiday", "year_end", "closure", "no_hours", "walk_in_only"],
    "action": ["change", "cancel"],
    "cause": list(KINDS),
}
MADE_REMARKS = {
    "another_comes_{}": ["legal_representative", "other_proxy"],
    "impossible_self_{}": ["under_15", "adult_ward"],
    "impossible_proxy_{}": ["under_15", "adult_ward"],
    "window_{}": PARTS["status"],
    "pins_forgotten_{}": PARTS["applicant"],
    "day_closed_{}": PARTS["closed"],
    "invalid_{}": PARTS["reason"],
    "bound_{}": ["phone", "name", "conversation", "address", "holds"],
    "booking_{}_too_late": PARTS["action"],
    "language_{}": ["en", "zh", "ko", "vi", "pt"],
    "period_of_stay_{}": ["yes", "no"],
}
MADE_WORDS = {
    "whose_{}": PARTS["holder"],
    "who_{}": PARTS["applicant"],
    "no_seat_{}": PARTS["cause"],
    "until_{}": ["previous_working_day_end", "start"],
    "change_{}": ["visit", "counter", "cards", "holder", "applicant", "name_kana", "phone"],
    "row_{}": ["when", "counter", "holder", "comes", "people", "name", "phone", "bring"],
    "why_{}": ["year_end", "weekend", "no_hours", "disabled"],
}


@cache
def modules(package: str) -> dict[Path, ast.Module]:
    """Return the source of every module of a package."""
    files = sorted((ROOT / package).rglob("*.py"))
    return {file: ast.parse(file.read_text(encoding="utf-8")) for file in files}


def imports(tree: ast.AST) -> Iterator[str]:
    """Yield the name of every module that is imported, wherever the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            yield str(node.module)


def names_used(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield each imported name as what it is, with its line: today() is datetime.date.today."""
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            known |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            known |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Name, ast.Attribute)):
            head, _, rest = ast.unparse(node).partition(".")
            if head in known:
                yield f"{known[head]}.{rest}".rstrip("."), node.lineno


def strings(tree: ast.AST) -> Iterator[str]:
    """Yield every string literal that is no docstring and no other bare string."""
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield node.value


def pattern(node: ast.AST | None) -> str | None:
    """Return a literal string, with {} where something is put in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(pattern(part) or "{}" for part in node.values)
    return None


def literals(tree: ast.AST) -> Iterator[str]:
    """Yield every string literal as `pattern` has it."""
    joined = (node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr))
    inside = {id(part) for node in joined for part in node.values}
    for node in ast.walk(tree):
        if id(node) not in inside and (literal := pattern(node)) is not None:
            yield literal


def source() -> list[ast.Module]:
    """Return the modules that decide what a citizen is told."""
    return [*modules("actions").values(), *modules("reading").values(), *modules("renewal").values()]


@pytest.fixture(scope="module")
def domain() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def responses(domain: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return dict(domain["responses"])


# Layers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_run_one_way(package: str) -> None:
    forbidden = (set(PACKAGES) - {package} - MAY_IMPORT[package]) | (FRAMEWORKS - MAY_USE[package])
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file, tree in modules(package).items()
        for name in imports(tree)
        if name.split(".")[0] in forbidden
    ]
    assert not wrong


def test_only_the_clock_reads_the_time() -> None:
    readers = [
        f"{file.relative_to(ROOT)}:{line} {name}"
        for package in PACKAGES
        for file, tree in modules(package).items()
        for name, line in names_used(tree)
        if name in CLOCKS and file != ROOT / "renewal" / "clock.py"
    ]
    assert not readers


def test_the_database_does_not_tell_the_time_either() -> None:
    told = [
        f"{file.relative_to(ROOT)}: {text}"
        for file, tree in modules("renewal").items()
        for text in strings(tree)
        if re.search(r"CURRENT_(?:TIME|DATE)|\bnow\(\)|'now'", text, re.IGNORECASE)
    ]
    assert not told


def test_no_action_has_a_sentence_of_its_own() -> None:
    sentences = [
        f"{file.relative_to(ROOT)}: {text}"
        for file, tree in modules("actions").items()
        for text in strings(tree)
        if text.rstrip().endswith("。")
    ]
    assert not sentences


def test_no_action_reads_text() -> None:
    """What was heard reaches the actions; of reading/ they know the type of that."""
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file, tree in modules("actions").items()
        for name in imports(tree)
        if name in ("re", "unicodedata")
        or (name.startswith("reading") and name != "reading.heard")
    ]
    texts = [
        f"{file.relative_to(ROOT)}: {key}"
        for file, tree in modules("actions").items()
        for node in ast.walk(tree)
        if isinstance(node, (ast.Call, ast.Subscript)) and "latest_message" in ast.unparse(node)
        for key in strings(node)
        if key == "text"
    ]
    assert not wrong + texts


# Words -------------------------------------------------------------------------------------------


def made(literal: str, ways: dict[str, list[str]]) -> list[str]:
    """Return every name that a literal with a gap can become."""
    if "{}" not in literal:
        return [literal]
    assert literal in ways, f"say in this test what {literal!r} can become"
    return [literal.format(each) for each in ways[literal]]


def remark_names() -> set[str]:
    """Return the name of every remark that the source can make."""
    found = {
        literal
        for tree in source()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "Remark"
        for literal in _said(node.args[0], tree)
    }
    return {name for literal in found for name in made(literal, MADE_REMARKS)}


def _said(node: ast.AST, tree: ast.AST) -> Iterator[str]:
    """Yield the literals that a value can be; a variable is looked up by its name."""
    if isinstance(node, ast.IfExp):
        yield from chain(_said(node.body, tree), _said(node.orelse, tree))
    elif isinstance(node, ast.Name):
        for each in ast.walk(tree):
            if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == node.id:
                yield from _said(each.value, tree)
    elif (literal := pattern(node)) is not None:
        yield literal


def test_every_remark_has_its_sentence(responses: dict[str, Any]) -> None:
    assert not sorted(name for name in remark_names() if f"utter_{name}" not in responses)


def test_every_response_that_an_action_or_a_rule_names_exists(responses: dict[str, Any]) -> None:
    named = {
        text
        for package in ("actions", "bot")
        for tree in modules(package).values()
        for text in strings(tree)
        if re.fullmatch(r"utter_\w*[a-z0-9]", text)
    } - {"utter_action"}  # Rasa's word for which response a message is
    for file in ("rules.yml", "stories.yml"):
        named |= set(re.findall(r"utter_\w+", (ROOT / "data" / file).read_text(encoding="utf-8")))
    assert len(named) > 20
    assert not sorted(named - set(responses))


def test_every_action_of_the_rules_and_the_domain_is_written(domain: dict[str, Any]) -> None:
    written = {
        text
        for tree in modules("actions").values()
        for text in strings(tree)
        if re.fullmatch(r"(?:action|validate)_\w+", text)
    }
    rules = (ROOT / "data" / "rules.yml").read_text(encoding="utf-8")
    from_rasa = {"action_deactivate_loop", "action_listen", "action_restart", "action_back"}
    used = set(re.findall(r"action: (action_\w+)", rules)) - from_rasa
    assert not sorted(set(domain["actions"]) - written)
    assert not sorted(used - set(domain["actions"]))


def test_every_question_of_a_form_can_be_asked(domain: dict[str, Any]) -> None:
    can_ask = {*domain["actions"], *domain["responses"]}
    silent = [
        f"{form}: {slot}"
        for form, settings in domain["forms"].items()
        for slot in settings["required_slots"]
        if not can_ask
        & {f"{kind}_ask_{at}{slot}" for kind in ("utter", "action") for at in ("", f"{form}_")}
    ]
    assert not silent


def test_every_word_that_stands_for_others_exists(responses: dict[str, Any]) -> None:
    named = {
        literal[1:]
        for tree in chain(source(), modules("bot").values())
        for literal in literals(tree)
        if re.fullmatch(r"@[a-z{][a-z0-9_{}]*", literal)
    }
    assert {"book_this", "other_day"} <= named
    # Labels of intents are looked at below, names and values of answers in tests/renewal.
    named -= {"intent_{}", "slot_{}", "{}_{}", "renewal"}
    words = {word for literal in named for word in made(literal, MADE_WORDS)}
    assert not sorted(word for word in words if f"utter_word_{word}" not in responses)


def test_every_intent_that_a_clarifying_button_may_show_has_a_japanese_label(
    domain: dict[str, Any],
) -> None:
    shown = {name for each in domain["intents"] for name in each}
    shown -= NO_BUTTON | NEVER_CLASSIFIED
    unnamed = [name for name in shown if f"utter_word_intent_{name}" not in domain["responses"]]
    assert not sorted(unnamed)


def test_what_is_heard_has_its_entity_and_no_rule_sees_it(domain: dict[str, Any]) -> None:
    heard = {name for name in domain["slots"] if name in _HEARD}
    assert heard == _HEARD
    assert not sorted(_HEARD - set(domain["entities"]))
    assert all(each == {name: {"use_entities": []}} for each in domain["intents"] for name in each)


# What the procedure finds out by itself is heard of nobody.
_BY_ITSELF = {"family", "done", "to_come", "pins_each", "half_date", "hold", "documents_shown",
              "outcome", "booking_found", "booking_date", "booking_time", "booking_hold",
              "booking_outcome"}  # fmt: skip
_HEARD = {f.name for f in fields(Application)} | {f"booking_{f.name}" for f in fields(Request)}
_HEARD -= _BY_ITSELF


def test_every_button_is_a_command_of_known_intents_and_values(domain: dict[str, Any]) -> None:
    intents = {name for each in domain["intents"] for name in each}
    entities = set(domain["entities"])
    for name, variations in domain["responses"].items():
        for variation in variations:
            for button in variation.get("buttons") or ():
                command = re.fullmatch(r"/(\w+)(\{.*\})?", button["payload"])
                assert command, f"{name}: {button}"
                assert command[1] in intents, f"{name}: {button}"
                assert set(yaml.safe_load(command[2] or "{}")) <= entities, f"{name}: {button}"


# What sentences are filled with ------------------------------------------------------------------


def placeholders(variations: list[dict[str, Any]]) -> set[str]:
    """Return the names in braces of all variations and of their buttons' titles."""
    texts = [
        text
        for each in variations
        for text in (each.get("text", ""), *(b["title"] for b in each.get("buttons") or ()))
    ]
    return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}


def values_given() -> dict[str, set[str]]:
    """Return, for each response that code utters, the values that may be given with it.

    Of a module that names a remark all dictionary keys count: the property in
    tests/renewal/test_application.py fills the remarks for certain.
    """
    given: dict[str, set[str]] = {}
    for tree in source():
        keys = {
            key.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Dict)
            for key in node.keys
            if isinstance(key, ast.Constant) and isinstance(key.value, str)
        }
        for literal in literals(tree):
            for name in made(literal, MADE_REMARKS) if literal in MADE_REMARKS else [literal]:
                given.setdefault(f"utter_{name}", set()).update(keys)
        for node in ast.walk(tree):
            keywords = (
                {str(keyword.arg): keyword.value for keyword in node.keywords}
                if isinstance(node, ast.Call)
                else {}
            )
            if name := pattern(keywords.get("response")):
                given.setdefault(name, set()).update(keywords)
    return given


def test_every_gap_in_a_sentence_is_filled(domain: dict[str, Any]) -> None:
    # Rasa fills in the value of a slot as well, and bot/responses.py the call centre's hours.
    facts = fixed_facts(city.load(), lambda name, **values: "")
    known = {*facts, *domain["slots"], "call_centre_now", "branches"}
    given = values_given()
    words_filled_in_code = {"utter_word_open_now": {"until"}, "utter_word_closed_now": {"opens"}}
    claims = [name for name, said in domain["responses"].items() if "{places}" in str(said) or "{times}" in str(said)]
    words_filled_in_code |= {name: {"places", "times"} for name in claims if name.startswith("utter_word_")}
    words_filled_in_code["utter_word_crowded_elsewhere"] = {"crowded"}
    unfilled = {
        name: sorted(gaps)
        for name, variations in domain["responses"].items()
        if (
            gaps := placeholders(variations)
            - known
            - given.get(name, set())
            - words_filled_in_code.get(name, set())
        )
    }
    assert not unfilled


def test_every_condition_of_a_sentence_is_about_a_slot(domain: dict[str, Any]) -> None:
    unknown = [
        f"{name}: {condition}"
        for name, variations in domain["responses"].items()
        for variation in variations
        for condition in variation.get("condition") or ()
        if condition["type"] != "slot" or condition["name"] not in domain["slots"]
    ]
    assert not unknown


def test_the_last_variation_of_every_response_has_no_condition(domain: dict[str, Any]) -> None:
    assert not [name for name, each in domain["responses"].items() if each[-1].get("condition")]


# What the classifier learns from ------------------------------------------------------------------


def test_no_example_stands_under_two_intents() -> None:
    labels: dict[str, set[str]] = {}
    for entry in yaml.safe_load((ROOT / "data" / "nlu.yml").read_text(encoding="utf-8"))["nlu"]:
        for example in re.findall(r"^- (.*)$", entry["examples"], re.MULTILINE):
            labels.setdefault(example.strip(), set()).add(entry["intent"])
    assert len(labels) > 2000
    assert not {example: sorted(each) for example, each in labels.items() if len(each) > 1}


# What is read, and where --------------------------------------------------------------------------

# Patterns over text outside of reading/, each with its reason.
PATTERNS = {
    "renewal/city.py": "times, phones and addresses as city.yml writes them",
    "renewal/bookings/codes.py": "booking codes keep a small fold of their own",
    "renewal/bookings/engine.py": "numbered parameters of SQL",
    "renewal/bookings/store.py": "names and numbers compared without their marks",
    "bot/front_door.py": "commands of buttons",
    "bot/start.py": "addresses of sites as credentials.yml writes them",
    "bot/responses.py": "sentences that are filled in",
    "bot/channels/line.py": "a signature",
    "bot/channels/web.py": "message ids, and a slash that is no command",
    "bot/line/faces.py": "numbers of choices, and parts of sentences that are shown",
    "bot/line/reminders.py": "an order to stop or to begin reminders, before a conversation",
    "bot/line/worker.py": "a slash that is no command",
    "bot/nlu/normal_form.py": "the form in which sentences are compared",
}


def test_text_is_read_in_reading_alone() -> None:
    readers = {
        str(file.relative_to(ROOT))
        for package in ("renewal", "actions", "bot")
        for file, tree in modules(package).items()
        if "re" in imports(tree)
    }
    assert readers <= PATTERNS.keys(), sorted(readers - PATTERNS.keys())


def test_no_module_of_reading_needs_itself() -> None:
    needs: dict[str, set[str]] = {}
    for file, tree in modules("reading").items():
        name = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        needs[name] = {each for each in _modules_needed(tree) if each != name}
    done: set[str] = set()

    def visit(name: str, on_the_way: tuple[str, ...]) -> None:
        assert name not in on_the_way, " → ".join((*on_the_way, name))
        if name not in done:
            for other in needs.get(name, ()):
                visit(other, (*on_the_way, name))
            done.add(name)

    for name in needs:
        visit(name, ())


def _modules_needed(tree: ast.AST) -> Iterator[str]:
    """Yield the modules of reading that another one imports when it is loaded."""
    for node in getattr(tree, "body", ()):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("reading"):
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                path = ROOT.joinpath(*whole.split("."))
                yield whole if path.with_suffix(".py").exists() or path.is_dir() else str(node.module)


def test_functions_of_reading_are_short() -> None:
    """At most 50 lines, and ten ways out."""
    long = [
        f"{file.relative_to(ROOT)}: {node.name}"
        for file, tree in modules("reading").items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and (
            (node.end_lineno or node.lineno) - node.lineno >= 50
            or sum(isinstance(each, ast.Return) for each in ast.walk(node)) > 10
        )
    ]
    assert not long


def test_every_sentence_is_uttered_by_a_rule_by_code_or_as_a_question(domain: dict[str, Any]) -> None:
    # `rasa data validate` lists those that no rule utters: they are for the actions to say.
    rules = "".join((ROOT / "data" / name).read_text(encoding="utf-8") for name in ("rules.yml", "stories.yml"))
    code = [text for package in ("actions", "bot") for tree in modules(package).values() for text in strings(tree)]
    uttered = {*re.findall(r"utter_\w+", rules), *code, *(f"utter_{name}" for name in remark_names())}
    uttered |= {f"utter_{name}" for name in chain(*(literals(tree) for tree in modules("reading").values()))}
    uttered |= {f"utter_{intent}" for each in domain["intents"] for intent in each}  # action_answer_question
    for form, settings in domain["forms"].items():
        uttered |= {f"utter_ask_{at}{slot}" for slot in settings["required_slots"] for at in ("", f"{form}_")}
    made_up = [re.escape(name).replace(r"\{\}", r"\w+") for name in uttered if re.search(r"[a-z]_?\{\}", name)]
    sentences = {name for name in domain["responses"] if not name.startswith("utter_word_")}
    assert not sorted(each for each in sentences - uttered if not any(re.fullmatch(way, each) for way in made_up))
