"""Recording in a LiveKit room: sounds keep their time and channel, and become playable files."""

import asyncio
from datetime import datetime
from pathlib import Path

import av
import pytest

import settings
from lifecycle.services import Services
from live.cancellation import cancel_and_wait
from models.documents.interview import Interview, InterviewStatus
from models.documents.recording import Recording, RecordingFile, RecordingKind, RecordingStatus
from models.storage.lease import LeaseLost
from models.writes.interview_erasure import delete_erased, mark_erased
from models.writes.recording_transitions import release_recording_lease
from recording.finalize import finalize_recording
from recording.media_erasure import erase_media
from recording.part_writer import Side
from recording.storage import RecordingStore, open_store
from sandbox.livekit.server import LivekitServer
from tests.audio import decode_channels, find_loud_spans, tone
from tests.factories import reload_interview
from tests.recording.disks import mount_small_disk
from tests.recording.recording_room import (
    RecordingRoom,
    claim_new_recording,
    claim_when_free,
    make_consenting_interview,
    open_camera,
    reload_recording,
    wait_for_audio,
    wait_for_recording,
    wait_for_video,
)

pytestmark = pytest.mark.realtime

TIME_TOLERANCE_SECONDS = 0.3
"""Tolerated difference between when a sound was played and its position in the file."""
MAX_STRETCH_SECONDS = 0.5
"""Time by which LiveKit stretches a sound whose packets arrive late; a sound that was recorded twice would be longer."""


async def finish_and_read_files(
    services: Services, store: RecordingStore, interview: Interview, recording: Recording
) -> dict[RecordingKind, RecordingFile]:
    """Complete the interview, finalize its recording, and return the files."""
    await release_recording_lease(recording)
    await interview.set({Interview.status: InterviewStatus.COMPLETED})
    await finalize_recording(services, store, recording.id)
    return {file.kind: file for file in (await reload_recording(recording)).files}


def offset_in_file(file: RecordingFile, spoken_at: datetime) -> float:
    assert file.started_at
    return (spoken_at - file.started_at).total_seconds()


async def test_each_voice_is_on_its_channel_at_its_time(
    services: Services, livekit_server: LivekitServer, store: RecordingStore, folder: Path
) -> None:
    interview = await make_consenting_interview()
    recording = await claim_new_recording(interview)
    recording_room = RecordingRoom(livekit_server, interview)
    async with (
        recording_room.join_as_interviewer() as interviewer,
        recording_room.join_as_candidate() as candidate,
        recording_room.run_recorder(services, store, recording) as recorder,
    ):
        await wait_for_audio(recorder, Side.CANDIDATE, Side.INTERVIEWER)
        asked = await interviewer.play(tone(880, 1))
        answered = await candidate.play(tone(440, 1.5))
        asked_again = await interviewer.play(tone(880, 1))
        await asyncio.sleep(0.5)
    files = await finish_and_read_files(services, store, interview, recorder.recording)
    assert files.keys() == {RecordingKind.AUDIO, RecordingKind.CANDIDATE_TRACK, RecordingKind.INTERVIEWER_TRACK}
    for file in files.values():
        assert (file.status, file.mime_type, file.failure) == (RecordingStatus.COMPLETED, "audio/webm", None)
        assert file.path
        assert (folder / file.path).stat().st_size == file.size_bytes
    audio = files[RecordingKind.AUDIO]
    left, right = decode_channels(folder / str(audio.path))
    assert len(left) / 48_000 == pytest.approx(audio.duration_seconds, abs=0.1)
    [answer] = find_loud_spans(left, 440)
    questions = find_loud_spans(right, 880)
    assert [answer[0], *(begin for begin, _ in questions)] == [
        pytest.approx(offset_in_file(audio, moment), abs=TIME_TOLERANCE_SECONDS) for moment in (answered, asked, asked_again)
    ]
    assert 1.4 <= answer[1] - answer[0] <= 1.5 + MAX_STRETCH_SECONDS
    assert find_loud_spans(left, 880) == find_loud_spans(right, 440) == [], "no voice is on the other's channel"
    [alone] = decode_channels(folder / str(files[RecordingKind.CANDIDATE_TRACK].path))
    assert find_loud_spans(alone, 440) == [pytest.approx(answer, abs=0.05)]
    [alone] = decode_channels(folder / str(files[RecordingKind.INTERVIEWER_TRACK].path))
    assert find_loud_spans(alone, 880) == [pytest.approx(span, abs=0.05) for span in questions]
    assert await store.list(f"{interview.id}/parts") == [], "the parts are deleted once the files exist"


async def test_everything_up_to_the_closing_of_the_room_is_recorded(
    services: Services, livekit_server: LivekitServer, store: RecordingStore, folder: Path
) -> None:
    interview = await make_consenting_interview()
    recording = await claim_new_recording(interview)
    recording_room = RecordingRoom(livekit_server, interview)
    async with (
        recording_room.join_as_interviewer() as interviewer,
        recording_room.join_as_candidate(),
        recording_room.run_recorder(services, store, recording) as recorder,
    ):
        await wait_for_audio(recorder, Side.CANDIDATE, Side.INTERVIEWER)

        async def end_with_another() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                # like LiveKit reporting the end of a track while the recorder cancels the others
                await cancel_and_wait(recorder._streams.pop("another"))

        recorder._streams["one"] = asyncio.create_task(end_with_another())
        recorder._streams["another"] = asyncio.create_task(asyncio.sleep(3600))
        said = await interviewer.play(tone(880, 1))
        await asyncio.sleep(0.5)
        await services.rooms.delete_room(interview.id)
        await asyncio.sleep(1)
    files = await finish_and_read_files(services, store, interview, recorder.recording)
    _, right = decode_channels(folder / str(files[RecordingKind.AUDIO].path))
    [(begin, until)] = find_loud_spans(right, 880)
    assert begin == pytest.approx(offset_in_file(files[RecordingKind.AUDIO], said), abs=TIME_TOLERANCE_SECONDS)
    assert 0.9 <= until - begin <= 1 + MAX_STRETCH_SECONDS


@pytest.mark.long
async def test_camera_gives_a_composite_with_both_voices(
    services: Services, livekit_server: LivekitServer, store: RecordingStore, folder: Path
) -> None:
    interview = await make_consenting_interview()
    recording = await claim_new_recording(interview)
    recording_room = RecordingRoom(livekit_server, interview)
    async with (
        recording_room.join_as_interviewer() as interviewer,
        recording_room.join("candidate") as room,
        recording_room.run_recorder(services, store, recording) as recorder,
    ):
        await wait_for_audio(recorder, Side.INTERVIEWER)
        async with open_camera(room):
            await wait_for_video(recorder)
            asked = await interviewer.play(tone(880, 2))
            await asyncio.sleep(1)
        await wait_for_video(recorder, is_on=False)
        await asyncio.sleep(1)
    files = await finish_and_read_files(services, store, interview, recorder.recording)
    composite = files[RecordingKind.COMPOSITE]
    assert (composite.status, composite.mime_type) == (RecordingStatus.COMPLETED, "video/webm")
    path = folder / str(composite.path)
    [both] = decode_channels(path)
    [(begin, _)] = find_loud_spans(both, 880)
    assert begin == pytest.approx(offset_in_file(composite, asked), abs=TIME_TOLERANCE_SECONDS)
    with av.open(path) as container:
        assert container.streams.video[0].codec_context.width == 640
        frames = [(frame.time or 0.0, float(frame.to_ndarray()[: frame.height].mean())) for frame in container.decode(video=0)]
    while_asked = [brightness for at, brightness in frames if begin + 0.3 < at < begin + 1.7]
    assert len(while_asked) >= 10
    assert min(while_asked) > 60
    assert frames[0][1] < 30, "black before the camera is on"
    assert frames[-1][1] < 30, "black after the camera is off, not the last picture"


@pytest.mark.long
async def test_replacement_recorder_adds_a_part_on_the_same_timeline(
    services: Services, livekit_server: LivekitServer, store: RecordingStore, folder: Path
) -> None:
    interview = await make_consenting_interview()
    recording = await claim_new_recording(interview)
    recording_room = RecordingRoom(livekit_server, interview)
    async with recording_room.join_as_interviewer(), recording_room.join_as_candidate() as candidate:
        async with recording_room.run_recorder(services, store, recording) as first:
            await wait_for_audio(first, Side.CANDIDATE)
            before = await candidate.play(tone(440, 1))
            await asyncio.sleep(0.5)
        await release_recording_lease(first.recording)
        await candidate.play(tone(660, 1))
        recording = await claim_when_free(recording.id)
        async with recording_room.run_recorder(services, store, recording) as second:
            await wait_for_audio(second, Side.CANDIDATE)
            after = await candidate.play(tone(440, 1))
            await asyncio.sleep(0.5)
    assert [part.number for part in second.recording.parts] == [1, 2]
    files = await finish_and_read_files(services, store, interview, second.recording)
    audio = files[RecordingKind.AUDIO]
    left, _ = decode_channels(folder / str(audio.path))
    assert [begin for begin, _ in find_loud_spans(left, 440)] == [
        pytest.approx(offset_in_file(audio, moment), abs=TIME_TOLERANCE_SECONDS) for moment in (before, after)
    ]
    assert audio.started_at == second.recording.parts[0].started_at


async def test_full_disk_ends_the_recording_but_not_the_interview(
    services: Services, livekit_server: LivekitServer, tmp_path: Path
) -> None:
    interview = await make_consenting_interview()
    recording = await claim_new_recording(interview)
    recording_room = RecordingRoom(livekit_server, interview)
    with mount_small_disk(tmp_path, kilobytes=64) as disk:
        store = open_store(settings.RecordingSettings(store=str(disk)))
        assert store
        async with recording_room.join_as_interviewer() as interviewer, recording_room.join_as_candidate() as candidate:
            async with recording_room.run_recorder(services, store, recording, max_outage_seconds=1):
                failed = asyncio.create_task(wait_for_recording(interview, lambda recording: bool(recording.failure)))
                while not failed.done():
                    await candidate.play(tone(440, 0.5))
            # the room is not affected
            await interviewer.play(tone(880, 0.2))
        broken = await failed
        [file] = broken.files
        assert file.status is RecordingStatus.FAILED
        assert file.failure
        assert "The disk is full. The recording up to then is preserved." in file.failure
        assert (await reload_interview(interview)).status is InterviewStatus.IN_PROGRESS
        chunks = await store.list(f"{interview.id}/parts")
        (tmp_path / "stored.ogg").write_bytes(b"".join([await store.get(chunk) for chunk in chunks]))
    left, _ = decode_channels(tmp_path / "stored.ogg")
    assert find_loud_spans(left, 440), "what was stored until then can be played"


@pytest.mark.long
async def test_erasure_ends_the_recorder_and_deletes_everything(
    services: Services, livekit_server: LivekitServer, store: RecordingStore
) -> None:
    interview = await make_consenting_interview()
    recording = await claim_new_recording(interview)
    recording_room = RecordingRoom(livekit_server, interview)
    async with recording_room.join_as_candidate() as candidate:
        with pytest.raises(LeaseLost):
            async with recording_room.run_recorder(services, store, recording, lease_seconds=1):
                await candidate.play(tone(440, 2))
                assert await store.list(str(interview.id))
                # the room stays, as during a LiveKit outage
                await mark_erased(interview.id)
                await delete_erased(interview.id)
                await asyncio.sleep(2)
        await erase_media(store, interview.id, quiet_seconds=0)
        assert await store.list(str(interview.id)) == []
        await asyncio.sleep(1.5)
    assert await store.list(str(interview.id)) == [], "no recorder writes any more"
