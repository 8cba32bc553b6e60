"""Packets of the candidate's microphone: while they come the line is alive, when they stop it is dead, muted it is neither."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
from livekit import rtc

from agent.voice import connection_monitor
from agent.voice.connection_monitor import DEAD_POLLS, SUSPECT_POLLS, ConnectionMonitor
from lifecycle.rooms import CANDIDATE_IDENTITY
from live.cancellation import cancel_and_wait

POLL_SECONDS = 0.02


@dataclass
class FakeMicrophone:
    """What LiveKit tells of a microphone, as far as Line asks."""

    muted: bool = False
    received: int = 0
    packets_per_poll: int = 1
    """packets between two looks"""
    source: int = field(default=rtc.TrackSource.SOURCE_MICROPHONE)

    @property
    def track(self) -> "FakeMicrophone":
        return self

    async def get_stats(self) -> list[Any]:
        self.received += self.packets_per_poll
        stats = SimpleNamespace(received=SimpleNamespace(packets_received=self.received))
        return [SimpleNamespace(HasField=lambda name: name == "inbound_rtp", inbound_rtp=stats)]


@pytest.fixture
async def monitored_line(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[ConnectionMonitor, FakeMicrophone, list[bool]]]:
    """A line that is watched fast, its microphone, and what was told of it."""
    monkeypatch.setattr(connection_monitor, "POLL_SECONDS", POLL_SECONDS)
    microphone, reported = FakeMicrophone(), list[bool]()
    candidate = SimpleNamespace(identity=CANDIDATE_IDENTITY, track_publications={"x": microphone})
    room = SimpleNamespace(remote_participants={"candidate": candidate})
    # as much of a room as Line looks at
    monitor = ConnectionMonitor(cast(rtc.Room, room), reported.append)
    task = asyncio.create_task(monitor.run())
    yield monitor, microphone, reported
    await cancel_and_wait(task)


async def wait_polls(count: int) -> None:
    await asyncio.sleep(count * POLL_SECONDS * 2)


async def test_while_packets_come_nothing_is_told(monitored_line: tuple[ConnectionMonitor, FakeMicrophone, list[bool]]) -> None:
    alive, _, reported = monitored_line
    await wait_polls(3 * DEAD_POLLS)
    assert reported == []
    assert await alive.is_alive()


async def test_a_line_that_goes_dead_is_told_once_and_once_more_when_it_is_back(
    monitored_line: tuple[ConnectionMonitor, FakeMicrophone, list[bool]],
) -> None:
    dead, microphone, reported = monitored_line
    await wait_polls(2)
    microphone.packets_per_poll = 0
    await wait_polls(3 * DEAD_POLLS)
    assert reported == [False]
    assert not await dead.is_alive()
    microphone.packets_per_poll = 1
    await wait_polls(4)
    assert reported == [False, True]
    assert await dead.is_alive()


async def test_in_doubt_it_is_waited_until_it_is_sure(
    monitored_line: tuple[ConnectionMonitor, FakeMicrophone, list[bool]],
) -> None:
    doubtful, microphone, reported = monitored_line
    await wait_polls(2)
    microphone.packets_per_poll = 0
    await asyncio.sleep(POLL_SECONDS * (SUSPECT_POLLS + 1.5))
    assert not await doubtful.is_alive()
    assert reported == [False]


async def test_a_muted_microphone_sends_nothing_and_is_not_dead(
    monitored_line: tuple[ConnectionMonitor, FakeMicrophone, list[bool]],
) -> None:
    muted, microphone, reported = monitored_line
    microphone.packets_per_poll, microphone.muted = 0, True
    await wait_polls(3 * DEAD_POLLS)
    assert reported == []
    assert await muted.is_alive()
