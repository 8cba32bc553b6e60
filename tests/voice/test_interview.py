"""Parts of voice interviews in a real LiveKit room with real audio and two workers."""

import asyncio
import os
import signal
import time

import pytest

from models.documents.interview import InterviewStatus
from models.documents.turn import Channel, Move, Speaker
from sandbox.caller.microphone import CallEnded
from tests.end_to_end.fleet import ANSWER, Fleet
from tests.end_to_end.fleet_launch import SHORT_POSITION_QUESTIONS
from tests.voice.voice_scene import (
    OTHER_ANSWER,
    assert_each_question_is_asked_once,
    describe_turns,
    speech_failure,
    spoken_words,
    stage_interview,
    turns_of_move,
    turns_of_speaker,
    wait_for_notice,
)

pytestmark = [pytest.mark.realtime, pytest.mark.timeout(300)]  # the first test starts the processes
FIRST_QUESTION, SECOND_QUESTION = SHORT_POSITION_QUESTIONS.values()


async def test_killed_interviewer_is_replaced_and_the_open_question_is_repeated(fleet: Fleet) -> None:
    async with stage_interview(fleet) as scene, scene.running_interview.follow() as reader, scene.count_interviewers() as watch:
        before = await scene.wait_for_questions(1)
        speaking = asyncio.create_task(scene.caller.say(ANSWER))
        await asyncio.sleep(2)
        os.kill(await scene.find_interviewer_pid(), signal.SIGKILL)
        killed_at = time.time()
        await asyncio.sleep(0.5)
        speaking.cancel()
        assert await scene.wait_until_heard(killed_at, 40) < 20
        await scene.wait_for_moves(Move.REPEAT)
        await scene.caller.say(ANSWER)
        after = await scene.wait_for_questions(2)
        await reader.wait_for_seq(after[-1].seq)
    assert after[: len(before)] == before
    assert len(turns_of_move(after, Move.GREET)) == 1
    (again,) = turns_of_move(after, Move.REPEAT)
    assert again.text.endswith(FIRST_QUESTION)
    assert_each_question_is_asked_once(after)
    assert max(watch.counts) == 1


async def test_candidate_who_leaves_during_an_answer_hears_the_question_again_on_return(fleet: Fleet) -> None:
    async with stage_interview(fleet) as scene:
        asked = (await scene.wait_for_questions(1))[-1]
        speaking = asyncio.create_task(scene.caller.say("I looked at the graphs first.", 0.5, ANSWER))
        await asyncio.sleep(4.5)
        await scene.caller.leave()
        with pytest.raises(CallEnded):
            await speaking
        # An interviewer that speaks into the empty room would have done so by now.
        await asyncio.sleep(4)
        alone = [turn for turn in await scene.turns() if turn.seq > asked.seq]
        assert alone, "no turn was stored"
        assert {turn.speaker for turn in alone} == {Speaker.CANDIDATE}, describe_turns(alone)
        assert alone[-1].interrupted
        said = " ".join(turn.text for turn in alone)
        assert {"graphs", "first"} <= set(spoken_words(said)), describe_turns(alone)
        returned_at = time.time()
        await scene.caller.join()
        assert await scene.wait_until_heard(returned_at, 30) < 15
        again = (await scene.wait_for_moves(Move.REPEAT))[-1]
        assert again.text.endswith(FIRST_QUESTION)
        assert again.answers is None
        await scene.caller.say(OTHER_ANSWER)
        after = await scene.wait_for_questions(2)
    # The interrupted part and the rest are one answer.
    assert turns_of_move(after, Move.NEXT)[1].answers == turns_of_speaker(after, Speaker.CANDIDATE)[-1].seq
    assert_each_question_is_asked_once(after)


async def test_interrupted_question_is_stored_as_heard_and_repeated(fleet: Fleet) -> None:
    async with stage_interview(fleet) as scene:
        await scene.wait_for_questions(1)
        await scene.caller.say(ANSWER)
        await scene.caller.wait_until_spoken_to(0.3)
        await scene.caller.say("Before you go on, I also want to say that it took me three whole days to find.")
        turns = await scene.wait_for_questions(2)
    (cut,) = [turn for turn in turns_of_speaker(turns, Speaker.INTERVIEWER) if turn.interrupted]
    first, second = turns_of_move(turns, Move.NEXT)
    assert (cut.move, cut.answers) == (None, None)
    assert second.text.endswith(SECOND_QUESTION)
    assert cut.text != second.text
    assert second.text.startswith(cut.text)
    assert cut.question_key == first.question_key
    # Both parts are one answer to the first question.
    assert second.answers == turns_of_speaker(turns, Speaker.CANDIDATE)[-1].seq
    assert {turn.question_key for turn in turns_of_speaker(turns, Speaker.CANDIDATE)} == {first.question_key}


async def test_interview_continues_in_writing_when_the_recognizer_refuses(fleet: Fleet) -> None:
    assert fleet.speech
    async with stage_interview(fleet) as scene:
        await scene.wait_for_questions(1)
        async with speech_failure(fleet.speech.deepgram, refused_status=402, closes_connections=True):
            failed_at = time.time()
            await scene.caller.say(ANSWER)
            notice = await wait_for_notice(scene, failed_at)
            # Nothing of the answer was transcribed, so the question is asked again.
            assert (notice.move, notice.text.endswith(FIRST_QUESTION)) == (Move.REPEAT, True)
            await scene.running_interview.say(ANSWER)
            turns = await scene.wait_for_questions(2)
        assert_each_question_is_asked_once(turns)
        assert not [turn for turn in turns_of_speaker(turns, Speaker.INTERVIEWER) if turn.interrupted], describe_turns(turns)
        interview = await scene.document()
    assert (interview.status, interview.channel) == (InterviewStatus.IN_PROGRESS, Channel.TEXT)
    assert interview.room, "the interview was held by voice before"
    assert interview.room.participant, "the candidate is still in the room"
    assert interview.credited_seconds == 0
