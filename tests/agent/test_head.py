"""Heads that are made of everything a model may put there; the forms one by one are in test_interviewer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.interviewer import HEAD_CHARACTERS, read_head
from models.turn import Move
from tests.agent.whole_talks import MANY

_PARTS = st.lists(
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


def read(chunks: list[str]) -> tuple[Move | None, str]:
    """What is read of a head that comes in these chunks, and all the words after it."""
    head = ""
    for place, chunk in enumerate(chunks, 1):
        head += chunk
        if decided := read_head(head):
            return decided[0], decided[1] + "".join(chunks[place:])
    decided = read_head(head, is_whole=True)
    assert decided, "a whole head is always told"
    return decided


def words_of(decided: tuple[Move | None, str]) -> tuple[Move | None, str]:
    """Without a move nothing is said: what follows does not matter."""
    return decided if decided[0] else (None, "")


@MANY
@given(_PARTS, st.lists(st.integers(0, 80), max_size=12))
def test_any_head_gives_one_answer_however_it_comes_in_pieces(parts: str, places: list[int]) -> None:
    text = f"{parts}\nThank you.\nYes."
    ends = sorted({place % (len(text) + 1) for place in places} | {len(text)})
    chunks = [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    assert words_of(read(chunks)) == words_of(read(list(text))) == words_of(read([text]))


@pytest.mark.parametrize("gap", [HEAD_CHARACTERS - 4 - len("Move:") - 1, HEAD_CHARACTERS - 4 - len("Move:")])
def test_a_first_line_of_twenty_four_characters_holds_no_move_even_when_it_comes_whole(gap: int) -> None:
    line = f"Move:{' ' * gap}NEXT"
    expected = (Move.NEXT, "Thank you.") if len(line) < 24 else (None, "")
    assert words_of(read([f"{line}\nThank you."])) == expected
    assert words_of(read(list(f"{line}\nThank you."))) == expected


def test_nothing_is_told_before_the_line_ends() -> None:
    assert read_head("NEXT") is None
    assert read_head("NEXT ") is None
    assert read_head("NEXT\n") == (Move.NEXT, "")
    assert read_head("NEXT", is_whole=True) == (Move.NEXT, "")


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
    assert read([f"{head}\nThank you."])[0] is None
    assert read(list(head))[0] is None


def test_a_second_line_with_a_move_is_words_and_the_first_counts() -> None:
    assert read_head("NEXT\nPROBE\nThank you.") == (Move.NEXT, "PROBE\nThank you.")
