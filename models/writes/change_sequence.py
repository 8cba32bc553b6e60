"""Numbering changes: what the sequencer stores, each step in one transaction under the fence of its lease (ADR 20)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from beanie import PydanticObjectId
from bson import ObjectId
from pymongo import UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession

from models.documents.change import Change, ChangePosition
from models.documents.change_sequencer import (
    SEQUENCER_ID,
    ChangeSequencer,
    ResumeToken,
    StreamedChange,
    ensure_sequencer,
    open_change_stream,
)
from models.documents.interview import Interview
from models.documents.organization import Organization
from models.storage.compare_and_set import compare_and_set
from models.storage.lease import LEASE_IS_FREE, NEXT_FENCE, LeaseLost, build_lease
from models.storage.transactions import run_in_transaction


async def claim_sequencer(holder: str, lease_seconds: float) -> ChangeSequencer | None:
    """Claim the lease of the sequencer; None while another process has it."""
    await ensure_sequencer()
    changes = {"fence": NEXT_FENCE, "lease": build_lease(holder, lease_seconds)}
    return await compare_and_set(ChangeSequencer, SEQUENCER_ID, {"$expr": LEASE_IS_FREE}, {}, changes)


async def release_sequencer(sequencer: ChangeSequencer) -> None:
    """Release the lease, so that another process continues without waiting until it lapses."""
    await compare_and_set(ChangeSequencer, SEQUENCER_ID, _holds_lease(sequencer), {"lease": None})


async def record_changes(
    sequencer: ChangeSequencer, changes: Sequence[StreamedChange], token: ResumeToken, lease_seconds: float
) -> set[ObjectId]:
    """Append the changes to the feeds of their organizations and advance to the token, all or nothing; renew the lease.

    Returns the ids of the organizations. Raises LeaseLost if another process has claimed the lease: then nothing is stored.
    """
    organizations = await _find_organizations({change.interview_id for change in changes}) if changes else {}
    changed = [
        (organizations[change.interview_id], change, kind, object_id)
        for change in changes
        if change.interview_id in organizations
        for kind, object_id in change.objects
    ]

    async def work(session: AsyncClientSession) -> None:
        await _advance(sequencer, token, lease_seconds, session)
        if changed:
            numbers = await _allot_numbers([organization_id for organization_id, *_ in changed], session)
            rows = [
                Change(
                    organization_id=PydanticObjectId(organization_id),
                    number=number,
                    kind=kind,
                    object_id=PydanticObjectId(object_id),
                    interview_id=PydanticObjectId(change.interview_id),
                    hidden_from=change.hidden_from,
                    changed_at=change.committed_at,
                )
                for number, (organization_id, change, kind, object_id) in zip(numbers, changed, strict=True)
            ]
            await Change.insert_many(rows, session=session)

    await run_in_transaction(Change, SEQUENCER_ID, work)
    return {organization_id for organization_id, *_ in changed}


async def record_gap(sequencer: ChangeSequencer, lease_seconds: float) -> ResumeToken:
    """Continue from now on after the change stream was lost; every older cursor of every organization becomes invalid.

    Returns the new token. Raises LeaseLost like `record_changes`.
    """
    async with open_change_stream() as stream:
        token = dict(stream.resume_token or {})
    # read after the token, so that every organization that is missing here has no changes before it
    organization_ids = await Organization.get_pymongo_collection().distinct("_id")
    gap: list[dict[str, Any]] = [
        {"$set": {"number": {"$add": [{"$ifNull": ["$number", 0]}, 1]}}},
        {"$set": {"floor": "$number"}},
    ]

    async def work(session: AsyncClientSession) -> None:
        counted = {"gaps": {"$add": ["$gaps", 1]}, "last_gap_at": "$$NOW"}
        await _advance(sequencer, token, lease_seconds, session, counted)
        if organization_ids:
            updates = [UpdateOne({"_id": organization_id}, gap, upsert=True) for organization_id in organization_ids]
            await ChangePosition.get_pymongo_collection().bulk_write(updates, session=session)

    await run_in_transaction(Change, SEQUENCER_ID, work)
    return token


RESTART_GAP = 1_000_000_000
"""By how much the numbers of a restored feed are higher, so that no cursor from before the restore is ever valid again."""


async def restart_feeds() -> None:
    """Begin the feeds of all organizations again after a backup was restored: every older cursor becomes invalid."""
    await ChangeSequencer.find_all().delete()
    restarted: list[dict[str, Any]] = [
        {"$set": {"number": {"$add": [{"$ifNull": ["$number", 0]}, RESTART_GAP]}}},
        {"$set": {"floor": "$number"}},
    ]
    organization_ids = await Organization.get_pymongo_collection().distinct("_id")
    if organization_ids:
        updates = [UpdateOne({"_id": organization_id}, restarted, upsert=True) for organization_id in organization_ids]
        await ChangePosition.get_pymongo_collection().bulk_write(updates)
    await ensure_sequencer()


def _holds_lease(sequencer: ChangeSequencer) -> dict[str, Any]:
    return {"fence": sequencer.fence, "lease.holder": sequencer.lease.holder if sequencer.lease else None}


async def _advance(
    sequencer: ChangeSequencer,
    token: ResumeToken,
    lease_seconds: float,
    session: AsyncClientSession,
    computed: Mapping[str, Any] | None = None,
) -> None:
    holder = sequencer.lease.holder if sequencer.lease else ""
    renewed = {"lease": build_lease(holder, lease_seconds), "advanced_at": "$$NOW", **(computed or {})}
    values = {"resume_token": dict(token)}
    if await compare_and_set(ChangeSequencer, SEQUENCER_ID, _holds_lease(sequencer), values, renewed, session) is None:
        raise LeaseLost


async def _find_organizations(interview_ids: Iterable[ObjectId]) -> dict[ObjectId, ObjectId]:
    # integrations get to know of no try-out
    rows = Interview.get_pymongo_collection().find(
        {"_id": {"$in": list(interview_ids)}, "try_out_of": None}, {"organization_id": 1}
    )
    return {row["_id"]: row["organization_id"] async for row in rows}


async def _allot_numbers(organization_ids: Sequence[ObjectId], session: AsyncClientSession) -> list[int]:
    """Return the next number of the organization for each change, and store how far each organization has advanced."""
    positions = ChangePosition.get_pymongo_collection()
    stored = positions.find({"_id": {"$in": list(set(organization_ids))}}, {"number": 1}, session=session)
    last: defaultdict[ObjectId, int] = defaultdict(int, {row["_id"]: row["number"] async for row in stored})
    numbers = []
    for organization_id in organization_ids:
        last[organization_id] += 1
        numbers.append(last[organization_id])
    updates = [
        UpdateOne({"_id": organization_id}, {"$set": {"number": number}, "$setOnInsert": {"floor": 0}}, upsert=True)
        for organization_id, number in last.items()
    ]
    await positions.bulk_write(updates, session=session)
    return numbers
