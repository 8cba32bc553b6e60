"""The word error rate."""

import pytest

from sandbox.word_errors import word_error_rate


def test_only_words_count() -> None:
    """Case, punctuation, contractions and segmentation do not."""
    assert word_error_rate(["I'm sure.", "It's a well-known bug!"], ["i am sure it is", "a well known bug"]) == 0
    assert word_error_rate(["I fixed a bug."], ["I fixed a new bug"]) == 0.25
    with pytest.raises(ValueError, match="nothing was said"):
        word_error_rate([" "], ["hello"])
