"""Idempotency: what counts as the same call, and that nothing of its input is kept."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from bson import ObjectId
from pydantic import SecretStr

from errors import BadInput, Conflict
from models.documents.idempotency_claim import IdempotencyClaim
from models.documents.organization import Role
from resolvers.idempotency import IdempotentCall, idempotent
from tests.resolvers.tenant import Tenant


@dataclass(frozen=True, slots=True)
class SampleInput:
    text: str = "a secret text"
    at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    level: int | None = None


async def new_call(
    tenant: Tenant, key: str | None = "a key", body: object = SampleInput(), mutation: str = "start"
) -> IdempotentCall:
    return idempotent(tenant.services, await tenant.admin(), mutation, key, body)


async def test_the_same_call_gets_the_id_of_the_first(tenant: Tenant) -> None:
    first, again = await new_call(tenant), await new_call(tenant)
    assert await first.previous_result() is None
    result_id = await first.claim(ObjectId())
    assert await again.claim(ObjectId()) == result_id
    assert await again.previous_result() == result_id


async def test_without_a_key_each_call_is_a_new_one(tenant: Tenant) -> None:
    for _ in range(2):
        result_id = ObjectId()
        nameless = await new_call(tenant, key=None)
        assert await nameless.claim(result_id) == result_id
        assert await nameless.previous_result() is None
    assert await IdempotencyClaim.count() == 0


@pytest.mark.parametrize(
    "other",
    [
        SampleInput(text="another"),
        SampleInput(level=1),
        replace(SampleInput(), at=datetime(2026, 1, 2, tzinfo=UTC)),
        ["a secret text"],
        None,
    ],
)
async def test_another_input_under_the_same_key_is_a_conflict(tenant: Tenant, other: object) -> None:
    await (await new_call(tenant)).claim(ObjectId())
    changed = await new_call(tenant, body=other)
    with pytest.raises(Conflict):
        await changed.previous_result()
    with pytest.raises(Conflict):
        await changed.claim(ObjectId())


async def test_the_order_of_names_is_no_other_input(tenant: Tenant) -> None:
    result_id = await (await new_call(tenant, body={"a": 1, "b": [2]})).claim(ObjectId())
    assert await (await new_call(tenant, body={"b": [2], "a": 1})).previous_result() == result_id


async def test_a_key_is_the_callers_and_the_mutations_own(tenant: Tenant) -> None:
    claimed = await (await new_call(tenant)).claim(ObjectId())
    recruiter = idempotent(tenant.services, await tenant.principal(Role.RECRUITER), "start", "a key", SampleInput())
    for other in (recruiter, await new_call(tenant, mutation="schedule")):
        assert await other.previous_result() is None
        assert await other.claim(ObjectId()) != claimed


async def test_what_was_said_in_the_input_can_not_be_found_out_from_the_claim(tenant: Tenant, database: Any) -> None:
    await (await new_call(tenant)).claim(ObjectId())
    [stored] = await IdempotencyClaim.find({}).to_list()
    assert "secret" not in repr([row async for row in database[IdempotencyClaim.Settings.name].find({})])
    other_secret = tenant.services.settings.model_copy(
        update={"auth": tenant.services.settings.auth.model_copy(update={"secret": SecretStr("another secret" * 4)})}
    )
    same_input = idempotent(
        replace(tenant.services, settings=other_secret), await tenant.admin(), "start", "a key", SampleInput()
    )
    assert same_input.digest != stored.digest, "whoever has the database, but not the secret, can not try inputs"


@pytest.mark.parametrize("key", ["", "  ", "\0", "a" * 201, "\ud800"])
async def test_what_is_no_key_is_refused(tenant: Tenant, key: str) -> None:
    with pytest.raises(BadInput) as refused:
        await new_call(tenant, key=key)
    assert refused.value.field == "idempotencyKey"
