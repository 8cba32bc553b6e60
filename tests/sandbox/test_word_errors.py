"""The word error rate."""

import pytest

from sandbox.word_errors import word_error_rate


def test_case_punctuation_contractions_and_segmentation_are_ignored() -> None:
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
def test_substituted_missing_and_inserted_words_count(heard: str, rate: float) -> None:
    assert word_error_rate(["I fixed a bug."], [heard]) == rate


def test_word_error_rate_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing was said"):
        word_error_rate([" "], ["hello"])
