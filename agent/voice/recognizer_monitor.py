"""Whether the speech recognizer works while an interview uses it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog
from livekit.agents.metrics import STTMetrics
from livekit.agents.voice import ErrorEvent

from agent.voice.speech import SpeechSessionFailed

log = structlog.get_logger(__name__)

MAX_UNANSWERED_SECONDS = 6.0
"""Seconds of the candidate's speech without an event of the recognizer after which the recognizer is checked."""
MAX_CHECK_INTERVAL_SECONDS = 60.0
"""Longest interval of such checks, in seconds of sound that the recognizer takes for noise."""
RECONNECT_SECONDS = 7.0
"""Longest time until a recognizer that has lost its connection is connected again or given up."""
POLL_SECONDS = 0.5


class RecognizerMonitor:
    """Watches the connection to the recognizer, and detects a recognizer that takes audio and answers nothing.

    livekit-agents reports connections that break, but not a connection on which nothing arrives: silence is silent, too.
    """

    def __init__(self, is_working: Callable[[], Awaitable[bool]]) -> None:
        """`is_working` asks the recognizer itself, as `speech_checks.is_recognizer_working` does."""
        self._is_working = is_working
        self._connected = asyncio.Event()
        self._connected.set()
        self._unanswered_seconds = 0.0
        self._speaking_since: float | None = None
        self._check_after_seconds = MAX_UNANSWERED_SECONDS

    def on_error(self, event: ErrorEvent) -> None:
        """Record that the connection has broken, or could not be restored."""
        if event.error.type == "stt_error":
            self._connected.clear()

    def on_metrics(self, metrics: STTMetrics) -> None:
        """Record that the recognizer is connected: its plugin reports how long that took."""
        if metrics.acquire_time:
            self._connected.set()

    def answered(self) -> None:
        """Record an event of the recognizer."""
        self._connected.set()
        self._unanswered_seconds, self._check_after_seconds = 0.0, MAX_UNANSWERED_SECONDS
        if self._speaking_since is not None:
            self._speaking_since = time.monotonic()

    def speech_changed(self, *, is_speaking: bool) -> None:
        """Record that the voice activity detector hears the candidate, or no longer does."""
        self._unanswered_seconds = self._measure_unanswered_seconds()
        self._speaking_since = time.monotonic() if is_speaking else None

    async def wait_until_connected(self) -> None:
        """Wait, for at most RECONNECT_SECONDS, while the recognizer reconnects. If it fails, the session closes."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._connected.wait(), RECONNECT_SECONDS)

    async def watch(self) -> None:
        """Check the recognizer whenever it has not answered to speech. Raises SpeechSessionFailed if it does not work."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            if self._measure_unanswered_seconds() < self._check_after_seconds:
                continue
            log.info("the recognizer answers nothing while there is sound")
            if not await self._is_working():
                raise SpeechSessionFailed
            interval = min(2 * self._check_after_seconds, MAX_CHECK_INTERVAL_SECONDS)
            # The sound has no words.
            self.answered()
            self._check_after_seconds = interval

    def _measure_unanswered_seconds(self) -> float:
        speaking_seconds = 0.0 if self._speaking_since is None else time.monotonic() - self._speaking_since
        return self._unanswered_seconds + speaking_seconds
