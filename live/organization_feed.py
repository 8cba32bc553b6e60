"""The feed of one organization's changing interviews, shared by all its followers in this process."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from bson import ObjectId

from live.messages import Changed, decode_message
from live.single_flight import retry_until_available
from models.documents.interview import Interview, get_interviews
from models.documents.interview_views import InterviewView
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


UpdateTime = Callable[[Interview], datetime]
"""Returns when anything that a follower sees of an interview last changed."""


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

    Its followers have one view of interviews: a change that the view does not contain is not delivered, and delays no other.
    Messages name changed interviews; a poll every `poll_seconds` finds those that no message named. Followers queue
    ids, not interviews, so a slow follower gets the newest state and uses little memory.
    """

    def __init__(
        self, organization_id: ObjectId, view: InterviewView | None, poll_seconds: float, coalesce_seconds: float
    ) -> None:
        self._organization_id = organization_id
        self._view = view
        self._poll_seconds = poll_seconds
        self._coalesce_seconds = coalesce_seconds
        self._loop = asyncio.get_running_loop()
        self._next_poll_at = 0.0
        self._wake = asyncio.Event()
        self._started = asyncio.Event()
        self._pending: dict[ObjectId, None] = {}  # changed and not yet delivered, the oldest first
        self._delivered: dict[ObjectId, tuple[datetime, float]] = {}  # updated_at as delivered, and the loop's time then
        self._known_until = datetime.min.replace(tzinfo=UTC)  # no poll finds changes up to this time any more
        self._recent: OrderedDict[ObjectId, Interview] = OrderedDict()
        self._queues: set[InterviewQueue] = set()

    def receive(self, text: str) -> None:
        """Apply a message of the organization's channel. A message that names no interview triggers a poll."""
        match decode_message(text):
            case Changed(interview_id=interview_id):
                self._pending[interview_id] = None
            case _:
                self._next_poll_at = 0.0
        self._wake.set()

    def _get_visible_update(self, interview: Interview) -> datetime:
        return interview.get_updated_at(self._view)

    async def follow(self, called_at: float, get_updated_at: UpdateTime | None = None) -> AsyncGenerator[Interview, None]:
        """Yield each interview changed since OVERLAP before `called_at` (the loop's time), then each that changes.

        `get_updated_at` is for a follower who sees less than the feed's view. No state is repeated or follows a newer one, even
        if the follower and the feed both find a change.
        """
        get_updated_at = get_updated_at or self._get_visible_update
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
                    interview_id, updated_at = interview.id, get_updated_at(interview)
                    # the newest change may be hidden from the follower, who then knows the state unless it changed recently
                    known = seen.get(interview_id, since if updated_at < interview.updated_at else None)
                    if known is not None and updated_at <= known:
                        continue
                    seen[interview_id] = updated_at
                    yield interview
                # the feed does not find older changes again
                since = max([since, *(updated_at - OVERLAP for updated_at in seen.values())])
                seen = {key: updated_at for key, updated_at in seen.items() if updated_at > since}
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
        self._known_until = cursor - OVERLAP
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
                self._pending[interview_id] = None
            cursor = max(cursor, updated_at)
        # no further poll returns older changes
        self._known_until = cursor - OVERLAP
        self._delivered = {key: state for key, state in self._delivered.items() if state[0] > self._known_until}
        return cursor

    def _due_at(self, interview_id: ObjectId) -> float:
        delivered = self._delivered.get(interview_id)
        return delivered[1] + self._coalesce_seconds if delivered else 0.0

    async def _deliver(self) -> None:
        now = self._loop.time()
        due = [interview_id for interview_id in self._pending if self._due_at(interview_id) <= now][:MAX_CACHED_INTERVIEWS]
        if not due:
            return
        for interview_id in due:
            del self._pending[interview_id]
        for interview in await retry_until_available(get_interviews, due):
            interview_id = interview.id
            delivered = self._delivered.get(interview_id)
            if interview.organization_id != self._organization_id or (delivered and delivered[0] == interview.updated_at):
                continue
            visible_at = self._get_visible_update(interview)
            if visible_at < interview.updated_at and visible_at <= (delivered[0] if delivered else self._known_until):
                # Not a delivery: the next change that followers may see is due as if this one had not happened.
                self._delivered[interview_id] = interview.updated_at, delivered[1] if delivered else 0.0
                continue
            self._delivered[interview_id] = interview.updated_at, now
            self._recent[interview_id] = interview
            self._recent.move_to_end(interview_id)
            if len(self._recent) > MAX_CACHED_INTERVIEWS:
                self._recent.popitem(last=False)
            for queue in self._queues:
                queue.put(interview_id)
