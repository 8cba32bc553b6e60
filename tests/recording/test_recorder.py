"""What is said in a room of LiveKit's is recorded at its place, on its channel, and becomes files that can be played."""

import asyncio
from datetime import datetime
from pathlib import Path

import av
import pytest
from bson import ObjectId

import settings
from lifecycle.services import Services
from live.cancellation import end
from models.append import LeaseLost
from models.erasure import delete_erased, mark_erased
from models.interview import Interview, InterviewStatus, get_interview
from models.recording import File, Recording, RecordingKind, RecordingStatus, get_recording
from models.recording_job import release_recording
from recording.erasure import erase_media
from recording.finishing import finish_recording
from recording.part import Side
from recording.storage import Store, open_store
from sandbox.livekit.server import LivekitServer
from tests.recording.disks import small_disk
from tests.recording.studio import Studio, agreed_interview, claimed_again, claimed_recording, filming, until_heard, until_seen
from tests.recording.tones import channels_of, spans_of, tone

PLACE_SECONDS = 0.3
"""how far a sound may be from its place"""


async def finished(services: Services, store: Store, interview: Interview, recording: Recording) -> dict[RecordingKind, File]:
    """The files, once the interview is over."""
    await release_recording(recording)
    await interview.set({Interview.status: InterviewStatus.COMPLETED})
    await finish_recording(services, store, ObjectId(recording.id))
    done = await get_recording(ObjectId(recording.id))
    assert done
    return {file.kind: file for file in done.files}


def place(file: File, said: datetime) -> float:
    assert file.started_at
    return (said - file.started_at).total_seconds()


async def test_each_voice_is_on_its_channel_where_it_was_said(
    services: Services, livekit_server: LivekitServer, store: Store, folder: Path
) -> None:
    interview = await agreed_interview()
    recording = await claimed_recording(interview)
    studio = Studio(livekit_server, interview)
    async with (
        studio.interviewer() as interviewer,
        studio.candidate() as candidate,
        studio.recorded(services, store, recording) as recorder,
    ):
        await until_heard(recorder, Side.CANDIDATE, Side.INTERVIEWER)
        asked = await interviewer.say(tone(880, 1))
        answered = await candidate.say(tone(440, 1.5))
        asked_again = await interviewer.say(tone(880, 1))
        await asyncio.sleep(0.5)
    files = await finished(services, store, interview, recorder.recording)
    assert files.keys() == {RecordingKind.AUDIO, RecordingKind.CANDIDATE_TRACK, RecordingKind.INTERVIEWER_TRACK}
    for file in files.values():
        assert (file.status, file.mime_type, file.failure) == (RecordingStatus.COMPLETED, "audio/ogg", None)
        assert file.path
        assert (folder / file.path).stat().st_size == file.size_bytes
    audio = files[RecordingKind.AUDIO]
    left, right = channels_of(folder / str(audio.path))
    assert len(left) / 48_000 == pytest.approx(audio.duration_seconds, abs=0.1)
    [answer] = spans_of(left, 440)
    questions = spans_of(right, 880)
    assert [answer[0], *(begin for begin, _ in questions)] == [
        pytest.approx(place(audio, moment), abs=PLACE_SECONDS) for moment in (answered, asked, asked_again)
    ]
    assert answer[1] - answer[0] == pytest.approx(1.5, abs=0.1)
    assert spans_of(left, 880) == spans_of(right, 440) == [], "nobody is on the other's channel"
    [alone] = channels_of(folder / str(files[RecordingKind.CANDIDATE_TRACK].path))
    assert spans_of(alone, 440) == [pytest.approx(answer, abs=0.05)]
    [alone] = channels_of(folder / str(files[RecordingKind.INTERVIEWER_TRACK].path))
    assert spans_of(alone, 880) == [pytest.approx(span, abs=0.05) for span in questions]
    assert await store.list(f"{interview.id}/parts") == [], "the parts are in the files now"


async def test_what_is_said_until_the_room_is_closed_is_kept(
    services: Services, livekit_server: LivekitServer, store: Store, folder: Path
) -> None:
    interview = await agreed_interview()
    recording = await claimed_recording(interview)
    studio = Studio(livekit_server, interview)
    async with (
        studio.interviewer() as interviewer,
        studio.candidate(),
        studio.recorded(services, store, recording) as recorder,
    ):
        await until_heard(recorder, Side.CANDIDATE, Side.INTERVIEWER)

        async def end_with_another() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                # as LiveKit tells of a track's end while the recorder ends the others
                await end(recorder._streams.pop("another"))

        recorder._streams["one"] = asyncio.create_task(end_with_another())
        recorder._streams["another"] = asyncio.create_task(asyncio.sleep(3600))
        said = await interviewer.say(tone(880, 1))
        await asyncio.sleep(0.5)
        await services.rooms.close(ObjectId(interview.id))
        await asyncio.sleep(1)
    files = await finished(services, store, interview, recorder.recording)
    _, right = channels_of(folder / str(files[RecordingKind.AUDIO].path))
    [(begin, until)] = spans_of(right, 880)
    assert begin == pytest.approx(place(files[RecordingKind.AUDIO], said), abs=PLACE_SECONDS)
    assert until - begin == pytest.approx(1, abs=0.1)


@pytest.mark.long
async def test_a_camera_gives_a_video_with_both_voices(
    services: Services, livekit_server: LivekitServer, store: Store, folder: Path
) -> None:
    interview = await agreed_interview()
    recording = await claimed_recording(interview)
    studio = Studio(livekit_server, interview)
    async with (
        studio.interviewer() as interviewer,
        studio.joined("candidate") as room,
        studio.recorded(services, store, recording) as recorder,
    ):
        await until_heard(recorder, Side.INTERVIEWER)
        async with filming(room):
            await until_seen(recorder)
            asked = await interviewer.say(tone(880, 2))
            await asyncio.sleep(1)
        await until_seen(recorder, seen=False)
        await asyncio.sleep(1)
    files = await finished(services, store, interview, recorder.recording)
    composite = files[RecordingKind.COMPOSITE]
    assert (composite.status, composite.mime_type) == (RecordingStatus.COMPLETED, "video/webm")
    path = folder / str(composite.path)
    [both] = channels_of(path)
    [(begin, _)] = spans_of(both, 880)
    assert begin == pytest.approx(place(composite, asked), abs=PLACE_SECONDS)
    with av.open(path) as container:
        assert container.streams.video[0].codec_context.width == 640
        shown = [(frame.time or 0.0, float(frame.to_ndarray()[: frame.height].mean())) for frame in container.decode(video=0)]
    while_asked = [brightness for at, brightness in shown if begin + 0.3 < at < begin + 1.7]
    assert len(while_asked) >= 10
    assert min(while_asked) > 60
    assert shown[0][1] < 30, "before the camera was on there is nothing to see"
    assert shown[-1][1] < 30, "a camera that is off is black, not the last picture"


@pytest.mark.long
async def test_a_replacement_adds_a_part_and_the_time_line_holds(
    services: Services, livekit_server: LivekitServer, store: Store, folder: Path
) -> None:
    interview = await agreed_interview()
    recording = await claimed_recording(interview)
    studio = Studio(livekit_server, interview)
    async with studio.interviewer(), studio.candidate() as candidate:
        async with studio.recorded(services, store, recording) as first:
            await until_heard(first, Side.CANDIDATE)
            before = await candidate.say(tone(440, 1))
            await asyncio.sleep(0.5)
        await release_recording(first.recording)
        await candidate.say(tone(660, 1))
        recording = await claimed_again(ObjectId(recording.id))
        async with studio.recorded(services, store, recording) as second:
            await until_heard(second, Side.CANDIDATE)
            after = await candidate.say(tone(440, 1))
            await asyncio.sleep(0.5)
    assert [part.number for part in second.recording.parts] == [1, 2]
    files = await finished(services, store, interview, second.recording)
    audio = files[RecordingKind.AUDIO]
    left, _ = channels_of(folder / str(audio.path))
    assert [begin for begin, _ in spans_of(left, 440)] == [
        pytest.approx(place(audio, moment), abs=PLACE_SECONDS) for moment in (before, after)
    ]
    assert audio.started_at == second.recording.parts[0].started_at


async def test_a_full_disk_costs_the_recording_and_not_the_interview(
    services: Services, livekit_server: LivekitServer, tmp_path: Path
) -> None:
    interview = await agreed_interview()
    recording = await claimed_recording(interview)
    studio = Studio(livekit_server, interview)
    with small_disk(tmp_path, kilobytes=64) as disk:
        store = open_store(settings.Recording(store=str(disk)))
        assert store
        async with studio.interviewer() as interviewer, studio.candidate() as candidate:
            async with studio.recorded(services, store, recording, patience_seconds=1):
                failed = asyncio.create_task(until_failed(recording))
                while not failed.done():
                    await candidate.say(tone(440, 0.5))
            # the room is as it was
            await interviewer.say(tone(880, 0.2))
        broken = await failed
        [file] = broken.files
        assert file.status is RecordingStatus.FAILED
        assert file.failure
        assert "The disk is full. What was recorded till then is kept." in file.failure
        stored = await get_interview(ObjectId(interview.id))
        assert stored
        assert stored.status is InterviewStatus.IN_PROGRESS
        chunks = await store.list(f"{interview.id}/parts")
        (tmp_path / "kept.ogg").write_bytes(b"".join([await store.get(chunk) for chunk in chunks]))
    left, _ = channels_of(tmp_path / "kept.ogg")
    assert spans_of(left, 440), "what was written till then can be played"


async def until_failed(recording: Recording) -> Recording:
    async with asyncio.timeout(60):
        while True:
            stored = await get_recording(ObjectId(recording.id))
            assert stored
            if stored.failure:
                return stored
            await asyncio.sleep(0.2)


@pytest.mark.long
async def test_an_erasure_ends_the_recorder_and_nothing_is_left(
    services: Services, livekit_server: LivekitServer, store: Store
) -> None:
    interview = await agreed_interview()
    recording = await claimed_recording(interview)
    studio = Studio(livekit_server, interview)
    async with studio.candidate() as candidate:
        with pytest.raises(LeaseLost):
            async with studio.recorded(services, store, recording, lease_seconds=1):
                await candidate.say(tone(440, 2))
                assert await store.list(str(interview.id))
                # the room stays, as when LiveKit is away
                await mark_erased(ObjectId(interview.id))
                await delete_erased(ObjectId(interview.id))
                await asyncio.sleep(2)
        await erase_media(store, ObjectId(interview.id), quiet_seconds=0)
        assert await store.list(str(interview.id)) == []
        await asyncio.sleep(1.5)
    assert await store.list(str(interview.id)) == [], "nobody writes any more"
