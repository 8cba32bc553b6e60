"""Collects the recognizer's transcripts of the candidate until the answer is complete.

livekit-agents discards words that are spoken over uninterruptible speech or while it drops a turn.
The collector retains every final transcript, and returns each exactly once.
"""

import asyncio
import math
import statistics
import time
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
import structlog
from livekit import rtc
from livekit.agents.stt import SpeechData, SpeechEvent, SpeechEventType
from livekit.agents.types import TimedString
from livekit.agents.utils import is_given, shortuuid
from livekit.agents.voice import UserStateChangedEvent

from agent.phrases import CodePhrases
from agent.voice.overlap import Playback, is_backchannel, is_echo, may_be_echo
from models.documents.turn import WordConfidence
from text import normalize

log = structlog.get_logger(__name__)

DRIFT_SECONDS = 0.05
"""Change of the offset between the recognizer's clock and this machine's above which audio has paused or was lost."""
MIN_PAUSE_SECONDS = 0.5
"""Change of the offset above which the cause is certainly a pause, and not a late frame."""
DELAY_SAMPLE_FRAMES = 20
"""Number of audio frames, about one second, from which the delay is estimated."""
POLL_SECONDS = 0.1
"""Seconds between two checks whether a transcript is still awaited: that times out without an event."""
MAX_TRANSCRIPT_DELAY_SECONDS = 1.5
"""Longest time that the recognizer may take to return the final transcript of the last words."""
MAX_TRAILING_SECONDS = 2.0
"""Longest time from the last recognized word to the end of an answer."""
MAX_SOUND_PAUSE_SECONDS = 2.0
"""Longest pause in a sound, such as a television's, that counts as one sound."""
NOISE_SECONDS = 7.0
"""Seconds of sound without recognized words after which the sound no longer counts as the candidate's speech."""
MIN_UNCLEAR_SECONDS = 2.0
"""Shortest sound without recognized words that counts as speech that could not be understood."""
UNCLEAR_PAUSE_SECONDS = 4.0
"""Silence after such a sound before it counts as not understood, because the transcript may be late."""
SPEECH_END_TOLERANCE_SECONDS = 0.6
"""Allowed difference between the end of the last transcribed word and the end of speech by voice activity."""
LEVEL_HISTORY_SECONDS = 60.0
"""Audio of which levels are available: more than the longest segment of a recognizer."""
MAX_ECHO_LEVEL_CHANGE_DB = 6.0
"""Level above that of recognized echoes up to which words under the interviewer's speech are an echo of other words."""


@dataclass(frozen=True, slots=True)
class SpeechSegment:
    """The speech of one turn. Times are by this machine's clock."""

    id: str
    text: str
    confidence: float
    """Mean of the recognizer's confidences, from 0 to 1."""
    started_at: datetime
    ended_at: datetime
    final_at: float
    """When the last final transcript arrived, in seconds as `time.time` returns them."""
    words: tuple[WordConfidence, ...] = ()
    """The words whose confidence the recognizer returned."""


@dataclass(frozen=True, slots=True)
class _FinalText:
    text: str
    confidence: float
    started_at: float
    ended_at: float
    words: tuple[WordConfidence, ...]


class LevelHistory:
    """Levels of the candidate's audio in the last LEVEL_HISTORY_SECONDS. Times are in seconds of audio."""

    def __init__(self) -> None:
        self._powers: deque[tuple[float, float]] = deque()

    def add(self, frame: rtc.AudioFrame, began_at: float) -> None:
        """Add the frame that begins at `began_at`."""
        samples = np.frombuffer(frame.data, np.int16).astype(np.float32)
        self._powers.append((began_at, float(np.mean(samples**2))))
        while self._powers[0][0] < began_at - LEVEL_HISTORY_SECONDS:
            self._powers.popleft()

    def measure(self, started_at: float, ended_at: float) -> float | None:
        """Return the level of the louder half between two times, in dB of an arbitrary unit; None if nothing is known of them."""
        powers = [power for began_at, power in self._powers if started_at <= began_at < ended_at]
        return 10 * math.log10(max(1.0, float(np.percentile(powers, 75)))) if powers else None


class AudioClock:
    """Converts the recognizer's time, in seconds of audio, to wall-clock time.

    Audio pauses while the candidate is absent.
    """

    def __init__(self) -> None:
        self.levels = LevelHistory()
        self._audio_seconds = 0.0
        self._recent_offsets: deque[tuple[float, float]] = deque(maxlen=DELAY_SAMPLE_FRAMES)
        self._anchors: list[tuple[float, float]] = []

    async def track(self, frames: AsyncIterable[rtc.AudioFrame]) -> AsyncIterator[rtc.AudioFrame]:
        """Pass the frames through and count their duration."""
        async for frame in frames:
            self.levels.add(frame, self._audio_seconds)
            self.advance(frame.duration, time.time())
            yield frame

    def advance(self, seconds: float, now: float) -> None:
        """Record that `seconds` of audio ended at `now`, in seconds as `time.time` returns them."""
        offset = now - seconds - self._audio_seconds
        if self._anchors and offset - self._anchors[-1][1] > MIN_PAUSE_SECONDS:
            self._recent_offsets.clear()
        self._recent_offsets.append((self._audio_seconds, offset))
        self._audio_seconds += seconds
        # Frames arrive late but never early, so the smallest recent delay is the best estimate.
        offset = min(offset for _, offset in self._recent_offsets)
        if not self._anchors or abs(offset - self._anchors[-1][1]) > DRIFT_SECONDS:
            self._anchors.append((self._recent_offsets[0][0], offset))

    def to_wall_clock(self, seconds: float) -> float:
        """Return when that second of audio was spoken, in seconds as `time.time` returns them."""
        offset = next((offset for since, offset in reversed(self._anchors) if seconds >= since), None)
        return time.time() if offset is None else seconds + offset


class SoundClock:
    """Times of the sound and of the recognized words in the candidate's audio. Times are as `time.time` returns them."""

    def __init__(self) -> None:
        self.last_sound_at = 0.0
        """When the last sound ended."""
        self._began_at: float | None = None
        """When the sound began that is heard now; None in silence."""
        self._sounding_since = 0.0
        """Since when there has been sound, apart from short pauses."""
        self._final_word_at = 0.0
        self._interim_word_at = 0.0
        self._unclear_seconds = 0.0

    @property
    def _word_at(self) -> float:
        """When the last recognized word ended."""
        return max(self._final_word_at, self._interim_word_at)

    def sound_started(self, at: float) -> None:
        """Record that a sound began."""
        if self._began_at is None:
            if at - self.last_sound_at > MAX_SOUND_PAUSE_SECONDS:
                self._sounding_since = at
            self._began_at = at

    def sound_stopped(self, at: float) -> None:
        """Record that the sound ended."""
        if self._began_at is not None:
            self._unclear_seconds += max(0.0, at - max(self._began_at, self._word_at))
            self._began_at, self.last_sound_at = None, at

    def words_recognized(self, last_word_at: float | None, *, is_final: bool) -> None:
        """Record a transcript and when its last word ended, or None if it has no words.

        An interim transcript repeats the words before it, and the final one may not confirm them.
        """
        if not is_final:
            self._interim_word_at = last_word_at or self._interim_word_at
            return
        self._interim_word_at = 0.0
        if last_word_at is not None:
            self._final_word_at = max(self._final_word_at, last_word_at)
            self._unclear_seconds = 0.0

    def restart(self, at: float) -> None:
        """Forget earlier sound: the interviewer has spoken, and the sound may have been an echo."""
        self._unclear_seconds = 0.0
        self._sounding_since = at
        if self._began_at is not None:
            self._began_at = at

    def is_noise(self, now: float) -> bool:
        """Return whether sound has lasted for NOISE_SECONDS without words, apart from short pauses."""
        is_sounding = self._began_at is not None or now - self.last_sound_at <= MAX_SOUND_PAUSE_SECONDS
        return is_sounding and now > self._noise_at

    @property
    def _noise_at(self) -> float:
        return max(self._sounding_since, self._word_at) + NOISE_SECONDS

    def is_unclear(self, now: float) -> bool:
        """Return whether the candidate seems to have spoken without a recognized word."""
        if self._began_at is not None:
            return self.is_noise(now)
        return self._unclear_seconds >= MIN_UNCLEAR_SECONDS and now - self.last_sound_at > UNCLEAR_PAUSE_SECONDS

    def next_change_at(self, now: float) -> float | None:
        """Return when `is_noise` or `is_unclear` becomes true if nothing is heard until then; None if that is not to come."""
        moments = []
        if self._began_at is not None or self._noise_at <= self.last_sound_at + MAX_SOUND_PAUSE_SECONDS:
            moments.append(self._noise_at)
        if self._began_at is None and self._unclear_seconds >= MIN_UNCLEAR_SECONDS:
            moments.append(self.last_sound_at + UNCLEAR_PAUSE_SECONDS)
        return min((moment for moment in moments if moment >= now), default=None)

    def seconds_since_sound(self, now: float) -> float:
        """Return the seconds of silence since the last sound; 0 while there is one."""
        return 0.0 if self._began_at is not None else now - self.last_sound_at


class SpeechCollector:
    """Collects final and interim transcripts, and tracks whether the candidate is speaking.

    What the interviewer's own voice or a listener's backchannel caused is dropped. `get_playbacks` returns the
    interviewer's recent speeches, the newest last.
    """

    def __init__(
        self,
        get_playbacks: Callable[[], Sequence[Playback]] = lambda: (),
        phrases: CodePhrases | None = None,
    ) -> None:
        self.sound = SoundClock()
        self.echo_count = 0
        """Number of transcripts that were the interviewer's own words."""
        self._get_playbacks = get_playbacks
        self._phrases = phrases
        self._echo_levels: list[float] = []
        self.clock = AudioClock()
        self.is_speaking = False
        """Whether the voice activity detector hears the candidate."""
        self._changed = asyncio.Event()
        self._final_texts: list[_FinalText] = []
        self._interim = ""
        self._stopped_at: float | None = None
        self._final_at = 0.0
        self._transcribed_until = 0.0  # end of the last word in a final transcript

    @property
    def text(self) -> str:
        """The pending text, followed by the interim transcript."""
        return f"{self.pending_text} {self._interim}".strip()

    @property
    def pending_text(self) -> str:
        """The final transcripts that `take_segment` would return."""
        return " ".join(piece.text for piece in self._final_texts)

    @property
    def has_pending_text(self) -> bool:
        """Whether `take_segment` would return something."""
        return bool(self._final_texts)

    @property
    def pending_since(self) -> float | None:
        """When the silence after the last final transcript began; None while the candidate speaks or no text is pending."""
        if self.is_speaking or not self._final_texts:
            return None
        return max(self._final_at, self._stopped_at or 0.0)

    @property
    def holds_floor(self) -> bool:
        """Whether the interviewer must not speak: the candidate is speaking, and words are recognized."""
        return self.is_speaking and not self.sound.is_noise(time.time())

    @property
    def is_awaiting_transcript(self) -> bool:
        """Whether the final transcript of the last words is probably still missing."""
        if self._stopped_at is None or time.time() - self._stopped_at > MAX_TRANSCRIPT_DELAY_SECONDS:
            return False
        return self._transcribed_until < self._stopped_at - SPEECH_END_TOLERANCE_SECONDS

    def next_change_at(self) -> float | None:
        """Return when `holds_floor`, `is_awaiting_transcript` or the sound changes without an event; None if they do not."""
        change_at = self.sound.next_change_at(time.time())
        if self._stopped_at is None or not self.is_awaiting_transcript:
            return change_at
        given_up_at = self._stopped_at + MAX_TRANSCRIPT_DELAY_SECONDS
        return given_up_at if change_at is None else min(change_at, given_up_at)

    def add_event(self, event: SpeechEvent) -> bool:
        """Add a recognizer's event, and return whether it changed what is known of the candidate's words."""
        if event.type is SpeechEventType.END_OF_SPEECH:
            # Deepgram's plugin reports a final transcript without words only in this way.
            self.sound.words_recognized(None, is_final=True)
            self._interim = ""
            return True
        if not event.alternatives:
            return False
        alternative = event.alternatives[0]
        is_final = event.type is SpeechEventType.FINAL_TRANSCRIPT
        if not is_final and event.type is not SpeechEventType.INTERIM_TRANSCRIPT:
            return False
        text = normalize(alternative.text)
        started, ended = self._locate(alternative)
        self.sound.words_recognized(ended if text else None, is_final=is_final)
        self._interim = "" if is_final else alternative.text
        if is_final:
            self._final_at = time.time()
        if is_final and text:
            words = _locate_words(text, alternative.words or [])
            self._final_texts.append(_FinalText(text, alternative.confidence, started, ended, words))
            self._transcribed_until = max(self._transcribed_until, ended)
        self._changed.set()
        return True

    def must_drop(self, event: SpeechEvent) -> bool:
        """Return whether a transcript is the interviewer's own voice, or a backchannel under it.

        The session must not receive it either, so that a speech that it has paused goes on.
        """
        playbacks = self._get_playbacks()
        if not playbacks or not event.alternatives:
            return False
        alternative = event.alternatives[0]
        started, ended = self._locate(alternative)
        has_own_words = is_echo(alternative.text, started, ended, playbacks)
        if has_own_words or (may_be_echo(started, ended, playbacks) and self._is_soft_and_no_request(alternative)):
            if event.type is SpeechEventType.FINAL_TRANSCRIPT:
                self.echo_count += 1
                level = self.clock.levels.measure(alternative.start_time, alternative.end_time)
                if has_own_words and level is not None:
                    self._echo_levels.append(level)
                log.info("the interviewer's own voice was dropped", count=self.echo_count, has_own_words=has_own_words)
            return True
        return self._phrases is not None and is_backchannel(alternative.text, started, playbacks[-1], self._phrases.backchannels)

    def _is_soft_and_no_request(self, alternative: SpeechData) -> bool:
        """Return whether words are as soft as the echoes that were recognized, and are no request of the candidate's."""
        level = self.clock.levels.measure(alternative.start_time, alternative.end_time)
        if not self._echo_levels or level is None:
            return False
        if self._phrases and self._phrases.intents.recognize(alternative.text):
            return False
        return level <= statistics.median(self._echo_levels) + MAX_ECHO_LEVEL_CHANGE_DB

    def _locate(self, alternative: SpeechData) -> tuple[float, float]:
        """Return when the words of a transcript began and ended."""
        started, ended = self.clock.to_wall_clock(alternative.start_time), self.clock.to_wall_clock(alternative.end_time)
        return started, min(ended, time.time())

    def on_user_state_changed(self, event: UserStateChangedEvent) -> None:
        """Record that the candidate started or stopped speaking."""
        self.is_speaking = event.new_state == "speaking"
        if self.is_speaking:
            self._stopped_at = None
            self.sound.sound_started(time.time())
        elif event.old_state == "speaking":
            self._stopped_at = time.time()
            self.sound.sound_stopped(self._stopped_at)
        self._changed.set()

    async def wait_until_settled(self, seconds: float) -> None:
        """Wait until the candidate is silent and their last words are transcribed, for at most `seconds`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.is_speaking or self.is_awaiting_transcript:
                    self._changed.clear()
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._changed.wait(), POLL_SECONDS)

    def take_segment(self, started_at: float | None = None, stopped_at: float | None = None) -> SpeechSegment | None:
        """Return and clear the pending transcripts as one turn, or None if there are none.

        `started_at` and `stopped_at` replace the recognizer's times, if the caller knows better ones.
        """
        text = self.pending_text
        pieces, self._final_texts = self._final_texts, []
        if not pieces:
            return None
        words: list[WordConfidence] = []
        offset = 0
        for piece in pieces:
            words += [replace(word, start=word.start + offset, end=word.end + offset) for word in piece.words]
            offset += len(piece.text) + 1
        started = min(pieces[0].started_at, started_at) if started_at else pieces[0].started_at
        if stopped_at and stopped_at - pieces[-1].ended_at > MAX_TRAILING_SECONDS:
            # Noise went on after the last word.
            stopped_at = None
        ended = max(stopped_at or pieces[-1].ended_at, started)
        return SpeechSegment(
            id=shortuuid("heard_"),
            text=text,
            confidence=sum(piece.confidence for piece in pieces) / len(pieces),
            started_at=datetime.fromtimestamp(started, UTC),
            ended_at=datetime.fromtimestamp(ended, UTC),
            final_at=self._final_at,
            words=tuple(words),
        )


def _locate_words(text: str, words: Iterable[TimedString]) -> tuple[WordConfidence, ...]:
    """Return the confidence of each word that is found in the text, in order."""
    located = []
    offset = 0
    for word in words:
        start = text.find(word, offset)
        if start >= 0 and is_given(word.confidence):
            offset = start + len(word)
            located.append(WordConfidence(start, offset, word.confidence))
    return tuple(located)
