"""Sound that is not an answer: noise, unintelligible speech, backchannels, the interviewer's echo, words over the closing."""

import asyncio
import time

import numpy as np
import pytest
from numpy.typing import NDArray

from agent.voice.speech_collector import NOISE_SECONDS
from models.documents.interview import EndReason, InterviewStatus
from models.documents.turn import Move, Speaker
from sandbox.caller.microphone import SAMPLE_RATE
from sandbox.speech import EspeakVoice, synthesize
from tests.agent.talks import ENGLISH
from tests.end_to_end.fleet import ANSWER, Fleet
from tests.end_to_end.fleet_launch import SHORT_POSITION_QUESTIONS
from tests.voice.voice_scene import (
    OTHER_ANSWER,
    assert_each_question_is_asked_once,
    describe_turns,
    is_transcribed,
    replace_by_whisper,
    spoken_words,
    stage_interview,
    turns_of_move,
    turns_of_speaker,
)

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]

FIRST_QUESTION, SECOND_QUESTION = SHORT_POSITION_QUESTIONS.values()
LONG_QUESTIONS_POSITION = "software_engineer"
OTHER_VOICE = EspeakVoice("en-us+f3", rate=160, pitch=60)
MURMUR_GAIN = 0.06
"""Gain of -25 dB, as of a television in the next room."""
ECHO_GAIN = 0.126
"""Gain of -18 dB, as of a loudspeaker whose echo nothing cancels."""
REPLY_SECONDS = 5.0
"""Longest time from a decision to the first sound of its words on a busy machine."""


def synthesize_unknown_speech(seconds: float) -> NDArray[np.int16]:
    """Return speech of which the recognizer returns no words."""
    sentence = "The evening news begins with the weather in the mountains, where it has been snowing since the early morning."
    return np.resize(synthesize(sentence, OTHER_VOICE, SAMPLE_RATE).samples, int(seconds * SAMPLE_RATE))


async def test_noise_after_an_answer_neither_delays_the_reply_nor_belongs_to_the_answer(fleet: Fleet) -> None:
    async with stage_interview(fleet) as scene:
        await scene.wait_for_questions(1)
        murmur = synthesize_unknown_speech(60)
        said = await scene.caller.say(ANSWER, 0.3)
        murmuring = asyncio.create_task(scene.caller.make_sound(murmur, MURMUR_GAIN))
        assert await scene.wait_until_heard(said.ended_at, 60) < NOISE_SECONDS + REPLY_SECONDS
        turns = await scene.wait_for_questions(2)
        assert not murmuring.done(), "the noise goes on under the reply"
        murmuring.cancel()
        await scene.caller.say(OTHER_ANSWER)
        turns = await scene.wait_for_moves(Move.ANYTHING_ELSE)
    answer = turns_of_speaker(turns, Speaker.CANDIDATE)[0]
    assert is_transcribed(answer.text, ANSWER), describe_turns(turns)
    assert abs(answer.ended_at.timestamp() - said.ended_at) < 2
    named = [turn for turn in turns if ENGLISH.background_noise in turn.text]
    assert [(turn.move, turn.text.endswith(SECOND_QUESTION)) for turn in named] == [(Move.NEXT, True)], describe_turns(turns)
    assert_each_question_is_asked_once(turns)


async def test_unintelligible_speech_is_answered_at_most_twice_and_is_not_silence(fleet: Fleet) -> None:
    async with fleet.replace_agents(VOICE_SILENCE_SECONDS="15"), stage_interview(fleet) as scene:
        await scene.wait_for_questions(1)
        for count in (1, 2):
            began_at = await scene.caller.make_sound(synthesize_unknown_speech(10))
            # The interviewer does not wait for the end of the sound.
            assert await scene.wait_until_heard(began_at, 30) < NOISE_SECONDS + REPLY_SECONDS
            await scene.wait_for_moves(Move.REPEAT, count)
        await scene.caller.make_sound(synthesize_unknown_speech(20))
        await asyncio.sleep(5)
        assert (await scene.document()).status is InterviewStatus.IN_PROGRESS
        await scene.caller.say(ANSWER)
        turns = await scene.wait_for_questions(2)
        assert (await scene.document()).progress.exchanges == 1
    repeated = [turn.text for turn in turns_of_move(turns, Move.REPEAT)]
    assert repeated == [f"{ENGLISH.not_understood} {FIRST_QUESTION}"] * 2
    assert not turns_of_move(turns, Move.NUDGE), describe_turns(turns)


async def test_backchannels_under_a_question_neither_interrupt_it_nor_are_stored(fleet: Fleet) -> None:
    async with stage_interview(fleet, LONG_QUESTIONS_POSITION) as scene:
        before = await scene.wait_for_questions(1)
        await scene.caller.say(ANSWER)
        await scene.caller.wait_until_spoken_to(1.5)
        await scene.caller.say("Mm-hm.", 2.0, "Okay, right.")
        turns = await scene.wait_for_questions(2)
        await asyncio.sleep(2)
        assert await scene.turns() == turns
    answer, question = turns[len(before) :]
    assert (answer.speaker, question.move, question.interrupted) == (Speaker.CANDIDATE, Move.NEXT, False), describe_turns(turns)
    assert is_transcribed(answer.text, ANSWER)


async def test_interviewers_echo_is_not_an_answer_and_the_questions_are_put(fleet: Fleet) -> None:
    async with replace_by_whisper(fleet), stage_interview(fleet, echo_gain=ECHO_GAIN) as scene:
        await scene.wait_for_questions(1, 90)
        await asyncio.sleep(2)
        echoes = turns_of_speaker(await scene.turns(), Speaker.CANDIDATE)
        await scene.caller.say(ANSWER)
        turns = await scene.wait_for_questions(2, 120)
    assert not echoes, describe_turns(echoes)
    said = " ".join(turn.text for turn in turns_of_speaker(turns, Speaker.CANDIDATE))
    assert {"lock", "locks", "order"} & set(spoken_words(said)), describe_turns(turns)
    # how often the interviewer interrupts itself depends on the words that the recognizer makes of the echo
    was_disturbed = sum(turn.interrupted for turn in turns_of_speaker(turns, Speaker.INTERVIEWER)) >= 2
    has_named_echo = any(ENGLISH.use_headphones in turn.text for turn in turns)
    assert has_named_echo or not was_disturbed, describe_turns(turns)
    asked = turns_of_move(turns, Move.NEXT)
    assert [turn.text.endswith(text) for turn, text in zip(asked, SHORT_POSITION_QUESTIONS.values(), strict=True)] == [True, True]


async def test_candidate_who_thanks_over_the_closing_and_leaves_has_finished_the_interview(fleet: Fleet) -> None:
    async with stage_interview(fleet) as scene:
        await scene.wait_for_questions(1)
        await scene.caller.say(ANSWER)
        await scene.wait_for_questions(2)
        await scene.caller.say(OTHER_ANSWER)
        await scene.decline_to_add_anything()
        declined_at = time.time()
        await scene.wait_until_heard(declined_at, 30)
        await asyncio.sleep(1)
        await scene.caller.say("Thank you so much, bye!")
        await asyncio.sleep(1)
        await scene.caller.leave()
        interview = await scene.wait_for_status(InterviewStatus.COMPLETED)
        turns = await scene.turns()
    assert interview.end_reason is EndReason.WRAPPED_UP
    assert len(turns_of_move(turns, Move.CLOSE)) == 1
    assert all(turn.move for turn in turns_of_speaker(turns, Speaker.INTERVIEWER)), describe_turns(turns)
    assert any(turn.text == "Thank you so much, bye!" for turn in turns), describe_turns(turns)
