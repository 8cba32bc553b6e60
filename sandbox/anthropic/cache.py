"""Simulates prompt caching, for the usage figures: finds the longest prefix of a request that an earlier request has cached."""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

LOOKBACK_BLOCKS = 20
"""Number of blocks before a cache breakpoint that are checked for an earlier entry, as in the real service."""
CHARACTERS_PER_TOKEN = 4


class PromptCache:
    """The cached prefixes. They never expire, because a sandbox is short-lived."""

    def __init__(self) -> None:
        self._cached_prefixes: set[str] = set()

    def record_usage(self, body: dict[str, Any]) -> dict[str, int]:
        """Add a request to the cache. Returns its approximate input tokens: cached, newly cached and uncached."""
        digest, size = sha256(), 0
        prefixes: list[tuple[str, int]] = []
        read = written = 0
        breakpoints = []
        for block, is_breakpoint in _iterate_blocks(body):
            digest.update(block.encode())
            size += len(block) // CHARACTERS_PER_TOKEN
            prefixes.append((digest.hexdigest(), size))
            if is_breakpoint:
                read = max([read, *(tokens for name, tokens in prefixes[-LOOKBACK_BLOCKS:] if name in self._cached_prefixes)])
                breakpoints.append(prefixes[-1])
                written = size
        self._cached_prefixes.update(name for name, _ in breakpoints)
        return {
            "input_tokens": size - max(written, read),
            "cache_creation_input_tokens": max(0, written - read),
            "cache_read_input_tokens": read,
        }


def _iterate_blocks(body: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """Yield each text block with its role, in prompt order, and whether it is a cache breakpoint.

    The schema of the answer comes first: as documented, another schema invalidates the cache.
    """
    if "output_config" in body:
        yield json.dumps(body["output_config"], sort_keys=True), False
    messages = ((message["role"], message["content"]) for message in body["messages"])
    for role, content in [("system", body.get("system", [])), *messages]:
        for block in [{"type": "text", "text": content}] if isinstance(content, str) else content:
            yield json.dumps([role, block["text"]]), "cache_control" in block


def count_tokens(text: str) -> int:
    """Return the approximate number of tokens in a text, at least 1."""
    return max(1, len(text) // CHARACTERS_PER_TOKEN)


def count_prompt_tokens(body: dict[str, Any]) -> int:
    """Return the approximate number of tokens in the request's system text and messages."""
    return sum(len(block) // CHARACTERS_PER_TOKEN for block, _ in _iterate_blocks(body))


def count_breakpoints(body: dict[str, Any]) -> int:
    """Return the number of cache breakpoints in the request."""
    return sum(is_breakpoint for _, is_breakpoint in _iterate_blocks(body))
