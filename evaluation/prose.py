"""Check the prose of a judgement before people read it. Pure functions.

The judge's sentences are opinions that code cannot verify, but it can make sure that they invent no quotes, anticipate no score
or decision, mention no protected trait, and are plain text in the language of the evaluation. A sentence that fails is
removed whole, and no sentence is ever rewritten.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from evaluation.evidence import SearchableTranscript
from evaluation.words import find_overlapping, fold_words, split_sentences, split_words
from models.wording.language_identification import LanguageRanker, is_other_language
from text import INVISIBLE

MAX_FINDINGS = 5
"""Maximum number of strengths, and of weaknesses."""

EXAMINED_FACTOR = 10
"""How many times the limit is examined. What follows is removed unseen, so that no text takes long to check."""

MIN_QUOTED_WORDS = 2
"""Minimum length in words from which words in quotation marks must be the candidate's. A single word may be a term."""

_UNREADABLE = re.compile(
    rf"{INVISIBLE.pattern}|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffd\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff]"
    # stacked marks; and letters of other scripts that look like Latin ones
    r"|[\u0300-\u036f]{3}|[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]"
    r"|[A-Za-z][\u0391-\u03a1\u03a4\u03a5\u03a7\u03bf\u03bd\u03c1\u03b1]|[\u0391-\u03a1\u03a4\u03a5\u03a7\u03bf\u03bd\u03c1\u03b1][A-Za-z]"
)
_TAG = re.compile(r"<(/?)([a-zA-Z][\w:-]{0,40})[^<>]*>?")
_FENCE = re.compile(r"```|~~~|<!--|-->|<!\[CDATA\[|\]\]>")
_MARKUP = re.compile(
    r"<[/!?]?[a-zA-Z]|<!|`|\\[a-zA-Z]{2,20}\{|\{\{|\}\}"
    r"|&(?:[a-zA-Z]{2,8}|#x?[0-9a-fA-F]{1,6});"
    r"|(?i:\b(?:https?|ftp|file)://|\bwww\.\w|\b(?:javascript|data|mailto|vbscript):\S|\w@\w[\w-]{0,60}\.\w)"
    r"|\]\([^\s)]|!\[|\*\*|(?<!\w)__\w|(?<![\w*])\*\w|\w\*(?![\w*])|~~"
    r"|^\s{0,20}(?:#{1,6}\s|>\s|[-*+\u2022]\s|\d{1,2}[.)]\s|\|)|\|\s?-{2,}|^-{3,}",
    re.MULTILINE,
)
_OPENING_MARKS = {
    "\u201c": '\u201d"\u201c',
    "\u201d": "\u201d",
    "\u201e": '\u201c\u201d"',
    "\u201f": '\u201d"',
    "\u00ab": "\u00bb",
    "\u00bb": "\u00ab",
    "\u2039": "\u203a",
    "\u203a": "\u2039",
    "\u300c": "\u300d",
    "\u300e": "\u300f",
    '"': '"\u201d\u201c',
    "\uff02": "\uff02",
    "''": "''",
}
"""Double quotation marks, with those that close them in any language."""
_DOUBLE_MARK = re.compile("''|[{}]".format("".join(mark for mark in _OPENING_MARKS if len(mark) == 1) + "\u300d\u300f"))
_SINGLE_MARK = re.compile(r"(?<![\w'])(?P<opening>['\u2018\u201a\u201b])(?=\w)|(?<=[^\s'])['\u2018\u2019](?![\w'])")
_SPACED_SLASH = re.compile(r"(?<=\d)\s{0,2}[/\u2215\u2044]\s{0,2}(?=\d)")
_CAPITAL_VERDICT = re.compile(r"\b(?:NO[ _-]?)?(?:HIRE|REJECT|REJECTED|HIRED)\b")


class ProseFault(StrEnum):
    """Why a sentence was removed."""

    UNREADABLE = "UNREADABLE"
    """It has control characters, invisible characters, or letters that imitate those of another script."""
    MARKUP = "MARKUP"
    """It has tags, links, Markdown or code."""
    QUOTE_NOT_FOUND = "QUOTE_NOT_FOUND"
    """Words in its quotation marks are not the candidate's."""
    SCORE = "SCORE"
    """It states a level, a score, or a percentage that the candidate did not mention."""
    VERDICT = "VERDICT"
    """It anticipates the decision of people, or speaks of an offer or a salary."""
    PROTECTED_TRAIT = "PROTECTED_TRAIT"
    """It mentions age, pregnancy, family, origin, accent, religion, health, disability, union, orientation or appearance."""
    OTHER_LANGUAGE = "OTHER_LANGUAGE"
    """It is clearly not in the language of the evaluation."""
    TOO_LONG = "TOO_LONG"
    """It, and all that follows, exceeds the limits of the text. It is counted once."""


@dataclass(frozen=True, slots=True)
class ProseLimits:
    """The maximum size of a text."""

    characters: int
    sentences: int = 6


RATIONALE_LIMITS = ProseLimits(600)
SUMMARY_LIMITS = ProseLimits(1200)
FINDING_LIMITS = ProseLimits(300)


@dataclass(frozen=True, slots=True)
class CheckedProse:
    """The sentences that passed, and the fault of each one that was removed. The text may be empty."""

    text: str
    removed: list[ProseFault]


def check_prose(text: str, transcript: SearchableTranscript, languages: LanguageRanker, limits: ProseLimits) -> CheckedProse:
    """Return the sentences of the text that people may read.

    Text that passes as a whole is returned unchanged, except for space around it.
    """
    examined = text.strip()[: EXAMINED_FACTOR * limits.characters]
    sentences = split_sentences(examined)
    if len(examined) < len(text.strip()):
        # the last sentence is not complete
        sentences = sentences[:-1]
    faults = _find_faults(examined, sentences, transcript, languages)
    removed = [fault for fault in faults if fault is not None]
    passed = [span for span, fault in zip(sentences, faults, strict=True) if fault is None]
    kept = [examined[start:end] for start, end in passed][: _count_fitting(passed, limits)]
    if len(kept) < len(passed) or len(examined) < len(text.strip()):
        removed.append(ProseFault.TOO_LONG)
    is_unchanged = not removed and len(examined) <= limits.characters
    return CheckedProse(examined if is_unchanged else " ".join(kept), removed)


def _count_fitting(passed: Sequence[tuple[int, int]], limits: ProseLimits) -> int:
    """Return how many of the first sentences fit within the limits."""
    count = length = 0
    for start, end in passed[: limits.sentences]:
        length += end - start + (1 if count else 0)
        if length > limits.characters:
            break
        count += 1
    return count


def _find_faults(
    text: str, sentences: Sequence[tuple[int, int]], transcript: SearchableTranscript, languages: LanguageRanker
) -> list[ProseFault | None]:
    """Return the first fault of each sentence, or None."""
    quotes = _find_quotes(text, sentences)
    invented = [span for span in quotes if not _is_candidates(text[slice(*span)], transcript)]
    spans = ((ProseFault.MARKUP, _find_enclosed_markup(text)), (ProseFault.QUOTE_NOT_FOUND, invented))
    faults: dict[tuple[int, int], ProseFault] = {}
    for fault, fault_spans in spans:
        for start, end in fault_spans:
            for span in find_overlapping(sentences, start, end):
                faults.setdefault(span, fault)
    result: list[ProseFault | None] = []
    for start, end in sentences:
        sentence = text[start:end]
        if _UNREADABLE.search(sentence):
            result.append(ProseFault.UNREADABLE)
        elif _MARKUP.search(sentence):
            result.append(ProseFault.MARKUP)
        elif (start, end) in faults:
            result.append(faults[start, end])
        else:
            wording_fault = _find_wording_fault(sentence, transcript)
            own_words = _remove_spans(text, (start, end), quotes)
            is_foreign = wording_fault is None and is_other_language(own_words, transcript.wording.language, languages)
            result.append(ProseFault.OTHER_LANGUAGE if is_foreign else wording_fault)
    return result


def _remove_spans(text: str, sentence: tuple[int, int], spans: Sequence[tuple[int, int]]) -> str:
    """Return the sentence without these spans of the text: a quote may be in another language than the sentence."""
    parts = []
    begin, end = sentence
    for start, stop in sorted(spans):
        if start < end and stop > begin:
            parts.append(text[begin:start])
            begin = max(begin, stop)
    return " ".join([*parts, text[begin:end]])


def _find_wording_fault(sentence: str, transcript: SearchableTranscript) -> ProseFault | None:
    wording = transcript.wording
    words = split_words(_SPACED_SLASH.sub("/", unicodedata.normalize("NFKC", sentence)), wording.numbers)
    folded = f" ^{fold_words(words)}! "
    for start, end in wording.scores.find_spans(folded):
        # the beginning of the sentence is the first word
        if not transcript.contains(words[start - 1 : end - 1]):
            return ProseFault.SCORE
    if wording.verdicts.search(folded) or _CAPITAL_VERDICT.search(sentence):
        return ProseFault.VERDICT
    return ProseFault.PROTECTED_TRAIT if wording.protected_traits.search(folded) else None


def _find_quotes(text: str, sentences: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans between quotation marks.

    A double mark that nothing closes opens a quote up to the end of its sentence. A single mark may be an apostrophe, so it
    opens a quote only if it is closed within its sentence.
    """
    quotes = []
    opening: re.Match[str] | None = None
    for mark in _DOUBLE_MARK.finditer(text):
        if opening is None:
            opening = mark if mark[0] in _OPENING_MARKS else None
        elif mark[0] in _OPENING_MARKS[opening[0]]:
            quotes.append((opening.end(), mark.start()))
            opening = None
    if opening is not None:
        quotes += [(opening.end(), end) for _, end in find_overlapping(sentences, opening.start(), opening.end())]
    for start, end in sentences:
        single: re.Match[str] | None = None
        for mark in _SINGLE_MARK.finditer(text, start, end):
            if single is None:
                single = mark if mark["opening"] else None
            elif not mark["opening"]:
                quotes.append((single.end(), mark.start()))
                single = None
    return quotes


def _is_candidates(quote: str, transcript: SearchableTranscript) -> bool:
    words = split_words(quote, transcript.wording.numbers)
    return sum(word.size for word in words) < MIN_QUOTED_WORDS or transcript.contains(words)


def _find_enclosed_markup(text: str) -> list[tuple[int, int]]:
    """Return the spans of elements and code, with what they enclose."""
    spans = []
    openings: dict[str, int] = {}
    for tag in _TAG.finditer(text):
        name = tag[2].casefold()
        if not tag[1]:
            openings.setdefault(name, tag.start())
        elif name in openings:
            spans.append((openings.pop(name), tag.end()))
    spans += [(start, len(text)) for name, start in openings.items() if name in {"script", "style", "iframe", "template"}]
    fences = [match.start() for match in _FENCE.finditer(text)]
    spans += list(zip(fences[::2], [*fences[1::2], len(text)], strict=False))
    return spans
