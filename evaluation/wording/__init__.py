"""What words mean to the checks of quotes and prose, by language: fillers, numbers, negations, protected traits and so on.

Each language is one YAML file in this folder; models.wording.phrase_patterns explains how a phrase is written.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from models.documents.language import primary_language
from models.wording.data_files import read_yaml
from models.wording.phrase_patterns import Phrases, normalize

LANGUAGES = ("en", "de", "es", "fr")
"""Primary BCP 47 subtags of the languages whose wording is known."""

_FOLDER = Path(__file__).parent
_ALSO_IN_ENGLISH = ("scores", "verdicts")
"""What is recognized in English, too, in an interview of another language."""
_IN_EVERY_LANGUAGE = ("evaluator_addresses", "evaluation_references", "evaluation_terms")
"""What is recognized in every language, whatever the language of the interview."""
_UNIT_SYMBOLS = (
    "ns us µs ms s sec secs min mins h hr hrs d k m bn mm cm km mi ft kg g mg l ml b kb mb gb tb pb kib mib gib tib kbit mbit "
    "gbit hz khz mhz ghz w kw v x px pt pp bps rps qps tps fps km/h m/s mb/s gb/s usd eur gbp chf"
)


def _split_words(value: str | Sequence[str]) -> list[str]:
    return normalize(value).split() if isinstance(value, str) else [normalize(item) for item in value]


WordSet = Annotated[frozenset[str], BeforeValidator(_split_words)]
"""A set of words, written as one text."""
Terms = Annotated[tuple[tuple[str, ...], ...], BeforeValidator(lambda names: [normalize(name).split() for name in names])]
"""Terms of one or more words."""
PhraseSet = Annotated[Phrases, BeforeValidator(Phrases.parse)]


class _WordingModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, ignored_types=(cached_property,))


class NumberWording(_WordingModel):
    """The words of numbers."""

    words: WordSet
    signs: WordSet
    joiners: Mapping[str, WordSet]
    """Words between the parts of a number, with the parts that each may follow; it may follow all if there are none."""
    unit_names: Terms
    percent: Terms
    """Names of the percent sign: "0.9 percent" and "0.9 %" are the same."""

    @cached_property
    def units(self) -> frozenset[tuple[str, ...]]:
        """Units as sequences of words."""
        symbols = ((symbol,) for symbol in normalize(_UNIT_SYMBOLS).split())
        return frozenset((*symbols, *self.unit_names, *self.percent))


class Wording(_WordingModel):
    """The wording of one language."""

    language: str
    """Primary BCP 47 subtag."""
    fillers: Terms
    stop_words: WordSet
    numbers: NumberWording
    negations: PhraseSet
    conditions: PhraseSet
    other_subjects: PhraseSet
    first_person: PhraseSet
    """The candidate as the subject of a sentence, except in openings such as "I think", after which others may act."""
    unknown_openings: PhraseSet
    """What may precede an "I don't know"."""
    unknown: PhraseSet
    """The beginning of a sentence that says "I don't know"."""
    contrasts: PhraseSet
    """What turns an "I don't know" into an answer: "but", "so I" and the like."""
    evaluator_addresses: PhraseSet
    """What speaks to the evaluator wherever it occurs."""
    evaluation_references: PhraseSet
    """What points at this interview or its evaluation: it speaks to the evaluator in a sentence with one of the terms."""
    evaluation_terms: PhraseSet
    evaluation_words: WordSet
    """What is said of evaluations. It gives an answer no substance."""
    scores: PhraseSet
    verdicts: PhraseSet
    protected_traits: PhraseSet

    @model_validator(mode="after")
    def _require_harmless_fillers(self) -> "Wording":
        units = {word for unit in self.numbers.units for word in unit}
        for filler in self.fillers:
            if any(self.is_negation(word) or word in self.numbers.words or word in units for word in filler):
                raise ValueError(f"The filler {' '.join(filler)!r} contains a negation, a number or a unit.")
        return self

    @cached_property
    def fillers_by_first_word(self) -> Mapping[str, Sequence[tuple[str, ...]]]:
        """Fillers, the longest first, by their first word."""
        by_first_word: dict[str, list[tuple[str, ...]]] = {}
        for filler in sorted(self.fillers, key=len, reverse=True):
            by_first_word.setdefault(filler[0], []).append(filler)
        return by_first_word

    def is_negation(self, word: str) -> bool:
        """Whether this word alone negates."""
        return self.negations.search(f" {word} ") is not None


def load_wording(language: str) -> Wording:
    """Read the wording of a BCP 47 tag's language.

    Raises KeyError unless its primary subtag is in LANGUAGES.
    """
    primary = primary_language(language)
    if primary not in LANGUAGES:
        raise KeyError(language)
    texts = {name: _read(name) for name in LANGUAGES}
    data = dict(texts[primary])
    for name in _ALSO_IN_ENGLISH:
        data[name] = _join_phrases(texts[primary][name], texts["en"][name])
    for name in _IN_EVERY_LANGUAGE:
        data[name] = _join_phrases(*(text[name] for text in texts.values()))
    return Wording.model_validate({"language": primary, **data})


def _join_phrases(*parts: Mapping[str, Sequence[str]] | Sequence[str]) -> dict[str, list[str]]:
    mappings = [part if isinstance(part, Mapping) else {"phrases": part, "exceptions": []} for part in parts]
    return {key: list(dict.fromkeys(phrase for part in mappings for phrase in part[key])) for key in ("phrases", "exceptions")}


def _read(language: str) -> dict[str, Any]:
    data: dict[str, Any] = read_yaml(_FOLDER / f"{language}.yaml")
    return data
