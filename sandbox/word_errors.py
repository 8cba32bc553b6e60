"""The word error rate of a transcript, the standard measure of speech recognition."""

from collections.abc import Sequence

import jiwer

_NORMALIZE = jiwer.Compose(
    [
        jiwer.ToLowerCase(),
        jiwer.ExpandCommonEnglishContractions(),
        # compounds may be written with a hyphen or a space
        jiwer.SubstituteRegexes({r"[-\u2013\u2014]": " "}),
        jiwer.RemovePunctuation(),
        jiwer.RemoveMultipleSpaces(),
        jiwer.Strip(),
        jiwer.ReduceToListOfListOfWords(),
    ]
)
"""Ignores case, punctuation and contractions, but not spelling: "200" and "two hundred" are different words."""


def word_error_rate(said: Sequence[str], heard: Sequence[str]) -> float:
    """Return substituted, missing and inserted words as a fraction of the words said: 0 is perfect, and it can exceed 1.

    How `said` and `heard` are split into items does not matter. Raises ValueError if `said` contains no words.
    """
    spoken = " ".join(said)
    if not spoken.strip():
        raise ValueError("the word error rate is undefined because nothing was said")
    return float(jiwer.wer(spoken, " ".join(heard), reference_transform=_NORMALIZE, hypothesis_transform=_NORMALIZE))
