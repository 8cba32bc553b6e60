"""Tokens and cost of a call of Claude, from the usage that its API reports."""

from anthropic.types import Usage as ReportedUsage

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
