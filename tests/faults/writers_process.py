"""Process that writes a turn per period in each interview, storing and publishing it as a voice worker does.

The harness runs it as `python -m tests.faults.writers_process PORT`, with the settings of the product's processes in the
environment. It also does what needs MongoDB without the API: issuing keys, and reading what is stored.
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

from agent.voice.speech_collector import SpeechSegment
from agent.voice.transcript_writer import TranscriptWriter
from auth import Audience, sign
from cli.keys import load_starter_positions
from lifecycle.jobs import Jobs
from lifecycle.rooms import Rooms
from lifecycle.services import Services
from lifecycle.states import finish_interview
from live.hub import LiveHub
from live.rate_limits import RateLimits
from models import database
from models.documents.audit_entry import AuditEntry
from models.documents.evaluation import Evaluation
from models.documents.interview import EndReason, Interview, InterviewStatus, get_interview
from models.documents.organization import Role, create_key, ensure_organization, revoke_key
from models.documents.recording import Recording
from models.documents.repair_attempt import RepairAttempt
from models.documents.turn import Channel, NewTurn, Speaker, Turn, read_turns
from models.storage.clock import now
from models.writes.append_turns import InterviewerUpdate
from models.writes.interview_transitions import mark_ending
from resolvers.audit_log import DONE
from resolvers.ids import IdKind, decode_id, encode_id
from resolvers.positions import seed_positions
from sandbox.results import percentile
from sandbox.stack import ORGANIZATION
from settings import read_settings
from tests.faults.oracle import Oracle, expected_text
from tests.faults.rpc import run, serve_calls

SWEEP_SECONDS = 1.0
MAX_PENDING = 8
"""Turns of an interview that may wait to be stored; beyond them the writer pauses."""


class TimedLive(LiveHub):
    """Feeds that record when a turn is about to be published, which is when it is stored and acknowledged."""

    appends: list[tuple[float, float]]
    """When a turn was said, as time.time() counts, and the seconds that storing it took."""
    _published_at: dict[ObjectId, float]
    """When an interview's last turn had been published: the next turn is stored only then."""
    dies_before_publish = False
    """Kill this process after the next turn is stored and before it is published."""

    async def publish_turn(self, turn: Turn) -> None:
        """Publish the turn, or kills this process."""
        if self.dies_before_publish:
            os.kill(os.getpid(), signal.SIGKILL)
        said_at = turn.ended_at.timestamp()
        began_at = max(said_at, self._published_at.get(turn.interview_id, 0.0))
        self.appends.append((said_at, time.time() - began_at))
        await super().publish_turn(turn)

    async def publish_change(self, document: Interview | Evaluation | Recording) -> None:
        """Publish the change and records when."""
        await super().publish_change(document)
        self._published_at[document.id if isinstance(document, Interview) else document.interview_id] = time.time()

    def reset(self) -> None:
        """Discard what was recorded."""
        self.appends, self._published_at = [], {}


class Writer:
    """Writes one interview; `last` is the highest seq that was acknowledged."""

    def __init__(self, services: Services, interview_id: str, interview: Interview) -> None:
        self.interview_id = interview_id
        self.last = interview.last_seq
        self._last_said = interview.last_seq
        self._interview = interview
        self._transcript = TranscriptWriter(services, interview.id, interview.fence)
        self._stop_requested = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def stop(self) -> None:
        """End the writing; turns that were said are still stored."""
        self._stop_requested.set()

    async def write(self, period: float) -> None:
        """Says a turn each `period` seconds, alternating speakers, until `stop`; returns when all of them are stored.

        While MongoDB is away people keep talking for a while, and the product buffers what they say.
        """
        due = self._loop.time() + random.uniform(0, period)
        pending: deque[asyncio.Task[Any]] = deque()
        while not self._stop_requested.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout_at(due):
                    await self._stop_requested.wait()
                break
            pending.append(asyncio.create_task(self.say()))
            while pending and (pending[0].done() or len(pending) > MAX_PENDING):
                await pending.popleft()
            due = max(due + period, self._loop.time())
        await asyncio.gather(*pending)

    async def say(self, end_reason: EndReason | None = None) -> Interview | None:
        """Says the next turn. With a reason it is the interviewer's closing, and the interview is returned as it is after it."""
        self._last_said += 1
        seq, at = self._last_said, now()
        text = expected_text(self.interview_id, seq)
        if seq % 2 or end_reason:
            turn = NewTurn(
                key=f"item:{seq}", speaker=Speaker.INTERVIEWER, text=text, channel=Channel.VOICE, started_at=at, ended_at=at
            )
            words = InterviewerUpdate(
                fence=self._interview.fence,
                answers=seq - 1,
                progress=self._interview.progress,
                is_code_reply=None,
                due_at=None,
                end_reason=end_reason,
            )
            interview = await self._transcript.add_interviewer_turns([turn], words)
            self.last = seq
            return interview
        heard = SpeechSegment(id=str(seq), text=text, confidence=1.0, started_at=at, ended_at=at, final_at=time.time())
        self.last = (await self._transcript.add_candidate_speech(heard)).seq
        return None


class Writers:
    """All writers of a load. The harness calls its public coroutines."""

    def __init__(self, services: Services, live: TimedLive) -> None:
        self._services = services
        self._live = live
        self._writers: list[Writer] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self, interview_ids: list[str], period: float) -> None:
        """Start to write each of these interviews, after its last stored turn."""
        self._live.reset()
        self._writers = [await self._writer(interview_id) for interview_id in interview_ids]
        self._tasks = [asyncio.create_task(writer.write(period)) for writer in self._writers]

    async def halt(self) -> dict[str, int]:
        """Stop writing and return the last acknowledged seq by interview. Raises the error that a writer failed with."""
        for writer in self._writers:
            writer.stop()
        await asyncio.gather(*self._tasks)
        return {writer.interview_id: writer.last for writer in self._writers}

    async def finish(self) -> dict[str, int]:
        """Stop writing, then close and complete all interviews concurrently; return the same as `halt`."""
        await self.halt()
        for closed in await asyncio.gather(*(writer.say(EndReason.WRAPPED_UP) for writer in self._writers)):
            if closed:
                await finish_interview(self._services, closed)
        return {writer.interview_id: writer.last for writer in self._writers}

    async def append_times(self, since: float, until: float) -> dict[str, float]:
        """Return the seconds that storing took, for turns that were said in a window."""
        seconds = [took for at, took in self._live.appends if since <= at <= until]
        return {"count": len(seconds), "p50": percentile(seconds, 0.5), "p99": percentile(seconds, 0.99)}

    async def die_between_commit_and_publish(self) -> None:
        """Make the next turn that is stored the last thing this process does."""
        self._live.dies_before_publish = True

    async def stored(self, interview_ids: list[str]) -> dict[str, Any]:
        """Return the last stored seq by interview, and the number of stored turns that violate the oracle."""
        oracles = []
        for interview_id in interview_ids:
            oracles.append(oracle := Oracle(interview_id))
            for turn in await read_turns(decode_id(IdKind.INTERVIEW, interview_id)):
                oracle.observe(turn.seq, turn.text)
        return {
            "last": {oracle.interview_id: oracle.last for oracle in oracles},
            "violations": sum(sum(oracle.violations().values()) for oracle in oracles),
        }

    async def candidate_texts(self, interview_id: str) -> list[str]:
        """Return what the candidate has said in an interview, in order."""
        turns: Sequence[Turn] = await read_turns(decode_id(IdKind.INTERVIEW, interview_id))
        return [turn.text for turn in turns if turn.speaker is Speaker.CANDIDATE]

    async def unrecorded_texts(self, interview_id: str) -> list[str]:
        """Return what the candidate has said in an interview without an entry of it in the audit log, in order."""
        said = [turn for turn in await read_turns(decode_id(IdKind.INTERVIEW, interview_id)) if turn.speaker is Speaker.CANDIDATE]
        entries = AuditEntry.find(
            {"action": "sendMessage", "outcome": DONE, "interview_id": decode_id(IdKind.INTERVIEW, interview_id)}
        )
        recorded = {object_id async for entry in entries for object_id in entry.object_ids}
        return [turn.text for turn in said if encode_id(IdKind.TURN, turn.id) not in recorded]

    async def abandon(self, interview_ids: list[str]) -> None:
        """End interviews as a process does that dies before it completes them."""
        for interview_id in interview_ids:
            await mark_ending(decode_id(IdKind.INTERVIEW, interview_id), EndReason.WRAPPED_UP)

    async def count_ending(self, interview_ids: list[str]) -> int:
        """Return how many of these interviews are not completed."""
        ids = [decode_id(IdKind.INTERVIEW, interview_id) for interview_id in interview_ids]
        return await Interview.find({"_id": {"$in": ids}, "status": InterviewStatus.ENDING}).count()

    async def poison(self, interview_id: str) -> None:
        """Make an interview unreadable, so that every repair of it fails."""
        await self._set_candidate_name(interview_id, 0)

    async def heal(self, interview_id: str) -> int:
        """Make an interview readable again and return how often its completion was attempted."""
        await self._set_candidate_name(interview_id, "Maya Lindqvist")
        attempt = await RepairAttempt.find_one({"repair": "finish", "document_id": decode_id(IdKind.INTERVIEW, interview_id)})
        return attempt.attempts if attempt else 0

    async def _set_candidate_name(self, interview_id: str, name: object) -> None:
        rows = Interview.get_pymongo_collection()
        await rows.update_one({"_id": decode_id(IdKind.INTERVIEW, interview_id)}, {"$set": {"candidate.name": name}})

    async def create_api_key(self, role: str) -> tuple[str, str]:
        """Create an API key of a role and return its id and its secret."""
        owner, is_new = await ensure_organization(ORGANIZATION)
        if is_new:
            await seed_positions(owner.id, load_starter_positions())
        key, secret = await create_key(owner.id, Role(role), "faults")
        return str(key.id), secret

    async def revoke_api_key(self, key_id: str) -> None:
        """Revokes an API key."""
        await revoke_key(PydanticObjectId(key_id))

    async def create_candidate_token(self, interview_id: str, seconds: float) -> str:
        """Create a token of the interview's candidate that expires after `seconds`."""
        interview = await self._read(interview_id)
        claims = {
            "sub": str(interview.id),
            "org": str(interview.organization_id),
            "gen": interview.invite_generation,
            "exp": now() + timedelta(seconds=seconds),
        }
        return sign(claims, Audience.CANDIDATE, self._services.settings.auth)

    async def keep_aborting_orphans(self) -> None:
        """Aborts transactions of killed processes, as jobs workers do. None runs here, because it would join the interviews."""
        while True:
            with suppress(PyMongoError):
                await self._services.transaction_reaper.abort_orphaned_transactions(database.get_database().client)
            await asyncio.sleep(SWEEP_SECONDS)

    async def _writer(self, interview_id: str) -> Writer:
        return Writer(self._services, interview_id, await self._read(interview_id))

    async def _read(self, interview_id: str) -> Interview:
        interview = await get_interview(decode_id(IdKind.INTERVIEW, interview_id))
        if interview is None:
            raise RuntimeError(f"interview {interview_id} does not exist")
        return interview


async def _main() -> None:
    settings = read_settings()
    async with (
        database.connect(settings.mongodb),
        TimedLive(settings.redis, settings.auth) as live,
        Jobs(settings.redis, settings.auth, settings.jobs.concurrency) as jobs,
        Rooms(settings) as rooms,
        RateLimits(settings.redis, settings.rate) as rate_limits,
    ):
        live.reset()
        writers = Writers(Services(settings, live, jobs, rooms, rate_limits), live)
        aborting = asyncio.create_task(writers.keep_aborting_orphans())
        functions = (
            *("begin", "halt", "finish", "append_times", "die_between_commit_and_publish", "stored", "candidate_texts"),
            *("unrecorded_texts", "abandon", "count_ending", "poison", "heal"),
            *("create_api_key", "revoke_api_key", "create_candidate_token"),
        )
        await serve_calls({name: getattr(writers, name) for name in functions})
        aborting.cancel()


if __name__ == "__main__":
    run(_main())
