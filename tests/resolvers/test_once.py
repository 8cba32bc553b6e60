"""Idempotency: what counts as the same call, and that nothing of its input is kept."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from bson import ObjectId
from pydantic import SecretStr

from errors import BadInput, Conflict
from models.idempotency import Claim
from models.organization import Role
from resolvers.idempotency import Once, once
from tests.resolvers.tenant import Tenant


@dataclass(frozen=True, slots=True)
class Body:
    text: str = "a secret text"
    at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    level: int | None = None


async def call(tenant: Tenant, key: str | None = "a key", body: object = Body(), mutation: str = "start") -> Once:
    return once(tenant.services, await tenant.admin(), mutation, key, body)


async def test_the_same_call_gets_the_id_of_the_first(tenant: Tenant) -> None:
    first, again = await call(tenant), await call(tenant)
    assert await first.earlier() is None
    result_id = await first.claim(ObjectId())
    assert await again.claim(ObjectId()) == result_id
    assert await again.earlier() == result_id


async def test_without_a_key_each_call_is_a_new_one(tenant: Tenant) -> None:
    for _ in range(2):
        result_id = ObjectId()
        nameless = await call(tenant, key=None)
        assert await nameless.claim(result_id) == result_id
        assert await nameless.earlier() is None
    assert await Claim.count() == 0


@pytest.mark.parametrize(
    "other", [Body(text="another"), Body(level=1), replace(Body(), at=datetime(2026, 1, 2, tzinfo=UTC)), ["a secret text"], None]
)
async def test_another_input_under_the_same_key_is_a_conflict(tenant: Tenant, other: object) -> None:
    await (await call(tenant)).claim(ObjectId())
    changed = await call(tenant, body=other)
    with pytest.raises(Conflict):
        await changed.earlier()
    with pytest.raises(Conflict):
        await changed.claim(ObjectId())


async def test_the_order_of_names_is_no_other_input(tenant: Tenant) -> None:
    result_id = await (await call(tenant, body={"a": 1, "b": [2]})).claim(ObjectId())
    assert await (await call(tenant, body={"b": [2], "a": 1})).earlier() == result_id


async def test_a_key_is_the_callers_and_the_mutations_own(tenant: Tenant) -> None:
    claimed = await (await call(tenant)).claim(ObjectId())
    recruiter = once(tenant.services, await tenant.caller(Role.RECRUITER), "start", "a key", Body())
    for other in (recruiter, await call(tenant, mutation="schedule")):
        assert await other.earlier() is None
        assert await other.claim(ObjectId()) != claimed


async def test_what_was_said_in_the_input_can_not_be_found_out_from_the_claim(tenant: Tenant, database: Any) -> None:
    await (await call(tenant)).claim(ObjectId())
    [stored] = await Claim.find({}).to_list()
    assert "secret" not in repr([row async for row in database[Claim.Settings.name].find({})])
    other_secret = tenant.services.settings.model_copy(
        update={"auth": tenant.services.settings.auth.model_copy(update={"secret": SecretStr("another secret" * 4)})}
    )
    same_input = once(replace(tenant.services, settings=other_secret), await tenant.admin(), "start", "a key", Body())
    assert same_input.digest != stored.digest, "whoever has the database, but not the secret, can not try inputs"


@pytest.mark.parametrize("key", ["", "  ", "\0", "a" * 201, "\ud800"])
async def test_what_is_no_key_is_refused(tenant: Tenant, key: str) -> None:
    with pytest.raises(BadInput) as refused:
        await call(tenant, key=key)
    assert refused.value.field == "idempotencyKey"
