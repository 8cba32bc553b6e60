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
from sandbox.speech import Voice, Word, resample, synthesize

SAMPLE_RATE = 16000
HOP = 320
"""samples: one row of the picture of a sound is 20 ms"""
ROWS_A_SECOND = SAMPLE_RATE // HOP
WINDOW = 512
BANDS = 12
LOWEST_HZ, HIGHEST_HZ = 150, 5000
RANGE = 5.0
"""of loudness, in powers of ten: what is softer than the loudest by more is silence"""
LOOK_ROWS = ROWS_A_SECOND
"""so much is looked for at once"""
SLIP_ROWS = 3
"""a room's transport stretches and shortens sound by so much from one look to the next"""
PAD_ROWS = ROWS_A_SECOND
LEAST_SPREAD = 1e-3
"""of a window: less is silence, which is like nothing"""
ALIKE_ENOUGH = 0.55
GOES_ON = 0.75
"""so alike is what follows in the same text: nothing better is looked for"""

Picture = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Book:
    """The sound of all texts, with silence after each; never changed, so that one thread may read while another adds a text."""

    picture: Picture
    spectrum: NDArray[np.complexfloating]
    pages: tuple[float, ...]
    """where each text begins, in seconds"""
    words: tuple[Word, ...]
    """of all texts, their times by the book's clock"""

    @classmethod
    def bind(cls, picture: Picture, pages: Sequence[float], words: Sequence[Word]) -> Self:
        """A book of these pages."""
        return cls(picture, np.fft.rfft(picture.ravel()), tuple(pages), tuple(words))

    def find(self, look: Picture, following: int | None) -> int | None:
        """The row that is like what was heard; `following` is where the last look goes on, if there was one."""
        places = len(self.picture) - len(look) + 1
        if following is not None:
            near = range(max(0, following - SLIP_ROWS), min(places, following + SLIP_ROWS + 1))
            likenesses = [_likeness(self.picture[row : row + len(look)], look) for row in near]
            if max(likenesses, default=0.0) >= GOES_ON:
                return near[int(np.argmax(likenesses))]
        if places <= 0:
            return None
        everywhere = self._likenesses(look, places)
        best = int(np.argmax(everywhere))
        return best if everywhere[best] >= ALIKE_ENOUGH else None

    def opening(self, second: float) -> float:
        """That second, or the beginning of a text of which it is the first word: it may be shorter than what a look slips by."""
        return next((page for page in self.pages if page <= second <= page + SLIP_ROWS / ROWS_A_SECOND), second)

    def _likenesses(self, look: Picture, places: int) -> NDArray[np.float64]:
        """How like the look is each place, -1 to 1: their correlation, for all places at once."""
        centred = (look - look.mean()).ravel()
        turned = np.conj(np.fft.rfft(centred, self.picture.size))
        products = np.fft.irfft(self.spectrum * turned, self.picture.size)[: places * BANDS : BANDS]
        sums, squares = _windowed(self.picture, len(look)), _windowed(self.picture**2, len(look))
        spread = np.sqrt(np.maximum(squares - sums**2 / centred.size, LEAST_SPREAD)) * max(np.linalg.norm(centred), LEAST_SPREAD)
        likenesses: NDArray[np.float64] = products / spread
        return likenesses


class Phrases:
    """A recognizer. `learn` it what will be said; what it does not know it does not hear."""

    interim_seconds = 0.5

    def __init__(self, voice: Voice, confidence: float = 0.99) -> None:
        self._voice = voice
        self._confidence = confidence
        self._known: set[str] = set()
        self._book = _Book.bind(np.zeros((PAD_ROWS, BANDS), dtype=np.float32), (), ())
        self._learning = asyncio.Lock()

    async def learn(self, *texts: str) -> None:
        """Add texts; those that are known cost nothing."""
        async with self._learning:
            new = [text for text in dict.fromkeys(texts) if text not in self._known]
            if new:
                await asyncio.to_thread(self._add, new)

    async def recognize(self, segment: Segment, *, is_final: bool) -> tuple[HeardWord, ...]:
        """The words of the segment, with the times at which they were said."""
        return await asyncio.to_thread(self._hear, segment)

    def _add(self, texts: list[str]) -> None:
        pictures, pages, words = [self._book.picture], list(self._book.pages), list(self._book.words)
        rows = len(self._book.picture)
        for text in texts:
            speech = synthesize(text, self._voice, SAMPLE_RATE)
            begin = rows / ROWS_A_SECOND
            pages.append(begin)
            words += [Word(word.text, begin + word.start, begin + word.end) for word in speech.words]
            pictures += [_picture(speech.samples), np.zeros((PAD_ROWS, BANDS), dtype=np.float32)]
            rows += len(pictures[-2]) + PAD_ROWS
        self._book = _Book.bind(np.concatenate(pictures), pages, words)
        self._known.update(texts)

    def _hear(self, segment: Segment) -> tuple[HeardWord, ...]:
        samples = resample(segment.samples, segment.sample_rate, SAMPLE_RATE)
        heard = _picture(samples)[: int((segment.voice_end - segment.start) * ROWS_A_SECOND) + 1]
        loud = np.flatnonzero(heard.max(axis=1, initial=0) > 1)
        if not len(loud):
            return ()
        book = self._book
        words: list[HeardWord] = []
        row, following, said_until = int(loud[0]), None, 0.0
        while row < len(heard):
            rest = len(heard) - row
            look = heard[row : row + (LOOK_ROWS if rest >= 1.5 * LOOK_ROWS else rest)]
            place = book.find(look, following)
            if place is not None:
                begin, end = place / ROWS_A_SECOND, (place + len(look)) / ROWS_A_SECOND
                if following is None or abs(place - following) > SLIP_ROWS:
                    said_until = book.opening(begin)
                shift = segment.start + row / ROWS_A_SECOND - begin
                words += [
                    HeardWord(word.text, word.start + shift, word.end + shift, self._confidence)
                    for word in book.words
                    if said_until <= (word.start + word.end) / 2 < end
                ]
                said_until, following = end, place + len(look)
            row += len(look)
        return tuple(words)


def _windowed(values: Picture, rows: int) -> NDArray[np.float64]:
    """The sum over each so many rows in a row."""
    sums = np.concatenate([[0.0], np.cumsum(values.sum(axis=1, dtype=np.float64))])
    windowed: NDArray[np.float64] = sums[rows:] - sums[:-rows]
    return windowed


def _likeness(one: Picture, other: Picture) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1]) if one.std() > 0 and other.std() > 0 else 0.0


def _picture(samples: NDArray[np.int16]) -> Picture:
    """Rows of loudness by pitch, from 0 (silence) to RANGE (the loudest that there is)."""
    count = max(0, (len(samples) - WINDOW) // HOP + 1)
    if not count:
        return np.zeros((0, BANDS), dtype=np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float32) / 32768, WINDOW)[::HOP][:count]
    power = np.abs(np.fft.rfft(frames * np.hanning(WINDOW).astype(np.float32), axis=1)) ** 2
    edges = np.geomspace(LOWEST_HZ, HIGHEST_HZ, BANDS + 1) * WINDOW / SAMPLE_RATE
    bands = np.add.reduceat(power, edges.astype(int), axis=1)[:, :BANDS]
    loudness = np.log10(bands + 1e-9)
    picture: Picture = np.maximum(0.0, loudness - loudness.max() + RANGE).astype(np.float32)
    return picture
