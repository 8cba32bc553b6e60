"""The usage that calls of the loopback Claude must be recorded with."""

from collections.abc import Sequence
from typing import Any

from models.documents.usage import Usage
from sandbox.anthropic.cache import PromptCache, count_tokens

INPUT_USD, CACHE_WRITE_USD, CACHED_INPUT_USD, OUTPUT_USD = 1.0, 1.25, 0.1, 5.0
"""Prices per million tokens by the default settings."""


def compute_expected_usage(requests: Sequence[dict[str, Any]], outputs: Sequence[str | int]) -> Usage:
    """Return the usage of calls with these requests.

    `outputs` has the text of each complete answer, and the output tokens of each incomplete one.
    """
    cache, total = PromptCache(), Usage()
    for body, output in zip(requests, outputs, strict=True):
        reported = cache.record_usage(body)
        uncached, written = reported["input_tokens"], reported["cache_creation_input_tokens"]
        cached, output_tokens = reported["cache_read_input_tokens"], output if isinstance(output, int) else count_tokens(output)
        cost = uncached * INPUT_USD + written * CACHE_WRITE_USD + cached * CACHED_INPUT_USD + output_tokens * OUTPUT_USD
        total = total.plus(
            Usage(
                calls=1,
                input_tokens=uncached + written,
                cache_write_tokens=written,
                cached_input_tokens=cached,
                output_tokens=output_tokens,
                cost_usd=round(cost / 1_000_000, 6),
            )
        )
    return total
