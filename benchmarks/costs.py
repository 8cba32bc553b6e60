"""`python -m benchmarks.costs`: what a turn, a lease, an interim and a stored interview cost the processes that carry them.

docs/scaling.md makes of it what many interviews take. Everything is the product's own functions on a mongod and a valkey that
have nothing else to do; what subscribers cost is in benchmarks.fanout, what a voice takes in benchmarks.voice.
"""

import asyncio
import json
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any, TypeVar

import psutil
from beanie import PydanticObjectId
from bson import ObjectId
from rich.console import Console
from rich.table import Table

from benchmarks.report import machine
from benchmarks.rig import ROOT
from cli.keys import load_starter_positions
from live.hub import LiveHub
from live.messages import Interim
from models.documents.interview import (
    Candidate,
    Consent,
    Interview,
    InterviewStatus,
    Lease,
    PositionRef,
    RoomState,
    extract_search_terms,
    get_interviews,
)
from models.documents.turn import Channel, NewTurn, Speaker, Turn, get_turn_collection
from models.reads.watermarks import read_watermarks
from models.storage import database
from models.storage.clock import now
from models.storage.lease import renew_lease
from models.writes import interview_transitions, room_transitions
from models.writes.append_turns import append_candidate_turn
from sandbox.mongod import Mongod
from sandbox.valkey import Valkey
from settings import MongodbSettings, RedisSettings

T = TypeVar("T")

RESULTS = ROOT / "benchmarks" / "results" / "costs.json"
OPEN = 10_000
"""interviews that are open while everything is measured"""
AT_ONCE = 50
TURNS = 5_000
RENEWALS = 10_000
MESSAGES = 20_000
LOOKS = 50
WORDS = 35
"""of a turn: 14 seconds of speech, 200 characters or so"""
RESUME_WORDS = 350
HOLDER = "benchmark"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one of many equal operations took, in microseconds of processor by process, and how many there were a second."""

    name: str
    per_second: float
    ours: float
    mongod: float
    valkey: float


@dataclass(frozen=True, slots=True)
class Size:
    """What one document takes, in bytes: as data, as it lies on disk (compressed), and its entries in the indexes."""

    name: str
    data: float
    stored: float
    indexes: float


class Meter:
    """Reads what the three processes have taken of the processor."""

    def __init__(self, mongod: Mongod, valkey: Valkey) -> None:
        self._processes = [psutil.Process(), psutil.Process(mongod.pid), psutil.Process(valkey.pid)]

    async def measure(self, name: str, count: int, work: Awaitable[object], per: int = 1) -> Cost:
        """The cost of each of `count` operations that `work` does; `per`: how many things one of them is about."""
        before, began = self._spent(), time.perf_counter()
        await work
        seconds, after = time.perf_counter() - began, self._spent()
        spent = ((late - early) / count / per * 1e6 for early, late in zip(before, after, strict=True))
        return Cost(name, count * per / seconds, *spent)

    def _spent(self) -> list[float]:
        return [sum(process.cpu_times()[:2]) for process in self._processes]


async def _at_once(items: Sequence[T], work: Callable[[T], Awaitable[object]]) -> None:
    """Work on the items, AT_ONCE of them at any moment."""
    waiting = iter(items)

    async def take() -> None:
        for item in waiting:
            await work(item)

    async with asyncio.TaskGroup() as workers:
        for _ in range(AT_ONCE):
            workers.create_task(take())


def speaker() -> Callable[[int], str]:
    """Says that many words of the starter positions, in an order that never comes again: it compresses as text does."""
    dice = random.Random(1)
    known = sorted(
        set(" ".join(question["text"] for position in load_starter_positions() for question in position["questions"]).split())
    )
    return lambda count: " ".join(dice.choices(known, k=count))


async def _fill(speak: Callable[[int], str]) -> list[ObjectId]:
    """OPEN interviews by voice, in progress, each attended under a lease that outlives the benchmark."""
    at = now()
    organization_id = PydanticObjectId()
    position = PositionRef(
        id=PydanticObjectId(), key="software_engineer", version=1, title="Software engineer", limit_minutes=30, questions=6
    )
    interviews = [
        Interview(
            id=PydanticObjectId(),
            organization_id=organization_id,
            status=InterviewStatus.IN_PROGRESS,
            channel=Channel.VOICE,
            language="en",
            candidate=Candidate(name=f"Maya Lindqvist {number}", email=f"maya.{number}@mail.example", experience="six years"),
            candidate_order=f"maya lindqvist {number}",
            name_terms=extract_search_terms(f"Maya Lindqvist {number}"),
            email_terms=extract_search_terms(f"Maya Lindqvist {number}", f"maya.{number}@mail.example"),
            resume=speak(RESUME_WORDS),
            job_description=speak(RESUME_WORDS),
            external_id=f"application-{number}",
            position=position,
            started_at=at,
            expires_at=at + timedelta(days=7),
            consent=Consent(text_version="1", given_at=at, recording=False),
            fence=1,
            lease=Lease(holder=HOLDER, until=at + timedelta(hours=1)),
            room=RoomState(wanted_until=datetime.fromtimestamp(0, UTC), participant=f"PA_{number:012}", joined_at=at),
        )
        for number in range(OPEN)
    ]
    for begin in range(0, OPEN, 1000):
        await Interview.insert_many(interviews[begin : begin + 1000])
    return [interview.id for interview in interviews]


async def _costs(meter: Meter, live: LiveHub, interview_ids: Sequence[ObjectId], speak: Callable[[int], str]) -> list[Cost]:
    at = now()
    stored: list[Turn] = []

    async def append(number: int) -> None:
        # by turns in all interviews, as they come in life
        turn = NewTurn(
            key=f"item:{number}",
            speaker=Speaker.CANDIDATE,
            text=speak(WORDS),
            channel=Channel.VOICE,
            started_at=at,
            ended_at=at,
            question_key="hard_bug",
            confidence=0.97,
        )
        stored.append((await append_candidate_turn(interview_ids[number % OPEN], turn, fence=1))[0])

    interim = Interim(interview_ids[0], Speaker.CANDIDATE, speak(WORDS), 1, at)
    interviews = {interview.id: interview for interview in await get_interviews(list(interview_ids))}

    async def show(turn: Turn) -> None:
        await live.publish_turn(turn)
        await live.publish_change(interviews[turn.interview_id])

    async def sweep(_: int) -> None:
        await interview_transitions.find_expired_interviews(100)
        await interview_transitions.find_ending_interviews(5.0, 100)
        await room_transitions.find_abandoned_interviews(120.0, 100)
        await room_transitions.find_unanswered_messages(1.0, 100)
        await interview_transitions.find_due_replies(1.0, 100)
        await room_transitions.find_unattended_interviews(100)

    appended = await meter.measure("turn stored", TURNS, _at_once(range(TURNS), append))
    renewals = list(islice(cycle(interview_ids), RENEWALS))
    messages = list(islice(cycle(stored), MESSAGES))
    followed = interview_ids[:1000]
    return [
        appended,
        await meter.measure("turn shown: three messages", MESSAGES, _at_once(messages, show)),
        await meter.measure("interim shown: one message", MESSAGES, _at_once([interim] * MESSAGES, live.publish_interim)),
        await meter.measure(
            "lease renewed", RENEWALS, _at_once(renewals, lambda each: renew_lease(Interview, each, 1, HOLDER, 3600.0))
        ),
        await meter.measure(
            "marks of a followed interview", LOOKS, _one_by_one(LOOKS, lambda _: read_watermarks(followed)), per=len(followed)
        ),
        await meter.measure(f"a sweep over {OPEN:,} open interviews", LOOKS, _one_by_one(LOOKS, sweep)),
    ]


async def _one_by_one(count: int, work: Callable[[int], Awaitable[object]]) -> None:
    for number in range(count):
        await work(number)


async def _sizes(client: Any, name: str) -> list[Size]:
    await client.admin.command("fsync")  # sizes on disk are those of the last checkpoint
    found = []
    for kind, each in (("interview", Interview.get_pymongo_collection()), ("turn", get_turn_collection())):
        stats = await client[name].command("collStats", each.name)
        count = stats["count"]
        found.append(Size(kind, stats["size"] / count, stats["storageSize"] / count, stats["totalIndexSize"] / count))
    return found


async def measure() -> tuple[list[Cost], list[Size]]:
    """All of it. Raises sandbox.processes.SandboxFailed when a server does not come up."""
    async with AsyncExitStack() as up:
        folder = Path(up.enter_context(tempfile.TemporaryDirectory(prefix="viva-costs-", ignore_cleanup_errors=True)))
        mongod = await up.enter_async_context(Mongod(folder / "mongod"))
        valkey = await up.enter_async_context(Valkey(folder / "valkey"))
        mongodb = MongodbSettings(url=mongod.url, database="costs")
        client = await up.enter_async_context(database.connect(mongodb))
        live = await up.enter_async_context(LiveHub(RedisSettings(url=valkey.url)))
        speak = speaker()
        interview_ids = await _fill(speak)
        await client.admin.command("fsync")  # what the filling left to be written is not of the turns
        costs = await _costs(Meter(mongod, valkey), live, interview_ids, speak)
        return costs, await _sizes(client, mongodb.database)


def main() -> None:
    """Measure, and show it as tables."""
    console = Console(highlight=False)
    told = machine()
    costs, sizes = asyncio.run(measure())
    table = Table(
        "us of processor",
        *("a second", "ours", "mongod", "valkey"),
        title=f"{told['cores']} cores, {told['memory_gb']} GB, load average {told['load_before']}; {AT_ONCE} at once",
    )
    for cost in costs:
        table.add_row(cost.name, f"{cost.per_second:,.0f}", *(f"{each:,.1f}" for each in (cost.ours, cost.mongod, cost.valkey)))
    kept = Table("bytes", "as data", "on disk", "in indexes", title="What is stored")
    for size in sizes:
        kept.add_row(size.name, *(f"{each:,.0f}" for each in (size.data, size.stored, size.indexes)))
    console.print(table, kept)
    RESULTS.parent.mkdir(exist_ok=True)
    figures = {"machine": told, "costs": [asdict(cost) for cost in costs], "sizes": [asdict(size) for size in sizes]}
    RESULTS.write_text(json.dumps(figures, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
