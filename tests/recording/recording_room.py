"""A LiveKit room in which participants play sounds at known times while a recorder records them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import numpy as np
from beanie import PydanticObjectId
from bson import ObjectId
from livekit import rtc

from lifecycle.lease_renewal import hold_lease
from lifecycle.rooms import CANDIDATE_IDENTITY, build_room_name
from lifecycle.services import Services
from models.documents.interview import Consent, Interview, RoomState
from models.documents.recording import Recording, get_interview_recording
from models.documents.turn import Channel
from models.storage.clock import now
from models.storage.lease import renew_lease
from models.writes.recording_transitions import claim_recorder_dispatch, claim_recording, create_recording
from recording.part_writer import Side
from recording.recorder import Recorder
from recording.storage import RecordingStore, StoreFailed
from sandbox.livekit.server import LivekitServer
from tests.audio import ToneMicrophone, open_microphone
from tests.factories import make_interview
from tests.helpers import wait_until
from tests.livekit_rooms import ParticipantKind, join_room

HOLDER = "recorder"


async def make_consenting_interview(*, recording: bool = True, **values: Any) -> Interview:
    """Make a voice interview whose candidate is in the room and has consented to a recording."""
    consent = Consent(text_version="test", given_at=now(), recording=recording)
    room = RoomState(expected_until=now(), participant="PA_candidate")
    fields: dict[str, Any] = {"channel": Channel.VOICE, "consent": consent, "room": room, **values}
    return await make_interview(**fields)


async def claim_new_recording(interview: Interview) -> Recording:
    """Create the interview's recording and claim it as a dispatched recorder does."""
    interview_id = interview.id
    recording = Recording(interview_id=PydanticObjectId(interview_id), organization_id=interview.organization_id)
    assert await create_recording(recording)
    return await claim_when_free(recording.id)


async def claim_when_free(recording_id: ObjectId) -> Recording:
    """Wait until the recording's lease is free, and claim it as a dispatched recorder does."""
    dispatched = await wait_until(lambda: claim_recorder_dispatch(recording_id, 60, 60), poll_seconds=0.1)
    claimed = await claim_recording(recording_id, dispatched.fence, HOLDER, 60)
    assert claimed
    return claimed


async def reload_recording(recording: Recording) -> Recording:
    """Return the recording as it is stored now."""
    stored = await Recording.get(recording.id)
    assert stored
    return stored


async def wait_for_recording(interview: Interview, condition: Callable[[Recording], bool]) -> Recording:
    """Wait until the interview's recording meets the condition, and return it."""

    async def find_recording() -> Recording | None:
        recording = await get_interview_recording(interview.id)
        return recording if recording and condition(recording) else None

    return await wait_until(find_recording, poll_seconds=0.1)


async def fail_to_store(*_: object) -> None:
    """Replace a method of RecordingStore with this one to simulate an outage of the store."""
    raise StoreFailed("The store does not answer")


class RecordingRoom:
    """The LiveKit room of an interview."""

    def __init__(self, server: LivekitServer, interview: Interview) -> None:
        self._server = server
        self.interview = interview

    def join(
        self, identity: str, kind: ParticipantKind = "standard", *, hidden: bool = False
    ) -> AbstractAsyncContextManager[rtc.Room]:
        return join_room(self._server, build_room_name(self.interview.id), identity, kind, hidden=hidden)

    @asynccontextmanager
    async def join_as_candidate(self) -> AsyncIterator[ToneMicrophone]:
        async with self.join(CANDIDATE_IDENTITY) as room, open_microphone(room) as microphone:
            yield microphone

    @asynccontextmanager
    async def join_as_interviewer(self, identity: str = "agent-1") -> AsyncIterator[ToneMicrophone]:
        async with self.join(identity, "agent") as room, open_microphone(room) as microphone:
            yield microphone

    @asynccontextmanager
    async def run_recorder(
        self,
        services: Services,
        store: RecordingStore,
        recording: Recording,
        *,
        max_outage_seconds: float = 20,
        lease_seconds: float = 60,
    ) -> AsyncIterator[Recorder]:
        """Run a recorder in the room during the block, and let it store its part afterwards. Raises LeaseLost."""
        stop = asyncio.Event()

        async def run(recorder: Recorder) -> None:
            recording_id = recording.id
            async with hold_lease(
                lambda: renew_lease(Recording, recording_id, recording.fence, HOLDER, lease_seconds), lease_seconds
            ):
                await recorder.run(stop)

        async with self.join(f"recorder-{recording.fence}", "agent", hidden=True) as room:
            recorder = Recorder(services, store, room, recording, max_outage_seconds)
            running = asyncio.create_task(run(recorder))
            try:
                yield recorder
            finally:
                stop.set()
                async with asyncio.timeout(30):
                    await running


async def wait_for_audio(recorder: Recorder, *sides: Side) -> None:
    """Wait until the recorder receives sound, or silence, from each side."""
    await wait_until(lambda: recorder._part and all(recorder._part._voices[side] for side in sides))
    # until frames arrive evenly
    await asyncio.sleep(0.5)


async def wait_for_video(recorder: Recorder, *, is_on: bool = True) -> None:
    """Wait until the recorder receives the candidate's video, or no longer receives it."""
    candidate = recorder._room.remote_participants[CANDIDATE_IDENTITY]

    def is_received() -> bool:
        return any(
            publication.kind == rtc.TrackKind.KIND_VIDEO and publication.track and publication.track.sid in recorder._streams
            for publication in candidate.track_publications.values()
        )

    await wait_until(lambda: is_received() is is_on)
    # until the first frames have arrived, or the last ones
    await asyncio.sleep(1)


@asynccontextmanager
async def open_camera(room: rtc.Room, width: int = 640, height: int = 360, frames: int = 15) -> AsyncIterator[None]:
    """Publish a camera with a moving picture during the block."""
    source = rtc.VideoSource(width, height)
    track = rtc.LocalVideoTrack.create_video_track("camera", source)
    options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_CAMERA, simulcast=False)
    publication = await room.local_participant.publish_track(track, options)

    async def send_frames() -> None:
        chroma = np.full(width * height // 2, 128, np.uint8)
        luma = np.tile(np.linspace(90, 200, width).astype(np.uint8), (height, 1))
        shift = 0
        while True:
            planes = np.concatenate([np.roll(luma, 8 * shift, axis=1).reshape(-1), chroma])
            source.capture_frame(rtc.VideoFrame(width, height, rtc.VideoBufferType.I420, planes.tobytes()))
            shift += 1
            await asyncio.sleep(1 / frames)

    task = asyncio.create_task(send_frames())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        await room.local_participant.unpublish_track(publication.sid)
        await source.aclose()
