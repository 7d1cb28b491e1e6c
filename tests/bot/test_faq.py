"""A city's own questions become intents, sentences and answers; what the bot answers already is refused.

To learn a question anew takes a minute (benchmarks/faq.py); here it is learnt beside every sixth sentence of
data/nlu.yml.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa.engine.exceptions import GraphComponentException
from rasa.shared.nlu.constants import INTENT, TEXT

from benchmarks.faq import learnt, own_questions, with_questions
from bot import faq, models
from bot.city_importer import CityImporter, CityRefused
from bot.nlu import built_in
from bot.nlu.sentence_model import SentenceModel
from renewal.city import DEFAULT_PATH, City, Question, load

ROOT = models.ROOT
TEXT_OF_CITY = DEFAULT_PATH.read_text(encoding="utf-8")
PARKING = ("駐車場はありますか", "車はどこに停めればいいですか", "駐車料金はかかりますか")
SMOKING = ("たばこを吸えるところはありますか", "喫煙所はどこですか", "灰皿はありますか")


@pytest.fixture(scope="module")
def base() -> SentenceModel:
    return built_in.model()


def question(*phrasings: str, **more: Any) -> Question:
    return Question(phrasings=phrasings, answer="答えです。", **more)


def asking(base: SentenceModel, **questions: Question) -> faq.Taught:
    return faq.Taught(load().model_copy(update={"faq": questions}), base)


# Intents --------------------------------------------------------------------------------------------


def test_what_every_city_is_asked_is_understood_by_the_sentences_that_are_there(base: SentenceModel) -> None:
    taught = asking(base, p=question(*PARKING))
    assert taught.intents("p") == ("ask_parking",)
    assert taught.own_intents == []
    assert taught.sentences() == [(each, "ask_parking") for each in PARKING]
    assert taught.responses({})["utter_ask_parking"] == [{"text": "答えです。"}]


def test_what_no_other_city_is_asked_is_an_intent_of_its_own(base: SentenceModel) -> None:
    taught = asking(base, smoking=question(*SMOKING))
    assert taught.own_intents == ["ask_faq_smoking"]
    assert {intent for _, intent in taught.sentences()} == {"ask_faq_smoking"}


def test_two_questions_on_one_topic_each_live_by_their_own_sentences(base: SentenceModel) -> None:
    where = question("駐車場はどこですか", "駐車場の場所を教えて", "車はどこに停めますか")
    price = question("駐車料金はいくらですか", "駐車場は無料ですか", "駐車場の料金")
    taught = asking(base, where=where, price=price)
    assert taught.split == {"ask_parking"}
    assert taught.own_intents == ["ask_faq_where", "ask_faq_price"]
    assert taught.mistakes() == []


def test_link_and_buttons_stand_below_the_answer(base: SentenceModel) -> None:
    words = {"utter_word_intent_book": [{"text": "電子証明書の更新の予約"}]}
    more = {"link": "https://www.example.lg.jp/p", "buttons": ("book", "smoking")}
    taught = asking(base, p=question(*PARKING, label="{車}", **more), smoking=question(*SMOKING, label="たばこ"))
    said = taught.responses(words)
    [answer] = said["utter_ask_parking"]
    assert answer["text"] == "答えです。\nhttps://www.example.lg.jp/p"
    assert answer["buttons"] == [
        {"title": "電子証明書の更新の予約", "payload": "/book"},
        {"title": "たばこ", "payload": "/ask_faq_smoking"},
    ]
    assert said["utter_word_intent_ask_faq_smoking"] == [{"text": "たばこ"}]
    assert said["utter_word_intent_ask_parking"][0]["text"].format() == "{車}"


# Collisions -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phrasing", "intent"),
    [
        ("手数料はいくらですか", "ask_fee"),
        ("予約を取り消したいです", "cancel_booking"),
        ("暗証番号を忘れました", "ask_pin_forgotten"),
        ("必要な持ち物を教えてください", "ask_documents"),
        ("ありがとうございます", "thank"),
        ("車いすで入れますか", "ask_wheelchair"),
    ],
)
def test_a_phrasing_that_is_answered_already_is_refused_with_the_intent_and_its_line(
    base: SentenceModel, tmp_path: Path, phrasing: str, intent: str
) -> None:
    path = tmp_path / "city.yml"
    smoking = "".join(f"      - {each}\n" for each in (*SMOKING, phrasing))
    path.write_text(
        TEXT_OF_CITY[: TEXT_OF_CITY.index("\nfaq:\n")]
        + f"\nfaq:\n  smoking:\n    phrasings:\n{smoking}    answer: 庁舎の外にあります。\n",
        encoding="utf-8",
    )
    [mistake] = faq.Taught(load(path), base).mistakes()
    line = path.read_text(encoding="utf-8").split(f"- {phrasing}")[0].count("\n") + 1
    assert mistake.startswith(f"{path}:{line}: 「{phrasing}」は使えません。「{intent}」の質問として")


def test_a_phrasing_of_another_question_of_the_city_is_to_be_moved_there(base: SentenceModel) -> None:
    city = load().model_copy(
        update={"faq": {"parking": question(*PARKING), "smoking": question(*SMOKING, "駐車場")}}
    )
    city._lines[("faq", "smoking", "phrasings", 3)] = "city.yml:9"
    [mistake] = faq.Taught(city, base).mistakes()
    assert "faq の parking に移すか" in mistake


def test_what_is_none_of_the_bots_business_may_be_a_citys(base: SentenceModel) -> None:
    rubbish = question("粗大ごみの出し方を教えて", "ごみの日はいつですか", "燃えないごみの収集日")
    assert {intent for intent, _ in asking(base, r=rubbish).taken_for["r"]} <= set(faq.OUTSIDE)
    assert asking(base, r=rubbish).mistakes() == []


# Learnt and understood ------------------------------------------------------------------------------


def test_a_new_question_is_understood_in_words_that_were_not_learnt(
    base: SentenceModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = list(zip(*built_in.examples(), strict=True))[::6]
    monkeypatch.setattr(built_in, "examples", lambda: ([text for text, _ in pairs], [intent for _, intent in pairs]))
    questions = {id_: own_questions()[id_] for id_ in ("atm", "pets")}
    taught = faq.Taught(with_questions(load(), questions), base)
    model = learnt(base, taught)
    asked = [(text, id_) for id_, each in questions.items() for text in each["unseen"]]
    rows = model.probabilities([text for text, _ in asked])
    right = [model.labels[row.argmax()] == f"ask_faq_{id_}" for row, (_, id_) in zip(rows, asked, strict=True)]
    assert sum(right) >= 0.85 * len(asked)
    # What was understood before is understood still.
    for text in ("手数料はかかるの", "予約したいんですけど", "粗大ごみはいつ出せますか"):
        before, after = base.probabilities([text])[0], model.probabilities([text])[0]
        assert base.labels[before.argmax()] == model.labels[after.argmax()]


# Rasa's files and the city's together -----------------------------------------------------------------


@pytest.fixture
def importer(base: SentenceModel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.setattr(built_in, "model", lambda: base)

    def of(questions: str) -> CityImporter:
        path = tmp_path / "city.yml"
        path.write_text(TEXT_OF_CITY[: TEXT_OF_CITY.index("\nfaq:\n")] + questions, encoding="utf-8")
        monkeypatch.setenv("RENEWAL_CITY", str(path))
        files = [str(ROOT / "data" / name) for name in ("front_door.yml", "rules.yml", "stories.yml")]
        return CityImporter(str(ROOT / "config.yml"), str(ROOT / "domain.yml"), files)

    return of


SMOKING_FAQ = "\nfaq:\n  smoking:\n    phrasings: [{}]\n    answer: 外です。\n"


def test_rasa_learns_data_and_the_citys_questions_as_one(importer: Any) -> None:
    ours = importer(SMOKING_FAQ.format(", ".join(SMOKING)))
    learnt_ones = {(each.get(TEXT), each.get(INTENT)) for each in ours.get_nlu_data().intent_examples}
    assert {(each, "ask_faq_smoking") for each in SMOKING} < learnt_ones
    domain = ours.get_domain()
    assert "ask_faq_smoking" in domain.intents
    assert domain.intent_properties["ask_faq_smoking"]["used_entities"] == []
    assert domain.responses["utter_ask_faq_smoking"] == [{"text": "外です。"}]
    rules = [step.block_name for step in ours.get_stories().story_steps]
    assert "ask_faq_smoking" in rules and "The application begins" in rules


def test_a_city_without_questions_adds_nothing(importer: Any) -> None:
    plain = importer("\n")
    assert not [name for name in plain.get_domain().intents if name.startswith("ask_faq")]
    assert "確認できていません" in plain.get_domain().responses["utter_ask_parking"][0]["text"]


@pytest.mark.parametrize("wrong", ["手数料はいくらですか", "2"])
def test_what_the_check_refuses_is_not_learnt(importer: Any, wrong: str) -> None:
    with pytest.raises(CityRefused, match=r"city\.yml:\d+: "):
        importer(SMOKING_FAQ.format(", ".join((*SMOKING, wrong)))).get_domain()


# A model goes with a file -----------------------------------------------------------------------------


def test_a_citys_model_has_the_name_of_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RENEWAL_CITY", raising=False)
    assert models.path() == ROOT / "models" / "city.tar.gz"
    monkeypatch.setenv("RENEWAL_CITY", "cities/ome.yml")
    assert models.path() == ROOT / "models" / "ome.tar.gz"


def test_a_model_is_out_of_date_when_the_questions_change_and_not_before() -> None:
    here = load()
    other: City = here.model_copy(update={"name": "別の市"})
    assert faq.fingerprint(here) == faq.fingerprint(other)
    for change in ({"answer": "別の答え"}, {"phrasings": (*PARKING, "駐車場")}, {"link": "https://a.jp"}):
        changed = here.faq["parking"].model_copy(update=change)
        assert faq.fingerprint(here.model_copy(update={"faq": {**here.faq, "parking": changed}})) != faq.fingerprint(here)
    assert faq.fingerprint(here.model_copy(update={"faq": {}})) != faq.fingerprint(here)


def test_a_model_of_other_questions_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rasa.core.agent import Agent

    path = tmp_path / "city.yml"
    path.write_text(TEXT_OF_CITY.replace("駐車場や駐輪場", "駐車場"), encoding="utf-8")
    monkeypatch.setenv("RENEWAL_CITY", str(path))
    with pytest.raises(GraphComponentException) as caught:
        Agent.load(str(ROOT / "models" / "city.tar.gz"))
    assert "faq を学習していません" in str(caught.value.__cause__)
    assert "make train" in str(caught.value.__cause__)
