"""What code says in an evaluation, by language: why a criterion has no level, and what stands for removed text.

Each language is one YAML file in this folder.
"""

from collections.abc import Mapping
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from models.documents.language import primary_language

_FOLDER = Path(__file__).parent
FALLBACK_LANGUAGE = "en"


class EvaluationPhrases(BaseModel):
    """The phrases of one language, each a complete text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    nothing_said: str
    not_asked: str
    no_level: str
    no_evidence: str
    not_demonstrated: str
    rationale_removed: str
    finding_removed: str
    summary_removed: str


def get_phrases(phrases: Mapping[str, EvaluationPhrases], language: str) -> EvaluationPhrases:
    """Return the phrases for a BCP 47 tag, in English if there is no translation."""
    return phrases.get(primary_language(language), phrases[FALLBACK_LANGUAGE])


def load_evaluation_phrases() -> dict[str, EvaluationPhrases]:
    """Read the phrases of every language, by primary BCP 47 subtag. A worker calls this once, when it starts."""
    return {
        file.stem: EvaluationPhrases.model_validate(yaml.safe_load(file.read_text("utf-8"))) for file in _FOLDER.glob("*.yaml")
    }
