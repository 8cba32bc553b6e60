"""Identify the language of a text by its function words, such as articles, pronouns and auxiliary verbs.

This needs no model, so every process can do it. The words are data (function_words.yaml).
"""

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from models.wording.data_files import read_yaml

LANGUAGES = ("en", "de", "es", "fr")
"""The languages that are identified. The data has further ones, which might be taken for one of these."""
MAX_EXAMINED_CHARACTERS = 2_000
"""How much of a text is examined, so that a long one takes no more time."""
MIN_WORDS = 6
"""Minimum number of words, without quotations and code, in a text whose language is identified."""
MIN_DISTINCT_WORDS = 4
"""Minimum number of different function words of a language, which the expected language does not have, in a text in it."""
MIN_SHARE = 0.35
"""Minimum share of function words of a language in a text in it."""
MAX_EXPECTED_SHARE = 0.2
"""Maximum number of function words that only the expected language has, as a share of those that only the other one has."""

_DATA = Path(__file__).parent / "function_words.yaml"
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*'?")
_ELISION = re.compile(r"\b(qu|[cdjlmnst])'(?=\w)")
"""French articles and pronouns that are joined to the next word."""
_CANONICAL = str.maketrans({"\u2019": "'", "\u02bc": "'", "\u2018": "'"})
_INVISIBLE_CATEGORIES = ("Cf", "Mn")
_MARKS = '"\u201c-\u201f\u00ab\u00bb\u2039\u203a'
_QUOTATION = re.compile(f"[{_MARKS}][^{_MARKS}]*[{_MARKS}]")
_CODE_BLOCK = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_CODE_LINE = re.compile(
    r"^.*(?:[{}\[\]<>=\\|]|\w\(|[:;]\s*$|\s--?\w).*$|^\s*(?:import|return|select)\b.*$", re.IGNORECASE | re.MULTILINE
)
"""A line with signs or words of programs, commands or SQL, whose keywords look like English."""
_ADDRESS = re.compile(r"(?<!\S)\S*[/@_]\S*")
"""A URL, path, email address or identifier."""


def simplify(text: str) -> str:
    """Return the text without case, accents, typographic variants of the apostrophe, and invisible characters."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold()).translate(_CANONICAL)
    return "".join(character for character in folded if unicodedata.category(character) not in _INVISIBLE_CATEGORIES)


def separate_elisions(simplified: str) -> str:
    """Return a simplified text with a space after each article or pronoun that French joins to the next word."""
    return _ELISION.sub(r"\g<0> ", simplified)


class LanguageIdentifier:
    """Finds texts in another language than the expected one. Languages are primary BCP 47 subtags."""

    def __init__(self, function_words: Mapping[str, frozenset[str]]) -> None:
        self._function_words = function_words

    def identify_other_language(self, text: str, expected: str) -> str | None:
        """Return which other language a text is in; None if it is in the expected one, or if that is not certain.

        Quotations, code and addresses do not count. Names, terms and short texts are in no language for certain.
        """
        prose = text[:MAX_EXAMINED_CHARACTERS]
        for pattern in (_CODE_BLOCK, _QUOTATION, _CODE_LINE, _ADDRESS):
            prose = pattern.sub(" ", prose)
        words = _split_words(prose)
        if len(words) < MIN_WORDS:
            return None
        counts = {language: sum(word in known for word in words) for language, known in self._function_words.items()}
        language = max(counts, key=counts.__getitem__)
        if language not in LANGUAGES:
            return None
        own, other = self._function_words[expected], self._function_words[language]
        only_other = [word for word in words if word in other and word not in own]
        only_own = sum(word in own and word not in other for word in words)
        is_other = len(set(only_other)) >= MIN_DISTINCT_WORDS and only_own <= MAX_EXPECTED_SHARE * len(only_other)
        return language if is_other and counts[language] >= MIN_SHARE * len(words) else None


def load_function_words() -> dict[str, frozenset[str]]:
    """Read the function words of every language, as `simplify` returns them. A process does this once, when it starts."""
    data = read_yaml(_DATA)
    return {language: frozenset(simplify(words).split()) for language, words in data.items()}


def load_language_identifier() -> LanguageIdentifier:
    """Return an identifier with the function words of every language."""
    return LanguageIdentifier(load_function_words())


def _split_words(text: str) -> list[str]:
    return _TOKEN.findall(separate_elisions(simplify(text)))
