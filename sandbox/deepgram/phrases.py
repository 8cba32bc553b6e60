"""A recognizer for speech that is known beforehand: it finds what it hears in the sound of the texts that it was told.

Without a model's errors and costs, so that tests can compare words and benchmarks can measure everything else. Any part of a
text is found, in any order, of any number of speakers, as long as they speak with the voice that was given.
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
"""samples: one row of the picture of a sound is 20 ms"""
ROWS_PER_SECOND = SAMPLE_RATE // HOP
FFT_SAMPLES = 512
BANDS = 12
LOWEST_HZ, HIGHEST_HZ = 150, 5000
DYNAMIC_RANGE = 5.0
"""of loudness, in powers of ten: what is softer than the loudest by more is silence"""
WINDOW_ROWS = ROWS_PER_SECOND
"""so much is looked for at once"""
MAX_DRIFT_ROWS = 3
"""a room's transport stretches and shortens sound by so much from one look to the next"""
SILENCE_ROWS = ROWS_PER_SECOND
MIN_SPREAD = 1e-3
"""of a window: less is silence, which is like nothing"""
MATCH_THRESHOLD = 0.55
CONTINUATION_THRESHOLD = 0.75
"""so alike is what follows in the same text: nothing better is looked for"""

Spectrogram = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _PhraseIndex:
    """The sound of all texts, with silence after each; never changed, so that one thread may read while another adds a text."""

    spectrogram: Spectrogram
    spectrum: NDArray[np.complexfloating]
    text_starts: tuple[float, ...]
    """where each text begins, in seconds"""
    words: tuple[SpokenWord, ...]
    """of all texts, their times by the book's clock"""

    @classmethod
    def build(cls, spectrogram: Spectrogram, text_starts: Sequence[float], words: Sequence[SpokenWord]) -> Self:
        """A book of these pages."""
        return cls(spectrogram, np.fft.rfft(spectrogram.ravel()), tuple(text_starts), tuple(words))

    def find(self, window: Spectrogram, expected_row: int | None) -> int | None:
        """The row that is like what was heard; `expected_row` is where the last look goes on, if there was one."""
        places = len(self.spectrogram) - len(window) + 1
        if expected_row is not None:
            near = range(max(0, expected_row - MAX_DRIFT_ROWS), min(places, expected_row + MAX_DRIFT_ROWS + 1))
            correlations = [_correlation(self.spectrogram[row : row + len(window)], window) for row in near]
            if max(correlations, default=0.0) >= CONTINUATION_THRESHOLD:
                return near[int(np.argmax(correlations))]
        if places <= 0:
            return None
        everywhere = self._correlations(window, places)
        best = int(np.argmax(everywhere))
        return best if everywhere[best] >= MATCH_THRESHOLD else None

    def snap_to_text_start(self, second: float) -> float:
        """That second, or the beginning of a text of which it is the first word: it may be shorter than what a look slips by."""
        return next((page for page in self.text_starts if page <= second <= page + MAX_DRIFT_ROWS / ROWS_PER_SECOND), second)

    def _correlations(self, window: Spectrogram, places: int) -> NDArray[np.float64]:
        """How like the look is each place, -1 to 1: their correlation, for all places at once."""
        centred = (window - window.mean()).ravel()
        turned = np.conj(np.fft.rfft(centred, self.spectrogram.size))
        products = np.fft.irfft(self.spectrum * turned, self.spectrogram.size)[: places * BANDS : BANDS]
        sums, squares = _window_sums(self.spectrogram, len(window)), _window_sums(self.spectrogram**2, len(window))
        spread = np.sqrt(np.maximum(squares - sums**2 / centred.size, MIN_SPREAD)) * max(np.linalg.norm(centred), MIN_SPREAD)
        correlations: NDArray[np.float64] = products / spread
        return correlations


class PhraseRecognizer:
    """A recognizer. `learn` it what will be said; what it does not know it does not hear."""

    interim_seconds = 0.5

    def __init__(self, voice: EspeakVoice, confidence: float = 0.99) -> None:
        self._voice = voice
        self._confidence = confidence
        self._known_texts: set[str] = set()
        self._index = _PhraseIndex.build(np.zeros((SILENCE_ROWS, BANDS), dtype=np.float32), (), ())
        self._learning = asyncio.Lock()

    async def learn(self, *texts: str) -> None:
        """Add texts; those that are known cost nothing."""
        async with self._learning:
            new = [text for text in dict.fromkeys(texts) if text not in self._known_texts]
            if new:
                await asyncio.to_thread(self._add, new)

    async def recognize(self, segment: Segment, *, is_final: bool) -> tuple[HeardWord, ...]:
        """The words of the segment, with the times at which they were said."""
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
            place = index.find(window, expected_row)
            if place is not None:
                begin, end = place / ROWS_PER_SECOND, (place + len(window)) / ROWS_PER_SECOND
                if expected_row is None or abs(place - expected_row) > MAX_DRIFT_ROWS:
                    matched_until = index.snap_to_text_start(begin)
                shift = segment.start + row / ROWS_PER_SECOND - begin
                words += [
                    HeardWord(word.text, word.start + shift, word.end + shift, self._confidence)
                    for word in index.words
                    if matched_until <= (word.start + word.end) / 2 < end
                ]
                matched_until, expected_row = end, place + len(window)
            row += len(window)
        return tuple(words)


def _window_sums(values: Spectrogram, rows: int) -> NDArray[np.float64]:
    """The sum over each so many rows in a row."""
    sums = np.concatenate([[0.0], np.cumsum(values.sum(axis=1, dtype=np.float64))])
    windowed: NDArray[np.float64] = sums[rows:] - sums[:-rows]
    return windowed


def _correlation(one: Spectrogram, other: Spectrogram) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1]) if one.std() > 0 and other.std() > 0 else 0.0


def _compute_spectrogram(samples: NDArray[np.int16]) -> Spectrogram:
    """Rows of loudness by pitch, from 0 (silence) to RANGE (the loudest that there is)."""
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
