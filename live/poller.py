"""The poll behind all followers: one query per process reads the watermarks of all followed interviews."""

import asyncio
from contextlib import suppress

from bson import ObjectId

from live.interview_feed import InterviewFeed
from live.single_flight import retry_until_available
from live.synchronization import RefCounted
from models.reads.watermarks import read_watermarks

MIN_POLL_INTERVAL_SECONDS = 0.05
"""Minimum seconds between two queries, however many messages request one."""


class Poller:
    """Applies watermarks to every followed interview each `poll_seconds`, and sooner on request."""

    def __init__(self, feeds: RefCounted[ObjectId, InterviewFeed], poll_seconds: float) -> None:
        self._feeds = feeds
        self._poll_seconds = poll_seconds
        self._requested: set[ObjectId] = set()
        self._wake = asyncio.Event()

    def request_poll(self, interview_id: ObjectId) -> None:
        """Request the watermark of the interview with the next query."""
        self._requested.add(interview_id)
        self._wake.set()

    async def run(self) -> None:
        """Poll until cancelled."""
        loop = asyncio.get_running_loop()
        next_poll_at = loop.time()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(next_poll_at if self._feeds.keys() else None):
                    await self._wake.wait()
            interview_ids = self._requested
            if loop.time() >= next_poll_at:
                interview_ids = set(self._feeds.keys())
                next_poll_at = loop.time() + self._poll_seconds
            self._wake.clear()
            self._requested = set()
            await self._update_feeds(interview_ids)
            await asyncio.sleep(MIN_POLL_INTERVAL_SECONDS)

    async def _update_feeds(self, interview_ids: set[ObjectId]) -> None:
        watermarks = await retry_until_available(read_watermarks, interview_ids)
        for interview_id in interview_ids:
            feed = self._feeds.get(interview_id)
            if feed:
                feed.apply_watermark(watermarks.get(interview_id))
