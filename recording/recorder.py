"""Record the candidate's and the interviewer's tracks in a room as one part of the interview's recording.

The recorder cannot affect the interview: it is hidden, publishes nothing, runs in a process of its own, and reports its
failures only in the recording.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, cast

import numpy as np
import structlog
from livekit import rtc

from lifecycle.rooms import CANDIDATE_IDENTITY
from lifecycle.services import Services
from live.cancellation import cancel_and_wait
from models.documents.recording import Recording, RecordingPart, VideoSize
from models.storage.lease import LeaseLost
from models.writes.recording_transitions import add_part, add_video, give_up_recording
from recording.encoder_thread import EncoderFailed
from recording.part_writer import CameraFrame, PartWriter, Side
from recording.storage import RecordingStore, StoreFailed
from recording.timeline import SAMPLE_RATE
from recording.upload_buffer import MAX_OUTAGE_SECONDS

log = structlog.get_logger(__name__)

AUDIO_FRAME_MILLISECONDS = 50
"""Length of the audio frames that LiveKit delivers; shorter frames cost more calls."""
AUDIO_QUEUE_FRAMES = 100
"""Frames that may wait to be mixed: five seconds of sound."""


class Recorder:
    """Records one part, from the candidate's arrival until it is asked to stop or the room is closed.

    Recording fails once the store has accepted nothing for `max_outage_seconds`.
    """

    def __init__(
        self,
        services: Services,
        store: RecordingStore,
        room: rtc.Room,
        recording: Recording,
        max_outage_seconds: float = MAX_OUTAGE_SECONDS,
    ) -> None:
        self.recording = recording
        """The recording as this recorder last stored it."""
        self._services = services
        self._store = store
        self._room = room
        self._max_outage_seconds = max_outage_seconds
        self._part: PartWriter | None = None
        self._streams: dict[str, asyncio.Task[None]] = {}
        self._video_sizes: asyncio.Queue[VideoSize] = asyncio.Queue()
        self._candidate_joined = asyncio.Event()
        self._room_closed = asyncio.Event()
        room.on("participant_connected", self._on_participant_connected)
        room.on("track_subscribed", self._on_track_subscribed)
        room.on("track_unsubscribed", self._on_track_unsubscribed)
        room.on("track_muted", self._on_track_muted)
        room.on("disconnected", lambda *_: self._room_closed.set())

    async def run(self, stop_requested: asyncio.Event) -> None:
        """Record in the room, which must be connected. Raises LeaseLost."""
        for participant in self._room.remote_participants.values():
            self._on_participant_connected(participant)
            for publication in participant.track_publications.values():
                if publication.track:
                    self._on_track_subscribed(publication.track, publication, participant)
        stop_waiters = [asyncio.create_task(event.wait()) for event in (stop_requested, self._room_closed)]
        candidate_joined = asyncio.create_task(self._candidate_joined.wait())
        try:
            await asyncio.wait([*stop_waiters, candidate_joined], return_when=asyncio.FIRST_COMPLETED)
            if candidate_joined.done() and self._room.isconnected():
                await self._record(stop_waiters)
        finally:
            await cancel_and_wait(*stop_waiters, candidate_joined, *self._streams.values())

    async def _record(self, stop_waiters: list[asyncio.Task[Any]]) -> None:
        video_size = next((part.video_size for part in self.recording.parts if part.video_size), None)
        part = PartWriter(self._store, self.recording.interview_id, self.recording.fence, video_size, self._max_outage_seconds)
        try:
            await self._apply_change(
                await add_part(self.recording, RecordingPart(number=self.recording.fence, started_at=part.started_at))
            )
            self._part = part
            await self._run_until_stopped(stop_waiters, part.run_mixer(), part.run_uploads(), self._store_video_sizes())
            await cancel_and_wait(*self._streams.values())
            await part.close()
        except (StoreFailed, EncoderFailed) as failed:
            log.error("recording given up", reason=str(failed))
            failure = f"Recording stopped after {part.elapsed:.0f} seconds: {failed}. The recording up to then is preserved."
            await self._apply_change(await give_up_recording(self.recording, failure))
        finally:
            self._part = None
            await part.abandon()

    async def _run_until_stopped(self, stop_waiters: list[asyncio.Task[Any]], *coroutines: Coroutine[Any, Any, None]) -> None:
        """Run the endless coroutines until one of `stop_waiters` is done. Raises what one of them raises."""
        tasks = [asyncio.create_task(work) for work in coroutines]
        try:
            done, _ = await asyncio.wait([*stop_waiters, *tasks], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await cancel_and_wait(*tasks)

    async def _store_video_sizes(self) -> None:
        while True:
            await self._apply_change(await add_video(self.recording, await self._video_sizes.get()))

    async def _apply_change(self, changed: Recording | None) -> None:
        if changed is None:
            raise LeaseLost
        self.recording = changed
        await self._services.live.publish_change(changed)

    # --- events from LiveKit

    def _on_participant_connected(self, participant: rtc.RemoteParticipant) -> None:
        if participant.identity == CANDIDATE_IDENTITY:
            self._candidate_joined.set()

    def _on_track_subscribed(
        self, track: rtc.RemoteTrack, _: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant
    ) -> None:
        side = _classify_side(participant)
        if side is None or track.sid in self._streams:
            return
        if track.kind == rtc.TrackKind.KIND_AUDIO:
            work = self._receive_audio(track, side)
        elif side is Side.CANDIDATE:
            work = self._receive_video(track)
        else:
            return
        self._streams[track.sid] = asyncio.create_task(work, name=f"record {track.sid}")

    def _on_track_unsubscribed(
        self, track: rtc.RemoteTrack, _: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant
    ) -> None:
        # LiveKit does not end the stream of a track that was unsubscribed
        if task := self._streams.pop(track.sid, None):
            task.cancel()
        if track.kind == rtc.TrackKind.KIND_VIDEO:
            self._add_black_frame(participant)

    def _on_track_muted(self, participant: rtc.Participant, publication: rtc.TrackPublication) -> None:
        if publication.kind == rtc.TrackKind.KIND_VIDEO:
            self._add_black_frame(participant)

    def _add_black_frame(self, participant: rtc.Participant) -> None:
        if self._part is not None and _classify_side(participant) is Side.CANDIDATE:
            self._part.add_black_frame()

    async def _receive_audio(self, track: rtc.Track, side: Side) -> None:
        stream = rtc.AudioStream(
            track, capacity=AUDIO_QUEUE_FRAMES, sample_rate=SAMPLE_RATE, num_channels=1, frame_size_ms=AUDIO_FRAME_MILLISECONDS
        )
        try:
            async for event in stream:
                if self._part is not None:
                    self._part.add_audio(side, track.sid, np.frombuffer(event.frame.data, np.int16))
        finally:
            await stream.aclose()

    async def _receive_video(self, track: rtc.Track) -> None:
        stream = rtc.VideoStream(track, capacity=1, format=rtc.VideoBufferType.I420)
        try:
            async for event in stream:
                if self._part is None:
                    continue
                frame = event.frame
                planes = np.frombuffer(frame.data, np.uint8)
                camera_frame = CameraFrame(planes, frame.width, frame.height, cast(int, event.rotation))
                # LiveKit's timestamps of frames are those of this machine's monotonic clock
                if video_size := self._part.add_frame(camera_frame, event.timestamp_us / 1_000_000):
                    self._video_sizes.put_nowait(video_size)
        finally:
            await stream.aclose()


def _classify_side(participant: rtc.Participant) -> Side | None:
    if participant.identity == CANDIDATE_IDENTITY:
        return Side.CANDIDATE
    if participant.kind == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT:
        return Side.INTERVIEWER
    return None
