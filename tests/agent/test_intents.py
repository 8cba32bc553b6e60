from pathlib import Path

import pytest
import yaml

from agent.intents import LANGUAGES, Intent, load_intent_recognizers

RECOGNIZERS = load_intent_recognizers()
PHRASINGS = {
    language: yaml.safe_load((Path(__file__).parent / "intent_phrasings" / f"{language}.yaml").read_text("utf-8"))
    for language in LANGUAGES
}
LEAST_PHRASINGS = {"en": 40, "de": 12, "es": 12, "fr": 12}
FRAMES = {
    "en": [
        "The customer wrote to us: {} We then found the cause in the cache.",
        "{} That is what my manager said to the vendor, and we changed the contract.",
    ],
    "de": [
        "Der Kunde schrieb uns: {} Dann fanden wir die Ursache im Cache.",
        "{} Das sagte mein Chef zum Lieferanten, und wir änderten den Vertrag.",
    ],
    "es": [
        "El cliente nos escribió: {} Luego encontramos la causa en la caché.",
        "{} Eso dijo mi jefe al proveedor, y cambiamos el contrato.",
    ],
    "fr": [
        "Le client nous a écrit : {} Ensuite nous avons trouvé la cause dans le cache.",
        "{} Voilà ce que mon chef a dit au fournisseur, et nous avons changé le contrat.",
    ],
}
"""Ordinary answers that contain a request's words."""

each_language = pytest.mark.parametrize("language", LANGUAGES)


def list_phrasings() -> list[tuple[str, str, str]]:
    """Return each request as its language, intent and text."""
    return [
        (language, intent, text)
        for language, phrasings in PHRASINGS.items()
        for intent, texts in phrasings.items()
        if intent != "near_misses"
        for text in texts
    ]


@each_language
def test_every_intent_has_enough_distinct_phrasings(language: str) -> None:
    for intent in Intent:
        assert len(set(PHRASINGS[language][intent])) >= LEAST_PHRASINGS[language], intent


@each_language
def test_every_phrasing_of_a_request_is_recognized(language: str) -> None:
    requests = [(intent, text) for phrasing_language, intent, text in list_phrasings() if phrasing_language == language]
    assert [(intent, text) for intent, text in requests if intent not in RECOGNIZERS[language].recognize(text)] == []


@each_language
def test_request_is_recognized_without_punctuation_accents_and_case(language: str) -> None:
    for intent in (Intent.STOP, Intent.REPEAT, Intent.WAIT, Intent.EXPLAIN):
        for text in PHRASINGS[language][intent]:
            spoken = "".join(letter for letter in text if letter.isalpha() or letter in " '-").upper()
            assert intent in RECOGNIZERS[language].recognize(f"  {spoken}\n"), text


@each_language
def test_english_request_is_recognized_in_every_language(language: str) -> None:
    assert RECOGNIZERS[language].recognize("I want to stop the interview now.") == {Intent.STOP}
    assert RECOGNIZERS[language].recognize("Yes, please.") == {Intent.CONFIRM}


@each_language
def test_ordinary_answer_is_no_request(language: str) -> None:
    for text in PHRASINGS[language]["near_misses"]:
        assert not RECOGNIZERS[language].recognize(text), text


@each_language
def test_request_within_an_answer_is_not_recognized(language: str) -> None:
    for phrasing_language, _, text in list_phrasings():
        if phrasing_language == language:
            for frame in FRAMES[language]:
                assert not RECOGNIZERS[language].recognize(frame.format(text)), text


@each_language
def test_denial_is_nothing_else(language: str) -> None:
    for text in PHRASINGS[language][Intent.DENY]:
        assert RECOGNIZERS[language].recognize(text) == {Intent.DENY}, text


@each_language
def test_every_wish_to_stop_contains_a_hint_of_one(language: str) -> None:
    for intent in (Intent.STOP, Intent.WITHDRAW):
        for text in PHRASINGS[language][intent]:
            assert RECOGNIZERS[language].may_wish_to_stop(text), text


@pytest.mark.parametrize("text", ["An answer.", "I like puzzles.", "It was the database.", "We used Kafka.", ""])
def test_answer_contains_no_hint_of_a_wish_to_stop(text: str) -> None:
    assert not RECOGNIZERS["en"].may_wish_to_stop(text)


def test_comma_separates_a_denial_from_what_follows() -> None:
    assert RECOGNIZERS["es"].recognize("No, quiero seguir.") == {Intent.DENY}
    assert RECOGNIZERS["es"].recognize("No quiero seguir.") == {Intent.STOP}


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("Yes, please end the interview.", {Intent.CONFIRM, Intent.STOP}),
        ("No, I don't want to stop.", {Intent.DENY}),
        ("I can't hear you. Could you repeat the question?", {Intent.TROUBLE, Intent.REPEAT}),
        ("Stop stop stop", {Intent.STOP}),
        ("Re\u00adpeat\u200b the question.", {Intent.REPEAT}),
        ("okay thank you", set()),
        ("", set()),
    ],
)
def test_several_requests_are_recognized_together(text: str, intents: set[Intent]) -> None:
    assert RECOGNIZERS["en"].recognize(text) == intents


@pytest.mark.parametrize("text", ["", "Okay.", "Yes.", "Hmm?", "asdf", "Hello?", "How long will this take?", "Okay, right", "um"])
def test_message_without_content_is_unclear(text: str) -> None:
    assert RECOGNIZERS["en"].is_unclear(text)


@pytest.mark.parametrize("text", ["An answer.", "By email.", "Python and Go.", "I don't know.", "We asked them why."])
def test_short_answer_is_not_unclear(text: str) -> None:
    assert not RECOGNIZERS["en"].is_unclear(text)


def test_long_text_of_repeated_requests_is_rejected_quickly() -> None:
    assert not RECOGNIZERS["en"].recognize("no yes stop please repeat " * 5000)
    assert not RECOGNIZERS["en"].recognize("no no, yes no, stop no, yes no, no yes, x")
