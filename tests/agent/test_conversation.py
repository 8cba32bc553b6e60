"""The conversation of a voice interview on real servers, with a player that plays nothing."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import pytest
from anthropic import AsyncAnthropic
from livekit.agents import LanguageCode
from livekit.agents.stt import SpeechData, SpeechEvent, SpeechEventType

from agent.prompts import PROMPT_VERSION
from agent.usage_meter import UsageMeter
from agent.voice.conversation import Conversation
from agent.voice.interviewer_job import continue_in_writing
from agent.voice.speech import SpeechPlayer, SpeechSessionFailed, SpokenText
from agent.voice.speech_collector import SoundClock, SpeechCollector
from agent.voice.transcript_writer import TranscriptWriter
from lifecycle.services import Services
from live.cancellation import cancel_and_wait
from models.documents.interview import EndReason, Interview, InterviewerRecord, InterviewStatus, RoomState
from models.documents.position import Position
from models.documents.turn import Channel, Move, Source, Speaker, Turn, read_turns
from models.documents.usage import Usage
from models.writes.interview_transitions import mark_ending
from sandbox.anthropic.provider import MODEL, AnthropicProvider, ScriptedReply
from tests.agent.expected_usage import compute_expected_usage
from tests.agent.stored_chats import wait_for_reply_requests
from tests.agent.talks import ANSWER, ENGLISH
from tests.factories import make_position, make_voice_interview, reload_interview
from tests.helpers import wait_until

COMPLETE = "NEXT\nThank you for that."
STALLED = "NEXT\nThank you for that, it was"


class InstantSpeechPlayer:
    """Reports every word as played as soon as it is composed, or nothing while `is_silent`."""

    def __init__(self) -> None:
        self.is_silent = False
        self.has_failed = False
        self.fails_after: int | None = None
        """Characters after which a speech provider fails."""
        self._played = 0

    async def play(
        self, words: AsyncGenerator[str, None], *, interruptible: bool, asks_for_confirmation: bool = False
    ) -> SpokenText | None:
        text = "".join([word async for word in words])
        if self.is_silent:
            return None
        self._played += 1
        at = time.time()
        if self.fails_after is not None:
            self.has_failed, text = True, text[: self.fails_after]
        return SpokenText(f"{self._played}", text, self.has_failed, at, at, at, at) if text else None

    def protect(self) -> None:
        """Do nothing, because nothing interrupts."""

    async def interrupt(self) -> None:
        """Do nothing, because nothing is playing."""


class Room:
    """One voice interview whose candidate is present, and what the candidate does."""

    def __init__(self, services: Services, claude: AsyncAnthropic, interview: Interview, position: Position) -> None:
        self.interview, self.services = interview, services
        self.collector, self.player, self.usage_meter = SpeechCollector(), InstantSpeechPlayer(), UsageMeter()
        self.conversation = Conversation(
            services,
            claude,
            ENGLISH,
            interview,
            position,
            collector=self.collector,
            speech_player=cast(SpeechPlayer, self.player),
            transcript_writer=TranscriptWriter(services, interview.id, interview.fence),
            usage_meter=self.usage_meter,
            is_connection_alive=self._is_connection_alive,
        )
        self.conversation.candidate_joined()

    async def _is_connection_alive(self) -> bool:
        return True

    def speak(self, text: str) -> None:
        """Add words of the candidate, who has not finished the answer."""
        alternative = SpeechData(language=LanguageCode("en"), text=text, confidence=0.9)
        self.collector.add_event(SpeechEvent(type=SpeechEventType.FINAL_TRANSCRIPT, alternatives=[alternative]))
        self.conversation.candidate_speech_changed()

    def has_prefetched_move(self) -> bool:
        """Return whether the move of a prefetched reply has arrived."""
        prefetch = self.conversation._prefetched_reply._prefetch
        return prefetch is not None and not prefetch.events.empty()

    async def interviewer_turns(self) -> list[Turn]:
        return [turn for turn in await read_turns(self.interview.id) if turn.speaker is Speaker.INTERVIEWER]

    async def wait_for_interviewer_turns(self, count: int) -> Turn:
        """Return the newest turn of the interviewer once there are that many."""

        async def are_stored() -> bool:
            return len(await self.interviewer_turns()) >= count

        await wait_until(are_stored)
        return (await self.interviewer_turns())[-1]

    async def stored(self) -> Interview:
        return await reload_interview(self.interview)


@pytest.fixture
async def room(services: Services, claude: AsyncAnthropic) -> Room:
    """A room whose candidate has just joined for the first time."""
    position = await make_position()
    interview = await make_voice_interview(position=position)
    return Room(services, claude, interview, position)


@asynccontextmanager
async def run_conversation(room: Room) -> AsyncIterator["asyncio.Task[Interview]"]:
    """Run the conversation during the block, which begins when the first question has been asked."""
    running = asyncio.create_task(room.conversation.run())
    try:
        await room.wait_for_interviewer_turns(2)
        yield running
    finally:
        await cancel_and_wait(running)


async def test_usage_of_a_spoken_reply_is_stored_with_its_turn(room: Room, provider: AnthropicProvider) -> None:
    provider.default_script = ScriptedReply(text=COMPLETE)
    async with run_conversation(room):
        assert (await room.stored()).reply_usage == Usage(), "the greeting does not use a model"
        room.speak(ANSWER)
        await wait_for_reply_requests(provider, 1)
        await room.conversation.commit_turn()
        reply = await room.wait_for_interviewer_turns(3)
        assert (reply.move, reply.source, reply.channel) == (Move.NEXT, Source.MODEL, Channel.VOICE)
        assert len(provider.reply_requests) == 1, "the prefetched reply was used"
        interview = await room.stored()
        assert interview.reply_usage == compute_expected_usage(provider.reply_requests, [COMPLETE])
        assert interview.interviewer == InterviewerRecord(model=MODEL, prompt_version=PROMPT_VERSION)


async def test_usage_of_replaced_prefetches_is_stored_with_the_next_turn(room: Room, provider: AnthropicProvider) -> None:
    provider.scripts.append(ScriptedReply(text=STALLED, stall_after=len(STALLED)))
    provider.default_script = ScriptedReply(text=COMPLETE)
    async with run_conversation(room):
        room.speak(ANSWER)
        await wait_until(room.has_prefetched_move)
        room.speak("And people.")
        await wait_for_reply_requests(provider, 2)
        await room.conversation.commit_turn()
        await room.wait_for_interviewer_turns(3)
        assert len(provider.reply_requests) == 2
        assert (await room.stored()).reply_usage == compute_expected_usage(provider.reply_requests, [1, COMPLETE])


async def test_usage_of_an_unheard_reply_is_stored_with_the_next_turn(room: Room, provider: AnthropicProvider) -> None:
    provider.default_script = ScriptedReply(text=COMPLETE)
    async with run_conversation(room):
        room.player.is_silent = True
        room.speak(ANSWER)
        await room.conversation.commit_turn()
        await wait_for_reply_requests(provider, 2)
        assert (await room.stored()).reply_usage == Usage()
        room.player.is_silent = False
        await room.wait_for_interviewer_turns(3)
        requests = provider.reply_requests
        assert (await room.stored()).reply_usage == compute_expected_usage(requests, [COMPLETE] * len(requests))


async def test_usage_of_a_prefetch_at_the_end_is_stored_without_a_turn(room: Room, provider: AnthropicProvider) -> None:
    provider.default_script = ScriptedReply(text=STALLED, stall_after=len(STALLED))
    async with run_conversation(room) as running:
        room.speak(ANSWER)
        await wait_until(room.has_prefetched_move)
        await mark_ending(room.interview.id, EndReason.RECRUITER_ENDED)
        await room.conversation.interrupt()
        ending = await running
    assert ending.status is InterviewStatus.ENDING
    await wait_until(lambda: provider.open_streams == 0)
    assert (await room.stored()).reply_usage == Usage()
    for _ in range(2):
        await room.usage_meter.store_rest(room.interview.id)
        assert (await room.stored()).reply_usage == compute_expected_usage(provider.reply_requests, [1])


async def test_prefetch_is_discarded_when_the_conversation_is_cancelled(room: Room, provider: AnthropicProvider) -> None:
    provider.default_script = ScriptedReply(text=STALLED, stall_after=len(STALLED))
    async with run_conversation(room):
        room.speak(ANSWER)
        await wait_until(room.has_prefetched_move)
    taken = room.usage_meter.take()
    assert taken
    assert taken.usage == compute_expected_usage(provider.reply_requests, [1])


async def test_speech_without_words_repeats_the_question_and_is_neither_silence_nor_an_answer(room: Room) -> None:
    async with run_conversation(room):
        at = time.time()
        room.collector.sound.sound_started(at - 20.0)
        room.collector.sound.sound_stopped(at - 5.0)
        room.conversation.wake_up()
        repeated = await room.wait_for_interviewer_turns(3)
        assert (repeated.move, repeated.answers) == (Move.REPEAT, None)
        assert repeated.text.startswith(ENGLISH.not_understood)
        assert (await room.stored()).progress.exchanges == 0


async def test_noise_after_an_answer_is_named_once_and_does_not_delay_the_reply(room: Room, provider: AnthropicProvider) -> None:
    provider.default_script = ScriptedReply(text=COMPLETE)
    async with run_conversation(room):
        room.speak(ANSWER)
        room.collector.is_speaking = True
        room.collector.sound = SoundClock()
        room.collector.sound.sound_started(time.time() - 60.0)
        room.conversation.wake_up()
        reply = await room.wait_for_interviewer_turns(3)
        assert reply.move is Move.NEXT
        assert reply.text.startswith(ENGLISH.background_noise)


@pytest.mark.parametrize("fails_after", [0, 20])
async def test_interview_continues_in_writing_when_a_speech_provider_fails(room: Room, fails_after: int) -> None:
    async with run_conversation(room) as running:
        asked = (await room.interviewer_turns())[-1]
        await Interview.find_one(Interview.id == room.interview.id).update(
            {"$set": {"room": RoomState(expected_until=asked.ended_at, participant="PA_1").model_dump()}}
        )
        room.player.fails_after = fails_after
        # Another connection makes the interviewer repeat the question.
        room.conversation.candidate_joined()
        with pytest.raises(SpeechSessionFailed):
            await running
    assert len(await room.interviewer_turns()) == 2, "the fragment is not stored"
    assert await continue_in_writing(room.services, room.interview)
    notice, interview = (await room.interviewer_turns())[-1], await room.stored()
    assert notice.text == f"{ENGLISH.continue_in_writing} {asked.text}"
    assert (notice.move, notice.channel, notice.question_key) == (Move.REPEAT, Channel.TEXT, asked.question_key)
    assert (interview.channel, interview.status, interview.attempts) == (Channel.TEXT, InterviewStatus.IN_PROGRESS, 0)


async def test_failed_voice_does_not_switch_to_writing_while_the_candidate_is_away(room: Room) -> None:
    async with run_conversation(room):
        assert not await continue_in_writing(room.services, room.interview)
    assert (await room.stored()).channel is Channel.VOICE
    assert len(await room.interviewer_turns()) == 2
