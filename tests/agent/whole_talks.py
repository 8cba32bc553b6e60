"""Interviews from greeting to closing, with whatever the model chooses and whenever the candidate writes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st

from agent.plan import TRIES, Plan
from models.position import PositionBody
from models.turn import Move
from tests.agent.talks import Talk

REQUESTS = (Move.REPEAT, Move.CLARIFY, Move.WAIT)
MANY = settings(max_examples=150, deadline=None)


@dataclass(frozen=True)
class Step:
    """What happens around one reply."""

    choice: int
    """which of the allowed moves is made"""
    pieces: int = 1
    """turns of the candidate before the reply is composed"""
    late: int = 0
    """and while it is composed"""
    seconds: int = 0
    """that the candidate takes"""
    is_silent: bool = False
    """the candidate lets the clock run out once before writing"""


STEPS = st.lists(
    st.builds(Step, st.integers(0, 6), st.integers(1, 3), st.integers(0, 1), st.integers(0, 900), st.booleans()),
    min_size=1,
    max_size=25,
)
UNHURRIED = st.lists(st.builds(Step, st.integers(0, 6), st.integers(1, 3), st.integers(0, 1)), min_size=1, max_size=25)
Look = Callable[[Talk, Plan], None]


def hold(
    position: PositionBody,
    steps: Sequence[Step],
    look: Look = lambda _talk, _plan: None,
    *,
    ends_early: bool = True,
    replies: int | None = None,
    says: str = "Yes.",
) -> Talk:
    """An interview from greeting to closing, the steps over and over; `look` is called with each plan that a reply is made by.

    Without `ends_early` the model closes only where it may not go on; with `replies` the candidate falls silent after so many.
    """
    talk = Talk(position, limit=timedelta(minutes=position.limit_minutes))
    early = talk.plan
    if steps[0].late:
        talk.say("Hello?")
    talk.greet(early)
    most = _most_replies(position)
    for count in range(most + 1):
        if count == replies:
            return talk
        step = steps[count % len(steps)]
        if step.is_silent and talk.started_at and let_silence_pass(talk):
            return talk
        talk.wait(seconds=step.seconds)
        talk.say(*[says] * step.pieces)
        plan = talk.plan
        look(talk, plan)
        moves = [move for move in plan.moves if ends_early or move is not Move.CLOSE or Move.NEXT not in plan.moves]
        move = moves[step.choice % len(moves)]
        if step.late:
            talk.say(says)
        talk.make(move, plan)
        if move is Move.CLOSE:
            return talk
    raise AssertionError(f"no end after {most} replies: {[turn.move for turn in talk.spoken]}")


def let_silence_pass(talk: Talk) -> bool:
    """The clock's move, if there is nothing to reply to; whether it was the end."""
    plan = talk.plan
    if plan.contribution or plan.last_turn_at is None:
        return False
    due_at = plan.due_after(plan.last_turn_at)
    assert due_at is not None
    talk.now = max(talk.now, due_at)
    assert talk.plan.clock_move, "what is due has a move"
    move, reason = talk.plan.clock_move
    talk.make(move, talk.plan, reason)
    return move is Move.CLOSE


def _most_replies(position: PositionBody) -> int:
    on_questions = sum(question.max_probes + TRIES * len(REQUESTS) + 1 for question in position.questions)
    others = on_questions + len(position.questions)
    return others + 2 * (others + 1)  # between any two others a STOP, and the same again where it was not heard
