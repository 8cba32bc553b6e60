"""Words that are on their way to be heard, and a candidate who goes on."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from livekit.agents import AgentSession
from livekit.agents.voice import AgentStateChangedEvent, SpeechHandle, UserStateChangedEvent

from agent.voice.speech_player import SpeechPlayer
from live.cancellation import cancel_and_wait

CANDIDATE_SPEAKS = UserStateChangedEvent(old_state="listening", new_state="speaking")


class FakeAgentSession:
    """Takes words as livekit-agents does, and plays none of them by itself."""

    handle: SpeechHandle | None = None

    def say(self, _: AsyncGenerator[str, None], *, allow_interruptions: bool) -> SpeechHandle:
        self.handle = SpeechHandle.create(allow_interruptions=allow_interruptions)
        return self.handle


async def reply_words() -> AsyncGenerator[str, None]:
    yield "What was the hardest part?"


@asynccontextmanager
async def start_saying(*, interruptible: bool) -> AsyncIterator[tuple[SpeechPlayer, SpeechHandle]]:
    """Words that were given to the session, and not heard yet."""
    session = FakeAgentSession()
    speech = SpeechPlayer(cast("AgentSession[Any]", session))
    task = asyncio.create_task(speech.say(reply_words(), interruptible=interruptible))
    while session.handle is None:
        await asyncio.sleep(0)
    try:
        yield speech, session.handle
    finally:
        await cancel_and_wait(task)


async def test_who_goes_on_before_anything_was_heard_is_not_spoken_over() -> None:
    async with start_saying(interruptible=True) as (speech, handle):
        speech.on_user_state_changed(CANDIDATE_SPEAKS)
        assert handle.interrupted


async def test_what_is_heard_already_is_cut_off_by_more_than_a_sound() -> None:
    async with start_saying(interruptible=True) as (speech, handle):
        speech.on_agent_state_changed(AgentStateChangedEvent(old_state="listening", new_state="speaking"))
        speech.on_user_state_changed(CANDIDATE_SPEAKS)
        assert not handle.interrupted


@pytest.mark.parametrize("state", ["listening", "away"])
async def test_silence_drops_nothing(state: str) -> None:
    async with start_saying(interruptible=True) as (speech, handle):
        speech.on_user_state_changed(UserStateChangedEvent.model_validate({"old_state": "speaking", "new_state": state}))
        assert not handle.interrupted


async def test_the_disclosure_is_said_whoever_speaks() -> None:
    async with start_saying(interruptible=False) as (speech, handle):
        speech.on_user_state_changed(CANDIDATE_SPEAKS)
        assert not handle.interrupted
