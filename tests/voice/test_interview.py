"""Voice interviews in a real LiveKit room with real audio and two workers."""

import asyncio
import os
import signal
import time
from datetime import datetime

import pytest

from models.documents.interview import InterviewStatus
from models.documents.turn import Channel, Move, Speaker
from sandbox.caller.microphone import CallEnded
from tests.audio import find_loud_spans
from tests.end_to_end.fleet import ANSWER, Fleet
from tests.end_to_end.fleet_launch import SHORT_POSITION_QUESTIONS
from tests.voice.voice_scene import (
    OTHER_ANSWER,
    assert_each_question_is_asked_once,
    describe_turns,
    is_transcribed,
    speech_failure,
    spoken_words,
    stage_interview,
    turns_of_move,
    turns_of_speaker,
    wait_for_notice,
)
from tests.voice.whole_interview import WORDS_OVER_GREETING, WholeInterview, download_audio, hold_whole_interview

pytestmark = [pytest.mark.realtime, pytest.mark.timeout(300)]  # the first test starts the processes
AUDIBLE_AMPLITUDE = 900
"""Amplitude of soft speech; where nobody speaks, a recording is almost silent."""
FIRST_QUESTION, SECOND_QUESTION = SHORT_POSITION_QUESTIONS.values()


@pytest.fixture(scope="module")
async def whole_interview(launched_fleet: Fleet) -> WholeInterview:
    return await hold_whole_interview(launched_fleet)


async def test_whole_voice_interview_is_completed_and_evaluated(whole_interview: WholeInterview) -> None:
    interview, evaluation = whole_interview.interview, whole_interview.evaluation
    assert (interview["status"], interview["endReason"], interview["endDetail"]) == ("COMPLETED", "WRAPPED_UP", None)
    assert interview["channel"] == "VOICE"
    asked = [(turn.move, turn.question_key) for turn in turns_of_speaker(whole_interview.turns, Speaker.INTERVIEWER)]
    first, second = SHORT_POSITION_QUESTIONS
    assert asked == [
        (Move.GREET, None),
        (Move.NEXT, first),
        (Move.PROBE, first),
        (Move.NEXT, second),
        (Move.ANYTHING_ELSE, None),
        (Move.CLOSE, None),
    ]
    for turn, said in zip(
        turns_of_speaker(whole_interview.turns, Speaker.CANDIDATE), whole_interview.candidate_words, strict=True
    ):
        assert is_transcribed(turn.text, said.text), (turn.text, said.text)
    assert evaluation["coverage"] > 0
    quotes = [quote for criterion in evaluation["criteria"] for quote in criterion["evidence"]]
    assert quotes
    for quote in quotes:
        assert quote["turn"]["speaker"] == "CANDIDATE"
        assert quote["quote"] in quote["turn"]["text"]


async def test_dashboard_receives_each_turn_once_in_order_as_stored(whole_interview: WholeInterview) -> None:
    assert [turn.seq for turn in whole_interview.turns] == list(range(1, len(whole_interview.turns) + 1))
    assert [(turn["seq"], turn["speaker"], turn["text"], turn["questionKey"]) for turn in whole_interview.dashboard_turns] == [
        (turn.seq, turn.speaker, turn.text, turn.question_key) for turn in whole_interview.turns
    ]
    assert {turn.channel for turn in whole_interview.turns} == {Channel.VOICE}


async def test_turns_have_times_confidence_and_reply_latency(
    whole_interview: WholeInterview,
) -> None:
    first, second = SHORT_POSITION_QUESTIONS
    spoken = turns_of_speaker(whole_interview.turns, Speaker.CANDIDATE)
    for turn, said in zip(spoken, whole_interview.candidate_words, strict=True):
        assert turn.confidence == pytest.approx(0.99)
        assert abs(turn.started_at.timestamp() - said.started_at) < 2
        assert abs(turn.ended_at.timestamp() - said.ended_at) < 3
    # The words spoken over the greeting, then each answer, then nothing to add.
    assert [turn.question_key for turn in spoken] == [None, first, first, second, None]
    opening, *replies = [turn for turn in whole_interview.turns if turn.move in (Move.PROBE, Move.NEXT, Move.CLOSE)]
    # The words over the greeting waited for its end, so no latency is measured from them.
    assert opening.latency is None
    for reply in replies:
        assert reply.latency
        stages = (reply.latency.final, reply.latency.committed, reply.latency.first_audio, reply.latency.heard)
        assert all(stage is not None and 0 <= stage < 30 for stage in stages), stages


async def test_greeting_is_not_interrupted_and_words_spoken_over_it_are_stored(
    whole_interview: WholeInterview,
) -> None:
    greeting, over = whole_interview.turns[:2]
    assert (greeting.text, greeting.interrupted) == (whole_interview.greeting, False)
    assert " AI" in greeting.text
    assert is_transcribed(over.text, WORDS_OVER_GREETING)
    assert over.started_at < greeting.ended_at


async def test_recording_contains_each_answer_at_the_time_of_its_turn(whole_interview: WholeInterview) -> None:
    (audio,) = [recording for recording in whole_interview.interview["recordings"] if recording["kind"] == "AUDIO"]
    status, (left, _) = await download_audio(audio["url"])
    assert status == 206
    begun = datetime.fromisoformat(audio["startedAt"])
    heard = find_loud_spans(left, amplitude=AUDIBLE_AMPLITUDE)
    for turn in turns_of_speaker(whole_interview.turns, Speaker.CANDIDATE):
        place = (turn.started_at - begun).total_seconds()
        # The candidate is silent in the second before the turn and audible from its start.
        audible = next(begin for begin, end in heard if end > place - 1.5)
        assert audible == pytest.approx(place, abs=0.5), (turn.text, heard)


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
