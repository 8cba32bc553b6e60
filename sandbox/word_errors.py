"""How much of what was said was not heard right: the word error rate, as speech recognition counts it."""

from collections.abc import Sequence

import jiwer

_NORMALIZE = jiwer.Compose(
    [
        jiwer.ToLowerCase(),
        jiwer.ExpandCommonEnglishContractions(),
        # a compound may be written either way
        jiwer.SubstituteRegexes({r"[-\u2013\u2014]": " "}),
        jiwer.RemovePunctuation(),
        jiwer.RemoveMultipleSpaces(),
        jiwer.Strip(),
        jiwer.ReduceToListOfListOfWords(),
    ]
)
"""words without case, marks and contractions; "200" is another word than "two hundred" """


def word_error_rate(said: Sequence[str], heard: Sequence[str]) -> float:
    """Words wrong, missing or added, over the words that were said: 0 is perfect, and more than 1 is possible.

    Both are all of it, in order; how it is cut into pieces does not matter. Raises ValueError when nothing was said.
    """
    spoken = " ".join(said)
    if not spoken.strip():
        raise ValueError("nothing was said: there is no rate of errors in it")
    return float(jiwer.wer(spoken, " ".join(heard), reference_transform=_NORMALIZE, hypothesis_transform=_NORMALIZE))
