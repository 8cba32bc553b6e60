"""`python -m benchmarks.lists`: pages of interviews with a thousand and with a million stored, through the product's own reads.

docs/performance-lists.md says what is measured, and how, and holds the figures of the last run.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from beanie import init_beanie
from bson import ObjectId
from pymongo import AsyncMongoClient
from rich.console import Console
from rich.table import Table

import settings
from benchmarks.list_archive import Archive, fill
from benchmarks.list_measures import Stored, measure, plans_of, pooled
from benchmarks.report import machine
from models.documents.interview import Interview
from models.documents.interview_indexes import INDEXES
from models.storage import database
from sandbox.mongod import Mongod

ROOT = Path(__file__).parents[1]
DATA = ROOT / ".viva" / "benchmark" / "lists"
RESULTS = ROOT / "benchmarks" / "results" / "lists.json"
OWNER = ObjectId("5eed00000000000000000001")
SMALL, LARGE, MILLION = 1_000, 100_000, 1_000_000
OTHERS = 10
"""organizations beside the one that is measured, each with a two-hundredth as many"""
CACHE_GB = 4.0
MOST = 2.0
"""times as long a page may take"""


@asynccontextmanager
async def archive_of(url: str, count: int) -> AsyncIterator[Stored]:
    """The database with that many interviews; filled, and its indexes built by the product, if it is not there yet."""
    name = f"lists_{count}"
    async with AsyncMongoClient[dict[str, Any]](url, tz_aware=True) as client:
        if await client[name]["filled"].find_one({}) is None:
            await client.drop_database(name)
            # a million documents first, then each index at once: an eighth of the time
            await init_beanie(database=client[name], document_models=database.DOCUMENTS, skip_indexes=True)
            await fill([Archive(OWNER, count), *(Archive(ObjectId(), count // 200, seed) for seed in range(2, 2 + OTHERS))])
            await client[name]["filled"].insert_one({"count": count})
    async with database.connect(settings.MongodbSettings(url=url, database=name, timeout_seconds=3600)):
        await _drop_undeclared()
        yield await Stored.of(url, name, OWNER)


async def _drop_undeclared() -> None:
    """A database that was filled before has the indexes of that time."""
    rows = Interview.get_pymongo_collection()
    declared = {"_id_", *(index.document["name"] for index in INDEXES)}
    for name in set(await rows.index_information()) - declared:
        await rows.drop_index(name)


async def _run(console: Console, count: int, rounds: int, *, fill_only: bool) -> dict[str, Any]:
    async with Mongod(DATA / "mongod", cache_gb=CACHE_GB) as mongod:
        archives = []
        for size in (SMALL, count):
            console.print(f"[dim]{size:,} interviews ...[/]")
            async with archive_of(mongod.url, size) as stored:
                archives.append(stored)
        if fill_only:
            return {}
        small, large = archives
        console.print(f"[dim]{large.count:,} documents of {large.document_bytes:,} bytes, indexes {large.index_mb:,.0f} MB[/]")
        plans = await plans_of(large)
        measured = await asyncio.to_thread(measure, small, large, rounds)
    pages = pooled(measured)
    whole = {row.task.order: row for row in pages if row.task.filter == "none"}
    return {
        "machine": machine(),
        "load_average": os.getloadavg()[0],
        "small": small.count,
        "large": large.count,
        "document_bytes": large.document_bytes,
        "index_mb": large.index_mb,
        "rows": [{**row.figures(whole[row.task.order]), **plans.get(row.key, {})} for row in pages],
        "counts": [row.figures() for row in measured if row.kind == "count"],
        "names": [row.figures() for row in measured if row.kind == "name"],
    }


def _tables(console: Console, figures: Mapping[str, Any]) -> bool:
    table = Table(
        "filter", "order", "p50", "p95", "p50 large", "p95 large", "p95 ratio", "keys, documents of 21", title="Pages, ms"
    )
    reached = True
    for row in figures["rows"]:
        within = row["ratio"] <= MOST
        reached &= within
        told = f"{row['keys']}, {row['documents']}{', SORTED' if row['sorted'] else ''}{', COLLSCAN' if row['scanned'] else ''}"
        ratio = f"{row['ratio']:.2f}" if within else f"[red]{row['ratio']:.2f}[/]"
        table.add_row(
            row["filter"], row["order"], *(f"{row[name]:.2f}" for name in ("p50", "p95", "p50_large", "p95_large")), ratio, told
        )
    console.print(table)
    for kind in ("counts", "names"):
        table = Table(kind, "order", "found", "found large", "p95", "p95 large", title=f"{kind}, ms")
        for row in figures[kind]:
            table.add_row(
                row["filter"],
                row["order"],
                f"{row['found']:,}",
                f"{row['found_large']:,}",
                f"{row['p95']:.2f}",
                f"{row['p95_large']:.2f}",
            )
        console.print(table)
    return reached


def main(
    *,
    count: Annotated[int, typer.Option(help="Interviews of the larger database.")] = LARGE,
    full: Annotated[bool, typer.Option(help=f"{MILLION:,} interviews.")] = False,
    rounds: Annotated[int, typer.Option(help="How often each page is read.")] = 30,
    fill_only: Annotated[bool, typer.Option(help="Make the databases, measure nothing.")] = False,
) -> None:
    """Read pages of interviews in every order and filter; exit 1 when one takes more than twice as long with many stored."""
    console = Console(highlight=False)
    console.width = max(console.width, 150)
    figures = asyncio.run(_run(console, MILLION if full else count, rounds, fill_only=fill_only))
    if fill_only:
        return
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    sys.exit(0 if _tables(console, figures) else 1)


if __name__ == "__main__":
    typer.run(main)
