"""Load L of the design on a deployment, for the length of one row, and what must be so whatever happened meanwhile."""

import asyncio
import math
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx2

from tests.faults.checks import Check, count, effect, seconds
from tests.faults.deployment import Deployment
from live.cancellation import end
from models.organization import Role

PIECE_SECONDS = 2.0
HALT_SECONDS = 30.0
"""until a writer that is asked to stop must have stored its last turn"""
LAG_SECONDS = 0.05
"""of the readers' own process at p99, above which it measures itself"""
SAY = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { turn { seq } } }"


@dataclass(frozen=True, slots=True)
class Scale:
    """How much load, and how long everything takes, in seconds."""

    interviews: int = 50
    readers: int = 2
    """of each interview"""
    period: float = 0.25
    """between two turns of an interview"""
    warm: float = 2.0
    quiet: float = 8.0
    """before a fault"""
    settle: float = 3.0
    """after it, until all must be as before"""
    after: float = 8.0
    redis_killed: float = 10.0
    redis_black_hole: float = 30.0
    mongod_killed: float = 3.0
    mongod_down: float = 60.0
    api_away: float = 2.0
    stalled: float = 60.0
    filled: float = 34.0
    """until each interview's kept events are as many as are ever kept (schema.sharing.KEPT)"""
    churn: float = 30.0
    deaths: int = 4
    """of processes between commit and publish"""
    access: float = 5.0
    """life of a candidate's token"""


SHORT = Scale(
    interviews=5,
    warm=0.5,
    quiet=1.0,
    settle=1.0,
    after=1.0,
    redis_killed=2.5,
    redis_black_hole=3.0,
    mongod_killed=0.5,
    mongod_down=6.0,
    api_away=0.3,
    stalled=3.0,
    filled=0.0,
    churn=3.0,
    deaths=1,
    access=3.0,
)
"""enough to see what is lost, repeated or out of order; no figures"""

Window = tuple[float, float]
"""from when to when, as time.time counts"""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the API: when, how long it took, and OK, the error's code, or what broke."""

    at: float
    seconds: float
    outcome: str


@dataclass
class Probe:
    """A candidate who types: each message again, under its key, until it is acknowledged."""

    deployment: Deployment
    interview_id: str
    token: str
    acknowledged: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    async def keep_sending(self, period: float) -> None:
        """Send for ever."""
        while True:
            text = f"message {len(self.acknowledged) + 1}"
            while not await self._is_sent(text):  # noqa: ASYNC110 - it is a call that is repeated, not a look
                await asyncio.sleep(0.1)
            self.acknowledged.append(text)
            await asyncio.sleep(period)

    def within(self, window: Window) -> list[Call]:
        """The calls that began in that time."""
        return [call for call in self.calls if window[0] <= call.at <= window[1]]

    async def _is_sent(self, text: str) -> bool:
        at = time.time()
        wish = {"interviewId": self.interview_id, "text": text, "idempotencyKey": text}
        try:
            # a connection of its own: whichever process takes it
            async with self.deployment.client(self.token) as client:
                answer = (await client.post("/graphql", json={"query": SAY, "variables": {"input": wish}})).json()
            errors = answer.get("errors")
            outcome = errors[0]["extensions"]["code"] if errors else "OK"
        except httpx2.TransportError as broken:
            outcome = type(broken).__name__
        self.calls.append(Call(at, time.time() - at, outcome))
        return outcome == "OK"


@dataclass
class Load:
    """What goes on: interviews that are written, followed and, one of them, typed."""

    deployment: Deployment
    scale: Scale
    interview_ids: list[str]
    probe: Probe

    async def pass_time(self, length: float) -> Window:
        """So many seconds as they are."""
        since = time.time()
        await asyncio.sleep(length)
        return since, time.time()

    async def quiet(self) -> Window:
        """A time in which nothing fails, after everything has warmed up."""
        await asyncio.sleep(self.scale.warm)
        return await self.pass_time(self.scale.quiet)

    async def received(self, window: Window) -> dict[str, float]:
        """Seconds from written to received of that time's turns: count, p50, p99, max, and the readers' own lag."""
        answer: dict[str, float] = await self.deployment.readers.call("latencies", since=window[0], until=window[1])
        return answer

    async def appended(self, window: Window) -> dict[str, float]:
        """Seconds from written to stored: count, p50, p99."""
        answer: dict[str, float] = await self.deployment.writers.call("appends", since=window[0], until=window[1])
        return answer

    async def usual_p99(self, name: str, window: Window) -> float:
        """Seconds: the median of the p99 of pieces of that time, of `received` or `appended`; one burst is not the rule."""
        measure = {"received": self.received, "appended": self.appended}[name]
        pieces = max(1, round((window[1] - window[0]) / PIECE_SECONDS))
        length = (window[1] - window[0]) / pieces
        found = [await measure((window[0] + place * length, window[0] + (place + 1) * length)) for place in range(pieces)]
        # on a machine that stands still a piece may be empty
        return statistics.median([piece["p99"] for piece in found if piece["count"]] or [math.nan])

    async def told(self, name: str, window: Window, limit: float | None) -> list[Check]:
        """How soon turns were received in that time, and whether the readers' process could tell."""
        received = await self.received(window)
        return [
            seconds(f"{name}: written to received, p50 of {received['count']}", received["p50"], None),
            seconds(f"{name}: p99", received["p99"], limit),
            seconds(f"{name}: lag of the readers' own process, p99", received["lag"], LAG_SECONDS),
        ]

    async def clean(self) -> list[Check]:
        """End the writing, wait for the readers, and compare what was acknowledged, stored and seen."""
        writers, readers = self.deployment.writers, self.deployment.readers
        async with asyncio.timeout(HALT_SECONDS):
            acknowledged = await writers.call("halt")
        return await self.compare(acknowledged, await readers.call("caught_up", stored=acknowledged))

    async def compare(self, acknowledged: dict[str, int], caught_up: float | None) -> list[Check]:
        """The same, once writing has ended. `caught_up`: seconds until the readers had the rest, or None."""
        stored = await self.deployment.writers.call("stored", interview_ids=self.interview_ids)
        state = await self.deployment.readers.call("state")
        lost = sum(stored["last"][interview_id] < seq for interview_id, seq in acknowledged.items())
        typed = await self.deployment.writers.call("texts", interview_id=self.probe.interview_id)
        # the last may be on its way: stored, not yet acknowledged
        is_typed_once = typed[: len(self.probe.acknowledged)] == self.probe.acknowledged and len(set(typed)) == len(typed)
        faults = ", ".join(f"{number} {kind}" for kind, number in state["faults"].items())
        return [
            count(f"seen by {state['readers']} readers, {state['turns']} turns: {faults}", sum(state["faults"].values())),
            effect("all readers have the last turn", caught_up is not None),
            count("interviews that lost an acknowledged turn", lost),
            count("stored turns that are out of order or not as written", stored["faults"]),
            effect(f"{len(self.probe.acknowledged)} acknowledged messages of the API stored once, in order", is_typed_once),
            count("subscriptions that were refused", len(state["failed"])),
        ]


@asynccontextmanager
async def loaded(deployment: Deployment, scale: Scale) -> AsyncIterator[Load]:
    """New interviews, readers that are connected, writers at work. With the block all of it ends, and what was killed is up."""
    await deployment.mend()
    *started, (typed_id, token) = await deployment.start_interviews(scale.interviews + 1)
    interview_ids = [interview_id for interview_id, _ in started]
    followed = [[interview_id] for interview_id in interview_ids for _ in range(scale.readers)]
    viewer = deployment.keys[Role.VIEWER]
    probe = Probe(deployment, typed_id, token)
    sending: asyncio.Task[None] | None = None
    try:
        await deployment.readers.call("open", group="load", url=deployment.websocket, token=viewer, followed=followed)
        await deployment.readers.call("connected")
        await deployment.writers.call("begin", interview_ids=interview_ids, period=scale.period)
        sending = asyncio.create_task(probe.keep_sending(scale.period))
        yield Load(deployment, scale, interview_ids, probe)
    finally:
        if sending:
            await end(sending)
        await deployment.mend()
        async with asyncio.timeout(HALT_SECONDS):
            await deployment.writers.call("halt")
        await deployment.readers.call("close")


def outcomes(calls: Sequence[Call]) -> str:
    """How many of each, for people."""
    found = sorted({call.outcome for call in calls})
    return ", ".join(f"{sum(call.outcome == one for call in calls)} {one}" for one in found) or "none"
