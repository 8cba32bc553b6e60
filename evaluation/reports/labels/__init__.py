"""The words of documents that candidates may read, by language. Each language is one YAML file in this folder."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from evaluation.reports.report_model import TimeOrigin
from evaluation.wording import LANGUAGES
from models.documents.evaluation import CriterionState, InconclusiveReason
from models.documents.interview import Decision, Recommendation
from models.documents.language import primary_language
from models.documents.turn import Speaker
from models.wording.data_files import read_yaml

DEFAULT_LANGUAGE = "en"
"""The language of documents about interviews in a language without labels."""

_FOLDER = Path(__file__).parent

Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _LabelGroup(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ExplanationLabels(_LabelGroup):
    """The words of the explanation that a candidate receives."""

    title: Label
    introduction: Label
    candidate: Label
    position: Label
    interview_date: Label
    evaluation_date: Label
    sandbox: Label
    overall_score: Label
    out_of_hundred: Label
    no_score: Label
    coverage: Label
    coverage_explanation: Label
    summary: Label
    strengths: Label
    weaknesses: Label
    criteria: Label
    weight: Label
    level_of_five: Label
    reached_level: Label
    reviewed_level: Label
    reviewed_as_not_assessed: Label
    quotes: Label
    recording_time: Label
    questions: Label
    question_answered: Label
    question_asked: Label
    question_not_asked: Label
    method: Label
    method_paragraphs: list[Label]
    review: Label
    reviewed_on: Label
    not_reviewed: Label
    decision: Label
    no_decision: Label
    contact: Label


class LetterLabels(_LabelGroup):
    """The words of a feedback letter."""

    subject: Label
    greeting: Label
    greeting_without_name: Label
    thanks: Label
    criteria: Label
    strengths: Label
    weaknesses: Label
    origin: Label
    closing: Label


class Labels(_LabelGroup):
    """The words of one language. A mapping has a text for every member of its enum."""

    language: str
    decimal_separator: str
    transcript_title: Label
    time_origin: Mapping[TimeOrigin, Label]
    speakers: Mapping[Speaker, Label]
    correction: Label
    """Contains `{text}`: a correction by the candidate, below the turn that it corrects."""
    languages: Mapping[str, Label]
    """What a turn in another language than the interview's is marked with, by primary BCP 47 subtag."""
    uncertain: Label
    """What a turn is marked with that was recognized with low confidence."""
    bands: Mapping[Recommendation, Label]
    inconclusive_reasons: Mapping[InconclusiveReason, Label]
    criterion_states: Mapping[CriterionState, Label]
    decisions: Mapping[Decision, Label]
    explanation: ExplanationLabels
    letter: LetterLabels

    def format_number(self, number: float) -> str:
        """Return the number with at most one decimal place, as the language writes it."""
        return f"{number:.1f}".removesuffix(".0").replace(".", self.decimal_separator)


def choose_language(tag: str) -> str:
    """Return the primary subtag of a BCP 47 tag if there are labels for it, and otherwise DEFAULT_LANGUAGE."""
    primary = primary_language(tag)
    return primary if primary in LANGUAGES else DEFAULT_LANGUAGE


def load_labels(language: str) -> Labels:
    """Read the labels of a BCP 47 tag's language, or those of DEFAULT_LANGUAGE if there are none."""
    name = choose_language(language)
    data = read_yaml(_FOLDER / f"{name}.yaml")
    return Labels.model_validate({"language": name, **data})
