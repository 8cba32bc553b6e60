"""Decision records: what an erased interview led to, without personal data and without a reference to the interview."""

import os
from typing import ClassVar

from beanie import PydanticObjectId
from bson import ObjectId
from pydantic import Field
from pymongo import ASCENDING, DESCENDING, IndexModel

from models.documents.evaluation import Evaluation
from models.documents.interview import Decision, Interview, Recommendation
from models.documents.organization import Role
from models.storage.stored_document import StoredDocument


def _create_random_id() -> PydanticObjectId:
    # an ordinary id holds its time, which would lead to the interview that was erased in that second
    return PydanticObjectId(ObjectId(os.urandom(12)))


class DecisionRecord(StoredDocument):
    """The outcome of one erased interview."""

    id: PydanticObjectId = Field(default_factory=_create_random_id)
    organization_id: PydanticObjectId
    position_key: str
    position_version: int
    interview_month: str
    """Year and month of the interview in UTC, such as 2026-11."""
    evaluation_version: int | None
    """The version that counted; None if the interview was decided without a completed evaluation."""
    overall_score: float | None
    recommendation: Recommendation | None
    decision: Decision | None
    decided_by_role: Role | None
    """Role of the API key that decided; None without a decision, and for decisions that did not store it."""

    class Settings:
        name = "decision_records"
        indexes: ClassVar = [
            IndexModel([("organization_id", ASCENDING), ("interview_month", DESCENDING), ("_id", DESCENDING)]),
        ]


def build_decision_record(
    interview: Interview, evaluations: list[Evaluation], counted: Evaluation | None
) -> DecisionRecord | None:
    """Return the record of an interview, or None if it was neither evaluated nor decided.

    `evaluations` are all versions, and `counted` is the one that counts.
    """
    outcome = counted.outcome if counted else None
    if outcome is None and interview.decision is None:
        return None
    reviews = sorted((review for version in evaluations for review in version.reviews), key=lambda review: review.created_at)
    deciding = next((review for review in reversed(reviews) if review.decision is interview.decision), None)
    return DecisionRecord(
        organization_id=interview.organization_id,
        position_key=interview.position.key,
        position_version=interview.position.version,
        interview_month=f"{interview.started_at or interview.created_at:%Y-%m}",
        evaluation_version=counted.version if counted and outcome else None,
        overall_score=outcome.overall_score if outcome else None,
        recommendation=outcome.recommendation if outcome else None,
        decision=interview.decision,
        decided_by_role=deciding.reviewer_role if deciding else None,
    )
