"""Reading, requesting and reviewing evaluations."""

from collections.abc import Sequence
from dataclasses import dataclass

from beanie import PydanticObjectId
from bson import ObjectId

from auth import Action, Principal, require_permission
from errors import BadInput, Conflict
from evaluation.rubric import compute_totals
from lifecycle.services import Services
from lifecycle.states import request_evaluation
from models.documents.evaluation import (
    ACTIVE_STATUSES,
    Evaluation,
    EvaluationOutcome,
    EvaluationStatus,
    LevelOverride,
    Review,
    get_organization_evaluation,
    list_evaluations,
    pick_evaluation,
)
from models.documents.interview import Decision, Interview, get_organization_interview
from models.storage.clock import now
from models.writes import evaluation_transitions
from resolvers.idempotency import idempotent
from resolvers.ids import IdKind, build_not_found, decode_id
from resolvers.input_text import DETAIL_LIMIT, clean_line, clean_text
from resolvers.interviews import load_interview


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideRequest:
    """A level with which a reviewer replaces the judge's. None means not assessed."""

    criterion_key: str
    level: int | None = None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRequest:
    """The input of Mutation.reviewEvaluation."""

    evaluation_id: str
    decision: Decision
    reason: str
    overrides: Sequence[OverrideRequest] = ()
    idempotency_key: str | None = None


async def get_evaluation(principal: Principal, interview_id: str, version: int | None) -> Evaluation | None:
    """Return the given version, by default the newest completed one, or the newest if none is completed.

    Returns None if there is no such version. Raises NotFound if the interview is unknown or belongs to others.
    """
    require_permission(principal, Action.READ_EVALUATION)
    return pick_evaluation(await list_interview_evaluations(principal, await load_interview(principal, interview_id)), version)


async def list_interview_evaluations(principal: Principal, interview: Interview) -> list[Evaluation]:
    """Return all versions, newest first, of an interview that the caller may read. An erased interview has none."""
    require_permission(principal, Action.READ_EVALUATION)
    return [] if interview.erased_at else await list_evaluations(interview.id)


async def find_evaluation(principal: Principal, evaluation_id: ObjectId) -> Evaluation | None:
    """Return the evaluation if it belongs to the caller's organization and its interview has not been erased."""
    evaluation = await get_organization_evaluation(principal.organization_id, evaluation_id)
    if evaluation is None:
        return None
    interview = await get_organization_interview(principal.organization_id, evaluation.interview_id)
    return evaluation if interview and interview.erased_at is None else None


async def evaluate_interview(
    services: Services, principal: Principal, interview_id: str, idempotency_key: str | None
) -> Evaluation:
    """Request a new version. If one is pending or running, or the key has been used before, return that one.

    Raises NotFound, and Conflict unless the interview is completed.
    """
    require_permission(principal, Action.EVALUATE_INTERVIEW)
    interview = await load_interview(principal, interview_id)
    versions = await list_interview_evaluations(principal, interview)
    active_version = next((version for version in versions if version.status in ACTIVE_STATUSES), None)
    call = idempotent(services, principal, "evaluateInterview", idempotency_key, interview_id)
    claimed = await call.claim(active_version.id if active_version else ObjectId())
    claimed_version = next((version for version in versions if version.id == claimed), None)
    return claimed_version or await request_evaluation(services, interview, claimed)


async def review_evaluation(services: Services, principal: Principal, request: ReviewRequest) -> Evaluation:
    """Add a review to the evaluation, once for each idempotency key. The judge's own levels and scores do not change.

    Raises NotFound, Conflict unless the evaluation is completed, and BadInput for overrides that do not fit it.
    """
    require_permission(principal, Action.REVIEW_EVALUATION)
    evaluation_id = decode_id(IdKind.EVALUATION, request.evaluation_id)
    evaluation = await find_evaluation(principal, evaluation_id)
    if evaluation is None:
        raise build_not_found(IdKind.EVALUATION)
    if evaluation.status is not EvaluationStatus.COMPLETED or evaluation.outcome is None:
        raise Conflict(f"Only a completed evaluation can be reviewed: this one is {evaluation.status}.")
    reason = clean_text(request.reason, "reason", DETAIL_LIMIT)
    overrides = _validate_overrides(evaluation.outcome, request.overrides)
    call = idempotent(services, principal, "reviewEvaluation", request.idempotency_key, request)
    review = Review(
        id=PydanticObjectId(await call.claim(ObjectId())),
        decision=request.decision,
        reason=reason,
        reviewer=principal.name,
        reviewer_role=principal.role,
        created_at=now(),
        overrides=overrides,
        overall_score=_compute_overall_score(evaluation.outcome, overrides),
    )
    reviewed = await evaluation_transitions.add_review(evaluation, review)
    if reviewed is None:
        raise build_not_found(IdKind.EVALUATION)
    await services.live.publish_change(reviewed)
    return reviewed


def _validate_overrides(outcome: EvaluationOutcome, overrides: Sequence[OverrideRequest]) -> list[LevelOverride]:
    keys = [criterion.key for criterion in outcome.criteria]
    seen: set[str] = set()
    checked = []
    for index, override in enumerate(overrides):
        path = f"overrides[{index}]"
        key = clean_line(override.criterion_key, f"{path}.criterionKey")
        if key not in keys:
            raise BadInput(
                f"{path}.criterionKey is not a criterion of this evaluation: use one of {', '.join(keys)}.",
                field=f"{path}.criterionKey",
            )
        if key in seen:
            raise BadInput(f"{path}.criterionKey occurs twice: override each criterion once.", field=f"{path}.criterionKey")
        if override.level is not None and not 1 <= override.level <= 5:
            raise BadInput(f"{path}.level must be 1 to 5, or null for not assessed.", field=f"{path}.level")
        seen.add(key)
        reason = clean_text(override.reason, f"{path}.reason", DETAIL_LIMIT)
        checked.append(LevelOverride(criterion_key=key, level=override.level, reason=reason))
    return checked


def _compute_overall_score(outcome: EvaluationOutcome, overrides: Sequence[LevelOverride]) -> float | None:
    levels = {override.criterion_key: override.level for override in overrides}
    return compute_totals((result.weight, levels.get(result.key, result.level)) for result in outcome.criteria).overall_score
