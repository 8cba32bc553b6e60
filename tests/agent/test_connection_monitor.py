import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
from livekit import rtc

from agent.voice import connection as connection_module
from agent.voice.connection import DEAD_POLLS, SUSPECT_POLLS, ConnectionMonitor
from lifecycle.rooms import CANDIDATE_IDENTITY
from live.cancellation import cancel_and_wait

POLL_SECONDS = 0.02


@dataclass
class FakeMicrophone:
    """The part of a LiveKit track publication that the monitor reads."""

    muted: bool = False
    received: int = 0
    packets_per_poll: int = 1
    source: int = field(default=rtc.TrackSource.SOURCE_MICROPHONE)

    @property
    def track(self) -> "FakeMicrophone":
        return self

    async def get_stats(self) -> list[Any]:
        self.received += self.packets_per_poll
        stats = SimpleNamespace(received=SimpleNamespace(packets_received=self.received))
        return [SimpleNamespace(HasField=lambda name: name == "inbound_rtp", inbound_rtp=stats)]


@dataclass
class MonitoredConnection:
    """A monitor that polls fast, its microphone, and the changes that it has reported."""

    monitor: ConnectionMonitor
    microphone: FakeMicrophone
    reported: list[bool]


@pytest.fixture
async def connection(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MonitoredConnection]:
    monkeypatch.setattr(connection_module, "POLL_SECONDS", POLL_SECONDS)
    microphone, reported = FakeMicrophone(), list[bool]()
    candidate = SimpleNamespace(identity=CANDIDATE_IDENTITY, track_publications={"x": microphone})
    room = SimpleNamespace(remote_participants={"candidate": candidate})
    monitor = ConnectionMonitor(cast(rtc.Room, room))

    async def record_changes() -> None:
        async with aclosing(monitor.watch()) as changes:
            async for is_alive in changes:
                reported.append(is_alive)

    task = asyncio.create_task(record_changes())
    yield MonitoredConnection(monitor, microphone, reported)
    await cancel_and_wait(task)


async def wait_polls(count: int) -> None:
    await asyncio.sleep(count * POLL_SECONDS * 2)


async def test_monitor_reports_nothing_while_packets_arrive(connection: MonitoredConnection) -> None:
    await wait_polls(3 * DEAD_POLLS)
    assert connection.reported == []
    assert await connection.monitor.is_alive()


async def test_monitor_reports_a_lost_connection_once_and_its_recovery_once(connection: MonitoredConnection) -> None:
    await wait_polls(2)
    connection.microphone.packets_per_poll = 0
    await wait_polls(3 * DEAD_POLLS)
    assert connection.reported == [False]
    assert not await connection.monitor.is_alive()
    assert time.time() - connection.monitor.last_alive_at >= DEAD_POLLS * POLL_SECONDS
    connection.microphone.packets_per_poll = 1
    await wait_polls(4)
    assert connection.reported == [False, True]
    assert await connection.monitor.is_alive()


async def test_is_alive_waits_while_the_connection_is_in_doubt(connection: MonitoredConnection) -> None:
    await wait_polls(2)
    connection.microphone.packets_per_poll = 0
    await asyncio.sleep(POLL_SECONDS * (SUSPECT_POLLS + 1.5))
    assert not await connection.monitor.is_alive()
    assert connection.reported == [False]


async def test_muting_after_a_lost_connection_shows_that_it_is_back(connection: MonitoredConnection) -> None:
    await wait_polls(2)
    connection.microphone.packets_per_poll = 0
    await wait_polls(3 * DEAD_POLLS)
    connection.microphone.muted = True
    await wait_polls(4)
    assert connection.reported == [False, True]


async def test_muted_microphone_does_not_count_as_a_lost_connection(connection: MonitoredConnection) -> None:
    connection.microphone.packets_per_poll, connection.microphone.muted = 0, True
    await wait_polls(3 * DEAD_POLLS)
    assert connection.reported == []
    assert await connection.monitor.is_alive()
