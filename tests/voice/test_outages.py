"""Outages of servers and providers delay a voice interview, and lose no stored word."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from models.documents.interview import EndReason
from models.documents.turn import Channel, Move, Source, Speaker
from sandbox.anthropic.provider import ScriptedReply
from sandbox.candidate import NOTHING_TO_ADD
from sandbox.speech import synthesize
from sandbox.voices import CANDIDATE_VOICE
from tests.end_to_end.fleet import ANSWER, Fleet
from tests.end_to_end.fleet_launch import SHORT_POSITION_QUESTIONS
from tests.helpers import Outage, outage
from tests.voice.voice_scene import (
    OTHER_ANSWER,
    Scene,
    assert_each_question_is_asked_once,
    describe_turns,
    is_transcribed,
    speech_failure,
    stage_interview,
    turns_of_move,
    turns_of_speaker,
    wait_for_notice,
)

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]


async def answer_second_question(scene: Scene) -> None:
    """Answer the second question, and assert that both questions were asked once."""
    await scene.caller.say(OTHER_ANSWER)
    await scene.decline_to_add_anything()
    turns = await scene.wait_for_moves(Move.CLOSE, seconds=90)
    assert_each_question_is_asked_once(turns)
    answer = [
        turn.text for turn in turns_of_speaker(turns, Speaker.CANDIDATE) if turn.question_key == list(SHORT_POSITION_QUESTIONS)[1]
    ]
    assert is_transcribed(" ".join(answer), OTHER_ANSWER), describe_turns(turns)
    assert [turn.seq for turn in turns] == list(range(1, len(turns) + 1))


async def test_recognizer_reconnects_after_an_outage(fleet: Fleet) -> None:
    assert fleet.speech
    async with stage_interview(fleet) as scene:
        await scene.wait_for_questions(1)
        async with outage(fleet.speech.deepgram, Outage.KILLED):
            await asyncio.sleep(1)
        # The session reconnects in the meantime.
        await asyncio.sleep(5)
        await scene.caller.say(ANSWER)
        await scene.wait_for_questions(2, 90)
        await answer_second_question(scene)


async def test_synthesizer_reconnects_after_an_outage(fleet: Fleet) -> None:
    assert fleet.speech
    async with stage_interview(fleet) as scene:
        await scene.caller.wait_until_spoken_to(1)
        async with outage(fleet.speech.cartesia, Outage.KILLED):
            pass
        await scene.wait_for_questions(1, 120)
        await scene.caller.say(ANSWER)
        await scene.wait_for_questions(2, 90)
        await answer_second_question(scene)


async def test_candidate_may_return_to_voice_once_the_recognizer_works_again(fleet: Fleet) -> None:
    assert fleet.speech
    async with stage_interview(fleet) as scene:
        await scene.wait_for_questions(1)
        async with speech_failure(fleet.speech.deepgram, refused_status=402, closes_connections=True):
            await wait_for_notice(scene, time.time())
            outage = (await scene.document()).speech_outage
            assert outage
            assert outage.ended_at is None
        restored = await scene.wait_until_interview(
            lambda interview: interview.speech_outage is not None and interview.speech_outage.ended_at is not None
        )
        assert restored.channel is Channel.TEXT, "the candidate decides"
        returned_at = time.time()
        await scene.running_interview.join("VOICE")
        assert await scene.wait_until_heard(returned_at, 40) < 15
        interview = await scene.document()
        assert (interview.channel, interview.speech_outage) == (Channel.VOICE, None)
        await scene.wait_for_moves(Move.REPEAT, 2)
        await scene.caller.say(ANSWER)
        await scene.wait_for_questions(2, 90)
        await answer_second_question(scene)


async def test_interview_continues_in_writing_when_the_recognizer_answers_nothing(fleet: Fleet) -> None:
    assert fleet.speech
    async with stage_interview(fleet) as scene:
        await scene.wait_for_questions(1)
        async with speech_failure(fleet.speech.deepgram, is_silent=True):
            utterance = await scene.caller.say(OTHER_ANSWER, 0.3, ANSWER)
            notice = await wait_for_notice(scene, utterance.started_at)
            assert notice.move is Move.REPEAT
            assert not turns_of_speaker(await scene.turns(), Speaker.CANDIDATE)


async def test_answer_that_a_failure_of_the_recognizer_cut_off_is_held(fleet: Fleet) -> None:
    assert fleet.speech
    async with stage_interview(fleet) as scene:
        await scene.wait_for_questions(1)
        # The first sentence is transcribed while the second one is spoken.
        speaking = asyncio.create_task(scene.caller.say(OTHER_ANSWER, 0.45, ANSWER))
        await asyncio.sleep(synthesize(OTHER_ANSWER, CANDIDATE_VOICE, 16000).seconds + 3)
        assert not speaking.done()
        async with speech_failure(fleet.speech.deepgram, refused_status=402, closes_connections=True):
            notice = await wait_for_notice(scene, time.time())
            await speaking
            (half,) = turns_of_speaker(await scene.turns(), Speaker.CANDIDATE)
            assert half.interrupted, describe_turns(await scene.turns())
            assert is_transcribed(half.text, OTHER_ANSWER), half.text
            assert half.text.split()[-1] in notice.text
            assert (notice.move, notice.answers) == (Move.REPEAT, None)
            await asyncio.sleep(3)
            assert (await scene.turns())[-1] == notice, "half an answer gets no reply"
            await scene.running_interview.say(ANSWER)
            turns = await scene.wait_for_questions(2)
        assert turns_of_move(turns, Move.NEXT)[1].answers == turns_of_speaker(turns, Speaker.CANDIDATE)[-1].seq


async def test_interview_continues_in_writing_when_the_synthesizer_sends_nothing(fleet: Fleet) -> None:
    assert fleet.speech
    async with stage_interview(fleet) as scene:
        await scene.wait_for_questions(1)
        async with speech_failure(fleet.speech.cartesia, is_silent=True):
            await scene.caller.say(ANSWER)
            await wait_for_notice(scene, time.time())
            # The answer is stored, so the next question follows in writing.
            await scene.wait_for_questions(2)
            await scene.running_interview.say(OTHER_ANSWER)
            await scene.wait_for_moves(Move.ANYTHING_ELSE)
            await scene.running_interview.say(NOTHING_TO_ADD)
            assert (await scene.wait_until_over()).end_reason is EndReason.WRAPPED_UP
            turns = await scene.turns()
            assert_each_question_is_asked_once(turns)
            assert is_transcribed(turns_of_speaker(turns, Speaker.CANDIDATE)[0].text, ANSWER), describe_turns(turns)
            assert not [turn for turn in turns_of_speaker(turns, Speaker.INTERVIEWER) if turn.interrupted], describe_turns(turns)


async def test_code_asks_the_next_question_while_claude_is_down(fleet: Fleet) -> None:
    async with stage_interview(fleet) as scene:
        await scene.wait_for_questions(1)
        fleet.provider.default_script = ScriptedReply(status=529, error_type="overloaded_error")
        await scene.caller.say(ANSWER)
        turns = await scene.wait_for_questions(2, 90)
        fleet.provider.default_script = None
        assert turns_of_move(turns, Move.NEXT)[1].source is Source.CODE
        await answer_second_question(scene)


async def test_interview_continues_while_redis_is_down(fleet: Fleet) -> None:
    async with stage_interview(fleet) as scene:
        await scene.wait_for_questions(1)
        async with outage(fleet.valkey, Outage.KILLED):
            await scene.caller.say(ANSWER)
            await scene.wait_for_questions(2, 90)
        await answer_second_question(scene)


@asynccontextmanager
async def freeze_mongodb(database: AsyncDatabase[dict[str, Any]]) -> AsyncIterator[None]:
    """Freeze the MongoDB process during the block."""
    server: int = (await database.command("serverStatus"))["pid"]
    os.kill(server, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server, signal.SIGCONT)


async def test_speech_during_a_mongodb_outage_is_stored_in_order_afterwards(
    fleet: Fleet, bound_database: AsyncDatabase[dict[str, Any]]
) -> None:
    async with stage_interview(fleet) as scene:
        before = await scene.wait_for_questions(1)
        speaking = asyncio.create_task(scene.caller.say(ANSWER))
        await asyncio.sleep(4)
        async with freeze_mongodb(bound_database):
            await asyncio.sleep(5)
        await speaking
        turns = await scene.wait_for_questions(2, 90)
        assert turns[: len(before)] == before
        assert is_transcribed(" ".join(turn.text for turn in turns_of_speaker(turns, Speaker.CANDIDATE)), ANSWER), describe_turns(
            turns
        )
        await answer_second_question(scene)


async def test_candidate_presence_is_detected_without_webhooks(fleet: Fleet) -> None:
    other = 1 if len(fleet.apis) > 1 else await fleet.add_api()
    # LiveKit sends its webhooks to the first API process.
    await fleet.apis[0][1].kill()
    async with stage_interview(fleet, api=other) as scene:
        await scene.wait_for_questions(1, 90)
        os.kill(await scene.find_interviewer_pid(), signal.SIGKILL)
        killed_at = time.time()
        assert await scene.wait_until_heard(killed_at, 60) < 30
        await scene.wait_for_moves(Move.REPEAT)
        await scene.caller.leave()
        await asyncio.sleep(2)
        await scene.running_interview.say(ANSWER, api=other)
        await scene.wait_for_questions(2)
        assert (await scene.document()).channel is Channel.TEXT
        returned_at = time.time()
        await scene.caller.join()
        assert await scene.wait_until_heard(returned_at, 60) < 40
        await scene.wait_for_moves(Move.REPEAT, 2)
        await answer_second_question(scene)
