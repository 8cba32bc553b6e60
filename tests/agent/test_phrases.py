from dataclasses import fields
from string import Formatter

import pytest

from agent.phrases import PHRASES_BY_LANGUAGE, CodePhrases, get_phrases, normalize_answer
from models.documents.interview import EndReason

SAYS_AI = {"en": "an AI", "de": "eine KI", "es": "una inteligencia artificial", "fr": "une intelligence artificielle"}
PEOPLE_DECIDE = {
    "en": "People, not I, decide",
    "de": "entscheiden Menschen",
    "es": "deciden personas",
    "fr": "Ce sont des personnes",
}
YES = {"en": "yes", "de": "ja", "es": "sí", "fr": "oui"}
NO = {
    "en": ["no", "not yet", "go on", "no please"],
    "de": ["nein", "weiter", "noch nicht"],
    "es": ["no", "sigamos", "todavía no"],
    "fr": ["non", "pas encore", "continuons"],
}
CLOSED_BY_CODE = (
    EndReason.WRAPPED_UP,
    EndReason.OUT_OF_EXCHANGES,
    EndReason.OUT_OF_TIME,
    EndReason.CANDIDATE_ENDED,
    EndReason.CANDIDATE_LEFT,
)

each_language = pytest.mark.parametrize("language", PHRASES_BY_LANGUAGE)


def phrases_by_name(phrases: CodePhrases) -> dict[str, str]:
    """Every phrase by its name."""
    lines = {
        field.name: getattr(phrases, field.name) for field in fields(phrases) if isinstance(getattr(phrases, field.name), str)
    }
    return {**lines, **{f"closing {reason}": text for reason, text in phrases.closings.items()}}


@each_language
def test_every_phrase_is_there_and_whole(language: str) -> None:
    lines = phrases_by_name(get_phrases(language))
    assert set(lines) >= {"greeting", "question_again", "move_on", "wait", "stop", "nudge"}
    for name, text in lines.items():
        assert text == " ".join(text.split()), name
        assert text.endswith((".", "?")), name


@each_language
def test_every_end_that_code_makes_has_its_closing(language: str) -> None:
    assert set(get_phrases(language).closings) == set(CLOSED_BY_CODE)


@each_language
def test_no_language_borrows_a_phrase_from_another(language: str) -> None:
    own = set(phrases_by_name(get_phrases(language)).values())
    for other in PHRASES_BY_LANGUAGE:
        assert other == language or not own & set(phrases_by_name(get_phrases(other)).values())


@each_language
def test_a_greeting_is_filled_with_all_that_it_is_given_and_nothing_else_is_filled(language: str) -> None:
    lines = phrases_by_name(get_phrases(language))
    greeting = lines.pop("greeting")
    assert sorted(name for _, name, _, _ in Formatter().parse(greeting) if name) == ["minutes", "name", "questions", "title"]
    filled = greeting.format(name="Ada {Lovelace}", title="Tester", questions=7, minutes=30)
    assert all(part in filled for part in ("Ada {Lovelace}", "Tester", "7", "30"))
    assert not any("{" in text or "}" in text for text in lines.values())


@each_language
def test_a_greeting_says_that_it_is_an_ai_and_that_people_decide(language: str) -> None:
    greeting = get_phrases(language).greeting
    assert SAYS_AI[language] in greeting
    assert PEOPLE_DECIDE[language] in greeting


@each_language
def test_only_the_stop_asks_and_it_asks_once(language: str) -> None:
    for name, text in phrases_by_name(get_phrases(language)).items():
        assert text.count("?") == (name == "stop"), name


@each_language
def test_affirmations_have_the_form_in_which_an_answer_is_compared(language: str) -> None:
    affirmations = get_phrases(language).affirmations
    assert affirmations
    assert {normalize_answer(words) for words in affirmations} == affirmations


@each_language
def test_the_word_that_a_stop_asks_for_confirms_it(language: str) -> None:
    phrases = get_phrases(language)
    assert YES[language] in phrases.stop.casefold()
    for words in (YES[language], f"{YES[language].upper()}!", f"  {YES[language].title()}. "):
        assert normalize_answer(words) in phrases.affirmations


@each_language
def test_a_no_confirms_nothing(language: str) -> None:
    assert not get_phrases(language).affirmations & {normalize_answer(words) for words in NO[language]}


@each_language
@pytest.mark.parametrize("region", ["", "-XX", "-Latn-XX"])
def test_a_language_is_found_by_its_primary_subtag_in_any_case(language: str, region: str) -> None:
    assert get_phrases(f"{language}{region}") is get_phrases(f"{language.upper()}{region}") is PHRASES_BY_LANGUAGE[language]


@pytest.mark.parametrize("tag", ["xx", "", "eng", "-en"])
def test_a_language_that_nobody_speaks_is_refused(tag: str) -> None:
    with pytest.raises(KeyError):
        get_phrases(tag)


@pytest.mark.parametrize(
    ("words", "compared"),
    [
        ("Yes, please!", "yes please"),
        ("yes\nplease", "yes please"),
        ("S\u2019il-vous-plaît", "s'il vous plaît"),
        ("Si\u0301", "sí"),
        ("“Yes”", "yes"),
        ("'yes'", "yes"),
        ("\uff39\uff25\uff33", "yes"),
        ("yes_please", "yes please"),
        ("Stop-the-world", "stop the world"),
        ("…", ""),
        ("", ""),
    ],
)
def test_answers_are_compared_without_case_marks_and_line_ends(words: str, compared: str) -> None:
    assert normalize_answer(words) == compared
