"""Impact analyses against numbers that were computed by hand."""

import csv
import io
from collections.abc import Iterable

import pytest

from models.documents.interview import Decision
from models.reads.impact_data import InterviewResult
from resolvers.impact_analysis import analyze_impact, format_csv

ADVANCE, HOLD, REJECT = Decision.ADVANCE, Decision.HOLD, Decision.REJECT


def results_of(
    category: str | None, scores: Iterable[float | None], decisions: Iterable[Decision | None], version: int = 1
) -> list[InterviewResult]:
    return [InterviewResult(category, *pair, version) for pair in zip(scores, decisions, strict=True)]


# Scores in order: 10 20 30 40 50 | 60 | 70 80 90 95, and 55 of an unknown candidate. The median of these eleven is 55.
WOMEN = results_of("female", [60, 70, 40, 20, 10, None], [ADVANCE, REJECT, REJECT, REJECT, HOLD, REJECT])
MEN = results_of("male", [80, 90, 95, 30, 50], [ADVANCE, ADVANCE, ADVANCE, REJECT, REJECT], version=2)
UNKNOWN = results_of(None, [55, None], [ADVANCE, None])


def test_rates_and_ratios_equal_the_numbers_computed_by_hand() -> None:
    analysis = analyze_impact([*WOMEN, *MEN, *UNKNOWN])
    assert (analysis.interviews, analysis.unknown, analysis.median_score) == (13, 2, 55)
    assert analysis.position_versions == [1, 2]
    women, men = analysis.categories
    assert (women.category, women.interviews, women.scored, women.above_median) == ("female", 6, 5, 2)
    assert (men.category, men.interviews, men.scored, men.above_median) == ("male", 5, 5, 3)
    # 2 of 5 and 3 of 5 are above the median; 2/5 divided by 3/5 is 2/3
    assert (women.scoring_rate, women.scoring_impact_ratio) == (0.4, 0.6667)
    assert (men.scoring_rate, men.scoring_impact_ratio) == (0.6, 1.0)
    # 1 of 5 and 3 of 5 advance, since HOLD is no decision yet; 1/5 divided by 3/5 is 1/3
    assert (women.decided, women.advanced, women.selection_rate, women.selection_impact_ratio) == (5, 1, 0.2, 0.3333)
    assert (men.decided, men.advanced, men.selection_rate, men.selection_impact_ratio) == (5, 3, 0.6, 1.0)
    assert not women.is_small_sample and not men.is_small_sample


def test_rate_of_fewer_than_five_is_null_and_not_compared() -> None:
    few = results_of("nonbinary", [99, 99, 99, 99], [ADVANCE] * 4)
    women, men, others = analyze_impact([*WOMEN, *MEN, *few]).categories
    assert others.category == "nonbinary"
    assert (others.scored, others.above_median, others.decided, others.advanced) == (4, 4, 4, 4)
    rates = (others.scoring_rate, others.scoring_impact_ratio, others.selection_rate, others.selection_impact_ratio)
    assert rates == (None, None, None, None)
    assert others.is_small_sample
    assert (men.selection_impact_ratio, women.selection_impact_ratio) == (1.0, 0.3333), (
        "of the rates that count, men's is highest"
    )


def test_period_of_fewer_than_five_interviews_tells_no_result() -> None:
    analysis = analyze_impact(results_of("a", [90] * 4, [ADVANCE] * 4))
    assert (analysis.interviews, analysis.median_score, analysis.categories) == (4, None, [])


def test_missing_scores_and_decisions_give_null_rates_and_no_division_by_zero() -> None:
    assert analyze_impact([]).categories == []
    assert analyze_impact([]).median_score is None
    [only] = analyze_impact(results_of("a", [None] * 5, [REJECT] * 5)).categories
    assert (only.scored, only.scoring_rate, only.scoring_impact_ratio) == (0, None, None)
    assert (only.selection_rate, only.selection_impact_ratio) == (0.0, None), "nobody was selected: there is no highest rate"
    [same] = analyze_impact(results_of("a", [50] * 5, [ADVANCE] * 5)).categories
    assert (same.above_median, same.scoring_rate) == (0, 0.0), "a score at the median is not above it"


def test_spellings_that_differ_in_case_are_one_category() -> None:
    results = [*results_of("Female", [1, 2, 3], [None] * 3), *results_of("female", [4, 5, 6, 7], [None] * 4)]
    [category] = analyze_impact(results).categories
    assert (category.category, category.interviews) == ("female", 7)


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_csv_is_rfc_4180_with_a_byte_order_mark_and_runs_no_formula(formula: str) -> None:
    odd = results_of('a "b", c', [1], [None])
    text = format_csv(analyze_impact([*WOMEN, *MEN, *UNKNOWN, *odd, *results_of(formula, [1], [None])]), "SEX")
    assert text.startswith("\ufeff")
    assert text.count("\r\n") == text.count("\n") == 6
    header, *rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert header[:4] == ["attribute", "category", "interviews", "scored"]
    assert {len(row) for row in rows} == {len(header)}
    by_category = {row[1]: row for row in rows}
    assert by_category.keys() == {f"'{formula}", 'a "b", c', "female", "male", "(not stated)"}
    assert by_category["female"] == ["SEX", "female", "6", "5", "2", "0.4", *by_category["female"][6:]]
    assert by_category["(not stated)"][2] == "2"
