"""The recorder in an interview's room: what the candidate and the interviewer send is written as one part of the recording.

It costs the interview nothing: it is hidden, sends nothing, runs in a process of its own, and whatever goes wrong with it stands
in the recording, nowhere else.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, cast

import numpy as np
import structlog
from bson import ObjectId
from livekit import rtc

from lifecycle.rooms import CANDIDATE
from lifecycle.services import Services
from live.cancellation import end
from models.append import LeaseLost
from models.recording import Part, Picture, Recording
from models.recording_job import add_part, add_picture, give_up_recording
from recording.part import PartWriter, Shot, Side
from recording.spool import PATIENCE_SECONDS
from recording.storage import Store, StoreFailed
from recording.timeline import RATE
from recording.writer import WriterFailed

log = structlog.get_logger(__name__)

FRAME_MILLISECONDS = 50
"""of sound, taken from LiveKit at once: each costs a call"""
WAITING_FRAMES = 100


class Recorder:
    """Records one part, from when the candidate is there until it is told to stop or the room is closed.

    `patience_seconds`: with a store that takes nothing.
    """

    def __init__(
        self,
        services: Services,
        store: Store,
        room: rtc.Room,
        recording: Recording,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self.recording = recording
        """as it stands after what was written to it last"""
        self._services = services
        self._store = store
        self._room = room
        self._patience_seconds = patience_seconds
        self._part: PartWriter | None = None
        self._streams: dict[str, asyncio.Task[None]] = {}
        self._sizes: asyncio.Queue[Picture] = asyncio.Queue()
        self._arrived = asyncio.Event()
        self._left = asyncio.Event()
        room.on("participant_connected", self._notice)
        room.on("track_subscribed", self._listen)
        room.on("track_unsubscribed", self._end_stream)
        room.on("track_muted", self._mute)
        room.on("disconnected", lambda *_: self._left.set())

    async def run(self, stopping: asyncio.Event) -> None:
        """Record. The room is connected. Raises LeaseLost."""
        for participant in self._room.remote_participants.values():
            self._notice(participant)
            for publication in participant.track_publications.values():
                if publication.track:
                    self._listen(publication.track, publication, participant)
        gone = [asyncio.create_task(event.wait()) for event in (stopping, self._left)]
        arrived = asyncio.create_task(self._arrived.wait())
        try:
            await asyncio.wait([*gone, arrived], return_when=asyncio.FIRST_COMPLETED)
            if arrived.done() and self._room.isconnected():
                await self._record(gone)
        finally:
            await end(*gone, arrived, *self._streams.values())

    async def _record(self, gone: list[asyncio.Task[Any]]) -> None:
        composite = next((part.picture for part in self.recording.parts if part.picture), None)
        part = PartWriter(self._store, self.recording.interview_id, self.recording.fence, composite, self._patience_seconds)
        try:
            await self._tell(await add_part(self.recording, Part(number=self.recording.fence, started_at=part.started_at)))
            self._part = part
            await self._until(gone, part.keep_mixing(), part.keep_storing(), self._keep_sizes())
            await end(*self._streams.values())
            await part.close()
        except (StoreFailed, WriterFailed) as failed:
            log.error("recording given up", reason=str(failed))
            failure = f"Recording broke off after {part.elapsed:.0f} seconds: {failed}. What was recorded till then is kept."
            await self._tell(await give_up_recording(self.recording, failure))
        finally:
            self._part = None
            await part.abandon()

    async def _until(self, gone: list[asyncio.Task[Any]], *works: Coroutine[Any, Any, None]) -> None:
        """Do these, which never end, until somebody is gone. Raises what one of them raises."""
        tasks = [asyncio.create_task(work) for work in works]
        try:
            done, _ = await asyncio.wait([*gone, *tasks], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await end(*tasks)

    async def _keep_sizes(self) -> None:
        while True:
            await self._tell(await add_picture(self.recording, await self._sizes.get()))

    async def _tell(self, changed: Recording | None) -> None:
        if changed is None:
            raise LeaseLost
        self.recording = changed
        await self._services.live.publish_change(ObjectId(changed.organization_id), ObjectId(changed.interview_id))

    # --- what LiveKit tells

    def _notice(self, participant: rtc.RemoteParticipant) -> None:
        if participant.identity == CANDIDATE:
            self._arrived.set()

    def _listen(
        self, track: rtc.RemoteTrack, publication: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant
    ) -> None:
        side = _side_of(participant)
        if side is None or track.sid in self._streams:
            return
        if track.kind == rtc.TrackKind.KIND_AUDIO:
            work = self._hear(track, side)
        elif side is Side.CANDIDATE:
            work = self._see(track)
        else:
            return
        self._streams[track.sid] = asyncio.create_task(work, name=f"record {track.sid}")

    def _end_stream(
        self, track: rtc.RemoteTrack, publication: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant
    ) -> None:
        # LiveKit does not end the stream of a track that is no longer there
        if task := self._streams.pop(track.sid, None):
            task.cancel()
        if track.kind == rtc.TrackKind.KIND_VIDEO:
            self._hide(participant)

    def _mute(self, participant: rtc.Participant, publication: rtc.TrackPublication) -> None:
        if publication.kind == rtc.TrackKind.KIND_VIDEO:
            self._hide(participant)

    def _hide(self, participant: rtc.Participant) -> None:
        if self._part is not None and _side_of(participant) is Side.CANDIDATE:
            self._part.hide()

    async def _hear(self, track: rtc.Track, side: Side) -> None:
        stream = rtc.AudioStream(
            track, capacity=WAITING_FRAMES, sample_rate=RATE, num_channels=1, frame_size_ms=FRAME_MILLISECONDS
        )
        try:
            async for event in stream:
                if self._part is not None:
                    self._part.hear(side, track.sid, np.frombuffer(event.frame.data, np.int16))
        finally:
            await stream.aclose()

    async def _see(self, track: rtc.Track) -> None:
        stream = rtc.VideoStream(track, capacity=1, format=rtc.VideoBufferType.I420)
        try:
            async for event in stream:
                if self._part is None:
                    continue
                frame = event.frame
                planes = np.frombuffer(frame.data, np.uint8)
                shot = Shot(planes, frame.width, frame.height, cast(int, event.rotation))
                # LiveKit's clock of frames is this machine's monotonic one
                if picture := self._part.see(shot, event.timestamp_us / 1_000_000):
                    self._sizes.put_nowait(picture)
        finally:
            await stream.aclose()


def _side_of(participant: rtc.Participant) -> Side | None:
    if participant.identity == CANDIDATE:
        return Side.CANDIDATE
    if participant.kind == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT:
        return Side.INTERVIEWER
    return None
