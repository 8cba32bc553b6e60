"""Identify the language of a text."""

import re
from typing import Protocol

MIN_LANGUAGE_LETTERS = 40
"""Minimum number of letters in a sentence whose language is identified."""
MIN_OTHER_PROBABILITY = 0.6
"""Minimum probability of another language for which a sentence counts as being in it."""
MAX_OWN_PROBABILITY = 0.05
"""Maximum probability of the expected language for which a sentence counts as being in another one."""

_FOREIGN_LETTER = re.compile(r"[^\W\d_\u0000-\u024f\u0300-\u036f\u0370-\u03ff\u1e00-\u1eff]")


class LanguageRanker(Protocol):
    """Identifies the language of a text."""

    def rank(self, text: str) -> list[tuple[str, float]]:
        """Return all known languages, as ISO 639 codes, with their probabilities, the most probable first."""


def load_language_ranker() -> LanguageRanker:
    """Load the model that identifies languages. It takes about a second and 100 MB: a worker does this once, when it starts."""
    # imported here because processes that identify no language must not load NumPy
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    ranker: LanguageRanker = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    return ranker


def is_other_language(text: str, language: str, languages: LanguageRanker) -> bool:
    """Return whether a text is clearly in another language than that of the primary BCP 47 subtag. A short text never is."""
    letters = sum(map(str.isalpha, text))
    if is_other_script(text):
        return True
    if letters < MIN_LANGUAGE_LETTERS:
        return False
    ranking = languages.rank(text)
    return ranking[0][1] >= MIN_OTHER_PROBABILITY and dict(ranking)[language] <= MAX_OWN_PROBABILITY


def is_other_script(text: str) -> bool:
    """Return whether most letters belong to another script than Latin, in which all languages of interviews are written."""
    return 2 * len(_FOREIGN_LETTER.findall(text)) > sum(map(str.isalpha, text))
