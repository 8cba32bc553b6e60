"""The job that deletes a closed organization with everything that belongs to it.

It works in bounded steps, each of which finds in MongoDB what is left. So it can be interrupted anywhere: the next run, in this
process or another, continues. The organization's own document is the last that is deleted.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog
from beanie import Document
from bson import ObjectId
from pymongo.errors import PyMongoError

from lifecycle.services import Services
from lifecycle.states import erase_data
from models.documents.audit_entry import AuditEntry
from models.documents.change import Change, ChangePosition
from models.documents.consent_text import AgreedConsentText
from models.documents.decision_record import DecisionRecord
from models.documents.deleted_organization import DeletedOrganization
from models.documents.idempotency_claim import IdempotencyClaim
from models.documents.interview import ErasureScope, Interview
from models.documents.logo import Logo
from models.documents.member import Member
from models.documents.member_invitation import MemberInvitation
from models.documents.notice import Notice
from models.documents.organization import ApiKey, Organization, find_test_organization, get_organization
from models.documents.organization_usage import OrganizationUsage
from models.documents.position import Position
from models.documents.repair_attempt import RepairAttempt
from models.documents.session import Session
from models.documents.try_out import TryOut, get_try_out_partition
from models.documents.webhook import WebhookDelivery, WebhookEndpoint
from models.storage.clock import now
from models.writes.interview_erasure import delete_interviews
from models.writes.organization_closing import request_deletion

log = structlog.get_logger(__name__)

ERASE_BATCH = 20
"""Interviews that one run erases, so that other repairs need not wait."""
DELETE_BATCH = 1000
"""Documents that one run deletes."""

CALLERS: Mapping[type[Document], str] = {ApiKey: "key", Member: "member"}
"""Documents of callers, with the prefix of auth.Principal.caller."""
ORGANIZATION_MODELS: Sequence[type[Document]] = (
    Session,
    MemberInvitation,
    Position,
    Notice,
    Logo,
    AgreedConsentText,
    DecisionRecord,
    OrganizationUsage,
    Change,
    TryOut,
    WebhookEndpoint,
    WebhookDelivery,
    AuditEntry,
)
"""Other documents that have the organization's id, except those with steps of their own."""


async def delete_organization(services: Services, organization_id: ObjectId) -> None:
    """Take the next step of a requested deletion. Raises RuntimeError if interviews cannot be erased, as under a legal hold."""
    organization = await get_organization(organization_id)
    if organization is None or organization.deletion_requested_at is None:
        return
    for step in _STEPS:
        if await step(services, organization):
            return
    await ChangePosition.find({"_id": organization_id}).delete()
    await RepairAttempt.find({"document_id": organization_id}).delete()
    await _delete_organization_document(organization)
    log.info("organization deleted", organization_id=str(organization_id))


async def delete_restored_organization(organization: Organization) -> list[ObjectId]:
    """Delete an organization that a restored backup has brought back, and return its interviews, whose files have to be deleted.

    No other process may use the database meanwhile. A legal hold does not prevent it: it was released before the deletion.
    """
    test = await find_test_organization(organization.id)
    interview_ids = await delete_restored_organization(test) if test else []
    interview_ids += await Interview.get_pymongo_collection().distinct("_id", _belongs_to(organization))
    for start in range(0, len(interview_ids), DELETE_BATCH):
        await delete_interviews(interview_ids[start : start + DELETE_BATCH])
    while await _delete_callers(organization) or await _delete_documents(organization):
        pass
    await ChangePosition.find({"_id": organization.id}).delete()
    await RepairAttempt.find({"document_id": organization.id}).delete()
    await _delete_organization_document(organization)
    return interview_ids


async def _delete_organization_document(organization: Organization) -> None:
    """Delete the organization's document, and record that it must not come back with a backup."""
    deleted = DeletedOrganization.get_pymongo_collection()
    await deleted.update_one({"_id": organization.id}, {"$setOnInsert": {"deleted_at": now()}}, upsert=True)
    await organization.delete()


async def _delete_test_environment(_: Services, organization: Organization) -> bool:
    """Return whether there is a test environment, which is deleted first, by a job of its own."""
    test = await find_test_organization(organization.id)
    if test is not None and test.deletion_requested_at is None:
        # it was created while the deletion was requested
        await Organization.get_pymongo_collection().update_one({"_id": test.id}, {"$set": {"closed_at": organization.closed_at}})
        await request_deletion(test)
    return test is not None


async def _erase_interviews(services: Services, organization: Organization) -> bool:
    """Erase a batch of interviews as eraseInterview does, and return whether some are not completely erased yet."""
    interviews = Interview.get_pymongo_collection()
    belongs = _belongs_to(organization)
    remaining = {**belongs, "erased_at": None}
    rows = await interviews.find({**remaining, "legal_hold": None}, {"_id": 1}).limit(ERASE_BATCH).to_list()
    erased = [await _erase(services, row["_id"]) for row in rows]
    if not any(erased) and await interviews.find_one(remaining, {"_id": 1}):
        raise RuntimeError("interviews of the organization cannot be erased")
    # repairs delete the recorded files, which takes a minute or longer
    return bool(rows) or await interviews.find_one({**belongs, "erasure.pending": True}, {"_id": 1}) is not None


async def _erase(services: Services, interview_id: ObjectId) -> bool:
    """Return whether the interview was erased. One that cannot be erased does not stop the others."""
    try:
        return await erase_data(services, interview_id, ErasureScope.INTERVIEW) is not None
    except PyMongoError:
        raise
    except Exception as error:
        log.error("interview not erased", interview_id=str(interview_id), reason=type(error).__name__)
        return False


async def _delete_interviews(_: Services, organization: Organization) -> bool:
    """Delete a batch of erased interviews, and return whether there were any. Their own documents are the last."""
    ids = await _list_ids(Interview, _belongs_to(organization))
    if not ids:
        return False
    await delete_interviews(ids)
    return True


async def _delete_callers(organization: Organization) -> bool:
    """Delete a batch of API keys or members with their idempotency keys, and return whether there were any."""
    for model, prefix in CALLERS.items():
        ids = await _list_ids(model, {"organization_id": organization.id})
        if ids:
            # a rotated key is the same caller as the first, whose id it has
            await IdempotencyClaim.find({"caller": {"$in": [f"{prefix}:{caller_id}" for caller_id in ids]}}).delete()
            await model.find({"_id": {"$in": ids}}).delete()
            return True
    return False


async def _delete_documents(organization: Organization) -> bool:
    """Delete a batch of the other documents, and return whether there were any."""
    for model in ORGANIZATION_MODELS:
        ids = await _list_ids(model, _belongs_to(organization))
        if ids:
            await model.find({"_id": {"$in": ids}}).delete()
            return True
    return False


def _belongs_to(organization: Organization) -> dict[str, Any]:
    """Return the condition of the organization's documents, those of its try-outs included."""
    return {"organization_id": {"$in": [organization.id, get_try_out_partition(organization.id)]}}


async def _list_ids(model: type[Document], criteria: dict[str, Any]) -> list[ObjectId]:
    rows = model.get_pymongo_collection().find(criteria, {"_id": 1}).limit(DELETE_BATCH)
    return [row["_id"] async for row in rows]


_STEPS: Sequence[Callable[[Services, Organization], Awaitable[bool]]] = (
    _delete_test_environment,
    _erase_interviews,
    _delete_interviews,
    lambda _, organization: _delete_callers(organization),
    lambda _, organization: _delete_documents(organization),
)
"""The steps in their order. Each returns whether it has found something: then the deletion goes on with the next run."""
