import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.output_filter import OutputFilter, collect_private_ngrams
from agent.prompts import RULES
from models.documents.position import Question
from models.documents.turn import Move
from tests.agent.filter_texts import (
    ASKED_QUESTION,
    LEAK_WORDS,
    MANY_EXAMPLES,
    MOVES,
    OPEN_QUESTION,
    OPEN_QUESTION_NOTE,
    PRIVATE_TEXTS,
    SPLIT_POSITIONS,
    UNASKED_QUESTION,
    filter_reply,
    make_position_with_private_texts,
    split_at,
)
from tests.factories import position_body


@pytest.mark.parametrize("move", MOVES)
def test_private_text_is_rejected(move: Move) -> None:
    for private in PRIVATE_TEXTS:
        assert filter_reply(move, f"{private}.") == "", private
        assert filter_reply(move, f"So, {private.lower()}, you know.") == "", private


def _insert_after_letters(sign: str) -> Callable[[str], str]:
    return lambda text: "".join(letter + (sign if letter.isalpha() else "") for letter in text)


DISGUISES: dict[str, Callable[[str], str]] = {
    "upper case": str.upper,
    "commas": lambda text: text.replace(" ", ", "),
    "dashes": lambda text: text.replace(" ", " - "),
    "underscores": lambda text: text.replace(" ", "_"),
    "asterisks": lambda text: f"**{text.replace(' ', '** **')}**",
    "hard spaces": lambda text: text.replace(" ", "\u00a0"),
    "zero-width spaces": _insert_after_letters("\u200b"),
    "zero-width joiners": _insert_after_letters("\u200d"),
    "soft hyphens": _insert_after_letters("\u00ad"),
    "accents": _insert_after_letters("\u0301"),
    "full width": lambda text: "".join(chr(ord(sign) + 0xFEE0) if sign.isalpha() else sign for sign in text),
    "mathematical": lambda text: "".join(
        chr(0x1D41A + ord(sign.lower()) - ord("a")) if sign.isalpha() and sign.isascii() else sign for sign in text
    ),
}


@pytest.mark.parametrize("trick", DISGUISES)
def test_disguised_private_text_is_rejected(trick: str) -> None:
    for private in PRIVATE_TEXTS:
        assert filter_reply(Move.CLARIFY, DISGUISES[trick](private.rstrip(".?"))) == "", private


@pytest.mark.parametrize("end", [". ", "! ", "\n", ".\n", "… "])
@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_private_text_across_sentences_is_rejected(end: str, size: int) -> None:
    words = OPEN_QUESTION_NOTE.split()
    parts = [" ".join(words[start : start + size]) for start in range(0, len(words), size)]
    out = re.findall(r"\w+", filter_reply(Move.CLARIFY, end.join(parts)))
    assert len(out) < LEAK_WORDS
    assert out == words[: len(out)], "a later sentence must not complete a rejected one"


@MANY_EXAMPLES
@given(st.data(), st.sampled_from(PRIVATE_TEXTS), SPLIT_POSITIONS, st.sampled_from(MOVES))
def test_six_consecutive_private_words_are_never_released(
    data: st.DataObject, private: str, positions: list[int], move: Move
) -> None:
    words = re.findall(r"\w+", private)
    start = data.draw(st.integers(0, len(words) - LEAK_WORDS))
    run = " ".join(words[start : start + LEAK_WORDS])
    filler = st.lists(st.sampled_from(["so", "well", "you said", "and then"]), max_size=4).map(" ".join)
    trick = DISGUISES[data.draw(st.sampled_from(sorted(DISGUISES)))]
    text = f"Right. {data.draw(filler)} {trick(run)} {data.draw(filler)}. Good."
    out = filter_reply(move, *split_at(text, positions))
    assert out in ("Right.", "Right. Good.")


def test_private_text_around_a_rejected_sentence_is_rejected() -> None:
    assert filter_reply(Move.CLARIFY, "Retries are bounded. Why so? And the pauses.") == "Retries are bounded."


def test_five_private_words_are_allowed_and_six_are_not() -> None:
    words = OPEN_QUESTION_NOTE.split()
    assert filter_reply(Move.CLARIFY, " ".join(words[:5])) != ""
    assert filter_reply(Move.CLARIFY, " ".join(words[:6])) == ""


@pytest.mark.parametrize("asked", [OPEN_QUESTION, ASKED_QUESTION])
def test_asked_question_may_be_repeated(asked: str) -> None:
    words = f"I mean it so: {asked.rstrip('?').lower()}."
    assert filter_reply(Move.CLARIFY, words) == words


def test_open_question_may_be_repeated_even_if_a_note_contains_it() -> None:
    question = Question(key="open", text=OPEN_QUESTION, listen_for=["Knows what makes sure that a change of yours is safe"])
    output_filter = OutputFilter(
        Move.CLARIFY, collect_private_ngrams(position_body(questions=[question]), questions_asked=1, rules=RULES)
    )
    assert output_filter.feed("I mean how you make sure that a change of yours is safe. ") == [
        "I mean how you make sure that a change of yours is safe."
    ]


def test_asked_question_is_not_private() -> None:
    private = collect_private_ngrams(make_position_with_private_texts(), questions_asked=3, rules=RULES)
    output_filter = OutputFilter(Move.CLARIFY, private)
    assert [*output_filter.feed(UNASKED_QUESTION), *output_filter.flush()] == [UNASKED_QUESTION]


def test_rejected_sentence_does_not_affect_others() -> None:
    assert filter_reply(Move.CLARIFY, f"I see. {OPEN_QUESTION_NOTE}. Any example will do.") == "I see. Any example will do."
