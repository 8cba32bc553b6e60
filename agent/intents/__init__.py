"""Recognition of what candidates ask for instead of answering: to stop, to hear the question again, a moment, and so on.

A request is recognized only if it is the whole of a short contribution, so an answer that contains the same words is never
taken for one. Each language is one YAML file in this folder; the file's phrases use the signs of
models.wording.phrase_patterns, and `<name>` for any phrase of that name under `parts`.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from models.documents.interview import RequestKind
from models.wording.data_files import read_yaml
from models.wording.phrase_patterns import Phrases, normalize, translate_word
from text import INVISIBLE

LANGUAGES = ("en", "de", "es", "fr")
"""Primary BCP 47 subtags of the languages in which requests are recognized. English is recognized in all of them."""
MAX_REQUEST_WORDS = 16
"""Maximum number of words of a request, without those that a language ignores."""
MAX_REQUEST_CHARACTERS = 2_000
"""A longer text is no request, whatever a language ignores of it."""
MAX_HINT_CHARACTERS = 20_000
"""How much of the end of a text is searched for hints of a wish to stop: as much as one message may have."""

_FOLDER = Path(__file__).parent
_PART = re.compile(r"<(\w+)>(\??)")
_APOSTROPHES = str.maketrans("", "", "'`\u00b4")


class Intent(StrEnum):
    """What a candidate asks for or says about the interview itself."""

    WITHDRAW = "WITHDRAW"
    """The candidate withdraws consent or the application."""
    STOP = "STOP"
    EXPLAIN = "EXPLAIN"
    REPEAT = "REPEAT"
    WAIT = "WAIT"
    HUMAN = "HUMAN"
    """The candidate wants to talk to a person instead."""
    ACCOMMODATION = "ACCOMMODATION"
    """The candidate needs another way to take part, for example because of a disability."""
    ARE_YOU_AI = "ARE_YOU_AI"
    TROUBLE = "TROUBLE"
    """Sound, connection or device do not work."""
    UNKNOWN = "UNKNOWN"
    """The candidate does not know an answer."""
    SKIP = "SKIP"
    """The candidate wants to go on to the next question, or to come back to this one later."""
    READY = "READY"
    """A greeting, or the wish to begin."""
    DENY = "DENY"
    """A "no", or the wish to go on."""
    CONFIRM = "CONFIRM"


def _split_phrases(phrases: str | Sequence[str]) -> Sequence[str]:
    return [phrase.strip() for phrase in phrases.split(",")] if isinstance(phrases, str) else phrases


PhraseList = Annotated[Sequence[str], BeforeValidator(_split_phrases)]
"""A list of phrases, or one text in which commas separate them."""


class _IntentData(BaseModel):
    """The phrases of one language, as its file contains them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    expansions: Mapping[str, str] = Field(default_factory=dict)
    """Contractions, without apostrophes, with the words that they stand for."""
    ignored: PhraseList
    """Words that are removed wherever they occur."""
    parts: Mapping[str, PhraseList]
    """Phrases by the name that other phrases, and later parts, use for any of them."""
    fillers: PhraseList
    """What may come before, between and after requests."""
    intents: Mapping[Intent, PhraseList] = Field(min_length=len(Intent))
    accommodations: Mapping[RequestKind, PhraseList]
    """What the request for an accommodation of each kind contains."""
    stop_hints: PhraseList
    """What a wish to stop contains in some form, wherever it occurs."""


class IntentRecognizer:
    """Recognizes the requests of one language and of a fallback language."""

    def __init__(self, data: _IntentData, fallback: "IntentRecognizer | None" = None) -> None:
        self._fallback = fallback
        self._expansions = data.expansions
        self._ignored = frozenset(_fold(word) for word in data.ignored)
        parts: dict[str, str] = {}
        for name, phrases in data.parts.items():
            parts[name] = self._join(phrases, parts)
        # CONFIRM and DENY come last: "no idea" is not a "no".
        groups = [f"(?P<{intent}>{self._join(data.intents[intent], parts)}(?![^ ]))" for intent in Intent]
        self._requests = re.compile(f"(?: ,|{'|'.join(groups)}|{self._join(data.fillers, parts)}(?![^ ]))*")
        self._stop_hints = self._compile_hints(data.stop_hints)
        self._accommodations = {kind: self._compile_hints(phrases) for kind, phrases in data.accommodations.items()}

    def recognize(self, text: str) -> frozenset[Intent]:
        """Return the requests that make up the whole text; empty if any part of it is something else, or it is long.

        READY is returned alone or with CONFIRM only: a greeting before another request means nothing.
        """
        intents = self._match(text) or frozenset()
        return intents if intents <= {Intent.READY, Intent.CONFIRM} else intents - {Intent.READY}

    def may_wish_to_stop(self, text: str) -> bool:
        """Return whether the text contains anything that a wish to stop could be worded with."""
        end = text[-MAX_HINT_CHARACTERS:]
        if self._stop_hints.search(f" {' '.join(self._words(end)).replace(' ,', '')} "):
            return True
        return self._fallback is not None and self._fallback.may_wish_to_stop(text)

    def find_accommodations(self, text: str) -> tuple[RequestKind, ...]:
        """Return which accommodations the request for one names."""
        words = f" {' '.join(self._words(text)).replace(' ,', '')} "
        found = tuple(kind for kind, phrases in self._accommodations.items() if phrases.search(words))
        return found or (self._fallback.find_accommodations(text) if self._fallback else ())

    def is_short_question(self, text: str) -> bool:
        """Return whether the text is at most a sentence or two and ends with a question to the interviewer."""
        if len(text) > MAX_REQUEST_CHARACTERS or not text.rstrip().endswith(("?", "\uff1f")):
            return False
        return sum(word != "," for word in self._split(text)) <= MAX_REQUEST_WORDS

    def is_unclear(self, text: str) -> bool:
        """Return whether the text is at most one word besides fillers, yes and no, or a short question to the interviewer."""
        if len(text) > MAX_REQUEST_CHARACTERS:
            return False
        words = [word for word in self._split(text) if word != ","]
        if self.is_short_question(text):
            return True
        intents = self._match(text)
        return len(words) <= 1 if intents is None else intents <= {Intent.CONFIRM, Intent.DENY, Intent.READY}

    def _match(self, text: str) -> frozenset[Intent] | None:
        """Return the requests in the text, or None if it is not made up of requests and fillers."""
        if len(text) > MAX_REQUEST_CHARACTERS:
            return None
        words = self._split(text)
        if len(words) <= MAX_REQUEST_WORDS and (match := self._requests.fullmatch("".join(f" {word}" for word in words))):
            return frozenset(Intent(name) for name, phrase in match.groupdict().items() if phrase)
        return self._fallback._match(text) if self._fallback else None

    def _split(self, text: str) -> list[str]:
        """Return the words that matter, with a word that is said several times in a row only once."""
        words = [word for word in self._words(text) if word not in self._ignored]
        return [word for index, word in enumerate(words) if index == 0 or word != words[index - 1]]

    def _words(self, text: str) -> list[str]:
        """Return the words, and commas: "no, quiero seguir" is the opposite of "no quiero seguir"."""
        return self._expand(re.findall(r"[^\W_]+|,", _fold(text)))

    def _expand(self, words: Iterable[str]) -> list[str]:
        return [part for word in words for part in self._expansions.get(word, word).split()]

    def _compile_hints(self, phrases: Iterable[str]) -> Phrases:
        return Phrases([" ".join(self._expand(_fold(phrase).split())) for phrase in phrases])

    def _join(self, phrases: Iterable[str], parts: Mapping[str, str]) -> str:
        """Return the regular expression of any of the phrases, the longest first: "do not stop" is not "do not" and "stop"."""
        longest_first = sorted(phrases, key=len, reverse=True)
        return f"(?:{'|'.join(self._translate(phrase, parts) for phrase in longest_first)})"

    def _translate(self, phrase: str, parts: Mapping[str, str]) -> str:
        translated = []
        for word in self._expand(_fold(phrase).split()):
            part = _PART.fullmatch(word)
            translated.append(f"{parts[part[1]]}{part[2]}" if part else translate_word(word))
        return "".join(translated)


def load_intent_recognizers() -> Mapping[str, IntentRecognizer]:
    """Read the phrases of every language, and return a recognizer by primary BCP 47 subtag."""
    english = IntentRecognizer(_load("en"))
    return {language: english if language == "en" else IntentRecognizer(_load(language), english) for language in LANGUAGES}


def _load(language: str) -> _IntentData:
    return _IntentData.model_validate(read_yaml(_FOLDER / f"{language}.yaml"))


def _fold(text: str) -> str:
    """Return the text without case, accents, apostrophes and invisible characters."""
    decomposed = unicodedata.normalize("NFKD", normalize(INVISIBLE.sub("", text)).translate(_APOSTROPHES))
    return "".join(letter for letter in decomposed if unicodedata.category(letter) != "Mn")
