"""Nobody is left alone with a worker that died, stood still, never came, failed or was asked to end."""

import asyncio
import os
import signal
import time

import pytest

from models.documents.turn import Move, Speaker
from sandbox.processes import free_port
from tests.end_to_end.fleet import Fleet
from tests.end_to_end.fleet_launch import SHORT_POSITION_QUESTIONS
from tests.voice.voice_scene import ANSWER, OTHER_ANSWER, Scene, describe_turns, stage_interview, turns_of_move, turns_of_speaker

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]
FIRST_QUESTION, SECOND_QUESTION = SHORT_POSITION_QUESTIONS.values()


async def assert_resumed(scene: Scene) -> None:
    """The interview is greeted once, was taken up again, and goes on with the second question."""
    await scene.wait_for_moves(Move.REPEAT)
    await scene.caller.say(OTHER_ANSWER)
    turns = await scene.wait_for_questions(2)
    assert len(turns_of_move(turns, Move.GREET)) == 1, describe_turns(turns)
    assert [turn.text.endswith(FIRST_QUESTION) for turn in turns_of_move(turns, Move.REPEAT)] == [True], describe_turns(turns)
    assert [turn.question_key for turn in turns_of_move(turns, Move.NEXT)] == list(SHORT_POSITION_QUESTIONS), describe_turns(
        turns
    )


async def test_a_worker_that_is_killed_with_its_jobs_is_replaced(fleet: Fleet) -> None:
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


async def test_who_comes_before_any_worker_is_spoken_to_once_one_has_registered(fleet: Fleet) -> None:
    await asyncio.gather(*(agent.stop() for agent in fleet.agents))
    async with stage_interview(fleet) as scene:
        await asyncio.sleep(10)
        assert not scene.caller.sounds
        await fleet.restore()
        assert await scene.wait_until_heard(time.time(), 30) < 10
        turns = await scene.wait_for_questions(1)
    assert [turn.move for turn in turns] == [Move.GREET, Move.NEXT]


async def test_an_interviewer_that_stood_still_and_goes_on_says_and_stores_nothing_more(fleet: Fleet) -> None:
    async with stage_interview(fleet) as scene, scene.count_interviewers() as watch:
        await scene.wait_for_questions(1)
        speaking = asyncio.create_task(scene.caller.say(ANSWER))
        await asyncio.sleep(3)
        zombie = await scene.find_interviewer_pid()
        os.kill(zombie, signal.SIGSTOP)
        stopped_at = time.time()
        # who goes on speaking is answered by the new one; who stops is asked again
        speaking.cancel()
        try:
            assert await scene.wait_until_heard(stopped_at, 40) < 20
            await asyncio.sleep(max(0.0, stopped_at + 7 - time.time()))
        finally:
            os.kill(zombie, signal.SIGCONT)
        await scene.wait_for_moves(Move.REPEAT)
        # a zombie that still heard the candidate would say so within this
        await asyncio.sleep(3)
        await assert_resumed(scene)
        turns = await scene.turns()
    assert max(watch.counts) == 1
    # the first answer is lost with the one that heard it
    assert len(turns_of_speaker(turns, Speaker.CANDIDATE)) == 1, describe_turns(turns)


async def test_a_worker_whose_jobs_fail_is_replaced_by_one_whose_jobs_do_not(fleet: Fleet) -> None:
    nowhere = f"mongodb://127.0.0.1:{free_port()}/?replicaSet=rs0"
    async with fleet.replace_agents(MONGODB_URL=nowhere, MONGODB_TIMEOUT_SECONDS="1") as failing, stage_interview(fleet) as scene:
        await failing.wait_until_logged("interviewer leaves", 60)
        assert not scene.caller.sounds
        await fleet.restore()
        turns = await scene.wait_for_questions(1, 120)
    assert [turn.move for turn in turns] == [Move.GREET, Move.NEXT]


async def test_an_interviewer_without_a_voice_is_replaced_by_one_that_has_one(fleet: Fleet) -> None:
    async with fleet.replace_agents(CARTESIA_MODEL="none") as failing, stage_interview(fleet) as scene:
        await failing.wait_until_logged("interviewer leaves", 120)
        assert not scene.caller.sounds
        await fleet.restore()
        turns = await scene.wait_for_questions(1, 180)
    assert [turn.move for turn in turns] == [Move.GREET, Move.NEXT]


async def test_a_worker_that_is_asked_to_end_hands_over(fleet: Fleet) -> None:
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
        turns = await scene.wait_until(lambda turns: bool(turns_of_move(turns, Move.CLOSE)), 90)
    assert turns[: len(before)] == before
    assert turns_of_speaker(turns, Speaker.CANDIDATE)[1:], describe_turns(turns)
    assert [turn.question_key for turn in turns_of_move(turns, Move.NEXT)] == list(SHORT_POSITION_QUESTIONS), describe_turns(
        turns
    )
    assert len(turns_of_move(turns, Move.GREET)) == 1
    assert max(watch.counts) == 1
