"""Messages typed during a voice interview are stored immediately and answered once."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable

import pytest

from models.documents.turn import Channel, Move, Speaker, Turn
from tests.agent.talks import ENGLISH
from tests.end_to_end.fleet import ANSWER, Fleet
from tests.voice.voice_scene import (
    OTHER_ANSWER,
    Scene,
    assert_each_question_is_asked_once,
    describe_turns,
    is_transcribed,
    stage_interview,
    turns_of_move,
    turns_of_speaker,
)

SendText = Callable[[Scene, str], Awaitable[None]]
pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]


async def type_by_api(scene: Scene, text: str) -> None:
    await scene.running_interview.say(text)


async def type_in_room(scene: Scene, text: str) -> None:
    await scene.caller.type(text)


def typed_turns(turns: list[Turn]) -> list[Turn]:
    return [turn for turn in turns_of_speaker(turns, Speaker.CANDIDATE) if turn.channel is Channel.TEXT]


TYPING_METHODS = pytest.mark.parametrize("send", [type_by_api, type_in_room])


@TYPING_METHODS
async def test_message_typed_while_the_interviewer_speaks_is_answered_afterwards(fleet: Fleet, send: SendText) -> None:
    async with stage_interview(fleet) as scene:
        await scene.caller.wait_until_spoken_to(1)
        await send(scene, ANSWER)
        (early,) = typed_turns(await scene.wait_until(lambda turns: bool(typed_turns(turns)), 10))
        turns = await scene.wait_for_questions(1)
        # A message from before the question does not answer it.
        greeting = turns_of_move(turns, Move.GREET)[0]
        assert (early.seq, greeting.interrupted) == (1, False), describe_turns(turns)
        await send(scene, OTHER_ANSWER)
        turns = await scene.wait_for_questions(2)
    assert [turn.text for turn in typed_turns(turns)] == [ANSWER, OTHER_ANSWER]
    assert turns_of_move(turns, Move.NEXT)[1].answers == typed_turns(turns)[1].seq
    assert_each_question_is_asked_once(turns)


@TYPING_METHODS
async def test_message_typed_while_the_candidate_speaks_is_part_of_the_answer(fleet: Fleet, send: SendText) -> None:
    async with stage_interview(fleet) as scene:
        await scene.wait_for_questions(1)
        speaking = asyncio.create_task(scene.caller.say(ANSWER))
        await asyncio.sleep(2)
        await send(scene, "The system was called Parcel Trace.")
        await scene.wait_until(lambda turns: bool(typed_turns(turns)), 10)
        assert not speaking.done(), "the message must be stored while the candidate is speaking"
        await speaking
        turns = await scene.wait_for_questions(2)
        pieces = turns_of_speaker(turns, Speaker.CANDIDATE)
    assert is_transcribed(" ".join(turn.text for turn in pieces if turn.channel is Channel.VOICE), ANSWER), describe_turns(turns)
    assert len(typed_turns(turns)) == 1
    assert turns_of_move(turns, Move.NEXT)[1].answers == pieces[-1].seq
    assert_each_question_is_asked_once(turns)


async def test_candidate_who_types_while_no_interviewer_attends_hears_that_it_may_be_lost(fleet: Fleet) -> None:
    async with stage_interview(fleet) as scene:
        before = await scene.wait_for_questions(1)
        os.kill(await scene.find_interviewer_pid(), signal.SIGKILL)
        await asyncio.sleep(1)
        await type_in_room(scene, ANSWER)
        turns = await scene.wait_for_moves(Move.REPEAT)
        assert turns[: len(before)] == before
        assert turns[-1].text.startswith(ENGLISH.after_takeover)
        await type_in_room(scene, OTHER_ANSWER)
        turns = await scene.wait_for_questions(2)
    assert [turn.text for turn in typed_turns(turns)] == [OTHER_ANSWER]


async def test_candidate_who_types_outside_the_room_continues_in_text_until_they_rejoin(fleet: Fleet) -> None:
    async with stage_interview(fleet) as scene:
        await scene.wait_for_questions(1)
        await scene.caller.leave()
        await asyncio.sleep(1)
        await scene.running_interview.say(ANSWER)
        turns = await scene.wait_for_questions(2)
        written = turns_of_move(turns, Move.NEXT)[1]
        assert (written.channel, (await scene.document()).channel) == (Channel.TEXT, Channel.TEXT)
        returned_at = time.time()
        await scene.caller.join()
        assert await scene.wait_until_heard(returned_at, 40) < 15
        assert (await scene.document()).channel is Channel.VOICE
        await scene.wait_for_moves(Move.REPEAT)
        await scene.caller.say(OTHER_ANSWER)
        await scene.decline_to_add_anything()
        turns = await scene.wait_for_moves(Move.CLOSE)
    assert_each_question_is_asked_once(turns)
    assert len(turns_of_move(turns, Move.GREET)) == 1
