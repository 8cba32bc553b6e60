"""The candidate goes, is cut off, comes back, comes twice, or never comes."""

import asyncio
import os
import sys
import time
from datetime import timedelta

import pytest
from bson import ObjectId

from models.clock import now
from models.interview import EndReason, Interview, InterviewStatus
from models.turn import Move, Speaker
from sandbox.processes import Child
from tests.end_to_end.fleet import ROOT, Fleet
from tests.end_to_end.launch import QUESTIONS
from tests.voice.scene import ANSWER, OTHER_ANSWER, Scene, by, moves, staged, told

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]
FIRST, SECOND = QUESTIONS.values()


def candidate_process(scene: Scene) -> Child:
    """A candidate who can be cut off as by a network: without a good-bye."""
    assert scene.fleet.speech
    assert scene.held.room
    environment = {**os.environ, "LIVEKIT_URL": scene.held.room["url"], "LIVEKIT_TOKEN": scene.held.room["token"]}
    command = [
        *(sys.executable, "-m", "sandbox.caller", "--phrases-url", scene.fleet.speech.phrases_url),
        *("--answers", "sandbox/answers/software_engineer.yaml", "--position", "positions/software_engineer.yaml"),
    ]
    return Child(command, scene.fleet.logs / f"caller-{scene.held.id}.log", cwd=ROOT, environment=environment)


async def test_who_is_cut_off_in_mid_answer_is_asked_again_once_they_are_back(fleet: Fleet) -> None:
    async with staged(fleet, "software_engineer", is_there=False) as scene:
        process = candidate_process(scene)
        async with process:
            asked = (await scene.until_asked(1, 90))[-1]
            await process.wait_until_said('"answer": "I rebuilt', 30)
            await asyncio.sleep(6)
            await process.kill()
        await asyncio.sleep(6)
        alone = [turn for turn in await scene.turns() if turn.seq > asked.seq]
        assert {turn.speaker for turn in alone} == {Speaker.CANDIDATE}, told(alone)
        assert alone[-1].interrupted
        returned_at = time.time()
        await scene.caller.join()
        assert await scene.until_heard(returned_at, 40) < 15
        (again,) = moves(await scene.until_said(Move.REPEAT), Move.REPEAT)
        assert again.question_key == asked.question_key
        await scene.caller.say(ANSWER)
        turns = await scene.until_asked(2)
    assert moves(turns, Move.NEXT)[1].answers == by(turns, Speaker.CANDIDATE)[-1].seq


async def test_who_reloads_in_mid_answer_is_asked_again(fleet: Fleet) -> None:
    async with staged(fleet) as scene, scene.watched() as watch:
        await scene.until_asked(1)
        first = scene.caller
        speaking = asyncio.create_task(first.say("I looked at the graphs first.", 0.5, ANSWER))
        await asyncio.sleep(4.5)
        # the new connection is there before the old one has gone
        scene.caller = scene.held.caller()
        returned_at = time.time()
        await scene.caller.join()
        speaking.cancel()
        await first.leave()
        assert await scene.until_heard(returned_at, 40) < 15
        await scene.until_said(Move.REPEAT)
        await scene.caller.say(OTHER_ANSWER)
        turns = await scene.until_asked(2)
    pieces = by(turns, Speaker.CANDIDATE)
    assert pieces[0].text.startswith("I looked at the graphs"), told(turns)
    assert pieces[0].interrupted
    assert moves(turns, Move.NEXT)[1].answers == pieces[-1].seq
    assert [turn.question_key for turn in moves(turns, Move.NEXT)] == list(QUESTIONS)
    assert max(watch.counts) == 1


async def test_who_leaves_between_two_turns_is_asked_again(fleet: Fleet) -> None:
    async with staged(fleet) as scene:
        before = await scene.until_asked(1)
        await scene.caller.leave()
        await asyncio.sleep(3)
        assert await scene.turns() == before
        returned_at = time.time()
        await scene.caller.join()
        assert await scene.until_heard(returned_at, 40) < 15
        await scene.until_said(Move.REPEAT)
        await scene.caller.say(ANSWER)
        turns = await scene.until_asked(2)
    assert [turn.question_key for turn in moves(turns, Move.NEXT)] == list(QUESTIONS)


async def test_who_stays_away_has_left(fleet: Fleet) -> None:
    async with fleet.workers_instead(VOICE_GRACE_SECONDS="3"), staged(fleet) as scene:
        await scene.until_asked(1)
        await scene.caller.say(ANSWER)
        await scene.until_asked(2)
        await scene.caller.leave()
        interview = await scene.until_status(InterviewStatus.COMPLETED)
        turns = await scene.turns()
    assert interview.end_reason is EndReason.CANDIDATE_LEFT
    assert not moves(turns, Move.CLOSE)


async def test_to_who_never_comes_nothing_is_said_and_the_interview_expires(fleet: Fleet) -> None:
    async with staged(fleet, is_there=False) as scene:
        await scene.job()
        past = {"expires_at": now() - timedelta(seconds=1)}
        await Interview.get_pymongo_collection().update_one({"_id": ObjectId(scene.held.object_id)}, {"$set": past})
        await scene.until_status(InterviewStatus.EXPIRED)
        await asyncio.sleep(2)
        assert await scene.turns() == []
