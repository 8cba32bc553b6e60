"""Load on a deployment for the length of one scenario, and the effects that must hold whatever failed meanwhile."""

import asyncio
import math
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx2

from live.cancellation import cancel_and_wait
from models.documents.organization import Role
from tests.faults.checks import Check, count, duration, effect, ratio
from tests.faults.deployment import Deployment

WINDOW_PIECE_SECONDS = 2.0
HALT_SECONDS = 30.0
"""Within which a stopped writer must have stored its last turn."""
HEALTHY_SECONDS = 1.0
"""Ceiling of p99 while nothing fails: ratios to a baseline that a person finds slow would prove nothing."""
RECOVERED_RATIO = 3.0
"""Usual p99 after a fault to that before, up to which latency counts as recovered; the poll alone would be 50 times."""
SEND = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { turn { seq } } }"


@dataclass(frozen=True, slots=True)
class Scale:
    """Amount of load, and durations in seconds."""

    interviews: int = 50
    subscribers: int = 2
    """Of each interview."""
    period: float = 0.25
    """Between two turns of an interview."""
    typing_period: float = 0.25
    """Between two messages of the candidate who types."""
    warm_up: float = 2.0
    quiet: float = 8.0
    """Before a fault."""
    arrival: float = 1.0
    """Until the turns of that time have arrived."""
    settle: float = 3.0
    """After a fault, until latency must have recovered."""
    after: float = 8.0
    redis_killed: float = 10.0
    redis_black_hole: float = 30.0
    redis_frozen: float = 30.0
    mongod_killed: float = 3.0
    mongod_down: float = 60.0
    mongod_frozen: float = 20.0
    api_away: float = 2.0
    stalled: float = 60.0
    filled: float = 34.0
    """Until each interview's shared events are as many as are ever retained (engine.shared_subscriptions.KEPT)."""
    churn: float = 30.0
    deaths: int = 4
    """Number of processes killed between commit and publish."""
    worker_deaths: int = 8
    """Number of jobs workers that are killed."""
    between_worker_deaths: float = 2.0
    """After the start of a worker, until the next one is killed."""
    access: float = 5.0
    """Lifetime of a candidate's token."""
    attack: float = 8.0
    slow_connections: int = 800
    """Connections that send a head or a body slowly: more than both API processes serve."""


SHORT = Scale(
    interviews=5,
    warm_up=0.5,
    quiet=1.0,
    arrival=0.2,
    settle=1.0,
    after=1.0,
    redis_killed=2.5,
    redis_black_hole=3.0,
    redis_frozen=3.0,
    mongod_killed=0.5,
    mongod_down=6.0,
    mongod_frozen=6.0,
    api_away=0.3,
    stalled=3.0,
    filled=0.0,
    churn=3.0,
    deaths=1,
    worker_deaths=2,
    between_worker_deaths=2.0,
    access=3.0,
    attack=1.5,
    slow_connections=100,
)
"""Enough to see what is lost, repeated or reordered; too little for figures."""

Window = tuple[float, float]
"""Start and end, as time.time() counts."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the API: when it began, how long it took, and OK, the error code or the transport error."""

    at: float
    seconds: float
    outcome: str


@dataclass
class TypingCandidate:
    """A candidate who types, and repeats each message under its idempotency key until it is acknowledged."""

    deployment: Deployment
    interview_id: str
    token: str
    acknowledged: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    async def keep_sending(self, period: float) -> None:
        """Send messages until cancelled."""
        while True:
            text = f"message {len(self.acknowledged) + 1}"
            while not await self._send(text):
                await asyncio.sleep(0.1)
            self.acknowledged.append(text)
            await asyncio.sleep(period)

    def calls_within(self, window: Window) -> list[Call]:
        """Return the calls that began in a window."""
        return [call for call in self.calls if window[0] <= call.at <= window[1]]

    def succeeded_within(self, window: Window) -> bool:
        """Return whether any message was accepted in a window."""
        return any(call.outcome == "OK" for call in self.calls_within(window))

    async def _send(self, text: str) -> bool:
        at = time.time()
        values = {"interviewId": self.interview_id, "text": text, "idempotencyKey": text}
        try:
            # a new connection each time, which may reach either process
            async with self.deployment.client(self.token) as client:
                response = (await client.post("/graphql", json={"query": SEND, "variables": {"input": values}})).json()
            errors = response.get("errors")
            outcome = errors[0]["extensions"]["code"] if errors else "OK"
        except httpx2.TransportError as error:
            outcome = type(error).__name__
        self.calls.append(Call(at, time.time() - at, outcome))
        return outcome == "OK"


@dataclass
class Load:
    """Interviews that are being written and followed, and one in which a candidate types."""

    deployment: Deployment
    scale: Scale
    interview_ids: list[str]
    candidate: TypingCandidate

    async def run_for(self, seconds: float) -> Window:
        """Let the load run and return the window."""
        since = time.time()
        await asyncio.sleep(seconds)
        return since, time.time()

    async def run_undisturbed(self) -> Window:
        """Warm up, and return a window in which nothing fails: the baseline of this run's ratios.

        Its last turns have arrived, so that a fault that begins now does not delay them.
        """
        await asyncio.sleep(self.scale.warm_up)
        window = await self.run_for(self.scale.quiet)
        await asyncio.sleep(self.scale.arrival)
        return window

    async def latencies(self, window: Window) -> dict[str, float]:
        """Return seconds from written to received: count, p50, p99, max, and the harness's own lag."""
        found: dict[str, float] = await self.deployment.subscribers.call("latencies", since=window[0], until=window[1])
        return found

    async def append_times(self, window: Window) -> dict[str, float]:
        """Return seconds from written to stored: count, p50, p99."""
        found: dict[str, float] = await self.deployment.writers.call("append_times", since=window[0], until=window[1])
        return found

    async def usual_p99(self, window: Window, *, of_appends: bool = False) -> float:
        """Return the median of the p99 of two-second pieces of a window, so that one burst does not decide."""
        measure = self.append_times if of_appends else self.latencies
        pieces = max(1, round((window[1] - window[0]) / WINDOW_PIECE_SECONDS))
        length = (window[1] - window[0]) / pieces
        found = [await measure((window[0] + index * length, window[0] + (index + 1) * length)) for index in range(pieces)]
        # on a machine that stands still a piece may be empty
        return statistics.median([piece["p99"] for piece in found if piece["count"]] or [math.nan])

    async def latency_checks(self, name: str, window: Window, ceiling: float | None = None) -> list[Check]:
        """Report how soon turns were received in a window; with a ceiling, expects it of p99.

        The lag of the harness stands beside it, so that a slow harness is not mistaken for a slow product.
        """
        found = await self.latencies(window)
        return [
            duration(f"{name}: written to received, p50 of {found['count']}", found["p50"]),
            duration(f"{name}: written to received, p99", found["p99"], ceiling),
            duration(f"{name}: scheduling lag of the subscribers' process, p99", found["lag"]),
        ]

    async def baseline_checks(self, window: Window) -> list[Check]:
        """Report the latency before the fault, which later windows are compared with."""
        return await self.latency_checks("before", window, HEALTHY_SECONDS)

    async def latency_ratio(self, name: str, window: Window, baseline: Window, limit: float | None) -> Check:
        """Compare the usual p99 of a window with that of the baseline."""
        usual, before = await self.usual_p99(window), await self.usual_p99(baseline)
        return ratio(f"{name} to before, usual p99 of written to received", usual, before, limit)

    async def stop_and_verify(self) -> list[Check]:
        """Stop the writers, wait for the subscribers, and compare what was acknowledged, stored and received."""
        writers, subscribers = self.deployment.writers, self.deployment.subscribers
        async with asyncio.timeout(HALT_SECONDS):
            acknowledged = await writers.call("halt")
        return await self.verify(acknowledged, await subscribers.call("wait_until_caught_up", stored=acknowledged))

    async def verify(self, acknowledged: dict[str, int], caught_up: float | None) -> list[Check]:
        """Compare acknowledged, stored and received turns once writing has ended.

        `caught_up`: seconds until the subscribers had the last turns, or None if they never had.
        """
        # the candidate continues to send
        sent = list(self.candidate.acknowledged)
        stored = await self.deployment.writers.call("stored", interview_ids=self.interview_ids)
        report = await self.deployment.subscribers.call("report")
        lost = sum(stored["last"][interview_id] < seq for interview_id, seq in acknowledged.items())
        typed = await self.deployment.writers.call("candidate_texts", interview_id=self.candidate.interview_id)
        unrecorded = await self.deployment.writers.call("unrecorded_texts", interview_id=self.candidate.interview_id)
        # more may be stored in the meantime
        stored_once = typed[: len(sent)] == sent and len(set(typed)) == len(typed)
        violations = ", ".join(f"{number} {kind}" for kind, number in report["violations"].items())
        seen = f"{report['turns']} turns at {report['subscribers']} subscribers"
        return [
            count(f"violations in {seen}: {violations}", sum(report["violations"].values())),
            effect("every subscriber has the last turn", caught_up is not None),
            count("interviews that lost an acknowledged turn", lost),
            count("stored turns that are out of order or not as written", stored["violations"]),
            effect(f"{len(sent)} acknowledged messages of the API are stored once, in order", stored_once),
            count("acknowledged messages of the API without an entry in the audit log", len(set(unrecorded) & set(sent))),
            count("subscriptions that were refused", len(report["failed"])),
        ]


@asynccontextmanager
async def run_load(deployment: Deployment, scale: Scale) -> AsyncIterator[Load]:
    """Start interviews, subscribers and writers; stop them after the block, and restart what was killed in it."""
    await deployment.restart_missing()
    *started, (typed_id, token) = await deployment.start_interviews(scale.interviews + 1)
    interview_ids = [interview_id for interview_id, _ in started]
    followed = [[interview_id] for interview_id in interview_ids for _ in range(scale.subscribers)]
    viewer = deployment.keys[Role.VIEWER]
    candidate = TypingCandidate(deployment, typed_id, token)
    sending: asyncio.Task[None] | None = None
    try:
        subscribers = deployment.subscribers
        await subscribers.call("open", group="load", url=deployment.websocket_url, token=viewer, followed=followed)
        await subscribers.call("wait_until_connected")
        await deployment.writers.call("begin", interview_ids=interview_ids, period=scale.period)
        sending = asyncio.create_task(candidate.keep_sending(scale.typing_period))
        yield Load(deployment, scale, interview_ids, candidate)
    finally:
        if sending:
            await cancel_and_wait(sending)
        await deployment.restart_missing()
        async with asyncio.timeout(HALT_SECONDS):
            await deployment.writers.call("halt")
        await deployment.subscribers.call("close")


def count_outcomes(calls: Sequence[Call]) -> str:
    """Format how many calls had each outcome."""
    found = sorted({call.outcome for call in calls})
    return ", ".join(f"{sum(call.outcome == one for call in calls)} {one}" for one in found) or "none"
