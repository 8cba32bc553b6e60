"""The word error rate of what was stored against what was said."""

import pytest

from sandbox.word_errors import word_error_rate


def test_case_marks_contractions_and_where_it_is_cut_make_no_errors() -> None:
    assert word_error_rate(["I'm sure.", "It's a well-known bug!"], ["i am sure it is", "a well known bug"]) == 0


@pytest.mark.parametrize(
    ("heard", "rate"),
    [
        ("I fixed a bad bug", 0.25),
        ("I fixed a", 0.25),
        ("I fixed a new bug", 0.25),
        ("", 1.0),
        ("I fixed the bug I fixed the bug", 1.25),
    ],
)
def test_each_word_that_is_wrong_missing_or_added_counts(heard: str, rate: float) -> None:
    assert word_error_rate(["I fixed a bug."], [heard]) == rate


def test_without_words_there_is_no_rate() -> None:
    with pytest.raises(ValueError, match="nothing was said"):
        word_error_rate([" "], ["hello"])
