"""What code says in an evaluation, by language: why a criterion has no level, and what stands for removed text.

Each language is one YAML file in this folder.
"""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from models.wording.data_files import read_yaml

_FOLDER = Path(__file__).parent


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


def load_evaluation_phrases(language: str) -> EvaluationPhrases:
    """Read the phrases of a language, named by its primary BCP 47 subtag."""
    return EvaluationPhrases.model_validate(read_yaml(_FOLDER / f"{language}.yaml"))
