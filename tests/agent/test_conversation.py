"""The conversation of a voice interview on real servers, with a player that plays nothing."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import cast
from unittest.mock import AsyncMock

import pytest
from anthropic import AsyncAnthropic
from beanie import PydanticObjectId
from livekit.agents import LanguageCode
from livekit.agents.stt import SpeechData, SpeechEvent, SpeechEventType

from agent.prompts import PROMPT_VERSION
from agent.usage_meter import UsageMeter
from agent.voice import conversation, speech_collector
from agent.voice.connection import ConnectionMonitor
from agent.voice.conversation import MAX_ECHOES, MAX_NOT_UNDERSTOOD, Conversation
from agent.voice.interviewer_job import continue_in_writing
from agent.voice.recognizer_monitor import RecognizerMonitor
from agent.voice.speech import SpeechPlayer, SpeechSessionFailed, SpokenText
from agent.voice.speech_collector import SoundClock, SpeechCollector
from agent.voice.transcript_writer import TranscriptWriter
from lifecycle.budgets import InterviewBudgets
from lifecycle.services import Services
from live.cancellation import cancel_and_wait
from models.documents.budget import Budget
from models.documents.interview import EndReason, Interview, InterviewerRecord, InterviewStatus, Reopening, RoomState
from models.documents.organization_usage import get_organization_usage
from models.documents.position import Position, get_position
from models.documents.turn import Channel, Move, Source, Speaker, Turn, read_turns
from models.documents.usage import Usage
from models.storage.clock import now
from models.writes.interview_transitions import mark_ending, mark_reopened
from models.writes.interview_updates import update_interview
from models.writes.room_transitions import open_room
from sandbox.anthropic.provider import MODEL, AnthropicProvider, ScriptedReply
from tests.agent.expected_usage import compute_expected_usage
from tests.agent.stored_chats import wait_for_reply_requests
from tests.agent.talks import ANSWER, ENGLISH, PHRASEBOOK
from tests.factories import make_position, make_voice_interview, reload_interview
from tests.helpers import wait_until

SILENCE_SECONDS = 0.5
UNCLEAR_PAUSE_SECONDS = 0.2
OVERTIME = timedelta(seconds=0.5)
COMPLETE = "NEXT\nThank you for that."
STALLED = "NEXT\nThank you for that, it was"


@dataclass
class Speech:
    """How a speech was played."""

    is_interruptible: bool
    asks_for_confirmation: bool = False


class InstantSpeechPlayer:
    """Reports every word as played as soon as it is composed, or nothing while `is_silent`."""

    def __init__(self) -> None:
        self._is_interrupted = False
        self.speeches: list[Speech] = []
        self.is_silent = False
        self.has_failed = False
        self.fails_after: int | None = None
        """Characters after which a speech provider fails."""
        self.on_play: Callable[[], Awaitable[None]] | None = None
        """Called once, when the next speech begins."""
        self._played = 0

    async def play(
        self,
        words: AsyncGenerator[str, None],
        *,
        interruptible: bool,
        asks_for_confirmation: Callable[[], bool] = lambda: False,
    ) -> SpokenText | None:
        self._is_interrupted, at = False, time.time()
        self.speeches.append(speech := Speech(is_interruptible=interruptible))
        text = "".join([word async for word in words])
        speech.asks_for_confirmation = asks_for_confirmation()
        on_play, self.on_play = self.on_play, None
        if on_play:
            await on_play()
        if self.is_silent:
            return None
        self._played += 1
        if self.fails_after is not None:
            self.has_failed, text = True, text[: self.fails_after]
        if self._is_interrupted:
            text = text[:8]
        is_cut_off = self.has_failed or self._is_interrupted
        return SpokenText(f"{id(self)}-{self._played}", text, is_cut_off, at, at, at, at) if text else None

    def protect(self) -> None:
        """Record that the speech must not be interrupted."""
        self.speeches[-1].is_interruptible = False

    async def interrupt(self) -> None:
        """Cut off what is playing after a few characters."""
        self._is_interrupted = True


class FakeConnection:
    """A connection that is alive until the test changes that."""

    def __init__(self) -> None:
        self.is_lost = self.has_muted_microphone = False
        self._lost_at = 0.0

    @property
    def last_alive_at(self) -> float:
        return self._lost_at or time.time()

    async def is_alive(self) -> bool:
        return not self.is_lost

    def is_muted(self) -> bool:
        return self.has_muted_microphone

    def stop_packets(self) -> None:
        """Let packets stop arriving, which counts as a lost connection only after a while."""
        self._lost_at = time.time()

    def lose(self) -> None:
        """Let it become certain that the connection is lost."""
        self.is_lost, self._lost_at = True, self.last_alive_at

    def reset(self) -> None:
        """Connect again."""
        self.is_lost, self._lost_at = False, 0.0


class Room:
    """One voice interview whose candidate is present, and what the candidate does."""

    def __init__(self, services: Services, claude: AsyncAnthropic, interview: Interview, position: Position) -> None:
        self.interview, self.services, self.claude, self.position = interview, services, claude, position
        self.collector, self.player = SpeechCollector(), InstantSpeechPlayer()
        self.usage_meter = UsageMeter(InterviewBudgets(interview, services.settings.budget))
        self.connection = FakeConnection()
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
            connection=cast(ConnectionMonitor, self.connection),
            recognizer_monitor=RecognizerMonitor(AsyncMock()),
        )
        self.conversation.candidate_joined()

    def replace_interviewer(self) -> "Room":
        """Return the same room with another interviewer, which has the same fence because no lease is tested here."""
        return Room(self.services, self.claude, self.interview, self.position)

    async def lose_connection(self) -> None:
        """Lose the connection, and notify the conversation."""
        self.connection.lose()
        await self.conversation.candidate_left()

    def reconnect(self) -> None:
        """Let the candidate join again."""
        self.connection.reset()
        self.conversation.candidate_joined()

    async def say(self, text: str, confidence: float = 0.9) -> None:
        """Add words of the candidate, and end the answer."""
        self.speak(text, confidence)
        await self.conversation.commit_turn()

    def speak(self, text: str, confidence: float = 0.9) -> None:
        """Add words of the candidate, who has not finished the answer."""
        alternative = SpeechData(language=LanguageCode("en"), text=text, confidence=confidence)
        self.collector.add_event(SpeechEvent(type=SpeechEventType.FINAL_TRANSCRIPT, alternatives=[alternative]))
        self.conversation.candidate_speech_changed()

    def speak_unintelligibly(self) -> None:
        """Let the candidate have spoken for a while, a moment ago, without a recognized word."""
        at = time.time() - UNCLEAR_PAUSE_SECONDS - 0.1
        self.collector.sound.sound_started(at - 15.0)
        self.collector.sound.sound_stopped(at)
        self.conversation.wake_up()

    def make_noise(self) -> None:
        """Let sound without words have gone on for a minute."""
        self.collector.is_speaking, self.collector.sound = True, SoundClock()
        self.collector.sound.sound_started(time.time() - 60.0)
        self.conversation.wake_up()

    def has_prefetched_move(self) -> bool:
        """Return whether the move of a prefetched reply has arrived."""
        prefetch = self.conversation._prefetched_reply._prefetch
        return prefetch is not None and not prefetch.events.empty()

    def knows_limit(self, limit_at: datetime) -> bool:
        """Return whether the conversation has read that the time limit is `limit_at`."""
        overtime_at = self.conversation._overtime_at
        return overtime_at is not None and abs(overtime_at - OVERTIME - limit_at) < timedelta(milliseconds=2)

    async def interviewer_turns(self) -> list[Turn]:
        return [turn for turn in await read_turns(self.interview.id) if turn.speaker is Speaker.INTERVIEWER]

    async def wait_for_interviewer_turns(self, count: int) -> Turn:
        """Return the turn of that number, counted from 1, once it is stored."""

        async def are_stored() -> bool:
            return len(await self.interviewer_turns()) >= count

        await wait_until(are_stored)
        return (await self.interviewer_turns())[count - 1]

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


async def test_spoken_interview_goes_on_without_claude_once_a_budget_is_used_up(
    services: Services, room: Room, provider: AnthropicProvider
) -> None:
    services.settings.budget.interview_calls = 1
    provider.default_script = ScriptedReply(text=COMPLETE)
    async with run_conversation(room):
        for number, source in ((3, Source.MODEL), (4, Source.CODE)):
            await room.say(ANSWER)
            assert (await room.wait_for_interviewer_turns(number)).source is source
        assert len(provider.reply_requests) == 1
        assert (await room.stored()).exhausted_budget is Budget.INTERVIEW_CALLS
    day = await get_organization_usage(room.interview.organization_id, now())
    assert (day.messages, day.usage.calls) == (2, 1)


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


async def test_speech_in_another_language_gets_the_notice_however_little_was_understood(
    room: Room, provider: AnthropicProvider
) -> None:
    notice = ENGLISH.language_notices["de"].get_text(is_spoken=True)
    async with run_conversation(room):
        room.speak("Können wir das bitte auf Deutsch machen, weil ich nicht gut Englisch kann?", confidence=0.2)
        await room.conversation.commit_turn()
        repeated = await room.wait_for_interviewer_turns(3)
        assert (repeated.move, repeated.source) == (Move.REPEAT, Source.CODE)
        assert repeated.text.startswith(notice)
        (heard,) = [turn for turn in await read_turns(room.interview.id) if turn.speaker is Speaker.CANDIDATE]
        assert (heard.language, heard.is_uncertain) == ("de", True)
        room.speak("Ich habe das verstanden, aber ich kann es nicht auf Englisch sagen.", confidence=0.2)
        await room.conversation.commit_turn()
        assert (await room.wait_for_interviewer_turns(4)).text.startswith(ENGLISH.not_heard)
        assert provider.reply_requests == []


async def test_prefetch_is_discarded_when_the_conversation_is_cancelled(room: Room, provider: AnthropicProvider) -> None:
    provider.default_script = ScriptedReply(text=STALLED, stall_after=len(STALLED))
    async with run_conversation(room):
        room.speak(ANSWER)
        await wait_until(room.has_prefetched_move)
    taken = room.usage_meter.take()
    assert taken
    assert taken.usage == compute_expected_usage(provider.reply_requests, [1])


async def test_speech_without_words_repeats_the_question_twice_and_is_neither_silence_nor_an_answer(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech_collector, "UNCLEAR_PAUSE_SECONDS", UNCLEAR_PAUSE_SECONDS)

    async def is_repeated(turns: int) -> bool:
        if len(await room.interviewer_turns()) >= turns:
            return True
        # what sounds before the interviewer has finished may be an echo, and is forgotten: the candidate speaks again
        if not room.collector.sound.is_unclear(time.time()):
            room.speak_unintelligibly()
        return False

    async with run_conversation(room):
        for count in range(MAX_NOT_UNDERSTOOD):
            await wait_until(partial(is_repeated, 3 + count))
            repeated = await room.wait_for_interviewer_turns(3 + count)
            assert (repeated.move, repeated.answers) == (Move.REPEAT, None)
            assert repeated.text.startswith(ENGLISH.not_understood)
            await wait_until(lambda: not room.collector.sound.is_unclear(time.time()))
        assert (await room.stored()).progress.exchanges == 0
        silence_seconds = room.services.settings.voice.silence_seconds = UNCLEAR_PAUSE_SECONDS + SILENCE_SECONDS
        room.speak_unintelligibly()
        nudge = await room.wait_for_interviewer_turns(3 + MAX_NOT_UNDERSTOOD)
        assert nudge.move is Move.NUDGE
        assert nudge.started_at.timestamp() - room.collector.sound.last_sound_at > silence_seconds - 0.01, (
            "stored in milliseconds"
        )


async def test_low_confidence_answer_is_asked_again(room: Room) -> None:
    async with run_conversation(room):
        await room.say("I like puzzles.", room.services.settings.voice.min_confidence - 0.1)
        repeated = await room.wait_for_interviewer_turns(3)
        assert repeated.move is Move.REPEAT
        assert repeated.text.startswith(ENGLISH.not_heard)


async def test_muted_microphone_is_named_instead_of_the_nudge(room: Room) -> None:
    room.services.settings.voice.silence_seconds = SILENCE_SECONDS
    room.connection.has_muted_microphone = True
    async with run_conversation(room):
        nudge = await room.wait_for_interviewer_turns(3)
        assert nudge.move is Move.NUDGE
        assert nudge.text.startswith(ENGLISH.microphone_muted)


async def test_headphones_are_suggested_once_and_speech_is_uninterruptible_after_echoes(
    room: Room, provider: AnthropicProvider
) -> None:
    provider.default_script = ScriptedReply(text=COMPLETE)
    async with run_conversation(room):
        room.collector.echo_count = MAX_ECHOES
        room.conversation.transcript_dropped()
        assert not room.player.speeches[-1].is_interruptible
        for count, answer in enumerate(("I like puzzles.", "And people."), 3):
            await room.say(answer)
            reply = await room.wait_for_interviewer_turns(count)
            assert reply.text.startswith(ENGLISH.use_headphones) == (count == 3)
            assert not room.player.speeches[-1].is_interruptible


async def test_candidate_who_speaks_at_the_time_limit_may_go_on_for_a_while(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "MAX_OVERTIME_SECONDS", OVERTIME.total_seconds())
    async with run_conversation(room) as running:
        limit_at = now() + timedelta(seconds=0.5)
        started_at = limit_at - timedelta(minutes=room.position.limit_minutes)
        await Interview.find_one(Interview.id == room.interview.id).update({"$set": {"started_at": started_at}})
        room.conversation.wake_up()
        await wait_until(lambda: room.knows_limit(limit_at))
        room.collector.is_speaking = True
        room.conversation.wake_up()
        assert (await running).end_reason is EndReason.OUT_OF_TIME
    assert (await room.interviewer_turns())[-1].started_at >= limit_at + OVERTIME


async def test_wish_to_stop_over_the_greeting_is_confirmed_and_the_closing_is_not_interrupted(room: Room) -> None:
    async def speak_over_greeting() -> None:
        room.speak("I want to stop the interview.")

    room.player.on_play = speak_over_greeting
    running = asyncio.create_task(room.conversation.run())
    try:
        asked = await room.wait_for_interviewer_turns(2)
        assert (asked.move, asked.text) == (Move.STOP, ENGLISH.stop)
        assert room.player.speeches[-1] == Speech(is_interruptible=True, asks_for_confirmation=True)
        await room.say("Yes.")
        assert (await running).end_reason is EndReason.CANDIDATE_ENDED
    finally:
        await cancel_and_wait(running)
    assert not room.player.speeches[-1].is_interruptible


async def test_closing_that_follows_an_answer_is_not_interrupted(room: Room) -> None:
    async with run_conversation(room) as running:
        for count, words in enumerate(("I want to stop the interview.", "Yes."), 3):
            await room.say(words)
            await room.wait_for_interviewer_turns(count)
        assert (await running).end_reason is EndReason.CANDIDATE_ENDED
        assert [speech.is_interruptible for speech in room.player.speeches] == [False, True, True, False]


async def test_noise_after_an_answer_is_named_once_and_does_not_delay_the_reply(room: Room, provider: AnthropicProvider) -> None:
    provider.default_script = ScriptedReply(text=COMPLETE)
    async with run_conversation(room):
        room.speak(ANSWER)
        room.make_noise()
        reply = await room.wait_for_interviewer_turns(3)
        assert reply.move is Move.NEXT
        assert reply.text.startswith(ENGLISH.background_noise)
        assert not room.player.speeches[-1].is_interruptible, "noise must not cut off the reply"
        room.speak("And people.")
        room.make_noise()
        assert ENGLISH.background_noise not in (await room.wait_for_interviewer_turns(4)).text


async def test_answer_before_a_lost_connection_is_held_and_its_question_repeated(room: Room, provider: AnthropicProvider) -> None:
    provider.default_script = ScriptedReply(text=COMPLETE)
    async with run_conversation(room):
        asked = (await room.interviewer_turns())[-1]
        room.player.on_play = room.lose_connection
        room.speak("We could poll the table, and I")
        # The connection dies with the last sound, and the answer is complete before that is certain.
        room.connection.stop_packets()
        await room.conversation.commit_turn()
        await wait_until(lambda: room.connection.is_lost)
        room.reconnect()
        repeated = await room.wait_for_interviewer_turns(3)
        assert (repeated.move, repeated.answers, repeated.question_key) == (Move.REPEAT, None, asked.question_key)
        assert repeated.text == f"{ENGLISH.after_interruption} {asked.text}"
        room.speak("chose to follow its changes.")
        await room.conversation.commit_turn()
        reply = await room.wait_for_interviewer_turns(4)
        assert (reply.move, reply.answers) == (Move.NEXT, 5), "both parts are one answer"


async def test_answer_with_an_audible_reply_is_not_held_after_a_lost_connection(room: Room, provider: AnthropicProvider) -> None:
    provider.default_script = ScriptedReply(text=COMPLETE)
    async with run_conversation(room):
        room.player.on_play = room.lose_connection
        room.speak(ANSWER)
        await room.conversation.commit_turn()
        fragment = await room.wait_for_interviewer_turns(3)
        assert (fragment.move, fragment.answers) == (None, None)
        room.reconnect()
        assert (await room.wait_for_interviewer_turns(4)).move is Move.NEXT


@pytest.mark.parametrize("is_answered", [False, True])
async def test_interviewer_that_replaces_another_says_once_what_it_may_have_missed(
    room: Room, provider: AnthropicProvider, is_answered: bool
) -> None:
    provider.default_script = ScriptedReply(text=COMPLETE)
    async with run_conversation(room):
        asked = (await room.interviewer_turns())[-1]
    successor = room.replace_interviewer()
    if is_answered:
        room.speak(ANSWER)
        await room.conversation.commit_turn()
    async with run_conversation(successor):
        first = await successor.wait_for_interviewer_turns(3)
        expected = ENGLISH.after_takeover + ("" if is_answered else f" {ENGLISH.question_again} {asked.text}")
        assert (first.move, first.text.startswith(expected)) == (Move.NEXT if is_answered else Move.REPEAT, True)
        successor.speak("And people.")
        await successor.conversation.commit_turn()
        assert ENGLISH.after_takeover not in (await successor.wait_for_interviewer_turns(4)).text


async def test_candidate_who_comes_back_to_a_reopened_interview_is_welcomed(room: Room) -> None:
    async with run_conversation(room) as running:
        asked = (await room.interviewer_turns())[-1]
        await mark_ending(room.interview.id, EndReason.RECRUITER_ENDED)
        room.conversation.wake_up()
        await running
    await update_interview(room.interview.id, {}, {"status": InterviewStatus.COMPLETED})
    ended, position = await room.stored(), await get_position(room.interview.position.id)
    assert position
    reopening = Reopening(id=PydanticObjectId(), reopened_at=asked.ended_at, status=ended.status)
    assert await mark_reopened(ended, reopening, ended.expires_at, asked.question_key, renews_invite=False)
    reopened = await open_room(ended.id, ended.consent, 60, 60)
    assert reopened
    returned = Room(room.services, room.claude, reopened, position)
    running = asyncio.create_task(returned.conversation.run())
    try:
        again = await returned.wait_for_interviewer_turns(4)
    finally:
        await cancel_and_wait(running)
    assert again.text == f"{ENGLISH.welcome_back} {ENGLISH.question_again} {asked.text}"
    assert (again.move, again.question_key) == (Move.REPEAT, asked.question_key)


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
    assert await continue_in_writing(room.services, room.interview, PHRASEBOOK)
    notice, interview = (await room.interviewer_turns())[-1], await room.stored()
    assert notice.text == f"{ENGLISH.continue_in_writing} {asked.text}"
    assert (notice.move, notice.channel, notice.question_key) == (Move.REPEAT, Channel.TEXT, asked.question_key)
    assert (interview.channel, interview.status, interview.attempts) == (Channel.TEXT, InterviewStatus.IN_PROGRESS, 0)


async def test_half_answer_is_quoted_when_a_speech_provider_fails(room: Room) -> None:
    async with run_conversation(room):
        asked = (await room.interviewer_turns())[-1]
        room.speak("First I read the log of the service that had stopped, line by line, and then I")
        # As RoomEvents does when the session has closed.
        await room.conversation.candidate_left()
    await Interview.find_one(Interview.id == room.interview.id).update(
        {"$set": {"room": RoomState(expected_until=asked.ended_at, participant="PA_1").model_dump()}}
    )
    assert await continue_in_writing(room.services, room.interview, PHRASEBOOK)
    notice = (await room.interviewer_turns())[-1]
    opening = ENGLISH.go_on_in_writing.format(words="… of the service that had stopped, line by line, and then I")
    assert notice.text == f"{ENGLISH.continue_in_writing} {opening} {asked.text}"
    assert (notice.move, notice.answers) == (Move.REPEAT, None)


async def test_failed_voice_does_not_switch_to_writing_while_the_candidate_is_away(room: Room) -> None:
    async with run_conversation(room):
        assert not await continue_in_writing(room.services, room.interview, PHRASEBOOK)
    assert (await room.stored()).channel is Channel.VOICE
    assert len(await room.interviewer_turns()) == 2
