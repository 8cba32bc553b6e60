"""Another worker takes over when one dies, freezes, fails, is terminated or was never there."""

import asyncio
import os
import signal
import time

import pytest

from models.documents.turn import Channel, Move, Speaker
from sandbox.processes import SandboxFailed, free_port
from tests.end_to_end.fleet import ANSWER, Fleet
from tests.end_to_end.fleet_launch import SHORT_POSITION_QUESTIONS
from tests.voice.voice_scene import (
    OTHER_ANSWER,
    Scene,
    assert_each_question_is_asked_once,
    describe_turns,
    stage_interview,
    turns_of_move,
    turns_of_speaker,
)

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]
FIRST_QUESTION, SECOND_QUESTION = SHORT_POSITION_QUESTIONS.values()


async def assert_resumed(scene: Scene) -> None:
    """Assert that the interview was greeted once, repeated the open question once, and continues with the second one."""
    await scene.wait_for_moves(Move.REPEAT)
    await scene.caller.say(OTHER_ANSWER)
    turns = await scene.wait_for_questions(2)
    assert len(turns_of_move(turns, Move.GREET)) == 1, describe_turns(turns)
    assert [turn.text.endswith(FIRST_QUESTION) for turn in turns_of_move(turns, Move.REPEAT)] == [True], describe_turns(turns)
    assert_each_question_is_asked_once(turns)


async def test_killed_worker_is_replaced(fleet: Fleet) -> None:
    async with stage_interview(fleet) as scene, scene.count_interviewers() as watch:
        await scene.wait_for_questions(1)
        speaking = asyncio.create_task(scene.caller.say(ANSWER))
        await asyncio.sleep(2)
        await (await scene.find_voice_worker()).kill()
        killed_at = time.time()
        speaking.cancel()
        assert await scene.wait_until_heard(killed_at, 40) < 20
        await assert_resumed(scene)
    assert max(watch.counts) == 1


async def test_candidate_who_joins_before_any_worker_is_greeted_once_one_registers(fleet: Fleet) -> None:
    await asyncio.gather(*(agent.stop() for agent in fleet.agents))
    async with stage_interview(fleet) as scene:
        await asyncio.sleep(10)
        assert not scene.caller.sounds
        await fleet.restore()
        assert await scene.wait_until_heard(time.time(), 30) < 10
        turns = await scene.wait_for_questions(1)
    assert [turn.move for turn in turns] == [Move.GREET, Move.NEXT]


async def test_frozen_interviewer_neither_speaks_nor_stores_after_it_resumes(fleet: Fleet) -> None:
    async with stage_interview(fleet) as scene, scene.count_interviewers() as watch:
        await scene.wait_for_questions(1)
        speaking = asyncio.create_task(scene.caller.say(ANSWER))
        await asyncio.sleep(3)
        zombie = await scene.find_interviewer_pid()
        os.kill(zombie, signal.SIGSTOP)
        stopped_at = time.time()
        # The new interviewer repeats the question only if the candidate is silent.
        speaking.cancel()
        try:
            assert await scene.wait_until_heard(stopped_at, 40) < 20
            await asyncio.sleep(max(0.0, stopped_at + 7 - time.time()))
        finally:
            os.kill(zombie, signal.SIGCONT)
        await scene.wait_for_moves(Move.REPEAT)
        # A resumed interviewer that still hears the candidate would reply within this time.
        await asyncio.sleep(3)
        await assert_resumed(scene)
        turns = await scene.turns()
    assert max(watch.counts) == 1
    # The first answer is lost with the frozen interviewer.
    assert len(turns_of_speaker(turns, Speaker.CANDIDATE)) == 1, describe_turns(turns)


async def test_worker_without_mongodb_ends_with_the_reason_instead_of_taking_jobs(fleet: Fleet) -> None:
    nowhere = f"mongodb://127.0.0.1:{free_port()}/?replicaSet=rs0"
    with pytest.raises(SandboxFailed, match="MongoDB does not answer as expected"):
        async with fleet.replace_agents(MONGODB_URL=nowhere, MONGODB_TIMEOUT_SECONDS="1"):
            pass
    await fleet.restore()
    async with stage_interview(fleet) as scene:
        turns = await scene.wait_for_questions(1, 120)
    assert [turn.move for turn in turns] == [Move.GREET, Move.NEXT]


async def test_interview_without_a_synthesizer_is_held_in_writing(fleet: Fleet) -> None:
    async with fleet.replace_agents(CARTESIA_MODEL="none") as failing, stage_interview(fleet) as scene:
        await failing.wait_until_logged("job failed", 120)
        turns = await scene.wait_for_questions(1, 120)
        assert not scene.caller.sounds
    assert [turn.move for turn in turns] == [None, Move.GREET, Move.NEXT], describe_turns(turns)
    assert {turn.channel for turn in turns} == {Channel.TEXT}, describe_turns(turns)
    assert turns[0].text.startswith("I'm sorry, there is a technical problem with the voice connection."), describe_turns(turns)


async def test_terminated_worker_hands_over(fleet: Fleet) -> None:
    async with stage_interview(fleet) as scene, scene.count_interviewers() as watch:
        await scene.wait_for_questions(1)
        await scene.caller.say(ANSWER)
        before = await scene.wait_for_questions(2)
        leaving = await scene.find_voice_worker()
        leaving.send_signal(signal.SIGTERM)
        speaking = asyncio.create_task(scene.caller.say(OTHER_ANSWER, 0.5, OTHER_ANSWER, 0.5, OTHER_ANSWER))
        async with asyncio.timeout(60):
            await leaving.wait()
        await speaking
        turns = await scene.wait_for_moves(Move.ANYTHING_ELSE, seconds=90)
    assert turns[: len(before)] == before
    assert turns_of_speaker(turns, Speaker.CANDIDATE)[1:], describe_turns(turns)
    assert_each_question_is_asked_once(turns)
    assert len(turns_of_move(turns, Move.GREET)) == 1
    assert max(watch.counts) == 1
