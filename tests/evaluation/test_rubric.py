import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.rubric import MIN_COVERAGE, compute_totals, to_score
from models.documents.interview import Recommendation

WEIGHTS = st.floats(0.01, 10)
LEVELS = st.integers(1, 5)
RUBRICS = st.lists(st.tuples(WEIGHTS, LEVELS | st.none()), min_size=1, max_size=20)


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


def test_band_follows_the_rounded_score() -> None:
    # 49.96 is rounded to 50.0, which is a HIRE
    totals = compute_totals([(0.9992, 3), (0.0008, 1)])
    assert (totals.overall_score, totals.recommendation) == (50.0, Recommendation.HIRE)


def test_too_little_coverage_is_inconclusive_without_a_score() -> None:
    assert compute_totals([(MIN_COVERAGE, 1), (1 - MIN_COVERAGE, None)]).recommendation is Recommendation.STRONG_NO_HIRE
    totals = compute_totals([(MIN_COVERAGE - 0.01, 5), (1 - MIN_COVERAGE + 0.01, None)])
    assert (totals.overall_score, totals.recommendation) == (None, Recommendation.INCONCLUSIVE)


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
