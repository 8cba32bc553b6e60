"""`make bench-costs`: CPU time per turn, lease renewal and poll, and storage per document (docs/performance.md).

Calls the product's own functions against an otherwise idle mongod and valkey.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from time import perf_counter
from typing import TypeVar

import psutil
from bson import ObjectId
from rich.console import Console
from rich.table import Table

from benchmarks.archive import Archive, store
from benchmarks.followed_interviews import read_corpus
from benchmarks.rig import DATA, RESULTS, Rig, start_rig
from live.hub import LiveHub
from live.messages import Interim
from models import database
from models.documents.interview import Interview, get_interviews
from models.documents.turn import Channel, NewTurn, Speaker, Turn, get_turn_collection
from models.reads.watermarks import read_watermarks
from models.storage.clock import now
from models.storage.lease import renew_lease
from models.writes import interview_transitions, room_transitions
from models.writes.append_turns import append_candidate_turn
from sandbox.results import describe_machine, write_section

T = TypeVar("T")

OPEN_INTERVIEWS = 10_000
CONCURRENCY = 50
TURNS = 5_000
RENEWALS = 10_000
MESSAGES = 20_000
POLLS = 50
WORDS_PER_TURN = 35
"""14 seconds of speech, or about 200 characters."""
HOLDER = "benchmark"


class Meter:
    """Measures the CPU time of this process, mongod and valkey, one table row for each kind of operation."""

    def __init__(self, rig: Rig) -> None:
        headings = ("operations/s", "this process", "mongod", "valkey")
        self.table = Table("CPU microseconds per operation", *headings, title=f"{CONCURRENCY} operations at a time")
        self._processes = [psutil.Process(), psutil.Process(rig.mongod.pid), psutil.Process(rig.valkey.pid)]

    async def measure(self, name: str, items: Sequence[T], work: Callable[[T], Awaitable[object]], per_item: int = 1) -> None:
        """Apply `work` to the items concurrently and add a row. Each item counts as `per_item` operations."""
        before, started = self._cpu_seconds(), perf_counter()
        await _for_each(items, work)
        elapsed, after = perf_counter() - started, self._cpu_seconds()
        count = len(items) * per_item
        costs = (f"{(end - start) / count * 1e6:,.1f}" for start, end in zip(before, after, strict=True))
        self.table.add_row(name, f"{count / elapsed:,.0f}", *costs)

    def _cpu_seconds(self) -> list[float]:
        return [sum(process.cpu_times()[:2]) for process in self._processes]


async def _for_each(items: Sequence[T], work: Callable[[T], Awaitable[object]]) -> None:
    remaining = iter(items)

    async def work_on_remaining() -> None:
        for item in remaining:
            await work(item)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(CONCURRENCY):
            tasks.create_task(work_on_remaining())


async def _store_open_interviews() -> list[ObjectId]:
    """Store voice interviews in progress, each with an interviewer whose lease outlives the benchmark."""
    at = now()
    in_progress = {
        "status": "IN_PROGRESS",
        "channel": "VOICE",
        "ended_at": None,
        "started_at": at,
        "expires_at": at + timedelta(days=7),
        "due_at": None,
        "last_seq": 0,
        "fence": 1,
        "lease": {"holder": HOLDER, "until": at + timedelta(hours=1)},
        "room": {"wanted_until": datetime.fromtimestamp(0, UTC), "participant": "PA_benchmark", "joined_at": at},
    }
    await store([Archive(ObjectId(), OPEN_INTERVIEWS)], in_progress)
    return [row["_id"] async for row in Interview.get_pymongo_collection().find({}, {"_id": 1})]


async def _measure_costs(meter: Meter, live: LiveHub, interview_ids: Sequence[ObjectId]) -> None:
    at = now()
    rng, words = random.Random(1), read_corpus().split()
    text = " ".join(words[:WORDS_PER_TURN])
    stored: list[Turn] = []
    interview = (await get_interviews([interview_ids[0]]))[0]
    followed = interview_ids[:1000]

    async def append(number: int) -> None:
        turn = NewTurn(
            key=f"item:{number}",
            speaker=Speaker.CANDIDATE,
            text=" ".join(rng.choices(words, k=WORDS_PER_TURN)),
            channel=Channel.VOICE,
            started_at=at,
            ended_at=at,
            question_key="hard_bug",
            confidence=0.97,
        )
        stored.append((await append_candidate_turn(interview_ids[number % OPEN_INTERVIEWS], turn, fence=1))[0])

    async def publish(turn: Turn) -> None:
        await live.publish_turn(turn)
        await live.publish_change(interview)

    async def sweep(_: int) -> None:
        await interview_transitions.find_expired_interviews(100)
        await interview_transitions.find_ending_interviews(5.0, 100)
        await room_transitions.find_abandoned_interviews(120.0, 100)
        await room_transitions.find_unanswered_messages(1.0, 100)
        await interview_transitions.find_due_replies(1.0, 100)
        await room_transitions.find_unattended_interviews(100)

    await meter.measure("store a turn", range(TURNS), append)
    await meter.measure("publish a turn (three messages)", list(islice(cycle(stored), MESSAGES)), publish)
    interim = Interim(interview_ids[0], Speaker.CANDIDATE, text, 1, at)
    await meter.measure("publish an interim (one message)", [interim] * MESSAGES, live.publish_interim)
    renewals = list(islice(cycle(interview_ids), RENEWALS))
    await meter.measure("renew a lease", renewals, lambda each: renew_lease(Interview, each, 1, HOLDER, 3600.0))
    await meter.measure("poll a followed interview", range(POLLS), lambda _: read_watermarks(followed), per_item=len(followed))
    await meter.measure(f"sweep over {OPEN_INTERVIEWS:,} open interviews", range(POLLS), sweep)


async def _build_size_table() -> Table:
    table = Table("bytes per document", "data", "on disk, compressed", "indexes", title="Storage")
    for name, collection in (("interview", Interview.get_pymongo_collection()), ("turn", get_turn_collection())):
        stats = await collection.database.command("collStats", collection.name)
        sizes = (f"{stats[size] / stats['count']:,.0f}" for size in ("size", "storageSize", "totalIndexSize"))
        table.add_row(name, *sizes)
    return table


async def measure() -> list[Table]:
    """Measure everything. Raises SandboxFailed if a server does not start."""
    async with (
        start_rig(DATA / "costs") as rig,
        database.connect(rig.settings.mongodb) as client,
        LiveHub(rig.settings.redis, rig.settings.auth) as live,
    ):
        interview_ids = await _store_open_interviews()
        await client.admin.command("fsync")  # so that writing back the interviews is not attributed to turns
        meter = Meter(rig)
        await _measure_costs(meter, live, interview_ids)
        await client.admin.command("fsync")  # sizes on disk are those of the last checkpoint
        return [meter.table, await _build_size_table()]


def main() -> None:
    """Measure costs and sizes."""
    machine = describe_machine()
    tables = asyncio.run(measure())
    Console(highlight=False).print(*tables)
    write_section(RESULTS, "Costs", f"By `make bench-costs`. {machine}.", tables)


if __name__ == "__main__":
    main()
