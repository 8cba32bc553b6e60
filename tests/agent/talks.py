"""Interviews in memory, with turns as the reply job stores them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bson import ObjectId
from hypothesis import strategies as st

from agent.phrases import load_phrasebook
from agent.plan import InterviewPlan, TimeLimits, derive_plan
from models.documents.interview import CandidateSignals, EndReason
from models.documents.position import PositionContent, Question
from models.documents.turn import Channel, Move, Source, Speaker, Turn
from tests.factories import position_body

PHRASEBOOK = load_phrasebook()
ENGLISH = PHRASEBOOK.get("en")
QUESTIONS = [question.text for question in position_body().questions]
"""The texts of the questions that the interviews ask."""
ANSWER = "I wrote down the cost of both ways, chose the simpler one, and it has worked well since."
"""An answer that is not thin."""
START_TIME = datetime(2026, 1, 5, 9, tzinfo=UTC)


@dataclass
class Talk:
    """One interview with a clock, `now`.

    The interviewer's turns follow the plan passed in, which may be outdated.
    """

    position: PositionContent = field(default_factory=position_body)
    limit: timedelta = timedelta(minutes=30)
    closing: timedelta = timedelta(minutes=1)
    silence: timedelta = timedelta(minutes=5)
    language: str = "en"
    now: datetime = START_TIME
    started_at: datetime | None = None
    turns: list[Turn] = field(default_factory=list)
    channel: Channel = Channel.TEXT
    signals: CandidateSignals = field(default_factory=CandidateSignals)

    @property
    def plan(self) -> InterviewPlan:
        """The plan of the stored turns at `now`."""
        limits = TimeLimits(self.started_at, self.limit, self.closing, self.silence)
        return derive_plan(
            self.position, self.language, PHRASEBOOK.get(self.language), self.turns, limits, self.now, self.signals
        )

    @property
    def interviewer_turns(self) -> list[Turn]:
        """All turns of the interviewer."""
        return [turn for turn in self.turns if turn.speaker is Speaker.INTERVIEWER]

    def advance_clock(self, **lapse: float) -> None:
        """Advance the clock. `lapse` contains arguments of timedelta."""
        self.now += timedelta(**lapse)

    def greet(self, plan: InterviewPlan | None = None) -> None:
        """Store the greeting and the first question."""
        plan = plan or self.plan
        self._store(Speaker.INTERVIEWER, "Hello.", Move.GREET, plan)
        self._store(Speaker.INTERVIEWER, plan.scripted_text(Move.NEXT), Move.NEXT, plan)

    def greet_without_question(self) -> None:
        """Store the greeting only, as when the first question was not heard."""
        self._store(Speaker.INTERVIEWER, "Hello.", Move.GREET, self.plan)

    def say(self, *pieces: str, started_at: datetime | None = None) -> None:
        """Store each piece as a turn of the candidate that starts now, or at `started_at`."""
        self.started_at = self.started_at or self.now
        for piece in pieces:
            self._store(Speaker.CANDIDATE, piece, started_at=started_at)

    def store_move(self, move: Move, plan: InterviewPlan | None = None, reason: EndReason | None = None) -> Turn:
        """Store a turn of the interviewer with that move."""
        plan = plan or self.plan
        return self.store_reply(move, plan.scripted_text(move, reason), plan)

    def store_reply(self, move: Move, text: str, plan: InterviewPlan) -> Turn:
        """Store a turn of the interviewer with that move and these words."""
        return self._store(Speaker.INTERVIEWER, text, move, plan)

    def answer_and_reply(self, move: Move, *pieces: str) -> Turn:
        """Store an answer of the candidate and a reply with that move."""
        self.say(*(pieces or (ANSWER,)))
        assert move in self.plan.allowed_moves, f"{move} is not among {self.plan.allowed_moves}"
        return self.store_move(move)

    def store_interrupted_reply(self, text: str) -> None:
        """Store a reply that was interrupted before it was heard."""
        self._store(Speaker.INTERVIEWER, text)

    def _store(
        self,
        speaker: Speaker,
        text: str,
        move: Move | None = None,
        plan: InterviewPlan | None = None,
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
            answers=plan.reply_to_seq if plan else None,
        )
        self.turns.append(turn)
        return turn


def make_greeted_talk(**fields: object) -> Talk:
    """Create a talk whose first question has been asked."""
    talk = Talk(**fields)  # type: ignore[arg-type]  # the dataclass checks the names, each test its values
    talk.greet()
    return talk


def new_questions(*max_probes: int) -> list[Question]:
    """Create a core question with one question mark for each number of probes."""
    return [
        Question(key=f"question_{place}", text=f"Core question {place}, what do you say?", max_probes=probes)
        for place, probes in enumerate(max_probes, 1)
    ]


def make_talk_with_probes(*max_probes: int, wrap_up: int | None = None) -> Talk:
    """Create a greeted talk with a core question for each number of probes."""
    position = position_body(questions=new_questions(*max_probes), wrap_up_after_exchanges=wrap_up or len(max_probes))
    return make_greeted_talk(position=position)


@st.composite
def positions(draw: st.DrawFn) -> PositionContent:
    """Generate valid positions with 1 to 12 questions."""
    probes = draw(st.lists(st.integers(0, 5), min_size=1, max_size=12))
    return position_body(
        questions=new_questions(*probes),
        wrap_up_after_exchanges=len(probes) + draw(st.integers(0, 15)),
        limit_minutes=len(probes) + draw(st.integers(0, 40)),
    )
