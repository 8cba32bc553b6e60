"""Encode in a thread of its own, so that the event loop never waits for an encoder."""

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
    """A container can no longer be written; the message gives the reason in words for users."""


class EncoderThread(Generic[T]):
    """Writes items in order in a thread of its own. Items that do not fit into its queue are dropped.

    `failure` is set once writing has failed; later items are discarded.
    """

    def __init__(self, name: str, write: Callable[[T], None], close: Callable[[], None], capacity: int) -> None:
        self.failure: EncoderFailed | None = None
        self._write = write
        self._close = close
        self._items: queue.Queue[T | None] = queue.Queue(capacity)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, item: T) -> bool:
        """Queue the item; return False if the queue is full and the item is dropped."""
        try:
            self._items.put_nowait(item)
        except queue.Full:
            return False
        return True

    async def close(self) -> None:
        """Write the queued items and close the container. Raises EncoderFailed. Repeated calls have no further effect."""
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
            # the message may contain a path, and a traceback of the library's thread would not help
            reason = str(error) if isinstance(error, StoreFailed) else f"Encoding failed ({type(error).__name__})"
            self.failure = EncoderFailed(reason)
            log.error("encoder failed", encoder=self._thread.name, reason=reason)
            while self._items.get() is not None:
                pass
