"""Agreement of reviewers with the judge, against numbers computed by hand and the formula of the original paper."""

import random
from itertools import product
from math import sqrt

import pytest

from evaluation.agreement import Z_95, Agreement, compute_agreement


def test_kappa_and_its_interval_equal_numbers_computed_by_hand() -> None:
    pairs = [(1, 1), (2, 3), (4, 4), (5, 5)]
    # observed disagreement: (0 + 1 + 0 + 0) / 4 = 1/4
    # by chance, (x - y)^2 of each reviewer's level with each of the judge's, 1 3 4 5:
    #   1: 0 4 9 16 = 29   2: 1 1 4 9 = 15   4: 9 1 0 1 = 11   5: 16 4 1 0 = 21   76 / 16 = 19/4
    # kappa: 1 - (1/4) / (19/4) = 18/19
    # u, means of these rows: 29/4 15/4 11/4 21/4
    # v, means of the columns (the judge's levels with 1 2 4 5): 26/4 10/4 14/4 26/4
    # u + v - 2 x 19/4: 17/4 -13/4 -13/4 9/4;   A / B^2 = (1/4) / (361/16) = 4/361
    # influences, (d - 1/4) x 4/19 - 4/361 x the line above, in 361sts: -36 70 -6 -28
    # variance: (1296 + 4900 + 36 + 784) / 361^2 / 4 / 4 = 7016 / 2085136
    variance = 7016 / 2085136
    margin = 1.959964 * sqrt(variance)
    agreement = compute_agreement(pairs)
    assert (agreement.n, agreement.exact_share, agreement.kappa) == (4, 0.75, 0.9474)
    assert agreement.kappa_low == pytest.approx(18 / 19 - margin, abs=1e-4)
    assert agreement.kappa_high == 1.0, "18/19 and the margin of 0.114 exceed the greatest kappa"


def test_opposite_levels_have_a_negative_kappa() -> None:
    # A = (16 + 16) / 2 = 16, B = (0 + 16 + 16 + 0) / 4 = 8
    assert compute_agreement([(1, 5), (5, 1)]).kappa == -1.0
    # A = (1 + 1) / 2 = 1, B = (0 + 1 + 1 + 0) / 4 = 1/2
    assert compute_agreement([(2, 3), (3, 2)]).kappa == -1.0


def test_disagreement_by_two_levels_weighs_four_times_as_much_as_by_one() -> None:
    # B of 1 2 3 4 5 with itself is 2 x its variance of 2 = 4; A is 1/5 and 4/5, B grows with the spread of the reviewer's levels
    by_one = compute_agreement([(1, 1), (2, 2), (3, 4), (4, 4), (5, 5)])
    by_two = compute_agreement([(1, 1), (2, 2), (3, 5), (4, 4), (5, 5)])
    # judge 1 2 4 4 5: mean 3.2, variance 2.16; B = 2 + 2.16 + 0.2^2 = 4.2; kappa = 1 - 0.2 / 4.2
    assert by_one.kappa == round(1 - 0.2 / 4.2, 4)
    # judge 1 2 5 4 5: mean 3.4, variance 2.64; B = 2 + 2.64 + 0.4^2 = 4.8; kappa = 1 - 0.8 / 4.8
    assert by_two.kappa == round(1 - 0.8 / 4.8, 4)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([], Agreement(0, None, None, None, None)),
        ([(3, 3)], Agreement(1, 1.0, None, None, None)),
        ([(3, 3), (3, 3)], Agreement(2, 1.0, None, None, None)),
        ([(3, 2), (3, 4), (3, 3)], Agreement(3, 0.3333, None, None, None)),
        ([(2, 3), (4, 3)], Agreement(2, 0.0, None, None, None)),
        ([(1, 1), (5, 5)], Agreement(2, 1.0, 1.0, None, None)),
    ],
    ids=["none", "one", "no variance", "one level of the reviewers", "one level of the judge", "perfect"],
)
def test_kappa_is_null_where_it_says_nothing(pairs: list[tuple[int, int]], expected: Agreement) -> None:
    assert compute_agreement(pairs) == expected


def weighted_kappa_by_proportions(pairs: list[tuple[int, int]]) -> tuple[float, float]:
    """Return kappa and its standard error as Fleiss, Cohen and Everitt (1969) write them, by a 5 x 5 table of proportions."""
    n, levels = len(pairs), range(1, 6)
    table = {cell: pairs.count(cell) / n for cell in product(levels, levels)}
    rows = {i: sum(table[i, j] for j in levels) for i in levels}
    columns = {j: sum(table[i, j] for i in levels) for j in levels}
    weight = {(i, j): 1 - (i - j) ** 2 / 16 for i, j in product(levels, levels)}
    observed = sum(weight[cell] * table[cell] for cell in table)
    expected = sum(weight[i, j] * rows[i] * columns[j] for i, j in table)
    kappa = (observed - expected) / (1 - expected)
    row_weights = {i: sum(weight[i, j] * columns[j] for j in levels) for i in levels}
    column_weights = {j: sum(weight[i, j] * rows[i] for i in levels) for j in levels}
    squares = sum(
        table[i, j] * (weight[i, j] * (1 - expected) - (row_weights[i] + column_weights[j]) * (1 - observed)) ** 2
        for i, j in table
    )
    variance = (squares - (observed * expected - 2 * expected + observed) ** 2) / (n * (1 - expected) ** 4)
    return kappa, sqrt(max(0.0, variance))


def test_formula_equals_that_of_the_original_paper_on_random_levels() -> None:
    rng, compared = random.Random(1), 0
    for _ in range(300):
        reviewer_levels = rng.choices(range(1, 6), k=rng.randint(5, 60))
        pairs = [(level, min(5, max(1, level + rng.choice((-2, -1, 0, 0, 0, 1))))) for level in reviewer_levels]
        agreement = compute_agreement(pairs)
        if agreement.kappa is None or agreement.kappa_low is None or agreement.kappa_high is None:
            continue
        compared += 1
        kappa, error = weighted_kappa_by_proportions(pairs)
        assert agreement.kappa == pytest.approx(kappa, abs=1e-4)
        assert agreement.kappa_low == pytest.approx(max(-1, kappa - Z_95 * error), abs=2e-4)
        assert agreement.kappa_high == pytest.approx(min(1, kappa + Z_95 * error), abs=2e-4)
    assert compared > 250


def test_order_of_pairs_does_not_matter() -> None:
    pairs = [(1, 2), (3, 3), (5, 4), (2, 2), (4, 1)]
    assert compute_agreement(pairs) == compute_agreement(pairs[::-1])
