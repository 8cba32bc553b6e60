"""Test sounds that a program can detect: tones of known pitch at known times."""

from pathlib import Path

import av
import numpy as np

from recording.timeline import SAMPLE_RATE, Samples

LOUD_AMPLITUDE = 2_000


def tone(hertz: float, seconds: float) -> Samples:
    """Return a tone that is loud enough to be detected."""
    times = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (10_000 * np.sin(2 * np.pi * hertz * times)).astype(np.int16)


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE), np.int16)


def decode_channels(source: Path) -> list[Samples]:
    """Return the samples of each channel of a file, as far as it can be read."""
    resampler = av.AudioResampler(format="s16p", rate=SAMPLE_RATE)
    blocks = []
    with av.open(source) as container:
        try:
            for frame in container.decode(audio=0):
                blocks += [ready.to_ndarray() for ready in resampler.resample(frame)]
        except av.FFmpegError:
            pass
    return list(np.concatenate(blocks, axis=1)) if blocks else []


def find_loud_spans(samples: Samples, hertz: float | None = None, gap: float = 0.3) -> list[tuple[float, float]]:
    """Return the loud spans as (start, end) in seconds, ignoring pauses shorter than `gap`.

    With `hertz`, only sound of that pitch counts.
    """
    window = SAMPLE_RATE // 50
    count = len(samples) // window
    blocks = samples[: count * window].reshape(count, window).astype(float)
    loud = np.abs(blocks).max(axis=1) > LOUD_AMPLITUDE
    if hertz is not None:
        spectrum = np.abs(np.fft.rfft(blocks, n=4 * window, axis=1))
        pitch = spectrum.argmax(axis=1) * SAMPLE_RATE / (4 * window)
        loud &= np.abs(pitch - hertz) < 40
    spans: list[tuple[float, float]] = []
    for place in np.flatnonzero(loud):
        begin, end = place / 50, (place + 1) / 50
        if spans and begin - spans[-1][1] < gap:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((begin, end))
    return [span for span in spans if span[1] - span[0] > 0.1]
