"""Text from outside: normalization for storage, folding for search, and collation keys for order.

Every field, filter, quote look-up and emptiness check uses these functions, so that all agree on what a text contains.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

from anyascii import anyascii
from pyuca.collator import Collator_10_0_0

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""NUL, which other systems take for the end of a text, and unpaired surrogates, which UTF-8 cannot encode."""

_LINE_ENDS = "\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029"
_BLANKS = "\x1f\u2800"
"""The unit separator, and the Braille pattern without dots."""
_VARIATION_SELECTORS = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_JOINERS = "\u200c\u200d"
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
INVISIBLE = re.compile(f"[{_INVISIBLE}]")
"""Characters that show nothing: soft hyphens, zero-width and bidirectional controls, fillers, variation selectors, tags."""

_SPECIAL = re.compile(
    # a flag such as that of Scotland: a black flag, tags, and the tag that ends them
    "(?P<flag>\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f)"
    f"|(?P<joiner>[{_JOINERS}])|(?P<selector>[{_VARIATION_SELECTORS}])"
    f"|(?P<line_end>\r\n|[{_LINE_ENDS}])|(?P<blank>[{_BLANKS}])"
    f"|[{_INVISIBLE}\x00-\x08\x0e-\x1b\x7f-\x9f\ud800-\udfff]"
)
_JOINING_SCRIPTS = re.compile(
    # Arabic to Mandaic, Indic scripts, Tibetan, Myanmar, Khmer, Mongolian, Limbu to Vedic, Indic extensions, Arabic forms, Adlam
    "[\u0600-\u0dff\u0f00-\u109f\u1780-\u18af\u1900-\u1cff\ua800-\uaaff\uabc0-\uabff\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc"
    "\U00010a00-\U00011fff\U0001e900-\U0001e95f]"
)
"""The scripts in which a zero-width joiner or non-joiner changes how letters look."""
_VIRAMA = 9
"""Combining class of the sign that removes a consonant's vowel, after which a joiner may end a word."""

_PERSIAN_COMPOUND = re.compile("(?<=[\u0620-\u08ff])\u200c")
"""The non-joiner between the parts of a Persian or Urdu compound, which many people write as a space."""
_APOSTROPHES = "'\u2018\u2019\u02bb\u02bc\u02b9`\u00b4\u2032\u00b7"
"""Marks within a word that people leave out: apostrophes, and the middle dot of Catalan."""


def normalize(text: str) -> str:
    """Return the text without invisible and control characters, with `\\n` as its only line end, and without blanks at both ends.

    A text that shows nothing becomes empty. Joiners and variation selectors remain where they change what is shown.
    """
    return "".join(_normalize_parts(text)).strip()


def _normalize_parts(text: str) -> Iterator[str]:
    end = 0
    previous = ""
    for match in _SPECIAL.finditer(text):
        if match.start() > end:
            yield text[end : match.start()]
            previous = text[match.start() - 1]
        end = match.end()
        if part := _replace_special(match, previous):
            yield part
            previous = part[-1]
    yield text[end:]


def _replace_special(match: re.Match[str], previous: str) -> str:
    """Return the text that replaces a special character after the last character of the result, `previous`."""
    match match.lastgroup:
        case "line_end":
            return "\n"
        case "blank":
            return " "
        case "flag":
            return match[0]
        case "joiner" if _is_joiner_needed(match[0], previous, match.string[match.end() : match.end() + 1]):
            return match[0]
        case "selector" if previous and _takes_variation_selector(previous):
            return match[0]
    return ""


def _is_joiner_needed(joiner: str, previous: str, following: str) -> bool:
    if _JOINING_SCRIPTS.match(previous) and _is_letter_or_mark(previous):
        is_between_letters = bool(_JOINING_SCRIPTS.match(following)) and _is_letter_or_mark(following)
        return is_between_letters or unicodedata.combining(previous) == _VIRAMA
    return joiner == "\u200d" and (_is_emoji(previous) or previous == "\ufe0f") and _is_emoji(following)


def _is_letter_or_mark(character: str) -> bool:
    return unicodedata.category(character)[0] in "LM" and not INVISIBLE.match(character)


def _is_emoji(character: str) -> bool:
    if not character:
        return False
    # emoji newer than Python's tables have no category yet
    return unicodedata.category(character) in ("So", "Sk") or 0x1F000 <= ord(character) < 0x1FB00


def _takes_variation_selector(character: str) -> bool:
    """Whether the character can have variants: emoji, keycaps, ideographs and letters without case."""
    category = unicodedata.category(character)
    return character in "0123456789#*" or category in ("So", "Sk", "Sm", "Po", "Pd", "Lo") or _is_emoji(character)


def fold(text: str) -> str:
    """Return the text in the form in which searches compare it: without case, accents and typographic variants.

    Letters of the Latin script become ASCII ("Łukasz Ørsted" is "lukasz orsted"). Other scripts lose the marks that people
    leave out, such as Arabic vowels, but not the signs that are parts of words, such as vowel signs of Indic scripts.
    """
    if text.isascii():
        return text.casefold()
    text = unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).casefold()
    letters = "".join(character for character in unicodedata.normalize("NFKD", text) if not _is_diacritic(character))
    return "".join(_fold_latin(character) for character in unicodedata.normalize("NFC", letters))


def _is_diacritic(character: str) -> bool:
    """Whether the mark is above, below or through a letter, or a Hebrew or Arabic vowel."""
    combining_class = unicodedata.combining(character)
    # classes 7-9 and 84-132 are nuktas, voicing marks, viramas, and vowels and tones of Indic scripts
    return combining_class == 1 or 10 <= combining_class <= 36 or combining_class >= 200


def _fold_latin(character: str) -> str:
    is_latin = not character.isascii() and unicodedata.name(character, "").startswith("LATIN ")
    return anyascii(character).casefold() if is_latin else character


def extract_search_terms(*texts: str | None) -> list[str]:
    """Return the distinct folded words of the texts, for searching names and emails by their beginnings.

    Compounds are found as a whole and by their parts: O'Brien by "obrien" and "brien", Jean-Luc by "jeanluc", "jean" and "luc".
    """
    terms: set[str] = set()
    for compound in _split_compounds(texts):
        hyphenated = compound.replace("'", "").split("-")
        terms.update(hyphenated, ["".join(hyphenated)], re.split("['-]", compound))
    return sorted(terms - {""})


def split_search_words(search: str) -> list[str]:
    """Return the distinct folded words of a search: each must begin a term of `extract_search_terms`."""
    return sorted({word for compound in _split_compounds([search]) for word in compound.replace("'", "").split("-")} - {""})


def _split_compounds(texts: Iterable[str | None]) -> Iterator[str]:
    """Yield the folded words with their apostrophes and hyphens, in one form each."""
    for text in texts:
        yield from "".join(map(_classify, fold(_PERSIAN_COMPOUND.sub("-", text or "")))).split()


def _classify(character: str) -> str:
    if character in _APOSTROPHES:
        return "'"
    category = unicodedata.category(character)
    if category == "Pd":
        return "-"
    return character if category[0] in "LMN" else " "


@cache
def load_collator() -> Collator_10_0_0:
    """Read the table of the Unicode Collation Algorithm, once for each process.

    This takes half a second, so servers call it in a thread when they start. The version is fixed: the keys of one version
    cannot be compared with those of another.
    """
    return Collator_10_0_0()


def make_sort_key(text: str) -> str:
    """Return a key by which MongoDB sorts texts as people do, without case, accents, apostrophes and hyphens.

    The key consists of the primary weights of the Unicode Collation Algorithm, four hexadecimal digits each.
    """
    letters = unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).casefold()
    plain = "".join(
        " " if unicodedata.category(character) == "Pd" else character for character in letters if character not in _APOSTROPHES
    )
    weights: list[str] = []
    for weight in load_collator().sort_key(plain):
        if not weight:
            break  # the weights of accents and case follow
        weights.append(f"{weight:04x}")
    return "".join(weights)
