import asyncio
from datetime import timedelta

import pytest

from models.documents.interview import EndReason, Interview
from models.documents.turn import Move, Speaker
from models.storage.clock import now
from tests.end_to_end.fleet import ANSWER, Fleet
from tests.voice.voice_scene import describe_turns, spoken_words, stage_interview, turns_of_move, turns_of_speaker

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]


async def test_words_spoken_when_the_recruiter_ends_the_interview_are_stored(fleet: Fleet) -> None:
    async with stage_interview(fleet) as scene:
        await scene.wait_for_questions(1)
        speaking = asyncio.create_task(scene.caller.say("I looked at the graphs first.", 0.5, ANSWER))
        await asyncio.sleep(5)
        await scene.end_interview()
        interview = await scene.wait_until_over()
        speaking.cancel()
        turns = await scene.turns()
    assert interview.end_reason is EndReason.RECRUITER_ENDED
    said = spoken_words(" ".join(turn.text for turn in turns_of_speaker(turns, Speaker.CANDIDATE)))
    assert said[:5] == ["i", "looked", "at", "the", "graphs"], describe_turns(turns)
    assert [turn.speaker for turn in turns[-2:]] == [Speaker.CANDIDATE, Speaker.INTERVIEWER], describe_turns(turns)
    assert turns[-1].move is Move.CLOSE, describe_turns(turns)


async def test_answer_after_the_time_limit_is_the_last(fleet: Fleet) -> None:
    async with stage_interview(fleet) as scene:
        await scene.wait_for_questions(1)
        late = {"started_at": now() - timedelta(hours=1)}
        await Interview.get_pymongo_collection().update_one({"_id": scene.running_interview.object_id}, {"$set": late})
        await scene.caller.say(ANSWER)
        interview = await scene.wait_until_over()
        turns = await scene.turns()
    assert interview.end_reason is EndReason.OUT_OF_TIME
    (closing,) = turns_of_move(turns, Move.CLOSE)
    assert not closing.interrupted
    assert closing.answers == turns_of_speaker(turns, Speaker.CANDIDATE)[-1].seq


async def test_silent_candidate_gets_one_nudge_and_then_the_interview_ends(fleet: Fleet) -> None:
    async with fleet.replace_agents(VOICE_SILENCE_SECONDS="4"), stage_interview(fleet) as scene:
        interview = await scene.wait_until_over()
        turns = await scene.turns()
    assert interview.end_reason is EndReason.CANDIDATE_LEFT
    assert [turn.move for turn in turns] == [Move.GREET, Move.NEXT, Move.NUDGE, Move.CLOSE]
