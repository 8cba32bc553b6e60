"""Exponential backoff: the pauses between attempts, in Python and as an expression that MongoDB computes."""

import random
from dataclasses import dataclass
from typing import Any

_MAX_DOUBLINGS = 30
"""More than any pause needs; it keeps the power of two small however many failures there were."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """A pause of `base_seconds` after the first failure in a row, twice as long after each further one, up to `max_seconds`."""

    base_seconds: float
    max_seconds: float

    def seconds(self, failures: int) -> float:
        """Return the pause after that many failures in a row; 0 when there was none."""
        if failures <= 0:
            return 0.0
        return min(self.max_seconds, self.base_seconds * 2.0 ** min(failures - 1, _MAX_DOUBLINGS))

    def jittered_seconds(self, failures: int) -> float:
        """Return at least half of the pause, at random, so that clients that lost a server together do not reconnect together."""
        return self.seconds(failures) * random.uniform(0.5, 1.0)  # noqa: S311  # it spreads load and guards no secret

    def expression(self, failures: Any) -> dict[str, Any]:
        """Return the aggregation expression for `seconds`, where `failures` is an expression too; null counts as no failure."""
        doublings = {"$min": [{"$subtract": [failures, 1]}, _MAX_DOUBLINGS]}
        pause = {"$min": [self.max_seconds, {"$multiply": [self.base_seconds, {"$pow": [2, doublings]}]}]}
        return {"$cond": [{"$gt": [failures, 0]}, pause, 0]}
