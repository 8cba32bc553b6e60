"""A part while it is written: a disk that is full, a store that is away, a process that has stood still."""

import asyncio
import time
from pathlib import Path

import av
import numpy as np
import pytest

import settings as configuration
from models.documents.recording import VideoSize
from recording.encoder_thread import EncoderFailed, EncoderThread
from recording.storage import RecordingStore, StoreFailed, open_store
from recording.timeline import Samples
from recording.track_writer import AUDIO_FILE_NAME, VIDEO_FILE_NAME, CameraFrame, PartWriter, Side
from recording.upload_buffer import MAX_PENDING_BYTES, UploadBuffer, build_chunks_path
from tests.recording.disks import mount_small_disk
from tests.recording.tones import decode_channels, tone

# they take their time by the clock
pytestmark = pytest.mark.servers

FRAME_SAMPLES = 2_400


async def read_part_file(store: RecordingStore, number: int, name: str, folder: Path) -> Path:
    """What is stored of a part, in one file."""
    path = folder / name
    path.write_bytes(
        b"".join([await store.get(chunk) for chunk in await store.list(build_chunks_path("interview", number, name))])
    )
    return path


async def feed_tone(part: PartWriter, seconds: float) -> None:
    """The candidate hums for so long."""
    samples = tone(440, seconds)
    clock = asyncio.get_running_loop().time()
    for begin in range(0, len(samples), FRAME_SAMPLES):
        part.add_audio(Side.CANDIDATE, "track", samples[begin : begin + FRAME_SAMPLES])
        clock += FRAME_SAMPLES / 48_000
        await asyncio.sleep(max(0.0, clock - asyncio.get_running_loop().time()))


async def test_what_was_heard_is_in_the_store_soon_after(store: RecordingStore, tmp_path: Path) -> None:
    part = PartWriter(store, "interview", 7)
    keeping = [asyncio.create_task(work) for work in (part.run_mixer(), part.run_uploads())]
    await feed_tone(part, 4)
    elapsed = part.elapsed
    left, right = decode_channels(await read_part_file(store, 7, AUDIO_FILE_NAME, tmp_path))
    # 2 seconds, where nobody else is at work
    assert len(left) / 48_000 > elapsed - 3.5
    assert np.abs(left).max() > 5_000 > np.abs(right).max()
    for task in keeping:
        task.cancel()
    await asyncio.wait(keeping)
    await part.close()
    left, _ = decode_channels(await read_part_file(store, 7, AUDIO_FILE_NAME, tmp_path))
    assert len(left) / 48_000 == pytest.approx(part.elapsed, abs=0.3)


async def test_a_camera_that_stands_still_or_is_off_goes_on_in_the_file(store: RecordingStore, tmp_path: Path) -> None:
    part = PartWriter(store, "interview", 1)
    mixing = asyncio.create_task(part.run_mixer())
    planes = np.full(320 * 180 * 3 // 2, 128, np.uint8)
    assert part.add_frame(CameraFrame(planes, 320, 180), time.monotonic() + 0.1) == VideoSize(width=320, height=180)
    assert part.add_frame(CameraFrame(planes, 320, 180), time.monotonic() + 0.2) is None
    await asyncio.sleep(2.5)
    part.add_black_frame()
    await asyncio.sleep(1.5)
    mixing.cancel()
    await asyncio.wait([mixing])
    await part.close()
    with av.open(await read_part_file(store, 1, VIDEO_FILE_NAME, tmp_path)) as container:
        shown = [(frame.time or 0, frame.to_ndarray()[:180].mean()) for frame in container.decode(video=0)]
    assert len(shown) >= 5
    assert shown[-1][0] > 3
    assert shown[1][1] > 100
    assert shown[-1][1] < 30


async def test_a_full_disk_ends_the_part_with_its_reason_and_leaves_what_was_written(tmp_path: Path) -> None:
    with mount_small_disk(tmp_path, kilobytes=48) as folder:
        store = open_store(configuration.RecordingSettings(store=str(folder)))
        assert store
        part = PartWriter(store, "interview", 1, max_outage_seconds=1)
        mixing = asyncio.create_task(part.run_mixer())
        humming = asyncio.create_task(feed_tone(part, 30))
        with pytest.raises(StoreFailed, match="The disk is full"):
            await asyncio.wait_for(part.run_uploads(), 30)
        for task in (mixing, humming):
            task.cancel()
        await asyncio.wait([mixing, humming])
        await part.abandon()
        left, _ = decode_channels(await read_part_file(store, 1, AUDIO_FILE_NAME, tmp_path))
        assert len(left) > 48_000


async def test_a_store_that_is_away_for_a_while_loses_nothing(store: RecordingStore, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = UploadBuffer(store, "interview/parts/1/audio")
    put = RecordingStore.put

    async def away(*_: object) -> None:
        raise StoreFailed("The store does not answer")

    spool.write(b"one ")
    monkeypatch.setattr(RecordingStore, "put", away)
    await spool.flush()
    spool.write(b"two ")
    await spool.flush()
    monkeypatch.setattr(RecordingStore, "put", put)
    spool.write(b"three")
    await spool.drain()
    chunks = await store.list("interview/parts/1/audio")
    assert [await store.get(chunk) for chunk in chunks] == [b"one two three"]


async def test_a_store_that_stays_away_is_given_up(store: RecordingStore, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise StoreFailed("The store does not answer")

    monkeypatch.setattr(RecordingStore, "put", away)
    spool = UploadBuffer(store, "interview/parts/1/audio", max_outage_seconds=0.5)
    spool.write(b"x")
    with pytest.raises(StoreFailed, match="The store does not answer"):
        await asyncio.wait_for(spool.drain(), 10)


def test_what_waits_for_the_store_is_bounded(store: RecordingStore) -> None:
    spool = UploadBuffer(store, "interview/parts/1/audio")
    spool.write(bytes(MAX_PENDING_BYTES))
    with pytest.raises(StoreFailed, match="too slow"):
        spool.write(b"x")


async def test_a_writer_that_fails_says_so_once_and_hangs_nobody() -> None:
    def fail(_: int) -> None:
        raise ValueError("/secret/path")

    writer = EncoderThread[int]("test", fail, lambda: None, capacity=2)
    writer.put(1)
    with pytest.raises(EncoderFailed, match=r"^Encoding failed \(ValueError\)$"):
        await writer.close()
    with pytest.raises(EncoderFailed):
        await writer.close()


async def test_a_part_whose_encoder_fails_says_so(store: RecordingStore) -> None:
    part = PartWriter(store, "interview", 1)
    part._audio_encoder.failure = EncoderFailed("Encoding failed (ValueError)")
    with pytest.raises(EncoderFailed, match="Encoding failed"):
        await asyncio.wait_for(part.run_mixer(), 10)
    part._audio_encoder.failure = None
    await part.abandon()


async def test_a_writer_that_is_behind_drops_and_what_follows_keeps_its_place(
    store: RecordingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = PartWriter(store, "interview", 1)
    accepted: list[int] = []
    is_full = True

    def put(block: Samples) -> bool:
        if not is_full:
            accepted.append(len(block) // 2)
        return not is_full

    monkeypatch.setattr(part._audio_encoder, "put", put)
    mixing = asyncio.create_task(part.run_mixer())
    await asyncio.sleep(1.2)
    is_full = False
    await asyncio.sleep(0.5)
    mixing.cancel()
    await asyncio.wait([mixing])
    assert accepted[0] > 20_000, "the silence of what was dropped comes first"
    assert sum(accepted) == part._mixed_samples
    await part.abandon()


async def test_a_process_that_stood_still_mixes_a_little_at_a_time(
    store: RecordingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = PartWriter(store, "interview", 1)
    part._started_monotonic -= 3600
    blocks: list[int] = []

    def put(block: Samples) -> bool:
        blocks.append(len(block) // 2)
        return True

    monkeypatch.setattr(part._audio_encoder, "put", put)
    mixing = asyncio.create_task(part.run_mixer())
    await asyncio.sleep(0.5)
    mixing.cancel()
    await asyncio.wait([mixing])
    assert blocks
    assert max(blocks) <= 5 * 48_000
    await part.abandon()
