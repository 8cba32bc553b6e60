"""Reading pages from two databases in turn, each by a process of its own, and what MongoDB says of it."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

from bson import ObjectId

import settings
from benchmarks.list_rows import Known, combined_filters, name_filters, single_filters
from tests.models.profiler import Plan, Profiler
from benchmarks.replies import percentile
from models import database
from models.interview import Interview
from models.interview_list import InterviewFilter, InterviewOrderField, count_interviews, list_rows, order_of
from models.page import PageRequest

SIZE = 20
SLOW_SECONDS, SLOW_ROUNDS = 0.05, 3
"""what takes longer is read so often only"""
DEEP = 2_000
"""rows before a deep page, or half of what there is if that is less"""
FIELDS = ("status", "channel", "language", "created_at", "started_at", "ended_at", "last_seq", "candidate", "position")
ORDERS = [(order, descending) for order in InterviewOrderField for descending in (True, False)]
NEWEST = (InterviewOrderField.CREATED_AT, True)


@dataclass(frozen=True, slots=True)
class Stored:
    """A database that is filled."""

    url: str
    name: str
    owner: ObjectId
    count: int
    document_bytes: int
    index_mb: float
    known: Known
    word: str
    rare: str

    @classmethod
    async def of(cls, url: str, name: str, owner: ObjectId) -> "Stored":
        """What is known of the database that the documents are bound to."""
        rows = Interview.get_pymongo_collection()
        # `with_options` of the aggregation: what is asked here is no part of the product
        sample: list[dict[str, Any]] = [{"$match": {"organization_id": owner}}, {"$sample": {"size": 500}}]
        seen = [row async for row in await rows.aggregate(sample)]
        positions = _frequent(row["position"]["key"] for row in seen)
        words = _frequent(word for row in seen for word in row["name_terms"])
        newest = await rows.find({"organization_id": owner}).sort("created_at", -1).limit(1).to_list()
        stats = await rows.database.command("collStats", rows.name)
        return cls(
            url,
            name,
            owner,
            await rows.count_documents({"organization_id": owner}),
            int(stats["avgObjSize"]),
            stats["totalIndexSize"] / 1e6,
            Known(
                positions[1],
                positions[2],
                next(row["external_id"] for row in seen if row["external_id"]),
                newest[0]["created_at"],
            ),
            words[0],
            seen[0]["candidate"]["name"],
        )

    @property
    def filters(self) -> dict[str, InterviewFilter]:
        """What pages are filtered by."""
        return {**single_filters(self.known), **combined_filters(self.known)}

    @property
    def names(self) -> Mapping[str, InterviewFilter]:
        """What is searched for."""
        return name_filters(self.word, self.rare)


def _frequent(values: Iterable[str]) -> list[str]:
    counts: defaultdict[str, int] = defaultdict(int)
    for value in values:
        counts[value] += 1
    return sorted(counts, key=lambda value: -counts[value])


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be read: a page, the first or a deep one, or a count."""

    kind: str
    """page, count or name"""
    filter: str
    order: InterviewOrderField = NEWEST[0]
    descending: bool = NEWEST[1]
    deep: bool = False


@dataclass(slots=True)
class Measured:
    """The seconds that it took in either database, and how many rows came, or were counted."""

    task: Task
    small: list[float] = field(default_factory=list)
    large: list[float] = field(default_factory=list)
    found: int = 0
    found_large: int = 0

    @property
    def kind(self) -> str:
        """What was read."""
        return self.task.kind

    @property
    def key(self) -> tuple[str, str]:
        """The row of the table."""
        return self.task.filter, self.task.order

    def figures(self, whole: "Measured | None" = None) -> dict[str, Any]:
        """In milliseconds. Where the small database has less than a page, the ratio is to its page without a filter (`whole`)."""
        p95, p95_large = percentile(self.small, 0.95), percentile(self.large, 0.95)
        return {
            "filter": self.task.filter,
            "order": self.task.order.lower(),
            "found": self.found,
            "found_large": self.found_large,
            "p50": 1e3 * percentile(self.small, 0.5),
            "p95": 1e3 * p95,
            "p50_large": 1e3 * percentile(self.large, 0.5),
            "p95_large": 1e3 * p95_large,
            "ratio": p95_large / (percentile(whole.small, 0.95) if whole and self.found < SIZE else p95),
        }


def tasks_of(stored: Stored) -> list[Task]:
    """All that is read."""
    pages = [
        Task("page", name, order, descending, deep)
        for name in stored.filters
        for order, descending in ORDERS
        for deep in (False, True)
    ]
    counts = [Task("count", name) for name in stored.filters]
    names = [
        Task("name", name, order, descending)
        for name in stored.names
        for order, descending in (NEWEST, (InterviewOrderField.CANDIDATE, False))
    ]
    return pages + counts + names


class _Reader:
    """The product's reads of one database, in this process."""

    def __init__(self, stored: Stored) -> None:
        self.stored = stored
        self._filters = {**stored.filters, **stored.names}
        self._cursors: dict[Task, str | None] = {}
        self._runner = asyncio.Runner()
        # open for as long as the process lives
        self._connection = database.connect(settings.Mongodb(url=stored.url, database=stored.name, timeout_seconds=60))
        self._runner.run(self._connection.__aenter__())

    def read(self, task: Task) -> tuple[float, int]:
        """Seconds, and rows."""
        return self._runner.run(self.timed(task))

    async def timed(self, task: Task) -> tuple[float, int]:
        """The same within a loop."""
        where = self._filters[task.filter]
        if task.deep and task not in self._cursors:
            self._cursors[task] = await self._deep(task, where)
        begun = time.perf_counter()
        if task.kind == "count":
            found = await count_interviews(self.stored.owner, where)
        else:
            request = PageRequest(order_of(task.order, descending=task.descending), SIZE, self._cursors.get(task))
            found = len((await list_rows(self.stored.owner, where, request, FIELDS)).items)
        return time.perf_counter() - begun, found

    async def _deep(self, task: Task, where: InterviewFilter) -> str | None:
        """The cursor of the last row before a deep page."""
        order = order_of(task.order, descending=task.descending)
        cursors = (await list_rows(self.stored.owner, where, PageRequest(order, DEEP), ())).cursors
        return cursors[-1 if len(cursors) == DEEP else len(cursors) // 2] if cursors else None


_reader: _Reader | None = None


def _open(stored: Stored) -> None:
    global _reader  # noqa: PLW0603  # one for each process
    _reader = _Reader(stored)


def _read(task: Task) -> tuple[float, int]:
    if _reader is None:
        raise RuntimeError("the process was not opened")
    return _reader.read(task)


def measure(small: Stored, large: Stored, rounds: int) -> list[Measured]:
    """Each task, by turns in one database and the other, `rounds` times; the first time is not counted."""
    measured = [Measured(task) for task in tasks_of(small)]
    with ExitStack() as stack:
        readers = [
            stack.enter_context(ProcessPoolExecutor(1, get_context("spawn"), _open, (stored,))) for stored in (small, large)
        ]
        for number in range(rounds + 1):
            for row in measured:
                # a count goes through all that it counts, a page of a range in an order that runs against it through most
                slow = row.kind == "count" or max(row.large, default=0.0) > SLOW_SECONDS
                if slow and number > SLOW_ROUNDS:
                    continue
                (took, found), (took_large, found_large) = (reader.submit(_read, row.task).result() for reader in readers)
                if number:
                    row.small.append(took)
                    row.large.append(took_large)
                    row.found, row.found_large = found, found_large
    return measured


def pooled(measured: Sequence[Measured]) -> list[Measured]:
    """The pages by filter and order: both directions, first and deep pages together."""
    rows: dict[tuple[str, str], Measured] = {}
    for each in measured:
        if each.kind == "page":
            row = rows.setdefault(each.key, Measured(each.task))
            row.small += each.small
            row.large += each.large
            row.found, row.found_large = max(row.found, each.found), max(row.found_large, each.found_large)
    return list(rows.values())


async def plans_of(stored: Stored) -> dict[tuple[str, str], dict[str, Any]]:
    """The worst of what MongoDB did for each row of the table."""
    async with database.connect(settings.Mongodb(url=stored.url, database=stored.name, timeout_seconds=60)) as client:
        asked = [(name, order, descending) for name in stored.filters for order, descending in ORDERS]
        plans = await Profiler(client[stored.name]).plans(
            *(
                list_rows(stored.owner, stored.filters[name], PageRequest(order_of(order, descending=descending), SIZE), FIELDS)
                for name, order, descending in asked
            )
        )
        worst: dict[tuple[str, str], dict[str, Any]] = {}
        # of some ranges it is counted first whether they are few
        pages = [plan for plan in plans if plan.command.startswith("{'find'")]
        for (name, order, _), plan in zip(asked, pages, strict=True):
            worst[name, order] = _worst(worst.get((name, order)), plan)
        return worst


def _worst(known: dict[str, Any] | None, plan: Plan) -> dict[str, Any]:
    known = known or {"keys": 0, "documents": 0, "sorted": False, "scanned": False}
    return {
        "keys": max(known["keys"], plan.keys),
        "documents": max(known["documents"], plan.documents),
        "sorted": known["sorted"] or plan.sorts,
        "scanned": known["scanned"] or "COLLSCAN" in plan.stages,
    }
