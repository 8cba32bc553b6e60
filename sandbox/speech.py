"""Text to speech by espeak-ng, loaded as a library from its wheel: it needs no binary, no key and no network.

espeak holds its voice and its callback in globals, so a lock admits one thread at a time. A sentence takes some milliseconds.
"""

import ctypes
import re
import threading
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import espeakng_loader
import numpy as np
from av import AudioFrame, AudioResampler
from numpy.typing import NDArray

SYNCHRONOUS = 2
DONT_EXIT = 0x8000
UTF8 = 1
BY_CHARACTER = 1
RATE, VOLUME, PITCH = 1, 2, 3
WORD_EVENT, LAST_EVENT = 1, 0
SILENCE_LEVEL = 0.004
"""Fraction of full scale below which sound is inaudible."""

_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class EspeakVoice:
    """A voice: espeak's name (`en-us+m3` is a language and a variant), words per minute, and pitch (0-99)."""

    name: str
    rate: int = 150
    pitch: int = 45


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word as written, including its punctuation, and the seconds at which it begins and ends."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class SynthesizedSpeech:
    """Mono 16-bit audio, and the words in it."""

    samples: NDArray[np.int16]
    sample_rate: int
    words: tuple[SpokenWord, ...]

    @property
    def seconds(self) -> float:
        """The duration in seconds."""
        return len(self.samples) / self.sample_rate

    @property
    def pcm(self) -> bytes:
        """The samples as little-endian bytes."""
        return self.samples.astype("<i2").tobytes()


class UnknownVoice(ValueError):
    """espeak-ng has no voice of that name."""


def synthesize(text: str, voice: EspeakVoice, sample_rate: int) -> SynthesizedSpeech:
    """Return a text as speech; a text without words is empty audio. Raises UnknownVoice.

    It takes processor time, so call it in a thread.
    """
    engine = _get_engine()
    if not text.strip():
        return SynthesizedSpeech(np.zeros(0, dtype=np.int16), sample_rate, ())
    with _lock:
        samples, marks = engine.speak(text, voice)
    resampled = resample(samples, engine.sample_rate, sample_rate)
    return SynthesizedSpeech(resampled, sample_rate, tuple(_time_words(text, marks, samples, engine.sample_rate)))


class _Identifier(ctypes.Union):
    _fields_: ClassVar = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    """The structure espeak_EVENT of speak_lib.h."""

    _fields_: ClassVar = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Identifier),
    ]


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class _EspeakEngine:
    """The initialized library. It is not thread-safe, so callers hold `_lock`."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self.sample_rate: int = self._library.espeak_Initialize(SYNCHRONOUS, 0, data, DONT_EXIT)
        if self.sample_rate <= 0:
            raise RuntimeError("espeak-ng does not start: its wheel espeakng-loader is damaged, so install it again")
        self._chunks: list[bytes] = []
        self._marks: list[tuple[int, float]] = []
        # hold a reference: the library calls it, and ctypes does not stop it from being collected
        self._callback = _Callback(self._collect)
        self._library.espeak_SetSynthCallback(self._callback)

    def speak(self, text: str, voice: EspeakVoice) -> tuple[NDArray[np.int16], list[tuple[int, float]]]:
        """Return the samples, and the character and second at which each word begins. Raises UnknownVoice."""
        if self._library.espeak_SetVoiceByName(voice.name.encode()) != 0:
            raise UnknownVoice(f"espeak-ng has no voice {voice.name!r}")
        self._library.espeak_SetParameter(RATE, voice.rate, 0)
        self._library.espeak_SetParameter(PITCH, voice.pitch, 0)
        self._chunks.clear()
        self._marks.clear()
        encoded = text.encode() + b"\0"
        if self._library.espeak_Synth(encoded, ctypes.c_size_t(len(encoded)), 0, BY_CHARACTER, 0, UTF8, None, None) != 0:
            raise RuntimeError("espeak-ng could not speak the text")
        return np.frombuffer(b"".join(self._chunks), dtype=np.int16), list(self._marks)

    def _collect(self, wave: "ctypes._Pointer[ctypes.c_short]", count: int, events: "ctypes._Pointer[_Event]") -> int:
        if count > 0:
            self._chunks.append(ctypes.string_at(wave, 2 * count))
        index = 0
        while events[index].type != LAST_EVENT:
            event = events[index]
            if event.type == WORD_EVENT:
                self._marks.append((event.text_position - 1, event.audio_position / 1000))
            index += 1
        return 0


@cache
def _get_engine() -> _EspeakEngine:
    return _EspeakEngine()


def _time_words(text: str, marks: list[tuple[int, float]], samples: NDArray[np.int16], rate: int) -> list[SpokenWord]:
    """Return when each word is heard.

    espeak marks some words twice (numbers) and others not at all ("of the" is spoken as one word). Words without a mark share
    the time between their neighbours in proportion to their length.
    """
    spans = [(found.start(), found.end()) for found in re.finditer(r"\S+", text)]
    if not spans or not len(samples):
        return []
    begins: dict[int, float] = {}
    for character, second in marks:
        marked = next((index for index, (_, end) in enumerate(spans) if character < end), None)
        if marked is not None:
            begins.setdefault(marked, second)
    known = [*((spans[index][0], second) for index, second in sorted(begins.items())), (len(text), len(samples) / rate)]
    characters, seconds = [character for character, _ in known], np.maximum.accumulate([second for _, second in known])
    starts = [*np.interp([start for start, _ in spans], characters, seconds), len(samples) / rate]
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > SILENCE_LEVEL * 32768) / rate
    words = []
    for (start, end), begin, following in zip(spans, starts[:-1], starts[1:], strict=True):
        last = loud[np.searchsorted(loud, following) - 1] if len(loud) else following
        words.append(SpokenWord(text[start:end], round(float(begin), 3), round(float(max(begin, min(last, following))), 3)))
    return words


def resample(samples: NDArray[np.int16], rate: int, target_rate: int) -> NDArray[np.int16]:
    """Return the samples at another sample rate."""
    if rate == target_rate or not len(samples):
        return samples
    frame = AudioFrame.from_ndarray(samples[np.newaxis, :], format="s16", layout="mono")
    frame.sample_rate = rate
    resampler = AudioResampler(format="s16", layout="mono", rate=target_rate)
    pieces = [piece.to_ndarray()[0] for part in (frame, None) for piece in resampler.resample(part)]
    return np.concatenate(pieces).astype(np.int16)
