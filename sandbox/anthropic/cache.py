"""The prompt cache, as far as usage shows it: which part of a request's prefix an earlier one has marked."""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

LOOKBACK_BLOCKS = 20
"""blocks before a mark in which an earlier one is found, as the real service has it"""
CHARACTERS_PER_TOKEN = 4


class PromptCache:
    """Remembers marked prefixes. Nothing expires: a sandbox does not live long."""

    def __init__(self) -> None:
        self._marked_prefixes: set[str] = set()

    def record_usage(self, body: dict[str, Any]) -> dict[str, int]:
        """Tokens of the request, about: read from the cache, written to it, and the rest."""
        digest, size = sha256(), 0
        prefixes: list[tuple[str, int]] = []
        read = written = 0
        marked = []
        for block, is_marked in _iterate_blocks(body):
            digest.update(block.encode())
            size += len(block) // CHARACTERS_PER_TOKEN
            prefixes.append((digest.hexdigest(), size))
            if is_marked:
                read = max([read, *(tokens for name, tokens in prefixes[-LOOKBACK_BLOCKS:] if name in self._marked_prefixes)])
                marked.append(prefixes[-1])
                written = size
        self._marked_prefixes.update(name for name, _ in marked)
        return {
            "input_tokens": size - max(written, read),
            "cache_creation_input_tokens": max(0, written - read),
            "cache_read_input_tokens": read,
        }


def _iterate_blocks(body: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """Each block of text with its role, and whether the request marks it, in the order of the prompt."""
    for role, content in [("system", body.get("system", [])), *((it["role"], it["content"]) for it in body["messages"])]:
        for block in [{"type": "text", "text": content}] if isinstance(content, str) else content:
            yield json.dumps([role, block["text"]]), "cache_control" in block


def count_tokens(text: str) -> int:
    """About so many; at least one."""
    return max(1, len(text) // CHARACTERS_PER_TOKEN)


def count_marks(body: dict[str, Any]) -> int:
    """How many blocks the request marks."""
    return sum(is_marked for _, is_marked in _iterate_blocks(body))
