"""Split text into words and sentences in a form that can be compared, with the offsets to map results back.

A word is the smallest part that a quote can begin or end at. Numbers with their sign, separators, unit and percent
("-3", "1,000", "0.9 percent", "three million"), versions ("v1.2"), and compounds ("front-end", "C++", "R&D", "don't")
are one word each, so that no quote can change their meaning by cutting them.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from livekit import blingfire

from evaluation.wording import NumberWording, Wording
from models.wording.phrase_patterns import normalize
from text import INVISIBLE

_LETTERS = r"[\w\u0300-\u036f]++"
_HYPHENS = "\\-\u2010\u2011\u2012\u2013\u2212"
_APOSTROPHES = "'\u2019\u02bc"
_WORD = re.compile(
    # a sign and a currency before a number
    rf"(?:(?<![\w)\]])[+{_HYPHENS}\u00b1~\u2248<>\u2264\u2265]{{0,2}}[$\u20ac\u00a3\u00a5]?(?=\.?\d)\.?)?"
    # letters and digits, joined by what joins compounds and numbers
    rf"{_LETTERS}(?:(?:[{_APOSTROPHES}&/{_HYPHENS}]|\.(?=\d)|(?<=\d)(?:\.(?=[a-z])|[,:](?=\d))){_LETTERS})*+"
    # C++, C#, 10+; and a percent sign, degrees or a currency after a number
    rf"(?:\+{{1,2}}(?!\w)|\#(?!\w)|(?<=\d)\s{{0,2}}[%\u2030\u00b0$\u20ac\u00a3\u00a5](?:[CF](?!\w)|-{_LETTERS})?)?"
)
_JOINT = re.compile(rf"[\s{_HYPHENS}]{{1,3}}")
"""What may be between the parts of a number of several words."""
_GROUP_GAPS = (" ", "\u00a0", "\u202f", "\u2009")
_LEADING_DIGITS = re.compile(r"[^\w]{0,3}\d{1,3}")
_FOLLOWING_DIGITS = re.compile(r"\d{3}(?!\d)")
_DIGIT = re.compile(r"\d")
_LONGEST_UNIT = 3
"""Number of words in the longest unit."""
_LOOKAHEAD = _LONGEST_UNIT + 1

_PARAGRAPH = re.compile(r"\n\s*\n|\n(?=\s{0,20}(?:[-*\u2022\u2013]|\d{1,2}[.)])\s)")
"""A blank line, or a line break before an item of a list."""
_ORDINAL = re.compile(r"\b(?:am|vom|zum|der|des|den|dem|die|im|bis|ab|seit)\s\d{1,2}\.$", re.IGNORECASE)
"""A German ordinal number as in "am 3. Mai", which does not end a sentence."""
_SPACED_CLOSING_MARK = re.compile(r"\u00bb\s*")
"""A closing mark that the library moves to the next sentence, because there is a space before it."""
_CLOSING_MARKS = ("\u00bb", "\u201d", "\u201c", "\u2019", '"', "'", ")", "]")
_SPACES = " \t\r\n\u00a0\u2009\u202f\u3000"


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: text[start:end], normalized for comparison."""

    normalized: str
    start: int
    end: int
    size: int = 1
    """Number of parts that are written separately: "0.9 percent" has two."""
    is_number: bool = False


def split_words(text: str, numbers: NumberWording) -> list[Word]:
    """Return the words of the text. Takes linear time."""
    visible, offsets = _remove_invisible(text)
    words = list(_merge_numbers(visible, numbers))
    if offsets is None:
        return words
    return [replace(word, start=offsets[word.start], end=offsets[word.end - 1] + 1) for word in words]


def _remove_invisible(text: str) -> tuple[str, Sequence[int] | None]:
    """Return the visible characters, and the offset of each in the text; None if all are visible."""
    if not INVISIBLE.search(text):
        return text, None
    offsets = [offset for offset, character in enumerate(text) if not INVISIBLE.match(character)]
    return "".join(text[offset] for offset in offsets), offsets


def normalize_word(word: str) -> str:
    """Return the form of a word in which case, spaces and typographic variants do not matter."""
    return "".join(normalize(word).split())


def _split_parts(text: str, numbers: NumberWording) -> Iterator[Word]:
    for match in _WORD.finditer(text):
        normalized = normalize_word(match[0])
        is_number = bool(_DIGIT.search(normalized)) or all(part in numbers.words for part in normalized.split("-"))
        yield Word(normalized, *match.span(), is_number=is_number)


def _merge_numbers(text: str, numbers: NumberWording) -> Iterator[Word]:
    """Yield the words, with the parts of each number joined: signs, number words, groups of digits and units."""
    parts = list(_split_parts(text, numbers))
    # whether only a space or a hyphen separates each part from the next
    is_joint = [bool(_JOINT.fullmatch(text, a.end, b.start)) for a, b in pairwise(parts)] + [False] * _LOOKAHEAD
    index = 0
    while index < len(parts):
        number_end = _find_number_end(parts, index, is_joint, text, numbers)
        unit = _find_unit(parts, number_end, is_joint, numbers) if number_end > index else ()
        end = max(index + 1, number_end + len(unit))
        if end == index + 1:
            yield parts[index]
        else:
            symbol = "%" if unit in numbers.percent else "".join(unit)
            normalized = "".join(part.normalized for part in parts[index:number_end]) + symbol
            yield Word(normalized, parts[index].start, parts[end - 1].end, end - index, is_number=True)
        index = end


def _find_number_end(parts: list[Word], start: int, is_joint: list[bool], text: str, numbers: NumberWording) -> int:
    """Return the index after the last part of the number that begins at `start`, without its unit; `start` if none does."""
    last = start
    if parts[start].normalized in numbers.signs and is_joint[start] and parts[start + 1].is_number:
        last += 1
    if not parts[last].is_number:
        return start
    while is_joint[last]:
        following = parts[last + 1].normalized
        allowed = numbers.joiners.get(following)
        if allowed is not None and is_joint[last + 1] and parts[last + 2].is_number:
            if allowed and parts[last].normalized not in allowed:
                break
            last += 2
        elif following in numbers.words or _continues_digits(parts[last], parts[last + 1], text):
            last += 1
        else:
            break
    return last + 1


def _find_unit(parts: list[Word], start: int, is_joint: list[bool], numbers: NumberWording) -> tuple[str, ...]:
    """Return the longest unit that begins at `start`, after a number, or nothing."""
    for length in range(_LONGEST_UNIT, 0, -1):
        unit = tuple(part.normalized for part in parts[start : start + length])
        if unit in numbers.units and all(is_joint[start - 1 : start - 1 + length]):
            return unit
    return ()


def _continues_digits(left: Word, right: Word, text: str) -> bool:
    """Whether a space separates the thousands of one number."""
    return text[left.end : right.start] in _GROUP_GAPS and bool(
        _LEADING_DIGITS.fullmatch(text[left.start : left.end]) and _FOLLOWING_DIGITS.match(text[right.start : right.end])
    )


def skip_fillers(words: Sequence[Word], wording: Wording) -> list[int]:
    """Return the indexes of the words that remain without fillers and immediate repetitions.

    Numbers, with their units, and negations always remain: a repeated "no" or "five" is not an accident.
    """
    remaining: list[int] = []
    index = 0
    while index < len(words):
        length = _measure_filler(words, index, wording)
        if length:
            index += length
            continue
        word = words[index]
        is_repeated = bool(remaining) and words[remaining[-1]].normalized == word.normalized
        if not is_repeated or word.is_number or wording.is_negation(word.normalized):
            remaining.append(index)
        index += 1
    return remaining


def _measure_filler(words: Sequence[Word], index: int, wording: Wording) -> int:
    return next(
        (
            len(filler)
            for filler in wording.fillers_by_first_word.get(words[index].normalized, ())
            if len(filler) == 1 or tuple(word.normalized for word in words[index : index + len(filler)]) == filler
        ),
        0,
    )


def fold_words(words: Iterable[Word]) -> str:
    """Return the words in the form in which Phrases are matched: separated and enclosed by spaces, numbers marked with #."""
    return " " + "".join(f"{'#' * word.is_number}{word.normalized} " for word in words)


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Return the spans of the sentences, in order, which cover the whole text except for spaces. Takes linear time.

    A line break alone ends no sentence, but a blank line and the next item of a list do.
    """
    starts = []
    paragraph_starts = [0, *(match.start() for match in _PARAGRAPH.finditer(text))]
    for paragraph_start, paragraph_end in pairwise([*paragraph_starts, len(text)]):
        starts.append(paragraph_start)
        # lone surrogates cannot be passed to the library
        paragraph = text[paragraph_start:paragraph_end].encode("utf-8", "replace").decode("utf-8")
        for offset, _ in blingfire.text_to_sentences_with_offsets(paragraph)[1][1:]:
            closing_mark = _SPACED_CLOSING_MARK.match(text, paragraph_start + offset)
            start = closing_mark.end() if closing_mark else paragraph_start + offset
            if not _is_continued(text, start):
                starts.append(start)
    spans = []
    for start, end in pairwise([*starts, len(text)]):
        sentence = text[start:end].lstrip(_SPACES)
        if stripped := sentence.rstrip(_SPACES):
            spans.append((end - len(sentence), end - len(sentence) + len(stripped)))
    return spans


def _is_continued(text: str, start: int) -> bool:
    """Whether the sentence before `start` goes on there."""
    before = text[max(0, start - 15) : start].rstrip(_SPACES)
    return bool(_ORDINAL.search(before)) or (text[start : start + 1].islower() and before.endswith(_CLOSING_MARKS))


def find_overlapping(spans: Sequence[tuple[int, int]], start: int, end: int) -> Sequence[tuple[int, int]]:
    """Return those of the ordered, disjoint spans that overlap text[start:end]."""
    first = bisect_right(spans, start, key=lambda span: span[1])
    return spans[first : max(first, bisect_left(spans, end, key=lambda span: span[0]))]
