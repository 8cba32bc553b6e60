"""Detecting a recognizer that takes audio and answers nothing, or that has lost its connection."""

import asyncio
import time
from typing import Literal
from unittest.mock import AsyncMock

import pytest
from livekit.agents import APIConnectionError
from livekit.agents.metrics import STTMetrics
from livekit.agents.stt import STTError
from livekit.agents.tts import TTSError
from livekit.agents.voice import ErrorEvent

from agent.voice import recognizer_monitor
from agent.voice.recognizer_monitor import RecognizerMonitor
from agent.voice.speech import SpeechSessionFailed
from live.cancellation import cancel_and_wait
from tests.helpers import wait_until


class Clock:
    """Replaces the module `time` in the monitor."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(recognizer_monitor, "time", clock)
    monkeypatch.setattr(recognizer_monitor, "POLL_SECONDS", 0.001)
    return clock


def make_error(kind: Literal["stt", "tts"]) -> ErrorEvent:
    error = STTError if kind == "stt" else TTSError
    return ErrorEvent(
        error=error(timestamp=time.time(), label=kind, error=APIConnectionError(), recoverable=True), source=AsyncMock()
    )


def make_metrics(acquire_time: float) -> STTMetrics:
    return STTMetrics(
        label="stt",
        request_id="",
        timestamp=0.0,
        duration=0.0,
        audio_duration=0.0,
        streamed=True,
        acquire_time=acquire_time,
    )


async def test_speech_without_any_answer_fails_a_recognizer_that_does_not_work(clock: Clock) -> None:
    check = AsyncMock(return_value=False)
    monitor = RecognizerMonitor(check)
    watching = asyncio.create_task(monitor.watch())
    monitor.speech_changed(is_speaking=True)
    clock.seconds += 5
    monitor.speech_changed(is_speaking=False)
    clock.seconds += 60
    await asyncio.sleep(0.02)
    check.assert_not_awaited()
    # Several short pieces of speech count like a long one.
    monitor.speech_changed(is_speaking=True)
    clock.seconds += 1
    with pytest.raises(SpeechSessionFailed):
        await asyncio.wait_for(watching, 5)


async def test_noise_makes_checks_of_a_recognizer_that_works_rarer(clock: Clock) -> None:
    check = AsyncMock(return_value=True)
    monitor = RecognizerMonitor(check)
    watching = asyncio.create_task(monitor.watch())
    monitor.speech_changed(is_speaking=True)
    counts = []
    for seconds in (6, 6, 6, 23, 1):
        clock.seconds += seconds
        await asyncio.sleep(0.02)
        counts.append(check.await_count)
    assert counts == [1, 1, 2, 2, 3]
    monitor.answered()
    clock.seconds += 6
    await wait_until(lambda: check.await_count == 4)
    await cancel_and_wait(watching)


async def test_answer_waits_while_the_recognizer_reconnects(monkeypatch: pytest.MonkeyPatch) -> None:
    monitor = RecognizerMonitor(AsyncMock())
    monitor.on_error(make_error("tts"))
    await asyncio.wait_for(monitor.wait_until_connected(), 0.01)
    monitor.on_error(make_error("stt"))
    monitor.on_metrics(make_metrics(0.0))
    waiting = asyncio.create_task(monitor.wait_until_connected())
    await asyncio.sleep(0.05)
    assert not waiting.done()
    monitor.on_metrics(make_metrics(0.2))
    await asyncio.wait_for(waiting, 1)
    monitor.on_error(make_error("stt"))
    monkeypatch.setattr(recognizer_monitor, "RECONNECT_SECONDS", 0.01)
    await asyncio.wait_for(monitor.wait_until_connected(), 1)
