"""Recognition of what candidates ask about the job and the process, such as pay, place of work or the next steps.

The interviewer answers such a question with the position's facts, so code decides what is one, and which facts answer it. Each
language is one YAML file in this folder; its phrases use the signs of models.wording.phrase_patterns.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from models.documents.position import Fact
from models.wording.data_files import read_yaml
from models.wording.phrase_patterns import Phrases, normalize
from text import INVISIBLE

LANGUAGES = ("en", "de", "es", "fr")
"""Primary BCP 47 subtags of the languages in which questions are recognized. English is recognized in all of them."""
MAX_QUESTION_WORDS = 40
"""Maximum number of words of a contribution that is a question."""
MAX_SENTENCE_CHARACTERS = 2_000
"""A longer text is no question, and how much of the end of a contribution is searched for its last sentence."""
MAX_LEAD_IN_WORDS = 8
"""Maximum number of words before the first question, as in "Before I go on: is this remote?"."""
MAX_FACTS = 3
"""Maximum number of facts in one answer."""
MIN_SHARED_WORDS = 0.5
"""Share of the content words of a fact's question that a candidate's question has to contain."""

_FOLDER = Path(__file__).parent
_SENTENCE = re.compile(r"[^.!?:\u2026\n]+[.!?:\u2026\n]*")
_WORD = re.compile(r"[^\W_]+")
_QUESTION_MARK = re.compile(r"[?\uff1f]")


class Theme(StrEnum):
    """What a question about the job is about."""

    PAY = "PAY"
    PLACE = "PLACE"
    HOURS = "HOURS"
    BENEFITS = "BENEFITS"
    START = "START"
    CONTRACT = "CONTRACT"
    VISA = "VISA"
    TEAM = "TEAM"
    PROCESS = "PROCESS"
    """When and from whom the candidate hears, and the steps that follow."""
    DATA = "DATA"
    """Who sees the answers and the recording."""
    COMPANY = "COMPANY"


TERMS = frozenset(Theme) - {Theme.TEAM, Theme.COMPANY, Theme.DATA}
"""Themes of which a statement is a claim about the job's terms."""

PhraseSet = Annotated[Phrases, BeforeValidator(lambda phrases: Phrases([_fold(phrase) for phrase in phrases]))]


class _Wording(BaseModel):
    """The phrases of one language, as its file contains them."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    themes: Mapping[Theme, PhraseSet] = Field(min_length=len(Theme))
    indirect_questions: PhraseSet
    """Beginnings of a question without a question mark."""
    reported_speech: PhraseSet
    """What shows that a question is part of a story."""
    clarifications: PhraseSet
    """Beginnings of a question about the interviewer's question."""


class JobQuestionRecognizer:
    """Recognizes questions about the job in one language and in a fallback language."""

    def __init__(self, wording: _Wording, fallback: "JobQuestionRecognizer | None" = None) -> None:
        self._wording = wording
        self._fallback = fallback

    def is_question(self, text: str) -> bool:
        """Return whether the whole text is a question about the job, after a few words at most."""
        if len(text) > MAX_SENTENCE_CHARACTERS or len(text.split()) > MAX_QUESTION_WORDS:
            return False
        sentences = _SENTENCE.findall(text)
        questions = [sentence for sentence in sentences if self.asks(sentence)]
        lead_in = " ".join(sentence for sentence in sentences if sentence not in questions)
        has_short_lead_in = len(lead_in.split()) <= MAX_LEAD_IN_WORDS
        return bool(has_short_lead_in and questions and self.find_themes(" ".join(questions)))

    def may_be_question(self, text: str) -> bool:
        """Return whether the text ends with a question that may be one about the job."""
        sentences = _SENTENCE.findall(text.rstrip()[-MAX_SENTENCE_CHARACTERS:])
        return bool(sentences) and self.asks(sentences[-1])

    def asks(self, sentence: str) -> bool:
        """Return whether a sentence asks the interviewer something else than what the interviewer's question means."""
        folded = _fold_words(sentence)
        wording = self._wording
        if wording.reported_speech.search(folded) or wording.clarifications.search(folded):
            return False
        if _QUESTION_MARK.search(sentence) or wording.indirect_questions.search(folded):
            return True
        return self._fallback is not None and self._fallback.asks(sentence)

    def find_themes(self, text: str) -> frozenset[Theme]:
        """Return what the text mentions of the job."""
        folded = _fold_words(text)
        found = frozenset(theme for theme, phrases in self._wording.themes.items() if phrases.search(folded))
        return found | self._fallback.find_themes(text) if self._fallback else found

    def match_facts(
        self, text: str, facts: Sequence[Fact], find_content_words: Callable[[str], frozenset[str]]
    ) -> tuple[list[Fact], bool]:
        """Return the facts that answer a question, at most MAX_FACTS, and whether they cover all that it is about."""
        themes, words = self.find_themes(text), find_content_words(text)
        matched, answered = [], set[Theme]()
        for fact in facts:
            fact_themes, fact_words = self.find_themes(fact.question), find_content_words(fact.question)
            shares_words = bool(fact_words) and len(fact_words & words) >= MIN_SHARED_WORDS * len(fact_words)
            if (themes & fact_themes) or (shares_words and not fact_themes):
                matched.append(fact)
                answered |= fact_themes
        return matched[:MAX_FACTS], bool(matched) and themes <= answered


def load_job_question_recognizers() -> Mapping[str, JobQuestionRecognizer]:
    """Read the phrases of every language, and return a recognizer by primary BCP 47 subtag."""
    english = JobQuestionRecognizer(_load("en"))
    return {language: english if language == "en" else JobQuestionRecognizer(_load(language), english) for language in LANGUAGES}


def _load(language: str) -> _Wording:
    return _Wording.model_validate(read_yaml(_FOLDER / f"{language}.yaml"))


def _fold(text: str) -> str:
    """Return the text without case, accents and invisible characters, with a space for each apostrophe."""
    decomposed = unicodedata.normalize("NFKD", normalize(INVISIBLE.sub("", text)).replace("'", " "))
    return "".join(letter for letter in decomposed if unicodedata.category(letter) != "Mn")


def _fold_words(text: str) -> str:
    return f" ^ {' '.join(_WORD.findall(_fold(text)))} "
