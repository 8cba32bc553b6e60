"""Verify quotes: find the words that the judge quotes in the candidate's turns. Pure functions.

A quote that is not found is not evidence. The comparison is by words (evaluation.words), so case, punctuation, line breaks
and typographic characters do not matter; the evidence is the text of the turn itself. Only the candidate's turns are searched.

A quote that is not found literally is searched without fillers ("um", "you know"), immediate repetitions ("the the") and
invisible characters. Negations, numbers and units are never skipped. Each evidence carries its whole sentence, and flags for
what the quote alone may hide: a negation, a condition, or another subject.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import unescape
from itertools import accumulate
from types import MappingProxyType
from typing import Protocol

from evaluation.wording import Wording
from evaluation.words import Word, find_overlapping, fold_words, skip_fillers, split_sentences, split_words
from models.documents.evaluation import Evidence, EvidenceFlag
from models.documents.turn import Speaker, Turn

MIN_WORDS = 5
"""Minimum length of a quote in words, without fillers. A shorter one could be found anywhere, so it must be the whole turn."""

MAX_SENTENCE_CHARACTERS = 600
"""Maximum length of the sentence around a quote that is shorter than that."""

_SEPARATOR = "\0"
"""Separates the words of the searched text. No word contains it, normalized or not."""


class ClaimedQuote(Protocol):
    """A quote that the judge claims: the seq of a candidate's turn, and words from it."""

    turn: int
    text: str


@dataclass(frozen=True, slots=True)
class FoundQuotes:
    """The evidence for the quotes that were found, and how many quotes were claimed and not found."""

    evidence: list[Evidence]
    claimed: int
    failed: int


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


class _WordIndex:
    """Words joined into one text in which a sequence of words is a substring.

    The search is then str.find, which takes time linear in the text, instead of a comparison of word lists at every word.
    """

    def __init__(self, words: Sequence[Word]) -> None:
        self._text = _join(words)
        # offsets of the separator before each word, and of the one after the last word
        self._offsets = [0, *accumulate(len(word.normalized) + 1 for word in words)]

    def find(self, words: Sequence[Word], begin: int = 0, stop: int | None = None) -> int | None:
        """Return the index of the first occurrence of the words within [begin, stop), or None."""
        stop_offset = self._offsets[-1 if stop is None else stop]
        offset = self._text.find(_join(words), self._offsets[begin], stop_offset + 1)
        return None if offset < 0 else bisect_left(self._offsets, offset)

    def find_overlapping(self, words: Sequence[Word], begin: int, stop: int) -> int | None:
        """Return the index of the first occurrence that overlaps [begin, stop), or None."""
        reach = len(words) - 1
        return self.find(words, max(0, begin - reach), min(len(self._offsets) - 1, stop + reach))


@dataclass(frozen=True, slots=True)
class _TurnSpan:
    """The place of a turn in its answer: text[start:end] and words[first_word:last_word]."""

    start: int
    end: int
    first_word: int
    last_word: int


class _Answer:
    """One answer: the text of its turns, joined by spaces, with its words and sentences."""

    def __init__(self, turns: Sequence[Turn], wording: Wording, wordings: Mapping[str, Wording]) -> None:
        self._wording = wording
        self._turn_wordings = {turn.seq: choose_wording(turn, wording, wordings) for turn in turns}
        self._text = " ".join(turn.text for turn in turns)
        self._words: list[Word] = []
        self._turns: dict[int, _TurnSpan] = {}
        start = 0
        for turn in turns:
            first = len(self._words)
            self._words += [
                replace(word, start=word.start + start, end=word.end + start) for word in split_words(turn.text, wording.numbers)
            ]
            self._turns[turn.seq] = _TurnSpan(start, start + len(turn.text), first, len(self._words))
            start += len(turn.text) + 1
        self._literal = _WordIndex(self._words)
        self._essential = skip_fillers(self._words, wording)
        self._without_fillers = _WordIndex([self._words[index] for index in self._essential])

    def locate(self, quote: Sequence[Word], seq: int) -> list[Evidence]:
        """Return evidence in each turn that the first occurrence of the quote covers, if it overlaps the turn `seq`."""
        turn = self._turns[seq]
        essential = [quote[index] for index in skip_fillers(quote, self._wording)]
        span = bisect_left(self._essential, turn.first_word), bisect_left(self._essential, turn.last_word)
        if not essential or span[0] == span[1]:
            return []
        is_short = sum(word.size for word in essential) < MIN_WORDS
        if is_short and (len(essential) != span[1] - span[0] or self._without_fillers.find(essential, *span) is None):
            return []
        index = self._literal.find_overlapping(quote, turn.first_word, turn.last_word)
        if index is not None:
            return self._build_evidence(range(index, index + len(quote)))
        index = self._without_fillers.find_overlapping(essential, *span)
        return [] if index is None else self._build_evidence(self._essential[index : index + len(essential)])

    def contains(self, words: Sequence[Word]) -> bool:
        """Whether these words occur in a row."""
        essential = [words[index] for index in skip_fillers(words, self._wording)]
        if not essential:
            return False
        return self._literal.find(words) is not None or self._without_fillers.find(essential) is not None

    @cached_property
    def _sentences(self) -> list[tuple[int, int]]:
        return split_sentences(self._text)

    def _build_evidence(self, indexes: Sequence[int]) -> list[Evidence]:
        """Return one Evidence for each turn that has some of these words."""
        evidence = []
        for seq, turn in self._turns.items():
            begin, stop = bisect_left(indexes, turn.first_word), bisect_left(indexes, turn.last_word)
            if begin == stop:
                continue
            start, end = self._words[indexes[begin]].start, self._words[indexes[stop - 1]].end
            first, last = self._find_sentence(start, end)
            # the sentence may have begun in the turn before, and so may what negates it
            flags = find_flags(self._text[first:last], self._turn_wordings[seq])
            first, last = max(first, turn.start), min(last, turn.end)
            evidence.append(
                Evidence(
                    quote=self._text[start:end],
                    seq=seq,
                    start=start - turn.start,
                    end=end - turn.start,
                    sentence=self._text[first:last],
                    sentence_start=first - turn.start,
                    sentence_end=last - turn.start,
                    flags=flags,
                )
            )
        return evidence

    def _find_sentence(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the sentences around text[start:end], cut at words on both sides if it is too long."""
        sentences = find_overlapping(self._sentences, start, end)
        first, last = min(start, sentences[0][0]), max(end, sentences[-1][1])
        if last - first <= MAX_SENTENCE_CHARACTERS:
            return first, last
        room = max(0, MAX_SENTENCE_CHARACTERS - (end - start))
        after = min(last - end, max(room // 2, room - (start - first)))
        before = min(start - first, room - after)
        first_word = bisect_left(self._words, start - before, key=lambda word: word.start)
        last_word = bisect_right(self._words, end + after, key=lambda word: word.end)
        return min(start, self._words[first_word].start), max(end, self._words[last_word - 1].end)


def choose_wording(turn: Turn, wording: Wording, wordings: Mapping[str, Wording]) -> Wording:
    """Return the wording of the turn's language: `wording`, that of the interview, unless the turn is in another language."""
    return wordings.get(turn.language, wording) if turn.language else wording


def find_flags(sentence: str, wording: Wording) -> list[EvidenceFlag]:
    """Return the flags of a sentence. They are for people: a flag does not remove a quote."""
    folded = fold_words(split_words(sentence, wording.numbers))
    flags = []
    if wording.negations.search(folded):
        flags.append(EvidenceFlag.NEGATION)
    if wording.conditions.search(folded):
        flags.append(EvidenceFlag.CONDITION)
    if wording.other_subjects.search(folded) and not wording.first_person.search(folded):
        flags.append(EvidenceFlag.OTHER_SUBJECT)
    return flags


class SearchableTranscript:
    """The turns of an interview, indexed for the search of quotes.

    `wording` is that of the interview's language, and `wordings`, by language, are those of turns in another one.
    """

    def __init__(self, turns: Sequence[Turn], wording: Wording, wordings: Mapping[str, Wording] = MappingProxyType({})) -> None:
        self.turns = turns
        self.wording = wording
        self.wordings = wordings
        self._answers: list[_Answer] = []
        self._answers_by_seq: dict[int, _Answer] = {}
        for answer_turns in group_answers(turns):
            answer = _Answer(answer_turns, wording, wordings)
            self._answers.append(answer)
            self._answers_by_seq.update(dict.fromkeys((turn.seq for turn in answer_turns), answer))

    def find_quotes(self, quotes: Iterable[ClaimedQuote]) -> FoundQuotes:
        """Return one Evidence for each turn that a quote covers, without duplicates.

        A quote that is not found is counted as failed and gives no evidence.
        """
        found: dict[tuple[int, int, int], Evidence] = {}
        claimed = failed = 0
        for quote in quotes:
            claimed += 1
            evidence = self._find_quote(quote)
            failed += not evidence
            for item in evidence:
                found.setdefault((item.seq, item.start, item.end), item)
        return FoundQuotes(list(found.values()), claimed, failed)

    def contains(self, words: Sequence[Word]) -> bool:
        """Whether one of the candidate's answers contains these words in a row, however few they are."""
        return any(answer.contains(words) for answer in self._answers)

    def _find_quote(self, quote: ClaimedQuote) -> list[Evidence]:
        answer = self._answers_by_seq.get(quote.turn)
        if answer is None:
            return []
        # the judge reads the transcript with escaped markup, and may quote the escaped form
        for text in dict.fromkeys((quote.text, unescape(quote.text))):
            if evidence := answer.locate(split_words(text, self.wording.numbers), quote.turn):
                return evidence
        return []


def _join(words: Iterable[Word]) -> str:
    return _SEPARATOR + "".join(word.normalized + _SEPARATOR for word in words)
