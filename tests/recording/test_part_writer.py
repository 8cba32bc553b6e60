"""A part is written despite a full disk, a store outage and a stalled process."""

import asyncio
import time
from pathlib import Path

import av
import numpy as np
import pytest

import settings as configuration
from models.documents.recording import VideoSize
from recording.encoder_thread import EncoderFailed, EncoderThread
from recording.part_writer import AUDIO_FILE_NAME, VIDEO_FILE_NAME, CameraFrame, PartWriter, Side
from recording.storage import RecordingStore, StoreFailed, open_store
from recording.timeline import Samples
from recording.upload_buffer import MAX_PENDING_BYTES, UploadBuffer, build_chunks_path
from tests.audio import decode_channels, tone
from tests.recording.disks import mount_small_disk
from tests.recording.recording_room import fail_to_store

# these tests depend on wall-clock time
pytestmark = pytest.mark.servers

FRAME_SAMPLES = 2_400


async def download_part_file(store: RecordingStore, number: int, name: str, folder: Path) -> Path:
    """Join the stored chunks of a file of the part into a local file, and return its path."""
    path = folder / name
    path.write_bytes(
        b"".join([await store.get(chunk) for chunk in await store.list(build_chunks_path("interview", number, name))])
    )
    return path


async def feed_tone(part: PartWriter, seconds: float) -> None:
    """Play a tone as the candidate, in real time."""
    samples = tone(440, seconds)
    clock = asyncio.get_running_loop().time()
    for begin in range(0, len(samples), FRAME_SAMPLES):
        part.add_audio(Side.CANDIDATE, "track", samples[begin : begin + FRAME_SAMPLES])
        clock += FRAME_SAMPLES / 48_000
        await asyncio.sleep(max(0.0, clock - asyncio.get_running_loop().time()))


async def test_audio_is_stored_within_seconds(store: RecordingStore, tmp_path: Path) -> None:
    part = PartWriter(store, "interview", 7)
    running = [asyncio.create_task(work) for work in (part.run_mixer(), part.run_uploads())]
    await feed_tone(part, 4)
    elapsed = part.elapsed
    left, right = decode_channels(await download_part_file(store, 7, AUDIO_FILE_NAME, tmp_path))
    # about 2 seconds on an idle machine
    assert len(left) / 48_000 > elapsed - 3.5
    assert np.abs(left).max() > 5_000 > np.abs(right).max()
    for task in running:
        task.cancel()
    await asyncio.wait(running)
    await part.close()
    left, _ = decode_channels(await download_part_file(store, 7, AUDIO_FILE_NAME, tmp_path))
    assert len(left) / 48_000 == pytest.approx(part.elapsed, abs=0.3)


async def test_video_continues_while_the_camera_is_still_or_disabled(store: RecordingStore, tmp_path: Path) -> None:
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
    with av.open(await download_part_file(store, 1, VIDEO_FILE_NAME, tmp_path)) as container:
        frames = [(frame.time or 0, frame.to_ndarray()[:180].mean()) for frame in container.decode(video=0)]
    assert len(frames) >= 5
    assert frames[-1][0] > 3
    assert frames[1][1] > 100
    assert frames[-1][1] < 30


async def test_full_disk_raises_store_failed_and_preserves_the_stored_chunks(tmp_path: Path) -> None:
    with mount_small_disk(tmp_path, kilobytes=48) as folder:
        store = open_store(configuration.RecordingSettings(store=str(folder)))
        assert store
        part = PartWriter(store, "interview", 1, max_outage_seconds=1)
        mixing = asyncio.create_task(part.run_mixer())
        playing = asyncio.create_task(feed_tone(part, 30))
        with pytest.raises(StoreFailed, match="The disk is full"):
            await asyncio.wait_for(part.run_uploads(), 30)
        for task in (mixing, playing):
            task.cancel()
        await asyncio.wait([mixing, playing])
        await part.abandon()
        left, _ = decode_channels(await download_part_file(store, 1, AUDIO_FILE_NAME, tmp_path))
        assert len(left) > 48_000


async def test_temporary_store_outage_loses_nothing(store: RecordingStore, monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = UploadBuffer(store, "interview/parts/1/audio")
    put = RecordingStore.put
    buffer.write(b"one ")
    monkeypatch.setattr(RecordingStore, "put", fail_to_store)
    await buffer.flush()
    buffer.write(b"two ")
    await buffer.flush()
    monkeypatch.setattr(RecordingStore, "put", put)
    buffer.write(b"three")
    await buffer.drain()
    chunks = await store.list("interview/parts/1/audio")
    assert [await store.get(chunk) for chunk in chunks] == [b"one two three"]


async def test_long_store_outage_raises_store_failed(store: RecordingStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RecordingStore, "put", fail_to_store)
    buffer = UploadBuffer(store, "interview/parts/1/audio", max_outage_seconds=0.5)
    buffer.write(b"x")
    with pytest.raises(StoreFailed, match="The store does not answer"):
        await asyncio.wait_for(buffer.drain(), 10)


def test_full_upload_buffer_raises_store_failed(store: RecordingStore) -> None:
    buffer = UploadBuffer(store, "interview/parts/1/audio")
    buffer.write(bytes(MAX_PENDING_BYTES))
    with pytest.raises(StoreFailed, match="too slow"):
        buffer.write(b"x")


async def test_closing_a_failed_encoder_raises_without_hanging() -> None:
    def fail(_: int) -> None:
        raise ValueError("/secret/path")

    encoder = EncoderThread[int]("test", fail, lambda: None, capacity=2)
    encoder.put(1)
    with pytest.raises(EncoderFailed, match=r"^Encoding failed \(ValueError\)$"):
        await encoder.close()
    with pytest.raises(EncoderFailed):
        await encoder.close()


async def test_encoder_failure_ends_the_mixer(store: RecordingStore) -> None:
    part = PartWriter(store, "interview", 1)
    part._audio_encoder.failure = EncoderFailed("Encoding failed (ValueError)")
    with pytest.raises(EncoderFailed, match="Encoding failed"):
        await asyncio.wait_for(part.run_mixer(), 10)
    part._audio_encoder.failure = None
    await part.abandon()


async def test_dropped_samples_are_replaced_by_silence(store: RecordingStore, monkeypatch: pytest.MonkeyPatch) -> None:
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
    assert accepted[0] > 20_000, "the silence for the dropped samples comes first"
    assert sum(accepted) == part._mixed_samples
    await part.abandon()


async def test_stalled_process_mixes_in_bounded_blocks(store: RecordingStore, monkeypatch: pytest.MonkeyPatch) -> None:
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
