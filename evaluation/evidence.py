"""Quotes, found again in what the candidate said. Pure: a quote that code has not found does not exist.

Words are compared, so that case, punctuation, line ends and typographic marks do not matter; what is kept is the text as it
stands in the turn. Only turns whose speaker is the candidate are looked at.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Protocol

from models.evaluation import Evidence
from models.turn import Speaker, Turn

MIN_WORDS = 5
"""shorter quotes can be found anywhere; they count only when they are the whole turn"""

_WORD = re.compile(r"[\w\u0300-\u036f]+(?:['\u2019][\w\u0300-\u036f]+)*")


class Claimed(Protocol):
    """A quote as the judge gives it: the seq of a candidate's turn, and words of it."""

    turn: int
    text: str


@dataclass(frozen=True, slots=True)
class _Word:
    """A word as it is compared, and where it stands."""

    folded: str
    turn: Turn
    start: int
    end: int


def answers(turns: Sequence[Turn]) -> list[list[Turn]]:
    """The candidate's turns, those that one reply answers together: the pieces of one answer."""
    replies = [turn.answers or 0 for turn in turns if turn.speaker is Speaker.INTERVIEWER]
    grouped: dict[int | None, list[Turn]] = {}
    for turn in turns:
        if turn.speaker is Speaker.CANDIDATE:
            answered_by = next((place for place, seq in enumerate(replies) if seq >= turn.seq), None)
            grouped.setdefault(answered_by, []).append(turn)
    return list(grouped.values())


class Transcript:
    """The turns of an interview, ready to be searched."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._pieces: dict[int, list[_Word]] = {}
        for pieces in answers(turns):
            words = [word for turn in pieces for word in _words_of(turn)]
            self._pieces.update(dict.fromkeys((turn.seq for turn in pieces), words))

    def find(self, quotes: Iterable[Claimed]) -> list[Evidence]:
        """Where the quotes stand, each place once; one Evidence for each turn that a quote reaches into.

        What is not there is dropped.
        """
        found: dict[tuple[int, int, int], Evidence] = {}
        for quote in quotes:
            for evidence in self._find_one(quote):
                found.setdefault((evidence.seq, evidence.start, evidence.end), evidence)
        return list(found.values())

    def _find_one(self, quote: Claimed) -> list[Evidence]:
        # the judge reads the transcript with its markup escaped, and may quote it so
        for text in dict.fromkeys((quote.text, unescape(quote.text))):
            if words := self._locate([_fold(match[0]) for match in _WORD.finditer(text)], quote.turn):
                return _evidence_of(words)
        return []

    def _locate(self, wanted: list[str], seq: int) -> list[_Word]:
        """The words of the first occurrence that touches the named turn."""
        words = self._pieces.get(seq, [])
        length = len(wanted)
        if not wanted or (length < MIN_WORDS and [word.folded for word in words if word.turn.seq == seq] != wanted):
            return []
        for place in range(len(words) - length + 1):
            run = words[place : place + length]
            if [word.folded for word in run] == wanted and any(word.turn.seq == seq for word in run):
                return run
        return []


def _words_of(turn: Turn) -> list[_Word]:
    return [_Word(_fold(match[0]), turn, *match.span()) for match in _WORD.finditer(turn.text)]


def _fold(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold().replace("\u2019", "'")


def _evidence_of(words: list[_Word]) -> list[Evidence]:
    spans: dict[int, tuple[Turn, int, int]] = {}
    for word in words:
        turn, start, _ = spans.get(word.turn.seq, (word.turn, word.start, word.end))
        spans[word.turn.seq] = turn, start, word.end
    return [Evidence(quote=turn.text[start:end], seq=seq, start=start, end=end) for seq, (turn, start, end) in spans.items()]
