"""Find livekit-server, join its rooms, and send and measure tones there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Literal

import numpy as np
from livekit import api, rtc

from sandbox.livekit.build import find_installed
from sandbox.livekit.server import LivekitServer

RATE = 48_000
FRAME_SECONDS = 0.02

ParticipantKind = Literal["standard", "agent"]


async def find_livekit() -> Path:
    """Return the server built by `make livekit`; building it here would exceed a test's timeout."""
    binary = await find_installed(print)
    assert binary, "livekit-server has not been built: run `make livekit` first, which takes 100 s."
    return binary


@asynccontextmanager
async def join_room(
    server: LivekitServer, room_name: str, identity: str, kind: ParticipantKind = "standard", *, hidden: bool = False
) -> AsyncIterator[rtc.Room]:
    """Join a room, which is created if it does not exist. Hidden participants publish nothing."""
    grants = api.VideoGrants(room_join=True, room=room_name, hidden=hidden, can_publish=not hidden, can_publish_data=not hidden)
    token = (
        api.AccessToken(server.api_key, server.api_secret)
        .with_identity(identity)
        .with_kind(kind)
        .with_grants(grants)
        .with_ttl(timedelta(minutes=5))
        .to_jwt()
    )
    room = rtc.Room()
    await room.connect(server.url, token)
    try:
        yield room
    finally:
        await room.disconnect()


@asynccontextmanager
async def play_tone(room: rtc.Room, hertz: int = 440) -> AsyncIterator[None]:
    """Send a tone as the participant's microphone while the block runs."""
    source = rtc.AudioSource(RATE, 1)
    track = rtc.LocalAudioTrack.create_audio_track("microphone", source)
    options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
    await room.local_participant.publish_track(track, options)
    task = asyncio.create_task(_send_tone(source, hertz))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
        await source.aclose()


async def _send_tone(source: rtc.AudioSource, hertz: int) -> None:
    samples = int(RATE * FRAME_SECONDS)
    samples_sent = 0
    while True:
        times = (np.arange(samples) + samples_sent) / RATE
        wave = (10_000 * np.sin(2 * np.pi * hertz * times)).astype(np.int16)
        await source.capture_frame(rtc.AudioFrame(wave.tobytes(), RATE, 1, samples))
        samples_sent += samples


async def measure_loudest_tone(room: rtc.Room, seconds: float = 20) -> float:
    """Wait until another participant's audio is loud, and return the frequency of its strongest tone."""
    subscribed: asyncio.Future[rtc.RemoteTrack] = asyncio.get_running_loop().create_future()

    def use_track(track: rtc.RemoteTrack) -> None:
        if track.kind == rtc.TrackKind.KIND_AUDIO and not subscribed.done():
            subscribed.set_result(track)

    room.on("track_subscribed", lambda track, *_: use_track(track))
    for participant in room.remote_participants.values():
        for publication in participant.track_publications.values():
            if publication.track:
                use_track(publication.track)
    async with asyncio.timeout(seconds):
        stream = rtc.AudioStream(await subscribed, sample_rate=RATE, num_channels=1)
        try:
            loud: list[np.ndarray] = []
            async for event in stream:
                samples = np.frombuffer(event.frame.data, np.int16).astype(float)
                loud = [*loud, samples] if np.abs(samples).max() > 3_000 else []
                if len(loud) == 10:
                    strength = np.abs(np.fft.rfft(np.concatenate(loud)))
                    return float(strength.argmax() * RATE / sum(map(len, loud)))
        finally:
            await stream.aclose()
    raise AssertionError("the other participant's audio ended")
