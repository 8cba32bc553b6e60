"""Simulated interviews from greeting to closing, with generated moves, messages and pauses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st

from agent.plan import MAX_FINAL_ANSWERS, MAX_TRIES_PER_QUESTION, InterviewPlan
from models.documents.position import PositionContent
from models.documents.turn import Move
from tests.agent.talks import ANSWER, Talk

ORDINARY_TEXTS = ("Yes.", "Then I would stop it.", ANSWER)
"""Answers that are no request. The first two are thin, and the model may take the second for the wish to stop."""
REQUEST_TEXTS = (
    "No.",
    "I want to stop here.",
    "Please repeat that.",
    "What do you mean?",
    "One moment.",
    "Are you an AI?",
    "I don't know.",
    "When will I hear from you?",
    "Next question, please.",
)
SECONDS_PER_REQUEST = 10
"""The least time that a candidate takes to hear a question again and to make another request."""
CANDIDATE_REQUESTS = (Move.REPEAT, Move.CLARIFY, Move.WAIT)
MANY_EXAMPLES = settings(max_examples=150, deadline=None)


@dataclass(frozen=True)
class TalkStep:
    """The events around one reply."""

    choice: int
    """Index of the allowed move to make, modulo their number."""
    pieces: int = 1
    """Number of candidate turns before the reply is composed."""
    late_pieces: int = 0
    """Number of candidate turns while the reply is composed."""
    seconds: int = 0
    """Seconds that the candidate takes to answer."""
    is_silent: bool = False
    """Whether the candidate stays silent until a move by the clock is due."""
    text: str = ORDINARY_TEXTS[0]
    """What the candidate says, in each piece."""


def _steps(*texts: str) -> st.SearchStrategy[list[TalkStep]]:
    step = st.builds(
        TalkStep,
        st.integers(0, 6),
        st.integers(1, 3),
        st.integers(0, 1),
        st.integers(0, 900),
        st.booleans(),
        st.sampled_from(texts),
    )
    return st.lists(step, min_size=1, max_size=25)


STEPS = _steps(*ORDINARY_TEXTS)
STEPS_WITH_REQUESTS = _steps(*ORDINARY_TEXTS, *REQUEST_TEXTS)
UNHURRIED_STEPS = st.lists(st.builds(TalkStep, st.integers(0, 6), st.integers(1, 3), st.integers(0, 1)), min_size=1, max_size=25)
PlanCallback = Callable[[Talk, InterviewPlan], None]


def simulate_talk(
    position: PositionContent,
    steps: Sequence[TalkStep],
    on_plan: PlanCallback = lambda _talk, _plan: None,
    *,
    ends_early: bool = True,
    replies: int | None = None,
    answer_text: str | None = None,
) -> Talk:
    """Simulate an interview from greeting to closing, repeating the steps as needed.

    `on_plan` is called with the plan of each reply. Unless `ends_early`, the model closes only when NEXT is not
    allowed. After `replies` replies, if given, the candidate falls silent and the interview is returned as it is.
    `answer_text`, if given, replaces the texts of the steps.
    """
    talk = Talk(position, limit=timedelta(minutes=position.limit_minutes))
    early = talk.plan
    if steps[0].late_pieces:
        talk.say("Hello?")
    talk.greet(early)
    max_replies = _max_replies(position)
    for count in range(max_replies + 1):
        if count == replies:
            return talk
        step = steps[count % len(steps)]
        if step.is_silent and talk.started_at and make_clock_move(talk):
            return talk
        text = answer_text or step.text
        # Requests that code recognizes are unlimited in number, so only the clock ends an interview of requests.
        talk.advance_clock(seconds=max(step.seconds, SECONDS_PER_REQUEST) if text in REQUEST_TEXTS else step.seconds)
        talk.say(*[text] * step.pieces)
        plan = talk.plan
        on_plan(talk, plan)
        moves = [
            move for move in plan.allowed_moves if ends_early or move is not Move.CLOSE or Move.NEXT not in plan.allowed_moves
        ]
        move = moves[step.choice % len(moves)]
        if step.late_pieces:
            talk.say(text)
        talk.store_move(move, plan)
        if move is Move.CLOSE:
            return talk
    raise AssertionError(f"no end after {max_replies} replies: {[turn.move for turn in talk.interviewer_turns]}")


def make_clock_move(talk: Talk) -> bool:
    """Make the move that the clock demands if there is nothing to reply to, and return whether it ended the interview."""
    plan = talk.plan
    if plan.contribution or plan.last_turn_at is None:
        return False
    due_at = plan.due_after(plan.last_turn_at)
    assert due_at is not None
    talk.now = max(talk.now, due_at)
    assert talk.plan.timeout_move, "a due date must come with a move"
    move, reason = talk.plan.timeout_move
    talk.store_move(move, talk.plan, reason)
    return move is Move.CLOSE


def _max_replies(position: PositionContent) -> int:
    # a question that is left open is asked twice
    on_questions = sum(
        question.max_probes + 2 * (MAX_TRIES_PER_QUESTION * len(CANDIDATE_REQUESTS) + 1) for question in position.questions
    )
    others = on_questions + len(position.questions) + 1 + len(CANDIDATE_REQUESTS) + MAX_FINAL_ANSWERS
    requests = position.limit_minutes * 60 // SECONDS_PER_REQUEST
    return requests + others + 2 * (others + 1)  # a STOP between any two others, repeated once if it was not heard
