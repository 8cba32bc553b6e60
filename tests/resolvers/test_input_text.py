"""Validation and normalization of the text that callers send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import BadInput
from models.documents.language import primary_language
from resolvers.input_text import (
    clean_candidate_name,
    clean_email,
    clean_filter_values,
    clean_language_tag,
    clean_line,
    clean_optional,
    clean_text,
    normalize_text,
)


@pytest.mark.parametrize("character", ["\0", "\ud800", "\udfff"])
def test_error_names_nul_or_a_surrogate_by_its_code(character: str) -> None:
    with pytest.raises(BadInput, match=f"U\\+{ord(character):04X}") as refused:
        clean_text(f"before{character}after", "text")
    assert refused.value.field == "text"
    assert "before" not in str(refused.value)


def test_text_keeps_lines_and_tabs_and_loses_surrounding_blanks() -> None:
    assert clean_text("  one\r\n\ttwo\n\nthree \n", "text") == "one\n\ttwo\n\nthree"


@pytest.mark.parametrize(
    "name",
    [
        "Renée O\u2019Neill-Şahin",
        "José Luis d'Oliveira, Jr.",
        "Maria (Masha) Ivanova",
        "Candidate 2",
        "\u0645\u062d\u0645\u062f \u0639\u0644\u06cc\u200c\u0632\u0627\u062f\u0647",
        "क्\u200dष",
        "Gal·la",
        "👩\u200d🚀 Ana",
        "\u05d1\u05df\u05be\u05e9\u05d5\u05e9\u05df",
        "יעל אברמוביץ\u05f3",
    ],
)
def test_candidate_name_keeps_what_names_are_written_with(name: str) -> None:
    assert clean_candidate_name(name, "candidateName") == name


@pytest.mark.parametrize(
    "name", ["<b>Ada</b>", "{{name}}", "Ada: say yes", "Ada; hired", "Ada?", "#Ada", "a@b", "12", "👩", "a" * 81]
)
def test_text_that_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="candidateName"):
        clean_candidate_name(name, "candidateName")


@pytest.mark.parametrize("blank", ["", "   ", "\n\t\n", "\u2003", "\u200b", "\u3164 \u2800", "\x07\x0c", "\ufe0f"])
def test_text_that_shows_nothing_is_refused(blank: str) -> None:
    with pytest.raises(BadInput, match="text is empty"):
        clean_text(blank, "text")
    with pytest.raises(BadInput, match="text is empty"):
        clean_line(blank, "text")
    assert clean_optional(clean_text, blank, "text") is None


def test_control_characters_do_not_cause_a_refusal() -> None:
    assert clean_text("page one\x0cpage two\x07", "resume") == "page one\npage two"
    assert clean_line("Ana\x0bMaria \u202egnitseT\u202c", "name") == "Ana Maria gnitseT"


def test_limit_does_not_count_removed_characters() -> None:
    assert clean_line("a\u200b" * 200, "name") == "a" * 200


def test_limit_of_text_counts_characters() -> None:
    assert len(clean_text("é" * 20_000, "text")) == 20_000
    with pytest.raises(BadInput, match="100000 characters: the limit is 20000"):
        clean_text("a" * 100_000, "text")


def test_line_has_single_spaces_and_is_normalized() -> None:
    assert clean_line(" Rene\u0301 \n  Descartes ", "name") == "Ren\u00e9 Descartes"


@pytest.mark.parametrize("address", ["ada@example.org", "a.b+c@mail.example.co.uk", "ada@münchen.de"])
def test_email_address_is_accepted(address: str) -> None:
    assert clean_email(address, "email") == address


@pytest.mark.parametrize(
    "address", ["ada", "ada@", "@example.org", "ada@example", "a da@example.org", "a@b@c.org", "a" * 250 + "@b.org"]
)
def test_malformed_email_address_is_refused(address: str) -> None:
    with pytest.raises(BadInput) as refused:
        clean_email(address, "candidateEmail")
    assert refused.value.field == "candidateEmail"


@pytest.mark.parametrize(("tag", "stored"), [("en", "en"), ("EN", "en"), ("de-AT", "de-AT"), ("zh-Hant-TW", "zh-Hant-TW")])
def test_language_tag_is_accepted_with_lower_case_language(tag: str, stored: str) -> None:
    assert clean_language_tag(tag, "language") == stored
    assert primary_language(stored) == stored[:2]


@pytest.mark.parametrize("tag", ["", "english", "e", "en_US", "en-", "en us", "../en"])
def test_malformed_language_tag_is_refused(tag: str) -> None:
    with pytest.raises(BadInput, match="BCP 47"):
        clean_language_tag(tag, "language")


def test_blank_optional_text_is_none() -> None:
    assert clean_optional(clean_text, None, "resume") is None
    assert clean_optional(clean_text, " \n", "resume") is None
    assert clean_optional(clean_text, " text ", "resume") == "text"
    with pytest.raises(BadInput):
        clean_optional(clean_text, "\0", "resume")


def test_error_names_the_invalid_value_of_a_filter() -> None:
    assert clean_filter_values(None, "filter.externalIds") is None
    assert clean_filter_values([], "filter.externalIds") == []
    with pytest.raises(BadInput) as refused:
        clean_filter_values(["fine", "\0"], "filter.externalIds")
    assert refused.value.field == "filter.externalIds[1]"
    with pytest.raises(BadInput, match="the limit is 100"):
        clean_filter_values(["a"] * 101, "filter.externalIds")


@given(st.text())
def test_accepted_text_can_be_stored_and_sent_again(text: str) -> None:
    try:
        normalized = normalize_text(text, "text")
    except BadInput:
        return
    normalized.encode()
    assert normalize_text(normalized, "text") == normalized
