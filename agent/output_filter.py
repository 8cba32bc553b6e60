"""Filters the model's output sentence by sentence, so that each sentence is checked before any of it is said.

Waiting for a sentence to end delays the first one by about 0.2 s, the time in which the model writes it.
In return, nothing that was said ever has to be withdrawn.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from models.documents.position import PositionContent
from models.documents.turn import Move

NGRAM_WORDS = 6
"""Number of consecutive words in common with private text that counts as a leak."""
MAX_CHARACTERS = 600
MAX_SENTENCES = {Move.NEXT: 1, Move.CLOSE: 1, Move.REPEAT: 1, Move.STOP: 1, Move.WAIT: 1, Move.CLARIFY: 3, Move.PROBE: 2}

_QUESTION_MARKS = "?\uff1f\ufe16\ufe56\u2047\u2048\u2049\u203d\u2753\u2754\u2e2e\u037e\u061f\u055e\u1367"
"""Question marks of all scripts."""
_CLOSING_MARKS = "\"'”’»)\\]」』"
_SENTENCE_MARKS = f".!…。！{_QUESTION_MARKS}"
_SENTENCE_END = re.compile(
    rf"[{_SENTENCE_MARKS}]+[{_CLOSING_MARKS}]*(?=\s)"
    # Scripts without spaces between sentences. The next character must be present, so that
    # the result does not depend on how the text was split into chunks.
    rf"|[。！？][{_SENTENCE_MARKS}]*[{_CLOSING_MARKS}]*(?=[^\s{_SENTENCE_MARKS}{_CLOSING_MARKS}])"
    r"|\n+"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|z\.B|d\.h|u\.a|p\.ej|etc|vs|nr|dr|mr|mrs|ms|prof|approx|ca|bzw|usw|st)|\b\w)\.$", re.IGNORECASE
)
_MARKUP = re.compile(r"</?\w|&lt;|^\W*(?:GREET|NEXT|PROBE|REPEAT|CLARIFY|WAIT|STOP|NUDGE|CLOSE)\b")
_QUESTION = re.compile(rf"[{_QUESTION_MARKS}][{_QUESTION_MARKS}!]*")
_WORD = re.compile(r"[^\W_]+")
_INVISIBLE_CATEGORIES = ("Cf", "Mn")
"""Unicode categories that are invisible or modify the previous letter: zero-width characters, soft hyphens, accents."""


def _split_words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return _WORD.findall("".join(letter for letter in folded if unicodedata.category(letter) not in _INVISIBLE_CATEGORIES))


def _build_ngrams(words: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(words[index : index + NGRAM_WORDS]) for index in range(len(words) - NGRAM_WORDS + 1)}


def collect_ngrams(texts: Iterable[str]) -> frozenset[tuple[str, ...]]:
    """Return every run of NGRAM_WORDS words in the texts, without case, punctuation, accents and invisible characters."""
    return frozenset().union(*(_build_ngrams(_split_words(text)) for text in texts))


def collect_private_ngrams(position: PositionContent, questions_asked: int, rules: str) -> frozenset[tuple[str, ...]]:
    """Return the n-grams that the candidate must not hear: listening notes, rubric, prompt rules, and questions not asked yet."""
    rubric = (
        text for criterion in position.criteria for text in (criterion.description, *(level.anchor for level in criterion.levels))
    )
    listen_for = (note for question in position.questions for note in question.listen_for)
    public = collect_ngrams(question.text for question in position.questions[:questions_asked])
    return (
        collect_ngrams([*rubric, *listen_for, *(question.text for question in position.questions[questions_asked:]), rules])
        - public
    )


class OutputFilter:
    """Receives the model's text as it streams, and releases the sentences that this move may say."""

    def __init__(self, move: Move, private_ngrams: frozenset[tuple[str, ...]]) -> None:
        self._move = move
        self._private_ngrams = private_ngrams
        self._buffer = ""
        # The last words released and the last words received, to find n-grams that span sentences. The received
        # words are needed so that the next sentence cannot complete a rejected one.
        self._released_words: list[str] = []
        self._received_words: list[str] = []
        self._sentence_count = 0
        self._character_count = 0
        self.is_full = False
        """Whether no further sentence will be released, so that the model's stream can be closed."""

    def feed(self, words: str) -> list[str]:
        """Add text, and return the sentences it completes. All but the first start with a space."""
        self._buffer += words
        released = []
        while not self.is_full and (end := self._find_sentence_end()):
            sentence, self._buffer = self._buffer[:end], self._buffer[end:]
            released += self._filter_sentence(sentence)
        return released

    def flush(self) -> list[str]:
        """Return the remaining text as the last sentence.

        Do not call it if the model's output was cut off.
        """
        rest, self._buffer = self._buffer, ""
        return [] if self.is_full else self._filter_sentence(rest)

    def _find_sentence_end(self) -> int | None:
        for match in _SENTENCE_END.finditer(self._buffer):
            if not _ABBREVIATION.search(self._buffer[: match.end()]) or "\n" in match.group():
                return match.end()
        return None

    def _filter_sentence(self, sentence: str) -> list[str]:
        sentence = " ".join(sentence.split())
        words = _split_words(sentence)
        released, received = [*self._released_words, *words], [*self._received_words, *words]
        self._received_words = received[-NGRAM_WORDS + 1 :]
        if (
            not sentence
            or not self._is_allowed(sentence)
            or (_build_ngrams(released) | _build_ngrams(received)) & self._private_ngrams
        ):
            return []
        self._released_words = released[-NGRAM_WORDS + 1 :]
        self._sentence_count += 1
        self._character_count += len(sentence)
        self.is_full = _is_question(sentence) or self._sentence_count >= MAX_SENTENCES[self._move]
        return [sentence if self._sentence_count == 1 else f" {sentence}"]

    def _is_allowed(self, sentence: str) -> bool:
        if _is_question(sentence) and self._move is not Move.PROBE:
            return False
        if self._character_count + len(sentence) > MAX_CHARACTERS or _MARKUP.search(sentence):
            return False
        return len(_QUESTION.findall(sentence)) <= 1


def _is_question(sentence: str) -> bool:
    return "¿" in sentence or bool(_QUESTION.search(sentence))
