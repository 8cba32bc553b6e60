"""`main.py recorder`: sent into a room, killed in it, replaced; and what is recorded then."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from bson import ObjectId

from lifecycle.jobs import FINISH_RECORDING
from lifecycle.recordings import record
from lifecycle.rounds import keep_recording
from lifecycle.services import Services
from models.clock import now
from models.interview import Interview, InterviewStatus
from models.recording import Recording, RecordingKind, RecordingStatus, get_recording_of
from recording.finishing import finish_recording
from recording.storage import Store
from recording.timeline import RATE, Samples
from sandbox.livekit.server import LivekitServer
from sandbox.processes import Child
from sandbox.voice import wait_until_registered
from settings import Settings
from tests.recording.studio import Studio, Voice, agreed_interview
from tests.recording.tones import channels_of, spans_of, tone
from tests.rooms import Livekit

MAIN = Path(__file__).parents[2] / "main.py"
PATIENCE_SECONDS = 60
LOST_SECONDS = 4
"""by a kill, on a machine on which others are at work; 2 are promised for one that is not"""


def environment_of(settings: Settings) -> dict[str, str]:
    livekit = settings.livekit
    return {
        **os.environ,
        "MONGODB_URL": settings.mongodb.url,
        "MONGODB_DATABASE": settings.mongodb.database,
        "REDIS_URL": settings.redis.url,
        "REDIS_PREFIX": settings.redis.prefix,
        "AUTH_SECRET": settings.auth.secret.get_secret_value(),
        "LIVEKIT_URL": livekit.url,
        "LIVEKIT_API_KEY": livekit.api_key.get_secret_value(),
        "LIVEKIT_API_SECRET": livekit.api_secret.get_secret_value(),
        "LIVEKIT_RECORDER_NAME": livekit.recorder_name,
        "RECORDING_STORE": settings.recording.store,
        "VOICE_DRAIN_SECONDS": "1",
        "LOG_LEVEL": "INFO",
    }


@pytest.fixture
async def worker(settings: Settings, tmp_path: Path) -> AsyncIterator[Child]:
    command = [sys.executable, str(MAIN), "recorder"]
    async with Child(command, tmp_path / "recorder.log", cwd=tmp_path, environment=environment_of(settings)) as child:
        await wait_until_registered(child)
        yield child


@asynccontextmanager
async def rounds(services: Services, store: Store) -> AsyncIterator[None]:
    """What a jobs process does for recordings, while the block lasts."""
    services.jobs.register(FINISH_RECORDING, lambda recording_id: finish_recording(services, store, recording_id))
    stop = asyncio.Event()
    task = asyncio.create_task(keep_recording(services, stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def until(interview: Interview, holds: Callable[[Recording], bool]) -> Recording:
    """The interview's recording, once that holds."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            recording = await get_recording_of(ObjectId(interview.id))
            if recording and holds(recording):
                return recording
            await asyncio.sleep(0.1)


def recorder_of(recording: Recording) -> int:
    """The process that records."""
    assert recording.lease
    return int(recording.lease.holder.split(":")[1])


async def be_heard(candidate: Voice, store: Store, interview: Interview, number: int, folder: Path) -> None:
    """Make sounds until one is recorded: a busy machine takes its time to bring it there."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            await candidate.say(tone(660, 0.4))
            channels = await readable(store, interview, number, folder)
            if channels and spans_of(channels[0], 660):
                return


async def readable(store: Store, interview: Interview, number: int, folder: Path) -> list[Samples]:
    """What can be played of a part, as it lies in the store."""
    path = folder / "part.ogg"
    chunks = await store.list(f"{interview.id}/parts/{number:08}/audio.ogg")
    path.write_bytes(b"".join([await store.get(chunk) for chunk in chunks]))
    return channels_of(path) if chunks else []


@pytest.mark.timeout(240)
async def test_a_recorder_that_is_killed_is_replaced_and_loses_its_last_seconds_alone(
    services: Services, livekit_server: LivekitServer, store: Store, worker: Child, tmp_path: Path
) -> None:
    interview = await agreed_interview()
    studio = Studio(livekit_server, interview)
    async with rounds(services, store), studio.interviewer(), studio.candidate() as candidate:
        await record(services, ObjectId(interview.id))
        begun = await until(interview, lambda recording: len(recording.parts) == 1)
        assert begun.files[0].status is RecordingStatus.ACTIVE
        await be_heard(candidate, store, interview, begun.parts[0].number, tmp_path)
        before = await candidate.say(tone(440, 1))
        await asyncio.sleep(2)
        os.kill(recorder_of(begun), signal.SIGKILL)
        killed_after = (now() - begun.parts[0].started_at).total_seconds()
        left, _ = await readable(store, interview, begun.parts[0].number, tmp_path)
        assert len(left) / RATE > killed_after - LOST_SECONDS
        second = await until(interview, lambda recording: len(recording.parts) == 2)
        await be_heard(candidate, store, interview, second.parts[1].number, tmp_path)
        after = await candidate.say(tone(880, 1))
        await asyncio.sleep(0.5)
        await interview.set({Interview.status: InterviewStatus.COMPLETED})
        await services.rooms.close(ObjectId(interview.id))
        done = await until(interview, lambda recording: not recording.is_open)
    assert second.fence > begun.fence
    audio = done.file(RecordingKind.AUDIO)
    assert audio and audio.path and audio.started_at
    assert audio.status is RecordingStatus.COMPLETED
    left, _ = channels_of(Path(services.settings.recording.store) / audio.path)
    [first_tone], [second_tone] = spans_of(left, 440), spans_of(left, 880)
    assert first_tone[0] == pytest.approx((before - audio.started_at).total_seconds(), abs=0.3)
    assert second_tone[0] == pytest.approx((after - audio.started_at).total_seconds(), abs=0.3)


@pytest.mark.long
async def test_an_interviewer_that_is_replaced_leaves_the_recorder_alone_and_the_candidate_never_sees_it(
    services: Services, livekit: Livekit, livekit_server: LivekitServer, store: Store, worker: Child
) -> None:
    interview = await agreed_interview()
    interview_id = ObjectId(interview.id)
    studio = Studio(livekit_server, interview)
    async with studio.joined("candidate") as room:
        await record(services, interview_id)
        begun = await until(interview, lambda recording: len(recording.parts) == 1)
        hidden = await livekit.identities(interview) - {"candidate"}
        assert len(hidden) == 1, "LiveKit's own list has it"
        assert room.remote_participants == {}
        await services.rooms.dispatch(interview_id, 7)
        await asyncio.sleep(2)
        assert await livekit.identities(interview) >= hidden
        now_held = await until(interview, lambda recording: recording.lease is not None)
        assert (now_held.fence, recorder_of(now_held)) == (begun.fence, recorder_of(begun))


@pytest.mark.long
async def test_a_worker_that_is_told_to_stop_hands_over_what_it_records(
    services: Services, livekit_server: LivekitServer, store: Store, worker: Child
) -> None:
    interview = await agreed_interview()
    studio = Studio(livekit_server, interview)
    async with studio.candidate():
        await record(services, ObjectId(interview.id))
        await until(interview, lambda recording: len(recording.parts) == 1)
        await asyncio.sleep(2)
        worker.send(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await worker.wait() == 0
        handed = await until(interview, lambda recording: recording.lease is None)
        assert (handed.is_open, handed.failure) == (True, None), "another recorder adds the next part"
        assert await store.list(f"{interview.id}/parts/00000001/audio.ogg")
