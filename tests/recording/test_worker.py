"""`main.py recorder`: dispatched to a room, killed and replaced there, and stopped."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from lifecycle.jobs import FINALIZE_RECORDING
from lifecycle.reconciler import run_recording_reconciler
from lifecycle.recorder_dispatch import start_recording
from lifecycle.services import Services
from models.documents.interview import Interview, InterviewStatus
from models.documents.recording import Recording, RecordingKind, RecordingStatus
from models.storage.clock import now
from recording.finalize import finalize_recording
from recording.storage import RecordingStore
from recording.timeline import SAMPLE_RATE, Samples
from sandbox.livekit.server import LivekitServer
from sandbox.processes import ChildProcess
from sandbox.voice_stack import wait_until_registered
from settings import Settings
from tests.audio import ToneMicrophone, decode_channels, find_loud_spans, tone
from tests.helpers import TIMEOUT_SECONDS
from tests.livekit_probe import LivekitProbe
from tests.recording.recording_room import RecordingRoom, make_consenting_interview, wait_for_recording

pytestmark = pytest.mark.realtime

MAIN = Path(__file__).parents[2] / "main.py"
MAX_LOST_SECONDS = 4
"""Seconds of sound that a killed recorder may lose on a busy machine; the promise for an idle one is 2."""


def recorder_environment(settings: Settings) -> dict[str, str]:
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
async def worker(settings: Settings, tmp_path: Path) -> AsyncIterator[ChildProcess]:
    command = [sys.executable, str(MAIN), "recorder"]
    async with ChildProcess(
        command, tmp_path / "recorder.log", cwd=tmp_path, environment=recorder_environment(settings)
    ) as child:
        await wait_until_registered(child)
        yield child


@asynccontextmanager
async def run_reconciler(services: Services, store: RecordingStore) -> AsyncIterator[None]:
    """Do what a jobs process does for recordings while the block runs."""
    services.jobs.register(
        FINALIZE_RECORDING, lambda recording_id: finalize_recording(services, store, recording_id), exclusive=True
    )
    stop = asyncio.Event()
    task = asyncio.create_task(run_recording_reconciler(services, stop))
    try:
        yield
    finally:
        stop.set()
        await task


def recorder_pid(recording: Recording) -> int:
    """Return the pid of the process that holds the lease."""
    assert recording.lease
    return int(recording.lease.holder.split(":")[1])


async def play_until_recorded(
    candidate: ToneMicrophone, store: RecordingStore, interview: Interview, number: int, folder: Path
) -> None:
    """Play sounds until one is recorded, since a busy machine takes a while to connect everything."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while True:
            await candidate.play(tone(660, 0.4))
            channels = await read_part_channels(store, interview, number, folder)
            if channels and find_loud_spans(channels[0], 660):
                return


async def read_part_channels(store: RecordingStore, interview: Interview, number: int, folder: Path) -> list[Samples]:
    """Decode what the store has of a part."""
    path = folder / "part.ogg"
    chunks = await store.list(f"{interview.id}/parts/{number:08}/audio.ogg")
    path.write_bytes(b"".join([await store.get(chunk) for chunk in chunks]))
    return decode_channels(path) if chunks else []


@pytest.mark.timeout(240)
async def test_killed_recorder_is_replaced_and_only_its_last_seconds_are_lost(
    services: Services, livekit_server: LivekitServer, store: RecordingStore, worker: ChildProcess, tmp_path: Path
) -> None:
    interview = await make_consenting_interview()
    recording_room = RecordingRoom(livekit_server, interview)
    async with (
        run_reconciler(services, store),
        recording_room.join_as_interviewer(),
        recording_room.join_as_candidate() as candidate,
    ):
        await start_recording(services, interview.id)
        begun = await wait_for_recording(interview, lambda recording: len(recording.parts) == 1)
        assert begun.files[0].status is RecordingStatus.ACTIVE
        await play_until_recorded(candidate, store, interview, begun.parts[0].number, tmp_path)
        before = await candidate.play(tone(440, 1))
        await asyncio.sleep(2)
        os.kill(recorder_pid(begun), signal.SIGKILL)
        killed_after = (now() - begun.parts[0].started_at).total_seconds()
        left, _ = await read_part_channels(store, interview, begun.parts[0].number, tmp_path)
        assert len(left) / SAMPLE_RATE > killed_after - MAX_LOST_SECONDS
        second = await wait_for_recording(interview, lambda recording: len(recording.parts) == 2)
        await play_until_recorded(candidate, store, interview, second.parts[1].number, tmp_path)
        after = await candidate.play(tone(880, 1))
        await asyncio.sleep(0.5)
        await interview.set({Interview.status: InterviewStatus.COMPLETED})
        await services.rooms.delete_room(interview.id)
        done = await wait_for_recording(interview, lambda recording: not recording.is_open)
    assert second.fence > begun.fence
    audio = done.get_file(RecordingKind.AUDIO)
    assert audio and audio.path and audio.started_at
    assert audio.status is RecordingStatus.COMPLETED
    left, _ = decode_channels(Path(services.settings.recording.store) / audio.path)
    [first_tone], [second_tone] = find_loud_spans(left, 440), find_loud_spans(left, 880)
    assert first_tone[0] == pytest.approx((before - audio.started_at).total_seconds(), abs=0.3)
    assert second_tone[0] == pytest.approx((after - audio.started_at).total_seconds(), abs=0.3)


@pytest.mark.long
async def test_recorder_is_hidden_and_survives_the_replacement_of_the_interviewer(
    services: Services, livekit: LivekitProbe, livekit_server: LivekitServer, store: RecordingStore, worker: ChildProcess
) -> None:
    interview = await make_consenting_interview()
    interview_id = interview.id
    recording_room = RecordingRoom(livekit_server, interview)
    async with recording_room.join("candidate") as room:
        await start_recording(services, interview_id)
        begun = await wait_for_recording(interview, lambda recording: len(recording.parts) == 1)
        hidden = await livekit.list_identities(interview) - {"candidate"}
        assert len(hidden) == 1, "the recorder is in LiveKit's own list"
        assert room.remote_participants == {}
        await services.rooms.dispatch_interviewer(interview_id, 7)
        await asyncio.sleep(2)
        assert await livekit.list_identities(interview) >= hidden
        now_held = await wait_for_recording(interview, lambda recording: recording.lease is not None)
        assert (now_held.fence, recorder_pid(now_held)) == (begun.fence, recorder_pid(begun))


@pytest.mark.long
async def test_stopping_a_worker_releases_its_recording(
    services: Services, livekit_server: LivekitServer, store: RecordingStore, worker: ChildProcess
) -> None:
    interview = await make_consenting_interview()
    recording_room = RecordingRoom(livekit_server, interview)
    async with recording_room.join_as_candidate():
        await start_recording(services, interview.id)
        await wait_for_recording(interview, lambda recording: len(recording.parts) == 1)
        await asyncio.sleep(2)
        worker.send_signal(signal.SIGTERM)
        async with asyncio.timeout(TIMEOUT_SECONDS):
            assert await worker.wait() == 0
        released = await wait_for_recording(interview, lambda recording: recording.lease is None)
        assert (released.is_open, released.failure) == (True, None), "another recorder adds the next part"
        assert await store.list(f"{interview.id}/parts/00000001/audio.ogg")
