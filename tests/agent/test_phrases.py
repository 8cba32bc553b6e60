import builtins
import io
import runpy
from collections.abc import Mapping
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from pydantic import ValidationError

import agent.phrases
from agent.intents import Intent
from agent.phrases import LANGUAGES, CodePhrases
from models.documents.interview import EndReason
from tests.agent.talks import ENGLISH, PHRASEBOOK

SAYS_AI = {"en": "an AI", "de": "eine KI", "es": "una inteligencia artificial", "fr": "une intelligence artificielle"}
A_PERSON_DECIDES = {
    "en": "A person on the hiring team makes every decision about your application.",
    "de": "Jede Entscheidung über Ihre Bewerbung trifft ein Mensch",
    "es": "Todas las decisiones sobre su candidatura las toma una persona",
    "fr": "Chaque décision concernant votre candidature est prise par une personne",
}
ONE_QUESTION = {"en": "one question for", "de": "eine Frage für", "es": "una pregunta para", "fr": "une question à"}
ONE_MINUTE = {"en": "one minute.", "de": "eine Minute ", "es": "un minuto.", "fr": "une minute "}
YES = {"en": "yes", "de": "ja", "es": "sí", "fr": "oui"}
NO = {
    "en": ["no", "not yet", "go on", "no please"],
    "de": ["nein", "weiter", "noch nicht"],
    "es": ["no", "sigamos", "todavía no"],
    "fr": ["non", "pas encore", "continuons"],
}
PLACEHOLDERS = {
    "greeting": ["minutes", "name", "questions", "title"],
    "questions.other": ["count"],
    "time_notice": ["minutes"],
    "minutes.other": ["count"],
    "accommodations.EXTRA_TIME": ["minutes"],
    "go_on_in_writing": ["words"],
    "other_language": ["language", "language", "spoken", "typing"],
}
PARTS = {
    "questions.one",
    "questions.other",
    "minutes.one",
    "minutes.other",
    "or_type",
    *(f"language_names.{it}" for it in LANGUAGES),
}
"""Phrases that are parts of sentences."""

ASKS_FOR_A_PERSON = {
    "en": "I would like to talk to a person.",
    "de": "Ich möchte mit einem Menschen sprechen.",
    "es": "Quiero hablar con una persona.",
    "fr": "Je veux parler à une personne.",
}
"""What the notice about another language suggests to say, in the first person."""

each_language = pytest.mark.parametrize("language", LANGUAGES)


def flatten(value: Any, path: str = "") -> dict[str, str]:
    """Return every text of nested mappings and lists by its dotted path."""
    if isinstance(value, str):
        return {path: value}
    items = value.items() if isinstance(value, Mapping) else enumerate(value)
    pairs = [flatten(item, f"{path}.{key}".lstrip(".")) for key, item in items]
    return {name: text for pair in pairs for name, text in pair.items()}


def texts_of(language: str) -> dict[str, str]:
    """Return every phrase of a language by its dotted path."""
    return flatten(PHRASEBOOK.get(language).model_dump())


def sentences_of(language: str) -> dict[str, str]:
    return {name: text for name, text in texts_of(language).items() if name not in PARTS}


def test_every_language_has_one_file_and_every_file_a_language() -> None:
    assert sorted(path.stem for path in Path(agent.phrases.__file__).parent.glob("*.yaml")) == sorted(LANGUAGES)
    pages = Path(__file__).parents[2] / "web" / "src" / "join" / "texts"
    assert sorted(path.stem for path in pages.glob("??.ts")) == sorted(LANGUAGES)


@each_language
def test_every_language_has_the_same_phrases(language: str) -> None:
    assert texts_of(language).keys() == texts_of("en").keys()
    assert set(PHRASEBOOK.get(language).closings) == set(EndReason)


@each_language
def test_every_phrase_is_a_whole_sentence(language: str) -> None:
    for name, text in sentences_of(language).items():
        assert text == " ".join(text.split()), name
        assert text.endswith((".", "?")), name


@each_language
def test_every_phrase_has_exactly_its_placeholders(language: str) -> None:
    for phrase, text in texts_of(language).items():
        assert sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None) == PLACEHOLDERS.get(phrase, []), (
            phrase
        )


@pytest.mark.parametrize("name", CodePhrases.model_fields)
def test_missing_phrase_is_rejected(name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        CodePhrases.model_validate({field: value for field, value in ENGLISH if field != name})


def test_unknown_phrase_is_rejected() -> None:
    with pytest.raises(ValidationError, match="farewell"):
        CodePhrases.model_validate({**dict(ENGLISH), "farewell": "Goodbye."})


@each_language
def test_no_language_uses_a_sentence_of_another(language: str) -> None:
    own = set(sentences_of(language).values())
    for other in LANGUAGES:
        assert other == language or not own & set(sentences_of(other).values())


@each_language
def test_greeting_contains_all_of_its_values(language: str) -> None:
    greeting = PHRASEBOOK.get(language).format_greeting(name="Ada {Lovelace}", title="Tester", questions=7, minutes=30)
    assert all(part in greeting for part in ("Ada {Lovelace}", "Tester", "7", "30"))


@each_language
def test_greeting_uses_the_singular_for_one_question_and_one_minute(language: str) -> None:
    greeting = PHRASEBOOK.get(language).format_greeting(name="Ada", title="Tester", questions=1, minutes=1)
    assert ONE_QUESTION[language] in greeting
    assert ONE_MINUTE[language] in greeting
    assert "1" not in greeting


@each_language
def test_greeting_says_that_it_is_an_ai_and_that_a_person_decides(language: str) -> None:
    greeting = PHRASEBOOK.get(language).greeting
    assert SAYS_AI[language] in greeting
    assert A_PERSON_DECIDES[language] in greeting


@each_language
def test_only_phrases_that_ask_contain_a_question_and_only_one(language: str) -> None:
    asking = ("stop", "withdraw", "alternative", "anything_else", "anything_else_again", "follow_ups", "similar_experience")
    for name, text in texts_of(language).items():
        assert text.count("?") == (name.split(".")[0] in asking), name


@each_language
def test_notice_about_another_language_is_in_both_and_offers_what_is_recognized(language: str) -> None:
    phrases = PHRASEBOOK.get(language)
    for other, notice in phrases.language_notices.items():
        for speaker in (phrases, PHRASEBOOK.get(other)):
            names = speaker.language_names
            text = speaker.other_language.format(spoken=names[other], language=names[language], typing=speaker.or_type)
            assert text in notice.get_text(is_spoken=True)
            assert speaker.or_type not in notice.get_text(is_spoken=False)
    assert phrases.language_notices.keys() == set(LANGUAGES) - {language}
    assert phrases.intents.recognize(ASKS_FOR_A_PERSON[language]) == {Intent.HUMAN}


@each_language
def test_word_that_the_stop_asks_for_confirms_it(language: str) -> None:
    phrases = PHRASEBOOK.get(language)
    for confirmation in (phrases.stop, phrases.withdraw, phrases.alternative):
        assert YES[language] in confirmation.casefold()
    for words in (YES[language], f"{YES[language].upper()}!", f"  {YES[language].title()}. "):
        assert phrases.intents.recognize(words) == {Intent.CONFIRM}


@each_language
def test_refusal_does_not_confirm_a_stop(language: str) -> None:
    for words in NO[language]:
        assert PHRASEBOOK.get(language).intents.recognize(words) == {Intent.DENY}, words


@each_language
@pytest.mark.parametrize("region", ["", "-XX", "-Latn-XX"])
def test_phrases_are_found_by_the_primary_subtag_in_any_case(language: str, region: str) -> None:
    phrases = PHRASEBOOK.by_language[language]
    assert PHRASEBOOK.get(f"{language}{region}") is PHRASEBOOK.get(f"{language.upper()}{region}") is phrases


@pytest.mark.parametrize("tag", ["xx", "", "eng", "-en"])
def test_unsupported_language_raises_key_error(tag: str) -> None:
    with pytest.raises(KeyError):
        PHRASEBOOK.get(tag)


def test_importing_the_phrases_reads_no_phrase_file_and_loading_reads_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    real_open = io.open

    def record_open(file: Any, *args: Any, **kwargs: Any) -> Any:
        opened.append(Path(str(file)).name)
        return real_open(file, *args, **kwargs)

    monkeypatch.setattr(io, "open", record_open)
    monkeypatch.setattr(builtins, "open", record_open)
    namespace = runpy.run_path(agent.phrases.__file__)
    assert [name for name in opened if name.endswith(".yaml")] == []
    namespace["load_phrasebook"]()
    # one file each of phrases, closings, speech rules, requests and questions about the job per language
    # and one of the function words of all languages
    files = [f"{language}.yaml" for language in LANGUAGES]
    assert sorted(name for name in opened if name.endswith(".yaml")) == sorted([*files * 5, "function_words.yaml"])
