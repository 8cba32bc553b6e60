"""Private text never goes out in runs of six words, whatever it is dressed in."""

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
    CUT_PLACES,
    LEAK_WORDS,
    MANY_EXAMPLES,
    MOVES,
    NOTE,
    OPEN_QUESTION,
    PRIVATE_TEXTS,
    UNASKED_QUESTION,
    filter_reply,
    guarded_position,
    split_at,
)
from tests.factories import position_body


@pytest.mark.parametrize("private", PRIVATE_TEXTS)
@pytest.mark.parametrize("move", MOVES)
def test_private_text_does_not_go_out(move: Move, private: str) -> None:
    assert filter_reply(move, f"{private}.") == ""
    assert filter_reply(move, f"So, {private.lower()}, you know.") == ""


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


@pytest.mark.parametrize("private", PRIVATE_TEXTS)
@pytest.mark.parametrize("trick", DISGUISES)
def test_private_text_does_not_go_out_in_disguise(trick: str, private: str) -> None:
    text = private.rstrip(".?")
    assert filter_reply(Move.CLARIFY, DISGUISES[trick](text)) == ""


@pytest.mark.parametrize("end", [". ", "! ", "\n", ".\n", "… "])
@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_private_text_does_not_go_out_over_the_ends_of_sentences(end: str, size: int) -> None:
    words = NOTE.split()
    parts = [" ".join(words[start : start + size]) for start in range(0, len(words), size)]
    out = re.findall(r"\w+", filter_reply(Move.CLARIFY, end.join(parts)))
    assert len(out) < LEAK_WORDS
    assert out == words[: len(out)], "what stayed inside is not finished by what came after"


@MANY_EXAMPLES
@given(st.data(), st.sampled_from(PRIVATE_TEXTS), CUT_PLACES, st.sampled_from(MOVES))
def test_no_six_words_in_a_row_of_a_private_text_go_out(data: st.DataObject, private: str, places: list[int], move: Move) -> None:
    words = re.findall(r"\w+", private)
    start = data.draw(st.integers(0, len(words) - LEAK_WORDS))
    run = " ".join(words[start : start + LEAK_WORDS])
    filler = st.lists(st.sampled_from(["so", "well", "you said", "and then"]), max_size=4).map(" ".join)
    trick = DISGUISES[data.draw(st.sampled_from(sorted(DISGUISES)))]
    text = f"Right. {data.draw(filler)} {trick(run)} {data.draw(filler)}. Good."
    out = filter_reply(move, *split_at(text, places))
    assert out in ("Right.", "Right. Good.")


def test_private_text_does_not_go_out_around_a_sentence_that_stays_inside() -> None:
    assert filter_reply(Move.CLARIFY, "Retries are bounded. Why so? And the pauses.") == "Retries are bounded."


def test_a_run_is_six_words() -> None:
    words = NOTE.split()
    assert filter_reply(Move.CLARIFY, " ".join(words[:5])) != ""
    assert filter_reply(Move.CLARIFY, " ".join(words[:6])) == ""


@pytest.mark.parametrize("asked", [OPEN_QUESTION, ASKED_QUESTION])
def test_what_has_been_asked_may_be_said_again(asked: str) -> None:
    words = f"I mean it so: {asked.rstrip('?').lower()}."
    assert filter_reply(Move.CLARIFY, words) == words


def test_words_of_the_open_question_may_be_said_though_a_note_repeats_them() -> None:
    question = Question(key="open", text=OPEN_QUESTION, listen_for=["Knows what makes sure that a change of yours is safe"])
    gate = OutputFilter(Move.CLARIFY, collect_private_ngrams(position_body(questions=[question]), questions_asked=1, rules=RULES))
    assert gate.feed("I mean how you make sure that a change of yours is safe. ") == [
        "I mean how you make sure that a change of yours is safe."
    ]


def test_a_question_that_is_asked_is_no_secret_any_more() -> None:
    private = collect_private_ngrams(guarded_position(), questions_asked=3, rules=RULES)
    gate = OutputFilter(Move.CLARIFY, private)
    assert [*gate.feed(UNASKED_QUESTION), *gate.flush()] == [UNASKED_QUESTION]


def test_a_sentence_that_stays_inside_takes_no_others_with_it() -> None:
    assert filter_reply(Move.CLARIFY, f"I see. {NOTE}. Any example will do.") == "I see. Any example will do."
