"""`make bench-lists`: pages of interviews with 100,000 stored, through the product's own reads (docs/performance.md).

Exits with 1 if a page without totalCount takes longer than 50 ms at p95.
"""

import asyncio
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from bson import ObjectId
from pymongo import AsyncMongoClient
from rich.console import Console
from rich.table import Table

from benchmarks.archive import Archive, store
from benchmarks.rig import DATA, DATABASE, RESULTS, start_rig
from models.documents.interview import Decision, Interview, InterviewStatus, Recommendation
from models.documents.interview_indexes import INDEXES
from models.documents.turn import Channel
from models.reads.interview_list import InterviewFilter, InterviewOrderField, list_interview_rows, to_sort_order
from models.reads.pagination import PageRequest
from models.storage import database
from sandbox.results import describe_machine, percentile, write_section
from settings import MongodbSettings

BOUND_SECONDS = 0.05
COUNT = 100_000
OTHER_ORGANIZATIONS = 10
"""Beside the one that is measured, each with a two-hundredth as many interviews."""
OWNER = ObjectId("5eed00000000000000000001")
CACHE_GB = 4.0
SIZE = 20
DEEP = 2_000
"""Rows before a deep page, or half of what there is if that is less."""
FIELDS = ("status", "channel", "language", "created_at", "started_at", "ended_at", "last_seq", "candidate", "position")
ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Known:
    """Values of the archive that filters use."""

    position: str
    other_position: str
    external_id: str
    frequent_word: str
    full_name: str
    newest: datetime


def make_filters(known: Known) -> Mapping[str, InterviewFilter]:
    """Return each filter alone, with frequent and rare values, and combinations that front ends use."""
    day = timedelta(days=1)
    completed = [InterviewStatus.COMPLETED]
    live = [InterviewStatus.WAITING, InterviewStatus.IN_PROGRESS, InterviewStatus.ENDING]
    return {
        "none": InterviewFilter(),
        "status COMPLETED": InterviewFilter(status=completed),
        "status SCHEDULED": InterviewFilter(status=[InterviewStatus.SCHEDULED]),
        "status live (3)": InterviewFilter(status=live),
        "position": InterviewFilter(position_key=[known.position]),
        "positions (2)": InterviewFilter(position_key=[known.position, known.other_position]),
        "channel": InterviewFilter(channel=[Channel.TEXT]),
        "external id": InterviewFilter(external_id=[known.external_id]),
        "recommendation": InterviewFilter(recommendation=[Recommendation.STRONG_HIRE]),
        "recommendations (2)": InterviewFilter(recommendation=[Recommendation.STRONG_HIRE, Recommendation.HIRE]),
        "decision": InterviewFilter(decision=[Decision.HOLD]),
        "reviewed": InterviewFilter(reviewed=True),
        "to review": InterviewFilter(reviewed=False),
        "created in a month": InterviewFilter(created_after=known.newest - 60 * day, created_before=known.newest - 30 * day),
        "created since": InterviewFilter(created_after=known.newest - 30 * day),
        "updated since": InterviewFilter(updated_after=known.newest - 30 * day),
        "score at least": InterviewFilter(min_score=75),
        "score between": InterviewFilter(min_score=40, max_score=60),
        "name, one letter": InterviewFilter(candidate=known.frequent_word[0]),
        "name, a frequent word": InterviewFilter(candidate=known.frequent_word),
        "name, two words": InterviewFilter(candidate=known.full_name),
        "position, COMPLETED": InterviewFilter(position_key=[known.position], status=completed),
        "position, to review": InterviewFilter(position_key=[known.position], reviewed=False),
        "position, STRONG_HIRE": InterviewFilter(position_key=[known.position], recommendation=[Recommendation.STRONG_HIRE]),
        "position, score at least": InterviewFilter(position_key=[known.position], min_score=75),
        "COMPLETED, VOICE": InterviewFilter(status=completed, channel=[Channel.VOICE]),
        "COMPLETED, created since": InterviewFilter(status=completed, created_after=known.newest - 90 * day),
        "HIRE, to review": InterviewFilter(recommendation=[Recommendation.HIRE], reviewed=False),
    }


@asynccontextmanager
async def stored_archive(count: int) -> AsyncIterator[Known]:
    """Binds the documents to a database with this many interviews, which is filled unless it was before."""
    async with start_rig(DATA / f"lists_{count}", cache_gb=CACHE_GB, clear=False) as rig:
        settings = MongodbSettings(url=rig.mongod.url, database=DATABASE, timeout_seconds=3600)
        filled = {"_id": "filled", "indexes": sorted(index.document["name"] for index in INDEXES)}
        async with AsyncMongoClient[dict[str, Any]](rig.mongod.url) as client:
            marker = client[DATABASE]["filled"]
            # other indexes than today's would be measured otherwise
            if await marker.find_one({}) != filled:
                await client.drop_database(DATABASE)
            async with database.connect(settings):
                if await marker.find_one({}) is None:
                    others = [Archive(ObjectId(), count // 200, seed) for seed in range(2, 2 + OTHER_ORGANIZATIONS)]
                    await store([Archive(OWNER, count), *others])
                    await marker.insert_one(filled)
                yield await _sample()


async def _sample() -> Known:
    rows = Interview.get_pymongo_collection()
    pipeline: list[dict[str, Any]] = [{"$match": {"organization_id": OWNER}}, {"$sample": {"size": 500}}]
    sample = [row async for row in await rows.aggregate(pipeline)]
    positions = _by_frequency(row["position"]["key"] for row in sample)
    newest = await rows.find({"organization_id": OWNER}).sort("created_at", -1).limit(1).to_list()
    return Known(
        position=positions[1],
        other_position=positions[2],
        external_id=next(row["external_id"] for row in sample if row["external_id"]),
        frequent_word=_by_frequency(word for row in sample for word in row["name_terms"])[0],
        full_name=sample[0]["candidate"]["name"],
        newest=newest[0]["created_at"],
    )


def _by_frequency(values: Iterable[str]) -> list[str]:
    return [value for value, _ in Counter(values).most_common()]


async def measure(known: Known, rounds: int) -> dict[tuple[str, InterviewOrderField], list[float]]:
    """Read pages of every filter in every order, both directions, first and deep; return seconds by filter and order."""
    seconds: dict[tuple[str, InterviewOrderField], list[float]] = defaultdict(list)
    pages = []
    for name, where in make_filters(known).items():
        for field in InterviewOrderField:
            for descending in (True, False):
                order = to_sort_order(field, descending=descending)
                pages += [
                    (name, field, where, PageRequest(order, SIZE, cursor)) for cursor in (None, await _deep_cursor(where, order))
                ]
    for number in range(rounds + 1):
        for name, field, where, request in pages:
            began = time.perf_counter()
            await list_interview_rows(OWNER, where, request, FIELDS)
            if number:  # the first round warms caches
                seconds[name, field].append(time.perf_counter() - began)
    return seconds


async def _deep_cursor(where: InterviewFilter, order: Any) -> str | None:
    cursors = (await list_interview_rows(OWNER, where, PageRequest(order, DEEP), ())).cursors
    return cursors[-1 if len(cursors) == DEEP else len(cursors) // 2] if cursors else None


def pages_table(seconds: Mapping[tuple[str, InterviewOrderField], list[float]], count: int) -> tuple[Table, int]:
    """Format the worst order of each filter, and count the filters and orders that exceed the bound."""
    table = Table("filter", "orders within the bound", "worst order", "p50 ms", "p95 ms", title=f"Pages of {count:,} interviews")
    exceeding = 0
    for name in dict.fromkeys(name for name, _ in seconds):
        orders = {field: percentile(values, 0.95) for (each, field), values in seconds.items() if each == name}
        within = sum(p95 <= BOUND_SECONDS for p95 in orders.values())
        exceeding += len(orders) - within
        worst = max(orders, key=lambda field: orders[field])
        p50 = percentile(seconds[name, worst], 0.5)
        table.add_row(name, f"{within} of {len(orders)}", worst.lower(), f"{1e3 * p50:.1f}", f"{1e3 * orders[worst]:.1f}")
    return table, exceeding


async def _run(console: Console, count: int, rounds: int) -> tuple[Table, int]:
    console.print(f"[dim]{count:,} interviews; the first run stores them ...[/]")
    async with stored_archive(count) as known:
        return pages_table(await measure(known, rounds), count)


def main(
    *,
    count: Annotated[int, typer.Option(help="Interviews of the organization that is measured.")] = COUNT,
    rounds: Annotated[int, typer.Option(help="How often each page is read.")] = ROUNDS,
) -> None:
    """Measure pages of interviews in every order and filter."""
    console = Console(highlight=False)
    machine = describe_machine()
    table, exceeding = asyncio.run(_run(console, count, rounds))
    verdict = f"Bound: p95 at most {1e3 * BOUND_SECONDS:.0f} ms. Filters and orders that exceed it: {exceeding}."
    console.print(table, verdict)
    if count == COUNT:
        write_section(RESULTS, "Lists", f"By `make bench-lists`, {rounds} rounds. {machine}.", [table], [verdict])
    sys.exit(1 if exceeding else 0)


if __name__ == "__main__":
    typer.run(main)
