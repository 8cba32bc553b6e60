"""What evaluations need of each language: the wording that checks look for, code's own phrases, and language identification."""

from collections.abc import Mapping
from dataclasses import dataclass

from evaluation.phrases import EvaluationPhrases, load_evaluation_phrases
from evaluation.wording import LANGUAGES, Wording, load_wording
from models.documents.language import primary_language
from models.wording.language_identification import LanguageRanker, load_language_ranker


@dataclass(frozen=True, slots=True)
class Languages:
    """The wordings and phrases by primary BCP 47 subtag, and the model that identifies languages."""

    wordings: Mapping[str, Wording]
    phrases: Mapping[str, EvaluationPhrases]
    ranker: LanguageRanker

    def get_wording(self, language: str) -> Wording:
        """Return the wording of a BCP 47 tag. Raises KeyError unless its primary subtag is in LANGUAGES."""
        return self.wordings[primary_language(language)]

    def get_phrases(self, language: str) -> EvaluationPhrases:
        """Return the phrases of a BCP 47 tag. Raises KeyError unless its primary subtag is in LANGUAGES."""
        return self.phrases[primary_language(language)]


def load_languages() -> Languages:
    """Read the data of every language. It takes about a second and 100 MB: a worker does this once, when it starts."""
    return Languages(
        {language: load_wording(language) for language in LANGUAGES},
        {language: load_evaluation_phrases(language) for language in LANGUAGES},
        load_language_ranker(),
    )
