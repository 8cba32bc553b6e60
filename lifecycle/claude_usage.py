"""Tokens and cost of a call of Claude, from the usage that its API reports."""

from typing import Literal

from anthropic.types import Usage as ReportedUsage

from engine.metrics import CLAUDE_TOKENS, CLAUDE_USD
from models.documents.usage import Usage

CACHE_WRITE_FACTOR = 1.25
"""Price of writing a token to the cache, relative to an input token."""


def compute_usage(reported: ReportedUsage, *, input_usd: float, cached_input_usd: float, output_usd: float) -> Usage:
    """Compute the usage of one call at these prices, in US dollars per million tokens."""
    written, cached = reported.cache_creation_input_tokens or 0, reported.cache_read_input_tokens or 0
    cost = (
        (reported.input_tokens + CACHE_WRITE_FACTOR * written) * input_usd
        + cached * cached_input_usd
        + reported.output_tokens * output_usd
    )
    return Usage(
        calls=1,
        input_tokens=reported.input_tokens + written,
        cache_write_tokens=written,
        cached_input_tokens=cached,
        output_tokens=reported.output_tokens,
        cost_usd=round(cost / 1_000_000, 6),
    )


Purpose = Literal["reply", "judge"]
"""What Claude is called for."""


def count_tokens(purpose: Purpose, usage: Usage) -> None:
    """Add the usage of one call to the metrics of this process."""
    CLAUDE_TOKENS.labels(purpose, "input").inc(usage.input_tokens)
    CLAUDE_TOKENS.labels(purpose, "cached_input").inc(usage.cached_input_tokens)
    CLAUDE_TOKENS.labels(purpose, "output").inc(usage.output_tokens)
    CLAUDE_USD.labels(purpose).inc(usage.cost_usd)
