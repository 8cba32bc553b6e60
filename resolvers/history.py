"""The bound of the lists that an interview or an evaluation has in its own document."""

from collections.abc import Sequence
from typing import Protocol

from bson import ObjectId

from errors import Conflict

MAX_ENTRIES = 100
"""Entries of one such list. It has no pages, so it must not grow without end."""


class HistoryEntry(Protocol):
    """An entry of a list that is never rewritten."""

    @property
    def id(self) -> ObjectId:
        """The id of the entry."""


def require_space(entries: Sequence[HistoryEntry], entry_id: ObjectId, name: str, remedy: str) -> None:
    """Raise Conflict if the list is full, unless it has the entry already, as when a call is repeated."""
    if len(entries) >= MAX_ENTRIES and entry_id not in [entry.id for entry in entries]:
        raise Conflict(f"There are {len(entries)} {name} already, and there is no space for another: {remedy}.")
