"""Merging parts into files on one timeline."""

from pathlib import Path
from threading import Event

import av
import numpy as np
import pytest

from models.documents.recording import RecordingKind, VideoSize
from recording.containers import VideoContainer
from recording.merge import FILE_NAMES, LocalPart, MergeAbandoned, MergedFile, merge_parts
from recording.timeline import Samples
from recording.video_frames import choose_video_size, create_black_frame, fit_frame
from tests.audio import AppendOnlySink, decode_channels, encode_sound_part, find_loud_spans, silence, tone

PICTURE = VideoSize(width=320, height=180)


def write_sound_part(path: Path, left: Samples, right: Samples) -> Path:
    """Write a part with these voices like a recorder."""
    path.write_bytes(encode_sound_part(left, right))
    return path


def write_video_part(path: Path, seconds: float, brightness: int) -> Path:
    """Write a part with video of one brightness."""
    sink = AppendOnlySink()
    video = VideoContainer(sink, PICTURE)
    planes = np.concatenate([np.full(320 * 180, brightness, np.uint8), np.full(320 * 90, 128, np.uint8)])
    frame = fit_frame(planes, 320, 180, 0, PICTURE)
    for place in range(int(seconds * 15)):
        video.write(frame, place * 1000 // 15)
    video.close()
    path.write_bytes(sink.content)
    return path


def merge_to_files(parts: list[LocalPart], folder: Path, video_size: VideoSize | None = None) -> dict[RecordingKind, MergedFile]:
    return {file.kind: file for file in merge_parts(parts, file_paths(folder), video_size, Event())}


def file_paths(folder: Path) -> dict[RecordingKind, Path]:
    return {kind: folder / name for kind, name in FILE_NAMES.items()}


def brightness_by_second(path: Path) -> dict[int, float]:
    """Return the mean brightness of the frame at each second."""
    brightness: dict[int, float] = {}
    last, at = 0.0, 0
    with av.open(path) as container:
        for frame in container.decode(video=0):
            while at < (frame.time or 0):
                brightness[at] = last
                at += 1
            last = float(frame.to_ndarray()[: frame.height].mean())
    return brightness


def test_two_parts_are_merged_with_silence_between_them(tmp_path: Path) -> None:
    first = write_sound_part(tmp_path / "1", np.concatenate([tone(440, 1), silence(1)]), silence(2))
    second = write_sound_part(tmp_path / "2", silence(2), np.concatenate([silence(1), tone(880, 1)]))
    files = merge_to_files([LocalPart(0, first, None), LocalPart(5.5, second, None)], tmp_path)
    assert files.keys() == {RecordingKind.AUDIO, RecordingKind.CANDIDATE_TRACK, RecordingKind.INTERVIEWER_TRACK}
    left, right = decode_channels(files[RecordingKind.AUDIO].path)
    assert find_loud_spans(left) == [pytest.approx((0, 1), abs=0.05)]
    assert find_loud_spans(right) == [pytest.approx((6.5, 7.5), abs=0.05)]
    for kind, spans in ((RecordingKind.CANDIDATE_TRACK, (0, 1)), (RecordingKind.INTERVIEWER_TRACK, (6.5, 7.5))):
        [alone] = decode_channels(files[kind].path)
        assert find_loud_spans(alone) == [pytest.approx(spans, abs=0.05)]
    assert [file.seconds for file in files.values()] == [pytest.approx(7.5, abs=0.02)] * 3


@pytest.mark.parametrize("fraction", [0.5, 0.9])
def test_truncated_part_is_used_as_far_as_it_can_be_read(tmp_path: Path, fraction: float) -> None:
    truncated = write_sound_part(tmp_path / "1", tone(440, 10), silence(10))
    whole = truncated.read_bytes()
    truncated.write_bytes(whole[: int(len(whole) * fraction)])
    after = write_sound_part(tmp_path / "2", tone(440, 1), silence(1))
    left, _ = decode_channels(
        merge_to_files([LocalPart(0, truncated, None), LocalPart(20, after, None)], tmp_path)[RecordingKind.AUDIO].path
    )
    [first, second] = find_loud_spans(left)
    assert first == pytest.approx((0, 10 * fraction), abs=0.5)
    assert second == pytest.approx((20, 21), abs=0.05)


def test_part_is_cut_where_the_next_one_begins(tmp_path: Path) -> None:
    first = write_sound_part(tmp_path / "1", np.concatenate([tone(440, 2), silence(8)]), silence(10))
    second = write_sound_part(tmp_path / "2", tone(660, 1), tone(880, 1))
    parts = [
        LocalPart(0, first, write_video_part(tmp_path / "1v", 10, 100)),
        LocalPart(5, second, write_video_part(tmp_path / "2v", 1, 200)),
    ]
    files = merge_to_files(parts, tmp_path, PICTURE)
    left, right = decode_channels(files[RecordingKind.AUDIO].path)
    assert find_loud_spans(left) == [pytest.approx((0, 2), abs=0.05), pytest.approx((5, 6), abs=0.05)]
    assert find_loud_spans(right) == [pytest.approx((5, 6), abs=0.05)]
    assert files[RecordingKind.AUDIO].seconds == pytest.approx(6, abs=0.05)
    assert brightness_by_second(files[RecordingKind.COMPOSITE].path)[4] == pytest.approx(100, abs=4)


@pytest.mark.parametrize("offset", [-3.0, 0.0, 1.5])
def test_clock_error_loses_no_more_sound_than_its_size(tmp_path: Path, offset: float) -> None:
    first = write_sound_part(tmp_path / "1", tone(440, 2), silence(2))
    second = write_sound_part(tmp_path / "2", silence(6), np.concatenate([silence(5), tone(880, 1)]))
    left, right = decode_channels(
        merge_to_files([LocalPart(0, first, None), LocalPart(offset, second, None)], tmp_path)[RecordingKind.AUDIO].path
    )
    assert find_loud_spans(left) == [pytest.approx((0, offset if offset > 0 else 2), abs=0.05)]
    assert find_loud_spans(right) == [pytest.approx((offset + 5, offset + 6), abs=0.05)]


def test_composite_has_each_parts_video_at_its_time_and_black_in_the_gaps(tmp_path: Path) -> None:
    parts = [
        LocalPart(0, write_sound_part(tmp_path / "1", tone(440, 3), silence(3)), None),
        LocalPart(4, write_sound_part(tmp_path / "2", silence(3), silence(3)), write_video_part(tmp_path / "2v", 3, 100)),
        LocalPart(12, write_sound_part(tmp_path / "3", silence(3), tone(880, 3)), write_video_part(tmp_path / "3v", 3, 200)),
    ]
    composite = merge_to_files(parts, tmp_path, PICTURE)[RecordingKind.COMPOSITE]
    brightness = brightness_by_second(composite.path)
    assert [brightness[second] for second in (1, 3)] == [pytest.approx(16, abs=2)] * 2
    assert [brightness[second] for second in (5, 6)] == [pytest.approx(100, abs=4)] * 2
    assert [brightness[second] for second in (9, 11)] == [pytest.approx(16, abs=2)] * 2
    assert brightness[13] == pytest.approx(200, abs=4)
    [both] = decode_channels(composite.path)
    assert find_loud_spans(both) == [pytest.approx((0, 3), abs=0.05), pytest.approx((12, 15), abs=0.05)]
    with av.open(composite.path) as container:
        assert (container.duration or 0) / 1e6 == pytest.approx(15, abs=0.1), "the header has the duration"
        container.seek(13_000_000)
        frame = next(container.decode(video=0))
        assert (frame.time or 0) <= 13, "players find a keyframe when they seek"


def test_truncated_video_is_continued_in_black(tmp_path: Path) -> None:
    video = write_video_part(tmp_path / "v", 8, 150)
    whole = video.read_bytes()
    video.write_bytes(whole[: len(whole) // 2])
    part = LocalPart(0, write_sound_part(tmp_path / "1", silence(12), silence(12)), video)
    brightness = brightness_by_second(merge_to_files([part], tmp_path, PICTURE)[RecordingKind.COMPOSITE].path)
    assert brightness[2] == pytest.approx(150, abs=4)
    assert brightness[10] == pytest.approx(16, abs=2)


def test_unreadable_part_is_skipped(tmp_path: Path) -> None:
    rubbish = tmp_path / "rubbish"
    rubbish.write_bytes(b"not a container")
    assert merge_parts([LocalPart(0, rubbish, None), LocalPart(3, None, None)], file_paths(tmp_path), None, Event()) == []
    good = write_sound_part(tmp_path / "1", tone(440, 1), silence(1))
    left, _ = decode_channels(
        merge_to_files([LocalPart(0, rubbish, rubbish), LocalPart(3, good, None)], tmp_path, PICTURE)[RecordingKind.AUDIO].path
    )
    assert find_loud_spans(left) == [pytest.approx((3, 4), abs=0.05)]


def test_abandoned_merge_stops(tmp_path: Path) -> None:
    abandoned = Event()
    abandoned.set()
    with pytest.raises(MergeAbandoned):
        merge_parts(
            [LocalPart(0, write_sound_part(tmp_path / "1", tone(440, 1), silence(1)), None)],
            file_paths(tmp_path),
            None,
            abandoned,
        )


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [
        (640, 360, (640, 360)),
        (1280, 720, (1280, 720)),
        (1920, 1080, (1280, 720)),
        (720, 1280, (404, 720)),
        (641, 361, (640, 360)),
    ],
)
def test_recorded_size_has_the_videos_aspect_ratio_and_at_most_720p(width: int, height: int, size: tuple[int, int]) -> None:
    chosen = choose_video_size(width, height)
    assert (chosen.width, chosen.height) == pytest.approx(size, abs=2)


@pytest.mark.parametrize(("turns", "corner"), [(0, (0, 0)), (1, (0, -1)), (2, (-1, -1)), (3, (-1, 0))])
def test_frame_is_rotated_and_fitted_on_black(turns: int, corner: tuple[int, int]) -> None:
    luma = np.full((90, 160), 80, np.uint8)
    luma[:45, :80] = 220  # the upper left quarter is bright
    planes = np.concatenate([luma.reshape(-1), np.full(80 * 45 * 2, 128, np.uint8)])
    fitted = fit_frame(planes, 160, 90, turns, PICTURE).to_ndarray()[:180].astype(float)
    lit = np.argwhere(fitted > 150)
    ys, xs = np.argwhere(fitted > 60).T
    rows, columns = (ys.min(), ys.max()), (xs.min(), xs.max())
    assert (columns[1] - columns[0]) / (rows[1] - rows[0]) == pytest.approx(16 / 9 if turns % 2 == 0 else 9 / 16, abs=0.05)
    assert abs(lit[:, 0] - rows[corner[0]]).min() <= 2
    assert abs(lit[:, 1] - columns[corner[1]]).min() <= 2


def test_frames_of_odd_sizes_are_fitted() -> None:
    planes = np.full(641 * 361 + 2 * 321 * 181, 90, np.uint8)
    assert fit_frame(planes, 641, 361, 0, PICTURE).width == 320
    assert create_black_frame(PICTURE).to_ndarray()[:180].max() == 16
