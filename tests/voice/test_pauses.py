"""An answer in pieces is one answer: no pause, and no late word, advances the plan twice or costs a question."""

import pytest

from evaluation.evidence import answers
from models.turn import Move, Speaker, Turn
from tests.end_to_end.fleet import Fleet
from tests.voice.scene import ANSWER, OTHER_ANSWER, Scene, by, heard_by, is_heard, moves, staged, told

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

POSITION = "software_engineer"
"""its questions are long enough to be cut off by who goes on after a pause"""
PAUSES = (0.6, 1.0, 1.5, 2.2)
PIECES = (
    "I rebuilt the tracking feed of our parcel service so that the shops saw each new status at once,",
    "and my own part was the consumer that reads the events and writes them into the database.",
)


async def answer_in_pieces(scene: Scene) -> list[Turn]:
    """Answer as many questions as there are pauses, each with its pause in the middle; the stored turns afterwards."""
    for place, pause in enumerate(PAUSES, 1):
        await scene.until_asked(place)
        await scene.caller.say(PIECES[0], pause, PIECES[1])
    return await scene.until_asked(len(PAUSES) + 1)


def check(turns: list[Turn]) -> None:
    asked = moves(turns, Move.NEXT)
    keys = [turn.question_key for turn in asked]
    assert len(keys) == len(set(keys)) == len(PAUSES) + 1, told(turns)
    # the plan went on by questions alone, and each was heard to its end
    assert {turn.move for turn in by(turns, Speaker.INTERVIEWER)} <= {Move.GREET, Move.NEXT, None}, told(turns)
    assert not any(turn.interrupted for turn in asked), told(turns)
    # all pieces of an answer are answered together, and belong to the question that was open
    grouped = answers(turns)
    assert len(grouped) == len(PAUSES), told(turns)
    for pieces, question, reply in zip(grouped, asked[:-1], asked[1:], strict=True):
        assert is_heard(" ".join(turn.text for turn in pieces), " ".join(PIECES)), told(turns)
        assert {turn.question_key for turn in pieces} == {question.question_key}
        assert reply.answers == pieces[-1].seq
    # what cut a question off is seen: it was stored as it was heard, and put again
    for cut in by(turns, Speaker.INTERVIEWER):
        if cut.interrupted:
            assert (cut.move, cut.answers) == (None, None)


async def test_an_answer_with_pauses_is_one_answer(fleet: Fleet) -> None:
    async with staged(fleet, POSITION) as scene:
        check(await answer_in_pieces(scene))


async def test_an_answer_with_pauses_is_one_answer_though_its_words_come_a_second_late(fleet: Fleet) -> None:
    async with heard_by(fleet, "--final-seconds", "1.0"), staged(fleet, POSITION) as scene:
        check(await answer_in_pieces(scene))


async def test_what_was_heard_badly_is_asked_again_at_most_twice(fleet: Fleet) -> None:
    async with heard_by(fleet, "--confidence", "0.2"), staged(fleet) as scene:
        await scene.until_asked(1)
        for count in (1, 2):
            await scene.caller.say(ANSWER)
            await scene.until_said(Move.REPEAT, count)
        await scene.caller.say(OTHER_ANSWER)
        turns = await scene.until_asked(2)
    assert len(moves(turns, Move.REPEAT)) == 2
    assert all(turn.confidence == pytest.approx(0.2) for turn in by(turns, Speaker.CANDIDATE))
