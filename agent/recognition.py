"""What the speech recognizer is asked for: a language code that Deepgram documents, and key terms of the interview.

Sources: https://developers.deepgram.com/docs/models-languages-overview with its changelogs, and
https://developers.deepgram.com/docs/keyterm.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from models.documents.interview import Interview
from models.documents.language import primary_language
from models.documents.position import PositionContent

_NOVA_2_CODES = frozenset({"en", "en-US", "en-AU", "en-GB", "en-IN", "en-NZ", "de", "de-CH", "es", "es-419", "fr", "fr-CA"})
DOCUMENTED_CODES: Mapping[str, frozenset[str]] = {
    "nova-3": _NOVA_2_CODES | {"en-CA"},
    "nova-2": _NOVA_2_CODES,
}
"""The language codes that each model documents, for the languages of `agent.phrases`."""

_REGION = re.compile(r"[A-Z]{2}|\d{3}")
_LATIN_AMERICAN_SPANISH = "es-419"
_LATIN_AMERICAN_REGIONS = frozenset(
    (
        *("419", "AR", "BO", "BR", "BZ", "CL", "CO", "CR", "CU", "DO", "EC", "GT", "HN", "MX", "NI", "PA", "PE", "PR", "PY"),
        *("SV", "US", "UY", "VE"),
    )
)

KEY_TERM_MODEL = "nova-3"
"""Models with this prefix take key terms; the others refuse them."""
MAX_KEY_TERMS = 100
MAX_KEY_TERM_BYTES = 500
"""Deepgram takes at most 500 tokens. Its tokenizer is not public, but no token is shorter than a byte."""
_MAX_TERM_LENGTH = 50

_SENTENCE_END = re.compile(r"[.!?:]+(?:\s+|$)|[\n;•|]+")
_SEPARATOR = re.compile(r"[,()\[\]]|\s[-\u2013\u2014]\s|^[-*\u2013\u2014]\s")
_WORD = re.compile(r"\.?\w(?:[\w.+#/&-]*[\w+#])?")
_CAPITALIZES_NOUNS = ("de",)


def resolve_recognition_language(model: str, tag: str) -> str:
    """Return the language code to request from Deepgram for a BCP 47 tag.

    That is the tag itself if the model documents it, es-419 for Spanish of the Americas, and the language without its
    region otherwise: Deepgram refuses codes that a model does not document.
    """
    language, *subtags = tag.split("-")
    region = next((subtag.upper() for subtag in subtags if _REGION.fullmatch(subtag.upper())), "")
    documented = DOCUMENTED_CODES.get(model.removesuffix("-general"), frozenset())
    with_region = f"{language.lower()}-{region}"
    if with_region in documented:
        return with_region
    if language.lower() == "es" and region in _LATIN_AMERICAN_REGIONS and _LATIN_AMERICAN_SPANISH in documented:
        return _LATIN_AMERICAN_SPANISH
    return primary_language(tag)


def collect_key_terms(model: str, interview: Interview, position: PositionContent) -> list[str]:
    """Return the terms whose recognition Deepgram should boost; none if the model takes none.

    The candidate's name comes first, then the position's own key terms, its title, and the terms of the questions, the job
    description and the position's description, as far as Deepgram's limits allow.
    """
    if not model.startswith(KEY_TERM_MODEL):
        return []
    name = interview.candidate.name if interview.candidate else ""
    texts = [*(question.text for question in position.questions), interview.job_description or "", position.description]
    candidates = [
        *name.split(),
        *position.key_terms,
        *(part.strip() for part in _SEPARATOR.split(interview.position.title)),
        *(term for text in texts for term in find_terms(text, interview.language)),
    ]
    return _limit_terms(candidates)


def find_terms(text: str, language: str) -> Iterator[str]:
    """Yield the technical terms and names in the text, in its order.

    A word is a term if it has a digit or an upper-case letter after its first letter, or is capitalized within a sentence
    (except in German, which capitalizes every noun). In a list of single words that has such a term, every word is one.
    """
    for line in text.splitlines():
        if line.isupper() and len(line.split()) > 1:
            continue  # a heading
        for sentence in _SENTENCE_END.split(line):
            yield from _find_terms_of_sentence(sentence.strip(), language)


def _find_terms_of_sentence(sentence: str, language: str) -> Iterator[str]:
    items = [_WORD.findall(item) for item in _SEPARATOR.split(sentence)]
    single_words = [words[0] for words in items if len(words) == 1]
    is_list_of_terms = len(single_words) > 1 and any(_is_capitalized(word) or _is_technical(word) for word in single_words)
    is_first = True
    for words in items:
        for word in words:
            is_name = _is_capitalized(word) and not is_first and primary_language(language) not in _CAPITALIZES_NOUNS
            if _is_technical(word) or is_name or (is_list_of_terms and len(words) == 1):
                yield word
            is_first = False


def _is_technical(word: str) -> bool:
    has_digit = any(character.isdigit() for character in word)
    return (has_digit and not word.isdigit()) or any(character.isupper() for character in word[1:]) or word[-1] in "+#"


def _is_capitalized(word: str) -> bool:
    return len(word) > 1 and word[0].isupper()


def _limit_terms(candidates: Iterable[str]) -> list[str]:
    terms: dict[str, str] = {}
    size = 0
    for candidate in candidates:
        length = len(candidate.encode())
        is_usable = 1 < len(candidate) <= _MAX_TERM_LENGTH and candidate.casefold() not in terms
        if is_usable and len(terms) < MAX_KEY_TERMS and size + length <= MAX_KEY_TERM_BYTES:
            terms[candidate.casefold()] = candidate
            size += length
    return list(terms.values())
