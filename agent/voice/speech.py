"""The interviewer's side of a spoken exchange: play words, publish and measure them, and store what was heard."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from livekit import rtc
from livekit.agents import AgentSession
from livekit.agents.voice import AgentStateChangedEvent, ErrorEvent, SpeechHandle, UserStateChangedEvent
from opentelemetry.trace import Span
from prometheus_client import Histogram

import tracing
from agent.interview_context import build_interviewer_update
from agent.interviewer import SPOKEN_TURN
from agent.plan import END_REASONS, InterviewPlan
from agent.usage_meter import UsageMeter
from agent.voice.overlap import Playback
from agent.voice.transcript_writer import TranscriptWriter
from models.documents.interview import OPEN_STATUSES, EndReason, InterviewStatus
from models.documents.turn import Channel, Latency, Move, NewTurn, Source, Speaker

MIN_HEARD_SHARE = 0.6
"""Share of an interrupted question that must have been played for the question to count as asked."""
EARLIER_PLAYBACKS = 3
"""Number of earlier speeches that an echo may come from: its transcript is late, and may cover several speeches."""
UNHEARD_PAUSE_SECONDS = 0.1
"""Pause after speech of which nothing was played, before the conversation decides again."""
MAX_ERROR_PAUSE_SECONDS = 10.0
"""Longest pause between two errors of the same failure."""
STORABLE_STATUSES = (*OPEN_STATUSES, InterviewStatus.ENDING)
"""Statuses in which speech is stored; ENDING, because the end may come while the interviewer speaks."""
REPLY_STAGE_SECONDS = Histogram(
    "viva_reply_seconds",
    "Seconds from the end of the candidate's speech until a stage of the reply",
    ["stage"],
    buckets=(0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0),
)


class SpeechSessionFailed(Exception):
    """Speech to text or text to speech has failed permanently."""


@dataclass(frozen=True, slots=True)
class SpokenText:
    """The part of a text that was played to the candidate.

    Times are in seconds, as `time.time` returns them.
    """

    id: str
    text: str
    interrupted: bool
    started_at: float
    ended_at: float
    first_word_at: float
    first_audio_at: float | None


@dataclass(frozen=True, slots=True)
class AnswerTiming:
    """When the candidate stopped speaking, and when their answer was transcribed and committed.

    Times are in seconds, as `time.time` returns them.
    """

    stopped_at: float
    final_at: float
    committed_at: float


@dataclass(slots=True)
class Utterance:
    """Words on their way to the candidate.

    The move of a model's reply is set when its first line arrives.
    """

    move: Move
    source: Source
    reply_to_seq: int | None
    """Sequence number of the last candidate turn that this answers."""
    is_code_reply: bool | None = None
    """Whether code replies instead of Claude; None if Claude is not asked."""
    reason: EndReason | None = None
    """Why the interview ends, if the move is CLOSE."""
    text: str = ""
    """The text composed so far."""
    span: Span | None = None
    """The open span of the reply, if it was requested before the answer was complete."""


class SpeechPlayer:
    """Plays text through the LiveKit session, one speech at a time, and reports how much of it was played."""

    def __init__(self, session: AgentSession[None]) -> None:
        self._session = session
        self._handle: SpeechHandle | None = None
        self._is_protected = False
        self._asks_for_confirmation: Callable[[], bool] = lambda: False
        self._composed: list[str] = []
        self._earlier_playbacks: deque[Playback] = deque(maxlen=EARLIER_PLAYBACKS)
        self._started_at: float | None = None
        self._ended_at: float | None = None
        self._first_word_at: float | None = None
        self._first_audio_at: float | None = None
        self.has_failed = False
        """Whether a speech provider has failed permanently, so that nothing more can be said or heard."""
        self.first_error_at = 0.0
        """When the newest series of errors of the providers began, as `time.time` returns it; 0 if there was none."""
        self._last_error_at = 0.0

    def on_error(self, event: ErrorEvent) -> None:
        """Record an error of a speech provider. The session closes after one that is permanent."""
        at = time.time()
        if at - self._last_error_at > MAX_ERROR_PAUSE_SECONDS:
            self.first_error_at = at
        self._last_error_at = at
        self.has_failed = self.has_failed or not event.error.recoverable

    def on_agent_state_changed(self, event: AgentStateChangedEvent) -> None:
        """Record when playback starts and ends."""
        if event.new_state == "speaking":
            self._started_at = self._started_at or event.created_at
            self._disallow_interruptions_if_protected()
        elif event.old_state == "speaking":
            self._ended_at = event.created_at

    def on_user_state_changed(self, event: UserStateChangedEvent) -> None:
        """Drop a reply of which nothing has been played yet when the candidate goes on speaking."""
        handle = self._handle
        if event.new_state == "speaking" and handle and handle.allow_interruptions and self._started_at is None:
            handle.interrupt()

    @property
    def playbacks(self) -> list[Playback]:
        """The last speeches of which something was audible, and the current one, the newest last."""
        return [*self._earlier_playbacks, *([current] if (current := self._playback) else [])]

    @property
    def _playback(self) -> Playback | None:
        if self._started_at is None:
            return None
        ended_at = None if self._handle else self._ended_at
        return Playback("".join(self._composed), self._started_at, ended_at, self._asks_for_confirmation())

    def protect(self) -> None:
        """Make the current speech uninterruptible once it is audible.

        Until then it is dropped as usual if the candidate goes on speaking.
        """
        self._is_protected = True
        if self._started_at is not None:
            self._disallow_interruptions_if_protected()

    def _disallow_interruptions_if_protected(self) -> None:
        if self._is_protected and self._handle and not self._handle.interrupted:
            self._handle.allow_interruptions = False

    async def track_frames(self, frames: AsyncIterable[rtc.AudioFrame]) -> AsyncIterator[rtc.AudioFrame]:
        """Pass the synthesizer's frames through and record when the first one arrives."""
        async for frame in frames:
            self._first_audio_at = self._first_audio_at or time.time()
            yield frame

    async def play(
        self,
        words: AsyncGenerator[str, None],
        *,
        interruptible: bool,
        asks_for_confirmation: Callable[[], bool] = lambda: False,
    ) -> SpokenText | None:
        """Play the words as they arrive, until they end or the candidate interrupts; returns None if nothing was played.

        `asks_for_confirmation` returns whether a single "yes" answers them.
        """
        if playback := self._playback:
            self._earlier_playbacks.append(playback)
        self._started_at = self._ended_at = self._first_word_at = self._first_audio_at = None
        self._is_protected = False
        self._asks_for_confirmation = asks_for_confirmation
        self._composed = composed = []

        async def forward() -> AsyncGenerator[str, None]:
            async for text in words:
                self._first_word_at = self._first_word_at or time.time()
                composed.append(text)
                yield text

        async with aclosing(words):
            self._handle = handle = self._session.say(forward(), allow_interruptions=interruptible)
            await handle.wait_for_playout()
            self._handle = None
        item = next((item for item in handle.chat_items if item.type == "message"), None)
        if item is None or self._started_at is None:
            return None
        # The synthesizer's word alignment occasionally loses a space, so a speech that was played
        # to its end is stored as it was composed.
        text = (item.text_content or "") if handle.interrupted else "".join(composed)
        ended_at = max(self._ended_at or time.time(), self._started_at)
        if not text.strip():
            return None
        return SpokenText(
            id=item.id,
            text=text.strip(),
            interrupted=handle.interrupted,
            started_at=self._started_at,
            ended_at=ended_at,
            first_word_at=self._first_word_at or self._started_at,
            first_audio_at=self._first_audio_at,
        )

    async def interrupt(self) -> None:
        """Stop the current speech, including one that the candidate cannot interrupt."""
        if self._session.current_speech is not None:
            await self._session.interrupt(force=True)


class UtteranceDelivery:
    """Speaks an utterance, publishes its text while it is composed, and stores what was heard under the lease's fence."""

    def __init__(
        self,
        fence: int,
        speech_player: SpeechPlayer,
        transcript_writer: TranscriptWriter,
        usage_meter: UsageMeter,
        was_audible: Callable[[float], Awaitable[bool]],
    ) -> None:
        """`was_audible` returns whether anybody could hear a speech that began at that time."""
        self._was_audible = was_audible
        self._fence = fence
        self._speech_player = speech_player
        self._transcript_writer = transcript_writer
        self._usage_meter = usage_meter
        self._answer_timing: AnswerTiming | None = None

    def start_latency_measurement(self, timing: AnswerTiming) -> None:
        """Measure the latency of the next utterance from this answer."""
        self._answer_timing = timing

    async def deliver(
        self, plan: InterviewPlan, utterance: Utterance, words: str | AsyncGenerator[str, None], *, interruptible: bool = True
    ) -> None:
        """Speak the words until they end or the candidate interrupts, and store what was heard.

        Raises LeaseLost, and SpeechSessionFailed without storing anything if a speech provider failed before enough was heard.
        """
        timing = self._answer_timing
        span = utterance.span or tracing.open_span(SPOKEN_TURN, started_at=timing.stopped_at if timing else None)
        with tracing.run_in_span(span):
            await self._deliver(plan, utterance, words, span, interruptible=interruptible)

    async def _deliver(
        self,
        plan: InterviewPlan,
        utterance: Utterance,
        words: str | AsyncGenerator[str, None],
        span: Span,
        *,
        interruptible: bool,
    ) -> None:
        if self._speech_player.has_failed:
            raise SpeechSessionFailed
        spoken = await self._speech_player.play(
            self._publish_while_streaming(utterance, words),
            interruptible=interruptible,
            # The model chooses its move while it streams.
            asks_for_confirmation=lambda: plan.is_stop_pending or utterance.move in END_REASONS,
        )
        if self._speech_player.has_failed and (spoken is None or not was_heard(plan, utterance, spoken)):
            # A fragment makes no progress, and would count as a successful attempt (agent.retry_policy).
            raise SpeechSessionFailed
        if spoken is None or not await self._was_audible(spoken.started_at):
            # The candidate interrupted before playback started, or was no longer connected when it did.
            await asyncio.sleep(UNHEARD_PAUSE_SECONDS)
            return
        timing, self._answer_timing = self._answer_timing, None
        latency = measure_latency(timing, spoken) if timing and utterance.reply_to_seq else None
        turn = build_spoken_turn(plan, utterance, spoken, latency)
        is_code_reply = utterance.is_code_reply if turn.move else None
        update = build_interviewer_update(
            plan,
            self._fence,
            turn,
            reason=utterance.reason,
            is_code_reply=is_code_reply,
            reply_usage=self._usage_meter.take(),
            statuses=STORABLE_STATUSES,
        )
        record_stages(timing, spoken)
        span.set_attributes(
            {"viva.move": utterance.move, "viva.source": utterance.source, "viva.interrupted": spoken.interrupted}
        )
        with tracing.start_span("store turns"):
            await self._transcript_writer.add_interviewer_turns([turn], update)

    def protect(self) -> None:
        """Make the current speech uninterruptible once it is audible."""
        self._speech_player.protect()

    async def interrupt(self) -> None:
        """Stop the current speech, including one that the candidate cannot interrupt."""
        await self._speech_player.interrupt()

    async def _publish_while_streaming(
        self, utterance: Utterance, words: str | AsyncGenerator[str, None]
    ) -> AsyncGenerator[str, None]:
        async with aclosing(_yield_once(words) if isinstance(words, str) else words) as parts:
            async for part in parts:
                utterance.text += part
                self._transcript_writer.update_interim(Speaker.INTERVIEWER, utterance.text)
                yield part


def was_heard(plan: InterviewPlan, utterance: Utterance, spoken: SpokenText) -> bool:
    """Return whether so much of the utterance was played that the candidate's next words can answer it."""
    if not spoken.interrupted or utterance.move is Move.CLOSE:
        # Only leaving, or the loss of the worker, interrupts a closing. The interview has ended as it would have otherwise.
        return True
    asks_by_code = utterance.move in (Move.NEXT, Move.ANYTHING_ELSE)
    question = plan.scripted_text(utterance.move) if asks_by_code else utterance.text
    if not utterance.text.endswith(question):
        # The interruption came before code had added the question.
        return False
    return len(spoken.text) >= len(utterance.text) - (1 - MIN_HEARD_SHARE) * len(question)


def build_spoken_turn(plan: InterviewPlan, utterance: Utterance, spoken: SpokenText, latency: Latency | None) -> NewTurn:
    """Build the turn to store.

    An utterance that was interrupted before it was heard has no move and answers nothing.
    """
    heard, open_question = was_heard(plan, utterance, spoken), plan.open_question
    return NewTurn(
        key=f"item:{spoken.id}",
        speaker=Speaker.INTERVIEWER,
        text=spoken.text,
        channel=Channel.VOICE,
        started_at=datetime.fromtimestamp(spoken.started_at, UTC),
        ended_at=datetime.fromtimestamp(spoken.ended_at, UTC),
        question_key=plan.question_key_after(utterance.move) if heard else open_question.key if open_question else None,
        interrupted=spoken.interrupted,
        move=utterance.move if heard else None,
        source=utterance.source,
        answers=utterance.reply_to_seq if heard else None,
        latency=latency,
    )


def measure_latency(timing: AnswerTiming, spoken: SpokenText) -> Latency:
    """Compute the seconds until each stage of a reply, and record them in the worker's metrics."""
    latency = Latency(
        final=_seconds_between(timing.stopped_at, timing.final_at),
        committed=_seconds_between(timing.stopped_at, timing.committed_at),
        first_word=_seconds_between(timing.stopped_at, spoken.first_word_at),
        first_audio=_seconds_between(timing.stopped_at, spoken.first_audio_at),
        heard=_seconds_between(timing.stopped_at, spoken.started_at),
    )
    for stage, seconds in asdict(latency).items():
        if seconds is not None:
            REPLY_STAGE_SECONDS.labels(stage).observe(seconds)
    return latency


def record_stages(timing: AnswerTiming | None, spoken: SpokenText) -> None:
    """Record the stages of a spoken turn as spans, children of the current one. Claude's calls have spans of their own."""
    if timing:
        tracing.record_span("deepgram final transcript", timing.stopped_at, timing.final_at)
        tracing.record_span("endpointing", max(timing.stopped_at, timing.final_at), timing.committed_at)
    if spoken.first_audio_at:
        tracing.record_span("cartesia first audio", spoken.first_word_at, spoken.first_audio_at)
        tracing.record_span("playout start", spoken.first_audio_at, spoken.started_at)
    tracing.record_span("playout", spoken.started_at, spoken.ended_at)


def _seconds_between(start: float, end: float | None) -> float | None:
    return None if end is None else round(max(end - start, 0.0), 3)


async def _yield_once(text: str) -> AsyncGenerator[str, None]:
    yield text
