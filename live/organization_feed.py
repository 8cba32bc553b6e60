"""The feed of one organization's changing interviews, shared by all its followers in this process."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import datetime, timedelta

from bson import ObjectId

from live.messages import Changed, decode_message
from live.single_flight import retry_until_available
from models.documents.interview import Interview, get_interviews
from models.reads.watermarks import list_changes_since, read_server_time

OVERLAP = timedelta(seconds=10)
"""How far back each poll looks, since a change may be committed after others with a later time.

A transaction takes at most 4 s, and servers' clocks differ.
"""
MIN_POLL_INTERVAL_SECONDS = 0.05
"""Minimum seconds between two polls, however many messages request one."""
MAX_CACHED_INTERVIEWS = 100
"""Interviews cached, as last delivered, for followers that are slightly behind."""
INTERVIEW_BATCH_SIZE = 20
"""Interviews that a follower reads in one query."""


class InterviewQueue:
    """Queue of interview ids for one follower, each at most once."""

    def __init__(self) -> None:
        self.filled = asyncio.Event()
        self._ids: dict[ObjectId, None] = {}

    def put(self, interview_id: ObjectId) -> None:
        """Add an id, unless it is already queued."""
        self._ids[interview_id] = None
        self.filled.set()

    async def take(self) -> list[ObjectId]:
        """Wait until the queue has ids, then take the oldest, at most INTERVIEW_BATCH_SIZE."""
        while not self._ids:
            self.filled.clear()
            await self.filled.wait()
        batch = list(self._ids)[:INTERVIEW_BATCH_SIZE]
        for interview_id in batch:
            del self._ids[interview_id]
        return batch


class OrganizationFeed:
    """Delivers each changed interview to every follower in its current state, at most once per `coalesce_seconds`.

    Messages name changed interviews; a poll every `poll_seconds` finds those that no message named. Followers queue
    ids, not interviews, so a slow follower gets the newest state and uses little memory.
    """

    def __init__(self, organization_id: ObjectId, poll_seconds: float, coalesce_seconds: float) -> None:
        self._organization_id = organization_id
        self._poll_seconds = poll_seconds
        self._coalesce_seconds = coalesce_seconds
        self._loop = asyncio.get_running_loop()
        self._next_poll_at = 0.0
        self._wake = asyncio.Event()
        self._started = asyncio.Event()
        self._pending: set[ObjectId] = set()  # changed and not yet delivered
        self._delivered: dict[ObjectId, tuple[datetime, float]] = {}  # updated_at as delivered, and the loop's time then
        self._recent: OrderedDict[ObjectId, Interview] = OrderedDict()
        self._queues: set[InterviewQueue] = set()

    def receive(self, text: str) -> None:
        """Apply a message of the organization's channel. A message that names no interview triggers a poll."""
        match decode_message(text):
            case Changed(interview_id=interview_id):
                self._pending.add(interview_id)
            case _:
                self._next_poll_at = 0.0
        self._wake.set()

    async def follow(self, called_at: float) -> AsyncGenerator[Interview, None]:
        """Yield each interview changed since OVERLAP before `called_at` (the loop's time), then each that changes.

        No state is repeated or follows a newer one, even if the follower and the feed both find a change.
        """
        queue = InterviewQueue()
        seen: dict[ObjectId, datetime] = {}
        self._queues.add(queue)
        try:
            await self._started.wait()
            clock = await retry_until_available(read_server_time)
            since = clock - timedelta(seconds=self._loop.time() - called_at) - OVERLAP
            for interview_id, _ in await retry_until_available(list_changes_since, self._organization_id, since):
                queue.put(interview_id)
            while True:
                for interview in await self._read(await queue.take()):
                    interview_id = interview.id
                    if interview_id in seen and interview.updated_at <= seen[interview_id]:
                        continue
                    seen[interview_id] = interview.updated_at
                    yield interview
                # the feed does not find older changes again
                oldest = max(seen.values(), default=since) - OVERLAP
                seen = {key: updated_at for key, updated_at in seen.items() if updated_at > oldest}
        finally:
            self._queues.discard(queue)

    async def _read(self, interview_ids: list[ObjectId]) -> list[Interview]:
        recent = [self._recent[interview_id] for interview_id in interview_ids if interview_id in self._recent]
        missing = [interview_id for interview_id in interview_ids if interview_id not in self._recent]
        return recent + (await retry_until_available(get_interviews, missing) if missing else [])

    async def run(self) -> None:
        """Find and deliver changes until cancelled."""
        cursor = await retry_until_available(read_server_time)
        for interview_id, updated_at in await retry_until_available(list_changes_since, self._organization_id, cursor - OVERLAP):
            # followers find these themselves when they start
            self._delivered[interview_id] = updated_at, 0.0
        self._started.set()
        while True:
            if self._loop.time() >= self._next_poll_at:
                self._next_poll_at = self._loop.time() + self._poll_seconds
                cursor = await self._poll(cursor)
            await self._deliver()
            await asyncio.sleep(MIN_POLL_INTERVAL_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout_at(min([self._next_poll_at, *map(self._due_at, self._pending)])):
                    await self._wake.wait()
            self._wake.clear()

    async def _poll(self, cursor: datetime) -> datetime:
        """Find changes since the cursor; return the time of the newest."""
        for interview_id, updated_at in await retry_until_available(list_changes_since, self._organization_id, cursor - OVERLAP):
            delivered = self._delivered.get(interview_id)
            if delivered is None or delivered[0] != updated_at:
                self._pending.add(interview_id)
            cursor = max(cursor, updated_at)
        # no further poll returns older changes
        self._delivered = {key: state for key, state in self._delivered.items() if state[0] > cursor - OVERLAP}
        return cursor

    def _due_at(self, interview_id: ObjectId) -> float:
        delivered = self._delivered.get(interview_id)
        return delivered[1] + self._coalesce_seconds if delivered else 0.0

    async def _deliver(self) -> None:
        now = self._loop.time()
        due = [interview_id for interview_id in self._pending if self._due_at(interview_id) <= now][:MAX_CACHED_INTERVIEWS]
        if not due:
            return
        self._pending.difference_update(due)
        for interview in await retry_until_available(get_interviews, due):
            interview_id = interview.id
            delivered = self._delivered.get(interview_id)
            if interview.organization_id != self._organization_id or (delivered and delivered[0] == interview.updated_at):
                continue
            self._delivered[interview_id] = interview.updated_at, now
            self._recent[interview_id] = interview
            self._recent.move_to_end(interview_id)
            if len(self._recent) > MAX_CACHED_INTERVIEWS:
                self._recent.popitem(last=False)
            for queue in self._queues:
                queue.put(interview_id)
