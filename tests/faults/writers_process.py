"""The writers' process: interviews in which a turn is said each quarter of a second, stored and shown as a voice worker does it.

The harness runs it: `python -m tests.faults.writers_process PORT`, with settings in the environment, as for the product's processes.
It also does what needs MongoDB without the API: keys, and looking at what is stored.
"""

import asyncio
import os
import random
import signal
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from beanie import PydanticObjectId
from bson import ObjectId
from pymongo.errors import PyMongoError

from agent.hearing import Heard
from agent.transcript import Transcript
from auth import Audience, sign
from tests.faults.oracle import Oracle, text_of
from tests.faults.rpc import answer, run
from benchmarks.replies import percentile
from evaluation import prompt
from keys import read_starters
from lifecycle.jobs import Jobs
from lifecycle.rooms import Rooms
from lifecycle.services import Services
from lifecycle.states import finish_interview
from live.feed import Live
from models import database
from models.append import Words
from models.clock import now
from models.interview import EndReason, Interview, get_interview
from models.organization import Role, create_key, ensure_organization, revoke_key
from models.session import abort_orphans
from models.turn import Channel, NewTurn, Speaker, Turn, read_turns
from resolvers.ids import Kind, decode
from resolvers.positions import seed_positions
from sandbox.stack import ORGANIZATION
from settings import read_settings

SWEEP_SECONDS = 1.0
BUFFERED = 8
"""turns that wait to be stored, after which nothing more is said"""


class TimedLive(Live):
    """Feeds that note when a turn is about to be published: then it is stored, and acknowledged."""

    appends: list[tuple[float, float]]
    """when it was said, as time.time counts, and the seconds that storing it took"""
    _shown_at: dict[ObjectId, float]
    """when the interview's last turn had been published: the next is stored only then"""
    is_deadly = False
    """the next turn is stored, and its process dies before it is published"""

    async def publish_turn(self, turn: Turn) -> None:
        """Publish it, unless this is the moment to die."""
        if self.is_deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        said_at = turn.ended_at.timestamp()
        began_at = max(said_at, self._shown_at.get(turn.interview_id, 0.0))
        self.appends.append((said_at, time.time() - began_at))
        await super().publish_turn(turn)

    async def publish_change(self, organization_id: ObjectId, interview_id: ObjectId) -> None:
        """Publish it, and note when."""
        await super().publish_change(organization_id, interview_id)
        self._shown_at[interview_id] = time.time()

    def forget(self) -> None:
        """Nothing has been noted."""
        self.appends, self._shown_at = [], {}


class Writer:
    """One interview's worker: `last` is the seq that was acknowledged to it."""

    def __init__(self, services: Services, interview_id: str, interview: Interview) -> None:
        self.interview_id = interview_id
        self.last = interview.last_seq
        self._said = interview.last_seq
        self._interview = interview
        self._transcript = Transcript(services, ObjectId(interview.id), interview.fence)
        self._stops = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def stop(self) -> None:
        """Say nothing more; what was said is stored."""
        self._stops.set()

    async def keep_writing(self, period: float) -> None:
        """A turn each `period` seconds, the two speakers by turns, until `stop`; ends when all of them are stored.

        While MongoDB is away people talk on for a while: the product's buffer keeps what they say.
        """
        due = self._loop.time() + random.uniform(0, period)
        buffered: deque[asyncio.Task[Any]] = deque()
        while not self._stops.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout_at(due):
                    await self._stops.wait()
                break
            buffered.append(asyncio.create_task(self.say()))
            while buffered[0].done() or len(buffered) > BUFFERED:
                await buffered.popleft()
                if not buffered:
                    break
            due = max(due + period, self._loop.time())
        await asyncio.gather(*buffered)

    async def say(self, end_reason: EndReason | None = None) -> Interview | None:
        """The next turn; with a reason it is the closing, by the interviewer, and the interview as it is then is answered."""
        self._said += 1
        seq, at = self._said, now()
        text = text_of(self.interview_id, seq)
        if seq % 2 or end_reason:
            turn = NewTurn(
                key=f"item:{seq}", speaker=Speaker.INTERVIEWER, text=text, channel=Channel.VOICE, started_at=at, ended_at=at
            )
            words = Words(
                fence=self._interview.fence,
                answers=seq - 1,
                progress=self._interview.progress,
                by_code=None,
                due_at=None,
                end_reason=end_reason,
            )
            interview = await self._transcript.add_said([turn], words)
            self.last = seq
            return interview
        heard = Heard(id=str(seq), text=text, confidence=1.0, started_at=at, ended_at=at, final_at=time.time())
        self.last = (await self._transcript.add_heard(heard)).seq
        return None


class Writers:
    """The writers that are at work. Its public coroutines are what the harness calls."""

    def __init__(self, services: Services, live: TimedLive) -> None:
        self._services = services
        self._live = live
        self._writers: list[Writer] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self, interview_ids: list[str], period: float) -> None:
        """Write each of these interviews on, from what is stored."""
        self._live.forget()
        self._writers = [await self._writer(interview_id) for interview_id in interview_ids]
        self._tasks = [asyncio.create_task(writer.keep_writing(period)) for writer in self._writers]

    async def halt(self) -> dict[str, int]:
        """Stop writing; returns the last seq that was acknowledged, by interview. Raises what writers could not go on for."""
        for writer in self._writers:
            writer.stop()
        await asyncio.gather(*self._tasks)
        return {writer.interview_id: writer.last for writer in self._writers}

    async def finish(self) -> dict[str, int]:
        """Stop writing, close each interview with a last turn and complete it, all at once; returns as `halt`."""
        await self.halt()
        for closed in await asyncio.gather(*(writer.say(EndReason.WRAPPED_UP) for writer in self._writers)):
            if closed:
                await finish_interview(self._services, closed)
        return {writer.interview_id: writer.last for writer in self._writers}

    async def appends(self, since: float, until: float) -> dict[str, float]:
        """Seconds that storing took, of the turns that were said in that time."""
        seconds = [took for at, took in self._live.appends if since <= at <= until]
        return {"count": len(seconds), "p50": percentile(seconds, 0.5), "p99": percentile(seconds, 0.99)}

    async def die_between_commit_and_publish(self) -> None:
        """The next turn that is stored is the last thing that this process does."""
        self._live.is_deadly = True

    async def stored(self, interview_ids: list[str]) -> dict[str, Any]:
        """The last seq that is stored, by interview, and how many stored turns are not as they must be."""
        oracles = []
        for interview_id in interview_ids:
            oracles.append(oracle := Oracle(interview_id))
            for turn in await read_turns(decode(Kind.INTERVIEW, interview_id)):
                oracle.take(turn.seq, turn.text)
        return {
            "last": {oracle.interview_id: oracle.last for oracle in oracles},
            "faults": sum(sum(oracle.faults().values()) for oracle in oracles),
        }

    async def texts(self, interview_id: str) -> list[str]:
        """What the candidate has said in it, in order."""
        turns: Sequence[Turn] = await read_turns(decode(Kind.INTERVIEW, interview_id))
        return [turn.text for turn in turns if turn.speaker is Speaker.CANDIDATE]

    async def provide_key(self, role: str) -> tuple[str, str]:
        """A new key of that role: its id and its secret."""
        owner, is_new = await ensure_organization(ORGANIZATION)
        if is_new:
            await seed_positions(ObjectId(owner.id), read_starters())
        key, secret = await create_key(PydanticObjectId(owner.id), Role(role), "faults")
        return str(key.id), secret

    async def revoke(self, key_id: str) -> None:
        """Make a key worthless."""
        await revoke_key(PydanticObjectId(key_id))

    async def provide_access(self, interview_id: str, seconds: float) -> str:
        """A token of the interview's candidate, that is good for so long."""
        interview = await self._read(interview_id)
        claims = {
            "sub": str(interview.id),
            "org": str(interview.organization_id),
            "gen": interview.invite_generation,
            "exp": now() + timedelta(seconds=seconds),
        }
        return sign(claims, Audience.CANDIDATE, self._services.settings.auth)

    async def keep_sweeping(self) -> None:
        """Break the locks that killed processes left, as jobs workers do. None is up here: it would take part in the talk."""
        while True:
            with suppress(PyMongoError):
                await abort_orphans()
            await asyncio.sleep(SWEEP_SECONDS)

    async def _writer(self, interview_id: str) -> Writer:
        return Writer(self._services, interview_id, await self._read(interview_id))

    async def _read(self, interview_id: str) -> Interview:
        interview = await get_interview(decode(Kind.INTERVIEW, interview_id))
        if interview is None:
            raise RuntimeError("the interview is gone")
        return interview


async def _main() -> None:
    settings = read_settings()
    async with (
        database.connect(settings.mongodb),
        TimedLive(settings.redis) as live,
        Jobs(settings.redis, settings.jobs.concurrency) as jobs,
        Rooms(settings) as rooms,
    ):
        live.forget()
        writers = Writers(Services(settings, live, jobs, rooms, prompt.VERSION), live)
        sweeping = asyncio.create_task(writers.keep_sweeping())
        called = (
            *("begin", "halt", "finish", "appends", "die_between_commit_and_publish", "stored", "texts"),
            *("provide_key", "revoke", "provide_access"),
        )
        await answer({name: getattr(writers, name) for name in called})
        sweeping.cancel()


if __name__ == "__main__":
    run(_main())
