"""The texts of all documents. A process has one ReportTexts, so that it reads each file once."""

from functools import cached_property

from evaluation.phrases import EvaluationPhrases, load_evaluation_phrases
from evaluation.reports.labels import Labels, choose_language, load_labels
from evaluation.reports.report import FlagExplanations, load_flag_explanations


class ReportTexts:
    """Labels and phrases by language, and the explanations of flags. A file is read when it is first needed."""

    def __init__(self) -> None:
        self._labels: dict[str, Labels] = {}
        self._phrases: dict[str, EvaluationPhrases] = {}

    @cached_property
    def flag_explanations(self) -> FlagExplanations:
        """The explanations of flags, in English."""
        return load_flag_explanations()

    def get_labels(self, language: str) -> Labels:
        """Return the labels of a BCP 47 tag's language, or those of the default language."""
        name = choose_language(language)
        if name not in self._labels:
            self._labels[name] = load_labels(name)
        return self._labels[name]

    def get_phrases(self, language: str) -> EvaluationPhrases:
        """Return the phrases of a BCP 47 tag's language, or those of the default language."""
        name = choose_language(language)
        if name not in self._phrases:
            self._phrases[name] = load_evaluation_phrases(name)
        return self._phrases[name]
