"""Rates and impact ratios by category, as bias audits compare them. Pure: it reads nothing and knows no caller.

The scoring rate is the share of a category with a score above the median of all scores of the period; the selection rate is the
share that advanced among those decided. An impact ratio divides a category's rate by the highest rate (NYC Local Law 144 and
its rules, 6 RCNY 5-300; EEOC Uniform Guidelines, 29 CFR 1607.4).
"""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from models.documents.interview import Decision
from models.reads.impact_data import InterviewResult

MIN_SAMPLE = 5
"""Fewer interviews give no rate: it would say more about chance, and about persons, than about the procedure."""
DECIMAL_PLACES = 4
NOT_STATED = "(not stated)"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""First characters of a cell that a spreadsheet may run as a formula."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryImpact:
    """Counts and rates of one category. A rate of fewer than MIN_SAMPLE interviews is None, and so is its ratio."""

    category: str
    interviews: int
    scored: int
    above_median: int
    scoring_rate: float | None
    scoring_impact_ratio: float | None
    decided: int
    """Interviews with the decision ADVANCE or REJECT; HOLD postpones the decision."""
    advanced: int
    selection_rate: float | None
    selection_impact_ratio: float | None

    @property
    def is_small_sample(self) -> bool:
        """Whether a rate is missing because there are too few interviews."""
        return self.scored < MIN_SAMPLE or self.decided < MIN_SAMPLE


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactAnalysis:
    """The result of an analysis; `unknown` interviews, without a category, count for the median only."""

    interviews: int
    unknown: int
    position_versions: list[int]
    """Versions of the position, whose rubrics may differ."""
    median_score: float | None
    categories: list[CategoryImpact]


def analyze_impact(results: Sequence[InterviewResult]) -> ImpactAnalysis:
    """Return the analysis, with categories in alphabetical order; spellings that differ in case are one category.

    A period with fewer than MIN_SAMPLE interviews has no categories, and one with fewer scores no median, because they would
    tell the result of one interview.
    """
    scores = [result.score for result in results if result.score is not None]
    median_score = median(scores) if len(scores) >= MIN_SAMPLE else None
    groups: defaultdict[str, list[InterviewResult]] = defaultdict(list)
    for result in results if len(results) >= MIN_SAMPLE else ():
        if result.category is not None:
            groups[result.category.casefold()].append(result)
    counts = [_count_category(groups[name], median_score) for name in sorted(groups)]
    best_scoring = max((it.scoring_rate for it in counts if it.scoring_rate is not None), default=Fraction(0))
    best_selection = max((it.selection_rate for it in counts if it.selection_rate is not None), default=Fraction(0))
    return ImpactAnalysis(
        interviews=len(results),
        unknown=sum(result.category is None for result in results),
        position_versions=sorted({result.position_version for result in results}),
        median_score=median_score,
        categories=[_build_impact(it, best_scoring, best_selection) for it in counts],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _CategoryCounts:
    category: str
    interviews: int
    scored: int
    above_median: int
    decided: int
    advanced: int

    @property
    def scoring_rate(self) -> Fraction | None:
        return Fraction(self.above_median, self.scored) if self.scored >= MIN_SAMPLE else None

    @property
    def selection_rate(self) -> Fraction | None:
        return Fraction(self.advanced, self.decided) if self.decided >= MIN_SAMPLE else None


def _count_category(group: Sequence[InterviewResult], median_score: float | None) -> _CategoryCounts:
    scores = [result.score for result in group if result.score is not None]
    spellings = Counter(result.category for result in group if result.category is not None)
    return _CategoryCounts(
        # the most frequent spelling; of equally frequent ones the first
        category=min(spellings, key=lambda name: (-spellings[name], name)),
        interviews=len(group),
        scored=len(scores),
        above_median=sum(median_score is not None and score > median_score for score in scores),
        decided=sum(result.decision in (Decision.ADVANCE, Decision.REJECT) for result in group),
        advanced=sum(result.decision is Decision.ADVANCE for result in group),
    )


def _build_impact(counts: _CategoryCounts, best_scoring: Fraction, best_selection: Fraction) -> CategoryImpact:
    return CategoryImpact(
        category=counts.category,
        interviews=counts.interviews,
        scored=counts.scored,
        above_median=counts.above_median,
        scoring_rate=_round(counts.scoring_rate),
        scoring_impact_ratio=_round(_compute_ratio(counts.scoring_rate, best_scoring)),
        decided=counts.decided,
        advanced=counts.advanced,
        selection_rate=_round(counts.selection_rate),
        selection_impact_ratio=_round(_compute_ratio(counts.selection_rate, best_selection)),
    )


def format_csv(analysis: ImpactAnalysis, attribute: str) -> str:
    """Return the analysis as CSV (RFC 4180) with a byte order mark, by which spreadsheets recognize UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(
        [
            *("attribute", "category", "interviews", "scored", "above_median", "scoring_rate", "scoring_impact_ratio"),
            *("decided", "advanced", "selection_rate", "selection_impact_ratio", "small_sample"),
        ]
    )
    for it in analysis.categories:
        row = [
            *(attribute, _escape_formula(it.category), it.interviews, it.scored, it.above_median),
            *(it.scoring_rate, it.scoring_impact_ratio, it.decided, it.advanced),
            *(it.selection_rate, it.selection_impact_ratio, "yes" if it.is_small_sample else "no"),
        ]
        writer.writerow(row)
    writer.writerow([attribute, NOT_STATED, analysis.unknown, *[""] * 9])
    return "\ufeff" + out.getvalue()


def _escape_formula(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def _compute_ratio(rate: Fraction | None, highest: Fraction) -> Fraction | None:
    return rate / highest if rate is not None and highest else None


def _round(value: Fraction | None) -> float | None:
    return None if value is None else float(round(value, DECIMAL_PLACES))
