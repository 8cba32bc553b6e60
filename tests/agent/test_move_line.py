"""Heads that are made of everything a model may put there; the forms one by one are in test_interviewer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.interviewer import MAX_MOVE_LINE_CHARACTERS, parse_move
from models.documents.turn import Move
from tests.agent.simulated_talks import MANY_EXAMPLES

_HEAD_PIECES = st.lists(
    st.sampled_from(
        [
            "NEXT",
            "probe",
            "Stop",
            "GREET",
            "Move:",
            "move",
            "*",
            "**",
            "`",
            "<",
            ">",
            "[",
            "]",
            '"',
            "(",
            ")",
            ":",
            ".",
            " ",
            "\r",
            "\n",
            "{",
        ]
    ),
    max_size=14,
).map("".join)


def read_chunks(chunks: list[str]) -> tuple[Move | None, str]:
    """What is read of a head that comes in these chunks, and all the words after it."""
    head = ""
    for place, chunk in enumerate(chunks, 1):
        head += chunk
        if decided := parse_move(head):
            return decided[0], decided[1] + "".join(chunks[place:])
    decided = parse_move(head, is_whole=True)
    assert decided, "a whole head is always told"
    return decided


def drop_words_without_move(decided: tuple[Move | None, str]) -> tuple[Move | None, str]:
    """Without a move nothing is said: what follows does not matter."""
    return decided if decided[0] else (None, "")


@MANY_EXAMPLES
@given(_HEAD_PIECES, st.lists(st.integers(0, 80), max_size=12))
def test_any_head_gives_one_answer_however_it_comes_in_pieces(parts: str, places: list[int]) -> None:
    text = f"{parts}\nThank you.\nYes."
    ends = sorted({place % (len(text) + 1) for place in places} | {len(text)})
    chunks = [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    assert (
        drop_words_without_move(read_chunks(chunks))
        == drop_words_without_move(read_chunks(list(text)))
        == drop_words_without_move(read_chunks([text]))
    )


@pytest.mark.parametrize("gap", [MAX_MOVE_LINE_CHARACTERS - 4 - len("Move:") - 1, MAX_MOVE_LINE_CHARACTERS - 4 - len("Move:")])
def test_a_first_line_of_twenty_four_characters_holds_no_move_even_when_it_comes_whole(gap: int) -> None:
    line = f"Move:{' ' * gap}NEXT"
    expected = (Move.NEXT, "Thank you.") if len(line) < 24 else (None, "")
    assert drop_words_without_move(read_chunks([f"{line}\nThank you."])) == expected
    assert drop_words_without_move(read_chunks(list(f"{line}\nThank you."))) == expected


def test_nothing_is_told_before_the_line_ends() -> None:
    assert parse_move("NEXT") is None
    assert parse_move("NEXT ") is None
    assert parse_move("NEXT\n") == (Move.NEXT, "")
    assert parse_move("NEXT", is_whole=True) == (Move.NEXT, "")


@pytest.mark.parametrize(
    "head",
    [
        "NEXT. What came then?",
        "NEXT What came then?",
        '{"move": "NEXT"}',
        "<move>NEXT</move>",
        "PROBE/NEXT",
        "NEXT, PROBE",
        "- NEXT",
        "1. NEXT",
    ],
)
def test_a_form_that_is_not_the_agreed_one_is_no_move(head: str) -> None:
    assert read_chunks([f"{head}\nThank you."])[0] is None
    assert read_chunks(list(head))[0] is None


def test_a_second_line_with_a_move_is_words_and_the_first_counts() -> None:
    assert parse_move("NEXT\nPROBE\nThank you.") == (Move.NEXT, "PROBE\nThank you.")
