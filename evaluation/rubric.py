"""Compute scores, totals and a recommendation from the levels of a rubric's criteria. Pure functions, in exact arithmetic.

Let w be the weight of a criterion and c the share of the questions serving it that were asked and answered; the first two
sums are over the assessed criteria:

    score of a level   (level - 1) x 25                       1 -> 0, 3 -> 50, 5 -> 100
    overall score      sum(w x score) / sum(w)
    coverage           sum(w x c) / the weight of all criteria

A criterion without a level lowers the coverage, never the score. Below MIN_COVERAGE there is no score.

All of it is computed in fractions, so the order of the criteria changes nothing. What people see is rounded down, the
score to one decimal and the coverage to four. The bands follow the anchors (an average of level 4 is a STRONG_HIRE, level 3
a HIRE, level 2 a NO_HIRE) and are decided on the exact score. Their limits have one decimal, so a score that is rounded
down never shows a band that it has not reached.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from models.documents.interview import Recommendation

MIN_COVERAGE = Fraction("0.6")
"""Minimum coverage for a score."""

RECOMMENDATION_BANDS = ((75, Recommendation.STRONG_HIRE), (50, Recommendation.HIRE), (25, Recommendation.NO_HIRE))
"""Lowest overall score of each recommendation."""

SCORE_DECIMALS = 1
COVERAGE_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class WeightedLevel:
    """A criterion's weight, its level (None without one), and the share of its questions that were answered, 0-1."""

    weight: float
    level: int | None
    answered_share: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Totals:
    """Totals of an evaluation as people see them: overall_score is 0-100, or None if inconclusive; coverage is 0-1."""

    overall_score: float | None
    coverage: float
    recommendation: Recommendation


def to_score(level: int | None) -> float | None:
    """Convert a level (1-5) to a score (0-100); None stays None."""
    return None if level is None else (level - 1) * 25.0


def compute_totals(levels: Iterable[WeightedLevel]) -> Totals:
    """Return the totals of all criteria."""
    weighted = list(levels)
    total_weight = sum((_exact(it.weight) for it in weighted), Fraction())
    covered = sum((_exact(it.weight) * it.answered_share for it in weighted if it.level is not None), Fraction())
    coverage = covered / total_weight if total_weight else Fraction()
    overall = _compute_mean_score(weighted)
    if overall is None or coverage < MIN_COVERAGE:
        return Totals(None, _round_down(coverage, COVERAGE_DECIMALS), Recommendation.INCONCLUSIVE)
    band = get_recommendation(overall)
    return Totals(_round_down(overall, SCORE_DECIMALS), _round_down(coverage, COVERAGE_DECIMALS), band)


def get_recommendation(overall_score: Fraction | float) -> Recommendation:
    """Return the band of an overall score."""
    return next((band for minimum, band in RECOMMENDATION_BANDS if overall_score >= minimum), Recommendation.STRONG_NO_HIRE)


def _compute_mean_score(weighted: list[WeightedLevel]) -> Fraction | None:
    assessed = [(_exact(it.weight), it.level) for it in weighted if it.level is not None]
    total = sum((weight for weight, _ in assessed), Fraction())
    return sum((weight * (level - 1) * 25 for weight, level in assessed), Fraction()) / total if total else None


def _exact(weight: float) -> Fraction:
    # by its shortest decimal notation, so that 0.1 is the tenth that a person entered
    return Fraction(str(weight))


def _round_down(value: Fraction, decimals: int) -> float:
    shown = Fraction(floor(value * 10**decimals), 10**decimals)
    return float(shown)
