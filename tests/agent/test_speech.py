"""Words that are on their way to be heard, and a candidate who goes on."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from livekit.agents import AgentSession
from livekit.agents.voice import AgentStateChangedEvent, SpeechHandle, UserStateChangedEvent

from agent.speech import Speech
from live.cancellation import end

GOES_ON = UserStateChangedEvent(old_state="listening", new_state="speaking")


class Session:
    """Takes words as livekit-agents does, and plays none of them by itself."""

    handle: SpeechHandle | None = None

    def say(self, _: AsyncGenerator[str, None], *, allow_interruptions: bool) -> SpeechHandle:
        self.handle = SpeechHandle.create(allow_interruptions=allow_interruptions)
        return self.handle


async def words() -> AsyncGenerator[str, None]:
    yield "What was the hardest part?"


@asynccontextmanager
async def saying(*, interruptible: bool) -> AsyncIterator[tuple[Speech, SpeechHandle]]:
    """Words that were given to the session, and not heard yet."""
    session = Session()
    speech = Speech(cast("AgentSession[Any]", session))
    task = asyncio.create_task(speech.say(words(), interruptible=interruptible))
    while session.handle is None:
        await asyncio.sleep(0)
    try:
        yield speech, session.handle
    finally:
        await end(task)


async def test_who_goes_on_before_anything_was_heard_is_not_spoken_over() -> None:
    async with saying(interruptible=True) as (speech, handle):
        speech.note_candidate(GOES_ON)
        assert handle.interrupted


async def test_what_is_heard_already_is_cut_off_by_more_than_a_sound() -> None:
    async with saying(interruptible=True) as (speech, handle):
        speech.note_state(AgentStateChangedEvent(old_state="listening", new_state="speaking"))
        speech.note_candidate(GOES_ON)
        assert not handle.interrupted


@pytest.mark.parametrize("state", ["listening", "away"])
async def test_silence_drops_nothing(state: str) -> None:
    async with saying(interruptible=True) as (speech, handle):
        speech.note_candidate(UserStateChangedEvent.model_validate({"old_state": "speaking", "new_state": state}))
        assert not handle.interrupted


async def test_the_disclosure_is_said_whoever_speaks() -> None:
    async with saying(interruptible=False) as (speech, handle):
        speech.note_candidate(GOES_ON)
        assert not handle.interrupted
