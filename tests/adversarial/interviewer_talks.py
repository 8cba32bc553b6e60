"""The positions and candidates of the interviews that a misbehaving Claude holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path

import yaml
from pydantic import BaseModel

from agent.plan import END_REASONS
from models.documents.interview import EndReason
from models.documents.position import Criterion, Fact, Level, PositionContent, Question
from models.documents.turn import Move
from tests.factories import position_body


class TalkQuestion(BaseModel):
    """A core question and its listening notes: one short note, and one of more than six words."""

    text: str
    listen_for: list[str]


class TalkTexts(BaseModel):
    """The texts of one language (interviewer_talks.yaml)."""

    questions: list[TalkQuestion]
    anchor: str
    answers: list[str]
    stop: str
    yes: str
    no: str
    withdraw: str
    job_question: str
    """A question that the position has no fact for."""
    fact_question: str
    fact_answer: str
    repeat: str
    wait: str
    explain: str
    unknown: str
    mentions_stopping: str
    agrees_by_chance: str
    instructions: list[str]
    statement: str
    """A sentence that may precede a question or a closing."""
    explanation: str
    probes: list[str]

    @property
    def harmless(self) -> list[str]:
        """What a model may say."""
        return [self.statement, self.explanation, *self.probes]

    @property
    def private(self) -> list[str]:
        """What a candidate must not hear."""
        return [self.anchor, *(note for question in self.questions for note in question.listen_for)]


TEXTS: Mapping[str, TalkTexts] = {
    language: TalkTexts.model_validate(texts)
    for language, texts in yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8")).items()
}


def make_attacked_position(language: str) -> PositionContent:
    """Create a position whose questions, notes and anchors are in that language."""
    texts = TEXTS[language]
    levels = [*(Level(value=value, anchor=f"Anchor {value}.") for value in range(1, 5)), Level(value=5, anchor=texts.anchor)]
    questions = [
        Question(key=f"question_{place}", text=question.text, listen_for=question.listen_for, max_probes=2)
        for place, question in enumerate(texts.questions, 1)
    ]
    return position_body(
        title="Viva",
        language=language,
        questions=questions,
        criteria=[Criterion(key="technical", name="Viva", weight=1, levels=levels)],
        wrap_up_after_exchanges=12,
        facts=[Fact(question=texts.fact_question, answer=texts.fact_answer)],
    )


class Kind(Enum):
    """What a candidate says, as far as the interviewer has to treat it differently."""

    ANSWER = auto()
    REQUEST = auto()
    """It leaves the question open."""
    STOP = auto()
    CONFIRM = auto()
    DENY = auto()


@dataclass(frozen=True, slots=True)
class Utterance:
    """One contribution of a candidate."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Habits:
    """How a candidate takes part. Questions are counted from 1."""

    name: str
    end_reason: EndReason = EndReason.WRAPPED_UP
    """How the interview must end."""
    before_answering: Mapping[int, Sequence[tuple[Kind, str]]] = field(default_factory=dict)
    """What the candidate says before the answer to a question: the name of a text, by the number of the question."""
    answer: str | None = None
    """The name of the text that is the answer to every question; by default each has one of its own."""
    answer_to_stop: tuple[Kind, str] = (Kind.DENY, "no")
    """What the candidate says when asked whether to end the interview."""
    seconds_per_answer: int = 30


_REQUEST = Kind.REQUEST
HABITS = (
    Habits("answers every question"),
    Habits("asks to repeat", before_answering={1: [(_REQUEST, "repeat")], 2: [(_REQUEST, "repeat")] * 4}),
    Habits("asks for a moment", before_answering={1: [(_REQUEST, "wait")] * 3, 3: [(_REQUEST, "wait")]}),
    Habits("asks for an explanation", before_answering={2: [(_REQUEST, "explain")] * 4}),
    Habits("knows nothing", answer="unknown"),
    Habits(
        "stops and confirms",
        EndReason.CANDIDATE_ENDED,
        before_answering={2: [(Kind.STOP, "stop")]},
        answer_to_stop=(Kind.CONFIRM, "yes"),
    ),
    Habits(
        "withdraws and confirms",
        EndReason.CONSENT_WITHDRAWN,
        before_answering={3: [(Kind.STOP, "withdraw")]},
        answer_to_stop=(Kind.CONFIRM, "yes"),
    ),
    Habits("asks about the job", before_answering={1: [(_REQUEST, "fact_question")], 2: [(_REQUEST, "job_question")] * 2}),
    Habits("wants to stop and decides otherwise", before_answering={2: [(Kind.STOP, "stop")]}),
    Habits("mentions stopping", answer="mentions_stopping", answer_to_stop=(Kind.ANSWER, "agrees_by_chance")),
    Habits("gives instructions", answer="instructions", answer_to_stop=(Kind.ANSWER, "answers")),
    Habits("is slow", EndReason.OUT_OF_TIME, seconds_per_answer=1000),
)


class SimulatedCandidate:
    """A candidate with these habits, who speaks the language."""

    def __init__(self, habits: Habits, language: str) -> None:
        self.habits = habits
        self._texts = TEXTS[language]
        self._wants_to_end = False
        self._waiting = {question: list(said) for question, said in habits.before_answering.items()}

    def speak(self, question: int, last_move: Move | None) -> Utterance:
        """Return what the candidate says after the interviewer's last move. `question` is the open one, counted from 1."""
        if last_move in END_REASONS:
            is_misunderstood = self.habits.answer_to_stop[0] is Kind.CONFIRM and not self._wants_to_end
            return self._choose((Kind.DENY, "no") if is_misunderstood else self.habits.answer_to_stop, question)
        if waiting := self._waiting.get(question):
            return self._choose(waiting.pop(0), question)
        return self._choose((Kind.ANSWER, self.habits.answer or "answers"), question)

    def _choose(self, said: tuple[Kind, str], question: int) -> Utterance:
        kind, name = said
        self._wants_to_end = self._wants_to_end or kind is Kind.STOP
        text = getattr(self._texts, name)
        return Utterance(kind, text if isinstance(text, str) else text[(question - 1) % len(text)])
