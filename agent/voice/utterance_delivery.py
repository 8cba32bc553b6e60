"""From words to a stored turn: they are spoken and shown, and what was heard of them is stored."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from agent.interview_context import build_interviewer_update
from agent.plan import InterviewPlan
from agent.voice.reply_latency import measure_latency
from agent.voice.speech_player import SpeechPlayer
from agent.voice.transcript_writer import TranscriptWriter
from agent.voice.utterance import Utterance, build_spoken_turn
from models.documents.interview import OPEN_STATUSES, InterviewStatus
from models.documents.turn import Speaker

UNHEARD_PAUSE_SECONDS = 0.1
"""after words of which nothing was heard: before somebody looks again what is due"""
STORABLE_STATUSES = (*OPEN_STATUSES, InterviewStatus.ENDING)
"""what had been said when the end came is stored, too"""


@dataclass(frozen=True, slots=True)
class AnswerTiming:
    """When the candidate's last words were over, there, and taken to be all; seconds of time.time."""

    stopped_at: float
    final_at: float
    committed_at: float


class UtteranceDelivery:
    """The interviewer's mouth and pen, under a lease's number."""

    def __init__(self, fence: int, speech_player: SpeechPlayer, transcript_writer: TranscriptWriter) -> None:
        self._fence = fence
        self._speech_player = speech_player
        self._transcript_writer = transcript_writer
        self.answer_timing: AnswerTiming | None = None
        """what the next words reply to, where it was spoken"""

    async def say(
        self, plan: InterviewPlan, utterance: Utterance, words: str | AsyncGenerator[str, None], *, interruptible: bool = True
    ) -> None:
        """Say it to its end, or until the candidate cuts in, and store what was heard of it. Raises LeaseLost."""
        spoken = await self._speech_player.say(self._publish_while_streaming(utterance, words), interruptible=interruptible)
        if spoken is None:
            # cut off before a sound, or the synthesizer failed
            await asyncio.sleep(UNHEARD_PAUSE_SECONDS)
            return
        timing, self.answer_timing = self.answer_timing, None
        # of what was typed the candidate's voice tells nothing
        latency = (
            measure_latency(timing.stopped_at, timing.final_at, timing.committed_at, spoken)
            if timing and utterance.answers
            else None
        )
        turn = build_spoken_turn(plan, utterance, spoken, latency)
        by_code = utterance.by_code if turn.move else None
        update = build_interviewer_update(
            plan, self._fence, turn, reason=utterance.reason, by_code=by_code, statuses=STORABLE_STATUSES
        )
        await self._transcript_writer.add_interviewer_turns([turn], update)

    async def interrupt(self) -> None:
        """Stop what is being said, whatever it is."""
        await self._speech_player.interrupt()

    async def _publish_while_streaming(
        self, utterance: Utterance, words: str | AsyncGenerator[str, None]
    ) -> AsyncGenerator[str, None]:
        async with aclosing(_stream_whole(words) if isinstance(words, str) else words) as parts:
            async for part in parts:
                utterance.text += part
                self._transcript_writer.show_interim(Speaker.INTERVIEWER, utterance.text)
                yield part


async def _stream_whole(text: str) -> AsyncGenerator[str, None]:
    yield text
