"""Upload a container while it is written: one object in the store for each chunk of about a second.

There is no local file, so the chunks of a recorder that crashes are not lost: `recording.finalize` reads them.
"""

import asyncio
import threading
import time

import structlog

from recording.storage import RecordingStore, StoreFailed

log = structlog.get_logger(__name__)

CHUNK_SECONDS = 1.0
RETRY_SECONDS = 1.0
PUT_TIMEOUT_SECONDS = 10.0
MAX_OUTAGE_SECONDS = 20.0
"""Seconds for which the store may accept nothing before the upload fails."""
MAX_PENDING_BYTES = 32 * 1024 * 1024
"""Maximum number of buffered bytes: about three minutes of video, or an hour of sound."""


def build_chunks_path(interview_id: object, number: int, name: str) -> str:
    """Return the path of a part's chunks. Paths sort in the order of the parts."""
    return f"{interview_id}/parts/{number:08}/{name}"


class UploadBuffer:
    """Accepts bytes from an encoder's thread and uploads them from the event loop."""

    def __init__(self, store: RecordingStore, path: str, max_outage_seconds: float = MAX_OUTAGE_SECONDS) -> None:
        self._store = store
        self._path = path
        self._max_outage_seconds = max_outage_seconds
        self._lock = threading.Lock()
        self._pending = bytearray()
        self._chunk_count = 0
        self._failing_since: float | None = None

    def write(self, data: bytes) -> int:
        """Buffer the bytes and return their number. Raises StoreFailed if the store has not kept up."""
        with self._lock:
            if len(self._pending) + len(data) > MAX_PENDING_BYTES:
                raise StoreFailed("The store is too slow")
            self._pending += data
        return len(data)

    async def flush(self) -> None:
        """Upload the buffered bytes as one chunk. If the store fails, they stay buffered for the next call.

        Raises StoreFailed once the store has accepted nothing for `max_outage_seconds`.
        """
        with self._lock:
            data = bytes(self._pending)
        if not data:
            return
        try:
            async with asyncio.timeout(PUT_TIMEOUT_SECONDS):
                await self._store.put(f"{self._path}/{self._chunk_count:08}", data)
        except (StoreFailed, TimeoutError) as error:
            failed = error if isinstance(error, StoreFailed) else StoreFailed("The store did not answer in time")
            failing_since = self._failing_since = self._failing_since or time.monotonic()
            if time.monotonic() - failing_since >= self._max_outage_seconds:
                raise failed from None
            log.warning("chunk not stored", reason=str(failed))
            return
        self._failing_since = None
        self._chunk_count += 1
        with self._lock:
            del self._pending[: len(data)]

    async def drain(self) -> None:
        """Upload until the buffer is empty. Raises StoreFailed like `flush`."""
        while True:
            await self.flush()
            with self._lock:
                if not self._pending:
                    return
            await asyncio.sleep(RETRY_SECONDS)
