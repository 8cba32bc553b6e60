"""Search for phrases that are data: a small pattern language over words, compiled to one regular expression.

A phrase is words in lower case, with these signs:

    *        any letters within a word            kein*
    a|b      one of these words                   my|our colleague
    word?    this word, or nothing                as the? evaluator
    ...      up to four words                     ne ... pas
    $        a number, with its unit and percent  level $, $ out of $, $*%
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Self

_CANONICAL = str.maketrans({**dict.fromkeys("\u2019\u02bc", "'"), **dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-")})
# "$*" has one wildcard: two in a row would take quadratic time
_SIGNS = {"*": "[^ ]*", "$": "#[^ ]*", "$*": "#[^ ]*"}


def normalize(text: str) -> str:
    """Return the text in the form in which case and typographic variants do not matter."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_CANONICAL)


class Phrases:
    """Phrases that are searched in folded text: words enclosed by spaces, numbers marked with # (see words.fold_words)."""

    def __init__(self, phrases: Sequence[str], exceptions: Sequence[str] = ()) -> None:
        self._pattern = _compile(phrases)
        self._exceptions = _compile(exceptions) if exceptions else None

    @classmethod
    def parse(cls, data: Self | Sequence[str] | Mapping[str, Sequence[str]]) -> Self:
        """Build phrases from data: a list, or a mapping with `phrases` and `exceptions`, in which phrases do not count."""
        if isinstance(data, cls):
            return data
        if isinstance(data, Mapping):
            return cls(data["phrases"], data["exceptions"])
        return cls(data)  # type: ignore[arg-type]  # narrowing leaves Self in the union

    def search(self, folded: str) -> re.Match[str] | None:
        """Return the first phrase in the text, or None."""
        return self._pattern.search(self._remove_exceptions(folded))

    def find_spans(self, folded: str) -> list[tuple[int, int]]:
        """Return the spans of all phrases in the text, without overlaps, as indexes of words."""
        text = self._remove_exceptions(folded)
        return [(text.count(" ", 0, match.start()), text.count(" ", 0, match.end())) for match in self._pattern.finditer(text)]

    def strip_start(self, folded: str) -> str | None:
        """Return the text after the phrase that it begins with, or None if it begins with none."""
        match = self._pattern.match(folded)
        return folded[match.end() :] if match else None

    def _remove_exceptions(self, folded: str) -> str:
        return self._exceptions.sub(lambda match: " \u00b7" * match[0].count(" "), folded) if self._exceptions else folded


def _compile(phrases: Sequence[str]) -> re.Pattern[str]:
    """Compile phrases to one pattern.

    Each word consumes the space before it, so that a match begins at spaces only, and the search takes linear time.
    """
    return re.compile(f"(?:{'|'.join(map(_translate_phrase, phrases)) or '(?!)'})(?= )")


def _translate_phrase(phrase: str) -> str:
    return "".join("(?: [^ ]+){0,4}?" if word == "..." else translate_word(word) for word in normalize(phrase).split())


def translate_word(word: str) -> str:
    """Return the regular expression of one normalized word of a phrase, with the space before it."""
    # a number word is marked with # in the text, whether or not the phrase means the number
    translated = "|".join(
        ("" if alternative.startswith("$") else "#?")
        + "".join(_SIGNS.get(part) or re.escape(part) for part in re.split(r"(\$\*|[*$])", alternative))
        for alternative in word.removesuffix("?").split("|")
    )
    return f"(?: (?:{translated})){'?' if word.endswith('?') else ''}"
