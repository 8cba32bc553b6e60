import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.interviewer import MAX_MOVE_LINE_CHARACTERS, parse_move
from models.documents.turn import Move
from tests.agent.filter_texts import split_at
from tests.agent.simulated_talks import MANY_EXAMPLES

_FIRST_LINES = st.lists(
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
    """Parse text that arrives in these chunks; return the move and all text after the first line."""
    text = ""
    for count, chunk in enumerate(chunks, 1):
        text += chunk
        if parsed := parse_move(text):
            return parsed[0], parsed[1] + "".join(chunks[count:])
    parsed = parse_move(text, is_whole=True)
    assert parsed, "a complete text always has a result"
    return parsed


def ignore_text_without_move(parsed: tuple[Move | None, str]) -> tuple[Move | None, str]:
    """Drop the text if there is no move, because it is not spoken then."""
    return parsed if parsed[0] else (None, "")


@MANY_EXAMPLES
@given(_FIRST_LINES, st.lists(st.integers(0, 80), max_size=12))
def test_parsed_move_does_not_depend_on_how_the_text_is_split(line: str, positions: list[int]) -> None:
    text = f"{line}\nThank you.\nYes."
    assert (
        ignore_text_without_move(read_chunks(split_at(text, positions)))
        == ignore_text_without_move(read_chunks(list(text)))
        == ignore_text_without_move(read_chunks([text]))
    )


@pytest.mark.parametrize("gap", [MAX_MOVE_LINE_CHARACTERS - 4 - len("Move:") - 1, MAX_MOVE_LINE_CHARACTERS - 4 - len("Move:")])
def test_first_line_of_24_characters_has_no_move(gap: int) -> None:
    line = f"Move:{' ' * gap}NEXT"
    expected = (Move.NEXT, "Thank you.") if len(line) < 24 else (None, "")
    assert ignore_text_without_move(read_chunks([f"{line}\nThank you."])) == expected
    assert ignore_text_without_move(read_chunks(list(f"{line}\nThank you."))) == expected


def test_move_is_not_parsed_before_the_line_ends() -> None:
    assert parse_move("NEXT") is None
    assert parse_move("NEXT ") is None
    assert parse_move("NEXT\n") == (Move.NEXT, "")
    assert parse_move("NEXT", is_whole=True) == (Move.NEXT, "")


@pytest.mark.parametrize(
    "line",
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
def test_first_line_in_an_unknown_format_has_no_move(line: str) -> None:
    assert read_chunks([f"{line}\nThank you."])[0] is None
    assert read_chunks(list(line))[0] is None


def test_move_on_the_second_line_is_part_of_the_text() -> None:
    assert parse_move("NEXT\nPROBE\nThank you.") == (Move.NEXT, "PROBE\nThank you.")
