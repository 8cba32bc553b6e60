"""What the interviewer is about to say, and the turn that it becomes by what was heard of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bson import ObjectId

from agent.plan import InterviewPlan
from agent.voice.speech_player import SpokenText
from models.documents.interview import EndReason
from models.documents.turn import Channel, Latency, Move, NewTurn, Source, Speaker, Turn
from models.storage.clock import now

MIN_HEARD_SHARE = 0.6
"""of a question that was cut off, from which on it counts as asked"""


@dataclass(slots=True)
class Utterance:
    """Words that are on their way; a reply's move is known once it opens."""

    move: Move
    source: Source
    answers: int | None
    """seq of the last candidate turn that it answers"""
    by_code: bool | None = None
    reason: EndReason | None = None
    """of a CLOSE"""
    text: str = ""
    """composed so far"""


def is_heard(plan: InterviewPlan, utterance: Utterance, spoken: SpokenText) -> bool:
    """Whether enough of the draft was heard for what the candidate says now to be an answer to it."""
    if not spoken.interrupted:
        return True
    question = plan.code_words(Move.NEXT) if utterance.move is Move.NEXT else utterance.text
    if not utterance.text.endswith(question):
        # the question had not even been added
        return False
    return len(spoken.text) >= len(utterance.text) - (1 - MIN_HEARD_SHARE) * len(question)


def build_spoken_turn(plan: InterviewPlan, utterance: Utterance, spoken: SpokenText, latency: Latency | None) -> NewTurn:
    """The turn to be stored; without a move, and answering nothing, where it was cut off before it was heard."""
    heard, open_question = is_heard(plan, utterance, spoken), plan.open_question
    return NewTurn(
        key=f"item:{spoken.id}",
        speaker=Speaker.INTERVIEWER,
        text=spoken.text,
        channel=Channel.VOICE,
        started_at=datetime.fromtimestamp(spoken.started_at, UTC),
        ended_at=datetime.fromtimestamp(spoken.ended_at, UTC),
        question_key=plan.question_key_after(utterance.move) if heard else open_question.key if open_question else None,
        interrupted=spoken.interrupted,
        move=utterance.move if heard else None,
        source=utterance.source,
        answers=utterance.answers if heard else None,
        latency=latency,
    )


def build_provisional_turn(interview_id: ObjectId, text: str, turns: Sequence[Turn]) -> Turn:
    """The turn that will be stored next, if the candidate says nothing more."""
    at = now()
    return Turn(
        id=ObjectId(),
        interview_id=interview_id,
        seq=turns[-1].seq + 1 if turns else 1,
        key="provisional",
        speaker=Speaker.CANDIDATE,
        text=text,
        channel=Channel.VOICE,
        started_at=at,
        ended_at=at,
    )
