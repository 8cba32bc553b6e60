"""Candidates of one position version side by side. Nobody is ranked: the order is the caller's, or by name."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.documents.evaluation import CriterionResult, Evaluation
from models.documents.interview import Interview
from models.documents.position import Position

_FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Characters, also in full width, with which spreadsheets begin a formula."""
_CONTROL_STARTS = ("\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class ComparedCandidate:
    """An interview with the evaluation that counts, or else the newest one, if there is any."""

    interview: Interview
    evaluation: Evaluation | None
    is_blind: bool
    """Whether the results are hidden from the caller, and therefore missing from the evaluation."""

    def get_result(self, criterion_key: str) -> CriterionResult | None:
        """Return the result for the criterion, or None without a completed evaluation."""
        results = self.evaluation.outcome.criteria if self.evaluation and self.evaluation.outcome else []
        return next((result for result in results if result.key == criterion_key), None)


@dataclass(frozen=True, slots=True)
class CandidateComparison:
    """Interviews of the same version of a position, and thus of the same rubric."""

    position: Position
    candidates: Sequence[ComparedCandidate]


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """What the CSV file says of one candidate besides the results."""

    interview_id: str
    name: str
    url: str


def to_csv(comparison: CandidateComparison, rows: Iterable[CandidateRow]) -> str:
    """Return the comparison as CSV (RFC 4180), one line for each candidate; `rows` are in the candidates' order.

    It starts with a byte order mark, by which spreadsheets recognize UTF-8, and no cell starts a formula.
    """
    position = comparison.position
    heading = ["interview", "candidate", "status", "position", "position_version", "evaluation_version", "evaluation_status"]
    heading += ["results_hidden", "coverage", "inconclusive_reason", "flags"]
    for criterion in position.criteria:
        heading += [f"{criterion.name}: level", f"{criterion.name}: state", f"{criterion.name}: flags"]
    heading.append("url")
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([neutralize_formula(cell) for cell in heading])
    for candidate, row in zip(comparison.candidates, rows, strict=True):
        writer.writerow([neutralize_formula(cell) for cell in _list_cells(position, candidate, row)])
    return "\ufeff" + file.getvalue()


def neutralize_formula(cell: str) -> str:
    """Return the cell, with an apostrophe before it if a spreadsheet would take it for a formula."""
    starts_formula = cell.lstrip().startswith(_FORMULA_STARTS)
    return f"'{cell}" if starts_formula or cell.startswith(_CONTROL_STARTS) else cell


def _list_cells(position: Position, candidate: ComparedCandidate, row: CandidateRow) -> list[str]:
    interview, evaluation = candidate.interview, candidate.evaluation
    outcome = evaluation.outcome if evaluation else None
    cells = [row.interview_id, row.name, interview.status, position.key, str(position.version)]
    cells += [str(evaluation.version), evaluation.status] if evaluation else ["", ""]
    cells.append("yes" if candidate.is_blind else "no")
    cells += [f"{outcome.coverage:.4f}", outcome.inconclusive_reason or "", " ".join(outcome.flags)] if outcome else ["", "", ""]
    for criterion in position.criteria:
        result = candidate.get_result(criterion.key)
        level = str(result.level) if result and result.level is not None else ""
        cells += [level, result.state, " ".join(result.flags)] if result else ["", "", ""]
    return [*cells, row.url]
