"""Sounds in tests: tones that a program can detect, microphones that send them, and what is heard of them."""

import asyncio
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
from livekit import rtc

from live.cancellation import cancel_and_wait
from models.storage.clock import now
from recording.containers import AudioContainer
from recording.timeline import SAMPLE_RATE, Samples, interleave
from sandbox.speech import synthesize
from sandbox.voices import CANDIDATE_VOICE

LOUD_AMPLITUDE = 2_000
FRAME_SECONDS = 0.02


def tone(hertz: float, seconds: float) -> Samples:
    """Return a tone that is loud enough to be detected."""
    times = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (10_000 * np.sin(2 * np.pi * hertz * times)).astype(np.int16)


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE), np.int16)


# --- files


class AppendOnlySink:
    """A target of containers that cannot seek, like a recorder's UploadBuffer."""

    def __init__(self) -> None:
        self.content = bytearray()

    def write(self, data: bytes) -> int:
        self.content += data
        return len(data)


def encode_sound_part(left: Samples, right: Samples) -> bytes:
    """Encode two voices as a recorder does."""
    sink = AppendOnlySink()
    sound = AudioContainer(sink, channels=2)
    sound.write(interleave(left, right))
    sound.close()
    return bytes(sink.content)


def write_wav(path: Path, samples: Samples) -> Path:
    """Write a WAV for Chromium's fake microphone: 48 kHz, mono, 16 bit."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(samples.tobytes())
    return path


def write_speech(path: Path, text: str, silence_seconds: float) -> Path:
    """Write one second of silence, the text in the simulated candidate's voice, and more silence."""
    spoken = synthesize(text, CANDIDATE_VOICE, SAMPLE_RATE).samples
    return write_wav(path, np.concatenate([silence(1.0), spoken, silence(silence_seconds)]))


def decode_channels(source: Path | BinaryIO) -> list[Samples]:
    """Return the samples of each channel of a file, as far as it can be read."""
    resampler = av.AudioResampler(format="s16p", rate=SAMPLE_RATE)
    blocks = []
    with av.open(source, mode="r") as container:
        try:
            for frame in container.decode(audio=0):
                blocks += [ready.to_ndarray() for ready in resampler.resample(frame)]
        except av.FFmpegError:
            pass
    return list(np.concatenate(blocks, axis=1)) if blocks else []


def find_loud_spans(
    samples: Samples, hertz: float | None = None, gap: float = 0.3, amplitude: int = LOUD_AMPLITUDE
) -> list[tuple[float, float]]:
    """Return the spans louder than `amplitude` as (start, end) in seconds, ignoring pauses shorter than `gap`.

    With `hertz`, only sound of that pitch counts.
    """
    window = SAMPLE_RATE // 50
    count = len(samples) // window
    blocks = samples[: count * window].reshape(count, window).astype(float)
    loud = np.abs(blocks).max(axis=1) > amplitude
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


# --- rooms


class ToneMicrophone:
    """A microphone that sends silence except during `play`."""

    def __init__(self, source: rtc.AudioSource) -> None:
        self._source = source
        self._waiting: list[Samples] = []
        self._began: asyncio.Future[datetime] | None = None
        self._task = asyncio.create_task(self._send())

    async def play(self, samples: Samples) -> datetime:
        """Send this sound to its end. Returns the time at which it began."""
        frame = round(SAMPLE_RATE * FRAME_SECONDS)
        began: asyncio.Future[datetime] = asyncio.get_running_loop().create_future()
        self._began = began
        self._waiting += np.split(samples, range(frame, len(samples), frame))
        sent_at = await began
        await asyncio.sleep(len(samples) / SAMPLE_RATE)
        while self._waiting:
            await asyncio.sleep(FRAME_SECONDS)
        return sent_at

    async def _send(self) -> None:
        silent = np.zeros(round(SAMPLE_RATE * FRAME_SECONDS), np.int16)
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            frame = self._waiting.pop(0) if self._waiting else silent
            if self._began and frame is not silent:
                # the queued frames are sent first
                self._began.set_result(now() + timedelta(seconds=self._source.queued_duration))
                self._began = None
            await self._source.capture_frame(rtc.AudioFrame(frame.tobytes(), SAMPLE_RATE, 1, len(frame)))
            # on a busy machine, skip delayed silence so that later frames are on time
            due = max(due + FRAME_SECONDS, loop.time() - FRAME_SECONDS)
            await asyncio.sleep(max(0.0, due - loop.time()))

    async def aclose(self) -> None:
        await cancel_and_wait(self._task)
        await self._source.aclose()


@asynccontextmanager
async def open_microphone(room: rtc.Room) -> AsyncIterator[ToneMicrophone]:
    """Publish a microphone during the block."""
    source = rtc.AudioSource(SAMPLE_RATE, 1, queue_size_ms=100)
    track = rtc.LocalAudioTrack.create_audio_track("microphone", source)
    # discontinuous transmission and redundancy would change when a sound arrives, which tests measure
    options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE, dtx=False, red=False)
    await room.local_participant.publish_track(track, options)
    microphone = ToneMicrophone(source)
    try:
        yield microphone
    finally:
        # the track is not unpublished, which would hang in a room that has been deleted
        await microphone.aclose()


@asynccontextmanager
async def play_tone(room: rtc.Room, hertz: int = 440) -> AsyncIterator[None]:
    """Send a tone as the participant's microphone during the block, or for two minutes if it lasts longer."""
    async with open_microphone(room) as microphone:
        playing = asyncio.create_task(microphone.play(tone(hertz, 120)))
        try:
            yield
        finally:
            await cancel_and_wait(playing)


async def measure_loudest_tone(room: rtc.Room, seconds: float = 20) -> float:
    """Wait until another participant's audio is loud, and return the frequency of its strongest tone."""
    subscribed: asyncio.Future[rtc.RemoteTrack] = asyncio.get_running_loop().create_future()

    def use_track(track: rtc.RemoteTrack) -> None:
        if track.kind == rtc.TrackKind.KIND_AUDIO and not subscribed.done():
            subscribed.set_result(track)

    room.on("track_subscribed", lambda track, *_: use_track(track))
    for participant in room.remote_participants.values():
        for publication in participant.track_publications.values():
            if publication.track:
                use_track(publication.track)
    async with asyncio.timeout(seconds):
        stream = rtc.AudioStream(await subscribed, sample_rate=SAMPLE_RATE, num_channels=1)
        try:
            loud: list[np.ndarray] = []
            async for event in stream:
                samples = np.frombuffer(event.frame.data, np.int16).astype(float)
                loud = [*loud, samples] if np.abs(samples).max() > 3_000 else []
                if len(loud) == 10:
                    strength = np.abs(np.fft.rfft(np.concatenate(loud)))
                    return float(strength.argmax() * SAMPLE_RATE / sum(map(len, loud)))
        finally:
            await stream.aclose()
    raise AssertionError("the other participant's audio ended")
