"""Organizations and their API keys."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from beanie import PydanticObjectId
from pymongo.asynchronous.database import AsyncDatabase

from models.documents.organization import (
    KEY_PREFIX,
    Organization,
    Role,
    create_key,
    ensure_organization,
    list_keys,
    revoke_key,
)
from models.reads.credentials import CredentialReader
from models.storage.clock import now

CREDENTIALS = CredentialReader()


async def test_secret_of_a_key_is_not_stored(database: AsyncDatabase[dict[str, Any]]) -> None:
    organization, _ = await ensure_organization("Analytical Engines")
    key, secret = await create_key(organization.id, Role.ADMIN, "the admin's")
    assert secret.startswith(KEY_PREFIX)
    assert len(secret) > 40
    stored = [repr(row) for name in await database.list_collection_names() async for row in database[name].find({})]
    assert any(key.digest in row for row in stored), "the scan finds stored digests"
    assert not any(secret.removeprefix(KEY_PREFIX) in row for row in stored)
    found = await CREDENTIALS.find_key_by_secret(secret)
    assert found
    assert (found.id, found.role, found.organization_id) == (key.id, Role.ADMIN, organization.id)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("wrong", ["", KEY_PREFIX, "viva_somebody-elses", "\0"])
async def test_wrong_secret_finds_no_key(wrong: str) -> None:
    _, secret = await create_key(PydanticObjectId(), Role.ADMIN, "a key")
    assert await CREDENTIALS.find_key_by_secret(wrong) is None
    for almost in (secret[:-1], secret + "a", secret.swapcase()):
        assert await CREDENTIALS.find_key_by_secret(almost) is None


@pytest.mark.usefixtures("database")
async def test_revoked_key_is_rejected_and_stays_listed() -> None:
    organization_id = PydanticObjectId()
    first, secret = await create_key(organization_id, Role.VIEWER, "first")
    second, other = await create_key(organization_id, Role.VIEWER, "second")
    revoked = await revoke_key(first.id)
    assert revoked
    assert revoked.revoked_at
    again = await revoke_key(first.id)
    assert again
    assert again.revoked_at == revoked.revoked_at
    assert await CREDENTIALS.find_key_by_secret(secret) is None
    assert await CREDENTIALS.find_key_by_id(first.id) is None
    found = [await CREDENTIALS.find_key_by_secret(other), await CREDENTIALS.find_key_by_id(second.id)]
    assert [key and key.id for key in found] == [second.id] * 2
    assert [key.name for key in await list_keys(organization_id)] == ["first", "second"]
    assert await revoke_key(PydanticObjectId()) is None


@pytest.mark.usefixtures("database")
async def test_key_expires() -> None:
    for life, is_live in ((timedelta(minutes=1), True), (timedelta(0), False), (-timedelta(minutes=1), False)):
        key, secret = await create_key(PydanticObjectId(), Role.VIEWER, "a key", now() + life)
        assert (await CREDENTIALS.find_key_by_secret(secret) is not None) is is_live
        assert (await CREDENTIALS.find_key_by_id(key.id) is not None) is is_live


@pytest.mark.usefixtures("database")
async def test_organization_is_created_once_per_name() -> None:
    made = await asyncio.gather(*(ensure_organization("Analytical Engines") for _ in range(5)))
    assert len({organization.id for organization, _ in made}) == 1
    assert sum(is_new for _, is_new in made) == 1
    assert await Organization.count() == 1
