"""Latency percentiles of an interview's spoken replies."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields

from bson import ObjectId

from models.documents.turn import Latency, get_turn_collection
from models.storage.stored_document import READ_BATCH_SIZE


@dataclass(frozen=True, slots=True)
class ReplyLatency:
    """Median and 95th percentile of each stage over an interview's spoken replies."""

    replies: int
    p50: Latency
    p95: Latency


async def read_reply_latencies(interview_ids: Sequence[ObjectId]) -> dict[ObjectId, ReplyLatency]:
    """Return the latency of each of these interviews that has spoken replies."""
    criteria = {"interview_id": {"$in": list(interview_ids)}, "latency": {"$ne": None}}
    projection = {"interview_id": 1, "latency": 1}
    replies: defaultdict[ObjectId, list[Latency]] = defaultdict(list)
    async for row in get_turn_collection().find(criteria, projection, batch_size=READ_BATCH_SIZE):
        replies[row["interview_id"]].append(Latency(**row["latency"]))
    return {interview_id: summarize_latencies(latencies) for interview_id, latencies in replies.items()}


def summarize_latencies(latencies: Sequence[Latency]) -> ReplyLatency:
    """Compute the percentiles by nearest rank, each over the replies in which the stage was observed."""
    return ReplyLatency(len(latencies), _percentile(latencies, 0.5), _percentile(latencies, 0.95))


def _percentile(latencies: Sequence[Latency], share: float) -> Latency:
    stages: dict[str, float | None] = {}
    for field in fields(Latency):
        samples = sorted(seconds for latency in latencies if (seconds := getattr(latency, field.name)) is not None)
        stages[field.name] = samples[math.ceil(share * len(samples)) - 1] if samples else None
    return Latency(**stages)
