"""Scale video frames to the one size that an interview's recording has. Pure functions."""

import av
import numpy as np
import numpy.typing as npt

from models.documents.recording import VideoSize

MAX_VIDEO_SIZE = VideoSize(width=1280, height=720)

Plane = npt.NDArray[np.uint8]


def choose_video_size(width: int, height: int) -> VideoSize:
    """Return the recorded size for video of this size: same aspect ratio, at most MAX_VIDEO_SIZE, and even."""
    scale = min(1.0, MAX_VIDEO_SIZE.width / width, MAX_VIDEO_SIZE.height / height)
    return VideoSize(width=_round_to_even(width * scale), height=_round_to_even(height * scale))


def create_black_frame(size: VideoSize) -> av.VideoFrame:
    """Return a black frame."""
    return _to_video_frame(_create_black_planes(size), size)


def fit_frame(planes: Plane, width: int, height: int, quarter_turns: int, target_size: VideoSize) -> av.VideoFrame:
    """Rotate an I420 frame clockwise by `quarter_turns`, and fit it into `target_size` on a black background.

    `planes` has the I420 layout of `width` x `height`.
    """
    # a chroma sample covers two by two pixels, so odd sizes lose their last row or column
    even_width, even_height = width // 2 * 2, height // 2 * 2
    chroma_width, chroma_height = (width + 1) // 2, (height + 1) // 2
    sizes = ((width, height), (chroma_width, chroma_height), (chroma_width, chroma_height))
    rotated, start = [], 0
    for plane_index, (columns, rows) in enumerate(sizes):
        plane = planes[start : start + columns * rows].reshape(rows, columns)
        start += columns * rows
        subsampling = 1 if plane_index == 0 else 2
        rotated.append(np.rot90(plane[: even_height // subsampling, : even_width // subsampling], -quarter_turns))
    frame = _to_video_frame(rotated, VideoSize(width=rotated[0].shape[1], height=rotated[0].shape[0]))
    scale = min(target_size.width / frame.width, target_size.height / frame.height)
    size = VideoSize(
        width=min(target_size.width, _round_to_even(frame.width * scale)),
        height=min(target_size.height, _round_to_even(frame.height * scale)),
    )
    if (frame.width, frame.height) != (size.width, size.height):
        frame = frame.reformat(width=size.width, height=size.height, format="yuv420p")
    if size == target_size:
        return frame
    canvas = _create_black_planes(target_size)
    # centered; even, because a chroma sample covers two by two pixels
    left, top = (target_size.width - size.width) // 4 * 2, (target_size.height - size.height) // 4 * 2
    scaled = frame.to_ndarray().reshape(-1)
    start = 0
    for plane_index, canvas_plane in enumerate(canvas):
        subsampling = 1 if plane_index == 0 else 2
        columns, rows = size.width // subsampling, size.height // subsampling
        first_row, first_column = top // subsampling, left // subsampling
        target = canvas_plane[first_row : first_row + rows, first_column : first_column + columns]
        target[:] = scaled[start : start + columns * rows].reshape(rows, columns)
        start += columns * rows
    return _to_video_frame(canvas, target_size)


def _create_black_planes(size: VideoSize) -> list[Plane]:
    half = (size.height // 2, size.width // 2)
    # black in YUV of limited range
    return [
        np.full((size.height, size.width), 16, np.uint8),
        np.full(half, 128, np.uint8),
        np.full(half, 128, np.uint8),
    ]


def _to_video_frame(planes: list[Plane], size: VideoSize) -> av.VideoFrame:
    joined = np.concatenate([plane.reshape(-1) for plane in planes]).reshape(-1, size.width)
    return av.VideoFrame.from_ndarray(joined, format="yuv420p")


def _round_to_even(length: float) -> int:
    return max(2, round(length / 2) * 2)
