"""`make bench-lists`: pages of interviews with 100,000 stored, through the product's own reads (docs/performance.md).

Exits with 1 if pages without totalCount take longer than 50 ms at p95, unless slow_lists.yaml lists their filter and order.
"""

import asyncio
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from bson import ObjectId
from pymongo import AsyncMongoClient
from rich.console import Console
from rich.table import Table

from benchmarks.archive import Archive, store
from benchmarks.rig import DATA, DATABASE, RESULTS, start_rig
from models import database
from models.documents.interview import Decision, Interview, InterviewStatus, Recommendation
from models.documents.interview_indexes import INDEXES
from models.documents.turn import Channel
from models.reads.interview_list import InterviewFilter, InterviewOrderField, list_interview_rows, to_sort_order
from models.reads.pagination import PageRequest
from sandbox.results import describe_machine, percentile, write_section
from settings import MongodbSettings

BOUND_SECONDS = 0.05
SLOW_LISTS = Path(__file__).with_name("slow_lists.yaml")
COUNT = 100_000
OTHER_ORGANIZATIONS = 10
"""Number of other organizations, each with a two-hundredth as many interviews as the one that is measured."""
OWNER = ObjectId("5eed00000000000000000001")
CACHE_GB = 4.0
SIZE = 20
DEEP = 2_000
"""Rows that precede a deep page. If fewer match, half of them do."""
FIELDS = ("status", "channel", "language", "created_at", "started_at", "ended_at", "last_seq", "candidate", "position")
ROUNDS = 10

Pair = tuple[str, InterviewOrderField]
"""The name of a filter, and an order."""


@dataclass(frozen=True, slots=True)
class FilterValues:
    """Values that occur in the archive, from which the filters are made."""

    position: str
    other_position: str
    external_id: str
    frequent_word: str
    full_name: str
    newest: datetime


def make_filters(values: FilterValues) -> Mapping[str, InterviewFilter]:
    """Return each filter alone, with frequent and rare values, and combinations that front ends use."""
    day = timedelta(days=1)
    completed = [InterviewStatus.COMPLETED]
    live = [InterviewStatus.WAITING, InterviewStatus.IN_PROGRESS, InterviewStatus.ENDING]
    return {
        "none": InterviewFilter(),
        "status COMPLETED": InterviewFilter(statuses=completed),
        "status SCHEDULED": InterviewFilter(statuses=[InterviewStatus.SCHEDULED]),
        "status live (3)": InterviewFilter(statuses=live),
        "position": InterviewFilter(position_keys=[values.position]),
        "positions (2)": InterviewFilter(position_keys=[values.position, values.other_position]),
        "channel": InterviewFilter(channels=[Channel.TEXT]),
        "external id": InterviewFilter(external_ids=[values.external_id]),
        "recommendation": InterviewFilter(recommendations=[Recommendation.STRONG_HIRE]),
        "recommendations (2)": InterviewFilter(recommendations=[Recommendation.STRONG_HIRE, Recommendation.HIRE]),
        "decision": InterviewFilter(decisions=[Decision.HOLD]),
        "reviewed": InterviewFilter(reviewed=True),
        "to review": InterviewFilter(reviewed=False),
        "created in a month": InterviewFilter(
            created_at_or_after=values.newest - 60 * day, created_before=values.newest - 30 * day
        ),
        "created since": InterviewFilter(created_at_or_after=values.newest - 30 * day),
        "updated since": InterviewFilter(updated_at_or_after=values.newest - 30 * day),
        "score at least": InterviewFilter(min_score=75),
        "score between": InterviewFilter(min_score=40, max_score=60),
        "name, one letter": InterviewFilter(candidate=values.frequent_word[0]),
        "name, a frequent word": InterviewFilter(candidate=values.frequent_word),
        "name, two words": InterviewFilter(candidate=values.full_name),
        "position, COMPLETED": InterviewFilter(position_keys=[values.position], statuses=completed),
        "position, to review": InterviewFilter(position_keys=[values.position], reviewed=False),
        "position, STRONG_HIRE": InterviewFilter(position_keys=[values.position], recommendations=[Recommendation.STRONG_HIRE]),
        "position, score at least": InterviewFilter(position_keys=[values.position], min_score=75),
        "COMPLETED, VOICE": InterviewFilter(statuses=completed, channels=[Channel.VOICE]),
        "COMPLETED, created since": InterviewFilter(statuses=completed, created_at_or_after=values.newest - 90 * day),
        "HIRE, to review": InterviewFilter(recommendations=[Recommendation.HIRE], reviewed=False),
    }


@asynccontextmanager
async def stored_archive(count: int) -> AsyncIterator[FilterValues]:
    """Connect to a database with this many interviews, which the first run stores, and yield values to filter by."""
    async with start_rig(DATA / f"lists_{count}", cache_gb=CACHE_GB, clear=False) as rig:
        settings = MongodbSettings(url=rig.mongod.url, database=DATABASE, timeout_seconds=3600, migrate_at_start=True)
        filled = {"_id": "filled", "indexes": sorted(index.document["name"] for index in INDEXES)}
        async with AsyncMongoClient[dict[str, Any]](rig.mongod.url) as client:
            marker = client[DATABASE]["filled"]
            # a database with other indexes would be measured as it was
            if await marker.find_one({}) != filled:
                await client.drop_database(DATABASE)
            async with database.connect(settings):
                if await marker.find_one({}) is None:
                    others = [Archive(ObjectId(), count // 200, seed) for seed in range(2, 2 + OTHER_ORGANIZATIONS)]
                    await store([Archive(OWNER, count), *others])
                    await marker.insert_one(filled)
                yield await _sample()


async def _sample() -> FilterValues:
    rows = Interview.get_pymongo_collection()
    pipeline: list[dict[str, Any]] = [{"$match": {"organization_id": OWNER}}, {"$sample": {"size": 500}}]
    sample = [row async for row in await rows.aggregate(pipeline)]
    positions = _by_frequency(row["position"]["key"] for row in sample)
    newest = await rows.find({"organization_id": OWNER}).sort("created_at", -1).limit(1).to_list()
    return FilterValues(
        position=positions[1],
        other_position=positions[2],
        external_id=next(row["external_id"] for row in sample if row["external_id"]),
        frequent_word=_by_frequency(word for row in sample for word in row["name_terms"])[0],
        full_name=sample[0]["candidate"]["name"],
        newest=newest[0]["created_at"],
    )


def _by_frequency(values: Iterable[str]) -> list[str]:
    return [value for value, _ in Counter(values).most_common()]


async def measure(values: FilterValues, rounds: int) -> dict[Pair, list[float]]:
    """Read pages of every filter in every order, both directions, first and deep; return seconds by filter and order."""
    seconds: dict[Pair, list[float]] = defaultdict(list)
    pages = []
    for name, where in make_filters(values).items():
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


def read_slow_lists() -> set[Pair]:
    """Return the pairs that may exceed the bound."""
    orders_by_filter = yaml.safe_load(SLOW_LISTS.read_text("utf-8"))
    return {(name, InterviewOrderField(order)) for name, orders in orders_by_filter.items() for order in orders}


def find_slow_pairs(seconds: Mapping[Pair, list[float]]) -> set[Pair]:
    """Return the pairs that exceed the bound at p95."""
    return {pair for pair, values in seconds.items() if percentile(values, 0.95) > BOUND_SECONDS}


def format_filters(seconds: Mapping[Pair, list[float]], count: int) -> Table:
    """Format the worst order of each filter."""
    table = Table("filter", "orders within the bound", "worst order", "p50 ms", "p95 ms", title=f"Pages of {count:,} interviews")
    for name in dict.fromkeys(name for name, _ in seconds):
        orders = {pair: values for pair, values in seconds.items() if pair[0] == name}
        within = len(orders) - len(find_slow_pairs(orders))
        worst = max(orders, key=lambda pair: percentile(orders[pair], 0.95))
        table.add_row(name, f"{within} of {len(orders)}", *_format_pair(worst, orders)[1:])
    return table


def format_slow_pairs(seconds: Mapping[Pair, list[float]]) -> Table:
    """Format every filter and order that exceeds the bound."""
    table = Table("filter", "order", "p50 ms", "p95 ms", title="Filters and orders above the bound")
    slow = find_slow_pairs(seconds)
    for pair in seconds:
        if pair in slow:
            table.add_row(*_format_pair(pair, seconds))
    return table


def _format_pair(pair: Pair, seconds: Mapping[Pair, list[float]]) -> list[str]:
    name, order = pair
    return [name, order.lower(), *(f"{1e3 * percentile(seconds[pair], share):.1f}" for share in (0.5, 0.95))]


def compare_with_slow_lists(seconds: Mapping[Pair, list[float]]) -> tuple[set[Pair], list[str]]:
    """Return the pairs that exceed the bound but are not in slow_lists.yaml, and sentences that report the comparison."""
    slow, known = find_slow_pairs(seconds), read_slow_lists()
    unexpected = slow - known
    return unexpected, [
        f"Bound: p95 at most {1e3 * BOUND_SECONDS:.0f} ms. Filters and orders above it: {len(slow)} of {len(seconds)}.",
        f"Not in slow_lists.yaml, so `make bench-lists` fails: {_join_pairs(unexpected)}.",
        f"In slow_lists.yaml, but within the bound: {_join_pairs(known - slow)}.",
    ]


def _join_pairs(pairs: Iterable[Pair]) -> str:
    return "; ".join(f"{name} by {order.lower()}" for name, order in sorted(pairs)) or "none"


async def _run(console: Console, count: int, rounds: int) -> dict[Pair, list[float]]:
    console.print(f"[dim]{count:,} interviews; the first run stores them ...[/]")
    async with stored_archive(count) as values:
        return await measure(values, rounds)


def main(
    *,
    count: Annotated[int, typer.Option(help="Interviews of the organization that is measured.")] = COUNT,
    rounds: Annotated[int, typer.Option(help="How often each page is read.")] = ROUNDS,
) -> None:
    """Measure pages of interviews in every order and filter."""
    console = Console(highlight=False)
    machine = describe_machine()
    seconds = asyncio.run(_run(console, count, rounds))
    tables = [format_filters(seconds, count), format_slow_pairs(seconds)]
    unexpected, notes = compare_with_slow_lists(seconds)
    console.print(*tables, *notes, sep="\n")
    if count == COUNT:
        write_section(RESULTS, "Lists", f"By `make bench-lists`, {rounds} rounds. {machine}.", tables, notes)
    sys.exit(1 if unexpected else 0)


if __name__ == "__main__":
    typer.run(main)
