"""An evaluation with a value in every field, built without a database."""

from datetime import UTC, datetime, timedelta
from typing import Any

from beanie import PydanticObjectId
from bson import ObjectId

from evaluation.reports.report import Report, ReportSources, build_report, load_flag_explanations
from models.documents.evaluation import (
    CriterionState,
    Evaluation,
    EvaluationOutcome,
    Evidence,
    EvidenceFlag,
    Finding,
    JudgePass,
    LevelOverride,
    Provenance,
    QuestionCoverage,
    RatedLevel,
    Rating,
    Review,
    ReviewFlag,
)
from models.documents.interview import (
    Candidate,
    Decision,
    EvaluationStatus,
    Interview,
    InterviewNote,
    InterviewStatus,
    PositionRef,
    Recommendation,
)
from models.documents.position import Position
from models.documents.recording import Recording, RecordingFile, RecordingKind, RecordingStatus
from models.documents.turn import Channel, Speaker, Turn
from models.documents.usage import Usage
from tests.factories import new_outcome, position_body

START = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
ANSWER = "It was late. I did not write the page, but I found the full disk in 0.9 hours & wrote <b>a runbook</b>. She measured."
QUOTE = "I found the full disk in 0.9 hours"
REVIEWER = "Grace Hopper"
REVIEW_REASON = "The runbook convinced me."
CORRECTION = "I meant {0.8} hours."
RATER = "Katherine Johnson"
RATING_REASON = "A plain repair."
OVERRIDE_REASON = "The third answer shows more."


NOTE = "Her second answer is the better one."
MOMENT_NOTE = "A long pause."
NOTE_AUTHOR = "Dorothy Vaughan"


def make_turn(seq: int, text: str, speaker: Speaker = Speaker.CANDIDATE, *, start: float, end: float, **values: Any) -> Turn:
    """Return a turn that begins and ends so many seconds after START."""
    fields: dict[str, Any] = {"channel": Channel.VOICE, "confidence": 0.9 if speaker is Speaker.CANDIDATE else None}
    return Turn(
        id=ObjectId(),
        interview_id=ObjectId(),
        seq=seq,
        key=f"item:{seq}",
        speaker=speaker,
        text=text,
        started_at=START + timedelta(seconds=start),
        ended_at=START + timedelta(seconds=end),
        **{**fields, **values},
    )


def make_unstored_interview(**values: Any) -> Interview:
    """Return an interview without a database."""
    fields: dict[str, Any] = {
        "organization_id": PydanticObjectId(),
        "status": InterviewStatus.COMPLETED,
        "channel": Channel.VOICE,
        "language": "en",
        "candidate": Candidate(name="Ada Lovelace", email="ada@example.org"),
        "started_at": START,
        "ended_at": START + timedelta(minutes=20),
        "position": PositionRef(id=PydanticObjectId(), key="tester", version=2, title="Tester", limit_minutes=30, questions=3),
        "decision": None,
        "decision_version": None,
        "decided_by": None,
        "decided_at": None,
        "counted_version": 1,
        "notes": [_make_note(NOTE, seq=7), _make_note(MOMENT_NOTE, at=START + timedelta(seconds=44))],
    }
    interview: Interview = Interview.model_construct(**{**fields, **values})
    return interview


def _make_note(text: str, **moment: Any) -> InterviewNote:
    fields = {"id": PydanticObjectId(), "author": NOTE_AUTHOR, "author_id": None, "author_is_member": True, "created_at": START}
    return InterviewNote(text=text, **fields, **moment)


def make_evidence() -> Evidence:
    sentence_start, sentence_end = ANSWER.index("I did"), ANSWER.index(" She")
    start = ANSWER.index(QUOTE)
    return Evidence(
        quote=QUOTE,
        seq=4,
        start=start,
        end=start + len(QUOTE),
        sentence=ANSWER[sentence_start:sentence_end],
        sentence_start=sentence_start,
        sentence_end=sentence_end,
        flags=[EvidenceFlag.NEGATION],
    )


def make_detailed_outcome() -> EvaluationOutcome:
    """Return an outcome of two levels and a criterion without one, that has a value in every field."""
    evidence = make_evidence()
    criteria = [
        result.model_copy(update={"state": CriterionState.ASSESSED, "evidence": [evidence], "pass_levels": [3, 5], "spread": 2})
        for result in new_outcome().criteria
    ]
    criteria[0].flags = [ReviewFlag.LEVELS_DIFFER]
    criteria[0].questions = [
        QuestionCoverage(question_key="motivation", asked=True, answered=True),
        QuestionCoverage(question_key="incident", asked=True, answered=False),
        QuestionCoverage(question_key="teamwork", asked=False, answered=False),
    ]
    criteria[2] = criteria[2].model_copy(
        update={
            "state": CriterionState.NOT_DEMONSTRATED,
            "level": None,
            "score": None,
            "evidence": [],
            "rationale": "Not demonstrated.",
        }
    )
    return EvaluationOutcome(
        overall_score=50.0,
        recommendation=Recommendation.HIRE,
        summary="Careful work on faults.",
        coverage=0.58,
        criteria=criteria,
        strengths=[Finding(text="Finds the cause.", evidence=[evidence])],
        weaknesses=[Finding(text="Gives few reasons.", evidence=[])],
        model="a-model",
        lowest_score=45.0,
        highest_score=62.5,
        flags=[ReviewFlag.BANDS_DIFFER],
        passes=[
            JudgePass(
                number=1,
                model="a-model",
                message_id="msg_1",
                max_tokens=100,
                prompt_digest="aa11",
                judgement_digest="bb22",
                claimed_quotes=6,
                failed_quotes=1,
                is_void=False,
                overall_score=50.0,
                usage=Usage(),
            )
        ],
        evaluator_addresses=[7],
        removed_sentences=2,
        provenance=Provenance(
            rubric_digest="cc33", consent_text_version="2026-11", interviewer_model="a-talker", interviewer_prompt_version="5"
        ),
    )


def make_sources(outcome: EvaluationOutcome | None = None, **interview_values: Any) -> ReportSources:
    """Return the documents of an evaluation that a person has reviewed."""
    outcome = outcome or make_detailed_outcome()
    review = Review(
        id=PydanticObjectId(),
        decision=Decision.ADVANCE,
        reason=REVIEW_REASON,
        reviewer=REVIEWER,
        created_at=START + timedelta(days=1),
        overrides=[LevelOverride(criterion_key="communication", level=4, reason=OVERRIDE_REASON)],
        overall_score=62.5,
    )
    rating = Rating(
        id=PydanticObjectId(),
        reviewer_id=PydanticObjectId(),
        reviewer=RATER,
        created_at=START + timedelta(hours=2),
        levels=[RatedLevel(criterion_key="technical", level=2, reason=RATING_REASON)],
    )
    evaluation = Evaluation.model_construct(
        interview_id=PydanticObjectId(),
        organization_id=PydanticObjectId(),
        version=1,
        status=EvaluationStatus.COMPLETED,
        outcome=outcome,
        position_id=PydanticObjectId(),
        position_version=2,
        prompt_version="9",
        model="a-model",
        transcript_digest="dd44",
        sandbox=False,
        completed_at=START + timedelta(hours=1),
        reviews=[review],
        ratings=[rating],
    )
    body = position_body()
    position = Position.model_construct(**dict(body), organization_id=PydanticObjectId(), version=2)
    file = RecordingFile(
        kind=RecordingKind.AUDIO, status=RecordingStatus.COMPLETED, started_at=START + timedelta(seconds=2), path="a/audio.ogg"
    )
    return ReportSources(
        interview_id="int_1",
        evaluation_id="eva_1",
        url="https://viva.example/interviews/int_1",
        organization="Analytical Engines",
        interview=make_unstored_interview(**interview_values),
        evaluation=evaluation,
        outcome=outcome,
        position=position,
        turns={4: make_turn(4, ANSWER, start=65, end=80)},
        corrections={4: CORRECTION},
        recording=Recording.model_construct(files=[file]),
    )


def make_report(outcome: EvaluationOutcome | None = None, **interview_values: Any) -> Report:
    return build_report(make_sources(outcome, **interview_values), load_flag_explanations())
