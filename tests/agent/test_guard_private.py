"""Private text never goes out in runs of six words, whatever it is dressed in."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.guard import Gate, private_runs
from agent.prompts import RULES
from models.position import Question
from models.turn import Move
from tests.agent.gates import ASKED, CUTS, MANY, MOVES, NOTE, OPEN, PRIVATE_TEXTS, SIX, UNASKED, a_position, cut, said
from tests.factories import position_body


@pytest.mark.parametrize("private", PRIVATE_TEXTS)
@pytest.mark.parametrize("move", MOVES)
def test_private_text_does_not_go_out(move: Move, private: str) -> None:
    assert said(move, f"{private}.") == ""
    assert said(move, f"So, {private.lower()}, you know.") == ""


def _spread(sign: str) -> Callable[[str], str]:
    return lambda text: "".join(letter + (sign if letter.isalpha() else "") for letter in text)


TRICKS: dict[str, Callable[[str], str]] = {
    "upper case": str.upper,
    "commas": lambda text: text.replace(" ", ", "),
    "dashes": lambda text: text.replace(" ", " - "),
    "underscores": lambda text: text.replace(" ", "_"),
    "asterisks": lambda text: f"**{text.replace(' ', '** **')}**",
    "hard spaces": lambda text: text.replace(" ", "\u00a0"),
    "zero-width spaces": _spread("\u200b"),
    "zero-width joiners": _spread("\u200d"),
    "soft hyphens": _spread("\u00ad"),
    "accents": _spread("\u0301"),
    "full width": lambda text: "".join(chr(ord(sign) + 0xFEE0) if sign.isalpha() else sign for sign in text),
    "mathematical": lambda text: "".join(
        chr(0x1D41A + ord(sign.lower()) - ord("a")) if sign.isalpha() and sign.isascii() else sign for sign in text
    ),
}


@pytest.mark.parametrize("private", PRIVATE_TEXTS)
@pytest.mark.parametrize("trick", TRICKS)
def test_private_text_does_not_go_out_in_disguise(trick: str, private: str) -> None:
    text = private.rstrip(".?")
    assert said(Move.CLARIFY, TRICKS[trick](text)) == ""


@pytest.mark.parametrize("end", [". ", "! ", "\n", ".\n", "… "])
@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_private_text_does_not_go_out_over_the_ends_of_sentences(end: str, size: int) -> None:
    words = NOTE.split()
    parts = [" ".join(words[start : start + size]) for start in range(0, len(words), size)]
    out = re.findall(r"\w+", said(Move.CLARIFY, end.join(parts)))
    assert len(out) < SIX
    assert out == words[: len(out)], "what stayed inside is not finished by what came after"


@MANY
@given(st.data(), st.sampled_from(PRIVATE_TEXTS), CUTS, st.sampled_from(MOVES))
def test_no_six_words_in_a_row_of_a_private_text_go_out(data: st.DataObject, private: str, places: list[int], move: Move) -> None:
    words = re.findall(r"\w+", private)
    start = data.draw(st.integers(0, len(words) - SIX))
    run = " ".join(words[start : start + SIX])
    filler = st.lists(st.sampled_from(["so", "well", "you said", "and then"]), max_size=4).map(" ".join)
    trick = TRICKS[data.draw(st.sampled_from(sorted(TRICKS)))]
    text = f"Right. {data.draw(filler)} {trick(run)} {data.draw(filler)}. Good."
    out = said(move, *cut(text, places))
    assert out in ("Right.", "Right. Good.")


def test_private_text_does_not_go_out_around_a_sentence_that_stays_inside() -> None:
    assert said(Move.CLARIFY, "Retries are bounded. Why so? And the pauses.") == "Retries are bounded."


def test_a_run_is_six_words() -> None:
    words = NOTE.split()
    assert said(Move.CLARIFY, " ".join(words[:5])) != ""
    assert said(Move.CLARIFY, " ".join(words[:6])) == ""


@pytest.mark.parametrize("asked", [OPEN, ASKED])
def test_what_has_been_asked_may_be_said_again(asked: str) -> None:
    words = f"I mean it so: {asked.rstrip('?').lower()}."
    assert said(Move.CLARIFY, words) == words


def test_words_of_the_open_question_may_be_said_though_a_note_repeats_them() -> None:
    question = Question(key="open", text=OPEN, listen_for=["Knows what makes sure that a change of yours is safe"])
    gate = Gate(Move.CLARIFY, private_runs(position_body(questions=[question]), asked=1, rules=RULES))
    assert gate.take("I mean how you make sure that a change of yours is safe. ") == [
        "I mean how you make sure that a change of yours is safe."
    ]


def test_a_question_that_is_asked_is_no_secret_any_more() -> None:
    private = private_runs(a_position(), asked=3, rules=RULES)
    gate = Gate(Move.CLARIFY, private)
    assert [*gate.take(UNASKED), *gate.finish()] == [UNASKED]


def test_a_sentence_that_stays_inside_takes_no_others_with_it() -> None:
    assert said(Move.CLARIFY, f"I see. {NOTE}. Any example will do.") == "I see. Any example will do."
