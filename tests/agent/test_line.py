"""Packets of the candidate's microphone: while they come the line is alive, when they stop it is dead, muted it is neither."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
from livekit import rtc

from agent import line
from agent.line import DOUBTFUL_LOOKS, SILENT_LOOKS, Line
from lifecycle.rooms import CANDIDATE
from live.cancellation import end

LOOK = 0.02


@dataclass
class Microphone:
    """What LiveKit tells of a microphone, as far as Line asks."""

    muted: bool = False
    received: int = 0
    step: int = 1
    """packets between two looks"""
    source: int = field(default=rtc.TrackSource.SOURCE_MICROPHONE)

    @property
    def track(self) -> "Microphone":
        return self

    async def get_stats(self) -> list[Any]:
        self.received += self.step
        stats = SimpleNamespace(received=SimpleNamespace(packets_received=self.received))
        return [SimpleNamespace(HasField=lambda name: name == "inbound_rtp", inbound_rtp=stats)]


@pytest.fixture
async def watched(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Line, Microphone, list[bool]]]:
    """A line that is watched fast, its microphone, and what was told of it."""
    monkeypatch.setattr(line, "LOOK_SECONDS", LOOK)
    microphone, told = Microphone(), list[bool]()
    candidate = SimpleNamespace(identity=CANDIDATE, track_publications={"x": microphone})
    room = SimpleNamespace(remote_participants={"candidate": candidate})
    # as much of a room as Line looks at
    watching = Line(cast(rtc.Room, room), told.append)
    task = asyncio.create_task(watching.watch())
    yield watching, microphone, told
    await end(task)


async def looks(count: int) -> None:
    await asyncio.sleep(count * LOOK * 2)


async def test_while_packets_come_nothing_is_told(watched: tuple[Line, Microphone, list[bool]]) -> None:
    alive, _, told = watched
    await looks(3 * SILENT_LOOKS)
    assert told == []
    assert await alive.is_alive()


async def test_a_line_that_goes_dead_is_told_once_and_once_more_when_it_is_back(
    watched: tuple[Line, Microphone, list[bool]],
) -> None:
    dead, microphone, told = watched
    await looks(2)
    microphone.step = 0
    await looks(3 * SILENT_LOOKS)
    assert told == [False]
    assert not await dead.is_alive()
    microphone.step = 1
    await looks(4)
    assert told == [False, True]
    assert await dead.is_alive()


async def test_in_doubt_it_is_waited_until_it_is_sure(watched: tuple[Line, Microphone, list[bool]]) -> None:
    doubtful, microphone, told = watched
    await looks(2)
    microphone.step = 0
    await asyncio.sleep(LOOK * (DOUBTFUL_LOOKS + 1.5))
    assert not await doubtful.is_alive()
    assert told == [False]


async def test_a_muted_microphone_sends_nothing_and_is_not_dead(watched: tuple[Line, Microphone, list[bool]]) -> None:
    muted, microphone, told = watched
    microphone.step, microphone.muted = 0, True
    await looks(3 * SILENT_LOOKS)
    assert told == []
    assert await muted.is_alive()
