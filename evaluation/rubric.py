"""Compute scores, totals and a recommendation from the levels of a rubric's criteria. Pure functions.

Let w be the weight of a criterion; the sums are over the criteria that were assessed:

    score of a level   (level - 1) x 25                       1 -> 0, 3 -> 50, 5 -> 100
    overall score      sum(w x score) / sum(w), to one decimal
    coverage           sum(w) / the weight of all criteria

A criterion that was not assessed lowers the coverage, never the score. The bands follow the
anchors: an average of level 4 is a STRONG_HIRE, level 3 a HIRE, level 2 a NO_HIRE. Below MIN_COVERAGE there is no score.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from models.documents.interview import Recommendation

MIN_COVERAGE = 0.6
"""Minimum share of the total weight that must be assessed for a score."""

RECOMMENDATION_BANDS = ((75.0, Recommendation.STRONG_HIRE), (50.0, Recommendation.HIRE), (25.0, Recommendation.NO_HIRE))
"""Lowest overall score of each recommendation."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Totals of an evaluation: overall_score is 0-100, or None if inconclusive; coverage is 0-1."""

    overall_score: float | None
    coverage: float
    recommendation: Recommendation


def to_score(level: int | None) -> float | None:
    """Convert a level (1-5) to a score (0-100); None stays None."""
    return None if level is None else (level - 1) * 25.0


def compute_totals(levels: Iterable[tuple[float, int | None]]) -> Totals:
    """Return the totals of all criteria, given as (weight, level); the level is None for a criterion that was not assessed."""
    weighted_levels = list(levels)
    assessed = [(weight, score) for weight, level in weighted_levels if (score := to_score(level)) is not None]
    total_weight = sum(weight for weight, _ in weighted_levels)
    assessed_weight = sum(weight for weight, _ in assessed)
    coverage = round(assessed_weight / total_weight, 4) if total_weight else 0.0
    if not assessed or coverage < MIN_COVERAGE:
        return Totals(None, coverage, Recommendation.INCONCLUSIVE)
    overall = round(sum(weight * score for weight, score in assessed) / assessed_weight, 1)
    recommendation = next((band for minimum, band in RECOMMENDATION_BANDS if overall >= minimum), Recommendation.STRONG_NO_HIRE)
    return Totals(overall, coverage, recommendation)
