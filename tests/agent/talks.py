"""Interviews in memory: turns as the text job stores them, without a database."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bson import ObjectId
from hypothesis import strategies as st

from agent.plan import Limits, Plan, read
from models.interview import EndReason
from models.position import PositionBody, Question
from models.turn import Channel, Move, Source, Speaker, Turn
from tests.factories import position_body

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


@dataclass
class Talk:
    """One interview; `now` is its clock. The interviewer's turns are made by the plan that is passed in, which may be old."""

    position: PositionBody = field(default_factory=position_body)
    limit: timedelta = timedelta(minutes=30)
    closing: timedelta = timedelta(minutes=1)
    silence: timedelta = timedelta(minutes=5)
    language: str = "en"
    now: datetime = START
    started_at: datetime | None = None
    turns: list[Turn] = field(default_factory=list)
    channel: Channel = Channel.TEXT

    @property
    def plan(self) -> Plan:
        """What the stored turns stand for now."""
        limits = Limits(self.started_at, self.limit, self.closing, self.silence)
        return read(self.position, self.language, self.turns, limits, self.now)

    @property
    def spoken(self) -> list[Turn]:
        """The interviewer's turns."""
        return [turn for turn in self.turns if turn.speaker is Speaker.INTERVIEWER]

    def wait(self, **lapse: float) -> None:
        """Let time pass; `lapse` as timedelta takes it."""
        self.now += timedelta(**lapse)

    def greet(self, plan: Plan | None = None) -> None:
        """Store the greeting and the first question."""
        plan = plan or self.plan
        self._store(Speaker.INTERVIEWER, "Hello.", Move.GREET, plan)
        self._store(Speaker.INTERVIEWER, plan.words_after(Move.NEXT), Move.NEXT, plan)

    def greet_alone(self) -> None:
        """Store the greeting; the first question has not been heard."""
        self._store(Speaker.INTERVIEWER, "Hello.", Move.GREET, self.plan)

    def say(self, *pieces: str, started_at: datetime | None = None) -> None:
        """Store what the candidate says, a turn for each piece; begun now, or at `started_at`."""
        self.started_at = self.started_at or self.now
        for piece in pieces:
            self._store(Speaker.CANDIDATE, piece, started_at=started_at)

    def make(self, move: Move, plan: Plan | None = None, reason: EndReason | None = None) -> Turn:
        """Store the interviewer's turn of that move."""
        plan = plan or self.plan
        return self._store(Speaker.INTERVIEWER, plan.words_after(move, reason), move, plan)

    def answer(self, move: Move, *pieces: str) -> Turn:
        """The candidate says something, and gets that reply."""
        self.say(*(pieces or ("An answer.",)))
        assert move in self.plan.moves, f"{move} is not among {self.plan.moves}"
        return self.make(move)

    def cut_off(self, text: str) -> None:
        """Store what was heard of a reply that was cut off before it was heard."""
        self._store(Speaker.INTERVIEWER, text)

    def _store(
        self,
        speaker: Speaker,
        text: str,
        move: Move | None = None,
        plan: Plan | None = None,
        started_at: datetime | None = None,
    ) -> Turn:
        turn = Turn(
            id=ObjectId(),
            interview_id=ObjectId(),
            seq=len(self.turns) + 1,
            key=f"test:{len(self.turns)}",
            speaker=speaker,
            text=text,
            channel=self.channel,
            started_at=started_at or self.now,
            ended_at=self.now,
            question_key=plan.question_key_after(move) if plan and move else None,
            move=move,
            source=Source.MODEL if move else None,
            answers=plan.answers if plan else None,
        )
        self.turns.append(turn)
        return turn


def greeted(**fields: object) -> Talk:
    """A talk whose first question has been put."""
    talk = Talk(**fields)  # type: ignore[arg-type]  # the dataclass checks the names, each test its values
    talk.greet()
    return talk


def questions(*max_probes: int) -> list[Question]:
    """As many core questions, each with one question mark."""
    return [
        Question(key=f"question_{place}", text=f"Core question {place}, what do you say?", max_probes=probes)
        for place, probes in enumerate(max_probes, 1)
    ]


def with_probes(*max_probes: int, wrap_up: int | None = None) -> Talk:
    """A greeted talk with a core question for each number: how often that may be probed."""
    position = position_body(questions=questions(*max_probes), wrap_up_after_exchanges=wrap_up or len(max_probes))
    return greeted(position=position)


@st.composite
def positions(draw: st.DrawFn) -> PositionBody:
    """Positions of 1 to 12 questions that savePosition takes."""
    probes = draw(st.lists(st.integers(0, 5), min_size=1, max_size=12))
    return position_body(
        questions=questions(*probes),
        wrap_up_after_exchanges=len(probes) + draw(st.integers(0, 15)),
        limit_minutes=len(probes) + draw(st.integers(0, 40)),
    )
