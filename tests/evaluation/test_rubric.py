from collections.abc import Sequence
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation import rubric
from evaluation.rubric import RECOMMENDATION_BANDS, Totals, WeightedLevel, get_recommendation, to_score
from models.documents.interview import Recommendation

WEIGHTS = st.floats(0.01, 10)
LEVELS = st.integers(1, 5)
RUBRICS = st.lists(st.tuples(WEIGHTS, LEVELS | st.none()), min_size=1, max_size=20)


def compute_totals(levels: Sequence[tuple[float, int | None]]) -> Totals:
    return rubric.compute_totals(WeightedLevel(weight, level) for weight, level in levels)


def test_levels_are_spread_evenly_over_the_scale() -> None:
    assert [to_score(level) for level in range(1, 6)] == [0, 25, 50, 75, 100]
    assert to_score(None) is None


def test_score_is_the_weighted_mean_of_the_assessed_criteria() -> None:
    totals = compute_totals([(0.5, 5), (0.3, 3), (0.2, 1)])
    assert totals.overall_score == 65.0  # 0.5 x 100 + 0.3 x 50
    assert totals.coverage == 1.0


def test_criterion_that_was_not_assessed_lowers_only_the_coverage() -> None:
    totals = compute_totals([(0.5, 4), (0.3, 4), (0.2, None)])
    assert totals.overall_score == 75.0
    assert totals.coverage == 0.8


@pytest.mark.parametrize(
    ("level", "recommendation"),
    [
        (5, Recommendation.STRONG_HIRE),
        (4, Recommendation.STRONG_HIRE),
        (3, Recommendation.HIRE),
        (2, Recommendation.NO_HIRE),
        (1, Recommendation.STRONG_NO_HIRE),
    ],
)
def test_same_level_in_every_criterion_gives_its_band(level: int, recommendation: Recommendation) -> None:
    assert compute_totals([(1, level), (2, level)]).recommendation is recommendation


@pytest.mark.parametrize(
    ("weights", "shown", "recommendation"),
    [
        ((0.9992, 0.0008), 49.9, Recommendation.NO_HIRE),  # 49.96 exactly
        ((0.99999, 0.00001), 49.9, Recommendation.NO_HIRE),
        ((1, 1), 25.0, Recommendation.NO_HIRE),
        ((0.3333, 0.6667), 16.6, Recommendation.STRONG_NO_HIRE),  # 16.665
    ],
)
def test_score_is_rounded_down_and_never_shows_a_band_that_it_has_not_reached(
    weights: tuple[float, float], shown: float, recommendation: Recommendation
) -> None:
    totals = compute_totals([(weights[0], 3), (weights[1], 1)])
    assert (totals.overall_score, totals.recommendation) == (shown, recommendation)


def test_totals_are_exact() -> None:
    # in binary floating point, the ten tenths add up to less than 1 and the mean to less than 75
    totals = compute_totals([(0.1, 4)] * 10)
    assert (totals.overall_score, totals.coverage, totals.recommendation) == (75.0, 1.0, Recommendation.STRONG_HIRE)
    # 0.1 + 0.2 is 0.30000000000000004 in binary: the coverage is 3/5 exactly
    assert compute_totals([(0.1, 3), (0.2, 3), (0.2, None)]).coverage == 0.6


@given(RUBRICS, st.randoms())
def test_order_of_the_criteria_changes_nothing(criteria: list[tuple[float, int | None]], random: Random) -> None:
    shuffled = list(criteria)
    random.shuffle(shuffled)
    assert compute_totals(shuffled) == compute_totals(criteria)


@given(RUBRICS)
def test_recommendation_agrees_with_the_score_that_people_see(criteria: list[tuple[float, int | None]]) -> None:
    totals = compute_totals(criteria)
    if totals.overall_score is not None:
        assert totals.recommendation is get_recommendation(totals.overall_score)


def test_bands_have_no_more_decimals_than_the_score_that_people_see() -> None:
    assert all(
        Fraction(minimum) * 10**rubric.SCORE_DECIMALS == int(minimum * 10**rubric.SCORE_DECIMALS)
        for minimum, _ in RECOMMENDATION_BANDS
    )


def test_too_little_coverage_is_inconclusive_without_a_score() -> None:
    assert compute_totals([(0.6, 1), (0.4, None)]).recommendation is Recommendation.STRONG_NO_HIRE
    totals = compute_totals([(0.59, 5), (0.41, None)])
    assert (totals.overall_score, totals.recommendation) == (None, Recommendation.INCONCLUSIVE)


def test_coverage_counts_the_share_of_answered_questions_of_assessed_criteria() -> None:
    totals = rubric.compute_totals(
        [
            WeightedLevel(0.5, 4, Fraction(2, 3)),
            WeightedLevel(0.3, 2, Fraction(1)),
            WeightedLevel(0.2, None, Fraction(1)),
        ]
    )
    # 0.5 x 2/3 + 0.3 x 1 = 0.6333..., while the score weighs both criteria whole: (0.5 x 75 + 0.3 x 25) / 0.8
    assert (totals.coverage, totals.overall_score) == (0.6333, 56.2)


def test_nothing_assessed_is_inconclusive() -> None:
    totals = compute_totals([(1, None), (1, None)])
    assert (totals.overall_score, totals.coverage, totals.recommendation) == (None, 0.0, Recommendation.INCONCLUSIVE)


@given(RUBRICS)
def test_totals_are_in_range_and_consistent(rubric: list[tuple[float, int | None]]) -> None:
    totals = compute_totals(rubric)
    assert 0 <= totals.coverage <= 1
    assert (totals.overall_score is None) == (totals.recommendation is Recommendation.INCONCLUSIVE)
    if totals.overall_score is not None:
        scores = [score for _, level in rubric if (score := to_score(level)) is not None]
        assert min(scores) - 0.05 <= totals.overall_score <= max(scores) + 0.05


@given(RUBRICS, st.floats(0.1, 10))
def test_scaling_all_weights_does_not_change_the_totals(rubric: list[tuple[float, int | None]], factor: float) -> None:
    scaled, plain = compute_totals([(weight * factor, level) for weight, level in rubric]), compute_totals(rubric)
    assert scaled.coverage == pytest.approx(plain.coverage, abs=0.001)
    if scaled.overall_score is not None and plain.overall_score is not None:
        assert scaled.overall_score == pytest.approx(plain.overall_score, abs=0.11)


@given(st.lists(st.tuples(WEIGHTS, LEVELS), min_size=1, max_size=20), st.data())
def test_higher_level_never_lowers_the_score(rubric: list[tuple[float, int]], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(rubric) - 1))
    weight, level = rubric[index]
    better = [*rubric[:index], (weight, min(5, level + 1)), *rubric[index + 1 :]]
    before, after = compute_totals(rubric).overall_score, compute_totals(better).overall_score
    assert before is not None
    assert after is not None
    assert after >= before
