"""The organization's retention policy, and the records that erased interviews leave."""

from dataclasses import asdict, dataclass

from bson import ObjectId

from auth import Action, Principal, require_permission
from errors import BadInput
from lifecycle.services import Services
from models.documents.decision_record import DecisionRecord
from models.documents.organization import RetentionPolicy
from models.reads import decision_record_list
from models.reads.decision_record_list import NEWEST_MONTH_FIRST
from models.reads.pagination import Page, PageRequest
from models.storage.clock import now
from models.writes.retention import set_retention_policy
from resolvers.idempotency import idempotent
from resolvers.viewer import get_viewer_organization

MAX_RETENTION_DAYS = 36_500


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPolicyRequest:
    """The input of Mutation.updateRetentionPolicy."""

    recording_days: int | None = None
    transcript_days: int | None = None
    candidate_days: int | None = None
    keep_decision_record: bool = False
    idempotency_key: str | None = None


async def get_retention_policy(principal: Principal) -> RetentionPolicy:
    """Return the policy of the caller's organization. Without one, everything is retained."""
    require_permission(principal, Action.READ_RETENTION_POLICY)
    return (await get_viewer_organization(principal)).retention


async def update_retention_policy(services: Services, principal: Principal, request: RetentionPolicyRequest) -> RetentionPolicy:
    """Replace the policy, and return it. Jobs apply it within seconds. Raises BadInput for a number of days out of range."""
    require_permission(principal, Action.UPDATE_RETENTION_POLICY)
    for name, days in (
        ("recordingDays", request.recording_days),
        ("transcriptDays", request.transcript_days),
        ("candidateDays", request.candidate_days),
    ):
        if days is not None and not 1 <= days <= MAX_RETENTION_DAYS:
            raise BadInput(f"{name} must be 1 to {MAX_RETENTION_DAYS}, or null to keep these data.", field=name)
    call = idempotent(services, principal, "updateRetentionPolicy", request.idempotency_key, request)
    update_id = await call.claim(ObjectId())
    values = {name: value for name, value in asdict(request).items() if name != "idempotency_key"}
    policy = RetentionPolicy(**values, updated_by=principal.name, updated_at=now())
    updated = await set_retention_policy(principal.organization_id, policy, update_id)
    return (updated or await get_viewer_organization(principal)).retention


async def list_decision_records(
    principal: Principal, first: int | None, after: str | None, last: int | None, before: str | None
) -> Page[DecisionRecord]:
    """Return a page of the organization's decision records, by month, newest first. Raises BadInput for page arguments."""
    require_permission(principal, Action.READ_DECISION_RECORDS)
    request = PageRequest.from_relay_arguments(NEWEST_MONTH_FIRST, first, after, last, before)
    return await decision_record_list.list_decision_records(principal.organization_id, request)


async def count_decision_records(principal: Principal) -> int:
    """Return the number of the organization's decision records."""
    require_permission(principal, Action.READ_DECISION_RECORDS)
    return await decision_record_list.count_decision_records(principal.organization_id)
