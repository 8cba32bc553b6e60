"""An answer with pauses or late transcripts advances the plan once and costs no question."""

import pytest

from evaluation.evidence import group_answers
from models.documents.turn import Move, Speaker, Turn
from tests.end_to_end.fleet import ANSWER, Fleet
from tests.voice.voice_scene import (
    OTHER_ANSWER,
    Scene,
    describe_turns,
    is_transcribed,
    replace_deepgram,
    stage_interview,
    turns_of_move,
    turns_of_speaker,
)

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

POSITION = "software_engineer"
"""A position whose questions are long enough to be interrupted after a pause."""
PAUSES = (0.6, 1.0, 1.5, 2.2)
PIECES = (
    "I rebuilt the tracking feed of our parcel service so that the shops saw each new status immediately,",
    "and my own part was the consumer that reads the events and writes them into the database.",
)


async def answer_in_pieces(scene: Scene) -> list[Turn]:
    """Answer one question with each pause in the middle of the answer, and return the stored turns."""
    for place, pause in enumerate(PAUSES, 1):
        await scene.wait_for_questions(place)
        await scene.caller.say(PIECES[0], pause, PIECES[1])
    return await scene.wait_for_questions(len(PAUSES) + 1)


def assert_answers_grouped(turns: list[Turn]) -> None:
    asked = turns_of_move(turns, Move.NEXT)
    keys = [turn.question_key for turn in asked]
    assert len(keys) == len(set(keys)) == len(PAUSES) + 1, describe_turns(turns)
    # The plan advanced by core questions only, and each was played to its end.
    assert {turn.move for turn in turns_of_speaker(turns, Speaker.INTERVIEWER)} <= {Move.GREET, Move.NEXT, None}, describe_turns(
        turns
    )
    assert not any(turn.interrupted for turn in asked), describe_turns(turns)
    # All parts of an answer get one reply and belong to the open question.
    grouped = group_answers(turns)
    assert len(grouped) == len(PAUSES), describe_turns(turns)
    for pieces, question, reply in zip(grouped, asked[:-1], asked[1:], strict=True):
        assert is_transcribed(" ".join(turn.text for turn in pieces), " ".join(PIECES)), describe_turns(turns)
        assert {turn.question_key for turn in pieces} == {question.question_key}
        assert reply.answers == pieces[-1].seq
    # An interrupted question is stored as heard, without a move.
    for cut in turns_of_speaker(turns, Speaker.INTERVIEWER):
        if cut.interrupted:
            assert (cut.move, cut.answers) == (None, None)


async def test_answer_with_pauses_is_one_contribution(fleet: Fleet) -> None:
    async with stage_interview(fleet, POSITION) as scene:
        assert_answers_grouped(await answer_in_pieces(scene))


async def test_answer_with_pauses_is_one_contribution_when_transcripts_are_late(fleet: Fleet) -> None:
    async with replace_deepgram(fleet, "--final-seconds", "1.0"), stage_interview(fleet, POSITION) as scene:
        assert_answers_grouped(await answer_in_pieces(scene))


async def test_low_confidence_answer_is_asked_again_at_most_twice(fleet: Fleet) -> None:
    async with replace_deepgram(fleet, "--confidence", "0.2"), stage_interview(fleet) as scene:
        await scene.wait_for_questions(1)
        for count in (1, 2):
            await scene.caller.say(ANSWER)
            await scene.wait_for_moves(Move.REPEAT, count)
        await scene.caller.say(OTHER_ANSWER)
        turns = await scene.wait_for_questions(2)
    assert len(turns_of_move(turns, Move.REPEAT)) == 2
    assert all(turn.confidence == pytest.approx(0.2) for turn in turns_of_speaker(turns, Speaker.CANDIDATE))
