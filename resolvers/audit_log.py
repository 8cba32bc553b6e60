"""The audit log: who acted, and the list of entries for administrators."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import orjson
from beanie import PydanticObjectId
from bson import ObjectId

from auth import Action, Principal, decode_invite_token, require_permission
from errors import BadInput, NotFound
from lifecycle.audit_log import AuditLog
from lifecycle.services import Services
from models.documents.audit_entry import AuditActor, AuditActorKind, AuditEntry, AuditKind, PersonalData
from models.documents.evaluation import get_evaluation
from models.documents.interview import get_interview
from models.documents.organization import Role
from models.documents.recording import find_recording_with_file
from models.documents.turn import AccessOrigin
from models.reads import audit_list
from models.reads.audit_list import NEWEST_FIRST, AuditCriteria
from models.reads.pagination import Page, PageRequest
from resolvers.ids import IdKind, decode_id, encode_id, parse_id
from resolvers.input_text import clean_filter_values
from settings import AuditSettings


class AuditOutcome(StrEnum):
    """How an operation ended. Of one that FAILED, the entry has the code of the error instead."""

    DONE = "DONE"
    FAILED = "FAILED"
    INTERRUPTED = "INTERRUPTED"


DONE, INTERRUPTED = AuditOutcome.DONE, AuditOutcome.INTERRUPTED


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted, in which organization."""

    organization_id: ObjectId
    document: AuditActor
    principal: Principal | None = None
    """The caller, if it was authenticated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLogFilter:
    """The filter of Query.auditLog."""

    actions: Sequence[str] | None = None
    api_key_ids: Sequence[str] | None = None
    member_ids: Sequence[str] | None = None
    interview_ids: Sequence[str] | None = None
    object_ids: Sequence[str] | None = None
    since: datetime | None = None
    until: datetime | None = None


def describe_actor(principal: Principal) -> Actor:
    """Return the caller as the audit log names it."""
    if principal.role is Role.CANDIDATE:
        return Actor(
            principal.organization_id,
            AuditActor(
                kind=AuditActorKind.CANDIDATE,
                role=principal.role,
                interview_id=PydanticObjectId(principal.interview_id) if principal.interview_id else None,
                origin=principal.origin,
                issued_to=PydanticObjectId(principal.issued_to) if principal.issued_to else None,
                issued_to_member=PydanticObjectId(principal.issued_to_member) if principal.issued_to_member else None,
            ),
            principal,
        )
    if principal.member_id is not None:
        member_id = PydanticObjectId(principal.member_id)
        document = AuditActor(kind=AuditActorKind.MEMBER, member_id=member_id, member_name=principal.name, role=principal.role)
        return Actor(principal.organization_id, document, principal)
    key_id = PydanticObjectId(principal.key_id) if principal.key_id else None
    document = AuditActor(kind=AuditActorKind.API_KEY, key_id=key_id, key_name=principal.name, role=principal.role)
    return Actor(principal.organization_id, document, principal)


async def find_invited_actor(services: Services, invite: str) -> Actor | None:
    """Return the candidate whose invite this is, also if it was replaced; None if it is not an invite."""
    try:
        interview_id, _ = decode_invite_token(invite, services.settings.auth)
    except NotFound:
        return None
    state = await services.credentials.read_access_state(interview_id)
    if state is None:
        return None
    document = AuditActor(
        kind=AuditActorKind.CANDIDATE,
        role=Role.CANDIDATE,
        interview_id=PydanticObjectId(interview_id),
        origin=AccessOrigin.INVITE,
    )
    return Actor(state.owner_id, document)


async def record_file(
    services: Services,
    principal: Principal | None,
    action: str,
    data: Collection[PersonalData],
    object_ids: Sequence[str],
    *,
    outcome: str,
    address: str,
    request_id: str,
) -> None:
    """Record that a file was read, by a caller or, without one, by the bearer of a link to the object."""
    owners = [owner for each in object_ids if (owner := await _find_owner(each))]
    if principal is not None:
        actor = describe_actor(principal)
    elif owners:
        actor = Actor(owners[0][0], AuditActor(kind=AuditActorKind.LINK))
    else:
        return
    interview_ids = [interview_id for organization_id, interview_id in owners if organization_id == actor.organization_id]
    services.audit_log.add(
        organization_id=actor.organization_id,
        kind=AuditKind.READ,
        action=action,
        actor=actor.document,
        object_ids=list(object_ids),
        interview_id=interview_ids[0] if len(interview_ids) == 1 else actor.document.interview_id,
        data=sorted(data),
        outcome=outcome,
        address=address,
        request_id=request_id,
    )


async def record_operation(
    services: Services,
    principal: Principal,
    kind: AuditKind,
    action: str,
    object_ids: Sequence[str],
    data: Collection[PersonalData],
    *,
    outcome: str,
    address: str,
    request_id: str,
) -> None:
    """Record what a caller did outside GraphQL. A change is stored before its response. Raises Unavailable and PyMongoError."""
    actor = describe_actor(principal)
    owners = [owner for each in object_ids if (owner := await _find_owner(each))]
    interview_ids = [interview_id for organization_id, interview_id in owners if organization_id == actor.organization_id]
    services.audit_log.add(
        organization_id=actor.organization_id,
        kind=kind,
        action=action,
        actor=actor.document,
        object_ids=list(object_ids),
        interview_id=interview_ids[0] if len(interview_ids) == 1 else None,
        data=sorted(data),
        outcome=outcome,
        address=address,
        request_id=request_id,
    )
    if kind is AuditKind.CHANGE:
        await services.audit_log.flush()


async def record_command(audit: AuditSettings, organization_id: ObjectId, action: str, object_ids: Sequence[str]) -> None:
    """Record a command that an operator of the deployment ran. Raises PyMongoError."""
    async with AuditLog(audit) as log:
        log.add(
            organization_id=organization_id,
            kind=AuditKind.CHANGE,
            action=action,
            actor=AuditActor(kind=AuditActorKind.COMMAND_LINE),
            object_ids=list(object_ids),
            outcome=DONE,
        )
        await log.flush()


async def _find_owner(object_id: str) -> tuple[ObjectId, ObjectId] | None:
    """Return the ids of the organization and the interview that an object belongs to."""
    match parse_id(object_id):
        case (IdKind.INTERVIEW, found_id):
            interview = await get_interview(found_id)
            return (interview.owner_id, interview.id) if interview else None
        case (IdKind.EVALUATION, found_id):
            evaluation = await get_evaluation(found_id)
            return (evaluation.organization_id, evaluation.interview_id) if evaluation else None
        case (IdKind.RECORDING, found_id):
            found = await find_recording_with_file(found_id)
            return (found[0].organization_id, found[0].interview_id) if found else None
    return None


async def list_audit_log(
    services: Services,
    principal: Principal,
    where: AuditLogFilter | None,
    *,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
) -> Page[AuditEntry]:
    """Return a page of the organization's entries, newest first. Raises BadInput for page arguments and filters."""
    criteria = _build_criteria(principal, where)
    request = PageRequest.from_relay_arguments(NEWEST_FIRST, first, after, last, before)
    # so that administrators see what they have just done
    await services.audit_log.flush()
    return await audit_list.list_entries(criteria, request)


async def count_audit_log(principal: Principal, where: AuditLogFilter | None) -> int:
    """Return the number of the entries that `list_audit_log` lists. Raises like it."""
    return await audit_list.count_entries(_build_criteria(principal, where))


async def export_audit_log(services: Services, principal: Principal, where: AuditLogFilter) -> AsyncIterator[AuditEntry]:
    """Return the organization's entries, oldest first. Raises BadInput and Forbidden before the first."""
    criteria = _build_criteria(principal, where)
    await services.audit_log.flush()
    return audit_list.iterate_entries(criteria)


def write_entry(entry: AuditEntry) -> str:
    """Return the entry as a line of JSON, with the fields of AuditEntry in the API."""
    actor = entry.actor
    failed = entry.outcome not in AuditOutcome.__members__
    content = {
        "at": entry.at.isoformat("T", "milliseconds").replace("+00:00", "Z"),
        "kind": entry.kind,
        "action": entry.action,
        "actor": {
            "kind": actor.kind,
            "role": actor.role,
            "apiKeyId": encode_id(IdKind.API_KEY, actor.key_id) if actor.key_id else None,
            "keyName": actor.key_name,
            "memberId": encode_id(IdKind.MEMBER, actor.member_id) if actor.member_id else None,
            "memberName": actor.member_name,
            "origin": actor.origin,
            "issuedToApiKeyId": encode_id(IdKind.API_KEY, actor.issued_to) if actor.issued_to else None,
            "issuedToMemberId": encode_id(IdKind.MEMBER, actor.issued_to_member) if actor.issued_to_member else None,
            "interviewId": encode_id(IdKind.INTERVIEW, actor.interview_id) if actor.interview_id else None,
        },
        "objectIds": entry.object_ids,
        "interviewId": encode_id(IdKind.INTERVIEW, entry.interview_id) if entry.interview_id else None,
        "data": entry.data,
        "filters": entry.filters,
        "rows": entry.rows,
        "outcome": AuditOutcome.FAILED if failed else entry.outcome,
        "errorCode": entry.outcome if failed else None,
        "address": entry.address,
        "requestId": entry.request_id,
    }
    return orjson.dumps(content).decode() + "\n"


def _build_criteria(principal: Principal, where: AuditLogFilter | None) -> AuditCriteria:
    require_permission(principal, Action.READ_AUDIT_LOG)
    where = where or AuditLogFilter()
    if where.since and where.until and where.since >= where.until:
        raise BadInput("filter.since is not before filter.until: no time can match.", field="filter.since")
    return AuditCriteria(
        organization_id=principal.organization_id,
        actions=clean_filter_values(where.actions, "filter.actions"),
        key_ids=_decode_ids(IdKind.API_KEY, where.api_key_ids, "filter.apiKeyIds"),
        member_ids=_decode_ids(IdKind.MEMBER, where.member_ids, "filter.memberIds"),
        interview_ids=_decode_ids(IdKind.INTERVIEW, where.interview_ids, "filter.interviewIds"),
        object_ids=clean_filter_values(where.object_ids, "filter.objectIds"),
        since=where.since,
        until=where.until,
    )


def _decode_ids(kind: IdKind, ids: Sequence[str] | None, field: str) -> list[ObjectId] | None:
    cleaned = clean_filter_values(ids, field)
    return None if cleaned is None else [decode_id(kind, each) for each in cleaned]
