"""What the interviewer must not say, whichever model writes it: rules for one sentence, by language. Pure functions.

The words that a rule looks for are data: one YAML file per language in agent/speech_wording. Its phrases are written as
models.wording.phrase_patterns explains, in a text in which each punctuation mark is a word, `^` is the beginning of the sentence
and `[q]` is a question mark. Accents and invisible characters do not matter.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from models.documents.position import PositionContent
from models.wording.data_files import read_yaml
from models.wording.function_words import load_function_words, separate_elisions, simplify
from models.wording.language_identification import LanguageRanker, is_other_language, is_other_script
from models.wording.phrase_patterns import Phrases

MAX_WORD_CHARACTERS = 45
MIN_FOREIGN_WORDS = 2
"""Minimum number of function words of another language in a sentence that counts as being in that language."""
MIN_OWN_SHARE = 1 / 8
"""Minimum share of function words of the interview's language in a sentence that counts as being in it."""
MIN_OTHER_WORDS = 6
"""Minimum number of words of a sentence that counts as being in another language because it has fewer, if the process has not
loaded the model that identifies languages.
"""
MIN_SAME_WORDS = 0.9
"""Minimum share of the words of two questions, in any order, from which the questions count as the same."""
MIN_CONTAINED_WORDS = 4
"""Minimum number of words of an earlier question that counts as repeated wherever it occurs."""
MIN_NOTE_WORDS = 2
"""Minimum number of content words of a short private note from which the sentence must not contain them all."""
MAX_NOTE_WORDS = 5
"""Maximum number of words of a short note. Longer ones are compared by their n-grams."""
STEM_CHARACTERS = 5
"""Number of first letters by which content words are compared, so that inflected forms are equal."""

_FOLDER = Path(__file__).parent / "speech_wording"
_QUESTION_MARKS = "?\uff1f\ufe16\ufe56\u2047\u2048\u2049\u203d\u2753\u2754\u2e2e\u037e\u061f\u055e\u1367"
_TOKEN = re.compile(rf"\d[\d.,:]*/\d+|\d+(?:[.,]\d+)*|[^\W_]+(?:'[^\W_]+)*'?|[,;:.!\u00bf\u00a1{_QUESTION_MARKS}]|[\u2013\u2014]")
_FOLDED_QUESTION_MARK = "[q]"

_UNREADABLE_CATEGORIES = ("Cc", "Co", "Cn", "Cs", "So", "Sk")
_READABLE = "°\n\t"
_MARKUP = re.compile(r"[*|~^`{}\[\]\\]|<(?=\S)|(?<![A-Za-z0-9])#|==|(?<!\w)_|_(?!\w)|--|//|^\s*[-\u2022]\s")
_LINK = re.compile(
    r"\b(?:https?|ftp|file|mailto|tel):|\bwww\.|\w@\w[\w-]*\.\w|\b[\w-]+\.(?:com|org|info|biz|eu|example|invalid|xyz|ly|ru|cn)\b"
    r"|\b[a-z][\w-]*\.(?:de|fr|es|uk|ch|at|mx|io|ai|app|net|dev)/",
    re.IGNORECASE,
)
_SIGNS_IN_A_ROW = re.compile(r"(?:[^\w\s.…?!]\s*){3,}|[%$#&@+=/<>]{2,}(?!\w)(?<!\+\+)")
_SAME_LETTER = re.compile(r"([^\W\d_])\1{3,}", re.IGNORECASE)
MAX_SIGN_SHARE = 0.35
MIN_WORDS_FOR_VARIETY = 12
MIN_WORD_VARIETY = 0.4
"""Minimum share of different words in a sentence of MIN_WORDS_FOR_VARIETY words or more."""
MAX_REPEATED_WORDS = 6
"""Maximum length of a group of words that is searched for three repetitions in a row."""
REPETITIONS = 3


class SpeechFault(StrEnum):
    """Why a sentence is not said."""

    UNREADABLE = "UNREADABLE"
    """It has no letters, or symbols and control characters that cannot be spoken."""
    MARKUP = "MARKUP"
    """It has markup, code, a template's placeholder or a token of the model."""
    LINK = "LINK"
    REPETITION = "REPETITION"
    """It repeats a letter, a word or a group of words without end."""
    OTHER_LANGUAGE = "OTHER_LANGUAGE"
    """It is not in the language of the interview."""
    QUESTION = "QUESTION"
    """It asks something although the move asks nothing, or code asks the next question."""
    SEVERAL_QUESTIONS = "SEVERAL_QUESTIONS"
    REPEATED_QUESTION = "REPEATED_QUESTION"
    """It asks the open question, or a follow-up to it, again."""
    PROTECTED_TOPIC = "PROTECTED_TOPIC"
    """It speaks of the candidate's age, family, health, origin, religion, pay and the like."""
    HUMAN_CLAIM = "HUMAN_CLAIM"
    """It claims that the interviewer is a person."""
    PROMISE = "PROMISE"
    """It promises or announces a job, an offer or a salary."""
    ASSESSMENT = "ASSESSMENT"
    """It scores, praises or criticizes an answer."""
    INSULT = "INSULT"
    DOCUMENT_REQUEST = "DOCUMENT_REQUEST"
    """It asks for documents or personal numbers."""
    JOB_TERMS = "JOB_TERMS"
    """An explanation of a question speaks of pay, place of work or other terms, which only the position's facts may state."""
    REFUSAL = "REFUSAL"
    """The model refuses to reply, or speaks of itself and its instructions."""
    ENDING = "ENDING"
    """It announces the end of the interview or of its questions, which only code may do."""
    PRIVATE_TEXT = "PRIVATE_TEXT"
    """It contains text that the candidate must not hear."""
    TOO_LONG = "TOO_LONG"


def fold_text(text: str) -> str:
    """Return the words and punctuation marks of a text in the form in which phrases are searched: each between spaces."""
    return f" ^ {' '.join(_mark_token(word) for word in _TOKEN.findall(separate_elisions(simplify(text))))} "


def split_content(text: str) -> list[str]:
    """Return the words of a text without case, accents, punctuation and invisible characters."""
    return [token for token in _TOKEN.findall(separate_elisions(simplify(text))) if any(map(str.isalnum, token))]


def _mark_token(word: str) -> str:
    if word in _QUESTION_MARKS:
        return _FOLDED_QUESTION_MARK
    if word in "\u2013\u2014":
        return ","
    return f"#{word}" if word[0].isdigit() else word


def _parse_phrases(phrases: Sequence[str]) -> Phrases:
    return Phrases([simplify(phrase) for phrase in phrases])


PhraseSet = Annotated[Phrases, BeforeValidator(_parse_phrases)]


class SpeechWording(BaseModel):
    """The words of one language."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    openers: PhraseSet
    """Beginnings of a sentence that ask something if it has a question mark."""
    questions: PhraseSet
    """Beginnings of a clause that ask something, with or without a question mark."""
    protected_topics: PhraseSet
    human_claims: PhraseSet
    promises: PhraseSet
    assessments: PhraseSet
    insults: PhraseSet
    document_requests: PhraseSet
    refusals: PhraseSet
    endings: PhraseSet


class SpeechRules:
    """The rules of one language, given by its primary BCP 47 subtag.

    `function_words` are those of every language. The ranker identifies further languages; it is None in a process that has not
    loaded the model, such as that of a spoken interview, which would take 100 MB each.
    """

    def __init__(
        self,
        language: str,
        wording: SpeechWording,
        function_words: Mapping[str, frozenset[str]],
        ranker: LanguageRanker | None = None,
    ) -> None:
        self.language = language
        self.wording = wording
        self._function_words = function_words
        self._ranker = ranker

    def find_fault(self, sentence: str) -> SpeechFault | None:
        """Return why this sentence may not be said in any reply, or None."""
        folded = fold_text(sentence)
        # phrases are found whether or not there is punctuation between their words
        texts = (folded, _remove_punctuation(folded))
        for fault, phrases in (
            (SpeechFault.PROTECTED_TOPIC, self.wording.protected_topics),
            (SpeechFault.HUMAN_CLAIM, self.wording.human_claims),
            (SpeechFault.PROMISE, self.wording.promises),
            (SpeechFault.INSULT, self.wording.insults),
            (SpeechFault.DOCUMENT_REQUEST, self.wording.document_requests),
            (SpeechFault.REFUSAL, self.wording.refusals),
            (SpeechFault.ENDING, self.wording.endings),
            (SpeechFault.ASSESSMENT, self.wording.assessments),
        ):
            if any(phrases.search(text) for text in texts):
                return fault
        if self._is_other_language(sentence):
            return SpeechFault.OTHER_LANGUAGE
        return SpeechFault.SEVERAL_QUESTIONS if self.count_questions(sentence) > 1 else None

    def mentions_protected_topic(self, text: str) -> bool:
        """Return whether a text speaks of a protected topic."""
        return self.wording.protected_topics.search(fold_text(text)) is not None

    def count_questions(self, sentence: str) -> int:
        """Return how many things a sentence asks for, by the beginnings of its clauses."""
        folded = fold_text(sentence)
        starts = {start for start, _ in self.wording.questions.find_spans(folded)}
        if _FOLDED_QUESTION_MARK in folded:
            starts |= {start for start, _ in self.wording.openers.find_spans(folded)}
        return max(len(starts), 1 if _FOLDED_QUESTION_MARK in folded else 0)

    def find_content_words(self, text: str) -> frozenset[str]:
        """Return the stems of the words of a text that are not function words."""
        words = split_content(text)
        own = self._function_words[self.language]
        return frozenset(word[:STEM_CHARACTERS] for word in words if len(word) > 2 and word not in own)

    def _is_other_language(self, sentence: str) -> bool:
        if is_other_script(sentence):
            return True
        words = split_content(sentence)
        own = self._function_words[self.language]
        own_count = sum(word in own for word in words)
        for language, other in self._function_words.items():
            if language != self.language:
                count = len({word for word in words if word in other and word not in own})
                if count >= MIN_FOREIGN_WORDS and count > own_count:
                    return True
        # names and terms of a trade are of no language, so few function words of the interview's language decide
        if own_count >= MIN_OWN_SHARE * len(words) and own_count:
            return False
        if self._ranker is None:
            return len(words) >= MIN_OTHER_WORDS
        return is_other_language(sentence, self.language, self._ranker)


def find_form_fault(sentence: str) -> SpeechFault | None:
    """Return why the form of a sentence, in any language, cannot be spoken, or None."""
    if not any(map(str.isalpha, sentence)):
        return SpeechFault.UNREADABLE
    if _LINK.search(sentence):
        return SpeechFault.LINK
    if _MARKUP.search(sentence):
        return SpeechFault.MARKUP
    if any(unicodedata.category(sign) in _UNREADABLE_CATEGORIES and sign not in _READABLE for sign in sentence):
        return SpeechFault.UNREADABLE
    signs = sum(not sign.isalnum() and not sign.isspace() and unicodedata.category(sign)[0] != "M" for sign in sentence)
    if "\ufffd" in sentence or _SIGNS_IN_A_ROW.search(sentence) or (signs > 3 and signs > MAX_SIGN_SHARE * len(sentence)):
        return SpeechFault.UNREADABLE
    return SpeechFault.REPETITION if _is_repetitive(sentence) else None


def _is_repetitive(sentence: str) -> bool:
    words = split_content(sentence)
    if _SAME_LETTER.search(sentence) or any(len(word) > MAX_WORD_CHARACTERS for word in words):
        return True
    if len(words) >= MIN_WORDS_FOR_VARIETY and len(set(words)) < MIN_WORD_VARIETY * len(words):
        return True
    for size in range(1, MAX_REPEATED_WORDS + 1):
        run = 0
        for index in range(len(words) - size):
            run = run + 1 if words[index] == words[index + size] else 0
            if run >= size * (REPETITIONS - 1):
                return True
    return False


def is_same_question(sentence: str, earlier: str) -> bool:
    """Return whether a sentence asks an earlier question again, in other case, punctuation or order, or within other words."""
    words, earlier_words = split_content(sentence), split_content(earlier)
    if not words or not earlier_words:
        return False
    if words == earlier_words:
        return True
    text, earlier_text = f" {' '.join(words)} ", f" {' '.join(earlier_words)} "
    if len(earlier_words) >= MIN_CONTAINED_WORDS and earlier_text in text:
        return True
    return len(set(words) & set(earlier_words)) >= MIN_SAME_WORDS * len({*words, *earlier_words})


def collect_short_notes(position: PositionContent, public_texts: Iterable[str], rules: SpeechRules) -> list[frozenset[str]]:
    """Return the content words of each listening note that is too short for n-grams.

    Words of the public texts, such as the questions asked so far, are left out: they reveal nothing.
    """
    public = frozenset().union(*(rules.find_content_words(text) for text in public_texts))
    notes = []
    for note in (note for question in position.questions for note in question.listen_for):
        content = rules.find_content_words(note)
        if len(split_content(note)) <= MAX_NOTE_WORDS and len(content) >= MIN_NOTE_WORDS and content - public:
            notes.append(content)
    return notes


def load_speech_rules(languages: Sequence[str], ranker: LanguageRanker | None = None) -> dict[str, SpeechRules]:
    """Read the rules of every language. A worker calls this once, when it starts."""
    wordings = {language: SpeechWording.model_validate(read_yaml(_FOLDER / f"{language}.yaml")) for language in languages}
    function_words = load_function_words()
    return {language: SpeechRules(language, wording, function_words, ranker) for language, wording in wordings.items()}


def _remove_punctuation(folded: str) -> str:
    return f" {' '.join(word for word in folded.split() if word == '^' or any(map(str.isalnum, word)))} "
