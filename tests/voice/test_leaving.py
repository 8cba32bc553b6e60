import asyncio
import os
import sys
import time
from datetime import timedelta

import pytest
from bson import ObjectId

from models.documents.interview import EndReason, Interview, InterviewStatus
from models.documents.turn import Channel, Move, Speaker
from models.storage.clock import now
from sandbox.processes import ChildProcess
from tests.agent.talks import ENGLISH
from tests.end_to_end.fleet import ANSWER, ROOT, Fleet
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


def make_candidate_process(scene: Scene) -> ChildProcess:
    """Create a candidate process that a test can kill, as when a network connection breaks."""
    assert scene.fleet.speech
    assert scene.running_interview.room
    environment = {
        **os.environ,
        "LIVEKIT_URL": scene.running_interview.room["url"],
        "LIVEKIT_TOKEN": scene.running_interview.room["token"],
    }
    command = [
        *(sys.executable, "-m", "sandbox.caller", "--phrases-url", scene.fleet.speech.phrases_url),
        *("--answers", "sandbox/answers/software_engineer.yaml", "--position", "positions/software_engineer.yaml"),
    ]
    return ChildProcess(command, scene.fleet.logs / f"caller-{scene.running_interview.id}.log", cwd=ROOT, environment=environment)


async def test_candidate_whose_connection_breaks_hears_the_question_again_on_return(fleet: Fleet) -> None:
    async with stage_interview(fleet, "software_engineer", is_there=False) as scene:
        process = make_candidate_process(scene)
        async with process:
            asked = (await scene.wait_for_questions(1, 90))[-1]
            await process.wait_until_logged('"answer": "I rebuilt', 30)
            await asyncio.sleep(6)
            await process.kill()
        await asyncio.sleep(6)
        alone = [turn for turn in await scene.turns() if turn.seq > asked.seq]
        assert {turn.speaker for turn in alone} == {Speaker.CANDIDATE}, describe_turns(alone)
        assert alone[-1].interrupted
        returned_at = time.time()
        await scene.caller.join()
        assert await scene.wait_until_heard(returned_at, 40) < 15
        (again,) = turns_of_move(await scene.wait_for_moves(Move.REPEAT), Move.REPEAT)
        assert again.question_key == asked.question_key
        await scene.caller.say(ANSWER)
        turns = await scene.wait_for_questions(2)
    assert turns_of_move(turns, Move.NEXT)[1].answers == turns_of_speaker(turns, Speaker.CANDIDATE)[-1].seq


async def test_answer_is_held_when_the_connection_breaks_just_after_its_last_sound(fleet: Fleet) -> None:
    async with stage_interview(fleet, "software_engineer", is_there=False) as scene:
        process = make_candidate_process(scene)
        async with process:
            asked = (await scene.wait_for_questions(1, 90))[-1]
            await process.wait_until_logged('"said"', 60)
            await process.kill()
        await asyncio.sleep(6)
        returned_at = time.time()
        await scene.caller.join()
        assert await scene.wait_until_heard(returned_at, 40) < 15
        turns = await scene.wait_for_moves(Move.REPEAT)
        alone = [turn for turn in turns if asked.seq < turn.seq < turns[-1].seq]
        assert {turn.speaker for turn in alone} == {Speaker.CANDIDATE}, describe_turns(turns)
        assert turns[-1].text == f"{ENGLISH.after_interruption} {asked.text}"
        await scene.caller.say(ANSWER)
        turns = await scene.wait_for_questions(2)
    assert turns_of_move(turns, Move.NEXT)[1].answers == turns_of_speaker(turns, Speaker.CANDIDATE)[-1].seq


async def test_candidate_who_reloads_the_page_hears_the_question_again(fleet: Fleet) -> None:
    async with stage_interview(fleet) as scene, scene.count_interviewers() as watch:
        await scene.wait_for_questions(1)
        first = scene.caller
        speaking = asyncio.create_task(first.say("I looked at the graphs first.", 0.5, ANSWER))
        await asyncio.sleep(4.5)
        # The new connection joins before the old one has left.
        scene.caller = scene.running_interview.make_caller()
        returned_at = time.time()
        await scene.caller.join()
        speaking.cancel()
        await first.leave()
        assert await scene.wait_until_heard(returned_at, 40) < 15
        await scene.wait_for_moves(Move.REPEAT)
        await scene.caller.say(OTHER_ANSWER)
        turns = await scene.wait_for_questions(2)
    pieces = turns_of_speaker(turns, Speaker.CANDIDATE)
    assert pieces[0].text.startswith("I looked at the graphs"), describe_turns(turns)
    assert pieces[0].interrupted
    assert turns_of_move(turns, Move.NEXT)[1].answers == pieces[-1].seq
    assert_each_question_is_asked_once(turns)
    assert max(watch.counts) == 1


async def test_candidate_who_leaves_between_turns_hears_the_question_again_on_return(fleet: Fleet) -> None:
    async with stage_interview(fleet) as scene:
        before = await scene.wait_for_questions(1)
        await scene.caller.leave()
        await asyncio.sleep(3)
        assert await scene.turns() == before
        returned_at = time.time()
        await scene.caller.join()
        assert await scene.wait_until_heard(returned_at, 40) < 15
        await scene.wait_for_moves(Move.REPEAT)
        await scene.caller.say(ANSWER)
        turns = await scene.wait_for_questions(2)
    assert_each_question_is_asked_once(turns)


async def test_interview_ends_when_the_candidate_does_not_return(fleet: Fleet) -> None:
    async with fleet.replace_workers(VOICE_GRACE_SECONDS="3"), stage_interview(fleet) as scene:
        await scene.wait_for_questions(1)
        await scene.caller.say(ANSWER)
        await scene.wait_for_questions(2)
        await scene.caller.leave()
        interview = await scene.wait_for_status(InterviewStatus.COMPLETED)
        turns = await scene.turns()
    assert interview.end_reason is EndReason.CANDIDATE_LEFT
    (closing,) = turns_of_move(turns, Move.CLOSE)
    assert closing.channel is Channel.TEXT, "nobody was there to hear it"


async def test_interview_expires_without_a_turn_when_the_candidate_never_joins(fleet: Fleet) -> None:
    async with stage_interview(fleet, is_there=False) as scene:
        await scene.find_interviewer_pid()
        past = dict.fromkeys(("expires_at", "room.wanted_until"), now() - timedelta(seconds=1))
        await Interview.get_pymongo_collection().update_one({"_id": ObjectId(scene.running_interview.object_id)}, {"$set": past})
        await scene.wait_for_status(InterviewStatus.EXPIRED)
        await asyncio.sleep(2)
        assert await scene.turns() == []
