"""Factories of small, valid documents for tests."""

from datetime import datetime, timedelta
from typing import Any

from beanie import PydanticObjectId
from bson import ObjectId

from evaluation.rubric import get_recommendation, to_score
from models.documents.change import Change, ChangeKind, ChangePosition
from models.documents.evaluation import (
    CriterionResult,
    CriterionState,
    Evaluation,
    EvaluationOutcome,
    InconclusiveReason,
    JudgePass,
    Provenance,
    QuestionCoverage,
    Review,
)
from models.documents.interview import (
    TURN_STATUSES,
    Candidate,
    Consent,
    Decision,
    Interview,
    InterviewNote,
    InterviewStatus,
    PositionRef,
    Progress,
    Recommendation,
    RoomState,
    build_name_keys,
    get_interview,
)
from models.documents.position import Criterion, Level, Position, PositionContent, Question
from models.documents.recording import Recording, RecordingFile, RecordingKind, RecordingStatus
from models.documents.turn import Channel, NewTurn, Speaker, Turn
from models.documents.usage import Usage
from models.documents.webhook import WebhookEndpoint, WebhookEventType
from models.storage.clock import now
from models.writes.append_turns import InterviewerUpdate, append_candidate_turn
from models.writes.organization_usage import add_daily_message, add_daily_usage
from models.writes.webhook_endpoints import subscribe

CONSENT = Consent(text_version="test", given_at=now(), recording=False)
LEASE_SECONDS = 60.0
"""The length of a lease that does not lapse during a test."""
SHORT_LEASE_SECONDS = 0.05
"""The length of a lease that lapses before the next command."""


def position_body(**values: Any) -> PositionContent:
    """Return a position with three questions and three criteria; `values` replace fields."""
    criteria = [
        Criterion(
            key=key,
            name=key.replace("_", " "),
            weight=1,
            levels=[Level(value=value, anchor=f"{key} at level {value}") for value in range(1, 6)],
        )
        for key in ("technical", "communication", "problem_solving")
    ]
    questions = [
        Question(key=key, text=text, listen_for=[f"a fact about {key}"], max_probes=1, criterion_keys=["technical"])
        for key, text in (
            ("motivation", "What draws you to this work?"),
            ("incident", "Tell me about the last incident that you handled."),
            ("teamwork", "How do you give a colleague bad news?"),
        )
    ]
    fields = {"key": "tester", "title": "Tester", "questions": questions, "criteria": criteria, "wrap_up_after_exchanges": 8}
    return PositionContent(**{**fields, **values})


async def make_position(organization_id: ObjectId | None = None, **values: Any) -> Position:
    """Store the first version of a position, in a new organization by default; `values` replace fields."""
    position = Position(
        organization_id=PydanticObjectId(organization_id or ObjectId()), version=1, **position_body(**values).model_dump()
    )
    return await position.insert()


async def make_interview(
    position: Position | None = None, status: InterviewStatus = InterviewStatus.IN_PROGRESS, **values: Any
) -> Interview:
    """Store an interview in this state, for a new position by default; `values` replace fields."""
    position = position or await make_position()
    at = now()
    name = "Ada Lovelace"
    is_scheduled = status is InterviewStatus.SCHEDULED
    fields = {
        "organization_id": position.organization_id,
        "status": status,
        "channel": Channel.TEXT,
        "language": position.language,
        "candidate": Candidate(name=name),
        **build_name_keys(name),
        "position": PositionRef(
            id=position.id,
            key=position.key,
            version=position.version,
            title=position.title,
            limit_minutes=position.limit_minutes,
            questions=len(position.questions),
        ),
        "expires_at": at + timedelta(days=7),
        "started_at": None if is_scheduled or status is InterviewStatus.WAITING else at,
        # a copy, because Beanie updates the objects within a document in place
        "consent": None if is_scheduled else CONSENT.model_copy(),
    }
    interview = Interview(**{**fields, **values})
    if interview.status not in TURN_STATUSES:
        interview.indexed_updated_at = interview.updated_at
    return await interview.insert()


async def make_voice_interview(**values: Any) -> Interview:
    """Store a voice interview in progress whose room nobody has joined. `values` replace fields."""
    fields = {"channel": Channel.VOICE, "room": RoomState(expected_until=now() - timedelta(minutes=1))}
    return await make_interview(**{**fields, **values})


def seconds_ago(seconds: float) -> datetime:
    return now() - timedelta(seconds=seconds)


async def reload_interview(interview: Interview) -> Interview:
    """Return the interview as it is stored now."""
    stored = await get_interview(interview.id)
    assert stored
    return stored


async def read_room(interview: Interview) -> RoomState:
    """Return the state of the interview's room as it is stored now."""
    room = (await reload_interview(interview)).room
    assert room
    return room


def new_evaluation(interview: Interview, **values: Any) -> Evaluation:
    """Return an unstored evaluation that is due; `values` replace fields."""
    fields = {
        "interview_id": interview.id,
        "organization_id": interview.organization_id,
        "version": 1,
        "position_id": interview.position.id,
        "position_version": interview.position.version,
        "model": "test",
        "transcript_digest": "",
        "sandbox": True,
    }
    return Evaluation(**{**fields, **values})


def new_outcome(level: int | None = 3) -> EvaluationOutcome:
    """Return an outcome of one pass with all three criteria at this level, or without any score."""
    score = to_score(level)
    criteria = [
        CriterionResult(
            key=key,
            name=key,
            weight=1,
            level=level,
            score=score,
            rationale="because",
            evidence=[],
            state=CriterionState.NOT_ASSESSED if level is None else CriterionState.ASSESSED,
            questions=[QuestionCoverage(question_key="incident", asked=True, answered=level is not None)],
            pass_levels=[level],
            spread=None if level is None else 0,
        )
        for key in ("technical", "communication", "problem_solving")
    ]
    judge_pass = JudgePass(
        number=1,
        model="test",
        message_id="msg_test",
        max_tokens=1000,
        prompt_digest="01",
        judgement_digest="23",
        claimed_quotes=3,
        failed_quotes=0,
        is_void=False,
        overall_score=score,
        usage=Usage(output_tokens=1),
    )
    return EvaluationOutcome(
        overall_score=score,
        lowest_score=score,
        highest_score=score,
        recommendation=Recommendation.INCONCLUSIVE if score is None else get_recommendation(score),
        inconclusive_reason=InconclusiveReason.LOW_COVERAGE if level is None else None,
        summary="a summary",
        coverage=0 if level is None else 1,
        criteria=criteria,
        strengths=[],
        weaknesses=[],
        model="test",
        passes=[judge_pass],
        provenance=Provenance(
            rubric_digest="45",
            consent_text_version="test",
            consent_language="en",
            interviewer_model="test",
            interviewer_prompt_version="test",
        ),
    )


def new_review(decision: Decision = Decision.ADVANCE) -> Review:
    """Return a review with this decision that changes no level."""
    return Review(
        id=ObjectId(),
        decision=decision,
        reason="because of the looms",
        reviewer="somebody",
        created_at=now(),
        overrides=[],
        overall_score=None,
    )


def new_turn(key: str, text: str = "Some words.", speaker: Speaker = Speaker.INTERVIEWER, **values: Any) -> NewTurn:
    """Return a turn without a seq; `values` replace fields."""
    at = now()
    fields = {"key": key, "text": text, "speaker": speaker, "channel": Channel.TEXT, "started_at": at, "ended_at": at}
    return NewTurn(**{**fields, **values})


def new_interviewer_update(fence: int = 0, **values: Any) -> InterviewerUpdate:
    """Return the changes of an interviewer's turns; `values` replace fields."""
    fields = {"fence": fence, "answers": 0, "progress": Progress(), "is_code_reply": False, "due_at": None}
    return InterviewerUpdate(**{**fields, **values})


def new_recording(interview: Interview, **values: Any) -> Recording:
    """Return an unstored recording that has just begun; `values` replace fields."""
    return Recording(**{"interview_id": interview.id, "organization_id": interview.organization_id, **values})


def new_recording_file(**values: Any) -> RecordingFile:
    """Return a playable file; `values` replace fields."""
    fields = {
        "kind": RecordingKind.AUDIO,
        "status": RecordingStatus.COMPLETED,
        "started_at": now(),
        "mime_type": "audio/ogg",
        "path": "somewhere/audio.ogg",
        "duration_seconds": 1.5,
        "size_bytes": 1000,
    }
    return RecordingFile(**{**fields, **values})


def new_interview_note(**values: Any) -> InterviewNote:
    """Return a note on the first turn; `values` replace fields."""
    fields = {
        "id": PydanticObjectId(),
        "seq": 1,
        "text": "To be asked again.",
        "author": "somebody",
        "author_id": PydanticObjectId(),
        "author_is_member": True,
        "created_at": now(),
    }
    return InterviewNote(**{**fields, **values})


def new_webhook_endpoint(organization_id: ObjectId, **values: Any) -> WebhookEndpoint:
    """Return an unstored endpoint that receives every event from the beginning of the feed; `values` replace fields."""
    fields = {
        "organization_id": PydanticObjectId(organization_id),
        "url": "https://example.org/hook",
        "subscriptions": subscribe(list(WebhookEventType)),
        "secrets": [],
        "cursor": 0,
        "created_by": "somebody",
    }
    return WebhookEndpoint(**{**fields, **values})


async def record_change(interview: Interview, kind: ChangeKind = ChangeKind.INTERVIEW, object_id: ObjectId | None = None) -> None:
    """Append a change to the feed, as the sequencer does."""
    position = await ChangePosition.get(interview.organization_id) or ChangePosition(id=interview.organization_id)
    position.number += 1
    await position.save()
    await Change(
        organization_id=interview.organization_id,
        number=position.number,
        kind=kind,
        object_id=PydanticObjectId(object_id or interview.id),
        interview_id=interview.id,
        changed_at=now(),
    ).insert()


async def add_candidate_turn(interview: Interview, text: str, key: str | None = None) -> Turn:
    """Store a turn of the candidate without publishing it."""
    turn = new_turn(f"client:{key or ObjectId()}", text, Speaker.CANDIDATE)
    stored, *_ = await append_candidate_turn(interview.id, turn)
    return stored


async def add_organization_usage(
    organization_id: ObjectId, moment: datetime, *, messages: int = 0, usage: Usage | None = None
) -> None:
    """Count messages and usage of Claude in the organization's day."""
    for _ in range(messages):
        await add_daily_message(organization_id, moment)
    if usage:
        await add_daily_usage(organization_id, moment, usage)
