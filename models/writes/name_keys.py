"""Rebuilding the keys by which interviews are searched and ordered, where they were stored in an earlier form."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import UpdateOne

from models.documents.interview import Interview, build_name_keys
from models.documents.interview_indexes import OUTDATED_NAME_KEYS


async def rebuild_outdated_name_keys(limit: int) -> int:
    """Rebuild the name keys of at most `limit` interviews, and return how many were found.

    `updated_at` does not move: callers see no change of the interview.
    """
    interviews = Interview.get_pymongo_collection()
    fields = ["candidate_order", "candidate.name", "candidate.email"]
    rows = await interviews.find({**OUTDATED_NAME_KEYS, "candidate.name": {"$type": "string"}}, fields).limit(limit).to_list()
    if rows:
        # a batch takes a fraction of a second to compute, which would delay the process's other work
        await interviews.bulk_write(await asyncio.to_thread(_build_updates, rows), ordered=False)
    return len(rows)


def _build_updates(rows: Sequence[Mapping[str, Any]]) -> list[UpdateOne]:
    return [
        UpdateOne(
            # an erasure in the meantime empties the keys, and must not be undone
            {"_id": row["_id"], "candidate_order": row["candidate_order"]},
            {"$set": build_name_keys(row["candidate"]["name"], row["candidate"].get("email"))},
        )
        for row in rows
    ]
