"""Agreement of reviewers with the judge on the levels of one criterion. Pure functions.

Let d(x, y) = (x - y)^2 be the disagreement of a reviewer's level x and the judge's level y, and let i, j run over the n pairs:

    weighted kappa     1 - A / B,  A = mean of d(x_i, y_i),  B = mean of d(x_i, y_j) over all i and j

A is the observed disagreement and B the one expected by chance (J. Cohen, Psychological Bulletin 70, 1968). Quadratic weights are
the usual ones for ordered levels: two levels apart disagree four times as much as one. The interval is that of the large-sample
variance by J. L. Fleiss, J. Cohen and B. S. Everitt (Psychological Bulletin 72, 1969). With u_i = mean of d(x_i, y_j) over j, and
v_i = mean of d(x_j, y_i) over j, it is

    variance           mean of ((d(x_i, y_i) - A) / B - A / B^2 x (u_i + v_i - 2 B))^2 / n

It treats the pairs as independent, and is rough for fewer than some 30 pairs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist, fmean

Z_95 = NormalDist().inv_cdf(0.975)
"""Half the width of a 95 % interval, in standard errors."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far reviewers and the judge agree. Shares and kappas have four decimals."""

    n: int
    """Number of pairs: levels that both a reviewer and the judge gave."""
    exact_share: float | None
    """Share of pairs with equal levels; None without a pair."""
    kappa: float | None
    """None for fewer than two pairs, and if the reviewers or the judge gave one level only."""
    kappa_low: float | None
    kappa_high: float | None
    """The 95 % interval; None like `kappa`, and if the variance is zero, as after perfect agreement."""


def compute_agreement(pairs: Sequence[tuple[int, int]]) -> Agreement:
    """Return the agreement of pairs of levels (the reviewer's, the judge's)."""
    n = len(pairs)
    if not n:
        return Agreement(0, None, None, None, None)
    reviewer_levels, judge_levels = [x for x, _ in pairs], [y for _, y in pairs]
    exact_share = round(sum(x == y for x, y in pairs) / n, 4)
    if len(set(reviewer_levels)) == 1 or len(set(judge_levels)) == 1:
        return Agreement(n, exact_share, None, None, None)
    # both sides vary, so the disagreement expected by chance is positive
    from_reviewer = {x: fmean((x - y) ** 2 for y in judge_levels) for x in set(reviewer_levels)}
    from_judge = {y: fmean((x - y) ** 2 for x in reviewer_levels) for y in set(judge_levels)}
    observed = fmean((x - y) ** 2 for x, y in pairs)
    expected = fmean(from_reviewer[x] for x in reviewer_levels)
    kappa = 1 - observed / expected
    influences = (
        ((x - y) ** 2 - observed) / expected - observed / expected**2 * (from_reviewer[x] + from_judge[y] - 2 * expected)
        for x, y in pairs
    )
    margin = Z_95 * sqrt(fmean(influence**2 for influence in influences) / n)
    if not margin:
        return Agreement(n, exact_share, round(kappa, 4), None, None)
    low, high = max(-1.0, kappa - margin), min(1.0, kappa + margin)
    return Agreement(n, exact_share, round(kappa, 4), round(low, 4), round(high, 4))
