"""What text is taken from outside, and what becomes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import BadInput
from models.documents.language import primary_language
from resolvers.input_text import (
    clean_email,
    clean_filter_values,
    clean_language_tag,
    clean_line,
    clean_optional,
    clean_text,
    normalize_text,
)


@pytest.mark.parametrize("character", ["\0", "\x07", "\x0b", "\x1b", "\x7f", "\x85", "\x9f", "\r", "\ud800", "\udfff"])
def test_control_characters_and_half_characters_are_refused_by_their_code(character: str) -> None:
    with pytest.raises(BadInput, match=f"U\\+{ord(character):04X}") as refused:
        clean_text(f"before{character}after", "text")
    assert refused.value.field == "text"
    assert "before" not in str(refused.value)


def test_prose_keeps_its_lines_and_tabs_and_loses_its_blank_ends() -> None:
    assert clean_text("  one\r\n\ttwo\n\nthree \n", "text") == "one\n\ttwo\n\nthree"


@pytest.mark.parametrize("blank", ["", "   ", "\n\t\n", "\u2003"])
def test_blank_text_is_refused(blank: str) -> None:
    with pytest.raises(BadInput, match="text is empty"):
        clean_text(blank, "text")


def test_text_is_taken_up_to_its_limit_in_characters() -> None:
    assert len(clean_text("é" * 20_000, "text")) == 20_000
    with pytest.raises(BadInput, match="100000 characters: at most 20000"):
        clean_text("a" * 100_000, "text")


def test_a_name_is_one_line_in_one_form() -> None:
    assert clean_line(" Rene\u0301 \n  Descartes ", "name") == "Ren\u00e9 Descartes"


@pytest.mark.parametrize("address", ["ada@example.org", "a.b+c@mail.example.co.uk", "ada@münchen.de"])
def test_an_email_address_is_taken(address: str) -> None:
    assert clean_email(address, "email") == address


@pytest.mark.parametrize(
    "address", ["ada", "ada@", "@example.org", "ada@example", "a da@example.org", "a@b@c.org", "a" * 250 + "@b.org"]
)
def test_what_is_no_email_address_is_refused(address: str) -> None:
    with pytest.raises(BadInput) as refused:
        clean_email(address, "candidateEmail")
    assert refused.value.field == "candidateEmail"


@pytest.mark.parametrize(("tag", "stored"), [("en", "en"), ("EN", "en"), ("de-AT", "de-AT"), ("zh-Hant-TW", "zh-Hant-TW")])
def test_a_language_tag_is_taken(tag: str, stored: str) -> None:
    assert clean_language_tag(tag, "language") == stored
    assert primary_language(stored) == stored[:2]


@pytest.mark.parametrize("tag", ["", "english", "e", "en_US", "en-", "en us", "../en"])
def test_what_is_no_language_tag_is_refused(tag: str) -> None:
    with pytest.raises(BadInput, match="BCP 47"):
        clean_language_tag(tag, "language")


def test_what_a_form_left_empty_is_nothing() -> None:
    assert clean_optional(clean_text, None, "resume") is None
    assert clean_optional(clean_text, " \n", "resume") is None
    assert clean_optional(clean_text, " text ", "resume") == "text"
    with pytest.raises(BadInput):
        clean_optional(clean_text, "\0", "resume")


def test_a_filters_values_are_checked_one_by_one() -> None:
    assert clean_filter_values(None, "filter.externalId") is None
    assert clean_filter_values([], "filter.externalId") == []
    with pytest.raises(BadInput) as refused:
        clean_filter_values(["fine", "\0"], "filter.externalId")
    assert refused.value.field == "filter.externalId[1]"
    with pytest.raises(BadInput, match="at most 100"):
        clean_filter_values(["a"] * 101, "filter.externalId")


@given(st.text())
def test_whatever_is_taken_can_be_stored_and_taken_again(text: str) -> None:
    try:
        taken = normalize_text(text, "text")
    except BadInput:
        return
    taken.encode()
    assert normalize_text(taken, "text") == taken
