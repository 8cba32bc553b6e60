"""The deletion of an organization leaves nothing in any collection, wherever it was interrupted."""

from typing import Any

import jwt
import pytest
from beanie import PydanticObjectId
from bson import ObjectId
from pydantic import SecretStr
from pymongo.asynchronous.database import AsyncDatabase

from lifecycle import organization_deletion
from lifecycle.organization_deletion import delete_organization
from lifecycle.services import Services
from lifecycle.states import erase_interview, open_interview
from models.documents.assessment_order import AssessmentOrder, add_order
from models.documents.external_reference import claim_reference
from models.documents.idempotency_claim import claim_key
from models.documents.interview import Interview, LegalHold
from models.documents.member import Member
from models.documents.organization import (
    ApiKey,
    Organization,
    Role,
    ensure_test_organization,
    find_test_organization,
    get_organization,
    list_keys,
)
from models.documents.session import Session
from models.documents.try_out import get_try_out_partition
from models.documents.turn import Channel
from models.storage.clock import now
from models.writes.interview_erasure import confirm_media_erased
from models.writes.organization_closing import close_organization, find_requested_deletions, request_deletion
from models.writes.repair_attempts import claim_repair
from receipts import build_jwks, create_signing_key, parse_signing_keys
from resolvers.ending import build_erasure_receipt
from resolvers.try_outs import TryOutRequest, start_try_out
from tests.factories import add_candidate_turn, make_position
from tests.helpers import killed_after
from tests.resolvers.tenant import Tenant
from tests.schema.authorization_table import make_authorization_scenario

SHARED = {"change_sequencer", "used_sign_ins", "worker_heartbeats", "data_version", "deleted_organizations"}
"""Collections that hold nothing of an organization that exists."""


async def make_full_tenant(tenant: Tenant) -> None:
    """Store something of the tenant in every collection, and a test environment."""
    await make_authorization_scenario(tenant)
    await Interview.find({"organization_id": tenant.id}).update_many({"$set": {"legal_hold": None}})
    interview = await Interview.find_one({"organization_id": tenant.id, "external_id": "ATS-7"})
    assert interview
    await claim_reference(tenant.id, "tester", "ATS-7", interview.id)
    organization_id = PydanticObjectId(tenant.id)
    order = {"organization_id": organization_id, "interview_id": interview.id, "callback_url": "https://app.greenhouse.io/1"}
    await add_order(AssessmentOrder(endpoint_id=PydanticObjectId(), **order))
    member = await Member(organization_id=organization_id, role=Role.ADMIN, name="Ada", email="first@example.org").insert()
    await Session(organization_id=organization_id, digest=f"of {member.id}", member_id=member.id, expires_at=now()).insert()
    for caller in (f"candidate:{interview.id}", f"key:{(await list_keys(tenant.id))[0].id}", f"member:{member.id}"):
        await claim_key(caller, "sendMessage", "a key", ["0"], ObjectId())
    for document_id in (interview.id, tenant.id):
        await claim_repair("expire", document_id, is_bounded=True)
    test = await ensure_test_organization(tenant.organization)
    await make_position(test.id)
    request = TryOutRequest(position_key=tenant.position.key, channel=Channel.TEXT)
    try_out = (await start_try_out(tenant.services, await tenant.admin(), request)).interview
    await open_interview(tenant.services, try_out.id, None, Channel.TEXT)
    await add_candidate_turn(try_out, "a secret")


async def find_traces(database: AsyncDatabase[dict[str, Any]], ids: set[ObjectId]) -> dict[str, int]:
    """Return for each collection how many documents have one of the ids, also within a text."""
    texts = {str(each) for each in ids}

    def has_trace(value: object) -> bool:
        match value:
            case ObjectId():
                return value in ids
            case str():
                return any(text in value for text in texts)
            case dict():
                return any(map(has_trace, value.values()))
            case list():
                return any(map(has_trace, value))
        return False

    return {
        name: sum([has_trace(document) async for document in database[name].find({})])
        for name in await database.list_collection_names()
        if not name.startswith("system.")
    }


async def list_own_ids(tenant: Tenant) -> set[ObjectId]:
    """Return the ids of the organization, its test environment and its try-outs, and their interviews, keys and members."""
    test = await find_test_organization(tenant.id)
    assert test
    organizations = {tenant.organization.id, test.id, PydanticObjectId(get_try_out_partition(tenant.id))}
    criteria = {"organization_id": {"$in": list(organizations)}}
    owned = [await model.get_pymongo_collection().distinct("_id", criteria) for model in (Interview, ApiKey, Member)]
    return organizations.union(*owned)


async def run_due_deletions(services: Services) -> None:
    """Run one round of deletions. What was recorded counts as deleted, which otherwise takes a minute."""
    for organization_id in await find_requested_deletions(10):
        await delete_organization(services, organization_id)
    for interview_id in await Interview.get_pymongo_collection().distinct("_id", {"erasure.pending": True}):
        await confirm_media_erased(interview_id, 0)


async def test_nothing_is_left_wherever_it_was_interrupted(
    tenant: Tenant, other_tenant: Tenant, database: AsyncDatabase[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(organization_deletion, "DELETE_BATCH", 2)
    await make_full_tenant(tenant)
    await make_full_tenant(other_tenant)
    ids, ids_of_other = await list_own_ids(tenant), await list_own_ids(other_tenant)
    before, before_of_other = await find_traces(database, ids), await find_traces(database, ids_of_other)
    missing = {name for name, count in before.items() if not count} - SHARED
    assert missing == set(), (
        "handle these collections in lifecycle.organization_deletion, and store something in make_full_tenant"
    )

    await close_organization(tenant.organization)
    assert await request_deletion(tenant.organization)
    for deletions in range(1, 200):
        with killed_after(deletions, "delete_many", "delete_one"):
            await run_due_deletions(tenant.services)
        if await get_organization(tenant.id) is None:
            break
    # the ids of the organization and of its test environment remain, so that a restored backup does not bring them back
    assert {name: count for name, count in (await find_traces(database, ids)).items() if count} == {"deleted_organizations": 2}
    assert await find_traces(database, ids_of_other) == before_of_other, "nothing of another organization changes"
    # a repetition finds nothing to do
    await delete_organization(tenant.services, tenant.id)


async def test_legal_hold_prevents_the_deletion_and_everything_else_is_erased(tenant: Tenant) -> None:
    held = await tenant.make_interview(legal_hold=LegalHold(reason="A lawsuit.", set_by="somebody", set_at=now()))
    other = await tenant.make_interview()
    await close_organization(tenant.organization)
    assert await request_deletion(tenant.organization)
    await delete_organization(tenant.services, tenant.id)
    with pytest.raises(RuntimeError, match="cannot be erased"):
        await delete_organization(tenant.services, tenant.id)
    erased = {interview.id: interview.erased_at for interview in await Interview.find_all().to_list()}
    assert erased[held.id] is None
    assert erased[other.id] is not None
    assert await Organization.get(PydanticObjectId(tenant.id)) is not None


async def test_receipt_of_an_erasure_remains_verifiable(tenant: Tenant) -> None:
    auth = tenant.services.settings.auth
    auth.signing_key = SecretStr(create_signing_key())
    erased = await erase_interview(tenant.services, await tenant.make_completed_interview())
    receipt = build_erasure_receipt(tenant.services, erased)
    assert receipt
    await close_organization(tenant.organization)
    assert await request_deletion(tenant.organization)
    while await get_organization(tenant.id):
        await run_due_deletions(tenant.services)
    key_set = jwt.PyJWKSet.from_dict(build_jwks(parse_signing_keys(auth)))
    key = key_set[jwt.get_unverified_header(receipt)["kid"]]
    assert str(erased.id) in jwt.decode(receipt, key, algorithms=["EdDSA"])["sub"]
