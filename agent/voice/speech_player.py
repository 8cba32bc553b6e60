"""What the interviewer says aloud: words in, and out what was heard of them, and when."""

import time
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

from livekit import rtc
from livekit.agents import AgentSession
from livekit.agents.voice import AgentStateChangedEvent, SpeechHandle, UserStateChangedEvent


@dataclass(frozen=True, slots=True)
class SpokenText:
    """What the candidate has heard of some words. Times in seconds, as time.time counts."""

    id: str
    text: str
    interrupted: bool
    started_at: float
    ended_at: float
    first_word_at: float
    first_audio_at: float | None


class SpeechPlayer:
    """The session's voice. One speech at a time."""

    def __init__(self, session: AgentSession[None]) -> None:
        self._session = session
        self._handle: SpeechHandle | None = None
        self._started_at: float | None = None
        self._ended_at: float | None = None
        self._first_word_at: float | None = None
        self._first_audio_at: float | None = None

    def on_agent_state_changed(self, event: AgentStateChangedEvent) -> None:
        """Take what the session tells of its own speaking."""
        if event.new_state == "speaking":
            self._started_at = self._started_at or event.created_at
        elif event.old_state == "speaking":
            self._ended_at = event.created_at

    def on_user_state_changed(self, event: UserStateChangedEvent) -> None:
        """Take what the voice activity detector tells: who goes on before anything was heard is not spoken over at all."""
        handle = self._handle
        if event.new_state == "speaking" and handle and handle.allow_interruptions and self._started_at is None:
            handle.interrupt()

    async def track_frames(self, frames: AsyncIterable[rtc.AudioFrame]) -> AsyncIterator[rtc.AudioFrame]:
        """The synthesizer's frames, as they pass."""
        async for frame in frames:
            self._first_audio_at = self._first_audio_at or time.time()
            yield frame

    async def say(self, words: AsyncGenerator[str, None], *, interruptible: bool) -> SpokenText | None:
        """Say the words as they come, until they are heard, or the candidate cuts in. None when nothing was heard of them."""
        self._started_at = self._ended_at = self._first_word_at = self._first_audio_at = None
        composed: list[str] = []

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
        # what was played to its end is what was composed: the synthesizer's words lose a blank now and then
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
        """Stop what is being said, whatever it is."""
        if self._session.current_speech is not None:
            await self._session.interrupt(force=True)
