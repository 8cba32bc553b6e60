"""From words to a stored turn: they are spoken and shown, and what was heard of them is stored."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from agent.composition import words_of
from agent.latency import measure
from agent.plan import Plan
from agent.speech import Speech
from agent.transcript import Transcript
from agent.utterance import Draft, turn_of
from models.interview import OPEN, InterviewStatus
from models.turn import Speaker

PAUSE_SECONDS = 0.1
"""after words of which nothing was heard: before somebody looks again what is due"""
STATUSES = (*OPEN, InterviewStatus.ENDING)
"""what had been said when the end came is stored, too"""


@dataclass(frozen=True, slots=True)
class Answer:
    """When the candidate's last words were over, there, and taken to be all; seconds of time.time."""

    stopped_at: float
    final_at: float
    committed_at: float


class Delivery:
    """The interviewer's mouth and pen, under a lease's number."""

    def __init__(self, fence: int, speech: Speech, transcript: Transcript) -> None:
        self._fence = fence
        self._speech = speech
        self._transcript = transcript
        self.answer: Answer | None = None
        """what the next words reply to, where it was spoken"""

    async def say(self, plan: Plan, draft: Draft, words: str | AsyncGenerator[str, None], *, interruptible: bool = True) -> None:
        """Say it to its end, or until the candidate cuts in, and store what was heard of it. Raises LeaseLost."""
        said = await self._speech.say(self._shown(draft, words), interruptible=interruptible)
        if said is None:
            # cut off before a sound, or the synthesizer failed
            await asyncio.sleep(PAUSE_SECONDS)
            return
        answer, self.answer = self.answer, None
        # of what was typed the candidate's voice tells nothing
        latency = measure(answer.stopped_at, answer.final_at, answer.committed_at, said) if answer and draft.answers else None
        turn = turn_of(plan, draft, said, latency)
        by_code = draft.by_code if turn.move else None
        words_heard = words_of(plan, self._fence, turn, reason=draft.reason, by_code=by_code, statuses=STATUSES)
        await self._transcript.add_said([turn], words_heard)

    async def hush(self) -> None:
        """Stop what is being said, whatever it is."""
        await self._speech.hush()

    async def _shown(self, draft: Draft, words: str | AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
        async with aclosing(_once(words) if isinstance(words, str) else words) as parts:
            async for part in parts:
                draft.text += part
                self._transcript.show(Speaker.INTERVIEWER, draft.text)
                yield part


async def _once(text: str) -> AsyncGenerator[str, None]:
    yield text
