"""Evaluations: append-only, one document per version, with the reviews in which people decide."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from beanie import PydanticObjectId
from bson import ObjectId
from pydantic import BaseModel, Field
from pymongo import ASCENDING, DESCENDING, IndexModel

from models.documents.interview import Decision, Recommendation
from models.documents.organization import Role
from models.storage.clock import now
from models.storage.lease import Lease
from models.storage.stored_document import StoredDocument


class EvaluationStatus(StrEnum):
    """State of an evaluation."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


ACTIVE_STATUSES = (EvaluationStatus.PENDING, EvaluationStatus.RUNNING)


class Evidence(BaseModel):
    """A quote that code found in the transcript: text[start:end] of turn `seq`, in Unicode code points."""

    quote: str
    seq: int
    start: int
    end: int


class CriterionResult(BaseModel):
    """The result for one criterion. `level` (1-5) and `score` (0-100) are None when it was not assessed."""

    key: str
    name: str
    weight: float
    level: int | None
    score: float | None
    rationale: str
    evidence: list[Evidence]


class Finding(BaseModel):
    """A strength or a weakness."""

    text: str
    evidence: list[Evidence]


class Usage(BaseModel):
    """Tokens used by calls of the model, and their cost in US dollars at the prices in settings."""

    input_tokens: int = 0
    """Input tokens, without those read from the cache."""
    cached_input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0


class LevelOverride(BaseModel):
    """A reviewer's level for a criterion; None means not assessed."""

    criterion_key: str
    level: int | None
    reason: str


class Review(BaseModel):
    """A person's decision. `overall_score` is computed like the evaluation's, with the overrides applied."""

    id: PydanticObjectId
    decision: Decision
    reason: str
    reviewer: str
    reviewer_role: Role | None = None
    """Role of the reviewer's API key; None in reviews stored before it was recorded."""
    created_at: datetime
    overrides: list[LevelOverride]
    overall_score: float | None


class EvaluationOutcome(BaseModel):
    """Everything that a completed judgement adds to its evaluation, in one update."""

    overall_score: float | None
    recommendation: Recommendation
    summary: str
    coverage: float
    criteria: list[CriterionResult]
    strengths: list[Finding]
    weaknesses: list[Finding]
    model: str
    usage: Usage = Usage()
    """Usage of the call that produced this outcome."""


class Evaluation(StoredDocument):
    """One version of an interview's evaluation, with the state of its job: `due_at`, `attempts`, `fence`, `lease`."""

    interview_id: PydanticObjectId
    organization_id: PydanticObjectId
    version: int
    status: EvaluationStatus = EvaluationStatus.PENDING
    failure: str | None = None
    outcome: EvaluationOutcome | None = None
    usage: Usage = Usage()
    """Usage of all calls, including those that failed or whose worker lost its lease."""
    billed_fences: list[int] = Field(default_factory=list)
    """Fences of the attempts included in `usage`, so that retrying to record one adds it only once."""
    position_id: PydanticObjectId
    position_version: int
    prompt_version: str = ""
    """Version of the prompt, set by each claim; empty until the first."""
    model: str
    """The model requested; `outcome.model` is the one that answered."""
    transcript_digest: str
    """SHA-256 (hex) of the turns (models.documents.turn.compute_transcript_digest)."""
    sandbox: bool
    created_at: datetime = Field(default_factory=now)
    completed_at: datetime | None = None
    reviews: list[Review] = Field(default_factory=list)
    due_at: datetime | None = Field(default_factory=now)
    attempts: int = 0
    fence: int = 0
    lease: Lease | None = None

    class Settings:
        name = "evaluations"
        indexes: ClassVar = [
            IndexModel([("interview_id", ASCENDING), ("version", DESCENDING)], unique=True),
            IndexModel([("due_at", ASCENDING)], partialFilterExpression={"status": {"$in": ["PENDING", "RUNNING"]}}),
            # at most one active evaluation per interview, whatever races
            IndexModel(
                [("interview_id", ASCENDING)],
                unique=True,
                partialFilterExpression={"status": {"$in": ["PENDING", "RUNNING"]}},
                name="one_active",
            ),
        ]


async def get_evaluation(evaluation_id: ObjectId) -> Evaluation | None:
    """Return the evaluation with this id, in any organization."""
    return await Evaluation.get(PydanticObjectId(evaluation_id))


async def get_organization_evaluation(organization_id: ObjectId, evaluation_id: ObjectId) -> Evaluation | None:
    """Return the evaluation with this id if it belongs to the organization."""
    return await Evaluation.find_one({"_id": evaluation_id, "organization_id": organization_id})


async def list_evaluations(interview_id: ObjectId) -> list[Evaluation]:
    """Return every version of the interview's evaluation, newest first."""
    return await Evaluation.find({"interview_id": interview_id}).sort("-version").to_list()


async def list_evaluations_for_interviews(interview_ids: list[ObjectId]) -> list[Evaluation]:
    """Return every version of several interviews' evaluations, newest first."""
    return await Evaluation.find({"interview_id": {"$in": interview_ids}}).sort("-version").to_list()


def pick_evaluation(newest_first: list[Evaluation], version: int | None) -> Evaluation | None:
    """Return the given version; without one, the newest completed version, or the newest if none is completed."""
    if version is not None:
        return next((e for e in newest_first if e.version == version), None)
    completed = (e for e in newest_first if e.status is EvaluationStatus.COMPLETED)
    return next(completed, newest_first[0] if newest_first else None)
