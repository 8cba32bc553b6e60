"""Verify quotes: find the words that the judge quotes in the candidate's turns. Pure functions.

A quote that is not found is not evidence. The comparison is by words, so case, punctuation, line breaks and typographic
characters do not matter; the evidence is the text of the turn itself. Only the candidate's turns are searched.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import accumulate
from typing import Protocol

from models.documents.evaluation import Evidence
from models.documents.turn import Speaker, Turn

MIN_WORDS = 5
"""Minimum length of a quote in words. A shorter one could be found anywhere, so it must be the whole turn."""

_SEPARATOR = "\0"
"""Separates the words of the searched text. No word contains it, normalized or not."""

_WORD = re.compile(r"[\w\u0300-\u036f]+(?:['\u2019][\w\u0300-\u036f]+)*")


class ClaimedQuote(Protocol):
    """A quote that the judge claims: the seq of a candidate's turn, and words from it."""

    turn: int
    text: str


@dataclass(frozen=True, slots=True)
class _Word:
    """A normalized word, and its position in its turn."""

    normalized: str
    turn: Turn
    start: int
    end: int


def group_answers(turns: Sequence[Turn]) -> list[list[Turn]]:
    """Group the candidate's turns into answers: the turns that the interviewer answers with one reply are one answer."""
    answered = [turn.answers or 0 for turn in turns if turn.speaker is Speaker.INTERVIEWER]
    # a turn is answered by the first reply at which the running maximum reaches its seq
    reached = list(accumulate(answered, max))
    grouped: dict[int, list[Turn]] = {}
    for turn in turns:
        if turn.speaker is Speaker.CANDIDATE:
            grouped.setdefault(bisect_left(reached, turn.seq), []).append(turn)
    return list(grouped.values())


class _Answer:
    """The words of one answer, joined into one text in which a quote is a substring.

    The search is then str.find, which takes time linear in the text, instead of a comparison of word lists at every word.
    """

    def __init__(self, turns: Sequence[Turn]) -> None:
        self.words: list[_Word] = []
        self._spans: dict[int, tuple[int, int]] = {}
        for turn in turns:
            first = len(self.words)
            self.words += _split_words(turn)
            self._spans[turn.seq] = first, len(self.words)
        self._text = _join(word.normalized for word in self.words)
        # offsets of the separator before each word, and of the one after the last word
        self._offsets = [0, *accumulate(len(word.normalized) + 1 for word in self.words)]

    def locate(self, quote: Sequence[str], seq: int) -> list[_Word]:
        """Return the words of the first occurrence that overlaps the turn `seq`, or an empty list."""
        first, end = self._spans[seq]
        length = len(quote)
        if first == end or length == 0:
            return []
        if length < MIN_WORDS and [word.normalized for word in self.words[first:end]] != quote:
            return []
        begin, stop = max(0, first - length + 1), min(len(self.words), end + length - 1)
        offset = self._text.find(_join(quote), self._offsets[begin], self._offsets[stop] + 1)
        if offset < 0:
            return []
        index = bisect_left(self._offsets, offset)
        return self.words[index : index + length]


class SearchableTranscript:
    """The turns of an interview, indexed for the search of quotes."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._answers: dict[int, _Answer] = {}
        for answer_turns in group_answers(turns):
            self._answers.update(dict.fromkeys((turn.seq for turn in answer_turns), _Answer(answer_turns)))

    def find_evidence(self, quotes: Iterable[ClaimedQuote]) -> list[Evidence]:
        """Return one Evidence for each turn that a quote covers, without duplicates. Quotes that are not found are dropped."""
        found: dict[tuple[int, int, int], Evidence] = {}
        for quote in quotes:
            for evidence in self._find_quote(quote):
                found.setdefault((evidence.seq, evidence.start, evidence.end), evidence)
        return list(found.values())

    def _find_quote(self, quote: ClaimedQuote) -> list[Evidence]:
        answer = self._answers.get(quote.turn)
        if answer is None:
            return []
        # the judge reads the transcript with escaped markup, and may quote the escaped form
        for text in dict.fromkeys((quote.text, unescape(quote.text))):
            if words := answer.locate([_normalize_word(match[0]) for match in _WORD.finditer(text)], quote.turn):
                return _build_evidence(words)
        return []


def _split_words(turn: Turn) -> list[_Word]:
    return [_Word(_normalize_word(match[0]), turn, *match.span()) for match in _WORD.finditer(turn.text)]


def _join(words: Iterable[str]) -> str:
    return _SEPARATOR + "".join(word + _SEPARATOR for word in words)


def _normalize_word(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold().replace("\u2019", "'")


def _build_evidence(words: list[_Word]) -> list[Evidence]:
    spans: dict[int, tuple[Turn, int, int]] = {}
    for word in words:
        turn, start, _ = spans.get(word.turn.seq, (word.turn, word.start, word.end))
        spans[word.turn.seq] = turn, start, word.end
    return [Evidence(quote=turn.text[start:end], seq=seq, start=start, end=end) for seq, (turn, start, end) in spans.items()]
