"""A recognizer for texts that are known in advance: it looks up sound in the synthesized audio of those texts.

It has neither the errors nor the cost of a model, so tests can compare words and benchmarks can measure everything else. It
finds any part of a text, in any order and from any number of speakers, as long as they all speak with the given voice.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sandbox.deepgram.recognizer import HeardWord
from sandbox.endpointing import Segment
from sandbox.speech import EspeakVoice, SpokenWord, resample, synthesize

SAMPLE_RATE = 16000
HOP = 320
"""Samples between two rows of a spectrogram: 20 ms."""
ROWS_PER_SECOND = SAMPLE_RATE // HOP
FFT_SAMPLES = 512
BANDS = 12
LOWEST_HZ, HIGHEST_HZ = 150, 5000
DYNAMIC_RANGE = 5.0
"""Range of loudness in powers of ten: sound softer than the loudest by more than this counts as silence."""
WINDOW_ROWS = ROWS_PER_SECOND
"""Rows that are matched together."""
MAX_DRIFT_ROWS = 3
"""Maximum number of rows by which WebRTC stretches or shortens audio from one window to the next."""
SILENCE_ROWS = ROWS_PER_SECOND
"""Rows of silence after each text."""
MIN_SPREAD = 1e-3
"""Lower bound of the spread of a window, so that silence correlates with nothing."""
MATCH_THRESHOLD = 0.55
"""Minimum correlation of a match."""
CONTINUATION_THRESHOLD = 0.75
"""Minimum correlation with the continuation of the previous match; then the rest of the index is not searched."""

Spectrogram = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _PhraseIndex:
    """The audio of all texts, with silence after each. Immutable, so that one thread can read while another adds a text."""

    spectrogram: Spectrogram
    spectrum: NDArray[np.complexfloating]
    text_starts: tuple[float, ...]
    """Seconds from the start of the index at which each text begins."""
    words: tuple[SpokenWord, ...]
    """The words of all texts, with times in seconds from the start of the index."""

    @classmethod
    def build(cls, spectrogram: Spectrogram, text_starts: Sequence[float], words: Sequence[SpokenWord]) -> Self:
        """Build an index from the spectrogram of all texts."""
        return cls(spectrogram, np.fft.rfft(spectrogram.ravel()), tuple(text_starts), tuple(words))

    def find(self, window: Spectrogram, expected_row: int | None) -> int | None:
        """Return the row at which the window matches best, or None if it matches nowhere.

        `expected_row` is where the previous window continues, if there was one.
        """
        offsets = len(self.spectrogram) - len(window) + 1
        if expected_row is not None:
            near = range(max(0, expected_row - MAX_DRIFT_ROWS), min(offsets, expected_row + MAX_DRIFT_ROWS + 1))
            correlations = [_correlate(self.spectrogram[row : row + len(window)], window) for row in near]
            if max(correlations, default=0.0) >= CONTINUATION_THRESHOLD:
                return near[int(np.argmax(correlations))]
        if offsets <= 0:
            return None
        everywhere = self._correlate_everywhere(window, offsets)
        best = int(np.argmax(everywhere))
        return best if everywhere[best] >= MATCH_THRESHOLD else None

    def snap_to_text_start(self, second: float) -> float:
        """Return the start of a text that begins at most MAX_DRIFT_ROWS before `second`, or else `second`.

        Without it, drift could skip a short first word.
        """
        return next((start for start in self.text_starts if start <= second <= start + MAX_DRIFT_ROWS / ROWS_PER_SECOND), second)

    def _correlate_everywhere(self, window: Spectrogram, offsets: int) -> NDArray[np.float64]:
        """Return the correlation, from -1 to 1, of the window with the index at each offset (by the Fourier transform)."""
        centred = (window - window.mean()).ravel()
        conjugate = np.conj(np.fft.rfft(centred, self.spectrogram.size))
        products = np.fft.irfft(self.spectrum * conjugate, self.spectrogram.size)[: offsets * BANDS : BANDS]
        sums, squares = _sum_windows(self.spectrogram, len(window)), _sum_windows(self.spectrogram**2, len(window))
        spread = np.sqrt(np.maximum(squares - sums**2 / centred.size, MIN_SPREAD)) * max(np.linalg.norm(centred), MIN_SPREAD)
        correlations: NDArray[np.float64] = products / spread
        return correlations


class PhraseRecognizer:
    """Recognizes only the texts that it has learned."""

    interim_seconds = 0.5

    def __init__(self, voice: EspeakVoice, confidence: float = 0.99) -> None:
        self._voice = voice
        self._confidence = confidence
        self._known_texts: set[str] = set()
        self._index = _PhraseIndex.build(np.zeros((SILENCE_ROWS, BANDS), dtype=np.float32), (), ())
        self._learning = asyncio.Lock()

    async def learn(self, *texts: str) -> None:
        """Add texts. Known texts are skipped."""
        async with self._learning:
            new = [text for text in dict.fromkeys(texts) if text not in self._known_texts]
            if new:
                await asyncio.to_thread(self._add, new)

    async def recognize(self, segment: Segment, *, is_final: bool) -> tuple[HeardWord, ...]:
        """Return the words of the segment, with the times at which they were said."""
        return await asyncio.to_thread(self._recognize, segment)

    def _add(self, texts: list[str]) -> None:
        spectrograms, text_starts, words = [self._index.spectrogram], list(self._index.text_starts), list(self._index.words)
        rows = len(self._index.spectrogram)
        for text in texts:
            speech = synthesize(text, self._voice, SAMPLE_RATE)
            begin = rows / ROWS_PER_SECOND
            text_starts.append(begin)
            words += [SpokenWord(word.text, begin + word.start, begin + word.end) for word in speech.words]
            spectrograms += [_compute_spectrogram(speech.samples), np.zeros((SILENCE_ROWS, BANDS), dtype=np.float32)]
            rows += len(spectrograms[-2]) + SILENCE_ROWS
        self._index = _PhraseIndex.build(np.concatenate(spectrograms), text_starts, words)
        self._known_texts.update(texts)

    def _recognize(self, segment: Segment) -> tuple[HeardWord, ...]:
        samples = resample(segment.samples, segment.sample_rate, SAMPLE_RATE)
        heard = _compute_spectrogram(samples)[: int((segment.voice_end - segment.start) * ROWS_PER_SECOND) + 1]
        loud = np.flatnonzero(heard.max(axis=1, initial=0) > 1)
        if not len(loud):
            return ()
        index = self._index
        words: list[HeardWord] = []
        row, expected_row, matched_until = int(loud[0]), None, 0.0
        while row < len(heard):
            rest = len(heard) - row
            window = heard[row : row + (WINDOW_ROWS if rest >= 1.5 * WINDOW_ROWS else rest)]
            match = index.find(window, expected_row)
            if match is not None:
                begin, end = match / ROWS_PER_SECOND, (match + len(window)) / ROWS_PER_SECOND
                if expected_row is None or abs(match - expected_row) > MAX_DRIFT_ROWS:
                    matched_until = index.snap_to_text_start(begin)
                shift = segment.start + row / ROWS_PER_SECOND - begin
                words += [
                    HeardWord(word.text, word.start + shift, word.end + shift, self._confidence)
                    for word in index.words
                    if matched_until <= (word.start + word.end) / 2 < end
                ]
                matched_until, expected_row = end, match + len(window)
            row += len(window)
        return tuple(words)


def _sum_windows(values: Spectrogram, rows: int) -> NDArray[np.float64]:
    """Return the sum of each window of `rows` consecutive rows."""
    sums = np.concatenate([[0.0], np.cumsum(values.sum(axis=1, dtype=np.float64))])
    windowed: NDArray[np.float64] = sums[rows:] - sums[:-rows]
    return windowed


def _correlate(a: Spectrogram, b: Spectrogram) -> float:
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1]) if a.std() > 0 and b.std() > 0 else 0.0


def _compute_spectrogram(samples: NDArray[np.int16]) -> Spectrogram:
    """Return loudness by time (rows) and frequency band (columns), from 0 (silence) to DYNAMIC_RANGE (the loudest sound)."""
    count = max(0, (len(samples) - FFT_SAMPLES) // HOP + 1)
    if not count:
        return np.zeros((0, BANDS), dtype=np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float32) / 32768, FFT_SAMPLES)[::HOP][:count]
    power = np.abs(np.fft.rfft(frames * np.hanning(FFT_SAMPLES).astype(np.float32), axis=1)) ** 2
    edges = np.geomspace(LOWEST_HZ, HIGHEST_HZ, BANDS + 1) * FFT_SAMPLES / SAMPLE_RATE
    bands = np.add.reduceat(power, edges.astype(int), axis=1)[:, :BANDS]
    loudness = np.log10(bands + 1e-9)
    spectrogram: Spectrogram = np.maximum(0.0, loudness - loudness.max() + DYNAMIC_RANGE).astype(np.float32)
    return spectrogram
