"""What we understand against DIET: the pipeline of `rasa init`, on the same data, in the same run.

    python -m benchmarks.nlu_baseline [--epochs 100] [--seeds 1 2 3] [--keep FOLDER]

`rasa init`'s pipeline as it comes, but for two things: a tokenizer that makes a token of each
character, since its own refuses Japanese, and no ResponseSelector, since we have no retrieval
intents. Both are trained here, judged on the held-out sets by the same code, and timed: training as a whole,
parsing sentence by sentence in turn. With several seeds the spread is printed. Our classifier
draws nothing by chance: it is trained once. The table at the end is in Markdown.

A hundred epochs take long: with --keep, what is trained stays in FOLDER with the seconds it took, and
a run that was broken off goes on with what is missing, as long as data and configuration are the same.
With --part 8 both learn from every eighth sentence of each intent only.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import logging
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_INTRA_OP_PARALLELISM_THREADS", "2")
os.environ.setdefault("TF_INTER_OP_PARALLELISM_THREADS", "1")

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message
from ruamel.yaml import YAML

from tests.nlu.evaluate import figures, judge_sets, read_set

ROOT = Path(__file__).parents[1]
PARSED = 200
SHOWN = ("accuracy", "macro_f1", "served", "answered_wrongly", "accepted_falsely")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class CharacterTokenizer(Tokenizer):
    """A token for each character that is no space."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        text = message.get(attribute) or ""
        tokens = [Token(c, at) for at, c in enumerate(text) if not c.isspace()]
        return tokens or [Token(text, 0)]


def diet(epochs: int, seed: int) -> dict[str, Any]:
    """Return the configuration of `rasa init`'s pipeline."""
    return {
        "recipe": "default.v1",
        "assistant_id": "baseline",
        "language": "ja",
        "pipeline": [
            {"name": "benchmarks.nlu_baseline.CharacterTokenizer"},
            {"name": "RegexFeaturizer"},
            {"name": "LexicalSyntacticFeaturizer"},
            {"name": "CountVectorsFeaturizer"},
            {
                "name": "CountVectorsFeaturizer",
                "analyzer": "char_wb",
                "min_ngram": 1,
                "max_ngram": 4,
            },
            {
                "name": "DIETClassifier",
                "epochs": epochs,
                "constrain_similarities": True,
                "random_seed": seed,
            },
            {"name": "EntitySynonymMapper"},
            {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
        ],
        "policies": [],
    }


def ours() -> dict[str, Any]:
    """Return our configuration, with its pipeline alone."""
    config = YAML(typ="safe").load(ROOT / "config.yml")
    return {**config, "policies": []}


class Seconds(NamedTuple):
    """How long something took: by the clock, and of all cores together, which others do not disturb."""

    clock: float
    cpu: float


def part_of_the_data(part: int, folder: Path) -> Path:
    """Return a file with every `part`-th sentence of each intent."""
    data = YAML(typ="safe").load(ROOT / "data" / "nlu.yml")
    for each in data["nlu"]:
        if "intent" in each:
            lines = each["examples"].splitlines(keepends=True)
            each["examples"] = "".join(lines[::part])
    file = folder / f"nlu-{part}.yml"
    with file.open("w", encoding="utf-8") as stream:
        YAML(typ="safe").dump(data, stream)
    return file


def train(config: dict[str, Any], data: Path, folder: Path, name: str) -> tuple[Path, Seconds]:
    """Return a model trained on this data and what that took, perhaps in an earlier run."""
    from rasa.model_training import train_nlu

    inputs = json.dumps(config, sort_keys=True).encode() + data.read_bytes()
    if config["pipeline"][0]["name"].startswith("bot."):
        inputs += b"".join(file.read_bytes() for file in sorted((ROOT / "bot/nlu").glob("*.py")))
    known = folder / f"{name}-{hashlib.sha256(inputs).hexdigest()[:12]}.json"
    if known.exists():
        return folder / f"{name}.tar.gz", Seconds(*json.loads(known.read_text()))
    config_file = folder / f"{name}.yml"
    with config_file.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(config, file)
    begin, begin_cpu = time.perf_counter(), time.process_time()
    model = train_nlu(
        str(config_file), str(data), str(folder), fixed_model_name=name
    )
    assert model, f"{name} was not trained"
    seconds = Seconds(time.perf_counter() - begin, time.process_time() - begin_cpu)
    known.write_text(json.dumps(seconds))
    return Path(model), seconds


def parse_times(models: list[Path]) -> list[float]:
    """Return the median milliseconds that each model takes for a sentence, taken in turn."""
    from rasa.core.agent import Agent

    agents = [Agent.load(str(model)) for model in models]
    sentences = [text for text, _ in read_set("utterances")][:: 829 // PARSED][:PARSED]
    times: list[list[float]] = [[] for _ in agents]

    async def parse_all() -> None:
        for at, sentence in enumerate(["はじめに", *sentences]):
            for agent, kept in zip(agents, times, strict=True):
                begin = time.perf_counter()
                await agent.parse_message(sentence)
                if at:
                    kept.append((time.perf_counter() - begin) * 1000)

    asyncio.run(parse_all())
    return [statistics.median(kept) for kept in times]


def judged_figures(model: Path) -> dict[str, float]:
    """Return the figures of a model on the held-out sets."""
    return figures(judge_sets(model, ("utterances", "out_of_scope")))


def spread(values: list[float]) -> str:
    """Return percentages as mean and, of several, lowest and highest."""
    text = f"{100 * statistics.mean(values):.1f} %"
    return text if len(values) == 1 else f"{text} ({100 * min(values):.1f}-{100 * max(values):.1f})"


def main() -> None:
    """Train both, judge both, and print them side by side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--part", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder in which trained models stay")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        compare(folder, part_of_the_data(arguments.part, folder), arguments.epochs, arguments.seeds)


def compare(folder: Path, data: Path, epochs: int, seeds: list[int]) -> None:
    """Print both as a table, with DIET's mean over the seeds and its spread."""
    our_model, our_time = train(ours(), data, folder, "ours")
    print(f"ours: trained in {our_time.clock:.0f} s, {our_time.cpu:.0f} s of CPU", flush=True)
    models, times = [], []
    for seed in seeds:
        model, took = train(diet(epochs, seed), data, folder, f"diet-{epochs}-{seed}")
        models.append(model)
        times.append(took)
        print(f"DIET, seed {seed}: {took.clock:.0f} s, {took.cpu:.0f} s of CPU", flush=True)
    our_figures, theirs = judged_figures(our_model), [judged_figures(model) for model in models]
    our_parse, their_parse = parse_times([our_model, models[0]])
    clock, cpu = (statistics.median(kind) for kind in zip(*times, strict=True))
    print(f"\n| | ours | DIET, {epochs} epochs, seeds {seeds} |\n| --- | --- | --- |")
    for name in SHOWN:
        print(f"| {name} | {spread([our_figures[name]])} | {spread([f[name] for f in theirs])} |")
    print(f"| training | {our_time.clock:.0f} s | {clock:.0f} s |")
    print(f"| training, CPU of all cores | {our_time.cpu:.0f} s | {cpu:.0f} s |")
    print(f"| a sentence parsed (median) | {our_parse:.1f} ms | {their_parse:.1f} ms |")
    print(
        f"\nTraining: {clock / our_time.clock:.1f} times faster than DIET, by CPU {cpu / our_time.cpu:.1f}. "
        f"A sentence: {our_parse / their_parse:.2f} of DIET's time."
    )


if __name__ == "__main__":
    main()
