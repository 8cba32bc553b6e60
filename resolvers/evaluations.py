"""Reading, requesting and reviewing evaluations."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from beanie import PydanticObjectId
from bson import ObjectId

from auth import Action, Principal, require_permission
from errors import BadInput, Conflict
from evaluation.rubric import WeightedLevel, compute_totals
from lifecycle.services import Services
from lifecycle.states import request_evaluation
from models.documents.evaluation import (
    ACTIVE_STATUSES,
    Evaluation,
    EvaluationOutcome,
    InconclusiveReason,
    LevelOverride,
    RatedLevel,
    Rating,
    Review,
    get_organization_evaluation,
    list_evaluations,
    pick_evaluation,
)
from models.documents.interview import Adoption, Decision, EvaluationStatus, Interview, get_organization_interview
from models.documents.judgement import JudgementDocument
from models.storage.clock import now
from models.writes import evaluation_transitions
from resolvers.blind_review import VisibleEvaluation, require_rating, show_evaluation
from resolvers.history import require_space
from resolvers.idempotency import idempotent
from resolvers.ids import IdKind, build_not_found, decode_id
from resolvers.input_text import clean_detail, clean_line, clean_optional
from resolvers.interviews import load_interview
from resolvers.try_outs import refuse_for_try_out


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


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRating:
    """A reviewer's own level for a criterion. None means that it cannot be assessed."""

    criterion_key: str
    level: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingRequest:
    """The input of Mutation.rateEvaluation."""

    evaluation_id: str
    ratings: Sequence[LevelRating]
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptionRequest:
    """The input of Mutation.adoptEvaluation."""

    evaluation_id: str
    reason: str
    idempotency_key: str | None = None


async def get_evaluation(principal: Principal, interview_id: str, version: int | None) -> VisibleEvaluation | None:
    """Return the given version, by default the one that counts, or the newest if none is completed.

    Returns None if there is no such version. Raises NotFound if the interview is unknown or belongs to others.
    """
    require_permission(principal, Action.READ_EVALUATION)
    interview = await load_interview(principal, interview_id)
    found = pick_evaluation(await _list_versions(interview), version, interview.counted_version)
    return show_evaluation(principal, interview, found) if found else None


async def find_evaluation(principal: Principal, evaluation_id: ObjectId) -> VisibleEvaluation | None:
    """Return the evaluation if it belongs to the caller's organization and its interview has not been erased."""
    found = await _find_with_interview(principal, evaluation_id)
    return show_evaluation(principal, *found) if found else None


async def _list_versions(interview: Interview) -> list[Evaluation]:
    """Return all versions, newest first; none if the interview was erased or the candidate has withdrawn the consent."""
    return [] if interview.erased_at or interview.is_consent_withdrawn else await list_evaluations(interview.id)


async def _find_with_interview(principal: Principal, evaluation_id: ObjectId) -> tuple[Interview, Evaluation] | None:
    evaluation = await get_organization_evaluation(principal.organization_id, evaluation_id)
    if evaluation is None:
        return None
    interview = await get_organization_interview(principal.organization_id, evaluation.interview_id)
    if interview is None or interview.erased_at is not None or interview.is_consent_withdrawn:
        return None
    return interview, evaluation


async def list_raw_judgements(
    principal: Principal, evaluation: VisibleEvaluation, read: Callable[[ObjectId], Awaitable[list[JudgementDocument]]]
) -> list[JudgementDocument]:
    """Return the raw answers of the judge, in the order of the passes; none if the evaluation is blind.

    `read` returns those of an evaluation.
    """
    require_permission(principal, Action.READ_RAW_JUDGEMENT)
    return [] if evaluation.is_blind else await read(evaluation.document.id)


async def evaluate_interview(
    services: Services, principal: Principal, interview_id: str, idempotency_key: str | None, reason: str | None = None
) -> VisibleEvaluation:
    """Request a new version. If one is pending or running, or the key has been used before, return that one.

    Raises NotFound, Conflict unless the interview is completed and no try-out, and RateLimited after too many requests in 24
    hours.
    """
    require_permission(principal, Action.EVALUATE_INTERVIEW)
    interview = await load_interview(principal, interview_id)
    refuse_for_try_out(interview, "evaluated")
    reason = clean_optional(clean_detail, reason, "reason")
    versions = await _list_versions(interview)
    active_version = next((version for version in versions if version.status in ACTIVE_STATUSES), None)
    call = idempotent(services, principal, "evaluateInterview", idempotency_key, [interview_id, reason])
    claimed = await call.claim(active_version.id if active_version else ObjectId())
    claimed_version = next((version for version in versions if version.id == claimed), None)
    evaluation = claimed_version or await request_evaluation(
        services, interview, claimed, requested_by=principal.name, reason=reason
    )
    return show_evaluation(principal, interview, evaluation)


async def rate_evaluation(services: Services, principal: Principal, request: RatingRequest) -> VisibleEvaluation:
    """Store the caller's own levels for every criterion, once; from then on the caller sees the interview's results.

    Raises NotFound, BadInput unless each criterion of the evaluation has one level, and Conflict unless the evaluation is
    completed, the interview is reviewed blind, and the caller has not rated it before.
    """
    interview, evaluation, outcome = await _load_completed_evaluation(principal, request.evaluation_id)
    if not interview.is_blind or principal.caller_id is None:
        raise Conflict("This interview is not reviewed blind: add a review (reviewEvaluation).")
    levels = _validate_ratings(outcome, request.ratings)
    call = idempotent(services, principal, "rateEvaluation", request.idempotency_key, request)
    rating_id = await call.claim(ObjectId())
    require_space(evaluation.ratings, rating_id, "ratings of this version", "request a new one (evaluateInterview)")
    rating = Rating(
        id=PydanticObjectId(rating_id),
        reviewer_id=PydanticObjectId(principal.caller_id),
        reviewer_is_member=principal.member_id is not None,
        reviewer=principal.name,
        created_at=now(),
        levels=levels,
    )
    rated = await evaluation_transitions.add_rating(evaluation, rating)
    found = await _find_with_interview(principal, evaluation.id)
    if rated is None or found is None:
        raise build_not_found(IdKind.EVALUATION)
    await services.live.publish_change(rated)
    return show_evaluation(principal, *found)


async def review_evaluation(services: Services, principal: Principal, request: ReviewRequest) -> VisibleEvaluation:
    """Add a review to the evaluation, once for each idempotency key. The judge's own levels and scores do not change.

    Raises NotFound, Conflict unless the evaluation is completed and its results are visible to the caller, and BadInput for
    overrides that do not fit it.
    """
    interview, evaluation, outcome = await _load_completed_evaluation(principal, request.evaluation_id)
    require_rating(principal, interview)
    reason = clean_detail(request.reason, "reason")
    overrides = _validate_overrides(outcome, request.overrides)
    call = idempotent(services, principal, "reviewEvaluation", request.idempotency_key, request)
    review_id = await call.claim(ObjectId())
    require_space(evaluation.reviews, review_id, "reviews of this version", "request a new one (evaluateInterview)")
    review = Review(
        id=PydanticObjectId(review_id),
        decision=request.decision,
        reason=reason,
        reviewer=principal.name,
        reviewer_id=PydanticObjectId(principal.caller_id) if principal.caller_id else None,
        reviewer_is_member=principal.member_id is not None,
        reviewer_role=principal.role,
        created_at=now(),
        overrides=overrides,
        overall_score=_compute_overall_score(outcome, overrides),
    )
    reviewed = await evaluation_transitions.add_review(evaluation, review)
    if reviewed is None:
        raise build_not_found(IdKind.EVALUATION)
    await services.live.publish_change(reviewed)
    return show_evaluation(principal, interview, reviewed)


async def adopt_evaluation(
    services: Services, principal: Principal, request: AdoptionRequest
) -> tuple[Interview, VisibleEvaluation]:
    """Let this version of the evaluation count from now on, once for each idempotency key. The decision stays as it is.

    Raises NotFound, and Conflict unless the evaluation is completed and its results are visible to the caller.
    """
    interview, evaluation, outcome = await _load_completed_evaluation(principal, request.evaluation_id)
    require_rating(principal, interview)
    reason = clean_detail(request.reason, "reason")
    call = idempotent(services, principal, "adoptEvaluation", request.idempotency_key, request)
    adoption_id = await call.claim(ObjectId())
    require_space(interview.adoptions, adoption_id, "adoptions in this interview", "decide with the version that counts")
    adoption = Adoption(
        id=PydanticObjectId(adoption_id),
        version=evaluation.version,
        reason=reason,
        adopted_by=principal.name,
        adopted_at=now(),
    )
    adopted = await evaluation_transitions.adopt_evaluation(evaluation, outcome, adoption)
    if adopted is None:
        raise build_not_found(IdKind.EVALUATION)
    await services.live.publish_change(adopted)
    return adopted, show_evaluation(principal, adopted, evaluation)


async def _load_completed_evaluation(principal: Principal, evaluation_id: str) -> tuple[Interview, Evaluation, EvaluationOutcome]:
    require_permission(principal, Action.REVIEW_EVALUATION)
    found = await _find_with_interview(principal, decode_id(IdKind.EVALUATION, evaluation_id))
    if found is None:
        raise build_not_found(IdKind.EVALUATION)
    interview, evaluation = found
    if evaluation.status is not EvaluationStatus.COMPLETED or evaluation.outcome is None:
        raise Conflict(f"Only a completed evaluation can be rated, reviewed or adopted: this one is {evaluation.status}.")
    return interview, evaluation, evaluation.outcome


def _validate_ratings(outcome: EvaluationOutcome, ratings: Sequence[LevelRating]) -> list[RatedLevel]:
    levels = [
        RatedLevel(criterion_key=key, level=rating.level, reason=clean_optional(clean_detail, rating.reason, f"{path}.reason"))
        for path, key, rating in _check_levels(outcome, "ratings", ratings)
    ]
    rated = {level.criterion_key for level in levels}
    if missing := [criterion.key for criterion in outcome.criteria if criterion.key not in rated]:
        raise BadInput(
            f"ratings lacks {', '.join(missing)}: give each criterion a level, or null where it cannot be assessed.",
            field="ratings",
        )
    return levels


def _validate_overrides(outcome: EvaluationOutcome, overrides: Sequence[OverrideRequest]) -> list[LevelOverride]:
    return [
        LevelOverride(criterion_key=key, level=override.level, reason=clean_detail(override.reason, f"{path}.reason"))
        for path, key, override in _check_levels(outcome, "overrides", overrides)
    ]


L = TypeVar("L", OverrideRequest, LevelRating)


def _check_levels(outcome: EvaluationOutcome, field: str, levels: Sequence[L]) -> Iterator[tuple[str, str, L]]:
    """Yield each level with its path in the input and its criterion's key.

    Raises BadInput for an unknown criterion, one that occurs twice, and a level other than 1 to 5.
    """
    keys = [criterion.key for criterion in outcome.criteria]
    seen: set[str] = set()
    for index, given in enumerate(levels):
        path = f"{field}[{index}]"
        key = clean_line(given.criterion_key, f"{path}.criterionKey")
        if key not in keys:
            raise BadInput(
                f"{path}.criterionKey is not a criterion of this evaluation: use one of {', '.join(keys)}.",
                field=f"{path}.criterionKey",
            )
        if key in seen:
            raise BadInput(f"{path}.criterionKey occurs twice: name each criterion once.", field=f"{path}.criterionKey")
        if given.level is not None and not 1 <= given.level <= 5:
            raise BadInput(f"{path}.level must be 1 to 5, or null for not assessed.", field=f"{path}.level")
        seen.add(key)
        yield path, key, given


def _compute_overall_score(outcome: EvaluationOutcome, overrides: Sequence[LevelOverride]) -> float | None:
    """Return the score with the overrides; None where the interview as a whole carries no score."""
    if outcome.inconclusive_reason not in (None, InconclusiveReason.LOW_COVERAGE):
        return None
    levels = {override.criterion_key: override.level for override in overrides}
    return compute_totals(
        WeightedLevel(result.weight, levels.get(result.key, result.level), result.answered_share) for result in outcome.criteria
    ).overall_score
