"""A container's thread: it encodes what it is given in time, so that nothing else waits for it."""

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

import structlog

from recording.storage import StoreFailed

T = TypeVar("T")

log = structlog.get_logger(__name__)


class EncoderFailed(Exception):
    """A container could not be written any more; the text says why, for people."""


class EncoderThread(Generic[T]):
    """Writes items in a thread of its own, in order. What does not fit into its queue is dropped: `put` says so.

    `failure`: why nothing is written any more.
    """

    def __init__(self, name: str, write: Callable[[T], None], close: Callable[[], None], capacity: int) -> None:
        self.failure: EncoderFailed | None = None
        self._write = write
        self._close = close
        self._items: queue.Queue[T | None] = queue.Queue(capacity)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, item: T) -> bool:
        """Have it written; False when the thread is too far behind, and it is not."""
        try:
            self._items.put_nowait(item)
        except queue.Full:
            return False
        return True

    async def close(self) -> None:
        """Write what is left, and close the container; once. Raises WriterFailed."""
        await asyncio.to_thread(self._stop_thread)
        if self.failure:
            raise self.failure

    def _stop_thread(self) -> None:
        if self._thread.is_alive():
            self._items.put(None)
            self._thread.join()

    def _run(self) -> None:
        try:
            while (item := self._items.get()) is not None:
                self._write(item)
            self._close()
        except Exception as error:
            # its text may hold a path; the traceback of a library's thread helps nobody in an interview
            reason = str(error) if isinstance(error, StoreFailed) else f"Encoding failed ({type(error).__name__})"
            self.failure = EncoderFailed(reason)
            log.error("writer failed", writer=self._thread.name, reason=reason)
            while self._items.get() is not None:
                pass
