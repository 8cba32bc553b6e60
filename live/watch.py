"""The poll behind every follower: one query a process asks MongoDB how far all followed interviews have come."""

import asyncio
from contextlib import suppress

from bson import ObjectId

from live.followed import Followed
from live.reads import patiently
from live.shared import Shared
from models.follow import read_marks

PAUSE_SECONDS = 0.05
"""between two queries, however many messages ask for one"""


class Watch:
    """Gives every followed interview its marks each `poll_seconds`, and soon where a message gave reason to look."""

    def __init__(self, followed: Shared[Followed], poll_seconds: float) -> None:
        self._followed = followed
        self._poll_seconds = poll_seconds
        self._asked: set[ObjectId] = set()
        self._wake = asyncio.Event()

    def look(self, interview_id: ObjectId) -> None:
        """Ask for the marks of that interview now."""
        self._asked.add(interview_id)
        self._wake.set()

    async def run(self) -> None:
        """Watch until cancelled."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(due if self._followed.keys() else None):
                    await self._wake.wait()
            interview_ids = self._asked
            if loop.time() >= due:
                interview_ids = set(self._followed.keys())
                due = loop.time() + self._poll_seconds
            self._wake.clear()
            self._asked = set()
            await self._take_marks(interview_ids)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _take_marks(self, interview_ids: set[ObjectId]) -> None:
        marks = await patiently(read_marks, interview_ids)
        for interview_id in interview_ids:
            followed = self._followed.get(interview_id)
            if followed:
                followed.take_marks(marks.get(interview_id))
