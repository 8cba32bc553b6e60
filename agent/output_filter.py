"""Filters the model's output sentence by sentence, so that each sentence is checked before any of it is said.

Waiting for a sentence to end delays the first one by about 0.2 s, the time in which the model writes it.
In return, nothing that was said ever has to be withdrawn.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import structlog

from agent.speech_rules import SpeechFault, SpeechRules, find_form_fault, is_same_question
from models.documents.position import PositionContent
from models.documents.turn import Move
from text import INVISIBLE

log = structlog.get_logger(__name__)

NGRAM_WORDS = 6
"""Number of consecutive words in common with private text that counts as a leak."""
MAX_CHARACTERS = 600
MAX_SENTENCES = {
    Move.NEXT: 1,
    Move.CLOSE: 1,
    Move.REPEAT: 1,
    Move.STOP: 1,
    Move.WAIT: 1,
    Move.CLARIFY: 3,
    Move.PROBE: 2,
    Move.ANYTHING_ELSE: 1,
}

_MOVES_WITH_REQUESTS = (Move.PROBE, Move.CLARIFY, Move.WAIT)
"""Moves whose words may request something. Beside a question that code adds, a request would be a second question."""

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


@dataclass(frozen=True, slots=True)
class ReplyContext:
    """What the rules need to know of the interview in which the reply is said."""

    rules: SpeechRules
    """The rules of the interview's language."""
    earlier_questions: Sequence[str] = ()
    """The open question and the follow-ups to it, sentence by sentence. A probe must not ask them again."""
    claims_job_terms: Callable[[str], bool] = lambda _: False
    """Whether a sentence speaks of the job's terms, such as pay, of which the open question does not."""
    short_notes: Sequence[frozenset[str]] = ()
    """The content words of private notes that are too short for n-grams."""


class OutputFilter:
    """Receives the model's text as it streams, and releases the sentences that this move may say."""

    def __init__(self, move: Move, private_ngrams: frozenset[tuple[str, ...]], context: ReplyContext | None = None) -> None:
        """Create a filter for one reply. Without a context, only the form and the private n-grams are checked."""
        self._move = move
        self._context = context
        self._released_content: frozenset[str] = frozenset()
        self._private_ngrams = private_ngrams
        self._buffer = ""
        # The last words released and the last words received, to find n-grams that span sentences. The received
        # words are needed so that the next sentence cannot complete a rejected one.
        self._released_words: list[str] = []
        self._received_words: list[str] = []
        self._released_sentences: list[str] = []
        self._character_count = 0
        self.is_full = False
        """Whether no further sentence will be released, so that the model's stream can be closed."""
        self.has_asked = False
        """Whether a sentence was released that asks something."""
        self.has_rejected = False
        """Whether a sentence was not released because of a fault."""

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
        # hidden characters would be stored, and could reverse the order in which the sentence is shown
        sentence = " ".join(INVISIBLE.sub("", sentence).split())
        words = _split_words(sentence)
        released, received = [*self._released_words, *words], [*self._received_words, *words]
        self._received_words = received[-NGRAM_WORDS + 1 :]
        if not sentence:
            return []
        is_private = (_build_ngrams(released) | _build_ngrams(received)) & self._private_ngrams
        fault = SpeechFault.PRIVATE_TEXT if is_private else self._find_fault(sentence)
        if fault:
            self.has_rejected = True
            log.info("sentence of the model rejected", reason=fault, move=self._move)
            return []
        if self._context:
            self._released_content |= self._context.rules.find_content_words(sentence)
        self.has_asked = self.has_asked or self._asks(sentence)
        self._released_words = released[-NGRAM_WORDS + 1 :]
        self._released_sentences.append(sentence)
        self._character_count += len(sentence)
        self.is_full = (self._move is Move.PROBE and self.has_asked) or len(self._released_sentences) >= MAX_SENTENCES[self._move]
        return [sentence if len(self._released_sentences) == 1 else f" {sentence}"]

    def _find_fault(self, sentence: str) -> SpeechFault | None:
        is_question = _is_question(sentence)
        if self._character_count + len(sentence) > MAX_CHARACTERS:
            return SpeechFault.TOO_LONG
        if _MARKUP.search(sentence):
            return SpeechFault.MARKUP
        if is_question and self._move is not Move.PROBE:
            return SpeechFault.QUESTION
        if len(_QUESTION.findall(sentence)) > 1:
            return SpeechFault.SEVERAL_QUESTIONS
        return find_form_fault(sentence) or (self._find_context_fault(sentence, self._context) if self._context else None)

    def _find_context_fault(self, sentence: str, context: ReplyContext) -> SpeechFault | None:
        asks = self._asks(sentence)
        if asks and self._move not in _MOVES_WITH_REQUESTS:
            return SpeechFault.QUESTION
        if fault := context.rules.find_fault(sentence):
            return fault
        if self._move is Move.CLARIFY and context.claims_job_terms(sentence):
            return SpeechFault.JOB_TERMS
        if sentence in self._released_sentences:
            return SpeechFault.REPETITION
        if self._move is Move.PROBE and any(
            is_same_question(sentence, earlier) for earlier in context.earlier_questions if asks or self._asks(earlier)
        ):
            return SpeechFault.REPEATED_QUESTION
        content = self._released_content | context.rules.find_content_words(sentence)
        return SpeechFault.PRIVATE_TEXT if any(note <= content for note in context.short_notes) else None

    def _asks(self, sentence: str) -> bool:
        return _is_question(sentence) or (self._context is not None and self._context.rules.count_questions(sentence) > 0)


def _is_question(sentence: str) -> bool:
    return "¿" in sentence or bool(_QUESTION.search(sentence))
